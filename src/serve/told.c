/* An entry of the record in, a row out: judged again, held against a filter, as JSON. */
#include "serve/told.h"

#include "base/time.h"

#include <string.h>

/* Judges again. What another version judged counts only if this one judges the same. */
static comity_status look(comity_replay *replay, const comity_record_view *view, const comity_kept *kept, comity_error *reterr)
{
    const char *version = comity_version();
    const void *unused;
    size_t size = strlen(version);
    return kept->evaluator_size == size && memcmp(kept->evaluator, version, size) == 0
               ? comity_replay_look(replay, kept, reterr)
               : comity_replay_stands_for(replay, view, &unused, &size, reterr);
}

comity_status comity_told_read(comity_replay *replay, const comity_record_view *view, uint64_t index, comity_told *ret_row,
                              comity_error *reterr)
{
    comity_told row = {.kind = COMITY_TOLD_UNREADABLE, .entry = index, .time_ms = view->time_ms};
    const uint8_t *file;
    size_t size;
    comity_error error = {.code = COMITY_OK};
    if (view->kind == COMITY_RECORD_ERASED) {
        row.kind = COMITY_TOLD_ERASED;
    } else if (comity_kept_file(view->kept, view->kept_size, &file, &size)) {
        row.kind = COMITY_TOLD_FILE;
    } else if (comity_kept_read((const char *)view->kept, view->kept_size, &row.kept, &error) == COMITY_OK &&
               look(replay, view, &row.kept, &error) == COMITY_OK) {
        row.kind = COMITY_TOLD_JUDGEMENT;
        row.context = replay->context;
    }
    if (error.code == COMITY_ERROR_MEMORY) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "%s", error.message);
    }
    *ret_row = row;
    return COMITY_OK;
}

/* ---- filters ---- */

static const comity_image *image_of(const comity_told *row)
{
    return &row->context->law->image;
}

/* Is the place the one of this code, or a part of it? */
static bool place_is(const comity_image *image, uint32_t place, const char *code)
{
    const comity_place *record = &image->places[place];
    return strcmp(comity_image_text(image, record->code), code) == 0 ||
           strcmp(comity_image_text(image, image->places[record->state].code), code) == 0;
}

static bool party_is(const comity_told *row, unsigned side, const comity_filter_word *asked)
{
    const comity_node *node = &row->context->act->nodes[side];
    return asked->text[0] == '\0' ||
           (node->given && node->state.place != COMITY_NONE16 && place_is(image_of(row), node->state.place, asked->text));
}

static bool touches(const comity_told *row, const comity_filter_word *asked)
{
    const comity_act *act = row->context->act;
    bool found = asked->text[0] == '\0';
    for (uint32_t i = 0; i < act->touched_count && !found; i++) {
        found = place_is(image_of(row), act->touched[i].place, asked->text);
    }
    return found;
}

static bool has_category(const comity_told *row, const comity_filter_word *asked)
{
    if (asked->text[0] == '\0') {
        return true;
    }
    uint32_t category = comity_image_find(image_of(row), COMITY_CLASS_CATEGORY, asked->text, strlen(asked->text));
    return category != COMITY_IMAGE_NONE && comity_set_has(&row->context->act->facts[COMITY_SLOT_CATEGORY].yes, category);
}

static bool has_rule(const comity_told *row, const comity_filter_word *asked)
{
    const comity_judgement *judgement = &row->context->judgement;
    bool found = asked->text[0] == '\0';
    for (uint32_t i = 0; i < judgement->ruling_count && !found; i++) {
        const comity_ruling *ruling = &judgement->rulings[i];
        const char *name = comity_image_text(image_of(row), image_of(row)->rules[ruling->rule].name);
        found = ruling->lifted_by == COMITY_NOT_LIFTED && strcmp(name, asked->text) == 0;
    }
    return found;
}

static bool is_gate(const comity_told *row, const comity_filter_word *asked)
{
    size_t size = strlen(asked->text);
    return size == 0 ||
           (row->kept.gate != NULL && row->kept.gate_size == size && memcmp(row->kept.gate, asked->text, size) == 0);
}

bool comity_filter_may(const comity_filter *filter, uint64_t index, uint64_t time_ms)
{
    return (!filter->has_before || index < filter->before) && (!filter->has_after || index > filter->after) &&
           time_ms >= filter->since_ms && time_ms < filter->until_ms;
}

bool comity_filter_wants(const comity_filter *filter, const comity_told *row)
{
    if (row->kind != COMITY_TOLD_JUDGEMENT) {
        return !filter->narrow;
    }
    const comity_act *act = row->context->act;
    return (filter->verdicts == 0 || (filter->verdicts >> row->context->judgement.verdict & 1u) != 0) &&
           (filter->act.text[0] == '\0' || strcmp(comity_act_kind_word(act->kind), filter->act.text) == 0) &&
           is_gate(row, &filter->gate) && party_is(row, 0, &filter->from) && party_is(row, 1, &filter->to) &&
           touches(row, &filter->state) && has_category(row, &filter->category) && has_rule(row, &filter->rule);
}

/* ---- JSON ---- */

static void put_text(comity_buffer *buffer, const char *key, const char *text, size_t size)
{
    comity_buffer_append_text(buffer, key);
    if (text == NULL) {
        comity_buffer_append_text(buffer, "null");
    } else {
        comity_buffer_append_json_string(buffer, text, size);
    }
}

static void put_code(comity_buffer *buffer, const char *key, const char *code)
{
    put_text(buffer, key, code, code == NULL ? 0 : strlen(code));
}

