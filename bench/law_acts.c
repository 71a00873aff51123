/* Varied acts: four of five between states with law on file, the rest with any;
 * mostly transfers; facts mostly given, sometimes left out; a paper now and then. */
#include "law_acts.h"

#include "base/date.h"
#include "law/terms.h"

typedef struct generator {
    const comity_image *image;
    comity_buffer *out;
    uint64_t state;
} generator;

static uint32_t pick(generator *generate, uint32_t below)
{
    generate->state ^= generate->state << 13;
    generate->state ^= generate->state >> 7;
    generate->state ^= generate->state << 17;
    return below == 0 ? 0 : (uint32_t)((generate->state >> 11) % below);
}

static bool chance(generator *generate, uint32_t percent)
{
    return pick(generate, 100) < percent;
}

static void put(generator *generate, const char *text)
{
    comity_buffer_append_text(generate->out, text);
}

static void put_name(generator *generate, comity_class class_of)
{
    const comity_image *image = generate->image;
    uint32_t count = image->header->first_name[class_of + 1] - image->header->first_name[class_of];
    put(generate, "\"");
    put(generate, comity_image_text(image, comity_image_name(image, class_of, pick(generate, count))->text));
    put(generate, "\"");
}

/* A list of up to `most` names. */
static void put_names(generator *generate, comity_class class_of, uint32_t most)
{
    uint32_t count = pick(generate, most + 1);
    put(generate, "[");
    for (uint32_t i = 0; i < count; i++) {
        put(generate, i == 0 ? "" : ",");
        put_name(generate, class_of);
    }
    put(generate, "]");
}

static void put_code(generator *generate, uint32_t place)
{
    put(generate, "\"");
    put(generate, comity_image_text(generate->image, generate->image->places[place].code));
    put(generate, "\"");
}

/* Any state; of five, four with law of its own, and one in ten of those a part. */
static uint32_t pick_state(generator *generate)
{
    const comity_image *image = generate->image;
    bool with_law = chance(generate, 80);
    uint32_t place = pick(generate, image->places_count);
    while (image->places[place].is_union || (with_law && image->places[place].law == COMITY_NONE16) ||
           (image->places[place].is_part && !chance(generate, 10))) {
        place = pick(generate, image->places_count);
    }
    return place;
}

/* Mostly where the first party is. */
static void put_near(generator *generate, uint32_t place)
{
    put_code(generate, chance(generate, 85) ? place : pick_state(generate));
}

static void put_party(generator *generate, const char *name, uint32_t place)
{
    put(generate, ",\"");
    put(generate, name);
    put(generate, "\":{\"state\":");
    put_code(generate, place);
    if (!chance(generate, 10)) {
        put(generate, ",\"kinds\":");
        put_names(generate, COMITY_CLASS_KIND, 2);
    }
    if (chance(generate, 90)) {
        put(generate, ",\"subject_to\":[]");
    }
    if (chance(generate, 15)) {
        put(generate, ",\"owners\":[{\"percent\":");
        comity_buffer_append_u64(generate->out, pick(generate, 101));
        put(generate, ",\"owners\":[],\"kinds\":[],\"state\":");
        put_near(generate, place);
        put(generate, "}]");
    } else {
        put(generate, ",\"owners\":[]");
    }
    put(generate, ",\"certified\":");
    put_names(generate, COMITY_CLASS_CERTIFICATE, 1);
    put(generate, "}");
}

static void put_data(generator *generate, uint32_t place)
{
    static const uint32_t people[] = {1, 99, 100, 1000, 9999, 10000, 99999, 100000, 1000000};
    put(generate, ",\"data\":{\"categories\":[");
    put_name(generate, COMITY_CLASS_CATEGORY);
    for (uint32_t i = pick(generate, 3); i > 0; i--) {
        put(generate, ",");
        put_name(generate, COMITY_CLASS_CATEGORY);
    }
    put(generate, "],\"origin\":[");
    put_near(generate, place);
    put(generate, "],\"location\":[");
    put_near(generate, place);
    put(generate, "],\"subjects\":[");
    put_near(generate, place);
    put(generate, "],\"people\":");
    comity_buffer_append_u64(generate->out, people[pick(generate, sizeof people / sizeof people[0])]);
    put(generate, ",\"received\":[]}");
}

static void put_papers(generator *generate)
{
    const comity_image *image = generate->image;
    put(generate, ",\"papers\":[{\"kind\":");
    put_name(generate, COMITY_CLASS_PAPER);
    put(generate, ",\"under\":[");
    put(generate, "\"");
    put(generate, comity_image_text(image, image->laws[pick(generate, image->laws_count)].code));
    put(generate, "\"],\"from\":\"2026-01-01\"}]");
}

static void put_act(generator *generate, uint32_t number)
{
    static const char *const kinds[] = {"transfer", "transfer", "transfer", "transfer", "transfer", "transfer",
                                        "store",    "collect",  "disclose", "disclose"};
    uint32_t kind = pick(generate, sizeof kinds / sizeof kinds[0]);
    char day[COMITY_DATE_TEXT_SIZE];
    put(generate, "{\"id\":\"act-");
    comity_buffer_append_u64(generate->out, number);
    put(generate, "\",\"act\":\"");
    put(generate, kinds[kind]);
    put(generate, "\",\"on\":\"");
    comity_date_print(chance(generate, 80) ? 20781 : 18000 + (int32_t)pick(generate, 3500), day);
    put(generate, day);
    put(generate, "\"");
    uint32_t first = pick_state(generate);
    put_party(generate, "from", first);
    put_party(generate, "to", pick_state(generate));
    put_data(generate, first);
    put(generate, ",\"purposes\":");
    put_names(generate, COMITY_CLASS_PURPOSE, 2);
    put(generate, ",\"circumstances\":");
    put_names(generate, COMITY_CLASS_CIRCUMSTANCE, 2);
    if (chance(generate, 50)) {
        put(generate, ",\"deal\":");
        put_name(generate, COMITY_CLASS_DEAL);
    }
    if (kinds[kind][0] == 'd') {
        put(generate, ",\"demand\":{\"channel\":\"direct\",\"binding\":true}");
    }
    if (chance(generate, 30)) {
        put_papers(generate);
    }
    put(generate, "}\n");
}

void bench_acts(const comity_image *image, uint64_t seed, uint32_t count, comity_buffer *buffer)
{
    generator generate = {image, buffer, seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
    for (uint32_t i = 0; i < count; i++) {
        put_act(&generate, i);
    }
}
