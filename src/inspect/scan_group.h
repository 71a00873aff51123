/* The body of the levels of the first stage, the same for all, so that all give the
 * same places. A level says how many blocks it takes at once (COMITY_SCAN_LANES: as
 * many words of 64 bits as its vectors hold), how a block's bytes are sorted into
 * classes, and includes this.
 *
 * Blocks taken at once are a group. Bits that go over from block to block come from
 * the lane below, and in the lowest lane from the group before.
 *
 * Before it includes this, a level defines TARGET, an attribute of its functions; and, where its instructions are better
 * than what is written here, SCAN_LANES_UP and SCAN_LANES_DOWN, SCAN_SHIFT, SCAN_ANY, SCAN_WRITE and SCAN_WRITE_LANES. */
#ifndef COMITY_INSPECT_SCAN_GROUP_H
#define COMITY_INSPECT_SCAN_GROUP_H

#include "inspect/scan_events.h"

/* Places of a block that are written at once. */
#define COMITY_SCAN_FEW 3
#define COMITY_SCAN_INLINE TARGET static inline __attribute__((always_inline))
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

/* Each lane takes the bits of the lane below, or of that above. */
#if COMITY_SCAN_LANES == 4
#define SCAN_LANES_UP(before, bits) __builtin_shufflevector((before), (bits), 3, 4, 5, 6)
#define SCAN_LANES_DOWN(bits, behind) __builtin_shufflevector((bits), SCAN_LANE(behind), 1, 2, 3, 4)
#elif COMITY_SCAN_LANES == 2
#define SCAN_LANES_UP(before, bits) __builtin_shufflevector((before), (bits), 1, 2)
#define SCAN_LANES_DOWN(bits, behind) __builtin_shufflevector((bits), SCAN_LANE(behind), 1, 2)
#endif

#ifndef SCAN_ANY
/* Some bit is set. */
#define SCAN_ANY(bits) (((bits)[0] | (bits)[1]) != 0)
#endif

#ifndef SCAN_WRITE
#define SCAN_WRITE(places, base, ret_places) scan_write((places), (base), (ret_places))
#define SCAN_WRITE_LANES(lanes, base, ret_places) scan_write_lanes((lanes), (base), (ret_places))
#endif

#ifndef SCAN_SHIFT
/* The upper word of two, moved up by `n` places. */
#define SCAN_SHIFT(upper, lower, n) ((upper) << (n) | (lower) >> (64 - (n)))
#endif

/* Bits of the group before, as far as they go over, and whether there are any of what is seldom: where there are none,
 * the sets that tell of it are empty. At the beginning of a call that is not known, and taken to be so. */
typedef struct scan_before {
    scan_bits set[COMITY_SCAN_SETS];
    bool has_gaps, has_rare;
} scan_before;

/* For each block the bits of the block before it: `name` is that of the set. */
#define SCAN_BELOW(bits, name) SCAN_LANES_UP(before->set[COMITY_SCAN_##name], (bits))

/* `bits` moved up by `n` places, with what comes over from the block before. */
#define SCAN_UP(bits, name, n) SCAN_SHIFT((bits), SCAN_BELOW((bits), name), (n))

/* `bits` moved down by `n` places; `behind` are the same bits, one block further. */
#define SCAN_DOWN(bits, behind, n) SCAN_SHIFT((behind), (bits), 64 - (n))

