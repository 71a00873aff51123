/* Keeps judgements: submits them to the record from any thread, and tells each
 * when it is durable.
 *
 * Threads: those that judge submit, under a shared lock of the record, and hand
 * in tickets. One thread of the keeper's takes all tickets there are, waits once
 * for the newest entry among them, and calls each ticket's `done`: one sync of
 * the disk serves all requests that came in the meantime.
 *
 * When recording fails all tickets fail, the record is closed and opened again,
 * once a second until that succeeds; meanwhile every submission fails. A ticket
 * belongs to one opening of the record: what was submitted to an earlier one is
 * not known to be durable and has failed.
 *
 * Where every year has a log of its own, the keeper's thread turns to the next one
 * as the year begins (UTC), after all that was submitted to the old one is durable
 * and published. */
#ifndef COMITY_SERVE_KEEPER_H
#define COMITY_SERVE_KEEPER_H

#include "api/record_folder.h"
#include "serve/metrics.h"
#include "serve/years.h"

typedef struct comity_keeper comity_keeper;

/* What a request holds of its judgements. All zero to begin with; submit any
 * number, then await once; then it may be reset to zero. */
typedef struct comity_ticket {
    struct comity_ticket *next;
    uint64_t opening; /* of the record; 0: nothing submitted */
    uint64_t index;   /* of the newest entry */
    const char *log;  /* the year's that it is in, "" where one log is kept for ever; lives as long as the keeper */
    uint64_t submitted_ns;
    comity_status status; /* set before `done` is called */
    void (*done)(struct comity_ticket *ticket); /* called in the keeper's thread */
    void *context;
} comity_ticket;

/* Opens the record, which must be there (but for the year's), and starts the thread. What is passed is borrowed until close. */
COMITY_MUST_USE comity_status comity_keeper_open(const char *folder, const char *retention, comity_metrics *metrics,
                                                 comity_keeper **ret_keeper, comity_error *reterr);

/* After all tickets are done. NULL is allowed. */
void comity_keeper_close(comity_keeper *keeper);

/* What is submitted: the context's last judgement, `answer`, of an act. Borrowed. */
typedef struct comity_keeping {
    const comity_context *context;
    const char *act;
    size_t act_size;
    const char *today;
    const char *gate; /* the name of the gate, or of the principal, that asks */
    const comity_answer *answer;
} comity_keeping;

/* Submits a judgement. `work`: room that is reused. Any thread. */
COMITY_MUST_USE comity_status comity_keeper_submit(comity_keeper *keeper, const comity_keeping *what, comity_buffer *work,
                                                   comity_ticket *ticket, comity_error *reterr);

/* Submits up to COMITY_ENTRY_COMMIT_MAX judgements at once, made by contexts of the law and the papers of
 * `context`: each with its ticket, which several may share, and each succeeds or fails by itself, as
 * comity_log_submit_many has it. Any thread. */
void comity_keeper_submit_many(comity_keeper *keeper, const comity_context *context, comity_log_submission *items,
                               comity_ticket *const *tickets, size_t count);

/* Has `done` of each ticket called once everything submitted with it is durable, or is not to be had. The
 * tickets are a list, from the first to the last. Any thread. */
void comity_keeper_await(comity_keeper *keeper, comity_ticket *first, comity_ticket *last);

/* Where the record lies, year by year; good until close. Any thread. */
comity_years *comity_keeper_years(const comity_keeper *keeper);

/* Is the record open, and how many entries are durable? Any thread. */
bool comity_keeper_state(comity_keeper *keeper, uint64_t *ret_size);

/* The same, and which year's log it is. */
bool comity_keeper_end(comity_keeper *keeper, const comity_year **ret_year, uint64_t *ret_size);

/* The record, for who erases in it: it stays open, and the newest year's, until it is given back. NULL: it is
 * not open. Others go on submitting. Any thread. */
comity_record *comity_keeper_borrow(comity_keeper *keeper);
void comity_keeper_give_back(comity_keeper *keeper);

/* Does the keeper wait for it to be given back, to open it anew or to turn to the next year? Then soon. */
bool comity_keeper_wants_back(const comity_keeper *keeper);

/* Nanoseconds of a clock that never goes back. */
uint64_t comity_now_ns(void);

/* The time of day, in milliseconds since 1970. */
uint64_t comity_wall_ms(void);

#endif
