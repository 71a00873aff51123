/* UTF-8 with AVX2, 32 bytes at a time, by the method of Keiser and Lemire
 * ("Validating UTF-8 in less than one instruction per byte", 2021).
 *
 * Whatever can be wrong within two bytes that follow one another shows in three
 * half bytes: both of the first, and the upper one of the second. Three tables
 * of 16 give for each the errors it allows, a bit each; what all three allow is
 * an error. Whether third and fourth bytes are where they must be is seen from
 * the bytes two and three before. */
#include "base/utf8_fast.h"

#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx2")))
#define VECTOR_SIZE 32

enum {
    TOO_SHORT = 1 << 0,      /* a lead, then no continuation */
    TOO_LONG = 1 << 1,       /* ASCII, then a continuation */
    OVERLONG_3 = 1 << 2,     /* E0, then below A0 */
    TOO_LARGE = 1 << 3,      /* F4, then from 90; or F5 and above, then from 90 */
    SURROGATE = 1 << 4,      /* ED, then from A0 */
    OVERLONG_2 = 1 << 5,     /* C0 or C1, then a continuation */
    TOO_LARGE_1000 = 1 << 6, /* F5 and above, then 80 to 8F */
    OVERLONG_4 = 1 << 6,     /* F0, then 80 to 8F; told from the one above by the first byte's lower half */
    TWO_CONTINUED = 1 << 7,  /* two continuations: an error unless a lead before wants them */
    ANY_LOWER = TOO_SHORT | TOO_LONG | TWO_CONTINUED /* what the lower half of the first byte cannot rule out */
};

static const uint8_t first_upper[16] = {
    TOO_LONG,
    TOO_LONG,
    TOO_LONG,
    TOO_LONG,
    TOO_LONG,
    TOO_LONG,
    TOO_LONG,
    TOO_LONG,
    TWO_CONTINUED,
    TWO_CONTINUED,
    TWO_CONTINUED,
    TWO_CONTINUED,
    TOO_SHORT | OVERLONG_2,
    TOO_SHORT,
    TOO_SHORT | OVERLONG_3 | SURROGATE,
    TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4,
};

static const uint8_t first_lower[16] = {
    ANY_LOWER | OVERLONG_2 | OVERLONG_3 | OVERLONG_4,
    ANY_LOWER | OVERLONG_2,
    ANY_LOWER,
    ANY_LOWER,
    ANY_LOWER | TOO_LARGE,
    ANY_LOWER | TOO_LARGE | TOO_LARGE_1000,
    ANY_LOWER | TOO_LARGE | TOO_LARGE_1000,
    ANY_LOWER | TOO_LARGE | TOO_LARGE_1000,
    ANY_LOWER | TOO_LARGE | TOO_LARGE_1000,
    ANY_LOWER | TOO_LARGE | TOO_LARGE_1000,
    ANY_LOWER | TOO_LARGE | TOO_LARGE_1000,
    ANY_LOWER | TOO_LARGE | TOO_LARGE_1000,
    ANY_LOWER | TOO_LARGE | TOO_LARGE_1000,
    ANY_LOWER | TOO_LARGE | TOO_LARGE_1000 | SURROGATE,
    ANY_LOWER | TOO_LARGE | TOO_LARGE_1000,
    ANY_LOWER | TOO_LARGE | TOO_LARGE_1000,
};

static const uint8_t second_upper[16] = {
    TOO_SHORT,
    TOO_SHORT,
    TOO_SHORT,
    TOO_SHORT,
    TOO_SHORT,
    TOO_SHORT,
    TOO_SHORT,
    TOO_SHORT,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUED | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUED | OVERLONG_3 | TOO_LARGE,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUED | SURROGATE | TOO_LARGE,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUED | SURROGATE | TOO_LARGE,
    TOO_SHORT,
    TOO_SHORT,
    TOO_SHORT,
    TOO_SHORT,
};

TARGET static inline __m256i look_up(const uint8_t table[16], __m256i half_bytes)
{
    __m256i both = _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)table));
    return _mm256_shuffle_epi8(both, half_bytes);
}

TARGET static inline __m256i upper(__m256i bytes)
{
    return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0F));
}

TARGET static inline __m256i lower(__m256i bytes)
{
    return _mm256_and_si256(bytes, _mm256_set1_epi8(0x0F));
}

/* Not zero where `bytes`, which follow on `before`, are wrong. */
TARGET static inline __m256i errors_in(__m256i bytes, __m256i before)
{
    __m256i middle = _mm256_permute2x128_si256(before, bytes, 0x21);
    __m256i one_before = _mm256_alignr_epi8(bytes, middle, 15);
    __m256i two_before = _mm256_alignr_epi8(bytes, middle, 14);
    __m256i three_before = _mm256_alignr_epi8(bytes, middle, 13);
    __m256i pairs = _mm256_and_si256(
        _mm256_and_si256(look_up(first_upper, upper(one_before)), look_up(first_lower, lower(one_before))),
        look_up(second_upper, upper(bytes)));
    /* The upper bit is set from E0 on two bytes before, and from F0 on three before. */
    __m256i third = _mm256_subs_epu8(two_before, _mm256_set1_epi8(0xE0 - 0x80));
    __m256i fourth = _mm256_subs_epu8(three_before, _mm256_set1_epi8(0xF0 - 0x80));
    __m256i wanted = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
    return _mm256_xor_si256(wanted, pairs);
}

TARGET static bool check(const uint8_t *bytes, size_t size)
{
    __m256i errors = _mm256_setzero_si256();
    __m256i before = _mm256_setzero_si256();
    size_t at = 0;
    for (; size - at >= VECTOR_SIZE; at += VECTOR_SIZE) {
        __m256i vector = _mm256_loadu_si256((const void *)(bytes + at));
        errors = _mm256_or_si256(errors, errors_in(vector, before));
        before = vector;
    }
    /* At least one zero behind the end: a character cut off there lacks its next byte. */
    uint8_t rest[VECTOR_SIZE] = {0};
    memcpy(rest, bytes + at, size - at);
    errors = _mm256_or_si256(errors, errors_in(_mm256_loadu_si256((const void *)rest), before));
    return _mm256_testz_si256(errors, errors) != 0;
}

bool comity_utf8_surely(const uint8_t *bytes, size_t size)
{
    return __builtin_cpu_supports("avx2") && check(bytes, size);
}
