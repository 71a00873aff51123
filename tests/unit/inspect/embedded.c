/* Values in base64: what is passed over by vectors has none, and planted ones are found. */
#include "test.h"

#include "../../form_parts.h"
#include "inspect/forms/base64.h"
#include "inspect/forms/embedded.h"
#include "inspect/forms/embedded_fast.h"
#include "random.h"

#define TEXT_SIZE ((size_t)2000)

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
static const char others[] = " \n\",:;.{}[]()<>=@#~|\\^";

/* Runs of digits of 0 to 20, with other signs between. */
static void make_text(chance *dice, uint8_t *ret_text)
{
    for (size_t at = 0; at < TEXT_SIZE;) {
        size_t run = chance_below(dice, 21);
        for (size_t i = 0; i < run && at < TEXT_SIZE; i++) {
            ret_text[at++] = (uint8_t)digits[chance_below(dice, sizeof digits - 1)];
        }
        size_t gap = 1 + chance_below(dice, 4);
        for (size_t i = 0; i < gap && at < TEXT_SIZE; i++) {
            ret_text[at++] = (uint8_t)others[chance_below(dice, sizeof others - 1)];
        }
    }
}

static void passed_over(void)
{
    test_case("what is passed over has no run of sixteen digits");
    uint8_t text[TEXT_SIZE];
    bool good = true;
    size_t all = 0;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        chance dice = chance_for(1, seed);
        make_text(&dice, text);
        size_t size = chance_below(&dice, TEXT_SIZE);
        size_t passed = comity_embedded_far(text, size);
        size_t run = 0;
        for (size_t i = 0; i < passed; i++) {
            run = comity_base64_digit(text[i]) < 64 ? run + 1 : 0;
            good = good && run < COMITY_EMBEDDED_SIZE_MIN;
        }
        good = good && passed <= size && passed % 64 == 0;
        all += passed;
    }
    CHECK(good);
    uint8_t plain[256];
    memset(plain, ' ', sizeof plain);
    size_t passed = comity_embedded_far(plain, sizeof plain);
    CHECK(passed == sizeof plain || passed == 0); /* all of it, or this machine has no vectors */
    CHECK(all > 0 || passed == 0);
}

/* Bytes of all kinds, with many runs of just under and just over sixteen. */
static void levels_agree(void)
{
    test_case("all instruction sets pass over the same");
    comity_embedded_far_function *first = comity_embedded_far_at(0);
    uint8_t text[TEXT_SIZE];
    bool good = true;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        chance dice = chance_for(2, seed);
        make_text(&dice, text);
        for (size_t i = chance_below(&dice, 40); i > 0; i--) {
            text[chance_below(&dice, TEXT_SIZE)] = (uint8_t)chance_below(&dice, 256);
        }
        for (size_t at = 0; at < TEXT_SIZE; at += 97) {
            size_t passed = first == NULL ? 0 : first(text + at, TEXT_SIZE - at);
            for (size_t level = 1; comity_embedded_far_at(level) != NULL; level++) {
                good = good && comity_embedded_far_at(level)(text + at, TEXT_SIZE - at) == passed;
            }
        }
    }
    CHECK(good);
    for (unsigned byte = 0; byte < 256; byte++) { /* each byte alone decides as it does there */
        memset(text, ' ', sizeof text);
        memset(text + 100, (int)byte, 16);
        size_t passed = first == NULL ? 0 : first(text, TEXT_SIZE);
        for (size_t level = 1; comity_embedded_far_at(level) != NULL; level++) {
            good = good && comity_embedded_far_at(level)(text, TEXT_SIZE) == passed;
        }
    }
    CHECK(good);
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
    levels_agree();
    planted();
    return test_done();
}
