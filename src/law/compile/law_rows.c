/* The rows of one law, in blocks, and in what order their literals stand.
 *
 * A block has whole rules, as many as fit with all their rows; rule_order.c says which.
 * A rule with more rows than a block gets conditions by number instead. */
#include "law/compile/law_rows.h"

#include "law/compile/conditions.h"
#include "law/compile/sieves.h"

#include <stdlib.h>
#include <string.h>

/* Settled by the tables when both places are known: the kind of act, and a party's place. */
static bool is_settled(const comity_literal *literal)
{
    return literal->op == COMITY_OP_ACT ||
           (literal->op == COMITY_OP_PLACE && (literal->flags & COMITY_LITERAL_SIDE) != COMITY_NODE_SELF);
}

/* ---- literals that many rows have ---- */

/* Fewer rows than this, and it is better to test first what is cheap. */
enum { SHARED_ROWS_MIN = 4 };

static bool literal_equal(const comity_literal *a, const comity_literal *b)
{
    return memcmp(a, b, sizeof *a) == 0; /* no holes */
}

/* Its number among the literals counted, or their count. */
static size_t literal_find(const comity_literal_counts *counts, const comity_literal *literal)
{
    size_t i = 0;
    while (i < counts->count && !literal_equal(&counts->items[i].literal, literal)) {
        i++;
    }
    return i;
}

/* What is tested once for an act: literals of many rows first, then cheap ones. */
static unsigned test_cost(const comity_literal_counts *counts, const comity_literal *literal)
{
    size_t found = literal_find(counts, literal);
    uint32_t rows = found == counts->count ? 0 : counts->items[found].rows;
    return rows >= SHARED_ROWS_MIN ? UINT16_MAX - (rows < UINT16_MAX ? rows : UINT16_MAX)
                                   : UINT16_MAX + comity_literal_cost(literal);
}

/* How a row's literals stand: first those that tables settle, then sieves, then the others. */
typedef struct literal_order {
    uint16_t residual, sieved;
} literal_order;

typedef struct literal_cost_pair {
    comity_literal literal;
    unsigned cost;
} literal_cost_pair;

