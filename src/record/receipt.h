/* Receipts (C2SP tlog-proof): what shows, offline, that a log holds a judgement.
 *
 *     c2sp.org/tlog-proof@v1
 *     extra base64(salt)
 *     index N
 *     base64(hash)          one a line, from the leaf's neighbour upwards
 *
 *     the checkpoint
 *
 * With the judgement and a policy of trust it is all that is needed; it tells
 * nothing that the judgement does not. Pure; any thread. */
#ifndef COMITY_RECORD_RECEIPT_H
#define COMITY_RECORD_RECEIPT_H

#include "record/entry.h"
#include "record/policy.h"
#include "record/proof.h"

/* A receipt that was read and not yet believed. Borrows the bytes. */
typedef struct comity_receipt {
    bool has_salt;
    uint8_t salt[COMITY_SALT_SIZE];
    uint64_t index;
    comity_proof proof;
    const char *checkpoint;
    size_t checkpoint_size;
} comity_receipt;

/* COMITY_ERROR_SYNTAX, with the line, if it is none. */
COMITY_MUST_USE comity_status comity_receipt_read(const char *text, size_t size, comity_receipt *ret_receipt,
                                                  comity_error *reterr);

/* Appends a receipt. */
void comity_receipt_write(const comity_receipt *receipt, comity_buffer *buffer);

/* Does it show, under the policy, that the judgement is in a log? COMITY_OK, and
 * the checkpoint it is under; or what is wrong. Borrows the receipt's bytes. */
COMITY_MUST_USE comity_status comity_receipt_check(const comity_receipt *receipt, const void *judgement,
                                                   size_t judgement_size, const comity_policy *policy,
                                                   comity_note *ret_note, comity_checkpoint *ret_checkpoint,
                                                   comity_error *reterr);

#endif
