/* Papers and safeguards: does the act hold what a rule asks for?
 *
 * Comes in: an act, and a leaf of the image: a kind of paper under the law of somebody,
 * of some age, by somebody, with a result and a scope; or a safeguard. Goes out: yes, no
 * or unknown, and which paper. An expression puts leaves together. Nothing here is
 * allocated; expressions are as deep as an image may have them. */
#include "judge/memory.h"
#include "judge/truth.h"

#include "base/date.h"
#include "law/terms.h"

/* ---- papers ---- */

/* So much later; beyond the calendar: never. */
static int32_t date_add(int32_t day, uint32_t number, uint32_t unit)
{
    int32_t later;
    return comity_judge_later(day, number, unit, &later) ? later : COMITY_OPEN_END;
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
    bool worked =
        (leaf->older_unit & ~COMITY_OLDER_FULL) == COMITY_UNIT_WORKING_DAYS && leaf->calendar != COMITY_IMAGE_NONE;
    comity_paper_held oldest = {.from = worked ? image->calendars[leaf->calendar].from - 1 : COMITY_DATE_MIN};
    return paper_is_old(image, &oldest, leaf, on) == COMITY_YES;
}

static comity_truth paper_in_date(const comity_image *image, const comity_paper_held *paper, const comity_leaf *leaf,
                                  int32_t on)
{
    if ((paper->from != COMITY_NO_DATE && paper->from > on) || (paper->until != COMITY_NO_DATE && paper->until < on)) {
        return COMITY_NO;
    }
    comity_truth truth = COMITY_YES;
    if (leaf->valid != 0 && paper->until == COMITY_NO_DATE) {
        truth = paper->from == COMITY_NO_DATE                               ? COMITY_UNKNOWN
                : on < date_add(paper->from, leaf->valid, leaf->valid_unit) ? COMITY_YES
                                                                            : COMITY_NO;
    }
    if (leaf->not_older != 0) {
        truth =
            comity_truth_and(truth, paper->from == COMITY_NO_DATE ? COMITY_UNKNOWN
                                    : on <= date_add(paper->from, leaf->not_older, leaf->not_older_unit) ? COMITY_YES
                                                                                                         : COMITY_NO);
    }
    return comity_truth_and(truth, paper_is_old(image, paper, leaf, on));
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
    return wanted == COMITY_IMAGE_NONE ? COMITY_YES : !given ? COMITY_UNKNOWN : word == wanted ? COMITY_YES : COMITY_NO;
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
        if (!comity_set_meets(&image->sets[name->ancestors], &paper->categories)) {
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
    if (!comity_set_within(&act->facts[COMITY_SLOT_PURPOSE].yes, &paper->purposes)) {
        return COMITY_NO;
    }
    return known == COMITY_KNOWN_ALL ? COMITY_YES : COMITY_UNKNOWN;
}

static bool same_place(const comity_image *image, comity_place_ref scope, uint16_t place)
{
    return scope.place == place || scope.place == image->places[place].state;
}

static comity_truth scope_holds_states(const comity_image *image, const comity_act *act, const comity_paper_held *paper)
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

static comity_truth paper_scope(const comity_image *image, const comity_act *act, const comity_paper_held *paper,
                                uint32_t naming)
{
    comity_truth truth = COMITY_YES;
    if (paper->scope_states) {
        truth = comity_truth_and(truth, scope_holds_states(image, act, paper));
    } else if (naming & COMITY_NAMING_STATES) {
        truth = COMITY_UNKNOWN;
    }
    if (paper->scope_parties) {
        truth = comity_truth_and(truth, scope_holds_parties(act, paper));
    } else if (naming & COMITY_NAMING_PARTIES) {
        truth = comity_truth_and(truth, COMITY_UNKNOWN);
    }
    if (paper->scope_categories) {
        truth = comity_truth_and(truth, scope_holds_categories(image, act, paper));
    } else if (naming & COMITY_NAMING_CATEGORIES) {
        truth = comity_truth_and(truth, COMITY_UNKNOWN);
    }
    if (paper->scope_purposes) {
        truth = comity_truth_and(truth, scope_holds_purposes(act, paper));
    } else if (naming & COMITY_NAMING_PURPOSES) {
        truth = comity_truth_and(truth, COMITY_UNKNOWN);
    }
    return truth;
}

/* All that is asked of a paper but under which law it is. */
static comity_truth paper_fits(const comity_image *image, const comity_act *act, const comity_paper_held *paper,
                               const comity_leaf *leaf)
{
    if (paper->kind != leaf->name) {
        return COMITY_NO;
    }
    comity_truth truth = paper_in_date(image, paper, leaf, act->on);
    truth = comity_truth_and(truth, same_word(paper->has_by, paper->by, leaf->by));
    truth = comity_truth_and(truth, same_word(paper->has_result, paper->result, leaf->result));
    truth = comity_truth_and(truth, same_word(paper->has_module, paper->module, leaf->module));
    truth = comity_truth_and(truth, same_word(paper->ref.text != NULL, paper->about, leaf->about));
    return truth == COMITY_NO ? COMITY_NO : comity_truth_and(truth, paper_scope(image, act, paper, leaf->naming));
}

/* ---- under the law of a place ---- */

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
        if (comity_is_law_of(image, number, ref.place, act->on) ||
            comity_is_law_of(image, number, image->places[ref.place].state, act->on)) {
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
    return other == 0 ? COMITY_YES : comity_truth_not(comity_same_state(image, ref, act->nodes[other - 1].state));
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
        here =
            here == COMITY_NO ? COMITY_NO : comity_truth_and(here, paper_under_place(memory->image, act, paper, ref));
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
        all = comity_truth_and(all, comity_truth_or(comity_truth_not(asked), held));
        some = comity_truth_or(some, asked);
        if (paper != COMITY_IMAGE_NONE && (*ret_paper == COMITY_IMAGE_NONE || !act->papers[paper].is_signed)) {
            *ret_paper = paper;
        }
    }
    return comity_truth_and(all, some);
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
static bool asks_for_place(const comity_image *image, const comity_act *act, const comity_leaf *own,
                           comity_place_ref ref)
{
    const comity_place_ref *places;
    if (ref.place == COMITY_NONE16) {
        return false;
    }
    if (own->under_of == 0) {
        return comity_is_law_of(image, own->under, ref.place, act->on) ||
               comity_is_law_of(image, own->under, image->places[ref.place].state, act->on);
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
    return under == COMITY_NO ? COMITY_NO : comity_truth_and(under, paper_fits(image, act, paper, leaf));
}

/* Of the law of places: under that of some place that is asked for. */
static comity_truth paper_serves_places(const comity_image *image, const comity_act *act,
                                        const comity_paper_held *paper, const comity_leaf *leaf)
{
    const comity_place_ref *places;
    comity_list list = places_asked(act, leaf, &places);
    comity_truth truth = list.known == COMITY_KNOWN_ALL ? COMITY_NO : COMITY_UNKNOWN;
    for (uint32_t i = 0; i < list.count; i++) {
        truth = comity_truth_or(truth, comity_truth_and(place_is_asked(image, act, leaf, places[i]),
                                                        paper_under_place(image, act, paper, places[i])));
    }
    return comity_truth_and(truth, paper_fits(image, act, paper, leaf));
}

comity_truth comity_judge_paper(const comity_image *image, const comity_act *act, uint32_t leaf, uint32_t paper)
{
    const comity_leaf *record = &image->leaves[leaf];
    return record->under_of == 0 ? paper_serves(image, act, &act->papers[paper], record)
                                 : paper_serves_places(image, act, &act->papers[paper], record);
}

comity_truth comity_judge_leaf(comity_judge_memory *memory, const comity_act *act, uint32_t leaf, uint32_t *ret_paper)
{
    const comity_leaf *record = &memory->image->leaves[leaf];
    *ret_paper = COMITY_IMAGE_NONE;
    if (record->is_safeguard && memory->signed_only) {
        return COMITY_NO;
    }
    if (record->is_safeguard) {
        return comity_facts_has(&act->facts[COMITY_SLOT_SAFEGUARD], record->name);
    }
    if (record->under_of != 0) {
        return held_of_places(memory, act, record, ret_paper);
    }
    comity_truth truth = COMITY_NO;
    for (uint32_t i = 0; i < act->paper_count && truth != COMITY_YES; i++) {
        comity_truth here =
            is_ignored(memory, &act->papers[i]) ? COMITY_NO : paper_serves(memory->image, act, &act->papers[i], record);
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
        truth = all ? comity_truth_and(truth, here) : comity_truth_or(truth, here);
    }
    return truth;
}
