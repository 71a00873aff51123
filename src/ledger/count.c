/* Reserving, committing, cancelling: each in one transaction.
 *
 * Whoever counts for an exporter first changes that exporter's row, and so is alone with
 * it until the transaction ends. Committed numbers stand by year and by last day beside
 * the persons, so that no set is ever counted through; what is reserved is few, and is
 * counted when it is asked for. */
#include "ledger/inner.h"

#include "base/date.h"
#include "base/utf8.h"

#include <openssl/rand.h>
#include <string.h>

enum { MONTHS_MAX = 120 };

/* ---- what is asked ---- */

static bool text_ok(const char *text)
{
    size_t size = strlen(text);
    return size <= COMITY_LEDGER_TEXT_BYTES && comity_utf8_check(text, size) == size;
}

static comity_status check_entry(const comity_ledger_entry *entry, comity_error *reterr)
{
    if (!text_ok(entry->name) || !text_ok(entry->origin) || !text_ok(entry->destination)) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "the ledger: a name is longer than %d bytes, or not UTF-8",
                           COMITY_LEDGER_TEXT_BYTES);
    }
    if (entry->months < 1 || entry->months > MONTHS_MAX) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "the ledger counts from 1 to %d months back, not %u", MONTHS_MAX,
                           entry->months);
    }
    return COMITY_OK;
}

static comity_status check(const comity_ledger_act *act, const comity_ledger_entry *entries, size_t count,
                           int32_t *ret_year, comity_error *reterr)
{
    int32_t month;
    int32_t day;
    size_t persons = 0;
    if (!comity_date_valid(act->day)) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "the ledger: the day is no date");
    }
    comity_date_to_civil(act->day, ret_year, &month, &day);
    if (*ret_year < COMITY_LEDGER_YEAR_MIN || *ret_year > COMITY_LEDGER_YEAR_MAX) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "the ledger counts from the year %d to %d, not in %d",
                           COMITY_LEDGER_YEAR_MIN, COMITY_LEDGER_YEAR_MAX, *ret_year);
    }
    if (act->exporter[0] == '\0' || !text_ok(act->exporter)) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "the ledger: an exporter's name has from 1 to %d bytes of UTF-8",
                           COMITY_LEDGER_TEXT_BYTES);
    }
    if (count > COMITY_LEDGER_ENTRIES_MAX) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "the ledger takes %d series at once, not %zu",
                           COMITY_LEDGER_ENTRIES_MAX, count);
    }
    for (size_t i = 0; i < count; i++) {
        COMITY_TRY(check_entry(&entries[i], reterr));
        if (entries[i].person_count > COMITY_LEDGER_PERSONS_MAX - persons) {
            return comity_fail(reterr, COMITY_ERROR_LIMIT, "the ledger takes %d persons at once",
                               COMITY_LEDGER_PERSONS_MAX);
        }
        persons += entries[i].person_count;
    }
    return COMITY_OK;
}

/* ---- rows ---- */

static comity_status take_number(void *context, const comity_value *values, comity_error *reterr)
{
    (void)reterr;
    *(int64_t *)context = values[0].number;
    return COMITY_OK;
}

static comity_value text_value(const char *text)
{
    return (comity_value){.bytes = text, .size = strlen(text)};
}

static comity_value id_value(const comity_ledger_id *id)
{
    return (comity_value){.bytes = id->bytes, .size = sizeof id->bytes};
}

/* A number that nobody else has: they are drawn from 2^62. */
static comity_status draw_number(int64_t *ret_number, comity_error *reterr)
{
    uint64_t drawn;
    if (RAND_bytes((uint8_t *)&drawn, sizeof drawn) != 1) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "the ledger: no random bytes");
    }
    *ret_number = (int64_t)(drawn >> 2);
    return COMITY_OK;
}

