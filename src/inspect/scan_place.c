/* Where in the part's structure a byte stands: line, record, the names of the
 * containers around it, the column. Goes forward only, with the places that are
 * looked at, and over what lies between two of them without reading it: only
 * quotes, brackets, separators and line ends count. */
#include "base/swar.h"
#include "inspect/scan_inner.h"

#include <string.h>

/* ---- JSON ---- */

/* The container that was there before, in the record before, had the same key. */
static bool has_name_still(const uint8_t *low, const uint8_t *at, const comity_scan_container *container)
{
    size_t size = container->size;
    return size != 0 && size < sizeof container->name && (size_t)(at - low) > size + 4 && at[-1] == ':' && at[-2] == '"' &&
           at[-3] != '\\' && at[-3 - (ptrdiff_t)size] == '"' && memcmp(at - 2 - size, container->name, size) == 0;
}

/* The key that stands before a container which begins at `at`. */
static void container_name(const comity_scan *scan, const uint8_t *at, comity_scan_container *container)
{
    const uint8_t *low = at - scan->view > 2 * COMITY_LIMIT_SCAN_LABEL_BYTES ? at - 2 * COMITY_LIMIT_SCAN_LABEL_BYTES
                                                                            : scan->view;
    const uint8_t *name;
    size_t size;
    if (has_name_still(low, at, container)) {
        return;
    }
    container->size = 0;
    while (at > low && at[-1] <= ' ') {
        at--;
    }
    if (at == low || at[-1] != ':' || !comity_scan_name_before(low, at - 1, &name, &size)) {
        return;
    }
    container->size = (uint8_t)(size < sizeof container->name ? size : sizeof container->name);
    memcpy(container->name, name, container->size);
    container->hash = comity_scan_hash(container->name, container->size);
}

static void json_open(comity_scan *scan, const uint8_t *at)
{
    comity_scan_place *place = &scan->place;
    bool is_object = *at == '{';
    bool in_array = place->depth > 0 && place->depth <= COMITY_LIMIT_SCAN_DEPTH &&
                    place->containers[place->depth - 1].is_array;
    if (is_object && in_array && place->record_depth == UINT32_MAX) {
        place->record_depth = place->depth;
    }
    bool new_record = is_object && (place->depth == 0 || (in_array && place->depth <= place->record_depth));
    if (new_record) {
        place->record += place->in_record;
        place->in_record = true;
    }
    if (place->depth < COMITY_LIMIT_SCAN_DEPTH) {
        comity_scan_container *container = &place->containers[place->depth];
        container->is_array = !is_object;
        container_name(scan, at, container);
        container->names = place->depth == 0 ? 0 : container[-1].names * 31;
        if (container->size != 0) {
            container->names ^= container->hash;
        }
    }
    place->depth++;
}

static void json_mark(comity_scan *scan, const uint8_t *at)
{
    comity_scan_place *place = &scan->place;
    if (*at == '{' || *at == '[') {
        json_open(scan, at);
    } else if (place->depth > 0) {
        place->depth--;
    }
}

/* ---- CSV ---- */

static bool is_around_name(uint8_t byte)
{
    return byte == ' ' || byte == '"' || byte == '\'' || byte == '`' || byte == '\r';
}

void comity_scan_column_add(comity_scan *scan, const uint8_t *begin, const uint8_t *end)
{
    while (begin < end && is_around_name(*begin)) {
        begin++;
    }
    while (begin < end && is_around_name(end[-1])) {
        end--;
    }
    if (scan->column_count == COMITY_LIMIT_SCAN_COLUMNS) {
        return;
    }
    comity_scan_column *column = &scan->columns[scan->column_count++];
    size_t size = (size_t)(end - begin);
    column->size = (uint8_t)(size < sizeof column->name ? size : sizeof column->name);
    memcpy(column->name, begin, column->size);
    const comity_scan_field *field = comity_scan_field_of(scan, column->name, column->size);
    column->is_label = field != NULL && field->is_label;
    column->field = field == NULL ? 0 : field->number;
    column->slot = field == NULL ? 0 : (uint32_t)(field - scan->fields);
}

/* The first of two bytes, or a carriage return if one of them is a line end; else `limit`. */
static const uint8_t *first_of(const uint8_t *at, const uint8_t *limit, uint8_t one, uint8_t other)
{
    uint8_t third = other == '\n' ? '\r' : other;
    for (; limit - at >= 8; at += 8) {
        uint64_t word = comity_swar_load_ordered(at);
        uint64_t found =
            comity_swar_all_equal(word, one) | comity_swar_all_equal(word, other) | comity_swar_all_equal(word, third);
        if (found != 0) {
            return at + __builtin_ctzll(found) / 8;
        }
    }
    while (at < limit && *at != one && *at != other && *at != third) {
        at++;
    }
    return at;
}

