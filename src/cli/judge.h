/* What the files of `comity judge` share. */
#ifndef COMITY_CLI_JUDGE_H
#define COMITY_CLI_JUDGE_H

#include "cli/record.h"

#include "api/handles.h"

/* Read and written at a time: little enough to stay near the processor. */
enum { JUDGE_INPUT_BYTES = 1 << 16, JUDGE_OUTPUT_BYTES = 1 << 16 };
/* The longest line, or all of a document, and what was read behind it. */
#define JUDGE_ROOM_BYTES (COMITY_LIMIT_ACT_BYTES + JUDGE_INPUT_BYTES)

typedef enum answer_form { FORM_JSON, FORM_WORDS, FORM_TABLE } answer_form;

typedef struct judge_run {
    comity_context *context;
    int32_t day;
    answer_form form;
    comity_explain_style style;
    comity_buffer out;
    uint64_t line;
    bool by_line; /* what is judged is a line of a stream, not a part of a document */
    bool some_not_permitted, some_error, broken;
    uint64_t count;
    comity_record *record;       /* NULL: none */
    const char *record_folder;   /* as it was named */
    const passphrase *phrase;    /* of its keys */
    uint64_t year_end_ms;        /* from when on another log is written; UINT64_MAX if there is one only */
    const char *retention;
    comity_buffer judgement, kept; /* of the act at hand */
    uint64_t recorded;             /* entries submitted and not yet known to be durable */
    uint64_t last;                 /* the index of the newest of them */
} judge_run;

/* judge_answer.c: answers, and the record. */

/* Judges one act and adds the answer to `out`, which is written when there is much of it. */
void judge_one(judge_run *judging, const char *act, size_t size);

/* Adds an error in the place of an answer. */
void judge_put_error(judge_run *judging, const comity_error *error);

/* Writes the answers there are. */
void judge_flush(judge_run *judging);

/* Opens the record of the moment; where logs are kept by the year, until that ends. */
comity_status judge_open_year(judge_run *judging, uint64_t time_ms, comity_error *reterr);

/* judge_stream.c: what comes in. */

/* Judges a file, or standard input for "-". `room` has JUDGE_ROOM_BYTES. */
void judge_input(judge_run *judging, const char *path, char *room);

#endif
