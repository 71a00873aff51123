/* Marks of structure outside of strings (brackets of JSON, separators of CSV), places
 * where words can begin, line ends. The part of finding them that is the same for
 * every instruction set; inlined into each. */
#ifndef COMITY_INSPECT_SCAN_MARKS_H
#define COMITY_INSPECT_SCAN_MARKS_H

#include "base/json_index.h"
#include "inspect/scan_events.h"

typedef struct comity_scan_mark_classes {
    uint64_t quote, backslash, mark, newline;
} comity_scan_mark_classes;

/* Takes a block of `size` bytes, 1 to 64; the rest of its bits are left out. Returns the marks. */
COMITY_SCAN_INLINE uint64_t scan_marks_block(const comity_scan_mark_classes *classes, unsigned size,
                                             comity_scan_marks *state, uint64_t *ret_newlines)
{
    uint64_t valid = ~UINT64_C(0) >> (64 - size);
    uint64_t quote = classes->quote & valid;
    uint64_t backslash = state->has_escapes ? classes->backslash & valid : 0;
    if ((backslash | state->escaped) != 0) {
        comity_json_carry carry = {.escaped = state->escaped};
        uint64_t escaped = comity_json_escaped(backslash, &carry);
        quote &= ~escaped;
        state->escaped = size == 64 ? carry.escaped : escaped >> size & 1;
    }
    uint64_t within = comity_json_between(quote) ^ (0 - state->in_string);
    state->in_string = within >> 63; /* as it is from the last quote on */
    *ret_newlines = classes->newline & valid;
    return classes->mark & ~within & valid;
}

/* Writes the marks and line ends of a block of so many bytes. */
#define SCAN_MARKS_PUT(classify, left)                                                                 \
    do {                                                                                               \
        comity_scan_mark_classes classes = classify(bytes + at, state);                                \
        uint64_t newlines;                                                                             \
        count += SCAN_WRITE(scan_marks_block(&classes, (left), state, &newlines), at, ret_places + count); \
        SCAN_LINES_PUT(newlines, at / COMITY_SCAN_BLOCK);                                              \
    } while (0)

/* The body of a level: `classify` is its own. */
#define SCAN_MARKS_BODY(classify)                                                                      \
    size_t count = 0;                                                                                  \
    uint16_t lines = 0;                                                                                \
    size_t at = 0;                                                                                     \
    for (; size - at >= COMITY_SCAN_BLOCK; at += COMITY_SCAN_BLOCK) {                                  \
        SCAN_MARKS_PUT(classify, COMITY_SCAN_BLOCK);                                                   \
    }                                                                                                  \
    if (at < size) {                                                                                   \
        SCAN_MARKS_PUT(classify, (unsigned)(size - at));                                               \
    }                                                                                                  \
    return count;

/* What words are made of. */
typedef struct comity_scan_word_classes {
    uint64_t letter; /* of ASCII */
    uint64_t lead;   /* first bytes of characters beyond ASCII */
} comity_scan_word_classes;

#define SCAN_STARTS_BODY(classify)                                                                 \
    size_t count = 0;                                                                              \
    uint64_t before = size == 0 ? 0 : classify(bytes - 1).letter & 1;                              \
    for (size_t at = 0; at < size; at += COMITY_SCAN_BLOCK) {                                      \
        unsigned left = size - at < COMITY_SCAN_BLOCK ? (unsigned)(size - at) : COMITY_SCAN_BLOCK; \
        comity_scan_word_classes classes = classify(bytes + at);                                   \
        uint64_t found = ((classes.letter & ~(classes.letter << 1 | before)) | classes.lead) &     \
                         ~UINT64_C(0) >> (64 - left);                                              \
        before = classes.letter >> 63;                                                             \
        for (; found != 0; found &= found - 1) {                                                   \
            ret_places[count++] = (uint16_t)(at + (size_t)__builtin_ctzll(found));                 \
        }                                                                                          \
    }                                                                                              \
    return count;

/* Notes the line ends of a block, and how many are before the next. */
#define SCAN_LINES_PUT(newlines, block)                                     \
    do {                                                                    \
        lines = (uint16_t)(lines + (unsigned)__builtin_popcountll(newlines)); \
        ret_newlines[block] = (newlines);                                   \
        ret_before[(block) + 1] = lines;                                    \
    } while (0)

#define SCAN_LINES_BODY(newlines)                                              \
    uint16_t lines = 0;                                                        \
    size_t at = 0;                                                             \
    for (; size - at >= COMITY_SCAN_BLOCK; at += COMITY_SCAN_BLOCK) {          \
        uint64_t found = newlines(bytes + at);                                 \
        SCAN_LINES_PUT(found, at / COMITY_SCAN_BLOCK);                         \
    }                                                                          \
    if (at < size) {                                                           \
        uint64_t found = newlines(bytes + at) & ~UINT64_C(0) >> (64 - (size - at)); \
        SCAN_LINES_PUT(found, at / COMITY_SCAN_BLOCK);                         \
    }

#endif
