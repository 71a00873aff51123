/* The public interface to the record. Checks arguments, calls down; and the
 * thread that publishes. */
#include "api/record_folder.h"

#include "base/limits.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#define PUBLISH_EVERY_MS_MAX 60000
static const char standard[] = "standard";

/* ---- making ---- */

/* The key, and the file that makes it a record. */
static comity_status create_parts(comity_disk *disk, const char *folder, const char *passphrase,
                                  comity_record_config *config, comity_error *reterr)
{
    COMITY_TRY(comity_log_prepare(disk, reterr));
    COMITY_TRY(comity_record_add_key(folder, config, passphrase, reterr));
    return comity_log_create(disk, config, reterr);
}

/* Was a record of this log begun here, and whoever made it stopped before its first checkpoint? */
static bool is_begun(comity_disk *disk, const char *origin, comity_record_config *ret_config)
{
    int file;
    comity_error error;
    comity_disk_result result = disk->open(disk, "public/checkpoint", COMITY_DISK_READ, &file, &error);
    if (result == COMITY_DISK_OK) {
        disk->close(disk, file);
    }
    return result == COMITY_DISK_MISSING && comity_record_config_load(disk, ret_config, &error) == COMITY_OK &&
           strcmp(ret_config->origin, origin) == 0 && ret_config->key_count == 1;
}

static comity_status create(comity_disk *disk, const char *folder, const char *origin, const char *passphrase,
                            comity_error *reterr)
{
    comity_record_config config;
    comity_signer *signers[COMITY_LIMIT_RECORD_KEYS];
    comity_log *log;
    int lock;
    COMITY_TRY(comity_record_config_make(origin, &config, reterr));
    /* two who make a record at once would each give it a key */
    COMITY_TRY(comity_disk_status(disk->lock(disk, "lock", &lock, reterr), "lock", reterr));
    comity_record_config begun;
    bool goes_on = is_begun(disk, origin, &begun);
    config = goes_on ? begun : config;
    comity_status made = goes_on ? COMITY_OK : create_parts(disk, folder, passphrase, &config, reterr);
    disk->close(disk, lock);
    COMITY_TRY(made);
    /* the first checkpoint, over nothing, so that there always is one */
    COMITY_TRY(comity_record_load_keys(folder, &config, passphrase, signers, reterr));
    const comity_signer *signer = signers[0];
    comity_status status = comity_log_open(disk, &signer, 1, 0, &log, reterr);
    if (status == COMITY_OK) {
        comity_log_close(log);
    }
    comity_signer_free(signers[0]);
    return status;
}

comity_status comity_record_create(const char *folder, const char *origin, const char *passphrase, comity_error *reterr)
{
    comity_disk *disk;
    if (folder == NULL || origin == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_record_create: folder and origin must not be NULL");
    }
    COMITY_TRY(comity_record_make_folder(folder, reterr));
    COMITY_TRY(comity_disk_posix_new(folder, &disk, reterr));
    comity_status status = create(disk, folder, origin, passphrase, reterr);
    comity_disk_posix_free(disk);
    return status;
}

/* ---- the thread ---- */

/* Publishes what is new, again and again, until it is woken to end. What fails is
 * the log's failure, and whoever adds to it is told. */
static void *publish_now_and_then(void *context)
{
    comity_record *record = context;
    struct pollfd wake = {.fd = record->wake, .events = POLLIN};
    for (;;) {
        uint64_t unused;
        comity_error error;
        int woken = poll(&wake, 1, (int)record->publish_every_ms);
        if (woken > 0 || comity_log_publish(record->log, false, &unused, &error) != COMITY_OK) {
            return NULL;
        }
    }
}

static void *attend(void *context)
{
    comity_record *record = context;
    comity_log_attend(record->log);
    return NULL;
}

static comity_status start(comity_record *record, unsigned every_ms, comity_error *reterr)
{
    sigset_t all;
    sigset_t before;
    record->publish_every_ms = every_ms;
    record->wake = eventfd(0, EFD_CLOEXEC);
    if (record->wake < 0) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "a file descriptor could not be had");
    }
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    record->has_publisher = pthread_create(&record->publisher, NULL, publish_now_and_then, record) == 0;
    record->has_attendant = pthread_create(&record->attendant, NULL, attend, record) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return record->has_publisher && record->has_attendant
               ? COMITY_OK
               : comity_fail(reterr, COMITY_ERROR_SYSTEM, "a thread could not be started");
}

