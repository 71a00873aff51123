/* What would make the act lawful: minimal sets of papers and safeguards.
 *
 * A family is a set of sets, each of which would do. Everything that stands in
 * the way gives a family (hold this, or that, or both of those), and the ways
 * are their product, with sets that contain another dropped. That is exact,
 * because a paper never hurts: no set can spoil what another has cleared.
 * Families are kept to COMITY_FAMILY_MAX sets of COMITY_WAY_SIZE_MAX; where
 * more were to be kept, the smaller ones are, and the family is marked cut. */
#include "judge/explain.h"

#include "judge/memory.h"
#include "law/terms.h"

#include <string.h>

enum { DEPTH_MAX = 12 }; /* of rules that lift rules that lift … */

typedef struct way_search {
    comity_judge_memory *memory;
    const comity_image *image;
    const comity_act *act;
} way_search;

/* ---- families ---- */

static void family_none(comity_ways *family)
{
    family->count = 0;
    family->cut = false;
}

static void family_any(comity_ways *family) /* nothing need be added */
{
    family_none(family);
    family->sets[0].marks = 0;
    family->sets[0].count = 0;
    family->count = 1;
}

/* None is found for want of steps: there may be some. */
static void family_unknown(comity_ways *family)
{
    family_none(family);
    family->cut = true;
}

static bool family_is_any(const comity_ways *family)
{
    return family->count == 1 && family->sets[0].count == 0;
}

/* Only the sets there are: a family is large and mostly empty. */
static void family_copy(comity_ways *to, const comity_ways *from)
{
    memcpy(to->sets, from->sets, from->count * sizeof *from->sets);
    to->count = from->count;
    to->cut = from->cut;
}

static bool word_implies(uint32_t own, uint32_t asked)
{
    return asked == COMITY_IMAGE_NONE || own == asked;
}

/* Does holding what `own` asks for hold what `asked` asks for as well? */
static bool item_implies(const way_search *search, uint32_t own, uint32_t asked)
{
    if (own == asked) {
        return true;
    }
    if ((own | asked) & COMITY_ITEM_SAFEGUARD) {
        return false;
    }
    const comity_leaf *a = &search->image->leaves[own];
    const comity_leaf *b = &search->image->leaves[asked];
    bool young = b->not_older == 0 || (b->not_older_unit == a->not_older_unit && a->not_older != 0 &&
                                       a->not_older <= b->not_older);
    bool old = b->older == 0 || (b->older_unit == a->older_unit && b->calendar == a->calendar && a->older >= b->older);
    return a->name == b->name && comity_judge_law_serves(search->image, search->act, a, b) && old && word_implies(a->by, b->by) &&
           word_implies(a->about, b->about) && word_implies(a->result, b->result) &&
           word_implies(a->module, b->module) && (b->naming & ~a->naming) == 0 && young;
}

/* An item's bit among the marks of a way. Items only imply one another if they are
 * the same kind of paper, so then they must have the same bit. */
static uint64_t item_mark(const comity_image *image, uint32_t item)
{
    if (item & COMITY_ITEM_SAFEGUARD) {
        return UINT64_C(1) << (item % 64);
    }
    return UINT64_C(1) << (image->leaves[item].name % 64);
}

static bool way_has(const way_search *search, const comity_way *way, uint32_t item)
{
    for (uint32_t i = 0; i < way->count; i++) {
        if (item_implies(search, way->items[i], item)) {
            return true;
        }
    }
    return false;
}

/* Is everything in `small` had by holding `large`? Mostly the marks say that it is not. */
static bool way_within(const way_search *search, const comity_way *small, const comity_way *large)
{
    if ((small->marks & ~large->marks) != 0) {
        return false;
    }
    for (uint32_t i = 0; i < small->count; i++) {
        if (!way_has(search, large, small->items[i])) {
            return false;
        }
    }
    return true;
}

/* Do the marks say that no set of the family lies within the way, nor the way within one? */
static bool family_is_apart(const comity_ways *family, const comity_way *way)
{
    bool within = false;
    for (uint32_t i = 0; i < family->count; i++) {
        uint64_t marks = family->sets[i].marks;
        within |= (marks & ~way->marks) == 0 || (way->marks & ~marks) == 0;
    }
    return !within;
}

