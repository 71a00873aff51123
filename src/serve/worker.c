/* Suspended requests in, handled ones out. */
#include "serve/worker.h"

#include "serve/request.h"
#include "serve/thread.h"

#include <stdlib.h>

struct comity_worker {
    comity_thread thread; /* its mutex guards the next two */
    comity_request *first, *last; /* those that wait */
    size_t count;
    comity_replay replay;
};

static comity_request *take_first(comity_worker *worker)
{
    (void)pthread_mutex_lock(&worker->thread.mutex);
    while (worker->first == NULL && !worker->thread.ending) {
        (void)pthread_cond_wait(&worker->thread.wake, &worker->thread.mutex);
    }
    comity_request *request = worker->first;
    if (request != NULL) {
        worker->first = request->behind;
        worker->count--;
    }
    (void)pthread_mutex_unlock(&worker->thread.mutex);
    return request;
}

static void *work_on(void *context)
{
    comity_worker *worker = context;
    for (comity_request *request = take_first(worker); request != NULL; request = take_first(worker)) {
        request->work_for(request);
        MHD_resume_connection(request->connection); /* from here on it may be gone */
    }
    return NULL;
}

bool comity_worker_take(comity_worker *worker, comity_request *request, void (*work)(comity_request *request))
{
    (void)pthread_mutex_lock(&worker->thread.mutex);
    bool room = worker->count < COMITY_LIMIT_SERVE_WAITING;
    if (room) {
        MHD_suspend_connection(request->connection);
        request->work_for = work;
        request->behind = NULL;
        if (worker->first == NULL) {
            worker->first = request;
        } else {
            worker->last->behind = request;
        }
        worker->last = request;
        worker->count++;
        (void)pthread_cond_signal(&worker->thread.wake);
    }
    (void)pthread_mutex_unlock(&worker->thread.mutex);
    return room;
}

comity_replay *comity_worker_replay(comity_worker *worker)
{
    return &worker->replay;
}

comity_status comity_worker_start(const comity_keeper *keeper, comity_worker **ret_worker, comity_error *reterr)
{
    comity_worker *worker = calloc(1, sizeof *worker);
    if (worker == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    comity_replay_begin(comity_years_newest(comity_keeper_years(keeper))->disk, &worker->replay);
    comity_status status = comity_thread_start(&worker->thread, work_on, worker, reterr);
    if (status != COMITY_OK) {
        free(worker);
        return status;
    }
    *ret_worker = worker;
    return COMITY_OK;
}

void comity_worker_stop(comity_worker *worker)
{
    if (worker == NULL) {
        return;
    }
    comity_thread_stop(&worker->thread);
    comity_replay_end(&worker->replay);
    free(worker);
}
