/* Base64 (RFC 4648), the usual alphabet and that for URLs. Private to this folder. */
#ifndef COMITY_INSPECT_FORMS_BASE64_H
#define COMITY_INSPECT_FORMS_BASE64_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t comity_base64_digits[256];

/* The value of a digit; 64 if the byte is none. */
static inline uint8_t comity_base64_digit(uint8_t byte)
{
    return comity_base64_digits[byte];
}

/* Decodes `size` digits, all of which are such; what is left at the end of less
 * than a byte is dropped. Returns the number of bytes, size * 3 / 4. */
size_t comity_base64_decode(const uint8_t *digits, size_t size, uint8_t *ret_bytes);

#endif
