/* What comes in: which entries are to be forgotten. What goes out: segments that
 * hold a record of erasure in their place, and how many there were.
 *
 * A segment is written anew beside the old one and put in its place at once, so
 * a crash leaves the one or the other. Before that everything public is settled:
 * from then on the entry, its leaf and every proof need nothing of what goes.
 * Nothing is written to the segments that are looked through but by us: of the one
 * a class ends in only what was there at the beginning is looked at, and if
 * something of it is to go, the class goes on in a new one. So others commit meanwhile.
 * What the medium itself keeps of a removed file is beyond this program. */
#include "record/log_inner.h"

#include "base/quote.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUTPUT_BYTES ((size_t)1 << 20)
/* So much at once goes to the disk, for whoever syncs a few entries meanwhile waits for it. */
#define SYNC_BYTES (UINT64_C(4) << 20)

/* A segment as it was when the erasing began. */
typedef struct erasing_segment {
    size_t of_class, place;
    uint64_t first;
    uint64_t end; /* of what was written, if it is written to; else 0 */
} erasing_segment;

struct comity_erasing {
    comity_log *log;
    comity_erasure what;
    uint64_t time_ms;
    uint64_t below; /* all before it is settled, and nothing else is erased */
    erasing_segment *segments;
    size_t segment_count, segment_capacity, next;
    uint64_t erased; /* entries that were there before */

    /* a segment on its way to a new file */
    comity_buffer out;
    int file;
    uint64_t written, synced;
    uint64_t from, count; /* a run of entries that are erased; count 0: none */
    uint64_t oldest_ms;   /* of the entries that stay */
};

static bool is_meant(const comity_erasing *now, const comity_record_view *view)
{
    if (view->kind != COMITY_RECORD_ENTRY || view->index >= now->below) {
        return false;
    }
    return now->what.by_index ? view->index == now->what.index : view->time_ms < now->what.before_ms;
}

static comity_status sync(comity_erasing *now, const char *path, comity_error *reterr)
{
    comity_disk *disk = now->log->disk;
    COMITY_TRY(comity_disk_status(disk->sync(disk, now->file, reterr), path, reterr));
    disk->forget(disk, now->file, now->synced, now->written);
    now->synced = now->written;
    return COMITY_OK;
}

static comity_status flush(comity_erasing *now, const char *path, comity_error *reterr)
{
    const uint8_t *bytes;
    size_t size;
    COMITY_TRY(comity_buffer_bytes(&now->out, &bytes, &size, reterr));
    COMITY_TRY(comity_disk_status(
        now->log->disk->write(now->log->disk, now->file, now->written, bytes, size, reterr), path, reterr));
    now->written += size;
    comity_buffer_reset(&now->out);
    return now->written - now->synced < SYNC_BYTES ? COMITY_OK : sync(now, path, reterr);
}

static void end_run(comity_erasing *now)
{
    if (now->count != 0) {
        comity_record_write_erased(now->from, now->count, now->log->durable, now->time_ms, &now->out);
        now->count = 0;
    }
}

static void run(comity_erasing *now, uint64_t index, uint64_t count)
{
    if (now->count != 0 && now->from + now->count != index) {
        end_run(now);
    }
    if (now->count == 0) {
        now->from = index;
    }
    now->count += count;
}

static void copy(comity_erasing *now, const comity_segment_cursor *cursor, const comity_record_view *view)
{
    end_run(now);
    if (view->kind == COMITY_RECORD_ENTRY && view->time_ms < now->oldest_ms) {
        now->oldest_ms = view->time_ms;
    }
    comity_buffer_append(&now->out, cursor->bytes + (cursor->begin - cursor->from), (size_t)(cursor->at - cursor->begin));
}

static comity_status rewrite_records(comity_erasing *now, comity_segment_cursor *cursor, const char *path,
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
        } else if (found == COMITY_SEGMENT_RECORD && view.kind == COMITY_RECORD_ERASED && !now->what.by_index) {
            run(now, view.index, view.count); /* runs that now meet become one */
        } else if (found == COMITY_SEGMENT_RECORD) {
            copy(now, cursor, &view);
        }
        if (now->out.size > OUTPUT_BYTES) {
            COMITY_TRY(flush(now, path, reterr));
        }
    }
    end_run(now);
    COMITY_TRY(flush(now, path, reterr));
    return sync(now, path, reterr);
}

/* Looks on until something is found, or nothing more can be. */
static comity_status look_on(comity_erasing *now, const erasing_segment *segment, comity_segment_cursor *cursor,
                             bool *ret_some, comity_error *reterr)
{
    const comity_erasure *what = &now->what;
    comity_segment_found found = COMITY_SEGMENT_RECORD;
    while (found == COMITY_SEGMENT_RECORD && !*ret_some && (segment->end == 0 || cursor->at < segment->end)) {
        comity_record_view view;
        COMITY_TRY(comity_segment_next(cursor, &found, &view, reterr));
        if (found == COMITY_SEGMENT_TORN) {
            return comity_fail(reterr, COMITY_ERROR_RECORD, "%s is damaged", cursor->path);
        }
        if (found == COMITY_SEGMENT_END || (what->by_index && view.index > what->index)) {
            return COMITY_OK;
        }
        *ret_some = is_meant(now, &view);
        if (view.kind == COMITY_RECORD_ENTRY && view.time_ms < now->oldest_ms) {
            now->oldest_ms = view.time_ms;
        }
    }
    return COMITY_OK;
}

