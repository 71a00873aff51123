/* Conditions to rows: what each phrase of a condition asks, as literals, and
 * how `and`, `or`, `not` and definitions put them together (disjunctions.c). */
#include "law/compile/conditions.h"

#include "base/near.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void complain(comity_compiler *compiler, comity_place_in_text at, const char *message)
{
    comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, at, "%s", message);
}

comity_status comity_set_of(comity_compiler *compiler, const comity_set *set, uint32_t *ret_set)
{
    for (size_t i = 0; i < compiler->sets.count; i++) {
        if (memcmp(&compiler->sets.items[i], set, sizeof *set) == 0) {
            *ret_set = (uint32_t)i;
            return COMITY_OK;
        }
    }
    *ret_set = (uint32_t)compiler->sets.count;
    COMITY_PUSH(compiler, &compiler->sets, *set);
    return COMITY_OK;
}

static comity_status number_of(comity_compiler *compiler, uint64_t number, uint32_t *ret_number)
{
    for (size_t i = 0; i < compiler->numbers.count; i++) {
        if (compiler->numbers.items[i] == number) {
            *ret_number = (uint32_t)i;
            return COMITY_OK;
        }
    }
    *ret_number = (uint32_t)compiler->numbers.count;
    COMITY_PUSH(compiler, &compiler->numbers, number);
    return COMITY_OK;
}

/* ---- atoms ---- */

static uint8_t side_flag(comity_compiler *compiler, const comity_scope *scope, const comity_party *party)
{
    if (party->side == COMITY_SIDE_PARTY && !scope->has_party && !scope->in_define) {
        complain(compiler, party->word.at, "\"party\" stands only in derive; name the party by its part in the act");
    }
    if ((party->side == COMITY_SIDE_FIRST || party->side == COMITY_SIDE_SECOND) &&
        (scope->has_party || scope->has_owner)) {
        complain(compiler, party->word.at, scope->has_owner ? "inside \"owned … by (…)\" only the \"owner\" is spoken of"
                                                            : "in derive only the \"party\" is spoken of");
    }
    if (party->side == COMITY_SIDE_OWNER && !scope->has_owner && !scope->in_define) {
        complain(compiler, party->word.at, "\"owner\" stands only inside \"owned … by (…)\"");
    }
    return party->side == COMITY_SIDE_FIRST    ? COMITY_NODE_FIRST
           : party->side == COMITY_SIDE_SECOND ? COMITY_NODE_SECOND
                                               : COMITY_NODE_SELF;
}

/* The names of a list as a set; false if one of them is not known. */
static bool names_set(comity_compiler *compiler, comity_class class_of, const comity_words *names, comity_set *set)
{
    bool known = true;
    *set = (comity_set){{0}};
    for (size_t i = 0; i < names->count; i++) {
        uint32_t name = comity_name_find(compiler, class_of, &names->items[i]);
        if (name == COMITY_IMAGE_NONE) {
            known = false;
        } else {
            comity_set_add(set, name);
        }
    }
    return known;
}

static uint32_t set_first(const comity_set *set)
{
    for (uint32_t i = 0; i < COMITY_SET_WORDS; i++) {
        if (set->words[i] != 0) {
            return i * 64 + (uint32_t)__builtin_ctzll(set->words[i]);
        }
    }
    return 0;
}

static unsigned set_size(const comity_set *set)
{
    unsigned size = 0;
    for (uint32_t i = 0; i < COMITY_SET_WORDS; i++) {
        size += (unsigned)__builtin_popcountll(set->words[i]);
    }
    return size;
}

static comity_status slot_any(comity_compiler *compiler, comity_slot slot, const comity_set *set, bool negated,
                              comity_clauses *clauses)
{
    comity_literal literal = {.op = COMITY_OP_HAS, .a = (uint16_t)slot, .b = set_first(set)};
    if (set_size(set) != 1) {
        literal.op = COMITY_OP_HAS_ANY;
        COMITY_TRY(comity_set_of(compiler, set, &literal.b));
    }
    return comity_clauses_literal(compiler, literal, negated, clauses);
}

