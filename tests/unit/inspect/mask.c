/* Masking: what each operator writes, policies and their errors, keys, and masked copies
 * of every form that can be masked in place. */
#include "test.h"

#include "../../mask_types.h"
#include "base/limits.h"
#include "inspect/mask_edit.h"
#include "inspect/mask_value.h"

#include <pthread.h>
#include <zlib.h>

static mask_kit kit;

/* ---- policies ---- */

static const struct {
    const char *text;
    const char *message;
} wrong[] = {
    {"levl 3", "policy:1:1: \"levl\" found, level, default, category or type expected"},
    {"# a comment\nlevel 0", "policy:2:7: \"0\" found, a number from 1 to 100 expected"},
    {"level 70\nlevel 80", "policy:2:1: \"level\" found, one level expected"},
    {"level", "policy:1:6: the end of the line found, a number from 1 to 100 expected"},
    {"default",
     "policy:1:8: the end of the line found, keep, generalise, token, digest, mask, remove or refuse expected"},
    {"default hide", "policy:1:9: \"hide\" found, keep, generalise, token, digest, mask, remove or refuse expected"},
    {"default keep\ndefault mask", "policy:2:1: \"default\" found, one default expected"},
    {"category emial mask", "policy:1:10: \"emial\" is no category of a type; did you mean 'email'?"},
    {"category contct mask", "policy:1:10: \"contct\" is no category of a type; did you mean 'contact'?"},
    {"category contact mask\ncategory contact keep", "policy:2:10: \"contact\" has a rule already"},
    {"type t.nothing mask", "policy:1:6: \"t.nothing\" is no type"},
    {"type t.card mask\ntype t.card keep", "policy:2:6: \"t.card\" has a rule already"},
    {"type t.card keep now", "policy:1:18: \"now\" found, the end of the line expected"},
    {"type t.card mask with ab", "policy:1:23: \"ab\" found, one of * x X . - _ ~ expected"},
    {"type t.card mask keep 4", "policy:1:23: \"4\" found, 'first' or 'last' expected"},
    {"type t.card mask keep last 9", "policy:1:28: \"9\" found, a number from 1 to 8 expected"},
    {"type t.card generalise week", "policy:1:24: \"week\" found, year, month, network, decimals or first expected"},
    {"type t.card generalise decimals", "policy:1:32: the end of the line found, a number from 0 to 4 expected"},
    {"type t.card mask over", "policy:1:18: \"over\" found, 'with', 'keep' or the end of the line expected"},
    {"type", "policy:1:5: the end of the line found, a name expected"},
};

static void policies(void)
{
    comity_mask_policy *policy = NULL;
    comity_error error;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        test_case(wrong[i].text);
        CHECK(comity_mask_policy_read(kit.types, "policy", wrong[i].text, strlen(wrong[i].text), &policy, &error) !=
              COMITY_OK);
        CHECK_EQ_STR(wrong[i].message, error.message);
    }
    test_case("a policy as large as can be, and one larger");
    char *large = malloc(COMITY_LIMIT_MASK_POLICY_BYTES + 1);
    if (CHECK(large != NULL)) {
        memset(large, '\n', COMITY_LIMIT_MASK_POLICY_BYTES + 1);
        CHECK(comity_mask_policy_read(kit.types, "p", large, COMITY_LIMIT_MASK_POLICY_BYTES, &policy, &error) ==
              COMITY_OK);
        comity_mask_policy_free(policy);
        policy = NULL;
        CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_mask_policy_read(kit.types, "p", large,
                                                                 COMITY_LIMIT_MASK_POLICY_BYTES + 1, &policy, &error));
        CHECK_EQ_STR("p: a policy has at most 1048576 bytes", error.message);
        free(large);
    }
    test_case("a type's rule goes before its category's, and that before the default");
    static const char text[] =
        "\n  default keep # all else\r\ntype t.card token\ncategory payment-card remove\nlevel 60\n";
    if (!CHECK(comity_mask_policy_read(kit.types, "p", text, sizeof text - 1, &policy, &error) == COMITY_OK)) {
        return;
    }
    comity_finding finding = {.reading_count = 1, .readings = {{.type = 1, .confidence = 60}}};
    CHECK_EQ_INT(COMITY_MASK_TOKEN, comity_mask_policy_rule(policy, &finding)->action);
    finding.readings[0].type = 0;
    CHECK_EQ_INT(COMITY_MASK_KEEP, comity_mask_policy_rule(policy, &finding)->action);
    finding.reading_count = 2;
    finding.readings[1] = (comity_reading){.type = 1, .confidence = 59};
    CHECK_EQ_INT(COMITY_MASK_KEEP, comity_mask_policy_rule(policy, &finding)->action);
    finding.readings[1].confidence = 61;
    CHECK_EQ_INT(COMITY_MASK_TOKEN, comity_mask_policy_rule(policy, &finding)->action);
    CHECK_EQ_INT(60, comity_mask_policy_level(policy));
    CHECK(comity_mask_policy_wants_key(policy));
    comity_mask_policy_free(policy);
    test_case("a category's rule holds for those that belong to it; the nearer goes before the farther");
    static const char tree[] = "category personal remove\ncategory contact keep\n";
    if (!CHECK(comity_mask_policy_read(kit.types, "p", tree, sizeof tree - 1, &policy, &error) == COMITY_OK)) {
        return;
    }
    finding = (comity_finding){.reading_count = 1, .readings = {{.type = 0, .confidence = 80}}};
    CHECK_EQ_INT(COMITY_MASK_KEEP, comity_mask_policy_rule(policy, &finding)->action);
    finding.readings[0].type = 1;
    CHECK_EQ_INT(COMITY_MASK_REMOVE, comity_mask_policy_rule(policy, &finding)->action);
    CHECK(!comity_mask_policy_wants_digests(policy));
    comity_mask_policy_free(policy);
    comity_mask_policy_free(NULL);
}

