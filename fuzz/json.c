/* Any bytes: every way of reading them agrees with every other, tokens lie in
 * order within the input, and what they say can be said again. */
#include "../tests/json_modes.h"

#include "base/buffer.h"
#include "base/utf8.h"

/* Splitting at every byte takes the square of the size. */
#define SPLIT_SIZE_MAX 64
#define INPUT_SIZE_MAX 8192

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* A string decoded and written again decodes to the same. */
static void check_string(const uint8_t *raw, size_t size, bool escaped)
{
    char *text = malloc(size);
    char *again = malloc(6 * size);
    require(text != NULL && again != NULL);
    size_t text_size = 0;
    size_t again_size = 0;
    require(comity_json_decode(raw, size, text, &text_size, NULL) == COMITY_OK);
    require(comity_json_says(raw, size, text, text_size));
    require(comity_utf8_check(text, text_size) == text_size);
    require(escaped ? text_size < size - 2 : text_size == size - 2);

    comity_buffer buffer;
    const uint8_t *written = NULL;
    size_t written_size = 0;
    comity_buffer_init(&buffer, 6 * size);
    comity_buffer_append_json_string(&buffer, text, text_size);
    require(comity_buffer_bytes(&buffer, &written, &written_size, NULL) == COMITY_OK);
    require(comity_json_decode(written, written_size, again, &again_size, NULL) == COMITY_OK);
    require(again_size == text_size && memcmp(again, text, text_size) == 0);
    comity_buffer_free(&buffer);
    free(text);
    free(again);
}

static void check_number(const uint8_t *raw, size_t size)
{
    int64_t number = 0;
    comity_status status = comity_json_int64(raw, size, &number, NULL);
    require(status == COMITY_OK || status == COMITY_ERROR_RANGE);
    int64_t hundredfold = 0;
    comity_status second = comity_json_decimal(raw, size, 2, &hundredfold, NULL);
    require(second == COMITY_OK || second == COMITY_ERROR_RANGE);
    if (status == COMITY_OK && second == COMITY_OK) {
        require(hundredfold == number * 100);
    }
}

static void check_tokens(const uint8_t *bytes, size_t size, const json_reading *reading)
{
    size_t at = 0;
    for (size_t i = 0; i < reading->count; i++) {
        const comity_json_token *token = &reading->tokens[i];
        require(token->begin >= at && token->begin < token->end && token->end <= size);
        size_t token_size = (size_t)(token->end - token->begin);
        if (token->kind == COMITY_JSON_KEY || token->kind == COMITY_JSON_STRING) {
            check_string(bytes + token->begin, token_size, token->escaped);
        } else if (token->kind == COMITY_JSON_NUMBER) {
            check_number(bytes + token->begin, token_size);
        }
        at = (size_t)token->end;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size > INPUT_SIZE_MAX) {
        return 0;
    }
    json_reading reading;
    require(json_all_modes_agree(bytes, size, 16, size <= SPLIT_SIZE_MAX, &reading));
    check_tokens(bytes, size, &reading);
    free(reading.tokens);

    /* Bytes that are no token at all must be safe to ask about as well. */
    char *text = malloc(size + 1);
    require(text != NULL);
    size_t text_size = 0;
    int64_t number = 0;
    (void)!comity_json_decode(bytes, size, text, &text_size, NULL);
    (void)!comity_json_int64(bytes, size, &number, NULL);
    (void)comity_json_says(bytes, size, "consent", 7);
    free(text);
    return 0;
}
