/* Keys, their names and texts, and the files that keep them. */
#include "../../test.h"

#include "note/key_file.h"
#include "note/purpose.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const comity_key_protection cheap = {1, 8};

static comity_signer *signer_of(const char *name, comity_purpose purpose, uint8_t first)
{
    uint8_t seed[COMITY_SEED_SIZE] = {first};
    comity_signer *signer = NULL;
    comity_error error;
    CHECK_EQ_INT(COMITY_OK, comity_signer_from_seed(name, strlen(name), purpose, seed, &signer, &error));
    return signer;
}

/* RFC 8032, section 7.1, test 1. */
static void known_answer(void)
{
    static const uint8_t seed[32] = {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a,
                                     0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32,
                                     0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};
    static const uint8_t public_key[32] = {0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe,
                                           0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6,
                                           0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};
    static const uint8_t begin[4] = {0xe5, 0x56, 0x43, 0x00};
    comity_signer *signer = NULL;
    comity_error error;
    uint8_t signature[COMITY_SIGNATURE_SIZE];
    test_case("the key and signature of RFC 8032");
    CHECK_EQ_INT(COMITY_OK, comity_signer_from_seed("a", 1, COMITY_PURPOSE_LOG, seed, &signer, &error));
    CHECK(memcmp(comity_signer_verifier(signer)->public_key, public_key, 32) == 0);
    CHECK(memcmp(comity_signer_seed(signer), seed, 32) == 0);
    comity_signer_sign(signer, (const uint8_t *)"", 0, signature);
    CHECK(memcmp(signature, begin, sizeof begin) == 0);
    CHECK(comity_verifier_check(comity_signer_verifier(signer), (const uint8_t *)"", 0, signature));
    comity_signer_free(signer);
    comity_signer_free(NULL);
}

static void purposes(void)
{
    static const char *const words[] = {"log", "witness", "paper"};
    static const char *const nearly[] = {"loG", "Witness", "papal"};
    test_case("words of purposes");
    for (unsigned i = 0; i < 3; i++) {
        comity_purpose purpose;
        CHECK_EQ_STR(words[i], comity_purpose_word((comity_purpose)i));
        CHECK(comity_purpose_read(words[i], strlen(words[i]), &purpose) && purpose == (comity_purpose)i);
        CHECK(!comity_purpose_read(words[i], strlen(words[i]) - 1, &purpose));
        CHECK(!comity_purpose_read(nearly[i], strlen(nearly[i]), &purpose));
    }
}

static void names(void)
{
    static const char *const good[] = {"a", "cosignature", "cosignature/v10", "example.org/papers", "\xC3\xA9t\xC3\xA9.example", "oid/1.2.3"};
    static const struct {
        const char *name;
        const char *message;
    } bad[] = {
        {"", "a key's name is empty"},
        {"a b", "\"a b\" is no name of a key: it must be UTF-8 without spaces, '+' and control characters"},
        {"a+b", "\"a+b\" is no name of a key: it must be UTF-8 without spaces, '+' and control characters"},
        {"a\n", "\"a\\x0a\" is no name of a key: it must be UTF-8 without spaces, '+' and control characters"},
        {"a\x7F", "\"a\\x7f\" is no name of a key: it must be UTF-8 without spaces, '+' and control characters"},
        {"\xC2\x9B", "\"\\xc2\\x9b\" is no name of a key: it must be UTF-8 without spaces, '+' and control characters"},
        {"\xFF", "\"\\xff\" is no name of a key: it must be UTF-8 without spaces, '+' and control characters"},
        {"a\xE3\x80\x80",
         "\"a\xE3\x80\x80\" is no name of a key: it must be UTF-8 without spaces, '+' and control characters"},
        {"cosignature/v1", "\"cosignature/v1\" is no name of a key: cosignatures begin with it"},
    };
    static const struct {
        const char *name;
        const char *message;
    } unseen[] = {
        {"a\xE2\x80\xAE" "b", "a key's name holds U+202E, which cannot be seen, so that it may read as another"},
        {"a\xC2\xAD", "a key's name holds U+00AD, which cannot be seen, so that it may read as another"},
    };
    char name[COMITY_LIMIT_KEY_NAME_BYTES + 1];
    comity_error error;
    test_case("names of keys");
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        CHECK_EQ_INT(COMITY_OK, comity_key_name_check(good[i], strlen(good[i]), &error));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_key_name_check(bad[i].name, strlen(bad[i].name), &error));
        CHECK_EQ_STR(bad[i].message, error.message);
    }
    for (size_t i = 0; i < sizeof unseen / sizeof unseen[0]; i++) {
        comity_signer *signer = NULL;
        CHECK_EQ_INT(COMITY_OK, comity_key_name_check(unseen[i].name, strlen(unseen[i].name), &error));
        CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_signer_new(unseen[i].name, strlen(unseen[i].name), COMITY_PURPOSE_PAPER,
                                                            &signer, &error));
        CHECK_EQ_STR(unseen[i].message, error.message);
    }
    memset(name, 'n', sizeof name);
    CHECK_EQ_INT(COMITY_OK, comity_key_name_check(name, sizeof name - 1, &error));
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_key_name_check(name, sizeof name, &error));
    CHECK_EQ_STR("a key's name has 256 bytes, but at most 255 are allowed", error.message);
}

