/* The rows of a law; for the files of this folder only. */
#ifndef COMITY_LAW_COMPILE_LAW_ROWS_H
#define COMITY_LAW_COMPILE_LAW_ROWS_H

#include "law/compile/compiler.h"

/* A literal that neither tables nor sieves settle, and how many rows of the law have it. */
typedef struct comity_literal_count {
    comity_literal literal;
    uint32_t rows;
} comity_literal_count;

typedef COMITY_VECTOR(comity_literal_count) comity_literal_counts;

/* The rows of a rule. */
typedef struct comity_rule_clauses {
    comity_clauses when;
    comity_clauses unless;
} comity_rule_clauses;

/* A rule, by its number in its law, and the law's block that it is in. */
typedef struct comity_rule_placed {
    uint32_t index, block;
} comity_rule_placed;

/* Writes the rows of a law, its blocks and their rules, and what is tested. */
comity_status comity_law_rows(comity_compiler *compiler, uint32_t law, comity_law_record *record) COMITY_MUST_USE;

/* rule_order.c: a law's rules, whose rows `clauses` has, in the order of its blocks. */
comity_status comity_rules_in_blocks(comity_compiler *compiler, const comity_law_record *record,
                                     const comity_rule_clauses *clauses, comity_rule_placed **ret_placed) COMITY_MUST_USE;

/* blocks.c: what a block's rows want and what they rule out, when its rows are written. */
comity_status comity_block_tables(comity_compiler *compiler, const comity_law_record *record,
                                  comity_block *block) COMITY_MUST_USE;

/* tables.c: a class, or a column, of places or traits that a law tells apart. */
comity_status comity_class_push(comity_compiler *compiler, const comity_law_record *record,
                                uint32_t class_of) COMITY_MUST_USE;
/* The members of a set of places on a day, as bits, parts with their states. */
void comity_place_members(const comity_compiler *compiler, uint32_t set, int32_t day, uint64_t *members);
comity_status comity_bits_take(comity_compiler *compiler, uint32_t words, uint32_t *ret_first) COMITY_MUST_USE;

#endif