/* ---- values ---- */

static const struct {
    comity_mask_rule rule;
    comity_form_syntax syntax;
    bool is_bare;
    size_t room;
    const char *text;
    const char *masked; /* or, if it does not fit, the message */
} values[] = {
    {{.action = COMITY_MASK_MASK, .sign = '*'}, COMITY_FORM_TEXT, false, 0, "12-34 ab.c", "**-** **.*"},
    {{.action = COMITY_MASK_MASK, .sign = 'X'}, COMITY_FORM_TEXT, false, 0, "Müller", "XXXXXX"},
    {{.action = COMITY_MASK_MASK, .sign = '*', .keep_last = 4},
     COMITY_FORM_TEXT,
     false,
     0,
     "4111 1111 1111 1234",
     "**** **** **** 1234"},
    {{.action = COMITY_MASK_MASK, .sign = '*', .keep_first = 2, .keep_last = 2},
     COMITY_FORM_TEXT,
     false,
     0,
     "abcdefgh",
     "ab****gh"},
    {{.action = COMITY_MASK_MASK, .sign = '*', .keep_last = 4}, COMITY_FORM_TEXT, false, 0, "12345", "*****"},
    {{.action = COMITY_MASK_MASK, .sign = '*'}, COMITY_FORM_JSON, false, 0, "a\\u0031\\n\\\"b", "*****"},
    {{.action = COMITY_MASK_MASK, .sign = '*'}, COMITY_FORM_HTML, false, 0, "1&#50;&lt;3", "****"},
    {{.action = COMITY_MASK_MASK, .sign = '*'}, COMITY_FORM_URLENCODED, false, 0, "a%40b+c.d", "*****.*"},
    {{.action = COMITY_MASK_MASK, .sign = '*'}, COMITY_FORM_CSV, false, 0, "a\"\"b,c", "*****"},
    {{.action = COMITY_MASK_MASK, .sign = '*'}, COMITY_FORM_JSON, true, 0, "4111", "\"****\""},
    {{.action = COMITY_MASK_MASK, .sign = '*'}, COMITY_FORM_TEXT, false, 8, "M\xC3\xBCller", "******\x2A\x2A"},
    {{.action = COMITY_MASK_MASK, .sign = '*'},
     COMITY_FORM_JSON,
     true,
     4,
     "4111",
     "what 'mask' writes, 6 characters, does not fit the 4 of the value"},
    {{.action = COMITY_MASK_REMOVE}, COMITY_FORM_TEXT, false, 0, "1234", ""},
    {{.action = COMITY_MASK_REMOVE}, COMITY_FORM_TEXT, false, 4, "1234", "    "},
    {{.action = COMITY_MASK_REMOVE}, COMITY_FORM_JSON, true, 0, "1234", "null"},
    {{.action = COMITY_MASK_REMOVE}, COMITY_FORM_JSON, true, 6, "123456", "null  "},
    {{.action = COMITY_MASK_DIGEST}, COMITY_FORM_TEXT, false, 0, "1234", "cdig-abacadaeafagahaiajakalamanaoapba"},
    {{.action = COMITY_MASK_DIGEST},
     COMITY_FORM_TEXT,
     false,
     9,
     "123456789",
     "what 'digest' writes, 37 characters, does not fit the 9 of the value"},
    {{.action = COMITY_MASK_GENERALISE}, COMITY_FORM_TEXT, false, 0, "1990-05-17", "1990"},
    {{.action = COMITY_MASK_GENERALISE}, COMITY_FORM_TEXT, false, 0, "17.05.1990", "1990"},
    {{.action = COMITY_MASK_GENERALISE}, COMITY_FORM_JSON, true, 0, "19900517", "1990"},
    {{.action = COMITY_MASK_GENERALISE, .coarse = COMITY_COARSE_MONTH},
     COMITY_FORM_TEXT,
     false,
     0,
     "1990/05/17",
     "1990-05"},
    {{.action = COMITY_MASK_GENERALISE, .coarse = COMITY_COARSE_MONTH, .sign = '*'},
     COMITY_FORM_TEXT,
     false,
     0,
     "17.05.1990",
     "**.**.****"},
    {{.action = COMITY_MASK_GENERALISE, .coarse = COMITY_COARSE_YEAR, .sign = '*'},
     COMITY_FORM_TEXT,
     false,
     0,
     "no date",
     "** ****"},
    {{.action = COMITY_MASK_GENERALISE, .coarse = COMITY_COARSE_YEAR, .sign = '*'},
     COMITY_FORM_TEXT,
     false,
     0,
     "019900517", /* of nine digits: no date */
     "*********"},
    {{.action = COMITY_MASK_GENERALISE}, COMITY_FORM_TEXT, false, 0, "52.5200, 13.4050", "52.5, 13.4"},
    {{.action = COMITY_MASK_GENERALISE, .coarse = COMITY_COARSE_DECIMALS},
     COMITY_FORM_JSON,
     true,
     0,
     "-52.5200",
     "-52"},
    {{.action = COMITY_MASK_GENERALISE}, COMITY_FORM_TEXT, false, 0, "203.0.113.77", "203.0.113.0"},
    {{.action = COMITY_MASK_GENERALISE}, COMITY_FORM_TEXT, false, 0, "2001:db8:1:2:3:4:5:6", "2001:db8:1::"},
    {{.action = COMITY_MASK_GENERALISE}, COMITY_FORM_TEXT, false, 0, "2001:db8::1", "2001:db8::"},
    {{.action = COMITY_MASK_GENERALISE, .sign = '*'}, COMITY_FORM_TEXT, false, 0, "10115 AB", "10*** **"},
    {{.action = COMITY_MASK_GENERALISE, .coarse = COMITY_COARSE_FIRST, .number = 3, .sign = '*'},
     COMITY_FORM_TEXT,
     false,
     0,
     "SW1A 1AA",
     "SW1* ***"},
};

