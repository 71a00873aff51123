/* What comes in: the bytes of one token. What goes out: what they say. Numbers
 * are worked out in whole numbers, so nothing is ever rounded; whoever passes
 * bytes that are no such token gets an error. */
#include "base/json_state.h"

#include "base/utf8.h"

#include <assert.h>
#include <string.h>

/* ---- strings ---- */

/* The unit of UTF-16 that the six bytes of a \u escape give; -1 if there is no such escape. */
static int32_t read_unit(const uint8_t *bytes, size_t size)
{
    if (size < 6 || bytes[0] != '\\' || bytes[1] != 'u') {
        return -1;
    }
    int32_t unit = 0;
    for (size_t i = 2; i < 6; i++) {
        int digit = comity_json_hex(bytes[i]);
        if (digit < 0) {
            return -1;
        }
        unit = unit << 4 | digit;
    }
    return unit;
}

/* The code point of a \u escape, or of two that make a pair, and how many
 * bytes it takes; 0 bytes if it is malformed. */
static size_t read_code_point(const uint8_t *bytes, size_t size, uint32_t *ret_code_point)
{
    int32_t unit = read_unit(bytes, size);
    if (unit < 0) {
        return 0;
    }
    if (unit < 0xD800 || unit > 0xDFFF) {
        *ret_code_point = (uint32_t)unit;
        return 6;
    }
    int32_t second = unit <= 0xDBFF ? read_unit(bytes + 6, size - 6) : -1;
    if (second < 0xDC00 || second > 0xDFFF) {
        return 0;
    }
    *ret_code_point = 0x10000 + ((uint32_t)(unit - 0xD800) << 10) + (uint32_t)(second - 0xDC00);
    return 12;
}

/* What an escape stands for, and how many bytes it takes; 0 bytes if it is malformed. */
static size_t read_escape(const uint8_t *bytes, size_t size, char ret_text[4], size_t *ret_size)
{
    static const char simple[256] = {
        ['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t'};
    if (size >= 2 && simple[bytes[1]] != '\0') {
        ret_text[0] = simple[bytes[1]];
        *ret_size = 1;
        return 2;
    }
    uint32_t code_point = 0;
    size_t taken = read_code_point(bytes, size, &code_point);
    if (taken > 0) {
        *ret_size = comity_utf8_encode(code_point, ret_text);
    }
    return taken;
}

/* How many bytes lie before the next backslash, or the end. */
static size_t run_size(const uint8_t *bytes, size_t size)
{
    const uint8_t *backslash = size == 0 ? NULL : memchr(bytes, '\\', size);
    return backslash == NULL ? size : (size_t)(backslash - bytes);
}

/* The next piece of what a string says: a run without escapes, in place, or one
 * escape's character, in `room`. Returns how many bytes it takes; 0 if malformed. */
static size_t read_piece(const uint8_t *bytes, size_t size, char room[4], const void **ret_piece, size_t *ret_size)
{
    if (bytes[0] != '\\') {
        *ret_piece = bytes;
        *ret_size = run_size(bytes, size);
        return *ret_size;
    }
    *ret_piece = room;
    return read_escape(bytes, size, room, ret_size);
}

static bool quoted(const uint8_t *raw, size_t raw_size)
{
    return raw_size >= 2 && raw[0] == '"' && raw[raw_size - 1] == '"';
}

comity_status comity_json_decode(const void *raw, size_t raw_size, char *ret_text, size_t *ret_size,
                                 comity_error *reterr)
{
    const uint8_t *bytes = raw;
    if (!quoted(bytes, raw_size)) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "a string in quotes expected, but there are none");
    }
    size_t end = raw_size - 1;
    size_t written = 0;
    for (size_t at = 1; at < end;) {
        char room[4];
        const void *piece = NULL;
        size_t piece_size = 0;
        size_t taken = read_piece(bytes + at, end - at, room, &piece, &piece_size);
        if (taken == 0) {
            return comity_fail(reterr, COMITY_ERROR_SYNTAX, "the escape at byte %zu of the string is malformed", at);
        }
        memcpy(ret_text + written, piece, piece_size);
        written += piece_size;
        at += taken;
    }
    *ret_size = written;
    return COMITY_OK;
}

bool comity_json_says(const void *raw, size_t raw_size, const char *text, size_t size)
{
    const uint8_t *bytes = raw;
    if (!quoted(bytes, raw_size)) {
        return false;
    }
    size_t end = raw_size - 1;
    size_t compared = 0;
    for (size_t at = 1; at < end;) {
        char room[4];
        const void *piece = NULL;
        size_t piece_size = 0;
        size_t taken = read_piece(bytes + at, end - at, room, &piece, &piece_size);
        bool same = taken > 0 && piece_size <= size - compared && memcmp(text + compared, piece, piece_size) == 0;
        if (!same) {
            return false;
        }
        compared += piece_size;
        at += taken;
    }
    return compared == size;
}

/* ---- numbers ---- */

