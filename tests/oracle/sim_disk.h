/* A disk in memory that forgets, tears and fails by a seed.
 *
 * It keeps two states: what a process sees, and what would be there after a loss
 * of power. A write reaches the second in sectors of 512 bytes, in any choice of
 * them, until a sync succeeds; names likewise. After a failed sync the first
 * state still shows what the second will never have: as real systems do. */
#ifndef COMITY_TESTS_SIM_DISK_H
#define COMITY_TESTS_SIM_DISK_H

#include "random.h"
#include "record/disk.h"

typedef struct sim_disk sim_disk;

/* `seen`, if not NULL, is called with every file that is moved into place: what others may have read. */
sim_disk *sim_disk_new(uint64_t seed, void (*seen)(void *context, const char *path, const uint8_t *bytes, size_t size),
                       void *context);
void sim_disk_free(sim_disk *sim);
comity_disk *sim_disk_disk(sim_disk *sim);

/* Operations that change something, counted from the beginning. */
unsigned long sim_disk_operations(const sim_disk *sim);

/* Bytes that need not be held in memory any more, as was said from the beginning. */
uint64_t sim_disk_forgotten(const sim_disk *sim);

/* What happens at operation number `at` (0: nothing). */
typedef enum sim_fault {
    SIM_NONE,
    SIM_FAIL,     /* it fails, and the next ones do not */
    SIM_FAIL_ALL, /* it fails, and so do all after it */
    SIM_POWER     /* the power goes: it is half done, and all after it fail */
} sim_fault;
void sim_disk_fault(sim_disk *sim, sim_fault fault, unsigned long at);

/* Has the fault happened? */
bool sim_disk_fault_happened(const sim_disk *sim);

/* The power was off and is on again: open files and locks are gone, and of what
 * was not synced any part is there. */
void sim_disk_power_loss(sim_disk *sim);

/* The process ended: open files and locks are gone, what it wrote is as it was. */
void sim_disk_process_end(sim_disk *sim);

/* Changes one byte of a file, as rot does; false if it is not there or too short. */
bool sim_disk_rot(sim_disk *sim, const char *path, size_t at);

/* A file as a process sees it; NULL if it is not there. Good until the next change. */
const uint8_t *sim_disk_file(const sim_disk *sim, const char *path, size_t *ret_size);

#endif
