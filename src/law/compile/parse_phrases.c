/* The phrases of conditions (docs/law-language.md, the table of section 4). Each
 * begins with a word that tells it: a kind of act, a party, or a word of the
 * table below. */
#include "law/compile/parsing.h"

#include <string.h>

/* ---- lists ---- */

/* `importer not in XA`, `importer is not bank`: good English, but no condition. */
static bool refuse_inner_not(comity_parser *parser)
{
    return !comity_parser_at(parser, "not") ||
           comity_parser_complain(parser, parser->token.at,
                                  "\"not\" stands before the whole condition, as in \"not importer is bank\"");
}

/* Where a list begins, for the marks. */
typedef struct list_begin {
    const char *words; /* `one` of `one of`, or NULL */
    const char *of;
    const char *first; /* the first item */
} list_begin;

/* `one of` is read if it stands there. */
static bool begin_list(comity_parser *parser, list_begin *ret_begin)
{
    COMITY_PARSE(refuse_inner_not(parser));
    *ret_begin = (list_begin){NULL, NULL, NULL};
    if (comity_parser_at(parser, "one")) {
        ret_begin->words = parser->token.text;
        comity_parser_next(parser);
        ret_begin->of = parser->token.text;
        COMITY_PARSE(comity_parser_expect(parser, "of"));
    }
    ret_begin->first = parser->token.text;
    return true;
}

/* `one of` belongs before a list of more than one, but behind `only` it would
 * say something else. */
static void end_list(comity_parser *parser, const list_begin *begin, size_t count, bool is_only)
{
    bool belongs = count > 1 && !is_only;
    if (begin->words != NULL && !belongs) {
        comity_parser_mark(parser, COMITY_MARK_DROP, begin->words, 0);
        comity_parser_mark(parser, COMITY_MARK_DROP, begin->of, 0);
    } else if (begin->words == NULL && belongs) {
        comity_parser_mark(parser, COMITY_MARK_ONE_OF, begin->first, 0);
    }
}

static bool parse_names_only(comity_parser *parser, const char *expected, bool is_only, comity_words *ret_names)
{
    list_begin begin;
    COMITY_PARSE(begin_list(parser, &begin));
    COMITY_PARSE(comity_parser_words(parser, expected, ret_names));
    end_list(parser, &begin, ret_names->count, is_only);
    return true;
}

static bool parse_names(comity_parser *parser, const char *expected, comity_words *ret_names)
{
    return parse_names_only(parser, expected, false, ret_names);
}

/* ---- parties and places ---- */

static const struct {
    const char *word;
    comity_side side;
} parties[] = {
    {"exporter", COMITY_SIDE_FIRST},  {"importer", COMITY_SIDE_SECOND}, {"holder", COMITY_SIDE_FIRST},
    {"place", COMITY_SIDE_SECOND},    {"persons", COMITY_SIDE_FIRST},   {"collector", COMITY_SIDE_SECOND},
    {"demander", COMITY_SIDE_SECOND}, {"operator", COMITY_SIDE_FIRST},  {"target", COMITY_SIDE_SECOND},
    {"provider", COMITY_SIDE_FIRST},  {"market", COMITY_SIDE_SECOND},   {"party", COMITY_SIDE_PARTY},
    {"owner", COMITY_SIDE_OWNER},
};
#define PARTY_COUNT (sizeof parties / sizeof parties[0])

bool comity_parse_party_word(comity_parser *parser, comity_party *ret_party)
{
    const char *known[PARTY_COUNT + 1] = {NULL};
    for (size_t i = 0; i < PARTY_COUNT; i++) {
        known[i] = parties[i].word;
        if (comity_parser_at(parser, parties[i].word)) {
            ret_party->side = parties[i].side;
            return comity_parser_word(parser, "a party", &ret_party->word);
        }
    }
    return comity_parser_fail(parser, known, "a party (exporter, importer, holder, …)");
}

static bool parse_place_item(comity_parser *parser, comity_place_item *ret_item)
{
    ret_item->kind = COMITY_PLACE_CODE;
    if (comity_parser_accept(parser, "party")) {
        ret_item->kind = COMITY_PLACE_PARTY_TO;
        COMITY_PARSE(comity_parser_expect(parser, "to"));
    } else if (comity_parser_accept(parser, "signatory")) {
        ret_item->kind = COMITY_PLACE_SIGNATORY;
        COMITY_PARSE(comity_parser_expect(parser, "of"));
    } else if (comity_parser_at(parser, "state") && comity_token_is(comity_parser_peek(parser), "of")) {
        ret_item->kind = COMITY_PLACE_STATE_OF;
        comity_parser_next(parser);
        COMITY_PARSE(comity_parser_expect(parser, "of"));
        return comity_parse_party_word(parser, &ret_item->party);
    }
    return comity_parser_word(parser, ret_item->kind == COMITY_PLACE_CODE ? "a place" : "the code of an agreement",
                              &ret_item->name);
}

