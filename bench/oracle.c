/* A plain linear evaluator on the same acts: the second opinion of the tests,
 * which goes through all rules of the laws that an act touches and evaluates
 * their conditions as they are written. It reads JSON with another reader, so
 * reading is measured apart and taken off.
 *
 *     bench-oracle IMAGE --law FOLDER [--acts FILE] [--json FILE]
 */
#include "bench.h"
#include "prepared.h"

#include "oracle/inner.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { ACTS = 10000, FILES_MAX = 1024, PATH_SIZE = 1024, DEPTH_MAX = 4, ROUNDS = 3, OUR_ROUNDS = 25 };

static oracle_source sources[FILES_MAX];
static size_t source_count;

static void fail(const char *what)
{
    (void)fprintf(stderr, "bench-oracle: %s\n", what);
    exit(2);
}

static void source_add(const char *path)
{
    size_t size = strlen(path);
    if (size < 4 || strcmp(path + size - 4, ".law") != 0) {
        return;
    }
    if (source_count == FILES_MAX) {
        fail("too many law files");
    }
    sources[source_count].path = strdup(path);
    sources[source_count].text = file_read(path, &sources[source_count].size);
    source_count++;
}

static void sources_collect(const char *path, unsigned depth)
{
    char below[PATH_SIZE];
    DIR *folder = opendir(path);
    if (folder == NULL || depth > DEPTH_MAX) {
        fail(path);
    }
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        struct stat about;
        int length = snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] == '.' || length < 0 || (size_t)length >= sizeof below || stat(below, &about) != 0) {
            continue;
        }
        if (S_ISDIR(about.st_mode)) {
            sources_collect(below, depth + 1);
        } else {
            source_add(below);
        }
    }
    (void)closedir(folder);
}

/* Nanoseconds an act to read all acts. */
static double read_round(oracle_world *oracle, const prepared *load)
{
    comity_error error;
    double start = bench_seconds();
    for (size_t i = 0; i < load->count; i++) {
        oracle_act act = {0};
        comity_arena_reset(&oracle->act_arena);
        if (oracle_read(oracle, load->lines[i], &act, &error) != COMITY_OK) {
            fail(error.message);
        }
    }
    return (bench_seconds() - start) * 1e9 / (double)load->count;
}

/* Nanoseconds an act to read and judge all acts. */
static double judge_round(oracle_world *oracle, const prepared *load, double *ret_found)
{
    comity_error error;
    uint64_t found = 0;
    double start = bench_seconds();
    for (size_t i = 0; i < load->count; i++) {
        oracle_judgement judgement;
        if (oracle_judge(oracle, load->lines[i], &judgement, &error) != COMITY_OK) {
            fail(error.message);
        }
        found += judgement.finding_count;
    }
    double taken = bench_seconds() - start;
    *ret_found = (double)found / (double)load->count;
    return taken * 1e9 / (double)load->count;
}

int main(int argc, char **argv)
{
    double reading[ROUNDS], judging[ROUNDS], ours[OUR_ROUNDS];
    double found = 0;
    comity_error error;
    oracle_world *oracle;
    bench_output *out = bench_begin(argc, argv);
    if (argc < 2) {
        fail("no image named");
    }
    prepared load = prepared_open(argv[1], bench_option(argc, argv, "--acts", NULL), ACTS);
    sources_collect(bench_option(argc, argv, "--law", "law"), 0);
    if (oracle_new(sources, source_count, &oracle, &error) != COMITY_OK) {
        fail(error.message);
    }
    for (int round = 0; round < ROUNDS; round++) {
        reading[round] = read_round(oracle, &load);
        judging[round] = judge_round(oracle, &load, &found);
    }
    for (int round = 0; round < OUR_ROUNDS; round++) {
        ours[round] = prepared_round(&load);
    }
    bench_figure(out, "judge a prepared act, and a plain linear evaluator", "", bench_median(ours, OUR_ROUNDS), "ns", 0,
                 "plain evaluator without reading",
                 bench_median(judging, ROUNDS) - bench_median(reading, ROUNDS));
    (void)printf("    the plain evaluator reads an act in %.0f ns; rules found an act: %.2f, and %.2f by the plain evaluator\n",
                 bench_median(reading, ROUNDS), load.rules_found, found);
    oracle_free(oracle);
    for (size_t i = 0; i < source_count; i++) {
        free((void *)(uintptr_t)sources[i].path);
        free((void *)(uintptr_t)sources[i].text);
    }
    prepared_close(&load);
    return bench_end(out);
}
