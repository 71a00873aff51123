/* Texts that name their values by where they stand: tables in statements of SQL, cards of addresses, messages of
 * hospitals and banks, files of passwords. What comes in: the text, forwards. What goes out: for every value its name,
 * made of the layout and the place ("vcard.ADR", "hl7.PID.5", "netrc.password", a column), which types have among
 * their fields like any other; the value is tried as a whole, as a cell of CSV is.
 *
 * What the layout is says the part's beginning. Each is read in steps from one sign that matters to the next; a step
 * looks no further than STEP_BYTES ahead, so that it finds the same however the text is split. What else stands in
 * the text is found as in any text. */
#include "inspect/scan_inner.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* A step looks so far ahead; less than is known behind a place. */
#define STEP_BYTES 4096
/* What is looked at to tell the layout. */
#define BEGIN_BYTES 4096
/* The namespace of XML stands so near its beginning. */
#define NAMESPACE_BYTES 1024
/* Fields of a segment that have names. */
#define HL7_FIELDS 200
/* A line of a property up to its colon. */
#define PROPERTY_BYTES 512

static_assert(STEP_BYTES < COMITY_LIMIT_SCAN_AHEAD && BEGIN_BYTES <= COMITY_LIMIT_SCAN_AHEAD, "what is looked at is there");

static bool is_line_end(uint8_t byte)
{
    return byte == '\n' || byte == '\r';
}

static uint8_t small(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + 0x20) : byte;
}

static bool begins_with(const uint8_t *at, const uint8_t *limit, const char *text)
{
    size_t size = strlen(text);
    return (size_t)(limit - at) >= size && memcmp(at, text, size) == 0;
}

static const uint8_t *line_end(const uint8_t *at, const uint8_t *limit)
{
    while (at < limit && !is_line_end(*at)) {
        at++;
    }
    return at;
}

/* ---- values ---- */

size_t comity_scan_layout_plain(const comity_scan *scan, const uint8_t *bytes, size_t size, uint8_t *room,
                                const uint8_t **ret_value)
{
    const comity_scan_layout *layout = &scan->layout;
    bool is_sql = layout->kind == COMITY_LAYOUT_SQL;
    size_t written = 0;
    if (size > COMITY_LIMIT_SCAN_VALUE_BYTES) {
        return size;
    }
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = bytes[i];
        bool is_escape = byte == '\\' && layout->has_escapes && i + 1 < size;
        bool is_doubled = is_sql && byte == '\'' && i + 1 < size && bytes[i + 1] == '\'';
        if (is_escape || is_doubled) {
            byte = bytes[++i];
            byte = is_escape && (byte == 'n' || byte == 't' || byte == 'r') ? ' ' : byte;
        } else if (layout->between != 0 && (byte == layout->between || (byte == '&' && layout->between == '^'))) {
            byte = ' ';
        }
        if (byte != ' ' || (written != 0 && room[written - 1] != ' ')) {
            room[written++] = byte;
        }
    }
    while (written != 0 && room[written - 1] == ' ') {
        written--;
    }
    *ret_value = room;
    return written;
}

static void value_read(comity_scan *scan, const uint8_t *begin, const uint8_t *end, const comity_scan_field *field)
{
    scan->in_layout = true;
    comity_scan_field_value(scan, begin, end, field);
    scan->in_layout = false;
}

void comity_scan_layout_value(comity_scan *scan, const uint8_t *begin, const uint8_t *end,
                              const comity_scan_field *field)
{
    uint8_t between = scan->layout.between;
    if (field == NULL || !field->is_label || end <= begin || end - begin > COMITY_LIMIT_SCAN_VALUE_BYTES) {
        return;
    }
    while (between != 0 && begin < end && *begin == between) {
        begin++;
    }
    while (between != 0 && begin < end && end[-1] == between) {
        end--;
    }
    uint64_t done = scan->done;
    value_read(scan, begin, end, field);
    const uint8_t *stop = between == 0 || begin == end ? NULL : memchr(begin, between, (size_t)(end - begin));
    if (stop != NULL && scan->done == done) {
        value_read(scan, begin, stop, field);
    }
}

