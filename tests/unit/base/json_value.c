/* What strings and numbers say. */
#include "test.h"

#include "base/json.h"

#include <stdlib.h>

static void decode_bytes(const char *raw, size_t raw_size, const char *expected, size_t expected_size)
{
    char text[64];
    size_t size = 0;
    CHECK_EQ_INT(COMITY_OK, comity_json_decode(raw, raw_size, text, &size, NULL));
    CHECK_EQ_INT(expected_size, size);
    CHECK(size <= raw_size && memcmp(text, expected, expected_size) == 0);
    CHECK(comity_json_says(raw, raw_size, expected, expected_size));
    CHECK(!comity_json_says(raw, raw_size, "something else", 14));
    CHECK(!comity_json_says(raw, raw_size, expected, expected_size - 1));
}

#define DECODES(raw, expected) decode_bytes(raw, sizeof(raw) - 1, expected, sizeof(expected) - 1)

static void decodes(void)
{
    test_case("strings say what their escapes stand for");
    DECODES("\"a\"", "a");
    DECODES("\"é国𝄞\"", "é国𝄞");
    DECODES("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t");
    DECODES("\"\\u0041\\u00e9\\u56FD\\uD834\\uDD1E\"", "Aé国𝄞");
    DECODES("\"a\\u0000b\"", "a\0b");
    DECODES("\"\\\\u0041\"", "\\u0041");
    DECODES("\"\\uFFFF\\uD7FF\\uE000\"", "\xef\xbf\xbf\xed\x9f\xbf\xee\x80\x80");
    DECODES("\"\\uD800\\uDC00\\uDBFF\\uDFFF\"", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
    char text[1];
    size_t size = 7;
    CHECK_EQ_INT(COMITY_OK, comity_json_decode("\"\"", 2, text, &size, NULL));
    CHECK_EQ_INT(0, size);
    CHECK(comity_json_says("\"\"", 2, "", 0));
}

static void decode_refuses(void)
{
    static const struct {
        const char *raw;
        const char *message;
    } cases[] = {
        {"", "a string in quotes expected, but there are none"},
        {"\"", "a string in quotes expected, but there are none"},
        {"12", "a string in quotes expected, but there are none"},
        {"\"a", "a string in quotes expected, but there are none"},
        {"\"a\\\"", "the escape at byte 2 of the string is malformed"},
        {"\"\\x\"", "the escape at byte 1 of the string is malformed"},
        {"\"ab\\u12\"", "the escape at byte 3 of the string is malformed"},
        {"\"\\uD800\"", "the escape at byte 1 of the string is malformed"},
        {"\"\\uDC00\"", "the escape at byte 1 of the string is malformed"},
        {"\"\\uD800\\u0041\"", "the escape at byte 1 of the string is malformed"},
        {"\"\\uD800\\uDC0\"", "the escape at byte 1 of the string is malformed"},
    };
    test_case("what is no string is refused");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        /* A copy of its very size, so that a read past its end is seen. */
        size_t raw_size = strlen(cases[i].raw);
        char *raw = malloc(raw_size + 1);
        if (raw == NULL) {
            abort();
        }
        memcpy(raw, cases[i].raw, raw_size);
        char text[32];
        size_t size = 77;
        comity_error error;
        CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_json_decode(raw, raw_size, text, &size, &error));
        CHECK_EQ_STR(cases[i].message, error.message);
        CHECK_EQ_INT(77, size);
        CHECK(!comity_json_says(raw, raw_size, "a", 1));
        free(raw);
    }
}

typedef struct number_case {
    const char *raw;
    unsigned decimals;
    int64_t value;
} number_case;

static void exact_numbers(void)
{
    static const number_case cases[] = {
        {"0", 0, 0},
        {"-0", 0, 0},
        {"0.000", 0, 0},
        {"0e999999999999999999999999", 0, 0},
        {"-0e-999999999999999999999999", 18, 0},
        {"42", 0, 42},
        {"-42", 0, -42},
        {"1.0", 0, 1},
        {"1e2", 0, 100},
        {"1E+2", 0, 100},
        {"1.5e1", 0, 15},
        {"12000e-3", 0, 12},
        {"0.00012e5", 0, 12},
        {"9223372036854775807", 0, INT64_MAX},
        {"-9223372036854775808", 0, INT64_MIN},
        {"9223372036854775807.000", 0, INT64_MAX},
        {"-9.223372036854775808e18", 0, INT64_MIN},
        {"1000000000000000000000000000000e-30", 0, 1},
        {"0.000000000000000000000000000001e30", 0, 1},
        {"25.5", 1, 255},
        {"25.5", 2, 2550},
        {"25", 2, 2500},
        {"33.333", 3, 33333},
        {"1e-18", 18, 1},
        {"-9.223372036854775808", 18, INT64_MIN},
    };
    test_case("numbers are exact");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value = 77;
        CHECK_EQ_INT(COMITY_OK,
                     comity_json_decimal(cases[i].raw, strlen(cases[i].raw), cases[i].decimals, &value, NULL));
        CHECK_EQ_INT(cases[i].value, value);
    }
    int64_t value = 77;
    CHECK_EQ_INT(COMITY_OK, comity_json_int64("12", 2, &value, NULL));
    CHECK_EQ_INT(12, value);
}

static void numbers_out_of_range(void)
{
    static const struct {
        const char *raw;
        unsigned decimals;
        const char *message;
    } cases[] = {
        {"0.5", 0, "a whole number expected, but it has a fraction"},
        {"1e-1", 0, "a whole number expected, but it has a fraction"},
        {"1e-999999999999999999999", 0, "a whole number expected, but it has a fraction"},
        {"0.12345678901234567890123", 0, "a whole number expected, but it has a fraction"},
        {"25.55", 1, "a number of at most 1 decimals expected, but it has more"},
        {"9223372036854775808", 0, "a number that fits 64 bits expected, but it does not"},
        {"-9223372036854775809", 0, "a number that fits 64 bits expected, but it does not"},
        {"18446744073709551616", 0, "a number that fits 64 bits expected, but it does not"},
        {"1e19", 0, "a number that fits 64 bits expected, but it does not"},
        {"1e999999999999999999999", 0, "a number that fits 64 bits expected, but it does not"},
        {"123456789012345678901234567890", 0, "a number that fits 64 bits expected, but it does not"},
        {"10", 18, "a number that fits 64 bits expected, but it does not"},
    };
    test_case("numbers that cannot be had exactly are refused");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value = 77;
        comity_error error;
        CHECK_EQ_INT(COMITY_ERROR_RANGE,
                     comity_json_decimal(cases[i].raw, strlen(cases[i].raw), cases[i].decimals, &value, &error));
        CHECK_EQ_STR(cases[i].message, error.message);
        CHECK_EQ_INT(77, value);
    }
}

static void no_numbers(void)
{
    static const char *const cases[] = {"",   "-",   "+1", "01", "-01",  "1.",  ".5",   "1e",  "1e+",
                                        "1x", "0x1", "1 ", " 1", "1.e1", "--1", "1.5.", "NaN", "\"1\""};
    test_case("what is no number is refused");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value = 77;
        comity_error error;
        CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_json_int64(cases[i], strlen(cases[i]), &value, &error));
        CHECK_EQ_STR("a number expected, but it is none", error.message);
        CHECK_EQ_INT(77, value);
    }
}

int main(void)
{
    test_begin("base/json_value");
    decodes();
    decode_refuses();
    exact_numbers();
    numbers_out_of_range();
    no_numbers();
    return test_done();
}
