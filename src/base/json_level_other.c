/* The levels where no file is written for the machine's instruction set. */
#include "base/json_index.h"

static const comity_json_level plain = {"plain", NULL};

const comity_json_level *comity_json_level_best(void)
{
    return &plain;
}

const comity_json_level *comity_json_level_at(size_t i)
{
    return i == 0 ? &plain : NULL;
}
