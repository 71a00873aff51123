/* Printing measurements: a line a figure, and with --json FILE an object a figure. */
#ifndef COMITY_BENCH_BENCH_H
#define COMITY_BENCH_BENCH_H

#include <stddef.h>

typedef struct bench_output bench_output;

/* Seconds of a steady clock. */
double bench_seconds(void);

/* The median; sorts the samples. */
double bench_median(double *samples, size_t count);

/* The value behind an option, or `otherwise`. */
const char *bench_option(int argc, char **argv, const char *name, const char *otherwise);

/* Opens the file named by --json, if any. Never NULL: exits when it cannot. */
bench_output *bench_begin(int argc, char **argv);

/* One figure. `goal` 0: none. `yardstick` NULL: none; else its name, with its
 * value in the same unit. */
void bench_figure(bench_output *bench, const char *name, const char *suffix, double value, const char *unit, double goal,
                  const char *yardstick, double yardstick_value);

/* Closes; returns 0, or 2 if the file could not be written. */
int bench_end(bench_output *bench);

#endif
