/* What is said of a place of JSON, in a string or not, is what counting all quotes says: wherever the text is held,
 * whatever has been forgotten, and in whatever order it is asked. */
#include "test.h"

#include "inspect/mask_lexer.h"
#include "random.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_SIZE ((size_t)6000)
#define CHUNK_MAX 900

typedef struct json_text {
    uint8_t bytes[TEXT_SIZE];
    bool in_string[TEXT_SIZE + 1];
    size_t size;
} json_text;

static void put(json_text *text, const char *piece)
{
    size_t size = strlen(piece);
    if (TEXT_SIZE - text->size >= size) {
        memcpy(text->bytes + text->size, piece, size);
        text->size += size;
    }
}

static void put_string(chance *dice, json_text *text)
{
    static const char *const pieces[] = {"a",    "12",   " 34", ": 5",     ", 6", "[7",
                                         "\\\"", "\\\\", "\\n", "\\u0031", "{",   "}"};
    put(text, "\"");
    for (size_t i = chance_below(dice, chance_in_100(dice, 2) ? 600 : 12); i > 0; i--) {
        put(text, pieces[chance_below(dice, sizeof pieces / sizeof pieces[0])]);
    }
    put(text, "\"");
}

/* Objects, a line each. */
static void make_lines(chance *dice, json_text *text)
{
    static const char *const numbers[] = {"1", "-20.5", "3e4", "4111111111111111", "[5, 6]", "true"};
    text->size = 0;
    while (text->size < TEXT_SIZE - 2000 || chance_in_100(dice, 50)) {
        put(text, "{");
        for (size_t i = chance_below(dice, 6); i > 0; i--) {
            put_string(dice, text);
            put(text, chance_in_100(dice, 50) ? ":" : " : ");
            if (chance_in_100(dice, 50)) {
                put_string(dice, text);
            } else {
                put(text, numbers[chance_below(dice, sizeof numbers / sizeof numbers[0])]);
            }
            put(text, ",");
        }
        put(text, "\"z\":0}\n");
        if (TEXT_SIZE - text->size < 1500) {
            break;
        }
    }
}

