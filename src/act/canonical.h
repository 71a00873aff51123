/* Writing an act's canonical form, for the files of this folder that do. Each
 * function gets the place to write at and gives the place behind. */
#ifndef COMITY_ACT_CANONICAL_H
#define COMITY_ACT_CANONICAL_H

#include "act/reader.h"

#include <string.h>

typedef struct comity_canonical_writer {
    const comity_image *image;
    const comity_act *act;
    comity_act_memory *memory;
    uint8_t *begin;
    const uint8_t *limit; /* behind it no piece is begun */
} comity_canonical_writer;

/* Writes a constant without its NUL; gives the end. */
#define COMITY_CANONICAL_PUT(at, text) ((uint8_t *)memcpy((at), (text), sizeof(text) - 1) + sizeof(text) - 1)

static inline bool comity_canonical_is_full(const comity_canonical_writer *writer, const uint8_t *at)
{
    return at > writer->limit;
}

/* Ends an object or list whose members all have a comma behind them. */
static inline uint8_t *comity_canonical_end(uint8_t *at, char end)
{
    at -= at[-1] == ',';
    *at = (uint8_t)end;
    return at + 1;
}

/* A text of the image, which needs no escapes, in quotes. */
static inline uint8_t *comity_canonical_string(const comity_canonical_writer *writer, uint8_t *at, uint32_t text,
                                               size_t size)
{
    *at = '"';
    at = comity_image_copy(writer->image, text, size, at + 1);
    *at = '"';
    return at + 1;
}

static inline uint8_t *comity_canonical_name(const comity_canonical_writer *writer, uint8_t *at, comity_class class_of,
                                             uint32_t name)
{
    const comity_name_record *record = comity_image_name(writer->image, class_of, name);
    return comity_canonical_string(writer, at, record->text, record->size);
}

/* Items of a set, with commas between. Those that are not in the order of their
 * bytes are put in order, and the same item is kept once; but owners that say the
 * same are two owners, and both stay. */
enum { COMITY_CANONICAL_ITEMS_MAX = COMITY_LIMIT_ACT_PLACES };

typedef struct comity_canonical_items {
    uint32_t starts[COMITY_CANONICAL_ITEMS_MAX], ends[COMITY_CANONICAL_ITEMS_MAX];
    uint32_t count;
} comity_canonical_items;

static inline uint8_t *comity_canonical_item_begin(const comity_canonical_writer *writer, uint8_t *at,
                                                   comity_canonical_items *items)
{
    if (items->count != 0) {
        *at++ = ',';
    }
    items->starts[items->count] = (uint32_t)(at - writer->begin);
    return at;
}

static inline void comity_canonical_item_end(const comity_canonical_writer *writer, const uint8_t *at,
                                             comity_canonical_items *items)
{
    items->ends[items->count++] = (uint32_t)(at - writer->begin);
}

/* What follows the last item: `end`, and dots before it where more is possible. */
uint8_t *comity_canonical_items_end(const comity_canonical_writer *writer, uint8_t *at,
                                    const comity_canonical_items *items, comity_known known, bool each_once, char end);

uint8_t *comity_canonical_text(uint8_t *at, const char *text);
uint8_t *comity_canonical_number(uint8_t *at, uint64_t number);
uint8_t *comity_canonical_date(uint8_t *at, int32_t date);
/* A string of the act. */
uint8_t *comity_canonical_slice(const comity_canonical_writer *writer, uint8_t *at, const comity_slice *slice);
/* A number, or its bounds. */
uint8_t *comity_canonical_range(uint8_t *at, comity_range range);
uint8_t *comity_canonical_names(const comity_canonical_writer *writer, uint8_t *at, comity_class class_of,
                                const comity_set *set, comity_known known);
uint8_t *comity_canonical_place(const comity_canonical_writer *writer, uint8_t *at, comity_place_ref ref);
uint8_t *comity_canonical_places(const comity_canonical_writer *writer, uint8_t *at, comity_list list);
/* All papers. */
uint8_t *comity_canonical_papers(const comity_canonical_writer *writer, uint8_t *at);

#endif
