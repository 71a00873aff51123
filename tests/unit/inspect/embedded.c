/* Values in base64: what is passed over by vectors has none, and planted ones are found. */
#include "test.h"

#include "../../form_parts.h"
#include "inspect/forms/base64.h"
#include "inspect/forms/embedded.h"
#include "inspect/forms/embedded_fast.h"
#include "random.h"

#include <stdlib.h>

#define TEXT_SIZE ((size_t)2000)

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
static const char others[] = " \n\",:;.{}[]()<>=@#~|\\^";

/* Runs of fewer digits than `longest`, with other signs between. */
static void make_text(chance *dice, unsigned longest, uint8_t *ret_text)
{
    for (size_t at = 0; at < TEXT_SIZE;) {
        size_t run = chance_below(dice, longest);
        for (size_t i = 0; i < run && at < TEXT_SIZE; i++) {
            ret_text[at++] = (uint8_t)digits[chance_below(dice, sizeof digits - 1)];
        }
        size_t gap = 1 + chance_below(dice, 4);
        for (size_t i = 0; i < gap && at < TEXT_SIZE; i++) {
            ret_text[at++] = (uint8_t)others[chance_below(dice, sizeof others - 1)];
        }
    }
}

/* What can be passed over, by looking at each byte. */
static size_t pass_slowly(const uint8_t *text, size_t size)
{
    size_t run = 0;
    for (size_t i = 0; i < size; i++) {
        run = comity_base64_digit(text[i]) < 64 ? run + 1 : 0;
        if (run == COMITY_EMBEDDED_SIZE_MIN) {
            return i + 1 - run;
        }
    }
    return size - run;
}

static size_t ascii_slowly(const uint8_t *text, size_t size)
{
    size_t at = 0;
    while (at < size && text[at] < 0x80) {
        at++;
    }
    return at;
}

static void levels_agree(const uint8_t *text, size_t size)
{
    /* in memory of its own, so that what is read behind it is seen */
    uint8_t *own = malloc(size + 1);
    bool good = own != NULL;
    if (good) {
        memcpy(own, text, size);
        own = realloc(own, size == 0 ? 1 : size);
    }
    for (size_t i = 0; good && comity_embedded_level_at(i) != NULL; i++) {
        const comity_embedded_level *level = comity_embedded_level_at(i);
        good = level->pass(own, size) == pass_slowly(text, size) && level->ascii(own, size) == ascii_slowly(text, size);
        CHECK(good);
    }
    free(own);
}

static void passed_over(void)
{
    test_case("each level passes over the same: all before sixteen digits in a row, or a run at the end");
    uint8_t text[TEXT_SIZE];
    for (uint64_t seed = 0; seed < 4000; seed++) {
        chance dice = chance_for(1, seed);
        unsigned longest =
            seed % 2 == 0 ? COMITY_EMBEDDED_SIZE_MIN : 21; /* of the first there is none that is long enough */
        make_text(&dice, longest, text);
        for (unsigned i = 0; i < seed % 3; i++) {
            text[chance_below(&dice, TEXT_SIZE)] = (uint8_t)(0x80 + chance_below(&dice, 0x80));
        }
        levels_agree(text, chance_below(&dice, TEXT_SIZE));
    }
    for (size_t before = 0; before < 1300; before++) {
        memset(text, ' ', sizeof text);
        memset(text + before, 'a', COMITY_EMBEDDED_SIZE_MIN);
        levels_agree(text, TEXT_SIZE);
        levels_agree(text, before + COMITY_EMBEDDED_SIZE_MIN - 1);
    }
    for (unsigned byte = 0; byte < 256; byte++) {
        memset(text, (int)byte, COMITY_EMBEDDED_SIZE_MIN);
        levels_agree(text, COMITY_EMBEDDED_SIZE_MIN);
    }
    CHECK(comity_embedded_level_at(0) != NULL && comity_embedded_level_best() != NULL);
}

static size_t encode(const char *text, size_t size, uint8_t *ret_digits)
{
    size_t n = 0;
    for (size_t at = 0; at < size; at += 3) {
        uint32_t bits = 0;
        size_t left = size - at < 3 ? size - at : 3;
        for (size_t i = 0; i < 3; i++) {
            bits = bits << 8 | (i < left ? (uint8_t)text[at + i] : 0u);
        }
        for (size_t i = 0; i <= left; i++) {
            ret_digits[n++] = (uint8_t)digits[bits >> (18 - 6 * i) & 63];
        }
    }
    return n;
}

/* A value at any place of any text, whatever chunks it comes in, is a part, and the only one. */
static void planted(void)
{
    test_case("a planted value is found, wherever it stands");
    unsigned lost = 0;
    for (uint64_t seed = 0; seed < 600; seed++) {
        chance dice = chance_for(2, seed);
        char said[64];
        uint8_t text[1200];
        size_t said_size = 12 + chance_below(&dice, 50);
        for (size_t i = 0; i < said_size; i++) {
            said[i] = (char)(' ' + chance_below(&dice, 95));
        }
        size_t before = 1 + chance_below(&dice, 400);
        for (size_t i = 0; i < sizeof text; i++) {
            text[i] = (uint8_t)(i % 7 == 3 ? ' ' : 'a' + chance_below(&dice, 26));
        }
        text[before - 1] = '"';
        size_t size = before + encode(said, said_size, text + before);
        text[size++] = '"';
        size_t all = size + chance_below(&dice, sizeof text - size);
        form_parts parts = {0};
        comity_error error;
        size_t chunk = 1 + chance_below(&dice, chance_in_100(&dice, 50) ? 20 : 1500);
        CHECK(form_parts_decode(NULL, NULL, text, all, chunk, &parts, &error) == COMITY_OK);
        bool is_found = parts.count == 2 && parts.parts[1].size == said_size &&
                        memcmp(parts.parts[1].bytes, said, said_size) == 0 && parts.parts[1].raw_begin == before &&
                        parts.parts[1].raw_end == size - 1;
        if (!is_found && lost++ < 5) {
            fprintf(stderr, "seed %llu: %zu parts; %.*s\n", (unsigned long long)seed, parts.count, (int)all, text);
        }
        form_parts_free(&parts);
    }
    CHECK_EQ_INT(0, lost);
    comity_form_close(form_parts_form);
}

int main(void)
{
    test_begin("embedded");
    passed_over();
    planted();
    return test_done();
}
