/* Signed notes: form, verifying, signing, and that no text passes as one of
 * another kind. */
#include "../../test.h"

#include "note/note.h"
#include "note/purpose.h"

#include <stdlib.h>

#define PAPER "comity paper/consent v1\nid: 1\n"
#define CHECKPOINT "log.example/one\n3\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

static comity_signer *signers[4];
enum { OF_LOG, OF_WITNESS, OF_PAPER, OF_OTHER };

static comity_verifier verifier_of(int which)
{
    return *comity_signer_verifier(signers[which]);
}

static void make_signers(void)
{
    static const struct {
        const char *name;
        comity_purpose purpose;
    } keys[] = {{"log.example/one", COMITY_PURPOSE_LOG},
                {"witness.example", COMITY_PURPOSE_WITNESS},
                {"papers.example", COMITY_PURPOSE_PAPER},
                {"other.example", COMITY_PURPOSE_PAPER}};
    for (uint8_t i = 0; i < 4; i++) {
        uint8_t seed[COMITY_SEED_SIZE] = {i, 1};
        comity_error error;
        CHECK_EQ_INT(COMITY_OK, comity_signer_from_seed(keys[i].name, strlen(keys[i].name), keys[i].purpose, seed,
                                                        &signers[i], &error));
    }
}

/* The note of a text with one signature; freed by the caller. */
static char *signed_by(int which, const char *text)
{
    comity_buffer buffer;
    comity_error error;
    comity_buffer_init(&buffer, COMITY_LIMIT_NOTE_BYTES);
    comity_buffer_append_text(&buffer, text);
    comity_buffer_append_byte(&buffer, '\n');
    comity_status status = which == OF_WITNESS
                               ? comity_note_cosign(signers[which], text, strlen(text), 1679315147, &buffer, &error)
                               : comity_note_sign(signers[which], text, strlen(text), &buffer, &error);
    CHECK_EQ_INT(COMITY_OK, status);
    comity_buffer_append_byte(&buffer, 0);
    return (char *)buffer.bytes;
}

static void check_open(const char *note, size_t size, const comity_verifier *verifiers, size_t count,
                       comity_status expected, const char *message)
{
    comity_note opened;
    comity_error error = {.message = ""};
    CHECK_EQ_INT(expected, comity_note_open(note, size, verifiers, count, &opened, &error));
    if (expected != COMITY_OK) {
        CHECK_EQ_STR(message, error.message);
    }
}

static void check_good(const char *note, const comity_verifier *verifiers, size_t count, const char *text,
                       uint32_t signatures)
{
    comity_note opened;
    comity_error error;
    if (CHECK_EQ_INT(COMITY_OK, comity_note_open(note, strlen(note), verifiers, count, &opened, &error))) {
        CHECK(opened.text_size == strlen(text) && memcmp(opened.text, text, opened.text_size) == 0);
        CHECK_EQ_INT(signatures, opened.signature_count);
    }
}

