/* The judge's working memory; for the files of this folder only. */
#ifndef COMITY_JUDGE_MEMORY_H
#define COMITY_JUDGE_MEMORY_H

#include "judge/judge.h"
#include "base/limits.h"

/* What other rules do to a rule, in the judgement whose stamp it bears. */
typedef struct comity_rule_mark {
    uint32_t stamp;
    uint32_t lifted_by; /* of those that surely lift it the first by name, or COMITY_NOT_LIFTED */
    uint8_t lifted;     /* comity_truth */
    uint8_t open;       /* comity_truth: some way to meet what it needs */
} comity_rule_mark;

/* A block of an act's laws, and of its rows those that may hold still, and that are sure. */
typedef struct comity_block_left {
    uint64_t may, yes;
    uint32_t block, law;
} comity_block_left;

struct comity_judge_memory {
    const comity_image *image;
    bool signed_only;           /* papers that are only claimed, and safeguards, are taken as not held */
    uint32_t depth;             /* of conditions within conditions */
    uint32_t steps;             /* conditions within conditions looked at in this judgement */
    uint32_t explained;         /* rows and rules gone through in it for what would make it lawful, or tell more */
    uint32_t stamp;             /* number of the judgement, below 2^30; what bears another is stale */
    comity_block_left *entered; /* blocks with rows that may hold, in the order of judging */
    uint32_t entered_count;
    comity_ruling *rulings;
    uint32_t ruling_count;
    uint32_t flags;             /* COMITY_JUDGED_… of all rulings */
    uint32_t *chain;            /* rulings of rules that lift, or are lifted */
    uint32_t chain_count;
    uint32_t *deciding, *ways;  /* rulings of rules that refuse or need something; of ways */
    uint32_t deciding_count, way_count;
    comity_rule_mark *marks;    /* by rule */
    uint64_t *considered;       /* a bit for each law considered in this judgement, in the order of judging */
    uint64_t *considered_words; /* a bit for each word of it that is not empty */
    uint64_t *kind_laws;        /* the same for each kind of act: the laws of which some row leaves it possible */
    uint64_t *kind_agreements;  /* so are these, by agreement with rules */
    int32_t *agreed;            /* by agreement with rules: the day from which whoever is ever a party to it is one */
    bool *adopted, *binds;      /* by law */
    bool *perhaps;              /* by law: considered only because a part of a state is not known */
    uint16_t *perhaps_laws;     /* those */
    uint32_t perhaps_count;
    uint32_t *always;           /* policies and adopted agreements */
    uint32_t always_count;
    uint64_t *test_rows;        /* beside the image's `row_tests`: the rows of the block that ask for the same test */
    uint32_t *test_marks;       /* by test: the judgement's stamp, and in the lowest two bits its truth */
    uint32_t *standings;        /* by rule, as the tests': how it stands after lifting */
    bool standings_noted;
    uint16_t *uncovered;        /* by touched place */
    uint32_t *count_stamps;     /* by count */
    bool *counted;              /* by count: is the act surely counted? */
    uint32_t *derived_stamps;   /* by node and kind */
    uint8_t *derived;
    uint32_t *condition_stamps; /* by condition of the act */
    uint8_t *condition_truths;
};

/* The words that have a bit for each law. */
static inline uint32_t comity_judge_law_words(const comity_image *image)
{
    return (image->laws_count + 63) / 64;
}

/* Forgets the judgement before. */
void comity_judge_begin(comity_judge_memory *memory);

/* Considers the laws that concern the act. */
void comity_judge_laws(comity_judge_memory *memory, const comity_act *act);

/* Adds to `rulings` the rules of the laws considered that apply, or may. */
void comity_judge_rules(comity_judge_memory *memory, const comity_act *act);

/* Takes from the rulings what others lift. */
void comity_judge_lift(comity_judge_memory *memory);

/* Says of the rulings that need something whether it is met. */
void comity_judge_meet(comity_judge_memory *memory, const comity_act *act);

/* Does what this rule lifts, or is a way for, count for that rule? Soft law that
 * is not adopted does nothing to the law of others. */
bool comity_judge_reaches(const comity_judge_memory *memory, uint32_t rule, uint32_t target);

/* The day so many days, months or years later, by COMITY_UNIT_…; false: beyond the calendar. */
bool comity_judge_later(int32_t day, uint32_t number, uint32_t unit, int32_t *ret_later);

/* The day on which so many working days of the calendar have gone by since `on`, which
 * is not counted; false: the calendar does not know. */
bool comity_judge_working_days(const comity_image *image, uint32_t calendar, int32_t on, uint32_t number, int32_t *ret_by);

/* Is a paper that is under the law that `own` asks for under the one that `asked` asks for
 * as well? Of both it is known, for this act, under the law of which places they are. */
bool comity_judge_law_serves(const comity_image *image, const comity_act *act, const comity_leaf *own,
                             const comity_leaf *asked);

/* May one more row or rule be gone through for ways and questions? It is counted. */
bool comity_judge_may_explain(comity_judge_memory *memory);

/* Could a paper be as old on the day as it must be? */
bool comity_judge_age_possible(const comity_image *image, const comity_leaf *leaf, int32_t on);

/* Is it known under the law of which places such a paper must be, and is there one? */
bool comity_judge_whose_known(const comity_image *image, const comity_act *act, const comity_leaf *leaf);

/* The truth of `count` literals together, for a party or owner `node` they may speak of. */
comity_truth comity_judge_literals(comity_judge_memory *memory, const comity_act *act,
                                   const comity_literal *literals, uint32_t count, uint32_t node);

#endif
