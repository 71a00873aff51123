/* Groups of digits and words with digits. From the place where one was seen the words
 * around it are gathered as far as they may belong to one number: "GB82 WEST 1234 …",
 * "QQ 12 34 56 C", "+49 (30) 1234-567". Which of them make a value is not known, so
 * every run of them is tried that could stand alone: a run may begin or end at a
 * space or beside letters, but not at a separator within digits. The surest reading
 * wins, then the longest, then the first; then what is left beside it. */
#include "base/swar.h"
#include "inspect/scan_quiet.h"

#include <string.h>

#define WORDS 16           /* gathered in all */
#define WORDS_LEFT 6       /* of them before the place */
#define VALUE_WORDS 10     /* of one value: an account in groups of four has nine */
#define WORD_BYTES 64      /* of one word; longer ones belong to no number */
#define TOKEN_LEAST 7      /* letters and digits of a word that is noticed by itself */
#define GAP_BYTES 4        /* between two words */
#define WORD_GAP 9         /* the same in bytes, where they are beyond ASCII */
#define CODE_LETTERS 16    /* before a hyphen and a number */
#define LEFT_BYTES 448     /* before the place at which a number is seen */

typedef struct number_word {
    const uint8_t *begin, *end;
    uint8_t size; /* in characters, as compact writing counts */
    bool has_digit, has_letter;
    bool has_small; /* a small letter of ASCII */
    bool is_loose; /* between it and the word before a value may begin and end */
    bool is_time;  /* of a time, a day, years, a version or a measure */
} number_word;

typedef struct number_words {
    number_word list[WORDS];
    size_t count;
} number_words;

typedef struct number_found {
    size_t first, last;
    const uint8_t *begin;
    comity_scan_readings readings;
} number_found;

/* A letter of full width, of three bytes: U+FF21 to U+FF3A, U+FF41 to U+FF5A. */
static bool is_wide_letter(const uint8_t *at)
{
    return at[0] == 0xEF && ((at[1] == 0xBC && at[2] >= 0xA1 && at[2] <= 0xBA) ||
                             (at[1] == 0xBD && at[2] >= 0x81 && at[2] <= 0x9A));
}

/* How many bytes of a letter or digit begin at `at`. */
static unsigned word_char(const uint8_t *at)
{
    uint8_t class = comity_scan_class(*at);
    if ((class & (COMITY_BYTE_DIGIT | COMITY_BYTE_LETTER)) != 0) {
        return 1;
    }
    if ((class & COMITY_BYTE_HIGH) == 0) {
        return 0;
    }
    return is_wide_letter(at) ? 3 : comity_scan_foreign_digit(at);
}

/* How many bytes of a letter or digit end before `at`. */
static unsigned word_char_before(const uint8_t *low, const uint8_t *at)
{
    if (at == low) {
        return 0;
    }
    uint8_t class = comity_scan_class(at[-1]);
    if ((class & (COMITY_BYTE_DIGIT | COMITY_BYTE_LETTER)) != 0) {
        return 1;
    }
    if ((class & COMITY_BYTE_HIGH) != 0 && at - low >= 2) {
        if (comity_scan_foreign_digit(at - 2) == 2) {
            return 2;
        }
        return at - low >= 3 && (comity_scan_foreign_digit(at - 3) == 3 || is_wide_letter(at - 3)) ? 3 : 0;
    }
    return 0;
}

/* A letter beyond ASCII beside it: then it is part of a word of a language. */
static bool touches_letter(const uint8_t *low, const uint8_t *high, const number_word *word)
{
    bool before = word->begin > low && (comity_scan_class(word->begin[-1]) & COMITY_BYTE_HIGH) != 0;
    bool behind = word->end < high && (comity_scan_class(*word->end) & COMITY_BYTE_HIGH) != 0;
    return word->has_letter && !word->has_digit && (before || behind);
}

static bool word_take(const uint8_t *begin, const uint8_t *high, number_word *ret_word)
{
    const uint8_t *at = begin;
    number_word word = {.begin = begin};
    unsigned seen = 0;
    while (at < high && word.size < WORD_BYTES) {
        unsigned class = comity_scan_class(*at) & (COMITY_BYTE_DIGIT | COMITY_BYTE_LETTER);
        unsigned size = class != 0 ? 1 : word_char(at);
        if (size == 0) {
            break;
        }
        seen |= class != 0 ? class : size == 3 && is_wide_letter(at) ? COMITY_BYTE_LETTER : COMITY_BYTE_DIGIT;
        word.has_small |= *at >= 'a' && *at <= 'z';
        word.size++;
        at += size;
    }
    word.has_letter = (seen & COMITY_BYTE_LETTER) != 0;
    word.has_digit = (seen & COMITY_BYTE_DIGIT) != 0;
    word.end = at;
    *ret_word = word;
    return word.size != 0 && word.size < WORD_BYTES;
}

