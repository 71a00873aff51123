/* A copy of an act that stands by itself, in one piece of memory. */
#include "act/act.h"

#include <stdlib.h>
#include <string.h>

typedef struct copying {
    char *at;
} copying;

static const void *copy_array(copying *copy, const void *items, size_t count, size_t size)
{
    void *to = copy->at;
    memcpy(to, items, count * size);
    copy->at += (count * size + 15) & ~(size_t)15;
    return to;
}

static size_t padded(size_t size)
{
    return (size + 15) & ~(size_t)15;
}

static uint32_t places_used(const comity_act *act)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < COMITY_ACT_LISTS; i++) {
        uint32_t end = act->lists[i].first + (uint32_t)act->lists[i].count;
        used = end > used ? end : used;
    }
    for (uint32_t i = 0; i < act->node_count; i++) {
        uint32_t end = act->nodes[i].subject_to.first + (uint32_t)act->nodes[i].subject_to.count;
        used = end > used ? end : used;
    }
    for (uint32_t i = 0; i < act->paper_count; i++) {
        uint32_t end = act->papers[i].states.first + (uint32_t)act->papers[i].states.count;
        used = end > used ? end : used;
    }
    return used;
}

/* The slices go on pointing into the JSON the act was read from: keep it. */
comity_act *comity_act_copy(const comity_act *act)
{
    uint32_t places = places_used(act);
    uint32_t numbers = 0;
    uint32_t slices = 0;
    for (uint32_t i = 0; i < act->paper_count; i++) {
        uint32_t end = act->papers[i].first_under + (uint32_t)act->papers[i].under_count;
        numbers = end > numbers ? end : numbers;
        end = act->papers[i].first_party + (uint32_t)act->papers[i].party_count;
        slices = end > slices ? end : slices;
    }
    size_t size = padded(sizeof *act) + padded(act->node_count * sizeof *act->nodes) + padded(places * sizeof *act->places) +
                  padded(act->received_count * sizeof *act->received) + padded(act->paper_count * sizeof *act->papers) +
                  padded(act->count_count * sizeof *act->counts) + padded(numbers * sizeof *act->numbers) +
                  padded(slices * sizeof *act->slices) + padded(act->touched_count * sizeof *act->touched) +
                  padded(act->fact_basis_count * sizeof *act->fact_bases) +
                  padded(act->traits.ends[COMITY_SIEVE_LAST - 1] * sizeof *act->traits.more);
    comity_act *to = malloc(size);
    if (to == NULL) {
        return NULL;
    }
    copying copy = {(char *)to};
    (void)copy_array(&copy, act, 1, sizeof *act);
    /* what the judge reads of every act comes first, so that it lies together */
    to->touched = copy_array(&copy, act->touched, act->touched_count, sizeof *act->touched);
    to->traits.more =
        copy_array(&copy, act->traits.more, act->traits.ends[COMITY_SIEVE_LAST - 1], sizeof *act->traits.more);
    to->nodes = copy_array(&copy, act->nodes, act->node_count, sizeof *act->nodes);
    to->places = copy_array(&copy, act->places, places, sizeof *act->places);
    to->received = copy_array(&copy, act->received, act->received_count, sizeof *act->received);
    to->papers = copy_array(&copy, act->papers, act->paper_count, sizeof *act->papers);
    to->counts = copy_array(&copy, act->counts, act->count_count, sizeof *act->counts);
    to->numbers = copy_array(&copy, act->numbers, numbers, sizeof *act->numbers);
    to->slices = copy_array(&copy, act->slices, slices, sizeof *act->slices);
    to->fact_bases = copy_array(&copy, act->fact_bases, act->fact_basis_count, sizeof *act->fact_bases);
    return to;
}
