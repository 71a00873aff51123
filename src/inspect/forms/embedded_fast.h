/* Passing over text by vectors, where the machine has them. Only for embedded.c. */
#ifndef COMITY_INSPECT_FORMS_EMBEDDED_FAST_H
#define COMITY_INSPECT_FORMS_EMBEDDED_FAST_H

#include <stddef.h>
#include <stdint.h>

/* A multiple of 64: so many bytes from the beginning on have no sixteen digits of
 * base64 in a row. 0 says nothing. */
size_t comity_embedded_far(const uint8_t *bytes, size_t size);

#endif
