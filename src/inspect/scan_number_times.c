/* Words with digits that are nobody's number: days, times, years, versions, measures, addresses of the net. */
#include "inspect/scan_number.h"

bool comity_number_is_decimal(const comity_number_words *words, size_t first, size_t last)
{
    const comity_number_word *whole = &words->list[first];
    const comity_number_word *part = &words->list[last];
    return last == first + 1 && !whole->has_letter && !part->has_letter && part->begin == whole->end + 1 &&
           *whole->end == '.';
}

static bool is_number_of(const comity_number_word *word, size_t size)
{
    return word->size == size && !word->has_letter && word->end - word->begin == (ptrdiff_t)size;
}

static unsigned two_digits(const uint8_t *at)
{
    return (unsigned)(at[0] - '0') * 10 + (unsigned)(at[1] - '0');
}

/* A year of the last century or of this one. */
static bool is_year(const comity_number_word *word)
{
    return is_number_of(word, 4) && (two_digits(word->begin) == 19 || two_digits(word->begin) == 20);
}

/* A day as "2026-11-29", with one mark between and nothing joined to it. */
static bool is_day(const comity_number_words *words, size_t first)
{
    const comity_number_word *year = &words->list[first];
    if (words->count < first + 3 || !is_year(year) || !is_number_of(&year[1], 2) || !is_number_of(&year[2], 2)) {
        return false;
    }
    uint8_t mark = *year->end;
    unsigned month = two_digits(year[1].begin);
    unsigned day = two_digits(year[2].begin);
    bool is_marked = (mark == '-' || mark == '/' || mark == '.') && year[1].end[0] == mark &&
                     year[1].begin == year->end + 1 && year[2].begin == year[1].end + 1;
    return is_marked && month >= 1 && month <= 12 && day >= 1 && day <= 31 && comity_number_edge_before(words, first) &&
           comity_number_edge_behind(words, first + 2);
}

/* A year and what its clock is from that of Greenwich: "2026 -0700". */
static bool is_zoned(const comity_number_words *words, size_t first)
{
    const comity_number_word *year = &words->list[first];
    return words->count >= first + 2 && is_year(year) && is_number_of(&year[1], 4) && year[1].begin == year->end + 2 &&
           year->end[0] == ' ' && (year->end[1] == '-' || year->end[1] == '+') && two_digits(year[1].begin) <= 14;
}

/* "2007-2009" */
static bool is_years(const comity_number_words *words, size_t first)
{
    const comity_number_word *year = &words->list[first];
    return words->count >= first + 2 && is_year(year) && is_year(&year[1]) && *year->end == '-' &&
           year[1].begin == year->end + 1 && comity_number_edge_before(words, first) &&
           comity_number_edge_behind(words, first + 1);
}

/* Four numbers with points between that are too large for an address and have no zeros before them: "141.0.7390.37". */
static bool is_version(const comity_number_words *words, size_t first)
{
    bool is_large = false;
    if (words->count < first + 4 || !comity_number_edge_before(words, first) ||
        !comity_number_edge_behind(words, first + 3)) {
        return false;
    }
    for (size_t i = first; i < first + 4; i++) {
        const comity_number_word *word = &words->list[i];
        bool is_joined = i == first || (word->begin == word[-1].end + 1 && word->begin[-1] == '.');
        if (!is_joined || !is_number_of(word, word->size) || (word->size > 1 && *word->begin == '0')) {
            return false;
        }
        is_large |= word->size > 3;
    }
    return is_large;
}

/* A word of digits, a point and such a word, between spaces: "1 0 0 18 576.97998" is no number of one kind. A telephone
 * number may have it behind brackets: "(555) 123.4567". */
static bool is_measure(const comity_number_words *words, size_t i)
{
    bool is_bracketed = i > 0 && words->list[i].begin[-2] == ')' && words->list[i - 1].has_digit;
    bool before = i == 0 || (words->list[i].is_loose && words->list[i].begin[-1] == ' ' && !is_bracketed);
    bool behind = i + 2 >= words->count || (words->list[i + 2].is_loose && *words->list[i + 1].end == ' ');
    return before && behind && i + 1 < words->count && comity_number_is_decimal(words, i, i + 1);
}

/* The seconds of a time: ":20". */
static bool is_seconds(const uint8_t *low, const comity_number_word *word)
{
    const uint8_t *at = word->begin;
    return at - low >= 4 && at[-1] == ':' && at[-4] == ':' && (comity_scan_class(at[-2]) & COMITY_BYTE_DIGIT) != 0 &&
           is_number_of(word, 2);
}

/* How many words from `first` on are a time, a day, years, a version or a measure. */
static size_t time_words(const comity_number_words *words, size_t first)
{
    if (is_version(words, first)) {
        return 4;
    }
    if (is_day(words, first)) {
        return 3;
    }
    return is_zoned(words, first) || is_years(words, first) || is_measure(words, first) ? 2 : 0;
}

void comity_number_note_times(const uint8_t *low, comity_number_words *words)
{
    words->list[0].is_time = is_seconds(low, &words->list[0]);
    for (size_t i = 0; i < words->count; i++) {
        size_t size = time_words(words, i);
        for (size_t j = i; j < i + size; j++) {
            words->list[j].is_time = true;
        }
    }
}

bool comity_number_is_dotted(const comity_number_words *words, size_t first)
{
    if (words->count < first + 4 || !comity_number_edge_before(words, first) ||
        (first > 0 && words->list[first].begin[-1] == '.')) {
        return false;
    }
    for (size_t i = first; i < first + 4; i++) {
        const comity_number_word *word = &words->list[i];
        if (word->has_letter || word->size > 3 ||
            (i > first && (word->begin != word[-1].end + 1 || word->begin[-1] != '.'))) {
            return false;
        }
    }
    return comity_number_edge_behind(words, first + 3);
}

bool comity_number_is_day(const comity_number_words *words, size_t first)
{
    const comity_number_word *word = &words->list[first];
    uint8_t mark = *word->end;
    if (words->count < first + 3 || (mark != '.' && mark != '-' && mark != '/') || word[1].end[0] != mark ||
        word[1].begin != word->end + 1 || word[2].begin != word[1].end + 1) {
        return false;
    }
    for (size_t i = 0; i < 3; i++) {
        if (!is_number_of(&word[i], word[i].size)) {
            return false;
        }
    }
    bool is_year_first = word[0].size == 4 && word[2].size <= 2;
    bool is_year_last = word[0].size <= 2 && (word[2].size == 4 || word[2].size == 2);
    return word[1].size <= 2 && (is_year_first || is_year_last) && comity_number_edge_before(words, first) &&
           comity_number_edge_behind(words, first + 2);
}
