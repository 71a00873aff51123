/* Values that give nothing, remembered: an order's number, an amount, a name of an article. In
 * records they come again and again, and to see that no type wants them costs as much as to find one.
 *
 * A value is a cell: what stands behind a key of JSON, or between two separators of CSV. What comes of a
 * place in it follows from its bytes, the names that speak for it, and where the place is. Once a
 * place has been looked at and gave nothing, and would have given nothing whatever its digits were, it
 * is passed over from then on in every cell that is the same but for its digits. While such a place is
 * looked at, whoever finds something that digits could change says so (`scan->stirs`). Of a code, the same goes for its
 * letters. */
#include "inspect/scan_quiet.h"

#include "inspect/scan_look.h"

#include <string.h>

/* The least of what is a day, years or a version: "2007-2009". */
#define TIMES_LEAST 9
/* Blanks between a key's colon and its value. */
#define BLANKS 2

/* ---- cells ---- */

/* The highest bits of just those bytes that are spaces or controls. */
static inline uint64_t all_blank(uint64_t word)
{
    const uint64_t lows = ~COMITY_SWAR_HIGHS;
    return ~(((word & lows) + COMITY_SWAR_ONES * (0x7F - ' ')) | word | lows);
}

/* Behind a value of JSON that begins at `at`; NULL if it is of another kind, or too long. */
static const uint8_t *json_end(const uint8_t *at, const uint8_t *limit)
{
    if (*at == '"') {
        uint64_t ends = 0;
        for (at++; at < limit && ends == 0; at += 8) {
            uint64_t word = comity_swar_load_ordered(at);
            ends = comity_swar_all_equal(word, '"') | comity_swar_all_equal(word, '\\') |
                   comity_swar_all_equal(word, '\n');
        }
        at += ends == 0 ? 0 : __builtin_ctzll(ends) / 8 - 8;
        return at < limit && *at == '"' ? at + 1 : NULL;
    }
    if (*at != '-' && (comity_scan_class(*at) & COMITY_BYTE_DIGIT) == 0) {
        return NULL;
    }
    for (; at < limit; at += 8) {
        uint64_t word = comity_swar_load_ordered(at);
        uint64_t ends = comity_swar_all_equal(word, ',') | comity_swar_all_equal(word, '}') |
                        comity_swar_all_equal(word, ']') | all_blank(word);
        if (ends != 0) {
            at += __builtin_ctzll(ends) / 8;
            break;
        }
    }
    return at < limit ? at : NULL;
}

static bool json_cell(const comity_scan *scan, const uint8_t *at, comity_scan_cell *ret_cell)
{
    uint64_t begin = scan->key_end;
    uint64_t here = comity_scan_offset(scan, at);
    if (here < begin || here - begin >= COMITY_SCAN_PLAN_BYTES || begin < scan->view_begin ||
        scan->view_end - begin <= 64) {
        return false;
    }
    ret_cell->begin = scan->view + (begin - scan->view_begin);
    const uint8_t *value = ret_cell->begin;
    while (*value == ' ' && value - ret_cell->begin < BLANKS) {
        value++;
    }
    const uint8_t *end = json_end(value, ret_cell->begin + COMITY_SCAN_PLAN_BYTES + 1);
    if (end == NULL || end <= at) {
        return false;
    }
    const comity_scan_place *place = &scan->place;
    const comity_scan_key *key = &scan->keys[scan->key_slot];
    ret_cell->size = (size_t)(end - ret_cell->begin);
    ret_cell->field = key->field;
    memcpy(&ret_cell->before, ret_cell->begin - 5 - key->size, sizeof ret_cell->before);
    bool is_within = place->depth > 0 && place->depth <= COMITY_LIMIT_SCAN_DEPTH;
    ret_cell->around = is_within ? place->containers[place->depth - 1].names : 0;
    return true;
}

static bool csv_cell(const comity_scan *scan, const uint8_t *at, comity_scan_cell *ret_cell)
{
    const comity_scan_place *place = &scan->place;
    const comity_scan_window *window = &scan->window;
    char delimiter = scan->part.delimiter;
    bool stands_apart = delimiter == ',' || delimiter == ';' || delimiter == '\t' || delimiter == '|';
    if (!stands_apart || place->cell < scan->view_begin || window->mark_next == window->mark_count) {
        return false;
    }
    ret_cell->begin = scan->view + (place->cell - scan->view_begin);
    const uint8_t *end = scan->view + (window->begin + window->marks[window->mark_next] - scan->view_begin);
    if (end <= at || ret_cell->begin > at || ret_cell->begin < scan->low) {
        return false;
    }
    ret_cell->size = (size_t)(end - ret_cell->begin);
    ret_cell->field = place->column < scan->column_count ? scan->columns[place->column].field : 0;
    ret_cell->before = 0;
    ret_cell->around = 0;
    return true;
}

