/* SipHash-2-4 with 128 bits (Aumasson and Bernstein, 2012): a keyed digest of short
 * values. Who has no key can neither find a value by its digest nor make two
 * values meet. Chosen over HMAC-SHA-256 because values are of ten to twenty bytes:
 * it takes a tenth of the time, and nothing here is signed with it. Pure; any
 * thread may call it. */
#ifndef COMITY_BASE_SIPHASH_H
#define COMITY_BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/* Digests as they are published: the 16 bytes of a key, read little-endian, are `key`. */
void comity_siphash(const uint64_t key[2], const void *bytes, size_t size, uint8_t ret_digest[16]);

#endif
