/* Rules and counts: a title, then clauses, each on a line of its own.
 *
 * A clause that cannot be read is told and passed over; that it was meant is
 * remembered, so that no rule is said to lack what is only misspelt. */
#include "law/compile/parsing.h"

#include <string.h>

/* ---- clauses in general ---- */

typedef struct comity_clause_row {
    const char *word;
    uint8_t slot;   /* clauses with the same slot exclude one another */
    bool many;      /* may stand several times */
    uint8_t effect; /* comity_effect, of slot EFFECT */
    bool (*parse)(comity_parser *parser, comity_declaration *declaration);
} comity_clause_row;

/* The clauses seen so far, by slot: where the first one stands, and its word. */
typedef struct comity_clauses_seen {
    const char *words[16];
    uint32_t lines[16];
} comity_clauses_seen;

enum { SLOT_EFFECT = 15 };

static const comity_clause_row *find_row(const comity_parser *parser, const comity_clause_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (parser->token.first_on_line && comity_token_is(&parser->token, rows[i].word)) {
            return &rows[i];
        }
    }
    return NULL;
}

static bool check_once(comity_parser *parser, const comity_clause_row *row, const comity_clauses_seen *seen)
{
    const char *first = seen->words[row->slot];
    unsigned line = (unsigned)seen->lines[row->slot];
    if (first == NULL || row->many) {
        return true;
    }
    if (strcmp(first, row->word) == 0) {
        return comity_parser_complain(parser, parser->token.at,
                                      "\"%s\" stands twice in this %s; the first is on line %u", row->word,
                                      parser->clause_of, line);
    }
    return comity_parser_complain(parser, parser->token.at,
                                  row->slot == SLOT_EFFECT
                                      ? "\"%s\" is a second effect; a rule has one, and this one has \"%s\" on line %u"
                                      : "\"%s\" excludes \"%s\" on line %u",
                                  row->word, first, line);
}

/* Reads all clauses that follow. */
static bool parse_clauses(comity_parser *parser, const comity_clause_row *rows, size_t count,
                          comity_declaration *declaration, comity_clauses_seen *seen)
{
    bool right = true;
    const comity_clause_row *row;
    while (parser->status == COMITY_OK && (row = find_row(parser, rows, count)) != NULL) {
        bool good = check_once(parser, row, seen);
        if (seen->words[row->slot] == NULL) {
            seen->words[row->slot] = row->word;
            seen->lines[row->slot] = parser->token.at.line;
        }
        parser->begin_column = parser->token.at.column;
        comity_parser_mark(parser, COMITY_MARK_CLAUSE, parser->token.text, 0);
        comity_parser_next(parser);
        good = good && row->parse(parser, declaration) && comity_parser_end(parser, NULL);
        if (!good) {
            comity_parser_recover(parser);
            right = false;
        }
    }
    return right;
}

/* ---- rules ---- */

static bool parse_cite(comity_parser *parser, comity_declaration *declaration)
{
    comity_rule *rule = &declaration->as.rule;
    COMITY_PARSE(comity_parser_word(parser, "the short name of an instrument", &rule->instrument));
    return comity_parser_string(parser, "the exact place", &rule->pinpoint);
}

static bool parse_day(comity_parser *parser, const char *word, comity_place_in_text *ret_at, int32_t *ret_date)
{
    *ret_at = parser->token.at;
    if (parser->token.type == COMITY_TOKEN_WORD && !comity_parser_at_boundary(parser)) {
        return comity_parser_fail(parser, NULL, "a date: \"%s\" first on a line is the clause that says %s when", word,
                                  strcmp(word, "from") == 0 ? "since" : "until");
    }
    return comity_parser_date(parser, ret_date);
}

static bool parse_from(comity_parser *parser, comity_declaration *declaration)
{
    comity_dates *dates = &declaration->as.rule.dates;
    return parse_day(parser, "from", &dates->from_at, &dates->from);
}

static bool parse_until(comity_parser *parser, comity_declaration *declaration)
{
    comity_dates *dates = &declaration->as.rule.dates;
    return parse_day(parser, "until", &dates->until_at, &dates->until);
}

static bool parse_whole_condition(comity_parser *parser, comity_condition **ret_condition)
{
    return comity_parse_condition(parser, ret_condition) && comity_parser_end(parser, "\"and\", \"or\"");
}

static bool parse_when(comity_parser *parser, comity_declaration *declaration)
{
    return parse_whole_condition(parser, &declaration->as.rule.when);
}

static bool parse_unless(comity_parser *parser, comity_declaration *declaration)
{
    comity_rule *rule = &declaration->as.rule;
    rule->unless = comity_parser_grow(parser, rule->unless, rule->unless_count, sizeof *rule->unless);
    COMITY_PARSE(rule->unless != NULL);
    COMITY_PARSE(parse_whole_condition(parser, &rule->unless[rule->unless_count]));
    rule->unless_count++;
    return true;
}

