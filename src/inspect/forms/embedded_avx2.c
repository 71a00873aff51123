/* Looking through text with AVX2: 64 bytes at a time. */
#include "inspect/forms/embedded_fast.h"
#include "inspect/forms/embedded_pass.h"

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,bmi,bmi2")))

/* A bit for each digit. What both halves of a byte have in common, each half telling of the rows 2, 3, 4 and 6, 5,
 * and 7 of ASCII in which it may be one: "+-/", "0" to "9", "A" to "O", "P" to "Z" and "_", "p" to "z". */
TARGET static inline uint32_t digits_of(__m256i vector)
{
    const __m256i low = _mm256_setr_epi8(0x1A, 0x1E, 0x1E, 0x1E, 0x1E, 0x1E, 0x1E, 0x1E, 0x1E, 0x1E, 0x1C, 0x05, 0x04,
                                         0x05, 0x04, 0x0D, 0x1A, 0x1E, 0x1E, 0x1E, 0x1E, 0x1E, 0x1E, 0x1E, 0x1E, 0x1E,
                                         0x1C, 0x05, 0x04, 0x05, 0x04, 0x0D);
    const __m256i high = _mm256_setr_epi8(0, 0, 0x01, 0x02, 0x04, 0x08, 0x04, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01,
                                          0x02, 0x04, 0x08, 0x04, 0x10, 0, 0, 0, 0, 0, 0, 0, 0);
    __m256i upper = _mm256_and_si256(_mm256_srli_epi16(vector, 4), _mm256_set1_epi8(0x0F));
    __m256i both = _mm256_and_si256(_mm256_shuffle_epi8(low, vector), _mm256_shuffle_epi8(high, upper));
    return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(both, _mm256_setzero_si256()));
}

TARGET static inline uint64_t digits_at(const uint8_t *bytes)
{
    uint32_t first = digits_of(_mm256_loadu_si256((const void *)bytes));
    uint32_t second = digits_of(_mm256_loadu_si256((const void *)(bytes + 32)));
    return first | (uint64_t)second << 32;
}

TARGET static size_t pass(const uint8_t *bytes, size_t size)
{
    size_t open = 0;
    size_t at = 0;
    for (; size - at >= EMBEDDED_BLOCK; at += EMBEDDED_BLOCK) {
        if (embedded_block(digits_at(bytes + at), at, EMBEDDED_BLOCK, &open)) {
            return open;
        }
    }
    if (at < size) {
        uint8_t rest[EMBEDDED_BLOCK] = {0};
        memcpy(rest, bytes + at, size - at);
        (void)embedded_block(digits_at(rest), at, size - at, &open);
    }
    return open;
}

TARGET static size_t ascii(const uint8_t *bytes, size_t size)
{
    enum { STRETCH = 128 };
    size_t at = 0;
    for (; size - at >= STRETCH; at += STRETCH) {
        __m256i first = _mm256_loadu_si256((const void *)(bytes + at));
        __m256i second = _mm256_loadu_si256((const void *)(bytes + at + 32));
        __m256i third = _mm256_loadu_si256((const void *)(bytes + at + 64));
        __m256i fourth = _mm256_loadu_si256((const void *)(bytes + at + 96));
        __m256i all = _mm256_or_si256(_mm256_or_si256(first, second), _mm256_or_si256(third, fourth));
        if (_mm256_movemask_epi8(all) != 0) {
            break;
        }
    }
    while (at < size && bytes[at] < 0x80) {
        at++;
    }
    return at;
}

const comity_embedded_level comity_embedded_level_avx2 = {.name = "avx2", .pass = pass, .ascii = ascii};
