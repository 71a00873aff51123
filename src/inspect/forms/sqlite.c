/* The stage of SQLite databases: held until they end, because a table's pages lie
 * anywhere. What goes out: the schema as text; each table as CSV with the names of its columns;
 * and the bytes of pages that belong to nothing, in which deleted rows are. Blobs that are
 * no text stand in base64, so that what is packed in them is looked into too. */
#include "inspect/forms/sqlite.h"

#include "base/utf8.h"
#include "inspect/forms/sniff.h"
#include "inspect/forms/syntax.h"

#include <stdio.h>

#define OUT_SIZE ((size_t)4096)

/* A row of the schema. */
typedef struct table {
    uint32_t root;
    bool is_table; /* or an index */
    size_t name_at, name_size;
    size_t sql_at, sql_size;
} table;

typedef struct sqlite_state {
    void *memory;
    size_t room;
    size_t size;
} sqlite_state;

typedef struct sqlite_reading {
    comity_sqlite base;
    comity_stage *child;
    void *tables;
    size_t table_room;
    size_t table_count;
    void *text; /* names and statements of the schema, in UTF-8 */
    size_t text_room;
    size_t text_size;
    table now;
    size_t row_column; /* the column that is the row's number; COMITY_LIMIT_SQLITE_COLUMNS: none */
    size_t out_size;
    uint8_t out[OUT_SIZE];
} sqlite_reading;

/* ---- output ---- */

static comity_status put(sqlite_reading *reading, const void *bytes, size_t size, comity_error *reterr)
{
    const uint8_t *from = bytes;
    while (size != 0 || bytes == NULL) {
        size_t n = size < OUT_SIZE - reading->out_size ? size : OUT_SIZE - reading->out_size;
        if (n != 0) {
            memcpy(reading->out + reading->out_size, from, n);
            reading->out_size += n;
            from += n;
            size -= n;
        }
        if (reading->out_size == OUT_SIZE || bytes == NULL) {
            comity_span span = {.bytes = reading->out, .size = reading->out_size};
            reading->out_size = 0;
            COMITY_TRY(comity_stage_feed(reading->child, span, reterr));
        }
        if (bytes == NULL) {
            return COMITY_OK;
        }
    }
    return COMITY_OK;
}

static comity_status begin_part(sqlite_reading *reading, const char *name, size_t size, const comity_text_about *about,
                                comity_error *reterr)
{
    comity_stage *stage = reading->base.stage;
    char link[256];
    comity_stage_link("table", name, size, link);
    comity_about of = {
        .link = size == 0 ? "other" : link, .place = COMITY_FORM_UNMAPPED, .raw_begin = stage->raw_begin};
    COMITY_TRY(comity_stage_count_member(stage, reterr));
    return comity_text_begin(stage, &of, about, &reading->child, reterr);
}

static comity_status end_part(sqlite_reading *reading, comity_error *reterr)
{
    COMITY_TRY(put(reading, NULL, 0, reterr));
    return comity_stage_end(&reading->child, reterr);
}

/* Text of the database's set, its quotes doubled, as UTF-8. */
static comity_status put_text(sqlite_reading *reading, const uint8_t *bytes, size_t size, comity_error *reterr)
{
    const comity_charset *set = reading->base.charset;
    for (size_t at = 0; at < size;) {
        uint32_t code = bytes[at];
        char character[4] = {(char)bytes[at]};
        size_t taken = 1;
        size_t n = 1;
        if (set->kind != COMITY_CHARSET_PLAIN) {
            taken = comity_charset_read(set, bytes + at, size - at, &code);
            n = taken == 0 ? 0 : comity_utf8_encode(code, character);
            taken = taken == 0 ? size - at : taken;
        }
        COMITY_TRY(put(reading, "\"", code == '"' ? 1 : 0, reterr));
        COMITY_TRY(put(reading, character, n, reterr));
        at += taken;
    }
    return COMITY_OK;
}

static comity_status put_base64(sqlite_reading *reading, const uint8_t *bytes, size_t size, comity_error *reterr)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t at = 0; at < size; at += 3) {
        size_t n = size - at < 3 ? size - at : 3;
        uint32_t bits =
            (uint32_t)bytes[at] << 16 | (n > 1 ? (uint32_t)bytes[at + 1] << 8 : 0) | (n > 2 ? bytes[at + 2] : 0u);
        char group[4] = {digits[bits >> 18], digits[bits >> 12 & 63], digits[bits >> 6 & 63], digits[bits & 63]};
        COMITY_TRY(put(reading, group, n + 1, reterr));
    }
    return COMITY_OK;
}

