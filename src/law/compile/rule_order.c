/* Which rules of a law share a block: those that the same acts leave possible.
 *
 * A block is gone through for an act as soon as one of its rows may hold, and the kind
 * of act and the two places tell that at once. So rules are put side by side that speak
 * of the same kinds of act and the same places: an act then finds what it needs in few
 * blocks. Within a block they stand in the order of their names, as do the rules of a
 * law that needs one block only. What a judgement says does not depend on any of it. */
#include "law/compile/law_rows.h"

#include <stdlib.h>
#include <string.h>

/* A rule, and for which acts its `when` may hold. */
typedef struct reach {
    uint32_t index;         /* of the rule in its law */
    uint32_t rank;
    uint32_t row_count;
    uint32_t block;
    uint32_t acts;          /* kinds of act, the first one in the highest bit */
    uint32_t word_count;
    const uint64_t *places; /* where the first party may be, and then the second */
} reach;

/* ---- for which acts ---- */

/* Takes from `places`, where a party may be, what a literal about that party leaves out. */
static void places_narrow(const comity_compiler *compiler, const comity_literal *literal, uint64_t *places,
                          uint64_t *members, uint32_t words)
{
    uint64_t negated = 0 - (uint64_t)((literal->flags & COMITY_LITERAL_NEGATED) != 0);
    comity_place_members(compiler, literal->b, COMITY_OPEN_END, members);
    for (uint32_t i = 0; i < words; i++) {
        places[i] &= members[i] ^ negated;
    }
}

/* Adds the acts for which a row may hold; `room` has three sets of places. */
static void row_reaches(const comity_compiler *compiler, const comity_clause *clause, uint32_t words, uint64_t *room,
                        uint32_t *acts, uint64_t *places)
{
    uint32_t kinds = (1u << COMITY_ACT_COUNT) - 1;
    memset(room, 0xff, (size_t)2 * words * sizeof *room);
    for (uint32_t i = 0; i < clause->count; i++) {
        const comity_literal *literal = &clause->literals[i];
        uint32_t side = literal->flags & COMITY_LITERAL_SIDE;
        kinds &= literal->op == COMITY_OP_ACT ? literal->a : kinds;
        if (literal->op == COMITY_OP_PLACE && side != COMITY_NODE_SELF) {
            places_narrow(compiler, literal, room + (size_t)side * words, room + (size_t)2 * words, words);
        }
    }
    for (uint32_t kind = 0; kind < COMITY_ACT_COUNT; kind++) {
        *acts |= (kinds >> kind & 1u) << (COMITY_ACT_COUNT - 1 - kind);
    }
    for (uint32_t i = 0; i < 2 * words; i++) {
        places[i] |= room[i];
    }
}

static comity_status rule_reaches(comity_compiler *compiler, const comity_clauses *when, uint64_t *room, reach *reaches)
{
    uint64_t *places;
    COMITY_TRY(comity_compiler_take(compiler, (size_t)2 * reaches->word_count, sizeof *places, &places));
    for (size_t i = 0; i < when->count; i++) {
        row_reaches(compiler, &when->items[i], reaches->word_count, room, &reaches->acts, places);
    }
    reaches->places = places;
    return COMITY_OK;
}

/* ---- order ---- */

static int reach_order(const void *a, const void *b)
{
    const reach *left = a;
    const reach *right = b;
    if (left->acts != right->acts) {
        return left->acts > right->acts ? -1 : 1;
    }
    for (uint32_t i = 0; i < 2 * left->word_count; i++) {
        if (left->places[i] != right->places[i]) {
            return left->places[i] > right->places[i] ? -1 : 1;
        }
    }
    return left->rank < right->rank ? -1 : left->rank > right->rank;
}

static int block_order(const void *a, const void *b)
{
    const reach *left = a;
    const reach *right = b;
    if (left->block != right->block) {
        return left->block < right->block ? -1 : 1;
    }
    return left->rank < right->rank ? -1 : left->rank > right->rank;
}

/* Into blocks, as they stand. */
static void blocks_fill(reach *reaches, uint32_t count)
{
    uint32_t rows = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool fits = rows + reaches[i].row_count <= COMITY_BLOCK_ROWS;
        rows = fits ? rows + reaches[i].row_count : reaches[i].row_count;
        reaches[i].block = i == 0 ? 0 : reaches[i - 1].block + !fits;
    }
}

/* Says of each rule for which acts it may hold, and puts it into a block with others like it. */
static comity_status blocks_choose(comity_compiler *compiler, const comity_rule_clauses *clauses, reach *reaches,
                                   uint32_t count)
{
    uint64_t *room;
    COMITY_TRY(comity_compiler_take(compiler, (size_t)3 * reaches->word_count, sizeof *room, &room));
    for (uint32_t i = 0; i < count; i++) {
        COMITY_TRY(rule_reaches(compiler, &clauses[i].when, room, &reaches[i]));
    }
    qsort(reaches, count, sizeof *reaches, reach_order);
    blocks_fill(reaches, count);
    return COMITY_OK;
}

comity_status comity_rules_in_blocks(comity_compiler *compiler, const comity_law_record *record,
                                     const comity_rule_clauses *clauses, comity_rule_placed **ret_placed)
{
    reach *reaches;
    uint64_t rows = 0;
    COMITY_TRY(comity_compiler_take(compiler, record->rule_count, sizeof *reaches, &reaches));
    COMITY_TRY(comity_compiler_take(compiler, record->rule_count, sizeof **ret_placed, ret_placed));
    for (uint32_t i = 0; i < record->rule_count; i++) {
        reaches[i] = (reach){.index = i,
                             .rank = compiler->rules.items[record->first_rule + i].rank,
                             .row_count = (uint32_t)(clauses[i].when.count + clauses[i].unless.count),
                             .word_count = comity_place_words((uint32_t)compiler->places.count)};
        rows += reaches[i].row_count;
    }
    if (rows > COMITY_BLOCK_ROWS) {
        COMITY_TRY(blocks_choose(compiler, clauses, reaches, record->rule_count));
    }
    if (record->rule_count > 1) {
        qsort(reaches, record->rule_count, sizeof *reaches, block_order);
    }
    for (uint32_t i = 0; i < record->rule_count; i++) {
        (*ret_placed)[i] = (comity_rule_placed){reaches[i].index, reaches[i].block};
    }
    return COMITY_OK;
}
