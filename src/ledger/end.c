/* Committing, cancelling, expiring: how a reservation ends, each in one transaction.
 *
 * What was held becomes counted series by series: the persons' last days, as they are before,
 * say by how much each number changes; then the persons are put down, then the numbers. */
#include "ledger/inner.h"

#include "base/buffer.h"

#include <assert.h>
#include <stdlib.h>

comity_status comity_ledger_end_reservation(comity_store *store, const comity_ledger_id *id, int64_t *ret_exporter,
                                            uint64_t *ret_rows, comity_error *reterr)
{
    comity_value named = comity_ledger_id_value(id);
    return store->calls->run(store, COMITY_SQL_RESERVATION_END, &named, comity_ledger_take_number, ret_exporter,
                             ret_rows, reterr);
}

comity_status comity_ledger_end_held(comity_store *store, const comity_ledger_id *id, comity_error *reterr)
{
    comity_value named = comity_ledger_id_value(id);
    return store->calls->run(store, COMITY_SQL_HELD_END, &named, NULL, NULL, NULL, reterr);
}

/* ---- committing ---- */

/* Enough for a day of each of the years that can be counted in, forty bytes each. */
enum { CHANGES_BYTES_MAX = (COMITY_LEDGER_YEAR_MAX - COMITY_LEDGER_YEAR_MIN + 2) * 366 * 40 };

typedef struct committing {
    comity_store *store;
    int64_t day;           /* of the persons at hand */
    int64_t arrive;        /* how many will have it as their last day, and had not */
    int64_t in_year;       /* how many are new in the year */
    comity_buffer changes; /* of the numbers of days: [[day,number],… */
    unsigned noted;
} committing;

static void note_change(committing *work, int64_t day, int64_t number)
{
    comity_buffer_append_text(&work->changes, work->noted++ == 0 ? "[[" : ",[");
    comity_buffer_append_u64(&work->changes, (uint64_t)day);
    comity_buffer_append_text(&work->changes, number < 0 ? ",-" : ",");
    comity_buffer_append_u64(&work->changes, (uint64_t)(number < 0 ? -number : number));
    comity_buffer_append_text(&work->changes, "]");
}

/* So many have had this as their last day. */
static comity_status take_last_day(void *context, const comity_value *values, comity_error *reterr)
{
    committing *work = context;
    int64_t last = values[0].number;
    (void)reterr;
    work->in_year += values[2].number;
    if (last < work->day) {
        work->arrive += values[1].number;
    }
    if (last >= 0 && last < work->day) {
        note_change(work, last, -values[1].number);
    }
    return COMITY_OK;
}

static comity_status change_numbers(committing *work, int64_t series, int64_t year, comity_error *reterr)
{
    const uint8_t *text;
    comity_value years[] = {comity_value_number(series), comity_value_number(year), comity_value_number(work->in_year)};
    comity_value days[] = {comity_value_number(series), {.number = 0}};
    if (work->in_year != 0) {
        COMITY_TRY(work->store->calls->run(work->store, COMITY_SQL_YEARS_ADD, years, NULL, NULL, NULL, reterr));
    }
    if (work->arrive == 0) {
        return COMITY_OK;
    }
    note_change(work, work->day, work->arrive);
    comity_buffer_append_text(&work->changes, "]");
    COMITY_TRY(comity_buffer_bytes(&work->changes, &text, &days[1].size, reterr));
    days[1].bytes = text;
    return work->store->calls->run(work->store, COMITY_SQL_DAYS_ADD, days, NULL, NULL, NULL, reterr);
}

/* One row of what is held: exporter, series, day, year, digests. */
static comity_status commit_held(void *context, const comity_value *values, comity_error *reterr)
{
    committing *work = context;
    const comity_store_calls *calls = work->store->calls;
    comity_value bit = comity_value_number(comity_ledger_bit((int32_t)values[3].number));
    comity_value count = comity_value_number((int64_t)(values[4].size / COMITY_LEDGER_DIGEST_SIZE));
    comity_value asked[] = {values[0], values[1], values[4], count, bit};
    comity_value added[] = {values[0], values[1], values[4], count, values[2], bit};
    work->day = values[2].number;
    work->arrive = work->in_year = 0;
    work->noted = 0;
    comity_buffer_reset(&work->changes);
    COMITY_TRY(calls->run(work->store, COMITY_SQL_LAST_DAYS, asked, take_last_day, work, NULL, reterr));
    if (work->arrive == 0 && work->in_year == 0) {
        return COMITY_OK;
    }
    COMITY_TRY(calls->run(work->store, COMITY_SQL_PERSONS_ADD, added, NULL, NULL, NULL, reterr));
    return change_numbers(work, values[1].number, values[3].number, reterr);
}

/* The reservation, if there is one, and the exporter it is of. */
static comity_status end_one(comity_store *store, const comity_ledger_id *id, int64_t *ret_exporter, comity_error *reterr)
{
    uint64_t rows = 0;
    COMITY_TRY(comity_ledger_end_reservation(store, id, ret_exporter, &rows, reterr));
    return rows != 0 ? COMITY_OK
                     : comity_fail(reterr, COMITY_ERROR_RANGE,
                                   "the ledger holds no such reservation: it was ended, or its time is over");
}

static comity_status count_one(comity_store *store, const comity_ledger_id *id, int64_t exporter, comity_error *reterr)
{
    committing work = {.store = store};
    comity_value locked = comity_value_number(exporter);
    comity_value named = comity_ledger_id_value(id);
    COMITY_TRY(store->calls->run(store, COMITY_SQL_EXPORTER_LOCK_ID, &locked, NULL, NULL, NULL, reterr));
    comity_buffer_init(&work.changes, CHANGES_BYTES_MAX);
    comity_status status =
        store->calls->run(store, COMITY_SQL_HELD_OF_RESERVATION, &named, commit_held, &work, NULL, reterr);
    comity_buffer_free(&work.changes);
    return status == COMITY_OK ? comity_ledger_end_held(store, id, reterr) : status;
}

