/* comity record init, append, rotate: what changes a record. */
#include "cli/record.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_keys(const comity_record_config *config)
{
    for (size_t i = 0; i < config->key_count; i++) {
        char text[COMITY_VERIFIER_TEXT_SIZE];
        comity_verifier_print(&config->keys[i], text);
        (void)printf("log %s\n", text);
    }
}

/* Prints the log's keys as a policy of trust has them. */
static int show_keys(const char *folder)
{
    comity_disk *disk;
    comity_record_config config;
    comity_error error;
    if (comity_disk_posix_new(folder, &disk, &error) != COMITY_OK) {
        return complain("%s", error.message);
    }
    comity_status status = comity_record_config_load(disk, &config, &error);
    comity_disk_posix_free(disk);
    if (status != COMITY_OK) {
        return complain_of(folder, error.message);
    }
    print_keys(&config);
    return EXIT_CLEAN;
}

int record_init_main(int argc, char **argv)
{
    const char *origin = NULL;
    bool yearly = false;
    const char *passphrase_fd_text = NULL;
    passphrase phrase;
    comity_error error;
    const record_option options_of[] = {
        {.name = "origin", .text = &origin},
        {.name = "yearly", .flag = &yearly},
        {.name = "passphrase-fd", .text = &passphrase_fd_text},
    };
    if (!record_options("init", argc, argv, options_of, sizeof options_of / sizeof options_of[0])) {
        return EXIT_ERROR;
    }
    if (argc - optind != 1 || origin == NULL) {
        return complain_usage("record", "init: --origin NAME and one folder are needed");
    }
    if (!record_passphrase(passphrase_fd_text, &phrase)) {
        return EXIT_ERROR;
    }
    char folder[PATH_MAX];
    comity_status status = yearly ? comity_record_create_yearly(argv[optind], origin, &error)
                                  : comity_record_create(argv[optind], origin, passphrase_text(&phrase), &error);
    if (status == COMITY_OK) {
        status = comity_record_year(argv[optind], now_ms(), passphrase_text(&phrase), folder, sizeof folder, &error);
    }
    passphrase_wipe(&phrase);
    return status == COMITY_OK ? show_keys(folder) : complain_of(argv[optind], error.message);
}

/* ---- rotating ---- */

/* Makes the key with this id a past one. */
static comity_status retire_key(comity_record_config *config, const char *retire, comity_error *reterr)
{
    for (size_t i = 0; i < config->key_count; i++) {
        const uint8_t *id = config->keys[i].id;
        char text[9];
        (void)snprintf(text, sizeof text, "%02x%02x%02x%02x", id[0], id[1], id[2], id[3]);
        if (strcmp(text, retire) != 0) {
            continue;
        }
        if (config->key_count == 1) {
            return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "the only key cannot go; make a new one first");
        }
        if (config->past_count == COMITY_LIMIT_RECORD_PAST_KEYS) {
            return comity_fail(reterr, COMITY_ERROR_LIMIT, "more past keys than a record has");
        }
        config->past[config->past_count++] = config->keys[i];
        memmove(&config->keys[i], &config->keys[i + 1], (config->key_count - i - 1) * sizeof config->keys[0]);
        config->key_count--;
        return COMITY_OK;
    }
    return comity_fail(reterr, COMITY_ERROR_NAME, "the log has no key %.16s", retire);
}

/* Adds a new key, or takes an old one away; both under the record's lock, and only if
 * the keys beside it can be read: so a new one has the passphrase that they have, and
 * one that is lost can be taken away. */
static comity_status change_keys(const char *folder, comity_disk *disk, const char *secret, const char *retire,
                                 comity_error *reterr)
{
    comity_record_config config;
    comity_signer *signers[COMITY_LIMIT_RECORD_KEYS];
    COMITY_TRY(comity_record_config_load(disk, &config, reterr));
    COMITY_TRY(retire == NULL ? COMITY_OK : retire_key(&config, retire, reterr));
    COMITY_TRY(comity_record_load_keys(folder, &config, secret, signers, reterr));
    for (size_t i = 0; i < config.key_count; i++) {
        comity_signer_free(signers[i]);
    }
    COMITY_TRY(retire == NULL ? comity_record_add_key(folder, &config, secret, reterr) : COMITY_OK);
    return comity_record_config_store(disk, &config, reterr);
}

/* Signs the checkpoint anew with the keys as they are now. */
static comity_status sign_anew(const char *folder, const char *secret, comity_error *reterr)
{
    comity_record *record;
    COMITY_TRY(comity_record_open(folder, secret, 0, &record, reterr));
    comity_status status = comity_log_sign(record->log, reterr);
    comity_record_close(record);
    return status;
}

