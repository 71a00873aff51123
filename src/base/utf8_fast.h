/* Checking UTF-8 by vectors, where the machine has them. Only for utf8.c. */
#ifndef COMITY_BASE_UTF8_FAST_H
#define COMITY_BASE_UTF8_FAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True if all `size` bytes are UTF-8 and this could be told fast. False says nothing. */
bool comity_utf8_surely(const uint8_t *bytes, size_t size);

#endif
