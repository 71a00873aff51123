/* The levels where no file is written for the machine's instruction set. */
#include "inspect/scan_events.h"

static const comity_scan_level plain = {"plain", comity_scan_events_plain};

const comity_scan_level *comity_scan_level_best(void)
{
    return &plain;
}

const comity_scan_level *comity_scan_level_at(size_t i)
{
    return i == 0 ? &plain : NULL;
}
