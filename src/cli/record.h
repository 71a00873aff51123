/* comity record: the verbs, and what they share. */
#ifndef COMITY_CLI_RECORD_H
#define COMITY_CLI_RECORD_H

#include "api/replay.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/passphrase.h"

#include <getopt.h>

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

/* An option of a verb: its name, its letter if there is one, and where its value goes. */
typedef struct record_option {
    const char *name;
    char letter;               /* or 0 */
    const char **text;         /* one of these three */
    bool *flag;
    uint64_t *number;
} record_option;

#define RECORD_OPTIONS_MAX 8

/* Reads the options of a verb; `optind` is the first of what else there is. False after complaining. */
bool record_options(const char *verb, int argc, char **argv, const record_option *options, size_t count);

/* Now, in milliseconds since 1970. */
uint64_t now_ms(void);

/* The passphrase of a record's keys: the first line of the file descriptor that
 * the text names; none if it is NULL. False after complaining. End with passphrase_wipe. */
bool record_passphrase(const char *fd_text, passphrase *ret_phrase);

/* As the library takes it: NULL if there is none. */
const char *passphrase_text(const passphrase *phrase);

/* Reads a policy of trust. The caller frees both. NULL after complaining. */
comity_policy *read_policy(const char *path, char **ret_text);

/* Complains of a folder, whose name the message may begin with already. Returns EXIT_ERROR. */
int complain_of(const char *folder, const char *message);

/* A text of at most COMITY_LIMIT_KEY_NAME_BYTES and a public key's, as JSON, on standard output. */
void print_json_string(const char *text);

/* A whole number; false after complaining. */
bool read_number(const char *verb, const char *what, const char *text, uint64_t *ret_number);

/* A record opened for reading, with what it needs. */
typedef struct record_view {
    comity_disk *disk;
    comity_policy *policy;
    char *policy_text;
    comity_record_reader reader;
    comity_status found; /* of opening it */
} record_view;

/* `policy` NULL: the log is believed about its own keys. False after complaining;
 * `ret_view->found` says then what was wrong. */
bool record_view_open(const char *folder, const char *policy, record_view *ret_view);
void record_view_close(record_view *view);

/* The exit status of whoever was to say whether a record holds: what is there is not as
 * it should be, or nothing could be found out. */
int record_verdict(comity_status found);

#endif