/* ---- codes ---- */

/* An article's number, "A17B2290": one word of letters and digits, which is never the same again. Its letters are as
 * little to the point as its digits where no word and no anchor begins in it, nor an anchor just before. */
static bool is_code(const comity_scan *scan, const comity_scan_cell *cell)
{
    const comity_scan_rules *rules = scan->rules;
    const uint8_t *at = cell->begin;
    const uint8_t *end = at + cell->size;
    while (at < end && (*at == '"' || *at == ' ')) {
        at++;
    }
    const uint8_t *word = at;
    bool was_letter = false;
    bool has_digit = false;
    bool has_letter = false;
    if (word - scan->view < 2) {
        return false;
    }
    for (; at < end; at++) {
        uint8_t class = comity_scan_class(*at);
        bool is_letter = (class & COMITY_BYTE_LETTER) != 0;
        if (!is_letter && (class & COMITY_BYTE_DIGIT) == 0) {
            break;
        }
        if (is_letter && !was_letter && comity_scan_index_may(&rules->words, at)) {
            return false;
        }
        has_letter |= is_letter;
        has_digit |= !is_letter;
        was_letter = is_letter;
    }
    bool is_whole = at == end || (at + 1 == end && *at == '"');
    return is_whole && has_digit && has_letter && !comity_scan_index_may(&rules->anchors, word) &&
           !comity_scan_index_may(&rules->anchors, word - 1) && !comity_scan_index_may(&rules->anchors, word - 2);
}

/* ---- what is remembered ---- */

/* There is a mark in it with which days, years and versions are written. */
static bool has_marks(const comity_scan_look *look)
{
    uint64_t words[2];
    comity_bytes16 halves[2];
    memcpy(halves, look->words, sizeof halves);
    comity_bytes16 found = {0};
    for (int i = 0; i < 2; i++) {
        found |= (comity_bytes16)(halves[i] - '-' < 3) | (comity_bytes16)(halves[i] == ' ');
    }
    memcpy(words, &found, sizeof words);
    return (words[0] | words[1]) != 0;
}

static bool has_letters(const comity_scan_look *look)
{
    uint64_t words[2];
    comity_bytes16 halves[2];
    memcpy(halves, look->words, sizeof halves);
    comity_bytes16 found =
        (comity_bytes16)((halves[0] | 0x20) - 'a' < 26) | (comity_bytes16)((halves[1] | 0x20) - 'a' < 26);
    memcpy(words, &found, sizeof words);
    return (words[0] | words[1]) != 0;
}

/* Of two digits, whether they can be a month, a zone's hours, a time's month, a day, a time's day. */
static unsigned range_of(const uint8_t *digits)
{
    static const uint8_t ends[] = {0, 12, 14, 19, 31, 39};
    unsigned number = (unsigned)(digits[0] - '0') * 10 + (unsigned)(digits[1] - '0');
    unsigned range = 0;
    while (range < sizeof ends && number > ends[range]) {
        range++;
    }
    return range;
}

/* What the digits of a cell decide beside the forms: days, times, years and versions are passed over, as other numbers
 * that look so are not. 0 if there is none. */
static uint64_t times_of(const uint8_t *cell, size_t size)
{
    uint64_t said = 1;
    bool has_year = false;
    unsigned points = 0;
    for (size_t at = 0; at < size;) {
        size_t begin = at;
        while (at < size && comity_scan_is_digit(cell[at])) {
            at++;
        }
        bool is_year = at - begin == 4 && ((cell[begin] == '1' && cell[begin + 1] == '9') ||
                                           (cell[begin] == '2' && cell[begin + 1] == '0'));
        if (at - begin > 1) {
            said = said * 31 + range_of(cell + begin) * 2 + (is_year || cell[begin] == '0');
        }
        has_year |= is_year;
        points += at < size && cell[at] == '.';
        at++;
    }
    return has_year || points >= 3 ? said : 0;
}

