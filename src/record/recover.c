/* What comes in: a record as a crash, a failed disk or an orderly end left it.
 * What goes out: the same, in order, or an error and nothing changed.
 *
 * Recovery begins where the public side was settled and reads the private store
 * from there. The first index that is in no class ends the log: what is behind
 * was never acknowledged, because a commit is acknowledged whole. Three things
 * say how far the log must reach, and if it does not, something is damaged, or an
 * older copy, and nothing may be signed: the last checkpoint and the last that
 * witnesses signed, the roots in them, and `settled` in every record that can be
 * read. What was not yet under a checkpoint is written
 * again before anything is signed over it: after a failed sync of another
 * process it may be in the system's memory and nowhere else. */
#include "record/log_inner.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define COPY_BYTES ((size_t)1 << 18)

/* Where a class ends, as far as the log goes, and from where it is to be written again. */
typedef struct class_end {
    size_t place;    /* of the segment */
    uint64_t offset; /* behind its last record */
    bool dirty;      /* some of it is not under a checkpoint */
    size_t dirty_place;
    uint64_t dirty_offset;
} class_end;

/* A checkpoint that was signed and must not be contradicted. */
typedef struct signed_tree {
    uint64_t size;
    comity_hash root;
} signed_tree;

typedef struct recovery {
    comity_log *log;
    signed_tree newest;   /* of public/checkpoint */
    signed_tree cosigned; /* of public/cosigned; size 0 if there is none */
    comity_tree tree;     /* over what has been read */
    class_end ends[COMITY_LIMIT_RECORD_CLASSES];
} recovery;

static comity_status load_checkpoint(recovery *recover, const char *path, signed_tree *ret_signed, bool *ret_has,
                                     comity_error *reterr)
{
    const comity_record_config *config = &recover->log->config;
    comity_verifier keys[COMITY_LIMIT_RECORD_KEYS + COMITY_LIMIT_RECORD_PAST_KEYS];
    comity_note note;
    comity_checkpoint checkpoint;
    comity_error error;
    uint8_t *bytes;
    size_t size;
    comity_disk *disk = recover->log->disk;
    comity_disk_result result = comity_disk_load(disk, path, COMITY_LIMIT_CHECKPOINT_BYTES, &bytes, &size, reterr);
    *ret_has = result == COMITY_DISK_OK;
    if (result == COMITY_DISK_MISSING) {
        ret_signed->size = 0;
        return COMITY_OK;
    }
    COMITY_TRY(comity_disk_status(result, path, reterr));
    memcpy(keys, config->keys, config->key_count * sizeof *keys);
    memcpy(keys + config->key_count, config->past, config->past_count * sizeof *keys);
    comity_status status =
        comity_checkpoint_open(bytes, size, keys, config->key_count + config->past_count, &note, &checkpoint, &error);
    if (status == COMITY_OK) {
        *ret_signed = (signed_tree){checkpoint.size, checkpoint.root};
    }
    free(bytes);
    return status == COMITY_OK ? status : comity_fail(reterr, status, "%s: %s", path, error.message);
}

static comity_status damaged(uint64_t at, const char *why, comity_error *reterr)
{
    return comity_fail(reterr, COMITY_ERROR_RECORD,
                       "the private store ends at entry %" PRIu64 ", but %s: it is damaged, "
                       "and nothing is signed",
                       at, why);
}

/* Where the tree is as large as a checkpoint that was signed it has the same root. */
static comity_status compare(const recovery *recover, const signed_tree *before, comity_error *reterr)
{
    comity_hash root;
    if (recover->tree.size != before->size || before->size == 0) {
        return COMITY_OK;
    }
    comity_tree_root(&recover->tree, &root);
    return comity_hash_equal(&root, &before->root)
               ? COMITY_OK
               : comity_fail(reterr, COMITY_ERROR_RECORD,
                             "the record contradicts the checkpoint over %" PRIu64 " entries that was signed",
                             before->size);
}

/* The same for one that lies before what was settled: by the tiles. */
static comity_status compare_settled(const recovery *recover, const signed_tree *before, comity_error *reterr)
{
    comity_tile_reader reader;
    recovery then = {.log = recover->log};
    if (before->size >= recover->tree.size || before->size == 0) {
        return COMITY_OK;
    }
    comity_tile_reader_init(&reader, (comity_tile_source){recover->log->disk, comity_tile_from_disk});
    comity_status status = comity_tile_tree(&reader, before->size, recover->tree.size, &then.tree, reterr);
    comity_tile_reader_free(&reader);
    return status == COMITY_OK ? compare(&then, before, reterr) : status;
}