static void family_add(const way_search *search, comity_ways *family, const comity_way *way)
{
    uint32_t kept = 0;
    if (family->count < COMITY_FAMILY_MAX && family_is_apart(family, way)) {
        family->sets[family->count++] = *way;
        return;
    }
    for (uint32_t i = 0; i < family->count; i++) {
        if (way_within(search, &family->sets[i], way)) {
            return;
        }
    }
    for (uint32_t i = 0; i < family->count; i++) {
        if (!way_within(search, way, &family->sets[i])) {
            if (kept != i) {
                family->sets[kept] = family->sets[i];
            }
            kept++;
        }
    }
    family->count = kept;
    if (kept < COMITY_FAMILY_MAX) {
        family->sets[family->count++] = *way;
        return;
    }
    uint32_t largest = 0;
    for (uint32_t i = 1; i < kept; i++) {
        largest = family->sets[i].count > family->sets[largest].count ? i : largest;
    }
    if (way->count < family->sets[largest].count) {
        family->sets[largest] = *way;
    }
    family->cut = true;
}

/* Within a family no set lies within another, so that what is added to nothing stays as it is. */
static void family_or(const way_search *search, comity_ways *family, const comity_ways *more)
{
    if (family->count == 0) {
        bool cut = family->cut;
        family_copy(family, more);
        family->cut |= cut;
        return;
    }
    for (uint32_t i = 0; i < more->count; i++) {
        family_add(search, family, &more->sets[i]);
    }
    family->cut |= more->cut;
}

/* Adds an item, unless it is implied; what it implies goes. False: too many. */
static bool way_add(const way_search *search, comity_way *way, uint32_t item)
{
    uint32_t kept = 0;
    if (way_has(search, way, item)) {
        return true;
    }
    for (uint32_t i = 0; i < way->count; i++) {
        if (!item_implies(search, item, way->items[i])) {
            way->items[kept++] = way->items[i];
        }
    }
    way->count = kept;
    if (kept == COMITY_WAY_SIZE_MAX) {
        return false;
    }
    way->items[way->count++] = item;
    return true;
}

/* False if together they are too many. */
static bool way_join(const way_search *search, const comity_way *a, const comity_way *b, comity_way *ret_way)
{
    *ret_way = *a;
    for (uint32_t i = 0; i < b->count; i++) {
        if (!way_add(search, ret_way, b->items[i])) {
            return false;
        }
    }
    ret_way->marks |= b->marks;
    return true;
}

static uint64_t family_marks(const comity_ways *family)
{
    uint64_t marks = 0;
    for (uint32_t i = 0; i < family->count; i++) {
        marks |= family->sets[i].marks;
    }
    return marks;
}

/* The product of families that have nothing in common, so that no item of one can
 * imply one of the other. Within a family no set lies within another; so none does
 * in the product, and nothing need be compared. */
static void family_and_apart(const comity_ways *family, const comity_ways *more, comity_ways *product)
{
    for (uint32_t i = 0; i < family->count; i++) {
        for (uint32_t j = 0; j < more->count; j++) {
            const comity_way *a = &family->sets[i];
            const comity_way *b = &more->sets[j];
            comity_way *way = &product->sets[product->count];
            if (a->count + b->count > COMITY_WAY_SIZE_MAX) {
                product->cut = true;
                continue;
            }
            *way = *a;
            memcpy(way->items + a->count, b->items, b->count * sizeof *b->items);
            way->count += b->count;
            way->marks |= b->marks;
            product->count++;
        }
    }
}

static void family_and(const way_search *search, comity_ways *family, const comity_ways *more)
{
    comity_ways product;
    if (family_is_any(more)) {
        family->cut |= more->cut;
        return;
    }
    if (family_is_any(family)) {
        bool cut = family->cut;
        family_copy(family, more);
        family->cut |= cut;
        return;
    }
    family_none(&product);
    product.cut = family->cut || more->cut;
    if ((family_marks(family) & family_marks(more)) == 0 && family->count * more->count <= COMITY_FAMILY_MAX) {
        family_and_apart(family, more, &product);
        family_copy(family, &product);
        return;
    }
    for (uint32_t i = 0; i < family->count; i++) {
        for (uint32_t j = 0; j < more->count; j++) {
            comity_way way;
            if (way_join(search, &family->sets[i], &more->sets[j], &way)) {
                family_add(search, &product, &way);
            } else {
                product.cut = true;
            }
        }
    }
    family_copy(family, &product);
}

