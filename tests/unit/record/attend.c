/* Who leads what was submitted while another batch was on its way, and nobody waits for: a
 * thread that attends, if there is one; else whoever comes to wait. On a real disk that
 * holds a sync until it is told to go on. */
#define _XOPEN_SOURCE 700 /* nftw */
#include "test.h"

#include "record/log.h"

#include <ftw.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const char origin[] = "example.org/attend";

static comity_disk_result (*real_sync)(comity_disk *disk, int file, comity_error *reterr);

/* The syncs of segments that were begun, and how many may end. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned begun;
static unsigned allowed;

static comity_disk_result sync_when_told(comity_disk *disk, int file, comity_error *reterr)
{
    (void)pthread_mutex_lock(&mutex);
    unsigned mine = ++begun;
    (void)pthread_cond_broadcast(&changed);
    while (mine > allowed) {
        (void)pthread_cond_wait(&changed, &mutex);
    }
    (void)pthread_mutex_unlock(&mutex);
    return real_sync(disk, file, reterr);
}

static void wait_begun(unsigned count)
{
    (void)pthread_mutex_lock(&mutex);
    while (begun < count) {
        (void)pthread_cond_wait(&changed, &mutex);
    }
    (void)pthread_mutex_unlock(&mutex);
}

static void allow(unsigned more)
{
    (void)pthread_mutex_lock(&mutex);
    allowed += more;
    (void)pthread_cond_broadcast(&changed);
    (void)pthread_mutex_unlock(&mutex);
}

static uint64_t submit(comity_log *log)
{
    comity_error error;
    uint64_t index = UINT64_MAX;
    CHECK_EQ_INT(COMITY_OK, comity_log_submit(log, "standard", 5, "judgement", 9, "kept", 4, &index, &error));
    return index;
}

typedef struct waiter {
    comity_log *log;
    uint64_t index;
    comity_status status;
} waiter;

static void *wait_for(void *context)
{
    waiter *me = context;
    comity_error error;
    me->status = comity_log_wait(me->log, me->index, &error);
    return NULL;
}

static void *attend(void *context)
{
    comity_log_attend(context);
    return NULL;
}

/* Sets going a commit of one entry, and submits another while its sync is held. */
static void begin_two(comity_log *log, waiter *first, pthread_t *thread)
{
    unsigned before = begun;
    *first = (waiter){log, submit(log), COMITY_ERROR_SYSTEM};
    CHECK(pthread_create(thread, NULL, wait_for, first) == 0);
    wait_begun(before + 1);
    CHECK_EQ_INT(first->index + 1, submit(log));
}

static void end_first(waiter *first, pthread_t thread)
{
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK_EQ_INT(COMITY_OK, first->status);
}

static void without(comity_log *log)
{
    comity_error error;
    waiter first;
    pthread_t thread;
    test_case("it stays until somebody waits, where nobody attends");
    begin_two(log, &first, &thread);
    allow(1);
    end_first(&first, thread);
    CHECK_EQ_INT(first.index + 1, comity_log_durable(log));
    allow(1);
    CHECK_EQ_INT(COMITY_OK, comity_log_wait(log, first.index + 1, &error));
}

static void with(comity_log *log)
{
    waiter first;
    pthread_t thread;
    pthread_t attendant;
    test_case("it is led by the one who attends");
    CHECK(pthread_create(&attendant, NULL, attend, log) == 0);
    begin_two(log, &first, &thread);
    unsigned held = begun;
    allow(1);
    wait_begun(held + 1);
    CHECK_EQ_INT(first.index + 1, comity_log_durable(log));
    end_first(&first, thread);
    test_case("and so is what comes meanwhile, on and on");
    uint64_t last = submit(log);
    allow(1);
    wait_begun(held + 2);
    CHECK_EQ_INT(last, comity_log_durable(log));
    test_case("who is dismissed ends what is under way");
    comity_log_dismiss(log);
    allow(1);
    CHECK(pthread_join(attendant, NULL) == 0);
    CHECK_EQ_INT(last + 1, comity_log_durable(log));
}

/* An erasing wants a moment without commits: the one who attends must not lead on before it. */
static void *erase(void *context)
{
    waiter *me = context;
    comity_error error;
    uint64_t count;
    comity_erasure what = {.by_index = true, .index = 0};
    me->status = comity_log_erase(me->log, &what, 7, &count, &error);
    return NULL;
}

static void beside_erasing(comity_log *log)
{
    waiter eraser = {log, 0, COMITY_ERROR_SYSTEM};
    pthread_t thread;
    pthread_t attendant;
    comity_error error;
    uint64_t last = 0;
    test_case("an erasing comes to its turn beside the one who attends");
    (void)pthread_mutex_lock(&mutex);
    allowed = UINT32_MAX;
    (void)pthread_cond_broadcast(&changed);
    (void)pthread_mutex_unlock(&mutex);
    struct timespec moment = {.tv_nsec = 1000};
    CHECK(pthread_create(&attendant, NULL, attend, log) == 0);
    CHECK(pthread_create(&thread, NULL, erase, &eraser) == 0);
    for (size_t i = 0; i < 3000; i++) {
        last = submit(log);
        (void)nanosleep(&moment, NULL);
    }
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK_EQ_INT(COMITY_OK, eraser.status);
    CHECK_EQ_INT(COMITY_OK, comity_log_wait(log, last, &error));
    comity_log_dismiss(log);
    CHECK(pthread_join(attendant, NULL) == 0);
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *at)
{
    (void)about;
    (void)kind;
    (void)at;
    return remove(path);
}

/* A new log in the folder, with an entry, so that its segment is there. */
static comity_log *open_log(comity_disk *disk, const comity_signer *signer)
{
    comity_record_config config;
    comity_error error;
    comity_log *log = NULL;
    if (CHECK(comity_record_config_make(origin, &config, &error) == COMITY_OK)) {
        config.keys[config.key_count++] = *comity_signer_verifier(signer);
        CHECK_EQ_INT(COMITY_OK, comity_log_create(disk, &config, &error));
        CHECK_EQ_INT(COMITY_OK, comity_log_open(disk, &signer, 1, 0, &log, &error));
    }
    if (log != NULL) {
        CHECK_EQ_INT(COMITY_OK, comity_log_wait(log, submit(log), &error));
    }
    return log;
}

int main(void)
{
    static void (*const cases[])(comity_log *log) = {without, with, beside_erasing};
    test_begin("record attend");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char folder[] = "/tmp/comity-attend-XXXXXX";
        comity_disk *disk;
        comity_signer *signer;
        comity_error error;
        if (!CHECK(mkdtemp(folder) != NULL) || !CHECK(comity_disk_posix_new(folder, &disk, &error) == COMITY_OK) ||
            !CHECK(comity_signer_new(origin, strlen(origin), COMITY_PURPOSE_LOG, &signer, &error) == COMITY_OK)) {
            break;
        }
        comity_log *log = open_log(disk, signer);
        if (CHECK(log != NULL)) {
            begun = allowed = 0;
            real_sync = disk->sync;
            disk->sync = sync_when_told;
            cases[i](log);
            disk->sync = real_sync;
        }
        comity_log_close(log);
        comity_signer_free(signer);
        comity_disk_posix_free(disk);
        (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
    return test_done();
}
