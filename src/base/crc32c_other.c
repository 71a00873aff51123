/* CRC-32C where no instruction for it is known to us. */
#include "base/crc32c.h"

uint32_t comity_crc32c(const void *bytes, size_t size)
{
    return comity_crc32c_plain(bytes, size);
}
