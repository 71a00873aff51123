/* Settings and the time in, erasures out: see retention.h. */
#include "serve/retention.h"

#include "serve/forget.h"
#include "serve/log.h"
#include "serve/server.h"
#include "serve/thread.h"

#include <stdlib.h>

enum { MS_PER_HOUR = 3600 * 1000, MS_PER_DAY = 24 * MS_PER_HOUR, FIRST_MS = MS_PER_HOUR, AGREE_MS = MS_PER_HOUR };

struct comity_retention_keeper {
    comity_thread thread; /* its mutex guards the next */
    bool erased;          /* since papers were looked at */
    comity_server *server;
    uint64_t wall_ms, steady_ms; /* at the start, or when it was looked last */
};

static uint64_t steady_ms(void)
{
    return comity_now_ns() / 1000000;
}

/* Did the time of day go as time does, since it was looked last? */
static bool clock_agrees(comity_retention_keeper *keeper)
{
    uint64_t wall = comity_wall_ms();
    uint64_t steady = steady_ms();
    uint64_t expected = keeper->wall_ms + (steady - keeper->steady_ms);
    bool agrees = (wall > expected ? wall - expected : expected - wall) <= AGREE_MS;
    keeper->wall_ms = wall;
    keeper->steady_ms = steady;
    return agrees;
}

/* One class; what cannot be erased now is, tomorrow. False: it failed. */
static bool erase_class(comity_server *server, const comity_erase_after *rule, uint64_t now_ms)
{
    comity_error error;
    comity_forgotten unused;
    uint64_t age_ms = (uint64_t)rule->days * MS_PER_DAY;
    comity_erasure what = {.class_name = rule->class_name, .before_ms = now_ms > age_ms ? now_ms - age_ms : 0};
    what.before_ms -= what.before_ms % MS_PER_DAY; /* whole days: what is told is what was done */
    comity_status status = comity_forget(server, "erase-after", &what, "", &unused, &error);
    return status == COMITY_OK || status == COMITY_ERROR_NAME;
}

static void erase_by_age(comity_retention_keeper *keeper)
{
    comity_server *server = keeper->server;
    const comity_config *config = server->config;
    bool good = true;
    if (config->erase_after_count == 0) {
        return;
    }
    if (!clock_agrees(keeper)) {
        comity_event_log("erase-held", "message",
                         "the time of day was set since the last look; nothing is erased by age until it has gone well for a day");
        return;
    }
    for (size_t i = 0; i < config->erase_after_count; i++) {
        good &= erase_class(server, &config->erase_after[i], keeper->wall_ms);
    }
    if (good) {
        atomic_store(&server->metrics.retention_s, keeper->wall_ms / 1000);
    }
}

/* False: it failed, and what nobody names may be there. */
static bool sweep(comity_server *server)
{
    comity_error error;
    comity_event_line line;
    uint64_t unread = 0;
    bool done = comity_forget_grounds(server, &unread, &error) == COMITY_OK;
    comity_event_begin(&line, done ? "swept" : "sweep-failed");
    if (unread != 0) {
        comity_event_number(&line, "unread", unread);
    }
    if (!done) {
        comity_event_text(&line, "message", error.message);
    }
    comity_event_end(&line);
    return done;
}

static void *keep(void *context)
{
    comity_retention_keeper *keeper = context;
    struct timespec next = comity_thread_moment(FIRST_MS);
    bool left = true; /* of papers that nobody names: one who ran before may have left some */
    (void)pthread_mutex_lock(&keeper->thread.mutex);
    for (;;) {
        bool late = false;
        while (!keeper->thread.ending && !keeper->erased && !late) {
            late = !comity_thread_wait(&keeper->thread, &next);
        }
        if (keeper->thread.ending) {
            break;
        }
        (void)pthread_mutex_unlock(&keeper->thread.mutex);
        if (late) {
            next = comity_thread_moment(MS_PER_DAY);
            erase_by_age(keeper);
        }
        (void)pthread_mutex_lock(&keeper->thread.mutex);
        left |= keeper->erased;
        keeper->erased = false;
        (void)pthread_mutex_unlock(&keeper->thread.mutex);
        if (left) {
            left = !sweep(keeper->server);
        }
        (void)pthread_mutex_lock(&keeper->thread.mutex);
    }
    (void)pthread_mutex_unlock(&keeper->thread.mutex);
    return NULL;
}

comity_status comity_retention_start(comity_server *server, comity_retention_keeper **ret_keeper, comity_error *reterr)
{
    comity_retention_keeper *keeper = calloc(1, sizeof *keeper);
    if (keeper == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    keeper->server = server;
    keeper->wall_ms = comity_wall_ms();
    keeper->steady_ms = steady_ms();
    comity_status status = comity_thread_start(&keeper->thread, keep, keeper, reterr);
    if (status != COMITY_OK) {
        free(keeper);
        return status;
    }
    *ret_keeper = keeper;
    return COMITY_OK;
}

void comity_retention_erased(comity_retention_keeper *keeper)
{
    (void)pthread_mutex_lock(&keeper->thread.mutex);
    keeper->erased = true;
    (void)pthread_cond_signal(&keeper->thread.wake);
    (void)pthread_mutex_unlock(&keeper->thread.mutex);
}

void comity_retention_stop(comity_retention_keeper *keeper)
{
    if (keeper == NULL) {
        return;
    }
    comity_thread_stop(&keeper->thread);
    free(keeper);
}
