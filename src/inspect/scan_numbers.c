/* Groups of digits and words with digits. From the place where one was seen the words
 * around it are gathered (scan_gather.c) as far as they may belong to one number: "GB82 WEST 1234 …",
 * "QQ 12 34 56 C", "+49 (30) 1234-567". Which of them make a value is not known, so
 * every run of them is tried that could stand alone: a run may begin or end at a
 * space or beside letters, but not at a separator within digits. The surest reading
 * wins, then the longest, then the first; then what is left beside it. */
#include "inspect/scan_number.h"

#include <string.h>

#define VALUE_WORDS 10  /* of one value: an account in groups of four has nine */
#define TOKEN_LEAST 7   /* letters and digits of a word that is noticed by itself */
#define CODE_LETTERS 16 /* before a hyphen and a number */

typedef struct number_found {
    size_t first, last;
    const uint8_t *begin;
    comity_scan_readings readings;
} number_found;

/* ---- trying runs of words ---- */

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
    bool has_small; /* a small letter of ASCII */
    bool is_plain;  /* of ASCII */
} number_run;

/* "back on 0800 984": a word of a language, in small letters, that stands before a number. */
static bool begins_language(const comity_number_words *words, size_t first, size_t last)
{
    const comity_number_word *word = &words->list[first];
    bool is_small = word->has_small && !word->has_digit && word->size >= 2;
    for (const uint8_t *at = word->begin; is_small && at < word->end; at++) {
        is_small = *at >= 'a' && *at <= 'z';
    }
    return is_small && first < last && *word->end == ' ';
}