static bool begin_effect(comity_parser *parser, comity_declaration *declaration, comity_effect effect)
{
    comity_rule *rule = &declaration->as.rule;
    rule->has_effect = true;
    rule->effect = effect;
    rule->effect_at = parser->last;
    return true;
}

static bool parse_refuse(comity_parser *parser, comity_declaration *declaration)
{
    return begin_effect(parser, declaration, COMITY_EFFECT_REFUSE);
}

static bool parse_needs(comity_parser *parser, comity_declaration *declaration)
{
    comity_rule *rule = &declaration->as.rule;
    COMITY_PARSE(begin_effect(parser, declaration, COMITY_EFFECT_NEEDS));
    if (comity_parser_at(parser, "a") && comity_token_is(comity_parser_peek(parser), "way")) {
        comity_parser_next(parser);
        rule->needs_a_way = true;
        return comity_parser_expect(parser, "way");
    }
    return comity_parse_expression(parser, &rule->expression);
}

static bool parse_way(comity_parser *parser, comity_declaration *declaration)
{
    comity_rule *rule = &declaration->as.rule;
    COMITY_PARSE(begin_effect(parser, declaration, COMITY_EFFECT_WAY));
    COMITY_PARSE(comity_parser_words(parser, "the name of a rule", &rule->rules));
    return !comity_parser_accept(parser, "with") || comity_parse_expression(parser, &rule->expression);
}

static bool parse_lifts(comity_parser *parser, comity_declaration *declaration)
{
    COMITY_PARSE(begin_effect(parser, declaration, COMITY_EFFECT_LIFTS));
    return comity_parser_words(parser, "the name of a rule", &declaration->as.rule.rules);
}

/* `within N UNIT [of the act]`, or `of PAPER`; the unit may be of two words */
static bool parse_within(comity_parser *parser, comity_period *period)
{
    static const char *const units[] = {"hour",   "hours", "day",   "days",    "month",
                                        "months", "year",  "years", "working", NULL};
    period->kind = COMITY_PERIOD_WITHIN;
    COMITY_PARSE(comity_parser_span(parser, units, "hours, days, working days, months or years", &period->number,
                                    &period->unit));
    COMITY_PARSE(comity_parser_working(parser, &period->unit));
    if (!comity_parser_accept(parser, "of")) {
        return true;
    }
    period->of_act = comity_parser_accept(parser, "the");
    period->of_paper = !period->of_act;
    return period->of_act ? comity_parser_expect(parser, "act")
                          : comity_parse_leaf(parser, "\"the act\" or a kind of paper", &period->paper);
}

/* `for N UNIT`, `each WORD`, `once per WORD`, `at once`; the first word has been read. */
static bool parse_for(comity_parser *parser, comity_period *period)
{
    static const char *const units[] = {"hour", "hours", "day", "days", "month", "months", "year", "years", NULL};
    period->kind = COMITY_PERIOD_FOR;
    return comity_parser_span(parser, units, "hours, days, months or years", &period->number, &period->unit);
}

static bool parse_each(comity_parser *parser, comity_period *period)
{
    static const char *const words[] = {"day", "week", "month", "quarter", "year", NULL};
    period->kind = COMITY_PERIOD_EACH;
    return comity_parser_choice(parser, words, "day, week, month, quarter or year", &period->unit);
}

static bool parse_once(comity_parser *parser, comity_period *period)
{
    period->kind = COMITY_PERIOD_ONCE_PER;
    return comity_parser_expect(parser, "per") &&
           comity_parser_word(parser, "for whom, as in \"exporter\"", &period->unit);
}

static bool parse_at(comity_parser *parser, comity_period *period)
{
    period->kind = COMITY_PERIOD_AT_ONCE;
    return comity_parser_expect(parser, "once");
}

static const struct {
    const char *word;
    bool (*parse)(comity_parser *parser, comity_period *period);
} periods[] = {
    {"within", parse_within}, {"for", parse_for}, {"each", parse_each}, {"once", parse_once}, {"at", parse_at},
};

static bool parse_period(comity_parser *parser, comity_rule *rule)
{
    static const char *const known[] = {"within", "for", "each", "once", "at", NULL};
    for (size_t i = 0; i < sizeof periods / sizeof periods[0]; i++) {
        if (!comity_parser_accept(parser, periods[i].word)) {
            continue;
        }
        rule->periods = comity_parser_grow(parser, rule->periods, rule->period_count, sizeof *rule->periods);
        COMITY_PARSE(rule->periods != NULL);
        rule->periods[rule->period_count] = (comity_period){.unit = {NULL, parser->last}};
        return periods[i].parse(parser, &rule->periods[rule->period_count++]);
    }
    return comity_parser_fail(
        parser, known,
        "a period (\"within 10 days\", \"for 3 years\", \"each year\", \"once per exporter\", \"at once\")");
}

