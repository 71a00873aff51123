/* Proofs of RFC 6962, sections 2.1.1 and 2.1.2: that an entry is in a tree, and
 * that a tree is a beginning of another. Checking is pure; any thread. */
#ifndef COMITY_RECORD_PROOF_H
#define COMITY_RECORD_PROOF_H

#include "record/tile.h"

/* Hashes of a proof at most: one a level, and one more of consistency. */
#define COMITY_PROOF_HASHES_MAX 64

/* A plain value. */
typedef struct comity_proof {
    size_t count;
    comity_hash hashes[COMITY_PROOF_HASHES_MAX];
} comity_proof;

/* The proof that leaf `index` is in the tree of `size` leaves: index < size, or COMITY_ERROR_RANGE. */
COMITY_MUST_USE comity_status comity_proof_inclusion(comity_tile_reader *reader, uint64_t index, uint64_t size,
                                                     comity_proof *ret_proof, comity_error *reterr);

/* The proof that the first `old_size` leaves of the tree of `size` leaves are the
 * older tree: old_size <= size, or COMITY_ERROR_RANGE. Empty for 0 and for `size`. */
COMITY_MUST_USE comity_status comity_proof_consistency(comity_tile_reader *reader, uint64_t old_size, uint64_t size,
                                                       comity_proof *ret_proof, comity_error *reterr);

/* COMITY_OK if the proof shows that `leaf` is number `index` under `root`;
 * COMITY_ERROR_RANGE or COMITY_ERROR_SYNTAX with what is wrong if it does not. */
COMITY_MUST_USE comity_status comity_proof_check_inclusion(const comity_proof *proof, uint64_t index, uint64_t size,
                                                           const comity_hash *leaf, const comity_hash *root,
                                                           comity_error *reterr);

/* COMITY_OK if the proof shows that the tree of `old_size` leaves with root
 * `old_root` is a beginning of the one of `size` leaves with `root`. */
COMITY_MUST_USE comity_status comity_proof_check_consistency(const comity_proof *proof, uint64_t old_size,
                                                             uint64_t size, const comity_hash *old_root,
                                                             const comity_hash *root, comity_error *reterr);

#endif
