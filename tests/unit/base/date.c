/* Dates against a calendar that is counted day by day. */
#include "test.h"

#include "base/date.h"

static int32_t date_of(int32_t year, int32_t month, int32_t day)
{
    int32_t date = 0;
    comity_error error;
    if (comity_date_from_civil(year, month, day, &date, &error) != COMITY_OK) {
        test_fail(__FILE__, __LINE__, error.message);
    }
    return date;
}

static int32_t last_day(int32_t year, int32_t month)
{
    if (month == 2) {
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        return leap ? 29 : 28;
    }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/* Every day from 0001-01-01 to 9999-12-31, in order. */
static void every_day(void)
{
    test_case("every day of 9,999 years, there and back");
    int32_t expected = COMITY_DATE_MIN;
    int weekday = 1;
    for (int32_t year = 1; year <= 9999; year++) {
        for (int32_t month = 1; month <= 12; month++) {
            for (int32_t day = 1; day <= last_day(year, month); day++) {
                int32_t date = 0;
                int32_t back[3] = {0, 0, 0};
                bool good = comity_date_from_civil(year, month, day, &date, NULL) == COMITY_OK && date == expected;
                comity_date_to_civil(expected, &back[0], &back[1], &back[2]);
                good = good && back[0] == year && back[1] == month && back[2] == day;
                good = good && comity_date_weekday(expected) == weekday;
                if (!good) {
                    test_fail(__FILE__, __LINE__, "a day went wrong");
                    return;
                }
                expected++;
                weekday = weekday % 7 + 1;
            }
        }
    }
    CHECK_EQ_INT(COMITY_DATE_MAX + 1, expected);
}

static void known_days(void)
{
    test_case("days everyone knows");
    CHECK_EQ_INT(0, date_of(1970, 1, 1));
    CHECK_EQ_INT(11016, date_of(2000, 2, 29));
    CHECK_EQ_INT(18513, date_of(2020, 9, 8));
    CHECK_EQ_INT(COMITY_DATE_MIN, date_of(1, 1, 1));
    CHECK_EQ_INT(COMITY_DATE_MAX, date_of(9999, 12, 31));
    CHECK_EQ_INT(4, comity_date_weekday(0));
    CHECK_EQ_INT(2, comity_date_weekday(date_of(2020, 9, 8)));
    CHECK(comity_date_valid(COMITY_DATE_MIN) && comity_date_valid(COMITY_DATE_MAX));
    CHECK(!comity_date_valid(COMITY_DATE_MIN - 1) && !comity_date_valid(COMITY_DATE_MAX + 1));
}

static void civil_refuses(void)
{
    static const struct {
        int32_t year, month, day;
        const char *message;
    } cases[] = {
        {0, 1, 1, "year 0 found, but years run from 0001 to 9999"},
        {10000, 1, 1, "year 10000 found, but years run from 0001 to 9999"},
        {INT32_MIN, INT32_MIN, INT32_MIN, "year -2147483648 found, but years run from 0001 to 9999"},
        {2023, 0, 1, "month 0 found, but months run from 01 to 12"},
        {2023, 13, 1, "month 13 found, but months run from 01 to 12"},
        {2023, 1, 0, "day 0 found, but days run from 01"},
        {2023, 4, 31, "day 31 found, but April 2023 has 30 days"},
        {2023, 2, INT32_MAX, "day 2147483647 found, but February 2023 has 28 days"},
    };
    test_case("refuses days there are not");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t date = 77;
        comity_error error;
        CHECK_EQ_INT(COMITY_ERROR_RANGE,
                     comity_date_from_civil(cases[i].year, cases[i].month, cases[i].day, &date, &error));
        CHECK_EQ_STR(cases[i].message, error.message);
        CHECK_EQ_INT(77, date);
    }
}

static void parse_accepts(void)
{
    test_case("reads and prints YYYY-MM-DD");
    static const char *const texts[] = {"0001-01-01", "1970-01-01", "2000-02-29", "2024-02-29", "9999-12-31"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int32_t date = 0;
        char text[COMITY_DATE_TEXT_SIZE];
        CHECK_EQ_INT(COMITY_OK, comity_date_parse(texts[i], 10, &date, NULL));
        comity_date_print(date, text);
        CHECK_EQ_STR(texts[i], text);
    }
}

