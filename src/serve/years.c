/* The years' folders: see years.h. A year is opened once, and its disk stays open, for
 * somebody may still read there. */
#include "serve/years.h"

#include "base/date.h"
#include "base/time.h"
#include "comity.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 4096, YEAR_DIGITS = 4 };

struct comity_years {
    const char *folder;
    _Atomic(comity_year *) newest;
    pthread_mutex_t mutex; /* guards the next */
    comity_year *opened;   /* all of them, in no order */
};

static bool is_year(const char *name)
{
    return strlen(name) == YEAR_DIGITS && strspn(name, "0123456789") == YEAR_DIGITS;
}

/* The first moment of a year that is told by its digits; 0 for one before 1970. */
static uint64_t begin_of_ms(const char *name)
{
    int32_t day = 0;
    bool known = comity_date_from_civil((int32_t)strtol(name, NULL, 10), 1, 1, &day, NULL) == COMITY_OK && day > 0;
    return known ? (uint64_t)day * 86400000 : 0;
}

static uint64_t end_of_year_s(uint64_t time_ms)
{
    int32_t unused;
    uint64_t end_ms = 0;
    return comity_time_year(time_ms, &unused, &end_ms) ? end_ms / 1000 : 0;
}

static void year_free(comity_year *which)
{
    comity_disk_posix_free(which->disk);
    free(which);
}

