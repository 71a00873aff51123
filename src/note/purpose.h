/* What a key may sign, told by the first line of a text.
 *
 * A paper begins with `comity paper/`, which holds a space; a checkpoint begins
 * with its log's name, which is the name of the log's key and holds none. What
 * a witness signs begins with `cosignature/v1`, which no log may be called. So
 * no text can be signed, or believed, as one of another kind. */
#ifndef COMITY_NOTE_PURPOSE_H
#define COMITY_NOTE_PURPOSE_H

#include "base/error.h"

#define COMITY_PAPER_PREFIX "comity paper/"
#define COMITY_COSIGNATURE_PREFIX "cosignature/v1"

/* "log", "witness", "paper". A constant. */
const char *comity_purpose_word(comity_purpose purpose);

/* False if it is none of these words. */
bool comity_purpose_read(const char *word, size_t size, comity_purpose *ret_purpose);

/* The type byte of the key's signatures: 0x01 Ed25519, 0x04 cosignature/v1. */
uint8_t comity_purpose_type(comity_purpose purpose);

/* May a key of this purpose and name sign the text? COMITY_ERROR_SIGNATURE,
 * with what the text is and what was expected, if not. Looks at the first line only. */
COMITY_MUST_USE comity_status comity_purpose_admits(comity_purpose purpose, const char *name, size_t name_size,
                                                    const char *text, size_t text_size, comity_error *reterr);

#endif
