/* The judge's tables of one law: its rows, and for each kind of act, span of
 * days and place the rows that are still possible. */
#include "law/compile/compiler.h"

#include <stdlib.h>
#include <string.h>

/* The order in which a row's literals are tested: cheap ones, and ones that
 * often fail, first. */
static const uint8_t literal_cost[COMITY_OP_LAST] = {
    [COMITY_OP_ACT] = 0,         [COMITY_OP_HAS] = 1,         [COMITY_OP_HAS_ANY] = 2,
    [COMITY_OP_ONLY] = 3,        [COMITY_OP_PARTY_HAS] = 4,   [COMITY_OP_PEOPLE] = 4,
    [COMITY_OP_DEMAND_BASIS] = 4, [COMITY_OP_ACROSS] = 5,     [COMITY_OP_ORDER] = 5,
    [COMITY_OP_PLACE] = 6,       [COMITY_OP_SUBJECT_TO] = 7,  [COMITY_OP_PLACES_HAS] = 7,
    [COMITY_OP_PLACES_HAS_OUTSIDE] = 7,
    [COMITY_OP_PLACES_ONLY] = 7, [COMITY_OP_PLACES_ONLY_OUTSIDE] = 7, [COMITY_OP_RECEIVED] = 8,
    [COMITY_OP_HELD] = 9,        [COMITY_OP_CONDITION] = 9,        [COMITY_OP_COUNT] = 10,      [COMITY_OP_AGREEMENT] = 11,
    [COMITY_OP_DERIVED] = 12,    [COMITY_OP_OWNED] = 13,
};

/* Settled by the tables when both places are known: the kind of act, and a
 * party's place in a set that has no dates. */
static bool is_settled(const comity_compiler *compiler, const comity_literal *literal)
{
    if (literal->op == COMITY_OP_ACT) {
        return true;
    }
    return literal->op == COMITY_OP_PLACE && (literal->flags & COMITY_LITERAL_SIDE) != COMITY_NODE_SELF &&
           compiler->place_sets.items[literal->b].dated_count == 0;
}

/* Does the literal ask for names of this kind? Then which. */
static bool sieve_names(const comity_compiler *compiler, const comity_literal *literal, uint32_t kind, comity_set *ret_set)
{
    static const uint8_t slots[] = {COMITY_SLOT_CATEGORY, COMITY_SLOT_PURPOSE, COMITY_SLOT_CIRCUMSTANCE, COMITY_SLOT_DEAL};
    *ret_set = (comity_set){{0}};
    if (kind >= COMITY_SIEVE_KIND_FIRST) {
        uint32_t side = kind == COMITY_SIEVE_KIND_FIRST ? COMITY_NODE_FIRST : COMITY_NODE_SECOND;
        if (literal->op != COMITY_OP_PARTY_HAS || literal->a != COMITY_CLASS_KIND ||
            (literal->flags & COMITY_LITERAL_SIDE) != side) {
            return false;
        }
        *ret_set = compiler->sets.items[literal->b];
        return true;
    }
    if (literal->a != slots[kind] || (literal->op != COMITY_OP_HAS && literal->op != COMITY_OP_HAS_ANY)) {
        return false;
    }
    if (literal->op == COMITY_OP_HAS) {
        comity_set_add(ret_set, literal->b);
    } else {
        *ret_set = compiler->sets.items[literal->b];
    }
    return true;
}

/* Settled by a sieve when the act's set is complete: names that are not wanted,
 * and of the literals that want one of some names the first of each kind. */
static bool is_sieved(const comity_compiler *compiler, const comity_literal *literal, uint32_t *wanted)
{
    for (uint32_t kind = 0; kind < COMITY_SIEVE_LAST; kind++) {
        comity_set set;
        if (!sieve_names(compiler, literal, kind, &set)) {
            continue;
        }
        if (literal->flags & COMITY_LITERAL_NEGATED) {
            return true;
        }
        bool first = (*wanted >> kind & 1u) == 0;
        *wanted |= 1u << kind;
        return first;
    }
    return false;
}

