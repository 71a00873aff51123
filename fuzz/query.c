/* Any text as what a request asks for, with its query: what is too long or of too many
 * arguments is cut before anybody reads it; and what is escaped is turned back in place,
 * by another decoder to the same, never longer and never with a zero byte in it. */
#include "base/limits.h"
#include "serve/head.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_SIZE_MAX 16384

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static size_t count_of(const char *text, char byte)
{
    size_t count = 0;
    for (; *text != '\0'; text++) {
        count += *text == byte;
    }
    return count;
}

static void check_bound(const char *text)
{
    char *uri = strdup(text);
    require(uri != NULL);
    bool is_cut = comity_head_bound(NULL, uri, NULL) == &comity_head_too_long;
    const char *query = strchr(uri, '?');
    const char *said = strchr(text, '?');
    if (is_cut) {
        require(query != NULL && query[1] == '\0' && strncmp(uri, text, (size_t)(query - uri)) == 0);
        require(strlen(said) > COMITY_LIMIT_SERVE_QUERY_BYTES || count_of(said, '&') >= COMITY_LIMIT_SERVE_ARGUMENTS);
    } else {
        require(strcmp(uri, text) == 0);
        require(said == NULL ||
                (strlen(said) <= COMITY_LIMIT_SERVE_QUERY_BYTES && count_of(said, '&') < COMITY_LIMIT_SERVE_ARGUMENTS));
    }
    free(uri);
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void check_unescaped(const char *text)
{
    size_t size = strlen(text);
    size_t expected_size = 0;
    char *found = strdup(text);
    char *expected = malloc(size + 1);
    require(found != NULL && expected != NULL);
    for (size_t i = 0; i < size; i++) {
        bool is_escaped = text[i] == '%' && i + 2 < size && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0 &&
                          (text[i + 1] != '0' || text[i + 2] != '0');
        expected[expected_size++] = is_escaped ? (char)(hex(text[i + 1]) * 16 + hex(text[i + 2])) : text[i];
        i += is_escaped ? 2 : 0;
    }
    expected[expected_size] = '\0';
    require(comity_head_unescape(NULL, NULL, found) == expected_size && strcmp(found, expected) == 0);
    free(expected);
    free(found);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size > INPUT_SIZE_MAX) {
        return 0;
    }
    char *text = malloc(size + 1);
    require(text != NULL);
    memcpy(text, bytes, size);
    text[size] = '\0';
    check_bound(text);
    check_unescaped(text);
    free(text);
    return 0;
}