/* `path`: of the series' folder or, in it, of a year's. */
static comity_status year_new(const comity_years *years, const char *path, comity_year **ret_year, comity_error *reterr)
{
    size_t root = strlen(years->folder);
    comity_year *made = calloc(1, sizeof *made + strlen(path) + 1);
    if (made == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    memcpy(made->folder, path, strlen(path) + 1);
    made->name = made->folder + (path[root] == '/' ? root + 1 : root);
    if (made->name[0] != '\0') {
        made->begin_ms = begin_of_ms(made->name);
        made->end_s = end_of_year_s(made->begin_ms);
    }
    comity_status status = comity_disk_posix_new(path, &made->disk, reterr);
    if (status != COMITY_OK) {
        year_free(made);
        return status;
    }
    *ret_year = made;
    return COMITY_OK;
}

/* The mutex is held. */
static comity_status open_locked(comity_years *years, const char *path, comity_year **ret_year, comity_error *reterr)
{
    comity_year *at = years->opened;
    while (at != NULL && strcmp(at->folder, path) != 0) {
        at = at->next;
    }
    if (at == NULL) {
        COMITY_TRY(year_new(years, path, &at, reterr));
        at->next = years->opened;
        years->opened = at;
    }
    *ret_year = at;
    return COMITY_OK;
}

static comity_status open_year(comity_years *years, const char *path, comity_year **ret_year, comity_error *reterr)
{
    (void)pthread_mutex_lock(&years->mutex);
    comity_status status = open_locked(years, path, ret_year, reterr);
    (void)pthread_mutex_unlock(&years->mutex);
    return status;
}

/* ---- turning ---- */

comity_status comity_years_turn(comity_years *years, uint64_t time_ms, comity_error *reterr)
{
    char path[PATH_SIZE];
    comity_year *next;
    COMITY_TRY(comity_record_year(years->folder, time_ms, NULL, path, sizeof path, reterr));
    COMITY_TRY(open_year(years, path, &next, reterr));
    atomic_store(&years->newest, next);
    return COMITY_OK;
}

comity_status comity_years_open(const char *folder, uint64_t time_ms, comity_years **ret_years, comity_error *reterr)
{
    comity_years *years = calloc(1, sizeof *years);
    if (years == NULL || pthread_mutex_init(&years->mutex, NULL) != 0) {
        free(years);
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    years->folder = folder;
    comity_status status = comity_years_turn(years, time_ms, reterr);
    if (status != COMITY_OK) {
        comity_years_close(years);
        return status;
    }
    *ret_years = years;
    return COMITY_OK;
}

void comity_years_close(comity_years *years)
{
    if (years == NULL) {
        return;
    }
    for (comity_year *at = years->opened; at != NULL;) {
        comity_year *next = at->next;
        year_free(at);
        at = next;
    }
    (void)pthread_mutex_destroy(&years->mutex);
    free(years);
}

const comity_year *comity_years_newest(const comity_years *years)
{
    return atomic_load(&years->newest);
}

/* ---- the years there are ---- */

typedef struct year_listing {
    comity_disk *disk; /* of the series' folder */
    const char *newest;
    comity_year_list list;
} year_listing;

/* A folder that was begun and has no record yet is none. */
static comity_disk_result has_record(comity_disk *disk, const char *name, bool *ret_has, comity_error *reterr)
{
    char path[YEAR_DIGITS + sizeof "/record"];
    int file;
    (void)snprintf(path, sizeof path, "%s/record", name);
    comity_disk_result result = disk->open(disk, path, COMITY_DISK_READ, &file, reterr);
    if (result == COMITY_DISK_OK) {
        disk->close(disk, file);
    }
    *ret_has = result == COMITY_DISK_OK;
    return result == COMITY_DISK_MISSING ? COMITY_DISK_OK : result;
}

static comity_disk_result visit(void *context, const char *name, comity_error *reterr)
{
    year_listing *listing = context;
    comity_year_list *list = &listing->list;
    bool has = false;
    if (!is_year(name) || strcmp(name, listing->newest) > 0) {
        return COMITY_DISK_OK;
    }
    comity_disk_result result = has_record(listing->disk, name, &has, reterr);
    if (result != COMITY_DISK_OK || !has) {
        return result;
    }
    if (list->count == COMITY_LIMIT_SERVE_YEARS) {
        (void)comity_fail(reterr, COMITY_ERROR_LIMIT, "more than %d years have a log", COMITY_LIMIT_SERVE_YEARS);
        return COMITY_DISK_FAILED;
    }
    memcpy(list->names[list->count++], name, YEAR_DIGITS + 1);
    return COMITY_DISK_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

comity_status comity_years_list(const comity_years *years, comity_year_list *ret_list, comity_error *reterr)
{
    year_listing listing = {.newest = comity_years_newest(years)->name};
    ret_list->count = 0;
    if (listing.newest[0] == '\0') {
        return COMITY_OK;
    }
    COMITY_TRY(comity_disk_posix_new(years->folder, &listing.disk, reterr));
    comity_disk_result result = listing.disk->list(listing.disk, ".", visit, &listing, reterr);
    comity_disk_posix_free(listing.disk);
    COMITY_TRY(comity_disk_status(result, years->folder, reterr));
    qsort(listing.list.names, listing.list.count, sizeof listing.list.names[0], by_name);
    *ret_list = listing.list;
    return COMITY_OK;
}

comity_status comity_years_find(comity_years *years, const char *name, const comity_year **ret_year, comity_error *reterr)
{
    char path[PATH_SIZE];
    comity_year_list list;
    comity_year *found;
    if (strcmp(name, comity_years_newest(years)->name) == 0) {
        *ret_year = comity_years_newest(years);
        return COMITY_OK;
    }
    COMITY_TRY(comity_years_list(years, &list, reterr));
    if (bsearch(name, list.names, list.count, sizeof list.names[0], by_name) == NULL) {
        return comity_fail(reterr, COMITY_ERROR_NAME, "no year of this name has a log");
    }
    int size = snprintf(path, sizeof path, "%s/%s", years->folder, name);
    if (size < 0 || (size_t)size >= sizeof path) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "%s: the path is too long", years->folder);
    }
    COMITY_TRY(open_year(years, path, &found, reterr));
    *ret_year = found;
    return COMITY_OK;
}

/* The one next to `year` among those that have a log, `later` or earlier. */
static comity_status find_beside(comity_years *years, const comity_year *year, bool later, const comity_year **ret_year,
                                 comity_error *reterr)
{
    comity_year_list list;
    const char *name = NULL;
    COMITY_TRY(comity_years_list(years, &list, reterr));
    for (size_t i = 0; i < list.count; i++) {
        int order = strcmp(list.names[i], year->name);
        if (later ? order > 0 && name == NULL : order < 0) {
            name = list.names[i];
        }
    }
    if (name == NULL) {
        *ret_year = NULL;
        return COMITY_OK;
    }
    return comity_years_find(years, name, ret_year, reterr);
}

comity_status comity_years_before(comity_years *years, const comity_year *year, const comity_year **ret_year,
                                  comity_error *reterr)
{
    return find_beside(years, year, false, ret_year, reterr);
}

comity_status comity_years_behind(comity_years *years, const comity_year *year, const comity_year **ret_year,
                                  comity_error *reterr)
{
    return find_beside(years, year, true, ret_year, reterr);
}
