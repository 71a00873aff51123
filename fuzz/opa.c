/* Any bytes as a request of OPA's: what is found as its input lies within them and is one
 * value; and an object with any value as its input is found to have just that. */
#include "base/json.h"
#include "base/limits.h"
#include "serve/opa.h"

#include <stdlib.h>
#include <string.h>

#define INPUT_SIZE_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static bool is_value(const char *text, size_t size)
{
    comity_json_token *tokens = malloc((size + 2) * sizeof *tokens);
    size_t count = 0;
    require(tokens != NULL);
    bool good = comity_json_tokenize(text, size, COMITY_LIMIT_JSON_DEPTH, tokens, size + 2, &count, NULL) == COMITY_OK;
    free(tokens);
    return good;
}

/* {"input": …} around a value; behind another member of that name where it is not the outermost. */
static void around(const char *value, size_t size)
{
    static const char before[] = "{\"x\":{\"input\":1},\"input\":";
    char *text = malloc(sizeof before + size + 1);
    size_t begin = 0;
    size_t end = 0;
    comity_error error;
    require(text != NULL);
    memcpy(text, before, sizeof before - 1);
    memcpy(text + sizeof before - 1, value, size);
    text[sizeof before - 1 + size] = '}';
    require(comity_opa_input(text, sizeof before + size, &begin, &end, &error) == COMITY_OK);
    require(begin >= sizeof before - 1 && end <= sizeof before - 1 + size);
    require(strspn(text + sizeof before - 1, " \t\r\n") == begin - (sizeof before - 1));
    require(strspn(text + end, " \t\r\n") == sizeof before - 1 + size - end);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *text = (const char *)bytes;
    size_t begin = 0;
    size_t end = 0;
    comity_error error = {.message = ""};
    if (size > INPUT_SIZE_MAX) {
        return 0;
    }
    if (comity_opa_input(text, size, &begin, &end, &error) == COMITY_OK) {
        require(begin < end && end <= size && is_value(text + begin, end - begin));
    } else {
        require(error.message[0] != '\0');
    }
    if (is_value(text, size)) {
        around(text, size);
    }
    return 0;
}
