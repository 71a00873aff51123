/* What comes in: tiles, or a proof of another. What goes out: a proof, or
 * whether one holds. Building walks from the root down and writes the hashes
 * backwards; checking walks from the leaf up. Neither recurses. */
#include "record/proof.h"

#include <inttypes.h>

/* The largest power of two below n, which is at least 2. */
static uint64_t split(uint64_t n)
{
    return UINT64_C(1) << (63 - (unsigned)__builtin_clzll(n - 1));
}

static void reverse(comity_proof *proof)
{
    for (size_t i = 0; i < proof->count / 2; i++) {
        comity_hash hash = proof->hashes[i];
        proof->hashes[i] = proof->hashes[proof->count - 1 - i];
        proof->hashes[proof->count - 1 - i] = hash;
    }
}

comity_status comity_proof_inclusion(comity_tile_reader *reader, uint64_t index, uint64_t size, comity_proof *ret_proof,
                                     comity_error *reterr)
{
    comity_proof proof = {0};
    uint64_t begin = 0;
    uint64_t end = size;
    if (index >= size || size > COMITY_TREE_SIZE_MAX) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "there is no entry %" PRIu64 " in a log of %" PRIu64, index, size);
    }
    while (end - begin > 1) {
        uint64_t middle = begin + split(end - begin);
        bool left = index < middle;
        COMITY_TRY(comity_tile_range(reader, left ? middle : begin, left ? end : middle, size,
                                     &proof.hashes[proof.count++], reterr));
        begin = left ? begin : middle;
        end = left ? middle : end;
    }
    reverse(&proof);
    *ret_proof = proof;
    return COMITY_OK;
}

comity_status comity_proof_consistency(comity_tile_reader *reader, uint64_t old_size, uint64_t size,
                                       comity_proof *ret_proof, comity_error *reterr)
{
    comity_proof proof = {0};
    uint64_t begin = 0;
    uint64_t end = size;
    if (old_size > size || size > COMITY_TREE_SIZE_MAX) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "a log of %" PRIu64 " is no beginning of one of %" PRIu64, old_size,
                           size);
    }
    while (old_size != 0 && end != old_size) {
        uint64_t middle = begin + split(end - begin);
        bool left = old_size <= middle;
        COMITY_TRY(comity_tile_range(reader, left ? middle : begin, left ? end : middle, size,
                                     &proof.hashes[proof.count++], reterr));
        begin = left ? begin : middle;
        end = left ? middle : end;
    }
    if (begin != 0) {
        COMITY_TRY(comity_tile_range(reader, begin, end, size, &proof.hashes[proof.count++], reterr));
    }
    reverse(&proof);
    *ret_proof = proof;
    return COMITY_OK;
}

static comity_status wrong(comity_error *reterr)
{
    return comity_fail(reterr, COMITY_ERROR_SYNTAX, "the proof does not lead to the signed root");
}

static comity_status wrong_length(const comity_proof *proof, const char *expected, comity_error *reterr)
{
    return comity_fail(reterr, COMITY_ERROR_SYNTAX, "the proof has %zu hash%s, %s than it must have", proof->count,
                       proof->count == 1 ? "" : "es", expected);
}

comity_status comity_proof_check_inclusion(const comity_proof *proof, uint64_t index, uint64_t size,
                                           const comity_hash *leaf, const comity_hash *root, comity_error *reterr)
{
    if (index >= size || size > COMITY_TREE_SIZE_MAX) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "there is no entry %" PRIu64 " in a log of %" PRIu64, index, size);
    }
    comity_hash hash = *leaf;
    uint64_t at = index;
    uint64_t last = size - 1;
    size_t used = 0;
    for (; last != 0; at >>= 1, last >>= 1) {
        if (at == last && (at & 1) == 0) {
            continue; /* alone at the right edge: it goes up as it is */
        }
        if (used == proof->count) {
            return wrong_length(proof, "fewer", reterr);
        }
        if (at & 1) {
            comity_tree_node(&proof->hashes[used++], &hash, &hash);
        } else {
            comity_tree_node(&hash, &proof->hashes[used++], &hash);
        }
    }
    if (used != proof->count) {
        return wrong_length(proof, "more", reterr);
    }
    return comity_hash_equal(&hash, root) ? COMITY_OK : wrong(reterr);
}

/* Equal sizes, or nothing before: no hashes, and what can be compared is. */
static comity_status check_trivial(const comity_proof *proof, uint64_t old_size, const comity_hash *old_root,
                                   const comity_hash *root, comity_error *reterr)
{
    comity_hash empty;
    comity_tree_root(&(comity_tree){0}, &empty);
    if (proof->count != 0) {
        return wrong_length(proof, "more", reterr);
    }
    return comity_hash_equal(old_root, old_size == 0 ? &empty : root) ? COMITY_OK : wrong(reterr);
}

comity_status comity_proof_check_consistency(const comity_proof *proof, uint64_t old_size, uint64_t size,
                                             const comity_hash *old_root, const comity_hash *root, comity_error *reterr)
{
    if (old_size > size || size > COMITY_TREE_SIZE_MAX) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "a log of %" PRIu64 " is no beginning of one of %" PRIu64, old_size,
                           size);
    }
    if (old_size == 0 || old_size == size) {
        return check_trivial(proof, old_size, old_root, root, reterr);
    }
    uint64_t at = old_size - 1;
    uint64_t last = size - 1;
    size_t used = 0;
    for (; at & 1; at >>= 1) { /* up to the largest full subtree that ends the older tree */
        last >>= 1;
    }
    comity_hash old_hash = *old_root;
    if (at != 0) { /* else the older tree is that subtree, and its root is known */
        if (proof->count == 0) {
            return wrong_length(proof, "fewer", reterr);
        }
        old_hash = proof->hashes[used++];
    }
    comity_hash hash = old_hash;
    for (; last != 0; at >>= 1, last >>= 1) {
        if (at == last && (at & 1) == 0) {
            continue;
        }
        if (used == proof->count) {
            return wrong_length(proof, "fewer", reterr);
        }
        if (at & 1) {
            comity_tree_node(&proof->hashes[used], &old_hash, &old_hash);
            comity_tree_node(&proof->hashes[used], &hash, &hash);
        } else {
            comity_tree_node(&hash, &proof->hashes[used], &hash);
        }
        used++;
    }
    if (used != proof->count) {
        return wrong_length(proof, "more", reterr);
    }
    return comity_hash_equal(&old_hash, old_root) && comity_hash_equal(&hash, root) ? COMITY_OK : wrong(reterr);
}
