/* What comes in: the text of a paper. What goes out: its fields, each checked by
 * the tables of form.c. A text that is read is the only one of its meaning: what
 * could be written in two ways is refused in all but one. */
#include "paper/paper.h"

#include "base/date.h"
#include "base/near.h"
#include "base/unknown.h"
#include "base/utf8.h"
#include "note/key.h"
#include "note/note.h"
#include "note/purpose.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define HASH_PREFIX "sha256:"

enum { HASH_SIZE = sizeof HASH_PREFIX - 1 + COMITY_SHA256_SIZE * 2 };

typedef struct reading {
    const char *text;
    size_t size;
    size_t at;     /* the next line */
    unsigned line; /* number of the line at hand */
    size_t begin;  /* of the line at hand */
    comity_paper *paper;
    uint16_t value_count;
    comity_error *reterr;
} reading;

static comity_status fail(const reading *read, const char *format, ...) COMITY_PRINTF(2, 3);

static comity_status fail(const reading *read, const char *format, ...)
{
    char message[400];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    comity_status status = comity_fail(read->reterr, COMITY_ERROR_SYNTAX, "line %u: %s", read->line, message);
    if (read->reterr != NULL) {
        read->reterr->offset = read->begin;
    }
    return status;
}

/* The next line without its newline; all lines end in one. */
static bool next_line(reading *read, const char **ret_line, size_t *ret_size)
{
    if (read->at == read->size) {
        return false;
    }
    const char *line = read->text + read->at;
    size_t size = (size_t)((const char *)memchr(line, '\n', read->size - read->at) - line);
    read->begin = read->at;
    read->at += size + 1;
    read->line++;
    *ret_line = line;
    *ret_size = size;
    return true;
}

/* ---- values ---- */

static bool is_hash(const char *text, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    if (size != HASH_SIZE || memcmp(text, HASH_PREFIX, sizeof HASH_PREFIX - 1) != 0) {
        return false;
    }
    for (size_t i = sizeof HASH_PREFIX - 1; i < size; i++) {
        if (memchr(digits, text[i], sizeof digits - 1) == NULL) {
            return false;
        }
    }
    return true;
}

static comity_status check_text(const reading *read, const comity_field_rule *rule, const char *text, size_t size)
{
    if (size == 0 || text[0] == ' ' || text[size - 1] == ' ') {
        return fail(read, "%s: a value without spaces at its ends expected", rule->name);
    }
    if (size > COMITY_LIMIT_PAPER_VALUE_BYTES) {
        return fail(read, "%s: a value of %zu bytes, but at most %d are allowed", rule->name, size,
                    COMITY_LIMIT_PAPER_VALUE_BYTES);
    }
    uint32_t point = comity_utf8_unseen(text, size);
    if (point != 0) {
        return fail(read, "%s: U+%04X cannot be seen, so that the value may read as another", rule->name,
                    (unsigned)point);
    }
    return COMITY_OK;
}

static comity_status check_date(const reading *read, const comity_field_rule *rule, const char *text, size_t size)
{
    comity_error inner;
    int32_t date;
    if (comity_date_parse(text, size, &date, &inner) != COMITY_OK) {
        return fail(read, "%s: %s", rule->name, inner.message);
    }
    return COMITY_OK;
}

static comity_status check_key(const reading *read, const comity_field_rule *rule, const char *text, size_t size)
{
    comity_error inner;
    comity_verifier verifier;
    if (comity_verifier_read(text, size, COMITY_PURPOSE_PAPER, &verifier, &inner) != COMITY_OK) {
        return fail(read, "%s: %s", rule->name, inner.message);
    }
    return COMITY_OK;
}

static comity_status check_value(const reading *read, const comity_field_rule *rule, const char *text, size_t size)
{
    COMITY_TRY(check_text(read, rule, text, size));
    switch (rule->kind) {
    case COMITY_VALUE_TEXT:
        return COMITY_OK;
    case COMITY_VALUE_WORD:
        return memchr(text, ' ', size) == NULL ? COMITY_OK
                                               : fail(read, "%s: %s is not one word", rule->name,
                                                      comity_unknown_size(size).text);
    case COMITY_VALUE_DATE:
        return check_date(read, rule, text, size);
    case COMITY_VALUE_HASH:
        return is_hash(text, size)
                   ? COMITY_OK
                   : fail(read, "%s: \"" HASH_PREFIX "\" and 64 lower-case hexadecimal digits expected", rule->name);
    case COMITY_VALUE_DOCUMENT:
        return size > HASH_SIZE + 1 && is_hash(text, HASH_SIZE) && text[HASH_SIZE] == ' ' && text[HASH_SIZE + 1] != ' '
                   ? COMITY_OK
                   : fail(read,
                          "%s: \"" HASH_PREFIX "\", 64 lower-case hexadecimal digits, a space and a name expected",
                          rule->name);
    case COMITY_VALUE_KEY:
        return check_key(read, rule, text, size);
    case COMITY_VALUE_DEPTH:
        return size == 1 && text[0] >= '0' && text[0] <= '0' + COMITY_LIMIT_DELEGATION_DEPTH
                   ? COMITY_OK
                   : fail(read, "%s: a number from 0 to %d expected, not %s", rule->name, COMITY_LIMIT_DELEGATION_DEPTH,
                          comity_unknown_number(text, size).text);
    }
    return COMITY_OK;
}

