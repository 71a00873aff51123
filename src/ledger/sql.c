/* All SQL of the ledger, in one table, for both databases. docs/formats/ledger.md tells
 * what the tables hold.
 *
 * Parameters are $1, $2 …, which SQLite takes as names. Persons come as one run of
 * bytes, 16 each, that the statement cuts. Sums are cast, since PostgreSQL's are not
 * of the type of what is summed. */
#include "ledger/sql.h"

#include <stddef.h>

/* `TEXT`: how texts compare: by bytes. `TAIL`: behind a table whose rows are found by their key. */
#define MAKE_1(TEXT, TAIL)                                                                                        \
    "CREATE TABLE ledger_about (one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1), version BIGINT NOT NULL,"        \
    " digest_key BYTEA NOT NULL);"                                                                                \
    "CREATE TABLE ledger_exporters (id BIGINT NOT NULL PRIMARY KEY, name " TEXT " NOT NULL UNIQUE,"               \
    " turn BIGINT NOT NULL);"                                                                                     \
    "CREATE TABLE ledger_series (id BIGINT NOT NULL PRIMARY KEY, exporter BIGINT NOT NULL, kind BIGINT NOT NULL," \
    " name " TEXT " NOT NULL, origin " TEXT " NOT NULL, destination " TEXT " NOT NULL,"                           \
    " UNIQUE (exporter, kind, name, origin, destination));"                                                       \
    "CREATE TABLE ledger_years (series BIGINT NOT NULL, year BIGINT NOT NULL, persons BIGINT NOT NULL,"           \
    " PRIMARY KEY (series, year));"                                                                               \
    "CREATE TABLE ledger_days (series BIGINT NOT NULL, day BIGINT NOT NULL, persons BIGINT NOT NULL,"             \
    " PRIMARY KEY (series, day));"                                                                                \
    "CREATE TABLE ledger_reservations (id BYTEA NOT NULL PRIMARY KEY, exporter BIGINT NOT NULL,"                  \
    " until BIGINT NOT NULL);"                                                                                    \
    "CREATE TABLE ledger_held (exporter BIGINT NOT NULL, series BIGINT NOT NULL, digest BYTEA NOT NULL,"          \
    " reservation BYTEA NOT NULL, day BIGINT NOT NULL, year BIGINT NOT NULL, bit BIGINT NOT NULL,"                \
    " PRIMARY KEY (series, digest, reservation))" TAIL ";"                                                        \
    "CREATE TABLE ledger_persons (exporter BIGINT NOT NULL, series BIGINT NOT NULL, digest BYTEA NOT NULL,"       \
    " day BIGINT NOT NULL, years BIGINT NOT NULL, PRIMARY KEY (exporter, series, digest))"

#define PART(NUMBER)                                                                 \
    "CREATE TABLE ledger_persons_" #NUMBER " PARTITION OF ledger_persons FOR VALUES" \
    " WITH (MODULUS 8, REMAINDER " #NUMBER ");"

/* Persons kept: each place of the run of bytes $3, which holds $4 digests, with the person
 * of exporter $1 and series $2, if there is one. Each is looked up by its key: what PostgreSQL
 * guesses of tables that grow would make a join of it that goes through all persons, so it is
 * given no join to choose. */
#define PLACES "WITH RECURSIVE place (i) AS (SELECT 0 WHERE $4 > 0 UNION ALL SELECT i + 1 FROM place WHERE i + 1 < $4)"
#define KNOWN_SQLITE                                                              \
    " FROM place LEFT JOIN ledger_persons p ON p.exporter = $1 AND p.series = $2" \
    " AND p.digest = substr($3, place.i * 16 + 1, 16)"
#define KNOWN_POSTGRES                                                                      \
    " FROM generate_series(0, CAST($4 AS INTEGER) - 1) AS place (i) LEFT JOIN LATERAL"      \
    " (SELECT k.day, k.years FROM ledger_persons k WHERE k.exporter = $1 AND k.series = $2" \
    " AND k.digest = substr($3, place.i * 16 + 1, 16) LIMIT 1 OFFSET 0) p ON TRUE"

