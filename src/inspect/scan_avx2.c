/* The first stage with AVX2: 32 bytes at a time. */
#include <immintrin.h>

#define COMITY_SCAN_LANES 4
#define TARGET __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define SCAN_ANY(bits) (!_mm256_testz_si256((__m256i)(bits), (__m256i)(bits)))
#include "inspect/scan_group.h"
#include "inspect/scan_look_avx2.h"
#include "inspect/scan_marks.h"
#include "inspect/scan_time_avx2.h"

TARGET static inline uint64_t bits(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

TARGET static inline __m256i equal(__m256i bytes, char byte)
{
    return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte));
}

/* From `first` on, `count` bytes. */
TARGET static inline __m256i among(__m256i bytes, char first, char count)
{
    __m256i from = _mm256_sub_epi8(bytes, _mm256_set1_epi8(first));
    return _mm256_cmpeq_epi8(_mm256_min_epu8(from, _mm256_set1_epi8((char)(count - 1))), from);
}

TARGET static inline __m256i letter(__m256i bytes)
{
    return among(_mm256_or_si256(bytes, _mm256_set1_epi8(0x20)), 'a', 26);
}

/* The table gives the one byte of the class that has the same low four bits;
 * where there is none it gives one whose low four bits are others. */
TARGET static inline __m256i join(__m256i bytes)
{
    const __m256i table =
        _mm256_setr_epi8(' ', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '-', '.', '/', ' ', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                         0, '-', '.', '/');
    return _mm256_cmpeq_epi8(bytes, _mm256_shuffle_epi8(table, bytes));
}

TARGET static inline __m256i special(__m256i bytes)
{
    const __m256i table =
        _mm256_setr_epi8('@', 0, 0, 0, 0, 0, 0, 0, 0, 0, ':', 0, '<', '=', '>', 0, '@', 0, 0, 0, 0, 0, 0, 0, 0, 0, ':',
                         0, '<', '=', '>', 0);
    return _mm256_cmpeq_epi8(bytes, _mm256_shuffle_epi8(table, bytes));
}

TARGET static inline __m256i dash(__m256i bytes)
{
    return _mm256_or_si256(equal(bytes, '-'), equal(bytes, '_'));
}

TARGET static inline comity_scan_classes classify(const uint8_t *block)
{
    __m256i low = _mm256_loadu_si256((const void *)block);
    __m256i high = _mm256_loadu_si256((const void *)(block + 32));
    uint64_t letters = bits(letter(low), letter(high));
    uint64_t small = bits(_mm256_slli_epi16(low, 2), _mm256_slli_epi16(high, 2));
    return (comity_scan_classes){
        .digit = bits(among(low, '0', 10), among(high, '0', 10)),
        .letter = letters,
        .upper = letters & ~small,
        .high = bits(low, high),
        .join = bits(join(low), join(high)),
        .dash = bits(dash(low), dash(high)),
        .special = bits(special(low), special(high)),
        .colon = bits(equal(low, ':'), equal(high, ':')),
        .quote = bits(equal(low, '"'), equal(high, '"')),
    };
}

TARGET static inline __m256i either(__m256i bytes, const comity_scan_marks *state)
{
    __m256i folded = _mm256_or_si256(bytes, _mm256_set1_epi8((char)state->fold));
    return _mm256_or_si256(equal(folded, (char)state->first), equal(folded, (char)state->second));
}

TARGET static inline comity_scan_mark_classes classify_marks(const uint8_t *block, const comity_scan_marks *state)
{
    __m256i low = _mm256_loadu_si256((const void *)block);
    __m256i high = _mm256_loadu_si256((const void *)(block + 32));
    return (comity_scan_mark_classes){
        .quote = bits(equal(low, '"'), equal(high, '"')),
        .backslash = bits(equal(low, '\\'), equal(high, '\\')),
        .mark = bits(either(low, state), either(high, state)),
        .newline = bits(equal(low, '\n'), equal(high, '\n')),
    };
}

TARGET static inline __m256i lead(__m256i bytes)
{
    return _mm256_cmpeq_epi8(_mm256_max_epu8(bytes, _mm256_set1_epi8((char)0xC2)), bytes);
}

TARGET static inline comity_scan_word_classes classify_words(const uint8_t *block)
{
    __m256i low = _mm256_loadu_si256((const void *)block);
    __m256i high = _mm256_loadu_si256((const void *)(block + 32));
    return (comity_scan_word_classes){
        .letter = bits(letter(low), letter(high)),
        .lead = bits(lead(low), lead(high)),
    };
}

TARGET static inline uint64_t newlines(const uint8_t *block)
{
    __m256i low = _mm256_loadu_si256((const void *)block);
    __m256i high = _mm256_loadu_si256((const void *)(block + 32));
    return bits(equal(low, '\n'), equal(high, '\n'));
}

TARGET static size_t events(const uint8_t *bytes, size_t size, bool is_markup, comity_scan_carry *carry,
                            uint16_t *ret_places)
{
#define SORT(bytes, blocks, ret_lanes) SCAN_SORT_BLOCKS(bytes, blocks, ret_lanes, classify)
    SCAN_EVENTS_BODY(SORT)
}

TARGET static size_t marks(const uint8_t *bytes, size_t size, comity_scan_marks *state, uint16_t *ret_places,
                           uint64_t *ret_newlines, uint16_t *ret_before)
{
    SCAN_MARKS_BODY(classify_marks)
}

TARGET static size_t starts(const uint8_t *bytes, size_t size, uint16_t *ret_places)
{
    SCAN_STARTS_BODY(classify_words)
}

TARGET static void lines(const uint8_t *bytes, size_t size, uint64_t *ret_newlines, uint16_t *ret_before)
{
    SCAN_LINES_BODY(newlines)
}

const comity_scan_level comity_scan_level_avx2 = {"avx2", events, marks, starts, lines, look_until, look_alike, time_size};
