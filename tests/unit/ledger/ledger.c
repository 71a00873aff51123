/* The ledger against a model that is slow and obvious, on the database that is named:
 *
 *     unit-ledger-ledger [WHERE]
 *
 * Without WHERE on SQLite in a folder that goes away; tests/system/ledger.py runs it on
 * PostgreSQL as well. Every case has exporters of its own. */
#include "ledger/ledger.h"

#include "base/date.h"
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *where;
static comity_ledger *ledger;
static comity_error error;

static int32_t day_of(const char *text)
{
    int32_t day = 0;
    CHECK(comity_date_parse(text, strlen(text), &day, NULL) == COMITY_OK);
    return day;
}

static comity_ledger_digest person(unsigned number)
{
    static const uint8_t key[COMITY_LEDGER_KEY_SIZE] = "of the tests";
    comity_ledger_digest digest;
    comity_ledger_digest_of(key, &number, sizeof number, &digest);
    return digest;
}

/* A name that no run before has used. */
static const char *exporter(const char *name)
{
    static char text[64];
    (void)snprintf(text, sizeof text, "%s-%ld-%ld", name, (long)time(NULL), (long)getpid());
    return text;
}

typedef struct step {
    comity_ledger_id id;
    comity_ledger_numbers numbers;
} step;

/* Reserves persons first … first + count - 1 in one series. */
static comity_status reserve(comity_ledger *at, const char *from, const char *on, comity_ledger_kind kind,
                             const char *name, unsigned first, unsigned count, step *ret_step)
{
    comity_ledger_digest persons[64];
    comity_ledger_act act = {.exporter = from, .day = day_of(on), .now_ms = 1000, .until_ms = 61000};
    comity_ledger_entry entry = {.kind = kind,
                                 .name = name,
                                 .origin = "",
                                 .destination = "importer",
                                 .months = 12,
                                 .persons = persons,
                                 .person_count = count};
    for (unsigned i = 0; i < count; i++) {
        persons[i] = person(first + i);
    }
    return comity_ledger_reserve(at, &act, &entry, 1, &ret_step->id, &ret_step->numbers, &error);
}

static bool at_once(void *context)
{
    (*(unsigned *)context)++;
    return true;
}

static void counts(const char *from, const char *on, uint64_t year, uint64_t back)
{
    step asked = {0};
    CHECK(reserve(ledger, from, on, COMITY_LEDGER_COUNT, "c", 0, 0, &asked) == COMITY_OK);
    CHECK_EQ_INT(year, asked.numbers.year);
    CHECK_EQ_INT(back, asked.numbers.back);
    CHECK(comity_ledger_cancel(ledger, &asked.id, &error) == COMITY_OK);
}

static void send(const char *from, const char *on, unsigned first, unsigned count)
{
    step sent = {0};
    CHECK(reserve(ledger, from, on, COMITY_LEDGER_COUNT, "c", first, count, &sent) == COMITY_OK);
    CHECK(comity_ledger_commit(ledger, &sent.id, &error) == COMITY_OK);
}

