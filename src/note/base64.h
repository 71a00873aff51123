/* Standard base64 (RFC 4648, section 4), strict: padding is there, the bits
 * beyond the last byte are zero, nothing else stands between. So there is one
 * text for the same bytes. By libsodium, whose time does not tell what is read. */
#ifndef COMITY_NOTE_BASE64_H
#define COMITY_NOTE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Characters for `size` bytes, without a NUL. */
#define COMITY_BASE64_TEXT_SIZE(size) (((size) + 2) / 3 * 4)

/* Reads `text_size` characters as at most `size_max` bytes; false if they are
 * no base64 or too many. `ret_bytes` may have been written to then. */
bool comity_base64_read(const char *text, size_t text_size, uint8_t *ret_bytes, size_t size_max, size_t *ret_size);

/* Writes COMITY_BASE64_TEXT_SIZE(size) characters and a NUL. */
void comity_base64_write(const uint8_t *bytes, size_t size, char *ret_text);

#endif
