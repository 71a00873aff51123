/* The tables of one block of rows: for each trait of an act, the rows that want it
 * and the rows it rules out. Traits that mean the same to all rows share a column. */
#include "law/compile/law_rows.h"
#include "law/compile/sieves.h"

#include <string.h>

typedef struct column {
    uint64_t want, ban;
} column;

/* Notes what one literal asks; returns whether it wants, or rules out, some name. */
static comity_sieve_asking literal_note(const comity_compiler *compiler, const comity_literal *literal, uint32_t kind,
                                        uint64_t row, column *columns)
{
    comity_set set;
    comity_sieve_asking asking = comity_sieve_names(compiler, literal, kind, &set);
    if (asking == COMITY_ASKS_NOTHING) {
        return asking;
    }
    uint32_t first = comity_compiler_trait(compiler, kind);
    for (uint32_t name = 0; name < compiler->entries[comity_sieve_class(kind)].count; name++) {
        if (comity_set_has(&set, name)) {
            columns[first + name].want |= asking == COMITY_ASKS_WANT ? row : 0;
            columns[first + name].ban |= asking == COMITY_ASKS_WANT ? 0 : row;
        }
    }
    columns[COMITY_TRAIT_NO_PURPOSE].ban |= asking == COMITY_ASKS_ONLY ? row : 0;
    return asking;
}

static void row_note(comity_compiler *compiler, comity_block *block, uint32_t index, column *columns)
{
    const comity_row *row = &compiler->rows.items[block->first_row + index];
    uint64_t bit = UINT64_C(1) << index;
    uint64_t *bans = &compiler->bits.items[block->bans];
    for (uint32_t kind = 0; kind < COMITY_SIEVE_LAST; kind++) {
        block->wantless[kind] |= bit;
        for (uint32_t j = row->residual; j < row->sieved; j++) {
            comity_sieve_asking asking =
                literal_note(compiler, &compiler->literals.items[row->first_literal + j], kind, bit, columns);
            block->asks = (uint16_t)(block->asks | (asking != COMITY_ASKS_NOTHING) << kind);
            block->wantless[kind] &= asking == COMITY_ASKS_WANT ? ~bit : UINT64_MAX;
            bans[kind] |= asking == COMITY_ASKS_BAN || asking == COMITY_ASKS_ONLY ? bit : 0;
        }
    }
    for (uint32_t j = row->sieved; j < row->literal_count; j++) {
        const comity_literal *literal = &compiler->literals.items[row->first_literal + j];
        block->tested |= bit;
        if (literal->op == COMITY_OP_SUBJECT_TO && literal->flags <= COMITY_NODE_SECOND) { /* not negated */
            block->subject[literal->flags] |= bit;
        }
    }
}

/* Each different column once, the empty one first; and which column each trait has. */
static comity_status columns_write(comity_compiler *compiler, const comity_law_record *record, comity_block *block,
                                   const column *columns)
{
    uint32_t traits = comity_compiler_trait(compiler, COMITY_SIEVE_LAST);
    uint32_t count = 1;
    block->first_trait = (uint32_t)compiler->classes.count;
    COMITY_TRY(comity_bits_take(compiler, 2, &block->columns));
    for (uint32_t trait = 0; trait < traits; trait++) {
        uint32_t found = 0;
        while (found < count &&
               memcmp(&compiler->bits.items[block->columns + 2 * found], &columns[trait], sizeof *columns) != 0) {
            found++;
        }
        if (found == count) {
            COMITY_PUSH(compiler, &compiler->bits, columns[trait].want);
            COMITY_PUSH(compiler, &compiler->bits, columns[trait].ban);
            count++;
        }
        COMITY_TRY(comity_class_push(compiler, record, found));
    }
    return COMITY_OK;
}

/* For each row the rule it is of, counted in the block. */
static comity_status row_rules_write(comity_compiler *compiler, comity_block *block)
{
    block->first_row_rule = (uint32_t)compiler->classes.count;
    for (uint32_t rule = 0; rule < block->rule_count; rule++) {
        const comity_block_rule *judged = &compiler->block_rules.items[block->first_rule + rule];
        uint32_t rows = compiler->rules.items[judged->rule].row_count;
        for (uint32_t i = 0; i < rows; i++) {
            COMITY_PUSH(compiler, &compiler->classes, (uint8_t)rule);
        }
    }
    return COMITY_OK;
}

comity_status comity_block_tables(comity_compiler *compiler, const comity_law_record *record, comity_block *block)
{
    column *columns;
    COMITY_TRY(
        comity_compiler_take(compiler, comity_compiler_trait(compiler, COMITY_SIEVE_LAST), sizeof *columns, &columns));
    COMITY_TRY(comity_bits_take(compiler, COMITY_SIEVE_LAST, &block->bans));
    for (uint32_t i = 0; i < block->row_count; i++) {
        row_note(compiler, block, i, columns);
    }
    COMITY_TRY(columns_write(compiler, record, block, columns));
    return row_rules_write(compiler, block);
}
