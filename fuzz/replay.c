/* Runs a fuzz target as a plain test: over every file of the folders given, and
 * over nothing at all. A target that finds a mistake aborts; so what this prints
 * is that it did not. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_SIZE_MAX ((size_t)16 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Gives the target a copy of exactly its size, so that a read past the end is seen. */
static void run(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size != 0 ? size : 1);
    if (copy == NULL) {
        abort();
    }
    if (size != 0) {
        memcpy(copy, bytes, size);
    }
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static int run_file(const char *folder, const char *name, uint8_t *buffer)
{
    char path[4096];
    int size = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (size < 0 || (size_t)size >= sizeof path) {
        return -1;
    }
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "%s cannot be opened\n", path);
        return -1;
    }
    size_t count = fread(buffer, 1, INPUT_SIZE_MAX, file);
    int failed = ferror(file);
    if (fclose(file) != 0 || failed) {
        fprintf(stderr, "%s cannot be read\n", path);
        return -1;
    }
    run(buffer, count);
    return 0;
}

int main(int argument_count, char **arguments)
{
    uint8_t *buffer = calloc(1, INPUT_SIZE_MAX);
    if (buffer == NULL) {
        return 1;
    }
    unsigned passed = 1;
    unsigned failed = 0;
    run(buffer, 0);
    for (int i = 1; i < argument_count; i++) {
        DIR *folder = opendir(arguments[i]);
        if (folder == NULL) {
            continue;
        }
        for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
            if (entry->d_name[0] == '.') {
                continue;
            }
            if (run_file(arguments[i], entry->d_name, buffer) == 0) {
                passed++;
            } else {
                failed++;
            }
        }
        (void)closedir(folder);
    }
    free(buffer);
    printf("fuzz corpus: %u passed, %u failed\n", passed, failed);
    return failed != 0;
}
