/* What fails while publishing stops the log before anybody else can go on from what
 * was half made: else a checkpoint would be signed over entries in other places than
 * their own, and the record could never be opened again. */
#define _GNU_SOURCE /* nftw, sched_setaffinity, SCHED_IDLE */
#include "test.h"

#include "api/record_folder.h"
#include "record/log.h"

#include <ftw.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ENTRIES 300 /* more than one tile */

static comity_log *the_log;
static pthread_t second;
static comity_disk_result (*real_write)(comity_disk *disk, int file, uint64_t at, const void *bytes, size_t size,
                                        comity_error *reterr);
static bool to_fail;
static comity_status second_status;

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *at)
{
    (void)about;
    (void)kind;
    (void)at;
    return remove(path);
}

static void add_entries(void)
{
    uint64_t index = 0;
    comity_error error;
    comity_status status = COMITY_OK;
    for (unsigned i = 0; i < ENTRIES && status == COMITY_OK; i++) {
        status = comity_log_submit(the_log, "standard", 1, &i, sizeof i, &i, sizeof i, &index, &error);
    }
    CHECK(status == COMITY_OK && comity_log_wait(the_log, index, &error) == COMITY_OK);
}

static void *publish_second(void *unused)
{
    uint64_t size;
    comity_error error;
    second_status = comity_log_publish(the_log, false, &size, &error);
    return unused;
}

/* The first write of a tile fails; but before, others have recorded more, and a second waits to publish it. */
static comity_disk_result write_or_fail(comity_disk *disk, int file, uint64_t at, const void *bytes, size_t size,
                                        comity_error *reterr)
{
    static const struct timespec moment = {.tv_nsec = 200000000};
    if (!to_fail) {
        return real_write(disk, file, at, bytes, size, reterr);
    }
    to_fail = false;
    add_entries();
    CHECK(pthread_create(&second, NULL, publish_second, NULL) == 0);
    (void)nanosleep(&moment, NULL);
    /* whoever waits runs as soon as it is woken: before us, who are idle */
    const struct sched_param none = {0};
    CHECK(pthread_setschedparam(pthread_self(), SCHED_IDLE, &none) == 0);
    (void)comity_fail(reterr, COMITY_ERROR_SYSTEM, "the disk failed");
    return COMITY_DISK_FAILED;
}

static void *publish_first(void *unused)
{
    uint64_t size;
    comity_error error;
    CHECK_EQ_INT(COMITY_ERROR_SYSTEM, comity_log_publish(the_log, false, &size, &error));
    CHECK_EQ_STR("the disk failed", error.message);
    return unused;
}

static void on_one_processor(void)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    CHECK(sched_setaffinity(0, sizeof one, &one) == 0);
}

static comity_status open_log(comity_disk *disk, const comity_signer *signer)
{
    comity_error error = {.code = COMITY_OK};
    comity_status status = comity_log_open(disk, &signer, 1, 0, &the_log, &error);
    CHECK_EQ_STR("", status == COMITY_OK ? "" : error.message);
    return status;
}

static void publishing(void)
{
    char folder[] = "/tmp/comity-failure-XXXXXX";
    comity_disk *disk;
    comity_record_config config;
    comity_signer *signer = NULL;
    comity_error error;
    pthread_t first;
    test_case("who waits to publish when publishing fails publishes nothing");
    if (!CHECK(mkdtemp(folder) != NULL) ||
        !CHECK(comity_record_create(folder, "example.org/failure", NULL, &error) == COMITY_OK) ||
        !CHECK(comity_disk_posix_new(folder, &disk, &error) == COMITY_OK) ||
        !CHECK(comity_record_config_load(disk, &config, &error) == COMITY_OK) ||
        !CHECK(comity_record_load_keys(folder, &config, NULL, &signer, &error) == COMITY_OK) ||
        open_log(disk, signer) != COMITY_OK) {
        return;
    }
    on_one_processor();
    real_write = disk->write;
    disk->write = write_or_fail;
    add_entries();
    to_fail = true;
    CHECK(pthread_create(&first, NULL, publish_first, NULL) == 0);
    (void)pthread_join(first, NULL);
    (void)pthread_join(second, NULL);
    CHECK_EQ_INT(COMITY_ERROR_SYSTEM, second_status);
    comity_log_close(the_log);
    if (open_log(disk, signer) == COMITY_OK) {
        CHECK_EQ_INT(2 * ENTRIES, comity_log_durable(the_log));
        comity_log_close(the_log);
    }
    comity_signer_free(signer);
    comity_disk_posix_free(disk);
    (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    test_begin("record/failure");
    publishing();
    return test_done();
}
