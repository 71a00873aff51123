/* What comes in: years, months and days, or YYYY-MM-DD. What goes out: day
 * numbers between 0001-01-01 and 9999-12-31, and back. The arithmetic counts
 * eras of 400 years from 1 March, so that the leap day is a year's last. */
#include "base/date.h"

#include "base/quote.h"

#include <assert.h>
#include <string.h>

#define YEAR_MAX 9999
#define DAYS_PER_ERA 146097   /* 400 years */
#define ERA_EPOCH_DAYS 719468 /* from 0000-03-01 to 1970-01-01 */

static const char month_names[12][10] = {"January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December"};

static bool leap_year(int32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int32_t month_days(int32_t year, int32_t month)
{
    static const int8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && leap_year(year) ? 29 : days[month - 1];
}

/* Years are 1 to 9999 here, so no division sees a negative number. */
static int32_t days_from_civil(int32_t year, int32_t month, int32_t day)
{
    int32_t march_year = month <= 2 ? year - 1 : year;
    int32_t march_month = month <= 2 ? month + 9 : month - 3;
    int32_t era = march_year / 400;
    int32_t year_of_era = march_year % 400;
    int32_t day_of_year = (153 * march_month + 2) / 5 + day - 1;
    int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - ERA_EPOCH_DAYS;
}

bool comity_date_valid(int32_t date)
{
    return date >= COMITY_DATE_MIN && date <= COMITY_DATE_MAX;
}

comity_status comity_date_from_civil(int32_t year, int32_t month, int32_t day, int32_t *ret_date, comity_error *reterr)
{
    if (year < 1 || year > YEAR_MAX) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "year %d found, but years run from 0001 to 9999", (int)year);
    }
    if (month < 1 || month > 12) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "month %d found, but months run from 01 to 12", (int)month);
    }
    if (day < 1) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "day %d found, but days run from 01", (int)day);
    }
    if (day > month_days(year, month)) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "day %d found, but %s %04d has %d days", (int)day,
                           month_names[month - 1], (int)year, (int)month_days(year, month));
    }
    *ret_date = days_from_civil(year, month, day);
    return COMITY_OK;
}

void comity_date_to_civil(int32_t date, int32_t *ret_year, int32_t *ret_month, int32_t *ret_day)
{
    assert(comity_date_valid(date));
    uint32_t days = (uint32_t)(date + ERA_EPOCH_DAYS); /* from the year 0 on, so nothing is negative: cheaper to divide */
    uint32_t era = days / DAYS_PER_ERA;
    uint32_t day_of_era = days % DAYS_PER_ERA;
    uint32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint32_t march_month = (5 * day_of_year + 2) / 153;
    uint32_t month = march_month < 10 ? march_month + 3 : march_month - 9;
    *ret_year = (int32_t)(era * 400 + year_of_era + (month <= 2 ? 1 : 0));
    *ret_month = (int32_t)month;
    *ret_day = (int32_t)(day_of_year - (153 * march_month + 2) / 5 + 1);
}

static bool date_shaped(const char *text, size_t size)
{
    static const char shape[] = "0000-00-00";
    if (size != sizeof shape - 1) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        bool fits = shape[i] == '-' ? text[i] == '-' : text[i] >= '0' && text[i] <= '9';
        if (!fits) {
            return false;
        }
    }
    return true;
}

static int32_t read_digits(const char *text, size_t count)
{
    int32_t value = 0;
    for (size_t i = 0; i < count; i++) {
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

comity_status comity_date_parse(const char *text, size_t size, int32_t *ret_date, comity_error *reterr)
{
    if (!date_shaped(text, size)) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "%s is no date: expected YYYY-MM-DD",
                           comity_quote_bytes(text, size).text);
    }
    int32_t year = read_digits(text, 4);
    int32_t month = read_digits(text + 5, 2);
    int32_t day = read_digits(text + 8, 2);
    if (year < 1) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "\"%.10s\" is no date: years begin at 0001", text);
    }
    if (month < 1 || month > 12) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "\"%.10s\" is no date: months run from 01 to 12", text);
    }
    if (day < 1) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "\"%.10s\" is no date: days begin at 01", text);
    }
    if (day > month_days(year, month)) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "\"%.10s\" is no date: %s %04d has %d days", text,
                           month_names[month - 1], (int)year, (int)month_days(year, month));
    }
    *ret_date = days_from_civil(year, month, day);
    return COMITY_OK;
}

static void print_two(uint32_t value, char *ret_text)
{
    ret_text[0] = (char)('0' + value / 10);
    ret_text[1] = (char)('0' + value % 10);
}

void comity_date_print(int32_t date, char ret_text[COMITY_DATE_TEXT_SIZE])
{
    int32_t year = 0;
    int32_t month = 0;
    int32_t day = 0;
    comity_date_to_civil(date, &year, &month, &day);
    memcpy(ret_text, "0000-00-00", COMITY_DATE_TEXT_SIZE);
    print_two((uint32_t)year / 100, ret_text);
    print_two((uint32_t)year % 100, ret_text + 2);
    print_two((uint32_t)month, ret_text + 5);
    print_two((uint32_t)day, ret_text + 8);
}

static comity_status fail_sum(int32_t date, int64_t count, const char *unit, comity_error *reterr)
{
    char text[COMITY_DATE_TEXT_SIZE];
    comity_date_print(date, text);
    return comity_fail(reterr, COMITY_ERROR_RANGE, "%s and %lld %s leave the years 0001 to 9999", text,
                       (long long)count, unit);
}

static bool add_months(int32_t date, int64_t months, int32_t *ret_date)
{
    int32_t year = 0;
    int32_t month = 0;
    int32_t day = 0;
    comity_date_to_civil(date, &year, &month, &day);
    int64_t sum = (int64_t)year * 12 + (month - 1) + months;
    if (sum < 12 || sum >= (int64_t)(YEAR_MAX + 1) * 12) {
        return false;
    }
    year = (int32_t)(sum / 12);
    month = (int32_t)(sum % 12) + 1;
    int32_t last = month_days(year, month);
    *ret_date = days_from_civil(year, month, day < last ? day : last);
    return true;
}

comity_status comity_date_add_months(int32_t date, int32_t months, int32_t *ret_date, comity_error *reterr)
{
    return add_months(date, months, ret_date) ? COMITY_OK : fail_sum(date, months, "months", reterr);
}

comity_status comity_date_add_years(int32_t date, int32_t years, int32_t *ret_date, comity_error *reterr)
{
    return add_months(date, (int64_t)years * 12, ret_date) ? COMITY_OK : fail_sum(date, years, "years", reterr);
}

comity_status comity_date_add_days(int32_t date, int32_t days, int32_t *ret_date, comity_error *reterr)
{
    assert(comity_date_valid(date));
    int64_t sum = (int64_t)date + days;
    if (sum < COMITY_DATE_MIN || sum > COMITY_DATE_MAX) {
        return fail_sum(date, days, "days", reterr);
    }
    *ret_date = (int32_t)sum;
    return COMITY_OK;
}

int comity_date_weekday(int32_t date)
{
    assert(comity_date_valid(date));
    /* 0001-01-01 was a Monday. */
    return (int)((date - COMITY_DATE_MIN) % 7) + 1;
}
