/* A rule of an image in, JSON out. */
#include "serve/rule.h"

#include "base/date.h"
#include "judge/explain.h"

static void put_date(comity_buffer *buffer, const char *key, int32_t date)
{
    char text[COMITY_DATE_TEXT_SIZE];
    comity_buffer_append_text(buffer, key);
    if (!comity_date_valid(date)) {
        comity_buffer_append_text(buffer, "null");
        return;
    }
    comity_date_print(date, text);
    comity_buffer_append_byte(buffer, '"');
    comity_buffer_append_text(buffer, text);
    comity_buffer_append_byte(buffer, '"');
}

static void put_names(comity_buffer *buffer, const comity_image *image, const char *key, uint32_t first, uint32_t count)
{
    comity_buffer_append_text(buffer, key);
    for (uint32_t i = 0; i < count; i++) {
        const char *name = comity_image_text(image, image->rules[image->indices[first + i]].name);
        comity_buffer_append_text(buffer, i == 0 ? "" : ",");
        comity_buffer_append_json_string(buffer, name, strlen(name));
    }
    comity_buffer_append_text(buffer, "]");
}

void comity_view_rule(const comity_image *image, const comity_rule_record *rule, const char *clauses,
                      comity_buffer *buffer)
{
    comity_rule_json_head(image, rule, (comity_effect)rule->effect, buffer);
    put_date(buffer, ",\"from\":", rule->from);
    put_date(buffer, ",\"until\":", rule->until);
    if (clauses != NULL) {
        comity_buffer_append_text(buffer, ",\"law\":");
        comity_buffer_append_json_string(buffer, clauses, strlen(clauses));
        put_names(buffer, image, ",\"lifted_by\":[", rule->first_lifter, rule->lifter_count);
        put_names(buffer, image, ",\"ways\":[", rule->first_way, rule->way_count);
    }
    comity_rule_json_tail(image, rule, buffer);
}