/* Everything at or below these categories. */
static comity_set categories_below(const comity_compiler *compiler, const comity_set *set)
{
    comity_set below = {{0}};
    for (uint32_t i = 0; i < compiler->entries[COMITY_CLASS_CATEGORY].count; i++) {
        const comity_set *ancestors = &compiler->sets.items[compiler->names.items[i].ancestors];
        for (uint32_t word = 0; word < COMITY_SET_WORDS; word++) {
            if ((ancestors->words[word] & set->words[word]) != 0) {
                comity_set_add(&below, i);
            }
        }
    }
    return below;
}

static comity_status slot_only(comity_compiler *compiler, comity_slot slot, const comity_set *set, bool negated,
                               comity_clauses *clauses)
{
    comity_literal literal = {.op = COMITY_OP_ONLY, .a = (uint16_t)slot};
    COMITY_TRY(comity_set_of(compiler, set, &literal.b));
    return comity_clauses_literal(compiler, literal, negated, clauses);
}

/* The circumstance in which a purpose only says how, or NONE. Errors have been told. */
static uint32_t purpose_aside(const comity_compiler *compiler, uint32_t purpose)
{
    const comity_word *aside = &compiler->entries[COMITY_CLASS_PURPOSE].items[purpose].declaration->as.name.aside;
    return aside->text == NULL
               ? COMITY_IMAGE_NONE
               : comity_map_get(&compiler->declared[COMITY_CLASS_CIRCUMSTANCE], aside->text);
}

/* Joined by `or`, or under `not` by `and`. */
static comity_status either(comity_compiler *compiler, const comity_scope *scope, bool negated,
                            comity_clauses *clauses, comity_clauses *more)
{
    return negated ? comity_clauses_and(compiler, scope, clauses, more) : comity_clauses_or(compiler, clauses, more);
}

/* One of the purposes is of the set, the others but say how, and the circumstance holds in which they do. */
static comity_status only_beside(comity_compiler *compiler, const comity_scope *scope, const comity_set *set,
                                 const comity_set *wider, uint32_t circumstance, bool negated, comity_clauses *clauses)
{
    comity_set one = {{0}};
    comity_clauses has = {0};
    comity_clauses so = {0};
    comity_set_add(&one, circumstance);
    COMITY_TRY(slot_only(compiler, COMITY_SLOT_PURPOSE, wider, negated, clauses));
    COMITY_TRY(slot_any(compiler, COMITY_SLOT_PURPOSE, set, negated, &has));
    COMITY_TRY(slot_any(compiler, COMITY_SLOT_CIRCUMSTANCE, &one, negated, &so));
    COMITY_TRY(either(compiler, scope, !negated, clauses, &has));
    return either(compiler, scope, !negated, clauses, &so);
}

/* `purposes only …`: what may be set aside is so in the circumstance that its declaration names. */
static comity_status only_purposes(comity_compiler *compiler, const comity_scope *scope, const comity_set *set,
                                   bool negated, comity_clauses *clauses)
{
    comity_set done = {{0}};
    COMITY_TRY(slot_only(compiler, COMITY_SLOT_PURPOSE, set, negated, clauses));
    for (uint32_t i = 0; i < compiler->entries[COMITY_CLASS_PURPOSE].count; i++) {
        uint32_t circumstance = comity_set_has(set, i) ? COMITY_IMAGE_NONE : purpose_aside(compiler, i);
        if (circumstance == COMITY_IMAGE_NONE || comity_set_has(&done, circumstance)) {
            continue;
        }
        comity_set wider = *set;
        comity_clauses beside = {0};
        for (uint32_t j = i; j < compiler->entries[COMITY_CLASS_PURPOSE].count; j++) {
            if (purpose_aside(compiler, j) == circumstance) {
                comity_set_add(&wider, j);
            }
        }
        comity_set_add(&done, circumstance);
        COMITY_TRY(only_beside(compiler, scope, set, &wider, circumstance, negated, &beside));
        COMITY_TRY(either(compiler, scope, negated, clauses, &beside));
    }
    return COMITY_OK;
}

