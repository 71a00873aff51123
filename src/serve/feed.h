/* Live judgements for those who follow them, as server-sent events.
 *
 * One thread looks for what the newest checkpoint covers, judges each new entry again
 * once for all, and appends it to the queue of each follower whose filter wants it.
 * The thread of a follower's connection takes from the queue, and is suspended when
 * there is nothing. Threads: one mutex guards the list and all queues.
 *
 * A queue is bounded. A follower whose queue is full is passed over until he has read;
 * whoever does not read for COMITY_LIMIT_SERVE_FOLLOWER_MS is dropped, and comes
 * back with the number of the last entry he saw. Nobody waits for a follower.
 *
 * Where every year has a log of its own each follower is in one of them: he is given
 * the rest of a year's that is over, and then the next. */
#ifndef COMITY_SERVE_FEED_H
#define COMITY_SERVE_FEED_H

#include "serve/filter.h"
#include "serve/keeper.h"

#include <sys/types.h>

struct MHD_Connection;

typedef struct comity_feed comity_feed;
typedef struct comity_follower comity_follower;

/* Starts the thread. All is borrowed until comity_feed_close. */
COMITY_MUST_USE comity_status comity_feed_open(comity_keeper *keeper, comity_metrics *metrics, comity_feed **ret_feed,
                                               comity_error *reterr);

/* Adds a follower, from what is recorded from now on, or behind `filter->after` in the log of `year`, and on through
 * those behind it. NULL: there are too many, or it ends, or there is no memory. Any thread. */
comity_follower *comity_feed_join(comity_feed *feed, struct MHD_Connection *connection, const comity_filter *filter,
                                  const comity_year *year);

/* When the connection ends. NULL is allowed. */
void comity_feed_leave(comity_feed *feed, comity_follower *follower);

/* Gives the next bytes: MHD's content reader, for a comity_follower. */
ssize_t comity_feed_read(void *follower, uint64_t position, char *bytes, size_t size_max);

/* Ends all streams: whoever does not take the end within a second is cut off. Any thread. */
void comity_feed_end(comity_feed *feed);

/* After all have left. NULL is allowed. */
void comity_feed_close(comity_feed *feed);

#endif