/* ---- lines ---- */

static comity_status read_first_line(reading *read)
{
    static const char prefix[] = COMITY_PAPER_PREFIX;
    static const char version[] = " v1";
    const char *line = NULL;
    size_t size = 0;
    bool found = next_line(read, &line, &size);
    if (!found || size < sizeof prefix - 1 + sizeof version - 1 || memcmp(line, prefix, sizeof prefix - 1) != 0 ||
        memcmp(line + size - (sizeof version - 1), version, sizeof version - 1) != 0) {
        return fail(read, "\"%sFORM v1\" expected", prefix);
    }
    const char *name = line + sizeof prefix - 1;
    size_t name_size = size - (sizeof prefix - 1) - (sizeof version - 1);
    read->paper->form = comity_form_find(name, name_size);
    if (read->paper->form == NULL) {
        comity_near near;
        comity_near_begin(&near, name, name_size);
        for (size_t i = 0; i < comity_form_count(); i++) {
            comity_near_offer(&near, comity_form_at(i)->name, strlen(comity_form_at(i)->name));
        }
        return fail(read, "%s is no form of paper%s%s%s", comity_unknown_word(name, name_size, near.best).text,
                    near.best == NULL ? "" : "; did you mean \"", near.best == NULL ? "" : near.best,
                    near.best == NULL ? "" : "\"?");
    }
    return COMITY_OK;
}

static comity_status unknown_field(const reading *read, const char *name, size_t size)
{
    comity_near near;
    comity_near_begin(&near, name, size);
    for (comity_paper_field field = 0; field < COMITY_FIELD_LAST; field++) {
        if (read->paper->form->allowed >> field & 1) {
            const char *known = comity_field_rule_of(field)->name;
            comity_near_offer(&near, known, strlen(known));
        }
    }
    return fail(read, "%s is no field of a paper%s%s%s", comity_unknown_word(name, size, near.best).text,
                near.best == NULL ? "" : "; did you mean \"", near.best == NULL ? "" : near.best,
                near.best == NULL ? "" : "\"?");
}

/* Does the field come where it may? `last`: the field of the line before, or COMITY_FIELD_LAST. */
static comity_status check_place(const reading *read, comity_paper_field field, comity_paper_field last)
{
    const comity_field_rule *rule = comity_field_rule_of(field);
    if (!(read->paper->form->allowed >> field & 1)) {
        return fail(read, "a paper of the form %s has no \"%s\"", read->paper->form->name, rule->name);
    }
    if (last == COMITY_FIELD_LAST || field > last) {
        return COMITY_OK;
    }
    if (field < last) {
        return fail(read, "\"%s\" stands before \"%s\"", rule->name, comity_field_rule_of(last)->name);
    }
    bool repeats = rule->is_list && (field != COMITY_FIELD_PAPER || !read->paper->form->counts);
    return repeats ? COMITY_OK : fail(read, "\"%s\" is said twice", rule->name);
}

static int compare(const comity_paper_value *a, const char *text, size_t size)
{
    int order = memcmp(a->text, text, a->size < size ? a->size : size);
    return order != 0 ? order : a->size < size ? -1 : a->size > size;
}

static comity_status add_value(reading *read, comity_paper_field field, const char *text, size_t size)
{
    comity_paper *paper = read->paper;
    if (read->value_count == COMITY_LIMIT_PAPER_VALUES) {
        return comity_fail(read->reterr, COMITY_ERROR_LIMIT, "more than %d values in one paper",
                           COMITY_LIMIT_PAPER_VALUES);
    }
    if (paper->count[field] != 0 && compare(&paper->values[read->value_count - 1], text, size) >= 0) {
        return fail(read, "the values of \"%s\" must stand in rising order, each once",
                    comity_field_rule_of(field)->name);
    }
    if (paper->count[field] == 0) {
        paper->first[field] = read->value_count;
    }
    paper->values[read->value_count++] = (comity_paper_value){text, (uint32_t)size};
    paper->count[field]++;
    return COMITY_OK;
}

