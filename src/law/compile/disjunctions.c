/* A disjunction of conjunctions of literals: joined by `and` and `or`, what adds
 * nothing left away, and kept by number where writing it out would multiply it.
 *
 * Kleene's logic is distributive and knows De Morgan's laws and absorption, so
 * the rows say exactly what the condition said, unknowns included. What it does
 * not know is the excluded middle: `x or not x` is unknown when x is, and is
 * left as it stands. Only the kind of act, which is never unknown, is reckoned
 * with further: rows that ask for two kinds at once are dropped.
 *
 * Written out in full, a conjunction of disjunctions has as many rows as their
 * product. So where two meet, one stays a condition by itself, with a number,
 * and the rows have a literal that stands for it: the judge works it out once
 * for an act, however many rows ask. */
#include "law/compile/conditions.h"

#include <stdlib.h>
#include <string.h>

/* The order in which literals are tested: cheap ones, and ones that
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

unsigned comity_literal_cost(const comity_literal *literal)
{
    return literal_cost[literal->op];
}

static int literal_order(const void *a, const void *b)
{
    const comity_literal *left = a;
    const comity_literal *right = b;
    if (left->op != right->op) {
        return left->op < right->op ? -1 : 1;
    }
    if (left->flags != right->flags) {
        return left->flags < right->flags ? -1 : 1;
    }
    if (left->a != right->a) {
        return left->a < right->a ? -1 : 1;
    }
    return left->b < right->b ? -1 : left->b > right->b;
}

/* Two conjunctions as one, each literal once. False: it asks for two kinds of act at once. */
static comity_status clause_join(comity_compiler *compiler, const comity_clause *a, const comity_clause *b,
                                 comity_clause *ret_clause, bool *ret_possible)
{
    comity_clause clause = {NULL, 0};
    *ret_possible = true;
    COMITY_TRY(comity_compiler_take(compiler, a->count + b->count, sizeof *clause.literals, &clause.literals));
    if (a->count != 0) {
        memcpy(clause.literals, a->literals, a->count * sizeof *a->literals);
    }
    if (b->count != 0) {
        memcpy(clause.literals + a->count, b->literals, b->count * sizeof *b->literals);
    }
    size_t count = a->count + b->count;
    qsort(clause.literals, count, sizeof *clause.literals, literal_order);
    for (size_t i = 0; i < count; i++) {
        comity_literal *last = clause.count == 0 ? NULL : &clause.literals[clause.count - 1];
        if (last != NULL && literal_order(last, &clause.literals[i]) == 0) {
            continue;
        }
        if (last != NULL && last->op == COMITY_OP_ACT && clause.literals[i].op == COMITY_OP_ACT) {
            last->a &= clause.literals[i].a;
            *ret_possible = last->a != 0;
            continue;
        }
        clause.literals[clause.count++] = clause.literals[i];
    }
    *ret_clause = clause;
    return COMITY_OK;
}

static bool clause_has(const comity_clause *clause, const comity_literal *literal)
{
    for (uint32_t i = 0; i < clause->count; i++) {
        const comity_literal *own = &clause->literals[i];
        bool narrower = own->op == COMITY_OP_ACT && literal->op == COMITY_OP_ACT && (own->a & ~literal->a) == 0;
        if (narrower || literal_order(own, literal) == 0) {
            return true;
        }
    }
    return false;
}

/* Does `narrow` ask for everything that `wide` asks for? Then it adds nothing beside it. */
static bool clause_within(const comity_clause *narrow, const comity_clause *wide)
{
    for (uint32_t i = 0; i < wide->count; i++) {
        if (!clause_has(narrow, &wide->literals[i])) {
            return false;
        }
    }
    return true;
}

static comity_status clauses_add(comity_compiler *compiler, comity_clauses *clauses, const comity_clause *clause)
{
    size_t kept = 0;
    for (size_t i = 0; i < clauses->count; i++) {
        if (clause_within(clause, &clauses->items[i])) {
            return COMITY_OK;
        }
    }
    for (size_t i = 0; i < clauses->count; i++) {
        if (!clause_within(&clauses->items[i], clause)) {
            clauses->items[kept++] = clauses->items[i];
        }
    }
    clauses->count = kept;
    COMITY_PUSH(compiler, clauses, *clause);
    return COMITY_OK;
}

comity_status comity_clauses_or(comity_compiler *compiler, comity_clauses *clauses, const comity_clauses *more)
{
    for (size_t i = 0; i < more->count; i++) {
        COMITY_TRY(clauses_add(compiler, clauses, &more->items[i]));
    }
    return COMITY_OK;
}

static int clause_order(const void *a, const void *b)
{
    const comity_clause *left = a;
    const comity_clause *right = b;
    for (uint32_t i = 0; i < left->count && i < right->count; i++) {
        int order = literal_order(&left->literals[i], &right->literals[i]);
        if (order != 0) {
            return order;
        }
    }
    return left->count < right->count ? -1 : left->count > right->count;
}

/* The number of a condition with these rows, if there is one. */
static bool condition_find(const comity_compiler *compiler, const comity_clauses *clauses, uint32_t *ret_condition)
{
    for (size_t i = 0; i < compiler->conditions.count; i++) {
        const comity_rows *rows = &compiler->conditions.items[i];
        bool same = rows->row_count == clauses->count;
        for (uint32_t j = 0; same && j < rows->row_count; j++) {
            const comity_row *row = &compiler->rows.items[rows->first_row + j];
            same = row->literal_count == clauses->items[j].count &&
                   (row->literal_count == 0 || memcmp(&compiler->literals.items[row->first_literal], clauses->items[j].literals,
                          row->literal_count * sizeof(comity_literal)) == 0);
        }
        if (same) {
            *ret_condition = (uint32_t)i;
            return true;
        }
    }
    return false;
}

