/* What comes in: a folder, and a moment. What goes out: the folder of the record
 * to write then: itself, or, where logs are kept by the year, the year's.
 *
 *     series       comity series 1
 *                  origin NAME
 *     2026/        the record of the log NAME/2026
 *     2027/        … */
#include "api/record_folder.h"

#include "base/time.h"
#include "record/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char series_path[] = "series";
static const char first_line[] = "comity series 1\norigin ";

/* The name of the logs, without the year; "" where there is no series. */
static comity_status read_series(comity_disk *disk, char ret_origin[COMITY_LIMIT_KEY_NAME_BYTES + 1],
                                 comity_error *reterr)
{
    uint8_t *bytes;
    size_t size;
    size_t head = sizeof first_line - 1;
    ret_origin[0] = '\0';
    comity_disk_result result = comity_disk_load(disk, series_path, 4096, &bytes, &size, reterr);
    if (result == COMITY_DISK_MISSING) {
        return COMITY_OK;
    }
    COMITY_TRY(comity_disk_status(result, series_path, reterr));
    bool read = size > head + 1 && size - head - 1 <= COMITY_LIMIT_KEY_NAME_BYTES &&
                memcmp(bytes, first_line, head) == 0 && bytes[size - 1] == '\n' &&
                memchr(bytes + head, '\n', size - head) == bytes + size - 1;
    if (read) {
        memcpy(ret_origin, bytes + head, size - head - 1);
        ret_origin[size - head - 1] = '\0';
    }
    free(bytes);
    return read ? COMITY_OK : comity_fail(reterr, COMITY_ERROR_RECORD, "%s is damaged", series_path);
}

static comity_status write_series(comity_disk *disk, const char *origin, comity_error *reterr)
{
    char text[sizeof first_line + COMITY_LIMIT_KEY_NAME_BYTES + 2];
    int file;
    comity_disk_result result = disk->open(disk, series_path, COMITY_DISK_READ, &file, reterr);
    if (result == COMITY_DISK_OK) {
        disk->close(disk, file);
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "there are yearly logs in this folder already");
    }
    int size = snprintf(text, sizeof text, "%s%s\n", first_line, origin);
    return comity_disk_store(disk, series_path, text, (size_t)size, true, reterr);
}

comity_status comity_record_create_yearly(const char *folder, const char *origin, comity_error *reterr)
{
    comity_disk *disk;
    comity_record_config config;
    char longest[COMITY_LIMIT_KEY_NAME_BYTES + 8];
    if (folder == NULL || origin == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT,
                           "comity_record_create_yearly: folder and origin must not be NULL");
    }
    (void)snprintf(longest, sizeof longest, "%.*s/9999", COMITY_LIMIT_KEY_NAME_BYTES, origin);
    COMITY_TRY(comity_record_config_make(longest, &config, reterr)); /* can logs be called that? */
    COMITY_TRY(comity_record_make_folder(folder, reterr));
    COMITY_TRY(comity_disk_posix_new(folder, &disk, reterr));
    comity_status status = write_series(disk, origin, reterr);
    comity_disk_posix_free(disk);
    return status;
}

/* Makes the year's record, if it is not there. */
static comity_status make_year(const char *folder, const char *origin, int32_t year, const char *passphrase,
                               comity_error *reterr)
{
    char name[COMITY_LIMIT_KEY_NAME_BYTES + 16];
    comity_disk *disk;
    comity_record_config config;
    (void)snprintf(name, sizeof name, "%s/%04d", origin, (int)year);
    COMITY_TRY(comity_record_make_folder(folder, reterr));
    COMITY_TRY(comity_disk_posix_new(folder, &disk, reterr));
    int file;
    comity_disk_result result = disk->open(disk, "record", COMITY_DISK_READ, &file, reterr);
    if (result == COMITY_DISK_OK) {
        disk->close(disk, file);
    }
    comity_status status = result == COMITY_DISK_OK ? comity_record_config_load(disk, &config, reterr) : COMITY_OK;
    comity_disk_posix_free(disk);
    if (status == COMITY_OK && result == COMITY_DISK_OK && strcmp(config.origin, name) != 0) {
        status = comity_fail(reterr, COMITY_ERROR_RECORD, "%s: the log is not called %s", folder, name);
    }
    return result == COMITY_DISK_OK ? status : comity_record_create(folder, name, passphrase, reterr);
}

comity_status comity_record_year(const char *folder, uint64_t time_ms, const char *passphrase, char *ret_folder,
                                 size_t capacity, comity_error *reterr)
{
    char origin[COMITY_LIMIT_KEY_NAME_BYTES + 1];
    comity_disk *disk;
    int32_t year = 0;
    uint64_t unused;
    if (folder == NULL || ret_folder == NULL || !comity_time_year(time_ms, &year, &unused)) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT,
                           "comity_record_year: folder and ret_folder must not be NULL, and the year at most 9999");
    }
    COMITY_TRY(comity_disk_posix_new(folder, &disk, reterr));
    comity_error error;
    comity_status status = read_series(disk, origin, &error);
    comity_disk_posix_free(disk);
    if (status != COMITY_OK) {
        return comity_fail(reterr, status, "%s: %s", folder, error.message);
    }
    int size = origin[0] == '\0' ? snprintf(ret_folder, capacity, "%s", folder)
                                 : snprintf(ret_folder, capacity, "%s/%04d", folder, (int)year);
    if (size < 0 || (size_t)size >= capacity) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "%s: the path is too long", folder);
    }
    return origin[0] == '\0' ? COMITY_OK : make_year(ret_folder, origin, year, passphrase, reterr);
}
