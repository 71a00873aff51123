/* The cursor over an act's tokens: objects by tables of fields, lists, texts,
 * dates, numbers. Every error begins with the path to the value. */
#include "act/reader.h"

#include "base/unknown.h"
#include "base/date.h"
#include "base/swar.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* ---- errors ---- */

static void path_print(const comity_act_memory *reader, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < reader->path_depth && used < size; i++) {
        const comity_path_step *step = &reader->path[i];
        int added = step->name == NULL
                        ? snprintf(text + used, size - used, "[%u]", step->index)
                        : snprintf(text + used, size - used, "%s%.*s", i == 0 ? "" : ".", (int)step->size, step->name);
        used += added < 0 ? 0 : (size_t)added;
    }
}

comity_status comity_read_fail(comity_act_memory *reader, comity_status code, const char *format, ...)
{
    char path[160];
    char message[320];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    path_print(reader, path, sizeof path);
    if (reader->reterr != NULL && reader->at < reader->tokens + reader->token_count) {
        reader->reterr->offset = (size_t)reader->at->begin;
    }
    return comity_fail(reader->reterr, code, "%s%s%s", path, path[0] == '\0' ? "" : ": ", message);
}

comity_status comity_read_expected(comity_act_memory *reader, const char *expected)
{
    return comity_read_fail(reader, COMITY_ERROR_SYNTAX, "found %s, but expected %s",
                            comity_json_kind_name((comity_json_kind)comity_read_peek(reader)->kind), expected);
}

/* ---- objects and lists ---- */

static inline comity_status path_push(comity_act_memory *reader, const char *name, size_t size, uint32_t index)
{
    if (reader->path_depth == COMITY_LIMIT_JSON_DEPTH) {
        return comity_read_fail(reader, COMITY_ERROR_LIMIT, "nested too deep");
    }
    reader->path[reader->path_depth++] = (comity_path_step){name, (uint32_t)size, index};
    return COMITY_OK;
}

static inline bool field_is(const comity_field *field, const char *text, size_t size)
{
    return field->size == size && comity_swar_same(field->name, text, size);
}

/* The number of the field that the key names, or `field_count`. */
static size_t field_find(const comity_act_memory *reader, const comity_json_token *key, const comity_field *fields,
                         size_t field_count)
{
    size_t size = comity_read_size(key) - 2;
    const char *text = comity_read_text(reader, key) + 1;
    size_t i = 0;
    while (i < field_count && !(key->escaped ? comity_json_says(text - 1, size + 2, fields[i].name, fields[i].size)
                                             : field_is(&fields[i], text, size))) {
        i++;
    }
    return i;
}

/* ---- fields by hash ---- */

/* The first 16 bytes at `text`, those behind `size` as zeros; `size` is at most 16,
 * and all 16 can be read. */
static inline void name_words(const char *text, size_t size, uint64_t ret_words[2])
{
    static const uint8_t mask[2 * COMITY_FIELD_BYTES] = {255, 255, 255, 255, 255, 255, 255, 255,
                                                         255, 255, 255, 255, 255, 255, 255, 255};
    const uint8_t *bytes = (const uint8_t *)text;
    const uint8_t *kept = mask + COMITY_FIELD_BYTES - size;
    ret_words[0] = comity_swar_load(bytes) & comity_swar_load(kept);
    ret_words[1] = comity_swar_load(bytes + 8) & comity_swar_load(kept + 8);
}

static inline size_t name_slot(const uint64_t words[2])
{
    return (words[0] * UINT64_C(0x9e3779b97f4a7c15) + words[1] * UINT64_C(0xd6e8feb86659fd93)) >> 58;
}

_Static_assert(COMITY_FIELD_SLOTS == 64, "a slot is what the upper six bits say");

/* Of two fields with one slot the later has it; the other is found by trying each. */
static void table_build(comity_field_table *table, const comity_field *fields, size_t field_count)
{
    memset(table->names, 0, sizeof table->names);
    memset(table->slots, COMITY_FIELDS_MAX, sizeof table->slots);
    table->names[COMITY_FIELDS_MAX][1] = UINT64_MAX;
    for (size_t i = 0; i < field_count; i++) {
        assert(fields[i].size <= COMITY_FIELD_BYTES);
        memcpy(table->names[i], fields[i].name, fields[i].size);
        table->slots[name_slot(table->names[i])] = (uint8_t)i;
    }
    table->is_built = true;
}

