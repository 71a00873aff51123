/* A line of a trust file, cut into words; for the files of this folder only. */
#ifndef COMITY_PAPER_TRUST_LINE_H
#define COMITY_PAPER_TRUST_LINE_H

#include "base/error.h"

/* Where reading is. Borrows its text. */
typedef struct comity_trust_cursor {
    const char *file;
    const char *text;
    size_t size;
    size_t at; /* the next line */
    unsigned line;
    size_t begin; /* of the line at hand, in the text */
    const char *rest;
    size_t rest_size; /* what is left of the line at hand */
    comity_error *reterr;
} comity_trust_cursor;

typedef struct comity_trust_word {
    const char *text;
    size_t size;
} comity_trust_word;

/* Goes to the next line that says something; false at the end. `ret_inner`: it is indented. */
bool comity_trust_next_line(comity_trust_cursor *cursor, bool *ret_inner);

/* The next word of the line; false at its end. */
bool comity_trust_next_word(comity_trust_cursor *cursor, comity_trust_word *ret_word);

/* All that is left of the line, without spaces at its ends; false if nothing is. */
bool comity_trust_rest(comity_trust_cursor *cursor, comity_trust_word *ret_rest);

bool comity_trust_word_is(const comity_trust_word *word, const char *text);

/* COMITY_ERROR_SYNTAX at a word, or, with NULL, at the end of what was read of the line. */
comity_status comity_trust_fail(const comity_trust_cursor *cursor, const comity_trust_word *word, const char *format,
                                ...) COMITY_PRINTF(3, 4);

#endif
