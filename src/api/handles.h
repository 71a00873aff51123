/* What the public handles hold; for this folder and the programs above it. */
#ifndef COMITY_API_HANDLES_H
#define COMITY_API_HANDLES_H

#include "base/date.h"
#include "judge/explain.h"
#include "judge/judge.h"
#include "note/key.h"
#include "paper/shelf.h"

struct comity_types;
struct comity_scan_rules;

struct comity_rules {
    struct comity_types *types;
    struct comity_scan_rules *scan;
};

struct comity_law {
    comity_image image;
    void *bytes;
    size_t size;
    bool mapped;
};

struct comity_key {
    comity_signer *signer;
    char public_text[COMITY_VERIFIER_TEXT_SIZE];
};

/* One paper that counts, as acts hold it. */
typedef struct comity_papers_item {
    const char *why;  /* why law does not know it after all, or NULL */
    const char *json;
    char until[COMITY_DATE_TEXT_SIZE]; /* "" if open */
    comity_act *held; /* an act with this paper alone; NULL if no act can hold it */
} comity_papers_item;

/* A holder's name, hashed, and the paper. */
typedef struct comity_papers_holder {
    uint64_t hash;
    uint32_t item;
} comity_papers_holder;

struct comity_papers {
    const comity_law *law;
    comity_trust trust;
    comity_arena arena;
    comity_shelf *shelf;
    comity_papers_item *items;
    size_t count; /* 0 until settled */
    comity_papers_holder *holders; /* of papers that acts can hold; by hash, then item */
    size_t holder_count;
    uint32_t *for_anybody; /* such papers without holders */
    size_t for_anybody_count;
    bool settled;
    comity_buffer bundle; /* all that was given, as records keep it: papers_bundle.h */
    char name[72];        /* "sha256:…" of the bundle; "" until settled */
};

struct comity_context {
    const comity_law *law;
    const comity_papers *papers; /* or NULL */
    bool strict;
    comity_act_memory *act_memory;
    comity_judge_memory *memory;
    comity_explain_memory *explain;
    comity_buffer out;
    comity_judgement judgement; /* the last, for those who look closer */
    const comity_act *act;
    comity_buffer adopted; /* lines `adopt CODE`, as records keep them */
};

/* Adds the papers that serve `act`, which is the one last read into `memory`. `papers` NULL: nothing. */
comity_status comity_papers_join(const comity_papers *papers, bool strict, const comity_act *act,
                                 comity_act_memory *memory, comity_error *reterr) COMITY_MUST_USE;

/* Reads and judges; the judgement stays in the context. */
comity_status comity_context_judge(comity_context *context, const char *act, size_t act_size, int32_t today,
                                   comity_error *reterr) COMITY_MUST_USE;

/* The last judgement as comity_judge_json has it, in the context's own buffer. */
comity_status comity_context_answer(comity_context *context, comity_answer *ret_answer, comity_error *reterr) COMITY_MUST_USE;

/* Writes the last judgement as JSON into the context's buffer, after what is in it. */
comity_status comity_context_json(comity_context *context, comity_buffer *buffer, comity_error *reterr) COMITY_MUST_USE;

#endif
