/* What the record holds, for those who look: lists of judgements by filters, one in
 * full, and flows between states. All is judged again from what was kept, in the
 * worker's thread; nothing of an act is told here but the act of one entry, to counsel. */
#include "serve/request.h"
#include "serve/scan.h"

#include "base/time.h"

#include <stdlib.h>
#include <string.h>

static const char json_type[] = "application/json";

/* ---- arguments ---- */

typedef struct argument_reading {
    comity_filter *filter;
    unsigned allowed;
    comity_error error;
    comity_status status;
} argument_reading;

static enum MHD_Result read_argument(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    argument_reading *reading = context;
    (void)kind;
    reading->status = comity_filter_set(reading->filter, reading->allowed, name, value, &reading->error);
    return reading->status == COMITY_OK ? MHD_YES : MHD_NO;
}

bool comity_request_filter(comity_request *request, unsigned allowed, comity_filter *ret_filter)
{
    comity_filter filter;
    argument_reading reading = {.filter = &filter, .allowed = allowed};
    comity_filter_init(&filter);
    (void)MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, read_argument, &reading);
    if (reading.status != COMITY_OK) {
        comity_answer_problem(request, 400, "Not a question that can be answered", reading.error.message);
        return false;
    }
    *ret_filter = filter;
    return true;
}

/* ---- reading ---- */

static void cannot_read(comity_request *request)
{
    comity_answer_problem(request, 503, "The record cannot be read", NULL);
}

comity_record_reader *comity_request_reader(comity_request *request, const comity_year *year)
{
    comity_record_reader *reader = calloc(1, sizeof *reader);
    comity_error error;
    if (reader == NULL) {
        comity_answer_problem(request, 503, "Not enough memory", NULL);
    } else if (comity_record_reader_open(year->disk, NULL, reader, &error) != COMITY_OK) {
        cannot_read(request);
        free(reader);
        reader = NULL;
    } else {
        comity_replay_turn(comity_worker_replay(request->server->worker), year->disk);
    }
    return reader;
}

void comity_request_reader_close(comity_record_reader *reader)
{
    comity_record_reader_close(reader);
    free(reader);
}

void comity_request_work_in(comity_request *request, comity_worker *worker, void (*work)(comity_request *request))
{
    if (request->server->keeper == NULL) {
        comity_answer_problem(request, 404, "No record is kept here", NULL);
    } else if (!comity_worker_take(worker, request, work)) {
        comity_answer_problem(request, 503, "Too many are asking for as much", NULL);
    }
}

void comity_request_work(comity_request *request, void (*work)(comity_request *request))
{
    comity_request_work_in(request, request->server->worker, work);
}

/* ---- lists ---- */

/* The rows of a stretch, as JSON, in the order of their entries. */
typedef struct row_stack {
    const char *log;
    comity_buffer text;
    size_t *ends;      /* of each row in `text` */
    uint64_t *entries; /* beside each */
    size_t count, capacity;
} row_stack;

static comity_status stack_row(void *context, const comity_told *row, comity_error *reterr)
{
    row_stack *stack = context;
    if (stack->count == stack->capacity) {
        size_t capacity = stack->capacity == 0 ? 256 : stack->capacity * 2;
        size_t *ends = realloc(stack->ends, capacity * sizeof *ends);
        stack->ends = ends == NULL ? stack->ends : ends;
        uint64_t *entries = realloc(stack->entries, capacity * sizeof *entries);
        stack->entries = entries == NULL ? stack->entries : entries;
        if (ends == NULL || entries == NULL) {
            return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
        }
        stack->capacity = capacity;
    }
    comity_told_put(row, stack->log, &stack->text);
    stack->ends[stack->count] = stack->text.size;
    stack->entries[stack->count++] = row->entry;
    return COMITY_OK;
}

/* Takes rows off the top until the answer has as many as it may; the entry taken last, or `none`. */
static uint64_t unstack(row_stack *stack, uint64_t limit, uint64_t *listed, uint64_t none, comity_buffer *answer)
{
    const uint8_t *text = NULL;
    size_t size = 0;
    uint64_t last = none;
    if (comity_buffer_bytes(&stack->text, &text, &size, NULL) != COMITY_OK) {
        answer->failed = stack->text.failed;
        return last;
    }
    while (stack->count != 0 && *listed < limit) {
        size_t begin = --stack->count == 0 ? 0 : stack->ends[stack->count - 1];
        comity_buffer_append_text(answer, (*listed)++ == 0 ? "" : ",\n");
        comity_buffer_append(answer, text + begin, stack->ends[stack->count] - begin);
        last = stack->entries[stack->count];
    }
    return last;
}

