/* The levels where no file is written for the machine's instruction set. */
#include "inspect/forms/embedded_fast.h"

const comity_embedded_level *comity_embedded_level_best(void)
{
    return &comity_embedded_level_plain;
}

const comity_embedded_level *comity_embedded_level_at(size_t i)
{
    return i == 0 ? &comity_embedded_level_plain : NULL;
}
