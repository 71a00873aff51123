/* The body of the levels of the first stage, the same for all, so that all give the
 * same places. A level says how many blocks it takes at once (COMITY_SCAN_LANES: as
 * many words of 64 bits as its vectors hold), how a block's bytes are sorted into
 * classes, and includes this.
 *
 * Blocks taken at once are a group. Bits that go over from block to block come from
 * the lane below, and in the lowest lane from the group before. */
#ifndef COMITY_INSPECT_SCAN_GROUP_H
#define COMITY_INSPECT_SCAN_GROUP_H

#include "inspect/scan_events.h"

/* Places of a block that are written at once. */
#define COMITY_SCAN_FEW 3
#define COMITY_SCAN_INLINE static inline __attribute__((always_inline))
#define COMITY_SCAN_GROUP_BYTES (COMITY_SCAN_BLOCK * COMITY_SCAN_LANES)

typedef uint64_t scan_bits __attribute__((vector_size(8 * COMITY_SCAN_LANES)));

typedef struct scan_group {
    scan_bits digit, letter, upper, high, join, dash, special, colon, quote;
    scan_bits wide_colon; /* ends of colons of full width */
} scan_group;

/* A group as it is written, block by block, and as it is read. */
typedef union scan_lanes {
    struct {
        uint64_t digit[COMITY_SCAN_LANES], letter[COMITY_SCAN_LANES], upper[COMITY_SCAN_LANES], high[COMITY_SCAN_LANES],
            join[COMITY_SCAN_LANES], dash[COMITY_SCAN_LANES], special[COMITY_SCAN_LANES], colon[COMITY_SCAN_LANES],
            quote[COMITY_SCAN_LANES], wide_colon[COMITY_SCAN_LANES];
    } lane;
    scan_group group;
} scan_lanes;

/* Of the group behind only the lowest lane is asked, and as it was written: what was written in parts and is read as
 * a whole has to wait until it has reached memory. */
#define SCAN_LANE(word) ((scan_bits){(word)})

#if COMITY_SCAN_LANES == 8
#define SCAN_LANES_UP(before, bits) __builtin_shufflevector((before), (bits), 7, 8, 9, 10, 11, 12, 13, 14)
#define SCAN_LANES_DOWN(bits, behind) __builtin_shufflevector((bits), SCAN_LANE(behind), 1, 2, 3, 4, 5, 6, 7, 8)
#elif COMITY_SCAN_LANES == 4
#define SCAN_LANES_UP(before, bits) __builtin_shufflevector((before), (bits), 3, 4, 5, 6)
#define SCAN_LANES_DOWN(bits, behind) __builtin_shufflevector((bits), SCAN_LANE(behind), 1, 2, 3, 4)
#else
#define SCAN_LANES_UP(before, bits) __builtin_shufflevector((before), (bits), 1, 2)
#define SCAN_LANES_DOWN(bits, behind) __builtin_shufflevector((bits), SCAN_LANE(behind), 1, 2)
#endif

/* `bits` moved up by `n` places, with what comes over from the block before: `set` names the bits. */
#define SCAN_UP(bits, set, n) ((bits) << (n) | SCAN_LANES_UP(before[set], (bits)) >> (64 - (n)))

/* `bits` moved down by `n` places; `behind` are the same bits, one block further. */
#define SCAN_DOWN(bits, behind, n) ((bits) >> (n) | (behind) << (64 - (n)))

/* Of bits that mark all bytes from some place of a run on: adds the first of each run to the places. */
#define SCAN_ADD_FIRST(bits, set)                     \
    do {                                              \
        *places |= (bits) & ~SCAN_UP((bits), set, 1); \
        before[set] = (bits);                         \
    } while (0)

/* In each run of `run`, the bytes from its first digit on: adding the digits to the
 * runs carries a bit through all that is behind the first. Of a run that fills a
 * whole block the digits before that block may be forgotten: it has been found by then. */
#define SCAN_FROM_DIGIT(run, digit, set, ret_from)                       \
    do {                                                                 \
        scan_bits own_ = (run) & (~((run) + (digit)) | (digit));         \
        scan_bits over_ = SCAN_LANES_UP(before[set], own_) >> 63;        \
        (ret_from) = (run) & (~((run) + (digit) + over_) | (digit));     \
        before[set] = own_;                                              \
    } while (0)

