/* What comes in: any bytes. What goes out: a short excerpt that is always
 * printable UTF-8, so that no input can write control characters into a log. */
#include "base/quote.h"

#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

/* Bytes of text at most, before the ellipsis, the closing quote and the NUL. */
#define QUOTE_TEXT_SIZE 64

/* The size of the character at the beginning of `bytes` if it can be seen; 0 if there is none. */
static size_t printable_size(const char *bytes, size_t size)
{
    uint8_t state = COMITY_UTF8_START;
    for (size_t i = 0; i < size && i < 4; i++) {
        state = comity_utf8_step(state, (uint8_t)bytes[i]);
        if (state == COMITY_UTF8_START) {
            bool is_seen = (unsigned char)bytes[0] >= 0x20 && comity_utf8_unseen(bytes, i + 1) == 0;
            return is_seen ? i + 1 : 0;
        }
    }
    return 0;
}

size_t comity_quote_piece(const char *bytes, size_t size, char ret_piece[COMITY_QUOTE_PIECE_SIZE], size_t *ret_taken)
{
    static const char digits[] = "0123456789abcdef";
    size_t printable = printable_size(bytes, size);
    if (printable == 0) {
        unsigned char byte = (unsigned char)bytes[0];
        const char escaped[] = {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
        memcpy(ret_piece, escaped, sizeof escaped);
        *ret_taken = 1;
        return sizeof escaped;
    }
    memcpy(ret_piece, bytes, printable);
    *ret_taken = printable;
    return printable;
}

/* The same between quotes. */
static size_t quoted_piece(const char *bytes, size_t size, char ret_piece[COMITY_QUOTE_PIECE_SIZE], size_t *ret_taken)
{
    if (bytes[0] == '"' || bytes[0] == '\\') {
        ret_piece[0] = '\\';
        ret_piece[1] = bytes[0];
        *ret_taken = 1;
        return 2;
    }
    return comity_quote_piece(bytes, size, ret_piece, ret_taken);
}

comity_quote comity_quote_bytes(const char *bytes, size_t size)
{
    comity_quote quote = {.text = "\""};
    size_t used = 1;
    size_t at = 0;
    while (at < size) {
        char piece[COMITY_QUOTE_PIECE_SIZE];
        size_t taken = 0;
        size_t piece_size = quoted_piece(bytes + at, size - at, piece, &taken);
        if (used + piece_size > QUOTE_TEXT_SIZE) {
            memcpy(quote.text + used, "…", strlen("…"));
            used += strlen("…");
            break;
        }
        memcpy(quote.text + used, piece, piece_size);
        used += piece_size;
        at += taken;
    }
    quote.text[used] = '"';
    quote.text[used + 1] = '\0';
    return quote;
}

void comity_quote_append_plain(comity_buffer *buffer, const char *text, size_t size)
{
    char piece[COMITY_QUOTE_PIECE_SIZE];
    size_t taken;
    for (size_t at = 0; at < size; at += taken) {
        comity_buffer_append(buffer, piece, comity_quote_piece(text + at, size - at, piece, &taken));
    }
}

/* A unit of UTF-16 as JSON writes it. */
static void append_unit(comity_buffer *buffer, uint32_t unit)
{
    static const char digits[] = "0123456789abcdef";
    const char escaped[6] = {'\\', 'u', digits[unit >> 12], digits[unit >> 8 & 15], digits[unit >> 4 & 15], digits[unit & 15]};
    comity_buffer_append(buffer, escaped, sizeof escaped);
}

void comity_quote_append_json(comity_buffer *buffer, const char *json, size_t size)
{
    if (comity_utf8_unseen(json, size) == 0) {
        comity_buffer_append(buffer, json, size);
        return;
    }
    for (size_t at = 0, step; at < size; at += step) {
        unsigned char lead = (unsigned char)json[at];
        step = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        uint32_t point = comity_utf8_unseen(json + at, step);
        if (point == 0) {
            comity_buffer_append(buffer, json + at, step);
        } else if (point < 0x10000) {
            append_unit(buffer, point);
        } else {
            append_unit(buffer, 0xD800 + ((point - 0x10000) >> 10));
            append_unit(buffer, 0xDC00 + ((point - 0x10000) & 0x3FF));
        }
    }
}
