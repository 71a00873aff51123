/* See gate_judge.h. What a gate may tell (names of rules that decided, ways) is taken from
 * the judgement's JSON, so that it says what the record says. */
#include "serve/gate_judge.h"

#include "base/date.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

comity_gate_job *comity_gate_job_new(const comity_gate_frame *request)
{
    comity_gate_job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        return NULL;
    }
    comity_buffer_init(&job->rules, COMITY_LIMIT_GATE_TEXT_BYTES);
    comity_buffer_init(&job->ways, COMITY_LIMIT_GATE_TEXT_BYTES);
    comity_buffer_init(&job->message, COMITY_LIMIT_GATE_TEXT_BYTES);
    job->answer.kind = COMITY_GATE_JUDGED;
    job->answer.number = request->number;
    memcpy(job->answer.judged.id, request->judge.id, sizeof job->answer.judged.id);
    job->answer.judged.segment = request->judge.segment;
    job->begun_ns = comity_now_ns();
    return job;
}

void comity_gate_job_free(comity_gate_job *job)
{
    if (job != NULL) {
        comity_buffer_free(&job->rules);
        comity_buffer_free(&job->ways);
        comity_buffer_free(&job->message);
        free(job);
    }
}

/* ---- what decided ---- */

/* One entry of the judgement's list of rules, as far as it matters. */
typedef struct rule_seen {
    const char *name;
    size_t name_size;
    bool refuses, needs, met;
} rule_seen;

static bool says(const char *text, const comity_json_token *token, const char *word)
{
    return comity_json_says(text + token->begin, (size_t)(token->end - token->begin), word, strlen(word));
}

static void rule_member(rule_seen *rule, const char *text, const comity_json_token *key, const comity_json_token *value)
{
    if (says(text, key, "rule") && value->kind == COMITY_JSON_STRING) {
        rule->name = text + value->begin + 1;
        rule->name_size = (size_t)(value->end - value->begin) - 2;
    } else if (says(text, key, "effect")) {
        rule->refuses = says(text, value, "refuse");
        rule->needs = says(text, value, "needs");
    } else if (says(text, key, "met")) {
        rule->met = says(text, value, "yes");
    }
}

static void rule_take(comity_gate_job *job, const rule_seen *rule)
{
    if (rule->name == NULL || !(rule->refuses || (rule->needs && !rule->met))) {
        return;
    }
    if (job->rules.size != 0) {
        comity_buffer_append_byte(&job->rules, ',');
    }
    comity_buffer_append(&job->rules, rule->name, rule->name_size);
}

/* Walks the judgement once: `rules` gives the names, `ways` is taken as it stands. */
static void tell(comity_gate_job *job, const comity_answer *answer, bool tells)
{
    comity_json json;
    comity_json_token token;
    comity_json_token key = {.kind = COMITY_JSON_NONE};
    comity_json_token top = key;
    rule_seen rule = {.name = NULL};
    uint64_t ways_begin = 0;
    const char *text = answer->json;
    comity_json_init(&json, COMITY_LIMIT_JSON_DEPTH);
    comity_json_feed(&json, text, answer->json_size, true);
    while (comity_json_next(&json, &token, NULL) == COMITY_OK && token.kind != COMITY_JSON_NONE) {
        bool in_rules = top.kind == COMITY_JSON_KEY && says(text, &top, "rules");
        bool in_ways = top.kind == COMITY_JSON_KEY && says(text, &top, "ways");
        if (token.kind == COMITY_JSON_KEY) {
            key = token;
            top = token.depth == 1 ? token : top;
        } else if (in_rules && token.depth == 2 && token.kind == COMITY_JSON_OBJECT_END) {
            rule_take(job, &rule);
            rule = (rule_seen){.name = NULL};
        } else if (in_rules && token.depth == 3) {
            rule_member(&rule, text, &key, &token);
        } else if (in_ways && token.depth == 1 && token.kind == COMITY_JSON_ARRAY_BEGIN) {
            ways_begin = token.begin;
        } else if (in_ways && token.depth == 1 && token.kind == COMITY_JSON_ARRAY_END && tells && job->ways.size == 0) {
            comity_buffer_append(&job->ways, text + ways_begin, (size_t)(token.end - ways_begin));
        }
    }
}

