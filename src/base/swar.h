/* Eight bytes at a time in one word, on any machine.
 *
 * Each test gives a word that is not 0 if and only if some byte passes it. Which
 * byte it was, the caller finds by looking at each: so byte order never matters. */
#ifndef COMITY_BASE_SWAR_H
#define COMITY_BASE_SWAR_H

#include <stdint.h>
#include <string.h>

#define COMITY_SWAR_ONES UINT64_C(0x0101010101010101)
#define COMITY_SWAR_HIGHS UINT64_C(0x8080808080808080)

static inline uint64_t comity_swar_load(const uint8_t *bytes)
{
    uint64_t word = 0;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* Some byte is `byte`. */
static inline uint64_t comity_swar_equal(uint64_t word, uint8_t byte)
{
    uint64_t difference = word ^ (COMITY_SWAR_ONES * byte);
    return (difference - COMITY_SWAR_ONES) & ~difference & COMITY_SWAR_HIGHS;
}

/* Some byte is below `least`, which is at most 0x80. */
static inline uint64_t comity_swar_below(uint64_t word, uint8_t least)
{
    return (word - COMITY_SWAR_ONES * least) & ~word & COMITY_SWAR_HIGHS;
}

/* Some byte is 0x80 or more. */
static inline uint64_t comity_swar_high(uint64_t word)
{
    return word & COMITY_SWAR_HIGHS;
}

/* The sum of the eight bytes. */
static inline uint64_t comity_swar_sum(uint64_t word)
{
    const uint64_t even = UINT64_C(0x00FF00FF00FF00FF);
    uint64_t pairs = (word & even) + (word >> 8 & even);
    return pairs * UINT64_C(0x0001000100010001) >> 48;
}

#endif
