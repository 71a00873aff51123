/* Bounds-checked reading and writing of numbers and spans of bytes.
 *
 * Numbers are little-endian; the two big-endian sizes are those of the log's
 * entries and cosignatures (C2SP tlog-tiles, cosignature/v1). Readers and
 * writers are plain values of one thread that borrow their span and own
 * nothing. After a failure the position is what it was before. */
#ifndef COMITY_BASE_BYTES_H
#define COMITY_BASE_BYTES_H

#include "base/error.h"

typedef struct comity_reader {
    const uint8_t *bytes;
    size_t size;
    size_t at; /* the next byte; never beyond size */
} comity_reader;

typedef struct comity_writer {
    uint8_t *bytes;
    size_t size;
    size_t at; /* the next byte; never beyond size */
} comity_writer;

/* Begins to read `size` bytes, which must outlive the reader; NULL only with `size` 0. */
void comity_reader_init(comity_reader *ret_reader, const void *bytes, size_t size);

/* Each reads one number, or fails with COMITY_ERROR_SYNTAX and the offset when
 * fewer bytes are left: "4 bytes expected at byte 13, but the data ends at byte 15". */
COMITY_MUST_USE comity_status comity_reader_u8(comity_reader *reader, uint8_t *ret_number, comity_error *reterr);
COMITY_MUST_USE comity_status comity_reader_u16(comity_reader *reader, uint16_t *ret_number, comity_error *reterr);
COMITY_MUST_USE comity_status comity_reader_u32(comity_reader *reader, uint32_t *ret_number, comity_error *reterr);
COMITY_MUST_USE comity_status comity_reader_u64(comity_reader *reader, uint64_t *ret_number, comity_error *reterr);
COMITY_MUST_USE comity_status comity_reader_i32(comity_reader *reader, int32_t *ret_number, comity_error *reterr);
COMITY_MUST_USE comity_status comity_reader_i64(comity_reader *reader, int64_t *ret_number, comity_error *reterr);
COMITY_MUST_USE comity_status comity_reader_u16_big(comity_reader *reader, uint16_t *ret_number, comity_error *reterr);
COMITY_MUST_USE comity_status comity_reader_u64_big(comity_reader *reader, uint64_t *ret_number, comity_error *reterr);

/* Reads `size` bytes in place; the span lives as long as the bytes read from. */
COMITY_MUST_USE comity_status comity_reader_span(comity_reader *reader, size_t size, const uint8_t **ret_span,
                                                 comity_error *reterr);

/* Goes on to a multiple of `alignment` (a power of two); the bytes passed over must be zero. */
COMITY_MUST_USE comity_status comity_reader_align(comity_reader *reader, size_t alignment, comity_error *reterr);

/* Goes to byte `at`, which may be the end. COMITY_ERROR_SYNTAX beyond it. */
COMITY_MUST_USE comity_status comity_reader_seek(comity_reader *reader, size_t at, comity_error *reterr);

/* COMITY_ERROR_SYNTAX if bytes are left. */
COMITY_MUST_USE comity_status comity_reader_finish(const comity_reader *reader, comity_error *reterr);

/* Begins to write into `size` bytes of memory (not NULL), which must outlive the writer. */
void comity_writer_init(comity_writer *ret_writer, void *bytes, size_t size);

/* Each writes one number, or fails with COMITY_ERROR_LIMIT when there is no room. */
COMITY_MUST_USE comity_status comity_writer_u8(comity_writer *writer, uint8_t number, comity_error *reterr);
COMITY_MUST_USE comity_status comity_writer_u16(comity_writer *writer, uint16_t number, comity_error *reterr);
COMITY_MUST_USE comity_status comity_writer_u32(comity_writer *writer, uint32_t number, comity_error *reterr);
COMITY_MUST_USE comity_status comity_writer_u64(comity_writer *writer, uint64_t number, comity_error *reterr);
COMITY_MUST_USE comity_status comity_writer_i32(comity_writer *writer, int32_t number, comity_error *reterr);
COMITY_MUST_USE comity_status comity_writer_i64(comity_writer *writer, int64_t number, comity_error *reterr);
COMITY_MUST_USE comity_status comity_writer_u16_big(comity_writer *writer, uint16_t number, comity_error *reterr);
COMITY_MUST_USE comity_status comity_writer_u64_big(comity_writer *writer, uint64_t number, comity_error *reterr);

/* Writes `size` bytes; `span` may be NULL when `size` is 0. */
COMITY_MUST_USE comity_status comity_writer_span(comity_writer *writer, const void *span, size_t size,
                                                 comity_error *reterr);

/* Writes zeros up to a multiple of `alignment` (a power of two). */
COMITY_MUST_USE comity_status comity_writer_align(comity_writer *writer, size_t alignment, comity_error *reterr);

/* Goes to byte `at`, to fill in what could not be known before. COMITY_ERROR_LIMIT beyond the end. */
COMITY_MUST_USE comity_status comity_writer_seek(comity_writer *writer, size_t at, comity_error *reterr);

#endif
