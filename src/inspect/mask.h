/* Masked copies: an input in, the same input out with what was found in it replaced
 * as a policy says. JSON stays JSON, CSV stays CSV; nothing goes out that a later
 * byte could make part of a finding.
 *
 *     comity_masker_new(&settings, &masker, reterr);
 *     comity_masker_start(masker, &hints, reterr);
 *     comity_masker_feed(masker, bytes, size, reterr);    any split
 *     comity_masker_finish(masker, reterr);
 *
 * What is found where nothing can be replaced (in compressed data, under a
 * checksum) ends the work in an error before any of it has gone out: such a
 * member is held as a whole. */
#ifndef COMITY_INSPECT_MASK_H
#define COMITY_INSPECT_MASK_H

#include "inspect/form.h"
#include "inspect/mask_edit.h"
#include "inspect/mask_key.h"
#include "inspect/mask_policy.h"
#include "inspect/scan.h"

typedef struct comity_mask_settings {
    const comity_scan_rules *rules;
    const comity_mask_policy *policy;
    comity_mask_key *key;      /* NULL only if the policy wants none */
    const char *const *states; /* declared for the route, or NULL */
    size_t state_count;
    size_t window_max; /* bytes held at most; 0: COMITY_LIMIT_MASK_WINDOW_BYTES */
    comity_mask_write write;
    void *context;
} comity_mask_settings;

typedef struct comity_mask_counts {
    uint64_t findings;
    uint64_t kept;
    uint64_t replaced; /* places: findings that touch are one */
} comity_mask_counts;

/* Masks one input at a time; belongs to one thread at a time. What the settings point to must outlive it. */
typedef struct comity_masker comity_masker;

COMITY_MUST_USE comity_status comity_masker_new(const comity_mask_settings *settings, comity_masker **ret_masker,
                                                comity_error *reterr);

/* NULL is allowed. */
void comity_masker_free(comity_masker *masker);

/* Begins an input; what was fed of another and not finished is forgotten. */
COMITY_MUST_USE comity_status comity_masker_start(comity_masker *masker, const comity_form_hints *hints,
                                                  comity_error *reterr);

/* Takes the next `size` bytes. COMITY_ERROR_RANGE if the policy refuses what was
 * found, or it stands where it cannot be replaced; the message names the type and the
 * place, not the value. Else as comity_form_feed. After an error nothing goes out any more. */
COMITY_MUST_USE comity_status comity_masker_feed(comity_masker *masker, const void *bytes, size_t size,
                                                 comity_error *reterr);
COMITY_MUST_USE comity_status comity_masker_finish(comity_masker *masker, comity_error *reterr);

/* Of the input at hand. */
comity_mask_counts comity_masker_counts(const comity_masker *masker);

/* Turns the tokens in an input back into what they stand for. Used like a masker. */
typedef struct comity_unmasker comity_unmasker;

COMITY_MUST_USE comity_status comity_unmasker_new(comity_mask_key *key, comity_mask_write write, void *context,
                                                  comity_unmasker **ret_unmasker, comity_error *reterr);

/* NULL is allowed. */
void comity_unmasker_free(comity_unmasker *unmasker);
COMITY_MUST_USE comity_status comity_unmasker_start(comity_unmasker *unmasker, const comity_form_hints *hints,
                                                    comity_error *reterr);
COMITY_MUST_USE comity_status comity_unmasker_feed(comity_unmasker *unmasker, const void *bytes, size_t size,
                                                   comity_error *reterr);
COMITY_MUST_USE comity_status comity_unmasker_finish(comity_unmasker *unmasker, comity_error *reterr);

/* Tokens turned back, and those left as they are because they were made with another key or changed. */
void comity_unmasker_counts(const comity_unmasker *unmasker, uint64_t *ret_turned, uint64_t *ret_left);

#endif