/* From the documents of Go's sumdb/note: another's key and signature. */
static void known_answers(void)
{
    static const char text[] = "If you think cryptography is the answer to your problem,\n"
                               "then you don't know what your problem is.\n";
    static const char key[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    static const char signature[] =
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
    comity_verifier verifier;
    comity_error error;
    uint8_t blob[68];
    size_t size = 0;
    test_case("a key and a signature made by another program");
    CHECK_EQ_INT(COMITY_OK, comity_verifier_read(key, strlen(key), COMITY_PURPOSE_LOG, &verifier, &error));
    CHECK(comity_base64_read(signature, strlen(signature), blob, sizeof blob, &size) && size == sizeof blob);
    CHECK(memcmp(blob, verifier.id, 4) == 0);
    CHECK(comity_verifier_check(&verifier, (const uint8_t *)text, strlen(text), blob + 4));
    CHECK(!comity_verifier_check(&verifier, (const uint8_t *)text, strlen(text) - 1, blob + 4));
    char printed[COMITY_VERIFIER_TEXT_SIZE];
    comity_verifier_print(&verifier, printed);
    CHECK_EQ_STR(key, printed);
}

static void good_notes(void)
{
    comity_verifier all[] = {verifier_of(OF_LOG), verifier_of(OF_WITNESS)};
    comity_verifier papers[] = {verifier_of(OF_OTHER), verifier_of(OF_PAPER)};
    comity_error error;
    comity_note opened;
    test_case("a paper");
    char *note = signed_by(OF_PAPER, PAPER);
    check_good(note, papers, 2, PAPER, 1);
    CHECK_EQ_INT(COMITY_OK, comity_note_open(note, strlen(note), papers, 2, &opened, &error));
    CHECK_EQ_INT(1, opened.signatures[0].verifier);

    test_case("countersigned, twice by the same key");
    comity_buffer both;
    comity_buffer_init(&both, COMITY_LIMIT_NOTE_BYTES);
    CHECK_EQ_INT(COMITY_OK, comity_note_countersign(signers[OF_OTHER], note, strlen(note), &both, &error));
    comity_buffer again;
    comity_buffer_init(&again, COMITY_LIMIT_NOTE_BYTES);
    CHECK_EQ_INT(COMITY_OK, comity_note_countersign(signers[OF_PAPER], both.bytes, both.size, &again, &error));
    CHECK_EQ_INT((long long)both.size, (long long)again.size);
    CHECK_EQ_INT(COMITY_OK, comity_note_open(again.bytes, again.size, papers, 2, &opened, &error));
    CHECK_EQ_INT(2, opened.signature_count);
    CHECK_EQ_INT(0, opened.signatures[0].verifier);
    CHECK_EQ_INT(1, opened.signatures[1].verifier);
    comity_note_line lines[COMITY_LIMIT_NOTE_SIGNATURES];
    size_t count = 0;
    CHECK_EQ_INT(COMITY_OK, comity_note_lines(again.bytes, again.size, lines, &count, &error));
    CHECK_EQ_INT(2, (long long)count);
    CHECK(lines[1].name_size == strlen("papers.example") && memcmp(lines[1].id, papers[1].id, 4) == 0);

    test_case("a key under two names counts once");
    comity_verifier twin;
    CHECK_EQ_INT(COMITY_OK,
                 comity_verifier_make("twin.example", 12, COMITY_PURPOSE_PAPER, papers[1].public_key, &twin, &error));
    uint8_t seed[COMITY_SEED_SIZE] = {OF_PAPER, 1};
    comity_signer *second;
    CHECK_EQ_INT(COMITY_OK, comity_signer_from_seed("twin.example", 12, COMITY_PURPOSE_PAPER, seed, &second, &error));
    comity_buffer twice;
    comity_buffer_init(&twice, COMITY_LIMIT_NOTE_BYTES);
    CHECK_EQ_INT(COMITY_OK, comity_note_countersign(second, note, strlen(note), &twice, &error));
    comity_verifier twins[] = {papers[1], twin};
    CHECK_EQ_INT(COMITY_OK, comity_note_open(twice.bytes, twice.size, twins, 2, &opened, &error));
    CHECK_EQ_INT(1, opened.signature_count);
    comity_signer_free(second);
    comity_buffer_free(&twice);
    comity_buffer_free(&both);
    comity_buffer_free(&again);
    free(note);

    test_case("a checkpoint with a cosignature");
    note = signed_by(OF_LOG, CHECKPOINT);
    comity_buffer cosigned;
    comity_buffer_init(&cosigned, COMITY_LIMIT_NOTE_BYTES);
    comity_buffer_append_text(&cosigned, note);
    CHECK_EQ_INT(COMITY_OK, comity_note_cosign(signers[OF_WITNESS], CHECKPOINT, strlen(CHECKPOINT), 1679315147,
                                               &cosigned, &error));
    CHECK_EQ_INT(COMITY_OK, comity_note_open(cosigned.bytes, cosigned.size, all, 2, &opened, &error));
    CHECK_EQ_INT(2, opened.signature_count);
    CHECK_EQ_INT(1, opened.signatures[1].verifier);
    CHECK_EQ_INT(1679315147, opened.signatures[1].time);
    CHECK_EQ_INT(COMITY_OK, comity_note_open(cosigned.bytes, cosigned.size, all, 1, &opened, &error));
    CHECK_EQ_INT(1, opened.signature_count);
    comity_buffer_free(&cosigned);
    free(note);

    test_case("empty lines within a text");
    note = signed_by(OF_PAPER, "comity paper/x v1\n\nmore\n\n");
    check_good(note, papers, 2, "comity paper/x v1\n\nmore\n\n", 1);
    free(note);
}

/* Every bit of every byte. */
static void altered_notes(void)
{
    comity_verifier papers[] = {verifier_of(OF_PAPER)};
    comity_note opened;
    comity_error error;
    unsigned accepted = 0;
    test_case("altered anywhere, it is refused");
    char *note = signed_by(OF_PAPER, PAPER);
    size_t size = strlen(note);
    for (size_t i = 0; i < size; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            note[i] = (char)(note[i] ^ (1 << bit));
            accepted += comity_note_open(note, size, papers, 1, &opened, &error) == COMITY_OK;
            note[i] = (char)(note[i] ^ (1 << bit));
        }
        accepted += comity_note_open(note, i, papers, 1, &opened, &error) == COMITY_OK;
    }
    CHECK_EQ_INT(0, accepted);
    free(note);
}

