/* Tokens with their places, and every error with its line, column and words.
 * Each document is read in every way: whole, in chunks, at every instruction set. */
#include "test.h"

#include "json_modes.h"

/* One letter a kind, in the order of comity_json_kind. */
static const char letters[] = ".{}[]ksn+-0";

/* The tokens as text: letter, begin, end, depth; `*` where there are escapes. */
static const char *describe(const json_reading *reading)
{
    static char text[4096];
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < reading->count && used < sizeof text - 64; i++) {
        const comity_json_token *token = &reading->tokens[i];
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%c%llu-%llu@%u%s", i == 0 ? "" : " ",
                                 letters[token->kind], (unsigned long long)token->begin, (unsigned long long)token->end,
                                 (unsigned)token->depth, token->escaped ? "*" : "");
    }
    return text;
}

static void accepts(const char *text, const char *tokens)
{
    json_reading reading;
    CHECK(json_all_modes_agree(text, strlen(text), COMITY_LIMIT_JSON_DEPTH, true, &reading));
    if (reading.status != COMITY_OK) {
        test_fail(__FILE__, __LINE__, reading.error.message);
    }
    CHECK_EQ_STR(tokens, describe(&reading));
    free(reading.tokens);
}

static void refuses_bytes(const char *text, size_t size, const char *message, size_t offset)
{
    json_reading reading;
    CHECK(json_all_modes_agree(text, size, COMITY_LIMIT_JSON_DEPTH, true, &reading));
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, reading.status);
    CHECK_EQ_STR(message, reading.error.message);
    CHECK_EQ_INT(offset, reading.error.offset);
    free(reading.tokens);
}

#define REFUSES(literal, offset, message) refuses_bytes(literal, sizeof(literal) - 1, message, offset)

static void tokens(void)
{
    test_case("tokens and their places");
    accepts("{}", "{0-1@0 }1-2@0");
    accepts("[]", "[0-1@0 ]1-2@0");
    accepts(" 12 ", "n1-3@0");
    accepts("\"x\"", "s0-3@0");
    accepts("\t\r\n true", "+4-8@0");
    accepts("{\"a\":1}", "{0-1@0 k1-4@1 n5-6@1 }6-7@0");
    accepts("[1,\"b\",{\"c\":[null,false]}]",
            "[0-1@0 n1-2@1 s3-6@1 {7-8@1 k8-11@2 [12-13@2 013-17@3 -18-23@3 ]23-24@2 }24-25@1 ]25-26@0");
    accepts("{\"a\" : \"b\" , \"c\" : -1.5e+2 }", "{0-1@0 k1-4@1 s7-10@1 k13-16@1 n19-26@1 }27-28@0");
    accepts("{\"a\":1,\"a\":2}", "{0-1@0 k1-4@1 n5-6@1 k7-10@1 n11-12@1 }12-13@0");
    accepts("{\"\":\"\"}", "{0-1@0 k1-3@1 s4-6@1 }6-7@0");
}

