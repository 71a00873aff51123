/* The ledger in one file, by SQLite. Statements are prepared once; writers wait for each
 * other, as long as a call may take. What is deleted is overwritten. */
#include "ledger/store.h"

#include "ledger/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct sqlite_store {
    comity_store store;
    sqlite3 *database;
    sqlite3_stmt *statements[COMITY_SQL_LAST];
    bool lost;
} sqlite_store;

/* After a failure of the file system the file is opened again. SQLite's texts of
 * errors can quote what was stored, so only its words for codes are told. */
static comity_status failed(sqlite_store *sqlite, const char *what, int code, comity_error *reterr)
{
    int kind = code & 0xff;
    if (kind == SQLITE_NOTADB || kind == SQLITE_CORRUPT) {
        sqlite->lost = true;
        return comity_fail(reterr, COMITY_ERROR_IMAGE, "the ledger: %s: %s", what, sqlite3_errstr(code));
    }
    sqlite->lost = kind == SQLITE_IOERR || kind == SQLITE_CANTOPEN;
    return comity_fail(reterr, COMITY_ERROR_SYSTEM, "the ledger: %s: %s", what, sqlite3_errstr(code));
}

static void sqlite_close(comity_store *store)
{
    sqlite_store *sqlite = (sqlite_store *)store;
    for (size_t i = 0; i < COMITY_SQL_LAST; i++) {
        (void)sqlite3_finalize(sqlite->statements[i]);
    }
    (void)sqlite3_close(sqlite->database);
    free(sqlite);
}

static comity_status set_up(sqlite_store *sqlite, const char *path, comity_error *reterr)
{
    static const char settings[] = "PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; "
                                   "PRAGMA temp_store = MEMORY;";
    int code = sqlite3_open_v2(path, &sqlite->database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_busy_timeout(sqlite->database, COMITY_LEDGER_WAIT_MS);
    }
    if (code == SQLITE_OK) {
        code = sqlite3_exec(sqlite->database, settings, NULL, NULL, NULL);
    }
    return code == SQLITE_OK ? COMITY_OK : failed(sqlite, "opening", code, reterr);
}

static comity_status sqlite_open(const char *path, comity_store **ret_store, comity_error *reterr)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
    if (fd < 0) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "the ledger: %s: %s", path, strerror(errno));
    }
    (void)close(fd);
    sqlite_store *sqlite = calloc(1, sizeof *sqlite);
    if (sqlite == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    sqlite->store.calls = &comity_store_sqlite;
    comity_status status = set_up(sqlite, path, reterr);
    if (status != COMITY_OK) {
        sqlite_close(&sqlite->store);
        return status;
    }
    *ret_store = &sqlite->store;
    return COMITY_OK;
}

static comity_status sqlite_control(comity_store *store, comity_sql sql, comity_error *reterr)
{
    sqlite_store *sqlite = (sqlite_store *)store;
    if (sql == COMITY_SQL_ROLLBACK && sqlite3_get_autocommit(sqlite->database) != 0) {
        return COMITY_OK; /* the failure has ended it */
    }
    int code = sqlite3_exec(sqlite->database, comity_sql_texts[sql].sqlite, NULL, NULL, NULL);
    return code == SQLITE_OK ? COMITY_OK
                             : failed(sqlite, sql == COMITY_SQL_COMMIT ? "committing" : "a transaction", code, reterr);
}

static int bind(sqlite3_stmt *statement, const char *form, const comity_value *values)
{
    char name[] = "$1";
    int code = SQLITE_OK;
    for (int i = 0; form[i] != ':' && code == SQLITE_OK; i++) {
        const comity_value *value = &values[i];
        name[1] = (char)('1' + i);
        int at = sqlite3_bind_parameter_index(statement, name);
        code = form[i] == 'n' ? sqlite3_bind_int64(statement, at, value->number)
               : form[i] == 't'
                   ? sqlite3_bind_text64(statement, at, value->bytes, value->size, SQLITE_STATIC, SQLITE_UTF8)
                   : sqlite3_bind_blob64(statement, at, value->bytes, value->size, SQLITE_STATIC);
    }
    return code;
}

static void read_row(sqlite3_stmt *statement, const char *columns, comity_value *ret_values)
{
    for (int i = 0; columns[i] != '\0'; i++) {
        comity_value *value = &ret_values[i];
        *value = (comity_value){.number = 0};
        if (columns[i] == 'n') {
            value->number = sqlite3_column_int64(statement, i);
        } else {
            value->bytes =
                columns[i] == 't' ? (const void *)sqlite3_column_text(statement, i) : sqlite3_column_blob(statement, i);
            value->size = (size_t)sqlite3_column_bytes(statement, i);
        }
    }
}

static comity_status step_through(sqlite_store *sqlite, comity_sql sql, comity_store_row *row, void *context,
                                  uint64_t *ret_rows, comity_error *reterr)
{
    sqlite3_stmt *statement = sqlite->statements[sql];
    const char *columns = strchr(comity_sql_texts[sql].form, ':') + 1;
    comity_value values[COMITY_STORE_VALUES_MAX];
    uint64_t rows = 0;
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        rows++;
        read_row(statement, columns, values);
        if (row != NULL) {
            COMITY_TRY(row(context, values, reterr));
        }
    }
    if (code != SQLITE_DONE) {
        return failed(sqlite, "a statement", code, reterr);
    }
    if (ret_rows != NULL) {
        *ret_rows = columns[0] != '\0' ? rows : (uint64_t)sqlite3_changes64(sqlite->database);
    }
    return COMITY_OK;
}

static comity_status sqlite_run(comity_store *store, comity_sql sql, const comity_value *values, comity_store_row *row,
                                void *context, uint64_t *ret_rows, comity_error *reterr)
{
    sqlite_store *sqlite = (sqlite_store *)store;
    int code = SQLITE_OK;
    if (sqlite->statements[sql] == NULL) {
        code = sqlite3_prepare_v3(sqlite->database, comity_sql_texts[sql].sqlite, -1, SQLITE_PREPARE_PERSISTENT,
                                  &sqlite->statements[sql], NULL);
    }
    if (code == SQLITE_OK) {
        code = bind(sqlite->statements[sql], comity_sql_texts[sql].form, values);
    }
    if (code != SQLITE_OK) {
        return failed(sqlite, "a statement", code, reterr);
    }
    comity_status status = step_through(sqlite, sql, row, context, ret_rows, reterr);
    (void)sqlite3_reset(sqlite->statements[sql]);
    (void)sqlite3_clear_bindings(sqlite->statements[sql]);
    return status;
}

static bool sqlite_lost(const comity_store *store)
{
    return ((const sqlite_store *)store)->lost;
}

const comity_store_calls comity_store_sqlite = {
    .open = sqlite_open, .close = sqlite_close, .control = sqlite_control, .run = sqlite_run, .lost = sqlite_lost};