typedef struct literal_cost_pair {
    comity_literal literal;
    unsigned cost;
} literal_cost_pair;

/* Orders a row's literals: settled ones, sieved ones, the rest from cheap to dear. */
static comity_status clause_settle(comity_compiler *compiler, comity_clause *clause, uint16_t *ret_residual,
                                   uint16_t *ret_rest)
{
    literal_cost_pair *pairs;
    uint32_t wanted = 0;
    *ret_residual = 0;
    *ret_rest = 0;
    COMITY_TRY(comity_compiler_take(compiler, clause->count, sizeof *pairs, &pairs));
    for (uint32_t i = 0; i < clause->count; i++) {
        const comity_literal *literal = &clause->literals[i];
        bool settled = is_settled(compiler, literal);
        bool sieved = !settled && is_sieved(compiler, literal, &wanted);
        pairs[i] = (literal_cost_pair){*literal, settled ? 0 : sieved ? 1 : 2u + literal_cost[literal->op]};
        *ret_residual = (uint16_t)(*ret_residual + settled);
        *ret_rest = (uint16_t)(*ret_rest + (settled || sieved));
    }
    for (uint32_t i = 0; i < clause->count; i++) {
        literal_cost_pair pair = pairs[i];
        uint32_t j = i;
        for (; j > 0 && pairs[j - 1].cost > pair.cost; j--) {
            pairs[j] = pairs[j - 1];
        }
        pairs[j] = pair;
    }
    for (uint32_t i = 0; i < clause->count; i++) {
        clause->literals[i] = pairs[i].literal;
    }
    return COMITY_OK;
}

/* ---- rows ---- */

typedef struct rule_clauses {
    comity_clauses when;
    comity_clauses unless;
} rule_clauses;

static comity_status rule_rows(comity_compiler *compiler, uint32_t law, const comity_draft *draft,
                               rule_clauses *ret_clauses)
{
    comity_scope scope = {.file = draft->file, .law = law, .draft = draft, .from = draft->from, .until = draft->until};
    if (draft->rule->when == NULL) {
        COMITY_PUSH(compiler, &ret_clauses->when, (comity_clause){NULL, 0});
    } else {
        COMITY_TRY(comity_condition_clauses(compiler, &scope, draft->rule->when, false, &ret_clauses->when));
    }
    for (size_t i = 0; i < draft->rule->unless_count; i++) {
        comity_clauses clauses;
        COMITY_TRY(comity_condition_clauses(compiler, &scope, draft->rule->unless[i], false, &clauses));
        for (size_t j = 0; j < clauses.count; j++) {
            COMITY_PUSH(compiler, &ret_clauses->unless, clauses.items[j]);
        }
    }
    return COMITY_OK;
}

static comity_status rows_write(comity_compiler *compiler, comity_clauses *clauses, uint32_t rule)
{
    for (size_t i = 0; i < clauses->count; i++) {
        uint16_t residual;
        uint16_t rest;
        COMITY_TRY(clause_settle(compiler, &clauses->items[i], &residual, &rest));
        COMITY_TRY(comity_rows_push(compiler, &clauses->items[i], rule, residual));
        compiler->rows.items[compiler->rows.count - 1].rest = rest;
    }
    return COMITY_OK;
}

