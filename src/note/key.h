/* Keys: the public one that verifies, and the secret one that signs.
 *
 * Ed25519 (RFC 8032). A key has a name, which is public, and one purpose. Its id
 * is the first 4 bytes of SHA-256(name ‖ 0A ‖ type ‖ public key): it chooses a
 * key and proves nothing. As text, a public key is a C2SP verifier key,
 * `name+id as 8 hexadecimal digits+base64(type ‖ public key)`; it does not tell
 * a log's key from a paper's, so whoever reads one says what it is for. */
#ifndef COMITY_NOTE_KEY_H
#define COMITY_NOTE_KEY_H

#include "base/error.h"
#include "base/limits.h"
#include "note/base64.h"

#define COMITY_KEY_ID_SIZE 4
#define COMITY_PUBLIC_KEY_SIZE 32
#define COMITY_SEED_SIZE 32
#define COMITY_SIGNATURE_SIZE 64

/* Bytes of a printed verifier key, with the NUL. */
#define COMITY_VERIFIER_TEXT_SIZE \
    (COMITY_LIMIT_KEY_NAME_BYTES + 1 + 8 + 1 + COMITY_BASE64_TEXT_SIZE(1 + COMITY_PUBLIC_KEY_SIZE) + 1)

/* A public key. A plain value that owns nothing. */
typedef struct comity_verifier {
    comity_purpose purpose;
    uint8_t id[COMITY_KEY_ID_SIZE];
    uint8_t public_key[COMITY_PUBLIC_KEY_SIZE];
    uint16_t name_size;
    char name[COMITY_LIMIT_KEY_NAME_BYTES + 1]; /* NUL-terminated */
} comity_verifier;

/* A name of a key: UTF-8, not empty, at most COMITY_LIMIT_KEY_NAME_BYTES, no
 * space of any kind, no '+', no control character, and not `cosignature/v1`. */
COMITY_MUST_USE comity_status comity_key_name_check(const char *name, size_t size, comity_error *reterr);

/* The same of a key that is made here, or believed: its name holds nothing either that
 * cannot be seen (comity_utf8_unseen). Names on signature lines of others may. */
COMITY_MUST_USE comity_status comity_key_own_name_check(const char *name, size_t size, comity_error *reterr);

/* COMITY_ERROR_SYNTAX from the name or if the bytes are no point of the curve that a key may be. */
COMITY_MUST_USE comity_status comity_verifier_make(const char *name, size_t name_size, comity_purpose purpose,
                                                   const uint8_t public_key[COMITY_PUBLIC_KEY_SIZE],
                                                   comity_verifier *ret_verifier, comity_error *reterr);

/* Reads a verifier key. COMITY_ERROR_SYNTAX if it is none, if its id is not that
 * of its key, or if its type is not that of the purpose (04 for a witness, else 01). */
COMITY_MUST_USE comity_status comity_verifier_read(const char *text, size_t size, comity_purpose purpose,
                                                   comity_verifier *ret_verifier, comity_error *reterr);

/* Writes the verifier key and a NUL. */
void comity_verifier_print(const comity_verifier *verifier, char ret_text[COMITY_VERIFIER_TEXT_SIZE]);

/* Are they one key, whatever their names? */
bool comity_verifier_same_key(const comity_verifier *a, const comity_verifier *b);

/* Is it this key's signature of the message? Plain Ed25519; of a note, use note.h. */
bool comity_verifier_check(const comity_verifier *verifier, const uint8_t *message, size_t size,
                           const uint8_t signature[COMITY_SIGNATURE_SIZE]);

/* A secret key with its public one. Owns locked memory that is kept out of swap
 * and core dumps and is wiped when freed. Immutable: threads may share it. After
 * fork(2) the child has it too. */
typedef struct comity_signer comity_signer;

/* A new key from the system's randomness. */
COMITY_MUST_USE comity_status comity_signer_new(const char *name, size_t name_size, comity_purpose purpose,
                                                comity_signer **ret_signer, comity_error *reterr);

/* The key of a seed, which the caller wipes. */
COMITY_MUST_USE comity_status comity_signer_from_seed(const char *name, size_t name_size, comity_purpose purpose,
                                                      const uint8_t seed[COMITY_SEED_SIZE], comity_signer **ret_signer,
                                                      comity_error *reterr);

/* Wipes and frees. NULL is allowed. */
void comity_signer_free(comity_signer *signer);

/* Its public key; lives as long as the signer. */
const comity_verifier *comity_signer_verifier(const comity_signer *signer);

/* The seed, for keeping; lives as long as the signer. */
const uint8_t *comity_signer_seed(const comity_signer *signer);

/* Signs a message. Only note.h calls it, after looking at what the text is. */
void comity_signer_sign(const comity_signer *signer, const uint8_t *message, size_t size,
                        uint8_t ret_signature[COMITY_SIGNATURE_SIZE]);

#endif
