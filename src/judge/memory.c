/* The judge's working memory: made once for an image, used for one act after
 * another. What belongs to one judgement bears its number, the stamp;
 * nothing is cleared at large. */
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
        memory->binds[i] = !(law->flags & COMITY_LAW_SOFT) || memory->adopted[i];
        if (law->kind == COMITY_LAW_POLICY || memory->adopted[i]) {
            memory->always[memory->always_count++] = i;
        }
    }
}

/* What of the laws does not depend on the act: the kinds of act they speak of. */
static void laws_note(comity_judge_memory *memory)
{
    const comity_image *image = memory->image;
    uint32_t words = comity_judge_law_words(image);
    for (uint32_t i = 0; i < image->laws_count; i++) {
        const comity_law_record *law = &image->laws[i];
        for (uint32_t kind = 0; kind < COMITY_ACT_COUNT; kind++) {
            memory->kind_laws[kind * words + law->position / 64] |= (uint64_t)(law->acts >> kind & 1u) << law->position % 64;
        }
    }
}

/* The same of agreements, and since when it does not depend on the day who is a party. */
static void agreements_note(comity_judge_memory *memory)
{
    const comity_image *image = memory->image;
    uint32_t words = image->header->agreement_words;
    for (uint32_t i = 0; i < image->agreement_laws_count; i++) {
        const comity_law_record *law = &image->laws[image->agreement_laws[i]];
        for (uint32_t kind = 0; kind < COMITY_ACT_COUNT; kind++) {
            memory->kind_agreements[kind * words + i / 64] |= (uint64_t)(law->acts >> kind & 1u) << i % 64;
        }
        memory->agreed[i] = image->place_sets[law->parties].settled;
    }
    for (uint32_t i = 0; i < image->agreements_count; i++) {
        for (uint64_t bits = image->agreements[i]; bits != 0; bits &= bits - 1) {
            uint32_t agreement = i % words * 64 + (uint32_t)__builtin_ctzll(bits);
            const comity_law_record *law = &image->laws[image->agreement_laws[agreement]];
            if (!comity_image_place_in(image, law->parties, i / words, image->place_sets[law->parties].settled)) {
                memory->agreed[agreement] = COMITY_OPEN_END; /* it has left */
            }
        }
    }
}

/* Notes for each test of a block's row which rows of the block ask for it. `rows_of`:
 * by test, all empty, and so afterwards. */
static void block_tests_note(comity_judge_memory *memory, const comity_block *block, uint64_t *rows_of)
{
    const comity_image *image = memory->image;
    enum { GATHER, NOTE, CLEAR, PASSES };
    for (uint32_t pass = GATHER; pass < PASSES; pass++) {
        for (uint32_t i = 0; i < block->row_count; i++) {
            const comity_row *row = &image->rows[block->first_row + i];
            for (uint32_t j = 0; j < (uint32_t)row->literal_count - row->sieved; j++) {
                uint64_t *rows = &rows_of[image->row_tests[row->first_test + j]];
                if (pass == NOTE) {
                    memory->test_rows[row->first_test + j] = *rows;
                }
                *rows = pass == GATHER ? *rows | UINT64_C(1) << i : pass == NOTE ? *rows : 0;
            }
        }
    }
}

/* False: out of memory. */
static bool tests_note(comity_judge_memory *memory)
{
    uint64_t *rows_of = array_new(memory->image->tests_count, sizeof *rows_of);
    for (uint32_t i = 0; i < memory->image->blocks_count && rows_of != NULL; i++) {
        block_tests_note(memory, &memory->image->blocks[i], rows_of);
    }
    free(rows_of);
    return rows_of != NULL;
}

comity_judge_memory *comity_judge_memory_new(const comity_image *image)
{
    comity_judge_memory *memory = calloc(1, sizeof *memory);
    if (memory == NULL) {
        return NULL;
    }
    memory->image = image;
    memory->entered = array_new((size_t)image->blocks_count + 1, sizeof *memory->entered);
    memory->rulings = array_new(image->rules_count, sizeof *memory->rulings);
    memory->chain = array_new(image->rules_count, sizeof *memory->chain);
    memory->deciding = array_new((size_t)image->rules_count + 1, sizeof *memory->deciding);
    memory->ways = array_new((size_t)image->rules_count + 1, sizeof *memory->ways);
    memory->marks = array_new(image->rules_count, sizeof *memory->marks);
    memory->considered = array_new(comity_judge_law_words(image), sizeof *memory->considered);
    memory->considered_words = array_new((image->laws_count + 4095) / 4096, sizeof *memory->considered_words);
    memory->kind_laws = array_new((size_t)comity_judge_law_words(image) * COMITY_ACT_COUNT, sizeof *memory->kind_laws);
    memory->kind_agreements =
        array_new((size_t)image->header->agreement_words * COMITY_ACT_COUNT, sizeof *memory->kind_agreements);
    memory->agreed = array_new(image->agreement_laws_count, sizeof *memory->agreed);
    memory->adopted = array_new(image->laws_count, sizeof *memory->adopted);
    memory->binds = array_new(image->laws_count, sizeof *memory->binds);
    memory->perhaps = array_new(image->laws_count, sizeof *memory->perhaps);
    memory->perhaps_laws = array_new(image->laws_count, sizeof *memory->perhaps_laws);
    memory->always = array_new(image->laws_count, sizeof *memory->always);
    memory->test_rows = array_new(image->row_tests_count, sizeof *memory->test_rows);
    memory->test_marks = array_new(image->tests_count, sizeof *memory->test_marks);
    memory->standings = array_new(image->rules_count, sizeof *memory->standings);
    memory->uncovered = array_new(image->places_count, sizeof *memory->uncovered);
    memory->count_stamps = array_new(image->counts_count, sizeof *memory->count_stamps);
    memory->counted = array_new(image->counts_count, sizeof *memory->counted);
    memory->derived_stamps = array_new((size_t)COMITY_LIMIT_ACT_NODES * COMITY_SET_BITS,
                                       sizeof *memory->derived_stamps);
    memory->derived = array_new((size_t)COMITY_LIMIT_ACT_NODES * COMITY_SET_BITS, 1);
    memory->condition_stamps = array_new(image->conditions_count, sizeof *memory->condition_stamps);
    memory->condition_truths = array_new(image->conditions_count, 1);
    if (memory->entered == NULL || memory->rulings == NULL || memory->chain == NULL ||
        memory->deciding == NULL || memory->ways == NULL || memory->marks == NULL || memory->considered == NULL ||
        memory->considered_words == NULL || memory->kind_laws == NULL || memory->kind_agreements == NULL ||
        memory->agreed == NULL || memory->adopted == NULL ||
        memory->binds == NULL || memory->perhaps == NULL || memory->perhaps_laws == NULL || memory->always == NULL ||
        memory->test_rows == NULL || memory->test_marks == NULL || memory->standings == NULL || memory->uncovered == NULL ||
        memory->count_stamps == NULL || memory->counted == NULL || memory->derived_stamps == NULL ||
        memory->derived == NULL || memory->condition_stamps == NULL || memory->condition_truths == NULL ||
        !tests_note(memory)) {
        comity_judge_memory_free(memory);
        return NULL;
    }
    for (uint32_t i = 0; i < image->laws_count; i++) {
        memory->adopted[i] = (image->laws[i].flags & COMITY_LAW_ADOPTED) != 0;
    }
    always_collect(memory);
    laws_note(memory);
    agreements_note(memory);
    return memory;
}

