/* What every disk needs alike: loading and replacing whole files. */
#include "record/disk.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

comity_status comity_disk_status(comity_disk_result result, const char *path, comity_error *reterr)
{
    switch (result) {
    case COMITY_DISK_OK:
        return COMITY_OK;
    case COMITY_DISK_MISSING:
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: there is no such file or folder in the record", path);
    case COMITY_DISK_EXISTS:
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: is there already", path);
    case COMITY_DISK_BUSY:
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: another process writes this record", path);
    case COMITY_DISK_FAILED:
        break;
    }
    return COMITY_ERROR_SYSTEM;
}

comity_disk_result comity_disk_load(comity_disk *disk, const char *path, size_t size_max, uint8_t **ret_bytes,
                                    size_t *ret_size, comity_error *reterr)
{
    int file;
    uint64_t size;
    size_t got = 0;
    comity_disk_result result = disk->open(disk, path, COMITY_DISK_READ, &file, reterr);
    if (result != COMITY_DISK_OK) {
        return result;
    }
    uint8_t *bytes = NULL;
    result = disk->size(disk, file, &size, reterr);
    if (result == COMITY_DISK_OK && size > size_max) {
        (void)comity_fail(reterr, COMITY_ERROR_LIMIT, "%s: more than %zu bytes", path, size_max);
        result = COMITY_DISK_FAILED;
    }
    if (result == COMITY_DISK_OK && (bytes = malloc((size_t)size + 1)) == NULL) {
        (void)comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
        result = COMITY_DISK_FAILED;
    }
    if (result == COMITY_DISK_OK) {
        result = disk->read(disk, file, 0, bytes, (size_t)size, &got, reterr);
    }
    disk->close(disk, file);
    if (result != COMITY_DISK_OK) {
        free(bytes);
        return result;
    }
    bytes[got] = 0;
    *ret_bytes = bytes;
    *ret_size = got;
    return COMITY_DISK_OK;
}

/* The folder a path lies in; "." at the top. */
static void folder_of(const char *path, char ret_folder[COMITY_DISK_PATH_SIZE])
{
    const char *slash = strrchr(path, '/');
    size_t size = slash == NULL ? 1 : (size_t)(slash - path);
    assert(size < COMITY_DISK_PATH_SIZE);
    memcpy(ret_folder, slash == NULL ? "." : path, size);
    ret_folder[size] = '\0';
}

comity_status comity_disk_sync_folder_of(comity_disk *disk, const char *path, comity_error *reterr)
{
    char folder[COMITY_DISK_PATH_SIZE];
    folder_of(path, folder);
    return comity_disk_status(disk->sync_folder(disk, folder, reterr), folder, reterr);
}

comity_status comity_disk_store(comity_disk *disk, const char *path, const void *bytes, size_t size, bool durable,
                                comity_error *reterr)
{
    char beside[COMITY_DISK_PATH_SIZE];
    char folder[COMITY_DISK_PATH_SIZE];
    int file;
    int length = snprintf(beside, sizeof beside, "%s.new", path);
    assert(length > 0 && (size_t)length < sizeof beside);
    COMITY_TRY(comity_disk_status(disk->open(disk, beside, COMITY_DISK_REPLACE, &file, reterr), beside, reterr));
    comity_disk_result result = disk->write(disk, file, 0, bytes, size, reterr);
    if (result == COMITY_DISK_OK && durable) {
        result = disk->sync(disk, file, reterr);
    }
    disk->close(disk, file);
    if (result == COMITY_DISK_OK) {
        result = disk->move(disk, beside, path, reterr);
    }
    if (result == COMITY_DISK_OK && durable) {
        folder_of(path, folder);
        result = disk->sync_folder(disk, folder, reterr);
    }
    return comity_disk_status(result, path, reterr);
}

comity_status comity_disk_make_parents(comity_disk *disk, const char *path, comity_error *reterr)
{
    char folder[COMITY_DISK_PATH_SIZE];
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        size_t size = (size_t)(slash - path);
        assert(size < sizeof folder);
        memcpy(folder, path, size);
        folder[size] = '\0';
        comity_disk_result result = disk->make_folder(disk, folder, reterr);
        if (result != COMITY_DISK_EXISTS) {
            COMITY_TRY(comity_disk_status(result, folder, reterr));
        }
    }
    return COMITY_OK;
}
