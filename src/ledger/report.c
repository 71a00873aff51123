/* What is not counting: listing, totals, verifying. */
#include "ledger/inner.h"

#include "base/date.h"

#include <string.h>

/* ---- listing ---- */

typedef struct listing {
    const comity_ledger_query *query;
    comity_ledger_tell *tell;
    void *context;
} listing;

static comity_status tell_row(void *context, const comity_value *values, comity_error *reterr)
{
    const listing *work = context;
    comity_ledger_row row = {.kind = (comity_ledger_kind)values[0].number,
                             .exporter = values[1].bytes,
                             .origin = values[2].bytes,
                             .destination = values[3].bytes,
                             .name = values[4].bytes,
                             .year = (int32_t)values[5].number,
                             .persons = (uint64_t)values[6].number,
                             .persons_back = (uint64_t)values[7].number};
    return work->tell(work->context, &row, reterr);
}

static comity_status list(comity_store *store, void *context, comity_error *reterr)
{
    const listing *work = context;
    const comity_ledger_query *query = work->query;
    const char *exporter = query->exporter == NULL ? "" : query->exporter;
    int32_t before;
    COMITY_TRY(comity_date_add_months(query->day, -(int32_t)query->months, &before, reterr));
    comity_value values[] = {
        {.bytes = exporter, .size = strlen(exporter)}, comity_value_number(query->year), comity_value_number(before)};
    return store->calls->run(store, COMITY_SQL_LIST, values, tell_row, context, NULL, reterr);
}

comity_status comity_ledger_list(comity_ledger *ledger, const comity_ledger_query *query, comity_ledger_tell *tell,
                                 void *context, comity_error *reterr)
{
    listing work = {query, tell, context};
    return comity_ledger_do(ledger, COMITY_SQL_BEGIN_READING, list, &work, reterr);
}

static comity_status take_totals(void *context, const comity_value *values, comity_error *reterr)
{
    comity_ledger_totals *totals = context;
    (void)reterr;
    totals->series = (uint64_t)values[0].number;
    totals->persons = (uint64_t)values[1].number;
    totals->reservations = (uint64_t)values[2].number;
    return COMITY_OK;
}

static comity_status total(comity_store *store, void *context, comity_error *reterr)
{
    return store->calls->run(store, COMITY_SQL_TOTALS, NULL, take_totals, context, NULL, reterr);
}

comity_status comity_ledger_count(comity_ledger *ledger, comity_ledger_totals *ret_totals, comity_error *reterr)
{
    comity_ledger_totals totals = {0};
    COMITY_TRY(comity_ledger_do(ledger, COMITY_SQL_BEGIN_READING, total, &totals, reterr));
    *ret_totals = totals;
    return COMITY_OK;
}

/* ---- verifying ---- */

typedef struct verifying {
    const char *what;
    uint64_t compared;
} verifying;

static comity_status compare(void *context, const comity_value *values, comity_error *reterr)
{
    verifying *work = context;
    work->compared++;
    if (values[1].number != values[2].number) {
        return comity_fail(reterr, COMITY_ERROR_RECORD,
                           "the ledger: for the %s %lld it says %lld persons, but holds %lld", work->what,
                           (long long)values[0].number, (long long)values[1].number, (long long)values[2].number);
    }
    return COMITY_OK;
}

static comity_status verify(comity_store *store, void *context, comity_error *reterr)
{
    verifying *work = context;
    work->what = "year";
    COMITY_TRY(store->calls->run(store, COMITY_SQL_VERIFY_YEARS, NULL, compare, work, NULL, reterr));
    work->what = "day";
    return store->calls->run(store, COMITY_SQL_VERIFY_DAYS, NULL, compare, work, NULL, reterr);
}

comity_status comity_ledger_verify(comity_ledger *ledger, uint64_t *ret_series, comity_error *reterr)
{
    verifying work = {.compared = 0};
    COMITY_TRY(comity_ledger_do(ledger, COMITY_SQL_BEGIN_LONG_READING, verify, &work, reterr));
    *ret_series = work.compared;
    return COMITY_OK;
}