static void each_value(void)
{
    static const uint8_t digest[16] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
                                       0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x10};
    comity_buffer text;
    comity_error error;
    comity_buffer_init(&text, 65536);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        test_case(values[i].text);
        size_t size = strlen(values[i].text);
        comity_mask_value value = {.text = (const uint8_t *)values[i].text,
                                   .text_size = size,
                                   .raw = (const uint8_t *)values[i].text,
                                   .raw_size = size,
                                   .syntax = values[i].syntax,
                                   .is_bare = values[i].is_bare,
                                   .room = values[i].room,
                                   .digest = digest};
        comity_buffer_reset(&text);
        comity_status status = comity_mask_value_write(&values[i].rule, kit.key, &value, &text, &error);
        comity_buffer_append_byte(&text, 0);
        if (strncmp(values[i].masked, "what ", 5) == 0) {
            CHECK_EQ_INT(COMITY_ERROR_RANGE, status);
            CHECK_EQ_STR(values[i].masked, error.message);
        } else if (CHECK_EQ_INT(COMITY_OK, status)) {
            CHECK_EQ_STR(values[i].masked, (const char *)text.bytes);
        }
    }
    comity_buffer_free(&text);
}

static void too_large(void)
{
    static const comity_mask_rule token = {.action = COMITY_MASK_TOKEN};
    static const size_t size = COMITY_MASK_TOKEN_BYTES_MAX + 1;
    comity_edits edits;
    comity_buffer text;
    comity_error error;
    uint8_t *bytes = calloc(size, 1);
    comity_buffer_init(&text, size * 4);
    test_case("a value as long as a token can be, and one longer");
    if (CHECK(bytes != NULL)) {
        comity_mask_value value = {.text = bytes, .text_size = size, .raw = bytes, .raw_size = size};
        CHECK_EQ_INT(COMITY_ERROR_RANGE, comity_mask_value_write(&token, kit.key, &value, &text, &error));
        CHECK_EQ_STR("a value of 1048577 bytes is too long for a token", error.message);
        value.text_size--;
        value.raw_size--;
        CHECK_EQ_INT(COMITY_OK, comity_mask_value_write(&token, kit.key, &value, &text, &error));
    }
    test_case("more bytes than are held");
    comity_edits_init(&edits, 10, NULL, NULL);
    CHECK_EQ_INT(COMITY_OK, comity_edits_feed(&edits, "0123456789", 10, &error));
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_edits_feed(&edits, "0", 1, &error));
    CHECK_EQ_STR("more than 10 bytes would have to be held until it is settled what is masked in them", error.message);
    comity_edits_free(&edits);
    comity_buffer_free(&text);
    free(bytes);
}

