/* Excerpts of untrusted bytes are printable, short and whole. */
#include "test.h"

#include "base/quote.h"
#include "base/utf8.h"

#include <stdint.h>

#define QUOTE(literal) comity_quote_bytes(literal, sizeof(literal) - 1).text

static void shows(void)
{
    test_case("shows text as it is");
    CHECK_EQ_STR("\"\"", QUOTE(""));
    CHECK_EQ_STR("\"health data\"", QUOTE("health data"));
    CHECK_EQ_STR("\"Société 国 𝄞\"", QUOTE("Société 国 𝄞"));
}

static void escapes(void)
{
    test_case("escapes what is not printable");
    CHECK_EQ_STR("\"a\\\"b\\\\c\"", QUOTE("a\"b\\c"));
    CHECK_EQ_STR("\"\\x00\\x0a\\x1b[31m\\x7f\"", QUOTE("\0\n\x1b[31m\x7f"));
    CHECK_EQ_STR("\"\\xc2\\x85\"", QUOTE("\xc2\x85"));
    CHECK_EQ_STR("\"\\xff\\xc3\"", QUOTE("\xff\xc3"));
    CHECK_EQ_STR("\"\\xed\\xa0\\x80\"", QUOTE("\xed\xa0\x80"));
    CHECK_EQ_STR("\"a\\xe2\\x80\\xaeb\"", QUOTE("a\u202eb"));
}

static void cuts(void)
{
    test_case("cuts what is long");
    char text[200];
    memset(text, 'x', sizeof text);
    CHECK_EQ_STR("\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…\"",
                 comity_quote_bytes(text, sizeof text).text);
    CHECK_EQ_STR("\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"",
                 comity_quote_bytes(text, 63).text);
}

static void always_text(void)
{
    test_case("any bytes give UTF-8 without controls");
    uint32_t random = 1;
    for (int round = 0; round < 20000; round++) {
        char bytes[90];
        for (size_t i = 0; i < sizeof bytes; i++) {
            random = random * 1664525 + 1013904223;
            bytes[i] = (char)(random >> 24);
        }
        comity_quote quote = comity_quote_bytes(bytes, random >> 8 & 63);
        size_t size = strlen(quote.text);
        CHECK(comity_utf8_check(quote.text, size) == size);
        for (size_t i = 0; i < size; i++) {
            CHECK((unsigned char)quote.text[i] >= 0x20);
        }
    }
}

int main(void)
{
    test_begin("base/quote");
    shows();
    escapes();
    cuts();
    always_text();
    return test_done();
}