static void verifier_texts(void)
{
    comity_signer *witness = signer_of("witness.example", COMITY_PURPOSE_WITNESS, 1);
    comity_signer *paper = signer_of("papers.example", COMITY_PURPOSE_PAPER, 1);
    char text[COMITY_VERIFIER_TEXT_SIZE];
    comity_verifier verifier;
    comity_error error;
    test_case("a public key printed and read again");
    comity_verifier_print(comity_signer_verifier(witness), text);
    CHECK_EQ_INT(COMITY_OK, comity_verifier_read(text, strlen(text), COMITY_PURPOSE_WITNESS, &verifier, &error));
    CHECK(memcmp(&verifier, comity_signer_verifier(witness), sizeof verifier) == 0);
    CHECK(comity_verifier_same_key(&verifier, comity_signer_verifier(paper)));
    CHECK(memcmp(verifier.id, comity_signer_verifier(paper)->id, 4) != 0);
    test_case("read for another purpose");
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX,
                 comity_verifier_read(text, strlen(text), COMITY_PURPOSE_PAPER, &verifier, &error));
    CHECK_EQ_STR("the key of \"witness.example\" is of type 04, but a key for a paper is of type 01", error.message);
    comity_verifier_print(comity_signer_verifier(paper), text);
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX,
                 comity_verifier_read(text, strlen(text), COMITY_PURPOSE_WITNESS, &verifier, &error));
    CHECK_EQ_STR("the key of \"papers.example\" is of type 01, but a key for a witness is of type 04", error.message);
    test_case("every alteration of its text is refused, but of its name");
    size_t name_size = strlen("papers.example");
    unsigned accepted = 0;
    for (size_t i = 0; i < strlen(text); i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            text[i] = (char)(text[i] ^ (1 << bit));
            accepted += comity_verifier_read(text, strlen(text), COMITY_PURPOSE_PAPER, &verifier, &error) == COMITY_OK;
            text[i] = (char)(text[i] ^ (1 << bit));
        }
        accepted += comity_verifier_read(text, i, COMITY_PURPOSE_PAPER, &verifier, &error) == COMITY_OK;
    }
    CHECK_EQ_INT(0, accepted);
    text[name_size + 1] = text[name_size + 1] == '0' ? '1' : '0';
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX,
                 comity_verifier_read(text, strlen(text), COMITY_PURPOSE_PAPER, &verifier, &error));
    CHECK_EQ_STR("the key of \"papers.example\" has the id 642eb6eb, but says it is 042eb6eb", error.message);
    test_case("points that are no key");
    uint8_t zero[32] = {0};
    uint8_t one[32] = {1};
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_verifier_make("a", 1, COMITY_PURPOSE_LOG, zero, &verifier, &error));
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_verifier_make("a", 1, COMITY_PURPOSE_LOG, one, &verifier, &error));
    CHECK_EQ_STR("the key of \"a\" is no Ed25519 public key", error.message);
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_verifier_read("a+b", 3, COMITY_PURPOSE_LOG, &verifier, &error));
    CHECK_EQ_STR("\"a+b\" is no public key: NAME+ID+KEY expected, with 8 hexadecimal digits and base64 of 33 bytes",
                 error.message);
    test_case("a public key without a name");
    const char *nameless = strchr(text, '+');
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX,
                 comity_verifier_read(nameless, strlen(nameless), COMITY_PURPOSE_PAPER, &verifier, &error));
    CHECK(strstr(error.message, " is no public key: NAME+ID+KEY expected") != NULL);
    comity_signer_free(witness);
    comity_signer_free(paper);
}

