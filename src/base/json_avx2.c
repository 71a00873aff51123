/* The index with AVX2: 32 bytes at a time, classes by table look-up. */
#include "base/json_index.h"

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,bmi,popcnt")))

TARGET static inline uint64_t bits(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

TARGET static inline __m256i equal(__m256i bytes, char byte)
{
    return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte));
}

/* The table gives the white byte with the same low four bits; where there is
 * none it gives 0, whose low four bits are others. */
TARGET static inline __m256i white(__m256i bytes)
{
    const __m256i table = _mm256_setr_epi8(' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', '\n', 0, 0, '\r', 0, 0, ' ', 0, 0, 0, 0,
                                           0, 0, 0, 0, '\t', '\n', 0, 0, '\r', 0, 0);
    return _mm256_cmpeq_epi8(bytes, _mm256_shuffle_epi8(table, bytes));
}

/* As `white`; '[' and '{', ']' and '}' differ in one bit, which is set first.
 * So two control characters look like ':' and ',', which the reader finds out. */
TARGET static inline __m256i structure(__m256i bytes)
{
    const __m256i table = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ':', '{', ',', '}', 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                           0, 0, 0, ':', '{', ',', '}', 0, 0);
    __m256i curly = _mm256_or_si256(bytes, _mm256_set1_epi8(0x20));
    return _mm256_cmpeq_epi8(curly, _mm256_shuffle_epi8(table, bytes));
}

TARGET static inline __m256i control(__m256i bytes)
{
    return _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(0x1F)), bytes);
}

TARGET static inline comity_json_classes classify(const uint8_t *block)
{
    __m256i low = _mm256_loadu_si256((const void *)block);
    __m256i high = _mm256_loadu_si256((const void *)(block + 32));
    return (comity_json_classes){
        .quote = bits(equal(low, '"'), equal(high, '"')),
        .backslash = bits(equal(low, '\\'), equal(high, '\\')),
        .structure = bits(structure(low), structure(high)),
        .white = bits(white(low), white(high)),
        .control = bits(control(low), control(high)),
        .high = bits(low, high),
    };
}

/* Writes the entries of eight bytes, whose first has the place `base`. */
TARGET static inline void write_part(uint8_t entries, const uint8_t *part, size_t base, uint16_t *ret_index,
                                     uint8_t *ret_index_bytes)
{
    __m128i places = _mm_loadl_epi64((const void *)&comity_json_places[entries]);
    __m128i found = _mm_shuffle_epi8(_mm_loadl_epi64((const void *)part), places);
    __m128i index = _mm_add_epi16(_mm_cvtepu8_epi16(places), _mm_set1_epi16((short)base));
    _mm_storeu_si128((void *)ret_index, index);
    _mm_storel_epi64((void *)ret_index_bytes, found);
}

/* Writes the entries of a block, whose first byte has the place `base`, and
 * returns how many. Whole vectors are written, so up to 64 entries are overwritten. */
TARGET static inline size_t write_entries(uint64_t entries, const uint8_t *block, size_t base, uint16_t *ret_index,
                                          uint8_t *ret_index_bytes)
{
    uint64_t counts = comity_json_counts(entries);
    uint64_t before = counts << 8;
#pragma GCC unroll 8
    for (unsigned i = 0; i < 64; i += 8) {
        size_t written = before >> i & 0xFF;
        write_part((uint8_t)(entries >> i), block + i, base + i, ret_index + written, ret_index_bytes + written);
    }
    return counts >> 56;
}

TARGET size_t comity_json_index_avx2(const uint8_t *bytes, size_t size, uint16_t *ret_index, uint8_t *ret_index_bytes,
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
