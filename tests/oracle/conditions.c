/* Conditions and papers: docs/law-language.md §3 and §4, sentence by sentence,
 * over the tree as it was parsed. */
#include "inner.h"

#include "base/date.h"

#include <stdlib.h>
#include <string.h>

/* ---- days ---- */

bool oracle_in_dates(const comity_dates *dates, int32_t day)
{
    return (dates->from == COMITY_NO_DATE || dates->from <= day) &&
           (dates->until == COMITY_NO_DATE || day <= dates->until);
}

static int32_t later(int32_t day, uint32_t number, const char *unit)
{
    int32_t end = COMITY_DATE_MAX;
    comity_status status = strcmp(unit, "days") == 0     ? comity_date_add_days(day, (int32_t)number, &end, NULL)
                           : strcmp(unit, "months") == 0 ? comity_date_add_months(day, (int32_t)number, &end, NULL)
                                                         : comity_date_add_years(day, (int32_t)number, &end, NULL);
    return status == COMITY_OK ? end : COMITY_DATE_MAX;
}

/* ---- places ---- */

static bool on_line(const comity_members *line, const oracle_name *place, int32_t day)
{
    if (!oracle_in_dates(&line->dates, day)) {
        return false;
    }
    for (size_t i = 0; i < line->codes.count; i++) {
        if (oracle_is_member(oracle_named(line->codes.items[i].text), place, day)) {
            return true;
        }
    }
    return false;
}

bool oracle_on_lines(const oracle_law *law, comity_declaration_kind kind, const oracle_name *place, int32_t day)
{
    for (size_t i = 0; i < law->file->declaration_count; i++) {
        const comity_declaration *declaration = &law->file->declarations[i];
        if (declaration->kind == kind && on_line(&declaration->as.members, place, day)) {
            return true;
        }
    }
    return false;
}

static bool among_members(oracle_name *set, const oracle_name *place, int32_t day)
{
    if (set->law != NULL && set->law->file->kind == COMITY_FILE_UNION) {
        return oracle_on_lines(set->law, COMITY_DECLARES_MEMBERS, place, day);
    }
    if (set->law != NULL && set->law->file->kind == COMITY_FILE_AGREEMENT) {
        return oracle_on_lines(set->law, COMITY_DECLARES_PARTIES, place, day);
    }
    for (size_t i = 0; set->group != NULL && i < set->group->as.group.line_count; i++) {
        if (on_line(&set->group->as.group.lines[i], place, day)) {
            return true;
        }
    }
    for (const oracle_entered *more = set->entered; more != NULL; more = more->next) {
        for (size_t i = 0; i < more->enter->members.line_count; i++) {
            if (on_line(&more->enter->members.lines[i], place, day)) {
                return true;
            }
        }
    }
    return false;
}

bool oracle_is_member(oracle_name *set, const oracle_name *place, int32_t day)
{
    if (set == place) {
        return true;
    }
    if (set->busy) {
        return false;
    }
    set->busy = true;
    bool is_member = among_members(set, place, day);
    set->busy = false;
    return is_member;
}

static bool signed_by(const oracle_law *law, const oracle_name *place, int32_t day)
{
    for (size_t i = 0; i < law->file->declaration_count; i++) {
        const comity_declaration *declaration = &law->file->declarations[i];
        for (size_t j = 0; declaration->kind == COMITY_DECLARES_SIGNED && j < declaration->as.words.count; j++) {
            if (oracle_is_member(oracle_named(declaration->as.words.items[j].text), place, day)) {
                return true;
            }
        }
    }
    return false;
}

static bool in_item(const comity_place_item *item, const oracle_name *place, int32_t day)
{
    oracle_name *name = oracle_named(item->name.text);
    return item->kind == COMITY_PLACE_SIGNATORY ? signed_by(name->law, place, day) : oracle_is_member(name, place, day);
}

static bool in_any(const comity_places *places, const oracle_name *place, int32_t day)
{
    for (size_t i = 0; i < places->count; i++) {
        if (in_item(&places->items[i], place, day)) {
            return true;
        }
    }
    return false;
}

static oracle_truth spot_among(const oracle_spot *spot, const comity_places *places, int32_t day)
{
    if (spot->place == NULL) {
        return ORACLE_UNKNOWN;
    }
    if (in_any(places, spot->place, day) || (spot->place->part_of != NULL && in_any(places, spot->place->part_of, day))) {
        return ORACLE_YES;
    }
    for (size_t i = 0; spot->any_part && i < spot->place->part_count; i++) {
        if (in_any(places, spot->place->parts[i], day)) {
            return ORACLE_UNKNOWN;
        }
    }
    return ORACLE_NO;
}

static const oracle_party *party_of(const oracle_view *view, const comity_party *party);

