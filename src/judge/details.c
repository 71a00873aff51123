/* Details of a judgement that both JSON and words show: what a need lacks, what
 * meets it, and the channels that are open where laws conflict. */
#include "judge/explain.h"

#include "judge/memory.h"
#include "judge/truth.h"
#include "law/terms.h"

#include <string.h>

static const char *const verdict_words[] = {
    [COMITY_VERDICT_PERMIT] = "permit",
    [COMITY_VERDICT_CONDITIONAL] = "conditional",
    [COMITY_VERDICT_UNDETERMINED] = "undetermined",
    [COMITY_VERDICT_REFUSE] = "refuse",
};

const char *comity_verdict_word(comity_verdict_value verdict)
{
    return verdict_words[verdict];
}

uint32_t comity_leaf_item(const comity_image *image, uint32_t leaf)
{
    const comity_leaf *record = &image->leaves[leaf];
    return record->is_safeguard ? COMITY_ITEM_SAFEGUARD | record->name : leaf;
}

uint32_t comity_act_unnamed(const comity_act *act, uint32_t naming)
{
    const comity_node *to = &act->nodes[COMITY_NODE_SECOND];
    uint32_t unsaid = 0;
    unsaid |= to->name.text == NULL ? COMITY_NAMING_PARTIES : 0;
    unsaid |= to->state.place == COMITY_NONE16 ? COMITY_NAMING_STATES : 0;
    unsaid |= act->known[COMITY_SLOT_CATEGORY] != COMITY_KNOWN_ALL ? COMITY_NAMING_CATEGORIES : 0;
    unsaid |= act->known[COMITY_SLOT_PURPOSE] != COMITY_KNOWN_ALL ? COMITY_NAMING_PURPOSES : 0;
    return naming & unsaid;
}

/* ---- expressions ---- */

static void expression_text(const comity_image *image, uint32_t expression, unsigned depth, comity_buffer *buffer)
{
    static const char *const words[] = {
        [COMITY_EXPRESSION_LEAF] = "",
        [COMITY_EXPRESSION_ALL] = "all of ",
        [COMITY_EXPRESSION_ONE] = "one of ",
        [COMITY_EXPRESSION_ORDER] = "in order ",
    };
    const comity_expression_node *node = &image->expressions[expression];
    if (node->kind == COMITY_EXPRESSION_LEAF) {
        comity_image_append(image, image->leaves[node->leaf].text, image->leaves[node->leaf].size, buffer);
        return;
    }
    comity_buffer_append_text(buffer, depth == 0 ? "" : "(");
    comity_buffer_append_text(buffer, words[node->kind]);
    for (uint32_t i = 0; i < node->child_count; i++) {
        comity_buffer_append_text(buffer, i == 0 ? "" : ", ");
        expression_text(image, image->indices[node->first_child + i], depth + 1, buffer);
    }
    comity_buffer_append_text(buffer, depth == 0 ? "" : ")");
}

void comity_expression_text(const comity_image *image, uint32_t expression, comity_buffer *buffer)
{
    expression_text(image, expression, 0, buffer);
}

/* ---- lists of items, each once ---- */

typedef struct item_list {
    uint32_t *items;
    uint32_t count, max;
} item_list;

static void item_add(item_list *list, uint32_t item)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i] == item) {
            return;
        }
    }
    if (list->count < list->max) {
        list->items[list->count++] = item;
    }
}

static bool leaf_collect(comity_judge_memory *memory, const comity_act *act, uint32_t leaf, bool held, item_list *list)
{
    uint32_t paper;
    bool holds = comity_judge_leaf(memory, act, leaf, &paper) == COMITY_YES;
    if (holds == held) {
        item_add(list, comity_leaf_item(comity_judge_image(memory), leaf));
    }
    return holds;
}

/* Leaves of an expression that are, or are not, surely held, if it is so itself;
 * gives whether it is surely held. Of those that hold, only the first of each
 * "one of" is told. What a part turns out not to be asked for is forgotten again,
 * so that each leaf is looked at once. */
