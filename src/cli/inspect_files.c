/* Paths in, files to be looked into out. Folders are walked without following
 * symbolic links. What ignore files leave out is left out: those on the way, and where the
 * folder lies in a repository of git, those between its root and the folder. */
#include "cli/inspect.h"

#include "cli/ignore.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Folders within folders. */
#define DEPTH_MAX 128

/* A folder that was named, with all that is below it. */
typedef struct walk {
    inspect_files *files;
    bool with_ignored;
    const char *named;    /* as it was named */
    const char *absolute; /* the same without links; "" is the root */
} walk;

static bool is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static bool file_add(inspect_files *files, const char *path)
{
    struct stat about;
    if (files->count == files->capacity) {
        size_t capacity = files->capacity == 0 ? 64 : files->capacity * 2;
        inspect_file *list = realloc(files->list, capacity * sizeof *list);
        if (list == NULL) {
            return false;
        }
        files->list = list;
        files->capacity = capacity;
    }
    inspect_file *file = &files->list[files->count];
    file->path = strdup(path);
    file->size = strcmp(path, "-") != 0 && stat(path, &about) == 0 ? (uint64_t)about.st_size : 0;
    files->size += file->size;
    files->count += file->path != NULL;
    return file->path != NULL;
}

static int no_dots(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && strcmp(entry->d_name, ".git") != 0;
}

/* Where a path below the named folder is, on this machine. NULL: no memory. */
static char *absolute_of(const walk *of, const char *path)
{
    const char *below = path + strlen(of->named);
    size_t size = strlen(of->absolute) + strlen(below) + 1;
    char *absolute = malloc(size);
    if (absolute != NULL) {
        (void)snprintf(absolute, size, "%s%s", of->absolute, below);
    }
    return absolute;
}

static bool folder_add(const walk *of, const char *folder, const ignore_list *outer, unsigned depth);

static bool entry_add(const walk *of, const char *path, const ignore_list *list, unsigned depth)
{
    struct stat about;
    if (lstat(path, &about) != 0) {
        (void)complain("%s: %s", path, strerror(errno));
        of->files->failed = true;
        return true;
    }
    bool folder = S_ISDIR(about.st_mode);
    if (!folder && !S_ISREG(about.st_mode)) {
        return true;
    }
    if (!of->with_ignored) {
        char *absolute = absolute_of(of, path);
        bool ignored = absolute != NULL && ignore_says(list, absolute, folder);
        free(absolute);
        if (absolute == NULL || ignored) {
            of->files->ignored += ignored;
            return absolute != NULL;
        }
    }
    return folder ? folder_add(of, path, list, depth + 1) : file_add(of->files, path);
}

static bool entries_add(const walk *of, const char *folder, struct dirent **entries, int count, const ignore_list *list,
                        unsigned depth)
{
    bool done = true;
    for (int i = 0; i < count; i++) {
        size_t size = strlen(folder) + strlen(entries[i]->d_name) + 2;
        char *path = done ? malloc(size) : NULL;
        done = done && path != NULL;
        if (done) {
            (void)snprintf(path, size, "%s/%s", folder, entries[i]->d_name);
            done = entry_add(of, path, list, depth);
        }
        free(path);
        free(entries[i]);
    }
    free(entries);
    return done;
}

/* Recursion is bound by DEPTH_MAX. */
static bool folder_add(const walk *of, const char *folder, const ignore_list *outer, unsigned depth)
{
    struct dirent **entries = NULL;
    ignore_list list = {.outer = outer};
    int count = depth > DEPTH_MAX ? -1 : scandir(folder, &entries, no_dots, alphasort);
    if (count < 0) {
        (void)complain("%s: %s", folder,
                       depth > DEPTH_MAX ? "folders are too deep within one another" : strerror(errno));
        of->files->failed = true;
        return true;
    }
    char *absolute = of->with_ignored ? NULL : absolute_of(of, folder);
    if (absolute != NULL) {
        ignore_read(&list, absolute, outer);
    }
    bool done = entries_add(of, folder, entries, count, &list, depth);
    ignore_free(&list);
    free(absolute);
    return done;
}

/* Bytes of the path of the repository's root that a folder lies in; the folder's own, if in none. */
static size_t root_size(const char *absolute)
{
    for (size_t size = strlen(absolute);;) {
        char path[4096];
        struct stat about;
        int length = snprintf(path, sizeof path, "%.*s/.git", (int)size, absolute);
        if (length > 0 && (size_t)length < sizeof path && stat(path, &about) == 0) {
            return size;
        }
        if (size == 0) {
            return strlen(absolute);
        }
        while (absolute[--size] != '/') {
        }
    }
}

/* With the ignore files from the repository's root down to, but not in, the folder: one a level, so the recursion ends. */
static bool below_root_add(const walk *of, size_t size, const ignore_list *outer)
{
    if (of->absolute[size] == '\0') {
        return folder_add(of, of->named, outer, 0);
    }
    char *folder = strndup(of->absolute, size);
    ignore_list list;
    if (folder == NULL) {
        return false;
    }
    ignore_read(&list, folder, outer);
    size_t next = size + 1 + strcspn(of->absolute + size + 1, "/");
    bool done = below_root_add(of, next, &list);
    ignore_free(&list);
    free(folder);
    return done;
}

bool inspect_files_add(inspect_files *files, const char *path, bool with_ignored)
{
    if (strcmp(path, "-") == 0 || !is_folder(path)) {
        return file_add(files, path);
    }
    char *folder = strdup(path);
    char *absolute = with_ignored ? strdup("") : realpath(path, NULL);
    bool done = folder != NULL && (absolute != NULL || errno != ENOMEM);
    if (done && absolute == NULL) {
        (void)complain("%s: %s", path, strerror(errno));
        files->failed = true;
    } else if (done) {
        size_t size = strlen(folder);
        while (size > 1 && folder[size - 1] == '/') {
            folder[--size] = '\0';
        }
        walk of = {files, with_ignored, folder, strcmp(absolute, "/") == 0 ? "" : absolute};
        done = with_ignored ? folder_add(&of, folder, NULL, 0) : below_root_add(&of, root_size(of.absolute), NULL);
    }
    free(absolute);
    free(folder);
    return done;
}

void inspect_files_free(inspect_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        free(files->list[i].path);
    }
    free(files->list);
}
