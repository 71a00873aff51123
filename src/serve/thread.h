/* A thread of the daemon's own, beside those of connections: it waits for work,
 * under a mutex, until it is told to end. Its owner holds it as a member and may
 * guard what he shares with it by the same mutex. */
#ifndef COMITY_SERVE_THREAD_H
#define COMITY_SERVE_THREAD_H

#include "base/error.h"

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

typedef struct comity_thread {
    pthread_mutex_t mutex; /* guards `ending`, and what the owner says */
    pthread_cond_t wake;   /* what the thread waits for; by a clock that nobody sets */
    bool ending;           /* it returns as soon as it sees this */
    pthread_t thread;
} comity_thread;

/* Runs `run` with `context` in a new thread. COMITY_ERROR_SYSTEM, and nothing is left. */
COMITY_MUST_USE comity_status comity_thread_start(comity_thread *ret_thread, void *(*run)(void *context), void *context,
                                                  comity_error *reterr);

/* The moment so many milliseconds from now, for the next. */
struct timespec comity_thread_moment(uint64_t ms);

/* Waits until somebody wakes the thread, or the moment has come: false then. The mutex is held. */
bool comity_thread_wait(comity_thread *thread, const struct timespec *moment);

/* Tells it to end, and does not wait. Any thread; again is allowed. */
void comity_thread_end(comity_thread *thread);

/* Tells it to end, and waits until it has. Nobody may use its mutex afterwards. */
void comity_thread_stop(comity_thread *thread);

#endif
