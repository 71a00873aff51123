/* Comes in: a candidate as it stands in decoded text, in UTF-8. Goes out: the
 * same in one of three writings. What is made plain: letters and digits of full
 * width, decimal digits of other scripts, the spaces and dashes of Unicode. All
 * other characters stay; malformed bytes are taken as they are. */
#include "inspect/types.h"

#include "base/utf8.h"

#include <string.h>

/* Where the ten digits of a script begin. */
static const uint32_t zeros[] = {
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66,
    0x0CE6, 0x0D66, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x17E0, 0x1810, 0xFF10,
};

static bool is_space(uint32_t character)
{
    return character == ' ' || character == '\t' || character == '\n' || character == '\r' || character == 0x00A0 ||
           (character >= 0x2000 && character <= 0x200A) || character == 0x202F || character == 0x205F ||
           character == 0x3000;
}

static bool is_dash(uint32_t character)
{
    return character == '-' || (character >= 0x2010 && character <= 0x2015) || character == 0x2212 ||
           character == 0xFE58 || character == 0xFE63 || character == 0xFF0D || character == 0x00AD;
}

/* The ASCII character that stands for this one, or the character itself. */
static uint32_t plain(uint32_t character)
{
    if (character < 0x80) {
        return character;
    }
    if (is_space(character)) {
        return ' ';
    }
    if (is_dash(character)) {
        return '-';
    }
    if (character >= 0xFF01 && character <= 0xFF5E) {
        return character - 0xFF01 + '!';
    }
    for (size_t i = 0; i < sizeof zeros / sizeof zeros[0]; i++) {
        if (character >= zeros[i] && character < zeros[i] + 10) {
            return character - zeros[i] + '0';
        }
    }
    return character;
}

/* One character and its size; a byte that begins none stands for itself. */
static uint32_t decode(const uint8_t *bytes, size_t size, size_t *ret_size)
{
    static const uint8_t masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    size_t wanted = bytes[0] < 0xC0 ? 1 : bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    if (wanted == 1 || wanted > size || comity_utf8_check(bytes, wanted) != wanted) {
        *ret_size = 1;
        return bytes[0] < 0x80 ? bytes[0] : 0x110000u + bytes[0];
    }
    uint32_t character = bytes[0] & masks[wanted];
    for (size_t i = 1; i < wanted; i++) {
        character = character << 6 | (bytes[i] & 0x3F);
    }
    *ret_size = wanted;
    return character;
}

static uint8_t separator(uint32_t character)
{
    switch (character) {
    case ' ':
    case '\t':
    case '\n':
    case '\r':
        return COMITY_SEPARATOR_SPACE;
    case '-':
        return COMITY_SEPARATOR_HYPHEN;
    case '.':
        return COMITY_SEPARATOR_DOT;
    case '/':
        return COMITY_SEPARATOR_SLASH;
    case ':':
        return COMITY_SEPARATOR_COLON;
    case '(':
    case ')':
        return COMITY_SEPARATOR_BRACKETS;
    case ',':
    case '\'':
    case '_':
    case '\\':
        return COMITY_SEPARATOR_OTHER;
    default:
        return 0;
    }
}

static uint32_t upper(uint32_t character)
{
    return character >= 'a' && character <= 'z' ? character - 'a' + 'A' : character;
}

static size_t trim(const uint8_t **raw, size_t size)
{
    size_t one;
    while (size > 0 && is_space(decode(*raw, size, &one))) {
        *raw += one;
        size -= one;
    }
    return size;
}

/* Writes a plain character, or the bytes of one that has no plain form. */
static size_t write_one(uint32_t character, const uint8_t *raw, size_t raw_size, uint8_t *ret_bytes)
{
    if (character < 0x80) {
        ret_bytes[0] = (uint8_t)character;
        return 1;
    }
    memcpy(ret_bytes, raw, raw_size);
    return raw_size;
}

size_t comity_value_write(const uint8_t *raw, size_t size, comity_writing writing, uint8_t *ret_value,
                          uint8_t *ret_separators)
{
    size_t written = 0;
    size_t end = 0; /* behind the last byte that is no space */
    uint8_t separators = 0;
    uint8_t waiting = 0; /* separators since the last character kept */
    size = trim(&raw, size);
    for (size_t at = 0; at < size;) {
        size_t one;
        uint32_t character = plain(decode(raw + at, size - at, &one));
        uint8_t found = separator(character);
        if (writing == COMITY_WRITING_UPPER && (character == '\n' || character == '\r')) {
            at += one; /* lines of a machine-readable zone are one value */
            continue;
        }
        if (writing == COMITY_WRITING_COMPACT && found != 0) {
            waiting = (uint8_t)(waiting == 0 ? found : waiting | found | COMITY_SEPARATOR_REPEATED);
        } else {
            character = writing == COMITY_WRITING_EXACT ? character : upper(character);
            written += write_one(character, raw + at, one, ret_value + written);
            end = character == ' ' || found == COMITY_SEPARATOR_SPACE ? end : written;
            separators |= waiting;
            waiting = 0;
        }
        at += one;
    }
    *ret_separators =
        (uint8_t)(separators | (waiting == COMITY_SEPARATOR_SPACE ? 0 : waiting & ~COMITY_SEPARATOR_REPEATED));
    return end;
}