/* Notes the name of the value that begins at `begin`: that of the layout, and what follows it, with points between. */
static void name_note(comity_scan *scan, const uint8_t *begin, const char *tag, size_t tag_size, const char *more)
{
    static const char *const layouts[COMITY_LAYOUT_COUNT] = {"", "", "vcard", "hl7", "swift", "netrc", "pgpass"};
    comity_scan_layout *layout = &scan->layout;
    char name[COMITY_LIMIT_SCAN_LABEL_BYTES];
    int size = snprintf(name, sizeof name, "%s.%.*s%s%s", layouts[layout->kind], (int)tag_size, tag,
                        *more == '\0' ? "" : ".", more);
    layout->label_size = size > 0 && (size_t)size < sizeof name ? (uint8_t)size : 0;
    memcpy(layout->label, name, layout->label_size);
    layout->value = comity_scan_offset(scan, begin);
}

/* The value of that name is tried. */
static void named_try(comity_scan *scan, const uint8_t *begin, const uint8_t *end)
{
    const comity_scan_layout *layout = &scan->layout;
    if (layout->label_size != 0) {
        comity_scan_layout_value(scan, begin, end, comity_scan_field_of(scan, layout->label, layout->label_size));
    }
}

const uint8_t *comity_scan_layout_end(const comity_scan *scan, const uint8_t *at, const uint8_t *limit)
{
    const comity_scan_layout *layout = &scan->layout;
    const uint8_t *end = at;
    limit = limit - at > COMITY_LIMIT_SCAN_NEAR ? at + COMITY_LIMIT_SCAN_NEAR : limit;
    while (end < limit) {
        bool ends = layout->kind == COMITY_LAYOUT_SQL   ? *end == '\'' || *end == '\t' || *end == '\n'
                    : layout->kind == COMITY_LAYOUT_HL7 ? *end == layout->signs[0] || is_line_end(*end)
                                                        : is_line_end(*end);
        if (ends) {
            break;
        }
        end++;
    }
    return end;
}

/* ---- cards ---- */

enum { AT_LINE = 0, AT_COLON, IN_LINE };

/* "item1.ADR;TYPE=home:;;12 Main Street;…": where the colon is that ends the name and its parameters; NULL if there is
 * none. A colon within quotes is part of a parameter. */
static const uint8_t *property_colon(const uint8_t *at, const uint8_t *limit)
{
    bool in_quotes = false;
    limit = limit - at > PROPERTY_BYTES ? at + PROPERTY_BYTES : limit;
    for (; at < limit && !is_line_end(*at); at++) {
        if (*at == ':' && !in_quotes) {
            return at;
        }
        in_quotes = in_quotes != (*at == '"');
    }
    return NULL;
}

static bool is_of_property(uint8_t byte)
{
    return (comity_scan_class(byte) & (COMITY_BYTE_LETTER | COMITY_BYTE_DIGIT)) != 0 || byte == '-' || byte == '_';
}

/* What the property is called, without its group. NULL if that is no name of one. */
static const uint8_t *property_name(const uint8_t *at, const uint8_t *colon, size_t *ret_size)
{
    const uint8_t *begin = at;
    for (; at < colon && *at != ';'; at++) {
        if (*at == '.') {
            begin = at + 1;
        } else if (!is_of_property(*at)) {
            return NULL;
        }
    }
    *ret_size = (size_t)(at - begin);
    return begin;
}

static const uint8_t *vcard_step(comity_scan *scan, const uint8_t *at, const uint8_t *limit)
{
    comity_scan_layout *layout = &scan->layout;
    if (layout->state == AT_LINE) {
        if (comity_scan_is_blank(*at)) { /* the line before goes on, or nothing stands here */
            layout->state = is_line_end(*at) ? AT_LINE : IN_LINE;
            return at + 1;
        }
        layout->label_size = 0;
        const uint8_t *colon = property_colon(at, limit);
        layout->state = colon == NULL ? IN_LINE : AT_COLON;
        if (colon == NULL) {
            return at;
        }
        size_t size;
        const uint8_t *name = property_name(at, colon, &size);
        if (name == NULL) {
            return colon;
        }
        scan->place.record += size == 5 && small(name[0]) == 'b' && small(name[1]) == 'e'; /* BEGIN */
        name_note(scan, colon, (const char *)name, size, "");
        return colon;
    }
    if (layout->state == AT_COLON) {
        layout->state = IN_LINE;
        named_try(scan, at + 1, line_end(at + 1, limit));
        return at + 1;
    }
    const uint8_t *end = line_end(at, limit);
    layout->state = end < limit ? AT_LINE : IN_LINE;
    return end < limit ? end + 1 : end;
}

