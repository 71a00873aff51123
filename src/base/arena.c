/* What comes in: sizes. What goes out: zeroed memory, from blocks that grow
 * with the arena so that their number stays small. Nothing ever moves, and the
 * arena never holds more than its limit. */
#include "base/arena.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT _Alignof(max_align_t)
#define BLOCK_SIZE_FIRST ((size_t)4096)
#define BLOCK_SIZE_GROWN ((size_t)1 << 20) /* blocks double up to this */

typedef struct comity_arena_block {
    struct comity_arena_block *before;
    size_t size; /* of `memory` */
    _Alignas(max_align_t) unsigned char memory[];
} arena_block;

void comity_arena_init(comity_arena *ret_arena, size_t size_max)
{
    *ret_arena = (comity_arena){.size_max = size_max};
}

/* How large the next block's memory shall be: twice the last one's, at least
 * `size`, and no more than the arena may still hold. 0 if that is too little. */
static size_t next_block_size(const comity_arena *arena, size_t size)
{
    size_t left = arena->size_max - arena->held;
    if (left < sizeof(arena_block) || size > left - sizeof(arena_block)) {
        return 0;
    }
    size_t wanted = arena->block == NULL ? BLOCK_SIZE_FIRST : arena->block->size * 2;
    wanted = wanted > BLOCK_SIZE_GROWN ? BLOCK_SIZE_GROWN : wanted;
    wanted = wanted < size ? size : wanted;
    return wanted > left - sizeof(arena_block) ? left - sizeof(arena_block) : wanted;
}

static comity_status add_block(comity_arena *arena, size_t size, comity_error *reterr)
{
    size_t block_size = next_block_size(arena, size);
    if (block_size == 0) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "%zu bytes more would pass the limit of %zu bytes of memory",
                           size, arena->size_max);
    }
    bool is_whole = block_size == size; /* taken at once: zero as it comes, and no page of it is touched before its user does */
    arena_block *block = is_whole ? calloc(1, sizeof *block + block_size) : malloc(sizeof *block + block_size);
    if (block == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "no memory for %zu bytes", block_size);
    }
    block->before = arena->block;
    block->size = block_size;
    arena->block = block;
    arena->used = 0;
    arena->held += sizeof *block + block_size;
    return COMITY_OK;
}

comity_status comity_arena_take(comity_arena *arena, size_t size, void **ret_memory, comity_error *reterr)
{
    if (size > SIZE_MAX - ALIGNMENT) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "%zu bytes are more than memory can hold", size);
    }
    size_t rounded = size == 0 ? ALIGNMENT : (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    bool fits = arena->block != NULL && rounded <= arena->block->size - arena->used;
    if (!fits) {
        COMITY_TRY(add_block(arena, rounded, reterr));
    }
    unsigned char *memory = arena->block->memory + arena->used;
    assert((uintptr_t)memory % ALIGNMENT == 0);
    if (fits || arena->block->size != rounded) { /* else it is zero */
        memset(memory, 0, rounded);
    }
    arena->used += rounded;
    *ret_memory = memory;
    return COMITY_OK;
}

comity_status comity_arena_take_array(comity_arena *arena, size_t count, size_t size, void **ret_memory,
                                      comity_error *reterr)
{
    if (size != 0 && count > SIZE_MAX / size) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "%zu times %zu bytes are more than memory can hold", count,
                           size);
    }
    return comity_arena_take(arena, count * size, ret_memory, reterr);
}

comity_status comity_arena_copy(comity_arena *arena, const void *bytes, size_t size, char **ret_copy,
                                comity_error *reterr)
{
    if (size == SIZE_MAX) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "%zu bytes are more than memory can hold", size);
    }
    void *copy = NULL;
    COMITY_TRY(comity_arena_take(arena, size + 1, &copy, reterr));
    if (size > 0) {
        memcpy(copy, bytes, size);
    }
    *ret_copy = copy;
    return COMITY_OK;
}

static void free_blocks(arena_block *block)
{
    while (block != NULL) {
        arena_block *before = block->before;
        free(block);
        block = before;
    }
}

void comity_arena_reset(comity_arena *arena)
{
    if (arena->block == NULL) {
        return;
    }
    free_blocks(arena->block->before);
    arena->block->before = NULL;
    arena->used = 0;
    arena->held = sizeof *arena->block + arena->block->size;
}

void comity_arena_free(comity_arena *arena)
{
    if (arena == NULL) {
        return;
    }
    free_blocks(arena->block);
    comity_arena_init(arena, arena->size_max);
}