/* As field_find, at once if the name is one of the fields' as it stands. */
static inline size_t field_soon(const comity_act_memory *reader, const comity_json_token *key, comity_object object,
                                const comity_field *fields, size_t field_count)
{
    size_t size = comity_read_size(key) - 2;
    if (size <= COMITY_FIELD_BYTES && key->begin + 1 + COMITY_FIELD_BYTES <= reader->json_size) {
        const comity_field_table *table = &reader->fields[object];
        uint64_t words[2];
        name_words(comity_read_text(reader, key) + 1, size, words);
        size_t found = table->slots[name_slot(words)];
        if (words[0] == table->names[found][0] && words[1] == table->names[found][1]) {
            return found;
        }
    }
    return field_find(reader, key, fields, field_count);
}

COMITY_COLD static comity_status field_unknown(comity_act_memory *reader, const comity_json_token *key, const comity_field *fields,
                                   size_t field_count)
{
    comity_near near;
    const char *text = comity_read_text(reader, key) + 1;
    size_t size = comity_read_size(key) - 2;
    comity_near_begin(&near, text, size);
    for (size_t i = 0; i < field_count; i++) {
        comity_near_offer(&near, fields[i].name, fields[i].size);
    }
    if (near.best != NULL) {
        return comity_read_fail(reader, COMITY_ERROR_NAME, "%s is no field here; did you mean \"%s\"?",
                                comity_unknown_word(text, size, near.best).text, near.best);
    }
    return comity_read_fail(reader, COMITY_ERROR_NAME, "%s is no field here; there are \"%s\" … \"%s\"",
                            comity_unknown_word(text, size, NULL).text, fields[0].name, fields[field_count - 1].name);
}

comity_status comity_read_object(comity_act_memory *reader, comity_object object, const comity_field *fields,
                                 size_t field_count, void *into, uint64_t *ret_seen)
{
    uint64_t seen = 0;
    assert(field_count <= COMITY_FIELDS_MAX);
    if (!reader->fields[object].is_built) {
        table_build(&reader->fields[object], fields, field_count);
    }
    if (comity_read_peek(reader)->kind != COMITY_JSON_OBJECT_BEGIN) {
        return comity_read_expected(reader, "an object");
    }
    reader->at++;
    while (comity_read_peek(reader)->kind == COMITY_JSON_KEY) {
        const comity_json_token *key = comity_read_peek(reader);
        size_t found = field_soon(reader, key, object, fields, field_count);
        if (found == field_count) {
            return field_unknown(reader, key, fields, field_count);
        }
        const comity_field *field = &fields[found];
        uint64_t bit = UINT64_C(1) << found;
        COMITY_TRY(path_push(reader, field->name, field->size, 0));
        if (seen & bit) {
            return comity_read_fail(reader, COMITY_ERROR_SYNTAX, "given twice");
        }
        seen |= bit;
        reader->at++;
        COMITY_TRY(field->read(reader, into));
        reader->path_depth--;
    }
    reader->at++;
    *ret_seen = seen;
    return COMITY_OK;
}

comity_status comity_read_list(comity_act_memory *reader, comity_status (*read)(comity_act_memory *reader, void *into),
                               void *into, comity_known *ret_known)
{
    uint32_t index = 0;
    comity_known known = COMITY_KNOWN_ALL;
    if (comity_read_peek(reader)->kind != COMITY_JSON_ARRAY_BEGIN) {
        COMITY_TRY(read(reader, into));
        if (ret_known != NULL) {
            *ret_known = known;
        }
        return COMITY_OK;
    }
    reader->at++;
    COMITY_TRY(path_push(reader, NULL, 0, 0));
    for (; comity_read_peek(reader)->kind != COMITY_JSON_ARRAY_END; index++) {
        reader->path[reader->path_depth - 1].index = index;
        if (known == COMITY_KNOWN_SOME) {
            return comity_read_fail(reader, COMITY_ERROR_SYNTAX, "\"...\" can only be the last of a list");
        }
        if (ret_known != NULL && comity_read_is_dots(reader, comity_read_peek(reader))) {
            known = COMITY_KNOWN_SOME;
            reader->at++;
        } else {
            COMITY_TRY(read(reader, into));
        }
    }
    reader->path_depth--;
    reader->at++;
    if (ret_known != NULL) {
        *ret_known = known;
    }
    return COMITY_OK;
}

/* ---- single values ---- */

comity_status comity_read_slice(comity_act_memory *reader, const char *expected, comity_slice *ret_slice)
{
    const comity_json_token *token = comity_read_peek(reader);
    if (token->kind != COMITY_JSON_STRING) {
        return comity_read_expected(reader, expected);
    }
    if (comity_read_size(token) - 2 > COMITY_LIMIT_ACT_TEXT_BYTES) {
        return comity_read_fail(reader, COMITY_ERROR_LIMIT, "a text of %zu bytes; at most %d are read",
                                comity_read_size(token) - 2, COMITY_LIMIT_ACT_TEXT_BYTES);
    }
    *ret_slice = (comity_slice){comity_read_text(reader, token) + 1, (uint32_t)comity_read_size(token) - 2, token->escaped};
    reader->at++;
    return COMITY_OK;
}

