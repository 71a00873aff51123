/* Comes in: a value of a field. Goes out: the finding that it is, if there is a plan for what looks like it: the
 * readings are those that trying all forms would give, in the same order.
 *
 * Of the forms of a plan the first bytes of the value allow a few: a telephone number of any state looks like one of
 * a hundred others, but `+49` is of one. Which these are is kept for the next value that begins so; and of these,
 * what is settled by the bytes themselves where the looks alone did not. */
#include "inspect/scan_columns.h"
#include "inspect/scan_labels.h"
#include "inspect/scan_look.h"
#include "inspect/scan_plan.h"
#include "inspect/types_inner.h"

#include <assert.h>
#include <string.h>

/* A value in the writings of its plan. */
typedef struct planned_value {
    const uint8_t *bytes[3];
    size_t size[3];
    uint8_t upper[2 * COMITY_SCAN_PLAN_BYTES];
    uint8_t compact[2 * COMITY_SCAN_PLAN_BYTES]; /* runs are written with what stands behind them */
    comity_check_sums sums[3];
} planned_value;

static void capitals_write(const uint8_t *raw, uint8_t *ret_capitals)
{
    comity_bytes16 of;
    memcpy(&of, raw, sizeof of);
    comity_bytes16 is_small = (comity_bytes16)(of - 'a' < 26);
    of -= is_small & ('a' - 'A');
    memcpy(ret_capitals, &of, sizeof of);
}

/* In capitals, and in compact writing if that is among those named by bits. */
static __attribute__((noinline)) void others_write(const comity_scan_plan *plan, const uint8_t *raw, unsigned written,
                                                   planned_value *ret_value)
{
    capitals_write(raw, ret_value->upper);
    if (plan->size > 16) {
        capitals_write(raw + 16, ret_value->upper + 16);
    }
    ret_value->bytes[COMITY_WRITING_UPPER] = ret_value->upper;
    if ((written & 1u << COMITY_WRITING_COMPACT) != 0) {
        uint8_t *to = ret_value->compact;
        for (size_t i = 0; i < plan->run_count; i++) {
            const uint8_t *run = ret_value->upper + plan->run_begins[i];
            memcpy(to, run, plan->run_sizes[i] > 8 ? COMITY_SCAN_PLAN_BYTES : 8);
            to += plan->run_sizes[i];
        }
        ret_value->bytes[COMITY_WRITING_COMPACT] = ret_value->compact;
        ret_value->size[COMITY_WRITING_COMPACT] = plan->compact_size;
    }
}

/* In the writings named by bits; the others are as the value stands. */
static inline void value_write(const comity_scan_plan *plan, const uint8_t *raw, unsigned written,
                               planned_value *ret_value)
{
    for (int writing = 0; writing < 3; writing++) {
        ret_value->bytes[writing] = raw;
        ret_value->size[writing] = plan->size;
        ret_value->sums[writing] = (comity_check_sums){0};
    }
    if (written != 0) {
        others_write(plan, raw, written, ret_value);
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

/* What is to be done with a form of which all is known that will be. */
static comity_scan_plan_way way_of(const comity_scan_plan_form *form)
{
    if (form->is_asked) {
        return COMITY_WAY_ASKED;
    }
    if (form->fails) {
        return COMITY_WAY_FAILS;
    }
    if (form->spot_count != 0) {
        return COMITY_WAY_WHOLE;
    }
    return form->passes ? COMITY_WAY_PASSES : form->is_settled ? COMITY_WAY_STEPS : COMITY_WAY_WHOLE;
}

/* Chooses the forms; false if there are too many of them. */
static bool choice_forms(comity_scan *scan, const comity_scan_plan *plan, unsigned places, const uint8_t *raw,
                         comity_scan_choice *choice)
{
    comity_scan_plans *plans = scan->plans;
    planned_value value;
    unsigned others = plan->written & ~(unsigned)plan->as_raw;
    size_t count = 0;
    value_write(plan, raw, others, &value);
    memset(choice->parts, 0, sizeof choice->parts);
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
            if (count == COMITY_SCAN_CHOICE_FORMS) {
                return false;
            }
            bool has_room = plans->form_count + COMITY_SCAN_PLAN_FORMS_EACH < COMITY_SCAN_PLAN_FORMS;
            bool is_open = plans->forms[at].whole && has_room;
            uint16_t settled = is_open ? form_settled(scan, plan, places, (comity_writing)group->writing, at, bytes,
                                                      value.size[group->writing])
                                       : at;
            comity_scan_plan_form *form = &plans->forms[settled];
            comity_scan_plan_shorten(scan->rules->types, plans, form, bytes);
            form->way = (uint8_t)way_of(form);
            bool is_looked_at = form->way != COMITY_WAY_FAILS && form->way != COMITY_WAY_PASSES;
            choice->forms[count++] = settled;
            choice->written |= is_looked_at ? (uint8_t)(others & 1u << group->writing) : 0;
            choice->parts[0].end += !group->is_unspoken;
        }
    }
    choice->parts[1].begin = choice->parts[0].end;
    choice->parts[1].end = (uint8_t)count;
    return true;
}

