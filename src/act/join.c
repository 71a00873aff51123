/* Signed papers beside what an act claims. What comes in: an act just read, and
 * papers read before against the same image. What goes out: the act with those
 * of them that can serve it. */
#include "act/reader.h"

#include <string.h>

static bool in_force(const comity_paper_held *paper, int32_t on)
{
    return (paper->from == COMITY_NO_DATE || paper->from <= on) &&
           (paper->until == COMITY_NO_DATE || on <= paper->until);
}

/* Is the recipient among those the paper is for? One without a name may be any:
 * then the judge asks. */
static bool for_recipient(const comity_act *act, const comity_act *papers, const comity_paper_held *paper)
{
    const comity_slice *name = &act->nodes[COMITY_NODE_SECOND].name;
    if (!paper->scope_parties || name->text == NULL) {
        return true;
    }
    for (uint32_t i = 0; i < paper->party_count; i++) {
        if (comity_slice_equal(name, &papers->slices[paper->first_party + i])) {
            return true;
        }
    }
    return false;
}

size_t comity_act_party_name(const comity_act *act, uint32_t side, char ret_text[COMITY_ACT_NAME_BYTES])
{
    const comity_slice *name = &act->nodes[side].name;
    size_t size = name->text == NULL ? 0 : name->size;
    if (size != 0 && name->escaped) {
        return comity_json_decode(name->text - 1, name->size + 2, ret_text, &size, NULL) == COMITY_OK ? size : 0;
    }
    if (size != 0) {
        memcpy(ret_text, name->text, size);
    }
    return size;
}

static bool has_room(const comity_act_memory *memory, const comity_paper_held *paper)
{
    return memory->act.signed_count < COMITY_LIMIT_ACT_SIGNED &&
           memory->place_count + paper->states.count <= COMITY_LIMIT_ACT_PLACES + COMITY_LIMIT_ACT_SIGNED_VALUES &&
           memory->number_count + paper->under_count <= COMITY_LIMIT_ACT_NUMBERS + COMITY_LIMIT_ACT_SIGNED_VALUES &&
           memory->slice_count + paper->party_count <= COMITY_LIMIT_ACT_SLICES + COMITY_LIMIT_ACT_SIGNED_VALUES;
}

static void join(comity_act_memory *memory, const comity_act *papers, const comity_paper_held *paper)
{
    comity_paper_held *joined = &memory->papers[memory->act.paper_count++];
    *joined = *paper;
    memory->act.signed_count++;
    joined->is_signed = true;
    joined->states.first = (uint16_t)memory->place_count;
    joined->first_under = (uint16_t)memory->number_count;
    joined->first_party = (uint16_t)memory->slice_count;
    memcpy(memory->places + memory->place_count, papers->places + paper->states.first,
           paper->states.count * sizeof *memory->places);
    memcpy(memory->numbers + memory->number_count, papers->numbers + paper->first_under,
           paper->under_count * sizeof *memory->numbers);
    memcpy(memory->slices + memory->slice_count, papers->slices + paper->first_party,
           paper->party_count * sizeof *memory->slices);
    memory->place_count += paper->states.count;
    memory->number_count += paper->under_count;
    memory->slice_count += paper->party_count;
}

comity_status comity_act_join(comity_act_memory *memory, const comity_act *papers, comity_error *reterr)
{
    for (uint32_t i = 0; i < papers->paper_count; i++) {
        const comity_paper_held *paper = &papers->papers[i];
        if (!in_force(paper, memory->act.on) || !for_recipient(&memory->act, papers, paper)) {
            continue;
        }
        if (!has_room(memory, paper)) {
            return comity_fail(reterr, COMITY_ERROR_LIMIT,
                               "more than %d signed papers serve this act, or they say too much",
                               COMITY_LIMIT_ACT_SIGNED);
        }
        join(memory, papers, paper);
    }
    return COMITY_OK;
}

void comity_act_drop_claims(comity_act_memory *memory)
{
    uint16_t kept = 0;
    for (uint16_t i = 0; i < memory->act.paper_count; i++) {
        if (memory->papers[i].is_signed) {
            memory->papers[kept++] = memory->papers[i];
        }
    }
    memory->act.paper_count = kept;
}
