/* Paths in, files to be looked into out. Folders are walked without following
 * symbolic links. What a `.gitignore` or `.comityignore` on the way leaves out is left
 * out: a line a pattern as in gitignore(5); the last line that fits decides. */
#include "cli/inspect.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Folders within folders; and one ignore file. */
#define DEPTH_MAX 128
#define IGNORE_BYTES_MAX ((size_t)1 << 20)

/* The ignore files of one folder. */
typedef struct ignore_list {
    const struct ignore_list *outer;
    size_t folder_size; /* bytes of the folder's path, with the slash */
    char *texts[2];
    size_t sizes[2];
} ignore_list;

static bool is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static void ignore_read(ignore_list *list, const char *folder)
{
    static const char *const names[] = {".gitignore", ".comityignore"};
    for (size_t i = 0; i < 2; i++) {
        char path[4096];
        struct stat about;
        int length = snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        bool there = length > 0 && (size_t)length < sizeof path && stat(path, &about) == 0 && S_ISREG(about.st_mode);
        list->texts[i] = there ? read_file(path, IGNORE_BYTES_MAX, &list->sizes[i]) : NULL;
    }
}

/* Does a line of an ignore file fit? `within` is the path from the ignore file's folder. */
static bool line_fits(const char *line, const char *within, bool folder)
{
    char pattern[1024];
    size_t size = strlen(line);
    bool folders_only = size > 0 && line[size - 1] == '/';
    size -= folders_only;
    if (size == 0 || size >= sizeof pattern || (folders_only && !folder)) {
        return false;
    }
    memcpy(pattern, line, size);
    pattern[size] = '\0';
    const char *text = pattern;
    const char *name = strrchr(within, '/');
    if (strchr(text, '/') == NULL) {
        return fnmatch(text, name == NULL ? within : name + 1, 0) == 0;
    }
    text += *text == '/';
    if (strncmp(text, "**/", 3) == 0) {
        return fnmatch(text + 3, within, 0) == 0 || (name != NULL && fnmatch(text + 3, name + 1, FNM_PATHNAME) == 0);
    }
    return fnmatch(text, within, strstr(text, "**") == NULL ? FNM_PATHNAME : 0) == 0;
}

/* 1 left out, 0 taken in again, -1 not spoken of. */
static int list_says(const char *text, size_t size, const char *within, bool folder)
{
    int says = -1;
    for (size_t at = 0; at < size;) {
        const char *newline = memchr(text + at, '\n', size - at);
        size_t end = newline == NULL ? size : (size_t)(newline - text);
        char line[1024];
        size_t length = end - at;
        while (length > 0 && (text[at + length - 1] == '\r' || text[at + length - 1] == ' ')) {
            length--;
        }
        if (length > 0 && length < sizeof line && text[at] != '#') {
            bool again = text[at] == '!';
            memcpy(line, text + at + again, length - again);
            line[length - again] = '\0';
            says = line_fits(line, within, folder) ? !again : says;
        }
        at = end + 1;
    }
    return says;
}

static bool is_ignored(const ignore_list *list, const char *path, bool folder)
{
    for (; list != NULL; list = list->outer) {
        for (int i = 1; i >= 0; i--) {
            int says = list->texts[i] == NULL
                           ? -1
                           : list_says(list->texts[i], list->sizes[i], path + list->folder_size, folder);
            if (says >= 0) {
                return says == 1;
            }
        }
    }
    return false;
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

static bool folder_add(inspect_files *files, const char *folder, const ignore_list *outer, bool with_ignored,
                       unsigned depth);

static bool entry_add(inspect_files *files, const char *path, const ignore_list *list, bool with_ignored,
                      unsigned depth)
{
    struct stat about;
    if (lstat(path, &about) != 0) {
        (void)complain("%s: %s", path, strerror(errno));
        files->failed = true;
        return true;
    }
    bool folder = S_ISDIR(about.st_mode);
    if (!folder && !S_ISREG(about.st_mode)) {
        return true;
    }
    if (!with_ignored && is_ignored(list, path, folder)) {
        files->ignored++;
        return true;
    }
    return folder ? folder_add(files, path, list, with_ignored, depth + 1) : file_add(files, path);
}

/* Recursion is bound by DEPTH_MAX. */
static bool folder_add(inspect_files *files, const char *folder, const ignore_list *outer, bool with_ignored,
                       unsigned depth)
{
    struct dirent **entries = NULL;
    ignore_list list = {.outer = outer, .folder_size = strlen(folder) + 1};
    bool done = true;
    int count = depth > DEPTH_MAX ? -1 : scandir(folder, &entries, no_dots, alphasort);
    if (count < 0) {
        (void)complain("%s: %s", folder, depth > DEPTH_MAX ? "folders are too deep within one another" : strerror(errno));
        files->failed = true;
        return true;
    }
    if (!with_ignored) {
        ignore_read(&list, folder);
    }
    for (int i = 0; i < count; i++) {
        size_t size = strlen(folder) + strlen(entries[i]->d_name) + 2;
        char *path = done ? malloc(size) : NULL;
        done = done && path != NULL;
        if (done) {
            (void)snprintf(path, size, "%s/%s", folder, entries[i]->d_name);
            done = entry_add(files, path, &list, with_ignored, depth);
        }
        free(path);
        free(entries[i]);
    }
    free(entries);
    free(list.texts[0]);
    free(list.texts[1]);
    return done;
}

bool inspect_files_add(inspect_files *files, const char *path, bool with_ignored)
{
    if (strcmp(path, "-") == 0 || !is_folder(path)) {
        return file_add(files, path);
    }
    char *folder = strdup(path);
    if (folder == NULL) {
        return false;
    }
    size_t size = strlen(folder);
    while (size > 1 && folder[size - 1] == '/') {
        folder[--size] = '\0';
    }
    bool done = folder_add(files, folder, NULL, with_ignored, 0);
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
