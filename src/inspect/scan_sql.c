/* Statements of SQL that fill tables, as dumps of databases have them:
 *
 *     INSERT INTO customers (name, iban) VALUES ('Anna Miller', 'DE89…'), (…);
 *     COPY customers (name, iban) FROM stdin;     and lines with tabs up to \.
 *
 * The columns are named in the statement, or in the CREATE TABLE before it that made the table. Statements begin with a
 * line, or behind a semicolon; the rest of the language is passed over. */
#include "inspect/scan_inner.h"

#include <string.h>

enum { AT_STATEMENT = 0, IN_TEXT, IN_COLUMNS, AT_COLUMN, IN_ROWS, IN_COPY, AT_COPY_LINE };

static bool is_of_name(uint8_t byte)
{
    return (comity_scan_class(byte) & COMITY_BYTE_WORD) != 0 || byte == '_' || byte == '$';
}

static const uint8_t *skip_blanks(const uint8_t *at, const uint8_t *limit)
{
    while (at < limit && comity_scan_is_blank(*at)) {
        at++;
    }
    return at;
}

/* Behind a word in any case, and blanks; NULL if another stands there. */
static const uint8_t *behind_word(const uint8_t *at, const uint8_t *limit, const char *word)
{
    if (at == NULL) {
        return NULL;
    }
    for (; *word != '\0'; word++, at++) {
        if (at == limit || comity_scan_fold(*at) != (uint8_t)*word) {
            return NULL;
        }
    }
    return at < limit && is_of_name(*at) ? NULL : skip_blanks(at, limit);
}

/* The same, where it may not be there. */
static const uint8_t *behind_any_of(const uint8_t *at, const uint8_t *limit, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t *behind = behind_word(at, limit, words[i]);
        at = behind == NULL ? at : behind;
    }
    return at;
}

/* Behind a name, in quotes or not; NULL if there is none. */
static const uint8_t *behind_name(const uint8_t *at, const uint8_t *limit)
{
    const uint8_t *begin = at;
    uint8_t quote = at < limit && (*at == '`' || *at == '"') ? *at : at < limit && *at == '[' ? ']' : 0;
    if (quote != 0) {
        at = memchr(at + 1, quote, (size_t)(limit - at - 1));
        return at == NULL ? NULL : at + 1;
    }
    while (at < limit && is_of_name(*at)) {
        at++;
    }
    return at == begin ? NULL : at;
}

/* Behind the name of a table, perhaps with that of a schema, and blanks: a hash of its own. */
static const uint8_t *behind_table(const uint8_t *at, const uint8_t *limit, uint64_t *ret_table)
{
    while (at != NULL) {
        const uint8_t *begin = at;
        at = behind_name(at, limit);
        if (at != NULL && (at == limit || *at != '.')) {
            bool is_quoted = !is_of_name(*begin);
            *ret_table = comity_scan_hash(begin + is_quoted, (size_t)(at - begin) - 2 * is_quoted) | 1;
            return skip_blanks(at, limit);
        }
        at = at == NULL ? NULL : at + 1;
    }
    return NULL;
}

/* Behind names in brackets, and blanks; NULL if what stands there is no list of names. */
static const uint8_t *behind_list(const uint8_t *at, const uint8_t *limit)
{
    do {
        at = behind_name(skip_blanks(at + 1, limit), limit);
        at = at == NULL ? NULL : skip_blanks(at, limit);
    } while (at != NULL && at < limit && *at == ',');
    return at == NULL || at == limit || *at != ')' ? NULL : skip_blanks(at + 1, limit);
}

/* The names of such a list become the columns. */
static void columns_take(comity_scan *scan, const uint8_t *at, const uint8_t *limit)
{
    scan->column_count = 0;
    scan->layout.table = 0;
    do {
        const uint8_t *begin = skip_blanks(at + 1, limit);
        at = behind_name(begin, limit);
        bool in_brackets = *begin == '[';
        comity_scan_column_add(scan, begin + in_brackets, at - in_brackets);
        at = skip_blanks(at, limit);
    } while (*at == ',');
}

