/* Forgetting years that nothing counts any more, while counting goes on: series by series,
 * and of a series part by part, each in a transaction that takes some milliseconds. In
 * each, what the numbers say is taken down by what the persons who go or lose a year were
 * counted for, so that numbers and persons agree after every part. */
#include "ledger/inner.h"

#include "base/buffer.h"
#include "base/date.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    PART_PERSONS = 8192,
    PARTS_MAX = 65536, /* by the first two bytes of digests */
    PAUSE_US = 1000,   /* in which others take their turn */
    YEARS = COMITY_LEDGER_YEAR_MAX - COMITY_LEDGER_YEAR_MIN + 1,
    DAYS_BYTES_MAX = (YEARS + 1) * 366 * 40
};

typedef struct purged_series {
    int64_t exporter, series, persons;
} purged_series;

typedef struct purging {
    int32_t year, first_day;
    int64_t stay; /* the bits of the years that stay */
    comity_ledger_ends *ends;
    void *context; /* of `ends` */
    uint64_t persons;
    purged_series *series;
    size_t count, room;
    /* the part at hand */
    purged_series at;
    uint8_t low[COMITY_LEDGER_DIGEST_SIZE], high[COMITY_LEDGER_DIGEST_SIZE];
    comity_buffer days; /* [[day,number],… */
    unsigned day_count;
    int64_t years[YEARS];
} purging;

/* ---- which series ---- */

static comity_status take_series(void *context, const comity_value *values, comity_error *reterr)
{
    purging *work = context;
    if (work->count == work->room) {
        size_t room = work->room * 2 + 64;
        purged_series *larger = realloc(work->series, room * sizeof *larger);
        if (larger == NULL) {
            return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
        }
        work->series = larger;
        work->room = room;
    }
    work->series[work->count++] = (purged_series){values[0].number, values[1].number, values[2].number};
    return COMITY_OK;
}

static comity_status find_series(comity_store *store, void *context, comity_error *reterr)
{
    purging *work = context;
    comity_value values[] = {comity_value_number(work->first_day), comity_value_number(work->year)};
    return store->calls->run(store, COMITY_SQL_PURGE_SERIES, values, take_series, work, NULL, reterr);
}

/* ---- a part of one ---- */

/* So many have this as their last day, and go. */
static comity_status take_day(void *context, const comity_value *values, comity_error *reterr)
{
    purging *work = context;
    (void)reterr;
    comity_buffer_append_text(&work->days, work->day_count++ == 0 ? "[[" : ",[");
    comity_buffer_append_u64(&work->days, (uint64_t)values[0].number);
    comity_buffer_append_text(&work->days, ",-");
    comity_buffer_append_u64(&work->days, (uint64_t)values[1].number);
    comity_buffer_append_text(&work->days, "]");
    return COMITY_OK;
}

/* So many have these years, and lose some of them. */
static comity_status take_years(void *context, const comity_value *values, comity_error *reterr)
{
    purging *work = context;
    (void)reterr;
    for (int32_t i = 0; i < YEARS; i++) {
        bool goes = (values[0].number & ~work->stay & comity_ledger_bit(COMITY_LEDGER_YEAR_MIN + i)) != 0;
        work->years[i] += goes ? values[1].number : 0;
    }
    return COMITY_OK;
}

static comity_status change_numbers(comity_store *store, purging *work, comity_error *reterr)
{
    const uint8_t *text;
    comity_value days[] = {comity_value_number(work->at.series), {.number = 0}};
    for (int32_t i = 0; i < YEARS; i++) {
        comity_value year[] = {days[0], comity_value_number(COMITY_LEDGER_YEAR_MIN + i),
                               comity_value_number(-work->years[i])};
        if (work->years[i] != 0) {
            COMITY_TRY(store->calls->run(store, COMITY_SQL_YEARS_ADD, year, NULL, NULL, NULL, reterr));
        }
    }
    if (work->day_count == 0) {
        return COMITY_OK;
    }
    comity_buffer_append_text(&work->days, "]");
    COMITY_TRY(comity_buffer_bytes(&work->days, &text, &days[1].size, reterr));
    days[1].bytes = text;
    return store->calls->run(store, COMITY_SQL_DAYS_ADD, days, NULL, NULL, NULL, reterr);
}

