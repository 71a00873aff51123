/* A file of types, a zero byte, and a value: a set that can be read never does
 * harm, whatever value it is tried on; what it says of a value it says again. */
#include "base/limits.h"
#include "inspect/types.h"

#include <stdlib.h>
#include <string.h>

#define INPUT_SIZE_MAX 8192

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void check_form(const comity_types *types, size_t number, const uint8_t *value, size_t size)
{
    const comity_type_form *form = comity_types_form(types, number);
    bool open = false;
    bool passes = comity_type_try(types, number, value, size);
    require(passes == comity_type_try(types, number, value, size));
    require(!passes || (size >= form->size_min && size <= form->size_max));
    size_t taken = comity_type_measure(types, number, value, size, &open);
    require(taken <= size);
    require(taken == 0 || comity_type_try(types, number, value, taken));
    size_t count = 0;
    const uint16_t *forms = comity_types_forms(types, form->find, size, &count);
    bool listed = false;
    for (size_t i = 0; i < count; i++) {
        listed |= forms[i] == number;
    }
    require(!passes || listed);
}

static void check_type(const comity_types *types, size_t number, const uint8_t *raw, size_t size)
{
    const comity_type *type = comity_types_type(types, number);
    size_t form = SIZE_MAX;
    require(comity_types_find(types, type->name, strlen(type->name)) == number);
    if (comity_type_accepts(types, number, raw, size, &form)) {
        require(form >= type->form_begin && form < type->form_end);
    }
}

static void check_writings(const uint8_t *raw, size_t size)
{
    static uint8_t once[INPUT_SIZE_MAX];
    static uint8_t again[INPUT_SIZE_MAX];
    for (int writing = COMITY_WRITING_COMPACT; writing <= COMITY_WRITING_EXACT; writing++) {
        uint8_t separators;
        size_t written = comity_value_write(raw, size, (comity_writing)writing, once, &separators);
        require(written <= size);
        require(comity_value_write(once, written, (comity_writing)writing, again, &separators) <= written);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size > INPUT_SIZE_MAX) {
        return 0;
    }
    const uint8_t *end = size == 0 ? NULL : memchr(bytes, 0, size);
    size_t text_size = end == NULL ? size : (size_t)(end - bytes);
    const uint8_t *value = end == NULL ? bytes : end + 1;
    size_t value_size = end == NULL ? 0 : size - text_size - 1;
    comity_types *types = NULL;
    comity_error error;
    comity_types_text file = {"fuzz.types", (const char *)bytes, text_size};
    check_writings(value, value_size);
    if (comity_types_load(&file, 1, &types, &error) != COMITY_OK) {
        require(strlen(error.message) > 0);
        return 0;
    }
    for (size_t i = 0; i < comity_types_form_count(types); i++) {
        check_form(types, i, value, value_size);
    }
    for (size_t i = 0; i < comity_types_count(types); i++) {
        check_type(types, i, value, value_size);
    }
    comity_types_close(types);
    return 0;
}
