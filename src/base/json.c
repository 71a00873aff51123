/* What comes in: chunks of input. What goes out: tokens, the first error, or
 * the word that the document is whole. This file hands the state to and fro
 * between the fast and the exact reader and keeps count of lines. */
#include "base/json.h"

#include "base/json_state.h"

#include <assert.h>
#include <string.h>

void comity_json_init(comity_json *ret_json, size_t depth_max)
{
    assert(depth_max >= 1 && depth_max <= COMITY_LIMIT_JSON_DEPTH_CEILING);
    ret_json->level = comity_json_level_best();
    ret_json->bytes = NULL;
    ret_json->size = 0;
    ret_json->at = 0;
    ret_json->exact_until = 0;
    ret_json->index_base = 0;
    ret_json->index_size = 0;
    ret_json->index_at = 0;
    ret_json->index_count = 0;
    ret_json->offset = 0;
    ret_json->line = 0;
    ret_json->column = 0;
    ret_json->token_begin = 0;
    ret_json->depth = 0;
    ret_json->depth_max = (uint16_t)depth_max;
    ret_json->expect = EXPECT_VALUE;
    ret_json->inside = INSIDE_NOTHING;
    ret_json->utf8 = 0;
    ret_json->digits = 0;
    ret_json->unit = 0;
    ret_json->escaped = false;
    ret_json->last = false;
    ret_json->ahead_at = 0;
    ret_json->ahead_count = 0;
}

void comity_json_feed(comity_json *json, const void *bytes, size_t size, bool last)
{
    assert(json->at == json->size && !json->last);
    json->bytes = bytes;
    json->size = size;
    json->at = 0;
    json->exact_until = 0;
    json->last = last;
}

/* Lets go of a chunk that has been read, keeping count of where it ended. */
static void leave_chunk(comity_json *json)
{
    comity_json_locate(json->bytes, json->size, &json->line, &json->column);
    json->offset += json->size;
    json->bytes = NULL;
    json->size = 0;
    json->at = 0;
    json->exact_until = 0;
}

static bool fast_reader_can(const comity_json *json)
{
    return json->level->index != NULL && json->inside == INSIDE_NOTHING && json->at < json->size &&
           json->at >= json->exact_until;
}

/* Reads from the chunk, as comity_json_read. */
static comity_status read_chunk(comity_json *json, comity_json_token *ret_tokens, size_t tokens_max, size_t *ret_count,
                                comity_error *reterr)
{
    size_t count = 0;
    while (count < tokens_max) {
        if (json->index_at < json->index_count) {
            count += comity_json_fast_read(json, ret_tokens + count, tokens_max - count);
        } else if (fast_reader_can(json)) {
            comity_json_fast_index(json);
        } else {
            bool found = false;
            comity_error *error = count == 0 ? reterr : NULL;
            comity_status status = comity_json_exact_next(json, &ret_tokens[count], &found, error);
            if (status != COMITY_OK && count == 0) {
                return status;
            }
            if (!found) {
                break;
            }
            count++;
        }
    }
    if (count == 0 && !json->last) {
        leave_chunk(json);
    }
    *ret_count = count;
    return COMITY_OK;
}

/* Takes tokens that were read ahead. */
static size_t take_ahead(comity_json *json, comity_json_token *ret_tokens, size_t tokens_max)
{
    size_t left = (size_t)json->ahead_count - json->ahead_at;
    size_t count = left < tokens_max ? left : tokens_max;
    memcpy(ret_tokens, json->ahead + json->ahead_at, count * sizeof *ret_tokens);
    json->ahead_at = (uint8_t)(json->ahead_at + count);
    return count;
}

comity_status comity_json_read(comity_json *json, comity_json_token *ret_tokens, size_t tokens_max, size_t *ret_count,
                               comity_error *reterr)
{
    assert(tokens_max >= 1);
    if (json->ahead_at < json->ahead_count) {
        *ret_count = take_ahead(json, ret_tokens, tokens_max);
        return COMITY_OK;
    }
    return read_chunk(json, ret_tokens, tokens_max, ret_count, reterr);
}

