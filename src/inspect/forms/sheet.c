/* Workbooks (xlsx). What comes in: the XML of sheets and of the strings they share,
 * in whatever order the archive has them. What goes out, when the archive ends: a
 * part a sheet, as CSV, so that a value stands under its column's name. Until
 * then cells wait as that CSV, with numbers in place of shared strings. Everything
 * lies in the pool; a workbook that does not fit is refused. */
#include "inspect/forms/markup.h"
#include "inspect/forms/zip.h"

#include "inspect/forms/syntax.h"

#define CHUNK_SIZE ((size_t)65536)

/* In what waits: before the index of a shared string, and before a sheet's name. */
enum { MARK_STRING = 1, MARK_SHEET = 2 };

typedef struct comity_workbook_chunk {
    struct comity_workbook_chunk *next;
    size_t size;
    uint8_t bytes[CHUNK_SIZE];
} chunk;

typedef struct sheet_state {
    comity_markup markup;
    bool in_value; /* in <v> or in <t> of a cell */
    bool in_cell;
    bool is_shared;  /* the cell's value is the index of a shared string */
    bool has_field;  /* a quote has been written for the cell */
    unsigned column; /* the next to be written, from 0 */
    uint64_t index;
} sheet_state;

static comity_status take(comity_stage *stage, size_t size, void **ret_memory, comity_error *reterr)
{
    void *memory = comity_pool_take(&stage->form->pool, size);
    if (memory == NULL) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_LIMIT,
                                 "a workbook is larger than the memory of %zu bytes there is for it",
                                 stage->form->pool.size);
    }
    *ret_memory = memory;
    return COMITY_OK;
}

/* ---- cells that wait ---- */

static comity_status wait(comity_stage *stage, const void *bytes, size_t size, comity_error *reterr)
{
    comity_workbook *workbook = stage->shared;
    const uint8_t *from = bytes;
    while (size != 0) {
        if (workbook->last == NULL || workbook->last->size == CHUNK_SIZE) {
            void *memory = NULL;
            COMITY_TRY(take(stage, sizeof(chunk), &memory, reterr));
            chunk *fresh = memory;
            fresh->next = NULL;
            fresh->size = 0;
            if (workbook->last == NULL) {
                workbook->first = fresh;
            } else {
                workbook->last->next = fresh;
            }
            workbook->last = fresh;
        }
        size_t room = CHUNK_SIZE - workbook->last->size;
        size_t n = size < room ? size : room;
        memcpy(workbook->last->bytes + workbook->last->size, from, n);
        workbook->last->size += n;
        from += n;
        size -= n;
    }
    return COMITY_OK;
}

/* Text of a cell, quotes doubled; control characters, which mark things here, as spaces. */
static comity_status wait_text(comity_stage *stage, const char *text, size_t size, comity_error *reterr)
{
    for (size_t i = 0; i < size; i++) {
        char c = (uint8_t)text[i] < 0x20 ? ' ' : text[i];
        COMITY_TRY(wait(stage, c == '"' ? "\"\"" : &c, c == '"' ? 2 : 1, reterr));
    }
    return COMITY_OK;
}

/* "AB12" is column 27. */
static unsigned column_of(const char *reference, size_t size)
{
    unsigned column = 0;
    for (size_t i = 0; i < size && reference[i] >= 'A' && reference[i] <= 'Z' && column < COMITY_LIMIT_SHEET_COLUMNS; i++) {
        column = column * 26 + (unsigned)(reference[i] - 'A') + 1;
    }
    return column == 0 ? 0 : column - 1;
}

static comity_status begin_cell(comity_stage *stage, const char *tag, size_t size, comity_error *reterr)
{
    sheet_state *state = stage->state;
    const char *value = NULL;
    size_t value_size = 0;
    unsigned column = state->column;
    if (comity_markup_attribute(tag, size, "r", &value, &value_size)) {
        column = column_of(value, value_size);
    }
    state->is_shared =
        comity_markup_attribute(tag, size, "t", &value, &value_size) && value_size == 1 && value[0] == 's';
    state->index = 0;
    state->in_cell = true;
    state->has_field = false;
    while (state->column < column && state->column < COMITY_LIMIT_SHEET_COLUMNS) {
        state->column++;
        COMITY_TRY(wait(stage, ",", 1, reterr));
    }
    return COMITY_OK;
}

static comity_status end_cell(comity_stage *stage, comity_error *reterr)
{
    sheet_state *state = stage->state;
    state->in_cell = false;
    if (state->is_shared && state->has_field) {
        uint8_t mark[5] = {MARK_STRING};
        for (unsigned i = 0; i < 4; i++) {
            mark[1 + i] = (uint8_t)(state->index >> (8 * i));
        }
        return wait(stage, mark, sizeof mark, reterr);
    }
    return state->has_field ? wait(stage, "\"", 1, reterr) : COMITY_OK;
}

