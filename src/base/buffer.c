/* What comes in: pieces of output. What goes out: all of it in one span, or
 * the first failure. The capacity doubles, up to the limit; after a failure
 * nothing is written any more, so that half an output is never taken for one. */
#include "base/buffer.h"

#include "base/swar.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY_FIRST ((size_t)256)

void comity_buffer_init(comity_buffer *ret_buffer, size_t size_max)
{
    *ret_buffer = (comity_buffer){.size_max = size_max};
}

void comity_buffer_init_fixed(comity_buffer *ret_buffer, void *memory, size_t capacity)
{
    *ret_buffer = (comity_buffer){.bytes = memory, .capacity = capacity, .size_max = capacity, .fixed = true};
}

void comity_buffer_free(comity_buffer *buffer)
{
    if (buffer == NULL) {
        return;
    }
    if (buffer->fixed) {
        comity_buffer_reset(buffer);
        return;
    }
    free(buffer->bytes);
    comity_buffer_init(buffer, buffer->size_max);
}

void comity_buffer_reset(comity_buffer *buffer)
{
    buffer->size = 0;
    buffer->failed = COMITY_OK;
}

comity_status comity_buffer_bytes(const comity_buffer *buffer, const uint8_t **ret_bytes, size_t *ret_size,
                                  comity_error *reterr)
{
    static const uint8_t nothing[1] = {0};
    if (buffer->failed == COMITY_ERROR_LIMIT) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "the output is larger than its limit of %zu bytes",
                           buffer->size_max);
    }
    if (buffer->failed != COMITY_OK) {
        return comity_fail(reterr, buffer->failed, "no memory for an output of more than %zu bytes", buffer->size);
    }
    *ret_bytes = buffer->bytes == NULL ? nothing : buffer->bytes;
    *ret_size = buffer->size;
    return COMITY_OK;
}

static bool grow(comity_buffer *buffer, size_t wanted)
{
    size_t capacity = buffer->capacity == 0 ? CAPACITY_FIRST : buffer->capacity;
    while (capacity < wanted && capacity <= buffer->size_max / 2) {
        capacity *= 2;
    }
    capacity = capacity < wanted ? wanted : capacity;
    capacity = capacity > buffer->size_max ? buffer->size_max : capacity;
    uint8_t *bytes = realloc(buffer->bytes, capacity);
    if (bytes == NULL) {
        buffer->failed = COMITY_ERROR_MEMORY;
        return false;
    }
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return true;
}

static bool grow_for(comity_buffer *buffer, size_t size)
{
    if (buffer->failed != COMITY_OK) {
        return false;
    }
    if (size > buffer->size_max - buffer->size) {
        buffer->failed = COMITY_ERROR_LIMIT;
        return false;
    }
    assert(!buffer->fixed);
    return grow(buffer, buffer->size + size);
}

/* Room for `size` more bytes, which the caller fills; NULL after a failure. */
static inline uint8_t *take_room(comity_buffer *buffer, size_t size)
{
    bool fits = buffer->failed == COMITY_OK && size <= buffer->capacity - buffer->size;
    if (!fits && !grow_for(buffer, size)) {
        return NULL;
    }
    uint8_t *room = buffer->bytes + buffer->size;
    buffer->size += size;
    return room;
}

uint8_t *comity_buffer_room_slowly(comity_buffer *buffer, size_t size)
{
    uint8_t *room = take_room(buffer, size);
    buffer->size -= room == NULL ? 0 : size;
    return room;
}

void comity_buffer_append_slowly(comity_buffer *buffer, const void *bytes, size_t size)
{
    if (size == 0) {
        return;
    }
    uint8_t *room = take_room(buffer, size);
    if (room != NULL) {
        memcpy(room, bytes, size);
    }
}

size_t comity_number_print(uint64_t number, char ret_digits[COMITY_NUMBER_DIGITS])
{
    size_t count = 1;
    for (uint64_t rest = number; rest > 9; rest /= 10) {
        count++;
    }
    for (size_t i = count; i > 0; number /= 10) {
        ret_digits[--i] = (char)('0' + number % 10);
    }
    return count;
}

