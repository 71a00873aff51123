/* What the cases of types drive: reads lines from standard input and answers each.
 *
 *     types-judge judge [FILE…]   TYPE<tab>JSON string: 1 or 0
 *     types-judge check FILE…     nothing, or what is wrong with the files; status 1
 *     types-judge list            a line a type: name, kind, category, states, forms, source
 *
 * Without files the types are those the program was built with. */
#include "base/json.h"
#include "inspect/types.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_SIZE 65536

static char *read_file(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "cannot open %s\n", path);
        exit(2);
    }
    size_t capacity = (size_t)1 << 24;
    char *text = malloc(capacity);
    if (text == NULL) {
        exit(2);
    }
    *ret_size = fread(text, 1, capacity, file);
    (void)fclose(file);
    return text;
}

/* Opens the files named, or the embedded ones. */
static comity_types *open_types(char **paths, size_t count)
{
    comity_types_text files[64];
    comity_types *types = NULL;
    comity_error error;
    for (size_t i = 0; i < count && i < 64; i++) {
        files[i].path = paths[i];
        files[i].text = read_file(paths[i], &files[i].size);
    }
    comity_status status =
        count == 0 ? comity_types_open(&types, &error) : comity_types_load(files, count, &types, &error);
    for (size_t i = 0; i < count && i < 64; i++) {
        free((void *)(uintptr_t)files[i].text);
    }
    if (status != COMITY_OK) {
        printf("%s\n", error.message);
        exit(1);
    }
    return types;
}

/* Answers one line; 2 for a type that is not there. */
static int judge(const comity_types *types, char *line)
{
    static char text[LINE_SIZE];
    char *tab = strchr(line, '\t');
    size_t size = 0;
    if (tab == NULL) {
        return 2;
    }
    size_t type = comity_types_find(types, line, (size_t)(tab - line));
    const char *json = tab + 1;
    if (type == comity_types_count(types) ||
        comity_json_decode((const uint8_t *)json, strlen(json), text, &size, NULL) != COMITY_OK) {
        return 2;
    }
    return comity_type_accepts(types, type, (const uint8_t *)text, size, NULL) ? 1 : 0;
}

static int judge_all(const comity_types *types)
{
    static char line[LINE_SIZE];
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        printf("%d\n", judge(types, line));
    }
    return 0;
}

static int list(const comity_types *types)
{
    static const char *const kinds[] = {"identifier", "secret", "mark", "file"};
    for (size_t i = 0; i < comity_types_count(types); i++) {
        const comity_type *type = comity_types_type(types, i);
        printf("%s\t%s\t%s\t", type->name, kinds[type->kind], type->category);
        for (size_t j = 0; j < type->state_count; j++) {
            printf("%s%s", j == 0 ? "" : " ", type->states[j]);
        }
        printf("\t%d\t%s\n", type->form_end - type->form_begin, type->source);
    }
    return 0;
}

int main(int count, char **arguments)
{
    if (count < 2) {
        return 2;
    }
    comity_types *types = open_types(arguments + 2, (size_t)count - 2);
    int status = strcmp(arguments[1], "judge") == 0  ? judge_all(types)
                 : strcmp(arguments[1], "list") == 0 ? list(types)
                                                     : 0;
    comity_types_close(types);
    return status;
}
