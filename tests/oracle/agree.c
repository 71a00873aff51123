/* Does the judge say what the oracle says? Random acts under the law of the
 * world, and under small random laws that use every construct of the language.
 *
 *     agree [ACTS [SEED [LAW-SEED]]]
 *
 * The number of acts is for each of the two; seeds are printed with what fails.
 * With a LAW-SEED only that random law is tried, and it is printed. */
#include "../test.h"

#include "lawmaker.h"
#include "world.h"

#include <stdlib.h>
#include <time.h>

#define SHOWN_MAX 10
#define ACTS_A_LAW 100

static size_t shown;
static size_t verdicts[4];

/* While shrinking, the disagreement must go on being about the same thing. */
typedef struct wrongness {
    world *of;
    comity_arena *arena;
    char about[64];
} wrongness;

static void about_of(const char *text, char ret_about[64])
{
    size_t i = 0;
    for (; i < 63 && text[i] != '\0' && text[i] != ':'; i++) {
        ret_about[i] = text[i];
    }
    ret_about[i] = '\0';
}

static bool is_wrong(void *context, const value *act)
{
    wrongness *wrong = context;
    char about[64];
    comity_arena scratch;
    comity_arena_init(&scratch, (size_t)1 << 28);
    const char *text = world_disagreement(wrong->of, &scratch, value_print(&scratch, act));
    about_of(text == NULL ? "" : text, about);
    comity_arena_free(&scratch);
    return text != NULL && strcmp(about, wrong->about) == 0;
}

static void show(world *of, comity_arena *arena, const value *act, const char *different, uint64_t seed, uint64_t n)
{
    wrongness wrong = {of, arena, ""};
    test_now.failed = true;
    if (shown++ >= SHOWN_MAX) {
        return;
    }
    about_of(different, wrong.about);
    value *smaller = world_shrink(arena, act, is_wrong, &wrong);
    const char *text = value_print(arena, smaller);
    different = world_disagreement(of, arena, text);
    fprintf(stderr, "agree: %s: seed %llu, act %llu: %s\n    %s\n", test_now.name, (unsigned long long)seed,
            (unsigned long long)n, different == NULL ? "(agreed when judged again)" : different, text);
}

static void judge_acts(world *of, uint64_t seed, size_t count)
{
    comity_arena arena;
    comity_arena_init(&arena, (size_t)1 << 28);
    for (size_t n = 0; n < count; n++) {
        chance luck = chance_for(seed, n);
        comity_arena_reset(&arena);
        const value *act = generate_act(of->acts, &luck, &arena);
        const char *text = value_print(&arena, act);
        const char *different = world_disagreement(of, &arena, text);
        if (different != NULL) {
            show(of, &arena, act, different, seed, n);
        } else {
            comity_verdict verdict;
            comity_error error;
            if (comity_judge_verdict(of->context, text, strlen(text), NULL, &verdict, &error) == COMITY_OK) {
                verdicts[verdict]++;
            }
        }
    }
    comity_arena_free(&arena);
}

static void adopt(world *of, const char *agreement)
{
    comity_error error;
    CHECK(comity_context_adopt(of->context, agreement, &error) == COMITY_OK);
    CHECK(oracle_adopt(of->oracle, agreement, &error) == COMITY_OK);
}

static void the_world(size_t count, uint64_t seed)
{
    world of;
    comity_error error;
    world_init(&of);
    test_case("the law of the world");
    if (!CHECK(world_add_folder(&of, "law")) || world_build(&of, &error) != COMITY_OK) {
        test_fail(__FILE__, __LINE__, "law/ cannot be built");
    } else {
        judge_acts(&of, seed, count - count / 10);
        test_case("the law of the world, with an initiative adopted");
        adopt(&of, "GIDS");
        judge_acts(&of, seed + 1, count / 10);
    }
    world_free(&of);
}

/* One random law; false if it is not valid. */
static bool one_law(uint64_t law_seed, size_t count, uint64_t seed, bool printed)
{
    world of;
    comity_error error;
    world_init(&of);
    chance luck = chance_for(law_seed, 0);
    lawmaker_make(&of, &luck);
    bool good = world_build(&of, &error) == COMITY_OK;
    for (size_t i = 0; printed && i < of.source_count; i++) {
        printf("==== %s\n%s", of.sources[i].path, of.sources[i].text);
    }
    if (good) {
        size_t before = shown;
        judge_acts(&of, seed, count);
        if (shown != before && before < SHOWN_MAX) {
            fprintf(stderr, "    under the random law %llu\n", (unsigned long long)law_seed);
        }
    } else if (printed) {
        printf("%s\n", error.message);
    }
    world_free(&of);
    return good;
}

static void random_laws(size_t count, uint64_t seed)
{
    size_t valid = 0;
    size_t tried = 0;
    test_case("random laws");
    for (; valid * ACTS_A_LAW < count && tried < count; tried++) {
        valid += one_law(seed * 1000003 + tried, ACTS_A_LAW, seed, false);
    }
    CHECK(valid * 3 > tried); /* else the maker of laws has lost its way */
    fprintf(stderr, "agree: %zu random laws, %zu of them valid\n", tried, valid);
}

int main(int argument_count, char **arguments)
{
    size_t count = argument_count > 1 ? strtoull(arguments[1], NULL, 10) : 20000;
    uint64_t seed = argument_count > 2 ? strtoull(arguments[2], NULL, 10) : 1;
    test_begin("oracle/agree");
    fprintf(stderr, "agree: %zu acts, seed %llu\n", count, (unsigned long long)seed);
    if (argument_count > 3) {
        test_case("one random law");
        CHECK(one_law(strtoull(arguments[3], NULL, 10), count, seed, true));
    } else {
        the_world(count, seed);
        fprintf(stderr, "agree: permit %zu, conditional %zu, undetermined %zu, refuse %zu\n", verdicts[0], verdicts[1],
                verdicts[2], verdicts[3]);
        memset(verdicts, 0, sizeof verdicts);
        random_laws(count, seed);
        fprintf(stderr, "agree: permit %zu, conditional %zu, undetermined %zu, refuse %zu\n", verdicts[0], verdicts[1],
                verdicts[2], verdicts[3]);
    }
    return test_done();
}
