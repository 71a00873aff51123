/* The data of an act: its categories with all above them, its places, its persons,
 * and from whom it was received. */
#include "act/reader.h"

static comity_status data_categories(comity_act_memory *reader, void *into)
{
    comity_act *act = &reader->act;
    comity_facts *facts = &act->facts[COMITY_SLOT_CATEGORY];
    (void)into;
    COMITY_TRY(comity_read_set(reader, COMITY_CLASS_CATEGORY, &act->listed_categories, &act->known[COMITY_SLOT_CATEGORY]));
    for (uint32_t word = 0; word < COMITY_SET_WORDS; word++) {
        for (uint64_t bits = act->listed_categories.words[word]; bits != 0; bits &= bits - 1) {
            uint32_t category = word * 64 + (uint32_t)__builtin_ctzll(bits);
            const comity_set *with_parents =
                &reader->image->sets[comity_image_name(reader->image, COMITY_CLASS_CATEGORY, category)->ancestors];
            for (uint32_t i = 0; i < COMITY_SET_WORDS; i++) {
                facts->yes.words[i] |= with_parents->words[i];
            }
        }
    }
    facts->open = comity_facts_open(act->known[COMITY_SLOT_CATEGORY]);
    return COMITY_OK;
}

static comity_status data_origin(comity_act_memory *reader, void *into)
{
    (void)into;
    return comity_read_places(reader, false, &reader->act.lists[COMITY_LIST_ORIGIN]);
}

static comity_status data_location(comity_act_memory *reader, void *into)
{
    (void)into;
    return comity_read_places(reader, false, &reader->act.lists[COMITY_LIST_LOCATION]);
}

static comity_status data_subjects(comity_act_memory *reader, void *into)
{
    (void)into;
    return comity_read_places(reader, false, &reader->act.lists[COMITY_LIST_SUBJECTS]);
}

static comity_status data_people(comity_act_memory *reader, void *into)
{
    (void)into;
    return comity_read_range(reader, &reader->act.people);
}

static comity_status received_from(comity_act_memory *reader, void *into)
{
    return comity_read_place(reader, false, &((comity_received *)into)->from);
}

static comity_status received_paper(comity_act_memory *reader, void *into)
{
    uint32_t paper;
    COMITY_TRY(comity_read_name(reader, COMITY_CLASS_PAPER, &paper));
    ((comity_received *)into)->paper = (uint16_t)paper;
    return COMITY_OK;
}

static comity_status received_on(comity_act_memory *reader, void *into)
{
    return comity_read_date(reader, &((comity_received *)into)->on);
}

static comity_status received_item(comity_act_memory *reader, void *into)
{
    static const comity_field fields[] = {COMITY_FIELD("from", received_from), COMITY_FIELD("paper", received_paper), COMITY_FIELD("on", received_on)};
    uint64_t seen;
    (void)into;
    if (reader->act.received_count == COMITY_LIMIT_ACT_RECEIVED) {
        return comity_read_fail(reader, COMITY_ERROR_LIMIT, "more than %d receipts", COMITY_LIMIT_ACT_RECEIVED);
    }
    comity_received *received = &reader->received[reader->act.received_count++];
    *received = (comity_received){.from = {COMITY_NONE16, false}, .paper = COMITY_NONE16, .on = COMITY_NO_DATE};
    return comity_read_object(reader, COMITY_OBJECT_RECEIPT, fields, 3, received, &seen);
}

static comity_status data_received(comity_act_memory *reader, void *into)
{
    (void)into;
    return comity_read_list(reader, received_item, NULL, &reader->act.received_known);
}

comity_status comity_read_data(comity_act_memory *reader, void *into)
{
    static const comity_field fields[] = {
        COMITY_FIELD("categories", data_categories), COMITY_FIELD("origin", data_origin), COMITY_FIELD("location", data_location),
        COMITY_FIELD("subjects", data_subjects),     COMITY_FIELD("people", data_people), COMITY_FIELD("received", data_received),
    };
    uint64_t seen;
    return comity_read_object(reader, COMITY_OBJECT_DATA, fields, sizeof fields / sizeof fields[0], into, &seen);
}
