/* A judgement as JSON, member by member as docs/formats/act-and-judgement.md has
 * them. Each text of the image has its size beside it, so it is copied, not counted. */
#include "judge/explain.h"

#include "base/date.h"
#include "base/sha256.h"
#include "judge/memory.h"
#include "law/terms.h"

#include <string.h>

/* The lists of the judgement that rulings stand in, besides that of rules. */
typedef enum ruling_list {
    LIST_NEEDS,
    LIST_MET,
    LIST_LIFTED,
    LIST_DUTIES,
    LIST_NOTES,
    LIST_UNVERIFIED,
    LIST_COMPELS, /* perhaps in conflict with others */
    LIST_LAST
} ruling_list;

enum { RULINGS_SORTED = 64 }; /* those behind are looked at for each list */

typedef struct printer {
    comity_buffer *buffer;
    comity_judge_memory *memory;
    const comity_image *image;
    const comity_act *act;
    const comity_judgement *judgement;
    comity_explain_memory *explain;
    uint64_t lists[LIST_LAST]; /* of the first rulings, those in each list */
} printer;

/* Puts one of a list, with a comma before it unless it is the first. */
typedef void put_ruling(const printer *print, const comity_ruling *ruling, bool first);

/* Writes a constant without its NUL; gives the end. */
#define PUT(at, text) ((uint8_t *)memcpy((at), (text), sizeof(text) - 1) + sizeof(text) - 1)

static inline void put(const printer *print, const char *text)
{
    comity_buffer_append_text(print->buffer, text);
}

/* `before`, a constant that begins with a comma, without it where something is the first of
 * a list; then a text of the image that needs no escapes, in quotes. Of the constant as many
 * bytes are copied either way, its NUL among them, so that nothing depends on which it is. */
static inline __attribute__((always_inline)) void put_next_string(const printer *print, const char *before, bool first,
                                                                  uint32_t text, size_t size)
{
    size_t before_size = strlen(before);
    uint8_t *at = comity_buffer_room(print->buffer, before_size + size + 2 + COMITY_IMAGE_STEP);
    if (at != NULL) {
        at = (uint8_t *)memcpy(at, before + first, before_size) + before_size - first;
        *at = '"';
        at = comity_image_copy(print->image, text, size, at + 1);
        *at = '"';
        comity_buffer_filled(print->buffer, at + 1);
    }
}

static inline __attribute__((always_inline)) void put_next_name(const printer *print, const char *before, bool first,
                                                                const comity_rule_record *rule)
{
    put_next_string(print, before, first, rule->name, rule->name_size);
}

static inline void put_comma(const printer *print, bool first)
{
    uint8_t *at = comity_buffer_room(print->buffer, 1);
    if (at != NULL) {
        *at = ',';
        comity_buffer_filled(print->buffer, at + !first);
    }
}

static const comity_rule_record *rule_of(const printer *print, const comity_ruling *ruling)
{
    return &print->image->rules[ruling->rule];
}

static bool stands(const comity_ruling *ruling)
{
    return ruling->lifted_by == COMITY_NOT_LIFTED;
}

/* ---- the head ---- */

static void put_head(const printer *print, const uint8_t act_hash[32])
{
    const comity_slice *id = &print->act->id;
    const char *verdict = comity_verdict_word(print->judgement->verdict);
    size_t verdict_size = strlen(verdict);
    uint8_t *at = comity_buffer_room(print->buffer, 320 + id->size);
    if (at == NULL) {
        return;
    }
    if (id->text != NULL) {
        at = PUT(at, "{\"id\":");
        at = (uint8_t *)memcpy(at, id->text, id->size) + id->size;
    } else {
        at = PUT(at, "{\"id\":null");
    }
    at = PUT(at, ",\"verdict\":\"");
    at = (uint8_t *)memcpy(at, verdict, verdict_size) + verdict_size;
    at = PUT(at, "\",\"on\":\"");
    memcpy(at, print->act->on_text, COMITY_DATE_TEXT_SIZE - 1);
    at = PUT(at + COMITY_DATE_TEXT_SIZE - 1, "\",\"law\":\"");
    at = (uint8_t *)memcpy(at, print->image->hash_text, 71) + 71;
    at = PUT(at, "\",\"act\":\"sha256:");
    comity_sha256_print(act_hash, (char *)at);
    at = PUT(at + COMITY_SHA256_TEXT_SIZE - 1, "\",\"touched\":[");
    comity_buffer_filled(print->buffer, at);
    for (uint32_t i = 0; i < print->act->touched_count; i++) {
        const comity_place *place = &print->image->places[print->act->touched[i].place];
        put_next_string(print, ",", i == 0, place->code, place->code_size);
    }
    put(print, "]");
}

