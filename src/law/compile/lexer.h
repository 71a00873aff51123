/* Law text to tokens.
 *
 * A lexer finds its own errors (a character that means nothing, a date the
 * calendar does not have) and tells them once. The token is then BAD: whoever
 * meets it knows that all has been said. */
#ifndef COMITY_LAW_COMPILE_LEXER_H
#define COMITY_LAW_COMPILE_LEXER_H

#include "law/compile/diagnostics.h"
#include "law/compile/tree.h"

/* Numbers in law count persons, days and money; there is none of more than this. */
#define COMITY_LAW_NUMBER_MAX UINT64_C(1000000000000000)

typedef enum comity_token_type {
    COMITY_TOKEN_END,
    COMITY_TOKEN_WORD,
    COMITY_TOKEN_STRING,      /* text and size: with its quotes, still escaped */
    COMITY_TOKEN_NUMBER,      /* number */
    COMITY_TOKEN_DATE,        /* date */
    COMITY_TOKEN_PERCENT,     /* number: hundredths of a percent */
    COMITY_TOKEN_PUNCTUATION, /* one of ( ) , = */
    COMITY_TOKEN_COMMENT,     /* from `#` on, without the spaces at its end */
    COMITY_TOKEN_BAD          /* already told */
} comity_token_type;

/* A plain value that borrows the text it was found in. */
typedef struct comity_token {
    comity_token_type type;
    bool first_on_line; /* nothing but white space stands before it */
    bool after_blank;   /* and the line before is empty */
    comity_place_in_text at;
    const char *text;
    size_t size;
    uint64_t number;
    int32_t date;
} comity_token;

/* A plain value; copy it to look ahead. The fields are private. */
typedef struct comity_lexer {
    const char *text;
    size_t size;
    size_t at;
    uint32_t file, line, column; /* of the byte at `at` */
    uint32_t blank_lines;        /* directly before this line */
    bool line_is_empty;          /* so far */
    uint32_t hushed_line;        /* 0: none */
    uint32_t open_line;          /* of the last string that did not end; 0: none */
    bool with_comments;
    comity_diagnostics *diagnostics;
} comity_lexer;

/* Begins to read. A byte order mark at the beginning is passed over. Comments
 * come as tokens if `with_comments`, else not at all. Text that is not UTF-8 is
 * told, and nothing of it comes. `text` and `diagnostics` must outlive it. */
void comity_lexer_init(comity_lexer *ret_lexer, const char *text, size_t size, uint32_t file, bool with_comments,
                       comity_diagnostics *diagnostics);

/* The next token; END for ever once the text is over. */
void comity_lexer_next(comity_lexer *lexer, comity_token *ret_token);

/* A mistake on this line has been told: odd characters and open strings on the
 * rest of it, which most likely come of the same mistake, are not told again. */
void comity_lexer_hush(comity_lexer *lexer, uint32_t line);

/* Writes what a string token says, without quotes and escapes, and a NUL;
 * `ret_text` has room for token->size bytes. */
void comity_lexer_unescape(const comity_token *token, char *ret_text);

/* True if the token is this word or this punctuation. */
bool comity_token_is(const comity_token *token, const char *word);

#endif