/* Of bits that mark all bytes from some place of a run on: adds the first of each run to the places. */
#define SCAN_ADD_FIRST(bits, name)                       \
    do {                                                 \
        *places |= (bits) & ~SCAN_UP((bits), name, 1);   \
        before->set[COMITY_SCAN_##name] = (bits);        \
    } while (0)

/* In each run of `run`, the bytes from its first digit on: adding the digits to the
 * runs carries a bit through all that is behind the first. Of a run that fills a
 * whole block the digits before that block may be forgotten: it has been found by then. */
COMITY_SCAN_INLINE scan_bits scan_from_digit(scan_bits run, scan_bits digit, scan_bits run_below, scan_bits digit_below)
{
    scan_bits from_below = run_below & (~(run_below + digit_below) | digit_below);
    return run & (~(run + digit + (from_below >> 63)) | digit);
}

/* Groups of digits, with up to three separators between two of them: six bytes or more. */
COMITY_SCAN_INLINE void scan_digits(const scan_group *now, const scan_lanes *next, scan_before *before,
                                    scan_bits *places)
{
    scan_bits digit = now->digit;
    scan_bits join = now->join;
    scan_bits digits = SCAN_LANES_DOWN(digit, next->lane.digit[0]);
    scan_bits joins = SCAN_LANES_DOWN(join, next->lane.join[0]);
    scan_bits begin = join & SCAN_UP(digit, DIGIT, 1);
    scan_bits two = begin & SCAN_DOWN(join, joins, 1);
    scan_bits group = digit | (begin & SCAN_DOWN(digit, digits, 1));
    if (SCAN_ANY(two) || before->has_gaps) { /* two separators, or three */
        scan_bits triple = two & SCAN_DOWN(join, joins, 2) & SCAN_DOWN(digit, digits, 3);
        scan_bits gap = triple | (two & SCAN_DOWN(digit, digits, 2));
        group |= gap | SCAN_UP(gap, GAP, 1) | SCAN_UP(triple, TRIPLE, 2);
        before->set[COMITY_SCAN_GAP] = gap;
        before->set[COMITY_SCAN_TRIPLE] = triple;
        before->has_gaps = SCAN_ANY(gap);
    }
    scan_bits group3 = group & SCAN_UP(group, GROUP, 1) & SCAN_UP(group, GROUP, 2);
    scan_bits group6 = group3 & SCAN_UP(group3, GROUP3, 3);
    before->set[COMITY_SCAN_GROUP] = group;
    before->set[COMITY_SCAN_GROUP3] = group3;
    *places |= group6 & UINT64_C(0x0001000100010001); /* a long row of numbers is looked at all along */
    SCAN_ADD_FIRST(group6, GROUP6);
}

/* Words of letters and digits: seven bytes or more, with a digit. */
COMITY_SCAN_INLINE void scan_words(const scan_group *now, scan_before *before, scan_bits *places)
{
    scan_bits word = now->digit | now->letter;
    scan_bits word3 = word & SCAN_UP(word, WORD, 1) & SCAN_UP(word, WORD, 2);
    scan_bits word7 = word3 & SCAN_UP(word3, WORD3, 2) & SCAN_UP(word3, WORD3, 4);
    scan_bits from = scan_from_digit(word, now->digit, SCAN_BELOW(word, WORD), SCAN_BELOW(now->digit, DIGIT)) & word7;
    before->set[COMITY_SCAN_WORD3] = word3;
    SCAN_ADD_FIRST(from, WORD7);
}

/* What most groups have none of. */
typedef struct scan_rare {
    scan_bits run16; /* letters, digits, `-` and `_`, the sixteenth on end and those behind it */
    scan_bits upper6; /* capitals, the sixth on end and those behind it */
    scan_bits dash2; /* the second dash on end and those behind it */
} scan_rare;

COMITY_SCAN_INLINE scan_rare scan_rare_find(const scan_group *now, scan_before *before)
{
    scan_bits run = now->digit | now->letter | now->dash;
    scan_bits run4 = run & SCAN_UP(run, RUN, 1) & SCAN_UP(run, RUN, 2) & SCAN_UP(run, RUN, 3);
    scan_bits upper = now->upper;
    scan_bits upper3 = upper & SCAN_UP(upper, UPPER, 1) & SCAN_UP(upper, UPPER, 2);
    scan_rare rare = {
        .run16 = run4 & SCAN_UP(run4, RUN4, 4) & SCAN_UP(run4, RUN4, 8) & SCAN_UP(run4, RUN4, 12),
        .upper6 = upper3 & SCAN_UP(upper3, UPPER3, 3),
        .dash2 = now->dash & SCAN_UP(now->dash, DASH, 1),
    };
    before->set[COMITY_SCAN_RUN4] = run4;
    before->set[COMITY_SCAN_UPPER] = upper;
    before->set[COMITY_SCAN_UPPER3] = upper3;
    before->set[COMITY_SCAN_DASH] = now->dash;
    return rare;
}

/* Runs of 16 bytes with a digit, or of 32; six capitals on end, four dashes on end; words that begin beyond ASCII. */
COMITY_SCAN_INLINE void scan_rare_add(const scan_group *now, const scan_rare *rare, scan_before *before,
                                      scan_bits *places, scan_bits *special)
{
    scan_bits digit = now->digit;
    scan_bits digit_below = SCAN_BELOW(digit, DIGIT);
    scan_bits run = digit | now->letter | now->dash;
    scan_bits run16 = rare->run16;
    scan_bits from = scan_from_digit(run, digit, SCAN_BELOW(run, RUN), digit_below) & run16;
    scan_bits run32 = run16 & SCAN_UP(run16, RUN16, 16);
    scan_bits dash4 = rare->dash2 & SCAN_UP(rare->dash2, DASH2, 2);
    before->set[COMITY_SCAN_RUN16] = run16;
    before->set[COMITY_SCAN_DASH2] = rare->dash2;
    SCAN_ADD_FIRST(from, RUN16_DIGIT);
    SCAN_ADD_FIRST(run32, RUN32);
    SCAN_ADD_FIRST(rare->upper6, UPPER6);
    SCAN_ADD_FIRST(dash4, DASH4);
    scan_bits word_below = SCAN_BELOW(digit | now->letter, WORD);
    scan_bits high_below = SCAN_BELOW(now->high, HIGH);
    scan_bits letter_below = (word_below & ~digit_below) | high_below;
    *places |= now->wide_colon | (now->high & ~SCAN_SHIFT(now->letter | now->high, letter_below, 1));
    *special |= now->colon & SCAN_SHIFT(now->high, high_below, 1); /* no digit of ASCII is before it */
    before->set[COMITY_SCAN_HIGH] = now->high;
}

/* Colons behind a letter or a quote are places; of those within times ("18:59:12") there is nothing to be
 * seen. What is left of the special bytes must be looked at one by one: comity_scan_specials tells the same of all. */
COMITY_SCAN_INLINE void scan_colons(const scan_group *now, const scan_lanes *next, scan_before *before,
                                    scan_bits *places, scan_bits *ret_special)
{
    scan_bits colon = now->colon;
    scan_bits colons = SCAN_LANES_DOWN(colon, next->lane.colon[0]);
    scan_bits single = colon & ~SCAN_DOWN(colon, colons, 1);
    scan_bits ends = now->letter | now->quote;
    scan_bits sure = single & SCAN_UP(ends, ENDS, 1);
    scan_bits idle =
        single & SCAN_UP(now->digit, DIGIT, 1) & ~SCAN_UP(colon, COLON, 5) & ~SCAN_UP(colon, COLON, 6);
    before->set[COMITY_SCAN_ENDS] = ends;
    before->set[COMITY_SCAN_COLON] = colon;
    *places |= sure;
    *ret_special = now->special & ~sure & ~idle;
}

/* One block of a group. */
COMITY_SCAN_INLINE void scan_put(comity_scan_classes classes, size_t lane, scan_lanes *lanes)
{
    lanes->lane.digit[lane] = classes.digit;
    lanes->lane.letter[lane] = classes.letter;
    lanes->lane.upper[lane] = classes.upper;
    lanes->lane.high[lane] = classes.high;
    lanes->lane.join[lane] = classes.join;
    lanes->lane.dash[lane] = classes.dash;
    lanes->lane.special[lane] = classes.special;
    lanes->lane.colon[lane] = classes.colon;
    lanes->lane.quote[lane] = classes.quote;
}

/* Adds what stands beyond ASCII in the first `blocks` of a group. */
COMITY_SCAN_INLINE void scan_widen(const uint8_t *bytes, size_t blocks, scan_lanes *lanes)
{
    for (size_t i = 0; i < blocks; i++) {
        lanes->lane.wide_colon[i] = 0;
        if (lanes->lane.high[i] != 0) {
            comity_scan_wide wide = comity_scan_widen(bytes + COMITY_SCAN_BLOCK * i, lanes->lane.high[i]);
            lanes->lane.digit[i] |= wide.digit;
            lanes->lane.join[i] |= wide.join;
            lanes->lane.wide_colon[i] = wide.colon;
        }
    }
}

/* Writes the numbers of the bits, counted from `base`; returns how many. Mostly there are few: these are written
 * without asking how many, as that cannot be foretold. */
COMITY_SCAN_INLINE __attribute__((unused)) size_t scan_write(uint64_t places, size_t base, uint16_t *ret_places)
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

/* The same of the blocks of a group. */
COMITY_SCAN_INLINE __attribute__((unused)) size_t scan_write_lanes(const uint64_t *lanes, size_t base,
                                                                   uint16_t *ret_places)
{
    size_t count = 0;
    for (size_t i = 0; i < COMITY_SCAN_LANES; i++) {
        count += scan_write(lanes[i], base + COMITY_SCAN_BLOCK * i, ret_places + count);
    }
    return count;
}

/* Finds and writes the places of a group, which begins at byte `at`. */
COMITY_SCAN_INLINE size_t scan_group_places(const uint8_t *bytes, size_t at, const scan_lanes *now,
                                            const scan_lanes *next, bool is_markup, scan_before *before,
                                            uint16_t *ret_places)
{
    const scan_group *group = &now->group;
    union {
        scan_bits bits;
        uint64_t lane[COMITY_SCAN_LANES];
    } places = {{0}}, special;
    scan_colons(group, next, before, &places.bits, &special.bits);
    scan_digits(group, next, before, &places.bits);
    scan_words(group, before, &places.bits);
    scan_rare rare = scan_rare_find(group, before);
    scan_bits any_rare = rare.run16 | rare.upper6 | rare.dash2 | group->high;
    if (SCAN_ANY(any_rare) || before->has_rare) {
        scan_rare_add(group, &rare, before, &places.bits, &special.bits);
        before->has_rare = SCAN_ANY(any_rare);
    }
    before->set[COMITY_SCAN_DIGIT] = group->digit;
    before->set[COMITY_SCAN_WORD] = group->digit | group->letter;
    before->set[COMITY_SCAN_RUN] = group->digit | group->letter | group->dash;
    if (SCAN_ANY(special.bits)) {
        for (int i = 0; i < COMITY_SCAN_LANES; i++) {
            const uint8_t *block = bytes + at + COMITY_SCAN_BLOCK * (size_t)i;
            places.lane[i] |= special.lane[i] == 0 ? 0 : comity_scan_specials(block, special.lane[i], is_markup);
        }
    }
    return SCAN_ANY(places.bits) ? SCAN_WRITE_LANES(places.lane, at, ret_places) : 0;
}

/* Blocks that are sorted one by one. */
#define SCAN_SORT_BLOCKS(bytes, blocks, ret_lanes, classify)                          \
    do {                                                                               \
        for (size_t lane = 0; lane < (blocks); lane++) {                               \
            scan_put(classify((bytes) + COMITY_SCAN_BLOCK * lane), lane, (ret_lanes)); \
        }                                                                              \
        scan_widen((bytes), (blocks), (ret_lanes));                                    \
    } while (0)

/* The body of a level: `sort` is its own, which sorts the first blocks of a group into classes. */
#define SCAN_EVENTS_BODY(sort)                                                                         \
    scan_lanes groups[2];                                                                              \
    scan_before before;                                                                                \
    before.has_gaps = true;                                                                            \
    before.has_rare = true;                                                                            \
    size_t count = 0;                                                                                  \
    for (int i = 0; i < COMITY_SCAN_SETS; i++) {                                                       \
        before.set[i] = SCAN_LANES_DOWN((scan_bits){0}, carry->last[i]);                               \
    }                                                                                                  \
    for (size_t at = 0; at <= size; at += COMITY_SCAN_GROUP_BYTES) {                                   \
        scan_lanes *next = &groups[at / COMITY_SCAN_GROUP_BYTES % 2];                                  \
        const scan_lanes *now = &groups[1 - at / COMITY_SCAN_GROUP_BYTES % 2];                         \
        if (at < size) {                                                                               \
            sort(bytes + at, COMITY_SCAN_LANES, next);                                                 \
        } else {                                                                                       \
            sort(bytes + at, 1, next);                                                                 \
        }                                                                                              \
        if (at != 0) {                                                                                 \
            count += scan_group_places(bytes, at - COMITY_SCAN_GROUP_BYTES, now, next, is_markup, &before, \
                                       ret_places + count);                                            \
        }                                                                                              \
    }                                                                                                  \
    for (int i = 0; i < COMITY_SCAN_SETS; i++) {                                                       \
        carry->last[i] = before.set[i][COMITY_SCAN_LANES - 1];                                         \
    }                                                                                                  \
    return count;

#endif