static int cost_order(const void *a, const void *b)
{
    unsigned left = comity_literal_cost(a);
    unsigned right = comity_literal_cost(b);
    return left != right ? (left < right ? -1 : 1) : literal_order(a, b);
}

comity_status comity_condition_push(comity_compiler *compiler, comity_clauses *clauses, uint32_t *ret_condition)
{
    if (clauses->count > 1) {
        qsort(clauses->items, clauses->count, sizeof *clauses->items, clause_order);
    }
    for (size_t i = 0; i < clauses->count; i++) {
        comity_clause *clause = &clauses->items[i];
        if (clause->count > 1) {
            qsort(clause->literals, clause->count, sizeof *clause->literals, cost_order);
        }
    }
    if (condition_find(compiler, clauses, ret_condition)) {
        return COMITY_OK;
    }
    comity_rows rows = {(uint32_t)compiler->rows.count, (uint32_t)clauses->count};
    for (size_t i = 0; i < clauses->count; i++) {
        COMITY_TRY(comity_rows_push(compiler, &clauses->items[i], 0, 0));
    }
    *ret_condition = (uint32_t)compiler->conditions.count;
    COMITY_PUSH(compiler, &compiler->conditions, rows);
    return COMITY_OK;
}

comity_status comity_clauses_number(comity_compiler *compiler, const comity_scope *scope, comity_clauses *clauses)
{
    comity_literal literal = {.op = COMITY_OP_CONDITION,
                              .flags = scope->has_party || scope->has_owner ? COMITY_NODE_SELF : COMITY_NODE_FIRST};
    COMITY_TRY(comity_condition_push(compiler, clauses, &literal.b));
    comity_clause clause = {NULL, 1};
    COMITY_TRY(comity_compiler_take(compiler, 1, sizeof literal, &clause.literals));
    clause.literals[0] = literal;
    clauses->items[0] = clause;
    clauses->count = 1;
    return COMITY_OK;
}

/* What the judge's tables can settle is worth more as rows. */
static size_t clauses_settled(const comity_clauses *clauses)
{
    size_t settled = 0;
    for (size_t i = 0; i < clauses->count; i++) {
        settled += clauses->items[i].count != 0 && clauses->items[i].literals[0].op <= COMITY_OP_PLACE;
    }
    return settled;
}

/* More alternatives than this are worked out once for an act rather than written into every rule that asks. */
enum { ALTERNATIVES_MAX = 8 };

static comity_status clauses_shorten(comity_compiler *compiler, const comity_scope *scope, comity_clauses *clauses)
{
    return clauses->count > ALTERNATIVES_MAX && clauses_settled(clauses) * 2 < clauses->count
               ? comity_clauses_number(compiler, scope, clauses)
               : COMITY_OK;
}

comity_status comity_clauses_and(comity_compiler *compiler, const comity_scope *scope, comity_clauses *clauses,
                                 comity_clauses *more)
{
    comity_clauses product = {0};
    COMITY_TRY(clauses_shorten(compiler, scope, clauses));
    COMITY_TRY(clauses_shorten(compiler, scope, more));
    if (clauses->count > 1 && more->count > 1) {
        bool first_settles = clauses_settled(clauses) * more->count >= clauses_settled(more) * clauses->count;
        COMITY_TRY(comity_clauses_number(compiler, scope, first_settles ? more : clauses));
    }
    for (size_t i = 0; i < clauses->count; i++) {
        for (size_t j = 0; j < more->count; j++) {
            comity_clause joined;
            bool possible;
            COMITY_TRY(clause_join(compiler, &clauses->items[i], &more->items[j], &joined, &possible));
            if (possible) {
                COMITY_TRY(clauses_add(compiler, &product, &joined));
            }
        }
    }
    *clauses = product;
    return COMITY_OK;
}

/* One literal by itself; of kinds of act, the negation is the other kinds. */
comity_status comity_clauses_literal(comity_compiler *compiler, comity_literal literal, bool negated,
                                     comity_clauses *clauses)
{
    if (literal.op == COMITY_OP_ACT) {
        literal.a = negated ? (uint16_t)(~literal.a & ((1u << COMITY_ACT_COUNT) - 1)) : literal.a;
        if (literal.a == 0) {
            return COMITY_OK;
        }
    } else if (negated) {
        literal.flags ^= COMITY_LITERAL_NEGATED;
    }
    comity_clause clause = {NULL, 1};
    COMITY_TRY(comity_compiler_take(compiler, 1, sizeof literal, &clause.literals));
    clause.literals[0] = literal;
    return clauses_add(compiler, clauses, &clause);
}

/* Adds a literal as a further alternative; negated, as a further condition. */
comity_status comity_clauses_alternative(comity_compiler *compiler, const comity_scope *scope, comity_literal literal,
                                         bool negated, bool first, comity_clauses *clauses)
{
    if (first || !negated) {
        return comity_clauses_literal(compiler, literal, negated, clauses);
    }
    comity_clauses one = {0};
    COMITY_TRY(comity_clauses_literal(compiler, literal, negated, &one));
    return comity_clauses_and(compiler, scope, clauses, &one);
}

uint32_t comity_clauses_longest(const comity_clauses *clauses)
{
    uint32_t longest = 0;
    for (size_t i = 0; i < clauses->count; i++) {
        longest = clauses->items[i].count > longest ? clauses->items[i].count : longest;
    }
    return longest;
}
