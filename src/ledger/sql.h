/* All SQL of the ledger, by number. */
#ifndef COMITY_LEDGER_SQL_H
#define COMITY_LEDGER_SQL_H

typedef enum comity_sql {
    /* control: without parameters */
    COMITY_SQL_SETTINGS,      /* of a connection to SQLite, first of all */
    COMITY_SQL_BEGIN_LIGHTLY, /* what is lost with the machine may be lost */
    COMITY_SQL_BEGIN,
    COMITY_SQL_BEGIN_SCHEMA, /* nobody else changes the schema meanwhile */
    COMITY_SQL_BEGIN_READING,
    COMITY_SQL_BEGIN_LONG, /* may take minutes: the server does not end it */
    COMITY_SQL_BEGIN_LONG_READING,
    COMITY_SQL_COMMIT,
    COMITY_SQL_ROLLBACK,
    COMITY_SQL_MAKE_1, /* the schema's version 1 */
    COMITY_SQL_MAKE_2, /* from 1 to 2; and so on */
    COMITY_SQL_MAKE_3,
    /* statements */
    COMITY_SQL_IS_THERE,
    COMITY_SQL_ABOUT,
    COMITY_SQL_ABOUT_ADD,
    COMITY_SQL_ABOUT_SET,
    COMITY_SQL_EXPORTER_LOCK,
    COMITY_SQL_EXPORTER_LOCK_ID,
    COMITY_SQL_EXPORTER_ADD,
    COMITY_SQL_SERIES_FIND,
    COMITY_SQL_SERIES_ADD,
    COMITY_SQL_RESERVATION_ADD,
    COMITY_SQL_RESERVATION_END,
    COMITY_SQL_HOLD,
    COMITY_SQL_HELD_OF_SERIES,
    COMITY_SQL_HELD_OF_RESERVATION,
    COMITY_SQL_HELD_END,
    COMITY_SQL_NUMBERS,
    COMITY_SQL_LACKING,
    COMITY_SQL_LAST_DAYS,
    COMITY_SQL_PERSONS_ADD,
    COMITY_SQL_YEARS_ADD,
    COMITY_SQL_DAYS_ADD,
    COMITY_SQL_EXPIRE,
    COMITY_SQL_EXPIRE_HELD,
    COMITY_SQL_LIST,
    COMITY_SQL_TOTALS,
    COMITY_SQL_PURGE_SERIES,
    COMITY_SQL_PURGE_DAYS_SEEN,
    COMITY_SQL_PURGE_YEARS_SEEN,
    COMITY_SQL_PURGE_PERSONS,
    COMITY_SQL_PURGE_BITS,
    COMITY_SQL_PURGE_YEARS,
    COMITY_SQL_PURGE_DAYS,
    COMITY_SQL_VERIFY_YEARS,
    COMITY_SQL_VERIFY_DAYS,
    COMITY_SQL_LAST
} comity_sql;

/* `form`: a letter a parameter, then ':' and a letter a column: n number, t text, b bytes. */
typedef struct comity_sql_text {
    const char *form; /* NULL: control */
    const char *sqlite;
    const char *postgres; /* NULL: the same */
} comity_sql_text;

extern const comity_sql_text comity_sql_texts[COMITY_SQL_LAST];

#endif
