/* What comes in: bytes, whole or one by one. What goes out: where they stop
 * being UTF-8. A run of ASCII is passed over 32 bytes at a time; then, where the
 * machine can, vectors tell whether all the rest is right; only if not, or if
 * there is little of it, one character after another is looked at. What comes in
 * pieces goes through the table of states. */
#include "base/utf8.h"

#include "base/swar.h"
#include "base/utf8_fast.h"

#include <stdbool.h>
#include <string.h>

/* States between the bytes of a character: what may still come. */
enum {
    STATE_START = COMITY_UTF8_START,
    STATE_BAD = COMITY_UTF8_BAD,
    STATE_ONE,      /* one more: 80–BF */
    STATE_TWO,      /* two more: 80–BF */
    STATE_TWO_E0,   /* two more, the first A0–BF: no overlong form */
    STATE_TWO_ED,   /* two more, the first 80–9F: no surrogate */
    STATE_THREE,    /* three more: 80–BF */
    STATE_THREE_F0, /* three more, the first 90–BF: no overlong form */
    STATE_THREE_F4  /* three more, the first 80–8F: nothing above U+10FFFF */
};

/* What may follow in each state, and the state after it. */
static const struct {
    uint8_t least;
    uint8_t most;
    uint8_t next;
} following[] = {
    [STATE_START] = {0x00, 0x7F, STATE_START},  [STATE_BAD] = {0xFF, 0x00, STATE_BAD},
    [STATE_ONE] = {0x80, 0xBF, STATE_START},    [STATE_TWO] = {0x80, 0xBF, STATE_ONE},
    [STATE_TWO_E0] = {0xA0, 0xBF, STATE_ONE},   [STATE_TWO_ED] = {0x80, 0x9F, STATE_ONE},
    [STATE_THREE] = {0x80, 0xBF, STATE_TWO},    [STATE_THREE_F0] = {0x90, 0xBF, STATE_TWO},
    [STATE_THREE_F4] = {0x80, 0x8F, STATE_TWO},
};

static uint8_t lead_state(uint8_t byte)
{
    if (byte < 0x80) {
        return STATE_START;
    }
    if (byte < 0xC2 || byte > 0xF4) {
        return STATE_BAD;
    }
    if (byte < 0xE0) {
        return STATE_ONE;
    }
    if (byte < 0xF0) {
        return byte == 0xE0 ? STATE_TWO_E0 : byte == 0xED ? STATE_TWO_ED : STATE_TWO;
    }
    return byte == 0xF0 ? STATE_THREE_F0 : byte == 0xF4 ? STATE_THREE_F4 : STATE_THREE;
}

uint8_t comity_utf8_step(uint8_t state, uint8_t byte)
{
    if (state == STATE_START) {
        return lead_state(byte);
    }
    bool fits = byte >= following[state].least && byte <= following[state].most;
    return fits ? following[state].next : STATE_BAD;
}

static size_t ascii_size(const uint8_t *bytes, size_t size)
{
    size_t at = 0;
    while (size - at >= 32) {
        uint64_t words[4];
        memcpy(words, bytes + at, sizeof words);
        if (((words[0] | words[1] | words[2] | words[3]) & COMITY_SWAR_HIGHS) != 0) {
            break;
        }
        at += 32;
    }
    while (at < size && bytes[at] < 0x80) {
        at++;
    }
    return at;
}

static bool continues(uint8_t byte)
{
    return (byte & 0xC0) == 0x80;
}

/* The size of the character of two to four bytes that begins here; 0 if none does. */
static size_t character_size(const uint8_t *bytes, size_t size)
{
    uint8_t state = lead_state(bytes[0]);
    if (state == STATE_ONE) {
        return size >= 2 && continues(bytes[1]) ? 2 : 0;
    }
    if (state == STATE_BAD || size < 3 || bytes[1] < following[state].least || bytes[1] > following[state].most) {
        return 0;
    }
    if (bytes[0] < 0xF0) {
        return continues(bytes[2]) ? 3 : 0;
    }
    return size >= 4 && continues(bytes[2]) && continues(bytes[3]) ? 4 : 0;
}

/* Less than this is read character by character before vectors have begun. */
#define FAST_SIZE_MIN 64