static comity_status cell_text(comity_stage *stage, const char *text, size_t size, comity_error *reterr)
{
    sheet_state *state = stage->state;
    if (state->is_shared) {
        for (size_t i = 0; i < size && text[i] >= '0' && text[i] <= '9'; i++) {
            state->index = state->index < UINT32_MAX / 10 ? state->index * 10 + (unsigned)(text[i] - '0') : UINT32_MAX;
        }
        state->has_field = true;
        return COMITY_OK;
    }
    if (!state->has_field) {
        state->has_field = true;
        COMITY_TRY(wait(stage, "\"", 1, reterr));
    }
    return wait_text(stage, text, size, reterr);
}

static comity_status on_sheet(comity_stage *stage, comity_markup_kind kind, const char *text, size_t size,
                              comity_error *reterr)
{
    sheet_state *state = stage->state;
    if (kind == COMITY_MARKUP_TEXT) {
        return state->in_cell && state->in_value ? cell_text(stage, text, size, reterr) : COMITY_OK;
    }
    bool begins = kind == COMITY_MARKUP_BEGIN;
    if (comity_markup_is(text, size, "v") || comity_markup_is(text, size, "t")) {
        state->in_value = begins;
    } else if (comity_markup_is(text, size, "c")) {
        return begins ? begin_cell(stage, text, size, reterr) : end_cell(stage, reterr);
    } else if (comity_markup_is(text, size, "row") && !begins) {
        state->column = 0;
        return wait(stage, "\n", 1, reterr);
    }
    return COMITY_OK;
}

static comity_status sheet_begin(comity_stage *stage, comity_error *reterr)
{
    uint8_t mark[2] = {MARK_SHEET, (uint8_t)strlen(stage->name)};
    stage->form->waits = stage->raw_begin < stage->form->waits ? stage->raw_begin : stage->form->waits;
    COMITY_TRY(wait(stage, mark, sizeof mark, reterr));
    return wait(stage, stage->name, mark[1], reterr);
}

static comity_status sheet_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    sheet_state *state = stage->state;
    return comity_markup_feed(&state->markup, stage, span, on_sheet, reterr);
}

static comity_status sheet_finish(comity_stage *stage, comity_error *reterr)
{
    const sheet_state *state = stage->state;
    return comity_markup_end(&state->markup, stage, reterr);
}

/* ---- shared strings ---- */

typedef struct strings_state {
    comity_markup markup;
    bool in_text;
} strings_state;

/* Twice the room, what is there kept. */
static comity_status grow(comity_stage *stage, void *old, size_t old_size, size_t new_size, void **ret_memory,
                          comity_error *reterr)
{
    COMITY_TRY(take(stage, new_size, ret_memory, reterr));
    if (old_size != 0) {
        memcpy(*ret_memory, old, old_size);
    }
    comity_pool_give(&stage->form->pool, old);
    return COMITY_OK;
}

static comity_status add_text(comity_stage *stage, const char *text, size_t size, comity_error *reterr)
{
    comity_workbook *workbook = stage->shared;
    if (size > UINT32_MAX - workbook->text_size) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_LIMIT, "shared strings are more than 4 GiB");
    }
    if (workbook->text_max - workbook->text_size < size) {
        size_t wanted = (workbook->text_size + size) * 2 + 4096;
        void *memory = NULL;
        COMITY_TRY(grow(stage, workbook->text, workbook->text_size, wanted, &memory, reterr));
        workbook->text = memory;
        workbook->text_max = wanted;
    }
    memcpy(workbook->text + workbook->text_size, text, size);
    workbook->text_size += size;
    return COMITY_OK;
}

static comity_status end_string(comity_stage *stage, comity_error *reterr)
{
    comity_workbook *workbook = stage->shared;
    if (workbook->string_count == workbook->string_max) {
        size_t wanted = workbook->string_max * 2 + 256;
        void *memory = NULL;
        COMITY_TRY(grow(stage, workbook->ends, workbook->string_count * sizeof(uint32_t), wanted * sizeof(uint32_t),
                        &memory, reterr));
        workbook->ends = memory;
        workbook->string_max = wanted;
    }
    workbook->ends[workbook->string_count++] = (uint32_t)workbook->text_size;
    return COMITY_OK;
}

static comity_status on_string(comity_stage *stage, comity_markup_kind kind, const char *text, size_t size,
                               comity_error *reterr)
{
    strings_state *state = stage->state;
    if (kind == COMITY_MARKUP_TEXT) {
        return state->in_text ? add_text(stage, text, size, reterr) : COMITY_OK;
    }
    if (comity_markup_is(text, size, "t")) {
        state->in_text = kind == COMITY_MARKUP_BEGIN;
    } else if (comity_markup_is(text, size, "si") && kind == COMITY_MARKUP_END) {
        return end_string(stage, reterr);
    }
    return COMITY_OK;
}

static comity_status strings_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    strings_state *state = stage->state;
    return comity_markup_feed(&state->markup, stage, span, on_string, reterr);
}

static comity_status strings_finish(comity_stage *stage, comity_error *reterr)
{
    const strings_state *state = stage->state;
    return comity_markup_end(&state->markup, stage, reterr);
}

/* ---- the end of the archive ---- */

