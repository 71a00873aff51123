/* Which laws are considered for an act: those of the places it touches, of the
 * unions that reach them on the day, the agreements that two of them are
 * parties to, and the policies and adopted agreements of whoever judges.
 *
 * They are gathered as bits, by the order in which they are judged, with a bit
 * above for each word that is not empty: a law is considered once, however many
 * reasons there are. The bits stay until the next judgement begins, for those who
 * explain. */
#include "judge/memory.h"

static inline bool law_consider(comity_judge_memory *memory, uint32_t law)
{
    uint32_t position = memory->image->laws[law].position;
    uint64_t bit = UINT64_C(1) << (position & 63);
    uint64_t *word = &memory->considered[position >> 6];
    bool anew = (*word & bit) == 0;
    *word |= bit;
    memory->considered_words[position >> 12] |= UINT64_C(1) << (position >> 6 & 63);
    return anew;
}

static inline void place_consider(comity_judge_memory *memory, const comity_place *place, int32_t on)
{
    if (place->law != COMITY_NONE16) {
        (void)law_consider(memory, place->law);
    }
    for (uint32_t i = 0; i < place->reach_count; i++) {
        const comity_reach *reach = &memory->image->reaches[place->first_reach + i];
        if (reach->from <= on && on <= reach->until) {
            (void)law_consider(memory, reach->law);
        }
    }
}

/* In which part it is is not known, so the law of any part may be its law. */
static void parts_consider(comity_judge_memory *memory, uint16_t state)
{
    const comity_image *image = memory->image;
    for (uint32_t i = 0; i < image->places_count; i++) {
        const comity_place *place = &image->places[i];
        if (place->is_part && place->state == state && place->law != COMITY_NONE16 && law_consider(memory, place->law)) {
            memory->perhaps[place->law] = true;
            memory->perhaps_laws[memory->perhaps_count++] = place->law;
        }
    }
}

/* Are two touched states parties to it on the day? */
static bool agreement_is_between(const comity_judge_memory *memory, const comity_act *act,
                                 const comity_law_record *law)
{
    uint32_t parties = 0;
    for (uint32_t i = 0; i < act->touched_count; i++) {
        const comity_place *place = &memory->image->places[act->touched[i].place];
        parties += !place->is_part && !place->is_union &&
                   comity_image_place_in(memory->image, law->parties, act->touched[i].place, act->on);
    }
    return parties >= 2;
}

/* Agreements with rules to which two touched states belong: bits met twice. */
static void agreements_consider(comity_judge_memory *memory, const comity_act *act)
{
    const comity_image *image = memory->image;
    uint32_t words = image->header->agreement_words;
    const uint64_t *of_kind = &memory->kind_agreements[act->kind * words];
    for (uint32_t word = 0; word < words; word++) {
        uint64_t once = 0;
        uint64_t twice = 0;
        for (uint32_t i = 0; i < act->touched_count; i++) {
            uint64_t bits = image->agreements[(size_t)act->touched[i].place * words + word];
            twice |= once & bits;
            once |= bits;
        }
        for (twice &= of_kind[word]; twice != 0; twice &= twice - 1) {
            uint32_t agreement = word * 64 + (uint32_t)__builtin_ctzll(twice);
            uint32_t law = image->agreement_laws[agreement];
            if (memory->agreed[agreement] <= act->on || agreement_is_between(memory, act, &image->laws[law])) {
                (void)law_consider(memory, law);
            }
        }
    }
}

void comity_judge_laws(comity_judge_memory *memory, const comity_act *act)
{
    bool any_part = false;
    for (uint32_t i = 0; i < memory->always_count; i++) {
        (void)law_consider(memory, memory->always[i]);
    }
    for (uint32_t i = 0; i < act->touched_count; i++) {
        place_consider(memory, &memory->image->places[act->touched[i].place], act->on);
        any_part |= act->touched[i].any_part;
    }
    if (act->touched_count > 1) {
        agreements_consider(memory, act);
    }
    for (uint32_t i = 0; i < act->touched_count && any_part; i++) {
        if (act->touched[i].any_part) {
            parts_consider(memory, act->touched[i].place);
        }
    }
}
