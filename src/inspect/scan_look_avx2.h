/* How values look, by the vectors of AVX2: for the levels that have them. */
#ifndef COMITY_INSPECT_SCAN_LOOK_AVX2_H
#define COMITY_INSPECT_SCAN_LOOK_AVX2_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

__attribute__((target("avx2,bmi"))) static inline __m256i look_made(__m256i bytes, char first, char count)
{
    __m256i above = _mm256_cmpgt_epi8(bytes, _mm256_set1_epi8((char)(first - 1)));
    __m256i is_one = _mm256_and_si256(above, _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(first + count)), bytes));
    return _mm256_blendv_epi8(bytes, _mm256_set1_epi8(first), is_one);
}

/* Bits: where the bytes are that end a value. */
__attribute__((target("avx2,bmi"))) static inline uint32_t look_ends(__m256i bytes, const uint8_t ends[3])
{
    __m256i is_end = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)ends[0]));
    is_end = _mm256_or_si256(is_end, _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)ends[1])));
    is_end = _mm256_or_si256(is_end, _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)ends[2])));
    return (uint32_t)_mm256_movemask_epi8(is_end);
}

/* The first `size` bytes, at most 32; behind them 0. */
__attribute__((target("avx2,bmi"))) static inline __m256i look_cut(__m256i bytes, size_t size)
{
    static const uint8_t valid[64] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
                                      255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    return _mm256_and_si256(bytes, _mm256_loadu_si256((const void *)(valid + 32 - size)));
}

__attribute__((target("avx2,bmi"))) static inline __m256i look_of(__m256i bytes)
{
    return look_made(look_made(look_made(bytes, '0', 10), 'a', 26), 'A', 26);
}

/* What is beyond ASCII is below 0 here. */
__attribute__((target("avx2,bmi"))) static size_t look_until(const uint8_t *value, const uint8_t ends[3],
                                                                uint64_t ret_look[4])
{
    __m256i bytes = _mm256_loadu_si256((const void *)value);
    uint32_t found = look_ends(bytes, ends);
    if (found == 0) {
        return 0;
    }
    size_t size = (size_t)__builtin_ctz(found);
    bytes = look_cut(bytes, size);
    if (_mm256_movemask_epi8(bytes) != 0) {
        return 0;
    }
    _mm256_storeu_si256((void *)ret_look, look_of(bytes));
    return size;
}

__attribute__((target("avx2,bmi"))) static bool look_alike(const uint8_t *value, const uint8_t ends[3],
                                                              const uint64_t look[4], size_t size)
{
    __m256i bytes = _mm256_loadu_si256((const void *)value);
    uint32_t found = look_ends(bytes, ends);
    if (found == 0 || (size_t)__builtin_ctz(found) != size) {
        return false;
    }
    __m256i same = _mm256_cmpeq_epi8(look_of(look_cut(bytes, size)), _mm256_loadu_si256((const void *)look));
    return _mm256_movemask_epi8(same) == -1;
}

#endif
