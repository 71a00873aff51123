/* Expressions over papers and safeguards: `all of`, `one of`, `in order`, and
 * what must be true of a paper (docs/law-language.md, section 3). */
#include "law/compile/parsing.h"

#include "base/limits.h"

#include <stddef.h>
#include <string.h>

/* ---- what must be true of a paper ---- */

static const struct {
    const char *word, *expected;
    size_t field; /* of comity_paper_leaf, a comity_word */
} qualifiers[] = {
    {"by", "an authority", offsetof(comity_paper_leaf, by)},
    {"about", "the name of a rule", offsetof(comity_paper_leaf, about)},
    {"result", "the word for a result", offsetof(comity_paper_leaf, result)},
    {"module", "the word for a module", offsetof(comity_paper_leaf, module)},
};
#define QUALIFIER_COUNT (sizeof qualifiers / sizeof qualifiers[0])

static const char *const naming_words[] = {"parties", "states", "categories", "purposes", NULL};
static const char *const span_units[] = {"day", "days", "month", "months", "year", "years", NULL};

static bool fail_twice(comity_parser *parser, const char *word)
{
    return comity_parser_complain(parser, parser->token.at, "\"%s\" is said twice of one paper", word);
}

/* Together they could ask for what no paper can be. */
static bool check_one_age(comity_parser *parser, const comity_paper_leaf *leaf)
{
    return (leaf->not_older == 0 && leaf->age == COMITY_AGE_NONE) ||
           comity_parser_complain(parser, parser->token.at,
                                  "how old a paper must be, and how old it may be at most, are not said of one paper");
}

/* `not older than 2 years` */
static bool parse_age(comity_parser *parser, comity_paper_leaf *leaf)
{
    if (leaf->not_older != 0) {
        return fail_twice(parser, "not older than");
    }
    COMITY_PARSE(check_one_age(parser, leaf));
    comity_parser_next(parser);
    COMITY_PARSE(comity_parser_expect(parser, "older") && comity_parser_expect(parser, "than"));
    return comity_parser_span(parser, span_units, "days, months or years", &leaf->not_older, &leaf->not_older_unit);
}

/* `older than 10 working days` */
static bool parse_older(comity_parser *parser, comity_paper_leaf *leaf)
{
    comity_parser_next(parser);
    leaf->age = COMITY_AGE_OLDER;
    return comity_parser_expect(parser, "than") &&
           comity_parser_span_worked(parser, &leaf->older, &leaf->older_unit);
}

/* `at least 2 years old` */
static bool parse_old(comity_parser *parser, comity_paper_leaf *leaf)
{
    comity_parser_next(parser);
    leaf->age = COMITY_AGE_AT_LEAST;
    return comity_parser_expect(parser, "least") &&
           comity_parser_span_worked(parser, &leaf->older, &leaf->older_unit) && comity_parser_expect(parser, "old");
}

static bool parse_least_age(comity_parser *parser, comity_paper_leaf *leaf)
{
    if (leaf->age != COMITY_AGE_NONE) {
        return comity_parser_complain(parser, parser->token.at, "the least age is said twice of one paper");
    }
    COMITY_PARSE(check_one_age(parser, leaf));
    return comity_parser_at(parser, "older") ? parse_older(parser, leaf) : parse_old(parser, leaf);
}

/* ---- under which law ---- */

/* Whose law: lists of places, in the order of COMITY_LIST_…, and parties. */
static const char *const whose[] = {"origin", "location", "subjects",  "transit",  "exporter", "importer",
                                    "holder", "place",    "persons",   "collector", "demander", "operator",
                                    "target", "provider", "market",    "party",    "owner",    NULL};
enum { WHOSE_LISTS = COMITY_LIST_TRANSIT + 1 };

/* A party to the act, not one that is spoken of in `derive` or as an owner. */
static bool parse_party_to_the_act(comity_parser *parser, comity_party *ret_party)
{
    COMITY_PARSE(comity_parse_party_word(parser, ret_party));
    return ret_party->side == COMITY_SIDE_FIRST || ret_party->side == COMITY_SIDE_SECOND ||
           comity_parser_complain(parser, ret_party->word.at,
                                  "a paper is under the law of one of the act's two parties, not of the \"%s\"",
                                  ret_party->word.text);
}

static bool parse_law_of_list(comity_parser *parser, size_t list, comity_law_of *of)
{
    of->kind = COMITY_LAW_OF_LIST;
    of->list = (comity_place_list)list;
    COMITY_PARSE(comity_parser_word(parser, "a list", &of->word));
    if (!comity_parser_at(parser, "outside")) {
        return true;
    }
    of->has_other = true;
    comity_parser_next(parser);
    return comity_parser_expect(parser, "state") && comity_parser_expect(parser, "of") &&
           parse_party_to_the_act(parser, &of->other);
}

