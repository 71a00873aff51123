/* Bytes of a part in, findings out, at about the speed of memory.
 *
 *     comity_scan_rules_new(types, &rules, reterr);          once; threads share it
 *     comity_scan_new(rules, &settings, &scan, reterr);      one a thread, and one a level of parts
 *     comity_scan_start(scan, &part);                        a part: a document, a member, a field
 *     comity_scan_feed(scan, bytes, size);                   any split
 *     comity_scan_finish(scan);
 *
 * Two stages. The first looks at every byte, 64 at a time, and yields the places
 * where something could be: groups of six digits or more, longer words with
 * digits, `@`, `<<`, labels before `:` and `=`, words in capitals, words beyond
 * ASCII. The second looks at those places only: it takes the value, finds the
 * field or the words near it, and tries the types that are worth it.
 *
 * A finding depends on the part's bytes and the settings alone: however the bytes
 * are split, the findings are the same and come in the same order. For this a
 * place is judged when COMITY_LIMIT_SCAN_AHEAD bytes behind it are known or the
 * part has ended. No finding will ever begin before comity_scan_settled: bytes
 * before it can be passed on.
 *
 * Nothing is allocated after comity_scan_new, and nothing can fail. */
#ifndef COMITY_INSPECT_SCAN_H
#define COMITY_INSPECT_SCAN_H

#include "inspect/finding.h"
#include "inspect/form.h"

/* Tables made of a set of types. Immutable; shared by threads. `types` must outlive it. */
typedef struct comity_scan_rules comity_scan_rules;

/* COMITY_ERROR_MEMORY; COMITY_ERROR_LIMIT for more than COMITY_LIMIT_SCAN_FORMS forms. */
COMITY_MUST_USE comity_status comity_scan_rules_new(const comity_types *types, comity_scan_rules **ret_rules,
                                                    comity_error *reterr);

/* NULL is allowed. */
void comity_scan_rules_free(comity_scan_rules *rules);

const comity_types *comity_scan_rules_types(const comity_scan_rules *rules);

/* How surely a value of this type stands for one person, from 1; 0: it does not. */
uint8_t comity_scan_rules_rank(const comity_scan_rules *rules, uint16_t type);

typedef struct comity_scan_part {
    comity_form_syntax syntax;
    char delimiter;    /* CSV: ',' if 0 */
    bool has_header;   /* CSV: the first row names the columns */
    const char *field; /* what names all of the part, or NULL; borrowed until comity_scan_start returns */
} comity_scan_part;

struct comity_persons;

/* Called on the thread that feeds, in order of the findings' ends of judging.
 * The finding is borrowed for the call. */
typedef void (*comity_scan_found)(void *context, const comity_finding *finding);

typedef struct comity_scan_settings {
    uint8_t level;                  /* readings below this confidence are not given: 1–100; 0 stands for 75 */
    uint8_t key[16];                /* of the digests */
    const char *const *states;      /* declared for the route, or NULL */
    size_t state_count;
    bool wants_paths;               /* findings bear their path; it takes time */
    bool wants_digests;             /* findings bear their digest; it takes time */
    struct comity_persons *persons; /* counts distinct persons; NULL: they are not counted. Borrowed */
    comity_scan_found found;
    void *context;
} comity_scan_settings;

/* State of scanning one part at a time; about 2,700 KiB. Belongs to one thread at a time. */
typedef struct comity_scan comity_scan;

/* `rules` and what the settings point to must outlive the scan. COMITY_ERROR_MEMORY. */
COMITY_MUST_USE comity_status comity_scan_new(const comity_scan_rules *rules, const comity_scan_settings *settings,
                                              comity_scan **ret_scan, comity_error *reterr);

/* NULL is allowed. */
void comity_scan_free(comity_scan *scan);

/* Begins a part; what was fed of another and not finished is forgotten. */
void comity_scan_start(comity_scan *scan, const comity_scan_part *part);

/* Takes the next `size` bytes; `bytes` may be NULL when `size` is 0. */
void comity_scan_feed(comity_scan *scan, const void *bytes, size_t size);

/* The part is complete: all that is left is judged. */
void comity_scan_finish(comity_scan *scan);

/* How much has been looked at since comity_scan_new: values tried, anchors compared, and 64 bytes of runs gone through.
 * Tests bound it for each byte. */
uint64_t comity_scan_effort(const comity_scan *scan);

/* No finding to come begins before this byte of the part. */
uint64_t comity_scan_settled(const comity_scan *scan);

#endif
