/* The key of digests and tokens. */
#ifndef COMITY_INSPECT_MASK_KEY_H
#define COMITY_INSPECT_MASK_KEY_H

#include "base/error.h"

#define COMITY_MASK_KEY_SIZE 32
/* What sealing adds: the synthetic initialisation vector, which also authenticates. */
#define COMITY_MASK_SEAL_SIZE 16
/* A key as text: "comity-mask-key-1 ", 64 hexadecimal digits, a newline. */
#define COMITY_MASK_KEY_TEXT_SIZE 83

/* Keys derived from one secret; owns its memory, which is cleared when it is freed.
 * Threads may share it. */
typedef struct comity_mask_key comity_mask_key;

/* COMITY_ERROR_MEMORY. */
COMITY_MUST_USE comity_status comity_mask_key_new(const uint8_t secret[COMITY_MASK_KEY_SIZE], comity_mask_key **ret_key,
                                                  comity_error *reterr);

/* NULL is allowed. */
void comity_mask_key_free(comity_mask_key *key);

/* Reads and writes the text of a key. COMITY_ERROR_SYNTAX; the message quotes nothing of it. */
COMITY_MUST_USE comity_status comity_mask_key_read(const char *text, size_t size,
                                                   uint8_t ret_secret[COMITY_MASK_KEY_SIZE], comity_error *reterr);
void comity_mask_key_print(const uint8_t secret[COMITY_MASK_KEY_SIZE], char ret_text[COMITY_MASK_KEY_TEXT_SIZE + 1]);

/* The key of a scanner's digests. */
void comity_mask_key_scan(const comity_mask_key *key, uint8_t ret_key[16]);

/* Seals `size` bytes by AES-256-SIV (RFC 5297): the same bytes give the same
 * `size` + COMITY_MASK_SEAL_SIZE bytes. COMITY_ERROR_MEMORY if libcrypto fails. */
COMITY_MUST_USE comity_status comity_mask_key_seal(comity_mask_key *key, const uint8_t *bytes, size_t size,
                                                   uint8_t *ret_sealed, comity_error *reterr);

/* Opens what was sealed; `size` counts the seal. False if it was sealed with another key, or changed. */
bool comity_mask_key_open(comity_mask_key *key, const uint8_t *sealed, size_t size, uint8_t *ret_bytes);

#endif
