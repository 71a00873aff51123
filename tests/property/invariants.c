/* The invariants of the judge, over random acts, under the law of the world and
 * under random laws:
 *
 *   more    knowing more never overturns `permit` or `refuse`
 *   paper   a paper or safeguard never hurts; each way the judgement names makes
 *           the act permitted, and does not with one of it left out; where it
 *           names none, nothing would
 *   order   the order of fields, lists, papers and law files changes no byte
 *   alike   renaming two states through law and act renames them in the judgement
 *   again   the same act is judged the same way again, in any context
 *   ids     acts that differ in their ids alone are judged alike, and so they are by
 *           who keeps the judgement of one for the others
 *
 *     invariants [ACTS [SEED [LAW-SEED]]]
 */
#include "../test.h"

#include "api/alike.h"
#include "lawmaker.h"
#include "world.h"

#include <ctype.h>
#include <stdlib.h>

#define SHOWN_MAX 12
#define ACTS_A_LAW 20
#define PAPERS_MAX 200
#define REFINED_TIMES 6

typedef struct trying {
    world *of;
    world *renamed;           /* the same law with two states' codes changed for one another, or NULL */
    const char *first, *second;
    comity_context *other;    /* another context of the same law */
    comity_arena *arena;
    uint64_t seed;            /* of the chance a property takes */
} trying;

static size_t shown;
static size_t settled_count, way_count, barren_count;

/* ---- judging ---- */

static const char *judge_in(comity_context *context, comity_arena *arena, const value *act, comity_verdict *ret_verdict)
{
    comity_answer answer;
    comity_error error;
    char *copy;
    const char *text = value_print(arena, act);
    if (comity_judge_json(context, text, strlen(text), NULL, &answer, &error) != COMITY_OK) {
        return NULL;
    }
    if (comity_arena_copy(arena, answer.json, answer.json_size, &copy, &error) != COMITY_OK) {
        abort();
    }
    *ret_verdict = answer.verdict;
    return copy;
}

/* Acts that a property has made must be valid: NULL, and the property does not hold. */
static const char *judge(const trying *at, const value *act, comity_verdict *ret_verdict)
{
    return judge_in(at->of->context, at->arena, act, ret_verdict);
}

/* refuse < conditional = undetermined < permit */
static int rank_of(comity_verdict verdict)
{
    return verdict == COMITY_REFUSE ? 0 : verdict == COMITY_PERMIT ? 2 : 1;
}

/* ---- knowing more ---- */

static bool is_list(const value *of)
{
    return of != NULL && of->kind == VALUE_ARRAY;
}

static bool is_open(const value *of)
{
    return is_list(of) && of->count != 0 && of->items[of->count - 1]->kind == VALUE_STRING &&
           strcmp(of->items[of->count - 1]->text, "...") == 0;
}

/* Codes the act names for its parties and data, which it goes on touching as it does. */
static void codes_gather(comity_arena *arena, value *codes, const value *from)
{
    if (from == NULL) {
        return;
    }
    if (from->kind == VALUE_STRING && strcmp(from->text, "...") != 0) {
        value_add(arena, codes, value_string(arena, from->text));
    } else if (from->kind == VALUE_ARRAY) {
        for (size_t i = 0; i < from->count; i++) {
            codes_gather(arena, codes, from->items[i]);
        }
    } else if (from->kind == VALUE_OBJECT) {
        codes_gather(arena, codes, value_get(from, "state"));
    }
}

static value *codes_of(comity_arena *arena, const value *act)
{
    value *codes = value_new(arena, VALUE_ARRAY);
    const value *data = value_get(act, "data");
    codes_gather(arena, codes, value_get(act, "from"));
    codes_gather(arena, codes, value_get(act, "to"));
    codes_gather(arena, codes, value_get(data, "origin"));
    codes_gather(arena, codes, value_get(data, "location"));
    codes_gather(arena, codes, value_get(data, "subjects"));
    return codes;
}

typedef struct refining {
    const trying *at;
    chance luck;
    value *codes;
    unsigned percent; /* of the unknowns that become known */
} refining;

static bool chosen(refining *state)
{
    return chance_in_100(&state->luck, state->percent);
}

static value *some_codes(refining *state)
{
    value *list = value_new(state->at->arena, VALUE_ARRAY);
    for (size_t n = chance_below(&state->luck, 3); n > 0 && state->codes->count != 0; n--) {
        value_add(state->at->arena, list, state->codes->items[chance_below(&state->luck, state->codes->count)]);
    }
    return list;
}

/* What an open list goes on with; perhaps it stays open. */
static void list_extend(refining *state, value *list, const value *more)
{
    bool closed = chance_in_100(&state->luck, 70);
    list->count--;
    for (size_t i = 0; more != NULL && i < more->count; i++) {
        if (strcmp(more->items[i]->text, "...") != 0) {
            value_add(state->at->arena, list, more->items[i]);
        }
    }
    if (!closed) {
        value_add(state->at->arena, list, value_string(state->at->arena, "..."));
    }
}

