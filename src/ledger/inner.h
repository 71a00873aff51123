/* What the files of the ledger share. */
#ifndef COMITY_LEDGER_INNER_H
#define COMITY_LEDGER_INNER_H

#include "ledger/ledger.h"
#include "ledger/store.h"

#include <pthread.h>

/* All but the mutex is guarded by it. */
struct comity_ledger {
    pthread_mutex_t mutex;
    char *where;
    const comity_store_calls *calls;
    comity_store *store; /* NULL: not open */
    bool up;
    uint64_t retry_ns;   /* of a clock that never goes back: no attempt before */
    uint64_t pause_ns;   /* the next pause */
    uint32_t found, now; /* versions of the schema */
    uint8_t key[COMITY_LEDGER_KEY_SIZE];
};

/* Something to be done in one transaction. */
typedef comity_status comity_ledger_work(comity_store *store, void *context, comity_error *reterr);

/* Locks, opens what is lost, and does the work between `begin` and COMMIT; after a
 * failure all is as it was before. */
COMITY_MUST_USE comity_status comity_ledger_do(comity_ledger *ledger, comity_sql begin, comity_ledger_work *work,
                                               void *context, comity_error *reterr);

/* The bit of a year within COMITY_LEDGER_YEAR_MIN … MAX. */
static inline int64_t comity_ledger_bit(int32_t year)
{
    return (int64_t)1 << (year - COMITY_LEDGER_YEAR_MIN);
}

#endif
