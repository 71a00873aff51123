/* What was found, as JSON. For the programs above this folder. Pure; any thread. */
#ifndef COMITY_API_FOUND_H
#define COMITY_API_FOUND_H

#include "base/buffer.h"

/* Appends one finding: an object and a newline. `rules`: those it was found by.
 * `file`: what its input is called; of what is no UTF-8 its bytes too, as `file_base64`. `with_value`: with the value itself, which is personal data. */
void comity_found_put(const comity_rules *rules, const char *file, const comity_found *found, bool with_value,
                      comity_buffer *out);

/* Appends a string that an input gave: what is no UTF-8 is shown as `?`. */
void comity_found_put_untrusted(comity_buffer *out, const char *text, size_t size);

/* Appends the words of COMITY_SEEN_… bits, as a list; and a digest in hexadecimal. */
void comity_found_put_evidence(comity_buffer *out, unsigned evidence);
void comity_found_put_digest(comity_buffer *out, const uint8_t digest[16]);

#endif
