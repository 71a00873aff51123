/* What the public interface to the record says to arguments that cannot be, to
 * limits of the system, and to files of another form: whole messages. */
#define _GNU_SOURCE /* pthread_setattr_default_np, nftw, syscall */
#include "test.h"

#include "api/papers_bundle.h"
#include "api/record_folder.h"
#include "record/witness.h"

#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static comity_error error;
static char home[] = "/tmp/comity-arguments-XXXXXX";

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *at)
{
    (void)about;
    (void)kind;
    (void)at;
    return remove(path);
}

static void check_said(comity_status expected, comity_status status, const char *message)
{
    CHECK_EQ_INT(expected, status);
    CHECK_EQ_STR(message, error.message);
}

/* ---- arguments ---- */

static void arguments_of_making(const char *folder)
{
    static const char create[] = "comity_record_create: folder and origin must not be NULL";
    static const char yearly[] = "comity_record_create_yearly: folder and origin must not be NULL";
    static const char open[] = "comity_record_open: folder and ret_record must not be NULL";
    static const char year[] = "comity_record_year: folder and ret_folder must not be NULL, and the year at most 9999";
    comity_record *record = NULL;
    char path[64];
    test_case("arguments of making and opening");
    check_said(COMITY_ERROR_ARGUMENT, comity_record_create(NULL, "example.org", NULL, &error), create);
    check_said(COMITY_ERROR_ARGUMENT, comity_record_create(folder, NULL, NULL, &error), create);
    check_said(COMITY_ERROR_ARGUMENT, comity_record_create_yearly(NULL, "example.org", &error), yearly);
    check_said(COMITY_ERROR_ARGUMENT, comity_record_create_yearly(folder, NULL, &error), yearly);
    check_said(COMITY_ERROR_ARGUMENT, comity_record_open(NULL, NULL, 0, &record, &error), open);
    check_said(COMITY_ERROR_ARGUMENT, comity_record_open(folder, NULL, 0, NULL, &error), open);
    check_said(COMITY_ERROR_ARGUMENT, comity_record_open(folder, NULL, 60001, &record, &error),
               "comity_record_open: publish_every_ms is at most 60000");
    check_said(COMITY_ERROR_ARGUMENT, comity_record_year(NULL, 0, NULL, path, sizeof path, &error), year);
    check_said(COMITY_ERROR_ARGUMENT, comity_record_year(folder, 0, NULL, NULL, 0, &error), year);
    check_said(COMITY_ERROR_ARGUMENT,
               comity_record_year(folder, UINT64_C(253402300800000), NULL, path, sizeof path, &error), year);
    CHECK(record == NULL);
}

static void arguments_of_reading(const char *folder)
{
    static const char prove[] = "comity_record_prove: folder, ret_receipt and ret_size must not be NULL";
    static const char verify[] = "comity_record_verify: folder and ret_holding must not be NULL";
    char receipt[16];
    size_t size;
    comity_record_holding holding;
    test_case("arguments of proving and verifying");
    check_said(COMITY_ERROR_ARGUMENT, comity_record_prove(NULL, NULL, 0, 0, receipt, sizeof receipt, &size, &error), prove);
    check_said(COMITY_ERROR_ARGUMENT, comity_record_prove(folder, NULL, 0, 0, NULL, sizeof receipt, &size, &error), prove);
    check_said(COMITY_ERROR_ARGUMENT, comity_record_prove(folder, NULL, 0, 0, receipt, sizeof receipt, NULL, &error), prove);
    check_said(COMITY_ERROR_ARGUMENT, comity_record_verify(NULL, NULL, 0, &holding, &error), verify);
    check_said(COMITY_ERROR_ARGUMENT, comity_record_verify(folder, NULL, 0, NULL, &error), verify);
}

