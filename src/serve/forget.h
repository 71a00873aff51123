/* Erasing from the daemon's record while judgements are recorded: what `comity record
 * erase` does where no daemon runs. */
#ifndef COMITY_SERVE_FORGET_H
#define COMITY_SERVE_FORGET_H

#include "record/log.h"

struct comity_server;

/* What came of it. `unread`: entries that are of a form not known here, as was seen when papers and law images
 * of earlier years were taken away (see comity_record_sweep). */
typedef struct comity_forgotten {
    uint64_t count;
    uint64_t unread;
} comity_forgotten;

/* Erases, says so in the log, with who wanted it, and tells how many entries. One entry is of the log that `log` names
 * ("" where one log is kept for ever). By age it also erases in the logs of earlier years, where every year has its own,
 * and takes as long again as it needs, so that others have the disk. COMITY_ERROR_RANGE: no such entry; COMITY_ERROR_NAME: no such class or log;
 * else it may have been done in part, and can be asked for again. Any thread. */
COMITY_MUST_USE comity_status comity_forget(struct comity_server *server, const char *who, const comity_erasure *what,
                                            const char *log, comity_forgotten *ret_forgotten, comity_error *reterr);

/* Takes away papers and law images that no entry names any more. `*ret_unread`: as comity_record_sweep has it.
 * Any thread. */
COMITY_MUST_USE comity_status comity_forget_grounds(struct comity_server *server, uint64_t *ret_unread,
                                                    comity_error *reterr);

#endif
