/* Comes in: bytes and a shape. Goes out: where the parts of the shape lie in
 * them. A run takes all it can of its class, and no run is ever tried again
 * with less: shapes are written so that this is the only way to read them. But
 * the last run that varies takes what is left, when nothing that varies follows it. */
#include "inspect/types_inner.h"

#include "base/limits.h"

#include <string.h>

/* How many bytes a run takes. */
static size_t take_run(const comity_class *class, size_t most, const uint8_t *bytes, size_t size)
{
    size_t end = size < most ? size : most;
    size_t i = 0;
    while (i < end && comity_class_has(class, bytes[i])) {
        i++;
    }
    return i;
}

/* How many bytes a text takes: SIZE_MAX if none of its forms stands there. */
static size_t take_text(const comity_types *types, const comity_element *element, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < element->text_count; i++) {
        const comity_shape_text *text = &types->shape_texts[element->text_begin + i];
        if (text->size <= size && memcmp(bytes, types->data.texts + text->at, text->size) == 0) {
            return text->size;
        }
    }
    return element->size_min == 0 ? 0 : SIZE_MAX;
}

/* Takes one element at `bytes`; SIZE_MAX if it does not stand there. `slack` is
 * the size of the run that varies, SIZE_MAX for any other element. */
static size_t take(const comity_types *types, const comity_element *element, const uint8_t *bytes, size_t size,
                   size_t slack)
{
    if (element->is_text) {
        return take_text(types, element, bytes, size);
    }
    size_t least = slack == SIZE_MAX ? element->size_min : slack;
    size_t most = slack == SIZE_MAX ? element->size_max : slack;
    size_t taken = take_run(&types->classes[element->class_number], most, bytes, size);
    return taken < least ? SIZE_MAX : taken;
}

/* The size of the run that varies, with `size` bytes left and `rest` of them for what follows. */
static bool slack_of(const comity_element *run, size_t rest, size_t size, size_t *ret_size)
{
    if (size < rest + run->size_min || size - rest > run->size_max) {
        return false;
    }
    *ret_size = size - rest;
    return true;
}

bool comity_shape_fit(const comity_types *types, const comity_shape *shape, const uint8_t *bytes, size_t size,
                      comity_check_value *ret_value)
{
    const comity_element *elements = types->elements + shape->element_begin;
    size_t at = 0;
    for (size_t i = 0; i < shape->element_count; i++) {
        size_t wanted = SIZE_MAX;
        if ((int)i == shape->slack) {
            if (!slack_of(&elements[i], shape->rest_size, size - at, &wanted)) {
                return false;
            }
        }
        size_t taken = take(types, &elements[i], bytes + at, size - at, wanted);
        if (taken == SIZE_MAX) {
            return false;
        }
        ret_value->part_begins[i] = (uint16_t)at;
        at += taken;
        ret_value->part_ends[i] = (uint16_t)at;
    }
    ret_value->bytes = bytes;
    ret_value->part_count = shape->element_count;
    ret_value->body_begin = ret_value->part_begins[shape->body_begin];
    ret_value->body_end = ret_value->part_ends[shape->body_end - 1];
    return at == size;
}

/* True if all of `size` bytes could be the beginning of one of the texts. */
static bool may_begin(const comity_types *types, const comity_element *element, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < element->text_count; i++) {
        const comity_shape_text *text = &types->shape_texts[element->text_begin + i];
        if (size < text->size && memcmp(bytes, types->data.texts + text->at, size) == 0) {
            return true;
        }
    }
    return false;
}

size_t comity_shape_reach(const comity_types *types, const comity_shape *shape, const uint8_t *bytes, size_t size,
                          bool *ret_open)
{
    const comity_element *elements = types->elements + shape->element_begin;
    size_t at = 0;
    *ret_open = false;
    for (size_t i = 0; i < shape->element_count; i++) {
        const comity_element *element = &elements[i];
        size_t taken = take(types, element, bytes + at, size - at, SIZE_MAX);
        if (element->is_text && may_begin(types, element, bytes + at, size - at)) {
            *ret_open = true;
        }
        if (!element->is_text && (taken == SIZE_MAX ? 0 : taken) < element->size_max) {
            size_t run = take_run(&types->classes[element->class_number], element->size_max, bytes + at, size - at);
            *ret_open |= run == size - at;
        }
        if (taken == SIZE_MAX) {
            return 0;
        }
        at += taken;
    }
    return at;
}
