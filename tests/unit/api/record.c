/* The record by its public interface, as a gate uses it: judge and record in one
 * step, hand out a receipt, have it verified by whoever trusts the log. */
#define _XOPEN_SOURCE 700 /* nftw */
#include "../../test.h"

#include "api/record_folder.h"

#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *at)
{
    (void)about;
    (void)kind;
    (void)at;
    return remove(path);
}

static const char act[] = "{\"act\":\"store\",\"id\":7,\"from\":\"FR\",\"to\":\"FR\"}";

/* The log's own keys as a policy: a test may believe the log about itself. */
static void policy_of(const char *folder, char ret_policy[1024])
{
    comity_disk *disk;
    comity_record_config config;
    comity_error error;
    char key[COMITY_VERIFIER_TEXT_SIZE];
    ret_policy[0] = '\0';
    if (CHECK(comity_disk_posix_new(folder, &disk, &error) == COMITY_OK)) {
        CHECK(comity_record_config_load(disk, &config, &error) == COMITY_OK);
        comity_verifier_print(&config.keys[0], key);
        (void)snprintf(ret_policy, 1024, "log %s\nquorum none\n", key);
        comity_disk_posix_free(disk);
    }
}

/* What is told about a record is told with its folder, once. */
static void check_told(const char *folder, const char *message, const comity_error *error)
{
    char whole[512];
    (void)snprintf(whole, sizeof whole, "%s: %s", folder, message);
    CHECK_EQ_STR(whole, error->message);
}

/* By the log's own keys, by a policy, and by one that does not know the log. */
static void prove(const char *folder, const char *policy, char ret_receipt[COMITY_RECEIPT_BYTES_MAX], size_t *ret_size)
{
    static const char other[] = "log example.org/other+383c0c18+Afv0zigxFFslHWy9NCKJKpKqePLIAc78PydL+rLYBZ+u\nquorum none\n";
    comity_error error;
    char small[16] = "as before";
    char again[COMITY_RECEIPT_BYTES_MAX];
    size_t size = 7;
    CHECK_EQ_INT(COMITY_OK, comity_record_prove(folder, NULL, 0, 1, ret_receipt, COMITY_RECEIPT_BYTES_MAX, ret_size,
                                                &error));
    CHECK_EQ_INT(strlen(ret_receipt), *ret_size);
    CHECK_EQ_INT(COMITY_ERROR_RANGE,
                 comity_record_prove(folder, NULL, 0, 3, small, sizeof small, &size, &error));
    check_told(folder, "there is no entry 3 in a log of 3", &error);
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_record_prove(folder, NULL, 0, 1, small, sizeof small, &size, &error));
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_record_prove(folder, NULL, 0, 1, again, *ret_size, &size, &error));
    char told[128];
    (void)snprintf(told, sizeof told, "the receipt has %zu bytes and a NUL, the room for it %zu", *ret_size, *ret_size);
    check_told(folder, told, &error);
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_record_prove(folder, policy, ((size_t)1 << 20) + 1, 1, small, sizeof small,
                                                         &size, &error));
    CHECK_EQ_INT(COMITY_ERROR_SIGNATURE,
                 comity_record_prove(folder, other, sizeof other - 1, 1, small, sizeof small, &size, &error));
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_record_prove(folder, "quorum", 6, 1, small, sizeof small, &size, &error));
    CHECK_EQ_INT(COMITY_ERROR_SYSTEM, comity_record_prove("/nowhere", NULL, 0, 1, small, sizeof small, &size, &error));
    CHECK_EQ_STR("/nowhere: No such file or directory", error.message);
    CHECK_EQ_STR("as before", small);
    CHECK_EQ_INT(7, size);
    CHECK_EQ_INT(COMITY_OK,
                 comity_record_prove(folder, policy, strlen(policy), 1, again, *ret_size + 1, &size, &error));
    CHECK_EQ_STR(ret_receipt, again);
}

static void verify(const char *folder, const char *policy, comity_record_holding expected)
{
    comity_error error;
    comity_record_holding holding = {.size = 99};
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_record_verify(folder, "quorum", 6, &holding, &error));
    CHECK_EQ_INT(99, holding.size);
    CHECK_EQ_INT(COMITY_OK, comity_record_verify(folder, policy, strlen(policy), &holding, &error));
    CHECK_EQ_INT(COMITY_OK, comity_record_verify(folder, NULL, 0, &holding, &error));
    CHECK_EQ_INT(expected.size, holding.size);
    CHECK_EQ_INT(expected.kept, holding.kept);
    CHECK_EQ_INT(expected.erased, holding.erased);
    CHECK_EQ_INT(expected.absent, holding.absent);
    CHECK_EQ_INT(expected.beyond, holding.beyond);
}