static const oracle_name *state_of(const oracle_name *place)
{
    return place->part_of != NULL ? place->part_of : place;
}

/* `state of exporter`, whatever part of it that is. */
static oracle_truth spot_shared(const oracle_view *view, const oracle_spot *spot, const comity_party *party)
{
    const oracle_spot *other = &party_of(view, party)->state;
    return spot->place == NULL || other->place == NULL           ? ORACLE_UNKNOWN
           : state_of(spot->place) == state_of(other->place) ? ORACLE_YES
                                                                 : ORACLE_NO;
}

static oracle_truth spot_in(const oracle_view *view, const oracle_spot *spot, const comity_places *places)
{
    oracle_truth among = places->items[0].kind == COMITY_PLACE_STATE_OF
                             ? spot_shared(view, spot, &places->items[0].party)
                             : spot_among(spot, places, view->act->on);
    return places->outside ? oracle_not(among) : among;
}

/* ---- lists ---- */

/* `some` of the items are it, `all` of them are; what of a list that is open? */
static oracle_truth list_has(oracle_known known, oracle_truth some)
{
    return known == ORACLE_COMPLETE ? some : oracle_or(some, ORACLE_UNKNOWN);
}

static oracle_truth list_only(oracle_known known, size_t count, oracle_truth all)
{
    if (known == ORACLE_ABSENT) {
        return ORACLE_UNKNOWN;
    }
    if (known == ORACLE_OPEN) {
        return oracle_and(all, ORACLE_UNKNOWN);
    }
    return count == 0 ? ORACLE_NO : all;
}

static oracle_truth spots_test(const oracle_view *view, const oracle_spots *spots, comity_test test,
                               const comity_places *places)
{
    oracle_truth some = ORACLE_NO;
    oracle_truth all = ORACLE_YES;
    for (size_t i = 0; i < spots->count; i++) {
        oracle_truth in = spot_in(view, &spots->items[i], places);
        some = oracle_or(some, in);
        all = oracle_and(all, in);
    }
    return test == COMITY_TEST_ONLY ? list_only(spots->known, spots->count, all) : list_has(spots->known, some);
}

static bool is_listed(const oracle_names *names, const oracle_name *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (names->items[i] == name) {
            return true;
        }
    }
    return false;
}

static bool is_word(const comity_words *words, const oracle_name *name)
{
    for (size_t i = 0; i < words->count; i++) {
        if (oracle_named(words->items[i].text) == name) {
            return true;
        }
    }
    return false;
}

/* Is a category this one, or below it? */
static bool is_below(const oracle_name *category, const oracle_name *above)
{
    if (category == above) {
        return true;
    }
    const comity_declaration *declaration = category->category;
    for (size_t i = 0; declaration != NULL && i < declaration->as.name.parents.count; i++) {
        if (is_below(oracle_named(declaration->as.name.parents.items[i].text), above)) {
            return true;
        }
    }
    return false;
}

static bool same(const oracle_name *name, const oracle_name *wanted)
{
    return name == wanted;
}

/* Lists of names, where `fits` says what counts as a name of the condition. */
static oracle_truth names_test(const oracle_names *names, comity_test test, const comity_words *wanted,
                               bool (*fits)(const oracle_name *name, const oracle_name *wanted))
{
    oracle_truth all = ORACLE_YES;
    oracle_truth some = ORACLE_NO;
    oracle_truth each = ORACLE_YES;
    for (size_t i = 0; i < names->count; i++) {
        oracle_truth in = ORACLE_NO;
        for (size_t j = 0; j < wanted->count; j++) {
            in = fits(names->items[i], oracle_named(wanted->items[j].text)) ? ORACLE_YES : in;
        }
        all = oracle_and(all, in);
        some = oracle_or(some, in);
    }
    for (size_t j = 0; j < wanted->count; j++) {
        oracle_truth had = ORACLE_NO;
        for (size_t i = 0; i < names->count; i++) {
            had = fits(names->items[i], oracle_named(wanted->items[j].text)) ? ORACLE_YES : had;
        }
        each = oracle_and(each, list_has(names->known, had));
    }
    return test == COMITY_TEST_ONLY      ? list_only(names->known, names->count, all)
           : test == COMITY_TEST_HAS_ALL ? each
                                         : list_has(names->known, some);
}

/* ---- numbers ---- */

static oracle_truth compare(oracle_range range, comity_comparison comparison, uint64_t number)
{
    bool surely;
    bool maybe;
    switch (comparison) {
    case COMITY_AT_LEAST:
        surely = range.min >= number;
        maybe = range.max >= number;
        break;
    case COMITY_MORE_THAN:
        surely = range.min > number;
        maybe = range.max > number;
        break;
    case COMITY_AT_MOST:
        surely = range.max <= number;
        maybe = range.min <= number;
        break;
    default:
        surely = range.max < number;
        maybe = range.min < number;
        break;
    }
    return surely ? ORACLE_YES : maybe ? ORACLE_UNKNOWN : ORACLE_NO;
}