/* ---- what single conditions want ---- */

static void item_family(const way_search *search, uint32_t item, comity_ways *ret_family)
{
    family_none(ret_family);
    ret_family->sets[0].marks = item_mark(search->image, item);
    ret_family->sets[0].items[0] = item;
    ret_family->sets[0].count = 1;
    ret_family->count = 1;
}

/* Can a paper be made that surely is this one? Not where it must name what the
 * act does not say, or be under the law of places that it does not say: whoever says
 * it first gets other ways. Nor where none could be old enough. */
static void leaf_make(const way_search *search, uint32_t leaf, comity_ways *ret_family)
{
    const comity_leaf *record = &search->image->leaves[leaf];
    if (comity_act_unnamed(search->act, record->naming) != 0 ||
        !comity_judge_whose_known(search->image, search->act, record) ||
        !comity_judge_age_possible(search->image, record, search->act->on)) {
        family_none(ret_family);
    } else {
        item_family(search, comity_leaf_item(search->image, leaf), ret_family);
    }
}

static void leaf_family(const way_search *search, uint32_t leaf, comity_ways *ret_family)
{
    uint32_t paper;
    if (comity_judge_leaf(search->memory, search->act, leaf, &paper) == COMITY_YES) {
        family_any(ret_family);
    } else {
        leaf_make(search, leaf, ret_family);
    }
}

/* Where a part holds its family is that of what holds: nothing need be added. So the
 * whole is not looked at before its parts. */
static void expression_family(const way_search *search, uint32_t expression, comity_ways *ret_family)
{
    const comity_expression_node *node = &search->image->expressions[expression];
    if (node->kind == COMITY_EXPRESSION_LEAF) {
        leaf_family(search, node->leaf, ret_family);
        return;
    }
    bool all = node->kind == COMITY_EXPRESSION_ALL;
    if (all) {
        family_any(ret_family);
    } else {
        family_none(ret_family);
    }
    for (uint32_t i = 0; i < node->child_count; i++) {
        comity_ways child;
        expression_family(search, search->image->indices[node->first_child + i], &child);
        if (all) {
            family_and(search, ret_family, &child);
        } else if (family_is_any(&child)) { /* it holds */
            family_any(ret_family);
            return;
        } else {
            family_or(search, ret_family, &child);
        }
    }
}

/* The items whose holding settles a literal's plain test as yes: one paper, or one of some safeguards. */
static void literal_items(const way_search *search, const comity_literal *literal, comity_ways *ret_family)
{
    family_none(ret_family);
    if (literal->op == COMITY_OP_HELD) {
        leaf_make(search, literal->b, ret_family);
    } else if (literal->op == COMITY_OP_HAS && literal->a == COMITY_SLOT_SAFEGUARD) {
        item_family(search, COMITY_ITEM_SAFEGUARD | literal->b, ret_family);
    } else if (literal->op == COMITY_OP_HAS_ANY && literal->a == COMITY_SLOT_SAFEGUARD) {
        for (uint32_t bit = 0; bit < COMITY_SET_BITS; bit++) {
            if (comity_set_has(&search->image->sets[literal->b], bit)) {
                comity_ways one;
                item_family(search, COMITY_ITEM_SAFEGUARD | bit, &one);
                family_or(search, ret_family, &one);
            }
        }
    }
}

static void row_make_yes(const way_search *search, const comity_row *row, unsigned depth, comity_ways *ret_family);
static void row_make_no(const way_search *search, const comity_row *row, unsigned depth, comity_ways *ret_family);

