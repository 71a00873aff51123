/* Comes in: the text of a law file. Goes out: tokens with their places, and a
 * diagnostic for each token that is none. The text is checked to be UTF-8 once,
 * at the beginning; everything after reads whole characters. Nothing is
 * allocated, and no token reaches beyond its line. */
#include "law/compile/lexer.h"

#include "base/date.h"
#include "base/limits.h"
#include "base/quote.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

/* ---- characters ---- */

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
    return is_letter(byte) || is_digit(byte) || byte == '-' || byte == '_' || byte == '.' || byte == '?';
}

static bool is_punctuation(char byte)
{
    return byte == '(' || byte == ')' || byte == ',' || byte == '=';
}

static bool is_white(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* The character at `text`, which is whole and valid, and its size. */
static uint32_t decode(const char *text, size_t *ret_size)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t size = bytes[0] < 0x80 ? 1 : bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    static const uint8_t masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t character = bytes[0] & masks[size];
    for (size_t i = 1; i < size; i++) {
        character = character << 6 | (bytes[i] & 0x3F);
    }
    *ret_size = size;
    return character;
}

/* Characters that cannot be seen, or make text read other than it is: control
 * characters, separators of lines, changes of direction. */
static bool is_invisible(uint32_t character)
{
    return character < 0x20 || (character >= 0x7F && character < 0xA0) || character == 0x2028 || character == 0x2029 ||
           (character >= 0x202A && character <= 0x202E) || (character >= 0x2066 && character <= 0x2069) ||
           character == 0xFEFF;
}

/* ---- places ---- */

static char peek(const comity_lexer *lexer, size_t ahead)
{
    return lexer->size - lexer->at > ahead ? lexer->text[lexer->at + ahead] : '\0';
}

static bool at_end_of_line(const comity_lexer *lexer)
{
    return lexer->at == lexer->size || peek(lexer, 0) == '\n' || (peek(lexer, 0) == '\r' && peek(lexer, 1) == '\n');
}

/* Goes on by one character, which ends no line. */
static void step(comity_lexer *lexer)
{
    size_t size = 1;
    (void)decode(lexer->text + lexer->at, &size);
    lexer->at += size;
    lexer->column++;
}

static void next_line(comity_lexer *lexer)
{
    lexer->at++;
    lexer->blank_lines = lexer->line_is_empty ? lexer->blank_lines + 1 : 0;
    lexer->line_is_empty = true;
    lexer->line++;
    lexer->column = 1;
}

static comity_place_in_text place_here(const comity_lexer *lexer)
{
    return (comity_place_in_text){.file = lexer->file, .line = lexer->line, .column = lexer->column, .length = 1};
}

/* Tells what is wrong with the token, which is BAD from now on. */
static void spoil(comity_lexer *lexer, comity_token *token, const char *format, ...) COMITY_PRINTF(3, 4);

