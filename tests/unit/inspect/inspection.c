/* The public interface: what it finds where, raw places, what it refuses, that
 * nothing is found twice or left over from one input to the next. */
#include "../../test.h"

#include "comity.h"

#include <stdlib.h>

typedef struct seen_all {
    const comity_rules *rules;
    char text[4096];
    size_t used;
    uint64_t settled;
    bool unsettled; /* something was found where nothing should have been any more */
} seen_all;

static void keep(void *context, const comity_found *found)
{
    seen_all *all = context;
    comity_type_about about;
    comity_error error;
    all->unsettled |= found->has_raw && found->raw_begin < all->settled;
    if (comity_rules_type(all->rules, found->seen[0].type, &about, &error) != COMITY_OK) {
        return;
    }
    int written = snprintf(all->text + all->used, sizeof all->text - all->used, "%s %s %llu %llu-%llu %s\n", about.name,
                           found->path, (unsigned long long)found->line,
                           (unsigned long long)(found->has_raw ? found->raw_begin : 0),
                           (unsigned long long)(found->has_raw ? found->raw_end : 0), found->chain);
    all->used += written > 0 ? (size_t)written : 0;
}

static comity_rules *rules_small(void)
{
    static char text[65536];
    comity_rules *rules = NULL;
    comity_error error;
    FILE *file = fopen("tests/cases/inspect/small.types", "rb");
    if (file != NULL) {
        comity_rules_text one = {"small.types", text, fread(text, 1, sizeof text, file)};
        (void)fclose(file);
        if (comity_rules_load(&one, 1, &rules, &error) != COMITY_OK) {
            fprintf(stderr, "%s\n", error.message);
        }
    }
    return rules;
}

/* In JSON, in UTF-16 with its raw places, and percent-encoded. */
static const struct {
    const char *name, *content_type, *input;
    size_t size; /* 0: up to the NUL */
    const char *expected;
} cases[] = {
    {"json", "application/json", "{\"a\":1,\"user\":{\"pnr\":\"1234567897\"}}", 0, "xa.person user.pnr 1 22-32 \n"},
    {"json number", "application/json", "[{\"pnr\":1234567897},\n{\"pnr\": 1234567897}]", 0,
     "xa.person [].pnr 1 8-18 \nxa.person [].pnr 2 29-39 \n"},
    {"escapes", "application/json", "{\"pnr\":\"\\u0031234567897\"}", 0, "xa.person pnr 1 8-23 \n"},
    {"csv", "text/csv", "name,pnr\n\"a, b\",1234567897\n", 0, "xa.person pnr 2 16-26 \n"},
    {"text", "text/plain", "line\nperson number: 1234567897.\n", 0, "xa.person  2 20-30 \n"},
    {"nothing speaks for it", "text/plain", "order 1234567897\n", 0, ""},
    {"in a long row of numbers", "text/plain",
     "card 100 101 102 103 104 105 106 107 108 109 110 111 112 113 114 115 116 117 118 119 120 1"
     "21 122 123 124 125 126 127 128 129 130 131 132 133 134 135 136 137 138 139 7700 "
     "0000 0100 0007 141 142\n",
     0, "xa.card  1 165-184 \n"},
    {"mark", "text/plain", "UTOPIA SECRET\n", 0, "mark.top  1 0-13 \n"},
    {"mark in small letters", "text/plain", "Utopia secret\n", 0, ""},
    {"secret", "text/plain", "key=XKEY0123456789ABCDEF;\n", 0, "secret.key  1 4-24 \n"},
    {"pem", "text/plain",
     "x\n-----BEGIN PRIVATE KEY-----\nMIIBVAIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n", 0,
     "secret.pem  2 2-88 \n"},
};

static void check_case(comity_inspection *inspection, seen_all *all, size_t i)
{
    comity_error error = {0};
    size_t size = cases[i].size == 0 ? strlen(cases[i].input) : cases[i].size;
    const comity_inspect_hints hints = {.content_type = cases[i].content_type};
    test_case(cases[i].name);
    for (size_t piece = 1; piece <= size; piece += 6) {
        all->used = 0;
        all->text[0] = '\0';
        CHECK_EQ_INT(COMITY_OK, comity_inspect_begin(inspection, &hints, &error));
        for (size_t at = 0; at < size; at += piece) {
            size_t taken = size - at < piece ? size - at : piece;
            CHECK_EQ_INT(COMITY_OK, comity_inspect_feed(inspection, cases[i].input + at, taken, &error));
        }
        CHECK_EQ_INT(COMITY_OK, comity_inspect_finish(inspection, &error));
        if (!CHECK_EQ_STR(cases[i].expected, all->text)) {
            return;
        }
    }
}

static void check_rules(const comity_rules *rules)
{
    comity_error error = {0};
    comity_type_about about;
    comity_rules *none = NULL;
    char expected[64];
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_rules_open(NULL, &error));
    CHECK_EQ_STR("comity_rules_open: ret_rules must not be NULL", error.message);
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_rules_load(NULL, 1, &none, &error));
    CHECK_EQ_STR("comity_rules_load: its arguments must not be NULL", error.message);
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_rules_load(NULL, 0, NULL, &error));
    CHECK_EQ_STR("comity_rules_load: its arguments must not be NULL", error.message);
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_rules_type(NULL, 0, &about, &error));
    CHECK_EQ_STR("comity_rules_type: its arguments must not be NULL", error.message);
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_rules_type(rules, 0, NULL, &error));
    CHECK_EQ_STR("comity_rules_type: its arguments must not be NULL", error.message);
    CHECK_EQ_INT(COMITY_ERROR_RANGE, comity_rules_type(rules, 10000, &about, &error));
    (void)snprintf(expected, sizeof expected, "type 10000: there are %zu", comity_rules_type_count(rules));
    CHECK_EQ_STR(expected, error.message);
    CHECK_EQ_INT(0, comity_rules_type_count(NULL));
    CHECK(none == NULL);
}

