/* CRC-32C (Castagnoli): the polynomial 0x1EDC6F41, reflected, as in RFC 3720.
 *
 * It finds what broke by accident: a record torn by a crash, a page that rotted.
 * It finds nothing that was changed on purpose; digests do. Any thread. */
#ifndef COMITY_BASE_CRC32C_H
#define COMITY_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* The sum of `size` bytes; `bytes` may be NULL when `size` is 0. */
uint32_t comity_crc32c(const void *bytes, size_t size);

/* The same without the processor's own instruction: what the other is compared with. */
uint32_t comity_crc32c_plain(const void *bytes, size_t size);

#endif
