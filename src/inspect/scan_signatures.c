/* What tells a file by its beginning: bytes at fixed places, or the first element of XML. So are known
 * projects of control systems, genomes. Looked for once, at the beginning of a part. */
#define _GNU_SOURCE /* memmem */

#include "inspect/scan_inner.h"

#include <string.h>

/* Where a file begins, as far as a scan looks ahead; and the name of its first element, if it is XML. */
typedef struct beginning {
    const uint8_t *begin, *end;
    const uint8_t *tag, *name, *name_end; /* NULL: there is none */
} beginning;

static bool is_space(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Behind a text; NULL if it is not there. */
static const uint8_t *behind(const uint8_t *at, const uint8_t *end, const char *text)
{
    const uint8_t *found = memmem(at, (size_t)(end - at), text, strlen(text));
    return found == NULL ? NULL : found + strlen(text);
}

static bool begins(const uint8_t *at, const uint8_t *end, const char *text)
{
    return (size_t)(end - at) >= strlen(text) && memcmp(at, text, strlen(text)) == 0;
}

/* Passes over the declaration, comments, instructions and a document type. */
static void element_find(beginning *file)
{
    const uint8_t *at = file->begin;
    while (at != NULL && at < file->end) {
        if (is_space(*at)) {
            at++;
        } else if (begins(at, file->end, "<?")) {
            at = behind(at, file->end, "?>");
        } else if (begins(at, file->end, "<!--")) {
            at = behind(at + 4, file->end, "-->");
        } else if (begins(at, file->end, "<!")) {
            at = behind(at, file->end, ">");
        } else {
            break;
        }
    }
    if (at == NULL || at >= file->end || *at != '<') {
        return;
    }
    file->tag = at++;
    file->name = at;
    for (; at < file->end && !is_space(*at) && *at != '>' && *at != '/'; at++) {
        file->name = *at == ':' ? at + 1 : file->name; /* a prefix says nothing */
    }
    file->name_end = at;
}

/* Where what tells the file ends; NULL if it is another one. */
static const uint8_t *element_end(const beginning *file, const comity_type_literal *literal)
{
    size_t size = strlen(literal->text);
    if (file->tag == NULL || (size_t)(file->name_end - file->name) != size ||
        memcmp(file->name, literal->text, size) != 0) {
        return NULL;
    }
    const uint8_t *end =
        file->end - file->tag > COMITY_LIMIT_ELEMENT_BYTES ? file->tag + COMITY_LIMIT_ELEMENT_BYTES : file->end;
    return behind(file->name_end, end, literal->text + size + 1) == NULL ? NULL : file->name_end;
}

static const uint8_t *bytes_end(const beginning *file, const comity_type_literal *literal)
{
    size_t size = (size_t)(file->end - file->begin);
    bool fits = literal->size <= size && literal->offset <= size - literal->size &&
                memcmp(file->begin + literal->offset, literal->text, literal->size) == 0;
    return fits ? file->begin + literal->offset + literal->size : NULL;
}

static void signature_try(comity_scan *scan, const beginning *file, const comity_type_literal *literal)
{
    bool is_element = literal->offset == COMITY_SIGNATURE_ELEMENT;
    const uint8_t *end = is_element ? element_end(file, literal) : bytes_end(file, literal);
    if (end == NULL) {
        return;
    }
    const uint8_t *at = is_element ? file->tag : end - literal->size;
    if (comity_scan_offset(scan, at) < scan->done) {
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
        comity_scan_emit(scan, at, end, &readings);
    }
}

void comity_scan_signatures(comity_scan *scan)
{
    size_t count;
    const comity_type_literal *literals = comity_types_literals(scan->rules->types, &count);
    uint64_t size = scan->view_end - scan->view_begin;
    beginning file = {.begin = scan->view};
    file.end = file.begin + (size > COMITY_LIMIT_SCAN_AHEAD ? COMITY_LIMIT_SCAN_AHEAD : size);
    element_find(&file);
    for (size_t i = scan->rules->signature_begin; i < scan->rules->signature_end; i++) {
        signature_try(scan, &file, &literals[i]);
    }
}