/* Because the count includes this act, it is never less than the people of an
 * act that is surely counted. */
static bool is_surely_counted(const oracle_view *view, oracle_name *name)
{
    const comity_count *count = &name->count->as.count;
    oracle_view inner = {.oracle = view->oracle, .act = view->act, .law = name->count_law};
    oracle_truth counted = count->when == NULL ? ORACLE_YES : oracle_holds(&inner, count->when);
    for (size_t i = 0; i < count->except.count; i++) {
        const comity_rule *except = oracle_named(count->except.items[i].text)->rule->rule;
        inner.law = oracle_named(count->except.items[i].text)->rule->law;
        counted = oracle_and(counted, oracle_not(except->when == NULL ? ORACLE_YES : oracle_holds(&inner, except->when)));
    }
    return counted == ORACLE_YES;
}

static oracle_range count_range(const oracle_view *view, oracle_name *name)
{
    const oracle_act *act = view->act;
    oracle_range range = {0, UINT64_MAX};
    for (size_t i = 0; i < act->count_count; i++) {
        if (act->counts[i].count == name) {
            range = act->counts[i].range;
        }
    }
    bool of_persons = strcmp(name->count->as.count.of.text, "persons") == 0;
    if (of_persons && range.min < act->people.min && is_surely_counted(view, name)) {
        range.min = act->people.min;
    }
    range.max = range.max < range.min ? range.min : range.max;
    return range;
}

/* ---- parties ---- */

static const oracle_party *party_of(const oracle_view *view, const comity_party *party)
{
    switch (party->side) {
    case COMITY_SIDE_FIRST:
        return &view->act->parties[0];
    case COMITY_SIDE_SECOND:
        return &view->act->parties[1];
    case COMITY_SIDE_PARTY:
        return view->party;
    default:
        return view->owner;
    }
}

static oracle_truth party_is(const oracle_view *view, const oracle_party *party, oracle_name *kind)
{
    oracle_truth said = list_has(party->kinds.known, is_listed(&party->kinds, kind) ? ORACLE_YES : ORACLE_NO);
    if (kind->derive == NULL || said == ORACLE_YES) {
        return said;
    }
    oracle_view inner = {.oracle = view->oracle, .act = view->act, .law = kind->derive_law, .party = party};
    return oracle_or(said, oracle_holds(&inner, kind->derive->as.define.when));
}

static oracle_truth party_is_one(const oracle_view *view, const oracle_party *party, const comity_words *kinds)
{
    oracle_truth is = ORACLE_NO;
    for (size_t i = 0; i < kinds->count; i++) {
        is = oracle_or(is, party_is(view, party, oracle_named(kinds->items[i].text)));
    }
    return is;
}

/* How much of a party those own of whom the condition holds. Owners are at most
 * eight deep, and so is this. */
static oracle_range owned_share(const oracle_view *view, const oracle_party *party, const comity_condition *condition)
{
    oracle_range sum = {0, 0};
    uint64_t listed = 0;
    if (party->owners_known == ORACLE_ABSENT) {
        return (oracle_range){0, 10000};
    }
    for (size_t i = 0; i < party->owner_count; i++) {
        const oracle_party *owner = &party->owners[i];
        oracle_view inner = *view;
        inner.owner = owner;
        oracle_truth holds = oracle_holds(&inner, condition->children[0]);
        oracle_range own = owned_share(view, owner, condition);
        own.min = holds == ORACLE_YES || own.min >= condition->number ? 10000 : own.min;
        own.max = holds != ORACLE_NO || own.max >= condition->number ? 10000 : own.max;
        sum.min += owner->percent.min * own.min / 10000;
        sum.max += (owner->percent.max * own.max + 9999) / 10000;
        listed += owner->percent.min;
    }
    if (party->owners_known == ORACLE_OPEN) {
        sum.max += 10000 - listed;
    }
    sum.max = sum.max > 10000 ? 10000 : sum.max;
    return sum;
}

static oracle_truth is_owned(const oracle_view *view, const comity_condition *condition)
{
    oracle_range share = owned_share(view, party_of(view, &condition->party), condition);
    return share.min >= condition->number   ? ORACLE_YES
           : share.max >= condition->number ? ORACLE_UNKNOWN
                                            : ORACLE_NO;
}

/* ---- papers ---- */

/* What is asked for and not said is unknown. */
static oracle_truth said_as(const oracle_name *said, const comity_word *asked)
{
    if (asked->text == NULL) {
        return ORACLE_YES;
    }
    return said == NULL ? ORACLE_UNKNOWN : said->text == asked->text ? ORACLE_YES : ORACLE_NO;
}

