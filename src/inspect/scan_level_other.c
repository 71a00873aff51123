/* The levels where no file is written for the machine's instruction set. */
#include "inspect/scan_events.h"

const comity_scan_level *comity_scan_level_best(void)
{
    return &comity_scan_level_plain;
}

const comity_scan_level *comity_scan_level_at(size_t i)
{
    return i == 0 ? &comity_scan_level_plain : NULL;
}
