/* The exact reader: one byte after another, stopping and going on anywhere.
 *
 * What comes in: the tokenizer's state and its chunk. What goes out: the next
 * token, or the first error in the input. On an error the state stays as it
 * is, so that reading on gives the same error again. */
#include "base/json_state.h"

#include "base/swar.h"
#include "base/utf8.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* ---- errors ---- */

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

static comity_status fail_saying(const comity_json *json, comity_status status, const char *what, const char *expected,
                                 comity_error *reterr)
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

/* The next byte, or the end, is not what was expected. */
static comity_status fail_found(const comity_json *json, const char *expected, comity_error *reterr)
{
    return fail_saying(json, COMITY_ERROR_SYNTAX, found_here(json).text, expected, reterr);
}

static comity_status fail_structure(const comity_json *json, comity_error *reterr)
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
        return fail_saying(json, COMITY_ERROR_SYNTAX, "byte 0xEF, as of a byte order mark,", "a value", reterr);
    }
    return fail_found(json, expected[json->expect], reterr);
}

static comity_status fail_depth(const comity_json *json, comity_error *reterr)
{
    char expected[64];
    (void)snprintf(expected, sizeof expected, "no more than %u objects and arrays in one another",
                   (unsigned)json->depth_max);
    return fail_saying(json, COMITY_ERROR_LIMIT, found_here(json).text, expected, reterr);
}

/* ---- tokens ---- */

/* The token that ends before `json->at` is whole. */
static void end_token(comity_json *json, comity_json_kind kind, comity_json_token *ret_token)
{
    *ret_token = (comity_json_token){
        .begin = json->token_begin,
        .end = json->offset + json->at,
        .kind = (uint8_t)kind,
        .escaped = json->escaped,
        .depth = json->depth,
    };
    json->inside = INSIDE_NOTHING;
    json->expect = kind == COMITY_JSON_KEY ? EXPECT_COLON : comity_json_expect_after_value(json);
}

static void begin_token(comity_json *json, uint8_t inside)
{
    json->token_begin = json->offset + json->at;
    json->escaped = false;
    json->inside = inside;
    json->digits = 1;
    json->at++;
}

static comity_status begin_container(comity_json *json, bool object, comity_json_token *ret_token, bool *ret_found,
                                     comity_error *reterr)
{
    if (json->depth == json->depth_max) {
        return fail_depth(json, reterr);
    }
    begin_token(json, INSIDE_NOTHING);
    end_token(json, object ? COMITY_JSON_OBJECT_BEGIN : COMITY_JSON_ARRAY_BEGIN, ret_token);
    json->stack[json->depth] = object ? STACK_OBJECT : STACK_ARRAY;
    json->depth++;
    json->expect = object ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
    *ret_found = true;
    return COMITY_OK;
}

static comity_status end_container(comity_json *json, bool object, comity_json_token *ret_token, bool *ret_found)
{
    assert(json->depth > 0);
    json->depth--;
    begin_token(json, INSIDE_NOTHING);
    end_token(json, object ? COMITY_JSON_OBJECT_END : COMITY_JSON_ARRAY_END, ret_token);
    *ret_found = true;
    return COMITY_OK;
}

/* ---- structure ---- */

static comity_status begin_value(comity_json *json, comity_json_token *ret_token, bool *ret_found, comity_error *reterr)
{
    uint8_t byte = json->bytes[json->at];
    if (byte >= '1' && byte <= '9') {
        begin_token(json, INSIDE_INTEGER);
        return COMITY_OK;
    }
    switch (byte) {
    case '{':
    case '[':
        return begin_container(json, byte == '{', ret_token, ret_found, reterr);
    case '"':
        begin_token(json, INSIDE_STRING);
        return COMITY_OK;
    case '-':
        begin_token(json, INSIDE_MINUS);
        return COMITY_OK;
    case '0':
        begin_token(json, INSIDE_ZERO);
        return COMITY_OK;
    case 't':
        begin_token(json, INSIDE_TRUE);
        return COMITY_OK;
    case 'f':
        begin_token(json, INSIDE_FALSE);
        return COMITY_OK;
    case 'n':
        begin_token(json, INSIDE_NULL);
        return COMITY_OK;
    default:
        return fail_structure(json, reterr);
    }
}

/* Reads a byte that is wanted and goes on expecting `next`. */
static comity_status pass(comity_json *json, uint8_t next)
{
    json->at++;
    json->expect = next;
    return COMITY_OK;
}

