/* The record's small formats: entries and bundles, checkpoints, receipts,
 * policies, segments, the files `record` and what is kept; each error with its
 * text. */
#include "test.h"

#include "api/kept.h"
#include "record/config.h"
#include "record/receipt.h"
#include "record/segment.h"

#include <stdlib.h>

#define HASH "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define ORIGIN "log.example/one"

static comity_signer *log_key, *witness_keys[3];
static char log_text[COMITY_VERIFIER_TEXT_SIZE], witness_texts[3][COMITY_VERIFIER_TEXT_SIZE];

static void make_keys(void)
{
    comity_error error;
    for (uint8_t i = 0; i < 4; i++) {
        uint8_t seed[COMITY_SEED_SIZE] = {i, 9};
        const char *name = i == 3 ? ORIGIN : "w.example";
        comity_signer **key = i == 3 ? &log_key : &witness_keys[i];
        CHECK_EQ_INT(COMITY_OK,
                     comity_signer_from_seed(name, strlen(name), i == 3 ? COMITY_PURPOSE_LOG : COMITY_PURPOSE_WITNESS,
                                             seed, key, &error));
        comity_verifier_print(comity_signer_verifier(*key), i == 3 ? log_text : witness_texts[i]);
    }
}

static void free_keys(void)
{
    comity_signer_free(log_key);
    for (size_t i = 0; i < 3; i++) {
        comity_signer_free(witness_keys[i]);
    }
}

/* ---- entries ---- */

static void entries(void)
{
    test_case("an entry is HMAC-SHA-256 with its salt (RFC 4231, case 1 with the key padded as HMAC pads it)");
    uint8_t salt[COMITY_SALT_SIZE] = {0};
    comity_hash commitment;
    char text[COMITY_SHA256_TEXT_SIZE];
    memset(salt, 0x0b, 20);
    comity_entry_commit(salt, "Hi There", 8, &commitment);
    comity_sha256_print(commitment.bytes, text);
    CHECK_EQ_STR("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7", text);
    test_case("an entry, read and written");
    uint8_t entry[COMITY_ENTRY_SIZE];
    comity_hash read;
    comity_hash leaf;
    comity_hash expected;
    comity_error error;
    comity_entry_write(&commitment, entry);
    CHECK(comity_entry_read(entry, sizeof entry, &read, &error) == COMITY_OK && comity_hash_equal(&read, &commitment));
    comity_entry_leaf(&commitment, &leaf);
    comity_tree_leaf(entry, sizeof entry, &expected);
    CHECK(comity_hash_equal(&leaf, &expected));
    CHECK(comity_entry_read(entry, 0, &read, &error) == COMITY_ERROR_SYNTAX);
    CHECK_EQ_STR("an entry begins with the version 1, not with -1", error.message);
    CHECK(comity_entry_read(entry, 32, &read, &error) == COMITY_ERROR_SYNTAX);
    CHECK_EQ_STR("an entry has 33 bytes, not 32", error.message);
    entry[0] = 2;
    CHECK(comity_entry_read(entry, sizeof entry, &read, &error) == COMITY_ERROR_SYNTAX);
    CHECK_EQ_STR("an entry begins with the version 1, not with 2", error.message);
    test_case("bundles");
    comity_hash three[3] = {commitment, leaf, expected};
    comity_hash back[3];
    uint8_t bundle[3 * COMITY_BUNDLE_BYTES];
    comity_bundle_write(three, 3, bundle);
    CHECK(comity_bundle_read(bundle, sizeof bundle, 3, back, &error) == COMITY_OK &&
          memcmp(three, back, sizeof back) == 0);
    CHECK(comity_bundle_read(bundle, sizeof bundle - 1, 3, back, &error) == COMITY_ERROR_SYNTAX);
    CHECK(comity_bundle_read(bundle, sizeof bundle, 2, back, &error) == COMITY_ERROR_SYNTAX);
    bundle[1] = 34;
    CHECK(comity_bundle_read(bundle, sizeof bundle, 3, back, &error) == COMITY_ERROR_SYNTAX);
}

