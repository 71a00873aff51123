/* Truths, and the few of names and places that more than one file here asks for. */
#ifndef COMITY_JUDGE_TRUTH_H
#define COMITY_JUDGE_TRUTH_H

#include "judge/judge.h"

static inline comity_truth comity_truth_not(comity_truth truth)
{
    return (comity_truth)(COMITY_YES - truth);
}

static inline comity_truth comity_truth_and(comity_truth a, comity_truth b)
{
    return a < b ? a : b;
}

static inline comity_truth comity_truth_or(comity_truth a, comity_truth b)
{
    return a > b ? a : b;
}

/* From "surely" and "possibly". */
static inline comity_truth comity_truth_between(bool surely, bool possibly)
{
    return surely ? COMITY_YES : possibly ? COMITY_UNKNOWN : COMITY_NO;
}

/* ---- sets of names ---- */

static inline bool comity_set_meets(const comity_set *a, const comity_set *b)
{
    uint64_t common = 0;
    for (size_t i = 0; i < COMITY_SET_WORDS; i++) {
        common |= a->words[i] & b->words[i];
    }
    return common != 0;
}

static inline bool comity_set_within(const comity_set *a, const comity_set *b)
{
    uint64_t outside = 0;
    for (size_t i = 0; i < COMITY_SET_WORDS; i++) {
        outside |= a->words[i] & ~b->words[i];
    }
    return outside == 0;
}

static inline comity_truth comity_facts_has(const comity_facts *facts, uint32_t bit)
{
    return comity_truth_between(comity_set_has(&facts->yes, bit), facts->open >> (bit & 63) & 1u);
}

/* ---- places ---- */

/* Parts are in their state, and which part it is does not matter. */
static inline comity_truth comity_same_state(const comity_image *image, comity_place_ref a, comity_place_ref b)
{
    if (a.place == COMITY_NONE16 || b.place == COMITY_NONE16) {
        return COMITY_UNKNOWN;
    }
    return image->places[a.place].state == image->places[b.place].state ? COMITY_YES : COMITY_NO;
}

/* Is it law of the place? Of a part the law of its state is not. A state that has no law on
 * file is named by a number behind those of the laws. */
static inline bool comity_is_law_of(const comity_image *image, uint32_t number, uint16_t place, int32_t on)
{
    const comity_place *record = &image->places[place];
    if (number == record->law || number == image->laws_count + place) {
        return true;
    }
    for (uint32_t i = 0; i < record->reach_count; i++) {
        const comity_reach *reach = &image->reaches[record->first_reach + i];
        if (reach->law == number && reach->from <= on && on <= reach->until) {
            return true;
        }
    }
    return false;
}

#endif
