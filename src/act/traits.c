/* What the judge asks first of every act, drawn together from its sets and parties. */
#include "act/reader.h"

typedef struct set_of_names {
    const comity_set *yes;
    comity_known known;
} set_of_names;

/* Puts the names of a set, as traits, first among the few there is room for, then behind `more`. */
static uint16_t set_traits(const comity_set *set, uint32_t first_trait, uint16_t *few, uint32_t room, uint16_t *more)
{
    uint32_t count = 0;
    for (uint32_t word = 0; word < COMITY_SET_WORDS; word++) {
        for (uint64_t had = set->words[word]; had != 0; had &= had - 1) {
            uint16_t trait = (uint16_t)(first_trait + word * 64 + (uint32_t)__builtin_ctzll(had));
            if (count < room) {
                few[count] = trait;
            } else {
                more[count - room] = trait;
            }
            count++;
        }
    }
    return (uint16_t)(count > room ? count - room : 0);
}

static bool is_settled(const comity_node *party)
{
    return party->state.place != COMITY_NONE16 && !party->state.any_part;
}

void comity_read_traits(comity_act_memory *reader)
{
    comity_act *act = &reader->act;
    comity_traits *traits = &act->traits;
    const set_of_names sets[COMITY_SIEVE_LAST] = {
        [COMITY_SIEVE_CATEGORY] = {&act->facts[COMITY_SLOT_CATEGORY].yes, act->known[COMITY_SLOT_CATEGORY]},
        [COMITY_SIEVE_PURPOSE] = {&act->facts[COMITY_SLOT_PURPOSE].yes, act->known[COMITY_SLOT_PURPOSE]},
        [COMITY_SIEVE_CIRCUMSTANCE] = {&act->facts[COMITY_SLOT_CIRCUMSTANCE].yes, act->known[COMITY_SLOT_CIRCUMSTANCE]},
        [COMITY_SIEVE_DEAL] = {&act->facts[COMITY_SLOT_DEAL].yes, act->known[COMITY_SLOT_DEAL]},
        [COMITY_SIEVE_KIND_FIRST] = {&act->nodes[0].kinds.yes, act->nodes[0].kinds_known},
        [COMITY_SIEVE_KIND_SECOND] = {&act->nodes[1].kinds.yes, act->nodes[1].kinds_known},
    };
    uint16_t *few = traits->few;
    uint16_t end = 0;
    *traits = (comity_traits){.more = reader->traits};
    for (uint32_t kind = 0; kind < COMITY_SIEVE_LAST; kind++) {
        uint32_t room = kind == COMITY_SIEVE_CATEGORY ? COMITY_FEW_CATEGORIES : COMITY_FEW_OTHERS;
        uint16_t further = set_traits(sets[kind].yes, reader->image->first_trait[kind], few, room, reader->traits + end);
        end = (uint16_t)(end + further);
        traits->ends[kind] = end;
        traits->more_of = (uint8_t)(traits->more_of | (further != 0) << kind);
        traits->open = (uint8_t)(traits->open | (sets[kind].known != COMITY_KNOWN_ALL) << kind);
        if (kind == COMITY_SIEVE_PURPOSE && sets[kind].known == COMITY_KNOWN_ALL && few[0] == COMITY_TRAIT_NONE) {
            few[0] = COMITY_TRAIT_NO_PURPOSE;
        }
        few += room;
    }
    for (uint32_t side = 0; side < 2; side++) {
        const comity_list *subject_to = &act->nodes[side].subject_to;
        traits->place[side] = act->nodes[side].state.place;
        traits->free[side] = subject_to->known == COMITY_KNOWN_ALL && subject_to->count == 0;
    }
    traits->places_settled = is_settled(&act->nodes[0]) && is_settled(&act->nodes[1]);
}
