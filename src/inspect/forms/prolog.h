/* What stands before the first element of XML. Private to this folder. */
#ifndef COMITY_INSPECT_FORMS_PROLOG_H
#define COMITY_INSPECT_FORMS_PROLOG_H

#include "inspect/forms/stage.h"

/* A plain value, zero at the beginning. */
typedef struct comity_prolog {
    uint8_t phase;
    uint8_t seen_size;
    bool ended;
    char seen[8]; /* the beginning of what follows a '<', or the end of what is passed over */
} comity_prolog;

/* Reads the next bytes until the first element begins. COMITY_ERROR_SYNTAX if
 * entities are declared: what they stand for is put together by readers only, so
 * nobody could look for values in it. */
COMITY_MUST_USE comity_status comity_prolog_feed(comity_prolog *prolog, const comity_stage *stage, const uint8_t *bytes,
                                                 size_t size, comity_error *reterr);

#endif