/* One of these forms may pass and is of this type: then what is counted for it is counted in its turn. */
static bool has_type(const comity_scan *scan, const comity_scan_choice *choice, const comity_scan_choice_part *part,
                     uint16_t type)
{
    for (size_t i = part->begin; i < part->end; i++) {
        const comity_scan_plan_form *form = &scan->plans->forms[choice->forms[i]];
        if (!form->fails && form->reading.type == type) {
            return true;
        }
    }
    return false;
}

/* Adds a form that is counted if the first bytes allow it. */
static void asked_add(comity_scan_choice *choice, comity_scan_choice_part *part, const comity_scan_plan_form *form)
{
    comity_scan_choice_asked *asked = &choice->asked[part->asked_begin];
    comity_scan_choice_asked *end = &choice->asked[part->asked_end];
    while (asked < end && (asked->word != form->number / 64 || asked->heads != form->doubts ||
                           asked->writing != form->writing || asked->type != form->reading.type)) {
        asked++;
    }
    if (asked == end) {
        *asked = (comity_scan_choice_asked){.word = (uint8_t)(form->number / 64),
                                            .heads = form->doubts,
                                            .writing = form->writing,
                                            .type = form->reading.type,
                                            .stat = form->stat};
        part->asked_end++;
    }
    asked->bits |= UINT64_C(1) << form->number % 64;
}

/* Sorts the forms of a part of a choice by what is to be done with them, when they have been tried once: then their
 * counts have their places. */
static void choice_sort(const comity_scan *scan, uint64_t field, comity_scan_choice *choice, bool is_first)
{
    comity_scan_choice_part *part = &choice->parts[!is_first];
    part->tried_begin = part->tried_end = is_first ? 0 : choice->parts[0].tried_end;
    part->counted_begin = part->counted_end = is_first ? 0 : choice->parts[0].counted_end;
    part->asked_begin = part->asked_end = is_first ? 0 : choice->parts[0].asked_end;
    for (size_t i = part->begin; i < part->end; i++) {
        const comity_scan_plan_form *form = &scan->plans->forms[choice->forms[i]];
        const comity_scan_stat *stat = &scan->stats[form->stat];
        bool has_place = stat->field == field && stat->type == form->reading.type;
        bool is_counted = form->fails && !has_type(scan, choice, part, form->reading.type);
        if (is_counted && form->is_asked) {
            asked_add(choice, part, form);
        } else if (!is_counted || !has_place) {
            choice->tried[part->tried_end++] = choice->forms[i];
        } else {
            choice->counted[part->counted_end++] = form->stat;
        }
    }
    part->part = scan->part_count;
}

/* ---- following ---- */

/* A form that fails is counted, if the first bytes allow it: that cannot be foretold, so nothing hangs on it where its
 * count stands where it was. */