void comity_judge_memory_free(comity_judge_memory *memory)
{
    if (memory == NULL) {
        return;
    }
    free(memory->entered);
    free(memory->rulings);
    free(memory->chain);
    free(memory->deciding);
    free(memory->ways);
    free(memory->marks);
    free(memory->considered);
    free(memory->considered_words);
    free(memory->kind_laws);
    free(memory->kind_agreements);
    free(memory->agreed);
    free(memory->adopted);
    free(memory->binds);
    free(memory->perhaps);
    free(memory->perhaps_laws);
    free(memory->always);
    free(memory->test_rows);
    free(memory->test_marks);
    free(memory->standings);
    free(memory->uncovered);
    free(memory->count_stamps);
    free(memory->counted);
    free(memory->derived_stamps);
    free(memory->derived);
    free(memory->condition_stamps);
    free(memory->condition_truths);
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

bool comity_judge_considers(const comity_judge_memory *memory, uint32_t law)
{
    uint32_t position = memory->image->laws[law].position;
    return memory->considered[position / 64] >> position % 64 & 1u;
}

bool comity_judge_binds(const comity_judge_memory *memory, uint32_t law)
{
    return memory->binds[law];
}

/* Most judgements are asked for many rules, those that are not explained for none. */
static void standings_note(comity_judge_memory *memory)
{
    for (uint32_t i = 0; i < memory->ruling_count; i++) {
        memory->standings[memory->rulings[i].rule] = memory->stamp << 2 | memory->rulings[i].applies;
    }
    memory->standings_noted = true;
}

comity_truth comity_judge_status(comity_judge_memory *memory, uint32_t rule)
{
    if (!memory->standings_noted) {
        standings_note(memory);
    }
    uint32_t mark = memory->standings[rule];
    return mark >> 2 == memory->stamp ? (comity_truth)(mark & 3u) : COMITY_NO;
}

bool comity_judge_may_explain(comity_judge_memory *memory)
{
    if (memory->explained == COMITY_LIMIT_EXPLAIN_STEPS) {
        return false;
    }
    memory->explained++;
    return true;
}

const comity_image *comity_judge_image(const comity_judge_memory *memory)
{
    return memory->image;
}

/* Once in a thousand million judgements the stamps begin anew. */
static void stamps_clear(comity_judge_memory *memory)
{
    const comity_image *image = memory->image;
    memset(memory->marks, 0, image->rules_count * sizeof *memory->marks);
    memset(memory->test_marks, 0, image->tests_count * sizeof *memory->test_marks);
    memset(memory->standings, 0, image->rules_count * sizeof *memory->standings);
    memset(memory->count_stamps, 0, image->counts_count * sizeof *memory->count_stamps);
    memset(memory->condition_stamps, 0, image->conditions_count * sizeof *memory->condition_stamps);
    memset(memory->derived_stamps, 0, (size_t)COMITY_LIMIT_ACT_NODES * COMITY_SET_BITS * sizeof *memory->derived_stamps);
    memory->stamp = 1;
}

void comity_judge_begin(comity_judge_memory *memory)
{
    for (uint32_t i = 0; i < (comity_judge_law_words(memory->image) + 63) / 64; i++) {
        for (uint64_t words = memory->considered_words[i]; words != 0; words &= words - 1) {
            memory->considered[i * 64 + (uint32_t)__builtin_ctzll(words)] = 0;
        }
        memory->considered_words[i] = 0;
    }
    for (; memory->perhaps_count != 0; memory->perhaps_count--) {
        memory->perhaps[memory->perhaps_laws[memory->perhaps_count - 1]] = false;
    }
    memory->ruling_count = 0;
    memory->deciding_count = 0;
    memory->way_count = 0;
    memory->flags = 0;
    memory->steps = 0;
    memory->explained = 0;
    memory->standings_noted = false;
    if (++memory->stamp == UINT32_C(1) << 30) {
        stamps_clear(memory);
    }
}
