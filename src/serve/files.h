/* Files that are served as they are: the dashboard's. Loaded once, at the start, so
 * that serving opens nothing and no path of a request reaches the disk. */
#ifndef COMITY_SERVE_FILES_H
#define COMITY_SERVE_FILES_H

#include "base/error.h"

typedef struct comity_file {
    char *path;       /* as it is asked for: "/app.js" */
    const char *type; /* a constant */
    char *bytes;
    size_t size;
    char etag[36]; /* with its quotes */
} comity_file;

typedef struct comity_files comity_files;

/* Loads a folder and those within it. Names that begin with a point are passed over.
 * COMITY_ERROR_SYSTEM, COMITY_ERROR_LIMIT, or COMITY_ERROR_NAME for a file of a kind that is not served. */
COMITY_MUST_USE comity_status comity_files_load(const char *folder, comity_files **ret_files, comity_error *reterr);

/* NULL is allowed. */
void comity_files_free(comity_files *files);

/* The file at a path; "/" is "/index.html". NULL: there is none, or `files` is NULL. Any thread. */
const comity_file *comity_files_find(const comity_files *files, const char *path);

#endif
