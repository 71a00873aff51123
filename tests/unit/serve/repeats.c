/* What is told at once, what a minute later and how often, and what is forgotten. */
#include "serve/repeats.h"
#include "test.h"

#define SECOND UINT64_C(1000000000)

static comity_repeats repeats;
static char text[COMITY_REPEATS_TEXT_SIZE];

static void tells(void)
{
    uint64_t now = 7 * SECOND;
    CHECK(comity_repeats_patience_ms(&repeats, now) == -1);
    CHECK(comity_repeats_note(&repeats, "no gate", now));
    for (unsigned i = 0; i < 299; i++) {
        now += SECOND / 5;
        CHECK(!comity_repeats_note(&repeats, "no gate", now));
        CHECK(comity_repeats_take(&repeats, now, text) == 0);
    }
    CHECK(comity_repeats_note(&repeats, "no name", now)); /* another thing is told at once */
    CHECK_EQ_INT(201, comity_repeats_patience_ms(&repeats, now));
    now += SECOND;
    CHECK_EQ_INT(0, comity_repeats_patience_ms(&repeats, now));
    CHECK_EQ_INT(299, comity_repeats_take(&repeats, now, text));
    CHECK_EQ_STR("no gate", text);
    CHECK(comity_repeats_take(&repeats, now, text) == 0);
    CHECK(!comity_repeats_note(&repeats, "no gate", now + SECOND)); /* it was told a moment ago */
}

static void forgets(void)
{
    uint64_t now = 1000 * SECOND;
    CHECK_EQ_INT(1, comity_repeats_take(&repeats, now, text));
    CHECK(comity_repeats_take(&repeats, now, text) == 0);
    CHECK(repeats.count == 1);
    now += 60 * SECOND;
    CHECK(comity_repeats_take(&repeats, now, text) == 0);
    CHECK(repeats.count == 0 && comity_repeats_patience_ms(&repeats, now) == -1);
    CHECK(comity_repeats_note(&repeats, "no gate", now));
}

static void bounds(void)
{
    static char longer[2 * COMITY_REPEATS_TEXT_SIZE];
    repeats = (comity_repeats){.count = 0};
    memset(longer, 'x', sizeof longer - 1);
    CHECK(comity_repeats_note(&repeats, longer, 0) && !comity_repeats_note(&repeats, longer, 1));
    for (char c = 'a'; repeats.count < COMITY_REPEATS_MAX; c++) {
        CHECK(comity_repeats_note(&repeats, (char[]){c, '\0'}, 0));
    }
    CHECK(comity_repeats_note(&repeats, "one more", 0) && comity_repeats_note(&repeats, "one more", 0));
    CHECK_EQ_INT(1, comity_repeats_take(&repeats, 60 * SECOND, text));
    CHECK(strlen(text) == COMITY_REPEATS_TEXT_SIZE - 1 && text[0] == 'x');
}

int main(void)
{
    test_begin("serve/repeats");
    test_case("what comes again and again is told once a minute, with how often");
    tells();
    test_case("what comes no more is forgotten");
    forgets();
    test_case("so many different things, and so much of each");
    bounds();
    return test_done();
}