static comity_status purge_part(comity_store *store, void *context, comity_error *reterr)
{
    purging *work = context;
    const comity_store_calls *calls = store->calls;
    uint64_t gone = 0;
    comity_value exporter = comity_value_number(work->at.exporter);
    comity_value days[] = {exporter,
                           comity_value_number(work->at.series),
                           {.bytes = work->low, .size = sizeof work->low},
                           {.bytes = work->high, .size = sizeof work->high},
                           comity_value_number(work->first_day)};
    comity_value goes[] = {days[0], days[1], days[2], days[3], comity_value_number(INT64_MAX & ~work->stay)};
    comity_value stays[] = {days[0], days[1], days[2], days[3], comity_value_number(work->stay)};
    comity_buffer_reset(&work->days);
    work->day_count = 0;
    memset(work->years, 0, sizeof work->years);
    COMITY_TRY(calls->run(store, COMITY_SQL_EXPORTER_LOCK_ID, &exporter, NULL, NULL, NULL, reterr));
    COMITY_TRY(calls->run(store, COMITY_SQL_PURGE_DAYS_SEEN, days, take_day, work, NULL, reterr));
    COMITY_TRY(calls->run(store, COMITY_SQL_PURGE_YEARS_SEEN, goes, take_years, work, NULL, reterr));
    COMITY_TRY(calls->run(store, COMITY_SQL_PURGE_PERSONS, days, NULL, NULL, &gone, reterr));
    COMITY_TRY(calls->run(store, COMITY_SQL_PURGE_BITS, stays, NULL, NULL, NULL, reterr));
    COMITY_TRY(change_numbers(store, work, reterr));
    work->persons += gone;
    return COMITY_OK;
}

static void set_part(purging *work, uint32_t first, uint32_t last)
{
    memset(work->low, 0, sizeof work->low);
    memset(work->high, 0xff, sizeof work->high);
    work->low[0] = (uint8_t)(first >> 8);
    work->low[1] = (uint8_t)first;
    work->high[0] = (uint8_t)(last >> 8);
    work->high[1] = (uint8_t)last;
}

static bool is_ended(const purging *work)
{
    return work->ends != NULL && work->ends(work->context);
}

static comity_status purge_series(comity_ledger *ledger, purging *work, comity_error *reterr)
{
    const struct timespec pause = {.tv_nsec = PAUSE_US * 1000};
    uint32_t step = PARTS_MAX;
    for (int64_t persons = work->at.persons; persons > PART_PERSONS && step > 1; persons /= 2) {
        step /= 2;
    }
    for (uint32_t first = 0; first < PARTS_MAX && !is_ended(work); first += step) {
        set_part(work, first, first + step - 1);
        COMITY_TRY(comity_ledger_do(ledger, COMITY_SQL_BEGIN_LONG, purge_part, work, reterr));
        (void)nanosleep(&pause, NULL);
    }
    return COMITY_OK;
}

/* ---- all ---- */

/* Numbers of nobody. */
static comity_status tidy(comity_store *store, void *context, comity_error *reterr)
{
    const purging *work = context;
    comity_value year = comity_value_number(work->year);
    COMITY_TRY(store->calls->run(store, COMITY_SQL_PURGE_YEARS, &year, NULL, NULL, NULL, reterr));
    return store->calls->run(store, COMITY_SQL_PURGE_DAYS, NULL, NULL, NULL, NULL, reterr);
}

static comity_status purge_all(comity_ledger *ledger, purging *work, comity_error *reterr)
{
    COMITY_TRY(comity_ledger_do(ledger, COMITY_SQL_BEGIN_READING, find_series, work, reterr));
    for (size_t i = 0; i < work->count && !is_ended(work); i++) {
        work->at = work->series[i];
        COMITY_TRY(purge_series(ledger, work, reterr));
    }
    return comity_ledger_do(ledger, COMITY_SQL_BEGIN_LIGHTLY, tidy, work, reterr);
}

comity_status comity_ledger_purge(comity_ledger *ledger, int32_t before, comity_ledger_ends *ends, void *context,
                                  uint64_t *ret_persons, comity_error *reterr)
{
    purging work = {.ends = ends, .context = context};
    int32_t month;
    int32_t day;
    comity_date_to_civil(before, &work.year, &month, &day);
    work.year = work.year < COMITY_LEDGER_YEAR_MIN ? COMITY_LEDGER_YEAR_MIN : work.year;
    work.stay = work.year > COMITY_LEDGER_YEAR_MAX ? 0 : INT64_MAX - (comity_ledger_bit(work.year) - 1);
    COMITY_TRY(comity_date_from_civil(work.year, 1, 1, &work.first_day, reterr));
    comity_buffer_init(&work.days, DAYS_BYTES_MAX);
    comity_status status = purge_all(ledger, &work, reterr);
    comity_buffer_free(&work.days);
    free(work.series);
    if (status == COMITY_OK) {
        *ret_persons = work.persons;
    }
    return status;
}