static void spoil(comity_lexer *lexer, comity_token *token, const char *format, ...)
{
    char message[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    comity_diagnostics_add(lexer->diagnostics, COMITY_SEVERITY_ERROR, token->at, "%s", message);
    token->type = COMITY_TOKEN_BAD;
}

/* True for what most likely comes of a mistake already told on this line. */
static bool is_hushed(const comity_lexer *lexer, comity_token *token)
{
    if (lexer->hushed_line == token->at.line) {
        token->type = COMITY_TOKEN_BAD;
    }
    return lexer->hushed_line == token->at.line;
}

/* The token reaches from its beginning to here. */
static void close_token(const comity_lexer *lexer, comity_token *token)
{
    token->size = (size_t)(lexer->text + lexer->at - token->text);
    token->at.length = lexer->column > token->at.column ? lexer->column - token->at.column : 1;
}

/* If an invisible character is here, tells it, once a token. */
static void refuse_invisible(comity_lexer *lexer, bool tab_allowed, bool *told)
{
    size_t size;
    uint32_t character = decode(lexer->text + lexer->at, &size);
    if (is_invisible(character) && !(tab_allowed && character == '\t') && !*told) {
        comity_diagnostics_add(lexer->diagnostics, COMITY_SEVERITY_ERROR, place_here(lexer),
                               "the invisible character U+%04X cannot stand in a law file", (unsigned)character);
        *told = true;
    }
}

/* ---- numbers, dates, words ---- */

/* Adds digits to a number; false beyond the largest. */
static bool add_digits(const char *text, size_t size, uint64_t *number)
{
    for (size_t i = 0; i < size; i++) {
        if (is_digit(text[i])) {
            *number = *number * 10 + (uint64_t)(text[i] - '0');
        }
        if (*number > COMITY_LAW_NUMBER_MAX) {
            return false;
        }
    }
    return true;
}

/* `1` to `999`, then `,000` as often as it comes. */
static bool groups_are_whole(const char *text, size_t size)
{
    const char *comma = memchr(text, ',', size);
    size_t first = comma == NULL ? size : (size_t)(comma - text);
    if (comma == NULL) {
        return true;
    }
    if (first > 3 || (size - first) % 4 != 0) {
        return false;
    }
    for (size_t i = first; i < size; i += 4) {
        if (text[i] != ',' || !is_digit(text[i + 1]) || !is_digit(text[i + 2]) || !is_digit(text[i + 3])) {
            return false;
        }
    }
    return true;
}

/* The run of digits has been read; groups of three and `%` may follow. */
static void read_number(comity_lexer *lexer, comity_token *token)
{
    while (peek(lexer, 0) == ',' && is_digit(peek(lexer, 1))) {
        step(lexer);
        while (is_word_byte(peek(lexer, 0))) {
            step(lexer);
        }
    }
    bool percent = peek(lexer, 0) == '%';
    close_token(lexer, token);
    size_t digits = token->size;
    if (percent) {
        step(lexer);
        close_token(lexer, token);
    }
    token->type = percent ? COMITY_TOKEN_PERCENT : COMITY_TOKEN_NUMBER;
    if (!groups_are_whole(token->text, digits)) {
        spoil(lexer, token, "%s is no number; digits stand in groups of three, as in 1,000, or without commas",
              comity_quote_bytes(token->text, token->size).text);
        return;
    }
    if (!add_digits(token->text, digits, &token->number)) {
        spoil(lexer, token, "the number is too large; no number in a law is above 1,000,000,000,000,000");
        return;
    }
    if (percent && token->number > 100) {
        spoil(lexer, token, "%s is more than all; expected at most 100%%",
              comity_quote_bytes(token->text, token->size).text);
        return;
    }
    token->number *= percent ? 100 : 1;
}

/* `12.5%`: digits, a point, one or two digits, `%`. */
static bool is_decimal(const comity_token *token)
{
    size_t i = 0;
    while (i < token->size && is_digit(token->text[i])) {
        i++;
    }
    size_t point = i++;
    while (i < token->size && is_digit(token->text[i])) {
        i++;
    }
    return point > 0 && point < 4 && i == token->size && i - point >= 2 && i - point <= 3 && token->text[point] == '.';
}

static void read_decimal(comity_lexer *lexer, comity_token *token)
{
    const char *point = memchr(token->text, '.', token->size);
    bool one_digit = token->text + token->size - point == 2;
    (void)add_digits(token->text, token->size, &token->number);
    token->number *= one_digit ? 10 : 1;
    token->type = COMITY_TOKEN_PERCENT;
    if (peek(lexer, 0) != '%') {
        spoil(lexer, token, "%s is no number; only a percentage may have a point",
              comity_quote_bytes(token->text, token->size).text);
        return;
    }
    step(lexer);
    close_token(lexer, token);
    if (token->number > 10000) {
        spoil(lexer, token, "%s is more than all; expected at most 100%%",
              comity_quote_bytes(token->text, token->size).text);
    }
}

static bool is_date_shaped(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (i == 4 || i == 7 ? text[i] != '-' : !is_digit(text[i])) {
            return false;
        }
    }
    return size == 10;
}

static void read_date(comity_lexer *lexer, comity_token *token)
{
    comity_error error;
    token->type = COMITY_TOKEN_DATE;
    if (comity_date_parse(token->text, token->size, &token->date, &error) != COMITY_OK) {
        spoil(lexer, token, "%s", error.message);
    }
}

/* What begins with a digit is a number, a percentage or a date. */
static void read_digits(comity_lexer *lexer, comity_token *token)
{
    size_t digits = 0;
    while (digits < token->size && is_digit(token->text[digits])) {
        digits++;
    }
    if (digits == token->size) {
        read_number(lexer, token);
    } else if (is_date_shaped(token->text, token->size)) {
        read_date(lexer, token);
    } else if (is_decimal(token)) {
        read_decimal(lexer, token);
    } else {
        spoil(lexer, token, "%s is neither a number, nor a date as YYYY-MM-DD, nor a word; words begin with a letter",
              comity_quote_bytes(token->text, token->size).text);
    }
}

