/* What comes in: a code and a printf format with its arguments. What goes out:
 * an error whose message is one NUL-terminated line of whole UTF-8 characters.
 * The message is built aside first, so an argument may point into the error
 * that is being filled (`comity_fail(e, c, "%s: %s", path, e->message)`). */
#include "base/error.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

static void print_message(char ret_message[sizeof(((comity_error *)0)->message)], const char *format, va_list arguments)
{
    const size_t room = sizeof(((comity_error *)0)->message);
    int wanted = vsnprintf(ret_message, room, format, arguments);
    if (wanted < 0) {
        memcpy(ret_message, "(no message)", sizeof "(no message)");
    } else if ((size_t)wanted >= room) {
        ret_message[comity_utf8_whole(ret_message, room - 1)] = '\0';
    }
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