/* The next byte is not white space, and no token is open. */
static comity_status read_structure(comity_json *json, comity_json_token *ret_token, bool *ret_found,
                                    comity_error *reterr)
{
    uint8_t byte = json->bytes[json->at];
    switch (json->expect) {
    case EXPECT_VALUE_OR_END:
        if (byte == ']') {
            return end_container(json, false, ret_token, ret_found);
        }
        return begin_value(json, ret_token, ret_found, reterr);
    case EXPECT_VALUE:
    case EXPECT_VALUE_AFTER_COLON:
    case EXPECT_VALUE_AFTER_COMMA:
        return begin_value(json, ret_token, ret_found, reterr);
    case EXPECT_KEY_OR_END:
    case EXPECT_KEY_AFTER_COMMA:
        if (byte == '}' && json->expect == EXPECT_KEY_OR_END) {
            return end_container(json, true, ret_token, ret_found);
        }
        if (byte == '"') {
            begin_token(json, INSIDE_STRING);
            return COMITY_OK;
        }
        return fail_structure(json, reterr);
    case EXPECT_COLON:
        return byte == ':' ? pass(json, EXPECT_VALUE_AFTER_COLON) : fail_structure(json, reterr);
    case EXPECT_COMMA_OR_END_OF_OBJECT:
        if (byte == '}') {
            return end_container(json, true, ret_token, ret_found);
        }
        return byte == ',' ? pass(json, EXPECT_KEY_AFTER_COMMA) : fail_structure(json, reterr);
    case EXPECT_COMMA_OR_END_OF_ARRAY:
        if (byte == ']') {
            return end_container(json, false, ret_token, ret_found);
        }
        return byte == ',' ? pass(json, EXPECT_VALUE_AFTER_COMMA) : fail_structure(json, reterr);
    default:
        return fail_structure(json, reterr);
    }
}

/* ---- strings ---- */

static bool ends_text(uint8_t byte)
{
    return byte < 0x20 || byte == '"' || byte == '\\';
}

/* Goes past whole characters, up to a quote, a backslash, a control character,
 * a character that is malformed or cut off, or the chunk's end. */
static void pass_text(comity_json *json)
{
    const uint8_t *bytes = json->bytes;
    size_t at = json->at;
    uint64_t high = 0;
    while (json->size - at >= 8) {
        uint64_t word = comity_swar_load(bytes + at);
        uint64_t stop = comity_swar_below(word, 0x20) | comity_swar_equal(word, '"') | comity_swar_equal(word, '\\');
        if (stop != 0) {
            break;
        }
        high |= comity_swar_high(word);
        at += 8;
    }
    while (at < json->size && !ends_text(bytes[at])) {
        high |= bytes[at] & 0x80;
        at++;
    }
    size_t size = at - json->at;
    if (high != 0) {
        size = comity_utf8_check(bytes + json->at, comity_utf8_whole(bytes + json->at, size));
    }
    json->at += size;
}

/* Goes past one character, or into it as far as it is here. */
static comity_status pass_character(comity_json *json, comity_error *reterr)
{
    do {
        uint8_t next = comity_utf8_step(json->utf8, json->bytes[json->at]);
        if (next == COMITY_UTF8_BAD) {
            bool begun = json->utf8 != COMITY_UTF8_START;
            return fail_found(json, begun ? "the rest of a UTF-8 character" : "UTF-8", reterr);
        }
        json->utf8 = next;
        json->at++;
    } while (json->at < json->size && json->utf8 != COMITY_UTF8_START);
    return COMITY_OK;
}

static comity_status read_text(comity_json *json, comity_json_token *ret_token, bool *ret_found, comity_error *reterr)
{
    if (json->utf8 == COMITY_UTF8_START) {
        pass_text(json);
    }
    if (json->at == json->size) {
        return COMITY_OK;
    }
    if (json->utf8 != COMITY_UTF8_START || json->bytes[json->at] >= 0x80) {
        return pass_character(json, reterr);
    }
    uint8_t byte = json->bytes[json->at];
    if (byte < 0x20) {
        return fail_found(json, "no unescaped control character in a string", reterr);
    }
    json->at++;
    if (byte == '"') {
        end_token(json, comity_json_expects_key(json) ? COMITY_JSON_KEY : COMITY_JSON_STRING, ret_token);
        *ret_found = true;
    } else {
        json->escaped = true;
        json->inside = INSIDE_ESCAPE;
    }
    return COMITY_OK;
}

