/* Measures the ledger: persons counted a second, reserved and committed, on the database
 * that is named, beside as many keys of 16 bytes plainly inserted into one table of the
 * same database, each batch durable.
 *
 *     bench-ledger … [--ledger WHERE] [--name NAME] [--json FILE]
 *
 * Without --ledger: SQLite in a folder that goes away. Batches of both take turns, so that
 * other work on the machine disturbs both alike. ledger.py runs it on PostgreSQL. */
#include "bench.h"

#include "ledger/ledger.h"

#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BATCH_MAX = 10000, DAY = 20000, SERIES_MAX = 4 };

static void fail(const char *what)
{
    (void)fprintf(stderr, "bench-ledger: %s\n", what);
    exit(2);
}

/* ---- the yardstick ---- */

typedef struct yardstick {
    sqlite3 *sqlite;
    sqlite3_stmt *insert;
    PGconn *postgres;
} yardstick;

static void ask(yardstick *yard, const char *text)
{
    if (yard->sqlite != NULL) {
        if (sqlite3_exec(yard->sqlite, text, NULL, NULL, NULL) != SQLITE_OK) {
            fail(sqlite3_errmsg(yard->sqlite));
        }
        return;
    }
    PGresult *result = PQexec(yard->postgres, text);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        fail(PQerrorMessage(yard->postgres));
    }
    PQclear(result);
}

static void yard_open(yardstick *yard, const char *where, const char *folder)
{
    char path[128];
    if (where == NULL) {
        (void)snprintf(path, sizeof path, "%s/keys", folder);
        if (sqlite3_open(path, &yard->sqlite) != SQLITE_OK) {
            fail("SQLite");
        }
        ask(yard, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                  "CREATE TABLE bench_keys (digest BLOB PRIMARY KEY) WITHOUT ROWID");
        if (sqlite3_prepare_v2(yard->sqlite, "INSERT INTO bench_keys VALUES (?1) ON CONFLICT DO NOTHING", -1,
                               &yard->insert, NULL) != SQLITE_OK) {
            fail(sqlite3_errmsg(yard->sqlite));
        }
        return;
    }
    yard->postgres = PQconnectdb(strchr(where, ':') + 1);
    ask(yard, "DROP TABLE IF EXISTS bench_keys");
    ask(yard, "CREATE TABLE bench_keys (digest BYTEA PRIMARY KEY)");
    PQclear(PQprepare(
        yard->postgres, "insert",
        "INSERT INTO bench_keys SELECT substr($1::bytea, i * 16 + 1, 16) FROM generate_series(0, $2::int - 1) i"
        " ON CONFLICT DO NOTHING",
        2, NULL));
}

static void yard_insert(yardstick *yard, const comity_ledger_digest *keys, int count)
{
    if (yard->sqlite != NULL) {
        ask(yard, "BEGIN IMMEDIATE");
        for (int i = 0; i < count; i++) {
            (void)sqlite3_bind_blob(yard->insert, 1, keys[i].bytes, sizeof keys[i], SQLITE_STATIC);
            if (sqlite3_step(yard->insert) != SQLITE_DONE || sqlite3_reset(yard->insert) != SQLITE_OK) {
                fail(sqlite3_errmsg(yard->sqlite));
            }
        }
        ask(yard, "COMMIT");
        return;
    }
    char number[16];
    (void)snprintf(number, sizeof number, "%d", count);
    const char *const values[] = {(const char *)keys, number};
    int sizes[] = {count * (int)sizeof *keys, 0};
    int formats[] = {1, 0};
    PGresult *result = PQexecPrepared(yard->postgres, "insert", 2, values, sizes, formats, 0);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        fail(PQerrorMessage(yard->postgres));
    }
    PQclear(result);
}

static void yard_close(yardstick *yard)
{
    (void)sqlite3_finalize(yard->insert);
    (void)sqlite3_close(yard->sqlite);
    PQfinish(yard->postgres);
}

