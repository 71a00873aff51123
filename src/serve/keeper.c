/* The record's one writer in this process: see keeper.h for its threads. */
#include "serve/keeper.h"

#include "serve/log.h"
#include "serve/thread.h"

#include <stdlib.h>
#include <time.h>

enum { PUBLISH_EVERY_MS = 1000, TURN_AGAIN_S = 60 };

struct comity_keeper {
    pthread_rwlock_t lock; /* guards the next three: shared to submit, alone to reopen */
    comity_record *record; /* NULL: not open */
    uint64_t opening;      /* which one this is, from 1 */
    uint64_t ended_well;   /* an earlier one, of which all is durable; 0: none */
    atomic_bool wanted;    /* somebody waits to have it alone */

    comity_thread thread; /* its mutex guards the next two */
    comity_ticket *waiting;
    bool doubted; /* a submission failed: is the record still good? */

    comity_years *years;
    uint64_t turn_s; /* when to turn to the next year; 0: never */
    const char *retention;
    comity_metrics *metrics;
};

uint64_t comity_now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t comity_wall_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

/* ---- submitting ---- */

static comity_status check_ticket(const comity_keeper *keeper, const comity_ticket *ticket, comity_error *reterr)
{
    bool goes_on = ticket->opening == 0 || ticket->opening == keeper->opening || ticket->opening == keeper->ended_well;
    return keeper->record != NULL && goes_on
               ? COMITY_OK
               : comity_fail(reterr, COMITY_ERROR_RECORD, "the record cannot be written at present");
}

/* The lock is held. */
static void submit_locked(comity_keeper *keeper, const comity_context *context, comity_log_submission *items,
                          comity_ticket *const *tickets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)check_ticket(keeper, tickets[i], &items[i].error);
    }
    if (keeper->record == NULL) {
        return;
    }
    comity_record_submit_judged_many(keeper->record, context, keeper->retention, comity_wall_ms(), items, count);
    for (size_t i = 0; i < count; i++) {
        if (items[i].error.code == COMITY_OK) {
            tickets[i]->index = items[i].index;
            tickets[i]->opening = keeper->opening;
            tickets[i]->log = comity_years_newest(keeper->years)->name;
        }
    }
}

/* A submission failed: is the record still good? The keeper's thread looks. */
static void doubt(comity_keeper *keeper)
{
    (void)pthread_mutex_lock(&keeper->thread.mutex);
    keeper->doubted = true;
    (void)pthread_cond_signal(&keeper->thread.wake);
    (void)pthread_mutex_unlock(&keeper->thread.mutex);
}

void comity_keeper_submit_many(comity_keeper *keeper, const comity_context *context, comity_log_submission *items,
                               comity_ticket *const *tickets, size_t count)
{
    uint64_t now_ns = comity_now_ns();
    bool failed = false;
    for (size_t i = 0; i < count; i++) {
        if (tickets[i]->opening == 0) {
            tickets[i]->submitted_ns = now_ns;
        }
    }
    (void)pthread_rwlock_rdlock(&keeper->lock);
    submit_locked(keeper, context, items, tickets, count);
    (void)pthread_rwlock_unlock(&keeper->lock);
    for (size_t i = 0; i < count; i++) {
        failed = failed || items[i].error.code != COMITY_OK;
    }
    if (failed) {
        doubt(keeper);
    }
}

comity_status comity_keeper_submit(comity_keeper *keeper, const comity_keeping *what, comity_buffer *work,
                                   comity_ticket *ticket, comity_error *reterr)
{
    comity_log_submission item;
    const uint8_t *kept;
    comity_buffer_reset(work);
    comity_record_kept_write(what->context, what->act, what->act_size, what->today, what->gate, work);
    COMITY_TRY(comity_buffer_bytes(work, &kept, &item.kept_size, reterr));
    item.kept = kept;
    item.judgement = what->answer->json;
    item.judgement_size = what->answer->json_size;
    item.error.code = COMITY_OK;
    comity_keeper_submit_many(keeper, what->context, &item, &ticket, 1);
    return item.error.code == COMITY_OK ? COMITY_OK : comity_fail(reterr, item.error.code, "%s", item.error.message);
}

void comity_keeper_await(comity_keeper *keeper, comity_ticket *first, comity_ticket *last)
{
    (void)pthread_mutex_lock(&keeper->thread.mutex);
    last->next = keeper->waiting;
    keeper->waiting = first;
    (void)pthread_cond_signal(&keeper->thread.wake);
    (void)pthread_mutex_unlock(&keeper->thread.mutex);
}

comity_years *comity_keeper_years(const comity_keeper *keeper)
{
    return keeper->years;
}

bool comity_keeper_end(comity_keeper *keeper, const comity_year **ret_year, uint64_t *ret_size)
{
    (void)pthread_rwlock_rdlock(&keeper->lock);
    bool open = keeper->record != NULL;
    *ret_year = comity_years_newest(keeper->years);
    *ret_size = open ? comity_record_size(keeper->record) : 0;
    (void)pthread_rwlock_unlock(&keeper->lock);
    return open;
}

bool comity_keeper_state(comity_keeper *keeper, uint64_t *ret_size)
{
    const comity_year *unused;
    return comity_keeper_end(keeper, &unused, ret_size);
}

/* ---- lending ---- */

comity_record *comity_keeper_borrow(comity_keeper *keeper)
{
    (void)pthread_rwlock_rdlock(&keeper->lock);
    comity_record *record = keeper->record;
    if (record == NULL) {
        (void)pthread_rwlock_unlock(&keeper->lock);
    }
    return record;
}