static void arguments_of_adding(comity_record *record)
{
    static const char submit[] = "an entry: record, entry and ret_index must not be NULL, nor bytes that have a size";
    static const char publish[] = "comity_record_publish: its arguments must not be NULL";
    const comity_record_entry good = {.judgement = "x", .judgement_size = 1};
    const comity_record_entry no_judgement = {.judgement_size = 1};
    const comity_record_entry no_kept = {.kept_size = 1};
    uint64_t index = 99;
    test_case("arguments of adding");
    check_said(COMITY_ERROR_ARGUMENT, comity_record_submit(NULL, &good, &index, &error), submit);
    check_said(COMITY_ERROR_ARGUMENT, comity_record_submit(record, NULL, &index, &error), submit);
    check_said(COMITY_ERROR_ARGUMENT, comity_record_submit(record, &good, NULL, &error), submit);
    check_said(COMITY_ERROR_ARGUMENT, comity_record_submit(record, &no_judgement, &index, &error), submit);
    check_said(COMITY_ERROR_ARGUMENT, comity_record_submit(record, &no_kept, &index, &error), submit);
    check_said(COMITY_ERROR_ARGUMENT, comity_record_append(NULL, &good, &index, &error), submit);
    check_said(COMITY_ERROR_ARGUMENT, comity_record_append(record, &good, NULL, &error),
               "comity_record_append: ret_index must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_record_wait(NULL, 0, &error),
               "comity_record_wait: record must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_record_publish(NULL, &index, &error), publish);
    check_said(COMITY_ERROR_ARGUMENT, comity_record_publish(record, NULL, &error), publish);
    CHECK(index == 99 && comity_record_size(record) == 0);
}

static void arguments_of_judging(comity_record *record, comity_context *context)
{
    static const char judge[] = "comity_record_judge: record, ret_answer and ret_index must not be NULL";
    static const char act[] = "{\"act\":\"store\",\"from\":\"FR\",\"to\":\"FR\"}";
    comity_answer answer = {COMITY_REFUSE, NULL, 0};
    uint64_t index = 99;
    test_case("arguments of judging");
    check_said(COMITY_ERROR_ARGUMENT,
               comity_record_judge(NULL, context, act, sizeof act - 1, NULL, NULL, 0, &answer, &index, &error), judge);
    check_said(COMITY_ERROR_ARGUMENT,
               comity_record_judge(record, context, act, sizeof act - 1, NULL, NULL, 0, NULL, &index, &error), judge);
    check_said(COMITY_ERROR_ARGUMENT,
               comity_record_judge(record, context, act, sizeof act - 1, NULL, NULL, 0, &answer, NULL, &error), judge);
    CHECK(answer.json == NULL && index == 99 && comity_record_size(record) == 0);
}

static void arguments_of_erasing(comity_record *record)
{
    static const char before[] = "comity_record_erase_before: record and ret_count must not be NULL";
    uint64_t count = 99;
    test_case("arguments of erasing");
    check_said(COMITY_ERROR_ARGUMENT, comity_record_erase(NULL, 0, 0, &error),
               "comity_record_erase: record must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_record_erase_before(NULL, NULL, 0, 0, &count, &error), before);
    check_said(COMITY_ERROR_ARGUMENT, comity_record_erase_before(record, NULL, 0, 0, NULL, &error), before);
    check_said(COMITY_ERROR_NAME, comity_record_erase_before(record, "none", 0, 0, &count, &error),
               "the record has no class of retention \"none\"");
    CHECK_EQ_INT(99, count);
}

static void arguments_of_receipts(void)
{
    static const char verify[] = "comity_receipt_verify: its arguments must not be NULL";
    uint64_t index = 99;
    test_case("arguments of verifying a receipt");
    check_said(COMITY_ERROR_ARGUMENT, comity_receipt_verify(NULL, 0, "", 0, "", 0, &index, &error), verify);
    check_said(COMITY_ERROR_ARGUMENT, comity_receipt_verify("", 0, NULL, 1, "", 0, &index, &error), verify);
    check_said(COMITY_ERROR_ARGUMENT, comity_receipt_verify("", 0, "", 0, NULL, 0, &index, &error), verify);
    check_said(COMITY_ERROR_ARGUMENT, comity_receipt_verify("", 0, "", 0, "", 0, NULL, &error), verify);
    check_said(COMITY_ERROR_LIMIT,
               comity_receipt_verify("", 0, "", 0, "", COMITY_LIMIT_POLICY_BYTES + 1, &index, &error),
               "a policy of more than 1048576 bytes");
    CHECK_EQ_INT(99, index);
}

static void values_out_of_range(comity_record *record)
{
    uint8_t *bytes = calloc(1, COMITY_LIMIT_RECORD_KEPT_BYTES + 1);
    const comity_record_entry large = {.kept = bytes, .kept_size = COMITY_LIMIT_RECORD_KEPT_BYTES + 1};
    uint64_t index = 99;
    test_case("what a record does not keep, and what it was not given");
    check_said(COMITY_ERROR_LIMIT, comity_record_append(record, &large, &index, &error),
               "a record keeps at most 2097152 bytes, not 2097153");
    check_said(COMITY_ERROR_RANGE, comity_record_wait(record, 0, &error), "entry 0 was not submitted");
    check_said(COMITY_ERROR_SYSTEM, comity_disk_status(COMITY_DISK_EXISTS, "lock", &error), "lock: is there already");
    CHECK_EQ_INT(99, index);
    free(bytes);
}

/* Below the public interface: a log is opened with its own keys, all of them. */
static void signers_of_another(comity_record *record)
{
    const comity_signer *signers[2] = {record->signers[0], NULL};
    comity_signer *stranger = NULL;
    comity_log *log = NULL;
    test_case("a log's keys");
    CHECK_EQ_INT(COMITY_OK, comity_signer_new("example.org", 11, COMITY_PURPOSE_LOG, &stranger, &error));
    signers[1] = stranger;
    check_said(COMITY_ERROR_SIGNATURE, comity_log_open(record->disk, signers, 0, 0, &log, &error),
               "the secret key of one of the log's keys is not there");
    check_said(COMITY_ERROR_SIGNATURE, comity_log_open(record->disk, signers + 1, 1, 0, &log, &error),
               "the secret key of one of the log's keys is not there");
    check_said(COMITY_ERROR_SIGNATURE, comity_log_open(record->disk, signers, 2, 0, &log, &error),
               "a secret key is none of this log's");
    CHECK(log == NULL);
    comity_signer_free(stranger);
}

/* A witness asked when the clock is past all times it can sign. */
static void a_witness_that_cannot_sign(comity_record *record)
{
    static const char head[] = "old 0\n\n";
    char key[COMITY_VERIFIER_TEXT_SIZE];
    char text[COMITY_VERIFIER_TEXT_SIZE + 32];
    uint8_t *checkpoint = NULL;
    size_t size = 0;
    comity_policy *logs = calloc(1, sizeof *logs);
    comity_signer *signer = NULL;
    comity_disk *disk = NULL;
    comity_witness_answer answer = {.status = 0};
    comity_buffer body;
    comity_buffer said;
    test_case("a witness that cannot sign");
    comity_buffer_init(&body, COMITY_LIMIT_CHECKPOINT_BYTES);
    comity_buffer_init(&said, COMITY_LIMIT_CHECKPOINT_BYTES);
    comity_verifier_print(comity_signer_verifier(record->signers[0]), key);
    (void)snprintf(text, sizeof text, "log %s\nquorum none\n", key);
    CHECK(logs != NULL && comity_policy_read(text, strlen(text), logs, &error) == COMITY_OK);
    CHECK_EQ_INT(COMITY_OK, comity_signer_new("w.example", 9, COMITY_PURPOSE_WITNESS, &signer, &error));
    CHECK_EQ_INT(COMITY_OK, comity_disk_posix_new(home, &disk, &error));
    CHECK_EQ_INT(COMITY_DISK_OK, comity_disk_load(record->disk, "public/checkpoint", COMITY_LIMIT_CHECKPOINT_BYTES,
                                                  &checkpoint, &size, &error));
    comity_buffer_append(&body, head, sizeof head - 1);
    comity_buffer_append(&body, checkpoint, size);
    comity_witness_add_checkpoint(disk, logs, signer, body.bytes, body.size, UINT64_MAX, &said, &answer);
    comity_buffer_append_byte(&said, 0);
    CHECK_EQ_INT(500, answer.status);
    CHECK_EQ_STR("the witness cannot sign\n", (const char *)said.bytes);
    comity_buffer_free(&said);
    comity_buffer_free(&body);
    comity_disk_posix_free(disk);
    comity_signer_free(signer);
    free(checkpoint);
    free(logs);
}

static void proofs_that_cannot_be(void)
{
    const comity_proof none = {.count = 0};
    const comity_proof one = {.count = 1};
    comity_proof made;
    comity_hash hash = {{0}};
    test_case("proofs that cannot be");
    check_said(COMITY_ERROR_RANGE, comity_proof_consistency(NULL, 4, 3, &made, &error),
               "a log of 4 is no beginning of one of 3");
    check_said(COMITY_ERROR_RANGE, comity_proof_check_consistency(&none, 4, 3, &hash, &hash, &error),
               "a log of 4 is no beginning of one of 3");
    check_said(COMITY_ERROR_SYNTAX, comity_proof_check_inclusion(&none, 0, 2, &hash, &hash, &error),
               "the proof has 0 hashes, fewer than it must have");
    check_said(COMITY_ERROR_SYNTAX, comity_proof_check_inclusion(&one, 0, 1, &hash, &hash, &error),
               "the proof has 1 hash, more than it must have");
}

/* ---- limits of the system ---- */

static bool no_eventfd;

/* Stands before the C library's: opening a record holds more descriptors for a
 * moment than it holds in the end, so a limit of them strikes elsewhere. */
int eventfd(unsigned count, int flags)
{
    if (no_eventfd) {
        errno = EMFILE;
        return -1;
    }
    return (int)syscall(SYS_eventfd2, count, flags);
}

static void no_file_descriptor(const char *folder)
{
    char expected[128];
    comity_record *record = NULL;
    test_case("no file descriptor");
    (void)snprintf(expected, sizeof expected, "%s: a file descriptor could not be had", folder);
    no_eventfd = true;
    check_said(COMITY_ERROR_SYSTEM, comity_record_open(folder, NULL, 1000, &record, &error), expected);
    no_eventfd = false;
    CHECK(record == NULL);
    CHECK_EQ_INT(COMITY_OK, comity_record_open(folder, NULL, 1000, &record, &error));
    comity_record_close(record);
}

/* A stack larger than any address space. */
static void no_thread(const char *folder)
{
    pthread_attr_t before;
    pthread_attr_t huge;
    char expected[128];
    comity_record *record = NULL;
    test_case("no thread");
    (void)snprintf(expected, sizeof expected, "%s: a thread could not be started", folder);
    CHECK(pthread_getattr_default_np(&before) == 0 && pthread_attr_init(&huge) == 0);
    CHECK(pthread_attr_setstacksize(&huge, (size_t)1 << 50) == 0 && pthread_setattr_default_np(&huge) == 0);
    check_said(COMITY_ERROR_SYSTEM, comity_record_open(folder, NULL, 1000, &record, &error), expected);
    CHECK(pthread_setattr_default_np(&before) == 0);
    CHECK(record == NULL);
    (void)pthread_attr_destroy(&huge);
    (void)pthread_attr_destroy(&before);
}

/* ---- a year's log ---- */

static void year_of_another(void)
{
    char series[64];
    char year[80];
    char expected[200];
    char found[80];
    test_case("a year's folder that holds another log");
    (void)snprintf(series, sizeof series, "%s/series", home);
    (void)snprintf(year, sizeof year, "%s/1970", series);
    (void)snprintf(expected, sizeof expected, "%s: the log is not called example.org/series/1970", year);
    CHECK_EQ_INT(COMITY_OK, comity_record_create_yearly(series, "example.org/series", &error));
    CHECK_EQ_INT(COMITY_OK, comity_record_create(year, "example.org/other", NULL, &error));
    check_said(COMITY_ERROR_RECORD, comity_record_year(series, 0, NULL, found, sizeof found, &error), expected);
    CHECK_EQ_INT(COMITY_OK, comity_record_year(series, UINT64_C(31536000000), NULL, found, sizeof found, &error));
    (void)snprintf(expected, sizeof expected, "%s/1971", series);
    CHECK_EQ_STR(expected, found);
    (void)snprintf(expected, sizeof expected, "%s: the path is too long", series);
    check_said(COMITY_ERROR_LIMIT, comity_record_year(series, 0, NULL, found, strlen(series), &error), expected);
}

/* ---- bundles of papers, and what was kept ---- */

static void bundles(const comity_law *law)
{
    static const char trust[] = "comity trust v1\n";
    static const char good[] = "comity papers 1\ntrust 16 t\ncomity trust v1\n\npaper 1 a name\nx\n";
    static const char *const bad[] = {
        "",
        "comity papers 2\ntrust 16 t\ncomity trust v1\n\n",
        "comity papers 1\n",
        "comity papers 1\ntrust 16",
        "comity papers 1\ntrust 16\n",
        "comity papers 1\ntrust 016 t\ncomity trust v1\n\n",
        "comity papers 1\ntrust 17 t\ncomity trust v1\n\n",
        "comity papers 1\ntrust 16 t\ncomity trust v1\nx",
        "comity papers 1\ntrust 18446744073709551615 t\ncomity trust v1\n\n",
        "comity papers 1\npaper 16 t\ncomity trust v1\n\n",
        "comity papers 1\ntrust 16 t\ncomity trust v1\n\nletter 1 a\nx\n",
        "comity papers 1\ntrust 16 t\ncomity trust v1\n\nrevocation 1 first\nx\n",
        "comity papers 1\ntrust 16 t\ncomity trust v1\n\npaper 2 a\nx\n",
    };
    comity_papers *papers = NULL;
    comity_paper_told told = {.name = NULL};
    test_case("a bundle of papers");
    CHECK_EQ_INT(COMITY_OK, comity_papers_bundle_open(law, good, sizeof good - 1, &papers, &error));
    CHECK_EQ_INT(COMITY_OK, comity_papers_tell(papers, 0, &told, &error));
    CHECK_EQ_STR("a name", told.name);
    comity_papers_free(papers);
    test_case("what is no bundle of papers");
    papers = NULL;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        check_said(COMITY_ERROR_SYNTAX, comity_papers_bundle_open(law, bad[i], strlen(bad[i]), &papers, &error),
                   "this is no bundle of papers");
    }
    CHECK(papers == NULL);
    test_case("a name too long for a bundle is cut, and so is read as it was written");
    char name[600];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    comity_papers *again = NULL;
    CHECK_EQ_INT(COMITY_OK, comity_papers_new(law, name, trust, sizeof trust - 1, &papers, &error));
    CHECK_EQ_INT(COMITY_OK, comity_papers_add(papers, name, "x", 1, &error));
    CHECK_EQ_INT(COMITY_OK, comity_papers_settle(papers, &error));
    CHECK_EQ_INT(COMITY_OK, comity_papers_bundle_open(law, papers->bundle.bytes, papers->bundle.size, &again, &error));
    CHECK(papers != NULL && again != NULL && strcmp(papers->name, again->name) == 0);
    comity_papers_free(papers);
    comity_papers_free(again);
}

static void kept_files(void)
{
    static const char expected[] = "comity kept file 1\na paper\n";
    comity_buffer buffer;
    const uint8_t *bytes = NULL;
    size_t size = 0;
    test_case("a file as it is kept");
    comity_buffer_init(&buffer, 100);
    comity_kept_file_write("a paper\n", 8, &buffer);
    CHECK(buffer.size == sizeof expected - 1 && memcmp(buffer.bytes, expected, buffer.size) == 0);
    CHECK(comity_kept_file(buffer.bytes, buffer.size, &bytes, &size));
    CHECK(size == 8 && memcmp(bytes, "a paper\n", 8) == 0);
    CHECK(!comity_kept_file(buffer.bytes, 18, &bytes, &size));
    CHECK(!comity_kept_file((const uint8_t *)"comity kept file 2\n", 19, &bytes, &size));
    comity_buffer_free(&buffer);
}

static void with_law(const comity_law *law)
{
    char folder[64];
    comity_record *record = NULL;
    comity_context *context = NULL;
    (void)snprintf(folder, sizeof folder, "%s/record", home);
    arguments_of_making(folder);
    arguments_of_reading(folder);
    arguments_of_receipts();
    CHECK_EQ_INT(COMITY_OK, comity_record_create(folder, "example.org/arguments", NULL, &error));
    CHECK_EQ_INT(COMITY_OK, comity_context_new(law, &context, &error));
    if (CHECK(comity_record_open(folder, NULL, 0, &record, &error) == COMITY_OK)) {
        arguments_of_adding(record);
        arguments_of_judging(record, context);
        arguments_of_erasing(record);
        values_out_of_range(record);
        signers_of_another(record);
        a_witness_that_cannot_sign(record);
        comity_record_close(record);
    }
    comity_context_free(context);
    no_file_descriptor(folder);
    no_thread(folder);
    year_of_another();
    bundles(law);
    kept_files();
    proofs_that_cannot_be();
}

int main(void)
{
    const char *image = getenv("COMITY_IMAGE");
    comity_law *law;
    test_begin("api record arguments");
    test_case("the law");
    if (CHECK(image != NULL) && CHECK(comity_law_open(image, &law, &error) == COMITY_OK) &&
        CHECK(mkdtemp(home) != NULL)) {
        with_law(law);
        comity_law_close(law);
        (void)nftw(home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
    return test_done();
}
