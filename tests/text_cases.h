/* Cases in text files, of three parts each:
 *
 *     === what the case shows
 *     the input
 *     ---
 *     what must come out
 *
 * Both parts end with a newline. Files of a folder are read in the order of
 * their names. */
#ifndef COMITY_TESTS_TEXT_CASES_H
#define COMITY_TESTS_TEXT_CASES_H

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_CASE_FILES_MAX 256

/* Called for each case; the input is a copy of exactly its size, so that a read past its end is seen. */
typedef void text_case_function(const char *title, const char *input, size_t input_size, const char *expected,
                                size_t expected_size);

/* The whole file with a NUL behind it, to be freed; NULL if it cannot be read. */
static inline char *text_file_read(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    size_t size = 0;
    size_t capacity = (size_t)1 << 16;
    char *text = malloc(capacity);
    for (size_t count = 1; text != NULL && count > 0;) {
        count = fread(text + size, 1, capacity - size - 1, file);
        size += count;
        if (size + 1 == capacity) {
            capacity *= 2;
            char *larger = realloc(text, capacity);
            if (larger == NULL) {
                free(text);
            }
            text = larger;
        }
    }
    (void)fclose(file);
    if (text != NULL) {
        text[size] = '\0';
        *ret_size = size;
    }
    return text;
}

/* The next line that begins so, or NULL. */
static inline char *text_line_find(char *text, const char *begin)
{
    for (char *line = text; line != NULL;) {
        if (strncmp(line, begin, strlen(begin)) == 0) {
            return line;
        }
        line = strchr(line, '\n');
        line = line == NULL ? NULL : line + 1;
    }
    return NULL;
}

/* Runs the cases of one file; returns how many there were. */
static inline size_t text_cases_run_file(const char *path, text_case_function *function)
{
    size_t size;
    size_t count = 0;
    char *text = text_file_read(path, &size);
    char *now = text == NULL ? NULL : text_line_find(text, "=== ");
    while (now != NULL) {
        char *title = now + 4;
        char *input = strchr(title, '\n');
        char *line = input == NULL ? NULL : text_line_find(input + 1, "---\n");
        if (line == NULL) {
            break;
        }
        char *expected = line + 4;
        char *next = text_line_find(expected, "=== ");
        size_t input_size = (size_t)(line - input - 1);
        char *copy = malloc(input_size != 0 ? input_size : 1);
        *input = '\0';
        if (copy != NULL) {
            memcpy(copy, input + 1, input_size);
            function(title, copy, input_size, expected, next == NULL ? strlen(expected) : (size_t)(next - expected));
            count++;
        }
        free(copy);
        now = next;
    }
    free(text);
    return count;
}

static inline int text_path_order(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Calls the function for each file of a folder whose name ends so; how many there were. */
static inline size_t text_files_each(const char *folder, const char *ending, void (*function)(const char *path))
{
    char *paths[TEXT_CASE_FILES_MAX];
    size_t count = 0;
    DIR *open = opendir(folder);
    for (struct dirent *entry = open == NULL ? NULL : readdir(open); entry != NULL; entry = readdir(open)) {
        size_t size = strlen(entry->d_name);
        bool fits = entry->d_name[0] != '.' && size > strlen(ending) &&
                    strcmp(entry->d_name + size - strlen(ending), ending) == 0;
        char *path = fits && count < TEXT_CASE_FILES_MAX ? malloc(strlen(folder) + size + 2) : NULL;
        if (path != NULL) {
            (void)sprintf(path, "%s/%s", folder, entry->d_name);
            paths[count++] = path;
        }
    }
    if (open != NULL) {
        (void)closedir(open);
    }
    qsort(paths, count, sizeof *paths, text_path_order);
    for (size_t i = 0; i < count; i++) {
        function(paths[i]);
        free(paths[i]);
    }
    return count;
}

#endif
