/* Moments to text and back. */
#include "test.h"

#include "base/time.h"

#include <string.h>

static void there_and_back(void)
{
    static const struct {
        uint64_t ms;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {1, "1970-01-01T00:00:00.001Z"},
        {UINT64_C(1795860900123), "2026-11-28T10:15:00.123Z"},
        {UINT64_C(253402300799999), "9999-12-31T23:59:59.999Z"},
    };
    char text[COMITY_TIME_TEXT_SIZE];
    comity_error error;
    test_case("there and back");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t ms = 7;
        comity_time_print(cases[i].ms, text);
        CHECK_EQ_STR(cases[i].text, text);
        CHECK_EQ_INT(COMITY_OK, comity_time_parse(text, strlen(text), &ms, &error));
        CHECK(ms == cases[i].ms);
    }
    comity_time_print(UINT64_C(253402300800000), text);
    CHECK_EQ_STR("(253402300800000 ms)", text);
}

static void check_read(const char *text, uint64_t ms)
{
    uint64_t found = 7;
    comity_error error;
    CHECK_EQ_INT(COMITY_OK, comity_time_parse(text, strlen(text), &found, &error));
    CHECK(found == ms);
}

static void check_refused(const char *text, const char *message)
{
    uint64_t found = 7;
    comity_error error;
    CHECK(comity_time_parse(text, strlen(text), &found, &error) != COMITY_OK);
    CHECK_EQ_STR(message, error.message);
    CHECK(found == 7);
}

static void reads(void)
{
    test_case("shorter forms, and what is none");
    check_read("1970-01-02", 86400000);
    check_read("1970-01-01T01:02:03Z", 3723000);
    check_read("1970-01-01T01:02:03.5Z", 3723500);
    check_read("1970-01-01T01:02:03.05Z", 3723050);
    check_refused("", "\"\" is no date: expected YYYY-MM-DD");
    check_refused("1969-12-31", "\"1969-12-31\" is before 1970");
    check_refused("2026-02-30T00:00:00Z", "\"2026-02-30\" is no date: February 2026 has 28 days");
    static const char *const wrong[] = {"T00:00:00", "T24:00:00Z", "T00:60:00Z", "T00:00:60Z", "T00:00:00.Z",
                                        "T00:00:00.1234Z", "T00:00:00+00:00", "t00:00:00Z", " 00:00:00Z", "T00:0a:00Z"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char text[64];
        char message[128];
        (void)snprintf(text, sizeof text, "2026-11-28%s", wrong[i]);
        (void)snprintf(message, sizeof message, "\"%s\" is no time: expected YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ", text);
        check_refused(text, message);
    }
}

static void years(void)
{
    static const struct {
        uint64_t ms;
        int32_t year;
        uint64_t end_ms;
    } cases[] = {
        {0, 1970, UINT64_C(31536000000)},
        {UINT64_C(1798761599999), 2026, UINT64_C(1798761600000)},
        {UINT64_C(1798761600000), 2027, UINT64_C(1830297600000)},
        {UINT64_C(253402300799999), 9999, UINT64_C(253402300800000)},
    };
    int32_t year = 7;
    uint64_t end_ms = 7;
    test_case("the year of a moment, and its end");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK(comity_time_year(cases[i].ms, &year, &end_ms));
        CHECK_EQ_INT(cases[i].year, year);
        CHECK(cases[i].end_ms == end_ms);
    }
    year = 7;
    CHECK(!comity_time_year(UINT64_C(253402300800000), &year, &end_ms));
    CHECK_EQ_INT(7, year);
}

int main(void)
{
    test_begin("base/time");
    there_and_back();
    reads();
    years();
    return test_done();
}
