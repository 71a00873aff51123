/* Text of types to tokens. A token lies within one line; `#` begins a comment. */
#ifndef COMITY_INSPECT_COMPILE_SCAN_H
#define COMITY_INSPECT_COMPILE_SCAN_H

#include "inspect/types.h"

typedef enum comity_scan_kind {
    COMITY_SCAN_END,
    COMITY_SCAN_WORD,   /* letters, digits, _ - . ; begins with a letter */
    COMITY_SCAN_NUMBER, /* digits */
    COMITY_SCAN_STRING, /* text and size: what stands between the quotes, still escaped */
    COMITY_SCAN_SIGN    /* ( ) , .. @ + - * = != < <= > >= */
} comity_scan_kind;

/* Borrows the text. */
typedef struct comity_scan_token {
    comity_scan_kind kind;
    const char *text;
    size_t size;
    int64_t number;
    uint32_t line, column; /* from 1; columns count bytes */
    bool first;            /* nothing but blanks stands before it on its line */
} comity_scan_token;

/* A plain value: copy it to come back to a place. */
typedef struct comity_scan {
    const comity_types_text *file;
    size_t at, line_begin;
    uint32_t line;
} comity_scan;

void comity_scan_begin(comity_scan *ret_scan, const comity_types_text *file);

/* The next token; END for ever at the end of the text. COMITY_ERROR_SYNTAX. */
COMITY_MUST_USE comity_status comity_scan_next(comity_scan *scan, comity_scan_token *ret_token, comity_error *reterr);

bool comity_scan_is(const comity_scan_token *token, const char *text);

/* Writes the bytes that a string stands for; `ret_bytes` has room for its size.
 * Escapes: \" \\ \n \r \t and \xHH. */
COMITY_MUST_USE comity_status comity_scan_unescape(const comity_scan *scan, const comity_scan_token *string,
                                                   char *ret_bytes, size_t *ret_size, comity_error *reterr);

/* Fails with COMITY_ERROR_SYNTAX: "PATH:LINE:COLUMN: FOUND found, but EXPECTED expected". */
comity_status comity_scan_expected(const comity_scan *scan, const comity_scan_token *found, const char *expected,
                                   comity_error *reterr);

/* Fails with COMITY_ERROR_SYNTAX at a place: "PATH:LINE:COLUMN: MESSAGE". */
comity_status comity_scan_fail(const comity_scan *scan, uint32_t line, uint32_t column, comity_error *reterr,
                               const char *format, ...) COMITY_PRINTF(5, 6);

#endif
