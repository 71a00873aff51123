/* Which literals ask for names of the act, and how; for the files of this folder only. */
#ifndef COMITY_LAW_COMPILE_SIEVES_H
#define COMITY_LAW_COMPILE_SIEVES_H

#include "law/compile/compiler.h"

typedef enum comity_sieve_asking {
    COMITY_ASKS_NOTHING,
    COMITY_ASKS_WANT,
    COMITY_ASKS_BAN,
    COMITY_ASKS_ONLY
} comity_sieve_asking;

/* What the literal asks of the names of this kind: one of the set; none of the
 * set; or some, and none outside of it, where `ret_set` has those outside. */
comity_sieve_asking comity_sieve_names(const comity_compiler *compiler, const comity_literal *literal, uint32_t kind,
                                       comity_set *ret_set);

/* Settled by a sieve: names that are not wanted, and of the literals that want one
 * of some names the first of each kind; `wanted` remembers the kinds. */
bool comity_sieve_settles(const comity_compiler *compiler, const comity_literal *literal, uint32_t *wanted);

#endif