static const comity_name *validity_of(const oracle_law *law, oracle_name *kind)
{
    for (size_t i = 0; law != NULL && i < law->file->declaration_count; i++) {
        const comity_declaration *declaration = &law->file->declarations[i];
        if (declaration->kind == COMITY_DECLARES_PAPER && declaration->as.name.name.text == kind->text &&
            declaration->as.name.valid != 0) {
            return &declaration->as.name;
        }
    }
    return kind->paper != NULL && kind->paper->as.name.valid != 0 ? &kind->paper->as.name : NULL;
}

/* The day on which it is as old as is asked; COMITY_NO_DATE: no calendar says. */
static int32_t day_of_age(const oracle_view *view, const oracle_paper *paper, const comity_paper_leaf *leaf)
{
    bool worked = strncmp(leaf->older_unit.text, "working", 7) == 0;
    return worked ? oracle_working_days_later(view->law, paper->from, leaf->older)
                  : later(paper->from, leaf->older, leaf->older_unit.text);
}

static oracle_truth paper_is_old(const oracle_view *view, const oracle_paper *paper, const comity_paper_leaf *leaf)
{
    int32_t day = view->act->on;
    if (leaf->age == COMITY_AGE_NONE) {
        return ORACLE_YES;
    }
    if (paper->from == COMITY_NO_DATE) {
        return ORACLE_UNKNOWN;
    }
    int32_t end = day_of_age(view, paper, leaf);
    if (end == COMITY_NO_DATE) { /* so many working days are at least as many days */
        return day < later(paper->from, leaf->older, "days") ? ORACLE_NO : ORACLE_UNKNOWN;
    }
    return day > end || (leaf->age == COMITY_AGE_AT_LEAST && day == end) ? ORACLE_YES : ORACLE_NO;
}

static oracle_truth paper_in_date(const oracle_view *view, const oracle_paper *paper, const comity_paper_leaf *leaf,
                                  const oracle_law *under)
{
    int32_t day = view->act->on;
    oracle_truth good = ORACLE_YES;
    if ((paper->from != COMITY_NO_DATE && paper->from > day) || (paper->until != COMITY_NO_DATE && paper->until < day)) {
        return ORACLE_NO;
    }
    const comity_name *validity = paper->until == COMITY_NO_DATE ? validity_of(under, paper->kind) : NULL;
    if (validity != NULL) {
        good = paper->from == COMITY_NO_DATE                                           ? ORACLE_UNKNOWN
               : day < later(paper->from, validity->valid, validity->valid_unit.text) ? ORACLE_YES
                                                                                       : ORACLE_NO;
    }
    if (leaf->not_older != 0) {
        oracle_truth young = paper->from == COMITY_NO_DATE                                             ? ORACLE_UNKNOWN
                             : day <= later(paper->from, leaf->not_older, leaf->not_older_unit.text) ? ORACLE_YES
                                                                                                      : ORACLE_NO;
        good = oracle_and(good, young);
    }
    return oracle_and(good, paper_is_old(view, paper, leaf));
}

static bool is_naming(const comity_paper_leaf *leaf, const char *what)
{
    for (size_t i = 0; i < leaf->naming.count; i++) {
        if (strcmp(leaf->naming.items[i].text, what) == 0) {
            return true;
        }
    }
    return false;
}

/* A part of the scope that is not said is unknown only where a rule asks for it. */
static oracle_truth scope_absent(const comity_paper_leaf *leaf, const char *what)
{
    return is_naming(leaf, what) ? ORACLE_UNKNOWN : ORACLE_YES;
}

static oracle_truth scope_states(const oracle_view *view, const oracle_paper *paper, const comity_paper_leaf *leaf)
{
    const oracle_spot *to = &view->act->parties[1].state;
    oracle_truth good = ORACLE_NO;
    if (paper->states.known == ORACLE_ABSENT) {
        return scope_absent(leaf, "states");
    }
    if (to->place == NULL) {
        return ORACLE_UNKNOWN;
    }
    for (size_t i = 0; i < paper->states.count; i++) {
        const oracle_name *state = paper->states.items[i].place;
        bool is_in = state == to->place || state == to->place->part_of;
        bool may_be = to->any_part && state->part_of == to->place;
        good = oracle_or(good, is_in ? ORACLE_YES : may_be ? ORACLE_UNKNOWN : ORACLE_NO);
    }
    return good;
}

static oracle_truth scope_parties(const oracle_view *view, const oracle_paper *paper, const comity_paper_leaf *leaf)
{
    const char *name = view->act->parties[1].name;
    if (paper->parties.known == ORACLE_ABSENT) {
        return scope_absent(leaf, "parties");
    }
    if (name == NULL) {
        return ORACLE_UNKNOWN;
    }
    for (size_t i = 0; i < paper->parties.count; i++) {
        if (strcmp(paper->parties.items[i], name) == 0) {
            return ORACLE_YES;
        }
    }
    return ORACLE_NO;
}

