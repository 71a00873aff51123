/* All SQL of the ledger, in one table, for both databases. docs/formats/ledger.md tells
 * what the tables hold.
 *
 * Parameters are $1, $2 …, which SQLite takes as names. Persons come as one run of
 * bytes, 16 each, that the statement cuts. Sums are cast, since PostgreSQL's are not
 * of the type of what is summed. */
#include "ledger/sql.h"

#include <stddef.h>

/* `TEXT`: how texts compare: by bytes. `TAIL`: behind a table whose rows are found by their key. */
#define MAKE_1(TEXT, TAIL)                                                                                       \
    "CREATE TABLE ledger_about (one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1), version BIGINT NOT NULL,"       \
    " digest_key BYTEA NOT NULL);"                                                                               \
    "CREATE TABLE ledger_exporters (id BIGINT NOT NULL PRIMARY KEY, name " TEXT " NOT NULL UNIQUE,"              \
    " turn BIGINT NOT NULL);"                                                                                    \
    "CREATE TABLE ledger_series (id BIGINT NOT NULL PRIMARY KEY, exporter BIGINT NOT NULL, kind BIGINT NOT NULL," \
    " name " TEXT " NOT NULL, origin " TEXT " NOT NULL, destination " TEXT " NOT NULL,"                          \
    " UNIQUE (exporter, kind, name, origin, destination));"                                                      \
    "CREATE TABLE ledger_years (series BIGINT NOT NULL, year BIGINT NOT NULL, persons BIGINT NOT NULL,"          \
    " PRIMARY KEY (series, year));"                                                                              \
    "CREATE TABLE ledger_days (series BIGINT NOT NULL, day BIGINT NOT NULL, persons BIGINT NOT NULL,"            \
    " PRIMARY KEY (series, day));"                                                                               \
    "CREATE TABLE ledger_reservations (id BYTEA NOT NULL PRIMARY KEY, exporter BIGINT NOT NULL,"                 \
    " until BIGINT NOT NULL);"                                                                                   \
    "CREATE TABLE ledger_held (exporter BIGINT NOT NULL, series BIGINT NOT NULL, digest BYTEA NOT NULL,"         \
    " reservation BYTEA NOT NULL, day BIGINT NOT NULL, year BIGINT NOT NULL, bit BIGINT NOT NULL,"               \
    " PRIMARY KEY (series, digest, reservation))" TAIL ";"                                                       \
    "CREATE TABLE ledger_persons (exporter BIGINT NOT NULL, series BIGINT NOT NULL, digest BYTEA NOT NULL,"      \
    " day BIGINT NOT NULL, years BIGINT NOT NULL, PRIMARY KEY (exporter, series, digest))"

#define PART(NUMBER)                                                                 \
    "CREATE TABLE ledger_persons_" #NUMBER " PARTITION OF ledger_persons FOR VALUES" \
    " WITH (MODULUS 8, REMAINDER " #NUMBER ");"

/* Ends a look for one person by its key. Keeps PostgreSQL, which knows nothing yet of new
 * tables, from making a join of it that goes through all persons. */
#define ONE " LIMIT 1 OFFSET 0"

/* The person of a row `h` of ledger_held. */
#define PERSON_OF_HELD "p.exporter = h.exporter AND p.series = h.series AND p.digest = h.digest"

