/* What bytes are, by their beginning. Private to this folder. */
#ifndef COMITY_INSPECT_FORMS_SNIFF_H
#define COMITY_INSPECT_FORMS_SNIFF_H

#include "inspect/forms/stage.h"

/* The most bytes that a magic at the beginning takes. */
#define COMITY_MAGIC_SIZE 16

/* A form that shows in its first bytes. */
typedef struct comity_magic {
    const char *name;              /* "gzip", "xz" */
    const comity_stage_kind *kind; /* NULL: such data is not looked into, and refused */
    const char *bytes;
    uint8_t size;
} comity_magic;

/* The form that begins with `bytes`; NULL if they are not a magic that is known. */
const comity_magic *comity_magic_find(const uint8_t *bytes, size_t size);

/* Whether `bytes` are nothing but text: UTF-8 (cut off at the end if not `whole`)
 * without control characters but tab and ends of lines. */
bool comity_is_text(const uint8_t *bytes, size_t size, bool whole);

#endif
