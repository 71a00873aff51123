/* The fast reader: it hops along an index of the bytes that matter.
 *
 * What comes in: the tokenizer's state, outside of any token, and its chunk.
 * What goes out: tokens. It knows no errors: at whatever it does not expect,
 * malformed or merely cut off by the batch's end, it stops before the token in
 * doubt. A new batch then begins there, and if the doubt stays, the exact
 * reader reads this one token or says what is wrong.
 *
 * The index ends in zeros, which no step expects; so no step has to ask
 * whether there is a next entry before it looks at it. */
#include "base/json_state.h"

#include "base/utf8.h"

#include <assert.h>
#include <string.h>

/* ---- the index ---- */

void comity_json_fast_index(comity_json *json)
{
    assert(json->inside == INSIDE_NOTHING && json->at < json->size);
    const uint8_t *bytes = json->bytes + json->at;
    size_t left = json->size - json->at;
    size_t size = left < COMITY_JSON_BATCH_SIZE ? left : COMITY_JSON_BATCH_SIZE;
    comity_json_index_facts facts = {0};
    size_t count = json->level->index(bytes, size, json->index, json->index_bytes, &facts);
    bool doubtful = facts.wrong != 0;
    if (facts.high != 0) {
        /* A character cut off by the batch's end is in a token cut off as well, so it comes again. */
        size_t whole = size < left ? comity_utf8_whole(bytes, size) : size;
        doubtful = doubtful || comity_utf8_check(bytes, whole) != whole;
    }
    if (doubtful) {
        json->exact_until = json->at + size;
        return;
    }
    memset(json->index_bytes + count, 0, COMITY_JSON_INDEX_ZEROS);
    json->index_base = json->at;
    json->index_size = size;
    json->index_at = 0;
    json->index_count = (uint32_t)count;
    if (count == 0) {
        json->at += size; /* all white */
    }
}

/* ---- the cursor ---- */

/* The cursor stays in registers only if all that use it become one function. */
#define INLINE static inline __attribute__((always_inline))

/* Where the reader stands. Places are counted from the batch's beginning. */
typedef struct json_cursor {
    comity_json *json;        /* for its index and stack; the rest of it is written back at the end */
    const uint8_t *batch;     /* the bytes indexed */
    uint64_t offset;          /* of the batch in the whole input */
    size_t entry;             /* the next of the index */
    comity_json_token *token; /* to be written next */
    comity_json_token *end;   /* past the last that can be written */
    uint32_t depth;
    uint8_t expect;
} json_cursor;

/* The bytes the entries from here on point to. */
INLINE const uint8_t *marks(const json_cursor *cursor)
{
    return cursor->json->index_bytes + cursor->entry;
}

/* The place entry `i` from here points to. */
INLINE size_t place(const json_cursor *cursor, size_t i)
{
    return cursor->json->index[cursor->entry + i];
}

/* The place past the string that ends before entry `i` from here. */
INLINE size_t string_end(const json_cursor *cursor, size_t i)
{
    size_t end = place(cursor, i);
    while (cursor->batch[end - 1] != '"') {
        end--;
    }
    return end;
}

/* The place past the number or word that ends before the next entry. */
INLINE size_t scalar_end(const json_cursor *cursor)
{
    size_t end = place(cursor, 1);
    while (comity_json_white(cursor->batch[end - 1])) {
        end--;
    }
    return end;
}

INLINE void write_token(json_cursor *cursor, size_t begin, size_t end, comity_json_kind kind, bool escaped)
{
    *cursor->token++ = (comity_json_token){
        .begin = cursor->offset + begin,
        .end = cursor->offset + end,
        .kind = (uint8_t)kind,
        .escaped = escaped,
        .depth = (uint16_t)cursor->depth,
    };
}

/* ---- escapes ---- */

