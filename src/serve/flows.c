/* Flows between states: how often acts from one to another were judged, by verdict.
 * The newest entries, up to a bound, judged again in the worker's thread. */
#include "serve/request.h"
#include "serve/scan.h"

#include "base/time.h"

#include <stdlib.h>
#include <string.h>

enum { CODE_BYTES = 16, TABLE_SIZE = 2 * COMITY_LIMIT_SERVE_FLOWS };

_Static_assert((TABLE_SIZE & (TABLE_SIZE - 1)) == 0, "a place is some bits of the hash");

typedef struct state_flow {
    char from[CODE_BYTES], to[CODE_BYTES]; /* "": not known */
    uint64_t counts[4];                    /* by verdict */
    bool used;
} state_flow;

/* An open table of flows. */
typedef struct flow_table {
    state_flow *flows; /* TABLE_SIZE */
    size_t count;
    uint64_t entries, scanned;
    bool full;
} flow_table;

static void set_code(char to[CODE_BYTES], const char *code)
{
    size_t size = code == NULL ? 0 : strlen(code);
    size = size < CODE_BYTES ? size : CODE_BYTES - 1;
    memset(to, 0, CODE_BYTES);
    memcpy(to, code == NULL ? "" : code, size);
}

/* FNV-1a: codes come from law, not from strangers. */
#define FNV_BASE UINT32_C(2166136261)

static uint32_t hash(uint32_t base, const char code[CODE_BYTES])
{
    for (size_t i = 0; i < CODE_BYTES; i++) {
        base = (base ^ (uint8_t)code[i]) * UINT32_C(16777619);
    }
    return base;
}

static state_flow *flow_of(flow_table *table, const comity_told *told)
{
    state_flow asked = {.used = true};
    set_code(asked.from, comity_told_state(told, 0));
    set_code(asked.to, comity_told_state(told, 1));
    size_t at = hash(hash(FNV_BASE, asked.from), asked.to) & (TABLE_SIZE - 1);
    while (table->flows[at].used) {
        state_flow *flow = &table->flows[at];
        if (memcmp(flow->from, asked.from, CODE_BYTES) == 0 && memcmp(flow->to, asked.to, CODE_BYTES) == 0) {
            return flow;
        }
        at = (at + 1) & (TABLE_SIZE - 1);
    }
    if (table->count == COMITY_LIMIT_SERVE_FLOWS) {
        table->full = true;
        return NULL;
    }
    table->count++;
    table->flows[at] = asked;
    return &table->flows[at];
}

static comity_status count_row(void *context, const comity_told *told, comity_error *reterr)
{
    flow_table *table = context;
    (void)reterr;
    if (told->kind != COMITY_TOLD_JUDGEMENT) {
        return COMITY_OK;
    }
    state_flow *flow = flow_of(table, told);
    if (flow != NULL) {
        flow->counts[told->context->judgement.verdict]++;
        table->entries++;
    }
    return COMITY_OK;
}

/* Newest first, by stretches. `*ret_end`: how far it came, 0 if all of the log was looked at. */
static comity_status gather(comity_request *request, comity_record_reader *reader, const comity_filter *filter,
                            flow_table *table, uint64_t *ret_end, comity_error *reterr)
{
    comity_replay *replay = comity_worker_replay(request->server->worker);
    uint64_t end = reader->checkpoint.size;
    while (end != 0 && table->scanned < COMITY_LIMIT_SERVE_FLOW_SCAN) {
        uint64_t begin = comity_scan_begin(end, table->scanned, COMITY_LIMIT_SERVE_FLOW_SCAN);
        COMITY_TRY(comity_scan_stretch(reader, replay, filter, begin, end, count_row, table, reterr));
        table->scanned += end - begin;
        end = begin;
    }
    *ret_end = end;
    return COMITY_OK;
}

