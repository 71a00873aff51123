/* The laws of an act: which of their rules apply.
 *
 * Conditions are rows of literals, in blocks of up to 64, so that a word says of each
 * row of a block whether it may still hold. The law's tables begin it, by the kind
 * of act, the day and the two places; then the columns of the act's traits
 * (categories, purposes, kinds of party …) leave away the rows that want others or
 * want one of these away. Few rows are left, and most of them ask for nothing else:
 * a rule then applies if a row of its `when` is left and none of an `unless`. What
 * further conditions say is worked out once for an act, however many rows ask.
 *
 * This is done in three runs over all that is left, so that the first two hardly jump:
 * the tables name the blocks, the columns leave rows away, the rules are settled. */
#include "judge/memory.h"
#include "judge/truth.h"

#include <string.h>

/* How many of these days, which rise, are past. Without a jump on what is found, which
 * the processor could not foresee. */
static uint32_t days_past(const int32_t *epochs, uint32_t count, int32_t on)
{
    uint32_t past = 0;
    while (count > 1) {
        uint32_t half = count / 2;
        past += half & (0 - (uint32_t)(epochs[past + half - 1] <= on));
        count -= half;
    }
    return past + (count == 1 && epochs[past] <= on);
}

/* ---- traits ---- */

/* The rows that want a trait, and the rows it rules out: a column, as one register. */
typedef uint64_t pair __attribute__((vector_size(16)));

/* What a block's rows say to the act's traits. */
typedef struct sieving {
    const comity_traits *traits;
    const uint8_t *column_of; /* by trait */
    const uint8_t *columns;
    const uint64_t *wantless, *bans;
    uint64_t may, unsure;
    pair banned; /* in its second word */
} sieving;

static inline pair column_at(const sieving *sieve, uint32_t trait)
{
    pair column;
    memcpy(&column, sieve->columns + sizeof column * sieve->column_of[trait], sizeof column);
    return column;
}

/* Names of one set beyond the first few. */
static pair further_take(const sieving *sieve, uint32_t kind)
{
    pair taken = {0, 0};
    for (uint32_t i = kind == 0 ? 0 : sieve->traits->ends[kind - 1]; i < sieve->traits->ends[kind]; i++) {
        taken |= column_at(sieve, sieve->traits->more[i]);
    }
    return taken;
}

/* One set: rows stay that want one of its names that the act has, or want none of it.
 * Where the set may have other names too, rows that want one, or want one away, stay
 * but are no longer sure. `kind` and `first` are constants, so this is a straight run. */
static inline void set_sieve(sieving *sieve, uint32_t kind, uint32_t first)
{
    const uint16_t *few = &sieve->traits->few[first];
    pair taken = column_at(sieve, few[0]) | column_at(sieve, few[1]);
    if (kind == COMITY_SIEVE_CATEGORY) {
        taken |= column_at(sieve, few[2]) | column_at(sieve, few[3]);
        taken |= column_at(sieve, few[4]) | column_at(sieve, few[5]);
    }
    if (sieve->traits->more_of >> kind & 1u) {
        taken |= further_take(sieve, kind);
    }
    uint64_t wanted = taken[0] | sieve->wantless[kind];
    sieve->banned |= taken;
    uint64_t open = 0 - (uint64_t)(sieve->traits->open >> kind & 1u);
    sieve->unsure |= (~wanted | sieve->bans[kind]) & open;
    sieve->may &= wanted | open;
}

/* Leaves away the rows that the act's traits rule out, and says which are sure. */
static inline void block_sieve(const comity_image *image, const comity_traits *traits, comity_block_left *left)
{
    enum { OTHERS = COMITY_FEW_CATEGORIES };
    const comity_block *block = &image->blocks[left->block];
    sieving sieve = {.traits = traits,
                     .column_of = &image->classes[block->first_trait],
                     .columns = (const uint8_t *)&image->bits[block->columns],
                     .wantless = block->wantless,
                     .bans = &image->bits[block->bans],
                     .may = left->may};
    for (uint32_t side = 0; side < 2; side++) {
        sieve.may &= ~(block->subject[side] & (0 - (uint64_t)traits->free[side]));
    }
    set_sieve(&sieve, COMITY_SIEVE_CATEGORY, 0);
    set_sieve(&sieve, COMITY_SIEVE_PURPOSE, OTHERS);
    set_sieve(&sieve, COMITY_SIEVE_CIRCUMSTANCE, OTHERS + COMITY_FEW_OTHERS);
    if (block->asks >> COMITY_SIEVE_DEAL & 1u) { /* few laws do */
        set_sieve(&sieve, COMITY_SIEVE_DEAL, OTHERS + 2 * COMITY_FEW_OTHERS);
    }
    set_sieve(&sieve, COMITY_SIEVE_KIND_FIRST, OTHERS + 3 * COMITY_FEW_OTHERS);
    set_sieve(&sieve, COMITY_SIEVE_KIND_SECOND, OTHERS + 4 * COMITY_FEW_OTHERS);
    left->yes = ~sieve.unsure;
    left->may = sieve.may & ~sieve.banned[1];
}

