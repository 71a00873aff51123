/* Comes in: numbers, sizes and values. Goes out: what the set of types says of
 * them. A set never changes after it was made (src/inspect/compile/), so all
 * here is reading; nothing allocates. */
#include "inspect/types.h"

#include "base/limits.h"
#include "inspect/types_inner.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void comity_types_close(comity_types *types)
{
    if (types != NULL) {
        comity_arena arena = types->arena;
        comity_arena_free(&arena);
    }
}

const uint8_t *comity_types_hash(const comity_types *types)
{
    return types->hash;
}

size_t comity_types_count(const comity_types *types)
{
    return types->type_count;
}

const comity_type *comity_types_type(const comity_types *types, size_t number)
{
    assert(number < types->type_count);
    return &types->types[number];
}

size_t comity_types_form_count(const comity_types *types)
{
    return types->form_count;
}

const comity_type_form *comity_types_form(const comity_types *types, size_t number)
{
    assert(number < types->form_count);
    return &types->forms[number];
}

size_t comity_types_find(const comity_types *types, const char *name, size_t name_size)
{
    size_t low = 0;
    size_t high = types->type_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *found = types->types[types->by_name[middle]].name;
        int order = strncmp(found, name, name_size);
        order = order == 0 && found[name_size] != '\0' ? 1 : order;
        if (order == 0) {
            return types->by_name[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return types->type_count;
}

const uint16_t *comity_types_forms(const comity_types *types, comity_find find, size_t size, size_t *ret_count)
{
    const uint32_t *begins = types->dispatch[find];
    size_t list = size < COMITY_DISPATCH_SIZES ? size : COMITY_DISPATCH_SIZES;
    bool none = size > COMITY_LIMIT_VALUE_BYTES;
    *ret_count = none ? 0 : begins[list + 1] - begins[list];
    return types->dispatched + begins[list];
}

const comity_type_literal *comity_types_literals(const comity_types *types, size_t *ret_count)
{
    *ret_count = types->literal_count;
    return types->literals;
}

bool comity_type_try(const comity_types *types, size_t form, const uint8_t *value, size_t size)
{
    const comity_shape *shape = &types->shapes[form];
    const comity_type_form *bounds = &types->forms[form];
    comity_check_value fitted;
    if (size < bounds->size_min || size > bounds->size_max || size == 0 || !comity_class_has(&shape->first, value[0]) ||
        !comity_shape_fit(types, shape, value, size, &fitted)) {
        return false;
    }
    fitted.form = shape->ordinal;
    return comity_check_run(types->steps + shape->step_begin, shape->step_count, &types->data, &fitted);
}

size_t comity_type_measure(const comity_types *types, size_t form, const uint8_t *bytes, size_t size, bool *ret_open)
{
    size = size < COMITY_LIMIT_VALUE_BYTES ? size : COMITY_LIMIT_VALUE_BYTES;
    size_t taken = comity_shape_reach(types, &types->shapes[form], bytes, size, ret_open);
    return taken != 0 && comity_type_try(types, form, bytes, taken) ? taken : 0;
}

bool comity_type_accepts(const comity_types *types, size_t type, const uint8_t *raw, size_t size, size_t *ret_form)
{
    uint8_t value[COMITY_LIMIT_VALUE_BYTES];
    const comity_type *of = comity_types_type(types, type);
    if (size > sizeof value) {
        return false;
    }
    for (size_t form = of->form_begin; form < of->form_end; form++) {
        const comity_type_form *now = &types->forms[form];
        uint8_t separators;
        size_t written = comity_value_write(raw, size, now->writing, value, &separators);
        bool repeated = (separators & COMITY_SEPARATOR_REPEATED) != 0 && !now->repeated_separators;
        bool odd = (separators & ~(now->separators | COMITY_SEPARATOR_REPEATED)) != 0;
        if (!repeated && !odd && comity_type_try(types, form, value, written)) {
            if (ret_form != NULL) {
                *ret_form = form;
            }
            return true;
        }
    }
    return false;
}
