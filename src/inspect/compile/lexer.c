/* Comes in: the text of one file of types, which is UTF-8. Goes out: its tokens,
 * with their places. Nothing is allocated; the text is never changed. */
#include "inspect/compile/lexer.h"

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

void comity_types_lexer_begin(comity_types_lexer *ret_lexer, const comity_types_text *file)
{
    *ret_lexer = (comity_types_lexer){.file = file, .line = 1};
}

static char peek(const comity_types_lexer *lexer, size_t ahead)
{
    return lexer->file->size - lexer->at > ahead ? lexer->file->text[lexer->at + ahead] : '\0';
}

static bool at_end(const comity_types_lexer *lexer)
{
    return lexer->at == lexer->file->size;
}

static uint32_t column(const comity_types_lexer *lexer)
{
    return (uint32_t)(lexer->at - lexer->line_begin + 1);
}

/* Passes over blanks, comments and line ends; true if a line end was among them
 * or the text begins here. */
static bool skip(comity_types_lexer *lexer)
{
    bool first = lexer->at == 0;
    while (!at_end(lexer)) {
        char byte = peek(lexer, 0);
        if (byte == '\n') {
            lexer->at++;
            lexer->line++;
            lexer->line_begin = lexer->at;
            first = true;
        } else if (byte == '#') {
            while (!at_end(lexer) && peek(lexer, 0) != '\n') {
                lexer->at++;
            }
        } else if (byte == ' ' || byte == '\t' || byte == '\r') {
            lexer->at++;
        } else {
            break;
        }
    }
    return first;
}

comity_status comity_types_lexer_fail(const comity_types_lexer *lexer, uint32_t line, uint32_t at, comity_error *reterr,
                                      const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return comity_fail(reterr, COMITY_ERROR_SYNTAX, "%s:%u:%u: %s", lexer->file->path, (unsigned)line, (unsigned)at,
                       message);
}

comity_status comity_types_lexer_expected(const comity_types_lexer *lexer, const comity_types_token *found,
                                          const char *expected, comity_error *reterr)
{
    if (found->kind == COMITY_TYPES_END) {
        return comity_types_lexer_fail(lexer, found->line, found->column, reterr, "the text ends, but %s is expected",
                                       expected);
    }
    return comity_types_lexer_fail(lexer, found->line, found->column, reterr, "%s found, but %s expected",
                                   comity_quote_bytes(found->text, found->size).text, expected);
}

static comity_status string_read(comity_types_lexer *lexer, comity_types_token *token, comity_error *reterr)
{
    lexer->at++;
    size_t begin = lexer->at;
    while (!at_end(lexer) && peek(lexer, 0) != '"' && peek(lexer, 0) != '\n') {
        lexer->at += peek(lexer, 0) == '\\' && peek(lexer, 1) != '\n' && peek(lexer, 1) != '\0' ? 2 : 1;
    }
    if (at_end(lexer) || peek(lexer, 0) == '\n') {
        return comity_types_lexer_fail(lexer, token->line, token->column, reterr,
                                       "the string does not end; expected a quote (\") on the same line");
    }
    token->kind = COMITY_TYPES_STRING;
    token->text = lexer->file->text + begin;
    token->size = lexer->at - begin;
    lexer->at++;
    return COMITY_OK;
}

static comity_status number_read(comity_types_lexer *lexer, comity_types_token *token, comity_error *reterr)
{
    token->kind = COMITY_TYPES_NUMBER;
    while (is_digit(peek(lexer, 0))) {
        if (lexer->file->text + lexer->at - token->text >= 18) {
            return comity_types_lexer_fail(lexer, token->line, token->column, reterr,
                                           "the number has more than 18 digits, but at most so many are expected");
        }
        token->number = token->number * 10 + (peek(lexer, 0) - '0');
        lexer->at++;
    }
    return COMITY_OK;
}

/* A word ends before `..`, which stands between the ends of a range. */
static void word_read(comity_types_lexer *lexer, comity_types_token *token)
{
    token->kind = COMITY_TYPES_WORD;
    while (is_word_byte(peek(lexer, 0)) && !(peek(lexer, 0) == '.' && peek(lexer, 1) == '.')) {
        lexer->at++;
    }
}

static comity_status sign_read(comity_types_lexer *lexer, comity_types_token *token, comity_error *reterr)
{
    static const char *const signs[] = {"..", "!=", "<=", ">=", "(", ")", ",", "@", "+", "-", "*", "=", "<", ">"};
    token->kind = COMITY_TYPES_SIGN;
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        size_t size = strlen(signs[i]);
        if (size <= lexer->file->size - lexer->at && memcmp(token->text, signs[i], size) == 0) {
            lexer->at += size;
            return COMITY_OK;
        }
    }
    return comity_types_lexer_fail(lexer, token->line, token->column, reterr, "%s has no meaning here",
                                   comity_quote_bytes(token->text, 1).text);
}

comity_status comity_types_lexer_next(comity_types_lexer *lexer, comity_types_token *ret_token, comity_error *reterr)
{
    comity_types_token token = {.kind = COMITY_TYPES_END, .first = skip(lexer)};
    token.text = lexer->file->text + lexer->at;
    token.line = lexer->line;
    token.column = column(lexer);
    char byte = peek(lexer, 0);
    if (!at_end(lexer)) {
        if (byte == '"') {
            COMITY_TRY(string_read(lexer, &token, reterr));
        } else if (is_digit(byte)) {
            COMITY_TRY(number_read(lexer, &token, reterr));
        } else if (is_letter(byte)) {
            word_read(lexer, &token);
        } else {
            COMITY_TRY(sign_read(lexer, &token, reterr));
        }
        if (token.kind != COMITY_TYPES_STRING) {
            token.size = (size_t)(lexer->file->text + lexer->at - token.text);
        }
    }
    *ret_token = token;
    return COMITY_OK;
}

bool comity_types_token_is(const comity_types_token *token, const char *text)
{
    bool can_be = token->kind == COMITY_TYPES_WORD || token->kind == COMITY_TYPES_SIGN;
    return can_be && token->text[0] == text[0] && strlen(text) == token->size && memcmp(token->text, text, token->size) == 0;
}

static int hex_value(char byte)
{
    return is_digit(byte)               ? byte - '0'
           : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10
           : byte >= 'A' && byte <= 'F' ? byte - 'A' + 10
                                        : -1;
}

comity_status comity_types_lexer_unescape(const comity_types_lexer *lexer, const comity_types_token *string,
                                          char *ret_bytes, size_t *ret_size, comity_error *reterr)
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
            return comity_types_lexer_fail(lexer, string->line, at, reterr,
                                           "a backslash found, but \\\", \\\\, \\n, \\r, \\t or \\xHH expected");
        }
        ret_bytes[size++] =
            hex ? (char)(hex_value(text[i + 2]) * 16 + hex_value(text[i + 3])) : meanings[known - escapes];
        i += hex ? 3 : 1;
    }
    *ret_size = size;
    return COMITY_OK;
}
