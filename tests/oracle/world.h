/* The same law twice: for the oracle, and compiled for the judge; and what both
 * say of an act, side by side. */
#ifndef COMITY_TESTS_ORACLE_WORLD_H
#define COMITY_TESTS_ORACLE_WORLD_H

#include "generate.h"
#include "oracle.h"
#include "value.h"

typedef struct world {
    oracle_source *sources;
    size_t source_count, source_room;
    comity_arena arena; /* of texts */
    oracle_world *oracle;
    comity_law *law;
    comity_context *context;
    generator *acts;
    oracle_judgement said; /* of the last act on which both agreed; until the next */
} world;

void world_init(world *ret_world);
void world_free(world *of);

/* Adds a law file; both strings are copied. */
void world_add(world *to, const char *path, const char *text);
/* Adds all *.law files below a folder; false if there are none or one cannot be read. */
bool world_add_folder(world *to, const char *folder);

/* Compiles and parses what was added. COMITY_ERROR_SYNTAX with the compiler's first
 * messages in the error if the law is not valid. */
comity_status world_build(world *of, comity_error *reterr) COMITY_MUST_USE;

/* Builds the law once more, with its files the other way round, into a law of its own. */
comity_status world_compile(const oracle_source *sources, size_t count, comity_law **ret_law, comity_error *reterr)
    COMITY_MUST_USE;

/* Judges one act both ways. NULL if oracle and judge agree, else what they do not
 * agree about, in one line; it lives in the arena. */
const char *world_disagreement(world *of, comity_arena *arena, const char *act);

/* The same act, with everything left out that is not needed for `is_wrong` to go on being true. */
value *world_shrink(comity_arena *arena, const value *act, bool (*is_wrong)(void *context, const value *act),
                    void *context);

#endif