/* Orders a row's literals. */
static comity_status clause_order(comity_compiler *compiler, comity_clause *clause, const comity_literal_counts *counts,
                                  literal_order *ret_order)
{
    literal_cost_pair *pairs;
    uint32_t wanted = 0;
    literal_order order = {0, 0};
    COMITY_TRY(comity_compiler_take(compiler, clause->count, sizeof *pairs, &pairs));
    for (uint32_t i = 0; i < clause->count; i++) {
        const comity_literal *literal = &clause->literals[i];
        bool settled = is_settled(literal);
        bool sieved = !settled && comity_sieve_settles(compiler, literal, &wanted);
        unsigned cost = settled ? 0 : sieved ? 1 : 2 + test_cost(counts, literal);
        pairs[i] = (literal_cost_pair){*literal, cost};
        order.residual = (uint16_t)(order.residual + settled);
        order.sieved = (uint16_t)(order.sieved + (settled || sieved));
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

static comity_status rule_rows(comity_compiler *compiler, uint32_t law, const comity_draft *draft,
                               comity_rule_clauses *ret_clauses)
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
    comity_clauses *when = &ret_clauses->when;
    comity_clauses *unless = &ret_clauses->unless;
    while (when->count + unless->count > COMITY_BLOCK_ROWS) {
        COMITY_TRY(comity_clauses_number(compiler, &scope, when->count > unless->count ? when : unless));
    }
    return COMITY_OK;
}

/* Counts what neither tables nor sieves settle. */
static comity_status tests_count(comity_compiler *compiler, comity_clauses *clauses, comity_literal_counts *counts)
{
    const comity_literal_counts none = {0};
    for (size_t i = 0; i < clauses->count; i++) {
        literal_order order;
        COMITY_TRY(clause_order(compiler, &clauses->items[i], &none, &order));
        for (uint32_t j = order.sieved; j < clauses->items[i].count; j++) {
            const comity_literal *literal = &clauses->items[i].literals[j];
            size_t found = literal_find(counts, literal);
            if (found == counts->count) {
                COMITY_PUSH(compiler, counts, (comity_literal_count){*literal, 0});
            }
            counts->items[found].rows++;
        }
    }
    return COMITY_OK;
}

static comity_status rows_write(comity_compiler *compiler, comity_clauses *clauses, const comity_literal_counts *counts,
                                uint32_t rule)
{
    for (size_t i = 0; i < clauses->count; i++) {
        literal_order order;
        comity_clause *clause = &clauses->items[i];
        COMITY_TRY(clause_order(compiler, clause, counts, &order));
        COMITY_TRY(comity_rows_push(compiler, clause, rule, order.residual));
        comity_row *row = &compiler->rows.items[compiler->rows.count - 1];
        row->sieved = order.sieved;
        row->first_test = (uint32_t)compiler->row_tests.count;
        for (uint32_t j = order.sieved; j < clause->count; j++) {
            uint32_t test = (uint32_t)(compiler->tests.count + literal_find(counts, &clause->literals[j]));
            COMITY_PUSH(compiler, &compiler->row_tests, test);
        }
    }
    return COMITY_OK;
}

/* So many bits from bit `first` on. */
static uint64_t bits_from(size_t first, size_t count)
{
    return count == 0 ? 0 : (UINT64_MAX >> (COMITY_BLOCK_ROWS - count)) << first;
}

/* What a rule's expression asks for. A child comes behind what it is a child of. */
static uint32_t expression_asks(const comity_compiler *compiler, uint32_t expression)
{
    const comity_expression_node *node = &compiler->expressions.items[expression];
    uint32_t asks = 0;
    if (node->kind == COMITY_EXPRESSION_LEAF) {
        const comity_leaf *leaf = &compiler->leaves.items[node->leaf];
        return comity_held_bit(leaf->is_safeguard, leaf->name);
    }
    for (uint32_t i = 0; i < node->child_count; i++) { /* no deeper than an expression may be */
        asks |= expression_asks(compiler, compiler->indices.items[node->first_child + i]);
    }
    return asks;
}

static uint8_t judged_flags(uint8_t effect)
{
    return (uint8_t)(effect == COMITY_EFFECT_LIFTS   ? COMITY_JUDGED_LIFTS
                     : effect == COMITY_EFFECT_WAY   ? COMITY_JUDGED_WAY
                     : effect == COMITY_EFFECT_NEEDS ? COMITY_JUDGED_NEED
                                                     : 0);
}

/* Writes the rule's rows into its block, the law's last or one behind it. */
static comity_status rule_write(comity_compiler *compiler, comity_law_record *record, comity_rule_clauses *clauses,
                                const comity_literal_counts *counts, comity_rule_placed placed)
{
    uint32_t index = placed.index;
    comity_rule_record *rule = &compiler->rules.items[record->first_rule + index];
    size_t count = clauses->when.count + clauses->unless.count;
    if (placed.block == record->block_count) {
        COMITY_PUSH(compiler, &compiler->blocks,
                    (comity_block){.first_row = (uint32_t)compiler->rows.count,
                                   .first_rule = (uint32_t)compiler->block_rules.count});
        record->block_count++;
    }
    comity_block *block = &compiler->blocks.items[compiler->blocks.count - 1];
    comity_block_rule judged = {.when = bits_from(block->row_count, clauses->when.count),
                                .unless =
                                    bits_from((size_t)block->row_count + clauses->when.count, clauses->unless.count),
                                .rule = record->first_rule + index,
                                .rank = rule->rank,
                                .effect = rule->effect,
                                .flags = judged_flags(rule->effect)};
    if (rule->expression != COMITY_IMAGE_NONE && compiler->diagnostics->error_count == 0) { /* else it may name what there is not */
        judged.flags = (uint8_t)(judged.flags | COMITY_JUDGED_ASKS);
        judged.asks = expression_asks(compiler, rule->expression);
    }
    rule->first_row = (uint32_t)compiler->rows.count;
    COMITY_TRY(rows_write(compiler, &clauses->when, counts, index << 1));
    COMITY_TRY(rows_write(compiler, &clauses->unless, counts, index << 1 | 1u));
    rule->row_count = (uint32_t)count;
    rule->flags |= clauses->unless.count != 0 ? COMITY_RULE_HAS_UNLESS : 0;
    block->when |= judged.when;
    block->row_count = (uint16_t)(block->row_count + count);
    block->rule_count++;
    COMITY_PUSH(compiler, &compiler->block_rules, judged);
    return COMITY_OK;
}

comity_status comity_law_rows(comity_compiler *compiler, uint32_t law, comity_law_record *record)
{
    comity_rule_clauses *clauses;
    comity_rule_placed *placed;
    comity_literal_counts counts = {0};
    COMITY_TRY(comity_compiler_take(compiler, record->rule_count, sizeof *clauses, &clauses));
    for (uint32_t i = 0; i < record->rule_count; i++) {
        const comity_draft *draft = &compiler->drafts[compiler->draft_order[record->first_rule + i]];
        COMITY_TRY(rule_rows(compiler, law, draft, &clauses[i]));
        COMITY_TRY(tests_count(compiler, &clauses[i].when, &counts));
        COMITY_TRY(tests_count(compiler, &clauses[i].unless, &counts));
    }
    COMITY_TRY(comity_rules_in_blocks(compiler, record, clauses, &placed));
    record->first_row = (uint32_t)compiler->rows.count;
    record->first_block = (uint32_t)compiler->blocks.count;
    for (uint32_t i = 0; i < record->rule_count; i++) {
        COMITY_TRY(rule_write(compiler, record, &clauses[placed[i].index], &counts, placed[i]));
    }
    record->row_count = (uint32_t)compiler->rows.count - record->first_row;
    for (size_t i = 0; i < counts.count; i++) {
        COMITY_PUSH(compiler, &compiler->tests, counts.items[i].literal);
    }
    return COMITY_OK;
}
