/* Untrusted bytes for people: a short excerpt for error messages, or all of a text. */
#ifndef COMITY_BASE_QUOTE_H
#define COMITY_BASE_QUOTE_H

#include "base/buffer.h"

#include <stddef.h>

/* A plain value; `text` is NUL-terminated UTF-8 with double quotes around. */
typedef struct comity_quote {
    char text[72];
} comity_quote;

/* The bytes between double quotes. Anything but printable ASCII and whole UTF-8
 * characters shows as \xNN, a quote and a backslash are escaped, and what is
 * longer than about 60 bytes is cut and ends in "…". Never fails.
 *
 *     comity_fail(reterr, code, "%s is no category", comity_quote_bytes(t, n).text);
 */
comity_quote comity_quote_bytes(const char *bytes, size_t size);

#define COMITY_QUOTE_PIECE_SIZE 4

/* The first character of a text that is not empty as people may see it, without quotes around:
 * itself if it can be seen, is no control and does not turn around what stands beside it; else
 * its first byte as \xNN. Returns the piece's size; `ret_taken`: of how many bytes. */
size_t comity_quote_piece(const char *bytes, size_t size, char ret_piece[COMITY_QUOTE_PIECE_SIZE], size_t *ret_taken);

/* Appends a text piece by piece. */
void comity_quote_append_plain(comity_buffer *buffer, const char *text, size_t size);

/* Appends JSON text for people to read: what cannot be seen, or turns what stands
 * beside it around (comity_utf8_unseen), as \uNNNN, so that it is the same JSON.
 * The text is checked UTF-8. */
void comity_quote_append_json(comity_buffer *buffer, const char *json, size_t size);

#endif