static void check_steps(void)
{
    step one = {0};
    step two = {0};
    const char *from = exporter("steps");
    test_case("what is reserved counts at once, for all");
    CHECK(reserve(ledger, from, "2026-05-01", COMITY_LEDGER_COUNT, "c", 0, 10, &one) == COMITY_OK);
    CHECK_EQ_INT(10, one.numbers.year);
    CHECK(reserve(ledger, from, "2026-05-01", COMITY_LEDGER_COUNT, "c", 5, 10, &two) == COMITY_OK);
    CHECK_EQ_INT(15, two.numbers.year);
    CHECK_EQ_INT(15, two.numbers.back);
    test_case("what is cancelled counts no more, but whom others hold");
    CHECK(comity_ledger_cancel(ledger, &one.id, &error) == COMITY_OK);
    counts(from, "2026-05-01", 10, 10);
    test_case("what is committed stays");
    CHECK(comity_ledger_commit(ledger, &two.id, &error) == COMITY_OK);
    counts(from, "2026-05-01", 10, 10);
    test_case("a reservation is ended once");
    CHECK(comity_ledger_commit(ledger, &two.id, &error) == COMITY_ERROR_RANGE);
    CHECK_EQ_STR("the ledger holds no such reservation: it was ended, or its time is over", error.message);
    CHECK(comity_ledger_commit(ledger, &one.id, &error) == COMITY_ERROR_RANGE);
    CHECK(comity_ledger_cancel(ledger, &two.id, &error) == COMITY_OK);
    test_case("a reservation under the same name takes the place of the other");
    one = (step){.id.bytes = {1, 2, 3, (uint8_t)time(NULL), (uint8_t)getpid()}};
    CHECK(reserve(ledger, from, "2026-05-01", COMITY_LEDGER_COUNT, "c", 100, 10, &one) == COMITY_OK);
    CHECK(reserve(ledger, from, "2026-05-01", COMITY_LEDGER_COUNT, "c", 200, 1, &one) == COMITY_OK);
    CHECK_EQ_INT(11, one.numbers.year);
    CHECK(comity_ledger_commit(ledger, &one.id, &error) == COMITY_OK);
    counts(from, "2026-05-01", 11, 11);
    test_case("a person given twice is one; other series and exporters are others");
    comity_ledger_digest twice[2] = {person(300), person(300)};
    comity_ledger_act act = {.exporter = from, .day = day_of("2026-05-02"), .until_ms = 1};
    comity_ledger_entry entries[2] = {{COMITY_LEDGER_FLOW, "health", "XA", "XB", 12, twice, 2},
                                      {COMITY_LEDGER_FLOW, "health", "XA", "XB", 12, twice, 1}};
    comity_ledger_numbers numbers[2];
    comity_ledger_id id = {{0}};
    CHECK(comity_ledger_reserve(ledger, &act, entries, 2, &id, numbers, &error) == COMITY_OK);
    CHECK_EQ_INT(1, numbers[0].year);
    CHECK_EQ_INT(1, numbers[1].back);
    counts(exporter("nobody"), "2026-05-01", 0, 0);
    CHECK(comity_ledger_cancel(ledger, &id, &error) == COMITY_OK);
}

static void check_together(void)
{
    enum { COUNT = 7, UNKNOWN = 3 };
    static const char *const names[] = {"b", "a", "c"};
    char from[3][64];
    comity_ledger_member members[COUNT];
    test_case("several are committed together, and one that is not there leaves the others as they are");
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(from[i], sizeof from[i], "%s", exporter(names[i]));
    }
    for (size_t count = 1; count <= COUNT; count++) {
        for (unsigned i = 0; i < count; i++) {
            step one = {0};
            CHECK(reserve(ledger, from[i % 3], "2026-05-01", COMITY_LEDGER_COUNT, "c", i * 5, 10, &one) == COMITY_OK);
            members[i] = (comity_ledger_member){.id = one.id, .group = i};
        }
        if (count > UNKNOWN) {
            CHECK(comity_ledger_cancel(ledger, &members[UNKNOWN].id, &error) == COMITY_OK);
        }
        comity_ledger_commit_many(ledger, members, count);
        for (size_t i = 0; i < count; i++) {
            CHECK_EQ_INT(i == UNKNOWN ? COMITY_ERROR_RANGE : COMITY_OK, members[i].status);
        }
        comity_ledger_commit_many(ledger, members, count);
        for (size_t i = 0; i < count; i++) {
            CHECK_EQ_INT(COMITY_ERROR_RANGE, members[i].status);
        }
    }
    counts(from[0], "2026-05-01", 20, 20); /* 0 to 9, and 30 to 39; not 15 to 24 */
    counts(from[1], "2026-05-01", 20, 20); /* 5 to 14, 20 to 29 */
    counts(from[2], "2026-05-01", 20, 20); /* 10 to 19, 25 to 34 */
}

