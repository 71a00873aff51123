/* POST /v1/record/erase: one entry, or all that are older than a day.
 *
 *     {"entry": 17}                                       where one log is kept for ever
 *     {"entry": 17, "log": "2026"}                        where every year has one: which is never guessed
 *     {"before": "2026-01-01", "retention": "standard"}   without "retention": of every class
 *
 * Done in a thread of its own, for it may take long. */
#include "serve/request.h"

#include "base/date.h"
#include "base/json.h"
#include "serve/forget.h"
#include "serve/retention.h"

#include <stdlib.h>
#include <string.h>

/* The members, in the order of the table below. */
enum { ENTRY, LOG, BEFORE, RETENTION, MEMBER_COUNT, TEXT_SIZE = 64 };

static const struct {
    const char *name;
    comity_json_kind kind;
} members[MEMBER_COUNT] = {
    [ENTRY] = {"entry", COMITY_JSON_NUMBER},
    [LOG] = {"log", COMITY_JSON_STRING},
    [BEFORE] = {"before", COMITY_JSON_STRING},
    [RETENTION] = {"retention", COMITY_JSON_STRING},
};

typedef struct erase_body {
    char texts[MEMBER_COUNT][TEXT_SIZE]; /* "" where it is not said */
    unsigned member;                     /* whose value comes; MEMBER_COUNT: of none */
} erase_body;

static comity_status wrong(comity_error *reterr)
{
    return comity_fail(reterr, COMITY_ERROR_SYNTAX,
                       "expected {\"entry\": NUMBER}, with \"log\": \"YEAR\" where every year has a log of its own, "
                       "or {\"before\": \"YYYY-MM-DD\"} with or without \"retention\": \"CLASS\"");
}

static comity_status take_value(erase_body *body, const comity_json_token *token, const char *raw, comity_error *reterr)
{
    size_t size = (size_t)(token->end - token->begin);
    if (body->member == MEMBER_COUNT || token->kind != members[body->member].kind || size >= TEXT_SIZE ||
        body->texts[body->member][0] != '\0') {
        return wrong(reterr);
    }
    char *text = body->texts[body->member];
    if (token->kind == COMITY_JSON_NUMBER) {
        memcpy(text, raw, size);
    } else {
        COMITY_TRY(comity_json_decode(raw, size, text, &size, reterr));
    }
    text[size] = '\0';
    body->member = MEMBER_COUNT;
    return size != 0 && strlen(text) == size ? COMITY_OK : wrong(reterr);
}

static comity_status take_token(erase_body *body, const comity_json_token *token, const char *raw, comity_error *reterr)
{
    size_t size = (size_t)(token->end - token->begin);
    if (token->depth == 0) {
        return token->kind == COMITY_JSON_OBJECT_BEGIN || token->kind == COMITY_JSON_OBJECT_END ? COMITY_OK : wrong(reterr);
    }
    if (token->kind != COMITY_JSON_KEY) {
        return take_value(body, token, raw, reterr);
    }
    for (unsigned i = 0; i < MEMBER_COUNT; i++) {
        if (comity_json_says(raw, size, members[i].name, strlen(members[i].name))) {
            body->member = i;
            return COMITY_OK;
        }
    }
    return wrong(reterr);
}

static comity_status read_body(const char *text, size_t size, erase_body *ret_body, comity_error *reterr)
{
    comity_json json;
    comity_json_token token;
    *ret_body = (erase_body){.member = MEMBER_COUNT};
    comity_json_init(&json, 2);
    comity_json_feed(&json, text, size, true);
    do {
        COMITY_TRY(comity_json_next(&json, &token, reterr));
        if (token.kind != COMITY_JSON_NONE) {
            COMITY_TRY(take_token(ret_body, &token, text + token.begin, reterr));
        }
    } while (token.kind != COMITY_JSON_NONE);
    return COMITY_OK;
}

/* `body` holds the name of the class. */
static comity_status read_erasure(const erase_body *body, comity_erasure *ret_what, comity_error *reterr)
{
    comity_erasure what = {.by_index = body->texts[ENTRY][0] != '\0'};
    const char *before = body->texts[BEFORE];
    int32_t day = 0;
    if (what.by_index == (before[0] != '\0') || (what.by_index && body->texts[RETENTION][0] != '\0') ||
        (!what.by_index && body->texts[LOG][0] != '\0') ||
        (what.by_index && !comity_filter_number(body->texts[ENTRY], &what.index))) {
        return wrong(reterr);
    }
    if (!what.by_index) {
        COMITY_TRY(comity_date_parse(before, strlen(before), &day, reterr));
        what.before_ms = day < 0 ? 0 : (uint64_t)day * 86400000;
        what.class_name = body->texts[RETENTION][0] == '\0' ? NULL : body->texts[RETENTION];
    }
    *ret_what = what;
    return COMITY_OK;
}

/* Numbers begin anew with each year's log: an entry whose log is not named could be another than is meant. */
static comity_status check_log(const comity_request *request, const erase_body *body, const comity_erasure *what,
                               comity_error *reterr)
{
    bool yearly = comity_years_newest(comity_keeper_years(request->server->keeper))->name[0] != '\0';
    return what->by_index && yearly && body->texts[LOG][0] == '\0'
               ? comity_fail(reterr, COMITY_ERROR_SYNTAX, "every year has a log of its own: say in which the entry is, with \"log\": \"YEAR\"")
               : COMITY_OK;
}

static void erase(comity_request *request)
{
    erase_body body;
    comity_erasure what;
    comity_error error;
    comity_forgotten forgotten = {0};
    comity_status status = read_body(request->bytes, (size_t)request->body_size, &body, &error);
    if (status == COMITY_OK) {
        status = read_erasure(&body, &what, &error);
    }
    if (status == COMITY_OK) {
        status = check_log(request, &body, &what, &error);
    }
    if (status != COMITY_OK) {
        comity_answer_problem(request, 400, "Not what can be erased", error.message);
        return;
    }
    status = comity_forget(request->server, request->who.name, &what, body.texts[LOG], &forgotten, &error);
    if (status == COMITY_OK) {
        if (forgotten.count != 0) {
            comity_retention_erased(request->server->retention);
        }
        comity_buffer_append_text(&request->answer, "{\"erased\":");
        comity_buffer_append_u64(&request->answer, forgotten.count);
        if (forgotten.unread != 0) {
            comity_buffer_append_text(&request->answer, ",\"unread\":");
            comity_buffer_append_u64(&request->answer, forgotten.unread);
        }
        comity_buffer_append_text(&request->answer, "}\n");
        comity_answer_with(request, 200, "application/json");
    } else if (status == COMITY_ERROR_RANGE || status == COMITY_ERROR_NAME) {
        comity_answer_problem(request, 404, "The record has nothing of the kind", error.message);
    } else {
        comity_answer_problem(request, 503, "It could not be erased", error.message);
    }
}

void comity_handle_erase(comity_request *request)
{
    comity_request_work_in(request, request->server->eraser, erase);
}
