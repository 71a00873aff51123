/* Values in base64 within a text. Private to this folder. */
#ifndef COMITY_INSPECT_FORMS_EMBEDDED_H
#define COMITY_INSPECT_FORMS_EMBEDDED_H

#include "inspect/forms/embedded_fast.h"
#include "inspect/forms/stage.h"

/* Shorter runs of letters and digits are not looked into: eleven bytes of text, a
 * short number with its separators, take sixteen. */
#define COMITY_EMBEDDED_SIZE_MIN 16
/* So many are held until it is settled whether a run is base64. */
#define COMITY_EMBEDDED_HELD_SIZE 64

/* A plain value; private. */
typedef struct comity_embedded {
    const comity_embedded_level *level;
    uint8_t phase;
    bool is_escaped;    /* a backslash stands between two lines */
    uint32_t line_size; /* of the first line, if it is one of several; else 0 */
    uint32_t line_at;   /* digits of this line */
    size_t held_size;
    uint64_t raw_begin;
    comity_stage *child; /* base64 */
    uint8_t held[COMITY_EMBEDDED_HELD_SIZE];
    size_t held_runs; /* where they come from: so many of the next */
    comity_form_run held_room[COMITY_EMBEDDED_HELD_SIZE];
} comity_embedded;

void comity_embedded_begin(comity_embedded *ret_embedded);

/* Looks at the next bytes of the text that `stage` gives as part `part`. */
COMITY_MUST_USE comity_status comity_embedded_feed(comity_embedded *embedded, comity_stage *stage, uint32_t part,
                                                   comity_span span, comity_error *reterr);

/* The text ends. */
COMITY_MUST_USE comity_status comity_embedded_end(comity_embedded *embedded, comity_stage *stage, uint32_t part,
                                                  comity_error *reterr);

#endif
