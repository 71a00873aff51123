/* What is written otherwise within a text: escapes of JSON, percent-encoding,
 * character references of markup, doubled quotes of CSV, and characters that a
 * reader takes for the same (full-width and other digits, spaces and dashes of all kinds).
 *
 * For a candidate and what is around it, not for whole inputs. Pure functions;
 * any thread may call them. */
#ifndef COMITY_INSPECT_DECODE_H
#define COMITY_INSPECT_DECODE_H

#include "inspect/form.h"

/* What is undone; any of them together. */
enum {
    COMITY_DECODE_JSON = 1,       /* \u0031, \n, \/ … */
    COMITY_DECODE_PERCENT = 2,    /* %31 */
    COMITY_DECODE_PLUS = 4,       /* + for a space, as in forms */
    COMITY_DECODE_REFERENCES = 8, /* &#49; &#x31; &amp; */
    COMITY_DECODE_QUOTES = 16,    /* "" for " */
    COMITY_DECODE_FOLD = 32       /* digits of all scripts and full-width signs to ASCII; spaces and dashes of
                                     all kinds to one kind; what has no width is left away */
};

/* What a part of that syntax escapes, and COMITY_DECODE_FOLD. */
unsigned comity_decode_of_syntax(comity_form_syntax syntax);

/* Decodes `size` bytes, at most UINT32_MAX, into `ret_text`, which has room for as
 * many. Runs say where each decoded byte stood: `decoded` is an offset in
 * `ret_text`, `raw` one in `bytes`. What is malformed stays as it is; an escape
 * that is cut off at the end does too. If more than `run_max` runs are needed, the
 * rest is left away: `ret_size` tells how far it came. Returns the runs. */
size_t comity_decode_near(unsigned what, const uint8_t *bytes, size_t size, uint8_t *ret_text, size_t *ret_size,
                          comity_form_run *ret_runs, size_t run_max);

/* The escape that `bytes` begin with (1 byte at least): what it stands for, how many bytes that is, and
 * how many it takes: 0 if there is none. */
size_t comity_decode_here(unsigned what, const uint8_t *bytes, size_t size, char ret_text[8], size_t *ret_taken);

/* Whether anything in these bytes would be decoded; fast, and may say yes in vain. */
bool comity_decode_wanted(unsigned what, const uint8_t *bytes, size_t size);

/* No reference that is known is longer. */
#define COMITY_DECODE_REFERENCE_SIZE 32

/* The character reference that `text` begins with: what it stands for, and how many
 * bytes it takes. 0 if there is none that is known. */
size_t comity_decode_reference(const char *text, size_t size, char ret_text[8], size_t *ret_taken);

#endif
