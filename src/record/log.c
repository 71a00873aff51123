/* What comes in: judgements. What goes out: indexes, and the word that what is
 * at them is durable. log.h says who does what, and under which lock. */
#include "record/log_inner.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A record up to this size is put together on the stack. */
#define SMALL_RECORD_BYTES 4096

comity_status comity_log_prepare(comity_disk *disk, comity_error *reterr)
{
    static const char *const folders[] = {"public", "public/tile", "private", "keys", "law", "papers"};
    uint8_t *bytes;
    size_t size;
    comity_disk_result result = comity_disk_load(disk, "record", COMITY_LIMIT_CHECKPOINT_BYTES, &bytes, &size, reterr);
    if (result == COMITY_DISK_OK) {
        free(bytes);
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "there is a record in this folder already");
    }
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        result = disk->make_folder(disk, folders[i], reterr);
        if (result != COMITY_DISK_EXISTS) {
            COMITY_TRY(comity_disk_status(result, folders[i], reterr));
        }
    }
    return COMITY_OK;
}

comity_status comity_log_create(comity_disk *disk, const comity_record_config *config, comity_error *reterr)
{
    COMITY_TRY(comity_log_prepare(disk, reterr));
    return comity_record_config_store(disk, config, reterr);
}

/* ---- failure ---- */

/* Whoever waits for anything looks again. `mutex` is held. */
static void wake_all(comity_log *log)
{
    (void)pthread_cond_broadcast(&log->batches[0].landed);
    (void)pthread_cond_broadcast(&log->batches[1].landed);
    (void)pthread_cond_broadcast(&log->stopped);
    (void)pthread_cond_broadcast(&log->unled);
}

comity_status comity_log_fail(comity_log *log, comity_status status, const comity_error *error, comity_error *reterr)
{
    (void)pthread_mutex_lock(&log->mutex);
    if (!log->failed) {
        log->failed = true;
        log->failure = *error;
        log->failure.code = status;
    }
    wake_all(log);
    (void)pthread_mutex_unlock(&log->mutex);
    return comity_fail(reterr, status, "%s", error->message);
}

comity_status comity_log_failed(const comity_log *log, comity_error *reterr)
{
    return comity_fail(reterr, log->failure.code, "the record stopped: %s", log->failure.message);
}

/* ---- submitting ---- */

/* Takes `mutex` when there is room in the batch that is filling, and for what waits
 * to be published. Whoever fills faster than the disk writes, or than tiles are
 * made, helps first. Fails, without it, if the log has. */
static comity_status lock_with_room(comity_log *log, comity_error *reterr)
{
    for (;;) {
        uint64_t unused;
        log_lock(&log->mutex);
        bool batch_full = log->filling->bytes > COMITY_LIMIT_RECORD_BATCH_BYTES;
        bool pending_full = log->pending_count > COMITY_LIMIT_RECORD_PENDING;
        if (!log->failed && !batch_full && !pending_full) {
            return COMITY_OK;
        }
        uint64_t last = log->next - 1;
        comity_status status = log->failed ? comity_log_failed(log, reterr) : COMITY_OK;
        (void)pthread_mutex_unlock(&log->mutex);
        COMITY_TRY(status);
        COMITY_TRY(batch_full ? comity_log_wait(log, last, reterr) : comity_log_publish(log, false, &unused, reterr));
    }
}

static comity_status batch_room(log_batch *batch, comity_error *reterr)
{
    if (batch->count < batch->capacity) {
        return COMITY_OK;
    }
    size_t larger = batch->capacity == 0 ? 1024 : batch->capacity * 2;
    comity_hash *commitments = realloc(batch->commitments, larger * sizeof *commitments);
    if (commitments == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    batch->commitments = commitments;
    batch->capacity = larger;
    return COMITY_OK;
}

/* Puts a record into the batch that is filling. `mutex` is held. */
static comity_status add(comity_log *log, const char *class_name, uint64_t time_ms, uint8_t *record, size_t size,
                         const comity_hash *commitment, uint64_t *ret_index, comity_error *reterr)
{
    log_batch *batch = log->filling;
    size_t of_class;
    if (log->next == COMITY_TREE_SIZE_MAX) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "the log is full");
    }
    COMITY_TRY(comity_store_class(&log->store, class_name, &of_class, reterr));
    COMITY_TRY(batch_room(batch, reterr));
    comity_buffer *records = &batch->records[of_class];
    const uint8_t *unused;
    size_t before = 0;
    COMITY_TRY(comity_buffer_bytes(records, &unused, &before, reterr));
    comity_record_place(record, log->next);
    comity_buffer_append(records, record, size);
    if (comity_buffer_bytes(records, &unused, &before, reterr) != COMITY_OK) {
        /* what was there stays as it was, and this one was never given an index */
        records->failed = COMITY_OK;
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    if (before == size) {
        batch->firsts[of_class] = log->next;
    }
    batch->commitments[batch->count++] = *commitment;
    batch->bytes += size;
    batch->time_ms = time_ms > batch->time_ms ? time_ms : batch->time_ms;
    *ret_index = log->next++;
    return COMITY_OK;
}

