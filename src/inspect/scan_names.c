/* Where the name of a value stands: before it in JSON, around it in markup, at the head of its
 * column, before its mark in text; and what stands around a value altogether. */
#include "inspect/scan_labels.h"

#include <string.h>

/* How far a value of a list may lie behind the list's name. */
#define LIST_STEPS 16
/* Containers around a value whose names may speak for it. */
#define PARENTS 3

/* ---- where names stand ---- */

/* The quote that opens the string whose closing quote ends before `end`; NULL if it is too far. */
static const uint8_t *quote_before(const uint8_t *low, const uint8_t *end, size_t size_max)
{
    for (const uint8_t *at = end; at > low && (size_t)(end - at) < size_max; at--) {
        if (at[-1] == '"' && (at - 1 == low || at[-2] != '\\')) {
            return at - 1;
        }
    }
    return NULL;
}

/* A label that is not in quotes: words, with single spaces, on the same line. */
static const uint8_t *bare_before(const uint8_t *low, const uint8_t *end)
{
    const uint8_t *at = end;
    while (at > low && end - at < COMITY_LIMIT_SCAN_LABEL_BYTES) {
        uint8_t byte = at[-1];
        bool joins = byte == ' ' || byte == '_' || byte == '-' || byte == '.' || byte == '/' || byte == '\'';
        if (!comity_scan_is_word(byte) && !(joins && at < end && at - 1 > low && comity_scan_is_word(at[0]))) {
            break;
        }
        at--;
    }
    while (at < end && !comity_scan_is_word(*at)) {
        at++;
    }
    return at;
}

bool comity_scan_name_before(const uint8_t *low, const uint8_t *end, const uint8_t **ret_name, size_t *ret_size)
{
    end = comity_scan_skip_blank_back(low, end);
    if (end > low && (end[-1] == '"' || end[-1] == '\'')) {
        uint8_t quote = end[-1];
        const uint8_t *at = end - 1;
        while (at > low && end - at <= COMITY_LIMIT_SCAN_LABEL_BYTES + 1 && at[-1] != quote && at[-1] != '\n') {
            at--;
        }
        if (at == low || at[-1] != quote) {
            return false;
        }
        *ret_name = at;
        *ret_size = (size_t)(comity_scan_without_escapes(at, end - 1) - at);
        return *ret_size != 0 && *ret_size <= COMITY_LIMIT_SCAN_LABEL_BYTES;
    }
    *ret_name = bare_before(low, end);
    *ret_size = (size_t)(end - *ret_name);
    return *ret_size != 0 && *ret_size <= COMITY_LIMIT_SCAN_LABEL_BYTES;
}

void comity_scan_pair_name(const uint8_t *low, const uint8_t *quote, const uint8_t **name, size_t *size)
{
    static const char *const names[] = {"name", "key", "field", "label", "type", "attribute", "property", "system"};
    if (*size != 5 || (memcmp(*name, "value", 5) != 0 && memcmp(*name, "Value", 5) != 0)) {
        return;
    }
    const uint8_t *at = comity_scan_skip_blank_back(low, quote);
    at = at > low && at[-1] == ',' ? comity_scan_skip_blank_back(low, at - 1) : low;
    if (at - low < 8 || at[-1] != '"') {
        return;
    }
    const uint8_t *end = at - 1;
    const uint8_t *open = quote_before(low, end, COMITY_LIMIT_SCAN_LABEL_BYTES + 1);
    const uint8_t *key = open == NULL ? low : comity_scan_skip_blank_back(low, open);
    key = key > low && key[-1] == ':' ? comity_scan_skip_blank_back(low, key - 1) : low;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        ptrdiff_t key_size = (ptrdiff_t)strlen(names[i]) + 2;
        if (key - low >= key_size && key[-1] == '"' && key[-key_size] == '"' &&
            memcmp(key - key_size + 1, names[i], (size_t)key_size - 2) == 0) {
            *name = open + 1;
            *size = (size_t)(end - *name);
        }
    }
}

/* In JSON: the name before `at`, which stands behind a colon, or in a list behind one. `of_pair`: that of a pair is what
 * stands in the field before. */