/* ---- rules ---- */

/* How a rule applies and whether its need is met; by truth, and NONE. */
static const struct {
    char text[24];
    uint8_t size;
} applies_words[] = {{",\"applies\":\"no\"", 15}, {",\"applies\":\"unknown\"", 20}, {",\"applies\":\"yes\"", 16}},
  met_words[] = {{",\"met\":\"no\"", 11}, {",\"met\":\"unknown\"", 16}, {",\"met\":\"yes\"", 12}, {",\"met\":null", 11}};

enum { MIDDLE_BYTES = 8 + sizeof applies_words[0].text + sizeof met_words[0].text };

/* Between a rule's head and its tail. */
static uint8_t *write_middle(const comity_ruling *ruling, comity_effect effect, uint8_t *at)
{
    uint32_t met = ruling->binds ? ruling->met : COMITY_MET_NONE;
    at = comity_rule_json_effect(effect, at);
    memcpy(at, applies_words[ruling->applies].text, sizeof applies_words[0].text);
    at += applies_words[ruling->applies].size;
    memcpy(at, met_words[met].text, sizeof met_words[0].text);
    return at + met_words[met].size;
}

/* What is not kept is put together. */
static void put_rule_anew(const printer *print, const comity_ruling *ruling, comity_effect effect)
{
    const comity_rule_record *rule = rule_of(print, ruling);
    comity_rule_json_begin(print->image, rule, print->buffer);
    uint8_t *at = comity_buffer_room(print->buffer, MIDDLE_BYTES);
    if (at != NULL) {
        comity_buffer_filled(print->buffer, write_middle(ruling, effect, at));
    }
    comity_rule_json_tail(print->image, rule, print->buffer);
}

static void put_rule(const printer *print, const comity_ruling *ruling)
{
    /* soft law is a note, whatever it would be where it binds */
    comity_effect effect = ruling->binds ? (comity_effect)rule_of(print, ruling)->effect : COMITY_EFFECT_NOTES;
    const comity_rule_pieces *pieces = comity_explain_pieces(print->explain, print->image, ruling->rule);
    if (pieces == NULL) {
        put_rule_anew(print, ruling, effect);
        return;
    }
    const uint8_t *head = print->explain->texts.bytes + pieces->begin;
    uint8_t *at = comity_buffer_room(print->buffer, (size_t)pieces->head_size + pieces->tail_size + MIDDLE_BYTES);
    if (at != NULL) {
        at = (uint8_t *)memcpy(at, head, pieces->head_size) + pieces->head_size;
        at = write_middle(ruling, effect, at);
        memcpy(at, head + pieces->head_size, pieces->tail_size);
        comity_buffer_filled(print->buffer, at + pieces->tail_size);
    }
}

static unsigned bit(ruling_list list)
{
    return 1u << list;
}

static unsigned lists_of(const comity_ruling *ruling, const comity_rule_record *rule)
{
    if (!stands(ruling)) {
        return bit(LIST_LIFTED);
    }
    if (!ruling->binds || rule->effect == COMITY_EFFECT_NOTES) {
        return bit(LIST_NOTES);
    }
    unsigned lists = rule->checked == COMITY_NO_DATE ? bit(LIST_UNVERIFIED) : 0;
    lists |= ruling->met == COMITY_MET_NONE ? 0 : ruling->met == COMITY_YES ? bit(LIST_MET) : bit(LIST_NEEDS);
    lists |= rule->effect == COMITY_EFFECT_DUTY ? bit(LIST_DUTIES) : 0;
    lists |= rule->effect == COMITY_EFFECT_COMPELS ? bit(LIST_COMPELS) : 0;
    return lists;
}

/* Sorts the rulings to the lists they stand in. */
static void lists_fill(printer *print)
{
    for (uint32_t i = 0; i < print->judgement->ruling_count && i < RULINGS_SORTED; i++) {
        const comity_ruling *ruling = &print->judgement->rulings[i];
        for (unsigned lists = lists_of(ruling, rule_of(print, ruling)); lists != 0; lists &= lists - 1) {
            print->lists[__builtin_ctz(lists)] |= UINT64_C(1) << i;
        }
    }
}