/* Whether a line ends here, and its label with it. */
static bool line_ends(comity_scan_layout *layout, uint8_t byte)
{
    if (!is_line_end(byte)) {
        return false;
    }
    layout->state = AT_LINE;
    layout->label_size = 0;
    return true;
}

/* ---- messages of hospitals ---- */

static const uint8_t *hl7_next(const comity_scan_layout *layout, const uint8_t *at, const uint8_t *limit)
{
    while (at < limit && *at != layout->signs[0] && *at != layout->signs[1] && !is_line_end(*at)) {
        at++;
    }
    return at;
}

/* Three capitals and digits. */
static bool is_segment(const uint8_t tag[4])
{
    for (size_t i = 0; i < 3; i++) {
        if (!comity_scan_is_digit(tag[i]) && (tag[i] < 'A' || tag[i] > 'Z')) {
            return false;
        }
    }
    return true;
}

static const uint8_t *hl7_step(comity_scan *scan, const uint8_t *at, const uint8_t *limit)
{
    comity_scan_layout *layout = &scan->layout;
    if (line_ends(layout, *at)) {
        return at + 1;
    }
    if (layout->state == AT_LINE) {
        layout->state = IN_LINE;
        layout->number = 0;
        memset(layout->tag, 0, sizeof layout->tag);
        memcpy(layout->tag, at, limit - at < 3 ? (size_t)(limit - at) : 3);
        scan->place.record += memcmp(layout->tag, "PID", 3) == 0;
        return hl7_next(layout, at, limit);
    }
    bool is_field = *at == layout->signs[0];
    if (is_field || *at == layout->signs[1]) {
        char number[12];
        layout->number += is_field;
        layout->label_size = 0;
        if (!is_segment(layout->tag) || layout->number > HL7_FIELDS) {
            return hl7_next(layout, at + 1, limit);
        }
        (void)snprintf(number, sizeof number, "%u", (unsigned)layout->number);
        name_note(scan, at + 1, (const char *)layout->tag, strnlen((const char *)layout->tag, 3), number);
        named_try(scan, at + 1, hl7_next(layout, at + 1, limit));
        return hl7_next(layout, at + 1, limit);
    }
    return hl7_next(layout, at, limit);
}

/* ---- messages of banks ---- */

enum { FIRST_LINE = 0, MORE_LINES };

/* The parties of a payment: an account, a name, lines of an address; or each line numbered, "1/ANNA MILLER". */
static void swift_party(comity_scan *scan, const uint8_t *begin, const uint8_t *end)
{
    comity_scan_layout *layout = &scan->layout;
    bool is_numbered = end - begin > 2 && comity_scan_is_digit(begin[0]) && begin[1] == '/';
    if (begin < end && *begin == '/') {
        layout->label_size = 0;
        return;
    }
    bool is_name = is_numbered ? *begin == '1' : layout->number == 0;
    begin += is_numbered ? 2 : 0;
    layout->number++;
    name_note(scan, begin, (const char *)layout->tag, 2, is_name ? "name" : "address");
    named_try(scan, begin, end);
}

/* The account of a statement, behind which its currency may stand. */
static void swift_account(comity_scan *scan, const uint8_t *begin, const uint8_t *end)
{
    name_note(scan, begin, "25", 2, "");
    named_try(scan, begin, end);
    if (end - begin > 3 && comity_scan_offset(scan, begin) >= scan->done) {
        named_try(scan, begin, end - 3);
    }
}

