/* Reserving, in one transaction.
 *
 * Whoever counts for an exporter first changes that exporter's row, and so is alone with
 * it until the transaction ends. Committed numbers stand by year and by last day beside
 * the persons, so that no set is ever counted through. What is reserved in a series is a
 * few runs of digests: they are united here, and each person is looked up once. */
#include "ledger/inner.h"

#include "base/date.h"
#include "base/limits.h"
#include "base/utf8.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

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
    if (entry->months < 1 || entry->months > COMITY_LIMIT_LEDGER_MONTHS) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "the ledger counts from 1 to %d months back, not %u", COMITY_LIMIT_LEDGER_MONTHS,
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

static comity_value text_value(const char *text)
{
    return (comity_value){.bytes = text, .size = strlen(text)};
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
    COMITY_TRY(
        store->calls->run(store, COMITY_SQL_EXPORTER_LOCK, &named, comity_ledger_take_number, ret_id, &rows, reterr));
    if (rows != 0) {
        return COMITY_OK;
    }
    int64_t drawn = 0;
    COMITY_TRY(draw_number(&drawn, reterr));
    comity_value made[] = {comity_value_number(drawn), named};
    COMITY_TRY(store->calls->run(store, COMITY_SQL_EXPORTER_ADD, made, NULL, NULL, NULL, reterr));
    return store->calls->run(store, COMITY_SQL_EXPORTER_LOCK, &named, comity_ledger_take_number, ret_id, NULL, reterr);
}

/* `make` false: 0 if there is none. */
static comity_status find_series(comity_store *store, int64_t exporter, const comity_ledger_entry *entry, bool make,
                                 int64_t *ret_id, comity_error *reterr)
{
    comity_value key[] = {comity_value_number(0),  comity_value_number(exporter), comity_value_number(entry->kind),
                          text_value(entry->name), text_value(entry->origin),     text_value(entry->destination)};
    uint64_t rows = 0;
    *ret_id = 0;
    COMITY_TRY(
        store->calls->run(store, COMITY_SQL_SERIES_FIND, key + 1, comity_ledger_take_number, ret_id, &rows, reterr));
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

/* ---- persons ---- */

static int digest_order(const void *a, const void *b)
{
    return memcmp(a, b, COMITY_LEDGER_DIGEST_SIZE);
}

/* Sorts; leaves each digest once. */
static size_t leave_each_once(comity_ledger_digest *digests, size_t count)
{
    size_t kept = 0;
    qsort(digests, count, sizeof *digests, digest_order);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || memcmp(&digests[kept - 1], &digests[i], sizeof *digests) != 0) {
            digests[kept++] = digests[i];
        }
    }
    return kept;
}

/* Persons held in a series, apart by which of the two numbers they count for. */
enum { HELD_YEAR = 1, HELD_BACK = 2, HELD_KINDS = 4 };

typedef struct held_run {
    comity_ledger_digest *digests;
    size_t count, capacity;
    unsigned rows; /* that it was put together of; the persons of each are there once */
} held_run;

typedef struct held {
    held_run runs[HELD_KINDS];
    int32_t year, before;
} held;

static comity_status add_held(void *context, const comity_value *values, comity_error *reterr)
{
    held *all = context;
    unsigned kind = (values[1].number == all->year ? (unsigned)HELD_YEAR : 0u) |
                    (values[0].number > all->before ? (unsigned)HELD_BACK : 0u);
    held_run *run = &all->runs[kind];
    size_t count = values[2].size / sizeof *run->digests;
    if (kind == 0 || count == 0) {
        return COMITY_OK;
    }
    if (count > COMITY_LEDGER_HELD_MAX - run->count) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "the ledger: more than %d persons of one series are reserved",
                           COMITY_LEDGER_HELD_MAX);
    }
    if (run->count + count > run->capacity) {
        size_t capacity = run->count * 2 + count;
        void *larger = realloc(run->digests, capacity * sizeof *run->digests);
        if (larger == NULL) {
            return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
        }
        run->digests = larger;
        run->capacity = capacity;
    }
    memcpy(run->digests + run->count, values[2].bytes, count * sizeof *run->digests);
    run->count += count;
    run->rows++;
    return COMITY_OK;
}

/* Takes from a run who is in the other; both are sorted. */
static void take_out(held_run *run, const held_run *other)
{
    size_t kept = 0;
    size_t j = 0;
    for (size_t i = 0; i < run->count; i++) {
        while (j < other->count && digest_order(&other->digests[j], &run->digests[i]) < 0) {
            j++;
        }
        if (j == other->count || digest_order(&other->digests[j], &run->digests[i]) != 0) {
            run->digests[kept++] = run->digests[i];
        }
    }
    run->count = kept;
}

/* Afterwards nobody is counted twice for one number: neither within a run, nor in that of
 * both numbers and again in that of one. */
static void unite(held *all)
{
    for (unsigned kind = 1; kind < HELD_KINDS; kind++) {
        held_run *run = &all->runs[kind];
        run->count = run->rows > 1 ? leave_each_once(run->digests, run->count) : run->count;
    }
    take_out(&all->runs[HELD_YEAR], &all->runs[HELD_YEAR | HELD_BACK]);
    take_out(&all->runs[HELD_BACK], &all->runs[HELD_YEAR | HELD_BACK]);
}

/* ---- reserving ---- */

typedef struct reserving {
    const comity_ledger_act *act;
    const comity_ledger_entry *entries;
    size_t count;
    int32_t year;
    comity_ledger_id id;
    bool drawn; /* at random: nobody has it yet */
    comity_ledger_numbers *numbers;
    int64_t exporter;
    int64_t series[COMITY_LEDGER_ENTRIES_MAX]; /* 0: none */
    held held;
    /* the persons of the entry that was last held, each once: the next often has the same */
    comity_ledger_digest *once;
    size_t once_count;
    const comity_ledger_entry *once_of;
} reserving;

