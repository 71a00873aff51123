/* Text of types to tokens. A token lies within one line; `#` begins a comment. */
#ifndef COMITY_INSPECT_COMPILE_LEXER_H
#define COMITY_INSPECT_COMPILE_LEXER_H

#include "inspect/types.h"

typedef enum comity_types_token_kind {
    COMITY_TYPES_END,
    COMITY_TYPES_WORD,   /* letters, digits, _ - . ; begins with a letter */
    COMITY_TYPES_NUMBER, /* digits */
    COMITY_TYPES_STRING, /* text and size: what stands between the quotes, still escaped */
    COMITY_TYPES_SIGN    /* ( ) , .. @ + - * = != < <= > >= */
} comity_types_token_kind;

/* Borrows the text. */
typedef struct comity_types_token {
    comity_types_token_kind kind;
    const char *text;
    size_t size;
    int64_t number;
    uint32_t line, column; /* from 1; columns count bytes */
    bool first;            /* nothing but blanks stands before it on its line */
} comity_types_token;

/* A plain value: copy it to come back to a place. */
typedef struct comity_types_lexer {
    const comity_types_text *file;
    size_t at, line_begin;
    uint32_t line;
} comity_types_lexer;

void comity_types_lexer_begin(comity_types_lexer *ret_lexer, const comity_types_text *file);

/* The next token; END for ever at the end of the text. COMITY_ERROR_SYNTAX. */
COMITY_MUST_USE comity_status comity_types_lexer_next(comity_types_lexer *lexer, comity_types_token *ret_token,
                                                      comity_error *reterr);

bool comity_types_token_is(const comity_types_token *token, const char *text);

/* Writes the bytes that a string stands for; `ret_bytes` has room for its size.
 * Escapes: \" \\ \n \r \t and \xHH. */
COMITY_MUST_USE comity_status comity_types_lexer_unescape(const comity_types_lexer *lexer,
                                                          const comity_types_token *string, char *ret_bytes,
                                                          size_t *ret_size, comity_error *reterr);

/* Fails with COMITY_ERROR_SYNTAX: "PATH:LINE:COLUMN: FOUND found, but EXPECTED expected". */
comity_status comity_types_lexer_expected(const comity_types_lexer *lexer, const comity_types_token *found,
                                          const char *expected, comity_error *reterr);

/* Fails with COMITY_ERROR_SYNTAX at a place: "PATH:LINE:COLUMN: MESSAGE". */
comity_status comity_types_lexer_fail(const comity_types_lexer *lexer, uint32_t line, uint32_t column,
                                      comity_error *reterr, const char *format, ...) COMITY_PRINTF(5, 6);

#endif
