/* Cells that give nothing: see scan_quiet.c. */
#ifndef COMITY_INSPECT_SCAN_QUIET_H
#define COMITY_INSPECT_SCAN_QUIET_H

#include "inspect/scan_inner.h"

/* A value of JSON behind its colon, or of CSV between its separators. */
typedef struct comity_scan_cell {
    const uint8_t *begin;
    size_t size;
    uint64_t around; /* of the names of the containers around it */
    uint32_t field;  /* the number of its name */
    uint16_t before; /* the bytes before its key */
} comity_scan_cell;

/* The cell around `at`, and what it would be remembered by. False if it is not one of those. */
bool comity_scan_quiet_make(comity_scan *scan, const uint8_t *at, comity_scan_cell *ret_cell,
                            comity_scan_quiet *ret_quiet);

/* What is remembered of such a place, or NULL. */
const comity_scan_quiet *comity_scan_quiet_known(const comity_scan *scan, const comity_scan_quiet *quiet);
/* Whether it has been seen before, and may be quiet: what is seen but once is not worth being noted. */
bool comity_scan_quiet_comes_again(comity_scan *scan, const comity_scan_quiet *quiet);
void comity_scan_quiet_keep(comity_scan *scan, const comity_scan_quiet *quiet);
/* It was looked at to be kept, and was not quiet. */
void comity_scan_quiet_stirs(comity_scan *scan, const comity_scan_quiet *quiet);

#endif