/* ---- edits ---- */

static const struct {
    const char *name;
    struct {
        uint64_t begin, end;
        uint8_t strength;
        const char *text;
    } edits[4]; /* of 0123456789; the last have no text */
    const char *output;
} edited[] = {
    {"apart, in any order", {{6, 8, 1, "B"}, {1, 3, 1, "A"}}, "0A345B89"},
    {"one behind the other", {{1, 3, 1, "A"}, {3, 5, 1, "B"}}, "0AB56789"},
    {"one before the other", {{3, 5, 1, "B"}, {1, 3, 1, "A"}}, "0AB56789"},
    {"of two that overlap the stronger stays", {{1, 6, 1, "A"}, {4, 7, 2, "B"}}, "0B789"},
    {"of two that overlap the stronger stays, whichever came first", {{4, 7, 2, "B"}, {1, 6, 1, "A"}}, "0B789"},
    {"of two as strong the longer stays", {{1, 6, 1, "A"}, {4, 7, 1, "B"}}, "0A789"},
    {"of two as strong the longer stays, whichever came first", {{4, 7, 1, "B"}, {1, 6, 1, "A"}}, "0A789"},
    {"of two as strong and as long the later stays", {{1, 4, 1, "A"}, {3, 6, 1, "B"}}, "0B6789"},
    {"one that joins two", {{1, 3, 1, "A"}, {5, 7, 2, "B"}, {2, 6, 1, "C"}, {8, 9, 1, "D"}}, "0B7D9"},
};

static comity_status keep_written(void *context, const void *bytes, size_t size, comity_error *reterr)
{
    (void)reterr;
    comity_buffer_append(context, bytes, size);
    return COMITY_OK;
}

static void edits_that_overlap(void)
{
    comity_buffer output;
    comity_error error;
    comity_buffer_init(&output, 64);
    for (size_t i = 0; i < sizeof edited / sizeof edited[0]; i++) {
        comity_edits edits;
        test_case(edited[i].name);
        comity_buffer_reset(&output);
        comity_edits_init(&edits, 10, keep_written, &output);
        CHECK_EQ_INT(COMITY_OK, comity_edits_feed(&edits, "0123456789", 10, &error));
        for (size_t n = 0; n < 4 && edited[i].edits[n].text != NULL; n++) {
            CHECK_EQ_INT(COMITY_OK, comity_edits_add(&edits, edited[i].edits[n].begin, edited[i].edits[n].end,
                                                     edited[i].edits[n].strength, edited[i].edits[n].text, 1, &error));
        }
        CHECK_EQ_INT(COMITY_OK, comity_edits_flush(&edits, 10, &error));
        comity_buffer_append_byte(&output, 0);
        CHECK_EQ_STR(edited[i].output, (const char *)output.bytes);
        comity_edits_free(&edits);
    }
    comity_buffer_free(&output);
}