static comity_status check_kept(size_t kept_size, comity_error *reterr)
{
    return kept_size <= COMITY_LIMIT_RECORD_KEPT_BYTES
               ? COMITY_OK
               : comity_fail(reterr, COMITY_ERROR_LIMIT, "a record keeps at most %zu bytes, not %zu",
                             COMITY_LIMIT_RECORD_KEPT_BYTES, kept_size);
}

/* Gives what is committed to its index. */
static comity_status put(comity_log *log, const char *class_name, uint64_t time_ms, const uint8_t salt[COMITY_SALT_SIZE],
                         const comity_hash *commitment, const void *kept, size_t kept_size, uint64_t *ret_index,
                         comity_error *reterr)
{
    uint8_t small[SMALL_RECORD_BYTES];
    size_t size = comity_record_bytes(kept_size);
    uint8_t *record = size <= sizeof small ? small : malloc(size);
    if (record == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    comity_record_write(time_ms, salt, commitment, kept, kept_size, record);
    comity_status status = lock_with_room(log, reterr);
    if (status == COMITY_OK) {
        status = add(log, class_name, time_ms, record, size, commitment, ret_index, reterr);
        (void)pthread_mutex_unlock(&log->mutex);
    }
    if (record != small) {
        free(record);
    }
    return status;
}

comity_status comity_log_submit(comity_log *log, const char *class_name, uint64_t time_ms, const void *judgement,
                                size_t judgement_size, const void *kept, size_t kept_size, uint64_t *ret_index,
                                comity_error *reterr)
{
    uint8_t salt[COMITY_SALT_SIZE];
    comity_hash commitment;
    COMITY_TRY(check_kept(kept_size, reterr));
    COMITY_TRY(comity_salts_take(&log->salts, salt, reterr));
    comity_entry_commit(salt, judgement, judgement_size, &commitment);
    return put(log, class_name, time_ms, salt, &commitment, kept, kept_size, ret_index, reterr);
}

void comity_log_submit_many(comity_log *log, const char *class_name, uint64_t time_ms, comity_log_submission *items,
                            size_t count)
{
    comity_log_submission *good[COMITY_ENTRY_COMMIT_MAX];
    comity_entry_secret secrets[COMITY_ENTRY_COMMIT_MAX];
    comity_hash commitments[COMITY_ENTRY_COMMIT_MAX];
    size_t good_count = 0;
    assert(count <= COMITY_ENTRY_COMMIT_MAX);
    for (size_t i = 0; i < count; i++) {
        comity_log_submission *item = &items[i];
        comity_entry_secret *secret = &secrets[good_count];
        if (item->error.code == COMITY_OK && check_kept(item->kept_size, &item->error) == COMITY_OK &&
            comity_salts_take(&log->salts, secret->salt, &item->error) == COMITY_OK) {
            secret->judgement = item->judgement;
            secret->size = item->judgement_size;
            good[good_count++] = item;
        }
    }
    if (good_count == 0) {
        return;
    }
    comity_entry_commit_many(secrets, good_count, commitments);
    for (size_t i = 0; i < good_count; i++) {
        (void)put(log, class_name, time_ms, secrets[i].salt, &commitments[i], good[i]->kept, good[i]->kept_size,
                  &good[i]->index, &good[i]->error);
    }
}

/* ---- committing ---- */

/* Lets the system have the memory back that holds what is on disk, from where it was let go
 * of before to `end`. Else every entry takes new memory, which can cost more than writing it:
 * until none is left, and others' files have lost theirs. */
static void forget(comity_log *log, log_segment *segment, uint64_t end)
{
    if (end > segment->forgotten) {
        log->disk->forget(log->disk, segment->file, segment->forgotten, end);
        segment->forgotten = end;
    }
}

static void forget_older(comity_log *log, log_segment *segment)
{
    uint64_t end = segment->size < NEWEST_BYTES ? 0 : segment->size - NEWEST_BYTES;
    forget(log, segment, end - end % FORGET_BYTES);
}

/* Begins the class's next segment, with its first records. */
static comity_status begin_segment(comity_log *log, size_t of_class, const log_batch *batch, const uint8_t *records,
                                   size_t size, comity_error *reterr)
{
    comity_retention *of = &log->store.classes[of_class];
    log_segment *segment = &log->segments[of_class];
    char path[COMITY_DISK_PATH_SIZE];
    uint8_t head[COMITY_SEGMENT_HEAD_SIZE];
    if (segment->open) {
        forget(log, segment, segment->size);
        log->disk->close(log->disk, segment->file);
        segment->open = false;
    }
    COMITY_TRY(comity_retention_add(of, batch->firsts[of_class], reterr));
    comity_store_path(&log->store, of_class, batch->firsts[of_class], path);
    bool new_class = of->count == 1;
    if (new_class) {
        COMITY_TRY(comity_disk_make_parents(log->disk, path, reterr));
    }
    COMITY_TRY(
        comity_disk_status(log->disk->open(log->disk, path, COMITY_DISK_CREATE, &segment->file, reterr), path, reterr));
    segment->open = true;
    segment->size = sizeof head;
    segment->forgotten = 0;
    comity_segment_head_write(&log->config.origin_hash, batch->time_ms, head);
    COMITY_TRY(
        comity_disk_status(log->disk->write(log->disk, segment->file, 0, head, sizeof head, reterr), path, reterr));
    COMITY_TRY(comity_disk_status(log->disk->write(log->disk, segment->file, sizeof head, records, size, reterr), path,
                                  reterr));
    segment->size += size;
    COMITY_TRY(comity_disk_status(log->disk->sync(log->disk, segment->file, reterr), path, reterr));
    COMITY_TRY(comity_disk_sync_folder_of(log->disk, path, reterr));
    return new_class ? comity_disk_status(log->disk->sync_folder(log->disk, "private", reterr), "private", reterr)
                     : COMITY_OK;
}

/* Writes and syncs what the batch has of one class. */
static comity_status write_class(comity_log *log, size_t of_class, const log_batch *batch, comity_error *reterr)
{
    log_segment *segment = &log->segments[of_class];
    const uint8_t *records;
    size_t size;
    COMITY_TRY(comity_buffer_bytes(&batch->records[of_class], &records, &size, reterr));
    if (size == 0) {
        return COMITY_OK;
    }
    comity_record_settle(batch->records[of_class].bytes, size, log->durable);
    if (!segment->open || segment->size >= log->segment_bytes_max) {
        return begin_segment(log, of_class, batch, records, size, reterr);
    }
    const char *name = log->store.classes[of_class].name;
    COMITY_TRY(comity_disk_status(log->disk->write(log->disk, segment->file, segment->size, records, size, reterr),
                                  name, reterr));
    segment->size += size;
    COMITY_TRY(comity_disk_status(log->disk->sync(log->disk, segment->file, reterr), name, reterr));
    forget_older(log, segment);
    return COMITY_OK;
}

static comity_status write_batch(comity_log *log, const log_batch *batch, size_t class_count, comity_error *reterr)
{
    for (size_t i = 0; i < class_count; i++) {
        COMITY_TRY(write_class(log, i, batch, reterr));
    }
    return COMITY_OK;
}

static void empty_batch(log_batch *batch)
{
    for (size_t i = 0; i < COMITY_LIMIT_RECORD_CLASSES; i++) {
        comity_buffer_reset(&batch->records[i]);
    }
    batch->count = batch->bytes = 0;
}

comity_status comity_log_pend(comity_log *log, const comity_hash *commitments, size_t count, comity_error *reterr)
{
    if (count > log->pending_capacity - log->pending_count) {
        size_t larger = log->pending_capacity == 0 ? 4096 : log->pending_capacity;
        while (larger - log->pending_count < count) {
            larger *= 2;
        }
        comity_hash *pending = realloc(log->pending, larger * sizeof *pending);
        if (pending == NULL) {
            return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
        }
        log->pending = pending;
        log->pending_capacity = larger;
    }
    if (count != 0) {
        memcpy(log->pending + log->pending_count, commitments, count * sizeof *commitments);
        log->pending_count += count;
    }
    return COMITY_OK;
}

/* Nobody commits any more, and who is to do it next is told: one of those who wait for
 * what is filling, else whoever attends. `mutex` is held. */
static void step_down(comity_log *log)
{
    log->committing = false;
    (void)pthread_cond_broadcast(&log->stopped);
    if (log->filling->waiting != 0) {
        (void)pthread_cond_signal(&log->filling->landed);
    } else if (log->filling->count != 0) {
        (void)pthread_cond_signal(&log->unled);
    }
}

/* Commits what has been submitted. `mutex` is held, nobody else is committing,
 * and it is held again at the end. */
static void lead(comity_log *log)
{
    log_batch *batch = log->filling;
    size_t class_count = log->store.class_count;
    comity_error error = {.code = COMITY_OK};
    log->committing = true;
    log->landing = batch;
    log->filling = &log->batches[batch == &log->batches[0]];
    (void)pthread_mutex_unlock(&log->mutex);
    comity_status status = write_batch(log, batch, class_count, &error);
    log_lock(&log->mutex); /* those who submit hold it for moments, and all of them wait for this */
    if (status == COMITY_OK) {
        status = comity_log_pend(log, batch->commitments, batch->count, &error);
    }
    if (status == COMITY_OK) {
        log->durable += batch->count;
    } else if (!log->failed) {
        log->failed = true;
        log->failure = error;
        wake_all(log);
    }
    empty_batch(batch);
    log->landing = NULL;
    (void)pthread_cond_broadcast(&batch->landed);
    step_down(log);
}

/* Waits for the batch that holds `index` to land, or to be led. `mutex` is held. */
static void wait_in_batch(comity_log *log, uint64_t index)
{
    bool on_its_way = log->landing != NULL && index < log->durable + log->landing->count;
    log_batch *batch = on_its_way ? log->landing : log->filling;
    batch->waiting++;
    (void)pthread_cond_wait(&batch->landed, &log->mutex);
    batch->waiting--;
}

comity_status comity_log_wait(comity_log *log, uint64_t index, comity_error *reterr)
{
    comity_status status = COMITY_OK;
    if (index < log->durable) {
        return COMITY_OK;
    }
    log_lock(&log->mutex);
    if (index >= log->next) {
        status = comity_fail(reterr, COMITY_ERROR_RANGE, "entry %" PRIu64 " was not submitted", index);
    }
    while (status == COMITY_OK && log->durable <= index) {
        if (log->failed) {
            status = comity_log_failed(log, reterr);
        } else if (log->committing || log->pausing != 0) {
            wait_in_batch(log, index);
        } else {
            lead(log);
        }
    }
    (void)pthread_mutex_unlock(&log->mutex);
    return status;
}

uint64_t comity_log_durable(comity_log *log)
{
    return log->durable;
}

comity_status comity_log_wait_all(comity_log *log, uint64_t *ret_count, comity_error *reterr)
{
    (void)pthread_mutex_lock(&log->mutex);
    uint64_t count = log->next;
    (void)pthread_mutex_unlock(&log->mutex);
    COMITY_TRY(count == 0 ? COMITY_OK : comity_log_wait(log, count - 1, reterr));
    *ret_count = count;
    return COMITY_OK;
}

comity_status comity_log_pause(comity_log *log, comity_error *reterr)
{
    (void)pthread_mutex_lock(&log->mutex);
    log->pausing++;
    while (log->committing) {
        (void)pthread_cond_wait(&log->stopped, &log->mutex);
    }
    log->pausing--;
    comity_status status = log->failed ? comity_log_failed(log, reterr) : COMITY_OK;
    log->committing = status == COMITY_OK;
    (void)pthread_mutex_unlock(&log->mutex);
    return status;
}

void comity_log_resume(comity_log *log)
{
    (void)pthread_mutex_lock(&log->mutex);
    step_down(log);
    (void)pthread_mutex_unlock(&log->mutex);
}

void comity_log_attend(comity_log *log)
{
    (void)pthread_mutex_lock(&log->mutex);
    while (!log->dismissed && !log->failed) {
        if (log->committing || log->pausing != 0 || log->filling->count == 0) {
            (void)pthread_cond_wait(&log->unled, &log->mutex);
        } else {
            lead(log);
        }
    }
    (void)pthread_mutex_unlock(&log->mutex);
}

void comity_log_dismiss(comity_log *log)
{
    (void)pthread_mutex_lock(&log->mutex);
    log->dismissed = true;
    (void)pthread_cond_broadcast(&log->unled);
    (void)pthread_mutex_unlock(&log->mutex);
}

/* ---- opening and closing ---- */

/* One signer for every key of the config, and no other. */
static comity_status check_signers(const comity_log *log, comity_error *reterr)
{
    for (size_t i = 0; i < log->config.key_count; i++) {
        bool found = false;
        for (size_t j = 0; j < log->signer_count; j++) {
            found |= comity_verifier_same_key(&log->config.keys[i], comity_signer_verifier(log->signers[j]));
        }
        if (!found) {
            return comity_fail(reterr, COMITY_ERROR_SIGNATURE, "the secret key of one of the log's keys is not there");
        }
    }
    return log->config.key_count == log->signer_count
               ? COMITY_OK
               : comity_fail(reterr, COMITY_ERROR_SIGNATURE, "a secret key is none of this log's");
}

static comity_status open_log(comity_log *log, const comity_signer *const *signers, size_t signer_count,
                              comity_error *reterr)
{
    comity_disk *disk = log->disk;
    COMITY_TRY(comity_record_config_load(disk, &log->config, reterr));
    if (signer_count > COMITY_LIMIT_RECORD_KEYS) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "at most %d keys sign a log", COMITY_LIMIT_RECORD_KEYS);
    }
    log->signer_count = signer_count;
    for (size_t i = 0; i < signer_count; i++) {
        log->signers[i] = signers[i];
    }
    COMITY_TRY(check_signers(log, reterr));
    COMITY_TRY(comity_disk_status(disk->lock(disk, "lock", &log->lock, reterr), "lock", reterr));
    log->has_lock = true;
    COMITY_TRY(comity_record_config_load(disk, &log->config, reterr)); /* as nobody can change it any more */
    COMITY_TRY(check_signers(log, reterr));
    bool has_checkpoint = false;
    uint64_t unused;
    COMITY_TRY(comity_log_recover(log, &has_checkpoint, reterr));
    return comity_log_publish_as(log, true, !has_checkpoint, &unused, reterr);
}

