/* What the files of the ledger share. */
#ifndef COMITY_LEDGER_INNER_H
#define COMITY_LEDGER_INNER_H

#include "ledger/ledger.h"
#include "ledger/store.h"

#include <pthread.h>

/* Connections to PostgreSQL; a file of SQLite has one writer anyway, and one connection.
 * As many as wait for each other's exporters without holding up the rest. */
enum { COMITY_LEDGER_CONNECTIONS_MAX = 4 };

/* A connection is either idle or taken by one thread, which uses it without the mutex.
 * All but `where`, `calls` and `connections_max` is guarded by the mutex. */
struct comity_ledger {
    pthread_mutex_t mutex;
    pthread_cond_t freed; /* a connection was given back, or was lost */
    char *where;
    const comity_store_calls *calls;
    unsigned connections_max;
    comity_store *idle[COMITY_LEDGER_CONNECTIONS_MAX];
    unsigned idle_count, taken;
    bool up;
    uint64_t retry_ns;   /* of a clock that never goes back: no attempt to connect before */
    uint64_t pause_ns;   /* the next pause */
    uint32_t found, now; /* versions of the schema */
    uint8_t key[COMITY_LEDGER_KEY_SIZE];
};

/* Something to be done in one transaction. */
typedef comity_status comity_ledger_work(comity_store *store, void *context, comity_error *reterr);

/* Takes a connection, or opens one, and does the work between `begin` and COMMIT; after a
 * failure all is as it was before. Waits for a connection no longer than COMITY_LEDGER_WAIT_MS. */
COMITY_MUST_USE comity_status comity_ledger_do(comity_ledger *ledger, comity_sql begin, comity_ledger_work *work,
                                               void *context, comity_error *reterr);

/* Ends a reservation. `ret_rows`: 0, there was none; may be NULL. */
COMITY_MUST_USE comity_status comity_ledger_end_reservation(comity_store *store, const comity_ledger_id *id,
                                                            int64_t *ret_exporter, uint64_t *ret_rows,
                                                            comity_error *reterr);

/* Forgets the persons of a reservation. */
COMITY_MUST_USE comity_status comity_ledger_end_held(comity_store *store, const comity_ledger_id *id,
                                                     comity_error *reterr);

/* A comity_store_row: the first column, a number, into an int64_t. */
static inline comity_status comity_ledger_take_number(void *context, const comity_value *values, comity_error *reterr)
{
    (void)reterr;
    *(int64_t *)context = values[0].number;
    return COMITY_OK;
}

static inline comity_value comity_ledger_id_value(const comity_ledger_id *id)
{
    return (comity_value){.bytes = id->bytes, .size = sizeof id->bytes};
}

/* The bit of a year within COMITY_LEDGER_YEAR_MIN … MAX. */
static inline int64_t comity_ledger_bit(int32_t year)
{
    return (int64_t)1 << (year - COMITY_LEDGER_YEAR_MIN);
}

#endif
