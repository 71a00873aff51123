/* A program of the tests: decodes a file and tells what came out, or looks whether
 * what must hold of every decoding holds of this one.
 *
 *     form-try dump FILE [type=…] [encoding=…] [name=…] [locale=…] [bytes=N] [memory=N] [depth=N] [members=N]
 *     form-try hold FILE [the same] [cuts=error]
 *
 * dump prints a JSON object: status, message, and the parts, their bytes in
 * hexadecimal, with runs. hold feeds the file in chunks of many sizes, cut off at
 * every byte, with every byte changed, and with every piece of memory refused; each must end
 * in a status (with `cuts`: each that is cut off in an error), and equal input in equal parts. Prints what does not hold. */
#include "form_parts.h"

#include "inspect/forms/stage.h"

#include <stdio.h>

static uint8_t *read_whole(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    size_t room = 1 << 20;
    size_t size = 0;
    uint8_t *bytes = malloc(room);
    for (size_t n; bytes != NULL && (n = fread(bytes + size, 1, room - size, file)) != 0;) {
        size += n;
        if (size == room) {
            room *= 2;
            bytes = realloc(bytes, room);
        }
    }
    (void)fclose(file);
    *ret_size = size;
    return bytes;
}

static const char *option(int argc, char **argv, const char *name)
{
    size_t size = strlen(name);
    for (int i = 3; i < argc; i++) {
        if (strncmp(argv[i], name, size) == 0 && argv[i][size] == '=') {
            return argv[i] + size + 1;
        }
    }
    return NULL;
}

static void print_text(const char *text)
{
    putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            putchar('\\');
        }
        if ((unsigned char)*text < 0x20) {
            printf("\\u%04x", (unsigned)(unsigned char)*text);
        } else {
            putchar(*text);
        }
    }
    putchar('"');
}

static int dump(const comity_form_hints *hints, const comity_form_limits *limits, const uint8_t *bytes, size_t size)
{
    form_parts parts = {0};
    comity_error error = {.message = ""};
    comity_status status = form_parts_decode(hints, limits, bytes, size, 65536, &parts, &error);
    printf("{\"status\":%d,\"broken\":%s,\"message\":", (int)status, parts.broken ? "true" : "false");
    print_text(status == COMITY_OK ? "" : error.message);
    printf(",\"parts\":[");
    for (size_t i = 0; i < parts.count; i++) {
        const form_part *part = &parts.parts[i];
        printf("%s{\"chain\":", i == 0 ? "" : ",");
        print_text(part->chain);
        printf(",\"field\":");
        print_text(part->field);
        printf(",\"charset\":");
        print_text(part->charset);
        char delimiter[2] = {part->delimiter, '\0'};
        printf(",\"delimiter\":");
        print_text(delimiter);
        printf(",\"syntax\":\"%s\",\"parent\":%u,\"level\":%u,\"place\":%u,\"header\":%s,\"ended\":%s,"
               "\"begin\":%llu,\"end\":%llu,\"hex\":\"",
               comity_form_syntax_name((comity_form_syntax)part->syntax), (unsigned)part->parent, (unsigned)part->level,
               (unsigned)part->place, part->has_header ? "true" : "false", part->ended ? "true" : "false",
               (unsigned long long)part->raw_begin, (unsigned long long)part->raw_end);
        for (size_t j = 0; j < part->size; j++) {
            printf("%02x", part->bytes[j]);
        }
        printf("\",\"raw\":[");
        for (size_t j = 0; part->place != COMITY_FORM_UNMAPPED && j < part->size; j++) {
            printf("%s[%llu,%llu]", j == 0 ? "" : ",", (unsigned long long)part->raw[2 * j],
                   (unsigned long long)part->raw[2 * j + 1]);
        }
        printf("]}");
    }
    printf("]}\n");
    form_parts_free(&parts);
    return 0;
}

/* ---- what must hold ---- */

static unsigned wrong;

static void tell(const char *what, size_t at, const char *message)
{
    if (wrong++ < 10) {
        printf("%s %zu: %s\n", what, at, message);
    }
}

static void hold_splits(const comity_form_hints *hints, const comity_form_limits *limits, const uint8_t *bytes,
                        size_t size)
{
    form_parts whole = {0};
    comity_error error = {.message = ""};
    comity_status status = form_parts_decode(hints, limits, bytes, size, size + 1, &whole, &error);
    static const size_t chunks[] = {1,  2,   3,   5,   7,    13,   15,   16,   17,   63,
                                    64, 511, 512, 513, 1000, 4095, 4096, 4097, 20000};
    for (size_t i = 0; i < sizeof chunks / sizeof chunks[0]; i++) {
        form_parts parts = {0};
        comity_error other = {.message = ""};
        comity_status again = form_parts_decode(hints, limits, bytes, size, chunks[i], &parts, &other);
        if (again != status || (status != COMITY_OK && strcmp(error.message, other.message) != 0)) {
            tell("chunks", chunks[i], "another status or message");
        } else if (status == COMITY_OK && !form_parts_equal(&whole, &parts)) {
            tell("chunks", chunks[i], parts.broken ? "broken parts" : "other parts");
        }
        form_parts_free(&parts);
    }
    form_parts_free(&whole);
}

