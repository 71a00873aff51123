/* Which entries in; how many were erased out. The record is borrowed from the keeper,
 * who goes on keeping, and given back as soon as he wants it or the daemon stops. */
#include "serve/forget.h"

#include "base/date.h"
#include "serve/log.h"
#include "serve/server.h"

#include <string.h>

enum { NAP_NS_MAX = 1000000000 };

static bool may_go_on(const comity_server *server)
{
    return !atomic_load(&server->stopping) && !comity_keeper_wants_back(server->keeper);
}

static comity_status broken_off(comity_error *reterr)
{
    return comity_fail(reterr, COMITY_ERROR_SYSTEM,
                       "it was broken off, for the daemon stops or opens its record anew: some may be erased; ask again");
}

static void nap(uint64_t ns)
{
    struct timespec moment = {.tv_nsec = ns < NAP_NS_MAX ? (long)ns : NAP_NS_MAX - 1};
    (void)nanosleep(&moment, NULL);
}

/* ---- one record ---- */

static comity_status erase_steps(const comity_server *server, comity_erasing *erasing, bool in_haste, comity_error *reterr)
{
    for (bool done = false; !done;) {
        uint64_t begun_ns = comity_now_ns();
        if (!may_go_on(server)) {
            return broken_off(reterr);
        }
        COMITY_TRY(comity_log_erase_step(erasing, &done, reterr));
        if (!in_haste && !done) {
            nap(comity_now_ns() - begun_ns);
        }
    }
    return COMITY_OK;
}

/* Adds to `count`, also where it fails in the middle. */
static comity_status erase_in(const comity_server *server, comity_log *log, const comity_erasure *what, uint64_t *count,
                              comity_error *reterr)
{
    comity_erasing *erasing;
    COMITY_TRY(comity_log_erase_begin(log, what, comity_wall_ms(), &erasing, reterr));
    comity_status status = erase_steps(server, erasing, what->by_index, reterr);
    *count += comity_log_erase_end(erasing);
    return status;
}

static bool go_on_sweeping(void *context)
{
    nap(1000 * 1000);
    return may_go_on(context);
}

/* ---- the years before ---- */

/* In the log of a year that is over, which is opened for as long. Adds to `forgotten`. */
static comity_status erase_year(comity_server *server, const comity_year *year, const comity_erasure *what,
                                comity_forgotten *forgotten, comity_error *reterr)
{
    comity_record *record;
    uint64_t before = forgotten->count;
    uint64_t unread = 0;
    COMITY_TRY(comity_record_open(year->folder, NULL, 0, &record, reterr));
    comity_status status = erase_in(server, record->log, what, &forgotten->count, reterr);
    if (status == COMITY_OK && forgotten->count != before) {
        status = comity_record_sweep(record, go_on_sweeping, server, &unread, reterr);
    }
    forgotten->unread += unread;
    comity_record_close(record);
    return status;
}

/* In the logs of all years before `newest`; there are none where one log is kept for ever. */
static comity_status erase_past(comity_server *server, const comity_year *newest, const comity_erasure *what,
                                comity_forgotten *forgotten, comity_error *reterr)
{
    comity_years *years = comity_keeper_years(server->keeper);
    comity_year_list list;
    COMITY_TRY(comity_years_list(years, &list, reterr));
    for (size_t i = 0; i < list.count && strcmp(list.names[i], newest->name) < 0; i++) {
        const comity_year *year;
        COMITY_TRY(comity_years_find(years, list.names[i], &year, reterr));
        comity_status status = erase_year(server, year, what, forgotten, reterr);
        if (status != COMITY_OK && status != COMITY_ERROR_NAME) { /* which says that it never had such a class */
            return status;
        }
    }
    return COMITY_OK;
}

/* ---- all of it ---- */

