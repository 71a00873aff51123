/* The first stage with AVX-512 (BW, VL, VBMI, VBMI2, VPOPCNTDQ) and GFNI: 64 bytes at a time. */
#include "inspect/scan_events.h"

#include <immintrin.h>

#define COMITY_SCAN_LANES 8
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,avx512vpopcntdq,gfni,bmi,bmi2,popcnt")))
#define SCAN_LANES_UP(before, bits) ((scan_bits)_mm512_alignr_epi64((__m512i)(bits), (__m512i)(before), 7))
#define SCAN_LANES_DOWN(bits, behind) ((scan_bits)_mm512_alignr_epi64((__m512i)SCAN_LANE(behind), (__m512i)(bits), 1))
#define SCAN_SHIFT(upper, lower, n) ((scan_bits)_mm512_shldi_epi64((__m512i)(upper), (__m512i)(lower), (n)))
#define SCAN_ANY(bits) (_mm512_test_epi64_mask((__m512i)(bits), (__m512i)(bits)) != 0)
#define SCAN_WRITE(places, base, ret_places) places_write((places), _mm512_set1_epi16((short)(base)), (ret_places))
#define SCAN_WRITE_LANES(lanes, base, ret_places) lanes_write((lanes), (base), (ret_places))

/* A vector of which the compiler knows nothing: it keeps it, where it would make a known one anew for each block. */
TARGET static inline __m512i kept(__m512i vector)
{
    __asm__("" : "+v"(vector));
    return vector;
}

/* Writes the numbers of the bits, counted from those in `bases`; returns how many. Writes 16 numbers at least. */
TARGET static inline size_t places_write(uint64_t places, __m512i bases, uint16_t *ret_places)
{
    static const uint8_t numbers[COMITY_SCAN_BLOCK] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63,
    };
    size_t count = (size_t)__builtin_popcountll(places);
    __m512i found = _mm512_maskz_compress_epi8(places, _mm512_loadu_si512((const void *)numbers));
    __m256i first = _mm256_cvtepu8_epi16(_mm512_castsi512_si128(found));
    _mm256_storeu_si256((void *)ret_places, _mm256_add_epi16(first, _mm512_castsi512_si256(bases)));
    if (count > 16) {
        __m512i low = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(found));
        __m512i high = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(found, 1));
        _mm512_storeu_si512((void *)ret_places, _mm512_add_epi16(low, bases));
        _mm512_storeu_si512((void *)(ret_places + 32), _mm512_add_epi16(high, bases));
    }
    return count;
}

/* Most blocks have so few places that one word takes their numbers, of 16 bits each. */
#define FEW 4

/* Writes the places of the blocks of a group, which begins at `base`. */
TARGET static inline size_t lanes_write(const uint64_t *lanes, size_t base, uint16_t *ret_places)
{
    const long long four = 0x0001000100010001; /* a number in all of a word */
    const __m512i steps = _mm512_set_epi64(448 * four, 384 * four, 320 * four, 256 * four, 192 * four, 128 * four,
                                           64 * four, 0);
    __m512i left = _mm512_loadu_si512((const void *)lanes);
    __m512i numbers = _mm512_setzero_si512();
    for (unsigned i = 0; i < FEW; i++) { /* of each block its lowest bit; 64 where there is none */
        __m512i below = _mm512_add_epi64(left, _mm512_set1_epi64(-1));
        __m512i number = _mm512_popcnt_epi64(_mm512_andnot_si512(left, below));
        numbers = _mm512_or_si512(numbers, _mm512_slli_epi64(number, 16 * i));
        left = _mm512_and_si512(left, below);
    }
    if (_mm512_test_epi64_mask(left, left) == 0) { /* no block has more */
        uint32_t found = _mm512_cmplt_epu16_mask(numbers, _mm512_set1_epi16(COMITY_SCAN_BLOCK));
        __m512i bases = _mm512_add_epi16(steps, _mm512_set1_epi16((short)base));
        _mm512_storeu_si512((void *)ret_places, _mm512_maskz_compress_epi16(found, _mm512_add_epi16(numbers, bases)));
        return (size_t)__builtin_popcount(found);
    }
    size_t count = 0;
    for (size_t i = 0; i < COMITY_SCAN_LANES; i++) {
        __m512i bases = _mm512_set1_epi16((short)(base + COMITY_SCAN_BLOCK * i));
        count += places_write(lanes[i], bases, ret_places + count);
    }
    return count;
}

