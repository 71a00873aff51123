/* The files of types/, made C by embed.py when the program is built. */
#ifndef COMITY_INSPECT_COMPILE_EMBEDDED_H
#define COMITY_INSPECT_COMPILE_EMBEDDED_H

#include "inspect/types.h"

extern const comity_types_text comity_types_embedded[];
extern const size_t comity_types_embedded_count;

#endif
