/* The names that acts are made of, as the law that judges now has them, each with
 * the words for people: what a form for an act offers to choose from. */
#include "serve/request.h"

#include <string.h>

static void put_text(comity_buffer *buffer, const char *key, const char *text, size_t size)
{
    comity_buffer_append_text(buffer, key);
    comity_buffer_append_json_string(buffer, text, size);
}

static uint32_t count_of(const comity_image *image, comity_class class_of)
{
    return image->header->first_name[class_of + 1] - image->header->first_name[class_of];
}

static const comity_set *ancestors_of(const comity_image *image, uint32_t category)
{
    uint32_t set = comity_image_name(image, COMITY_CLASS_CATEGORY, category)->ancestors;
    return set == COMITY_IMAGE_NONE ? NULL : &image->sets[set];
}

/* Is `above` one of those that `category` is directly under: an ancestor that is none of another ancestor's? */
static bool is_parent(const comity_image *image, uint32_t category, uint32_t above)
{
    const comity_set *all = ancestors_of(image, category);
    if (all == NULL || above == category || !comity_set_has(all, above)) {
        return false;
    }
    for (uint32_t i = 0; i < count_of(image, COMITY_CLASS_CATEGORY); i++) {
        const comity_set *between = i == category || i == above || !comity_set_has(all, i) ? NULL : ancestors_of(image, i);
        if (between != NULL && comity_set_has(between, above)) {
            return false;
        }
    }
    return true;
}

static void put_parents(const comity_image *image, uint32_t category, comity_buffer *buffer)
{
    bool first = true;
    comity_buffer_append_text(buffer, ",\"parents\":[");
    for (uint32_t i = 0; i < count_of(image, COMITY_CLASS_CATEGORY); i++) {
        if (is_parent(image, category, i)) {
            const comity_name_record *name = comity_image_name(image, COMITY_CLASS_CATEGORY, i);
            put_text(buffer, first ? "" : ",", comity_image_text(image, name->text), name->size);
            first = false;
        }
    }
    comity_buffer_append_text(buffer, "]");
}

static void put_names(const comity_image *image, comity_class class_of, const char *key, comity_buffer *buffer)
{
    comity_buffer_append_text(buffer, ",\n\"");
    comity_buffer_append_text(buffer, key);
    comity_buffer_append_text(buffer, "\":[");
    for (uint32_t i = 0; i < count_of(image, class_of); i++) {
        const comity_name_record *name = comity_image_name(image, class_of, i);
        const char *label = comity_image_text(image, name->label);
        put_text(buffer, i == 0 ? "{\"name\":" : ",\n{\"name\":", comity_image_text(image, name->text), name->size);
        put_text(buffer, ",\"label\":", label, strlen(label));
        if (class_of == COMITY_CLASS_CATEGORY) {
            put_parents(image, i, buffer);
        }
        comity_buffer_append_text(buffer, "}");
    }
    comity_buffer_append_text(buffer, "]");
}

static void put_place(const comity_image *image, const comity_place *place, bool first, comity_buffer *buffer)
{
    const char *name = comity_image_text(image, place->name);
    put_text(buffer, first ? "{\"code\":" : ",\n{\"code\":", comity_image_text(image, place->code), place->code_size);
    put_text(buffer, ",\"name\":", name, strlen(name));
    if (place->is_part) {
        const comity_place *state = &image->places[place->state];
        put_text(buffer, ",\"part_of\":", comity_image_text(image, state->code), state->code_size);
    }
    comity_buffer_append_text(buffer, place->law != COMITY_NONE16 ? ",\"law\":true}" : ",\"law\":false}");
}

/* States with their parts, or unions; `law`: there is a file of its own law. */
static void put_places(const comity_image *image, bool unions, const char *key, comity_buffer *buffer)
{
    bool first = true;
    comity_buffer_append_text(buffer, ",\n\"");
    comity_buffer_append_text(buffer, key);
    comity_buffer_append_text(buffer, "\":[");
    for (uint32_t i = 0; i < image->places_count; i++) {
        if ((image->places[i].is_union != 0) == unions) {
            put_place(image, &image->places[i], first, buffer);
            first = false;
        }
    }
    comity_buffer_append_text(buffer, "]");
}

static void put_acts(comity_buffer *buffer)
{
    comity_buffer_append_text(buffer, ",\n\"acts\":[");
    for (uint32_t i = 0; i < COMITY_ACT_COUNT; i++) {
        const char *word = comity_act_kind_word(i);
        put_text(buffer, i == 0 ? "" : ",", word, strlen(word));
    }
    comity_buffer_append_text(buffer, "]");
}

static void put_counts(const comity_image *image, comity_buffer *buffer)
{
    comity_buffer_append_text(buffer, ",\n\"counts\":[");
    for (uint32_t i = 0; i < image->counts_count; i++) {
        const char *label = comity_image_text(image, image->counts[i].label);
        put_text(buffer, i == 0 ? "{\"name\":" : ",\n{\"name\":", comity_image_text(image, image->counts[i].name),
                 image->counts[i].size);
        put_text(buffer, ",\"label\":", label, strlen(label));
        comity_buffer_append_text(buffer, "}");
    }
    comity_buffer_append_text(buffer, "]");
}

void comity_handle_vocabulary(comity_request *request)
{
    static const struct {
        comity_class class_of;
        const char *key;
    } lists[] = {
        {COMITY_CLASS_CATEGORY, "categories"}, {COMITY_CLASS_KIND, "kinds"},
        {COMITY_CLASS_CERTIFICATE, "certificates"}, {COMITY_CLASS_PURPOSE, "purposes"},
        {COMITY_CLASS_DEAL, "deals"}, {COMITY_CLASS_CIRCUMSTANCE, "circumstances"},
        {COMITY_CLASS_SAFEGUARD, "safeguards"}, {COMITY_CLASS_PAPER, "papers"},
    };
    const comity_image *image = comity_request_image(request);
    comity_buffer *answer = &request->answer;
    if (image == NULL) {
        return;
    }
    put_text(answer, "{\"law\":", image->hash_text, strlen(image->hash_text));
    put_acts(answer);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        put_names(image, lists[i].class_of, lists[i].key, answer);
    }
    put_places(image, false, "states", answer);
    put_places(image, true, "unions", answer);
    put_counts(image, answer);
    comity_buffer_append_text(answer, "}\n");
    comity_answer_with(request, 200, "application/json");
}