int main(void)
{
    comity_error error = {0};
    comity_inspection *inspection = NULL;
    seen_all all = {0};
    bool exact = false;
    const comity_inspect_options options = {.with_paths = true};
    comity_rules *rules = rules_small();
    test_begin("inspection");
    test_case("set up");
    if (!CHECK(rules != NULL)) {
        return test_done();
    }
    all.rules = rules;
    CHECK_EQ_INT(COMITY_OK, comity_inspection_new(rules, &options, keep, &all, &inspection, &error));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_case(inspection, &all, i);
    }
    test_case("what is settled");
    static char long_text[100000];
    const comity_inspect_hints plain = {.content_type = "text/plain"};
    memset(long_text, 'x', sizeof long_text);
    for (size_t i = 0; i + 40 < sizeof long_text; i += 977) {
        memcpy(long_text + i, "\nperson number: 1234567897\n", 27);
    }
    all.used = 0;
    all.settled = 0;
    CHECK_EQ_INT(COMITY_OK, comity_inspect_begin(inspection, &plain, &error));
    for (size_t at = 0; at < sizeof long_text; at += 1000) {
        CHECK_EQ_INT(COMITY_OK, comity_inspect_feed(inspection, long_text + at, 1000, &error));
        CHECK(comity_inspect_settled(inspection) >= all.settled);
        CHECK(comity_inspect_settled(inspection) <= at + 1000);
        all.settled = comity_inspect_settled(inspection);
    }
    CHECK(all.settled > sizeof long_text / 2);
    CHECK_EQ_INT(COMITY_OK, comity_inspect_finish(inspection, &error));
    CHECK_EQ_INT(sizeof long_text, comity_inspect_settled(inspection));
    CHECK(!all.unsettled);
    all.settled = 0;

    test_case("persons");
    CHECK_EQ_INT(2, comity_inspect_persons(inspection, &exact));
    CHECK(exact);
    comity_inspect_forget(inspection);
    CHECK_EQ_INT(0, comity_inspect_persons(inspection, NULL));

    test_case("the caller's mistakes");
    comity_inspection *none = NULL;
    const comity_inspect_options high = {.level = 101};
    const comity_inspect_options stateless = {.state_count = 1};
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_inspection_new(NULL, NULL, NULL, NULL, &none, &error));
    CHECK_EQ_STR("comity_inspection_new: rules and ret_inspection must not be NULL", error.message);
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_inspection_new(rules, NULL, NULL, NULL, NULL, &error));
    CHECK_EQ_STR("comity_inspection_new: rules and ret_inspection must not be NULL", error.message);
    CHECK_EQ_INT(COMITY_ERROR_RANGE, comity_inspection_new(rules, &high, NULL, NULL, &none, &error));
    CHECK_EQ_STR("level 101: 1 to 100 are possible", error.message);
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_inspection_new(rules, &stateless, NULL, NULL, &none, &error));
    CHECK_EQ_STR("comity_inspection_new: states must not be NULL", error.message);
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_inspect_feed(inspection, "x", 1, &error));
    CHECK_EQ_STR("comity_inspect_feed: comity_inspect_begin comes first", error.message);
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_inspect_feed(NULL, "x", 1, &error));
    CHECK_EQ_STR("comity_inspect_feed: comity_inspect_begin comes first", error.message);
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_inspect_finish(inspection, &error));
    CHECK_EQ_STR("comity_inspect_finish: comity_inspect_begin comes first", error.message);
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_inspect_begin(NULL, NULL, &error));
    CHECK_EQ_STR("comity_inspect_begin: inspection must not be NULL", error.message);
    CHECK_EQ_INT(COMITY_OK, comity_inspect_begin(inspection, NULL, &error));
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_inspect_feed(inspection, NULL, 1, &error));
    CHECK_EQ_STR("comity_inspect_feed: bytes must not be NULL", error.message);
    CHECK_EQ_INT(COMITY_OK, comity_inspect_feed(inspection, NULL, 0, &error));
    CHECK_EQ_INT(COMITY_OK, comity_inspect_finish(inspection, &error));
    check_rules(rules);
    CHECK(none == NULL);

    test_case("what is cut off");
    static const char cut[] = "\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\x03\x4B";
    CHECK_EQ_INT(COMITY_OK, comity_inspect_begin(inspection, NULL, &error));
    CHECK_EQ_INT(COMITY_OK, comity_inspect_feed(inspection, cut, sizeof cut - 1, &error));
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_inspect_finish(inspection, &error));

    test_case("the types built in");
    comity_rules *own = NULL;
    CHECK_EQ_INT(COMITY_OK, comity_rules_open(&own, &error));
    CHECK(comity_rules_type_count(own) > 100);
    CHECK_EQ_INT(COMITY_OK, comity_inspection_new(own, NULL, NULL, NULL, &none, &error));
    CHECK_EQ_INT(COMITY_OK, comity_inspect_feed(none, "a text", 6, &error));
    CHECK_EQ_INT(COMITY_OK, comity_inspect_finish(none, &error));
    comity_inspection_free(none);
    comity_rules_close(own);

    comity_inspection_free(inspection);
    comity_inspection_free(NULL);
    comity_rules_close(rules);
    comity_rules_close(NULL);
    return test_done();
}
