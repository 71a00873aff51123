/* Answers that are the same everywhere: problem documents, receipts, and what a
 * request shows of itself. */
#include "serve/request.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

static const char problem_type[] = "application/problem+json";

const char *comity_request_header(void *request, const char *name)
{
    comity_request *asked = request;
    return MHD_lookup_connection_value(asked->connection, MHD_HEADER_KIND, name);
}

const char *comity_request_argument(const comity_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *comity_request_receipt(comity_request *request)
{
    uint8_t random[16];
    if (request->receipt[0] == '\0' && RAND_bytes(random, sizeof random) == 1) {
        for (size_t i = 0; i < sizeof random; i++) {
            (void)snprintf(request->receipt + 2 * i, 3, "%02x", random[i]);
        }
    }
    return request->receipt;
}

void comity_answer_with(comity_request *request, unsigned status, const char *type)
{
    request->status = status;
    request->type = type;
}

static void put_member(comity_buffer *buffer, const char *key, const char *text)
{
    comity_buffer_append_text(buffer, ",\"");
    comity_buffer_append_text(buffer, key);
    comity_buffer_append_text(buffer, "\":");
    comity_buffer_append_json_string(buffer, text, strlen(text));
}

void comity_answer_problem(comity_request *request, unsigned status, const char *title, const char *detail)
{
    comity_buffer *answer = &request->answer;
    comity_buffer_reset(answer);
    comity_buffer_append_text(answer, "{\"type\":\"about:blank\"");
    put_member(answer, "title", title);
    comity_buffer_append_text(answer, ",\"status\":");
    comity_buffer_append_u64(answer, status);
    if (detail != NULL) {
        put_member(answer, "detail", detail);
    }
    if (request->receipt[0] != '\0') {
        put_member(answer, "receipt", request->receipt);
    }
    comity_buffer_append_text(answer, "}\n");
    comity_answer_with(request, status, problem_type);
}

void comity_answer_error(comity_request *request, const comity_error *error)
{
    switch (error->code) {
    case COMITY_ERROR_SYNTAX:
    case COMITY_ERROR_NAME:
    case COMITY_ERROR_RANGE:
    case COMITY_ERROR_LIMIT:
        comity_answer_problem(request, 400, "Not an act that can be judged", error->message);
        return;
    case COMITY_ERROR_SYSTEM:
        comity_answer_problem(request, 503, "The persons could not be counted", NULL);
        return;
    case COMITY_ERROR_RECORD:
        comity_answer_problem(request, 503, "The judgement could not be recorded", NULL);
        return;
    default:
        comity_answer_problem(request, 503, "Not enough memory", NULL);
    }
}

const comity_year *comity_request_year(comity_request *request, const char *name)
{
    const comity_year *year = NULL;
    comity_error error;
    if (request->server->keeper == NULL) {
        comity_answer_problem(request, 404, "No record is kept here", NULL);
        return NULL;
    }
    comity_years *years = comity_keeper_years(request->server->keeper);
    if (name[0] == '\0') {
        return comity_years_newest(years);
    }
    comity_status status = comity_years_find(years, name, &year, &error);
    if (status == COMITY_OK) {
        return year;
    }
    bool missing = status == COMITY_ERROR_NAME;
    comity_answer_problem(request, missing ? 404 : 503, missing ? "There is no log of that name" : "The record cannot be read", NULL);
    return NULL;
}

const comity_year *comity_request_year_asked(comity_request *request)
{
    const char *name = comity_request_argument(request, "log");
    return comity_request_year(request, name == NULL ? "" : name);
}

const comity_image *comity_request_image(comity_request *request)
{
    comity_error error;
    if (comity_laws_lease(&request->server->laws, &request->lease, &error) != COMITY_OK) {
        comity_answer_error(request, &error);
        return NULL;
    }
    return &request->lease.context->law->image;
}
