/* The years' folders: see years.h. Their disks stay open, for somebody may still read there. */
#include "serve/years.h"

#include "base/time.h"
#include "comity.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 4096 };

typedef struct year {
    struct year *earlier;
    comity_disk *disk;
    uint64_t end_s; /* 0: never */
    char folder[];
} year;

struct comity_years {
    const char *folder;
    _Atomic(year *) newest;
};

static uint64_t end_of_year_s(uint64_t time_ms)
{
    int32_t unused;
    uint64_t end_ms = 0;
    return comity_time_year(time_ms, &unused, &end_ms) ? end_ms / 1000 : 0;
}

static void year_free(year *which)
{
    comity_disk_posix_free(which->disk);
    free(which);
}

comity_status comity_years_turn(comity_years *years, uint64_t time_ms, comity_error *reterr)
{
    char path[PATH_SIZE];
    year *before = atomic_load(&years->newest);
    COMITY_TRY(comity_record_year(years->folder, time_ms, NULL, path, sizeof path, reterr));
    if (before != NULL && strcmp(before->folder, path) == 0) {
        return COMITY_OK;
    }
    year *next = calloc(1, sizeof *next + strlen(path) + 1);
    if (next == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    memcpy(next->folder, path, strlen(path) + 1);
    next->earlier = before;
    next->end_s = strcmp(path, years->folder) == 0 ? 0 : end_of_year_s(time_ms);
    comity_status status = comity_disk_posix_new(path, &next->disk, reterr);
    if (status != COMITY_OK) {
        year_free(next);
        return status;
    }
    atomic_store(&years->newest, next);
    return COMITY_OK;
}

comity_status comity_years_open(const char *folder, uint64_t time_ms, comity_years **ret_years, comity_error *reterr)
{
    comity_years *years = calloc(1, sizeof *years);
    if (years == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    years->folder = folder;
    comity_status status = comity_years_turn(years, time_ms, reterr);
    if (status != COMITY_OK) {
        free(years);
        return status;
    }
    *ret_years = years;
    return COMITY_OK;
}

void comity_years_close(comity_years *years)
{
    if (years == NULL) {
        return;
    }
    year *at = atomic_load(&years->newest);
    while (at != NULL) {
        year *earlier = at->earlier;
        year_free(at);
        at = earlier;
    }
    free(years);
}

const char *comity_years_folder(const comity_years *years)
{
    return atomic_load(&years->newest)->folder;
}

comity_disk *comity_years_disk(const comity_years *years)
{
    return atomic_load(&years->newest)->disk;
}

uint64_t comity_years_end_s(const comity_years *years)
{
    return atomic_load(&years->newest)->end_s;
}