/* All rows of a law, rule by rule, `when` before `unless`. */
static comity_status law_rows(comity_compiler *compiler, uint32_t law, comity_law_record *record)
{
    rule_clauses *clauses;
    COMITY_TRY(comity_compiler_take(compiler, record->rule_count, sizeof *clauses, &clauses));
    for (uint32_t i = 0; i < record->rule_count; i++) {
        const comity_draft *draft = &compiler->drafts[compiler->draft_order[record->first_rule + i]];
        COMITY_TRY(rule_rows(compiler, law, draft, &clauses[i]));
    }
    record->first_row = (uint32_t)compiler->rows.count;
    for (uint32_t i = 0; i < record->rule_count; i++) {
        comity_rule_record *rule = &compiler->rules.items[record->first_rule + i];
        rule->first_row = (uint32_t)compiler->rows.count;
        COMITY_TRY(rows_write(compiler, &clauses[i].when, i << 1));
        COMITY_TRY(rows_write(compiler, &clauses[i].unless, i << 1 | 1u));
        rule->row_count = (uint32_t)compiler->rows.count - rule->first_row;
        rule->flags |= clauses[i].unless.count != 0 ? COMITY_RULE_HAS_UNLESS : 0;
    }
    record->row_count = (uint32_t)compiler->rows.count - record->first_row;
    record->words = (record->row_count + 63) / 64;
    return COMITY_OK;
}

/* ---- tables ---- */

static comity_status bits_take(comity_compiler *compiler, uint32_t words, uint32_t *ret_first)
{
    *ret_first = (uint32_t)compiler->bits.count;
    for (uint32_t i = 0; i < words; i++) {
        COMITY_PUSH(compiler, &compiler->bits, 0);
    }
    return COMITY_OK;
}

static void bit_set(comity_compiler *compiler, uint32_t first, uint32_t row)
{
    compiler->bits.items[first + (row >> 6)] |= UINT64_C(1) << (row & 63);
}

static comity_status act_table(comity_compiler *compiler, comity_law_record *record)
{
    COMITY_TRY(bits_take(compiler, record->words * COMITY_ACT_COUNT, &record->act_bits));
    for (uint32_t i = 0; i < record->row_count; i++) {
        const comity_row *row = &compiler->rows.items[record->first_row + i];
        uint32_t mask = (1u << COMITY_ACT_COUNT) - 1;
        for (uint32_t j = 0; j < row->literal_count; j++) {
            const comity_literal *literal = &compiler->literals.items[row->first_literal + j];
            mask &= literal->op == COMITY_OP_ACT ? literal->a : mask;
        }
        for (uint32_t act = 0; act < COMITY_ACT_COUNT; act++) {
            if (mask >> act & 1u) {
                record->acts |= 1u << act;
                bit_set(compiler, record->act_bits + act * record->words, i);
            }
        }
    }
    return COMITY_OK;
}

static int day_order(const void *a, const void *b)
{
    int32_t left = *(const int32_t *)a;
    int32_t right = *(const int32_t *)b;
    return left < right ? -1 : left > right;
}

/* The days on which some rule begins, or is no longer; between them nothing changes. */
static comity_status epoch_table(comity_compiler *compiler, comity_law_record *record)
{
    int32_t *days;
    uint32_t count = 0;
    COMITY_TRY(comity_compiler_take(compiler, (size_t)record->rule_count * 2, sizeof *days, &days));
    for (uint32_t i = 0; i < record->rule_count; i++) {
        const comity_rule_record *rule = &compiler->rules.items[record->first_rule + i];
        if (rule->from != COMITY_SINCE_EVER) {
            days[count++] = rule->from;
        }
        if (rule->until != COMITY_OPEN_END) {
            days[count++] = rule->until + 1;
        }
    }
    qsort(days, count, sizeof *days, day_order);
    record->first_epoch = (uint32_t)compiler->epochs.count;
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || days[i] != days[i - 1]) {
            COMITY_PUSH(compiler, &compiler->epochs, days[i]);
        }
    }
    record->epoch_count = (uint32_t)compiler->epochs.count - record->first_epoch;
    COMITY_TRY(bits_take(compiler, record->words * (record->epoch_count + 1), &record->epoch_bits));
    for (uint32_t epoch = 0; epoch <= record->epoch_count; epoch++) {
        int32_t day = epoch == 0 ? COMITY_SINCE_EVER : compiler->epochs.items[record->first_epoch + epoch - 1];
        for (uint32_t i = 0; i < record->row_count; i++) {
            const comity_row *row = &compiler->rows.items[record->first_row + i];
            const comity_rule_record *rule = &compiler->rules.items[record->first_rule + (row->rule >> 1)];
            bool in_force = rule->from <= day && day <= rule->until;
            if (epoch == 0) {
                in_force = rule->from == COMITY_SINCE_EVER;
            }
            if (in_force) {
                bit_set(compiler, record->epoch_bits + epoch * record->words, i);
            }
        }
    }
    return COMITY_OK;
}