static const uint8_t *word_begin(const uint8_t *low, const uint8_t *at)
{
    const uint8_t *limit = at - low > WORD_BYTES * 3 ? at - WORD_BYTES * 3 : low;
    for (;;) {
        unsigned size = word_char_before(limit, at);
        if (size == 0) {
            return at;
        }
        at -= size;
    }
}

/* The letter or digit that stands at a place or, where that is within one or is a separator, before it:
 * the sixth byte of a group can be any of these. */
static const uint8_t *on_word(const uint8_t *low, const uint8_t *at)
{
    const uint8_t *place = at;
    while (place > low && at - place < 2 && (*place & 0xC0) == 0x80) {
        place--;
    }
    if (word_char(place) != 0) {
        return place;
    }
    while (place > low && at - place < WORD_GAP && word_char_before(low, place) == 0) {
        place--;
    }
    unsigned size = word_char_before(low, place);
    return size == 0 ? at : place - size;
}

/* How many bytes of a separator stand at `at`; a space sets `ret_space`. */
static unsigned gap_char(const uint8_t *at, bool *ret_space)
{
    switch (*at) {
    case ' ':
        *ret_space = true;
        return 1;
    case '-':
    case '.':
    case '/':
    case '(':
    case ')':
        return 1;
    default:
        return *at < 0xC2 ? 0 : comity_scan_foreign_join(at);
    }
}

/* The bytes between two words from `at` on; 0 if what stands there does not join them. */
static size_t gap_behind(const uint8_t *at, const uint8_t *high, bool *ret_space)
{
    const uint8_t *end = at;
    *ret_space = false;
    while (end < high && end - at < GAP_BYTES) {
        unsigned size = gap_char(end, ret_space);
        if (size == 0) {
            break;
        }
        end += size;
    }
    return (size_t)(end - at);
}

static size_t gap_before(const uint8_t *low, const uint8_t *at, bool *ret_space)
{
    const uint8_t *begin = at;
    *ret_space = false;
    while (begin > low && at - begin < GAP_BYTES) {
        bool wide = begin[-1] >= 0x80;
        if (wide && begin - low >= 3 && comity_scan_foreign_join(begin - 3) == 3) {
            begin -= 3;
            *ret_space = true;
        } else if (wide && begin - low >= 2 && comity_scan_foreign_join(begin - 2) == 2) {
            begin -= 2;
            *ret_space = true;
        } else if (!wide && gap_char(begin - 1, ret_space) == 1) {
            begin--;
        } else {
            break;
        }
    }
    return (size_t)(at - begin);
}

static bool may_join(const uint8_t *low, const uint8_t *high, const number_word *word)
{
    return word->has_digit || (word->size <= COMITY_SCAN_NUMBER_LETTERS && !touches_letter(low, high, word));
}

static void gather_right(const uint8_t *low, const uint8_t *high, number_words *words)
{
    while (words->count < WORDS - WORDS_LEFT) {
        const number_word *last = &words->list[words->count - 1];
        number_word word;
        bool space;
        size_t gap = gap_behind(last->end, high, &space);
        if (gap == 0 || !word_take(last->end + gap, high, &word) || !may_join(low, high, &word)) {
            return;
        }
        word.is_loose = space || !last->has_digit || !word.has_digit;
        words->list[words->count++] = word;
    }
}

/* What has been found already is no part of another number. */
static void gather_left(const comity_scan *scan, const uint8_t *at, number_words *words)
{
    const uint8_t *low = at - scan->low > LEFT_BYTES ? at - LEFT_BYTES : scan->low;
    const uint8_t *high = scan->high;
    for (int i = 0; i < WORDS_LEFT; i++) {
        number_word *first = &words->list[0];
        number_word word;
        bool space;
        size_t gap = gap_before(low, first->begin, &space);
        if (gap == 0) {
            return;
        }
        const uint8_t *end = first->begin - gap;
        const uint8_t *begin = word_begin(low, end);
        if (begin == end || comity_scan_offset(scan, begin) < scan->done || !word_take(begin, end, &word) ||
            word.end != end || !may_join(low, high, &word)) {
            return;
        }
        first->is_loose = space || !first->has_digit || !word.has_digit;
        memmove(&words->list[1], &words->list[0], words->count * sizeof words->list[0]);
        words->list[0] = word;
        words->count++;
    }
}

/* ---- trying runs of words ---- */

static bool edge_before(const number_words *words, size_t first)
{
    return first == 0 || words->list[first].is_loose;
}

static bool edge_behind(const number_words *words, size_t last)
{
    return last + 1 == words->count || words->list[last + 1].is_loose;
}

/* Where a value of these words begins: a `+` before it, or an opening bracket, belongs to it. */
static const uint8_t *plus_before(const uint8_t *low, const uint8_t *begin)
{
    const uint8_t *at = begin;
    if (at > low && at[-1] == '(') {
        at--;
    }
    return at > low && at[-1] == '+' ? at - 1 : NULL;
}