const char *comity_told_state(const comity_told *row, unsigned side)
{
    const comity_node *node = &row->context->act->nodes[side];
    return !node->given || node->state.place == COMITY_NONE16
               ? NULL
               : comity_image_text(image_of(row), image_of(row)->places[node->state.place].code);
}

static void put_origin(const comity_told *row, comity_buffer *buffer)
{
    const comity_act *act = row->context->act;
    const comity_list *list = &act->lists[COMITY_LIST_ORIGIN];
    bool first = true;
    comity_buffer_append_text(buffer, ",\"origin\":[");
    for (uint32_t i = 0; i < list->count; i++) {
        uint32_t place = act->places[list->first + i].place;
        if (place != COMITY_NONE16) {
            put_code(buffer, first ? "" : ",", comity_image_text(image_of(row), image_of(row)->places[place].code));
            first = false;
        }
    }
    comity_buffer_append_text(buffer, "]");
}

static void put_categories(const comity_told *row, comity_buffer *buffer)
{
    const comity_image *image = image_of(row);
    uint32_t count = image->header->first_name[COMITY_CLASS_CATEGORY + 1] - image->header->first_name[COMITY_CLASS_CATEGORY];
    bool first = true;
    comity_buffer_append_text(buffer, ",\"categories\":[");
    for (uint32_t i = 0; i < count; i++) {
        if (comity_set_has(&row->context->act->listed_categories, i)) {
            const comity_name_record *name = comity_image_name(image, COMITY_CLASS_CATEGORY, i);
            put_text(buffer, first ? "" : ",", comity_image_text(image, name->text), name->size);
            first = false;
        }
    }
    comity_buffer_append_text(buffer, "]");
}

/* Does this ruling bear the verdict: what refuses, what is needed and not held, or where all is lawful what was met? */
static bool bears(const comity_told *row, const comity_ruling *ruling)
{
    comity_verdict_value verdict = row->context->judgement.verdict;
    uint8_t effect = image_of(row)->rules[ruling->rule].effect;
    if (!ruling->binds || ruling->lifted_by != COMITY_NOT_LIFTED) {
        return false;
    }
    if (effect == COMITY_EFFECT_REFUSE) {
        return (ruling->applies == COMITY_YES) == (verdict == COMITY_VERDICT_REFUSE);
    }
    return effect == COMITY_EFFECT_NEEDS && verdict != COMITY_VERDICT_REFUSE &&
           (ruling->met == COMITY_YES) == (verdict == COMITY_VERDICT_PERMIT);
}

static void put_rules(const comity_told *row, comity_buffer *buffer)
{
    const comity_judgement *judgement = &row->context->judgement;
    unsigned count = 0;
    comity_buffer_append_text(buffer, ",\"rules\":[");
    for (uint32_t i = 0; i < judgement->ruling_count && count < COMITY_LIMIT_SERVE_ROW_RULES; i++) {
        if (bears(row, &judgement->rulings[i])) {
            const comity_rule_record *rule = &image_of(row)->rules[judgement->rulings[i].rule];
            put_text(buffer, count++ == 0 ? "" : ",", comity_image_text(image_of(row), rule->name), rule->name_size);
        }
    }
    comity_buffer_append_text(buffer, "]");
}

static void put_judgement(const comity_told *row, comity_buffer *buffer)
{
    const comity_act *act = row->context->act;
    put_code(buffer, ",\"verdict\":", comity_verdict_word(row->context->judgement.verdict));
    put_code(buffer, ",\"act\":", comity_act_kind_word(act->kind));
    put_code(buffer, ",\"from\":", comity_told_state(row, 0));
    put_code(buffer, ",\"to\":", comity_told_state(row, 1));
    put_origin(row, buffer);
    put_categories(row, buffer);
    comity_buffer_append_text(buffer, ",\"persons\":");
    if (act->people.given) {
        comity_buffer_append_u64(buffer, act->people.min);
    } else {
        comity_buffer_append_text(buffer, "null");
    }
    put_rules(row, buffer);
    put_text(buffer, ",\"gate\":", row->kept.gate, row->kept.gate_size);
    put_text(buffer, ",\"law\":", row->kept.law, COMITY_LAW_NAME_SIZE);
}

void comity_told_put(const comity_told *row, const char *log, comity_buffer *buffer)
{
    static const char *const marks[] = {[COMITY_TOLD_JUDGEMENT] = "",
                                        [COMITY_TOLD_ERASED] = ",\"erased\":true",
                                        [COMITY_TOLD_FILE] = ",\"file\":true",
                                        [COMITY_TOLD_UNREADABLE] = ",\"unreadable\":true"};
    char time[COMITY_TIME_TEXT_SIZE];
    comity_time_print(row->time_ms, time);
    comity_buffer_append_text(buffer, "{\"entry\":");
    comity_buffer_append_u64(buffer, row->entry);
    if (log[0] != '\0') {
        put_code(buffer, ",\"log\":", log);
    }
    put_code(buffer, ",\"time\":", time);
    comity_buffer_append_text(buffer, marks[row->kind]);
    if (row->kind == COMITY_TOLD_JUDGEMENT) {
        put_judgement(row, buffer);
    } else if (row->kind == COMITY_TOLD_UNREADABLE && row->kept.evaluator != NULL) {
        put_text(buffer, ",\"evaluator\":", row->kept.evaluator, row->kept.evaluator_size);
    }
    comity_buffer_append_text(buffer, "}");
}
