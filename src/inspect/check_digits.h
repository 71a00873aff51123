/* Check digits of the published schemes, over bytes that stand in a value.
 *
 * A character's number is 0 to 9 for digits, 10 to 35 for letters of either
 * case, 0 for anything else. Pure functions; any thread may call them. */
#ifndef COMITY_INSPECT_CHECK_DIGITS_H
#define COMITY_INSPECT_CHECK_DIGITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The number of each byte. */
extern const uint8_t comity_check_numbers[256];

/* Luhn's sum, the last character being the check digit: ISO/IEC 7812-1 annex B.
 * `alphabet` gives the characters in order of their numbers; NULL for digits. */
bool comity_check_luhn(const uint8_t *bytes, size_t size, const uint8_t *alphabet, size_t alphabet_size);

/* The same over the digits of the characters' numbers, as in ISO 6166. */
bool comity_check_luhn_expanded(const uint8_t *bytes, size_t size);

/* J. Verhoeff, Error Detecting Decimal Codes (1969). Digits only. */
bool comity_check_verhoeff(const uint8_t *bytes, size_t size);

/* H. M. Damm, Total anti-symmetrische Quasigruppen (2004). Digits only. */
bool comity_check_damm(const uint8_t *bytes, size_t size);

/* ISO/IEC 7064, pure systems: the check character is last; X is 10 (modulus 11), * is 36 (modulus 37). */
bool comity_check_pure(const uint8_t *bytes, size_t size, unsigned modulus, unsigned radix);

/* ISO/IEC 7064, hybrid systems MOD 11,10 (`modulus` 10) and MOD 37,36 (`modulus` 36). */
bool comity_check_hybrid(const uint8_t *bytes, size_t size, unsigned modulus);

/* What is left when the decimal number that the characters' numbers spell, one
 * after the other, is divided by `modulus` (1 to 2^31). */
uint32_t comity_check_remainder(const uint8_t *bytes, size_t size, uint32_t modulus, uint32_t before);

#endif
