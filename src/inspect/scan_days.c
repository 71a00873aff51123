/* Days behind words, and before them, with no mark between: "geb. 03.11.1957". */
#include "inspect/scan_labels.h"

#include <string.h>

/* Words of a label that stands before or behind a day without a mark, and bytes between. */
#define DAY_WORDS 3
#define DAY_GAP 3
/* The same where words have no spaces between: four characters. */
#define WIDE_BYTES 12

/* What stands between the words of a label that has no mark behind it, "geb. am". */
static bool is_between(uint8_t byte)
{
    return byte == ' ' || byte == '.' || byte == '\t';
}

/* Where up to so many words begin that end before `end`, and at it. */
static const uint8_t *words_before(const uint8_t *low, const uint8_t *end, int count)
{
    const uint8_t *begin = end;
    const uint8_t *at = end;
    while (count-- > 0 && at > low && comity_scan_is_word(at[-1])) {
        while (at > low && comity_scan_is_word(at[-1])) {
            at--;
        }
        begin = at;
        const uint8_t *gap = at;
        while (at > low && gap - at < 2 && is_between(at[-1])) {
            at--;
        }
        if (at == gap) {
            break;
        }
    }
    return begin;
}

/* The first `count` words behind `at`; NULL if there are fewer. */
static const uint8_t *words_behind(const uint8_t *at, const uint8_t *high, int count)
{
    high = high - at > COMITY_LIMIT_SCAN_LABEL_BYTES ? at + COMITY_LIMIT_SCAN_LABEL_BYTES : high;
    for (int i = 0; i < count; i++) {
        const uint8_t *begin = at;
        while (i != 0 && at < high && at - begin < 2 && is_between(*at)) {
            at++;
        }
        begin = at;
        while (at < high && comity_scan_is_word(*at)) {
            at++;
        }
        if (at == begin) {
            return NULL;
        }
    }
    return at;
}

/* What the words speak for, if they are a label. */
static const comity_scan_field *label_of(comity_scan *scan, const uint8_t *begin, const uint8_t *end)
{
    if (end == NULL || end <= begin || end - begin > COMITY_LIMIT_SCAN_LABEL_BYTES ||
        !comity_scan_looks_label(scan, begin, end)) {
        return NULL;
    }
    const comity_scan_field *field = comity_scan_field_of(scan, begin, (size_t)(end - begin));
    return field != NULL && field->is_label ? field : NULL;
}

const comity_scan_field *comity_scan_day_label(comity_scan *scan, const uint8_t *begin, const uint8_t *end)
{
    const uint8_t *low =
        begin - scan->low > COMITY_LIMIT_SCAN_LABEL_BYTES ? begin - COMITY_LIMIT_SCAN_LABEL_BYTES : scan->low;
    const uint8_t *before = begin;
    const comity_scan_field *field = NULL;
    while (before > low && begin - before < DAY_GAP && is_between(before[-1])) {
        before--;
    }
    if (before < begin) {
        field = label_of(scan, words_before(low, before, DAY_WORDS), before);
    }
    const uint8_t *behind = end;
    while (behind < scan->high && behind - end < DAY_GAP && is_between(*behind)) {
        behind++;
    }
    for (int count = DAY_WORDS; count > 0 && field == NULL; count--) {
        field = label_of(scan, behind, words_behind(behind, scan->high, count));
    }
    return field;
}

bool comity_scan_day_value(comity_scan *scan, const uint8_t *begin, const uint8_t *end, const comity_scan_field *field)
{
    uint8_t room[COMITY_LIMIT_SCAN_VALUE_BYTES];
    comity_scan_readings readings;
    scan->stirs = true; /* another day could be one */
    if (!comity_scan_field_read(scan, &begin, &end, field, room, &readings) ||
        (readings.list[0].evidence & COMITY_EVIDENCE_DATE) == 0) {
        return false;
    }
    comity_scan_emit(scan, begin, end, &readings);
    return true;
}

/* Where one or two digits end that a sign of three bytes stands behind; NULL if they do not. */
static const uint8_t *digits_and(const uint8_t *at, const uint8_t *high, const char *sign)
{
    const uint8_t *end = at;
    while (end < high && end - at < 2 && (comity_scan_class(*end) & COMITY_BYTE_DIGIT) != 0) {
        end++;
    }
    return end > at && high - end >= 3 && memcmp(end, sign, 3) == 0 ? end + 3 : NULL;
}

void comity_scan_at_year_sign(comity_scan *scan, const uint8_t *at)
{
    const uint8_t *begin = at;
    while (begin > scan->low && at - begin < 5 && (comity_scan_class(begin[-1]) & COMITY_BYTE_DIGIT) != 0) {
        begin--;
    }
    const uint8_t *month = at - begin == 4 ? digits_and(at + 3, scan->high, "\xE6\x9C\x88") : NULL;
    const uint8_t *end = month == NULL ? NULL : digits_and(month, scan->high, "\xE6\x97\xA5");
    const comity_scan_field *field = NULL;
    for (ptrdiff_t size = WIDE_BYTES; size > 0 && end != NULL && field == NULL; size -= 3) {
        if (scan->high - end >= size) {
            field = label_of(scan, end, end + size);
        }
        if (field == NULL && begin - scan->low >= size) {
            field = label_of(scan, begin - size, begin);
        }
    }
    if (field != NULL) {
        (void)comity_scan_day_value(scan, begin, end, field);
    }
}
