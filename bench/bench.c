#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct bench_output {
    FILE *json;
};

double bench_seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int sample_order(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return left < right ? -1 : left > right;
}

double bench_median(double *samples, size_t count)
{
    qsort(samples, count, sizeof *samples, sample_order);
    return samples[count / 2];
}

const char *bench_option(int argc, char **argv, const char *name, const char *otherwise)
{
    for (int i = 1; i + 1 < argc; i++) {
        if (strcmp(argv[i], name) == 0) {
            return argv[i + 1];
        }
    }
    return otherwise;
}

bench_output *bench_begin(int argc, char **argv)
{
    bench_output *bench = calloc(1, sizeof *bench);
    const char *path = bench_option(argc, argv, "--json", NULL);
    if (bench == NULL || (path != NULL && (bench->json = fopen(path, "a")) == NULL)) {
        (void)fprintf(stderr, "bench: cannot write %s\n", path == NULL ? "" : path);
        exit(2);
    }
    return bench;
}

void bench_figure(bench_output *bench, const char *name, const char *suffix, double value, const char *unit, double goal,
                  const char *yardstick, double yardstick_value)
{
    (void)printf("%s%s: %.6g %s", name, suffix, value, unit);
    if (goal != 0) {
        (void)printf(" (goal %.6g)", goal);
    }
    if (yardstick != NULL) {
        (void)printf("; %s: %.6g %s, ratio %.3g", yardstick, yardstick_value, unit, value / yardstick_value);
    }
    (void)printf("\n");
    if (bench->json != NULL) {
        (void)fprintf(bench->json, "{\"name\":\"%s%s\",\"value\":%.9g,\"unit\":\"%s\"", name, suffix, value, unit);
        (void)(goal == 0 ? fprintf(bench->json, ",\"goal\":null") : fprintf(bench->json, ",\"goal\":%.9g", goal));
        (void)(yardstick == NULL ? fprintf(bench->json, ",\"yardstick\":null,\"ratio\":null}\n")
                                 : fprintf(bench->json, ",\"yardstick\":\"%s\",\"ratio\":%.6g}\n", yardstick,
                                           value / yardstick_value));
    }
}

int bench_end(bench_output *bench)
{
    int status = bench->json != NULL && fclose(bench->json) != 0 ? 2 : 0;
    free(bench);
    return status;
}
