/* What comes in: the beginning of a text. What goes out: the delimiter that gives
 * most of its rows equally many fields. Rows are read with each delimiter in turn; one
 * that stands within quotes does not count. */
#include "inspect/forms/rows.h"

/* What reading with one delimiter found. */
typedef struct reading {
    size_t row_count;
    size_t first_fields; /* of the first row */
    size_t alike;        /* rows with as many */
} reading;

/* Goes to the end of a field; `ret_ended`: by a delimiter or the end of the row, not of the text. */
static size_t field_end(const char *text, size_t size, size_t at, char delimiter, bool *ret_ended)
{
    bool is_quoted = at < size && text[at] == '"';
    at += is_quoted;
    while (is_quoted && at < size) {
        if (text[at] == '"') {
            if (at + 1 < size && text[at + 1] == '"') {
                at++;
            } else {
                is_quoted = false;
            }
        }
        at++;
    }
    while (at < size && text[at] != delimiter && text[at] != '\n' && text[at] != '\r') {
        at++;
    }
    *ret_ended = at < size;
    return at;
}

static size_t row_end(const char *text, size_t size, size_t at)
{
    if (at < size && text[at] == '\r') {
        at++;
    }
    return at < size && text[at] == '\n' ? at + 1 : at;
}

static reading read_rows(const char *text, size_t size, bool whole, char delimiter)
{
    reading found = {0};
    size_t at = 0;
    while (at < size && found.row_count < COMITY_LIMIT_ROWS_GUESSED) {
        size_t fields = 0;
        bool ended = true;
        bool more = true;
        while (more) {
            at = field_end(text, size, at, delimiter, &ended);
            fields++;
            more = ended && text[at] == delimiter && fields < COMITY_LIMIT_ROW_FIELDS_GUESSED;
            at += more;
        }
        if (!ended && !whole) {
            break; /* the last row may go on */
        }
        at = row_end(text, size, at);
        found.first_fields = found.row_count == 0 ? fields : found.first_fields;
        found.alike += fields == found.first_fields;
        found.row_count++;
    }
    return found;
}

/* ---- the header ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Whether a field looks like a value rather than a column's name. */
static bool is_value(const char *text, size_t size)
{
    size_t digits = 0;
    size_t others = 0;
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if (c == '@') {
            return true;
        }
        digits += is_digit(c);
        others += !is_digit(c) && c != ' ' && c != '"' && c != '-' && c != '.' && c != '/' && c != ':' && c != '+' &&
                  c != ',';
    }
    return size > 64 || (digits != 0 && digits >= others) || digits >= 5;
}

/* How many of a row's fields look like values, and how many there are that are not empty. */
static size_t values_of_row(const char *text, size_t size, char delimiter, size_t *at, size_t *ret_filled)
{
    size_t values = 0;
    size_t filled = 0;
    bool more = true;
    while (more) {
        bool ended = false;
        size_t end = field_end(text, size, *at, delimiter, &ended);
        values += is_value(text + *at, end - *at);
        filled += end != *at;
        more = ended && text[end] == delimiter;
        *at = end + more;
    }
    *at = row_end(text, size, *at);
    *ret_filled = filled;
    return values;
}

static bool has_header(const char *text, size_t size, char delimiter, size_t fields)
{
    size_t at = 0;
    size_t filled = 0;
    size_t values = values_of_row(text, size, delimiter, &at, &filled);
    return values == 0 && filled != 0 && filled * 2 >= fields && at < size;
}

bool comity_rows_find(const char *text, size_t size, bool whole, char told, comity_text_about *ret_about)
{
    static const char delimiters[] = {',', ';', '\t', '|', '\x1F', '^'};
    char best = '\0';
    size_t best_fields = told != '\0' ? 1 : 0;
    for (size_t i = 0; i < sizeof delimiters; i++) {
        reading found = read_rows(text, size, whole, delimiters[i]);
        bool is_steady = found.row_count >= 2 && found.alike * 10 >= found.row_count * 9;
        bool is_told = told != '\0' && found.row_count >= 1 && found.alike * 10 >= found.row_count * 7;
        if (found.first_fields >= 2 && (is_steady || is_told) && found.first_fields > best_fields) {
            best = delimiters[i];
            best_fields = found.first_fields;
        }
    }
    best = best == '\0' ? told : best;
    if (best == '\0') {
        return false;
    }
    ret_about->syntax = COMITY_FORM_CSV;
    ret_about->delimiter = best;
    ret_about->has_header = has_header(text, size, best, best_fields);
    return true;
}