static void keys(void)
{
    test_case("what is sealed opens with the same key only, and unchanged only");
    uint8_t sealed[100];
    uint8_t again[100];
    uint8_t opened[100];
    comity_error error;
    CHECK(comity_mask_key_seal(kit.key, (const uint8_t *)"value", 5, sealed, &error) == COMITY_OK);
    CHECK(comity_mask_key_seal(kit.key, (const uint8_t *)"value", 5, again, &error) == COMITY_OK);
    CHECK(memcmp(sealed, again, 21) == 0);
    CHECK(comity_mask_key_open(kit.key, sealed, 21, opened) && memcmp(opened, "value", 5) == 0);
    CHECK(!comity_mask_key_open(kit.other_key, sealed, 21, opened));
    CHECK(!comity_mask_key_open(kit.key, sealed, 20, opened));
    CHECK(!comity_mask_key_open(kit.key, sealed, 16, opened));
    for (size_t i = 0; i < 21; i++) {
        sealed[i] ^= 1;
        CHECK(!comity_mask_key_open(kit.key, sealed, 21, opened));
        sealed[i] ^= 1;
    }
    test_case("a key as text");
    uint8_t secret[COMITY_MASK_KEY_SIZE] = {0xAB, 0xCD};
    uint8_t read[COMITY_MASK_KEY_SIZE];
    char text[COMITY_MASK_KEY_TEXT_SIZE + 1];
    comity_mask_key_print(secret, text);
    CHECK_EQ_INT(COMITY_MASK_KEY_TEXT_SIZE, strlen(text));
    CHECK(comity_mask_key_read(text, strlen(text), read, &error) == COMITY_OK && memcmp(read, secret, 32) == 0);
    text[20] = 'g';
    CHECK(comity_mask_key_read(text, strlen(text), read, &error) == COMITY_ERROR_SYNTAX);
    CHECK_EQ_STR("a key is 'comity-mask-key-1 ' and 64 digits of 0-9 and a-f", error.message);
}

/* ---- copies ---- */

#define CARD "4111111111111111"

static const struct {
    const char *name;
    const char *policy;
    const char *input;
    const char *output; /* or the error's message, if it ends in '!' */
} copies[] = {
    {"text", "", "mail anna@example.com, card " CARD ".\n", "mail ****@*******.***, card ****************.\n"},
    {"csv", "", "card,n\n" CARD ",1\n\"" CARD "\",2\n", "card,n\n****************,1\n\"****************\",2\n"},
    {"json, strings and numbers", "", "{\"card\":\"" CARD "\",\"n\":" CARD ",\"a\":1}",
     "{\"card\":\"****************\",\"n\":\"****************\",\"a\":1}"},
    {"json, remove", "default remove", "{\"card\":\"" CARD "\",\"card\":" CARD "}", "{\"card\":\"\",\"card\":null}"},
    {"json, a number in a string", "", "{\"a\":\"b: " CARD ", c\",\"q\":\"\\\"\"}",
     "{\"a\":\"b: ****************, c\",\"q\":\"\\\"\"}"},
    {"json, escapes before", "default remove",
     "{\"e\":\"x\\\\\",\"m\":\"anna@example.com\",\"q\":\"\\\\\\\"" CARD "\"}",
     "{\"e\":\"x\\\\\",\"m\":\"\",\"q\":\"\\\\\\\"\"}"},
    {"json, keys", "", "{\"anna@example.com\": 1}", "{\"****@*******.***\": 1}"},
    {"keep", "default keep\ntype t.card mask keep last 4", "anna@example.com " CARD,
     "anna@example.com ************1111"},
    {"generalise", "default generalise\ntype t.card remove",
     "{\"born\":\"1990-05-17\",\"ip\":\"203.0.113.77\",\"card\":" CARD "}",
     "{\"born\":\"1990\",\"ip\":\"203.0.113.0\",\"card\":null}"},
    {"refuse", "type t.card refuse", "x\ncard " CARD "\n", "t.card on line 2: the policy refuses it!"},
    {"html", "default remove", "<html><p>anna@example.com</p></html>", "<html><p></p></html>"},
    {"form", "", "mail=anna@example.com&card=" CARD "&x=1", "mail=************.***&card=****************&x=1"},
    {"nothing", "", "nothing here\n", "nothing here\n"},
    {"base64", "", "{\"a\":\"Y2FyZCA0MTExMTExMTExMTExMTExIG9mIEFubmE=\",\"b\":2}", "{\"a\":\"****\",\"b\":2}"},
    {"two levels", "level 100", CARD, CARD},
    {"a name", "default digest\ntype t.name mask", "{\"name\":\"anna-maria\"}", "{\"name\":\"****-*****\"}"},
    {"what a masker wrote stays", "default remove",
     "{\"name\":\"cdig-abacadaeafagahaiajakalamanaoapba\",\"name\":\"ctok-aabbcc~\",\"name\":\"ctokq-aabbcc~\"}",
     "{\"name\":\"cdig-abacadaeafagahaiajakalamanaoapba\",\"name\":\"ctok-aabbcc~\",\"name\":\"ctokq-aabbcc~\"}"},
};

