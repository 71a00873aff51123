/* What would make the act lawful: minimal sets of papers and safeguards.
 *
 * A family is a set of sets, each of which would do. Everything that stands in
 * the way gives a family (hold this, or that, or both of those), and the ways
 * are their product, with sets that contain another dropped. That is exact,
 * because a paper never hurts: no set can spoil what another has cleared. */
#include "judge/families.h"

#include "law/terms.h"

#include <string.h>

enum { DEPTH_MAX = 12 }; /* of rules that lift rules that lift … */

/* ---- what single conditions want ---- */

/* Can a paper be made that surely is this one? Not where it must name what the
 * act does not say, or be under the law of places that it does not say: whoever says
 * it first gets other ways. Nor where none could be old enough. */
static void leaf_make(const comity_way_search *search, uint32_t leaf, comity_ways *ret_family)
{
    const comity_leaf *record = &search->image->leaves[leaf];
    if (comity_act_unnamed(search->act, record->naming) != 0 ||
        !comity_judge_whose_known(search->image, search->act, record) ||
        !comity_judge_age_possible(search->image, record, search->act->on)) {
        comity_family_none(ret_family);
    } else {
        comity_family_of(search, comity_leaf_item(search->image, leaf), ret_family);
    }
}

static void leaf_family(const comity_way_search *search, uint32_t leaf, comity_ways *ret_family)
{
    uint32_t paper;
    if (comity_judge_leaf(search->memory, search->act, leaf, &paper) == COMITY_YES) {
        comity_family_any(ret_family);
    } else {
        leaf_make(search, leaf, ret_family);
    }
}

/* Where a part holds its family is that of what holds: nothing need be added. So the
 * whole is not looked at before its parts. */
static void expression_family(const comity_way_search *search, uint32_t expression, comity_ways *ret_family)
{
    const comity_expression_node *node = &search->image->expressions[expression];
    if (node->kind == COMITY_EXPRESSION_LEAF) {
        leaf_family(search, node->leaf, ret_family);
        return;
    }
    bool all = node->kind == COMITY_EXPRESSION_ALL;
    if (all) {
        comity_family_any(ret_family);
    } else {
        comity_family_none(ret_family);
    }
    for (uint32_t i = 0; i < node->child_count; i++) {
        comity_ways child;
        expression_family(search, search->image->indices[node->first_child + i], &child);
        if (all) {
            comity_family_and(search, ret_family, &child);
        } else if (comity_family_is_any(&child)) { /* it holds */
            comity_family_any(ret_family);
            return;
        } else {
            comity_family_or(search, ret_family, &child);
        }
    }
}

/* The items whose holding settles a literal's plain test as yes: one paper, or one of some safeguards. */
static void literal_items(const comity_way_search *search, const comity_literal *literal, comity_ways *ret_family)
{
    comity_family_none(ret_family);
    if (literal->op == COMITY_OP_HELD) {
        leaf_make(search, literal->b, ret_family);
    } else if (literal->op == COMITY_OP_HAS && literal->a == COMITY_SLOT_SAFEGUARD) {
        comity_family_of(search, COMITY_ITEM_SAFEGUARD | literal->b, ret_family);
    } else if (literal->op == COMITY_OP_HAS_ANY && literal->a == COMITY_SLOT_SAFEGUARD) {
        for (uint32_t bit = 0; bit < COMITY_SET_BITS; bit++) {
            if (comity_set_has(&search->image->sets[literal->b], bit)) {
                comity_ways one;
                comity_family_of(search, COMITY_ITEM_SAFEGUARD | bit, &one);
                comity_family_or(search, ret_family, &one);
            }
        }
    }
}

static void row_make_yes(const comity_way_search *search, const comity_row *row, unsigned depth,
                         comity_ways *ret_family);
static void row_make_no(const comity_way_search *search, const comity_row *row, unsigned depth,
                        comity_ways *ret_family);

