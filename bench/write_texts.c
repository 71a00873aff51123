/* Writes what inspecting is measured on into a folder, for programs that take
 * files: dense.ndjson, sparse.ndjson, logs.txt, prose.txt, and the shapes of 96
 * types in shapes.txt, a regular expression a line.
 *
 *     write-texts FOLDER MEBIBYTES
 */
#include "inspect_data.h"
#include "inspect_shapes.h"

#include <stdio.h>
#include <stdlib.h>

static FILE *file_open(const char *folder, const char *name)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        fprintf(stderr, "cannot write %s\n", path);
        exit(2);
    }
    return file;
}

static void file_close(FILE *file)
{
    if (fclose(file) != 0) {
        fprintf(stderr, "cannot write\n");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*make)(char *, size_t, size_t *);
    } texts[] = {{"dense.ndjson", data_ndjson},
                 {"sparse.ndjson", data_sparse_ndjson},
                 {"logs.txt", data_logs},
                 {"prose.txt", data_prose}};
    static char shapes[SHAPES_MAX][SHAPE_BYTES];
    comity_types *types = NULL;
    comity_error error;
    size_t size = argc == 3 ? (size_t)strtoul(argv[2], NULL, 10) << 20 : 0;
    char *text = size == 0 ? NULL : malloc(size);
    if (text == NULL || comity_types_open(&types, &error) != COMITY_OK) {
        fprintf(stderr, "usage: write-texts FOLDER MEBIBYTES\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        size_t used = 0;
        FILE *file = file_open(argv[1], texts[i].name);
        texts[i].make(text, size, &used);
        (void)fwrite(text, 1, used, file);
        file_close(file);
    }
    FILE *file = file_open(argv[1], "shapes.txt");
    size_t count = shapes_write(types, shapes);
    for (size_t i = 0; i < count; i++) {
        fprintf(file, "%s\n", shapes[i]);
    }
    file_close(file);
    comity_types_close(types);
    free(text);
    return 0;
}
