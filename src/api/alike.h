/* Judging acts of which many are alike: those of a gate's route differ in their ids, and often
 * in nothing else. What was judged of one act is said of the next that has the same bytes but
 * for its id, under the same law, adoptions and papers, on the same day. */
#ifndef COMITY_API_ALIKE_H
#define COMITY_API_ALIKE_H

#include "api/handles.h"

/* Judgements that may be said again, whatever the contexts they were made in. One thread at a time. */
typedef struct comity_alike comity_alike;

/* NULL: out of memory. Free takes NULL. */
comity_alike *comity_alike_new(void);
void comity_alike_free(comity_alike *alike);

/* As comity_judge_json, and gives the same; but the context cannot be looked at closer afterwards: its act and
 * judgement may be others. `ret_answer` lives until the context judges again. `alike` NULL: each act is judged anew. */
COMITY_MUST_USE comity_status comity_judge_alike(comity_alike *alike, comity_context *context, const char *act,
                                                 size_t act_size, const char *today, comity_answer *ret_answer,
                                                 comity_error *reterr);

#endif
