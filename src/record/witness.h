/* A witness (C2SP tlog-witness): signs checkpoints of logs it knows, and of each
 * only what continues the one it signed last. Whoever trusts it knows that the
 * log shows the same to all.
 *
 * The state of a log is a file `log-HASH`, HASH being SHA-256 of its origin:
 *
 *     comity witness 1
 *     origin
 *     size
 *     base64(root)
 *
 * It is durable before a signature leaves. One call at a time; other processes
 * are kept out by whoever holds the lock. */
#ifndef COMITY_RECORD_WITNESS_H
#define COMITY_RECORD_WITNESS_H

#include "record/disk.h"
#include "record/policy.h"
#include "record/proof.h"

/* Lines of a proof in a request; the limit is the protocol's. */
#define COMITY_WITNESS_PROOF_LINES_MAX 63

/* What to answer: a status of HTTP, and a body. */
typedef struct comity_witness_answer {
    int status;               /* 200, 400, 403, 404, 409, 422 or 500 */
    const char *content_type; /* a constant */
} comity_witness_answer;

/* One request `add-checkpoint`. `logs`: a policy, of which the log keys count.
 * `time_s`: now, in seconds since 1970. The body of the answer is appended to
 * `buffer`; of a refusal it is a sentence, of a 409 the size signed last. */
void comity_witness_add_checkpoint(comity_disk *disk, const comity_policy *logs, const comity_signer *signer,
                                   const void *body, size_t size, uint64_t time_s, comity_buffer *buffer,
                                   comity_witness_answer *ret_answer);

/* Appends such a request: for whoever asks a witness. */
void comity_witness_request_write(uint64_t old_size, const comity_proof *proof, const void *checkpoint,
                                  size_t checkpoint_size, comity_buffer *buffer);

#endif
