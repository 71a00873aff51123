/* What is done to findings: a policy, read from text (docs/masking.md).
 *
 *     level 75
 *     default mask
 *     category government-id token
 *     type email mask keep last 4
 */
#ifndef COMITY_INSPECT_MASK_POLICY_H
#define COMITY_INSPECT_MASK_POLICY_H

#include "inspect/finding.h"

/* In the order of their strength: of several readings of one value, that one's counts
 * whose operator is the stronger. */
typedef enum comity_mask_operator {
    COMITY_MASK_KEEP = 0,   /* nothing */
    COMITY_MASK_GENERALISE, /* a coarser value: a year, a beginning, a grid, a network */
    COMITY_MASK_TOKEN,      /* a token that the holder of the key turns back */
    COMITY_MASK_DIGEST,     /* a keyed digest: equal values stay equal */
    COMITY_MASK_MASK,       /* letters and digits become a sign */
    COMITY_MASK_REMOVE,     /* nothing is left */
    COMITY_MASK_REFUSE,     /* the whole input is refused */
    COMITY_MASK_OPERATOR_COUNT
} comity_mask_operator;

/* How a value is made coarser. */
typedef enum comity_mask_coarse {
    COMITY_COARSE_ANY =
        0, /* as it looks: a date to its year, coordinates to one decimal, an address to its network, else two signs */
    COMITY_COARSE_YEAR,     /* a date to its year */
    COMITY_COARSE_MONTH,    /* a date to its year and month */
    COMITY_COARSE_DECIMALS, /* coordinates to `number` decimals */
    COMITY_COARSE_NETWORK,  /* an IP address to its network: 24 or 48 bits */
    COMITY_COARSE_FIRST     /* the first `number` letters and digits */
} comity_mask_coarse;

typedef struct comity_mask_rule {
    uint8_t action;     /* comity_mask_operator */
    uint8_t keep_first; /* of COMITY_MASK_MASK: letters and digits that stay */
    uint8_t keep_last;
    char sign;      /* '*' unless the policy says another */
    uint8_t coarse; /* comity_mask_coarse */
    uint8_t number;
} comity_mask_rule;

/* A policy; immutable, shared by threads, owns itself. */
typedef struct comity_mask_policy comity_mask_policy;

/* Reads a policy against the types it speaks of, which must outlive it. `name` is for
 * messages. `text` may be NULL with size 0: level 75, and all is masked.
 * COMITY_ERROR_SYNTAX and COMITY_ERROR_NAME with "NAME:LINE:COLUMN: …"; COMITY_ERROR_MEMORY. */
COMITY_MUST_USE comity_status comity_mask_policy_read(const comity_types *types, const char *name, const char *text,
                                                      size_t size, comity_mask_policy **ret_policy,
                                                      comity_error *reterr);

/* NULL is allowed. */
void comity_mask_policy_free(comity_mask_policy *policy);

/* The confidence from which on readings count: 1 to 100. */
uint8_t comity_mask_policy_level(const comity_mask_policy *policy);

/* Whether any rule needs a key. */
bool comity_mask_policy_wants_key(const comity_mask_policy *policy);

/* Whether any rule writes digests. */
bool comity_mask_policy_wants_digests(const comity_mask_policy *policy);

/* What is done to a finding: the strongest rule of its readings at or above the level. */
const comity_mask_rule *comity_mask_policy_rule(const comity_mask_policy *policy, const comity_finding *finding);

/* "keep", "generalise", … A constant. */
const char *comity_mask_operator_name(comity_mask_operator which);

#endif