static comity_status read_escape(comity_json *json, comity_error *reterr)
{
    switch (json->bytes[json->at]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        json->inside = INSIDE_STRING;
        break;
    case 'u':
        json->inside = INSIDE_UNIT;
        json->unit = 0;
        json->digits = 0;
        break;
    default:
        return fail_found(json, "one of \" \\ / b f n r t u after '\\'", reterr);
    }
    json->at++;
    return COMITY_OK;
}

/* The four digits make a unit of UTF-16; what may stand there depends on what was before. */
static comity_status end_unit(comity_json *json, uint16_t unit, comity_error *reterr)
{
    bool first_half = unit >= 0xD800 && unit <= 0xDBFF;
    bool second_half = unit >= 0xDC00 && unit <= 0xDFFF;
    if (json->inside == INSIDE_PAIR_UNIT && !second_half) {
        return fail_saying(json, COMITY_ERROR_SYNTAX, "another escape",
                           "\\uDC00 to \\uDFFF, the second half of a surrogate pair", reterr);
    }
    if (json->inside == INSIDE_UNIT && second_half) {
        return fail_saying(json, COMITY_ERROR_SYNTAX, "the second half of a surrogate pair",
                           "a character or a first half", reterr);
    }
    json->inside = first_half ? INSIDE_PAIR : INSIDE_STRING;
    json->at++;
    return COMITY_OK;
}

static comity_status read_unit(comity_json *json, comity_error *reterr)
{
    int digit = comity_json_hex(json->bytes[json->at]);
    if (digit < 0) {
        return fail_found(json, "four hexadecimal digits after '\\u'", reterr);
    }
    uint16_t unit = (uint16_t)(json->unit << 4 | digit);
    if (json->digits == 3) {
        return end_unit(json, unit, reterr);
    }
    json->unit = unit;
    json->digits++;
    json->at++;
    return COMITY_OK;
}

static comity_status read_pair(comity_json *json, comity_error *reterr)
{
    bool begun = json->inside == INSIDE_PAIR_ESCAPE;
    if (json->bytes[json->at] != (begun ? 'u' : '\\')) {
        return fail_found(json, "\\uDC00 to \\uDFFF, the second half of a surrogate pair", reterr);
    }
    json->inside = begun ? INSIDE_PAIR_UNIT : INSIDE_PAIR_ESCAPE;
    json->unit = 0;
    json->digits = 0;
    json->at++;
    return COMITY_OK;
}

/* ---- numbers and words ---- */

/* What part of a number a byte leads to; INSIDE_NOTHING if it does not belong to the number. */
static uint8_t number_step(uint8_t inside, uint8_t byte)
{
    bool digit = byte >= '0' && byte <= '9';
    bool point = byte == '.' && (inside == INSIDE_ZERO || inside == INSIDE_INTEGER);
    bool exponent =
        (byte | 0x20) == 'e' && (inside == INSIDE_ZERO || inside == INSIDE_INTEGER || inside == INSIDE_FRACTION);
    if (point) {
        return INSIDE_POINT;
    }
    if (exponent) {
        return INSIDE_E;
    }
    if ((byte == '+' || byte == '-') && inside == INSIDE_E) {
        return INSIDE_E_SIGN;
    }
    if (!digit || inside == INSIDE_ZERO) {
        return INSIDE_NOTHING;
    }
    if (inside == INSIDE_MINUS) {
        return byte == '0' ? INSIDE_ZERO : INSIDE_INTEGER;
    }
    if (inside == INSIDE_INTEGER) {
        return INSIDE_INTEGER;
    }
    return inside == INSIDE_POINT || inside == INSIDE_FRACTION ? INSIDE_FRACTION : INSIDE_EXPONENT;
}

/* What a number wants that cannot end here; NULL if it can. */
static const char *number_lacks(const comity_json *json)
{
    bool digit = json->at < json->size && json->bytes[json->at] >= '0' && json->bytes[json->at] <= '9';
    switch (json->inside) {
    case INSIDE_MINUS:
        return "a digit after '-'";
    case INSIDE_POINT:
        return "a digit after '.'";
    case INSIDE_E:
        return "a sign or digit of the exponent";
    case INSIDE_E_SIGN:
        return "a digit of the exponent";
    default:
        return json->inside == INSIDE_ZERO && digit ? "no digit after a leading zero" : NULL;
    }
}

