/* The first stage with SSE4.2: 16 bytes at a time. */
#include <immintrin.h>

#define COMITY_SCAN_LANES 2
#define TARGET __attribute__((target("sse4.2,popcnt")))
#include "inspect/scan_group.h"
#include "inspect/scan_look.h"
#include "inspect/scan_marks.h"
#include "inspect/scan_time.h"

TARGET static inline uint64_t bits(__m128i matches, unsigned shift)
{
    return (uint64_t)(uint32_t)_mm_movemask_epi8(matches) << shift;
}

TARGET static inline __m128i equal(__m128i bytes, char byte)
{
    return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte));
}

/* From `first` on, `count` bytes. */
TARGET static inline __m128i among(__m128i bytes, char first, char count)
{
    __m128i from = _mm_sub_epi8(bytes, _mm_set1_epi8(first));
    return _mm_cmpeq_epi8(_mm_min_epu8(from, _mm_set1_epi8((char)(count - 1))), from);
}

TARGET static inline void classify_part(const uint8_t *part, unsigned shift, comity_scan_classes *classes)
{
    /* see scan_avx2.c */
    const __m128i join = _mm_setr_epi8(' ', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '-', '.', '/');
    const __m128i special = _mm_setr_epi8('@', 0, 0, 0, 0, 0, 0, 0, 0, 0, ':', 0, '<', '=', '>', 0);
    __m128i bytes = _mm_loadu_si128((const void *)part);
    uint64_t letter = bits(among(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 26), shift);
    uint64_t small = bits(_mm_slli_epi16(bytes, 2), shift);
    classes->digit |= bits(among(bytes, '0', 10), shift);
    classes->letter |= letter;
    classes->upper |= letter & ~small;
    classes->high |= bits(bytes, shift);
    __m128i is_join = _mm_cmpeq_epi8(bytes, _mm_shuffle_epi8(join, bytes));
    __m128i is_special = _mm_cmpeq_epi8(bytes, _mm_shuffle_epi8(special, bytes));
    classes->join |= bits(is_join, shift);
    classes->special |= bits(is_special, shift);
    classes->colon |= bits(equal(bytes, ':'), shift);
    classes->quote |= bits(equal(bytes, '"'), shift);
    classes->dash |= bits(_mm_or_si128(equal(bytes, '-'), equal(bytes, '_')), shift);
}

TARGET static inline comity_scan_classes classify(const uint8_t *block)
{
    comity_scan_classes classes = {0};
    classify_part(block, 0, &classes);
    classify_part(block + 16, 16, &classes);
    classify_part(block + 32, 32, &classes);
    classify_part(block + 48, 48, &classes);
    return classes;
}

TARGET static inline comity_scan_mark_classes classify_marks(const uint8_t *block, const comity_scan_marks *state)
{
    comity_scan_mark_classes classes = {0};
    for (unsigned i = 0; i < COMITY_SCAN_BLOCK; i += 16) {
        __m128i bytes = _mm_loadu_si128((const void *)(block + i));
        __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8((char)state->fold));
        __m128i mark = _mm_or_si128(equal(folded, (char)state->first), equal(folded, (char)state->second));
        classes.quote |= bits(equal(bytes, '"'), i);
        classes.backslash |= bits(equal(bytes, '\\'), i);
        classes.mark |= bits(mark, i);
        classes.newline |= bits(equal(bytes, '\n'), i);
    }
    return classes;
}

TARGET static inline comity_scan_word_classes classify_words(const uint8_t *block)
{
    comity_scan_word_classes classes = {0};
    for (unsigned i = 0; i < COMITY_SCAN_BLOCK; i += 16) {
        __m128i bytes = _mm_loadu_si128((const void *)(block + i));
        __m128i letter = among(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 26);
        __m128i lead = _mm_cmpeq_epi8(_mm_max_epu8(bytes, _mm_set1_epi8((char)0xC2)), bytes);
        classes.letter |= bits(letter, i);
        classes.lead |= bits(lead, i);
    }
    return classes;
}

TARGET static inline uint64_t newlines(const uint8_t *block)
{
    uint64_t found = 0;
    for (unsigned i = 0; i < COMITY_SCAN_BLOCK; i += 16) {
        found |= bits(equal(_mm_loadu_si128((const void *)(block + i)), '\n'), i);
    }
    return found;
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

TARGET static size_t look(const uint8_t *value, const uint8_t ends[3], uint64_t ret_look[4])
{
    return comity_look_until(value, ends, ret_look);
}

TARGET static bool alike(const uint8_t *value, const uint8_t ends[3], const uint64_t look_of[4], size_t size)
{
    return comity_look_alike(value, ends, look_of, size);
}

const comity_scan_level comity_scan_level_sse42 = {"sse4.2", events, marks, starts, lines, look, alike, comity_time_size};
