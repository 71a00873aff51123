/* Comes in: a program the compiler of types made, and a value that fits its
 * shape. Goes out: yes or no. The compiler has seen to it that jumps lead
 * forward, the stack is never left and names are kept before they are recalled;
 * asserts say so where it costs nothing. */
#include "inspect/check.h"

#include "base/date.h"
#include "inspect/check_codes.h"
#include "inspect/check_digits.h"

#include <assert.h>
#include <string.h>

typedef struct comity_check_range {
    const uint8_t *bytes;
    size_t size;
    size_t missing; /* places before the range's first byte that lie outside of the body */
} comity_check_range;

/* ---- ranges ---- */

static int64_t resolve(const comity_check_value *value, int16_t position)
{
    return position > 0 ? (int64_t)value->body_begin + position - 1 : (int64_t)value->body_end + position;
}

static inline comity_check_range find_range(const comity_check_value *value, const comity_check_step *step)
{
    if (step->part && step->from >= (int64_t)value->part_count) {
        return (comity_check_range){value->bytes, 0, 0};
    }
    if (step->part) {
        size_t begin = value->part_begins[step->from];
        return (comity_check_range){value->bytes + begin, value->part_ends[step->from] - begin, 0};
    }
    int64_t wanted = resolve(value, step->from);
    int64_t begin = wanted < value->body_begin ? value->body_begin : wanted;
    int64_t end = resolve(value, step->to) + 1;
    end = end > value->body_end ? value->body_end : end;
    if (begin >= end) {
        return (comity_check_range){value->bytes, 0, 0};
    }
    return (comity_check_range){value->bytes + begin, (size_t)(end - begin), (size_t)(begin - wanted)};
}

const uint8_t *comity_check_characters(const comity_check_value *value, const comity_check_step *step, size_t *ret_size,
                                       size_t *ret_missing)
{
    comity_check_range range = find_range(value, step);
    *ret_size = range.size;
    *ret_missing = range.missing;
    return range.bytes;
}

static int64_t place_in(const uint8_t *text, size_t size, uint8_t byte)
{
    const uint8_t *found = memchr(text, byte, size);
    return found == NULL ? -1 : found - text;
}

/* ---- numbers ---- */

static int64_t read_number(comity_check_range range)
{
    int64_t number = 0;
    if (range.size > 18) {
        return -1;
    }
    for (size_t i = 0; i < range.size; i++) {
        number = number * 10 + comity_check_numbers[range.bytes[i]];
    }
    return number;
}

static int64_t read_number_in(comity_check_range range, const uint8_t *digits, size_t radix)
{
    uint64_t number = 0;
    for (size_t i = 0; i < range.size; i++) {
        int64_t digit = place_in(digits, radix, range.bytes[i]);
        if (digit < 0) {
            return -1;
        }
        number = number * radix + (uint64_t)digit;
    }
    return (int64_t)number;
}

static int64_t cross(int64_t number)
{
    int64_t sum = 0;
    for (; number > 0; number /= 10) {
        sum += number % 10;
    }
    return sum;
}

static int64_t weigh(comity_check_range range, const int64_t *weights, size_t count)
{
    int64_t sum = 0;
    size_t turn = range.missing % count;
    for (size_t i = 0; i < range.size; i++) {
        sum += comity_check_numbers[range.bytes[i]] * weights[turn];
        turn = turn + 1 == count ? 0 : turn + 1;
    }
    return sum;
}

/* The rarer sums: over places in a text, or with the digits of each product added. */
static int64_t weigh_rarely(comity_check_range range, const int64_t *weights, size_t count, const uint8_t *text,
                            size_t text_size, bool crossed)
{
    int64_t sum = 0;
    for (size_t i = 0; i < range.size; i++) {
        int64_t number = comity_check_numbers[range.bytes[i]];
        if (text != NULL) {
            number = place_in(text, text_size, range.bytes[i]);
            number = number < 0 ? 0 : number;
        }
        int64_t product = number * weights[(range.missing + i) % count];
        sum += crossed ? cross(product) : product;
    }
    return sum;
}