/* `duty "what is to be done" [PERIOD [,] PERIOD …]` */
static bool parse_duty(comity_parser *parser, comity_declaration *declaration)
{
    comity_rule *rule = &declaration->as.rule;
    COMITY_PARSE(begin_effect(parser, declaration, COMITY_EFFECT_DUTY));
    COMITY_PARSE(comity_parser_string(parser, "what is to be done", &rule->text));
    while (!comity_parser_at_boundary(parser) && !parser->token.first_on_line) {
        bool has_comma = rule->period_count > 0 && comity_parser_accept(parser, ",");
        if (rule->period_count > 0 && !has_comma) {
            comity_parser_mark(parser, COMITY_MARK_COMMA, parser->token.text, 0);
        }
        COMITY_PARSE(parse_period(parser, rule));
    }
    return true;
}

static bool parse_compels(comity_parser *parser, comity_declaration *declaration)
{
    return begin_effect(parser, declaration, COMITY_EFFECT_COMPELS);
}

static bool parse_optional_string(comity_parser *parser, const char *expected, comity_word *ret_string)
{
    bool there = parser->token.type == COMITY_TOKEN_STRING && !comity_parser_at_boundary(parser);
    return !there || comity_parser_string(parser, expected, ret_string);
}

static bool parse_notes(comity_parser *parser, comity_declaration *declaration)
{
    COMITY_PARSE(begin_effect(parser, declaration, COMITY_EFFECT_NOTES));
    return parse_optional_string(parser, "what is noted", &declaration->as.rule.text);
}

static bool parse_checked(comity_parser *parser, comity_declaration *declaration)
{
    comity_rule *rule = &declaration->as.rule;
    rule->has_check = true;
    COMITY_PARSE(comity_parser_date(parser, &rule->checked));
    return comity_parser_string(parser, "the source", &rule->source);
}

static bool parse_unverified(comity_parser *parser, comity_declaration *declaration)
{
    declaration->as.rule.has_check = true;
    return parse_optional_string(parser, "why", &declaration->as.rule.source);
}

enum { SLOT_CITE, SLOT_FROM, SLOT_UNTIL, SLOT_WHEN, SLOT_UNLESS, SLOT_CHECK };

static const comity_clause_row rule_rows[] = {
    {"cite", SLOT_CITE, false, 0, parse_cite},
    {"from", SLOT_FROM, false, 0, parse_from},
    {"until", SLOT_UNTIL, false, 0, parse_until},
    {"when", SLOT_WHEN, false, 0, parse_when},
    {"unless", SLOT_UNLESS, true, 0, parse_unless},
    {"refuse", SLOT_EFFECT, false, COMITY_EFFECT_REFUSE, parse_refuse},
    {"needs", SLOT_EFFECT, false, COMITY_EFFECT_NEEDS, parse_needs},
    {"way", SLOT_EFFECT, false, COMITY_EFFECT_WAY, parse_way},
    {"lifts", SLOT_EFFECT, false, COMITY_EFFECT_LIFTS, parse_lifts},
    {"duty", SLOT_EFFECT, false, COMITY_EFFECT_DUTY, parse_duty},
    {"compels", SLOT_EFFECT, false, COMITY_EFFECT_COMPELS, parse_compels},
    {"notes", SLOT_EFFECT, false, COMITY_EFFECT_NOTES, parse_notes},
    {"checked", SLOT_CHECK, false, 0, parse_checked},
    {"unverified", SLOT_CHECK, false, 0, parse_unverified},
};

const char *const comity_rule_clauses[] = {"cite",  "from", "until",   "when",  "unless",  "refuse",     "needs", "way",
                                           "lifts", "duty", "compels", "notes", "checked", "unverified", NULL};

static bool parse_name_and_title(comity_parser *parser, const char *noun, const char *title_expected, comity_word *name,
                                 comity_word *title)
{
    COMITY_PARSE(comity_parser_word(parser, "a name, as CODE.NAME", name));
    bool right = comity_parser_check_own_name(parser, name, noun);
    if (!right && parser->token.type != COMITY_TOKEN_STRING) {
        return false; /* what was read was hardly meant as a name */
    }
    return comity_parser_string(parser, title_expected, title) && comity_parser_end(parser, NULL) && right;
}

/* The name and the title on the declaration's own line. Until its clauses
 * begin, a word misspelt may stand at any depth. */
static bool parse_head(comity_parser *parser, const char *noun, const char *title_expected, comity_word *name,
                       comity_word *title)
{
    bool right = parse_name_and_title(parser, noun, title_expected, name, title);
    if (!comity_parser_at_boundary(parser)) {
        parser->begin_column = UINT32_MAX;
        comity_parser_recover(parser);
    }
    return right;
}