comity_status comity_read_word(comity_act_memory *reader, const char *expected, const char **ret_text, size_t *ret_size)
{
    comity_slice slice = {0};
    COMITY_TRY(comity_read_slice(reader, expected, &slice));
    *ret_text = slice.text;
    *ret_size = slice.size;
    if (slice.escaped) {
        *ret_text = reader->word;
        return comity_json_decode(slice.text - 1, slice.size + 2, reader->word, ret_size, reader->reterr);
    }
    return COMITY_OK;
}

comity_status comity_read_date(comity_act_memory *reader, int32_t *ret_date)
{
    const char *text;
    size_t size;
    comity_error error = {0};
    COMITY_TRY(comity_read_word(reader, "a date as \"YYYY-MM-DD\"", &text, &size));
    comity_status status = comity_date_parse(text, size, ret_date, &error);
    if (status == COMITY_ERROR_SYNTAX) {
        reader->at--;
        return comity_read_fail(reader, status, "%s is no date: expected YYYY-MM-DD", comity_unknown_date(text, size).text);
    }
    if (status != COMITY_OK) {
        reader->at--;
        return comity_read_fail(reader, status, "%s", error.message);
    }
    return COMITY_OK;
}

/* A number that is nothing but a few digits, as nearly all are. */
static bool digits_read(const char *text, size_t size, uint64_t *ret_number)
{
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned digit = (unsigned char)text[i] - (unsigned)'0';
        if (digit > 9 || size > 15) {
            return false;
        }
        number = number * 10 + digit;
    }
    *ret_number = number;
    return true;
}

_Static_assert(COMITY_LIMIT_ACT_NUMBER >= INT64_C(999999999999999), "15 digits are within the limit");

comity_status comity_read_whole(comity_act_memory *reader, uint64_t *ret_number)
{
    const comity_json_token *token = comity_read_peek(reader);
    int64_t number;
    if (token->kind != COMITY_JSON_NUMBER) {
        return comity_read_expected(reader, "a number");
    }
    if (digits_read(comity_read_text(reader, token), comity_read_size(token), ret_number)) {
        reader->at++;
        return COMITY_OK;
    }
    comity_status status = comity_json_int64(comity_read_text(reader, token), comity_read_size(token), &number, NULL);
    if (status != COMITY_OK || number < 0 || number > COMITY_LIMIT_ACT_NUMBER) {
        return comity_read_fail(reader, COMITY_ERROR_RANGE, "found %s, but expected a whole number from 0 to %lld",
                                comity_unknown_number(comity_read_text(reader, token), comity_read_size(token)).text,
                                (long long)COMITY_LIMIT_ACT_NUMBER);
    }
    *ret_number = (uint64_t)number;
    reader->at++;
    return COMITY_OK;
}

static comity_status range_min(comity_act_memory *reader, void *into)
{
    return comity_read_whole(reader, &((comity_range *)into)->min);
}

static comity_status range_max(comity_act_memory *reader, void *into)
{
    return comity_read_whole(reader, &((comity_range *)into)->max);
}

comity_status comity_read_range(comity_act_memory *reader, comity_range *ret_range)
{
    static const comity_field fields[] = {COMITY_FIELD("min", range_min), COMITY_FIELD("max", range_max)};
    comity_range range = {0, UINT64_MAX, true};
    uint64_t seen;
    if (comity_read_peek(reader)->kind == COMITY_JSON_OBJECT_BEGIN) {
        COMITY_TRY(comity_read_object(reader, COMITY_OBJECT_RANGE, fields, 2, &range, &seen));
        if (seen == 0) {
            return comity_read_fail(reader, COMITY_ERROR_SYNTAX, "bounds without \"min\" and without \"max\"");
        }
        if (range.min > range.max) {
            return comity_read_fail(reader, COMITY_ERROR_RANGE, "\"min\" is more than \"max\"");
        }
    } else {
        if (comity_read_peek(reader)->kind != COMITY_JSON_NUMBER) {
            return comity_read_expected(reader, "a number, or {\"min\", \"max\"}");
        }
        COMITY_TRY(comity_read_whole(reader, &range.min));
        range.max = range.min;
    }
    *ret_range = range;
    return COMITY_OK;
}
