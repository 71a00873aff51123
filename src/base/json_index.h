/* From the classes of 64 bytes to entries of an index: the part of indexing
 * that is the same for every instruction set. Inlined into each. */
#ifndef COMITY_BASE_JSON_INDEX_H
#define COMITY_BASE_JSON_INDEX_H

#include "base/json_state.h"

#include <string.h>

#define COMITY_JSON_BLOCK_SIZE 64
#define COMITY_JSON_INLINE static inline __attribute__((always_inline))

/* One bit a byte of a block, the first byte lowest. */
typedef struct comity_json_classes {
    uint64_t quote;
    uint64_t backslash;
    uint64_t structure; /* {}[]:, and perhaps control characters, which the reader then meets */
    uint64_t white;
    uint64_t control; /* below 0x20 */
    uint64_t high;    /* from 0x80 */
} comity_json_classes;

/* What goes over from one block to the next: each 0 or 1, but `in_string`, which is all zeros or all ones. */
typedef struct comity_json_carry {
    uint64_t escaped;   /* the next block's first byte is escaped */
    uint64_t in_string; /* the next block begins within a string */
    uint64_t in_scalar; /* the next block's first byte goes on with a number or word */
} comity_json_carry;

/* The bytes that a backslash before them escapes. Sequences of backslashes are
 * told apart by whether they begin at an odd or even place: adding the starts of
 * one kind to the sequences carries a bit past those of an odd length. */
COMITY_JSON_INLINE uint64_t comity_json_escaped(uint64_t backslash, comity_json_carry *carry)
{
    const uint64_t even_places = UINT64_C(0x5555555555555555);
    uint64_t active = backslash & ~carry->escaped;
    uint64_t follows = active << 1 | carry->escaped;
    uint64_t odd_starts = active & ~even_places & ~follows;
    uint64_t ends = 0;
    carry->escaped = __builtin_add_overflow(odd_starts, active, &ends) ? 1 : 0;
    return (even_places ^ (ends << 1)) & follows;
}

/* Each bit becomes the parity of itself and all below: ones from a quote up to before the next. */
COMITY_JSON_INLINE uint64_t comity_json_between(uint64_t quotes)
{
    quotes ^= quotes << 1;
    quotes ^= quotes << 2;
    quotes ^= quotes << 4;
    quotes ^= quotes << 8;
    quotes ^= quotes << 16;
    quotes ^= quotes << 32;
    return quotes;
}

/* The bits of a block that are entries; adds to the facts. */
COMITY_JSON_INLINE uint64_t comity_json_entries(const comity_json_classes *classes, comity_json_carry *carry,
                                                comity_json_index_facts *facts)
{
    uint64_t escaped = 0;
    if ((classes->backslash | carry->escaped) != 0) {
        escaped = comity_json_escaped(classes->backslash, carry);
    }
    uint64_t quote = classes->quote & ~escaped;
    uint64_t in_string = comity_json_between(quote) ^ carry->in_string;
    uint64_t scalar = ~(classes->structure | classes->white | quote | in_string);
    uint64_t scalar_begin = scalar & ~(scalar << 1 | carry->in_scalar);
    uint64_t escape_begin = classes->backslash & ~escaped & in_string;
    carry->in_string = 0 - (in_string >> 63);
    carry->in_scalar = scalar >> 63;
    facts->high |= classes->high;
    facts->wrong |= (classes->control & in_string) | (classes->backslash & ~in_string);
    return (classes->structure & ~in_string) | (quote & in_string) | scalar_begin | escape_begin;
}

/* How many bits are set in each byte and all below it. */
COMITY_JSON_INLINE uint64_t comity_json_counts(uint64_t bits)
{
    bits -= bits >> 1 & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
    bits = (bits + (bits >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return bits * UINT64_C(0x0101010101010101);
}

/* See json_places.c. */
extern const uint64_t comity_json_places[256];

comity_json_index_function comity_json_index_sse2;
comity_json_index_function comity_json_index_avx2;
comity_json_index_function comity_json_index_avx512;

#endif
