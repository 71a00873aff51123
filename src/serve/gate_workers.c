/* Jobs in, judged or counted ones out. As many threads as the ledger has connections at most. */
#include "serve/gate_workers.h"

#include <stdlib.h>

enum { THREADS = 4 };

struct comity_gate_workers {
    comity_server *server;
    void (*done)(comity_gate_job *job);
    pthread_t threads[THREADS];
    unsigned thread_count;
    pthread_mutex_t mutex; /* guards the next */
    pthread_cond_t wake;
    bool ending;
    comity_gate_job *first, *last;
    size_t bytes; /* of requests that wait */
};

/* Waits for work: the first job there is; if it is to be counted, all behind it that are too, as many as
 * are counted together. 0: there will be no more. */
static size_t take_some(comity_gate_workers *workers, comity_gate_job *ret_jobs[COMITY_LEDGER_TOGETHER_MAX])
{
    size_t count = 0;
    (void)pthread_mutex_lock(&workers->mutex);
    while (workers->first == NULL && !workers->ending) {
        (void)pthread_cond_wait(&workers->wake, &workers->mutex);
    }
    for (comity_gate_job *job = workers->first; job != NULL && count < COMITY_LEDGER_TOGETHER_MAX; job = workers->first) {
        if (count != 0 && (job->request != NULL || ret_jobs[0]->request != NULL)) {
            break;
        }
        workers->first = job->next;
        workers->bytes -= job->request_size;
        ret_jobs[count++] = job;
    }
    (void)pthread_mutex_unlock(&workers->mutex);
    return count;
}

/* What waited for longer than its gate does is not judged, nor anybody counted for it. */
static void judge(comity_gate_workers *workers, comity_gate_job *job, comity_gate_memory *memory)
{
    comity_gate_frame frame;
    comity_error error;
    if (comity_now_ns() > job->late_ns) {
        job->answer.judged.outcome = COMITY_GATE_LATE;
    } else if (comity_gate_frame_read(job->request, job->request_size, &frame, &error) != COMITY_OK) {
        job->answer.judged.outcome = COMITY_GATE_UNAVAILABLE; /* it has been read before */
    } else {
        comity_gate_job_judge(workers->server, job->gate_name, &frame.judge, memory, job);
        comity_gate_submit(workers->server, memory);
    }
    free(job->request);
    job->request = NULL;
    job->request_size = 0;
    if (!job->submitted) {
        comity_gate_job_count(workers->server, job);
    }
}

static void *work_on(void *context)
{
    comity_gate_workers *workers = context;
    comity_gate_memory memory;
    comity_gate_memory_init(&memory);
    comity_gate_job *jobs[COMITY_LEDGER_TOGETHER_MAX];
    size_t count;
    while ((count = take_some(workers, jobs)) != 0) {
        if (jobs[0]->request != NULL) {
            judge(workers, jobs[0], &memory);
        } else {
            comity_gate_jobs_count(workers->server, jobs, count);
        }
        for (size_t i = 0; i < count; i++) {
            workers->done(jobs[i]);
        }
    }
    comity_gate_memory_free(&memory);
    return NULL;
}

bool comity_gate_workers_take(comity_gate_workers *workers, comity_gate_job *job)
{
    (void)pthread_mutex_lock(&workers->mutex);
    bool room = job->request == NULL || workers->bytes + job->request_size <= COMITY_LIMIT_GATE_WAITING_BYTES;
    if (room && (workers->first == NULL || job->request == NULL)) { /* what is to be ended goes first */
        job->next = workers->first;
        workers->last = workers->first == NULL ? job : workers->last;
        workers->first = job;
    } else if (room) {
        job->next = NULL;
        workers->last->next = job;
        workers->last = job;
    }
    workers->bytes += room ? job->request_size : 0;
    (void)pthread_cond_signal(&workers->wake);
    (void)pthread_mutex_unlock(&workers->mutex);
    return room;
}

static comity_status start_threads(comity_gate_workers *workers, comity_error *reterr)
{
    while (workers->thread_count < THREADS) {
        if (pthread_create(&workers->threads[workers->thread_count], NULL, work_on, workers) != 0) {
            return comity_fail(reterr, COMITY_ERROR_SYSTEM, "a thread could not be started");
        }
        workers->thread_count++;
    }
    return COMITY_OK;
}

comity_status comity_gate_workers_start(comity_server *server, void (*done)(comity_gate_job *job),
                                        comity_gate_workers **ret_workers, comity_error *reterr)
{
    comity_gate_workers *workers = calloc(1, sizeof *workers);
    bool has_mutex = workers != NULL && pthread_mutex_init(&workers->mutex, NULL) == 0;
    if (!has_mutex || pthread_cond_init(&workers->wake, NULL) != 0) {
        if (has_mutex) {
            (void)pthread_mutex_destroy(&workers->mutex);
        }
        free(workers);
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    workers->server = server;
    workers->done = done;
    comity_status status = start_threads(workers, reterr);
    if (status != COMITY_OK) {
        comity_gate_workers_stop(workers);
        return status;
    }
    *ret_workers = workers;
    return COMITY_OK;
}

void comity_gate_workers_stop(comity_gate_workers *workers)
{
    if (workers == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&workers->mutex);
    workers->ending = true;
    (void)pthread_cond_broadcast(&workers->wake);
    (void)pthread_mutex_unlock(&workers->mutex);
    for (unsigned i = 0; i < workers->thread_count; i++) {
        (void)pthread_join(workers->threads[i], NULL);
    }
    (void)pthread_cond_destroy(&workers->wake);
    (void)pthread_mutex_destroy(&workers->mutex);
    free(workers);
}
