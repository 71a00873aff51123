/* SHA-256 (FIPS 180-4), by libcrypto.
 *
 * A running digest is a plain value that owns nothing: copy it to branch off a
 * common beginning, drop it at any time. It belongs to one thread at a time. */
#ifndef COMITY_BASE_SHA256_H
#define COMITY_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define COMITY_SHA256_SIZE 32
/* Bytes of a digest printed in lower-case hexadecimal, with the NUL. */
#define COMITY_SHA256_TEXT_SIZE 65

/* A digest in the making. The words are libcrypto's SHA256_CTX, kept out of this header. */
typedef struct comity_sha256_state {
    _Alignas(8) unsigned char words[112];
} comity_sha256_state;

void comity_sha256_begin(comity_sha256_state *ret_state);

/* Takes in `size` more bytes; `bytes` may be NULL when `size` is 0. */
void comity_sha256_add(comity_sha256_state *state, const void *bytes, size_t size);

/* Writes the digest. The state is spent: begin again before adding. */
void comity_sha256_end(comity_sha256_state *state, uint8_t ret_digest[COMITY_SHA256_SIZE]);

/* The digest of `size` bytes at once. */
void comity_sha256(const void *bytes, size_t size, uint8_t ret_digest[COMITY_SHA256_SIZE]);

/* The digests of `count` short inputs: of `prefix` and `size` bytes behind it each, which
 * lie one behind the other at `bytes`. Together at most COMITY_SHA256_EACH_MAX bytes
 * each. `ret_digests` may overlap `bytes` where it does not begin behind it. Takes half
 * the time of one by one, or less, where the machine has instructions for it. */
#define COMITY_SHA256_EACH_MAX ((size_t)119)
void comity_sha256_each(const uint8_t *prefix, size_t prefix_size, const uint8_t *bytes, size_t size, size_t count,
                        uint8_t *ret_digests);

/* An input: a block of 64 bytes, and `size` bytes behind it; `bytes` may be NULL when `size` is 0. */
typedef struct comity_sha256_input {
    const uint8_t *block;
    const void *bytes;
    size_t size;
} comity_sha256_input;

/* The digests of `count` inputs. Where the machine has instructions for it, and inputs are of much
 * the same size, two take less time than one after the other, and sixteen half the time. */
void comity_sha256_many(const comity_sha256_input *inputs, size_t count, uint8_t (*ret_digests)[COMITY_SHA256_SIZE]);

/* Writes 64 lower-case hexadecimal digits and a NUL. */
void comity_sha256_print(const uint8_t digest[COMITY_SHA256_SIZE], char ret_text[COMITY_SHA256_TEXT_SIZE]);

#endif