size_t comity_utf8_check(const void *bytes, size_t size)
{
    const uint8_t *text = bytes;
    size_t at = size == 0 ? 0 : ascii_size(text, size);
    if (size - at >= FAST_SIZE_MIN && comity_utf8_surely(text + at, size - at)) {
        return size;
    }
    while (at < size) {
        size_t character = text[at] < 0x80 ? ascii_size(text + at, size - at) : character_size(text + at, size - at);
        if (character == 0) {
            return at;
        }
        at += character;
    }
    return size;
}

size_t comity_utf8_whole(const void *bytes, size_t size)
{
    const uint8_t *text = bytes;
    for (size_t back = 1; back <= 3 && back <= size; back++) {
        uint8_t byte = text[size - back];
        if (!continues(byte)) {
            size_t wanted = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
            return wanted > back ? size - back : size;
        }
    }
    return size;
}

/* One in each byte that begins a character. */
static uint64_t beginnings(uint64_t word)
{
    return (~word >> 7 | word >> 6) & COMITY_SWAR_ONES;
}

size_t comity_utf8_count(const void *bytes, size_t size)
{
    const uint8_t *text = bytes;
    size_t count = 0;
    size_t at = 0;
    while (size - at >= 8) {
        /* Each byte of the sum counts up to 255. */
        size_t words = (size - at) / 8 < 255 ? (size - at) / 8 : 255;
        uint64_t sum = 0;
        for (size_t i = 0; i < words; i++) {
            sum += beginnings(comity_swar_load(text + at + 8 * i));
        }
        count += comity_swar_sum(sum);
        at += 8 * words;
    }
    for (; at < size; at++) {
        count += continues(text[at]) ? 0 : 1;
    }
    return count;
}

size_t comity_utf8_encode(uint32_t code_point, char ret_bytes[4])
{
    if (code_point < 0x80) {
        ret_bytes[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        ret_bytes[0] = (char)(0xC0 | (code_point >> 6));
        ret_bytes[1] = (char)(0x80 | (code_point & 0x3F));
        return 2;
    }
    if (code_point < 0x10000) {
        ret_bytes[0] = (char)(0xE0 | (code_point >> 12));
        ret_bytes[1] = (char)(0x80 | ((code_point >> 6) & 0x3F));
        ret_bytes[2] = (char)(0x80 | (code_point & 0x3F));
        return 3;
    }
    ret_bytes[0] = (char)(0xF0 | (code_point >> 18));
    ret_bytes[1] = (char)(0x80 | ((code_point >> 12) & 0x3F));
    ret_bytes[2] = (char)(0x80 | ((code_point >> 6) & 0x3F));
    ret_bytes[3] = (char)(0x80 | (code_point & 0x3F));
    return 4;
}

/* Characters that cannot be seen, or turn what stands beside them around: with
 * them a text could be read as another than it is; letters and patterns that are
 * blank (U+3164, U+2800) too. As ranges of code points;
 * U+200C and U+200D, which some scripts need to spell, are not among them. */
static const struct {
    uint32_t first, last;
} unseen[] = {{0x7F, 0x9F},     {0xAD, 0xAD},     {0x34F, 0x34F},   {0x61C, 0x61C},   {0x115F, 0x1160}, {0x17B4, 0x17B5},
              {0x180E, 0x180E}, {0x200B, 0x200B}, {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F}, {0x2800, 0x2800},
              {0x3164, 0x3164}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F}};

/* The code point that begins at `text`, which is checked UTF-8; and its size. */
static uint32_t code_point_at(const char *text, size_t *ret_size)
{
    uint8_t lead = (uint8_t)text[0];
    size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t point = size == 1 ? lead : lead & (0x7Fu >> size);
    for (size_t i = 1; i < size; i++) {
        point = point << 6 | ((uint8_t)text[i] & 0x3Fu);
    }
    *ret_size = size;
    return point;
}

uint32_t comity_utf8_unseen(const void *bytes, size_t size)
{
    const char *text = bytes;
    for (size_t at = 0; at < size;) {
        size_t step = 1;
        uint32_t point = code_point_at(text + at, &step);
        for (size_t i = 0; point >= unseen[0].first && i < sizeof unseen / sizeof unseen[0]; i++) {
            if (point >= unseen[i].first && point <= unseen[i].last) {
                return point;
            }
        }
        at += step;
    }
    return 0;
}
