/* What comes in: inputs of one size that lie one behind the other. What goes out:
 * the digest of each. Sixteen on their way at a time, of which the beginning and the end are
 * written once. */
#include "base/sha256_each.h"

#include <assert.h>
#include <string.h>

#define BLOCKS_MAX 2
#define LENGTH_SIZE 8

typedef struct whole {
    uint8_t bytes[BLOCKS_MAX * COMITY_SHA256_BLOCK];
} whole;

/* Blocks that begin with the prefix and end as SHA-256 wants it (5.1.1): a bit, zeros, and how many bits went before. */
static void frame(const uint8_t *prefix, size_t prefix_size, size_t size, size_t blocks, whole *ret_whole)
{
    uint8_t *length = ret_whole->bytes + blocks * COMITY_SHA256_BLOCK - 2;
    size_t bits = (prefix_size + size) * 8;
    memset(ret_whole, 0, sizeof *ret_whole);
    memcpy(ret_whole->bytes, prefix, prefix_size);
    ret_whole->bytes[prefix_size + size] = 0x80;
    length[0] = (uint8_t)(bits >> 8);
    length[1] = (uint8_t)bits;
}

void comity_sha256_each(const uint8_t *prefix, size_t prefix_size, const uint8_t *bytes, size_t size, size_t count,
                        uint8_t *ret_digests)
{
    whole wholes[COMITY_SHA256_SIXTEEN];
    comity_sha256_run runs[COMITY_SHA256_SIXTEEN];
    size_t blocks = (prefix_size + size + LENGTH_SIZE) / COMITY_SHA256_BLOCK + 1;
    assert(prefix_size <= COMITY_SHA256_EACH_MAX && size <= COMITY_SHA256_EACH_MAX - prefix_size);
    for (size_t i = 0; i < COMITY_SHA256_SIXTEEN && i < count; i++) {
        frame(prefix, prefix_size, size, blocks, &wholes[i]);
    }
    while (count != 0) {
        size_t some = count < COMITY_SHA256_SIXTEEN ? count : COMITY_SHA256_SIXTEEN;
        for (size_t i = 0; i < some; i++, bytes += size) {
            memcpy(wholes[i].bytes + prefix_size, bytes, size);
            runs[i] = comity_sha256_first;
            runs[i].bytes = wholes[i].bytes;
            runs[i].blocks = blocks;
        }
        comity_sha256_runs(runs, some);
        for (size_t i = 0; i < some; i++, ret_digests += COMITY_SHA256_SIZE) {
            comity_sha256_tell(&runs[i], ret_digests);
        }
        count -= some;
    }
}
