/* Varied acts for measurements: the same ones for the same seed and law. */
#ifndef COMITY_BENCH_LAW_ACTS_H
#define COMITY_BENCH_LAW_ACTS_H

#include "base/buffer.h"
#include "law/image.h"

/* Appends `count` acts as NDJSON, made of the names of the image. */
void bench_acts(const comity_image *image, uint64_t seed, uint32_t count, comity_buffer *buffer);

#endif