static value *as_list(refining *state, value *of)
{
    if (of->kind == VALUE_ARRAY) {
        return of;
    }
    value *list = value_new(state->at->arena, VALUE_ARRAY);
    value_add(state->at->arena, list, of);
    return list;
}

static void refine_names(refining *state, value *object, const char *key, const char *field)
{
    value *had = value_get(object, key);
    if ((had != NULL && !is_open(had)) || !chosen(state)) {
        return;
    }
    value *more = as_list(state, generate_names(state->at->of->acts, &state->luck, state->at->arena, field));
    if (had == NULL) {
        value_set(state->at->arena, object, key, more);
    } else {
        list_extend(state, had, more);
    }
}

static void refine_places(refining *state, value *object, const char *key)
{
    value *had = value_get(object, key);
    if ((had != NULL && !is_open(had)) || !chosen(state)) {
        return;
    }
    if (had == NULL) {
        value_set(state->at->arena, object, key, some_codes(state));
    } else {
        list_extend(state, had, some_codes(state));
    }
}

/* The first of a list of names, for a field that takes one. */
static void refine_name(refining *state, value *object, const char *key, const char *field)
{
    if (value_get(object, key) != NULL || !chosen(state)) {
        return;
    }
    value *more = as_list(state, generate_names(state->at->of->acts, &state->luck, state->at->arena, field));
    if (more->count != 0 && strcmp(more->items[0]->text, "...") != 0) {
        value_set(state->at->arena, object, key, more->items[0]);
    }
}

static void refine_party(refining *state, value *party, unsigned depth);

/* Owners not known before are in places the act names already. */
static void refine_owners(refining *state, value *party, unsigned depth)
{
    comity_arena *arena = state->at->arena;
    value *owners = value_get(party, "owners");
    if (depth < 7 && (owners == NULL || is_open(owners)) && state->codes->count != 0 && chosen(state)) {
        value *owner = value_new(arena, VALUE_OBJECT);
        value_set(arena, owner, "state", state->codes->items[chance_below(&state->luck, state->codes->count)]);
        refine_names(state, owner, "kinds", "kinds");
        if (owners == NULL) {
            owners = value_new(arena, VALUE_ARRAY);
            bool whole = chance_in_100(&state->luck, 50); /* else few own as much as law asks for */
            value_set(arena, owner, "percent", value_number(arena, whole ? 100 : chance_below(&state->luck, 101)));
            value_add(arena, owners, owner);
            value_set(arena, party, "owners", owners);
        } else { /* one more, of which no share is said */
            owners->items[owners->count - 1] = owner;
        }
    }
    for (size_t i = 0; is_list(owners) && i < owners->count; i++) {
        if (owners->items[i]->kind == VALUE_OBJECT) {
            refine_party(state, owners->items[i], depth + 1);
        }
    }
}

/* "XA-?" becomes XA, which is to be in no part. */
static void refine_state(refining *state, value *party)
{
    comity_arena *arena = state->at->arena;
    const char *code = value_text(party, "state");
    const char *query = strstr(code, "-?");
    if (value_get(party, "state") == NULL && state->codes->count != 0 && chosen(state)) {
        value_set(arena, party, "state", state->codes->items[chance_below(&state->luck, state->codes->count)]);
    } else if (query != NULL && chosen(state)) {
        char plain[64];
        (void)snprintf(plain, sizeof plain, "%.*s", (int)(query - code), code);
        value_set(arena, party, "state", value_string(arena, plain));
    }
}

static void refine_party(refining *state, value *party, unsigned depth)
{
    refine_state(state, party);
    refine_names(state, party, "kinds", "kinds");
    refine_names(state, party, "certified", "certified");
    refine_places(state, party, "subject_to");
    refine_owners(state, party, depth);
    if (value_get(party, "name") == NULL && chosen(state)) {
        value_set(state->at->arena, party, "name", value_string(state->at->arena, "Acme"));
    }
}

/* A party that is a bare code is one of which nothing else is known. */
static void refine_side(refining *state, value *act, const char *key)
{
    comity_arena *arena = state->at->arena;
    value *party = value_get(act, key);
    if (party == NULL || party->kind == VALUE_STRING) {
        value *whole = value_new(arena, VALUE_OBJECT);
        if (party != NULL) {
            value_set(arena, whole, "state", party);
        }
        value_set(arena, act, key, whole);
        party = whole;
    }
    refine_party(state, party, 0);
}

static uint64_t number_of(const value *of, uint64_t otherwise)
{
    return of == NULL ? otherwise : strtoull(of->text, NULL, 10);
}

static void bounds_of(const value *range, uint64_t *ret_min, uint64_t *ret_max)
{
    bool is_range = range != NULL && range->kind == VALUE_OBJECT;
    *ret_min = range == NULL ? 0 : is_range ? number_of(value_get(range, "min"), 0) : number_of(range, 0);
    *ret_max = range == NULL ? UINT64_C(1000000000000)
               : is_range    ? number_of(value_get(range, "max"), UINT64_C(1000000000000))
                             : number_of(range, 0);
}