/* ---- rows ---- */

static comity_status put_value(sqlite_reading *reading, const comity_sqlite_value *value, comity_error *reterr)
{
    char text[64];
    if (value->kind == 'i' || value->kind == 'r') {
        int size = value->kind == 'i' ? snprintf(text, sizeof text, "%lld", (long long)value->number)
                                      : snprintf(text, sizeof text, "%.15g", value->real);
        return put(reading, text, (size_t)size, reterr);
    }
    if (value->kind == 'n') {
        return COMITY_OK;
    }
    bool is_text = value->kind == 't' || comity_is_text(value->bytes, value->size, true);
    const comity_charset *set = reading->base.charset;
    COMITY_TRY(put(reading, "\"", 1, reterr));
    if (value->kind == 'b') {
        reading->base.charset = &comity_charset_utf8;
    }
    comity_status status = is_text ? put_text(reading, value->bytes, value->size, reterr)
                                   : put_base64(reading, value->bytes, value->size, reterr);
    reading->base.charset = set;
    COMITY_TRY(status);
    return put(reading, "\"", 1, reterr);
}

static comity_status fail_record(const sqlite_reading *reading, comity_error *reterr)
{
    return comity_stage_fail(reading->base.stage, reterr, COMITY_ERROR_SYNTAX, "a record is damaged");
}

static comity_status on_row(void *context, int64_t row, const uint8_t *payload, size_t size, comity_error *reterr)
{
    sqlite_reading *reading = context;
    size_t head = 0;
    size_t body = 0;
    bool is_good = true;
    comity_sqlite_value value;
    for (size_t column = 0; comity_sqlite_next(payload, size, &head, &body, &value, &is_good); column++) {
        if (value.kind == 'n' && column == reading->row_column) {
            value = (comity_sqlite_value){.kind = 'i', .number = row};
        }
        COMITY_TRY(put(reading, ",", column == 0 ? 0 : 1, reterr));
        COMITY_TRY(put_value(reading, &value, reterr));
    }
    return is_good ? put(reading, "\n", 1, reterr) : fail_record(reading, reterr);
}

/* What was kept from there on; nothing may have been. */
static const char *kept_at(const sqlite_reading *reading, size_t at)
{
    return reading->text == NULL ? "" : (const char *)reading->text + at;
}

static comity_status put_header(sqlite_reading *reading, comity_error *reterr)
{
    const char *sql = kept_at(reading, reading->now.sql_at);
    for (size_t column = 0; column < COMITY_LIMIT_SQLITE_COLUMNS; column++) {
        const char *name = NULL;
        bool is_row = false;
        size_t size = comity_sqlite_column(sql, reading->now.sql_size, column, &name, &is_row);
        if (size == 0) {
            break;
        }
        reading->row_column = is_row ? column : reading->row_column;
        COMITY_TRY(put(reading, column == 0 ? "\"" : ",\"", column == 0 ? 1 : 2, reterr));
        COMITY_TRY(put(reading, name, size, reterr));
        COMITY_TRY(put(reading, "\"", 1, reterr));
    }
    return put(reading, "\n", 1, reterr);
}

/* ---- the schema ---- */

/* Keeps a text of the schema, as UTF-8. */
static comity_status keep(sqlite_reading *reading, const comity_sqlite_value *value, size_t *ret_at, size_t *ret_size,
                          comity_error *reterr)
{
    const comity_charset *set = reading->base.charset;
    size_t most = value->size * 3 + 4;
    COMITY_TRY(
        comity_stage_grow(reading->base.stage, &reading->text, &reading->text_room, reading->text_size + most, reterr));
    char *text = (char *)reading->text + reading->text_size;
    size_t n = 0;
    for (size_t at = 0; at < value->size;) {
        uint32_t code = 0;
        size_t taken = 1;
        if (set->kind == COMITY_CHARSET_PLAIN) {
            text[n++] = (char)value->bytes[at];
        } else {
            taken = comity_charset_read(set, value->bytes + at, value->size - at, &code);
            if (taken == 0) {
                break;
            }
            n += comity_utf8_encode(code, text + n);
        }
        at += taken;
    }
    *ret_at = reading->text_size;
    *ret_size = n;
    reading->text_size += n;
    return COMITY_OK;
}

