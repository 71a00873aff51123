/* Tokens and values of PDF, read where they stand: nothing is built, nothing is
 * kept. Arrays and dictionaries are passed over with a counter, not by recursion. */
#include "inspect/forms/hex.h"
#include "inspect/forms/pdf.h"

#include <stdlib.h>

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0;
}

static bool is_delimiter(uint8_t c)
{
    return c != 0 && strchr("()<>[]{}/%", c) != NULL;
}

static bool is_regular(uint8_t c)
{
    return !is_space(c) && !is_delimiter(c);
}

static size_t skip_space(comity_pdf_span from, size_t at)
{
    while (at < from.size && (is_space(from.bytes[at]) || from.bytes[at] == '%')) {
        bool is_comment = from.bytes[at] == '%';
        while (is_comment && at < from.size && from.bytes[at] != '\n' && from.bytes[at] != '\r') {
            at++;
        }
        at += at < from.size;
    }
    return at;
}

static size_t string_end(comity_pdf_span from, size_t at)
{
    size_t depth = 0;
    for (; at < from.size; at++) {
        uint8_t c = from.bytes[at];
        if (c == '\\') {
            at++;
        } else if (c == '(') {
            depth++;
        } else if (c == ')' && --depth == 0) {
            return at + 1;
        }
    }
    return from.size;
}

static comity_pdf_kind sign_kind(comity_pdf_span from, size_t *at)
{
    uint8_t c = from.bytes[*at];
    bool is_double = *at + 1 < from.size && from.bytes[*at + 1] == c;
    if (c == '(') {
        *at = string_end(from, *at);
        return COMITY_PDF_STRING;
    }
    if (c == '<' && !is_double) {
        const uint8_t *end = memchr(from.bytes + *at, '>', from.size - *at);
        *at = end == NULL ? from.size : (size_t)(end - from.bytes) + 1;
        return COMITY_PDF_HEX;
    }
    *at += (c == '<' || c == '>') && is_double ? 2 : 1;
    return c == '<'                ? COMITY_PDF_OPEN_DICTIONARY
           : c == '>' && is_double ? COMITY_PDF_CLOSE_DICTIONARY
           : c == '['              ? COMITY_PDF_OPEN_ARRAY
           : c == ']'              ? COMITY_PDF_CLOSE_ARRAY
                                   : COMITY_PDF_WORD;
}