/* ---- judging ---- */

static void fail(comity_gate_job *job, comity_gate_outcome outcome, const char *message)
{
    job->answer.judged.outcome = outcome;
    job->answer.judged.entry_count = 0;
    comity_buffer_reset(&job->message);
    comity_buffer_append_text(&job->message, message);
}

/* refuse, then undetermined, then conditional, then permit: as the verdicts are numbered. */
static bool judge_act(comity_server *server, comity_lease *lease, const comity_gate_act *act, const char *today,
                      comity_buffer *work, comity_gate_job *job, bool tells)
{
    comity_gate_judged *judged = &job->answer.judged;
    comity_answer answer;
    comity_error error;
    uint64_t begun = comity_now_ns();
    comity_status status = comity_judge_json(lease->context, act->text, act->size, today, &answer, &error);
    comity_metrics_observe(&server->metrics.judging, comity_now_ns() - begun);
    if (status != COMITY_OK) {
        (void)atomic_fetch_add_explicit(&server->metrics.act_errors, 1, memory_order_relaxed);
        fail(job, status == COMITY_ERROR_MEMORY ? COMITY_GATE_UNAVAILABLE : COMITY_GATE_ACT_ERROR, error.message);
        return false;
    }
    if (comity_keeper_submit(server->keeper, lease->context, act->text, act->size, today, &answer, work, &job->ticket,
                             &error) != COMITY_OK) {
        fail(job, COMITY_GATE_UNAVAILABLE, error.message);
        return false;
    }
    job->submitted = true;
    judged->entries[judged->entry_count++] = job->ticket.index;
    (void)atomic_fetch_add_explicit(&server->metrics.verdicts[answer.verdict], 1, memory_order_relaxed);
    if (answer.verdict > judged->verdict) {
        judged->verdict = answer.verdict;
        comity_buffer_reset(&job->rules);
        comity_buffer_reset(&job->ways);
        tell(job, &answer, tells);
    } else if (answer.verdict == judged->verdict && answer.verdict != COMITY_PERMIT) {
        tell(job, &answer, tells);
    }
    return true;
}

static void law_name(const comity_law *law, uint8_t ret_law[32])
{
    static const char digits[] = "0123456789abcdef";
    const char *hex = comity_law_hash(law) + strlen("sha256:");
    for (size_t i = 0; i < 32; i++) {
        ret_law[i] = (uint8_t)((strchr(digits, hex[2 * i]) - digits) << 4 | (strchr(digits, hex[2 * i + 1]) - digits));
    }
}

void comity_gate_job_judge(comity_server *server, const comity_gate_judge *judge, comity_buffer *work, comity_gate_job *job)
{
    char today[COMITY_DATE_TEXT_SIZE];
    comity_lease lease;
    comity_error error;
    comity_date_print((int32_t)(time(NULL) / 86400), today);
    if (comity_laws_lease(&server->laws, &lease, &error) != COMITY_OK) {
        fail(job, COMITY_GATE_UNAVAILABLE, error.message);
        return;
    }
    law_name(lease.context->law, job->answer.judged.law);
    bool goes_on = true;
    for (size_t i = 0; i < judge->act_count && goes_on; i++) {
        goes_on = judge_act(server, &lease, &judge->acts[i], today, work, job, (judge->flags & COMITY_GATE_TELLS) != 0);
    }
    comity_laws_return(&server->laws, &lease);
}

static void point(const comity_buffer *buffer, const char **ret_text, size_t *ret_size)
{
    const uint8_t *bytes;
    *ret_text = "";
    *ret_size = 0;
    if (comity_buffer_bytes(buffer, &bytes, ret_size, NULL) == COMITY_OK) {
        *ret_text = (const char *)bytes;
    }
}

comity_status comity_gate_job_write(comity_gate_job *job, void *memory, size_t capacity, size_t *ret_size,
                                    comity_error *reterr)
{
    comity_gate_judged *judged = &job->answer.judged;
    point(&job->rules, &judged->rules, &judged->rules_size);
    point(&job->ways, &judged->ways, &judged->ways_size);
    point(&job->message, &judged->message, &judged->message_size);
    return comity_gate_frame_write(&job->answer, memory, capacity, ret_size, reterr);
}