/* The unit of UTF-16 that the escape at place `at` gives; -1 if it is no \u escape. */
static int32_t escaped_unit(const comity_json *json, size_t at)
{
    const uint8_t *escape = json->bytes + json->index_base + at;
    if (json->index_size - at < 6 || escape[1] != 'u') {
        return -1;
    }
    int32_t unit = 0;
    for (size_t i = 2; i < 6; i++) {
        int digit = comity_json_hex(escape[i]);
        if (digit < 0) {
            return -1;
        }
        unit = unit << 4 | digit;
    }
    return unit;
}

/* How many entries the escape at `entry` takes, 2 for a surrogate pair; 0 if it is malformed. */
static size_t escape_entries(const comity_json *json, size_t entry)
{
    static const bool simple[256] = {['"'] = true, ['\\'] = true, ['/'] = true, ['b'] = true,
                                     ['f'] = true, ['n'] = true,  ['r'] = true, ['t'] = true};
    size_t at = json->index[entry];
    if (json->index_size - at < 2) {
        return 0;
    }
    if (simple[json->bytes[json->index_base + at + 1]]) {
        return 1;
    }
    int32_t unit = escaped_unit(json, at);
    if (unit < 0xD800 || unit > 0xDFFF) {
        return unit < 0 ? 0 : 1;
    }
    bool followed = unit <= 0xDBFF && json->index_bytes[entry + 1] == '\\' && json->index[entry + 1] == at + 6;
    int32_t second = followed ? escaped_unit(json, at + 6) : -1;
    return second >= 0xDC00 && second <= 0xDFFF ? 2 : 0;
}

/* How many entries the string at `entry` takes, its escapes included; 0 in doubt. */
static size_t string_entries(const comity_json *json, size_t entry)
{
    size_t i = entry + 1;
    while (json->index_bytes[i] == '\\') {
        size_t taken = escape_entries(json, i);
        if (taken == 0) {
            return 0;
        }
        i += taken;
    }
    return json->index_bytes[i] == 0 ? 0 : i - entry;
}

/* ---- numbers ---- */

static inline size_t pass_digits(const uint8_t *bytes, size_t at, size_t end)
{
    while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
        at++;
    }
    return at;
}

/* What stands from `at` to `end` is an exponent, or nothing. */
static bool exponent_fits(const uint8_t *bytes, size_t at, size_t end)
{
    if (at == end) {
        return true;
    }
    bool sign = end - at > 1 && (bytes[at + 1] == '+' || bytes[at + 1] == '-');
    size_t digits = at + (sign ? 2 : 1);
    return (bytes[at] | 0x20) == 'e' && digits < end && pass_digits(bytes, digits, end) == end;
}

/* What stands from `begin` to `end` is a number. */
static inline bool number_fits(const uint8_t *bytes, size_t begin, size_t end)
{
    size_t whole = begin + (bytes[begin] == '-' ? 1 : 0);
    size_t at = pass_digits(bytes, whole, end);
    bool leading_zero = at - whole > 1 && bytes[whole] == '0';
    if (at == whole || leading_zero) {
        return false;
    }
    if (at < end && bytes[at] == '.') {
        size_t fraction = at + 1;
        at = pass_digits(bytes, fraction, end);
        return at > fraction && exponent_fits(bytes, at, end);
    }
    return exponent_fits(bytes, at, end);
}

/* ---- steps; each returns false in doubt, before it has changed anything ---- */

/* A key and its colon. */
INLINE bool read_key(json_cursor *cursor)
{
    const uint8_t *mark = marks(cursor);
    size_t entries = 1;
    if (mark[0] != '"') {
        return false;
    }
    if (mark[1] != ':') {
        entries = string_entries(cursor->json, cursor->entry);
        if (entries == 0 || mark[entries] != ':') {
            return false;
        }
    }
    write_token(cursor, place(cursor, 0), string_end(cursor, entries), COMITY_JSON_KEY, entries > 1);
    cursor->entry += entries + 1;
    return true;
}

