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
    [COMITY_OP_SAME_STATE] = 5,  [COMITY_OP_PLACES_STATE] = 7,
    [COMITY_OP_HELD] = 9,        [COMITY_OP_CONDITION] = 9,        [COMITY_OP_COUNT] = 10,      [COMITY_OP_AGREEMENT] = 11,
    [COMITY_OP_DERIVED] = 12,    [COMITY_OP_OWNED] = 13,
};

/* Settled by the tables when both places are known: the kind of act, and a party's place. */
static bool is_settled(const comity_literal *literal)
{
    return literal->op == COMITY_OP_ACT ||
           (literal->op == COMITY_OP_PLACE && (literal->flags & COMITY_LITERAL_SIDE) != COMITY_NODE_SELF);
}

typedef enum sieve_asking { ASKS_NOTHING, ASKS_WANT, ASKS_BAN, ASKS_ONLY } sieve_asking;

/* What the literal asks of the names of this kind: one of the set; none of the
 * set; or some, and none outside of it, where `ret_set` has those outside. */
static sieve_asking sieve_names(const comity_compiler *compiler, const comity_literal *literal, uint32_t kind,
                                comity_set *ret_set)
{
    static const uint8_t slots[] = {COMITY_SLOT_CATEGORY, COMITY_SLOT_PURPOSE, COMITY_SLOT_CIRCUMSTANCE, COMITY_SLOT_DEAL};
    bool negated = (literal->flags & COMITY_LITERAL_NEGATED) != 0;
    *ret_set = (comity_set){{0}};
    if (kind >= COMITY_SIEVE_KIND_FIRST) {
        uint32_t side = kind == COMITY_SIEVE_KIND_FIRST ? COMITY_NODE_FIRST : COMITY_NODE_SECOND;
        if (literal->op != COMITY_OP_PARTY_HAS || literal->a != COMITY_CLASS_KIND ||
            (literal->flags & COMITY_LITERAL_SIDE) != side) {
            return ASKS_NOTHING;
        }
        *ret_set = compiler->sets.items[literal->b];
        return negated ? ASKS_BAN : ASKS_WANT;
    }
    if (literal->op == COMITY_OP_ONLY && kind == COMITY_SIEVE_PURPOSE && literal->a == COMITY_SLOT_PURPOSE && !negated) {
        for (uint32_t name = 0; name < compiler->entries[COMITY_CLASS_PURPOSE].count; name++) {
            if (!comity_set_has(&compiler->sets.items[literal->b], name)) {
                comity_set_add(ret_set, name);
            }
        }
        return ASKS_ONLY;
    }
    if (literal->a != slots[kind] || (literal->op != COMITY_OP_HAS && literal->op != COMITY_OP_HAS_ANY)) {
        return ASKS_NOTHING;
    }
    if (literal->op == COMITY_OP_HAS) {
        comity_set_add(ret_set, literal->b);
    } else {
        *ret_set = compiler->sets.items[literal->b];
    }
    return negated ? ASKS_BAN : ASKS_WANT;
}

/* Settled by a sieve: names that are not wanted, and of the literals that want
 * one of some names the first of each kind. */
static bool is_sieved(const comity_compiler *compiler, const comity_literal *literal, uint32_t *wanted)
{
    for (uint32_t kind = 0; kind < COMITY_SIEVE_LAST; kind++) {
        comity_set set;
        sieve_asking asking = sieve_names(compiler, literal, kind, &set);
        if (asking == ASKS_BAN || asking == ASKS_ONLY) {
            return true;
        }
        if (asking == ASKS_WANT) {
            bool first = (*wanted >> kind & 1u) == 0;
            *wanted |= 1u << kind;
            return first;
        }
    }
    return false;
}

/* ---- literals that many rows have ---- */

enum {
    SHARED_ROWS_MIN = 4, /* looking at one column of bits costs as much as testing so many rows */
    SHARED_MAX = 32,     /* of a law */
};

typedef struct literal_count {
    comity_literal literal;
    uint32_t rows;
    bool chosen;
} literal_count;

typedef COMITY_VECTOR(literal_count) literal_counts;

static bool literal_equal(const comity_literal *a, const comity_literal *b)
{
    return memcmp(a, b, sizeof *a) == 0; /* no holes */
}

static literal_count *literal_find(const literal_counts *counts, const comity_literal *literal)
{
    for (size_t i = 0; i < counts->count; i++) {
        if (literal_equal(&counts->items[i].literal, literal)) {
            return &counts->items[i];
        }
    }
    return NULL;
}

static bool is_shared(const literal_counts *counts, const comity_literal *literal)
{
    const literal_count *found = literal_find(counts, literal);
    return found != NULL && found->chosen;
}