static char *file_text(const comity_signer *signer, const char *passphrase)
{
    comity_buffer buffer;
    comity_error error;
    comity_buffer_init(&buffer, COMITY_LIMIT_KEY_FILE_BYTES);
    CHECK_EQ_INT(COMITY_OK, comity_key_file_write(signer, passphrase, passphrase == NULL ? 0 : strlen(passphrase),
                                                  cheap, &buffer, &error));
    comity_buffer_append_byte(&buffer, 0);
    return (char *)buffer.bytes;
}

static void check_read(const char *text, const char *passphrase, comity_status expected, const char *message)
{
    comity_signer *signer = NULL;
    comity_error error = {.message = ""};
    comity_status status = comity_key_file_read(text, strlen(text), passphrase,
                                                passphrase == NULL ? 0 : strlen(passphrase), &signer, &error);
    CHECK_EQ_INT(expected, status);
    CHECK_EQ_STR(message, error.message);
    comity_signer_free(signer);
}

static void key_texts(void)
{
    comity_signer *signer = signer_of("papers.example", COMITY_PURPOSE_PAPER, 7);
    comity_signer *again = NULL;
    comity_error error;
    test_case("written and read again");
    char *plain = file_text(signer, NULL);
    char *locked = file_text(signer, "open sesame");
    CHECK_EQ_STR("comity key v1\npurpose: paper\n"
                 "public: papers.example+a28da762+AaL6L0o1W6LpB6UwCenjfK3fesfmagi6B2MfVTBys/JM\n"
                 "protection: none\nsecret: BwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
                 plain);
    CHECK_EQ_INT(COMITY_OK, comity_key_file_read(plain, strlen(plain), NULL, 0, &again, &error));
    CHECK(memcmp(comity_signer_seed(again), comity_signer_seed(signer), 32) == 0);
    CHECK(memcmp(comity_signer_verifier(again), comity_signer_verifier(signer), sizeof(comity_verifier)) == 0);
    comity_signer_free(again);
    check_read(locked, "open sesame", COMITY_OK, "");
    CHECK(strstr(locked, "BwAAAAAA") == NULL);

    test_case("passphrases");
    check_read(locked, NULL, COMITY_ERROR_PASSPHRASE, "the key is protected by a passphrase, and none was given");
    check_read(locked, "", COMITY_ERROR_PASSPHRASE, "the passphrase is empty");
    check_read(locked, "open sesami", COMITY_ERROR_PASSPHRASE,
               "the passphrase is another, or the key file has been altered");
    check_read(plain, "not asked for", COMITY_OK, "");
    char long_phrase[COMITY_LIMIT_PASSPHRASE_BYTES + 2];
    memset(long_phrase, 'x', sizeof long_phrase);
    long_phrase[sizeof long_phrase - 1] = '\0';
    check_read(locked, long_phrase, COMITY_ERROR_PASSPHRASE,
               "the passphrase has 1025 bytes, but at most 1024 are allowed");

    test_case("altered anywhere, it is refused");
    unsigned accepted = 0;
    for (size_t i = 0; i < strlen(locked); i++) {
        for (unsigned bit = 0; bit < 8; bit += 3) {
            locked[i] = (char)(locked[i] ^ (1 << bit));
            accepted += comity_key_file_read(locked, strlen(locked), "open sesame", 11, &again, &error) == COMITY_OK;
            locked[i] = (char)(locked[i] ^ (1 << bit));
        }
    }
    CHECK_EQ_INT(0, accepted);
    free(plain);
    free(locked);
    comity_signer_free(signer);
}

