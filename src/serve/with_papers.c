/* An act with signed papers beside it, in one request:
 *
 *     {"act": {…}, "papers": ["comity paper/permission v1\n…"]}
 *
 * The papers join those at hand, for this act alone, and are believed as those are: by
 * the trust file. What counts of them, and what the record keeps, is one bundle. */
#include "serve/request.h"

#include "api/papers_bundle.h"
#include "base/json.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the act stands, and the papers, decoded and appended to the bundle. */
typedef struct envelope {
    const char *text;
    size_t act_begin, act_end;
    unsigned act_count, list_count, paper_count;
    bool in_act, in_papers; /* what the member at hand is */
    comity_buffer *bundle;
} envelope;

static comity_status wrong(comity_error *reterr)
{
    return comity_fail(reterr, COMITY_ERROR_SYNTAX,
                       "expected an object with a member \"act\", which is an act, and a member \"papers\", a list of signed papers");
}

static comity_status take_paper(envelope *into, const comity_json_token *token, comity_error *reterr)
{
    size_t raw = (size_t)(token->end - token->begin);
    char *note = malloc(raw + 1);
    size_t size = 0;
    if (note == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    comity_status status = ++into->paper_count <= COMITY_LIMIT_SERVE_PAPERS
                               ? comity_json_decode(into->text + token->begin, raw, note, &size, reterr)
                               : comity_fail(reterr, COMITY_ERROR_LIMIT, "more than %d papers", COMITY_LIMIT_SERVE_PAPERS);
    if (status == COMITY_OK) {
        char name[32];
        (void)snprintf(name, sizeof name, "papers[%u]", into->paper_count - 1);
        comity_papers_bundle_add(into->bundle, "paper", name, note, size);
    }
    free(note);
    return status;
}

static comity_status take_token(envelope *into, const comity_json_token *token, comity_error *reterr)
{
    const char *raw = into->text + token->begin;
    size_t size = (size_t)(token->end - token->begin);
    bool closes = token->kind == COMITY_JSON_OBJECT_END || token->kind == COMITY_JSON_ARRAY_END;
    if (token->depth == 1 && token->kind == COMITY_JSON_KEY) {
        into->in_act = comity_json_says(raw, size, "act", 3);
        into->in_papers = comity_json_says(raw, size, "papers", 6);
        return into->in_act || into->in_papers ? COMITY_OK : wrong(reterr);
    }
    if (token->depth == 1 && into->in_act) {
        into->act_begin = closes ? into->act_begin : (size_t)token->begin;
        into->act_end = (size_t)token->end;
        into->act_count += closes ? 0 : 1;
    } else if (token->depth == 1 && into->in_papers) {
        into->list_count += token->kind == COMITY_JSON_ARRAY_BEGIN ? 1 : 0;
        return token->kind == COMITY_JSON_ARRAY_BEGIN || token->kind == COMITY_JSON_ARRAY_END ? COMITY_OK : wrong(reterr);
    } else if (token->depth == 2 && into->in_papers) {
        return token->kind == COMITY_JSON_STRING ? take_paper(into, token, reterr) : wrong(reterr);
    }
    return COMITY_OK;
}

static comity_status read_envelope(envelope *into, size_t size, comity_error *reterr)
{
    comity_json json;
    comity_json_token token;
    comity_json_init(&json, COMITY_LIMIT_JSON_DEPTH + 1);
    comity_json_feed(&json, into->text, size, true);
    do {
        COMITY_TRY(comity_json_next(&json, &token, reterr));
        if (token.kind != COMITY_JSON_NONE) {
            COMITY_TRY(take_token(into, &token, reterr));
        }
    } while (token.kind != COMITY_JSON_NONE);
    return into->act_count == 1 && into->list_count == 1 ? COMITY_OK : wrong(reterr);
}

/* The papers at hand and those of the request, under the law that is leased. */
static comity_status bundle_papers(comity_request *request, envelope *into, comity_papers **ret_papers, comity_error *reterr)
{
    const comity_papers *standing = comity_lease_papers(&request->lease);
    const uint8_t *bytes = NULL;
    size_t size = 0;
    if (standing == NULL) {
        return comity_fail(reterr, COMITY_ERROR_NAME, "no papers are believed here: no trust file is set");
    }
    COMITY_TRY(comity_buffer_bytes(&standing->bundle, &bytes, &size, reterr));
    comity_buffer_append(into->bundle, bytes, size);
    COMITY_TRY(read_envelope(into, (size_t)request->body_size, reterr));
    COMITY_TRY(comity_buffer_bytes(into->bundle, &bytes, &size, reterr));
    return comity_papers_bundle_open(request->lease.context->law, bytes, size, ret_papers, reterr);
}

comity_status comity_request_judge_with_papers(comity_request *request, comity_answer *ret_answer, comity_error *reterr)
{
    comity_buffer bundle;
    comity_papers *papers = NULL;
    envelope into = {.text = request->bytes, .bundle = &bundle};
    comity_context *context = NULL;
    COMITY_TRY(comity_laws_lease(&request->server->laws, &request->lease, reterr));
    context = request->lease.context;
    bool strict = context->strict;
    comity_buffer_init(&bundle, COMITY_PAPERS_BUNDLE_BYTES);
    comity_status status = bundle_papers(request, &into, &papers, reterr);
    comity_buffer_free(&bundle);
    COMITY_TRY(status);
    status = comity_context_papers(context, papers, strict, reterr);
    if (status == COMITY_OK) {
        status = comity_request_judge(request, request->bytes + into.act_begin, into.act_end - into.act_begin, ret_answer, reterr);
    }
    if (status == COMITY_OK) {
        comity_request_tell(request, ret_answer, &request->answer);
    }
    comity_error unused;
    comity_status restored = comity_context_papers(context, comity_lease_papers(&request->lease), strict, &unused);
    assert(restored == COMITY_OK); /* they were its papers before */
    (void)restored;
    comity_papers_free(papers);
    return status;
}