/* The rulings in one of the lists, each put by `put_one`. */
static void put_list(const printer *print, ruling_list list, put_ruling *put_one)
{
    bool first = true;
    for (uint64_t rulings = print->lists[list]; rulings != 0; rulings &= rulings - 1) {
        put_one(print, &print->judgement->rulings[__builtin_ctzll(rulings)], first);
        first = false;
    }
    for (uint32_t i = RULINGS_SORTED; i < print->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &print->judgement->rulings[i];
        if (lists_of(ruling, rule_of(print, ruling)) & bit(list)) {
            put_one(print, ruling, first);
            first = false;
        }
    }
}

static void put_rules(const printer *print)
{
    bool first = true;
    put(print, ",\"rules\":[");
    for (uint32_t i = 0; i < print->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &print->judgement->rulings[i];
        if (stands(ruling)) {
            put_comma(print, first);
            put_rule(print, ruling);
            first = false;
        }
    }
    put(print, "]");
}

static void put_item(const printer *print, bool first, uint32_t item)
{
    size_t size;
    const char *text = comity_item_text(print->image, item, &size);
    put_next_string(print, ",", first, (uint32_t)(text - print->image->texts), size);
}

static void put_items(const printer *print, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t item = print->explain->items[i];
        bool is_way = !(item & COMITY_ITEM_SAFEGUARD) && (item & COMITY_MET_BY_WAY);
        if (is_way) {
            put_next_name(print, ",", i == 0, &print->image->rules[item & ~COMITY_MET_BY_WAY]);
        } else {
            put_item(print, i == 0, item);
        }
    }
}

enum { ITEMS_MAX = sizeof((comity_explain_memory *)0)->items / sizeof(uint32_t) };

static void put_need(const printer *print, const comity_ruling *ruling, bool first)
{
    const comity_rule_record *rule = rule_of(print, ruling);
    put_next_name(print, ",{\"rule\":", first, rule);
    if (rule->expression == COMITY_IMAGE_NONE) {
        put(print, ",\"expression\":\"a way\",\"missing\":[");
    } else { /* made of names, which need no escapes */
        put(print, ",\"expression\":\"");
        comity_expression_text(print->image, rule->expression, print->buffer);
        put(print, "\",\"missing\":[");
    }
    put_items(print, comity_judge_missing(print->memory, print->act, ruling->rule, print->explain->items, ITEMS_MAX));
    put(print, "]}");
}

static void put_met(const printer *print, const comity_ruling *ruling, bool first)
{
    put_next_name(print, ",{\"rule\":", first, rule_of(print, ruling));
    put(print, ",\"by\":[");
    uint32_t *items = print->explain->items;
    uint32_t count = comity_judge_met_by_signed(print->memory, print->act, ruling->rule, items, ITEMS_MAX);
    bool is_signed = count != 0;
    if (!is_signed) {
        count = comity_judge_met_by(print->memory, print->act, ruling->rule, items, ITEMS_MAX);
    }
    put_items(print, count);
    put(print, is_signed ? "],\"held\":\"signed\"}" : "],\"held\":\"claimed\"}");
}

static void put_lifted(const printer *print, const comity_ruling *ruling, bool first)
{
    put_next_name(print, ",{\"rule\":", first, rule_of(print, ruling));
    put_next_name(print, ",\"by\":", false, &print->image->rules[ruling->lifted_by]);
    put(print, "}");
}

static void put_deadline(const printer *print, uint32_t rule)
{
    char day[COMITY_DATE_TEXT_SIZE];
    int32_t by;
    if (comity_judge_deadline(print->memory, print->act, rule, &by)) {
        comity_date_print(by, day);
        put(print, ",\"by\":\"");
        put(print, day);
        put(print, "\"");
    }
}

static void put_duty(const printer *print, const comity_ruling *ruling, bool first)
{
    const comity_rule_pieces *pieces = comity_explain_pieces(print->explain, print->image, ruling->rule);
    put_next_name(print, ",{\"rule\":", first, rule_of(print, ruling));
    put(print, ",");
    if (pieces != NULL) {
        const uint8_t *duty = print->explain->texts.bytes + pieces->begin + pieces->head_size + pieces->tail_size;
        comity_buffer_append(print->buffer, duty, pieces->duty_size);
    } else {
        comity_rule_json_duty(print->image, rule_of(print, ruling), print->buffer);
    }
    put_deadline(print, ruling->rule);
    put(print, "}");
}

static void put_note(const printer *print, const comity_ruling *ruling, bool first)
{
    put_next_name(print, ",{\"rule\":", first, rule_of(print, ruling));
    put(print, "}");
}

static void put_unverified(const printer *print, const comity_ruling *ruling, bool first)
{
    put_next_name(print, ",", first, rule_of(print, ruling));
}

