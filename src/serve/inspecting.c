/* Bytes of a body in, findings as lines of JSON or a summary out. Values are never told. */
#include "serve/inspecting.h"

#include "api/found.h"
#include "base/limits.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

/* Of one type. */
typedef struct type_count {
    uint64_t found;
    uint8_t least, most;
} type_count;

struct comity_inspecting {
    comity_inspectors *inspectors;
    comity_inspection *inspection;
    comity_buffer *buffer;
    char *name; /* what the body is called; owned */
    bool summary;
    bool cut; /* more was found than is told one by one */
    uint64_t bytes, found;
    type_count *counts; /* by type */
    comity_error error;
    comity_status status;
};

/* ---- what all share ---- */

comity_status comity_inspectors_open(comity_inspectors *ret_inspectors, comity_error *reterr)
{
    *ret_inspectors = (comity_inspectors){.rules = NULL};
    return pthread_mutex_init(&ret_inspectors->mutex, NULL) == 0
               ? COMITY_OK
               : comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
}

void comity_inspectors_close(comity_inspectors *inspectors)
{
    comity_rules_close(inspectors->rules);
    (void)pthread_mutex_destroy(&inspectors->mutex);
}

static comity_status enter(comity_inspectors *inspectors, comity_error *reterr)
{
    (void)pthread_mutex_lock(&inspectors->mutex);
    comity_status status = inspectors->count < COMITY_LIMIT_SERVE_INSPECTIONS
                               ? COMITY_OK
                               : comity_fail(reterr, COMITY_ERROR_LIMIT, "too many bodies are being inspected");
    if (status == COMITY_OK && inspectors->rules == NULL) {
        status = comity_rules_open(&inspectors->rules, reterr);
    }
    inspectors->count += status == COMITY_OK ? 1 : 0;
    (void)pthread_mutex_unlock(&inspectors->mutex);
    return status;
}

static void leave(comity_inspectors *inspectors)
{
    (void)pthread_mutex_lock(&inspectors->mutex);
    inspectors->count--;
    (void)pthread_mutex_unlock(&inspectors->mutex);
}

/* ---- findings ---- */

static void take_found(void *context, const comity_found *found)
{
    comity_inspecting *inspecting = context;
    const comity_seen *seen = &found->seen[0];
    type_count *count = &inspecting->counts[seen->type];
    count->least = count->found == 0 || seen->confidence < count->least ? seen->confidence : count->least;
    count->most = seen->confidence > count->most ? seen->confidence : count->most;
    count->found++;
    inspecting->found++;
    inspecting->cut |= inspecting->buffer->size > COMITY_LIMIT_SERVE_FINDINGS_BYTES;
    if (!inspecting->summary && !inspecting->cut) {
        comity_found_put(inspecting->inspectors->rules, inspecting->name, found, false, inspecting->buffer);
    }
}

static void put_number(comity_buffer *buffer, const char *key, uint64_t number)
{
    comity_buffer_append_text(buffer, key);
    comity_buffer_append_u64(buffer, number);
}

static void put_text(comity_buffer *buffer, const char *key, const char *text)
{
    comity_buffer_append_text(buffer, key);
    comity_buffer_append_json_string(buffer, text, strlen(text));
}

static void put_type(comity_buffer *buffer, const comity_type_about *about, const type_count *count, bool first)
{
    put_text(buffer, first ? "{\"type\":" : ",\n{\"type\":", about->name);
    put_text(buffer, ",\"title\":", about->title);
    put_text(buffer, ",\"category\":", about->category);
    comity_buffer_append_text(buffer, ",\"states\":[");
    for (size_t i = 0; i < about->state_count; i++) {
        put_text(buffer, i == 0 ? "" : ",", about->states[i]);
    }
    put_number(buffer, "],\"found\":", count->found);
    put_number(buffer, ",\"least\":", count->least);
    put_number(buffer, ",\"most\":", count->most);
    comity_buffer_append_text(buffer, "}");
}

