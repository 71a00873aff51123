/* Comes in: the characters of a value, check character last. Goes out: whether
 * the scheme holds. Each function walks once over the bytes; characters that a
 * scheme does not know make it fail or count as 0, as said at each. */
#include "inspect/check_digits.h"

#include "base/swar.h"

#include <string.h>

/* clang-format off */
const uint8_t comity_check_numbers[256] = {
    ['0'] = 0, ['1'] = 1, ['2'] = 2, ['3'] = 3, ['4'] = 4, ['5'] = 5, ['6'] = 6, ['7'] = 7, ['8'] = 8, ['9'] = 9,
    ['A'] = 10, ['B'] = 11, ['C'] = 12, ['D'] = 13, ['E'] = 14, ['F'] = 15, ['G'] = 16, ['H'] = 17, ['I'] = 18,
    ['J'] = 19, ['K'] = 20, ['L'] = 21, ['M'] = 22, ['N'] = 23, ['O'] = 24, ['P'] = 25, ['Q'] = 26, ['R'] = 27,
    ['S'] = 28, ['T'] = 29, ['U'] = 30, ['V'] = 31, ['W'] = 32, ['X'] = 33, ['Y'] = 34, ['Z'] = 35,
    ['a'] = 10, ['b'] = 11, ['c'] = 12, ['d'] = 13, ['e'] = 14, ['f'] = 15, ['g'] = 16, ['h'] = 17, ['i'] = 18,
    ['j'] = 19, ['k'] = 20, ['l'] = 21, ['m'] = 22, ['n'] = 23, ['o'] = 24, ['p'] = 25, ['q'] = 26, ['r'] = 27,
    ['s'] = 28, ['t'] = 29, ['u'] = 30, ['v'] = 31, ['w'] = 32, ['x'] = 33, ['y'] = 34, ['z'] = 35,
};