const comity_scan_field *comity_scan_column_field(comity_scan *scan, uint32_t number)
{
    if (number >= scan->column_count || !scan->columns[number].is_label) {
        return NULL;
    }
    comity_scan_column *column = &scan->columns[number];
    const comity_scan_field *field = &scan->fields[column->slot];
    if (field->number != column->field) {
        field = comity_scan_field_of(scan, column->name, column->size);
        column->field = field->number;
        column->slot = (uint32_t)(field - scan->fields);
    }
    return field;
}

/* The cell that begins at `begin`, of a column that speaks for types, is tried as a whole. */
static void cell_of_field(comity_scan *scan, const uint8_t *begin, const comity_scan_field *field)
{
    const uint8_t *limit = scan->view + (scan->view_end - scan->view_begin);
    bool quoted = begin < limit && *begin == '"';
    begin += quoted;
    const uint8_t ends[3] = {quoted ? '"' : (uint8_t)scan->part.delimiter, quoted ? '"' : '\n', quoted ? '"' : '\r'};
    if (comity_scan_field_planned(scan, begin, ends, field)) {
        return;
    }
    limit = limit - begin > COMITY_LIMIT_SCAN_VALUE_BYTES ? begin + COMITY_LIMIT_SCAN_VALUE_BYTES : limit;
    const uint8_t *end = quoted ? first_of(begin, limit, '"', '"') : first_of(begin, limit, (uint8_t)scan->part.delimiter, '\n');
    comity_scan_field_value(scan, begin, end, field);
}

/* The same, if it is of one. What stands before it speaks for nothing in it. */
static void cell_try(comity_scan *scan, const uint8_t *begin)
{
    const comity_scan_field *field = comity_scan_column_field(scan, scan->place.column);
    const uint8_t *low = scan->low;
    const uint8_t *high = scan->high;
    const uint8_t *end = scan->view + (scan->view_end - scan->view_begin);
    if (field == NULL) {
        return;
    }
    scan->low = begin;
    scan->high = end - begin > COMITY_LIMIT_SCAN_AHEAD ? begin + COMITY_LIMIT_SCAN_AHEAD : end;
    cell_of_field(scan, begin, field);
    scan->low = low;
    scan->high = high;
}

static void csv_mark(comity_scan *scan, const uint8_t *at)
{
    comity_scan_place *place = &scan->place;
    uint64_t here = comity_scan_offset(scan, at);
    if (place->in_header) {
        uint64_t cell = place->cell < scan->view_begin ? scan->view_begin : place->cell;
        comity_scan_column_add(scan, scan->view + (cell - scan->view_begin), at);
    }
    place->cell = here + 1;
    if (*at != '\n') {
        place->column++;
    } else {
        place->column = 0;
        place->record += !place->in_header;
        place->in_header = false;
    }
    if (!place->in_header) {
        cell_try(scan, at + 1);
    }
}

/* ---- all ---- */

void comity_scan_place_begin(comity_scan *scan)
{
    comity_scan_place *place = &scan->place;
    memset(place, 0, sizeof *place);
    scan->key_end = UINT64_MAX;
    scan->window.begin = 0;
    scan->window.end = 0;
    scan->window.lines = 0;
    scan->window.mark_count = 0;
    scan->window.mark_next = 0;
    scan->window.lines_before[0] = 0;
    place->record_depth = scan->part.syntax == COMITY_FORM_NDJSON ? 0 : UINT32_MAX;
    place->in_header = scan->part.syntax == COMITY_FORM_CSV && scan->part.has_header;
    scan->column_count = 0;
    bool is_csv = scan->part.syntax == COMITY_FORM_CSV;
    place->record_is_line = !is_csv && scan->part.syntax != COMITY_FORM_JSON && scan->part.syntax != COMITY_FORM_NDJSON;
    place->marks.first = is_csv ? (uint8_t)scan->part.delimiter : '{';
    place->marks.second = is_csv ? '\n' : '}';
    place->marks.fold = is_csv ? 0 : 0x20; /* brackets of both kinds differ in this bit */
    place->marks.has_escapes = !is_csv;
}

