/* The daemon: its parts, and starting and stopping them. */
#ifndef COMITY_SERVE_SERVER_H
#define COMITY_SERVE_SERVER_H

#include "serve/config.h"
#include "serve/feed.h"
#include "serve/files.h"
#include "serve/counter.h"
#include "serve/gates.h"
#include "serve/inspecting.h"
#include "serve/keeper.h"
#include "serve/laws.h"
#include "serve/metrics.h"
#include "serve/retention.h"
#include "serve/worker.h"

struct MHD_Daemon;
struct comity_server;

typedef struct comity_listener {
    struct comity_server *server;
    const comity_listen *listen;
    bool bound;                /* a path is there, to be removed */
    int fd;                    /* -1: there is none, or it is libmicrohttpd's */
    struct MHD_Daemon *daemon; /* NULL: not started */
} comity_listener;

/* Borrows its config. Shared by all threads; what changes is in parts that guard themselves. */
typedef struct comity_server {
    const comity_config *config;
    comity_laws laws;
    bool has_laws;
    comity_metrics metrics;
    comity_keeper *keeper;     /* NULL: nothing is recorded */
    comity_counter *counter;   /* of the ledger; NULL: none is kept */
    comity_worker *worker;     /* reads the record; NULL likewise */
    comity_worker *eraser;     /* erases in it, when asked to; NULL likewise */
    comity_retention_keeper *retention; /* erases in it by itself; NULL likewise */
    comity_inspectors inspectors;
    bool has_inspectors;
    comity_feed *feed;         /* of live judgements; NULL likewise */
    comity_files *files;       /* of the dashboard; NULL: none */
    comity_gate *gates;
    comity_arena arena;        /* holds the gates */
    comity_listener listeners[COMITY_LIMIT_SERVE_LISTENS];
    comity_listener gate_listener;         /* fd -1: there is none */
    struct comity_gate_service *gate_service; /* NULL: not started */
    atomic_uint_least64_t requests; /* under way */
    atomic_bool stopping;
    uint64_t started_s;
} comity_server;

/* Opens law, record, gates and sockets; answers nobody yet. After a failure, close it all the same. */
COMITY_MUST_USE comity_status comity_server_open(comity_server *server, const comity_config *config, comity_error *reterr);

/* Begins to answer. */
COMITY_MUST_USE comity_status comity_server_start(comity_server *server, comity_error *reterr);

/* Loads the law anew; says in the log what came of it. */
void comity_server_reload(comity_server *server);

/* Takes no more connections, waits for requests under way, up to the time set, and ends. */
void comity_server_stop(comity_server *server);

void comity_server_close(comity_server *server);

#endif