/* Products in the group of the symmetries of a pentagon. */
static const uint8_t pentagon[10][10] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
    {1, 2, 3, 4, 0, 6, 7, 8, 9, 5},
    {2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
    {3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
    {4, 0, 1, 2, 3, 9, 5, 6, 7, 8},
    {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
    {6, 5, 9, 8, 7, 1, 0, 4, 3, 2},
    {7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
    {8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
    {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}};

/* What the scheme does to a digit before it counts, by place from the right. */
static const uint8_t turned[8][10] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
    {1, 5, 7, 6, 2, 8, 3, 0, 9, 4},
    {5, 8, 0, 3, 7, 9, 6, 1, 4, 2},
    {8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
    {9, 4, 5, 3, 1, 2, 6, 8, 7, 0},
    {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
    {2, 7, 9, 3, 8, 0, 6, 4, 1, 5},
    {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}};

/* A quasigroup that no swap of neighbours leaves alone. */
static const uint8_t quasigroup[10][10] = {
    {0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
    {7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
    {4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
    {1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
    {6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
    {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
    {5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
    {8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
    {9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
    {2, 5, 8, 1, 4, 3, 6, 7, 9, 0}};
/* clang-format on */

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* ---- Luhn ---- */

/* The number of a character in an alphabet; `alphabet_size` if it is not there. */
static size_t place_in(const uint8_t *alphabet, size_t alphabet_size, uint8_t byte)
{
    const uint8_t *found = memchr(alphabet, byte, alphabet_size);
    return found == NULL ? alphabet_size : (size_t)(found - alphabet);
}

static size_t doubled(size_t number, size_t radix)
{
    return number * 2 >= radix ? number * 2 - radix + 1 : number * 2;
}

/* The sum of eight digits, of which the second, fourth … from the right are doubled; false if one is none. */
static bool luhn_eight(const uint8_t *bytes, size_t *ret_sum)
{
    uint64_t digits = comity_swar_load_ordered(bytes) ^ COMITY_SWAR_ONES * '0';
    const uint64_t second = UINT64_C(0x00FF00FF00FF00FF);
    if (((digits + COMITY_SWAR_ONES * 0x76) | digits) >> 7 & COMITY_SWAR_ONES) {
        return false;
    }
    uint64_t twice = digits + (digits & second);
    uint64_t over = (twice + (COMITY_SWAR_ONES * 0x76 & second)) >> 7 & COMITY_SWAR_ONES & second;
    *ret_sum = (size_t)comity_swar_sum(twice - over * 9);
    return true;
}

static bool luhn_decimal(const uint8_t *bytes, size_t size)
{
    size_t sum = 0;
    size_t eight;
    for (; size >= 8; size -= 8) {
        if (!luhn_eight(bytes + size - 8, &eight)) {
            return false;
        }
        sum += eight;
    }
    if (size != 0) {
        uint8_t rest[8] = {'0', '0', '0', '0', '0', '0', '0', '0'};
        memcpy(rest + 8 - size, bytes, size);
        if (!luhn_eight(rest, &eight)) {
            return false;
        }
        sum += eight;
    }
    return sum % 10 == 0;
}

bool comity_check_luhn(const uint8_t *bytes, size_t size, const uint8_t *alphabet, size_t alphabet_size)
{
    size_t sum = 0;
    if (alphabet == NULL) {
        return size > 0 && luhn_decimal(bytes, size);
    }
    for (size_t i = 0; i < size; i++) {
        size_t number = place_in(alphabet, alphabet_size, bytes[size - 1 - i]);
        if (number == alphabet_size) {
            return false;
        }
        sum += i % 2 == 1 ? doubled(number, alphabet_size) : number;
    }
    return size > 0 && sum % alphabet_size == 0;
}

bool comity_check_luhn_expanded(const uint8_t *bytes, size_t size)
{
    size_t sum = 0;
    bool second = false;
    for (size_t i = 0; i < size; i++) {
        size_t number = comity_check_numbers[bytes[size - 1 - i]];
        sum += second ? doubled(number % 10, 10) : number % 10;
        second = !second;
        if (number >= 10) {
            sum += second ? doubled(number / 10, 10) : number / 10;
            second = !second;
        }
    }
    return size > 0 && sum % 10 == 0;
}

/* ---- Verhoeff, Damm ---- */

bool comity_check_verhoeff(const uint8_t *bytes, size_t size)
{
    uint8_t state = 0;
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = bytes[size - 1 - i];
        if (!is_digit(byte)) {
            return false;
        }
        state = pentagon[state][turned[i % 8][byte - '0']];
    }
    return size > 0 && state == 0;
}

bool comity_check_damm(const uint8_t *bytes, size_t size)
{
    uint8_t state = 0;
    for (size_t i = 0; i < size; i++) {
        if (!is_digit(bytes[i])) {
            return false;
        }
        state = quasigroup[state][bytes[i] - '0'];
    }
    return size > 0 && state == 0;
}

/* ---- ISO/IEC 7064 ---- */

/* The number of a check character, which may be the one beyond the alphabet. */
static unsigned last_number(uint8_t byte, unsigned modulus)
{
    bool beyond = modulus == 11 ? byte == 'X' || byte == 'x' : byte == '*';
    return beyond ? modulus - 1 : comity_check_numbers[byte];
}

bool comity_check_pure(const uint8_t *bytes, size_t size, unsigned modulus, unsigned radix)
{
    unsigned sum = 0;
    for (size_t i = 0; i < size; i++) {
        bool last = i + 1 == size;
        unsigned number = last ? last_number(bytes[i], modulus) : comity_check_numbers[bytes[i]];
        if (number >= modulus || (!last && number == modulus - 1)) {
            return false;
        }
        sum = (sum * radix + number) % modulus;
    }
    return size > 0 && sum == 1;
}

bool comity_check_hybrid(const uint8_t *bytes, size_t size, unsigned modulus)
{
    unsigned product = modulus;
    for (size_t i = 0; i < size; i++) {
        unsigned number = comity_check_numbers[bytes[i]];
        if (number >= modulus) {
            return false;
        }
        unsigned sum = (product + number) % modulus;
        if (i + 1 == size) {
            return sum == 1;
        }
        product = (sum == 0 ? modulus : sum) * 2 % (modulus + 1);
    }
    return false;
}

uint32_t comity_check_remainder(const uint8_t *bytes, size_t size, uint32_t modulus, uint32_t before)
{
    uint64_t rest = before;
    for (size_t i = 0; i < size; i++) {
        uint8_t number = comity_check_numbers[bytes[i]];
        rest = (rest * (number >= 10 ? 100 : 10) + number) % modulus;
    }
    return (uint32_t)rest;
}
