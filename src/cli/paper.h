/* The verbs of comity paper. */
#ifndef COMITY_CLI_PAPER_H
#define COMITY_CLI_PAPER_H

#include "cli/command.h"

int paper_new_main(int argc, char **argv);
int paper_verify_main(int argc, char **argv);

/* Writes to the file, or where it is NULL to standard output. An exit status. */
int paper_write(const char *output, const char *bytes, size_t size);

#endif
