/* "Did you mean …?": the known word nearest to an unknown one.
 *
 * Nearness is the number of bytes inserted, left out, changed or swapped with
 * their neighbour (optimal string alignment), ASCII case aside. */
#ifndef COMITY_BASE_NEAR_H
#define COMITY_BASE_NEAR_H

#include <stdbool.h>
#include <stddef.h>

/* A search for the nearest word. A plain value of one thread; borrows the
 * unknown word and the best candidate, which must outlive it. */
typedef struct comity_near {
    const char *word;
    size_t word_size;
    const char *best; /* NULL while none is near */
    size_t best_size;
    size_t distance; /* of the best; before there is one, how far it may be */
} comity_near;

/* Begins a search for what `word` was meant to be. */
void comity_near_begin(comity_near *ret_near, const char *word, size_t word_size);

/* Offers a known word. What differs in more than one byte in three is never
 * near; words of one or two bytes (codes of states) differ in case only. Of two
 * equally near the one smaller in byte order stays, so that the order of
 * offers never matters. */
void comity_near_offer(comity_near *near, const char *candidate, size_t candidate_size);

/* The distance of two words, or `distance_max` + 1 when it is more than
 * `distance_max`. Words longer than COMITY_LIMIT_NEAR_BYTES are as far apart as can be. */
size_t comity_near_distance(const char *left, size_t left_size, const char *right, size_t right_size,
                            size_t distance_max);

#endif
