/* Strings that are left where they stand in the JSON. */
#include "act/act.h"

#include "base/json.h"

#include <string.h>

bool comity_slice_equal(const comity_slice *a, const comity_slice *b)
{
    char text[COMITY_LIMIT_ACT_TEXT_BYTES + 8];
    size_t size;
    if (!a->escaped && !b->escaped) {
        return a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
    }
    const comity_slice *plain = a->escaped ? b : a;
    const comity_slice *escaped = a->escaped ? a : b;
    if (plain->escaped) {
        return comity_json_decode(plain->text - 1, plain->size + 2, text, &size, NULL) == COMITY_OK &&
               comity_json_says(escaped->text - 1, escaped->size + 2, text, size);
    }
    return comity_json_says(escaped->text - 1, escaped->size + 2, plain->text, plain->size);
}
