/* Output that grows as it is written: judgements, law images, messages.
 *
 * A failure sticks. A buffer that could not grow takes nothing more, and the
 * only way to what was written, comity_buffer_bytes, says why. So a writer
 * appends line after line without a check, and its caller checks once. */
#ifndef COMITY_BASE_BUFFER_H
#define COMITY_BASE_BUFFER_H

#include "base/error.h"

#include <string.h>

/* A buffer owns its memory until comity_buffer_free, unless it was given fixed
 * memory. It belongs to one thread at a time. The fields are private. */
typedef struct comity_buffer {
    uint8_t *bytes;
    size_t size;
    size_t capacity;
    size_t size_max;
    comity_status failed;
    bool fixed; /* the memory is the caller's */
} comity_buffer;

/* Begins an empty buffer of at most `size_max` bytes. Allocates nothing. */
void comity_buffer_init(comity_buffer *ret_buffer, size_t size_max);

/* Begins an empty buffer in the caller's memory, which it never leaves: nothing
 * is ever allocated. The memory must outlive the buffer. */
void comity_buffer_init_fixed(comity_buffer *ret_buffer, void *memory, size_t capacity);

/* Gives the memory back; the buffer is empty and usable. NULL is allowed. */
void comity_buffer_free(comity_buffer *buffer);

/* Forgets what was written, and any failure; keeps the memory. */
void comity_buffer_reset(comity_buffer *buffer);

/* What was written, which stays the buffer's and lasts until the next append,
 * reset or free; never NULL. COMITY_ERROR_LIMIT if more than `size_max` or the
 * fixed capacity was appended, COMITY_ERROR_MEMORY if the system had no more. */
COMITY_MUST_USE comity_status comity_buffer_bytes(const comity_buffer *buffer, const uint8_t **ret_bytes,
                                                  size_t *ret_size, comity_error *reterr);

/* What comity_buffer_append does when there may be no room. */
void comity_buffer_append_slowly(comity_buffer *buffer, const void *bytes, size_t size);

/* Makes room for `size` more bytes, for a caller that writes many small things
 * itself; NULL after a failure. What it filled is counted by comity_buffer_filled. */
uint8_t *comity_buffer_room_slowly(comity_buffer *buffer, size_t size);

static inline uint8_t *comity_buffer_room(comity_buffer *buffer, size_t size)
{
    return buffer->failed == COMITY_OK && buffer->bytes != NULL && size <= buffer->capacity - buffer->size
               ? buffer->bytes + buffer->size
               : comity_buffer_room_slowly(buffer, size);
}

/* The room, filled up to `end`, is part of the output now. */
static inline void comity_buffer_filled(comity_buffer *buffer, const uint8_t *end)
{
    buffer->size = (size_t)(end - buffer->bytes);
}

/* Appends `size` bytes; `bytes` may be NULL when `size` is 0, and must not lie in the buffer. */
static inline void comity_buffer_append(comity_buffer *buffer, const void *bytes, size_t size)
{
    if (buffer->failed == COMITY_OK && size != 0 && size <= buffer->capacity - buffer->size) {
        memcpy(buffer->bytes + buffer->size, bytes, size);
        buffer->size += size;
    } else {
        comity_buffer_append_slowly(buffer, bytes, size);
    }
}

/* Appends one byte. */
static inline void comity_buffer_append_byte(comity_buffer *buffer, uint8_t byte)
{
    comity_buffer_append(buffer, &byte, 1);
}

/* Appends a NUL-terminated string, without the NUL. Inlined, because of a
 * literal the compiler knows the length. */
static inline void comity_buffer_append_text(comity_buffer *buffer, const char *text)
{
    comity_buffer_append(buffer, text, strlen(text));
}

/* Writes a number in decimal digits, as short as can be; gives their count. What is
 * behind them may have been written to. */
#define COMITY_NUMBER_DIGITS 20 /* 18446744073709551615 */
size_t comity_number_print(uint64_t number, char ret_digits[COMITY_NUMBER_DIGITS]);

/* Appends a number in decimal digits, as short as can be. */
void comity_buffer_append_u64(comity_buffer *buffer, uint64_t number);
void comity_buffer_append_i64(comity_buffer *buffer, int64_t number);

/* Appends `size` bytes of UTF-8 as a JSON string with its quotes, escaped as
 * RFC 8785 section 3.2.2.2 asks: only `"`, `\` and what is below U+0020. The
 * bytes must be UTF-8 (comity_utf8_check); they are not checked again. */
void comity_buffer_append_json_string(comity_buffer *buffer, const char *text, size_t size);

/* The same of a NUL-terminated string. */
static inline void comity_buffer_append_json_text(comity_buffer *buffer, const char *text)
{
    comity_buffer_append_json_string(buffer, text, strlen(text));
}

/* Appends a text and behind it a number: `"line":` and 7. */
static inline void comity_buffer_append_text_u64(comity_buffer *buffer, const char *text, uint64_t number)
{
    comity_buffer_append_text(buffer, text);
    comity_buffer_append_u64(buffer, number);
}

/* Escapes what was appended from byte `begin` on as comity_buffer_append_json_string
 * does, for a string put together from pieces; the quotes are the caller's. */
void comity_buffer_escape_json(comity_buffer *buffer, size_t begin);

/* Appends `size` bytes of zeros: room to be filled, or alignment. */
void comity_buffer_append_zeros(comity_buffer *buffer, size_t size);

#endif
