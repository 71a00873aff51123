/* From an act to its answer, and to the record.
 *
 * An answer is added to the output, which is written when there is much of it and
 * whenever input runs dry. With a record each judgement is durable in it before its
 * answer leaves: entries are submitted together as acts are judged, and waited for before
 * what was said of them is written. */
#include "cli/judge.h"

#include "base/quote.h"
#include "base/time.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

/* Submits what is at hand. What is not recorded is not said: if one fails, none of them is. */
static comity_status submit(judge_run *judging, comity_error *reterr)
{
    comity_at_hand *at_hand = &judging->at_hand;
    comity_status status = COMITY_OK;
    if (judging->record == NULL || at_hand->count == 0) {
        return COMITY_OK;
    }
    comity_record_submit_judged_many(judging->record, judging->context, judging->retention, judging->at_hand_ms,
                                     at_hand->items, at_hand->count);
    for (size_t i = 0; i < at_hand->count && status == COMITY_OK; i++) {
        const comity_log_submission *item = &at_hand->items[i];
        if (item->error.code != COMITY_OK) {
            status = comity_fail(reterr, item->error.code, "%s", item->error.message);
        } else {
            judging->last = item->index;
            judging->recorded++;
        }
    }
    comity_at_hand_clear(at_hand);
    if (status != COMITY_OK) {
        judging->out.size = judging->said;
    }
    return status;
}

/* Waits until what was judged is durable. */
static comity_status wait_recorded(judge_run *judging, comity_error *reterr)
{
    COMITY_TRY(submit(judging, reterr));
    if (judging->recorded != 0) {
        COMITY_TRY(comity_record_wait(judging->record, judging->last, reterr));
        judging->recorded = 0;
    }
    return COMITY_OK;
}

/* What was recorded is durable, or nothing more is printed; why is said once. */
static bool recorded(judge_run *judging)
{
    comity_error error;
    if (wait_recorded(judging, &error) == COMITY_OK) {
        return true;
    }
    if (!judging->broken) {
        (void)complain("%s", error.message);
    }
    judging->broken = true;
    return false;
}

bool judge_write(const comity_buffer *answers)
{
    const uint8_t *bytes;
    size_t size;
    if (comity_buffer_bytes(answers, &bytes, &size, NULL) != COMITY_OK) {
        (void)complain("a judgement is larger than can be written");
        return false;
    }
    return write_all(STDOUT_FILENO, (const char *)bytes, size);
}

void judge_flush(judge_run *judging)
{
    bool turn = judging->pool == NULL || judging->out.size == 0 || judge_pool_wait_turn(judging->pool, judging->turn);
    if (recorded(judging) && (!turn || !judge_write(&judging->out))) {
        judging->broken = true;
    }
    comity_buffer_reset(&judging->out);
}

static void put(judge_run *judging, const char *text)
{
    comity_buffer_append_text(&judging->out, text);
}

static const char *status_word(comity_status status)
{
    static const char *const words[] = {"ok",    "argument", "memory", "syntax",    "name",       "range",
                                        "limit", "image",    "system", "signature", "passphrase", "record"};
    return words[status];
}

/* Of a line by itself the number has been said; its reader knows of no other and says 1. */
void judge_put_error(judge_run *judging, const comity_error *error)
{
    static const char first_line[] = "line 1, ";
    bool known = judging->by_line && strncmp(error->message, first_line, strlen(first_line)) == 0;
    const char *message = error->message + (known ? strlen(first_line) : 0);
    judging->some_error = true;
    if (judging->form == FORM_JSON) {
        put(judging, "{\"error\":{\"line\":");
        comity_buffer_append_u64(&judging->out, judging->line);
        put(judging, ",\"code\":\"");
        put(judging, status_word(error->code));
        put(judging, "\",\"message\":");
        comity_buffer_append_json_string(&judging->out, message, strlen(message));
        put(judging, "}}\n");
        return;
    }
    put(judging, "error: line ");
    comity_buffer_append_u64(&judging->out, judging->line);
    put(judging, ": ");
    put(judging, message);
    put(judging, judging->form == FORM_WORDS ? "\n\n" : "\n");
}

/* Spaces up to a column. */
static void put_column(judge_run *judging, size_t start, size_t column)
{
    for (size_t at = judging->out.size - start; at < column; at++) {
        put(judging, " ");
    }
    put(judging, " ");
}