/* A count includes the act, so it has at least the act's people: what is said to
 * be otherwise is contradiction, not knowledge. */
static uint64_t people_most(const value *act)
{
    uint64_t most = UINT64_C(1000000000000);
    const value *counts = value_get(act, "counts");
    for (size_t i = 0; counts != NULL && i < counts->count; i++) {
        uint64_t min;
        uint64_t max;
        bounds_of(counts->items[i], &min, &max);
        most = max < most ? max : most;
    }
    return most;
}

static bool is_consistent(const value *act)
{
    uint64_t min;
    uint64_t max;
    bounds_of(value_get(value_get(act, "data"), "people"), &min, &max);
    return min <= people_most(act);
}

static value *number_within(refining *state, uint64_t min, uint64_t max)
{
    uint64_t number;
    uint64_t other;
    bounds_of(generate_number(state->at->of->acts, &state->luck, state->at->arena), &number, &other);
    number = number < min ? min : number > max ? max : number;
    return value_number(state->at->arena, number);
}

static void refine_numbers(refining *state, value *act, value *data)
{
    comity_arena *arena = state->at->arena;
    uint64_t min;
    uint64_t max;
    size_t count;
    const char *const *names = generate_counts(state->at->of->acts, &count);
    if (chosen(state)) {
        uint64_t most = people_most(act);
        bounds_of(value_get(data, "people"), &min, &max);
        max = max < most ? max : most;
        value_set(arena, data, "people", number_within(state, min, max));
    }
    uint64_t people;
    bounds_of(value_get(data, "people"), &people, &max);
    value *counts = value_get(act, "counts");
    if (counts == NULL) {
        counts = value_new(arena, VALUE_OBJECT);
        value_set(arena, act, "counts", counts);
    }
    for (size_t i = 0; i < count; i++) {
        if (chosen(state)) {
            bounds_of(value_get(counts, names[i]), &min, &max);
            value_set(arena, counts, names[i], number_within(state, min > people ? min : people, max));
        }
    }
}

static void refine_received(refining *state, value *data)
{
    comity_arena *arena = state->at->arena;
    value *received = value_get(data, "received");
    if (received == NULL && chosen(state)) {
        received = value_new(arena, VALUE_ARRAY);
        if (state->codes->count != 0 && chance_in_100(&state->luck, 60)) {
            value_add(arena, received, value_new(arena, VALUE_OBJECT));
        }
        value_set(arena, data, "received", received);
    }
    for (size_t i = 0; is_list(received) && i < received->count && state->codes->count != 0; i++) {
        value *item = received->items[i];
        if (item->kind == VALUE_OBJECT && value_get(item, "from") == NULL && chosen(state)) {
            value_set(arena, item, "from", state->codes->items[chance_below(&state->luck, state->codes->count)]);
        }
    }
}

static void refine_demand(refining *state, value *act)
{
    comity_arena *arena = state->at->arena;
    if (strcmp(value_text(act, "act"), "disclose") != 0) {
        return;
    }
    value *demand = value_get(act, "demand");
    if (demand == NULL) {
        demand = value_new(arena, VALUE_OBJECT);
        value_set(arena, act, "demand", demand);
    }
    refine_name(state, demand, "channel", "channel");
    refine_name(state, demand, "basis", "basis");
    if (value_get(demand, "binding") == NULL && chosen(state)) {
        value_set(arena, demand, "binding", value_bool(arena, chance_in_100(&state->luck, 50)));
    }
}

static value *refined(const trying *at, const value *act, unsigned n)
{
    static const unsigned percents[] = {5, 15, 40, 80};
    value *known = value_copy(at->arena, act);
    refining state = {at, chance_for(at->seed, 40 + n), codes_of(at->arena, act), 0};
    state.percent = percents[chance_below(&state.luck, 4)];
    value *data = value_get(known, "data");
    if (data == NULL) {
        data = value_new(at->arena, VALUE_OBJECT);
        value_set(at->arena, known, "data", data);
    }
    refine_side(&state, known, "from");
    refine_side(&state, known, "to");
    refine_names(&state, data, "categories", "categories");
    refine_names(&state, known, "purposes", "purposes");
    refine_names(&state, known, "circumstances", "circumstances");
    refine_name(&state, known, "deal", "deal");
    refine_places(&state, data, "origin");
    refine_places(&state, data, "location");
    refine_places(&state, data, "subjects");
    refine_places(&state, known, "via");
    refine_received(&state, data);
    refine_numbers(&state, known, data);
    refine_demand(&state, known);
    return known;
}

