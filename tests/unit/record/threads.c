/* Many threads on one record, on the real disk: every index is given once, what
 * is acknowledged is there, and all of it is verified; with publishing beside,
 * and erasing in between. */
#define _XOPEN_SOURCE 700 /* nftw */
#include "test.h"

#include "api/record_folder.h"
#include "record/verify.h"

#include <ftw.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define THREADS 8
#define ENTRIES 300
#define ERASERS 2 /* beside them */

typedef struct worker {
    comity_record *record;
    unsigned number;
    unsigned wait_every; /* some wait for each, some for many at once */
    uint64_t indexes[ENTRIES];
    bool failed;
} worker;

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *at)
{
    (void)about;
    (void)kind;
    (void)at;
    return remove(path);
}

static size_t text_of(unsigned thread, unsigned entry, char ret_text[64])
{
    return (size_t)snprintf(ret_text, 64, "thread %u, entry %u", thread, entry);
}

static void *append(void *context)
{
    static const char *const classes[] = {NULL, "long", "short"};
    worker *me = context;
    comity_error error;
    char text[64];
    for (unsigned i = 0; i < ENTRIES && !me->failed; i++) {
        size_t size = text_of(me->number, i, text);
        comity_record_entry entry = {classes[(me->number + i) % 3], i, text, size, text, size};
        if (i % me->wait_every == 0) {
            me->failed = comity_record_append(me->record, &entry, &me->indexes[i], &error) != COMITY_OK;
        } else {
            me->failed = comity_record_submit(me->record, &entry, &me->indexes[i], &error) != COMITY_OK;
        }
    }
    me->failed = me->failed || comity_record_wait(me->record, me->indexes[ENTRIES - 1], &error) != COMITY_OK;
    return NULL;
}

static void *erase(void *context)
{
    worker *me = context;
    comity_error error;
    for (uint64_t i = 0; i < 20; i++) {
        uint64_t size = comity_record_size(me->record);
        uint64_t unused;
        /* the newest lies in the segment that is written to */
        uint64_t index = i % 2 == 0 ? size / 2 : size - 1;
        me->failed |= size != 0 && comity_record_erase(me->record, index, 1, &error) != COMITY_OK;
        me->failed |= comity_record_erase_before(me->record, NULL, i + me->number, 1, &unused, &error) != COMITY_OK;
    }
    return NULL;
}

static void check_entries(const char *folder, const worker *workers, bool erased)
{
    comity_disk *disk;
    comity_record_reader reader;
    comity_record_report report;
    comity_error error;
    static bool seen[THREADS * ENTRIES];
    memset(seen, 0, sizeof seen);
    if (!CHECK(comity_disk_posix_new(folder, &disk, &error) == COMITY_OK) ||
        !CHECK(comity_record_reader_open(disk, NULL, &reader, &error) == COMITY_OK)) {
        return;
    }
    CHECK_EQ_INT(THREADS * ENTRIES, reader.checkpoint.size);
    for (unsigned t = 0; t < THREADS; t++) {
        for (unsigned i = 0; i < ENTRIES; i++) {
            comity_segment_cursor cursor = {0};
            comity_record_view view;
            char text[64];
            size_t size = text_of(t, i, text);
            size_t unused;
            uint64_t index = workers[t].indexes[i];
            CHECK(index < THREADS * ENTRIES && !seen[index]);
            seen[index] = true;
            CHECK(i == 0 || index > workers[t].indexes[i - 1]);
            if (i % 13 == 0 &&
                CHECK(comity_record_reader_find(&reader, index, &cursor, &unused, &view, &error) == COMITY_OK)) {
                CHECK((erased && view.kind == COMITY_RECORD_ERASED) ||
                      (view.kept_size == size && memcmp(view.kept, text, size) == 0));
                comity_segment_close(&cursor);
            }
        }
    }
    CHECK(comity_record_reader_verify(&reader, NULL, NULL, &report, &error) == COMITY_OK);
    CHECK_EQ_INT(0, report.absent);
    CHECK(erased || report.erased == 0);
    comity_record_reader_close(&reader);
    comity_disk_posix_free(disk);
}

