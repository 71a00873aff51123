/* What the files of the log share. See log.h for what guards what. */
#ifndef COMITY_RECORD_LOG_INNER_H
#define COMITY_RECORD_LOG_INNER_H

#include "record/log.h"
#include "record/salt.h"

#include <pthread.h>
#include <stdatomic.h>

/* Entries after which publishing settles by itself. */
#define SETTLE_ENTRIES 65536
/* The newest of a segment stays in memory, for who looks on; the rest goes in pieces. */
#define NEWEST_BYTES (UINT64_C(4) << 20)
#define FORGET_BYTES (UINT64_C(1) << 20)
#define LOCK_TRIES 100

/* Entries on their way to the disk together. */
typedef struct log_batch {
    comity_buffer records[COMITY_LIMIT_RECORD_CLASSES];
    uint64_t firsts[COMITY_LIMIT_RECORD_CLASSES]; /* the index of the first record of the class */
    uint64_t time_ms;                             /* of the newest */
    comity_hash *commitments;
    size_t count, capacity;
    size_t bytes;
    pthread_cond_t landed; /* it is durable, or nobody leads it yet */
    size_t waiting;        /* how many wait for that */
} log_batch;

/* The segment of a class that is being written. Whoever commits owns it. */
typedef struct log_segment {
    int file;
    bool open;
    uint64_t size;
    uint64_t forgotten; /* up to there the system need not hold it in memory */
} log_segment;

/* What erasing by age has seen of a class's segments. */
typedef struct log_looked {
    uint64_t *oldest_ms; /* by place: no entry that it keeps is older; 0: not known */
    size_t count;
} log_looked;

struct comity_log {
    /* set by opening, then as they are */
    comity_disk *disk;
    comity_record_config config;
    const comity_signer *signers[COMITY_LIMIT_RECORD_KEYS];
    size_t signer_count;
    uint64_t segment_bytes_max;
    int lock;
    bool has_lock;

    pthread_mutex_t mutex; /* guards what follows, to the next comment */
    pthread_cond_t stopped; /* `committing` is false again */
    pthread_cond_t unled;   /* for who attends: nobody who waits will lead what is filling */
    log_batch batches[2];
    log_batch *filling;
    log_batch *landing; /* the one that is being committed, or NULL */
    bool dismissed;     /* who attends is to return */
    uint64_t next;    /* the next index to be given */
    _Atomic uint64_t durable; /* entries that are durable; read without `mutex` too */
    bool committing;
    unsigned pausing; /* who wants to commit nothing for a moment; nobody leads before them */
    bool failed;
    comity_error failure;
    comity_hash *pending; /* commitments that are durable and not yet published */
    size_t pending_count, pending_capacity;

    comity_salts salts; /* with locks of their own */

    /* owned by whoever set `committing`; `store.classes` grows under `mutex` too */
    comity_store store;
    log_segment segments[COMITY_LIMIT_RECORD_CLASSES];

    pthread_mutex_t erasing; /* guards the next */
    log_looked looked[COMITY_LIMIT_RECORD_CLASSES];

    pthread_mutex_t publishing; /* guards what follows */
    comity_publisher publisher;
    comity_hash *taken; /* what was pending, on its way into tiles */
    size_t taken_capacity;
    uint64_t published; /* the size of the checkpoint that is public */
};

/* Takes a mutex that is held for a moment only: looks again a few times before it
 * lets the system put the thread to sleep, which takes longer than that moment. */
static inline void log_lock(pthread_mutex_t *mutex)
{
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (pthread_mutex_trylock(mutex) == 0) {
            return;
        }
        atomic_signal_fence(memory_order_seq_cst);
    }
    (void)pthread_mutex_lock(mutex);
}

/* Sets the log's failure, once, and returns its status. Takes `mutex`. */
comity_status comity_log_fail(comity_log *log, comity_status status, const comity_error *error, comity_error *reterr);

/* What whoever comes after a failure is told. `mutex` is held. */
COMITY_MUST_USE comity_status comity_log_failed(const comity_log *log, comity_error *reterr);

/* Publishes; `sign`: writes a checkpoint even if nothing is new. */
COMITY_MUST_USE comity_status comity_log_publish_as(comity_log *log, bool settle, bool sign, uint64_t *ret_size,
                                                    comity_error *reterr);

/* Appends commitments to `pending`. `mutex` is held, or nobody else is there. */
COMITY_MUST_USE comity_status comity_log_pend(comity_log *log, const comity_hash *commitments, size_t count,
                                              comity_error *reterr);

/* Brings a record into order: fills store, segments, publisher, pending, next,
 * durable and published. `*ret_has_checkpoint`: whether one was ever signed. */
COMITY_MUST_USE comity_status comity_log_recover(comity_log *log, bool *ret_has_checkpoint, comity_error *reterr);

/* Takes leadership, so that nothing is committed until comity_log_resume; fails
 * if the log has failed. For what changes segments. */
COMITY_MUST_USE comity_status comity_log_pause(comity_log *log, comity_error *reterr);
void comity_log_resume(comity_log *log);

#endif
