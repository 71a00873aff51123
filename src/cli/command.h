/* What the subcommands share: the table of them, options, files, output. */
#ifndef COMITY_CLI_COMMAND_H
#define COMITY_CLI_COMMAND_H

#include "base/error.h"
#include "base/limits.h"
#include "comity.h"

#include <getopt.h>
#include <stdio.h>
#include <sys/types.h>

/* Exit statuses: all is permitted or found clean; something is not; an error. */
enum { EXIT_CLEAN = 0, EXIT_NOT_CLEAN = 1, EXIT_ERROR = 2 };

typedef struct command {
    const char *name;
    const char *summary; /* one line */
    const char *help;    /* usage, options and examples; NULL: it tells them itself */
    int (*main)(int argc, char **argv);
} command;

int judge_main(int argc, char **argv);
int ask_main(int argc, char **argv);
int law_main(int argc, char **argv);
int inspect_main(int argc, char **argv);
int mask_main(int argc, char **argv);
int serve_main(int argc, char **argv);
int unmask_main(int argc, char **argv);
int ledger_main(int argc, char **argv);
int record_main(int argc, char **argv);
int key_main(int argc, char **argv);
int paper_main(int argc, char **argv);

/* Reads a question as ask_main does and answers nothing: 0, or EXIT_ERROR after complaining. */
int ask_check(int argc, char **argv);

extern const char judge_help[], ask_help[], law_help[], inspect_help[], ledger_help[], mask_help[], unmask_help[],
    record_help[], key_help[], paper_help[];

/* Prints a text that may hold any byte so that it stays one line and moves no terminal: what
 * cannot be seen, or turns the rest around, as \xNN. At most `size_max` bytes are printed. */
void put_plain(FILE *stream, const char *text, size_t size_max);

/* Prints "comity: …" to standard error and returns EXIT_ERROR. */
int complain(const char *format, ...) COMITY_PRINTF(1, 2);

/* A mistake in how the command was called: complains and points to --help. */
int complain_usage(const char *subcommand, const char *format, ...) COMITY_PRINTF(2, 3);

/* getopt_long(3) has just answered '?': says whether there is no such option (and which
 * one comes near), or its value is missing, or it takes none. `verb` may be NULL; `letters`
 * and `longs` are what getopt_long was given. */
int complain_option(const char *subcommand, const char *verb, const char *letters, const struct option *longs,
                    char *const *argv);

/* Reads the value of an option that is a whole number within bounds. 0, or EXIT_ERROR after complaining. */
int option_number(const char *subcommand, const char *name, const char *text, long least, long most, long *ret_number);

/* Opens the law image: `path`, or where NULL the one of the environment
 * (COMITY_LAW), beside the program, or installed. NULL after complaining. */
comity_law *open_law(const char *path);

/* Colour: on a terminal, unless NO_COLOR is set. */
bool use_colour(FILE *stream);

/* The width of the terminal, at most 100; 80 if it is none. */
unsigned terminal_width(FILE *stream);

/* Today in UTC as days since 1970-01-01. */
int32_t today(void);

/* As read(2), but of a stream that does not block it waits for the next bytes; signals do not end it. */
ssize_t read_some(int fd, void *bytes, size_t size);

/* A whole file or, for "-", standard input. The caller frees. NULL after complaining. */
char *read_file(const char *path, size_t size_max, size_t *ret_size);

/* Writes all of it; false after complaining (but not for a closed pipe). */
bool write_all(int fd, const char *bytes, size_t size);

/* Replaces a file in one step, as output.h has it. False after complaining. */
bool replace_file(const char *path, const void *bytes, size_t size);

#endif
