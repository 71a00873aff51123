/* comity_fail fills what it says, and never cuts a character. */
#include "test.h"

#include "base/error.h"

#include <stdlib.h>

static void fills(void)
{
    test_case("fills code and message");
    comity_error error = {.code = COMITY_OK, .offset = 7, .message = "before"};
    CHECK_EQ_INT(COMITY_ERROR_NAME, comity_fail(&error, COMITY_ERROR_NAME, "%s is no %s", "\"x\"", "category"));
    CHECK_EQ_INT(COMITY_ERROR_NAME, error.code);
    CHECK_EQ_INT(0, error.offset);
    CHECK_EQ_STR("\"x\" is no category", error.message);
}

static void takes_null(void)
{
    test_case("takes NULL for the error");
    CHECK_EQ_INT(COMITY_ERROR_RANGE, comity_fail(NULL, COMITY_ERROR_RANGE, "%d", 1));
}

static void wraps_itself(void)
{
    test_case("an argument may point into the error");
    comity_error error;
    (void)comity_fail(&error, COMITY_ERROR_SYNTAX, "line 1: no");
    (void)comity_fail(&error, error.code, "file.law: %s", error.message);
    CHECK_EQ_STR("file.law: line 1: no", error.message);
}

static void one_line(void)
{
    test_case("is one line of UTF-8 that can be seen, whatever a path holds");
    comity_error error;
    (void)comity_fail(&error, COMITY_ERROR_SYSTEM, "%s: no", "a\xff\xc3/\x1b[31m\n\u202e國");
    CHECK_EQ_STR("a\\xff\\xc3/\\x1b[31m\\x0a\\xe2\\x80\\xae國: no", error.message);
    char controls[480];
    memset(controls, '\n', sizeof controls);
    controls[sizeof controls - 1] = '\0';
    (void)comity_fail(&error, COMITY_ERROR_SYSTEM, "%s", controls);
    CHECK_EQ_INT(sizeof error.message / 4 * 4 - 4, strlen(error.message));
}

/* A message of `head` ASCII letters and then characters of several bytes. */
static void cut(size_t head, const char *character)
{
    char text[1024];
    memset(text, 'a', head);
    size_t size = head;
    while (size < 900) {
        memcpy(text + size, character, strlen(character));
        size += strlen(character);
    }
    text[size] = '\0';
    comity_error error;
    (void)comity_fail(&error, COMITY_ERROR_SYNTAX, "%s", text);
    size_t kept = strlen(error.message);
    CHECK(kept < sizeof error.message);
    CHECK(kept + strlen(character) >= sizeof error.message);
    CHECK_EQ_INT(0, (kept - head) % strlen(character));
    CHECK(memcmp(error.message, text, kept) == 0);
}

static void cuts_whole_characters(void)
{
    test_case("cuts at a character's end");
    for (size_t head = 0; head < 8; head++) {
        cut(head, "x");
        cut(head, "é");
        cut(head, "国");
        cut(head, "𝄞");
    }
}

static comity_status passes_on(comity_status status, bool *reached)
{
    COMITY_TRY(status);
    *reached = true;
    return COMITY_OK;
}

static void tries(void)
{
    test_case("COMITY_TRY hands a failure on");
    bool reached = false;
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, passes_on(COMITY_ERROR_LIMIT, &reached));
    CHECK(!reached);
    CHECK_EQ_INT(COMITY_OK, passes_on(COMITY_OK, &reached));
    CHECK(reached);
}

int main(void)
{
    test_begin("base/error");
    fills();
    takes_null();
    wraps_itself();
    one_line();
    cuts_whole_characters();
    tries();
    return test_done();
}
