/* SQLite databases (the file format of version 3): what its files share. Private to this folder. */
#ifndef COMITY_INSPECT_FORMS_SQLITE_H
#define COMITY_INSPECT_FORMS_SQLITE_H

#include "inspect/forms/charset.h"
#include "inspect/forms/stage.h"

/* A database held as a whole. */
typedef struct comity_sqlite {
    comity_stage *stage;
    const uint8_t *file;
    size_t size;
    size_t page_size;
    size_t usable; /* bytes of a page that are not reserved */
    size_t page_count;
    const comity_charset *charset; /* of its texts */
    uint8_t *seen;                 /* a byte a page, from page 1 on: it has its place */
    void *payload;                 /* the record at hand, put together */
    size_t payload_room;
} comity_sqlite;

/* A record: its payload; borrowed for the call. */
typedef comity_status (*comity_sqlite_row)(void *context, int64_t row, const uint8_t *payload, size_t size,
                                           comity_error *reterr);

/* Gives each record of the tree whose root is page `root`, a table's or an index's; `row` may
 * be NULL: then pages are only marked as seen. `ret_is_table`: rows have numbers.
 * COMITY_ERROR_SYNTAX for a damaged tree, or one that shares a page with another. */
COMITY_MUST_USE comity_status comity_sqlite_walk(comity_sqlite *base, uint32_t root, comity_sqlite_row row,
                                                 void *context, bool *ret_is_table, comity_error *reterr);

/* A value of a record. */
typedef struct comity_sqlite_value {
    char kind; /* 'n'ull, 'i'nteger, 'r'eal, 't'ext, 'b'lob */
    int64_t number;
    double real;
    const uint8_t *bytes;
    size_t size;
} comity_sqlite_value;

/* Reads values of a record one after the other: begin with both places 0. False at its
 * end, and where it is damaged (`ret_good` is false then). */
bool comity_sqlite_next(const uint8_t *payload, size_t size, size_t *head, size_t *body, comity_sqlite_value *ret_value,
                        bool *ret_good);

/* The name of the `index`th column (from 0) in the text of CREATE TABLE; size 0 if there is
 * none. `ret_is_row`: the column is the row's number. */
size_t comity_sqlite_column(const char *sql, size_t size, size_t index, const char **ret_name, bool *ret_is_row);

#endif