/* What is told of a booking: "?32ANNA MILLER?33…", or "/NAME/ANNA MILLER/…". Returns where the next part begins. */
static const uint8_t *swift_detail(comity_scan *scan, const uint8_t *at, const uint8_t *limit)
{
    bool is_part = *at == '?' && limit - at > 3 && comity_scan_is_digit(at[1]) && comity_scan_is_digit(at[2]);
    bool is_name = begins_with(at, limit, "/NAME/");
    limit = limit - at > COMITY_LIMIT_SCAN_VALUE_BYTES ? at + COMITY_LIMIT_SCAN_VALUE_BYTES : limit; /* as long as a value */
    const uint8_t *end = is_part || is_name ? line_end(at + (is_part ? 3 : 6), limit) : limit;
    if (is_part) {
        const uint8_t *next = memchr(at + 3, '?', (size_t)(end - at - 3));
        end = next == NULL ? end : next;
        name_note(scan, at + 3, "86", 2, (const char[]){(char)at[1], (char)at[2], '\0'});
        named_try(scan, at + 3, end);
        return end;
    }
    if (is_name) {
        const uint8_t *next = memchr(at + 6, '/', (size_t)(end - at - 6));
        name_note(scan, at + 6, "86", 2, "name");
        named_try(scan, at + 6, next == NULL ? end : next);
        return at + 6;
    }
    for (at++; at < end && *at != '?' && *at != '/' && !is_line_end(*at); at++) {
    }
    return at;
}

static const uint8_t *swift_step(comity_scan *scan, const uint8_t *at, const uint8_t *limit)
{
    comity_scan_layout *layout = &scan->layout;
    if (line_ends(layout, *at)) {
        return at + 1;
    }
    bool at_line = layout->state == AT_LINE;
    layout->state = IN_LINE;
    bool is_tag = at_line && limit - at > 5 && *at == ':' && comity_scan_is_digit(at[1]) && comity_scan_is_digit(at[2]) &&
                  (at[3] == ':' || at[4] == ':');
    if (is_tag) {
        memcpy(layout->tag, at + 1, 2);
        layout->number = 0;
        at += at[3] == ':' ? 4 : 5;
    }
    if (at_line && memcmp(layout->tag, "25", 2) == 0) {
        swift_account(scan, at, line_end(at, limit));
    }
    bool is_party = memcmp(layout->tag, "50", 2) == 0 || memcmp(layout->tag, "59", 2) == 0;
    if (at_line && is_party && at < limit) {
        swift_party(scan, at, line_end(at, limit));
    }
    if (memcmp(layout->tag, "86", 2) == 0 && at < limit && !is_line_end(*at)) {
        return swift_detail(scan, at, limit);
    }
    return line_end(at, limit);
}

/* ---- passwords ---- */

enum { ANY_WORD = 0, PASSED_WORD, LOGIN_WORD, PASSWORD_WORD };

/* What the next word is, behind this one. */
static unsigned netrc_behind(const uint8_t *word, size_t size)
{
    static const struct {
        const char *word;
        unsigned behind;
    } words[] = {{"machine", PASSED_WORD}, {"login", LOGIN_WORD},       {"user", LOGIN_WORD},
                 {"account", PASSED_WORD}, {"password", PASSWORD_WORD}, {"macdef", PASSED_WORD}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strlen(words[i].word) == size && memcmp(words[i].word, word, size) == 0) {
            return words[i].behind;
        }
    }
    return ANY_WORD;
}

static const uint8_t *netrc_step(comity_scan *scan, const uint8_t *at, const uint8_t *limit)
{
    comity_scan_layout *layout = &scan->layout;
    if (comity_scan_is_blank(*at)) {
        layout->label_size = 0;
        return at + 1;
    }
    const uint8_t *end = at;
    while (end < limit && !comity_scan_is_blank(*end)) {
        end++;
    }
    unsigned is = layout->state;
    layout->state = ANY_WORD;
    if (is == LOGIN_WORD || is == PASSWORD_WORD) {
        name_note(scan, at, is == LOGIN_WORD ? "login" : "password", is == LOGIN_WORD ? 5 : 8, "");
        named_try(scan, at, end);
    } else if (is == ANY_WORD) {
        layout->state = (uint8_t)netrc_behind(at, (size_t)(end - at));
        scan->place.record += end - at == 7 && layout->state == PASSED_WORD; /* machine */
    }
    return end;
}

/* Where a field of .pgpass ends. */
static const uint8_t *pgpass_end(const uint8_t *at, const uint8_t *limit)
{
    while (at < limit && *at != ':' && !is_line_end(*at)) {
        at += *at == '\\' && at + 1 < limit && !is_line_end(at[1]) ? 2 : 1;
    }
    return at;
}