#include "inspect/scan_group.h"
#include "inspect/scan_marks.h"
#include "inspect/scan_time_avx2.h"

TARGET static inline uint64_t equal(__m512i bytes, char byte)
{
    return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte));
}

/* From `first` on, `count` bytes. */
TARGET static inline uint64_t among(__m512i bytes, char first, char count)
{
    return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8(first)), _mm512_set1_epi8(count));
}

/* ---- classes ---- */

/* The classes of a byte, in the order in which their vectors are made. */
#define D 0x01 /* digit */
#define L 0x02 /* letter */
#define U 0x06 /* letter, upper */
#define J 0x08 /* join */
#define N 0x10 /* dash */
#define H 0x18 /* join, dash */
#define S 0x20 /* special */
#define C 0x60 /* special, colon */
#define Q 0x80 /* quote */

static const uint8_t class_bits[128] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* controls */
    J, 0, Q, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, H, J, J, D, D, D, D, D, D, D, D, D, D, C, 0, S, S, S, 0, /* space to ? */
    S, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, 0, 0, 0, 0, N, /* @ to _ */
    0, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, 0, 0, 0, 0, 0, /* ` to ~ */
};

#undef D
#undef L
#undef U
#undef J
#undef N
#undef H
#undef S
#undef C
#undef Q

/* What sorting needs, for all blocks. */
typedef struct sorter {
    __m512i low, high;     /* the classes of bytes */
    __m512i backwards;     /* the bytes of each word the other way round */
    __m512i diagonal;      /* 1, 2, 4, …, 128 in each word */
    __m512i first, second; /* of two blocks the words of the first four classes, and of the others */
} sorter;

/* Of a block, the bytes of a class in each of its words. The second block's are counted from 64. */
#define WORD(block, class)                                                                               \
    64 * block + class, 64 * block + 8 + class, 64 * block + 16 + class, 64 * block + 24 + class,        \
        64 * block + 32 + class, 64 * block + 40 + class, 64 * block + 48 + class, 64 * block + 56 + class

TARGET static inline sorter sorter_make(void)
{
    static const uint8_t backwards[16] = {7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8};
    static const uint8_t first[64] = {WORD(0, 0), WORD(1, 0), WORD(0, 1), WORD(1, 1),
                                      WORD(0, 2), WORD(1, 2), WORD(0, 3), WORD(1, 3)};
    static const uint8_t second[64] = {WORD(0, 4), WORD(1, 4), WORD(0, 5), WORD(1, 5),
                                       WORD(0, 6), WORD(1, 6), WORD(0, 7), WORD(1, 7)};
    return (sorter){
        .low = kept(_mm512_loadu_si512((const void *)class_bits)),
        .high = kept(_mm512_loadu_si512((const void *)(class_bits + 64))),
        .backwards = kept(_mm512_broadcast_i32x4(_mm_loadu_si128((const void *)backwards))),
        .diagonal = kept(_mm512_set1_epi64((long long)UINT64_C(0x8040201008040201))),
        .first = kept(_mm512_loadu_si512((const void *)first)),
        .second = kept(_mm512_loadu_si512((const void *)second)),
    };
}

/* The classes of eight bytes at a time: eight words of eight bytes, of which each byte is a class, with a bit for each
 * of the eight. What is beyond ASCII is sorted as if it were not. */