static void check_groups(void)
{
    enum { COUNT = 7 };
    static const size_t groups[COUNT] = {0, 0, 1, 1, 1, 2, 3};
    const char *from = exporter("groups");
    comity_ledger_member members[COUNT];
    test_case("of a group all are counted or none, wherever one is not there any more");
    for (size_t gone = 0; gone <= COUNT; gone++) {
        char one_from[80];
        uint64_t expected = 0;
        (void)snprintf(one_from, sizeof one_from, "%s/%zu", from, gone);
        for (unsigned i = 0; i < COUNT; i++) {
            step one = {0};
            CHECK(reserve(ledger, one_from, "2026-05-01", COMITY_LEDGER_COUNT, "c", i * 10, 10, &one) == COMITY_OK);
            members[i] = (comity_ledger_member){.id = one.id, .group = groups[i]};
        }
        if (gone < COUNT) {
            CHECK(comity_ledger_cancel(ledger, &members[gone].id, &error) == COMITY_OK);
        }
        comity_ledger_commit_many(ledger, members, COUNT);
        for (size_t i = 0; i < COUNT; i++) {
            bool stays = gone == COUNT || groups[i] != groups[gone];
            CHECK_EQ_INT(stays ? COMITY_OK : COMITY_ERROR_RANGE, members[i].status);
            expected += stays ? 10 : 0;
        }
        counts(one_from, "2026-05-01", expected, expected);
    }
}

static void check_time(void)
{
    test_case("a year ends with the year, twelve months go back");
    const char *from = exporter("time");
    send(from, "2025-12-31", 0, 3);
    send(from, "2026-01-01", 2, 3);
    counts(from, "2026-01-01", 3, 5);
    counts(from, "2025-12-31", 3, 5); /* of later days too: never too low */
    test_case("the day a year before is out, the day after it is in");
    counts(from, "2026-12-30", 3, 5);
    counts(from, "2026-12-31", 3, 3);
    counts(from, "2027-01-01", 0, 0);
    test_case("who comes again is moved, not doubled; his earlier year stays");
    send(from, "2026-12-31", 0, 1);
    counts(from, "2026-12-31", 4, 4);
    counts(from, "2025-12-31", 3, 5);
    counts(from, "2027-06-01", 0, 1);
    test_case("an act of an earlier day counts in its year, and takes nobody back");
    send(from, "2025-06-01", 4, 1);
    counts(from, "2025-12-31", 4, 5);
    counts(from, "2026-12-31", 4, 4);
}

static void check_expiry(void)
{
    uint64_t expired = 0;
    step dead = {0};
    const char *from = exporter("expiry");
    test_case("a dead gate's reservation ends by itself");
    CHECK(reserve(ledger, from, "2026-05-01", COMITY_LEDGER_COUNT, "c", 0, 5, &dead) == COMITY_OK);
    CHECK(comity_ledger_expire(ledger, 60999, &expired, &error) == COMITY_OK);
    CHECK_EQ_INT(0, expired);
    counts(from, "2026-05-01", 5, 5);
    CHECK(comity_ledger_expire(ledger, 61000, &expired, &error) == COMITY_OK);
    CHECK_EQ_INT(1, expired);
    counts(from, "2026-05-01", 0, 0);
    CHECK(comity_ledger_commit(ledger, &dead.id, &error) == COMITY_ERROR_RANGE);
}

/* ---- listing, purging, verifying ---- */

typedef struct listed {
    unsigned rows;
    comity_ledger_row last;
} listed;

static comity_status take(void *context, const comity_ledger_row *row, comity_error *reterr)
{
    listed *all = context;
    (void)reterr;
    all->rows++;
    all->last = *row;
    return COMITY_OK;
}

