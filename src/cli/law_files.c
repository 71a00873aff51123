/* comity law build, check, fmt: the verbs that read law files. */
#include "cli/law.h"

#include "law/compile/format.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- which files ---- */

static bool path_add(path_list *list, const char *path)
{
    if (list->count == list->capacity) {
        size_t larger = list->capacity == 0 ? 64 : list->capacity * 2;
        char **paths = realloc(list->paths, larger * sizeof *paths);
        if (paths == NULL) {
            (void)complain("out of memory");
            return false;
        }
        list->paths = paths;
        list->capacity = larger;
    }
    char *copy = strdup(path);
    if (copy == NULL) {
        (void)complain("out of memory");
        return false;
    }
    list->paths[list->count++] = copy;
    return true;
}

static bool ends_in_law(const char *name)
{
    size_t size = strlen(name);
    return size > 4 && strcmp(name + size - 4, ".law") == 0;
}

static bool folder_collect(path_list *list, const char *path, unsigned depth)
{
    char below[PATH_MAX];
    DIR *folder = opendir(path);
    bool done = folder != NULL;
    if (folder == NULL) {
        (void)complain("%s: %s", path, strerror(errno));
    }
    for (struct dirent *entry; done && (entry = readdir(folder)) != NULL;) {
        struct stat about;
        int length = snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] == '.' || length < 0 || (size_t)length >= sizeof below || stat(below, &about) != 0) {
            continue;
        }
        if (S_ISDIR(about.st_mode) && depth < COMITY_LIMIT_LAW_FOLDER_DEPTH) {
            done = folder_collect(list, below, depth + 1);
        } else if (S_ISREG(about.st_mode) && ends_in_law(entry->d_name)) {
            done = path_add(list, below);
        }
    }
    if (folder != NULL) {
        (void)closedir(folder);
    }
    return done;
}

bool paths_collect(path_list *list, const char *path)
{
    struct stat about;
    if (strcmp(path, "-") != 0 && stat(path, &about) != 0) {
        (void)complain("%s: %s", path, strerror(errno));
        return false;
    }
    return strcmp(path, "-") != 0 && S_ISDIR(about.st_mode) ? folder_collect(list, path, 0) : path_add(list, path);
}

static int path_order(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void paths_sort(path_list *list)
{
    if (list->count > 1) {
        qsort(list->paths, list->count, sizeof *list->paths, path_order);
    }
}

void paths_free(path_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->paths[i]);
    }
    free(list->paths);
}

/* ---- build and check ---- */

static bool builder_fill(comity_builder *builder, const path_list *list)
{
    comity_error error;
    for (size_t i = 0; i < list->count; i++) {
        size_t size;
        char *text = read_file(list->paths[i], COMITY_LIMIT_LAW_FILE_BYTES, &size);
        if (text == NULL) {
            return false;
        }
        comity_status status = comity_builder_add(builder, list->paths[i], text, size, &error);
        free(text);
        if (status != COMITY_OK) {
            (void)complain("%s", error.message);
            return false;
        }
    }
    return true;
}

/* Builds from paths; prints messages. `output` NULL: check only. */
static int build_paths(const path_list *list, const char *output)
{
    comity_builder *builder;
    comity_error error;
    const void *image;
    size_t size;
    int status = EXIT_ERROR;
    if (comity_builder_new(&builder, &error) != COMITY_OK) {
        return complain("%s", error.message);
    }
    if (builder_fill(builder, list)) {
        comity_status built = comity_builder_build(builder, &image, &size, &error);
        (void)fputs(comity_builder_messages(builder), stderr);
        if (built != COMITY_OK) {
            (void)complain("%s", error.message);
            status = built == COMITY_ERROR_SYNTAX ? EXIT_NOT_CLEAN : EXIT_ERROR;
        } else if (output == NULL || replace_file(output, image, size)) {
            status = EXIT_CLEAN;
        }
    }
    comity_builder_free(builder);
    return status;
}

