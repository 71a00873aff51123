/* Comes in: a value and the plan for what looks like it. Goes out: the readings that trying all forms would
 * give, in the same order.
 *
 * Of the forms of a plan the first bytes of the value allow a few: a telephone number of any state looks like one of
 * a hundred others, but `+49` is of one. Which these are is kept for the next value that begins so; and of these,
 * what is settled by the bytes themselves where the looks alone did not. */
#include "inspect/scan_columns.h"
#include "inspect/scan_look.h"
#include "inspect/scan_plan.h"
#include "inspect/types_inner.h"

#include <assert.h>
#include <string.h>

/* A value in the writings of its plan. */
typedef struct planned_value {
    const uint8_t *bytes[3];
    size_t size[3];
    uint8_t upper[COMITY_SCAN_PLAN_BYTES + COMITY_CHECK_MARGIN];
    uint8_t compact[COMITY_SCAN_PLAN_BYTES + COMITY_CHECK_MARGIN];
} planned_value;

static void capitals_write(const uint8_t *raw, uint8_t *ret_capitals)
{
    comity_bytes16 of;
    memcpy(&of, raw, sizeof of);
    comity_bytes16 is_small = (comity_bytes16)(of - 'a' < 26);
    of -= is_small & ('a' - 'A');
    memcpy(ret_capitals, &of, sizeof of);
}

/* In the writings named by bits; the others are as the value stands. */
static void value_write(const comity_scan_plan *plan, const uint8_t *raw, unsigned written, planned_value *ret_value)
{
    for (int writing = 0; writing < 3; writing++) {
        ret_value->bytes[writing] = raw;
        ret_value->size[writing] = plan->size;
    }
    if (written == 0) {
        return;
    }
    capitals_write(raw, ret_value->upper);
    if (plan->size > 16) {
        capitals_write(raw + 16, ret_value->upper + 16);
    }
    ret_value->bytes[COMITY_WRITING_UPPER] = ret_value->upper;
    if ((written & 1u << COMITY_WRITING_COMPACT) != 0) {
        for (size_t i = 0; i < plan->compact_size; i++) {
            ret_value->compact[i] = ret_value->upper[plan->compact[i]];
        }
        ret_value->bytes[COMITY_WRITING_COMPACT] = ret_value->compact;
        ret_value->size[COMITY_WRITING_COMPACT] = plan->compact_size;
    }
}

/* ---- choices ---- */

/* Of eight bytes those that are named by bits. */
static uint64_t mask_of(uint64_t places)
{
    uint64_t apart = places * COMITY_SWAR_ONES & UINT64_C(0x8040201008040201);
    return ((apart + ~COMITY_SWAR_HIGHS) >> 7 & COMITY_SWAR_ONES) * 0xFF;
}

static comity_scan_choice *choice_slot(comity_scan *scan, const comity_scan_plan *plan, const uint64_t bytes[2])
{
    uint64_t hash = (bytes[0] ^ bytes[1] * UINT64_C(0xFF51AFD7ED558CCD) ^ plan->number * UINT64_C(0xC2B2AE3D27D4EB4F)) *
                    UINT64_C(0x9E3779B97F4A7C15);
    return &scan->plans->choices[(hash >> 32) % COMITY_SCAN_CHOICES];
}

