/* The judge's working memory: made once for an image, used for one act after
 * another. What belongs to one judgement bears its number, the stamp, or is
 * cleared by way of the list of its rulings; nothing is cleared at large. */
#include "judge/memory.h"

#include <stdlib.h>
#include <string.h>

static void *array_new(size_t count, size_t size)
{
    return calloc(count == 0 ? 1 : count, size);
}

static void always_collect(comity_judge_memory *memory)
{
    memory->always_count = 0;
    for (uint32_t i = 0; i < memory->image->laws_count; i++) {
        const comity_law_record *law = &memory->image->laws[i];
        if (law->kind == COMITY_LAW_POLICY || memory->adopted[i]) {
            memory->always[memory->always_count++] = i;
        }
    }
}

comity_judge_memory *comity_judge_memory_new(const comity_image *image)
{
    comity_judge_memory *memory = calloc(1, sizeof *memory);
    if (memory == NULL) {
        return NULL;
    }
    memory->image = image;
    memory->status = array_new(image->rules_count, sizeof *memory->status);
    memory->rulings = array_new(image->rules_count, sizeof *memory->rulings);
    memory->laws = array_new(image->laws_count, sizeof *memory->laws);
    memory->law_stamps = array_new(image->laws_count, sizeof *memory->law_stamps);
    memory->adopted = array_new(image->laws_count, sizeof *memory->adopted);
    memory->perhaps = array_new(image->laws_count, sizeof *memory->perhaps);
    memory->always = array_new(image->laws_count, sizeof *memory->always);
    memory->uncovered = array_new(image->places_count, sizeof *memory->uncovered);
    memory->count_stamps = array_new(image->counts_count, sizeof *memory->count_stamps);
    memory->count_ranges = array_new(image->counts_count, sizeof *memory->count_ranges);
    memory->derived_stamps = array_new((size_t)COMITY_LIMIT_ACT_NODES * COMITY_SET_BITS,
                                       sizeof *memory->derived_stamps);
    memory->derived = array_new((size_t)COMITY_LIMIT_ACT_NODES * COMITY_SET_BITS, 1);
    memory->condition_stamps = array_new(image->conditions_count, sizeof *memory->condition_stamps);
    memory->condition_truths = array_new(image->conditions_count, 1);
    memory->lifted = array_new(image->rules_count, sizeof *memory->lifted);
    memory->open_ways = array_new(image->rules_count, sizeof *memory->open_ways);
    if (memory->status == NULL || memory->rulings == NULL || memory->laws == NULL ||
        memory->law_stamps == NULL || memory->adopted == NULL || memory->perhaps == NULL || memory->always == NULL ||
        memory->uncovered == NULL || memory->count_stamps == NULL || memory->count_ranges == NULL ||
        memory->derived_stamps == NULL || memory->derived == NULL || memory->condition_stamps == NULL ||
        memory->condition_truths == NULL || memory->lifted == NULL || memory->open_ways == NULL) {
        comity_judge_memory_free(memory);
        return NULL;
    }
    for (uint32_t i = 0; i < image->laws_count; i++) {
        memory->adopted[i] = (image->laws[i].flags & COMITY_LAW_ADOPTED) != 0;
    }
    always_collect(memory);
    return memory;
}

void comity_judge_memory_free(comity_judge_memory *memory)
{
    if (memory == NULL) {
        return;
    }
    free(memory->status);
    free(memory->rulings);
    free(memory->laws);
    free(memory->law_stamps);
    free(memory->adopted);
    free(memory->perhaps);
    free(memory->always);
    free(memory->uncovered);
    free(memory->count_stamps);
    free(memory->count_ranges);
    free(memory->derived_stamps);
    free(memory->derived);
    free(memory->condition_stamps);
    free(memory->condition_truths);
    free(memory->lifted);
    free(memory->open_ways);
    free(memory);
}

bool comity_judge_adopt(comity_judge_memory *memory, uint32_t law)
{
    if (law >= memory->image->laws_count || !(memory->image->laws[law].flags & COMITY_LAW_SOFT)) {
        return false;
    }
    memory->adopted[law] = true;
    always_collect(memory);
    return true;
}

bool comity_judge_binds(const comity_judge_memory *memory, uint32_t law)
{
    return !(memory->image->laws[law].flags & COMITY_LAW_SOFT) || memory->adopted[law];
}

comity_truth comity_judge_status(const comity_judge_memory *memory, uint32_t rule)
{
    return (comity_truth)memory->status[rule];
}

const comity_image *comity_judge_image(const comity_judge_memory *memory)
{
    return memory->image;
}

const uint32_t *comity_judge_laws(const comity_judge_memory *memory, uint32_t *ret_count)
{
    *ret_count = memory->law_count;
    return memory->laws;
}

void comity_judge_begin(comity_judge_memory *memory)
{
    for (uint32_t i = 0; i < memory->ruling_count; i++) {
        memory->status[memory->rulings[i].rule] = COMITY_NO;
    }
    memory->ruling_count = 0;
    memory->open_way_count = 0;
    memory->law_count = 0;
    memory->steps = 0;
    if (++memory->stamp == 0) { /* once in four thousand million judgements the stamps begin anew */
        const comity_image *image = memory->image;
        memset(memory->lifted, 0, image->rules_count * sizeof *memory->lifted);
        memset(memory->law_stamps, 0, image->laws_count * sizeof *memory->law_stamps);
        memset(memory->count_stamps, 0, image->counts_count * sizeof *memory->count_stamps);
        memset(memory->condition_stamps, 0, image->conditions_count * sizeof *memory->condition_stamps);
        memset(memory->derived_stamps, 0,
               (size_t)COMITY_LIMIT_ACT_NODES * COMITY_SET_BITS * sizeof *memory->derived_stamps);
        memory->stamp = 1;
    }
}
