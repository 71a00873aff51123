/* The ledger in PostgreSQL, by libpq. Statements are prepared once a connection; values
 * travel in binary. Nothing waits longer than COMITY_LEDGER_WAIT_MS for the server, also
 * where it is stopped and answers nothing: then the connection is given up. */
#include "ledger/store.h"

#include "ledger/ledger.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* PostgreSQL's numbers of types. */
enum { OID_BYTEA = 17, OID_INT8 = 20, OID_TEXT = 25 };
enum { WAIT_S = COMITY_LEDGER_WAIT_MS / 1000 };

typedef struct postgres_store {
    comity_store store;
    PGconn *connection;
    bool prepared[COMITY_SQL_LAST];
    bool lost;
} postgres_store;

/* The server's messages may quote values, so only its five-letter code is told. */
static comity_status failed(postgres_store *postgres, const PGresult *result, const char *what, comity_error *reterr)
{
    const char *code = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    postgres->lost = postgres->lost || PQstatus(postgres->connection) != CONNECTION_OK;
    if (postgres->lost) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "the ledger: the connection to PostgreSQL is lost");
    }
    return comity_fail(reterr, COMITY_ERROR_SYSTEM, "the ledger: PostgreSQL: %s: SQLSTATE %s", what,
                       code == NULL ? "unknown" : code);
}

static void postgres_close(comity_store *store)
{
    postgres_store *postgres = (postgres_store *)store;
    PQfinish(postgres->connection);
    free(postgres);
}

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits until the socket can be read or written; false: too long, or it fails. */
static bool wait_for(int fd, short events, int64_t until_ms)
{
    struct pollfd wanted = {.fd = fd, .events = events};
    for (;;) {
        int64_t left = until_ms - now_ms();
        int found = left <= 0 ? 0 : poll(&wanted, 1, (int)left);
        if (found < 0 && errno == EINTR) {
            continue;
        }
        return found > 0;
    }
}

/* ---- opening ---- */

static PGconn *start(const char *where)
{
    static const char timeout[] =
        "-c statement_timeout=5000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=10000"
        " -c client_min_messages=error"
        /* all is looked up by key; what the server guesses of tables that grow is wrong */
        " -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c enable_material=off";
    bool is_uri = strncmp(where, "postgresql://", strlen("postgresql://")) == 0;
    const char *const keywords[] = {"dbname", "options", "application_name", "client_encoding", NULL};
    const char *const values[] = {is_uri ? where : where + strlen("postgresql:"), timeout, "comity", "UTF8", NULL};
    return PQconnectStartParams(keywords, values, 1);
}

static bool connect_within(PGconn *connection, int64_t until_ms)
{
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;
    while (next != PGRES_POLLING_OK) {
        if (next == PGRES_POLLING_FAILED ||
            !wait_for(PQsocket(connection), next == PGRES_POLLING_READING ? POLLIN : POLLOUT, until_ms)) {
            return false;
        }
        next = PQconnectPoll(connection);
    }
    return true;
}