static void put_summary(const comity_inspecting *inspecting)
{
    comity_buffer *buffer = inspecting->buffer;
    const comity_rules *rules = inspecting->inspectors->rules;
    bool first = true;
    bool exact;
    uint64_t persons = comity_inspect_persons(inspecting->inspection, &exact);
    put_number(buffer, "{\"bytes\":", inspecting->bytes);
    put_number(buffer, ",\"findings\":", inspecting->found);
    put_number(buffer, ",\"persons\":{\"count\":", persons);
    comity_buffer_append_text(buffer, exact ? ",\"exact\":true},\"types\":[" : ",\"exact\":false},\"types\":[");
    for (size_t i = 0; i < comity_rules_type_count(rules); i++) {
        comity_type_about about;
        if (inspecting->counts[i].found != 0 && comity_rules_type(rules, i, &about, NULL) == COMITY_OK) {
            put_type(buffer, &about, &inspecting->counts[i], first);
            first = false;
        }
    }
    comity_buffer_append_text(buffer, "]}\n");
}

/* ---- one body ---- */

static comity_status open_inspection(comity_inspecting *inspecting, const comity_inspect_wish *wish, comity_error *reterr)
{
    const comity_rules *rules = inspecting->inspectors->rules;
    comity_inspect_options options = {.level = wish->level,
                                      .states = wish->states,
                                      .state_count = wish->state_count,
                                      .with_paths = true,
                                      .with_digests = !wish->summary};
    const char *name = wish->hints.name == NULL ? "" : wish->hints.name;
    inspecting->counts = calloc(comity_rules_type_count(rules) + 1, sizeof *inspecting->counts);
    inspecting->name = strdup(name);
    if (inspecting->counts == NULL || inspecting->name == NULL || RAND_bytes(options.key, sizeof options.key) != 1) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    COMITY_TRY(comity_inspection_new(rules, &options, take_found, inspecting, &inspecting->inspection, reterr));
    return comity_inspect_begin(inspecting->inspection, &wish->hints, reterr);
}

comity_status comity_inspecting_begin(comity_inspectors *inspectors, const comity_inspect_wish *wish, comity_buffer *buffer,
                                      comity_inspecting **ret_inspecting, comity_error *reterr)
{
    COMITY_TRY(enter(inspectors, reterr));
    comity_inspecting *inspecting = calloc(1, sizeof *inspecting);
    if (inspecting == NULL) {
        leave(inspectors);
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    inspecting->inspectors = inspectors;
    inspecting->buffer = buffer;
    inspecting->summary = wish->summary;
    comity_status status = open_inspection(inspecting, wish, reterr);
    if (status != COMITY_OK) {
        comity_inspecting_end(inspecting);
        return status;
    }
    *ret_inspecting = inspecting;
    return COMITY_OK;
}

void comity_inspecting_feed(comity_inspecting *inspecting, const char *bytes, size_t size)
{
    inspecting->bytes += size;
    if (inspecting->status == COMITY_OK) {
        inspecting->status = comity_inspect_feed(inspecting->inspection, bytes, size, &inspecting->error);
    }
}

comity_status comity_inspecting_finish(comity_inspecting *inspecting, comity_error *reterr)
{
    if (inspecting->status == COMITY_OK) {
        inspecting->status = comity_inspect_finish(inspecting->inspection, &inspecting->error);
    }
    if (inspecting->status != COMITY_OK) {
        return comity_fail(reterr, inspecting->status, "%s", inspecting->error.message);
    }
    if (inspecting->summary) {
        put_summary(inspecting);
    } else if (inspecting->cut) {
        put_number(inspecting->buffer, "{\"cut\":true,\"findings\":", inspecting->found);
        comity_buffer_append_text(inspecting->buffer, "}\n");
    }
    return COMITY_OK;
}

void comity_inspecting_end(comity_inspecting *inspecting)
{
    if (inspecting == NULL) {
        return;
    }
    comity_inspection_free(inspecting->inspection);
    leave(inspecting->inspectors);
    free(inspecting->counts);
    free(inspecting->name);
    free(inspecting);
}