static bool arguments_collect(path_list *list, int argc, char **argv, const char *otherwise)
{
    bool done = true;
    for (int i = optind; done && i < argc; i++) {
        done = paths_collect(list, argv[i]);
    }
    if (optind >= argc) {
        done = paths_collect(list, otherwise);
    }
    paths_sort(list);
    if (done && list->count == 0) {
        (void)complain("no law files found; they end in \".law\"");
        done = false;
    }
    return done;
}

static int build_or_check(int argc, char **argv, bool builds)
{
    static const struct option longs[] = {{"output", required_argument, NULL, 'o'}, {NULL, 0, NULL, 0}};
    static const struct option none[] = {{NULL, 0, NULL, 0}};
    const char *output = builds ? "world.image" : NULL;
    path_list list = {0};
    const char *letters = builds ? "o:" : "";
    const struct option *known = builds ? longs : none;
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, letters, known, NULL)) != -1) {
        if (option != 'o') {
            return complain_option("law", builds ? "build" : "check", letters, known, argv);
        }
        output = optarg;
    }
    int status = arguments_collect(&list, argc, argv, "law") ? build_paths(&list, output) : EXIT_ERROR;
    paths_free(&list);
    return status;
}

int law_build_main(int argc, char **argv)
{
    return build_or_check(argc, argv, true);
}

int law_check_main(int argc, char **argv)
{
    return build_or_check(argc, argv, false);
}

/* ---- fmt ---- */

/* 0 laid out already, 1 not, 2 an error. */
static int fmt_file(const char *path, bool check)
{
    comity_error error;
    comity_buffer formatted;
    comity_buffer messages;
    const uint8_t *bytes;
    size_t formatted_size;
    size_t size;
    char *text = read_file(path, COMITY_LIMIT_LAW_FILE_BYTES, &size);
    int status = EXIT_ERROR;
    if (text == NULL) {
        return EXIT_ERROR;
    }
    comity_buffer_init(&formatted, COMITY_LIMIT_LAW_FILE_BYTES * 4);
    comity_buffer_init(&messages, (size_t)16 << 20);
    bool whole = false;
    if (comity_law_format(path, text, size, &formatted, &messages, &whole, &error) != COMITY_OK ||
        comity_buffer_bytes(&formatted, &bytes, &formatted_size, &error) != COMITY_OK) {
        (void)complain("%s", error.message);
    } else if (!whole) {
        const uint8_t *told;
        size_t told_size;
        if (comity_buffer_bytes(&messages, &told, &told_size, &error) == COMITY_OK) {
            (void)write_all(STDERR_FILENO, (const char *)told, told_size);
        }
    } else if (strcmp(path, "-") == 0) {
        status = write_all(STDOUT_FILENO, (const char *)bytes, formatted_size) ? EXIT_CLEAN : EXIT_ERROR;
    } else if (size == formatted_size && memcmp(text, bytes, size) == 0) {
        status = EXIT_CLEAN;
    } else if (check) {
        (void)printf("%s\n", path);
        status = EXIT_NOT_CLEAN;
    } else {
        status = replace_file(path, bytes, formatted_size) ? EXIT_CLEAN : EXIT_ERROR;
    }
    comity_buffer_free(&formatted);
    comity_buffer_free(&messages);
    free(text);
    return status;
}

int law_fmt_main(int argc, char **argv)
{
    static const struct option longs[] = {{"check", no_argument, NULL, 'c'}, {NULL, 0, NULL, 0}};
    path_list list = {0};
    bool check = false;
    int option;
    int status = EXIT_CLEAN;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        if (option != 'c') {
            return complain_option("law", "fmt", "", longs, argv);
        }
        check = true;
    }
    if (!arguments_collect(&list, argc, argv, "-")) {
        status = EXIT_ERROR;
    }
    for (size_t i = 0; i < list.count; i++) {
        int one = fmt_file(list.paths[i], check);
        status = one > status ? one : status;
    }
    paths_free(&list);
    return status;
}
