/* One segment of law text, laid out; for format.c only. */
#ifndef COMITY_LAW_COMPILE_FORMAT_LINE_H
#define COMITY_LAW_COMPILE_FORMAT_LINE_H

#include "law/compile/parsing.h"

#include "base/buffer.h"

/* Lines are broken where they would be longer than this, in characters. */
#define COMITY_LAW_LINE_WIDTH 110

typedef enum comity_piece_connective {
    COMITY_PIECE_NO_CONNECTIVE,
    COMITY_PIECE_AND,
    COMITY_PIECE_OR
} comity_piece_connective;

/* A token, comments included, with what the parser has marked. */
typedef struct comity_piece {
    comity_token token;
    comity_mark begin; /* if it begins a segment */
    bool begins;
    bool dropped;       /* not written */
    bool one_of_before; /* `one of` is written before it */
    bool comma_before;
    comity_piece_connective connective;
} comity_piece;

typedef struct comity_line {
    const comity_piece *pieces; /* the first is the word it begins with */
    size_t count;
    uint32_t indent;       /* of the first line */
    uint32_t pad;          /* spaces more behind the first word */
    uint32_t continuation; /* indent of the lines after the first */
} comity_line;

/* True if the piece at `at` is a connective that no parentheses surround;
 * `pieces` begins with the segment. */
bool comity_piece_is_top(const comity_piece *pieces, size_t at);

/* Appends the segment and a newline. Comments in it stand before connectives
 * that no parentheses surround, or at the very end. */
comity_status comity_line_write(const comity_line *line, comity_arena *arena, comity_buffer *buffer,
                                comity_error *reterr) COMITY_MUST_USE;

#endif
