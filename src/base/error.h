/* Errors and statuses.
 *
 * Every fallible function returns a comity_status and takes a comity_error
 * last. On failure the error is filled: a code, and one sentence that says
 * what was found, what was expected and where. On success it is untouched.
 * Errors are plain values: copy them freely, nothing is owned. */
#ifndef COMITY_BASE_ERROR_H
#define COMITY_BASE_ERROR_H

#include "comity.h"

#include <stdarg.h>

#define COMITY_MUST_USE __attribute__((warn_unused_result))
#define COMITY_PRINTF(f, a) __attribute__((format(printf, f, a)))
/* For what only errors call: kept out of the way of what is done all the time. */
#define COMITY_COLD __attribute__((cold, noinline))

/* Fills `reterr` (may be NULL) and returns `code`, so that a caller can write
 * `return comity_fail(reterr, COMITY_ERROR_SYNTAX, "…", …);`.
 * A message too long for the error is cut at a character's end. */
comity_status comity_fail(comity_error *reterr, comity_status code, const char *format, ...)
    COMITY_PRINTF(3, 4) COMITY_COLD;

/* Hands a failure on. */
#define COMITY_TRY(call)                       \
    do {                                       \
        comity_status try_status_ = (call);    \
        if (try_status_ != COMITY_OK) {        \
            return try_status_;                \
        }                                      \
    } while (0)

#endif