static bool json_name(const uint8_t *low, const uint8_t *at, bool of_pair, const uint8_t **ret_name, size_t *ret_size)
{
    for (int steps = 0; steps < LIST_STEPS; steps++) {
        at = comity_scan_skip_blank_back(low, at);
        if (at == low) {
            return false;
        }
        uint8_t byte = at[-1];
        if (byte == ':') {
            const uint8_t *end = comity_scan_skip_blank_back(low, at - 1);
            if (end == low || end[-1] != '"') {
                return false;
            }
            const uint8_t *open = quote_before(low, end - 1, COMITY_LIMIT_SCAN_LABEL_BYTES + 1);
            if (open == NULL) {
                return false;
            }
            *ret_name = open + 1;
            *ret_size = (size_t)(end - 1 - (open + 1));
            if (of_pair) {
                comity_scan_pair_name(low, open, ret_name, ret_size);
            }
            return true;
        }
        if (byte == '[' || byte == ',') {
            at--;
        } else if (byte == '"') {
            at = quote_before(low, at - 1, COMITY_LIMIT_SCAN_NEAR);
            if (at == NULL) {
                return false;
            }
        } else if ((comity_scan_class(byte) & COMITY_BYTE_DIGIT) != 0) {
            while (at > low && (comity_scan_class(at[-1]) & (COMITY_BYTE_WORD | COMITY_BYTE_TOKEN)) != 0 &&
                   at[-1] != ':') {
                at--;
            }
        } else {
            return false;
        }
    }
    return false;
}

/* True if between a quote and a value there is only what stands between a name and a number. */
static bool is_bare_number(const uint8_t *from, const uint8_t *to)
{
    const uint8_t *at = from;
    while (at < to && comity_scan_is_blank(*at)) {
        at++;
    }
    if (at == to || (*at != ':' && *at != ',' && *at != ']')) {
        return false;
    }
    for (; at < to; at++) {
        bool number = (comity_scan_class(*at) & COMITY_BYTE_DIGIT) != 0 || *at == '-' || *at == '.' || *at == '+';
        if (!number && !comity_scan_is_blank(*at) && *at != ':' && *at != ',' && *at != '[') {
            return false;
        }
    }
    return true;
}

/* In JSON: the name of the value in which [begin, end) stands, and the bounds of its string. */
static bool json_around(const comity_scan *scan, const uint8_t *begin, const uint8_t *end, bool of_pair,
                        const uint8_t **ret_name, size_t *ret_size, const uint8_t **ret_low, const uint8_t **ret_high)
{
    const uint8_t *low =
        begin - scan->low > COMITY_LIMIT_SCAN_BACK / 2 ? begin - COMITY_LIMIT_SCAN_BACK / 2 : scan->low;
    const uint8_t *quote = quote_before(low, begin, COMITY_LIMIT_SCAN_BACK / 2);
    *ret_low = begin;
    *ret_high = end;
    if (quote == NULL) {
        return false;
    }
    if (is_bare_number(quote + 1, begin)) {
        return json_name(low, begin, of_pair, ret_name, ret_size);
    }
    const uint8_t *close = end;
    while (close < scan->high && close - end < COMITY_LIMIT_SCAN_NEAR && (*close != '"' || close[-1] == '\\')) {
        close++;
    }
    *ret_low = quote + 1;
    *ret_high = close;
    return json_name(low, quote, of_pair, ret_name, ret_size);
}

/* The value of the attribute `wanted` in the tag that [low, high) is of; false if it has none. */
static bool attribute_of(const uint8_t *low, const uint8_t *high, const char *wanted, const uint8_t **ret_name,
                         size_t *ret_size)
{
    size_t wanted_size = strlen(wanted);
    for (const uint8_t *at = low; high - at > (ptrdiff_t)wanted_size + 2; at++) {
        if (!comity_scan_is_blank(*at) || memcmp(at + 1, wanted, wanted_size) != 0 || at[1 + wanted_size] != '=') {
            continue;
        }
        const uint8_t *begin = at + wanted_size + 2;
        begin += *begin == '"' || *begin == '\'';
        const uint8_t *end = begin;
        while (end < high && !comity_scan_is_blank(*end) && strchr("\"'/>", *end) == NULL) {
            end++;
        }
        *ret_name = begin;
        *ret_size = (size_t)(end - begin);
        return end > begin && *ret_size <= COMITY_LIMIT_SCAN_LABEL_BYTES;
    }
    return false;
}

void comity_scan_input_name(const comity_scan *scan, const uint8_t **name, size_t *size)
{
    const uint8_t *low = *name;
    const uint8_t *high = *name;
    size_t before = *size < 5 ? 0 : *size - 5; /* "input value": the tag's own name may stand before it */
    bool is_xml = scan->part.syntax == COMITY_FORM_XML;
    if ((!is_xml && scan->part.syntax != COMITY_FORM_HTML) || *size < 5 || memcmp(*name + before, "value", 5) != 0 ||
        (before != 0 && !comity_scan_is_blank((*name)[before - 1]))) {
        return;
    }
    while (low > scan->low && *name - low < COMITY_LIMIT_SCAN_NEAR && *low != '<') {
        low--;
    }
    while (high < scan->high && high - *name < COMITY_LIMIT_SCAN_NEAR && *high != '>') {
        high++;
    }
    if (*low != '<' || attribute_of(low, high, "name", name, size) ||
        attribute_of(low, high, is_xml ? "key" : "id", name, size) || !is_xml) {
        return;
    }
    const uint8_t *end = low + 1;
    while (end < high && !comity_scan_is_blank(*end)) {
        end++;
    }
    if (end - low - 1 <= COMITY_LIMIT_SCAN_LABEL_BYTES) {
        *name = low + 1;
        *size = (size_t)(end - low - 1);
    }
}

