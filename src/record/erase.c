/* What comes in: which entries are to be forgotten. What goes out: segments that
 * hold a record of erasure in their place, and how many there were.
 *
 * A segment is written anew beside the old one and put in its place at once, so
 * a crash leaves the one or the other. Before that everything public is settled:
 * from then on the entry, its leaf and every proof need nothing of what goes.
 * What the medium itself keeps of a removed file is beyond this program. */
#include "record/log_inner.h"

#include "base/quote.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define OUTPUT_BYTES ((size_t)1 << 20)

/* A segment on its way to a new file. */
typedef struct rewriting {
    comity_log *log;
    const comity_erasure *what;
    uint64_t time_ms;
    comity_buffer out;
    int file;
    uint64_t written;
    uint64_t from, count; /* a run of entries that are erased; count 0: none */
    uint64_t erased;      /* entries that were there before */
} rewriting;

static bool is_meant(const rewriting *now, const comity_record_view *view)
{
    if (view->kind != COMITY_RECORD_ENTRY) {
        return false;
    }
    return now->what->by_index ? view->index == now->what->index : view->time_ms < now->what->before_ms;
}

static comity_status flush(rewriting *now, const char *path, comity_error *reterr)
{
    const uint8_t *bytes;
    size_t size;
    COMITY_TRY(comity_buffer_bytes(&now->out, &bytes, &size, reterr));
    COMITY_TRY(comity_disk_status(
        now->log->disk->write(now->log->disk, now->file, now->written, bytes, size, reterr), path, reterr));
    now->written += size;
    comity_buffer_reset(&now->out);
    return COMITY_OK;
}

static void end_run(rewriting *now)
{
    if (now->count != 0) {
        comity_record_write_erased(now->from, now->count, now->log->durable, now->time_ms, &now->out);
        now->count = 0;
    }
}

static void run(rewriting *now, uint64_t index, uint64_t count)
{
    if (now->count != 0 && now->from + now->count != index) {
        end_run(now);
    }
    if (now->count == 0) {
        now->from = index;
    }
    now->count += count;
}

static void copy(rewriting *now, comity_segment_cursor *cursor)
{
    end_run(now);
    comity_buffer_append(&now->out, cursor->bytes + (cursor->begin - cursor->from), (size_t)(cursor->at - cursor->begin));
}

static comity_status rewrite_records(rewriting *now, comity_segment_cursor *cursor, const char *path,
                                     comity_error *reterr)
{
    uint8_t head[COMITY_SEGMENT_HEAD_SIZE];
    comity_segment_head_write(&now->log->config.origin_hash, now->time_ms, head);
    comity_buffer_append(&now->out, head, sizeof head);
    for (comity_segment_found found = COMITY_SEGMENT_RECORD; found == COMITY_SEGMENT_RECORD;) {
        comity_record_view view;
        COMITY_TRY(comity_segment_next(cursor, &found, &view, reterr));
        if (found == COMITY_SEGMENT_TORN) {
            return comity_fail(reterr, COMITY_ERROR_RECORD, "%s is damaged", cursor->path);
        }
        if (found == COMITY_SEGMENT_RECORD && is_meant(now, &view)) {
            run(now, view.index, 1);
            now->erased++;
        } else if (found == COMITY_SEGMENT_RECORD && view.kind == COMITY_RECORD_ERASED && !now->what->by_index) {
            run(now, view.index, view.count); /* runs that now meet become one */
        } else if (found == COMITY_SEGMENT_RECORD) {
            copy(now, cursor);
        }
        if (now->out.size > OUTPUT_BYTES) {
            COMITY_TRY(flush(now, path, reterr));
        }
    }
    end_run(now);
    COMITY_TRY(flush(now, path, reterr));
    return comity_disk_status(now->log->disk->sync(now->log->disk, now->file, reterr), path, reterr);
}

/* Is there anything to erase in it? Most segments are left alone. */
static comity_status look(rewriting *now, const char *path, bool *ret_some, comity_error *reterr)
{
    comity_segment_cursor cursor;
    bool torn;
    *ret_some = false;
    COMITY_TRY(comity_segment_open(now->log->disk, path, &now->log->config.origin_hash, &cursor, &torn, reterr));
    comity_status status = torn ? comity_fail(reterr, COMITY_ERROR_RECORD, "%s is damaged", path) : COMITY_OK;
    for (comity_segment_found found = COMITY_SEGMENT_RECORD;
         status == COMITY_OK && found == COMITY_SEGMENT_RECORD && !*ret_some;) {
        comity_record_view view;
        status = comity_segment_next(&cursor, &found, &view, reterr);
        *ret_some = status == COMITY_OK && found == COMITY_SEGMENT_RECORD && is_meant(now, &view);
    }
    if (!torn) {
        comity_segment_close(&cursor);
    }
    return status;
}