/* At once, since most members are like that: a key, a string without escapes, and a comma. */
INLINE bool read_plain_member(json_cursor *cursor)
{
    if (memcmp(marks(cursor), "\":\",", 4) != 0 || cursor->end - cursor->token < 2) {
        return false;
    }
    write_token(cursor, place(cursor, 0), string_end(cursor, 1), COMITY_JSON_KEY, false);
    write_token(cursor, place(cursor, 2), string_end(cursor, 3), COMITY_JSON_STRING, false);
    cursor->entry += 4;
    return true;
}

INLINE bool read_string(json_cursor *cursor)
{
    size_t entries = 1;
    if (marks(cursor)[1] == '\\' || marks(cursor)[1] == 0) {
        entries = string_entries(cursor->json, cursor->entry);
        if (entries == 0) {
            return false;
        }
    }
    write_token(cursor, place(cursor, 0), string_end(cursor, entries), COMITY_JSON_STRING, entries > 1);
    cursor->entry += entries;
    return true;
}

INLINE bool read_word(json_cursor *cursor, const char *letters, size_t size, comity_json_kind kind)
{
    if (marks(cursor)[1] == 0) {
        return false;
    }
    size_t begin = place(cursor, 0);
    size_t end = scalar_end(cursor);
    if (end - begin != size || memcmp(cursor->batch + begin, letters, size) != 0) {
        return false;
    }
    write_token(cursor, begin, end, kind, false);
    cursor->entry++;
    return true;
}

INLINE bool read_number(json_cursor *cursor)
{
    if (marks(cursor)[0] == 0 || marks(cursor)[1] == 0) {
        return false;
    }
    size_t begin = place(cursor, 0);
    size_t end = scalar_end(cursor);
    if (!number_fits(cursor->batch, begin, end)) {
        return false;
    }
    write_token(cursor, begin, end, COMITY_JSON_NUMBER, false);
    cursor->entry++;
    return true;
}

/* A value that is no object and no array. */
INLINE bool read_scalar(json_cursor *cursor)
{
    switch (marks(cursor)[0]) {
    case '"':
        return read_string(cursor);
    case 't':
        return read_word(cursor, "true", 4, COMITY_JSON_TRUE);
    case 'f':
        return read_word(cursor, "false", 5, COMITY_JSON_FALSE);
    case 'n':
        return read_word(cursor, "null", 4, COMITY_JSON_NULL);
    default:
        return read_number(cursor);
    }
}

INLINE bool begin_container(json_cursor *cursor, uint8_t container, comity_json_kind kind)
{
    if (cursor->depth == cursor->json->depth_max) {
        return false;
    }
    size_t at = place(cursor, 0);
    write_token(cursor, at, at + 1, kind, false);
    cursor->json->stack[cursor->depth] = container;
    cursor->depth++;
    cursor->entry++;
    return true;
}

INLINE void end_container(json_cursor *cursor, comity_json_kind kind)
{
    size_t at = place(cursor, 0);
    cursor->depth--;
    write_token(cursor, at, at + 1, kind, false);
    cursor->entry++;
}

/* ---- the grammar ---- */

INLINE bool next_is(const json_cursor *cursor, uint8_t mark)
{
    return marks(cursor)[0] == mark;
}

INLINE bool full(const json_cursor *cursor)
{
    return cursor->token == cursor->end;
}

/* Reads until the room is full, the index is used up, or in doubt. A place in
 * this function is a state of the grammar: jumping from one to the next, the
 * processor foresees each turn by itself. `cursor->expect` follows along. */