static const uint8_t *pgpass_step(comity_scan *scan, const uint8_t *at, const uint8_t *limit)
{
    comity_scan_layout *layout = &scan->layout;
    if (is_line_end(*at)) {
        layout->number = 0;
        layout->label_size = 0;
        return at + 1;
    }
    if (*at == '#' && layout->number == 0) {
        return line_end(at, limit);
    }
    if (*at != ':' && layout->number == 0) { /* the first field */
        return pgpass_end(at, limit);
    }
    layout->number++;
    layout->label_size = 0;
    const uint8_t *begin = *at == ':' ? at + 1 : at;
    const uint8_t *end = pgpass_end(begin, limit);
    if (layout->number == 3 || layout->number == 4) {
        name_note(scan, begin, layout->number == 3 ? "user" : "password", layout->number == 3 ? 4 : 8, "");
        named_try(scan, begin, end);
    }
    return end;
}

/* ---- telling the layout ---- */

/* HOST:PORT:DATABASE:USER:PASSWORD, the port a number or `*`. */
static bool is_pgpass_line(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *begins[6] = {at};
    size_t count = 1;
    for (const uint8_t *field = pgpass_end(at, end); field < end && count < 6; field = pgpass_end(field + 1, end)) {
        begins[count++] = field + 1;
    }
    if (count != 5 || begins[4] == end) {
        return false;
    }
    bool has_port = begins[2] - begins[1] == 2 && *begins[1] == '*';
    for (const uint8_t *byte = begins[1]; !has_port && byte < begins[2] - 1; byte++) {
        if (!comity_scan_is_digit(*byte)) {
            return false;
        }
    }
    for (const uint8_t *byte = at; byte < begins[4]; byte++) {
        if (comity_scan_is_blank(*byte)) {
            return false;
        }
    }
    bool is_host = begins[1] - begins[0] > 1 && !comity_scan_is_digit(*begins[0]);
    bool is_address = comity_scan_is_digit(*begins[0]) && memchr(begins[0], '.', (size_t)(begins[1] - begins[0])) != NULL;
    return (is_host || is_address) && begins[2] - begins[1] > 1 && begins[3] - begins[2] > 1 && begins[4] - begins[3] > 1;
}

/* All lines are such, but comments; the last may be cut off. */
static bool is_pgpass(const uint8_t *text, size_t size, bool whole)
{
    const uint8_t *limit = text + size;
    size_t count = 0;
    for (const uint8_t *at = text; at < limit;) {
        const uint8_t *end = line_end(at, limit);
        bool is_comment = at == end || *at == '#';
        if (!is_comment && (end < limit || whole)) {
            if (!is_pgpass_line(at, end)) {
                return false;
            }
            count++;
        }
        at = end < limit ? end + 1 : limit;
    }
    return count != 0;
}

/* "machine HOST login …", "default login …". */
static bool is_netrc(const uint8_t *text, size_t size)
{
    const uint8_t *limit = text + size;
    const uint8_t *at = text;
    while (at < limit && (comity_scan_is_blank(*at) || *at == '#')) {
        at = *at == '#' ? line_end(at, limit) : at + 1;
    }
    bool is_machine = begins_with(at, limit, "machine ");
    if (!is_machine && !begins_with(at, limit, "default ")) {
        return false;
    }
    at += 8;
    for (int i = 0; i <= is_machine; i++) {
        while (at < limit && comity_scan_is_blank(*at)) {
            at++;
        }
        const uint8_t *word = at;
        while (at < limit && !comity_scan_is_blank(*at)) {
            at++;
        }
        if (i == is_machine) {
            unsigned behind = netrc_behind(word, (size_t)(at - word));
            return behind == LOGIN_WORD || behind == PASSWORD_WORD;
        }
    }
    return false;
}

static bool is_swift(const uint8_t *text, size_t size)
{
    const uint8_t *limit = text + size;
    bool is_block = begins_with(text, limit, "{1:F");
    if (!is_block && !begins_with(text, limit, ":20:")) {
        return false;
    }
    for (const uint8_t *at = text; limit - at > 4; at++) {
        if (is_line_end(at[0]) && at[1] == ':' && comity_scan_is_digit(at[2]) && comity_scan_is_digit(at[3])) {
            return true;
        }
    }
    return false;
}

