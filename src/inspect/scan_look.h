/* How values look: with `0` for each digit, and mostly `a` and `A` for each letter. Sixteen bytes at once, on
 * any machine. */
#ifndef COMITY_INSPECT_SCAN_LOOK_H
#define COMITY_INSPECT_SCAN_LOOK_H

#include "base/swar.h"

typedef uint8_t comity_bytes16 __attribute__((vector_size(16)));

/* Of sixteen bytes, those from `size` on are made 0. */
static inline comity_bytes16 comity_look_load(const uint8_t *bytes, size_t size)
{
    static const comity_bytes16 places = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    comity_bytes16 of;
    memcpy(&of, bytes, sizeof of);
    return of & (comity_bytes16)(places < (uint8_t)size);
}

/* Digits become `0`. */
static inline comity_bytes16 comity_look_digits(comity_bytes16 of)
{
    comity_bytes16 is_digit = (comity_bytes16)(of - '0' < 10);
    return (of & ~is_digit) | (is_digit & '0');
}

/* Letters become `a` and `A`. */
static inline comity_bytes16 comity_look_letters(comity_bytes16 of)
{
    comity_bytes16 is_small = (comity_bytes16)(of - 'a' < 26);
    comity_bytes16 is_capital = (comity_bytes16)(of - 'A' < 26);
    return (of & ~(is_small | is_capital)) | (is_small & 'a') | (is_capital & 'A');
}

/* Writes 32 bytes, those from `size` (at most 32) on 0; as many are read as `size` needs, 16 or 32. False if one is
 * beyond ASCII. */
static inline bool comity_look_write(const uint8_t *bytes, size_t size, bool with_letters, uint64_t ret_look[4])
{
    comity_bytes16 halves[2] = {comity_look_load(bytes, size < 16 ? size : 16), {0}};
    if (size > 16) {
        halves[1] = comity_look_load(bytes + 16, size - 16);
    }
    for (int i = 0; i < 2; i++) {
        halves[i] = comity_look_digits(halves[i]);
        halves[i] = with_letters ? comity_look_letters(halves[i]) : halves[i];
    }
    memcpy(ret_look, halves, sizeof halves);
    return comity_swar_high(ret_look[0] | ret_look[1] | ret_look[2] | ret_look[3]) == 0;
}

/* The body of comity_scan_look_function for every machine. */
static inline size_t comity_look_until(const uint8_t *value, const uint8_t ends[3], uint64_t ret_look[4])
{
    for (size_t at = 0; at < 32; at += 8) {
        uint64_t word = comity_swar_load_ordered(value + at);
        uint64_t found = comity_swar_all_equal(word, ends[0]) | comity_swar_all_equal(word, ends[1]) |
                         comity_swar_all_equal(word, ends[2]);
        if (found != 0) {
            size_t size = at + (size_t)__builtin_ctzll(found) / 8;
            return comity_look_write(value, size, true, ret_look) ? size : 0;
        }
    }
    return 0;
}

/* The body of comity_scan_alike_function. */
static inline bool comity_look_alike(const uint8_t *value, const uint8_t ends[3], const uint64_t look[4], size_t size)
{
    uint64_t own[4] = {0};
    return comity_look_until(value, ends, own) == size &&
           ((own[0] ^ look[0]) | (own[1] ^ look[1]) | (own[2] ^ look[2]) | (own[3] ^ look[3])) == 0;
}

#endif