static const char *knowing_more(const trying *at, const value *act)
{
    comity_verdict before;
    comity_verdict after;
    if (!is_consistent(act) || judge(at, act, &before) == NULL || (before != COMITY_PERMIT && before != COMITY_REFUSE)) {
        return NULL;
    }
    settled_count++;
    for (unsigned n = 0; n < REFINED_TIMES; n++) {
        const value *known = refined(at, act, n);
        if (judge(at, known, &after) == NULL) {
            return "what is known more made the act invalid";
        }
        if (before != after) {
            return value_print(at->arena, known);
        }
    }
    return NULL;
}

/* ---- papers ---- */

static value *list_of(const trying *at, const value *act, const char *key)
{
    value *had = value_get(act, key);
    value *list = value_new(at->arena, VALUE_ARRAY);
    for (size_t i = 0; is_list(had) && i < had->count; i++) {
        if (had->items[i]->kind != VALUE_STRING || strcmp(had->items[i]->text, "...") != 0) {
            value_add(at->arena, list, had->items[i]);
        }
    }
    if (had != NULL && had->kind != VALUE_ARRAY) {
        value_add(at->arena, list, had);
    }
    return list;
}

static void add_to(const trying *at, value *act, const char *key, value *item)
{
    value *list = list_of(at, act, key);
    value_add(at->arena, list, item);
    value_set(at->arena, act, key, list);
}

/* The words of a paper as a judgement writes it, taken one after the other. */
static const char *next_word(comity_arena *arena, const char **text)
{
    size_t size = strcspn(*text, " ,");
    char *word;
    if (size == 0 || comity_arena_copy(arena, *text, size, &word, NULL) != COMITY_OK) {
        return NULL;
    }
    *text += size + strspn(*text + size, " ,");
    return word;
}

static void scope_name(const trying *at, value *scope, const char *part, const value *act)
{
    const value *to = value_get(act, "to");
    value *list = value_new(at->arena, VALUE_ARRAY);
    if (strcmp(part, "parties") == 0) {
        value_add(at->arena, list, value_string(at->arena, value_text(to, "name")));
    } else if (strcmp(part, "states") == 0) {
        const char *code = to != NULL && to->kind == VALUE_STRING ? to->text : value_text(to, "state");
        if (code[0] != '\0') {
            value_add(at->arena, list, value_string(at->arena, code));
        }
    } else {
        list = list_of(at, strcmp(part, "categories") == 0 ? value_get(act, "data") : act, part);
    }
    value_set(at->arena, scope, part, list);
}

/* Whose law it must be: `of location outside state of importer`; the paper is under that of all of them. */
static value *laws_of(const trying *at, const value *act, const char **text)
{
    value *list = value_new(at->arena, VALUE_ARRAY);
    (void)next_word(at->arena, text); /* of */
    const char *whose = next_word(at->arena, text);
    bool first = strcmp(whose, "exporter") == 0;
    bool is_party = first || strcmp(whose, "importer") == 0;
    for (int i = strncmp(*text, "outside state of ", strlen("outside state of ")) == 0 ? 0 : 4; i < 4; i++) {
        (void)next_word(at->arena, text);
    }
    const value *party = value_get(act, first ? "from" : "to");
    const value *places = is_party                      ? party
                          : strcmp(whose, "transit") == 0 ? value_get(act, "via")
                                                          : value_get(value_get(act, "data"), whose);
    if (is_party && party != NULL && party->kind == VALUE_OBJECT) {
        places = value_get(party, "state");
    }
    for (size_t i = 0; places != NULL && i < (places->kind == VALUE_ARRAY ? places->count : 1); i++) {
        const char *code = places->kind == VALUE_ARRAY ? places->items[i]->text : places->text;
        size_t size = strlen(code) > 2 && strcmp(code + strlen(code) - 2, "-?") == 0 ? strlen(code) - 2 : strlen(code);
        char known[64];
        (void)snprintf(known, sizeof known, "%.*s", (int)size, code);
        value_add(at->arena, list, value_string(at->arena, known));
    }
    return list;
}

/* Days before those that calendars here speak of, and long ago: on one of them a paper was old enough, if any was. */
static const char *const days_of_old[] = {"0001-01-01", "2018-12-31", "2019-12-31", "2020-12-31",
                                          "2021-12-31", "2022-12-31", "2024-12-31", "2025-12-31"};

static bool asks_for_age(const char *item)
{
    const char *older = strstr(item, " older ");
    return strstr(item, " at least ") != NULL || (older != NULL && (older - item < 4 || strncmp(older - 4, " not", 4) != 0));
}