static void check_reports(void)
{
    const char *from = exporter("reports");
    comity_ledger_query query = {.exporter = from, .day = day_of("2026-05-01"), .months = 12};
    listed all = {0};
    uint64_t number = 0;
    comity_ledger_totals before;
    comity_ledger_totals after;
    test_case("what is listed");
    CHECK(comity_ledger_count(ledger, &before, &error) == COMITY_OK);
    send(from, "2012-02-29", 0, 4);
    send(from, "2026-05-01", 3, 4);
    CHECK(comity_ledger_list(ledger, &query, take, &all, &error) == COMITY_OK);
    CHECK_EQ_INT(2, all.rows);
    CHECK_EQ_INT(2026, all.last.year);
    CHECK_EQ_INT(4, all.last.persons);
    CHECK_EQ_INT(4, all.last.persons_back);
    CHECK(all.last.kind == COMITY_LEDGER_COUNT);
    query.year = 2012;
    all.rows = 0;
    CHECK(comity_ledger_list(ledger, &query, take, &all, &error) == COMITY_OK);
    CHECK_EQ_INT(1, all.rows);
    CHECK(comity_ledger_count(ledger, &after, &error) == COMITY_OK);
    CHECK_EQ_INT(7, after.persons - before.persons);
    CHECK_EQ_INT(0, after.reservations);
    test_case("numbers agree with the persons");
    CHECK(comity_ledger_verify(ledger, &number, &error) == COMITY_OK);
    CHECK(number >= 3);
    test_case("years that nothing counts any more are purged");
    unsigned asked = 0;
    CHECK(comity_ledger_purge(ledger, day_of("2013-07-01"), at_once, &asked, &number, &error) == COMITY_OK);
    CHECK_EQ_INT(0, number);
    CHECK_EQ_INT(1, asked);
    CHECK(comity_ledger_purge(ledger, day_of("2013-07-01"), NULL, NULL, &number, &error) == COMITY_OK);
    CHECK_EQ_INT(3, number);
    counts(from, "2012-12-31", 0, 4);
    counts(from, "2026-05-01", 4, 4);
    all.rows = 0;
    CHECK(comity_ledger_list(ledger, &query, take, &all, &error) == COMITY_OK);
    CHECK_EQ_INT(0, all.rows);
    CHECK(comity_ledger_verify(ledger, &number, &error) == COMITY_OK);
}

static void check_errors(void)
{
    static comity_ledger_entry many[COMITY_LEDGER_ENTRIES_MAX + 1];
    static char text[COMITY_LEDGER_TEXT_BYTES + 2];
    comity_ledger_digest digest = person(1);
    comity_ledger_numbers numbers[2];
    comity_ledger_id id = {{0}};
    comity_ledger_act act = {.exporter = exporter("errors"), .day = day_of("2026-05-01"), .until_ms = 1};
    comity_ledger_entry entry = {COMITY_LEDGER_COUNT, "c", "", "", 0, &digest, 1};
    comity_ledger *other = NULL;
    test_case("what cannot be counted");
    CHECK(comity_ledger_reserve(ledger, &act, &entry, 1, &id, numbers, &error) == COMITY_ERROR_RANGE);
    CHECK_EQ_STR("the ledger counts from 1 to 120 months back, not 0", error.message);
    entry.months = 12;
    act.day = day_of("1999-12-31");
    CHECK(comity_ledger_reserve(ledger, &act, &entry, 1, &id, numbers, &error) == COMITY_ERROR_RANGE);
    CHECK_EQ_STR("the ledger counts from the year 2000 to 2062, not in 1999", error.message);
    act.day = INT32_MAX;
    CHECK(comity_ledger_reserve(ledger, &act, &entry, 1, &id, numbers, &error) == COMITY_ERROR_RANGE);
    CHECK_EQ_STR("the ledger: the day is no date", error.message);
    act.day = day_of("2026-05-01");
    act.exporter = "";
    CHECK(comity_ledger_reserve(ledger, &act, &entry, 1, &id, numbers, &error) == COMITY_ERROR_RANGE);
    CHECK_EQ_STR("the ledger: an exporter's name has from 1 to 1024 bytes of UTF-8", error.message);
    act.exporter = exporter("errors");
    memset(text, 'x', sizeof text - 1);
    entry.destination = text;
    CHECK(comity_ledger_reserve(ledger, &act, &entry, 1, &id, numbers, &error) == COMITY_ERROR_RANGE);
    CHECK_EQ_STR("the ledger: a name is longer than 1024 bytes, or not UTF-8", error.message);
    entry.destination = "\xff";
    CHECK(comity_ledger_reserve(ledger, &act, &entry, 1, &id, numbers, &error) == COMITY_ERROR_RANGE);
    entry.destination = "";
    entry.person_count = COMITY_LEDGER_PERSONS_MAX + 1;
    CHECK(comity_ledger_reserve(ledger, &act, &entry, 1, &id, numbers, &error) == COMITY_ERROR_LIMIT);
    CHECK_EQ_STR("the ledger takes 1000000 persons at once", error.message);
    CHECK(comity_ledger_reserve(ledger, &act, many, COMITY_LEDGER_ENTRIES_MAX + 1, &id, numbers, &error) ==
          COMITY_ERROR_LIMIT);
    CHECK_EQ_STR("the ledger takes 256 series at once, not 257", error.message);
    test_case("what is no setting");
    CHECK(comity_ledger_open("ledger.db", &other, &error) == COMITY_ERROR_SYNTAX);
    CHECK_EQ_STR("a ledger is the absolute path of a file, or postgresql: and a connection", error.message);
    test_case("one that is away");
    CHECK(comity_ledger_open("/no/such/folder/ledger", &other, &error) == COMITY_ERROR_SYSTEM);
    CHECK_EQ_STR("the ledger: /no/such/folder/ledger: No such file or directory", error.message);
    CHECK(comity_ledger_open("postgresql:host=/no/such/folder", &other, &error) == COMITY_ERROR_SYSTEM);
    CHECK_EQ_STR("the ledger: PostgreSQL cannot be reached with what the setting says", error.message);
    CHECK(comity_ledger_open_later("/no/such/folder/ledger", &other, &error) == COMITY_OK);
    CHECK(!comity_ledger_up(other));
    CHECK(comity_ledger_commit(other, &id, &error) == COMITY_ERROR_SYSTEM);
    CHECK_EQ_STR("the ledger cannot be reached; it is tried again soon", error.message);
    comity_ledger_close(other);
    comity_ledger_close(NULL);
}