void comity_record_dismiss(comity_record *record)
{
    if (record->has_attendant) {
        comity_log_dismiss(record->log);
        (void)pthread_join(record->attendant, NULL);
        record->has_attendant = false;
    }
}

static void stop(comity_record *record)
{
    uint64_t one = 1;
    if (record->has_publisher) {
        ssize_t written;
        do {
            written = write(record->wake, &one, sizeof one);
        } while (written < 0 && errno == EINTR);
        (void)pthread_join(record->publisher, NULL);
    }
    comity_record_dismiss(record);
    if (record->wake >= 0) {
        (void)close(record->wake);
    }
}

/* ---- opening and closing ---- */

static comity_status open_record(comity_record *record, const char *folder, const char *passphrase,
                                 unsigned publish_every_ms, comity_error *reterr)
{
    comity_record_config config;
    COMITY_TRY(comity_disk_posix_new(folder, &record->disk, reterr));
    COMITY_TRY(comity_record_config_load(record->disk, &config, reterr));
    COMITY_TRY(comity_record_load_keys(folder, &config, passphrase, record->signers, reterr));
    record->signer_count = config.key_count;
    const comity_signer *signers[COMITY_LIMIT_RECORD_KEYS];
    for (size_t i = 0; i < record->signer_count; i++) {
        signers[i] = record->signers[i];
    }
    COMITY_TRY(comity_log_open(record->disk, signers, record->signer_count, 0, &record->log, reterr));
    return publish_every_ms == 0 ? COMITY_OK : start(record, publish_every_ms, reterr);
}

comity_status comity_record_open(const char *folder, const char *passphrase, unsigned publish_every_ms,
                                 comity_record **ret_record, comity_error *reterr)
{
    if (folder == NULL || ret_record == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_record_open: folder and ret_record must not be NULL");
    }
    if (publish_every_ms > PUBLISH_EVERY_MS_MAX) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_record_open: publish_every_ms is at most %d",
                           PUBLISH_EVERY_MS_MAX);
    }
    comity_record *record = calloc(1, sizeof *record);
    if (record == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    record->wake = -1;
    record->has_laws = pthread_mutex_init(&record->laws, NULL) == 0 && pthread_mutex_init(&record->sweeping, NULL) == 0;
    comity_error error;
    int saved = errno;
    comity_status status = record->has_laws ? open_record(record, folder, passphrase, publish_every_ms, &error)
                                            : comity_fail(&error, COMITY_ERROR_MEMORY, "out of memory");
    errno = saved;
    if (status != COMITY_OK) {
        comity_record_close(record);
        bool is_told = comity_record_is_told_of(folder, error.message);
        return comity_fail(reterr, status, "%s%s%s", is_told ? "" : folder, is_told ? "" : ": ", error.message);
    }
    *ret_record = record;
    return COMITY_OK;
}

void comity_record_close(comity_record *record)
{
    if (record == NULL) {
        return;
    }
    int saved = errno;
    stop(record);
    comity_log_close(record->log);
    for (size_t i = 0; i < COMITY_LIMIT_RECORD_KEYS; i++) {
        comity_signer_free(record->signers[i]);
    }
    comity_disk_posix_free(record->disk);
    if (record->has_laws) {
        (void)pthread_mutex_destroy(&record->laws);
        (void)pthread_mutex_destroy(&record->sweeping);
    }
    free(record);
    errno = saved;
}

/* ---- adding ---- */

comity_status comity_record_submit(comity_record *record, const comity_record_entry *entry, uint64_t *ret_index,
                                   comity_error *reterr)
{
    if (record == NULL || entry == NULL || ret_index == NULL || (entry->judgement == NULL && entry->judgement_size != 0) ||
        (entry->kept == NULL && entry->kept_size != 0)) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "an entry: record, entry and ret_index must not be NULL, nor bytes that have a size");
    }
    return comity_log_submit(record->log, entry->retention == NULL ? standard : entry->retention, entry->time_ms,
                             entry->judgement, entry->judgement_size, entry->kept, entry->kept_size, ret_index, reterr);
}

