/* The daemon's ledger: opened, kept open, its dead reservations ended, what law no longer
 * counts purged, and its state told, by one thread that looks at it once a second. */
#ifndef COMITY_SERVE_COUNTER_H
#define COMITY_SERVE_COUNTER_H

#include "ledger/ledger.h"
#include "serve/laws.h"

typedef struct comity_counter comity_counter;

/* Opens the ledger, or will as soon as it can be reached. What is passed is borrowed until close.
 * COMITY_ERROR_SYNTAX, COMITY_ERROR_IMAGE: no ledger of ours. */
COMITY_MUST_USE comity_status comity_counter_open(const char *where, comity_laws *laws, comity_counter **ret_counter,
                                                  comity_error *reterr);

/* NULL is allowed. */
void comity_counter_close(comity_counter *counter);

/* Any thread; as long as the counter. */
comity_ledger *comity_counter_ledger(comity_counter *counter);

/* As comity_ledger_reserve, from now until COMITY_LIMIT_SERVE_RESERVATION_MS later. */
COMITY_MUST_USE comity_status comity_counter_reserve(comity_counter *counter, const char *exporter, int32_t day,
                                                     const comity_ledger_entry *entries, size_t entry_count,
                                                     comity_ledger_id *id, comity_ledger_numbers *ret_numbers,
                                                     comity_error *reterr);

/* As it was a second ago at the most; never waits. */
typedef struct comity_counter_state {
    bool up;
    comity_ledger_totals totals;
    uint64_t expired, purged, failures; /* since the start */
} comity_counter_state;
void comity_counter_look(comity_counter *counter, comity_counter_state *ret_state);

#endif