/* Giving out what waited. */
typedef struct comity_giving {
    comity_stage *zip;
    comity_workbook *workbook;
    comity_stage *child; /* of the sheet at hand */
    uint8_t mark;        /* being read; 0: none */
    size_t held_size;
    size_t held_wanted;
    uint8_t held[256];
} comity_giving;

static comity_status give_bytes(comity_giving *giving, const void *bytes, size_t size, comity_error *reterr)
{
    comity_span span = {.bytes = bytes, .size = size};
    return giving->child == NULL ? COMITY_OK : comity_stage_feed(giving->child, span, reterr);
}

static comity_status give_string(comity_giving *giving, uint32_t index, comity_error *reterr)
{
    const comity_workbook *workbook = giving->workbook;
    if (index >= workbook->string_count) {
        return comity_stage_fail(giving->zip, reterr, COMITY_ERROR_SYNTAX, "a cell names the shared string %lu of %zu",
                                 (unsigned long)index, workbook->string_count);
    }
    size_t at = index == 0 ? 0 : workbook->ends[index - 1];
    size_t end = workbook->ends[index];
    COMITY_TRY(give_bytes(giving, "\"", 1, reterr));
    COMITY_TRY(comity_stage_count(giving->zip, 0, end - at, reterr));
    while (at < end) {
        const uint8_t *quote = memchr(workbook->text + at, '"', end - at);
        size_t size = quote == NULL ? end - at : (size_t)(quote - (workbook->text + at)) + 1;
        COMITY_TRY(give_bytes(giving, workbook->text + at, size, reterr));
        COMITY_TRY(give_bytes(giving, "\"", quote == NULL ? 0 : 1, reterr));
        at += size;
    }
    return give_bytes(giving, "\"", 1, reterr);
}

static comity_status give_sheet(comity_giving *giving, comity_error *reterr)
{
    char name[256];
    char link[256];
    memcpy(name, giving->held + 1, giving->held_size - 1);
    name[giving->held_size - 1] = '\0';
    comity_stage_link("xlsx", name, giving->held_size - 1, link);
    comity_about about = {.link = link,
                          .content_type = "text/csv; charset=utf-8",
                          .place = COMITY_FORM_UNMAPPED,
                          .raw_begin = giving->zip->raw_begin};
    COMITY_TRY(comity_stage_end(&giving->child, reterr));
    return comity_stage_begin(giving->zip, &comity_forms_sniff, &about, &giving->child, reterr);
}

static comity_status give_mark(comity_giving *giving, uint8_t byte, comity_error *reterr)
{
    giving->held[giving->held_size++] = byte;
    if (giving->mark == MARK_SHEET && giving->held_size == 1) {
        giving->held_wanted = 1 + (size_t)byte;
    }
    if (giving->held_size < giving->held_wanted) {
        return COMITY_OK;
    }
    uint8_t mark = giving->mark;
    giving->mark = 0;
    if (mark == MARK_SHEET) {
        return give_sheet(giving, reterr);
    }
    uint32_t index = 0;
    for (size_t i = 4; i > 0; i--) {
        index = index << 8 | giving->held[i - 1];
    }
    return give_string(giving, index, reterr);
}

static comity_status give_chunk(comity_giving *giving, const chunk *from, comity_error *reterr)
{
    size_t at = 0;
    while (at < from->size) {
        if (giving->mark != 0) {
            COMITY_TRY(give_mark(giving, from->bytes[at++], reterr));
            continue;
        }
        size_t begin = at;
        while (at < from->size && from->bytes[at] > MARK_SHEET) {
            at++;
        }
        COMITY_TRY(give_bytes(giving, from->bytes + begin, at - begin, reterr));
        if (at < from->size) {
            giving->mark = from->bytes[at++];
            giving->held_size = 0;
            giving->held_wanted = giving->mark == MARK_STRING ? 4 : 1;
        }
    }
    return COMITY_OK;
}

comity_status comity_workbook_end(comity_stage *stage, comity_workbook *workbook, comity_error *reterr)
{
    comity_giving giving = {.zip = stage, .workbook = workbook};
    while (workbook->first != NULL) {
        chunk *from = workbook->first;
        COMITY_TRY(give_chunk(&giving, from, reterr));
        workbook->first = from->next;
        comity_pool_give(&stage->form->pool, from);
    }
    workbook->last = NULL;
    COMITY_TRY(comity_stage_end(&giving.child, reterr));
    comity_pool_give(&stage->form->pool, workbook->text);
    comity_pool_give(&stage->form->pool, workbook->ends);
    *workbook = (comity_workbook){0};
    stage->form->waits = UINT64_MAX;
    return COMITY_OK;
}

const comity_stage_kind comity_forms_sheet = {.name = "sheet",
                                              .state_size = sizeof(sheet_state),
                                              .begin = sheet_begin,
                                              .feed = sheet_feed,
                                              .finish = sheet_finish};
const comity_stage_kind comity_forms_strings = {
    .name = "shared strings", .state_size = sizeof(strings_state), .feed = strings_feed, .finish = strings_finish};