void comity_buffer_append_u64(comity_buffer *buffer, uint64_t number)
{
    char digits[COMITY_NUMBER_DIGITS];
    size_t count = comity_number_print(number, digits);
    comity_buffer_append(buffer, digits, count);
}

void comity_buffer_append_i64(comity_buffer *buffer, int64_t number)
{
    if (number < 0) {
        comity_buffer_append_byte(buffer, '-');
        comity_buffer_append_u64(buffer, 0 - (uint64_t)number);
    } else {
        comity_buffer_append_u64(buffer, (uint64_t)number);
    }
}

void comity_buffer_append_zeros(comity_buffer *buffer, size_t size)
{
    if (size == 0) {
        return;
    }
    uint8_t *room = take_room(buffer, size);
    if (room != NULL) {
        memset(room, 0, size);
    }
}

static bool needs_escape(uint8_t byte)
{
    return byte < 0x20 || byte == '"' || byte == '\\';
}

/* How many bytes from `at` on need no escape. */
static size_t clean_size(const uint8_t *bytes, size_t at, size_t size)
{
    size_t begin = at;
    while (size - at >= 8) {
        uint64_t word = comity_swar_load(bytes + at);
        uint64_t found = comity_swar_below(word, 0x20) | comity_swar_equal(word, '"') | comity_swar_equal(word, '\\');
        if (found != 0) {
            break;
        }
        at += 8;
    }
    while (at < size && !needs_escape(bytes[at])) {
        at++;
    }
    return at - begin;
}

enum { ESCAPE_BYTES_MAX = 6 };

/* Writes the escape of a byte that needs one; its size. */
static size_t write_escape(uint8_t byte, char ret_escape[ESCAPE_BYTES_MAX])
{
    static const char digits[] = "0123456789abcdef";
    static const char short_forms[0x20] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    char short_form = byte >= 0x20 ? (char)byte : short_forms[byte];
    ret_escape[0] = '\\';
    if (short_form != 0) {
        ret_escape[1] = short_form;
        return 2;
    }
    memcpy(ret_escape + 1, "u00", 3);
    ret_escape[4] = digits[byte >> 4];
    ret_escape[5] = digits[byte & 15];
    return 6;
}

static void append_escape(comity_buffer *buffer, uint8_t byte)
{
    char escape[ESCAPE_BYTES_MAX];
    size_t size = write_escape(byte, escape);
    comity_buffer_append(buffer, escape, size);
}

void comity_buffer_append_json_string(comity_buffer *buffer, const char *text, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t at = 0;
    comity_buffer_append_byte(buffer, '"');
    while (at < size) {
        size_t clean = clean_size(bytes, at, size);
        comity_buffer_append(buffer, bytes + at, clean);
        at += clean;
        if (at < size) {
            append_escape(buffer, bytes[at]);
            at++;
        }
    }
    comity_buffer_append_byte(buffer, '"');
}

/* From the end to the beginning, so that nothing is overwritten before it has moved. */
void comity_buffer_escape_json(comity_buffer *buffer, size_t begin)
{
    size_t size = buffer->failed == COMITY_OK ? buffer->size - begin : 0;
    char escape[ESCAPE_BYTES_MAX];
    size_t more = 0;
    size_t at = begin;
    while (at < begin + size && (at += clean_size(buffer->bytes, at, begin + size)) < begin + size) {
        more += write_escape(buffer->bytes[at], escape) - 1;
        at++;
    }
    if (more == 0 || take_room(buffer, more) == NULL) {
        return;
    }
    size_t to = buffer->size;
    for (size_t from = begin + size; from > begin && to > from;) {
        uint8_t byte = buffer->bytes[--from];
        size_t escape_size = needs_escape(byte) ? write_escape(byte, escape) : 0;
        to -= escape_size == 0 ? 1 : escape_size;
        memcpy(buffer->bytes + to, escape_size == 0 ? (const void *)&byte : escape, escape_size == 0 ? 1 : escape_size);
    }
}
