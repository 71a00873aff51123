/* What comes in: inputs of one size that lie one behind the other. What goes out:
 * the digest of each. Two at a time where the machine can, one by one elsewhere. */
#include "base/sha256_each.h"

#include <assert.h>
#include <string.h>

#define BLOCK_SIZE 64
#define BLOCKS_MAX 2
#define LENGTH_SIZE 8

/* Blocks that end as SHA-256 wants it: a bit, zeros, and how many bits went before. `at` holds zeros. */
static void fill(const uint8_t *prefix, size_t prefix_size, const uint8_t *bytes, size_t size, size_t blocks,
                 uint8_t *at)
{
    uint8_t *length = at + blocks * BLOCK_SIZE - 2;
    size_t bits = (prefix_size + size) * 8;
    memcpy(at, prefix, prefix_size);
    memcpy(at + prefix_size, bytes, size);
    at[prefix_size + size] = 0x80;
    length[0] = (uint8_t)(bits >> 8);
    length[1] = (uint8_t)bits;
}

static void one(const uint8_t *prefix, size_t prefix_size, const uint8_t *bytes, size_t size, uint8_t *ret_digest)
{
    uint8_t whole[BLOCK_SIZE * BLOCKS_MAX];
    memcpy(whole, prefix, prefix_size);
    memcpy(whole + prefix_size, bytes, size);
    comity_sha256(whole, prefix_size + size, ret_digest);
}

void comity_sha256_each(const uint8_t *prefix, size_t prefix_size, const uint8_t *bytes, size_t size, size_t count,
                        uint8_t *ret_digests)
{
    uint8_t left[BLOCK_SIZE * BLOCKS_MAX] = {0};
    uint8_t right[BLOCK_SIZE * BLOCKS_MAX] = {0};
    size_t blocks = (prefix_size + size + LENGTH_SIZE) / BLOCK_SIZE + 1;
    assert(prefix_size <= COMITY_SHA256_EACH_MAX && size <= COMITY_SHA256_EACH_MAX - prefix_size);
    if (comity_sha256_has_two()) {
        for (; count >= 2; count -= 2) {
            fill(prefix, prefix_size, bytes, size, blocks, left);
            fill(prefix, prefix_size, bytes + size, size, blocks, right);
            comity_sha256_two(left, right, blocks, ret_digests, ret_digests + COMITY_SHA256_SIZE);
            bytes += 2 * size;
            ret_digests += (size_t)2 * COMITY_SHA256_SIZE;
        }
    }
    for (; count > 0; count--) {
        one(prefix, prefix_size, bytes, size, ret_digests);
        bytes += size;
        ret_digests += COMITY_SHA256_SIZE;
    }
}