static bool run_make(const comity_scan *scan, const comity_number_words *words, size_t first, size_t last,
                     number_run *ret_run)
{
    number_run run = {.first = first, .last = last, .begin = words->list[first].begin, .end = words->list[last].end};
    bool has_digit = false;
    bool has_time = false;
    run.is_plain = true;
    for (size_t i = first; i <= last; i++) {
        const comity_number_word *word = &words->list[i];
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
    return has_digit && !is_cut && !comity_number_is_decimal(words, first, last) && run.size + 1 < COMITY_SCAN_SIZES &&
           run.end - run.begin <= COMITY_LIMIT_SCAN_VALUE_BYTES && comity_scan_offset(scan, run.begin) >= scan->done &&
           !has_time && !begins_language(words, first, last);
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
    bool is_apart = *end == '/'
                        ? at > scan->low && at[-1] == '/'
                        : at == scan->low || (comity_scan_class(at[-1]) & (COMITY_BYTE_WORD | COMITY_BYTE_HIGH)) == 0;
    return end - at >= 3 && is_apart &&
           !comity_scan_names_get(&scan->rules->names, name, comity_scan_name_plain(at, (size_t)(end - at), name),
                                  &number);
}

/* The run was tried in vain among other words: between them, as between these, it could stand alone. */
static bool was_vain(const comity_scan *scan, const comity_number_words *words, size_t first, size_t last)
{
    const comity_scan_vain *vain = &scan->vain_numbers;
    uint64_t begin = comity_scan_offset(scan, words->list[first].begin);
    uint64_t end = comity_scan_offset(scan, words->list[last].end);
    return begin >= vain->begin && end <= vain->end && (first != 0 || begin == vain->begin) &&
           (last + 1 != words->count || end == vain->end);
}

/* The best value among the words [begin, end), of those that lie over the token, if there is one; false if there
 * is none. */
static bool best_of(comity_scan *scan, const comity_number_words *words, size_t begin, size_t end,
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
        for (size_t last = first; comity_number_edge_before(words, first) && last < end && last - first < VALUE_WORDS;
             last++) {
            number_run run;
            bool is_over =
                over == NULL || (words->list[first].begin < over->end && words->list[last].end > over->begin);
            bool is_new = !is_known || !was_vain(scan, words, first, last);
            if (is_over && is_new && comity_number_edge_behind(words, last) &&
                run_make(scan, words, first, last, &run)) {
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
static bool has_run(const comity_scan *scan, const comity_number_words *words, const comity_scan_around *around)
{
    for (size_t first = 0; first < words->count; first++) {
        for (size_t last = first;
             comity_number_edge_before(words, first) && last < words->count && last - first < VALUE_WORDS; last++) {
            number_run run;
            if (comity_number_edge_behind(words, last) && run_make(scan, words, first, last, &run) &&
                (around == NULL || is_worth(scan, &run, around))) {
                return true;
            }
        }
    }
    return false;
}

/* Gives a number, which is a token, too, if it is one; that at `at` has been looked for. */
static void run_emit(comity_scan *scan, const comity_number_words *words, const uint8_t *at,
                     const comity_scan_around *around, number_found *found)
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
static void runs_try(comity_scan *scan, const comity_number_words *words, const uint8_t *at,
                     const comity_scan_around *around)
{
    number_found found[COMITY_NUMBER_WORDS];
    bool taken[COMITY_NUMBER_WORDS] = {false};
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
static bool is_outdone(comity_scan *scan, const comity_number_words *words, const comity_scan_around *around,
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
static void around_digits(comity_scan *scan, const comity_number_words *words, comity_scan_around *ret_around)
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

/* A token that is wanted may begin with the word, and go on behind marks. */
static bool begins_token(comity_scan *scan, const comity_number_words *words, size_t first,
                         const comity_scan_around *around)
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
static const uint8_t *looked_at(comity_scan *scan, const comity_number_words *words, const uint8_t *word_end,
                                const comity_scan_around *around)
{
    for (size_t i = 0; i < words->count; i++) {
        const comity_number_word *word = &words->list[i];
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
    for (int i = 0; i < COMITY_NUMBER_WORDS && at < scan->high; i++) {
        comity_number_word word;
        bool space;
        size_t gap = comity_number_gap_behind(at, scan->high, &space);
        if (gap == 0 || !comity_number_word_take(at + gap, scan->high, &word) ||
            !comity_number_may_join(scan->low, scan->high, &word)) {
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
    comity_number_words words;
    number_found best;
    comity_scan_around around;
    words.count = 1;
    while (begin < scan->high && (*begin == '+' || *begin == '(')) {
        begin++;
    }
    if (!comity_number_word_take(begin, scan->high, &words.list[0]) ||
        !comity_number_may_join(scan->low, scan->high, &words.list[0])) {
        return false;
    }
    comity_number_gather_right(scan->low, scan->high, &words);
    if (comity_number_is_dotted(&words, 0)) {
        return false;
    }
    comity_number_note_times(scan->low, &words);
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
static size_t dotted_cut(comity_number_words *words, const uint8_t *at, const uint8_t **ret_behind)
{
    *ret_behind = NULL;
    for (size_t i = 0; i + 4 <= words->count;) {
        if (!comity_number_is_dotted(words, i)) {
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

/* At a day for which words beside it speak: it is given, which is told. Of words before such a day, they are those that are
 * looked at first: `ret_behind` is where it begins. */
static bool day_at(comity_scan *scan, comity_number_words *words, const uint8_t *at, const uint8_t **ret_behind)
{
    for (size_t i = 0; i + 3 <= words->count; i++) {
        const comity_number_word *day = &words->list[i];
        if (!comity_number_is_day(words, i) || at >= day[2].end) {
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
static const uint8_t *address_at(comity_scan *scan, const comity_number_words *words, size_t first, const uint8_t *at)
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
    comity_number_words words;
    words.count = 1;
    at = comity_number_on_word(scan->low, at);
    const uint8_t *begin = comity_number_word_begin(scan->low, at);
    scan->stirs |= scan->watch != NULL && begin < scan->stir_low;
    if (comity_scan_offset(scan, begin) < scan->done) {
        scan->stirs = true;
        return NULL;
    }
    bool fits = comity_number_word_take(begin, scan->high, &words.list[0]);
    const uint8_t *word_end = fits ? words.list[0].end : at;
    bool alone = fits && (begin == scan->low || !comity_scan_is_token(begin[-1])) &&
                 (word_end == scan->high || !comity_scan_is_token(*word_end));
    const uint8_t *token = alone ? begin : comity_scan_token_begin(scan, at);
    comity_scan_anchors_in(scan, token, at);
    if (comity_scan_offset(scan, at) < scan->done) {
        return NULL;
    }
    if (!fits || !comity_number_may_join(scan->low, scan->high, &words.list[0])) {
        token_only(scan, at, token, fits ? word_end : NULL);
        return NULL;
    }
    comity_number_gather_right(scan->low, scan->high, &words);
    comity_number_gather_left(scan, at, &words);
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
    comity_number_note_times(scan->low, &words);
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

bool comity_scan_number_at_time(comity_scan *scan, const uint8_t *at)
{
    bool is_first = scan->part.syntax == COMITY_FORM_CSV && at - scan->low == 5 && scan->low > scan->view;
    return comity_scan_at_time(scan, at, scan->low - is_first, scan->high);
}

void comity_scan_words_at(comity_scan *scan, const uint8_t *at)
{
    while (at != NULL && !comity_scan_number_at_time(scan, at)) {
        at = word_at(scan, at);
    }
}

/* A place within what was found: nor need others in it be looked at, if nothing goes on behind it. */
static void done_at(comity_scan *scan)
{
    const uint8_t *behind = behind_done(scan);
    if (behind == NULL) {
        scan->looked = scan->done > scan->looked ? scan->done : scan->looked;
    } else {
        comity_scan_words_at(scan, behind);
    }
}

void comity_scan_at_word_anew(comity_scan *scan, const uint8_t *at)
{
    if (comity_scan_offset(scan, at) < scan->done) {
        done_at(scan);
    } else if (scan->plans != NULL && (scan->has_keys || scan->part.syntax == COMITY_FORM_CSV)) {
        comity_scan_at_cell(scan, at);
    } else if (!comity_scan_number_at_time(scan, at)) {
        comity_scan_words_at(scan, word_at(scan, at));
    }
}
