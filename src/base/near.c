/* What comes in: an unknown word and the known ones, in any order. What goes
 * out: the nearest known word, if one is near. Nothing is allocated; the work
 * is bounded by COMITY_LIMIT_NEAR_BYTES squared a candidate. */
#include "base/near.h"

#include "base/limits.h"

#include <stdint.h>
#include <string.h>

#define ROW_SIZE (COMITY_LIMIT_NEAR_BYTES + 1)

static char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

static bool same(char left, char right)
{
    return lower(left) == lower(right);
}

static uint8_t smaller(unsigned left, unsigned right)
{
    return (uint8_t)(left < right ? left : right);
}

/* Fills row `i` of the table of distances between beginnings of the words
 * from the two rows above; returns the row's smallest distance. */
static uint8_t fill_row(size_t i, const char *left, const char *right, size_t right_size, const uint8_t *before_last,
                        const uint8_t *last, uint8_t *row)
{
    row[0] = (uint8_t)i;
    uint8_t least = row[0];
    for (size_t j = 1; j <= right_size; j++) {
        unsigned change = same(left[i - 1], right[j - 1]) ? 0 : 1;
        uint8_t best = smaller(last[j - 1] + change, smaller(last[j] + 1u, row[j - 1] + 1u));
        bool swapped = i > 1 && j > 1 && same(left[i - 1], right[j - 2]) && same(left[i - 2], right[j - 1]);
        if (swapped) {
            best = smaller(best, before_last[j - 2] + 1u);
        }
        row[j] = best;
        least = smaller(least, best);
    }
    return least;
}

size_t comity_near_distance(const char *left, size_t left_size, const char *right, size_t right_size,
                            size_t distance_max)
{
    size_t gap = left_size > right_size ? left_size - right_size : right_size - left_size;
    if (left_size > COMITY_LIMIT_NEAR_BYTES || right_size > COMITY_LIMIT_NEAR_BYTES || gap > distance_max) {
        return distance_max + 1;
    }
    uint8_t rows[3][ROW_SIZE] = {{0}};
    for (size_t j = 0; j <= right_size; j++) {
        rows[0][j] = (uint8_t)j;
    }
    uint8_t least_before = 0;
    for (size_t i = 1; i <= left_size; i++) {
        uint8_t least = fill_row(i, left, right, right_size, rows[(i + 1) % 3], rows[(i + 2) % 3], rows[i % 3]);
        if (least > distance_max && least_before > distance_max) {
            return distance_max + 1;
        }
        least_before = least;
    }
    size_t distance = rows[left_size % 3][right_size];
    return distance <= distance_max ? distance : distance_max + 1;
}

void comity_near_begin(comity_near *ret_near, const char *word, size_t word_size)
{
    *ret_near = (comity_near){.word = word, .word_size = word_size, .distance = word_size / 3};
}

static bool before(const char *left, size_t left_size, const char *right, size_t right_size)
{
    size_t common = left_size < right_size ? left_size : right_size;
    int order = memcmp(left, right, common);
    return order < 0 || (order == 0 && left_size < right_size);
}

void comity_near_offer(comity_near *near, const char *candidate, size_t candidate_size)
{
    size_t distance = comity_near_distance(near->word, near->word_size, candidate, candidate_size, near->distance);
    bool tie = near->best != NULL && distance == near->distance;
    bool nearer = near->best == NULL ? distance <= near->distance : distance < near->distance;
    if (nearer || (tie && before(candidate, candidate_size, near->best, near->best_size))) {
        near->best = candidate;
        near->best_size = candidate_size;
        near->distance = distance;
    }
}