/* Groups of digits, with up to three separators between two of them: six bytes or more. */
COMITY_SCAN_INLINE void scan_digits(const scan_group *now, const scan_lanes *next, scan_bits *before, scan_bits *places)
{
    scan_bits digit = now->digit;
    scan_bits join = now->join;
    scan_bits digits = SCAN_LANES_DOWN(digit, next->lane.digit[0]);
    scan_bits joins = SCAN_LANES_DOWN(join, next->lane.join[0]);
    scan_bits begin = join & SCAN_UP(digit, COMITY_SCAN_DIGIT, 1);
    scan_bits two = begin & SCAN_DOWN(join, joins, 1);
    scan_bits three = two & SCAN_DOWN(join, joins, 2);
    scan_bits single = begin & SCAN_DOWN(digit, digits, 1);
    scan_bits pair = two & SCAN_DOWN(digit, digits, 2);
    scan_bits triple = three & SCAN_DOWN(digit, digits, 3);
    scan_bits group = digit | single | pair | SCAN_UP(pair, COMITY_SCAN_PAIR, 1) | triple |
                      SCAN_UP(triple, COMITY_SCAN_TRIPLE, 1) | SCAN_UP(triple, COMITY_SCAN_TRIPLE, 2);
    scan_bits group2 = group & SCAN_UP(group, COMITY_SCAN_GROUP, 1);
    scan_bits group4 = group2 & SCAN_UP(group2, COMITY_SCAN_GROUP2, 2);
    scan_bits group6 = group4 & SCAN_UP(group2, COMITY_SCAN_GROUP2, 4);
    before[COMITY_SCAN_DIGIT] = digit;
    before[COMITY_SCAN_PAIR] = pair;
    before[COMITY_SCAN_TRIPLE] = triple;
    before[COMITY_SCAN_GROUP] = group;
    before[COMITY_SCAN_GROUP2] = group2;
    *places |= group6 & UINT64_C(0x0001000100010001); /* a long row of numbers is looked at all along */
    SCAN_ADD_FIRST(group6, COMITY_SCAN_GROUP6);
}

/* Words of letters and digits: seven bytes or more, with a digit. */
COMITY_SCAN_INLINE void scan_words(const scan_group *now, scan_bits *before, scan_bits *places)
{
    scan_bits word = now->digit | now->letter;
    scan_bits from;
    scan_bits word2 = word & SCAN_UP(word, COMITY_SCAN_WORD, 1);
    scan_bits word4 = word2 & SCAN_UP(word2, COMITY_SCAN_WORD2, 2);
    scan_bits word7 = word4 & SCAN_UP(word4, COMITY_SCAN_WORD4, 3);
    SCAN_FROM_DIGIT(word, now->digit, COMITY_SCAN_WORD_FROM, from);
    from &= word7;
    before[COMITY_SCAN_WORD] = word;
    before[COMITY_SCAN_WORD2] = word2;
    before[COMITY_SCAN_WORD4] = word4;
    SCAN_ADD_FIRST(from, COMITY_SCAN_WORD7);
}

/* Runs of letters, digits, `-` and `_`: 16 bytes with a digit, or 32. */
COMITY_SCAN_INLINE void scan_runs(const scan_group *now, scan_bits *before, scan_bits *places)
{
    scan_bits run = now->digit | now->letter | now->dash;
    scan_bits from;
    scan_bits run2 = run & SCAN_UP(run, COMITY_SCAN_RUN, 1);
    scan_bits run4 = run2 & SCAN_UP(run2, COMITY_SCAN_RUN2, 2);
    scan_bits run8 = run4 & SCAN_UP(run4, COMITY_SCAN_RUN4, 4);
    scan_bits run16 = run8 & SCAN_UP(run8, COMITY_SCAN_RUN8, 8);
    scan_bits run32 = run16 & SCAN_UP(run16, COMITY_SCAN_RUN16, 16);
    SCAN_FROM_DIGIT(run, now->digit, COMITY_SCAN_RUN_FROM, from);
    from &= run16;
    before[COMITY_SCAN_RUN] = run;
    before[COMITY_SCAN_RUN2] = run2;
    before[COMITY_SCAN_RUN4] = run4;
    before[COMITY_SCAN_RUN8] = run8;
    before[COMITY_SCAN_RUN16] = run16;
    SCAN_ADD_FIRST(from, COMITY_SCAN_RUN16_DIGIT);
    SCAN_ADD_FIRST(run32, COMITY_SCAN_RUN32);
}

