/* Which category belongs to which: the tree of law/taxonomy.law, made C when built,
 * so that nothing of the law is needed to read a policy. */
#ifndef COMITY_INSPECT_CATEGORY_H
#define COMITY_INSPECT_CATEGORY_H

#include <stddef.h>

typedef struct comity_category_link {
    const char *name;
    const char *parent; /* NULL: it belongs to none */
} comity_category_link;

extern const comity_category_link comity_category_links[];
extern const size_t comity_category_link_count;

/* What a category belongs to; NULL if to none, or if it is not known. A constant. */
const char *comity_category_parent(const char *name);

#endif