/* What makes a condition by itself surely hold, or surely not. */
static void condition_make(const way_search *search, uint32_t condition, bool hold, unsigned depth,
                           comity_ways *ret_family)
{
    const comity_rows *rows = &search->image->conditions[condition];
    comity_ways one;
    if (hold) {
        family_none(ret_family);
    } else {
        family_any(ret_family);
    }
    for (uint32_t i = 0; i < rows->row_count; i++) {
        const comity_row *row = &search->image->rows[rows->first_row + i];
        if (depth > DEPTH_MAX || !comity_judge_may_explain(search->memory)) {
            family_unknown(ret_family);
            return;
        }
        if (hold) {
            row_make_yes(search, row, depth + 1, &one);
            family_or(search, ret_family, &one);
        } else if (ret_family->count != 0) {
            row_make_no(search, row, depth + 1, &one);
            family_and(search, ret_family, &one);
        }
    }
}

static void row_make_yes(const way_search *search, const comity_row *row, unsigned depth, comity_ways *ret_family)
{
    family_any(ret_family);
    for (uint32_t i = 0; i < row->literal_count && ret_family->count != 0; i++) {
        const comity_literal *literal = &search->image->literals[row->first_literal + i];
        comity_ways items;
        if (comity_judge_literal(search->memory, search->act, literal, COMITY_NODE_FIRST) == COMITY_YES) {
            continue;
        }
        family_none(&items);
        bool negated = (literal->flags & COMITY_LITERAL_NEGATED) != 0;
        if (literal->op == COMITY_OP_CONDITION) {
            condition_make(search, literal->b, !negated, depth, &items);
        } else if (!negated) {
            literal_items(search, literal, &items);
        }
        family_and(search, ret_family, &items);
    }
}

static void row_make_no(const way_search *search, const comity_row *row, unsigned depth, comity_ways *ret_family)
{
    family_none(ret_family);
    for (uint32_t i = 0; i < row->literal_count; i++) {
        const comity_literal *literal = &search->image->literals[row->first_literal + i];
        comity_ways items;
        if (comity_judge_literal(search->memory, search->act, literal, COMITY_NODE_FIRST) == COMITY_NO) {
            family_any(ret_family);
            return;
        }
        bool negated = (literal->flags & COMITY_LITERAL_NEGATED) != 0;
        if (literal->op == COMITY_OP_CONDITION) {
            condition_make(search, literal->b, negated, depth, &items);
            family_or(search, ret_family, &items);
        } else if (negated) {
            literal_items(search, literal, &items);
            family_or(search, ret_family, &items);
        }
    }
}

/* ---- rules ---- */

static bool is_considered(const way_search *search, const comity_rule_record *rule)
{
    return comity_judge_considers(search->memory, rule->law) && rule->from <= search->act->on &&
           search->act->on <= rule->until;
}

static void rule_clear(const way_search *search, uint32_t rule, unsigned depth, comity_ways *ret_family);

/* What would make the rule surely apply. */
static void rule_enable(const way_search *search, uint32_t rule, unsigned depth, comity_ways *ret_family)
{
    const comity_image *image = search->image;
    const comity_rule_record *record = &image->rules[rule];
    comity_ways one;
    family_none(ret_family);
    if (!is_considered(search, record) || search->memory->perhaps[record->law]) {
        return;
    }
    if (comity_judge_status(search->memory, rule) == COMITY_YES) {
        family_any(ret_family);
        return;
    }
    if (!(record->flags & COMITY_RULE_PAPERS)) {
        return; /* no paper changes that it does not */
    }
    if (depth > DEPTH_MAX || !comity_judge_may_explain(search->memory)) {
        family_unknown(ret_family);
        return;
    }
    for (uint32_t i = 0; i < record->row_count; i++) {
        const comity_row *row = &image->rows[record->first_row + i];
        if (!(row->rule & 1u)) {
            row_make_yes(search, row, 0, &one);
            family_or(search, ret_family, &one);
        }
    }
    for (uint32_t i = 0; i < record->row_count && ret_family->count != 0; i++) {
        const comity_row *row = &image->rows[record->first_row + i];
        if (row->rule & 1u) {
            row_make_no(search, row, 0, &one);
            family_and(search, ret_family, &one);
        }
    }
    for (uint32_t i = 0; i < record->lifter_count && ret_family->count != 0; i++) {
        uint32_t lifter = image->indices[record->first_lifter + i];
        if (!comity_judge_reaches(search->memory, lifter, rule)) {
            continue;
        }
        rule_clear(search, lifter, depth + 1, &one);
        family_and(search, ret_family, &one);
    }
}

