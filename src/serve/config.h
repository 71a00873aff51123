/* What the daemon is told: a file of settings and options of the same names.
 *
 * One setting a line, `NAME VALUE…`, values divided by blanks; `#` begins a
 * comment. `--NAME VALUE` on the command line says the same. docs/operating.md
 * tells them all. */
#ifndef COMITY_SERVE_CONFIG_H
#define COMITY_SERVE_CONFIG_H

#include "base/arena.h"
#include "serve/roles.h"

#include <sys/socket.h>

/* Where to listen: a loopback address, or a path of a unix socket. */
typedef struct comity_listen {
    struct sockaddr_storage address;
    socklen_t address_size;
    const char *path; /* NULL: an address */
} comity_listen;

/* A gate's act, as auth_request and ext_authz name it. */
typedef struct comity_gate_setting {
    const char *name;
    const char *path;
} comity_gate_setting;

/* Entries of a class are erased so many days after they were recorded. */
typedef struct comity_erase_after {
    const char *class_name;
    unsigned days;
} comity_erase_after;

/* A plain value; its texts are in the arena it was read with. */
typedef struct comity_config {
    comity_listen listens[COMITY_LIMIT_SERVE_LISTENS];
    size_t listen_count;
    comity_gate_setting gates[COMITY_LIMIT_SERVE_GATES];
    size_t gate_count;
    const char *adopted[COMITY_LIMIT_SERVE_ADOPTED];
    size_t adopted_count;
    comity_principals principals;
    const char *law;       /* NULL: the installed one */
    const char *record;    /* NULL: none is kept */
    const char *ledger;    /* NULL: none is kept */
    comity_erase_after erase_after[COMITY_LIMIT_RECORD_CLASSES];
    size_t erase_after_count;
    const char *retention; /* NULL: "standard" */
    const char *spool;     /* a folder */
    comity_listen gate_socket; /* path NULL: there is none */
    const char *papers;    /* a folder; NULL: none are at hand */
    const char *trust;     /* who may sign them */
    bool strict_papers;    /* papers that acts only claim are left away */
    const char *policy;    /* whose witnesses are told of; NULL: none */
    const char *dashboard; /* a folder; NULL: the installed one, if it is there */
    unsigned threads;      /* a listening socket */
    unsigned connections;
    unsigned idle_timeout_s;
    unsigned stop_timeout_s;
    uint64_t batch_bytes;
    bool log_requests;
    bool confine;
} comity_config;

/* The defaults: no listening socket, nobody known. */
void comity_config_init(comity_config *ret_config);

/* Takes in one setting, for messages at `place` ("FILE:LINE" or "--NAME").
 * `values`: what stands behind the name. COMITY_ERROR_SYNTAX, NAME, RANGE or LIMIT. */
COMITY_MUST_USE comity_status comity_config_set(comity_config *config, comity_arena *arena, const char *place,
                                                const char *name, const char *values, comity_error *reterr);

/* Takes in a whole file's text; `name` is for messages. */
COMITY_MUST_USE comity_status comity_config_read(comity_config *config, comity_arena *arena, const char *name,
                                                 const char *text, size_t size, comity_error *reterr);

/* After all was read: sets what was left open. */
COMITY_MUST_USE comity_status comity_config_finish(comity_config *config, comity_error *reterr);

#endif
