/* The index with AVX-512 (BW, VBMI2): a block in one register, its classes as
 * masks, its entries written by one compression without a branch. */
#include "base/json_index.h"

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,bmi,popcnt")))

TARGET static inline uint64_t equal(__m512i bytes, char byte)
{
    return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte));
}

/* See json_avx2.c for the tables. */
TARGET static inline uint64_t white(__m512i bytes)
{
    const __m512i table =
        _mm512_broadcast_i32x4(_mm_setr_epi8(' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', '\n', 0, 0, '\r', 0, 0));
    return _mm512_cmpeq_epi8_mask(bytes, _mm512_shuffle_epi8(table, bytes));
}

TARGET static inline uint64_t structure(__m512i bytes)
{
    const __m512i table = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ':', '{', ',', '}', 0, 0));
    __m512i curly = _mm512_or_si512(bytes, _mm512_set1_epi8(0x20));
    return _mm512_cmpeq_epi8_mask(curly, _mm512_shuffle_epi8(table, bytes));
}

TARGET static inline comity_json_classes classify(__m512i bytes)
{
    return (comity_json_classes){
        .quote = equal(bytes, '"'),
        .backslash = equal(bytes, '\\'),
        .structure = structure(bytes),
        .white = white(bytes),
        .control = _mm512_cmple_epu8_mask(bytes, _mm512_set1_epi8(0x1F)),
        .high = _mm512_movepi8_mask(bytes),
    };
}

/* Writes the places of the bits, counted from `base`; overwrites 64 entries. */
TARGET static inline void write_places(uint64_t entries, size_t base, uint16_t *ret_index)
{
    const __m512i places =
        _mm512_set_epi8(63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40,
                        39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16,
                        15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    __m512i found = _mm512_maskz_compress_epi8(entries, places);
    __m512i bases = _mm512_set1_epi16((short)base);
    __m512i low = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(found));
    __m512i high = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(found, 1));
    _mm512_storeu_si512(ret_index, _mm512_add_epi16(low, bases));
    _mm512_storeu_si512(ret_index + 32, _mm512_add_epi16(high, bases));
}

TARGET size_t comity_json_index_avx512(const uint8_t *bytes, size_t size, uint16_t *ret_index, uint8_t *ret_index_bytes,
                                       comity_json_index_facts *ret_facts)
{
    comity_json_carry carry = {0};
    size_t count = 0;
    for (size_t at = 0; at < size; at += COMITY_JSON_BLOCK_SIZE) {
        size_t left = size - at < COMITY_JSON_BLOCK_SIZE ? size - at : COMITY_JSON_BLOCK_SIZE;
        uint64_t present = ~UINT64_C(0) >> (COMITY_JSON_BLOCK_SIZE - left);
        __m512i block = _mm512_mask_loadu_epi8(_mm512_set1_epi8(' '), present, bytes + at);
        comity_json_classes classes = classify(block);
        uint64_t entries = comity_json_entries(&classes, &carry, ret_facts);
        _mm512_storeu_si512(ret_index_bytes + count, _mm512_maskz_compress_epi8(entries, block));
        write_places(entries, at, ret_index + count);
        count += (size_t)__builtin_popcountll(entries);
    }
    return count;
}