/* What the head of a statement says of its columns: those in the list at `list`, or those of the table. */
static void columns_of(comity_scan *scan, const uint8_t *list, const uint8_t *limit, uint64_t table)
{
    if (list != NULL) {
        columns_take(scan, list, limit);
    }
    scan->layout.has_columns = list != NULL || scan->layout.table == table;
}

/* ---- heads of statements ---- */

/* Behind VALUES. NULL if it is no such statement. */
static const uint8_t *insert_head(comity_scan *scan, const uint8_t *at, const uint8_t *limit)
{
    static const char *const ways[] = {"low_priority", "delayed", "high_priority", "or", "ignore", "replace"};
    static const char *const more[] = {"overriding", "system", "user", "value"};
    const uint8_t *begin = behind_word(at, limit, "insert");
    uint64_t table = 0;
    at = begin != NULL ? begin : behind_word(at, limit, "replace");
    at = at == NULL ? NULL : behind_word(behind_any_of(at, limit, ways, sizeof ways / sizeof ways[0]), limit, "into");
    at = behind_table(at, limit, &table);
    const uint8_t *list = at != NULL && at < limit && *at == '(' ? at : NULL;
    at = list != NULL ? behind_list(at, limit) : at;
    at = at == NULL ? NULL : behind_any_of(at, limit, more, list == NULL ? 0 : sizeof more / sizeof more[0]);
    at = behind_word(at, limit, "values");
    if (at != NULL) {
        columns_of(scan, list, limit, table);
    }
    return at;
}

/* At the bracket before the columns. */
static const uint8_t *create_head(comity_scan *scan, const uint8_t *at, const uint8_t *limit)
{
    static const char *const before[] = {"global", "local", "temporary", "temp", "unlogged"};
    static const char *const behind[] = {"if", "not", "exists"};
    uint64_t table = 0;
    at = behind_word(at, limit, "create");
    at = at == NULL ? NULL : behind_word(behind_any_of(at, limit, before, sizeof before / sizeof before[0]), limit, "table");
    at = at == NULL ? NULL : behind_any_of(at, limit, behind, sizeof behind / sizeof behind[0]);
    at = behind_table(at, limit, &table);
    if (at == NULL || at == limit || *at != '(') {
        return NULL;
    }
    scan->column_count = 0;
    scan->layout.table = table;
    scan->layout.depth = 0;
    return at;
}

/* At the first row, behind the line. */
static const uint8_t *copy_head(comity_scan *scan, const uint8_t *at, const uint8_t *limit)
{
    uint64_t table = 0;
    at = behind_table(behind_word(at, limit, "copy"), limit, &table);
    const uint8_t *list = at != NULL && at < limit && *at == '(' ? at : NULL;
    at = list != NULL ? behind_list(at, limit) : at;
    at = behind_word(behind_word(at, limit, "from"), limit, "stdin");
    at = at == NULL ? NULL : memchr(at - 1, '\n', (size_t)(limit - at + 1));
    if (at != NULL) {
        columns_of(scan, list, limit, table);
    }
    return at == NULL ? NULL : at + 1;
}

static const uint8_t *statement_at(comity_scan *scan, const uint8_t *at, const uint8_t *limit)
{
    comity_scan_layout *layout = &scan->layout;
    const uint8_t *behind;
    layout->state = IN_TEXT;
    if ((behind = insert_head(scan, at, limit)) != NULL) {
        layout->state = IN_ROWS;
        layout->depth = 0;
        layout->has_escapes = layout->has_backslashes;
    } else if ((behind = create_head(scan, at, limit)) != NULL) {
        layout->state = IN_COLUMNS;
    } else if ((behind = copy_head(scan, at, limit)) != NULL) {
        layout->state = AT_COPY_LINE;
        layout->has_escapes = true;
    }
    return behind == NULL ? at : behind;
}

/* ---- columns and rows ---- */

