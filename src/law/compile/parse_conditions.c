/* Conditions: `and`, `or`, `not` and parentheses (docs/law-language.md, section
 * 4). What stands between them is a phrase, which its first word tells, or one
 * word: a definition, if there is a point in it, else a circumstance. Depth is
 * bounded, so is recursion. */
#include "law/compile/parsing.h"

#include "base/limits.h"
#include "base/near.h"

#include <string.h>

bool comity_condition_new(comity_parser *parser, comity_condition_kind kind, comity_condition **ret_condition)
{
    void *memory;
    COMITY_PARSE(comity_parser_take(parser, sizeof **ret_condition, &memory));
    *ret_condition = memory;
    (*ret_condition)->kind = kind;
    (*ret_condition)->at = parser->token.at;
    return true;
}

bool comity_condition_add(comity_parser *parser, comity_condition *condition, comity_condition *child)
{
    condition->children =
        comity_parser_grow(parser, condition->children, condition->child_count, sizeof *condition->children);
    COMITY_PARSE(condition->children != NULL);
    condition->children[condition->child_count++] = child;
    return true;
}

bool comity_condition_name(comity_parser *parser, const char *expected, comity_condition *condition)
{
    condition->names.items = comity_parser_grow(parser, NULL, 0, sizeof *condition->names.items);
    COMITY_PARSE(condition->names.items != NULL);
    condition->names.count = 1;
    return comity_parser_word(parser, expected, &condition->names.items[0]);
}

static bool deeper(comity_parser *parser)
{
    if (parser->depth == COMITY_LIMIT_LAW_DEPTH) {
        return comity_parser_complain(
            parser, parser->token.at,
            "conditions and expressions stand in one another more than %d deep; give parts of "
            "them names with \"define\"",
            COMITY_LIMIT_LAW_DEPTH);
    }
    parser->depth++;
    return true;
}

/* The word that may begin a condition and is nearest to this one, or NULL. */
static const char *nearest_beginning(const char *text)
{
    comity_near near;
    comity_near_begin(&near, text, strlen(text));
    for (size_t i = 0; comity_phrase_word(i) != NULL; i++) {
        comity_near_offer(&near, comity_phrase_word(i), strlen(comity_phrase_word(i)));
    }
    return near.best;
}

/* A circumstance stands alone. If words follow it on its line, it was meant to
 * be something else. */
static bool check_alone(comity_parser *parser, const comity_word *word)
{
    const comity_token *token = &parser->token;
    bool may_follow = token->first_on_line || comity_parser_at_boundary(parser) || token->type == COMITY_TOKEN_BAD ||
                      comity_token_is(token, "and") || comity_token_is(token, "or") || comity_token_is(token, ")");
    if (may_follow) {
        return true;
    }
    const char *near = nearest_beginning(word->text);
    if (near != NULL) {
        return comity_parser_complain(
            parser, word->at, "\"%s\" begins no condition that words follow; did you mean \"%s\"?", word->text, near);
    }
    return comity_parser_fail(parser, NULL, "\"and\" or \"or\" behind the %s \"%s\"",
                              strchr(word->text, '.') != NULL ? "definition" : "circumstance", word->text);
}

static bool parse_word(comity_parser *parser, comity_condition **ret_condition)
{
    if (comity_is_inner_word(&parser->token)) {
        return comity_parser_fail(parser, NULL, "a condition");
    }
    COMITY_PARSE(comity_condition_new(parser, COMITY_CONDITION_CIRCUMSTANCE, ret_condition));
    comity_condition *condition = *ret_condition;
    COMITY_PARSE(comity_condition_name(parser, "a condition", condition));
    const comity_word *word = &condition->names.items[0];
    condition->kind = strchr(word->text, '.') != NULL ? COMITY_CONDITION_DEFINED : COMITY_CONDITION_CIRCUMSTANCE;
    return check_alone(parser, word);
}

/* A line that begins with a word of declarations is one, whatever the author meant. */
static bool fail_boundary(comity_parser *parser)
{
    const comity_token *token = &parser->token;
    bool could_be =
        comity_token_is(token, "place") || comity_token_is(token, "count") || comity_token_is(token, "deal");
    if (!could_be || token->at.column == 1) {
        return comity_parser_fail(parser, NULL, "a condition");
    }
    (void)comity_parser_complain(parser, token->at,
                                 "\"%.*s\" begins a declaration where it stands first on a line; begin the line with "
                                 "\"and\" or \"or\"",
                                 (int)token->size, token->text);
    comity_parser_next(parser); /* it is no declaration */
    return false;
}

