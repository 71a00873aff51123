/* Acts of gates: what /v1/auth_request/NAME and /v1/ext_authz/NAME have judged.
 *
 * A gate's file is an act as JSON in which a string may be a placeholder,
 * "${comity-to}": the value of the request's header Comity-To, as a JSON string.
 * A header that a placeholder asks for and the request lacks makes the act
 * unreadable, and the gate stays closed. */
#ifndef COMITY_SERVE_GATES_H
#define COMITY_SERVE_GATES_H

#include "base/arena.h"
#include "base/buffer.h"
#include "serve/config.h"

/* One piece: the text before a placeholder, and the header's name; NULL at the end. */
typedef struct comity_gate_piece {
    const char *text;
    size_t text_size;
    const char *header;
} comity_gate_piece;

/* Immutable once read; lives in its arena. */
typedef struct comity_gate {
    const char *name;
    size_t piece_count;
    comity_gate_piece pieces[COMITY_LIMIT_SERVE_PLACEHOLDERS + 1];
} comity_gate;

/* Reads a gate's act. COMITY_ERROR_SYNTAX if it is no JSON object, or a placeholder is malformed. */
COMITY_MUST_USE comity_status comity_gate_read(const char *name, const char *text, size_t size, comity_arena *arena,
                                               comity_gate *ret_gate, comity_error *reterr);

/* Whence headers come; NULL: there is none of that name. */
typedef const char *comity_header_source(void *context, const char *name);

/* Appends the act. COMITY_ERROR_SYNTAX if a header is missing or no text. */
COMITY_MUST_USE comity_status comity_gate_fill(const comity_gate *gate, comity_header_source *source, void *context,
                                               comity_buffer *buffer, comity_error *reterr);

#endif
