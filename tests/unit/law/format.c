/* The formatter: its layout case by case, and of all law on file and every text
 * of the fuzzer's corpus that it says the same, keeps each comment, and formats
 * to itself. */
#include "law/compile/format.h"

#include "law/compile/lexer.h"
#include "law/compile/parser.h"

#include "law_tree.h"
#include "test.h"
#include "text_cases.h"

#include <stdint.h>

#define BYTES_MAX ((size_t)64 << 20)

static bool format(const char *text, size_t size, comity_buffer *ret_text, bool *ret_whole)
{
    comity_buffer messages;
    comity_error error;
    comity_buffer_init(ret_text, BYTES_MAX);
    comity_buffer_init(&messages, BYTES_MAX);
    comity_status status = comity_law_format("case.law", text, size, ret_text, &messages, ret_whole, &error);
    CHECK_EQ_INT(COMITY_OK, status);
    CHECK(status != COMITY_OK || *ret_whole == (messages.size == 0));
    comity_buffer_free(&messages);
    return status == COMITY_OK;
}

static bool equal(const comity_buffer *buffer, const void *bytes, size_t size)
{
    return buffer->size == size && (size == 0 || memcmp(buffer->bytes, bytes, size) == 0);
}

/* The tree of a text, as text. */
static void tree_of(const char *text, size_t size, comity_buffer *ret_tree)
{
    comity_arena arena;
    comity_diagnostics diagnostics;
    comity_law_file file;
    comity_error error;
    comity_arena_init(&arena, BYTES_MAX);
    comity_buffer_init(ret_tree, BYTES_MAX);
    comity_diagnostics_init(&diagnostics, &arena);
    if (CHECK_EQ_INT(COMITY_OK, comity_law_parse(&arena, "case.law", 0, text, size, &diagnostics, &file, &error)) &&
        CHECK(file.parsed_whole)) {
        law_tree_print(ret_tree, &file);
    }
    comity_arena_free(&arena);
}

/* How many comments there are, and a sum over their bytes. */
static uint64_t comments_of(const char *text, size_t size, size_t *ret_count)
{
    comity_arena arena;
    comity_diagnostics diagnostics;
    comity_lexer lexer;
    comity_token token;
    uint64_t sum = 0;
    *ret_count = 0;
    comity_arena_init(&arena, BYTES_MAX);
    comity_diagnostics_init(&diagnostics, &arena);
    comity_lexer_init(&lexer, text, size, 0, true, &diagnostics);
    do {
        comity_lexer_next(&lexer, &token);
        uint64_t hash = 14695981039346656037u;
        for (size_t i = 0; token.type == COMITY_TOKEN_COMMENT && i < token.size; i++) {
            hash = (hash ^ (uint8_t)token.text[i]) * 1099511628211u;
        }
        sum += token.type == COMITY_TOKEN_COMMENT ? hash : 0;
        *ret_count += token.type == COMITY_TOKEN_COMMENT ? 1 : 0;
    } while (token.type != COMITY_TOKEN_END);
    comity_arena_free(&arena);
    return sum;
}

/* What must hold of every text that parses and what it is formatted to. */
static void check_formatted(const char *text, size_t size, const comity_buffer *formatted)
{
    const char *formatted_text = (const char *)formatted->bytes;
    comity_buffer before, after, again;
    size_t comments_before, comments_after;
    bool whole = false;
    tree_of(text, size, &before);
    tree_of(formatted_text, formatted->size, &after);
    CHECK(equal(&before, after.bytes, after.size));
    CHECK_EQ_INT(comments_of(text, size, &comments_before),
                 comments_of(formatted_text, formatted->size, &comments_after));
    CHECK_EQ_INT(comments_before, comments_after);
    CHECK(format(formatted_text, formatted->size, &again, &whole) && whole);
    CHECK(equal(&again, formatted->bytes, formatted->size));
    comity_buffer_free(&before);
    comity_buffer_free(&after);
    comity_buffer_free(&again);
}

