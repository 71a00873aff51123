/* Values behind labels: `"taxId": `, `ssn=`, `Passport No.: `, a query's `?name=`. */
#include "base/swar.h"
#include "inspect/decode.h"
#include "inspect/scan_labels.h"
#include "inspect/scan_plan.h"

#include <string.h>

/* Values of a list behind a label that are looked at. */
#define LIST_STEPS 16
/* Backslashes before a quote within three strings of JSON in one another. */
#define ESCAPES 7

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
        if ((what == COMITY_DECODE_JSON && memchr(bytes, '\\', size) == NULL) ||
            !comity_decode_wanted(what, bytes, size)) {
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

bool comity_scan_field_read(comity_scan *scan, const uint8_t **begin, const uint8_t **end,
                            const comity_scan_field *field, uint8_t room[COMITY_LIMIT_SCAN_VALUE_BYTES],
                            comity_scan_readings *ret_readings)
{
    while (*begin < *end && comity_scan_is_blank(**begin)) {
        (*begin)++;
    }
    *end = comity_scan_skip_blank_back(*begin, *end);
    if (*begin == *end || comity_scan_offset(scan, *begin) < scan->done) {
        return false;
    }
    comity_scan_around around;
    around.forms = &field->forms;
    around.sizes = field->sizes;
    around.evidence = COMITY_EVIDENCE_FIELD;
    around.field = field->hash;
    comity_scan_readings_begin(ret_readings);
    const uint8_t *value = *begin;
    size_t size = (size_t)(*end - *begin);
    bool has_plans =
        scan->plans != NULL && scan->part.syntax != COMITY_FORM_URLENCODED && !scan->in_query && !scan->in_layout;
    comity_scan_plan *plan = has_plans ? comity_scan_plan_of(scan, value, size, field, &around) : NULL;
    if (plan != NULL && comity_scan_plan_follow(scan, plan, value, field->hash, ret_readings)) {
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
    while (at < end && comity_scan_is_word(*at) && (comity_scan_class(*at) & COMITY_BYTE_DIGIT) == 0) {
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
        if (!comity_scan_is_word(*at) || (at > begin && comity_scan_is_word(at[-1])) || !has_digit(at, end)) {
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

void comity_scan_field_emit(comity_scan *scan, const uint8_t *begin, const uint8_t *end, const comity_scan_field *field,
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
        if (!comity_scan_field_read(scan, &begin, &before, field, room, readings)) {
            return; /* all in it is found where it stands */
        }
        comity_scan_emit(scan, begin, before, readings);
    }
    comity_scan_emit(scan, cut, within_end, &within);
}

void comity_scan_field_value(comity_scan *scan, const uint8_t *begin, const uint8_t *end,
                             const comity_scan_field *field)
{
    uint8_t room[COMITY_LIMIT_SCAN_VALUE_BYTES];
    comity_scan_readings readings;
    if (comity_scan_field_read(scan, &begin, &end, field, room, &readings)) {
        comity_scan_field_emit(scan, begin, end, field, &readings);
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
    if (!comity_scan_field_read(scan, &begin, &end, field, room, &readings)) {
        return;
    }
    if (comity_scan_number_at(scan, begin, &number_begin, &number_end, &number)) {
        int surer = (int)number.list[0].confidence - (int)readings.list[0].confidence;
        if (surer > 0 || (surer == 0 && number_end > end)) {
            comity_scan_emit(scan, number_begin, number_end, &number);
            return;
        }
    }
    comity_scan_field_emit(scan, begin, end, field, &readings);
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
    uint8_t quote;    /* 0: it is not */
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
        const uint8_t *end = comity_scan_without_escapes(begin, at);
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
    while (end > begin && (comity_scan_is_blank(end[-1]) || (end[-1] != '\0' && strchr(".,;:!?)'", end[-1]) != NULL))) {
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
    const uint8_t *high =
        scan->high - begin > COMITY_LIMIT_SCAN_VALUE_BYTES ? begin + COMITY_LIMIT_SCAN_VALUE_BYTES : scan->high;
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
        while (at < scan->high && comity_scan_is_blank(*at)) {
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
        while (at < scan->high && comity_scan_is_blank(*at)) {
            at++;
        }
        if (at >= scan->high || *at != ',' || (scan->done == done && !is_of_words(begin, end))) {
            return;
        }
    }
}

void comity_scan_label_value(comity_scan *scan, const uint8_t *at, bool in_string, const comity_scan_field *field)
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
    const uint8_t *high =
        scan->high - begin > COMITY_LIMIT_SCAN_VALUE_BYTES ? begin + COMITY_LIMIT_SCAN_VALUE_BYTES : scan->high;
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
           (comity_scan_is_word(at[-1]) || strchr("[]%_-.", at[-1]) != NULL) && at[-1] != 0) {
        at--;
    }
    return at > scan->low &&
           (at[-1] == '?' || at[-1] == '&' || (at - scan->low >= 5 && memcmp(at - 5, "&amp;", 5) == 0));
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
    while (end < scan->high && end - at <= COMITY_LIMIT_SCAN_VALUE_BYTES && *end > ' ' &&
           strchr("&\"'<>;#)\\", *end) == NULL) {
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
    const uint8_t *low = name_end - scan->low > 2 * COMITY_LIMIT_SCAN_LABEL_BYTES
                             ? name_end - 2 * COMITY_LIMIT_SCAN_LABEL_BYTES
                             : scan->low;
    const uint8_t *end = comity_scan_skip_blank_back(low, name_end);
    if (*at == '=' && end > low) {
        name_end = end = without_bracket(low, end);
    }
    bool is_quoted = end > low && (end[-1] == '"' || end[-1] == '\'');
    bool is_key = is_quoted && end[-1] == '"';
    end = is_quoted ? comity_scan_without_escapes(low, end - 1) : end;
    if (*at == '>' || !comity_scan_looks_label(scan, low, end)) {
        if (*at != '>' || !comity_scan_markup_name(scan, at + 1, &name, &size, &low)) {
            return;
        }
    } else if (!comity_scan_name_before(low, name_end, &name, &size)) {
        return;
    } else if (*at == '=') {
        name_of_bracket(low, &name, &size);
        comity_scan_input_name(scan, &name, &size);
    } else if (is_quoted && is_json(scan)) {
        comity_scan_pair_name(scan->low, name - 1, &name, &size);
    }
    const comity_scan_field *field = comity_scan_field_of(scan, name, size);
    if (field == NULL || !field->is_label) {
        return;
    }
    if (!query_value(scan, at, name, size, field)) {
        comity_scan_label_value(scan, at, is_json(scan) && !is_key, field);
    }
}
