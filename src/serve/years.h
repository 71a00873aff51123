/* Where the record lies: in the folder that was set or, where every year has a log
 * of its own there, in the year's, which is made when its time has come. The logs
 * of earlier years stay readable.
 *
 * Threads: one turns, any may read. What is told of a year is good until
 * comity_years_close, whatever turns meanwhile. */
#ifndef COMITY_SERVE_YEARS_H
#define COMITY_SERVE_YEARS_H

#include "base/limits.h"
#include "record/disk.h"

typedef struct comity_years comity_years;

/* The log of a year; or, where one log is kept for ever, that. */
typedef struct comity_year {
    struct comity_year *next; /* inner */
    comity_disk *disk;        /* its folder, for reading */
    uint64_t begin_ms;        /* the year's first moment; 0: one log is kept for ever */
    uint64_t end_s;           /* when the next year begins; 0: never */
    const char *name;         /* "2026"; "": one log is kept for ever */
    char folder[];
} comity_year;

/* Years that have a log, in rising order. */
typedef struct comity_year_list {
    char names[COMITY_LIMIT_SERVE_YEARS][5];
    size_t count;
} comity_year_list;

/* `folder`: borrowed. Makes the year's record, if it is not there. */
COMITY_MUST_USE comity_status comity_years_open(const char *folder, uint64_t time_ms, comity_years **ret_years,
                                                comity_error *reterr);

/* NULL is allowed. */
void comity_years_close(comity_years *years);

/* The one whose log is written. */
const comity_year *comity_years_newest(const comity_years *years);

/* The years up to the newest that have a log: none, where one log is kept for ever. */
COMITY_MUST_USE comity_status comity_years_list(const comity_years *years, comity_year_list *ret_list, comity_error *reterr);

/* The year of this name, up to the newest. COMITY_ERROR_NAME: it has no log. */
COMITY_MUST_USE comity_status comity_years_find(comity_years *years, const char *name, const comity_year **ret_year,
                                                comity_error *reterr);

/* The year before, or behind, that has a log; NULL: there is none. */
COMITY_MUST_USE comity_status comity_years_before(comity_years *years, const comity_year *year, const comity_year **ret_year,
                                                  comity_error *reterr);
COMITY_MUST_USE comity_status comity_years_behind(comity_years *years, const comity_year *year, const comity_year **ret_year,
                                                  comity_error *reterr);

/* Turns to the folder of this moment. In one thread only; a failure leaves all as it was. */
COMITY_MUST_USE comity_status comity_years_turn(comity_years *years, uint64_t time_ms, comity_error *reterr);

#endif
