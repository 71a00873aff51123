/* The same as embedded_avx2.c, where one instruction looks up 64 bytes. */
#include "inspect/forms/embedded_fast.h"

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vbmi,bmi,bmi2")))

/* The highest bit is set for the bytes that embedded_avx2.c takes for digits of base64. */
#define D 0x80
static const uint8_t digits[128] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* controls */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, D, 0, D, 0, D, D, D, D, D, D, D, D, D, D, D, 0, 0, 0, 0, 0, 0, /* space to ? */
    0, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, /* @ to _ */
    0, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, /* ` to DEL */
};
#undef D

TARGET size_t comity_embedded_far_avx512(const uint8_t *bytes, size_t size)
{
    const __m512i low = _mm512_loadu_si512((const void *)digits);
    const __m512i high = _mm512_loadu_si512((const void *)(digits + 64));
    comity_run_ends before = {0};
    size_t at = 0;
    for (; size - at >= 64; at += 64) {
        __m512i block = _mm512_loadu_si512((const void *)(bytes + at));
        __m512i marked = _mm512_permutex2var_epi8(low, block, high);
        /* what is beyond ASCII is looked up as if it were not, and its own highest bit takes that away */
        if (comity_run_sixteen(_mm512_movepi8_mask(_mm512_andnot_si512(block, marked)), &before) != 0) {
            break;
        }
    }
    return at;
}
