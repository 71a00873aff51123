/* A finding: personal or important data seen at a place of a part.
 *
 * A value can be read in several ways (eleven digits are a tax number in one
 * state and a social security number in another): a finding keeps the readings
 * that reach the level asked for, the surest first. It is a plain value; what it
 * points to is borrowed for the call that gives it. */
#ifndef COMITY_INSPECT_FINDING_H
#define COMITY_INSPECT_FINDING_H

#include "inspect/types.h"

/* What speaks for a reading, beside what types.h has (COMITY_EVIDENCE_SHAPE …). */
#define COMITY_EVIDENCE_WORD 0x100u   /* a word of the type stands near */
#define COMITY_EVIDENCE_FIELD 0x200u  /* the field's or column's name is one of the type's */
#define COMITY_EVIDENCE_COLUMN 0x400u /* nearly all values of its field so far passed too */
#define COMITY_EVIDENCE_LOCALE 0x800u /* the type's state is one declared for the route */

/* Readings kept of one value: beyond these the less sure are dropped. */
#define COMITY_FINDING_READINGS 8
/* A path as text: "users[].address.phone"; cut at the front with "…" when longer. */
#define COMITY_FINDING_PATH_BYTES 160

typedef struct comity_reading {
    uint16_t type;      /* of comity_types */
    uint16_t form;      /* the form that passed */
    uint16_t evidence;  /* COMITY_EVIDENCE_… */
    uint8_t confidence; /* 1–100 */
} comity_reading;

typedef struct comity_finding {
    uint64_t begin, end; /* the value's bytes in the part: [begin, end) */
    const uint8_t *raw;  /* those bytes as they stand in the part; borrowed. Personal data: never to be logged */
    size_t size;         /* end - begin */
    comity_reading readings[COMITY_FINDING_READINGS]; /* the surest first; of equals the one of the lower number */
    size_t reading_count;                             /* at least 1 */
    uint8_t digest[16]; /* keyed, of the value in the first reading's writing; nothing if digests are not wanted */
    uint64_t line;      /* from 1: newlines before the value, and one */
    uint64_t record;    /* from 0: JSON object of a list, NDJSON line, CSV row, line of text */
    uint32_t column;    /* CSV: from 1; else 0 */
    const char *path;   /* field, JSON path, XML path, or the column's name; "" if there is none,
                         * or if paths are not wanted. NUL-terminated */
} comity_finding;

#endif
