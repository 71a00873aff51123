/* Runs of digits of base64 among bits, one a byte, 64 at a time: what the vectors of all instruction sets
 * come to. Only for embedded_avx2.c and embedded_avx512.c. */
#ifndef COMITY_INSPECT_FORMS_EMBEDDED_PASS_H
#define COMITY_INSPECT_FORMS_EMBEDDED_PASS_H

#include "inspect/forms/embedded.h"

#include <assert.h>

#define EMBEDDED_BLOCK ((size_t)64)

/* A bit is set where it and the fifteen above it were. */
static inline uint64_t embedded_sixteen(uint64_t bits)
{
    bits &= bits >> 1;
    bits &= bits >> 2;
    bits &= bits >> 4;
    return bits & bits >> 8;
}

static_assert(COMITY_EMBEDDED_SIZE_MIN == 16, "a run is looked for by halves");

/* The bits of a block of `size` bytes, 1 to 64, which begins at `at`. `open`: where the run begins that touches the
 * block; then the one that touches its end. True if a run of sixteen begins at `open`. */
static inline bool embedded_block(uint64_t bits, size_t at, size_t size, size_t *open)
{
    uint64_t others = ~bits;
    size_t first = others == 0 ? EMBEDDED_BLOCK : (size_t)__builtin_ctzll(others);
    if (at + first - *open >= COMITY_EMBEDDED_SIZE_MIN) {
        return true;
    }
    uint64_t sixteen = embedded_sixteen(bits);
    if (sixteen != 0) {
        *open = at + (size_t)__builtin_ctzll(sixteen);
        return true;
    }
    if (first < size) {
        *open = at + size - (size_t)__builtin_clzll(~(bits << (EMBEDDED_BLOCK - size)));
    }
    return false;
}

#endif
