/* The public interface: what it says to arguments, images, acts and law that
 * cannot be. */
#include "comity.h"

#include "base/limits.h"

#include "test.h"

#include <stdlib.h>
#include <unistd.h>

static const char law_text[] = "state XA \"Examplia\"\nplace XB \"Bexar\"\ncovers transfer\n";
static const char soft_text[] = "agreement PACT \"Pact\"\nsoft\nparties XA, XB\n";
static const char act[] = "{\"act\":\"transfer\",\"on\":\"2026-11-24\",\"from\":\"XA\",\"to\":\"XA\"}";

static comity_error error;
static comity_law *law;
static comity_context *context;

static void check_said(comity_status expected, comity_status status, const char *message)
{
    CHECK_EQ_INT(expected, status);
    CHECK_EQ_STR(message, error.message);
}

static bool set_up(void)
{
    comity_builder *builder;
    const void *image;
    size_t size;
    bool made = comity_builder_new(&builder, &error) == COMITY_OK &&
                comity_builder_add(builder, "XA.law", law_text, sizeof law_text - 1, &error) == COMITY_OK &&
                comity_builder_add(builder, "PACT.law", soft_text, sizeof soft_text - 1, &error) == COMITY_OK &&
                comity_builder_build(builder, &image, &size, &error) == COMITY_OK &&
                comity_law_load(image, size, &law, &error) == COMITY_OK &&
                comity_context_new(law, &context, &error) == COMITY_OK;
    comity_builder_free(builder);
    return made;
}