/* What makes a condition by itself surely hold, or surely not. */
static void condition_make(const comity_way_search *search, uint32_t condition, bool hold, unsigned depth,
                           comity_ways *ret_family)
{
    const comity_rows *rows = &search->image->conditions[condition];
    comity_ways one;
    if (hold) {
        comity_family_none(ret_family);
    } else {
        comity_family_any(ret_family);
    }
    for (uint32_t i = 0; i < rows->row_count; i++) {
        const comity_row *row = &search->image->rows[rows->first_row + i];
        if (depth > DEPTH_MAX || !comity_judge_may_explain(search->memory)) {
            comity_family_unknown(ret_family);
            return;
        }
        if (hold) {
            row_make_yes(search, row, depth + 1, &one);
            comity_family_or(search, ret_family, &one);
        } else if (ret_family->count != 0) {
            row_make_no(search, row, depth + 1, &one);
            comity_family_and(search, ret_family, &one);
        }
    }
}

static void row_make_yes(const comity_way_search *search, const comity_row *row, unsigned depth,
                         comity_ways *ret_family)
{
    comity_family_any(ret_family);
    for (uint32_t i = 0; i < row->literal_count && ret_family->count != 0; i++) {
        const comity_literal *literal = &search->image->literals[row->first_literal + i];
        comity_ways items;
        if (comity_judge_literal(search->memory, search->act, literal, COMITY_NODE_FIRST) == COMITY_YES) {
            continue;
        }
        comity_family_none(&items);
        bool negated = (literal->flags & COMITY_LITERAL_NEGATED) != 0;
        if (literal->op == COMITY_OP_CONDITION) {
            condition_make(search, literal->b, !negated, depth, &items);
        } else if (!negated) {
            literal_items(search, literal, &items);
        }
        comity_family_and(search, ret_family, &items);
    }
}

static void row_make_no(const comity_way_search *search, const comity_row *row, unsigned depth, comity_ways *ret_family)
{
    comity_family_none(ret_family);
    for (uint32_t i = 0; i < row->literal_count; i++) {
        const comity_literal *literal = &search->image->literals[row->first_literal + i];
        comity_ways items;
        if (comity_judge_literal(search->memory, search->act, literal, COMITY_NODE_FIRST) == COMITY_NO) {
            comity_family_any(ret_family);
            return;
        }
        bool negated = (literal->flags & COMITY_LITERAL_NEGATED) != 0;
        if (literal->op == COMITY_OP_CONDITION) {
            condition_make(search, literal->b, negated, depth, &items);
            comity_family_or(search, ret_family, &items);
        } else if (negated) {
            literal_items(search, literal, &items);
            comity_family_or(search, ret_family, &items);
        }
    }
}

/* ---- rules ---- */

static bool is_considered(const comity_way_search *search, const comity_rule_record *rule)
{
    return comity_judge_considers(search->memory, rule->law) && rule->from <= search->act->on &&
           search->act->on <= rule->until;
}

static void rule_clear(const comity_way_search *search, uint32_t rule, unsigned depth, comity_ways *ret_family);

/* What would make the rule surely apply. */
static void rule_enable(const comity_way_search *search, uint32_t rule, unsigned depth, comity_ways *ret_family)
{
    const comity_image *image = search->image;
    const comity_rule_record *record = &image->rules[rule];
    comity_ways one;
    comity_family_none(ret_family);
    if (!is_considered(search, record) || search->memory->perhaps[record->law]) {
        return;
    }
    if (comity_judge_status(search->memory, rule) == COMITY_YES) {
        comity_family_any(ret_family);
        return;
    }
    if (!(record->flags & COMITY_RULE_PAPERS)) {
        return; /* no paper changes that it does not */
    }
    if (depth > DEPTH_MAX || !comity_judge_may_explain(search->memory)) {
        comity_family_unknown(ret_family);
        return;
    }
    for (uint32_t i = 0; i < record->row_count; i++) {
        const comity_row *row = &image->rows[record->first_row + i];
        if (!(row->rule & 1u)) {
            row_make_yes(search, row, 0, &one);
            comity_family_or(search, ret_family, &one);
        }
    }
    for (uint32_t i = 0; i < record->row_count && ret_family->count != 0; i++) {
        const comity_row *row = &image->rows[record->first_row + i];
        if (row->rule & 1u) {
            row_make_no(search, row, 0, &one);
            comity_family_and(search, ret_family, &one);
        }
    }
    for (uint32_t i = 0; i < record->lifter_count && ret_family->count != 0; i++) {
        uint32_t lifter = image->indices[record->first_lifter + i];
        if (!comity_judge_reaches(search->memory, lifter, rule)) {
            continue;
        }
        rule_clear(search, lifter, depth + 1, &one);
        comity_family_and(search, ret_family, &one);
    }
}

