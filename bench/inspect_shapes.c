/* What comes in: the types. What goes out: the shapes of some of their forms as
 * regular expressions that other programs understand: without checks, fields and
 * words, which none of them has. */
#include "inspect_shapes.h"

#include "inspect/types_inner.h"

#include <stdio.h>

static size_t class_write(const comity_class *class, char *text)
{
    size_t used = 0;
    text[used++] = '[';
    for (unsigned byte = 1; byte < 128; byte++) {
        if (comity_class_has(class, (uint8_t)byte)) {
            used += (size_t)sprintf(text + used, "\\x%02x", byte);
        }
    }
    text[used++] = ']';
    return used;
}

/* The shape of a form as a regular expression; false if it is not only of ASCII, or too long. */
static bool regex_write(const comity_types *types, size_t form, char *text)
{
    const comity_shape *shape = &types->shapes[form];
    size_t used = (size_t)sprintf(text, "\\b");
    for (size_t i = 0; i < shape->element_count; i++) {
        const comity_element *element = &types->elements[shape->element_begin + i];
        if (used > SHAPE_BYTES / 2 || (element->is_text && element->text_count > 20)) {
            return false;
        }
        if (!element->is_text) {
            used += class_write(&types->classes[element->class_number], text + used);
            used += (size_t)sprintf(text + used, "{%u,%u}", element->size_min, element->size_max);
            continue;
        }
        used += (size_t)sprintf(text + used, "(?:");
        for (size_t j = 0; j < element->text_count; j++) {
            const comity_shape_text *one = &types->shape_texts[element->text_begin + j];
            used += (size_t)sprintf(text + used, "%s", j == 0 ? "" : "|");
            for (size_t k = 0; k < one->size; k++) {
                used += (size_t)sprintf(text + used, "\\x%02x", types->data.texts[one->at + k]);
            }
        }
        used += (size_t)sprintf(text + used, ")%s", element->size_min == 0 ? "?" : "");
    }
    (void)sprintf(text + used, "\\b");
    return true;
}

size_t shapes_write(const comity_types *types, char ret_texts[SHAPES_MAX][SHAPE_BYTES])
{
    size_t count = 0;
    size_t forms = comity_types_form_count(types);
    /* every seventh, so that all parts of the world and ways of writing are among them */
    for (size_t i = 0; i < forms && count < SHAPES_MAX; i += 7) {
        comity_find find = comity_types_form(types, i)->find;
        bool by_shape = find == COMITY_FIND_DIGITS || find == COMITY_FIND_ALNUM || find == COMITY_FIND_TOKEN;
        count += by_shape && regex_write(types, i, ret_texts[count]);
    }
    return count;
}