static void strings(void)
{
    test_case("strings: escapes and UTF-8");
    accepts("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "s0-18@0*");
    accepts("\"\\u0041\\uD834\\uDD1E\\u0000\"", "s0-26@0*");
    accepts("\"\\uD834\\udd1e\"", "s0-14@0*");
    accepts("\"\\\\\\\\\"", "s0-6@0*");
    accepts("{\"k\\n\":\"v\\\\\"}", "{0-1@0 k1-6@1* s7-12@1* }12-13@0");
    accepts("\"é国𝄞\x7f\"", "s0-12@0");
    accepts("[\"é\",\"\\u00e9\"]", "[0-1@0 s1-5@1 s6-14@1* ]14-15@0");
}

static void numbers(void)
{
    test_case("numbers of every form");
    accepts("[0,-0,10,1.0,0.1,1e1,1E+1,1e-1,1.25e10,123456789012345678901234567890]",
            "[0-1@0 n1-2@1 n3-5@1 n6-8@1 n9-12@1 n13-16@1 n17-20@1 n21-25@1 n26-30@1 n31-38@1 n39-69@1 ]69-70@0");
}

static void structure_errors(void)
{
    test_case("errors of structure");
    REFUSES("", 0, "line 1, column 1: found the end of the input but expected a value");
    REFUSES("  \n ", 4, "line 2, column 2: found the end of the input but expected a value");
    REFUSES("x", 0, "line 1, column 1: found 'x' but expected a value");
    REFUSES("]", 0, "line 1, column 1: found ']' but expected a value");
    REFUSES("[", 1, "line 1, column 2: found the end of the input but expected a value or ']' after '['");
    REFUSES("[,1]", 1, "line 1, column 2: found ',' but expected a value or ']' after '['");
    REFUSES("[1,]", 3, "line 1, column 4: found ']' but expected a value after ','");
    REFUSES("[1,,2]", 3, "line 1, column 4: found ',' but expected a value after ','");
    REFUSES("[1 2]", 3, "line 1, column 4: found '2' but expected ',' or ']' after the value");
    REFUSES("[1}", 2, "line 1, column 3: found '}' but expected ',' or ']' after the value");
    REFUSES("[1:2]", 2, "line 1, column 3: found ':' but expected ',' or ']' after the value");
    REFUSES("[\"a\"\"b\"]", 4, "line 1, column 5: found '\"' but expected ',' or ']' after the value");
    REFUSES("{", 1, "line 1, column 2: found the end of the input but expected a key or '}' after '{'");
    REFUSES("{1:2}", 1, "line 1, column 2: found '1' but expected a key or '}' after '{'");
    REFUSES("{,}", 1, "line 1, column 2: found ',' but expected a key or '}' after '{'");
    REFUSES("{\"a\":1,}", 7, "line 1, column 8: found '}' but expected a key after ','");
    REFUSES("{\"a\"}", 4, "line 1, column 5: found '}' but expected ':' after the key");
    REFUSES("{\"a\" \"b\"}", 5, "line 1, column 6: found '\"' but expected ':' after the key");
    REFUSES("{\"a\":}", 5, "line 1, column 6: found '}' but expected a value after ':'");
    REFUSES("{\"a\":1 \"b\":2}", 7, "line 1, column 8: found '\"' but expected ',' or '}' after the value");
    REFUSES("{\"a\":1]", 6, "line 1, column 7: found ']' but expected ',' or '}' after the value");
    REFUSES("{} {}", 3, "line 1, column 4: found '{' but expected nothing after the value");
    REFUSES("1 1", 2, "line 1, column 3: found '1' but expected nothing after the value");
    REFUSES("{}\n}", 3, "line 2, column 1: found '}' but expected nothing after the value");
    REFUSES("[1]\0", 3, "line 1, column 4: found byte 0x00 but expected nothing after the value");
    REFUSES("[1,\f2]", 3, "line 1, column 4: found byte 0x0C but expected a value after ','");
    REFUSES("\xEF\xBB\xBF{}", 0, "line 1, column 1: found byte 0xEF, as of a byte order mark, but expected a value");
    REFUSES("{\n  \"a\": 1,\r\n  \"é\": }", 21, "line 3, column 8: found '}' but expected a value after ':'");
}

static void scalar_errors(void)
{
    test_case("errors in numbers and words");
    REFUSES("[01]", 2, "line 1, column 3: found '1' but expected no digit after a leading zero");
    REFUSES("[00]", 2, "line 1, column 3: found '0' but expected no digit after a leading zero");
    REFUSES("[09]", 2, "line 1, column 3: found '9' but expected no digit after a leading zero");
    REFUSES("[-01]", 3, "line 1, column 4: found '1' but expected no digit after a leading zero");
    REFUSES("[-]", 2, "line 1, column 3: found ']' but expected a digit after '-'");
    REFUSES("[-x]", 2, "line 1, column 3: found 'x' but expected a digit after '-'");
    REFUSES("[+1]", 1, "line 1, column 2: found '+' but expected a value or ']' after '['");
    REFUSES("[1.]", 3, "line 1, column 4: found ']' but expected a digit after '.'");
    REFUSES("[.5]", 1, "line 1, column 2: found '.' but expected a value or ']' after '['");
    REFUSES("[1e]", 3, "line 1, column 4: found ']' but expected a sign or digit of the exponent");
    REFUSES("[1e+]", 4, "line 1, column 5: found ']' but expected a digit of the exponent");
    REFUSES("[1.e1]", 3, "line 1, column 4: found 'e' but expected a digit after '.'");
    REFUSES("[1e1.5]", 4, "line 1, column 5: found '.' but expected ',' or ']' after the value");
    REFUSES("[1x]", 2, "line 1, column 3: found 'x' but expected ',' or ']' after the value");
    REFUSES("[1\"a\"]", 2, "line 1, column 3: found '\"' but expected ',' or ']' after the value");
    REFUSES("[0x1]", 2, "line 1, column 3: found 'x' but expected ',' or ']' after the value");
    REFUSES("-", 1, "line 1, column 2: found the end of the input but expected a digit after '-'");
    REFUSES("[tru]", 4, "line 1, column 5: found ']' but expected the word \"true\"");
    REFUSES("[True]", 1, "line 1, column 2: found 'T' but expected a value or ']' after '['");
    REFUSES("fals", 4, "line 1, column 5: found the end of the input but expected the word \"false\"");
    REFUSES("[nul,1]", 4, "line 1, column 5: found ',' but expected the word \"null\"");
    REFUSES("[nulll]", 5, "line 1, column 6: found 'l' but expected ',' or ']' after the value");
    REFUSES("[true\"a\"]", 5, "line 1, column 6: found '\"' but expected ',' or ']' after the value");
    REFUSES("[1\x01,2]", 2, "line 1, column 3: found byte 0x01 but expected ',' or ']' after the value");
    REFUSES("[1\\\"]", 2, "line 1, column 3: found '\\' but expected ',' or ']' after the value");
}

static void string_errors(void)
{
    test_case("errors in strings");
    REFUSES("\"a", 2, "line 1, column 3: found the end of the input but expected '\"' to end the string");
    REFUSES("[\"a]", 4, "line 1, column 5: found the end of the input but expected '\"' to end the string");
    REFUSES("\"a\nb\"", 2,
            "line 1, column 3: found a line break but expected no unescaped control character in a string");
    REFUSES("\"a\tb\"", 2, "line 1, column 3: found a tab but expected no unescaped control character in a string");
    REFUSES("\"\0\"", 1, "line 1, column 2: found byte 0x00 but expected no unescaped control character in a string");
    REFUSES("\"\\x41\"", 2, "line 1, column 3: found 'x' but expected one of \" \\ / b f n r t u after '\\'");
    REFUSES("\"\\", 2, "line 1, column 3: found the end of the input but expected '\"' to end the string");
    REFUSES("\"\\u12G4\"", 5, "line 1, column 6: found 'G' but expected four hexadecimal digits after '\\u'");
    REFUSES("\"\\u12\"", 5, "line 1, column 6: found '\"' but expected four hexadecimal digits after '\\u'");
    REFUSES("\"\\uDC00\"", 6,
            "line 1, column 7: found the second half of a surrogate pair but expected a character or a first half");
    REFUSES("\"\\uD800\"", 7,
            "line 1, column 8: found '\"' but expected \\uDC00 to \\uDFFF, the second half of a surrogate pair");
    REFUSES("\"\\uD800x\"", 7,
            "line 1, column 8: found 'x' but expected \\uDC00 to \\uDFFF, the second half of a surrogate pair");
    REFUSES("\"\\uD800\\n\"", 8,
            "line 1, column 9: found 'n' but expected \\uDC00 to \\uDFFF, the second half of a surrogate pair");
    REFUSES("\"\\uD800\\uD800\"", 12,
            "line 1, column 13: found another escape but expected \\uDC00 to \\uDFFF, the second half of a surrogate "
            "pair");
    REFUSES("\"\\uD800\\u0041\"", 12,
            "line 1, column 13: found another escape but expected \\uDC00 to \\uDFFF, the second half of a surrogate "
            "pair");
    REFUSES("[\"\\uDC00\\uDC00\"]", 7,
            "line 1, column 8: found the second half of a surrogate pair but expected a character or a first half");
    REFUSES("[\"\\uD800\\uE000\"]", 13,
            "line 1, column 14: found another escape but expected \\uDC00 to \\uDFFF, the second half of a surrogate "
            "pair");
    REFUSES("[\"\\uD800x\\uDC00\"]", 8,
            "line 1, column 9: found 'x' but expected \\uDC00 to \\uDFFF, the second half of a surrogate pair");
    REFUSES("[\"\\uD800xuDC00\\n\"]", 8,
            "line 1, column 9: found 'x' but expected \\uDC00 to \\uDFFF, the second half of a surrogate pair");
    REFUSES("[\"\xff\"]", 2, "line 1, column 3: found byte 0xFF but expected UTF-8");
    REFUSES("[\"\xc3(\"]", 3, "line 1, column 4: found '(' but expected the rest of a UTF-8 character");
    REFUSES("[\"\xe5\x9b\"]", 4, "line 1, column 4: found '\"' but expected the rest of a UTF-8 character");
    REFUSES("[\"\xed\xa0\x80\"]", 3, "line 1, column 4: found byte 0xA0 but expected the rest of a UTF-8 character");
    REFUSES("[\"\xc0\xaf\"]", 2, "line 1, column 3: found byte 0xC0 but expected UTF-8");
    REFUSES("[\"\xe5\x9b", 4, "line 1, column 4: found the end of the input but expected '\"' to end the string");
    REFUSES("[\xc3\xa9]", 1, "line 1, column 2: found byte 0xC3 but expected a value or ']' after '['");
}

/* `count` arrays in one another, with a limit of `depth_max`. */
static void nest(size_t count, size_t depth_max, comity_status expected)
{
    char text[2100];
    memset(text, '[', count);
    memset(text + count, ']', count);
    json_reading reading;
    CHECK(json_all_modes_agree(text, 2 * count, depth_max, false, &reading));
    CHECK_EQ_INT(expected, reading.status);
    if (expected == COMITY_OK) {
        CHECK_EQ_INT(2 * count, reading.count);
        CHECK_EQ_INT(count - 1, reading.tokens[count - 1].depth);
        CHECK_EQ_INT(count - 1, reading.tokens[count].depth);
    } else {
        CHECK_EQ_INT(depth_max, reading.error.offset);
    }
    free(reading.tokens);
}

static void depth(void)
{
    test_case("the limit of depth");
    nest(1, 1, COMITY_OK);
    nest(2, 1, COMITY_ERROR_LIMIT);
    nest(64, 64, COMITY_OK);
    nest(65, 64, COMITY_ERROR_LIMIT);
    nest(1024, 1024, COMITY_OK);
    nest(1025, 1024, COMITY_ERROR_LIMIT);
    json_reading reading;
    CHECK(json_all_modes_agree("[[{}]]", 6, 2, true, &reading));
    CHECK_EQ_STR("line 1, column 3: found '{' but expected no more than 2 objects and arrays in one another",
                 reading.error.message);
    free(reading.tokens);
}

/* A document of `size` bytes: one long string, or many small values. */
static void long_documents(void)
{
    test_case("documents around the sizes of blocks and batches");
    static char text[5000];
    for (size_t size = 2; size < 4200; size += size < 200 || (size > 1000 && size < 1100) ? 1 : 97) {
        json_reading reading;
        memset(text, 'x', size);
        text[0] = '"';
        text[size - 1] = '"';
        CHECK(json_all_modes_agree(text, size, 8, false, &reading));
        CHECK(reading.status == COMITY_OK && reading.count == 1 && reading.tokens[0].end == size);
        free(reading.tokens);
        for (size_t i = 0; i < size; i++) {
            text[i] = i % 2 == 0 ? ',' : '7';
        }
        text[0] = '[';
        text[size % 2 == 0 ? size - 2 : size - 1] = ']';
        text[size - 1] = size % 2 == 0 ? ' ' : ']';
        CHECK(json_all_modes_agree(text, size, 8, false, &reading));
        CHECK(size == 2 ? reading.status != COMITY_OK : reading.status == COMITY_OK);
        free(reading.tokens);
    }
}

/* Long strings outside ASCII, whole and with one byte that is wrong. */
static void long_texts(void)
{
    static const char *const characters[] = {"é", "国", "𝄞", "a国"};
    test_case("long texts outside ASCII");
    for (size_t c = 0; c < sizeof characters / sizeof characters[0]; c++) {
        for (size_t count = 1; count < 900; count += count < 40 ? 1 : 211) {
            static char text[5000];
            size_t size = 0;
            text[size++] = '"';
            for (size_t i = 0; i < count; i++) {
                size += (size_t)snprintf(text + size, sizeof text - size, "%s", characters[c]);
            }
            text[size++] = '"';
            json_reading reading;
            CHECK(json_all_modes_agree(text, size, 8, false, &reading));
            CHECK_EQ_INT(COMITY_OK, reading.status);
            free(reading.tokens);
            size_t wrong = 1 + count * 7 % (size - 2);
            text[wrong] = (char)0xFF;
            CHECK(json_all_modes_agree(text, size, 8, false, &reading));
            CHECK_EQ_INT(COMITY_ERROR_SYNTAX, reading.status);
            CHECK_EQ_INT(wrong, reading.error.offset);
            free(reading.tokens);
        }
    }
}

/* Backslashes in rows of every length, ending at every place around the borders
 * of blocks, before a quote, a letter or the end. */
static void backslashes(void)
{
    static const char *const behind[] = {"\"", "n\"", "x\"", "\",\"\"", "u00e9\"", ""};
    test_case("rows of backslashes at the borders of blocks");
    for (size_t end = 50; end < 140; end++) {
        for (size_t row = 1; row < 70; row += row < 6 ? 1 : 29) {
            for (size_t b = 0; b < sizeof behind / sizeof behind[0]; b++) {
                char text[200];
                size_t begin = row < end - 2 ? end - row : 2;
                memset(text, 'x', begin);
                memset(text + begin, '\\', end - begin);
                memcpy(text, "[\"", 2);
                size_t size = end + (size_t)snprintf(text + end, sizeof text - end, "%s]", behind[b]);
                json_reading plain = json_read_in(comity_json_level_at(0), text, size, 8, 0, 0, false);
                for (size_t l = 1; comity_json_level_at(l) != NULL; l++) {
                    json_reading other = json_read_in(comity_json_level_at(l), text, size, 8, 0, 0, false);
                    CHECK(json_reading_equals(&plain, other, comity_json_level_at(l)->name, 0, 0));
                }
                free(plain.tokens);
            }
        }
    }
}

/* A mistake at every place of a long document is found where it is. */
static void mistakes_everywhere(void)
{
    static const char wrong[] = {'"', '\\', '{', ']', ',', ':', 'x', '\n', ' ', '\x01', '\x80', '\xff', '\0', '0'};
    test_case("a mistake at every place");
    char text[2400];
    size_t size = 0;
    text[size++] = '[';
    for (int i = 0; size < 1300; i++) {
        size +=
            (size_t)snprintf(text + size, sizeof text - size,
                             "%s{\"k%d\":\"v\\n\\u00e9é\", \"n\" :-%d.5e1,\"w\":[true,null]}", i == 0 ? "" : ",", i, i);
    }
    text[size++] = ']';
    for (size_t at = 0; at < size; at++) {
        for (size_t w = 0; w < sizeof wrong; w += at % 3 == 0 ? 1 : 5) {
            char kept = text[at];
            text[at] = wrong[w];
            json_reading plain = json_read_in(comity_json_level_at(0), text, size, 8, 0, 0, false);
            for (size_t l = 1; comity_json_level_at(l) != NULL; l++) {
                json_reading other = json_read_in(comity_json_level_at(l), text, size, 8, 0, 0, false);
                CHECK(json_reading_equals(&plain, other, comity_json_level_at(l)->name, 0, 0));
                other = json_read_in(comity_json_level_at(l), text, size, 8, at == 0 ? 1 : at, 0, true);
                CHECK(json_reading_equals(&plain, other, comity_json_level_at(l)->name, at, 0));
            }
            free(plain.tokens);
            text[at] = kept;
        }
    }
}

/* Every byte there is, at every place of a short document. */
static void every_byte_everywhere(void)
{
    test_case("every byte at every place");
    char text[] = "{ \"a\" : [ 1 , -2.5e1 , true ] , \"\\n\" : { } , \"b\" : \"c\" }";
    size_t size = sizeof text - 1;
    for (size_t at = 0; at < size; at++) {
        char kept = text[at];
        for (unsigned byte = 0; byte < 256; byte++) {
            text[at] = (char)byte;
            json_reading plain = json_read_in(comity_json_level_at(0), text, size, 8, 0, 0, false);
            for (size_t l = 1; comity_json_level_at(l) != NULL; l++) {
                json_reading other = json_read_in(comity_json_level_at(l), text, size, 8, 0, 0, false);
                CHECK(json_reading_equals(&plain, other, comity_json_level_at(l)->name, 0, 0));
            }
            free(plain.tokens);
        }
        text[at] = kept;
    }
}

static void errors_stay(void)
{
    test_case("an error comes again");
    comity_json json;
    comity_json_token token;
    comity_error first;
    comity_error second;
    comity_json_init(&json, 8);
    comity_json_feed(&json, "[1,2,}", 6, true);
    (void)comity_fail(&first, COMITY_ERROR_NAME, "of before");
    for (int i = 0; i < 3; i++) {
        CHECK_EQ_INT(COMITY_OK, comity_json_next(&json, &token, &first));
        CHECK_EQ_STR("of before", first.message);
    }
    CHECK_EQ_INT(COMITY_JSON_NUMBER, token.kind);
    token.kind = COMITY_JSON_NONE;
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_json_next(&json, &token, &first));
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_json_next(&json, &token, &second));
    CHECK_EQ_STR("line 1, column 6: found '}' but expected a value after ','", first.message);
    CHECK_EQ_STR(first.message, second.message);
    CHECK_EQ_INT(COMITY_JSON_NONE, token.kind);
}