/* From the newest log back through those that the period reaches. False after answering. */
static bool gather_all(comity_request *request, const comity_filter *filter, flow_table *table, bool *ret_complete)
{
    const comity_year *year = comity_request_year(request, "");
    comity_error error;
    uint64_t end = 0;
    while (year != NULL && end == 0) {
        comity_record_reader *reader = comity_request_reader(request, year);
        if (reader == NULL) {
            return false;
        }
        comity_status status = gather(request, reader, filter, table, &end, &error);
        comity_request_reader_close(reader);
        if (status == COMITY_OK) {
            status = comity_earlier_log(request, year, filter->since_ms, &year, &error);
        }
        if (status != COMITY_OK) {
            comity_answer_problem(request, 503, "The record cannot be read", NULL);
            return false;
        }
    }
    *ret_complete = end == 0 && !table->full;
    return true;
}

static void put_code(comity_buffer *buffer, const char *key, const char *code)
{
    comity_buffer_append_text(buffer, key);
    if (code[0] == '\0') {
        comity_buffer_append_text(buffer, "null");
    } else {
        comity_buffer_append_json_string(buffer, code, strlen(code));
    }
}

static void put_flow(comity_buffer *buffer, const state_flow *flow, bool first)
{
    put_code(buffer, first ? "{\"from\":" : ",\n{\"from\":", flow->from);
    put_code(buffer, ",\"to\":", flow->to);
    for (unsigned i = 0; i < 4; i++) {
        comity_buffer_append_text(buffer, ",\"");
        comity_buffer_append_text(buffer, comity_verdict_name((comity_verdict)i));
        comity_buffer_append_text(buffer, "\":");
        comity_buffer_append_u64(buffer, flow->counts[i]);
    }
    comity_buffer_append_text(buffer, "}");
}

static void put_moment(comity_buffer *buffer, const char *key, bool given, uint64_t time_ms)
{
    char text[COMITY_TIME_TEXT_SIZE];
    comity_time_print(time_ms, text);
    put_code(buffer, key, given ? text : "");
}

static int by_states(const void *a, const void *b)
{
    const state_flow *left = a;
    const state_flow *right = b;
    int order = memcmp(left->from, right->from, CODE_BYTES);
    return order != 0 ? order : memcmp(left->to, right->to, CODE_BYTES);
}

static void put_flows(comity_buffer *buffer, const comity_filter *filter, flow_table *table, bool complete)
{
    bool first = true;
    put_moment(buffer, "{\"since\":", filter->since_ms != 0, filter->since_ms);
    put_moment(buffer, ",\"until\":", filter->until_ms != UINT64_MAX, filter->until_ms);
    comity_buffer_append_text(buffer, ",\"entries\":");
    comity_buffer_append_u64(buffer, table->entries);
    comity_buffer_append_text(buffer, complete ? ",\"complete\":true,\"flows\":[" : ",\"complete\":false,\"flows\":[");
    qsort(table->flows, TABLE_SIZE, sizeof *table->flows, by_states);
    for (size_t i = 0; i < TABLE_SIZE; i++) {
        if (table->flows[i].used) {
            put_flow(buffer, &table->flows[i], first);
            first = false;
        }
    }
    comity_buffer_append_text(buffer, "]}\n");
}

static void tell_flows(comity_request *request)
{
    comity_filter filter;
    bool complete = false;
    flow_table table = {.flows = NULL};
    if (!comity_request_filter(request, COMITY_FILTER_TIMES, &filter)) {
        return;
    }
    table.flows = calloc(TABLE_SIZE, sizeof *table.flows);
    if (table.flows == NULL) {
        comity_answer_problem(request, 503, "Not enough memory", NULL);
    } else if (gather_all(request, &filter, &table, &complete)) {
        put_flows(&request->answer, &filter, &table, complete);
        comity_answer_with(request, 200, "application/json");
    }
    free(table.flows);
}

void comity_handle_flows(comity_request *request)
{
    comity_request_work(request, tell_flows);
}