/* type, name, tbl_name, rootpage, sql */
static comity_status on_schema(void *context, int64_t row, const uint8_t *payload, size_t size, comity_error *reterr)
{
    sqlite_reading *reading = context;
    table own = {.root = 0};
    size_t kind_at = 0;
    size_t kind_size = 0;
    size_t head = 0;
    size_t body = 0;
    bool is_good = true;
    comity_sqlite_value value;
    (void)row;
    for (size_t column = 0; comity_sqlite_next(payload, size, &head, &body, &value, &is_good); column++) {
        if (column == 0) {
            COMITY_TRY(keep(reading, &value, &kind_at, &kind_size, reterr));
        } else if (column == 1) {
            COMITY_TRY(keep(reading, &value, &own.name_at, &own.name_size, reterr));
        } else if (column == 3 && value.kind == 'i') {
            own.root = value.number > 0 && value.number <= UINT32_MAX ? (uint32_t)value.number : 0;
        } else if (column == 4) {
            COMITY_TRY(keep(reading, &value, &own.sql_at, &own.sql_size, reterr));
        }
    }
    if (!is_good || reading->table_count == COMITY_LIMIT_SQLITE_TABLES) {
        return fail_record(reading, reterr);
    }
    own.is_table = kind_size == 5 && memcmp(kept_at(reading, kind_at), "table", 5) == 0;
    COMITY_TRY(comity_stage_grow(reading->base.stage, &reading->tables, &reading->table_room,
                                 (reading->table_count + 1) * sizeof own, reterr));
    ((table *)reading->tables)[reading->table_count++] = own;
    return COMITY_OK;
}

static comity_status give_schema(sqlite_reading *reading, comity_error *reterr)
{
    comity_text_about about = {.syntax = COMITY_FORM_TEXT, .charset = "utf-8"};
    COMITY_TRY(begin_part(reading, "sqlite_schema", 13, &about, reterr));
    for (size_t i = 0; i < reading->table_count; i++) {
        const table *own = (const table *)reading->tables + i;
        COMITY_TRY(put(reading, kept_at(reading, own->sql_at), own->sql_size, reterr));
        COMITY_TRY(put(reading, "\n", own->sql_size == 0 ? 0 : 1, reterr));
    }
    return end_part(reading, reterr);
}

static comity_status give_table(sqlite_reading *reading, comity_error *reterr)
{
    const uint8_t *root = reading->base.file + (size_t)(reading->now.root - 1) * reading->base.page_size;
    size_t at = reading->now.root == 1 ? 100 : 0;
    bool is_known = reading->now.root <= reading->base.page_count;
    /* Tables without row numbers have their columns in another order than they say. */
    bool has_header = is_known && (root[at] == 5 || root[at] == 13);
    comity_text_about about = {
        .syntax = COMITY_FORM_CSV, .delimiter = ',', .has_header = has_header, .charset = "utf-8"};
    bool is_table = false;
    COMITY_TRY(begin_part(reading, kept_at(reading, reading->now.name_at), reading->now.name_size, &about,
                          reterr));
    reading->row_column = COMITY_LIMIT_SQLITE_COLUMNS;
    COMITY_TRY(has_header ? put_header(reading, reterr) : COMITY_OK);
    COMITY_TRY(comity_sqlite_walk(&reading->base, reading->now.root, on_row, reading, &is_table, reterr));
    return end_part(reading, reterr);
}

/* Pages that no tree has: freed ones, with what was in them. */
static comity_status give_rest(sqlite_reading *reading, comity_error *reterr)
{
    comity_text_about about = {.syntax = COMITY_FORM_BINARY, .charset = ""};
    const comity_sqlite *base = &reading->base;
    for (size_t i = 0; i < base->page_count; i++) {
        if (base->seen[i] != 0) {
            continue;
        }
        COMITY_TRY(reading->child == NULL ? begin_part(reading, "", 0, &about, reterr) : COMITY_OK);
        COMITY_TRY(put(reading, base->file + i * base->page_size, base->page_size, reterr));
    }
    return reading->child == NULL ? COMITY_OK : end_part(reading, reterr);
}

/* ---- the database ---- */

