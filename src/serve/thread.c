/* Starting and ending a thread of the daemon's own: see thread.h. */
#include "serve/thread.h"

comity_status comity_thread_start(comity_thread *ret_thread, void *(*run)(void *context), void *context,
                                  comity_error *reterr)
{
    ret_thread->ending = false;
    bool has_mutex = pthread_mutex_init(&ret_thread->mutex, NULL) == 0;
    bool has_wake = has_mutex && pthread_cond_init(&ret_thread->wake, NULL) == 0;
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