/* Adds what one item of a way says: a safeguard, or a paper that is just what is asked for and no more. */
static void hold(const trying *at, value *act, const char *item)
{
    comity_arena *arena = at->arena;
    value *paper = value_new(arena, VALUE_OBJECT);
    value *scope = value_new(arena, VALUE_OBJECT);
    const char *text = item;
    const char *name = next_word(arena, &text);
    if (strstr(item, " under ") == NULL) {
        add_to(at, act, "safeguards", value_string(arena, name));
        return;
    }
    value_set(arena, paper, "kind", value_string(arena, name));
    value_set(arena, paper, strstr(item, " not older ") != NULL ? "from" : "until",
              value_string(arena, value_text(act, "on")));
    for (const char *word = next_word(arena, &text); word != NULL; word = next_word(arena, &text)) {
        bool old = strcmp(word, "older") == 0 || strcmp(word, "at") == 0;
        if (old || strcmp(word, "not") == 0) { /* not older than N days, older than N days, at least N working days old */
            for (int i = strcmp(word, "older") == 0 ? 1 : 0; i < (strcmp(word, "at") == 0 ? 3 : 4); i++) {
                const char *unit = next_word(arena, &text);
                i -= strcmp(unit, "working") == 0;
            }
            if (strcmp(word, "at") == 0) {
                (void)next_word(arena, &text); /* old */
            }
        } else if (strcmp(word, "under") == 0 && strncmp(text, "law of ", strlen("law of ")) == 0) {
            (void)next_word(arena, &text);
            value_set(arena, paper, "under", laws_of(at, act, &text));
        } else if (strcmp(word, "naming") == 0) {
            while ((word = next_word(arena, &text)) != NULL) {
                scope_name(at, scope, word, act);
            }
            break;
        } else {
            const char *said = next_word(arena, &text);
            bool in_scope = strcmp(word, "module") == 0;
            value_set(arena, in_scope ? scope : paper, strcmp(word, "about") == 0 ? "ref" : word,
                      value_string(arena, said));
        }
    }
    if (scope->count != 0) {
        value_set(arena, paper, "scope", scope);
    }
    if (!asks_for_age(item)) {
        add_to(at, act, "papers", paper);
        return;
    }
    for (size_t i = 0; i < sizeof days_of_old / sizeof days_of_old[0]; i++) {
        value *older = value_copy(arena, paper);
        if (strcmp(days_of_old[i], value_text(act, "on")) <= 0) {
            value_set(arena, older, "from", value_string(arena, days_of_old[i]));
            add_to(at, act, "papers", older);
        }
    }
}

/* A paper that names what the act does not say is never surely the right one. */
static bool can_be_named(const value *act, const char *item)
{
    const value *categories = value_get(value_get(act, "data"), "categories");
    const value *purposes = value_get(act, "purposes");
    const char *naming = strstr(item, " naming ");
    return naming == NULL || ((strstr(naming, "parties") == NULL || value_get(value_get(act, "to"), "name") != NULL) &&
                              (strstr(naming, "categories") == NULL || (categories != NULL && !is_open(categories))) &&
                              (strstr(naming, "purposes") == NULL || (purposes != NULL && !is_open(purposes))));
}

/* Does holding all of the way, but for one item, make the act permitted? */
static const char *way_tried(const trying *at, const value *act, const value *way, size_t without)
{
    comity_verdict after;
    value *held = value_copy(at->arena, act);
    bool made_that_day = false;
    for (size_t i = 0; i < way->count; i++) {
        made_that_day |= strstr(way->items[i]->text, " not older ") != NULL || asks_for_age(way->items[i]->text) ||
                         strstr(way->items[i]->text, " under law of ") != NULL;
        if (!can_be_named(act, way->items[i]->text)) {
            return "a way names what the act does not say";
        }
        if (i != without) {
            hold(at, held, way->items[i]->text);
        }
    }
    if (judge(at, held, &after) == NULL) {
        return "the act with a way held is not valid";
    }
    if (without == way->count && after != COMITY_PERMIT) {
        return value_print(at->arena, held);
    }
    /* A paper made that day is more than one that is asked to be not too old, one made long ago more than one
     * of some age, one under the laws of all places more than one under some law in force there. */
    return without != way->count && after == COMITY_PERMIT && !made_that_day ? value_print(at->arena, way) : NULL;
}

static const char *ways_open(const trying *at, const value *act)
{
    comity_verdict before;
    const char *json = judge(at, act, &before);
    if (json == NULL) {
        return "the act is not valid";
    }
    const value *answer = value_parse(at->arena, json);
    const value *ways = value_get(answer, "ways");
    for (size_t i = 0; i < ways->count; i++) {
        way_count++;
        for (size_t without = 0; without <= ways->items[i]->count; without++) {
            const char *wrong = way_tried(at, act, ways->items[i], without);
            if (wrong != NULL) {
                return wrong;
            }
        }
    }
    return NULL;
}

/* Where no way is named and none was cut off, all papers there are do not help either. */
static const char *no_ways(const trying *at, const value *act)
{
    comity_verdict before;
    comity_verdict after;
    const char *json = judge(at, act, &before);
    if (json == NULL || before == COMITY_PERMIT) {
        return NULL;
    }
    const value *answer = value_parse(at->arena, json);
    if (value_get(answer, "ways")->count != 0 || value_get(answer, "ways_cut")->kind == VALUE_TRUE) {
        return NULL;
    }
    barren_count++;
    value *all = value_copy(at->arena, act);
    generate_everything(at->of->acts, at->arena, all, PAPERS_MAX);
    if (judge(at, all, &after) == NULL) {
        return "the act with everything held is not valid";
    }
    return after == COMITY_PERMIT ? value_print(at->arena, all) : NULL;
}