static bool check_state_alone(comity_parser *parser, const comity_places *places)
{
    for (size_t i = 0; places->count > 1 && i < places->count; i++) {
        const comity_place_item *item = &places->items[i];
        if (item->kind == COMITY_PLACE_STATE_OF) {
            return comity_parser_complain(parser, item->party.word.at,
                                          "\"state of %s\" stands in no list; join conditions with \"or\"",
                                          item->party.word.text);
        }
    }
    return true;
}

static bool parse_places_only(comity_parser *parser, bool is_only, comity_places *ret_places)
{
    comity_places places = {.outside = comity_parser_accept(parser, "outside")};
    list_begin begin;
    COMITY_PARSE(begin_list(parser, &begin));
    do {
        COMITY_PARSE(comity_parser_list_goes_on(parser, places.count));
        places.items = comity_parser_grow(parser, places.items, places.count, sizeof *places.items);
        COMITY_PARSE(places.items != NULL);
        COMITY_PARSE(parse_place_item(parser, &places.items[places.count]));
        places.count++;
        COMITY_PARSE(check_state_alone(parser, &places));
    } while (comity_parser_accept(parser, ","));
    end_list(parser, &begin, places.count, is_only);
    *ret_places = places;
    return true;
}

/* `[outside] [one of] XA, party to TREATY`, or `[outside] state of exporter` */
static bool parse_places(comity_parser *parser, comity_places *ret_places)
{
    return parse_places_only(parser, false, ret_places);
}

/* Behind places: `outside state of exporter`. */
static bool parse_other_state(comity_parser *parser, const comity_places *places, comity_party *ret_party)
{
    if (places->items[0].kind == COMITY_PLACE_STATE_OF) {
        return comity_parser_complain(parser, parser->token.at,
                                      "places are named before \"outside state of …\"; one state of a party is enough");
    }
    comity_parser_next(parser);
    return comity_parser_expect(parser, "state") && comity_parser_expect(parser, "of") &&
           comity_parse_party_word(parser, ret_party);
}

/* ---- acts, and what is said of parties ---- */

/* `transfer or disclose from XA to outside XA`: the phrase goes on with `or`
 * only where a kind of act follows directly. */
static bool parse_act(comity_parser *parser, comity_condition **ret_condition)
{
    comity_condition *act;
    COMITY_PARSE(comity_condition_new(parser, COMITY_CONDITION_ACT, &act));
    COMITY_PARSE(comity_parser_act(parser, &act->acts, act->act_order, &act->act_count));
    while (comity_parser_at(parser, "or") && comity_token_is_act(comity_parser_peek(parser))) {
        comity_parser_next(parser);
        COMITY_PARSE(comity_parser_act(parser, &act->acts, act->act_order, &act->act_count));
    }
    if (comity_parser_accept(parser, "in")) {
        COMITY_PARSE(parse_places(parser, &act->in_places));
    }
    if (comity_parser_accept(parser, "from")) {
        COMITY_PARSE(parse_places(parser, &act->from_places));
    }
    if (comity_parser_accept(parser, "to")) {
        COMITY_PARSE(parse_places(parser, &act->to_places));
    }
    if (comity_parser_at(parser, "from") && act->to_places.count != 0 && act->from_places.count == 0) {
        return comity_parser_complain(parser, parser->token.at, "\"from\" stands before \"to\"");
    }
    if (act->in_places.count != 0 && (act->from_places.count != 0 || act->to_places.count != 0)) {
        return comity_parser_complain(parser, comity_parser_since(parser, act->at),
                                      "an act is either \"in\" a place, or \"from\" and \"to\" places");
    }
    *ret_condition = act;
    return true;
}

/* `owned 50% by (CONDITION)` */
static bool parse_owned(comity_parser *parser, comity_condition *condition)
{
    comity_condition *owner;
    if (parser->token.type != COMITY_TOKEN_PERCENT || comity_parser_at_boundary(parser)) {
        return comity_parser_fail(parser, NULL, "a percentage, as in \"owned 50%% by (…)\"");
    }
    condition->number = parser->token.number;
    comity_parser_next(parser);
    COMITY_PARSE(comity_parser_expect(parser, "by"));
    if (!comity_parser_at(parser, "(")) {
        return comity_parser_fail(parser, NULL, "\"(\" and a condition on the owner");
    }
    COMITY_PARSE(comity_parse_parentheses(parser, &owner));
    return comity_condition_add(parser, condition, owner);
}