/* Six capitals on end. */
COMITY_SCAN_INLINE void scan_capitals(const scan_group *now, scan_bits *before, scan_bits *places)
{
    scan_bits upper = now->upper;
    scan_bits upper2 = upper & SCAN_UP(upper, COMITY_SCAN_UPPER, 1);
    scan_bits upper4 = upper2 & SCAN_UP(upper2, COMITY_SCAN_UPPER2, 2);
    scan_bits upper6 = upper4 & SCAN_UP(upper2, COMITY_SCAN_UPPER2, 4);
    before[COMITY_SCAN_UPPER] = upper;
    before[COMITY_SCAN_UPPER2] = upper2;
    SCAN_ADD_FIRST(upper6, COMITY_SCAN_UPPER6);
}

/* Four dashes on end; and words that begin beyond ASCII. */
COMITY_SCAN_INLINE void scan_others(const scan_group *now, scan_bits *before, scan_bits *places)
{
    scan_bits dash = now->dash;
    scan_bits dash2 = dash & SCAN_UP(dash, COMITY_SCAN_DASH, 1);
    scan_bits dash4 = dash2 & SCAN_UP(dash2, COMITY_SCAN_DASH2, 2);
    scan_bits letter = now->letter | now->high;
    *places |= now->wide_colon | (now->high & ~SCAN_UP(letter, COMITY_SCAN_LETTER, 1));
    before[COMITY_SCAN_DASH] = dash;
    before[COMITY_SCAN_DASH2] = dash2;
    before[COMITY_SCAN_LETTER] = letter;
    SCAN_ADD_FIRST(dash4, COMITY_SCAN_DASH4);
}

/* Colons behind a letter or a quote are places; of those within times ("18:59:12") there is nothing to be
 * seen. What is left of the special bytes must be looked at one by one: comity_scan_specials tells the same of all. */
COMITY_SCAN_INLINE void scan_colons(const scan_group *now, const scan_lanes *next, scan_bits *before, scan_bits *places,
                                    scan_bits *ret_special)
{
    scan_bits colon = now->colon;
    scan_bits colons = SCAN_LANES_DOWN(colon, next->lane.colon[0]);
    scan_bits single = colon & ~SCAN_DOWN(colon, colons, 1);
    scan_bits ends = now->letter | now->quote;
    scan_bits digit = now->digit & ~now->high;
    scan_bits sure = single & SCAN_UP(ends, COMITY_SCAN_ENDS, 1);
    scan_bits idle = single & SCAN_UP(digit, COMITY_SCAN_PLAIN_DIGIT, 1) & ~SCAN_UP(colon, COMITY_SCAN_COLON, 5) &
                     ~SCAN_UP(colon, COMITY_SCAN_COLON, 6);
    before[COMITY_SCAN_ENDS] = ends;
    before[COMITY_SCAN_PLAIN_DIGIT] = digit;
    before[COMITY_SCAN_COLON] = colon;
    *places |= sure;
    *ret_special = now->special & ~sure & ~idle;
}

COMITY_SCAN_INLINE void scan_put(const uint8_t *block, comity_scan_classes classes, int i, scan_lanes *lanes)
{
    lanes->lane.digit[i] = classes.digit;
    lanes->lane.letter[i] = classes.letter;
    lanes->lane.upper[i] = classes.upper;
    lanes->lane.high[i] = classes.high;
    lanes->lane.join[i] = classes.join;
    lanes->lane.dash[i] = classes.dash;
    lanes->lane.special[i] = classes.special;
    lanes->lane.colon[i] = classes.colon;
    lanes->lane.quote[i] = classes.quote;
    lanes->lane.wide_colon[i] = 0;
    if (classes.high != 0) {
        comity_scan_wide wide = comity_scan_widen(block, classes.high);
        lanes->lane.digit[i] |= wide.digit;
        lanes->lane.join[i] |= wide.join;
        lanes->lane.wide_colon[i] = wide.colon;
    }
}

