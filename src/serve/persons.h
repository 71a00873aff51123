/* Persons beside an act: `{"act": {…}, "persons": {"health": ["00…ff", …], …}}`.
 *
 * The act is judged and kept as any other; the persons, as digests under the ledger's
 * key in 32 small hexadecimal digits each, go into the ledger and nowhere else. */
#ifndef COMITY_SERVE_PERSONS_H
#define COMITY_SERVE_PERSONS_H

#include "base/limits.h"
#include "ledger/ledger.h"

/* Persons of whom there is data of a category, in the order given. */
typedef struct comity_persons_found {
    char category[COMITY_LIMIT_SERVE_NAME_BYTES + 1];
    size_t first, count; /* in comity_persons_given.digests */
} comity_persons_found;

/* Owns its digests. */
typedef struct comity_persons_given {
    const char *act; /* within the text that was read */
    size_t act_size;
    comity_persons_found found[COMITY_LIMIT_SERVE_CATEGORIES];
    size_t found_count;
    comity_ledger_digest *digests;
    size_t digest_count;
} comity_persons_given;

/* Could the text be more than an act? If not, it need not be read here. */
bool comity_persons_beside(const char *text, size_t size);

/* COMITY_ERROR_SYNTAX, COMITY_ERROR_LIMIT, COMITY_ERROR_MEMORY; messages quote no digest. A text that
 * has no member `act` that is an object, and so is an act itself, is given back as it came. */
COMITY_MUST_USE comity_status comity_persons_read(const char *text, size_t size, comity_persons_given *ret_given,
                                                  comity_error *reterr);
void comity_persons_given_free(comity_persons_given *given);

#endif
