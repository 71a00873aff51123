/* Shapes of types as regular expressions, to measure other programs with. */
#ifndef COMITY_BENCH_INSPECT_SHAPES_H
#define COMITY_BENCH_INSPECT_SHAPES_H

#include "inspect/types.h"

#define SHAPES_MAX 96
#define SHAPE_BYTES 4096

/* Writes at most SHAPES_MAX expressions, NUL-terminated, and returns how many. */
size_t shapes_write(const comity_types *types, char ret_texts[SHAPES_MAX][SHAPE_BYTES]);

#endif
