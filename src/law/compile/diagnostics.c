/* Comes in: mistakes as they are found. Goes out: text for people, in the order
 * of files and lines, each once and with its line of source. A diagnostic that
 * cannot be kept, for want of memory or because there are too many, is dropped
 * and `cut` says so; it still counts as an error, so that nothing wrong passes
 * for right. */
#include "law/compile/diagnostics.h"

#include "base/limits.h"
#include "base/quote.h"
#include "base/utf8.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line of source is shown at most this wide, with the place in sight. */
#define SHOWN_COLUMNS 150
#define SHOWN_BEFORE 100

void comity_diagnostics_init(comity_diagnostics *diagnostics, comity_arena *arena)
{
    *diagnostics = (comity_diagnostics){.arena = arena};
}

static bool make_room(comity_diagnostics *diagnostics)
{
    if (diagnostics->count < diagnostics->capacity) {
        return true;
    }
    size_t capacity = diagnostics->capacity == 0 ? 16 : diagnostics->capacity * 2;
    void *items;
    if (comity_arena_take_array(diagnostics->arena, capacity, sizeof *diagnostics->items, &items, NULL) != COMITY_OK) {
        return false;
    }
    if (diagnostics->count != 0) {
        memcpy(items, diagnostics->items, diagnostics->count * sizeof *diagnostics->items);
    }
    diagnostics->items = items;
    diagnostics->capacity = capacity;
    return true;
}

/* What many places lead to, such as a definition that many rules use, is looked
 * at for each of them and told once. */
static bool is_told(const comity_diagnostics *diagnostics, comity_place_in_text at, const char *message, size_t size)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        const comity_diagnostic *told = &diagnostics->items[i];
        if (told->at.file == at.file && told->at.line == at.line && told->at.column == at.column &&
            strncmp(told->message, message, size) == 0 && told->message[size] == '\0') {
            return true;
        }
    }
    return false;
}

void comity_diagnostics_add(comity_diagnostics *diagnostics, comity_severity severity, comity_place_in_text at,
                            const char *format, ...)
{
    char message[1024];
    char *copy;
    va_list arguments;
    assert(at.line > 0 && at.column > 0 && at.length > 0);
    va_start(arguments, format);
    int wanted = vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    size_t size = wanted < 0 ? 0 : (size_t)wanted;
    size = size < sizeof message ? size : comity_utf8_whole(message, sizeof message - 1);
    if (is_told(diagnostics, at, message, size)) {
        return;
    }
    diagnostics->error_count += severity == COMITY_SEVERITY_ERROR ? 1 : 0;
    if (diagnostics->cut || diagnostics->count == COMITY_LIMIT_LAW_ERRORS || !make_room(diagnostics) ||
        comity_arena_copy(diagnostics->arena, message, size, &copy, NULL) != COMITY_OK) {
        diagnostics->cut = true;
        return;
    }
    diagnostics->items[diagnostics->count++] = (comity_diagnostic){severity, at, copy};
}

static int compare(uint32_t left, uint32_t right)
{
    return left < right ? -1 : left > right;
}

/* By place; those of one place in the order in which they were found. */
static int diagnostic_order(const void *a, const void *b)
{
    const comity_diagnostic *left = *(const comity_diagnostic *const *)a;
    const comity_diagnostic *right = *(const comity_diagnostic *const *)b;
    int files = compare(left->at.file, right->at.file);
    int lines = files != 0 ? files : compare(left->at.line, right->at.line);
    int columns = lines != 0 ? lines : compare(left->at.column, right->at.column);
    return columns != 0 ? columns : left < right ? -1 : left > right;
}

/* ---- the line of source ---- */

/* A line without its end. */
static const char *find_line(const comity_law_file *file, uint32_t line, size_t *ret_size)
{
    const char *text = file->text;
    const char *end = file->text + file->size;
    for (uint32_t i = 1; i < line && text < end; i++) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        text = stop == NULL ? end : stop + 1;
    }
    if (text == file->text && file->size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
    }
    const char *stop = text == end ? end : memchr(text, '\n', (size_t)(end - text));
    size_t size = (size_t)((stop == NULL ? end : stop) - text);
    *ret_size = size > 0 && text[size - 1] == '\r' ? size - 1 : size;
    return text;
}

/* The size of the character at `text`; 1 for a byte that is no UTF-8. */
static size_t character_size(const char *text, size_t size, bool *ret_whole)
{
    uint8_t byte = (uint8_t)text[0];
    size_t wanted = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    *ret_whole = wanted <= size && comity_utf8_check(text, wanted) == wanted;
    return *ret_whole ? wanted : 1;
}

