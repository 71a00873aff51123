/* How often the values of a field passed a type: a column of a thousand values that all pass says more
 * than one, and one of which some pass by chance says that it is none. */
#ifndef COMITY_INSPECT_SCAN_COLUMNS_H
#define COMITY_INSPECT_SCAN_COLUMNS_H

#include "inspect/scan_inner.h"

/* The least values of a column that say something. */
#define COMITY_SCAN_COLUMN_LEAST 20u
/* Places in which a count may stand. */
#define COMITY_SCAN_STAT_PLACES 8

/* The count kept for a field and a type; NULL when there is no room. */
static inline comity_scan_stat *comity_scan_stat_of(comity_scan *scan, uint64_t field, uint16_t type)
{
    size_t at = (size_t)(field ^ (type * UINT64_C(0x9E3779B97F4A7C15)) >> 40) % COMITY_SCAN_COLUMN_STATS;
    for (size_t i = 0; i < COMITY_SCAN_STAT_PLACES; i++) {
        comity_scan_stat *stat = &scan->stats[(at + i) % COMITY_SCAN_COLUMN_STATS];
        if (stat->field == 0) {
            *stat = (comity_scan_stat){.field = field, .type = type};
        }
        if (stat->field == field && stat->type == type) {
            return stat;
        }
    }
    return NULL;
}

/* The same, where it may stand at `*place`, which is made right: within a part a count stays where it is. */
static inline comity_scan_stat *comity_scan_stat_at(comity_scan *scan, uint64_t field, uint16_t type, uint16_t *place)
{
    comity_scan_stat *stat = &scan->stats[*place];
    if (stat->field == field && stat->type == type) {
        return stat;
    }
    stat = comity_scan_stat_of(scan, field, type);
    *place = stat == NULL ? *place : (uint16_t)(stat - scan->stats);
    return stat;
}

/* Counts a trial, and says what those before it say: 1 nearly all passed, -1 about
 * as many as by chance, 0 nothing yet. */
static inline int comity_scan_stat_says(comity_scan_stat *stat, bool passed)
{
    int says = 0;
    if (stat == NULL) {
        return 0;
    }
    if (passed && stat->tried >= COMITY_SCAN_COLUMN_LEAST) {
        uint64_t most = stat->passed * 20;
        says = most >= stat->tried * 19 ? 1 : most <= stat->tried * 5 ? -1 : 0;
    }
    stat->tried++;
    stat->passed += passed;
    return says;
}

static inline int comity_scan_column_says(comity_scan *scan, uint64_t field, uint16_t type, bool passed)
{
    return field == 0 ? 0 : comity_scan_stat_says(comity_scan_stat_of(scan, field, type), passed);
}

#endif
