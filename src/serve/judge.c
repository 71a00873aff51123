/* Judging for those who ask by HTTP: one act, a question, OPA's data API.
 *
 * What is judged is submitted to the record where there is one, and no byte of
 * the answer leaves before it is durable. Questions are answered in words and
 * are not recorded: nothing is released on them. */
#include "serve/request.h"

#include "serve/counting.h"
#include "serve/log.h"
#include "serve/opa.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char json_type[] = "application/json";

const char *comity_status_word(comity_status status)
{
    static const char *const words[] = {"ok",    "argument", "memory", "syntax",    "name",       "range",
                                        "limit", "image",    "system", "signature", "passphrase", "record"};
    assert(status <= COMITY_ERROR_RECORD);
    return words[status];
}

static comity_status lease_law(comity_request *request, comity_error *reterr)
{
    if (request->lease.law != NULL) {
        return COMITY_OK;
    }
    return comity_laws_lease(&request->server->laws, &request->lease, reterr);
}

/* Without a record, and for one who is not told it, the judgement need not be written. */
static comity_status judge_as_needed(comity_request *request, const char *act, size_t size, comity_answer *ret_answer,
                                     comity_error *reterr)
{
    comity_context *context = request->lease.context;
    comity_verdict verdict;
    if (request->server->keeper != NULL || (request->who.roles & COMITY_ROLE_COUNSEL) != 0) {
        return comity_judge_json(context, act, size, request->today, ret_answer, reterr);
    }
    COMITY_TRY(comity_judge_verdict(context, act, size, request->today, &verdict, reterr));
    *ret_answer = (comity_answer){.verdict = verdict};
    return COMITY_OK;
}

static comity_status judge_timed(comity_request *request, const char *act, size_t size, comity_answer *ret_answer,
                                 comity_error *reterr)
{
    comity_metrics *metrics = &request->server->metrics;
    uint64_t begun = comity_now_ns();
    comity_status status = judge_as_needed(request, act, size, ret_answer, reterr);
    comity_metrics_observe(&metrics->judging, comity_now_ns() - begun);
    if (status != COMITY_OK) {
        (void)atomic_fetch_add_explicit(&metrics->act_errors, 1, memory_order_relaxed);
    }
    return status;
}

static void count_verdict(comity_request *request, comity_verdict verdict)
{
    (void)atomic_fetch_add_explicit(&request->server->metrics.verdicts[verdict], 1, memory_order_relaxed);
}

comity_status comity_request_keep_at_hand(comity_request *request, comity_error *reterr)
{
    comity_at_hand *at_hand = request->at_hand;
    comity_ticket *tickets[COMITY_ENTRY_COMMIT_MAX];
    const comity_error *failed = NULL;
    if (at_hand == NULL || at_hand->count == 0) {
        return COMITY_OK;
    }
    for (size_t i = 0; i < at_hand->count; i++) {
        tickets[i] = &request->ticket;
    }
    comity_keeper_submit_many(request->server->keeper, request->lease.context, at_hand->items, tickets, at_hand->count);
    for (size_t i = 0; i < at_hand->count; i++) {
        if (at_hand->items[i].error.code == COMITY_OK) {
            request->recorded = true;
            count_verdict(request, at_hand->verdicts[i]);
        } else {
            failed = &at_hand->items[i].error;
        }
    }
    /* whatever it fails of, it is not recorded */
    comity_status status = failed == NULL ? COMITY_OK : comity_fail(reterr, COMITY_ERROR_RECORD, "%s", failed->message);
    comity_at_hand_clear(at_hand);
    return status;
}

/* Who has it judged, for the record. */
static const char *gate_of(const comity_request *request)
{
    return request->gate != NULL ? request->gate : request->who.name;
}

/* Those of a batch go together. */
static comity_status keep_together(comity_request *request, const char *act, size_t size, const comity_answer *answer,
                                   comity_error *reterr)
{
    comity_context *context = request->lease.context;
    comity_error error;
    if (comity_at_hand_is_full(request->at_hand)) {
        COMITY_TRY(comity_request_keep_at_hand(request, reterr));
    }
    if (comity_at_hand_add(request->at_hand, context, answer, act, size, request->today, gate_of(request), &error) !=
        COMITY_OK) {
        return comity_fail(reterr, COMITY_ERROR_RECORD, "%s", error.message);
    }
    return COMITY_OK;
}

/* Submits what was judged, where there is a record. */
static comity_status keep(comity_request *request, const char *act, size_t size, const comity_answer *answer,
                          comity_error *reterr)
{
    comity_server *server = request->server;
    if (request->at_hand != NULL) {
        return keep_together(request, act, size, answer, reterr);
    }
    if (server->keeper != NULL) {
        comity_error error;
        comity_keeping what = {.context = request->lease.context,
                               .act = act,
                               .act_size = size,
                               .today = request->today,
                               .gate = gate_of(request),
                               .answer = answer};
        /* whatever it fails of, it is not recorded */
        if (comity_keeper_submit(server->keeper, &what, &request->work, &request->ticket, &error) != COMITY_OK) {
            return comity_fail(reterr, COMITY_ERROR_RECORD, "%s", error.message);
        }
        request->recorded = true;
    }
    count_verdict(request, answer->verdict);
    return COMITY_OK;
}