/* ---- the ledger ---- */

static void count(comity_ledger *ledger, const comity_ledger_digest *persons, size_t person_count, size_t series_count)
{
    static const char *const names[SERIES_MAX] = {"one", "two", "three", "four"};
    comity_ledger_act act = {.exporter = "measured", .day = DAY, .now_ms = 0, .until_ms = UINT32_MAX};
    comity_ledger_entry entries[SERIES_MAX];
    comity_ledger_numbers numbers[SERIES_MAX];
    comity_ledger_id id = {{0}};
    comity_error error;
    for (size_t i = 0; i < series_count; i++) {
        entries[i] = (comity_ledger_entry){COMITY_LEDGER_COUNT, names[i], "", "", 12, persons, person_count};
    }
    if (comity_ledger_reserve(ledger, &act, entries, series_count, &id, numbers, &error) != COMITY_OK ||
        comity_ledger_commit(ledger, &id, &error) != COMITY_OK) {
        fail(error.message);
    }
}

static void draw(const uint8_t *key, unsigned *next, comity_ledger_digest *ret_persons, size_t size)
{
    for (size_t i = 0; i < size; i++, (*next)++) {
        comity_ledger_digest_of(key, next, sizeof *next, &ret_persons[i]);
    }
}

typedef struct measured {
    const char *name;
    size_t batch, batches, series;
    bool again; /* the same persons as in the measurement before */
} measured;

static void measure(bench_output *bench, comity_ledger *ledger, yardstick *yard, const char *database,
                    const measured *what, unsigned *next)
{
    static comity_ledger_digest persons[BATCH_MAX];
    uint8_t key[COMITY_LEDGER_KEY_SIZE];
    comity_error error;
    double counting = 0;
    double inserting = 0;
    char name[128];
    double all = (double)(what->batch * what->batches);
    if (comity_ledger_key(ledger, key, &error) != COMITY_OK) {
        fail(error.message);
    }
    *next -= what->again ? (unsigned)(what->batch * what->batches) : 0;
    for (size_t i = 0; i < what->batches; i++) {
        draw(key, next, persons, what->batch);
        double begun = bench_seconds();
        yard_insert(yard, persons, (int)what->batch);
        double between = bench_seconds();
        count(ledger, persons, what->batch, what->series);
        counting += bench_seconds() - between;
        inserting += between - begun;
    }
    (void)snprintf(name, sizeof name, "ledger, %s: %s", database, what->name);
    bench_figure(bench, name, "", all / counting, "persons/s", 0, "the same keys plainly inserted", all / inserting);
}

int main(int argc, char **argv)
{
    static const measured all[] = {{"batches of 100", 100, 300, 1, false},
                                   {"batches of 10,000", BATCH_MAX, 10, 1, false},
                                   {"the same persons again", BATCH_MAX, 10, 1, true},
                                   {"batches of 10,000 in four series", BATCH_MAX, 4, 4, false}};
    const char *where = bench_option(argc, argv, "--ledger", NULL);
    const char *name = bench_option(argc, argv, "--name", "SQLite");
    char folder[] = "/tmp/comity-bench-XXXXXX";
    char path[64];
    bench_output *bench = bench_begin(argc, argv);
    comity_ledger *ledger;
    comity_error error;
    yardstick yard = {NULL, NULL, NULL};
    unsigned next = 0;
    if (mkdtemp(folder) == NULL) {
        fail("no folder");
    }
    (void)snprintf(path, sizeof path, "%s/ledger", folder);
    if (comity_ledger_open(where == NULL ? path : where, &ledger, &error) != COMITY_OK) {
        fail(error.message);
    }
    yard_open(&yard, where, folder);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        measure(bench, ledger, &yard, name, &all[i], &next);
    }
    yard_close(&yard);
    comity_ledger_close(ledger);
    (void)snprintf(path, sizeof path, "rm -r %s", folder);
    return system(path) == 0 ? bench_end(bench) : 2;
}