static comity_status postgres_open(const char *where, comity_store **ret_store, comity_error *reterr)
{
    postgres_store *postgres = calloc(1, sizeof *postgres);
    if (postgres == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    postgres->store.calls = &comity_store_postgres;
    postgres->connection = start(where);
    if (postgres->connection == NULL || PQstatus(postgres->connection) == CONNECTION_BAD ||
        !connect_within(postgres->connection, now_ms() + COMITY_LEDGER_WAIT_MS)) {
        postgres_close(&postgres->store);
        return comity_fail(reterr, COMITY_ERROR_SYSTEM,
                           "the ledger: PostgreSQL cannot be reached with what the setting says");
    }
    *ret_store = &postgres->store;
    return COMITY_OK;
}

/* ---- asking ---- */

/* The last result of what was sent; the caller clears it. NULL: the connection is lost. */
static PGresult *take_result(postgres_store *postgres, int64_t until_ms)
{
    PGconn *connection = postgres->connection;
    PGresult *last = NULL;
    for (;;) {
        while (PQisBusy(connection) != 0) {
            if (!wait_for(PQsocket(connection), POLLIN, until_ms) || PQconsumeInput(connection) == 0) {
                PQclear(last);
                postgres->lost = true;
                return NULL;
            }
        }
        PGresult *next = PQgetResult(connection);
        if (next == NULL) {
            return last;
        }
        if (last != NULL && PQresultStatus(last) == PGRES_FATAL_ERROR) {
            PQclear(next);
            continue;
        }
        PQclear(last);
        last = next;
    }
}

static bool succeeded(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* What was sent, if it was. */
static comity_status settle(postgres_store *postgres, int sent, const char *what, PGresult **ret_result,
                            comity_error *reterr)
{
    PGresult *result = sent == 0 ? NULL : take_result(postgres, now_ms() + COMITY_LEDGER_WAIT_MS);
    if (result == NULL || !succeeded(result)) {
        comity_status status = failed(postgres, result, what, reterr);
        PQclear(result);
        return status;
    }
    *ret_result = result;
    return COMITY_OK;
}

static const char *text_of(comity_sql sql)
{
    const comity_sql_text *text = &comity_sql_texts[sql];
    return text->postgres == NULL ? text->sqlite : text->postgres;
}

static comity_status postgres_control(comity_store *store, comity_sql sql, comity_error *reterr)
{
    postgres_store *postgres = (postgres_store *)store;
    PGresult *result;
    COMITY_TRY(settle(postgres, PQsendQuery(postgres->connection, text_of(sql)),
                      sql == COMITY_SQL_COMMIT ? "committing" : "a transaction", &result, reterr));
    /* a transaction that has failed is rolled back, however politely it was asked to commit */
    bool done = sql != COMITY_SQL_COMMIT || strcmp(PQcmdStatus(result), "COMMIT") == 0;
    PQclear(result);
    return done ? COMITY_OK : comity_fail(reterr, COMITY_ERROR_SYSTEM, "the ledger: PostgreSQL has rolled back");
}

static comity_status prepare(postgres_store *postgres, comity_sql sql, const char *name, comity_error *reterr)
{
    Oid types[COMITY_STORE_VALUES_MAX];
    const char *form = comity_sql_texts[sql].form;
    int count = 0;
    PGresult *result;
    if (postgres->prepared[sql]) {
        return COMITY_OK;
    }
    for (; form[count] != ':'; count++) {
        types[count] = form[count] == 'n' ? OID_INT8 : form[count] == 't' ? OID_TEXT : OID_BYTEA;
    }
    COMITY_TRY(settle(postgres, PQsendPrepare(postgres->connection, name, text_of(sql), count, types), "preparing",
                      &result, reterr));
    PQclear(result);
    postgres->prepared[sql] = true;
    return COMITY_OK;
}

static void put_number(int64_t number, char ret_bytes[8])
{
    for (int i = 0; i < 8; i++) {
        ret_bytes[i] = (char)((uint64_t)number >> (56 - 8 * i));
    }
}

static int64_t take_number(const char *bytes, int size)
{
    uint64_t number = 0;
    for (int i = 0; i < size; i++) {
        number = number << 8 | (uint8_t)bytes[i];
    }
    return size == 4 ? (int32_t)number : (int64_t)number;
}

static int send_values(postgres_store *postgres, const char *name, const char *form, const comity_value *values)
{
    char numbers[COMITY_STORE_VALUES_MAX][8];
    const char *pointers[COMITY_STORE_VALUES_MAX];
    int sizes[COMITY_STORE_VALUES_MAX];
    int formats[COMITY_STORE_VALUES_MAX];
    int count = 0;
    for (; form[count] != ':'; count++) {
        bool is_number = form[count] == 'n';
        if (is_number) {
            put_number(values[count].number, numbers[count]);
        }
        pointers[count] = is_number ? numbers[count] : values[count].bytes;
        sizes[count] = is_number ? 8 : (int)values[count].size;
        formats[count] = 1;
    }
    return PQsendQueryPrepared(postgres->connection, name, count, pointers, sizes, formats, 1);
}

static comity_status tell_rows(const PGresult *result, const char *columns, comity_store_row *row, void *context,
                               comity_error *reterr)
{
    comity_value values[COMITY_STORE_VALUES_MAX];
    for (int i = 0; i < PQntuples(result); i++) {
        for (int column = 0; columns[column] != '\0'; column++) {
            const char *bytes = PQgetvalue(result, i, column);
            int size = PQgetlength(result, i, column);
            values[column] = (comity_value){
                .number = columns[column] == 'n' ? take_number(bytes, size) : 0, .bytes = bytes, .size = (size_t)size};
        }
        COMITY_TRY(row(context, values, reterr));
    }
    return COMITY_OK;
}

static comity_status postgres_run(comity_store *store, comity_sql sql, const comity_value *values,
                                  comity_store_row *row, void *context, uint64_t *ret_rows, comity_error *reterr)
{
    postgres_store *postgres = (postgres_store *)store;
    const char *form = comity_sql_texts[sql].form;
    const char *columns = strchr(form, ':') + 1;
    comity_status status = COMITY_OK;
    char name[8];
    PGresult *result;
    (void)snprintf(name, sizeof name, "s%d", (int)sql);
    COMITY_TRY(prepare(postgres, sql, name, reterr));
    COMITY_TRY(settle(postgres, send_values(postgres, name, form, values), "a statement", &result, reterr));
    if (row != NULL) {
        status = tell_rows(result, columns, row, context, reterr);
    }
    if (status == COMITY_OK && ret_rows != NULL) {
        const char *changed = PQcmdTuples(result);
        *ret_rows = columns[0] != '\0' ? (unsigned)PQntuples(result) : strtoull(changed, NULL, 10);
    }
    PQclear(result);
    return status;
}

static bool postgres_lost(const comity_store *store)
{
    return ((const postgres_store *)store)->lost;
}

const comity_store_calls comity_store_postgres = {.open = postgres_open,
                                                  .close = postgres_close,
                                                  .control = postgres_control,
                                                  .run = postgres_run,
                                                  .lost = postgres_lost};