static inline void form_count(comity_scan *scan, comity_scan_plan_form *form, const uint8_t *value, uint64_t column)
{
    bool allows = comity_scan_plan_allows(scan->rules, form->number, form->doubts, value);
    comity_scan_stat *stat = &scan->stats[form->stat];
    if (stat->field == column && stat->type == form->reading.type) {
        stat->tried += allows;
    } else if (allows && column != 0) {
        (void)comity_scan_stat_says(comity_scan_stat_at(scan, column, form->reading.type, &form->stat), false);
    }
}

/* Tries a form, or counts it if it is asked. */
static inline __attribute__((always_inline)) void form_do(comity_scan *scan, uint16_t number, planned_value *value,
                                                          uint64_t column, comity_scan_readings *readings)
{
    const comity_types *types = scan->rules->types;
    const comity_scan_plans *plans = scan->plans;
    comity_scan_plan_form *form = &scan->plans->forms[number];
    const uint8_t *bytes = value->bytes[form->writing];
    bool passed = form->way == COMITY_WAY_PASSES;
    if (form->way == COMITY_WAY_STEPS) {
        passed = comity_check_settled_run(plans->steps + form->step_begin, form->step_count, &types->data, bytes,
                                          &value->sums[form->writing]);
    } else if (form->way == COMITY_WAY_ASKED) {
        form_count(scan, form, bytes, column);
        return;
    } else if (form->way == COMITY_WAY_WHOLE) {
        passed = comity_scan_plan_passes(types, plans, form, bytes, value->size[form->writing]);
    }
    comity_scan_stat *stat = column == 0 ? NULL : comity_scan_stat_at(scan, column, form->reading.type, &form->stat);
    int says = comity_scan_stat_says(stat, passed);
    if (!passed) {
        return;
    }
    const comity_reading *reading = says > 0 ? &form->of_column : &form->reading;
    if (says >= 0 && readings->count == 0 && reading->confidence >= scan->level_min) { /* as it mostly is */
        readings->list[0] = *reading;
        readings->count = 1;
    } else if (says >= 0) {
        comity_scan_reading_put(scan, reading, readings);
    } else {
        comity_reading own = form->reading;
        comity_scan_reading_add(scan, &own, says, readings);
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
static __attribute__((noinline)) comity_scan_choice *
choice_find(comity_scan *scan, comity_scan_plan *plan, const uint8_t *raw, unsigned digit, const uint64_t all[2])
{
    unsigned places = plan->choice_places[digit];
    const uint64_t masks[2] = {mask_of(places & 0xFF), mask_of(places >> 8)};
    const uint64_t bytes[2] = {all[0] & masks[0], all[1] & masks[1]};
    comity_scan_choice *choice = choice_slot(scan, plan, bytes);
    plan->hints[digit] = (uint16_t)(choice - scan->plans->choices);
    if (!is_choice(choice, plan, all)) {
        choice->plan = 0;
        if (!choice_forms(scan, plan, places, raw, choice)) {
            return NULL;
        }
        choice->plan = plan->number;
        memcpy(choice->bytes, bytes, sizeof bytes);
        memcpy(choice->masks, masks, sizeof masks);
    }
    return choice;
}

/* Tries the forms of a part of a choice one by one, as with its first value. */
static __attribute__((noinline)) void part_try_first(comity_scan *scan, comity_scan_choice *choice, bool is_first,
                                                     planned_value *value, uint64_t column,
                                                     comity_scan_readings *readings)
{
    const comity_scan_choice_part *part = &choice->parts[!is_first];
    for (size_t i = part->begin; i < part->end; i++) {
        form_do(scan, choice->forms[i], value, column, readings);
    }
    if (column != 0) {
        choice_sort(scan, column, choice, is_first);
    }
}

/* Counts forms that a value's first bytes allow. */
static void asked_count(comity_scan *scan, comity_scan_choice_asked *asked, unsigned count, uint64_t column)
{
    comity_scan_stat *stat = comity_scan_stat_at(scan, column, asked->type, &asked->stat);
    if (stat != NULL) {
        stat->tried += count;
    }
}

/* Tries the forms of a part of a choice, of which is known where they are counted. */
static inline __attribute__((always_inline)) void part_try(comity_scan *scan, comity_scan_choice *choice, bool is_first,
                                                           planned_value *value, uint64_t column,
                                                           comity_scan_readings *readings)
{
    /* kept: what is counted could lie in it, for all that the compiler knows */
    const comity_scan_choice_part part = choice->parts[!is_first];
    if (part.part != scan->part_count) {
        part_try_first(scan, choice, is_first, value, column, readings);
        return;
    }
    for (size_t i = part.counted_begin; i < part.counted_end; i++) {
        scan->stats[choice->counted[i]].tried++;
    }
    for (size_t i = part.asked_begin; i < part.asked_end; i++) {
        comity_scan_choice_asked *asked = &choice->asked[i];
        uint64_t allowed = comity_scan_plan_heads(scan->rules, asked->word, asked->heads, value->bytes[asked->writing]);
        if ((allowed & asked->bits) != 0) {
            asked_count(scan, asked, comity_swar_ones(allowed & asked->bits), column);
        }
    }
    for (size_t i = part.tried_begin; i < part.tried_end; i++) {
        form_do(scan, choice->tried[i], value, column, readings);
    }
}

static inline __attribute__((always_inline)) bool plan_follow(comity_scan *scan, comity_scan_plan *plan,
                                                              const uint8_t *raw, uint64_t column,
                                                              comity_scan_readings *readings)
{
    planned_value value;
    const uint64_t bytes[2] = {comity_swar_load_ordered(raw), comity_swar_load_ordered(raw + 8)};
    unsigned first = (uint8_t)(raw[plan->choice_first] - '0');
    unsigned digit = first < COMITY_SCAN_PLAN_DIGITS ? first : COMITY_SCAN_PLAN_DIGITS;
    comity_scan_choice *choice = &scan->plans->choices[plan->hints[digit]];
    if (!is_choice(choice, plan, bytes)) {
        choice = choice_find(scan, plan, raw, digit, bytes);
        if (choice == NULL) {
            return false;
        }
    }
    value_write(plan, raw, choice->written, &value);
    part_try(scan, choice, true, &value, column, readings);
    if (readings->count != 0) {
        part_try(scan, choice, false, &value, column, readings);
    }
    return true;
}

bool comity_scan_plan_follow(comity_scan *scan, comity_scan_plan *plan, const uint8_t *raw, uint64_t column,
                             comity_scan_readings *readings)
{
    return plan_follow(scan, plan, raw, column, readings);
}

/* ---- a value of a field ---- */

/* A cell of CSV without quotes, or a string of JSON: for a place in it speaks its field, and words within, and nothing
 * else. */
static bool is_own(const comity_scan *scan, const uint8_t *begin, const uint8_t *end)
{
    if (scan->part_field_size != 0) {
        return false;
    }
    if (scan->part.syntax == COMITY_FORM_CSV) {
        return begin == scan->low && (*end == '\n' || *end == (uint8_t)scan->part.delimiter);
    }
    return scan->of_plain_key && *begin != ':' && *begin != ',' && *begin != ']';
}

/* No address of mail goes on with this byte. */
static bool ends_mail(uint8_t behind)
{
    return (comity_scan_class(behind) & (COMITY_BYTE_WORD | COMITY_BYTE_TOKEN)) == 0 && behind != '%' && behind != '@';
}

/* Nothing surer can lie in the value, nor an address of mail over it: it is one, or has no `@` and ends where none goes
 * on. */
static bool stands_alone(const comity_scan *scan, const comity_scan_plan *plan, uint8_t behind,
                         const comity_scan_readings *readings)
{
    comity_find find = scan->rules->types->forms[readings->list[0].form].find;
    bool is_of_words = plan->is_words || find != COMITY_FIND_LABEL;
    return find == COMITY_FIND_EMAIL || (ends_mail(behind) && !plan->has_at && is_of_words);
}

/* Some word in it may speak for a number. */
static bool speaks(const comity_scan *scan, const comity_scan_plan *plan, const uint8_t *begin)
{
    for (size_t i = 0; i < plan->word_count; i++) {
        if (comity_scan_is_number_word(scan->rules, begin + plan->word_begins[i])) {
            return true;
        }
    }
    return false;
}

/* The same of what is its own, for no number in it is wanted, and it ends where none goes on. */
static bool is_bare(const comity_scan *scan, const comity_scan_plan *plan, const uint8_t *begin)
{
    uint8_t behind = begin[plan->size];
    return ends_mail(behind) && behind != ' ' && behind != '(' && behind != ')' &&
           (plan->is_bare || (plan->is_numberless && behind < 0x80 && !speaks(scan, plan, begin)));
}

/* The plan for the value that ends before the first of three bytes, if it is not the one followed last; NULL if there is
 * none: blanks are at no end of a value that has one. */
static __attribute__((noinline)) comity_scan_plan *plan_find(comity_scan *scan, const uint8_t *begin,
                                                             const uint8_t ends[3], const comity_scan_field *field)
{
    comity_scan_look look;
    size_t size = scan->level->look(begin, ends, look.words);
    return size == 0 ? NULL : comity_scan_plan_known(scan, &look, size, field);
}

/* Gives a value in which nothing else is found. The places in it need not be looked at, if no number goes on behind it. */
static inline void alone_emit(comity_scan *scan, const uint8_t *begin, const uint8_t *end,
                              comity_scan_readings *readings)
{
    comity_scan_emit_alone(scan, begin, end, readings);
    uint64_t behind = comity_scan_offset(scan, end);
    bool goes_on =
        *end == ' ' || *end == '-' || *end == '.' || *end == '/' || *end == '(' || *end == ')' || *end >= 0x80;
    scan->looked = scan->done == behind && !goes_on && scan->looked < behind ? behind : scan->looked;
}

/* Gives what is no more than a value of the field, or in which something surer may lie. */
static __attribute__((noinline)) void value_emit(comity_scan *scan, const comity_scan_plan *plan, const uint8_t *begin,
                                                 const comity_scan_field *field, comity_scan_readings *readings)
{
    const uint8_t *end = begin + plan->size;
    bool owns = is_own(scan, begin, end);
    if (owns && is_bare(scan, plan, begin)) {
        alone_emit(scan, begin, end, readings);
        return;
    }
    scan->own = owns ? field : NULL;
    scan->own_begin = begin;
    scan->own_end = end;
    comity_scan_field_emit(scan, begin, end, field, readings);
    scan->own = NULL;
}

bool comity_scan_field_planned(comity_scan *scan, const uint8_t *begin, const uint8_t ends[3],
                               const comity_scan_field *field)
{
    comity_scan_readings readings;
    if (scan->plans == NULL || scan->high - begin < 2 * COMITY_SCAN_PLAN_BYTES ||
        comity_scan_offset(scan, begin) < scan->done) {
        return false;
    }
    comity_scan_plan *plan = comity_scan_plan_last(scan, field);
    if (plan == NULL || !scan->level->alike(begin, ends, plan->look.words, plan->size)) {
        plan = plan_find(scan, begin, ends, field);
        if (plan == NULL) {
            return false;
        }
    }
    comity_scan_readings_begin(&readings);
    if (!plan_follow(scan, plan, begin, field->hash, &readings)) {
        return false;
    }
    if (readings.count != 0 && stands_alone(scan, plan, begin[plan->size], &readings)) {
        alone_emit(scan, begin, begin + plan->size, &readings);
    } else if (readings.count != 0) {
        value_emit(scan, plan, begin, field, &readings);
    }
    return true;
}
