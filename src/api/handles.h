/* What the public handles hold; for this folder and the programs above it. */
#ifndef COMITY_API_HANDLES_H
#define COMITY_API_HANDLES_H

#include "judge/explain.h"
#include "judge/judge.h"

struct comity_law {
    comity_image image;
    void *bytes;
    size_t size;
    bool mapped;
};

struct comity_context {
    const comity_law *law;
    comity_act_memory *act_memory;
    comity_judge_memory *memory;
    comity_explain_memory *explain;
    comity_buffer out;
    comity_judgement judgement; /* the last, for those who look closer */
    const comity_act *act;
    comity_buffer adopted; /* lines `adopt CODE`, as records keep them */
};

/* Reads and judges; the judgement stays in the context. */
comity_status comity_context_judge(comity_context *context, const char *act, size_t act_size, int32_t today,
                                   comity_error *reterr) COMITY_MUST_USE;

/* Writes the last judgement as JSON into the context's buffer, after what is in it. */
comity_status comity_context_json(comity_context *context, comity_buffer *buffer, comity_error *reterr) COMITY_MUST_USE;

#endif
