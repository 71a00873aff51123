/* Calendars, and duties with a period that runs from the act itself or from a paper.
 *
 * A calendar knows whole years: those for which it names a day, without a gap
 * between them. Of a part whose file has none it is its state's. */
#include "law/compile/compiler.h"

#include "base/date.h"

#include <stdlib.h>
#include <string.h>

typedef struct comity_holiday comity_holiday;

static void complain(comity_compiler *compiler, comity_place_in_text at, const char *message)
{
    comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, at, "%s", message);
}

/* ---- calendars ---- */

/* Holidays first, then days that are worked; each by day. */
static int day_order(const void *a, const void *b)
{
    const comity_holiday *left = a;
    const comity_holiday *right = b;
    if (left->is_worked != right->is_worked) {
        return left->is_worked ? 1 : -1;
    }
    return left->day < right->day ? -1 : left->day > right->day;
}

static int day_alone_order(const void *a, const void *b)
{
    const comity_holiday *left = a;
    const comity_holiday *right = b;
    return left->day != right->day ? (left->day < right->day ? -1 : 1) : left->at.line < right->at.line ? -1 : 1;
}

static int32_t year_of(int32_t day)
{
    int32_t year;
    int32_t month;
    int32_t day_of_month;
    comity_date_to_civil(day, &year, &month, &day_of_month);
    return year;
}

/* Each day once, and no year left out between two. */
static void days_check(comity_compiler *compiler, const comity_holiday *days, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (days[i].day == days[i - 1].day) {
            comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, days[i].at,
                                   "the day stands twice in this calendar; the first is on line %u", days[i - 1].at.line);
        } else if (year_of(days[i].day) > year_of(days[i - 1].day) + 1) {
            comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, days[i].at,
                                   "the calendar names no day between %d and %d; a year is known if it names one",
                                   year_of(days[i - 1].day), year_of(days[i].day));
        }
    }
}

static uint32_t weekend_of(const comity_words *words)
{
    static const char *const names[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
    uint32_t weekend = 0;
    for (size_t i = 0; i < words->count; i++) {
        for (unsigned day = 0; day < 7; day++) {
            weekend |= strcmp(words->items[i].text, names[day]) == 0 ? 2u << day : 0;
        }
    }
    return weekend;
}

/* The number of the file's calendar, or NONE: there is none, or it names no day. */
static comity_status calendar_record(comity_compiler *compiler, const comity_calendar *calendar, uint32_t *ret_calendar)
{
    comity_holiday *days;
    size_t count = calendar->holiday_count;
    comity_calendar_record record = {.weekend = weekend_of(&calendar->weekend),
                                     .first_day = (uint32_t)compiler->days.count};
    if (count == 0) {
        return COMITY_OK;
    }
    COMITY_TRY(comity_compiler_take(compiler, count, sizeof *days, &days));
    memcpy(days, calendar->holidays, count * sizeof *days);
    qsort(days, count, sizeof *days, day_alone_order);
    days_check(compiler, days, count);
    COMITY_TRY(comity_date_from_civil(year_of(days[0].day), 1, 1, &record.from, compiler->reterr));
    COMITY_TRY(comity_date_from_civil(year_of(days[count - 1].day), 12, 31, &record.until, compiler->reterr));
    qsort(days, count, sizeof *days, day_order);
    for (size_t i = 0; i < count; i++) {
        record.holiday_count += days[i].is_worked ? 0 : 1;
        record.workday_count += days[i].is_worked ? 1 : 0;
        COMITY_PUSH(compiler, &compiler->days, days[i].day);
    }
    *ret_calendar = (uint32_t)compiler->calendars.count;
    COMITY_PUSH(compiler, &compiler->calendars, record);
    return COMITY_OK;
}

comity_status comity_compile_calendars(comity_compiler *compiler)
{
    uint32_t *calendars;
    uint32_t count = (uint32_t)compiler->entries[COMITY_CLASS_LAW].count;
    COMITY_TRY(comity_compiler_take(compiler, count, sizeof *calendars, &calendars));
    for (uint32_t law = 0; law < count; law++) {
        const comity_law_file *file = compiler->entries[COMITY_CLASS_LAW].items[law].file;
        calendars[law] = COMITY_IMAGE_NONE;
        for (size_t i = 0; i < file->declaration_count; i++) {
            if (file->declarations[i].kind == COMITY_DECLARES_CALENDAR) {
                COMITY_TRY(calendar_record(compiler, &file->declarations[i].as.calendar, &calendars[law]));
            }
        }
    }
    compiler->law_calendars = calendars;
    return COMITY_OK;
}

uint32_t comity_compiler_calendar(const comity_compiler *compiler, uint32_t law)
{
    const comity_law_file *file = compiler->entries[COMITY_CLASS_LAW].items[law].file;
    if (compiler->law_calendars[law] != COMITY_IMAGE_NONE || file->kind != COMITY_FILE_PART) {
        return compiler->law_calendars[law];
    }
    uint32_t state = comity_map_get(&compiler->declared[COMITY_CLASS_LAW], file->of.text);
    return state == COMITY_IMAGE_NONE ? COMITY_IMAGE_NONE : compiler->law_calendars[state];
}

/* ---- duties ---- */

/* Hours have no place among days: an act has no time of day. */
static bool unit_of(const comity_word *unit, uint32_t *ret_unit)
{
    static const struct {
        const char *begin;
        uint32_t unit;
    } units[] = {{"day", COMITY_UNIT_DAYS},
                 {"working day", COMITY_UNIT_WORKING_DAYS},
                 {"month", COMITY_UNIT_MONTHS},
                 {"year", COMITY_UNIT_YEARS}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strncmp(unit->text, units[i].begin, strlen(units[i].begin)) == 0) {
            *ret_unit = units[i].unit;
            return true;
        }
    }
    return false;
}