static void wrong_kinds(void)
{
    comity_verifier log[] = {verifier_of(OF_LOG)};
    comity_verifier witness[] = {verifier_of(OF_WITNESS)};
    comity_verifier paper[] = {verifier_of(OF_PAPER)};
    comity_verifier as_paper;
    comity_verifier as_log;
    comity_error error;
    char *a_paper = signed_by(OF_PAPER, PAPER);
    char *a_checkpoint = signed_by(OF_LOG, CHECKPOINT);
    test_case("a paper is no checkpoint, a checkpoint no paper");
    check_open(a_paper, strlen(a_paper), log, 1, COMITY_ERROR_SIGNATURE,
               "this is a paper, but a checkpoint is expected");
    check_open(a_paper, strlen(a_paper), witness, 1, COMITY_ERROR_SIGNATURE,
               "this is a paper, but a checkpoint is expected");
    check_open(a_checkpoint, strlen(a_checkpoint), paper, 1, COMITY_ERROR_SIGNATURE,
               "the first line is a text of 15 bytes, but a paper begins with \"comity paper/\"");
    test_case("nor with the very key, given for the other purpose");
    CHECK_EQ_INT(COMITY_OK, comity_verifier_make(log->name, log->name_size, COMITY_PURPOSE_PAPER, log->public_key,
                                                 &as_paper, &error));
    CHECK_EQ_INT(COMITY_OK, comity_verifier_make(paper->name, paper->name_size, COMITY_PURPOSE_LOG, paper->public_key,
                                                 &as_log, &error));
    check_open(a_checkpoint, strlen(a_checkpoint), &as_paper, 1, COMITY_ERROR_SIGNATURE,
               "the first line is a text of 15 bytes, but a paper begins with \"comity paper/\"");
    check_open(a_paper, strlen(a_paper), &as_log, 1, COMITY_ERROR_SIGNATURE,
               "this is a paper, but a checkpoint is expected");
    test_case("no key signs what is not its own");
    static const struct {
        int which;
        const char *text;
        const char *message;
    } refused[] = {
        {OF_LOG, PAPER, "this is a paper, but a checkpoint is expected"},
        {OF_LOG, "log.example/two\n1\n",
         "the checkpoint is of the log \"log.example/two\", but the key is of the log \"log.example/one\""},
        {OF_LOG, "cosignature/v1\ntime 1\n" CHECKPOINT,
         "the first line is \"cosignature/v1\", but a checkpoint begins with the name of its log"},
        {OF_PAPER, CHECKPOINT, "the first line is a text of 15 bytes, but a paper begins with \"comity paper/\""},
        {OF_PAPER, "\n" PAPER, "the first line is a text of 0 bytes, but a paper begins with \"comity paper/\""},
        {OF_PAPER, "no newline", "the text does not end in a newline"},
        {OF_PAPER, "", "the text does not end in a newline"},
        {OF_PAPER, "comity paper/\t\n", "byte 13 of the note is 0x09, but it may hold no control character"},
        {OF_PAPER, "comity paper/\xff\n", "byte 13 of the note is 0xFF, but UTF-8 is expected"},
        {OF_WITNESS, CHECKPOINT, "the key of \"witness.example\" is a witness's, which signs with a time"},
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        comity_buffer buffer;
        comity_buffer_init(&buffer, COMITY_LIMIT_NOTE_BYTES);
        CHECK(comity_note_sign(signers[refused[i].which], refused[i].text, strlen(refused[i].text), &buffer, &error) !=
              COMITY_OK);
        CHECK_EQ_STR(refused[i].message, error.message);
        CHECK_EQ_INT(0, (long long)buffer.size);
    }
    comity_buffer buffer;
    comity_buffer_init(&buffer, COMITY_LIMIT_NOTE_BYTES);
    CHECK_EQ_INT(COMITY_ERROR_SIGNATURE,
                 comity_note_cosign(signers[OF_LOG], CHECKPOINT, strlen(CHECKPOINT), 1, &buffer, &error));
    CHECK_EQ_STR("the key of \"log.example/one\" is no witness's, but only a witness cosigns", error.message);
    CHECK_EQ_INT(COMITY_ERROR_SIGNATURE,
                 comity_note_cosign(signers[OF_WITNESS], PAPER, strlen(PAPER), 1, &buffer, &error));
    CHECK_EQ_INT(COMITY_ERROR_RANGE,
                 comity_note_cosign(signers[OF_WITNESS], CHECKPOINT, strlen(CHECKPOINT), UINT64_MAX, &buffer, &error));
    CHECK_EQ_STR("a time of 2 to the 63 seconds and more", error.message);
    CHECK_EQ_INT(0, (long long)buffer.size);
    free(a_paper);
    free(a_checkpoint);
}

