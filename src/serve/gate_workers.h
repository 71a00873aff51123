/* The threads in which requests of gates ask the ledger, whose database may be slow, busy or
 * away: only those that bring persons wait for it, and the thread that serves gates never does. */
#ifndef COMITY_SERVE_GATE_WORKERS_H
#define COMITY_SERVE_GATE_WORKERS_H

#include "serve/gate_judge.h"

typedef struct comity_gate_workers comity_gate_workers;

/* Starts the threads. `done` is called in one of them, with each job that was taken. */
COMITY_MUST_USE comity_status comity_gate_workers_start(comity_server *server, void (*done)(comity_gate_job *job),
                                                        comity_gate_workers **ret_workers, comity_error *reterr);

/* Has a job judged that bears a copy of its request, or one counted that does not. False, and nothing done: too much
 * waits to be judged. Any thread. */
bool comity_gate_workers_take(comity_gate_workers *workers, comity_gate_job *job);

/* After all work is done. NULL is allowed. */
void comity_gate_workers_stop(comity_gate_workers *workers);

#endif
