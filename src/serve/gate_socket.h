/* The daemon's socket for gates: docs/formats/gate-protocol.md. */
#ifndef COMITY_SERVE_GATE_SOCKET_H
#define COMITY_SERVE_GATE_SOCKET_H

#include "base/error.h"

struct comity_server;
typedef struct comity_gate_service comity_gate_service;

/* Takes over the listening socket `fd` and starts the thread that serves it. The server's
 * record must be open, and outlive it. */
COMITY_MUST_USE comity_status comity_gate_service_start(struct comity_server *server, int fd,
                                                        comity_gate_service **ret_service, comity_error *reterr);

/* Reads no more, answers what is under way, and ends. NULL is allowed. */
void comity_gate_service_stop(comity_gate_service *service);

#endif