/* has, only, has all of — for categories and purposes. */
static comity_status atom_names(comity_compiler *compiler, const comity_scope *scope,
                                const comity_condition *condition, bool negated, comity_class class_of, comity_slot slot, comity_clauses *clauses)
{
    comity_set set;
    if (!names_set(compiler, class_of, &condition->names, &set)) {
        return COMITY_OK;
    }
    if (condition->test == COMITY_TEST_HAS) {
        return slot_any(compiler, slot, &set, negated, clauses);
    }
    if (condition->test == COMITY_TEST_ONLY) {
        if (class_of == COMITY_CLASS_PURPOSE) {
            return only_purposes(compiler, scope, &set, negated, clauses);
        }
        set = categories_below(compiler, &set);
        return slot_only(compiler, slot, &set, negated, clauses);
    }
    bool first = true;
    for (uint32_t i = 0; i < COMITY_SET_BITS; i++) {
        if (comity_set_has(&set, i)) {
            comity_literal literal = {.op = COMITY_OP_HAS, .a = (uint16_t)slot, .b = i};
            /* all of: the dual of alternatives */
            comity_clauses one = {0};
            COMITY_TRY(comity_clauses_literal(compiler, literal, negated, &one));
            COMITY_TRY(first || negated ? comity_clauses_or(compiler, clauses, &one)
                                        : comity_clauses_and(compiler, scope, clauses, &one));
            first = false;
        }
    }
    return COMITY_OK;
}

static comity_status atom_slot(comity_compiler *compiler, const comity_condition *condition, bool negated,
                               comity_class class_of, comity_slot slot, comity_clauses *clauses)
{
    comity_set set;
    return names_set(compiler, class_of, &condition->names, &set)
               ? slot_any(compiler, slot, &set, negated, clauses)
               : COMITY_OK;
}

/* `state of exporter`: the party, or NULL where places are named. */
static const comity_party *state_of(const comity_places *places)
{
    bool is_state = places->count == 1 && places->items[0].kind == COMITY_PLACE_STATE_OF;
    return is_state ? &places->items[0].party : NULL;
}

/* Two parties in one state; of the act's two, that is not `across borders`. */
static comity_status same_state(comity_compiler *compiler, const comity_scope *scope, uint8_t side,
                                const comity_party *party, bool negated, comity_clauses *clauses)
{
    comity_literal literal = {.op = COMITY_OP_SAME_STATE, .flags = side, .b = side_flag(compiler, scope, party)};
    if (literal.flags + literal.b == COMITY_NODE_FIRST + COMITY_NODE_SECOND) {
        return comity_clauses_literal(compiler, (comity_literal){.op = COMITY_OP_ACROSS}, !negated, clauses);
    }
    return comity_clauses_literal(compiler, literal, negated, clauses);
}

static comity_status place_literal(comity_compiler *compiler, const comity_scope *scope, comity_test_op op,
                                   uint8_t side, const comity_places *places, bool negated, comity_clauses *clauses)
{
    comity_literal literal = {.op = (uint8_t)op, .flags = side};
    if (op == COMITY_OP_PLACE && state_of(places) != NULL) {
        return same_state(compiler, scope, side, state_of(places), negated != places->outside, clauses);
    }
    COMITY_TRY(comity_place_set_of(compiler, places, scope->from, scope->until, &literal.b));
    return comity_clauses_literal(compiler, literal, negated != places->outside, clauses);
}

/* `transfer from A to B`: the kinds, and each place that is said. */
static comity_status atom_act(comity_compiler *compiler, const comity_scope *scope,
                              const comity_condition *condition, bool negated, comity_clauses *clauses)
{
    uint8_t in_side = (condition->acts & (COMITY_ACT_COLLECT)) != 0 ? COMITY_NODE_FIRST : COMITY_NODE_SECOND;
    const struct {
        const comity_places *places;
        uint8_t side;
    } said[] = {{&condition->from_places, COMITY_NODE_FIRST},
                {&condition->to_places, COMITY_NODE_SECOND},
                {&condition->in_places, in_side}};
    if (condition->in_places.count != 0 && (condition->acts & (COMITY_ACT_TRANSFER | COMITY_ACT_DISCLOSE)) != 0) {
        complain(compiler, condition->at, "a transfer or disclosure is not in one place; say \"from … to …\"");
    }
    COMITY_TRY(comity_clauses_literal(compiler, (comity_literal){.op = COMITY_OP_ACT, .a = condition->acts}, negated, clauses));
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        if (said[i].places->count == 0) {
            continue;
        }
        comity_clauses one = {0};
        COMITY_TRY(place_literal(compiler, scope, COMITY_OP_PLACE, said[i].side, said[i].places, negated, &one));
        COMITY_TRY(negated ? comity_clauses_or(compiler, clauses, &one)
                           : comity_clauses_and(compiler, scope, clauses, &one));
    }
    return COMITY_OK;
}