static comity_status list_rows(comity_request *request, comity_record_reader *reader, const comity_filter *filter,
                               row_stack *stack, bool *ret_done, comity_error *reterr)
{
    comity_replay *replay = comity_worker_replay(request->server->worker);
    comity_buffer *answer = &request->answer;
    uint64_t size = reader->checkpoint.size;
    uint64_t end = filter->has_before && filter->before < size ? filter->before : size;
    uint64_t scanned = 0;
    uint64_t listed = 0;
    comity_buffer_append_text(answer, "{\"judgements\":[");
    while (end != 0 && listed < filter->limit && scanned < COMITY_LIMIT_SERVE_SCAN) {
        uint64_t begin = comity_scan_begin(end, scanned, COMITY_LIMIT_SERVE_SCAN);
        comity_buffer_reset(&stack->text);
        stack->count = 0;
        COMITY_TRY(comity_scan_stretch(reader, replay, filter, begin, end, stack_row, stack, reterr));
        uint64_t last = unstack(stack, filter->limit, &listed, begin, answer);
        uint64_t to = listed == filter->limit ? last : begin;
        scanned += end - to;
        end = to;
    }
    comity_buffer_append_text(answer, "],\"next\":");
    if (end == 0) {
        comity_buffer_append_text(answer, "null");
    } else {
        comity_buffer_append_u64(answer, end);
    }
    comity_buffer_append_text(answer, ",\"scanned\":");
    comity_buffer_append_u64(answer, scanned);
    *ret_done = end == 0;
    return COMITY_OK;
}

static void put_log(comity_buffer *buffer, const char *key, const char *log)
{
    comity_buffer_append_text(buffer, key);
    if (log[0] == '\0') {
        comity_buffer_append_text(buffer, "null");
    } else {
        comity_buffer_append_json_string(buffer, log, strlen(log));
    }
}

/* Where the list begins: in the log that is named, or the newest that can hold anything as early as is asked for. */
static const comity_year *first_year(comity_request *request, const comity_filter *filter)
{
    const comity_year *year = comity_request_year(request, filter->log);
    comity_error error;
    if (filter->log[0] != '\0') {
        return year;
    }
    for (const comity_year *earlier = year; earlier != NULL && year->begin_ms >= filter->until_ms;) {
        if (comity_years_before(comity_keeper_years(request->server->keeper), year, &earlier, &error) != COMITY_OK) {
            cannot_read(request);
            return NULL;
        }
        year = earlier == NULL ? year : earlier;
    }
    return year;
}

comity_status comity_earlier_log(comity_request *request, const comity_year *year, uint64_t since_ms,
                                 const comity_year **ret_year, comity_error *reterr)
{
    const comity_year *earlier = NULL;
    comity_record_reader *reader;
    uint64_t newest_ms = 0;
    *ret_year = NULL;
    COMITY_TRY(comity_years_before(comity_keeper_years(request->server->keeper), year, &earlier, reterr));
    if (earlier == NULL || since_ms == 0) {
        *ret_year = earlier;
        return COMITY_OK;
    }
    reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    comity_status status = comity_record_reader_open(earlier->disk, NULL, reader, reterr);
    if (status == COMITY_OK) {
        *ret_year = comity_scan_newest(reader, &newest_ms) && newest_ms >= since_ms ? earlier : NULL;
        comity_record_reader_close(reader);
    }
    free(reader);
    return status;
}

/* The list of a year's log, and, where it has come to its beginning, which one is before it. */
static comity_status list_year(comity_request *request, comity_record_reader *reader, const comity_year *year,
                               const comity_filter *filter, comity_error *reterr)
{
    row_stack stack = {.log = year->name};
    const comity_year *earlier = NULL;
    bool done = false;
    comity_buffer_init(&stack.text, COMITY_LIMIT_ANSWER_BYTES);
    comity_status status = list_rows(request, reader, filter, &stack, &done, reterr);
    comity_buffer_free(&stack.text);
    free(stack.ends);
    free(stack.entries);
    if (status == COMITY_OK && done) {
        status = comity_earlier_log(request, year, filter->since_ms, &earlier, reterr);
    }
    put_log(&request->answer, ",\"log\":", year->name);
    put_log(&request->answer, ",\"earlier\":", earlier == NULL ? "" : earlier->name);
    comity_buffer_append_text(&request->answer, "}\n");
    return status;
}

static void list(comity_request *request)
{
    comity_filter filter;
    comity_error error;
    const comity_year *year = NULL;
    comity_record_reader *reader = NULL;
    if (!comity_request_filter(request, COMITY_FILTER_PAGED | COMITY_FILTER_TIMES | COMITY_FILTER_WORDS, &filter) ||
        (year = first_year(request, &filter)) == NULL || (reader = comity_request_reader(request, year)) == NULL) {
        return;
    }
    if (list_year(request, reader, year, &filter, &error) == COMITY_OK) {
        comity_answer_with(request, 200, json_type);
    } else {
        cannot_read(request);
    }
    comity_request_reader_close(reader);
}

void comity_handle_judgements(comity_request *request)
{
    comity_request_work(request, list);
}

/* ---- live ---- */

/* A browser that comes back says which entry it saw last; it may say so in the query, too. */
static bool read_last(comity_request *request, comity_filter *filter)
{
    const char *last = comity_request_header(request, "Last-Event-ID");
    if (last != NULL && !comity_filter_entry(last, filter->log, &filter->after)) {
        comity_answer_problem(request, 400, "Not a question that can be answered", "Last-Event-ID: no number of an entry");
        return false;
    }
    filter->has_after |= last != NULL;
    return true;
}

