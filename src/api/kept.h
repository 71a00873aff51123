/* What a record keeps of a judgement, so that it can be judged again: the act as
 * it came, and what else the judgement followed from.
 *
 *     comity kept 1
 *     law sha256:…          the image, which lies in law/ beside the log
 *     evaluator 0.2.0       the version that judged
 *     on 2026-11-24         the day for an act that says none, if one was given
 *     papers sha256:…       the papers at hand, which lie in papers/ beside the log
 *     strict                papers that acts only claim counted as not held
 *     adopt CODE            an agreement held as binding; any number of lines
 *     gate NAME             who had it judged, as the one who recorded it calls him
 *
 *     the act's bytes
 *
 * The judgement itself is not kept: it follows from these, and the log's entry
 * tells whether what follows is what was recorded. */
#ifndef COMITY_API_KEPT_H
#define COMITY_API_KEPT_H

#include "base/buffer.h"

#define COMITY_LAW_NAME_SIZE 71 /* "sha256:" and 64 digits */

/* Borrows its bytes. */
typedef struct comity_kept {
    const char *law; /* COMITY_LAW_NAME_SIZE characters */
    const char *evaluator;
    size_t evaluator_size;
    const char *on; /* NULL: none was given; else ten characters */
    const char *papers; /* NULL: none; else COMITY_LAW_NAME_SIZE characters */
    bool strict;
    const char *adopted; /* lines `adopt CODE` */
    size_t adopted_size;
    const char *gate; /* NULL: not said */
    size_t gate_size;
    const char *act;
    size_t act_size;
} comity_kept;

/* COMITY_ERROR_SYNTAX, with the line, if these bytes are not that. */
COMITY_MUST_USE comity_status comity_kept_read(const char *text, size_t size, comity_kept *ret_kept,
                                               comity_error *reterr);

void comity_kept_write(const comity_kept *kept, comity_buffer *buffer);

/* What a record keeps of a file that was appended as it is, such as a paper of
 * revocation: the line `comity kept file 1`, and the bytes, to which the entry
 * commits. False if these bytes are not that. */
bool comity_kept_file(const uint8_t *kept, size_t size, const uint8_t **ret_bytes, size_t *ret_size);

void comity_kept_file_write(const void *bytes, size_t size, comity_buffer *buffer);

/* Takes the next code off `adopted`, into `ret_code` with a NUL; false at the end. */
bool comity_kept_adopted(comity_kept *kept, char *ret_code, size_t capacity);

#endif
