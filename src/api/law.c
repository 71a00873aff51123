/* The public interface to law: opening an image, and building one. */
#include "api/handles.h"

#include "base/limits.h"

#include "law/compile/compile.h"
#include "law/compile/parser.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

const char *comity_version(void)
{
    return COMITY_VERSION_TEXT;
}

static comity_status law_new(void *bytes, size_t size, bool mapped, comity_law **ret_law, comity_error *reterr)
{
    comity_law *law = calloc(1, sizeof *law);
    if (law == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    comity_status status = comity_image_open(bytes, size, &law->image, reterr);
    if (status != COMITY_OK) {
        free(law);
        return status;
    }
    law->bytes = bytes;
    law->size = size;
    law->mapped = mapped;
    *ret_law = law;
    return COMITY_OK;
}

/* Only files can be mapped. A pipe is opened without waiting for whoever fills it. */
static comity_status file_open(const char *path, int *ret_fd, size_t *ret_size, comity_error *reterr)
{
    struct stat about = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 && fstat(fd, &about) == 0 && S_ISREG(about.st_mode)) {
        *ret_fd = fd;
        *ret_size = (size_t)about.st_size;
        return COMITY_OK;
    }
    comity_status status = about.st_mode != 0
                               ? comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: found no file; a law image is mapped, which takes one", path)
                               : comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: %s", path, strerror(errno));
    if (fd >= 0) {
        (void)close(fd);
    }
    return status;
}

/* `path` is a file the operator names, so messages may say it. */
comity_status comity_law_open(const char *path, comity_law **ret_law, comity_error *reterr)
{
    int fd = -1;
    size_t size = 0;
    if (path == NULL || ret_law == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_law_open: path and ret_law must not be NULL");
    }
    int saved = errno;
    comity_status status = file_open(path, &fd, &size, reterr);
    if (status != COMITY_OK) {
        errno = saved;
        return status;
    }
    void *bytes = size == 0 ? MAP_FAILED : mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    (void)close(fd);
    if (bytes == MAP_FAILED) {
        status = size == 0 ? comity_fail(reterr, COMITY_ERROR_IMAGE, "%s: this is no law image: it is empty", path)
                           : comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: %s", path, strerror(errno));
        errno = saved;
        return status;
    }
    comity_error error;
    status = law_new(bytes, size, true, ret_law, &error);
    if (status != COMITY_OK) {
        (void)munmap(bytes, size);
        errno = saved;
        return comity_fail(reterr, status, "%s: %s", path, error.message);
    }
    errno = saved;
    return COMITY_OK;
}

comity_status comity_law_load(const void *bytes, size_t size, comity_law **ret_law, comity_error *reterr)
{
    if ((bytes == NULL && size != 0) || ret_law == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_law_load: bytes and ret_law must not be NULL");
    }
    void *copy = malloc(size == 0 ? 1 : size);
    if (copy == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    if (size != 0) {
        memcpy(copy, bytes, size);
    }
    comity_status status = law_new(copy, size, false, ret_law, reterr);
    if (status != COMITY_OK) {
        free(copy);
    }
    return status;
}

void comity_law_close(comity_law *law)
{
    if (law == NULL) {
        return;
    }
    if (law->mapped) {
        (void)munmap(law->bytes, law->size);
    } else {
        free(law->bytes);
    }
    free(law);
}

const char *comity_law_hash(const comity_law *law)
{
    return law->image.hash_text;
}

size_t comity_law_rule_count(const comity_law *law)
{
    return law->image.rules_count;
}

/* ---- building ---- */

/* All law on file takes some ten megabytes on the way: room for two hundred times as much law. */
#define BUILDER_BYTES_MAX ((size_t)2 << 30)

struct comity_builder {
    comity_arena texts; /* names and texts of files */
    comity_arena work;  /* everything a build makes */
    comity_buffer image, messages;
    struct builder_file {
        const char *name, *text;
        size_t size;
    } *files;
    size_t count, capacity;
};

comity_status comity_builder_new(comity_builder **ret_builder, comity_error *reterr)
{
    if (ret_builder == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_builder_new: ret_builder must not be NULL");
    }
    comity_builder *builder = calloc(1, sizeof *builder);
    if (builder == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    comity_arena_init(&builder->texts, BUILDER_BYTES_MAX);
    comity_arena_init(&builder->work, BUILDER_BYTES_MAX);
    comity_buffer_init(&builder->image, BUILDER_BYTES_MAX);
    comity_buffer_init(&builder->messages, (size_t)64 << 20);
    comity_buffer_append_byte(&builder->messages, 0);
    *ret_builder = builder;
    return COMITY_OK;
}

void comity_builder_free(comity_builder *builder)
{
    if (builder == NULL) {
        return;
    }
    comity_arena_free(&builder->texts);
    comity_arena_free(&builder->work);
    comity_buffer_free(&builder->image);
    comity_buffer_free(&builder->messages);
    free(builder->files);
    free(builder);
}

comity_status comity_builder_add(comity_builder *builder, const char *name, const char *text, size_t text_size,
                                 comity_error *reterr)
{
    char *name_copy;
    char *text_copy;
    if (builder == NULL || name == NULL || (text == NULL && text_size != 0)) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_builder_add: builder, name and text must not be NULL");
    }
    if (text_size > COMITY_LIMIT_LAW_FILE_BYTES) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "%s: a law file of %zu bytes; at most %zu are read", name,
                           text_size, COMITY_LIMIT_LAW_FILE_BYTES);
    }
    if (builder->count == builder->capacity) {
        size_t larger = builder->capacity == 0 ? 64 : builder->capacity * 2;
        struct builder_file *files = realloc(builder->files, larger * sizeof *files);
        if (files == NULL) {
            return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
        }
        builder->files = files;
        builder->capacity = larger;
    }
    COMITY_TRY(comity_arena_copy(&builder->texts, name, strlen(name), &name_copy, reterr));
    COMITY_TRY(comity_arena_copy(&builder->texts, text, text_size, &text_copy, reterr));
    builder->files[builder->count++] = (struct builder_file){name_copy, text_copy, text_size};
    return COMITY_OK;
}