void comity_handle_events(comity_request *request)
{
    comity_filter filter;
    if (!comity_request_filter(request, COMITY_FILTER_AFTER | COMITY_FILTER_TIMES | COMITY_FILTER_WORDS, &filter) ||
        !read_last(request, &filter)) {
        return;
    }
    const comity_year *year = comity_request_year(request, filter.log);
    if (year == NULL) {
        return;
    }
    request->follower = comity_feed_join(request->server->feed, request->connection, &filter, year);
    if (request->follower == NULL) {
        comity_answer_problem(request, 503, "Too many follow already", NULL);
        return;
    }
    comity_answer_with(request, 200, "text/event-stream");
}

/* ---- one ---- */

/* What is told of an entry: its log's name, and the judgement and its words; or, where this version cannot tell what was judged, why. */
typedef struct told_judgement {
    const char *log;
    const void *json; /* NULL: it cannot */
    size_t size;
    const char *reason;
} told_judgement;

/* The act's words are made last: they lie in the context of the judgement. */
static void put_one(comity_request *request, comity_replay *replay, const comity_record_view *view, const comity_kept *kept,
                    const told_judgement *judgement)
{
    comity_buffer *answer = &request->answer;
    char time[COMITY_TIME_TEXT_SIZE];
    comity_time_print(view->time_ms, time);
    comity_buffer_append_text(answer, "{\"entry\":");
    comity_buffer_append_u64(answer, view->index);
    if (judgement->log[0] != '\0') {
        put_log(answer, ",\"log\":", judgement->log);
    }
    comity_buffer_append_text(answer, ",\"time\":");
    comity_buffer_append_json_string(answer, time, strlen(time));
    comity_buffer_append_text(answer, ",\"gate\":");
    if (kept->gate == NULL) {
        comity_buffer_append_text(answer, "null");
    } else {
        comity_buffer_append_json_string(answer, kept->gate, kept->gate_size);
    }
    comity_buffer_append_text(answer, ",\"act\":");
    comity_buffer_append(answer, kept->act, kept->act_size);
    comity_buffer_append_text(answer, ",\"judgement\":");
    if (judgement->json == NULL) {
        comity_buffer_append_text(answer, "null,\"explained\":null,\"reason\":");
        comity_buffer_append_json_string(answer, judgement->reason, strlen(judgement->reason));
    } else {
        comity_buffer_append(answer, judgement->json, judgement->size);
        comity_buffer_append_text(answer, ",\"explained\":{");
        comity_request_put_words(request, replay->context, answer);
        comity_buffer_append_text(answer, "}");
    }
    comity_buffer_append_text(answer, ",\"law\":");
    comity_buffer_append_json_string(answer, kept->law, COMITY_LAW_NAME_SIZE);
    comity_buffer_append_text(answer, ",\"evaluator\":");
    comity_buffer_append_json_string(answer, kept->evaluator, kept->evaluator_size);
    comity_buffer_append_text(answer, "}\n");
    comity_answer_with(request, 200, json_type);
}

static void tell_entry(comity_request *request, const comity_record_view *view, const char *log)
{
    comity_replay *replay = comity_worker_replay(request->server->worker);
    told_judgement judgement = {.log = log};
    comity_kept kept;
    comity_error error;
    if (view->kind == COMITY_RECORD_ERASED) {
        comity_answer_problem(request, 410, "What was kept of this entry has been erased", NULL);
    } else if (comity_kept_read((const char *)view->kept, view->kept_size, &kept, &error) != COMITY_OK) {
        comity_answer_problem(request, 404, "This entry is of no judgement", NULL);
    } else if (comity_replay_stands_for(replay, view, &judgement.json, &judgement.size, &error) == COMITY_ERROR_MEMORY) {
        comity_answer_problem(request, 503, "Not enough memory", NULL);
    } else {
        judgement.reason = judgement.json == NULL ? error.message : NULL;
        put_one(request, replay, view, &kept, &judgement);
    }
}

static void tell_one(comity_request *request)
{
    const comity_year *year = comity_request_year_asked(request);
    comity_record_reader *reader = year == NULL ? NULL : comity_request_reader(request, year);
    comity_segment_cursor cursor = {0};
    comity_record_view view;
    comity_error error;
    uint64_t index = 0;
    size_t unused;
    if (reader == NULL) {
        return;
    }
    comity_status status = comity_filter_number(request->rest, &index) ? COMITY_OK : COMITY_ERROR_RANGE;
    if (status == COMITY_OK) {
        status = comity_record_reader_find(reader, index, &cursor, &unused, &view, &error);
    }
    if (status == COMITY_OK) {
        tell_entry(request, &view, year->name);
        comity_segment_close(&cursor);
    } else if (status == COMITY_ERROR_RANGE) {
        comity_answer_problem(request, 404, "There is no such entry under the checkpoint", NULL);
    } else {
        cannot_read(request);
    }
    comity_request_reader_close(reader);
}

void comity_handle_judgement(comity_request *request)
{
    comity_request_work(request, tell_one);
}
