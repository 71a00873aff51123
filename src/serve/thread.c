/* Starting and ending a thread of the daemon's own: see thread.h. */
#include "serve/thread.h"

#include <errno.h>

static bool init_wake(pthread_cond_t *wake)
{
    pthread_condattr_t steady;
    bool made = pthread_condattr_init(&steady) == 0;
    bool good = made && pthread_condattr_setclock(&steady, CLOCK_MONOTONIC) == 0 && pthread_cond_init(wake, &steady) == 0;
    if (made) {
        (void)pthread_condattr_destroy(&steady);
    }
    return good;
}

comity_status comity_thread_start(comity_thread *ret_thread, void *(*run)(void *context), void *context,
                                  comity_error *reterr)
{
    ret_thread->ending = false;
    bool has_mutex = pthread_mutex_init(&ret_thread->mutex, NULL) == 0;
    bool has_wake = has_mutex && init_wake(&ret_thread->wake);
    if (has_wake && pthread_create(&ret_thread->thread, NULL, run, context) == 0) {
        return COMITY_OK;
    }
    if (has_wake) {
        (void)pthread_cond_destroy(&ret_thread->wake);
    }
    if (has_mutex) {
        (void)pthread_mutex_destroy(&ret_thread->mutex);
    }
    return comity_fail(reterr, COMITY_ERROR_SYSTEM, "a thread could not be started");
}

struct timespec comity_thread_moment(uint64_t ms)
{
    struct timespec moment;
    (void)clock_gettime(CLOCK_MONOTONIC, &moment);
    moment.tv_nsec += (long)(ms % 1000) * 1000000;
    moment.tv_sec += (time_t)(ms / 1000) + moment.tv_nsec / 1000000000;
    moment.tv_nsec %= 1000000000;
    return moment;
}

bool comity_thread_wait(comity_thread *thread, const struct timespec *moment)
{
    return pthread_cond_timedwait(&thread->wake, &thread->mutex, moment) != ETIMEDOUT;
}

void comity_thread_end(comity_thread *thread)
{
    (void)pthread_mutex_lock(&thread->mutex);
    thread->ending = true;
    (void)pthread_cond_signal(&thread->wake);
    (void)pthread_mutex_unlock(&thread->mutex);
}

void comity_thread_stop(comity_thread *thread)
{
    comity_thread_end(thread);
    (void)pthread_join(thread->thread, NULL);
    (void)pthread_cond_destroy(&thread->wake);
    (void)pthread_mutex_destroy(&thread->mutex);
}
