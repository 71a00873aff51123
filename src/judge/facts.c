/* Truth of single conditions: one literal, or one row of literals. Papers are in papers.c.
 *
 * Comes in: an act and a literal of the image. Goes out: yes, no or unknown.
 * Always: making an unknown fact known turns only unknowns (invariant 4).
 * Nothing here is allocated, and all recursion goes down the act's tree of
 * owners, which is at most COMITY_LIMIT_OWNER_DEPTH deep. */
#include "judge/memory.h"
#include "judge/truth.h"

#include "base/limits.h"
#include "law/terms.h"

#include <assert.h>

/* ---- sets of names ---- */

static bool set_is_empty(const comity_set *a)
{
    uint64_t any = 0;
    for (size_t i = 0; i < COMITY_SET_WORDS; i++) {
        any |= a->words[i];
    }
    return any == 0;
}

static comity_truth facts_has_any(const comity_facts *facts, const comity_set *set)
{
    uint64_t had = 0;
    uint64_t asked = 0;
    for (size_t i = 0; i < COMITY_SET_WORDS; i++) {
        had |= facts->yes.words[i] & set->words[i];
        asked |= set->words[i];
    }
    return comity_truth_between(had != 0, (asked & facts->open) != 0);
}

/* All of the list, and there is one. */
static comity_truth list_only(const comity_set *listed, comity_known known, const comity_set *allowed)
{
    if (known == COMITY_KNOWN_NOT) {
        return COMITY_UNKNOWN;
    }
    if (!comity_set_within(listed, allowed)) {
        return COMITY_NO;
    }
    if (known == COMITY_KNOWN_SOME) {
        return COMITY_UNKNOWN;
    }
    return set_is_empty(listed) ? COMITY_NO : COMITY_YES;
}

/* ---- places ---- */

static comity_truth place_in(const comity_image *image, uint32_t set, comity_place_ref ref, int32_t on)
{
    if (ref.place == COMITY_NONE16) {
        return COMITY_UNKNOWN;
    }
    if (comity_image_place_in(image, set, ref.place, on)) {
        return COMITY_YES;
    }
    if (ref.any_part && comity_image_part_may_be_in(image, set, ref.place, on)) {
        return COMITY_UNKNOWN;
    }
    return COMITY_NO;
}

static comity_truth places_has(const comity_image *image, const comity_act *act, comity_list list, uint32_t set,
                               bool outside)
{
    if (list.known == COMITY_KNOWN_NOT) {
        return COMITY_UNKNOWN;
    }
    comity_truth truth = list.known == COMITY_KNOWN_ALL ? COMITY_NO : COMITY_UNKNOWN;
    for (uint32_t i = 0; i < list.count; i++) {
        comity_truth in = place_in(image, set, act->places[list.first + i], act->on);
        truth = comity_truth_or(truth, outside ? comity_truth_not(in) : in);
    }
    return truth;
}

static comity_truth places_only(const comity_image *image, const comity_act *act, comity_list list, uint32_t set,
                                bool outside)
{
    if (list.known == COMITY_KNOWN_NOT) {
        return COMITY_UNKNOWN;
    }
    comity_truth truth = list.known == COMITY_KNOWN_SOME ? COMITY_UNKNOWN : list.count == 0 ? COMITY_NO : COMITY_YES;
    for (uint32_t i = 0; i < list.count; i++) {
        comity_truth in = place_in(image, set, act->places[list.first + i], act->on);
        truth = comity_truth_and(truth, outside ? comity_truth_not(in) : in);
    }
    return truth;
}

static uint32_t side_node(const comity_literal *literal, uint32_t node)
{
    uint32_t side = literal->flags & COMITY_LITERAL_SIDE;
    return side == COMITY_NODE_SELF ? node : side;
}