const comity_sql_text comity_sql_texts[COMITY_SQL_LAST] = {
    [COMITY_SQL_BEGIN_LIGHTLY] = {NULL, "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE",
                                  "BEGIN; SET LOCAL synchronous_commit TO off"},
    [COMITY_SQL_BEGIN] = {NULL, "PRAGMA synchronous = FULL; BEGIN IMMEDIATE",
                          "BEGIN; SET LOCAL synchronous_commit TO on"},
    [COMITY_SQL_BEGIN_SCHEMA] = {NULL, "PRAGMA synchronous = FULL; BEGIN IMMEDIATE",
                                 "BEGIN; SELECT pg_advisory_xact_lock(7163394221130310258)"},
    [COMITY_SQL_BEGIN_READING] = {NULL, "BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"},
    [COMITY_SQL_COMMIT] = {NULL, "COMMIT", NULL},
    [COMITY_SQL_ROLLBACK] = {NULL, "ROLLBACK", NULL},
    [COMITY_SQL_MAKE_1] = {NULL, MAKE_1("TEXT", " WITHOUT ROWID") " WITHOUT ROWID; PRAGMA application_id = 1131370604;",
                           MAKE_1("TEXT COLLATE \"C\"", "") " PARTITION BY HASH (exporter);" PART(0) PART(1) PART(2)
                               PART(3) PART(4) PART(5) PART(6) PART(7)},
    [COMITY_SQL_MAKE_2] = {NULL, "CREATE INDEX ledger_held_by_reservation ON ledger_held (reservation);", NULL},

    /* of ours, of others */
    [COMITY_SQL_IS_THERE] =
        {":nn",
         "SELECT coalesce(sum(name = 'ledger_about'), 0), coalesce(sum(name <> 'ledger_about'), 0)"
         " FROM sqlite_master WHERE type = 'table'",
         "SELECT count(*), CAST(0 AS BIGINT) FROM pg_class WHERE oid = to_regclass('ledger_about')"},
    [COMITY_SQL_ABOUT] = {":nb", "SELECT version, digest_key FROM ledger_about", NULL},
    [COMITY_SQL_ABOUT_ADD] = {"nb:", "INSERT INTO ledger_about (one, version, digest_key) VALUES (1, $1, $2)", NULL},
    [COMITY_SQL_ABOUT_SET] = {"n:", "UPDATE ledger_about SET version = $1", NULL},

    /* whoever has changed an exporter's row counts for it alone until the transaction ends */
    [COMITY_SQL_EXPORTER_LOCK] =
        {"t:n", "UPDATE ledger_exporters SET turn = turn + 1 WHERE name = $1 RETURNING id", NULL},
    [COMITY_SQL_EXPORTER_LOCK_ID] = {"n:", "UPDATE ledger_exporters SET turn = turn + 1 WHERE id = $1", NULL},
    [COMITY_SQL_EXPORTER_LOCK_ALL] = {":", "UPDATE ledger_exporters SET turn = turn + 1", NULL},
    [COMITY_SQL_EXPORTER_ADD] =
        {"nt:", "INSERT INTO ledger_exporters (id, name, turn) VALUES ($1, $2, 0) ON CONFLICT (name) DO NOTHING", NULL},
    [COMITY_SQL_SERIES_FIND] =
        {"nnttt:n",
         "SELECT id FROM ledger_series WHERE exporter = $1 AND kind = $2 AND name = $3 AND origin = $4"
         " AND destination = $5",
         NULL},
    [COMITY_SQL_SERIES_ADD] =
        {"nnnttt:",
         "INSERT INTO ledger_series (id, exporter, kind, name, origin, destination) VALUES ($1, $2, $3, $4, $5, $6)", NULL},
    [COMITY_SQL_RESERVATION_ADD] =
        {"bnn:", "INSERT INTO ledger_reservations (id, exporter, until) VALUES ($1, $2, $3)", NULL},
    [COMITY_SQL_RESERVATION_END] = {"b:n", "DELETE FROM ledger_reservations WHERE id = $1 RETURNING exporter", NULL},

    /* those given whom committing would change */
    [COMITY_SQL_HOLD] =
        {"nnbnbnnn:",
         "INSERT INTO ledger_held (exporter, series, digest, reservation, day, year, bit)"
         " WITH RECURSIVE place (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM place WHERE i + 1 < $4),"
         " given (digest) AS (SELECT DISTINCT substr($3, i * 16 + 1, 16) FROM place)"
         " SELECT $1, $2, g.digest, $5, $6, $7, $8 FROM given g WHERE NOT EXISTS (SELECT 1 FROM ledger_persons p"
         " WHERE p.exporter = $1 AND p.series = $2 AND p.digest = g.digest AND p.day >= $6 AND (p.years & $8) <> 0" ONE ")"
         " ON CONFLICT (series, digest, reservation) DO NOTHING",
         NULL},
    /* of exporter, series, year, its bit, the last day that no longer counts */
    [COMITY_SQL_NUMBERS] =
        {"nnnnn:nn",
         "SELECT CAST((SELECT coalesce(sum(persons), 0) FROM ledger_years WHERE series = $2 AND year = $3)"
         " + (SELECT count(DISTINCT h.digest) FROM ledger_held h WHERE h.series = $2 AND h.year = $3 AND NOT EXISTS"
         " (SELECT 1 FROM ledger_persons p WHERE p.exporter = $1 AND p.series = $2 AND p.digest = h.digest"
         " AND (p.years & $4) <> 0" ONE ")) AS BIGINT),"
         " CAST((SELECT coalesce(sum(persons), 0) FROM ledger_days WHERE series = $2 AND day > $5)"
         " + (SELECT count(DISTINCT h.digest) FROM ledger_held h WHERE h.series = $2 AND h.day > $5 AND NOT EXISTS"
         " (SELECT 1 FROM ledger_persons p WHERE p.exporter = $1 AND p.series = $2 AND p.digest = h.digest"
         " AND p.day > $5" ONE ")) AS BIGINT)",
         NULL},

    /* what is held becomes counted: the numbers first, by what the persons are before */
    [COMITY_SQL_COMMIT_YEARS] =
        {"b:",
         "INSERT INTO ledger_years (series, year, persons)"
         " SELECT h.series, h.year, count(*) FROM ledger_held h WHERE h.reservation = $1 AND NOT EXISTS"
         " (SELECT 1 FROM ledger_persons p WHERE " PERSON_OF_HELD " AND (p.years & h.bit) <> 0" ONE ")"
         " GROUP BY h.series, h.year"
         " ON CONFLICT (series, year) DO UPDATE SET persons = ledger_years.persons + excluded.persons",
         NULL},
    [COMITY_SQL_COMMIT_DAYS_FROM] =
        {"b:",
         "INSERT INTO ledger_days (series, day, persons)"
         " SELECT p.series, p.day, -count(*) FROM ledger_held h JOIN ledger_persons p ON " PERSON_OF_HELD
         " WHERE h.reservation = $1 AND p.day < h.day GROUP BY p.series, p.day"
         " ON CONFLICT (series, day) DO UPDATE SET persons = ledger_days.persons + excluded.persons",
         NULL},
    [COMITY_SQL_COMMIT_DAYS_TO] =
        {"b:",
         "INSERT INTO ledger_days (series, day, persons)"
         " SELECT h.series, h.day, count(*) FROM ledger_held h LEFT JOIN ledger_persons p ON " PERSON_OF_HELD
         " WHERE h.reservation = $1 AND (p.day IS NULL OR p.day < h.day) GROUP BY h.series, h.day"
         " ON CONFLICT (series, day) DO UPDATE SET persons = ledger_days.persons + excluded.persons",
         NULL},
    [COMITY_SQL_COMMIT_PERSONS] =
        {"b:",
         "INSERT INTO ledger_persons (exporter, series, digest, day, years)"
         " SELECT exporter, series, digest, day, bit FROM ledger_held WHERE reservation = $1"
         " ON CONFLICT (exporter, series, digest) DO UPDATE SET"
         " day = CASE WHEN excluded.day > ledger_persons.day THEN excluded.day ELSE ledger_persons.day END,"
         " years = ledger_persons.years | excluded.years",
         NULL},
    [COMITY_SQL_HELD_END] = {"b:", "DELETE FROM ledger_held WHERE reservation = $1", NULL},
    [COMITY_SQL_EXPIRE] = {"n:", "DELETE FROM ledger_reservations WHERE until <= $1", NULL},
    [COMITY_SQL_EXPIRE_HELD] =
        {":", "DELETE FROM ledger_held WHERE reservation NOT IN (SELECT id FROM ledger_reservations)", NULL},

    /* $1 "" and $2 0: all */
    [COMITY_SQL_LIST] =
        {"tnn:nttttnnn",
         "SELECT s.kind, e.name, s.origin, s.destination, s.name, y.year, y.persons,"
         " CAST((SELECT coalesce(sum(d.persons), 0) FROM ledger_days d WHERE d.series = s.id AND d.day > $3) AS BIGINT)"
         " FROM ledger_years y JOIN ledger_series s ON s.id = y.series JOIN ledger_exporters e ON e.id = s.exporter"
         " WHERE ($1 = '' OR e.name = $1) AND ($2 = 0 OR y.year = $2)"
         " ORDER BY e.name, s.kind, s.name, s.origin, s.destination, y.year",
         NULL},
    [COMITY_SQL_TOTALS] =
        {":nnn",
         "SELECT (SELECT count(*) FROM ledger_series),"
         " CAST((SELECT coalesce(sum(persons), 0) FROM ledger_days) AS BIGINT),"
         " (SELECT count(*) FROM ledger_reservations)",
         NULL},

    /* the first day and the year that stay; the bits that stay */
    [COMITY_SQL_PURGE_PERSONS] = {"n:", "DELETE FROM ledger_persons WHERE day < $1", NULL},
    [COMITY_SQL_PURGE_BITS] =
        {"n:", "UPDATE ledger_persons SET years = years & $1 WHERE years <> (years & $1)", NULL},
    [COMITY_SQL_PURGE_YEARS] = {"n:", "DELETE FROM ledger_years WHERE year < $1", NULL},
    [COMITY_SQL_PURGE_DAYS] = {"n:", "DELETE FROM ledger_days WHERE day < $1 OR persons = 0", NULL},

    /* each number, and what it should be */
    [COMITY_SQL_VERIFY_YEARS] =
        {":nnn",
         "SELECT y.year, y.persons, (SELECT count(*) FROM ledger_persons p WHERE p.exporter = s.exporter"
         " AND p.series = s.id AND ((p.years >> CAST(y.year - 2000 AS INTEGER)) & 1) = 1)"
         " FROM ledger_years y JOIN ledger_series s ON s.id = y.series ORDER BY y.series, y.year",
         NULL},
    [COMITY_SQL_VERIFY_DAYS] =
        {":nnn",
         "SELECT d.day, d.persons, coalesce(g.persons, 0) FROM ledger_days d LEFT JOIN (SELECT series, day,"
         " count(*) AS persons FROM ledger_persons GROUP BY series, day) g ON g.series = d.series AND g.day = d.day"
         " UNION ALL SELECT CAST(-1 AS BIGINT), CAST((SELECT coalesce(sum(persons), 0) FROM ledger_days) AS BIGINT),"
         " (SELECT count(*) FROM ledger_persons)",
         NULL},
};
