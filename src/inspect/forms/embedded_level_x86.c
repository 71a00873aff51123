/* Which of the instruction sets of x86-64 this machine has. */
#include "inspect/forms/embedded_fast.h"

size_t comity_embedded_far(const uint8_t *bytes, size_t size)
{
    if (__builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("bmi2")) {
        return comity_embedded_far_avx512(bytes, size);
    }
    return __builtin_cpu_supports("avx2") ? comity_embedded_far_avx2(bytes, size) : 0;
}