static void malformed_texts(void)
{
#define PUBLIC "public: papers.example+a28da762+AaL6L0o1W6LpB6UwCenjfK3fesfmagi6B2MfVTBys/JM\n"
#define SECRET "secret: BwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
#define HEAD "comity key v1\npurpose: paper\n" PUBLIC
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"", "no key file: a line that begins with \"comity key v1\" is missing"},
        {"comity key v2\n", "no key file: a line that begins with \"comity key v1\" is missing"},
        {"comity key v10\n", "no key file: its first line is not \"comity key v1\""},
        {"comity key v1\n", "no key file: a line that begins with \"purpose: \" is missing"},
        {"comity key v1\npurpose: seal\n", "purpose: \"seal\" is none; there are log, witness and paper"},
        {"comity key v1\npurpose: paper\n", "no key file: a line that begins with \"public: \" is missing"},
        {"comity key v1\npurpose: witness\n" PUBLIC,
         "the key of \"papers.example\" is of type 01, but a key for a witness is of type 04"},
        {HEAD, "no key file: a line that begins with \"protection: \" is missing"},
        {HEAD "protection: rot13\n", "protection: \"rot13\" is neither \"none\" nor \"argon2id13 …\""},
        {HEAD "protection: argon2id14 1 8 AAAAAAAAAAAAAAAAAAAAAA==\n",
         "protection: \"argon2id14 1 8 AAAAAAAAAAAAAAAAAAAAAA==\" is neither \"none\" nor \"argon2id13 …\""},
        {HEAD "protection: argon2id13 \n", "protection: 1 to 16 passes and 8 to 1048576 KiB expected"},
        {HEAD "protection: nine\n", "protection: \"nine\" is neither \"none\" nor \"argon2id13 …\""},
        {HEAD "protection: argon2id13 0 8 AAAAAAAAAAAAAAAAAAAAAA==\n",
         "protection: 1 to 16 passes and 8 to 1048576 KiB expected"},
        {HEAD "protection: argon2id13 17 8 AAAAAAAAAAAAAAAAAAAAAA==\n",
         "protection: 1 to 16 passes and 8 to 1048576 KiB expected"},
        {HEAD "protection: argon2id13 1 7 AAAAAAAAAAAAAAAAAAAAAA==\n",
         "protection: 1 to 16 passes and 8 to 1048576 KiB expected"},
        {HEAD "protection: argon2id13 1 1048577 AAAAAAAAAAAAAAAAAAAAAA==\n",
         "protection: 1 to 16 passes and 8 to 1048576 KiB expected"},
        {HEAD "protection: argon2id13 1 8\n", "protection: 1 to 16 passes and 8 to 1048576 KiB expected"},
        {HEAD "protection: argon2id13 01 8 AAAAAAAAAAAAAAAAAAAAAA==\n",
         "protection: 1 to 16 passes and 8 to 1048576 KiB expected"},
        {HEAD "protection: argon2id13 1 8 AAAA\n", "protection: a salt of 16 bytes in base64 expected"},
        {HEAD "protection: none\n", "no key file: a line that begins with \"secret: \" is missing"},
        {HEAD "protection: none\nsecret: AAAA\n", "secret: 32 bytes in base64 expected"},
        {HEAD "protection: argon2id13 1 8 AAAAAAAAAAAAAAAAAAAAAA==\n" SECRET, "secret: 104 bytes in base64 expected"},
        {HEAD "protection: none\n" SECRET "more\n", "more follows behind the key file's secret"},
        {HEAD "protection: none\nsecret: CAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
         "the secret key is not that of the public key"},
    };
    test_case("what is no key file");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_read(cases[i].text, "x", COMITY_ERROR_SYNTAX, cases[i].message);
    }
}

