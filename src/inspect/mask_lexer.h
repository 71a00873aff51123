/* Whether a place of a JSON text lies within a string; and whether one in a text is a number of JSON that a line
 * of it holds, as lines of logs and of event streams do. */
#ifndef COMITY_INSPECT_MASK_LEXER_H
#define COMITY_INSPECT_MASK_LEXER_H

#include "base/error.h"

#include <stdbool.h>

typedef enum comity_mask_lexer_kind {
    COMITY_MASK_LEXER_JSON,
    COMITY_MASK_LEXER_NDJSON, /* no string goes on behind a newline */
    COMITY_MASK_LEXER_TEXT
} comity_mask_lexer_kind;

/* How far a text has been read. */
typedef struct comity_mask_lexer_state {
    uint64_t at;
    bool in_string;
    bool is_escaped; /* a backslash comes before `at` */
    /* Only of text: */
    bool in_object;   /* a curly bracket has opened on this line */
    bool behind_name; /* a string has ended, and perhaps blanks follow */
    bool at_value;    /* a colon besides, and perhaps blanks */
    bool in_number;   /* a part of a number besides */
} comity_mask_lexer_state;

/* The text since what is settled, and the state where it begins. The text lies where the caller holds it, or
 * in a copy, which is owned until comity_mask_lexer_free; zero at first. The fields are private. */
typedef struct comity_mask_lexer {
    const uint8_t *text;
    size_t size;
    uint64_t base; /* offset of the text in the part */
    comity_mask_lexer_kind kind;
    comity_mask_lexer_state state;
    comity_mask_lexer_state asked;  /* of text: where it was asked last, so that a long line is read once; */
    comity_mask_lexer_state before; /* and some way before, for what is asked a little behind its turn */
    bool is_copied;                 /* the text lies in the copy */
    uint8_t *copy;
    size_t room;
} comity_mask_lexer;

void comity_mask_lexer_start(comity_mask_lexer *lexer, comity_mask_lexer_kind kind);
void comity_mask_lexer_free(comity_mask_lexer *lexer);

/* From where on the text is to be held. */
uint64_t comity_mask_lexer_base(const comity_mask_lexer *lexer);

/* The text from there on is `text`, valid until the next call. */
void comity_mask_lexer_look(comity_mask_lexer *lexer, const uint8_t *text, size_t size);

/* Copies what was told so, or fed, and more behind it. COMITY_ERROR_MEMORY. */
COMITY_MUST_USE comity_status comity_mask_lexer_feed(comity_mask_lexer *lexer, const uint8_t *bytes, size_t size,
                                                     comity_error *reterr);

/* Whether a number of JSON can have that byte. */
static inline bool comity_mask_lexer_is_of_number(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || byte == '-' || byte == '+' || byte == '.' || byte == 'e' || byte == 'E';
}

/* Whether [begin, end), which begins with a byte of a number, lies outside of any string, and in a text behind
 * a name and a colon of an object; if so, it is widened to the whole number that it is a part of. It must not lie before what is settled. */
bool comity_mask_lexer_bare(comity_mask_lexer *lexer, uint64_t *begin, uint64_t *end);

/* Nothing before `settled` will be asked for. */
void comity_mask_lexer_forget(comity_mask_lexer *lexer, uint64_t settled);

#endif
