/* How fast copies are masked: gigabytes a second through the whole masker, from raw
 * bytes to raw bytes, on records full of identifiers, on records that hold few and
 * on a table; beside looking only, in the same run, at the text alone and by way of
 * the decoder as masking does, and beside copying. The data
 * comes in pieces as the command reads it. Prints; never fails on time.
 *
 *     bench-mask [--json FILE] [--only "dense NDJSON"]
 */
#include "bench.h"
#include "inspect_data.h"

#include "inspect/mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS 5
#define TEXT_SIZE ((size_t)8 << 20)
#define PIECE_SIZE ((size_t)256 << 10)

typedef struct bench_input {
    const char *name;
    const char *file; /* whose ending says what it is */
    comity_form_syntax syntax;
    void (*make)(char *, size_t, size_t *);
    double goal;
} bench_input;

static char *text;
static char *copy;
static size_t text_size;
static size_t copy_size;

static void require(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "%s\n", what);
        exit(1);
    }
}

/* ---- what is measured: each once over the text ---- */

static void found(void *context, const comity_finding *finding)
{
    uint64_t *count = context;
    *count += finding->reading_count != 0;
}

static comity_status keep(void *context, const void *bytes, size_t size, comity_error *reterr)
{
    (void)context;
    (void)reterr;
    require(size <= 2 * TEXT_SIZE - copy_size, "the copy is larger than twice the text");
    memcpy(copy + copy_size, bytes, size);
    copy_size += size;
    return COMITY_OK;
}

static void mask_once(void *user, const bench_input *input)
{
    comity_masker *masker = user;
    comity_error error;
    const comity_form_hints hints = {.name = input->file};
    copy_size = 0;
    require(comity_masker_start(masker, &hints, &error) == COMITY_OK, "cannot start");
    for (size_t at = 0; at < text_size; at += PIECE_SIZE) {
        size_t size = text_size - at < PIECE_SIZE ? text_size - at : PIECE_SIZE;
        require(comity_masker_feed(masker, text + at, size, &error) == COMITY_OK, "cannot mask");
    }
    require(comity_masker_finish(masker, &error) == COMITY_OK, "cannot finish");
}

static void scan_once(void *user, const bench_input *input)
{
    comity_scan *scan = user;
    const comity_scan_part part = {.syntax = input->syntax, .has_header = true};
    comity_scan_start(scan, &part);
    for (size_t at = 0; at < text_size; at += PIECE_SIZE) {
        comity_scan_feed(scan, text + at, text_size - at < PIECE_SIZE ? text_size - at : PIECE_SIZE);
    }
    comity_scan_finish(scan);
}

/* The text by way of the decoder, which looks for its form, its character set and values in base64. */
typedef struct bench_decoder {
    comity_form *form;
    comity_scan *scan;
    const bench_input *input;
} bench_decoder;

static comity_status part_begin(void *context, const comity_form_part *part, comity_error *reterr)
{
    bench_decoder *decoder = context;
    (void)reterr;
    if (part->level == 0) {
        const comity_scan_part own = {
            .syntax = decoder->input->syntax, .delimiter = part->delimiter, .has_header = part->has_header};
        comity_scan_start(decoder->scan, &own);
    }
    return COMITY_OK;
}

static comity_status part_piece(void *context, const comity_form_part *part, const comity_form_piece *piece,
                                comity_error *reterr)
{
    bench_decoder *decoder = context;
    (void)reterr;
    if (part->level == 0) {
        comity_scan_feed(decoder->scan, piece->bytes, piece->size);
    }
    return COMITY_OK;
}

static comity_status part_end(void *context, const comity_form_part *part, comity_error *reterr)
{
    bench_decoder *decoder = context;
    (void)reterr;
    if (part->level == 0) {
        comity_scan_finish(decoder->scan);
    }
    return COMITY_OK;
}

static void decode_once(void *user, const bench_input *input)
{
    bench_decoder *decoder = user;
    comity_error error;
    const comity_form_hints hints = {.name = input->file};
    decoder->input = input;
    require(comity_form_restart(decoder->form, &hints, &error) == COMITY_OK, "cannot start");
    for (size_t at = 0; at < text_size; at += PIECE_SIZE) {
        size_t size = text_size - at < PIECE_SIZE ? text_size - at : PIECE_SIZE;
        require(comity_form_feed(decoder->form, text + at, size, &error) == COMITY_OK, "cannot decode");
    }
    require(comity_form_finish(decoder->form, &error) == COMITY_OK, "cannot finish");
}

