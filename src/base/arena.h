/* Memory that is taken piece by piece and given back all at once. */
#ifndef COMITY_BASE_ARENA_H
#define COMITY_BASE_ARENA_H

#include "base/error.h"

struct comity_arena_block;

/* An arena owns everything taken from it until comity_arena_free or
 * comity_arena_reset. It belongs to one thread at a time. What is taken never
 * moves. The fields are private. */
typedef struct comity_arena {
    struct comity_arena_block *block; /* the newest; each holds the one before it */
    size_t used;                      /* bytes of the newest block */
    size_t held;                      /* bytes of all blocks */
    size_t size_max;
} comity_arena;

/* Begins an empty arena, which will never hold more than `size_max` bytes in
 * all, its own bookkeeping included. Allocates nothing. */
void comity_arena_init(comity_arena *ret_arena, size_t size_max);

/* Takes `size` bytes, all zero, aligned for any type. `size` 0 gives a pointer
 * that must not be followed. COMITY_ERROR_LIMIT beyond `size_max`,
 * COMITY_ERROR_MEMORY when the system has no more; the arena stays usable. */
COMITY_MUST_USE comity_status comity_arena_take(comity_arena *arena, size_t size, void **ret_memory,
                                                comity_error *reterr);

/* Takes `count` times `size` bytes; checks the product. Else as comity_arena_take. */
COMITY_MUST_USE comity_status comity_arena_take_array(comity_arena *arena, size_t count, size_t size, void **ret_memory,
                                                      comity_error *reterr);

/* Takes a copy of `size` bytes with a NUL behind, which `size` does not count.
 * `bytes` may be NULL when `size` is 0. Else as comity_arena_take. */
COMITY_MUST_USE comity_status comity_arena_copy(comity_arena *arena, const void *bytes, size_t size, char **ret_copy,
                                                comity_error *reterr);

/* Gives everything back but one block, for the next use of the arena.
 * Everything taken before is gone. */
void comity_arena_reset(comity_arena *arena);

/* Gives everything back. The arena is empty and usable, as after
 * comity_arena_init. NULL is allowed. */
void comity_arena_free(comity_arena *arena);

#endif
