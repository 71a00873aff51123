/* A rule as the image keeps it for people, and, ready to copy, for JSON. */
#include "law/compile/compiler.h"

#include "base/date.h"

#include <string.h>

static const char *const effect_names[] = {
    [COMITY_EFFECT_REFUSE] = "refuse", [COMITY_EFFECT_NEEDS] = "needs", [COMITY_EFFECT_WAY] = "way",
    [COMITY_EFFECT_LIFTS] = "lifts",   [COMITY_EFFECT_DUTY] = "duty",   [COMITY_EFFECT_COMPELS] = "compels",
    [COMITY_EFFECT_NOTES] = "notes",
};

static void append_member(comity_buffer *buffer, const char *name, const char *text)
{
    comity_buffer_append_text(buffer, name);
    comity_buffer_append_json_string(buffer, text, strlen(text));
}

/* The buffer's text into the pool. */
static comity_status keep(comity_compiler *compiler, comity_buffer *buffer, uint32_t *ret_text)
{
    const uint8_t *bytes;
    size_t size;
    comity_buffer_append_byte(buffer, 0);
    COMITY_TRY(comity_buffer_bytes(buffer, &bytes, &size, compiler->reterr));
    COMITY_TRY(comity_text(compiler, (const char *)bytes, ret_text));
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

static comity_status rule_cite(comity_compiler *compiler, const comity_draft *draft, comity_buffer *buffer,
                               comity_rule_record *record)
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
    return keep(compiler, buffer, &record->cite);
}

static comity_status rule_json(comity_compiler *compiler, const comity_draft *draft, comity_buffer *buffer,
                               comity_rule_record *record)
{
    const comity_rule *rule = draft->rule;
    append_member(buffer, "{\"rule\":", rule->name.text);
    append_member(buffer, ",\"title\":", rule->title.text);
    append_member(buffer, ",\"state\":", draft->file->code.text);
    append_member(buffer, ",\"effect\":", effect_names[rule->effect]);
    COMITY_TRY(keep(compiler, buffer, &record->json_head));
    append_member(buffer, ",\"cite\":", compiler->texts.items + record->cite);
    append_member(buffer, ",\"source\":", compiler->texts.items + record->check);
    if (rule->checked == COMITY_NO_DATE) {
        comity_buffer_append_text(buffer, ",\"checked\":null}");
    } else {
        char day[COMITY_DATE_TEXT_SIZE];
        comity_date_print(rule->checked, day);
        append_member(buffer, ",\"checked\":", day);
        comity_buffer_append_text(buffer, "}");
    }
    return keep(compiler, buffer, &record->json_tail);
}

comity_status comity_rule_texts(comity_compiler *compiler, const comity_draft *draft, comity_rule_record *record)
{
    const comity_rule *rule = draft->rule;
    const comity_declaration *declaration =
        compiler->entries[COMITY_CLASS_RULE].items[draft - compiler->drafts].declaration;
    comity_buffer buffer;
    comity_buffer_init(&buffer, COMITY_LIMIT_LAW_FILE_BYTES + 1);
    comity_status status = comity_text(compiler, rule->name.text, &record->name);
    if (status == COMITY_OK) {
        status = comity_text(compiler, rule->title.text, &record->title);
    }
    if (status == COMITY_OK) {
        status = comity_text_json(compiler, rule->name.text, &record->json_name);
    }
    if (status == COMITY_OK) {
        status = comity_text(compiler, rule->source.text == NULL ? "" : rule->source.text, &record->check);
    }
    if (status == COMITY_OK) {
        status = comity_text(compiler, rule->text.text == NULL ? "" : rule->text.text, &record->text);
    }
    if (status == COMITY_OK) {
        status = rule_cite(compiler, draft, &buffer, record);
    }
    if (status == COMITY_OK) {
        status = rule_json(compiler, draft, &buffer, record);
    }
    if (status == COMITY_OK) {
        append_periods(&buffer, rule);
        status = keep(compiler, &buffer, &record->within);
    }
    if (status == COMITY_OK) {
        append_member(&buffer, "\"duty\":", compiler->texts.items + record->text);
        comity_buffer_append_text(&buffer, ",\"within\":");
        if (rule->period_count == 0) {
            comity_buffer_append_text(&buffer, "null");
        } else {
            append_member(&buffer, "", compiler->texts.items + record->within);
        }
        status = keep(compiler, &buffer, &record->json_text);
    }
    if (status == COMITY_OK) {
        status = comity_clauses_of(compiler, draft->file, declaration, &buffer);
    }
    if (status == COMITY_OK) {
        status = keep(compiler, &buffer, &record->clauses);
    }
    comity_buffer_free(&buffer);
    return status;
}
