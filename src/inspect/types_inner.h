/* A set of types as it lies in memory: made by src/inspect/compile/, read by
 * types.c and types_shape.c. */
#ifndef COMITY_INSPECT_TYPES_INNER_H
#define COMITY_INSPECT_TYPES_INNER_H

#include "base/arena.h"
#include "base/sha256.h"
#include "inspect/check.h"
#include "inspect/types.h"

/* Which bytes may stand at a place. */
typedef struct comity_class {
    uint8_t bits[32];
} comity_class;

/* A part of a shape: a run of a class, or one of some texts. */
typedef struct comity_element {
    bool is_text;
    uint16_t class_number;       /* of a run */
    uint16_t size_min, size_max; /* of a run; of a text its shortest and longest; 0 at least if it may be left out */
    uint16_t text_begin, text_count; /* of a text, longest first */
} comity_element;

typedef struct comity_shape_text {
    uint32_t at; /* in texts */
    uint32_t size;
} comity_shape_text;

/* What lies behind a comity_type_form of the same number. */
typedef struct comity_shape {
    uint32_t element_begin;
    uint8_t element_count;
    uint8_t body_begin, body_end; /* elements that positions count: [begin, end) */
    int8_t slack;                 /* the last run that varies, if nothing behind it does: its size follows from the
                                   * value's; -1: none */
    uint8_t ordinal;              /* which shape of its type, from 1 */
    uint32_t rest_size;           /* of the elements behind that run */
    uint32_t step_begin, step_count;
    comity_class first; /* bytes with which a value can begin */
} comity_shape;

/* Sizes that have lists of their own; longer ones share one. */
#define COMITY_DISPATCH_SIZES 129

struct comity_types {
    comity_arena arena;
    uint8_t hash[COMITY_SHA256_SIZE];
    comity_type *types;
    comity_type_form *forms;
    comity_shape *shapes;
    comity_element *elements;
    comity_shape_text *shape_texts;
    comity_class *classes;
    comity_check_step *steps;
    comity_check_data data;
    comity_type_literal *literals;
    uint32_t *by_name; /* numbers of types, ordered by name */
    size_t type_count, form_count, literal_count;
    uint32_t dispatch[COMITY_FIND_COUNT][COMITY_DISPATCH_SIZES + 2]; /* where each list begins; the next is its end */
    uint16_t *dispatched;
};

static inline bool comity_class_has(const comity_class *class, uint8_t byte)
{
    return (class->bits[byte >> 3] >> (byte & 7) & 1) != 0;
}

/* Fits a whole value to the shape of a form; fills `ret_value` but for `form`. */
bool comity_shape_fit(const comity_types *types, const comity_shape *shape, const uint8_t *bytes, size_t size,
                      comity_check_value *ret_value);

/* How many of `size` bytes the shape takes at most from the front; 0 if it does
 * not fit. `ret_open`: more bytes could be taken, or make it fit. */
size_t comity_shape_reach(const comity_types *types, const comity_shape *shape, const uint8_t *bytes, size_t size,
                          bool *ret_open);

#endif