static void put_uncovered(const printer *print)
{
    put(print, "],\"uncovered\":[");
    for (uint32_t i = 0; i < print->judgement->uncovered_count; i++) {
        const comity_place *place = &print->image->places[print->judgement->uncovered[i]];
        put_next_string(print, ",{\"state\":", i == 0, place->code, place->code_size);
        put(print, ",\"act\":\"");
        put(print, comity_act_kind_word(print->act->kind));
        put(print, "\"}");
    }
    put(print, "]");
}

/* ---- questions ---- */

static void put_questions(const printer *print)
{
    comity_questions *questions = &print->explain->questions;
    put(print, ",\"questions\":[");
    comity_judge_questions(print->memory, print->act, print->judgement, questions);
    for (uint32_t i = 0; i < questions->count; i++) {
        const comity_question *question = &questions->items[i];
        bool first = true;
        put_comma(print, i == 0);
        put(print, "{\"fact\":\"");
        comity_question_path(print->image, question, print->buffer);
        put(print, "\",\"ask\":\"");
        size_t begin = print->buffer->size;
        comity_question_ask(print->image, print->act, question, print->buffer);
        comity_buffer_escape_json(print->buffer, begin);
        put(print, "\",\"rules\":[");
        for (uint32_t j = question->first; j != COMITY_IMAGE_NONE; j = questions->rules[j].next) {
            put_next_name(print, ",", first, &print->image->rules[questions->rules[j].rule]);
            first = false;
        }
        put(print, "]}");
    }
    put(print, questions->cut ? "],\"questions_cut\":true" : "]");
}

/* ---- conflicts, ways, the rest ---- */

static void put_conflicts(const printer *print)
{
    comity_conflict conflict = {.next = 0};
    bool first = true;
    while (comity_judge_conflict_next(print->image, print->judgement, &conflict)) {
        const comity_rule_record *compels = rule_of(print, conflict.compels);
        const comity_rule_record *against = rule_of(print, conflict.against);
        put_next_name(print, ",{\"compels\":", first, compels);
        put_next_name(print, ",\"against\":", false, against);
        put(print, ",\"channels\":[");
        first = false;
        uint32_t count = comity_judge_channels(print->memory, print->act, compels->law, against->law,
                                               print->explain->items, ITEMS_MAX);
        for (uint32_t k = 0; k < count; k++) {
            const comity_law_record *law = &print->image->laws[print->explain->items[k]];
            put_next_string(print, ",", k == 0, law->code, law->code_size);
        }
        put(print, "]}");
    }
}

static void put_ways(const printer *print)
{
    comity_ways *ways = &print->explain->ways;
    comity_judge_ways(print->memory, print->act, print->judgement, ways);
    put(print, ",\"ways\":[");
    for (uint32_t i = 0; i < ways->count; i++) {
        put_comma(print, i == 0);
        put(print, "[");
        for (uint32_t j = 0; j < ways->sets[i].count; j++) {
            put_item(print, j == 0, ways->sets[i].items[j]);
        }
        put(print, "]");
    }
    put(print, ways->cut ? "],\"ways_cut\":true" : "],\"ways_cut\":false");
}

void comity_judgement_json(comity_judge_memory *memory, const comity_act *act, const comity_judgement *judgement,
                           comity_act_memory *act_memory, const uint8_t act_hash[32],
                           comity_explain_memory *explain, comity_buffer *buffer)
{
    printer print = {buffer, memory, comity_judge_image(memory), act, judgement, explain, {0}};
    put_head(&print, act_hash);
    put_rules(&print);
    lists_fill(&print);
    put(&print, ",\"needs\":[");
    put_list(&print, LIST_NEEDS, put_need);
    put(&print, "],\"met\":[");
    put_list(&print, LIST_MET, put_met);
    put(&print, "],\"lifted\":[");
    put_list(&print, LIST_LIFTED, put_lifted);
    put(&print, "],\"duties\":[");
    put_list(&print, LIST_DUTIES, put_duty);
    put(&print, "],\"notes\":[");
    put_list(&print, LIST_NOTES, put_note);
    put_uncovered(&print);
    put_questions(&print);
    put(&print, ",\"conflicts\":[");
    if (print.lists[LIST_COMPELS] != 0 || judgement->ruling_count > RULINGS_SORTED) {
        put_conflicts(&print);
    }
    put(&print, "]");
    put_ways(&print);
    put(&print, ",\"rests_on_unverified\":[");
    put_list(&print, LIST_UNVERIFIED, put_unverified);
    put(&print, "]");
    if (act->fact_basis_count != 0) {
        put(&print, ",\"basis\":");
        comity_act_put_bases(print.image, act, act_memory, buffer);
    }
    put(&print, "}");
}