/* A note of `count` times `line` behind a paper's text. */
static void many_lines(unsigned count, const char *line, comity_status expected, const char *message)
{
    comity_verifier paper[] = {verifier_of(OF_PAPER)};
    comity_buffer buffer;
    comity_buffer_init(&buffer, COMITY_LIMIT_NOTE_BYTES);
    comity_buffer_append_text(&buffer, PAPER "\n");
    for (unsigned i = 0; i < count; i++) {
        comity_buffer_append_text(&buffer, line);
    }
    check_open((const char *)buffer.bytes, buffer.size, paper, 1, expected, message);
    comity_buffer_free(&buffer);
}

/* How many signatures are listed, and whether one may be added, of a note that has `count`. */
static void full_note(unsigned count, size_t listed, comity_status added)
{
    static comity_note_line lines[COMITY_LIMIT_NOTE_SIGNATURES];
    comity_buffer note;
    comity_buffer more;
    comity_error error;
    size_t found = 0;
    comity_buffer_init(&note, COMITY_LIMIT_NOTE_BYTES);
    comity_buffer_init(&more, COMITY_LIMIT_NOTE_BYTES);
    comity_buffer_append_text(&note, PAPER "\n");
    for (unsigned i = 0; i < count; i++) {
        comity_buffer_append_text(&note, "\xE2\x80\x94 a AAAAAAA=\n");
    }
    if (CHECK_EQ_INT(listed == 0 ? COMITY_ERROR_LIMIT : COMITY_OK,
                     comity_note_lines(note.bytes, note.size, lines, &found, &error))) {
        CHECK_EQ_INT((long long)listed, (long long)found);
    }
    CHECK_EQ_INT(added, comity_note_countersign(signers[OF_PAPER], note.bytes, note.size, &more, &error));
    if (added != COMITY_OK) {
        CHECK_EQ_STR("more than 256 signatures", error.message);
    }
    comity_buffer_free(&note);
    comity_buffer_free(&more);
}

