/* The block is a row of pieces, each with a head of 16 bytes: its size with the
 * head, whether it is taken, and the size of the piece before it, so that both
 * neighbours can be found. Few pieces are taken at a time, so the row is walked. */
#include "inspect/forms/pool.h"

#include <assert.h>
#include <stdbool.h>

typedef struct head {
    uint64_t size;   /* of the piece with its head, a multiple of 16; the lowest bit: taken */
    uint64_t before; /* size of the piece before it; 0 for the first */
} head;

static_assert(sizeof(head) == 16, "pieces stay aligned");

static head *head_at(const comity_pool *pool, size_t at)
{
    void *place = pool->block + at;
    return place;
}

static size_t size_of(const head *piece)
{
    return (size_t)(piece->size & ~UINT64_C(1));
}

static bool is_taken(const head *piece)
{
    return (piece->size & 1) != 0;
}

void comity_pool_init(comity_pool *ret_pool, void *block, size_t size)
{
    assert(size >= 64 && size % 16 == 0);
    *ret_pool = (comity_pool){.block = block, .size = size};
    *head_at(ret_pool, 0) = (head){.size = size};
}

static void tell_next(const comity_pool *pool, size_t at)
{
    size_t size = size_of(head_at(pool, at));
    if (at + size < pool->size) {
        head_at(pool, at + size)->before = size;
    }
}

/* Leaves `wanted` bytes to the piece at `at`; what is over becomes a free one, if it is worth it. */
static void split(const comity_pool *pool, size_t at, size_t wanted)
{
    head *piece = head_at(pool, at);
    size_t room = size_of(piece);
    if (room - wanted >= 32) {
        piece->size = wanted;
        *head_at(pool, at + wanted) = (head){.size = room - wanted, .before = wanted};
        tell_next(pool, at + wanted);
    }
}

bool comity_pool_extend(comity_pool *pool, void *memory, size_t size)
{
    head *piece = (head *)memory - 1;
    size_t at = (size_t)((uint8_t *)piece - pool->block);
    size_t next = at + size_of(piece);
    pool->taken++;
    if (size > pool->size || next == pool->size || is_taken(head_at(pool, next)) || pool->taken == pool->fails_at) {
        return false;
    }
    size_t wanted = (size + sizeof(head) + 15) & ~(size_t)15;
    if (size_of(piece) + size_of(head_at(pool, next)) < wanted) {
        return false;
    }
    piece->size = size_of(piece) + size_of(head_at(pool, next));
    split(pool, at, wanted);
    tell_next(pool, at);
    piece->size |= 1;
    return true;
}

void *comity_pool_take(comity_pool *pool, size_t size)
{
    pool->taken++;
    if (size > pool->size || pool->taken == pool->fails_at) {
        return NULL;
    }
    size_t wanted = (size + sizeof(head) + 15) & ~(size_t)15;
    for (size_t at = 0; at < pool->size; at += size_of(head_at(pool, at))) {
        head *piece = head_at(pool, at);
        if (is_taken(piece) || size_of(piece) < wanted) {
            continue;
        }
        split(pool, at, wanted);
        piece->size |= 1;
        return piece + 1;
    }
    return NULL;
}

void comity_pool_give(comity_pool *pool, void *memory)
{
    if (memory == NULL) {
        return;
    }
    head *piece = (head *)memory - 1;
    size_t at = (size_t)((uint8_t *)piece - pool->block);
    assert(at < pool->size && is_taken(piece));
    piece->size &= ~UINT64_C(1);
    size_t next = at + size_of(piece);
    if (next < pool->size && !is_taken(head_at(pool, next))) {
        piece->size += size_of(head_at(pool, next));
    }
    if (piece->before != 0 && !is_taken(head_at(pool, at - (size_t)piece->before))) {
        at -= (size_t)piece->before;
        head_at(pool, at)->size += size_of(piece);
    }
    tell_next(pool, at);
}