static void check_copy(const char *policy, const comity_form_hints *hints, const void *input, size_t size,
                       const void *output, size_t output_size)
{
    static const size_t chunks[] = {SIZE_MAX, 1, 2, 7, 64, 1000};
    for (size_t i = 0; i < sizeof chunks / sizeof chunks[0]; i++) {
        mask_text text;
        comity_error error = {.message = ""};
        comity_status status = mask_bytes(&kit, policy, hints, input, size, chunks[i], &text, &error);
        const char *wanted = output;
        if (output_size != 0 && wanted[output_size - 1] == '!') {
            error.message[strlen(error.message) + 1] = '\0';
            error.message[strlen(error.message)] = '!';
            CHECK(status != COMITY_OK);
            CHECK_EQ_STR(wanted, error.message);
        } else if (CHECK_EQ_INT(COMITY_OK, status)) {
            CHECK_EQ_INT(output_size, text.size);
            if (!CHECK(text.size == output_size &&
                       (output_size == 0 || memcmp(text.bytes, output, output_size) == 0))) {
                fprintf(stderr, "chunks of %zu: %.*s\nexpected %.*s\n", chunks[i], (int)text.size, text.bytes,
                        (int)output_size, wanted);
            }
        } else {
            fprintf(stderr, "%s\n", error.message);
        }
        free(text.bytes);
    }
}

static void each_copy(void)
{
    for (size_t i = 0; i < sizeof copies / sizeof copies[0]; i++) {
        test_case(copies[i].name);
        check_copy(copies[i].policy, NULL, copies[i].input, strlen(copies[i].input), copies[i].output,
                   strlen(copies[i].output));
    }
}

/* ASCII as UTF-16, little end first. */
static size_t widen(const char *text, uint8_t *ret_wide)
{
    size_t size = strlen(text);
    for (size_t i = 0; i < size; i++) {
        ret_wide[2 * i] = (uint8_t)text[i];
        ret_wide[2 * i + 1] = 0;
    }
    return 2 * size;
}

static void wide_copies(void)
{
    test_case("utf-16 stays utf-16");
    uint8_t input[512];
    uint8_t output[512];
    size_t size = widen("{\"card\":" CARD ",\"m\":\"anna@example.com\"}", input);
    size_t output_size = widen("{\"card\":\"****************\",\"m\":\"****@*******.***\"}", output);
    check_copy("", NULL, input, size, output, output_size);
    test_case("a set of two bytes stays as it is");
    static const char chinese[] = "\xD0\xD5\xC3\xFB,\xC0\xEE\xCE\xB0,\xD0\xD5\xC3\xFB,card " CARD " \xCD\xF5\xB7\xBC\n";
    static const char masked[] =
        "\xD0\xD5\xC3\xFB,\xC0\xEE\xCE\xB0,\xD0\xD5\xC3\xFB,card **************** \xCD\xF5\xB7\xBC\n";
    comity_form_hints hints = {.content_type = "text/plain; charset=gb18030"};
    check_copy("", &hints, chinese, sizeof chinese - 1, masked, sizeof masked - 1);
}

