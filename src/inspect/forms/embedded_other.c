/* Where no file is written for the machine's instruction set, nothing is passed over fast. */
#include "inspect/forms/embedded_fast.h"

size_t comity_embedded_far(const uint8_t *bytes, size_t size)
{
    (void)bytes;
    (void)size;
    return 0;
}

comity_embedded_far_function *comity_embedded_far_at(size_t i)
{
    (void)i;
    return NULL;
}
