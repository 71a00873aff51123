/* Whether a place of a JSON text lies within a string. */
#ifndef COMITY_INSPECT_MASK_LEXER_H
#define COMITY_INSPECT_MASK_LEXER_H

#include "base/error.h"

/* The text since what is settled, and the state where it begins. Owns its memory until
 * comity_mask_lexer_free; zero at first. The fields are private. */
typedef struct comity_mask_lexer {
    uint8_t *text;
    size_t room;
    size_t from;
    size_t size;
    uint64_t base; /* offset of the text in the part */
    uint64_t at;   /* how far the state below has come */
    bool in_string;
    bool is_escaped; /* a backslash comes before `at` */
} comity_mask_lexer;

void comity_mask_lexer_start(comity_mask_lexer *lexer);
void comity_mask_lexer_free(comity_mask_lexer *lexer);
COMITY_MUST_USE comity_status comity_mask_lexer_feed(comity_mask_lexer *lexer, const uint8_t *bytes, size_t size,
                                                     comity_error *reterr);

/* Whether [begin, end) lies outside of any string; if so, it is widened to the whole
 * number that it is a part of. It must not lie before what is settled. */
bool comity_mask_lexer_bare(comity_mask_lexer *lexer, uint64_t *begin, uint64_t *end);

/* Nothing before `settled` will be asked for. */
void comity_mask_lexer_forget(comity_mask_lexer *lexer, uint64_t settled);

#endif
