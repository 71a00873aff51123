/* The law that judges now, and those before it that are still in use.
 *
 * A lease holds one law, with a context to judge by, for as long as a request
 * needs it. Reloading puts a new law in place for leases to come; the old one
 * is closed when its last lease ends. Threads: one mutex guards the pointer, the
 * counts of use and the lists of idle contexts; nothing slow is done under it. */
#ifndef COMITY_SERVE_LAWS_H
#define COMITY_SERVE_LAWS_H

#include "api/handles.h"
#include "base/limits.h"
#include "serve/papers.h"

#include <pthread.h>

struct comity_law_in_use;

typedef struct comity_laws {
    pthread_mutex_t mutex;
    struct comity_law_in_use *now;
    const char *path;
    const char *const *adopted; /* agreements held as binding */
    size_t adopted_count;
    comity_papers_setting papers;
} comity_laws;

/* A plain value; ended once. */
typedef struct comity_lease {
    struct comity_law_in_use *law;
    comity_context *context;
} comity_lease;

/* What to judge by. Borrowed until comity_laws_close. */
typedef struct comity_laws_setting {
    const char *path;
    const char *const *adopted;
    size_t adopted_count;
    comity_papers_setting papers;
} comity_laws_setting;

/* Opens the law and the papers at hand. */
COMITY_MUST_USE comity_status comity_laws_open(const comity_laws_setting *setting, comity_laws *ret_laws,
                                               comity_error *reterr);

/* No lease may be under way. */
void comity_laws_close(comity_laws *laws);

/* Opens what is at the paths now, law and papers. On failure the old ones stay. */
COMITY_MUST_USE comity_status comity_laws_reload(comity_laws *laws, comity_error *reterr);

/* COMITY_ERROR_MEMORY. Any thread. */
COMITY_MUST_USE comity_status comity_laws_lease(comity_laws *laws, comity_lease *ret_lease, comity_error *reterr);
void comity_laws_return(comity_laws *laws, comity_lease *lease);

/* The law as it is written, unpacked: what `clauses` of rules count into. Lives as long as the lease. */
const char *comity_lease_clauses(const comity_lease *lease);

/* Of each count of the law, which of its laws declares it: looking that up for each act takes longer than judging it. Lives as long. */
const uint32_t *comity_lease_count_laws(const comity_lease *lease);

/* The papers at hand under that law, or NULL. Lives as long. */
const comity_papers *comity_lease_papers(const comity_lease *lease);

/* The name of the law that judges now: "sha256:…". */
void comity_laws_hash(comity_laws *laws, char ret_hash[72]);

/* When the file of the law that judges now was written, in seconds since 1970; 0: not known. */
uint64_t comity_laws_built(comity_laws *laws);

#endif
