/* Looking things up in an opened image. What opens it is image_open.c. */
#include "law/image.h"

#include "base/near.h"
#include "base/pack.h"
#include "base/swar.h"
#include "base/utf8.h"
#include "law/words.h"

#include <string.h>

static inline uint64_t hash_of(comity_class class_of, const comity_name_words *words, size_t size)
{
    uint64_t hash = words->first * UINT64_C(0x9e3779b97f4a7c15);
    hash ^= words->middle * UINT64_C(0xff51afd7ed558ccd) >> 1;
    hash += words->last * UINT64_C(0xc4ceb9fe1a85ec53);
    hash ^= hash >> 32;
    hash = (hash + size * 32 + (uint64_t)class_of) * UINT64_C(0xd6e8feb86659fd93);
    return hash ^ hash >> 32;
}

uint64_t comity_symbol_hash(comity_class class_of, const char *text, size_t size)
{
    comity_name_words words = comity_name_words_of(text, size);
    return hash_of(class_of, &words, size);
}

static bool has_zero(const comity_name_words *words, size_t size)
{
    if (size < 8) {
        return comity_swar_equal(words->first | UINT64_MAX << size * 8, 0) != 0;
    }
    return (comity_swar_equal(words->first, 0) | comity_swar_equal(words->middle, 0) |
            comity_swar_equal(words->last, 0)) != 0;
}

/* Does the text say these bytes and no more? There may be a byte 0 among them. */
static bool text_says(const comity_image *image, uint32_t place, const char *text, size_t size, const comity_name_words *words)
{
    if (size >= image->texts_count - place || image->texts[place + size] != '\0') {
        return false;
    }
    const char *own = image->texts + place;
    comity_name_words own_words = comity_name_words_of(own, size);
    if (((own_words.first ^ words->first) | (own_words.middle ^ words->middle) | (own_words.last ^ words->last)) != 0 ||
        has_zero(words, size)) {
        return false;
    }
    return size <= 24 || (memcmp(own, text, size) == 0 && memchr(text, '\0', size) == NULL);
}

uint32_t comity_image_find(const comity_image *image, comity_class class_of, const char *text, size_t size)
{
    comity_name_words words = comity_name_words_of(text, size);
    uint64_t hash = hash_of(class_of, &words, size);
    uint32_t mask = image->symbols_count - 1;
    uint8_t tag = comity_symbol_tag(hash);
    for (uint32_t i = (uint32_t)hash & mask;; i = (i + 1) & mask) {
        const comity_symbol *symbol = &image->symbols[i];
        if (symbol->class_of == COMITY_CLASS_LAST) {
            return COMITY_IMAGE_NONE;
        }
        if (symbol->tag == tag && symbol->class_of == class_of && text_says(image, symbol->text, text, size, &words)) {
            return symbol->index;
        }
    }
}

const char *comity_image_near(const comity_image *image, comity_class class_of, const char *text, size_t size)
{
    comity_near near;
    comity_near_begin(&near, text, size);
    for (uint32_t i = 0; i < image->symbols_count; i++) {
        if (image->symbols[i].class_of == class_of) {
            const char *candidate = image->texts + image->symbols[i].text;
            comity_near_offer(&near, candidate, strlen(candidate));
        }
    }
    return near.best;
}

comity_status comity_image_clauses(const comity_image *image, char *ret_clauses, comity_error *reterr)
{
    size_t size = image->header->clauses_size;
    comity_error error;
    comity_status status =
        comity_unpack(image->texts, image->texts_count, image->packed, image->packed_count, ret_clauses, size, &error);
    if (status != COMITY_OK) {
        return comity_fail(reterr, COMITY_ERROR_IMAGE, "the law image holds no law as it is written: %s", error.message);
    }
    if (size == 0 || ret_clauses[size - 1] != '\0' || comity_utf8_check(ret_clauses, size) != size) {
        return comity_fail(reterr, COMITY_ERROR_IMAGE, "the law image holds no law as it is written: it is no text");
    }
    return COMITY_OK;
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
