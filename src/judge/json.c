/* A judgement as JSON, member by member as docs/formats/act-and-judgement.md has them. What is said of
 * a rule alone stands ready in the image and is copied. */
#include "judge/explain.h"

#include "base/date.h"
#include "base/sha256.h"
#include "judge/memory.h"
#include "law/terms.h"

#include <string.h>

typedef struct printer {
    comity_buffer *buffer;
    comity_judge_memory *memory;
    const comity_image *image;
    const comity_act *act;
    const comity_judgement *judgement;
    comity_explain_memory *explain;
} printer;

static inline void put(const printer *print, const char *text)
{
    comity_buffer_append_text(print->buffer, text);
}

static inline void put_text(const printer *print, uint32_t text)
{
    put(print, comity_image_text(print->image, text));
}

static const comity_rule_record *rule_of(const printer *print, const comity_ruling *ruling)
{
    return &print->image->rules[ruling->rule];
}

static const char *truth_word(uint32_t truth)
{
    static const char *const words[] = {"\"no\"", "\"unknown\"", "\"yes\"", "null"};
    return words[truth];
}

static bool stands(const comity_ruling *ruling)
{
    return ruling->lifted_by == COMITY_NOT_LIFTED;
}

/* Commas between items: the first gets none. */
static void separate(const printer *print, bool *first)
{
    put(print, *first ? "" : ",");
    *first = false;
}

static void put_head(const printer *print, const uint8_t act_hash[32])
{
    char hash[COMITY_SHA256_TEXT_SIZE];
    char day[COMITY_DATE_TEXT_SIZE];
    if (print->act->id.text != NULL) {
        put(print, "{\"id\":");
        comity_buffer_append(print->buffer, print->act->id.text, print->act->id.size);
        put(print, ",\"verdict\":\"");
    } else {
        put(print, "{\"id\":null,\"verdict\":\"");
    }
    put(print, comity_verdict_word(print->judgement->verdict));
    put(print, "\",\"on\":\"");
    comity_date_print(print->act->on, day);
    put(print, day);
    put(print, "\",\"law\":\"");
    put(print, print->image->hash_text);
    put(print, "\",\"act\":\"sha256:");
    comity_sha256_print(act_hash, hash);
    put(print, hash);
    put(print, "\",\"touched\":[");
    for (uint32_t i = 0; i < print->act->touched_count; i++) {
        put(print, i == 0 ? "\"" : ",\"");
        put_text(print, print->image->places[print->act->touched[i]].code);
        put(print, "\"");
    }
    put(print, "]");
}

static void put_rules(const printer *print)
{
    bool first = true;
    put(print, ",\"rules\":[");
    for (uint32_t i = 0; i < print->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &print->judgement->rulings[i];
        const comity_rule_record *rule = rule_of(print, ruling);
        if (!stands(ruling)) {
            continue;
        }
        separate(print, &first);
        if (ruling->binds) {
            put_text(print, rule->json_head);
        } else { /* soft law: a note, whatever it would be where it binds */
            const char *head = comity_image_text(print->image, rule->json_head);
            const char *effect = strstr(head, ",\"effect\":");
            comity_buffer_append(print->buffer, head, effect == NULL ? strlen(head) : (size_t)(effect - head));
            put(print, ",\"effect\":\"notes\"");
        }
        put(print, ",\"applies\":");
        put(print, truth_word(ruling->applies));
        put(print, ",\"met\":");
        put(print, ruling->binds ? truth_word(ruling->met) : "null");
        put_text(print, rule->json_tail);
    }
    put(print, "]");
}

static void put_items(const printer *print, uint32_t count)
{
    put(print, "[");
    for (uint32_t i = 0; i < count; i++) {
        uint32_t item = print->explain->items[i];
        bool is_way = !(item & COMITY_ITEM_SAFEGUARD) && (item & COMITY_MET_BY_WAY);
        put(print, i == 0 ? "" : ",");
        put(print, is_way ? comity_image_text(print->image, print->image->rules[item & ~COMITY_MET_BY_WAY].json_name)
                          : comity_item_text(print->image, item, true));
    }
    put(print, "]");
}

enum { ITEMS_MAX = sizeof((comity_explain_memory *)0)->items / sizeof(uint32_t) };

