/* Times as logs are full of them: "2026-11-29T18:59:12.345". They are nobody's number, and passed over as a whole. */
#ifndef COMITY_INSPECT_SCAN_TIME_H
#define COMITY_INSPECT_SCAN_TIME_H

#include "base/swar.h"
#include "inspect/scan_bytes.h"

/* From the month's first digit on. */
#define COMITY_SCAN_TIME_BYTES 28
/* The first byte behind the hour's colon, or the hour's own: what belongs to the time may end there. */
#define COMITY_SCAN_TIME_HOUR 6

/* What is no matter of ranges: the century, one mark within the date, what stands before it and behind. */
static inline bool comity_time_is_dated(const uint8_t *at)
{
    unsigned century = (unsigned)at[-5] << 8 | at[-4];
    bool between = at[5] == 'T' || at[5] == ' ' || at[5] == '_';
    return (century == ('1' << 8 | '9') || century == ('2' << 8 | '0')) && at[-1] == at[2] && between &&
           !comity_scan_is_word(at[-6]);
}

/* The body of comity_scan_time_function for every machine. */
static inline size_t comity_time_size(const uint8_t *at)
{
    const uint64_t places = UINT64_C(0x00FFFF00FFFF0000); /* of digits, in both words */
    uint64_t date = comity_swar_load_ordered(at - 5);
    uint64_t rest = comity_swar_load_ordered(at + 1); /* the month's second digit, and all to the colon */
    uint64_t date_digits = (date ^ COMITY_SWAR_ONES * '0') & places;
    uint64_t rest_digits = (rest ^ COMITY_SWAR_ONES * '0') & places;
    uint64_t others = date_digits | (date_digits + COMITY_SWAR_ONES * 0x76) | rest_digits |
                      (rest_digits + COMITY_SWAR_ONES * 0x76);
    bool is_marked = (at[-1] == '-' || at[-1] == '/' || at[-1] == '.') && at[8] == ':';
    if (!is_marked || comity_swar_high(others) != 0 || at[0] > '1' || at[3] > '3' || !comity_time_is_dated(at)) {
        return 0;
    }
    size_t size = COMITY_SCAN_TIME_HOUR;
    while (size < COMITY_SCAN_TIME_BYTES && ((uint8_t)(at[size] - '0') <= ':' - '0' || at[size] == '.')) {
        size++;
    }
    return size;
}

#endif
