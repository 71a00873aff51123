/* How long judging takes: a prepared act; preparing; the whole way from JSON to
 * JSON; opening an image. One core, medians of repeated runs. A run goes through
 * acts that all differ, each once, so that what was made ready for one act is not
 * there for the next; how many differ is counted and said.
 *
 *     bench_judge IMAGE [--json FILE] [--name SUFFIX]
 */
#include "law_acts.h"
#include "bench.h"

#include "act/act.h"
#include "api/handles.h"
#include "base/sha256.h"
#include "judge/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ACTS = 10000, RUNS = 25 };

typedef struct loaded {
    const char *lines[ACTS];
    size_t sizes[ACTS];
    comity_act *acts[ACTS];
    uint8_t hashes[ACTS][COMITY_SHA256_SIZE]; /* of what the acts say besides their id */
} loaded;

static void lines_find(loaded *load, const uint8_t *bytes, size_t size)
{
    const char *at = (const char *)bytes;
    const char *end = at + size;
    for (uint32_t i = 0; i < ACTS && at < end; i++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        load->lines[i] = at;
        load->sizes[i] = (size_t)(newline - at);
        at = newline + 1;
    }
}

static int hash_order(const void *a, const void *b)
{
    return memcmp(a, b, COMITY_SHA256_SIZE);
}

/* How many of the acts say something that no other says. */
static uint32_t acts_different(loaded *load)
{
    uint32_t different = 1;
    qsort(load->hashes, ACTS, sizeof load->hashes[0], hash_order);
    for (uint32_t i = 1; i < ACTS; i++) {
        different += memcmp(load->hashes[i - 1], load->hashes[i], sizeof load->hashes[0]) != 0;
    }
    return different;
}

int main(int argc, char **argv)
{
    static loaded load;
    comity_error error = {0};
    comity_law *law;
    comity_context *context;
    comity_buffer buffer;
    const uint8_t *bytes;
    size_t size;
    double samples[RUNS];
    bench_output *out = bench_begin(argc, argv);
    const char *suffix = bench_option(argc, argv, "--name", "");
    if (argc < 2 || comity_law_open(argv[1], &law, &error) != COMITY_OK ||
        comity_context_new(law, &context, &error) != COMITY_OK) {
        (void)fprintf(stderr, "bench_judge: %s\n", argc < 2 ? "no image named" : error.message);
        return 2;
    }
    for (int run = 0; run < RUNS; run++) {
        comity_law *again;
        double start = bench_seconds();
        if (comity_law_open(argv[1], &again, &error) != COMITY_OK) {
            return 2;
        }
        samples[run] = (bench_seconds() - start) * 1e3;
        comity_law_close(again);
    }
    bench_figure(out, "open the image", suffix, bench_median(samples, RUNS), "ms", 1.0, NULL, 0);

    comity_buffer_init(&buffer, (size_t)1 << 30);
    bench_acts(&law->image, 1, ACTS, &buffer);
    if (comity_buffer_bytes(&buffer, &bytes, &size, &error) != COMITY_OK) {
        return 2;
    }
    lines_find(&load, bytes, size);
    for (int run = 0; run < RUNS; run++) {
        double start = bench_seconds();
        for (uint32_t i = 0; i < ACTS; i++) {
            const comity_act *act;
            if (comity_act_read(&law->image, context->act_memory, load.lines[i], load.sizes[i], COMITY_NO_DATE, &act,
                                &error) != COMITY_OK) {
                (void)fprintf(stderr, "bench_judge: act %u: %s\n", i, error.message);
                return 2;
            }
            if (run == 0) {
                load.acts[i] = comity_act_copy(act);
                comity_status hashed = comity_act_hash(&law->image, act, context->act_memory, load.hashes[i], &error);
                if (load.acts[i] == NULL || hashed != COMITY_OK) {
                    (void)fprintf(stderr, "bench_judge: act %u is not kept\n", i);
                    return 2;
                }
            }
        }
        samples[run] = (bench_seconds() - start) * 1e9 / ACTS;
    }
    bench_figure(out, "prepare an act", suffix, bench_median(samples, RUNS), "ns", 0, NULL, 0);

    uint64_t applying = 0;
    uint64_t verdicts[4] = {0};
    for (int run = 0; run < RUNS; run++) {
        double start = bench_seconds();
        applying = 0;
        for (uint32_t i = 0; i < ACTS; i++) {
            comity_judgement judgement;
            comity_judge(context->memory, load.acts[i], &judgement);
            applying += judgement.ruling_count;
            verdicts[judgement.verdict]++;
        }
        samples[run] = (bench_seconds() - start) * 1e9 / ACTS;
    }
    bench_figure(out, "judge a prepared act", suffix, bench_median(samples, RUNS), "ns", suffix[0] == '\0' ? 150 : 0,
                 NULL, 0);
    (void)printf("    %u acts a run, %u different ones, each judged once in it\n", (unsigned)ACTS, acts_different(&load));
    (void)printf("    %u rules on file, %.1f rules found an act; permit %.0f%%, conditional %.0f%%, undetermined %.0f%%, "
                 "refuse %.0f%%\n",
                 law->image.rules_count, (double)applying / ACTS, 100.0 * (double)verdicts[0] / (ACTS * RUNS),
                 100.0 * (double)verdicts[1] / (ACTS * RUNS), 100.0 * (double)verdicts[2] / (ACTS * RUNS),
                 100.0 * (double)verdicts[3] / (ACTS * RUNS));

    uint64_t written = 0;
    for (int run = 0; run < RUNS; run++) {
        double start = bench_seconds();
        written = 0;
        for (uint32_t i = 0; i < ACTS; i++) {
            comity_answer answer;
            if (comity_judge_json(context, load.lines[i], load.sizes[i], NULL, &answer, &error) != COMITY_OK) {
                return 2;
            }
            written += answer.json_size;
        }
        samples[run] = ACTS / (bench_seconds() - start);
    }
    bench_figure(out, "JSON act to JSON judgement", suffix, bench_median(samples, RUNS), "acts/s",
                 suffix[0] == '\0' ? 300000 : 0, NULL, 0);
    (void)printf("    %zu bytes an act, %llu bytes a judgement\n", size / ACTS, (unsigned long long)(written / ACTS));
    for (uint32_t i = 0; i < ACTS; i++) {
        free(load.acts[i]);
    }
    comity_buffer_free(&buffer);
    comity_context_free(context);
    comity_law_close(law);
    return bench_end(out);
}