/* The sizes of a run's value, and what is in it. */
typedef struct number_run {
    size_t first, last;
    const uint8_t *begin, *end;
    const uint8_t *plus; /* where a `+` before it stands; NULL: nowhere */
    size_t size;         /* in characters */
    bool has_letter;
    bool has_small;      /* a small letter of ASCII */
    bool is_plain;       /* of ASCII */
} number_run;

/* A decimal number: two words of digits with a point between, and nothing else. */
static bool is_decimal(const number_words *words, size_t first, size_t last)
{
    const number_word *whole = &words->list[first];
    const number_word *part = &words->list[last];
    return last == first + 1 && !whole->has_letter && !part->has_letter && part->begin == whole->end + 1 && *whole->end == '.';
}

static bool is_number_of(const number_word *word, size_t size)
{
    return word->size == size && !word->has_letter && word->end - word->begin == (ptrdiff_t)size;
}

static unsigned two_digits(const uint8_t *at)
{
    return (unsigned)(at[0] - '0') * 10 + (unsigned)(at[1] - '0');
}

/* A year of the last century or of this one. */
static bool is_year(const number_word *word)
{
    return is_number_of(word, 4) && (two_digits(word->begin) == 19 || two_digits(word->begin) == 20);
}

/* A day as "2026-11-29", with one mark between and nothing joined to it. */
static bool is_day(const number_words *words, size_t first)
{
    const number_word *year = &words->list[first];
    if (words->count < first + 3 || !is_year(year) || !is_number_of(&year[1], 2) || !is_number_of(&year[2], 2)) {
        return false;
    }
    uint8_t mark = *year->end;
    unsigned month = two_digits(year[1].begin);
    unsigned day = two_digits(year[2].begin);
    bool is_marked = (mark == '-' || mark == '/' || mark == '.') && year[1].end[0] == mark &&
                     year[1].begin == year->end + 1 && year[2].begin == year[1].end + 1;
    return is_marked && month >= 1 && month <= 12 && day >= 1 && day <= 31 && edge_before(words, first) &&
           edge_behind(words, first + 2);
}

/* A year and what its clock is from that of Greenwich: "2026 -0700". */
static bool is_zoned(const number_words *words, size_t first)
{
    const number_word *year = &words->list[first];
    return words->count >= first + 2 && is_year(year) && is_number_of(&year[1], 4) && year[1].begin == year->end + 2 &&
           year->end[0] == ' ' && (year->end[1] == '-' || year->end[1] == '+') && two_digits(year[1].begin) <= 14;
}

/* "2007-2009" */
static bool is_years(const number_words *words, size_t first)
{
    const number_word *year = &words->list[first];
    return words->count >= first + 2 && is_year(year) && is_year(&year[1]) && *year->end == '-' &&
           year[1].begin == year->end + 1 && edge_before(words, first) && edge_behind(words, first + 1);
}

