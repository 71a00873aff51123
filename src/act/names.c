/* Names of a law image, and sets of them. */
#include "act/reader.h"

#include "base/unknown.h"

#include <string.h>

static const char *const nouns[COMITY_CLASS_LAST] = {
    [COMITY_CLASS_CATEGORY] = "category",   [COMITY_CLASS_KIND] = "kind of party",
    [COMITY_CLASS_CERTIFICATE] = "certificate", [COMITY_CLASS_PURPOSE] = "purpose",
    [COMITY_CLASS_DEAL] = "deal",           [COMITY_CLASS_CIRCUMSTANCE] = "circumstance",
    [COMITY_CLASS_SAFEGUARD] = "safeguard", [COMITY_CLASS_PAPER] = "kind of paper",
    [COMITY_CLASS_ABOUT] = "concern",       [COMITY_CLASS_WORD] = "word",
    [COMITY_CLASS_BASIS] = "instrument",    [COMITY_CLASS_AUTHORITY] = "authority",
    [COMITY_CLASS_COUNT] = "count",         [COMITY_CLASS_ORDERS] = "list of orders",
    [COMITY_CLASS_PLACE] = "state",         [COMITY_CLASS_LAW] = "law on file",
    [COMITY_CLASS_RULE] = "rule",
};

/* The codes of states have two letters. Of three, one may be left out in several ways: each would be another state (CHN is not CH),
 * so none is suggested. */
static const char *near_of(const comity_image *image, comity_class class_of, const char *text, size_t size)
{
    const char *near = comity_image_near(image, class_of, text, size);
    bool of_state = near != NULL && class_of == COMITY_CLASS_PLACE && strlen(near) == 2;
    return of_state && size != 2 ? NULL : near;
}

comity_status comity_read_name_unknown(comity_act_memory *reader, comity_class class_of, const char *text, size_t size)
{
    const char *near = near_of(reader->image, class_of, text, size);
    bool is_code = class_of == COMITY_CLASS_PLACE || class_of == COMITY_CLASS_LAW;
    comity_quote told = is_code ? comity_unknown_code(text, size, &near) : comity_unknown_word(text, size, near);
    reader->at--;
    if (near != NULL) {
        return comity_read_fail(reader, COMITY_ERROR_NAME, "%s is no %s; did you mean \"%s\"?", told.text, nouns[class_of],
                                near);
    }
    bool hint = class_of == COMITY_CLASS_PLACE && told.text[0] == '"' && (size == 2 || size == 3) && text[0] >= 'A' && text[0] <= 'Z';
    return comity_read_fail(reader, COMITY_ERROR_NAME, "%s is no %s%s", told.text, nouns[class_of],
                            hint ? "; the codes of states are those of ISO 3166-1, of two letters" : "");
}

comity_status comity_read_name(comity_act_memory *reader, comity_class class_of, uint32_t *ret_name)
{
    const char *text;
    size_t size;
    COMITY_TRY(comity_read_word(reader, "a name", &text, &size));
    *ret_name = comity_read_find(reader, class_of, text, size);
    return *ret_name == COMITY_IMAGE_NONE ? comity_read_name_unknown(reader, class_of, text, size) : COMITY_OK;
}

typedef struct set_reading {
    comity_class class_of;
    comity_set *set;
} set_reading;

static comity_status set_item(comity_act_memory *reader, void *into)
{
    set_reading *reading = into;
    uint32_t name;
    COMITY_TRY(comity_read_name(reader, reading->class_of, &name));
    comity_set_add(reading->set, name);
    return COMITY_OK;
}

/* Reads a list in which all is as it should be: known names without escapes, in a
 * list that is complete. False, and nothing is read, if it is anything else. */
static bool set_read_plain(comity_act_memory *reader, comity_class class_of, comity_set *ret_set)
{
    comity_set set = {{0}};
    const comity_json_token *token = comity_read_peek(reader);
    if (token->kind != COMITY_JSON_ARRAY_BEGIN) {
        return false;
    }
    for (token++; token->kind == COMITY_JSON_STRING && !token->escaped; token++) {
        uint32_t name = comity_read_find(reader, class_of, comity_read_text(reader, token) + 1, comity_read_size(token) - 2);
        if (name == COMITY_IMAGE_NONE) {
            return false;
        }
        comity_set_add(&set, name);
    }
    if (token->kind != COMITY_JSON_ARRAY_END) {
        return false;
    }
    reader->at = token + 1;
    *ret_set = set;
    return true;
}

comity_status comity_read_set(comity_act_memory *reader, comity_class class_of, comity_set *ret_set, comity_known *ret_known)
{
    set_reading reading = {class_of, ret_set};
    if (set_read_plain(reader, class_of, ret_set)) {
        if (ret_known != NULL) {
            *ret_known = COMITY_KNOWN_ALL;
        }
        return COMITY_OK;
    }
    *ret_set = (comity_set){{0}};
    return comity_read_list(reader, set_item, &reading, ret_known);
}