static comity_status rotate(const char *folder, const char *secret, const char *retire, comity_error *reterr)
{
    comity_disk *disk;
    comity_error error;
    int lock;
    COMITY_TRY(comity_disk_posix_new(folder, &disk, reterr));
    comity_record_config unused;
    comity_status status = comity_record_config_load(disk, &unused, &error); /* a lock is made in no other folder */
    if (status == COMITY_OK) {
        status = comity_disk_status(disk->lock(disk, "lock", &lock, &error), "lock", &error);
    }
    if (status == COMITY_OK) {
        status = change_keys(folder, disk, secret, retire, &error);
        disk->close(disk, lock);
    }
    comity_disk_posix_free(disk);
    return status == COMITY_OK ? sign_anew(folder, secret, reterr) : comity_fail(reterr, status, "%s", error.message);
}

int record_rotate_main(int argc, char **argv)
{
    const char *retire = NULL;
    const char *passphrase_fd_text = NULL;
    passphrase phrase;
    comity_error error;
    const record_option options_of[] = {
        {.name = "retire", .text = &retire},
        {.name = "passphrase-fd", .text = &passphrase_fd_text},
    };
    if (!record_options("rotate", argc, argv, options_of, sizeof options_of / sizeof options_of[0])) {
        return EXIT_ERROR;
    }
    if (argc - optind != 1) {
        return complain_usage("record", "rotate: one folder is needed");
    }
    if (!record_passphrase(passphrase_fd_text, &phrase)) {
        return EXIT_ERROR;
    }
    comity_status status = rotate(argv[optind], passphrase_text(&phrase), retire, &error);
    passphrase_wipe(&phrase);
    return status == COMITY_OK ? show_keys(argv[optind]) : complain_of(argv[optind], error.message);
}

/* ---- appending files ---- */

static comity_status append_file(comity_record *record, const char *retention, const char *bytes, size_t size,
                                 uint64_t *ret_index, comity_error *reterr)
{
    comity_buffer kept;
    comity_record_entry entry = {
        .retention = retention, .time_ms = now_ms(), .judgement = bytes, .judgement_size = size};
    const uint8_t *all;
    comity_buffer_init(&kept, COMITY_LIMIT_RECORD_KEPT_BYTES);
    comity_kept_file_write(bytes, size, &kept);
    comity_status status = comity_buffer_bytes(&kept, &all, &entry.kept_size, reterr);
    if (status == COMITY_OK) {
        entry.kept = all;
        status = comity_record_append(record, &entry, ret_index, reterr);
    }
    comity_buffer_free(&kept);
    return status;
}

/* A line a file, once it is durable: its index, and its name. */
static int append_files(comity_record *record, const char *retention, int count, char **paths)
{
    int status = EXIT_CLEAN;
    for (int i = 0; i < count; i++) {
        size_t size;
        uint64_t index;
        comity_error error;
        char *bytes = read_file(paths[i], COMITY_LIMIT_RECORD_KEPT_BYTES - 64, &size);
        if (bytes == NULL) {
            status = EXIT_ERROR;
            continue;
        }
        comity_status done = append_file(record, retention, bytes, size, &index, &error);
        free(bytes);
        if (done != COMITY_OK) {
            return complain("%s", error.message);
        }
        (void)printf("%" PRIu64 " %s\n", index, paths[i]);
    }
    return status;
}

int record_append_main(int argc, char **argv)
{
    const char *retention = NULL;
    const char *passphrase_fd_text = NULL;
    char folder[PATH_MAX];
    passphrase phrase;
    comity_record *record;
    comity_error error;
    uint64_t unused;
    const record_option options_of[] = {
        {.name = "retention", .text = &retention},
        {.name = "passphrase-fd", .text = &passphrase_fd_text},
    };
    if (!record_options("append", argc, argv, options_of, sizeof options_of / sizeof options_of[0])) {
        return EXIT_ERROR;
    }
    if (argc - optind < 2) {
        return complain_usage("record", "append: a folder and files are needed");
    }
    if (!record_passphrase(passphrase_fd_text, &phrase)) {
        return EXIT_ERROR;
    }
    comity_status opened =
        comity_record_year(argv[optind], now_ms(), passphrase_text(&phrase), folder, sizeof folder, &error);
    opened = opened == COMITY_OK ? comity_record_open(folder, passphrase_text(&phrase), 0, &record, &error) : opened;
    passphrase_wipe(&phrase);
    if (opened != COMITY_OK) {
        return complain("%s", error.message);
    }
    int status = append_files(record, retention, argc - optind - 1, argv + optind + 1);
    if (comity_record_publish(record, &unused, &error) != COMITY_OK && status != EXIT_ERROR) {
        status = complain("%s", error.message);
    }
    comity_record_close(record);
    return status;
}