static void check_key(void)
{
    uint8_t one[COMITY_LEDGER_KEY_SIZE];
    uint8_t two[COMITY_LEDGER_KEY_SIZE];
    comity_ledger *again;
    struct stat about;
    uint32_t found = 0;
    uint32_t now = 0;
    test_case("the key is made once, and nobody else may read it");
    CHECK(comity_ledger_key(ledger, one, &error) == COMITY_OK);
    CHECK(comity_ledger_open(where, &again, &error) == COMITY_OK);
    CHECK(comity_ledger_key(again, two, &error) == COMITY_OK);
    CHECK(memcmp(one, two, sizeof one) == 0);
    comity_ledger_versions(again, &found, &now);
    CHECK_EQ_INT(COMITY_LEDGER_VERSION, found);
    CHECK_EQ_INT(COMITY_LEDGER_VERSION, now);
    comity_ledger_close(again);
    CHECK(where[0] != '/' || (stat(where, &about) == 0 && (about.st_mode & 0777) == 0600));
}

/* ---- against the model ---- */

enum { MODEL_PERSONS = 24, MODEL_DAYS = 900, MODEL_STEPS = 400, MODEL_OPEN = 6 };

/* Which person was committed on which day, and what is held. */
typedef struct model {
    bool sent[MODEL_PERSONS][MODEL_DAYS];
    struct {
        bool open;
        comity_ledger_id id;
        bool persons[MODEL_PERSONS];
        int32_t day;
    } held[MODEL_OPEN];
} model;

static bool seen(const model *all, unsigned who, int32_t day)
{
    bool is = all->sent[who][day];
    for (unsigned i = 0; i < MODEL_OPEN; i++) {
        is = is || (all->held[i].open && all->held[i].day == day && all->held[i].persons[who]);
    }
    return is;
}

/* Persons seen from the first day to the last. */
static unsigned model_count(const model *all, int32_t first, int32_t last)
{
    unsigned count = 0;
    for (unsigned who = 0; who < MODEL_PERSONS; who++) {
        bool is = false;
        for (int32_t day = first < 0 ? 0 : first; day <= last && day < MODEL_DAYS && !is; day++) {
            is = seen(all, who, day);
        }
        count += is ? 1 : 0;
    }
    return count;
}