/* A column, unless the line is a condition of the table. */
static void column_at(comity_scan *scan, const uint8_t *at, const uint8_t *limit)
{
    static const char *const others[] = {"primary", "key", "unique", "constraint", "index", "foreign", "check", "fulltext",
                                         "spatial", "exclude", "like", "period"};
    const uint8_t *end = behind_name(at, limit);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (behind_word(at, limit, others[i]) != NULL) {
            return;
        }
    }
    if (end != NULL) {
        bool in_brackets = *at == '[';
        comity_scan_column_add(scan, at + in_brackets, end - in_brackets);
    }
}

static const uint8_t *columns_step(comity_scan *scan, const uint8_t *at, const uint8_t *limit)
{
    comity_scan_layout *layout = &scan->layout;
    if (*at == '-' && at + 1 < limit && at[1] == '-') { /* a comment */
        const uint8_t *end = memchr(at, '\n', (size_t)(limit - at));
        return end == NULL ? limit : end;
    }
    if (layout->state == AT_COLUMN && !comity_scan_is_blank(*at)) {
        layout->state = IN_COLUMNS;
        column_at(scan, at, limit);
    }
    layout->in_string = *at == '\'';
    layout->depth += *at == '(';
    layout->depth -= *at == ')';
    if ((*at == '(' || *at == ',') && layout->depth == 1) {
        layout->state = AT_COLUMN;
    }
    layout->state = layout->depth == 0 ? IN_TEXT : layout->state;
    return at + 1;
}

/* Where a string ends, at its quote; if that is not seen, how far it was looked at. */
static const uint8_t *string_end(const comity_scan_layout *layout, const uint8_t *begin, const uint8_t *limit)
{
    const uint8_t *at = begin;
    while (at < limit) {
        bool is_sign = *at == '\'' || (*at == '\\' && layout->has_backslashes);
        if (is_sign && at + 1 == limit && at > begin) {
            return at; /* what is behind it counts */
        }
        if (*at == '\'' && (at + 1 == limit || at[1] != '\'')) {
            return at;
        }
        at += is_sign && at + 1 < limit ? 2 : 1;
    }
    return at;
}

/* The name of the column whose value begins at `begin`. */
static const comity_scan_field *column_note(comity_scan *scan, const uint8_t *begin)
{
    comity_scan_layout *layout = &scan->layout;
    layout->label_size = 0;
    if (!layout->has_columns || layout->number >= scan->column_count) {
        return NULL;
    }
    const comity_scan_column *column = &scan->columns[layout->number];
    layout->label_size = column->size;
    memcpy(layout->label, column->name, column->size);
    layout->value = comity_scan_offset(scan, begin);
    return comity_scan_column_field(scan, layout->number);
}

/* A value of a row: a string, perhaps with letters before it (N'…', _utf8mb4 '…'), or a number. */
static void cell_at(comity_scan *scan, const uint8_t *at, const uint8_t *limit)
{
    at = skip_blanks(at, limit);
    const uint8_t *string = at;
    while (string < limit && string - at < 12 && (is_of_name(*string) || *string == ' ')) {
        string++;
    }
    if (string < limit && *string == '\'') {
        const comity_scan_field *field = column_note(scan, string + 1);
        comity_scan_layout_value(scan, string + 1, string_end(&scan->layout, string + 1, limit), field);
        return;
    }
    const comity_scan_field *field = column_note(scan, at);
    const uint8_t *end = at;
    while (end < limit && *end != ',' && *end != ')' && !comity_scan_is_blank(*end)) {
        end++;
    }
    bool is_number = at < end && ((comity_scan_class(*at) & COMITY_BYTE_DIGIT) != 0 || *at == '-' || *at == '+');
    comity_scan_layout_value(scan, at, end, is_number ? field : NULL);
}