/* Is there anything to erase in it? Most segments are left alone. */
static comity_status look(comity_erasing *now, const erasing_segment *segment, const char *path, bool *ret_some,
                          comity_error *reterr)
{
    comity_disk *disk = now->log->disk;
    comity_segment_cursor cursor;
    bool torn;
    *ret_some = false;
    now->oldest_ms = UINT64_MAX;
    COMITY_TRY(comity_segment_open(disk, path, &now->log->config.origin_hash, &cursor, &torn, reterr));
    if (torn) {
        return comity_fail(reterr, COMITY_ERROR_RECORD, "%s is damaged", path);
    }
    comity_status status = look_on(now, segment, &cursor, ret_some, reterr);
    if (segment->end == 0 && !now->what.by_index) { /* all of a store is more than its memory */
        disk->forget(disk, cursor.file, 0, cursor.size);
    }
    comity_segment_close(&cursor);
    return status;
}

/* Puts the new one in place of the old. From here on what fails is the log's failure:
 * what is in the folder after a crash is not known. */
static comity_status put_in_place(comity_erasing *now, const char *beside, const char *path, comity_error *reterr)
{
    comity_disk *disk = now->log->disk;
    comity_error error;
    comity_status status = comity_disk_status(disk->move(disk, beside, path, &error), path, &error);
    if (status == COMITY_OK) {
        status = comity_disk_sync_folder_of(disk, path, &error);
    }
    return status == COMITY_OK ? COMITY_OK : comity_log_fail(now->log, status, &error, reterr);
}

static comity_status write_anew(comity_erasing *now, const char *path, const char *beside, comity_error *reterr)
{
    comity_disk *disk = now->log->disk;
    comity_segment_cursor cursor;
    bool torn;
    now->written = now->synced = now->count = 0;
    now->oldest_ms = UINT64_MAX;
    comity_buffer_reset(&now->out);
    COMITY_TRY(comity_disk_status(disk->open(disk, beside, COMITY_DISK_REPLACE, &now->file, reterr), beside, reterr));
    comity_status status =
        comity_segment_open(disk, path, &now->log->config.origin_hash, &cursor, &torn, reterr);
    if (status == COMITY_OK && torn) {
        status = comity_fail(reterr, COMITY_ERROR_RECORD, "%s is damaged", path);
    } else if (status == COMITY_OK) {
        status = rewrite_records(now, &cursor, beside, reterr);
        comity_segment_close(&cursor);
    }
    disk->close(disk, now->file);
    if (status != COMITY_OK) {
        (void)disk->remove(disk, beside, NULL); /* it holds what may be meant to be erased next, and fills a full disk */
        return status;
    }
    return put_in_place(now, beside, path, reterr);
}

/* Has the class go on in a new segment, so that nobody writes to this one any more. */
static comity_status seal(comity_erasing *now, const erasing_segment *segment, comity_error *reterr)
{
    comity_log *log = now->log;
    log_segment *last = &log->segments[segment->of_class];
    COMITY_TRY(comity_log_pause(log, reterr));
    if (last->open && log->store.classes[segment->of_class].count == segment->place + 1) {
        log->disk->close(log->disk, last->file);
        last->open = false;
    }
    comity_log_resume(log);
    return COMITY_OK;
}

/* ---- what is known of segments ---- */

/* Nothing of it is old enough: so it was seen before. */
static bool is_known_young(const comity_erasing *now, const erasing_segment *segment)
{
    const log_looked *looked = &now->log->looked[segment->of_class];
    return !now->what.by_index && segment->end == 0 && segment->place < looked->count &&
           looked->oldest_ms[segment->place] >= now->what.before_ms;
}

/* Remembers what `now->oldest_ms` says of all of it. Where there is no memory it is looked at again. */
static void remember(const comity_erasing *now, const erasing_segment *segment)
{
    log_looked *looked = &now->log->looked[segment->of_class];
    if (now->what.by_index || segment->end != 0) {
        return;
    }
    if (segment->place >= looked->count) {
        size_t count = segment->place + 1 + segment->place / 2;
        uint64_t *larger = realloc(looked->oldest_ms, count * sizeof *larger);
        if (larger == NULL) {
            return;
        }
        memset(larger + looked->count, 0, (count - looked->count) * sizeof *larger);
        *looked = (log_looked){larger, count};
    }
    looked->oldest_ms[segment->place] = now->oldest_ms;
}

