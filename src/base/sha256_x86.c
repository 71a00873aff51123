/* SHA-256 by the processor's own instructions, for two inputs at once: the
 * instructions of one wait for each other, and those of the other fit between. */
#include "base/sha256_each.h"

#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>

#define SHA_BIT (1u << 29) /* of EBX of leaf 7 */
#define FOUR_ROUNDS 16

typedef struct lane {
    __m128i abef, cdgh; /* the state, in the order the instructions want it */
    __m128i words[4];   /* the newest sixteen words of the schedule; i of four rounds at i modulo 4 */
} lane;

bool comity_sha256_has_two(void)
{
    static atomic_int known; /* 0: not asked yet; asking leaves a virtual machine, which takes longer than a digest */
    int has = atomic_load_explicit(&known, memory_order_relaxed);
    if (has == 0) {
        unsigned a = 0, b = 0, c = 0, d = 0;
        bool sha = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & SHA_BIT) != 0;
        has = sha && __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("ssse3") ? 1 : 2;
        atomic_store_explicit(&known, has, memory_order_relaxed);
    }
    return has == 1;
}

#define SHA_TARGET __attribute__((target("sha,sse4.1,ssse3")))
#define SHA_INLINE SHA_TARGET __attribute__((always_inline)) static inline

SHA_INLINE __m128i swap(__m128i words)
{
    return _mm_shuffle_epi8(words, _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
}

SHA_INLINE __m128i load(const void *bytes)
{
    return _mm_loadu_si128((const __m128i *)bytes);
}

/* Four words of the schedule: of the block, or from the sixteen before. */
SHA_INLINE __m128i schedule(lane *of, const uint8_t *block, unsigned i)
{
    const __m128i *words = of->words;
    if (i < 4) {
        of->words[i] = swap(load(block + 16 * (size_t)i));
    } else {
        __m128i next = _mm_sha256msg1_epu32(words[i % 4], words[(i + 1) % 4]);
        next = _mm_add_epi32(next, _mm_alignr_epi8(words[(i + 3) % 4], words[(i + 2) % 4], 4));
        of->words[i % 4] = _mm_sha256msg2_epu32(next, words[(i + 3) % 4]);
    }
    return of->words[i % 4];
}

SHA_INLINE void rounds(lane *of, __m128i words, __m128i constants)
{
    __m128i sum = _mm_add_epi32(words, constants);
    of->cdgh = _mm_sha256rnds2_epu32(of->cdgh, of->abef, sum);
    of->abef = _mm_sha256rnds2_epu32(of->abef, of->cdgh, _mm_shuffle_epi32(sum, 0x0e));
}

SHA_INLINE lane begin(const comity_sha256_run *run)
{
    __m128i cdab = _mm_shuffle_epi32(load(run->words), 0xb1);
    __m128i efgh = _mm_shuffle_epi32(load(run->words + 4), 0x1b);
    return (lane){.abef = _mm_alignr_epi8(cdab, efgh, 8), .cdgh = _mm_blend_epi16(efgh, cdab, 0xf0)};
}

SHA_INLINE void end(const lane *of, comity_sha256_run *run)
{
    __m128i feba = _mm_shuffle_epi32(of->abef, 0x1b);
    __m128i dchg = _mm_shuffle_epi32(of->cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)run->words, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128((__m128i *)(run->words + 4), _mm_alignr_epi8(dchg, feba, 8));
}

SHA_TARGET void comity_sha256_take_two(comity_sha256_run *const runs[2], size_t blocks)
{
    const uint8_t *left = runs[0]->bytes;
    const uint8_t *right = runs[1]->bytes;
    lane a = begin(runs[0]);
    lane b = begin(runs[1]);
    for (; blocks > 0; blocks--, left += COMITY_SHA256_BLOCK, right += COMITY_SHA256_BLOCK) {
        lane a_before = a;
        lane b_before = b;
#pragma GCC unroll 16
        for (unsigned i = 0; i < FOUR_ROUNDS; i++) {
            __m128i of_these = load(comity_sha256_constants + 4 * (size_t)i);
            rounds(&a, schedule(&a, left, i), of_these);
            rounds(&b, schedule(&b, right, i), of_these);
        }
        a.abef = _mm_add_epi32(a.abef, a_before.abef);
        a.cdgh = _mm_add_epi32(a.cdgh, a_before.cdgh);
        b.abef = _mm_add_epi32(b.abef, b_before.abef);
        b.cdgh = _mm_add_epi32(b.cdgh, b_before.cdgh);
    }
    end(&a, runs[0]);
    end(&b, runs[1]);
}
