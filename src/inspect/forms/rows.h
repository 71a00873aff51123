/* Rows of fields with a delimiter between them. Private to this folder. */
#ifndef COMITY_INSPECT_FORMS_ROWS_H
#define COMITY_INSPECT_FORMS_ROWS_H

#include "inspect/forms/stage.h"

/* Whether a text is rows (RFC 4180 and its kin: fields may stand in double quotes): finds
 * the delimiter and whether the first row names the columns. `told` is the
 * delimiter that was told, or 0: then two rows of one field each are rows too. */
bool comity_rows_find(const char *text, size_t size, bool whole, char told, comity_text_about *ret_about);

#endif
