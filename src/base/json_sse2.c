/* The index with SSE2, which every x86-64 has: 16 bytes at a time. */
#include "base/json_index.h"

#include <emmintrin.h>

static inline uint64_t bits(__m128i matches, unsigned shift)
{
    return (uint64_t)(uint32_t)_mm_movemask_epi8(matches) << shift;
}

static inline __m128i equal(__m128i bytes, char byte)
{
    return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte));
}

/* Adds the classes of 16 bytes, which begin at place `shift` of the block. */
static inline void classify_part(const uint8_t *part, unsigned shift, comity_json_classes *classes)
{
    __m128i bytes = _mm_loadu_si128((const void *)part);
    /* '[' and '{', ']' and '}' differ in this one bit. */
    __m128i curly = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    __m128i brackets = _mm_or_si128(equal(curly, '{'), equal(curly, '}'));
    __m128i marks = _mm_or_si128(equal(bytes, ':'), equal(bytes, ','));
    __m128i breaks = _mm_or_si128(equal(bytes, '\n'), equal(bytes, '\r'));
    __m128i blanks = _mm_or_si128(equal(bytes, ' '), equal(bytes, '\t'));
    __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
    classes->quote |= bits(equal(bytes, '"'), shift);
    classes->backslash |= bits(equal(bytes, '\\'), shift);
    classes->structure |= bits(_mm_or_si128(brackets, marks), shift);
    classes->white |= bits(_mm_or_si128(breaks, blanks), shift);
    classes->control |= bits(control, shift);
    classes->high |= bits(bytes, shift);
}

static inline comity_json_classes classify(const uint8_t *block)
{
    comity_json_classes classes = {0};
    classify_part(block, 0, &classes);
    classify_part(block + 16, 16, &classes);
    classify_part(block + 32, 32, &classes);
    classify_part(block + 48, 48, &classes);
    return classes;
}

/* Writes the entries of eight bytes, whose first has the place `base`. */
static inline void write_part(uint8_t entries, size_t base, uint16_t *ret_index)
{
    __m128i places = _mm_loadl_epi64((const void *)&comity_json_places[entries]);
    __m128i wide = _mm_unpacklo_epi8(places, _mm_setzero_si128());
    _mm_storeu_si128((void *)ret_index, _mm_add_epi16(wide, _mm_set1_epi16((short)base)));
}

/* Writes the entries of a block, whose first byte has the place `base`, and
 * returns how many. Whole vectors are written, so up to 64 entries are overwritten. */
static inline size_t write_entries(uint64_t entries, const uint8_t *block, size_t base, uint16_t *ret_index,
                                   uint8_t *ret_index_bytes)
{
    uint64_t counts = comity_json_counts(entries);
    uint64_t before = counts << 8;
#pragma GCC unroll 8
    for (unsigned i = 0; i < 64; i += 8) {
        write_part((uint8_t)(entries >> i), base + i, ret_index + (before >> i & 0xFF));
    }
    size_t count = counts >> 56;
    for (size_t i = 0; i < count; i++) {
        ret_index_bytes[i] = block[ret_index[i] - base];
    }
    return count;
}

size_t comity_json_index_sse2(const uint8_t *bytes, size_t size, uint16_t *ret_index, uint8_t *ret_index_bytes,
                              comity_json_index_facts *ret_facts)
{
    comity_json_carry carry = {0};
    size_t count = 0;
    size_t at = 0;
    for (; size - at >= COMITY_JSON_BLOCK_SIZE; at += COMITY_JSON_BLOCK_SIZE) {
        comity_json_classes classes = classify(bytes + at);
        uint64_t entries = comity_json_entries(&classes, &carry, ret_facts);
        count += write_entries(entries, bytes + at, at, ret_index + count, ret_index_bytes + count);
    }
    if (at < size) {
        uint8_t padded[COMITY_JSON_BLOCK_SIZE];
        memset(padded, ' ', sizeof padded);
        memcpy(padded, bytes + at, size - at);
        comity_json_classes classes = classify(padded);
        uint64_t entries = comity_json_entries(&classes, &carry, ret_facts);
        count += write_entries(entries, padded, at, ret_index + count, ret_index_bytes + count);
    }
    return count;
}
