/* The small steps all of the parser is made of: reading tokens, and telling
 * what was found where something else was expected. */
#include "law/compile/parsing.h"

#include "base/date.h"
#include "base/limits.h"
#include "base/near.h"
#include "base/quote.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* More than there are words that begin a line. */
#define KNOWN_MAX 64

bool comity_words_have(const char *const *words, const char *text)
{
    for (size_t i = 0; words != NULL && words[i] != NULL; i++) {
        if (strcmp(words[i], text) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- memory ---- */

bool comity_parser_take(comity_parser *parser, size_t size, void **ret_memory)
{
    if (parser->status == COMITY_OK) {
        parser->status = comity_arena_take(parser->arena, size, ret_memory, parser->reterr);
    }
    return parser->status == COMITY_OK;
}

/* The room is always a power of two, at least 4, so the count tells how much there is. */
void *comity_parser_grow(comity_parser *parser, void *items, size_t count, size_t size)
{
    bool full = count == 0 || (count >= 4 && (count & (count - 1)) == 0);
    if (!full) {
        return items;
    }
    void *memory = NULL;
    if (parser->status == COMITY_OK) {
        parser->status =
            comity_arena_take_array(parser->arena, count == 0 ? 4 : count * 2, size, &memory, parser->reterr);
    }
    if (parser->status != COMITY_OK) {
        return NULL;
    }
    if (count != 0) {
        memcpy(memory, items, count * size);
    }
    return memory;
}

void comity_parser_mark(comity_parser *parser, comity_mark_kind kind, const char *at, unsigned value)
{
    comity_marks *marks = parser->marks;
    if (marks == NULL) {
        return;
    }
    comity_mark *items = comity_parser_grow(parser, marks->items, marks->count, sizeof *items);
    if (items != NULL) {
        marks->items = items;
        items[marks->count++] = (comity_mark){(uint32_t)(at - parser->file->text), (uint8_t)kind, (uint8_t)value};
    }
}

/* ---- tokens ---- */

void comity_parser_next(comity_parser *parser)
{
    if (parser->token.type != COMITY_TOKEN_END) {
        parser->last = parser->token.at;
    }
    if (parser->has_peeked) {
        parser->token = parser->peeked;
        parser->has_peeked = false;
    } else {
        comity_lexer_next(&parser->lexer, &parser->token);
    }
}

const comity_token *comity_parser_peek(comity_parser *parser)
{
    if (!parser->has_peeked) {
        comity_lexer_next(&parser->lexer, &parser->peeked);
        parser->has_peeked = true;
    }
    return &parser->peeked;
}

static bool is_clause_word(const comity_parser *parser, const comity_token *token)
{
    for (size_t i = 0; parser->clause_words != NULL && parser->clause_words[i] != NULL; i++) {
        if (comity_token_is(token, parser->clause_words[i])) {
            return true;
        }
    }
    return false;
}

bool comity_parser_at_boundary(const comity_parser *parser)
{
    const comity_token *token = &parser->token;
    if (token->type == COMITY_TOKEN_END || parser->status != COMITY_OK) {
        return true;
    }
    if (!token->first_on_line) {
        return false;
    }
    bool of_unknown = parser->outside && token->at.column > 1 && comity_token_is(token, "members");
    return (comity_is_declaring_word(token) && !of_unknown) || is_clause_word(parser, token);
}

bool comity_parser_at(const comity_parser *parser, const char *word)
{
    return comity_token_is(&parser->token, word) && !comity_parser_at_boundary(parser);
}

bool comity_parser_accept(comity_parser *parser, const char *word)
{
    if (!comity_parser_at(parser, word)) {
        return false;
    }
    comity_parser_next(parser);
    return true;
}

comity_place_in_text comity_parser_since(const comity_parser *parser, comity_place_in_text first)
{
    if (parser->last.line == first.line && parser->last.column >= first.column) {
        first.length = parser->last.column + parser->last.length - first.column;
    }
    return first;
}

/* ---- what went wrong ---- */

/* What is next, as a message names it. */
static void describe(const comity_token *token, char *ret_text, size_t size)
{
    const char *text = token->text;
    switch (token->type) {
    case COMITY_TOKEN_STRING:
        (void)snprintf(ret_text, size, "the string %s", comity_quote_bytes(text + 1, token->size - 2).text);
        return;
    case COMITY_TOKEN_NUMBER:
        (void)snprintf(ret_text, size, "the number %.*s", (int)token->size, text);
        return;
    case COMITY_TOKEN_PERCENT:
        (void)snprintf(ret_text, size, "the percentage %.*s", (int)token->size, text);
        return;
    case COMITY_TOKEN_DATE:
        (void)snprintf(ret_text, size, "the date %.*s", (int)token->size, text);
        return;
    case COMITY_TOKEN_END:
        (void)snprintf(ret_text, size, "nothing");
        return;
    case COMITY_TOKEN_WORD:
    case COMITY_TOKEN_PUNCTUATION:
    case COMITY_TOKEN_COMMENT:
    case COMITY_TOKEN_BAD:
        break;
    }
    (void)snprintf(ret_text, size, "%s", comity_quote_bytes(text, token->size).text);
}

/* Does what is being read end before the next token? Certainly at a boundary;
 * and a line that begins no deeper than what is being read hardly goes on with it. */
static bool ends_here(const comity_parser *parser)
{
    const comity_token *token = &parser->token;
    bool begins_line =
        token->type == COMITY_TOKEN_WORD && token->first_on_line && token->at.column <= parser->begin_column;
    return parser->last.line != 0 && (begins_line || comity_parser_at_boundary(parser));
}

/* What was found, and where to point. Where what was being read just ends, that
 * is behind its last word and not at the next clause, which is right. */
static comity_place_in_text found(const comity_parser *parser, char *ret_text, size_t size)
{
    const comity_token *token = &parser->token;
    comity_place_in_text behind = parser->last;
    if (!ends_here(parser)) {
        describe(token, ret_text, size);
        return token->at;
    }
    behind.column += behind.length;
    behind.length = 1;
    (void)snprintf(ret_text, size, "the end of the %s", token->type == COMITY_TOKEN_END ? "file" : "line");
    return behind;
}

static const char *nearest(const comity_token *token, const char *const *known)
{
    comity_near near;
    if (token->type != COMITY_TOKEN_WORD || known == NULL) {
        return NULL;
    }
    comity_near_begin(&near, token->text, token->size);
    for (size_t i = 0; known[i] != NULL; i++) {
        comity_near_offer(&near, known[i], strlen(known[i]));
    }
    return near.best;
}

bool comity_parser_fail(comity_parser *parser, const char *const *known, const char *format, ...)
{
    char what[128];
    char expected[512];
    va_list arguments;
    if (parser->token.type == COMITY_TOKEN_BAD || parser->status != COMITY_OK) {
        parser->told_line = parser->token.at.line;
        return false;
    }
    va_start(arguments, format);
    (void)vsnprintf(expected, sizeof expected, format, arguments);
    va_end(arguments);
    comity_place_in_text at = found(parser, what, sizeof what);
    const char *near = ends_here(parser) ? NULL : nearest(&parser->token, known);
    if (near == NULL) {
        return comity_parser_complain(parser, at, "found %s; expected %s", what, expected);
    }
    return comity_parser_complain(parser, at, "found %s; expected %s; did you mean \"%s\"?", what, expected, near);
}

bool comity_parser_complain(comity_parser *parser, comity_place_in_text at, const char *format, ...)
{
    char message[512];
    va_list arguments;
    if (parser->status != COMITY_OK) {
        return false;
    }
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    parser->told_line = at.line;
    comity_diagnostics_add(parser->diagnostics, COMITY_SEVERITY_ERROR, at, "%s", message);
    return false;
}

/* "cite, from, until" */
static void append_words(const char *const *words, char *ret_text, size_t size)
{
    size_t used = 0;
    ret_text[0] = '\0';
    for (size_t i = 0; words[i] != NULL && used < size; i++) {
        int wrote = snprintf(ret_text + used, size - used, "%s%s", i == 0 ? "" : ", ", words[i]);
        used += wrote > 0 ? (size_t)wrote : 0;
    }
}

/* The words a line could begin with here: those of clauses, then those of declarations. */
static size_t known_beginnings(const comity_parser *parser, const char *ret_known[KNOWN_MAX])
{
    size_t clauses = 0;
    while (parser->clause_words[clauses] != NULL) {
        ret_known[clauses] = parser->clause_words[clauses];
        clauses++;
    }
    size_t count = clauses;
    for (size_t i = 0; comity_declaring_word(i) != NULL; i++) {
        ret_known[count++] = comity_declaring_word(i);
    }
    assert(count < KNOWN_MAX);
    ret_known[count] = NULL;
    return clauses;
}

/* Does the line begin at least as deep as a clause does? */
static bool is_deep(const comity_parser *parser)
{
    uint32_t column = parser->token.at.column;
    return column > 1 && (column >= parser->begin_column || parser->begin_column == UINT32_MAX);
}

/* A line that begins with no known word: most likely that of a clause, or of a
 * declaration, misspelt. If it is a declaration, what follows belongs to it and
 * not to the one before. */
static bool fail_line(comity_parser *parser, const char *expected)
{
    static const char *const no_clauses[] = {NULL};
    const char *known[KNOWN_MAX];
    char what[128];
    char clauses[256];
    char mean[64] = "";
    const char *or_else = expected == NULL ? "" : " or ";
    expected = expected == NULL ? "" : expected;
    size_t clause_count = known_beginnings(parser, known);
    const char *near = nearest(&parser->token, known);
    bool is_clause = near == NULL ? is_deep(parser) : comity_words_have(parser->clause_words, near);
    parser->lost = true;
    describe(&parser->token, what, sizeof what);
    append_words(parser->clause_words, clauses, sizeof clauses);
    if (near != NULL) {
        (void)snprintf(mean, sizeof mean, "; did you mean \"%s\"?", near);
    }
    if (clause_count > 0 && is_clause) {
        return comity_parser_complain(parser, parser->token.at, "found %s; expected %s%sa clause of the %s (%s)%s",
                                      what, expected, or_else, parser->clause_of, clauses, mean);
    }
    (void)comity_parser_complain(parser, parser->token.at, "found %s; expected %s%sa declaration%s", what, expected,
                                 or_else, mean);
    parser->clause_words = no_clauses;
    parser->begin_column = parser->token.at.column;
    parser->outside = true;
    return false;
}

/* Tells of a second header; true if one is next. */
static bool refuse_header(comity_parser *parser)
{
    for (size_t i = 0; parser->has_header && comity_header_words[i] != NULL; i++) {
        if (parser->token.first_on_line && comity_token_is(&parser->token, comity_header_words[i])) {
            (void)comity_parser_complain(parser, parser->token.at, "a file has one header; the first is on line %u",
                                         (unsigned)parser->header_at.line);
            return true;
        }
    }
    return false;
}

/* Passing over what was not understood, tells of lines that begin with a known
 * word misspelt, no deeper than what is passed over. */
static void look_at_line(comity_parser *parser)
{
    const char *known[KNOWN_MAX];
    const comity_token *token = &parser->token;
    if (!token->first_on_line || token->type != COMITY_TOKEN_WORD || token->at.column > parser->begin_column) {
        return;
    }
    (void)known_beginnings(parser, known);
    if (!refuse_header(parser) && nearest(token, known) != NULL) {
        (void)fail_line(parser, NULL);
    }
}

void comity_parser_recover(comity_parser *parser)
{
    comity_lexer_hush(&parser->lexer, parser->told_line);
    while (!comity_parser_at_boundary(parser)) {
        if (parser->token.at.line != parser->told_line) {
            look_at_line(parser);
        }
        comity_parser_next(parser);
    }
}

bool comity_parser_end(comity_parser *parser, const char *expected)
{
    static const char *const connectives[] = {"and", "or", NULL};
    const comity_token *token = &parser->token;
    if (comity_parser_at_boundary(parser)) {
        return parser->status == COMITY_OK;
    }
    if (refuse_header(parser)) {
        return false;
    }
    if (token->first_on_line && token->type != COMITY_TOKEN_BAD) {
        return fail_line(parser, expected);
    }
    return comity_parser_fail(parser, expected == NULL ? NULL : connectives, "%s%sthe end of the line",
                              expected == NULL ? "" : expected, expected == NULL ? "" : " or ");
}

/* ---- steps ---- */

bool comity_parser_expect(comity_parser *parser, const char *word)
{
    const char *const known[] = {word, NULL};
    return comity_parser_accept(parser, word) || comity_parser_fail(parser, known, "\"%s\"", word);
}

/* Copies the token's bytes and reads it. */
static bool keep(comity_parser *parser, comity_word *ret_word)
{
    char *copy;
    parser->status = comity_arena_copy(parser->arena, parser->token.text, parser->token.size, &copy, parser->reterr);
    COMITY_PARSE(parser->status == COMITY_OK);
    *ret_word = (comity_word){copy, parser->token.at};
    comity_parser_next(parser);
    return true;
}

static bool is_connective(const comity_token *token)
{
    return comity_token_is(token, "and") || comity_token_is(token, "or") || comity_token_is(token, "not");
}

bool comity_parser_word(comity_parser *parser, const char *expected, comity_word *ret_word)
{
    const comity_token *token = &parser->token;
    if (token->type != COMITY_TOKEN_WORD || is_connective(token) || comity_parser_at_boundary(parser)) {
        return comity_parser_fail(parser, NULL, "%s", expected);
    }
    return keep(parser, ret_word);
}

bool comity_parser_choice(comity_parser *parser, const char *const *known, const char *expected, comity_word *ret_word)
{
    for (size_t i = 0; known[i] != NULL; i++) {
        if (comity_parser_at(parser, known[i])) {
            return keep(parser, ret_word);
        }
    }
    return comity_parser_fail(parser, known, "%s", expected);
}

bool comity_parser_list_goes_on(comity_parser *parser, size_t count)
{
    return count < COMITY_LIMIT_LAW_LIST ||
           comity_parser_complain(parser, parser->token.at, "a list has at most %d items", COMITY_LIMIT_LAW_LIST);
}

bool comity_parser_words(comity_parser *parser, const char *expected, comity_words *ret_words)
{
    comity_words words = {NULL, 0};
    do {
        COMITY_PARSE(comity_parser_list_goes_on(parser, words.count));
        words.items = comity_parser_grow(parser, words.items, words.count, sizeof *words.items);
        COMITY_PARSE(words.items != NULL);
        COMITY_PARSE(comity_parser_word(parser, expected, &words.items[words.count]));
        words.count++;
    } while (comity_parser_accept(parser, ","));
    *ret_words = words;
    return true;
}

bool comity_parser_string(comity_parser *parser, const char *expected, comity_word *ret_string)
{
    const comity_token *token = &parser->token;
    if (token->type != COMITY_TOKEN_STRING || comity_parser_at_boundary(parser)) {
        return comity_parser_fail(parser, NULL, "%s, in double quotes", expected);
    }
    if (token->size == 2) {
        return comity_parser_fail(parser, NULL, "%s", expected);
    }
    void *copy;
    COMITY_PARSE(comity_parser_take(parser, token->size, &copy));
    comity_lexer_unescape(token, copy);
    *ret_string = (comity_word){copy, token->at};
    comity_parser_next(parser);
    return true;
}

bool comity_parser_number(comity_parser *parser, const char *expected, uint64_t *ret_number)
{
    if (parser->token.type != COMITY_TOKEN_NUMBER || comity_parser_at_boundary(parser)) {
        return comity_parser_fail(parser, NULL, "%s", expected);
    }
    *ret_number = parser->token.number;
    comity_parser_next(parser);
    return true;
}

bool comity_parser_date(comity_parser *parser, int32_t *ret_date)
{
    if (parser->token.type != COMITY_TOKEN_DATE || comity_parser_at_boundary(parser)) {
        return comity_parser_fail(parser, NULL, "a date as YYYY-MM-DD");
    }
    *ret_date = parser->token.date;
    comity_parser_next(parser);
    return true;
}

bool comity_parser_span(comity_parser *parser, const char *const *units, const char *expected, uint32_t *ret_number,
                        comity_word *ret_unit)
{
    uint64_t number = 0;
    comity_place_in_text at = parser->token.at;
    COMITY_PARSE(comity_parser_number(parser, "a number", &number));
    if (number < 1 || number > COMITY_LAW_SPAN_MAX) {
        return comity_parser_complain(parser, at, "a span of time is from 1 to 100,000");
    }
    COMITY_PARSE(comity_parser_choice(parser, units, expected, ret_unit));
    *ret_number = (uint32_t)number;
    return true;
}

bool comity_parser_working(comity_parser *parser, comity_word *unit)
{
    if (strcmp(unit->text, "working") != 0) {
        return true;
    }
    bool one = comity_parser_accept(parser, "day");
    COMITY_PARSE(one || comity_parser_expect(parser, "days"));
    *unit = (comity_word){one ? "working day" : "working days", comity_parser_since(parser, unit->at)};
    return true;
}

bool comity_parser_span_worked(comity_parser *parser, uint32_t *ret_number, comity_word *ret_unit)
{
    static const char *const units[] = {"day", "days", "month", "months", "year", "years", "working", NULL};
    return comity_parser_span(parser, units, "days, working days, months or years", ret_number, ret_unit) &&
           comity_parser_working(parser, ret_unit);
}

bool comity_parser_dates(comity_parser *parser, comity_dates *ret_dates)
{
    comity_dates dates = {.from = COMITY_NO_DATE, .until = COMITY_NO_DATE};
    if (comity_parser_accept(parser, "from")) {
        dates.from_at = parser->token.at;
        COMITY_PARSE(comity_parser_date(parser, &dates.from));
    }
    if (comity_parser_accept(parser, "until")) {
        dates.until_at = parser->token.at;
        COMITY_PARSE(comity_parser_date(parser, &dates.until));
    }
    if (dates.from != COMITY_NO_DATE && dates.until != COMITY_NO_DATE && dates.until < dates.from) {
        return comity_parser_complain(parser, dates.until_at, "the last day lies before the first");
    }
    *ret_dates = dates;
    return true;
}

/* ---- kinds of act ---- */

static const char *const act_words[] = {"transfer", "store", "collect", "disclose", "operate", "offer", NULL};

bool comity_token_is_act(const comity_token *token)
{
    for (size_t i = 0; act_words[i] != NULL; i++) {
        if (comity_token_is(token, act_words[i])) {
            return true;
        }
    }
    return false;
}

bool comity_parser_act(comity_parser *parser, uint8_t *acts, uint8_t *order, uint8_t *count)
{
    for (unsigned i = 0; act_words[i] != NULL; i++) {
        if (!comity_parser_at(parser, act_words[i])) {
            continue;
        }
        if ((*acts & 1u << i) != 0) {
            return comity_parser_complain(parser, parser->token.at, "\"%s\" is said twice", act_words[i]);
        }
        *acts = (uint8_t)(*acts | 1u << i);
        order[(*count)++] = (uint8_t)i;
        comity_parser_next(parser);
        return true;
    }
    return comity_parser_fail(parser, act_words, "a kind of act (transfer, store, collect, disclose, operate, offer)");
}
