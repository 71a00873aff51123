/* Law text to a syntax tree. The grammar is docs/law-language.md. */
#ifndef COMITY_LAW_COMPILE_PARSER_H
#define COMITY_LAW_COMPILE_PARSER_H

#include "base/arena.h"
#include "law/compile/diagnostics.h"
#include "law/compile/tree.h"

/* Parses one file. `path` is for messages only and is borrowed, as `text` is:
 * both must outlive the tree. `file_index` goes into every place in the tree.
 *
 * What is wrong with the text goes to `diagnostics`, all of it in one run, and
 * the status is still COMITY_OK: `ret_file->parsed_whole` tells. Of a file that
 * is not whole, the declarations with a mistake in them are left out; do not
 * check or compile it, for names would seem to be missing. Of one that is
 * whole, every name, title and condition the grammar asks for is there.
 *
 * COMITY_ERROR_LIMIT if the text is larger than COMITY_LIMIT_LAW_FILE_BYTES or
 * the arena is full, COMITY_ERROR_MEMORY if the system has no more; then
 * `ret_file` is untouched. Pure but for the arena and the diagnostics. */
comity_status comity_law_parse(comity_arena *arena, const char *path, uint32_t file_index, const char *text,
                               size_t size, comity_diagnostics *diagnostics, comity_law_file *ret_file,
                               comity_error *reterr) COMITY_MUST_USE;

/* The word that a file of this kind begins with, and that begins such a declaration. */
const char *comity_header_word(comity_file_kind kind);
const char *comity_declaring_word_of(comity_declaration_kind kind);

#endif
