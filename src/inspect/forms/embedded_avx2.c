/* A bit a byte, 64 at a time: set for all digits of base64, and for some signs more.
 * Sixteen bits in a row, the end of the block before included, are worth a closer look. */
#include "inspect/forms/embedded_fast.h"

#include <immintrin.h>

#define TARGET __attribute__((target("avx2")))

/* Letters and [\]^_{|}~ in one range, digits and +-/ in another, without the comma and the point between them: names
 * with points stand in every line of some logs. */
TARGET static inline uint64_t marks(const uint8_t *bytes)
{
    __m256i vector = _mm256_loadu_si256((const void *)bytes);
    __m256i letter = _mm256_sub_epi8(_mm256_or_si256(vector, _mm256_set1_epi8(0x20)), _mm256_set1_epi8(0x61));
    __m256i other = _mm256_sub_epi8(vector, _mm256_set1_epi8(0x2B));
    __m256i is_letter = _mm256_cmpeq_epi8(_mm256_min_epu8(letter, _mm256_set1_epi8(0x1E)), letter);
    __m256i is_other = _mm256_cmpeq_epi8(_mm256_min_epu8(other, _mm256_set1_epi8(0x0E)), other);
    __m256i is_point = _mm256_cmpeq_epi8(_mm256_or_si256(vector, _mm256_set1_epi8(0x02)), _mm256_set1_epi8(0x2E));
    return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(is_letter, _mm256_andnot_si256(is_point, is_other)));
}

TARGET size_t comity_embedded_far_avx2(const uint8_t *bytes, size_t size)
{
    comity_run_ends before = {0};
    size_t at = 0;
    while (size - at >= 64 && comity_run_sixteen(marks(bytes + at) | marks(bytes + at + 32) << 32, &before) == 0) {
        at += 64;
    }
    return at;
}