static comity_status read_header(comity_sqlite *base, comity_error *reterr)
{
    static const comity_charset *const sets[] = {&comity_charset_utf8, &comity_charset_utf8, &comity_charset_utf16le,
                                                 &comity_charset_utf16be};
    size_t page_size = base->size < 100 ? 0 : (size_t)base->file[16] << 8 | base->file[17];
    page_size = page_size == 1 ? 65536 : page_size;
    size_t reserved = base->size < 100 ? 0 : base->file[20];
    bool is_power = page_size >= 512 && (page_size & (page_size - 1)) == 0;
    uint8_t encoding = base->size < 100 ? 0 : base->file[59];
    if (!is_power || page_size - reserved < 480 || encoding > 3) {
        return comity_stage_fail(base->stage, reterr, COMITY_ERROR_SYNTAX, "its header is damaged, or cut off");
    }
    if (base->size % page_size != 0) {
        return comity_stage_fail(base->stage, reterr, COMITY_ERROR_SYNTAX, "cut off at byte %zu, within a page",
                                 base->size);
    }
    base->page_size = page_size;
    base->usable = page_size - reserved;
    base->page_count = base->size / page_size;
    base->charset = sets[encoding];
    uint32_t told = (uint32_t)base->file[28] << 24 | (uint32_t)base->file[29] << 16 | (uint32_t)base->file[30] << 8 |
                    base->file[31];
    if (told > base->page_count) {
        return comity_stage_fail(base->stage, reterr, COMITY_ERROR_SYNTAX, "cut off: it has %zu pages of %lu",
                                 base->page_count, (unsigned long)told);
    }
    return COMITY_OK;
}

static comity_status read_base(sqlite_reading *reading, comity_error *reterr)
{
    comity_sqlite *base = &reading->base;
    void *memory = NULL;
    bool is_table = false;
    COMITY_TRY(read_header(base, reterr));
    COMITY_TRY(comity_stage_take(base->stage, base->page_count, &memory, reterr));
    base->seen = memory;
    COMITY_TRY(comity_sqlite_walk(base, 1, on_schema, reading, &is_table, reterr));
    COMITY_TRY(give_schema(reading, reterr));
    for (size_t i = 0; i < reading->table_count; i++) {
        reading->now = ((const table *)reading->tables)[i];
        if (reading->now.root == 0) {
            continue; /* a view, a trigger, or a virtual table, whose rows are in others */
        }
        COMITY_TRY(reading->now.is_table ? give_table(reading, reterr)
                                         : comity_sqlite_walk(base, reading->now.root, NULL, NULL, &is_table, reterr));
    }
    return give_rest(reading, reterr);
}

static comity_status sqlite_begin(comity_stage *stage, comity_error *reterr)
{
    (void)reterr;
    stage->form->waits = stage->raw_begin < stage->form->waits ? stage->raw_begin : stage->form->waits;
    return COMITY_OK;
}

static comity_status sqlite_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    sqlite_state *state = stage->state;
    COMITY_TRY(comity_stage_grow(stage, &state->memory, &state->room, state->size + span.size, reterr));
    memcpy((uint8_t *)state->memory + state->size, span.bytes, span.size);
    state->size += span.size;
    return COMITY_OK;
}

static comity_status sqlite_finish(comity_stage *stage, comity_error *reterr)
{
    sqlite_state *state = stage->state;
    comity_pool *pool = &stage->form->pool;
    void *memory = NULL;
    if (!stage->packed && stage->raw_begin + state->size > stage->form->consumed) {
        stage->form->consumed = stage->raw_begin + state->size;
    }
    COMITY_TRY(comity_stage_take(stage, sizeof(sqlite_reading), &memory, reterr));
    sqlite_reading *reading = memory;
    reading->base = (comity_sqlite){.stage = stage, .file = state->memory, .size = state->size};
    COMITY_TRY(read_base(reading, reterr));
    comity_pool_give(pool, reading->base.seen);
    comity_pool_give(pool, reading->base.payload);
    comity_pool_give(pool, reading->tables);
    comity_pool_give(pool, reading->text);
    comity_pool_give(pool, reading);
    comity_pool_give(pool, state->memory);
    stage->form->waits = UINT64_MAX;
    return COMITY_OK;
}

const comity_stage_kind comity_forms_sqlite = {.name = "sqlite",
                                               .state_size = sizeof(sqlite_state),
                                               .is_form = true,
                                               .is_packing = true,
                                               .begin = sqlite_begin,
                                               .feed = sqlite_feed,
                                               .finish = sqlite_finish};
