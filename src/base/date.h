/* Civil dates as numbers of days.
 *
 * A date is an int32_t: days since 1970-01-01 in the proleptic Gregorian
 * calendar, from COMITY_DATE_MIN (0001-01-01) to COMITY_DATE_MAX (9999-12-31).
 * No time zones, no time of day. All functions are pure; any thread may call
 * them. Functions that take a date assert that it lies in that range: dates
 * come from comity_date_parse, comity_date_from_civil or a checked image. */
#ifndef COMITY_BASE_DATE_H
#define COMITY_BASE_DATE_H

#include "base/error.h"

#define COMITY_DATE_MIN (-719162)
#define COMITY_DATE_MAX 2932896

/* Bytes of a printed date: YYYY-MM-DD and the NUL. */
#define COMITY_DATE_TEXT_SIZE 11

/* True if `date` lies between 0001-01-01 and 9999-12-31. */
bool comity_date_valid(int32_t date);

/* The date of a year (1–9999), month (1–12) and day (1 to the month's last).
 * COMITY_ERROR_RANGE if there is no such day. */
COMITY_MUST_USE comity_status comity_date_from_civil(int32_t year, int32_t month, int32_t day, int32_t *ret_date,
                                                     comity_error *reterr);

/* The year (1–9999), month (1–12) and day (1–31) of a date. */
void comity_date_to_civil(int32_t date, int32_t *ret_year, int32_t *ret_month, int32_t *ret_day);

/* Reads exactly YYYY-MM-DD: `size` must be 10.
 * COMITY_ERROR_SYNTAX if it is not of that shape; COMITY_ERROR_RANGE if the
 * calendar has no such day: `"2023-02-29" is no date: February 2023 has 28 days`. */
COMITY_MUST_USE comity_status comity_date_parse(const char *text, size_t size, int32_t *ret_date, comity_error *reterr);

/* Writes YYYY-MM-DD and a NUL. */
void comity_date_print(int32_t date, char ret_text[COMITY_DATE_TEXT_SIZE]);

/* The same day `months` (any sign) later, or the month's last day where it has
 * no such day: 2023-01-31 and one month is 2023-02-28.
 * COMITY_ERROR_RANGE if that leaves the years 1–9999. */
COMITY_MUST_USE comity_status comity_date_add_months(int32_t date, int32_t months, int32_t *ret_date,
                                                     comity_error *reterr);

/* As comity_date_add_months with 12 months a year: 2024-02-29 and one year is 2025-02-28. */
COMITY_MUST_USE comity_status comity_date_add_years(int32_t date, int32_t years, int32_t *ret_date,
                                                    comity_error *reterr);

/* `days` (any sign) later. COMITY_ERROR_RANGE if that leaves the years 1–9999. */
COMITY_MUST_USE comity_status comity_date_add_days(int32_t date, int32_t days, int32_t *ret_date, comity_error *reterr);

/* The day of the week as ISO 8601 counts: 1 is Monday, 7 is Sunday. */
int comity_date_weekday(int32_t date);

#endif
