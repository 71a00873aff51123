/* Labels and field names: `"taxId": `, `ssn=`, `Passport No.: `, a column's head. A name
 * is split into its words ("customerTaxId" into customer, tax, id), and any of them
 * that stand together may be one that speaks for types. What was found for a name is
 * kept, because names come again with every record. */
#include "base/swar.h"
#include "inspect/decode.h"
#include "inspect/scan_plan.h"

#include <string.h>

/* Words of a name; and how far a list of values may lie behind its name. */
#define NAME_WORDS 12
#define LIST_STEPS 16
/* Backslashes before a quote within three strings of JSON in one another. */
#define ESCAPES 7
/* Words of a label that stands before or behind a day without a mark, and bytes between. */
#define DAY_WORDS 3
#define DAY_GAP 3
/* The same where words have no spaces between: four characters. */
#define WIDE_BYTES 12
/* Containers around a value whose names may speak for it. */
#define PARENTS 3

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static bool is_word(uint8_t byte)
{
    return (comity_scan_class(byte) & COMITY_BYTE_WORD) != 0;
}

/* ---- names and what they speak for ---- */

/* Where the words of a name begin and end; 0 bytes are none. */
static size_t split(const uint8_t *name, size_t size, uint8_t *ret_begins, uint8_t *ret_ends)
{
    size_t count = 0;
    bool within = false;
    for (size_t i = 0; i < size && count < NAME_WORDS; i++) {
        bool word = is_word(name[i]);
        bool hump = within && name[i] >= 'A' && name[i] <= 'Z' && name[i - 1] >= 'a' && name[i - 1] <= 'z';
        if (within && (!word || hump)) {
            ret_ends[count++] = (uint8_t)i;
        }
        if (word && (!within || hump) && count < NAME_WORDS) {
            ret_begins[count] = (uint8_t)i;
        }
        within = word;
    }
    if (within && count < NAME_WORDS) {
        ret_ends[count++] = (uint8_t)size;
    }
    return count;
}

static void meaning_join(const comity_scan_rules *rules, uint32_t number, bool whole, comity_scan_field *field)
{
    const comity_scan_meaning *meaning = &rules->meanings[number];
    for (uint32_t link = meaning->first; link != 0; link = rules->links[link - 1].next) {
        const comity_type *type = comity_types_type(rules->types, rules->links[link - 1].type);
        for (size_t form = type->form_begin; form < type->form_end; form++) {
            const comity_type_form *of = comity_types_form(rules->types, form);
            if (of->with_context != 0) {
                comity_set_add(&field->forms, form);
            }
            if (of->find < COMITY_FIND_ANCHOR) {
                field->in_writings |= (uint8_t)(1u << of->writing);
            }
        }
    }
    field->speaks = true;
    field->is_label |= meaning->is_label && whole;
}

/* A number at the end of a name says which, not what: "phone2". */
static size_t without_digits(const uint8_t *name, size_t size)
{
    size_t left = size;
    while (left > 0 && (comity_scan_class(name[left - 1]) & COMITY_BYTE_DIGIT) != 0) {
        left--;
    }
    return left == 0 ? size : left;
}

/* In documents of FHIR "family", "given" and "line" are names of fields, which elsewhere mean nothing: types have them as
 * "fhir.family". */
static void field_fill_fhir(const comity_scan_rules *rules, const uint8_t *name, size_t size, comity_scan_field *field)
{
    uint8_t plain[4 + COMITY_LIMIT_SCAN_LABEL_BYTES] = "fhir";
    uint32_t number;
    size_t written = 4 + comity_scan_name_plain(name, size, plain + 4);
    if (comity_scan_names_get(&rules->names, plain, written, &number)) {
        meaning_join(rules, number, true, field);
    }
}

static void field_fill(const comity_scan_rules *rules, const uint8_t *name, size_t size, comity_scan_field *field)
{
    uint8_t begins[NAME_WORDS + 1];
    uint8_t ends[NAME_WORDS + 1];
    uint8_t plain[COMITY_LIMIT_SCAN_LABEL_BYTES];
    size_t count = split(name, size, begins, ends);
    uint32_t number;
    for (size_t first = 0; first < count; first++) {
        for (size_t last = first; last < count; last++) {
            size_t begin = begins[first];
            size_t written = comity_scan_name_plain(name + begin, ends[last] - begin, plain);
            bool to_end = last + 1 == count;
            bool found = comity_scan_names_get(&rules->names, plain, written, &number);
            if (!found) {
                written = without_digits(plain, written);
                found = comity_scan_names_get(&rules->names, plain, written, &number);
            }
            if (found && (written >= 3 || plain[0] >= 0x80 || count == 1)) {
                meaning_join(rules, number, to_end, field);
            }
        }
    }
}

const comity_scan_field *comity_scan_field_of(comity_scan *scan, const uint8_t *name, size_t size)
{
    if (size == 0 || size > COMITY_LIMIT_SCAN_LABEL_BYTES) {
        return NULL;
    }
    comity_scan_field *field = &scan->fields[comity_scan_hash(name, size) % COMITY_SCAN_FIELDS];
    if (field->size != size || field->is_fhir != scan->is_fhir || memcmp(field->name, name, size) != 0) {
        memset(field, 0, sizeof *field);
        memcpy(field->name, name, size);
        field->size = (uint8_t)size;
        field->hash = comity_scan_hash(name, size);
        field->number = ++scan->field_count;
        field->is_fhir = scan->is_fhir;
        field_fill(scan->rules, name, size, field);
        if (scan->is_fhir) {
            field_fill_fhir(scan->rules, name, size, field);
        }
    }
    return field;
}

/* ---- where names stand ---- */

