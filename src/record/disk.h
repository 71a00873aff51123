/* What the record asks of a file system, as a table of functions, so that tests
 * can put a disk beneath it that forgets, tears and fails.
 *
 * All paths are relative to the folder of the record, with '/' between names,
 * and contain no "..". What a disk promises, and no more:
 *
 * - what was written is there after a crash once `sync` on its file succeeded;
 *   before, any part of it may be there, and its old content where it had some;
 * - a name made, moved or removed is so after a crash once `sync_folder` on its
 *   folder succeeded; before, it may be so or not;
 * - `move` puts the new content in place of the old at once: a reader sees one
 *   or the other;
 * - after a failed `sync` nothing is known of what was not synced before, not
 *   even by asking again. */
#ifndef COMITY_RECORD_DISK_H
#define COMITY_RECORD_DISK_H

#include "base/error.h"

/* Longer than any path of the record: "private/keep-10-years/00000000000000000000.segment.new". */
#define COMITY_DISK_PATH_SIZE 160

typedef enum comity_disk_open {
    COMITY_DISK_READ,   /* must be there; for reading */
    COMITY_DISK_WRITE,  /* must be there; for reading and writing */
    COMITY_DISK_CREATE, /* must not be there; for reading and writing */
    COMITY_DISK_REPLACE /* made, or emptied; for reading and writing */
} comity_disk_open;

/* What became of an operation. */
typedef enum comity_disk_result {
    COMITY_DISK_OK = 0,
    COMITY_DISK_MISSING, /* no such file or folder */
    COMITY_DISK_EXISTS,  /* it is there already */
    COMITY_DISK_BUSY,    /* another has locked it */
    COMITY_DISK_FAILED   /* anything else; `message` says what */
} comity_disk_result;

/* A disk belongs to its caller and must outlive what works on it. Its functions
 * may be called by several threads at once, on different files. Each returns a
 * comity_disk_result; COMITY_DISK_FAILED fills `reterr`, with the path. */
typedef struct comity_disk comity_disk;
struct comity_disk {
    comity_disk_result (*open)(comity_disk *disk, const char *path, comity_disk_open how, int *ret_file,
                               comity_error *reterr);
    void (*close)(comity_disk *disk, int file);
    comity_disk_result (*size)(comity_disk *disk, int file, uint64_t *ret_size, comity_error *reterr);
    /* Up to `size` bytes from `at`; fewer only at the end of the file. */
    comity_disk_result (*read)(comity_disk *disk, int file, uint64_t at, void *ret_bytes, size_t size, size_t *ret_size,
                               comity_error *reterr);
    /* All of it, or a failure. */
    comity_disk_result (*write)(comity_disk *disk, int file, uint64_t at, const void *bytes, size_t size,
                                comity_error *reterr);
    comity_disk_result (*truncate)(comity_disk *disk, int file, uint64_t size, comity_error *reterr);
    comity_disk_result (*sync)(comity_disk *disk, int file, comity_error *reterr);
    comity_disk_result (*sync_folder)(comity_disk *disk, const char *path, comity_error *reterr);
    /* What was synced from `from` to `to` will not be read again soon: the system may
     * give the memory that holds it to others. Promises nothing, and cannot fail. */
    void (*forget)(comity_disk *disk, int file, uint64_t from, uint64_t to);
    /* Everything that was written to the file system before. */
    comity_disk_result (*sync_all)(comity_disk *disk, comity_error *reterr);
    comity_disk_result (*move)(comity_disk *disk, const char *from, const char *to, comity_error *reterr);
    comity_disk_result (*remove)(comity_disk *disk, const char *path, comity_error *reterr);
    /* An empty folder goes; COMITY_DISK_EXISTS if it is not empty. */
    comity_disk_result (*remove_folder)(comity_disk *disk, const char *path, comity_error *reterr);
    /* Its parent must be there. */
    comity_disk_result (*make_folder)(comity_disk *disk, const char *path, comity_error *reterr);
    /* Calls `each` with every name in a folder but "." and "..", in no order,
     * until it returns something else than COMITY_DISK_OK, which is returned. */
    comity_disk_result (*list)(comity_disk *disk, const char *path,
                               comity_disk_result (*each)(void *context, const char *name, comity_error *reterr),
                               void *context, comity_error *reterr);
    /* Makes the file if need be and locks it for this opening of it; the lock
     * lasts until `close`, or until the process ends. */
    comity_disk_result (*lock)(comity_disk *disk, const char *path, int *ret_file, comity_error *reterr);
    /* `size` bytes that nobody can guess. */
    comity_disk_result (*random)(comity_disk *disk, void *ret_bytes, size_t size, comity_error *reterr);
};

/* The real disk: the folder `path`, which must be there. */
COMITY_MUST_USE comity_status comity_disk_posix_new(const char *path, comity_disk **ret_disk, comity_error *reterr);

/* NULL is allowed. */
void comity_disk_posix_free(comity_disk *disk);

/* Turns what became of an operation on `path` into a status: a missing file, one
 * that is there already and a busy one become COMITY_ERROR_SYSTEM with a
 * sentence; of COMITY_DISK_FAILED the sentence is there already. */
COMITY_MUST_USE comity_status comity_disk_status(comity_disk_result result, const char *path, comity_error *reterr);

/* ---- what is made of these ---- */

/* A whole file of at most `size_max` bytes into memory the caller frees, with a
 * NUL behind. COMITY_DISK_MISSING if it is not there. */
COMITY_MUST_USE comity_disk_result comity_disk_load(comity_disk *disk, const char *path, size_t size_max,
                                                    uint8_t **ret_bytes, size_t *ret_size, comity_error *reterr);

/* Syncs the folder that a file lies in: its name, or that it is gone, is on disk for good. */
COMITY_MUST_USE comity_status comity_disk_sync_folder_of(comity_disk *disk, const char *path, comity_error *reterr);

/* Puts `bytes` in place of the file, or makes it, at once: written beside it as
 * PATH.new, synced if `durable`, moved; then its folder is synced if `durable`. */
COMITY_MUST_USE comity_status comity_disk_store(comity_disk *disk, const char *path, const void *bytes, size_t size,
                                                bool durable, comity_error *reterr);

/* Makes the folders above a file that are missing. */
COMITY_MUST_USE comity_status comity_disk_make_parents(comity_disk *disk, const char *path, comity_error *reterr);

#endif
