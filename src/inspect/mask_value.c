/* What comes in: a value and the rule for it. What goes out: what stands in its place.
 * Escapes are undone first, so that a mask never leaves half of one; what is
 * written then is of a few ASCII characters that mean nothing in any syntax. */
#include "inspect/mask_value.h"

#include "base/limits.h"
#include "inspect/decode.h"
#include "inspect/scan_look.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* A value without escapes, or its beginning: longer ones are masked to this length. */
#define PLAIN_SIZE ((size_t)2048)

typedef struct plain {
    const uint8_t *text;
    size_t size;
} plain;

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_sign_of_value(uint8_t c)
{
    uint8_t letter = (uint8_t)(c | 0x20);
    return is_digit(c) || (letter >= 'a' && letter <= 'z') || c >= 0x80;
}

/* ---- masks ---- */

/* What may stay as it is beside the signs of a value. */
static bool is_safe(uint8_t c, bool in_form)
{
    enum { SAFE_BUT_IN_FORMS = 1, SAFE };
    static const uint8_t marks[256] = {
        [' '] = SAFE_BUT_IN_FORMS,
        ['/'] = SAFE_BUT_IN_FORMS,
        [':'] = SAFE_BUT_IN_FORMS,
        ['@'] = SAFE_BUT_IN_FORMS,
        ['('] = SAFE_BUT_IN_FORMS,
        [')'] = SAFE_BUT_IN_FORMS,
        ['-'] = SAFE,
        ['.'] = SAFE,
        ['_'] = SAFE,
    };
    return marks[c] > (in_form ? SAFE_BUT_IN_FORMS : 0);
}

/* The middle of a character beyond ASCII. */
static bool is_inner(uint8_t c)
{
    return (c & 0xC0) == 0x80;
}

static bool is_sign(uint8_t c)
{
    return is_sign_of_value(c) && !is_inner(c);
}

static size_t count_signs(const plain *text)
{
    size_t count = 0;
    for (size_t i = 0; i < text->size; i++) {
        count += is_sign(text->text[i]);
    }
    return count;
}

/* Of sixteen bytes those that `is_safe` lets stay but in forms, and signs for the others. */
static inline comity_bytes16 mask_sixteen(comity_bytes16 of, uint8_t sign)
{
    comity_bytes16 safe = (comity_bytes16)(of == '-') | (comity_bytes16)(of == '.') | (comity_bytes16)(of == '_') |
                          (comity_bytes16)(of == ' ') | (comity_bytes16)(of == '/') | (comity_bytes16)(of == ':') |
                          (comity_bytes16)(of == '@') | (comity_bytes16)(of == '(') | (comity_bytes16)(of == ')');
    return (of & safe) | (~safe & sign);
}

/* Where no letter or digit stays, all is of ASCII, and `escape`, which begins escapes, is not in it; false if that is
 * not so, or it is shorter than eight bytes. Nothing is written then. The last bytes are masked twice where they are
 * fewer than are masked at once. */
static inline bool write_mask_plain(const plain *text, uint8_t sign, uint8_t escape, comity_buffer *out)
{
    enum { HALF = 8, WHOLE = 16 };
    uint8_t *masked = comity_buffer_room(out, text->size);
    comity_bytes16 unfit = {0}; /* a byte with its highest bit set is */
    if (masked == NULL || text->size < HALF) {
        return false;
    }
    for (size_t at = 0; at < text->size; at += WHOLE) {
        bool is_half = text->size < WHOLE;
        size_t from = is_half ? 0 : text->size - at < WHOLE ? text->size - WHOLE : at;
        size_t second = is_half ? text->size - HALF : from + HALF;
        uint64_t words[2] = {comity_swar_load(text->text + from), comity_swar_load(text->text + second)};
        comity_bytes16 of;
        memcpy(&of, words, sizeof of);
        unfit |= of | (comity_bytes16)(of == escape);
        of = mask_sixteen(of, sign);
        memcpy(words, &of, sizeof of);
        memcpy(masked + from, &words[0], HALF);
        memcpy(masked + second, &words[1], HALF);
    }
    uint64_t all[2];
    memcpy(all, &unfit, sizeof all);
    if (comity_swar_high(all[0] | all[1]) != 0) {
        return false;
    }
    comity_buffer_filled(out, masked + text->size);
    return true;
}

/* Only ASCII stays; the rest of a kept end that is not becomes the sign. If what would
 * stay were half of the value or more, less stays. */
