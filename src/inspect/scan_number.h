/* Words that may belong to one number: what scan_numbers.c shares with those that gather them (scan_gather.c), tell days
 * and versions from numbers (scan_number_times.c), and remember cells (scan_cells.c). */
#ifndef COMITY_INSPECT_SCAN_NUMBER_H
#define COMITY_INSPECT_SCAN_NUMBER_H

#include "inspect/scan_inner.h"

#define COMITY_NUMBER_WORDS 16     /* gathered in all */
#define COMITY_NUMBER_WORDS_LEFT 6 /* of them before the place */

typedef struct comity_number_word {
    const uint8_t *begin, *end;
    uint8_t size; /* in characters, as compact writing counts */
    bool has_digit, has_letter;
    bool has_small; /* a small letter of ASCII */
    bool is_loose;  /* between it and the word before a value may begin and end */
    bool is_time;   /* of a time, a day, years, a version or a measure */
} comity_number_word;

typedef struct comity_number_words {
    comity_number_word list[COMITY_NUMBER_WORDS];
    size_t count;
} comity_number_words;

/* scan_gather.c */
/* The word that begins there; false if there is none, or it is too long for a number. */
bool comity_number_word_take(const uint8_t *begin, const uint8_t *high, comity_number_word *ret_word);
/* Where the word around a place begins. */
const uint8_t *comity_number_word_begin(const uint8_t *low, const uint8_t *at);
/* The letter or digit that stands at a place or, where that is within one or is a separator, before it:
 * the sixth byte of a group can be any of these. */
const uint8_t *comity_number_on_word(const uint8_t *low, const uint8_t *at);
/* The bytes between two words from `at` on; 0 if what stands there does not join them. */
size_t comity_number_gap_behind(const uint8_t *at, const uint8_t *high, bool *ret_space);
/* The word may belong to a number. */
bool comity_number_may_join(const uint8_t *low, const uint8_t *high, const comity_number_word *word);
/* Adds the words behind the last, and those before the first. What has been found already is no part of another number. */
void comity_number_gather_right(const uint8_t *low, const uint8_t *high, comity_number_words *words);
void comity_number_gather_left(const comity_scan *scan, const uint8_t *at, comity_number_words *words);

/* A value may begin with this word, or end with it. */
static inline bool comity_number_edge_before(const comity_number_words *words, size_t first)
{
    return first == 0 || words->list[first].is_loose;
}

static inline bool comity_number_edge_behind(const comity_number_words *words, size_t last)
{
    return last + 1 == words->count || words->list[last + 1].is_loose;
}

/* scan_number_times.c */
/* A decimal number: two words of digits with a point between, and nothing else. */
bool comity_number_is_decimal(const comity_number_words *words, size_t first, size_t last);
/* Notes the words that are nobody's number, nor a part of one. */
void comity_number_note_times(const uint8_t *low, comity_number_words *words);
/* Four numbers with points between: an address, or a version. */
bool comity_number_is_dotted(const comity_number_words *words, size_t first);
/* Three words that may be a day of any order, with one mark between: "03.11.1957", "1957-11-3". */
bool comity_number_is_day(const comity_number_words *words, size_t first);

/* scan_numbers.c */
/* Looks at a place, and at what stands behind that which is found there. */
void comity_scan_words_at(comity_scan *scan, const uint8_t *at);
/* At a time, which may begin a cell of CSV: then what stands before it is no part of it, but ends what does. */
bool comity_scan_number_at_time(comity_scan *scan, const uint8_t *at);

/* scan_cells.c: a place in a part of cells: those of which nothing came before are passed over. */
void comity_scan_at_cell(comity_scan *scan, const uint8_t *at);

#endif
