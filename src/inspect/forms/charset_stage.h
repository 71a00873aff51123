/* The stage that turns a character set into UTF-8. Private to this folder. */
#ifndef COMITY_INSPECT_FORMS_CHARSET_STAGE_H
#define COMITY_INSPECT_FORMS_CHARSET_STAGE_H

#include "inspect/forms/charset.h"
#include "inspect/forms/stage.h"

/* Makes the stage and the leaf behind it. `set`: what the bytes are in, of which
 * the first `mark_size` are a byte order mark; ascii means that it is settled when
 * a byte beyond ASCII comes, with `told` (may be NULL) tried first. */
COMITY_MUST_USE comity_status comity_charset_begin(comity_stage *parent, const comity_about *about,
                                                   const comity_text_about *text, const comity_charset *set,
                                                   const comity_charset *told, size_t mark_size,
                                                   comity_stage **ret_stage, comity_error *reterr);

#endif
