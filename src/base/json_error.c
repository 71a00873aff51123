/* What comes in: the tokenizer's state where it cannot go on. What goes out: the
 * error that says where that is, what was found there and what was expected. */
#include "base/json_state.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

/* What was found, as a phrase. */
typedef struct found {
    char text[24];
} found;

static found found_here(const comity_json *json)
{
    found result = {.text = "the end of the input"};
    if (json->at == json->size) {
        return result;
    }
    uint8_t byte = json->bytes[json->at];
    if (byte == '\n') {
        (void)snprintf(result.text, sizeof result.text, "a line break");
    } else if (byte == '\t') {
        (void)snprintf(result.text, sizeof result.text, "a tab");
    } else if (byte >= 0x20 && byte < 0x7F) {
        (void)snprintf(result.text, sizeof result.text, "'%c'", byte);
    } else {
        (void)snprintf(result.text, sizeof result.text, "byte 0x%02X", byte);
    }
    return result;
}

void comity_json_locate(const uint8_t *bytes, size_t size, uint64_t *line, uint64_t *column)
{
    size_t at = 0;
    while (at < size) {
        const uint8_t *line_break = memchr(bytes + at, '\n', size - at);
        if (line_break == NULL) {
            *column += comity_utf8_count(bytes + at, size - at);
            return;
        }
        (*line)++;
        *column = 0;
        at = (size_t)(line_break - bytes) + 1;
    }
}

comity_status comity_json_fail_saying(const comity_json *json, comity_status status, const char *what,
                                      const char *expected, comity_error *reterr)
{
    if (reterr == NULL) {
        return status;
    }
    uint64_t line = json->line;
    uint64_t column = json->column;
    comity_json_locate(json->bytes, json->at, &line, &column);
    (void)comity_fail(reterr, status, "line %llu, column %llu: found %s but expected %s", (unsigned long long)line + 1,
                      (unsigned long long)column + 1, what, expected);
    reterr->offset = (size_t)(json->offset + json->at);
    return status;
}

comity_status comity_json_fail_found(const comity_json *json, const char *expected, comity_error *reterr)
{
    return comity_json_fail_saying(json, COMITY_ERROR_SYNTAX, found_here(json).text, expected, reterr);
}

comity_status comity_json_fail_structure(const comity_json *json, comity_error *reterr)
{
    static const char *const expected[] = {
        [EXPECT_VALUE] = "a value",
        [EXPECT_VALUE_AFTER_COLON] = "a value after ':'",
        [EXPECT_VALUE_AFTER_COMMA] = "a value after ','",
        [EXPECT_VALUE_OR_END] = "a value or ']' after '['",
        [EXPECT_KEY_AFTER_COMMA] = "a key after ','",
        [EXPECT_KEY_OR_END] = "a key or '}' after '{'",
        [EXPECT_COLON] = "':' after the key",
        [EXPECT_COMMA_OR_END_OF_OBJECT] = "',' or '}' after the value",
        [EXPECT_COMMA_OR_END_OF_ARRAY] = "',' or ']' after the value",
        [EXPECT_END] = "nothing after the value",
    };
    bool byte_order_mark = json->offset + json->at == 0 && json->size > 0 && json->bytes[0] == 0xEF;
    if (byte_order_mark) {
        return comity_json_fail_saying(json, COMITY_ERROR_SYNTAX, "byte 0xEF, as of a byte order mark,", "a value",
                                       reterr);
    }
    return comity_json_fail_found(json, expected[json->expect], reterr);
}

comity_status comity_json_fail_depth(const comity_json *json, comity_error *reterr)
{
    char expected[64];
    (void)snprintf(expected, sizeof expected, "no more than %u objects and arrays in one another",
                   (unsigned)json->depth_max);
    return comity_json_fail_saying(json, COMITY_ERROR_LIMIT, found_here(json).text, expected, reterr);
}
