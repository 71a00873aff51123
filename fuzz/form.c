/* Any bytes under any hints: decoding ends in a status; parts and pieces come in
 * order, covered by their runs; and however the bytes are split, they are the same. Memory
 * comes from malloc, so that the sanitizers see every piece. The first byte
 * chooses the hints. */
#include "../tests/form_parts.h"
#include "../tests/form_pool.h"

#include <stdio.h>

#define INPUT_SIZE_MAX 65536

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const comity_form_hints hints[] = {
    {.content_type = NULL},
    {.content_type = "multipart/form-data; boundary=XX"},
    {.content_encoding = "br"},
    {.content_encoding = "deflate"},
    {.content_type = "text/csv; charset=gb18030", .locale = "zh-CN"},
    {.content_type = "message/rfc822"},
    {.name = "x.br", .locale = "ja"},
    {.content_type = "application/x-www-form-urlencoded; charset=utf-16le"},
};

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* Chunks of 1 to 64 bytes, and now and then of many. */
static size_t chunk_size(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    uint32_t wanted = *state >> 20;
    return wanted % 7 == 0 ? 1 + wanted * 3 : 1 + wanted % 64;
}

/* One decoder for most inputs, and one for those that show that a ratio is watched: what comes out is kept twice and
 * compared, and most inputs are small. */
static comity_form *begin(const comity_form_hints *hint, size_t size)
{
    static comity_form *forms[2];
    comity_form_limits limits = {.bytes_max = (uint64_t)512 << 10, .members_max = 1000, .memory_max = 65536};
    size_t which = size % 64 == 63;
    comity_error error;
    if (forms[which] != NULL) {
        require(comity_form_restart(forms[which], hint, &error) == COMITY_OK);
        return forms[which];
    }
    limits.bytes_max = which == 0 ? limits.bytes_max : (uint64_t)16 << 20;
    const comity_form_sink sink = {
        .part_begin = form_parts_begin_now, .piece = form_parts_piece_now, .part_end = form_parts_end_now};
    require(comity_form_open(hint, &limits, &sink, &forms[which], &error) == COMITY_OK);
    return forms[which];
}

static comity_status decode(const comity_form_hints *hint, const uint8_t *bytes, size_t size, uint32_t seed,
                            form_parts *parts, comity_error *error)
{
    form_parts_now = parts;
    comity_form *form = begin(hint, size);
    comity_status status = COMITY_OK;
    for (size_t at = 0; status == COMITY_OK && at < size;) {
        size_t n = seed == 0 ? size : chunk_size(&seed);
        n = n < size - at ? n : size - at;
        status = comity_form_feed(form, bytes + at, n, error);
        at += n;
    }
    status = status == COMITY_OK ? comity_form_finish(form, error) : status;
    require(status == COMITY_OK || comity_form_finish(form, error) == status);
    form_pool_clear();
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0 || size > INPUT_SIZE_MAX) {
        return 0;
    }
    const comity_form_hints *hint = &hints[bytes[0] % (sizeof hints / sizeof hints[0])];
    form_parts whole = {0};
    form_parts split = {0};
    comity_error error = {.message = ""};
    comity_error other = {.message = ""};
    comity_status status = decode(hint, bytes + 1, size - 1, 0, &whole, &error);
    comity_status again = decode(hint, bytes + 1, size - 1, bytes[0] * 2654435761u + (uint32_t)size, &split, &other);
    require(status == again);
    require(!whole.broken && !split.broken);
    if (status == COMITY_OK) {
        require(form_parts_equal(&whole, &split));
    } else {
        require(error.message[0] != '\0');
    }
    form_parts_free(&whole);
    form_parts_free(&split);
    return 0;
}
