/* Law with acts that have been read, so that judging alone can be measured. */
#ifndef COMITY_BENCH_PREPARED_H
#define COMITY_BENCH_PREPARED_H

#include "api/handles.h"

#include <stdio.h>

/* Owns all of it. */
typedef struct prepared {
    comity_law *law;
    comity_context *context;
    char *text;         /* the acts, each ended by a NUL */
    const char **lines;
    comity_act **acts;
    size_t count;
    double rules_found; /* an act, since the last round */
} prepared;

/* Opens the image and reads at most `count_max` acts from the NDJSON file, or if
 * `path` is NULL makes them as bench_acts() does. Exits when it cannot. */
prepared prepared_open(const char *image, const char *path, size_t count_max);
void prepared_close(prepared *load);

/* The whole file, ended by a NUL; free it. Exits when it cannot be read. */
char *file_read(const char *path, size_t *ret_size);

/* Judges all acts once; returns nanoseconds an act. */
double prepared_round(prepared *load);

#endif
