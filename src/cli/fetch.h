/* Getting files of a log, from a folder or over HTTP, and asking witnesses. */
#ifndef COMITY_CLI_FETCH_H
#define COMITY_CLI_FETCH_H

#include "cli/command.h"
#include "record/tile.h"

/* Where a log is served. Belongs to one thread. */
typedef struct fetch {
    const char *base; /* http://…, https://…, or a folder; borrowed */
    const char *ca;   /* a file of certificates (PEM); borrowed; NULL: the system's */
    void *curl;       /* NULL for a folder */

    /* set after opening, where they are wanted; borrowed */
    const char *socket; /* the path of a unix socket to connect to, instead of the base's host; NULL: none */
    const char *token;  /* a bearer's; NULL: none */
    const char *type;   /* of the body that is sent; NULL: curl's */
    bool patient;       /* an answer may take as long as it needs */

    bool missing; /* set by a fetch_tile that fails: the tile is not there */
} fetch;

/* `ca`: whose certificates servers of https:// must bear, a PEM file, instead of those
 * that the system trusts; or NULL. Only memory can fail. */
COMITY_MUST_USE comity_status fetch_open(const char *base, const char *ca, fetch *ret_fetch, comity_error *reterr);
void fetch_close(fetch *from);

/* A file below the base, of at most `size_max` bytes, which the caller frees.
 * COMITY_ERROR_SYSTEM if it cannot be had; `*ret_missing` if it is not there. */
COMITY_MUST_USE comity_status fetch_get(fetch *from, const char *path, size_t size_max, uint8_t **ret_bytes,
                                        size_t *ret_size, bool *ret_missing, comity_error *reterr);

/* Sends a request; the status of HTTP, and the answer's body, which the caller frees. */
COMITY_MUST_USE comity_status fetch_post(fetch *to, const char *path, const void *body, size_t size, long *ret_http,
                                         uint8_t **ret_bytes, size_t *ret_size, comity_error *reterr);

/* A comity_tile_source over it: `self` is a fetch. COMITY_ERROR_SYSTEM if it cannot be had whole. */
COMITY_MUST_USE comity_status fetch_tile(void *self, const comity_tile *tile, uint8_t *ret_bytes, comity_error *reterr);

#endif