static void run(const char *name, unsigned wait_every, bool erasing)
{
    char folder[] = "/tmp/comity-threads-XXXXXX";
    static worker workers[THREADS + ERASERS];
    pthread_t threads[THREADS + ERASERS];
    comity_record *record;
    comity_error error;
    uint64_t size;
    test_case(name);
    if (!CHECK(mkdtemp(folder) != NULL) ||
        !CHECK(comity_record_create(folder, "example.org/threads", NULL, &error) == COMITY_OK) ||
        !CHECK(comity_record_open(folder, NULL, 1, &record, &error) == COMITY_OK)) {
        return;
    }
    memset(workers, 0, sizeof workers);
    size_t count = THREADS + (erasing ? ERASERS : 0);
    for (unsigned i = 0; i < count; i++) {
        workers[i].record = record;
        workers[i].number = i;
        workers[i].wait_every = wait_every;
        CHECK(pthread_create(&threads[i], NULL, i >= THREADS ? erase : append, &workers[i]) == 0);
    }
    for (unsigned i = 0; i < count; i++) {
        (void)pthread_join(threads[i], NULL);
        CHECK(!workers[i].failed);
    }
    CHECK_EQ_INT(THREADS * ENTRIES, comity_record_size(record));
    CHECK(comity_record_publish(record, &size, &error) == COMITY_OK);
    CHECK_EQ_INT(THREADS * ENTRIES, size);
    comity_record_close(record);
    check_entries(folder, workers, erasing);
    (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The interface says no to what it must not be given. */
static void arguments(void)
{
    comity_error error;
    comity_record *record;
    uint64_t index;
    test_case("arguments that must not be");
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_record_create(NULL, "a", NULL, &error));
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_record_open(NULL, NULL, 0, &record, &error));
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_record_open("/", NULL, 60001, &record, &error));
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_record_append(NULL, NULL, &index, &error));
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_record_wait(NULL, 0, &error));
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_record_publish(NULL, &index, &error));
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_record_erase(NULL, 0, 0, &error));
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_record_erase_before(NULL, NULL, 0, 0, &index, &error));
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_receipt_verify(NULL, 0, "", 0, "", 0, &index, &error));
    CHECK_EQ_INT(COMITY_ERROR_SYSTEM, comity_record_open("/nonexistent", NULL, 0, &record, &error));
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_record_create("/tmp", "a name with spaces", NULL, &error));
    comity_record_close(NULL);
}

/* Moments of different years lead to logs of their own. */
static void years(void)
{
    static const struct {
        uint64_t time_ms;
        const char *year;
    } moments[] = {{UINT64_C(1798761599999), "2026"},
                   {UINT64_C(1798761600000), "2027"},
                   {UINT64_C(1798761600001), "2027"},
                   {0, "1970"}};
    char folder[] = "/tmp/comity-years-XXXXXX";
    char of_year[256];
    char expected[256];
    comity_error error;
    comity_record *record;
    test_case("a log a year");
    if (!CHECK(mkdtemp(folder) != NULL)) {
        return;
    }
    CHECK_EQ_INT(COMITY_OK, comity_record_year(folder, 0, NULL, of_year, sizeof of_year, &error));
    CHECK_EQ_STR(folder, of_year); /* not a folder of yearly logs */
    CHECK_EQ_INT(COMITY_OK, comity_record_create_yearly(folder, "example.org/years", &error));
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        (void)snprintf(expected, sizeof expected, "%s/%s", folder, moments[i].year);
        CHECK_EQ_INT(COMITY_OK, comity_record_year(folder, moments[i].time_ms, NULL, of_year, sizeof of_year, &error));
        CHECK_EQ_STR(expected, of_year);
        if (CHECK(comity_record_open(of_year, NULL, 0, &record, &error) == COMITY_OK)) {
            CHECK_EQ_INT(0, comity_record_size(record));
            comity_record_close(record);
        }
    }
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_record_year(folder, UINT64_MAX, NULL, of_year, sizeof of_year, &error));
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_record_year(folder, 0, NULL, of_year, 8, &error));
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_record_create_yearly(folder, "a b", &error));
    (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    test_begin("record threads");
    arguments();
    years();
    run("appending and publishing", 5, false);
    run("many under way at once", 100, false);
    run("erasing in between", 5, true);
    run("erasing while many are under way", 100, true);
    return test_done();
}
