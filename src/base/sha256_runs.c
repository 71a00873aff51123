/* What comes in: inputs on their way. What goes out: all of their blocks taken in. Sixteen at
 * once, where that many or nearly have blocks left; else two, else one. Those that are
 * shorter end first, and the others go on in what company there is. */
#include "base/sha256_each.h"

/* Below this, two by two takes less time: measured, and as the counts of instructions would have it. */
#define SIXTEEN_LEAST 10

const comity_sha256_run comity_sha256_first = {
    {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}, NULL, 0};

const uint32_t comity_sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* Up to sixteen runs that have blocks left, in their order. */
static size_t gather(comity_sha256_run *runs, size_t count, comity_sha256_run *ret_some[COMITY_SHA256_SIXTEEN])
{
    size_t found = 0;
    for (size_t i = 0; i < count && found < COMITY_SHA256_SIXTEEN; i++) {
        if (runs[i].blocks != 0) {
            ret_some[found++] = &runs[i];
        }
    }
    return found;
}

/* How many blocks all of them have. */
static size_t common(comity_sha256_run *const *some, size_t count)
{
    size_t least = some[0]->blocks;
    for (size_t i = 1; i < count; i++) {
        least = some[i]->blocks < least ? some[i]->blocks : least;
    }
    return least;
}

static void pass(comity_sha256_run *const *some, size_t count, size_t blocks)
{
    for (size_t i = 0; i < count; i++) {
        some[i]->bytes += blocks * COMITY_SHA256_BLOCK;
        some[i]->blocks -= blocks;
    }
}

static void take_sixteen(comity_sha256_run **some, size_t count, size_t blocks)
{
    comity_sha256_run idle = *some[0];
    for (size_t i = count; i < COMITY_SHA256_SIXTEEN; i++) {
        some[i] = &idle;
    }
    comity_sha256_take_sixteen(some, blocks);
}

void comity_sha256_runs(comity_sha256_run *runs, size_t count)
{
    comity_sha256_run *some[COMITY_SHA256_SIXTEEN];
    size_t found;
    while ((found = gather(runs, count, some)) != 0) {
        bool sixteen = found >= SIXTEEN_LEAST && comity_sha256_has_sixteen();
        bool two = found >= 2 && comity_sha256_has_two();
        size_t together = sixteen ? found : two ? 2 : 1;
        size_t blocks = common(some, together);
        if (sixteen) {
            take_sixteen(some, found, blocks);
        } else if (two) {
            comity_sha256_take_two(some, blocks);
        } else {
            comity_sha256_take_one(some[0], blocks);
        }
        pass(some, together, blocks);
    }
}

void comity_sha256_tell(const comity_sha256_run *run, uint8_t ret_digest[COMITY_SHA256_SIZE])
{
    for (size_t i = 0; i < COMITY_SHA256_SIZE / 4; i++, ret_digest += 4) {
        ret_digest[0] = (uint8_t)(run->words[i] >> 24);
        ret_digest[1] = (uint8_t)(run->words[i] >> 16);
        ret_digest[2] = (uint8_t)(run->words[i] >> 8);
        ret_digest[3] = (uint8_t)run->words[i];
    }
}