static comity_status erase_in(comity_erasing *now, const erasing_segment *segment, comity_error *reterr)
{
    char path[COMITY_DISK_PATH_SIZE];
    char beside[COMITY_DISK_PATH_SIZE + 8];
    bool some;
    uint64_t before = now->erased;
    if (is_known_young(now, segment)) {
        return COMITY_OK;
    }
    comity_store_path(&now->log->store, segment->of_class, segment->first, path);
    (void)snprintf(beside, sizeof beside, "%s.new", path);
    COMITY_TRY(look(now, segment, path, &some, reterr));
    if (some) {
        COMITY_TRY(segment->end == 0 ? COMITY_OK : seal(now, segment, reterr));
        comity_status status = write_anew(now, path, beside, reterr);
        now->erased = status == COMITY_OK ? now->erased : before;
        COMITY_TRY(status);
    }
    remember(now, segment);
    return COMITY_OK;
}

/* ---- from beginning to end ---- */

static comity_status list(comity_erasing *now, size_t of_class, size_t place, comity_error *reterr)
{
    comity_log *log = now->log;
    const log_segment *last = &log->segments[of_class];
    const comity_retention *of = &log->store.classes[of_class];
    if (now->segment_count == now->segment_capacity) {
        size_t larger = now->segment_capacity == 0 ? 16 : now->segment_capacity * 2;
        erasing_segment *segments = realloc(now->segments, larger * sizeof *segments);
        if (segments == NULL) {
            return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
        }
        now->segments = segments;
        now->segment_capacity = larger;
    }
    now->segments[now->segment_count++] =
        (erasing_segment){of_class, place, of->firsts[place], last->open && place + 1 == of->count ? last->size : 0};
    return COMITY_OK;
}

/* Lists the segments in which there may be something to erase. Commits are held up. */
static comity_status list_segments(comity_erasing *now, comity_error *reterr)
{
    comity_log *log = now->log;
    const comity_erasure *what = &now->what;
    (void)pthread_mutex_lock(&log->mutex);
    size_t class_count = log->store.class_count; /* submitting may add others, which hold nothing yet */
    (void)pthread_mutex_unlock(&log->mutex);
    bool found = what->class_name == NULL;
    for (size_t i = 0; i < class_count; i++) {
        const comity_retention *of = &log->store.classes[i];
        size_t place = 0;
        bool here = what->class_name == NULL || strcmp(what->class_name, of->name) == 0;
        found |= here;
        if (!here || of->count == 0 || (what->by_index && !comity_retention_place(of, what->index, &place))) {
            continue;
        }
        for (size_t last = what->by_index ? place : of->count - 1; place <= last; place++) {
            COMITY_TRY(list(now, i, place, reterr));
        }
    }
    return found ? COMITY_OK
                 : comity_fail(reterr, COMITY_ERROR_NAME, "the record has no class of retention %s",
                               comity_quote_bytes(what->class_name, strlen(what->class_name)).text);
}

static comity_status begin(comity_erasing *now, comity_error *reterr)
{
    comity_log *log = now->log;
    COMITY_TRY(comity_log_publish(log, true, &now->below, reterr));
    if (now->what.by_index && now->what.index >= now->below) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "there is no entry %" PRIu64 " in the record", now->what.index);
    }
    COMITY_TRY(comity_log_pause(log, reterr));
    comity_status status = list_segments(now, reterr);
    comity_log_resume(log);
    return status;
}

comity_status comity_log_erase_begin(comity_log *log, const comity_erasure *what, uint64_t time_ms,
                                     comity_erasing **ret_erasing, comity_error *reterr)
{
    comity_erasing *now = calloc(1, sizeof *now);
    if (now == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    *now = (comity_erasing){.log = log, .what = *what, .time_ms = time_ms};
    comity_buffer_init(&now->out, OUTPUT_BYTES + COMITY_LIMIT_RECORD_KEPT_BYTES * 2);
    comity_status status = begin(now, reterr);
    if (status != COMITY_OK) {
        (void)comity_log_erase_end(now);
        return status;
    }
    *ret_erasing = now;
    return COMITY_OK;
}

comity_status comity_log_erase_step(comity_erasing *now, bool *ret_done, comity_error *reterr)
{
    comity_status status = COMITY_OK;
    if (now->next < now->segment_count) {
        (void)pthread_mutex_lock(&now->log->erasing);
        status = erase_in(now, &now->segments[now->next++], reterr);
        (void)pthread_mutex_unlock(&now->log->erasing);
    }
    *ret_done = now->next == now->segment_count;
    return status;
}

uint64_t comity_log_erase_end(comity_erasing *now)
{
    uint64_t erased = now->erased;
    comity_buffer_free(&now->out);
    free(now->segments);
    free(now);
    return erased;
}

comity_status comity_log_erase(comity_log *log, const comity_erasure *what, uint64_t time_ms, uint64_t *ret_count,
                               comity_error *reterr)
{
    comity_erasing *erasing;
    COMITY_TRY(comity_log_erase_begin(log, what, time_ms, &erasing, reterr));
    comity_status status = COMITY_OK;
    for (bool done = false; status == COMITY_OK && !done;) {
        status = comity_log_erase_step(erasing, &done, reterr);
    }
    uint64_t count = comity_log_erase_end(erasing);
    if (status == COMITY_OK) {
        *ret_count = count;
    }
    return status;
}
