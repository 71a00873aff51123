/* Times, by the vectors of AVX2: for the levels that have them. */
#ifndef COMITY_INSPECT_SCAN_TIME_AVX2_H
#define COMITY_INSPECT_SCAN_TIME_AVX2_H

#include "inspect/scan_time.h"

#include <immintrin.h>

__attribute__((target("avx2,bmi"))) static size_t time_size(const uint8_t *at)
{
    /* of the bytes from the year on, the least and the most: "2026-11-29T18:" and what may follow, but the point */
    const __m256i least = _mm256_setr_epi8('1', '0', '0', '0', '-', '0', '0', '-', '0', '0', ' ', '0', '0', ':', '0', '0',
                                           '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0');
    const __m256i most = _mm256_setr_epi8('2', '9', '9', '9', '/', '1', '9', '/', '3', '9', '_', '9', '9', ':', ':', ':',
                                          ':', ':', ':', ':', ':', ':', ':', ':', ':', ':', ':', ':', ':', ':', ':', ':');
    const uint32_t head = 0x3FFF;
    __m256i bytes = _mm256_loadu_si256((const void *)(at - 5));
    __m256i above = _mm256_sub_epi8(bytes, least);
    __m256i is_within = _mm256_cmpeq_epi8(_mm256_min_epu8(above, _mm256_sub_epi8(most, least)), above);
    uint32_t within = (uint32_t)_mm256_movemask_epi8(is_within);
    if ((within & head) != head || !comity_time_is_dated(at)) {
        return 0;
    }
    within |= (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('.')));
    uint32_t behind = ~within & ~head;
    return behind == 0 ? comity_time_size(at) : (size_t)__builtin_ctz(behind) - 5;
}

#endif
