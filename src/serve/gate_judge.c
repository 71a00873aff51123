/* See gate_judge.h. What a gate may tell (names of rules that decided, ways) is taken from
 * the judgement's JSON, so that it says what the record says. */
#include "serve/gate_judge.h"

#include "base/date.h"
#include "base/json.h"
#include "serve/counting.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

void comity_gate_memory_init(comity_gate_memory *ret_memory)
{
    *ret_memory = (comity_gate_memory){.alike = comity_alike_new()};
    comity_at_hand_init(&ret_memory->at_hand);
}

void comity_gate_memory_free(comity_gate_memory *memory)
{
    comity_at_hand_free(&memory->at_hand);
    comity_alike_free(memory->alike);
}

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
    job->flags = request->judge.flags;
    return job;
}

void comity_gate_job_free(comity_gate_job *job)
{
    if (job != NULL) {
        comity_buffer_free(&job->rules);
        comity_buffer_free(&job->ways);
        comity_buffer_free(&job->message);
        free(job->request);
        free(job);
    }
}

comity_status comity_gate_job_keep(comity_gate_job *job, const char *gate, const void *frame, size_t size, uint64_t late_ns,
                                   comity_error *reterr)
{
    uint8_t *copy = malloc(size);
    if (copy == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    memcpy(copy, frame, size);
    memcpy(job->gate_name, gate, strlen(gate) + 1);
    job->request = copy;
    job->request_size = size;
    job->late_ns = late_ns;
    return COMITY_OK;
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

/* ---- persons ---- */

static uint64_t categories_of(const uint8_t *person)
{
    uint64_t categories = 0;
    for (unsigned i = 0; i < 8; i++) {
        categories |= (uint64_t)person[COMITY_GATE_DIGEST_SIZE + i] << 8 * i;
    }
    return categories;
}

/* The digests of all persons that have the category, behind those there are. */
static void found_add(const comity_gate_judge *judge, size_t category, const char *name, size_t name_size,
                      comity_persons_given *given)
{
    comity_persons_found *found = &given->found[given->found_count];
    *found = (comity_persons_found){.first = given->digest_count};
    for (size_t i = 0; i < judge->person_count; i++) {
        const uint8_t *person = judge->person_bytes + i * (COMITY_GATE_DIGEST_SIZE + 8);
        if ((categories_of(person) >> category & 1) != 0) {
            memcpy(given->digests[given->digest_count++].bytes, person, COMITY_GATE_DIGEST_SIZE);
        }
    }
    found->count = given->digest_count - found->first;
    if (found->count != 0) {
        memcpy(found->category, name, name_size);
        given->found_count++;
    }
}

/* The persons of a frame as the ledger wants them. The caller frees the digests. */
static comity_status persons_take(const comity_gate_judge *judge, comity_persons_given *ret_given, comity_error *reterr)
{
    const uint8_t *at = judge->category_bytes;
    size_t digests = 0;
    for (size_t i = 0; i < judge->person_count; i++) {
        digests += (size_t)__builtin_popcountll(categories_of(judge->person_bytes + i * (COMITY_GATE_DIGEST_SIZE + 8)));
    }
    ret_given->digests = calloc(digests + 1, sizeof *ret_given->digests);
    if (ret_given->digests == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < judge->category_count; i++) {
        size_t size = (size_t)at[0] | (size_t)at[1] << 8; /* at most COMITY_LIMIT_LAW_WORD_BYTES */
        if (size > COMITY_LIMIT_SERVE_NAME_BYTES || ret_given->found_count == COMITY_LIMIT_SERVE_CATEGORIES) {
            free(ret_given->digests);
            return comity_fail(reterr, COMITY_ERROR_LIMIT, "persons of too many categories, or of one with too long a name");
        }
        found_add(judge, i, (const char *)at + 4, size, ret_given);
        at += 4 + size;
    }
    return COMITY_OK;
}

/* A reservation's name: the request's, with the segment and the act in its last bytes. */
static comity_ledger_id reservation_of(const comity_gate_judge *judge, size_t act)
{
    comity_ledger_id id;
    memcpy(id.bytes, judge->id, sizeof id.bytes);
    for (unsigned i = 0; i < 4; i++) {
        id.bytes[11 + i] ^= (uint8_t)(judge->segment >> 8 * i);
    }
    id.bytes[15] ^= (uint8_t)act;
    return id;
}

/* Puts the counts of the ledger into the act, where there is a ledger and somebody to count. */
static comity_status count_act(comity_server *server, comity_lease *lease, const comity_gate_judge *judge, size_t number,
                               const char *today, comity_buffer *buffer, comity_counting *ret_counting,
                               comity_error *reterr)
{
    comity_persons_given given = {.act = judge->acts[number].text, .act_size = judge->acts[number].size};
    comity_ledger_id id = reservation_of(judge, number);
    *ret_counting = (comity_counting){.act = given.act, .act_size = given.act_size};
    if (server->counter == NULL || judge->person_count == 0) {
        return COMITY_OK;
    }
    COMITY_TRY(persons_take(judge, &given, reterr));
    comity_status status =
        comity_counting_begin(server->counter, lease, &given, today, &id, buffer, ret_counting, reterr);
    comity_persons_given_free(&given);
    return status;
}

static bool goes(const comity_gate_job *job)
{
    const comity_gate_judged *judged = &job->answer.judged;
    return judged->outcome == COMITY_GATE_OK && (job->flags & COMITY_GATE_HOLDS) == 0 &&
           (judged->verdict == COMITY_PERMIT ||
            (judged->verdict == COMITY_UNDETERMINED && (job->flags & COMITY_GATE_PASSES_UNDETERMINED) != 0));
}

/* ---- judging ---- */

static void fail(comity_gate_job *job, comity_gate_outcome outcome, const char *message)
{
    job->answer.judged.outcome = outcome;
    job->answer.judged.entry_count = 0;
    comity_buffer_reset(&job->message);
    comity_buffer_append_text(&job->message, message);
}

/* What came of a judgement that was to go to the record. */
static void take_outcome(comity_server *server, comity_gate_job *job, comity_verdict verdict,
                         const comity_log_submission *item)
{
    comity_gate_judged *judged = &job->answer.judged;
    if (item->error.code != COMITY_OK) {
        fail(job, COMITY_GATE_UNAVAILABLE, item->error.message);
        return;
    }
    job->submitted = true;
    (void)atomic_fetch_add_explicit(&server->metrics.verdicts[verdict], 1, memory_order_relaxed);
    if (judged->outcome == COMITY_GATE_OK) {
        judged->entries[judged->entry_count++] = item->index;
    }
}

/* Submits what is at hand; the lease stays. */
static void submit(comity_server *server, comity_gate_memory *memory)
{
    comity_ticket *tickets[COMITY_ENTRY_COMMIT_MAX];
    comity_at_hand *at_hand = &memory->at_hand;
    size_t count = at_hand->count;
    if (count == 0) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        tickets[i] = &memory->jobs[i]->ticket;
    }
    comity_keeper_submit_many(server->keeper, memory->lease.context, at_hand->items, tickets, count);
    for (size_t i = 0; i < count; i++) {
        take_outcome(server, memory->jobs[i], at_hand->verdicts[i], &at_hand->items[i]);
    }
    comity_at_hand_clear(at_hand);
}

/* Has the context's judgement at hand, and what is kept of it. */
static comity_status hold(comity_server *server, const comity_counting *act, const char *today,
                          const comity_answer *answer, comity_gate_memory *memory, comity_gate_job *job, comity_error *reterr)
{
    comity_at_hand *at_hand = &memory->at_hand;
    size_t number = at_hand->count;
    COMITY_TRY(comity_at_hand_add(at_hand, memory->lease.context, answer, act->act, act->act_size, today, job->gate, reterr));
    memory->jobs[number] = job;
    if (comity_at_hand_is_full(at_hand)) {
        submit(server, memory);
    }
    return COMITY_OK;
}

/* refuse, then undetermined, then conditional, then permit: as the verdicts are numbered. */
static bool judge_act(comity_server *server, const comity_counting *act, const char *today, comity_gate_memory *memory,
                      comity_gate_job *job)
{
    comity_gate_judged *judged = &job->answer.judged;
    comity_answer answer;
    comity_error error;
    bool tells = (job->flags & COMITY_GATE_TELLS) != 0;
    uint64_t begun = comity_now_ns();
    comity_status status =
        comity_judge_alike(memory->alike, memory->lease.context, act->act, act->act_size, today, &answer, &error);
    comity_metrics_observe(&server->metrics.judging, comity_now_ns() - begun);
    if (status != COMITY_OK) {
        (void)atomic_fetch_add_explicit(&server->metrics.act_errors, 1, memory_order_relaxed);
        fail(job, status == COMITY_ERROR_MEMORY ? COMITY_GATE_UNAVAILABLE : COMITY_GATE_ACT_ERROR, error.message);
        return false;
    }
    if (answer.verdict > judged->verdict) {
        judged->verdict = answer.verdict;
        comity_buffer_reset(&job->rules);
        comity_buffer_reset(&job->ways);
        tell(job, &answer, tells);
    } else if (answer.verdict == judged->verdict && answer.verdict != COMITY_PERMIT) {
        tell(job, &answer, tells);
    }
    if (hold(server, act, today, &answer, memory, job, &error) != COMITY_OK) {
        fail(job, COMITY_GATE_UNAVAILABLE, error.message);
    }
    return judged->outcome == COMITY_GATE_OK;
}

static uint8_t digit_of(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static void law_name(comity_gate_memory *memory, const comity_law *law, uint8_t ret_law[32])
{
    const char *name = comity_law_hash(law);
    const char *hex = name + strlen("sha256:");
    if (strcmp(memory->law, name) != 0) {
        memcpy(memory->law, name, sizeof memory->law);
        for (size_t i = 0; i < sizeof memory->law_bytes; i++) {
            memory->law_bytes[i] = (uint8_t)(digit_of(hex[2 * i]) << 4 | digit_of(hex[2 * i + 1]));
        }
    }
    memcpy(ret_law, memory->law_bytes, sizeof memory->law_bytes);
}

static comity_status lease(comity_server *server, comity_gate_memory *memory, comity_error *reterr)
{
    if (!memory->leased) {
        COMITY_TRY(comity_laws_lease(&server->laws, &memory->lease, reterr));
        memory->leased = true;
    }
    return COMITY_OK;
}

void comity_gate_job_judge(comity_server *server, const char *gate, const comity_gate_judge *judge,
                           comity_gate_memory *memory, comity_gate_job *job)
{
    char today[COMITY_DATE_TEXT_SIZE];
    job->gate = gate;
    comity_error error;
    comity_date_print((int32_t)(time(NULL) / 86400), today);
    if (lease(server, memory, &error) != COMITY_OK) {
        fail(job, COMITY_GATE_UNAVAILABLE, error.message);
        return;
    }
    law_name(memory, memory->lease.context->law, job->answer.judged.law);
    comity_buffer counted;
    bool goes_on = true;
    bool uncounted = false;
    comity_buffer_init(&counted, COMITY_LIMIT_ACT_BYTES);
    for (size_t i = 0; i < judge->act_count && goes_on; i++) {
        comity_counting act;
        comity_buffer_reset(&counted);
        comity_status status = count_act(server, &memory->lease, judge, i, today, &counted, &act, &error);
        if (status != COMITY_OK) {
            fail(job, status == COMITY_ERROR_MEMORY ? COMITY_GATE_UNAVAILABLE : COMITY_GATE_ACT_ERROR, error.message);
            break;
        }
        if (act.reserved) {
            job->held[job->held_count++] = act.id;
        }
        uncounted = uncounted || act.uncounted;
        goes_on = judge_act(server, &act, today, memory, job);
    }
    if (uncounted && goes(job)) {
        fail(job, COMITY_GATE_UNAVAILABLE, "the ledger cannot be reached, and the act would have to be counted");
    }
    comity_buffer_free(&counted);
}

void comity_gate_submit(comity_server *server, comity_gate_memory *memory)
{
    submit(server, memory);
    if (memory->leased) {
        comity_laws_return(&server->laws, &memory->lease);
        memory->leased = false;
    }
}

/* What has to be told of persons that could not be counted. */
static void fail_count(comity_gate_job *job)
{
    fail(job, COMITY_GATE_UNAVAILABLE, "the ledger cannot be written at present");
}

/* All acts of a request are counted, or none: it goes by all of them. */
void comity_gate_job_count(comity_server *server, comity_gate_job *job)
{
    comity_gate_jobs_count(server, &job, 1);
}

static void cancel_held(comity_server *server, comity_gate_job *job)
{
    for (size_t i = 0; i < job->held_count; i++) {
        comity_counting_cancel(server->counter, &job->held[i]);
    }
    job->held_count = 0;
}

/* Commits what was gathered of `jobs`, whose numbers are the groups. */
static void commit_members(comity_server *server, comity_gate_job *const *jobs, comity_ledger_member *members, size_t count)
{
    if (count == 0) {
        return;
    }
    comity_counting_commit_many(server->counter, members, count);
    for (size_t i = 0; i < count; i++) {
        if (members[i].status != COMITY_OK) {
            fail_count(jobs[members[i].group]);
        }
    }
}

void comity_gate_jobs_count(comity_server *server, comity_gate_job *const *jobs, size_t count)
{
    comity_ledger_member members[COMITY_LEDGER_TOGETHER_MAX];
    size_t member_count = 0;
    for (size_t i = 0; i < count; i++) {
        comity_gate_job *job = jobs[i];
        if (!goes(job)) {
            cancel_held(server, job);
        }
        if (job->held_count > COMITY_LEDGER_TOGETHER_MAX - member_count) {
            commit_members(server, jobs, members, member_count);
            member_count = 0;
        }
        for (size_t j = 0; j < job->held_count; j++) {
            members[member_count++] = (comity_ledger_member){.id = job->held[j], .group = i};
        }
        job->held_count = 0;
    }
    commit_members(server, jobs, members, member_count);
}

_Static_assert(COMITY_GATE_ACTS_MAX <= COMITY_LEDGER_TOGETHER_MAX, "one request's fit in one transaction");

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
