/* Distances against a slow and obvious count, and suggestions people would make. */
#include "test.h"

#include "base/limits.h"
#include "base/near.h"

#include <stdint.h>

static size_t distance(const char *left, const char *right)
{
    return comity_near_distance(left, strlen(left), right, strlen(right), 100);
}

static void examples(void)
{
    test_case("inserting, leaving out, changing, swapping");
    CHECK_EQ_INT(0, distance("", ""));
    CHECK_EQ_INT(0, distance("health", "health"));
    CHECK_EQ_INT(0, distance("Health", "hEALTH"));
    CHECK_EQ_INT(1, distance("helth", "health"));
    CHECK_EQ_INT(1, distance("heaalth", "health"));
    CHECK_EQ_INT(1, distance("hexlth", "health"));
    CHECK_EQ_INT(1, distance("haelth", "health"));
    CHECK_EQ_INT(3, distance("kitten", "sitting"));
    CHECK_EQ_INT(3, distance("ca", "abc"));
    CHECK_EQ_INT(6, distance("", "health"));
    CHECK_EQ_INT(6, distance("health", ""));
}

/* The definition, by recursion. */
static size_t by_definition(const char *a, size_t i, const char *b, size_t j)
{
    if (i == 0 || j == 0) {
        return i + j;
    }
    size_t best = by_definition(a, i - 1, b, j - 1) + (a[i - 1] == b[j - 1] ? 0 : 1);
    size_t less = by_definition(a, i - 1, b, j) + 1;
    size_t more = by_definition(a, i, b, j - 1) + 1;
    best = less < best ? less : best;
    best = more < best ? more : best;
    if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        size_t swapped = by_definition(a, i - 2, b, j - 2) + 1;
        best = swapped < best ? swapped : best;
    }
    return best;
}

static void words_of(unsigned number, char ret_word[8], size_t *ret_size)
{
    *ret_size = number % 7;
    number /= 7;
    for (size_t i = 0; i < *ret_size; i++) {
        ret_word[i] = (char)('a' + number % 3);
        number /= 3;
    }
}

static void against_definition(void)
{
    test_case("as the definition says, and bounded");
    uint32_t random = 3;
    for (int round = 0; round < 3000; round++) {
        char left[8];
        char right[8];
        size_t left_size = 0;
        size_t right_size = 0;
        random = random * 1664525 + 1013904223;
        words_of(random >> 8, left, &left_size);
        random = random * 1664525 + 1013904223;
        words_of(random >> 8, right, &right_size);
        size_t expected = by_definition(left, left_size, right, right_size);
        for (size_t most = 0; most < 8; most++) {
            size_t bounded = expected <= most ? expected : most + 1;
            CHECK_EQ_INT(bounded, comity_near_distance(left, left_size, right, right_size, most));
        }
    }
}

static void long_words(void)
{
    test_case("words up to the limit, and none beyond");
    char word[COMITY_LIMIT_NEAR_BYTES + 1];
    memset(word, 'x', sizeof word);
    CHECK_EQ_INT(0, comity_near_distance(word, COMITY_LIMIT_NEAR_BYTES, word, COMITY_LIMIT_NEAR_BYTES, 200));
    CHECK_EQ_INT(COMITY_LIMIT_NEAR_BYTES, comity_near_distance(word, COMITY_LIMIT_NEAR_BYTES, "", 0, 200));
    CHECK_EQ_INT(201, comity_near_distance(word, sizeof word, word, sizeof word, 200));
}

static const char *suggest(const char *word)
{
    static const char *const known[] = {"health", "wealth",   "location",  "genetic", "biometric", "DE",  "DK",
                                        "US",     "personal", "personnel", "origin",  "data",      "date"};
    static char found[3][32];
    const size_t count = sizeof known / sizeof known[0];
    for (size_t turn = 0; turn < 3; turn++) {
        comity_near near;
        comity_near_begin(&near, word, strlen(word));
        for (size_t i = 0; i < count; i++) {
            const char *candidate = known[turn == 0 ? i : turn == 1 ? count - 1 - i : (i * 5) % count];
            comity_near_offer(&near, candidate, strlen(candidate));
        }
        (void)snprintf(found[turn], sizeof found[turn], "%.*s", (int)near.best_size,
                       near.best == NULL ? "" : near.best);
    }
    CHECK_EQ_STR(found[0], found[1]);
    CHECK_EQ_STR(found[0], found[2]);
    return found[0];
}

static void suggestions(void)
{
    test_case("suggests what people would, in any order");
    CHECK_EQ_STR("health", suggest("helth"));
    CHECK_EQ_STR("health", suggest("HEALTH"));
    CHECK_EQ_STR("biometric", suggest("biometirc"));
    CHECK_EQ_STR("location", suggest("locations"));
    CHECK_EQ_STR("data", suggest("dat"));
    CHECK_EQ_STR("DE", suggest("de"));
    CHECK_EQ_STR("", suggest("DX"));
    CHECK_EQ_STR("", suggest(""));
    CHECK_EQ_STR("", suggest("entirely-else"));
}

int main(void)
{
    test_begin("base/near");
    examples();
    against_definition();
    long_words();
    suggestions();
    return test_done();
}
