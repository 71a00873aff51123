/* Answers to gates, kept for a while: who asks again by the same id and segment, because
 * a connection broke, gets the first answer and nothing is judged or counted twice.
 * One thread at a time. */
#ifndef COMITY_SERVE_GATE_ANSWERS_H
#define COMITY_SERVE_GATE_ANSWERS_H

#include "base/error.h"
#include "base/limits.h"

/* One who waits for an answer: a connection's and a request's number. */
typedef struct comity_gate_waiter {
    struct comity_gate_waiter *next;
    uint64_t connection, number;
} comity_gate_waiter;

/* A permit of two acts, with nothing to tell of it, and some more. */
enum { COMITY_GATE_ANSWER_SMALL = 112 };

/* What is known of a request. Lives until it is dropped, or so many others came that its place is needed. */
typedef struct comity_gate_answer {
    uint8_t id[COMITY_GATE_ID_SIZE];
    uint32_t segment;
    bool used, under_way;
    uint32_t next; /* in its chain, from 1 */
    uint8_t *bytes; /* the frame, once there is one: `small`, or owned */
    size_t size;
    comity_gate_waiter *waiters; /* owned */
    uint8_t small[COMITY_GATE_ANSWER_SMALL];
} comity_gate_answer;

typedef struct comity_gate_answers {
    comity_gate_answer *items;
    uint32_t *chains;
    uint32_t at; /* the oldest place, which is taken next */
    size_t bytes;
} comity_gate_answers;

COMITY_MUST_USE comity_status comity_gate_answers_init(comity_gate_answers *ret_answers, comity_error *reterr);
void comity_gate_answers_free(comity_gate_answers *answers);

/* NULL: this request is new. */
comity_gate_answer *comity_gate_answers_find(comity_gate_answers *answers, const uint8_t id[COMITY_GATE_ID_SIZE],
                                             uint32_t segment);

/* A place for a new request, under way from now on until it is kept or dropped; NULL if all are under way. */
comity_gate_answer *comity_gate_answers_add(comity_gate_answers *answers, const uint8_t id[COMITY_GATE_ID_SIZE],
                                            uint32_t segment);

/* Keeps a copy of the answer; without memory for it, forgets the request. The waiters stay for the caller to serve. */
void comity_gate_answers_keep(comity_gate_answers *answers, comity_gate_answer *answer, const void *bytes, size_t size);

/* Forgets a request. */
void comity_gate_answers_drop(comity_gate_answers *answers, comity_gate_answer *answer);

#endif