static comity_status read_line(reading *read, const char *line, size_t size, comity_paper_field *last)
{
    const char *colon = size == 0 ? NULL : memchr(line, ':', size);
    if (colon == NULL || (size_t)(colon - line) + 1 == size || colon[1] != ' ') {
        return fail(read, "\"FIELD: VALUE\" expected");
    }
    comity_paper_field field = comity_field_find(line, (size_t)(colon - line));
    if (field == COMITY_FIELD_LAST) {
        return unknown_field(read, line, (size_t)(colon - line));
    }
    COMITY_TRY(check_place(read, field, *last));
    const char *value = colon + 2;
    size_t value_size = size - (size_t)(value - line);
    COMITY_TRY(check_value(read, comity_field_rule_of(field), value, value_size));
    *last = field;
    return add_value(read, field, value, value_size);
}

/* ---- the whole ---- */

static int32_t date_of(const comity_paper *paper, comity_paper_field field)
{
    int32_t date = COMITY_PAPER_NO_DATE;
    const comity_paper_value *value = comity_paper_get(paper, field, 0);
    if (value != NULL && comity_date_parse(value->text, value->size, &date, NULL) != COMITY_OK) {
        date = COMITY_PAPER_NO_DATE; /* cannot be: it has been checked */
    }
    return date;
}

static comity_status check_required(const reading *read)
{
    const comity_paper *paper = read->paper;
    for (comity_paper_field field = 0; field < COMITY_FIELD_LAST; field++) {
        if ((paper->form->required >> field & 1) && paper->count[field] == 0) {
            return fail(read, "the paper ends without its \"%s\"", comity_field_rule_of(field)->name);
        }
    }
    if (paper->count[COMITY_FIELD_BY] < paper->form->by_min) {
        return fail(read, "a paper of the form %s is given by at least %u", paper->form->name, paper->form->by_min);
    }
    if (paper->count[COMITY_FIELD_BY] > paper->form->by_max) {
        return fail(read, "a paper of the form %s is given by one only", paper->form->name);
    }
    return COMITY_OK;
}

static comity_status check_whole(const reading *read)
{
    const comity_paper *paper = read->paper;
    COMITY_TRY(check_required(read));
    int32_t begins = paper->from != COMITY_PAPER_NO_DATE ? paper->from : paper->issued;
    if (paper->until != COMITY_PAPER_NO_DATE && paper->until < begins) {
        return fail(read, "the paper ends before it begins");
    }
    bool revokes = (paper->form->allowed >> COMITY_FIELD_REVOKES & 1) != 0;
    if (revokes && paper->count[COMITY_FIELD_KEY] + paper->count[COMITY_FIELD_REVOKES] != 1) {
        return fail(read, "a revocation names either a \"key\" or the paper it \"revokes\"");
    }
    return COMITY_OK;
}

comity_status comity_paper_read(const char *text, size_t size, comity_paper *ret_paper, comity_error *reterr)
{
    const char *line = NULL;
    size_t line_size = 0;
    comity_paper_field last = COMITY_FIELD_LAST;
    if (size > COMITY_LIMIT_PAPER_BYTES) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "a paper of %zu bytes, but at most %zu are allowed", size,
                           COMITY_LIMIT_PAPER_BYTES);
    }
    COMITY_TRY(comity_note_text_check(text, size, reterr));
    memset(ret_paper, 0, sizeof *ret_paper);
    reading read = {.text = text, .size = size, .paper = ret_paper, .reterr = reterr};
    COMITY_TRY(read_first_line(&read));
    while (next_line(&read, &line, &line_size)) {
        COMITY_TRY(read_line(&read, line, line_size, &last));
    }
    ret_paper->issued = date_of(ret_paper, COMITY_FIELD_ISSUED);
    ret_paper->from = date_of(ret_paper, COMITY_FIELD_FROM);
    ret_paper->until = date_of(ret_paper, COMITY_FIELD_UNTIL);
    const comity_paper_value *depth = comity_paper_get(ret_paper, COMITY_FIELD_DEPTH, 0);
    ret_paper->depth = depth == NULL ? 0 : (uint32_t)(depth->text[0] - '0');
    COMITY_TRY(check_whole(&read));
    comity_sha256(text, size, ret_paper->hash);
    return COMITY_OK;
}

const comity_paper_value *comity_paper_get(const comity_paper *paper, comity_paper_field field, size_t index)
{
    return index < paper->count[field] ? &paper->values[paper->first[field] + index] : NULL;
}

bool comity_paper_has(const comity_paper *paper, comity_paper_field field, const char *text, size_t size)
{
    for (size_t i = 0; i < paper->count[field]; i++) {
        if (compare(comity_paper_get(paper, field, i), text, size) == 0) {
            return true;
        }
    }
    return false;
}

void comity_paper_name_print(const uint8_t digest[COMITY_SHA256_SIZE], char ret_name[COMITY_PAPER_NAME_SIZE])
{
    memcpy(ret_name, HASH_PREFIX, sizeof HASH_PREFIX - 1);
    comity_sha256_print(digest, ret_name + sizeof HASH_PREFIX - 1);
}