static const uint8_t *rows_step(comity_scan *scan, const uint8_t *at, const uint8_t *limit)
{
    comity_scan_layout *layout = &scan->layout;
    if (*at == '\'') {
        layout->in_string = true;
        return at + 1;
    }
    if (*at == ';' && layout->depth == 0) {
        layout->state = AT_STATEMENT;
        layout->label_size = 0;
        return at + 1;
    }
    layout->depth += *at == '(';
    if (*at == '(' && layout->depth == 1) {
        layout->number = 0;
        scan->place.record++;
        cell_at(scan, at + 1, limit);
    } else if (*at == ',' && layout->depth == 1) {
        layout->number++;
        cell_at(scan, at + 1, limit);
    } else if (*at == ')' && layout->depth != 0) {
        layout->depth--;
        layout->label_size = layout->depth == 0 ? 0 : layout->label_size;
    }
    return at + 1;
}

static const uint8_t *copy_end(const uint8_t *at, const uint8_t *limit)
{
    while (at < limit && *at != '\t' && *at != '\n') {
        at++;
    }
    return at;
}

/* At the beginning of a line, or at a tab. */
static const uint8_t *copy_step(comity_scan *scan, const uint8_t *at, const uint8_t *limit)
{
    comity_scan_layout *layout = &scan->layout;
    if (*at == '\n') {
        layout->state = AT_COPY_LINE;
        layout->label_size = 0;
        return at + 1;
    }
    if (layout->state == AT_COPY_LINE) {
        layout->state = IN_COPY;
        if (limit - at >= 2 && at[0] == '\\' && at[1] == '.') {
            layout->state = IN_TEXT;
            return at + 2;
        }
        layout->number = 0;
        scan->place.record++;
    } else if (*at == '\t') {
        layout->number++;
        at++;
    } else {
        return copy_end(at, limit);
    }
    const uint8_t *end = copy_end(at, limit);
    comity_scan_layout_value(scan, at, end, column_note(scan, at));
    return end;
}

/* ---- all of it ---- */

const uint8_t *comity_scan_sql_step(comity_scan *scan, const uint8_t *at, const uint8_t *limit)
{
    comity_scan_layout *layout = &scan->layout;
    if (layout->in_string) {
        const uint8_t *end = string_end(layout, at, limit);
        bool is_whole = end < limit && *end == '\'' && (end + 1 < limit || end == at);
        layout->in_string = !is_whole;
        return is_whole ? end + 1 : end;
    }
    switch (layout->state) {
    case IN_COLUMNS:
    case AT_COLUMN:
        return columns_step(scan, at, limit);
    case IN_ROWS:
        return rows_step(scan, at, limit);
    case IN_COPY:
    case AT_COPY_LINE:
        return copy_step(scan, at, limit);
    case AT_STATEMENT:
        if (comity_scan_is_blank(*at)) {
            return at + 1;
        }
        return statement_at(scan, at, limit);
    default:
        break;
    }
    const uint8_t *end = memchr(at, '\n', (size_t)(limit - at));
    layout->state = end == NULL ? IN_TEXT : AT_STATEMENT;
    return end == NULL ? limit : end + 1;
}

bool comity_scan_sql_begins(const uint8_t *text, size_t size, bool *ret_has_backslashes)
{
    static const char *const begins[] = {"insert into ",        "insert ignore into ", "insert or ",        "replace into ",
                                         "create table ",       "drop table ",         "-- mysql dump",     "-- mariadb dump",
                                         "-- phpmyadmin sql dump", "-- postgresql database dump", "pragma foreign_keys"};
    const uint8_t *limit = text + size;
    *ret_has_backslashes = memchr(text, '`', size) != NULL; /* names in these are those of one family of databases */
    for (const uint8_t *at = text; at < limit;) {
        at = skip_blanks(at, limit);
        for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
            const char *word = begins[i];
            const uint8_t *byte = at;
            while (*word != '\0' && byte < limit && comity_scan_fold(*byte) == (uint8_t)*word) {
                word++;
                byte++;
            }
            if (*word == '\0') {
                return true;
            }
        }
        if (behind_word(at, limit, "copy") != NULL) {
            const uint8_t *end = memchr(at, '\n', (size_t)(limit - at));
            if (end != NULL && end - at > 12 && end[-1] == ';' && comity_scan_fold(end[-2]) == 'n') { /* FROM stdin; */
                return true;
            }
        }
        while (at < limit && *at != '\n') {
            at++;
        }
    }
    return false;
}
