/* Counters to text. */
#include "serve/metrics.h"

#include <assert.h>
#include <stdio.h>

/* Upper bounds. Judging takes microseconds, a request with its record milliseconds. */
static const struct bucket {
    uint64_t ns;
    const char *text; /* in seconds */
} buckets[COMITY_METRIC_BUCKETS] = {
    {2000, "0.000002"},      {5000, "0.000005"},      {10000, "0.00001"},    {25000, "0.000025"},
    {50000, "0.00005"},      {100000, "0.0001"},      {250000, "0.00025"},   {500000, "0.0005"},
    {1000000, "0.001"},      {2500000, "0.0025"},     {5000000, "0.005"},    {10000000, "0.01"},
    {25000000, "0.025"},     {100000000, "0.1"},      {1000000000, "1"},     {10000000000, "10"},
};

/* The statuses of the table of routes; others count with the last. */
static const unsigned statuses[COMITY_METRIC_STATUSES] = {200, 202, 204, 304, 400, 401, 403, 404, 405, 406,
                                                          408, 410, 413, 414, 415, 422, 451, 500, 503, 0};

void comity_metrics_observe(comity_histogram *histogram, uint64_t ns)
{
    size_t i = 0;
    while (i < COMITY_METRIC_BUCKETS && ns > buckets[i].ns) {
        i++;
    }
    (void)atomic_fetch_add_explicit(&histogram->buckets[i], 1, memory_order_relaxed);
    (void)atomic_fetch_add_explicit(&histogram->sum_ns, ns, memory_order_relaxed);
}

void comity_metrics_answered(comity_metrics *metrics, unsigned route, unsigned status)
{
    size_t i = 0;
    assert(route < COMITY_METRIC_ROUTES);
    while (statuses[i] != status && statuses[i] != 0) {
        i++;
    }
    (void)atomic_fetch_add_explicit(&metrics->requests[route][i], 1, memory_order_relaxed);
}

static void head(comity_buffer *buffer, const char *name, const char *type, const char *help)
{
    comity_buffer_append_text(buffer, "# HELP ");
    comity_buffer_append_text(buffer, name);
    comity_buffer_append_byte(buffer, ' ');
    comity_buffer_append_text(buffer, help);
    comity_buffer_append_text(buffer, "\n# TYPE ");
    comity_buffer_append_text(buffer, name);
    comity_buffer_append_byte(buffer, ' ');
    comity_buffer_append_text(buffer, type);
    comity_buffer_append_byte(buffer, '\n');
}

static void sample(comity_buffer *buffer, const char *name, const char *labels, uint64_t value)
{
    comity_buffer_append_text(buffer, name);
    comity_buffer_append_text(buffer, labels);
    comity_buffer_append_byte(buffer, ' ');
    comity_buffer_append_u64(buffer, value);
    comity_buffer_append_byte(buffer, '\n');
}

static void one(comity_buffer *buffer, const char *name, const char *type, const char *help, uint64_t value)
{
    head(buffer, name, type, help);
    sample(buffer, name, "", value);
}

static void print_histogram(comity_buffer *buffer, const char *name, const char *help, comity_histogram *histogram)
{
    char text[160];
    uint64_t count = 0;
    head(buffer, name, "histogram", help);
    for (size_t i = 0; i < COMITY_METRIC_BUCKETS; i++) {
        count += atomic_load_explicit(&histogram->buckets[i], memory_order_relaxed);
        (void)snprintf(text, sizeof text, "%s_bucket{le=\"%s\"}", name, buckets[i].text);
        sample(buffer, text, "", count);
    }
    count += atomic_load_explicit(&histogram->buckets[COMITY_METRIC_BUCKETS], memory_order_relaxed);
    (void)snprintf(text, sizeof text, "%s_bucket{le=\"+Inf\"}", name);
    sample(buffer, text, "", count);
    uint64_t sum_ns = atomic_load_explicit(&histogram->sum_ns, memory_order_relaxed);
    (void)snprintf(text, sizeof text, "%s_sum %llu.%09llu\n", name, (unsigned long long)(sum_ns / 1000000000u),
                   (unsigned long long)(sum_ns % 1000000000u));
    comity_buffer_append_text(buffer, text);
    (void)snprintf(text, sizeof text, "%s_count", name);
    sample(buffer, text, "", count);
}

static void print_requests(comity_metrics *metrics, const comity_metrics_facts *facts, comity_buffer *buffer)
{
    char labels[160];
    head(buffer, "comity_http_requests_total", "counter", "Requests answered, by route and status.");
    for (unsigned route = 0; route < COMITY_METRIC_ROUTES && facts->route_name(route) != NULL; route++) {
        for (unsigned i = 0; i < COMITY_METRIC_STATUSES; i++) {
            uint64_t count = atomic_load_explicit(&metrics->requests[route][i], memory_order_relaxed);
            if (count != 0) {
                (void)snprintf(labels, sizeof labels, "{route=\"%s\",status=\"%u\"}", facts->route_name(route), statuses[i]);
                sample(buffer, "comity_http_requests_total", labels, count);
            }
        }
    }
}

static void print_verdicts(comity_metrics *metrics, comity_buffer *buffer)
{
    char labels[64];
    head(buffer, "comity_judgements_total", "counter", "Acts judged for a gate or a caller, by verdict.");
    for (unsigned i = 0; i < 4; i++) {
        (void)snprintf(labels, sizeof labels, "{verdict=\"%s\"}", comity_verdict_name((comity_verdict)i));
        sample(buffer, "comity_judgements_total", labels, atomic_load_explicit(&metrics->verdicts[i], memory_order_relaxed));
    }
}