INLINE void read_tokens(json_cursor *cursor)
{
    switch (cursor->expect) {
    case EXPECT_KEY_OR_END:
        goto key_or_end;
    case EXPECT_KEY_AFTER_COMMA:
        goto key;
    case EXPECT_VALUE_OR_END:
        goto value_or_end;
    case EXPECT_COMMA_OR_END_OF_OBJECT:
    case EXPECT_COMMA_OR_END_OF_ARRAY:
    case EXPECT_END:
        goto after_value;
    case EXPECT_COLON:
        if (!next_is(cursor, ':')) {
            return;
        }
        cursor->entry++;
        cursor->expect = EXPECT_VALUE_AFTER_COLON;
        goto value;
    default:
        goto value;
    }

key_or_end:
    cursor->expect = EXPECT_KEY_OR_END;
    if (next_is(cursor, '}')) {
        goto end_of_object;
    }
    goto first_key;

key:
    cursor->expect = EXPECT_KEY_AFTER_COMMA;
first_key:
    if (read_plain_member(cursor)) {
        goto key;
    }
    if (full(cursor) || !read_key(cursor)) {
        return;
    }
    cursor->expect = EXPECT_VALUE_AFTER_COLON;

value:
    if (full(cursor)) {
        return;
    }
    if (next_is(cursor, '{')) {
        if (!begin_container(cursor, STACK_OBJECT, COMITY_JSON_OBJECT_BEGIN)) {
            return;
        }
        goto key_or_end;
    }
    if (next_is(cursor, '[')) {
        if (!begin_container(cursor, STACK_ARRAY, COMITY_JSON_ARRAY_BEGIN)) {
            return;
        }
        goto value_or_end;
    }
    if (!read_scalar(cursor)) {
        return;
    }

after_value:
    cursor->expect = EXPECT_END;
    if (cursor->depth == 0) {
        return;
    }
    if (cursor->json->stack[cursor->depth - 1] == STACK_OBJECT) {
        cursor->expect = EXPECT_COMMA_OR_END_OF_OBJECT;
        if (next_is(cursor, ',')) {
            cursor->entry++;
            goto key;
        }
    end_of_object:
        if (full(cursor) || !next_is(cursor, '}')) {
            return;
        }
        end_container(cursor, COMITY_JSON_OBJECT_END);
        goto after_value;
    }
    cursor->expect = EXPECT_COMMA_OR_END_OF_ARRAY;
    if (next_is(cursor, ',')) {
        cursor->entry++;
        cursor->expect = EXPECT_VALUE_AFTER_COMMA;
        goto value;
    }
end_of_array:
    if (full(cursor) || !next_is(cursor, ']')) {
        return;
    }
    end_container(cursor, COMITY_JSON_ARRAY_END);
    goto after_value;

value_or_end:
    cursor->expect = EXPECT_VALUE_OR_END;
    if (next_is(cursor, ']')) {
        goto end_of_array;
    }
    goto value;
}

/* ---- the whole ---- */

/* Writes back where the cursor stands. If it stopped in doubt, the index is
 * given up; a next batch begins there, unless this one began there already. */
static void write_back(comity_json *json, const json_cursor *cursor)
{
    json->depth = (uint16_t)cursor->depth;
    json->expect = cursor->expect;
    json->index_at = (uint32_t)cursor->entry;
    if (cursor->entry == json->index_count) {
        json->at = json->index_base + json->index_size;
    } else if (cursor->token != cursor->end) {
        json->at = json->index_base + json->index[cursor->entry];
        json->exact_until = cursor->entry == 0 ? json->at + 1 : 0;
        json->index_at = json->index_count;
    }
}

size_t comity_json_fast_read(comity_json *json, comity_json_token *ret_tokens, size_t tokens_max)
{
    json_cursor cursor = {
        .json = json,
        .batch = json->bytes + json->index_base,
        .offset = json->offset + json->index_base,
        .entry = json->index_at,
        .token = ret_tokens,
        .end = ret_tokens + tokens_max,
        .depth = json->depth,
        .expect = json->expect,
    };
    read_tokens(&cursor);
    write_back(json, &cursor);
    return (size_t)(cursor.token - ret_tokens);
}