/* ---- with the ledger ---- */

static comity_status hold(comity_request *request, const comity_ledger_id *id, comity_error *reterr)
{
    if (request->held_count == request->held_capacity) {
        size_t capacity = request->held_capacity == 0 ? 4 : request->held_capacity * 2;
        void *larger = realloc(request->held, capacity * sizeof *request->held);
        if (larger == NULL) {
            return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
        }
        request->held = larger;
        request->held_capacity = capacity;
    }
    request->held[request->held_count++] = *id;
    return COMITY_OK;
}

bool comity_request_end_held(comity_request *request, bool durable)
{
    bool done = true;
    comity_error error;
    for (size_t i = 0; i < request->held_count; i++) {
        if (durable && done) {
            done = comity_counting_commit(request->server->counter, &request->held[i], &error) == COMITY_OK;
        } else {
            comity_counting_cancel(request->server->counter, &request->held[i]);
        }
    }
    request->held_count = 0;
    return done;
}

/* Judges the act with its counts. What would go must be counted: now if nothing is
 * recorded, else once the record is durable. */
static comity_status judge_counting(comity_request *request, const comity_counting *counting, comity_answer *ret_answer,
                                    comity_error *reterr)
{
    COMITY_TRY(judge_timed(request, counting->act, counting->act_size, ret_answer, reterr));
    bool goes = ret_answer->verdict == COMITY_PERMIT;
    if (goes && counting->uncounted) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "the ledger cannot be reached, and the act would have to be counted");
    }
    COMITY_TRY(keep(request, counting->act, counting->act_size, ret_answer, reterr));
    if (goes && counting->reserved && request->server->keeper != NULL) {
        return hold(request, &counting->id, reterr);
    }
    if (goes && counting->reserved) {
        return comity_counting_commit(request->server->counter, &counting->id, reterr);
    }
    if (counting->reserved) {
        comity_counting_cancel(request->server->counter, &counting->id);
    }
    return COMITY_OK;
}

static comity_status judge_given(comity_request *request, comity_persons_given *given, comity_answer *ret_answer,
                                 comity_error *reterr)
{
    static const comity_ledger_id none;
    comity_counting counting;
    COMITY_TRY(comity_counting_begin(request->server->counter, &request->lease, given, request->today, &none,
                                     &request->counted_act, &counting, reterr));
    comity_status status = judge_counting(request, &counting, ret_answer, reterr);
    if (status != COMITY_OK && counting.reserved) {
        comity_counting_cancel(request->server->counter, &counting.id);
    }
    return status;
}

static comity_status judge_with_persons(comity_request *request, const char *text, size_t size, comity_answer *ret_answer,
                                        comity_error *reterr)
{
    comity_persons_given given;
    COMITY_TRY(comity_persons_read(text, size, &given, reterr));
    comity_status status =
        request->server->counter == NULL && given.act != text
            ? comity_fail(reterr, COMITY_ERROR_SYNTAX, "persons are given, but no ledger is set that could count them")
            : COMITY_OK;
    if (status == COMITY_OK && given.act != text) {
        status = judge_given(request, &given, ret_answer, reterr);
    } else if (status == COMITY_OK) {
        status = judge_timed(request, text, size, ret_answer, reterr);
        status = status == COMITY_OK ? keep(request, text, size, ret_answer, reterr) : status;
    }
    comity_persons_given_free(&given);
    return status;
}

comity_status comity_request_judge(comity_request *request, const char *act, size_t size, comity_answer *ret_answer,
                                   comity_error *reterr)
{
    comity_answer answer;
    COMITY_TRY(lease_law(request, reterr));
    if (comity_persons_beside(act, size)) {
        COMITY_TRY(judge_with_persons(request, act, size, &answer, reterr));
    } else {
        COMITY_TRY(judge_timed(request, act, size, &answer, reterr));
        COMITY_TRY(keep(request, act, size, &answer, reterr));
    }
    *ret_answer = answer;
    return COMITY_OK;
}

void comity_request_tell(comity_request *request, const comity_answer *answer, comity_buffer *buffer)
{
    const comity_slice *id = &request->lease.context->act->id;
    if ((request->who.roles & COMITY_ROLE_COUNSEL) != 0) {
        comity_buffer_append(buffer, answer->json, answer->json_size);
        return;
    }
    comity_buffer_append_text(buffer, "{\"id\":");
    if (id->text == NULL) {
        comity_buffer_append_text(buffer, "null");
    } else {
        comity_buffer_append(buffer, id->text, id->size);
    }
    comity_buffer_append_text(buffer, ",\"verdict\":\"");
    comity_buffer_append_text(buffer, comity_verdict_name(answer->verdict));
    comity_buffer_append_text(buffer, "\",\"law\":\"");
    comity_buffer_append_text(buffer, comity_law_hash(request->lease.context->law));
    comity_buffer_append_text(buffer, "\"}");
}

