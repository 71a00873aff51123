/* A database, as the ledger sees it: statements by number, values, rows. One table of
 * functions for each kind; nothing of the ledger's meaning is here.
 *
 * A store belongs to one thread at a time. Any failure may have ended the transaction
 * under way; the caller rolls back, and closes a store that is `lost`. */
#ifndef COMITY_LEDGER_STORE_H
#define COMITY_LEDGER_STORE_H

#include "base/error.h"
#include "ledger/sql.h"

#define COMITY_STORE_VALUES_MAX 8

/* What a statement is given, and what its rows have. Bytes and texts are borrowed. */
typedef struct comity_value {
    int64_t number;
    const void *bytes; /* of texts and bytes; of a text with its NUL, which `size` leaves out */
    size_t size;
} comity_value;

typedef struct comity_store comity_store;

/* Called for each row; its values last until it returns. */
typedef comity_status comity_store_row(void *context, const comity_value *values, comity_error *reterr);

typedef struct comity_store_calls {
    comity_status (*open)(const char *where, comity_store **ret_store, comity_error *reterr);
    void (*close)(comity_store *store);
    /* Runs texts without parameters: BEGIN, COMMIT, what makes tables. */
    comity_status (*control)(comity_store *store, comity_sql sql, comity_error *reterr);
    /* `values`: as many as the statement's form says. `row` NULL: none is wanted.
     * `ret_rows`: how many rows came, or, of one that gives none, were changed; may be NULL. */
    comity_status (*run)(comity_store *store, comity_sql sql, const comity_value *values, comity_store_row *row,
                         void *context, uint64_t *ret_rows, comity_error *reterr);
    bool (*lost)(const comity_store *store);
} comity_store_calls;

struct comity_store {
    const comity_store_calls *calls;
};

extern const comity_store_calls comity_store_sqlite;
extern const comity_store_calls comity_store_postgres;

static inline comity_value comity_value_number(int64_t number)
{
    return (comity_value){.number = number};
}

#endif
