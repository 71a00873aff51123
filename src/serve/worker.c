/* Suspended requests in, handled ones out. */
#include "serve/worker.h"

#include "serve/request.h"

#include <pthread.h>
#include <stdlib.h>

struct comity_worker {
    pthread_mutex_t mutex; /* guards the next four */
    pthread_cond_t wake;
    comity_request *first, *last; /* those that wait */
    size_t count;
    bool ending;
    comity_replay replay;
    pthread_t thread;
};

static comity_request *take_first(comity_worker *worker)
{
    (void)pthread_mutex_lock(&worker->mutex);
    while (worker->first == NULL && !worker->ending) {
        (void)pthread_cond_wait(&worker->wake, &worker->mutex);
    }
    comity_request *request = worker->first;
    if (request != NULL) {
        worker->first = request->behind;
        worker->count--;
    }
    (void)pthread_mutex_unlock(&worker->mutex);
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
    (void)pthread_mutex_lock(&worker->mutex);
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
        (void)pthread_cond_signal(&worker->wake);
    }
    (void)pthread_mutex_unlock(&worker->mutex);
    return room;
}

comity_replay *comity_worker_replay(comity_worker *worker)
{
    return &worker->replay;
}

comity_status comity_worker_start(comity_disk *disk, comity_worker **ret_worker, comity_error *reterr)
{
    comity_worker *worker = calloc(1, sizeof *worker);
    if (worker == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    comity_replay_begin(disk, &worker->replay);
    bool has_mutex = pthread_mutex_init(&worker->mutex, NULL) == 0;
    bool has_wake = has_mutex && pthread_cond_init(&worker->wake, NULL) == 0;
    if (has_wake && pthread_create(&worker->thread, NULL, work_on, worker) == 0) {
        *ret_worker = worker;
        return COMITY_OK;
    }
    if (has_wake) {
        (void)pthread_cond_destroy(&worker->wake);
    }
    if (has_mutex) {
        (void)pthread_mutex_destroy(&worker->mutex);
    }
    free(worker);
    return comity_fail(reterr, COMITY_ERROR_SYSTEM, "a thread could not be started");
}

void comity_worker_stop(comity_worker *worker)
{
    if (worker == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&worker->mutex);
    worker->ending = true;
    (void)pthread_cond_signal(&worker->wake);
    (void)pthread_mutex_unlock(&worker->mutex);
    (void)pthread_join(worker->thread, NULL);
    comity_replay_end(&worker->replay);
    (void)pthread_cond_destroy(&worker->wake);
    (void)pthread_mutex_destroy(&worker->mutex);
    free(worker);
}