/* The number ends here, or cannot. */
static comity_status end_number(comity_json *json, comity_json_token *ret_token, bool *ret_found, comity_error *reterr)
{
    const char *lacks = number_lacks(json);
    if (lacks != NULL) {
        return fail_found(json, lacks, reterr);
    }
    end_token(json, COMITY_JSON_NUMBER, ret_token);
    *ret_found = true;
    return COMITY_OK;
}

static comity_status read_number(comity_json *json, comity_json_token *ret_token, bool *ret_found, comity_error *reterr)
{
    while (json->at < json->size) {
        uint8_t next = number_step(json->inside, json->bytes[json->at]);
        if (next == INSIDE_NOTHING) {
            return end_number(json, ret_token, ret_found, reterr);
        }
        json->inside = next;
        json->at++;
    }
    return COMITY_OK;
}

static const struct {
    const char *letters;
    const char *quoted;
    comity_json_kind kind;
} words[] = {
    [INSIDE_TRUE] = {"true", "the word \"true\"", COMITY_JSON_TRUE},
    [INSIDE_FALSE] = {"false", "the word \"false\"", COMITY_JSON_FALSE},
    [INSIDE_NULL] = {"null", "the word \"null\"", COMITY_JSON_NULL},
};

static comity_status read_word(comity_json *json, comity_json_token *ret_token, bool *ret_found, comity_error *reterr)
{
    const char *letters = words[json->inside].letters;
    while (json->at < json->size && letters[json->digits] != '\0') {
        if (json->bytes[json->at] != (uint8_t)letters[json->digits]) {
            return fail_found(json, words[json->inside].quoted, reterr);
        }
        json->digits++;
        json->at++;
    }
    if (letters[json->digits] == '\0') {
        end_token(json, words[json->inside].kind, ret_token);
        *ret_found = true;
    }
    return COMITY_OK;
}

/* ---- the whole ---- */

/* Reads on within the open token; there is at least one byte. */
static comity_status read_inside(comity_json *json, comity_json_token *ret_token, bool *ret_found, comity_error *reterr)
{
    switch (json->inside) {
    case INSIDE_STRING:
        return read_text(json, ret_token, ret_found, reterr);
    case INSIDE_ESCAPE:
        return read_escape(json, reterr);
    case INSIDE_UNIT:
    case INSIDE_PAIR_UNIT:
        return read_unit(json, reterr);
    case INSIDE_PAIR:
    case INSIDE_PAIR_ESCAPE:
        return read_pair(json, reterr);
    case INSIDE_TRUE:
    case INSIDE_FALSE:
    case INSIDE_NULL:
        return read_word(json, ret_token, ret_found, reterr);
    default:
        return read_number(json, ret_token, ret_found, reterr);
    }
}

static void pass_white(comity_json *json)
{
    while (json->at < json->size && comity_json_white(json->bytes[json->at])) {
        json->at++;
    }
}

/* The whole input has been read. */
static comity_status read_end(comity_json *json, comity_json_token *ret_token, bool *ret_found, comity_error *reterr)
{
    if (json->inside == INSIDE_NOTHING) {
        return json->expect == EXPECT_END ? COMITY_OK : fail_structure(json, reterr);
    }
    if (json->inside >= INSIDE_MINUS && json->inside <= INSIDE_EXPONENT) {
        return end_number(json, ret_token, ret_found, reterr);
    }
    if (json->inside >= INSIDE_TRUE) {
        return fail_found(json, words[json->inside].quoted, reterr);
    }
    return fail_found(json, "'\"' to end the string", reterr);
}

comity_status comity_json_exact_next(comity_json *json, comity_json_token *ret_token, bool *ret_found,
                                     comity_error *reterr)
{
    *ret_found = false;
    while (!*ret_found) {
        if (json->inside == INSIDE_NOTHING) {
            pass_white(json);
        }
        if (json->at == json->size) {
            return json->last ? read_end(json, ret_token, ret_found, reterr) : COMITY_OK;
        }
        if (json->inside == INSIDE_NOTHING) {
            COMITY_TRY(read_structure(json, ret_token, ret_found, reterr));
        } else {
            COMITY_TRY(read_inside(json, ret_token, ret_found, reterr));
        }
    }
    return COMITY_OK;
}
