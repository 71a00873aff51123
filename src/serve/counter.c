/* The thread that looks after the ledger; see counter.h. */
#include "serve/counter.h"

#include "base/date.h"
#include "serve/counts.h"
#include "serve/log.h"
#include "serve/thread.h"

#include <stdlib.h>
#include <time.h>

/* Between purges, in looks. */
enum { PURGE_EVERY = 6 * 3600 };

struct comity_counter {
    comity_ledger *ledger;
    comity_laws *laws;
    comity_thread thread; /* its mutex guards the next */
    comity_counter_state state;
};

static uint64_t wall_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

comity_ledger *comity_counter_ledger(comity_counter *counter)
{
    return counter->ledger;
}

comity_status comity_counter_reserve(comity_counter *counter, const char *exporter, int32_t day,
                                     const comity_ledger_entry *entries, size_t entry_count, comity_ledger_id *id,
                                     comity_ledger_numbers *ret_numbers, comity_error *reterr)
{
    uint64_t now_ms = wall_ms();
    comity_ledger_act act = {
        .exporter = exporter, .day = day, .now_ms = now_ms, .until_ms = now_ms + COMITY_LIMIT_SERVE_RESERVATION_MS};
    return comity_ledger_reserve(counter->ledger, &act, entries, entry_count, id, ret_numbers, reterr);
}

void comity_counter_look(comity_counter *counter, comity_counter_state *ret_state)
{
    (void)pthread_mutex_lock(&counter->thread.mutex);
    *ret_state = counter->state;
    (void)pthread_mutex_unlock(&counter->thread.mutex);
    ret_state->up = comity_ledger_up(counter->ledger);
}

/* ---- the thread ---- */

/* The first day that some count of the law may still ask for. */
static comity_status first_day(comity_counter *counter, int32_t *ret_day, comity_error *reterr)
{
    comity_lease lease;
    COMITY_TRY(comity_laws_lease(counter->laws, &lease, reterr));
    uint32_t months = comity_counts_months_max(&lease.context->law->image);
    comity_laws_return(counter->laws, &lease);
    return comity_date_add_months((int32_t)(time(NULL) / 86400), -(int32_t)months, ret_day, reterr);
}

static bool is_ending(void *context)
{
    comity_counter *counter = context;
    (void)pthread_mutex_lock(&counter->thread.mutex);
    bool ending = counter->thread.ending;
    (void)pthread_mutex_unlock(&counter->thread.mutex);
    return ending;
}

static comity_status purge(comity_counter *counter, comity_counter_state *state, comity_error *reterr)
{
    int32_t day;
    uint64_t purged = 0;
    COMITY_TRY(first_day(counter, &day, reterr));
    COMITY_TRY(comity_ledger_purge(counter->ledger, day, is_ending, counter, &purged, reterr));
    state->purged += purged;
    if (purged != 0) {
        comity_event_line line;
        comity_event_begin(&line, "ledger-purged");
        comity_event_number(&line, "persons", purged);
        comity_event_end(&line);
    }
    return COMITY_OK;
}

static comity_status look_after(comity_counter *counter, comity_counter_state *state, bool purges, comity_error *reterr)
{
    uint64_t expired = 0;
    COMITY_TRY(comity_ledger_expire(counter->ledger, wall_ms(), &expired, reterr));
    state->expired += expired;
    if (expired != 0) {
        comity_event_line line;
        comity_event_begin(&line, "ledger-expired");
        comity_event_number(&line, "reservations", expired);
        comity_event_end(&line);
    }
    if (purges) {
        COMITY_TRY(purge(counter, state, reterr));
    }
    return comity_ledger_count(counter->ledger, &state->totals, reterr);
}

static void tell_change(comity_counter_state *state, comity_status status, const comity_error *error)
{
    if (status == COMITY_OK && !state->up) {
        comity_event_log("ledger-open", NULL, NULL);
    } else if (status != COMITY_OK) {
        state->failures++;
        if (state->up) {
            comity_event_log("ledger-failed", "message", error->message);
        }
    }
    state->up = status == COMITY_OK;
}

/* A second, or until it ends. */
static bool wait_for_end(comity_counter *counter, const comity_counter_state *state)
{
    struct timespec until = comity_thread_moment(1000);
    (void)pthread_mutex_lock(&counter->thread.mutex);
    counter->state = *state;
    while (!counter->thread.ending && comity_thread_wait(&counter->thread, &until)) {
    }
    bool ending = counter->thread.ending;
    (void)pthread_mutex_unlock(&counter->thread.mutex);
    return ending;
}

static void *run(void *context)
{
    comity_counter *counter = context;
    comity_counter_state state = {.up = false};
    unsigned until_purge = 0;
    do {
        comity_error error;
        comity_status status = look_after(counter, &state, until_purge == 0, &error);
        until_purge = until_purge != 0 ? until_purge - 1 : status == COMITY_OK ? PURGE_EVERY : 0;
        tell_change(&state, status, &error);
    } while (!wait_for_end(counter, &state));
    return NULL;
}

/* ---- opening and closing ---- */

comity_status comity_counter_open(const char *where, comity_laws *laws, comity_counter **ret_counter,
                                  comity_error *reterr)
{
    comity_counter *counter = calloc(1, sizeof *counter);
    if (counter == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    counter->laws = laws;
    comity_status status = comity_ledger_open_later(where, &counter->ledger, reterr);
    if (status == COMITY_OK && !comity_ledger_up(counter->ledger)) {
        comity_event_log("ledger-failed", "message", "the ledger cannot be reached yet; it is tried again");
    }
    if (status == COMITY_OK) {
        status = comity_thread_start(&counter->thread, run, counter, reterr);
    }
    if (status != COMITY_OK) {
        comity_ledger_close(counter->ledger);
        free(counter);
        return status;
    }
    *ret_counter = counter;
    return COMITY_OK;
}

void comity_counter_close(comity_counter *counter)
{
    if (counter == NULL) {
        return;
    }
    comity_thread_stop(&counter->thread);
    comity_ledger_close(counter->ledger);
    free(counter);
}
