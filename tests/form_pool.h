/* Memory of decoders from malloc instead of their one block, so that the sanitizers
 * see where each piece ends. For programs linked with --wrap for the four
 * functions of the pool. The block is not used and may be small: as much as
 * FORM_POOL_SIZE can be taken. One file a program. */
#ifndef COMITY_TESTS_FORM_POOL_H
#define COMITY_TESTS_FORM_POOL_H

#include "inspect/forms/pool.h"

#include <sanitizer/asan_interface.h>
#include <stdlib.h>

#define FORM_POOL_SIZE ((size_t)32 << 20)

/* Pieces of at least so many bytes, the windows of compressions, are kept for whoever asks for as many again, out of
 * bounds meanwhile: to map each anew took the sanitizers most of their time. */
#define FORM_POOL_SPARE_BYTES 4096
#define FORM_POOL_SPARES 32

void __wrap_comity_pool_init(comity_pool *ret_pool, void *block, size_t size);
void *__wrap_comity_pool_take(comity_pool *pool, size_t size);
void __wrap_comity_pool_give(comity_pool *pool, void *piece);
bool __wrap_comity_pool_extend(comity_pool *pool, void *piece, size_t size);

typedef struct form_pool_piece {
    struct form_pool_piece *next;
    struct form_pool_piece *before;
    size_t size;
    size_t unused; /* keeps what follows aligned */
} form_pool_piece;

/* Of the one pool there is at a time. */
static form_pool_piece *form_pool_pieces;
static size_t form_pool_held;
static form_pool_piece *form_pool_spares[FORM_POOL_SPARES];
static size_t form_pool_oldest;

/* Gives a piece back; it takes the place of the oldest of the spare ones. */
static void form_pool_free(form_pool_piece *piece)
{
    if (piece->size >= FORM_POOL_SPARE_BYTES) {
        form_pool_piece *oldest = form_pool_spares[form_pool_oldest];
        form_pool_spares[form_pool_oldest] = piece;
        form_pool_oldest = (form_pool_oldest + 1) % FORM_POOL_SPARES;
        ASAN_POISON_MEMORY_REGION(piece + 1, piece->size);
        piece = oldest;
    }
    if (piece != NULL) {
        ASAN_UNPOISON_MEMORY_REGION(piece + 1, piece->size);
        free(piece);
    }
}

static form_pool_piece *form_pool_spare(size_t size)
{
    for (size_t i = 0; i < FORM_POOL_SPARES; i++) {
        form_pool_piece *piece = form_pool_spares[i];
        if (piece != NULL && piece->size == size) {
            form_pool_spares[i] = NULL;
            ASAN_UNPOISON_MEMORY_REGION(piece + 1, size);
            return piece;
        }
    }
    return NULL;
}

/* Frees what a decoder that is gone had left. */
static void form_pool_clear(void)
{
    while (form_pool_pieces != NULL) {
        form_pool_piece *next = form_pool_pieces->next;
        form_pool_free(form_pool_pieces);
        form_pool_pieces = next;
    }
    form_pool_held = 0;
}

void __wrap_comity_pool_init(comity_pool *ret_pool, void *block, size_t size)
{
    (void)size;
    form_pool_clear();
    *ret_pool = (comity_pool){.block = block, .size = FORM_POOL_SIZE};
}

void *__wrap_comity_pool_take(comity_pool *pool, size_t size)
{
    pool->taken++;
    if (size > pool->size - form_pool_held || pool->taken == pool->fails_at) {
        return NULL;
    }
    form_pool_piece *piece = form_pool_spare(size);
    piece = piece == NULL ? malloc(sizeof *piece + size) : piece;
    if (piece == NULL) {
        return NULL;
    }
    *piece = (form_pool_piece){.next = form_pool_pieces, .size = size};
    if (form_pool_pieces != NULL) {
        form_pool_pieces->before = piece;
    }
    form_pool_pieces = piece;
    form_pool_held += size;
    return piece + 1;
}

/* Pieces move, so that whoever keeps an old place is found out. */
bool __wrap_comity_pool_extend(comity_pool *pool, void *piece, size_t size)
{
    (void)piece;
    (void)size;
    pool->taken++;
    return false;
}

void __wrap_comity_pool_give(comity_pool *pool, void *memory)
{
    (void)pool;
    if (memory == NULL) {
        return;
    }
    form_pool_piece *piece = (form_pool_piece *)memory - 1;
    if (piece->next != NULL) {
        piece->next->before = piece->before;
    }
    if (piece->before != NULL) {
        piece->before->next = piece->next;
    } else {
        form_pool_pieces = piece->next;
    }
    form_pool_held -= piece->size;
    form_pool_free(piece);
}

#endif
