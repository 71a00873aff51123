/* What the files that read labels share: scan_fields.c, scan_names.c, scan_labels.c, scan_days.c and scan_keys.c. */
#ifndef COMITY_INSPECT_SCAN_LABELS_H
#define COMITY_INSPECT_SCAN_LABELS_H

#include "inspect/scan_inner.h"

static inline const uint8_t *comity_scan_skip_blank_back(const uint8_t *low, const uint8_t *end)
{
    while (end > low && comity_scan_is_blank(end[-1])) {
        end--;
    }
    return end;
}

/* Quotes within a string of JSON are escaped, `{\"name\":`, and again in a string within that, `{\\\"name\\\":`: what
 * stands before the closing one is no part of a name or value. */
static inline const uint8_t *comity_scan_without_escapes(const uint8_t *low, const uint8_t *end)
{
    while (end > low && end[-1] == '\\') {
        end--;
    }
    return end;
}

/* A label's name may end so. */
static inline bool comity_scan_looks_label(const comity_scan *scan, const uint8_t *low, const uint8_t *end)
{
    while (end > low && (comity_scan_class(end[-1]) & COMITY_BYTE_DIGIT) != 0) {
        end--;
    }
    uint32_t tail = comity_scan_tail(low, end);
    return (scan->rules->tails[tail >> 6] >> (tail & 63) & 1) != 0;
}

/* scan_fields.c: a number at the end of a name says which, not what: "phone2". */
size_t comity_scan_without_digits(const uint8_t *name, size_t size);

/* scan_names.c: in JSON the field `value` of a pair is called by what stands in the field before it,
 * {"name": "ssn", "value": "…"}: the name whose opening quote is at `quote` becomes that. */
void comity_scan_pair_name(const uint8_t *low, const uint8_t *quote, const uint8_t **name, size_t *size);
/* In HTML an attribute `value` is called by the `name` of its tag, or else by its `id`: <input name="dob" value="…">; in
 * XML by its `name`, its `key`, or the element: <birthDate value="…"/>. */
void comity_scan_input_name(const comity_scan *scan, const uint8_t **name, size_t *size);
/* In XML and HTML: the attribute, or else the element, in whose value `begin` stands. */
bool comity_scan_markup_name(const comity_scan *scan, const uint8_t *begin, const uint8_t **ret_name, size_t *ret_size,
                             const uint8_t **ret_low);

/* scan_labels.c: the readings of a whole value, which begins and ends where no blanks are. `room` takes it without its
 * escapes. */
bool comity_scan_field_read(comity_scan *scan, const uint8_t **begin, const uint8_t **end,
                            const comity_scan_field *field, uint8_t room[COMITY_LIMIT_SCAN_VALUE_BYTES],
                            comity_scan_readings *ret_readings);
/* Gives a value behind a label. What its label alone makes a value may be text of any kind, a postal address, and hold
 * what is surer: then it ends there. */
void comity_scan_field_emit(comity_scan *scan, const uint8_t *begin, const uint8_t *end, const comity_scan_field *field,
                            comity_scan_readings *readings);
/* The value behind a label whose mark stands at `at`. `in_string`: the label is no key, but stands in a string of JSON. */
void comity_scan_label_value(comity_scan *scan, const uint8_t *at, bool in_string, const comity_scan_field *field);

#endif
