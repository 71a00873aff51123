/* What JSON says of a rule alone, made from its texts in the image. Few texts need
 * escapes, and the image tells which rules have one; the others are copied. */
#include "judge/explain.h"

#include <string.h>

/* Writes a constant without its NUL; gives the end. */
#define PUT(at, text) ((uint8_t *)memcpy((at), (text), sizeof(text) - 1) + sizeof(text) - 1)

enum { FIXED_BYTES = 128 }; /* more than all constants of one piece */

/* With the closing quote: at most eight bytes, which are copied at once. */
static const struct {
    char text[8];
    uint8_t size;
} effects[] = {
    [COMITY_EFFECT_REFUSE] = {"refuse\"", 7}, [COMITY_EFFECT_NEEDS] = {"needs\"", 6},
    [COMITY_EFFECT_WAY] = {"way\"", 4},       [COMITY_EFFECT_LIFTS] = {"lifts\"", 6},
    [COMITY_EFFECT_DUTY] = {"duty\"", 5},     [COMITY_EFFECT_COMPELS] = {{'c', 'o', 'm', 'p', 'e', 'l', 's', '"'}, 8},
    [COMITY_EFFECT_NOTES] = {"notes\"", 6},
};

/* A text as a JSON string that begins with `before`. The text is that of a rule
 * some text of which needs escapes, or all of whose texts fit the room at hand. */
static void append_string(const comity_image *image, const char *before, uint32_t text, size_t size,
                          comity_buffer *buffer)
{
    comity_buffer_append_text(buffer, before);
    comity_buffer_append_json_string(buffer, comity_image_text(image, text), size);
}

void comity_rule_json_begin(const comity_image *image, const comity_rule_record *rule, comity_buffer *buffer)
{
    const comity_law_record *law = &image->laws[rule->law];
    if (rule->flags & COMITY_RULE_ESCAPES) {
        append_string(image, "{\"rule\":", rule->name, rule->name_size, buffer);
        append_string(image, ",\"title\":", rule->title, rule->title_size, buffer);
        append_string(image, ",\"state\":", law->code, law->code_size, buffer);
        comity_buffer_append_text(buffer, ",\"effect\":\"");
        return;
    }
    uint8_t *at = comity_buffer_room(buffer, FIXED_BYTES + 3 * COMITY_IMAGE_LONG + rule->name_size + rule->title_size +
                                                 law->code_size);
    if (at == NULL) {
        return;
    }
    at = PUT(at, "{\"rule\":\"");
    at = comity_image_copy(image, rule->name, rule->name_size, at);
    at = PUT(at, "\",\"title\":\"");
    at = comity_image_copy_long(image, rule->title, rule->title_size, at);
    at = PUT(at, "\",\"state\":\"");
    at = comity_image_copy(image, law->code, law->code_size, at);
    at = PUT(at, "\",\"effect\":\"");
    comity_buffer_filled(buffer, at);
}

uint8_t *comity_rule_json_effect(comity_effect effect, uint8_t *at)
{
    memcpy(at, effects[effect].text, sizeof effects[effect].text);
    return at + effects[effect].size;
}

void comity_rule_json_head(const comity_image *image, const comity_rule_record *rule, comity_effect effect,
                           comity_buffer *buffer)
{
    comity_rule_json_begin(image, rule, buffer);
    comity_buffer_append(buffer, effects[effect].text, effects[effect].size);
}

void comity_rule_json_tail(const comity_image *image, const comity_rule_record *rule, comity_buffer *buffer)
{
    bool checked = rule->checked != COMITY_NO_DATE;
    if (rule->flags & COMITY_RULE_ESCAPES) {
        append_string(image, ",\"cite\":", rule->cite, rule->cite_size, buffer);
        append_string(image, ",\"source\":", rule->check, rule->check_size, buffer);
        comity_buffer_append_text(buffer, checked ? ",\"checked\":\"" : ",\"checked\":null}");
        comity_buffer_append_text(buffer, comity_image_text(image, rule->day));
        comity_buffer_append_text(buffer, checked ? "\"}" : "");
        return;
    }
    uint8_t *at = comity_buffer_room(buffer, FIXED_BYTES + 3 * COMITY_IMAGE_LONG + rule->cite_size + rule->check_size);
    if (at == NULL) {
        return;
    }
    at = PUT(at, ",\"cite\":\"");
    at = comity_image_copy_long(image, rule->cite, rule->cite_size, at);
    at = PUT(at, "\",\"source\":\"");
    at = comity_image_copy_long(image, rule->check, rule->check_size, at);
    if (checked) {
        at = PUT(at, "\",\"checked\":\"");
        memcpy(at, comity_image_text(image, rule->day), 10); /* opening has seen to it that there are so many */
        at = PUT(at + 10, "\"}");
    } else {
        at = PUT(at, "\",\"checked\":null}");
    }
    comity_buffer_filled(buffer, at);
}

void comity_rule_json_duty(const comity_image *image, const comity_rule_record *rule, comity_buffer *buffer)
{
    append_string(image, "\"duty\":", rule->text, rule->text_size, buffer);
    if (rule->within_size == 0) {
        comity_buffer_append_text(buffer, ",\"within\":null");
    } else {
        append_string(image, ",\"within\":", rule->within, rule->within_size, buffer);
    }
}
