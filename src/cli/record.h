/* comity record: the verbs, and what they share. */
#ifndef COMITY_CLI_RECORD_H
#define COMITY_CLI_RECORD_H

#include "api/papers_bundle.h"
#include "api/record_folder.h"
#include "cli/command.h"
#include "cli/passphrase.h"

int record_init_main(int argc, char **argv);
int record_append_main(int argc, char **argv);
int record_verify_main(int argc, char **argv);
int record_prove_main(int argc, char **argv);
int record_show_main(int argc, char **argv);
int record_tail_main(int argc, char **argv);
int record_replay_main(int argc, char **argv);
int record_erase_main(int argc, char **argv);
int record_rotate_main(int argc, char **argv);
int record_witness_main(int argc, char **argv);
int record_cosign_main(int argc, char **argv);
int record_monitor_main(int argc, char **argv);

/* Now, in milliseconds since 1970. */
uint64_t now_ms(void);

/* "2026-11-24T10:15:00.123Z" and a NUL. */
#define TIME_TEXT_SIZE 32
void print_time(uint64_t time_ms, char ret_text[TIME_TEXT_SIZE]);

/* The passphrase of a record's keys: the first line of the file descriptor that
 * the text names; none if it is NULL. False after complaining. End with passphrase_wipe. */
bool record_passphrase(const char *fd_text, passphrase *ret_phrase);

/* As the library takes it: NULL if there is none. */
const char *passphrase_text(const passphrase *phrase);

/* Reads a policy of trust. The caller frees both. NULL after complaining. */
comity_policy *read_policy(const char *path, char **ret_text);

/* A whole number; false after complaining. */
bool read_number(const char *verb, const char *what, const char *text, uint64_t *ret_number);

/* A record opened for reading, with what it needs. */
typedef struct record_view {
    comity_disk *disk;
    comity_policy *policy;
    char *policy_text;
    comity_record_reader reader;
} record_view;

/* `policy` NULL: the log is believed about its own keys. False after complaining. */
bool record_view_open(const char *folder, const char *policy, record_view *ret_view);
void record_view_close(record_view *view);

/* Judges again by what records kept: keeps the law opened last. */
typedef struct record_judge {
    comity_disk *disk;
    comity_law *law;
    comity_context *context;
    comity_papers *papers;
    char opened[COMITY_LAW_NAME_SIZE + 1], held[COMITY_LAW_NAME_SIZE + 1]; /* the names of law and papers */
    bool strict;
    char adopted[COMITY_LIMIT_ADOPTED_BYTES + 1];
} record_judge;

void record_judge_begin(comity_disk *disk, record_judge *ret_judge);
void record_judge_end(record_judge *judge);

/* Judges again, or takes the file that was appended, and holds it against the
 * entry: what the entry stands for, good until the next; COMITY_ERROR_RECORD if
 * it is another judgement now. */
COMITY_MUST_USE comity_status record_stands_for(record_judge *judge, const comity_record_view *entry,
                                                const void **ret_bytes, size_t *ret_size, comity_error *reterr);

/* The judgement that follows from what was kept. Good until the next. */
COMITY_MUST_USE comity_status record_judge_again(record_judge *judge, const comity_kept *kept, comity_answer *ret_answer,
                                                 comity_error *reterr);

#endif