static void read_word(comity_lexer *lexer, comity_token *token)
{
    while (is_word_byte(peek(lexer, 0))) {
        step(lexer);
    }
    close_token(lexer, token);
    token->type = COMITY_TOKEN_WORD;
    if (is_digit(token->text[0])) {
        read_digits(lexer, token);
    } else if (!is_letter(token->text[0])) {
        spoil(lexer, token, "%s is no word; words begin with a letter",
              comity_quote_bytes(token->text, token->size).text);
    } else if (token->size > COMITY_LIMIT_LAW_WORD_BYTES) {
        spoil(lexer, token, "the word is %zu characters long; expected at most %d", token->size,
              COMITY_LIMIT_LAW_WORD_BYTES);
    }
}

/* ---- strings, comments, the rest ---- */

static void read_escape(comity_lexer *lexer, bool *told)
{
    comity_place_in_text at = place_here(lexer);
    step(lexer);
    if (at_end_of_line(lexer)) {
        return;
    }
    bool known = peek(lexer, 0) == '"' || peek(lexer, 0) == '\\';
    if (!known && !*told) {
        at.length = 2;
        comity_diagnostics_add(lexer->diagnostics, COMITY_SEVERITY_ERROR, at,
                               "a backslash in a string stands before \" or \\ only; write \\\\ for a backslash");
        *told = true;
    }
    if (known) {
        step(lexer);
    }
}

/* A string that was written over two or three lines seems open twice: where it
 * begins, which is told, and where it ends. */
static bool closes_open(comity_lexer *lexer, comity_token *token)
{
    bool closes = lexer->open_line != 0 && token->at.line - lexer->open_line <= 2;
    lexer->open_line = closes ? 0 : token->at.line;
    token->type = COMITY_TOKEN_BAD;
    return closes;
}

static void read_string(comity_lexer *lexer, comity_token *token)
{
    bool told = false;
    step(lexer);
    while (!at_end_of_line(lexer) && peek(lexer, 0) != '"') {
        if (peek(lexer, 0) == '\\') {
            read_escape(lexer, &told);
        } else {
            refuse_invisible(lexer, false, &told);
            step(lexer);
        }
    }
    token->type = told ? COMITY_TOKEN_BAD : COMITY_TOKEN_STRING;
    if (at_end_of_line(lexer)) {
        close_token(lexer, token);
        if (!told && !is_hushed(lexer, token) && !closes_open(lexer, token)) {
            spoil(lexer, token, "the string does not end; expected a quote (\") on the same line");
        }
        return;
    }
    step(lexer);
    close_token(lexer, token);
    if (token->size > COMITY_LIMIT_LAW_STRING_BYTES + 2 && !told) {
        spoil(lexer, token, "the string is %zu bytes long; expected at most %d", token->size - 2,
              COMITY_LIMIT_LAW_STRING_BYTES);
    }
}

static void read_comment(comity_lexer *lexer, comity_token *token)
{
    bool told = false;
    while (!at_end_of_line(lexer)) {
        refuse_invisible(lexer, true, &told);
        step(lexer);
    }
    close_token(lexer, token);
    token->type = COMITY_TOKEN_COMMENT;
    while (is_white(token->text[token->size - 1])) {
        token->size--;
        token->at.length--;
    }
}

static const struct {
    const char *character, *hint;
} foreign[] = {
    {"\u201C", "strings stand in straight quotes (\")"},
    {"\u201D", "strings stand in straight quotes (\")"},
    {"\u201E", "strings stand in straight quotes (\")"},
    {"\u00AB", "strings stand in straight quotes (\")"},
    {"\u00BB", "strings stand in straight quotes (\")"},
    {"\u2018", "strings stand in straight quotes (\")"},
    {"\u2019", "strings stand in straight quotes (\")"},
    {"'", "strings stand in straight quotes (\")"},
    {"`", "strings stand in straight quotes (\")"},
    {"\u2010", "write a plain hyphen (-)"},
    {"\u2011", "write a plain hyphen (-)"},
    {"\u2013", "write a plain hyphen (-)"},
    {"\u2014", "write a plain hyphen (-)"},
    {"\u2212", "write a plain hyphen (-)"},
    {"\u00A0", "write a plain space"},
    {"\u202F", "write a plain space"},
    {"%", "a percentage is a number with % behind it"},
    {"&", "write \"and\""},
    {"|", "write \"or\""},
    {"!", "write \"not\""},
    {";", "items of a list stand between commas"},
    {"/", "comments begin with #"},
};

static const char *hint_for(const comity_token *token)
{
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        size_t size = strlen(foreign[i].character);
        if (token->size >= size && memcmp(token->text, foreign[i].character, size) == 0) {
            return foreign[i].hint;
        }
    }
    return NULL;
}

static bool is_foreign_here(const comity_lexer *lexer)
{
    char byte = peek(lexer, 0);
    return !at_end_of_line(lexer) && !is_white(byte) && !is_word_byte(byte) && !is_punctuation(byte) && byte != '"' &&
           byte != '#';
}