/* ---- rows ---- */

/* A test of rows, once for an act. */
static inline comity_truth test_holds(comity_judge_memory *memory, const comity_act *act, uint32_t test)
{
    uint32_t mark = memory->test_marks[test];
    if (mark >> 2 == memory->stamp) {
        return (comity_truth)(mark & 3u);
    }
    comity_truth truth = comity_judge_literal(memory, act, &memory->image->tests[test], COMITY_NODE_FIRST);
    memory->test_marks[test] = memory->stamp << 2 | (uint32_t)truth;
    return truth;
}

/* What a row asks for besides what tables and columns settle. Where a test fails, all
 * rows that ask for the same are left away with it. */
static comity_truth row_holds(comity_judge_memory *memory, const comity_act *act, const comity_row *row,
                              comity_block_left *left)
{
    const comity_image *image = memory->image;
    const uint32_t *tests = &image->row_tests[row->first_test];
    uint32_t count = (uint32_t)row->literal_count - row->sieved;
    comity_truth truth = COMITY_YES;
    for (uint32_t i = 0; i < count; i++) {
        comity_truth here = test_holds(memory, act, tests[i]);
        if (here == COMITY_NO) {
            left->may &= ~memory->test_rows[row->first_test + i];
            return COMITY_NO;
        }
        truth = comity_truth_and(truth, here);
    }
    if (act->traits.places_settled) {
        return truth;
    }
    comity_truth places =
        comity_judge_literals(memory, act, &image->literals[row->first_literal], row->residual, COMITY_NODE_FIRST);
    return comity_truth_and(truth, places);
}

/* Of rows that are alternatives, how the best stands. */
static comity_truth rows_hold(comity_judge_memory *memory, const comity_act *act, const comity_block *block,
                              uint64_t rows, comity_block_left *left)
{
    comity_truth truth = COMITY_NO;
    for (rows &= left->may; rows != 0 && truth != COMITY_YES; rows &= left->may & (rows - 1)) {
        uint32_t bit = (uint32_t)__builtin_ctzll(rows);
        comity_truth here = (comity_truth)(COMITY_UNKNOWN + (left->yes >> bit & 1u));
        comity_truth others = row_holds(memory, act, &memory->image->rows[block->first_row + bit], left);
        truth = comity_truth_or(truth, comity_truth_and(here, others));
    }
    return truth;
}

/* The same of rows that ask for nothing else. */
static inline comity_truth plain_rows_hold(uint64_t rows, uint64_t yes)
{
    return (rows & yes) != 0 ? COMITY_YES : rows != 0 ? COMITY_UNKNOWN : COMITY_NO;
}

/* ---- rules ---- */

static inline void rule_found(comity_judge_memory *memory, bool binds, const comity_block_rule *rule, comity_truth applies)
{
    memory->deciding[memory->deciding_count] = memory->ruling_count; /* without a jump: it counts only if it is one */
    memory->deciding_count += rule->effect <= COMITY_EFFECT_NEEDS; /* or refuses */
    memory->ways[memory->way_count] = memory->ruling_count;
    memory->way_count += (rule->flags & COMITY_JUDGED_WAY) != 0;
    comity_ruling *ruling = &memory->rulings[memory->ruling_count++];
    ruling->rule = rule->rule;
    ruling->rank = rule->rank;
    ruling->lifted_by = COMITY_NOT_LIFTED;
    ruling->applies = (uint8_t)applies;
    ruling->met = COMITY_MET_NONE;
    ruling->binds = binds;
    ruling->effect = rule->effect;
    ruling->flags = rule->flags;
    ruling->asks = rule->asks;
    memory->flags |= rule->flags;
}

/* Rule by rule, what is left of the block. */
static inline void block_settle(comity_judge_memory *memory, const comity_act *act, comity_block_left *left)
{
    const comity_image *image = memory->image;
    const comity_block *block = &image->blocks[left->block];
    const comity_block_rule *rules = &image->block_rules[block->first_rule];
    const uint8_t *row_rules = &image->classes[block->first_row_rule];
    uint64_t tested = act->traits.places_settled ? block->tested : UINT64_MAX;
    bool binds = memory->binds[left->law];
    bool perhaps = memory->perhaps[left->law];
    for (uint64_t rows = left->may & block->when; rows != 0; rows &= left->may) {
        const comity_block_rule *rule = &rules[row_rules[__builtin_ctzll(rows)]];
        uint64_t when = left->may & rule->when;
        uint64_t unless = left->may & rule->unless;
        comity_truth truth;
        comity_truth against;
        rows &= ~rule->when;
        if (((when | unless) & tested) == 0) {
            truth = plain_rows_hold(when, left->yes);
            against = plain_rows_hold(unless, left->yes);
        } else {
            truth = rows_hold(memory, act, block, when, left);
            against = truth == COMITY_NO || unless == 0 ? COMITY_NO : rows_hold(memory, act, block, unless, left);
        }
        truth = comity_truth_and(truth, comity_truth_not(against));
        if (truth != COMITY_NO) {
            rule_found(memory, binds, rule, perhaps ? COMITY_UNKNOWN : truth); /* it applies if that is the part */
        }
    }
}

