/* Which entries in; how many were erased out. The record is borrowed from the keeper,
 * who goes on keeping, and given back as soon as he wants it or the daemon stops. */
#include "serve/forget.h"

#include "base/date.h"
#include "serve/log.h"
#include "serve/server.h"

#include <stdio.h>
#include <string.h>

enum { NAP_NS_MAX = 1000000000, YEAR_DIGITS = 4, PATH_SIZE = 4096 };

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

typedef struct past_years {
    comity_server *server;
    const comity_erasure *what;
    const char *now; /* the folder of this year's, which is open */
    comity_forgotten forgotten;
} past_years;

static comity_status erase_year(past_years *years, const char *folder, comity_error *reterr)
{
    comity_record *record;
    uint64_t before = years->forgotten.count;
    uint64_t unread = 0;
    COMITY_TRY(comity_record_open(folder, NULL, 0, &record, reterr));
    comity_status status = erase_in(years->server, record->log, years->what, &years->forgotten.count, reterr);
    if (status == COMITY_ERROR_NAME) { /* it never had such a class */
        status = COMITY_OK;
    }
    if (status == COMITY_OK && years->forgotten.count != before) {
        status = comity_record_sweep(record, go_on_sweeping, years->server, &unread, reterr);
    }
    years->forgotten.unread += unread;
    comity_record_close(record);
    return status;
}

static comity_disk_result visit(void *context, const char *name, comity_error *reterr)
{
    past_years *years = context;
    char folder[PATH_SIZE];
    if (strlen(name) != YEAR_DIGITS || strspn(name, "0123456789") != YEAR_DIGITS) {
        return COMITY_DISK_OK;
    }
    int size = snprintf(folder, sizeof folder, "%s/%s", years->server->config->record, name);
    if (size < 0 || (size_t)size >= sizeof folder || strcmp(folder, years->now) == 0) {
        return COMITY_DISK_OK;
    }
    return erase_year(years, folder, reterr) == COMITY_OK ? COMITY_DISK_OK : COMITY_DISK_FAILED;
}

/* In the folders of years that are over; there are none where one log is kept for ever. */
static comity_status erase_past(past_years *years, comity_error *reterr)
{
    comity_disk *disk;
    const char *root = years->server->config->record;
    if (strcmp(root, years->now) == 0) {
        return COMITY_OK;
    }
    COMITY_TRY(comity_disk_posix_new(root, &disk, reterr));
    comity_disk_result result = disk->list(disk, ".", visit, years, reterr);
    comity_disk_posix_free(disk);
    return comity_disk_status(result, root, reterr);
}

/* ---- all of it ---- */

static comity_status erase_now(comity_server *server, const comity_erasure *what, comity_forgotten *forgotten,
                               comity_error *reterr)
{
    past_years years = {.server = server, .what = what};
    comity_record *record = comity_keeper_borrow(server->keeper);
    if (record == NULL) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "the record cannot be written at present");
    }
    comity_status status = erase_in(server, record->log, what, &forgotten->count, reterr);
    years.now = comity_keeper_folder(server->keeper);
    comity_keeper_give_back(server->keeper);
    if (what->by_index || (status != COMITY_OK && status != COMITY_ERROR_NAME)) {
        return status;
    }
    comity_error past_error;
    comity_status past = erase_past(&years, &past_error);
    forgotten->count += years.forgotten.count;
    forgotten->unread = years.forgotten.unread;
    if (past != COMITY_OK) {
        return comity_fail(reterr, past, "%s", past_error.message);
    }
    return years.forgotten.count != 0 ? COMITY_OK : status;
}

static void tell(const char *who, const comity_erasure *what, const comity_forgotten *forgotten, comity_status status,
                 const comity_error *error)
{
    comity_event_line line;
    char day[COMITY_DATE_TEXT_SIZE];
    comity_event_begin(&line, status == COMITY_OK ? "erased" : "erase-failed");
    comity_event_text(&line, "who", who);
    if (what->by_index) {
        comity_event_number(&line, "entry", what->index);
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

comity_status comity_forget(comity_server *server, const char *who, const comity_erasure *what,
                            comity_forgotten *ret_forgotten, comity_error *reterr)
{
    comity_forgotten forgotten = {0};
    comity_status status = erase_now(server, what, &forgotten, reterr);
    if (status == COMITY_ERROR_RANGE || status == COMITY_ERROR_NAME) { /* there was nothing to do */
        return status;
    }
    (void)atomic_fetch_add(&server->metrics.erased, forgotten.count);
    tell(who, what, &forgotten, status, reterr);
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
