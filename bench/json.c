/* How fast JSON is read: gigabytes a second on acts, one a line, and on one
 * large document, at every instruction set, beside copying, yajl and simdjson
 * on the same bytes in the same run. Prints; never fails on time.
 *
 * The acts differ from one another, so that the processor cannot learn them by
 * heart, and are more than its inner caches hold. Finding the lines is counted
 * in, for all alike. Each figure is the best of the rounds: what the machine
 * does when it is left alone.
 *
 *     bench_json [--json FILE] [--name SUFFIX]
 */
#include "bench.h"
#include "json_acts.h"
#include "json_peers.h"

#include "base/json_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_SIZE ((size_t)8 << 20)
#define ROUNDS 15
#define TOKENS_MAX 4096
#define CHUNK_SIZE ((size_t)16 << 10)

static comity_json_token tokens[TOKENS_MAX];

/* What is read, and with what. */
typedef struct bench_input {
    const char *text;
    size_t size;
    const comity_json_level *level;
    const char *implementation;
    size_t token_count; /* of all documents */
} bench_input;

static void require(bool condition)
{
    if (!condition) {
        fprintf(stderr, "a document was refused\n");
        exit(1);
    }
}

/* Gigabytes a second. */
static double measure(bench_input *input, void (*read_all)(bench_input *))
{
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        double begin = bench_seconds();
        read_all(input);
        double taken = bench_seconds() - begin;
        best = taken < best ? taken : best;
    }
    return (double)input->size / best / 1e9;
}

/* ---- documents ---- */

static void begin(comity_json *json, const bench_input *input, const char *bytes, size_t size, bool last)
{
    comity_json_init(json, COMITY_LIMIT_JSON_DEPTH);
    json->level = input->level;
    comity_json_feed(json, bytes, size, last);
}

static size_t read_tokens(comity_json *json)
{
    size_t count = 0;
    size_t read = 0;
    do {
        require(comity_json_read(json, tokens, TOKENS_MAX, &read, NULL) == COMITY_OK);
        count += read;
    } while (read > 0);
    return count;
}

static void read_document(bench_input *input, const char *bytes, size_t size)
{
    comity_json json;
    begin(&json, input, bytes, size, true);
    input->token_count += read_tokens(&json);
}

static void pull_document(bench_input *input, const char *bytes, size_t size)
{
    comity_json json;
    comity_json_token token;
    begin(&json, input, bytes, size, true);
    do {
        require(comity_json_next(&json, &token, NULL) == COMITY_OK);
        input->token_count++;
    } while (token.kind != COMITY_JSON_NONE);
}

static void yajl_document(bench_input *input, const char *bytes, size_t size)
{
    (void)input;
    require(bench_yajl(bytes, size));
}

static void simdjson_document(bench_input *input, const char *bytes, size_t size)
{
    require(bench_simdjson(input->implementation, bytes, size));
}

/* ---- all of the input ---- */

static void each_line(bench_input *input, void (*read_one)(bench_input *, const char *, size_t))
{
    for (size_t at = 0; at < input->size;) {
        size_t size = comity_json_line_size(input->text + at, input->size - at);
        read_one(input, input->text + at, size);
        at += size;
    }
}

static void read_lines(bench_input *input)
{
    each_line(input, read_document);
}

static void pull_lines(bench_input *input)
{
    each_line(input, pull_document);
}

static void yajl_lines(bench_input *input)
{
    each_line(input, yajl_document);
}

static void simdjson_lines(bench_input *input)
{
    each_line(input, simdjson_document);
}

static void read_whole(bench_input *input)
{
    read_document(input, input->text, input->size);
}

static void pull_whole(bench_input *input)
{
    pull_document(input, input->text, input->size);
}

static void read_chunks(bench_input *input)
{
    comity_json json;
    begin(&json, input, input->text, 0, false);
    (void)read_tokens(&json);
    for (size_t at = 0; at < input->size; at += CHUNK_SIZE) {
        size_t size = input->size - at < CHUNK_SIZE ? input->size - at : CHUNK_SIZE;
        comity_json_feed(&json, input->text + at, size, at + size == input->size);
        (void)read_tokens(&json);
    }
}

