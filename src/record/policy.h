/* Policies of trust (C2SP tlog-policy): which logs and witnesses are believed,
 * and which of the witnesses must have signed.
 *
 *     log VERIFIER-KEY [URL]
 *     witness NAME VERIFIER-KEY [URL]
 *     group NAME any|all|K MEMBER…
 *     quorum NAME|none
 *
 * A policy is kept by whoever trusts, and never comes from the log. */
#ifndef COMITY_RECORD_POLICY_H
#define COMITY_RECORD_POLICY_H

#include "record/checkpoint.h"

#define COMITY_POLICY_NONE UINT16_MAX

/* A witness or a group. A group's members are bits over the names before it. */
typedef struct comity_policy_name {
    const char *name; /* in the policy's text */
    size_t name_size;
    bool group;
    uint16_t verifier; /* of a witness */
    uint16_t threshold;
    uint64_t members[COMITY_LIMIT_POLICY_NAMES / 64];
} comity_policy_name;

/* A plain value, large; borrows the text it was read from. */
typedef struct comity_policy {
    comity_verifier verifiers[COMITY_LIMIT_POLICY_KEYS]; /* logs and witnesses */
    const char *urls[COMITY_LIMIT_POLICY_KEYS];          /* in the text; NULL: none */
    size_t url_sizes[COMITY_LIMIT_POLICY_KEYS];
    size_t verifier_count;
    comity_policy_name names[COMITY_LIMIT_POLICY_NAMES];
    size_t name_count;
    uint16_t quorum; /* of `names`; COMITY_POLICY_NONE: no witness is needed */
} comity_policy;

/* Reads a policy. COMITY_ERROR_SYNTAX, COMITY_ERROR_NAME or COMITY_ERROR_LIMIT,
 * with the line. */
COMITY_MUST_USE comity_status comity_policy_read(const char *text, size_t size, comity_policy *ret_policy,
                                                 comity_error *reterr);

/* Opens a checkpoint: signed by one of the logs, and by witnesses enough.
 * COMITY_ERROR_SIGNATURE if not, with how many were missing. Borrows the bytes. */
COMITY_MUST_USE comity_status comity_policy_open(const comity_policy *policy, const void *bytes, size_t size,
                                                 comity_note *ret_note, comity_checkpoint *ret_checkpoint,
                                                 comity_error *reterr);

/* Is the quorum reached by the signatures of an opened note? The note must have
 * been opened with the policy's verifiers. */
bool comity_policy_reached(const comity_policy *policy, const comity_note *note);

#endif
