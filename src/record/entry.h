/* The entry: what the log holds of a judgement.
 *
 *     entry = version (01) ‖ HMAC-SHA-256(salt, judgement)
 *
 * The salt is 32 random bytes of this entry's own. Who has judgement and salt can
 * show that the entry stands for it; who has the entry alone learns nothing, not
 * even whether two judgements are equal. Pure; any thread. */
#ifndef COMITY_RECORD_ENTRY_H
#define COMITY_RECORD_ENTRY_H

#include "record/tree.h"

#define COMITY_ENTRY_VERSION 1
#define COMITY_ENTRY_SIZE (1 + COMITY_SHA256_SIZE)
#define COMITY_SALT_SIZE 32

/* HMAC-SHA-256 (RFC 2104) with a key of COMITY_SALT_SIZE bytes. */
void comity_entry_commit(const uint8_t salt[COMITY_SALT_SIZE], const void *judgement, size_t size,
                         comity_hash *ret_commitment);

/* A judgement and its entry's own salt. Borrowed. */
typedef struct comity_entry_secret {
    uint8_t salt[COMITY_SALT_SIZE];
    const void *judgement;
    size_t size;
} comity_entry_secret;

/* The same of 1 to COMITY_ENTRY_COMMIT_MAX judgements, and faster. */
#define COMITY_ENTRY_COMMIT_MAX ((size_t)16)
void comity_entry_commit_many(const comity_entry_secret *secrets, size_t count, comity_hash *ret_commitments);

/* The entry, and its hash in the tree. */
void comity_entry_write(const comity_hash *commitment, uint8_t ret_entry[COMITY_ENTRY_SIZE]);
void comity_entry_leaf(const comity_hash *commitment, comity_hash *ret_leaf);

/* The same of `count` that lie one behind the other, and faster. */
void comity_entry_leaves(const comity_hash *commitments, size_t count, comity_hash *ret_leaves);

/* Reads an entry. COMITY_ERROR_SYNTAX if it is none of this version. */
COMITY_MUST_USE comity_status comity_entry_read(const uint8_t *entry, size_t size, comity_hash *ret_commitment,
                                                comity_error *reterr);

/* Entries of a bundle, each with its length before it, as tlog-tiles serves them:
 * `count` commitments to `ret_bytes`, which has room for COMITY_BUNDLE_BYTES of each. */
#define COMITY_BUNDLE_BYTES (2 + COMITY_ENTRY_SIZE)
void comity_bundle_write(const comity_hash *commitments, size_t count, uint8_t *ret_bytes);

/* Reads a bundle of exactly `count` entries into `ret_commitments`. COMITY_ERROR_SYNTAX, with the offset. */
COMITY_MUST_USE comity_status comity_bundle_read(const uint8_t *bytes, size_t size, size_t count,
                                                 comity_hash *ret_commitments, comity_error *reterr);

#endif