/* Four numbers with points between that are too large for an address and have no zeros before them: "141.0.7390.37". */
static bool is_version(const number_words *words, size_t first)
{
    bool is_large = false;
    if (words->count < first + 4 || !edge_before(words, first) || !edge_behind(words, first + 3)) {
        return false;
    }
    for (size_t i = first; i < first + 4; i++) {
        const number_word *word = &words->list[i];
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
static bool is_measure(const number_words *words, size_t i)
{
    bool is_bracketed = i > 0 && words->list[i].begin[-2] == ')' && words->list[i - 1].has_digit;
    bool before = i == 0 || (words->list[i].is_loose && words->list[i].begin[-1] == ' ' && !is_bracketed);
    bool behind = i + 2 >= words->count || (words->list[i + 2].is_loose && *words->list[i + 1].end == ' ');
    return before && behind && i + 1 < words->count && is_decimal(words, i, i + 1);
}

/* The seconds of a time: ":20". */
static bool is_seconds(const uint8_t *low, const number_word *word)
{
    const uint8_t *at = word->begin;
    return at - low >= 4 && at[-1] == ':' && at[-4] == ':' && (comity_scan_class(at[-2]) & COMITY_BYTE_DIGIT) != 0 &&
           is_number_of(word, 2);
}

/* How many words from `first` on are a time, a day, years, a version or a measure. */
static size_t time_words(const number_words *words, size_t first)
{
    if (is_version(words, first)) {
        return 4;
    }
    if (is_day(words, first)) {
        return 3;
    }
    return is_zoned(words, first) || is_years(words, first) || is_measure(words, first) ? 2 : 0;
}

/* Notes the words that are nobody's number, nor a part of one. */
static void note_times(const uint8_t *low, number_words *words)
{
    words->list[0].is_time = is_seconds(low, &words->list[0]);
    for (size_t i = 0; i < words->count; i++) {
        size_t size = time_words(words, i);
        for (size_t j = i; j < i + size; j++) {
            words->list[j].is_time = true;
        }
    }
}

/* "back on 0800 984": a word of a language, in small letters, that stands before a number. */
static bool begins_language(const number_words *words, size_t first, size_t last)
{
    const number_word *word = &words->list[first];
    bool is_small = word->has_small && !word->has_digit && word->size >= 2;
    for (const uint8_t *at = word->begin; is_small && at < word->end; at++) {
        is_small = *at >= 'a' && *at <= 'z';
    }
    return is_small && first < last && *word->end == ' ';
}

static bool run_make(const comity_scan *scan, const number_words *words, size_t first, size_t last, number_run *ret_run)
{
    number_run run = {.first = first, .last = last, .begin = words->list[first].begin, .end = words->list[last].end};
    bool has_digit = false;
    bool has_time = false;
    run.is_plain = true;
    for (size_t i = first; i <= last; i++) {
        const number_word *word = &words->list[i];
        run.size += word->size;
        run.has_letter |= word->has_letter;
        run.has_small |= word->has_small;
        has_digit |= word->has_digit;
        has_time |= word->is_time;
        run.is_plain &= word->end - word->begin == word->size && (i == last || word->end[0] < 0x80);
    }
    run.plus = plus_before(scan->low, run.begin);
    *ret_run = run;
    bool is_cut = run.end < scan->high && *run.end == '~'; /* in tokens only */
    return has_digit && !is_cut && !is_decimal(words, first, last) && run.size + 1 < COMITY_SCAN_SIZES &&
           run.end - run.begin <= COMITY_LIMIT_SCAN_VALUE_BYTES && comity_scan_offset(scan, run.begin) >= scan->done && !has_time &&
           !begins_language(words, first, last);
}

static void run_try(comity_scan *scan, const number_run *run, const comity_scan_around *around, number_found *best)
{
    number_found found;
    comity_scan_readings_begin(&found.readings);
    found.first = run->first;
    found.last = run->last;
    found.begin = run->begin;
    size_t raw_size = (size_t)(run->end - run->begin);
    if (run->plus != NULL) {
        comity_scan_try(scan, COMITY_FIND_PHONE, run->plus, (size_t)(run->end - run->plus), run->size + 1, around,
                        &found.readings);
        found.begin = found.readings.count != 0 ? run->plus : run->begin;
    }
    if (found.readings.count == 0) {
        comity_scan_try(scan, run->has_letter ? COMITY_FIND_ALNUM : COMITY_FIND_DIGITS, run->begin, raw_size, run->size,
                        around, &found.readings);
    }
    if (run->plus == NULL && !run->has_letter) {
        comity_scan_try(scan, COMITY_FIND_PHONE, run->begin, raw_size, run->size, around, &found.readings);
    }
    if (raw_size < COMITY_SCAN_SIZES && found.begin == run->begin) {
        comity_scan_try(scan, COMITY_FIND_WRITTEN, run->begin, raw_size, run->is_plain ? raw_size : 0, around,
                        &found.readings);
    }
    if (run->has_small) {
        comity_scan_readings_small(scan, &found.readings);
    }
    if (found.readings.count == 0) {
        return;
    }
    bool none = best->readings.count == 0;
    int surer = none ? 1 : (int)found.readings.list[0].confidence - (int)best->readings.list[0].confidence;
    bool longer = !none && run->last - run->first > best->last - best->first;
    if (surer > 0 || (surer == 0 && longer)) {
        *best = found;
    }
}

/* A number behind letters and a hyphen that no type knows is of a code, "CVE-2026-95360"; one behind letters between
 * slashes of a path: ".org/onlinepubs/9699919799". Two letters may be a state's. */
static bool is_coded(const comity_scan *scan, const uint8_t *begin)
{
    uint8_t name[CODE_LETTERS];
    const uint8_t *end = begin - 1;
    const uint8_t *at = end;
    uint32_t number;
    if (begin == scan->low || (*end != '-' && *end != '/')) {
        return false;
    }
    while (at > scan->low && end - at < CODE_LETTERS && (comity_scan_class(at[-1]) & COMITY_BYTE_LETTER) != 0) {
        at--;
    }
    bool is_apart = *end == '/' ? at > scan->low && at[-1] == '/'
                                : at == scan->low || (comity_scan_class(at[-1]) & (COMITY_BYTE_WORD | COMITY_BYTE_HIGH)) == 0;
    return end - at >= 3 && is_apart &&
           !comity_scan_names_get(&scan->rules->names, name, comity_scan_name_plain(at, (size_t)(end - at), name), &number);
}

/* The run was tried in vain among other words: between them, as between these, it could stand alone. */
static bool was_vain(const comity_scan *scan, const number_words *words, size_t first, size_t last)
{
    const comity_scan_vain *vain = &scan->vain_numbers;
    uint64_t begin = comity_scan_offset(scan, words->list[first].begin);
    uint64_t end = comity_scan_offset(scan, words->list[last].end);
    return begin >= vain->begin && end <= vain->end && (first != 0 || begin == vain->begin) &&
           (last + 1 != words->count || end == vain->end);
}

/* The best value among the words [begin, end), of those that lie over the token, if there is one; false if there
 * is none. */
static bool best_of(comity_scan *scan, const number_words *words, size_t begin, size_t end,
                    const comity_scan_around *around, const comity_scan_token *over, number_found *ret_best)
{
    comity_scan_around by_itself;
    by_itself.forms = NULL;
    by_itself.evidence = 0;
    by_itself.field = around->field;
    const comity_scan_vain *vain = &scan->vain_numbers;
    bool is_known = over == NULL && comity_scan_offset(scan, words->list[begin].begin) < vain->end &&
                    comity_scan_around_hash(around) == vain->around;
    comity_scan_readings_begin(&ret_best->readings);
    for (size_t first = begin; first < end; first++) {
        bool of_code = around->evidence == COMITY_EVIDENCE_WORD && is_coded(scan, words->list[first].begin);
        const comity_scan_around *of = of_code ? &by_itself : around;
        for (size_t last = first; edge_before(words, first) && last < end && last - first < VALUE_WORDS; last++) {
            number_run run;
            bool is_over =
                over == NULL || (words->list[first].begin < over->end && words->list[last].end > over->begin);
            bool is_new = !is_known || !was_vain(scan, words, first, last);
            if (is_over && is_new && edge_behind(words, last) && run_make(scan, words, first, last, &run)) {
                run_try(scan, &run, of, ret_best);
            }
        }
    }
    return ret_best->readings.count != 0;
}

/* Some form takes a run in one of the ways in which it is tried, by itself or for what speaks for it. */
static bool is_worth(const comity_scan *scan, const number_run *run, const comity_scan_around *around)
{
    size_t raw_size = (size_t)(run->end - run->begin);
    size_t plus_size = run->size + (run->plus != NULL);
    return comity_scan_worth(scan, run->has_letter ? COMITY_FIND_ALNUM : COMITY_FIND_DIGITS, run->size, around) ||
           comity_scan_worth(scan, COMITY_FIND_PHONE, plus_size, around) || !run->is_plain ||
           comity_scan_worth(scan, COMITY_FIND_WRITTEN, raw_size, around);
}

/* Some run of the words is to be tried, and what speaks for it need be looked for. If `around` is not NULL: is to be
 * tried if that speaks for it. */
static bool has_run(const comity_scan *scan, const number_words *words, const comity_scan_around *around)
{
    for (size_t first = 0; first < words->count; first++) {
        for (size_t last = first; edge_before(words, first) && last < words->count && last - first < VALUE_WORDS; last++) {
            number_run run;
            if (edge_behind(words, last) && run_make(scan, words, first, last, &run) &&
                (around == NULL || is_worth(scan, &run, around))) {
                return true;
            }
        }
    }
    return false;
}

/* Gives a number, which is a token, too, if it is one; that at `at` has been looked for. */
static void run_emit(comity_scan *scan, const number_words *words, const uint8_t *at, const comity_scan_around *around,
                     number_found *found)
{
    const uint8_t *end = words->list[found->last].end;
    size_t size = (size_t)(end - found->begin);
    if (at < found->begin || at >= end) {
        comity_scan_try(scan, COMITY_FIND_TOKEN, found->begin, size, size, around, &found->readings);
    }
    comity_scan_emit(scan, found->begin, end, &found->readings);
}

/* Gives the best value and then the best of what is left on each side, in order
 * of their places: who wins leaves ranges behind, kept in a list. */
static void runs_try(comity_scan *scan, const number_words *words, const uint8_t *at, const comity_scan_around *around)
{
    number_found found[WORDS];
    bool taken[WORDS] = {false};
    bool is_vain = true;
    size_t begin = 0;
    while (begin < words->count) {
        size_t end = begin;
        while (end < words->count && !taken[end]) {
            end++;
        }
        number_found best;
        if (end == begin || !best_of(scan, words, begin, end, around, NULL, &best)) {
            begin = end + 1;
            continue;
        }
        for (size_t i = best.first; i <= best.last; i++) {
            taken[i] = true;
        }
        found[best.first] = best;
        is_vain = false;
        begin = best.first == begin ? best.last + 1 : begin;
    }
    if (is_vain) {
        scan->vain_numbers = (comity_scan_vain){.begin = comity_scan_offset(scan, words->list[0].begin),
                                                .end = comity_scan_offset(scan, words->list[words->count - 1].end),
                                                .around = comity_scan_around_hash(around)};
    }
    for (size_t i = 0; i < words->count; i++) {
        if (taken[i]) {
            run_emit(scan, words, at, around, &found[i]);
            i = found[i].last;
        }
    }
}

/* A number that lies over the token is surer, or as sure and longer. */
static bool is_outdone(comity_scan *scan, const number_words *words, const comity_scan_around *around,
                       const comity_scan_token *token)
{
    number_found best;
    if (!best_of(scan, words, 0, words->count, around, token, &best)) {
        return false;
    }
    int surer = (int)best.readings.list[0].confidence - (int)token->readings.list[0].confidence;
    return surer > 0 || (surer == 0 && words->list[best.last].end - best.begin > token->end - token->begin);
}

/* What speaks for a number stands outside of its words with digits: "no", "ID card" may have been gathered. */
static void around_digits(comity_scan *scan, const number_words *words, comity_scan_around *ret_around)
{
    size_t first = 0;
    size_t last = words->count - 1;
    while (first < last && !words->list[first].has_digit) {
        first++;
    }
    while (last > first && !words->list[last].has_digit) {
        last--;
    }
    comity_scan_look_around(scan, words->list[first].begin, words->list[last].end, true, ret_around);
}

/* ---- what is no number of interest ---- */

/* Four numbers with points between: an address, or a version. */
static bool is_dotted(const number_words *words, size_t first)
{
    if (words->count < first + 4 || !edge_before(words, first) || (first > 0 && words->list[first].begin[-1] == '.')) {
        return false;
    }
    for (size_t i = first; i < first + 4; i++) {
        const number_word *word = &words->list[i];
        if (word->has_letter || word->size > 3 ||
            (i > first && (word->begin != word[-1].end + 1 || word->begin[-1] != '.'))) {
            return false;
        }
    }
    return edge_behind(words, first + 3);
}

/* A token that is wanted may begin with the word, and go on behind marks. */
static bool begins_token(comity_scan *scan, const number_words *words, size_t first, const comity_scan_around *around)
{
    const uint8_t *begin = words->list[first].begin;
    const uint8_t *end = comity_scan_token_from(scan, begin);
    for (size_t last = first; last < words->count && words->list[last].end <= end; last++) {
        size_t size = (size_t)(words->list[last].end - begin);
        if (size >= TOKEN_LEAST && size < COMITY_SCAN_SIZES &&
            comity_scan_wanted(scan, COMITY_FIND_TOKEN, size, around)) {
            return true;
        }
    }
    return false;
}

/* All words have been looked at, but for what may be a token by itself behind `word_end`. Returns where it begins; NULL if
 * there is none, or it has letters and is long: that is a place of its own. */
static const uint8_t *looked_at(comity_scan *scan, const number_words *words, const uint8_t *word_end,
                                const comity_scan_around *around)
{
    for (size_t i = 0; i < words->count; i++) {
        const number_word *word = &words->list[i];
        bool is_long = word->has_letter && word->size >= TOKEN_LEAST;
        if (word->begin >= word_end && (is_long || begins_token(scan, words, i, around))) {
            scan->looked = comity_scan_offset(scan, word->begin);
            return is_long ? NULL : word->begin;
        }
    }
    scan->looked = comity_scan_offset(scan, words->list[words->count - 1].end);
    return NULL;
}

/* Something longer than any number, or a word of a language: a token only. What stands behind
 * such a word is looked at by itself. */
static void token_only(comity_scan *scan, const uint8_t *at, const uint8_t *token, const uint8_t *word_end)
{
    comity_scan_around around;
    const uint8_t *end = comity_scan_token_end(scan, at);
    comity_scan_look_around(scan, token, end, false, &around);
    comity_scan_at_token(scan, at, &around);
    const uint8_t *sign = memchr(at, '=', (size_t)(end - at)); /* behind it another value may begin */
    scan->looked = comity_scan_offset(scan, word_end != NULL ? word_end : sign != NULL ? sign : end);
}

/* Where the group goes on behind what has been found of it: its next word with a digit. NULL if there is none. */
static const uint8_t *behind_done(const comity_scan *scan)
{
    const uint8_t *at = scan->view + (scan->done - scan->view_begin);
    bool space;
    if (at == scan->high || gap_char(at, &space) == 0) { /* as it mostly is */
        return NULL;
    }
    for (int i = 0; i < WORDS && at < scan->high; i++) {
        number_word word;
        size_t gap = gap_behind(at, scan->high, &space);
        if (gap == 0 || !word_take(at + gap, scan->high, &word) || !may_join(scan->low, scan->high, &word)) {
            return NULL;
        }
        if (word.has_digit) {
            return word.begin;
        }
        at = word.end;
    }
    return NULL;
}

bool comity_scan_number_at(comity_scan *scan, const uint8_t *begin, const uint8_t **ret_begin, const uint8_t **ret_end,
                           comity_scan_readings *ret_readings)
{
    number_words words;
    number_found best;
    comity_scan_around around;
    words.count = 1;
    while (begin < scan->high && (*begin == '+' || *begin == '(')) {
        begin++;
    }
    if (!word_take(begin, scan->high, &words.list[0]) || !may_join(scan->low, scan->high, &words.list[0])) {
        return false;
    }
    gather_right(scan->low, scan->high, &words);
    if (is_dotted(&words, 0)) {
        return false;
    }
    note_times(scan->low, &words);
    if (!has_run(scan, &words, NULL)) {
        return false;
    }
    around_digits(scan, &words, &around);
    if (!has_run(scan, &words, &around)) {
        return false;
    }
    if (!best_of(scan, &words, 0, words.count, &around, NULL, &best) || best.first != 0) {
        return false;
    }
    *ret_begin = best.begin;
    *ret_end = words.list[best.last].end;
    *ret_readings = best.readings;
    return true;
}

/* Where the four numbers with points begin that are seen; the count of words if others are: then those words are left
 * that stand with them on one side of such numbers, and `ret_behind` is where such begin behind them. */
static size_t dotted_cut(number_words *words, const uint8_t *at, const uint8_t **ret_behind)
{
    *ret_behind = NULL;
    for (size_t i = 0; i + 4 <= words->count;) {
        if (!is_dotted(words, i)) {
            i++;
        } else if (at < words->list[i].begin) {
            *ret_behind = words->list[i].begin;
            words->count = i;
        } else if (at < words->list[i + 3].end) {
            return i;
        } else {
            words->count -= i + 4;
            memmove(&words->list[0], &words->list[i + 4], words->count * sizeof words->list[0]);
            i = 0;
        }
    }
    return words->count;
}

/* Three words that may be a day of any order, with one mark between: "03.11.1957", "1957-11-3". */
static bool is_any_day(const number_words *words, size_t first)
{
    const number_word *word = &words->list[first];
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
    return word[1].size <= 2 && (is_year_first || is_year_last) && edge_before(words, first) && edge_behind(words, first + 2);
}

/* At a day for which words beside it speak: it is given, which is told. Of words before such a day, they are those that are
 * looked at first: `ret_behind` is where it begins. */
static bool day_at(comity_scan *scan, number_words *words, const uint8_t *at, const uint8_t **ret_behind)
{
    for (size_t i = 0; i + 3 <= words->count; i++) {
        const number_word *day = &words->list[i];
        if (!is_any_day(words, i) || at >= day[2].end) {
            continue;
        }
        const comity_scan_field *field = comity_scan_day_label(scan, day->begin, day[2].end);
        if (field != NULL && at >= day->begin) {
            return comity_scan_day_value(scan, day->begin, day[2].end, field);
        }
        if (field != NULL) {
            *ret_behind = day->begin;
            words->count = i;
        }
    }
    return false;
}

/* At four numbers with points between. Returns where the group goes on behind them; NULL if it does not. */
static const uint8_t *address_at(comity_scan *scan, const number_words *words, size_t first, const uint8_t *at)
{
    comity_scan_around around;
    const uint8_t *end = words->list[first + 3].end;
    comity_scan_look_around(scan, words->list[first].begin, end, false, &around);
    comity_scan_at_token(scan, at, &around);
    scan->looked = comity_scan_offset(scan, end);
    for (size_t i = first + 4; i < words->count; i++) {
        if (words->list[i].has_digit) {
            return words->list[i].begin;
        }
    }
    return NULL;
}

/* Looks at a word, at which no one has looked, with what joins it. Returns where the group goes on behind what was
 * found, if that is not all of it; else NULL. */
static const uint8_t *word_at(comity_scan *scan, const uint8_t *at)
{
    number_words words;
    words.count = 1;
    at = on_word(scan->low, at);
    const uint8_t *begin = word_begin(scan->low, at);
    scan->stirs |= scan->watch != NULL && begin < scan->stir_low;
    if (comity_scan_offset(scan, begin) < scan->done) {
        scan->stirs = true;
        return NULL;
    }
    bool fits = word_take(begin, scan->high, &words.list[0]);
    const uint8_t *word_end = fits ? words.list[0].end : at;
    bool alone = fits && (begin == scan->low || !comity_scan_is_token(begin[-1])) && (word_end == scan->high || !comity_scan_is_token(*word_end));
    const uint8_t *token = alone ? begin : comity_scan_token_begin(scan, at);
    comity_scan_anchors_in(scan, token, at);
    if (comity_scan_offset(scan, at) < scan->done) {
        return NULL;
    }
    if (!fits || !may_join(scan->low, scan->high, &words.list[0])) {
        token_only(scan, at, token, fits ? word_end : NULL);
        return NULL;
    }
    gather_right(scan->low, scan->high, &words);
    gather_left(scan, at, &words);
    comity_scan_around around;
    comity_scan_token found = {.begin = NULL};
    const uint8_t *behind;
    size_t dotted = dotted_cut(&words, at, &behind);
    if (dotted != words.count) {
        return address_at(scan, &words, dotted, at);
    }
    if (day_at(scan, &words, at, &behind)) {
        scan->looked = scan->done;
        return behind_done(scan);
    }
    note_times(scan->low, &words);
    around_digits(scan, &words, &around);
    if (comity_scan_token_around(scan, at, &around, &found) && !is_outdone(scan, &words, &around, &found)) {
        comity_scan_emit(scan, found.begin, found.end, &found.readings);
    }
    if (comity_scan_offset(scan, begin) < scan->done) { /* it was a token: numbers may stand behind it */
        scan->looked = scan->done;
        return behind_done(scan);
    }
    runs_try(scan, &words, at, &around);
    const uint8_t *token_behind = looked_at(scan, &words, word_end, &around);
    return token_behind != NULL ? token_behind : behind;
}

/* At a time, which may begin a cell of CSV: then what stands before it is no part of it, but ends what does. */
static bool at_time(comity_scan *scan, const uint8_t *at)
{
    bool is_first = scan->part.syntax == COMITY_FORM_CSV && at - scan->low == 5 && scan->low > scan->view;
    return comity_scan_at_time(scan, at, scan->low - is_first, scan->high);
}

/* Looks at a place, and at what stands behind that which is found there. */
static void words_at(comity_scan *scan, const uint8_t *at)
{
    while (at != NULL && !at_time(scan, at)) {
        at = word_at(scan, at);
    }
}

/* From another place of the cell that begins there something was tried in vain: what is tried from this one is not all
 * that would be if the other was passed over. */
static bool was_vain_from(const comity_scan *scan, uint64_t begin)
{
    bool found = scan->vain_numbers.end > begin;
    for (size_t i = 0; i < COMITY_RUN_COUNT; i++) {
        found |= scan->stretches[i].vain.end > begin;
    }
    return found;
}

/* No other place of the cell is behind what has been looked at of it: from such a one, what is tried from this would be
 * tried and counted again where this is passed over. */
static bool ends_words(const comity_scan_cell *cell, uint64_t looked)
{
    size_t at = looked < cell->size ? (size_t)looked : cell->size;
    while (at < cell->size && !comity_scan_is_word(cell->begin[at])) {
        at++;
    }
    return at == cell->size;
}

/* A place in a part of cells: those of which nothing came before are passed over. */
static void cell_at(comity_scan *scan, const uint8_t *at)
{
    comity_scan_cell cell;
    comity_scan_quiet quiet;
    if (at_time(scan, at)) {
        return;
    }
    if (!comity_scan_quiet_make(scan, at, &cell, &quiet)) {
        words_at(scan, at);
        return;
    }
    bool is_csv = scan->part.syntax == COMITY_FORM_CSV;
    uint64_t begin = comity_scan_offset(scan, cell.begin);
    scan->stir_low = is_csv ? cell.begin : cell.begin - 4 - scan->keys[scan->key_slot].size;
    if (comity_scan_offset(scan, scan->stir_low) < scan->done) { /* what was found there is no part of what is looked at */
        words_at(scan, at);
        return;
    }
    const comity_scan_quiet *known = comity_scan_quiet_known(scan, &quiet);
    bool is_alone = known != NULL && (!known->has_pair || !comity_scan_is_coordinates(scan, at));
    if (is_alone && comity_scan_try_again(scan, known, cell.begin)) {
        scan->looked = begin + known->looked > scan->looked ? begin + known->looked : scan->looked;
        return;
    }
    if (was_vain_from(scan, begin) || !comity_scan_quiet_comes_again(scan, &quiet)) {
        words_at(scan, at);
        return;
    }
    comity_scan_vain_forget(scan);
    scan->stirs = false;
    scan->watch = &quiet;
    scan->watch_begin = cell.begin;
    words_at(scan, at);
    scan->watch = NULL;
    quiet.looked = scan->looked > begin ? scan->looked - begin : 0;
    if (!scan->stirs && ends_words(&cell, quiet.looked)) {
        comity_scan_quiet_keep(scan, &quiet);
    } else {
        comity_scan_quiet_stirs(scan, &quiet);
    }
}

/* A place within what was found: nor need others in it be looked at, if nothing goes on behind it. */
static void done_at(comity_scan *scan)
{
    const uint8_t *behind = behind_done(scan);
    if (behind == NULL) {
        scan->looked = scan->done > scan->looked ? scan->done : scan->looked;
    } else {
        words_at(scan, behind);
    }
}

void comity_scan_at_word_anew(comity_scan *scan, const uint8_t *at)
{
    if (comity_scan_offset(scan, at) < scan->done) {
        done_at(scan);
    } else if (scan->plans != NULL && (scan->has_keys || scan->part.syntax == COMITY_FORM_CSV)) {
        cell_at(scan, at);
    } else if (!at_time(scan, at)) {
        words_at(scan, word_at(scan, at));
    }
}
