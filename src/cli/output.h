/* A file that is written, and takes the place of the one there was only when it is whole. */
#ifndef COMITY_CLI_OUTPUT_H
#define COMITY_CLI_OUTPUT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* One at a time in a program: a signal that ends it takes away what is not whole. */
typedef struct file_output {
    int fd; /* to be written to, by write_all */
    bool is_beside;
    char path[PATH_MAX];
    char beside[PATH_MAX];
} file_output;

/* The file at `path`, or the one a link leads to, stays what it is until the new one is whole,
 * which then has its owner and mode; `mode` is for one that was not there. What is no file,
 * such as a pipe or a device, is written to as it is. False after complaining. */
bool file_output_open(const char *path, mode_t mode, file_output *ret_output);

/* `good`: all has been written; synced, it takes its place. Else it is taken away, and nothing
 * is said. False if it did not come about, after complaining. */
bool file_output_close(file_output *output, bool good);

#endif