/* Takes in one record that continues the log. */
static comity_status take(recovery *recover, comity_walk *walk, size_t of_class, const comity_record_view *view,
                          comity_error *reterr)
{
    comity_hash leaf;
    class_end *end = &recover->ends[of_class];
    const comity_walk_class *at = &walk->classes[of_class];
    if (view->kind != COMITY_RECORD_ENTRY) {
        return damaged(view->index, "what follows was erased before it was settled", reterr);
    }
    if (view->index >= recover->newest.size && !end->dirty) {
        end->dirty = true;
        end->dirty_place = at->place;
        end->dirty_offset = at->cursor.begin;
    }
    end->place = at->place;
    end->offset = at->cursor.at;
    comity_entry_leaf(&view->commitment, &leaf);
    comity_tree_add(&recover->tree, &leaf);
    COMITY_TRY(compare(recover, &recover->newest, reterr));
    COMITY_TRY(compare(recover, &recover->cosigned, reterr));
    return comity_log_pend(recover->log, &view->commitment, 1, reterr);
}

/* A class is torn before it has come to what was settled. The torn end of a crash, if
 * every entry from there on that was settled is in another class; else something is
 * damaged that was acknowledged, and must be neither cut off nor written over. */
static comity_status check_behind(const comity_log *log, const comity_torn_place *torn, uint64_t settled,
                                  comity_error *reterr)
{
    comity_walk walk;
    uint64_t next = torn->behind;
    COMITY_TRY(comity_walk_begin_mending(&log->store, next, &walk, reterr));
    comity_status status = COMITY_OK;
    for (bool some = true; some && status == COMITY_OK && next < settled;) {
        comity_record_view view;
        size_t unused;
        status = comity_walk_next(&walk, &some, &unused, &view, reterr);
        some = some && status == COMITY_OK && view.index <= next;
        next = some && view.index + view.count > next ? view.index + view.count : next;
    }
    comity_walk_end(&walk);
    if (status == COMITY_OK && next < settled) {
        status = comity_fail(reterr, COMITY_ERROR_RECORD,
                             "%s: byte %" PRIu64 " begins no record, and entry %" PRIu64
                             " is missing: it is damaged; nothing is changed, and nothing is signed",
                             torn->path, torn->at, next);
    }
    return status;
}

static comity_status read_store(recovery *recover, comity_walk *walk, uint64_t settled, comity_error *reterr)
{
    comity_log *log = recover->log;
    for (size_t i = 0; i < log->store.class_count; i++) {
        const comity_walk_class *at = &walk->classes[i];
        recover->ends[i].place = at->place;
        recover->ends[i].offset = at->cursor.disk == NULL ? 0 : at->has ? at->cursor.begin : at->cursor.at;
    }
    bool some = true;
    bool whole = true;
    while (some) {
        size_t of_class;
        comity_record_view view;
        COMITY_TRY(comity_walk_next(walk, &some, &of_class, &view, reterr));
        if (some && whole && view.index < recover->tree.size) {
            return damaged(recover->tree.size, "an entry is there twice", reterr);
        }
        whole &= some && view.index == recover->tree.size;
        if (whole) {
            COMITY_TRY(take(recover, walk, of_class, &view, reterr));
        }
    }
    /* what was settled already is not read again, but where a class cannot be read on */
    if (walk->is_torn && walk->torn.behind < settled) {
        COMITY_TRY(check_behind(log, &walk->torn, settled, reterr));
    }
    if (walk->settled_max > recover->tree.size) {
        return damaged(recover->tree.size, "more was acknowledged", reterr);
    }
    if (recover->newest.size > recover->tree.size || recover->cosigned.size > recover->tree.size) {
        return damaged(recover->tree.size, "a checkpoint over more was signed", reterr);
    }
    return COMITY_OK;
}

/* ---- bringing into order ---- */