comity_pdf_token comity_pdf_next(comity_pdf_span from, size_t *at)
{
    size_t begin = skip_space(from, *at);
    comity_pdf_token token = {.kind = COMITY_PDF_END, .text = {from.bytes, 0}};
    *at = begin;
    if (begin == from.size) { /* of nothing too, which has no bytes to point into */
        return token;
    }
    uint8_t c = from.bytes[begin];
    if (c == '/') {
        begin++;
        token.kind = COMITY_PDF_NAME;
        *at = begin;
    } else if (is_delimiter(c)) {
        token.kind = sign_kind(from, at);
    } else {
        bool is_number = (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.';
        token.kind = is_number ? COMITY_PDF_NUMBER : COMITY_PDF_WORD;
    }
    while ((token.kind == COMITY_PDF_NAME || is_regular(c)) && *at < from.size && is_regular(from.bytes[*at])) {
        (*at)++;
    }
    token.text = (comity_pdf_span){from.bytes + begin, *at - begin};
    return token;
}

bool comity_pdf_is(comity_pdf_span text, const char *word)
{
    return text.size == strlen(word) && memcmp(text.bytes, word, text.size) == 0;
}

double comity_pdf_number(comity_pdf_span text)
{
    double number = 0;
    double place = 0;
    size_t at = 0;
    bool is_negative = text.size != 0 && text.bytes[0] == '-';
    at += text.size != 0 && (text.bytes[0] == '-' || text.bytes[0] == '+');
    for (; at < text.size && at < 32; at++) {
        uint8_t c = text.bytes[at];
        if (c == '.' && place == 0) {
            place = 1;
        } else if (c >= '0' && c <= '9') {
            place = place / (place == 0 ? 1 : 10);
            number = place == 0 ? number * 10 + (c - '0') : number + (c - '0') * place;
        } else {
            break;
        }
    }
    return is_negative ? -number : number;
}

/* Whether "G R" follows a number: it is a reference. Goes behind it. */
static bool skip_reference(comity_pdf_span from, size_t *at)
{
    size_t next = *at;
    comity_pdf_token generation = comity_pdf_next(from, &next);
    if (generation.kind != COMITY_PDF_NUMBER) {
        return false;
    }
    comity_pdf_token letter = comity_pdf_next(from, &next);
    if (letter.kind != COMITY_PDF_WORD || !comity_pdf_is(letter.text, "R")) {
        return false;
    }
    *at = next;
    return true;
}

comity_pdf_span comity_pdf_value(comity_pdf_span from, size_t *at)
{
    size_t depth = 0;
    size_t begin = skip_space(from, *at);
    *at = begin;
    if (begin == from.size) {
        return (comity_pdf_span){from.bytes, 0};
    }
    do {
        size_t before = *at;
        comity_pdf_token token = comity_pdf_next(from, at);
        if (token.kind == COMITY_PDF_OPEN_ARRAY || token.kind == COMITY_PDF_OPEN_DICTIONARY) {
            depth++;
        } else if (token.kind == COMITY_PDF_CLOSE_ARRAY || token.kind == COMITY_PDF_CLOSE_DICTIONARY) {
            if (depth == 0) { /* the end of what this value was looked for in */
                *at = before;
                break;
            }
            depth--;
        } else if (token.kind == COMITY_PDF_END) {
            break;
        } else if (token.kind == COMITY_PDF_NUMBER && depth == 0) {
            (void)skip_reference(from, at);
        }
    } while (depth != 0);
    return (comity_pdf_span){from.bytes + begin, *at - begin};
}

comity_pdf_span comity_pdf_get_here(comity_pdf_span dictionary, const char *key)
{
    comity_pdf_span nothing = {dictionary.bytes, 0};
    size_t at = 0;
    if (dictionary.size == 0 || comity_pdf_next(dictionary, &at).kind != COMITY_PDF_OPEN_DICTIONARY) {
        return nothing;
    }
    for (;;) {
        comity_pdf_token name = comity_pdf_next(dictionary, &at);
        if (name.kind != COMITY_PDF_NAME) {
            return nothing;
        }
        comity_pdf_span value = comity_pdf_value(dictionary, &at);
        if (comity_pdf_is(name.text, key)) {
            return value;
        }
    }
}

const comity_pdf_object *comity_pdf_object_of(const comity_pdf *pdf, comity_pdf_span value)
{
    size_t at = 0;
    comity_pdf_token number = comity_pdf_next(value, &at);
    if (number.kind != COMITY_PDF_NUMBER || !skip_reference(value, &at)) {
        return NULL;
    }
    double wanted = comity_pdf_number(number.text);
    size_t low = 0;
    size_t high = pdf->sorted_count;
    while (low < high) { /* the last of equal numbers */
        size_t middle = low + (high - low) / 2;
        if (pdf->objects[middle].number <= wanted) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low != 0 && pdf->objects[low - 1].number == wanted ? &pdf->objects[low - 1] : NULL;
}

comity_pdf_span comity_pdf_get(const comity_pdf *pdf, comity_pdf_span dictionary, const char *key)
{
    *pdf->work += dictionary.size;
    if (*pdf->work > COMITY_LIMIT_PDF_WORK_BYTES) {
        return (comity_pdf_span){dictionary.bytes, 0};
    }
    comity_pdf_span value = comity_pdf_get_here(dictionary, key);
    for (unsigned i = 0; i < COMITY_LIMIT_PDF_REFERENCES; i++) {
        const comity_pdf_object *object = value.size == 0 ? NULL : comity_pdf_object_of(pdf, value);
        if (object == NULL) {
            break;
        }
        value = object->value;
    }
    size_t at = 0;
    /* Names are given without their slash. */
    comity_pdf_token first = value.size == 0 ? (comity_pdf_token){.text = value} : comity_pdf_next(value, &at);
    return first.kind == COMITY_PDF_NAME ? first.text : value;
}

/* ---- strings ---- */

static size_t read_hex(comity_pdf_span text, uint8_t *ret_bytes)
{
    size_t n = 0;
    unsigned held = 16;
    for (size_t i = 0; i < text.size; i++) {
        unsigned digit = comity_hex_digit(text.bytes[i]);
        if (digit > 15) {
            continue;
        }
        if (held > 15) {
            held = digit;
        } else {
            ret_bytes[n++] = (uint8_t)(held << 4 | digit);
            held = 16;
        }
    }
    if (held < 16) {
        ret_bytes[n++] = (uint8_t)(held << 4);
    }
    return n;
}

/* An escape, of which `at` is behind the backslash. */
static size_t read_escape(comity_pdf_span text, size_t at, uint8_t *ret_bytes, size_t *n)
{
    static const char letters[] = "nrtbf";
    static const char stand_for[] = "\n\r\t\b\f";
    uint8_t c = text.bytes[at];
    const char *letter = c == 0 ? NULL : strchr(letters, c);
    if (c >= '0' && c <= '7') {
        unsigned value = 0;
        size_t end = at + 3 < text.size ? at + 3 : text.size;
        while (at < end && text.bytes[at] >= '0' && text.bytes[at] <= '7') {
            value = value * 8 + (unsigned)(text.bytes[at++] - '0');
        }
        ret_bytes[(*n)++] = (uint8_t)value;
        return at;
    }
    if (c == '\r' || c == '\n') {
        return at + (c == '\r' && at + 1 < text.size && text.bytes[at + 1] == '\n' ? 2u : 1u);
    }
    ret_bytes[(*n)++] = letter == NULL ? c : (uint8_t)stand_for[letter - letters];
    return at + 1;
}

size_t comity_pdf_string(comity_pdf_token token, uint8_t *ret_bytes)
{
    comity_pdf_span text = token.text;
    if (token.kind == COMITY_PDF_HEX) {
        return read_hex(text, ret_bytes);
    }
    size_t n = 0;
    size_t end = text.size != 0 && text.bytes[text.size - 1] == ')' ? text.size - 1 : text.size;
    text.size = end;
    for (size_t at = 1; at < end;) {
        if (text.bytes[at] == '\\' && at + 1 < end) {
            at = read_escape(text, at + 1, ret_bytes, &n);
        } else {
            ret_bytes[n++] = text.bytes[at++];
        }
    }
    return n;
}
