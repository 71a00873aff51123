/* UTF-8 against a list of all there is: every code point's form, made by hand. */
#include "test.h"

#include "base/utf8.h"

#include <stdlib.h>

/* What RFC 3629 section 4 says, word by word: the size of the character, or 0. */
static size_t by_grammar(const uint8_t *b, size_t size)
{
#define TAIL(i) (size > (i) && b[i] >= 0x80 && b[i] <= 0xBF)
#define SECOND(least, most) (size > 1 && b[1] >= (least) && b[1] <= (most))
    if (b[0] <= 0x7F) {
        return 1;
    }
    if (b[0] >= 0xC2 && b[0] <= 0xDF) {
        return TAIL(1) ? 2 : 0;
    }
    bool three = (b[0] == 0xE0 && SECOND(0xA0, 0xBF)) || (b[0] >= 0xE1 && b[0] <= 0xEC && TAIL(1)) ||
                 (b[0] == 0xED && SECOND(0x80, 0x9F)) || (b[0] >= 0xEE && b[0] <= 0xEF && TAIL(1));
    if (three) {
        return TAIL(2) ? 3 : 0;
    }
    bool four = (b[0] == 0xF0 && SECOND(0x90, 0xBF)) || (b[0] >= 0xF1 && b[0] <= 0xF3 && TAIL(1)) ||
                (b[0] == 0xF4 && SECOND(0x80, 0x8F));
    return four && TAIL(2) && TAIL(3) ? 4 : 0;
}

static size_t check_by_grammar(const uint8_t *bytes, size_t size)
{
    size_t at = 0;
    while (at < size) {
        size_t character = by_grammar(bytes + at, size - at);
        if (character == 0) {
            return at;
        }
        at += character;
    }
    return size;
}

static bool steps_to_the_end(const uint8_t *bytes, size_t size)
{
    uint8_t state = COMITY_UTF8_START;
    for (size_t i = 0; i < size && state != COMITY_UTF8_BAD; i++) {
        state = comity_utf8_step(state, bytes[i]);
    }
    return state == COMITY_UTF8_START;
}

#define LONG_SIZE 100
#define LONG_AT 30

/* Within a long text, where vectors are used, across the border of two of them. */
static bool agree_within(const uint8_t *bytes, size_t size)
{
    static uint8_t text[LONG_SIZE] = "\xC3\xA9";
    memset(text + 2, 'x', LONG_SIZE - 2);
    memcpy(text + LONG_AT, bytes, size);
    size_t expected = LONG_AT + check_by_grammar(text + LONG_AT, size + 1);
    expected = expected == LONG_AT + size + 1 ? LONG_SIZE : expected;
    return comity_utf8_check(text, LONG_SIZE) == expected;
}

static bool agree(const uint8_t *bytes, size_t size)
{
    size_t expected = check_by_grammar(bytes, size);
    return comity_utf8_check(bytes, size) == expected && steps_to_the_end(bytes, size) == (expected == size) &&
           agree_within(bytes, size);
}

static void three_bytes(void)
{
    test_case("all sequences of one, two and three bytes");
    for (uint32_t word = 0; word < 1u << 24; word++) {
        uint8_t bytes[3] = {(uint8_t)(word >> 16), (uint8_t)(word >> 8), (uint8_t)word};
        if (!agree(bytes, 3) || !agree(bytes, 2) || !agree(bytes, 1)) {
            test_fail(__FILE__, __LINE__, "check, step and grammar differ");
            return;
        }
    }
}

static void four_bytes(void)
{
    test_case("sequences of four bytes around every border");
    static const uint8_t borders[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xE0, 0xF0, 0xFF};
    for (unsigned lead = 0xE0; lead <= 0xFF; lead++) {
        for (unsigned second = 0; second <= 0xFF; second++) {
            for (size_t i = 0; i < sizeof borders * sizeof borders; i++) {
                uint8_t bytes[4] = {(uint8_t)lead, (uint8_t)second, borders[i / sizeof borders],
                                    borders[i % sizeof borders]};
                if (!agree(bytes, 4)) {
                    test_fail(__FILE__, __LINE__, "check, step and grammar differ");
                    return;
                }
            }
        }
    }
}

