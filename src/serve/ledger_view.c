/* GET /v1/ledger: the ledger's numbers, and how near they are to the thresholds at which
 * rules of the law that judges now read them. Names of companies and numbers; no digest
 * ever comes here. */
#include "serve/request.h"

#include "base/date.h"
#include "base/limits.h"
#include "serve/counter.h"
#include "serve/counts.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NEAR_PERCENT = 80 };

/* Persons that a count of an exporter, and an importer, has now. */
typedef struct tally {
    char *exporter, *importer; /* in one piece of memory, exporter's */
    uint32_t count;
    uint64_t now[2]; /* surely, perhaps */
} tally;

typedef struct view {
    comity_request *request;
    const comity_image *image;
    comity_buffer exporters, rows;
    char last[COMITY_LEDGER_TEXT_BYTES + 1];
    tally *tallies;
    size_t tally_count, capacity;
    uint32_t months; /* of the tallies being taken */
    int32_t year;
    uint64_t row_count;
} view;

static void put_text(comity_buffer *buffer, const char *key, const char *text)
{
    comity_buffer_append_text(buffer, key);
    comity_buffer_append_json_string(buffer, text, strlen(text));
}

static void put_number(comity_buffer *buffer, const char *key, uint64_t number)
{
    comity_buffer_append_text(buffer, key);
    comity_buffer_append_u64(buffer, number);
}

/* ---- rows ---- */

/* Exporters come in order, each with all its rows. */
static void note_exporter(view *all, const char *name)
{
    bool first = all->last[0] == '\0';
    if (strcmp(all->last, name) == 0 || strlen(name) > COMITY_LEDGER_TEXT_BYTES) {
        return;
    }
    memcpy(all->last, name, strlen(name) + 1);
    put_text(&all->exporters, first ? "" : ",", name);
}

static comity_status take_flow(void *context, const comity_ledger_row *row, comity_error *reterr)
{
    view *all = context;
    comity_buffer *rows = &all->rows;
    (void)reterr;
    note_exporter(all, row->exporter);
    if (row->kind != COMITY_LEDGER_FLOW) {
        return COMITY_OK;
    }
    put_text(rows, all->row_count++ == 0 ? "{\"exporter\":" : ",\n{\"exporter\":", row->exporter);
    put_text(rows, ",\"origin\":", row->origin);
    put_text(rows, ",\"destination\":", row->destination);
    put_text(rows, ",\"category\":", row->name);
    put_number(rows, ",\"year\":", (uint64_t)row->year);
    put_number(rows, ",\"persons\":", row->persons);
    put_number(rows, ",\"persons_12_months\":", row->persons_back);
    comity_buffer_append_byte(rows, '}');
    return COMITY_OK;
}

/* ---- tallies ---- */

static tally *tally_of(view *all, const comity_ledger_row *row, uint32_t count)
{
    for (size_t i = all->tally_count; i > 0; i--) {
        tally *known = &all->tallies[i - 1];
        if (strcmp(known->exporter, row->exporter) != 0) {
            break; /* those of an exporter stand together */
        }
        if (known->count == count && strcmp(known->importer, row->destination) == 0) {
            return known;
        }
    }
    if (all->tally_count == all->capacity) {
        size_t capacity = all->capacity == 0 ? 32 : all->capacity * 2;
        void *larger = capacity > COMITY_LIMIT_SERVE_TALLIES ? NULL : realloc(all->tallies, capacity * sizeof *all->tallies);
        if (larger == NULL) {
            return NULL;
        }
        all->tallies = larger;
        all->capacity = capacity;
    }
    size_t exporter_size = strlen(row->exporter) + 1;
    char *texts = malloc(exporter_size + strlen(row->destination) + 1);
    if (texts == NULL) {
        return NULL;
    }
    memcpy(texts, row->exporter, exporter_size);
    memcpy(texts + exporter_size, row->destination, strlen(row->destination) + 1);
    all->tallies[all->tally_count] = (tally){texts, texts + exporter_size, count, {0, 0}};
    return &all->tallies[all->tally_count++];
}

