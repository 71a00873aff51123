/* Moments as milliseconds since 1970-01-01 UTC, and their text as RFC 3339 has it,
 * always in UTC. Pure; any thread. */
#ifndef COMITY_BASE_TIME_H
#define COMITY_BASE_TIME_H

#include "base/error.h"

/* Bytes of "2026-11-24T10:15:00.123Z" and a NUL, and of what is beyond all calendars. */
#define COMITY_TIME_TEXT_SIZE 32

/* Writes it with milliseconds. Beyond the year 9999: "(253402300800000 ms)". */
void comity_time_print(uint64_t time_ms, char ret_text[COMITY_TIME_TEXT_SIZE]);

/* Reads YYYY-MM-DDTHH:MM:SSZ, with or without a fraction of up to three digits, or
 * a day alone, which is its first moment. COMITY_ERROR_SYNTAX or COMITY_ERROR_RANGE. */
COMITY_MUST_USE comity_status comity_time_parse(const char *text, size_t size, uint64_t *ret_time_ms,
                                                comity_error *reterr);

/* The year of a moment (1970-9999), and the first moment behind it. False, and nothing set,
 * beyond the year 9999. */
bool comity_time_year(uint64_t time_ms, int32_t *ret_year, uint64_t *ret_end_ms);

#endif
