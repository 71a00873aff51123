/* One layout for law text.
 *
 * What it says and its comments stay as they are; only white space, line ends,
 * the grouping of digits and the words `one of` before tested lists change.
 * Formatting twice is formatting once, and the formatted text parses to the
 * same tree. */
#ifndef COMITY_LAW_COMPILE_FORMAT_H
#define COMITY_LAW_COMPILE_FORMAT_H

#include "base/buffer.h"

/* Appends the text of one file, laid out anew, to `buffer`. Of a text with
 * mistakes in it nothing is appended; what is wrong goes to `messages`, as
 * comity_diagnostics_print has it, and the status is COMITY_OK all the same:
 * `ret_whole` tells. `path` is for messages only.
 * A status other than COMITY_OK is memory or a limit; `buffer` may then hold
 * part of the text. Pure; any thread. */
comity_status comity_law_format(const char *path, const char *text, size_t size, comity_buffer *buffer,
                                comity_buffer *messages, bool *ret_whole, comity_error *reterr) COMITY_MUST_USE;

#endif
