/* Undoing a text's escapes as it goes by, so that what stands written in them is found
 * where nothing speaks for it: \u0040 in JSON, %40 in forms, &#64; in markup.
 *
 * Only what means nothing to the syntax is undone. A quote and a backslash of JSON, signs
 * between fields of a form, and angle brackets, ampersands and quotes of markup stay
 * escaped, so what comes out is of the same syntax with the same fields. Ends of lines
 * and other control characters become tabs: lines and records are those of the bytes. */
#ifndef COMITY_INSPECT_FORMS_UNESCAPE_H
#define COMITY_INSPECT_FORMS_UNESCAPE_H

#include "inspect/forms/stage.h"

typedef struct comity_unescape_work comity_unescape_work;

/* Of one text. All zeros: nothing has come by yet. */
typedef struct comity_unescape {
    comity_unescape_work *work; /* from the stage's pool, once it is needed */
    uint64_t given;             /* bytes */
} comity_unescape;

/* Takes a span with its runs counted from anywhere, or none. */
typedef comity_status comity_unescape_give(comity_stage *stage, const comity_span *span, comity_error *reterr);

/* Takes the next bytes of a text of that syntax and passes them on, undone, in spans that are
 * counted from its first byte. At most an escape that has not ended is held back. */
COMITY_MUST_USE comity_status comity_unescape_feed(comity_unescape *unescape, comity_stage *stage,
                                                   comity_form_syntax syntax, comity_span span,
                                                   comity_unescape_give *give, comity_error *reterr);

/* No more bytes come. */
COMITY_MUST_USE comity_status comity_unescape_end(comity_unescape *unescape, comity_stage *stage,
                                                  comity_form_syntax syntax, comity_unescape_give *give,
                                                  comity_error *reterr);

#endif