static const uint8_t *skip_blank_back(const uint8_t *low, const uint8_t *end)
{
    while (end > low && is_blank(end[-1])) {
        end--;
    }
    return end;
}

/* Quotes within a string of JSON are escaped, `{\"name\":`, and again in a string within that, `{\\\"name\\\":`: what
 * stands before the closing one is no part of a name or value. */
static const uint8_t *without_escapes(const uint8_t *low, const uint8_t *end)
{
    while (end > low && end[-1] == '\\') {
        end--;
    }
    return end;
}

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
        if (!is_word(byte) && !(joins && at < end && at - 1 > low && is_word(at[0]))) {
            break;
        }
        at--;
    }
    while (at < end && !is_word(*at)) {
        at++;
    }
    return at;
}

bool comity_scan_name_before(const uint8_t *low, const uint8_t *end, const uint8_t **ret_name, size_t *ret_size)
{
    end = skip_blank_back(low, end);
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
        *ret_size = (size_t)(without_escapes(at, end - 1) - at);
        return *ret_size != 0 && *ret_size <= COMITY_LIMIT_SCAN_LABEL_BYTES;
    }
    *ret_name = bare_before(low, end);
    *ret_size = (size_t)(end - *ret_name);
    return *ret_size != 0 && *ret_size <= COMITY_LIMIT_SCAN_LABEL_BYTES;
}

/* In JSON the field `value` of a pair is called by what stands in the field before it, {"name": "ssn", "value": "…"}:
 * the name whose opening quote is at `quote` becomes that. */
