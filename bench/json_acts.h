/* Acts as they come in, made up without any law: 250 to 1,000 bytes each, no two
 * alike. The same seed gives the same bytes everywhere. */
#ifndef COMITY_BENCH_JSON_ACTS_H
#define COMITY_BENCH_JSON_ACTS_H

#include <stddef.h>

#define JSON_ACT_SIZE_MAX 2048

/* Writes one act, without newline; returns its size. `seed` is moved on. */
size_t json_act(unsigned long long *seed, char ret_act[JSON_ACT_SIZE_MAX]);

#endif