/* Kinds that a law derives are asked one by one, the others together. */
static comity_status atom_is(comity_compiler *compiler, const comity_scope *scope,
                             const comity_condition *condition, bool negated, comity_clauses *clauses)
{
    comity_set set;
    uint8_t side = side_flag(compiler, scope, &condition->party);
    if (!names_set(compiler, COMITY_CLASS_KIND, &condition->names, &set)) {
        return COMITY_OK;
    }
    bool first = true;
    for (uint32_t kind = 0; kind < COMITY_SET_BITS; kind++) {
        if (comity_set_has(&set, kind) && compiler->derived_kinds[kind]) {
            if (scope->has_party) {
                /* of an owner, yes: owners end somewhere; of the party itself it could go round in a circle */
                complain(compiler, condition->at, "in derive a party's own kind cannot rest on another derived kind");
            }
            set.words[kind >> 6] &= ~(UINT64_C(1) << (kind & 63));
            comity_literal literal = {.op = COMITY_OP_DERIVED, .flags = side, .b = kind};
            COMITY_TRY(comity_clauses_alternative(compiler, scope, literal, negated, first, clauses));
            first = false;
        }
    }
    if (set_size(&set) == 0) {
        return COMITY_OK;
    }
    comity_literal literal = {.op = COMITY_OP_PARTY_HAS, .flags = side, .a = COMITY_CLASS_KIND};
    COMITY_TRY(comity_set_of(compiler, &set, &literal.b));
    return comity_clauses_alternative(compiler, scope, literal, negated, first, clauses);
}

/* As it is said, whatever a law derives. */
static comity_status atom_said(comity_compiler *compiler, const comity_scope *scope,
                               const comity_condition *condition, bool negated, comity_clauses *clauses)
{
    comity_set set;
    comity_literal literal = {.op = COMITY_OP_PARTY_HAS, .flags = side_flag(compiler, scope, &condition->party),
                              .a = COMITY_CLASS_KIND};
    if (!names_set(compiler, COMITY_CLASS_KIND, &condition->names, &set)) {
        return COMITY_OK;
    }
    COMITY_TRY(comity_set_of(compiler, &set, &literal.b));
    return comity_clauses_literal(compiler, literal, negated, clauses);
}

static comity_status atom_certified(comity_compiler *compiler, const comity_scope *scope,
                                    const comity_condition *condition, bool negated, comity_clauses *clauses)
{
    comity_set set;
    comity_literal literal = {.op = COMITY_OP_PARTY_HAS, .flags = side_flag(compiler, scope, &condition->party),
                              .a = COMITY_CLASS_CERTIFICATE};
    if (!names_set(compiler, COMITY_CLASS_CERTIFICATE, &condition->names, &set)) {
        return COMITY_OK;
    }
    COMITY_TRY(comity_set_of(compiler, &set, &literal.b));
    return comity_clauses_literal(compiler, literal, negated, clauses);
}

static comity_status atom_owned(comity_compiler *compiler, const comity_scope *scope,
                                const comity_condition *condition, bool negated, comity_clauses *clauses)
{
    comity_scope inner = *scope;
    inner.has_owner = true;
    inner.has_party = false;
    if (condition->number == 0 || condition->number > 10000) {
        complain(compiler, condition->at, "a share is more than 0% and at most 100%");
        return COMITY_OK;
    }
    comity_literal literal = {.op = COMITY_OP_OWNED, .flags = side_flag(compiler, scope, &condition->party),
                              .a = (uint16_t)condition->number};
    COMITY_TRY(comity_condition_rows(compiler, &inner, condition->children[0], &literal.b));
    return comity_clauses_literal(compiler, literal, negated, clauses);
}

