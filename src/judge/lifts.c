/* What rules do to each other: some lift others, some are ways to meet what others
 * need. All rules that were found are known by then; both may stand in other laws. */
#include "judge/memory.h"

bool comity_judge_reaches(const comity_judge_memory *memory, uint32_t rule, uint32_t target)
{
    uint32_t law = memory->image->rules[rule].law;
    return law == memory->image->rules[target].law || comity_judge_binds(memory, law);
}

static comity_rule_mark *mark_of(comity_judge_memory *memory, uint32_t rule)
{
    comity_rule_mark *mark = &memory->marks[rule];
    if (mark->stamp != memory->stamp) {
        *mark = (comity_rule_mark){.stamp = memory->stamp, .lifted_by = COMITY_NOT_LIFTED};
    }
    return mark;
}

/* ---- lifting ---- */

/* A rule that lifts applies, or may: it leaves its mark on what it lifts. */
static void rule_lifts(comity_judge_memory *memory, const comity_ruling *ruling)
{
    const comity_image *image = memory->image;
    const comity_rule_record *record = &image->rules[ruling->rule];
    for (uint32_t i = 0; i < record->target_count; i++) {
        uint32_t target = image->indices[record->first_target + i];
        if (!comity_judge_reaches(memory, ruling->rule, target)) {
            continue;
        }
        comity_rule_mark *mark = mark_of(memory, target);
        if (ruling->applies == COMITY_YES &&
            (mark->lifted_by == COMITY_NOT_LIFTED || ruling->rank < image->rules[mark->lifted_by].rank)) {
            mark->lifted_by = ruling->rule;
        }
        mark->lifted = ruling->applies > mark->lifted ? ruling->applies : mark->lifted;
    }
}

static void rule_is_lifted(const comity_judge_memory *memory, comity_ruling *ruling)
{
    const comity_rule_mark *mark = &memory->marks[ruling->rule];
    if (mark->stamp == memory->stamp) {
        uint8_t left = (uint8_t)(COMITY_YES - mark->lifted);
        ruling->lifted_by = mark->lifted_by;
        ruling->applies = left < ruling->applies ? left : ruling->applies;
    }
}

/* Those that lift or are lifted. What lifts has a lower number than what it lifts, so rising order is enough. */
static void chain_gather(comity_judge_memory *memory)
{
    memory->chain_count = 0;
    for (uint32_t i = 0; i < memory->ruling_count; i++) {
        const comity_ruling *ruling = &memory->rulings[i];
        if ((ruling->flags & (COMITY_JUDGED_LIFTS | COMITY_JUDGED_LIFTED)) != 0) {
            uint32_t j = memory->chain_count++;
            for (; j > 0 && memory->rulings[memory->chain[j - 1]].rule > ruling->rule; j--) {
                memory->chain[j] = memory->chain[j - 1];
            }
            memory->chain[j] = i;
        }
    }
}

void comity_judge_lift(comity_judge_memory *memory)
{
    const uint32_t both = COMITY_JUDGED_LIFTS | COMITY_JUDGED_LIFTED;
    if ((memory->flags & both) != both) {
        return;
    }
    chain_gather(memory);
    for (uint32_t i = 0; i < memory->chain_count; i++) {
        comity_ruling *ruling = &memory->rulings[memory->chain[i]];
        rule_is_lifted(memory, ruling);
        if (ruling->effect == COMITY_EFFECT_LIFTS && ruling->applies != COMITY_NO) {
            rule_lifts(memory, ruling);
        }
    }
}

/* ---- needs ---- */

/* The papers and safeguards an act has, or may have, as bits of comity_held_bit(). */
static uint32_t held_bits(const comity_act *act)
{
    const comity_set *safeguards = &act->facts[COMITY_SLOT_SAFEGUARD].yes; /* no others: they must be shown */
    uint32_t held = 0;
    for (uint32_t i = 0; i < act->paper_count; i++) {
        held |= comity_held_bit(false, act->papers[i].kind);
    }
    for (uint32_t i = 0; i < COMITY_SET_WORDS && act->safeguards_given; i++) {
        for (uint64_t left = safeguards->words[i]; left != 0; left &= left - 1) {
            held |= comity_held_bit(true, i * 64 + (uint32_t)__builtin_ctzll(left));
        }
    }
    return held;
}

/* The truth of a rule's expression; without one it is as good as its lack is. No
 * expression holds where nothing is held that it asks for. */
static comity_truth expression_truth(comity_judge_memory *memory, const comity_act *act, const comity_ruling *ruling,
                                     uint32_t held, comity_truth without)
{
    return (ruling->flags & COMITY_JUDGED_ASKS) == 0 ? without
           : (ruling->asks & held) == 0
               ? COMITY_NO
               : comity_judge_expression(memory, act, memory->image->rules[ruling->rule].expression);
}

/* A way applies, or may: it leaves its mark on the rules it is a way for. */
static void way_opens(comity_judge_memory *memory, const comity_act *act, const comity_ruling *ruling, uint32_t held)
{
    const comity_image *image = memory->image;
    const comity_rule_record *record = &image->rules[ruling->rule];
    comity_truth open = expression_truth(memory, act, ruling, held, COMITY_YES);
    uint8_t truth = open < ruling->applies ? (uint8_t)open : ruling->applies;
    for (uint32_t i = 0; i < record->target_count && truth != COMITY_NO; i++) {
        uint32_t target = image->indices[record->first_target + i];
        if (comity_judge_reaches(memory, ruling->rule, target)) {
            comity_rule_mark *mark = mark_of(memory, target);
            mark->open = truth > mark->open ? truth : mark->open;
        }
    }
}

void comity_judge_meet(comity_judge_memory *memory, const comity_act *act)
{
    if (memory->deciding_count == 0) {
        return;
    }
    uint32_t held = held_bits(act);
    for (uint32_t i = 0; i < memory->way_count; i++) {
        way_opens(memory, act, &memory->rulings[memory->ways[i]], held);
    }
    for (uint32_t i = 0; i < memory->deciding_count; i++) {
        comity_ruling *ruling = &memory->rulings[memory->deciding[i]];
        if ((ruling->flags & COMITY_JUDGED_NEED) != 0 && ruling->applies != COMITY_NO) { /* it is not lifted */
            const comity_rule_mark *mark = &memory->marks[ruling->rule];
            comity_truth met = expression_truth(memory, act, ruling, held, COMITY_NO);
            uint8_t open = mark->stamp == memory->stamp ? mark->open : COMITY_NO;
            ruling->met = open > met ? open : (uint8_t)met;
        }
    }
}