static void yajl_whole(bench_input *input)
{
    yajl_document(input, input->text, input->size);
}

static void simdjson_whole(bench_input *input)
{
    simdjson_document(input, input->text, input->size);
}

static void copy(bench_input *input)
{
    static char *target;
    if (target == NULL) {
        target = malloc(TEXT_SIZE + JSON_ACT_SIZE_MAX);
        require(target != NULL);
    }
    memcpy(target, input->text, input->size);
    input->token_count += (size_t)target[input->size / 2];
}

/* ---- the figures ---- */

/* Where figures go. */
typedef struct bench_report {
    bench_output *out;
    const char *of; /* "acts" or "document" */
    const char *suffix;
} bench_report;

static void figure(const bench_report *report, const char *with, double value, double goal, const char *yardstick,
                   double yardstick_value)
{
    char name[80];
    (void)snprintf(name, sizeof name, "json.%s.%s", report->of, with);
    bench_figure(report->out, name, report->suffix, value, "GB/s", goal, yardstick, yardstick_value);
}

/* simdjson as the level of ours that is like it. */
static const char *simdjson_like(const char *level)
{
    if (strcmp(level, "avx512") == 0) {
        return "icelake";
    }
    return strcmp(level, "avx2") == 0 ? "haswell" : "fallback";
}

static void measure_levels(const bench_report *report, bench_input *input, void (*ours)(bench_input *),
                           void (*simdjson)(bench_input *))
{
    for (size_t i = 0; comity_json_level_at(i) != NULL; i++) {
        input->level = comity_json_level_at(i);
        input->implementation = simdjson_like(input->level->name);
        char yardstick[40];
        (void)snprintf(yardstick, sizeof yardstick, "simdjson %s", input->implementation);
        double theirs = measure(input, simdjson);
        figure(report, input->level->name, measure(input, ours), 1.0, yardstick, theirs);
    }
    input->level = comity_json_level_best();
}

static void measure_acts(const bench_report *report, bench_input *input)
{
    figure(report, "memcpy", measure(input, copy), 0, NULL, 0);
    double yajl = measure(input, yajl_lines);
    measure_levels(report, input, read_lines, simdjson_lines);
    figure(report, "best", measure(input, read_lines), 1.0, "yajl", yajl);
    figure(report, "token-by-token", measure(input, pull_lines), 0, "yajl", yajl);
}

static void measure_document(const bench_report *report, bench_input *input)
{
    figure(report, "memcpy", measure(input, copy), 0, NULL, 0);
    double yajl = measure(input, yajl_whole);
    measure_levels(report, input, read_whole, simdjson_whole);
    figure(report, "best", measure(input, read_whole), 1.0, "yajl", yajl);
    figure(report, "token-by-token", measure(input, pull_whole), 0, "yajl", yajl);
    figure(report, "chunks", measure(input, read_chunks), 0, "yajl", yajl);
}

/* Acts until the text is full, with `between` after each but the last. */
static size_t write_acts(char *text, char between, size_t *ret_count)
{
    unsigned long long seed = 88172645463325252;
    size_t size = 0;
    size_t count = 0;
    while (size < TEXT_SIZE - JSON_ACT_SIZE_MAX) {
        if (count > 0) {
            text[size++] = between;
        }
        size += json_act(&seed, text + size);
        count++;
    }
    *ret_count = count;
    return size;
}

int main(int argc, char **argv)
{
    char *text = calloc(1, TEXT_SIZE + JSON_ACT_SIZE_MAX + bench_simdjson_padding());
    require(text != NULL);
    size_t count = 0;
    bench_input input = {.text = text, .level = comity_json_level_best()};
    bench_report report = {.out = bench_begin(argc, argv), .suffix = bench_option(argc, argv, "--name", "")};

    input.size = write_acts(text, '\n', &count);
    printf("%zu acts, one a line, %zu bytes each on average\n", count, input.size / count);
    report.of = "acts";
    measure_acts(&report, &input);

    text[0] = '[';
    input.size = write_acts(text + 1, ',', &count) + 2;
    text[input.size - 1] = ']';
    printf("one document of %zu bytes\n", input.size);
    report.of = "document";
    measure_document(&report, &input);
    free(text);
    return bench_end(report.out);
}