/* Writes the numbers of the bits, counted from `base`; returns how many. Mostly there are few: these are written
 * without asking how many, as that cannot be foretold. */
COMITY_SCAN_INLINE size_t scan_write(uint64_t places, size_t base, uint16_t *ret_places)
{
    size_t count = (size_t)__builtin_popcountll(places);
    for (int i = 0; i < COMITY_SCAN_FEW; i++) {
        ret_places[i] = (uint16_t)(base + (size_t)__builtin_ctzll(places | UINT64_C(1) << 63));
        places &= places - 1;
    }
    if (places == 0) {
        return count;
    }
    count = COMITY_SCAN_FEW;
    for (; places != 0; places &= places - 1) {
        ret_places[count++] = (uint16_t)(base + (size_t)__builtin_ctzll(places));
    }
    return count;
}

/* Finds and writes the places of a group, which begins at byte `at`. */
COMITY_SCAN_INLINE size_t scan_group_places(const uint8_t *bytes, size_t at, const scan_lanes *now,
                                            const scan_lanes *next, bool is_markup, scan_bits *before,
                                            uint16_t *ret_places)
{
    union {
        scan_bits bits;
        uint64_t lane[COMITY_SCAN_LANES];
    } places = {{0}};
    union {
        scan_bits bits;
        uint64_t lane[COMITY_SCAN_LANES];
    } special;
    size_t count = 0;
    scan_colons(&now->group, next, before, &places.bits, &special.bits);
    scan_digits(&now->group, next, before, &places.bits);
    scan_words(&now->group, before, &places.bits);
    scan_runs(&now->group, before, &places.bits);
    scan_capitals(&now->group, before, &places.bits);
    scan_others(&now->group, before, &places.bits);
    uint64_t any = 0;
    for (int i = 0; i < COMITY_SCAN_LANES; i++) {
        any |= places.lane[i] | special.lane[i];
    }
    for (int i = 0; any != 0 && i < COMITY_SCAN_LANES; i++, at += COMITY_SCAN_BLOCK) {
        uint64_t found = places.lane[i];
        if (special.lane[i] != 0) {
            found |= comity_scan_specials(bytes + at, special.lane[i], is_markup);
        }
        count += scan_write(found, at, ret_places + count);
    }
    return count;
}

/* The body of a level: `classify` is its own. */
#define SCAN_EVENTS_BODY(classify)                                                                     \
    scan_lanes groups[2];                                                                              \
    scan_bits before[COMITY_SCAN_SETS] = {{0}};                                                        \
    size_t count = 0;                                                                                  \
    for (int i = 0; i < COMITY_SCAN_SETS; i++) {                                                       \
        before[i][COMITY_SCAN_LANES - 1] = carry->last[i];                                             \
    }                                                                                                  \
    for (size_t at = 0; at <= size; at += COMITY_SCAN_GROUP_BYTES) {                                   \
        scan_lanes *next = &groups[at / COMITY_SCAN_GROUP_BYTES % 2];                                  \
        const scan_lanes *now = &groups[1 - at / COMITY_SCAN_GROUP_BYTES % 2];                         \
        for (int lane = 0; lane < (at < size ? COMITY_SCAN_LANES : 1); lane++) {                       \
            const uint8_t *block = bytes + at + COMITY_SCAN_BLOCK * (size_t)lane;                      \
            scan_put(block, classify(block), lane, next);                                              \
        }                                                                                              \
        if (at != 0) {                                                                                 \
            count += scan_group_places(bytes, at - COMITY_SCAN_GROUP_BYTES, now, next, is_markup, before, \
                                       ret_places + count);                                            \
        }                                                                                              \
    }                                                                                                  \
    for (int i = 0; i < COMITY_SCAN_SETS; i++) {                                                       \
        carry->last[i] = before[i][COMITY_SCAN_LANES - 1];                                             \
    }                                                                                                  \
    return count;

#endif
