/* A few types for the tests of masking, and a masker over them. */
#ifndef COMITY_TESTS_MASK_TYPES_H
#define COMITY_TESTS_MASK_TYPES_H

#include "inspect/mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char mask_types_text[] = "type t.email \"E-mail address\"\n"
                                      "  category email\n"
                                      "  person\n"
                                      "  find     email\n"
                                      "  shape    [a-z.0-9]{1,64} \"@\" [a-z.0-9]{4,255}\n"
                                      "  confidence 85 95\n"
                                      "  odds     5\n"
                                      "  source   \"a test\"\n"
                                      "type t.card \"Card number\"\n"
                                      "  category payment-card\n"
                                      "  shape    9{16}\n"
                                      "  check    luhn()\n"
                                      "  words    en \"card\"\n"
                                      "  fields   \"card\"\n"
                                      "  confidence 80 90\n"
                                      "  odds     5\n"
                                      "  source   \"a test\"\n"
                                      "type t.ip \"IP address\"\n"
                                      "  category ip-address\n"
                                      "  find     token\n"
                                      "  shape    9{1,3} \".\" 9{1,3} \".\" 9{1,3} \".\" 9{1,3}\n"
                                      "  words    en \"ip\"\n"
                                      "  fields   \"ip\"\n"
                                      "  confidence 80 90\n"
                                      "  odds     5\n"
                                      "  source   \"a test\"\n"
                                      "type t.born \"Birth date\"\n"
                                      "  category identifier\n"
                                      "  find     label\n"
                                      "  shape    9{4} \"-\" 9{2} \"-\" 9{2}\n"
                                      "  words    en \"born\"\n"
                                      "  fields   \"born\"\n"
                                      "  confidence 80 90\n"
                                      "  odds     5\n"
                                      "  source   \"a test\"\n"
                                      "type t.name \"Name\"\n"
                                      "  category name\n"
                                      "  find     label\n"
                                      "  shape    [a-z~-]{5,60}\n"
                                      "  words    en \"name\"\n"
                                      "  fields   \"name\"\n"
                                      "  confidence 80 90\n"
                                      "  odds     5\n"
                                      "  source   \"a test\"\n";

/* Output of a masker, kept. */
typedef struct mask_text {
    char *bytes;
    size_t size;
    size_t room;
} mask_text;

static inline comity_status mask_text_write(void *context, const void *bytes, size_t size, comity_error *reterr)
{
    mask_text *text = context;
    (void)reterr;
    if (text->room - text->size < size + 1) {
        text->room = (text->room + size) * 2 + 64;
        text->bytes = realloc(text->bytes, text->room);
    }
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
    text->bytes[text->size] = '\0';
    return COMITY_OK;
}

/* What all tests need; made once. */
typedef struct mask_kit {
    comity_types *types;
    comity_scan_rules *rules;
    comity_mask_key *key;
    comity_mask_key *other_key;
} mask_kit;

static inline bool mask_kit_make(mask_kit *ret_kit)
{
    comity_error error;
    const comity_types_text text = {.path = "test.types", .text = mask_types_text, .size = sizeof mask_types_text - 1};
    uint8_t secret[COMITY_MASK_KEY_SIZE] = {1, 2, 3};
    memset(ret_kit, 0, sizeof *ret_kit);
    bool done = comity_types_load(&text, 1, &ret_kit->types, &error) == COMITY_OK &&
                comity_scan_rules_new(ret_kit->types, &ret_kit->rules, &error) == COMITY_OK &&
                comity_mask_key_new(secret, &ret_kit->key, &error) == COMITY_OK;
    secret[0] = 9;
    done = done && comity_mask_key_new(secret, &ret_kit->other_key, &error) == COMITY_OK;
    if (!done) {
        fprintf(stderr, "%s\n", error.message);
    }
    return done;
}

static inline void mask_kit_free(mask_kit *kit)
{
    comity_mask_key_free(kit->key);
    comity_mask_key_free(kit->other_key);
    comity_scan_rules_free(kit->rules);
    comity_types_close(kit->types);
}

/* Masks `size` bytes in chunks of `chunk`. The caller frees the output's bytes. */
static inline comity_status mask_bytes(const mask_kit *kit, const char *policy_text, const comity_form_hints *hints,
                                       const void *bytes, size_t size, size_t chunk, mask_text *ret_text,
                                       comity_error *reterr)
{
    comity_mask_policy *policy = NULL;
    comity_masker *masker = NULL;
    memset(ret_text, 0, sizeof *ret_text);
    comity_status status =
        comity_mask_policy_read(kit->types, "policy", policy_text, strlen(policy_text), &policy, reterr);
    if (status != COMITY_OK) {
        return status;
    }
    comity_mask_settings settings = {
        .rules = kit->rules, .policy = policy, .key = kit->key, .write = mask_text_write, .context = ret_text};
    status = comity_masker_new(&settings, &masker, reterr);
    status = status == COMITY_OK ? comity_masker_start(masker, hints, reterr) : status;
    for (size_t at = 0; status == COMITY_OK && at < size;) {
        size_t n = size - at < chunk ? size - at : chunk;
        uint8_t *copy = malloc(n);
        memcpy(copy, (const uint8_t *)bytes + at, n);
        status = comity_masker_feed(masker, copy, n, reterr);
        free(copy);
        at += n;
    }
    status = status == COMITY_OK ? comity_masker_finish(masker, reterr) : status;
    comity_masker_free(masker);
    comity_mask_policy_free(policy);
    return status;
}

/* Turns tokens back, likewise. */
static inline comity_status unmask_bytes(comity_mask_key *key, const comity_form_hints *hints, const void *bytes,
                                         size_t size, size_t chunk, mask_text *ret_text, uint64_t *ret_left,
                                         comity_error *reterr)
{
    comity_unmasker *unmasker = NULL;
    uint64_t turned = 0;
    memset(ret_text, 0, sizeof *ret_text);
    comity_status status = comity_unmasker_new(key, mask_text_write, ret_text, &unmasker, reterr);
    status = status == COMITY_OK ? comity_unmasker_start(unmasker, hints, reterr) : status;
    for (size_t at = 0; status == COMITY_OK && at < size;) {
        size_t n = size - at < chunk ? size - at : chunk;
        uint8_t *copy = malloc(n);
        memcpy(copy, (const uint8_t *)bytes + at, n);
        status = comity_unmasker_feed(unmasker, copy, n, reterr);
        free(copy);
        at += n;
    }
    status = status == COMITY_OK ? comity_unmasker_finish(unmasker, reterr) : status;
    if (status == COMITY_OK) {
        comity_unmasker_counts(unmasker, &turned, ret_left);
    }
    comity_unmasker_free(unmasker);
    return status;
}

#endif