static void model_reserve(model *all, unsigned slot, const char *from, int32_t begin, unsigned *seed)
{
    comity_ledger_digest persons[MODEL_PERSONS];
    int32_t day = rand_r(seed) % MODEL_DAYS;
    comity_ledger_act act = {.exporter = from, .day = begin + day, .until_ms = UINT32_MAX};
    comity_ledger_entry entry = {COMITY_LEDGER_COUNT, "c", "", "", 12, persons, 0};
    comity_ledger_numbers numbers;
    char text[COMITY_DATE_TEXT_SIZE];
    int32_t year;
    int32_t month;
    int32_t of_month;
    int32_t first = 0;
    int32_t last = 0;
    int32_t back;
    memset(&all->held[slot], 0, sizeof all->held[slot]);
    for (unsigned who = 0; who < MODEL_PERSONS; who++) {
        if (rand_r(seed) % 6 == 0) {
            persons[entry.person_count++] = person(who);
            all->held[slot].persons[who] = true;
        }
    }
    all->held[slot].open = true;
    all->held[slot].day = day;
    CHECK(comity_ledger_reserve(ledger, &act, &entry, 1, &all->held[slot].id, &numbers, &error) == COMITY_OK);
    comity_date_to_civil(begin + day, &year, &month, &of_month);
    CHECK(comity_date_from_civil(year, 1, 1, &first, NULL) == COMITY_OK &&
          comity_date_from_civil(year, 12, 31, &last, NULL) == COMITY_OK);
    CHECK(comity_date_add_months(begin + day, -12, &back, NULL) == COMITY_OK);
    comity_date_print(begin + day, text);
    CHECK_EQ_INT(model_count(all, first - begin, last - begin), numbers.year);
    CHECK_EQ_INT(model_count(all, back + 1 - begin, MODEL_DAYS - 1), numbers.back);
}

static void model_end(model *all, unsigned slot, bool commits)
{
    CHECK((commits ? comity_ledger_commit(ledger, &all->held[slot].id, &error)
                   : comity_ledger_cancel(ledger, &all->held[slot].id, &error)) == COMITY_OK);
    for (unsigned who = 0; commits && who < MODEL_PERSONS; who++) {
        all->sent[who][all->held[slot].day] |= all->held[slot].persons[who];
    }
    all->held[slot].open = false;
}

static void check_model(void)
{
    static model all;
    unsigned seed = (unsigned)time(NULL);
    const char *from = exporter("model");
    int32_t begin = day_of("2024-02-01");
    uint64_t compared;
    test_case("random reservations, ended in any order, count as the model does");
    for (unsigned i = 0; i < MODEL_STEPS && !test_now.failed; i++) {
        unsigned slot = (unsigned)rand_r(&seed) % MODEL_OPEN;
        if (all.held[slot].open) {
            model_end(&all, slot, rand_r(&seed) % 3 != 0);
        } else {
            model_reserve(&all, slot, from, begin, &seed);
        }
    }
    for (unsigned slot = 0; slot < MODEL_OPEN; slot++) {
        if (all.held[slot].open) {
            model_end(&all, slot, true);
        }
    }
    CHECK(comity_ledger_verify(ledger, &compared, &error) == COMITY_OK);
}

/* ---- races ---- */

enum { RACE_THREADS = 4, RACE_TRIES = 60, RACE_MOST = 100 };

typedef struct racer {
    pthread_t thread;
    comity_ledger *at;
    const char *from;
    unsigned number, sent, failed;
    unsigned char who[RACE_TRIES];
} racer;

/* Sends persons of its own, one at a time, as long as law lets no more than so many go. */
static void *run_race(void *context)
{
    racer *self = context;
    for (unsigned i = 0; i < RACE_TRIES; i++) {
        comity_error own;
        comity_ledger_digest digest = person(self->number * RACE_TRIES + i);
        comity_ledger_act act = {.exporter = self->from, .day = 20000, .until_ms = UINT32_MAX};
        comity_ledger_entry entry = {COMITY_LEDGER_COUNT, "c", "", "", 12, &digest, 1};
        comity_ledger_numbers numbers;
        comity_ledger_id id = {{0}};
        if (comity_ledger_reserve(self->at, &act, &entry, 1, &id, &numbers, &own) != COMITY_OK) {
            self->failed++;
            continue;
        }
        bool goes = numbers.year <= RACE_MOST;
        comity_status status =
            goes ? comity_ledger_commit(self->at, &id, &own) : comity_ledger_cancel(self->at, &id, &own);
        self->failed += status == COMITY_OK ? 0 : 1;
        self->sent += goes && status == COMITY_OK ? 1 : 0;
    }
    return NULL;
}

