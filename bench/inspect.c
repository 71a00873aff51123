/* How fast bytes are inspected: gigabytes a second with the whole built-in set of
 * types, on records full of identifiers and on text and logs that hold few, at every
 * instruction set; beside copying, and beside Vectorscan with the shapes of 96 of the
 * types as regular expressions, on the same bytes in the same run. Prints; never
 * fails on time.
 *
 * Each figure is the best of the rounds: what the machine does when it is left alone.
 *
 *     bench-inspect [--json FILE]
 */
#include "bench.h"
#include "inspect_data.h"
#include "inspect_shapes.h"

#include "inspect/scan_inner.h"

#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 5
#define TEXT_SIZE ((size_t)8 << 20)
#define WRITE_SIZE 1460

typedef struct bench_input {
    const char *name;
    comity_form_syntax syntax;
    char *text;
    size_t size;
    double goal;
} bench_input;

static uint64_t found_count;

static void require(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "%s\n", what);
        exit(1);
    }
}

static void found(void *context, const comity_finding *finding)
{
    (void)context;
    found_count += finding->reading_count != 0;
}

/* ---- the inspector ---- */

static double scan_once(comity_scan *scan, const bench_input *input, size_t piece)
{
    const comity_scan_part part = {.syntax = input->syntax, .has_header = true};
    double begin = bench_seconds();
    found_count = 0;
    comity_scan_start(scan, &part);
    for (size_t at = 0; at < input->size; at += piece) {
        comity_scan_feed(scan, input->text + at, input->size - at < piece ? input->size - at : piece);
    }
    comity_scan_finish(scan);
    return bench_seconds() - begin;
}

/* Gigabytes a second. */
static double scan_best(comity_scan *scan, const bench_input *input, size_t piece)
{
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        double taken = scan_once(scan, input, piece);
        best = taken < best ? taken : best;
    }
    return (double)input->size / best / 1e9;
}

static double copy_best(const bench_input *input)
{
    char *copy = malloc(input->size);
    double best = 1e9;
    require(copy != NULL, "out of memory");
    for (int round = 0; round < ROUNDS; round++) {
        double begin = bench_seconds();
        memcpy(copy, input->text, input->size);
        __asm__ volatile("" ::"r"(copy) : "memory");
        double taken = bench_seconds() - begin;
        best = taken < best ? taken : best;
    }
    free(copy);
    return (double)input->size / best / 1e9;
}

/* ---- Vectorscan ---- */

static hs_database_t *regexes_compile(const comity_types *types)
{
    static char texts[SHAPES_MAX][SHAPE_BYTES];
    const char *expressions[SHAPES_MAX];
    unsigned flags[SHAPES_MAX] = {0};
    unsigned ids[SHAPES_MAX];
    unsigned count = (unsigned)shapes_write(types, texts);
    hs_database_t *database = NULL;
    hs_compile_error_t *error = NULL;
    for (unsigned i = 0; i < count; i++) {
        expressions[i] = texts[i];
        ids[i] = i;
    }
    if (hs_compile_multi(expressions, flags, ids, count, HS_MODE_BLOCK, NULL, &database, &error) != HS_SUCCESS) {
        fprintf(stderr, "Vectorscan: %s\n", error->message);
        hs_free_compile_error(error);
        return NULL;
    }
    printf("Vectorscan %s: %u regular expressions\n", hs_version(), count);
    return database;
}

static int matched(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context)
{
    uint64_t *count = context;
    (void)id;
    (void)from;
    (void)to;
    (void)flags;
    (*count)++;
    return 0;
}

