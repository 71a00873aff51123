/* Judging acts of which many are alike: those of a gate's route differ in their ids, and often
 * in nothing else. What was judged of one act is said of the next that has the same bytes but
 * for its id, under the same law, adoptions and papers, on the same day. */
#ifndef COMITY_API_ALIKE_H
#define COMITY_API_ALIKE_H

#include "api/handles.h"

/* As comity_judge_json, and gives the same; but the context cannot be looked at closer afterwards: its act and
 * judgement may be others. */
COMITY_MUST_USE comity_status comity_judge_alike(comity_context *context, const char *act, size_t act_size,
                                                 const char *today, comity_answer *ret_answer, comity_error *reterr);

/* By what changes how the context judges. */
void comity_alike_forget(comity_context *context);

/* NULL is allowed. */
void comity_alike_free(struct comity_alike *alike);

#endif