/* In the log that is written now, unless another is named. `*ret_newest`: which it was. */
static comity_status erase_newest(comity_server *server, const char *log, const comity_erasure *what,
                                  comity_forgotten *forgotten, const comity_year **ret_newest, comity_error *reterr)
{
    comity_record *record = comity_keeper_borrow(server->keeper);
    if (record == NULL) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "the record cannot be written at present");
    }
    *ret_newest = comity_years_newest(comity_keeper_years(server->keeper)); /* until it is given back */
    bool is_it = log == NULL || strcmp((*ret_newest)->name, log) == 0;
    comity_status status = is_it ? erase_in(server, record->log, what, &forgotten->count, reterr) : COMITY_OK;
    comity_keeper_give_back(server->keeper);
    return status;
}

/* One entry, of the log that is named. */
static comity_status erase_one(comity_server *server, const char *log, const comity_erasure *what,
                               comity_forgotten *forgotten, comity_error *reterr)
{
    const comity_year *newest = NULL;
    const comity_year *year;
    COMITY_TRY(erase_newest(server, log, what, forgotten, &newest, reterr));
    if (strcmp(newest->name, log) == 0) {
        return COMITY_OK;
    }
    COMITY_TRY(comity_years_find(comity_keeper_years(server->keeper), log, &year, reterr));
    return erase_year(server, year, what, forgotten, reterr);
}

/* All before a day, in whichever log. */
static comity_status erase_by_age(comity_server *server, const comity_erasure *what, comity_forgotten *forgotten,
                                  comity_error *reterr)
{
    const comity_year *newest = NULL;
    comity_error past_error;
    comity_forgotten before = {0};
    comity_status status = erase_newest(server, NULL, what, forgotten, &newest, reterr);
    if (status != COMITY_OK && status != COMITY_ERROR_NAME) {
        return status;
    }
    comity_status past = erase_past(server, newest, what, &before, &past_error);
    forgotten->count += before.count;
    forgotten->unread += before.unread;
    if (past != COMITY_OK) {
        return comity_fail(reterr, past, "%s", past_error.message);
    }
    return before.count != 0 ? COMITY_OK : status;
}

static void tell(const char *who, const comity_erasure *what, const char *log, const comity_forgotten *forgotten,
                 comity_status status, const comity_error *error)
{
    comity_event_line line;
    char day[COMITY_DATE_TEXT_SIZE];
    comity_event_begin(&line, status == COMITY_OK ? "erased" : "erase-failed");
    comity_event_text(&line, "who", who);
    if (what->by_index) {
        comity_event_number(&line, "entry", what->index);
        if (log[0] != '\0') {
            comity_event_text(&line, "log", log);
        }
    } else {
        comity_date_print((int32_t)(what->before_ms / 86400000), day);
        comity_event_text(&line, "before", day);
        comity_event_text(&line, "retention", what->class_name == NULL ? "all" : what->class_name);
    }
    comity_event_number(&line, "count", forgotten->count);
    if (forgotten->unread != 0) {
        comity_event_number(&line, "unread", forgotten->unread);
    }
    if (status != COMITY_OK) {
        comity_event_text(&line, "message", error->message);
    }
    comity_event_end(&line);
}

comity_status comity_forget(comity_server *server, const char *who, const comity_erasure *what, const char *log,
                            comity_forgotten *ret_forgotten, comity_error *reterr)
{
    comity_forgotten forgotten = {0};
    comity_status status = what->by_index ? erase_one(server, log, what, &forgotten, reterr)
                                          : erase_by_age(server, what, &forgotten, reterr);
    if (status == COMITY_ERROR_RANGE || status == COMITY_ERROR_NAME) { /* there was nothing to do */
        return status;
    }
    (void)atomic_fetch_add(&server->metrics.erased, forgotten.count);
    tell(who, what, log, &forgotten, status, reterr);
    if (status != COMITY_OK) {
        (void)atomic_fetch_add(&server->metrics.erase_failures, 1);
        return status;
    }
    *ret_forgotten = forgotten;
    return COMITY_OK;
}

comity_status comity_forget_grounds(comity_server *server, uint64_t *ret_unread, comity_error *reterr)
{
    comity_record *record = comity_keeper_borrow(server->keeper);
    if (record == NULL) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "the record cannot be written at present");
    }
    comity_status status = comity_record_sweep(record, go_on_sweeping, server, ret_unread, reterr);
    comity_keeper_give_back(server->keeper);
    return status;
}
