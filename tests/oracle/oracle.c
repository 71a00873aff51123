/* The judgement: which laws are considered, what becomes of each of their rules,
 * what is not covered, and the verdict over all of it (the contract's §3). */
#include "inner.h"

#include <stdlib.h>
#include <string.h>

const char *oracle_truth_name(oracle_truth truth)
{
    return truth == ORACLE_YES ? "yes" : truth == ORACLE_NO ? "no" : "unknown";
}

typedef struct act_judging {
    oracle_world *oracle;
    oracle_act act;
} act_judging;

/* ---- which laws ---- */

bool oracle_is_in_force(const oracle_law *law, const oracle_name *place, int32_t day)
{
    bool reaches = law->file->kind == COMITY_FILE_UNION || law->file->kind == COMITY_FILE_STATE;
    return reaches && (oracle_on_lines(law, COMITY_DECLARES_MEMBERS, place, day) ||
                       oracle_on_lines(law, COMITY_DECLARES_REACHES, place, day));
}

static bool is_touched(const oracle_act *act, const oracle_name *place)
{
    for (size_t i = 0; i < act->touched_count; i++) {
        if (act->touched[i].place == place) {
            return true;
        }
    }
    return false;
}

/* Is the part's state named with its part unknown? */
static bool may_be_touched(const oracle_act *act, const oracle_name *part)
{
    for (size_t i = 0; i < act->touched_count; i++) {
        if (act->touched[i].any_part && act->touched[i].place == part->part_of) {
            return true;
        }
    }
    return false;
}

static bool is_in_force_somewhere(const oracle_act *act, const oracle_law *law)
{
    for (size_t i = 0; i < act->touched_count; i++) {
        if (act->touched[i].place == law->code || oracle_is_in_force(law, act->touched[i].place, act->on)) {
            return true;
        }
    }
    return false;
}

/* Two different states that are touched must be parties. */
static bool agreement_is_considered(const oracle_act *act, const oracle_law *law)
{
    size_t parties = 0;
    if (law->soft && law->adopted) {
        return true;
    }
    for (size_t i = 0; i < act->touched_count; i++) {
        const oracle_name *place = act->touched[i].place;
        parties += place->part_of == NULL && !place->is_union &&
                   oracle_on_lines(law, COMITY_DECLARES_PARTIES, place, act->on);
    }
    return parties >= 2;
}

static bool is_considered(const oracle_act *act, const oracle_law *law)
{
    switch (law->file->kind) {
    case COMITY_FILE_POLICY:
        return true;
    case COMITY_FILE_PART:
        return is_touched(act, law->code) || may_be_touched(act, law->code);
    case COMITY_FILE_STATE:
    case COMITY_FILE_UNION:
        return is_in_force_somewhere(act, law);
    case COMITY_FILE_AGREEMENT:
        return agreement_is_considered(act, law);
    default:
        return false;
    }
}

/* ---- what is covered ---- */

static bool covers(const oracle_law *law, const oracle_act *act)
{
    for (size_t i = 0; law != NULL && i < law->file->declaration_count; i++) {
        const comity_declaration *declaration = &law->file->declarations[i];
        if (declaration->kind == COMITY_DECLARES_COVERS && (declaration->as.covers.acts & act->kind) != 0 &&
            oracle_in_dates(&declaration->as.covers.dates, act->on)) {
            return true;
        }
    }
    return false;
}

static bool is_covered(const act_judging *judging, const oracle_name *place)
{
    const oracle_act *act = &judging->act;
    if (covers(place->law, act) || (place->part_of != NULL && covers(place->part_of->law, act))) {
        return true;
    }
    for (size_t i = 0; !place->is_union && i < judging->oracle->law_count; i++) {
        const oracle_law *law = &judging->oracle->laws[i];
        if (covers(law, act) &&
            (oracle_is_in_force(law, place, act->on) || (place->part_of != NULL && oracle_is_in_force(law, place->part_of, act->on)))) {
            return true;
        }
    }
    return false;
}

/* ---- what becomes of a rule ---- */

/* Soft law that nobody adopted is shown, and does nothing to anybody else's rules. */
static bool is_without_force(const oracle_law *law)
{
    return law->soft && !law->adopted;
}

static oracle_view view_of(act_judging *judging, const oracle_rule *rule)
{
    return (oracle_view){.oracle = judging->oracle, .act = &judging->act, .law = rule->law, .rule = rule};
}

static oracle_truth own_conditions(act_judging *judging, const oracle_rule *rule)
{
    comity_dates dates = {.from = rule->from, .until = rule->until};
    oracle_view view = view_of(judging, rule);
    if (!rule->law->considered || !oracle_in_dates(&dates, judging->act.on)) {
        return ORACLE_NO;
    }
    oracle_truth applies = rule->rule->when == NULL ? ORACLE_YES : oracle_holds(&view, rule->rule->when);
    for (size_t i = 0; i < rule->rule->unless_count && applies != ORACLE_NO; i++) {
        applies = oracle_and(applies, oracle_not(oracle_holds(&view, rule->rule->unless[i])));
    }
    if (rule->law->maybe) { /* whether it is law here at all is not known */
        applies = oracle_and(applies, ORACLE_UNKNOWN);
    }
    return applies;
}

/* Lifting is acyclic: the compiler has seen to it. */
static void settle(act_judging *judging, oracle_rule *rule)
{
    if (rule->settled_at == judging->oracle->serial) {
        return;
    }
    rule->settled_at = judging->oracle->serial;
    rule->lifted_by = NULL;
    rule->applies = own_conditions(judging, rule);
    for (size_t i = 0; i < rule->lifter_count && rule->applies != ORACLE_NO; i++) {
        oracle_rule *lifter = rule->lifters[i];
        if (lifter->law != rule->law && is_without_force(lifter->law)) {
            continue;
        }
        settle(judging, lifter);
        if (lifter->applies == ORACLE_YES && rule->lifted_by == NULL) {
            rule->lifted_by = lifter;
        }
        if (lifter->applies == ORACLE_UNKNOWN) {
            rule->applies = ORACLE_UNKNOWN;
        }
    }
    rule->applies = rule->lifted_by != NULL ? ORACLE_NO : rule->applies;
}