/* Marks what a set without dates holds: its places, and the parts of its states. */
static void set_mark(const comity_compiler *compiler, uint32_t set, bool *member)
{
    const comity_place_set *record = &compiler->place_sets.items[set];
    uint32_t count = (uint32_t)compiler->places.count;
    memset(member, 0, count * sizeof *member);
    for (uint32_t i = 0; i < record->count; i++) {
        member[compiler->set_places.items[record->first + i]] = true;
    }
    for (uint32_t place = 0; place < count; place++) {
        member[place] |= member[compiler->place_states[place]];
    }
}

/* For each place, the rows that a party being there leaves possible. */
static void place_rows(const comity_compiler *compiler, const comity_law_record *record, uint32_t side,
                       uint64_t *possible, bool *member)
{
    uint32_t count = (uint32_t)compiler->places.count;
    memset(possible, 0xff, (size_t)count * record->words * sizeof *possible);
    for (uint32_t i = 0; i < record->row_count; i++) {
        const comity_row *row = &compiler->rows.items[record->first_row + i];
        for (uint32_t j = 0; j < row->residual; j++) {
            const comity_literal *literal = &compiler->literals.items[row->first_literal + j];
            if (literal->op != COMITY_OP_PLACE || (literal->flags & COMITY_LITERAL_SIDE) != side) {
                continue;
            }
            set_mark(compiler, literal->b, member);
            bool negated = (literal->flags & COMITY_LITERAL_NEGATED) != 0;
            for (uint32_t place = 0; place < count; place++) {
                if (member[place] == negated) {
                    possible[(size_t)place * record->words + (i >> 6)] &= ~(UINT64_C(1) << (i & 63));
                }
            }
        }
    }
}

static comity_status class_table(comity_compiler *compiler, comity_law_record *record, uint32_t side)
{
    uint32_t count = (uint32_t)compiler->places.count;
    size_t row_bytes = record->words * sizeof(uint64_t);
    uint64_t *possible;
    bool *member;
    if (record->words == 0 && compiler->law_without_rows != NULL) { /* all of these are alike: one table serves them */
        record->first_classes[side] = compiler->law_without_rows->first_classes[0];
        record->class_bits[side] = compiler->law_without_rows->class_bits[0];
        record->class_counts[side] = compiler->law_without_rows->class_counts[0];
        return COMITY_OK;
    }
    compiler->law_without_rows = record->words == 0 ? record : compiler->law_without_rows;
    COMITY_TRY(comity_compiler_take(compiler, (size_t)count * record->words, sizeof *possible, &possible));
    COMITY_TRY(comity_compiler_take(compiler, count, sizeof *member, &member));
    place_rows(compiler, record, side, possible, member);
    record->first_classes[side] = (uint32_t)compiler->classes.count;
    record->class_bits[side] = (uint32_t)compiler->bits.count;
    uint32_t classes = 0;
    for (uint32_t place = 0; place < count; place++) {
        const uint64_t *own = record->words == 0 ? possible : &possible[(size_t)place * record->words];
        uint32_t found = 0;
        while (found < classes && row_bytes != 0 &&
               memcmp(&compiler->bits.items[record->class_bits[side] + found * record->words], own, row_bytes) != 0) {
            found++;
        }
        for (uint32_t i = 0; found == classes && i < record->words; i++) {
            COMITY_PUSH(compiler, &compiler->bits, own[i]);
        }
        classes += found == classes;
        COMITY_PUSH(compiler, &compiler->classes, (uint16_t)found);
    }
    record->class_counts[side] = classes;
    return COMITY_OK;
}