static bool check_there(comity_parser *parser, const comity_clauses_seen *seen, unsigned slot, comity_place_in_text at,
                        const char *missing)
{
    if (seen->words[slot] != NULL || parser->lost) {
        return true;
    }
    return comity_parser_complain(parser, at, "the %s has no %s", parser->clause_of, missing);
}

bool comity_parse_rule(comity_parser *parser, comity_declaration *declaration)
{
    comity_rule *rule = &declaration->as.rule;
    comity_clauses_seen seen = {{NULL}, {0}};
    *rule = (comity_rule){.dates = {.from = COMITY_NO_DATE, .until = COMITY_NO_DATE}, .checked = COMITY_NO_DATE};
    parser->lost = false;
    bool right = parse_head(parser, "a rule", "the title of the rule", &rule->name, &rule->title);
    right = parse_clauses(parser, rule_rows, sizeof rule_rows / sizeof rule_rows[0], declaration, &seen) && right;
    comity_place_in_text at = rule->name.text == NULL ? declaration->at : rule->name.at;
    right = check_there(parser, &seen, SLOT_CITE, at, "\"cite\"; every rule says where it stands in the law") && right;
    right = check_there(parser, &seen, SLOT_EFFECT, at, "effect (refuse, needs, way, lifts, duty, compels or notes)") &&
            right;
    right = check_there(parser, &seen, SLOT_CHECK, at,
                        "\"checked\" and no \"unverified\"; every rule says how it was checked") &&
            right;
    return right;
}

/* ---- counts ---- */

static bool parse_count_of(comity_parser *parser, comity_declaration *declaration)
{
    static const char *const words[] = {"persons", "devices", NULL};
    return comity_parser_choice(parser, words, "persons or devices", &declaration->as.count.of);
}

static bool parse_count_when(comity_parser *parser, comity_declaration *declaration)
{
    return parse_whole_condition(parser, &declaration->as.count.when);
}

/* `calendar year`, or `12 months` */
static bool parse_window(comity_parser *parser, comity_declaration *declaration)
{
    static const char *const known[] = {"calendar", NULL};
    static const char *const units[] = {"month", "months", NULL};
    comity_count *count = &declaration->as.count;
    comity_word unit;
    if (comity_parser_accept(parser, "calendar")) {
        count->calendar_year = true;
        return comity_parser_expect(parser, "year");
    }
    if (parser->token.type != COMITY_TOKEN_NUMBER) {
        return comity_parser_fail(parser, known, "\"calendar year\", or a number of months");
    }
    return comity_parser_span(parser, units, "months", &count->months, &unit);
}

/* `exporter`, or `exporter and importer` */
static bool parse_per(comity_parser *parser, comity_declaration *declaration)
{
    COMITY_PARSE(comity_parser_expect(parser, "exporter"));
    if (!comity_parser_accept(parser, "and")) {
        return true;
    }
    declaration->as.count.per_importer = true;
    return comity_parser_expect(parser, "importer");
}

static bool parse_except(comity_parser *parser, comity_declaration *declaration)
{
    return comity_parser_words(parser, "the name of a rule", &declaration->as.count.except);
}

enum { SLOT_OF, SLOT_COUNT_WHEN, SLOT_WINDOW, SLOT_PER, SLOT_EXCEPT };

static const comity_clause_row count_rows[] = {
    {"of", SLOT_OF, false, 0, parse_count_of},       {"when", SLOT_COUNT_WHEN, false, 0, parse_count_when},
    {"window", SLOT_WINDOW, false, 0, parse_window}, {"per", SLOT_PER, false, 0, parse_per},
    {"except", SLOT_EXCEPT, false, 0, parse_except},
};

const char *const comity_count_clauses[] = {"of", "when", "window", "per", "except", NULL};

bool comity_parse_count(comity_parser *parser, comity_declaration *declaration)
{
    comity_count *count = &declaration->as.count;
    comity_clauses_seen seen = {{NULL}, {0}};
    parser->lost = false;
    bool right = parse_head(parser, "a count", "what is counted", &count->name, &count->label);
    right = parse_clauses(parser, count_rows, sizeof count_rows / sizeof count_rows[0], declaration, &seen) && right;
    comity_place_in_text at = count->name.text == NULL ? declaration->at : count->name.at;
    right = check_there(parser, &seen, SLOT_OF, at, "\"of\" (persons or devices)") && right;
    right = check_there(parser, &seen, SLOT_COUNT_WHEN, at, "\"when\"; it says which acts are counted") && right;
    right = check_there(parser, &seen, SLOT_WINDOW, at, "\"window\" (calendar year, or a number of months)") && right;
    right = check_there(parser, &seen, SLOT_PER, at, "\"per\" (exporter, or exporter and importer)") && right;
    return right;
}