void comity_record_submit_many(comity_record *record, const char *retention, uint64_t time_ms,
                               comity_log_submission *items, size_t count)
{
    comity_log_submit_many(record->log, retention == NULL ? standard : retention, time_ms, items, count);
}

comity_status comity_record_wait(comity_record *record, uint64_t index, comity_error *reterr)
{
    if (record == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_record_wait: record must not be NULL");
    }
    return comity_log_wait(record->log, index, reterr);
}

comity_status comity_record_append(comity_record *record, const comity_record_entry *entry, uint64_t *ret_index,
                                   comity_error *reterr)
{
    uint64_t index;
    if (ret_index == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_record_append: ret_index must not be NULL");
    }
    COMITY_TRY(comity_record_submit(record, entry, &index, reterr));
    COMITY_TRY(comity_log_wait(record->log, index, reterr));
    *ret_index = index;
    return COMITY_OK;
}

uint64_t comity_record_size(comity_record *record)
{
    return comity_log_durable(record->log);
}

comity_status comity_record_publish(comity_record *record, uint64_t *ret_size, comity_error *reterr)
{
    if (record == NULL || ret_size == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_record_publish: its arguments must not be NULL");
    }
    return comity_log_publish(record->log, true, ret_size, reterr);
}

/* ---- judging ---- */

static comity_status record_answer(comity_record *record, comity_context *context, const char *act, size_t act_size,
                                   const char *today, const char *retention, uint64_t time_ms,
                                   const comity_answer *answer, uint64_t *ret_index, comity_error *reterr)
{
    comity_buffer kept;
    const uint8_t *bytes = NULL;
    size_t size = 0;
    uint64_t index = 0;
    comity_buffer_init(&kept, COMITY_LIMIT_RECORD_KEPT_BYTES);
    comity_record_kept_write(context, act, act_size, today, NULL, &kept);
    comity_status status = comity_buffer_bytes(&kept, &bytes, &size, reterr);
    if (status == COMITY_OK) {
        comity_record_entry entry = {retention, time_ms, answer->json, answer->json_size, bytes, size};
        status = comity_record_submit_judged(record, context, &entry, &index, reterr);
    }
    if (status == COMITY_OK) {
        status = comity_log_wait(record->log, index, reterr);
    }
    if (status == COMITY_OK) {
        *ret_index = index;
    }
    comity_buffer_free(&kept);
    return status;
}

comity_status comity_record_judge(comity_record *record, comity_context *context, const char *act, size_t act_size,
                                  const char *today, const char *retention, uint64_t time_ms, comity_answer *ret_answer,
                                  uint64_t *ret_index, comity_error *reterr)
{
    comity_answer answer;
    if (record == NULL || ret_answer == NULL || ret_index == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT,
                           "comity_record_judge: record, ret_answer and ret_index must not be NULL");
    }
    COMITY_TRY(comity_judge_json(context, act, act_size, today, &answer, reterr));
    COMITY_TRY(record_answer(record, context, act, act_size, today, retention, time_ms, &answer, ret_index, reterr));
    *ret_answer = answer;
    return COMITY_OK;
}

/* ---- erasing ---- */

comity_status comity_record_erase(comity_record *record, uint64_t index, uint64_t time_ms, comity_error *reterr)
{
    comity_erasure what = {.by_index = true, .index = index};
    uint64_t unused;
    if (record == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_record_erase: record must not be NULL");
    }
    return comity_log_erase(record->log, &what, time_ms, &unused, reterr);
}

comity_status comity_record_erase_before(comity_record *record, const char *retention, uint64_t before_ms,
                                         uint64_t time_ms, uint64_t *ret_count, comity_error *reterr)
{
    comity_erasure what = {.class_name = retention, .before_ms = before_ms};
    if (record == NULL || ret_count == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT,
                           "comity_record_erase_before: record and ret_count must not be NULL");
    }
    return comity_log_erase(record->log, &what, time_ms, ret_count, reterr);
}