/* Bound by some other law than theirs, or not by theirs? Nobody could tell. */
static bool refuse_subject_outside(comity_parser *parser, const comity_condition *condition)
{
    return !comity_parser_at(parser, "outside") ||
           comity_parser_complain(parser, parser->token.at,
                                  "\"subject to outside\" cannot be said; write \"not %s subject to …\"",
                                  condition->party.word.text);
}

/* What may be said of a party. */
static bool parse_party(comity_parser *parser, comity_condition **ret_condition)
{
    static const char *const known[] = {"in", "outside", "subject", "is", "said", "certified", "owned", NULL};
    comity_condition *condition;
    COMITY_PARSE(comity_condition_new(parser, COMITY_CONDITION_PARTY_IN, &condition));
    *ret_condition = condition;
    COMITY_PARSE(comity_parse_party_word(parser, &condition->party));
    if (comity_parser_at(parser, "outside") || comity_parser_accept(parser, "in")) {
        return parse_places(parser, &condition->places);
    }
    if (comity_parser_accept(parser, "subject")) {
        condition->kind = COMITY_CONDITION_SUBJECT_TO;
        COMITY_PARSE(comity_parser_expect(parser, "to"));
        return refuse_subject_outside(parser, condition) && parse_places(parser, &condition->places);
    }
    if (comity_parser_accept(parser, "is")) {
        condition->kind = COMITY_CONDITION_IS;
        return parse_names(parser, "a kind of party", &condition->names);
    }
    if (comity_parser_accept(parser, "said")) {
        condition->kind = COMITY_CONDITION_SAID;
        COMITY_PARSE(comity_parser_expect(parser, "to") && comity_parser_expect(parser, "be"));
        return parse_names(parser, "a kind of party", &condition->names);
    }
    if (comity_parser_accept(parser, "certified")) {
        condition->kind = COMITY_CONDITION_CERTIFIED;
        return parse_names(parser, "a certificate", &condition->names);
    }
    if (comity_parser_accept(parser, "owned")) {
        condition->kind = COMITY_CONDITION_OWNED;
        return parse_owned(parser, condition);
    }
    COMITY_PARSE(refuse_inner_not(parser));
    return comity_parser_fail(
        parser, known,
        "what is said of the %s: \"in\", \"outside\", \"subject to\", \"is\", \"said to be\", \"certified\" or \"owned\"",
        condition->party.word.text);
}

/* ---- phrases ---- */

static const char *const has_or_only[] = {"has", "only", NULL};

static bool parse_test(comity_parser *parser, bool all_allowed, comity_test *ret_test)
{
    if (comity_parser_accept(parser, "only")) {
        *ret_test = COMITY_TEST_ONLY;
        return true;
    }
    COMITY_PARSE(refuse_inner_not(parser));
    if (!comity_parser_accept(parser, "has")) {
        return comity_parser_fail(parser, has_or_only, "\"has\" or \"only\"");
    }
    *ret_test = COMITY_TEST_HAS;
    if (all_allowed && comity_parser_accept(parser, "all")) {
        *ret_test = COMITY_TEST_HAS_ALL;
        return comity_parser_expect(parser, "of");
    }
    return true;
}

/* `data has …`, `purposes only …`; the first word has been read in all of these. */
static bool parse_named(comity_parser *parser, comity_condition *condition, const char *expected)
{
    COMITY_PARSE(parse_test(parser, true, &condition->test));
    if (condition->test == COMITY_TEST_HAS_ALL) {
        return comity_parser_words(parser, expected, &condition->names);
    }
    return parse_names_only(parser, expected, condition->test == COMITY_TEST_ONLY, &condition->names);
}

static bool parse_data(comity_parser *parser, comity_condition *condition)
{
    return parse_named(parser, condition, "a category of data");
}

static bool parse_purposes(comity_parser *parser, comity_condition *condition)
{
    return parse_named(parser, condition, "a purpose");
}

static bool parse_list_of_places(comity_parser *parser, comity_condition *condition, comity_place_list list)
{
    condition->list = list;
    COMITY_PARSE(parse_test(parser, false, &condition->test));
    return parse_places_only(parser, condition->test == COMITY_TEST_ONLY, &condition->places);
}

