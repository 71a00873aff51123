/* Any bytes as a gate's act, and behind the first zero byte as the value of every
 * header: what is filled in is one JSON string for each placeholder and changes
 * nothing else of the act. */
#include "base/json.h"
#include "serve/gates.h"

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

static const char *header(void *context, const char *name)
{
    require(strncmp(name, "comity-", 7) == 0);
    return context;
}

static size_t tokens_of(const char *text, size_t size, comity_json_token *tokens)
{
    size_t count = 0;
    require(comity_json_tokenize(text, size, COMITY_LIMIT_JSON_DEPTH, tokens, size, &count, NULL) == COMITY_OK);
    return count;
}

/* Token for token: the same, or a placeholder and the header's value. */
static void compare(const char *act, size_t act_size, const char *filled, size_t filled_size, const char *value)
{
    comity_json_token *before = calloc(act_size + 1, sizeof *before);
    comity_json_token *after = calloc(filled_size + 1, sizeof *after);
    require(before != NULL && after != NULL);
    size_t count = tokens_of(act, act_size, before);
    require(tokens_of(filled, filled_size, after) == count);
    for (size_t i = 0; i < count; i++) {
        size_t old = (size_t)(before[i].end - before[i].begin);
        size_t new = (size_t)(after[i].end - after[i].begin);
        bool same = old == new && memcmp(act + before[i].begin, filled + after[i].begin, old) == 0;
        require(before[i].kind == after[i].kind);
        require(same || (before[i].kind == COMITY_JSON_STRING && memcmp(act + before[i].begin, "\"${comity-", 10) == 0 &&
                         comity_json_says(filled + after[i].begin, new, value, strlen(value))));
    }
    free(before);
    free(after);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    comity_arena arena;
    comity_buffer buffer;
    comity_error error;
    const uint8_t *filled;
    size_t filled_size;
    if (size > INPUT_SIZE_MAX) {
        return 0;
    }
    comity_gate *gate = calloc(1, sizeof *gate);
    char *text = malloc(size + 1);
    require(gate != NULL && text != NULL);
    memcpy(text, bytes, size);
    text[size] = '\0';
    size_t act_size = strlen(text);
    char *value = act_size < size ? text + act_size + 1 : NULL;
    comity_arena_init(&arena, (size_t)1 << 20);
    comity_buffer_init(&buffer, (size_t)1 << 20);
    if (comity_gate_read("gate", text, act_size, &arena, gate, &error) == COMITY_OK &&
        comity_gate_fill(gate, header, value, &buffer, &error) == COMITY_OK &&
        comity_buffer_bytes(&buffer, &filled, &filled_size, &error) == COMITY_OK) {
        compare(text, act_size, (const char *)filled, filled_size, value == NULL ? "" : value);
    }
    comity_buffer_free(&buffer);
    comity_arena_free(&arena);
    free(text);
    free(gate);
    return 0;
}
