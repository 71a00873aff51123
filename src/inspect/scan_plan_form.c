/* A form of a plan: what the looks of a value settle of its shape and its conditions, and what is left to be asked of each
 * value that looks so. */
#include "inspect/scan_plan.h"

#include "inspect/types_inner.h"

/* ---- what the looks of a value settle ---- */

typedef enum settled {
    SETTLED_NO = COMITY_CHECK_NO_KIN,
    SETTLED_YES = COMITY_CHECK_ALL_KINS,
    SETTLED_NOT = COMITY_CHECK_SOME_KINS
} settled;

/* A shape that is fitted to how a value looks. */
typedef struct fitting {
    const comity_types *types;
    const uint8_t *looks;
    size_t size;
    bool straight;               /* all so far is of one size and one text: then the sets of heads are exact */
    comity_scan_plan_form *form; /* takes places that are to be looked at */
} fitting;

/* Whether the bytes that look like this one are in the class. */
static settled class_holds(const comity_class *class, uint8_t byte)
{
    return (settled)comity_check_kins_in(class->bits, byte);
}

/* A place that its looks do not settle: the heads do, or it is looked at each time. */
static bool place_settle(fitting *of, size_t at, const uint8_t *class)
{
    if (of->straight && at < COMITY_SCAN_HEAD) {
        return true;
    }
    if (of->form->spot_count == COMITY_SCAN_PLAN_SPOTS) {
        return false;
    }
    of->form->spots[of->form->spot_count++] = (comity_scan_plan_spot){.at = (uint8_t)at, .class = class};
    return true;
}

static settled run_fits(fitting *of, const comity_class *class, size_t least, size_t most, size_t at, size_t *ret_taken)
{
    size_t end = of->size - at < most ? of->size - at : most;
    size_t i = 0;
    bool sure = true;
    for (; i < end; i++) {
        settled held = class_holds(class, of->looks[at + i]);
        if (held == SETTLED_NO) {
            break;
        }
        if (held == SETTLED_NOT) {
            if (least != most) {
                return SETTLED_NOT;
            }
            sure &= place_settle(of, at + i, class->bits);
        }
    }
    *ret_taken = i;
    of->straight &= least == most;
    return i < least ? SETTLED_NO : sure ? SETTLED_YES : SETTLED_NOT;
}

/* A text against how a value looks. One that may stand there stands there for sure if `sure` stays true. */
static settled text_fits_one(const fitting *of, const comity_shape_text *text, size_t at)
{
    const uint8_t *bytes = of->types->data.texts + text->at;
    bool sure = true;
    if (text->size > of->size - at) {
        return SETTLED_NO;
    }
    for (size_t i = 0; i < text->size; i++) {
        uint8_t byte = of->looks[at + i];
        if (bytes[i] < byte || bytes[i] >= byte + comity_check_kin(byte)) {
            return SETTLED_NO;
        }
        if (comity_check_kin(byte) > 1) {
            sure &= of->straight && at + i < COMITY_SCAN_HEAD;
        }
    }
    return sure ? SETTLED_YES : SETTLED_NOT;
}

static settled text_fits(fitting *of, const comity_element *element, size_t at, size_t *ret_taken)
{
    of->straight &= element->text_count == 1 && element->size_min != 0;
    for (size_t i = 0; i < element->text_count; i++) {
        const comity_shape_text *text = &of->types->shape_texts[element->text_begin + i];
        settled fits = text_fits_one(of, text, at);
        if (fits != SETTLED_NO) {
            *ret_taken = text->size;
            return fits;
        }
    }
    *ret_taken = 0;
    return element->size_min == 0 ? SETTLED_YES : SETTLED_NO;
}

/* True if some byte of the value can stand nowhere in the shape. */
static bool has_stranger(const fitting *of, const comity_shape *shape)
{
    comity_class all = {{0}};
    for (size_t i = 0; i < shape->element_count; i++) {
        const comity_element *element = &of->types->elements[shape->element_begin + i];
        for (size_t j = 0; element->is_text && j < element->text_count; j++) {
            const comity_shape_text *text = &of->types->shape_texts[element->text_begin + j];
            for (size_t k = 0; k < text->size; k++) {
                uint8_t byte = of->types->data.texts[text->at + k];
                all.bits[byte >> 3] |= (uint8_t)(1u << (byte & 7));
            }
        }
        for (size_t j = 0; !element->is_text && j < sizeof all.bits; j++) {
            all.bits[j] |= of->types->classes[element->class_number].bits[j];
        }
    }
    for (size_t i = 0; i < of->size; i++) {
        if (class_holds(&all, of->looks[i]) == SETTLED_NO) {
            return true;
        }
    }
    return false;
}

/* As comity_shape_fit, of what is known from left to right. */
static settled shape_fits_on(fitting *of, const comity_shape *shape, comity_scan_plan_form *ret_form)
{
    const comity_element *elements = of->types->elements + shape->element_begin;
    size_t at = 0;
    if (shape->element_count > COMITY_SCAN_PLAN_PARTS) {
        return SETTLED_NOT;
    }
    for (size_t i = 0; i < shape->element_count; i++) {
        const comity_element *element = &elements[i];
        size_t least = element->size_min;
        size_t most = element->size_max;
        size_t taken = 0;
        if ((int)i == shape->slack) {
            size_t left = of->size - at;
            if (left < shape->rest_size + least || left - shape->rest_size > most) {
                return SETTLED_NO;
            }
            least = most = left - shape->rest_size;
        }
        settled fits = element->is_text
                           ? text_fits(of, element, at, &taken)
                           : run_fits(of, &of->types->classes[element->class_number], least, most, at, &taken);
        if (fits != SETTLED_YES) {
            return fits;
        }
        ret_form->part_begins[i] = (uint8_t)at;
        at += taken;
        ret_form->part_ends[i] = (uint8_t)at;
    }
    ret_form->part_count = shape->element_count;
    ret_form->body_begin = ret_form->part_begins[shape->body_begin];
    ret_form->body_end = ret_form->part_ends[shape->body_end - 1];
    return at == of->size ? SETTLED_YES : SETTLED_NO;
}

