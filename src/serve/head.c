/* What comes in: the headers of a request, as libmicrohttpd took them. What goes
 * out: whether they can be read in one way only.
 *
 * libmicrohttpd takes the first of two lengths, and passes over a name with a blank
 * behind it. A server in front may take the last, or know the name: then what it
 * let through is not what is answered here, or a body becomes a request of its
 * own. Who asks and how long a body is must not rest on that. */
#include "serve/head.h"

#include "base/limits.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* Headers that are read here, and so may stand once. */
static const char *const single[] = {"Authorization", "Content-Encoding", "Content-Length",
                                     "Content-Type",  "Host",             "Transfer-Encoding"};

enum { SINGLE_COUNT = sizeof single / sizeof single[0] };

typedef struct head {
    unsigned counts[SINGLE_COUNT];
    const char *fault;
} head;

static bool stands_twice(head *read, const char *name)
{
    for (unsigned i = 0; i < SINGLE_COUNT; i++) {
        if (strcasecmp(name, single[i]) == 0) {
            return ++read->counts[i] > 1;
        }
    }
    return false;
}

static enum MHD_Result look_at(void *context, enum MHD_ValueKind kind, const char *name, size_t name_size,
                               const char *value, size_t value_size)
{
    head *read = context;
    (void)kind;
    (void)value_size;
    if (name_size == 0 || strcspn(name, " \t\"(),/:;<=>?@[\\]{}") != name_size) {
        read->fault = "A header has a name that is none";
    } else if (stands_twice(read, name)) {
        read->fault = "A header stands twice that may stand once";
    } else if (value != NULL && strcasecmp(name, "Transfer-Encoding") == 0 && strcasecmp(value, "chunked") != 0) {
        read->fault = "Of transfer encodings there is chunked";
    }
    return read->fault == NULL ? MHD_YES : MHD_NO;
}

const char *comity_head_fault(struct MHD_Connection *connection)
{
    head read = {.fault = NULL};
    (void)MHD_get_connection_values_n(connection, MHD_HEADER_KIND, look_at, &read);
    bool sized = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length") != NULL;
    if (read.fault == NULL && sized && MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Transfer-Encoding") != NULL) {
        read.fault = "The body has a length and comes in chunks";
    }
    return read.fault;
}

char comity_head_too_long;

void *comity_head_bound(void *context, const char *uri, struct MHD_Connection *connection)
{
    char *query = strchr((char *)(uintptr_t)uri, '?'); /* it lies in the connection's own memory */
    size_t count = 1;
    (void)context;
    (void)connection;
    if (query == NULL) {
        return NULL;
    }
    for (const char *at = query; (at = strchr(at, '&')) != NULL; at++) {
        count++;
    }
    if (count <= COMITY_LIMIT_SERVE_ARGUMENTS && strlen(query) <= COMITY_LIMIT_SERVE_QUERY_BYTES) {
        return NULL;
    }
    query[1] = '\0';
    return &comity_head_too_long;
}

static int digit(char byte)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = byte == '\0' ? NULL : strchr(digits, byte >= 'A' && byte <= 'F' ? byte + ('a' - 'A') : byte);
    return at == NULL ? -1 : (int)(at - digits);
}

size_t comity_head_unescape(void *context, struct MHD_Connection *connection, char *text)
{
    char *to = text;
    (void)context;
    (void)connection;
    for (const char *from = text; *from != '\0'; from++) {
        int high = from[0] == '%' ? digit(from[1]) : -1;
        int low = high < 0 ? -1 : digit(from[2]);
        if (low < 0 || (high == 0 && low == 0)) {
            *to++ = *from;
            continue;
        }
        *to++ = (char)(high * 16 + low);
        from += 2;
    }
    *to = '\0';
    return (size_t)(to - text);
}