static void end_comes_again(void)
{
    test_case("the end comes again, with its place");
    comity_json json;
    comity_json_token token;
    comity_json_init(&json, 8);
    comity_json_feed(&json, "null", 4, false);
    CHECK(comity_json_next(&json, &token, NULL) == COMITY_OK && token.kind == COMITY_JSON_NULL);
    CHECK(comity_json_next(&json, &token, NULL) == COMITY_OK && token.kind == COMITY_JSON_NONE && token.end == 4);
    comity_json_feed(&json, " \n", 2, false);
    CHECK(comity_json_next(&json, &token, NULL) == COMITY_OK && token.kind == COMITY_JSON_NONE && token.end == 6);
    comity_json_feed(&json, NULL, 0, true);
    for (int i = 0; i < 3; i++) {
        CHECK(comity_json_next(&json, &token, NULL) == COMITY_OK && token.kind == COMITY_JSON_NONE && token.end == 6);
    }
}

static void open_tokens(void)
{
    static const struct {
        const char *text;
        char letter;
        size_t begin;
        bool escaped;
    } cases[] = {{"[", '.', 0, false},        {"[1,", '.', 0, false},        {"[1, 22", 'n', 4, false},
                 {"{\"ab", 'k', 1, false},    {"{\"a\":\"b", 's', 5, false}, {"[\"a\\", 's', 1, true},
                 {"[\"a\\u00", 's', 1, true}, {"[tr", '+', 1, false},        {"[f", '-', 1, false},
                 {"[nul", '0', 1, false},     {"[\"a\xc3", 's', 1, false}};
    test_case("the token that is open where a chunk ends");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        comity_json json;
        comity_json_token token = {0};
        size_t size = strlen(cases[i].text);
        comity_json_init(&json, 8);
        comity_json_feed(&json, cases[i].text, size, false);
        do {
            CHECK_EQ_INT(COMITY_OK, comity_json_next(&json, &token, NULL));
        } while (token.kind != COMITY_JSON_NONE);
        bool open = comity_json_open_token(&json, &token);
        CHECK_EQ_INT(cases[i].letter != '.', open);
        if (open) {
            CHECK_EQ_INT(cases[i].letter, letters[token.kind]);
            CHECK_EQ_INT(cases[i].begin, token.begin);
            CHECK_EQ_INT(size, token.end);
            CHECK_EQ_INT(cases[i].escaped, token.escaped);
        }
    }
}

