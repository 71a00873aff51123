/* What comes in: a span of bytes and what to read or write next. What goes
 * out: numbers in the machine's own form, or bytes in the format's. Numbers are
 * put together by shifting, so neither byte order nor alignment matters. */
#include "base/bytes.h"

#include <assert.h>
#include <string.h>

void comity_reader_init(comity_reader *ret_reader, const void *bytes, size_t size)
{
    static const uint8_t nothing[1] = {0};
    assert(bytes != NULL || size == 0);
    *ret_reader = (comity_reader){.bytes = bytes == NULL ? nothing : bytes, .size = size, .at = 0};
}

void comity_writer_init(comity_writer *ret_writer, void *bytes, size_t size)
{
    assert(bytes != NULL);
    *ret_writer = (comity_writer){.bytes = bytes, .size = size, .at = 0};
}

static comity_status fail_at(size_t offset, comity_status status, comity_error *reterr)
{
    if (reterr != NULL) {
        reterr->offset = offset;
    }
    return status;
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

comity_status comity_reader_span(comity_reader *reader, size_t size, const uint8_t **ret_span, comity_error *reterr)
{
    assert(reader->at <= reader->size);
    if (size > reader->size - reader->at) {
        comity_status status =
            comity_fail(reterr, COMITY_ERROR_SYNTAX, "%zu byte%s expected at byte %zu, but the data ends at byte %zu",
                        size, plural(size), reader->at, reader->size);
        return fail_at(reader->at, status, reterr);
    }
    *ret_span = reader->bytes + reader->at;
    reader->at += size;
    return COMITY_OK;
}

static uint64_t little(const uint8_t *bytes, size_t size)
{
    uint64_t number = 0;
    for (size_t i = size; i > 0; i--) {
        number = number << 8 | bytes[i - 1];
    }
    return number;
}

static uint64_t big(const uint8_t *bytes, size_t size)
{
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++) {
        number = number << 8 | bytes[i];
    }
    return number;
}

comity_status comity_reader_u8(comity_reader *reader, uint8_t *ret_number, comity_error *reterr)
{
    const uint8_t *span = NULL;
    COMITY_TRY(comity_reader_span(reader, 1, &span, reterr));
    *ret_number = span[0];
    return COMITY_OK;
}

comity_status comity_reader_u16(comity_reader *reader, uint16_t *ret_number, comity_error *reterr)
{
    const uint8_t *span = NULL;
    COMITY_TRY(comity_reader_span(reader, 2, &span, reterr));
    *ret_number = (uint16_t)little(span, 2);
    return COMITY_OK;
}

comity_status comity_reader_u32(comity_reader *reader, uint32_t *ret_number, comity_error *reterr)
{
    const uint8_t *span = NULL;
    COMITY_TRY(comity_reader_span(reader, 4, &span, reterr));
    *ret_number = (uint32_t)little(span, 4);
    return COMITY_OK;
}

comity_status comity_reader_u64(comity_reader *reader, uint64_t *ret_number, comity_error *reterr)
{
    const uint8_t *span = NULL;
    COMITY_TRY(comity_reader_span(reader, 8, &span, reterr));
    *ret_number = little(span, 8);
    return COMITY_OK;
}

comity_status comity_reader_i32(comity_reader *reader, int32_t *ret_number, comity_error *reterr)
{
    uint32_t number = 0;
    COMITY_TRY(comity_reader_u32(reader, &number, reterr));
    memcpy(ret_number, &number, sizeof number);
    return COMITY_OK;
}

comity_status comity_reader_i64(comity_reader *reader, int64_t *ret_number, comity_error *reterr)
{
    uint64_t number = 0;
    COMITY_TRY(comity_reader_u64(reader, &number, reterr));
    memcpy(ret_number, &number, sizeof number);
    return COMITY_OK;
}

comity_status comity_reader_u16_big(comity_reader *reader, uint16_t *ret_number, comity_error *reterr)
{
    const uint8_t *span = NULL;
    COMITY_TRY(comity_reader_span(reader, 2, &span, reterr));
    *ret_number = (uint16_t)big(span, 2);
    return COMITY_OK;
}

comity_status comity_reader_u64_big(comity_reader *reader, uint64_t *ret_number, comity_error *reterr)
{
    const uint8_t *span = NULL;
    COMITY_TRY(comity_reader_span(reader, 8, &span, reterr));
    *ret_number = big(span, 8);
    return COMITY_OK;
}

/* How many bytes lie between `at` and the next multiple of `alignment`. */
static size_t padding_size(size_t at, size_t alignment)
{
    assert(alignment > 0 && (alignment & (alignment - 1)) == 0);
    return (alignment - (at & (alignment - 1))) & (alignment - 1);
}

