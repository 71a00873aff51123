/* What is erased by itself: entries of a class, so many days after they were recorded,
 * looked for an hour after the start and then every day; and papers and law images that
 * no entry names any more, after something was erased.
 *
 * Ages are told by the time of day, which somebody may set, or which may be wrong when a machine
 * starts. What is erased never comes back: so nothing is erased by age when since the last look,
 * or the start, that clock went otherwise than one that nobody sets. A day later it is believed. */
#ifndef COMITY_SERVE_RETENTION_H
#define COMITY_SERVE_RETENTION_H

#include "base/error.h"

struct comity_server;

typedef struct comity_retention_keeper comity_retention_keeper;

/* Starts the thread. Borrows the server. */
COMITY_MUST_USE comity_status comity_retention_start(struct comity_server *server, comity_retention_keeper **ret_keeper,
                                                     comity_error *reterr);

/* Something was erased: what nobody names any more goes soon. Any thread. */
void comity_retention_erased(comity_retention_keeper *keeper);

/* NULL is allowed. */
void comity_retention_stop(comity_retention_keeper *keeper);

#endif
