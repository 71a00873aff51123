/* See scan_case.h. */
#include "inspect/scan_case.h"

#include "base/utf8.h"

#include <string.h>

/* Alphabets whose capitals and small letters lie side by side in two blocks. */
static const struct {
    uint32_t first, last; /* capitals */
    uint32_t distance;    /* to the small letters */
} blocks[] = {
    {0x00C0, 0x00D6, 32}, {0x00D8, 0x00DE, 32}, {0x0391, 0x03A1, 32},
    {0x03A3, 0x03AB, 32},    {0x0410, 0x042F, 32}, {0x0400, 0x040F, 80}, {0x0531, 0x0556, 48},
    {0x10A0, 0x10C5, 7264},
};

/* Alphabets in which a capital and its small letter follow each other; the capital is even, or odd. */
static const struct {
    uint32_t first, last;
    uint32_t odd;
} pairs[] = {
    {0x0100, 0x012F, 0}, {0x0132, 0x0137, 0}, {0x0139, 0x0148, 1}, {0x014A, 0x0177, 0},
    {0x0179, 0x017E, 1}, {0x01A0, 0x01A5, 0}, {0x01AF, 0x01B0, 1}, {0x0460, 0x0481, 0},
    {0x048A, 0x04BF, 0}, {0x04D0, 0x052F, 0}, {0x1E00, 0x1E95, 0}, {0x1EA0, 0x1EFF, 0},
};

static uint32_t change(uint32_t letter, bool capital)
{
    if (letter < 0x80) {
        bool is_small = letter >= 'a' && letter <= 'z';
        bool is_capital = letter >= 'A' && letter <= 'Z';
        return (capital && is_small) || (!capital && is_capital) ? letter ^ 0x20 : letter;
    }
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        uint32_t from = blocks[i].first + (capital ? blocks[i].distance : 0);
        uint32_t to = blocks[i].last + (capital ? blocks[i].distance : 0);
        if (letter >= from && letter <= to) {
            return capital ? letter - blocks[i].distance : letter + blocks[i].distance;
        }
    }
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (letter >= pairs[i].first && letter <= pairs[i].last) {
            bool is_capital = (letter & 1) == pairs[i].odd;
            return is_capital == capital ? letter : capital ? letter - 1 : letter + 1;
        }
    }
    return letter;
}

/* The character at `text` and its size; a malformed byte gives 0 and 1. */
static uint32_t decode(const uint8_t *text, size_t size, size_t *ret_size)
{
    static const uint8_t masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    if (text[0] < 0x80) {
        *ret_size = 1;
        return text[0];
    }
    size_t wanted = text[0] < 0xC0 ? 0 : text[0] < 0xE0 ? 2 : text[0] < 0xF0 ? 3 : 4;
    if (wanted == 0 || wanted > size || comity_utf8_check(text, wanted) != wanted) {
        *ret_size = 1;
        return 0;
    }
    uint32_t character = text[0] & masks[wanted];
    for (size_t i = 1; i < wanted; i++) {
        character = character << 6 | (text[i] & 0x3Fu);
    }
    *ret_size = wanted;
    return character;
}

bool comity_case_is_ascii(const void *text, size_t size)
{
    const uint8_t *bytes = text;
    uint8_t all = 0;
    for (size_t i = 0; i < size; i++) {
        all |= bytes[i];
    }
    return all < 0x80;
}

size_t comity_case_write(const void *text, size_t size, comity_case wanted, uint8_t *ret_text)
{
    const uint8_t *const first = text;
    const uint8_t *at = first;
    const uint8_t *end = at + size;
    size_t written = 0;
    bool begins = true;
    while (at < end) {
        size_t one;
        char bytes[4];
        uint32_t character = decode(at, (size_t)(end - at), &one);
        bool capital = wanted == COMITY_CASE_UPPER || (wanted == COMITY_CASE_TITLE && begins) ||
                       (wanted == COMITY_CASE_FIRST && at == first);
        if (character == 0) {
            ret_text[written++] = *at;
        } else {
            size_t count = comity_utf8_encode(change(character, capital), bytes);
            memcpy(ret_text + written, bytes, count);
            written += count;
        }
        begins = character == ' ' || character == '-';
        at += one;
    }
    return written;
}

bool comity_script_without_spaces(const uint8_t *text, size_t size)
{
    size_t one;
    for (size_t i = 0; i < size; i += one) {
        uint32_t character = decode(text + i, size - i, &one);
        bool south = character >= 0x0E00 && character <= 0x109F;
        bool khmer = character >= 0x1780 && character <= 0x17FF;
        bool east = (character >= 0x2E80 && character <= 0xD7FF) || (character >= 0xF900 && character <= 0xFAFF) ||
                    character >= 0x20000;
        if (south || khmer || east) {
            return true;
        }
    }
    return false;
}