static void copy_once(void *user, const bench_input *input)
{
    (void)user;
    (void)input;
    memcpy(copy, text, text_size);
    __asm__ volatile("" ::"r"(copy) : "memory");
}

/* ---- all of it ---- */

static double processor_seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Gigabytes a second of the processor, the best of the rounds: what the machine does when it is left alone. */
static double best_of(void (*once)(void *, const bench_input *), void *user, const bench_input *input)
{
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        double begin = processor_seconds();
        once(user, input);
        double taken = processor_seconds() - begin;
        best = taken < best ? taken : best;
    }
    return (double)text_size / best / 1e9;
}

static void measure(bench_output *bench, const comity_scan_rules *rules, const comity_mask_policy *policy,
                    const bench_input *input)
{
    comity_masker *masker = NULL;
    comity_scan *scan = NULL;
    comity_error error;
    uint64_t count = 0;
    char name[64];
    const comity_mask_settings settings = {.rules = rules, .policy = policy, .write = keep};
    bench_decoder decoder = {NULL, NULL, NULL};
    const comity_scan_settings looking = {.found = found, .context = &count};
    const comity_form_sink sink = {
        .context = &decoder, .part_begin = part_begin, .piece = part_piece, .part_end = part_end};
    require(comity_masker_new(&settings, &masker, &error) == COMITY_OK, "out of memory");
    require(comity_scan_new(rules, &looking, &scan, &error) == COMITY_OK, "out of memory");
    require(comity_form_open(NULL, NULL, &sink, &decoder.form, &error) == COMITY_OK, "out of memory");
    decoder.scan = scan;
    input->make(text, TEXT_SIZE, &text_size);
    double masked = best_of(mask_once, masker, input);
    double replaced = (double)comity_masker_counts(masker).replaced;
    printf("%s: %zu bytes, %.2f places replaced a KiB\n", input->name, text_size, replaced * 1024 / (double)text_size);
    (void)snprintf(name, sizeof name, "mask %s", input->name);
    bench_figure(bench, name, "", masked, "GB/s", input->goal, "memcpy", best_of(copy_once, NULL, input));
    (void)snprintf(name, sizeof name, "mask %s, by looking only", input->name);
    bench_figure(bench, name, "", masked, "GB/s", 0, "inspecting the same text", best_of(scan_once, scan, input));
    (void)snprintf(name, sizeof name, "mask %s, by decoding and looking", input->name);
    bench_figure(bench, name, "", masked, "GB/s", 0, "decoding and inspecting", best_of(decode_once, &decoder, input));
    comity_form_close(decoder.form);
    comity_masker_free(masker);
    comity_scan_free(scan);
}

int main(int argc, char **argv)
{
    static const bench_input inputs[] = {
        {"dense NDJSON", "records.ndjson", COMITY_FORM_NDJSON, data_ndjson, 0.8},
        {"sparse NDJSON", "events.ndjson", COMITY_FORM_NDJSON, data_sparse_ndjson, 0.8},
        {"dense CSV", "records.csv", COMITY_FORM_CSV, data_csv, 0},
        {"varied NDJSON", "persons.ndjson", COMITY_FORM_NDJSON, data_varied_ndjson, 0.8},
        {"varied CSV", "persons.csv", COMITY_FORM_CSV, data_varied_csv, 0},
        {"logs", "log.txt", COMITY_FORM_TEXT, data_logs, 0},
    };
    bench_output *bench = bench_begin(argc, argv);
    comity_types *types = NULL;
    comity_scan_rules *rules = NULL;
    comity_mask_policy *policy = NULL;
    comity_error error;
    text = malloc(TEXT_SIZE);
    copy = malloc(2 * TEXT_SIZE);
    require(text != NULL && copy != NULL, "out of memory");
    require(comity_types_open(&types, &error) == COMITY_OK, "no types");
    require(comity_scan_rules_new(types, &rules, &error) == COMITY_OK, "no rules");
    require(comity_mask_policy_read(types, "policy", "", 0, &policy, &error) == COMITY_OK, "no policy");
    const char *only = bench_option(argc, argv, "--only", NULL);
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        if (only == NULL || strcmp(only, inputs[i].name) == 0) {
            measure(bench, rules, policy, &inputs[i]);
        }
    }
    comity_mask_policy_free(policy);
    comity_scan_rules_free(rules);
    comity_types_close(types);
    free(text);
    free(copy);
    return bench_end(bench);
}