static comity_status atom_places(comity_compiler *compiler, const comity_scope *scope,
                                 const comity_condition *condition, bool negated, comity_clauses *clauses)
{
    comity_literal literal = {.op = COMITY_OP_PLACES_HAS, .a = (uint16_t)condition->list};
    if (state_of(&condition->places) != NULL) {
        unsigned test = (condition->test == COMITY_TEST_ONLY ? COMITY_PLACES_ONLY : 0) |
                        (condition->places.outside ? COMITY_PLACES_OUTSIDE : 0);
        literal.op = COMITY_OP_PLACES_STATE;
        literal.flags = side_flag(compiler, scope, state_of(&condition->places));
        literal.a = (uint16_t)(condition->list | test);
        return comity_clauses_literal(compiler, literal, negated, clauses);
    }
    if (condition->test == COMITY_TEST_ONLY) {
        literal.op = condition->places.outside ? COMITY_OP_PLACES_ONLY_OUTSIDE : COMITY_OP_PLACES_ONLY;
    } else if (condition->places.outside) {
        literal.op = COMITY_OP_PLACES_HAS_OUTSIDE;
    }
    COMITY_TRY(comity_place_set_of(compiler, &condition->places, scope->from, scope->until, &literal.b));
    return comity_clauses_literal(compiler, literal, negated, clauses);
}

/* Where the data was received from: places, a party's state, or places but for that state. */
static comity_status received_from(comity_compiler *compiler, const comity_scope *scope,
                                   const comity_condition *condition, comity_literal *literal)
{
    const comity_party *party = state_of(&condition->places);
    if (party != NULL) {
        unsigned in = COMITY_RECEIVED_STATE | (condition->places.outside ? COMITY_RECEIVED_STATE_OUTSIDE : 0);
        literal->flags = (uint8_t)(side_flag(compiler, scope, party) | in);
        literal->b = COMITY_IMAGE_NONE;
        return COMITY_OK;
    }
    unsigned flags = condition->places.outside ? COMITY_RECEIVED_OUTSIDE : 0;
    if (condition->has_other) {
        flags |= side_flag(compiler, scope, &condition->other) | COMITY_RECEIVED_STATE | COMITY_RECEIVED_STATE_OUTSIDE;
    }
    literal->flags = (uint8_t)flags;
    return comity_place_set_of(compiler, &condition->places, scope->from, scope->until, &literal->b);
}

static comity_status atom_received(comity_compiler *compiler, const comity_scope *scope,
                                   const comity_condition *condition, bool negated, comity_clauses *clauses)
{
    comity_literal literal = {.op = COMITY_OP_RECEIVED};
    if (condition->names.count != 0) {
        comity_set set;
        uint32_t papers;
        if (!names_set(compiler, COMITY_CLASS_PAPER, &condition->names, &set)) {
            return COMITY_OK;
        }
        COMITY_TRY(comity_set_of(compiler, &set, &papers));
        if (papers >= UINT16_MAX) {
            return comity_fail(compiler->reterr, COMITY_ERROR_LIMIT, "more than %u sets of names in the law", UINT16_MAX);
        }
        literal.a = (uint16_t)(papers + 1);
    }
    COMITY_TRY(received_from(compiler, scope, condition, &literal));
    return comity_clauses_literal(compiler, literal, negated, clauses);
}

/* at least N; the others are said by it: more than N is at least N + 1, and so on. */
static comity_status atom_number(comity_compiler *compiler, comity_literal literal,
                                 const comity_condition *condition, bool negated, comity_clauses *clauses)
{
    bool one_more = condition->comparison == COMITY_MORE_THAN || condition->comparison == COMITY_AT_MOST;
    bool less = condition->comparison == COMITY_AT_MOST || condition->comparison == COMITY_BELOW;
    COMITY_TRY(number_of(compiler, condition->number + (one_more ? 1 : 0), &literal.b));
    return comity_clauses_literal(compiler, literal, negated != less, clauses);
}

static comity_status atom_count(comity_compiler *compiler, const comity_scope *scope,
                                const comity_condition *condition, bool negated, comity_clauses *clauses)
{
    uint32_t count = comity_name_find(compiler, COMITY_CLASS_COUNT, &condition->names.items[0]);
    if (scope->in_count) {
        complain(compiler, condition->at, "which acts a count counts cannot depend on a count");
        return COMITY_OK;
    }
    return count == COMITY_IMAGE_NONE
               ? COMITY_OK
               : atom_number(compiler, (comity_literal){.op = COMITY_OP_COUNT, .a = (uint16_t)count}, condition,
                             negated, clauses);
}

