/* Character sets: their names, what their bytes stand for, and which of them
 * bytes without a name are likely to be in. Immutable tables and pure functions. */
#ifndef COMITY_INSPECT_FORMS_CHARSET_H
#define COMITY_INSPECT_FORMS_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum comity_charset_kind {
    COMITY_CHARSET_PLAIN = 0, /* UTF-8 and ASCII: nothing to be done */
    COMITY_CHARSET_UTF16LE,
    COMITY_CHARSET_UTF16BE,
    COMITY_CHARSET_UTF32LE,
    COMITY_CHARSET_UTF32BE,
    COMITY_CHARSET_SHIFTED, /* ASCII, and pairs of ASCII between escape sequences; read by comity_charset_shift */
    COMITY_CHARSET_SINGLE, /* a byte a character */
    COMITY_CHARSET_DOUBLE, /* ASCII, single bytes, and pairs */
    COMITY_CHARSET_GB18030 /* and fours */
} comity_charset_kind;

typedef struct comity_charset {
    const char *name;
    uint8_t kind;
    const uint16_t *table;  /* of bytes from 0x80; of pairs: lead from 0x81 times 191, trail from 0x40 */
    const uint16_t *single; /* of bytes from 0x80 that stand alone in a set of pairs */
} comity_charset;

typedef struct comity_charset_range {
    uint32_t place; /* of the first four bytes, counted in their order */
    uint32_t code;
} comity_charset_range;

extern const comity_charset comity_charset_table[];
extern const size_t comity_charset_table_count;
extern const comity_charset_range comity_charset_gb18030_ranges[];
extern const size_t comity_charset_gb18030_range_count;

extern const comity_charset comity_charset_ascii, comity_charset_utf8, comity_charset_utf16le, comity_charset_utf16be,
    comity_charset_utf32le, comity_charset_utf32be, comity_charset_iso2022jp;

/* The set of that name or a usual other name ("latin1", "GBK", "cp932"), case and
 * punctuation aside; NULL if none is known. */
const comity_charset *comity_charset_named(const char *name, size_t size);

/* What a set is called in which letters and digits are not, or not all, written as in ASCII, and which is not
 * read; NULL if the name is of none of those that are known. A constant. */
const char *comity_charset_foreign(const char *name, size_t size);

/* Reads the character that begins at `bytes`: its size in bytes, 1 to 4, and its
 * code point, 0xFFFD for what is malformed. 0 if it is cut off at `size`. Not for PLAIN and SHIFTED. */
size_t comity_charset_read(const comity_charset *set, const uint8_t *bytes, size_t size, uint32_t *ret_code);

/* Where the reading of ISO-2022-JP stands. All zeros: at the beginning. */
typedef struct comity_charset_shifts {
    uint8_t now;     /* what bytes are: 0 ASCII, 1 pairs, 2 kana of half width, 3 pairs that are not known */
    uint8_t held[3]; /* of a pair or an escape sequence */
    uint8_t size;    /* of that */
} comity_charset_shifts;

/* Takes a byte: true if a character ends with it. `ret_broke`: what was held is malformed, and not part of it. */
bool comity_charset_shift(comity_charset_shifts *shifts, uint8_t byte, uint32_t *ret_code, bool *ret_broke);

/* The set that a sample is in, by its byte order mark, by its zeros, as UTF-8, or
 * as what is least unlikely; `told` (may be NULL) is tried first and `locale`
 * ("zh-CN", or "") decides between equals. `whole`: nothing follows the sample.
 * Always gives one; ascii if all is. */
const comity_charset *comity_charset_guess(const uint8_t *bytes, size_t size, bool whole, const comity_charset *told,
                                           const char *locale);

/* The byte order mark at the beginning: its size, 0 if there is none, and its set. */
size_t comity_charset_mark(const uint8_t *bytes, size_t size, const comity_charset **ret_set);

#endif
