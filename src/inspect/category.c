/* See category.h. */
#include "inspect/category.h"

#include <string.h>

const char *comity_category_parent(const char *name)
{
    for (size_t i = 0; i < comity_category_link_count; i++) {
        if (strcmp(comity_category_links[i].name, name) == 0) {
            return comity_category_links[i].parent;
        }
    }
    return NULL;
}