/* ---- checkpoints ---- */

static void many_commitments(void)
{
    test_case("commitments of several judgements at once are those of each by itself");
    enum { LARGEST = 6000 };
    static uint8_t bytes[LARGEST + COMITY_ENTRY_COMMIT_MAX];
    comity_entry_secret secrets[COMITY_ENTRY_COMMIT_MAX];
    comity_hash commitments[COMITY_ENTRY_COMMIT_MAX];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 2654435761u >> 9);
    }
    for (size_t count = 1; count <= COMITY_ENTRY_COMMIT_MAX; count++) {
        for (size_t seed = 0; seed < 40; seed++) {
            for (size_t i = 0; i < count; i++) {
                memcpy(secrets[i].salt, bytes + 31 * i + seed, sizeof secrets[i].salt);
                secrets[i].judgement = bytes + i;
                secrets[i].size = seed % 2 == 0 ? 5621 + seed : (i + 1) * (seed + 977) % LARGEST;
            }
            comity_entry_commit_many(secrets, count, commitments);
            for (size_t i = 0; i < count; i++) {
                comity_hash alone;
                comity_entry_commit(secrets[i].salt, secrets[i].judgement, secrets[i].size, &alone);
                CHECK(comity_hash_equal(&alone, &commitments[i]));
            }
        }
    }
}

static void checkpoints(void)
{
    static const struct {
        const char *text, *message;
    } bad[] = {
        {"", "the first line of a checkpoint is the name of its log"},
        {"\n1\n" HASH "\n", "the first line of a checkpoint is the name of its log"},
        {"a\n", "the checkpoint ends before its size"},
        {"a\nx\n" HASH "\n", "the second line of a checkpoint is the size of the log, not a text of 1 byte"},
        {"a\n01\n" HASH "\n", "the second line of a checkpoint is the size of the log, not \"01\""},
        {"a\n-1\n" HASH "\n", "the second line of a checkpoint is the size of the log, not \"-1\""},
        {"a\n9223372036854775808\n" HASH "\n",
         "the second line of a checkpoint is the size of the log, not a number of 19 bytes"},
        {"a\n1\n", "the checkpoint ends before its root"},
        {"a\n1\nAAAA\n", "the third line of a checkpoint is 32 bytes of root in base64, not a text of 4 bytes"},
        {"a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\xc3\xa9"
         "A=\n",
         "the third line of a checkpoint is 32 bytes of root in base64, not a text of 44 bytes"},
        {"a\n1\n" HASH "\n\n", "an empty line in the text of a checkpoint"},
        {"a\n1\n" HASH "\nmore", "an empty line in the text of a checkpoint"},
    };
    comity_checkpoint checkpoint;
    comity_error error;
    test_case("texts that are no checkpoints");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK_EQ_INT(COMITY_ERROR_SYNTAX,
                     comity_checkpoint_read(bad[i].text, strlen(bad[i].text), &checkpoint, &error));
        CHECK_EQ_STR(bad[i].message, error.message);
    }
    test_case("a checkpoint, with lines of others behind it");
    static const char good[] = "a\n9223372036854775807\n" HASH "\nextension 1\n";
    CHECK(comity_checkpoint_read(good, sizeof good - 1, &checkpoint, &error) == COMITY_OK);
    CHECK(checkpoint.size == INT64_MAX && checkpoint.origin_size == 1 && checkpoint.root.bytes[31] == 0);
}

/* A note over the text, signed by the log and some witnesses; freed by the caller. */
static char *note_of(const char *text, bool by_log, unsigned witnesses, size_t *ret_size)
{
    comity_buffer buffer;
    comity_error error;
    comity_buffer_init(&buffer, COMITY_LIMIT_NOTE_BYTES);
    comity_buffer_append_text(&buffer, text);
    comity_buffer_append_byte(&buffer, '\n');
    if (by_log) {
        CHECK_EQ_INT(COMITY_OK, comity_note_sign(log_key, text, strlen(text), &buffer, &error));
    }
    for (unsigned i = 0; i < 3; i++) {
        if (witnesses & (1u << i)) {
            CHECK_EQ_INT(COMITY_OK, comity_note_cosign(witness_keys[i], text, strlen(text), 5, &buffer, &error));
        }
    }
    *ret_size = buffer.size;
    return (char *)buffer.bytes;
}