static int64_t sum_of(const comity_check_data *data, comity_check_range range, const comity_check_step *step)
{
    const int64_t *numbers = data->numbers;
    const uint8_t *text = data->texts + step->data;
    switch (step->code) {
    case COMITY_CHECK_SUM:
        return weigh(range, numbers + step->data, step->count);
    case COMITY_CHECK_SUM_CROSS:
        return weigh_rarely(range, numbers + step->data, step->count, NULL, 0, true);
    case COMITY_CHECK_SUM_IN:
        return weigh_rarely(range, numbers + step->more, step->count, text, step->text_size, false);
    default:
        return weigh_rarely(range, numbers + step->more, step->count, text, step->text_size, true);
    }
}

/* `among` has a bit for each byte. */
static int64_t count_in(comity_check_range range, const uint8_t *among)
{
    int64_t count = 0;
    for (size_t i = 0; i < range.size; i++) {
        count += among[range.bytes[i] >> 3] >> (range.bytes[i] & 7) & 1;
    }
    return count;
}

static bool is_one_of(comity_check_range range, const uint8_t *texts, size_t count, size_t size)
{
    if (range.size != size) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (memcmp(range.bytes, texts + i * size, size) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_same(comity_check_range range)
{
    for (size_t i = 1; i < range.size; i++) {
        if (range.bytes[i] != range.bytes[0]) {
            return false;
        }
    }
    return true;
}

static bool is_iban(comity_check_range range)
{
    if (range.size < 5) {
        return false;
    }
    uint32_t rest = comity_check_remainder(range.bytes + 4, range.size - 4, 97, 0);
    return comity_check_remainder(range.bytes, 4, 97, rest) == 1;
}

/* ---- the schemes ---- */

static int64_t scheme(const comity_check_data *data, comity_check_range range, const comity_check_step *step)
{
    const uint8_t *text = data->texts + step->data;
    const uint8_t *bytes = range.bytes;
    size_t size = range.size;
    switch (step->code) {
    case COMITY_CHECK_ENTROPY:
        return comity_check_entropy(bytes, size);
    case COMITY_CHECK_CRC32:
        return comity_check_crc32(bytes, size);
    case COMITY_CHECK_LUHN:
        return comity_check_luhn(bytes, size, step->text_size == 0 ? NULL : text, step->text_size);
    case COMITY_CHECK_LUHN_EXPANDED:
        return comity_check_luhn_expanded(bytes, size);
    case COMITY_CHECK_VERHOEFF:
        return comity_check_verhoeff(bytes, size);
    case COMITY_CHECK_DAMM:
        return comity_check_damm(bytes, size);
    case COMITY_CHECK_MOD_11_2:
        return comity_check_pure(bytes, size, 11, 2);
    case COMITY_CHECK_MOD_37_2:
        return comity_check_pure(bytes, size, 37, 2);
    case COMITY_CHECK_MOD_97_10:
        return comity_check_remainder(bytes, size, 97, 0) == 1;
    case COMITY_CHECK_MOD_11_10:
        return comity_check_hybrid(bytes, size, 10);
    case COMITY_CHECK_MOD_37_36:
        return comity_check_hybrid(bytes, size, 36);
    case COMITY_CHECK_IBAN:
        return is_iban(range);
    case COMITY_CHECK_BASE58:
        return comity_check_base58(bytes, size, text);
    case COMITY_CHECK_BECH32:
        return comity_check_bech32(bytes, size);
    case COMITY_CHECK_EIP55:
        return comity_check_eip55(bytes, size);
    case COMITY_CHECK_IPV6:
        return comity_check_ipv6(bytes, size);
    case COMITY_CHECK_HOST:
        return comity_check_host(bytes, size);
    default:
        assert(!"a code that is none");
        return 0;
    }
}

int64_t comity_check_look_at(const comity_check_data *data, const uint8_t *bytes, size_t size, size_t missing,
                             const comity_check_step *step)
{
    const uint8_t *text = data->texts + step->data;
    const comity_check_range range = {bytes, size, missing};
    switch (step->code) {
    case COMITY_CHECK_DIGIT:
        return range.size == 0 ? 0 : comity_check_numbers[range.bytes[0]];
    case COMITY_CHECK_CHAR:
        return range.size == 0 ? -1 : range.bytes[0];
    case COMITY_CHECK_INDEX:
        return range.size == 0 ? -1 : place_in(text, step->text_size, range.bytes[0]);
    case COMITY_CHECK_NUMBER:
        return read_number(range);
    case COMITY_CHECK_NUMBER_IN:
        return read_number_in(range, text, step->text_size);
    case COMITY_CHECK_SUM:
    case COMITY_CHECK_SUM_CROSS:
    case COMITY_CHECK_SUM_IN:
    case COMITY_CHECK_SUM_IN_CROSS:
        return sum_of(data, range, step);
    case COMITY_CHECK_REMAINDER:
        return comity_check_remainder(range.bytes, range.size, (uint32_t)data->numbers[step->data], 0);
    case COMITY_CHECK_COUNT:
        return count_in(range, text);
    case COMITY_CHECK_TEXT_IN:
        return is_one_of(range, text, step->count, step->text_size);
    case COMITY_CHECK_SAME:
        return is_same(range);
    default:
        return scheme(data, range, step);
    }
}

/* What a step that looks at the characters puts onto the stack. */
static int64_t look(const comity_check_data *data, const comity_check_value *value, const comity_check_step *step)
{
    comity_check_range range = find_range(value, step);
    return comity_check_look_at(data, range.bytes, range.size, range.missing, step);
}

/* ---- arithmetic ---- */

static int64_t divide(int64_t left, int64_t right)
{
    if (right == 0 || (left == INT64_MIN && right == -1)) {
        return 0;
    }
    int64_t quotient = left / right;
    return left % right != 0 && (left < 0) != (right < 0) ? quotient - 1 : quotient;
}

static int64_t modulo(int64_t left, int64_t right)
{
    if (right == 0 || right == -1 || right == INT64_MIN) {
        return 0;
    }
    int64_t rest = left % right;
    return rest < 0 ? rest + (right < 0 ? -right : right) : rest;
}

int64_t comity_check_change(const comity_check_data *data, const comity_check_step *step, int64_t top)
{
    const int64_t *numbers = data->numbers + step->data;
    switch (step->code) {
    case COMITY_CHECK_PICK:
        return top >= 0 && top < step->text_size ? data->texts[step->data + (size_t)top] : -1;
    case COMITY_CHECK_CHOOSE:
        return top >= 0 && top < step->count ? numbers[top] : -1;
    case COMITY_CHECK_AMONG:
        return comity_check_is_among(top, numbers, step->count);
    case COMITY_CHECK_NOT:
        return top == 0;
    default:
        return (int64_t)(0 - (uint64_t)top);
    }
}

static inline __attribute__((always_inline)) int64_t combine(uint8_t code, int64_t left, int64_t right)
{
    switch (code) {
    case COMITY_CHECK_ADD:
        return (int64_t)((uint64_t)left + (uint64_t)right);
    case COMITY_CHECK_SUBTRACT:
        return (int64_t)((uint64_t)left - (uint64_t)right);
    case COMITY_CHECK_MULTIPLY:
        return (int64_t)((uint64_t)left * (uint64_t)right);
    case COMITY_CHECK_DIVIDE:
        return divide(left, right);
    case COMITY_CHECK_MODULO:
        return modulo(left, right);
    case COMITY_CHECK_EQUAL:
        return left == right;
    case COMITY_CHECK_LESS:
        return left < right;
    default:
        return left > right;
    }
}

int64_t comity_check_combine(uint8_t code, int64_t left, int64_t right)
{
    return combine(code, left, right);
}

bool comity_check_is_date(int64_t year, int64_t month, int64_t day)
{
    int32_t date;
    bool can_be = year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
    return can_be && comity_date_from_civil((int32_t)year, (int32_t)month, (int32_t)day, &date, NULL) == COMITY_OK;
}

/* ---- the machine ---- */

/* Where the program goes on after a step that may leave the straight way; `top` is taken off where it says so. */
static const comity_check_step *steer(const comity_check_step *steps, const comity_check_step *step, int64_t **top)
{
    bool is_zero = **top == 0;
    bool jumps = step->code == COMITY_CHECK_JUMP || is_zero != (step->code == COMITY_CHECK_OR_ELSE);
    bool keeps = jumps && step->code != COMITY_CHECK_JUMP_ZERO;
    *top -= !keeps;
    assert(!jumps || steps + step->data > step);
    return jumps ? steps + step->data : step + 1;
}

/* Each step leaves the stack as its code says; `top` is its last number, the first place stays free. The
 * steps met most stand here, in the order of their codes. */
bool comity_check_run(const comity_check_step *steps, size_t count, const comity_check_data *data,
                      const comity_check_value *value)
{
    int64_t stack[COMITY_CHECK_STACK + 1];
    int64_t names[COMITY_CHECK_NAMES];
    int64_t *top = stack;
    const comity_check_step *end = steps + count;
    for (const comity_check_step *step = steps; step < end;) {
        const comity_check_step *next = step + 1;
        switch (step->code) {
        case COMITY_CHECK_CONSTANT:
            *++top = data->numbers[step->data];
            break;
        case COMITY_CHECK_RECALL:
            *++top = names[step->from];
            break;
        case COMITY_CHECK_LENGTH:
            *++top = value->body_end - value->body_begin;
            break;
        case COMITY_CHECK_FORM:
            *++top = value->form;
            break;
        case COMITY_CHECK_NUMBER:
            *++top = read_number(find_range(value, step));
            break;
        case COMITY_CHECK_SUM:
            *++top = weigh(find_range(value, step), data->numbers + step->data, step->count);
            break;
        case COMITY_CHECK_AMONG:
            *top = comity_check_is_among(*top, data->numbers + step->data, step->count);
            break;
        case COMITY_CHECK_NOT:
            *top = *top == 0;
            break;
        case COMITY_CHECK_ADD:
            top[-1] = combine(COMITY_CHECK_ADD, top[-1], *top);
            top--;
            break;
        case COMITY_CHECK_MULTIPLY:
            top[-1] = combine(COMITY_CHECK_MULTIPLY, top[-1], *top);
            top--;
            break;
        case COMITY_CHECK_MODULO:
            top[-1] = combine(COMITY_CHECK_MODULO, top[-1], *top);
            top--;
            break;
        case COMITY_CHECK_EQUAL:
            top[-1] = combine(COMITY_CHECK_EQUAL, top[-1], *top);
            top--;
            break;
        case COMITY_CHECK_LESS:
            top[-1] = combine(COMITY_CHECK_LESS, top[-1], *top);
            top--;
            break;
        case COMITY_CHECK_GREATER:
            top[-1] = combine(COMITY_CHECK_GREATER, top[-1], *top);
            top--;
            break;
        case COMITY_CHECK_DATE:
            top[-2] = comity_check_is_date(top[-2], top[-1], *top);
            top -= 2;
            break;
        case COMITY_CHECK_KEEP:
            names[step->from] = *top--;
            break;
        case COMITY_CHECK_REQUIRE:
            if (*top-- == 0) {
                return false;
            }
            break;
        case COMITY_CHECK_JUMP:
        case COMITY_CHECK_JUMP_ZERO:
        case COMITY_CHECK_AND_THEN:
        case COMITY_CHECK_OR_ELSE:
            next = steer(steps, step, &top);
            break;
        default:
            if (step->code < COMITY_CHECK_PICK) {
                *++top = look(data, value, step);
            } else if (step->code < COMITY_CHECK_ADD) {
                *top = comity_check_change(data, step, *top);
            } else {
                top[-1] = combine(step->code, top[-1], *top);
                top--;
            }
            break;
        }
        step = next;
    }
    return true;
}
