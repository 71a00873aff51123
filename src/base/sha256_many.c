/* What comes in: inputs of any sizes, each with a block before it. What goes out: the digest
 * of each. Their blocks are taken in side by side: those before, those of the inputs, and those that end them. */
#include "base/sha256_each.h"

#include <string.h>

#define ENDING_BLOCKS 2
#define LENGTH_SIZE 8

/* Writes how an input of `size` bytes in all ends (5.1.1): `rest`, which fills no block, a bit, zeros, and
 * how many bits there were. Gives in how many blocks. */
static size_t end(const uint8_t *rest, size_t rest_size, uint64_t size, uint8_t ret_ending[ENDING_BLOCKS * COMITY_SHA256_BLOCK])
{
    size_t blocks = rest_size + 1 + LENGTH_SIZE <= COMITY_SHA256_BLOCK ? 1 : ENDING_BLOCKS;
    uint8_t *length = ret_ending + blocks * COMITY_SHA256_BLOCK - LENGTH_SIZE;
    memset(ret_ending, 0, blocks * COMITY_SHA256_BLOCK);
    if (rest_size != 0) {
        memcpy(ret_ending, rest, rest_size);
    }
    ret_ending[rest_size] = 0x80;
    for (unsigned i = 0; i < LENGTH_SIZE; i++) {
        length[i] = (uint8_t)(size * 8 >> (56 - 8 * i));
    }
    return blocks;
}

/* The next `count` inputs, which are sixteen at most. */
static void some(const comity_sha256_input *inputs, size_t count, uint8_t (*ret_digests)[COMITY_SHA256_SIZE])
{
    comity_sha256_run runs[COMITY_SHA256_SIXTEEN];
    uint8_t endings[COMITY_SHA256_SIXTEEN][ENDING_BLOCKS * COMITY_SHA256_BLOCK];
    for (size_t i = 0; i < count; i++) {
        runs[i] = comity_sha256_first;
        runs[i].bytes = inputs[i].block;
        runs[i].blocks = 1;
    }
    comity_sha256_runs(runs, count);
    for (size_t i = 0; i < count; i++) {
        runs[i].bytes = inputs[i].bytes;
        runs[i].blocks = inputs[i].size / COMITY_SHA256_BLOCK;
    }
    comity_sha256_runs(runs, count);
    for (size_t i = 0; i < count; i++) {
        size_t rest = inputs[i].size % COMITY_SHA256_BLOCK;
        runs[i].blocks = end(runs[i].bytes, rest, (uint64_t)inputs[i].size + COMITY_SHA256_BLOCK, endings[i]);
        runs[i].bytes = endings[i];
    }
    comity_sha256_runs(runs, count);
    for (size_t i = 0; i < count; i++) {
        comity_sha256_tell(&runs[i], ret_digests[i]);
    }
}

void comity_sha256_many(const comity_sha256_input *inputs, size_t count, uint8_t (*ret_digests)[COMITY_SHA256_SIZE])
{
    for (size_t at = 0; at < count; at += COMITY_SHA256_SIXTEEN) {
        size_t next = count - at < COMITY_SHA256_SIXTEEN ? count - at : COMITY_SHA256_SIXTEEN;
        some(inputs + at, next, ret_digests + at);
    }
}