/* Behind what inserts persons: who is there already is moved on; who would not change is left. */
#define PERSONS_MERGE                                                                                   \
    " ON CONFLICT (exporter, series, digest) DO UPDATE SET"                                             \
    " day = CASE WHEN excluded.day > ledger_persons.day THEN excluded.day ELSE ledger_persons.day END," \
    " years = ledger_persons.years | excluded.years"                                                    \
    " WHERE ledger_persons.day < excluded.day OR (ledger_persons.years & excluded.years) = 0"

#define DAYS_MERGE " ON CONFLICT (series, day) DO UPDATE SET persons = ledger_days.persons + excluded.persons"

#define PART_OF " WHERE exporter = $1 AND series = $2 AND digest >= $3 AND digest <= $4"

/* A reservation's persons in one series are one row. */
#define MAKE_3(TYPE)                                                                                          \
    "DELETE FROM ledger_reservations; DROP TABLE ledger_held;"                                                \
    "CREATE TABLE ledger_held (exporter BIGINT NOT NULL, series BIGINT NOT NULL, reservation BYTEA NOT NULL," \
    " part BIGINT NOT NULL, day BIGINT NOT NULL, year BIGINT NOT NULL, digests " TYPE " NOT NULL,"            \
    " PRIMARY KEY (series, reservation, part));"                                                              \
    "CREATE INDEX ledger_held_by_reservation ON ledger_held (reservation);"

/* Looking persons up goes by index, even where statistics say that nobody is there yet. */
#define LOOKING_UP "; SET LOCAL enable_seqscan TO off"

