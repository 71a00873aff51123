/* Bytes at fixed places of a file, which say what it is: a project of a control
 * system, genomes. Looked for once, at the beginning of a part. */
#include "inspect/scan_inner.h"

#include <string.h>

static void signature_try(comity_scan *scan, const comity_type_literal *literal)
{
    uint64_t size = scan->view_end - scan->view_begin;
    const uint8_t *at = scan->view + literal->offset;
    if (literal->size > size || literal->offset > size - literal->size || *at != (uint8_t)literal->text[0] ||
        memcmp(at, literal->text, literal->size) != 0 || comity_scan_offset(scan, at) < scan->done) {
        return;
    }
    const comity_type *type = comity_types_type(scan->rules->types, literal->type);
    const comity_scan_around around = {.forms = NULL};
    comity_scan_readings readings = {.count = 0};
    for (size_t i = type->form_begin; i < type->form_end; i++) {
        if (comity_types_form(scan->rules->types, i)->find == COMITY_FIND_SIGNATURE) {
            comity_scan_add(scan, i, &around, &readings);
        }
    }
    if (readings.count != 0) {
        comity_scan_emit(scan, at, at + literal->size, &readings);
    }
}

void comity_scan_signatures(comity_scan *scan)
{
    size_t count;
    const comity_type_literal *literals = comity_types_literals(scan->rules->types, &count);
    for (size_t i = scan->rules->signature_begin; i < scan->rules->signature_end; i++) {
        signature_try(scan, &literals[i]);
    }
}
