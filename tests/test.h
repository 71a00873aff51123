/* What every test program uses. C17 and C++17; one thread.
 *
 *     int main(void)
 *     {
 *         test_begin("date");
 *         test_case("leap days");
 *         CHECK(…);
 *         CHECK_EQ_INT(28, last_day);
 *         return test_done();
 *     }
 *
 * A case is what stands between one test_case and the next; it fails if a check
 * in it fails. Failures go to standard error with file and line; a failed check
 * does not end the program. test_done prints one line to standard output,
 * `NAME: N passed, N failed[, N skipped]`, and gives the program's exit status. */
#ifndef COMITY_TESTS_TEST_H
#define COMITY_TESTS_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

typedef struct test_state {
    const char *program;
    const char *name; /* of the case that runs; NULL before the first */
    bool failed;      /* the case that runs */
    bool skipped;
    unsigned passed_count;
    unsigned failed_count;
    unsigned skipped_count;
} test_state;

/* One for the whole program: a test is one file. */
static test_state test_now;

static inline void test_begin(const char *program)
{
    test_now.program = program;
}

static inline void test_case_end(void)
{
    if (test_now.name == NULL) {
        return;
    }
    if (test_now.failed) {
        test_now.failed_count++;
    } else if (test_now.skipped) {
        test_now.skipped_count++;
    } else {
        test_now.passed_count++;
    }
    test_now.failed = false;
    test_now.skipped = false;
    test_now.name = NULL;
}

/* Begins a case; `name` must outlive it. */
static inline void test_case(const char *name)
{
    test_case_end();
    test_now.name = name;
}

/* Counts the case that runs as skipped and says why. */
static inline void test_skip(const char *reason)
{
    test_now.skipped = true;
    fprintf(stderr, "%s: %s: skipped: %s\n", test_now.program, test_now.name, reason);
}

static inline void test_fail(const char *file, int line, const char *what)
{
    if (test_now.name == NULL) {
        test_now.name = "outside of any case";
    }
    test_now.failed = true;
    fprintf(stderr, "%s:%d: %s: %s\n", file, line, test_now.name, what);
}

static inline bool test_check_int(const char *file, int line, const char *what, long long expected, long long actual)
{
    if (expected == actual) {
        return true;
    }
    char text[512];
    (void)snprintf(text, sizeof text, "%s is %lld, expected %lld", what, actual, expected);
    test_fail(file, line, text);
    return false;
}

static inline bool test_check_str(const char *file, int line, const char *what, const char *expected,
                                  const char *actual)
{
    if (actual != NULL && strcmp(expected, actual) == 0) {
        return true;
    }
    char text[2048];
    (void)snprintf(text, sizeof text, "%s is\n    %s\nexpected\n    %s", what, actual == NULL ? "(null)" : actual,
                   expected);
    test_fail(file, line, text);
    return false;
}

/* Each is true if the check holds. */
#define CHECK(condition) ((condition) ? true : (test_fail(__FILE__, __LINE__, #condition), false))
#define CHECK_EQ_INT(expected, actual) \
    test_check_int(__FILE__, __LINE__, #actual, (long long)(expected), (long long)(actual))
#define CHECK_EQ_STR(expected, actual) test_check_str(__FILE__, __LINE__, #actual, (expected), (actual))

/* Ends the last case, prints the line, returns 0 if nothing failed, else 1. */
static inline int test_done(void)
{
    test_case_end();
    printf("%s: %u passed, %u failed", test_now.program, test_now.passed_count, test_now.failed_count);
    if (test_now.skipped_count > 0) {
        printf(", %u skipped", test_now.skipped_count);
    }
    printf("\n");
    return test_now.failed_count == 0 ? 0 : 1;
}

#endif