/* The places of a list against the state of a party. */
static comity_truth places_state(const comity_image *image, const comity_act *act, const comity_literal *literal,
                                 comity_place_ref party)
{
    comity_list list = act->lists[literal->a & 0xFFu];
    bool only = (literal->a & COMITY_PLACES_ONLY) != 0;
    bool outside = (literal->a & COMITY_PLACES_OUTSIDE) != 0;
    if (list.known == COMITY_KNOWN_NOT) {
        return COMITY_UNKNOWN;
    }
    comity_truth truth = list.known == COMITY_KNOWN_SOME ? COMITY_UNKNOWN
                         : only && list.count != 0       ? COMITY_YES
                                                         : COMITY_NO;
    for (uint32_t i = 0; i < list.count; i++) {
        comity_truth in = comity_same_state(image, act->places[list.first + i], party);
        in = outside ? comity_truth_not(in) : in;
        truth = only ? comity_truth_and(truth, in) : comity_truth_or(truth, in);
    }
    return truth;
}

static comity_truth across_borders(const comity_image *image, const comity_act *act)
{
    comity_place_ref from = act->nodes[COMITY_NODE_FIRST].state;
    comity_place_ref to = act->nodes[COMITY_NODE_SECOND].state;
    if (from.place == COMITY_NONE16 || to.place == COMITY_NONE16) {
        return COMITY_UNKNOWN;
    }
    return image->places[from.place].state != image->places[to.place].state ? COMITY_YES : COMITY_NO;
}

/* Both are parties, on the day, to one binding agreement about this. */
static comity_truth agreement_between(const comity_judge_memory *memory, const comity_act *act, uint32_t about,
                                      uint32_t a, uint32_t b)
{
    const comity_image *image = memory->image;
    comity_place_ref first = act->nodes[a].state;
    comity_place_ref second = act->nodes[b].state;
    if (first.place == COMITY_NONE16 || second.place == COMITY_NONE16) {
        return COMITY_UNKNOWN;
    }
    for (uint32_t i = 0; i < image->laws_count; i++) {
        const comity_law_record *law = &image->laws[i];
        if (law->kind != COMITY_LAW_AGREEMENT || law->parties == COMITY_IMAGE_NONE || !comity_judge_binds(memory, i)) {
            continue;
        }
        bool concerns = false;
        for (uint32_t j = 0; j < law->about_count; j++) {
            concerns |= image->abouts[law->first_about + j] == about;
        }
        if (concerns && comity_image_place_in(image, law->parties, first.place, act->on) &&
            comity_image_place_in(image, law->parties, second.place, act->on)) {
            return COMITY_YES;
        }
    }
    return COMITY_NO;
}

static comity_truth received_from(const comity_image *image, const comity_act *act, const comity_literal *literal,
                                  comity_place_ref from, comity_place_ref party)
{
    comity_truth here = literal->b == COMITY_IMAGE_NONE ? COMITY_YES : place_in(image, literal->b, from, act->on);
    if (literal->flags & COMITY_RECEIVED_OUTSIDE) {
        here = comity_truth_not(here);
    }
    if (literal->flags & COMITY_RECEIVED_STATE) {
        comity_truth same = comity_same_state(image, from, party);
        here = comity_truth_and(here, literal->flags & COMITY_RECEIVED_STATE_OUTSIDE ? comity_truth_not(same) : same);
    }
    return here;
}

static comity_truth data_received(const comity_image *image, const comity_act *act, const comity_literal *literal,
                                  comity_place_ref party)
{
    if (act->received_known == COMITY_KNOWN_NOT) {
        return COMITY_UNKNOWN;
    }
    comity_truth truth = act->received_known == COMITY_KNOWN_ALL ? COMITY_NO : COMITY_UNKNOWN;
    for (uint32_t i = 0; i < act->received_count; i++) {
        const comity_received *received = &act->received[i];
        comity_truth here = received_from(image, act, literal, received->from, party);
        if (literal->a != 0) {
            const comity_set *papers = &image->sets[literal->a - 1];
            here = comity_truth_and(here, received->paper == COMITY_NONE16          ? COMITY_UNKNOWN
                                          : comity_set_has(papers, received->paper) ? COMITY_YES
                                                                                    : COMITY_NO);
        }
        truth = comity_truth_or(truth, here);
    }
    return truth;
}

/* ---- numbers ---- */

