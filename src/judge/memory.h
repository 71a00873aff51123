/* The judge's working memory; for the files of this folder only. */
#ifndef COMITY_JUDGE_MEMORY_H
#define COMITY_JUDGE_MEMORY_H

#include "judge/judge.h"
#include "base/limits.h"

/* What lifts a rule: the strongest truth of it, and of the surely lifting the first by name. */
typedef struct comity_lifted {
    uint32_t stamp;
    uint32_t by;
    uint8_t truth;
} comity_lifted;

struct comity_judge_memory {
    const comity_image *image;
    bool signed_only;           /* papers that are only claimed, and safeguards, are taken as not held */
    uint32_t depth;             /* of conditions within conditions */
    uint32_t steps;             /* conditions within conditions looked at in this judgement */
    uint32_t stamp;             /* number of the judgement; what bears another is stale */
    uint8_t *status;            /* by rule: truth after lifting; all COMITY_NO between judgements */
    comity_ruling *rulings;
    uint32_t ruling_count;
    uint32_t *laws;             /* considered, rising */
    uint32_t law_count;
    uint32_t *law_stamps;       /* by law: considered in this judgement */
    bool *adopted;              /* by law */
    bool *perhaps;              /* by law considered: only because a part of a state is not known */
    uint32_t *always;           /* policies and adopted agreements */
    uint32_t always_count;
    uint16_t *uncovered;        /* by touched place */
    uint32_t *count_stamps;     /* by count */
    comity_range *count_ranges;
    uint32_t *derived_stamps;   /* by node and kind */
    uint8_t *derived;
    uint32_t *condition_stamps; /* by condition of the act */
    uint8_t *condition_truths;
    comity_lifted *lifted;      /* by rule: what was found to lift it */
    uint32_t *open_ways;        /* rules found that are ways and apply, or may */
    uint32_t open_way_count;
};

/* Forgets the judgement before. */
void comity_judge_begin(comity_judge_memory *memory);

/* Fills `laws` with those considered for the act. */
void comity_judge_laws_consider(comity_judge_memory *memory, const comity_act *act);

/* Fills `rulings`, `status` and `open_ways` with the rules of those laws that apply, or may. */
void comity_judge_rows(comity_judge_memory *memory, const comity_act *act);

/* Does what this rule lifts, or is a way for, count for that rule? Soft law that
 * is not adopted does nothing to the law of others. */
bool comity_judge_reaches(const comity_judge_memory *memory, uint32_t rule, uint32_t target);

/* The truth of `count` literals together, for a party or owner `node` they may speak of. */
comity_truth comity_judge_literals(comity_judge_memory *memory, const comity_act *act,
                                   const comity_literal *literals, uint32_t count, uint32_t node);

#endif