/* What would make the rule surely not apply. */
static void rule_clear(const comity_way_search *search, uint32_t rule, unsigned depth, comity_ways *ret_family)
{
    const comity_image *image = search->image;
    const comity_rule_record *record = &image->rules[rule];
    comity_ways rows;
    comity_ways one;
    if (comity_judge_status(search->memory, rule) == COMITY_NO) {
        comity_family_any(ret_family);
        return;
    }
    comity_family_none(ret_family);
    if (!(record->flags & COMITY_RULE_PAPERS)) {
        return;
    }
    if (depth > DEPTH_MAX || !comity_judge_may_explain(search->memory)) {
        comity_family_unknown(ret_family);
        return;
    }
    comity_family_any(&rows);
    for (uint32_t i = 0; i < record->row_count; i++) {
        const comity_row *row = &image->rows[record->first_row + i];
        if (row->rule & 1u) {
            row_make_yes(search, row, 0, &one);
            comity_family_or(search, ret_family, &one);
        } else if (rows.count != 0) {
            row_make_no(search, row, 0, &one);
            comity_family_and(search, &rows, &one);
        }
    }
    comity_family_or(search, ret_family, &rows);
    for (uint32_t i = 0; i < record->lifter_count; i++) {
        uint32_t lifter = image->indices[record->first_lifter + i];
        if (!comity_judge_reaches(search->memory, lifter, rule)) {
            continue;
        }
        rule_enable(search, lifter, depth + 1, &one);
        comity_family_or(search, ret_family, &one);
    }
}

/* What would meet the rule's need. */
static void rule_meet(const comity_way_search *search, uint32_t rule, comity_ways *ret_family)
{
    const comity_image *image = search->image;
    const comity_rule_record *record = &image->rules[rule];
    comity_ways one;
    comity_ways expression;
    comity_family_none(ret_family);
    if (record->expression != COMITY_IMAGE_NONE) {
        expression_family(search, record->expression, ret_family);
    }
    for (uint32_t i = 0; i < record->way_count; i++) {
        uint32_t way = image->indices[record->first_way + i];
        bool applies = comity_judge_status(search->memory, way) == COMITY_YES;
        if ((!applies && !(image->rules[way].flags & COMITY_RULE_PAPERS)) ||
            !comity_judge_reaches(search->memory, way, rule)) {
            continue; /* most ways are of this kind: no paper opens them */
        }
        rule_enable(search, way, 0, &one);
        if (one.count != 0 && image->rules[way].expression != COMITY_IMAGE_NONE) {
            expression_family(search, image->rules[way].expression, &expression);
            comity_family_and(search, &one, &expression);
        }
        comity_family_or(search, ret_family, &one);
    }
}

/* ---- order ---- */

const char *comity_item_text(const comity_image *image, uint32_t item, size_t *ret_size)
{
    size_t size;
    ret_size = ret_size == NULL ? &size : ret_size;
    if (item & COMITY_ITEM_SAFEGUARD) {
        const comity_name_record *name =
            comity_image_name(image, COMITY_CLASS_SAFEGUARD, item & ~COMITY_ITEM_SAFEGUARD);
        *ret_size = name->size;
        return comity_image_text(image, name->text);
    }
    *ret_size = image->leaves[item].size;
    return comity_image_text(image, image->leaves[item].text);
}