static comity_truth at_least(comity_range range, uint64_t number)
{
    return comity_truth_between(range.min >= number, range.max >= number);
}

/* Conditions lead to conditions only down the tree of owners; an image that
 * leads round in a circle, which the compiler never writes, ends in unknown. */
static comity_truth rows_hold(comity_judge_memory *memory, const comity_act *act, uint32_t condition, uint32_t node)
{
    const comity_rows *rows = &memory->image->conditions[condition];
    comity_truth truth = COMITY_NO;
    if (memory->depth > COMITY_LIMIT_OWNER_DEPTH * 4 || memory->steps >= COMITY_LIMIT_JUDGE_STEPS) {
        return COMITY_UNKNOWN;
    }
    memory->steps++;
    memory->depth++;
    for (uint32_t i = 0; i < rows->row_count && truth != COMITY_YES; i++) {
        const comity_row *row = &memory->image->rows[rows->first_row + i];
        truth = comity_truth_or(truth, comity_judge_literals(memory, act, &memory->image->literals[row->first_literal],
                                                             row->literal_count, node));
    }
    memory->depth--;
    return truth;
}

/* A condition by itself: of the act, worked out once for it; of the party at hand, anew. */
static comity_truth condition_holds(comity_judge_memory *memory, const comity_act *act, const comity_literal *literal,
                                    uint32_t node)
{
    uint32_t condition = literal->b;
    if ((literal->flags & COMITY_LITERAL_SIDE) == COMITY_NODE_SELF) {
        return rows_hold(memory, act, condition, node);
    }
    if (memory->condition_stamps[condition] != memory->stamp) {
        memory->condition_truths[condition] = (uint8_t)rows_hold(memory, act, condition, node);
        memory->condition_stamps[condition] = memory->stamp;
    }
    return (comity_truth)memory->condition_truths[condition];
}

/* What the act gives of a count. */
static comity_range count_given(const comity_act *act, uint32_t count)
{
    comity_range range = {0, UINT64_MAX, false};
    for (uint32_t i = 0; i < act->count_count; i++) {
        if (act->counts[i].count == count) {
            range = act->counts[i].range;
        }
    }
    return range;
}

/* Is the act surely among those that are counted? Worked out once for it. */
static bool is_counted(comity_judge_memory *memory, const comity_act *act, uint32_t count)
{
    const comity_count_record *record = &memory->image->counts[count];
    if (memory->count_stamps[count] != memory->stamp) {
        memory->counted[count] = record->rows != COMITY_IMAGE_NONE && record->devices == 0 &&
                                 rows_hold(memory, act, record->rows, COMITY_NODE_FIRST) == COMITY_YES;
        memory->count_stamps[count] = memory->stamp;
    }
    return memory->counted[count];
}

/* A count, this act being included, is not less than the people of an act that is surely
 * counted. Whether it is need be known only where they are so many by themselves. */
static comity_truth count_at_least(comity_judge_memory *memory, const comity_act *act, uint32_t count, uint64_t number)
{
    comity_truth given = at_least(count_given(act, count), number);
    return given != COMITY_YES && act->people.min >= number && is_counted(memory, act, count) ? COMITY_YES : given;
}

/* ---- owners ---- */

static comity_truth party_derived(comity_judge_memory *memory, const comity_act *act, uint32_t kind, uint32_t node)
{
    comity_truth said = comity_facts_has(&act->nodes[node].kinds, kind);
    if (said == COMITY_YES) {
        return COMITY_YES;
    }
    size_t slot = (size_t)node * COMITY_SET_BITS + kind;
    if (memory->derived_stamps[slot] == memory->stamp) {
        return (comity_truth)memory->derived[slot];
    }
    uint32_t rows = comity_image_name(memory->image, COMITY_CLASS_KIND, kind)->rows;
    comity_truth truth = comity_truth_or(said, rows_hold(memory, act, rows, node));
    memory->derived_stamps[slot] = memory->stamp;
    memory->derived[slot] = (uint8_t)truth;
    return truth;
}

typedef struct share {
    uint64_t min, max; /* hundredths of a percent */
} share;

