/* Does the judge say what the oracle says? Random acts under the law of the
 * world, and under small random laws that use every construct of the language.
 *
 *     agree [ACTS [SEED [PROCESSES]]]
 *     agree law LAW-SEED [ACTS [SEED]]
 *
 * So many acts for each of the two; however many processes share them, they are
 * the same. Seeds are printed with what fails. In the second form only that random
 * law is tried, and it is printed.
 *
 * Acts of which no rule says anything prove nothing: so it is told, too, how many
 * of the world's rules applied in some act, and which said nothing of any. */
#include "../test.h"

#include "inner.h"
#include "lawmaker.h"
#include "world.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHOWN_MAX 10
#define ACTS_A_LAW 100
#define TRIES_A_LAW 64
#define PROCESSES_MAX 64
#define RULES_MAX 8192

/* What the acts are judged under. */
enum { OF_WORLD, OF_WORLD_ADOPTED, OF_RANDOM, OF_COUNT };
static const char *const of_names[OF_COUNT] = {"the law of the world", "the law of the world, with an initiative adopted",
                                               "random laws"};

/* What became of a rule in some act. */
enum { HAS_APPLIED, WAS_UNDECIDED, WAS_LIFTED, WAS_MET, WAS_NOT_MET, SEEN_COUNT };

/* What one process has found, in memory that all see. */
typedef struct tally {
    size_t judged;
    size_t verdicts[OF_COUNT][4];
    size_t laws_tried, laws_valid;
    bool failed[OF_COUNT];
    uint8_t seen[RULES_MAX]; /* of the world's rules, by name: bits 1 << HAS_APPLIED and so on */
} tally;

/* One of several that share the work. */
typedef struct worker {
    size_t number, count;
    uint64_t seed;
    size_t acts;
    tally *found;
} worker;

static size_t shown;

/* ---- what is wrong, made small ---- */

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

/* ---- judging ---- */

static uint8_t seen_of(const oracle_finding *finding)
{
    if (finding->lifted_by != NULL) {
        return 1 << WAS_LIFTED;
    }
    if (finding->applies != ORACLE_YES) {
        return 1 << WAS_UNDECIDED;
    }
    bool is_settled = finding->has_need && finding->met != ORACLE_UNKNOWN;
    return (uint8_t)(1 << HAS_APPLIED | (is_settled ? 1 << (finding->met == ORACLE_YES ? WAS_MET : WAS_NOT_MET) : 0));
}

static void count_seen(const world *of, uint8_t *seen)
{
    for (size_t i = 0; i < of->said.finding_count; i++) {
        const oracle_finding *finding = &of->said.findings[i];
        seen[oracle_named(finding->rule->name.text)->rule - of->oracle->rules] |= seen_of(finding);
    }
}

/* Every step-th act from the first. */
static void judge_acts(world *of, tally *found, int what, uint64_t seed, size_t first, size_t step, size_t count)
{
    comity_arena arena;
    comity_arena_init(&arena, (size_t)1 << 28);
    for (size_t n = first; n < count; n += step) {
        chance luck = chance_for(seed, n);
        comity_arena_reset(&arena);
        const value *act = generate_act(of->acts, &luck, &arena);
        const char *different = world_disagreement(of, &arena, value_print(&arena, act));
        found->judged++;
        if (different != NULL) {
            show(of, &arena, act, different, seed, n);
            continue;
        }
        found->verdicts[what][of->said.verdict]++;
        if (what != OF_RANDOM) {
            count_seen(of, found->seen);
        }
    }
    comity_arena_free(&arena);
}

static bool adopt(world *of, const char *agreement)
{
    comity_error error;
    return CHECK(comity_context_adopt(of->context, agreement, &error) == COMITY_OK) &&
           CHECK(oracle_adopt(of->oracle, agreement, &error) == COMITY_OK);
}

static void judge_world(world *of, const worker *work)
{
    size_t adopted = work->acts / 10;
    test_case(of_names[OF_WORLD]);
    judge_acts(of, work->found, OF_WORLD, work->seed, work->number, work->count, work->acts - adopted);
    work->found->failed[OF_WORLD] = test_now.failed;
    test_case(of_names[OF_WORLD_ADOPTED]);
    if (adopt(of, "GIDS")) {
        judge_acts(of, work->found, OF_WORLD_ADOPTED, work->seed + 1, work->number, work->count, adopted);
    }
    work->found->failed[OF_WORLD_ADOPTED] = test_now.failed;
}

/* One random law; false if it is not valid. */
static bool one_law(tally *found, uint64_t law_seed, size_t count, uint64_t seed, bool printed)
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
        judge_acts(&of, found, OF_RANDOM, seed, 0, 1, count);
        if (shown != before && before < SHOWN_MAX) {
            fprintf(stderr, "    under the random law %llu\n", (unsigned long long)law_seed);
        }
    } else if (printed) {
        printf("%s\n", error.message);
    }
    world_free(&of);
    return good;
}

/* The n-th law is the first valid one of those tried for it. */
static void judge_random(const worker *work)
{
    size_t laws = (work->acts + ACTS_A_LAW - 1) / ACTS_A_LAW;
    test_case(of_names[OF_RANDOM]);
    for (size_t n = work->number; n < laws; n += work->count) {
        bool good = false;
        for (size_t i = 0; i < TRIES_A_LAW && !good; i++) {
            good = one_law(work->found, (work->seed * 1000003 + n) * TRIES_A_LAW + i, ACTS_A_LAW, work->seed, false);
            work->found->laws_tried++;
        }
        work->found->laws_valid += good;
    }
    work->found->failed[OF_RANDOM] = test_now.failed;
}

/* ---- several processes ---- */