static void every_character(void)
{
    test_case("every character is written and accepted");
    size_t sizes[5] = {0};
    for (uint32_t point = 0; point <= 0x10FFFF; point++) {
        if (point >= 0xD800 && point <= 0xDFFF) {
            continue;
        }
        char bytes[4];
        size_t size = comity_utf8_encode(point, bytes);
        sizes[size]++;
        if (comity_utf8_check(bytes, size) != size || by_grammar((const uint8_t *)bytes, size) != size) {
            test_fail(__FILE__, __LINE__, "a character is not accepted");
            return;
        }
    }
    CHECK_EQ_INT(0x80, sizes[1]);
    CHECK_EQ_INT(0x800 - 0x80, sizes[2]);
    CHECK_EQ_INT(0x10000 - 0x800 - 0x800, sizes[3]);
    CHECK_EQ_INT(0x100000, sizes[4]);
}

/* One bad byte at every place of a text of every size, so that no fast path misses it. */
static void every_place(void)
{
    test_case("a bad byte is found at every place");
    static const char *const fillings[] = {"a", "é", "国", "𝄞", "aé国𝄞"};
    for (size_t f = 0; f < sizeof fillings / sizeof fillings[0]; f++) {
        for (size_t size = 0; size <= 140; size++) {
            uint8_t text[160];
            size_t whole = 0;
            while (whole + strlen(fillings[f]) <= size) {
                memcpy(text + whole, fillings[f], strlen(fillings[f]));
                whole += strlen(fillings[f]);
            }
            CHECK_EQ_INT(whole, comity_utf8_check(text, whole));
            for (size_t at = 0; at < whole; at++) {
                uint8_t kept = text[at];
                text[at] = 0xFF;
                CHECK_EQ_INT(check_by_grammar(text, whole), comity_utf8_check(text, whole));
                text[at] = kept;
            }
        }
    }
    CHECK_EQ_INT(0, comity_utf8_check(NULL, 0));
}

static void random_bytes(void)
{
    test_case("random texts with mistakes");
    uint32_t random = 7;
    for (int round = 0; round < 200000; round++) {
        uint8_t text[100];
        size_t size = 0;
        while (size < 90) {
            random = random * 1664525 + 1013904223;
            uint32_t point = random >> 8 & (random & 1 ? 0x7F : random & 2 ? 0x7FF : 0xD7FF);
            size += comity_utf8_encode(point, (char *)text + size);
        }
        random = random * 1664525 + 1013904223;
        text[(random >> 16) % size] = (uint8_t)(random >> 8);
        bool good = comity_utf8_check(text, size) == check_by_grammar(text, size) &&
                    steps_to_the_end(text, size) == (check_by_grammar(text, size) == size);
        if (!good) {
            test_fail(__FILE__, __LINE__, "check, step and grammar differ");
            return;
        }
    }
}

/* Cut off at the end, at every size around those of vectors. */
static void cut_off(void)
{
    test_case("a character cut off at the end is found");
    for (size_t size = 60; size < 240; size++) {
        char text[256] = "é";
        for (size_t points = 0; points < 4; points++) {
            static const char *const characters[] = {"a", "é", "国", "𝄞"};
            size_t character = strlen(characters[points]);
            memset(text + 2, 'x', size - 2);
            memcpy(text + size, characters[points], character);
            CHECK_EQ_INT(size + character, comity_utf8_check(text, size + character));
            for (size_t kept = 1; kept < character; kept++) {
                CHECK_EQ_INT(size, comity_utf8_check(text, size + kept));
            }
        }
    }
}

static void whole(void)
{
    test_case("a character cut off at the end is left away");
    static const char text[] = "aé国𝄞";
    static const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10};
    for (size_t size = 0; size < sizeof expected / sizeof expected[0]; size++) {
        CHECK_EQ_INT(expected[size], comity_utf8_whole(text, size));
    }
}

static void count(void)
{
    test_case("characters are counted");
    static char text[9000];
    size_t size = 0;
    for (size_t characters = 0; size < sizeof text - 16; characters++) {
        CHECK_EQ_INT(characters, comity_utf8_count(text, size));
        static const uint32_t points[] = {'a', 0xE9, 0x56FD, 0x1D11E, 'b', '\n', 0xFFFF};
        size += comity_utf8_encode(points[characters * 31 % 7], text + size);
    }
    CHECK_EQ_INT(0, comity_utf8_count(NULL, 0));
}

int main(void)
{
    test_begin("base/utf8");
    three_bytes();
    four_bytes();
    every_character();
    every_place();
    random_bytes();
    cut_off();
    whole();
    count();
    return test_done();
}