static bool can_be_shown(const char *text, size_t size)
{
    uint8_t byte = (uint8_t)text[0];
    bool control = byte < 0x20 || byte == 0x7F || (size == 2 && byte == 0xC2 && (uint8_t)text[1] < 0xA0);
    bool direction = size == 3 && byte == 0xE2 &&
                     (((uint8_t)text[1] == 0x80 && (uint8_t)text[2] >= 0xA8 && (uint8_t)text[2] <= 0xAE) ||
                      ((uint8_t)text[1] == 0x81 && (uint8_t)text[2] >= 0xA6 && (uint8_t)text[2] <= 0xA9));
    bool mark = size == 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0;
    return !control && !direction && !mark;
}

static void append_character(comity_buffer *buffer, const char *text, size_t size, bool whole)
{
    if (whole && text[0] == '\t') {
        comity_buffer_append_byte(buffer, ' ');
    } else if (whole && can_be_shown(text, size)) {
        comity_buffer_append(buffer, text, size);
    } else {
        comity_buffer_append_text(buffer, "\xEF\xBF\xBD");
    }
}

/* Appends the columns [first, first + SHOWN_COLUMNS) of a line; returns how many there were. */
static uint32_t append_columns(comity_buffer *buffer, const char *text, size_t size, uint32_t first)
{
    uint32_t column = 1;
    uint32_t shown = 0;
    for (size_t i = 0; i < size && shown < SHOWN_COLUMNS; column++) {
        bool whole;
        size_t one = character_size(text + i, size - i, &whole);
        if (column >= first) {
            append_character(buffer, text + i, one, whole);
            shown++;
        }
        i += one;
    }
    return shown;
}

static void append_times(comity_buffer *buffer, char byte, uint32_t times)
{
    for (uint32_t i = 0; i < times; i++) {
        comity_buffer_append_byte(buffer, (uint8_t)byte);
    }
}

static void print_source(const comity_law_file *file, comity_place_in_text at, comity_buffer *buffer)
{
    char number[16];
    size_t size;
    const char *text = find_line(file, at.line, &size);
    uint32_t first = at.column > SHOWN_BEFORE ? at.column - SHOWN_BEFORE + 1 : 1;
    (void)snprintf(number, sizeof number, "%5u | ", (unsigned)at.line);
    comity_buffer_append_text(buffer, number);
    uint32_t shown = append_columns(buffer, text, size, first);
    comity_buffer_append_text(buffer, "\n      | ");
    append_times(buffer, ' ', at.column - first);
    uint32_t room = shown > at.column - first ? shown - (at.column - first) : 1;
    uint32_t length = at.length < room ? at.length : room;
    comity_buffer_append_byte(buffer, '^');
    append_times(buffer, '~', length - 1);
    comity_buffer_append_byte(buffer, '\n');
}

static void print_one(const comity_diagnostic *diagnostic, const comity_law_file *file, comity_buffer *buffer)
{
    comity_quote_append_plain(buffer, file->path, strlen(file->path));
    comity_buffer_append_byte(buffer, ':');
    comity_buffer_append_u64(buffer, diagnostic->at.line);
    comity_buffer_append_byte(buffer, ':');
    comity_buffer_append_u64(buffer, diagnostic->at.column);
    comity_buffer_append_text(buffer, diagnostic->severity == COMITY_SEVERITY_ERROR ? ": error: " : ": warning: ");
    comity_buffer_append_text(buffer, diagnostic->message);
    comity_buffer_append_byte(buffer, '\n');
    print_source(file, diagnostic->at, buffer);
}

comity_status comity_diagnostics_print(const comity_diagnostics *diagnostics, const comity_law_file *files,
                                       size_t file_count, comity_buffer *buffer, comity_error *reterr)
{
    void *memory;
    const uint8_t *bytes;
    size_t size;
    COMITY_TRY(
        comity_arena_take_array(diagnostics->arena, diagnostics->count, sizeof(comity_diagnostic *), &memory, reterr));
    const comity_diagnostic **sorted = memory;
    for (size_t i = 0; i < diagnostics->count; i++) {
        sorted[i] = &diagnostics->items[i];
    }
    if (diagnostics->count != 0) {
        qsort(sorted, diagnostics->count, sizeof *sorted, diagnostic_order);
    }
    for (size_t i = 0; i < diagnostics->count; i++) {
        assert(sorted[i]->at.file < file_count);
        print_one(sorted[i], &files[sorted[i]->at.file], buffer);
    }
    if (diagnostics->cut) {
        comity_buffer_append_text(buffer, "There is more that is wrong; only so much is shown at once.\n");
    }
    return comity_buffer_bytes(buffer, &bytes, &size, reterr);
}
