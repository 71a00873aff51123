/* The first stage with AVX-512 (BW, VL, VBMI2): 64 bytes at a time. */
#define COMITY_SCAN_LANES 8
#include "inspect/scan_group.h"
#include "inspect/scan_marks.h"

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,bmi,bmi2,popcnt")))

TARGET static inline uint64_t equal(__m512i bytes, char byte)
{
    return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte));
}

/* From `first` on, `count` bytes. */
TARGET static inline uint64_t among(__m512i bytes, char first, char count)
{
    return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8(first)), _mm512_set1_epi8(count));
}

/* What the bytes of a block are compared with. */
typedef struct signs {
    __m512i zero, ten, a, capital_a, letters, small, hyphen, underline, colon, quote, join, special;
} signs;

/* A vector of which the compiler knows nothing: it keeps it, where it would make a known one anew for each block. */
TARGET static inline __m512i kept(__m512i vector)
{
    __asm__("" : "+v"(vector));
    return vector;
}

TARGET static inline __m512i all(char byte)
{
    return kept(_mm512_set1_epi8(byte));
}

/* See scan_avx2.c for the tables. */
TARGET static inline signs signs_make(void)
{
    return (signs){
        .zero = all('0'),
        .ten = all(10),
        .a = all('a'),
        .capital_a = all('A'),
        .letters = all(26),
        .small = all(0x20),
        .hyphen = all('-'),
        .underline = all('_'),
        .colon = all(':'),
        .quote = all('"'),
        .join = kept(_mm512_broadcast_i32x4(_mm_setr_epi8(' ', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '-', '.', '/'))),
        .special =
            kept(_mm512_broadcast_i32x4(_mm_setr_epi8('@', 0, 0, 0, 0, 0, 0, 0, 0, 0, ':', 0, '<', '=', '>', 0))),
    };
}

/* From `first` on, `count` bytes. */
TARGET static inline uint64_t range(__m512i bytes, __m512i first, __m512i count)
{
    return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, first), count);
}

TARGET static inline uint64_t in_table(__m512i bytes, __m512i table)
{
    return _mm512_cmpeq_epi8_mask(bytes, _mm512_shuffle_epi8(table, bytes));
}

TARGET static inline comity_scan_classes classify(const uint8_t *block, const signs *of)
{
    __m512i bytes = _mm512_loadu_si512((const void *)block);
    return (comity_scan_classes){
        .digit = range(bytes, of->zero, of->ten),
        .letter = range(_mm512_or_si512(bytes, of->small), of->a, of->letters),
        .upper = range(bytes, of->capital_a, of->letters),
        .high = _mm512_movepi8_mask(bytes),
        .join = in_table(bytes, of->join),
        .dash = _mm512_cmpeq_epi8_mask(bytes, of->hyphen) | _mm512_cmpeq_epi8_mask(bytes, of->underline),
        .special = in_table(bytes, of->special),
        .colon = _mm512_cmpeq_epi8_mask(bytes, of->colon),
        .quote = _mm512_cmpeq_epi8_mask(bytes, of->quote),
    };
}

TARGET static inline comity_scan_mark_classes classify_marks(const uint8_t *block, const comity_scan_marks *state)
{
    __m512i bytes = _mm512_loadu_si512((const void *)block);
    __m512i folded = _mm512_or_si512(bytes, _mm512_set1_epi8((char)state->fold));
    return (comity_scan_mark_classes){
        .quote = equal(bytes, '"'),
        .backslash = equal(bytes, '\\'),
        .mark = equal(folded, (char)state->first) | equal(folded, (char)state->second),
        .newline = equal(bytes, '\n'),
    };
}

TARGET static inline comity_scan_word_classes classify_words(const uint8_t *block)
{
    __m512i bytes = _mm512_loadu_si512((const void *)block);
    return (comity_scan_word_classes){
        .letter = among(_mm512_or_si512(bytes, _mm512_set1_epi8(0x20)), 'a', 26),
        .lead = _mm512_cmpge_epu8_mask(bytes, _mm512_set1_epi8((char)0xC2)),
    };
}

TARGET static inline uint64_t newlines(const uint8_t *block)
{
    return equal(_mm512_loadu_si512((const void *)block), '\n');
}

/* Of the bytes in `among`, those of the `count` from `first` on are made the first. */
TARGET static inline __m256i look_made(__m256i bytes, uint32_t among, char first, char count)
{
    __m256i one = _mm256_set1_epi8(first);
    uint32_t found = _mm256_mask_cmplt_epu8_mask(among, _mm256_sub_epi8(bytes, one), _mm256_set1_epi8(count));
    return _mm256_mask_mov_epi8(bytes, found, one);
}

/* Bits: where the bytes are that end a value. */
TARGET static inline uint32_t look_ends(__m256i bytes, const uint8_t ends[3])
{
    return _mm256_cmpeq_epi8_mask(bytes, _mm256_set1_epi8((char)ends[0])) |
           _mm256_cmpeq_epi8_mask(bytes, _mm256_set1_epi8((char)ends[1])) |
           _mm256_cmpeq_epi8_mask(bytes, _mm256_set1_epi8((char)ends[2]));
}

/* How the valid bytes look; the others are 0. */
TARGET static inline __m256i look_of(__m256i bytes, uint32_t valid)
{
    bytes = _mm256_maskz_mov_epi8(valid, bytes);
    return look_made(look_made(look_made(bytes, valid, '0', 10), valid, 'a', 26), valid, 'A', 26);
}

TARGET static size_t look_until(const uint8_t *value, const uint8_t ends[3], uint64_t ret_look[4])
{
    __m256i bytes = _mm256_loadu_si256((const void *)value);
    uint32_t found = look_ends(bytes, ends);
    uint32_t valid = found ^ (found - 1); /* with the end itself */
    valid >>= 1;
    if (found == 0 || (_mm256_movepi8_mask(bytes) & valid) != 0) {
        return 0;
    }
    _mm256_storeu_si256((void *)ret_look, look_of(bytes, valid));
    return (size_t)__builtin_ctz(found);
}

TARGET static bool look_alike(const uint8_t *value, const uint8_t ends[3], const uint64_t look[4], size_t size)
{
    __m256i bytes = _mm256_loadu_si256((const void *)value);
    uint32_t found = look_ends(bytes, ends);
    if (found == 0 || (size_t)__builtin_ctz(found) != size) {
        return false;
    }
    __m256i looks = look_of(bytes, (found ^ (found - 1)) >> 1);
    return _mm256_cmpneq_epi8_mask(looks, _mm256_loadu_si256((const void *)look)) == 0;
}

TARGET static size_t events(const uint8_t *bytes, size_t size, bool is_markup, comity_scan_carry *carry,
                            uint16_t *ret_places)
{
    const signs of = signs_make();
#define CLASSIFY(block) classify(block, &of)
    SCAN_EVENTS_BODY(CLASSIFY)
}

TARGET static size_t marks(const uint8_t *bytes, size_t size, comity_scan_marks *state, uint16_t *ret_places,
                           uint64_t *ret_newlines, uint8_t *ret_counts)
{
    SCAN_MARKS_BODY(classify_marks)
}

TARGET static size_t starts(const uint8_t *bytes, size_t size, uint16_t *ret_places)
{
    SCAN_STARTS_BODY(classify_words)
}

TARGET static void lines(const uint8_t *bytes, size_t size, uint64_t *ret_newlines, uint8_t *ret_counts)
{
    SCAN_LINES_BODY(newlines)
}

const comity_scan_level comity_scan_level_avx512 = {"avx512", events, marks, starts, lines, look_until, look_alike};