static void pair_name(const uint8_t *low, const uint8_t *quote, const uint8_t **name, size_t *size)
{
    static const char *const names[] = {"name", "key", "field", "label", "type", "attribute", "property", "system"};
    if (*size != 5 || (memcmp(*name, "value", 5) != 0 && memcmp(*name, "Value", 5) != 0)) {
        return;
    }
    const uint8_t *at = skip_blank_back(low, quote);
    at = at > low && at[-1] == ',' ? skip_blank_back(low, at - 1) : low;
    if (at - low < 8 || at[-1] != '"') {
        return;
    }
    const uint8_t *end = at - 1;
    const uint8_t *open = quote_before(low, end, COMITY_LIMIT_SCAN_LABEL_BYTES + 1);
    const uint8_t *key = open == NULL ? low : skip_blank_back(low, open);
    key = key > low && key[-1] == ':' ? skip_blank_back(low, key - 1) : low;
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
        at = skip_blank_back(low, at);
        if (at == low) {
            return false;
        }
        uint8_t byte = at[-1];
        if (byte == ':') {
            const uint8_t *end = skip_blank_back(low, at - 1);
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
                pair_name(low, open, ret_name, ret_size);
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
            while (at > low && (comity_scan_class(at[-1]) & (COMITY_BYTE_WORD | COMITY_BYTE_TOKEN)) != 0 && at[-1] != ':') {
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
    while (at < to && is_blank(*at)) {
        at++;
    }
    if (at == to || (*at != ':' && *at != ',' && *at != ']')) {
        return false;
    }
    for (; at < to; at++) {
        bool number = (comity_scan_class(*at) & COMITY_BYTE_DIGIT) != 0 || *at == '-' || *at == '.' || *at == '+';
        if (!number && !is_blank(*at) && *at != ':' && *at != ',' && *at != '[') {
            return false;
        }
    }
    return true;
}

/* In JSON: the name of the value in which [begin, end) stands, and the bounds of its string. */
static bool json_around(const comity_scan *scan, const uint8_t *begin, const uint8_t *end, bool of_pair,
                        const uint8_t **ret_name, size_t *ret_size, const uint8_t **ret_low, const uint8_t **ret_high)
{
    const uint8_t *low = begin - scan->low > COMITY_LIMIT_SCAN_BACK / 2 ? begin - COMITY_LIMIT_SCAN_BACK / 2 : scan->low;
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
static bool attribute_of(const uint8_t *low, const uint8_t *high, const char *wanted, const uint8_t **ret_name, size_t *ret_size)
{
    size_t wanted_size = strlen(wanted);
    for (const uint8_t *at = low; high - at > (ptrdiff_t)wanted_size + 2; at++) {
        if (!is_blank(*at) || memcmp(at + 1, wanted, wanted_size) != 0 || at[1 + wanted_size] != '=') {
            continue;
        }
        const uint8_t *begin = at + wanted_size + 2;
        begin += *begin == '"' || *begin == '\'';
        const uint8_t *end = begin;
        while (end < high && !is_blank(*end) && strchr("\"'/>", *end) == NULL) {
            end++;
        }
        *ret_name = begin;
        *ret_size = (size_t)(end - begin);
        return end > begin && *ret_size <= COMITY_LIMIT_SCAN_LABEL_BYTES;
    }
    return false;
}

/* In HTML an attribute `value` is called by the `name` of its tag, or else by its `id`: <input name="dob" value="…">; in
 * XML by its `name`, its `key`, or the element: <birthDate value="…"/>. */
static void input_name(const comity_scan *scan, const uint8_t **name, size_t *size)
{
    const uint8_t *low = *name;
    const uint8_t *high = *name;
    size_t before = *size < 5 ? 0 : *size - 5; /* "input value": the tag's own name may stand before it */
    bool is_xml = scan->part.syntax == COMITY_FORM_XML;
    if ((!is_xml && scan->part.syntax != COMITY_FORM_HTML) || *size < 5 || memcmp(*name + before, "value", 5) != 0 ||
        (before != 0 && !is_blank((*name)[before - 1]))) {
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
    while (end < high && !is_blank(*end)) {
        end++;
    }
    if (end - low - 1 <= COMITY_LIMIT_SCAN_LABEL_BYTES) {
        *name = low + 1;
        *size = (size_t)(end - low - 1);
    }
}

/* In XML and HTML: the attribute, or else the element, in whose value `begin` stands. */
static bool markup_name(const comity_scan *scan, const uint8_t *begin, const uint8_t **ret_name, size_t *ret_size,
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
        input_name(scan, ret_name, ret_size);
        return true;
    }
    const uint8_t *open = at - 1;
    while (open > low && open[-1] != '<') {
        open--;
    }
    const uint8_t *end = open;
    while (end < at - 1 && !is_blank(*end) && *end != '/' && *end != '>') {
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
    const uint8_t *at = skip_blank_back(low, begin);
    while (at > low && (at[-1] == '"' || at[-1] == '\'' || at[-1] == '#' || at[-1] == '+' || at[-1] == '(')) {
        at = skip_blank_back(low, at - 1);
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
        comity_set_join(&around->room, &field->forms);
        around->forms = &around->room;
        around->evidence |= COMITY_EVIDENCE_FIELD;
    }
}

static void around_words(comity_scan *scan, const uint8_t *begin, const uint8_t *end, const uint8_t *low,
                         const uint8_t *high, bool is_group, comity_scan_around *around)
{
    if ((low < begin || high > end) && comity_scan_words_near(scan, begin, end, low, high, is_group, &around->room)) {
        around->forms = &around->room;
        around->evidence |= COMITY_EVIDENCE_WORD;
    }
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
    ret_around->forms = NULL;
    ret_around->evidence = 0;
    ret_around->field = 0;
    ret_around->room.live = 0;
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
        while (high < scan->high && high - end < COMITY_LIMIT_SCAN_NEAR && *high != (uint8_t)scan->part.delimiter &&
               *high != '\n') {
            high++;
        }
        break;
    case COMITY_FORM_XML:
        if (markup_name(scan, begin, &name, &size, &low)) {
            around_field(scan, name, size, ret_around);
        }
        break;
    default:
        if (scan->part.syntax == COMITY_FORM_HTML && markup_name(scan, begin, &name, &size, &low)) {
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
        return markup_name(scan, at, ret_name, ret_size, &low);
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

/* ---- values behind labels ---- */

/* What is undone in the value that is read. */
static unsigned escapes_of(const comity_scan *scan)
{
    if (scan->in_query) {
        return COMITY_DECODE_PERCENT | COMITY_DECODE_PLUS;
    }
    unsigned what = comity_decode_of_syntax(scan->part.syntax) & ~(unsigned)COMITY_DECODE_FOLD;
    return scan->strings_around == 0 ? what : COMITY_DECODE_JSON;
}

/* The value without its escapes, in `room` if there are any; those of JSON once for each string around it. */
static size_t unescape(const comity_scan *scan, const uint8_t *bytes, size_t size, uint8_t *room,
                       const uint8_t **ret_value)
{
    if (scan->in_layout) {
        return comity_scan_layout_plain(scan, bytes, size, room, ret_value);
    }
    unsigned what = escapes_of(scan);
    comity_form_run runs[COMITY_LIMIT_SCAN_VALUE_BYTES / 4];
    uint8_t again[COMITY_LIMIT_SCAN_VALUE_BYTES];
    if (what == 0 || size > COMITY_LIMIT_SCAN_VALUE_BYTES) {
        return size;
    }
    for (unsigned i = 0; i <= scan->strings_around; i++) {
        if ((what == COMITY_DECODE_JSON && memchr(bytes, '\\', size) == NULL) || !comity_decode_wanted(what, bytes, size)) {
            break;
        }
        size_t written;
        if (i != 0) {
            memcpy(again, bytes, size);
            bytes = again;
        }
        (void)comity_decode_near(what, bytes, size, room, &written, runs, sizeof runs / sizeof runs[0]);
        *ret_value = bytes = room;
        size = written;
    }
    return size;
}

/* The readings of a whole value, which begins and ends where no blanks are. `room` takes it without its escapes. */
static bool field_read(comity_scan *scan, const uint8_t **begin, const uint8_t **end, const comity_scan_field *field,
                       uint8_t room[COMITY_LIMIT_SCAN_VALUE_BYTES], comity_scan_readings *ret_readings)
{
    while (*begin < *end && is_blank(**begin)) {
        (*begin)++;
    }
    *end = skip_blank_back(*begin, *end);
    if (*begin == *end || comity_scan_offset(scan, *begin) < scan->done) {
        return false;
    }
    comity_scan_around around;
    around.forms = &field->forms;
    around.evidence = COMITY_EVIDENCE_FIELD;
    around.field = field->hash;
    comity_scan_readings_begin(ret_readings);
    const uint8_t *value = *begin;
    size_t size = (size_t)(*end - *begin);
    bool has_plans = scan->plans != NULL && scan->part.syntax != COMITY_FORM_URLENCODED && !scan->in_query && !scan->in_layout;
    comity_scan_plan *plan = has_plans ? comity_scan_plan_of(scan, value, size, field, &around) : NULL;
    if (plan != NULL && comity_scan_plan_follow(scan, plan, value, &around, ret_readings)) {
        return ret_readings->count != 0;
    }
    size = unescape(scan, *begin, size, room, &value);
    comity_scan_try_spoken(scan, value, size, field, &around, ret_readings);
    ret_readings->value = value;
    ret_readings->value_size = size;
    return ret_readings->count != 0;
}

/* Whether the word that begins at `at` has a digit. */
static bool has_digit(const uint8_t *at, const uint8_t *end)
{
    while (at < end && is_word(*at) && (comity_scan_class(*at) & COMITY_BYTE_DIGIT) == 0) {
        at++;
    }
    return at < end && (comity_scan_class(*at) & COMITY_BYTE_DIGIT) != 0;
}

/* A number, a token or an address of mail within a value that is surer than `confidence`: its beginning, its end
 * and readings. NULL if there is none. */
static const uint8_t *surer_within(comity_scan *scan, const uint8_t *begin, const uint8_t *end, unsigned confidence,
                                   const uint8_t **ret_end, comity_scan_readings *ret_readings)
{
    const uint8_t *found = NULL;
    for (const uint8_t *at = begin; at < end; at++) {
        if (*at == '@' && at > begin) {
            return comity_scan_email_within(scan, begin, at, confidence, ret_end, ret_readings);
        }
        if (!is_word(*at) || (at > begin && is_word(at[-1])) || !has_digit(at, end)) {
            continue;
        }
        bool is_found = comity_scan_number_at(scan, at, &found, ret_end, ret_readings) ||
                        comity_scan_token_at(scan, at, &found, ret_end, ret_readings);
        if (is_found && found >= begin && ret_readings->list[0].confidence > confidence) {
            return found;
        }
    }
    return NULL;
}

/* Gives a value behind a label. What its label alone makes a value may be text of any kind, a postal address,
 * and hold what is surer: then it ends there. */
static void field_emit(comity_scan *scan, const uint8_t *begin, const uint8_t *end, const comity_scan_field *field,
                       comity_scan_readings *readings)
{
    uint8_t room[COMITY_LIMIT_SCAN_VALUE_BYTES];
    comity_scan_readings within;
    const uint8_t *within_end;
    bool by_label = comity_types_form(scan->rules->types, readings->list[0].form)->find == COMITY_FIND_LABEL;
    const uint8_t *cut =
        by_label ? surer_within(scan, begin, end, readings->list[0].confidence, &within_end, &within) : NULL;
    if (cut == NULL) {
        comity_scan_emit(scan, begin, end, readings);
        return;
    }
    const uint8_t *before = cut;
    if (begin < cut) {
        if (!field_read(scan, &begin, &before, field, room, readings)) {
            return; /* all in it is found where it stands */
        }
        comity_scan_emit(scan, begin, before, readings);
    }
    comity_scan_emit(scan, cut, within_end, &within);
}

/* Nothing surer can lie in the value, nor an address of mail over it: it has no `@`, and ends where none goes on. */
static bool stands_alone(const comity_scan *scan, const comity_scan_plan *plan, uint8_t behind,
                         const comity_scan_readings *readings)
{
    bool ends =
        (comity_scan_class(behind) & (COMITY_BYTE_WORD | COMITY_BYTE_TOKEN)) == 0 && behind != '%' && behind != '@';
    bool is_of_words =
        plan->is_words || comity_types_form(scan->rules->types, readings->list[0].form)->find != COMITY_FIND_LABEL;
    return ends && !plan->has_at && is_of_words;
}

bool comity_scan_field_planned(comity_scan *scan, const uint8_t *begin, const uint8_t ends[3],
                               const comity_scan_field *field)
{
    comity_scan_look look;
    comity_scan_readings readings;
    comity_scan_around around;
    if (scan->plans == NULL || scan->high - begin < 2 * COMITY_SCAN_PLAN_BYTES ||
        comity_scan_offset(scan, begin) < scan->done) {
        return false;
    }
    size_t size = scan->level->look(begin, ends, look.words);
    if (size == 0 || is_blank(begin[0]) || is_blank(begin[size - 1])) {
        return false;
    }
    comity_scan_plan *plan = comity_scan_plan_known(scan, &look, size, field);
    if (plan == NULL) {
        return false;
    }
    around.forms = &field->forms;
    around.evidence = COMITY_EVIDENCE_FIELD;
    around.field = field->hash;
    comity_scan_readings_begin(&readings);
    if (!comity_scan_plan_follow(scan, plan, begin, &around, &readings)) {
        return false;
    }
    if (readings.count == 0) {
        return true;
    }
    if (stands_alone(scan, plan, begin[size], &readings)) {
        comity_scan_emit_alone(scan, begin, begin + size, &readings);
    } else {
        field_emit(scan, begin, begin + size, field, &readings);
    }
    return true;
}

void comity_scan_field_value(comity_scan *scan, const uint8_t *begin, const uint8_t *end,
                             const comity_scan_field *field)
{
    uint8_t room[COMITY_LIMIT_SCAN_VALUE_BYTES];
    comity_scan_readings readings;
    if (field_read(scan, &begin, &end, field, room, &readings)) {
        field_emit(scan, begin, end, field, &readings);
    }
}

/* A part of what stands behind a label; a number that begins there and is surer, or as sure and longer, goes before it. */
static void field_part(comity_scan *scan, const uint8_t *begin, const uint8_t *end, const comity_scan_field *field)
{
    uint8_t room[COMITY_LIMIT_SCAN_VALUE_BYTES];
    comity_scan_readings readings;
    comity_scan_readings number;
    const uint8_t *number_begin;
    const uint8_t *number_end;
    if (!field_read(scan, &begin, &end, field, room, &readings)) {
        return;
    }
    if (comity_scan_number_at(scan, begin, &number_begin, &number_end, &number)) {
        int surer = (int)number.list[0].confidence - (int)readings.list[0].confidence;
        if (surer > 0 || (surer == 0 && number_end > end)) {
            comity_scan_emit(scan, number_begin, number_end, &number);
            return;
        }
    }
    field_emit(scan, begin, end, field, &readings);
}

/* The first quote or line end, or `high`. */
static const uint8_t *quote_or_line(const uint8_t *at, const uint8_t *high, uint8_t quote)
{
    for (; high - at >= 8; at += 8) {
        uint64_t word = comity_swar_load_ordered(at);
        uint64_t found = comity_swar_all_equal(word, quote) | comity_swar_all_equal(word, '\n');
        if (found != 0) {
            return at + __builtin_ctzll(found) / 8;
        }
    }
    while (at < high && *at != quote && *at != '\n') {
        at++;
    }
    return at;
}

/* How a value is quoted. */
typedef struct quoting {
    uint8_t quote; /* 0: it is not */
    unsigned escapes; /* backslashes before its quotes: none, or 1, 3, 7 within so many strings of JSON */
} quoting;

static bool is_json(const comity_scan *scan)
{
    return scan->part.syntax == COMITY_FORM_JSON || scan->part.syntax == COMITY_FORM_NDJSON;
}

/* The quote at `*at`, which is passed over. */
static quoting quoting_take(const comity_scan *scan, const uint8_t **at)
{
    unsigned escapes = 0;
    const uint8_t *begin = *at;
    while (escapes < ESCAPES && begin < scan->high && *begin == '\\') {
        escapes++;
        begin++;
    }
    if (begin == scan->high || (*begin != '"' && (*begin != '\'' || escapes != 0))) {
        return (quoting){0};
    }
    *at = begin + 1;
    return (quoting){.quote = *begin, .escapes = escapes};
}

/* Where a quoted value ends: before its quote, with no more backslashes than its first had, or with its line. */
static const uint8_t *quoted_end(const comity_scan *scan, const uint8_t *begin, const uint8_t *high, quoting of)
{
    const uint8_t *at = begin;
    for (;;) {
        at = quote_or_line(at, high, of.quote);
        if (at == high || *at == '\n') {
            break;
        }
        const uint8_t *end = without_escapes(begin, at);
        if ((size_t)(at - end) <= of.escapes) {
            at = end;
            break;
        }
        at++;
    }
    if (of.quote == '\'' && is_json(scan)) { /* within a string */
        const uint8_t *string_end = memchr(begin, '"', (size_t)(at - begin));
        at = string_end == NULL ? at : string_end;
    }
    return at;
}

/* Where the value ends that begins at `begin` and has no quotes. `in_string`: behind a label in a string of JSON. */
static const uint8_t *bare_end(const comity_scan *scan, const uint8_t *begin, const uint8_t *high, bool in_string)
{
    const uint8_t *at = begin;
    bool is_number = is_json(scan) && !in_string;
    bool is_form = scan->part.syntax == COMITY_FORM_URLENCODED;
    while (at < high && *at >= 0x20 && *at != '<' && *at != '"' && *at != ';' && *at != '|' &&
           !(is_form && *at == '&') && !(in_string && *at == '\\') &&
           !(is_number && (*at == ',' || *at == '}' || *at == ']' || *at == ' '))) {
        at++;
    }
    return at;
}

/* Marks that end a sentence, not a value. */
static const uint8_t *without_marks(const uint8_t *begin, const uint8_t *end)
{
    while (end > begin && (is_blank(end[-1]) || (end[-1] != '\0' && strchr(".,;:!?)'", end[-1]) != NULL))) {
        end--;
    }
    return end;
}

/* In text a value may go on behind what belongs to it: shorter ones are tried, too. */
static void text_value(comity_scan *scan, const uint8_t *begin, const uint8_t *end, const comity_scan_field *field)
{
    static const char stops[] = ",&\t) ";
    comity_scan_field_value(scan, begin, without_marks(begin, end), field);
    for (size_t i = 0; i < sizeof stops - 1 && scan->done <= comity_scan_offset(scan, begin); i++) {
        const uint8_t *stop = memchr(begin, stops[i], (size_t)(end - begin));
        if (stop != NULL && stop > begin) {
            field_part(scan, begin, without_marks(begin, stop), field);
        }
    }
}

static bool looks_label(const comity_scan *scan, const uint8_t *low, const uint8_t *end)
{
    while (end > low && (comity_scan_class(end[-1]) & COMITY_BYTE_DIGIT) != 0) {
        end--;
    }
    uint32_t tail = comity_scan_tail(low, end);
    return (scan->rules->tails[tail >> 6] >> (tail & 63) & 1) != 0;
}

/* What can hold nothing that is found by itself. */
static bool is_of_words(const uint8_t *begin, const uint8_t *end)
{
    while (begin < end && *begin != '@' && (comity_scan_class(*begin) & COMITY_BYTE_DIGIT) == 0) {
        begin++;
    }
    return begin == end;
}

/* A value in quotes; returns where it ends: NULL if that is not seen. */
static const uint8_t *quoted_value(comity_scan *scan, const uint8_t *begin, quoting of, const comity_scan_field *field)
{
    const uint8_t *high = scan->high - begin > COMITY_LIMIT_SCAN_VALUE_BYTES ? begin + COMITY_LIMIT_SCAN_VALUE_BYTES
                                                                            : scan->high;
    const uint8_t *end = quoted_end(scan, begin, high, of);
    scan->strings_around = of.escapes == 0 ? 0 : of.escapes == 1 ? 1 : of.escapes == 3 ? 2 : 3;
    comity_scan_field_value(scan, begin, end, field);
    scan->strings_around = 0;
    return end == high ? NULL : end;
}

/* The strings of a list behind a key of JSON, as far as they are found, or nothing in them would be. */
static void list_values(comity_scan *scan, const uint8_t *at, const comity_scan_field *field)
{
    for (int i = 0; i < LIST_STEPS; i++) {
        at++; /* the bracket, or a comma */
        while (at < scan->high && is_blank(*at)) {
            at++;
        }
        quoting of = quoting_take(scan, &at);
        if (of.quote == 0) {
            return;
        }
        const uint8_t *begin = at;
        uint64_t done = scan->done;
        const uint8_t *end = quoted_value(scan, begin, of, field);
        if (end == NULL || scan->high - end <= (ptrdiff_t)of.escapes) {
            return;
        }
        at = end + of.escapes + 1;
        while (at < scan->high && is_blank(*at)) {
            at++;
        }
        if (at >= scan->high || *at != ',' || (scan->done == done && !is_of_words(begin, end))) {
            return;
        }
    }
}

/* The value behind a label whose mark stands at `at`. `in_string`: the label is no key, but stands in a string of JSON. */
static void label_value(comity_scan *scan, const uint8_t *at, bool in_string, const comity_scan_field *field)
{
    const uint8_t *begin = at + 1;
    begin += *at == '=' && begin < scan->high && *begin == '>'; /* "name" => "Anna Miller" */
    while (begin < scan->high && begin - at < 8 && (*begin == ' ' || *begin == '\t')) {
        begin++;
    }
    bool is_text = *at != '>' && (!is_json(scan) || in_string);
    bool is_list = is_text && begin < scan->high && *begin == '['; /* 'name': ['Anna Miller'], name=[Anna Miller] */
    begin += is_list;
    quoting of = *at == '>' ? (quoting){0} : quoting_take(scan, &begin);
    const uint8_t ends[3] = {of.quote, '\n', '\n'};
    if (of.quote == '"' && of.escapes == 0 && is_json(scan) && comity_scan_field_planned(scan, begin, ends, field)) {
        return;
    }
    const uint8_t *high = scan->high - begin > COMITY_LIMIT_SCAN_VALUE_BYTES ? begin + COMITY_LIMIT_SCAN_VALUE_BYTES
                                                                            : scan->high;
    if (of.quote != 0) {
        (void)quoted_value(scan, begin, of, field);
        return;
    }
    if (is_json(scan) && !in_string && begin < high && *begin == '[') {
        list_values(scan, begin, field);
        return;
    }
    const uint8_t *stop = bare_end(scan, begin, high, in_string);
    if (is_text) {
        const uint8_t *list_end = is_list ? memchr(begin, ']', (size_t)(stop - begin)) : NULL;
        text_value(scan, begin, list_end == NULL ? stop : list_end, field);
    } else {
        comity_scan_field_value(scan, begin, stop, field);
    }
}

/* In forms and queries a name may stand in brackets, "user[name]=", or "user%5Bname%5D=": where it ends. */
static const uint8_t *without_bracket(const uint8_t *low, const uint8_t *end)
{
    if (end > low && end[-1] == ']') {
        return end - 1;
    }
    return end - low > 3 && (end[-1] | 0x20) == 'd' && end[-2] == '5' && end[-3] == '%' ? end - 3 : end;
}

/* Behind such a bracket that opens it. */
static void name_of_bracket(const uint8_t *low, const uint8_t **name, size_t *size)
{
    const uint8_t *at = *name;
    if (at > low && at[-1] == '%' && *size > 2 && at[0] == '5' && (at[1] | 0x20) == 'b') {
        *name += 2;
        *size -= 2;
    }
}

/* The name is one of the query of an address. */
static bool is_of_query(const comity_scan *scan, const uint8_t *name)
{
    const uint8_t *at = name;
    while (at > scan->low && name - at < COMITY_LIMIT_SCAN_LABEL_BYTES &&
           (is_word(at[-1]) || strchr("[]%_-.", at[-1]) != NULL) && at[-1] != 0) {
        at--;
    }
    return at > scan->low && (at[-1] == '?' || at[-1] == '&' || (at - scan->low >= 5 && memcmp(at - 5, "&amp;", 5) == 0));
}

/* In the query of an address, "?email=anna%40example.com&name=Anna+Miller", wherever it stands: a value is read without
 * its encoding. False if there is none that is encoded, or nothing comes of it. */
static bool query_value(comity_scan *scan, const uint8_t *at, const uint8_t *name, size_t size,
                        const comity_scan_field *field)
{
    bool is_encoded = false;
    if (*at != '=' || scan->part.syntax == COMITY_FORM_URLENCODED || !is_of_query(scan, name)) {
        return false;
    }
    const uint8_t *end = at + 1;
    while (end < scan->high && end - at <= COMITY_LIMIT_SCAN_VALUE_BYTES && *end > ' ' && strchr("&\"'<>;#)\\", *end) == NULL) {
        is_encoded |= *end == '%' || (*end == '+' && end != at + 1);
        end++;
    }
    if (!is_encoded) {
        return false;
    }
    uint64_t done = scan->done;
    scan->in_query = true;
    scan->query_name = name;
    scan->query_name_size = size;
    comity_scan_field_value(scan, at + 1, end, field);
    scan->in_query = false;
    return scan->done != done;
}

void comity_scan_at_label(comity_scan *scan, const uint8_t *at)
{
    const uint8_t *name;
    size_t size;
    const uint8_t *name_end = *at == 0x9A ? at - 2 : at;
    const uint8_t *low =
        name_end - scan->low > 2 * COMITY_LIMIT_SCAN_LABEL_BYTES ? name_end - 2 * COMITY_LIMIT_SCAN_LABEL_BYTES : scan->low;
    const uint8_t *end = skip_blank_back(low, name_end);
    if (*at == '=' && end > low) {
        name_end = end = without_bracket(low, end);
    }
    bool is_quoted = end > low && (end[-1] == '"' || end[-1] == '\'');
    bool is_key = is_quoted && end[-1] == '"';
    end = is_quoted ? without_escapes(low, end - 1) : end;
    if (*at == '>' || !looks_label(scan, low, end)) {
        if (*at != '>' || !markup_name(scan, at + 1, &name, &size, &low)) {
            return;
        }
    } else if (!comity_scan_name_before(low, name_end, &name, &size)) {
        return;
    } else if (*at == '=') {
        name_of_bracket(low, &name, &size);
        input_name(scan, &name, &size);
    } else if (is_quoted && is_json(scan)) {
        pair_name(scan->low, name - 1, &name, &size);
    }
    const comity_scan_field *field = comity_scan_field_of(scan, name, size);
    if (field == NULL || !field->is_label) {
        return;
    }
    if (!query_value(scan, at, name, size, field)) {
        label_value(scan, at, is_json(scan) && !is_key, field);
    }
}

/* ---- days behind words, and before them ---- */

/* What stands between the words of a label that has no mark behind it, "geb. am". */
static bool is_between(uint8_t byte)
{
    return byte == ' ' || byte == '.' || byte == '\t';
}

/* Where up to so many words begin that end before `end`, and at it. */
static const uint8_t *words_before(const uint8_t *low, const uint8_t *end, int count)
{
    const uint8_t *begin = end;
    const uint8_t *at = end;
    while (count-- > 0 && at > low && is_word(at[-1])) {
        while (at > low && is_word(at[-1])) {
            at--;
        }
        begin = at;
        const uint8_t *gap = at;
        while (at > low && gap - at < 2 && is_between(at[-1])) {
            at--;
        }
        if (at == gap) {
            break;
        }
    }
    return begin;
}

/* The first `count` words behind `at`; NULL if there are fewer. */
static const uint8_t *words_behind(const uint8_t *at, const uint8_t *high, int count)
{
    high = high - at > COMITY_LIMIT_SCAN_LABEL_BYTES ? at + COMITY_LIMIT_SCAN_LABEL_BYTES : high;
    for (int i = 0; i < count; i++) {
        const uint8_t *begin = at;
        while (i != 0 && at < high && at - begin < 2 && is_between(*at)) {
            at++;
        }
        begin = at;
        while (at < high && is_word(*at)) {
            at++;
        }
        if (at == begin) {
            return NULL;
        }
    }
    return at;
}

/* What the words speak for, if they are a label. */
static const comity_scan_field *label_of(comity_scan *scan, const uint8_t *begin, const uint8_t *end)
{
    if (end == NULL || end <= begin || end - begin > COMITY_LIMIT_SCAN_LABEL_BYTES || !looks_label(scan, begin, end)) {
        return NULL;
    }
    const comity_scan_field *field = comity_scan_field_of(scan, begin, (size_t)(end - begin));
    return field != NULL && field->is_label ? field : NULL;
}

const comity_scan_field *comity_scan_day_label(comity_scan *scan, const uint8_t *begin, const uint8_t *end)
{
    const uint8_t *low = begin - scan->low > COMITY_LIMIT_SCAN_LABEL_BYTES ? begin - COMITY_LIMIT_SCAN_LABEL_BYTES : scan->low;
    const uint8_t *before = begin;
    const comity_scan_field *field = NULL;
    while (before > low && begin - before < DAY_GAP && is_between(before[-1])) {
        before--;
    }
    if (before < begin) {
        field = label_of(scan, words_before(low, before, DAY_WORDS), before);
    }
    const uint8_t *behind = end;
    while (behind < scan->high && behind - end < DAY_GAP && is_between(*behind)) {
        behind++;
    }
    for (int count = DAY_WORDS; count > 0 && field == NULL; count--) {
        field = label_of(scan, behind, words_behind(behind, scan->high, count));
    }
    return field;
}

bool comity_scan_day_value(comity_scan *scan, const uint8_t *begin, const uint8_t *end, const comity_scan_field *field)
{
    uint8_t room[COMITY_LIMIT_SCAN_VALUE_BYTES];
    comity_scan_readings readings;
    scan->stirs = true; /* another day could be one */
    if (!field_read(scan, &begin, &end, field, room, &readings) ||
        (readings.list[0].evidence & COMITY_EVIDENCE_DATE) == 0) {
        return false;
    }
    comity_scan_emit(scan, begin, end, &readings);
    return true;
}

/* Where one or two digits end that a sign of three bytes stands behind; NULL if they do not. */
static const uint8_t *digits_and(const uint8_t *at, const uint8_t *high, const char *sign)
{
    const uint8_t *end = at;
    while (end < high && end - at < 2 && (comity_scan_class(*end) & COMITY_BYTE_DIGIT) != 0) {
        end++;
    }
    return end > at && high - end >= 3 && memcmp(end, sign, 3) == 0 ? end + 3 : NULL;
}

void comity_scan_at_year_sign(comity_scan *scan, const uint8_t *at)
{
    const uint8_t *begin = at;
    while (begin > scan->low && at - begin < 5 && (comity_scan_class(begin[-1]) & COMITY_BYTE_DIGIT) != 0) {
        begin--;
    }
    const uint8_t *month = at - begin == 4 ? digits_and(at + 3, scan->high, "\xE6\x9C\x88") : NULL;
    const uint8_t *end = month == NULL ? NULL : digits_and(month, scan->high, "\xE6\x97\xA5");
    const comity_scan_field *field = NULL;
    for (ptrdiff_t size = WIDE_BYTES; size > 0 && end != NULL && field == NULL; size -= 3) {
        if (scan->high - end >= size) {
            field = label_of(scan, end, end + size);
        }
        if (field == NULL && begin - scan->low >= size) {
            field = label_of(scan, begin - size, begin);
        }
    }
    if (field != NULL) {
        (void)comity_scan_day_value(scan, begin, end, field);
    }
}

/* ---- keys of JSON ---- */

/* The bytes before the quote at `end`, back to the quote that opens them. False if there is none so near. */
static bool key_read(const uint8_t *end, comity_scan_key *ret_key)
{
    memset(ret_key, 0, sizeof *ret_key);
    for (unsigned i = 0; i < COMITY_SCAN_KEY_BYTES / 8; i++) {
        uint64_t word = comity_swar_load_ordered(end - 8 * (i + 1));
        uint64_t quotes = comity_swar_all_equal(word, '"');
        ret_key->masks[i] = ~UINT64_C(0);
        if (quotes != 0) {
            unsigned behind = (unsigned)__builtin_clzll(quotes); /* bits behind the last quote */
            ret_key->masks[i] <<= 56 - behind;
            ret_key->words[i] = word & ret_key->masks[i];
            ret_key->size = (uint8_t)(8 * i + behind / 8);
            return true;
        }
        ret_key->words[i] = word;
    }
    return false;
}

static inline bool key_is(const comity_scan_key *key, const uint8_t *end)
{
    uint64_t apart = 0;
    for (unsigned i = 0; i < COMITY_SCAN_KEY_BYTES / 8; i++) {
        apart |= (comity_swar_load_ordered(end - 8 * (i + 1)) ^ key->words[i]) & key->masks[i];
    }
    return apart == 0 && key->size != 0;
}

/* What is to be done at the colon of a key. False if that does not follow from its bytes alone. */
static bool key_make(comity_scan *scan, const uint8_t *at, const comity_scan_key *read, comity_scan_key *ret_key)
{
    const uint8_t *name = at - 1 - read->size;
    const uint8_t *end = without_escapes(name, at - 1);
    size_t letters = 0;
    size_t size = without_digits(name, (size_t)(end - name));
    if (memchr(name, '\n', read->size) != NULL) {
        return false;
    }
    for (size_t i = size; i > 0 && size - i < 15; i--) {
        letters += is_word(name[i - 1]);
    }
    if (letters < 3 || read->size == 0) {
        return false; /* what stands before it counts */
    }
    const comity_scan_field *field = comity_scan_field_of(scan, name, (size_t)(end - name));
    unsigned colon = comity_scan_colon_hash(at);
    *ret_key = *read;
    ret_key->is_label = field != NULL && field->is_label && looks_label(scan, name, end);
    ret_key->has_anchor = (scan->rules->anchor_colons[colon / 64] >> colon % 64 & 1) != 0;
    ret_key->has_colons = read->size < 5 || memchr(name, ':', read->size) != NULL;
    ret_key->is_pair = read->size == 5 && (memcmp(name, "value", 5) == 0 || memcmp(name, "Value", 5) == 0);
    ret_key->acts = ret_key->is_label || ret_key->has_anchor || ret_key->has_colons || ret_key->is_pair;
    ret_key->field = field == NULL ? 0 : field->number;
    ret_key->slot = field == NULL ? 0 : (uint32_t)(field - scan->fields);
    return true;
}

/* At the colon of a key that is a label, or that may be the end of an anchor or of an address. */
static __attribute__((noinline)) void key_follow(comity_scan *scan, const uint8_t *at, comity_scan_key *key)
{
    if (key->is_pair) {
        const uint8_t *name = at - 1 - key->size;
        size_t size = key->size;
        pair_name(scan->low, name - 1, &name, &size);
        const comity_scan_field *field = comity_scan_field_of(scan, name, size);
        key->field = field == NULL ? 0 : field->number;
        if (field != NULL && field->is_label) {
            label_value(scan, at, false, field);
        }
    } else if (key->is_label) {
        const comity_scan_field *field = &scan->fields[key->slot];
        if (field->number != key->field) {
            const uint8_t *name = at - 1 - key->size;
            field = comity_scan_field_of(scan, name, (size_t)(without_escapes(name, at - 1) - name));
            key->slot = (uint32_t)(field - scan->fields);
            key->field = field->number;
        }
        label_value(scan, at, false, field);
    }
    if (key->has_anchor || at[1] == ':' ||
        (key->has_colons && (at[-5] == ':' || (at[-3] == ':' && at[-6] == ':')))) {
        comity_scan_at_colon(scan, at);
    }
}

/* The key before the quote at `end`, which was not the one expected; NULL if it is none that is known by its bytes. */
static __attribute__((noinline)) comity_scan_key *key_find(comity_scan *scan, const uint8_t *end)
{
    comity_scan_key read;
    if (!key_read(end, &read)) {
        return NULL;
    }
    uint64_t hash = (read.words[0] ^ read.words[1] * UINT64_C(0xC2B2AE3D27D4EB4F) ^ read.words[2]) * UINT64_C(0x9E3779B97F4A7C15);
    comity_scan_key *key = &scan->keys[hash >> 56 & (COMITY_SCAN_KEYS - 1)];
    if ((key->size != read.size || !key_is(key, end)) && !key_make(scan, end + 1, &read, key)) {
        return NULL;
    }
    comity_scan_key *before = &scan->keys[scan->key_slot];
    before->next[1] = before->next[0];
    before->next[0] = (uint16_t)(key - scan->keys);
    return key;
}

bool comity_scan_at_key(comity_scan *scan, const uint8_t *at)
{
    if (at[-1] != '"' || at - scan->low < 2 * COMITY_SCAN_KEY_BYTES) {
        return false;
    }
    const uint16_t *next = scan->keys[scan->key_slot].next;
    comity_scan_key *key = &scan->keys[next[0]];
    if (!key_is(key, at - 1)) {
        key = &scan->keys[next[1]];
        key = key_is(key, at - 1) ? key : key_find(scan, at - 1);
        if (key == NULL) {
            return false;
        }
    }
    scan->key_slot = (uint16_t)(key - scan->keys);
    scan->key_end = comity_scan_offset(scan, at) + 1;
    if (key->acts || at[1] == ':') {
        key_follow(scan, at, key);
    }
    return true;
}
