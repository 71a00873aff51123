/* Comes in: the bytes of a value. Goes out: whether what they must keep to
 * holds. Sizes are bounded by COMITY_LIMIT_VALUE_CODE_BYTES where the work grows
 * with their square; nothing is allocated. */
#include "inspect/check_codes.h"

#include "inspect/scan_bytes.h"

#include "base/limits.h"
#include "base/sha256.h"
#include "inspect/check_digits.h"

#include <string.h>

/* ---- entropy ---- */

/* The logarithm to base 2 of a positive number, in 16.16 fixed point: so every
 * machine finds the same. */
static uint64_t log2_fixed(uint64_t number)
{
    uint64_t whole = 0;
    while (number >> (whole + 1) != 0) {
        whole++;
    }
    uint64_t mantissa = whole <= 31 ? number << (31 - whole) : number >> (whole - 31);
    uint64_t result = whole << 16;
    for (uint64_t bit = UINT64_C(1) << 15; bit != 0; bit >>= 1) {
        mantissa = mantissa * mantissa >> 31;
        if (mantissa >> 32 != 0) {
            mantissa >>= 1;
            result |= bit;
        }
    }
    return result;
}

uint32_t comity_check_entropy(const uint8_t *bytes, size_t size)
{
    uint32_t counts[256] = {0};
    if (size == 0 || size > COMITY_LIMIT_VALUE_BYTES) {
        return 0;
    }
    for (size_t i = 0; i < size; i++) {
        counts[bytes[i]]++;
    }
    uint64_t sum = 0; /* of count times its logarithm */
    for (size_t i = 0; i < 256; i++) {
        sum += counts[i] > 1 ? counts[i] * log2_fixed(counts[i]) : 0;
    }
    uint64_t bits = log2_fixed(size) * size - sum; /* of all bytes together, 16.16 */
    return (uint32_t)(bits * 100 / size >> 16);
}

/* ---- CRC-32 ---- */

uint32_t comity_check_crc32(const uint8_t *bytes, size_t size)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (UINT32_C(0xEDB88320) & (0 - (crc & 1)));
        }
    }
    return ~crc;
}

/* ---- Base58 ---- */

/* number = number * 58 + digit, least byte first; returns the new size, or 0 beyond `size_max`. */
static size_t push_base58(uint8_t *number, size_t size, size_t size_max, unsigned digit)
{
    unsigned carry = digit;
    for (size_t i = 0; i < size; i++) {
        carry += number[i] * 58u;
        number[i] = (uint8_t)carry;
        carry >>= 8;
    }
    while (carry != 0 && size < size_max) {
        number[size++] = (uint8_t)carry;
        carry >>= 8;
    }
    return size;
}

static void reverse(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size / 2; i++) {
        uint8_t kept = bytes[i];
        bytes[i] = bytes[size - 1 - i];
        bytes[size - 1 - i] = kept;
    }
}

bool comity_check_base58(const uint8_t *bytes, size_t size, const uint8_t *alphabet)
{
    uint8_t number[COMITY_LIMIT_VALUE_CODE_BYTES];
    size_t number_size = 0;
    size_t zeros = 0;
    if (size > COMITY_LIMIT_VALUE_CODE_BYTES) {
        return false;
    }
    while (zeros < size && bytes[zeros] == alphabet[0]) {
        zeros++;
    }
    for (size_t i = zeros; i < size; i++) {
        const uint8_t *digit = memchr(alphabet, bytes[i], 58);
        if (digit == NULL) {
            return false;
        }
        number_size = push_base58(number, number_size, sizeof number - zeros, (unsigned)(digit - alphabet));
    }
    memset(number + number_size, 0, zeros);
    number_size += zeros;
    if (number_size < 5) {
        return false;
    }
    reverse(number, number_size);
    uint8_t once[COMITY_SHA256_SIZE];
    uint8_t twice[COMITY_SHA256_SIZE];
    comity_sha256(number, number_size - 4, once);
    comity_sha256(once, sizeof once, twice);
    return memcmp(twice, number + number_size - 4, 4) == 0;
}

