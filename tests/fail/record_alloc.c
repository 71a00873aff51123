/* Every allocation of the record fails once, the first, the second, and so on,
 * while a record is made, opened, added to, published, erased from, read, proved
 * and verified. Each failure must come back as a clean error, nothing may be left
 * behind, and the record must open again, whole.
 *
 * failing.h fails them. */
#define _XOPEN_SOURCE 700 /* nftw */
#include "../test.h"
#include "failing.h"

#include "api/record_folder.h"
#include "record/verify.h"

#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- the work ---- */

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *at)
{
    (void)about;
    (void)kind;
    (void)at;
    return remove(path);
}

static comity_status add(comity_record *record, const char *retention, size_t kept_size, comity_error *error)
{
    static const char kept[8000];
    uint64_t index;
    comity_record_entry entry = {retention, 5, "judgement", 9, kept, kept_size};
    return comity_record_append(record, &entry, &index, error);
}

/* Several at once, of which one is not put together on the stack. Whatever one of them fails of, the others go on. */
static comity_status add_several(comity_record *record, comity_error *error)
{
    static const char kept[8000];
    enum { SEVERAL = 5 };
    comity_log_submission items[SEVERAL];
    uint64_t newest = 0;
    size_t failed = 0;
    for (size_t i = 0; i < SEVERAL; i++) {
        items[i] = (comity_log_submission){"judgement", 9, kept, i == 2 ? 8000 : 10 * i, .error = {.code = COMITY_OK}};
    }
    comity_record_submit_many(record, "several", 5, items, SEVERAL);
    for (size_t i = 0; i < SEVERAL; i++) {
        if (items[i].error.code == COMITY_OK) {
            newest = items[i].index;
        } else {
            *error = items[i].error;
            failed++;
        }
    }
    CHECK(failed <= 1); /* one allocation failed, and no more */
    comity_error unused;
    comity_status status = comity_record_wait(record, newest, failed == 0 ? error : &unused);
    return failed == 0 ? status : error->code;
}

static comity_status write_record(const char *folder, comity_error *error)
{
    comity_record *record;
    uint64_t size;
    COMITY_TRY(comity_record_open(folder, NULL, 0, &record, error));
    comity_status status = add(record, NULL, 10, error);
    status =
        status == COMITY_OK ? add(record, "long", 8000, error) : status; /* one that is not put together on the stack */
    status = status == COMITY_OK ? add(record, NULL, 300, error) : status;
    status = status == COMITY_OK ? add_several(record, error) : status;
    status = status == COMITY_OK ? comity_record_publish(record, &size, error) : status;
    status = status == COMITY_OK ? comity_record_erase(record, 1, 9, error) : status;
    comity_record_close(record);
    return status;
}

static comity_status read_record(const char *folder, comity_error *error)
{
    comity_disk *disk;
    comity_record_reader reader;
    comity_record_report report;
    comity_buffer out;
    COMITY_TRY(comity_disk_posix_new(folder, &disk, error));
    comity_status status = comity_record_reader_open(disk, NULL, &reader, error);
    if (status == COMITY_OK) {
        comity_buffer_init(&out, COMITY_LIMIT_NOTE_BYTES);
        if (reader.checkpoint.size != 0) {
            const uint8_t *bytes;
            size_t size;
            status = comity_record_reader_receipt(&reader, 0, &out, error);
            status = status == COMITY_OK ? comity_buffer_bytes(&out, &bytes, &size, error) : status;
        }
        status = status == COMITY_OK ? comity_record_reader_verify(&reader, NULL, NULL, &report, error) : status;
        comity_buffer_free(&out);
        comity_record_reader_close(&reader);
    }
    comity_disk_posix_free(disk);
    return status;
}

/* What was left by a run in which something failed opens, and all of it holds. */
static void check_after(const char *folder)
{
    comity_record *record;
    comity_error error;
    fails_at = 0;
    if (!CHECK(comity_record_open(folder, NULL, 0, &record, &error) == COMITY_OK)) {
        fprintf(stderr, "  %s\n", error.message);
        return;
    }
    comity_record_close(record);
    CHECK(read_record(folder, &error) == COMITY_OK);
}

int main(void)
{
    unsigned long failures = 0;
    test_begin("record alloc");
    test_case("each allocation fails once");
    for (unsigned long at = 1; !test_now.failed; at++) {
        char folder[] = "/tmp/comity-alloc-XXXXXX";
        comity_error error = {.code = COMITY_OK};
        if (!CHECK(mkdtemp(folder) != NULL)) {
            break;
        }
        fails_at = 0;
        CHECK(comity_record_create(folder, "example.org/alloc", NULL, &error) == COMITY_OK);
        long before = alive;
        made = 0;
        fails_at = at;
        comity_status status = write_record(folder, &error);
        if (status == COMITY_OK) {
            status = read_record(folder, &error);
        }
        bool happened = made >= at;
        CHECK_EQ_INT(before, alive);
        CHECK(!happened || status != COMITY_OK || at > made);
        CHECK(status == COMITY_OK || error.message[0] != '\0');
        failures += happened;
        check_after(folder);
        if (test_now.failed) {
            fprintf(stderr, "  at allocation %lu: %s\n", at, error.message);
        }
        (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        if (!happened) {
            CHECK(status == COMITY_OK);
            break;
        }
    }
    CHECK(failures > 30);
    return test_done();
}
