/* Which judgements somebody asks for: the arguments of a query. Pure; any thread. */
#ifndef COMITY_SERVE_FILTER_H
#define COMITY_SERVE_FILTER_H

#include "base/error.h"
#include "base/limits.h"

/* What is asked of one name or code; "": nothing. */
typedef struct comity_filter_word {
    char text[COMITY_LIMIT_SERVE_NAME_BYTES + 1];
} comity_filter_word;

/* A year's four digits and a NUL. */
#define COMITY_FILTER_LOG_SIZE 5

/* A plain value; all zero asks for everything, but for `limit` and `until_ms`: begin with comity_filter_init. */
typedef struct comity_filter {
    unsigned verdicts; /* a bit for each; 0: all */
    comity_filter_word act, from, to, state, rule, category, gate;
    uint64_t since_ms, until_ms; /* inclusive, exclusive */
    bool has_before, has_after;
    uint64_t before; /* entries below this */
    uint64_t after;  /* entries above this */
    char log[COMITY_FILTER_LOG_SIZE]; /* of the year whose log is asked for; "": none is named */
    uint64_t limit;
    bool narrow; /* something is asked of the judgement itself */
    uint32_t given; /* a bit for each argument read, by its place in the table */
} comity_filter;

/* Which arguments a query may have, beside those of the judgement itself. */
#define COMITY_FILTER_PAGED 1u  /* log, before, limit */
#define COMITY_FILTER_AFTER 2u
#define COMITY_FILTER_TIMES 4u  /* since, until */
#define COMITY_FILTER_WORDS 8u  /* verdict, act, from, … */

void comity_filter_init(comity_filter *ret_filter);

/* Takes in one argument; `value` NULL: none was given. `allowed`: COMITY_FILTER_….
 * COMITY_ERROR_NAME, SYNTAX or RANGE, with the argument's name. */
COMITY_MUST_USE comity_status comity_filter_set(comity_filter *filter, unsigned allowed, const char *name,
                                                const char *value, comity_error *reterr);

/* An entry as live events are numbered: digits, or "2026/17" where every year has a log of its own. `ret_log` stays
 * as it is where none is named. False, and nothing set, if it is neither. */
bool comity_filter_entry(const char *text, char ret_log[COMITY_FILTER_LOG_SIZE], uint64_t *ret_entry);

/* A number as queries have it: decimal digits, no leading zero, below 10¹⁸. False if it is none. */
bool comity_filter_number(const char *text, uint64_t *ret_number);

#endif
