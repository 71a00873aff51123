/* Heads of requests, before anything in them is believed. */
#ifndef COMITY_SERVE_HEAD_H
#define COMITY_SERVE_HEAD_H

#include <microhttpd.h>

/* What is wrong with a head that could be read in two ways, by a server in front of
 * us and by us; NULL if there is one way only. A constant. */
const char *comity_head_fault(struct MHD_Connection *connection);

/* Undoes %XX in a path or an argument, in place, but for %00, which would end the text:
 * for MHD_OPTION_UNESCAPE_CALLBACK. The size that is left. */
size_t comity_head_unescape(void *context, struct MHD_Connection *connection, char *text);

#endif
