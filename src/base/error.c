/* What comes in: a code and a printf format with its arguments. What goes out:
 * an error whose message is one NUL-terminated line of UTF-8 characters that can be seen.
 * The message is built aside first, so an argument may point into the error
 * that is being filled (`comity_fail(e, c, "%s: %s", path, e->message)`). */
#include "base/error.h"

#include "base/quote.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

enum { ROOM = sizeof(((comity_error *)0)->message) };

/* Paths and names in it may hold any byte. */
static void print_message(char ret_message[ROOM], const char *format, va_list arguments)
{
    char text[ROOM];
    char piece[COMITY_QUOTE_PIECE_SIZE];
    size_t used = 0;
    size_t taken;
    int wanted = vsnprintf(text, sizeof text, format, arguments);
    if (wanted < 0) {
        memcpy(text, "(no message)", sizeof "(no message)");
    }
    size_t size = wanted < ROOM ? strlen(text) : comity_utf8_whole(text, ROOM - 1);
    for (size_t at = 0; at < size; at += taken) {
        size_t piece_size = comity_quote_piece(text + at, size - at, piece, &taken);
        if (used + piece_size >= ROOM) {
            break;
        }
        memcpy(ret_message + used, piece, piece_size);
        used += piece_size;
    }
    ret_message[used] = '\0';
}

comity_status comity_fail(comity_error *reterr, comity_status code, const char *format, ...)
{
    if (reterr == NULL) {
        return code;
    }
    comity_error error = {.code = code, .offset = 0, .message = ""};
    va_list arguments;
    va_start(arguments, format);
    print_message(error.message, format, arguments);
    va_end(arguments);
    *reterr = error;
    return code;
}