/* The number of a form of which is known what its looks left open, for values with these first bytes. */
static uint16_t form_settled(comity_scan *scan, const comity_scan_plan *plan, unsigned places, comity_writing writing,
                             uint16_t at, const uint8_t *value, size_t size)
{
    comity_scan_plans *plans = scan->plans;
    comity_scan_plan_form form = plans->forms[at];
    uint8_t raw_looks[COMITY_SCAN_PLAN_BYTES];
    uint8_t looks[COMITY_SCAN_PLAN_BYTES];
    uint8_t separators;
    size_t written;
    memcpy(raw_looks, plan->look.words, sizeof raw_looks);
    bool is_written = comity_scan_write_ascii(raw_looks, plan->size, writing, looks, &written, &separators);
    assert(is_written && written == size);
    for (; places != 0; places &= places - 1) {
        size_t place = (size_t)__builtin_ctz(places);
        if (writing == COMITY_WRITING_COMPACT) {
            const uint8_t *found = memchr(plan->compact, (int)place, plan->compact_size);
            place = found == NULL ? size : (size_t)(found - plan->compact);
        }
        if (place < size) {
            looks[place] = value[place];
        }
    }
    comity_scan_plan_settle(scan->rules, form.number, looks, size, separators, &form);
    if (form.whole) {
        return at;
    }
    plans->forms[plans->form_count] = form;
    return (uint16_t)plans->form_count++;
}

/* Chooses the forms; false if there are too many of them. */
static bool choice_make(comity_scan *scan, const comity_scan_plan *plan, unsigned places, const uint8_t *raw,
                        comity_scan_choice *choice)
{
    comity_scan_plans *plans = scan->plans;
    planned_value value;
    unsigned others = plan->written & ~(unsigned)plan->as_raw;
    value_write(plan, raw, others, &value);
    choice->count = 0;
    choice->spoken_count = 0;
    choice->written = 0;
    for (size_t i = 0; i < plan->group_count; i++) {
        const comity_scan_plan_group *group = &plans->groups[plan->group_begin + i];
        const uint8_t *bytes = value.bytes[group->writing];
        uint16_t at = group->form_begin;
        uint64_t bits =
            group->bits & (group->asked | comity_scan_plan_heads(scan->rules, group->word, group->heads, bytes));
        for (; bits != 0; bits &= bits - 1, at++) {
            size_t number = group->word * 64u + (size_t)__builtin_ctzll(bits);
            while (plans->forms[at].number != number) {
                at++;
            }
            if (choice->count == COMITY_SCAN_CHOICE_FORMS) {
                return false;
            }
            bool has_room = plans->form_count + COMITY_SCAN_PLAN_FORMS_EACH < COMITY_SCAN_PLAN_FORMS;
            bool is_open = plans->forms[at].whole && has_room;
            uint16_t settled = is_open ? form_settled(scan, plan, places, (comity_writing)group->writing, at, bytes,
                                                      value.size[group->writing])
                                       : at;
            comity_scan_plan_form *form = &plans->forms[settled];
            comity_scan_plan_shorten(scan->rules->types, plans, form, bytes);
            bool is_looked_at = form->is_asked || (!form->fails && (!form->passes || form->spot_count != 0));
            choice->forms[choice->count++] = settled;
            choice->written |= is_looked_at ? (uint8_t)(others & 1u << group->writing) : 0;
            choice->spoken_count += !group->is_unspoken;
        }
    }
    return true;
}

/* ---- following ---- */

/* A form that fails is counted, if the first bytes allow it: that cannot be foretold, so nothing hangs on it where its
 * count stands where it was. */
static inline void form_count(comity_scan *scan, comity_scan_plan_form *form, const uint8_t *value, uint64_t field)
{
    bool allows = comity_scan_plan_allows(scan->rules, form->number, form->doubts, value);
    comity_scan_stat *stat = &scan->stats[form->stat];
    if (stat->field == field && stat->type == form->reading.type) {
        stat->tried += allows && stat->tried < UINT32_MAX;
    } else if (allows && field != 0) {
        (void)comity_scan_stat_says(comity_scan_stat_at(scan, field, form->reading.type, &form->stat), false);
    }
}

/* Mostly all of it is steps, or nothing is to be done. */
static inline bool form_passes(const comity_scan *scan, const comity_scan_plan_form *form, const uint8_t *value,
                               size_t size)
{
    const comity_types *types = scan->rules->types;
    const comity_scan_plans *plans = scan->plans;
    if (form->spot_count != 0 || form->looks || !(form->fails || form->passes || form->is_settled)) {
        return comity_scan_plan_passes(types, plans, form, value, size);
    }
    return !form->fails && (form->passes || comity_check_settled_run(plans->steps + form->step_begin, form->step_count,
                                                                      &types->data, value, NULL));
}