/* Locks the exporter; makes it first, if it is new. */
static comity_status lock_exporter(comity_store *store, const char *name, int64_t *ret_id, comity_error *reterr)
{
    comity_value named = text_value(name);
    uint64_t rows = 0;
    COMITY_TRY(store->calls->run(store, COMITY_SQL_EXPORTER_LOCK, &named, take_number, ret_id, &rows, reterr));
    if (rows != 0) {
        return COMITY_OK;
    }
    int64_t drawn = 0;
    COMITY_TRY(draw_number(&drawn, reterr));
    comity_value made[] = {comity_value_number(drawn), named};
    COMITY_TRY(store->calls->run(store, COMITY_SQL_EXPORTER_ADD, made, NULL, NULL, NULL, reterr));
    return store->calls->run(store, COMITY_SQL_EXPORTER_LOCK, &named, take_number, ret_id, NULL, reterr);
}

/* `make` false: 0 if there is none. */
static comity_status find_series(comity_store *store, int64_t exporter, const comity_ledger_entry *entry, bool make,
                                 int64_t *ret_id, comity_error *reterr)
{
    comity_value key[] = {comity_value_number(0),  comity_value_number(exporter), comity_value_number(entry->kind),
                          text_value(entry->name), text_value(entry->origin),     text_value(entry->destination)};
    uint64_t rows = 0;
    *ret_id = 0;
    COMITY_TRY(store->calls->run(store, COMITY_SQL_SERIES_FIND, key + 1, take_number, ret_id, &rows, reterr));
    if (rows != 0 || !make) {
        return COMITY_OK;
    }
    COMITY_TRY(draw_number(ret_id, reterr));
    key[0].number = *ret_id;
    return store->calls->run(store, COMITY_SQL_SERIES_ADD, key, NULL, NULL, NULL, reterr);
}

static comity_status take_numbers(void *context, const comity_value *values, comity_error *reterr)
{
    comity_ledger_numbers *numbers = context;
    (void)reterr;
    numbers->year = (uint64_t)values[0].number;
    numbers->back = (uint64_t)values[1].number;
    return COMITY_OK;
}

/* ---- reserving ---- */

typedef struct reserving {
    const comity_ledger_act *act;
    const comity_ledger_entry *entries;
    size_t count;
    int32_t year;
    comity_ledger_id id;
    comity_ledger_numbers *numbers;
    int64_t exporter;
} reserving;

static comity_status hold(comity_store *store, const reserving *work, const comity_ledger_entry *entry, int64_t series,
                          comity_error *reterr)
{
    comity_value values[] = {comity_value_number(work->exporter),
                             comity_value_number(series),
                             {.bytes = entry->persons, .size = entry->person_count * sizeof *entry->persons},
                             comity_value_number((int64_t)entry->person_count),
                             id_value(&work->id),
                             comity_value_number(work->act->day),
                             comity_value_number(work->year),
                             comity_value_number(comity_ledger_bit(work->year))};
    return store->calls->run(store, COMITY_SQL_HOLD, values, NULL, NULL, NULL, reterr);
}

static comity_status hold_entry(comity_store *store, const reserving *work, size_t i, comity_error *reterr)
{
    const comity_ledger_entry *entry = &work->entries[i];
    int64_t series;
    COMITY_TRY(find_series(store, work->exporter, entry, entry->person_count != 0, &series, reterr));
    return entry->person_count == 0 ? COMITY_OK : hold(store, work, entry, series, reterr);
}

/* After all are held: one series may stand in several entries. */
static comity_status count_entry(comity_store *store, const reserving *work, size_t i, comity_error *reterr)
{
    const comity_ledger_entry *entry = &work->entries[i];
    int64_t series;
    int32_t before;
    COMITY_TRY(find_series(store, work->exporter, entry, false, &series, reterr));
    COMITY_TRY(comity_date_add_months(work->act->day, -(int32_t)entry->months, &before, reterr));
    comity_value values[] = {comity_value_number(work->exporter), comity_value_number(series),
                             comity_value_number(work->year), comity_value_number(comity_ledger_bit(work->year)),
                             comity_value_number(before)};
    return store->calls->run(store, COMITY_SQL_NUMBERS, values, take_numbers, &work->numbers[i], NULL, reterr);
}

static comity_status end_reservation(comity_store *store, const comity_ledger_id *id, int64_t *ret_exporter,
                                     uint64_t *ret_rows, comity_error *reterr)
{
    comity_value named = id_value(id);
    COMITY_TRY(
        store->calls->run(store, COMITY_SQL_RESERVATION_END, &named, take_number, ret_exporter, ret_rows, reterr));
    return COMITY_OK;
}

