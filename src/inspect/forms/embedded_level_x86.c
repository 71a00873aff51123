/* The instruction sets of x86-64, and which of them this machine has. */
#include "inspect/forms/embedded_fast.h"

#include <stdbool.h>

static bool always(void)
{
    return true;
}

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
}

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
}

static const struct {
    const comity_embedded_level *level;
    bool (*here)(void);
} levels[] = {
    {&comity_embedded_level_plain, always},
    {&comity_embedded_level_avx2, has_avx2},
    {&comity_embedded_level_avx512, has_avx512},
};

#define LEVEL_COUNT (sizeof levels / sizeof levels[0])

const comity_embedded_level *comity_embedded_level_best(void)
{
    size_t best = LEVEL_COUNT - 1;
    while (!levels[best].here()) {
        best--;
    }
    return levels[best].level;
}

const comity_embedded_level *comity_embedded_level_at(size_t i)
{
    return i < LEVEL_COUNT && levels[i].here() ? levels[i].level : NULL;
}
