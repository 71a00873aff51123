/* Where libmicrohttpd and requests meet. */
#ifndef COMITY_SERVE_HTTP_H
#define COMITY_SERVE_HTTP_H

#include "serve/server.h"

/* Starts to answer what comes in at a listener's socket, until the server is stopping:
 * then whoever comes is let go, and those who are there go on. */
COMITY_MUST_USE comity_status comity_http_start(comity_listener *listener, comity_error *reterr);

/* Ends; no request may be suspended. */
void comity_http_stop(comity_listener *listener);

#endif