/* What would make the rule surely not apply. */
static void rule_clear(const way_search *search, uint32_t rule, unsigned depth, comity_ways *ret_family)
{
    const comity_image *image = search->image;
    const comity_rule_record *record = &image->rules[rule];
    comity_ways rows;
    comity_ways one;
    if (comity_judge_status(search->memory, rule) == COMITY_NO) {
        family_any(ret_family);
        return;
    }
    family_none(ret_family);
    if (!(record->flags & COMITY_RULE_PAPERS)) {
        return;
    }
    if (depth > DEPTH_MAX || !comity_judge_may_explain(search->memory)) {
        family_unknown(ret_family);
        return;
    }
    family_any(&rows);
    for (uint32_t i = 0; i < record->row_count; i++) {
        const comity_row *row = &image->rows[record->first_row + i];
        if (row->rule & 1u) {
            row_make_yes(search, row, 0, &one);
            family_or(search, ret_family, &one);
        } else if (rows.count != 0) {
            row_make_no(search, row, 0, &one);
            family_and(search, &rows, &one);
        }
    }
    family_or(search, ret_family, &rows);
    for (uint32_t i = 0; i < record->lifter_count; i++) {
        uint32_t lifter = image->indices[record->first_lifter + i];
        if (!comity_judge_reaches(search->memory, lifter, rule)) {
            continue;
        }
        rule_enable(search, lifter, depth + 1, &one);
        family_or(search, ret_family, &one);
    }
}

/* What would meet the rule's need. */
static void rule_meet(const way_search *search, uint32_t rule, comity_ways *ret_family)
{
    const comity_image *image = search->image;
    const comity_rule_record *record = &image->rules[rule];
    comity_ways one;
    comity_ways expression;
    family_none(ret_family);
    if (record->expression != COMITY_IMAGE_NONE) {
        expression_family(search, record->expression, ret_family);
    }
    for (uint32_t i = 0; i < record->way_count; i++) {
        uint32_t way = image->indices[record->first_way + i];
        bool applies = comity_judge_status(search->memory, way) == COMITY_YES;
        if ((!applies && !(image->rules[way].flags & COMITY_RULE_PAPERS)) || !comity_judge_reaches(search->memory, way, rule)) {
            continue; /* most ways are of this kind: no paper opens them */
        }
        rule_enable(search, way, 0, &one);
        if (one.count != 0 && image->rules[way].expression != COMITY_IMAGE_NONE) {
            expression_family(search, image->rules[way].expression, &expression);
            family_and(search, &one, &expression);
        }
        family_or(search, ret_family, &one);
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
    way_search search = {memory, image, act};
    family_none(ret_ways);
    if (judgement->verdict == COMITY_VERDICT_PERMIT || judgement->uncovered_count != 0 ||
        act->nodes[COMITY_NODE_FIRST].state.place == COMITY_NONE16 ||
        act->nodes[COMITY_NODE_SECOND].state.place == COMITY_NONE16) {
        return;
    }
    family_any(ret_ways);
    for (uint32_t i = 0; i < judgement->ruling_count && ret_ways->count != 0; i++) {
        const comity_ruling *ruling = &judgement->rulings[i];
        comity_effect effect = (comity_effect)image->rules[ruling->rule].effect;
        bool stands = ruling->binds && ruling->applies != COMITY_NO &&
                      (effect == COMITY_EFFECT_REFUSE ||
                       (effect == COMITY_EFFECT_NEEDS && ruling->met != COMITY_YES));
        if (!stands) {
            continue;
        }
        comity_ways clear;
        comity_ways meet;
        rule_clear(&search, ruling->rule, 0, &clear);
        if (effect == COMITY_EFFECT_NEEDS) {
            rule_meet(&search, ruling->rule, &meet);
            family_or(&search, &clear, &meet);
        }
        family_and(&search, ret_ways, &clear);
    }
    ways_sort(image, ret_ways);
    if (ret_ways->count > COMITY_WAYS_MAX) {
        ret_ways->count = COMITY_WAYS_MAX;
        ret_ways->cut = true;
    }
}