static unsigned digit_value(char digit)
{
    return digit <= '9' ? (unsigned)(digit - '0') : (unsigned)(digit - 'a') + 10;
}

void comity_paper_hash_read(const comity_paper_value *value, uint8_t ret_digest[COMITY_SHA256_SIZE])
{
    const char *digits = value->text + sizeof HASH_PREFIX - 1;
    assert(value->size >= HASH_SIZE);
    for (size_t i = 0; i < COMITY_SHA256_SIZE; i++) {
        ret_digest[i] = (uint8_t)(digit_value(digits[2 * i]) << 4 | digit_value(digits[2 * i + 1]));
    }
}

/* ---- as JSON ---- */

static void put_value(const comity_paper_value *value, comity_buffer *buffer)
{
    comity_buffer_append_json_string(buffer, value->text, value->size);
}

/* `,"name":[…]`, or the value alone; nothing if the paper does not say it. */
static void put_field(const comity_paper *paper, comity_paper_field field, const char *name, bool as_list,
                      const char **comma, comity_buffer *buffer)
{
    if (paper->count[field] == 0) {
        return;
    }
    comity_buffer_append_text(buffer, *comma);
    comity_buffer_append_json_string(buffer, name, strlen(name));
    comity_buffer_append_text(buffer, as_list ? ":[" : ":");
    for (size_t i = 0; i < paper->count[field]; i++) {
        comity_buffer_append_text(buffer, i == 0 ? "" : ",");
        put_value(comity_paper_get(paper, field, i), buffer);
    }
    comity_buffer_append_text(buffer, as_list ? "]" : "");
    *comma = ",";
}

static void put_day(const char *name, int32_t date, comity_buffer *buffer)
{
    char text[COMITY_DATE_TEXT_SIZE];
    if (date == COMITY_PAPER_NO_DATE) {
        return;
    }
    comity_date_print(date, text);
    comity_buffer_append_text(buffer, ",\"");
    comity_buffer_append_text(buffer, name);
    comity_buffer_append_text(buffer, "\":\"");
    comity_buffer_append_text(buffer, text);
    comity_buffer_append_text(buffer, "\"");
}

static void put_scope(const comity_paper *paper, comity_buffer *buffer)
{
    const char *comma = "";
    comity_buffer_append_text(buffer, ",\"scope\":{");
    put_field(paper, COMITY_FIELD_PARTY, "parties", true, &comma, buffer);
    put_field(paper, COMITY_FIELD_STATE, "states", true, &comma, buffer);
    put_field(paper, COMITY_FIELD_CATEGORY, "categories", true, &comma, buffer);
    put_field(paper, COMITY_FIELD_PURPOSE, "purposes", true, &comma, buffer);
    put_field(paper, COMITY_FIELD_MODULE, "module", false, &comma, buffer);
    comity_buffer_append_text(buffer, "}");
}

void comity_paper_put_held(const comity_paper *paper, int32_t until, comity_buffer *buffer)
{
    const char *comma = "{";
    bool is_about = paper->count[COMITY_FIELD_ABOUT] != 0;
    put_field(paper, COMITY_FIELD_PAPER, "kind", false, &comma, buffer);
    put_field(paper, COMITY_FIELD_UNDER, "under", true, &comma, buffer);
    if (paper->count[COMITY_FIELD_BY] == 1) {
        put_field(paper, COMITY_FIELD_BY, "by", false, &comma, buffer);
    }
    put_field(paper, is_about ? COMITY_FIELD_ABOUT : COMITY_FIELD_ID, "ref", false, &comma, buffer);
    put_field(paper, COMITY_FIELD_RESULT, "result", false, &comma, buffer);
    put_day("from", paper->from > paper->issued ? paper->from : paper->issued, buffer);
    put_day("until", until, buffer);
    put_scope(paper, buffer);
    comity_buffer_append_text(buffer, "}");
}

void comity_paper_put_json(const comity_paper *paper, comity_buffer *buffer)
{
    char name[COMITY_PAPER_NAME_SIZE];
    const char *comma = ",";
    comity_paper_name_print(paper->hash, name);
    comity_buffer_append_text(buffer, "{\"name\":\"");
    comity_buffer_append_text(buffer, name);
    comity_buffer_append_text(buffer, "\",\"form\":\"");
    comity_buffer_append_text(buffer, paper->form->name);
    comity_buffer_append_text(buffer, "\"");
    for (comity_paper_field field = 0; field < COMITY_FIELD_LAST; field++) {
        const comity_field_rule *rule = comity_field_rule_of(field);
        bool as_list = rule->is_list && (field != COMITY_FIELD_PAPER || !paper->form->counts);
        put_field(paper, field, rule->name, as_list, &comma, buffer);
    }
    comity_buffer_append_text(buffer, "}");
}
