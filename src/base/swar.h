/* Eight bytes at a time in one word, on any machine.
 *
 * Each test gives a word that is not 0 if and only if some byte passes it. Which
 * byte it was, the caller finds by looking at each, or loads the bytes in order. */
#ifndef COMITY_BASE_SWAR_H
#define COMITY_BASE_SWAR_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
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

/* The same with the first byte lowest, on every machine: for those that ask which byte it was. */
static inline uint64_t comity_swar_load_ordered(const uint8_t *bytes)
{
    return le64toh(comity_swar_load(bytes));
}

/* The highest bits of just those bytes that are `byte`. */
static inline uint64_t comity_swar_all_equal(uint64_t word, uint8_t byte)
{
    const uint64_t lows = ~COMITY_SWAR_HIGHS;
    uint64_t difference = word ^ (COMITY_SWAR_ONES * byte);
    return ~(((difference & lows) + lows) | difference | lows);
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

/* Are `size` bytes the same? For names, which are too short for a call of memcmp. */
static inline bool comity_swar_same(const char *left, const char *right, size_t size)
{
    if (size < 4) {
        return size == 0 || (left[0] == right[0] && left[size / 2] == right[size / 2] && left[size - 1] == right[size - 1]);
    }
    if (size < 8) {
        uint32_t words[4];
        memcpy(&words[0], left, 4);
        memcpy(&words[1], right, 4);
        memcpy(&words[2], left + size - 4, 4);
        memcpy(&words[3], right + size - 4, 4);
        return words[0] == words[1] && words[2] == words[3];
    }
    const uint8_t *a = (const uint8_t *)left;
    const uint8_t *b = (const uint8_t *)right;
    for (size_t at = 0; at + 8 < size; at += 8) {
        if (comity_swar_load(a + at) != comity_swar_load(b + at)) {
            return false;
        }
    }
    return comity_swar_load(a + size - 8) == comity_swar_load(b + size - 8);
}

/* How many bits are 1: for code that is compiled for machines without an instruction for it. */
static inline unsigned comity_swar_ones(uint64_t word)
{
    word -= word >> 1 & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
    word = (word + (word >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (unsigned)(word * COMITY_SWAR_ONES >> 56);
}

/* The sum of the eight bytes. */
static inline uint64_t comity_swar_sum(uint64_t word)
{
    const uint64_t even = UINT64_C(0x00FF00FF00FF00FF);
    uint64_t pairs = (word & even) + (word >> 8 & even);
    return pairs * UINT64_C(0x0001000100010001) >> 48;
}

#endif
