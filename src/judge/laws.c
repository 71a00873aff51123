/* Which laws are considered for an act: those of the places it touches, of the
 * unions that reach them on the day, the agreements that two of them are
 * parties to, and the policies and adopted agreements of whoever judges. */
#include "judge/memory.h"

static void law_consider(comity_judge_memory *memory, uint32_t law, bool perhaps)
{
    if (memory->law_stamps[law] == memory->stamp) {
        memory->perhaps[law] &= perhaps;
        return;
    }
    memory->law_stamps[law] = memory->stamp;
    memory->perhaps[law] = perhaps;
    uint32_t i = memory->law_count++;
    for (; i > 0 && memory->laws[i - 1] > law; i--) {
        memory->laws[i] = memory->laws[i - 1];
    }
    memory->laws[i] = law;
}

static void place_consider(comity_judge_memory *memory, const comity_place *place, int32_t on)
{
    if (place->law != COMITY_NONE16) {
        law_consider(memory, place->law, false);
    }
    for (uint32_t i = 0; i < place->reach_count; i++) {
        const comity_reach *reach = &memory->image->reaches[place->first_reach + i];
        if (reach->from <= on && on <= reach->until) {
            law_consider(memory, reach->law, false);
        }
    }
}

/* In which part it is is not known, so the law of any part may be its law. */
static void parts_consider(comity_judge_memory *memory, uint16_t state)
{
    const comity_image *image = memory->image;
    for (uint32_t i = 0; i < image->places_count; i++) {
        if (image->places[i].is_part && image->places[i].state == state && image->places[i].law != COMITY_NONE16) {
            law_consider(memory, image->places[i].law, true);
        }
    }
}

/* Are two touched states parties to it on the day? */
static bool agreement_is_between(const comity_judge_memory *memory, const comity_act *act,
                                 const comity_law_record *law)
{
    uint32_t parties = 0;
    for (uint32_t i = 0; i < act->touched_count; i++) {
        const comity_place *place = &memory->image->places[act->touched[i]];
        parties += !place->is_part && !place->is_union &&
                   comity_image_place_in(memory->image, law->parties, act->touched[i], act->on);
    }
    return parties >= 2;
}

/* Has nobody ever joined or left it later than its other parties? */
static bool agreement_is_plain(const comity_image *image, const comity_law_record *law)
{
    return image->place_sets[law->parties].settled == COMITY_SINCE_EVER;
}

/* Agreements with rules to which two touched states belong: bits met twice. */
static void agreements_consider(comity_judge_memory *memory, const comity_act *act)
{
    const comity_image *image = memory->image;
    uint32_t words = image->header->agreement_words;
    for (uint32_t word = 0; word < words; word++) {
        uint64_t once = 0;
        uint64_t twice = 0;
        for (uint32_t i = 0; i < act->touched_count; i++) {
            uint64_t bits = image->agreements[(size_t)act->touched[i] * words + word];
            twice |= once & bits;
            once |= bits;
        }
        for (; twice != 0; twice &= twice - 1) {
            uint32_t law = word * 64 + (uint32_t)__builtin_ctzll(twice);
            const comity_law_record *record = &image->laws[law];
            if ((record->acts & act->kind_mask) != 0 &&
                (agreement_is_plain(image, record) || agreement_is_between(memory, act, record))) {
                law_consider(memory, law, false);
            }
        }
    }
}

void comity_judge_laws_consider(comity_judge_memory *memory, const comity_act *act)
{
    for (uint32_t i = 0; i < memory->always_count; i++) {
        law_consider(memory, memory->always[i], false);
    }
    for (uint32_t i = 0; i < act->touched_count; i++) {
        place_consider(memory, &memory->image->places[act->touched[i]], act->on);
        if (act->touched_any_part[i]) {
            parts_consider(memory, act->touched[i]);
        }
    }
    if (act->touched_count > 1) {
        agreements_consider(memory, act);
    }
}