static comity_status commit(comity_store *store, void *context, comity_error *reterr)
{
    int64_t exporter = 0;
    COMITY_TRY(end_one(store, context, &exporter, reterr));
    return count_one(store, context, exporter, reterr);
}

comity_status comity_ledger_commit(comity_ledger *ledger, const comity_ledger_id *id, comity_error *reterr)
{
    comity_ledger_id copy = *id;
    return comity_ledger_do(ledger, COMITY_SQL_BEGIN, commit, &copy, reterr);
}

typedef struct together {
    comity_ledger_member *members;
    size_t count;
} together;

/* One that is to be counted. */
typedef struct together_item {
    const comity_ledger_id *id;
    int64_t exporter;
} together_item;

static int exporter_order(const void *a, const void *b)
{
    int64_t left = ((const together_item *)a)->exporter;
    int64_t right = ((const together_item *)b)->exporter;
    return (left > right) - (left < right);
}

/* Ends the reservations of a group, which begins at `from`. One that is not there any more takes the others with it:
 * their persons are held no longer, and not counted. `items`, of which `count` are there, takes in what is to be counted. */
static comity_status end_group(comity_store *store, comity_ledger_member *from, size_t size, together_item *items,
                               size_t *count, comity_error *reterr)
{
    comity_status status = COMITY_OK;
    for (size_t i = 0; i < size; i++) {
        together_item *item = &items[*count + i];
        item->id = &from[i].id;
        comity_status ended = end_one(store, item->id, &item->exporter, reterr);
        if (ended != COMITY_OK && ended != COMITY_ERROR_RANGE) {
            return ended;
        }
        status = status == COMITY_OK ? ended : status;
    }
    for (size_t i = 0; i < size; i++) {
        from[i].status = status;
        if (status != COMITY_OK) {
            COMITY_TRY(comity_ledger_end_held(store, &from[i].id, reterr));
        }
    }
    *count += status == COMITY_OK ? size : 0;
    return COMITY_OK;
}

static size_t group_size(const comity_ledger_member *from, size_t most)
{
    size_t size = 1;
    while (size < most && from[size].group == from->group) {
        size++;
    }
    return size;
}

/* Exporters are locked in one order by all who lock several, so that none waits for each other. */
static comity_status commit_together(comity_store *store, void *context, comity_error *reterr)
{
    const together *all = context;
    together_item items[COMITY_LEDGER_TOGETHER_MAX];
    size_t count = 0;
    for (size_t i = 0; i < all->count;) {
        size_t size = group_size(&all->members[i], all->count - i);
        COMITY_TRY(end_group(store, &all->members[i], size, items, &count, reterr));
        i += size;
    }
    qsort(items, count, sizeof *items, exporter_order);
    for (size_t i = 0; i < count; i++) {
        COMITY_TRY(count_one(store, items[i].id, items[i].exporter, reterr));
    }
    return COMITY_OK;
}

void comity_ledger_commit_many(comity_ledger *ledger, comity_ledger_member *members, size_t count)
{
    together all = {.members = members, .count = count};
    comity_error unused;
    assert(count <= COMITY_LEDGER_TOGETHER_MAX);
    comity_status whole = count == 0 ? COMITY_OK : comity_ledger_do(ledger, COMITY_SQL_BEGIN, commit_together, &all, &unused);
    for (size_t i = 0; whole != COMITY_OK && i < count;) { /* nothing was: what one of them fails of is its own */
        together one = {.members = &members[i], .count = group_size(&members[i], count - i)};
        comity_status status =
            one.count == count ? whole : comity_ledger_do(ledger, COMITY_SQL_BEGIN, commit_together, &one, &unused);
        for (size_t j = 0; status != COMITY_OK && j < one.count; j++) {
            one.members[j].status = status;
        }
        i += one.count;
    }
}

/* ---- going without ---- */

static comity_status cancel(comity_store *store, void *context, comity_error *reterr)
{
    int64_t unused = 0;
    COMITY_TRY(comity_ledger_end_reservation(store, context, &unused, NULL, reterr));
    return comity_ledger_end_held(store, context, reterr);
}

comity_status comity_ledger_cancel(comity_ledger *ledger, const comity_ledger_id *id, comity_error *reterr)
{
    comity_ledger_id copy = *id;
    return comity_ledger_do(ledger, COMITY_SQL_BEGIN_LIGHTLY, cancel, &copy, reterr);
}

typedef struct expiring {
    uint64_t now_ms, expired;
} expiring;

static comity_status expire(comity_store *store, void *context, comity_error *reterr)
{
    expiring *work = context;
    comity_value now = comity_value_number((int64_t)work->now_ms);
    COMITY_TRY(store->calls->run(store, COMITY_SQL_EXPIRE, &now, NULL, NULL, &work->expired, reterr));
    return work->expired == 0 ? COMITY_OK
                              : store->calls->run(store, COMITY_SQL_EXPIRE_HELD, NULL, NULL, NULL, NULL, reterr);
}

comity_status comity_ledger_expire(comity_ledger *ledger, uint64_t now_ms, uint64_t *ret_expired, comity_error *reterr)
{
    expiring work = {.now_ms = now_ms};
    COMITY_TRY(comity_ledger_do(ledger, COMITY_SQL_BEGIN_LIGHTLY, expire, &work, reterr));
    *ret_expired = work.expired;
    return COMITY_OK;
}
