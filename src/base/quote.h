/* A short, printable excerpt of untrusted bytes, for error messages. */
#ifndef COMITY_BASE_QUOTE_H
#define COMITY_BASE_QUOTE_H

#include <stddef.h>

/* A plain value; `text` is NUL-terminated UTF-8 with double quotes around. */
typedef struct comity_quote {
    char text[72];
} comity_quote;

/* The bytes between double quotes. Anything but printable ASCII and whole UTF-8
 * characters shows as \xNN, a quote and a backslash are escaped, and what is
 * longer than about 60 bytes is cut and ends in "…". Never fails.
 *
 *     comity_fail(reterr, code, "%s is no category", comity_quote_bytes(t, n).text);
 */
comity_quote comity_quote_bytes(const char *bytes, size_t size);

#endif
