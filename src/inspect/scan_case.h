/* Letters beyond ASCII in capitals and in lower case, for words that are looked
 * for: Latin, Greek, Cyrillic, Armenian, Georgian. Simple mappings only. Pure. */
#ifndef COMITY_INSPECT_SCAN_CASE_H
#define COMITY_INSPECT_SCAN_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for a text written anew, whose first writing has half as many bytes at most. */
#define COMITY_SCAN_CASE_BYTES 512

/* In lower case; in capitals; each word with a capital initial; the first word only. */
typedef enum comity_case { COMITY_CASE_LOWER, COMITY_CASE_UPPER, COMITY_CASE_TITLE, COMITY_CASE_FIRST } comity_case;
#define COMITY_CASE_COUNT 4

/* Writes `size` bytes of UTF-8 in the case; returns how many were written. Malformed bytes stay. */
size_t comity_case_write(const void *text, size_t size, comity_case wanted, uint8_t *ret_text);

/* True if some character is of a script that puts no spaces between words, or writes endings to them
 * (Han, Kana, Hangul, Thai, Lao, Khmer, Burmese, Tibetan). */
bool comity_script_without_spaces(const uint8_t *text, size_t size);

/* True if all bytes are of ASCII: then who compares without regard to case needs no other case of it. */
bool comity_case_is_ascii(const void *text, size_t size);

#endif