static bool parse_atom(comity_parser *parser, comity_condition **ret_condition)
{
    const comity_token *token = &parser->token;
    if (comity_parser_at_boundary(parser)) {
        return fail_boundary(parser);
    }
    if (token->type != COMITY_TOKEN_WORD) {
        return comity_parser_fail(parser, NULL, "a condition");
    }
    if (comity_token_begins_phrase(token)) {
        return comity_parse_phrase(parser, ret_condition);
    }
    return parse_word(parser, ret_condition);
}

/* ---- and, or, not ---- */

static bool parse_unary(comity_parser *parser, comity_condition **ret_condition)
{
    if (comity_parser_at(parser, "(")) {
        return comity_parse_parentheses(parser, ret_condition);
    }
    if (!comity_parser_at(parser, "not")) {
        COMITY_PARSE(parse_atom(parser, ret_condition));
        (*ret_condition)->at = comity_parser_since(parser, (*ret_condition)->at);
        return true;
    }
    comity_condition *inner;
    COMITY_PARSE(comity_condition_new(parser, COMITY_CONDITION_NOT, ret_condition));
    COMITY_PARSE(deeper(parser));
    comity_parser_next(parser);
    COMITY_PARSE(parse_unary(parser, &inner));
    parser->depth--;
    (*ret_condition)->at = comity_parser_since(parser, (*ret_condition)->at);
    return comity_condition_add(parser, *ret_condition, inner);
}

/* Reads `and` or `or`; tells once if the other one came before. */
static bool read_connective(comity_parser *parser, unsigned parentheses, comity_condition *whole, bool *mixed)
{
    bool is_and = comity_parser_at(parser, "and");
    comity_condition_kind kind = is_and ? COMITY_CONDITION_AND : COMITY_CONDITION_OR;
    if (whole->child_count == 1) {
        whole->kind = kind;
    }
    if (whole->kind != kind && !*mixed) {
        *mixed = true;
        (void)comity_parser_complain(parser, parser->token.at,
                                     "found \"%s\" after \"%s\"; put parentheses around what belongs together",
                                     is_and ? "and" : "or", is_and ? "or" : "and");
    }
    comity_parser_mark(parser, is_and ? COMITY_MARK_AND : COMITY_MARK_OR, parser->token.text, parentheses);
    comity_parser_next(parser);
    return parser->status == COMITY_OK;
}

/* Conditions joined by one connective. A condition that stands alone is itself. */
static bool parse_joined(comity_parser *parser, unsigned parentheses, comity_condition **ret_condition)
{
    comity_condition *whole;
    comity_condition *part;
    bool mixed = false;
    COMITY_PARSE(comity_condition_new(parser, COMITY_CONDITION_AND, &whole));
    COMITY_PARSE(parse_unary(parser, &part));
    COMITY_PARSE(comity_condition_add(parser, whole, part));
    while (comity_parser_at(parser, "and") || comity_parser_at(parser, "or")) {
        COMITY_PARSE(read_connective(parser, parentheses, whole, &mixed));
        COMITY_PARSE(parse_unary(parser, &part));
        COMITY_PARSE(comity_condition_add(parser, whole, part));
    }
    whole->at = comity_parser_since(parser, whole->at);
    *ret_condition = whole->child_count == 1 ? part : whole;
    return !mixed;
}

bool comity_parse_parentheses(comity_parser *parser, comity_condition **ret_condition)
{
    COMITY_PARSE(deeper(parser));
    COMITY_PARSE(comity_parser_expect(parser, "("));
    COMITY_PARSE(parse_joined(parser, parser->depth, ret_condition));
    if (!comity_parser_at(parser, ")")) {
        return comity_parser_fail(parser, NULL, "\"and\", \"or\" or \")\"");
    }
    comity_parser_next(parser);
    parser->depth--;
    return true;
}

bool comity_parse_condition(comity_parser *parser, comity_condition **ret_condition)
{
    parser->depth = 0;
    return parse_joined(parser, 0, ret_condition);
}
