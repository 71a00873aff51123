/* Private to this folder. */
#ifndef COMITY_INSPECT_FORMS_TAR_H
#define COMITY_INSPECT_FORMS_TAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether a tar begins here, of which `size` bytes (512 are enough) are known. */
bool comity_is_tar(const uint8_t *bytes, size_t size);

#endif