static oracle_truth scope_names(const oracle_names *scope, const oracle_names *names, const comity_paper_leaf *leaf,
                                const char *what, bool (*fits)(const oracle_name *name, const oracle_name *wanted))
{
    oracle_truth all = ORACLE_YES;
    if (scope->known == ORACLE_ABSENT) {
        return scope_absent(leaf, what);
    }
    for (size_t i = 0; i < names->count; i++) {
        oracle_truth in = ORACLE_NO;
        for (size_t j = 0; j < scope->count; j++) {
            in = fits(names->items[i], scope->items[j]) ? ORACLE_YES : in;
        }
        all = oracle_and(all, in);
    }
    return names->known == ORACLE_COMPLETE ? all : oracle_and(all, ORACLE_UNKNOWN);
}

/* ---- under the law of a place ---- */

/* Is this the law of the place, of its state, or of a union or another state whose law is in force there? */
static bool is_law_at(const oracle_view *view, const oracle_name *law, const oracle_name *place)
{
    return law == place || law == place->part_of ||
           (law->law != NULL && (oracle_is_in_force(law->law, place, view->act->on) ||
                                 (place->part_of != NULL && oracle_is_in_force(law->law, place->part_of, view->act->on))));
}

static oracle_truth is_under_spot(const oracle_view *view, const oracle_paper *paper, const oracle_spot *spot)
{
    oracle_truth under = ORACLE_NO;
    if (paper->under.known == ORACLE_ABSENT || spot->place == NULL) {
        return ORACLE_UNKNOWN;
    }
    for (size_t i = 0; i < paper->under.count; i++) {
        const oracle_name *law = paper->under.items[i];
        bool may_be = spot->any_part && law->part_of == spot->place;
        under = oracle_or(under, is_law_at(view, law, spot->place) ? ORACLE_YES : may_be ? ORACLE_UNKNOWN : ORACLE_NO);
    }
    return under;
}

/* Is the law of this place asked for? */
static oracle_truth is_spot_asked(const oracle_view *view, const comity_law_of *of, const oracle_spot *spot)
{
    return of->has_other ? oracle_not(spot_shared(view, spot, &of->other)) : ORACLE_YES;
}

static const oracle_spots *spots_of(const oracle_view *view, const comity_law_of *of, oracle_spots *alone)
{
    *alone = (oracle_spots){.count = 1, .known = ORACLE_COMPLETE};
    if (of->kind == COMITY_LAW_OF_LIST) {
        return &view->act->lists[of->list];
    }
    alone->items = (oracle_spot *)&party_of(view, &of->party)->state;
    return alone;
}

static oracle_truth is_under_some(const oracle_view *view, const oracle_paper *paper, const comity_law_of *of)
{
    oracle_spots alone;
    const oracle_spots *spots = spots_of(view, of, &alone);
    oracle_truth some = ORACLE_NO;
    for (size_t i = 0; i < spots->count; i++) {
        some = oracle_or(some, oracle_and(is_spot_asked(view, of, &spots->items[i]), is_under_spot(view, paper, &spots->items[i])));
    }
    return list_has(spots->known, some);
}

static oracle_truth fits_but_for_law(const oracle_view *view, const oracle_paper *paper, const comity_paper_leaf *leaf,
                                     const oracle_law *under);

/* A paper under the law of each place that is asked for, and there is one. Nothing
 * need be known of places where no paper would do. */
static oracle_truth is_held_everywhere(const oracle_view *view, const comity_paper_leaf *leaf)
{
    oracle_spots alone;
    const oracle_spots *spots = spots_of(view, &leaf->under_of, &alone);
    oracle_truth all = spots->known == ORACLE_COMPLETE ? ORACLE_YES : ORACLE_UNKNOWN;
    oracle_truth some = oracle_not(all);
    oracle_truth any = ORACLE_NO;
    for (size_t i = 0; i < view->act->paper_count; i++) {
        any = oracle_or(any, fits_but_for_law(view, &view->act->papers[i], leaf, NULL));
    }
    for (size_t i = 0; i < spots->count; i++) {
        oracle_truth asked = is_spot_asked(view, &leaf->under_of, &spots->items[i]);
        oracle_truth held = ORACLE_NO;
        for (size_t j = 0; j < view->act->paper_count; j++) {
            const oracle_paper *paper = &view->act->papers[j];
            held = oracle_or(held, oracle_and(is_under_spot(view, paper, &spots->items[i]),
                                              fits_but_for_law(view, paper, leaf, NULL)));
        }
        some = oracle_or(some, asked);
        all = oracle_and(all, oracle_or(oracle_not(asked), held));
    }
    return any == ORACLE_NO ? ORACLE_NO : oracle_and(all, some);
}