static bool parse_origin(comity_parser *parser, comity_condition *condition)
{
    return parse_list_of_places(parser, condition, COMITY_LIST_ORIGIN);
}

static bool parse_location(comity_parser *parser, comity_condition *condition)
{
    return parse_list_of_places(parser, condition, COMITY_LIST_LOCATION);
}

static bool parse_subjects(comity_parser *parser, comity_condition *condition)
{
    return parse_list_of_places(parser, condition, COMITY_LIST_SUBJECTS);
}

static bool parse_transit(comity_parser *parser, comity_condition *condition)
{
    return parse_list_of_places(parser, condition, COMITY_LIST_TRANSIT);
}

/* `received from PLACES [outside state of exporter] [under PAPERS]` */
static bool parse_received(comity_parser *parser, comity_condition *condition)
{
    COMITY_PARSE(comity_parser_expect(parser, "from"));
    COMITY_PARSE(parse_places(parser, &condition->places));
    if (comity_parser_at(parser, "outside")) {
        COMITY_PARSE(parse_other_state(parser, &condition->places, &condition->other));
        condition->has_other = true;
    }
    return !comity_parser_accept(parser, "under") || parse_names(parser, "a kind of paper", &condition->names);
}

static bool parse_deal(comity_parser *parser, comity_condition *condition)
{
    COMITY_PARSE(comity_parser_expect(parser, "is"));
    return parse_names(parser, "a kind of transaction", &condition->names);
}

static bool parse_protected(comity_parser *parser, comity_condition *condition)
{
    COMITY_PARSE(comity_parser_expect(parser, "by"));
    return parse_names(parser, "a safeguard", &condition->names);
}

static bool parse_held(comity_parser *parser, comity_condition *condition)
{
    if (comity_parser_at(parser, "one") || comity_parser_at(parser, "all")) {
        return comity_parser_complain(parser, parser->token.at,
                                      "\"held\" asks for one paper; write \"(held A or held B)\"");
    }
    return comity_parse_leaf(parser, "a kind of paper", &condition->paper);
}

/* `at least N`, `more than N`, `at most N`, `below N` */
static bool parse_comparison(comity_parser *parser, comity_condition *condition)
{
    static const char *const known[] = {"at", "more", "below", NULL};
    static const char *const at_known[] = {"least", "most", NULL};
    if (comity_parser_accept(parser, "below")) {
        condition->comparison = COMITY_BELOW;
    } else if (comity_parser_accept(parser, "more")) {
        condition->comparison = COMITY_MORE_THAN;
        COMITY_PARSE(comity_parser_expect(parser, "than"));
    } else if (comity_parser_accept(parser, "at")) {
        condition->comparison = comity_parser_at(parser, "least") ? COMITY_AT_LEAST : COMITY_AT_MOST;
        if (!comity_parser_accept(parser, "least") && !comity_parser_accept(parser, "most")) {
            return comity_parser_fail(parser, at_known, "\"least\" or \"most\"");
        }
    } else {
        return comity_parser_fail(parser, known, "\"at least\", \"more than\", \"at most\" or \"below\"");
    }
    return comity_parser_number(parser, "a number", &condition->number);
}

static bool parse_count(comity_parser *parser, comity_condition *condition)
{
    COMITY_PARSE(comity_condition_name(parser, "the name of a count", condition));
    return parse_comparison(parser, condition);
}

static bool parse_demand(comity_parser *parser, comity_condition *condition)
{
    static const char *const known[] = {"through", "binding", "under", NULL};
    if (comity_parser_accept(parser, "through")) {
        return parse_names(parser, "a channel (direct, judicial-assistance, treaty, voluntary)", &condition->names);
    }
    if (comity_parser_accept(parser, "binding")) {
        condition->kind = COMITY_CONDITION_BINDING;
        return true;
    }
    if (comity_parser_accept(parser, "under")) {
        condition->kind = COMITY_CONDITION_UNDER;
        return parse_names(parser, "an agreement, or an instrument as CODE.SHORT", &condition->names);
    }
    return comity_parser_fail(parser, known, "\"through\", \"binding\" or \"under\"");
}

static bool parse_order(comity_parser *parser, comity_condition *condition)
{
    COMITY_PARSE(comity_condition_name(parser, "the name of a list of orders", condition));
    return comity_parser_expect(parser, "in") && comity_parser_expect(parser, "force");
}