static void count_all(json_text *text)
{
    bool in_string = false;
    bool is_escaped = false;
    for (size_t i = 0; i < text->size; i++) {
        text->in_string[i] = in_string;
        bool was_escaped = is_escaped;
        is_escaped = in_string && !was_escaped && text->bytes[i] == '\\';
        in_string = in_string != (text->bytes[i] == '"' && !was_escaped);
    }
    text->in_string[text->size] = in_string;
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* Asks of some digits before `known`, and compares. */
static bool ask_some(chance *dice, const json_text *text, comity_mask_lexer *lexer, size_t known)
{
    bool good = true;
    size_t base = (size_t)comity_mask_lexer_base(lexer);
    for (unsigned i = 0; i < 20 && base < known; i++) {
        size_t at = base + chance_below(dice, (unsigned)(known - base));
        uint64_t begin = at;
        uint64_t end = at + 1;
        if (!is_digit(text->bytes[at])) {
            continue;
        }
        bool is_bare = comity_mask_lexer_bare(lexer, &begin, &end);
        good = good && is_bare == !text->in_string[at] && begin <= at && end > at && (is_bare || end - begin == 1);
        for (uint64_t j = begin; j < end; j++) {
            good = good && comity_mask_lexer_is_of_number(text->bytes[j]);
        }
    }
    return good;
}

/* In chunks of any size; `copied_from` on the text is fed, before it is looked at where it lies. */
static bool ask_all(chance *dice, const json_text *text, comity_mask_lexer_kind kind, size_t copied_from)
{
    static comity_mask_lexer lexer;
    comity_error error;
    bool good = true;
    comity_mask_lexer_start(&lexer, kind);
    for (size_t known = 0; good && known < text->size;) {
        size_t chunk = 1 + chance_below(dice, CHUNK_MAX);
        chunk = chunk < text->size - known ? chunk : text->size - known;
        size_t base = (size_t)comity_mask_lexer_base(&lexer);
        if (known >= copied_from) {
            good = comity_mask_lexer_feed(&lexer, text->bytes + known, chunk, &error) == COMITY_OK;
        } else {
            comity_mask_lexer_look(&lexer, text->bytes + base, known + chunk - base);
        }
        known += chunk;
        good = good && ask_some(dice, text, &lexer, known);
        comity_mask_lexer_forget(&lexer, known - chance_below(dice, (unsigned)(known < 1000 ? known : 1000)));
    }
    comity_mask_lexer_free(&lexer);
    return good;
}

static void strings(void)
{
    test_case("a number is in a string where counting all quotes says so");
    static json_text text;
    for (uint64_t seed = 0; seed < 1500; seed++) {
        chance dice = chance_for(5, seed);
        make_lines(&dice, &text);
        count_all(&text);
        bool is_good = ask_all(&dice, &text, seed % 2 == 0 ? COMITY_MASK_LEXER_JSON : COMITY_MASK_LEXER_NDJSON,
                               seed % 3 == 0 ? TEXT_SIZE : chance_below(&dice, TEXT_SIZE));
        CHECK(is_good);
        if (!is_good) {
            fprintf(stderr, "seed %llu\n", (unsigned long long)seed);
            break;
        }
    }
}

/* What the whole text says of the number at `at`, and of it in pieces. */
static void in_lines(void)
{
    static const struct {
        const char *text;
        bool is_bare[8]; /* each number, in order */
    } lines[] = {
        {"data: {\"card\":4111, \"note\":\"card: 4112\", \"x\" : -4113.5}\n", {true, false, true}},
        {"4111 {\"a\":[4112,{\"b\": 4113}]} 4114 c:4115\n", {false, false, true, false, false}},
        {"5 \" wide {\"a\":\"\\\"4\", \"b\":6}\n7 \"b\":8\n", {false, false, true, false, false}},
        {"{\"a\":\"4\n{\"b\":5,\"c\"\t:\t6 7}", {false, true, true, false}},
    };
    test_case("a number in a line of text is one of JSON behind a name of an object");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        size_t size = strlen(lines[i].text);
        const uint8_t *text = (const uint8_t *)lines[i].text;
        for (size_t forgotten = 0; forgotten < size; forgotten++) {
            comity_mask_lexer lexer = {.text = NULL};
            size_t number = 0;
            comity_mask_lexer_start(&lexer, COMITY_MASK_LEXER_TEXT);
            comity_mask_lexer_look(&lexer, text, size);
            comity_mask_lexer_forget(&lexer, forgotten);
            for (size_t at = 0; at < size; at++) {
                bool begins = is_digit(text[at]) &&
                              (at == 0 || !comity_mask_lexer_is_of_number(text[at - 1]) || text[at - 1] == '-');
                uint64_t begin = at;
                uint64_t end = at + 1;
                if (begins && at >= forgotten) {
                    CHECK(comity_mask_lexer_bare(&lexer, &begin, &end) == lines[i].is_bare[number]);
                }
                number += begins;
            }
        }
    }
}

/* In one line of many numbers, which is read once and not for each, in their order and against it. */
static void long_line(void)
{
    static uint8_t text[200000];
    test_case("in a long line of text, too");
    size_t size = 0;
    while (size + 16 < sizeof text) {
        memcpy(text + size, size / 15 % 3 == 0 ? "{\"a\":1,\"b\": 2 " : "{\"a,\":1,\" :3\" ", 15);
        size += 15;
    }
    comity_mask_lexer lexer = {.text = NULL};
    bool good = true;
    comity_mask_lexer_start(&lexer, COMITY_MASK_LEXER_TEXT);
    for (size_t known = 3000; known < size; known += 3000) {
        size_t base = (size_t)comity_mask_lexer_base(&lexer);
        comity_mask_lexer_look(&lexer, text + base, known - base);
        for (size_t i = 0; i < 2 * (known - base); i++) {
            size_t at = i < known - base ? base + i : known - 1 - (i - (known - base)); /* forth, and back */
            uint64_t begin = at;
            uint64_t end = at + 1;
            bool is_bare = text[at] == '1' || text[at] == '2';
            good = good && (!is_digit(text[at]) || comity_mask_lexer_bare(&lexer, &begin, &end) == is_bare);
        }
        comity_mask_lexer_forget(&lexer, known - 1000);
    }
    CHECK(good);
}

int main(void)
{
    test_begin("mask_lexer");
    strings();
    in_lines();
    long_line();
    return test_done();
}
