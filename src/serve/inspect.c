/* POST /v1/inspect: what a body of any kind holds. It is inspected while it comes in
 * and is kept nowhere. */
#include "serve/request.h"

#include <string.h>

static bool media_type(const char *header, const char *type)
{
    return header != NULL && strncmp(header, type, strlen(type)) == 0;
}

/* One argument of the query; false: it is none, or malformed. */
static bool read_wish(comity_inspect_wish *wish, const char *name, const char *value)
{
    uint64_t level;
    if (value == NULL || strlen(value) > COMITY_LIMIT_SERVE_HEADER_BYTES) {
        return false;
    }
    if (strcmp(name, "name") == 0) {
        wish->hints.name = value;
        return true;
    }
    if (strcmp(name, "locale") == 0) {
        wish->hints.locale = value;
        return true;
    }
    if (strcmp(name, "state") == 0 && wish->state_count < sizeof wish->states / sizeof wish->states[0]) {
        wish->states[wish->state_count++] = value;
        return true;
    }
    if (strcmp(name, "level") == 0 && comity_filter_number(value, &level) && level >= 1 && level <= 99) {
        wish->level = (uint8_t)level;
        return true;
    }
    return false;
}

typedef struct wish_reading {
    comity_inspect_wish wish;
    bool failed;
} wish_reading;

static enum MHD_Result read_argument(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    wish_reading *reading = context;
    (void)kind;
    reading->failed = !read_wish(&reading->wish, name, value);
    return reading->failed ? MHD_NO : MHD_YES;
}

void comity_begin_inspect(comity_request *request)
{
    wish_reading reading = {.failed = false};
    comity_error error;
    reading.wish.hints.content_type = comity_request_header(request, "Content-Type");
    reading.wish.hints.content_encoding = comity_request_header(request, "Content-Encoding");
    reading.wish.summary = media_type(comity_request_header(request, "Accept"), "application/json");
    (void)MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, read_argument, &reading);
    if (reading.failed) {
        comity_answer_problem(request, 400, "Not a question that can be answered",
                              "name, locale, state (16 at most) and level (1 to 99) may be given");
        return;
    }
    comity_status status = comity_inspecting_begin(&request->server->inspectors, &reading.wish, &request->answer,
                                                   &request->inspecting, &error);
    if (status == COMITY_ERROR_SYNTAX || status == COMITY_ERROR_RANGE) {
        comity_answer_problem(request, 400, "Not a question that can be answered", error.message);
    } else if (status != COMITY_OK) {
        comity_answer_problem(request, 503, "Nothing can be inspected at present", error.message);
    }
}

void comity_handle_inspect(comity_request *request)
{
    comity_error error;
    bool summary = media_type(comity_request_header(request, "Accept"), "application/json");
    if (comity_inspecting_finish(request->inspecting, &error) != COMITY_OK) {
        comity_answer_problem(request, 422, "The body cannot be read to its end", error.message);
        return;
    }
    comity_answer_with(request, 200, summary ? "application/json" : "application/x-ndjson");
}
