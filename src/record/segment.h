/* A segment: a file of the private store. A head, and records behind it.
 *
 *     head    "comity segment 1" ‖ SHA-256(origin) ‖ u64 time ‖ u32 0 ‖ u32 sum
 *     record  u32 kind ‖ u32 body size ‖ u64 index ‖ u64 settled ‖ u64 time
 *             ‖ u64 count ‖ u32 sum of the body ‖ u32 sum of these 44 bytes
 *             ‖ body ‖ zeros up to a multiple of eight
 *
 * Numbers are little-endian, sums CRC-32C, times milliseconds since 1970. The
 * body of an entry is salt ‖ commitment ‖ what the caller keeps; a record of
 * erasure has none and stands for `count` entries. `settled` is how many entries
 * of the log were durable when the record was written: a record that is followed
 * anywhere by one with a higher `settled` was acknowledged, and one that cannot
 * be read there is damage, not the torn end of a crash. */
#ifndef COMITY_RECORD_SEGMENT_H
#define COMITY_RECORD_SEGMENT_H

#include "base/buffer.h"
#include "record/disk.h"
#include "record/entry.h"

#define COMITY_SEGMENT_HEAD_SIZE 64
#define COMITY_RECORD_HEAD_SIZE 48
#define COMITY_RECORD_BODY_SIZE (COMITY_SALT_SIZE + COMITY_SHA256_SIZE) /* without what is kept */

#define COMITY_RECORD_ENTRY UINT32_C(0x01746e65)  /* "ent", 1 */
#define COMITY_RECORD_ERASED UINT32_C(0x01617265) /* "era", 1 */

/* One record. Borrows its bytes. */
typedef struct comity_record_view {
    uint32_t kind; /* COMITY_RECORD_ENTRY or COMITY_RECORD_ERASED */
    uint64_t index;
    uint64_t settled;
    uint64_t time_ms;
    uint64_t count; /* of entries it stands for; 1 for an entry */
    const uint8_t *salt;
    comity_hash commitment;
    const uint8_t *kept;
    size_t kept_size;
} comity_record_view;

/* Bytes a record of so many kept bytes takes in its file. */
size_t comity_record_bytes(size_t kept_size);

/* Writes an entry's record but for what its place decides (index, settled), to
 * `ret_bytes`, which has room for comity_record_bytes(kept_size). */
void comity_record_write(uint64_t time_ms, const uint8_t salt[COMITY_SALT_SIZE], const comity_hash *commitment,
                         const void *kept, size_t kept_size, uint8_t *ret_bytes);

/* Gives the index to a record that comity_record_write began. */
void comity_record_place(uint8_t *record, uint64_t index);

/* Completes whole records that lie one behind the other in `size` bytes. */
void comity_record_settle(uint8_t *records, size_t size, uint64_t settled);

/* Appends a record of erasure. */
void comity_record_write_erased(uint64_t index, uint64_t count, uint64_t settled, uint64_t time_ms,
                                comity_buffer *buffer);

void comity_segment_head_write(const comity_hash *origin, uint64_t time_ms,
                               uint8_t ret_head[COMITY_SEGMENT_HEAD_SIZE]);

/* What a cursor found. */
typedef enum comity_segment_found {
    COMITY_SEGMENT_RECORD,
    COMITY_SEGMENT_END, /* the end of the file, behind a whole record */
    COMITY_SEGMENT_TORN /* bytes that are no record */
} comity_segment_found;

/* Reads a segment from its head to its end. Owns an open file and memory, until
 * comity_segment_close. Belongs to one thread at a time. */
typedef struct comity_segment_cursor {
    comity_disk *disk;
    int file;
    char path[COMITY_DISK_PATH_SIZE];
    uint64_t size;  /* of the file, when it was opened */
    uint64_t at;    /* of the next record */
    uint64_t begin; /* of the record that was read last */
    uint8_t *bytes; /* the part of the file from `from` on */
    size_t capacity, held;
    uint64_t from;
} comity_segment_cursor;

/* Opens a segment and reads its head. COMITY_ERROR_SYNTAX if it is none, or of
 * another log. `*ret_torn` true, and no cursor: the head is incomplete. */
COMITY_MUST_USE comity_status comity_segment_open(comity_disk *disk, const char *path, const comity_hash *origin,
                                                  comity_segment_cursor *ret_cursor, bool *ret_torn,
                                                  comity_error *reterr);

/* A cursor that is all zero has nothing to close. */
void comity_segment_close(comity_segment_cursor *cursor);

/* The next record; `ret_view` is good until the next call. */
COMITY_MUST_USE comity_status comity_segment_next(comity_segment_cursor *cursor, comity_segment_found *ret_found,
                                                  comity_record_view *ret_view, comity_error *reterr);

/* After COMITY_SEGMENT_TORN: the highest `settled` of any whole record behind; 0 if there is none. */
COMITY_MUST_USE comity_status comity_segment_settled_behind(comity_segment_cursor *cursor, uint64_t *ret_settled,
                                                            comity_error *reterr);

/* The same of a segment whose head is not whole. */
COMITY_MUST_USE comity_status comity_segment_settled_headless(comity_disk *disk, const char *path, uint64_t *ret_settled,
                                                              comity_error *reterr);

/* One record from the beginning of `bytes`; false if there is none whole. For
 * cursors, and for whoever reads bytes that may be anything. */
bool comity_record_read(const uint8_t *bytes, size_t size, comity_record_view *ret_view, size_t *ret_size);

#endif
