/* The lexer: each type of token, its place, what it makes of hostile bytes. */
#include "law/compile/lexer.h"

#include "base/limits.h"
#include "test.h"

#include <stdlib.h>

/* Tokens and messages of one text; freed by read_free. */
typedef struct lexed {
    comity_arena arena;
    comity_diagnostics diagnostics;
    comity_token tokens[64];
    size_t count; /* without the end */
    char *text;
} lexed;

static void read_all(lexed *ret_reading, const char *text, size_t size, bool with_comments)
{
    comity_lexer lexer;
    *ret_reading = (lexed){.count = 0};
    comity_arena_init(&ret_reading->arena, (size_t)1 << 24);
    comity_diagnostics_init(&ret_reading->diagnostics, &ret_reading->arena);
    ret_reading->text = malloc(size != 0 ? size : 1); /* exactly its size, so that a read past its end is seen */
    if (ret_reading->text == NULL) {
        abort();
    }
    if (size != 0) {
        memcpy(ret_reading->text, text, size);
    }
    comity_lexer_init(&lexer, ret_reading->text, size, 7, with_comments, &ret_reading->diagnostics);
    while (ret_reading->count < 64) {
        comity_token *token = &ret_reading->tokens[ret_reading->count];
        comity_lexer_next(&lexer, token);
        if (token->type == COMITY_TOKEN_END) {
            break;
        }
        ret_reading->count++;
    }
}

static void read_text(lexed *ret_reading, const char *text)
{
    read_all(ret_reading, text, strlen(text), false);
}

static void read_free(lexed *reading)
{
    comity_arena_free(&reading->arena);
    free(reading->text);
}

static void check_token(const lexed *reading, size_t i, comity_token_type type, const char *text)
{
    if (CHECK(i < reading->count)) {
        const comity_token *token = &reading->tokens[i];
        CHECK_EQ_INT(type, token->type);
        CHECK_EQ_INT(strlen(text), token->size);
        CHECK(strlen(text) == token->size && memcmp(text, token->text, token->size) == 0);
    }
}

static void check_place(const lexed *reading, size_t i, unsigned line, unsigned column, unsigned length)
{
    if (CHECK(i < reading->count)) {
        CHECK_EQ_INT(line, reading->tokens[i].at.line);
        CHECK_EQ_INT(column, reading->tokens[i].at.column);
        CHECK_EQ_INT(length, reading->tokens[i].at.length);
        CHECK_EQ_INT(7, reading->tokens[i].at.file);
    }
}

/* One text, one message, at this place. */
static void check_wrong(const char *text, size_t size, unsigned line, unsigned column, const char *message)
{
    lexed reading;
    read_all(&reading, text, size, false);
    if (CHECK_EQ_INT(1, reading.diagnostics.count)) {
        CHECK_EQ_STR(message, reading.diagnostics.items[0].message);
        CHECK_EQ_INT(line, reading.diagnostics.items[0].at.line);
        CHECK_EQ_INT(column, reading.diagnostics.items[0].at.column);
    }
    read_free(&reading);
}

static void test_types(void)
{
    lexed reading;
    test_case("types of tokens");
    read_text(&reading, "AE-? CN.PIPL.38 \"a \\\" b\" 10,000 50% 2024-02-29 ( ) , = # gone\nx_1");
    CHECK_EQ_INT(11, reading.count);
    check_token(&reading, 0, COMITY_TOKEN_WORD, "AE-?");
    check_token(&reading, 1, COMITY_TOKEN_WORD, "CN.PIPL.38");
    check_token(&reading, 2, COMITY_TOKEN_STRING, "\"a \\\" b\"");
    check_token(&reading, 3, COMITY_TOKEN_NUMBER, "10,000");
    check_token(&reading, 4, COMITY_TOKEN_PERCENT, "50%");
    check_token(&reading, 5, COMITY_TOKEN_DATE, "2024-02-29");
    check_token(&reading, 6, COMITY_TOKEN_PUNCTUATION, "(");
    check_token(&reading, 9, COMITY_TOKEN_PUNCTUATION, "=");
    check_token(&reading, 10, COMITY_TOKEN_WORD, "x_1");
    CHECK_EQ_INT(10000, reading.tokens[3].number);
    CHECK_EQ_INT(5000, reading.tokens[4].number);
    CHECK_EQ_INT(19782, reading.tokens[5].date);
    CHECK_EQ_INT(0, reading.diagnostics.count);
    read_free(&reading);
}