/* ---- papers ---- */

oracle_truth oracle_paper_fits(const oracle_view *view, const oracle_paper *paper, const comity_paper_leaf *leaf)
{
    if (leaf->under_of.kind != COMITY_LAW_OF_NONE) {
        return oracle_and(is_under_some(view, paper, &leaf->under_of), fits_but_for_law(view, paper, leaf, NULL));
    }
    const oracle_name *asked_under = leaf->under.text != NULL ? oracle_named(leaf->under.text) : view->law->code;
    oracle_truth under = paper->under.known == ORACLE_ABSENT     ? ORACLE_UNKNOWN
                         : is_listed(&paper->under, asked_under) ? ORACLE_YES
                                                                 : ORACLE_NO;
    return oracle_and(under, fits_but_for_law(view, paper, leaf, asked_under->law));
}

static oracle_truth fits_but_for_law(const oracle_view *view, const oracle_paper *paper, const comity_paper_leaf *leaf,
                                     const oracle_law *under)
{
    comity_word about = leaf->about;
    if (paper->kind->text != leaf->name.text) {
        return ORACLE_NO;
    }
    if (about.text == NULL && strcmp(leaf->name.text, "determination") == 0 && view->rule != NULL) {
        about = view->rule->rule->name;
    }
    oracle_truth fits = said_as(paper->by, &leaf->by);
    fits = oracle_and(fits, said_as(paper->ref, &about));
    fits = oracle_and(fits, said_as(paper->result, &leaf->result));
    fits = oracle_and(fits, said_as(paper->module, &leaf->module));
    fits = oracle_and(fits, paper_in_date(view, paper, leaf, under));
    fits = oracle_and(fits, scope_states(view, paper, leaf));
    fits = oracle_and(fits, scope_parties(view, paper, leaf));
    fits = oracle_and(fits, scope_names(&paper->categories, &view->act->categories, leaf, "categories", is_below));
    return oracle_and(fits, scope_names(&paper->purposes, &view->act->purposes, leaf, "purposes", same));
}

oracle_truth oracle_leaf_holds(const oracle_view *view, const comity_paper_leaf *leaf)
{
    oracle_truth held = ORACLE_NO;
    if (oracle_named(leaf->name.text)->safeguard != NULL) {
        return is_listed(&view->act->safeguards, oracle_named(leaf->name.text)) ? ORACLE_YES : ORACLE_NO;
    }
    if (leaf->under_of.kind != COMITY_LAW_OF_NONE) {
        return is_held_everywhere(view, leaf);
    }
    for (size_t i = 0; i < view->act->paper_count; i++) {
        held = oracle_or(held, oracle_paper_fits(view, &view->act->papers[i], leaf));
    }
    return held;
}

oracle_truth oracle_expression_holds(const oracle_view *view, const comity_expression *expression)
{
    oracle_truth all = ORACLE_YES;
    oracle_truth one = ORACLE_NO;
    if (expression->kind == COMITY_EXPRESSION_LEAF) {
        return oracle_leaf_holds(view, &expression->leaf);
    }
    for (size_t i = 0; i < expression->child_count; i++) {
        oracle_truth child = oracle_expression_holds(view, expression->children[i]);
        if (expression->kind == COMITY_EXPRESSION_ORDER && i != 0) { /* only when it has come to this ground */
            child = oracle_and(child, oracle_leaf_holds(view, &view->oracle->grounds[i - 1]));
        }
        all = oracle_and(all, child);
        one = oracle_or(one, child);
    }
    return expression->kind == COMITY_EXPRESSION_ALL ? all : one;
}

/* ---- conditions ---- */

static oracle_truth act_holds(const oracle_view *view, const comity_condition *condition)
{
    const oracle_act *act = view->act;
    oracle_truth holds = condition->acts & act->kind ? ORACLE_YES : ORACLE_NO;
    if (condition->in_places.count != 0) {
        holds = oracle_and(holds, spot_in(view, &act->parties[act->kind == COMITY_ACT_COLLECT ? 0 : 1].state,
                                          &condition->in_places));
    }
    if (condition->from_places.count != 0) {
        holds = oracle_and(holds, spot_in(view, &act->parties[0].state, &condition->from_places));
    }
    if (condition->to_places.count != 0) {
        holds = oracle_and(holds, spot_in(view, &act->parties[1].state, &condition->to_places));
    }
    return holds;
}