static void put_expression(const printer *print, const comity_rule_record *rule)
{
    put(print, "\"");
    if (rule->expression == COMITY_IMAGE_NONE) {
        put(print, "a way");
    } else { /* made of names, which need no escapes */
        comity_expression_text(print->image, rule->expression, print->buffer);
    }
    put(print, "\"");
}

static void put_needs(const printer *print)
{
    bool first = true;
    put(print, ",\"needs\":[");
    for (uint32_t i = 0; i < print->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &print->judgement->rulings[i];
        const comity_rule_record *rule = rule_of(print, ruling);
        if (!stands(ruling) || !ruling->binds || ruling->met == COMITY_MET_NONE || ruling->met == COMITY_YES) {
            continue;
        }
        separate(print, &first);
        put(print, "{\"rule\":");
        put_text(print, rule->json_name);
        put(print, ",\"expression\":");
        put_expression(print, rule);
        put(print, ",\"missing\":");
        put_items(print, comity_judge_missing(print->memory, print->act, ruling->rule, print->explain->items, ITEMS_MAX));
        put(print, "}");
    }
    put(print, "]");
}

static void put_met(const printer *print)
{
    bool first = true;
    put(print, ",\"met\":[");
    for (uint32_t i = 0; i < print->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &print->judgement->rulings[i];
        if (!stands(ruling) || !ruling->binds || ruling->met != COMITY_YES) {
            continue;
        }
        separate(print, &first);
        put(print, "{\"rule\":");
        put_text(print, rule_of(print, ruling)->json_name);
        put(print, ",\"by\":");
        uint32_t count = comity_judge_met_by_signed(print->memory, print->act, ruling->rule, print->explain->items, ITEMS_MAX);
        bool is_signed = count != 0;
        if (!is_signed) {
            count = comity_judge_met_by(print->memory, print->act, ruling->rule, print->explain->items, ITEMS_MAX);
        }
        put_items(print, count);
        put(print, is_signed ? ",\"held\":\"signed\"}" : ",\"held\":\"claimed\"}");
    }
    put(print, "]");
}

