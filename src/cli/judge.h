/* What the files of `comity judge` share. */
#ifndef COMITY_CLI_JUDGE_H
#define COMITY_CLI_JUDGE_H

#include "cli/record.h"

#include "api/at_hand.h"

/* Read and written at a time: little enough to stay near the processor. */
enum { JUDGE_INPUT_BYTES = 1 << 16, JUDGE_OUTPUT_BYTES = 1 << 16 };
/* Whole lines that go to a thread: some dozens of acts, a fraction of a millisecond. Longer
 * lines are judged by who reads them, so that one thread's memory has to be for the longest. */
enum { JUDGE_CHUNK_BYTES = 1 << 15 };
/* Answers to them that may wait to be written, and one more. */
enum { JUDGE_ANSWERS_BYTES = 1 << 18 };
enum { JUDGE_JOBS_MAX = 64 };
/* The longest line, or all of a document, and what was read behind it. */
#define JUDGE_ROOM_BYTES (COMITY_LIMIT_ACT_BYTES + JUDGE_INPUT_BYTES)

typedef enum answer_form { FORM_JSON, FORM_WORDS, FORM_TABLE } answer_form;

/* What every context is made from. */
typedef struct judge_setup {
    const comity_law *law;
    const comity_papers *papers; /* or NULL */
    bool strict;
    const char *adopt[64];
    size_t adopt_count;
} judge_setup;

typedef struct judge_pool judge_pool;

/* One thread's judging: that of who reads, or a worker's. */
typedef struct judge_run {
    comity_context *context;
    int32_t day;
    answer_form form;
    comity_explain_style style;
    comity_buffer out;
    size_t out_max;   /* written when there is more of it */
    judge_pool *pool; /* NULL: one thread does all */
    uint64_t turn;    /* chunks whose answers come before these */
    uint64_t line;
    bool by_line; /* what is judged is a line of a stream, not a part of a document */
    bool some_not_permitted, some_error, broken;
    comity_record *record;     /* NULL: none */
    const char *record_folder; /* as it was named */
    const passphrase *phrase;  /* of its keys */
    uint64_t year_end_ms;      /* from when on another log is written; UINT64_MAX if there is one only */
    const char *retention;
    comity_at_hand at_hand; /* judged, and not yet submitted; only where there is a record */
    uint64_t at_hand_ms;    /* when they were judged */
    size_t said;            /* bytes of `out` from before the first of them */
    uint64_t recorded;      /* entries submitted and not yet known to be durable */
    uint64_t last;          /* the index of the newest of them */
} judge_run;

/* judge_answer.c: answers, and the record. */

/* Judges one act and adds the answer to `out`, which is written when there is much of it. */
void judge_one(judge_run *judging, const char *act, size_t size);

/* Adds an error in the place of an answer. */
void judge_put_error(judge_run *judging, const comity_error *error);

/* Writes the answers there are, when it is their turn. */
void judge_flush(judge_run *judging);

/* Writes answers now; false after complaining, or if nobody takes them. */
bool judge_write(const comity_buffer *answers);

/* Opens the record of the moment; where logs are kept by the year, until that ends. */
comity_status judge_open_year(judge_run *judging, uint64_t time_ms, comity_error *reterr);

/* judge_stream.c: what comes in. */

/* Judges whole lines, each one act or blank. */
void judge_lines(judge_run *judging, const char *lines, size_t size);

/* Judges a file, or standard input for "-". `room` has JUDGE_ROOM_BYTES. */
void judge_input(judge_run *judging, const char *path, char *room);

/* judge_pool.c: threads. */

/* A pool of so many workers, which begin with the first chunk; NULL if out of memory. */
judge_pool *judge_pool_new(const judge_setup *setup, unsigned jobs);

/* Gives whole lines, at most JUDGE_CHUNK_BYTES, to a worker; `judging` is who reads, and its own answers go
 * before. False: there are no workers, and nothing was done. */
bool judge_pool_give(judge_run *judging, const char *lines, size_t size);

/* Has all that was given away been answered? */
bool judge_pool_is_idle(judge_pool *pool);

/* Waits until the answers of this run are the next to be written; false if none are any more. */
bool judge_pool_wait_turn(judge_pool *pool, uint64_t turn);

/* Ends the workers when all is answered, and adds what they know to `judging`. NULL is allowed. */
void judge_pool_end(judge_run *judging);

/* judge.c: a context as the options want it. */
comity_status judge_context_open(const judge_setup *setup, comity_context **ret_context, comity_error *reterr);

#endif
