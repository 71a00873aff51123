/* What a text is: JSON, rows, markup, a form, or just text. Private to this folder. */
#ifndef COMITY_INSPECT_FORMS_SYNTAX_H
#define COMITY_INSPECT_FORMS_SYNTAX_H

#include "inspect/forms/stage.h"

/* Tells by the beginning of a text in UTF-8; `whole`: nothing follows. `content_type`
 * and `name` are what is told of it, or "". */
comity_text_about comity_syntax_find(const char *text, size_t size, bool whole, const char *content_type,
                                     const char *name);

/* Whether `text` of `size` bytes begins with `word`, small and capital ASCII letters alike. */
bool comity_begins_with(const char *text, size_t size, const char *word);

/* Whether a NUL-terminated text ends with `end`, likewise. */
bool comity_ends_with(const char *text, const char *end);

/* Whether a NUL-terminated text has `word` in it, likewise. */
bool comity_has_word(const char *text, const char *word);

#endif
