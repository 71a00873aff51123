/* A rule as the image keeps it: its texts, for people and for JSON, and the rule as
 * law. Each text stands once; sizes stand beside, so that nothing is counted later. */
#include "law/compile/compiler.h"

#include "base/date.h"

#include <string.h>

/* A text, its size, and whether JSON can take it as it is. */
static comity_status rule_text(comity_compiler *compiler, const char *text, uint32_t *ret_text, uint16_t *ret_size,
                               comity_rule_record *record)
{
    size_t size = strlen(text);
    if (size > UINT16_MAX) { /* of periods there may be any number */
        return comity_fail(compiler->reterr, COMITY_ERROR_LIMIT, "rule %s has a text of %zu bytes; expected at most %u",
                           compiler->texts.items + record->name, size, UINT16_MAX);
    }
    for (size_t i = 0; i < size; i++) {
        bool escape = (uint8_t)text[i] < 0x20 || text[i] == '"' || text[i] == '\\';
        record->flags |= escape ? COMITY_RULE_ESCAPES : 0;
    }
    *ret_size = (uint16_t)size;
    return comity_text(compiler, text, ret_text);
}

/* The same for what is in the buffer, which is empty then. */
static comity_status keep(comity_compiler *compiler, comity_buffer *buffer, uint32_t *ret_text, uint16_t *ret_size,
                          comity_rule_record *record)
{
    const uint8_t *bytes;
    size_t size;
    comity_buffer_append_byte(buffer, 0);
    COMITY_TRY(comity_buffer_bytes(buffer, &bytes, &size, compiler->reterr));
    COMITY_TRY(rule_text(compiler, (const char *)bytes, ret_text, ret_size, record));
    comity_buffer_reset(buffer);
    return COMITY_OK;
}

/* The duty's periods, in the words of the language. */
static void append_periods(comity_buffer *buffer, const comity_rule *rule)
{
    static const char *const words[] = {
        [COMITY_PERIOD_WITHIN] = "within ", [COMITY_PERIOD_FOR] = "for ",   [COMITY_PERIOD_EACH] = "each ",
        [COMITY_PERIOD_ONCE_PER] = "once per ", [COMITY_PERIOD_AT_ONCE] = "at once",
    };
    for (size_t i = 0; i < rule->period_count; i++) {
        const comity_period *period = &rule->periods[i];
        comity_buffer_append_text(buffer, i == 0 ? "" : ", ");
        comity_buffer_append_text(buffer, words[period->kind]);
        if (period->kind == COMITY_PERIOD_WITHIN || period->kind == COMITY_PERIOD_FOR) {
            comity_buffer_append_u64(buffer, period->number);
            comity_buffer_append_text(buffer, " ");
        }
        if (period->unit.text != NULL) {
            comity_buffer_append_text(buffer, period->unit.text);
        }
        comity_buffer_append_text(buffer, period->of_act ? " of the act" : period->of_paper ? " of " : "");
        if (period->of_paper) {
            comity_leaf_words(&period->paper, period->paper.under.text, period->paper.about.text, buffer);
        }
    }
}

static void append_cite(const comity_compiler *compiler, const comity_draft *draft, comity_buffer *buffer)
{
    char full[COMITY_LIMIT_LAW_WORD_BYTES * 2 + 2];
    const comity_rule *rule = draft->rule;
    if (rule->instrument.text != NULL) {
        (void)snprintf(full, sizeof full, "%s.%s", draft->file->code.text, rule->instrument.text);
        uint32_t number = comity_map_get(&compiler->declared[COMITY_CLASS_BASIS], full);
        if (number != COMITY_IMAGE_NONE) {
            const comity_instrument *instrument =
                &compiler->entries[COMITY_CLASS_BASIS].items[number].declaration->as.instrument;
            comity_buffer_append_text(buffer, instrument->title.text);
        }
    }
    if (rule->pinpoint.text != NULL && rule->pinpoint.text[0] != '\0') {
        comity_buffer_append_text(buffer, ", ");
        comity_buffer_append_text(buffer, rule->pinpoint.text);
    }
}

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

/* What the author wrote, in the order of the record. */
static comity_status rule_words(comity_compiler *compiler, const comity_rule *rule, comity_rule_record *record)
{
    char day[COMITY_DATE_TEXT_SIZE] = "";
    if (rule->checked != COMITY_NO_DATE) {
        comity_date_print(rule->checked, day);
    }
    COMITY_TRY(rule_text(compiler, rule->name.text, &record->name, &record->name_size, record));
    COMITY_TRY(rule_text(compiler, rule->title.text, &record->title, &record->title_size, record));
    COMITY_TRY(rule_text(compiler, or_empty(rule->source.text), &record->check, &record->check_size, record));
    COMITY_TRY(rule_text(compiler, or_empty(rule->text.text), &record->text, &record->text_size, record));
    return comity_text(compiler, day, &record->day);
}

static comity_status rule_clauses(comity_compiler *compiler, const comity_draft *draft, comity_buffer *buffer,
                                  comity_rule_record *record)
{
    const comity_declaration *declaration =
        compiler->entries[COMITY_CLASS_RULE].items[draft - compiler->drafts].declaration;
    COMITY_TRY(comity_clauses_of(compiler, draft->file, declaration, buffer));
    return comity_clauses_keep(compiler, buffer, &record->clauses);
}

comity_status comity_rule_texts(comity_compiler *compiler, const comity_draft *draft, comity_rule_record *record)
{
    comity_buffer buffer;
    comity_buffer_init(&buffer, COMITY_LIMIT_LAW_FILE_BYTES + 1);
    comity_status status = rule_words(compiler, draft->rule, record);
    if (status == COMITY_OK) {
        append_cite(compiler, draft, &buffer);
        status = keep(compiler, &buffer, &record->cite, &record->cite_size, record);
    }
    if (status == COMITY_OK) {
        append_periods(&buffer, draft->rule);
        status = keep(compiler, &buffer, &record->within, &record->within_size, record);
    }
    if (status == COMITY_OK) {
        status = rule_clauses(compiler, draft, &buffer, record);
    }
    comity_buffer_free(&buffer);
    return status;
}