static bool leaves_collect(comity_judge_memory *memory, const comity_act *act, uint32_t expression, bool held,
                           item_list *list)
{
    const comity_image *image = comity_judge_image(memory);
    const comity_expression_node *node = &image->expressions[expression];
    uint32_t begin = list->count;
    if (node->kind == COMITY_EXPRESSION_LEAF) {
        return leaf_collect(memory, act, node->leaf, held, list);
    }
    bool all = node->kind == COMITY_EXPRESSION_ALL;
    bool holds = all;
    for (uint32_t i = 0; i < node->child_count; i++) {
        uint32_t before = list->count;
        bool here = leaves_collect(memory, act, image->indices[node->first_child + i], held, list);
        holds = all ? holds && here : holds || here;
        if (held && !all && list->count != before) {
            return true;
        }
    }
    list->count = holds == held ? list->count : begin;
    return holds;
}

uint32_t comity_judge_missing(comity_judge_memory *memory, const comity_act *act, uint32_t rule, uint32_t *ret_items,
                              uint32_t max)
{
    const comity_image *image = comity_judge_image(memory);
    const comity_rule_record *record = &image->rules[rule];
    item_list list = {ret_items, 0, max};
    if (record->expression != COMITY_IMAGE_NONE) {
        (void)leaves_collect(memory, act, record->expression, false, &list);
    }
    for (uint32_t i = 0; i < record->way_count; i++) {
        uint32_t way = image->indices[record->first_way + i];
        if (comity_judge_status(memory, way) != COMITY_NO && comity_judge_reaches(memory, way, rule) &&
            image->rules[way].expression != COMITY_IMAGE_NONE) {
            (void)leaves_collect(memory, act, image->rules[way].expression, false, &list);
        }
    }
    return list.count;
}

uint32_t comity_judge_met_by(comity_judge_memory *memory, const comity_act *act, uint32_t rule, uint32_t *ret_items,
                             uint32_t max)
{
    const comity_image *image = comity_judge_image(memory);
    const comity_rule_record *record = &image->rules[rule];
    item_list list = {ret_items, 0, max};
    if (record->expression != COMITY_IMAGE_NONE) {
        (void)leaves_collect(memory, act, record->expression, true, &list);
    }
    for (uint32_t i = 0; i < record->way_count; i++) {
        uint32_t way = image->indices[record->first_way + i];
        uint32_t expression = image->rules[way].expression;
        if (comity_judge_status(memory, way) == COMITY_YES && comity_judge_reaches(memory, way, rule) &&
            (expression == COMITY_IMAGE_NONE || comity_judge_expression(memory, act, expression) == COMITY_YES)) {
            item_add(&list, COMITY_MET_BY_WAY | way);
            if (expression != COMITY_IMAGE_NONE) {
                (void)leaves_collect(memory, act, expression, true, &list);
            }
        }
    }
    return list.count;
}

/* Does a way meet the need by signed papers? One that papers can open or close
 * by being held at all may rest on a claim. */
static bool way_signed(comity_judge_memory *memory, const comity_act *act, uint32_t way, uint32_t rule)
{
    const comity_rule_record *record = &comity_judge_image(memory)->rules[way];
    return comity_judge_status(memory, way) == COMITY_YES && comity_judge_reaches(memory, way, rule) &&
           record->expression != COMITY_IMAGE_NONE && !(record->flags & COMITY_RULE_PAPERS) &&
           comity_judge_expression(memory, act, record->expression) == COMITY_YES;
}

uint32_t comity_judge_met_by_signed(comity_judge_memory *memory, const comity_act *act, uint32_t rule, uint32_t *ret_items,
                                    uint32_t max)
{
    const comity_image *image = comity_judge_image(memory);
    const comity_rule_record *record = &image->rules[rule];
    item_list list = {ret_items, 0, max};
    if (act->signed_count == 0) {
        return 0;
    }
    memory->signed_only = true;
    if (record->expression != COMITY_IMAGE_NONE) {
        (void)leaves_collect(memory, act, record->expression, true, &list);
    }
    for (uint32_t i = 0; i < record->way_count; i++) {
        uint32_t way = image->indices[record->first_way + i];
        if (way_signed(memory, act, way, rule)) {
            item_add(&list, COMITY_MET_BY_WAY | way);
            (void)leaves_collect(memory, act, image->rules[way].expression, true, &list);
        }
    }
    memory->signed_only = false;
    return list.count;
}

