#include "prepared.h"

#include "bench.h"
#include "law_acts.h"

#include <stdlib.h>
#include <string.h>

static void require(bool condition, const char *what)
{
    if (!condition) {
        (void)fprintf(stderr, "bench: %s\n", what);
        exit(2);
    }
}

char *file_read(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    require(file != NULL && fseek(file, 0, SEEK_END) == 0, path);
    long size = ftell(file);
    require(size >= 0 && fseek(file, 0, SEEK_SET) == 0, path);
    char *text = malloc((size_t)size + 1);
    require(text != NULL && fread(text, 1, (size_t)size, file) == (size_t)size, path);
    text[size] = '\0';
    (void)fclose(file);
    *ret_size = (size_t)size;
    return text;
}

static char *acts_make(const comity_law *law, size_t count, size_t *ret_size)
{
    comity_buffer buffer;
    const uint8_t *bytes;
    comity_error error;
    comity_buffer_init(&buffer, (size_t)1 << 30);
    bench_acts(&law->image, 1, (uint32_t)count, &buffer);
    require(comity_buffer_bytes(&buffer, &bytes, ret_size, &error) == COMITY_OK, "the acts could not be made");
    char *text = malloc(*ret_size + 1);
    require(text != NULL, "out of memory");
    memcpy(text, bytes, *ret_size);
    text[*ret_size] = '\0';
    comity_buffer_free(&buffer);
    return text;
}

static void acts_read(prepared *load, size_t size, size_t count_max)
{
    comity_error error;
    char *end = load->text + size;
    load->lines = calloc(count_max, sizeof *load->lines);
    load->acts = calloc(count_max, sizeof *load->acts);
    require(load->lines != NULL && load->acts != NULL, "out of memory");
    for (char *at = load->text; at < end && load->count < count_max;) {
        const comity_act *act;
        char *newline = memchr(at, '\n', (size_t)(end - at));
        require(newline != NULL, "an act does not end in a newline");
        *newline = '\0';
        if (comity_act_read(&load->law->image, load->context->act_memory, at, (size_t)(newline - at), COMITY_NO_DATE, &act,
                            &error) != COMITY_OK) {
            require(false, error.message);
        }
        load->lines[load->count] = at;
        load->acts[load->count] = comity_act_copy(act);
        require(load->acts[load->count] != NULL, "out of memory");
        load->count++;
        at = newline + 1;
    }
    require(load->count > 0, "there are no acts");
}

prepared prepared_open(const char *image, const char *path, size_t count_max)
{
    prepared load = {0};
    comity_error error;
    size_t size;
    if (comity_law_open(image, &load.law, &error) != COMITY_OK ||
        comity_context_new(load.law, &load.context, &error) != COMITY_OK) {
        require(false, error.message);
    }
    load.text = path != NULL ? file_read(path, &size) : acts_make(load.law, count_max, &size);
    acts_read(&load, size, count_max);
    return load;
}

void prepared_close(prepared *load)
{
    for (size_t i = 0; i < load->count; i++) {
        free(load->acts[i]);
    }
    free(load->acts);
    free(load->lines);
    free(load->text);
    comity_context_free(load->context);
    comity_law_close(load->law);
}

double prepared_round(prepared *load)
{
    uint64_t found = 0;
    double start = bench_seconds();
    for (size_t i = 0; i < load->count; i++) {
        comity_judgement judgement;
        comity_judge(load->context->memory, load->acts[i], &judgement);
        found += judgement.ruling_count;
    }
    double taken = bench_seconds() - start;
    load->rules_found = (double)found / (double)load->count;
    return taken * 1e9 / (double)load->count;
}