static void test_places(void)
{
    lexed reading;
    test_case("places, in characters");
    read_text(&reading, "\xEF\xBB\xBF"
                        "a \"\xC3\xA9\xE4\xB8\xAD\" b\r\n\r\n\tc d");
    CHECK_EQ_INT(5, reading.count);
    check_place(&reading, 0, 1, 1, 1);
    check_place(&reading, 1, 1, 3, 4);
    check_place(&reading, 2, 1, 8, 1);
    check_place(&reading, 3, 3, 2, 1);
    check_place(&reading, 4, 3, 4, 1);
    CHECK(reading.tokens[0].first_on_line && !reading.tokens[1].first_on_line);
    CHECK(reading.tokens[3].first_on_line && reading.tokens[3].after_blank);
    CHECK(!reading.tokens[0].after_blank && !reading.tokens[4].after_blank);
    read_free(&reading);
}

static void test_comments(void)
{
    lexed reading;
    const char *text = "# one  \na # two\n\n  # three\r\n#";
    test_case("comments, kept when wanted");
    read_all(&reading, text, strlen(text), true);
    CHECK_EQ_INT(5, reading.count);
    check_token(&reading, 0, COMITY_TOKEN_COMMENT, "# one");
    check_token(&reading, 1, COMITY_TOKEN_WORD, "a");
    check_token(&reading, 2, COMITY_TOKEN_COMMENT, "# two");
    check_token(&reading, 3, COMITY_TOKEN_COMMENT, "# three");
    check_token(&reading, 4, COMITY_TOKEN_COMMENT, "#");
    CHECK(!reading.tokens[2].first_on_line && reading.tokens[3].first_on_line && reading.tokens[3].after_blank);
    check_place(&reading, 3, 4, 3, 7);
    read_free(&reading);
}

static void test_strings(void)
{
    lexed reading;
    char text[64];
    test_case("strings without their quotes and escapes");
    read_text(&reading, "\"\\\"a\\\\b\\\"\" \"\"");
    CHECK_EQ_INT(2, reading.count);
    comity_lexer_unescape(&reading.tokens[0], text);
    CHECK_EQ_STR("\"a\\b\"", text);
    comity_lexer_unescape(&reading.tokens[1], text);
    CHECK_EQ_STR("", text);
    read_free(&reading);
}

static void test_numbers(void)
{
    static const struct {
        const char *text;
        comity_token_type type;
        uint64_t number;
    } cases[] = {
        {"0", COMITY_TOKEN_NUMBER, 0},         {"007", COMITY_TOKEN_NUMBER, 7},
        {"999", COMITY_TOKEN_NUMBER, 999},     {"1,000", COMITY_TOKEN_NUMBER, 1000},
        {"1000", COMITY_TOKEN_NUMBER, 1000},   {"123,456,789", COMITY_TOKEN_NUMBER, 123456789},
        {"100%", COMITY_TOKEN_PERCENT, 10000}, {"0%", COMITY_TOKEN_PERCENT, 0},
        {"12.5%", COMITY_TOKEN_PERCENT, 1250}, {"33.33%", COMITY_TOKEN_PERCENT, 3333},
        {"0.05%", COMITY_TOKEN_PERCENT, 5},    {"1,000,000,000,000,000", COMITY_TOKEN_NUMBER, COMITY_LAW_NUMBER_MAX},
    };
    test_case("numbers and percentages");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lexed reading;
        read_text(&reading, cases[i].text);
        CHECK_EQ_INT(1, reading.count);
        check_token(&reading, 0, cases[i].type, cases[i].text);
        CHECK_EQ_INT(cases[i].number, reading.tokens[0].number);
        CHECK_EQ_INT(0, reading.diagnostics.count);
        read_free(&reading);
    }
    test_case("a comma with a space behind it separates");
    lexed reading;
    read_text(&reading, "1, 000");
    CHECK_EQ_INT(3, reading.count);
    read_free(&reading);
}

