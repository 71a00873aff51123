/* Errors and warnings about law files, many in one run, each with its place.
 *
 * Collected in order of being found, printed sorted by file, line and column:
 *
 *     law/states/XA.law:12:20: error: "helth" is no category; did you mean "health"?
 *        12 |   when   data has helth
 *           |                   ^~~~~
 */
#ifndef COMITY_LAW_COMPILE_DIAGNOSTICS_H
#define COMITY_LAW_COMPILE_DIAGNOSTICS_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "law/compile/tree.h"

typedef enum comity_severity { COMITY_SEVERITY_ERROR, COMITY_SEVERITY_WARNING } comity_severity;

typedef struct comity_diagnostic {
    comity_severity severity;
    comity_place_in_text at;
    const char *message; /* one sentence, no newline */
} comity_diagnostic;

/* Owned by the caller; its messages live in the arena given at init. */
typedef struct comity_diagnostics {
    comity_arena *arena;
    comity_diagnostic *items;
    size_t count, capacity;
    size_t error_count; /* of those dropped too */
    bool cut; /* more than COMITY_LIMIT_LAW_ERRORS were found; the rest is not kept */
} comity_diagnostics;

void comity_diagnostics_init(comity_diagnostics *diagnostics, comity_arena *arena);

/* Adds one, unless the same has been told of the same place. Out of memory is taken as `cut`. */
void comity_diagnostics_add(comity_diagnostics *diagnostics, comity_severity severity,
                            comity_place_in_text at, const char *format, ...) COMITY_PRINTF(4, 5);

/* Appends all of them as text, sorted, with the source line and a caret under
 * what is meant. `files` are those the places index. Tabs in the source line
 * are shown as one space. */
comity_status comity_diagnostics_print(const comity_diagnostics *diagnostics,
                                       const comity_law_file *files, size_t file_count,
                                       comity_buffer *buffer, comity_error *reterr);

#endif
