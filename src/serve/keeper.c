/* The record's one writer in this process: see keeper.h for its threads. */
#include "serve/keeper.h"

#include "serve/log.h"
#include "serve/thread.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum { PUBLISH_EVERY_MS = 1000 };

struct comity_keeper {
    pthread_rwlock_t lock; /* guards the next two: shared to submit, alone to reopen */
    comity_record *record; /* NULL: not open */
    uint64_t opening;      /* which one this is, from 1 */

    comity_thread thread; /* its mutex guards the next two */
    comity_ticket *waiting;
    bool doubted; /* a submission failed: is the record still good? */

    const char *folder;
    const char *retention;
    comity_metrics *metrics;
};

uint64_t comity_now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t wall_clock_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

/* ---- submitting ---- */

static comity_status submit_entry(comity_record *record, const char *retention, const comity_answer *answer,
                                  const comity_buffer *work, uint64_t *ret_index, comity_error *reterr)
{
    comity_record_entry entry = {.retention = retention,
                                 .time_ms = wall_clock_ms(),
                                 .judgement = answer->json,
                                 .judgement_size = answer->json_size};
    const uint8_t *kept;
    COMITY_TRY(comity_buffer_bytes(work, &kept, &entry.kept_size, reterr));
    entry.kept = kept;
    return comity_record_submit(record, &entry, ret_index, reterr);
}

static comity_status submit_locked(comity_keeper *keeper, const comity_keeping *what, const comity_buffer *work,
                                   comity_ticket *ticket, comity_error *reterr)
{
    if (keeper->record == NULL || (ticket->opening != 0 && ticket->opening != keeper->opening)) {
        return comity_fail(reterr, COMITY_ERROR_RECORD, "the record cannot be written at present");
    }
    COMITY_TRY(comity_record_keep_grounds(keeper->record, what->context, reterr));
    COMITY_TRY(submit_entry(keeper->record, keeper->retention, what->answer, work, &ticket->index, reterr));
    ticket->opening = keeper->opening;
    return COMITY_OK;
}

comity_status comity_keeper_submit(comity_keeper *keeper, const comity_keeping *what, comity_buffer *work,
                                   comity_ticket *ticket, comity_error *reterr)
{
    comity_buffer_reset(work);
    comity_record_kept_write(what->context, what->act, what->act_size, what->today, what->gate, work);
    if (ticket->opening == 0) {
        ticket->submitted_ns = comity_now_ns();
    }
    (void)pthread_rwlock_rdlock(&keeper->lock);
    comity_status status = submit_locked(keeper, what, work, ticket, reterr);
    (void)pthread_rwlock_unlock(&keeper->lock);
    if (status != COMITY_OK) {
        (void)pthread_mutex_lock(&keeper->thread.mutex);
        keeper->doubted = true;
        (void)pthread_cond_signal(&keeper->thread.wake);
        (void)pthread_mutex_unlock(&keeper->thread.mutex);
    }
    return status;
}

void comity_keeper_await(comity_keeper *keeper, comity_ticket *ticket)
{
    (void)pthread_mutex_lock(&keeper->thread.mutex);
    ticket->next = keeper->waiting;
    keeper->waiting = ticket;
    (void)pthread_cond_signal(&keeper->thread.wake);
    (void)pthread_mutex_unlock(&keeper->thread.mutex);
}

bool comity_keeper_state(comity_keeper *keeper, uint64_t *ret_size)
{
    (void)pthread_rwlock_rdlock(&keeper->lock);
    bool open = keeper->record != NULL;
    *ret_size = open ? comity_record_size(keeper->record) : 0;
    (void)pthread_rwlock_unlock(&keeper->lock);
    return open;
}

/* ---- the thread ---- */

/* Everything that waits; with nothing there, waits for it: for ever, or with the
 * record closed a second. NULL: nothing. */
static comity_ticket *take_waiting(comity_keeper *keeper, bool *ret_ending, bool *ret_doubted)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec++;
    (void)pthread_mutex_lock(&keeper->thread.mutex);
    bool late = false;
    while (keeper->waiting == NULL && !keeper->thread.ending && !late && (!keeper->doubted || keeper->record == NULL)) {
        if (keeper->record == NULL) { /* only this thread sets it */
            late = pthread_cond_timedwait(&keeper->thread.wake, &keeper->thread.mutex, &until) == ETIMEDOUT;
        } else {
            (void)pthread_cond_wait(&keeper->thread.wake, &keeper->thread.mutex);
        }
    }
    comity_ticket *taken = keeper->waiting;
    keeper->waiting = NULL;
    *ret_ending = keeper->thread.ending;
    *ret_doubted = keeper->doubted;
    keeper->doubted = false;
    (void)pthread_mutex_unlock(&keeper->thread.mutex);
    return taken;
}