static uint32_t hash_of(const comity_scan_quiet *quiet)
{
    uint64_t hash = quiet->key.look.words[0] * UINT64_C(0x9E3779B97F4A7C15) +
                    quiet->key.look.words[1] * UINT64_C(0xC2B2AE3D27D4EB4F) +
                    quiet->key.look.words[2] * UINT64_C(0xD6E8FEB86659FD93) +
                    quiet->key.look.words[3] * UINT64_C(0xFF51AFD7ED558CCD) +
                    (quiet->key.around ^ quiet->key.rest) * UINT64_C(0x165667B19E3779F9);
    hash = (hash ^ hash >> 29) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(hash >> 32);
}

/* Word by word, as they were written: to read as a whole what was written in parts takes long. */
static bool is_same(const comity_scan_quiet *left, const comity_scan_quiet *right)
{
    uint64_t apart = (left->key.around ^ right->key.around) | (left->key.rest ^ right->key.rest);
    for (size_t i = 0; i < COMITY_SCAN_PLAN_BYTES / 8; i++) {
        apart |= left->key.look.words[i] ^ right->key.look.words[i];
    }
    return apart == 0;
}

bool comity_scan_quiet_make(comity_scan *scan, const uint8_t *at, comity_scan_cell *ret_cell,
                            comity_scan_quiet *ret_quiet)
{
    bool is_cell = false;
    if (scan->part.syntax == COMITY_FORM_CSV) {
        is_cell = csv_cell(scan, at, ret_cell);
    } else if (scan->part.syntax == COMITY_FORM_JSON || scan->part.syntax == COMITY_FORM_NDJSON) {
        comity_scan_place_advance(scan, at);
        is_cell = json_cell(scan, at, ret_cell);
    }
    if (!is_cell || ret_cell->size > COMITY_SCAN_PLAN_BYTES) {
        return false;
    }
    ret_quiet->looked = 0;
    ret_quiet->column = 0;
    ret_quiet->has_pair = false;
    ret_quiet->try_count = 0;
    if (!comity_look_write(ret_cell->begin, ret_cell->size, false, ret_quiet->key.look.words)) {
        return false;
    }
    ret_quiet->is_code = has_letters(&ret_quiet->key.look) && is_code(scan, ret_cell);
    if (ret_quiet->is_code) {
        (void)comity_look_write(ret_cell->begin, ret_cell->size, true, ret_quiet->key.look.words);
    }
    ret_quiet->size = (uint8_t)ret_cell->size;
    bool may_be_times = ret_cell->size >= TIMES_LEAST && has_marks(&ret_quiet->key.look);
    uint64_t times = may_be_times ? times_of(ret_cell->begin, ret_cell->size) : 0;
    ret_quiet->key.around = (ret_cell->around ^ scan->part_seed) + times * UINT64_C(0x9E3779B97F4A7C15);
    ret_quiet->key.rest = (uint64_t)ret_cell->field << 32 | (uint64_t)ret_cell->before << 16 |
                          (uint64_t)ret_quiet->size << 8 | (uint64_t)ret_quiet->is_code << 7 |
                          (uint64_t)(at - ret_cell->begin);
    return true;
}

const comity_scan_quiet *comity_scan_quiet_known(const comity_scan *scan, const comity_scan_quiet *quiet)
{
    const comity_scan_quiet *kept = &scan->plans->quiets[hash_of(quiet) % COMITY_SCAN_QUIETS];
    return is_same(kept, quiet) ? kept : NULL;
}

static comity_scan_quiet_seen *seen_of(comity_scan *scan, uint32_t hash)
{
    return &scan->plans->quiets_seen[hash % COMITY_SCAN_QUIETS_SEEN];
}

bool comity_scan_quiet_comes_again(comity_scan *scan, const comity_scan_quiet *quiet)
{
    uint32_t hash = hash_of(quiet);
    comity_scan_quiet_seen *seen = seen_of(scan, hash);
    if (seen->hash != hash) {
        *seen = (comity_scan_quiet_seen){.hash = hash};
        return false;
    }
    return seen->stirred < COMITY_SCAN_QUIET_STIRS;
}

void comity_scan_quiet_keep(comity_scan *scan, const comity_scan_quiet *quiet)
{
    scan->plans->quiets[hash_of(quiet) % COMITY_SCAN_QUIETS] = *quiet;
}

void comity_scan_quiet_stirs(comity_scan *scan, const comity_scan_quiet *quiet)
{
    seen_of(scan, hash_of(quiet))->stirred++;
}
