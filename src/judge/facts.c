/* Truth of single conditions: one literal, one row of literals, one paper.
 *
 * Comes in: an act and a literal of the image. Goes out: yes, no or unknown.
 * Always: making an unknown fact known turns only unknowns (invariant 4).
 * Nothing here is allocated, and all recursion goes down the act's tree of
 * owners, which is at most COMITY_LIMIT_OWNER_DEPTH deep. */
#include "judge/memory.h"

#include "base/date.h"
#include "base/limits.h"
#include "law/terms.h"

#include <assert.h>

static comity_truth truth_not(comity_truth truth)
{
    return (comity_truth)(COMITY_YES - truth);
}

static comity_truth truth_and(comity_truth a, comity_truth b)
{
    return a < b ? a : b;
}

static comity_truth truth_or(comity_truth a, comity_truth b)
{
    return a > b ? a : b;
}

/* From "surely" and "possibly". */
static comity_truth truth_between(bool surely, bool possibly)
{
    return surely ? COMITY_YES : possibly ? COMITY_UNKNOWN : COMITY_NO;
}

/* ---- sets of names ---- */

static bool set_meets(const comity_set *a, const comity_set *b)
{
    uint64_t common = 0;
    for (size_t i = 0; i < COMITY_SET_WORDS; i++) {
        common |= a->words[i] & b->words[i];
    }
    return common != 0;
}

static bool set_within(const comity_set *a, const comity_set *b)
{
    uint64_t outside = 0;
    for (size_t i = 0; i < COMITY_SET_WORDS; i++) {
        outside |= a->words[i] & ~b->words[i];
    }
    return outside == 0;
}

static bool set_is_empty(const comity_set *a)
{
    uint64_t any = 0;
    for (size_t i = 0; i < COMITY_SET_WORDS; i++) {
        any |= a->words[i];
    }
    return any == 0;
}

static comity_truth facts_has(const comity_facts *facts, uint32_t bit)
{
    return truth_between(comity_set_has(&facts->yes, bit), facts->open >> (bit & 63) & 1u);
}

static comity_truth facts_has_any(const comity_facts *facts, const comity_set *set)
{
    uint64_t had = 0;
    uint64_t asked = 0;
    for (size_t i = 0; i < COMITY_SET_WORDS; i++) {
        had |= facts->yes.words[i] & set->words[i];
        asked |= set->words[i];
    }
    return truth_between(had != 0, (asked & facts->open) != 0);
}