/* Closes what has failed and tries to open it again. */
static void reopen(comity_keeper *keeper)
{
    comity_error error;
    comity_record *record = NULL;
    (void)pthread_rwlock_wrlock(&keeper->lock);
    comity_record_close(keeper->record);
    keeper->record = NULL;
    keeper->opening++;
    bool opened = comity_record_open(keeper->folder, NULL, PUBLISH_EVERY_MS, &record, &error) == COMITY_OK;
    if (opened) {
        keeper->record = record;
    }
    (void)pthread_rwlock_unlock(&keeper->lock);
    if (opened) {
        comity_event_log("record-open-again", NULL, NULL);
    }
}

/* Waits for the newest entry of this opening among the tickets. */
static comity_status wait_for(comity_keeper *keeper, const comity_ticket *taken, bool doubted, comity_error *reterr)
{
    uint64_t newest = 0;
    uint64_t unused;
    bool any = false;
    for (const comity_ticket *ticket = taken; ticket != NULL; ticket = ticket->next) {
        if (ticket->opening == keeper->opening) {
            newest = ticket->index > newest ? ticket->index : newest;
            any = true;
        }
    }
    if (any) {
        COMITY_TRY(comity_record_wait(keeper->record, newest, reterr));
    }
    /* a record that has failed fails in all it is asked */
    return doubted && keeper->record != NULL ? comity_record_publish(keeper->record, &unused, reterr) : COMITY_OK;
}

/* Calls everybody back. A ticket may be gone as soon as it is done. */
static void tell(comity_keeper *keeper, comity_ticket *taken, comity_status status)
{
    uint64_t now = comity_now_ns();
    while (taken != NULL) {
        comity_ticket *next = taken->next;
        taken->status = taken->opening == keeper->opening && keeper->record != NULL ? status : COMITY_ERROR_RECORD;
        comity_metrics_observe(&keeper->metrics->recording, now - taken->submitted_ns);
        taken->done(taken);
        taken = next;
    }
}

static void *keep(void *context)
{
    comity_keeper *keeper = context;
    comity_error error;
    bool ending = false;
    bool doubted = false;
    for (;;) {
        comity_ticket *taken = take_waiting(keeper, &ending, &doubted);
        if (taken == NULL && ending) {
            return NULL;
        }
        comity_status status = wait_for(keeper, taken, doubted, &error);
        tell(keeper, taken, status);
        if (status != COMITY_OK) {
            (void)atomic_fetch_add(&keeper->metrics->record_failures, 1);
            comity_event_log("record-failed", "message", error.message);
        }
        if (status != COMITY_OK || keeper->record == NULL) {
            reopen(keeper);
        }
    }
}

/* ---- opening and closing ---- */

static void keeper_free(comity_keeper *keeper)
{
    comity_record_close(keeper->record);
    (void)pthread_rwlock_destroy(&keeper->lock);
    free(keeper);
}

comity_status comity_keeper_open(const char *folder, const char *retention, comity_metrics *metrics,
                                 comity_keeper **ret_keeper, comity_error *reterr)
{
    comity_keeper *keeper = calloc(1, sizeof *keeper);
    if (keeper == NULL || pthread_rwlock_init(&keeper->lock, NULL) != 0) {
        free(keeper);
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    keeper->folder = folder;
    keeper->retention = retention;
    keeper->metrics = metrics;
    keeper->opening = 1;
    comity_status status = comity_record_open(folder, NULL, PUBLISH_EVERY_MS, &keeper->record, reterr);
    if (status == COMITY_OK) {
        status = comity_thread_start(&keeper->thread, keep, keeper, reterr);
    }
    if (status != COMITY_OK) {
        keeper_free(keeper);
        return status;
    }
    *ret_keeper = keeper;
    return COMITY_OK;
}

void comity_keeper_close(comity_keeper *keeper)
{
    if (keeper == NULL) {
        return;
    }
    comity_thread_stop(&keeper->thread);
    keeper_free(keeper);
}