static const char *papers_help(const trying *at, const value *act)
{
    comity_verdict before;
    comity_verdict after;
    chance luck = chance_for(at->seed, 5);
    value *with = value_copy(at->arena, act);
    const char *safeguard = generate_safeguard(at->of->acts, &luck);
    if (judge(at, act, &before) == NULL) {
        return "the act is not valid";
    }
    if (safeguard != NULL && chance_in_100(&luck, 30)) {
        add_to(at, with, "safeguards", value_string(at->arena, safeguard));
    } else {
        add_to(at, with, "papers", generate_paper(at->of->acts, &luck, at->arena, act));
    }
    if (judge(at, with, &after) == NULL) {
        return "the act with a paper more is not valid";
    }
    return rank_of(after) < rank_of(before) ? value_print(at->arena, with) : NULL;
}

/* ---- order ---- */

static void shuffle(chance *luck, value *whole)
{
    size_t count = whole->count - (is_open(whole) ? 1 : 0);
    for (size_t i = 0; whole->kind >= VALUE_ARRAY && i < whole->count; i++) {
        shuffle(luck, whole->items[i]);
    }
    for (size_t i = count; whole->kind >= VALUE_ARRAY && i > 1; i--) {
        size_t j = chance_below(luck, i);
        value *item = whole->items[i - 1];
        const char *key = whole->keys[i - 1];
        whole->items[i - 1] = whole->items[j];
        whole->keys[i - 1] = whole->keys[j];
        whole->items[j] = item;
        whole->keys[j] = key;
    }
}

static const char *order_is_free(const trying *at, const value *act)
{
    comity_verdict verdict;
    chance luck = chance_for(at->seed, 6);
    value *other = value_copy(at->arena, act);
    shuffle(&luck, other);
    const char *before = judge(at, act, &verdict);
    const char *after = judge(at, other, &verdict);
    return before != NULL && after != NULL && strcmp(before, after) == 0 ? NULL : value_print(at->arena, other);
}

/* ---- again ---- */

static const char *judged_again(const trying *at, const value *act)
{
    comity_verdict verdict;
    chance luck = chance_for(at->seed, 7);
    const char *before = judge(at, act, &verdict);
    const value *between = generate_act(at->of->acts, &luck, at->arena);
    (void)judge(at, between, &verdict);
    const char *after = judge(at, act, &verdict);
    const char *elsewhere = judge_in(at->other, at->arena, act, &verdict);
    bool same = before != NULL && after != NULL && elsewhere != NULL && strcmp(before, after) == 0 &&
                strcmp(before, elsewhere) == 0;
    return same ? NULL : "judged again, it is another judgement";
}

/* ---- ids ---- */

/* The act under an id, which stands first. */
static const char *text_with_id(comity_arena *arena, const value *act, const char *id)
{
    value *rest = value_copy(arena, act);
    for (size_t i = rest->count; i > 0; i--) {
        if (strcmp(rest->keys[i - 1], "id") == 0) {
            value_remove(rest, i - 1);
        }
    }
    const char *text = value_print(arena, rest);
    size_t size = strlen(text) + strlen(id) + sizeof "{\"id\":\"\",";
    void *with;
    if (comity_arena_take(arena, size, &with, NULL) != COMITY_OK) {
        abort();
    }
    (void)snprintf(with, size, "{\"id\":\"%s\",%s", id, text + 1); /* no act is empty */
    return with;
}

/* Anew, for the second time, when it is kept, and from what is kept: each says what judging anew in another context says. */
static const char *judged_alike(const trying *at, const value *act)
{
    static const char *const ids[] = {"gate/1", "gate/2", "another, longer one", "", "x"};
    static comity_alike *alike; /* of all acts and laws there are: what is of another law is not said */
    alike = alike == NULL ? comity_alike_new() : alike;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        const char *text = text_with_id(at->arena, act, ids[i]);
        comity_answer kept;
        comity_answer anew;
        comity_error error;
        if (comity_judge_alike(alike, at->of->context, text, strlen(text), NULL, &kept, &error) != COMITY_OK ||
            comity_judge_json(at->other, text, strlen(text), NULL, &anew, &error) != COMITY_OK) {
            return "under an id it is not judged";
        }
        if (kept.verdict != anew.verdict || kept.json_size != anew.json_size || strcmp(kept.json, anew.json) != 0) {
            return "under another id it is another judgement";
        }
    }
    return NULL;
}

/* ---- states are alike ---- */

static bool is_word_byte(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_' || byte == '-' || byte == '.' || byte == '?';
}

