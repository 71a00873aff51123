/* From an act to the rules that apply, the needs that are met, and the verdict.
 *
 * laws.c says which laws are considered, rows.c which of their rules apply. When
 * all laws are done, needs are looked at, for their ways may stand in other laws;
 * then coverage, and the verdict.
 *
 * Order never matters to the answer: numbers are given by the compiler from
 * names and from what lifts what. */
#include "judge/memory.h"

#include "law/terms.h"

/* ---- needs ---- */

static bool is_way_for(const comity_image *image, uint32_t way, uint32_t rule)
{
    const comity_rule_record *record = &image->rules[way];
    for (uint32_t i = 0; i < record->target_count; i++) {
        if (image->indices[record->first_target + i] == rule) {
            return true;
        }
    }
    return false;
}

/* Papers or safeguards; without any no expression over them holds. */
static bool holds_something(const comity_act *act)
{
    const comity_set *safeguards = &act->facts[COMITY_SLOT_SAFEGUARD].may;
    uint64_t any = act->paper_count;
    for (uint32_t i = 0; i < COMITY_SET_WORDS; i++) {
        any |= safeguards->words[i];
    }
    return any != 0;
}

static comity_truth need_met(comity_judge_memory *memory, const comity_act *act, uint32_t index)
{
    const comity_image *image = memory->image;
    const comity_rule_record *rule = &image->rules[index];
    comity_truth met = COMITY_NO;
    bool holds_any = holds_something(act);
    if (holds_any && rule->expression != COMITY_IMAGE_NONE) {
        met = comity_judge_expression(memory, act, rule->expression);
    }
    for (uint32_t i = 0; rule->way_count != 0 && i < memory->open_way_count && met != COMITY_YES; i++) {
        uint32_t way = memory->open_ways[i];
        comity_truth open = (comity_truth)memory->status[way];
        if (!is_way_for(image, way, index) || !comity_judge_reaches(memory, way, index)) {
            continue;
        }
        if (open > met && image->rules[way].expression != COMITY_IMAGE_NONE) {
            comity_truth holds =
                holds_any ? comity_judge_expression(memory, act, image->rules[way].expression) : COMITY_NO;
            open = holds < open ? holds : open;
        }
        met = open > met ? open : met;
    }
    return met;
}

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
        if (act->on < covered_from[act->touched[i] * COMITY_ACT_COUNT] && !act->touched_lightly[i] &&
            !place_is_covered(memory, act, act->touched[i])) {
            memory->uncovered[judgement->uncovered_count++] = act->touched[i];
        }
    }
    judgement->uncovered = memory->uncovered;
}

/* ---- the verdict ---- */

static comity_verdict_value worse(comity_verdict_value a, comity_verdict_value b)
{
    return a > b ? a : b;
}

static comity_verdict_value ruling_verdict(const comity_ruling *ruling, comity_effect effect)
{
    if (!ruling->binds || ruling->applies == COMITY_NO) {
        return COMITY_VERDICT_PERMIT;
    }
    if (effect == COMITY_EFFECT_REFUSE) {
        return ruling->applies == COMITY_YES ? COMITY_VERDICT_REFUSE : COMITY_VERDICT_UNDETERMINED;
    }
    if (effect == COMITY_EFFECT_NEEDS && ruling->met != COMITY_YES) {
        return ruling->applies == COMITY_YES ? COMITY_VERDICT_CONDITIONAL : COMITY_VERDICT_UNDETERMINED;
    }
    return COMITY_VERDICT_PERMIT;
}

/* A party that could be anywhere could be under any law. */
static bool state_is_known(const comity_act *act, uint32_t node)
{
    return act->nodes[node].state.place != COMITY_NONE16;
}

/* In the order of names: few and nearly sorted. */
static void rulings_sort(comity_ruling *rulings, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        comity_ruling ruling = rulings[i];
        uint32_t j = i;
        for (; j > 0 && rulings[j - 1].rank > ruling.rank; j--) {
            rulings[j] = rulings[j - 1];
        }
        rulings[j] = ruling;
    }
}

/* An act kept for some time is no longer near the processor: what is read of every
 * act is asked for at once. In a copy, lists follow the parties. */
static void act_fetch(const comity_act *act)
{
    enum { LINE = 64, LISTS = 128 };
    const char *bytes = (const char *)act;
    const char *nodes = (const char *)act->nodes;
    for (size_t i = 0; i < sizeof *act; i += LINE) {
        __builtin_prefetch(bytes + i);
    }
    for (size_t i = 0; i < 2 * sizeof *act->nodes + LISTS; i += LINE) {
        __builtin_prefetch(nodes + i);
    }
}

void comity_judge(comity_judge_memory *memory, const comity_act *act, comity_judgement *ret_judgement)
{
    const comity_image *image = memory->image;
    *ret_judgement = (comity_judgement){.verdict = COMITY_VERDICT_PERMIT};
    act_fetch(act);
    comity_judge_begin(memory);
    comity_judge_laws_consider(memory, act);
    comity_judge_rows(memory, act);
    comity_verdict_value verdict = COMITY_VERDICT_PERMIT;
    for (uint32_t i = 0; i < memory->ruling_count; i++) {
        comity_ruling *ruling = &memory->rulings[i];
        const comity_rule_record *rule = &image->rules[ruling->rule];
        if (rule->effect == COMITY_EFFECT_NEEDS && ruling->applies != COMITY_NO) {
            ruling->met = (uint8_t)need_met(memory, act, ruling->rule);
        }
        verdict = worse(verdict, ruling_verdict(ruling, (comity_effect)rule->effect));
    }
    coverage_check(memory, act, ret_judgement);
    if (ret_judgement->uncovered_count != 0 || !state_is_known(act, COMITY_NODE_FIRST) ||
        !state_is_known(act, COMITY_NODE_SECOND)) {
        verdict = worse(verdict, COMITY_VERDICT_UNDETERMINED);
    }
    rulings_sort(memory->rulings, memory->ruling_count);
    ret_judgement->verdict = verdict;
    ret_judgement->rulings = memory->rulings;
    ret_judgement->ruling_count = memory->ruling_count;
}
