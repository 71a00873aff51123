/* Disjunctions of conjunctions in the making; for conditions.c and disjunctions.c. */
#ifndef COMITY_LAW_COMPILE_CONDITIONS_H
#define COMITY_LAW_COMPILE_CONDITIONS_H

#include "law/compile/compiler.h"

/* Adds `more` as further alternatives. */
comity_status comity_clauses_or(comity_compiler *compiler, comity_clauses *clauses,
                                const comity_clauses *more) COMITY_MUST_USE;
/* Joins each alternative with each of `more`; `more` is used up. */
comity_status comity_clauses_and(comity_compiler *compiler, const comity_scope *scope, comity_clauses *clauses,
                                 comity_clauses *more) COMITY_MUST_USE;
/* One literal by itself; of kinds of act, the negation is the other kinds. */
comity_status comity_clauses_literal(comity_compiler *compiler, comity_literal literal, bool negated,
                                     comity_clauses *clauses) COMITY_MUST_USE;
/* Adds a literal as a further alternative; negated, as a further condition. */
comity_status comity_clauses_alternative(comity_compiler *compiler, const comity_scope *scope, comity_literal literal,
                                         bool negated, bool first, comity_clauses *clauses) COMITY_MUST_USE;
/* What testing a literal costs, against others. */
unsigned comity_literal_cost(const comity_literal *literal);
/* Makes of all alternatives one: a literal that stands for them by number. */
comity_status comity_clauses_number(comity_compiler *compiler, const comity_scope *scope,
                                    comity_clauses *clauses) COMITY_MUST_USE;
/* How many parts the longest alternative has. */
uint32_t comity_clauses_longest(const comity_clauses *clauses);

/* The number of a condition with these alternatives, which are sorted for it. */
comity_status comity_condition_push(comity_compiler *compiler, comity_clauses *clauses,
                                    uint32_t *ret_condition) COMITY_MUST_USE;

#endif
