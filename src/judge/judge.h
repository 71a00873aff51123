/* The judge: an act under the law of every state it touches.
 *
 * Comes in: an opened image, an act read against it. Goes out: which rules
 * apply, which needs are met, and the verdict. The meaning is that of
 * docs/manual.md: conditions are yes, no or unknown.
 *
 * Pure: no input or output, no clock, no allocation while judging. The memory
 * belongs to one thread and one image; image and act are only read. */
#ifndef COMITY_JUDGE_JUDGE_H
#define COMITY_JUDGE_JUDGE_H

#include "act/act.h"
#include "law/image.h"

/* Kleene's three values, ordered so that `and` is the lesser and `or` the greater. */
typedef enum comity_truth { COMITY_NO = 0, COMITY_UNKNOWN = 1, COMITY_YES = 2 } comity_truth;

typedef enum comity_verdict_value {
    COMITY_VERDICT_PERMIT,
    COMITY_VERDICT_CONDITIONAL,
    COMITY_VERDICT_UNDETERMINED,
    COMITY_VERDICT_REFUSE /* in the order in which the worst governs */
} comity_verdict_value;

#define COMITY_MET_NONE 3u /* the rule needs nothing */
#define COMITY_NOT_LIFTED COMITY_IMAGE_NONE

typedef struct comity_ruling {
    uint32_t rule;
    uint32_t rank;      /* of the rule's name in the order of names */
    uint32_t lifted_by; /* the rule that lifts it, or COMITY_NOT_LIFTED */
    uint8_t applies;    /* comity_truth, after lifting */
    uint8_t met;        /* comity_truth, or COMITY_MET_NONE */
    bool binds;         /* false: soft law not adopted, shown as a note */
    uint8_t effect;     /* comity_effect */
    uint8_t flags;      /* COMITY_JUDGED_… */
    uint32_t asks;      /* comity_held_bit() of what its expression asks for */
} comity_ruling;

typedef struct comity_judgement {
    comity_verdict_value verdict;
    const comity_ruling *rulings; /* lifted ones too; in no order before comity_judge_sort */
    uint32_t ruling_count;
    const uint16_t *uncovered;    /* places whose law does not cover this kind of act */
    uint32_t uncovered_count;
} comity_judgement;

typedef struct comity_judge_memory comity_judge_memory;

/* Working memory for one image; NULL when out of memory. */
comity_judge_memory *comity_judge_memory_new(const comity_image *image);
void comity_judge_memory_free(comity_judge_memory *memory);

/* From now on the rules of this agreement bind, for every act. False: there is
 * no such agreement, or it binds anyway. */
bool comity_judge_adopt(comity_judge_memory *memory, uint32_t law);

/* Judges. The judgement's arrays lie in `memory` and are good until the next
 * call with it. Never fails. */
void comity_judge(comity_judge_memory *memory, const comity_act *act, comity_judgement *ret_judgement);

/* Puts the rulings of the last judgement in the order of the rules' names, in which they
 * are told; nothing of the judgement depends on it. Whoever only wants to know which
 * rules apply need not wait for it. */
void comity_judge_sort(comity_judge_memory *memory);

/* ---- for those who explain a judgement: truths of single parts, after comity_judge ---- */

comity_truth comity_judge_literal(comity_judge_memory *memory, const comity_act *act,
                                  const comity_literal *literal, uint32_t node);
comity_truth comity_judge_row(comity_judge_memory *memory, const comity_act *act,
                              const comity_row *row, uint32_t node);
comity_truth comity_judge_leaf(comity_judge_memory *memory, const comity_act *act, uint32_t leaf,
                               uint32_t *ret_paper);
/* Is this paper, by its number in the act, what the leaf asks for? */
comity_truth comity_judge_paper(const comity_image *image, const comity_act *act, uint32_t leaf, uint32_t paper);
comity_truth comity_judge_expression(comity_judge_memory *memory, const comity_act *act,
                                     uint32_t expression);

/* How a rule stands after lifting: COMITY_NO if it was not found to apply. The first
 * call after a judgement notes how each of its rules stands. */
comity_truth comity_judge_status(comity_judge_memory *memory, uint32_t rule);

const comity_image *comity_judge_image(const comity_judge_memory *memory);

/* Was this law considered in the last judgement? */
bool comity_judge_considers(const comity_judge_memory *memory, uint32_t law);

/* Does this law bind here? (Soft law only if adopted.) */
bool comity_judge_binds(const comity_judge_memory *memory, uint32_t law);

#endif