/* ---- conflicts ---- */

static bool conflicts(const comity_image *image, const comity_ruling *compels, const comity_ruling *against)
{
    const comity_rule_record *rule = &image->rules[against->rule];
    bool blocks = rule->effect == COMITY_EFFECT_REFUSE ||
                  (rule->effect == COMITY_EFFECT_NEEDS && against->met != COMITY_YES);
    return image->rules[compels->rule].effect == COMITY_EFFECT_COMPELS && compels->binds &&
           compels->lifted_by == COMITY_NOT_LIFTED && blocks && against->binds &&
           against->lifted_by == COMITY_NOT_LIFTED && rule->law != image->rules[compels->rule].law;
}

bool comity_judge_conflict_next(const comity_image *image, const comity_judgement *judgement, comity_conflict *conflict)
{
    uint64_t count = judgement->ruling_count;
    while (conflict->next < count * count) {
        conflict->compels = &judgement->rulings[conflict->next / count];
        conflict->against = &judgement->rulings[conflict->next % count];
        if (image->rules[conflict->compels->rule].effect != COMITY_EFFECT_COMPELS) {
            conflict->next += count - conflict->next % count; /* on to the next rule */
            continue;
        }
        conflict->next++;
        if (conflicts(image, conflict->compels, conflict->against)) {
            return true;
        }
    }
    return false;
}

/* ---- channels ---- */

static bool covers_demand(const comity_image *image, const comity_act *act, const comity_law_record *agreement)
{
    const comity_set *channel = &image->sets[agreement->channel];
    const comity_facts *purposes = &act->facts[COMITY_SLOT_PURPOSE];
    uint64_t common = 0;
    for (uint32_t i = 0; i < COMITY_SET_WORDS; i++) {
        common |= channel->words[i] & comity_facts_may(purposes, i);
    }
    return common != 0;
}

/* Whether a law speaks for touched parties of an agreement: those of one state, or of several. */
typedef struct speaking {
    bool any, several;
    uint16_t state;
} speaking;

static speaking speaks_among(const comity_image *image, const comity_act *act, uint32_t law, uint32_t parties)
{
    speaking found = {0};
    for (uint32_t i = 0; i < act->touched_count && !found.several; i++) {
        uint16_t place = act->touched[i].place;
        uint16_t state = image->places[place].state;
        bool is_other = !found.any || state != found.state;
        if (is_other && comity_is_law_of(image, law, place, act->on) && comity_image_place_in(image, parties, place, act->on)) {
            found.several = found.any;
            found.any = true;
            found.state = state;
        }
    }
    return found;
}

uint32_t comity_judge_channels(comity_judge_memory *memory, const comity_act *act, uint32_t law_a, uint32_t law_b,
                               uint32_t *ret_laws, uint32_t max)
{
    const comity_image *image = comity_judge_image(memory);
    item_list list = {ret_laws, 0, max};
    for (uint32_t law = 0; law < image->laws_count; law++) {
        const comity_law_record *agreement = &image->laws[law];
        if (agreement->kind != COMITY_LAW_AGREEMENT || agreement->channel == COMITY_IMAGE_NONE ||
            agreement->parties == COMITY_IMAGE_NONE || !comity_judge_binds(memory, law) ||
            !covers_demand(image, act, agreement)) {
            continue;
        }
        speaking of_a = speaks_among(image, act, law_a, agreement->parties);
        speaking of_b = of_a.any ? speaks_among(image, act, law_b, agreement->parties) : of_a;
        if (of_b.any && (of_a.several || of_b.several || of_a.state != of_b.state)) {
            item_add(&list, law);
        }
    }
    return list.count;
}
