/* Passphrases, from the terminal or a file descriptor, and the keys they open. */
#ifndef COMITY_CLI_PASSPHRASE_H
#define COMITY_CLI_PASSPHRASE_H

#include "cli/command.h"

/* A passphrase in locked memory. Begin with passphrase_init, end with passphrase_wipe. */
typedef struct passphrase {
    char text[COMITY_LIMIT_PASSPHRASE_BYTES + 1];
    size_t size;
} passphrase;

void passphrase_init(passphrase *ret_phrase);
void passphrase_wipe(passphrase *phrase);

/* Reads `text` as the number of a file descriptor; -1 if it is none. */
int passphrase_fd(const char *text);

/* The first line of a file descriptor. False after complaining. */
bool passphrase_read(int fd, passphrase *phrase);

/* Asks on the terminal, without echo; `twice`: a second time, which must be the
 * same. False after complaining. */
bool passphrase_ask(const char *about, bool twice, passphrase *phrase);

/* Opens a key file; one with a passphrase asks for it on the terminal, or reads
 * it from `fd` if that is not -1. NULL after complaining. */
comity_key *open_key(const char *path, int fd);

#endif