static void test_arguments(void)
{
    comity_law *other = NULL;
    comity_context *another = NULL;
    comity_builder *builder = NULL;
    comity_answer answer;
    comity_verdict verdict;
    const void *image;
    size_t size;
    test_case("an argument that must not be NULL is");
    check_said(COMITY_ERROR_ARGUMENT, comity_law_open(NULL, &other, &error),
               "comity_law_open: path and ret_law must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_law_open("world.image", NULL, &error),
               "comity_law_open: path and ret_law must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_law_load(NULL, 1, &other, &error),
               "comity_law_load: bytes and ret_law must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_law_load("", 0, NULL, &error),
               "comity_law_load: bytes and ret_law must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_context_new(NULL, &another, &error),
               "comity_context_new: law and ret_context must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_context_new(law, NULL, &error),
               "comity_context_new: law and ret_context must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_context_adopt(NULL, "PACT", &error),
               "comity_context_adopt: its arguments must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_context_adopt(context, NULL, &error),
               "comity_context_adopt: its arguments must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_judge_json(context, act, sizeof act - 1, NULL, NULL, &error),
               "comity_judge_json: ret_answer must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_judge_json(NULL, act, sizeof act - 1, NULL, &answer, &error),
               "comity_judge: context and act must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_judge_verdict(context, NULL, 1, NULL, &verdict, &error),
               "comity_judge: context and act must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_judge_verdict(context, act, sizeof act - 1, NULL, NULL, &error),
               "comity_judge_verdict: ret_verdict must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_builder_new(NULL, &error), "comity_builder_new: ret_builder must not be NULL");
    CHECK_EQ_INT(COMITY_OK, comity_builder_new(&builder, &error));
    check_said(COMITY_ERROR_ARGUMENT, comity_builder_add(builder, NULL, "", 0, &error),
               "comity_builder_add: builder, name and text must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_builder_add(builder, "a.law", NULL, 1, &error),
               "comity_builder_add: builder, name and text must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_builder_add(NULL, "a.law", "", 0, &error),
               "comity_builder_add: builder, name and text must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_builder_build(builder, NULL, &size, &error),
               "comity_builder_build: its arguments must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_builder_build(builder, &image, NULL, &error),
               "comity_builder_build: its arguments must not be NULL");
    CHECK(other == NULL && another == NULL);
    comity_builder_free(builder);
    comity_builder_free(NULL);
    comity_context_free(NULL);
    comity_law_close(NULL);
}

static void test_files(void)
{
    char path[] = "/tmp/comity-messages-XXXXXX";
    char expected[128];
    comity_law *other = NULL;
    test_case("an image that is not there, and one that is empty");
    check_said(COMITY_ERROR_SYSTEM, comity_law_open("/nowhere/world.image", &other, &error),
               "/nowhere/world.image: No such file or directory");
    check_said(COMITY_ERROR_IMAGE, comity_law_load("", 0, &other, &error),
               "this is no law image: it does not begin with \"COMITYLW\"");
    int fd = mkstemp(path);
    if (CHECK(fd >= 0)) {
        (void)snprintf(expected, sizeof expected, "%s: this is no law image: it is empty", path);
        check_said(COMITY_ERROR_IMAGE, comity_law_open(path, &other, &error), expected);
        CHECK_EQ_INT(5, write(fd, "stone", 5));
        (void)snprintf(expected, sizeof expected, "%s: this is no law image: it does not begin with \"COMITYLW\"", path);
        check_said(COMITY_ERROR_IMAGE, comity_law_open(path, &other, &error), expected);
        (void)close(fd);
        (void)unlink(path);
    }
    CHECK(other == NULL);
}

static void test_acts(void)
{
    comity_verdict verdict = COMITY_PERMIT;
    comity_answer answer;
    test_case("an act without its day, with the day given, and with one that is none");
    static const char dayless[] = "{\"act\":\"transfer\",\"from\":\"XA\",\"to\":\"XA\"}";
    check_said(COMITY_ERROR_SYNTAX, comity_judge_verdict(context, dayless, sizeof dayless - 1, NULL, &verdict, &error),
               "an act without its \"on\", the day whose law applies");
    CHECK_EQ_INT(COMITY_OK, comity_judge_verdict(context, dayless, sizeof dayless - 1, "2026-11-24", &verdict, &error));
    CHECK_EQ_STR("permit", comity_verdict_name(verdict));
    check_said(COMITY_ERROR_RANGE,
               comity_judge_verdict(context, dayless, sizeof dayless - 1, "2026-02-29", &verdict, &error),
               "\"2026-02-29\" is no date: February 2026 has 28 days");

    test_case("an act of more than a megabyte");
    char *large = malloc(COMITY_LIMIT_ACT_BYTES + 1);
    if (CHECK(large != NULL)) {
        memset(large, ' ', COMITY_LIMIT_ACT_BYTES + 1);
        check_said(COMITY_ERROR_LIMIT,
                   comity_judge_json(context, large, COMITY_LIMIT_ACT_BYTES + 1, NULL, &answer, &error),
                   "an act of 1048577 bytes; at most 1048576 are read");
    }
    free(large);

    test_case("agreements that are adopted");
    check_said(COMITY_ERROR_NAME, comity_context_adopt(context, "PACTS", &error),
               "\"PACTS\" is no agreement on file; did you mean \"PACT\"?");
    check_said(COMITY_ERROR_NAME, comity_context_adopt(context, "XA", &error),
               "\"XA\" need not be adopted: only an agreement that does not bind is");
    CHECK_EQ_INT(COMITY_OK, comity_context_adopt(context, "PACT", &error));
    test_case("a verdict that is none");
    CHECK_EQ_STR("", comity_verdict_name((comity_verdict)7));
}

static void test_building(void)
{
    comity_builder *builder;
    const void *image = NULL;
    size_t size;
    test_case("a law file of more than eight megabytes, and one with an error");
    char *large = malloc(COMITY_LIMIT_LAW_FILE_BYTES + 1);
    if (!CHECK(large != NULL && comity_builder_new(&builder, &error) == COMITY_OK)) {
        free(large);
        return;
    }
    memset(large, ' ', COMITY_LIMIT_LAW_FILE_BYTES + 1);
    check_said(COMITY_ERROR_LIMIT, comity_builder_add(builder, "XA.law", large, COMITY_LIMIT_LAW_FILE_BYTES + 1, &error),
               "XA.law: a law file of 8388609 bytes; at most 8388608 are read");
    CHECK_EQ_STR("", comity_builder_messages(builder));
    CHECK_EQ_INT(COMITY_OK, comity_builder_add(builder, "XA.law", "stat XA", 7, &error));
    check_said(COMITY_ERROR_SYNTAX, comity_builder_build(builder, &image, &size, &error), "the law has 1 error");
    CHECK_EQ_STR("XA.law:1:1: error: found \"stat\"; expected the header of the file (taxonomy, state, part, union, "
                 "agreement or policy); did you mean \"state\"?\n    1 | stat XA\n      | ^~~~\n",
                 comity_builder_messages(builder));
    CHECK(image == NULL);
    comity_builder_free(builder);
    free(large);
}

/* A rule with so many periods that their words are longer than an image keeps. */
static void test_periods(void)
{
    enum { PERIODS = 4000 };
    static const char begin[] = "state XA \"Examplia\"\ncovers transfer\ninstrument I \"Act\"\n"
                                "rule XA.I.1 \"One\"\n  cite I \"1\"\n  duty \"Do it\"";
    static const char period[] = " once per exporter";
    static const char end[] = "\n  unverified\n";
    comity_builder *builder;
    const void *image = NULL;
    size_t size;
    test_case("a duty of four thousand periods");
    char *text = malloc(sizeof begin + PERIODS * sizeof period + sizeof end);
    if (!CHECK(text != NULL && comity_builder_new(&builder, &error) == COMITY_OK)) {
        free(text);
        return;
    }
    char *at = text + sprintf(text, "%s", begin);
    for (size_t i = 0; i < PERIODS; i++) {
        at += sprintf(at, "%s", period);
    }
    at += sprintf(at, "%s", end);
    CHECK_EQ_INT(COMITY_OK, comity_builder_add(builder, "XA.law", text, (size_t)(at - text), &error));
    check_said(COMITY_ERROR_LIMIT, comity_builder_build(builder, &image, &size, &error),
               "rule XA.I.1 has a text of 75998 bytes; expected at most 65535");
    comity_builder_free(builder);
    free(text);
}

int main(void)
{
    test_begin("api/messages");
    test_case("a small law is built and loaded");
    if (CHECK(set_up())) {
        test_arguments();
        test_files();
        test_acts();
        test_building();
        test_periods();
    }
    comity_context_free(context);
    comity_law_close(law);
    return test_done();
}
