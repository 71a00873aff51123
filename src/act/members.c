/* Objects whose members' names are data: counts that laws declare, and what facts rest on. */
#include "act/reader.h"

#include "base/unknown.h"

#include <string.h>

/* An object whose members' names are data. */
static comity_status members_read(comity_act_memory *reader, comity_status (*read)(comity_act_memory *reader, const comity_json_token *key))
{
    if (comity_read_peek(reader)->kind != COMITY_JSON_OBJECT_BEGIN) {
        return comity_read_expected(reader, "an object");
    }
    reader->at++;
    while (comity_read_peek(reader)->kind == COMITY_JSON_KEY) {
        COMITY_TRY(read(reader, comity_read_peek(reader)));
    }
    reader->at++;
    return COMITY_OK;
}

static comity_status key_text(comity_act_memory *reader, const comity_json_token *key, const char **ret_text, size_t *ret_size)
{
    *ret_text = reader->json + key->begin + 1;
    *ret_size = (size_t)(key->end - key->begin) - 2;
    if (*ret_size > COMITY_LIMIT_ACT_TEXT_BYTES) {
        return comity_read_fail(reader, COMITY_ERROR_LIMIT, "a name of %zu bytes; at most %d are read", *ret_size,
                                COMITY_LIMIT_ACT_TEXT_BYTES);
    }
    if (key->escaped) {
        COMITY_TRY(comity_json_decode(*ret_text - 1, *ret_size + 2, reader->word, ret_size, reader->reterr));
        *ret_text = reader->word;
    }
    return COMITY_OK;
}

static comity_status count_member(comity_act_memory *reader, const comity_json_token *key)
{
    const char *text;
    size_t size;
    COMITY_TRY(key_text(reader, key, &text, &size));
    uint32_t count = comity_read_find(reader, COMITY_CLASS_COUNT, text, size);
    if (count == COMITY_IMAGE_NONE) {
        const char *near = comity_image_near(reader->image, COMITY_CLASS_COUNT, text, size);
        return comity_read_fail(reader, COMITY_ERROR_NAME, "%s is no count that a law declares%s%s%s",
                                comity_unknown_word(text, size, near).text, near == NULL ? "" : "; did you mean \"",
                                near == NULL ? "" : near, near == NULL ? "" : "\"?");
    }
    for (uint32_t i = 0; i < reader->act.count_count; i++) {
        if (reader->counts[i].count == count) {
            return comity_read_fail(reader, COMITY_ERROR_SYNTAX, "%s is given twice", comity_quote_bytes(text, size).text);
        }
    }
    if (reader->act.count_count == COMITY_LIMIT_ACT_COUNTS) {
        return comity_read_fail(reader, COMITY_ERROR_LIMIT, "more than %d counts", COMITY_LIMIT_ACT_COUNTS);
    }
    comity_count_given *given = &reader->counts[reader->act.count_count];
    const char *name = comity_image_text(reader->image, reader->image->counts[count].name);
    given->count = count;
    reader->path[reader->path_depth++] = (comity_path_step){name, (uint32_t)strlen(name), 0};
    reader->at++;
    COMITY_TRY(comity_read_range(reader, &given->range));
    reader->path_depth--;
    reader->act.count_count++;
    return COMITY_OK;
}

comity_status comity_read_counts(comity_act_memory *reader, void *into)
{
    (void)into;
    return members_read(reader, count_member);
}

/* What the paths of an act's facts begin with. */
static const char *const fields_of_acts[] = {"act",  "on",            "from",       "to",     "via",    "data",   "purposes",
                                             "deal", "circumstances", "safeguards", "papers", "demand", "counts", NULL};

static comity_status basis_member(comity_act_memory *reader, const comity_json_token *key)
{
    static const char *const bases[COMITY_BASIS_LAST] = {"found", "declared", "counted"};
    comity_slice path = {reader->json + key->begin + 1, (uint32_t)(key->end - key->begin) - 2, key->escaped};
    const char *text;
    size_t size;
    COMITY_TRY(key_text(reader, key, &text, &size));
    for (uint32_t i = 0; i < reader->act.fact_basis_count; i++) {
        if (comity_slice_equal(&path, &reader->fact_bases[i].path)) {
            return comity_read_fail(reader, COMITY_ERROR_SYNTAX, "%s is given twice",
                                    comity_unknown_path(text, size, fields_of_acts).text);
        }
    }
    if (reader->act.fact_basis_count == COMITY_LIMIT_ACT_BASES) {
        return comity_read_fail(reader, COMITY_ERROR_LIMIT, "more than %d facts with a basis", COMITY_LIMIT_ACT_BASES);
    }
    reader->at++;
    COMITY_TRY(comity_read_word(reader, "found, declared or counted", &text, &size));
    for (uint8_t basis = 0; basis < COMITY_BASIS_LAST; basis++) {
        if (strlen(bases[basis]) == size && memcmp(bases[basis], text, size) == 0) {
            reader->fact_bases[reader->act.fact_basis_count++] = (comity_fact_basis){path, basis};
            return COMITY_OK;
        }
    }
    comity_near near;
    comity_near_begin(&near, text, size);
    for (uint32_t basis = 0; basis < COMITY_BASIS_LAST; basis++) {
        comity_near_offer(&near, bases[basis], strlen(bases[basis]));
    }
    reader->at--;
    return comity_read_fail(reader, COMITY_ERROR_NAME, "%s is no basis; there are found, declared and counted",
                            comity_unknown_word(text, size, near.best).text);
}

comity_status comity_read_bases(comity_act_memory *reader, void *into)
{
    (void)into;
    return members_read(reader, basis_member);
}