/* All of the list, and there is one. */
static comity_truth list_only(const comity_set *listed, comity_known known, const comity_set *allowed)
{
    if (known == COMITY_KNOWN_NOT) {
        return COMITY_UNKNOWN;
    }
    if (!set_within(listed, allowed)) {
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

static comity_truth places_has(const comity_image *image, const comity_act *act, comity_list list,
                               uint32_t set, bool outside)
{
    if (list.known == COMITY_KNOWN_NOT) {
        return COMITY_UNKNOWN;
    }
    comity_truth truth = list.known == COMITY_KNOWN_ALL ? COMITY_NO : COMITY_UNKNOWN;
    for (uint32_t i = 0; i < list.count; i++) {
        comity_truth in = place_in(image, set, act->places[list.first + i], act->on);
        truth = truth_or(truth, outside ? truth_not(in) : in);
    }
    return truth;
}

static comity_truth places_only(const comity_image *image, const comity_act *act, comity_list list,
                                uint32_t set, bool outside)
{
    if (list.known == COMITY_KNOWN_NOT) {
        return COMITY_UNKNOWN;
    }
    comity_truth truth = list.known == COMITY_KNOWN_SOME ? COMITY_UNKNOWN
                         : list.count == 0               ? COMITY_NO
                                                         : COMITY_YES;
    for (uint32_t i = 0; i < list.count; i++) {
        comity_truth in = place_in(image, set, act->places[list.first + i], act->on);
        truth = truth_and(truth, outside ? truth_not(in) : in);
    }
    return truth;
}

static uint32_t side_node(const comity_literal *literal, uint32_t node)
{
    uint32_t side = literal->flags & COMITY_LITERAL_SIDE;
    return side == COMITY_NODE_SELF ? node : side;
}

/* Parts are in their state, and which part it is does not matter. */
static comity_truth same_state(const comity_image *image, comity_place_ref a, comity_place_ref b)
{
    if (a.place == COMITY_NONE16 || b.place == COMITY_NONE16) {
        return COMITY_UNKNOWN;
    }
    return image->places[a.place].state == image->places[b.place].state ? COMITY_YES : COMITY_NO;
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
        comity_truth in = same_state(image, act->places[list.first + i], party);
        in = outside ? truth_not(in) : in;
        truth = only ? truth_and(truth, in) : truth_or(truth, in);
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
static comity_truth agreement_between(const comity_judge_memory *memory, const comity_act *act,
                                      uint32_t about, uint32_t a, uint32_t b)
{
    const comity_image *image = memory->image;
    comity_place_ref first = act->nodes[a].state;
    comity_place_ref second = act->nodes[b].state;
    if (first.place == COMITY_NONE16 || second.place == COMITY_NONE16) {
        return COMITY_UNKNOWN;
    }
    for (uint32_t i = 0; i < image->laws_count; i++) {
        const comity_law_record *law = &image->laws[i];
        if (law->kind != COMITY_LAW_AGREEMENT || law->parties == COMITY_IMAGE_NONE ||
            !comity_judge_binds(memory, i)) {
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
        here = truth_not(here);
    }
    if (literal->flags & COMITY_RECEIVED_STATE) {
        comity_truth same = same_state(image, from, party);
        here = truth_and(here, literal->flags & COMITY_RECEIVED_STATE_OUTSIDE ? truth_not(same) : same);
    }
    return here;
}

static comity_truth data_received(const comity_image *image, const comity_act *act,
                                  const comity_literal *literal, comity_place_ref party)
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
            here = truth_and(here, received->paper == COMITY_NONE16          ? COMITY_UNKNOWN
                                   : comity_set_has(papers, received->paper) ? COMITY_YES
                                                                             : COMITY_NO);
        }
        truth = truth_or(truth, here);
    }
    return truth;
}

/* ---- numbers ---- */

static comity_truth at_least(comity_range range, uint64_t number)
{
    return truth_between(range.min >= number, range.max >= number);
}

/* Conditions lead to conditions only down the tree of owners; an image that
 * leads round in a circle, which the compiler never writes, ends in unknown. */
static comity_truth rows_hold(comity_judge_memory *memory, const comity_act *act, uint32_t condition,
                              uint32_t node)
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
        truth = truth_or(truth, comity_judge_literals(memory, act, &memory->image->literals[row->first_literal],
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

static comity_truth party_derived(comity_judge_memory *memory, const comity_act *act, uint32_t kind,
                                  uint32_t node)
{
    comity_truth said = facts_has(&act->nodes[node].kinds, kind);
    if (said == COMITY_YES) {
        return COMITY_YES;
    }
    size_t slot = (size_t)node * COMITY_SET_BITS + kind;
    if (memory->derived_stamps[slot] == memory->stamp) {
        return (comity_truth)memory->derived[slot];
    }
    uint32_t rows = comity_image_name(memory->image, COMITY_CLASS_KIND, kind)->rows;
    comity_truth truth = truth_or(said, rows_hold(memory, act, rows, node));
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
static share owned_share(comity_judge_memory *memory, const comity_act *act, uint32_t condition,
                         uint32_t percent, uint32_t node, uint32_t depth)
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

static comity_truth party_owned(comity_judge_memory *memory, const comity_act *act,
                                const comity_literal *literal, uint32_t node)
{
    share owned = owned_share(memory, act, literal->b, literal->a, node, 0);
    return truth_between(owned.min >= literal->a, owned.max >= literal->a);
}

/* ---- papers ---- */

/* So much later; beyond the calendar: never. */
static int32_t date_add(int32_t day, uint32_t number, uint32_t unit)
{
    int32_t later = COMITY_OPEN_END;
    comity_status status =
        unit == COMITY_UNIT_DAYS     ? comity_date_add_days(day, (int32_t)number, &later, NULL)
        : unit == COMITY_UNIT_MONTHS ? comity_date_add_months(day, (int32_t)number, &later, NULL)
                                     : comity_date_add_years(day, (int32_t)number, &later, NULL);
    return status == COMITY_OK ? later : COMITY_OPEN_END;
}

/* Is it as old as it must be at least? Working days of a year that the calendar does
 * not know are not known; but there are never more of them than days. */
static comity_truth paper_is_old(const comity_image *image, const comity_paper_held *paper, const comity_leaf *leaf,
                                 int32_t on)
{
    uint32_t unit = leaf->older_unit & ~COMITY_OLDER_FULL;
    bool full = (leaf->older_unit & COMITY_OLDER_FULL) != 0;
    int32_t ends;
    if (leaf->older == 0) {
        return COMITY_YES;
    }
    if (paper->from == COMITY_NO_DATE) {
        return COMITY_UNKNOWN;
    }
    if (unit != COMITY_UNIT_WORKING_DAYS) {
        ends = date_add(paper->from, leaf->older, unit);
    } else if (on < date_add(paper->from, leaf->older, COMITY_UNIT_DAYS)) {
        return COMITY_NO;
    } else if (!comity_judge_working_days(image, leaf->calendar, paper->from, leaf->older, &ends)) {
        return COMITY_UNKNOWN;
    }
    return on > ends || (on == ends && !full) ? COMITY_YES : COMITY_NO;
}

/* The longest ago that a paper can have been made: and yet so that it is known how old it is. */
bool comity_judge_age_possible(const comity_image *image, const comity_leaf *leaf, int32_t on)
{
    bool worked = (leaf->older_unit & ~COMITY_OLDER_FULL) == COMITY_UNIT_WORKING_DAYS && leaf->calendar != COMITY_IMAGE_NONE;
    comity_paper_held oldest = {.from = worked ? image->calendars[leaf->calendar].from - 1 : COMITY_DATE_MIN};
    return paper_is_old(image, &oldest, leaf, on) == COMITY_YES;
}

static comity_truth paper_in_date(const comity_image *image, const comity_paper_held *paper, const comity_leaf *leaf,
                                  int32_t on)
{
    if ((paper->from != COMITY_NO_DATE && paper->from > on) ||
        (paper->until != COMITY_NO_DATE && paper->until < on)) {
        return COMITY_NO;
    }
    comity_truth truth = COMITY_YES;
    if (leaf->valid != 0 && paper->until == COMITY_NO_DATE) {
        truth = paper->from == COMITY_NO_DATE                              ? COMITY_UNKNOWN
                : on < date_add(paper->from, leaf->valid, leaf->valid_unit) ? COMITY_YES
                                                                            : COMITY_NO;
    }
    if (leaf->not_older != 0) {
        truth = truth_and(truth, paper->from == COMITY_NO_DATE ? COMITY_UNKNOWN
                                 : on <= date_add(paper->from, leaf->not_older, leaf->not_older_unit)
                                     ? COMITY_YES
                                     : COMITY_NO);
    }
    return truth_and(truth, paper_is_old(image, paper, leaf, on));
}

static comity_truth paper_under(const comity_act *act, const comity_paper_held *paper, uint32_t law)
{
    if (!paper->under_known) {
        return COMITY_UNKNOWN;
    }
    for (uint32_t i = 0; i < paper->under_count; i++) {
        if (act->numbers[paper->first_under + i] == law) {
            return COMITY_YES;
        }
    }
    return COMITY_NO;
}

static comity_truth same_word(bool given, uint32_t word, uint32_t wanted)
{
    return wanted == COMITY_IMAGE_NONE ? COMITY_YES
           : !given                    ? COMITY_UNKNOWN
           : word == wanted            ? COMITY_YES
                                       : COMITY_NO;
}

/* A list of names, all of which must be within the scope or below something in it. */
static comity_truth scope_holds_categories(const comity_image *image, const comity_act *act,
                                           const comity_paper_held *paper)
{
    comity_known known = act->known[COMITY_SLOT_CATEGORY];
    if (known == COMITY_KNOWN_NOT) {
        return COMITY_UNKNOWN;
    }
    for (uint32_t i = 0; i < COMITY_SET_BITS; i++) {
        if ((i & 63) == 0 && act->listed_categories.words[i >> 6] == 0) {
            i += 63;
            continue;
        }
        if (!comity_set_has(&act->listed_categories, i)) {
            continue;
        }
        const comity_name_record *name = comity_image_name(image, COMITY_CLASS_CATEGORY, i);
        if (!set_meets(&image->sets[name->ancestors], &paper->categories)) {
            return COMITY_NO;
        }
    }
    return known == COMITY_KNOWN_ALL ? COMITY_YES : COMITY_UNKNOWN;
}

static comity_truth scope_holds_purposes(const comity_act *act, const comity_paper_held *paper)
{
    comity_known known = act->known[COMITY_SLOT_PURPOSE];
    if (known == COMITY_KNOWN_NOT) {
        return COMITY_UNKNOWN;
    }
    if (!set_within(&act->facts[COMITY_SLOT_PURPOSE].yes, &paper->purposes)) {
        return COMITY_NO;
    }
    return known == COMITY_KNOWN_ALL ? COMITY_YES : COMITY_UNKNOWN;
}

static bool same_place(const comity_image *image, comity_place_ref scope, uint16_t place)
{
    return scope.place == place || scope.place == image->places[place].state;
}

static comity_truth scope_holds_states(const comity_image *image, const comity_act *act,
                                       const comity_paper_held *paper)
{
    comity_place_ref to = act->nodes[COMITY_NODE_SECOND].state;
    if (to.place == COMITY_NONE16) {
        return COMITY_UNKNOWN;
    }
    comity_truth truth = paper->states.known == COMITY_KNOWN_SOME ? COMITY_UNKNOWN : COMITY_NO;
    for (uint32_t i = 0; i < paper->states.count; i++) {
        comity_place_ref scope = act->places[paper->states.first + i];
        if (same_place(image, scope, to.place)) {
            return COMITY_YES;
        }
        if (to.any_part && image->places[scope.place].state == to.place) {
            truth = COMITY_UNKNOWN;
        }
    }
    return truth;
}

static comity_truth scope_holds_parties(const comity_act *act, const comity_paper_held *paper)
{
    const comity_slice *name = &act->nodes[COMITY_NODE_SECOND].name;
    if (name->text == NULL) {
        return COMITY_UNKNOWN;
    }
    for (uint32_t i = 0; i < paper->party_count; i++) {
        if (comity_slice_equal(name, &act->slices[paper->first_party + i])) {
            return COMITY_YES;
        }
    }
    return COMITY_NO;
}

static comity_truth paper_scope(const comity_image *image, const comity_act *act,
                                const comity_paper_held *paper, uint32_t naming)
{
    comity_truth truth = COMITY_YES;
    if (paper->scope_states) {
        truth = truth_and(truth, scope_holds_states(image, act, paper));
    } else if (naming & COMITY_NAMING_STATES) {
        truth = COMITY_UNKNOWN;
    }
    if (paper->scope_parties) {
        truth = truth_and(truth, scope_holds_parties(act, paper));
    } else if (naming & COMITY_NAMING_PARTIES) {
        truth = truth_and(truth, COMITY_UNKNOWN);
    }
    if (paper->scope_categories) {
        truth = truth_and(truth, scope_holds_categories(image, act, paper));
    } else if (naming & COMITY_NAMING_CATEGORIES) {
        truth = truth_and(truth, COMITY_UNKNOWN);
    }
    if (paper->scope_purposes) {
        truth = truth_and(truth, scope_holds_purposes(act, paper));
    } else if (naming & COMITY_NAMING_PURPOSES) {
        truth = truth_and(truth, COMITY_UNKNOWN);
    }
    return truth;
}

/* All that is asked of a paper but under which law it is. */
static comity_truth paper_fits(const comity_image *image, const comity_act *act,
                               const comity_paper_held *paper, const comity_leaf *leaf)
{
    if (paper->kind != leaf->name) {
        return COMITY_NO;
    }
    comity_truth truth = paper_in_date(image, paper, leaf, act->on);
    truth = truth_and(truth, same_word(paper->has_by, paper->by, leaf->by));
    truth = truth_and(truth, same_word(paper->has_result, paper->result, leaf->result));
    truth = truth_and(truth, same_word(paper->has_module, paper->module, leaf->module));
    truth = truth_and(truth, same_word(paper->ref.text != NULL, paper->about, leaf->about));
    return truth == COMITY_NO ? COMITY_NO
                              : truth_and(truth, paper_scope(image, act, paper, leaf->naming));
}

/* ---- under the law of a place ---- */

/* A state that has no law on file is named by a number behind those of the laws. */
static bool is_law_of(const comity_image *image, uint32_t number, uint16_t place, int32_t on)
{
    const comity_place *record = &image->places[place];
    if (number == record->law || number == image->laws_count + place) {
        return true;
    }
    for (uint32_t i = 0; i < record->reach_count; i++) {
        const comity_reach *reach = &image->reaches[record->first_reach + i];
        if (reach->law == number && reach->from <= on && on <= reach->until) {
            return true;
        }
    }
    return false;
}

/* Is it law of some part of the state? */
static bool is_law_of_part(const comity_image *image, uint32_t number, uint16_t state)
{
    uint32_t place = number < image->laws_count ? image->laws[number].place : COMITY_NONE16;
    return place != COMITY_NONE16 && image->places[place].is_part && image->places[place].state == state;
}

/* Is the paper under the law of the place, of its state, or of a union there? */
static comity_truth paper_under_place(const comity_image *image, const comity_act *act, const comity_paper_held *paper,
                                      comity_place_ref ref)
{
    comity_truth truth = COMITY_NO;
    if (!paper->under_known || ref.place == COMITY_NONE16) {
        return COMITY_UNKNOWN;
    }
    for (uint32_t i = 0; i < paper->under_count; i++) {
        uint32_t number = act->numbers[paper->first_under + i];
        if (is_law_of(image, number, ref.place, act->on) || is_law_of(image, number, image->places[ref.place].state, act->on)) {
            return COMITY_YES;
        }
        if (ref.any_part && is_law_of_part(image, number, ref.place)) {
            truth = COMITY_UNKNOWN;
        }
    }
    return truth;
}

/* The places under whose law papers must be: those of a list, or that of a party. */
static comity_list places_asked(const comity_act *act, const comity_leaf *leaf, const comity_place_ref **ret_places)
{
    uint32_t whose = leaf->under_of & COMITY_UNDER_WHOSE;
    if (whose >= COMITY_UNDER_PARTY) {
        *ret_places = &act->nodes[whose - COMITY_UNDER_PARTY].state;
        return (comity_list){.first = 0, .count = 1, .known = COMITY_KNOWN_ALL};
    }
    comity_list list = act->lists[whose - 1];
    *ret_places = list.count == 0 ? NULL : &act->places[list.first];
    return list;
}

/* Is the place one whose law is asked for? Not where the other party is. */
static comity_truth place_is_asked(const comity_image *image, const comity_act *act, const comity_leaf *leaf,
                                   comity_place_ref ref)
{
    uint32_t other = leaf->under_of >> COMITY_UNDER_OTHER_SHIFT;
    return other == 0 ? COMITY_YES : truth_not(same_state(image, ref, act->nodes[other - 1].state));
}

static bool is_ignored(const comity_judge_memory *memory, const comity_paper_held *paper)
{
    return memory->signed_only && !paper->is_signed;
}

/* Is such a paper held under the law of this place? The first that is so surest. */
static comity_truth held_of_place(comity_judge_memory *memory, const comity_act *act, const comity_leaf *leaf,
                                  comity_place_ref ref, uint32_t *ret_paper)
{
    comity_truth truth = COMITY_NO;
    for (uint32_t i = 0; i < act->paper_count && truth != COMITY_YES; i++) {
        const comity_paper_held *paper = &act->papers[i];
        comity_truth here = is_ignored(memory, paper) ? COMITY_NO : paper_fits(memory->image, act, paper, leaf);
        here = here == COMITY_NO ? COMITY_NO : truth_and(here, paper_under_place(memory->image, act, paper, ref));
        if (here > truth) {
            truth = here;
            *ret_paper = i;
        }
    }
    return truth;
}

/* Under the law of each place that is asked for, of which there is one. Of several
 * papers one that is only claimed is told, if there is one. Where no paper could be
 * such a paper nothing need be known of the places. */
static comity_truth held_of_places(comity_judge_memory *memory, const comity_act *act, const comity_leaf *leaf,
                                   uint32_t *ret_paper)
{
    const comity_place_ref *places;
    comity_list list = places_asked(act, leaf, &places);
    comity_truth all = list.known == COMITY_KNOWN_ALL ? COMITY_YES : COMITY_UNKNOWN;
    comity_truth some = list.known == COMITY_KNOWN_ALL ? COMITY_NO : COMITY_UNKNOWN;
    comity_place_ref anywhere = {.place = COMITY_NONE16};
    uint32_t paper = COMITY_IMAGE_NONE;
    if (held_of_place(memory, act, leaf, anywhere, &paper) == COMITY_NO) {
        return COMITY_NO;
    }
    for (uint32_t i = 0; i < list.count; i++) {
        comity_truth asked = place_is_asked(memory->image, act, leaf, places[i]);
        paper = COMITY_IMAGE_NONE;
        comity_truth held = asked == COMITY_NO ? COMITY_NO : held_of_place(memory, act, leaf, places[i], &paper);
        all = truth_and(all, truth_or(truth_not(asked), held));
        some = truth_or(some, asked);
        if (paper != COMITY_IMAGE_NONE && (*ret_paper == COMITY_IMAGE_NONE || !act->papers[paper].is_signed)) {
            *ret_paper = paper;
        }
    }
    return truth_and(all, some);
}

bool comity_judge_whose_known(const comity_image *image, const comity_act *act, const comity_leaf *leaf)
{
    const comity_place_ref *places;
    if (leaf->under_of == 0) {
        return true;
    }
    comity_list list = places_asked(act, leaf, &places);
    bool known = list.known == COMITY_KNOWN_ALL;
    bool some = false;
    for (uint32_t i = 0; i < list.count; i++) {
        comity_truth asked = place_is_asked(image, act, leaf, places[i]);
        some |= asked == COMITY_YES;
        known &= places[i].place != COMITY_NONE16 && asked != COMITY_UNKNOWN;
    }
    return known && some;
}

/* Does `own` ask for papers under the law of this place? */
static bool asks_for_place(const comity_image *image, const comity_act *act, const comity_leaf *own, comity_place_ref ref)
{
    const comity_place_ref *places;
    if (ref.place == COMITY_NONE16) {
        return false;
    }
    if (own->under_of == 0) {
        return is_law_of(image, own->under, ref.place, act->on) ||
               is_law_of(image, own->under, image->places[ref.place].state, act->on);
    }
    comity_list list = places_asked(act, own, &places);
    for (uint32_t i = 0; i < list.count; i++) {
        if (places[i].place == ref.place && places[i].any_part == ref.any_part &&
            place_is_asked(image, act, own, places[i]) == COMITY_YES) {
            return true;
        }
    }
    return false;
}

bool comity_judge_law_serves(const comity_image *image, const comity_act *act, const comity_leaf *own,
                             const comity_leaf *asked)
{
    const comity_place_ref *places;
    if (asked->under_of == 0 || own->under_of == asked->under_of) {
        return own->under == asked->under && own->under_of == asked->under_of;
    }
    comity_list list = places_asked(act, asked, &places);
    for (uint32_t i = 0; i < list.count; i++) {
        if (place_is_asked(image, act, asked, places[i]) != COMITY_NO && !asks_for_place(image, act, own, places[i])) {
            return false;
        }
    }
    return true;
}

static comity_truth paper_serves(const comity_image *image, const comity_act *act, const comity_paper_held *paper,
                                 const comity_leaf *leaf)
{
    if (paper->kind != leaf->name) {
        return COMITY_NO;
    }
    comity_truth under = paper_under(act, paper, leaf->under);
    return under == COMITY_NO ? COMITY_NO : truth_and(under, paper_fits(image, act, paper, leaf));
}

/* Of the law of places: under that of some place that is asked for. */
static comity_truth paper_serves_places(const comity_image *image, const comity_act *act, const comity_paper_held *paper,
                                        const comity_leaf *leaf)
{
    const comity_place_ref *places;
    comity_list list = places_asked(act, leaf, &places);
    comity_truth truth = list.known == COMITY_KNOWN_ALL ? COMITY_NO : COMITY_UNKNOWN;
    for (uint32_t i = 0; i < list.count; i++) {
        truth = truth_or(truth, truth_and(place_is_asked(image, act, leaf, places[i]),
                                          paper_under_place(image, act, paper, places[i])));
    }
    return truth_and(truth, paper_fits(image, act, paper, leaf));
}

comity_truth comity_judge_paper(const comity_image *image, const comity_act *act, uint32_t leaf, uint32_t paper)
{
    const comity_leaf *record = &image->leaves[leaf];
    return record->under_of == 0 ? paper_serves(image, act, &act->papers[paper], record)
                                 : paper_serves_places(image, act, &act->papers[paper], record);
}

comity_truth comity_judge_leaf(comity_judge_memory *memory, const comity_act *act, uint32_t leaf,
                               uint32_t *ret_paper)
{
    const comity_leaf *record = &memory->image->leaves[leaf];
    *ret_paper = COMITY_IMAGE_NONE;
    if (record->is_safeguard && memory->signed_only) {
        return COMITY_NO;
    }
    if (record->is_safeguard) {
        return facts_has(&act->facts[COMITY_SLOT_SAFEGUARD], record->name);
    }
    if (record->under_of != 0) {
        return held_of_places(memory, act, record, ret_paper);
    }
    comity_truth truth = COMITY_NO;
    for (uint32_t i = 0; i < act->paper_count && truth != COMITY_YES; i++) {
        comity_truth here = is_ignored(memory, &act->papers[i]) ? COMITY_NO : paper_serves(memory->image, act, &act->papers[i], record);
        if (here > truth) {
            truth = here;
            *ret_paper = i;
        }
    }
    return truth;
}

comity_truth comity_judge_expression(comity_judge_memory *memory, const comity_act *act, uint32_t expression)
{
    const comity_expression_node *node = &memory->image->expressions[expression];
    uint32_t paper;
    if (node->kind == COMITY_EXPRESSION_LEAF) {
        return comity_judge_leaf(memory, act, node->leaf, &paper);
    }
    bool all = node->kind == COMITY_EXPRESSION_ALL;
    comity_truth truth = all ? COMITY_YES : COMITY_NO;
    for (uint32_t i = 0; i < node->child_count; i++) {
        uint32_t child = memory->image->indices[node->first_child + i];
        comity_truth here = comity_judge_expression(memory, act, child);
        truth = all ? truth_and(truth, here) : truth_or(truth, here);
    }
    return truth;
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

static comity_truth literal_plain(comity_judge_memory *memory, const comity_act *act,
                                  const comity_literal *literal, uint32_t node)
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
        return facts_has(&act->facts[literal->a], literal->b);
    case COMITY_OP_HAS_ANY:
        return facts_has_any(&act->facts[literal->a], &image->sets[literal->b]);
    case COMITY_OP_ONLY:
        return list_only(literal->a == COMITY_SLOT_CATEGORY ? &act->listed_categories
                                                            : &act->facts[literal->a].yes,
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
        return same_state(image, party->state, act->nodes[literal->b == COMITY_NODE_SELF ? node : literal->b].state);
    case COMITY_OP_PLACES_STATE:
        return places_state(image, act, literal, party->state);
    case COMITY_OP_LAST:
        break;
    }
    assert(!"an image that opened has no such test");
    return COMITY_UNKNOWN;
}

comity_truth comity_judge_literal(comity_judge_memory *memory, const comity_act *act,
                                  const comity_literal *literal, uint32_t node)
{
    comity_truth truth = literal_plain(memory, act, literal, node);
    return literal->flags & COMITY_LITERAL_NEGATED ? truth_not(truth) : truth;
}

/* The most frequent ones without a call; the rest by comity_judge_literal. */
static inline comity_truth literal_soon(comity_judge_memory *memory, const comity_act *act,
                                        const comity_literal *literal, uint32_t node)
{
    comity_truth truth;
    if (literal->op == COMITY_OP_HAS) {
        truth = facts_has(&act->facts[literal->a], literal->b);
    } else if (literal->op == COMITY_OP_ACT) {
        truth = (literal->a & act->kind_mask) != 0 ? COMITY_YES : COMITY_NO;
    } else if (literal->op == COMITY_OP_CONDITION && (literal->flags & COMITY_LITERAL_SIDE) != COMITY_NODE_SELF &&
               memory->condition_stamps[literal->b] == memory->stamp) {
        truth = (comity_truth)memory->condition_truths[literal->b];
    } else {
        return comity_judge_literal(memory, act, literal, node);
    }
    return literal->flags & COMITY_LITERAL_NEGATED ? truth_not(truth) : truth;
}

comity_truth comity_judge_literals(comity_judge_memory *memory, const comity_act *act,
                                   const comity_literal *literals, uint32_t count, uint32_t node)
{
    comity_truth truth = COMITY_YES;
    for (uint32_t i = 0; i < count; i++) {
        comity_truth here = literal_soon(memory, act, &literals[i], node);
        if (here == COMITY_NO) {
            return COMITY_NO;
        }
        truth = truth_and(truth, here);
    }
    return truth;
}

comity_truth comity_judge_row(comity_judge_memory *memory, const comity_act *act,
                              const comity_row *row, uint32_t node)
{
    return comity_judge_literals(memory, act, &memory->image->literals[row->first_literal],
                                 row->literal_count, node);
}