static void parse_refuses(void)
{
    static const struct {
        const char *text;
        comity_status status;
        const char *message;
    } cases[] = {
        {"", COMITY_ERROR_SYNTAX, "\"\" is no date: expected YYYY-MM-DD"},
        {"2023-2-9", COMITY_ERROR_SYNTAX, "\"2023-2-9\" is no date: expected YYYY-MM-DD"},
        {"2023-02-09T", COMITY_ERROR_SYNTAX, "\"2023-02-09T\" is no date: expected YYYY-MM-DD"},
        {"2023/02/09", COMITY_ERROR_SYNTAX, "\"2023/02/09\" is no date: expected YYYY-MM-DD"},
        {"+023-02-09", COMITY_ERROR_SYNTAX, "\"+023-02-09\" is no date: expected YYYY-MM-DD"},
        {"2023-02-0\n", COMITY_ERROR_SYNTAX, "\"2023-02-0\\x0a\" is no date: expected YYYY-MM-DD"},
        {"0000-01-01", COMITY_ERROR_RANGE, "\"0000-01-01\" is no date: years begin at 0001"},
        {"2023-00-01", COMITY_ERROR_RANGE, "\"2023-00-01\" is no date: months run from 01 to 12"},
        {"2023-13-01", COMITY_ERROR_RANGE, "\"2023-13-01\" is no date: months run from 01 to 12"},
        {"2023-01-00", COMITY_ERROR_RANGE, "\"2023-01-00\" is no date: days begin at 01"},
        {"2023-02-29", COMITY_ERROR_RANGE, "\"2023-02-29\" is no date: February 2023 has 28 days"},
        {"2024-02-30", COMITY_ERROR_RANGE, "\"2024-02-30\" is no date: February 2024 has 29 days"},
        {"1900-02-29", COMITY_ERROR_RANGE, "\"1900-02-29\" is no date: February 1900 has 28 days"},
        {"2023-09-31", COMITY_ERROR_RANGE, "\"2023-09-31\" is no date: September 2023 has 30 days"},
    };
    test_case("refuses what is no date");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t date = 77;
        comity_error error;
        CHECK_EQ_INT(cases[i].status, comity_date_parse(cases[i].text, strlen(cases[i].text), &date, &error));
        CHECK_EQ_STR(cases[i].message, error.message);
        CHECK_EQ_INT(77, date);
    }
    int32_t date = 77;
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_date_parse("2023-02-09", 9, &date, NULL));
}

static void check_sum(const char *from, comity_status (*add)(int32_t, int32_t, int32_t *, comity_error *),
                      int32_t count, const char *expected)
{
    int32_t date = 0;
    int32_t sum = 0;
    char text[COMITY_DATE_TEXT_SIZE];
    comity_error error;
    CHECK_EQ_INT(COMITY_OK, comity_date_parse(from, 10, &date, NULL));
    if (add(date, count, &sum, &error) != COMITY_OK) {
        CHECK_EQ_STR(expected, error.message);
        return;
    }
    comity_date_print(sum, text);
    CHECK_EQ_STR(expected, text);
}

static void adds(void)
{
    test_case("adds months, years and days");
    check_sum("2023-01-31", comity_date_add_months, 1, "2023-02-28");
    check_sum("2024-01-31", comity_date_add_months, 1, "2024-02-29");
    check_sum("2024-03-31", comity_date_add_months, -1, "2024-02-29");
    check_sum("2023-12-15", comity_date_add_months, 1, "2024-01-15");
    check_sum("2023-01-15", comity_date_add_months, -1, "2022-12-15");
    check_sum("2023-01-15", comity_date_add_months, 0, "2023-01-15");
    check_sum("2024-02-29", comity_date_add_years, 1, "2025-02-28");
    check_sum("2024-02-29", comity_date_add_years, -4, "2020-02-29");
    check_sum("2024-02-29", comity_date_add_years, -124, "1900-02-28");
    check_sum("2024-02-29", comity_date_add_days, 366, "2025-03-01");
    check_sum("9999-12-31", comity_date_add_days, -1, "9999-12-30");
}

static void sums_stay_in_range(void)
{
    test_case("sums stay between the years 1 and 9999");
    check_sum("0001-01-31", comity_date_add_months, -1, "0001-01-31 and -1 months leave the years 0001 to 9999");
    check_sum("9999-12-31", comity_date_add_months, 1, "9999-12-31 and 1 months leave the years 0001 to 9999");
    check_sum("2000-01-01", comity_date_add_years, INT32_MAX,
              "2000-01-01 and 2147483647 years leave the years 0001 to 9999");
    check_sum("2000-01-01", comity_date_add_months, INT32_MIN,
              "2000-01-01 and -2147483648 months leave the years 0001 to 9999");
    check_sum("9999-12-31", comity_date_add_days, 1, "9999-12-31 and 1 days leave the years 0001 to 9999");
    check_sum("0001-01-01", comity_date_add_days, INT32_MIN,
              "0001-01-01 and -2147483648 days leave the years 0001 to 9999");
    check_sum("0001-01-01", comity_date_add_years, 9998, "9999-01-01");
}

int main(void)
{
    test_begin("base/date");
    every_day();
    known_days();
    civil_refuses();
    parse_accepts();
    parse_refuses();
    adds();
    sums_stay_in_range();
    return test_done();
}
