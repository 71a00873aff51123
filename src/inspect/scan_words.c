/* Words that speak for a value, looked for near it only. Each byte is looked at
 * once, however many values lie near each other: what was found stays in a ring. */
#include "inspect/scan_inner.h"

#include <string.h>

/* Looked through at once: as many places of words as there is room for. */
#define WINDOW_BYTES ((size_t)COMITY_SCAN_STARTS - 64)

#define SHORT_WORD 3
#define SHORT_WORD_NEAR 12 /* bytes: "rut no.: 12.345.678-5" */

static bool is_letter(uint8_t byte)
{
    return (comity_scan_class(byte) & (COMITY_BYTE_LETTER | COMITY_BYTE_HIGH)) != 0;
}

/* Punctuation and spaces beyond ASCII, which end a word. */
static bool is_mark(const uint8_t *at, size_t size)
{
    if (size < 2 || at[0] < 0xC2) {
        return false;
    }
    if (at[0] == 0xC2) {
        return at[1] != 0xAA && at[1] != 0xB5 && at[1] != 0xBA;
    }
    bool common = at[0] == 0xE2 && at[1] == 0x80;
    bool wide = at[0] == 0xE3 && at[1] == 0x80;
    bool full = at[0] == 0xEF && at[1] == 0xBC;
    return common || wide || full;
}

static bool begins_word(const uint8_t *at, const uint8_t *low)
{
    if (at == low || !is_letter(at[-1]) || at[0] >= 0xE0) {
        return true; /* from 0xE0 on there are scripts without spaces */
    }
    return at[-1] >= 0x80 && ((at - low >= 3 && is_mark(at - 3, 3)) || (at - low >= 2 && at[-2] == 0xC2 && is_mark(at - 2, 2)));
}

bool comity_scan_ends_word(const uint8_t *at, const uint8_t *high)
{
    return at >= high || !is_letter(*at) || is_mark(at, (size_t)(high - at));
}

static void hit_add(comity_scan *scan, const uint8_t *at, const comity_scan_entry *entry)
{
    if (scan->hit_end - scan->hit_begin == COMITY_SCAN_HITS) {
        scan->hit_begin++; /* cannot be near any more */
    }
    comity_scan_hit *hit = &scan->hits[scan->hit_end++ % COMITY_SCAN_HITS];
    hit->begin = comity_scan_offset(scan, at);
    hit->size = entry->size;
    hit->meaning = entry->payload;
}

static void look_at(comity_scan *scan, const uint8_t *at)
{
    const comity_scan_index *words = &scan->rules->words;
    if (!comity_scan_index_may(words, at) || !begins_word(at, scan->low)) {
        return;
    }
    size_t size = (size_t)(scan->high - at);
    const comity_scan_entry *entry = comity_scan_index_next(words, NULL, at, size);
    for (; entry != NULL; entry = comity_scan_index_next(words, entry, at, size)) {
        if (entry->anywhere || comity_scan_ends_word(at + entry->size, scan->high)) {
            hit_add(scan, at, entry);
        }
    }
}

/* Looks for words from where it was looked before, or from `begin`, up to `end`. */
static void look_until(comity_scan *scan, const uint8_t *begin, const uint8_t *end)
{
    uint64_t from = comity_scan_offset(scan, begin);
    uint64_t to = comity_scan_offset(scan, end);
    if (from < scan->words_begin || from > scan->words_end) {
        scan->words_begin = from;
        scan->words_end = from;
        scan->hit_begin = scan->hit_end;
    }
    while (scan->hit_begin < scan->hit_end && scan->hits[scan->hit_begin % COMITY_SCAN_HITS].begin < from) {
        scan->hit_begin++;
    }
    scan->words_begin = from;
    if (scan->words_end < to) {
        const uint8_t *at = begin + (scan->words_end - from);
        while (at < end) {
            size_t size = (size_t)(end - at) < WINDOW_BYTES ? (size_t)(end - at) : WINDOW_BYTES;
            size_t count = scan->level->starts(at, size, scan->starts);
            for (size_t i = 0; i < count; i++) {
                look_at(scan, at + scan->starts[i]);
            }
            at += size;
        }
        scan->words_end = to;
    }
}

/* A cell that is a day, a price, a telephone number holds none. */
static bool holds_words(const uint8_t *at, const uint8_t *end)
{
    while (at < end && !is_letter(*at)) {
        at++;
    }
    return at < end;
}

/* Words of three letters and less ("run", "fin", "nit") are words of some language, too: in small letters they speak
 * only for what is right beside them. */
static bool is_far_word(const comity_scan_hit *hit, const uint8_t *text, uint64_t value_begin, uint64_t value_end)
{
    uint64_t end = hit->begin + hit->size;
    uint64_t gap = end <= value_begin ? value_begin - end : hit->begin >= value_end ? hit->begin - value_end : 0;
    bool is_small = false;
    for (uint32_t i = 0; hit->size <= SHORT_WORD && i < hit->size; i++) {
        if (text[i] >= 0x80) {
            return false;
        }
        is_small |= text[i] >= 'a' && text[i] <= 'z';
    }
    return is_small && gap > SHORT_WORD_NEAR;
}

bool comity_scan_words_near(comity_scan *scan, const uint8_t *begin, const uint8_t *end, const uint8_t *low,
                            const uint8_t *high, bool is_group, comity_scan_set *forms)
{
    if (begin - low > COMITY_LIMIT_SCAN_NEAR) {
        low = begin - COMITY_LIMIT_SCAN_NEAR;
    }
    if (high - end > COMITY_LIMIT_SCAN_NEAR) {
        high = end + COMITY_LIMIT_SCAN_NEAR;
    }
    if (!holds_words(low, high)) {
        return false;
    }
    look_until(scan, low, high);
    uint64_t from = comity_scan_offset(scan, low);
    uint64_t to = comity_scan_offset(scan, high);
    uint64_t value_begin = comity_scan_offset(scan, begin);
    uint64_t value_end = comity_scan_offset(scan, end);
    bool found = false;
    for (size_t i = scan->hit_begin; i < scan->hit_end; i++) {
        const comity_scan_hit *hit = &scan->hits[i % COMITY_SCAN_HITS];
        uint64_t hit_end = hit->begin + hit->size;
        bool apart = hit_end <= value_begin || hit->begin >= value_end || is_group;
        if (hit->begin < from || hit_end > to || !apart ||
            is_far_word(hit, scan->view + (hit->begin - scan->view_begin), value_begin, value_end)) {
            continue;
        }
        const comity_scan_rules *rules = scan->rules;
        const comity_scan_set *spoken = comity_set_at(rules->word_forms, rules->set_words, hit->meaning);
        bool is_close = hit->begin + COMITY_LIMIT_SCAN_NEAR_WEAK >= value_begin &&
                        hit_end <= value_end + COMITY_LIMIT_SCAN_NEAR_WEAK;
        if (is_close) {
            comity_set_join(forms, spoken);
            found = true;
        } else {
            found |= comity_set_join_common(forms, spoken, comity_set_at(rules->strong, rules->set_words, 0));
        }
    }
    return found;
}