static double regexes_best(const hs_database_t *database, const bench_input *input)
{
    hs_scratch_t *scratch = NULL;
    double best = 1e9;
    uint64_t count = 0;
    require(hs_alloc_scratch(database, &scratch) == HS_SUCCESS, "Vectorscan: no scratch");
    for (int round = 0; round < 2; round++) {
        double begin = bench_seconds();
        require(hs_scan(database, input->text, (unsigned)input->size, 0, scratch, matched, &count) == HS_SUCCESS,
                "Vectorscan: not scanned");
        double taken = bench_seconds() - begin;
        best = taken < best ? taken : best;
    }
    hs_free_scratch(scratch);
    return (double)input->size / best / 1e9;
}

/* ---- all of it ---- */

static void measure(bench_output *bench, const comity_scan_rules *rules, const hs_database_t *database,
                    const bench_input *input)
{
    comity_scan *scan = NULL;
    comity_error error;
    char name[64];
    const comity_scan_settings settings = {.found = found};
    double copy = copy_best(input);
    double regexes = database == NULL ? 0 : regexes_best(database, input);
    require(comity_scan_new(rules, &settings, &scan, &error) == COMITY_OK, "out of memory");
    double whole = scan_best(scan, input, input->size);
    (void)snprintf(name, sizeof name, "inspect %s", input->name);
    printf("%s: %zu bytes, %.1f findings a KiB\n", input->name, input->size,
           (double)found_count * 1024 / (double)input->size);
    bench_figure(bench, name, "", whole, "GB/s", input->goal, "memcpy", copy);
    if (database != NULL) {
        (void)snprintf(name, sizeof name, "inspect %s, by Vectorscan", input->name);
        bench_figure(bench, name, "", whole, "GB/s", 0, "Vectorscan, 96 regular expressions", regexes);
    }
    (void)snprintf(name, sizeof name, "inspect %s, writes of %d bytes", input->name, WRITE_SIZE);
    bench_figure(bench, name, "", scan_best(scan, input, WRITE_SIZE), "GB/s", input->goal * 0.7, "all at once", whole);
    for (size_t i = 0; comity_scan_level_at(i) != NULL; i++) {
        comity_scan_level_set(scan, comity_scan_level_at(i));
        (void)snprintf(name, sizeof name, "inspect %s, %s", input->name, comity_scan_level_at(i)->name);
        bench_figure(bench, name, "", scan_best(scan, input, input->size), "GB/s", 0, NULL, 0);
    }
    comity_scan_free(scan);
}

int main(int argc, char **argv)
{
    bench_output *bench = bench_begin(argc, argv);
    comity_types *types = NULL;
    comity_scan_rules *rules = NULL;
    comity_error error;
    bench_input inputs[] = {
        {"dense NDJSON", COMITY_FORM_NDJSON, NULL, 0, 1.5},
        {"dense CSV", COMITY_FORM_CSV, NULL, 0, 1.5},
        {"CSV of orders", COMITY_FORM_CSV, NULL, 0, 1.5},
        {"varied NDJSON", COMITY_FORM_NDJSON, NULL, 0, 1.5},
        {"varied CSV", COMITY_FORM_CSV, NULL, 0, 1.5},
        {"logs", COMITY_FORM_TEXT, NULL, 0, 5},
        {"prose", COMITY_FORM_TEXT, NULL, 0, 5},
    };
    static void (*const makers[])(char *, size_t, size_t *) = {
        data_ndjson, data_csv, data_order_csv, data_varied_ndjson, data_varied_csv, data_logs, data_prose};
    require(comity_types_open(&types, &error) == COMITY_OK, "no types");
    require(comity_scan_rules_new(types, &rules, &error) == COMITY_OK, "no rules");
    hs_database_t *database = regexes_compile(types);
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        inputs[i].text = malloc(TEXT_SIZE);
        require(inputs[i].text != NULL, "out of memory");
        makers[i](inputs[i].text, TEXT_SIZE, &inputs[i].size);
        measure(bench, rules, database, &inputs[i]);
        free(inputs[i].text);
    }
    hs_free_database(database);
    comity_scan_rules_free(rules);
    comity_types_close(types);
    return bench_end(bench);
}
