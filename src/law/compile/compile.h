/* Law files to a law image.
 *
 * The same files give the same bytes, on every machine and in any order. */
#ifndef COMITY_LAW_COMPILE_COMPILE_H
#define COMITY_LAW_COMPILE_COMPILE_H

#include "base/buffer.h"
#include "law/compile/diagnostics.h"
#include "law/compile/tree.h"

/* Checks and compiles parsed files. What is wrong with them goes to
 * `diagnostics`; if there is any error, nothing is appended to `buffer` and the
 * status is still COMITY_OK. A status other than that is memory or a limit.
 * Everything made on the way lies in `arena`. `buffer` may be NULL: check only. */
comity_status comity_law_compile(comity_arena *arena, const comity_law_file *files, size_t file_count,
                                 comity_diagnostics *diagnostics, comity_buffer *buffer,
                                 comity_error *reterr) COMITY_MUST_USE;

#endif
