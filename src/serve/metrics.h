/* What is counted, and its text for Prometheus (exposition format 0.0.4).
 *
 * Counters are atomic, so that any thread adds to them without a lock; what is
 * read while others add is each number as of some moment. No label ever holds
 * anything that a request says. */
#ifndef COMITY_SERVE_METRICS_H
#define COMITY_SERVE_METRICS_H

#include "base/buffer.h"
#include "serve/counter.h"

#include <stdatomic.h>

#define COMITY_METRIC_ROUTES 48
#define COMITY_METRIC_STATUSES 20
#define COMITY_METRIC_BUCKETS 16
#define COMITY_METRIC_OUTCOMES (COMITY_GATE_LATE + 1)

typedef struct comity_histogram {
    atomic_uint_least64_t buckets[COMITY_METRIC_BUCKETS + 1]; /* the last: beyond all bounds */
    atomic_uint_least64_t sum_ns;
} comity_histogram;

/* All zero to begin with. */
typedef struct comity_metrics {
    atomic_uint_least64_t verdicts[4];
    atomic_uint_least64_t act_errors;
    atomic_uint_least64_t questions;   /* answered by /v1/ask, not recorded */
    atomic_uint_least64_t requests[COMITY_METRIC_ROUTES][COMITY_METRIC_STATUSES];
    atomic_uint_least64_t connections; /* open now */
    atomic_uint_least64_t reloads, reload_failures;
    atomic_uint_least64_t record_failures;
    atomic_uint_least64_t erased, erase_failures; /* entries; times */
    atomic_uint_least64_t retention_s;            /* when all was erased that is old enough, since 1970; 0: not yet */
    atomic_uint_least64_t gate_connections; /* open now */
    atomic_uint_least64_t gate_outcomes[COMITY_METRIC_OUTCOMES];
    atomic_uint_least64_t followers;   /* of live judgements, now */
    atomic_uint_least64_t followers_dropped;
    comity_histogram judging;   /* reading and judging one act */
    comity_histogram answering; /* from a request's head to its last byte */
    comity_histogram recording; /* from submitting to durable */
    comity_histogram gate_answering; /* from a gate's request to its answer */
} comity_metrics;

void comity_metrics_observe(comity_histogram *histogram, uint64_t ns);

/* Counts an answer of a route (its number in the table) with an HTTP status. */
void comity_metrics_answered(comity_metrics *metrics, unsigned route, unsigned status);

/* What else is told along with the counters. */
typedef struct comity_metrics_facts {
    const char *law; /* its hash */
    uint64_t started_s;
    bool recording;
    uint64_t record_size;
    bool has_ledger;
    comity_counter_state ledger;
    const char *(*route_name)(unsigned route); /* NULL beyond the last */
} comity_metrics_facts;

void comity_metrics_print(comity_metrics *metrics, const comity_metrics_facts *facts, comity_buffer *buffer);

#endif