static settled shape_fits(fitting *of, const comity_shape *shape, comity_scan_plan_form *ret_form)
{
    settled fits = shape_fits_on(of, shape, ret_form);
    return fits == SETTLED_NOT && has_stranger(of, shape) ? SETTLED_NO : fits;
}

unsigned comity_scan_plan_doubts(const comity_scan_rules *rules, size_t form, const uint8_t *looks, size_t size,
                                 bool *ret_never)
{
    unsigned doubts = 0;
    *ret_never = false;
    for (size_t i = 0; i < COMITY_SCAN_HEAD && i < size; i++) {
        const comity_scan_set *some;
        const comity_scan_set *all;
        comity_scan_plan_kins(rules, i, looks[i], &some, &all);
        *ret_never |= !comity_set_has(some, form);
        doubts |= (unsigned)!comity_set_has(all, form) << i;
    }
    return doubts;
}

/* The parts of a value that fits, as the plan knows them. */
static void value_make(const comity_shape *shape, const comity_scan_plan_form *form, const uint8_t *bytes,
                       comity_check_value *ret_value)
{
    ret_value->bytes = bytes;
    ret_value->body_begin = form->body_begin;
    ret_value->body_end = form->body_end;
    ret_value->part_count = form->part_count;
    ret_value->form = shape->ordinal;
    for (size_t i = 0; form->has_parts && i < form->part_count; i++) {
        ret_value->part_begins[i] = form->part_begins[i];
        ret_value->part_ends[i] = form->part_ends[i];
    }
}

static bool asks_parts(const comity_types *types, const comity_shape *shape)
{
    for (size_t i = 0; i < shape->step_count; i++) {
        if (types->steps[shape->step_begin + i].part) {
            return true;
        }
    }
    return false;
}

void comity_scan_plan_settle(const comity_scan_rules *rules, size_t number, const uint8_t *looks, size_t size,
                             uint8_t separators, comity_scan_plan_form *ret_form)
{
    const comity_types *types = rules->types;
    const comity_shape *shape = &types->shapes[number];
    ret_form->spot_count = 0;
    fitting one = {.types = types, .looks = looks, .size = size, .straight = true, .form = ret_form};
    settled fits = comity_scan_separated(comity_types_form(types, number), separators)
                       ? shape_fits(&one, shape, ret_form)
                       : SETTLED_NO;
    ret_form->number = (uint16_t)number;
    ret_form->writing = (uint8_t)comity_types_form(types, number)->writing;
    ret_form->spot_count = fits == SETTLED_YES ? ret_form->spot_count : 0;
    ret_form->whole = fits == SETTLED_NOT;
    ret_form->fails = fits == SETTLED_NO;
    ret_form->passes = false;
    ret_form->is_settled = false;
    ret_form->was_chosen = false;
    ret_form->is_asked = false;
    ret_form->has_parts = asks_parts(types, shape);
    if (fits == SETTLED_YES) {
        comity_check_value value;
        value_make(shape, ret_form, looks, &value);
        comity_check_outcome outcome =
            comity_check_looks(types->steps + shape->step_begin, shape->step_count, &types->data, &value);
        ret_form->fails = outcome == COMITY_CHECK_NEVER;
        ret_form->passes = outcome == COMITY_CHECK_ALWAYS;
    }
}

/* ---- what is left ---- */

void comity_scan_plan_shorten(const comity_types *types, comity_scan_plans *plans, comity_scan_plan_form *form,
                              const uint8_t *value)
{
    const comity_shape *shape = &types->shapes[form->number];
    comity_check_value fitted;
    size_t count;
    bool is_open = !form->fails && !form->passes && !form->whole && !form->was_chosen;
    if (!is_open || COMITY_SCAN_PLAN_STEPS - plans->step_count < COMITY_SCAN_PLAN_STEPS_EACH) {
        return;
    }
    value_make(shape, form, value, &fitted);
    form->was_chosen = true;
    if (comity_check_settle(types->steps + shape->step_begin, shape->step_count, &types->data, &fitted,
                            plans->steps + plans->step_count, COMITY_SCAN_PLAN_STEPS_EACH, &count)) {
        form->is_settled = true;
        form->step_begin = (uint16_t)plans->step_count;
        form->step_count = (uint8_t)count;
        plans->step_count += count;
    }
}

bool comity_scan_plan_passes(const comity_types *types, const comity_scan_plans *plans,
                             const comity_scan_plan_form *form, const uint8_t *value, size_t size)
{
    const comity_shape *shape = &types->shapes[form->number];
    comity_check_value fitted;
    if (form->fails) {
        return false;
    }
    for (size_t i = 0; i < form->spot_count; i++) {
        uint8_t byte = value[form->spots[i].at];
        if ((form->spots[i].class[byte >> 3] >> (byte & 7) & 1) == 0) {
            return false;
        }
    }
    if (form->passes) {
        return true;
    }
    if (form->whole) {
        return comity_type_try(types, form->number, value, size);
    }
    if (form->is_settled) {
        comity_check_sums sums = {0};
        return comity_check_settled_run(plans->steps + form->step_begin, form->step_count, &types->data, value, &sums);
    }
    value_make(shape, form, value, &fitted);
    return comity_check_run(types->steps + shape->step_begin, shape->step_count, &types->data, &fitted);
}