/* ---- sieves ---- */

/* Gives each name that is asked for its place. False if none is. */
static comity_status sieve_places(comity_compiler *compiler, const comity_law_record *record, uint32_t kind,
                                  uint32_t *ret_count)
{
    uint32_t names = (uint32_t)compiler->entries[comity_sieve_class(kind)].count;
    uint32_t first = (uint32_t)compiler->classes.count;
    comity_set asked = {{0}};
    for (uint32_t i = 0; i < record->row_count; i++) {
        const comity_row *row = &compiler->rows.items[record->first_row + i];
        for (uint32_t j = row->residual; j < row->rest; j++) {
            comity_set set;
            if (sieve_names(compiler, &compiler->literals.items[row->first_literal + j], kind, &set)) {
                for (uint32_t word = 0; word < COMITY_SET_WORDS; word++) {
                    asked.words[word] |= set.words[word];
                }
            }
        }
    }
    *ret_count = 0;
    for (uint32_t name = 0; name < names; name++) {
        COMITY_PUSH(compiler, &compiler->classes, (uint16_t)(comity_set_has(&asked, name) ? ++*ret_count : 0));
    }
    if (*ret_count == 0) {
        compiler->classes.count = first;
    }
    return COMITY_OK;
}

static void sieve_row(comity_compiler *compiler, const comity_law_record *record, uint32_t kind, uint32_t row_index)
{
    const comity_sieve *sieve = &record->sieves[kind];
    const comity_row *row = &compiler->rows.items[record->first_row + row_index];
    bool wants = false;
    for (uint32_t j = row->residual; j < row->rest; j++) {
        const comity_literal *literal = &compiler->literals.items[row->first_literal + j];
        comity_set set;
        if (!sieve_names(compiler, literal, kind, &set)) {
            continue;
        }
        bool negated = (literal->flags & COMITY_LITERAL_NEGATED) != 0;
        wants |= !negated;
        for (uint32_t name = 0; name < compiler->entries[comity_sieve_class(kind)].count; name++) {
            uint32_t place = compiler->classes.items[sieve->first_place + name];
            if (place != 0 && comity_set_has(&set, name)) {
                bit_set(compiler, sieve->bits + (2 * place - (negated ? 0 : 1)) * record->words, row_index);
            }
        }
    }
    if (!wants) {
        bit_set(compiler, sieve->bits, row_index);
    }
}

static comity_status sieve_table(comity_compiler *compiler, comity_law_record *record, uint32_t kind)
{
    comity_sieve *sieve = &record->sieves[kind];
    uint32_t count;
    sieve->first_place = (uint32_t)compiler->classes.count;
    COMITY_TRY(sieve_places(compiler, record, kind, &count));
    if (count == 0) {
        *sieve = (comity_sieve){COMITY_IMAGE_NONE, 0};
        return COMITY_OK;
    }
    COMITY_TRY(bits_take(compiler, record->words * (2 * count + 1), &sieve->bits));
    for (uint32_t i = 0; i < record->row_count; i++) {
        sieve_row(compiler, record, kind, i);
    }
    return COMITY_OK;
}

comity_status comity_compile_law(comity_compiler *compiler, uint32_t law)
{
    comity_law_record *record = &compiler->laws.items[law];
    COMITY_TRY(law_rows(compiler, law, record));
    COMITY_TRY(act_table(compiler, record));
    COMITY_TRY(epoch_table(compiler, record));
    COMITY_TRY(class_table(compiler, record, COMITY_NODE_FIRST));
    COMITY_TRY(class_table(compiler, record, COMITY_NODE_SECOND));
    for (uint32_t kind = 0; kind < COMITY_SIEVE_LAST; kind++) {
        COMITY_TRY(sieve_table(compiler, record, kind));
    }
    return COMITY_OK;
}