static void put_lifted(const printer *print)
{
    bool first = true;
    put(print, ",\"lifted\":[");
    for (uint32_t i = 0; i < print->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &print->judgement->rulings[i];
        if (stands(ruling)) {
            continue;
        }
        separate(print, &first);
        put(print, "{\"rule\":");
        put_text(print, rule_of(print, ruling)->json_name);
        put(print, ",\"by\":");
        put_text(print, print->image->rules[ruling->lifted_by].json_name);
        put(print, "}");
    }
    put(print, "]");
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

static void put_duties(const printer *print)
{
    bool first = true;
    put(print, ",\"duties\":[");
    for (uint32_t i = 0; i < print->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &print->judgement->rulings[i];
        const comity_rule_record *rule = rule_of(print, ruling);
        if (!stands(ruling) || !ruling->binds || rule->effect != COMITY_EFFECT_DUTY) {
            continue;
        }
        separate(print, &first);
        put(print, "{\"rule\":");
        put_text(print, rule->json_name);
        put(print, ",");
        put_text(print, rule->json_text);
        put_deadline(print, ruling->rule);
        put(print, "}");
    }
    put(print, "]");
}

static void put_notes(const printer *print)
{
    bool first = true;
    put(print, ",\"notes\":[");
    for (uint32_t i = 0; i < print->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &print->judgement->rulings[i];
        const comity_rule_record *rule = rule_of(print, ruling);
        if (!stands(ruling) || (ruling->binds && rule->effect != COMITY_EFFECT_NOTES)) {
            continue;
        }
        separate(print, &first);
        put(print, "{\"rule\":");
        put_text(print, rule->json_name);
        put(print, "}");
    }
    put(print, "]");
}

static void put_uncovered(const printer *print)
{
    bool first = true;
    put(print, ",\"uncovered\":[");
    for (uint32_t i = 0; i < print->judgement->uncovered_count; i++) {
        separate(print, &first);
        put(print, "{\"state\":\"");
        put_text(print, print->image->places[print->judgement->uncovered[i]].code);
        put(print, "\",\"act\":\"");
        put(print, comity_act_kind_word(print->act->kind));
        put(print, "\"}");
    }
    put(print, "]");
}

static void put_questions(const printer *print)
{
    comity_questions *questions = &print->explain->questions;
    put(print, ",\"questions\":[");
    comity_judge_questions(print->memory, print->act, print->judgement, questions);
    for (uint32_t i = 0; i < questions->count; i++) {
        const comity_question *question = &questions->items[i];
        bool first = true;
        put(print, i == 0 ? "{\"fact\":\"" : ",{\"fact\":\"");
        comity_question_path(print->image, question, print->buffer);
        put(print, "\",\"ask\":");
        uint8_t room[4096];
        comity_buffer words;
        const uint8_t *bytes = room;
        size_t size = 0;
        comity_buffer_init_fixed(&words, room, sizeof room);
        comity_question_ask(print->image, print->act, question, &words);
        if (comity_buffer_bytes(&words, &bytes, &size, NULL) != COMITY_OK) {
            size = 0; /* longer than any question: labels are limited */
        }
        comity_buffer_append_json_string(print->buffer, (const char *)bytes, size);
        put(print, ",\"rules\":[");
        for (uint32_t j = 0; j < questions->rule_count; j++) {
            if (questions->rules[j].question == i) {
                separate(print, &first);
                put_text(print, print->image->rules[questions->rules[j].rule].json_name);
            }
        }
        put(print, "]}");
    }
    put(print, questions->cut ? "],\"questions_cut\":true" : "]");
}

static void put_conflicts(const printer *print)
{
    comity_conflict conflict = {.next = 0};
    bool first = true;
    put(print, ",\"conflicts\":[");
    while (comity_judge_conflict_next(print->image, print->judgement, &conflict)) {
        const comity_rule_record *compels = rule_of(print, conflict.compels);
        const comity_rule_record *against = rule_of(print, conflict.against);
        separate(print, &first);
        put(print, "{\"compels\":");
        put_text(print, compels->json_name);
        put(print, ",\"against\":");
        put_text(print, against->json_name);
        put(print, ",\"channels\":[");
        uint32_t count = comity_judge_channels(print->memory, print->act, compels->law, against->law,
                                               print->explain->items, ITEMS_MAX);
        for (uint32_t k = 0; k < count; k++) {
            put(print, k == 0 ? "" : ",");
            put_text(print, print->image->laws[print->explain->items[k]].code_json);
        }
        put(print, "]}");
    }
    put(print, "]");
}

static void put_ways(const printer *print)
{
    comity_ways *ways = &print->explain->ways;
    comity_judge_ways(print->memory, print->act, print->judgement, ways);
    put(print, ",\"ways\":[");
    for (uint32_t i = 0; i < ways->count; i++) {
        put(print, i == 0 ? "[" : ",[");
        for (uint32_t j = 0; j < ways->sets[i].count; j++) {
            put(print, j == 0 ? "" : ",");
            put(print, comity_item_text(print->image, ways->sets[i].items[j], true));
        }
        put(print, "]");
    }
    put(print, ways->cut ? "],\"ways_cut\":true" : "],\"ways_cut\":false");
}

static void put_unverified(const printer *print)
{
    bool first = true;
    put(print, ",\"rests_on_unverified\":[");
    for (uint32_t i = 0; i < print->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &print->judgement->rulings[i];
        const comity_rule_record *rule = rule_of(print, ruling);
        if (stands(ruling) && ruling->binds && rule->effect != COMITY_EFFECT_NOTES && rule->checked == COMITY_NO_DATE) {
            separate(print, &first);
            put_text(print, rule->json_name);
        }
    }
    put(print, "]");
}

void comity_judgement_json(comity_judge_memory *memory, const comity_act *act, const comity_judgement *judgement,
                           comity_act_memory *act_memory, const uint8_t act_hash[32],
                           comity_explain_memory *explain, comity_buffer *buffer)
{
    printer print = {buffer, memory, comity_judge_image(memory), act, judgement, explain};
    put_head(&print, act_hash);
    put_rules(&print);
    put_needs(&print);
    put_met(&print);
    put_lifted(&print);
    put_duties(&print);
    put_notes(&print);
    put_uncovered(&print);
    put_questions(&print);
    put_conflicts(&print);
    put_ways(&print);
    put_unverified(&print);
    if (act->fact_basis_count != 0) {
        put(&print, ",\"basis\":");
        comity_act_put_bases(print.image, act, act_memory, buffer);
    }
    put(&print, "}");
}