static comity_status write_anew(rewriting *now, const char *path, const char *beside, comity_error *reterr)
{
    comity_disk *disk = now->log->disk;
    comity_segment_cursor cursor;
    bool torn;
    COMITY_TRY(comity_disk_status(disk->open(disk, beside, COMITY_DISK_REPLACE, &now->file, reterr), beside, reterr));
    comity_status status =
        comity_segment_open(disk, path, &now->log->config.origin_hash, &cursor, &torn, reterr);
    if (status == COMITY_OK && !torn) {
        status = rewrite_records(now, &cursor, beside, reterr);
        comity_segment_close(&cursor);
    }
    disk->close(disk, now->file);
    if (status != COMITY_OK) {
        (void)disk->remove(disk, beside, NULL); /* it holds what may be meant to be erased next, and fills a full disk */
        return status;
    }
    COMITY_TRY(comity_disk_status(disk->move(disk, beside, path, reterr), path, reterr));
    char folder[COMITY_DISK_PATH_SIZE];
    memcpy(folder, path, strlen(path) + 1);
    *strrchr(folder, '/') = '\0';
    return comity_disk_status(disk->sync_folder(disk, folder, reterr), folder, reterr);
}

static comity_status erase_in(rewriting *now, size_t of_class, size_t place, comity_error *reterr)
{
    comity_log *log = now->log;
    const comity_retention *of = &log->store.classes[of_class];
    log_segment *segment = &log->segments[of_class];
    char path[COMITY_DISK_PATH_SIZE];
    char beside[COMITY_DISK_PATH_SIZE + 8];
    bool some;
    comity_store_path(&log->store, of_class, of->firsts[place], path);
    (void)snprintf(beside, sizeof beside, "%s.new", path);
    COMITY_TRY(look(now, path, &some, reterr));
    if (!some) {
        return COMITY_OK;
    }
    comity_buffer_init(&now->out, OUTPUT_BYTES + COMITY_LIMIT_RECORD_KEPT_BYTES * 2);
    now->written = now->count = 0;
    comity_status status = write_anew(now, path, beside, reterr);
    comity_buffer_free(&now->out);
    if (status == COMITY_OK && segment->open && place + 1 == of->count) {
        log->disk->close(log->disk, segment->file);
        segment->open = false;
        status = comity_disk_status(log->disk->open(log->disk, path, COMITY_DISK_WRITE, &segment->file, reterr), path,
                                    reterr);
        segment->open = status == COMITY_OK;
        segment->size = now->written;
        segment->forgotten = 0;
    }
    return status;
}

/* Nothing is committed meanwhile, and all that is durable is settled. */
static comity_status erase(comity_log *log, const comity_erasure *what, uint64_t time_ms, uint64_t *ret_count,
                           comity_error *reterr)
{
    rewriting now = {.log = log, .what = what, .time_ms = time_ms};
    (void)pthread_mutex_lock(&log->mutex);
    size_t class_count = log->store.class_count; /* submitting may add others, which hold nothing yet */
    (void)pthread_mutex_unlock(&log->mutex);
    for (size_t i = 0; i < class_count; i++) {
        const comity_retention *of = &log->store.classes[i];
        size_t place = 0;
        bool here = what->class_name == NULL || strcmp(what->class_name, of->name) == 0;
        if (!here || of->count == 0 || (what->by_index && !comity_retention_place(of, what->index, &place))) {
            continue;
        }
        for (size_t last = what->by_index ? place : of->count - 1; place <= last; place++) {
            COMITY_TRY(erase_in(&now, i, place, reterr));
        }
    }
    *ret_count = now.erased;
    return COMITY_OK;
}

/* What cannot be erased because there is no such thing. Commits are held up. */
static comity_status check_erasure(comity_log *log, const comity_erasure *what, comity_error *reterr)
{
    if (what->by_index && what->index >= comity_log_durable(log)) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "there is no entry %" PRIu64 " in the record", what->index);
    }
    bool found = what->class_name == NULL;
    (void)pthread_mutex_lock(&log->mutex);
    for (size_t i = 0; i < log->store.class_count && !found; i++) {
        found = strcmp(what->class_name, log->store.classes[i].name) == 0;
    }
    (void)pthread_mutex_unlock(&log->mutex);
    return found ? COMITY_OK
                 : comity_fail(reterr, COMITY_ERROR_NAME, "the record has no class of retention %s",
                               comity_quote_bytes(what->class_name, strlen(what->class_name)).text);
}

comity_status comity_log_erase(comity_log *log, const comity_erasure *what, uint64_t time_ms, uint64_t *ret_count,
                               comity_error *reterr)
{
    uint64_t published;
    uint64_t count = 0;
    comity_error error = {.code = COMITY_OK};
    COMITY_TRY(comity_log_pause(log, reterr));
    comity_status status = check_erasure(log, what, reterr);
    if (status != COMITY_OK) {
        comity_log_resume(log);
        return status;
    }
    status = comity_log_publish(log, true, &published, &error);
    if (status == COMITY_OK) {
        status = erase(log, what, time_ms, &count, &error);
    }
    comity_log_resume(log);
    if (status != COMITY_OK) {
        return comity_log_fail(log, status, &error, reterr);
    }
    *ret_count = count;
    return COMITY_OK;
}
