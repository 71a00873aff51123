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

static void receipt_of(const char *folder, uint64_t index, comity_buffer *buffer)
{
    comity_disk *disk;
    comity_record_reader reader;
    comity_error error;
    if (CHECK(comity_disk_posix_new(folder, &disk, &error) == COMITY_OK)) {
        if (CHECK(comity_record_reader_open(disk, NULL, &reader, &error) == COMITY_OK)) {
            CHECK(comity_record_reader_receipt(&reader, index, buffer, &error) == COMITY_OK);
            comity_record_reader_close(&reader);
        }
        comity_disk_posix_free(disk);
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
    comity_buffer receipt;
    comity_buffer_init(&receipt, COMITY_LIMIT_NOTE_BYTES);
    policy_of(folder, policy);
    receipt_of(folder, 1, &receipt);
    const char *text = (const char *)receipt.bytes;
    index = 99;
    CHECK_EQ_INT(COMITY_OK, comity_receipt_verify(text, receipt.size, judgement, strlen(judgement), policy,
                                                  strlen(policy), &index, &error));
    CHECK_EQ_INT(1, index);
    CHECK_EQ_INT(COMITY_ERROR_SIGNATURE, comity_receipt_verify(text, receipt.size, judgement, strlen(judgement) - 1,
                                                               policy, strlen(policy), &index, &error));
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX,
                 comity_receipt_verify(text, 20, judgement, strlen(judgement), policy, strlen(policy), &index, &error));
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX,
                 comity_receipt_verify(text, receipt.size, judgement, strlen(judgement), "quorum", 6, &index, &error));
    test_case("erased, with the receipt as good as before");
    CHECK_EQ_INT(COMITY_OK, comity_record_erase(record, 1, 2000, &error));
    CHECK_EQ_INT(COMITY_ERROR_RANGE, comity_record_erase(record, 3, 2000, &error));
    CHECK_EQ_INT(COMITY_OK, comity_record_erase_before(record, "standard", 1001, 2000, &size, &error));
    CHECK_EQ_INT(1, size); /* entry 0; entry 2 is younger */
    CHECK_EQ_INT(COMITY_OK, comity_receipt_verify(text, receipt.size, judgement, strlen(judgement), policy,
                                                  strlen(policy), &index, &error));
    comity_buffer_free(&receipt);
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