static void check_race(void)
{
    racer racers[RACE_THREADS];
    comity_ledger *other;
    uint64_t compared;
    unsigned sent = 0;
    step asked = {0};
    const char *from = exporter("race");
    test_case("two gates and four threads never pass a threshold together");
    CHECK(comity_ledger_open(where, &other, &error) == COMITY_OK);
    for (unsigned i = 0; i < RACE_THREADS; i++) {
        racers[i] = (racer){.at = i % 2 == 0 ? ledger : other, .from = from, .number = i};
        CHECK(pthread_create(&racers[i].thread, NULL, run_race, &racers[i]) == 0);
    }
    for (unsigned i = 0; i < RACE_THREADS; i++) {
        CHECK(pthread_join(racers[i].thread, NULL) == 0);
        sent += racers[i].sent;
        CHECK_EQ_INT(0, racers[i].failed);
    }
    CHECK(reserve(ledger, from, "2024-10-04", COMITY_LEDGER_COUNT, "c", 0, 0, &asked) == COMITY_OK);
    CHECK(comity_ledger_cancel(ledger, &asked.id, &error) == COMITY_OK);
    CHECK(sent <= RACE_MOST);
    CHECK(sent >= RACE_MOST - RACE_THREADS);
    comity_ledger_close(other);
    CHECK(comity_ledger_verify(ledger, &compared, &error) == COMITY_OK);
}

/* ---- what is ended by two at once ---- */

enum { ENDING_ROUNDS = 60, ENDING_MANY = COMITY_LEDGER_TOGETHER_MAX };

typedef struct ender {
    pthread_t thread;
    comity_ledger *at;
    unsigned expired, failed;
} ender;

static atomic_uint ending_round; /* what was reserved up to this one is over */
static atomic_bool endings_over;

static void *expire_always(void *context)
{
    ender *self = context;
    struct timespec pause = {.tv_nsec = 50000};
    while (!atomic_load(&endings_over)) {
        comity_error own;
        uint64_t expired = 0;
        self->failed += comity_ledger_expire(self->at, atomic_load(&ending_round), &expired, &own) == COMITY_OK ? 0 : 1;
        self->expired += (unsigned)expired;
        (void)nanosleep(&pause, NULL);
    }
    return NULL;
}

/* Reserves until `round`, in an order that is not the one of committing. */
static void reserve_shuffled(const char *from, unsigned round, unsigned *seed, comity_ledger_member *members)
{
    for (unsigned i = 0; i < ENDING_MANY; i++) {
        comity_ledger_digest digest = person(round * ENDING_MANY + i);
        comity_ledger_act act = {.exporter = from, .day = 20000, .until_ms = round};
        comity_ledger_entry entry = {COMITY_LEDGER_COUNT, "c", "", "importer", 12, &digest, 1};
        comity_ledger_numbers numbers;
        comity_ledger_id id = {{0}};
        CHECK(comity_ledger_reserve(ledger, &act, &entry, 1, &id, &numbers, &error) == COMITY_OK);
        *seed = *seed * 1103515245u + 12345u;
        unsigned to = (*seed >> 16) % (i + 1);
        members[i] = members[to];
        members[to] = (comity_ledger_member){.id = id};
    }
    for (unsigned i = 0; i < ENDING_MANY; i++) {
        members[i].group = i;
    }
}