/* Of a series, one year is asked for; months back are the same in the row of every year. */
static comity_status take_tally(void *context, const comity_ledger_row *row, comity_error *reterr)
{
    view *all = context;
    uint32_t number = row->kind == COMITY_LEDGER_FLOW
                          ? COMITY_IMAGE_NONE
                          : comity_image_find(all->image, COMITY_CLASS_COUNT, row->name, strlen(row->name));
    if (number == COMITY_IMAGE_NONE || !comity_count_is_kept(&all->image->counts[number])) {
        return COMITY_OK;
    }
    const comity_count_record *count = &all->image->counts[number];
    bool yearly = comity_count_is_yearly(count);
    if (comity_count_months(count) != all->months || (yearly && row->year != all->year)) {
        return COMITY_OK;
    }
    tally *known = tally_of(all, row, number);
    if (known == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    known->now[row->kind == COMITY_LEDGER_COUNT ? 0 : 1] = yearly ? row->persons : row->persons_back;
    return COMITY_OK;
}

/* ---- thresholds ---- */

static const char *level_of(uint64_t now, uint64_t at)
{
    return now >= at ? "over" : now >= at / 100 * NEAR_PERCENT + at % 100 * NEAR_PERCENT / 100 ? "near" : "below";
}

static void put_share(comity_buffer *buffer, uint64_t now, uint64_t at)
{
    uint64_t thousandths = at == 0 ? 1000 : now >= UINT64_MAX / 1000 ? UINT64_MAX / 1000 : now * 1000 / at;
    put_number(buffer, ",\"share\":", thousandths / 1000);
    comity_buffer_append_byte(buffer, '.');
    comity_buffer_append_byte(buffer, (uint8_t)('0' + thousandths / 100 % 10));
    comity_buffer_append_byte(buffer, (uint8_t)('0' + thousandths / 10 % 10));
    comity_buffer_append_byte(buffer, (uint8_t)('0' + thousandths % 10));
}

static void put_threshold(const view *all, const comity_threshold *threshold, const tally *tallied,
                          comity_buffer *buffer)
{
    const comity_image *image = all->image;
    const comity_rule_record *rule = &image->rules[threshold->rule];
    const comity_count_record *count = &image->counts[threshold->count];
    uint64_t now = tallied->now[0] + tallied->now[1]; /* the most it may be */
    put_text(buffer, "{\"rule\":", comity_image_text(image, rule->name));
    put_text(buffer, ",\"state\":", comity_image_text(image, image->laws[rule->law].code));
    put_text(buffer, ",\"count\":", comity_image_text(image, count->name));
    put_text(buffer, ",\"label\":", comity_image_text(image, count->label));
    if (comity_count_is_yearly(count)) {
        comity_buffer_append_text(buffer, ",\"window\":\"year\"");
    } else {
        put_number(buffer, ",\"window\":\"", comity_count_months(count));
        comity_buffer_append_text(buffer, "-months\"");
    }
    put_text(buffer, ",\"exporter\":", tallied->exporter);
    if (comity_count_by_importer(count)) {
        put_text(buffer, ",\"importer\":", tallied->importer);
    }
    put_number(buffer, ",\"at\":", threshold->at);
    put_number(buffer, ",\"now\":", now);
    put_share(buffer, now, threshold->at);
    put_text(buffer, ",\"level\":", level_of(now, threshold->at));
    comity_buffer_append_byte(buffer, '}');
}

static bool in_force(const comity_rule_record *rule, int32_t today)
{
    return rule->from <= today && today <= rule->until;
}

static comity_status put_thresholds(const view *all, int32_t today, comity_buffer *buffer, comity_error *reterr)
{
    size_t count;
    bool first = true;
    comity_threshold *thresholds = comity_thresholds(all->image, &count);
    if (thresholds == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < all->tally_count; i++) {
        for (size_t j = 0; j < count; j++) {
            if (thresholds[j].count == all->tallies[i].count &&
                in_force(&all->image->rules[thresholds[j].rule], today)) {
                comity_buffer_append_text(buffer, first ? "" : ",\n");
                put_threshold(all, &thresholds[j], &all->tallies[i], buffer);
                first = false;
            }
        }
    }
    free(thresholds);
    return COMITY_OK;
}

/* ---- the answer ---- */

/* One listing for each window that some count has. */
static comity_status take_tallies(view *all, comity_ledger *ledger, const comity_ledger_query *asked,
                                  comity_error *reterr)
{
    comity_ledger_query query = *asked;
    uint32_t most = comity_counts_months_max(all->image);
    query.year = 0;
    for (all->months = 1; all->months <= most; all->months++) {
        bool wanted = false;
        for (uint32_t i = 0; i < all->image->counts_count; i++) {
            wanted = wanted || comity_count_months(&all->image->counts[i]) == all->months;
        }
        query.months = all->months;
        if (wanted) {
            COMITY_TRY(comity_ledger_list(ledger, &query, take_tally, all, reterr));
        }
    }
    return COMITY_OK;
}

static comity_status append_ledger(view *all, const comity_ledger_query *query, comity_error *reterr)
{
    comity_ledger *ledger = comity_counter_ledger(all->request->server->counter);
    comity_buffer *answer = &all->request->answer;
    const uint8_t *bytes;
    size_t size;
    COMITY_TRY(comity_ledger_list(ledger, query, take_flow, all, reterr));
    COMITY_TRY(take_tallies(all, ledger, query, reterr));
    COMITY_TRY(comity_buffer_bytes(&all->exporters, &bytes, &size, reterr));
    comity_buffer_append_text(answer, "{\"exporters\":[");
    comity_buffer_append(answer, bytes, size);
    COMITY_TRY(comity_buffer_bytes(&all->rows, &bytes, &size, reterr));
    comity_buffer_append_text(answer, "],\"rows\":[");
    comity_buffer_append(answer, bytes, size);
    comity_buffer_append_text(answer, "],\"thresholds\":[");
    COMITY_TRY(put_thresholds(all, query->day, answer, reterr));
    comity_buffer_append_text(answer, "]}\n");
    return comity_buffer_bytes(answer, &bytes, &size, reterr);
}

static bool read_year(const char *text, int32_t *ret_year)
{
    if (text == NULL) {
        return true;
    }
    if (strlen(text) != 4 || strspn(text, "0123456789") != 4) {
        return false;
    }
    *ret_year = (int32_t)strtol(text, NULL, 10);
    return true;
}

static void answer_view(comity_request *request, const comity_ledger_query *query)
{
    comity_error error;
    view *all = calloc(1, sizeof *all);
    int32_t month;
    int32_t day;
    if (all == NULL) {
        comity_answer_problem(request, 503, "Not enough memory", NULL);
        return;
    }
    comity_date_to_civil(query->day, &all->year, &month, &day);
    all->request = request;
    all->image = &request->lease.context->law->image;
    comity_buffer_init(&all->exporters, COMITY_LIMIT_ANSWER_BYTES / 2);
    comity_buffer_init(&all->rows, COMITY_LIMIT_ANSWER_BYTES);
    comity_status status = append_ledger(all, query, &error);
    if (status == COMITY_OK) {
        comity_answer_with(request, 200, "application/json");
    } else if (status == COMITY_ERROR_LIMIT) {
        comity_answer_problem(request, 400, "Too much at once", "Ask for one exporter, or one year");
    } else {
        comity_answer_problem(request, 503, "The ledger cannot be read", NULL);
    }
    for (size_t i = 0; i < all->tally_count; i++) {
        free(all->tallies[i].exporter);
    }
    free(all->tallies);
    comity_buffer_free(&all->exporters);
    comity_buffer_free(&all->rows);
    free(all);
}

void comity_handle_ledger(comity_request *request)
{
    comity_ledger_query query = {
        .exporter = comity_request_argument(request, "exporter"), .day = (int32_t)(time(NULL) / 86400), .months = 12};
    comity_error error;
    if (request->server->counter == NULL) {
        comity_answer_problem(request, 404, "No ledger is kept here", NULL);
    } else if (!read_year(comity_request_argument(request, "year"), &query.year)) {
        comity_answer_problem(request, 400, "Not a year", "A year has four digits");
    } else if (query.exporter != NULL && strlen(query.exporter) > COMITY_LEDGER_TEXT_BYTES) {
        comity_answer_problem(request, 400, "Too long a name of an exporter", NULL);
    } else if (comity_laws_lease(&request->server->laws, &request->lease, &error) != COMITY_OK) {
        comity_answer_error(request, &error);
    } else {
        answer_view(request, &query);
    }
}
