/* Distinct persons, counted by keyed digests of what stands for them.
 *
 * Exact up to the capacity; from then on the count is a lower bound and says so.
 * Two persons are taken for one with a chance of about n * n / 2^65 among n. */
#ifndef COMITY_INSPECT_PERSONS_H
#define COMITY_INSPECT_PERSONS_H

#include "base/error.h"

/* A set of digests. Owns its memory until comity_persons_free; one thread at a time. */
typedef struct comity_persons comity_persons;

/* Room for `capacity` persons (1 to 2^30), 8 to 16 bytes each, which the system gives
 * as they are used. COMITY_ERROR_RANGE, COMITY_ERROR_MEMORY. */
COMITY_MUST_USE comity_status comity_persons_new(size_t capacity, comity_persons **ret_persons, comity_error *reterr);

/* NULL is allowed. */
void comity_persons_free(comity_persons *persons);

/* Adds the person of a digest, unless it is there. */
void comity_persons_add(comity_persons *persons, uint64_t digest);

/* Adds all of another set, made with the same key. */
void comity_persons_merge(comity_persons *persons, const comity_persons *from);

/* How many there are; `ret_exact` is false once there was no room. */
uint64_t comity_persons_count(const comity_persons *persons, bool *ret_exact);

/* Forgets all. */
void comity_persons_reset(comity_persons *persons);

#endif