/* ---- Bech32 ---- */

static uint32_t push_bech32(uint32_t state, uint32_t value)
{
    static const uint32_t generators[] = {0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3};
    uint32_t top = state >> 25;
    state = (state & 0x1FFFFFF) << 5 ^ value;
    for (unsigned i = 0; i < 5; i++) {
        state ^= (top >> i & 1) != 0 ? generators[i] : 0;
    }
    return state;
}

static uint8_t lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte - 'A' + 'a') : byte;
}

/* True if letters of both cases are there. */
static bool is_mixed(const uint8_t *bytes, size_t size)
{
    bool has_lower = false;
    bool has_upper = false;
    for (size_t i = 0; i < size; i++) {
        has_lower |= bytes[i] >= 'a' && bytes[i] <= 'z';
        has_upper |= bytes[i] >= 'A' && bytes[i] <= 'Z';
    }
    return has_lower && has_upper;
}

bool comity_check_bech32(const uint8_t *bytes, size_t size)
{
    static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    size_t one = size;
    while (one > 0 && bytes[one - 1] != '1') {
        one--;
    }
    if (one < 2 || size - one < 6 || size > COMITY_LIMIT_VALUE_CODE_BYTES || is_mixed(bytes, size)) {
        return false;
    }
    uint32_t state = 1;
    for (size_t i = 0; i + 1 < one; i++) {
        state = push_bech32(state, lower(bytes[i]) >> 5);
    }
    state = push_bech32(state, 0);
    for (size_t i = 0; i + 1 < one; i++) {
        state = push_bech32(state, lower(bytes[i]) & 31u);
    }
    for (size_t i = one; i < size; i++) {
        const char *found = memchr(alphabet, lower(bytes[i]), sizeof alphabet - 1);
        if (found == NULL) {
            return false;
        }
        state = push_bech32(state, (uint32_t)(found - alphabet));
    }
    return state == 1 || state == 0x2BC830A3;
}

/* ---- Keccak ---- */

static uint64_t turn_left(uint64_t word, unsigned by)
{
    return by == 0 ? word : word << by | word >> (64 - by);
}

/* Keccak-f[1600]: the constants of its 24 rounds come from the shift register
 * that FIPS 202 section 3.2.5 describes. */
static bool next_bit(uint8_t *bits)
{
    bool bit = (*bits & 1) != 0;
    *bits = (uint8_t)((*bits & 0x80) != 0 ? *bits << 1 ^ 0x71 : *bits << 1);
    return bit;
}

static uint64_t round_constant(uint8_t *bits)
{
    uint64_t constant = 0;
    for (unsigned i = 0; i < 7; i++) {
        constant |= next_bit(bits) ? UINT64_C(1) << ((1u << i) - 1) : 0;
    }
    return constant;
}

static void mix_columns(uint64_t lanes[25])
{
    uint64_t columns[5];
    for (unsigned x = 0; x < 5; x++) {
        columns[x] = lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20];
    }
    for (unsigned i = 0; i < 25; i++) {
        lanes[i] ^= columns[(i + 4) % 5] ^ turn_left(columns[(i + 1) % 5], 1);
    }
}

static void turn_and_move(uint64_t lanes[25])
{
    unsigned x = 1;
    unsigned y = 0;
    uint64_t carried = lanes[1];
    for (unsigned step = 0; step < 24; step++) {
        unsigned next = (2 * x + 3 * y) % 5;
        x = y;
        y = next;
        uint64_t kept = lanes[x + 5 * y];
        lanes[x + 5 * y] = turn_left(carried, (step + 1) * (step + 2) / 2 % 64);
        carried = kept;
    }
}