static void check_endings(void)
{
    comity_ledger_member members[ENDING_MANY] = {0};
    char from[64];
    ender beside = {.at = NULL};
    uint64_t compared;
    unsigned seed = 1;
    unsigned counted = 0;
    unsigned lost = 0;
    test_case("what is committed while another expires it is counted or not, and fails for neither");
    (void)snprintf(from, sizeof from, "%s", exporter("endings"));
    CHECK(comity_ledger_open(where, &beside.at, &error) == COMITY_OK);
    CHECK(pthread_create(&beside.thread, NULL, expire_always, &beside) == 0);
    for (unsigned round = 1; round <= ENDING_ROUNDS; round++) {
        reserve_shuffled(from, round, &seed, members);
        atomic_store(&ending_round, round);
        comity_ledger_commit_many(ledger, members, ENDING_MANY);
        for (unsigned i = 0; i < ENDING_MANY; i++) {
            CHECK(members[i].status == COMITY_OK || members[i].status == COMITY_ERROR_RANGE);
            counted += members[i].status == COMITY_OK ? 1 : 0;
            lost += members[i].status == COMITY_OK ? 0 : 1;
        }
    }
    atomic_store(&endings_over, true);
    CHECK(pthread_join(beside.thread, NULL) == 0);
    CHECK_EQ_INT(0, beside.failed);
    CHECK_EQ_INT(lost, beside.expired);
    CHECK(counted != 0);
    counts(from, "2024-10-04", counted, counted);
    comity_ledger_close(beside.at);
    CHECK(comity_ledger_verify(ledger, &compared, &error) == COMITY_OK);
}

/* ---- waiting ---- */

enum { LISTING_THREADS = 4 };

static atomic_uint listing_now;

static comity_status dawdle(void *context, const comity_ledger_row *row, comity_error *reterr)
{
    struct timespec long_enough = {.tv_sec = COMITY_LEDGER_WAIT_MS / 1000 + 3};
    (void)context;
    (void)row;
    (void)reterr;
    (void)atomic_fetch_add(&listing_now, 1);
    (void)nanosleep(&long_enough, NULL);
    return COMITY_ERROR_LIMIT;
}

static void *list_slowly(void *context)
{
    comity_error own;
    comity_ledger_query query = {.exporter = context, .day = 20000, .months = 12};
    (void)!comity_ledger_list(ledger, &query, dawdle, NULL, &own);
    return NULL;
}

static void check_waiting(void)
{
    pthread_t threads[LISTING_THREADS];
    struct timespec short_time = {.tv_nsec = 5000000};
    unsigned connections = where[0] == '/' ? 1 : LISTING_THREADS;
    char from[64];
    step asked = {0};
    (void)snprintf(from, sizeof from, "%s", exporter("waiting"));
    test_case("who waits for a connection is told in time");
    send(from, "2024-10-04", 0, 1);
    for (unsigned i = 0; i < connections; i++) {
        CHECK(pthread_create(&threads[i], NULL, list_slowly, from) == 0);
    }
    for (unsigned i = 0; i < 1000 && atomic_load(&listing_now) < connections; i++) {
        (void)nanosleep(&short_time, NULL);
    }
    CHECK(reserve(ledger, from, "2024-10-04", COMITY_LEDGER_COUNT, "c", 0, 0, &asked) == COMITY_ERROR_SYSTEM);
    CHECK_EQ_STR("the ledger is busy: others have been waiting for its database for 5000 ms", error.message);
    for (unsigned i = 0; i < connections; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
    counts(from, "2024-10-04", 1, 1);
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/comity-ledger-XXXXXX";
    char path[64] = "";
    test_begin(argc > 1 ? "ledger, PostgreSQL" : "ledger, SQLite");
    if (argc > 1) {
        where = argv[1];
    } else {
        CHECK(mkdtemp(folder) != NULL);
        (void)snprintf(path, sizeof path, "%s/ledger", folder);
        where = path;
    }
    test_case("opening");
    if (comity_ledger_open(where, &ledger, &error) != COMITY_OK) {
        (void)fprintf(stderr, "%s\n", error.message);
        CHECK(ledger != NULL);
        return test_done();
    }
    check_key();
    check_steps();
    check_together();
    check_groups();
    check_time();
    check_expiry();
    check_reports();
    check_errors();
    check_model();
    check_race();
    check_endings();
    check_waiting();
    comity_ledger_close(ledger);
    if (argc == 1) {
        char command[128];
        (void)snprintf(command, sizeof command, "rm -r %s", folder);
        CHECK(system(command) == 0);
    }
    return test_done();
}
