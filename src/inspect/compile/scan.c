/* Comes in: the text of one file of types, which is UTF-8. Goes out: its tokens,
 * with their places. Nothing is allocated; the text is never changed. */
#include "inspect/compile/scan.h"

#include "base/quote.h"

#include <stdio.h>
#include <string.h>

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool is_word_byte(char byte)
{
    return is_letter(byte) || is_digit(byte) || byte == '_' || byte == '-' || byte == '.';
}

void comity_scan_begin(comity_scan *ret_scan, const comity_types_text *file)
{
    *ret_scan = (comity_scan){.file = file, .line = 1};
}

static char peek(const comity_scan *scan, size_t ahead)
{
    return scan->file->size - scan->at > ahead ? scan->file->text[scan->at + ahead] : '\0';
}

static bool at_end(const comity_scan *scan)
{
    return scan->at == scan->file->size;
}

static uint32_t column(const comity_scan *scan)
{
    return (uint32_t)(scan->at - scan->line_begin + 1);
}

/* Passes over blanks, comments and line ends; true if a line end was among them
 * or the text begins here. */
static bool skip(comity_scan *scan)
{
    bool first = scan->at == 0;
    while (!at_end(scan)) {
        char byte = peek(scan, 0);
        if (byte == '\n') {
            scan->at++;
            scan->line++;
            scan->line_begin = scan->at;
            first = true;
        } else if (byte == '#') {
            while (!at_end(scan) && peek(scan, 0) != '\n') {
                scan->at++;
            }
        } else if (byte == ' ' || byte == '\t' || byte == '\r') {
            scan->at++;
        } else {
            break;
        }
    }
    return first;
}

comity_status comity_scan_fail(const comity_scan *scan, uint32_t line, uint32_t at, comity_error *reterr,
                               const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return comity_fail(reterr, COMITY_ERROR_SYNTAX, "%s:%u:%u: %s", scan->file->path, (unsigned)line, (unsigned)at,
                       message);
}

comity_status comity_scan_expected(const comity_scan *scan, const comity_scan_token *found, const char *expected,
                                   comity_error *reterr)
{
    if (found->kind == COMITY_SCAN_END) {
        return comity_scan_fail(scan, found->line, found->column, reterr, "the text ends, but %s is expected",
                                expected);
    }
    return comity_scan_fail(scan, found->line, found->column, reterr, "%s found, but %s expected",
                            comity_quote_bytes(found->text, found->size).text, expected);
}

static comity_status scan_string(comity_scan *scan, comity_scan_token *token, comity_error *reterr)
{
    scan->at++;
    size_t begin = scan->at;
    while (!at_end(scan) && peek(scan, 0) != '"' && peek(scan, 0) != '\n') {
        scan->at += peek(scan, 0) == '\\' && peek(scan, 1) != '\n' && peek(scan, 1) != '\0' ? 2 : 1;
    }
    if (at_end(scan) || peek(scan, 0) == '\n') {
        return comity_scan_fail(scan, token->line, token->column, reterr,
                                "the string does not end; expected a quote (\") on the same line");
    }
    token->kind = COMITY_SCAN_STRING;
    token->text = scan->file->text + begin;
    token->size = scan->at - begin;
    scan->at++;
    return COMITY_OK;
}

static comity_status scan_number(comity_scan *scan, comity_scan_token *token, comity_error *reterr)
{
    token->kind = COMITY_SCAN_NUMBER;
    while (is_digit(peek(scan, 0))) {
        if (scan->file->text + scan->at - token->text >= 18) {
            return comity_scan_fail(scan, token->line, token->column, reterr,
                                    "the number has more than 18 digits, but at most so many are expected");
        }
        token->number = token->number * 10 + (peek(scan, 0) - '0');
        scan->at++;
    }
    return COMITY_OK;
}

/* A word ends before `..`, which stands between the ends of a range. */
static void scan_word(comity_scan *scan, comity_scan_token *token)
{
    token->kind = COMITY_SCAN_WORD;
    while (is_word_byte(peek(scan, 0)) && !(peek(scan, 0) == '.' && peek(scan, 1) == '.')) {
        scan->at++;
    }
}

static comity_status scan_sign(comity_scan *scan, comity_scan_token *token, comity_error *reterr)
{
    static const char *const signs[] = {"..", "!=", "<=", ">=", "(", ")", ",", "@", "+", "-", "*", "=", "<", ">"};
    token->kind = COMITY_SCAN_SIGN;
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        size_t size = strlen(signs[i]);
        if (size <= scan->file->size - scan->at && memcmp(token->text, signs[i], size) == 0) {
            scan->at += size;
            return COMITY_OK;
        }
    }
    return comity_scan_fail(scan, token->line, token->column, reterr, "%s has no meaning here",
                            comity_quote_bytes(token->text, 1).text);
}

comity_status comity_scan_next(comity_scan *scan, comity_scan_token *ret_token, comity_error *reterr)
{
    comity_scan_token token = {.kind = COMITY_SCAN_END, .first = skip(scan)};
    token.text = scan->file->text + scan->at;
    token.line = scan->line;
    token.column = column(scan);
    char byte = peek(scan, 0);
    if (!at_end(scan)) {
        if (byte == '"') {
            COMITY_TRY(scan_string(scan, &token, reterr));
        } else if (is_digit(byte)) {
            COMITY_TRY(scan_number(scan, &token, reterr));
        } else if (is_letter(byte)) {
            scan_word(scan, &token);
        } else {
            COMITY_TRY(scan_sign(scan, &token, reterr));
        }
        if (token.kind != COMITY_SCAN_STRING) {
            token.size = (size_t)(scan->file->text + scan->at - token.text);
        }
    }
    *ret_token = token;
    return COMITY_OK;
}

bool comity_scan_is(const comity_scan_token *token, const char *text)
{
    bool can_be = token->kind == COMITY_SCAN_WORD || token->kind == COMITY_SCAN_SIGN;
    return can_be && strlen(text) == token->size && memcmp(token->text, text, token->size) == 0;
}

static int hex_value(char byte)
{
    return is_digit(byte)               ? byte - '0'
           : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10
           : byte >= 'A' && byte <= 'F' ? byte - 'A' + 10
                                        : -1;
}

comity_status comity_scan_unescape(const comity_scan *scan, const comity_scan_token *string, char *ret_bytes,
                                   size_t *ret_size, comity_error *reterr)
{
    static const char escapes[] = "\"\\nrt";
    static const char meanings[] = "\"\\\n\r\t";
    const char *text = string->text;
    size_t size = 0;
    for (size_t i = 0; i < string->size; i++) {
        if (text[i] != '\\') {
            ret_bytes[size++] = text[i];
            continue;
        }
        const char *known = i + 1 < string->size ? memchr(escapes, text[i + 1], sizeof escapes - 1) : NULL;
        bool hex =
            i + 3 < string->size && text[i + 1] == 'x' && hex_value(text[i + 2]) >= 0 && hex_value(text[i + 3]) >= 0;
        if (known == NULL && !hex) {
            uint32_t at = string->column + 1 + (uint32_t)i;
            return comity_scan_fail(scan, string->line, at, reterr,
                                    "a backslash found, but \\\", \\\\, \\n, \\r, \\t or \\xHH expected");
        }
        ret_bytes[size++] =
            hex ? (char)(hex_value(text[i + 2]) * 16 + hex_value(text[i + 3])) : meanings[known - escapes];
        i += hex ? 3 : 1;
    }
    *ret_size = size;
    return COMITY_OK;
}
