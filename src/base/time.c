/* Text to milliseconds and back. */
#include "base/time.h"

#include "base/date.h"
#include "base/quote.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MS_PER_DAY UINT64_C(86400000)

void comity_time_print(uint64_t time_ms, char ret_text[COMITY_TIME_TEXT_SIZE])
{
    char date[COMITY_DATE_TEXT_SIZE];
    uint64_t days = time_ms / MS_PER_DAY;
    uint64_t rest = time_ms % MS_PER_DAY;
    if (days > COMITY_DATE_MAX) {
        (void)snprintf(ret_text, COMITY_TIME_TEXT_SIZE, "(%" PRIu64 " ms)", time_ms);
        return;
    }
    comity_date_print((int32_t)days, date);
    (void)snprintf(ret_text, COMITY_TIME_TEXT_SIZE, "%sT%02u:%02u:%02u.%03uZ", date, (unsigned)(rest / 3600000),
                   (unsigned)(rest / 60000 % 60), (unsigned)(rest / 1000 % 60), (unsigned)(rest % 1000));
}

/* "T10:15:00.123Z" to milliseconds of the day; false if it is not that. */
static bool clock_read(const char *text, size_t size, uint64_t *ret_ms)
{
    static const char shape[] = "T00:00:00";
    static const uint64_t weights[] = {36000000, 3600000, 0, 600000, 60000, 0, 10000, 1000};
    uint64_t ms = 0;
    if (size < sizeof shape || size > sizeof shape + 4 || text[size - 1] != 'Z') {
        return false;
    }
    for (size_t i = 0; i < sizeof shape - 1; i++) {
        bool digit = shape[i] == '0';
        if (digit ? text[i] < '0' || text[i] > '9' : text[i] != shape[i]) {
            return false;
        }
        ms += digit ? weights[i - 1] * (uint64_t)(text[i] - '0') : 0;
    }
    uint64_t weight = 100;
    for (size_t i = sizeof shape - 1; i < size - 1; i++) {
        bool point = i == sizeof shape - 1;
        if (point ? text[i] != '.' || size == sizeof shape + 1 : text[i] < '0' || text[i] > '9') {
            return false;
        }
        ms += point ? 0 : weight * (uint64_t)(text[i] - '0');
        weight /= point ? 1 : 10;
    }
    *ret_ms = ms;
    return (text[1] - '0') * 10 + (text[2] - '0') < 24 && text[4] < '6' && text[7] < '6';
}

comity_status comity_time_parse(const char *text, size_t size, uint64_t *ret_time_ms, comity_error *reterr)
{
    int32_t date;
    uint64_t ms = 0;
    size_t day = size < COMITY_DATE_TEXT_SIZE - 1 ? size : COMITY_DATE_TEXT_SIZE - 1;
    if (size > day && !clock_read(text + day, size - day, &ms)) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "%s is no time: expected YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ",
                           comity_quote_bytes(text, size).text);
    }
    COMITY_TRY(comity_date_parse(text, day, &date, reterr));
    if (date < 0) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "%s is before 1970", comity_quote_bytes(text, size).text);
    }
    *ret_time_ms = (uint64_t)date * MS_PER_DAY + ms;
    return COMITY_OK;
}

bool comity_time_year(uint64_t time_ms, int32_t *ret_year, uint64_t *ret_end_ms)
{
    int32_t unused;
    int32_t next;
    if (time_ms / MS_PER_DAY > COMITY_DATE_MAX) {
        return false;
    }
    comity_date_to_civil((int32_t)(time_ms / MS_PER_DAY), ret_year, &unused, &unused);
    if (comity_date_from_civil(*ret_year + 1, 1, 1, &next, NULL) != COMITY_OK) {
        next = COMITY_DATE_MAX + 1;
    }
    *ret_end_ms = (uint64_t)next * MS_PER_DAY;
    return true;
}
