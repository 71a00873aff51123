/* What comes in: records, or the bytes of a segment. What goes out: bytes, or
 * records whose sums hold. A record is believed only when both of its sums hold;
 * nothing is said about why one does not. */
#include "record/segment.h"

#include "base/crc32c.h"
#include "base/limits.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char magic[] = "comity segment 1";

static void put_u32(uint8_t *at, uint32_t number)
{
    for (size_t i = 0; i < sizeof number; i++) {
        at[i] = (uint8_t)(number >> (8 * i));
    }
}

static void put_u64(uint8_t *at, uint64_t number)
{
    for (size_t i = 0; i < sizeof number; i++) {
        at[i] = (uint8_t)(number >> (8 * i));
    }
}

static uint32_t get_u32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint64_t get_u64(const uint8_t *at)
{
    return get_u32(at) | (uint64_t)get_u32(at + 4) << 32;
}

static size_t padded(size_t size)
{
    return (size + 7) & ~(size_t)7;
}

/* ---- writing ---- */

size_t comity_record_bytes(size_t kept_size)
{
    return padded(COMITY_RECORD_HEAD_SIZE + COMITY_RECORD_BODY_SIZE + kept_size);
}

void comity_record_write(uint64_t time_ms, const uint8_t salt[COMITY_SALT_SIZE], const comity_hash *commitment,
                         const void *kept, size_t kept_size, uint8_t *ret_bytes)
{
    size_t body = COMITY_RECORD_BODY_SIZE + kept_size;
    uint8_t *at = ret_bytes + COMITY_RECORD_HEAD_SIZE;
    memcpy(at, salt, COMITY_SALT_SIZE);
    memcpy(at + COMITY_SALT_SIZE, commitment->bytes, COMITY_SHA256_SIZE);
    if (kept_size != 0) {
        memcpy(at + COMITY_RECORD_BODY_SIZE, kept, kept_size);
    }
    memset(at + body, 0, comity_record_bytes(kept_size) - COMITY_RECORD_HEAD_SIZE - body);
    put_u32(ret_bytes, COMITY_RECORD_ENTRY);
    put_u32(ret_bytes + 4, (uint32_t)body);
    put_u64(ret_bytes + 24, time_ms);
    put_u64(ret_bytes + 32, 1);
    put_u32(ret_bytes + 40, comity_crc32c(at, body));
}

void comity_record_place(uint8_t *record, uint64_t index)
{
    put_u64(record + 8, index);
}

void comity_record_settle(uint8_t *records, size_t size, uint64_t settled)
{
    for (uint8_t *end = records + size; records != end;) {
        put_u64(records + 16, settled);
        put_u32(records + 44, comity_crc32c(records, 44));
        records += padded(COMITY_RECORD_HEAD_SIZE + (size_t)get_u32(records + 4));
    }
}

void comity_record_write_erased(uint64_t index, uint64_t count, uint64_t settled, uint64_t time_ms,
                                comity_buffer *buffer)
{
    uint8_t head[COMITY_RECORD_HEAD_SIZE] = {0};
    put_u32(head, COMITY_RECORD_ERASED);
    put_u64(head + 24, time_ms);
    put_u64(head + 32, count);
    put_u32(head + 40, comity_crc32c(NULL, 0));
    comity_record_place(head, index);
    comity_record_settle(head, sizeof head, settled);
    comity_buffer_append(buffer, head, sizeof head);
}

void comity_segment_head_write(const comity_hash *origin, uint64_t time_ms, uint8_t ret_head[COMITY_SEGMENT_HEAD_SIZE])
{
    memcpy(ret_head, magic, 16);
    memcpy(ret_head + 16, origin->bytes, sizeof origin->bytes);
    put_u64(ret_head + 48, time_ms);
    put_u32(ret_head + 56, 0);
    put_u32(ret_head + 60, comity_crc32c(ret_head, 60));
}

/* ---- reading ---- */

