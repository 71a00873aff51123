/* Going through the record, newest first, in the worker's thread. */
#ifndef COMITY_SERVE_SCAN_H
#define COMITY_SERVE_SCAN_H

#include "serve/told.h"

/* A row that is asked for. */
typedef comity_status comity_scan_row(void *context, const comity_told *row, comity_error *reterr);

/* Calls `row` for every entry of [from, to) that the filter wants; stops at its first failure. */
COMITY_MUST_USE comity_status comity_scan_stretch(comity_record_reader *reader, comity_replay *replay,
                                                  const comity_filter *filter, uint64_t from, uint64_t to,
                                                  comity_scan_row *row, void *context, comity_error *reterr);

/* When the newest entry under the checkpoint was recorded, or what was kept of it erased; false: there is none, or it
 * cannot be read. */
bool comity_scan_newest(comity_record_reader *reader, uint64_t *ret_time_ms);

/* The next stretch to look at below `end`: small ones first, for who wants only the newest. `done`: entries looked at so far. */
uint64_t comity_scan_begin(uint64_t end, uint64_t done, uint64_t bound);

#endif
