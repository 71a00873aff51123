/* From a place where a number was seen the words around it, as far as they may belong to one: letters and digits of ASCII and
 * of full width, digits of other scripts, with spaces, hyphens, points, slashes and brackets between. */
#include "inspect/scan_number.h"

#include <string.h>

#define WORD_BYTES 64  /* of one word; longer ones belong to no number */
#define GAP_BYTES 4    /* between two words */
#define WORD_GAP 9     /* the same in bytes, where they are beyond ASCII */
#define LEFT_BYTES 448 /* before the place at which a number is seen */

/* A letter of full width, of three bytes: U+FF21 to U+FF3A, U+FF41 to U+FF5A. */
static bool is_wide_letter(const uint8_t *at)
{
    return at[0] == 0xEF &&
           ((at[1] == 0xBC && at[2] >= 0xA1 && at[2] <= 0xBA) || (at[1] == 0xBD && at[2] >= 0x81 && at[2] <= 0x9A));
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
static bool touches_letter(const uint8_t *low, const uint8_t *high, const comity_number_word *word)
{
    bool before = word->begin > low && (comity_scan_class(word->begin[-1]) & COMITY_BYTE_HIGH) != 0;
    bool behind = word->end < high && (comity_scan_class(*word->end) & COMITY_BYTE_HIGH) != 0;
    return word->has_letter && !word->has_digit && (before || behind);
}

bool comity_number_word_take(const uint8_t *begin, const uint8_t *high, comity_number_word *ret_word)
{
    const uint8_t *at = begin;
    comity_number_word word = {.begin = begin};
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

const uint8_t *comity_number_word_begin(const uint8_t *low, const uint8_t *at)
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

const uint8_t *comity_number_on_word(const uint8_t *low, const uint8_t *at)
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

size_t comity_number_gap_behind(const uint8_t *at, const uint8_t *high, bool *ret_space)
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

bool comity_number_may_join(const uint8_t *low, const uint8_t *high, const comity_number_word *word)
{
    return word->has_digit || (word->size <= COMITY_SCAN_NUMBER_LETTERS && !touches_letter(low, high, word));
}

void comity_number_gather_right(const uint8_t *low, const uint8_t *high, comity_number_words *words)
{
    while (words->count < COMITY_NUMBER_WORDS - COMITY_NUMBER_WORDS_LEFT) {
        const comity_number_word *last = &words->list[words->count - 1];
        comity_number_word word;
        bool space;
        size_t gap = comity_number_gap_behind(last->end, high, &space);
        if (gap == 0 || !comity_number_word_take(last->end + gap, high, &word) ||
            !comity_number_may_join(low, high, &word)) {
            return;
        }
        word.is_loose = space || !last->has_digit || !word.has_digit;
        words->list[words->count++] = word;
    }
}

void comity_number_gather_left(const comity_scan *scan, const uint8_t *at, comity_number_words *words)
{
    const uint8_t *low = at - scan->low > LEFT_BYTES ? at - LEFT_BYTES : scan->low;
    const uint8_t *high = scan->high;
    for (int i = 0; i < COMITY_NUMBER_WORDS_LEFT; i++) {
        comity_number_word *first = &words->list[0];
        comity_number_word word;
        bool space;
        size_t gap = gap_before(low, first->begin, &space);
        if (gap == 0) {
            return;
        }
        const uint8_t *end = first->begin - gap;
        const uint8_t *begin = comity_number_word_begin(low, end);
        if (begin == end || comity_scan_offset(scan, begin) < scan->done ||
            !comity_number_word_take(begin, end, &word) || word.end != end ||
            !comity_number_may_join(low, high, &word)) {
            return;
        }
        first->is_loose = space || !first->has_digit || !word.has_digit;
        memmove(&words->list[1], &words->list[0], words->count * sizeof words->list[0]);
        words->list[0] = word;
        words->count++;
    }
}