static comity_status end_held(comity_store *store, const comity_ledger_id *id, comity_error *reterr)
{
    comity_value named = id_value(id);
    return store->calls->run(store, COMITY_SQL_HELD_END, &named, NULL, NULL, NULL, reterr);
}

static comity_status reserve(comity_store *store, void *context, comity_error *reterr)
{
    reserving *work = context;
    uint64_t before = 0;
    int64_t unused = 0;
    COMITY_TRY(end_reservation(store, &work->id, &unused, &before, reterr));
    if (before != 0) {
        COMITY_TRY(end_held(store, &work->id, reterr));
    }
    COMITY_TRY(lock_exporter(store, work->act->exporter, &work->exporter, reterr));
    comity_value made[] = {id_value(&work->id), comity_value_number(work->exporter),
                           comity_value_number((int64_t)work->act->until_ms)};
    COMITY_TRY(store->calls->run(store, COMITY_SQL_RESERVATION_ADD, made, NULL, NULL, NULL, reterr));
    for (size_t i = 0; i < work->count; i++) {
        COMITY_TRY(hold_entry(store, work, i, reterr));
    }
    for (size_t i = 0; i < work->count; i++) {
        COMITY_TRY(count_entry(store, work, i, reterr));
    }
    return COMITY_OK;
}

comity_status comity_ledger_reserve(comity_ledger *ledger, const comity_ledger_act *act,
                                    const comity_ledger_entry *entries, size_t entry_count, comity_ledger_id *id,
                                    comity_ledger_numbers *ret_numbers, comity_error *reterr)
{
    static const comity_ledger_id none;
    comity_ledger_numbers numbers[COMITY_LEDGER_ENTRIES_MAX];
    reserving work = {.act = act, .entries = entries, .count = entry_count, .id = *id, .numbers = numbers};
    COMITY_TRY(check(act, entries, entry_count, &work.year, reterr));
    if (memcmp(&work.id, &none, sizeof none) == 0 && RAND_bytes(work.id.bytes, sizeof work.id.bytes) != 1) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "the ledger: no random bytes");
    }
    COMITY_TRY(comity_ledger_do(ledger, COMITY_SQL_BEGIN_LIGHTLY, reserve, &work, reterr));
    memcpy(ret_numbers, numbers, entry_count * sizeof *numbers);
    *id = work.id;
    return COMITY_OK;
}

/* ---- ending ---- */

static comity_status commit(comity_store *store, void *context, comity_error *reterr)
{
    static const comity_sql steps[] = {COMITY_SQL_COMMIT_YEARS, COMITY_SQL_COMMIT_DAYS_FROM, COMITY_SQL_COMMIT_DAYS_TO,
                                       COMITY_SQL_COMMIT_PERSONS, COMITY_SQL_HELD_END};
    const comity_ledger_id *id = context;
    comity_value named = id_value(id);
    int64_t exporter = 0;
    uint64_t rows = 0;
    COMITY_TRY(end_reservation(store, id, &exporter, &rows, reterr));
    if (rows == 0) {
        return comity_fail(reterr, COMITY_ERROR_RANGE,
                           "the ledger holds no such reservation: it was ended, or its time is over");
    }
    comity_value locked = comity_value_number(exporter);
    COMITY_TRY(store->calls->run(store, COMITY_SQL_EXPORTER_LOCK_ID, &locked, NULL, NULL, NULL, reterr));
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        COMITY_TRY(store->calls->run(store, steps[i], &named, NULL, NULL, NULL, reterr));
    }
    return COMITY_OK;
}

comity_status comity_ledger_commit(comity_ledger *ledger, const comity_ledger_id *id, comity_error *reterr)
{
    comity_ledger_id copy = *id;
    return comity_ledger_do(ledger, COMITY_SQL_BEGIN, commit, &copy, reterr);
}

static comity_status cancel(comity_store *store, void *context, comity_error *reterr)
{
    int64_t unused = 0;
    COMITY_TRY(end_reservation(store, context, &unused, NULL, reterr));
    return end_held(store, context, reterr);
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