TARGET static inline __m512i sort_block(__m512i bytes, const sorter *of)
{
    __m512i backwards = _mm512_shuffle_epi8(bytes, of->backwards);
    __m512i sorted = _mm512_permutex2var_epi8(of->low, backwards, of->high);
    return _mm512_gf2p8affine_epi64_epi8(of->diagonal, sorted, 0); /* bits of bytes become bytes of bits */
}

/* Of four vectors of two blocks each, the four classes: a vector of all blocks for each. */
TARGET static inline void sort_classes(const __m512i pairs[4], scan_bits *ret_1, scan_bits *ret_2, scan_bits *ret_3,
                                       scan_bits *ret_4)
{
    __m512i low_12 = _mm512_shuffle_i64x2(pairs[0], pairs[1], 0x44);
    __m512i high_12 = _mm512_shuffle_i64x2(pairs[2], pairs[3], 0x44);
    __m512i low_34 = _mm512_shuffle_i64x2(pairs[0], pairs[1], 0xEE);
    __m512i high_34 = _mm512_shuffle_i64x2(pairs[2], pairs[3], 0xEE);
    *ret_1 = (scan_bits)_mm512_shuffle_i64x2(low_12, high_12, 0x88);
    *ret_2 = (scan_bits)_mm512_shuffle_i64x2(low_12, high_12, 0xDD);
    *ret_3 = (scan_bits)_mm512_shuffle_i64x2(low_34, high_34, 0x88);
    *ret_4 = (scan_bits)_mm512_shuffle_i64x2(low_34, high_34, 0xDD);
}

TARGET static inline __attribute__((always_inline)) void sort(const uint8_t *bytes, size_t blocks, const sorter *of,
                                                              scan_lanes *ret_lanes)
{
    __m512i first[4];
    __m512i second[4];
    __m512i any = _mm512_setzero_si512();
    scan_group *group = &ret_lanes->group;
    for (size_t i = 0; i < COMITY_SCAN_LANES; i += 2) {
        __m512i one = i < blocks ? _mm512_loadu_si512((const void *)(bytes + 64 * i)) : _mm512_setzero_si512();
        __m512i other = i + 1 < blocks ? _mm512_loadu_si512((const void *)(bytes + 64 * i + 64)) : _mm512_setzero_si512();
        any = _mm512_or_si512(any, _mm512_or_si512(one, other));
        one = sort_block(one, of);
        other = sort_block(other, of);
        first[i / 2] = _mm512_permutex2var_epi8(one, of->first, other);
        second[i / 2] = _mm512_permutex2var_epi8(one, of->second, other);
    }
    sort_classes(first, &group->digit, &group->letter, &group->upper, &group->join);
    sort_classes(second, &group->dash, &group->special, &group->colon, &group->quote);
    group->high = (scan_bits){0};
    group->wide_colon = (scan_bits){0};
    if (_mm512_movepi8_mask(any) != 0) {
        scan_bits *sets[] = {&group->digit, &group->letter, &group->upper, &group->join,
                             &group->dash,  &group->special, &group->colon, &group->quote};
        for (size_t i = 0; i < blocks; i++) {
            ret_lanes->lane.high[i] = _mm512_movepi8_mask(_mm512_loadu_si512((const void *)(bytes + 64 * i)));
        }
        for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
            *sets[i] &= ~group->high;
        }
        scan_widen(bytes, blocks, ret_lanes);
    }
}

/* ---- the rest ---- */

TARGET static inline comity_scan_mark_classes classify_marks(const uint8_t *block, const comity_scan_marks *state)
{
    __m512i bytes = _mm512_loadu_si512((const void *)block);
    __m512i folded = _mm512_or_si512(bytes, _mm512_set1_epi8((char)state->fold));
    return (comity_scan_mark_classes){
        .quote = equal(bytes, '"'),
        .backslash = equal(bytes, '\\'),
        .mark = equal(folded, (char)state->first) | equal(folded, (char)state->second),
        .newline = equal(bytes, '\n'),
    };
}