static oracle_truth received_holds(const oracle_view *view, const comity_condition *condition)
{
    oracle_truth some = ORACLE_NO;
    for (size_t i = 0; i < view->act->received_count; i++) {
        const oracle_receipt *receipt = &view->act->received[i];
        oracle_truth in = spot_in(view, &receipt->from, &condition->places);
        if (condition->has_other) {
            in = oracle_and(in, oracle_not(spot_shared(view, &receipt->from, &condition->other)));
        }
        if (condition->names.count != 0) {
            in = oracle_and(in, receipt->paper == NULL                        ? ORACLE_UNKNOWN
                                : is_word(&condition->names, receipt->paper) ? ORACLE_YES
                                                                              : ORACLE_NO);
        }
        some = oracle_or(some, in);
    }
    return list_has(view->act->received_known, some);
}

static oracle_truth one_of(const oracle_name *said, const comity_words *words)
{
    return said == NULL ? ORACLE_UNKNOWN : is_word(words, said) ? ORACLE_YES : ORACLE_NO;
}

static bool some_order(const oracle_view *view, const comity_orders *orders)
{
    for (size_t i = 0; i < orders->line_count; i++) {
        if (oracle_in_dates(&orders->lines[i].dates, view->act->on)) {
            return true;
        }
    }
    return false;
}

static oracle_truth order_in_force(const oracle_view *view, const oracle_name *list)
{
    bool some = some_order(view, &list->orders->as.orders);
    for (const oracle_entered *more = list->entered; more != NULL; more = more->next) {
        some = some || some_order(view, &more->enter->orders);
    }
    return some ? ORACLE_YES : ORACLE_NO;
}

static bool is_about(const oracle_law *law, const comity_words *words)
{
    for (size_t i = 0; i < law->file->declaration_count; i++) {
        const comity_declaration *declaration = &law->file->declarations[i];
        for (size_t j = 0; declaration->kind == COMITY_DECLARES_ABOUT && j < declaration->as.words.count; j++) {
            if (is_word(words, oracle_named(declaration->as.words.items[j].text))) {
                return true;
            }
        }
    }
    return false;
}

static bool is_party(const oracle_law *law, const oracle_name *place, int32_t day)
{
    return oracle_on_lines(law, COMITY_DECLARES_PARTIES, place, day) ||
           (place->part_of != NULL && oracle_on_lines(law, COMITY_DECLARES_PARTIES, place->part_of, day));
}

static oracle_truth agreement_between(const oracle_view *view, const comity_condition *condition)
{
    const oracle_name *a = party_of(view, &condition->party)->state.place;
    const oracle_name *b = party_of(view, &condition->other)->state.place;
    if (a == NULL || b == NULL) {
        return ORACLE_UNKNOWN;
    }
    for (size_t i = 0; i < view->oracle->law_count; i++) {
        const oracle_law *law = &view->oracle->laws[i];
        if (law->file->kind == COMITY_FILE_AGREEMENT && (!law->soft || law->adopted) &&
            is_about(law, &condition->names) && is_party(law, a, view->act->on) && is_party(law, b, view->act->on)) {
            return ORACLE_YES;
        }
    }
    return ORACLE_NO;
}

static oracle_truth across_borders(const oracle_act *act)
{
    const oracle_name *from = act->parties[0].state.place;
    const oracle_name *to = act->parties[1].state.place;
    if (from == NULL || to == NULL) {
        return ORACLE_UNKNOWN;
    }
    from = from->part_of == NULL ? from : from->part_of;
    to = to->part_of == NULL ? to : to->part_of;
    return from == to ? ORACLE_NO : ORACLE_YES;
}

/* A definition speaks of the act only, so one act gives it one value. */
static oracle_truth defined_holds(const oracle_view *view, oracle_name *name)
{
    if (name->known_at != view->oracle->serial) {
        oracle_view inner = {.oracle = view->oracle, .act = view->act, .law = name->define_law};
        name->value = oracle_holds(&inner, name->define->as.define.when);
        name->known_at = view->oracle->serial;
    }
    return name->value;
}

static bool is_said(const oracle_name *name, const comity_words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        if (name == oracle_named(words->items[i].text)) {
            return true;
        }
    }
    return false;
}

/* The purposes looked at as if those not were said that only say how, in this circumstance. */
static oracle_truth only_without(const oracle_view *view, const comity_words *wanted, const char *circumstance)
{
    const oracle_names *purposes = &view->act->purposes;
    comity_word word = {.text = circumstance};
    comity_words alone = {&word, 1};
    oracle_truth all = ORACLE_YES;
    for (size_t i = 0; i < purposes->count; i++) {
        const comity_declaration *declared = purposes->items[i]->purpose;
        const char *aside = declared == NULL ? NULL : declared->as.name.aside.text;
        if (!is_said(purposes->items[i], wanted) && (aside == NULL || strcmp(aside, circumstance) != 0)) {
            all = ORACLE_NO;
        }
    }
    return oracle_and(oracle_and(list_only(purposes->known, purposes->count, all),
                                 names_test(purposes, COMITY_TEST_HAS, wanted, same)),
                      names_test(&view->act->circumstances, COMITY_TEST_HAS, &alone, same));
}