void comity_keeper_give_back(comity_keeper *keeper)
{
    (void)pthread_rwlock_unlock(&keeper->lock);
}

bool comity_keeper_wants_back(const comity_keeper *keeper)
{
    return atomic_load(&keeper->wanted);
}

/* Takes the lock alone; who has borrowed the record gives it back. */
static void lock_alone(comity_keeper *keeper)
{
    atomic_store(&keeper->wanted, true);
    (void)pthread_rwlock_wrlock(&keeper->lock);
    atomic_store(&keeper->wanted, false);
}

/* ---- the thread ---- */

/* How long to wait for work: with the record closed a second, else to the end of the year, but a minute at a time,
 * for clocks are set; where there is no such end, for ever: 0. */
static uint64_t patience_ms(const comity_keeper *keeper)
{
    uint64_t now_ms = comity_wall_ms();
    if (keeper->record == NULL) { /* only this thread sets it */
        return 1000;
    }
    uint64_t left_ms = keeper->turn_s * 1000 > now_ms ? keeper->turn_s * 1000 - now_ms : 1;
    return keeper->turn_s == 0 ? 0 : left_ms < 60000 ? left_ms : 60000;
}

/* Everything that waits; with nothing there, waits for it. NULL: nothing. */
static comity_ticket *take_waiting(comity_keeper *keeper, bool *ret_ending, bool *ret_doubted)
{
    uint64_t patience = patience_ms(keeper);
    struct timespec until = comity_thread_moment(patience);
    bool late = false;
    (void)pthread_mutex_lock(&keeper->thread.mutex);
    while (keeper->waiting == NULL && !keeper->thread.ending && !late && (!keeper->doubted || keeper->record == NULL)) {
        if (patience != 0) {
            late = !comity_thread_wait(&keeper->thread, &until);
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

/* The lock is held, or nobody knows the keeper yet, and no record is open. The keeper's thread waits for all that is
 * submitted, and commits it. */
static comity_status open_newest(comity_keeper *keeper, comity_error *reterr)
{
    const char *folder = comity_years_newest(keeper->years)->folder;
    keeper->opening++;
    COMITY_TRY(comity_record_open(folder, NULL, PUBLISH_EVERY_MS, &keeper->record, reterr));
    comity_record_dismiss(keeper->record);
    return COMITY_OK;
}

/* Closes what has failed and tries to open it again. */
static void reopen(comity_keeper *keeper)
{
    comity_error error;
    lock_alone(keeper);
    comity_record_close(keeper->record);
    keeper->record = NULL;
    bool opened = open_newest(keeper, &error) == COMITY_OK;
    (void)pthread_rwlock_unlock(&keeper->lock);
    if (opened) {
        comity_event_log("record-open-again", NULL, NULL);
    }
}

static bool is_year_over(const comity_keeper *keeper)
{
    return keeper->turn_s != 0 && comity_wall_ms() / 1000 >= keeper->turn_s;
}

/* The lock is held. Where the new year's log cannot be made the old one goes on for a while. */
static comity_status turn_locked(comity_keeper *keeper, comity_error *reterr)
{
    uint64_t unused;
    uint64_t now_ms = comity_wall_ms();
    COMITY_TRY(comity_log_wait_all(keeper->record->log, &unused, reterr)); /* nobody submits, but somebody may have just now */
    COMITY_TRY(comity_record_publish(keeper->record, &unused, reterr));
    comity_status status = comity_years_turn(keeper->years, now_ms, reterr);
    if (status != COMITY_OK) {
        (void)atomic_fetch_add(&keeper->metrics->record_failures, 1);
        comity_event_log("year-failed", "message", reterr->message);
        keeper->turn_s = now_ms / 1000 + TURN_AGAIN_S;
        return COMITY_OK;
    }
    keeper->turn_s = comity_years_newest(keeper->years)->end_s;
    keeper->ended_well = keeper->opening;
    comity_record_close(keeper->record);
    keeper->record = NULL;
    comity_event_log("year", "record", comity_years_newest(keeper->years)->folder);
    return open_newest(keeper, reterr);
}

/* Ends the old year's log, with all of it published, and begins the new one's. */
static comity_status turn_year(comity_keeper *keeper, comity_error *reterr)
{
    lock_alone(keeper);
    comity_status status = turn_locked(keeper, reterr);
    (void)pthread_rwlock_unlock(&keeper->lock);
    return status;
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
        if (taken->opening == keeper->opening && keeper->record != NULL) {
            taken->status = status;
        } else {
            bool durable = taken->opening != 0 && taken->opening == keeper->ended_well;
            taken->status = durable ? COMITY_OK : COMITY_ERROR_RECORD;
        }
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
        if (status == COMITY_OK && keeper->record != NULL && is_year_over(keeper)) {
            status = turn_year(keeper, &error);
        }
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
    comity_years_close(keeper->years);
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
    keeper->retention = retention;
    keeper->metrics = metrics;
    comity_status status = comity_years_open(folder, comity_wall_ms(), &keeper->years, reterr);
    if (status == COMITY_OK) {
        keeper->turn_s = comity_years_newest(keeper->years)->end_s;
        status = open_newest(keeper, reterr);
    }
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
    uint64_t unused;
    comity_error error;
    comity_thread_stop(&keeper->thread);
    /* nobody may come back to this record: what it holds is put under a checkpoint now */
    if (keeper->record != NULL && comity_record_publish(keeper->record, &unused, &error) != COMITY_OK) {
        comity_event_log("record-failed", "message", error.message);
    }
    keeper_free(keeper);
}
