/* Looking things up in an opened image. What opens it is image_open.c. */
#include "law/image.h"

#include "base/near.h"

#include <string.h>

/* Eight bytes at a time: names are short and looked up for every act. */
uint32_t comity_symbol_hash(comity_class class_of, const char *text, size_t size)
{
    uint64_t hash = UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)(class_of + 1) + size;
    while (size != 0) {
        uint64_t word = 0;
        size_t taken = size < 8 ? size : 8;
        memcpy(&word, text, taken);
        hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
        hash ^= hash >> 32;
        text += taken;
        size -= taken;
    }
    return (uint32_t)(hash ^ (hash >> 29));
}

uint32_t comity_image_find(const comity_image *image, comity_class class_of, const char *text, size_t size)
{
    uint32_t hash = comity_symbol_hash(class_of, text, size);
    uint32_t mask = image->symbols_count - 1;
    for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
        const comity_symbol *symbol = &image->symbols[i];
        const char *name = image->texts + symbol->text;
        if (symbol->class_of == COMITY_CLASS_LAST) {
            return COMITY_IMAGE_NONE;
        }
        /* a text of the same hash may hold a NUL where the name ends, and go on */
        if (symbol->hash == hash && symbol->class_of == (uint32_t)class_of && strlen(name) == size &&
            memcmp(name, text, size) == 0) {
            return symbol->index;
        }
    }
}

const char *comity_image_near(const comity_image *image, comity_class class_of, const char *text, size_t size)
{
    comity_near near;
    comity_near_begin(&near, text, size);
    for (uint32_t i = 0; i < image->symbols_count; i++) {
        if (image->symbols[i].class_of == (uint32_t)class_of) {
            const char *candidate = image->texts + image->symbols[i].text;
            comity_near_offer(&near, candidate, strlen(candidate));
        }
    }
    return near.best;
}

/* ---- places ---- */

static bool set_has(const comity_image *image, const comity_place_set *set, uint32_t place)
{
    uint32_t low = 0;
    uint32_t high = set->count;
    const uint16_t *places = &image->set_places[set->first];
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (places[middle] < place) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < set->count && places[low] == place;
}

static bool set_has_dated(const comity_image *image, const comity_place_set *set, uint32_t place, int32_t on)
{
    const comity_dated *dated = &image->dated[set->first_dated];
    uint32_t low = 0;
    uint32_t high = set->dated_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (dated[middle].place < place) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < set->dated_count && dated[low].place == place; low++) {
        if (dated[low].from <= on && on <= dated[low].until) {
            return true;
        }
    }
    return false;
}

bool comity_image_place_in_dated(const comity_image *image, uint32_t set, uint32_t place, int32_t on)
{
    const comity_place_set *record = &image->place_sets[set];
    uint32_t state = image->places[place].state;
    return set_has(image, record, place) || (state != place && set_has(image, record, state)) ||
           (record->dated_count != 0 && (set_has_dated(image, record, place, on) ||
                                         (state != place && set_has_dated(image, record, state, on))));
}

bool comity_image_part_may_be_in(const comity_image *image, uint32_t set, uint32_t state, int32_t on)
{
    if (!image->places[state].has_parts) {
        return false;
    }
    for (uint32_t place = 0; place < image->places_count; place++) {
        if (image->places[place].is_part && image->places[place].state == state &&
            comity_image_place_in(image, set, place, on)) {
            return true;
        }
    }
    return false;
}
