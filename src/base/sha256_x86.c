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

SHA_INLINE void begin(lane *of)
{
    of->abef = _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c);
    of->cdgh = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19);
}

SHA_INLINE void end(const lane *of, uint8_t *ret_digest)
{
    __m128i abef = _mm_shuffle_epi32(of->abef, 0x1b);
    __m128i cdgh = _mm_shuffle_epi32(of->cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)ret_digest, swap(_mm_blend_epi16(abef, cdgh, 0xf0)));
    _mm_storeu_si128((__m128i *)(ret_digest + 16), swap(_mm_alignr_epi8(cdgh, abef, 8)));
}

SHA_TARGET void comity_sha256_two(const uint8_t *left, const uint8_t *right, size_t blocks, uint8_t *ret_left,
                                  uint8_t *ret_right)
{
    static const uint32_t constants[4 * FOUR_ROUNDS] = {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
    lane a;
    lane b;
    begin(&a);
    begin(&b);
    for (; blocks > 0; blocks--, left += 64, right += 64) {
        lane a_before = a;
        lane b_before = b;
#pragma GCC unroll 16
        for (unsigned i = 0; i < FOUR_ROUNDS; i++) {
            __m128i of_these = load(constants + 4 * (size_t)i);
            rounds(&a, schedule(&a, left, i), of_these);
            rounds(&b, schedule(&b, right, i), of_these);
        }
        a.abef = _mm_add_epi32(a.abef, a_before.abef);
        a.cdgh = _mm_add_epi32(a.cdgh, a_before.cdgh);
        b.abef = _mm_add_epi32(b.abef, b_before.abef);
        b.cdgh = _mm_add_epi32(b.cdgh, b_before.cdgh);
    }
    end(&a, ret_left);
    end(&b, ret_right);
}
