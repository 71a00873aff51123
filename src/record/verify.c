/* What comes in: a record as its readers find it. What goes out: that all of it
 * follows from its entries and they from what is kept, or the first thing that
 * does not.
 *
 * Tiles are made again by the very code that makes them, over a disk on which
 * nothing can be written: where it finds a file that is as it should be it goes
 * on, and where it would write there is a mistake in the record. */
#include "record/verify.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRESS_ENTRIES 65536

typedef struct checking_disk {
    comity_disk disk; /* first */
    comity_disk *under;
    bool differs; /* something had to be written: it is not there as it follows */
    uint64_t cut; /* the file that is open counts as so many bytes long, if it has more */
} checking_disk;

/* A part of a tile that has grown full since may be gone: its reader takes the beginning of the full one. */
static comity_disk_result open_full(checking_disk *checking, const char *path, int *ret_file, comity_error *reterr)
{
    char full[COMITY_DISK_PATH_SIZE];
    comity_tile tile;
    size_t begin = strlen("public/");
    comity_disk *under = checking->under;
    if (strncmp(path, "public/", begin) != 0 ||
        comity_tile_path_read(path + begin, strlen(path) - begin, &tile, NULL) != COMITY_OK ||
        tile.width == COMITY_TILE_WIDTH) {
        return COMITY_DISK_MISSING;
    }
    checking->cut = tile.width * (uint64_t)(tile.level == COMITY_TILE_ENTRIES ? COMITY_BUNDLE_BYTES : COMITY_SHA256_SIZE);
    tile.width = COMITY_TILE_WIDTH;
    memcpy(full, "public/", begin);
    comity_tile_path(&tile, full + begin);
    return under->open(under, full, COMITY_DISK_READ, ret_file, reterr);
}

static comity_disk_result check_open(comity_disk *disk, const char *path, comity_disk_open how, int *ret_file,
                                     comity_error *reterr)
{
    checking_disk *checking = (checking_disk *)disk;
    comity_disk *under = checking->under;
    if (how == COMITY_DISK_CREATE) {
        return COMITY_DISK_EXISTS;
    }
    if (how == COMITY_DISK_READ) {
        checking->cut = UINT64_MAX;
        comity_disk_result result = under->open(under, path, how, ret_file, reterr);
        return result == COMITY_DISK_MISSING ? open_full(checking, path, ret_file, reterr) : result;
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
    const checking_disk *checking = (checking_disk *)disk;
    comity_disk_result result = checking->under->size(checking->under, file, ret_size, reterr);
    if (result == COMITY_DISK_OK && *ret_size > checking->cut) {
        *ret_size = checking->cut;
    }
    return result;
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

/* The tile at the right edge of a level, and its parts of smaller sizes. */
typedef struct edge_parts {
    comity_disk *disk;
    char folder[COMITY_DISK_PATH_SIZE];
    uint16_t width;
    const uint8_t *bytes;
    size_t bytes_each;
} edge_parts;

/* One part; what is none, or of a size that is not signed yet, is passed over. */
static comity_disk_result check_part(void *context, const char *name, comity_error *reterr)
{
    const edge_parts *parts = context;
    char path[COMITY_DISK_PATH_SIZE];
    uint64_t width;
    uint8_t *bytes;
    size_t size;
    if (!comity_log_number_read(name, strlen(name), &width) || width == 0 || width > parts->width) {
        return COMITY_DISK_OK;
    }
    int length = snprintf(path, sizeof path, "%s/%s", parts->folder, name);
    assert(length > 0 && (size_t)length < sizeof path);
    comity_disk_result result =
        comity_disk_load(parts->disk, path, COMITY_TILE_WIDTH * COMITY_BUNDLE_BYTES, &bytes, &size, reterr);
    if (result == COMITY_DISK_OK) {
        bool same = size == width * parts->bytes_each && memcmp(bytes, parts->bytes, size) == 0;
        free(bytes);
        if (same) {
            return COMITY_DISK_OK;
        }
    } else if (result == COMITY_DISK_MISSING || reterr->code != COMITY_ERROR_LIMIT) {
        return result == COMITY_DISK_MISSING ? COMITY_DISK_OK : result; /* it may have gone meanwhile */
    }
    (void)comity_fail(reterr, COMITY_ERROR_RECORD, "%s is not what follows from the entries", path);
    return COMITY_DISK_FAILED;
}

static comity_status check_parts(edge_parts *parts, comity_tile tile, comity_error *reterr)
{
    char place[COMITY_TILE_PATH_SIZE];
    comity_tile_partial_folder(&tile, place);
    (void)snprintf(parts->folder, sizeof parts->folder, "public/%s", place);
    parts->width = tile.width;
    comity_disk_result result = parts->disk->list(parts->disk, parts->folder, check_part, parts, reterr);
    if (result == COMITY_DISK_FAILED) {
        return reterr->code;
    }
    return result == COMITY_DISK_MISSING ? COMITY_OK : comity_disk_status(result, parts->folder, reterr);
}

/* Whoever has an older checkpoint reads the parts that were there then. */
static comity_status verify_edge(const verification *now, comity_error *reterr)
{
    const comity_publisher *made = &now->publisher;
    edge_parts parts = {.disk = now->reader->disk};
    uint8_t bundle[COMITY_TILE_WIDTH * COMITY_BUNDLE_BYTES];
    for (unsigned level = 0; level < COMITY_TILE_LEVELS; level++) {
        comity_tile tile = {(uint8_t)level, made->widths[level],
                            (made->tree.size >> (COMITY_TILE_HEIGHT * level)) / COMITY_TILE_WIDTH};
        parts.bytes = made->hashes[level][0].bytes;
        parts.bytes_each = COMITY_SHA256_SIZE;
        COMITY_TRY(check_parts(&parts, tile, reterr));
        if (level == 0) {
            tile.level = COMITY_TILE_ENTRIES;
            comity_bundle_write(made->commitments, tile.width, bundle);
            parts.bytes = bundle;
            parts.bytes_each = COMITY_BUNDLE_BYTES;
            COMITY_TRY(check_parts(&parts, tile, reterr));
        }
    }
    return COMITY_OK;
}

static comity_status verify_tree(verification *now, comity_error *reterr)
{
    checking_disk disk = {.disk = {.open = check_open, .close = check_close, .size = check_size, .read = check_read},
                          .under = now->reader->disk};
    comity_status status = build_tree(now, &disk.disk, reterr);
    if (status != COMITY_OK) {
        return disk.differs ? COMITY_ERROR_RECORD : status;
    }
    return verify_edge(now, reterr);
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

comity_status comity_record_reader_verify(comity_record_reader *reader,
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