static void test_wrong_bytes(void)
{
    test_case("control characters");
    check_wrong("a \x07 b", 5, 1, 3, "the invisible character U+0007 cannot stand in a law file");
    check_wrong("a\0b", 3, 1, 2, "the invisible character U+0000 cannot stand in a law file");
    check_wrong("\"a\tb\"", 5, 1, 3, "the invisible character U+0009 cannot stand in a law file");
    check_wrong("a\rb", 3, 1, 2, "the invisible character U+000D cannot stand in a law file");
    check_wrong("# a\x1B b", 6, 1, 4, "the invisible character U+001B cannot stand in a law file");
    check_wrong("\"\xC2\x85\"", 4, 1, 2, "the invisible character U+0085 cannot stand in a law file");
    test_case("characters that turn the direction of the text");
    check_wrong("# \xE2\x80\xAE", 5, 1, 3, "the invisible character U+202E cannot stand in a law file");
    check_wrong("\"a\xE2\x81\xA6\"", 6, 1, 3, "the invisible character U+2066 cannot stand in a law file");
    check_wrong("a \xE2\x80\xA8", 5, 1, 3, "the invisible character U+2028 cannot stand in a law file");
    check_wrong("a \xEF\xBB\xBF", 5, 1, 3, "the invisible character U+FEFF cannot stand in a law file");
    test_case("spaces of another kind");
    check_wrong("a\xC2\xA0"
                "b",
                4, 1, 2, "\"\xC2\xA0\" has no meaning outside strings and comments; write a plain space");
    test_case("text that is not UTF-8");
    check_wrong("a \"\xC3\xA9\"\n b\xE9", 10, 2, 3,
                "byte 0xE9 found, but the text must be UTF-8; nothing of the file was read");
    check_wrong("a\xC3", 2, 1, 2, "byte 0xC3 found, but the text must be UTF-8; nothing of the file was read");
    check_wrong("\xC0\x80", 2, 1, 1, "byte 0xC0 found, but the text must be UTF-8; nothing of the file was read");
}

static void test_bad_tokens(void)
{
    lexed reading;
    test_case("what is wrong is one BAD token, and reading goes on");
    read_text(&reading, "a 2023-02-29 ;;; \"open\nb");
    CHECK_EQ_INT(5, reading.count);
    CHECK_EQ_INT(COMITY_TOKEN_BAD, reading.tokens[1].type);
    CHECK_EQ_INT(COMITY_TOKEN_BAD, reading.tokens[2].type);
    CHECK_EQ_INT(COMITY_TOKEN_BAD, reading.tokens[3].type);
    check_token(&reading, 4, COMITY_TOKEN_WORD, "b");
    CHECK_EQ_INT(3, reading.diagnostics.count);
    read_free(&reading);
    test_case("a backslash at the end of a line");
    check_wrong("\"a\\", 3, 1, 1, "the string does not end; expected a quote (\") on the same line");
    check_wrong("\"a\\\"", 4, 1, 1, "the string does not end; expected a quote (\") on the same line");
}

static void test_nothing(void)
{
    lexed reading;
    test_case("nothing");
    read_text(&reading, "");
    CHECK_EQ_INT(0, reading.count);
    read_free(&reading);
    read_text(&reading, "\xEF\xBB\xBF \t\r\n\n");
    CHECK_EQ_INT(0, reading.count);
    CHECK_EQ_INT(0, reading.diagnostics.count);
    read_free(&reading);
}

static void test_limits(void)
{
    char text[COMITY_LIMIT_LAW_STRING_BYTES + 2];
    lexed reading;
    test_case("the longest word and the longest string");
    memset(text, 'a', sizeof text);
    read_all(&reading, text, COMITY_LIMIT_LAW_WORD_BYTES, false);
    CHECK_EQ_INT(0, reading.diagnostics.count);
    read_free(&reading);
    text[0] = '"';
    text[sizeof text - 1] = '"';
    read_all(&reading, text, sizeof text, false);
    CHECK_EQ_INT(0, reading.diagnostics.count);
    CHECK_EQ_INT(COMITY_TOKEN_STRING, reading.tokens[0].type);
    read_free(&reading);
}

int main(void)
{
    test_begin("law/lexer");
    test_types();
    test_places();
    test_comments();
    test_strings();
    test_numbers();
    test_wrong_bytes();
    test_bad_tokens();
    test_nothing();
    test_limits();
    return test_done();
}