static void containers(void)
{
    test_case("compressed data passes if there is nothing in it, and not if there is");
    static const char clean[] = "nothing to be found in this\n";
    static const char dirty[] = "card " CARD "\n";
    uint8_t packed[256];
    uLongf packed_size = sizeof packed;
    CHECK(compress(packed, &packed_size, (const Bytef *)clean, sizeof clean - 1) == Z_OK);
    check_copy("", NULL, packed, packed_size, packed, packed_size);
    packed_size = sizeof packed;
    CHECK(compress(packed, &packed_size, (const Bytef *)dirty, sizeof dirty - 1) == Z_OK);
    static const char refusal[] = "t.card on line 1 of zlib: it stands where nothing can be replaced; unpack it first!";
    check_copy("", NULL, packed, packed_size, refusal, sizeof refusal - 1);
    test_case("nothing of what is refused has gone out");
    mask_text text;
    comity_error error;
    CHECK(mask_bytes(&kit, "", NULL, packed, packed_size, 3, &text, &error) == COMITY_ERROR_RANGE);
    CHECK_EQ_INT(0, text.size);
    free(text.bytes);
    test_case("a multipart form");
    static const char form[] = "--XX\r\nContent-Disposition: form-data; name=\"card\"\r\n\r\n" CARD "\r\n--XX--\r\n";
    static const char form_masked[] =
        "--XX\r\nContent-Disposition: form-data; name=\"card\"\r\n\r\n****************\r\n--XX--\r\n";
    check_copy("", NULL, form, sizeof form - 1, form_masked, sizeof form_masked - 1);
    test_case("a mail in quoted-printable");
    static const char mail[] = "From: anna@example.com\nSubject: x\nContent-Transfer-Encoding: "
                               "quoted-printable\n\ncard 4111 1111 1111=\n 1111=2E\n";
    static const char mail_masked[] = "From: ****@*******.***\nSubject: x\nContent-Transfer-Encoding: "
                                      "quoted-printable\n\ncard **** **** **** ****=2E\n";
    check_copy("", NULL, mail, sizeof mail - 1, mail_masked, sizeof mail_masked - 1);
}

static void check_back(const char *name, const comity_form_hints *hints, const void *input, size_t size)
{
    static const size_t chunks[] = {SIZE_MAX, 1, 3, 100};
    test_case(name);
    for (size_t i = 0; i < sizeof chunks / sizeof chunks[0]; i++) {
        mask_text masked;
        mask_text back;
        uint64_t left = 0;
        comity_error error = {.message = ""};
        if (!CHECK(mask_bytes(&kit, "default token", hints, input, size, 50, &masked, &error) == COMITY_OK)) {
            fprintf(stderr, "%s\n", error.message);
            return;
        }
        CHECK(masked.size != size);
        CHECK(unmask_bytes(kit.key, hints, masked.bytes, masked.size, chunks[i], &back, &left, &error) == COMITY_OK);
        CHECK_EQ_INT(0, left);
        if (!CHECK(back.size == size && memcmp(back.bytes, input, size) == 0)) {
            fprintf(stderr, "%.*s\n%.*s\n", (int)masked.size, masked.bytes, (int)back.size, back.bytes);
        }
        free(back.bytes);
        CHECK(unmask_bytes(kit.other_key, hints, masked.bytes, masked.size, chunks[i], &back, &left, &error) ==
              COMITY_OK);
        CHECK(left != 0 && back.size == masked.size && memcmp(back.bytes, masked.bytes, back.size) == 0);
        free(back.bytes);
        free(masked.bytes);
    }
}