static void hold_cuts(const comity_form_hints *hints, const comity_form_limits *limits, const uint8_t *bytes,
                      size_t size, bool must_fail)
{
    size_t step = size / 1500 + 1;
    for (size_t at = 0; at < size; at += step) {
        form_parts parts = {0};
        comity_error error = {.message = ""};
        comity_status status = form_parts_decode(hints, limits, bytes, at, 777, &parts, &error);
        if (parts.broken || (status != COMITY_OK && error.message[0] == '\0')) {
            tell("cut", at, "broken parts, or no message");
        }
        if (must_fail && at > 3 && status == COMITY_OK) {
            tell("cut", at, "nobody noticed");
        }
        form_parts_free(&parts);
    }
}

static void hold_flips(const comity_form_hints *hints, const comity_form_limits *limits, const uint8_t *bytes,
                       size_t size)
{
    uint8_t *copy = malloc(size + 1);
    memcpy(copy, bytes, size);
    size_t step = size / 1500 + 1;
    for (size_t at = 0; at < size; at += step) {
        for (unsigned round = 0; round < 2; round++) {
            form_parts parts = {0};
            comity_error error = {.message = ""};
            copy[at] = (uint8_t)(bytes[at] ^ (round == 0 ? 0xFFu : 1u << (at % 8)));
            comity_status status = form_parts_decode(hints, limits, copy, size, 1777, &parts, &error);
            if (parts.broken || (status != COMITY_OK && error.message[0] == '\0')) {
                tell("changed", at, "broken parts, or no message");
            }
            form_parts_free(&parts);
        }
        copy[at] = bytes[at];
    }
    free(copy);
}

/* Every piece of memory is refused once; the decoder then fails, and works again. */
static void hold_memory(const comity_form_hints *hints, const comity_form_limits *limits, const uint8_t *bytes,
                        size_t size)
{
    form_parts parts = {0};
    comity_form_sink sink = form_parts_sink(&parts);
    comity_form *form = NULL;
    comity_error error;
    if (comity_form_open(hints, limits, &sink, &form, &error) != COMITY_OK) {
        return;
    }
    comity_status status = COMITY_OK;
    for (size_t taken = 1; taken < 100000; taken++) {
        form_parts_free(&parts);
        comity_form_fail_at(form, 0);
        status = comity_form_restart(form, hints, &error);
        comity_form_fail_at(form, taken);
        size_t at = 0;
        while (status == COMITY_OK && at < size) {
            size_t n = size - at < 3000 ? size - at : 3000;
            status = comity_form_feed(form, bytes + at, n, &error);
            at += n;
        }
        status = status == COMITY_OK ? comity_form_finish(form, &error) : status;
        if (status != COMITY_OK && status != COMITY_ERROR_LIMIT) {
            bool is_own = false; /* an input that fails anyway */
            form_parts own = {0};
            comity_error other = {.message = ""};
            is_own = form_parts_decode(hints, limits, bytes, size, 3000, &own, &other) != COMITY_OK;
            form_parts_free(&own);
            if (!is_own) {
                tell("memory", taken, error.message);
            }
            break;
        }
        if (form->pool.taken < form->pool.fails_at) {
            break; /* all pieces have had their turn */
        }
    }
    form_parts_free(&parts);
    comity_form_close(form);
}

int main(int argc, char **argv)
{
    size_t size = 0;
    uint8_t *bytes = argc < 3 ? NULL : read_whole(argv[2], &size);
    if (bytes == NULL) {
        fprintf(stderr, "usage: form-try dump|hold FILE [option=value]…\n");
        return 2;
    }
    comity_form_hints hints = {.content_type = option(argc, argv, "type"),
                               .content_encoding = option(argc, argv, "encoding"),
                               .name = option(argc, argv, "name"),
                               .locale = option(argc, argv, "locale")};
    const char *most = option(argc, argv, "bytes");
    const char *memory = option(argc, argv, "memory");
    const char *depth = option(argc, argv, "depth");
    const char *members = option(argc, argv, "members");
    comity_form_limits limits = {.bytes_max = most == NULL ? 0 : strtoull(most, NULL, 10),
                                 .memory_max = memory == NULL ? 0 : strtoull(memory, NULL, 10),
                                 .members_max = members == NULL ? 0 : (uint32_t)strtoul(members, NULL, 10),
                                 .depth_max = depth == NULL ? 0 : (uint32_t)strtoul(depth, NULL, 10)};
    if (strcmp(argv[1], "dump") == 0) {
        (void)dump(&hints, &limits, bytes, size);
    } else {
        hold_splits(&hints, &limits, bytes, size);
        hold_cuts(&hints, &limits, bytes, size, option(argc, argv, "cuts") != NULL);
        hold_flips(&hints, &limits, bytes, size);
        hold_memory(&hints, &limits, bytes, size);
        printf("%u wrong\n", wrong);
    }
    comity_form_close(form_parts_form);
    free(bytes);
    return wrong != 0;
}
