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