bool comity_scan_markup_name(const comity_scan *scan, const uint8_t *begin, const uint8_t **ret_name, size_t *ret_size,
                             const uint8_t **ret_low)
{
    const uint8_t *low = begin - scan->low > COMITY_LIMIT_SCAN_NEAR ? begin - COMITY_LIMIT_SCAN_NEAR : scan->low;
    const uint8_t *at = begin;
    while (at > low && at[-1] != '>' && at[-1] != '<' && at[-1] != '"' && at[-1] != '\'') {
        at--;
    }
    *ret_low = at;
    if (at - low < 2) {
        return false;
    }
    if (at[-1] != '>') {
        if (at[-1] == '<' || at[-2] != '=' || !comity_scan_name_before(low, at - 2, ret_name, ret_size)) {
            return false;
        }
        comity_scan_input_name(scan, ret_name, ret_size);
        return true;
    }
    const uint8_t *open = at - 1;
    while (open > low && open[-1] != '<') {
        open--;
    }
    const uint8_t *end = open;
    while (end < at - 1 && !comity_scan_is_blank(*end) && *end != '/' && *end != '>') {
        end++;
    }
    *ret_name = open;
    *ret_size = (size_t)(end - open);
    return open > low && *ret_size != 0;
}

/* In text: what stands before a `:` or `=` just before the value. */
static bool text_name(const comity_scan *scan, const uint8_t *begin, const uint8_t **ret_name, size_t *ret_size)
{
    const uint8_t *low = begin - scan->low > COMITY_LIMIT_SCAN_NEAR ? begin - COMITY_LIMIT_SCAN_NEAR : scan->low;
    const uint8_t *at = comity_scan_skip_blank_back(low, begin);
    while (at > low && (at[-1] == '"' || at[-1] == '\'' || at[-1] == '#' || at[-1] == '+' || at[-1] == '(')) {
        at = comity_scan_skip_blank_back(low, at - 1);
    }
    if (at - low >= 3 && at[-3] == 0xEF && at[-2] == 0xBC && at[-1] == 0x9A) {
        return comity_scan_name_before(low, at - 3, ret_name, ret_size);
    }
    if (at == low || (at[-1] != ':' && at[-1] != '=')) {
        return false;
    }
    return comity_scan_name_before(low, at - 1, ret_name, ret_size);
}

/* ---- around a value ---- */

static void around_field(comity_scan *scan, const uint8_t *name, size_t size, comity_scan_around *around)
{
    const comity_scan_field *field = comity_scan_field_of(scan, name, size);
    if (field == NULL) {
        return;
    }
    around->field = field->hash;
    if (field->speaks) {
        bool is_first = around->forms == NULL;
        comity_set_join(&around->room, &field->forms);
        memcpy(around->room_sizes, field->sizes, sizeof around->room_sizes);
        around->forms = &around->room;
        around->sizes = is_first ? around->room_sizes : NULL;
        around->evidence |= COMITY_EVIDENCE_FIELD;
    }
}

static void around_words(comity_scan *scan, const uint8_t *begin, const uint8_t *end, const uint8_t *low,
                         const uint8_t *high, bool is_group, comity_scan_around *around)
{
    if ((low < begin || high > end) && comity_scan_words_near(scan, begin, end, low, high, is_group, &around->room)) {
        if (around->forms != NULL && around->forms != &around->room) {
            comity_set_join(&around->room, around->forms);
        }
        around->forms = &around->room;
        around->sizes = NULL;
        around->evidence |= COMITY_EVIDENCE_WORD;
    }
}

/* Where a cell of CSV ends behind `end`. */
static const uint8_t *cell_end(const comity_scan *scan, const uint8_t *end)
{
    const uint8_t *high = end;
    while (high < scan->high && high - end < COMITY_LIMIT_SCAN_NEAR && *high != (uint8_t)scan->part.delimiter &&
           *high != '\n') {
        high++;
    }
    return high;
}

