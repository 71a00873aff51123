/* Work that takes long, done beside the threads that answer: reading through the
 * record, judging its entries again. One thread, and a bounded queue; who finds it
 * full is told to come again.
 *
 * A request whose route is slow is suspended, handled in the worker's thread, and
 * answered in a thread of its connection. */
#ifndef COMITY_SERVE_WORKER_H
#define COMITY_SERVE_WORKER_H

#include "api/replay.h"
#include "serve/keeper.h"

struct comity_request;

typedef struct comity_worker comity_worker;

/* Starts the thread. `keeper`: of the record that is read; borrowed. */
COMITY_MUST_USE comity_status comity_worker_start(const comity_keeper *keeper, comity_worker **ret_worker, comity_error *reterr);

/* Suspends the request and has `work` done with it in the worker's thread; then the
 * request goes on. False, and nothing done: too many wait. Any thread. */
bool comity_worker_take(comity_worker *worker, struct comity_request *request, void (*work)(struct comity_request *request));

/* What judges entries again. In the worker's thread only. */
comity_replay *comity_worker_replay(comity_worker *worker);

/* After all work is done. NULL is allowed. */
void comity_worker_stop(comity_worker *worker);

#endif