/* Writes the same bytes again, so that the next sync really writes them. */
static comity_status write_again(comity_log *log, int file, uint64_t from, uint64_t to, const char *path,
                                 comity_error *reterr)
{
    uint8_t *bytes = malloc(COPY_BYTES);
    comity_disk_result result = COMITY_DISK_OK;
    if (bytes == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    while (from < to && result == COMITY_DISK_OK) {
        size_t size = to - from < COPY_BYTES ? (size_t)(to - from) : COPY_BYTES;
        size_t got = 0;
        result = log->disk->read(log->disk, file, from, bytes, size, &got, reterr);
        if (result == COMITY_DISK_OK && got != size) {
            (void)comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: became shorter while it was read", path);
            result = COMITY_DISK_FAILED;
        }
        if (result == COMITY_DISK_OK) {
            result = log->disk->write(log->disk, file, from, bytes, size, reterr);
        }
        from += size;
    }
    free(bytes);
    return comity_disk_status(result, path, reterr);
}

/* Cuts the segment in which the class ends behind its last record, and leaves it open for what follows. */
static comity_status mend_segment(recovery *recover, size_t of_class, const char *path, comity_error *reterr)
{
    comity_log *log = recover->log;
    comity_disk *disk = log->disk;
    class_end *end = &recover->ends[of_class];
    log_segment *segment = &log->segments[of_class];
    uint64_t size;
    COMITY_TRY(comity_disk_status(disk->open(disk, path, COMITY_DISK_WRITE, &segment->file, reterr), path, reterr));
    segment->open = true;
    segment->size = end->offset;
    segment->forgotten = 0;
    COMITY_TRY(comity_disk_status(disk->size(disk, segment->file, &size, reterr), path, reterr));
    if (size > end->offset) {
        COMITY_TRY(comity_disk_status(disk->truncate(disk, segment->file, end->offset, reterr), path, reterr));
    }
    if (end->dirty) {
        uint64_t from = end->dirty_place == end->place ? end->dirty_offset : 0;
        /* a segment all of which is dirty may have a head that never reached the disk */
        from = from == COMITY_SEGMENT_HEAD_SIZE ? 0 : from;
        COMITY_TRY(write_again(log, segment->file, from, end->offset, path, reterr));
    }
    return size > end->offset || end->dirty ? comity_disk_status(disk->sync(disk, segment->file, reterr), path, reterr)
                                            : COMITY_OK;
}

static comity_status mend_class(recovery *recover, size_t of_class, comity_error *reterr)
{
    comity_log *log = recover->log;
    comity_retention *of = &log->store.classes[of_class];
    const class_end *end = &recover->ends[of_class];
    char path[COMITY_DISK_PATH_SIZE];
    size_t keep = end->offset <= COMITY_SEGMENT_HEAD_SIZE ? end->place : end->place + 1;
    if (of->count == 0) {
        return COMITY_OK;
    }
    while (of->count > keep) { /* segments that were begun and hold nothing of the log */
        comity_store_path(&log->store, of_class, of->firsts[of->count - 1], path);
        COMITY_TRY(comity_disk_status(log->disk->remove(log->disk, path, reterr), path, reterr));
        of->count--;
    }
    if (keep == end->place + 1) {
        comity_store_path(&log->store, of_class, of->firsts[end->place], path);
        COMITY_TRY(mend_segment(recover, of_class, path, reterr));
    }
    comity_store_path(&log->store, of_class, 0, path);
    return comity_disk_sync_folder_of(log->disk, path, reterr);
}

static comity_status mend(recovery *recover, comity_error *reterr)
{
    comity_log *log = recover->log;
    for (size_t i = 0; i < log->store.class_count; i++) {
        COMITY_TRY(mend_class(recover, i, reterr));
    }
    /* what was settled may have been put in place by one who could not sync the folder */
    COMITY_TRY(comity_disk_status(log->disk->sync_folder(log->disk, ".", reterr), ".", reterr));
    return log->store.class_count == 0
               ? COMITY_OK
               : comity_disk_status(log->disk->sync_folder(log->disk, "private", reterr), "private", reterr);
}

comity_status comity_log_recover(comity_log *log, bool *ret_has_checkpoint, comity_error *reterr)
{
    recovery recover = {.log = log};
    comity_walk walk;
    uint64_t settled;
    comity_hash root;
    bool unused;
    COMITY_TRY(load_checkpoint(&recover, "public/checkpoint", &recover.newest, ret_has_checkpoint, reterr));
    COMITY_TRY(load_checkpoint(&recover, "public/cosigned", &recover.cosigned, &unused, reterr));
    COMITY_TRY(comity_settled_read(log->disk, &settled, &root, reterr));
    COMITY_TRY(comity_publisher_begin(log->disk, settled, &root, &log->publisher, reterr));
    COMITY_TRY(comity_store_list(log->disk, &log->config.origin_hash, &log->store, reterr));
    recover.tree = log->publisher.tree;
    COMITY_TRY(compare(&recover, &recover.newest, reterr));
    COMITY_TRY(compare(&recover, &recover.cosigned, reterr));
    COMITY_TRY(compare_settled(&recover, &recover.newest, reterr));
    COMITY_TRY(compare_settled(&recover, &recover.cosigned, reterr));
    COMITY_TRY(comity_walk_begin_mending(&log->store, settled, &walk, reterr));
    comity_status status = read_store(&recover, &walk, settled, reterr);
    comity_walk_end(&walk);
    COMITY_TRY(status);
    COMITY_TRY(mend(&recover, reterr));
    log->next = recover.tree.size;
    log->durable = recover.tree.size;
    log->published = recover.newest.size;
    return COMITY_OK;
}
