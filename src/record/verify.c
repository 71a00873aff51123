/* What comes in: a record as its readers find it. What goes out: that all of it
 * follows from its entries and they from what is kept, or the first thing that
 * does not.
 *
 * Tiles are made again by the very code that makes them, over a disk on which
 * nothing can be written: where it finds a file that is as it should be it goes
 * on, and where it would write there is a mistake in the record. */
#include "record/verify.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PROGRESS_ENTRIES 65536

typedef struct checking_disk {
    comity_disk disk; /* first */
    comity_disk *under;
    bool differs; /* something had to be written: it is not there as it follows */
} checking_disk;

static comity_disk_result check_open(comity_disk *disk, const char *path, comity_disk_open how, int *ret_file,
                                     comity_error *reterr)
{
    checking_disk *checking = (checking_disk *)disk;
    comity_disk *under = checking->under;
    if (how == COMITY_DISK_CREATE) {
        return COMITY_DISK_EXISTS;
    }
    if (how == COMITY_DISK_READ) {
        return under->open(under, path, how, ret_file, reterr);
    }
    size_t size = strlen(path);
    checking->differs = true;
    size -= size > 4 && strcmp(path + size - 4, ".new") == 0 ? 4 : 0;
    (void)comity_fail(reterr, COMITY_ERROR_RECORD, "%.*s is missing, or not what follows from the entries", (int)size,
                      path);
    return COMITY_DISK_FAILED;
}

static void check_close(comity_disk *disk, int file)
{
    comity_disk *under = ((checking_disk *)disk)->under;
    under->close(under, file);
}

static comity_disk_result check_size(comity_disk *disk, int file, uint64_t *ret_size, comity_error *reterr)
{
    comity_disk *under = ((checking_disk *)disk)->under;
    return under->size(under, file, ret_size, reterr);
}

static comity_disk_result check_read(comity_disk *disk, int file, uint64_t at, void *ret_bytes, size_t size,
                                     size_t *ret_size, comity_error *reterr)
{
    comity_disk *under = ((checking_disk *)disk)->under;
    return under->read(under, file, at, ret_bytes, size, ret_size, reterr);
}

typedef struct verification {
    comity_record_reader *reader;
    void (*progress)(void *context, uint64_t done, uint64_t all);
    void *context;
    uint64_t done;
    comity_publisher publisher;
    comity_record_report report;
} verification;

static void tell(verification *now, uint64_t more)
{
    uint64_t before = now->done / PROGRESS_ENTRIES;
    now->done += more;
    if (now->progress != NULL && now->done / PROGRESS_ENTRIES != before) {
        now->progress(now->context, now->done, 2 * now->report.size);
    }
}

/* Builds the tree anew from the entries, on a disk that holds what is published. */
static comity_status build_tree(verification *now, comity_disk *disk, comity_error *reterr)
{
    comity_record_reader *reader = now->reader;
    comity_hash root;
    comity_tree_root(&(comity_tree){0}, &root);
    COMITY_TRY(comity_publisher_begin(disk, 0, &root, &now->publisher, reterr));
    for (uint64_t index = 0; index < reader->checkpoint.size; index += reader->bundle_width) {
        comity_hash unused;
        COMITY_TRY(comity_record_reader_entry(reader, index, &unused, reterr));
        COMITY_TRY(comity_publisher_add(&now->publisher, reader->bundle, reader->bundle_width, reterr));
        tell(now, reader->bundle_width);
    }
    COMITY_TRY(comity_publisher_edge(&now->publisher, reterr));
    comity_tree_root(&now->publisher.tree, &root);
    if (!comity_hash_equal(&root, &reader->checkpoint.root)) {
        return comity_fail(reterr, COMITY_ERROR_RECORD, "the entries do not lead to the root that was signed");
    }
    return COMITY_OK;
}

static comity_status verify_tree(verification *now, comity_error *reterr)
{
    checking_disk disk = {.disk = {.open = check_open, .close = check_close, .size = check_size, .read = check_read},
                          .under = now->reader->disk};
    comity_status status = build_tree(now, &disk.disk, reterr);
    return status != COMITY_OK && disk.differs ? COMITY_ERROR_RECORD : status;
}

static void note_erased(verification *now, uint64_t first, uint64_t count)
{
    comity_record_report *report = &now->report;
    size_t last = report->erased_runs - 1;
    report->erased += count;
    if (report->erased_runs != 0 && report->erased_runs <= COMITY_LIMIT_RECORD_RUNS &&
        report->erased_first[last] + report->erased_count[last] == first) {
        report->erased_count[last] += count;
        return;
    }
    if (report->erased_runs < COMITY_LIMIT_RECORD_RUNS) {
        report->erased_first[report->erased_runs] = first;
        report->erased_count[report->erased_runs] = count;
    }
    report->erased_runs++;
}

static comity_status verify_record(verification *now, const comity_record_view *view, comity_error *reterr)
{
    comity_record_report *report = &now->report;
    comity_hash commitment;
    if (view->index >= report->size) {
        report->unsigned_size += view->count;
        return COMITY_OK;
    }
    tell(now, view->count);
    if (view->kind == COMITY_RECORD_ERASED) {
        note_erased(now, view->index, view->count);
        return COMITY_OK;
    }
    report->kept++;
    COMITY_TRY(comity_record_reader_entry(now->reader, view->index, &commitment, reterr));
    if (!comity_hash_equal(&commitment, &view->commitment)) {
        return comity_fail(reterr, COMITY_ERROR_RECORD,
                           "what the private store keeps of entry %" PRIu64 " is not what the log's entry stands for",
                           view->index);
    }
    return COMITY_OK;
}

static comity_status verify_store(verification *now, comity_error *reterr)
{
    comity_walk walk;
    comity_status status = comity_walk_begin(&now->reader->store, 0, &walk, reterr);
    COMITY_TRY(status);
    uint64_t expected = 0;
    for (bool some = true; some && status == COMITY_OK;) {
        comity_record_view view;
        size_t unused;
        status = comity_walk_next(&walk, &some, &unused, &view, reterr);
        if (status != COMITY_OK || !some) {
            break;
        }
        if (view.index < expected) {
            status = comity_fail(reterr, COMITY_ERROR_RECORD, "the private store has entry %" PRIu64 " twice",
                                 view.index);
            break;
        }
        expected = view.index + view.count;
        status = verify_record(now, &view, reterr);
    }
    now->report.is_torn = walk.is_torn;
    now->report.torn = walk.torn;
    comity_walk_end(&walk);
    now->report.absent = now->report.size - now->report.kept - now->report.erased;
    return status;
}

comity_status comity_record_verify(comity_record_reader *reader,
                                   void (*progress)(void *context, uint64_t done, uint64_t all), void *context,
                                   comity_record_report *ret_report, comity_error *reterr)
{
    verification *now = calloc(1, sizeof *now);
    if (now == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    now->reader = reader;
    now->progress = progress;
    now->context = context;
    now->report.size = reader->checkpoint.size;
    comity_status status = verify_tree(now, reterr);
    comity_publisher_free(&now->publisher);
    if (status == COMITY_OK) {
        status = verify_store(now, reterr);
    }
    if (status == COMITY_OK) {
        *ret_report = now->report;
    }
    free(now);
    return status;
}