static void print_gates(comity_metrics *metrics, comity_buffer *buffer)
{
    static const char *const outcomes[COMITY_METRIC_OUTCOMES] = {"ok", "act-error", "unavailable", "busy", "late"};
    char labels[64];
    one(buffer, "comity_gate_connections", "gauge", "Gates connected now, a worker of nginx being one.",
        atomic_load_explicit(&metrics->gate_connections, memory_order_relaxed));
    head(buffer, "comity_gate_requests_total", "counter", "Requests of gates answered, by outcome.");
    for (unsigned i = 0; i < COMITY_METRIC_OUTCOMES; i++) {
        (void)snprintf(labels, sizeof labels, "{outcome=\"%s\"}", outcomes[i]);
        sample(buffer, "comity_gate_requests_total", labels, atomic_load_explicit(&metrics->gate_outcomes[i], memory_order_relaxed));
    }
    print_histogram(buffer, "comity_gate_seconds", "From a gate's request to its answer.", &metrics->gate_answering);
}

static void print_info(const comity_metrics_facts *facts, comity_buffer *buffer)
{
    char labels[160];
    head(buffer, "comity_law_info", "gauge", "The law that judges now, by its hash.");
    (void)snprintf(labels, sizeof labels, "{hash=\"%s\"}", facts->law);
    sample(buffer, "comity_law_info", labels, 1);
    head(buffer, "comity_build_info", "gauge", "What is running.");
    (void)snprintf(labels, sizeof labels, "{version=\"%s\"}", comity_version());
    sample(buffer, "comity_build_info", labels, 1);
    one(buffer, "comity_start_time_seconds", "gauge", "When it was started, in seconds since 1970.", facts->started_s);
}

static void print_ledger(const comity_metrics_facts *facts, comity_buffer *buffer)
{
    const comity_counter_state *ledger = &facts->ledger;
    if (!facts->has_ledger) {
        return;
    }
    one(buffer, "comity_ledger_up", "gauge", "Whether the ledger could be reached when it was last asked.", ledger->up ? 1 : 0);
    one(buffer, "comity_ledger_persons", "gauge", "Persons kept; one in two series is two.", ledger->totals.persons);
    one(buffer, "comity_ledger_series", "gauge", "Series: flows, and counts that law declares, by exporter.", ledger->totals.series);
    one(buffer, "comity_ledger_reservations", "gauge", "Reservations that are open.", ledger->totals.reservations);
    one(buffer, "comity_ledger_expired_total", "counter", "Reservations whose gate did not end them.", ledger->expired);
    one(buffer, "comity_ledger_purged_total", "counter", "Persons forgotten because no law counts that far back.", ledger->purged);
    one(buffer, "comity_ledger_failures_total", "counter", "Seconds at which the ledger could not be reached.", ledger->failures);
}

void comity_metrics_print(comity_metrics *metrics, const comity_metrics_facts *facts, comity_buffer *buffer)
{
    print_info(facts, buffer);
    print_verdicts(metrics, buffer);
    one(buffer, "comity_act_errors_total", "counter", "Acts that could not be read or judged.",
        atomic_load_explicit(&metrics->act_errors, memory_order_relaxed));
    one(buffer, "comity_questions_total", "counter", "Questions answered, which are not recorded.",
        atomic_load_explicit(&metrics->questions, memory_order_relaxed));
    print_histogram(buffer, "comity_judge_seconds", "Reading and judging one act.", &metrics->judging);
    print_gates(metrics, buffer);
    print_requests(metrics, facts, buffer);
    print_histogram(buffer, "comity_http_request_seconds", "From a request's head to its answer's end.", &metrics->answering);
    one(buffer, "comity_http_connections", "gauge", "Connections open now.",
        atomic_load_explicit(&metrics->connections, memory_order_relaxed));
    one(buffer, "comity_event_followers", "gauge", "Streams of live judgements open now.",
        atomic_load_explicit(&metrics->followers, memory_order_relaxed));
    one(buffer, "comity_event_followers_dropped_total", "counter", "Streams ended because nobody read them.",
        atomic_load_explicit(&metrics->followers_dropped, memory_order_relaxed));
    one(buffer, "comity_law_reloads_total", "counter", "Times the law was loaded anew.",
        atomic_load_explicit(&metrics->reloads, memory_order_relaxed));
    one(buffer, "comity_law_reload_failures_total", "counter", "Times it could not be, and the old one stayed.",
        atomic_load_explicit(&metrics->reload_failures, memory_order_relaxed));
    one(buffer, "comity_record_up", "gauge", "Whether judgements are being recorded.", facts->recording ? 1 : 0);
    one(buffer, "comity_record_entries", "gauge", "Entries that are durable.", facts->record_size);
    one(buffer, "comity_record_failures_total", "counter", "Times recording failed.",
        atomic_load_explicit(&metrics->record_failures, memory_order_relaxed));
    one(buffer, "comity_record_erased_total", "counter", "Entries of which what was kept has been erased.",
        atomic_load_explicit(&metrics->erased, memory_order_relaxed));
    one(buffer, "comity_record_erase_failures_total", "counter", "Times erasing failed or was broken off.",
        atomic_load_explicit(&metrics->erase_failures, memory_order_relaxed));
    one(buffer, "comity_record_retention_timestamp_seconds", "gauge",
        "When entries were last erased by age, as erase-after says; 0: not yet.",
        atomic_load_explicit(&metrics->retention_s, memory_order_relaxed));
    print_histogram(buffer, "comity_record_seconds", "From submitting a judgement to its being durable.", &metrics->recording);
    print_ledger(facts, buffer);
}