/* ---- policies ---- */

static comity_policy policy; /* large */
static char policy_text[16384];

static comity_status read_policy(const char *format, comity_error *reterr)
{
    (void)snprintf(policy_text, sizeof policy_text,
                   "log %s\nwitness a %s http://a.example/\nwitness b %s\nwitness c %s\n%s", log_text, witness_texts[0],
                   witness_texts[1], witness_texts[2], format);
    return comity_policy_read(policy_text, strlen(policy_text), &policy, reterr);
}

static void bad_policies(void)
{
    static const struct {
        const char *lines, *message;
        comity_status status;
    } bad[] = {
        {"", "policy: there is no quorum; \"quorum none\" asks for no witness", COMITY_ERROR_SYNTAX},
        {"quorum a", "policy, line 5: the line does not end", COMITY_ERROR_SYNTAX},
        {"quorum d\n", "policy, line 5: \"d\" is no witness or group above", COMITY_ERROR_NAME},
        {"quorum a b\n", "policy, line 5: a quorum is one name, or \"none\"", COMITY_ERROR_SYNTAX},
        {"quorum\n", "policy, line 5: a quorum is one name, or \"none\"", COMITY_ERROR_SYNTAX},
        {"quorum a\nquorum a\n", "policy, line 6: there is a quorum already", COMITY_ERROR_SYNTAX},
        {"trust a\n", "policy, line 5: a line begins with log, witness, group or quorum, not with \"trust\"",
         COMITY_ERROR_SYNTAX},
        {"group g\n", "policy, line 5: a group has a name, a threshold and members", COMITY_ERROR_SYNTAX},
        {"group g any\n", "policy, line 5: the threshold of a group lies between 1 and the number of its members",
         COMITY_ERROR_RANGE},
        {"group g 0 a\n", "policy, line 5: the threshold of a group lies between 1 and the number of its members",
         COMITY_ERROR_RANGE},
        {"group g 3 a b\n", "policy, line 5: the threshold of a group lies between 1 and the number of its members",
         COMITY_ERROR_RANGE},
        {"group g most a b\n", "policy, line 5: the threshold of a group is \"any\", \"all\" or a number",
         COMITY_ERROR_SYNTAX},
        {"group g any g\n", "policy, line 5: \"g\" is no witness or group above", COMITY_ERROR_NAME},
        {"group g any a a\n", "policy, line 5: \"a\" is a member twice", COMITY_ERROR_NAME},
        {"group g any a\ngroup h any a\n", "policy, line 6: \"a\" is a member twice", COMITY_ERROR_NAME},
        {"group a any b\n", "policy, line 5: \"a\" is named twice", COMITY_ERROR_NAME},
        {"group none any b\n", "policy, line 5: \"none\" is the quorum of nobody, and no name", COMITY_ERROR_NAME},
        {"witness\n", "policy, line 5: the witness has no name", COMITY_ERROR_SYNTAX},
        {"witness d\n", "policy, line 5: a verifier key is missing", COMITY_ERROR_SYNTAX},
        {"log\n", "policy, line 5: a verifier key is missing", COMITY_ERROR_SYNTAX},
        {"quorum a\r\n", "policy, line 5: a control character", COMITY_ERROR_SYNTAX},
    };
    comity_error error;
    test_case("texts that are no policies");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK_EQ_INT(bad[i].status, read_policy(bad[i].lines, &error));
        CHECK_EQ_STR(bad[i].message, error.message);
    }
    char twice[1024];
    (void)snprintf(twice, sizeof twice, "witness d %s\nquorum none\n", witness_texts[1]);
    CHECK_EQ_INT(COMITY_ERROR_NAME, read_policy(twice, &error));
    CHECK_EQ_STR("policy, line 5: this key is there already", error.message);
    (void)snprintf(twice, sizeof twice, "log %s\nquorum none\n", witness_texts[1]);
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, read_policy(twice, &error));
    (void)snprintf(twice, sizeof twice, "log x+00000000+AAAA more url\nquorum none\n");
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, read_policy(twice, &error));
}

