/* What the files of `comity inspect` share. */
#ifndef COMITY_CLI_INSPECT_H
#define COMITY_CLI_INSPECT_H

#include "base/buffer.h"
#include "cli/command.h"

#include <pthread.h>
#include <stdatomic.h>

typedef enum inspect_form { INSPECT_SUMMARY, INSPECT_JSON, INSPECT_SARIF } inspect_form;

/* Files to look into, in the order of their paths within each folder. Owns the paths. */
typedef struct inspect_file {
    char *path; /* "-" is standard input */
    uint64_t size;
} inspect_file;

typedef struct inspect_files {
    inspect_file *list;
    size_t count, capacity;
    uint64_t size;   /* of all */
    size_t ignored;
    bool failed;     /* a path could not be read; it has been said */
} inspect_files;

/* Adds a file, or all files in a folder that no ignore file leaves out. False when out of memory. */
bool inspect_files_add(inspect_files *files, const char *path, bool with_ignored);
void inspect_files_free(inspect_files *files);

/* What was found of one type. */
typedef struct inspect_count {
    uint64_t found;
    uint8_t least, most;      /* confidence */
    char *where;              /* the first place; owned */
    uint32_t file_count;
    size_t last_file;         /* number of the file last counted, and one */
} inspect_count;

/* How to inspect. */
typedef struct inspect_settings {
    inspect_form form;
    comity_inspect_options options;
    comity_inspect_hints hints; /* but for the name */
    bool key_given;
    bool show_values;
    bool colour;
    unsigned width;
} inspect_settings;

/* What all threads work on. */
typedef struct inspect_work {
    const inspect_settings *settings;
    const comity_rules *rules;
    const inspect_files *files;
    atomic_size_t next;
    atomic_uint_least64_t bytes_read;
    atomic_size_t workers; /* that are still at it */
    pthread_mutex_t printing;
    bool first_printed; /* of a list in SARIF */
    atomic_bool broken; /* standard output has gone */
} inspect_work;

/* One thread's part. */
typedef struct inspect_worker {
    inspect_work *work;
    pthread_t thread;
    comity_inspection *inspection;
    inspect_count *counts; /* one a type */
    comity_buffer out;
    size_t file;           /* the number of the file that is read */
    uint64_t found;
    size_t unread;
    comity_status status;  /* of setting up */
    comity_error error;
} inspect_worker;

/* What a worker's inspection calls. */
void inspect_found(void *context, const comity_found *found);
/* Prints what a worker has gathered. */
void inspect_flush(inspect_worker *worker);

/* The reports' beginnings and ends. */
void inspect_sarif_begin(inspect_work *work);
void inspect_sarif_end(inspect_work *work, bool all_read);

/* The summary of all workers, whose counts have been put together in the first. */
void inspect_summary(const inspect_work *work, const inspect_worker *worker, size_t unread);

#endif
