/* Diagnostics: their order, their line of source, and what is done without memory. */
#include "law/compile/diagnostics.h"

#include "base/limits.h"

#include "test.h"

#define BYTES_MAX ((size_t)16 << 20)

typedef struct printed {
    comity_arena arena;
    comity_diagnostics diagnostics;
    comity_law_file files[2];
    comity_buffer buffer;
} printed;

static void begin(printed *ret_printed, const char *first, const char *second)
{
    *ret_printed = (printed){.files = {{.path = "a.law", .text = first, .size = strlen(first)},
                                       {.path = "b.law", .text = second, .size = strlen(second)}}};
    comity_arena_init(&ret_printed->arena, BYTES_MAX);
    comity_buffer_init(&ret_printed->buffer, BYTES_MAX);
    comity_diagnostics_init(&ret_printed->diagnostics, &ret_printed->arena);
}

static void add(printed *now, uint32_t file, uint32_t line, uint32_t column, uint32_t length, const char *message)
{
    comity_place_in_text at = {.file = file, .line = line, .column = column, .length = length};
    comity_diagnostics_add(&now->diagnostics, COMITY_SEVERITY_ERROR, at, "%s", message);
}

/* Prints, compares, and frees. */
static void check_printed(printed *now, const char *expected)
{
    comity_error error;
    CHECK_EQ_INT(COMITY_OK, comity_diagnostics_print(&now->diagnostics, now->files, 2, &now->buffer, &error));
    comity_buffer_append_byte(&now->buffer, 0);
    CHECK_EQ_STR(expected, (const char *)now->buffer.bytes);
    comity_buffer_free(&now->buffer);
    comity_arena_free(&now->arena);
}

static void test_order(void)
{
    printed now;
    test_case("sorted by file, line and column; at one place as they were found");
    begin(&now, "one\ntwo", "three\n");
    add(&now, 1, 1, 1, 5, "fifth");
    add(&now, 0, 2, 2, 1, "third");
    add(&now, 0, 2, 2, 1, "fourth");
    add(&now, 0, 2, 1, 3, "second");
    add(&now, 0, 1, 3, 1, "first");
    check_printed(&now, "a.law:1:3: error: first\n    1 | one\n      |   ^\n"
                        "a.law:2:1: error: second\n    2 | two\n      | ^~~\n"
                        "a.law:2:2: error: third\n    2 | two\n      |  ^\n"
                        "a.law:2:2: error: fourth\n    2 | two\n      |  ^\n"
                        "b.law:1:1: error: fifth\n    1 | three\n      | ^~~~~\n");
}

static void test_once(void)
{
    printed now;
    test_case("the same of the same place is told once, and counted once");
    begin(&now, "one\ntwo", "three\n");
    add(&now, 0, 1, 1, 3, "wrong");
    add(&now, 0, 2, 1, 3, "wrong");
    add(&now, 0, 1, 1, 3, "wrong");
    add(&now, 0, 1, 1, 3, "wronger");
    add(&now, 1, 1, 1, 3, "wrong");
    CHECK_EQ_INT(4, now.diagnostics.error_count);
    check_printed(&now, "a.law:1:1: error: wrong\n    1 | one\n      | ^~~\n"
                        "a.law:1:1: error: wronger\n    1 | one\n      | ^~~\n"
                        "a.law:2:1: error: wrong\n    2 | two\n      | ^~~\n"
                        "b.law:1:1: error: wrong\n    1 | three\n      | ^~~\n");
}

static void test_warnings(void)
{
    printed now;
    test_case("a warning is no error");
    begin(&now, "one", "");
    comity_diagnostics_add(&now.diagnostics, COMITY_SEVERITY_WARNING,
                           (comity_place_in_text){.line = 1, .column = 1, .length = 3}, "so-called %s", "\"one\"");
    CHECK_EQ_INT(0, now.diagnostics.error_count);
    check_printed(&now, "a.law:1:1: warning: so-called \"one\"\n    1 | one\n      | ^~~\n");
}

static void test_source(void)
{
    printed now;
    test_case("tabs are one space, what cannot be shown is a mark, carriage returns are left away");
    begin(&now, "\xEF\xBB\xBFx\ty\r\n\x1B[2J \xE2\x80\xAE \xC2\x85 \xE9 \xC3\xA9\n", "");
    add(&now, 0, 1, 3, 1, "behind a tab");
    add(&now, 0, 2, 12, 1, "behind the marks");
    check_printed(&now, "a.law:1:3: error: behind a tab\n    1 | x y\n      |   ^\n"
                        "a.law:2:12: error: behind the marks\n"
                        "    2 | \xEF\xBF\xBD[2J \xEF\xBF\xBD \xEF\xBF\xBD \xEF\xBF\xBD \xC3\xA9\n"
                        "      |            ^\n");
    test_case("a place behind the line, and behind the file");
    begin(&now, "one\n", "");
    add(&now, 0, 1, 4, 9, "behind the line");
    add(&now, 0, 2, 1, 1, "behind the file");
    add(&now, 1, 1, 1, 1, "in nothing");
    check_printed(&now, "a.law:1:4: error: behind the line\n    1 | one\n      |    ^\n"
                        "a.law:2:1: error: behind the file\n    2 | \n      | ^\n"
                        "b.law:1:1: error: in nothing\n    1 | \n      | ^\n");
}

static void test_long_line(void)
{
    char text[1001];
    char expected[512];
    printed now;
    test_case("of a long line the part around the place is shown");
    memset(text, 'x', sizeof text - 1);
    text[499] = 'y';
    text[sizeof text - 1] = '\0';
    begin(&now, text, "");
    add(&now, 0, 1, 500, 200, "far to the right");
    (void)snprintf(expected, sizeof expected,
                   "a.law:1:500: error: far to the right\n    1 | %.99sy%.50s\n      | %99s^%.50s\n", text, text, "",
                   "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~");
    check_printed(&now, expected);
}

static void test_long_message(void)
{
    char message[2000];
    printed now;
    test_case("a message too long is cut at a character's end");
    for (size_t i = 0; i + 2 < sizeof message; i += 2) {
        memcpy(message + i, "\xC3\xA9", 3);
    }
    begin(&now, "one", "");
    add(&now, 0, 1, 1, 1, message);
    CHECK_EQ_INT(1022, strlen(now.diagnostics.items[0].message));
    comity_buffer_free(&now.buffer);
    comity_arena_free(&now.arena);
}

static void test_little_memory(void)
{
    test_case("without memory diagnostics are cut, and errors still count");
    for (size_t bytes = 0; bytes < 4096; bytes += 128) {
        comity_arena arena;
        comity_diagnostics diagnostics;
        comity_arena_init(&arena, bytes);
        comity_diagnostics_init(&diagnostics, &arena);
        for (uint32_t i = 0; i < 50; i++) {
            comity_diagnostics_add(&diagnostics, COMITY_SEVERITY_ERROR,
                                   (comity_place_in_text){.line = i + 1, .column = 1, .length = 1}, "message %u", i);
        }
        CHECK_EQ_INT(50, diagnostics.error_count);
        CHECK(diagnostics.cut == (diagnostics.count < 50));
        comity_arena_free(&arena);
    }
}

int main(void)
{
    test_begin("law/diagnostics");
    test_order();
    test_once();
    test_warnings();
    test_source();
    test_long_line();
    test_long_message();
    test_little_memory();
    return test_done();
}