static void back_again(void)
{
    uint8_t wide[512];
    static const char json[] =
        "{\"card\":" CARD ",\"m\":\"anna\\u0040example.com\",\"x\":[" CARD "," CARD "],\"y\":\"c ctok ct\"}";
    static const char csv[] = "card,mail\n" CARD ",anna@example.com\n\"4111 1111 1111 1111\",b@example.com\n";
    static const char coded[] = "{\"a\":\"Y2FyZCA0MTExMTExMTExMTExMTExIG9mIEFubmE=\",\"b\":2}";
    check_back("json and back", NULL, json, sizeof json - 1);
    check_back("csv and back", NULL, csv, sizeof csv - 1);
    check_back("base64 and back", NULL, coded, sizeof coded - 1);
    check_back("utf-16 and back", NULL, wide, widen(json, wide));
    static const char behind[] = "from actok-103.0.113.7 on\n"; /* the token comes behind what tokens begin with */
    check_back("behind what looks like a token", NULL, behind, sizeof behind - 1);
    test_case("what only looks like a token stays");
    static const char odd[] = "ctok-abcd~ ctok- ctokq-ab~ \"ctokq-aabb~\" cctok-ab~ ctoctok-~ ctokqq-ab~ ctok-abcz~\n";
    mask_text back;
    uint64_t left = 0;
    comity_error error;
    CHECK(unmask_bytes(kit.key, NULL, odd, sizeof odd - 1, 1, &back, &left, &error) == COMITY_OK);
    CHECK(back.size == sizeof odd - 1 && memcmp(back.bytes, odd, back.size) == 0);
    free(back.bytes);
    test_case("a number's token with a letter too many stays");
    static const char number[] = "{\"card\":" CARD "}";
    mask_text masked;
    char doubled[256];
    CHECK(mask_bytes(&kit, "default token", NULL, number, sizeof number - 1, 50, &masked, &error) == COMITY_OK);
    const char *letter = strstr(masked.bytes, "q-");
    if (CHECK(letter != NULL)) {
        int size = snprintf(doubled, sizeof doubled, "%.*sq%s", (int)(letter - masked.bytes), masked.bytes, letter);
        CHECK(unmask_bytes(kit.key, NULL, doubled, (size_t)size, 1, &back, &left, &error) == COMITY_OK);
        CHECK_EQ_STR(doubled, back.bytes);
        free(back.bytes);
    }
    free(masked.bytes);
}

/* No more is held than may belong to a token, or may yet tell the decoder what the text is. */
static void at_once(void)
{
    enum { FEEDS = 2000, HELD_MAX = 2 * COMITY_LIMIT_FORM_SNIFF_BYTES + 64 };
    static const char token[] = "ctok-abcd~";
    static const char text[] = "and none of those behind it\n";
    size_t fed = sizeof token - 1;
    size_t held_most = 0;
    comity_unmasker *unmasker = NULL;
    mask_text back = {0};
    comity_error error;
    test_case("behind a token what is settled goes out");
    if (CHECK(comity_unmasker_new(kit.key, mask_text_write, &back, &unmasker, &error) == COMITY_OK)) {
        CHECK(comity_unmasker_start(unmasker, NULL, &error) == COMITY_OK);
        CHECK(comity_unmasker_feed(unmasker, token, sizeof token - 1, &error) == COMITY_OK);
        for (size_t i = 0; i < FEEDS; i++) {
            CHECK(comity_unmasker_feed(unmasker, text, sizeof text - 1, &error) == COMITY_OK);
            fed += sizeof text - 1;
            held_most = fed - back.size > held_most ? fed - back.size : held_most;
        }
        CHECK(held_most <= HELD_MAX && HELD_MAX < fed / 2);
        CHECK(comity_unmasker_finish(unmasker, &error) == COMITY_OK);
        CHECK_EQ_INT(fed, back.size);
    }
    comity_unmasker_free(unmasker);
    free(back.bytes);
}

/* Seals and opens one number after another; how many came out wrong. */
static void *seal_many(void *context)
{
    size_t *wrong_count = context;
    for (uint32_t i = 0; i < 3000; i++) {
        uint8_t sealed[sizeof i + COMITY_MASK_SEAL_SIZE];
        uint8_t opened[sizeof i];
        *wrong_count += comity_mask_key_seal(kit.key, (const uint8_t *)&i, sizeof i, sealed, NULL) != COMITY_OK ||
                        !comity_mask_key_open(kit.key, sealed, sizeof sealed, opened) || memcmp(opened, &i, sizeof i) != 0;
    }
    return NULL;
}

static void by_threads(void)
{
    test_case("threads share a key");
    pthread_t threads[4];
    size_t wrong_counts[4] = {0};
    for (size_t i = 0; i < 4; i++) {
        CHECK(pthread_create(&threads[i], NULL, seal_many, &wrong_counts[i]) == 0);
    }
    for (size_t i = 0; i < 4; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0 && wrong_counts[i] == 0);
    }
}

int main(void)
{
    test_begin("mask");
    if (!CHECK(mask_kit_make(&kit))) {
        return test_done();
    }
    policies();
    each_value();
    too_large();
    edits_that_overlap();
    keys();
    by_threads();
    each_copy();
    wide_copies();
    containers();
    back_again();
    at_once();
    mask_kit_free(&kit);
    return test_done();
}
