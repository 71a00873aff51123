/* Salts: 32 bytes that nobody can guess, each given once.
 *
 * They come from pools, so that the system is asked once for many, and what was
 * given is wiped from its pool. Each pool has a lock of its own, and a thread takes
 * from the pool that its own name leads to: two threads seldom wait for
 * each other, and seldom move a lock from core to core. */
#ifndef COMITY_RECORD_SALT_H
#define COMITY_RECORD_SALT_H

#include "record/disk.h"
#include "record/entry.h"

#include <pthread.h>

#define COMITY_SALT_POOL_BITS 5
#define COMITY_SALT_POOLS (1 << COMITY_SALT_POOL_BITS)
#define COMITY_SALT_POOL_BYTES 2048

typedef struct comity_salt_pool {
    pthread_mutex_t mutex; /* guards what follows */
    size_t left;           /* bytes that were not given yet, from the beginning on */
    uint8_t bytes[COMITY_SALT_POOL_BYTES];
} comity_salt_pool;

/* The fields are private. */
typedef struct comity_salts {
    comity_disk *disk;
    size_t count; /* of pools that can be used; after comity_salts_begin, all of them */
    comity_salt_pool pools[COMITY_SALT_POOLS];
} comity_salts;

/* Begins without a salt. The disk is borrowed, for its random bytes, until comity_salts_end. */
COMITY_MUST_USE comity_status comity_salts_begin(comity_disk *disk, comity_salts *ret_salts, comity_error *reterr);

/* Wipes what was not given. No thread may be taking. Salts that are all zero, or
 * whose beginning failed, may be ended too. */
void comity_salts_end(comity_salts *salts);

/* Gives one. Any thread. COMITY_ERROR_SYSTEM if the disk has no random bytes. */
COMITY_MUST_USE comity_status comity_salts_take(comity_salts *salts, uint8_t ret_salt[COMITY_SALT_SIZE],
                                                comity_error *reterr);

#endif