comity_status comity_reader_align(comity_reader *reader, size_t alignment, comity_error *reterr)
{
    size_t begin = reader->at;
    size_t size = padding_size(begin, alignment);
    const uint8_t *span = NULL;
    COMITY_TRY(comity_reader_span(reader, size, &span, reterr));
    for (size_t i = 0; i < size; i++) {
        if (span[i] != 0) {
            reader->at = begin;
            comity_status status = comity_fail(reterr, COMITY_ERROR_SYNTAX, "byte %zu is %u, but padding is zero",
                                               begin + i, (unsigned)span[i]);
            return fail_at(begin + i, status, reterr);
        }
    }
    return COMITY_OK;
}

comity_status comity_reader_seek(comity_reader *reader, size_t at, comity_error *reterr)
{
    if (at > reader->size) {
        comity_status status = comity_fail(reterr, COMITY_ERROR_SYNTAX,
                                           "byte %zu is referred to, but the data ends at byte %zu", at, reader->size);
        return fail_at(reader->at, status, reterr);
    }
    reader->at = at;
    return COMITY_OK;
}

comity_status comity_reader_finish(const comity_reader *reader, comity_error *reterr)
{
    size_t left = reader->size - reader->at;
    if (left > 0) {
        comity_status status =
            comity_fail(reterr, COMITY_ERROR_SYNTAX, "the end expected at byte %zu, but %zu byte%s follow%s",
                        reader->at, left, plural(left), left == 1 ? "s" : "");
        return fail_at(reader->at, status, reterr);
    }
    return COMITY_OK;
}

/* Room for `size` bytes, which the caller fills. */
static comity_status take_room(comity_writer *writer, size_t size, uint8_t **ret_room, comity_error *reterr)
{
    assert(writer->at <= writer->size);
    if (size > writer->size - writer->at) {
        comity_status status = comity_fail(reterr, COMITY_ERROR_LIMIT, "no room for %zu byte%s at byte %zu of %zu",
                                           size, plural(size), writer->at, writer->size);
        return fail_at(writer->at, status, reterr);
    }
    *ret_room = writer->bytes + writer->at;
    writer->at += size;
    return COMITY_OK;
}

static comity_status write_little(comity_writer *writer, uint64_t number, size_t size, comity_error *reterr)
{
    uint8_t *room = NULL;
    COMITY_TRY(take_room(writer, size, &room, reterr));
    for (size_t i = 0; i < size; i++) {
        room[i] = (uint8_t)(number >> (8 * i));
    }
    return COMITY_OK;
}

static comity_status write_big(comity_writer *writer, uint64_t number, size_t size, comity_error *reterr)
{
    uint8_t *room = NULL;
    COMITY_TRY(take_room(writer, size, &room, reterr));
    for (size_t i = 0; i < size; i++) {
        room[i] = (uint8_t)(number >> (8 * (size - 1 - i)));
    }
    return COMITY_OK;
}

comity_status comity_writer_u8(comity_writer *writer, uint8_t number, comity_error *reterr)
{
    return write_little(writer, number, 1, reterr);
}

comity_status comity_writer_u16(comity_writer *writer, uint16_t number, comity_error *reterr)
{
    return write_little(writer, number, 2, reterr);
}

comity_status comity_writer_u32(comity_writer *writer, uint32_t number, comity_error *reterr)
{
    return write_little(writer, number, 4, reterr);
}

comity_status comity_writer_u64(comity_writer *writer, uint64_t number, comity_error *reterr)
{
    return write_little(writer, number, 8, reterr);
}

comity_status comity_writer_i32(comity_writer *writer, int32_t number, comity_error *reterr)
{
    return write_little(writer, (uint32_t)number, 4, reterr);
}

comity_status comity_writer_i64(comity_writer *writer, int64_t number, comity_error *reterr)
{
    return write_little(writer, (uint64_t)number, 8, reterr);
}

comity_status comity_writer_u16_big(comity_writer *writer, uint16_t number, comity_error *reterr)
{
    return write_big(writer, number, 2, reterr);
}

comity_status comity_writer_u64_big(comity_writer *writer, uint64_t number, comity_error *reterr)
{
    return write_big(writer, number, 8, reterr);
}

comity_status comity_writer_span(comity_writer *writer, const void *span, size_t size, comity_error *reterr)
{
    uint8_t *room = NULL;
    COMITY_TRY(take_room(writer, size, &room, reterr));
    if (size > 0) {
        memcpy(room, span, size);
    }
    return COMITY_OK;
}

comity_status comity_writer_align(comity_writer *writer, size_t alignment, comity_error *reterr)
{
    size_t size = padding_size(writer->at, alignment);
    uint8_t *room = NULL;
    COMITY_TRY(take_room(writer, size, &room, reterr));
    if (size > 0) {
        memset(room, 0, size);
    }
    return COMITY_OK;
}

comity_status comity_writer_seek(comity_writer *writer, size_t at, comity_error *reterr)
{
    if (at > writer->size) {
        comity_status status =
            comity_fail(reterr, COMITY_ERROR_LIMIT, "byte %zu lies beyond the room of %zu bytes", at, writer->size);
        return fail_at(writer->at, status, reterr);
    }
    writer->at = at;
    return COMITY_OK;
}
