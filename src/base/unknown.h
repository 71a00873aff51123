/* What messages tell of a word that is not known where it stands.
 *
 * Acts, papers and settings come from people's systems, and a person's name may stand
 * where a code or a name of the vocabulary should. Messages go to logs, where no
 * personal data belongs; so a word is quoted only if it is plainly meant as a known one. */
#ifndef COMITY_BASE_UNKNOWN_H
#define COMITY_BASE_UNKNOWN_H

#include "base/quote.h"

/* A name of the vocabulary, a field: quoted if it is near to a known one, `near`,
 * and has nothing that such names do not have; else its size is told. `near` may be NULL. */
comity_quote comity_unknown_word(const char *text, size_t size, const char *near);

/* A code of a state or a law file: quoted if it has the form of a code, or is near to
 * one and has no small letters, or differs from one by case only; else its size is
 * told, and `near` becomes NULL. */
comity_quote comity_unknown_code(const char *text, size_t size, const char **near);

/* What should be a date: quoted if it is made of digits as a date is. */
comity_quote comity_unknown_date(const char *text, size_t size);

/* A number out of its range, or what should be one: quoted if it is made as a number is, and too short to number a person. */
comity_quote comity_unknown_number(const char *text, size_t size);

/* A path: quoted if its first word is one of `begins`, a list that ends with NULL. */
comity_quote comity_unknown_path(const char *text, size_t size, const char *const *begins);

/* "a text of 12 bytes" */
comity_quote comity_unknown_size(size_t size);

#endif