/* Behind the byte that begins a message on a wire, or as it is. */
static bool is_hl7(const uint8_t *text, size_t size)
{
    text += size > 0 && *text == 0x0B;
    return size > 10 && (memcmp(text, "MSH", 3) == 0 || memcmp(text, "FHS", 3) == 0 || memcmp(text, "BHS", 3) == 0) &&
           (text[3] == '|' || text[3] == '^' || text[3] == '#') && text[4] > ' ' && text[5] > ' ' && text[8] == text[3];
}

/* A document of FHIR begins with what it is. */
static bool is_resource(const uint8_t *text, size_t size)
{
    const uint8_t *limit = text + size;
    while (text < limit && (comity_scan_is_blank(*text) || *text == '{' || *text == '[')) {
        text++;
    }
    return begins_with(text, limit, "\"resourceType\"");
}

static bool is_of_namespace(const uint8_t *text, size_t size)
{
    static const char name[] = "\"http://hl7.org/fhir\"";
    for (size_t i = 0; i + sizeof name < size && i < NAMESPACE_BYTES; i++) {
        if (memcmp(text + i, name, sizeof name - 1) == 0) {
            return true;
        }
    }
    return false;
}

void comity_scan_layout_begin(comity_scan *scan)
{
    comity_scan_layout *layout = &scan->layout;
    const uint8_t *text = scan->view;
    uint64_t all = scan->view_end - scan->view_begin;
    size_t size = all < BEGIN_BYTES ? (size_t)all : BEGIN_BYTES;
    bool is_fhir = scan->has_keys ? is_resource(text, size)
                                  : scan->part.syntax == COMITY_FORM_XML && is_of_namespace(text, size);
    if (is_fhir != scan->is_fhir) {
        scan->is_fhir = is_fhir; /* keys mean something else */
        scan->key_slot = 0;
        memset(scan->keys, 0, sizeof scan->keys);
    }
    if (scan->part.syntax != COMITY_FORM_TEXT || size < 8) {
        return;
    }
    if (begins_with(text, text + size, "BEGIN:VCARD") || begins_with(text, text + size, "begin:vcard")) {
        layout->kind = COMITY_LAYOUT_VCARD;
        layout->has_escapes = true;
        layout->between = ';';
    } else if (is_hl7(text, size)) {
        text += *text == 0x0B;
        layout->kind = COMITY_LAYOUT_HL7;
        layout->at = (uint64_t)(text - scan->view);
        layout->signs[0] = text[3];
        layout->between = text[4];
        layout->signs[1] = text[5];
    } else if (is_swift(text, size)) {
        layout->kind = COMITY_LAYOUT_SWIFT;
    } else if (is_netrc(text, size)) {
        layout->kind = COMITY_LAYOUT_NETRC;
    } else if (is_pgpass(text, size, all == size)) {
        layout->kind = COMITY_LAYOUT_PGPASS;
        layout->has_escapes = true;
    } else if (comity_scan_sql_begins(text, size, &layout->has_backslashes)) {
        layout->kind = COMITY_LAYOUT_SQL;
    }
}

void comity_scan_layout_advance(comity_scan *scan, const uint8_t *to)
{
    static const uint8_t *(*const steps[COMITY_LAYOUT_COUNT])(comity_scan *, const uint8_t *, const uint8_t *) = {
        NULL, comity_scan_sql_step, vcard_step, hl7_step, swift_step, netrc_step, pgpass_step};
    comity_scan_layout *layout = &scan->layout;
    const uint8_t *low = scan->low;
    const uint8_t *high = scan->high;
    uint64_t target = comity_scan_offset(scan, to);
    while (layout->at < target) {
        const uint8_t *at = scan->view + (layout->at - scan->view_begin);
        uint64_t left = scan->view_end - layout->at;
        scan->low = at - scan->view > COMITY_LIMIT_SCAN_BACK ? at - COMITY_LIMIT_SCAN_BACK : scan->view;
        scan->high = at + (left < COMITY_LIMIT_SCAN_AHEAD ? left : COMITY_LIMIT_SCAN_AHEAD);
        const uint8_t *next = steps[layout->kind](scan, at, at + (left < STEP_BYTES ? left : STEP_BYTES));
        layout->at += (uint64_t)(next - at);
    }
    scan->low = low;
    scan->high = high;
}