static void write_mask(const comity_mask_rule *rule, const comity_mask_value *value, const plain *text,
                       comity_buffer *out)
{
    size_t first = rule->keep_first;
    size_t last = rule->keep_last;
    size_t count = first + last == 0 ? 0 : count_signs(text);
    bool in_form = value->syntax == COMITY_FORM_URLENCODED;
    uint8_t *written = comity_buffer_room(out, text->size);
    if ((first + last) * 2 > count) {
        first = 0;
        last = last * 2 > count ? 0 : last;
    }
    if (written == NULL) {
        return;
    }
    size_t at = 0;
    for (size_t i = 0; i < text->size; i++) {
        uint8_t c = text->text[i];
        *written = is_safe(c, in_form) ? c : (uint8_t)rule->sign;
        if (first + last != 0 && is_sign(c)) {
            *written = c < 0x80 && (at < first || at >= count - last) ? c : *written;
            at++;
        }
        written += !is_inner(c);
    }
    comity_buffer_filled(out, written);
}

/* ---- coarser values ---- */

/* Numbers between what is not a digit. */
typedef struct numbers {
    unsigned value[8];
    size_t digits[8];
    size_t count;
} numbers;

static numbers read_numbers(const plain *text)
{
    numbers found = {.count = 0};
    size_t at = 0;
    while (at < text->size && found.count < 8) {
        if (!is_digit(text->text[at])) {
            at++;
            continue;
        }
        unsigned value = 0;
        size_t digits = 0;
        for (; at < text->size && is_digit(text->text[at]); at++) {
            value = value < 100000000 ? value * 10 + (unsigned)(text->text[at] - '0') : value;
            digits++;
        }
        found.value[found.count] = value;
        found.digits[found.count++] = digits;
    }
    return found;
}

static void append_number(comity_buffer *out, unsigned number, size_t digits)
{
    char text[16];
    int size = snprintf(text, sizeof text, "%0*u", (int)digits, number);
    comity_buffer_append(out, text, (size_t)size);
}

/* A date with its year first or last, or all in eight digits. */
static bool write_date(const plain *text, bool with_month, comity_buffer *out)
{
    numbers found = read_numbers(text);
    unsigned year = 0;
    unsigned month = 0;
    if (found.count == 1 && found.digits[0] == 8) {
        year = found.value[0] / 10000;
        month = found.value[0] / 100 % 100;
    } else if (found.count >= 3 && found.digits[0] == 4) {
        year = found.value[0];
        month = found.value[1];
    } else if (found.count >= 3 && found.digits[2] == 4) {
        year = found.value[2];
        month = 0; /* which of the two others is the month differs from state to state */
    }
    if (year < 1800 || year > 2200 || (with_month && (month < 1 || month > 12))) {
        return false;
    }
    append_number(out, year, 4);
    if (with_month) {
        comity_buffer_append_byte(out, '-');
        append_number(out, month, 2);
    }
    return true;
}

/* Two decimal numbers, each cut to so many decimals. */
static bool write_coordinates(const plain *text, unsigned decimals, comity_buffer *out)
{
    size_t points = 0;
    bool is_pair = false;
    for (size_t i = 0; i < text->size; i++) {
        uint8_t c = text->text[i];
        points += c == '.';
        is_pair = is_pair || c == ' ' || c == ',';
        if (!is_digit(c) && c != '.' && c != '-' && c != ' ' && c != ',' && c != '+') {
            return false;
        }
    }
    if (points != (is_pair ? 2u : 1u)) {
        return false;
    }
    size_t behind = 0; /* decimals written of this number, and one */
    for (size_t i = 0; i < text->size; i++) {
        uint8_t c = text->text[i];
        if (c == '.') {
            behind = 1;
            if (decimals != 0) {
                comity_buffer_append_byte(out, c);
            }
        } else if (!is_digit(c)) {
            behind = 0;
            comity_buffer_append_byte(out, c == '+' ? ' ' : c);
        } else if (behind == 0 || behind <= decimals) {
            behind += behind != 0;
            comity_buffer_append_byte(out, c);
        }
    }
    return true;
}