static void malformed_notes(void)
{
    static const struct {
        const char *note;
        const char *message;
    } cases[] = {
        {"", "no signatures: a note has an empty line and behind it its signatures"},
        {"comity paper/x v1\n", "no signatures: a note has an empty line and behind it its signatures"},
        {"comity paper/x v1\n\n", "no signature stands behind the note's empty line"},
        {"comity paper/x v1\n\n\xE2\x80\x94 a AAAAAAA=", "the note's last line has no newline"},
        {"comity paper/x v1\n\n- a AAAAAAA=\n",
         "a text of 12 bytes is no signature line: \"\xE2\x80\x94 NAME SIGNATURE\" expected"},
        {"comity paper/x v1\n\n\xE2\x80\x94 aAAAAAAA=\n",
         "a text of 13 bytes is no signature line: \"\xE2\x80\x94 NAME SIGNATURE\" expected"},
        {"comity paper/x v1\n\n\xE2\x80\x94 \n",
         "a text of 4 bytes is no signature line: \"\xE2\x80\x94 NAME SIGNATURE\" expected"},
        {"comity paper/x v1\n\n\xE2\x80\x94  AAAAAAA=\n", "a key's name is empty"},
        {"comity paper/x v1\n\n\xE2\x80\x94 a+b AAAAAAA=\n",
         "\"a+b\" is no name of a key: it must be UTF-8 without spaces, '+' and control characters"},
        {"comity paper/x v1\n\n\xE2\x80\x94 a\xC2\xA0 AAAAAAA=\n",
         "\"a\xC2\xA0\" is no name of a key: it must be UTF-8 without spaces, '+' and control characters"},
        {"comity paper/x v1\n\n\xE2\x80\x94 a AAAA\n", "the signature of \"a\" is no base64 of an id and a signature"},
        {"comity paper/x v1\n\n\xE2\x80\x94 a AAAAAA==\n",
         "the signature of \"a\" is no base64 of an id and a signature"},
        {"comity paper/x v1\n\n\xE2\x80\x94 a AAAAAAA\n",
         "the signature of \"a\" is no base64 of an id and a signature"},
        {"comity paper/x v1\n\n\xE2\x80\x94 a AAAAAAB=\n",
         "the signature of \"a\" is no base64 of an id and a signature"},
        {"comity paper/x v1\n\n\xE2\x80\x94 a AAAA AAA=\n",
         "the signature of \"a\" is no base64 of an id and a signature"},
        {"comity paper/x v1\n\n\xE2\x80\x94 cosignature/v1 AAAAAAA=\n",
         "\"cosignature/v1\" is no name of a key: cosignatures begin with it"},
        {"comity paper/x v1\r\n\n\xE2\x80\x94 a AAAAAAA=\n",
         "byte 17 of the note is 0x0D, but it may hold no control character"},
        {"comity paper/\xC0 v1\n\n\xE2\x80\x94 a AAAAAAA=\n", "byte 13 of the note is 0xC0, but UTF-8 is expected"},
    };
    comity_verifier paper[] = {verifier_of(OF_PAPER)};
    test_case("what is no note");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_open(cases[i].note, strlen(cases[i].note), paper, 1, COMITY_ERROR_SYNTAX, cases[i].message);
    }
    test_case("signatures of others are passed over, up to the limit");
    many_lines(256, "\xE2\x80\x94 a AAAAAAA=\n", COMITY_ERROR_SIGNATURE, "not signed by any key that is known");
    many_lines(257, "\xE2\x80\x94 a AAAAAAA=\n", COMITY_ERROR_LIMIT, "more than 256 signatures");
    check_open(PAPER "\n\xE2\x80\x94 a AAAAAAA=\n", strlen(PAPER "\n\xE2\x80\x94 a AAAAAAA=\n"), NULL, 0,
               COMITY_ERROR_SIGNATURE, "not signed by any key that is known");
    test_case("so many are listed, and none is added to as many as can be");
    full_note(COMITY_LIMIT_NOTE_SIGNATURES - 1, COMITY_LIMIT_NOTE_SIGNATURES - 1, COMITY_OK);
    full_note(COMITY_LIMIT_NOTE_SIGNATURES, COMITY_LIMIT_NOTE_SIGNATURES, COMITY_ERROR_LIMIT);
    full_note(COMITY_LIMIT_NOTE_SIGNATURES + 1, 0, COMITY_ERROR_LIMIT);
    test_case("too large a note");
    char *large = malloc(COMITY_LIMIT_NOTE_BYTES + 1);
    if (CHECK(large != NULL)) {
        memset(large, 'x', COMITY_LIMIT_NOTE_BYTES + 1);
        check_open(large, COMITY_LIMIT_NOTE_BYTES + 1, paper, 1, COMITY_ERROR_LIMIT,
                   "a note of 1048577 bytes, but at most 1048576 are allowed");
        check_open(large, COMITY_LIMIT_NOTE_BYTES, paper, 1, COMITY_ERROR_SYNTAX,
                   "no signatures: a note has an empty line and behind it its signatures");
        comity_error error;
        CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_note_text_check(large, COMITY_LIMIT_NOTE_BYTES + 1, &error));
        CHECK_EQ_STR("a text of 1048577 bytes, but at most 1048576 are allowed", error.message);
        large[COMITY_LIMIT_NOTE_BYTES - 1] = '\n';
        CHECK_EQ_INT(COMITY_OK, comity_note_text_check(large, COMITY_LIMIT_NOTE_BYTES, &error));
    }
    free(large);
}

