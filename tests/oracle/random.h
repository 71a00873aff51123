/* Chance that can be had again: the same seed gives the same numbers anywhere. */
#ifndef COMITY_TESTS_ORACLE_RANDOM_H
#define COMITY_TESTS_ORACLE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct chance {
    uint64_t state;
} chance;

/* splitmix64 */
static inline uint64_t chance_next(chance *chance_of)
{
    uint64_t z = chance_of->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* 0 to count - 1; 0 if there are none */
static inline size_t chance_below(chance *chance_of, size_t count)
{
    return count == 0 ? 0 : (size_t)(chance_next(chance_of) % count);
}

/* True in so many cases of a hundred. */
static inline bool chance_in_100(chance *chance_of, unsigned percent)
{
    return chance_next(chance_of) % 100 < percent;
}

/* A seed for the n-th of many, such that neighbours have nothing in common. */
static inline chance chance_for(uint64_t seed, uint64_t n)
{
    chance made = {seed * UINT64_C(0x2545f4914f6cdd1d) + n};
    made.state = chance_next(&made) ^ n;
    return made;
}

#endif
