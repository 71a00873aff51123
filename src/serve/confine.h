/* Giving up what the daemon does not need, once everything is open: the file
 * system but for a few folders (Landlock), and system calls (seccomp). */
#ifndef COMITY_SERVE_CONFINE_H
#define COMITY_SERVE_CONFINE_H

#include "serve/config.h"

/* For this thread and all it starts from now on. `ret_landlock`: false if the
 * kernel has none; that is no failure. */
COMITY_MUST_USE comity_status comity_confine(const comity_config *config, bool *ret_landlock, comity_error *reterr);

#endif
