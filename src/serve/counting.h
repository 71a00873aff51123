/* An act with the counts of the ledger: what has to be done around judging it.
 *
 *     comity_counting counting;
 *     comity_counting_begin(counter, lease, …, &counting, reterr)   reserves
 *     judge counting.act instead of the act that came, and have it recorded: it says
 *     the counts, and nothing of persons
 *     comity_counting_commit(counter, &counting.id, reterr)   after the record is durable and
 *     before anything is released; comity_counting_cancel when it does not go
 *
 * With the ledger away the act goes on without counts: they are unknown, and the
 * judgement says so where they matter. `uncounted` is then true for an act that law
 * counts, or may: released, it would be missing from the counts for ever, so it must
 * not be released whatever the verdict. */
#ifndef COMITY_SERVE_COUNTING_H
#define COMITY_SERVE_COUNTING_H

#include "api/handles.h"
#include "base/buffer.h"
#include "ledger/ledger.h"
#include "serve/laws.h"
#include "serve/persons.h"

struct comity_counter;

/* A plain value; `act` lies in the buffer that was given. */
typedef struct comity_counting {
    const char *act;
    size_t act_size;
    comity_ledger_id id;
    bool reserved;
    bool uncounted;
} comity_counting;

/* `given`: the act and its persons; its digests are put in another order. `id`: a name of
 * the gate's for this act (api: idempotency), or all zero. `buffer`: takes the act with its
 * counts. The lease's context is judged with, once; what it held before is gone.
 * COMITY_ERROR_SYNTAX, NAME, RANGE, LIMIT: the act's or the persons' fault, with a message;
 * COMITY_ERROR_MEMORY. */
COMITY_MUST_USE comity_status comity_counting_begin(struct comity_counter *counter, const comity_lease *lease,
                                                    comity_persons_given *given, const char *today,
                                                    const comity_ledger_id *id, comity_buffer *buffer,
                                                    comity_counting *ret_counting, comity_error *reterr);

/* Counts for good. COMITY_ERROR_SYSTEM when that failed: nothing may be released. */
COMITY_MUST_USE comity_status comity_counting_commit(struct comity_counter *counter, const comity_ledger_id *id,
                                                     comity_error *reterr);

/* The same of several, each with its status: comity_ledger_commit_many. */
void comity_counting_commit_many(struct comity_counter *counter, comity_ledger_member *members, size_t count);

/* For what is not released. */
void comity_counting_cancel(struct comity_counter *counter, const comity_ledger_id *id);

#endif