static void many_keys(void)
{
    comity_buffer text;
    comity_error error;
    test_case("more keys than a policy has");
    comity_buffer_init(&text, COMITY_LIMIT_POLICY_BYTES);
    for (unsigned i = 0; i < COMITY_LIMIT_POLICY_KEYS + 1; i++) {
        const uint8_t seed[COMITY_SEED_SIZE] = {(uint8_t)i, (uint8_t)(i >> 8), 7};
        char key[COMITY_VERIFIER_TEXT_SIZE];
        comity_signer *signer = NULL;
        CHECK_EQ_INT(COMITY_OK, comity_signer_from_seed(ORIGIN, strlen(ORIGIN), COMITY_PURPOSE_LOG, seed, &signer, &error));
        comity_verifier_print(comity_signer_verifier(signer), key);
        comity_buffer_append_text(&text, "log ");
        comity_buffer_append_text(&text, key);
        comity_buffer_append_byte(&text, '\n');
        comity_signer_free(signer);
    }
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_policy_read((const char *)text.bytes, text.size, &policy, &error));
    CHECK_EQ_STR("policy, line 257: more keys than are read", error.message);
    comity_buffer_free(&text);
}

static void many_names(void)
{
    static char lines[8192];
    comity_error error;
    test_case("as many names as a policy has, and one more");
    for (unsigned more = 0; more < 2; more++) {
        size_t size = 0;
        size += (size_t)snprintf(lines, sizeof lines, "group g0 any a\n");
        for (unsigned i = 1; i < COMITY_LIMIT_POLICY_NAMES - 3 + more; i++) { /* there are three witnesses */
            size += (size_t)snprintf(lines + size, sizeof lines - size, "group g%u any g%u\n", i, i - 1);
        }
        (void)snprintf(lines + size, sizeof lines - size, "quorum g%u\n", COMITY_LIMIT_POLICY_NAMES - 4);
        CHECK_EQ_INT(more == 0 ? COMITY_OK : COMITY_ERROR_LIMIT, read_policy(lines, &error));
        CHECK(more == 0 || strcmp(error.message, "policy, line 258: more witnesses and groups than are read") == 0);
    }
    CHECK_EQ_INT(COMITY_LIMIT_POLICY_NAMES, policy.name_count);
}

static void quorums(void)
{
    /* which of the 8 choices of witnesses satisfy it, as bits */
    static const struct {
        const char *lines;
        unsigned satisfied;
    } quorums[] = {
        {"quorum none\n", 0xff},
        {"quorum a\n", 0xaa},
        {"  quorum\tb  \n# a comment\n\n", 0xcc},
        {"group g any a b c\nquorum g\n", 0xfe},
        {"group g all a b c\nquorum g\n", 0x80},
        {"group g 2 a b c\nquorum g\n", 0xe8},
        {"group g any a b\ngroup h all g c\nquorum h\n", 0xe0},
        {"group g any a b\nquorum c\n", 0xf0},
    };
    static const char text[] = ORIGIN "\n7\n" HASH "\n";
    comity_error error;
    comity_note note;
    comity_checkpoint checkpoint;
    for (size_t i = 0; i < sizeof quorums / sizeof quorums[0]; i++) {
        test_case(quorums[i].lines);
        CHECK_EQ_INT(COMITY_OK, read_policy(quorums[i].lines, &error));
        for (unsigned witnesses = 0; witnesses < 8; witnesses++) {
            size_t size;
            char *bytes = note_of(text, true, witnesses, &size);
            comity_status status = comity_policy_open(&policy, bytes, size, &note, &checkpoint, &error);
            CHECK_EQ_INT((quorums[i].satisfied >> witnesses) & 1 ? COMITY_OK : COMITY_ERROR_SIGNATURE, status);
            free(bytes);
        }
    }
    test_case("only as many signatures count as the note has");
    size_t size;
    CHECK_EQ_INT(COMITY_OK, read_policy("quorum a\n", &error));
    char *bytes = note_of(text, true, 1, &size);
    CHECK_EQ_INT(COMITY_OK, comity_policy_open(&policy, bytes, size, &note, &checkpoint, &error));
    CHECK(note.signature_count == 2 && comity_policy_reached(&policy, &note));
    note.signature_count = 1;
    CHECK(!comity_policy_reached(&policy, &note));
    free(bytes);
    test_case("witnesses alone do not make a checkpoint");
    bytes = note_of(text, false, 7, &size);
    CHECK_EQ_INT(COMITY_ERROR_SIGNATURE, comity_policy_open(&policy, bytes, size, &note, &checkpoint, &error));
    CHECK_EQ_STR("the checkpoint is signed by witnesses, but not by its own log", error.message);
    free(bytes);
    CHECK(policy.urls[0] == NULL && policy.url_sizes[1] == 17 && memcmp(policy.urls[1], "http://a.example/", 17) == 0);
}

