/* The private store: what the log's entries stand for, in segments.
 *
 *     private/CLASS/FIRST.segment
 *
 * CLASS is a class of retention, chosen by whoever records; FIRST, of twenty
 * digits, is not above the index of the first record in the segment. Within a
 * class indexes rise from segment to segment and from record to record; every
 * index of the log lies in one class. */
#ifndef COMITY_RECORD_STORE_H
#define COMITY_RECORD_STORE_H

#include "base/limits.h"
#include "record/segment.h"

#define COMITY_CLASS_NAME_SIZE (COMITY_LIMIT_RECORD_CLASS_BYTES + 1)

typedef struct comity_retention {
    char name[COMITY_CLASS_NAME_SIZE];
    uint64_t *firsts; /* of its segments, rising */
    size_t count, capacity;
} comity_retention;

/* What segments there are: as the folders were when they were listed. Owns
 * memory until comity_store_free. Belongs to one thread at a time. */
typedef struct comity_store {
    comity_disk *disk;
    comity_hash origin; /* SHA-256 of it */
    comity_retention classes[COMITY_LIMIT_RECORD_CLASSES];
    size_t class_count;
} comity_store;

/* Lower-case letters, digits and inner hyphens, at most COMITY_LIMIT_RECORD_CLASS_BYTES. */
COMITY_MUST_USE comity_status comity_retention_name_check(const char *name, comity_error *reterr);

/* Lists the folders. Files of other names are passed over; left-over *.new too. */
COMITY_MUST_USE comity_status comity_store_list(comity_disk *disk, const comity_hash *origin, comity_store *ret_store,
                                                comity_error *reterr);

/* NULL and a store that is all zero are allowed. */
void comity_store_free(comity_store *store);

/* The class of that name, added if need be; COMITY_ERROR_LIMIT if there are too many. */
COMITY_MUST_USE comity_status comity_store_class(comity_store *store, const char *name, size_t *ret_class,
                                                 comity_error *reterr);

/* Notes a segment; `first` must be above those there are. */
COMITY_MUST_USE comity_status comity_retention_add(comity_retention *of, uint64_t first, comity_error *reterr);

void comity_store_path(const comity_store *store, size_t of_class, uint64_t first,
                       char ret_path[COMITY_DISK_PATH_SIZE]);

/* The place of the segment in which `index` lies, if it is of this class: the
 * last whose first is not above it; false if there is none. */
bool comity_retention_place(const comity_retention *of, uint64_t index, size_t *ret_place);

/* ---- walking ---- */

/* Where one class stands in a walk. */
typedef struct comity_walk_class {
    size_t place; /* of the segment being read */
    comity_segment_cursor cursor;
    comity_record_view head; /* the next record, if `has` */
    uint64_t behind;         /* whatever comes after what has been read has no index below this */
    bool has, torn;
} comity_walk_class;

/* Bytes that are no record: what lies behind them in the segment is not read. The
 * end of a segment that is being written, or was when a crash came, may be such a
 * place; it is damage if an entry is missing. */
typedef struct comity_torn_place {
    char path[COMITY_DISK_PATH_SIZE];
    uint64_t at;     /* the byte in the file */
    uint64_t behind; /* what cannot be read has no index below this */
} comity_torn_place;

/* Goes through records in the order of their indexes, over all classes. */
typedef struct comity_walk {
    const comity_store *store;
    comity_walk_class classes[COMITY_LIMIT_RECORD_CLASSES];
    size_t last; /* the class of the record last given */
    bool is_torn;
    comity_torn_place torn; /* if `is_torn`: of such places the one with the lowest `behind` */
    bool ends_torn;         /* a class ends at such a place, and is not read on from its next segment */
    uint64_t settled_max;   /* if `ends_torn`: the highest `settled` seen in any whole record, behind such places too */
} comity_walk;

/* Begins at the first record that ends above `begin`. The store must outlive the walk. */
COMITY_MUST_USE comity_status comity_walk_begin(const comity_store *store, uint64_t begin, comity_walk *ret_walk,
                                                comity_error *reterr);

/* The same for who brings the store into order: a class ends where it is torn. */
COMITY_MUST_USE comity_status comity_walk_begin_mending(const comity_store *store, uint64_t begin,
                                                        comity_walk *ret_walk, comity_error *reterr);

/* The next record, or false. `ret_view` and `ret_class` are good until the next call. */
COMITY_MUST_USE comity_status comity_walk_next(comity_walk *walk, bool *ret_some, size_t *ret_class,
                                               comity_record_view *ret_view, comity_error *reterr);

/* A walk that is all zero has nothing to end. */
void comity_walk_end(comity_walk *walk);

/* The record that `index` lies in, and in which class. `ret_cursor` holds the
 * bytes and is the caller's to close. COMITY_ERROR_NAME if there is none,
 * COMITY_ERROR_RECORD if it may lie behind a place that cannot be read. */
COMITY_MUST_USE comity_status comity_store_find(const comity_store *store, uint64_t index,
                                                comity_segment_cursor *ret_cursor, size_t *ret_class,
                                                comity_record_view *ret_view, comity_error *reterr);

#endif