static void check_file(const char *path, mode_t mode, comity_status expected, const char *message)
{
    comity_signer *signer = NULL;
    comity_error error = {.message = ""};
    CHECK_EQ_INT(0, chmod(path, mode));
    CHECK_EQ_INT(expected, comity_key_file_open(path, NULL, 0, &signer, &error));
    CHECK_EQ_STR(message, error.message);
    comity_signer_free(signer);
}

static void files(void)
{
    char folder[] = "comity-key-XXXXXX";
    struct stat about;
    comity_error error;
    comity_signer *signer = NULL;
    comity_signer *again = NULL;
    test_case("key files");
    if (!CHECK(chdir("/tmp") == 0 && mkdtemp(folder) != NULL && chdir(folder) == 0)) {
        return;
    }
    CHECK_EQ_INT(COMITY_OK, comity_signer_new("log.example", 11, COMITY_PURPOSE_LOG, &signer, &error));
    CHECK_EQ_INT(COMITY_OK, comity_key_file_save(signer, "key", NULL, 0, cheap, &error));
    CHECK(stat("key", &about) == 0 && (about.st_mode & 07777) == 0600);
    CHECK_EQ_INT(COMITY_OK, comity_key_file_open("key", NULL, 0, &again, &error));
    CHECK(memcmp(comity_signer_seed(again), comity_signer_seed(signer), 32) == 0);
    comity_signer_free(again);
    CHECK_EQ_INT(COMITY_ERROR_SYSTEM, comity_key_file_save(signer, "key", NULL, 0, cheap, &error));
    CHECK_EQ_STR("key: File exists", error.message);
    CHECK_EQ_INT(COMITY_ERROR_PASSPHRASE, comity_key_file_save(signer, "key2", "", 0, cheap, &error));
    CHECK(access("key2", F_OK) != 0);
    check_file("key", 0640, COMITY_ERROR_SYSTEM,
               "key: its mode is 0640, so that others may read or alter this key; it must be 0600");
    check_file("key", 0602, COMITY_ERROR_SYSTEM,
               "key: its mode is 0602, so that others may read or alter this key; it must be 0600");
    check_file("key", 0400, COMITY_OK, "");
    CHECK_EQ_INT(COMITY_ERROR_SYSTEM, comity_key_file_open("none", NULL, 0, &again, &error));
    CHECK_EQ_STR("none: No such file or directory", error.message);
    CHECK_EQ_INT(COMITY_ERROR_SYSTEM, comity_key_file_open(".", NULL, 0, &again, &error));
    CHECK_EQ_STR(".: not a plain file, as a key file is", error.message);
    CHECK_EQ_INT(0, mkfifo("pipe", 0600));
    CHECK_EQ_INT(COMITY_ERROR_SYSTEM, comity_key_file_open("pipe", NULL, 0, &again, &error));
    CHECK_EQ_STR("pipe: not a plain file, as a key file is", error.message);
    CHECK_EQ_INT(0, chmod("key", 0600));
    CHECK_EQ_INT(0, truncate("key", COMITY_LIMIT_KEY_FILE_BYTES + 1));
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_key_file_open("key", NULL, 0, &again, &error));
    CHECK_EQ_STR("key: no key file: more than 4096 bytes", error.message);
    struct rlimit before;
    CHECK_EQ_INT(0, getrlimit(RLIMIT_FSIZE, &before));
    (void)signal(SIGXFSZ, SIG_IGN);
    CHECK_EQ_INT(0, setrlimit(RLIMIT_FSIZE, &(struct rlimit){100, before.rlim_max}));
    CHECK_EQ_INT(COMITY_ERROR_SYSTEM, comity_key_file_save(signer, "half", NULL, 0, cheap, &error));
    CHECK_EQ_STR("half: File too large", error.message);
    CHECK_EQ_INT(0, setrlimit(RLIMIT_FSIZE, &before));
    CHECK(access("half", F_OK) != 0);
    comity_signer_free(signer);
    CHECK(unlink("key") == 0 && unlink("pipe") == 0 && chdir("..") == 0 && rmdir(folder) == 0);
}

int main(void)
{
    test_begin("key");
    known_answer();
    purposes();
    names();
    verifier_texts();
    key_texts();
    malformed_texts();
    files();
    return test_done();
}
