/* Trust files: the cases of tests/cases/trust, and limits. What a case expects
 * is the error's message, or what has been read, line by line. */
#include "../../test.h"

#include "base/date.h"
#include "paper/trust.h"

#include "paper_keys.h"
#include "text_cases.h"

static void put_grant(const comity_trust_grant *grant, comity_buffer *buffer)
{
    comity_buffer_append_text(buffer, "  may ");
    comity_buffer_append_text(buffer, grant->kind);
    for (uint32_t i = 0; i < grant->under_count; i++) {
        comity_buffer_append_text(buffer, i == 0 ? " under " : ", ");
        comity_buffer_append_text(buffer, grant->under[i]);
    }
    comity_buffer_append_text(buffer, "\n");
}

static void put_trust(const comity_trust *trust, comity_buffer *buffer)
{
    static const char *const words[] = {"authority", "party", "log"};
    for (uint32_t i = 0; i < trust->principal_count; i++) {
        const comity_trust_principal *principal = &trust->principals[i];
        char line[600];
        (void)snprintf(line, sizeof line, "%s %s delegates %u%s%s\n", words[principal->trusted], principal->name,
                       principal->delegates, principal->at == NULL ? "" : " at ",
                       principal->at == NULL ? "" : principal->at);
        comity_buffer_append_text(buffer, line);
        for (uint32_t j = 0; j < principal->key_count; j++) {
            const comity_trust_key *key = &trust->keys[principal->first_key + j];
            char from[COMITY_DATE_TEXT_SIZE];
            char until[COMITY_DATE_TEXT_SIZE];
            CHECK_EQ_INT(i, key->principal);
            comity_date_print(key->from, from);
            comity_date_print(key->until, until);
            (void)snprintf(line, sizeof line, "  key %s %s to %s\n", key->verifier.name, from, until);
            comity_buffer_append_text(buffer, line);
        }
        for (uint32_t j = 0; j < principal->grant_count; j++) {
            put_grant(&trust->grants[principal->first_grant + j], buffer);
        }
    }
}

static void run_case(const char *title, const char *input, size_t input_size, const char *expected,
                     size_t expected_size)
{
    size_t size = 0;
    size_t wanted_size = 0;
    comity_trust trust;
    comity_error error;
    comity_buffer buffer;
    test_case(title);
    char *text = paper_expand(input, input_size, &size);
    char *wanted = paper_expand(expected, expected_size, &wanted_size);
    comity_buffer_init(&buffer, (size_t)1 << 20);
    if (comity_trust_read("trust", text, size, &trust, &error) == COMITY_OK) {
        put_trust(&trust, &buffer);
        comity_trust_free(&trust);
    } else {
        comity_buffer_append_text(&buffer, error.message);
        comity_buffer_append_byte(&buffer, '\n');
    }
    comity_buffer_append_byte(&buffer, 0);
    CHECK_EQ_STR(wanted, (const char *)buffer.bytes);
    comity_buffer_free(&buffer);
    free(text);
    free(wanted);
}

static void run_file(const char *path)
{
    test_case(path);
    CHECK(text_cases_run_file(path, run_case) > 0);
}

static void check_text(const char *text, size_t size, comity_status status, const char *message)
{
    comity_trust trust;
    comity_error error = {.message = ""};
    CHECK_EQ_INT(status, comity_trust_read("trust", text, size, &trust, &error));
    CHECK_EQ_STR(message, error.message);
    if (status == COMITY_OK) {
        comity_trust_free(&trust);
    }
}

static void limits(void)
{
    comity_buffer buffer;
    test_case("what is no text");
    check_text("", 0, COMITY_ERROR_SYNTAX, "trust: no trust file: it begins with \"comity trust v1\"");
    check_text("comity trust v1\n\xFF\n", 18, COMITY_ERROR_SYNTAX, "trust: byte 16 is 0xFF, but UTF-8 is expected");
    check_text("comity trust v1\n\0\n", 18, COMITY_ERROR_SYNTAX, "trust: byte 16 is 0x00, but text is expected");
    test_case("no newline at the end");
    check_text("comity trust v1", 15, COMITY_OK, "");

    test_case("keys, and their number");
    comity_buffer_init(&buffer, COMITY_LIMIT_TRUST_BYTES + 1);
    comity_buffer_append_text(&buffer, "comity trust v1\nparty A\n");
    for (unsigned i = 0; i < COMITY_LIMIT_TRUST_KEYS + 1; i++) {
        uint8_t seed[COMITY_SEED_SIZE] = {(uint8_t)i, (uint8_t)(i >> 8), 9};
        char text[COMITY_VERIFIER_TEXT_SIZE];
        comity_signer *signer = NULL;
        CHECK_EQ_INT(COMITY_OK, comity_signer_from_seed("a", 1, COMITY_PURPOSE_PAPER, seed, &signer, NULL));
        comity_verifier_print(comity_signer_verifier(signer), text);
        comity_signer_free(signer);
        if (i == COMITY_LIMIT_TRUST_KEYS) {
            check_text((const char *)buffer.bytes, buffer.size, COMITY_OK, "");
        }
        comity_buffer_append_text(&buffer, "  key ");
        comity_buffer_append_text(&buffer, text);
        comity_buffer_append_text(&buffer, "\n");
    }
    check_text((const char *)buffer.bytes, buffer.size, COMITY_ERROR_LIMIT, "trust:2051: more than 2048 keys");

    test_case("kinds of paper, and their number");
    buffer.size = 0;
    comity_buffer_append_text(&buffer, "comity trust v1\nparty A\n  key ");
    paper_put_key('a', &buffer);
    comity_buffer_append_text(&buffer, "\n  may");
    for (unsigned i = 0; i < COMITY_LIMIT_TRUST_GRANTS; i++) {
        comity_buffer_append_text(&buffer, " k");
    }
    check_text((const char *)buffer.bytes, buffer.size, COMITY_OK, "");
    comity_buffer_append_text(&buffer, " k");
    check_text((const char *)buffer.bytes, buffer.size, COMITY_ERROR_LIMIT, "trust:4: more than 16384 kinds of paper");

    test_case("size");
    comity_buffer_reset(&buffer);
    comity_buffer_append_zeros(&buffer, COMITY_LIMIT_TRUST_BYTES + 1);
    check_text((const char *)buffer.bytes, buffer.size, COMITY_ERROR_LIMIT,
               "trust: 4194305 bytes, but a trust file has at most 4194304");
    comity_buffer_free(&buffer);
}

int main(void)
{
    test_begin("trust");
    test_case("there are cases");
    CHECK(text_files_each("tests/cases/trust", ".txt", run_file) > 0);
    limits();
    return test_done();
}
