/* CRC-32C by the instruction of SSE 4.2, where the machine has it: eight bytes a
 * step. A step waits for the one before, for three times as long as it takes; so of
 * what is long three lanes are summed at once and joined.
 *
 * A sum goes behind `n` more bytes by being multiplied by x^8n, modulo the
 * polynomial. That is a product without carries by a constant and one more step: of
 * both the bits are reversed, which moves the product by one place, and a step
 * multiplies by x^32, so that the constant is x^(8n-33), its bits reversed. */
#include "base/crc32c.h"

#include <nmmintrin.h>
#include <string.h>
#include <wmmintrin.h>

#define LANE_WORDS 14
#define LANE (LANE_WORDS * sizeof(uint64_t))
#define BEHIND_LANE 0x47db8317      /* x^(8 * 112 - 33) */
#define BEHIND_TWO_LANES 0x83348832 /* x^(8 * 224 - 33) */

#define CRC_TARGET __attribute__((target("sse4.2,pclmul")))

static inline uint64_t word_at(const uint8_t *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* The sum of what was summed and of as many zeros behind it as the constant says. */
CRC_TARGET static inline uint64_t behind(uint64_t sum, uint64_t constant)
{
    __m128i product =
        _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)sum), _mm_cvtsi64_si128((long long)constant), 0);
    return _mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(product));
}

CRC_TARGET static uint32_t by_instruction(const uint8_t *bytes, size_t size)
{
    uint64_t sum = 0xffffffffu;
    for (; size >= 3 * LANE; size -= 3 * LANE, bytes += 3 * LANE) {
        uint64_t second = 0;
        uint64_t third = 0;
        for (size_t i = 0; i < LANE; i += sizeof sum) {
            sum = _mm_crc32_u64(sum, word_at(bytes + i));
            second = _mm_crc32_u64(second, word_at(bytes + LANE + i));
            third = _mm_crc32_u64(third, word_at(bytes + 2 * LANE + i));
        }
        sum = behind(sum, BEHIND_TWO_LANES) ^ behind(second, BEHIND_LANE) ^ third;
    }
    for (; size >= sizeof sum; size -= sizeof sum, bytes += sizeof sum) {
        sum = _mm_crc32_u64(sum, word_at(bytes));
    }
    uint32_t rest = (uint32_t)sum;
    for (; size > 0; size--, bytes++) {
        rest = _mm_crc32_u8(rest, *bytes);
    }
    return ~rest;
}

uint32_t comity_crc32c(const void *bytes, size_t size)
{
    return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul") ? by_instruction(bytes, size)
                                                                               : comity_crc32c_plain(bytes, size);
}
