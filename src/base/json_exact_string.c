/* The exact reader within strings. What comes in: the state, within a key or
 * string, and at least one more byte. What goes out: the state some bytes
 * further, the token if it has ended, or the first error. Text is passed over
 * in long runs; escapes go byte by byte, since a chunk may end anywhere in them. */
#include "base/json_state.h"

#include "base/swar.h"
#include "base/utf8.h"

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
            return comity_json_fail_found(json, begun ? "the rest of a UTF-8 character" : "UTF-8", reterr);
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
        return comity_json_fail_found(json, "no unescaped control character in a string", reterr);
    }
    json->at++;
    if (byte == '"') {
        comity_json_end_token(json, comity_json_expects_key(json) ? COMITY_JSON_KEY : COMITY_JSON_STRING, ret_token);
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
        return comity_json_fail_found(json, "one of \" \\ / b f n r t u after '\\'", reterr);
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
        return comity_json_fail_saying(json, COMITY_ERROR_SYNTAX, "another escape",
                                       "\\uDC00 to \\uDFFF, the second half of a surrogate pair", reterr);
    }
    if (json->inside == INSIDE_UNIT && second_half) {
        return comity_json_fail_saying(json, COMITY_ERROR_SYNTAX, "the second half of a surrogate pair",
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
        return comity_json_fail_found(json, "four hexadecimal digits after '\\u'", reterr);
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
        return comity_json_fail_found(json, "\\uDC00 to \\uDFFF, the second half of a surrogate pair", reterr);
    }
    json->inside = begun ? INSIDE_PAIR_UNIT : INSIDE_PAIR_ESCAPE;
    json->unit = 0;
    json->digits = 0;
    json->at++;
    return COMITY_OK;
}

comity_status comity_json_exact_string(comity_json *json, comity_json_token *ret_token, bool *ret_found,
                                       comity_error *reterr)
{
    switch (json->inside) {
    case INSIDE_STRING:
        return read_text(json, ret_token, ret_found, reterr);
    case INSIDE_ESCAPE:
        return read_escape(json, reterr);
    case INSIDE_UNIT:
    case INSIDE_PAIR_UNIT:
        return read_unit(json, reterr);
    default:
        return read_pair(json, reterr);
    }
}