/* `law of location outside state of demander`, `law of importer` */
static bool parse_law_of(comity_parser *parser, comity_law_of *of)
{
    size_t at = 0;
    comity_parser_next(parser);
    COMITY_PARSE(comity_parser_expect(parser, "of"));
    while (whose[at] != NULL && !comity_parser_at(parser, whose[at])) {
        at++;
    }
    if (whose[at] == NULL) {
        return comity_parser_fail(parser, whose, "origin, location, subjects, transit or a party");
    }
    if (at < WHOSE_LISTS) {
        return parse_law_of_list(parser, at, of);
    }
    of->kind = COMITY_LAW_OF_PARTY;
    COMITY_PARSE(parse_party_to_the_act(parser, &of->party));
    of->word = of->party.word;
    return true;
}

static bool parse_under(comity_parser *parser, comity_paper_leaf *leaf)
{
    if (leaf->under.text != NULL || leaf->under_of.kind != COMITY_LAW_OF_NONE) {
        return fail_twice(parser, "under");
    }
    comity_parser_next(parser);
    return comity_parser_at(parser, "law") ? parse_law_of(parser, &leaf->under_of)
                                           : comity_parser_word(parser, "the code of a law", &leaf->under);
}

/* ---- together ---- */

static bool is_naming_word(const comity_token *token)
{
    for (size_t i = 0; naming_words[i] != NULL; i++) {
        if (comity_token_is(token, naming_words[i])) {
            return true;
        }
    }
    return false;
}

/* `naming parties, states`: a comma goes on with this list only if one of its words follows. */
static bool parse_naming(comity_parser *parser, comity_paper_leaf *leaf)
{
    if (leaf->naming.count != 0) {
        return fail_twice(parser, "naming");
    }
    do {
        comity_parser_next(parser); /* `naming`, or a comma */
        for (size_t i = 0; i < leaf->naming.count; i++) {
            if (comity_token_is(&parser->token, leaf->naming.items[i].text)) {
                return fail_twice(parser, leaf->naming.items[i].text);
            }
        }
        leaf->naming.items =
            comity_parser_grow(parser, leaf->naming.items, leaf->naming.count, sizeof *leaf->naming.items);
        COMITY_PARSE(leaf->naming.items != NULL);
        COMITY_PARSE(comity_parser_choice(parser, naming_words, "parties, states, categories or purposes",
                                          &leaf->naming.items[leaf->naming.count]));
        leaf->naming.count++;
    } while (comity_parser_at(parser, ",") && is_naming_word(comity_parser_peek(parser)));
    return true;
}

/* Reads one qualifier if one is next; `ret_more` tells. */
static bool parse_qualifier(comity_parser *parser, comity_paper_leaf *leaf, bool *ret_more)
{
    *ret_more = true;
    for (size_t i = 0; i < QUALIFIER_COUNT; i++) {
        comity_word *word = (comity_word *)(void *)((char *)leaf + qualifiers[i].field);
        if (comity_parser_at(parser, qualifiers[i].word)) {
            if (word->text != NULL) {
                return fail_twice(parser, qualifiers[i].word);
            }
            comity_parser_next(parser);
            return comity_parser_word(parser, qualifiers[i].expected, word);
        }
    }
    if (comity_parser_at(parser, "under")) {
        return parse_under(parser, leaf);
    }
    if (comity_parser_at(parser, "not")) {
        return parse_age(parser, leaf);
    }
    if (comity_parser_at(parser, "older") || comity_parser_at(parser, "at")) {
        return parse_least_age(parser, leaf);
    }
    if (comity_parser_at(parser, "naming")) {
        return parse_naming(parser, leaf);
    }
    *ret_more = false;
    return true;
}

bool comity_parse_leaf(comity_parser *parser, const char *expected, comity_paper_leaf *ret_leaf)
{
    bool more = true;
    COMITY_PARSE(comity_parser_word(parser, expected, &ret_leaf->name));
    while (more) {
        COMITY_PARSE(parse_qualifier(parser, ret_leaf, &more));
    }
    return true;
}

/* ---- expressions ---- */

static const struct {
    const char *first, *second;
    comity_expression_kind kind;
} groupings[] = {
    {"all", "of", COMITY_EXPRESSION_ALL},
    {"one", "of", COMITY_EXPRESSION_ONE},
    {"in", "order", COMITY_EXPRESSION_ORDER},
};
#define GROUPING_COUNT (sizeof groupings / sizeof groupings[0])

static bool parse_whole(comity_parser *parser, comity_expression **ret_expression);

