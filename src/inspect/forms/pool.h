/* Memory within one block that is given: what decoders and the libraries they
 * use take while they work. The first place that is large enough is taken, and
 * what is given back joins its neighbours. A pool belongs to one thread. */
#ifndef COMITY_INSPECT_FORMS_POOL_H
#define COMITY_INSPECT_FORMS_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A plain value that borrows its block. The fields are private. */
typedef struct comity_pool {
    uint8_t *block;
    size_t size;
    size_t taken;    /* pieces asked for since the beginning */
    size_t fails_at; /* a test's: this piece is refused; 0: none */
} comity_pool;

/* Begins with all of the block free. `block` is aligned as malloc aligns;
 * `size` is at least 64 and a multiple of 16. */
void comity_pool_init(comity_pool *ret_pool, void *block, size_t size);

/* `size` bytes, aligned for any type, not cleared; NULL if there is no place. */
void *comity_pool_take(comity_pool *pool, size_t size);

/* Makes a piece larger where it is; false if what is behind it is taken. */
bool comity_pool_extend(comity_pool *pool, void *piece, size_t size);

/* Gives a piece back. NULL is allowed. */
void comity_pool_give(comity_pool *pool, void *piece);

#endif
