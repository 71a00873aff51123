/* The public interface of masked copies: a policy with its key, and a masker that writes
 * where it is told. */
#include "api/handles.h"
#include "inspect/mask.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static_assert((int)COMITY_OPERATOR_KEEP == COMITY_MASK_KEEP && (int)COMITY_OPERATOR_GENERALISE == COMITY_MASK_GENERALISE &&
                  (int)COMITY_OPERATOR_TOKEN == COMITY_MASK_TOKEN && (int)COMITY_OPERATOR_DIGEST == COMITY_MASK_DIGEST &&
                  (int)COMITY_OPERATOR_MASK == COMITY_MASK_MASK && (int)COMITY_OPERATOR_REMOVE == COMITY_MASK_REMOVE &&
                  (int)COMITY_OPERATOR_REFUSE == COMITY_MASK_REFUSE,
              "operators are the same in the interface");

struct comity_masking {
    const comity_rules *rules;
    comity_mask_policy *policy;
    comity_mask_key *key; /* or NULL */
};

struct comity_copy {
    comity_masker *masker;
    comity_copy_function *write;
    void *context;
    bool begun;
};

/* ---- policies ---- */

static comity_status key_take(comity_masking *masking, const char *name, const char *key, size_t key_size,
                              comity_error *reterr)
{
    uint8_t secret[COMITY_MASK_KEY_SIZE];
    if (key == NULL) {
        return comity_mask_policy_wants_key(masking->policy)
                   ? comity_fail(reterr, COMITY_ERROR_ARGUMENT, "%s: digests and tokens want a key", name)
                   : COMITY_OK;
    }
    COMITY_TRY(comity_mask_key_read(key, key_size, secret, reterr));
    comity_status status = comity_mask_key_new(secret, &masking->key, reterr);
    explicit_bzero(secret, sizeof secret);
    return status;
}

comity_status comity_masking_new(const comity_rules *rules, const char *name, const char *policy, size_t policy_size,
                                 const char *key, size_t key_size, comity_masking **ret_masking, comity_error *reterr)
{
    if (rules == NULL || name == NULL || ret_masking == NULL || (policy == NULL && policy_size != 0)) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT,
                           "comity_masking_new: rules, name, policy and ret_masking must not be NULL");
    }
    comity_masking *masking = calloc(1, sizeof *masking);
    if (masking == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    masking->rules = rules;
    comity_status status = comity_mask_policy_read(rules->types, name, policy, policy_size, &masking->policy, reterr);
    status = status == COMITY_OK ? key_take(masking, name, key, key_size, reterr) : status;
    if (status != COMITY_OK) {
        comity_masking_free(masking);
        return status;
    }
    *ret_masking = masking;
    return COMITY_OK;
}

void comity_masking_free(comity_masking *masking)
{
    if (masking != NULL) {
        comity_mask_policy_free(masking->policy);
        comity_mask_key_free(masking->key);
        free(masking);
    }
}

unsigned comity_masking_level(const comity_masking *masking)
{
    return masking == NULL ? 0 : comity_mask_policy_level(masking->policy);
}

comity_operator comity_masking_operator(const comity_masking *masking, const comity_found *found)
{
    comity_finding finding = {.reading_count = 0};
    if (masking == NULL || found == NULL || found->seen_count > COMITY_SEEN_MAX) {
        return COMITY_OPERATOR_REFUSE;
    }
    finding.reading_count = found->seen_count;
    for (size_t i = 0; i < found->seen_count; i++) {
        finding.readings[i].type = found->seen[i].type;
        finding.readings[i].confidence = found->seen[i].confidence;
    }
    return (comity_operator)comity_mask_policy_rule(masking->policy, &finding)->action;
}

/* ---- copies ---- */

/* The caller's function may say why it failed, and need not. */
static comity_status hand_on(void *context, const void *bytes, size_t size, comity_error *reterr)
{
    comity_copy *copy = context;
    comity_error said = {.message = ""};
    comity_status status = copy->write(copy->context, bytes, size, &said);
    if (status == COMITY_OK) {
        return COMITY_OK;
    }
    return said.message[0] != '\0' ? comity_fail(reterr, status, "%.*s", (int)sizeof said.message, said.message)
                               : comity_fail(reterr, status, "the function that takes the copy gave the status %d", (int)status);
}

comity_status comity_copy_new(comity_masking *masking, size_t window_max, comity_copy_function *write, void *context,
                              comity_copy **ret_copy, comity_error *reterr)
{
    if (masking == NULL || write == NULL || ret_copy == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_copy_new: masking, write and ret_copy must not be NULL");
    }
    comity_copy *copy = calloc(1, sizeof *copy);
    if (copy == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    copy->write = write;
    copy->context = context;
    const comity_mask_settings settings = {.rules = masking->rules->scan,
                                           .policy = masking->policy,
                                           .key = masking->key,
                                           .window_max = window_max,
                                           .write = hand_on,
                                           .context = copy};
    comity_status status = comity_masker_new(&settings, &copy->masker, reterr);
    if (status != COMITY_OK) {
        comity_copy_free(copy);
        return status;
    }
    *ret_copy = copy;
    return COMITY_OK;
}

void comity_copy_free(comity_copy *copy)
{
    if (copy != NULL) {
        comity_masker_free(copy->masker);
        free(copy);
    }
}

comity_status comity_copy_begin(comity_copy *copy, const comity_inspect_hints *hints, comity_error *reterr)
{
    comity_form_hints own = {NULL, NULL, NULL, NULL};
    if (copy == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_copy_begin: copy must not be NULL");
    }
    if (hints != NULL) {
        own = (comity_form_hints){hints->content_type, hints->content_encoding, hints->name, hints->locale};
    }
    copy->begun = false;
    COMITY_TRY(comity_masker_start(copy->masker, &own, reterr));
    copy->begun = true;
    return COMITY_OK;
}

static comity_status need_begun(const comity_copy *copy, const char *what, comity_error *reterr)
{
    if (!copy->begun) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "%s: comity_copy_begin comes first", what);
    }
    return COMITY_OK;
}

comity_status comity_copy_feed(comity_copy *copy, const void *bytes, size_t size, comity_error *reterr)
{
    if (copy == NULL || (bytes == NULL && size != 0)) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_copy_feed: copy and bytes must not be NULL");
    }
    COMITY_TRY(need_begun(copy, "comity_copy_feed", reterr));
    return comity_masker_feed(copy->masker, bytes, size, reterr);
}

comity_status comity_copy_finish(comity_copy *copy, comity_error *reterr)
{
    if (copy == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_copy_finish: copy must not be NULL");
    }
    COMITY_TRY(need_begun(copy, "comity_copy_finish", reterr));
    copy->begun = false;
    return comity_masker_finish(copy->masker, reterr);
}