/* A signature that bears a known name and id must be good. */
static void wrong_signatures(void)
{
    comity_verifier paper[] = {verifier_of(OF_PAPER), verifier_of(OF_OTHER)};
    comity_buffer buffer;
    uint8_t blob[200] = {0};
    char text[COMITY_BASE64_TEXT_SIZE(sizeof blob) + 1];
    char *good = signed_by(OF_OTHER, PAPER);
    test_case("a known key's signature that is wrong spoils the note, good ones beside it or not");
    for (size_t size = 5; size <= sizeof blob; size += 63) {
        memcpy(blob, paper[0].id, 4);
        comity_base64_write(blob, size, text);
        comity_buffer_init(&buffer, COMITY_LIMIT_NOTE_BYTES);
        comity_buffer_append_text(&buffer, good);
        comity_buffer_append_text(&buffer, "\xE2\x80\x94 papers.example ");
        comity_buffer_append_text(&buffer, text);
        comity_buffer_append_byte(&buffer, '\n');
        check_open((const char *)buffer.bytes, buffer.size, paper, 2, COMITY_ERROR_SIGNATURE,
                   "the signature of \"papers.example\" is wrong");
        check_open((const char *)buffer.bytes, buffer.size, paper + 1, 1, COMITY_OK, "");
        comity_buffer_free(&buffer);
    }
    free(good);
}

int main(void)
{
    test_begin("note");
    test_case("keys of seeds");
    make_signers();
    known_answers();
    good_notes();
    altered_notes();
    wrong_kinds();
    malformed_notes();
    wrong_signatures();
    for (size_t i = 0; i < 4; i++) {
        comity_signer_free(signers[i]);
    }
    return test_done();
}
