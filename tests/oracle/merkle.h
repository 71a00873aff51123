/* The tree of RFC 6962 as its section 2.1 says it: by recursion, from the leaves,
 * and nothing kept. What the tree, the tiles and the proofs are compared with. */
#ifndef COMITY_TESTS_MERKLE_H
#define COMITY_TESTS_MERKLE_H

#include "record/proof.h"

#include <string.h>

/* The largest power of two below n. */
static inline size_t merkle_split(size_t n)
{
    size_t k = 1;
    while (k * 2 < n) {
        k *= 2;
    }
    return k;
}

static inline comity_hash merkle_root(const comity_hash *leaves, size_t n)
{
    comity_hash hash;
    if (n == 0) {
        comity_sha256("", 0, hash.bytes);
        return hash;
    }
    if (n == 1) {
        return leaves[0];
    }
    size_t k = merkle_split(n);
    uint8_t both[65] = {1};
    comity_hash left = merkle_root(leaves, k);
    comity_hash right = merkle_root(leaves + k, n - k);
    memcpy(both + 1, left.bytes, 32);
    memcpy(both + 33, right.bytes, 32);
    comity_sha256(both, sizeof both, hash.bytes);
    return hash;
}

/* PATH(m, D[n]). */
static inline void merkle_path(const comity_hash *leaves, size_t m, size_t n, comity_proof *proof)
{
    if (n == 1) {
        return;
    }
    size_t k = merkle_split(n);
    if (m < k) {
        merkle_path(leaves, m, k, proof);
        proof->hashes[proof->count++] = merkle_root(leaves + k, n - k);
    } else {
        merkle_path(leaves + k, m - k, n - k, proof);
        proof->hashes[proof->count++] = merkle_root(leaves, k);
    }
}

/* SUBPROOF(m, D[n], b); PROOF(m, D[n]) is that with b true. */
static inline void merkle_subproof(const comity_hash *leaves, size_t m, size_t n, bool whole, comity_proof *proof)
{
    if (m == n) {
        if (!whole) {
            proof->hashes[proof->count++] = merkle_root(leaves, n);
        }
        return;
    }
    size_t k = merkle_split(n);
    if (m <= k) {
        merkle_subproof(leaves, m, k, whole, proof);
        proof->hashes[proof->count++] = merkle_root(leaves + k, n - k);
    } else {
        merkle_subproof(leaves + k, m - k, n - k, false, proof);
        proof->hashes[proof->count++] = merkle_root(leaves, k);
    }
}

/* Tiles straight from the leaves: a comity_tile_source with these as `self`. */
typedef struct merkle_leaves {
    const comity_hash *leaves;
    size_t count;
    unsigned reads;
} merkle_leaves;

static inline comity_status merkle_read_tile(void *self, const comity_tile *tile, uint8_t *ret_bytes,
                                             comity_error *reterr)
{
    merkle_leaves *all = self;
    size_t span = (size_t)1 << (8 * tile->level);
    all->reads++;
    for (size_t i = 0; i < tile->width; i++) {
        size_t at = ((size_t)tile->index * 256 + i) * span;
        if (at + span > all->count) {
            return comity_fail(reterr, COMITY_ERROR_SYSTEM, "no such tile");
        }
        comity_hash hash = merkle_root(all->leaves + at, span);
        memcpy(ret_bytes + 32 * i, hash.bytes, 32);
    }
    return COMITY_OK;
}

#endif