static bool parse_agreement(comity_parser *parser, comity_condition *condition)
{
    COMITY_PARSE(comity_parser_expect(parser, "about"));
    COMITY_PARSE(parse_names(parser, "what the agreement concerns", &condition->names));
    COMITY_PARSE(comity_parser_expect(parser, "between"));
    COMITY_PARSE(comity_parse_party_word(parser, &condition->party));
    COMITY_PARSE(comity_parser_expect(parser, "and"));
    return comity_parse_party_word(parser, &condition->other);
}

static bool parse_across(comity_parser *parser, comity_condition *condition)
{
    (void)condition;
    return comity_parser_expect(parser, "borders");
}

static const struct {
    const char *word;
    comity_condition_kind kind;
    bool (*parse)(comity_parser *parser, comity_condition *condition);
} phrases[] = {
    {"data", COMITY_CONDITION_DATA, parse_data},
    {"purposes", COMITY_CONDITION_PURPOSES, parse_purposes},
    {"origin", COMITY_CONDITION_PLACES, parse_origin},
    {"location", COMITY_CONDITION_PLACES, parse_location},
    {"subjects", COMITY_CONDITION_PLACES, parse_subjects},
    {"transit", COMITY_CONDITION_PLACES, parse_transit},
    {"received", COMITY_CONDITION_RECEIVED, parse_received},
    {"deal", COMITY_CONDITION_DEAL, parse_deal},
    {"protected", COMITY_CONDITION_PROTECTED, parse_protected},
    {"held", COMITY_CONDITION_HELD, parse_held},
    {"people", COMITY_CONDITION_PEOPLE, parse_comparison},
    {"count", COMITY_CONDITION_COUNT, parse_count},
    {"demand", COMITY_CONDITION_THROUGH, parse_demand},
    {"order", COMITY_CONDITION_ORDER, parse_order},
    {"agreement", COMITY_CONDITION_AGREEMENT, parse_agreement},
    {"across", COMITY_CONDITION_ACROSS, parse_across},
};
#define PHRASE_COUNT (sizeof phrases / sizeof phrases[0])

/* Words within phrases: none of them begins a condition, and none can be a circumstance. */
static const char *const inner_words[] = {
    "and",     "or",      "not",   "in",   "outside",   "is",        "has",     "only",    "subject",
    "to",      "from",    "of",    "one",  "all",       "certified", "owned",   "by",      "under",
    "at",      "least",   "most",  "more", "than",      "below",     "through", "binding", "about",
    "between", "borders", "force", "with", "signatory", "older",     "naming",  "result",  "module",
    "law",     "old",     "said",  "be"};
#define INNER_COUNT (sizeof inner_words / sizeof inner_words[0])

static const char *const act_names[] = {"transfer", "store", "collect", "disclose", "operate", "offer"};
#define ACT_COUNT (sizeof act_names / sizeof act_names[0])

const char *comity_phrase_word(size_t i)
{
    return i < PHRASE_COUNT                             ? phrases[i].word
           : i < PHRASE_COUNT + PARTY_COUNT             ? parties[i - PHRASE_COUNT].word
           : i < PHRASE_COUNT + PARTY_COUNT + ACT_COUNT ? act_names[i - PHRASE_COUNT - PARTY_COUNT]
                                                        : NULL;
}

bool comity_token_begins_phrase(const comity_token *token)
{
    for (size_t i = 0; comity_phrase_word(i) != NULL; i++) {
        if (comity_token_is(token, comity_phrase_word(i))) {
            return true;
        }
    }
    return false;
}

bool comity_is_inner_word(const comity_token *token)
{
    for (size_t i = 0; i < INNER_COUNT; i++) {
        if (comity_token_is(token, inner_words[i])) {
            return true;
        }
    }
    return false;
}

bool comity_is_condition_word(const char *text)
{
    comity_token token = {.type = COMITY_TOKEN_WORD, .text = text, .size = strlen(text)};
    return comity_token_begins_phrase(&token) || comity_is_inner_word(&token);
}

bool comity_parse_phrase(comity_parser *parser, comity_condition **ret_condition)
{
    const comity_token *token = &parser->token;
    if (comity_token_is_act(token)) {
        return parse_act(parser, ret_condition);
    }
    for (size_t i = 0; i < PHRASE_COUNT; i++) {
        if (comity_token_is(token, phrases[i].word)) {
            COMITY_PARSE(comity_condition_new(parser, phrases[i].kind, ret_condition));
            comity_parser_next(parser);
            return phrases[i].parse(parser, *ret_condition);
        }
    }
    return parse_party(parser, ret_condition);
}