/* ---- waiting for the record ---- */

/* Called by the keeper. The request goes on in a thread of its connection. */
static void recorded(comity_ticket *ticket)
{
    comity_request *request = ticket->context;
    MHD_resume_connection(request->connection);
}

void comity_request_wait(comity_request *request)
{
    assert(request->recorded && !request->waiting);
    request->waiting = true;
    request->ticket.done = recorded;
    request->ticket.context = request;
    MHD_suspend_connection(request->connection);
    comity_keeper_await(request->server->keeper, &request->ticket, &request->ticket);
}

/* ---- handlers ---- */

static void note_verdict(comity_request *request, comity_verdict verdict)
{
    request->verdict = verdict;
    request->has_verdict = true;
}

void comity_handle_judge(comity_request *request)
{
    comity_answer answer;
    comity_error error;
    if (request->batch) {
        comity_batch_begin(request);
        comity_answer_with(request, 200, "application/x-ndjson");
        return;
    }
    comity_status status = request->with_papers
                               ? comity_request_judge_with_papers(request, &answer, &error)
                               : comity_request_judge(request, request->bytes, (size_t)request->body_size, &answer, &error);
    if (status != COMITY_OK) {
        comity_answer_error(request, &error);
        return;
    }
    if (!request->with_papers) {
        comity_request_tell(request, &answer, &request->answer);
    }
    comity_buffer_append_byte(&request->answer, '\n');
    note_verdict(request, answer.verdict);
    comity_answer_with(request, 200, json_type);
}

static comity_remedy append_words(comity_context *context, comity_buffer *words)
{
    comity_explain_style style = {.titles = true, .width = 80};
    return comity_judgement_explain(context->memory, context->act, &context->judgement, context->explain, style, words);
}

void comity_request_put_words(comity_request *request, comity_context *context, comity_buffer *answer)
{
    comity_buffer *words = &request->work;
    const uint8_t *bytes = NULL;
    size_t size = 0;
    comity_buffer_reset(words);
    const char *remedy = comity_remedy_word(append_words(context, words));
    if (comity_buffer_bytes(words, &bytes, &size, NULL) != COMITY_OK) {
        answer->failed = COMITY_ERROR_MEMORY;
        return;
    }
    comity_buffer_append_text(answer, "\"words\":");
    comity_buffer_append_json_string(answer, (const char *)bytes, size);
    comity_buffer_append_text(answer, ",\"remedy\":");
    comity_buffer_append_json_string(answer, remedy, strlen(remedy));
}

static bool wants_plain(comity_request *request)
{
    const char *accept = comity_request_header(request, "Accept");
    return accept != NULL && strncmp(accept, "text/plain", strlen("text/plain")) == 0;
}

static void append_question(comity_request *request, const comity_answer *judged)
{
    comity_buffer *answer = &request->answer;
    comity_buffer_append_text(answer, "{");
    comity_request_put_words(request, request->lease.context, answer);
    comity_buffer_append_text(answer, ",\"judgement\":");
    comity_buffer_append(answer, judged->json, judged->json_size);
    comity_buffer_append_text(answer, "}\n");
}

void comity_handle_ask(comity_request *request)
{
    comity_answer judged;
    comity_error error;
    comity_status status = lease_law(request, &error);
    bool plain = wants_plain(request);
    if (status == COMITY_OK) {
        status = judge_timed(request, request->bytes, (size_t)request->body_size, &judged, &error);
    }
    if (status == COMITY_OK && plain) {
        (void)append_words(request->lease.context, &request->answer);
    } else if (status == COMITY_OK) {
        append_question(request, &judged);
    }
    if (status != COMITY_OK) {
        comity_answer_error(request, &error);
        return;
    }
    (void)atomic_fetch_add_explicit(&request->server->metrics.questions, 1, memory_order_relaxed);
    comity_answer_with(request, 200, plain ? "text/plain; charset=utf-8" : json_type);
}

void comity_handle_data(comity_request *request)
{
    comity_answer answer;
    comity_error error;
    size_t begin = 0;
    size_t end = 0;
    comity_status status = comity_opa_input(request->bytes, (size_t)request->body_size, &begin, &end, &error);
    if (status == COMITY_OK) {
        status = comity_request_judge(request, request->bytes + begin, end - begin, &answer, &error);
    }
    if (status != COMITY_OK) {
        comity_answer_error(request, &error);
        return;
    }
    comity_buffer_append_text(&request->answer, "{\"decision_id\":\"");
    comity_buffer_append_text(&request->answer, comity_request_receipt(request));
    comity_buffer_append_text(&request->answer, "\",\"result\":");
    comity_request_tell(request, &answer, &request->answer);
    comity_buffer_append_text(&request->answer, "}\n");
    note_verdict(request, answer.verdict);
    comity_answer_with(request, 200, json_type);
}