/* ---- receipts ---- */

static void receipts(void)
{
#define FIRST "c2sp.org/tlog-proof@v1\n"
    static const struct {
        const char *text, *message;
    } bad[] = {
        {"", "receipt, line 1: \"c2sp.org/tlog-proof@v1\" expected"},
        {"c2sp.org/tlog-proof@v2\nindex 0\n\nx\n", "receipt, line 1: \"c2sp.org/tlog-proof@v1\" expected"},
        {FIRST, "receipt, line 2: \"index N\" expected"},
        {FIRST "index\n\nx\n", "receipt, line 2: \"index N\" expected"},
        {FIRST "index 00\n\nx\n", "receipt, line 2: \"index N\" expected"},
        {FIRST "extra AAAA\nindex 0\n\nx\n", "receipt, line 2: \"extra\" is a salt, 32 bytes in base64"},
        {FIRST "extra " HASH "\n", "receipt, line 3: \"index N\" expected"},
        {FIRST "extra " HASH "\nextra " HASH "\nindex 0\n\nx\n", "receipt, line 3: \"index N\" expected"},
        {FIRST "index 0\nAAAA\n\nx\n", "receipt, line 3: a hash in base64 expected"},
        {FIRST "index 0\n" HASH "\n", "receipt, line 4: an empty line and a checkpoint expected"},
        {FIRST "index 0\nno newline", "receipt, line 3: an empty line and a checkpoint expected"},
        {FIRST "index 0\n\n", "receipt, line 3: an empty line and a checkpoint expected"},
    };
    comity_receipt receipt;
    comity_error error;
    test_case("texts that are no receipts");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_receipt_read(bad[i].text, strlen(bad[i].text), &receipt, &error));
        CHECK_EQ_STR(bad[i].message, error.message);
    }
    test_case("more hashes than a proof has");
    static char many[8192];
    (void)snprintf(many, sizeof many, FIRST "index 0\n");
    for (int i = 0; i < 65; i++) {
        strcat(many, HASH "\n");
    }
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_receipt_read(many, strlen(many), &receipt, &error));
    CHECK_EQ_STR("receipt, line 67: more hashes than a proof has", error.message);
    test_case("a receipt, read and written");
    static const char good[] = FIRST "extra " HASH "\nindex 5\n" HASH "\n" HASH "\n\nthe checkpoint\n";
    comity_buffer buffer;
    comity_buffer_init(&buffer, 4096);
    CHECK(comity_receipt_read(good, sizeof good - 1, &receipt, &error) == COMITY_OK);
    comity_receipt_write(&receipt, &buffer);
    CHECK(buffer.size == sizeof good - 1 && memcmp(buffer.bytes, good, buffer.size) == 0);
    comity_buffer_free(&buffer);
}

/* ---- wrong kinds ---- */