/* Characters that mean nothing, as many as stand together; a carriage return
 * that ends no line is one of them. */
static void read_foreign(comity_lexer *lexer, comity_token *token)
{
    size_t size;
    uint32_t character = decode(token->text, &size);
    if (is_invisible(character)) {
        bool told = false;
        refuse_invisible(lexer, false, &told);
        step(lexer);
        close_token(lexer, token);
        token->type = COMITY_TOKEN_BAD;
        return;
    }
    while (is_foreign_here(lexer)) {
        step(lexer);
    }
    close_token(lexer, token);
    if (is_hushed(lexer, token)) {
        return;
    }
    const char *hint = hint_for(token);
    spoil(lexer, token, "%s has no meaning outside strings and comments%s%s",
          comity_quote_bytes(token->text, token->size).text, hint == NULL ? "" : "; ", hint == NULL ? "" : hint);
}

/* ---- the lexer ---- */

/* Text that is not UTF-8 was not written as a law file; only the first such place is told. */
static void refuse_text(comity_lexer *lexer, size_t good)
{
    unsigned byte = (uint8_t)lexer->text[good];
    while (lexer->at < good) {
        if (at_end_of_line(lexer)) {
            lexer->at += peek(lexer, 0) == '\r' ? 1 : 0;
            next_line(lexer);
        } else {
            step(lexer);
        }
    }
    comity_diagnostics_add(lexer->diagnostics, COMITY_SEVERITY_ERROR, place_here(lexer),
                           "byte 0x%02X found, but the text must be UTF-8; nothing of the file was read", byte);
    lexer->at = lexer->size;
}

void comity_lexer_init(comity_lexer *ret_lexer, const char *text, size_t size, uint32_t file, bool with_comments,
                       comity_diagnostics *diagnostics)
{
    *ret_lexer = (comity_lexer){.text = text,
                                .size = size,
                                .file = file,
                                .line = 1,
                                .column = 1,
                                .line_is_empty = true,
                                .with_comments = with_comments,
                                .diagnostics = diagnostics};
    if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        ret_lexer->at = 3;
    }
    size_t good = comity_utf8_check(text, size);
    if (good < size) {
        refuse_text(ret_lexer, good);
    }
}

void comity_lexer_hush(comity_lexer *lexer, uint32_t line)
{
    lexer->hushed_line = line;
}

static void skip_white(comity_lexer *lexer)
{
    for (;;) {
        if (lexer->at < lexer->size && at_end_of_line(lexer)) {
            lexer->at += peek(lexer, 0) == '\r' ? 1 : 0;
            next_line(lexer);
        } else if (peek(lexer, 0) == ' ' || peek(lexer, 0) == '\t') {
            step(lexer);
        } else {
            return;
        }
    }
}

static void read_token(comity_lexer *lexer, comity_token *token)
{
    char byte = peek(lexer, 0);
    if (byte == '#') {
        read_comment(lexer, token);
    } else if (byte == '"') {
        read_string(lexer, token);
    } else if (is_word_byte(byte)) {
        read_word(lexer, token);
    } else if (is_punctuation(byte)) {
        step(lexer);
        close_token(lexer, token);
        token->type = COMITY_TOKEN_PUNCTUATION;
    } else {
        read_foreign(lexer, token);
    }
}

void comity_lexer_next(comity_lexer *lexer, comity_token *ret_token)
{
    do {
        skip_white(lexer);
        *ret_token = (comity_token){.type = COMITY_TOKEN_END,
                                    .first_on_line = lexer->line_is_empty,
                                    .after_blank = lexer->line_is_empty && lexer->blank_lines > 0,
                                    .at = place_here(lexer),
                                    .text = lexer->text + lexer->at};
        if (lexer->at == lexer->size) {
            return;
        }
        lexer->line_is_empty = false;
        read_token(lexer, ret_token);
    } while (ret_token->type == COMITY_TOKEN_COMMENT && !lexer->with_comments);
}

void comity_lexer_unescape(const comity_token *token, char *ret_text)
{
    size_t count = 0;
    for (size_t i = 1; i + 1 < token->size; i++) {
        i += token->text[i] == '\\' ? 1 : 0;
        ret_text[count++] = token->text[i];
    }
    ret_text[count] = '\0';
}

bool comity_token_is(const comity_token *token, const char *word)
{
    bool can_be = token->type == COMITY_TOKEN_WORD || token->type == COMITY_TOKEN_PUNCTUATION;
    return can_be && strlen(word) == token->size && memcmp(token->text, word, token->size) == 0;
}