comity_status comity_log_open(comity_disk *disk, const comity_signer *const *signers, size_t signer_count,
                              uint64_t segment_bytes_max, comity_log **ret_log, comity_error *reterr)
{
    comity_log *log = calloc(1, sizeof *log);
    if (log == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    log->disk = disk;
    log->segment_bytes_max = segment_bytes_max == 0 ? COMITY_LIMIT_RECORD_SEGMENT_BYTES : segment_bytes_max;
    log->filling = &log->batches[0];
    for (size_t i = 0; i < COMITY_LIMIT_RECORD_CLASSES; i++) {
        comity_buffer_init(&log->batches[0].records[i], COMITY_LIMIT_RECORD_BATCH_BYTES * 2);
        comity_buffer_init(&log->batches[1].records[i], COMITY_LIMIT_RECORD_BATCH_BYTES * 2);
    }
    if (pthread_mutex_init(&log->mutex, NULL) != 0 || pthread_mutex_init(&log->publishing, NULL) != 0 ||
        pthread_mutex_init(&log->erasing, NULL) != 0 || pthread_cond_init(&log->stopped, NULL) != 0 ||
        pthread_cond_init(&log->unled, NULL) != 0 || pthread_cond_init(&log->batches[0].landed, NULL) != 0 ||
        pthread_cond_init(&log->batches[1].landed, NULL) != 0) {
        free(log);
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    comity_status status = comity_salts_begin(disk, &log->salts, reterr);
    if (status == COMITY_OK) {
        status = open_log(log, signers, signer_count, reterr);
    }
    if (status != COMITY_OK) {
        comity_log_close(log);
        return status;
    }
    *ret_log = log;
    return COMITY_OK;
}

void comity_log_close(comity_log *log)
{
    if (log == NULL) {
        return;
    }
    for (size_t i = 0; i < COMITY_LIMIT_RECORD_CLASSES; i++) {
        comity_buffer_free(&log->batches[0].records[i]);
        comity_buffer_free(&log->batches[1].records[i]);
        free(log->looked[i].oldest_ms);
        if (log->segments[i].open) {
            log->disk->close(log->disk, log->segments[i].file);
        }
    }
    free(log->batches[0].commitments);
    free(log->batches[1].commitments);
    free(log->pending);
    free(log->taken);
    comity_publisher_free(&log->publisher);
    comity_store_free(&log->store);
    comity_salts_end(&log->salts);
    if (log->has_lock) {
        log->disk->close(log->disk, log->lock);
    }
    (void)pthread_mutex_destroy(&log->mutex);
    (void)pthread_mutex_destroy(&log->publishing);
    (void)pthread_mutex_destroy(&log->erasing);
    (void)pthread_cond_destroy(&log->stopped);
    (void)pthread_cond_destroy(&log->unled);
    (void)pthread_cond_destroy(&log->batches[0].landed);
    (void)pthread_cond_destroy(&log->batches[1].landed);
    free(log);
}
