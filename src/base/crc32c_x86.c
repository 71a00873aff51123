/* CRC-32C by the instruction of SSE 4.2, where the machine has it: eight bytes a step. */
#include "base/crc32c.h"

#include <nmmintrin.h>
#include <string.h>

__attribute__((target("sse4.2"))) static uint32_t by_instruction(const uint8_t *bytes, size_t size)
{
    uint64_t sum = 0xffffffffu;
    uint64_t word;
    for (; size >= sizeof word; size -= sizeof word, bytes += sizeof word) {
        memcpy(&word, bytes, sizeof word);
        sum = _mm_crc32_u64(sum, word);
    }
    uint32_t rest = (uint32_t)sum;
    for (; size > 0; size--, bytes++) {
        rest = _mm_crc32_u8(rest, *bytes);
    }
    return ~rest;
}

uint32_t comity_crc32c(const void *bytes, size_t size)
{
    return __builtin_cpu_supports("sse4.2") ? by_instruction(bytes, size) : comity_crc32c_plain(bytes, size);
}
