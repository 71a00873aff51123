/* The exact reader: one byte after another, stopping and going on anywhere.
 *
 * What comes in: the tokenizer's state and its chunk. What goes out: the next
 * token, or the first error in the input. On an error the state stays as it
 * is, so that reading on gives the same error again. */
#include "base/json_state.h"

#include <assert.h>

/* ---- tokens ---- */

void comity_json_end_token(comity_json *json, comity_json_kind kind, comity_json_token *ret_token)
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
        return comity_json_fail_depth(json, reterr);
    }
    begin_token(json, INSIDE_NOTHING);
    comity_json_end_token(json, object ? COMITY_JSON_OBJECT_BEGIN : COMITY_JSON_ARRAY_BEGIN, ret_token);
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
    comity_json_end_token(json, object ? COMITY_JSON_OBJECT_END : COMITY_JSON_ARRAY_END, ret_token);
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
        return comity_json_fail_structure(json, reterr);
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
        return comity_json_fail_structure(json, reterr);
    case EXPECT_COLON:
        return byte == ':' ? pass(json, EXPECT_VALUE_AFTER_COLON) : comity_json_fail_structure(json, reterr);
    case EXPECT_COMMA_OR_END_OF_OBJECT:
        if (byte == '}') {
            return end_container(json, true, ret_token, ret_found);
        }
        return byte == ',' ? pass(json, EXPECT_KEY_AFTER_COMMA) : comity_json_fail_structure(json, reterr);
    case EXPECT_COMMA_OR_END_OF_ARRAY:
        if (byte == ']') {
            return end_container(json, false, ret_token, ret_found);
        }
        return byte == ',' ? pass(json, EXPECT_VALUE_AFTER_COMMA) : comity_json_fail_structure(json, reterr);
    default:
        return comity_json_fail_structure(json, reterr);
    }
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
        return comity_json_fail_found(json, lacks, reterr);
    }
    comity_json_end_token(json, COMITY_JSON_NUMBER, ret_token);
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
            return comity_json_fail_found(json, words[json->inside].quoted, reterr);
        }
        json->digits++;
        json->at++;
    }
    if (letters[json->digits] == '\0') {
        comity_json_end_token(json, words[json->inside].kind, ret_token);
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
    case INSIDE_ESCAPE:
    case INSIDE_UNIT:
    case INSIDE_PAIR:
    case INSIDE_PAIR_ESCAPE:
    case INSIDE_PAIR_UNIT:
        return comity_json_exact_string(json, ret_token, ret_found, reterr);
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
        return json->expect == EXPECT_END ? COMITY_OK : comity_json_fail_structure(json, reterr);
    }
    if (json->inside >= INSIDE_MINUS && json->inside <= INSIDE_EXPONENT) {
        return end_number(json, ret_token, ret_found, reterr);
    }
    if (json->inside >= INSIDE_TRUE) {
        return comity_json_fail_found(json, words[json->inside].quoted, reterr);
    }
    return comity_json_fail_found(json, "'\"' to end the string", reterr);
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
