/* What digests of many short inputs are made of. For sha256_each.c. */
#ifndef COMITY_BASE_SHA256_EACH_H
#define COMITY_BASE_SHA256_EACH_H

#include "base/sha256.h"

#include <stdbool.h>

/* Has the machine instructions for comity_sha256_two? Any thread. */
bool comity_sha256_has_two(void);

/* The digests of two inputs of as many blocks of 64 bytes, which end as SHA-256 wants it. */
void comity_sha256_two(const uint8_t *left, const uint8_t *right, size_t blocks, uint8_t *ret_left, uint8_t *ret_right);

#endif