/* What owners of whom the condition holds own of this party, together. An
 * owner of whom it holds, or who is itself owned so far, counts in full; any
 * other for the share of it that they own. */
static share owned_share(comity_judge_memory *memory, const comity_act *act, uint32_t condition, uint32_t percent,
                         uint32_t node, uint32_t depth)
{
    const comity_node *party = &act->nodes[node];
    share total = {0, 0};
    uint64_t listed_min = 0;
    if (party->owners_known == COMITY_KNOWN_NOT || depth > COMITY_LIMIT_OWNER_DEPTH) {
        total.max = 10000;
        return total;
    }
    for (uint32_t i = 0; i < party->owner_count; i++) {
        uint32_t owner = party->first_owner + i;
        uint64_t holds_min = act->nodes[owner].percent_min;
        uint64_t holds_max = act->nodes[owner].percent_max;
        listed_min += holds_min;
        comity_truth truth = rows_hold(memory, act, condition, owner);
        share of_owner = {10000, 10000};
        if (truth != COMITY_YES) {
            of_owner = owned_share(memory, act, condition, percent, owner, depth + 1);
            if (of_owner.min >= percent) {
                of_owner.min = 10000;
            }
            if (of_owner.max >= percent || truth == COMITY_UNKNOWN) {
                of_owner.max = 10000;
            }
        }
        total.min += holds_min * of_owner.min / 10000;
        total.max += (holds_max * of_owner.max + 9999) / 10000;
    }
    if (party->owners_known == COMITY_KNOWN_SOME && listed_min < 10000) {
        total.max += 10000 - listed_min;
    }
    total.max = total.max > 10000 && total.min <= 10000 ? 10000 : total.max;
    return total;
}

static comity_truth party_owned(comity_judge_memory *memory, const comity_act *act, const comity_literal *literal,
                                uint32_t node)
{
    share owned = owned_share(memory, act, literal->b, literal->a, node, 0);
    return comity_truth_between(owned.min >= literal->a, owned.max >= literal->a);
}

/* ---- literals ---- */

static comity_truth demand_basis(const comity_act *act, const comity_literal *literal)
{
    if (!act->basis_given) {
        return COMITY_UNKNOWN;
    }
    return act->basis_class == literal->a && act->basis == literal->b ? COMITY_YES : COMITY_NO;
}

static comity_truth order_in_force(const comity_image *image, uint32_t orders, int32_t on)
{
    const comity_orders_record *record = &image->orders[orders];
    for (uint32_t i = 0; i < record->dated_count; i++) {
        const comity_dated *dated = &image->dated[record->first_dated + i];
        if (dated->from <= on && on <= dated->until) {
            return COMITY_YES;
        }
    }
    return COMITY_NO;
}

