/* Looking through text with AVX-512 (BW, VBMI, VBMI2): 64 bytes at a time. */
#include "inspect/forms/base64.h"
#include "inspect/forms/embedded_fast.h"
#include "inspect/forms/embedded_pass.h"

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,bmi,bmi2")))

/* Of the digits' values the first two rows, to be looked up by seven bits: 64 is none. */
typedef struct digit_rows {
    __m512i low, high;
} digit_rows;

TARGET static inline digit_rows rows_load(void)
{
    const uint8_t *values = comity_base64_digits;
    return (digit_rows){_mm512_loadu_si512((const void *)values), _mm512_loadu_si512((const void *)(values + 64))};
}

/* A bit for each digit: its value is not 64, and the byte itself not beyond ASCII. */
TARGET static inline uint64_t digits_of(__m512i vector, digit_rows rows)
{
    __m512i value = _mm512_permutex2var_epi8(rows.low, vector, rows.high);
    return ~(_mm512_test_epi8_mask(value, _mm512_set1_epi8(0x40)) | _mm512_movepi8_mask(vector));
}

/* Eight blocks at once, and of what is before them the last. */
#define GROUP_BLOCKS 8
#define GROUP_BYTES (GROUP_BLOCKS * EMBEDDED_BLOCK)

typedef struct group {
    __m512i before[4]; /* where two, four, eight bits and one are set in a row up to this */
} group;

/* The bits that are set with as many below them, over the borders of lanes. */
#define BITS_WITH(bits, before, count) \
    _mm512_and_si512(bits, _mm512_shldi_epi64(bits, _mm512_alignr_epi64(bits, before, GROUP_BLOCKS - 1), count))

/* Whether sixteen bits in a row end in this group. */
TARGET static inline bool group_has_sixteen(group *state, __m512i bits)
{
    __m512i two = BITS_WITH(bits, state->before[0], 1);
    __m512i four = BITS_WITH(two, state->before[1], 2);
    __m512i eight = BITS_WITH(four, state->before[2], 4);
    __m512i sixteen = BITS_WITH(eight, state->before[3], 8);
    state->before[0] = bits;
    state->before[1] = two;
    state->before[2] = four;
    state->before[3] = eight;
    return _mm512_test_epi64_mask(sixteen, sixteen) != 0;
}

/* How many bytes from `at` on lie in groups of blocks without a run: what begins in the last of them may go on. */
TARGET static size_t pass_groups(const uint8_t *bytes, size_t size, digit_rows rows)
{
    const __m512i none = _mm512_setzero_si512();
    group state = {{none, none, none, none}};
    size_t at = 0;
    for (; size - at >= GROUP_BYTES; at += GROUP_BYTES) {
        uint64_t lanes[GROUP_BLOCKS];
        for (size_t i = 0; i < GROUP_BLOCKS; i++) {
            lanes[i] = digits_of(_mm512_loadu_si512((const void *)(bytes + at + i * EMBEDDED_BLOCK)), rows);
        }
        if (group_has_sixteen(&state, _mm512_loadu_si512((const void *)lanes))) {
            break;
        }
    }
    return at;
}

/* Block after block at first, because in records the next run is near; then by groups, and block after block
 * again from where a group has one. */
TARGET static size_t pass(const uint8_t *bytes, size_t size)
{
    const digit_rows rows = rows_load();
    size_t open = 0;
    for (size_t at = 0; at < size; at += EMBEDDED_BLOCK) {
        if (at == GROUP_BYTES) {
            size_t from = at - EMBEDDED_BLOCK; /* a run may begin in the block before */
            size_t passed = pass_groups(bytes + from, size - from, rows);
            at = passed == 0 ? at : from + passed - EMBEDDED_BLOCK; /* and in the last of those */
            open = passed == 0 ? open : at;
        }
        size_t left = size - at < EMBEDDED_BLOCK ? size - at : EMBEDDED_BLOCK;
        __mmask64 there = ~UINT64_C(0) >> (EMBEDDED_BLOCK - left);
        uint64_t bits = digits_of(_mm512_maskz_loadu_epi8(there, bytes + at), rows); /* zeros are no digits */
        if (embedded_block(bits, at, left, &open)) {
            return open;
        }
    }
    return open;
}

TARGET static size_t ascii(const uint8_t *bytes, size_t size)
{
    enum { STRETCH = 128 };
    size_t at = 0;
    for (; size - at >= STRETCH; at += STRETCH) {
        __m512i first = _mm512_loadu_si512((const void *)(bytes + at));
        __m512i second = _mm512_loadu_si512((const void *)(bytes + at + 64));
        if (_mm512_movepi8_mask(_mm512_or_si512(first, second)) != 0) {
            break;
        }
    }
    while (at < size && bytes[at] < 0x80) {
        at++;
    }
    return at;
}

const comity_embedded_level comity_embedded_level_avx512 = {.name = "avx512", .pass = pass, .ascii = ascii};
