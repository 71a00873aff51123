/* Opening an image: what the judge walks without looking, the blocks of rows and the
 * tables that say which of them are possible. Every bit that a table can leave is a
 * row of its block, every row has its rule, and no rule stands in two blocks. */
#include "law/image_check.h"

comity_status comity_image_damaged(comity_error *reterr, const char *what, size_t index)
{
    return comity_fail(reterr, COMITY_ERROR_IMAGE, "the law image is damaged: %s %zu leads nowhere", what, index);
}

/* The greatest of many bytes; compilers make it sixteen at a time. */
static uint8_t greatest_of(const uint8_t *bytes, size_t count)
{
    uint8_t greatest = 0;
    for (size_t i = 0; i < count; i++) {
        greatest = bytes[i] > greatest ? bytes[i] : greatest;
    }
    return greatest;
}

/* ---- laws ---- */

static bool classes_ok(const comity_image *image, const comity_law_record *law, uint32_t side)
{
    uint64_t count = (uint64_t)image->places_count * ((uint64_t)law->era_count + 1);
    if (!comity_image_range_ok(law->first_classes[side], count, image->classes_count) ||
        !comity_image_range_ok(law->class_bits[side], (uint64_t)law->class_counts[side] * law->block_count,
                               image->bits_count) ||
        law->now_classes[side] != law->first_classes[side] + count - image->places_count) {
        return false;
    }
    return count == 0 ||
           greatest_of(&image->classes[law->first_classes[side]], (size_t)count) < law->class_counts[side];
}

/* The rows there are in a block, as bits. */
static uint64_t block_rows(const comity_block *block)
{
    return block->row_count == 0 ? 0 : UINT64_MAX >> (COMITY_BLOCK_ROWS - block->row_count);
}

static bool days_ok(const comity_image *image, const comity_law_record *law)
{
    return comity_image_range_ok(law->act_bits, (uint64_t)law->block_count * COMITY_ACT_COUNT, image->bits_count) &&
           comity_image_range_ok(law->epoch_bits, (uint64_t)law->block_count * ((uint64_t)law->epoch_count + 1),
                                 image->bits_count) &&
           comity_image_range_ok(law->first_epoch, law->epoch_count, image->epochs_count) &&
           comity_image_range_ok(law->first_era, law->era_count, image->epochs_count);
}

/* The blocks follow those of the law before; what is possible are rows of theirs. */
static bool law_blocks_ok(const comity_image *image, const comity_law_record *law, uint32_t first_block)
{
    if (law->first_block != first_block || !comity_image_range_ok(first_block, law->block_count, image->blocks_count)) {
        return false;
    }
    if (!days_ok(image, law) || !classes_ok(image, law, 0) || !classes_ok(image, law, 1)) {
        return false;
    }
    for (uint32_t i = 0; i < law->block_count; i++) {
        const comity_block *block = &image->blocks[first_block + i];
        uint64_t possible = block->when;
        if (block->row_count > COMITY_BLOCK_ROWS) {
            return false;
        }
        for (uint32_t act = 0; act < COMITY_ACT_COUNT; act++) {
            possible |= block->live[act] | image->bits[law->act_bits + act * law->block_count + i];
        }
        if ((possible & ~block_rows(block)) != 0) {
            return false;
        }
    }
    return true;
}

/* ---- blocks ---- */

static bool columns_ok(const comity_image *image, const comity_block *block)
{
    uint32_t traits = image->first_trait[COMITY_SIEVE_LAST];
    if (!comity_image_range_ok(block->first_trait, traits, image->classes_count) ||
        !comity_image_range_ok(block->bans, COMITY_SIEVE_LAST, image->bits_count)) {
        return false;
    }
    uint64_t columns = (uint64_t)greatest_of(&image->classes[block->first_trait], traits) + 1;
    return comity_image_range_ok(block->columns, 2 * columns, image->bits_count);
}

/* The tests of a block's rows follow each other, row by row and block by block, so that no two share any. */
static bool row_tests_ok(const comity_image *image, const comity_block *block, uint64_t *next_test)
{
    for (uint32_t i = 0; i < block->row_count; i++) {
        const comity_row *row = &image->rows[block->first_row + i];
        if (row->first_test != *next_test) {
            return false;
        }
        *next_test += (uint32_t)row->literal_count - row->sieved;
    }
    return true;
}

/* Each row has a rule in the block; a row of a `when` is among those its rule says it has. */
static bool row_rules_ok(const comity_image *image, const comity_block *block)
{
    if (!comity_image_range_ok(block->first_row, block->row_count, image->rows_count) ||
        !comity_image_range_ok(block->first_row_rule, block->row_count, image->classes_count)) {
        return false;
    }
    for (uint32_t row = 0; row < block->row_count; row++) {
        uint32_t rule = image->classes[block->first_row_rule + row];
        uint64_t bit = UINT64_C(1) << row;
        if (rule >= block->rule_count ||
            ((block->when & bit) != 0 && (image->block_rules[block->first_rule + rule].when & bit) == 0)) {
            return false;
        }
    }
    return true;
}

static bool block_rules_ok(const comity_image *image, const comity_law_record *law, const comity_block *block,
                           uint32_t first_rule)
{
    if (block->first_rule != first_rule ||
        !comity_image_range_ok(first_rule, block->rule_count, image->block_rules_count)) {
        return false;
    }
    for (uint32_t i = 0; i < block->rule_count; i++) {
        const comity_block_rule *judged = &image->block_rules[first_rule + i];
        if (judged->rule < law->first_rule || judged->rule - law->first_rule >= law->rule_count ||
            judged->rank != image->rules[judged->rule].rank || judged->effect != image->rules[judged->rule].effect ||
            ((judged->flags & COMITY_JUDGED_ASKS) != 0) !=
                (image->rules[judged->rule].expression != COMITY_IMAGE_NONE)) {
            return false;
        }
    }
    return row_rules_ok(image, block);
}

comity_status comity_image_judged_check(const comity_image *image, comity_error *reterr)
{
    uint32_t next_block = 0;
    uint32_t next_rule = 0;
    uint64_t next_test = 0;
    for (uint32_t i = 0; i < image->laws_count; i++) {
        const comity_law_record *law = &image->laws[i];
        if (!law_blocks_ok(image, law, next_block)) {
            return comity_image_damaged(reterr, "law", i);
        }
        next_block += law->block_count;
        for (uint32_t j = 0; j < law->block_count; j++) {
            const comity_block *block = &image->blocks[law->first_block + j];
            if (!columns_ok(image, block) || !block_rules_ok(image, law, block, next_rule) ||
                !row_tests_ok(image, block, &next_test)) {
                return comity_image_damaged(reterr, "block", law->first_block + j);
            }
            next_rule += block->rule_count;
        }
    }
    if (next_block != image->blocks_count) { /* each is a law's, and so has been looked at */
        return comity_image_damaged(reterr, "block", next_block);
    }
    if (next_rule > image->rules_count) { /* a judgement has room for each rule once */
        return comity_image_damaged(reterr, "rule of a block", image->rules_count);
    }
    return COMITY_OK;
}