TARGET static inline comity_scan_word_classes classify_words(const uint8_t *block)
{
    __m512i bytes = _mm512_loadu_si512((const void *)block);
    return (comity_scan_word_classes){
        .letter = among(_mm512_or_si512(bytes, _mm512_set1_epi8(0x20)), 'a', 26),
        .lead = _mm512_cmpge_epu8_mask(bytes, _mm512_set1_epi8((char)0xC2)),
    };
}

TARGET static inline uint64_t newlines(const uint8_t *block)
{
    return equal(_mm512_loadu_si512((const void *)block), '\n');
}

/* Of the bytes in `among`, those of the `count` from `first` on are made the first. */
TARGET static inline __m256i look_made(__m256i bytes, uint32_t among, char first, char count)
{
    __m256i one = _mm256_set1_epi8(first);
    uint32_t found = _mm256_mask_cmplt_epu8_mask(among, _mm256_sub_epi8(bytes, one), _mm256_set1_epi8(count));
    return _mm256_mask_mov_epi8(bytes, found, one);
}

/* Bits: where the bytes are that end a value. */
TARGET static inline uint32_t look_ends(__m256i bytes, const uint8_t ends[3])
{
    return _mm256_cmpeq_epi8_mask(bytes, _mm256_set1_epi8((char)ends[0])) |
           _mm256_cmpeq_epi8_mask(bytes, _mm256_set1_epi8((char)ends[1])) |
           _mm256_cmpeq_epi8_mask(bytes, _mm256_set1_epi8((char)ends[2]));
}

/* How the valid bytes look; the others are 0. */
TARGET static inline __m256i look_of(__m256i bytes, uint32_t valid)
{
    bytes = _mm256_maskz_mov_epi8(valid, bytes);
    return look_made(look_made(look_made(bytes, valid, '0', 10), valid, 'a', 26), valid, 'A', 26);
}

TARGET static size_t look_until(const uint8_t *value, const uint8_t ends[3], uint64_t ret_look[4])
{
    __m256i bytes = _mm256_loadu_si256((const void *)value);
    uint32_t found = look_ends(bytes, ends);
    uint32_t valid = found ^ (found - 1); /* with the end itself */
    valid >>= 1;
    if (found == 0 || (_mm256_movepi8_mask(bytes) & valid) != 0) {
        return 0;
    }
    _mm256_storeu_si256((void *)ret_look, look_of(bytes, valid));
    return (size_t)__builtin_ctz(found);
}

TARGET static bool look_alike(const uint8_t *value, const uint8_t ends[3], const uint64_t look[4], size_t size)
{
    __m256i bytes = _mm256_loadu_si256((const void *)value);
    uint32_t found = look_ends(bytes, ends);
    if (found == 0 || (size_t)__builtin_ctz(found) != size) {
        return false;
    }
    __m256i looks = look_of(bytes, (found ^ (found - 1)) >> 1);
    return _mm256_cmpneq_epi8_mask(looks, _mm256_loadu_si256((const void *)look)) == 0;
}

TARGET static size_t events(const uint8_t *bytes, size_t size, bool is_markup, comity_scan_carry *carry,
                            uint16_t *ret_places)
{
    const sorter of = sorter_make();
#define SORT(bytes, blocks, ret_lanes) sort((bytes), (blocks), &of, (ret_lanes))
    SCAN_EVENTS_BODY(SORT)
}

TARGET static size_t marks(const uint8_t *bytes, size_t size, comity_scan_marks *state, uint16_t *ret_places,
                           uint64_t *ret_newlines, uint16_t *ret_before)
{
    SCAN_MARKS_BODY(classify_marks)
}

TARGET static size_t starts(const uint8_t *bytes, size_t size, uint16_t *ret_places)
{
    SCAN_STARTS_BODY(classify_words)
}

TARGET static void lines(const uint8_t *bytes, size_t size, uint64_t *ret_newlines, uint16_t *ret_before)
{
    SCAN_LINES_BODY(newlines)
}

const comity_scan_level comity_scan_level_avx512 = {"avx512", events, marks, starts, lines, look_until, look_alike, time_size};