static comity_status take_once(reserving *work, const comity_ledger_entry *entry, comity_error *reterr)
{
    size_t size = entry->person_count * sizeof *work->once;
    if (work->once_of != NULL && work->once_of->persons == entry->persons &&
        work->once_of->person_count == entry->person_count) {
        return COMITY_OK;
    }
    void *larger = realloc(work->once, size);
    if (larger == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    work->once = larger;
    memcpy(work->once, entry->persons, size);
    work->once_count = leave_each_once(work->once, entry->person_count);
    work->once_of = entry;
    return COMITY_OK;
}

static comity_status hold_entry(comity_store *store, reserving *work, size_t i, comity_error *reterr)
{
    const comity_ledger_entry *entry = &work->entries[i];
    COMITY_TRY(find_series(store, work->exporter, entry, true, &work->series[i], reterr));
    COMITY_TRY(take_once(work, entry, reterr));
    comity_value values[] = {comity_value_number(work->exporter),
                             comity_value_number(work->series[i]),
                             comity_ledger_id_value(&work->id),
                             comity_value_number((int64_t)i),
                             comity_value_number(work->act->day),
                             comity_value_number(work->year),
                             {.bytes = work->once, .size = work->once_count * sizeof *work->once}};
    return store->calls->run(store, COMITY_SQL_HOLD, values, NULL, NULL, NULL, reterr);
}

/* Adds who is held and not counted yet. */
static comity_status count_held(comity_store *store, reserving *work, size_t i, comity_error *reterr)
{
    for (unsigned kind = 1; kind < HELD_KINDS; kind++) {
        const held_run *run = &work->held.runs[kind];
        comity_ledger_numbers lacking = {0, 0};
        comity_value values[] = {comity_value_number(work->exporter),
                                 comity_value_number(work->series[i]),
                                 {.bytes = run->digests, .size = run->count * sizeof *run->digests},
                                 comity_value_number((int64_t)run->count),
                                 comity_value_number(comity_ledger_bit(work->year)),
                                 comity_value_number(work->held.before)};
        if (run->count != 0) {
            COMITY_TRY(store->calls->run(store, COMITY_SQL_LACKING, values, take_numbers, &lacking, NULL, reterr));
        }
        work->numbers[i].year += (kind & HELD_YEAR) != 0 ? lacking.year : 0;
        work->numbers[i].back += (kind & HELD_BACK) != 0 ? lacking.back : 0;
    }
    return COMITY_OK;
}

/* After all are held: one series may stand in several entries. */
static comity_status count_entry(comity_store *store, reserving *work, size_t i, comity_error *reterr)
{
    const comity_ledger_entry *entry = &work->entries[i];
    held *all = &work->held;
    work->numbers[i] = (comity_ledger_numbers){0, 0};
    if (work->series[i] == 0) {
        COMITY_TRY(find_series(store, work->exporter, entry, false, &work->series[i], reterr));
    }
    if (work->series[i] == 0) {
        return COMITY_OK;
    }
    all->year = work->year;
    COMITY_TRY(comity_date_add_months(work->act->day, -(int32_t)entry->months, &all->before, reterr));
    for (unsigned kind = 0; kind < HELD_KINDS; kind++) {
        all->runs[kind].count = all->runs[kind].rows = 0;
    }
    comity_value values[] = {comity_value_number(work->series[i]), comity_value_number(work->year),
                             comity_value_number(all->before)};
    COMITY_TRY(store->calls->run(store, COMITY_SQL_NUMBERS, values, take_numbers, &work->numbers[i], NULL, reterr));
    COMITY_TRY(store->calls->run(store, COMITY_SQL_HELD_OF_SERIES, values, add_held, all, NULL, reterr));
    unite(all);
    return count_held(store, work, i, reterr);
}

static comity_status reserve(comity_store *store, void *context, comity_error *reterr)
{
    reserving *work = context;
    uint64_t before = 0;
    int64_t unused = 0;
    if (!work->drawn) {
        COMITY_TRY(comity_ledger_end_reservation(store, &work->id, &unused, &before, reterr));
    }
    if (before != 0) {
        COMITY_TRY(comity_ledger_end_held(store, &work->id, reterr));
    }
    COMITY_TRY(lock_exporter(store, work->act->exporter, &work->exporter, reterr));
    comity_value made[] = {comity_ledger_id_value(&work->id), comity_value_number(work->exporter),
                           comity_value_number((int64_t)work->act->until_ms)};
    COMITY_TRY(store->calls->run(store, COMITY_SQL_RESERVATION_ADD, made, NULL, NULL, NULL, reterr));
    for (size_t i = 0; i < work->count; i++) {
        if (work->entries[i].person_count != 0) {
            COMITY_TRY(hold_entry(store, work, i, reterr));
        }
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
    work.drawn = memcmp(&work.id, &none, sizeof none) == 0;
    if (work.drawn && RAND_bytes(work.id.bytes, sizeof work.id.bytes) != 1) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "the ledger: no random bytes");
    }
    comity_status status = comity_ledger_do(ledger, COMITY_SQL_BEGIN_LIGHTLY, reserve, &work, reterr);
    for (unsigned kind = 0; kind < HELD_KINDS; kind++) {
        free(work.held.runs[kind].digests);
    }
    free(work.once);
    if (status == COMITY_OK) {
        memcpy(ret_numbers, numbers, entry_count * sizeof *numbers);
        *id = work.id;
    }
    return status;
}
