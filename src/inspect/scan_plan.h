/* Plans: see scan_plan.c. A plan names the forms to be tried on the value of a field,
 * for all values that look alike; scan_try.c follows it. */
#ifndef COMITY_INSPECT_SCAN_PLAN_H
#define COMITY_INSPECT_SCAN_PLAN_H

#include "inspect/scan_inner.h"

/* False if the value is too long for a plan, or not of ASCII. As many bytes as a plan takes are
 * read. Digits become `0`, letters `a` and `A`, all beyond the value 0. */
bool comity_scan_looks(const uint8_t *value, size_t size, comity_scan_look *ret_look);

/* The plan for a value of a field; NULL if there is none: then all is tried. There is none for what a part's
 * syntax may have written otherwise than it is. */
comity_scan_plan *comity_scan_plan_of(comity_scan *scan, const uint8_t *value, size_t size,
                                      const comity_scan_field *field, const comity_scan_around *around);

/* The plan followed last for a name, which is mostly that for the next value: it can be looked at before the value has
 * been. NULL if it is none of this field's. */
static inline comity_scan_plan *comity_scan_plan_last(const comity_scan *scan, const comity_scan_field *field)
{
    comity_scan_plan *plan = &scan->plans->list[scan->plans->hints[field - scan->fields]];
    return plan->field == field->number && plan->is_made && plan->is_whole ? plan : NULL;
}

/* The plan for a look, if it has been made before, for a field of the scan; it is then the one followed last. */
comity_scan_plan *comity_scan_plan_known(const comity_scan *scan, const comity_scan_look *look, size_t size,
                                         const comity_scan_field *field);

/* scan_follow.c: tries the forms of a plan on a value for which it was made. False if its first bytes allow so many
 * that nothing was done. `column` is the hash by which what is tried is counted. */
bool comity_scan_plan_follow(comity_scan *scan, comity_scan_plan *plan, const uint8_t *raw, uint64_t column,
                             comity_scan_readings *readings);

/* The sets of heads for what looks like a byte: of forms that may have some, and all, of what looks so. */
static inline void comity_scan_plan_kins(const comity_scan_rules *rules, size_t head, uint8_t looks,
                                         const comity_scan_set **ret_some, const comity_scan_set **ret_all)
{
    size_t some = looks == '0'   ? COMITY_SCAN_ANY_DIGIT
                  : looks == 'a' ? COMITY_SCAN_ANY_SMALL
                  : looks == 'A' ? COMITY_SCAN_ANY_CAPITAL
                                 : looks;
    size_t all = some == looks ? some : some + COMITY_SCAN_ALL;
    *ret_some = comity_set_at(rules->by_head[head], rules->set_words, some);
    *ret_all = comity_set_at(rules->by_head[head], rules->set_words, all);
}

/* scan_plan_form.c: what is known of a form on all values that look so, in its writing. */
void comity_scan_plan_settle(const comity_scan_rules *rules, size_t form, const uint8_t *looks, size_t size,
                             uint8_t separators, comity_scan_plan_form *ret_form);

/* The first bytes, a bit each, that look so that some of them allow the form and some do not. */
unsigned comity_scan_plan_doubts(const comity_scan_rules *rules, size_t form, const uint8_t *looks, size_t size,
                                 bool *ret_never);

/* Of the forms in a word of a set, those that a value's first bytes allow; `heads` are those that are asked. */
static inline uint64_t comity_scan_plan_heads(const comity_scan_rules *rules, size_t word, unsigned heads,
                                              const uint8_t *value)
{
    uint64_t bits = ~UINT64_C(0);
    for (; heads != 0; heads &= heads - 1) {
        unsigned i = (unsigned)__builtin_ctz(heads);
        bits &= comity_set_at(rules->by_head[i], rules->set_words, value[i])->bits[word];
    }
    return bits;
}

/* The same of one form. */
static inline bool comity_scan_plan_allows(const comity_scan_rules *rules, size_t form, unsigned heads, const uint8_t *value)
{
    return (comity_scan_plan_heads(rules, form / 64, heads, value) >> form % 64 & 1) != 0;
}

/* Shortens the conditions of a form for values that look like this one, if there is room. */
void comity_scan_plan_shorten(const comity_types *types, comity_scan_plans *plans, comity_scan_plan_form *form,
                              const uint8_t *value);

/* Whether a value in the form's writing, whose first bytes allow it, passes. COMITY_CHECK_MARGIN bytes behind it are
 * read. `plans` are those that the form is of. */
bool comity_scan_plan_passes(const comity_types *types, const comity_scan_plans *plans,
                             const comity_scan_plan_form *form, const uint8_t *value, size_t size);

#endif