static int file_order(const void *a, const void *b)
{
    return strcmp(((const struct builder_file *)a)->name, ((const struct builder_file *)b)->name);
}

static comity_status build(comity_builder *builder, comity_diagnostics *diagnostics, comity_error *reterr)
{
    comity_law_file *files;
    void *memory;
    bool whole = true;
    COMITY_TRY(comity_arena_take_array(&builder->work, builder->count + 1, sizeof *files, &memory, reterr));
    files = memory;
    qsort(builder->files, builder->count, sizeof *builder->files, file_order);
    for (size_t i = 0; i < builder->count; i++) {
        COMITY_TRY(comity_law_parse(&builder->work, builder->files[i].name, (uint32_t)i, builder->files[i].text,
                                    builder->files[i].size, diagnostics, &files[i], reterr));
        whole &= files[i].parsed_whole;
    }
    if (whole) {
        COMITY_TRY(comity_law_compile(&builder->work, files, builder->count, diagnostics, &builder->image, reterr));
    }
    comity_buffer_reset(&builder->messages);
    return comity_diagnostics_print(diagnostics, files, builder->count, &builder->messages, reterr);
}

comity_status comity_builder_build(comity_builder *builder, const void **ret_image, size_t *ret_size,
                                   comity_error *reterr)
{
    comity_diagnostics diagnostics;
    const uint8_t *bytes;
    size_t size;
    if (builder == NULL || ret_image == NULL || ret_size == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_builder_build: its arguments must not be NULL");
    }
    comity_arena_reset(&builder->work);
    comity_buffer_reset(&builder->image);
    comity_buffer_reset(&builder->messages);
    comity_diagnostics_init(&diagnostics, &builder->work);
    comity_status status = build(builder, &diagnostics, reterr);
    comity_buffer_append_byte(&builder->messages, 0);
    if (status != COMITY_OK) {
        return status;
    }
    if (diagnostics.error_count != 0) {
        size_t told = diagnostics.cut ? diagnostics.count : diagnostics.error_count;
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "the law has %zu error%s%s", told, told == 1 ? "" : "s",
                           diagnostics.cut ? " and more" : "");
    }
    COMITY_TRY(comity_buffer_bytes(&builder->image, &bytes, &size, reterr));
    *ret_image = bytes;
    *ret_size = size;
    return COMITY_OK;
}

const char *comity_builder_messages(const comity_builder *builder)
{
    const uint8_t *bytes;
    size_t size;
    if (comity_buffer_bytes(&builder->messages, &bytes, &size, NULL) != COMITY_OK || size == 0) {
        return "";
    }
    return (const char *)bytes;
}
