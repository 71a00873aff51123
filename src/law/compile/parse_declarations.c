/* Declarations but for rules and counts: names, and what the law is made of
 * (docs/law-language.md, section 3). The declaring word has been read; each
 * function here reads what belongs to it. */
#include "law/compile/parsing.h"

#include "law/compile/parser.h"

#include <string.h>

/* ---- shapes of names ---- */

static bool is_capital(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

bool comity_is_state_code(const char *text)
{
    return is_capital(text[0]) && is_capital(text[1]) && text[2] == '\0';
}

bool comity_is_law_code(const char *text)
{
    size_t i = 0;
    while (is_capital(text[i]) || is_digit(text[i]) || text[i] == '-') {
        i++;
    }
    return is_capital(text[0]) && text[i] == '\0' && text[i - 1] != '-';
}

bool comity_is_part_code(const char *text)
{
    return comity_is_law_code(text) && is_capital(text[1]) && text[2] == '-';
}

/* `standard-contract`: lower case, digits, hyphens. */
static bool is_plain_name(const char *text)
{
    size_t i = 0;
    while ((text[i] >= 'a' && text[i] <= 'z') || is_digit(text[i]) || text[i] == '-') {
        i++;
    }
    return text[0] >= 'a' && text[0] <= 'z' && text[i] == '\0';
}

bool comity_parser_check_own_name(comity_parser *parser, const comity_word *name, const char *noun)
{
    const char *code = parser->file->code.text;
    if (code == NULL) {
        return true;
    }
    size_t size = strlen(code);
    if (strncmp(name->text, code, size) == 0 && name->text[size] == '.' && name->text[size + 1] != '\0') {
        return true;
    }
    return comity_parser_complain(parser, name->at, "the name of %s in this file begins with \"%s.\"; found \"%s\"",
                                  noun, code, name->text);
}

/* ---- names ---- */

static bool parse_plain_name(comity_parser *parser, comity_word *ret_name)
{
    COMITY_PARSE(comity_parser_word(parser, "a name", ret_name));
    if (strcmp(ret_name->text, "one") == 0 || strcmp(ret_name->text, "all") == 0) {
        return comity_parser_complain(parser, ret_name->at, "\"%s\" is a word of the language and can be no name",
                                      ret_name->text);
    }
    if (!is_plain_name(ret_name->text)) {
        return comity_parser_complain(
            parser, ret_name->at, "\"%s\" is no name; names are of small letters, digits and hyphens", ret_name->text);
    }
    return true;
}

bool comity_parse_name(comity_parser *parser, comity_declaration *declaration)
{
    comity_name *name = &declaration->as.name;
    COMITY_PARSE(parse_plain_name(parser, &name->name));
    return comity_parser_string(parser, "the label", &name->label);
}

/* `purpose NAME "label" [aside if CIRCUMSTANCE]` */
bool comity_parse_purpose(comity_parser *parser, comity_declaration *declaration)
{
    COMITY_PARSE(comity_parse_name(parser, declaration));
    return !comity_parser_accept(parser, "aside") ||
           (comity_parser_expect(parser, "if") &&
            comity_parser_word(parser, "a circumstance", &declaration->as.name.aside));
}

bool comity_parse_circumstance(comity_parser *parser, comity_declaration *declaration)
{
    comity_name *name = &declaration->as.name;
    COMITY_PARSE(parse_plain_name(parser, &name->name));
    if (comity_is_condition_word(name->name.text)) {
        return comity_parser_complain(parser, name->name.at,
                                      "\"%s\" is a word of conditions; a circumstance cannot be called so",
                                      name->name.text);
    }
    return comity_parser_string(parser, "the question to ask for it", &name->label);
}

bool comity_parse_place(comity_parser *parser, comity_declaration *declaration)
{
    comity_name *name = &declaration->as.name;
    COMITY_PARSE(comity_parser_word(parser, "a code", &name->name));
    if (!comity_is_state_code(name->name.text) && !comity_is_part_code(name->name.text)) {
        return comity_parser_complain(
            parser, name->name.at,
            "\"%s\" is no code of a place; expected two capital letters, as in XA, and for a part a "
            "hyphen and more, as in XA-B",
            name->name.text);
    }
    return comity_parser_string(parser, "the name of the place", &name->label);
}

/* `category NAME [of PARENT, PARENT] "label" [dpv "term"]` */
bool comity_parse_category(comity_parser *parser, comity_declaration *declaration)
{
    comity_name *name = &declaration->as.name;
    COMITY_PARSE(parse_plain_name(parser, &name->name));
    if (comity_parser_accept(parser, "of")) {
        COMITY_PARSE(comity_parser_words(parser, "the category above it", &name->parents));
    }
    COMITY_PARSE(comity_parser_string(parser, "the label", &name->label));
    return !comity_parser_accept(parser, "dpv") ||
           comity_parser_string(parser, "a term of the Data Privacy Vocabulary", &name->dpv);
}

static const char *const span_units[] = {"day", "days", "month", "months", "year", "years", NULL};

/* `paper NAME ["label"] [valid N years|months|days]` */
bool comity_parse_paper(comity_parser *parser, comity_declaration *declaration)
{
    comity_name *name = &declaration->as.name;
    COMITY_PARSE(parse_plain_name(parser, &name->name));
    if (parser->token.type == COMITY_TOKEN_STRING && !comity_parser_at_boundary(parser)) {
        COMITY_PARSE(comity_parser_string(parser, "the label", &name->label));
    }
    if (name->label.text == NULL && parser->file->kind == COMITY_FILE_TAXONOMY && comity_parser_at(parser, "valid")) {
        return comity_parser_complain(parser, parser->token.at,
                                      "how long papers are valid under a law is said in that law's file; here \"%s\" "
                                      "needs its label",
                                      name->name.text);
    }
    if (comity_parser_accept(parser, "valid")) {
        return comity_parser_span(parser, span_units, "days, months or years", &name->valid, &name->valid_unit);
    }
    static const char *const known[] = {"valid", NULL};
    return name->label.text != NULL || comity_parser_fail(parser, known, "the label in double quotes, or \"valid\"");
}

/* ---- what the law is made of ---- */

static bool fail_again(comity_parser *parser)
{
    return comity_parser_complain(parser, parser->token.at, "\"%.*s\" is said twice", (int)parser->token.size,
                                  parser->token.text);
}

static bool parse_rank(comity_parser *parser, comity_instrument *instrument)
{
    uint64_t rank;
    comity_place_in_text at = parser->token.at;
    COMITY_PARSE(comity_parser_number(parser, "a number", &rank));
    if (rank < 1 || rank > 1000) {
        return comity_parser_complain(parser, at, "a rank is from 1 to 1,000");
    }
    instrument->rank = (uint32_t)rank;
    return true;
}

/* Reads one of the options if one is next. They may stand in any order. */
static bool parse_instrument_option(comity_parser *parser, comity_instrument *instrument, bool *ret_more)
{
    comity_dates *dates = &instrument->dates;
    bool at_kind = comity_parser_at(parser, "kind");
    bool at_rank = comity_parser_at(parser, "rank");
    bool at_from = comity_parser_at(parser, "from");
    bool at_until = comity_parser_at(parser, "until");
    bool at_published = comity_parser_at(parser, "published");
    *ret_more = at_kind || at_rank || at_from || at_until || at_published;
    if ((at_kind && instrument->kind.text != NULL) || (at_rank && instrument->rank != 0) ||
        (at_from && dates->from != COMITY_NO_DATE) || (at_until && dates->until != COMITY_NO_DATE) ||
        (at_published && instrument->published.text != NULL)) {
        return fail_again(parser);
    }
    if (!*ret_more) {
        return true;
    }
    comity_parser_next(parser);
    if (at_kind) {
        return comity_parser_word(parser, "a kind of instrument", &instrument->kind);
    }
    if (at_rank) {
        return parse_rank(parser, instrument);
    }
    if (at_published) {
        return comity_parser_string(parser, "where it was published", &instrument->published);
    }
    *(at_from ? &dates->from_at : &dates->until_at) = parser->token.at;
    return comity_parser_date(parser, at_from ? &dates->from : &dates->until);
}

/* `instrument SHORT "official name" [kind WORD] [rank N] [from D] [until D] [published "where"]` */
bool comity_parse_instrument(comity_parser *parser, comity_declaration *declaration)
{
    static const char *const known[] = {"kind", "rank", "from", "until", "published", NULL};
    comity_instrument *instrument = &declaration->as.instrument;
    comity_dates *dates = &instrument->dates;
    bool more = true;
    *dates = (comity_dates){.from = COMITY_NO_DATE, .until = COMITY_NO_DATE};
    COMITY_PARSE(comity_parser_word(parser, "the short name of the instrument", &instrument->name));
    if (strchr(instrument->name.text, '.') != NULL) {
        return comity_parser_complain(parser, instrument->name.at,
                                      "\"%s\" has a point; the short name of an instrument has none",
                                      instrument->name.text);
    }
    COMITY_PARSE(comity_parser_string(parser, "the official name", &instrument->title));
    while (more) {
        COMITY_PARSE(parse_instrument_option(parser, instrument, &more));
    }
    if (dates->from != COMITY_NO_DATE && dates->until != COMITY_NO_DATE && dates->until < dates->from) {
        return comity_parser_complain(parser, dates->until_at, "the last day lies before the first");
    }
    bool next_line = parser->token.first_on_line && parser->token.at.column == 1;
    return comity_parser_at_boundary(parser) || next_line ||
           comity_parser_fail(parser, known,
                              "\"kind\", \"rank\", \"from\", \"until\", \"published\" or the end of the line");
}

/* `authority CODE.NAME "name" [may grant PAPER, …]` */
bool comity_parse_authority(comity_parser *parser, comity_declaration *declaration)
{
    comity_authority *authority = &declaration->as.authority;
    COMITY_PARSE(comity_parser_word(parser, "the name of the authority, as CODE.NAME", &authority->name));
    COMITY_PARSE(comity_parser_check_own_name(parser, &authority->name, "an authority"));
    COMITY_PARSE(comity_parser_string(parser, "the authority's full name", &authority->title));
    if (!comity_parser_accept(parser, "may")) {
        return true;
    }
    return comity_parser_expect(parser, "grant") && comity_parser_words(parser, "a kind of paper", &authority->grants);
}

/* `define NAME = CONDITION` */
bool comity_parse_define(comity_parser *parser, comity_declaration *declaration)
{
    comity_define *define = &declaration->as.define;
    COMITY_PARSE(comity_parser_word(parser, "the name of the definition, as CODE.name", &define->name));
    COMITY_PARSE(comity_parser_check_own_name(parser, &define->name, "a definition"));
    COMITY_PARSE(comity_parser_expect(parser, "="));
    return comity_parse_condition(parser, &define->when) && comity_parser_end(parser, "\"and\", \"or\"");
}

/* `derive KIND when CONDITION` */
bool comity_parse_derive(comity_parser *parser, comity_declaration *declaration)
{
    comity_define *derive = &declaration->as.define;
    COMITY_PARSE(comity_parser_word(parser, "a kind of party", &derive->name));
    COMITY_PARSE(comity_parser_expect(parser, "when"));
    return comity_parse_condition(parser, &derive->when) && comity_parser_end(parser, "\"and\", \"or\"");
}

/* `covers ACT, … [from D] [until D]` */
bool comity_parse_covers(comity_parser *parser, comity_declaration *declaration)
{
    comity_covers *covers = &declaration->as.covers;
    covers->at = declaration->at;
    do {
        COMITY_PARSE(comity_parser_act(parser, &covers->acts, covers->act_order, &covers->act_count));
    } while (comity_parser_accept(parser, ","));
    return comity_parser_dates(parser, &covers->dates);
}

bool comity_parse_adopt(comity_parser *parser, comity_declaration *declaration)
{
    comity_words *words = &declaration->as.words;
    words->items = comity_parser_grow(parser, NULL, 0, sizeof *words->items);
    COMITY_PARSE(words->items != NULL);
    words->count = 1;
    return comity_parser_word(parser, "the code of an agreement", &words->items[0]);
}

/* ---- unions and agreements ---- */

/* `members CODE, … [from D] [until D]`; `reaches` likewise */
bool comity_parse_members(comity_parser *parser, comity_declaration *declaration)
{
    comity_members *members = &declaration->as.members;
    COMITY_PARSE(comity_parser_words(parser, "a code", &members->codes));
    return comity_parser_dates(parser, &members->dates);
}

/* `parties CODE, … [from D] [until D] [reserving "text"]` */
bool comity_parse_parties(comity_parser *parser, comity_declaration *declaration)
{
    COMITY_PARSE(comity_parse_members(parser, declaration));
    return !comity_parser_accept(parser, "reserving") ||
           comity_parser_string(parser, "the reservation", &declaration->as.members.reserving);
}

bool comity_parse_about(comity_parser *parser, comity_declaration *declaration)
{
    return comity_parser_words(parser, "what the agreement concerns", &declaration->as.words);
}

bool comity_parse_signed(comity_parser *parser, comity_declaration *declaration)
{
    return comity_parser_words(parser, "a code", &declaration->as.words);
}

bool comity_parse_channel(comity_parser *parser, comity_declaration *declaration)
{
    return comity_parser_expect(parser, "for") && comity_parser_words(parser, "a purpose", &declaration->as.words);
}

/* `direct`, `soft`: the word says it all; once. */
bool comity_parse_alone(comity_parser *parser, comity_declaration *declaration)
{
    const char *word = declaration->kind == COMITY_DECLARES_DIRECT ? "direct"
                       : declaration->kind == COMITY_DECLARES_SOFT ? "soft"
                                                                   : "calendar";
    for (size_t i = 0; i < parser->file->declaration_count; i++) {
        if (parser->file->declarations[i].kind == declaration->kind) {
            return comity_parser_complain(parser, declaration->at, "\"%s\" stands twice; the first is on line %u", word,
                                          (unsigned)parser->file->declarations[i].at.line);
        }
    }
    return true;
}

/* ---- declarations with lines below them ---- */

const char *const comity_group_clauses[] = {"members", NULL};
const char *const comity_orders_clauses[] = {"order", NULL};
const char *const comity_calendar_clauses[] = {"weekend", "holiday", "workday", NULL};
const char *const comity_enter_clauses[] = {"members", "order", NULL};

/* A line of the declaration, whose word is read. In a union, `members` at the
 * very beginning of a line is the union's own. */
static bool begin_line(comity_parser *parser, const char *word)
{
    bool own = parser->file->kind == COMITY_FILE_UNION && comity_token_is(&parser->token, "members") &&
               parser->token.at.column == 1;
    if (!comity_token_is(&parser->token, word) || !parser->token.first_on_line || own || parser->status != COMITY_OK) {
        return false;
    }
    parser->begin_column = parser->token.at.column;
    comity_parser_mark(parser, COMITY_MARK_LINE, parser->token.text, 0);
    comity_parser_next(parser);
    return true;
}

/* After the declaration's own line. Until its lines begin, a word misspelt may
 * stand at any depth. */
static void end_head(comity_parser *parser, bool right, bool *all_right)
{
    if (!right || !comity_parser_end(parser, NULL)) {
        parser->begin_column = UINT32_MAX;
        comity_parser_recover(parser);
        *all_right = false;
    }
}

/* After a line: whether it was right or not, the next one begins here. */
static void end_line(comity_parser *parser, bool right, bool *all_right)
{
    if (!right || !comity_parser_end(parser, NULL)) {
        comity_parser_recover(parser);
        *all_right = false;
    }
}

/* What stands behind `members`; false only without memory. */
static bool parse_member_line(comity_parser *parser, comity_group *group, bool *all_right)
{
    comity_declaration line = {.kind = COMITY_DECLARES_MEMBERS};
    end_line(parser, comity_parse_members(parser, &line), all_right);
    group->lines = comity_parser_grow(parser, group->lines, group->line_count, sizeof *group->lines);
    COMITY_PARSE(group->lines != NULL);
    group->lines[group->line_count++] = line.as.members;
    return true;
}

/* What stands behind `order`; false only without memory. */
static bool parse_order_line(comity_parser *parser, comity_orders *orders, bool *all_right)
{
    comity_order order = {.title = {NULL, parser->token.at}};
    bool good = comity_parser_string(parser, "the title of the order", &order.title);
    if (good && !comity_parser_at(parser, "from")) {
        good = comity_parser_fail(parser, NULL, "\"from\" and the day on which the order begins");
    }
    end_line(parser, good && comity_parser_dates(parser, &order.dates), all_right);
    orders->lines = comity_parser_grow(parser, orders->lines, orders->line_count, sizeof *orders->lines);
    COMITY_PARSE(orders->lines != NULL);
    orders->lines[orders->line_count++] = order;
    return true;
}

/* `group NAME "title"`, then `members …` */
bool comity_parse_group(comity_parser *parser, comity_declaration *declaration)
{
    comity_group *group = &declaration->as.group;
    bool right = comity_parser_word(parser, "the name of the group", &group->name);
    if (right && !comity_is_law_code(group->name.text)) {
        right = comity_parser_check_own_name(parser, &group->name, "a group");
    }
    end_head(parser, right && comity_parser_string(parser, "the title of the group", &group->title), &right);
    while (begin_line(parser, "members")) {
        COMITY_PARSE(parse_member_line(parser, group, &right));
    }
    return right;
}

/* `orders NAME "title"`, then `order "title" from D [until D]` */
bool comity_parse_orders(comity_parser *parser, comity_declaration *declaration)
{
    comity_orders *orders = &declaration->as.orders;
    bool right = comity_parser_word(parser, "the name of the list of orders", &orders->name) &&
                 comity_parser_check_own_name(parser, &orders->name, "a list of orders");
    end_head(parser, right && comity_parser_string(parser, "the title of the list", &orders->title), &right);
    while (begin_line(parser, "order")) {
        COMITY_PARSE(parse_order_line(parser, orders, &right));
    }
    return right;
}

/* `enter NAME`, then `members …` or `order …`: which of them the list takes, enter.c knows. */
bool comity_parse_enter(comity_parser *parser, comity_declaration *declaration)
{
    comity_enter *enter = &declaration->as.enter;
    bool right = comity_parser_word(parser, "the name of a group or of a list of orders", &enter->name);
    end_head(parser, right, &right);
    for (;;) {
        if (begin_line(parser, "members")) {
            COMITY_PARSE(parse_member_line(parser, &enter->members, &right));
        } else if (begin_line(parser, "order")) {
            COMITY_PARSE(parse_order_line(parser, &enter->orders, &right));
        } else {
            return right;
        }
    }
}

static bool parse_weekend(comity_parser *parser, comity_calendar *calendar)
{
    static const char *const days[] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday",    NULL};
    if (calendar->weekend.count != 0) {
        return comity_parser_complain(parser, parser->last, "\"weekend\" stands twice; name all its days on one line");
    }
    comity_words *words = &calendar->weekend;
    do {
        words->items = comity_parser_grow(parser, words->items, words->count, sizeof *words->items);
        COMITY_PARSE(words->items != NULL);
        COMITY_PARSE(
            comity_parser_choice(parser, days, "a day of the week (monday, tuesday, …)", &words->items[words->count]));
        words->count++;
    } while (comity_parser_accept(parser, ","));
    return true;
}

static bool parse_holiday(comity_parser *parser, comity_calendar *calendar, bool is_worked)
{
    struct comity_holiday holiday = {.at = parser->token.at, .is_worked = is_worked};
    COMITY_PARSE(comity_parser_date(parser, &holiday.day));
    COMITY_PARSE(comity_parser_string(parser, is_worked ? "what the day is worked for" : "the name of the holiday",
                                      &holiday.title));
    calendar->holidays =
        comity_parser_grow(parser, calendar->holidays, calendar->holiday_count, sizeof *calendar->holidays);
    COMITY_PARSE(calendar->holidays != NULL);
    calendar->holidays[calendar->holiday_count++] = holiday;
    return true;
}

/* `calendar`, then `weekend …`, `holiday D "name"` and `workday D "name"` */
bool comity_parse_calendar(comity_parser *parser, comity_declaration *declaration)
{
    comity_calendar *calendar = &declaration->as.calendar;
    bool right = comity_parse_alone(parser, declaration);
    end_head(parser, true, &right);
    for (;;) {
        if (begin_line(parser, "weekend")) {
            end_line(parser, parse_weekend(parser, calendar), &right);
        } else if (begin_line(parser, "holiday")) {
            end_line(parser, parse_holiday(parser, calendar, false), &right);
        } else if (begin_line(parser, "workday")) {
            end_line(parser, parse_holiday(parser, calendar, true), &right);
        } else {
            return right;
        }
    }
}