const comity_sql_text comity_sql_texts[COMITY_SQL_LAST] = {
    /* digests lie anywhere: a batch of ten thousand touches some 30 MiB of pages */
    [COMITY_SQL_SETTINGS] =
        {NULL,
         "PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;"
         " PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 8192",
         ""},
    [COMITY_SQL_BEGIN_LIGHTLY] = {NULL, "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE",
                                  "BEGIN; SET LOCAL synchronous_commit TO off" LOOKING_UP},
    [COMITY_SQL_BEGIN] = {NULL, "PRAGMA synchronous = FULL; BEGIN IMMEDIATE",
                          "BEGIN; SET LOCAL synchronous_commit TO on" LOOKING_UP},
    [COMITY_SQL_BEGIN_SCHEMA] = {NULL, "PRAGMA synchronous = FULL; BEGIN IMMEDIATE",
                                 "BEGIN; SELECT pg_advisory_xact_lock(7163394221130310258)"},
    [COMITY_SQL_BEGIN_READING] = {NULL, "BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"},
    [COMITY_SQL_BEGIN_LONG] = {NULL, "PRAGMA synchronous = FULL; BEGIN IMMEDIATE",
                               "BEGIN; SET LOCAL statement_timeout TO 0"},
    [COMITY_SQL_BEGIN_LONG_READING] = {NULL, "BEGIN",
                                       "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                                       " SET LOCAL statement_timeout TO 0"},
    [COMITY_SQL_COMMIT] = {NULL, "COMMIT", NULL},
    [COMITY_SQL_ROLLBACK] = {NULL, "ROLLBACK", NULL},
    [COMITY_SQL_MAKE_1] = {NULL, MAKE_1("TEXT", " WITHOUT ROWID") " WITHOUT ROWID; PRAGMA application_id = 1131370604;",
                           MAKE_1("TEXT COLLATE \"C\"", "") " PARTITION BY HASH (exporter);" PART(0) PART(1) PART(2)
                               PART(3) PART(4) PART(5) PART(6) PART(7)},
    [COMITY_SQL_MAKE_2] = {NULL, "CREATE INDEX ledger_held_by_reservation ON ledger_held (reservation);", NULL},
    [COMITY_SQL_MAKE_3] = {NULL, MAKE_3("BYTEA"),
                           MAKE_3("BYTEA") " ALTER TABLE ledger_held ALTER COLUMN digests SET STORAGE EXTERNAL;"},

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
    [COMITY_SQL_EXPORTER_LOCK] = {"t:n", "UPDATE ledger_exporters SET turn = turn + 1 WHERE name = $1 RETURNING id",
                                  NULL},
    [COMITY_SQL_EXPORTER_LOCK_ID] = {"n:", "UPDATE ledger_exporters SET turn = turn + 1 WHERE id = $1", NULL},
    [COMITY_SQL_EXPORTER_ADD] =
        {"nt:", "INSERT INTO ledger_exporters (id, name, turn) VALUES ($1, $2, 0) ON CONFLICT (name) DO NOTHING", NULL},
    [COMITY_SQL_SERIES_FIND] =
        {"nnttt:n",
         "SELECT id FROM ledger_series WHERE exporter = $1 AND kind = $2 AND name = $3 AND origin = $4"
         " AND destination = $5",
         NULL},
    [COMITY_SQL_SERIES_ADD] =
        {"nnnttt:",
         "INSERT INTO ledger_series (id, exporter, kind, name, origin, destination) VALUES ($1, $2, $3, $4, $5, $6)",
         NULL},
    [COMITY_SQL_RESERVATION_ADD] = {"bnn:", "INSERT INTO ledger_reservations (id, exporter, until) VALUES ($1, $2, $3)",
                                    NULL},
    [COMITY_SQL_RESERVATION_END] = {"b:n", "DELETE FROM ledger_reservations WHERE id = $1 RETURNING exporter", NULL},

    [COMITY_SQL_HOLD] = {"nnbnnnb:",
                         "INSERT INTO ledger_held (exporter, series, reservation, part, day, year, digests)"
                         " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                         NULL},
    [COMITY_SQL_HELD_OF_SERIES] = {"n:nnb", "SELECT day, year, digests FROM ledger_held WHERE series = $1", NULL},
    [COMITY_SQL_HELD_OF_RESERVATION] =
        {"b:nnnnb",
         "SELECT exporter, series, day, year, digests FROM ledger_held WHERE reservation = $1 ORDER BY series, part",
         NULL},
    [COMITY_SQL_HELD_END] = {"b:", "DELETE FROM ledger_held WHERE reservation = $1", NULL},
    /* of series, year, the last day that no longer counts */
    [COMITY_SQL_NUMBERS] =
        {"nnn:nn",
         "SELECT CAST((SELECT coalesce(sum(persons), 0) FROM ledger_years WHERE series = $1 AND year = $2) AS BIGINT),"
         " CAST((SELECT coalesce(sum(persons), 0) FROM ledger_days WHERE series = $1 AND day > $3) AS BIGINT)",
         NULL},
    /* how many of those given are not in the year whose bit is $5, and how many not later than the day $6 */
    [COMITY_SQL_LACKING] = {"nnbnnn:nn",
                            PLACES " SELECT coalesce(sum(p.years IS NULL OR (p.years & $5) = 0), 0),"
                                   " coalesce(sum(p.day IS NULL OR p.day <= $6), 0)" KNOWN_SQLITE,
                            "SELECT count(*) FILTER (WHERE p.years IS NULL OR (p.years & $5) = 0),"
                            " count(*) FILTER (WHERE p.day IS NULL OR p.day <= $6)" KNOWN_POSTGRES},
    /* by the last day, -1 for the new: how many of those given, and how many of them without the bit $5 */
    [COMITY_SQL_LAST_DAYS] =
        {"nnbnn:nnn",
         PLACES " SELECT coalesce(p.day, -1) AS last, count(*), sum(p.years IS NULL OR (p.years & $5) = 0)" KNOWN_SQLITE
                " GROUP BY last",
         "SELECT coalesce(p.day, -1) AS last, count(*),"
         " count(*) FILTER (WHERE p.years IS NULL OR (p.years & $5) = 0)" KNOWN_POSTGRES " GROUP BY last"},
    /* those given, on the day $5, with the year's bit $6 */
    [COMITY_SQL_PERSONS_ADD] =
        {"nnbnnn:",
         PLACES " INSERT INTO ledger_persons (exporter, series, digest, day, years)"
                " SELECT $1, $2, substr($3, i * 16 + 1, 16), $5, $6 FROM place WHERE TRUE" PERSONS_MERGE,
         "INSERT INTO ledger_persons (exporter, series, digest, day, years)"
         " SELECT $1, $2, substr($3, i * 16 + 1, 16), $5, $6 FROM generate_series(0, CAST($4 AS INTEGER) - 1) AS place "
         "(i)" PERSONS_MERGE},
    [COMITY_SQL_YEARS_ADD] =
        {"nnn:",
         "INSERT INTO ledger_years (series, year, persons) VALUES ($1, $2, $3)"
         " ON CONFLICT (series, year) DO UPDATE SET persons = ledger_years.persons + excluded.persons",
         NULL},
    /* $2: [[day, how many more], …] */
    [COMITY_SQL_DAYS_ADD] = {"nt:",
                             "INSERT INTO ledger_days (series, day, persons)"
                             " SELECT $1, json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each($2) "
                             "WHERE TRUE" DAYS_MERGE,
                             "INSERT INTO ledger_days (series, day, persons)"
                             " SELECT $1, CAST(d.value->>0 AS BIGINT), CAST(d.value->>1 AS BIGINT)"
                             " FROM json_array_elements(CAST($2 AS JSON)) AS d (value)" DAYS_MERGE},
    /* what somebody ends at the moment is his: who waited for it here and held another could be waited for by him */
    [COMITY_SQL_EXPIRE] = {"n:", "DELETE FROM ledger_reservations WHERE until <= $1",
                           "DELETE FROM ledger_reservations WHERE id = ANY (ARRAY (SELECT id FROM ledger_reservations"
                           " WHERE until <= $1 FOR UPDATE SKIP LOCKED))"},
    [COMITY_SQL_EXPIRE_HELD] = {":",
                                "DELETE FROM ledger_held WHERE reservation NOT IN (SELECT id FROM ledger_reservations)",
                                NULL},

    /* $1 "" and $2 0: all */
    [COMITY_SQL_LIST] =
        {"tnn:nttttnnn",
         "SELECT s.kind, e.name, s.origin, s.destination, s.name, y.year, y.persons,"
         " CAST((SELECT coalesce(sum(d.persons), 0) FROM ledger_days d WHERE d.series = s.id AND d.day > $3) AS BIGINT)"
         " FROM ledger_years y JOIN ledger_series s ON s.id = y.series JOIN ledger_exporters e ON e.id = s.exporter"
         " WHERE ($1 = '' OR e.name = $1) AND ($2 = 0 OR y.year = $2)"
         " ORDER BY e.name, s.kind, s.name, s.origin, s.destination, y.year",
         NULL},
    [COMITY_SQL_TOTALS] = {":nnn",
                           "SELECT (SELECT count(*) FROM ledger_series),"
                           " CAST((SELECT coalesce(sum(persons), 0) FROM ledger_days) AS BIGINT),"
                           " (SELECT count(*) FROM ledger_reservations)",
                           NULL},

    /* of the first day and the year that stay: what has anything to lose, and how many persons it has */
    [COMITY_SQL_PURGE_SERIES] =
        {"nn:nnn",
         "SELECT s.exporter, s.id,"
         " CAST((SELECT coalesce(sum(d.persons), 0) FROM ledger_days d WHERE d.series = s.id) AS BIGINT)"
         " FROM ledger_series s WHERE s.id IN (SELECT series FROM ledger_days WHERE day < $1 AND persons <> 0)"
         " OR s.id IN (SELECT series FROM ledger_years WHERE year < $2 AND persons <> 0) ORDER BY s.id",
         NULL},
    /* of exporter, series, and digests from $3 to $4: the first day that stays; the bits that go; those that stay */
    [COMITY_SQL_PURGE_DAYS_SEEN] = {"nnbbn:nn",
                                    "SELECT day, count(*) FROM ledger_persons" PART_OF " AND day < $5 GROUP BY day", NULL},
    [COMITY_SQL_PURGE_YEARS_SEEN] =
        {"nnbbn:nn", "SELECT years, count(*) FROM ledger_persons" PART_OF " AND (years & $5) <> 0 GROUP BY years", NULL},
    [COMITY_SQL_PURGE_PERSONS] = {"nnbbn:", "DELETE FROM ledger_persons" PART_OF " AND day < $5", NULL},
    [COMITY_SQL_PURGE_BITS] = {"nnbbn:",
                               "UPDATE ledger_persons SET years = years & $5" PART_OF " AND years <> (years & $5)", NULL},
    [COMITY_SQL_PURGE_YEARS] = {"n:", "DELETE FROM ledger_years WHERE year < $1 AND persons = 0", NULL},
    [COMITY_SQL_PURGE_DAYS] = {":", "DELETE FROM ledger_days WHERE persons = 0", NULL},

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
