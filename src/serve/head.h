/* Heads of requests, before anything in them is believed. */
#ifndef COMITY_SERVE_HEAD_H
#define COMITY_SERVE_HEAD_H

#include <microhttpd.h>

/* What is wrong with a head that could be read in two ways, by a server in front of
 * us and by us; NULL if there is one way only. A constant. */
const char *comity_head_fault(struct MHD_Connection *connection);

/* Before anything of a request is taken apart: takes away a query that is too long, or has too
 * many arguments, which is answered 414. For MHD_OPTION_URI_LOG_CALLBACK, whose value is what the
 * first call for the request then has: NULL, or comity_head_too_long. */
void *comity_head_bound(void *context, const char *uri, struct MHD_Connection *connection);
extern char comity_head_too_long;

/* Undoes %XX in a path or an argument, in place, but for %00, which would end the text:
 * for MHD_OPTION_UNESCAPE_CALLBACK. The size that is left. */
size_t comity_head_unescape(void *context, struct MHD_Connection *connection, char *text);

#endif