/* Chooses those that most rows have; of equals the first. */
static void literals_choose(literal_counts *counts)
{
    for (uint32_t chosen = 0; chosen < SHARED_MAX; chosen++) {
        literal_count *most = NULL;
        for (size_t i = 0; i < counts->count; i++) {
            literal_count *here = &counts->items[i];
            if (!here->chosen && here->rows >= SHARED_ROWS_MIN && (most == NULL || here->rows > most->rows)) {
                most = here;
            }
        }
        if (most == NULL) {
            return;
        }
        most->chosen = true;
    }
}

/* How a row's literals stand: first those that tables settle, then sieves, then the shared, then the others. */
typedef struct literal_order {
    uint16_t residual, sieved, rest;
} literal_order;

typedef struct literal_cost_pair {
    comity_literal literal;
    unsigned cost;
} literal_cost_pair;

/* Orders a row's literals, the last ones from cheap to dear. */
static comity_status clause_order(comity_compiler *compiler, comity_clause *clause, const literal_counts *counts,
                                  literal_order *ret_order)
{
    literal_cost_pair *pairs;
    uint32_t wanted = 0;
    literal_order order = {0, 0, 0};
    COMITY_TRY(comity_compiler_take(compiler, clause->count, sizeof *pairs, &pairs));
    for (uint32_t i = 0; i < clause->count; i++) {
        const comity_literal *literal = &clause->literals[i];
        bool settled = is_settled(literal);
        bool sieved = !settled && is_sieved(compiler, literal, &wanted);
        bool shared = !settled && !sieved && is_shared(counts, literal);
        unsigned cost = settled ? 0 : sieved ? 1 : shared ? 2 : 3u + literal_cost[literal->op];
        pairs[i] = (literal_cost_pair){*literal, cost};
        order.residual = (uint16_t)(order.residual + settled);
        order.sieved = (uint16_t)(order.sieved + (settled || sieved));
        order.rest = (uint16_t)(order.rest + (settled || sieved || shared));
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
    *ret_order = order;
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

/* Counts what neither tables nor sieves settle. */
static comity_status rest_count(comity_compiler *compiler, comity_clauses *clauses, literal_counts *counts)
{
    const literal_counts none = {0};
    for (size_t i = 0; i < clauses->count; i++) {
        literal_order order;
        COMITY_TRY(clause_order(compiler, &clauses->items[i], &none, &order));
        for (uint32_t j = order.rest; j < clauses->items[i].count; j++) {
            const comity_literal *literal = &clauses->items[i].literals[j];
            literal_count *found = literal_find(counts, literal);
            if (found != NULL) {
                found->rows++;
            } else {
                COMITY_PUSH(compiler, counts, (literal_count){*literal, 1, false});
            }
        }
    }
    return COMITY_OK;
}

static comity_status rows_write(comity_compiler *compiler, comity_clauses *clauses, const literal_counts *counts,
                                uint32_t rule)
{
    for (size_t i = 0; i < clauses->count; i++) {
        literal_order order;
        COMITY_TRY(clause_order(compiler, &clauses->items[i], counts, &order));
        COMITY_TRY(comity_rows_push(compiler, &clauses->items[i], rule, order.residual));
        comity_row *row = &compiler->rows.items[compiler->rows.count - 1];
        row->sieved = order.sieved;
        row->rest = order.rest;
    }
    return COMITY_OK;
}

/* All rows of a law, rule by rule, `when` before `unless`. */
static comity_status law_rows(comity_compiler *compiler, uint32_t law, comity_law_record *record,
                              literal_counts *ret_counts)
{
    rule_clauses *clauses;
    COMITY_TRY(comity_compiler_take(compiler, record->rule_count, sizeof *clauses, &clauses));
    for (uint32_t i = 0; i < record->rule_count; i++) {
        const comity_draft *draft = &compiler->drafts[compiler->draft_order[record->first_rule + i]];
        COMITY_TRY(rule_rows(compiler, law, draft, &clauses[i]));
        COMITY_TRY(rest_count(compiler, &clauses[i].when, ret_counts));
        COMITY_TRY(rest_count(compiler, &clauses[i].unless, ret_counts));
    }
    literals_choose(ret_counts);
    record->first_row = (uint32_t)compiler->rows.count;
    for (uint32_t i = 0; i < record->rule_count; i++) {
        comity_rule_record *rule = &compiler->rules.items[record->first_rule + i];
        rule->first_row = (uint32_t)compiler->rows.count;
        COMITY_TRY(rows_write(compiler, &clauses[i].when, ret_counts, i << 1));
        COMITY_TRY(rows_write(compiler, &clauses[i].unless, ret_counts, i << 1 | 1u));
        rule->row_count = (uint32_t)compiler->rows.count - rule->first_row;
        rule->flags |= clauses[i].unless.count != 0 ? COMITY_RULE_HAS_UNLESS : 0;
    }
    record->row_count = (uint32_t)compiler->rows.count - record->first_row;
    record->words = comity_row_words(record->row_count);
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

/* The days in `epochs`, rising, each once. */
static comity_status days_push(comity_compiler *compiler, int32_t *days, size_t count, uint32_t *ret_first,
                               uint32_t *ret_count)
{
    if (count > 1) {
        qsort(days, count, sizeof *days, day_order);
    }
    *ret_first = (uint32_t)compiler->epochs.count;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || days[i] != days[i - 1]) {
            COMITY_PUSH(compiler, &compiler->epochs, days[i]);
        }
    }
    *ret_count = (uint32_t)compiler->epochs.count - *ret_first;
    return COMITY_OK;
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
    COMITY_TRY(days_push(compiler, days, count, &record->first_epoch, &record->epoch_count));
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

/* ---- places ---- */

/* The members of a set on a day, as bits, parts with their states. */
static void set_members(const comity_compiler *compiler, uint32_t set, int32_t day, uint64_t *members)
{
    const comity_place_set *record = &compiler->place_sets.items[set];
    uint32_t count = (uint32_t)compiler->places.count;
    memset(members, 0, comity_place_words(count) * sizeof *members);
    for (uint32_t i = 0; i < record->count; i++) {
        uint32_t place = compiler->set_places.items[record->first + i];
        members[place >> 6] |= UINT64_C(1) << (place & 63);
    }
    for (uint32_t i = 0; i < record->dated_count; i++) {
        const comity_dated *dated = &compiler->dated.items[record->first_dated + i];
        uint64_t is_in = dated->from <= day && day <= dated->until;
        members[dated->place >> 6] |= is_in << (dated->place & 63);
    }
    for (uint32_t place = 0; place < count; place++) {
        uint32_t state = compiler->place_states[place];
        members[place >> 6] |= (members[state >> 6] >> (state & 63) & 1u) << (place & 63);
    }
}

static bool asks_place(const comity_literal *literal, uint32_t side)
{
    return literal->op == COMITY_OP_PLACE && (literal->flags & COMITY_LITERAL_SIDE) == side;
}

/* The days on which a set that rows ask for changes. */
static comity_status era_table(comity_compiler *compiler, comity_law_record *record)
{
    COMITY_VECTOR(int32_t) days = {0};
    for (uint32_t i = 0; i < record->row_count; i++) {
        const comity_row *row = &compiler->rows.items[record->first_row + i];
        for (uint32_t j = 0; j < row->residual; j++) {
            const comity_literal *literal = &compiler->literals.items[row->first_literal + j];
            if (literal->op != COMITY_OP_PLACE) {
                continue;
            }
            const comity_place_set *set = &compiler->place_sets.items[literal->b];
            for (uint32_t k = 0; k < set->dated_count; k++) {
                const comity_dated *dated = &compiler->dated.items[set->first_dated + k];
                if (dated->from != COMITY_SINCE_EVER) {
                    COMITY_PUSH(compiler, &days, dated->from);
                }
                if (dated->until != COMITY_OPEN_END) {
                    COMITY_PUSH(compiler, &days, dated->until + 1);
                }
            }
        }
    }
    return days_push(compiler, days.items, days.count, &record->first_era, &record->era_count);
}

/* For each place, the rows that a party being there in an era leaves possible. */
static void place_rows(const comity_compiler *compiler, const comity_law_record *record, uint32_t side, uint32_t era,
                       uint64_t *possible, uint64_t *members)
{
    uint32_t count = (uint32_t)compiler->places.count;
    int32_t day = era == 0 ? COMITY_SINCE_EVER : compiler->epochs.items[record->first_era + era - 1];
    memset(possible, 0xff, (size_t)count * record->words * sizeof *possible);
    for (uint32_t i = 0; i < record->row_count; i++) {
        const comity_row *row = &compiler->rows.items[record->first_row + i];
        for (uint32_t j = 0; j < row->residual; j++) {
            const comity_literal *literal = &compiler->literals.items[row->first_literal + j];
            if (!asks_place(literal, side)) {
                continue;
            }
            set_members(compiler, literal->b, day, members);
            bool negated = (literal->flags & COMITY_LITERAL_NEGATED) != 0;
            for (uint32_t place = 0; place < count; place++) {
                if ((members[place >> 6] >> (place & 63) & 1u) == negated) {
                    possible[(size_t)place * record->words + (i >> 6)] &= ~(UINT64_C(1) << (i & 63));
                }
            }
        }
    }
}

/* Classes are bytes: five times as many as any law on file has. */
static comity_status class_push(comity_compiler *compiler, const comity_law_record *record, uint32_t class_of)
{
    if (class_of > UINT8_MAX) {
        return comity_fail(compiler->reterr, COMITY_ERROR_LIMIT,
                           "the law %s tells more than %u places or names apart; put some of its rules into another file",
                           compiler->texts.items + record->code, UINT8_MAX);
    }
    COMITY_PUSH(compiler, &compiler->classes, (uint8_t)class_of);
    return COMITY_OK;
}

static comity_status class_table(comity_compiler *compiler, comity_law_record *record, uint32_t side)
{
    uint32_t count = (uint32_t)compiler->places.count;
    size_t row_bytes = record->words * sizeof(uint64_t);
    uint64_t *possible;
    uint64_t *members;
    if (record->words == 0 && compiler->law_without_rows != NULL) { /* all of these are alike: one table serves them */
        record->first_classes[side] = compiler->law_without_rows->first_classes[0];
        record->class_bits[side] = compiler->law_without_rows->class_bits[0];
        record->class_counts[side] = compiler->law_without_rows->class_counts[0];
        return COMITY_OK;
    }
    compiler->law_without_rows = record->words == 0 ? record : compiler->law_without_rows;
    COMITY_TRY(comity_compiler_take(compiler, (size_t)count * record->words, sizeof *possible, &possible));
    COMITY_TRY(comity_compiler_take(compiler, comity_place_words(count), sizeof *members, &members));
    record->first_classes[side] = (uint32_t)compiler->classes.count;
    record->class_bits[side] = (uint32_t)compiler->bits.count;
    uint32_t classes = 0;
    for (uint32_t era = 0; era <= record->era_count; era++) {
        place_rows(compiler, record, side, era, possible, members);
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
            COMITY_TRY(class_push(compiler, record, found));
        }
    }
    record->class_counts[side] = classes;
    return COMITY_OK;
}

/* ---- sieves ---- */

/* The names that are asked for, of which there may be none. False if no row asks anything. */
static bool sieve_asked(const comity_compiler *compiler, const comity_law_record *record, uint32_t kind,
                        comity_set *ret_asked)
{
    bool any = false;
    *ret_asked = (comity_set){{0}};
    for (uint32_t i = 0; i < record->row_count; i++) {
        const comity_row *row = &compiler->rows.items[record->first_row + i];
        for (uint32_t j = row->residual; j < row->sieved; j++) {
            comity_set set;
            if (sieve_names(compiler, &compiler->literals.items[row->first_literal + j], kind, &set) != ASKS_NOTHING) {
                any = true;
                for (uint32_t word = 0; word < COMITY_SET_WORDS; word++) {
                    ret_asked->words[word] |= set.words[word];
                }
            }
        }
    }
    return any;
}

static void sieve_row(comity_compiler *compiler, const comity_law_record *record, uint32_t kind, uint32_t row_index)
{
    const comity_sieve *sieve = &record->sieves[kind];
    const comity_row *row = &compiler->rows.items[record->first_row + row_index];
    bool wants = false;
    bool bans = false;
    for (uint32_t j = row->residual; j < row->sieved; j++) {
        const comity_literal *literal = &compiler->literals.items[row->first_literal + j];
        comity_set set;
        sieve_asking asking = sieve_names(compiler, literal, kind, &set);
        if (asking == ASKS_NOTHING) {
            continue;
        }
        bool is_want = asking == ASKS_WANT;
        wants |= is_want;
        bans |= !is_want;
        for (uint32_t name = 0; name < compiler->entries[comity_sieve_class(kind)].count; name++) {
            uint32_t place = compiler->classes.items[sieve->first_place + name];
            if (comity_set_has(&set, name)) {
                bit_set(compiler, sieve->bits + (comity_sieve_want(place) + !is_want) * record->words, row_index);
            }
        }
        if (asking == ASKS_ONLY) {
            bit_set(compiler, sieve->bits + COMITY_SIEVE_NOT_EMPTY * record->words, row_index);
        }
    }
    if (!wants) {
        bit_set(compiler, sieve->bits + COMITY_SIEVE_NO_WANT * record->words, row_index);
    }
    if (!bans) {
        bit_set(compiler, sieve->bits + COMITY_SIEVE_NO_BAN * record->words, row_index);
    }
}

static comity_status sieve_table(comity_compiler *compiler, comity_law_record *record, uint32_t kind)
{
    comity_sieve *sieve = &record->sieves[kind];
    comity_set asked;
    uint32_t names = (uint32_t)compiler->entries[comity_sieve_class(kind)].count;
    uint32_t count = 0;
    *sieve = (comity_sieve){(uint32_t)compiler->classes.count, COMITY_IMAGE_NONE};
    if (!sieve_asked(compiler, record, kind, &asked)) {
        return COMITY_OK;
    }
    for (uint32_t name = 0; name < names; name++) {
        COMITY_TRY(class_push(compiler, record, comity_set_has(&asked, name) ? ++count : 0));
    }
    COMITY_TRY(bits_take(compiler, record->words * (2 * count + 5), &sieve->bits));
    for (uint32_t i = 0; i < record->row_count; i++) {
        sieve_row(compiler, record, kind, i);
    }
    return COMITY_OK;
}

/* ---- what is left ---- */

/* For each literal that is tested once for all, the rows that have it; the most frequent first. */
static comity_status shared_table(comity_compiler *compiler, comity_law_record *record, const literal_counts *counts)
{
    record->first_shared = (uint32_t)compiler->shared.count;
    for (uint32_t i = 0; i < record->row_count; i++) {
        const comity_row *row = &compiler->rows.items[record->first_row + i];
        for (uint32_t j = row->sieved; j < row->rest; j++) {
            uint32_t literal = row->first_literal + j;
            size_t found = record->first_shared;
            while (found < compiler->shared.count &&
                   !literal_equal(&compiler->literals.items[compiler->shared.items[found].literal],
                                  &compiler->literals.items[literal])) {
                found++;
            }
            if (found == compiler->shared.count) {
                comity_shared shared = {.literal = literal};
                COMITY_TRY(bits_take(compiler, record->words, &shared.bits));
                COMITY_PUSH(compiler, &compiler->shared, shared);
            }
            bit_set(compiler, compiler->shared.items[found].bits, i);
        }
    }
    record->shared_count = (uint32_t)compiler->shared.count - record->first_shared;
    for (uint32_t i = 1; i < record->shared_count; i++) { /* stable: of equals the first stays first */
        comity_shared shared = compiler->shared.items[record->first_shared + i];
        uint32_t rows = literal_find(counts, &compiler->literals.items[shared.literal])->rows;
        uint32_t j = record->first_shared + i;
        for (; j > record->first_shared; j--) {
            const comity_shared *before = &compiler->shared.items[j - 1];
            if (literal_find(counts, &compiler->literals.items[before->literal])->rows >= rows) {
                break;
            }
            compiler->shared.items[j] = *before;
        }
        compiler->shared.items[j] = shared;
    }
    return COMITY_OK;
}

/* Rows with further literals; and the rows that cannot hold where a party is subject to no other law. */
static comity_status rest_table(comity_compiler *compiler, comity_law_record *record)
{
    COMITY_TRY(bits_take(compiler, record->words, &record->rest_bits));
    COMITY_TRY(bits_take(compiler, record->words * 2, &record->subject_bits));
    for (uint32_t i = 0; i < record->row_count; i++) {
        const comity_row *row = &compiler->rows.items[record->first_row + i];
        if (row->rest < row->literal_count) {
            bit_set(compiler, record->rest_bits, i);
        }
        for (uint32_t j = row->sieved; j < row->literal_count; j++) {
            const comity_literal *literal = &compiler->literals.items[row->first_literal + j];
            if (literal->op == COMITY_OP_SUBJECT_TO && literal->flags <= COMITY_NODE_SECOND) { /* not negated */
                bit_set(compiler, record->subject_bits + literal->flags * record->words, i);
            }
        }
    }
    return COMITY_OK;
}

comity_status comity_compile_law(comity_compiler *compiler, uint32_t law)
{
    comity_law_record *record = &compiler->laws.items[law];
    literal_counts counts = {0};
    COMITY_TRY(law_rows(compiler, law, record, &counts));
    COMITY_TRY(act_table(compiler, record));
    COMITY_TRY(epoch_table(compiler, record));
    COMITY_TRY(era_table(compiler, record));
    COMITY_TRY(class_table(compiler, record, COMITY_NODE_FIRST));
    COMITY_TRY(class_table(compiler, record, COMITY_NODE_SECOND));
    for (uint32_t kind = 0; kind < COMITY_SIEVE_LAST; kind++) {
        COMITY_TRY(sieve_table(compiler, record, kind));
    }
    COMITY_TRY(shared_table(compiler, record, &counts));
    return rest_table(compiler, record);
}