static void tokenizes(void)
{
    test_case("one document at once");
    static const char text[] = "{\"a\":[1,2]}";
    comity_json_token list[8];
    size_t count = 77;
    comity_error error;
    CHECK_EQ_INT(COMITY_OK, comity_json_tokenize(text, strlen(text), 8, list, 8, &count, &error));
    CHECK_EQ_INT(7, count);
    CHECK_EQ_INT(COMITY_OK, comity_json_tokenize(text, strlen(text), 8, list, 7, &count, &error));
    count = 77;
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_json_tokenize(text, strlen(text), 8, list, 6, &count, &error));
    CHECK_EQ_STR("the document has more than 6 tokens", error.message);
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_json_tokenize(text, 10, 8, list, 6, &count, &error));
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_json_tokenize(NULL, 0, 8, list, 6, &count, &error));
    CHECK_EQ_INT(77, count);
}

static void lines(void)
{
    test_case("lines of NDJSON");
    CHECK_EQ_INT(0, comity_json_line_size(NULL, 0));
    CHECK_EQ_INT(1, comity_json_line_size("\n", 1));
    CHECK_EQ_INT(3, comity_json_line_size("{}\n{}\n", 6));
    CHECK_EQ_INT(2, comity_json_line_size("{}", 2));
}

static void names(void)
{
    test_case("kinds have names");
    CHECK_EQ_STR("an object", comity_json_kind_name(COMITY_JSON_OBJECT_BEGIN));
    CHECK_EQ_STR("null", comity_json_kind_name(COMITY_JSON_NULL));
}

int main(void)
{
    test_begin("base/json");
    tokens();
    strings();
    numbers();
    structure_errors();
    scalar_errors();
    string_errors();
    depth();
    long_documents();
    long_texts();
    backslashes();
    mistakes_everywhere();
    every_byte_everywhere();
    errors_stay();
    end_comes_again();
    open_tokens();
    tokenizes();
    lines();
    names();
    return test_done();
}