static void wrong_kinds(void)
{
    test_case("a paper is no checkpoint, and a checkpoint no paper");
    static const char paper[] = "comity paper/consent v1\n7\n" HASH "\n";
    comity_error error;
    comity_note note;
    comity_checkpoint checkpoint;
    comity_signer *key;
    uint8_t seed[COMITY_SEED_SIZE] = {3, 9}; /* the same secret, for another purpose */
    CHECK_EQ_INT(COMITY_OK, comity_signer_from_seed(ORIGIN, strlen(ORIGIN), COMITY_PURPOSE_PAPER, seed, &key, &error));
    comity_buffer buffer;
    comity_buffer_init(&buffer, COMITY_LIMIT_NOTE_BYTES);
    CHECK_EQ_INT(COMITY_ERROR_SIGNATURE, comity_note_sign(log_key, paper, strlen(paper), &buffer, &error));
    comity_buffer_append_text(&buffer, paper);
    comity_buffer_append_byte(&buffer, '\n');
    CHECK_EQ_INT(COMITY_OK, comity_note_sign(key, paper, strlen(paper), &buffer, &error));
    CHECK_EQ_INT(COMITY_ERROR_SIGNATURE,
                 comity_checkpoint_open(buffer.bytes, buffer.size, comity_signer_verifier(log_key), 1, &note,
                                        &checkpoint, &error));
    comity_buffer_free(&buffer);
    size_t size;
    char *bytes = note_of(ORIGIN "\n7\n" HASH "\n", true, 0, &size);
    CHECK_EQ_INT(COMITY_ERROR_SIGNATURE, comity_note_open(bytes, size, comity_signer_verifier(key), 1, &note, &error));
    free(bytes);
    comity_signer_free(key);
}

/* ---- segments ---- */

static void segments(void)
{
    test_case("a record of a segment with any one bit changed is no record");
    uint8_t salt[COMITY_SALT_SIZE] = {1};
    comity_hash commitment = {{2}};
    uint8_t record[512];
    comity_record_view view;
    size_t size = comity_record_bytes(21);
    size_t read;
    CHECK_EQ_INT(0, size % 8);
    comity_record_write(77, salt, &commitment, "what is kept, 21 long", 21, record);
    comity_record_place(record, 5);
    comity_record_settle(record, size, 4);
    CHECK(comity_record_read(record, sizeof record, &view, &read) && read == size);
    CHECK(view.index == 5 && view.settled == 4 && view.time_ms == 77 && view.count == 1 && view.kept_size == 21);
    CHECK(!comity_record_read(record, size - 1, &view, &read));
    for (size_t bit = 0; bit < size * 8; bit++) {
        record[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        CHECK(!comity_record_read(record, sizeof record, &view, &read));
        record[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    test_case("a record of erasure");
    comity_buffer buffer;
    comity_buffer_init(&buffer, 4096);
    comity_record_write_erased(9, 1000, 2000, 88, &buffer);
    CHECK(comity_record_read(buffer.bytes, buffer.size, &view, &read) && read == COMITY_RECORD_HEAD_SIZE);
    CHECK(view.kind == COMITY_RECORD_ERASED && view.index == 9 && view.count == 1000 && view.kept_size == 0);
    comity_buffer_reset(&buffer);
    comity_record_write_erased(9, 0, 0, 0, &buffer);
    comity_record_write_erased(COMITY_TREE_SIZE_MAX, 2, 0, 0, &buffer);
    CHECK(!comity_record_read(buffer.bytes, buffer.size, &view, &read));
    CHECK(!comity_record_read(buffer.bytes + COMITY_RECORD_HEAD_SIZE, COMITY_RECORD_HEAD_SIZE, &view, &read));
    comity_buffer_free(&buffer);
}

/* ---- what is kept, and the file `record` ---- */

static void kept(void)
{
#define LAW "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    static const char *const good[] = {
        "comity kept 1\nlaw " LAW "\nevaluator 0.1.0\n\n{}",
        "comity kept 1\nlaw " LAW "\nevaluator 0.1.0\non 2026-11-24\npapers " LAW
        "\nstrict\nadopt A\nadopt B\n\nact\n\nact",
    };
    static const struct {
        const char *text, *message;
    } bad[] = {
        {"", "what the record kept is of another form: line 1: \"comity kept 1\" expected"},
        {"comity kept 2\n", "what the record kept is of another form: line 1: \"comity kept 1\" expected"},
        {"comity kept 1\nlaw x\n", "what the record kept is of another form: line 3: the law expected"},
        {"comity kept 1\nlaw " LAW "\n\n", "what the record kept is of another form: line 3: the evaluator expected"},
        {"comity kept 1\nlaw " LAW "\nevaluator 1\non 1\n\n",
         "what the record kept is of another form: line 5: a day expected"},
        {"comity kept 1\nlaw " LAW "\nevaluator 1\npapers x\n\n",
         "what the record kept is of another form: line 5: the name of papers expected"},
        {"comity kept 1\nlaw " LAW "\nevaluator 1\nstrictly\n\n",
         "what the record kept is of another form: line 5: \"strict\" alone expected"},
        {"comity kept 1\nlaw " LAW "\nevaluator 1\ngate \n\n",
         "what the record kept is of another form: line 5: the name of a gate expected"},
        {"comity kept 1\nlaw " LAW "\nevaluator 1\n{}",
         "what the record kept is of another form: line 4: an empty line expected"},
    };
    comity_kept read;
    comity_error error;
    test_case("what is kept, read and written");
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        comity_buffer buffer;
        comity_buffer_init(&buffer, 4096);
        CHECK(comity_kept_read(good[i], strlen(good[i]), &read, &error) == COMITY_OK);
        comity_kept_write(&read, &buffer);
        CHECK(buffer.size == strlen(good[i]) && memcmp(buffer.bytes, good[i], buffer.size) == 0);
        comity_buffer_free(&buffer);
    }
    char code[16];
    CHECK(comity_kept_adopted(&read, code, sizeof code) && strcmp(code, "A") == 0);
    CHECK(comity_kept_adopted(&read, code, sizeof code) && strcmp(code, "B") == 0);
    CHECK(!comity_kept_adopted(&read, code, sizeof code));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_kept_read(bad[i].text, strlen(bad[i].text), &read, &error));
        CHECK_EQ_STR(bad[i].message, error.message);
    }
}

