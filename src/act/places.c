/* States, parts of them and unions, and lists of those; each is noted as touched. */
#include "act/reader.h"

#include "base/quote.h"

#include <string.h>

static comity_status place_touch(comity_act_memory *reader, uint16_t place, bool any_part, bool lightly)
{
    for (uint32_t i = 0; i < reader->act.touched_count; i++) {
        comity_touched *touched = &reader->touched[i];
        if (touched->place == place) {
            touched->lightly &= lightly;
            touched->any_part |= any_part;
            return COMITY_OK;
        }
    }
    if (reader->act.touched_count == COMITY_LIMIT_ACT_TOUCHED) {
        return comity_read_fail(reader, COMITY_ERROR_LIMIT, "more than %d places in one act", COMITY_LIMIT_ACT_TOUCHED);
    }
    uint32_t i = reader->act.touched_count++;
    for (; i > 0 && reader->touched[i - 1].place > place; i--) {
        reader->touched[i] = reader->touched[i - 1];
    }
    reader->touched[i] = (comity_touched){place, lightly, any_part};
    return COMITY_OK;
}

comity_status comity_read_place(comity_act_memory *reader, bool unions_too, comity_place_ref *ret_place)
{
    const char *text;
    size_t size;
    COMITY_TRY(comity_read_word(reader, "a state's code", &text, &size));
    bool any_part = size > 2 && memcmp(text + size - 2, "-?", 2) == 0;
    uint32_t place = comity_read_find(reader, COMITY_CLASS_PLACE, text, any_part ? size - 2 : size);
    if (place == COMITY_IMAGE_NONE) {
        return comity_read_name_unknown(reader, COMITY_CLASS_PLACE, text, size);
    }
    const comity_place *record = &reader->image->places[place];
    if ((record->is_union && !unions_too) || (any_part && (record->is_part || record->is_union))) {
        reader->at--;
        return comity_read_fail(reader, COMITY_ERROR_NAME, "%s is a %s; expected a state or a part of one",
                                comity_quote_bytes(text, size).text, record->is_union ? "union of states" : "part itself");
    }
    *ret_place = (comity_place_ref){(uint16_t)place, any_part};
    COMITY_TRY(place_touch(reader, (uint16_t)place, any_part, reader->lightly));
    return record->state == place ? COMITY_OK : place_touch(reader, record->state, false, reader->lightly);
}

typedef struct places_reading {
    bool unions_too;
    comity_list *list;
} places_reading;

static comity_status places_item(comity_act_memory *reader, void *into)
{
    places_reading *reading = into;
    if (reader->place_count == COMITY_LIMIT_ACT_PLACES) {
        return comity_read_fail(reader, COMITY_ERROR_LIMIT, "more than %d places in lists", COMITY_LIMIT_ACT_PLACES);
    }
    COMITY_TRY(comity_read_place(reader, reading->unions_too, &reader->places[reader->place_count]));
    reader->place_count++;
    reading->list->count++;
    return COMITY_OK;
}

comity_status comity_read_places(comity_act_memory *reader, bool unions_too, comity_list *ret_list)
{
    *ret_list = (comity_list){.first = (uint16_t)reader->place_count};
    places_reading reading = {unions_too, ret_list};
    return comity_read_list(reader, places_item, &reading, &ret_list->known);
}

comity_status comity_read_places_complete(comity_act_memory *reader, comity_list *ret_list)
{
    *ret_list = (comity_list){.first = (uint16_t)reader->place_count, .known = COMITY_KNOWN_ALL};
    places_reading reading = {false, ret_list};
    return comity_read_list(reader, places_item, &reading, NULL);
}