comity_status comity_json_next(comity_json *json, comity_json_token *ret_token, comity_error *reterr)
{
    if (json->ahead_at == json->ahead_count) {
        size_t count = 0;
        COMITY_TRY(read_chunk(json, json->ahead, COMITY_JSON_AHEAD_COUNT, &count, reterr));
        json->ahead_at = 0;
        json->ahead_count = (uint8_t)count;
    }
    if (json->ahead_count == 0) {
        uint64_t end = json->offset + json->at;
        *ret_token = (comity_json_token){.begin = end, .end = end, .kind = COMITY_JSON_NONE, .depth = json->depth};
        return COMITY_OK;
    }
    *ret_token = json->ahead[json->ahead_at];
    json->ahead_at++;
    return COMITY_OK;
}

bool comity_json_open_token(const comity_json *json, comity_json_token *ret_token)
{
    if (json->inside == INSIDE_NOTHING) {
        return false;
    }
    comity_json_kind kind = COMITY_JSON_NUMBER;
    if (json->inside < INSIDE_MINUS) {
        kind = comity_json_expects_key(json) ? COMITY_JSON_KEY : COMITY_JSON_STRING;
    } else if (json->inside == INSIDE_TRUE) {
        kind = COMITY_JSON_TRUE;
    } else if (json->inside == INSIDE_FALSE) {
        kind = COMITY_JSON_FALSE;
    } else if (json->inside == INSIDE_NULL) {
        kind = COMITY_JSON_NULL;
    }
    *ret_token = (comity_json_token){
        .begin = json->token_begin,
        .end = json->offset + json->at,
        .kind = (uint8_t)kind,
        .escaped = json->inside < INSIDE_MINUS && json->escaped,
        .depth = json->depth,
    };
    return true;
}

comity_status comity_json_tokenize(const void *bytes, size_t size, size_t depth_max, comity_json_token *ret_tokens,
                                   size_t tokens_max, size_t *ret_count, comity_error *reterr)
{
    comity_json json;
    comity_json_init(&json, depth_max);
    comity_json_feed(&json, bytes, size, true);
    size_t count = 0;
    size_t read = 0;
    do {
        if (count == tokens_max) {
            comity_json_token more;
            COMITY_TRY(comity_json_next(&json, &more, reterr));
            if (more.kind == COMITY_JSON_NONE) {
                break;
            }
            return comity_fail(reterr, COMITY_ERROR_LIMIT, "the document has more than %zu tokens", tokens_max);
        }
        COMITY_TRY(comity_json_read(&json, ret_tokens + count, tokens_max - count, &read, reterr));
        count += read;
    } while (read > 0);
    *ret_count = count;
    return COMITY_OK;
}

size_t comity_json_line_size(const void *bytes, size_t size)
{
    if (size == 0) {
        return 0;
    }
    const char *begin = bytes;
    const char *newline = memchr(begin, '\n', size);
    return newline == NULL ? size : (size_t)(newline - begin) + 1;
}

const char *comity_json_kind_name(comity_json_kind kind)
{
    static const char *const names[] = {
        [COMITY_JSON_NONE] = "nothing",
        [COMITY_JSON_OBJECT_BEGIN] = "an object",
        [COMITY_JSON_OBJECT_END] = "an object's end",
        [COMITY_JSON_ARRAY_BEGIN] = "an array",
        [COMITY_JSON_ARRAY_END] = "an array's end",
        [COMITY_JSON_KEY] = "a key",
        [COMITY_JSON_STRING] = "a string",
        [COMITY_JSON_NUMBER] = "a number",
        [COMITY_JSON_TRUE] = "true",
        [COMITY_JSON_FALSE] = "false",
        [COMITY_JSON_NULL] = "null",
    };
    return names[kind];
}