/* Starts the process that judges a share; its number, or -1. */
static pid_t start(world *of, const worker *work)
{
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        judge_world(of, work);
        judge_random(work);
        (void)fflush(NULL);
        _exit(0); /* what it found, the tally says */
    }
    return child;
}

static size_t judged_by(const tally *tallies, size_t count)
{
    size_t judged = 0;
    for (size_t i = 0; i < count; i++) {
        judged += tallies[i].judged;
    }
    return judged;
}

/* True if it came to its own end; until then it is told on a terminal how far all are. */
static bool wait_for(pid_t child, const tally *tallies, size_t count, size_t acts)
{
    int status = 0;
    while (child > 0 && waitpid(child, &status, WNOHANG) == 0) {
        if (isatty(STDERR_FILENO)) {
            fprintf(stderr, "\ragree: %zu of %zu acts ", judged_by(tallies, count), 2 * acts);
        }
        (void)usleep(200000);
    }
    return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool judge_all(world *of, tally *tallies, size_t count, size_t acts, uint64_t seed)
{
    pid_t children[PROCESSES_MAX];
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        worker work = {i, count, seed, acts, &tallies[i]};
        children[i] = start(of, &work);
    }
    for (size_t i = 0; i < count; i++) {
        good &= wait_for(children[i], tallies, count, acts);
    }
    fprintf(stderr, "%sagree: %zu acts judged\n", isatty(STDERR_FILENO) ? "\r" : "", judged_by(tallies, count));
    return good;
}

/* ---- what is told ---- */

static void sum(const tally *tallies, size_t count, tally *ret_sum)
{
    for (size_t i = 0; i < count; i++) {
        for (int what = 0; what < OF_COUNT; what++) {
            ret_sum->failed[what] |= tallies[i].failed[what];
            for (int verdict = 0; verdict < 4; verdict++) {
                ret_sum->verdicts[what][verdict] += tallies[i].verdicts[what][verdict];
            }
        }
        for (size_t rule = 0; rule < RULES_MAX; rule++) {
            ret_sum->seen[rule] |= tallies[i].seen[rule];
        }
        ret_sum->laws_tried += tallies[i].laws_tried;
        ret_sum->laws_valid += tallies[i].laws_valid;
    }
}

static void print_rules(const oracle_world *oracle, const uint8_t *seen)
{
    size_t counts[SEEN_COUNT] = {0}, never = 0;
    for (size_t i = 0; i < oracle->rule_count; i++) {
        for (int what = 0; what < SEEN_COUNT; what++) {
            counts[what] += (seen[i] >> what) & 1;
        }
        never += seen[i] == 0;
    }
    fprintf(stderr, "agree: of %zu rules, %zu applied in some act, %zu were undecided, %zu were lifted, %zu said nothing of any;\n"
                    "    of needs, %zu were met in some act, %zu were not\n",
            oracle->rule_count, counts[HAS_APPLIED], counts[WAS_UNDECIDED], counts[WAS_LIFTED], never, counts[WAS_MET],
            counts[WAS_NOT_MET]);
    for (size_t i = 0; never <= 40 && i < oracle->rule_count; i++) {
        if (seen[i] == 0) {
            fprintf(stderr, "    nothing from %s\n", oracle->rules[i].rule->name.text);
        }
    }
}

static void report(const oracle_world *oracle, const tally *found)
{
    for (int what = 0; what < OF_COUNT; what++) {
        const size_t *verdicts = found->verdicts[what];
        test_case(of_names[what]);
        CHECK(!found->failed[what]);
        fprintf(stderr, "agree: %s: permit %zu, conditional %zu, undetermined %zu, refuse %zu\n", of_names[what], verdicts[0],
                verdicts[1], verdicts[2], verdicts[3]);
    }
    print_rules(oracle, found->seen);
    fprintf(stderr, "agree: %zu random laws, %zu of them valid\n", found->laws_tried, found->laws_valid);
    CHECK(found->laws_valid * 3 > found->laws_tried); /* else the maker of laws has lost its way */
}

static void compare(world *of, size_t acts, uint64_t seed, size_t processes)
{
    comity_error error;
    size_t size = (processes + 1) * sizeof(tally);
    test_case("building the law of the world");
    if (!CHECK(world_add_folder(of, "law"))) {
        return;
    }
    if (world_build(of, &error) != COMITY_OK) {
        test_fail(__FILE__, __LINE__, error.message);
        return;
    }
    tally *tallies = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (CHECK(of->oracle->rule_count <= RULES_MAX) && CHECK(tallies != MAP_FAILED)) {
        CHECK(judge_all(of, tallies, processes, acts, seed));
        sum(tallies, processes, &tallies[processes]);
        report(of->oracle, &tallies[processes]);
        (void)munmap(tallies, size);
    }
}

static uint64_t argument(int count, char **arguments, int which, uint64_t otherwise)
{
    return count > which ? strtoull(arguments[which], NULL, 10) : otherwise;
}

int main(int count, char **arguments)
{
    test_begin("oracle/agree");
    if (count > 1 && strcmp(arguments[1], "law") == 0) {
        static tally found;
        test_case("one random law");
        CHECK(one_law(&found, argument(count, arguments, 2, 0), argument(count, arguments, 3, 20000),
                      argument(count, arguments, 4, 1), true));
        return test_done();
    }
    size_t acts = argument(count, arguments, 1, 20000);
    uint64_t seed = argument(count, arguments, 2, 1);
    size_t processes = argument(count, arguments, 3, 1);
    world of;
    world_init(&of);
    fprintf(stderr, "agree: %zu acts, and as many under random laws; seed %llu\n", acts, (unsigned long long)seed);
    compare(&of, acts, seed, processes < 1 ? 1 : processes > PROCESSES_MAX ? PROCESSES_MAX : processes);
    world_free(&of);
    return test_done();
}