static bool is_grouping(const comity_parser *parser)
{
    for (size_t i = 0; i < GROUPING_COUNT; i++) {
        if (comity_parser_at(parser, groupings[i].first)) {
            return true;
        }
    }
    return false;
}

static bool new_expression(comity_parser *parser, comity_expression_kind kind, comity_expression **ret_expression)
{
    void *memory;
    COMITY_PARSE(comity_parser_take(parser, sizeof **ret_expression, &memory));
    *ret_expression = memory;
    (*ret_expression)->kind = kind;
    (*ret_expression)->at = parser->token.at;
    return true;
}

static bool parse_parentheses(comity_parser *parser, comity_expression **ret_expression)
{
    if (parser->depth == COMITY_LIMIT_LAW_DEPTH) {
        return comity_parser_complain(parser, parser->token.at, "expressions stand in one another more than %d deep",
                                      COMITY_LIMIT_LAW_DEPTH);
    }
    parser->depth++;
    comity_parser_next(parser);
    COMITY_PARSE(parse_whole(parser, ret_expression));
    if (!comity_parser_at(parser, ")")) {
        return comity_parser_fail(parser, NULL, "\",\" or \")\"");
    }
    comity_parser_next(parser);
    parser->depth--;
    return true;
}

static bool parse_item(comity_parser *parser, comity_expression **ret_expression)
{
    if (comity_parser_at(parser, "(")) {
        return parse_parentheses(parser, ret_expression);
    }
    if (is_grouping(parser)) {
        return comity_parser_complain(
            parser, parser->token.at,
            "an expression within another stands in parentheses, as in \"all of (one of A, B), C\"");
    }
    COMITY_PARSE(new_expression(parser, COMITY_EXPRESSION_LEAF, ret_expression));
    COMITY_PARSE(comity_parse_leaf(parser, "a paper or safeguard", &(*ret_expression)->leaf));
    (*ret_expression)->at = comity_parser_since(parser, (*ret_expression)->at);
    return true;
}

/* Behind an item: what often stands there by mistake. */
static bool check_separator(comity_parser *parser, bool in_list)
{
    if (comity_parser_at(parser, "and") || comity_parser_at(parser, "or")) {
        bool is_and = comity_parser_at(parser, "and");
        return comity_parser_complain(
            parser, parser->token.at,
            "found \"%s\" in an expression; write \"%s of A, B\", with parentheses around one that "
            "stands in another",
            is_and ? "and" : "or", is_and ? "all" : "one");
    }
    if (!in_list && comity_parser_at(parser, ",")) {
        return comity_parser_complain(parser, parser->token.at,
                                      "a list of papers begins with \"all of\", \"one of\" or \"in order\"");
    }
    return true;
}

static bool check_ground(comity_parser *parser, const comity_expression *whole)
{
    if (whole->kind == COMITY_EXPRESSION_ORDER && whole->child_count == COMITY_LIMIT_LAW_GROUNDS) {
        return comity_parser_complain(parser, parser->token.at, "\"in order\" has at most %d grounds",
                                      COMITY_LIMIT_LAW_GROUNDS);
    }
    return comity_parser_list_goes_on(parser, whole->child_count);
}

/* The words of the grouping have been seen; reads them and the list. */
static bool parse_grouping(comity_parser *parser, size_t grouping, comity_expression **ret_expression)
{
    COMITY_PARSE(new_expression(parser, groupings[grouping].kind, ret_expression));
    comity_expression *whole = *ret_expression;
    comity_parser_next(parser);
    COMITY_PARSE(comity_parser_expect(parser, groupings[grouping].second));
    do {
        COMITY_PARSE(check_ground(parser, whole));
        whole->children = comity_parser_grow(parser, whole->children, whole->child_count, sizeof *whole->children);
        COMITY_PARSE(whole->children != NULL);
        COMITY_PARSE(parse_item(parser, &whole->children[whole->child_count]));
        whole->child_count++;
        COMITY_PARSE(check_separator(parser, true));
    } while (comity_parser_accept(parser, ","));
    whole->at = comity_parser_since(parser, whole->at);
    return true;
}

static bool parse_whole(comity_parser *parser, comity_expression **ret_expression)
{
    for (size_t i = 0; i < GROUPING_COUNT; i++) {
        if (comity_parser_at(parser, groupings[i].first)) {
            return parse_grouping(parser, i, ret_expression);
        }
    }
    COMITY_PARSE(parse_item(parser, ret_expression));
    return check_separator(parser, false);
}

bool comity_parse_expression(comity_parser *parser, comity_expression **ret_expression)
{
    parser->depth = 0;
    return parse_whole(parser, ret_expression);
}
