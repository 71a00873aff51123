/* Lines of ignore files in, and whether a path is left out. A line is a pattern as in
 * gitignore(5); the last line that fits decides, of the innermost folder that has one; in a
 * folder `.comityignore` stands over `.gitignore`, and that over `.git/info/exclude`.
 *
 * Patterns may be hostile: a match takes no more steps than pattern and path are long,
 * multiplied, for each folder in the path. */
#include "cli/ignore.h"

#include "base/limits.h"
#include "cli/command.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const names[] = {".git/info/exclude", ".gitignore", ".comityignore"};

static const struct {
    const char *name;
    int (*holds)(int character);
} classes[] = {
    {"[:alnum:]", isalnum}, {"[:alpha:]", isalpha}, {"[:blank:]", isblank}, {"[:cntrl:]", iscntrl},
    {"[:digit:]", isdigit}, {"[:graph:]", isgraph}, {"[:lower:]", islower}, {"[:print:]", isprint},
    {"[:punct:]", ispunct}, {"[:space:]", isspace}, {"[:upper:]", isupper}, {"[:xdigit:]", isxdigit},
};

/* A pattern, to its end: no zero stands behind it. */
typedef struct pattern {
    const char *at, *end;
} pattern;

static int peek(pattern rest, size_t ahead)
{
    return (size_t)(rest.end - rest.at) > ahead ? (unsigned char)rest.at[ahead] : -1;
}

static int next_of_set(pattern *rest)
{
    rest->at += peek(*rest, 0) == '\\';
    int c = peek(*rest, 0);
    rest->at += c >= 0;
    return c;
}

/* `[:class:]`, if one stands here. Those that there are not hold nothing. */
static bool class_fits(pattern *rest, int c, bool *ret_fits)
{
    if (peek(*rest, 0) != '[' || peek(*rest, 1) != ':') {
        return false;
    }
    size_t size = (size_t)(rest->end - rest->at);
    const char *colon = memchr(rest->at + 2, ']', (size < COMITY_LIMIT_IGNORE_CLASS_BYTES ? size : COMITY_LIMIT_IGNORE_CLASS_BYTES) - 2);
    if (colon == NULL || colon - rest->at < 3 || colon[-1] != ':') {
        return false;
    }
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        bool named = strlen(classes[i].name) == (size_t)(colon + 1 - rest->at) &&
                     strncmp(classes[i].name, rest->at, strlen(classes[i].name)) == 0;
        *ret_fits |= named && classes[i].holds(c) != 0;
    }
    rest->at = colon + 1;
    return true;
}

/* Steps over `[…]`; false if it does not hold the character, or has no end. */
static bool set_fits(pattern *rest, int c)
{
    bool fits = false;
    bool negated = peek(*rest, 1) == '!' || peek(*rest, 1) == '^';
    rest->at += 1 + negated;
    do {
        if (class_fits(rest, c, &fits)) {
            continue;
        }
        int low = next_of_set(rest);
        int high = low;
        if (peek(*rest, 0) == '-' && peek(*rest, 1) >= 0 && peek(*rest, 1) != ']') {
            rest->at++;
            high = next_of_set(rest);
        }
        if (high < 0) {
            return false;
        }
        fits |= c == low || (low <= c && c <= high); /* the wrong way round, it is its first alone */
    } while (peek(*rest, 0) != ']');
    rest->at++;
    return fits != negated && c != '/';
}

/* Steps over what stands for one character; false if that is another one. */
static bool one_fits(pattern *rest, int c)
{
    switch (peek(*rest, 0)) {
    case '[':
        return set_fits(rest, c);
    case '?':
        rest->at++;
        return c != '/';
    case '\\':
        rest->at++;
        break;
    default:
        break;
    }
    int wanted = peek(*rest, 0);
    rest->at += wanted >= 0;
    return wanted == c;
}

/* Steps over stars. Those that stand between slashes, and are two, stand for any number of folders. */
static bool stars_end(pattern *rest, const char *begin)
{
    const char *first = rest->at;
    while (peek(*rest, 0) == '*') {
        rest->at++;
    }
    return rest->at - first > 1 && (first == begin || first[-1] == '/') &&
           (peek(*rest, 0) < 0 || peek(*rest, 0) == '/');
}

