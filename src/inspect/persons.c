/* See persons.h. A table of digests with free places between; never more than
 * seven eighths are taken. A digest of 0 stands for 1: 0 means free. */
#include "inspect/persons.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY_MAX ((size_t)1 << 30)

struct comity_persons {
    uint64_t *digests;
    size_t size; /* a power of two */
    size_t capacity;
    size_t count;
    bool exact;
};

comity_status comity_persons_new(size_t capacity, comity_persons **ret_persons, comity_error *reterr)
{
    if (capacity == 0 || capacity > CAPACITY_MAX) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "room for %zu persons: 1 to %zu are possible", capacity,
                           CAPACITY_MAX);
    }
    size_t size = 16;
    while (size / 8 * 7 < capacity) {
        size *= 2;
    }
    comity_persons *persons = malloc(sizeof *persons);
    uint64_t *digests = calloc(size, sizeof *digests);
    if (persons == NULL || digests == NULL) {
        free(persons);
        free(digests);
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    *persons = (comity_persons){.digests = digests, .size = size, .capacity = capacity, .exact = true};
    *ret_persons = persons;
    return COMITY_OK;
}

void comity_persons_free(comity_persons *persons)
{
    if (persons != NULL) {
        free(persons->digests);
        free(persons);
    }
}

void comity_persons_add(comity_persons *persons, uint64_t digest)
{
    digest += digest == 0;
    size_t at = (size_t)digest & (persons->size - 1);
    while (persons->digests[at] != 0 && persons->digests[at] != digest) {
        at = (at + 1) & (persons->size - 1);
    }
    if (persons->digests[at] == digest) {
        return;
    }
    if (persons->count == persons->capacity) {
        persons->exact = false;
        return;
    }
    persons->digests[at] = digest;
    persons->count++;
}

void comity_persons_merge(comity_persons *persons, const comity_persons *from)
{
    for (size_t i = 0; i < from->size; i++) {
        if (from->digests[i] != 0) {
            comity_persons_add(persons, from->digests[i]);
        }
    }
    persons->exact &= from->exact;
}

uint64_t comity_persons_count(const comity_persons *persons, bool *ret_exact)
{
    *ret_exact = persons->exact;
    return persons->count;
}

void comity_persons_reset(comity_persons *persons)
{
    memset(persons->digests, 0, persons->size * sizeof *persons->digests);
    persons->count = 0;
    persons->exact = true;
}
