/* SHA-256 with AVX-512 (F, BW), for sixteen inputs at once: a word of each in one register, so
 * that sixteen do not take longer than one would. */
#include "base/sha256_each.h"

#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx512f,avx512bw")))
#define INLINE TARGET __attribute__((always_inline)) static inline
#define WORDS 8
#define ROUNDS_AT_ONCE 16

bool comity_sha256_has_sixteen(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
}

INLINE __m512i xor(__m512i a, __m512i b, __m512i c)
{
    return _mm512_ternarylogic_epi32(a, b, c, 0x96);
}

INLINE __m512i add(__m512i a, __m512i b)
{
    return _mm512_add_epi32(a, b);
}

/* Rows to columns. */
INLINE void turn(__m512i rows[16])
{
    __m512i halves[16];
#pragma GCC unroll 16
    for (unsigned i = 0; i < 16; i += 4) {
        __m512i ab_low = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
        __m512i ab_high = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
        __m512i cd_low = _mm512_unpacklo_epi32(rows[i + 2], rows[i + 3]);
        __m512i cd_high = _mm512_unpackhi_epi32(rows[i + 2], rows[i + 3]);
        halves[i] = _mm512_unpacklo_epi64(ab_low, cd_low);
        halves[i + 1] = _mm512_unpackhi_epi64(ab_low, cd_low);
        halves[i + 2] = _mm512_unpacklo_epi64(ab_high, cd_high);
        halves[i + 3] = _mm512_unpackhi_epi64(ab_high, cd_high);
    }
#pragma GCC unroll 4
    for (unsigned i = 0; i < 4; i++) {
        __m512i first_even = _mm512_shuffle_i32x4(halves[i], halves[i + 4], 0x88);
        __m512i first_odd = _mm512_shuffle_i32x4(halves[i], halves[i + 4], 0xdd);
        __m512i last_even = _mm512_shuffle_i32x4(halves[i + 8], halves[i + 12], 0x88);
        __m512i last_odd = _mm512_shuffle_i32x4(halves[i + 8], halves[i + 12], 0xdd);
        rows[i] = _mm512_shuffle_i32x4(first_even, last_even, 0x88);
        rows[i + 4] = _mm512_shuffle_i32x4(first_odd, last_odd, 0x88);
        rows[i + 8] = _mm512_shuffle_i32x4(first_even, last_even, 0xdd);
        rows[i + 12] = _mm512_shuffle_i32x4(first_odd, last_odd, 0xdd);
    }
}

/* The next sixteen words of the schedule, from the sixteen before (6.2.2, step 1). */
INLINE void schedule(__m512i words[16])
{
#pragma GCC unroll 16
    for (unsigned i = 0; i < 16; i++) {
        __m512i far = words[(i + 1) % 16];
        __m512i near = words[(i + 14) % 16];
        far = xor(_mm512_ror_epi32(far, 7), _mm512_ror_epi32(far, 18), _mm512_srli_epi32(far, 3));
        near = xor(_mm512_ror_epi32(near, 17), _mm512_ror_epi32(near, 19), _mm512_srli_epi32(near, 10));
        words[i] = add(add(words[i], words[(i + 9) % 16]), add(far, near));
    }
}

/* Sixteen rounds (step 3). What is a, b and so on goes round; after sixteen each is where it was. */
INLINE void rounds(__m512i state[WORDS], const __m512i words[16], const uint32_t *constants)
{
#pragma GCC unroll 16
    for (unsigned i = 0; i < ROUNDS_AT_ONCE; i++) {
        __m512i a = state[(16 - i) % 8], b = state[(17 - i) % 8], c = state[(18 - i) % 8];
        __m512i e = state[(20 - i) % 8], f = state[(21 - i) % 8], g = state[(22 - i) % 8];
        __m512i *d = &state[(19 - i) % 8], *h = &state[(23 - i) % 8];
        __m512i word = add(words[i], _mm512_set1_epi32((int)constants[i]));
        __m512i choice = _mm512_ternarylogic_epi32(e, f, g, 0xca);
        __m512i majority = _mm512_ternarylogic_epi32(a, b, c, 0xe8);
        __m512i of_e = xor(_mm512_ror_epi32(e, 6), _mm512_ror_epi32(e, 11), _mm512_ror_epi32(e, 25));
        __m512i of_a = xor(_mm512_ror_epi32(a, 2), _mm512_ror_epi32(a, 13), _mm512_ror_epi32(a, 22));
        __m512i sum = add(add(*h, word), add(of_e, choice));
        *d = add(*d, sum);
        *h = add(sum, add(of_a, majority));
    }
}

/* The next block of each, a word of all in one register. */
INLINE void load(comity_sha256_run *const runs[COMITY_SHA256_SIXTEEN], size_t block, __m512i ret_words[16])
{
    const __m512i swap = _mm512_broadcast_i32x4(_mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
#pragma GCC unroll 16
    for (unsigned i = 0; i < 16; i++) {
        ret_words[i] = _mm512_shuffle_epi8(_mm512_loadu_si512(runs[i]->bytes + block * COMITY_SHA256_BLOCK), swap);
    }
    turn(ret_words);
}

TARGET void comity_sha256_take_sixteen(comity_sha256_run *const runs[COMITY_SHA256_SIXTEEN], size_t blocks)
{
    uint32_t columns[WORDS][COMITY_SHA256_SIXTEEN];
    __m512i state[WORDS];
    for (size_t i = 0; i < WORDS * COMITY_SHA256_SIXTEEN; i++) {
        columns[i % WORDS][i / WORDS] = runs[i / WORDS]->words[i % WORDS];
    }
    for (unsigned i = 0; i < WORDS; i++) {
        state[i] = _mm512_loadu_si512(columns[i]);
    }
    for (size_t block = 0; block < blocks; block++) {
        __m512i words[16];
        __m512i before[WORDS];
        memcpy(before, state, sizeof before);
        load(runs, block, words);
        rounds(state, words, comity_sha256_constants);
        for (unsigned i = 1; i < 4; i++) {
            schedule(words);
            rounds(state, words, comity_sha256_constants + (size_t)ROUNDS_AT_ONCE * i);
        }
        for (unsigned i = 0; i < WORDS; i++) {
            state[i] = add(state[i], before[i]);
        }
    }
    for (unsigned i = 0; i < WORDS; i++) {
        _mm512_storeu_si512(columns[i], state[i]);
    }
    for (size_t i = 0; i < WORDS * COMITY_SHA256_SIXTEEN; i++) {
        runs[i / WORDS]->words[i % WORDS] = columns[i % WORDS][i / WORDS];
    }
}