/* An IPv4 address to its first three numbers, an IPv6 address to its first three groups. */
static bool write_network(const plain *text, comity_buffer *out)
{
    bool is_six = memchr(text->text, ':', text->size) != NULL;
    size_t separators = 0;
    for (size_t i = 0; i < text->size; i++) {
        uint8_t c = text->text[i];
        bool is_good = is_digit(c) || (is_six ? c == ':' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') : c == '.');
        separators += c == (is_six ? ':' : '.');
        if (!is_good) {
            return false;
        }
    }
    if (is_six ? separators < 2 : separators != 3) {
        return false;
    }
    size_t at = 0;
    for (size_t groups = 0; at < text->size; at++) {
        uint8_t c = text->text[at];
        groups += c == ':' || c == '.';
        if (groups == 3 || (is_six && c == ':' && at + 1 < text->size && text->text[at + 1] == ':')) {
            break;
        }
        comity_buffer_append_byte(out, c);
    }
    comity_buffer_append_text(out, is_six ? "::" : ".0");
    return true;
}

static void write_first(const comity_mask_rule *rule, const comity_mask_value *value, const plain *text, size_t number,
                        comity_buffer *out)
{
    comity_mask_rule mask = {.keep_first = (uint8_t)number, .sign = rule->sign};
    write_mask(&mask, value, text, out);
}

/* The way that was asked for, or the first that fits; if none does, nothing stays. */
static void write_coarse(const comity_mask_rule *rule, const comity_mask_value *value, const plain *text,
                         comity_buffer *out)
{
    bool any = rule->coarse == COMITY_COARSE_ANY;
    comity_mask_coarse way = (comity_mask_coarse)rule->coarse;
    if ((any || way == COMITY_COARSE_NETWORK) && write_network(text, out)) {
        return;
    }
    if ((any || way == COMITY_COARSE_DECIMALS) && write_coordinates(text, any ? 1 : rule->number, out)) {
        return;
    }
    if ((any || way == COMITY_COARSE_YEAR || way == COMITY_COARSE_MONTH) &&
        write_date(text, way == COMITY_COARSE_MONTH, out)) {
        return;
    }
    size_t number = any ? 2 : way == COMITY_COARSE_FIRST ? rule->number : 0;
    write_first(rule, value, text, number, out);
}

/* ---- digests and tokens ---- */

static void append_letters(comity_buffer *out, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        comity_buffer_append_byte(out, (uint8_t)('a' + (bytes[i] >> 4)));
        comity_buffer_append_byte(out, (uint8_t)('a' + (bytes[i] & 15)));
    }
}

static comity_status write_token(comity_mask_key *key, const comity_mask_value *value, comity_buffer *out,
                                 comity_error *reterr)
{
    if (value->raw_size > COMITY_MASK_TOKEN_BYTES_MAX) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "a value of %zu bytes is too long for a token", value->raw_size);
    }
    size_t size = 1 + value->raw_size;
    uint8_t *memory = malloc(2 * size + COMITY_MASK_SEAL_SIZE);
    if (memory == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "no memory for a token of %zu bytes", size);
    }
    uint8_t *sealed = memory + size;
    memory[0] = 0;
    memcpy(memory + 1, value->raw, value->raw_size);
    comity_status status = comity_mask_key_seal(key, memory, size, sealed, reterr);
    if (status == COMITY_OK) {
        comity_buffer_append_text(out, value->is_bare ? COMITY_MASK_BEGIN_BARE : COMITY_MASK_BEGIN_TOKEN);
        append_letters(out, sealed, size + COMITY_MASK_SEAL_SIZE);
        comity_buffer_append_byte(out, COMITY_MASK_TOKEN_END);
    }
    free(memory);
    return status;
}

/* ---- all together ---- */

/* Whether what was written since `begin` is a number of JSON. */
static bool is_number(const comity_buffer *out, size_t begin)
{
    bool has_digit = false;
    for (size_t i = begin; i < out->size; i++) {
        uint8_t c = out->bytes[i];
        if (!is_digit(c) && c != '.' && !(c == '-' && i == begin)) {
            return false;
        }
        has_digit = has_digit || is_digit(c);
    }
    return has_digit && (out->bytes[begin] != '0' || out->size - begin == 1 || out->bytes[begin + 1] == '.');
}

/* What stays of a value without escapes. */
static void write_masked(const comity_mask_rule *rule, const comity_mask_value *value, const plain *text,
                         comity_buffer *out)
{
    if (rule->action == COMITY_MASK_GENERALISE) {
        write_coarse(rule, value, text, out);
    } else {
        write_mask(rule, value, text, out);
    }
}

/* The same of one with escapes: by itself, because the room that it takes is rarely needed. */
static __attribute__((noinline)) void write_escaped(const comity_mask_rule *rule, const comity_mask_value *value,
                                                    unsigned what, size_t size, comity_buffer *out)
{
    uint8_t room[PLAIN_SIZE];
    comity_form_run runs[PLAIN_SIZE];
    plain text = {.text = room};
    (void)comity_decode_near(what, value->text, size, room, &text.size, runs, PLAIN_SIZE);
    write_masked(rule, value, &text, out);
}