static comity_truth literal_plain(comity_judge_memory *memory, const comity_act *act, const comity_literal *literal,
                                  uint32_t node)
{
    const comity_image *image = memory->image;
    const comity_node *party = &act->nodes[side_node(literal, node)];
    uint32_t paper;
    switch ((comity_test_op)literal->op) {
    case COMITY_OP_ACT:
        return (literal->a & act->kind_mask) != 0 ? COMITY_YES : COMITY_NO;
    case COMITY_OP_PLACE:
        return place_in(image, literal->b, party->state, act->on);
    case COMITY_OP_SUBJECT_TO:
        return places_has(image, act, party->subject_to, literal->b, false);
    case COMITY_OP_PLACES_HAS:
        return places_has(image, act, act->lists[literal->a], literal->b, false);
    case COMITY_OP_PLACES_HAS_OUTSIDE:
        return places_has(image, act, act->lists[literal->a], literal->b, true);
    case COMITY_OP_PLACES_ONLY:
        return places_only(image, act, act->lists[literal->a], literal->b, false);
    case COMITY_OP_PLACES_ONLY_OUTSIDE:
        return places_only(image, act, act->lists[literal->a], literal->b, true);
    case COMITY_OP_HAS:
        return comity_facts_has(&act->facts[literal->a], literal->b);
    case COMITY_OP_HAS_ANY:
        return facts_has_any(&act->facts[literal->a], &image->sets[literal->b]);
    case COMITY_OP_ONLY:
        return list_only(literal->a == COMITY_SLOT_CATEGORY ? &act->listed_categories : &act->facts[literal->a].yes,
                         act->known[literal->a], &image->sets[literal->b]);
    case COMITY_OP_PARTY_HAS:
        return facts_has_any(literal->a == COMITY_CLASS_KIND ? &party->kinds : &party->certified,
                             &image->sets[literal->b]);
    case COMITY_OP_DERIVED:
        return party_derived(memory, act, literal->b, side_node(literal, node));
    case COMITY_OP_OWNED:
        return party_owned(memory, act, literal, side_node(literal, node));
    case COMITY_OP_PEOPLE:
        return at_least(act->people, image->numbers[literal->b]);
    case COMITY_OP_COUNT:
        return count_at_least(memory, act, literal->a, image->numbers[literal->b]);
    case COMITY_OP_DEMAND_BASIS:
        return demand_basis(act, literal);
    case COMITY_OP_ORDER:
        return order_in_force(image, literal->a, act->on);
    case COMITY_OP_AGREEMENT:
        return agreement_between(memory, act, literal->a, side_node(literal, node), literal->b);
    case COMITY_OP_RECEIVED:
        return data_received(image, act, literal, party->state);
    case COMITY_OP_HELD:
        return comity_judge_leaf(memory, act, literal->b, &paper);
    case COMITY_OP_ACROSS:
        return across_borders(image, act);
    case COMITY_OP_CONDITION:
        return condition_holds(memory, act, literal, node);
    case COMITY_OP_SAME_STATE:
        return comity_same_state(image, party->state,
                                 act->nodes[literal->b == COMITY_NODE_SELF ? node : literal->b].state);
    case COMITY_OP_PLACES_STATE:
        return places_state(image, act, literal, party->state);
    case COMITY_OP_LAST:
        break;
    }
    assert(!"an image that opened has no such test");
    return COMITY_UNKNOWN;
}

comity_truth comity_judge_literal(comity_judge_memory *memory, const comity_act *act, const comity_literal *literal,
                                  uint32_t node)
{
    comity_truth truth = literal_plain(memory, act, literal, node);
    return literal->flags & COMITY_LITERAL_NEGATED ? comity_truth_not(truth) : truth;
}

/* The most frequent ones without a call; the rest by comity_judge_literal. */
static inline comity_truth literal_soon(comity_judge_memory *memory, const comity_act *act,
                                        const comity_literal *literal, uint32_t node)
{
    comity_truth truth;
    if (literal->op == COMITY_OP_HAS) {
        truth = comity_facts_has(&act->facts[literal->a], literal->b);
    } else if (literal->op == COMITY_OP_ACT) {
        truth = (literal->a & act->kind_mask) != 0 ? COMITY_YES : COMITY_NO;
    } else if (literal->op == COMITY_OP_CONDITION && (literal->flags & COMITY_LITERAL_SIDE) != COMITY_NODE_SELF &&
               memory->condition_stamps[literal->b] == memory->stamp) {
        truth = (comity_truth)memory->condition_truths[literal->b];
    } else {
        return comity_judge_literal(memory, act, literal, node);
    }
    return literal->flags & COMITY_LITERAL_NEGATED ? comity_truth_not(truth) : truth;
}

comity_truth comity_judge_literals(comity_judge_memory *memory, const comity_act *act, const comity_literal *literals,
                                   uint32_t count, uint32_t node)
{
    comity_truth truth = COMITY_YES;
    for (uint32_t i = 0; i < count; i++) {
        comity_truth here = literal_soon(memory, act, &literals[i], node);
        if (here == COMITY_NO) {
            return COMITY_NO;
        }
        truth = comity_truth_and(truth, here);
    }
    return truth;
}

comity_truth comity_judge_row(comity_judge_memory *memory, const comity_act *act, const comity_row *row, uint32_t node)
{
    return comity_judge_literals(memory, act, &memory->image->literals[row->first_literal], row->literal_count, node);
}