/* Around a place in the value that is read, whose name is known. */
static void around_own(comity_scan *scan, const uint8_t *begin, const uint8_t *end, bool is_group,
                       comity_scan_around *around)
{
    bool is_csv = scan->part.syntax == COMITY_FORM_CSV;
    around->forms = &scan->own->forms;
    around->sizes = scan->own->sizes;
    around->evidence = COMITY_EVIDENCE_FIELD;
    around->field = scan->own->hash;
    around_words(scan, begin, end, is_csv ? scan->low : scan->own_begin, is_csv ? cell_end(scan, end) : scan->own_end,
                 is_group, around);
}

static void around_column(comity_scan *scan, comity_scan_around *around)
{
    uint32_t column = scan->place.column;
    if (column < scan->column_count) {
        around_field(scan, scan->columns[column].name, scan->columns[column].size, around);
    }
}

/* The names of the lists and objects around, where the own one says nothing: {"ssn": {"value": …}}. */
static void around_parents(comity_scan *scan, const uint8_t *at, comity_scan_around *around)
{
    comity_scan_place_advance(scan, at);
    uint32_t depth = scan->place.depth < COMITY_LIMIT_SCAN_DEPTH ? scan->place.depth : 0;
    for (uint32_t i = 0; i < PARENTS && i < depth && around->forms == NULL; i++) {
        const comity_scan_container *container = &scan->place.containers[depth - 1 - i];
        uint64_t own = around->field;
        around_field(scan, container->name, container->size, around);
        around->field = own == around->field ? own : own * 31 ^ around->field;
    }
}

void comity_scan_look_around(comity_scan *scan, const uint8_t *begin, const uint8_t *end, bool is_group,
                             comity_scan_around *ret_around)
{
    const uint8_t *name;
    size_t size;
    const uint8_t *low = begin;
    const uint8_t *high = end;
    ret_around->room.live = 0;
    if (scan->own != NULL && begin >= scan->own_begin && end <= scan->own_end) {
        around_own(scan, begin, end, is_group, ret_around);
        return;
    }
    ret_around->forms = NULL;
    ret_around->sizes = NULL;
    ret_around->evidence = 0;
    ret_around->field = 0;
    if (scan->part_field_size != 0) {
        around_field(scan, scan->part_field, scan->part_field_size, ret_around);
    }
    switch (scan->part.syntax) {
    case COMITY_FORM_JSON:
    case COMITY_FORM_NDJSON:
        if (json_around(scan, begin, end, true, &name, &size, &low, &high)) {
            around_field(scan, name, size, ret_around);
            around_parents(scan, begin, ret_around);
        }
        break;
    case COMITY_FORM_CSV:
        comity_scan_place_advance(scan, begin);
        around_column(scan, ret_around);
        low = scan->low;
        high = cell_end(scan, end);
        break;
    case COMITY_FORM_XML:
        if (comity_scan_markup_name(scan, begin, &name, &size, &low)) {
            around_field(scan, name, size, ret_around);
        }
        break;
    default:
        if (scan->part.syntax == COMITY_FORM_HTML && comity_scan_markup_name(scan, begin, &name, &size, &low)) {
            around_field(scan, name, size, ret_around);
        } else if (text_name(scan, begin, &name, &size)) {
            around_field(scan, name, size, ret_around);
        }
        low = scan->low;
        high = scan->high;
        if (comity_scan_layout_names(scan, begin)) {
            around_field(scan, scan->layout.label, scan->layout.label_size, ret_around);
            const uint8_t *value = scan->view + (scan->layout.value - scan->view_begin);
            low = scan->layout.value < comity_scan_offset(scan, low) ? low : value;
            high = comity_scan_layout_end(scan, end, high);
        }
        break;
    }
    around_words(scan, begin, end, low, high, is_group, ret_around);
}

bool comity_scan_own_name(const comity_scan *scan, const uint8_t *at, const uint8_t **ret_name, size_t *ret_size)
{
    const uint8_t *low;
    const uint8_t *high;
    switch (scan->part.syntax) {
    case COMITY_FORM_JSON:
    case COMITY_FORM_NDJSON:
        return json_around(scan, at, at, false, ret_name, ret_size, &low, &high); /* what is in a field is no name */
    case COMITY_FORM_XML:
    case COMITY_FORM_HTML:
        return comity_scan_markup_name(scan, at, ret_name, ret_size, &low);
    case COMITY_FORM_URLENCODED:
        return text_name(scan, at, ret_name, ret_size);
    default:
        if (!scan->in_query && comity_scan_layout_names(scan, at)) {
            *ret_name = scan->layout.label;
            *ret_size = scan->layout.label_size;
            return true;
        }
        *ret_name = scan->query_name;
        *ret_size = scan->query_name_size;
        return scan->in_query;
    }
}