static comity_status paper_of(comity_compiler *compiler, const comity_draft *draft, const comity_paper_leaf *paper,
                              uint32_t *ret_leaf)
{
    comity_scope scope = {.file = draft->file, .law = draft->law, .draft = draft, .from = draft->from, .until = draft->until};
    if (comity_map_get(&compiler->declared[COMITY_CLASS_SAFEGUARD], paper->name.text) != COMITY_IMAGE_NONE) {
        comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, paper->name.at,
                               "\"%s\" is a safeguard; only papers have a day from which a period runs", paper->name.text);
        return COMITY_OK;
    }
    return comity_leaf_of(compiler, &scope, paper, ret_leaf);
}

static comity_status deadline_of(comity_compiler *compiler, const comity_draft *draft)
{
    const comity_rule *rule = draft->rule;
    bool told = false;
    for (size_t i = 0; i < rule->period_count; i++) {
        const comity_period *period = &rule->periods[i];
        comity_deadline deadline = {.rule = draft->number, .number = period->number, .calendar = COMITY_IMAGE_NONE,
                                    .leaf = COMITY_IMAGE_NONE};
        if (!period->of_act && !period->of_paper) {
            continue;
        }
        if (told) {
            complain(compiler, period->unit.at, "a duty has one period that runs from the act or from a paper");
            return COMITY_OK;
        }
        told = true;
        if (period->of_paper) {
            COMITY_TRY(paper_of(compiler, draft, &period->paper, &deadline.leaf));
        }
        if (!unit_of(&period->unit, &deadline.unit)) {
            continue;
        }
        if (deadline.unit == COMITY_UNIT_WORKING_DAYS) {
            deadline.calendar = comity_compiler_calendar(compiler, draft->law);
        }
        COMITY_PUSH(compiler, &compiler->deadlines, deadline);
    }
    return COMITY_OK;
}

comity_status comity_compile_deadlines(comity_compiler *compiler)
{
    for (uint32_t i = 0; i < compiler->draft_count; i++) {
        COMITY_TRY(deadline_of(compiler, &compiler->drafts[compiler->draft_order[i]]));
    }
    return COMITY_OK;
}