/* The order of items is that of their JSON, where a quote stands at the end. */
static int item_compare(const comity_image *image, uint32_t a, uint32_t b)
{
    size_t left_size;
    size_t right_size;
    if (a == b) {
        return 0;
    }
    const char *left = comity_item_text(image, a, &left_size);
    const char *right = comity_item_text(image, b, &right_size);
    size_t size = left_size < right_size ? left_size : right_size;
    int order = left[0] != right[0] ? (unsigned char)left[0] - (unsigned char)right[0] : memcmp(left, right, size);
    if (order != 0 || left_size == right_size) {
        return order;
    }
    int left_byte = left_size == size ? '"' : (unsigned char)left[size];
    int right_byte = right_size == size ? '"' : (unsigned char)right[size];
    return left_byte - right_byte;
}

static int way_compare(const comity_image *image, const comity_way *a, const comity_way *b)
{
    if (a->count != b->count) {
        return a->count < b->count ? -1 : 1;
    }
    for (uint32_t i = 0; i < a->count; i++) {
        int order = item_compare(image, a->items[i], b->items[i]);
        if (order != 0) {
            return order;
        }
    }
    return 0;
}

static void ways_sort(const comity_image *image, comity_ways *ways)
{
    for (uint32_t i = 0; i < ways->count; i++) {
        comity_way *way = &ways->sets[i];
        for (uint32_t j = 1; j < way->count; j++) {
            uint32_t item = way->items[j];
            uint32_t k = j;
            for (; k > 0 && item_compare(image, way->items[k - 1], item) > 0; k--) {
                way->items[k] = way->items[k - 1];
            }
            way->items[k] = item;
        }
        comity_way own = *way;
        uint32_t j = i;
        for (; j > 0 && way_compare(image, &ways->sets[j - 1], &own) > 0; j--) {
            ways->sets[j] = ways->sets[j - 1];
        }
        ways->sets[j] = own;
    }
}

void comity_judge_ways(comity_judge_memory *memory, const comity_act *act, const comity_judgement *judgement,
                       comity_ways *ret_ways)
{
    const comity_image *image = comity_judge_image(memory);
    comity_way_search search = {memory, image, act};
    comity_family_none(ret_ways);
    if (judgement->verdict == COMITY_VERDICT_PERMIT || judgement->uncovered_count != 0 ||
        act->nodes[COMITY_NODE_FIRST].state.place == COMITY_NONE16 ||
        act->nodes[COMITY_NODE_SECOND].state.place == COMITY_NONE16) {
        return;
    }
    comity_family_any(ret_ways);
    for (uint32_t i = 0; i < judgement->ruling_count && ret_ways->count != 0; i++) {
        const comity_ruling *ruling = &judgement->rulings[i];
        comity_effect effect = (comity_effect)image->rules[ruling->rule].effect;
        bool stands = ruling->binds && ruling->applies != COMITY_NO &&
                      (effect == COMITY_EFFECT_REFUSE || (effect == COMITY_EFFECT_NEEDS && ruling->met != COMITY_YES));
        if (!stands) {
            continue;
        }
        comity_ways clear;
        comity_ways meet;
        rule_clear(&search, ruling->rule, 0, &clear);
        if (effect == COMITY_EFFECT_NEEDS) {
            rule_meet(&search, ruling->rule, &meet);
            comity_family_or(&search, &clear, &meet);
        }
        comity_family_and(&search, ret_ways, &clear);
    }
    ways_sort(image, ret_ways);
    if (ret_ways->count > COMITY_WAYS_MAX) {
        ret_ways->count = COMITY_WAYS_MAX;
        ret_ways->cut = true;
    }
}