static comity_status atom_through(comity_compiler *compiler, const comity_condition *condition, bool negated,
                                  comity_clauses *clauses)
{
    static const char *const channels[] = {"direct", "judicial-assistance", "treaty", "voluntary"};
    comity_set set = {{0}};
    for (size_t i = 0; i < condition->names.count; i++) {
        unsigned channel = 0;
        while (channel < 4 && strcmp(channels[channel], condition->names.items[i].text) != 0) {
            channel++;
        }
        if (channel == 4) {
            comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, condition->names.items[i].at,
                                   "\"%s\" is no channel; expected direct, judicial-assistance, treaty or voluntary",
                                   condition->names.items[i].text);
            return COMITY_OK;
        }
        comity_set_add(&set, channel);
    }
    return slot_any(compiler, COMITY_SLOT_DEMAND, &set, negated, clauses);
}

static comity_status atom_under(comity_compiler *compiler, const comity_scope *scope,
                                const comity_condition *condition, bool negated, comity_clauses *clauses)
{
    for (size_t i = 0; i < condition->names.count; i++) {
        comity_literal literal = {.op = COMITY_OP_DEMAND_BASIS, .a = COMITY_CLASS_LAW};
        literal.b = comity_map_get(&compiler->declared[COMITY_CLASS_LAW], condition->names.items[i].text);
        if (literal.b == COMITY_IMAGE_NONE) {
            literal.a = COMITY_CLASS_BASIS;
            literal.b = comity_name_find(compiler, COMITY_CLASS_BASIS, &condition->names.items[i]);
        }
        if (literal.b != COMITY_IMAGE_NONE) {
            COMITY_TRY(comity_clauses_alternative(compiler, scope, literal, negated, i == 0, clauses));
        }
    }
    return COMITY_OK;
}

static comity_status atom_agreement(comity_compiler *compiler, const comity_scope *scope,
                                    const comity_condition *condition, bool negated, comity_clauses *clauses)
{
    for (size_t i = 0; i < condition->names.count; i++) {
        uint32_t about = comity_name_find(compiler, COMITY_CLASS_ABOUT, &condition->names.items[i]);
        comity_literal literal = {.op = COMITY_OP_AGREEMENT, .flags = side_flag(compiler, scope, &condition->party),
                                  .a = (uint16_t)about, .b = side_flag(compiler, scope, &condition->other)};
        if (about != COMITY_IMAGE_NONE) {
            COMITY_TRY(comity_clauses_alternative(compiler, scope, literal, negated, i == 0, clauses));
        }
    }
    return COMITY_OK;
}

static void define_missing(comity_compiler *compiler, const comity_word *word)
{
    comity_near near;
    comity_near_begin(&near, word->text, strlen(word->text));
    for (size_t i = 0; i < compiler->define_entries.count; i++) {
        comity_near_offer(&near, compiler->define_entries.items[i].text, strlen(compiler->define_entries.items[i].text));
    }
    comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, word->at,
                           near.best == NULL ? "\"%s\" is no definition on file"
                                             : "\"%s\" is no definition on file; did you mean \"%s\"?",
                           word->text, near.best);
}

comity_status comity_define_step(comity_compiler *compiler)
{
    return compiler->define_steps++ < COMITY_LIMIT_LAW_EXPANSION
               ? COMITY_OK
               : comity_fail(compiler->reterr, COMITY_ERROR_LIMIT,
                             "conditions go into more than %d definitions, those within definitions included",
                             COMITY_LIMIT_LAW_EXPANSION);
}

static comity_status atom_defined(comity_compiler *compiler, const comity_scope *scope,
                                  const comity_condition *condition, bool negated, comity_clauses *clauses)
{
    const comity_word *word = &condition->names.items[0];
    uint32_t define = comity_map_get(&compiler->defines, word->text);
    if (define == COMITY_IMAGE_NONE) {
        define_missing(compiler, word);
        return COMITY_OK;
    }
    if (compiler->define_colours[define] != COMITY_WHITE) {
        comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, word->at,
                               "the definition of \"%s\" uses itself", word->text);
        return COMITY_OK;
    }
    if (compiler->define_depth == COMITY_LIMIT_LAW_DEPTH) {
        comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, word->at,
                               "definitions stand in one another more than %d deep", COMITY_LIMIT_LAW_DEPTH);
        return COMITY_OK;
    }
    COMITY_TRY(comity_define_step(compiler));
    /* a paper in a definition is under the law of the definition's own file, and stands in no rule */
    const comity_entry *entry = &compiler->define_entries.items[define];
    comity_scope inner = *scope;
    inner.draft = NULL;
    if (entry->file->code.text != NULL) {
        inner.law = comity_map_get(&compiler->declared[COMITY_CLASS_LAW], entry->file->code.text);
    }
    compiler->defines_used[define] = true;
    compiler->define_colours[define] = COMITY_GREY;
    compiler->define_depth++;
    comity_status status =
        comity_condition_clauses(compiler, &inner, entry->declaration->as.define.when, negated, clauses);
    compiler->define_colours[define] = COMITY_WHITE;
    compiler->define_depth--;
    return status;
}

