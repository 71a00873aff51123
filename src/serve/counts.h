/* The counts that law declares, and the thresholds at which rules read them: all from
 * the image. Pure; any thread. */
#ifndef COMITY_SERVE_COUNTS_H
#define COMITY_SERVE_COUNTS_H

#include "law/image.h"

/* A count that the ledger can give: of persons, with a window. */
bool comity_count_is_kept(const comity_count_record *count);
bool comity_count_is_yearly(const comity_count_record *count);
bool comity_count_by_importer(const comity_count_record *count);

/* Months back that it counts; 12 of a calendar year. */
uint32_t comity_count_months(const comity_count_record *count);

/* The most months back that any count needs, at least 12. */
uint32_t comity_counts_months_max(const comity_image *image);

/* Of each count the law that declares it, or COMITY_IMAGE_NONE; the caller frees. NULL: out of memory. */
uint32_t *comity_count_laws(const comity_image *image);

/* A rule asks whether a count is at least `at`. */
typedef struct comity_threshold {
    uint32_t rule, count;
    uint64_t at;
} comity_threshold;

/* All of them, each once, in the order of rules; the caller frees. NULL: out of memory. */
comity_threshold *comity_thresholds(const comity_image *image, size_t *ret_count);

#endif
