/* By when a duty must be done: day after day from the act, with the calendar as
 * it stands in the text of the law. */
#include "inner.h"

#include "base/date.h"

#include <string.h>

static const comity_calendar *calendar_of(const oracle_law *law)
{
    for (size_t i = 0; i < law->file->declaration_count; i++) {
        const comity_declaration *declaration = &law->file->declarations[i];
        if (declaration->kind == COMITY_DECLARES_CALENDAR && declaration->as.calendar.holiday_count != 0) {
            return &declaration->as.calendar;
        }
    }
    const oracle_name *state = law->file->kind == COMITY_FILE_PART ? law->code->part_of : NULL;
    return state != NULL && state->law != NULL ? calendar_of(state->law) : NULL;
}

static int32_t year_of(int32_t day)
{
    int32_t year;
    int32_t month;
    int32_t of_month;
    comity_date_to_civil(day, &year, &month, &of_month);
    return year;
}

/* Does the calendar name a day of this year? */
static bool is_known(const comity_calendar *calendar, int32_t day)
{
    for (size_t i = 0; i < calendar->holiday_count; i++) {
        if (year_of(calendar->holidays[i].day) == year_of(day)) {
            return true;
        }
    }
    return false;
}

static bool is_worked(const comity_calendar *calendar, int32_t day)
{
    static const char *const names[] = {"", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
    for (size_t i = 0; i < calendar->holiday_count; i++) {
        if (calendar->holidays[i].day == day) {
            return calendar->holidays[i].is_worked;
        }
    }
    for (size_t i = 0; i < calendar->weekend.count; i++) {
        if (strcmp(calendar->weekend.items[i].text, names[comity_date_weekday(day)]) == 0) {
            return false;
        }
    }
    return true;
}

int32_t oracle_working_days_later(const oracle_law *law, int32_t day, uint32_t number)
{
    const comity_calendar *calendar = calendar_of(law);
    int32_t first = day;
    while (calendar != NULL && number > 0 && day < first + 3660) {
        day++;
        if (!is_known(calendar, day)) {
            return COMITY_NO_DATE;
        }
        number -= is_worked(calendar, day);
    }
    return calendar == NULL || number > 0 ? COMITY_NO_DATE : day;
}

/* The first day of the papers asked for; none if one of them does not say its day. */
static int32_t first_paper(const oracle_view *view, const comity_paper_leaf *leaf)
{
    int32_t first = COMITY_DATE_MAX + 1;
    for (size_t i = 0; i < view->act->paper_count; i++) {
        const oracle_paper *paper = &view->act->papers[i];
        if (oracle_paper_fits(view, paper, leaf) == ORACLE_YES && paper->from < first) {
            first = paper->from; /* not said is before all days */
        }
    }
    return first > COMITY_DATE_MAX ? COMITY_NO_DATE : first;
}

int32_t oracle_deadline(const oracle_view *view)
{
    const oracle_rule *rule = view->rule;
    for (size_t i = 0; i < rule->rule->period_count; i++) {
        const comity_period *period = &rule->rule->periods[i];
        int32_t end = COMITY_NO_DATE;
        comity_status status = COMITY_OK;
        if (period->kind != COMITY_PERIOD_WITHIN || (!period->of_act && !period->of_paper)) {
            continue;
        }
        int32_t on = period->of_act ? view->act->on : first_paper(view, &period->paper);
        if (on == COMITY_NO_DATE) {
            return on;
        }
        if (strstr(period->unit.text, "working") != NULL) {
            return oracle_working_days_later(rule->law, on, period->number);
        }
        switch (period->unit.text[0]) {
        case 'd':
            status = comity_date_add_days(on, (int32_t)period->number, &end, NULL);
            break;
        case 'm':
            status = comity_date_add_months(on, (int32_t)period->number, &end, NULL);
            break;
        case 'y':
            status = comity_date_add_years(on, (int32_t)period->number, &end, NULL);
            break;
        default: /* hours: no act says its hour */
            break;
        }
        return status == COMITY_OK ? end : COMITY_NO_DATE;
    }
    return COMITY_NO_DATE;
}