/* The head of a record whose sum holds and whose numbers can be. */
static bool read_head(const uint8_t *bytes, size_t size, comity_record_view *ret_view, size_t *ret_body)
{
    if (size < COMITY_RECORD_HEAD_SIZE || get_u32(bytes + 44) != comity_crc32c(bytes, 44)) {
        return false;
    }
    *ret_view = (comity_record_view){.kind = get_u32(bytes),
                                     .index = get_u64(bytes + 8),
                                     .settled = get_u64(bytes + 16),
                                     .time_ms = get_u64(bytes + 24),
                                     .count = get_u64(bytes + 32)};
    *ret_body = get_u32(bytes + 4);
    if (ret_view->count == 0 || ret_view->index > COMITY_TREE_SIZE_MAX ||
        ret_view->count > COMITY_TREE_SIZE_MAX - ret_view->index) {
        return false;
    }
    if (ret_view->kind == COMITY_RECORD_ENTRY) {
        return ret_view->count == 1 && *ret_body >= COMITY_RECORD_BODY_SIZE &&
               *ret_body <= COMITY_RECORD_BODY_SIZE + COMITY_LIMIT_RECORD_KEPT_BYTES;
    }
    return ret_view->kind == COMITY_RECORD_ERASED && *ret_body == 0;
}

bool comity_record_read(const uint8_t *bytes, size_t size, comity_record_view *ret_view, size_t *ret_size)
{
    comity_record_view view;
    size_t body;
    if (!read_head(bytes, size, &view, &body) || padded(COMITY_RECORD_HEAD_SIZE + body) > size) {
        return false;
    }
    const uint8_t *at = bytes + COMITY_RECORD_HEAD_SIZE;
    if (get_u32(bytes + 40) != comity_crc32c(at, body)) {
        return false;
    }
    for (size_t i = body; i < padded(body); i++) {
        if (at[i] != 0) {
            return false;
        }
    }
    if (view.kind == COMITY_RECORD_ENTRY) {
        view.salt = at;
        memcpy(view.commitment.bytes, at + COMITY_SALT_SIZE, COMITY_SHA256_SIZE);
        view.kept = at + COMITY_RECORD_BODY_SIZE;
        view.kept_size = body - COMITY_RECORD_BODY_SIZE;
    }
    *ret_view = view;
    *ret_size = padded(COMITY_RECORD_HEAD_SIZE + body);
    return true;
}

#define CURSOR_BYTES ((size_t)1 << 18)

/* Holds at least `size` bytes from `at` on, where the file has them. */
static comity_status hold(comity_segment_cursor *cursor, uint64_t at, size_t size, const uint8_t **ret_bytes,
                          size_t *ret_held, comity_error *reterr)
{
    if (at >= cursor->from && at + size <= cursor->from + cursor->held) {
        *ret_bytes = cursor->bytes + (at - cursor->from);
        *ret_held = cursor->held - (size_t)(at - cursor->from);
        return COMITY_OK;
    }
    if (size > cursor->capacity) {
        uint8_t *larger = realloc(cursor->bytes, size);
        if (larger == NULL) {
            return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
        }
        cursor->bytes = larger;
        cursor->capacity = size;
    }
    cursor->held = 0;
    cursor->from = at;
    comity_disk_result result =
        cursor->disk->read(cursor->disk, cursor->file, at, cursor->bytes, cursor->capacity, &cursor->held, reterr);
    *ret_bytes = cursor->bytes;
    *ret_held = cursor->held;
    return comity_disk_status(result, cursor->path, reterr);
}