/* Words that are one of the two codes, or begin with one and a point or hyphen. */
static char *renamed_text(comity_arena *arena, const char *text, const char *first, const char *second)
{
    char *copy;
    size_t size = strlen(text);
    if (comity_arena_copy(arena, text, size, &copy, NULL) != COMITY_OK) {
        abort();
    }
    for (size_t i = 0; i + 2 <= size; i++) {
        bool begins = i == 0 || !is_word_byte(text[i - 1]) || (i >= 7 && memcmp(text + i - 7, "counts.", 7) == 0);
        char next = text[i + 2];
        bool ends = next == '\0' || next == '.' || next == '-' || !is_word_byte(next);
        if (begins && ends && memcmp(text + i, first, 2) == 0) {
            memcpy(copy + i, second, 2);
        } else if (begins && ends && memcmp(text + i, second, 2) == 0) {
            memcpy(copy + i, first, 2);
        }
    }
    return copy;
}

static int print_order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorts every list by what it prints as; the order of things may change. */
static void sort_all(comity_arena *arena, value *whole)
{
    for (size_t i = 0; whole->kind >= VALUE_ARRAY && i < whole->count; i++) {
        sort_all(arena, whole->items[i]);
    }
    if (whole->kind != VALUE_ARRAY || whole->count < 2) {
        return;
    }
    const char **texts = calloc(whole->count, sizeof(char *));
    for (size_t i = 0; i < whole->count; i++) {
        texts[i] = value_print(arena, whole->items[i]);
    }
    qsort(texts, whole->count, sizeof(char *), print_order);
    for (size_t i = 0; i < whole->count; i++) {
        whole->items[i] = value_parse(arena, texts[i]);
    }
    free(texts);
}

/* What is chosen by name among several (a lifter, which ways are cut) may change too. */
static bool is_cut(comity_arena *arena, const char *json)
{
    return value_get(value_parse(arena, json), "ways_cut")->kind == VALUE_TRUE;
}

static const char *comparable(comity_arena *arena, const char *json, bool cut)
{
    value *answer = value_parse(arena, json);
    value *lifted = value_get(answer, "lifted");
    value_set(arena, answer, "law", value_new(arena, VALUE_NULL));
    value_set(arena, answer, "act", value_new(arena, VALUE_NULL));
    for (size_t i = 0; lifted != NULL && i < lifted->count; i++) {
        value_set(arena, lifted->items[i], "by", value_new(arena, VALUE_NULL));
    }
    if (cut) {
        value_set(arena, answer, "ways", value_new(arena, VALUE_NULL));
        value_set(arena, answer, "ways_cut", value_new(arena, VALUE_NULL));
    }
    sort_all(arena, answer);
    return value_print(arena, answer);
}

static const char *states_are_alike(const trying *at, const value *act)
{
    comity_verdict verdict;
    if (at->renamed == NULL) {
        return NULL;
    }
    const char *text = renamed_text(at->arena, value_print(at->arena, act), at->first, at->second);
    const char *here = judge(at, act, &verdict);
    const char *there = judge_in(at->renamed->context, at->arena, value_parse(at->arena, text), &verdict);
    if (here == NULL || there == NULL) {
        return "not valid with its states renamed";
    }
    bool cut = is_cut(at->arena, here) || is_cut(at->arena, there);
    here = comparable(at->arena, here, cut);
    there = comparable(at->arena, renamed_text(at->arena, there, at->first, at->second), cut);
    if (strcmp(here, there) == 0) {
        return NULL;
    }
    char difference[512];
    size_t same = 0;
    while (here[same] != '\0' && here[same] == there[same]) {
        same++;
    }
    size_t from = same < 80 ? 0 : same - 80;
    (void)snprintf(difference, sizeof difference, "as it is: %.200s | renamed: %.200s", here + from, there + from);
    return value_string(at->arena, difference)->text;
}

/* ---- all together ---- */

static const struct {
    const char *name;
    const char *(*holds)(const trying *at, const value *act);
} properties[] = {
    {"more", knowing_more}, {"paper", papers_help},   {"way", ways_open},
    {"no way", no_ways},    {"order", order_is_free}, {"alike", states_are_alike},
    {"again", judged_again},
    {"ids", judged_alike},
};
#define PROPERTY_COUNT (sizeof properties / sizeof properties[0])

typedef struct wrongness {
    const trying *at;
    size_t property;
} wrongness;

static bool is_wrong(void *context, const value *act)
{
    const wrongness *wrong = context;
    comity_arena scratch;
    comity_verdict verdict;
    comity_arena_init(&scratch, (size_t)1 << 28);
    trying at = *wrong->at;
    at.arena = &scratch;
    bool valid = judge(&at, act, &verdict) != NULL;
    bool is = valid && properties[wrong->property].holds(&at, act) != NULL;
    comity_arena_free(&scratch);
    return is;
}

static size_t failed[PROPERTY_COUNT];

