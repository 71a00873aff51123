/* A row: what lists and live events tell of an entry of the record. An entry is
 * judged again by what was kept of it; nothing personal is in a row: no names, no
 * references, not the act's id. */
#ifndef COMITY_SERVE_TOLD_H
#define COMITY_SERVE_TOLD_H

#include "api/replay.h"
#include "serve/filter.h"

typedef enum comity_told_kind {
    COMITY_TOLD_JUDGEMENT,
    COMITY_TOLD_ERASED,
    COMITY_TOLD_FILE,      /* a file was appended, not a judgement */
    COMITY_TOLD_UNREADABLE /* its law is not there any more, or this version judges otherwise than the one that did */
} comity_told_kind;

/* Borrows its entry, and of a judgement the replay's context: good until the next. */
typedef struct comity_told {
    comity_told_kind kind;
    uint64_t entry, time_ms;
    comity_kept kept;
    const comity_context *context;
} comity_told;

/* The row of entry `index`, which lies in `view`. COMITY_ERROR_MEMORY is the only failure. */
COMITY_MUST_USE comity_status comity_told_read(comity_replay *replay, const comity_record_view *view, uint64_t index,
                                              comity_told *ret_row, comity_error *reterr);

/* Before it is judged again, which takes the time: can this entry be one that is asked for? */
bool comity_filter_may(const comity_filter *filter, uint64_t index, uint64_t time_ms);

/* Is it one? */
bool comity_filter_wants(const comity_filter *filter, const comity_told *row);

/* Appends one object, no newline. `log`: the year's that the entry is in; "" where one log is kept for ever. */
void comity_told_put(const comity_told *row, const char *log, comity_buffer *buffer);

/* The code of a party's state (0 the first party, 1 the second), or NULL. */
const char *comity_told_state(const comity_told *row, unsigned side);

#endif
