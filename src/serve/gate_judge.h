/* Judging for gates: the acts of one request, all of them recorded, the worst verdict governs.
 * What is judged of requests that wait together goes to the record together. */
#ifndef COMITY_SERVE_GATE_JUDGE_H
#define COMITY_SERVE_GATE_JUDGE_H

#include "api/alike.h"
#include "api/at_hand.h"
#include "api/kept.h"
#include "ledger/ledger.h"
#include "serve/server.h"

/* One request on its way. Its ticket is the first field's business: `ticket.done` is the caller's. */
typedef struct comity_gate_job {
    comity_ticket ticket;
    struct comity_gate_job *next; /* the caller's */
    void *service;                /* likewise */
    struct comity_gate_answer *kept_as; /* likewise; NULL: it will not be remembered */
    uint64_t connection;
    comity_gate_frame answer; /* what it points to lies in the texts */
    bool submitted;           /* something was: await the ticket */
    bool awaited, durable;    /* the caller's: it is, and it came to an end */
    const char *gate;         /* its name; borrowed while judging */
    /* of what waits to be judged elsewhere: a copy of the frame, owned until then, the gate's name, and when it is too late */
    uint8_t *request;
    size_t request_size;
    char gate_name[COMITY_LIMIT_SERVE_NAME_BYTES + 1];
    uint64_t late_ns;
    uint8_t flags;            /* of the request */
    comity_ledger_id held[COMITY_GATE_ACTS_MAX]; /* reservations of its acts */
    size_t held_count;
    comity_buffer rules, ways, message;
    uint64_t begun_ns;
} comity_gate_job;

/* What a thread judges with. */
typedef struct comity_gate_memory {
    comity_alike *alike; /* NULL: there was no memory for it, and it goes without */
    char law[COMITY_LAW_NAME_SIZE + 1]; /* the name of the law that judged last, and the same as bytes */
    uint8_t law_bytes[32];
    comity_lease lease; /* of what judges the judgements at hand; none: nothing is at hand */
    bool leased;
    comity_at_hand at_hand;                         /* not submitted yet, by that law */
    comity_gate_job *jobs[COMITY_ENTRY_COMMIT_MAX]; /* whose they are */
} comity_gate_memory;

void comity_gate_memory_init(comity_gate_memory *ret_memory);
void comity_gate_memory_free(comity_gate_memory *memory);

/* NULL: out of memory. */
comity_gate_job *comity_gate_job_new(const comity_gate_frame *request);
void comity_gate_job_free(comity_gate_job *job);

/* Keeps what is needed to judge it in another thread. */
COMITY_MUST_USE comity_status comity_gate_job_keep(comity_gate_job *job, const char *gate, const void *frame, size_t size,
                                                   uint64_t late_ns, comity_error *reterr);

/* Judges all acts. Afterwards the job's answer is complete, but for the record, which names the gate, and for
 * the numbers of entries: the judgements may still be at hand, and go to the record with those of the jobs that come
 * after, at comity_gate_submit at the latest. Until then the job must stay. */
void comity_gate_job_judge(comity_server *server, const char *gate, const comity_gate_judge *judge,
                           comity_gate_memory *memory, comity_gate_job *job);

/* Submits what is at hand; each job's outcome is its own. If a job is `submitted` then, nothing may be told of it before
 * its ticket is done. */
void comity_gate_submit(comity_server *server, comity_gate_memory *memory);

/* Once the job is complete and, if anything was submitted, durable: counts the persons for good
 * where the request goes, else forgets them. The outcome may turn to unavailable. */
void comity_gate_job_count(comity_server *server, comity_gate_job *job);

/* The same of several jobs: those that go are counted together, of as many as go into one transaction. */
void comity_gate_jobs_count(comity_server *server, comity_gate_job *const *jobs, size_t count);

/* The answer as a frame, into `memory`. */
COMITY_MUST_USE comity_status comity_gate_job_write(comity_gate_job *job, void *memory, size_t capacity,
                                                    size_t *ret_size, comity_error *reterr);

#endif
