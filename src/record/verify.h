/* Verifying a whole record: every entry hashed up to the signed root, every tile
 * compared, and the private store held against the entries. */
#ifndef COMITY_RECORD_VERIFY_H
#define COMITY_RECORD_VERIFY_H

#include "record/reader.h"

/* What was found. A plain value. */
typedef struct comity_record_report {
    uint64_t size;   /* entries under the checkpoint */
    uint64_t kept;   /* of which the store keeps what they stand for */
    uint64_t erased; /* of which that was erased, and the store says so */
    uint64_t absent; /* of which the store says nothing */
    uint64_t unsigned_size; /* entries in the store beyond the checkpoint */
    uint64_t erased_first[COMITY_LIMIT_RECORD_RUNS], erased_count[COMITY_LIMIT_RECORD_RUNS]; /* the first runs of these */
    size_t erased_runs; /* of all, which may be more than are listed */
    bool is_torn;            /* something in the store is no record: damage, if anything is absent */
    comity_torn_place torn;
} comity_record_report;

/* `progress`, if not NULL, is called now and then with how many entries were
 * looked at, of `2 × size` in all. COMITY_ERROR_RECORD with what is wrong. */
COMITY_MUST_USE comity_status comity_record_reader_verify(comity_record_reader *reader,
                                                          void (*progress)(void *context, uint64_t done, uint64_t all),
                                                          void *context, comity_record_report *ret_report,
                                                          comity_error *reterr);

#endif
