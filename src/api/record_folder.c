/* What comes in: the folder of a record. What goes out: its keys, and law images
 * by their hash, written once and never changed. */
#include "api/record_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Syncs the folder above, for the name of a new one. */
static bool sync_above(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int above = fd < 0 ? -1 : openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = above >= 0 && fsync(above) == 0;
    int why = errno;
    if (above >= 0) {
        (void)close(above);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    errno = why;
    return done;
}

comity_status comity_record_make_folder(const char *folder, comity_error *reterr)
{
    int saved = errno;
    bool made = mkdir(folder, 0755) == 0;
    comity_status status = (made && sync_above(folder)) || (!made && errno == EEXIST)
                               ? COMITY_OK
                               : comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: %s", folder, strerror(errno));
    errno = saved;
    return status;
}

bool comity_record_is_told_of(const char *folder, const char *message)
{
    size_t size = strlen(folder);
    return size != 0 && strncmp(folder, message, size) == 0 &&
           (folder[size - 1] == '/' || message[size] == '/' || message[size] == ':');
}

bool comity_record_key_path(const char *folder, const comity_verifier *key, char *ret_path, size_t capacity)
{
    int size = snprintf(ret_path, capacity, "%s/keys/%02x%02x%02x%02x.key", folder, key->id[0], key->id[1], key->id[2],
                        key->id[3]);
    return size > 0 && (size_t)size < capacity;
}

static comity_status key_path(const char *folder, const comity_verifier *key, char ret_path[PATH_MAX],
                              comity_error *reterr)
{
    return comity_record_key_path(folder, key, ret_path, PATH_MAX)
               ? COMITY_OK
               : comity_fail(reterr, COMITY_ERROR_LIMIT, "%s: the path is too long", folder);
}

comity_status comity_record_add_key(const char *folder, comity_record_config *config, const char *passphrase,
                                    comity_error *reterr)
{
    comity_signer *signer;
    char path[PATH_MAX];
    if (config->key_count == COMITY_LIMIT_RECORD_KEYS) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "at most %d keys sign a log", COMITY_LIMIT_RECORD_KEYS);
    }
    COMITY_TRY(comity_signer_new(config->origin, strlen(config->origin), COMITY_PURPOSE_LOG, &signer, reterr));
    comity_status status = key_path(folder, comity_signer_verifier(signer), path, reterr);
    if (status == COMITY_OK) {
        status = comity_key_file_save(signer, path, passphrase, passphrase == NULL ? 0 : strlen(passphrase),
                                      comity_key_protection_usual(), reterr);
    }
    if (status == COMITY_OK) {
        config->keys[config->key_count++] = *comity_signer_verifier(signer);
    }
    comity_signer_free(signer);
    return status;
}

comity_status comity_record_load_keys(const char *folder, const comity_record_config *config, const char *passphrase,
                                      comity_signer **ret_signers, comity_error *reterr)
{
    comity_signer *signers[COMITY_LIMIT_RECORD_KEYS] = {NULL};
    comity_status status = COMITY_OK;
    for (size_t i = 0; i < config->key_count && status == COMITY_OK; i++) {
        char path[PATH_MAX];
        status = key_path(folder, &config->keys[i], path, reterr);
        if (status == COMITY_OK) {
            status = comity_key_file_open(path, passphrase, passphrase == NULL ? 0 : strlen(passphrase), &signers[i],
                                          reterr);
        }
    }
    for (size_t i = 0; i < config->key_count; i++) {
        if (status == COMITY_OK) {
            ret_signers[i] = signers[i];
        } else {
            comity_signer_free(signers[i]);
        }
    }
    return status;
}

/* ---- law ---- */

void comity_record_law_path(const char *law, char ret_path[COMITY_DISK_PATH_SIZE])
{
    (void)snprintf(ret_path, COMITY_DISK_PATH_SIZE, "law/%.64s.image", law + 7);
}

void comity_record_papers_path(const char *papers, char ret_path[COMITY_DISK_PATH_SIZE])
{
    (void)snprintf(ret_path, COMITY_DISK_PATH_SIZE, "papers/%.64s.papers", papers + 7);
}