/* ---- the laws ---- */

/* Writes the block behind those entered so far, with its rows that may hold, and returns
 * how many there are then: one without a row of a `when` among them does not count. */
static inline uint32_t block_enter(comity_judge_memory *memory, uint32_t count, uint32_t law, uint32_t block, uint64_t may)
{
    memory->entered[count] = (comity_block_left){.may = may, .block = block, .law = law};
    return count + ((may & memory->image->blocks[block].when) != 0);
}

/* On a day before the last on which something changed, or with a place that is not known. */
static uint32_t law_enter_anyhow(comity_judge_memory *memory, const comity_act *act, uint32_t index, uint32_t count)
{
    const comity_image *image = memory->image;
    const comity_law_record *law = &image->laws[index];
    uint32_t stride = law->block_count;
    uint32_t epoch = days_past(&image->epochs[law->first_epoch], law->epoch_count, act->on);
    const uint64_t *by_act = &image->bits[law->act_bits + act->kind * stride];
    const uint64_t *by_day = &image->bits[law->epoch_bits + epoch * stride];
    const uint64_t *by_place[2] = {by_act, by_act};
    if (act->traits.places_settled) {
        uint32_t era = days_past(&image->epochs[law->first_era], law->era_count, act->on) * image->places_count;
        for (uint32_t side = 0; side < 2; side++) {
            uint32_t class_of = image->classes[law->first_classes[side] + era + act->traits.place[side]];
            by_place[side] = &image->bits[law->class_bits[side] + class_of * stride];
        }
    }
    for (uint32_t i = 0; i < stride; i++) {
        uint64_t may = by_act[i] & by_day[i] & by_place[0][i] & by_place[1][i];
        count = block_enter(memory, count, index, law->first_block + i, may);
    }
    return count;
}

static inline uint32_t law_enter_now(comity_judge_memory *memory, const comity_act *act, uint32_t index, uint32_t count)
{
    const comity_image *image = memory->image;
    const comity_law_record *law = &image->laws[index];
    uint32_t stride = law->block_count;
    const comity_block *blocks = &image->blocks[law->first_block];
    uint32_t first = image->classes[law->now_classes[0] + act->traits.place[0]];
    uint32_t second = image->classes[law->now_classes[1] + act->traits.place[1]];
    const uint64_t *by_first = &image->bits[law->class_bits[0] + first * stride];
    const uint64_t *by_second = &image->bits[law->class_bits[1] + second * stride];
    for (uint32_t i = 0; i < stride; i++) {
        uint64_t may = blocks[i].live[act->kind] & by_first[i] & by_second[i];
        count = block_enter(memory, count, index, law->first_block + i, may);
    }
    return count;
}

/* Of the laws considered only those with a row for the kind of act are gone through. */
static void laws_enter(comity_judge_memory *memory, const comity_act *act)
{
    const comity_image *image = memory->image;
    uint32_t words = comity_judge_law_words(image);
    const uint64_t *kind_laws = &memory->kind_laws[act->kind * words];
    uint32_t count = 0;
    for (uint32_t i = 0; i < (words + 63) / 64; i++) {
        for (uint64_t of = memory->considered_words[i]; of != 0; of &= of - 1) {
            uint32_t word = i * 64 + (uint32_t)__builtin_ctzll(of);
            for (uint64_t laws = memory->considered[word] & kind_laws[word]; laws != 0; laws &= laws - 1) {
                uint32_t law = image->law_order[word * 64 + (uint32_t)__builtin_ctzll(laws)];
                bool now = act->on >= image->laws[law].settled && act->traits.places_settled;
                count = now ? law_enter_now(memory, act, law, count) : law_enter_anyhow(memory, act, law, count);
            }
        }
    }
    memory->entered_count = count;
}

/* Keeps the blocks in which the act's traits leave a row of a `when`. */
static void blocks_sieve(comity_judge_memory *memory, const comity_traits *traits)
{
    comity_block_left *entered = memory->entered;
    uint32_t count = 0;
    for (uint32_t i = 0; i < memory->entered_count; i++) {
        comity_block_left left = entered[i];
        block_sieve(memory->image, traits, &left);
        entered[count] = left; /* without a jump, as in block_enter() */
        count += (left.may & memory->image->blocks[left.block].when) != 0;
    }
    memory->entered_count = count;
}

void comity_judge_rules(comity_judge_memory *memory, const comity_act *act)
{
    laws_enter(memory, act);
    blocks_sieve(memory, &act->traits);
    for (uint32_t i = 0; i < memory->entered_count; i++) {
        block_settle(memory, act, &memory->entered[i]);
    }
}
