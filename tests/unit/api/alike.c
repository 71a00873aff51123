/* Judgements said again of acts that differ in their ids: under the law, adoptions, papers and day they were
 * made by, and no others. */
#include "api/alike.h"
#include "test.h"

#include <stdlib.h>

static comity_error error;
static comity_alike *alike;

static const char *act_with(const char *id, const char *rest)
{
    static char text[4096];
    (void)snprintf(text, sizeof text, "{\"id\":\"%s\",%s", id, rest);
    return text;
}

/* As if it were judged anew, whatever was judged before. */
static bool same_as_anew(comity_context *context, const char *act, const char *today)
{
    comity_answer again;
    comity_answer anew;
    comity_verdict verdict;
    comity_status status = comity_judge_alike(alike, context, act, strlen(act), today, &again, &error);
    char *copy = status == COMITY_OK ? strdup(again.json) : NULL;
    verdict = status == COMITY_OK ? again.verdict : COMITY_REFUSE;
    comity_status other = comity_judge_json(context, act, strlen(act), today, &anew, &error);
    bool same = status == other && (status != COMITY_OK || (verdict == anew.verdict && again.json_size == anew.json_size &&
                                                            strcmp(copy, anew.json) == 0));
    free(copy);
    return same;
}

static const char rest[] = "\"act\":\"disclose\",\"from\":{\"state\":\"DE\",\"kinds\":[\"company\"]},\"to\":{\"state\":\"US\",\"kinds\":[\"authority\"]},"
                           "\"data\":{\"categories\":[\"contact\"],\"origin\":[\"DE\"],\"location\":[\"DE\"]},\"demand\":{\"channel\":\"direct\"}}";

static void grounds(const comity_law *law)
{
    comity_context *plain = NULL;
    comity_context *adopting = NULL;
    comity_answer first;
    comity_answer second;
    const char *act = act_with("a", rest);
    CHECK(comity_context_new(law, &plain, &error) == COMITY_OK && comity_context_new(law, &adopting, &error) == COMITY_OK);
    CHECK(comity_context_adopt(adopting, "GIDS", &error) == COMITY_OK);
    CHECK(comity_judge_json(plain, act, strlen(act), "2026-06-01", &first, &error) == COMITY_OK);
    CHECK(comity_judge_json(adopting, act, strlen(act), "2026-06-01", &second, &error) == COMITY_OK);
    CHECK(strcmp(first.json, second.json) != 0); /* or the rest would show nothing */
    for (unsigned i = 0; i < 4; i++) {
        CHECK(same_as_anew(plain, act_with("one", rest), "2026-06-01"));
        CHECK(same_as_anew(plain, act_with("two", rest), "2026-06-01"));
        CHECK(same_as_anew(plain, act_with("three", rest), "2026-06-01"));
        CHECK(same_as_anew(plain, act_with("three", rest), "2026-06-02"));
        CHECK(same_as_anew(adopting, act_with("two", rest), "2026-06-01"));
        CHECK(same_as_anew(adopting, act_with("two", rest), "2026-06-01"));
        CHECK(same_as_anew(adopting, act_with("x", rest), "2026-06-01"));
        CHECK(same_as_anew(adopting, act_with("x", rest), NULL));
    }
    comity_context_free(plain);
    comity_context_free(adopting);
}

/* What ends the id early, or is none, is read as it stands. */
static void ids(const comity_law *law)
{
    static const char *const hostile[] = {"", "\\u0041", "a\\\"b", "\xC3\xA4", "a\x01", "a\",\"id\":\"b", "a\",\"act\":\"store", "\xFF"};
    comity_context *context = NULL;
    static char longest[1040];
    CHECK(comity_context_new(law, &context, &error) == COMITY_OK);
    for (unsigned i = 0; i < 3; i++) {
        CHECK(same_as_anew(context, act_with("kept", rest), "2026-06-01"));
    }
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        CHECK(same_as_anew(context, act_with(hostile[i], rest), "2026-06-01"));
    }
    for (size_t size = 1010; size < sizeof longest; size++) { /* somewhere there it becomes too long */
        memset(longest, 'x', size);
        longest[size] = '\0';
        CHECK(same_as_anew(context, act_with(longest, rest), "2026-06-01"));
    }
    CHECK(same_as_anew(context, "{\"id\":7,\"act\":\"store\"}", "2026-06-01"));
    CHECK(same_as_anew(context, "{\"id\":\"", "2026-06-01"));
    CHECK(same_as_anew(context, "{\"id\":\"x\"", "2026-06-01"));
    CHECK(same_as_anew(context, "", "2026-06-01"));
    comity_context_free(context);
}

int main(void)
{
    const char *image = getenv("COMITY_IMAGE");
    comity_law *law = NULL;
    test_begin("api/alike");
    alike = comity_alike_new();
    CHECK(alike != NULL && comity_law_open(image == NULL ? "build/world.image" : image, &law, &error) == COMITY_OK);
    test_case("another adoption, another day: another judgement");
    grounds(law);
    test_case("ids that are none, that are too long, that end early");
    ids(law);
    comity_alike_free(alike);
    comity_alike_free(NULL);
    comity_law_close(law);
    return test_done();
}
