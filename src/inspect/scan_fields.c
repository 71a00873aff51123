/* Names and what they speak for. A name is split into its words ("customerTaxId" into customer,
 * tax, id), and any of them that stand together may be one that speaks for types. What was
 * found for a name is kept, because names come again with every record. */
#include "inspect/scan_labels.h"

#include <string.h>

/* Words of a name. */
#define NAME_WORDS 12
/* Places in which a name may be kept. */
#define FIELD_PLACES 8

/* Where the words of a name begin and end; 0 bytes are none. */
static size_t split(const uint8_t *name, size_t size, uint8_t *ret_begins, uint8_t *ret_ends)
{
    size_t count = 0;
    bool within = false;
    for (size_t i = 0; i < size && count < NAME_WORDS; i++) {
        bool word = comity_scan_is_word(name[i]);
        bool hump = within && name[i] >= 'A' && name[i] <= 'Z' && name[i - 1] >= 'a' && name[i - 1] <= 'z';
        if (within && (!word || hump)) {
            ret_ends[count++] = (uint8_t)i;
        }
        if (word && (!within || hump) && count < NAME_WORDS) {
            ret_begins[count] = (uint8_t)i;
        }
        within = word;
    }
    if (within && count < NAME_WORDS) {
        ret_ends[count++] = (uint8_t)size;
    }
    return count;
}

static void meaning_join(const comity_scan_rules *rules, uint32_t number, bool whole, comity_scan_field *field)
{
    const comity_scan_meaning *meaning = &rules->meanings[number];
    for (uint32_t link = meaning->first; link != 0; link = rules->links[link - 1].next) {
        const comity_type *type = comity_types_type(rules->types, rules->links[link - 1].type);
        for (size_t form = type->form_begin; form < type->form_end; form++) {
            const comity_type_form *of = comity_types_form(rules->types, form);
            if (of->with_context != 0) {
                comity_set_add(&field->forms, form);
                comity_sizes_add(&field->sizes[of->find], of);
            }
            if (of->find < COMITY_FIND_ANCHOR) {
                field->in_writings |= (uint8_t)(1u << of->writing);
            }
        }
    }
    field->speaks = true;
    field->is_label |= meaning->is_label && whole;
}

size_t comity_scan_without_digits(const uint8_t *name, size_t size)
{
    size_t left = size;
    while (left > 0 && (comity_scan_class(name[left - 1]) & COMITY_BYTE_DIGIT) != 0) {
        left--;
    }
    return left == 0 ? size : left;
}

/* In documents of FHIR "family", "given" and "line" are names of fields, which elsewhere mean nothing: types have them as
 * "fhir.family". */
static void field_fill_fhir(const comity_scan_rules *rules, const uint8_t *name, size_t size, comity_scan_field *field)
{
    uint8_t plain[4 + COMITY_LIMIT_SCAN_LABEL_BYTES] = "fhir";
    uint32_t number;
    size_t written = 4 + comity_scan_name_plain(name, size, plain + 4);
    if (comity_scan_names_get(&rules->names, plain, written, &number)) {
        meaning_join(rules, number, true, field);
    }
}

static void field_fill(const comity_scan_rules *rules, const uint8_t *name, size_t size, comity_scan_field *field)
{
    uint8_t begins[NAME_WORDS + 1];
    uint8_t ends[NAME_WORDS + 1];
    uint8_t plain[COMITY_LIMIT_SCAN_LABEL_BYTES];
    size_t count = split(name, size, begins, ends);
    uint32_t number;
    for (size_t first = 0; first < count; first++) {
        for (size_t last = first; last < count; last++) {
            size_t begin = begins[first];
            size_t written = comity_scan_name_plain(name + begin, ends[last] - begin, plain);
            bool to_end = last + 1 == count;
            bool found = comity_scan_names_get(&rules->names, plain, written, &number);
            if (!found) {
                written = comity_scan_without_digits(plain, written);
                found = comity_scan_names_get(&rules->names, plain, written, &number);
            }
            if (found && (written >= 3 || plain[0] >= 0x80 || count == 1)) {
                meaning_join(rules, number, to_end, field);
            }
        }
    }
}

/* Where a name is kept; or, if it is not, where it is to be: in the place of that which has been kept the longest of those
 * that may stand where it may. Two columns of a table never drive each other away. */
static comity_scan_field *place_of(comity_scan *scan, const uint8_t *name, size_t size, uint64_t hash)
{
    comity_scan_field *places = &scan->fields[hash % (COMITY_SCAN_FIELDS / FIELD_PLACES) * FIELD_PLACES];
    comity_scan_field *oldest = places;
    for (comity_scan_field *field = places; field < places + FIELD_PLACES; field++) {
        if (field->size == size && field->is_fhir == scan->is_fhir && memcmp(field->name, name, size) == 0) {
            return field;
        }
        oldest = field->number < oldest->number ? field : oldest;
    }
    oldest->size = 0;
    return oldest;
}

const comity_scan_field *comity_scan_field_of(comity_scan *scan, const uint8_t *name, size_t size)
{
    if (size == 0 || size > COMITY_LIMIT_SCAN_LABEL_BYTES) {
        return NULL;
    }
    uint64_t hash = comity_scan_hash(name, size);
    comity_scan_field *field = place_of(scan, name, size, hash);
    if (field->size == 0) {
        memset(field, 0, sizeof *field);
        memcpy(field->name, name, size);
        field->size = (uint8_t)size;
        field->hash = hash;
        field->number = ++scan->field_count;
        field->is_fhir = scan->is_fhir;
        field_fill(scan->rules, name, size, field);
        if (scan->is_fhir) {
            field_fill_fhir(scan->rules, name, size, field);
        }
    }
    return field;
}
