/* Random acts that the law on file has something to say about: each is made with
 * one rule in mind, from the words that rule, its definitions, ways and lifters
 * use, mixed with words from everywhere else. All acts are valid. */
#ifndef COMITY_TESTS_ORACLE_GENERATE_H
#define COMITY_TESTS_ORACLE_GENERATE_H

#include "oracle.h"
#include "random.h"
#include "value.h"

/* The words of a law, sorted by what they can stand for in an act. Lives and
 * dies by itself; the oracle must outlive it. */
typedef struct generator generator;

generator *generator_new(const oracle_world *oracle);
void generator_free(generator *from);

/* An act; lives in the arena. */
value *generate_act(const generator *from, chance *luck, comity_arena *arena);

/* Single values of the law's, for the tests that change acts. */
const char *generate_state(const generator *from, chance *luck, comity_arena *arena);
value *generate_paper(const generator *from, chance *luck, comity_arena *arena, const value *act);
value *generate_party(const generator *from, chance *luck, comity_arena *arena, bool is_second);
value *generate_names(const generator *from, chance *luck, comity_arena *arena, const char *field);
value *generate_number(const generator *from, chance *luck, comity_arena *arena);
const char *generate_safeguard(const generator *from, chance *luck);
/* Each paper some rule asks for, made as good as it can be for this act; and all safeguards. */
void generate_everything(const generator *from, comity_arena *arena, value *act, size_t paper_max);
/* The names of all counts, for `counts`. */
const char *const *generate_counts(const generator *from, size_t *ret_count);

#endif
