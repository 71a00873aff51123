/* What comes in: bytes. What goes out: their CRC-32C, worked out bit by bit
 * over half-bytes with a table of sixteen words. Machines with an instruction
 * for it use crc32c_x86.c; the answers are the same. */
#include "base/crc32c.h"

#define CRC(i) ((uint32_t)(i))

uint32_t comity_crc32c_plain(const void *bytes, size_t size)
{
    static const uint32_t halves[16] = {
        CRC(0x00000000), CRC(0x105ec76f), CRC(0x20bd8ede), CRC(0x30e349b1), CRC(0x417b1dbc), CRC(0x5125dad3),
        CRC(0x61c69362), CRC(0x7198540d), CRC(0x82f63b78), CRC(0x92a8fc17), CRC(0xa24bb5a6), CRC(0xb21572c9),
        CRC(0xc38d26c4), CRC(0xd3d3e1ab), CRC(0xe330a81a), CRC(0xf36e6f75),
    };
    const uint8_t *at = bytes;
    uint32_t sum = 0xffffffffu;
    for (size_t i = 0; i < size; i++) {
        sum ^= at[i];
        sum = (sum >> 4) ^ halves[sum & 15];
        sum = (sum >> 4) ^ halves[sum & 15];
    }
    return ~sum;
}