static void configs(void)
{
    char text[2048];
    comity_record_config config;
    comity_error error;
    test_case("the file of a record, read and written");
    (void)snprintf(text, sizeof text, "comity record 1\norigin " ORIGIN "\nkey %s\npast %s\n", log_text, log_text);
    CHECK(comity_record_config_read(text, strlen(text), &config, &error) == COMITY_OK);
    comity_buffer buffer;
    comity_buffer_init(&buffer, 4096);
    comity_record_config_write(&config, &buffer);
    CHECK(buffer.size == strlen(text) && memcmp(buffer.bytes, text, buffer.size) == 0);
    comity_buffer_free(&buffer);
    static const struct {
        const char *text, *message;
    } bad[] = {
        {"", "record:1: \"comity record 1\" expected"},
        {"comity record 2\n", "record:1: \"comity record 1\" expected"},
        {"comity record 1\n", "record:2: \"origin NAME\" expected"},
        {"comity record 1\norigin a\n", "record: there is no key"},
        {"comity record 1\norigin a\nkey", "record:3: the line does not end"},
        {"comity record 1\norigin a\nwhat\n", "record:3: \"key\" or \"past\" expected"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK_EQ_INT(COMITY_ERROR_RECORD, comity_record_config_read(bad[i].text, strlen(bad[i].text), &config, &error));
        CHECK_EQ_STR(bad[i].message, error.message);
    }
    (void)snprintf(text, sizeof text, "comity record 1\norigin b\nkey %s\n", log_text);
    CHECK_EQ_INT(COMITY_ERROR_RECORD, comity_record_config_read(text, strlen(text), &config, &error));
    CHECK_EQ_STR("record: a key of another log", error.message);
}

int main(void)
{
    test_begin("record formats");
    make_keys();
    many_commitments();
    entries();
    checkpoints();
    bad_policies();
    many_keys();
    many_names();
    quorums();
    receipts();
    wrong_kinds();
    segments();
    kept();
    configs();
    free_keys();
    return test_done();
}
