/* Names that were lately looked up, and what was found: acts say the same few again
 * and again. One small table, where the image's own is spread over much memory. */
#ifndef COMITY_LAW_LATELY_H
#define COMITY_LAW_LATELY_H

#include "law/image.h"
#include "law/words.h"

/* Names of more bytes are looked up in the image each time: their three words do not say all of them. */
enum { COMITY_LATELY_BYTES = 24, COMITY_LATELY_BITS = 11 };

typedef struct comity_name_lately {
    comity_name_words words;
    uint32_t index;
    uint16_t size; /* 0: an empty place */
    uint8_t class_of;
} comity_name_lately;

/* Working memory of one thread. All zero bytes: nothing known. */
typedef struct comity_lately {
    uint8_t hash[32]; /* of the image that these are names of */
    comity_name_lately names[1 << COMITY_LATELY_BITS];
} comity_lately;

/* From here on names are looked up in this image; if it was another one before, all is forgotten. */
void comity_lately_begin(comity_lately *lately, const comity_image *image);

/* Looks up in the image, and keeps what was found at this place. */
uint32_t comity_lately_learn(comity_name_lately *place, const comity_image *image, comity_class class_of,
                             const char *text, size_t size, const comity_name_words *words);

/* As comity_image_find, of the image begun with. */
static inline uint32_t comity_lately_find(comity_lately *lately, const comity_image *image, comity_class class_of,
                                          const char *text, size_t size)
{
    comity_name_words words = comity_name_words_of(text, size);
    uint64_t hash = words.first * UINT64_C(0x9e3779b97f4a7c15) ^ words.middle * UINT64_C(0xff51afd7ed558ccd);
    hash = (hash + words.last * UINT64_C(0xc4ceb9fe1a85ec53)) + (uint64_t)class_of * UINT64_C(0xd6e8feb86659fd93);
    comity_name_lately *place = &lately->names[hash >> (64 - COMITY_LATELY_BITS)];
    uint64_t differs = (place->words.first ^ words.first) | (place->words.middle ^ words.middle) |
                       (place->words.last ^ words.last) | (place->size ^ size) | (uint64_t)(place->class_of ^ class_of);
    return differs == 0 && size != 0 ? place->index : comity_lately_learn(place, image, class_of, text, size, &words);
}

#endif
