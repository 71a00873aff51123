/* Key files: one secret key as text, for its owner alone.
 *
 *     comity key v1
 *     purpose: paper
 *     public: NAME+ID+KEY
 *     protection: none
 *     secret: base64(seed)
 *
 * or, with a passphrase,
 *
 *     protection: argon2id13 PASSES MEMORY-IN-KIB base64(salt)
 *     secret: base64(nonce ‖ secretbox(seed ‖ SHA-256 of the lines before))
 *
 * docs/formats/note.md tells it byte by byte. The file is made with mode 0600
 * and refused when anyone but its owner may read or write it. */
#ifndef COMITY_NOTE_KEY_FILE_H
#define COMITY_NOTE_KEY_FILE_H

#include "base/buffer.h"
#include "note/key.h"

/* What a passphrase costs who guesses: the passes and memory of Argon2id. */
typedef struct comity_key_protection {
    uint32_t passes;     /* 1 to COMITY_LIMIT_KEY_FILE_PASSES */
    uint32_t memory_kib; /* 8 to COMITY_LIMIT_KEY_FILE_MEMORY_KIB */
} comity_key_protection;

/* What new files use: libsodium's "moderate", about half a second. */
comity_key_protection comity_key_protection_usual(void);

/* Writes the key as text. `passphrase` NULL: unprotected. What is written is
 * secret: wipe the buffer's memory after use. COMITY_ERROR_PASSPHRASE if the
 * passphrase is empty or too long. */
COMITY_MUST_USE comity_status comity_key_file_write(const comity_signer *signer, const char *passphrase,
                                                    size_t passphrase_size, comity_key_protection protection,
                                                    comity_buffer *buffer, comity_error *reterr);

/* Reads a key from such a text. COMITY_ERROR_SYNTAX if it is none, or if the
 * secret is not that of the public key; COMITY_ERROR_PASSPHRASE if it wants a
 * passphrase and none is given, or this one does not open it. */
COMITY_MUST_USE comity_status comity_key_file_read(const char *text, size_t size, const char *passphrase,
                                                   size_t passphrase_size, comity_signer **ret_signer,
                                                   comity_error *reterr);

/* Makes a new key file with mode 0600, synced to disk with its folder.
 * COMITY_ERROR_SYSTEM if there is such a file already: no key is ever overwritten. */
COMITY_MUST_USE comity_status comity_key_file_save(const comity_signer *signer, const char *path,
                                                   const char *passphrase, size_t passphrase_size,
                                                   comity_key_protection protection, comity_error *reterr);

/* The public key in a key file, and whether its secret is protected: what can be
 * told without a passphrase. Fails as comity_key_file_open. */
COMITY_MUST_USE comity_status comity_key_file_public(const char *path, comity_verifier *ret_verifier,
                                                     bool *ret_protected, comity_error *reterr);

/* Opens a key file. COMITY_ERROR_SYSTEM if it cannot be read, is no plain file,
 * or its mode lets anyone but its owner at it; else as comity_key_file_read.
 * Messages begin with the path. */
COMITY_MUST_USE comity_status comity_key_file_open(const char *path, const char *passphrase, size_t passphrase_size,
                                                   comity_signer **ret_signer, comity_error *reterr);

#endif
