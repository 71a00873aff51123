/* A name as three words of eight bytes, by which it is hashed and compared. */
#ifndef COMITY_LAW_WORDS_H
#define COMITY_LAW_WORDS_H

#include "base/swar.h"

#include <stdint.h>
#include <string.h>

static inline uint64_t comity_name_load(const char *text)
{
    return comity_swar_load((const uint8_t *)text);
}

/* The last 1 to 7 bytes, the rest zero; as on a little-endian machine. */
static inline uint64_t comity_name_load_last(const char *text, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)text;
    if (size < 4) {
        return (uint64_t)bytes[0] | (uint64_t)bytes[size / 2] << (size / 2 * 8) |
               (uint64_t)bytes[size - 1] << ((size - 1) * 8);
    }
    uint32_t low;
    uint32_t high;
    memcpy(&low, bytes, sizeof low);
    memcpy(&high, bytes + size - 4, sizeof high);
    return (uint64_t)low | (uint64_t)high << ((size - 4) * 8);
}

/* The eight bytes a name begins with, those in its middle and those it ends with:
 * all of a name of 8 to 24 bytes. Of a shorter one, all of it in `first`. */
typedef struct comity_name_words {
    uint64_t first, middle, last;
} comity_name_words;

static inline comity_name_words comity_name_words_of(const char *text, size_t size)
{
    if (size < 8) {
        return (comity_name_words){size == 0 ? 0 : comity_name_load_last(text, size), 0, 0};
    }
    return (comity_name_words){comity_name_load(text), comity_name_load(text + (size - 8) / 2), comity_name_load(text + size - 8)};
}

#endif