/* Keeps what is named by its hash, once. */
static comity_status keep(comity_disk *disk, const char *path, const void *bytes, size_t size, comity_error *reterr)
{
    int file;
    comity_disk_result result = disk->open(disk, path, COMITY_DISK_READ, &file, reterr);
    if (result == COMITY_DISK_OK) {
        disk->close(disk, file);
        return COMITY_OK;
    }
    return result == COMITY_DISK_MISSING ? comity_disk_store(disk, path, bytes, size, true, reterr)
                                         : comity_disk_status(result, path, reterr);
}

static comity_status keep_law(comity_record *record, const comity_law *law, comity_error *reterr)
{
    char path[COMITY_DISK_PATH_SIZE];
    if (strcmp(record->law, comity_law_hash(law)) == 0) {
        return COMITY_OK;
    }
    comity_record_law_path(comity_law_hash(law), path);
    COMITY_TRY(keep(record->disk, path, law->bytes, law->size, reterr));
    memcpy(record->law, comity_law_hash(law), sizeof record->law);
    return COMITY_OK;
}

static comity_status keep_papers(comity_record *record, const comity_papers *papers, comity_error *reterr)
{
    char path[COMITY_DISK_PATH_SIZE];
    const uint8_t *bytes;
    size_t size;
    if (papers == NULL || strcmp(record->papers, papers->name) == 0) {
        return COMITY_OK;
    }
    comity_record_papers_path(papers->name, path);
    COMITY_TRY(comity_buffer_bytes(&papers->bundle, &bytes, &size, reterr));
    COMITY_TRY(keep(record->disk, path, bytes, size, reterr));
    memcpy(record->papers, papers->name, sizeof record->papers);
    return COMITY_OK;
}

/* Keeps them, and tells a sweep that is under way of them. `*ret_round`: in which whoever is to submit counts. */
static comity_status keep_grounds(comity_record *record, const comity_context *context, unsigned *ret_round,
                                  comity_error *reterr)
{
    (void)pthread_mutex_lock(&record->laws);
    comity_status status = keep_law(record, context->law, reterr);
    if (status == COMITY_OK) {
        status = keep_papers(record, context->papers, reterr);
    }
    if (status == COMITY_OK && record->is_swept) {
        record->named_all = comity_grounds_add(&record->named, comity_law_hash(context->law)) &&
                            comity_grounds_add(&record->named, context->papers == NULL ? NULL : context->papers->name) &&
                            record->named_all;
    }
    *ret_round = record->round;
    (void)atomic_fetch_add(&record->submitting[record->round], 1);
    (void)pthread_mutex_unlock(&record->laws);
    return status;
}

comity_status comity_record_submit_judged(comity_record *record, const comity_context *context,
                                          const comity_record_entry *entry, uint64_t *ret_index, comity_error *reterr)
{
    unsigned round;
    comity_status status = keep_grounds(record, context, &round, reterr);
    if (status == COMITY_OK) {
        status = comity_record_submit(record, entry, ret_index, reterr);
    }
    (void)atomic_fetch_sub(&record->submitting[round], 1);
    return status;
}

void comity_record_submit_judged_many(comity_record *record, const comity_context *context, const char *retention,
                                      uint64_t time_ms, comity_log_submission *items, size_t count)
{
    unsigned round;
    comity_error error;
    bool kept = keep_grounds(record, context, &round, &error) == COMITY_OK;
    for (size_t i = 0; !kept && i < count; i++) {
        items[i].error = error;
    }
    comity_record_submit_many(record, retention, time_ms, items, count);
    (void)atomic_fetch_sub(&record->submitting[round], 1);
}

void comity_record_kept_write(const comity_context *context, const char *act, size_t act_size, const char *today,
                              const char *gate, comity_buffer *buffer)
{
    const uint8_t *adopted = NULL;
    comity_kept kept = {.law = comity_law_hash(context->law),
                        .evaluator = comity_version(),
                        .evaluator_size = strlen(comity_version()),
                        .on = today,
                        .papers = context->papers == NULL ? NULL : context->papers->name,
                        .strict = context->strict,
                        .gate = gate,
                        .gate_size = gate == NULL ? 0 : strlen(gate),
                        .act = act,
                        .act_size = act_size};
    if (comity_buffer_bytes(&context->adopted, &adopted, &kept.adopted_size, NULL) != COMITY_OK) {
        kept.adopted_size = 0; /* such a context was never handed out: adopting failed */
    }
    kept.adopted = (const char *)adopted;
    comity_kept_write(&kept, buffer);
}
