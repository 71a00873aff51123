/* Checks of codes that are not decimal: tokens, wallets, addresses of the net.
 * Pure functions; any thread may call them. */
#ifndef COMITY_INSPECT_CHECK_CODES_H
#define COMITY_INSPECT_CHECK_CODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Shannon's entropy of the bytes, in hundredths of a bit a byte: 0 to 800. */
uint32_t comity_check_entropy(const uint8_t *bytes, size_t size);

/* CRC-32 of ISO-HDLC (polynomial 0x04C11DB7, reflected), as in zip and PNG. */
uint32_t comity_check_crc32(const uint8_t *bytes, size_t size);

/* Base58 with the first four bytes of a double SHA-256 at its end, as in
 * Bitcoin; `alphabet` are 58 characters. At most 128 characters. */
bool comity_check_base58(const uint8_t *bytes, size_t size, const uint8_t *alphabet);

/* Bech32 or Bech32m (BIP 173, BIP 350): what stands before the last `1` counts
 * in, letters of one case. At most 128 characters. */
bool comity_check_bech32(const uint8_t *bytes, size_t size);

/* Forty hexadecimal digits in the case that their Keccak-256 asks for (EIP-55). */
bool comity_check_eip55(const uint8_t *bytes, size_t size);

/* An address of IP version 6 as RFC 4291 section 2.2 writes it. */
bool comity_check_ipv6(const uint8_t *bytes, size_t size);

/* A name of a host: labels of 1 to 63 letters, digits and hyphens, at least two;
 * the last at least two letters (RFC 1123 section 2.1, RFC 5890 for what is not ASCII). */
bool comity_check_host(const uint8_t *bytes, size_t size);

#endif