static void mix_rows(uint64_t lanes[25])
{
    for (unsigned y = 0; y < 25; y += 5) {
        uint64_t row[5];
        memcpy(row, lanes + y, sizeof row);
        for (unsigned x = 0; x < 5; x++) {
            lanes[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
        }
    }
}

/* The first 160 bits of the Keccak-256 of 40 bytes, least byte of a lane first. */
static void keccak_forty(const uint8_t bytes[40], uint64_t lanes[25])
{
    uint8_t bits = 1;
    memset(lanes, 0, 25 * sizeof *lanes);
    for (unsigned i = 0; i < 40; i++) {
        lanes[i / 8] |= (uint64_t)bytes[i] << (i % 8 * 8);
    }
    lanes[5] ^= 1;
    lanes[16] ^= UINT64_C(1) << 63;
    for (int round = 0; round < 24; round++) {
        mix_columns(lanes);
        turn_and_move(lanes);
        mix_rows(lanes);
        lanes[0] ^= round_constant(&bits);
    }
}

bool comity_check_eip55(const uint8_t *bytes, size_t size)
{
    uint8_t small[40];
    uint64_t lanes[25];
    if (size != sizeof small) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        small[i] = lower(bytes[i]);
    }
    keccak_forty(small, lanes);
    for (size_t i = 0; i < size; i++) {
        unsigned half = (unsigned)(lanes[i / 16] >> (i % 16 / 2 * 8 + (i % 2 == 0 ? 4 : 0)) & 15);
        bool is_letter = small[i] >= 'a';
        bool is_upper = bytes[i] != small[i];
        if (is_letter && is_upper != (half >= 8)) {
            return false;
        }
    }
    return true;
}

/* ---- addresses of the net ---- */

static bool is_hex(uint8_t byte)
{
    uint8_t small = lower(byte);
    return (byte >= '0' && byte <= '9') || (small >= 'a' && small <= 'f');
}

/* A dotted address at the end of one of version 6. */
static bool is_ipv4(const uint8_t *bytes, size_t size)
{
    unsigned parts = 0;
    size_t i = 0;
    for (;;) {
        unsigned number = 0;
        size_t begin = i;
        while (i < size && i - begin < 3 && bytes[i] >= '0' && bytes[i] <= '9') {
            number = number * 10 + (bytes[i++] - '0');
        }
        parts++;
        if (i == begin || number > 255) {
            return false;
        }
        if (i == size) {
            return parts == 4;
        }
        if (bytes[i++] != '.') {
            return false;
        }
    }
}

bool comity_check_ipv6(const uint8_t *bytes, size_t size)
{
    unsigned groups = 0;
    bool shortened = false;
    size_t i = 0;
    if (size >= 2 && bytes[0] == ':' && bytes[1] == ':') {
        shortened = true;
        i = 2;
    }
    while (i < size) {
        size_t begin = i;
        while (i < size && i - begin < 5 && is_hex(bytes[i])) {
            i++;
        }
        if (i == begin || i - begin > 4) {
            return false;
        }
        if (i < size && bytes[i] == '.') {
            groups += 2;
            return is_ipv4(bytes + begin, size - begin) && (shortened ? groups < 8 : groups == 8);
        }
        groups++;
        if (i == size) {
            break;
        }
        if (bytes[i++] != ':' || i == size) {
            return false;
        }
        if (bytes[i] == ':') {
            if (shortened) {
                return false;
            }
            shortened = true;
            i++;
        }
    }
    return shortened ? groups < 8 : groups == 8;
}

static bool is_letter_or_more(uint8_t byte)
{
    return (comity_scan_class(byte) & (COMITY_BYTE_LETTER | COMITY_BYTE_HIGH)) != 0;
}

bool comity_check_host(const uint8_t *bytes, size_t size)
{
    size_t labels = 0;
    size_t begin = 0;
    for (size_t i = 0; i <= size; i++) {
        if (i < size && bytes[i] != '.') {
            if ((comity_scan_class(bytes[i]) & COMITY_BYTE_WORD) == 0 && bytes[i] != '-') {
                return false;
            }
            continue;
        }
        size_t label = i - begin;
        if (label == 0 || label > 63 || bytes[begin] == '-' || bytes[i - 1] == '-') {
            return false;
        }
        labels++;
        if (i == size) {
            bool alphabetic = label >= 2 && is_letter_or_more(bytes[begin]) && is_letter_or_more(bytes[i - 1]);
            return labels >= 2 && alphabetic;
        }
        begin = i + 1;
    }
    return false;
}
