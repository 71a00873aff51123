/* What comes in: any bytes. What goes out: a short excerpt that is always
 * printable UTF-8, so that no input can write control characters into a log. */
#include "base/quote.h"

#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

/* Bytes of text at most, before the ellipsis, the closing quote and the NUL. */
#define QUOTE_TEXT_SIZE 64

/* The size of the printable character at the beginning of `bytes`; 0 if there is none. */
static size_t printable_size(const unsigned char *bytes, size_t size)
{
    if (bytes[0] < 0x80) {
        return bytes[0] >= 0x20 && bytes[0] != 0x7F ? 1 : 0;
    }
    bool c1_control = bytes[0] == 0xC2 && size > 1 && bytes[1] < 0xA0;
    if (c1_control) {
        return 0;
    }
    uint8_t state = COMITY_UTF8_START;
    for (size_t i = 0; i < size && i < 4; i++) {
        state = comity_utf8_step(state, bytes[i]);
        if (state == COMITY_UTF8_START) {
            return i + 1;
        }
    }
    return 0;
}

/* Writes one character or escape to `ret_piece` (4 bytes of room); returns its
 * size and in `ret_taken` how many bytes it stands for. */
static size_t print_piece(const unsigned char *bytes, size_t size, char ret_piece[4], size_t *ret_taken)
{
    static const char digits[] = "0123456789abcdef";
    size_t printable = printable_size(bytes, size);
    if (printable == 0) {
        ret_piece[0] = '\\';
        ret_piece[1] = 'x';
        ret_piece[2] = digits[bytes[0] >> 4];
        ret_piece[3] = digits[bytes[0] & 15];
        *ret_taken = 1;
        return 4;
    }
    *ret_taken = printable;
    if (bytes[0] == '"' || bytes[0] == '\\') {
        ret_piece[0] = '\\';
        ret_piece[1] = (char)bytes[0];
        return 2;
    }
    memcpy(ret_piece, bytes, printable);
    return printable;
}

comity_quote comity_quote_bytes(const char *bytes, size_t size)
{
    const unsigned char *text = (const unsigned char *)bytes;
    comity_quote quote = {.text = "\""};
    size_t used = 1;
    size_t at = 0;
    while (at < size) {
        char piece[4];
        size_t taken = 0;
        size_t piece_size = print_piece(text + at, size - at, piece, &taken);
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