static void run_case(const char *title, const char *input, size_t input_size, const char *expected,
                     size_t expected_size)
{
    comity_buffer formatted;
    bool whole = false;
    test_case(title);
    if (format(input, input_size, &formatted, &whole) && CHECK(whole)) {
        if (!CHECK(equal(&formatted, expected, expected_size))) {
            fprintf(stderr, "%s: found\n%.*sexpected\n%.*s", title, (int)formatted.size, (const char *)formatted.bytes,
                    (int)expected_size, expected);
        }
        check_formatted(input, input_size, &formatted);
    }
    comity_buffer_free(&formatted);
}

static void run_case_file(const char *path)
{
    size_t count = text_cases_run_file(path, run_case);
    test_case(path);
    CHECK(count > 0);
}

/* Law that does not parse is for other tests to tell. */
static void run_law_file(const char *path)
{
    comity_buffer formatted;
    bool whole = false;
    size_t size = 0;
    char *text = text_file_read(path, &size);
    if (CHECK(text != NULL) && format(text, size, &formatted, &whole)) {
        if (whole) {
            check_formatted(text, size, &formatted);
        }
        comity_buffer_free(&formatted);
    }
    free(text);
}

static void test_mistakes(void)
{
    const char *text = "state XA \"Examplia\"\nknid bank \"a bank\"\n";
    comity_buffer formatted;
    comity_buffer messages;
    comity_error error;
    bool whole = true;
    test_case("a text with mistakes is not formatted");
    comity_buffer_init(&formatted, BYTES_MAX);
    comity_buffer_init(&messages, BYTES_MAX);
    CHECK_EQ_INT(COMITY_OK, comity_law_format("a.law", text, strlen(text), &formatted, &messages, &whole, &error));
    CHECK(!whole);
    CHECK_EQ_INT(0, formatted.size);
    comity_buffer_append_byte(&messages, 0);
    CHECK_EQ_STR("a.law:2:1: error: found \"knid\"; expected a declaration; did you mean \"kind\"?\n"
                 "    2 | knid bank \"a bank\"\n"
                 "      | ^~~~\n",
                 (const char *)messages.bytes);
    comity_buffer_free(&formatted);
    comity_buffer_free(&messages);
}

static void test_line_ends(void)
{
    const char *text = "\xEF\xBB\xBFstate XA \"Examplia\"\r\n# one\r\nkind bank \"a bank\"";
    comity_buffer formatted;
    bool whole = false;
    test_case("line ends of another kind, a byte order mark, no newline at the end");
    if (format(text, strlen(text), &formatted, &whole) && CHECK(whole)) {
        comity_buffer_append_byte(&formatted, 0);
        CHECK_EQ_STR("state XA \"Examplia\"\n\n# one\nkind bank \"a bank\"\n", (const char *)formatted.bytes);
    }
    comity_buffer_free(&formatted);
}

static void test_little_room(void)
{
    const char *text = "state XA \"Examplia\"\nkind bank \"a bank\"\n";
    comity_buffer formatted;
    comity_buffer messages;
    comity_error error;
    bool whole;
    test_case("no room for the text");
    comity_buffer_init(&formatted, 10);
    comity_buffer_init(&messages, BYTES_MAX);
    CHECK_EQ_INT(COMITY_ERROR_LIMIT,
                 comity_law_format("a.law", text, strlen(text), &formatted, &messages, &whole, &error));
    comity_buffer_free(&formatted);
    comity_buffer_free(&messages);
}

int main(void)
{
    test_begin("law/format");
    test_mistakes();
    test_line_ends();
    test_little_room();
    test_case("there are cases");
    CHECK(text_files_each("tests/cases/law-format", ".txt", run_case_file) >= 2);
    test_case("the world's law");
    CHECK(text_files_each("law", ".law", run_law_file) > 0);
    CHECK(text_files_each("law/states", ".law", run_law_file) > 0);
    CHECK(text_files_each("law/agreements", ".law", run_law_file) > 0);
    CHECK(text_files_each("law/unions", ".law", run_law_file) > 0);
    (void)text_files_each("law/parts", ".law", run_law_file);
    test_case("the fuzzer's corpus");
    CHECK(text_files_each("fuzz/corpus/law_text", "", run_law_file) > 0);
    return test_done();
}