/* Looks for the marks behind the window. */
static void window_next(comity_scan *scan)
{
    comity_scan_window *window = &scan->window;
    uint64_t begin = window->end;
    uint64_t left = scan->view_end - begin;
    size_t size = left < COMITY_SCAN_CHUNK ? (size_t)left : COMITY_SCAN_CHUNK;
    size_t blocks = (size_t)(window->end - window->begin + COMITY_SCAN_BLOCK - 1) / COMITY_SCAN_BLOCK;
    const uint8_t *at = scan->view + (begin - scan->view_begin);
    window->lines += window->lines_before[blocks];
    window->begin = begin;
    window->end = begin + size;
    window->mark_next = 0;
    window->mark_count = 0;
    if (scan->part.syntax == COMITY_FORM_CSV || scan->part.syntax == COMITY_FORM_JSON ||
        scan->part.syntax == COMITY_FORM_NDJSON) {
        window->mark_count = scan->level->marks(at, size, &scan->place.marks, window->marks, window->newlines,
                                                 window->lines_before);
    } else {
        scan->level->lines(at, size, window->newlines, window->lines_before);
    }
}

/* Up to a byte, but no further than the window goes. What is found in a cell on the way asks for the next mark. */
static void csv_advance(comity_scan *scan, uint64_t target)
{
    comity_scan_window *window = &scan->window;
    while (window->mark_next < window->mark_count) {
        uint64_t here = window->begin + window->marks[window->mark_next];
        if (here >= target) {
            return;
        }
        window->mark_next++;
        csv_mark(scan, scan->view + (here - scan->view_begin));
    }
}

static void json_advance(comity_scan *scan, uint64_t target)
{
    comity_scan_window *window = &scan->window;
    size_t next = window->mark_next;
    for (; next < window->mark_count && window->begin + window->marks[next] < target; next++) {
        json_mark(scan, scan->view + (window->begin + window->marks[next] - scan->view_begin));
    }
    window->mark_next = next;
}

/* What is found in a cell on the way takes `place.at` for granted. */
void comity_scan_place_advance_far(comity_scan *scan, uint64_t target)
{
    const comity_scan_window *window = &scan->window;
    scan->place.at = target;
    for (;;) {
        if (scan->part.syntax == COMITY_FORM_CSV) {
            csv_advance(scan, target);
        } else {
            json_advance(scan, target);
        }
        if (window->end >= target) {
            return;
        }
        window_next(scan);
    }
}

uint64_t comity_scan_line_of(const comity_scan *scan, const uint8_t *at)
{
    const comity_scan_window *window = &scan->window;
    uint64_t here = comity_scan_offset(scan, at);
    if (here >= window->begin && here < window->end) {
        size_t block = (size_t)(here - window->begin) / COMITY_SCAN_BLOCK;
        uint64_t ends = window->newlines[block] & ((UINT64_C(1) << (here - window->begin) % COMITY_SCAN_BLOCK) - 1);
        return window->lines + window->lines_before[block] + (ends == 0 ? 0 : comity_swar_ones(ends));
    }
    uint64_t lines = window->lines;
    if (here >= window->end) {
        return lines + window->lines_before[(window->end - window->begin + COMITY_SCAN_BLOCK - 1) / COMITY_SCAN_BLOCK];
    }
    for (uint64_t i = here; i < window->begin; i++) {
        lines -= scan->view[i - scan->view_begin] == '\n';
    }
    return lines;
}

static size_t path_put(char *path, size_t used, size_t size_max, const char *text, size_t size)
{
    if (used + size >= size_max) {
        return used;
    }
    memcpy(path + used, text, size);
    path[used + size] = '\0';
    return used + size;
}

size_t comity_scan_place_path(comity_scan *scan, const uint8_t *at, char *ret_path, size_t size_max)
{
    const comity_scan_place *place = &scan->place;
    size_t used = 0;
    bool is_json = scan->part.syntax == COMITY_FORM_JSON || scan->part.syntax == COMITY_FORM_NDJSON;
    for (uint32_t i = 0; is_json && i < place->depth && i < COMITY_LIMIT_SCAN_DEPTH; i++) {
        const comity_scan_container *container = &place->containers[i];
        if (container->size != 0) {
            used = path_put(ret_path, used, size_max, ".", used != 0);
            used = path_put(ret_path, used, size_max, (const char *)container->name, container->size);
        }
        if (container->is_array) {
            used = path_put(ret_path, used, size_max, "[]", 2);
        }
    }
    if (scan->part.syntax == COMITY_FORM_CSV && place->column < scan->column_count) {
        const comity_scan_column *column = &scan->columns[place->column];
        return path_put(ret_path, used, size_max, (const char *)column->name, column->size);
    }
    const uint8_t *name;
    size_t size;
    if (comity_scan_own_name(scan, at, &name, &size)) {
        used = path_put(ret_path, used, size_max, ".", used != 0);
        used = path_put(ret_path, used, size_max, (const char *)name, size);
    }
    return used;
}