static void write_value(const comity_mask_rule *rule, const comity_mask_value *value, comity_buffer *out)
{
    const plain text = {.text = value->text, .size = value->text_size < PLAIN_SIZE ? value->text_size : PLAIN_SIZE};
    unsigned what = comity_decode_of_syntax(value->syntax);
    if (comity_decode_wanted(what, text.text, text.size)) {
        write_escaped(rule, value, what, text.size, out);
    } else {
        write_masked(rule, value, &text, out);
    }
}

static comity_status write_text(const comity_mask_rule *rule, comity_mask_key *key, const comity_mask_value *value,
                                comity_buffer *out, comity_error *reterr)
{
    switch ((comity_mask_operator)rule->action) {
    case COMITY_MASK_TOKEN:
        return write_token(key, value, out, reterr);
    case COMITY_MASK_DIGEST:
        comity_buffer_append_text(out, COMITY_MASK_BEGIN_DIGEST);
        append_letters(out, value->digest, 16);
        return COMITY_OK;
    case COMITY_MASK_REMOVE:
        return COMITY_OK;
    default:
        if (value->is_whole) {
            comity_buffer_append(out, "****", 4);
        } else {
            write_value(rule, value, out);
        }
        return COMITY_OK;
    }
}

/* Exactly as long as the value's place. */
static comity_status fit(const comity_mask_rule *rule, const comity_mask_value *value, size_t begin, comity_buffer *out,
                         comity_error *reterr)
{
    size_t size = out->size - begin;
    if (value->room == 0 || size == value->room || out->failed != COMITY_OK) {
        return COMITY_OK;
    }
    if (size > value->room) {
        return comity_fail(reterr, COMITY_ERROR_RANGE,
                           "what '%s' writes, %zu characters, does not fit the %zu of the value",
                           comity_mask_operator_name((comity_mask_operator)rule->action), size, value->room);
    }
    bool is_blank = rule->action == COMITY_MASK_REMOVE || value->is_bare;
    for (; size < value->room; size++) {
        comity_buffer_append_byte(out, (uint8_t)(is_blank ? ' ' : rule->sign));
    }
    return COMITY_OK;
}

/* In place of a number of JSON stands a number, null, or a string. */
static comity_status write_bare(const comity_mask_rule *rule, comity_mask_key *key, const comity_mask_value *value,
                                comity_buffer *text, comity_error *reterr)
{
    size_t begin = text->size;
    if (rule->action == COMITY_MASK_REMOVE) {
        comity_buffer_append_text(text, "null");
        return COMITY_OK;
    }
    if (rule->action == COMITY_MASK_GENERALISE) {
        COMITY_TRY(write_text(rule, key, value, text, reterr));
        if (text->failed != COMITY_OK || is_number(text, begin)) {
            return COMITY_OK;
        }
        text->size = begin;
    }
    comity_buffer_append_byte(text, '"');
    COMITY_TRY(write_text(rule, key, value, text, reterr));
    comity_buffer_append_byte(text, '"');
    return COMITY_OK;
}

/* The value as most are: of ASCII, not long, without an escape, in a string, and nothing of it stays. Forms escape
 * more than what can be looked for at once. */
static bool write_value_plain(const comity_mask_rule *rule, const comity_mask_value *value, comity_buffer *out)
{
    static const uint8_t escapes[COMITY_FORM_SYNTAX_COUNT] = {
        [COMITY_FORM_JSON] = '\\', [COMITY_FORM_NDJSON] = '\\', [COMITY_FORM_CSV] = '"',
        [COMITY_FORM_XML] = '&',   [COMITY_FORM_HTML] = '&',
    };
    const plain text = {.text = value->text, .size = value->text_size};
    return rule->action == COMITY_MASK_MASK && rule->keep_first + rule->keep_last == 0 && !value->is_bare &&
           !value->is_whole && value->syntax != COMITY_FORM_URLENCODED && text.size <= PLAIN_SIZE &&
           (value->room == 0 || value->room == text.size) &&
           write_mask_plain(&text, (uint8_t)rule->sign, escapes[value->syntax], out);
}

comity_status comity_mask_value_write(const comity_mask_rule *rule, comity_mask_key *key,
                                      const comity_mask_value *value, comity_buffer *text, comity_error *reterr)
{
    assert(rule->action != COMITY_MASK_KEEP && rule->action != COMITY_MASK_REFUSE);
    size_t begin = text->size;
    if (write_value_plain(rule, value, text)) {
        return COMITY_OK;
    }
    if (value->is_bare) {
        COMITY_TRY(write_bare(rule, key, value, text, reterr));
    } else {
        COMITY_TRY(write_text(rule, key, value, text, reterr));
    }
    return fit(rule, value, begin, text, reterr);
}
