/* Names lately looked up: one place for each, which the last one takes. Only names
 * that are known are kept, so that no hostile name stays. */
#include "law/lately.h"

#include <string.h>

void comity_lately_begin(comity_lately *lately, const comity_image *image)
{
    if (memcmp(lately->hash, image->hash, sizeof lately->hash) != 0) {
        memset(lately->names, 0, sizeof lately->names);
        memcpy(lately->hash, image->hash, sizeof lately->hash);
    }
}

uint32_t comity_lately_learn(comity_name_lately *place, const comity_image *image, comity_class class_of,
                             const char *text, size_t size, const comity_name_words *words)
{
    uint32_t index = comity_image_find(image, class_of, text, size);
    if (index != COMITY_IMAGE_NONE && size != 0 && size <= COMITY_LATELY_BYTES) {
        *place = (comity_name_lately){*words, index, (uint16_t)size, (uint8_t)class_of};
    }
    return index;
}
