/* Families of ways: sets of sets of papers and safeguards, each of which would do.
 * For ways.c.
 *
 * A family has sets of which none lies within another. It is kept to COMITY_FAMILY_MAX sets of COMITY_WAY_SIZE_MAX;
 * where more were to be kept, the smaller ones are, and the family is marked cut. */
#ifndef COMITY_JUDGE_FAMILIES_H
#define COMITY_JUDGE_FAMILIES_H

#include "judge/explain.h"
#include "judge/memory.h"

typedef struct comity_way_search {
    comity_judge_memory *memory;
    const comity_image *image;
    const comity_act *act;
} comity_way_search;

static inline void comity_family_none(comity_ways *family)
{
    family->count = 0;
    family->cut = false;
}

static inline void comity_family_any(comity_ways *family) /* nothing need be added */
{
    comity_family_none(family);
    family->sets[0].marks = 0;
    family->sets[0].count = 0;
    family->count = 1;
}

/* None is found for want of steps: there may be some. */
static inline void comity_family_unknown(comity_ways *family)
{
    comity_family_none(family);
    family->cut = true;
}

static inline bool comity_family_is_any(const comity_ways *family)
{
    return family->count == 1 && family->sets[0].count == 0;
}

/* Adds a family: whatever would do in either does. */
void comity_family_or(const comity_way_search *search, comity_ways *family, const comity_ways *more);

/* Makes the family that of what does in both. */
void comity_family_and(const comity_way_search *search, comity_ways *family, const comity_ways *more);

/* The family of one item. */
void comity_family_of(const comity_way_search *search, uint32_t item, comity_ways *ret_family);

#endif
