/* What the files that check an image when it is opened have in common. */
#ifndef COMITY_LAW_IMAGE_CHECK_H
#define COMITY_LAW_IMAGE_CHECK_H

#include "law/image.h"

static inline bool comity_image_range_ok(uint64_t first, uint64_t count, uint64_t limit)
{
    return first <= limit && count <= limit - first;
}

/* Fails: record `index` of what is named leads nowhere. */
comity_status comity_image_damaged(comity_error *reterr, const char *what, size_t index) COMITY_MUST_USE;

/* image_judged.c: blocks and the tables of laws, after all that they lead to. */
comity_status comity_image_judged_check(const comity_image *image, comity_error *reterr) COMITY_MUST_USE;

#endif
