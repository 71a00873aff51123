/* Whether a place of a JSON text lies within a string. */
#ifndef COMITY_INSPECT_MASK_LEXER_H
#define COMITY_INSPECT_MASK_LEXER_H

#include "base/error.h"

#include <stdbool.h>

/* The text since what is settled, and the state where it begins. The text lies where the caller holds it, or
 * in a copy, which is owned until comity_mask_lexer_free; zero at first. The fields are private. */
typedef struct comity_mask_lexer {
    const uint8_t *text;
    size_t size;
    uint64_t base; /* offset of the text in the part */
    uint64_t at;   /* how far the state below has come */
    bool in_string;
    bool is_escaped; /* a backslash comes before `at` */
    bool by_lines;   /* NDJSON: no string goes on behind a newline */
    bool is_copied;  /* the text lies in the copy */
    uint8_t *copy;
    size_t room;
} comity_mask_lexer;

void comity_mask_lexer_start(comity_mask_lexer *lexer, bool by_lines);
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

/* Whether [begin, end), which begins with a byte of a number, lies outside of any string; if so, it is
 * widened to the whole number that it is a part of. It must not lie before what is settled. */
bool comity_mask_lexer_bare(comity_mask_lexer *lexer, uint64_t *begin, uint64_t *end);

/* Nothing before `settled` will be asked for. */
void comity_mask_lexer_forget(comity_mask_lexer *lexer, uint64_t settled);

#endif