static void show(const trying *at, const value *act, size_t property, uint64_t n)
{
    wrongness wrong = {at, property};
    test_now.failed = true;
    if (failed[property]++ >= 3 || shown++ >= SHOWN_MAX) {
        return;
    }
    const value *smaller = world_shrink(at->arena, act, is_wrong, &wrong);
    const char *why = properties[property].holds(at, smaller);
    fprintf(stderr, "invariants: %s: %s: act %llu, seed %llu\n    %s\n    %s\n", test_now.name,
            properties[property].name, (unsigned long long)n, (unsigned long long)at->seed,
            value_print(at->arena, smaller), why == NULL ? "(holds when tried again)" : why);
}

static void try_acts(trying *at, uint64_t seed, size_t count)
{
    comity_arena arena;
    comity_error error;
    comity_arena_init(&arena, (size_t)1 << 29);
    at->arena = &arena;
    if (!CHECK(comity_context_new(at->of->law, &at->other, &error) == COMITY_OK)) {
        return;
    }
    for (size_t n = 0; n < count; n++) {
        chance luck = chance_for(seed, n);
        comity_arena_reset(&arena);
        const value *act = generate_act(at->of->acts, &luck, &arena);
        at->seed = chance_next(&luck);
        for (size_t i = 0; i < PROPERTY_COUNT; i++) {
            if (properties[i].holds(at, act) != NULL) {
                show(at, act, i, n);
            }
        }
    }
    comity_context_free(at->other);
    comity_arena_free(&arena);
}

/* The same files, added the other way round: the same image, byte for byte. */
static void files_in_any_order(const world *of)
{
    comity_law *law;
    comity_error error;
    oracle_source *sources = calloc(of->source_count, sizeof *sources);
    if (sources == NULL) {
        abort();
    }
    for (size_t i = 0; i < of->source_count; i++) {
        sources[i] = of->sources[of->source_count - 1 - i];
    }
    if (CHECK(world_compile(sources, of->source_count, &law, &error) == COMITY_OK)) {
        CHECK_EQ_STR(comity_law_hash(of->law), comity_law_hash(law));
        comity_law_close(law);
    }
    free(sources);
}

static void rename_states(const world *of, world *ret_renamed, const char *first, const char *second)
{
    world_init(ret_renamed);
    for (size_t i = 0; i < of->source_count; i++) {
        world_add(ret_renamed, of->sources[i].path,
                  renamed_text(&ret_renamed->arena, of->sources[i].text, first, second));
    }
}

static void try_world(world *of, const char *first, const char *second, size_t count, uint64_t seed)
{
    world renamed;
    comity_error error;
    rename_states(of, &renamed, first, second);
    comity_status status = world_build(&renamed, &error);
    if (status != COMITY_OK) {
        test_fail(__FILE__, __LINE__, "the law with two states renamed cannot be built");
        fprintf(stderr, "%s\n", error.message);
    }
    trying at = {.of = of, .renamed = status == COMITY_OK ? &renamed : NULL, .first = first, .second = second};
    try_acts(&at, seed, count);
    world_free(&renamed);
}

static void the_world(size_t count, uint64_t seed)
{
    world of;
    comity_error error;
    world_init(&of);
    test_case("the law of the world");
    if (CHECK(world_add_folder(&of, "law")) && CHECK(world_build(&of, &error) == COMITY_OK)) {
        files_in_any_order(&of);
        try_world(&of, "DE", "BR", count, seed);
    }
    world_free(&of);
}

static bool one_law(uint64_t law_seed, size_t count, uint64_t seed, bool printed)
{
    world of;
    comity_error error;
    world_init(&of);
    chance luck = chance_for(law_seed, 0);
    lawmaker_make(&of, &luck);
    bool good = world_build(&of, &error) == COMITY_OK;
    for (size_t i = 0; printed && i < of.source_count; i++) {
        printf("==== %s\n%s", of.sources[i].path, of.sources[i].text);
    }
    if (good) {
        size_t before = shown;
        files_in_any_order(&of);
        try_world(&of, "XA", "XB", count, seed);
        if (shown != before) {
            fprintf(stderr, "    under the random law %llu\n", (unsigned long long)law_seed);
        }
    }
    world_free(&of);
    return good;
}

int main(int argument_count, char **arguments)
{
    size_t count = argument_count > 1 ? strtoull(arguments[1], NULL, 10) : 4000;
    uint64_t seed = argument_count > 2 ? strtoull(arguments[2], NULL, 10) : 1;
    test_begin("property/invariants");
    fprintf(stderr, "invariants: %zu acts, seed %llu\n", count, (unsigned long long)seed);
    if (argument_count > 3) {
        test_case("one random law");
        CHECK(one_law(strtoull(arguments[3], NULL, 10), count, seed, true));
        return test_done();
    }
    the_world(count / 2, seed);
    test_case("random laws");
    size_t valid = 0;
    for (size_t tried = 0; valid * ACTS_A_LAW < count / 2 && tried < count; tried++) {
        valid += one_law(seed * 1000003 + tried, ACTS_A_LAW, seed, false);
    }
    fprintf(stderr, "invariants: %zu settled verdicts refined, %zu ways tried, %zu judgements without way\n",
            settled_count, way_count, barren_count);
    return test_done();
}