/* The parts of a number, as they stand. */
typedef struct number_parts {
    const uint8_t *whole;
    size_t whole_size;
    const uint8_t *fraction;
    size_t fraction_size;
    int64_t exponent; /* held at ±EXPONENT_MAX, more than any size of input can make up for */
    bool negative;
} number_parts;

#define EXPONENT_MAX (INT64_MAX / 16)

static size_t digits_size(const uint8_t *bytes, size_t size)
{
    size_t count = 0;
    while (count < size && bytes[count] >= '0' && bytes[count] <= '9') {
        count++;
    }
    return count;
}

static int64_t read_exponent(const uint8_t *digits, size_t size, bool negative)
{
    int64_t exponent = 0;
    for (size_t i = 0; i < size; i++) {
        exponent = exponent > EXPONENT_MAX / 10 ? EXPONENT_MAX : exponent * 10 + (digits[i] - '0');
    }
    return negative ? -exponent : exponent;
}

/* Takes a number apart; false if it is none. */
static bool read_number(const uint8_t *bytes, size_t size, number_parts *ret_parts)
{
    size_t at = size > 0 && bytes[0] == '-' ? 1 : 0;
    number_parts read = {.negative = at == 1};
    read.whole = bytes + at;
    read.whole_size = digits_size(bytes + at, size - at);
    at += read.whole_size;
    if (read.whole_size == 0 || (read.whole_size > 1 && read.whole[0] == '0')) {
        return false;
    }
    if (at < size && bytes[at] == '.') {
        at++;
        read.fraction = bytes + at;
        read.fraction_size = digits_size(bytes + at, size - at);
        at += read.fraction_size;
        if (read.fraction_size == 0) {
            return false;
        }
    }
    if (at < size && (bytes[at] | 0x20) == 'e') {
        at++;
        bool negative = at < size && bytes[at] == '-';
        at += at < size && (bytes[at] == '-' || bytes[at] == '+') ? 1 : 0;
        size_t count = digits_size(bytes + at, size - at);
        read.exponent = read_exponent(bytes + at, count, negative);
        at += count;
        if (count == 0) {
            return false;
        }
    }
    *ret_parts = read;
    return at == size;
}

/* Digit `i` of whole and fraction together. */
static uint8_t digit_of(const number_parts *parts, size_t i)
{
    uint8_t digit = i < parts->whole_size ? parts->whole[i] : parts->fraction[i - parts->whole_size];
    return (uint8_t)(digit - '0');
}

/* The digits between leading and trailing zeros as one number, and the power of
 * ten it is to be multiplied by. False if they are too many for 64 bits; the power is given even so. */
static bool significant(const number_parts *parts, uint64_t *ret_digits, int64_t *ret_power)
{
    size_t count = parts->whole_size + parts->fraction_size;
    size_t begin = 0;
    size_t end = count;
    while (begin < count && digit_of(parts, begin) == 0) {
        begin++;
    }
    while (end > begin && digit_of(parts, end - 1) == 0) {
        end--;
    }
    *ret_power = parts->exponent + (int64_t)parts->whole_size - (int64_t)end;
    if (end - begin > 19) {
        return false;
    }
    uint64_t digits = 0;
    for (size_t i = begin; i < end; i++) {
        digits = digits * 10 + digit_of(parts, i);
    }
    *ret_digits = digits;
    return true;
}

/* `digits` times ten to the `power` with a sign; false if it does not fit. */
static bool scale(uint64_t digits, int64_t power, bool negative, int64_t *ret_number)
{
    if (power > 18) {
        return false;
    }
    for (; power > 0; power--) {
        if (__builtin_mul_overflow(digits, UINT64_C(10), &digits)) {
            return false;
        }
    }
    uint64_t most = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    if (digits > most) {
        return false;
    }
    bool least = digits > (uint64_t)INT64_MAX;
    *ret_number = least ? INT64_MIN : negative ? -(int64_t)digits : (int64_t)digits;
    return true;
}

static comity_status fail_fraction(unsigned decimals, comity_error *reterr)
{
    if (decimals == 0) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "a whole number expected, but it has a fraction");
    }
    return comity_fail(reterr, COMITY_ERROR_RANGE, "a number of at most %u decimals expected, but it has more",
                       decimals);
}

comity_status comity_json_decimal(const void *raw, size_t raw_size, unsigned decimals, int64_t *ret_number,
                                  comity_error *reterr)
{
    assert(decimals <= 18);
    number_parts parts;
    if (!read_number(raw, raw_size, &parts)) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "a number expected, but it is none");
    }
    uint64_t digits = 0;
    int64_t power = 0;
    bool short_enough = significant(&parts, &digits, &power);
    if (short_enough && digits == 0) {
        *ret_number = 0;
        return COMITY_OK;
    }
    power += (int64_t)decimals;
    if (power < 0) {
        return fail_fraction(decimals, reterr);
    }
    if (!short_enough || !scale(digits, power, parts.negative, ret_number)) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "a number that fits 64 bits expected, but it does not");
    }
    return COMITY_OK;
}

comity_status comity_json_int64(const void *raw, size_t raw_size, int64_t *ret_number, comity_error *reterr)
{
    return comity_json_decimal(raw, raw_size, 0, ret_number, reterr);
}