/* The tables of a copy grow elsewhere, or behind what the original knows of its own. */
comity_status comity_check_unused_defines(comity_compiler *compiler)
{
    comity_compiler copy = *compiler;
    for (uint32_t i = 0; i < compiler->define_entries.count; i++) {
        const comity_entry *entry = &compiler->define_entries.items[i];
        comity_condition condition = {.kind = COMITY_CONDITION_DEFINED,
                                      .names = {(comity_word[]){{entry->text, entry->at}}, 1}};
        comity_scope scope = {.file = entry->file, .from = COMITY_SINCE_EVER, .until = COMITY_OPEN_END, .in_define = true};
        comity_clauses clauses = {0};
        if (!compiler->defines_used[i]) {
            COMITY_TRY(atom_defined(&copy, &scope, &condition, false, &clauses));
        }
    }
    return COMITY_OK;
}

static comity_status atom(comity_compiler *compiler, const comity_scope *scope, const comity_condition *condition,
                          bool negated, comity_clauses *clauses)
{
    comity_literal literal = {0};
    switch (condition->kind) {
    case COMITY_CONDITION_ACT:
        return atom_act(compiler, scope, condition, negated, clauses);
    case COMITY_CONDITION_PARTY_IN:
        return place_literal(compiler, scope, COMITY_OP_PLACE, side_flag(compiler, scope, &condition->party),
                             &condition->places, negated, clauses);
    case COMITY_CONDITION_SUBJECT_TO:
        return place_literal(compiler, scope, COMITY_OP_SUBJECT_TO, side_flag(compiler, scope, &condition->party),
                             &condition->places, negated, clauses);
    case COMITY_CONDITION_IS:
        return atom_is(compiler, scope, condition, negated, clauses);
    case COMITY_CONDITION_SAID:
        return atom_said(compiler, scope, condition, negated, clauses);
    case COMITY_CONDITION_CERTIFIED:
        return atom_certified(compiler, scope, condition, negated, clauses);
    case COMITY_CONDITION_OWNED:
        return atom_owned(compiler, scope, condition, negated, clauses);
    case COMITY_CONDITION_DATA:
        return atom_names(compiler, scope, condition, negated, COMITY_CLASS_CATEGORY, COMITY_SLOT_CATEGORY, clauses);
    case COMITY_CONDITION_PURPOSES:
        return atom_names(compiler, scope, condition, negated, COMITY_CLASS_PURPOSE, COMITY_SLOT_PURPOSE, clauses);
    case COMITY_CONDITION_PLACES:
        return atom_places(compiler, scope, condition, negated, clauses);
    case COMITY_CONDITION_RECEIVED:
        return atom_received(compiler, scope, condition, negated, clauses);
    case COMITY_CONDITION_DEAL:
        return atom_slot(compiler, condition, negated, COMITY_CLASS_DEAL, COMITY_SLOT_DEAL, clauses);
    case COMITY_CONDITION_CIRCUMSTANCE:
        return atom_slot(compiler, condition, negated, COMITY_CLASS_CIRCUMSTANCE, COMITY_SLOT_CIRCUMSTANCE, clauses);
    case COMITY_CONDITION_PROTECTED:
        return atom_slot(compiler, condition, negated, COMITY_CLASS_SAFEGUARD, COMITY_SLOT_SAFEGUARD, clauses);
    case COMITY_CONDITION_HELD:
        literal.op = COMITY_OP_HELD;
        COMITY_TRY(comity_leaf_of(compiler, scope, &condition->paper, &literal.b));
        return comity_clauses_literal(compiler, literal, negated, clauses);
    case COMITY_CONDITION_PEOPLE:
        literal.op = COMITY_OP_PEOPLE;
        return atom_number(compiler, literal, condition, negated, clauses);
    case COMITY_CONDITION_COUNT:
        return atom_count(compiler, scope, condition, negated, clauses);
    case COMITY_CONDITION_THROUGH:
        return atom_through(compiler, condition, negated, clauses);
    case COMITY_CONDITION_BINDING:
        literal = (comity_literal){.op = COMITY_OP_HAS, .a = COMITY_SLOT_DEMAND, .b = COMITY_DEMAND_BINDING};
        return comity_clauses_literal(compiler, literal, negated, clauses);
    case COMITY_CONDITION_UNDER:
        return atom_under(compiler, scope, condition, negated, clauses);
    case COMITY_CONDITION_ORDER:
        literal.op = COMITY_OP_ORDER;
        literal.a = (uint16_t)comity_name_find(compiler, COMITY_CLASS_ORDERS, &condition->names.items[0]);
        return comity_clauses_literal(compiler, literal, negated, clauses);
    case COMITY_CONDITION_AGREEMENT:
        return atom_agreement(compiler, scope, condition, negated, clauses);
    case COMITY_CONDITION_ACROSS:
        literal.op = COMITY_OP_ACROSS;
        return comity_clauses_literal(compiler, literal, negated, clauses);
    case COMITY_CONDITION_DEFINED:
        return atom_defined(compiler, scope, condition, negated, clauses);
    case COMITY_CONDITION_AND:
    case COMITY_CONDITION_OR:
    case COMITY_CONDITION_NOT:
        break;
    }
    return COMITY_OK;
}