static void form_try(comity_scan *scan, comity_scan_plan_form *form, const uint8_t *value, size_t size,
                     const comity_scan_around *around, comity_scan_readings *readings)
{
    bool passed = form_passes(scan, form, value, size);
    comity_scan_stat *stat =
        around->field == 0 ? NULL : comity_scan_stat_at(scan, around->field, form->reading.type, &form->stat);
    int column = comity_scan_stat_says(stat, passed);
    if (passed && column >= 0) { /* copied as a whole: to read as a whole what was written in parts takes long */
        comity_scan_reading_put(scan, column > 0 ? &form->of_column : &form->reading, readings);
    } else if (passed) {
        comity_reading reading = form->reading;
        comity_scan_reading_add(scan, &reading, column, readings);
    }
}

/* What a choice asks of are the same bytes for all values that agree in the first of them, which it always asks of. */
static inline bool is_choice(const comity_scan_choice *choice, const comity_scan_plan *plan, const uint64_t bytes[2])
{
    uint64_t apart =
        ((bytes[0] & choice->masks[0]) ^ choice->bytes[0]) | ((bytes[1] & choice->masks[1]) ^ choice->bytes[1]);
    return choice->plan == plan->number && apart == 0;
}

/* The choice for a value of the plan that was not the one followed last for `digit`; NULL if its first bytes allow too
 * many forms. */
static __attribute__((noinline)) comity_scan_choice *choice_find(comity_scan *scan, comity_scan_plan *plan,
                                                                 const uint8_t *raw, unsigned digit,
                                                                 const uint64_t all[2])
{
    unsigned places = plan->choice_places[digit];
    const uint64_t masks[2] = {mask_of(places & 0xFF), mask_of(places >> 8)};
    const uint64_t bytes[2] = {all[0] & masks[0], all[1] & masks[1]};
    comity_scan_choice *choice = choice_slot(scan, plan, bytes);
    plan->hints[digit] = (uint16_t)(choice - scan->plans->choices);
    if (!is_choice(choice, plan, all)) {
        choice->plan = 0;
        if (!choice_make(scan, plan, places, raw, choice)) {
            return NULL;
        }
        choice->plan = plan->number;
        memcpy(choice->bytes, bytes, sizeof bytes);
        memcpy(choice->masks, masks, sizeof masks);
    }
    return choice;
}

bool comity_scan_plan_follow(comity_scan *scan, comity_scan_plan *plan, const uint8_t *raw,
                             const comity_scan_around *around, comity_scan_readings *readings)
{
    planned_value value;
    const uint64_t bytes[2] = {comity_swar_load_ordered(raw), comity_swar_load_ordered(raw + 8)};
    unsigned first = (uint8_t)(raw[plan->choice_first] - '0');
    unsigned digit = first < COMITY_SCAN_PLAN_DIGITS ? first : COMITY_SCAN_PLAN_DIGITS;
    const comity_scan_choice *choice = &scan->plans->choices[plan->hints[digit]];
    if (!is_choice(choice, plan, bytes)) {
        choice = choice_find(scan, plan, raw, digit, bytes);
        if (choice == NULL) {
            return false;
        }
    }
    value_write(plan, raw, choice->written, &value);
    for (size_t i = 0; i < choice->count; i++) {
        if (i >= choice->spoken_count && readings->count == 0) {
            return true;
        }
        comity_scan_plan_form *form = &scan->plans->forms[choice->forms[i]];
        if (form->is_asked) {
            form_count(scan, form, value.bytes[form->writing], around->field);
            continue;
        }
        form_try(scan, form, value.bytes[form->writing], value.size[form->writing], around, readings);
    }
    return true;
}
