/* An ignore file, a zero byte, a path: whether the path is left out is found in steps
 * that grow as both are long, and is what a plain matcher says, which tries everything. */
#include "base/limits.h"
#include "cli/ignore.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The plain matcher takes ever so long where there are many stars. */
#define PLAIN_LINE_MAX 24
#define PLAIN_PATH_MAX 24
#define PATH_MAX_SIZE 255

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* No file is read here. */
char *read_file(const char *path, size_t size_max, size_t *ret_size);
char *read_file(const char *path, size_t size_max, size_t *ret_size)
{
    (void)path;
    (void)size_max;
    (void)ret_size;
    abort();
}

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* ---- the plain matcher ---- */

static bool class_holds(const char *name, size_t size, int c)
{
    static const struct {
        const char *name;
        int (*holds)(int character);
    } classes[] = {{"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank}, {"cntrl", iscntrl},
                   {"digit", isdigit}, {"graph", isgraph}, {"lower", islower}, {"print", isprint},
                   {"punct", ispunct}, {"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit}};
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (strlen(classes[i].name) == size && memcmp(classes[i].name, name, size) == 0) {
            return classes[i].holds(c) != 0;
        }
    }
    return false;
}

/* `[…]` from behind its bracket on: whether it holds the character, and where it ends; NULL if it does not. */
static const char *set_end(const char *at, const char *end, int c, bool *ret_holds)
{
    bool holds = false;
    bool is_negated = at < end && (*at == '!' || *at == '^');
    at += is_negated;
    for (const char *first = at; at < end && (at == first || *at != ']');) {
        const char *close = end - at > 2 && at[0] == '[' && at[1] == ':' ? memchr(at + 2, ']', (size_t)(end - at - 2)) : NULL;
        if (close != NULL && close - at >= 3 && close[-1] == ':' && close - at < 32) {
            holds |= class_holds(at + 2, (size_t)(close - at - 3), c);
            at = close + 1;
            continue;
        }
        at += *at == '\\';
        if (at == end) {
            return NULL;
        }
        int low = (unsigned char)*at++;
        int high = low;
        if (end - at > 1 && *at == '-' && at[1] != ']') {
            at += at[1] == '\\' ? 2 : 1;
            if (at == end) {
                return NULL;
            }
            high = (unsigned char)*at++;
        }
        holds |= c == low || (low <= c && c <= high);
    }
    *ret_holds = holds != is_negated && c != '/';
    return at < end ? at + 1 : NULL;
}

static bool plain_fits(const char *begin, const char *at, const char *end, const char *path);

static bool plain_stars(const char *begin, const char *at, const char *end, const char *path)
{
    const char *behind = at;
    while (behind < end && *behind == '*') {
        behind++;
    }
    bool are_folders = behind - at > 1 && (at == begin || at[-1] == '/') && (behind == end || *behind == '/');
    if (are_folders && behind == end) {
        return true;
    }
    for (const char *rest = path;; rest++) {
        bool may_begin = !are_folders || rest == path || rest[-1] == '/';
        if (may_begin && plain_fits(begin, behind + are_folders, end, rest)) {
            return true;
        }
        if (*rest == '\0' || (*rest == '/' && !are_folders)) {
            return false;
        }
    }
}

static bool plain_fits(const char *begin, const char *at, const char *end, const char *path)
{
    bool holds = false;
    if (at == end) {
        return *path == '\0';
    }
    if (*at == '*') {
        return plain_stars(begin, at, end, path);
    }
    if (*path == '\0') {
        return false;
    }
    if (*at == '[') {
        const char *behind = set_end(at + 1, end, (unsigned char)*path, &holds);
        return behind != NULL && holds && plain_fits(begin, behind, end, path + 1);
    }
    if (*at == '?') {
        return *path != '/' && plain_fits(begin, at + 1, end, path + 1);
    }
    at += *at == '\\';
    return at < end && *at == *path && plain_fits(begin, at + 1, end, path + 1);
}

static bool plain_line(const char *at, const char *end, const char *path, bool is_folder)
{
    bool only_folders = at < end && end[-1] == '/';
    end -= only_folders;
    if (at == end || (only_folders && !is_folder)) {
        return false;
    }
    if (memchr(at, '/', (size_t)(end - at)) == NULL) {
        const char *slash = strrchr(path, '/');
        return plain_fits(at, at, end, slash == NULL ? path : slash + 1);
    }
    at += *at == '/';
    return plain_fits(at, at, end, path);
}

/* ---- both ---- */

static bool says(const char *text, size_t size, const char *path, bool is_folder)
{
    char *copy = malloc(size + 1);
    require(copy != NULL);
    memcpy(copy, text, size); /* exact, so that a read beyond it is seen */
    ignore_list list = {.folder_size = 0, .texts = {NULL, copy, NULL}, .sizes = {0, size, 0}};
    bool left_out = ignore_says(&list, path, is_folder);
    free(copy);
    return left_out;
}

/* One line without what is peculiar to lines: comments, negation, ends of lines, blanks. */
static bool is_plain_line(const char *text, size_t size)
{
    return size != 0 && size <= PLAIN_LINE_MAX && *text != '#' && *text != '!' && (unsigned char)*text != 0xef &&
           memchr(text, '\n', size) == NULL && memchr(text, '\r', size) == NULL && memchr(text, ' ', size) == NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *text = (const char *)bytes;
    const uint8_t *zero = size == 0 ? NULL : memchr(bytes, 0, size);
    char path[PATH_MAX_SIZE + 1];
    if (zero == NULL) {
        return 0;
    }
    size_t text_size = (size_t)(zero - bytes);
    size_t path_size = strnlen((const char *)zero + 1, size - text_size - 1);
    path_size = path_size < PATH_MAX_SIZE ? path_size : PATH_MAX_SIZE;
    memcpy(path, zero + 1, path_size);
    path[path_size] = '\0';
    for (int is_folder = 0; is_folder < 2; is_folder++) {
        bool left_out = says(text, text_size, path, is_folder != 0);
        if (is_plain_line(text, text_size) && path_size <= PLAIN_PATH_MAX) {
            require(left_out == plain_line(text, text + text_size, path, is_folder != 0));
        }
    }
    return 0;
}