/* The last `*`, and the last that stand for folders, are tried again with more; what stands before them need not be. */
static bool text_fits(pattern rest, const char *text)
{
    const char *begin = rest.at;
    pattern name = {NULL, NULL};
    pattern deep = {NULL, NULL};
    const char *name_text = NULL;
    const char *deep_text = NULL;
    for (;;) {
        if (peek(rest, 0) == '*') {
            bool folders = stars_end(&rest, begin);
            if (folders && rest.at == rest.end) {
                return true;
            }
            if (folders) {
                rest.at++;
                deep = rest;
                deep_text = text;
                name.at = NULL;
            } else {
                name = rest;
                name_text = text;
            }
            continue;
        }
        if (*text == '\0' && rest.at == rest.end) {
            return true;
        }
        if (*text != '\0' && one_fits(&rest, (unsigned char)*text)) {
            text++;
        } else if (name.at != NULL && *name_text != '\0' && *name_text != '/') {
            rest = name;
            text = ++name_text;
        } else if (deep.at != NULL && (deep_text = strchr(deep_text, '/')) != NULL) {
            rest = deep;
            text = ++deep_text;
            name.at = NULL;
        } else {
            return false;
        }
    }
}

/* Does a line fit? `within` is the path from the ignore file's folder on. */
static bool line_fits(pattern line, const char *within, bool folder)
{
    if (peek(line, 0) >= 0 && line.end[-1] == '/') {
        line.end--;
        if (!folder) {
            return false;
        }
    }
    if (line.at == line.end) {
        return false;
    }
    if (memchr(line.at, '/', (size_t)(line.end - line.at)) == NULL) {
        const char *slash = strrchr(within, '/');
        return text_fits(line, slash == NULL ? within : slash + 1);
    }
    line.at += *line.at == '/';
    return text_fits(line, within);
}

/* Blanks at the end do not count, but for one behind `\`. */
static const char *line_end(const char *begin, const char *end)
{
    const char *last = begin;
    for (const char *at = begin; at < end; at++) {
        bool escaped = *at == '\\' && at + 1 < end;
        at += escaped;
        last = escaped || *at != ' ' ? at + 1 : last;
    }
    return last;
}

/* 1 left out, 0 taken in again, -1 not spoken of. */
static int text_says(const char *text, size_t size, const char *within, bool folder)
{
    int says = -1;
    const char *end = text + size;
    text += size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *next = newline == NULL ? end : newline;
        const char *behind = next - (next > text && next[-1] == '\r');
        if (*text != '#') {
            bool again = *text == '!';
            pattern line = {text + again, line_end(text + again, behind)};
            says = line_fits(line, within, folder) ? !again : says;
        }
        text = next + 1;
    }
    return says;
}

bool ignore_says(const ignore_list *list, const char *path, bool folder)
{
    for (; list != NULL; list = list->outer) {
        for (size_t i = 3; i > 0; i--) {
            const char *text = list->texts[i - 1];
            int says = text == NULL ? -1 : text_says(text, list->sizes[i - 1], path + list->folder_size, folder);
            if (says >= 0) {
                return says == 1;
            }
        }
    }
    return false;
}

void ignore_read(ignore_list *list, const char *folder, const ignore_list *outer)
{
    *list = (ignore_list){.outer = outer, .folder_size = strlen(folder) + 1};
    for (size_t i = 0; i < 3; i++) {
        char path[4096];
        struct stat about;
        int length = snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        bool there = length > 0 && (size_t)length < sizeof path && stat(path, &about) == 0 && S_ISREG(about.st_mode);
        list->texts[i] = there ? read_file(path, COMITY_LIMIT_IGNORE_BYTES, &list->sizes[i]) : NULL;
    }
}

void ignore_free(ignore_list *list)
{
    for (size_t i = 0; i < 3; i++) {
        free(list->texts[i]);
    }
}