/* A cursor at the beginning of the file. */
static comity_status open_file(comity_disk *disk, const char *path, comity_segment_cursor *ret_cursor,
                               comity_error *reterr)
{
    comity_segment_cursor cursor = {.disk = disk, .capacity = CURSOR_BYTES};
    assert(strlen(path) < sizeof cursor.path);
    memcpy(cursor.path, path, strlen(path) + 1);
    cursor.bytes = malloc(cursor.capacity);
    if (cursor.bytes == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    comity_status status =
        comity_disk_status(disk->open(disk, path, COMITY_DISK_READ, &cursor.file, reterr), path, reterr);
    if (status != COMITY_OK) {
        free(cursor.bytes);
        return status;
    }
    status = comity_disk_status(disk->size(disk, cursor.file, &cursor.size, reterr), path, reterr);
    if (status != COMITY_OK) {
        comity_segment_close(&cursor);
        return status;
    }
    *ret_cursor = cursor;
    return COMITY_OK;
}

comity_status comity_segment_open(comity_disk *disk, const char *path, const comity_hash *origin,
                                  comity_segment_cursor *ret_cursor, bool *ret_torn, comity_error *reterr)
{
    comity_segment_cursor cursor;
    const uint8_t *head = NULL;
    size_t held = 0;
    *ret_torn = false;
    COMITY_TRY(open_file(disk, path, &cursor, reterr));
    comity_status status = hold(&cursor, 0, COMITY_SEGMENT_HEAD_SIZE, &head, &held, reterr);
    bool whole = status == COMITY_OK && held >= COMITY_SEGMENT_HEAD_SIZE && get_u32(head + 60) == comity_crc32c(head, 60) &&
                 memcmp(head, magic, 16) == 0;
    if (whole && memcmp(head + 16, origin->bytes, sizeof origin->bytes) != 0) {
        status = comity_fail(reterr, COMITY_ERROR_SYNTAX, "%s: a segment of another log", path);
    }
    *ret_torn = status == COMITY_OK && !whole;
    cursor.at = COMITY_SEGMENT_HEAD_SIZE;
    if (status != COMITY_OK || !whole) {
        comity_segment_close(&cursor);
        return status;
    }
    *ret_cursor = cursor;
    return COMITY_OK;
}

void comity_segment_close(comity_segment_cursor *cursor)
{
    if (cursor->disk == NULL) {
        return;
    }
    cursor->disk->close(cursor->disk, cursor->file);
    free(cursor->bytes);
    *cursor = (comity_segment_cursor){0};
}

comity_status comity_segment_next(comity_segment_cursor *cursor, comity_segment_found *ret_found,
                                  comity_record_view *ret_view, comity_error *reterr)
{
    const uint8_t *bytes;
    size_t held;
    size_t body;
    size_t size;
    COMITY_TRY(hold(cursor, cursor->at, COMITY_RECORD_HEAD_SIZE, &bytes, &held, reterr));
    if (held == 0) {
        *ret_found = COMITY_SEGMENT_END;
        return COMITY_OK;
    }
    *ret_found = COMITY_SEGMENT_TORN;
    if (!read_head(bytes, held, ret_view, &body)) {
        return COMITY_OK;
    }
    COMITY_TRY(hold(cursor, cursor->at, padded(COMITY_RECORD_HEAD_SIZE + body), &bytes, &held, reterr));
    if (comity_record_read(bytes, held, ret_view, &size)) {
        cursor->begin = cursor->at;
        cursor->at += size;
        *ret_found = COMITY_SEGMENT_RECORD;
    }
    return COMITY_OK;
}

comity_status comity_segment_settled_behind(comity_segment_cursor *cursor, uint64_t *ret_settled, comity_error *reterr)
{
    comity_segment_cursor ahead = *cursor; /* shares memory and file: given back below */
    uint64_t settled = 0;
    comity_status status = COMITY_OK;
    for (ahead.at += 8; status == COMITY_OK && ahead.at + COMITY_RECORD_HEAD_SIZE <= ahead.size; ahead.at += 8) {
        comity_segment_found found = COMITY_SEGMENT_TORN;
        comity_record_view view;
        status = comity_segment_next(&ahead, &found, &view, reterr);
        if (status == COMITY_OK && found == COMITY_SEGMENT_RECORD) {
            settled = view.settled > settled ? view.settled : settled;
            ahead.at -= 8;
        }
    }
    cursor->bytes = ahead.bytes;
    cursor->capacity = ahead.capacity;
    cursor->held = 0;
    if (status == COMITY_OK) {
        *ret_settled = settled;
    }
    return status;
}

comity_status comity_segment_settled_headless(comity_disk *disk, const char *path, uint64_t *ret_settled,
                                              comity_error *reterr)
{
    comity_segment_cursor cursor;
    COMITY_TRY(open_file(disk, path, &cursor, reterr));
    comity_status status = comity_segment_settled_behind(&cursor, ret_settled, reterr);
    comity_segment_close(&cursor);
    return status;
}
