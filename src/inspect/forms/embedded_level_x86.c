/* The instruction sets of x86-64, and which of them this machine has. */
#include "inspect/forms/embedded_fast.h"

#include <stdbool.h>

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
}

size_t comity_embedded_far(const uint8_t *bytes, size_t size)
{
    if (has_avx512()) {
        return comity_embedded_far_avx512(bytes, size);
    }
    return __builtin_cpu_supports("avx2") ? comity_embedded_far_avx2(bytes, size) : 0;
}

comity_embedded_far_function *comity_embedded_far_at(size_t i)
{
    if (i == 0 && __builtin_cpu_supports("avx2")) {
        return comity_embedded_far_avx2;
    }
    return i == 1 && has_avx512() ? comity_embedded_far_avx512 : NULL;
}
