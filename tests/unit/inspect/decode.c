/* What is written otherwise within a text: each escape by a case, and runs that lead back. */
#include "test.h"

#include "inspect/decode.h"

#include <stdlib.h>

#define ALL                                                                                       \
    (COMITY_DECODE_JSON | COMITY_DECODE_PERCENT | COMITY_DECODE_PLUS | COMITY_DECODE_REFERENCES | \
     COMITY_DECODE_QUOTES | COMITY_DECODE_FOLD)

static const struct {
    const char *name;
    unsigned what;
    const char *written;
    const char *said;
} cases[] = {
    {"nothing to undo", ALL, "plain 123", "plain 123"},
    {"JSON digits", COMITY_DECODE_JSON, "\\u0031\\u0032", "12"},
    {"JSON letters", COMITY_DECODE_JSON, "a\\/b\\n\\\"\\\\", "a/b\n\"\\"},
    {"JSON pair", COMITY_DECODE_JSON, "\\ud83d\\ude00", "😀"},
    {"JSON half a pair", COMITY_DECODE_JSON, "\\ud83dx", "\\ud83dx"},
    {"JSON cut", COMITY_DECODE_JSON, "\\u00", "\\u00"},
    {"JSON unknown", COMITY_DECODE_JSON, "\\q", "\\q"},
    {"JSON not asked for", COMITY_DECODE_FOLD, "\\u0031", "\\u0031"},
    {"JSON and folded", COMITY_DECODE_JSON | COMITY_DECODE_FOLD, "\\uff11\\u00a0\\u2013", "1 -"},
    {"percent", COMITY_DECODE_PERCENT, "a%40b%2Bc%", "a@b+c%"},
    {"percent, bad", COMITY_DECODE_PERCENT, "%4x%%41", "%4x%A"},
    {"plus", COMITY_DECODE_PLUS, "a+b", "a b"},
    {"plus stays", COMITY_DECODE_PERCENT, "a+b", "a+b"},
    {"decimal reference", COMITY_DECODE_REFERENCES, "&#49;&#0050;", "12"},
    {"hexadecimal reference", COMITY_DECODE_REFERENCES, "&#x31;&#X32;", "12"},
    {"named references", COMITY_DECODE_REFERENCES, "a&commat;b&amp;&Uuml;", "a@b&Ü"},
    {"no reference", COMITY_DECODE_REFERENCES, "a & b; &nosuch; &#; &#xZ; &#0; &#55296; &#1114112; &",
     "a & b; &nosuch; &#; &#xZ; &#0; &#55296; &#1114112; &"},
    {"a reference that is too long", COMITY_DECODE_REFERENCES, "&#0000000000000000000000000000000049;",
     "&#0000000000000000000000000000000049;"},
    {"doubled quotes", COMITY_DECODE_QUOTES, "a\"\"b\"", "a\"b\""},
    {"full-width", COMITY_DECODE_FOLD, "４５－６＠Ａ", "45-6@A"},
    {"digits of scripts", COMITY_DECODE_FOLD, "٠١٢۳९๙", "012399"},
    {"spaces and dashes", COMITY_DECODE_FOLD,
     "1\xC2\xA0"
     "2\xE2\x80\x89"
     "3\xE2\x80\x93"
     "4\xE3\x80\x80"
     "5",
     "1 2 3-4 5"},
    {"without width", COMITY_DECODE_FOLD,
     "1\xE2\x80\x8B"
     "2\xC2\xAD"
     "3\xEF\xBB\xBF",
     "123"},
    {"letters stay", COMITY_DECODE_FOLD, "Müller 李伟 😀", "Müller 李伟 😀"},
    {"malformed stays", COMITY_DECODE_FOLD, "\xEF\xBC", "\xEF\xBC"},
};

/* Each decoded byte's raw bytes, decoded alone, are that byte among its unit. */
static void check_runs(const char *written, size_t size, unsigned what)
{
    uint8_t text[256];
    comity_form_run runs[256];
    size_t text_size = 0;
    size_t count = comity_decode_near(what, (const uint8_t *)written, size, text, &text_size, runs, 256);
    for (size_t i = 0; i < text_size; i++) {
        uint64_t begin = 0;
        uint64_t end = 0;
        uint8_t unit[16];
        comity_form_run run[16];
        size_t unit_size = 0;
        if (!CHECK(comity_form_raw_range(runs, count, i, i + 1, &begin, &end)) || !CHECK(begin < end && end <= size)) {
            return;
        }
        (void)comity_decode_near(what, (const uint8_t *)written + begin, end - begin, unit, &unit_size, run, 16);
        CHECK(unit_size != 0 && memchr(unit, text[i], unit_size) != NULL);
    }
}

static void each_case(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case(cases[i].name);
        uint8_t text[256];
        comity_form_run runs[256];
        size_t size = 0;
        size_t written_size = strlen(cases[i].written);
        (void)comity_decode_near(cases[i].what, (const uint8_t *)cases[i].written, written_size, text, &size, runs,
                                 256);
        text[size] = '\0';
        CHECK_EQ_STR(cases[i].said, (const char *)text);
        bool changes = strcmp(cases[i].said, cases[i].written) != 0;
        CHECK(!changes || comity_decode_wanted(cases[i].what, (const uint8_t *)cases[i].written, written_size));
        check_runs(cases[i].written, written_size, cases[i].what);
    }
}

static void few_runs(void)
{
    test_case("too few runs leave the rest away");
    uint8_t text[64];
    comity_form_run runs[2];
    size_t size = 0;
    size_t count = comity_decode_near(COMITY_DECODE_JSON, (const uint8_t *)"ab\\u0031cd", 10, text, &size, runs, 2);
    CHECK_EQ_INT(2, count);
    CHECK_EQ_INT(3, size);
}

static void by_syntax(void)
{
    test_case("each syntax has its escapes");
    CHECK((comity_decode_of_syntax(COMITY_FORM_JSON) & COMITY_DECODE_JSON) != 0);
    CHECK((comity_decode_of_syntax(COMITY_FORM_HTML) & COMITY_DECODE_REFERENCES) != 0);
    CHECK((comity_decode_of_syntax(COMITY_FORM_URLENCODED) & COMITY_DECODE_PERCENT) != 0);
    CHECK((comity_decode_of_syntax(COMITY_FORM_URLENCODED) & COMITY_DECODE_PLUS) == 0); /* undone with the form */
    CHECK(comity_decode_of_syntax(COMITY_FORM_TEXT) == COMITY_DECODE_FOLD);
    CHECK(!comity_decode_wanted(ALL, (const uint8_t *)"plain", 5));
}

int main(void)
{
    test_begin("decode");
    each_case();
    few_runs();
    by_syntax();
    return test_done();
}
