/* A folder in, files in memory out, in the order of their paths. */
#include "serve/files.h"

#include "base/limits.h"
#include "base/sha256.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct comity_files {
    comity_file files[COMITY_LIMIT_SERVE_FILES];
    size_t count;
    size_t bytes;
};

static const struct {
    const char *ending, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/vnd.microsoft.icon"},
    {".woff2", "font/woff2"},
    {".webmanifest", "application/manifest+json"},
    {".txt", "text/plain; charset=utf-8"},
};

static const char *type_of(const char *path)
{
    size_t size = strlen(path);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        size_t ending = strlen(types[i].ending);
        if (size > ending && strcmp(path + size - ending, types[i].ending) == 0) {
            return types[i].type;
        }
    }
    return NULL;
}

static comity_status fail_path(const char *path, comity_error *reterr)
{
    return comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: %s", path, strerror(errno));
}

/* All of an open file. */
static comity_status read_all(int fd, const char *path, size_t size, char **ret_bytes, comity_error *reterr)
{
    char *bytes = malloc(size + 1);
    size_t held = 0;
    if (bytes == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    for (ssize_t got = 1; got != 0 && held <= size;) {
        got = read(fd, bytes + held, size + 1 - held);
        if (got < 0) {
            free(bytes);
            return fail_path(path, reterr);
        }
        held += (size_t)got;
    }
    if (held != size) {
        free(bytes);
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: the file changes while it is read", path);
    }
    *ret_bytes = bytes;
    return COMITY_OK;
}

static void tag(comity_file *file)
{
    uint8_t digest[COMITY_SHA256_SIZE];
    char text[COMITY_SHA256_TEXT_SIZE];
    comity_sha256(file->bytes, file->size, digest);
    comity_sha256_print(digest, text);
    (void)snprintf(file->etag, sizeof file->etag, "\"%.32s\"", text);
}

/* `root_size`: bytes of the folder's own path, behind which the path that is asked for begins. */
static comity_status add_file(comity_files *files, const char *path, size_t root_size, size_t size, comity_error *reterr)
{
    comity_file file = {.type = type_of(path), .size = size};
    if (file.type == NULL) {
        return comity_fail(reterr, COMITY_ERROR_NAME, "%s: no file of this kind is served", path);
    }
    if (files->count == COMITY_LIMIT_SERVE_FILES || size > COMITY_LIMIT_SERVE_FILES_BYTES - files->bytes) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "%s: more than %d files, or %zu bytes of them", path,
                           COMITY_LIMIT_SERVE_FILES, COMITY_LIMIT_SERVE_FILES_BYTES);
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return fail_path(path, reterr);
    }
    comity_status status = read_all(fd, path, size, &file.bytes, reterr);
    (void)close(fd);
    COMITY_TRY(status);
    file.path = strdup(path + root_size);
    if (file.path == NULL) {
        free(file.bytes);
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    tag(&file);
    files->files[files->count++] = file;
    files->bytes += size;
    return COMITY_OK;
}

static comity_status add_folder(comity_files *files, const char *folder, size_t root_size, unsigned depth,
                                comity_error *reterr);

static comity_status add_entry(comity_files *files, const char *folder, const char *name, size_t root_size, unsigned depth,
                               comity_error *reterr)
{
    char path[4096];
    struct stat about;
    int size = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (size < 0 || (size_t)size >= sizeof path) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "%s: the path is too long", folder);
    }
    if (stat(path, &about) != 0) {
        return fail_path(path, reterr);
    }
    if (S_ISDIR(about.st_mode)) {
        return add_folder(files, path, root_size, depth + 1, reterr);
    }
    return S_ISREG(about.st_mode) ? add_file(files, path, root_size, (size_t)about.st_size, reterr) : COMITY_OK;
}

static comity_status add_folder(comity_files *files, const char *folder, size_t root_size, unsigned depth,
                                comity_error *reterr)
{
    comity_status status = COMITY_OK;
    if (depth > COMITY_LIMIT_SERVE_FILES_DEPTH) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "%s: folders within more than %d others", folder,
                           COMITY_LIMIT_SERVE_FILES_DEPTH);
    }
    DIR *open_folder = opendir(folder);
    if (open_folder == NULL) {
        return fail_path(folder, reterr);
    }
    for (struct dirent *entry = readdir(open_folder); entry != NULL && status == COMITY_OK; entry = readdir(open_folder)) {
        if (entry->d_name[0] != '.') {
            status = add_entry(files, folder, entry->d_name, root_size, depth, reterr);
        }
    }
    (void)closedir(open_folder);
    return status;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const comity_file *)a)->path, ((const comity_file *)b)->path);
}

comity_status comity_files_load(const char *folder, comity_files **ret_files, comity_error *reterr)
{
    comity_files *files = calloc(1, sizeof *files);
    if (files == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    comity_status status = add_folder(files, folder, strlen(folder), 0, reterr);
    if (status != COMITY_OK) {
        comity_files_free(files);
        return status;
    }
    qsort(files->files, files->count, sizeof files->files[0], by_path);
    *ret_files = files;
    return COMITY_OK;
}

void comity_files_free(comity_files *files)
{
    for (size_t i = 0; files != NULL && i < files->count; i++) {
        free(files->files[i].path);
        free(files->files[i].bytes);
    }
    free(files);
}

const comity_file *comity_files_find(const comity_files *files, const char *path)
{
    comity_file asked = {.path = (char *)(uintptr_t)(strcmp(path, "/") == 0 ? "/index.html" : path)};
    return files == NULL ? NULL : bsearch(&asked, files->files, files->count, sizeof files->files[0], by_path);
}