comity_status comity_condition_clauses(comity_compiler *compiler, const comity_scope *scope,
                                       const comity_condition *condition, bool negated,
                                       comity_clauses *ret_clauses)
{
    *ret_clauses = (comity_clauses){0};
    if (condition->kind == COMITY_CONDITION_NOT) {
        return comity_condition_clauses(compiler, scope, condition->children[0], !negated, ret_clauses);
    }
    if (condition->kind != COMITY_CONDITION_AND && condition->kind != COMITY_CONDITION_OR) {
        return atom(compiler, scope, condition, negated, ret_clauses);
    }
    bool product = (condition->kind == COMITY_CONDITION_AND) != negated;
    for (size_t i = 0; i < condition->child_count; i++) {
        comity_clauses child;
        COMITY_TRY(comity_condition_clauses(compiler, scope, condition->children[i], negated, &child));
        COMITY_TRY(i == 0 || !product ? comity_clauses_or(compiler, ret_clauses, &child)
                                      : comity_clauses_and(compiler, scope, ret_clauses, &child));
        if (ret_clauses->count > COMITY_LIMIT_LAW_ROWS) {
            comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, condition->at,
                                   "written out, this condition has more than %d alternatives; make two rules of it",
                                   COMITY_LIMIT_LAW_ROWS);
            ret_clauses->count = 1;
            return COMITY_OK;
        }
        if (comity_clauses_longest(ret_clauses) > COMITY_LIMIT_LAW_LITERALS) {
            comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, condition->at,
                                   "this condition has more than %d parts that must hold together",
                                   COMITY_LIMIT_LAW_LITERALS);
            ret_clauses->count = 0;
            return COMITY_OK;
        }
    }
    return COMITY_OK;
}

comity_status comity_rows_push(comity_compiler *compiler, const comity_clause *clause, uint32_t rule,
                               uint16_t residual)
{
    assert(clause->count <= UINT16_MAX); /* the limit, and at most a list more */
    comity_row row = {.first_literal = (uint32_t)compiler->literals.count,
                      .literal_count = (uint16_t)clause->count, .residual = residual, .rule = rule};
    row.sieved = row.literal_count; /* no tests of its own: a rule's rows are given theirs when they come into a block */
    for (uint32_t i = 0; i < clause->count; i++) {
        COMITY_PUSH(compiler, &compiler->literals, clause->literals[i]);
    }
    COMITY_PUSH(compiler, &compiler->rows, row);
    return COMITY_OK;
}

comity_status comity_condition_rows(comity_compiler *compiler, const comity_scope *scope,
                                    const comity_condition *condition, uint32_t *ret_rows)
{
    comity_clauses clauses = {0};
    if (condition == NULL) {
        COMITY_PUSH(compiler, &clauses, (comity_clause){NULL, 0}); /* asks for nothing: always */
    } else {
        COMITY_TRY(comity_condition_clauses(compiler, scope, condition, false, &clauses));
    }
    return comity_condition_push(compiler, &clauses, ret_rows);
}
