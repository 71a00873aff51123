/* What digests of several inputs at once are made of. */
#ifndef COMITY_BASE_SHA256_EACH_H
#define COMITY_BASE_SHA256_EACH_H

#include "base/sha256.h"

#include <stdbool.h>

#define COMITY_SHA256_BLOCK ((size_t)64)
#define COMITY_SHA256_SIXTEEN ((size_t)16)

/* An input on its way: what SHA-256 made of the blocks it took in, a to h of FIPS 180-4, and
 * the blocks it has still to take in. Borrows the bytes. */
typedef struct comity_sha256_run {
    uint32_t words[COMITY_SHA256_SIZE / 4];
    const uint8_t *bytes;
    size_t blocks;
} comity_sha256_run;

/* What begins with no block taken in, and the constants of the rounds: sections 5.3.3 and 4.2.2. */
extern const comity_sha256_run comity_sha256_first;
extern const uint32_t comity_sha256_constants[64];

/* Takes in all blocks of all runs: as many runs at once as the machine has instructions for. */
void comity_sha256_runs(comity_sha256_run *runs, size_t count);

/* The digest, once the last block is taken in. */
void comity_sha256_tell(const comity_sha256_run *run, uint8_t ret_digest[COMITY_SHA256_SIZE]);

/* ---- one file an instruction set ---- */

/* Takes in so many blocks of a run, which has them. The rest is left to the caller: `blocks` stays. */
void comity_sha256_take_one(comity_sha256_run *run, size_t blocks);

/* The same of two runs, and of sixteen. Has the machine instructions for it? Any thread. */
bool comity_sha256_has_two(void);
void comity_sha256_take_two(comity_sha256_run *const runs[2], size_t blocks);
bool comity_sha256_has_sixteen(void);
void comity_sha256_take_sixteen(comity_sha256_run *const runs[COMITY_SHA256_SIXTEEN], size_t blocks);

#endif