/* A need is met if its expression holds, or a way to it is open. */
static oracle_truth need_met(act_judging *judging, const oracle_rule *rule)
{
    oracle_view view = view_of(judging, rule);
    oracle_truth met =
        rule->rule->expression == NULL ? ORACLE_NO : oracle_expression_holds(&view, rule->rule->expression);
    for (size_t i = 0; i < rule->way_count; i++) {
        oracle_rule *way = rule->ways[i];
        if (way->law != rule->law && is_without_force(way->law)) {
            continue;
        }
        settle(judging, way);
        oracle_truth is_open = way->applies;
        if (way->rule->expression != NULL && is_open != ORACLE_NO) {
            oracle_view way_view = view_of(judging, way);
            is_open = oracle_and(is_open, oracle_expression_holds(&way_view, way->rule->expression));
        }
        met = oracle_or(met, is_open);
    }
    return met;
}

/* ---- the verdict ---- */

typedef struct act_weighing {
    bool refused, unsettled, needing;
} act_weighing;

static void weigh(act_weighing *weighing, const oracle_law *law, const oracle_finding *finding)
{
    bool refuses = finding->rule->effect == COMITY_EFFECT_REFUSE;
    bool wants = finding->has_need && finding->met != ORACLE_YES;
    if (is_without_force(law)) {
        return;
    }
    weighing->refused |= refuses && finding->applies == ORACLE_YES;
    weighing->unsettled |= (refuses || wants) && finding->applies == ORACLE_UNKNOWN;
    weighing->needing |= wants && finding->applies == ORACLE_YES;
}

static comity_verdict verdict_of(const act_weighing *weighing)
{
    return weighing->refused     ? COMITY_REFUSE
           : weighing->unsettled ? COMITY_UNDETERMINED
           : weighing->needing   ? COMITY_CONDITIONAL
                                 : COMITY_PERMIT;
}

static int text_order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void find_places(act_judging *judging, oracle_judgement *judgement, act_weighing *weighing)
{
    const oracle_act *act = &judging->act;
    judgement->touched = oracle_take(&judging->oracle->act_arena, act->touched_count, sizeof(char *));
    judgement->uncovered = oracle_take(&judging->oracle->act_arena, act->touched_count, sizeof(char *));
    for (size_t i = 0; i < act->touched_count; i++) {
        judgement->touched[judgement->touched_count++] = act->touched[i].place->text;
        if (!act->touched[i].lightly && !is_covered(judging, act->touched[i].place)) {
            judgement->uncovered[judgement->uncovered_count++] = act->touched[i].place->text;
            weighing->unsettled = true;
        }
    }
    qsort(judgement->touched, judgement->touched_count, sizeof(char *), text_order);
    qsort(judgement->uncovered, judgement->uncovered_count, sizeof(char *), text_order);
}

static void find_rules(act_judging *judging, oracle_judgement *judgement, act_weighing *weighing)
{
    oracle_world *oracle = judging->oracle;
    oracle_finding *findings = oracle_take(&oracle->act_arena, oracle->rule_count, sizeof *findings);
    for (size_t i = 0; i < oracle->rule_count; i++) {
        oracle_rule *rule = &oracle->rules[i];
        if (!rule->law->considered) {
            continue;
        }
        settle(judging, rule);
        if (rule->applies == ORACLE_NO && rule->lifted_by == NULL) {
            continue;
        }
        oracle_finding *finding = &findings[judgement->finding_count++];
        *finding = (oracle_finding){.rule = rule->rule, .applies = rule->applies};
        finding->lifted_by = rule->lifted_by == NULL ? NULL : rule->lifted_by->rule->name.text;
        finding->has_need =
            rule->rule->effect == COMITY_EFFECT_NEEDS && rule->lifted_by == NULL && !is_without_force(rule->law);
        oracle_view view = {.oracle = oracle, .act = &judging->act, .law = rule->law, .rule = rule};
        finding->by = rule->rule->effect == COMITY_EFFECT_DUTY ? oracle_deadline(&view) : COMITY_NO_DATE;
        finding->met = finding->has_need ? need_met(judging, rule) : ORACLE_NO;
        weigh(weighing, rule->law, finding);
    }
    judgement->findings = findings;
}

comity_status oracle_judge(oracle_world *oracle, const char *json, oracle_judgement *ret_judgement, comity_error *reterr)
{
    act_judging judging = {.oracle = oracle};
    oracle_judgement judgement = {0};
    act_weighing weighing = {0};
    comity_arena_reset(&oracle->act_arena);
    COMITY_TRY(oracle_read(oracle, json, &judging.act, reterr));
    oracle->serial++;
    for (size_t i = 0; i < oracle->law_count; i++) {
        oracle_law *law = &oracle->laws[i];
        law->considered = is_considered(&judging.act, law);
        law->maybe = law->file->kind == COMITY_FILE_PART && !is_touched(&judging.act, law->code);
    }
    find_places(&judging, &judgement, &weighing);
    find_rules(&judging, &judgement, &weighing);
    for (int side = 0; side < 2; side++) { /* a party that could be anywhere could be under any law */
        weighing.unsettled |= judging.act.parties[side].state.place == NULL;
    }
    judgement.verdict = verdict_of(&weighing);
    *ret_judgement = judgement;
    return COMITY_OK;
}
