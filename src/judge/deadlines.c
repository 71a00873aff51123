/* By when a duty must be done, where its period runs from the act itself or from
 * the day of a paper; of several such papers, from the earliest.
 *
 * That day is not counted. Working days are those of the law's own
 * calendar; of a year that it does not speak of nothing is known, and nothing said. */
#include "judge/explain.h"

#include "base/date.h"
#include "base/limits.h"

#include <stdlib.h>

static int day_order(const void *a, const void *b)
{
    int32_t left = *(const int32_t *)a;
    int32_t right = *(const int32_t *)b;
    return left < right ? -1 : left > right;
}

static bool is_listed(const int32_t *days, uint32_t count, int32_t day)
{
    return count != 0 && bsearch(&day, days, count, sizeof *days, day_order) != NULL;
}

static bool is_worked(const comity_image *image, const comity_calendar_record *calendar, int32_t day)
{
    const int32_t *days = &image->days[calendar->first_day];
    bool weekend = (calendar->weekend >> comity_date_weekday(day) & 1u) != 0;
    return is_listed(days + calendar->holiday_count, calendar->workday_count, day) ||
           (!weekend && !is_listed(days, calendar->holiday_count, day));
}

bool comity_judge_working_days(const comity_image *image, uint32_t of, int32_t on, uint32_t number, int32_t *ret_by)
{
    if (of == COMITY_IMAGE_NONE) {
        return false;
    }
    const comity_calendar_record *calendar = &image->calendars[of];
    uint32_t left = number;
    int32_t day = on;
    for (uint32_t i = 0; i < COMITY_LIMIT_DEADLINE_DAYS && left != 0; i++) {
        day++;
        if (day < calendar->from || day > calendar->until) {
            return false;
        }
        left -= is_worked(image, calendar, day) ? 1 : 0;
    }
    *ret_by = day;
    return left == 0;
}

static const comity_deadline *deadline_find(const comity_image *image, uint32_t rule)
{
    uint32_t first = 0;
    uint32_t last = image->deadlines_count;
    while (first < last) {
        uint32_t middle = first + (last - first) / 2;
        if (image->deadlines[middle].rule < rule) {
            first = middle + 1;
        } else {
            last = middle;
        }
    }
    bool found = first < image->deadlines_count && image->deadlines[first].rule == rule;
    return found ? &image->deadlines[first] : NULL;
}

bool comity_judge_later(int32_t day, uint32_t number, uint32_t unit, int32_t *ret_later)
{
    comity_status status = unit == COMITY_UNIT_DAYS     ? comity_date_add_days(day, (int32_t)number, ret_later, NULL)
                           : unit == COMITY_UNIT_MONTHS ? comity_date_add_months(day, (int32_t)number, ret_later, NULL)
                                                        : comity_date_add_years(day, (int32_t)number, ret_later, NULL);
    return status == COMITY_OK;
}

/* The day from which the period runs; false: there is none, or it is not known. */
static bool deadline_from(const comity_image *image, const comity_act *act, const comity_deadline *deadline,
                          int32_t *ret_day)
{
    bool known = deadline->leaf == COMITY_IMAGE_NONE;
    int32_t day = act->on;
    for (uint32_t i = 0; !known && i < act->paper_count; i++) {
        if (comity_judge_paper(image, act, deadline->leaf, i) == COMITY_YES && act->papers[i].from == COMITY_NO_DATE) {
            return false; /* it could be the earliest */
        }
    }
    for (uint32_t i = 0; deadline->leaf != COMITY_IMAGE_NONE && i < act->paper_count; i++) {
        if (comity_judge_paper(image, act, deadline->leaf, i) == COMITY_YES && (!known || act->papers[i].from < day)) {
            day = act->papers[i].from;
            known = true;
        }
    }
    *ret_day = day;
    return known;
}

bool comity_judge_deadline(const comity_judge_memory *memory, const comity_act *act, uint32_t rule, int32_t *ret_by)
{
    const comity_image *image = comity_judge_image(memory);
    const comity_deadline *deadline = deadline_find(image, rule);
    int32_t on;
    if (deadline == NULL || !deadline_from(image, act, deadline, &on)) {
        return false;
    }
    return deadline->unit == COMITY_UNIT_WORKING_DAYS
               ? comity_judge_working_days(image, deadline->calendar, on, deadline->number, ret_by)
               : comity_judge_later(on, deadline->number, deadline->unit, ret_by);
}
