/* Inspecting a body as it comes: any size, bounded memory. */
#ifndef COMITY_SERVE_INSPECTING_H
#define COMITY_SERVE_INSPECTING_H

#include "base/buffer.h"

#include <pthread.h>

/* What all inspections share. All zero but for the mutex to begin with. */
typedef struct comity_inspectors {
    pthread_mutex_t mutex; /* guards the next two */
    comity_rules *rules;   /* opened when first asked for, which takes some milliseconds */
    unsigned count;        /* under way */
} comity_inspectors;

/* How somebody wants a body inspected; what is NULL or 0 is not said. */
typedef struct comity_inspect_wish {
    comity_inspect_hints hints;
    const char *states[16];
    size_t state_count;
    uint8_t level;
    bool summary; /* not each finding */
} comity_inspect_wish;

typedef struct comity_inspecting comity_inspecting;

COMITY_MUST_USE comity_status comity_inspectors_open(comity_inspectors *ret_inspectors, comity_error *reterr);

/* No inspection may be under way. */
void comity_inspectors_close(comity_inspectors *inspectors);

/* Begins one. COMITY_ERROR_LIMIT if too many are under way. `buffer` takes findings, a line each. */
COMITY_MUST_USE comity_status comity_inspecting_begin(comity_inspectors *inspectors, const comity_inspect_wish *wish,
                                                      comity_buffer *buffer, comity_inspecting **ret_inspecting,
                                                      comity_error *reterr);

/* After an error the rest is passed over. */
void comity_inspecting_feed(comity_inspecting *inspecting, const char *bytes, size_t size);

/* At the end of the body: completes what is in the buffer. COMITY_ERROR_SYNTAX or COMITY_ERROR_LIMIT if it
 * could not be read to its end. */
COMITY_MUST_USE comity_status comity_inspecting_finish(comity_inspecting *inspecting, comity_error *reterr);

/* NULL is allowed. */
void comity_inspecting_end(comity_inspecting *inspecting);

#endif