static oracle_truth purposes_hold(const oracle_view *view, const comity_condition *condition)
{
    oracle_truth holds = names_test(&view->act->purposes, condition->test, &condition->names, same);
    for (const oracle_aside *aside = view->oracle->asides; condition->test == COMITY_TEST_ONLY && aside != NULL;
         aside = aside->next) {
        holds = is_said(aside->purpose, &condition->names)
                    ? holds
                    : oracle_or(holds, only_without(view, &condition->names, aside->circumstance));
    }
    return holds;
}

static oracle_truth phrase_holds(const oracle_view *view, const comity_condition *condition)
{
    const oracle_act *act = view->act;
    bool is_disclosure = act->kind == COMITY_ACT_DISCLOSE;
    switch (condition->kind) {
    case COMITY_CONDITION_ACT:
        return act_holds(view, condition);
    case COMITY_CONDITION_PARTY_IN:
        return spot_in(view, &party_of(view, &condition->party)->state, &condition->places);
    case COMITY_CONDITION_SUBJECT_TO:
        return spots_test(view, &party_of(view, &condition->party)->subject_to, COMITY_TEST_HAS, &condition->places);
    case COMITY_CONDITION_IS:
        return party_is_one(view, party_of(view, &condition->party), &condition->names);
    case COMITY_CONDITION_SAID:
        return names_test(&party_of(view, &condition->party)->kinds, COMITY_TEST_HAS, &condition->names, same);
    case COMITY_CONDITION_CERTIFIED:
        return names_test(&party_of(view, &condition->party)->certified, COMITY_TEST_HAS, &condition->names, same);
    case COMITY_CONDITION_OWNED:
        return is_owned(view, condition);
    case COMITY_CONDITION_DATA:
        return names_test(&act->categories, condition->test, &condition->names, is_below);
    case COMITY_CONDITION_PURPOSES:
        return purposes_hold(view, condition);
    case COMITY_CONDITION_PLACES:
        return spots_test(view, &act->lists[condition->list], condition->test, &condition->places);
    case COMITY_CONDITION_RECEIVED:
        return received_holds(view, condition);
    case COMITY_CONDITION_DEAL:
        return one_of(act->deal, &condition->names);
    case COMITY_CONDITION_CIRCUMSTANCE:
        return names_test(&act->circumstances, COMITY_TEST_HAS, &condition->names, same);
    case COMITY_CONDITION_PROTECTED: {
        oracle_names in_place = act->safeguards; /* not shown is not there */
        in_place.known = ORACLE_COMPLETE;
        return names_test(&in_place, COMITY_TEST_HAS, &condition->names, same);
    }
    case COMITY_CONDITION_HELD:
        return oracle_leaf_holds(view, &condition->paper);
    case COMITY_CONDITION_PEOPLE:
        return compare(act->people, condition->comparison, condition->number);
    case COMITY_CONDITION_COUNT:
        return compare(count_range(view, oracle_named(condition->names.items[0].text)), condition->comparison,
                       condition->number);
    case COMITY_CONDITION_THROUGH:
        return is_disclosure ? one_of(act->channel, &condition->names) : ORACLE_NO;
    case COMITY_CONDITION_BINDING:
        return is_disclosure ? act->binding : ORACLE_NO;
    case COMITY_CONDITION_UNDER:
        return is_disclosure ? one_of(act->basis, &condition->names) : ORACLE_NO;
    case COMITY_CONDITION_ORDER:
        return order_in_force(view, oracle_named(condition->names.items[0].text));
    case COMITY_CONDITION_AGREEMENT:
        return agreement_between(view, condition);
    case COMITY_CONDITION_ACROSS:
        return across_borders(act);
    case COMITY_CONDITION_DEFINED:
        return defined_holds(view, oracle_named(condition->names.items[0].text));
    default:
        abort(); /* and, or, not are below */
    }
}

oracle_truth oracle_holds(const oracle_view *view, const comity_condition *condition)
{
    oracle_truth holds;
    switch (condition->kind) {
    case COMITY_CONDITION_AND:
        holds = ORACLE_YES;
        for (size_t i = 0; i < condition->child_count && holds != ORACLE_NO; i++) {
            holds = oracle_and(holds, oracle_holds(view, condition->children[i]));
        }
        return holds;
    case COMITY_CONDITION_OR:
        holds = ORACLE_NO;
        for (size_t i = 0; i < condition->child_count && holds != ORACLE_YES; i++) {
            holds = oracle_or(holds, oracle_holds(view, condition->children[i]));
        }
        return holds;
    case COMITY_CONDITION_NOT:
        return oracle_not(oracle_holds(view, condition->children[0]));
    default:
        return phrase_holds(view, condition);
    }
}
