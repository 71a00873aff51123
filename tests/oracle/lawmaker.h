/* Small random laws, valid most of the time, that use every construct of the
 * language: a few states, a part, a union, agreements, a policy, a taxonomy. */
#ifndef COMITY_TESTS_ORACLE_LAWMAKER_H
#define COMITY_TESTS_ORACLE_LAWMAKER_H

#include "world.h"

/* Adds the files of one law to an empty world. */
void lawmaker_make(world *to, chance *luck);

#endif
