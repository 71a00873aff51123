/* Reads one document in every way there is, and says whether all ways agree:
 * at every instruction set, whole, token by token, and in chunks, each chunk in
 * memory of its own that is given back once it has been read. For tests and for
 * the fuzz target. */
#ifndef COMITY_TESTS_JSON_MODES_H
#define COMITY_TESTS_JSON_MODES_H

#include "base/json_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What came out. `tokens` is to be freed. */
typedef struct json_reading {
    comity_json_token *tokens;
    size_t count;
    comity_status status;
    comity_error error;
} json_reading;

static inline json_reading json_reading_begin(size_t size)
{
    json_reading reading;
    memset(&reading, 0, sizeof reading);
    reading.tokens = (comity_json_token *)calloc(size + 2, sizeof(comity_json_token));
    if (reading.tokens == NULL) {
        abort();
    }
    return reading;
}

/* Reads one token by comity_json_next; returns how many there were. */
static inline size_t json_pull(comity_json *json, json_reading *reading)
{
    comity_json_token token;
    reading->status = comity_json_next(json, &token, &reading->error);
    bool found = reading->status == COMITY_OK && token.kind != COMITY_JSON_NONE;
    if (found) {
        reading->tokens[reading->count] = token;
    }
    return found ? 1 : 0;
}

/* Reads tokens into memory that has room for `room` and no more; returns how many there were. */
static inline size_t json_read_some(comity_json *json, size_t room, json_reading *reading)
{
    comity_json_token *tokens = (comity_json_token *)malloc(room * sizeof *tokens);
    if (tokens == NULL) {
        abort();
    }
    size_t count = 0;
    reading->status = comity_json_read(json, tokens, room, &count, &reading->error);
    memcpy(reading->tokens + reading->count, tokens, count * sizeof *tokens);
    free(tokens);
    return count;
}

/* Reads all that can be read now: all at once (room 0), or some at a time; how must not matter. */
static inline void json_read_on(comity_json *json, bool pulled, size_t room, size_t size, json_reading *reading)
{
    size_t read = 1;
    while (read > 0 && reading->status == COMITY_OK) {
        size_t left = size + 2 - reading->count;
        read =
            pulled ? json_pull(json, reading) : json_read_some(json, room == 0 || room > left ? left : room, reading);
        reading->count += read;
    }
}

/* Reads in chunks of `chunk_size` bytes; 0: all at once. */
static inline json_reading json_read_in(const comity_json_level *level, const void *bytes, size_t size,
                                        size_t depth_max, size_t first_size, size_t chunk_size, bool pulled)
{
    json_reading reading = json_reading_begin(size);
    comity_json *json = (comity_json *)malloc(sizeof *json);
    if (json == NULL) {
        abort();
    }
    comity_json_init(json, depth_max);
    json->level = level;
    size_t at = 0;
    bool last = false;
    while (!last && reading.status == COMITY_OK) {
        size_t wanted = at == 0 && first_size > 0 ? first_size : chunk_size;
        size_t chunk = wanted == 0 || wanted > size - at ? size - at : wanted;
        uint8_t *copy = (uint8_t *)malloc(chunk == 0 ? 1 : chunk);
        if (copy == NULL) {
            abort();
        }
        if (chunk > 0) {
            memcpy(copy, (const uint8_t *)bytes + at, chunk);
        }
        at += chunk;
        last = at == size;
        comity_json_feed(json, copy, chunk, last);
        json_read_on(json, pulled, first_size + chunk_size == 0 ? 0 : 1 + (first_size + chunk_size) % 5, size,
                     &reading);
        free(copy);
        comity_json_token open;
        if (reading.status == COMITY_OK && !last && comity_json_open_token(json, &open)) {
            bool sound = open.end == at && open.begin < open.end && open.kind != COMITY_JSON_NONE;
            if (!sound) {
                abort();
            }
        }
    }
    free(json);
    return reading;
}

static inline bool json_readings_equal(const json_reading *left, const json_reading *right)
{
    if (left->status != right->status || left->count != right->count) {
        return false;
    }
    for (size_t i = 0; i < left->count; i++) {
        const comity_json_token *a = &left->tokens[i];
        const comity_json_token *b = &right->tokens[i];
        bool same = a->begin == b->begin && a->end == b->end && a->kind == b->kind && a->escaped == b->escaped &&
                    a->depth == b->depth;
        if (!same) {
            return false;
        }
    }
    return left->status == COMITY_OK ||
           (left->error.offset == right->error.offset && strcmp(left->error.message, right->error.message) == 0);
}

static inline bool json_reading_equals(const json_reading *expected, json_reading other, const char *mode,
                                       size_t first_size, size_t chunk_size)
{
    bool equal = json_readings_equal(expected, &other);
    if (!equal) {
        fprintf(stderr, "%s, first chunk %zu, chunks %zu: %zu tokens, %s; but plain: %zu tokens, %s\n", mode,
                first_size, chunk_size, other.count, other.status == COMITY_OK ? "accepted" : other.error.message,
                expected->count, expected->status == COMITY_OK ? "accepted" : expected->error.message);
    }
    free(other.tokens);
    return equal;
}

/* Reads in every way; `splits`: also in two chunks, cut at every byte. The
 * reading of the plain reader, whole, is returned for more to be asked of it. */
static inline bool json_all_modes_agree(const void *bytes, size_t size, size_t depth_max, bool splits,
                                        json_reading *ret_reading)
{
    static const size_t chunk_sizes[] = {0, 1, 2, 3, 7, 64, 65, 1000};
    *ret_reading = json_read_in(comity_json_level_at(0), bytes, size, depth_max, 0, 0, false);
    bool agree = true;
    for (size_t l = 0; comity_json_level_at(l) != NULL; l++) {
        const comity_json_level *level = comity_json_level_at(l);
        for (size_t i = 0; i < sizeof chunk_sizes / sizeof chunk_sizes[0]; i++) {
            for (int pulled = 0; pulled < 2; pulled++) {
                json_reading other = json_read_in(level, bytes, size, depth_max, 0, chunk_sizes[i], pulled == 1);
                agree = json_reading_equals(ret_reading, other, level->name, 0, chunk_sizes[i]) && agree;
            }
        }
        for (size_t first = 1; splits && first < size; first++) {
            json_reading other = json_read_in(level, bytes, size, depth_max, first, 0, false);
            agree = json_reading_equals(ret_reading, other, level->name, first, 0) && agree;
        }
    }
    return agree;
}

#endif
