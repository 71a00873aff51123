/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
 * Pure functions; any thread may call them. */
#ifndef COMITY_BASE_UTF8_H
#define COMITY_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The offset at which the first malformed or cut-off character begins, or
 * `size` if all of it is UTF-8. */
size_t comity_utf8_check(const void *bytes, size_t size);

/* How many of `size` bytes remain when a character cut off at the end is left
 * away. Looks at the last three bytes only; says nothing of the rest. */
size_t comity_utf8_whole(const void *bytes, size_t size);

/* How many characters begin in `size` bytes of UTF-8; malformed bytes below 0x80
 * or from 0xC0 count as one each. */
size_t comity_utf8_count(const void *bytes, size_t size);

/* The first character of checked UTF-8 that cannot be seen, or turns what stands beside it
 * around, so that the text may read as another; 0 if there is none. */
uint32_t comity_utf8_unseen(const void *bytes, size_t size);

/* Writes the UTF-8 form of `code_point`, which is no surrogate and at most
 * 0x10FFFF; returns its size, 1 to 4 bytes. */
size_t comity_utf8_encode(uint32_t code_point, char ret_bytes[4]);

/* Checking byte by byte, where text comes in pieces: begin with
 * COMITY_UTF8_START, step with each byte. COMITY_UTF8_START comes back after
 * each whole character, COMITY_UTF8_BAD at the first byte that cannot belong. */
#define COMITY_UTF8_START 0
#define COMITY_UTF8_BAD 1

uint8_t comity_utf8_step(uint8_t state, uint8_t byte);

#endif
