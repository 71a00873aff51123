/* From an act to the rules that apply, the needs that are met, and the verdict.
 *
 * laws.c says which laws are considered, blocks.c which of their rules apply, lifts.c
 * what rules do to each other when all are known; then coverage, and the verdict.
 *
 * Order never matters to the answer: numbers are given by the compiler from
 * names and from what lifts what. */
#include "judge/memory.h"

#include "law/terms.h"

/* ---- coverage ---- */

static bool is_covered(const comity_judge_memory *memory, const comity_act *act,
                       uint32_t law)
{
    const comity_image *image = memory->image;
    const comity_law_record *record = &image->laws[law];
    for (uint32_t i = 0; i < record->cover_count; i++) {
        const comity_cover *cover = &image->covers[record->first_cover + i];
        if ((cover->acts & act->kind_mask) != 0 && cover->from <= act->on && act->on <= cover->until) {
            return true;
        }
    }
    return false;
}

static bool place_is_covered(const comity_judge_memory *memory, const comity_act *act, uint32_t index)
{
    const comity_image *image = memory->image;
    const comity_place *place = &image->places[index];
    if (place->law != COMITY_NONE16 && is_covered(memory, act, place->law)) {
        return true;
    }
    for (uint32_t i = 0; i < place->reach_count; i++) {
        const comity_reach *reach = &image->reaches[place->first_reach + i];
        if (reach->from <= act->on && act->on <= reach->until && is_covered(memory, act, reach->law)) {
            return true;
        }
    }
    return place->is_part && place_is_covered(memory, act, place->state);
}

static void coverage_check(comity_judge_memory *memory, const comity_act *act, comity_judgement *judgement)
{
    const int32_t *covered_from = &memory->image->coverage[act->kind];
    for (uint32_t i = 0; i < act->touched_count; i++) {
        const comity_touched *touched = &act->touched[i];
        if (act->on < covered_from[touched->place * COMITY_ACT_COUNT] && !touched->lightly &&
            !place_is_covered(memory, act, touched->place)) {
            memory->uncovered[judgement->uncovered_count++] = touched->place;
        }
    }
    judgement->uncovered = memory->uncovered;
}

/* ---- the verdict ---- */

static comity_verdict_value worse(comity_verdict_value a, comity_verdict_value b)
{
    return a > b ? a : b;
}

/* What a ruling of a rule that refuses or needs something comes to, if it binds: by effect,
 * whether it applies, and whether what it needs is met. */
static inline comity_verdict_value ruling_verdict(const comity_ruling *ruling)
{
    static const uint8_t verdicts[COMITY_EFFECT_NEEDS + 1][3][4] = {
        [COMITY_EFFECT_REFUSE] = {[COMITY_UNKNOWN] = {[COMITY_MET_NONE] = COMITY_VERDICT_UNDETERMINED},
                                  [COMITY_YES] = {[COMITY_MET_NONE] = COMITY_VERDICT_REFUSE}},
        [COMITY_EFFECT_NEEDS] = {[COMITY_UNKNOWN] = {[COMITY_NO] = COMITY_VERDICT_UNDETERMINED,
                                                     [COMITY_UNKNOWN] = COMITY_VERDICT_UNDETERMINED},
                                 [COMITY_YES] = {[COMITY_NO] = COMITY_VERDICT_CONDITIONAL,
                                                 [COMITY_UNKNOWN] = COMITY_VERDICT_CONDITIONAL}},
    };
    return (comity_verdict_value)(verdicts[ruling->effect][ruling->applies][ruling->met] * ruling->binds);
}

/* A party that could be anywhere could be under any law. */
static bool state_is_known(const comity_act *act, uint32_t side)
{
    return act->traits.place[side] != COMITY_NONE16;
}

/* An act kept for some time is no longer near the processor: what is read of every act
 * is asked for at once. In a copy, the places it touches and the parties follow it. */
static void act_fetch(const comity_act *act)
{
    enum { LINE = 64, TOUCHED = 64 };
    for (size_t i = 0; i < sizeof *act + TOUCHED + 2 * sizeof *act->nodes; i += LINE) {
        __builtin_prefetch((const char *)act + i);
    }
}

void comity_judge(comity_judge_memory *memory, const comity_act *act, comity_judgement *ret_judgement)
{
    *ret_judgement = (comity_judgement){.verdict = COMITY_VERDICT_PERMIT};
    act_fetch(act);
    comity_judge_begin(memory);
    comity_judge_laws(memory, act);
    comity_judge_rules(memory, act);
    comity_judge_lift(memory);
    comity_judge_meet(memory, act);
    comity_verdict_value verdict = COMITY_VERDICT_PERMIT;
    for (uint32_t i = 0; i < memory->deciding_count; i++) {
        verdict = worse(verdict, ruling_verdict(&memory->rulings[memory->deciding[i]]));
    }
    coverage_check(memory, act, ret_judgement);
    if (ret_judgement->uncovered_count != 0 || !state_is_known(act, COMITY_NODE_FIRST) ||
        !state_is_known(act, COMITY_NODE_SECOND)) {
        verdict = worse(verdict, COMITY_VERDICT_UNDETERMINED);
    }
    ret_judgement->verdict = verdict;
    ret_judgement->rulings = memory->rulings;
    ret_judgement->ruling_count = memory->ruling_count;
}

/* Moves each ruling before those `step`, 2 `step` … before it that come after it by name. */
static void rulings_shift(comity_ruling *rulings, uint32_t count, uint32_t step)
{
    for (uint32_t i = step; i < count; i++) {
        comity_ruling ruling = rulings[i];
        uint32_t j = i;
        if (rulings[i - step].rank < ruling.rank) {
            continue;
        }
        for (; j >= step && rulings[j - step].rank > ruling.rank; j -= step) {
            rulings[j] = rulings[j - step];
        }
        rulings[j] = ruling;
    }
}

/* Laws are gone through in the order of their rules' names, and so is each block: only the
 * blocks of a law, and rules that do not bear their law's name, are out of order. A few
 * rulings are put in order at once, many in steps that grow smaller. */
void comity_judge_sort(comity_judge_memory *memory)
{
    enum { FEW = 32, SHRINK = 3 };
    for (uint32_t step = memory->ruling_count / FEW; step > 1; step /= SHRINK) {
        rulings_shift(memory->rulings, memory->ruling_count, step);
    }
    rulings_shift(memory->rulings, memory->ruling_count, 1);
}
