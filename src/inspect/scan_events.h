/* The first stage: from bytes to the places where the second stage looks.
 *
 * A place is where a run has become long enough, not where it begins: so only
 * bytes already passed have to be known, and a carry goes from group to group.
 * The second stage looks back for the beginning. */
#ifndef COMITY_INSPECT_SCAN_EVENTS_H
#define COMITY_INSPECT_SCAN_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COMITY_SCAN_BLOCK 64
/* What is taken at once is a multiple of this: eight blocks. */
#define COMITY_SCAN_STEP 512
/* Bytes that can be read before and behind those given. */
#define COMITY_SCAN_MARGIN_BEFORE 16
#define COMITY_SCAN_MARGIN_BEHIND 128

/* The classes of one block: one bit a byte, the first byte lowest. */
typedef struct comity_scan_classes {
    uint64_t digit;   /* 0-9 */
    uint64_t letter;  /* A-Z, a-z */
    uint64_t upper;   /* A-Z */
    uint64_t high;    /* from 0x80 */
    uint64_t join;    /* space - . / */
    uint64_t dash;    /* - _ */
    uint64_t special; /* @ : < = > */
    uint64_t colon;   /* : */
    uint64_t quote;   /* " */
} comity_scan_classes;

/* What stands beyond ASCII in a block. */
typedef struct comity_scan_wide {
    uint64_t digit; /* digits of full width and of other scripts, all their bytes */
    uint64_t join;  /* spaces and dashes of Unicode */
    uint64_t colon; /* the ends of colons of full width */
} comity_scan_wide;

/* The sets of bits of which a block needs those of the block before. */
enum {
    COMITY_SCAN_DIGIT, COMITY_SCAN_GAP, COMITY_SCAN_TRIPLE, COMITY_SCAN_GROUP, COMITY_SCAN_GROUP3, COMITY_SCAN_GROUP6,
    COMITY_SCAN_WORD, COMITY_SCAN_WORD3, COMITY_SCAN_WORD7,
    COMITY_SCAN_RUN, COMITY_SCAN_RUN4, COMITY_SCAN_RUN16, COMITY_SCAN_RUN16_DIGIT, COMITY_SCAN_RUN32,
    COMITY_SCAN_UPPER, COMITY_SCAN_UPPER3, COMITY_SCAN_UPPER6,
    COMITY_SCAN_DASH, COMITY_SCAN_DASH2, COMITY_SCAN_DASH4,
    COMITY_SCAN_HIGH, COMITY_SCAN_ENDS, COMITY_SCAN_COLON,
    COMITY_SCAN_SETS
};

/* What goes over from one call to the next: the last block's bits. All 0 at the part's beginning. */
typedef struct comity_scan_carry {
    uint64_t last[COMITY_SCAN_SETS];
} comity_scan_carry;

/* Finds the places of `size` bytes, a multiple of COMITY_SCAN_STEP, and
 * writes them in order, counted from `bytes`; there is room for `size` and 64 more. The margins
 * before and behind can be read; where the part has no bytes they are 0. `is_markup` says that `>` is looked at. */
typedef size_t comity_scan_events_function(const uint8_t *bytes, size_t size, bool is_markup, comity_scan_carry *carry,
                                           uint16_t *ret_places);

/* What marks of structure are looked for, and what goes over from one call to the next. */
typedef struct comity_scan_marks {
    uint8_t first, second; /* the marks; compared with bytes in which `fold` is set */
    uint8_t fold;
    bool has_escapes;      /* a backslash takes the meaning from what follows */
    uint64_t escaped, in_string; /* 0 or 1 */
} comity_scan_marks;

/* Finds the marks outside of strings among `size` bytes, at most 65536, and writes their places, for which there is
 * room for `size` and 64 more; and as comity_scan_lines_function does, all line ends. 64 bytes behind can be read. */
typedef size_t comity_scan_marks_function(const uint8_t *bytes, size_t size, comity_scan_marks *state,
                                          uint16_t *ret_places, uint64_t *ret_newlines, uint16_t *ret_before);

/* Finds where a word can begin: letters of ASCII behind what is none, and each character
 * beyond ASCII. Writes the places among `size` bytes, at most 65536; one byte before and 64 behind can be read. */
typedef size_t comity_scan_starts_function(const uint8_t *bytes, size_t size, uint16_t *ret_places);

/* Finds the line ends among `size` bytes: a word of bits for each block of 64, and behind it how many end up to its
 * end: what comes before the first, `ret_before[0]`, is the caller's. 64 bytes behind can be read. */
typedef void comity_scan_lines_function(const uint8_t *bytes, size_t size, uint64_t *ret_newlines, uint16_t *ret_before);

/* How a value looks that ends before the first of three bytes, `0` for each digit, `a` and `A` for each letter, 0 behind
 * its end: 32 bytes. Returns its size; 0 if it is longer than 31 bytes or not of ASCII. 32 bytes can be read. */
typedef size_t comity_scan_look_function(const uint8_t *value, const uint8_t ends[3], uint64_t ret_look[4]);

/* Whether such a value is of this size and looks like this one, of ASCII, as its look was written by another call. */
typedef bool comity_scan_alike_function(const uint8_t *value, const uint8_t ends[3], const uint64_t look[4], size_t size);

/* The size of a time as "2026-11-29T18:59:12.345", from its month on, of which the first digit stands at `at`; 0 if there
 * is none, at most 28. Read from 6 bytes before to 32 behind. */
typedef size_t comity_scan_time_function(const uint8_t *at);

typedef struct comity_scan_level {
    const char *name;
    comity_scan_events_function *events;
    comity_scan_marks_function *marks;
    comity_scan_starts_function *starts;
    comity_scan_lines_function *lines;
    comity_scan_look_function *look;
    comity_scan_alike_function *alike;
    comity_scan_time_function *time;
} comity_scan_level;

/* The fastest level that this machine has. */
const comity_scan_level *comity_scan_level_best(void);

/* The levels this machine has, the plain one first; NULL beyond the last. */
const comity_scan_level *comity_scan_level_at(size_t i);

extern const comity_scan_level comity_scan_level_plain;
extern const comity_scan_level comity_scan_level_sse42;
extern const comity_scan_level comity_scan_level_avx2;
extern const comity_scan_level comity_scan_level_avx512;

/* What stands beyond ASCII; `high` are the block's bytes from 0x80. */
comity_scan_wide comity_scan_widen(const uint8_t *block, uint64_t high);

/* Those of the special bytes at which there is something to look at. */
uint64_t comity_scan_specials(const uint8_t *block, uint64_t special, bool is_markup);

#endif