/* verdict, id, act, states, and the rule or the way that says most. */
static void put_row(judge_run *judging)
{
    const comity_context *context = judging->context;
    const comity_image *image = &context->law->image;
    const comity_act *act = context->act;
    size_t start = judging->out.size;
    put(judging, comity_verdict_word(context->judgement.verdict));
    put_column(judging, start, 12);
    if (act->id.text != NULL && act->id.text[0] == '"') {
        comity_quote_append_json(&judging->out, act->id.text + 1, act->id.size - 2);
    } else if (act->id.text != NULL) {
        comity_buffer_append(&judging->out, act->id.text, act->id.size);
    } else {
        put(judging, "line ");
        comity_buffer_append_u64(&judging->out, judging->line);
    }
    put_column(judging, start, 48);
    for (uint32_t i = 0; i < act->touched_count; i++) {
        put(judging, i == 0 ? "" : " ");
        put(judging, comity_image_text(image, image->places[act->touched[i].place].code));
    }
    put_column(judging, start, 60);
    for (uint32_t i = 0; i < context->judgement.ruling_count; i++) {
        const comity_ruling *ruling = &context->judgement.rulings[i];
        const comity_rule_record *rule = &image->rules[ruling->rule];
        bool decides = ruling->binds && ruling->lifted_by == COMITY_NOT_LIFTED &&
                       ((rule->effect == COMITY_EFFECT_REFUSE &&
                         (ruling->applies == COMITY_YES) == (context->judgement.verdict == COMITY_VERDICT_REFUSE)) ||
                        (rule->effect == COMITY_EFFECT_NEEDS && ruling->met != COMITY_YES &&
                         context->judgement.verdict != COMITY_VERDICT_REFUSE));
        if (decides) {
            put(judging, comity_image_text(image, rule->name));
            break;
        }
    }
    while (judging->out.size > start && judging->out.bytes[judging->out.size - 1] == ' ') {
        judging->out.size--;
    }
    put(judging, "\n");
}

/* How often, in milliseconds, what is new in the record is published while the command runs. */
#define PUBLISH_EVERY_MS 1000

/* Opens the record of the moment; where logs are kept by the year, until that ends. */
comity_status judge_open_year(judge_run *judging, uint64_t time_ms, comity_error *reterr)
{
    char folder[PATH_MAX];
    int32_t unused;
    COMITY_TRY(comity_record_year(judging->record_folder, time_ms, passphrase_text(judging->phrase), folder,
                                  sizeof folder, reterr));
    judging->year_end_ms = UINT64_MAX;
    if (strcmp(folder, judging->record_folder) != 0) {
        (void)comity_time_year(time_ms, &unused, &judging->year_end_ms);
    }
    return comity_record_open(folder, passphrase_text(judging->phrase), PUBLISH_EVERY_MS, &judging->record, reterr);
}

/* The year has turned: what was submitted becomes durable, the old log is closed, the new one opened. */
static comity_status turn_year(judge_run *judging, uint64_t time_ms, comity_error *reterr)
{
    uint64_t unused;
    COMITY_TRY(comity_record_publish(judging->record, &unused, reterr));
    comity_record_close(judging->record);
    judging->record = NULL;
    return judge_open_year(judging, time_ms, reterr);
}

/* Judges for the record: the judgement is at hand, and becomes durable with others, before the next flush. */
static comity_status record_one(judge_run *judging, const char *act, size_t size, comity_answer *ret_answer,
                                comity_error *reterr)
{
    char day[COMITY_DATE_TEXT_SIZE];
    uint64_t time_ms = now_ms();
    if (time_ms >= judging->year_end_ms) {
        COMITY_TRY(wait_recorded(judging, reterr));
        COMITY_TRY(turn_year(judging, time_ms, reterr));
    }
    if (comity_at_hand_is_full(&judging->at_hand) || time_ms != judging->at_hand_ms) {
        COMITY_TRY(submit(judging, reterr)); /* what goes together has one time */
    }
    comity_date_print(judging->day, day);
    COMITY_TRY(comity_context_answer(judging->context, ret_answer, reterr));
    judging->said = judging->at_hand.count == 0 ? judging->out.size : judging->said;
    COMITY_TRY(comity_at_hand_add(&judging->at_hand, judging->context, ret_answer, act, size, day, NULL, reterr));
    judging->at_hand_ms = time_ms;
    return COMITY_OK;
}

void judge_one(judge_run *judging, const char *act, size_t size)
{
    comity_error error = {0};
    comity_answer answer;
    if (judging->broken) {
        return;
    }
    comity_status status = comity_context_judge(judging->context, act, size, judging->day, &error);
    if (status == COMITY_OK && judging->record != NULL &&
        record_one(judging, act, size, &answer, &error) != COMITY_OK) {
        (void)complain("%s", error.message);
        judging->broken = true; /* what is not recorded is not said */
        return;
    }
    if (status == COMITY_OK && judging->form == FORM_JSON && judging->record != NULL) {
        comity_buffer_append(&judging->out, answer.json, answer.json_size);
        put(judging, "\n");
    } else if (status == COMITY_OK && judging->form == FORM_JSON) {
        status = comity_context_json(judging->context, &judging->out, &error);
        put(judging, "\n");
    }
    if (status != COMITY_OK) {
        judge_put_error(judging, &error);
        return;
    }
    if (judging->form == FORM_WORDS) {
        (void)comity_judgement_explain(judging->context->memory, judging->context->act, &judging->context->judgement,
                                 judging->context->explain, judging->style, &judging->out);
        put(judging, "\n");
    } else if (judging->form == FORM_TABLE) {
        put_row(judging);
    }
    judging->some_not_permitted |= judging->context->judgement.verdict != COMITY_VERDICT_PERMIT;
    if (judging->out.size > judging->out_max) {
        judge_flush(judging);
    }
}