/* One byte of the only bundle is another. */
static void verify_altered(const char *folder)
{
    char path[512];
    comity_error error;
    comity_record_holding holding;
    (void)snprintf(path, sizeof path, "%s/public/tile/entries/000.p/3", folder);
    FILE *file = fopen(path, "r+");
    if (CHECK(file != NULL)) {
        CHECK(fseek(file, 20, SEEK_SET) == 0);
        int byte = fgetc(file);
        CHECK(fseek(file, 20, SEEK_SET) == 0 && fputc(byte ^ 1, file) != EOF && fclose(file) == 0);
        CHECK_EQ_INT(COMITY_ERROR_RECORD, comity_record_verify(folder, NULL, 0, &holding, &error));
        CHECK(strncmp(error.message, folder, strlen(folder)) == 0);
    }
}

static void judge_and_prove(const comity_law *law, const char *folder)
{
    comity_context *context;
    comity_record *record;
    comity_error error;
    comity_answer answer = {COMITY_REFUSE, NULL, 0};
    uint64_t index = 99;
    uint64_t size;
    char *judgement = NULL;
    if (!CHECK(comity_record_create(folder, "example.org/api", "a passphrase", &error) == COMITY_OK) ||
        !CHECK(comity_context_new(law, &context, &error) == COMITY_OK)) {
        return;
    }
    CHECK_EQ_INT(COMITY_ERROR_PASSPHRASE, comity_record_open(folder, NULL, 10, &record, &error));
    CHECK_EQ_INT(COMITY_ERROR_PASSPHRASE, comity_record_open(folder, "another", 10, &record, &error));
    if (CHECK(comity_record_open(folder, "a passphrase", 10, &record, &error) == COMITY_OK)) {
        test_case("an act that is none is not recorded");
        CHECK_EQ_INT(COMITY_ERROR_SYNTAX,
                     comity_record_judge(record, context, "{", 1, NULL, NULL, 5, &answer, &index, &error));
        CHECK_EQ_INT(COMITY_ERROR_NAME, comity_record_judge(record, context, act, sizeof act - 1, "2026-11-24",
                                                            "A class", 5, &answer, &index, &error));
        CHECK(answer.json == NULL && index == 99 && comity_record_size(record) == 0);
        test_case("judged and recorded in one step");
        for (uint64_t i = 0; i < 3; i++) {
            CHECK_EQ_INT(COMITY_OK, comity_record_judge(record, context, act, sizeof act - 1, "2026-11-24", NULL,
                                                        1000 + i, &answer, &index, &error));
            CHECK_EQ_INT(i, index);
            CHECK_EQ_INT(i + 1, comity_record_size(record));
        }
        judgement = strdup(answer.json);
        CHECK_EQ_INT(COMITY_OK, comity_record_publish(record, &size, &error));
        CHECK_EQ_INT(3, size);
    }
    test_case("a receipt is verified by three texts and nothing else");
    char policy[1024];
    static char text[COMITY_RECEIPT_BYTES_MAX];
    size_t text_size = 0;
    policy_of(folder, policy);
    prove(folder, policy, text, &text_size);
    verify(folder, policy, (comity_record_holding){.size = 3, .kept = 3});
    index = 99;
    CHECK_EQ_INT(COMITY_OK, comity_receipt_verify(text, text_size, judgement, strlen(judgement), policy,
                                                  strlen(policy), &index, &error));
    CHECK_EQ_INT(1, index);
    CHECK_EQ_INT(COMITY_ERROR_SIGNATURE, comity_receipt_verify(text, text_size, judgement, strlen(judgement) - 1,
                                                               policy, strlen(policy), &index, &error));
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX,
                 comity_receipt_verify(text, 20, judgement, strlen(judgement), policy, strlen(policy), &index, &error));
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX,
                 comity_receipt_verify(text, text_size, judgement, strlen(judgement), "quorum", 6, &index, &error));
    test_case("erased, with the receipt as good as before");
    CHECK_EQ_INT(COMITY_OK, comity_record_erase(record, 1, 2000, &error));
    CHECK_EQ_INT(COMITY_ERROR_RANGE, comity_record_erase(record, 3, 2000, &error));
    CHECK_EQ_INT(COMITY_OK, comity_record_erase_before(record, "standard", 1001, 2000, &size, &error));
    CHECK_EQ_INT(1, size); /* entry 0; entry 2 is younger */
    CHECK_EQ_INT(COMITY_OK, comity_receipt_verify(text, text_size, judgement, strlen(judgement), policy,
                                                  strlen(policy), &index, &error));
    verify(folder, policy, (comity_record_holding){.size = 3, .kept = 1, .erased = 2});
    test_case("altered");
    verify_altered(folder);
    comity_record_close(record);
    comity_context_free(context);
    free(judgement);
}

int main(void)
{
    const char *image = getenv("COMITY_IMAGE");
    char folder[] = "/tmp/comity-api-XXXXXX";
    comity_law *law;
    comity_error error;
    test_begin("api record");
    test_case("a record with a passphrase");
    if (CHECK(image != NULL) && CHECK(comity_law_open(image, &law, &error) == COMITY_OK) &&
        CHECK(mkdtemp(folder) != NULL)) {
        judge_and_prove(law, folder);
        comity_law_close(law);
        (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
    return test_done();
}
