/* The parser: the trees it makes, and every mistake it tells. */
#include "law/compile/parser.h"

#include "base/limits.h"

#include "test.h"
#include "text_cases.h"

#define BYTES_MAX ((size_t)64 << 20)

typedef struct parsed {
    comity_arena arena;
    comity_diagnostics diagnostics;
    comity_law_file file;
} parsed;

static void parse(parsed *ret_parsed, const char *text)
{
    comity_error error;
    *ret_parsed = (parsed){.file = {.path = NULL}};
    comity_arena_init(&ret_parsed->arena, BYTES_MAX);
    comity_diagnostics_init(&ret_parsed->diagnostics, &ret_parsed->arena);
    CHECK_EQ_INT(COMITY_OK, comity_law_parse(&ret_parsed->arena, "case.law", 0, text, strlen(text),
                                             &ret_parsed->diagnostics, &ret_parsed->file, &error));
}

static void parsed_free(parsed *file)
{
    comity_arena_free(&file->arena);
}

/* ---- conditions ---- */

/* The condition of `define XA.a = …`; the check fails and NULL comes if there is none. */
static const comity_condition *condition_of(parsed *ret_parsed, const char *condition)
{
    static char text[8192];
    (void)snprintf(text, sizeof text, "state XA \"Examplia\"\ndefine XA.a = %s\n", condition);
    parse(ret_parsed, text);
    bool there = ret_parsed->file.parsed_whole && ret_parsed->file.declaration_count == 1;
    return CHECK(there) ? ret_parsed->file.declarations[0].as.define.when : NULL;
}

static void test_acts(void)
{
    parsed file;
    test_case("kinds of act are one phrase, with both sides");
    const comity_condition *when = condition_of(&file, "transfer or disclose from CN, HK to outside one of CN, EEA");
    if (when != NULL) {
        CHECK_EQ_INT(COMITY_CONDITION_ACT, when->kind);
        CHECK_EQ_INT(COMITY_ACT_TRANSFER | COMITY_ACT_DISCLOSE, when->acts);
        CHECK_EQ_INT(2, when->act_count);
        CHECK_EQ_INT(3, when->act_order[1]);
        CHECK_EQ_INT(2, when->from_places.count);
        CHECK(!when->from_places.outside && when->to_places.outside);
        CHECK_EQ_STR("EEA", when->to_places.items[1].name.text);
        CHECK_EQ_INT(0, when->in_places.count);
    }
    parsed_free(&file);
    test_case("and after such a phrase is no mixing");
    when = condition_of(&file, "transfer or collect and data has personal");
    if (when != NULL) {
        CHECK_EQ_INT(COMITY_CONDITION_AND, when->kind);
        CHECK_EQ_INT(2, when->child_count);
    }
    parsed_free(&file);
    test_case("or ends the phrase where no kind of act follows, or places stand between");
    when = condition_of(&file, "transfer from CN or store in RU or occasional");
    if (when != NULL) {
        CHECK_EQ_INT(COMITY_CONDITION_OR, when->kind);
        CHECK_EQ_INT(3, when->child_count);
        CHECK_EQ_STR("RU", when->children[1]->in_places.items[0].name.text);
    }
    parsed_free(&file);
}

static void test_joining(void)
{
    parsed file;
    test_case("not binds to what follows at once; parentheses keep their own");
    const comity_condition *when = condition_of(&file, "not importer is bank, insurer and not (occasional or knowing)");
    if (when != NULL && CHECK_EQ_INT(2, when->child_count)) {
        CHECK_EQ_INT(COMITY_CONDITION_NOT, when->children[0]->kind);
        CHECK_EQ_INT(COMITY_CONDITION_IS, when->children[0]->children[0]->kind);
        CHECK_EQ_INT(2, when->children[0]->children[0]->names.count);
        CHECK_EQ_INT(COMITY_CONDITION_OR, when->children[1]->children[0]->kind);
    }
    parsed_free(&file);
    test_case("parentheses around the same connective stay a condition of their own");
    when = condition_of(&file, "a and (b and c)");
    if (when != NULL) {
        CHECK_EQ_INT(2, when->child_count);
    }
    parsed_free(&file);
    test_case("a condition may go on over lines that begin with a connective");
    when = condition_of(&file, "a\n  and b\n\n  # between\n  and not c");
    if (when != NULL) {
        CHECK_EQ_INT(3, when->child_count);
    }
    parsed_free(&file);
}

static void test_owners(void)
{
    parsed file;
    test_case("owned N% by, in hundredths of a percent");
    const comity_condition *when =
        condition_of(&file, "importer owned 50% by (owner in CN and not owner owned 33.3% by (owner is bank))");
    if (when != NULL) {
        CHECK_EQ_INT(COMITY_CONDITION_OWNED, when->kind);
        CHECK_EQ_INT(5000, when->number);
        CHECK_EQ_INT(COMITY_SIDE_SECOND, when->party.side);
        CHECK_EQ_INT(1, when->child_count);
        const comity_condition *inner = when->children[0]->children[1]->children[0];
        CHECK_EQ_INT(3330, inner->number);
        CHECK_EQ_INT(COMITY_SIDE_OWNER, inner->party.side);
    }
    parsed_free(&file);
}

static void test_parties(void)
{
    static const struct {
        const char *word;
        comity_side side;
    } sides[] = {{"exporter", COMITY_SIDE_FIRST}, {"holder", COMITY_SIDE_FIRST},     {"persons", COMITY_SIDE_FIRST},
                 {"operator", COMITY_SIDE_FIRST}, {"provider", COMITY_SIDE_FIRST},   {"importer", COMITY_SIDE_SECOND},
                 {"place", COMITY_SIDE_SECOND},   {"collector", COMITY_SIDE_SECOND}, {"demander", COMITY_SIDE_SECOND},
                 {"target", COMITY_SIDE_SECOND},  {"market", COMITY_SIDE_SECOND},    {"party", COMITY_SIDE_PARTY},
                 {"owner", COMITY_SIDE_OWNER}};
    test_case("parties and their sides");
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        char text[128];
        parsed file;
        (void)snprintf(text, sizeof text, "%s subject to party to CETS185, signatory of CETS224, outside-law",
                       sides[i].word);
        const comity_condition *when = condition_of(&file, text);
        if (when != NULL && CHECK_EQ_INT(3, when->places.count)) {
            CHECK_EQ_INT(COMITY_CONDITION_SUBJECT_TO, when->kind);
            CHECK_EQ_INT(sides[i].side, when->party.side);
            CHECK_EQ_STR(sides[i].word, when->party.word.text);
            CHECK_EQ_INT(COMITY_PLACE_PARTY_TO, when->places.items[0].kind);
            CHECK_EQ_INT(COMITY_PLACE_SIGNATORY, when->places.items[1].kind);
            CHECK_EQ_INT(COMITY_PLACE_CODE, when->places.items[2].kind);
        }
        parsed_free(&file);
    }
}

/* A phrase, and what must be in its tree. */
static void test_phrases(void)
{
    static const struct {
        const char *text;
        comity_condition_kind kind;
        comity_test test;
        size_t names;
        uint64_t number;
    } phrases[] = {
        {"data has health, genetic", COMITY_CONDITION_DATA, COMITY_TEST_HAS, 2, 0},
        {"data has one of health, genetic", COMITY_CONDITION_DATA, COMITY_TEST_HAS, 2, 0},
        {"data has all of health, genetic", COMITY_CONDITION_DATA, COMITY_TEST_HAS_ALL, 2, 0},
        {"data only health", COMITY_CONDITION_DATA, COMITY_TEST_ONLY, 1, 0},
        {"purposes only one of support, research", COMITY_CONDITION_PURPOSES, COMITY_TEST_ONLY, 2, 0},
        {"origin only outside CN, HK", COMITY_CONDITION_PLACES, COMITY_TEST_ONLY, 0, 0},
        {"transit has CN", COMITY_CONDITION_PLACES, COMITY_TEST_HAS, 0, 0},
        {"received from EEA under standard-contract, certification", COMITY_CONDITION_RECEIVED, COMITY_TEST_HAS, 2, 0},
        {"deal is vendor", COMITY_CONDITION_DEAL, COMITY_TEST_HAS, 1, 0},
        {"occasional", COMITY_CONDITION_CIRCUMSTANCE, COMITY_TEST_HAS, 1, 0},
        {"protected by encrypted", COMITY_CONDITION_PROTECTED, COMITY_TEST_HAS, 1, 0},
        {"held consent", COMITY_CONDITION_HELD, COMITY_TEST_HAS, 0, 0},
        {"people at least 1,000,000", COMITY_CONDITION_PEOPLE, COMITY_TEST_HAS, 0, 1000000},
        {"count XA.year below 10", COMITY_CONDITION_COUNT, COMITY_TEST_HAS, 1, 10},
        {"demand through direct, treaty", COMITY_CONDITION_THROUGH, COMITY_TEST_HAS, 2, 0},
        {"demand binding", COMITY_CONDITION_BINDING, COMITY_TEST_HAS, 0, 0},
        {"demand under CETS185, XA.DPA", COMITY_CONDITION_UNDER, COMITY_TEST_HAS, 2, 0},
        {"order XA.o in force", COMITY_CONDITION_ORDER, COMITY_TEST_HAS, 1, 0},
        {"agreement about trade between exporter and importer", COMITY_CONDITION_AGREEMENT, COMITY_TEST_HAS, 1, 0},
        {"across borders", COMITY_CONDITION_ACROSS, COMITY_TEST_HAS, 0, 0},
        {"XA.bound", COMITY_CONDITION_DEFINED, COMITY_TEST_HAS, 1, 0},
        {"exporter certified dpf", COMITY_CONDITION_CERTIFIED, COMITY_TEST_HAS, 1, 0},
        {"(((exporter outside CN)))", COMITY_CONDITION_PARTY_IN, COMITY_TEST_HAS, 0, 0},
    };
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
        parsed file;
        test_case(phrases[i].text);
        const comity_condition *when = condition_of(&file, phrases[i].text);
        if (when != NULL) {
            CHECK_EQ_INT(phrases[i].kind, when->kind);
            CHECK_EQ_INT(phrases[i].test, when->test);
            CHECK_EQ_INT(phrases[i].names, when->names.count);
            CHECK_EQ_INT(phrases[i].number, when->number);
        }
        parsed_free(&file);
    }
}

static void test_comparisons(void)
{
    static const struct {
        const char *text;
        comity_comparison comparison;
    } comparisons[] = {{"people at least 5", COMITY_AT_LEAST},
                       {"people more than 5", COMITY_MORE_THAN},
                       {"people at most 5", COMITY_AT_MOST},
                       {"people below 5", COMITY_BELOW}};
    test_case("comparisons");
    for (size_t i = 0; i < sizeof comparisons / sizeof comparisons[0]; i++) {
        parsed file;
        const comity_condition *when = condition_of(&file, comparisons[i].text);
        CHECK(when != NULL && when->comparison == comparisons[i].comparison && when->number == 5);
        parsed_free(&file);
    }
}

static void test_papers(void)
{
    parsed file;
    test_case("what must be true of a paper, in any order");
    const comity_condition *when = condition_of(&file, "held consent naming parties, states result passed by XA.DPC "
                                                       "not older than 2 years module c2c under XB about XA.1");
    if (when != NULL) {
        const comity_paper_leaf *paper = &when->paper;
        CHECK_EQ_STR("consent", paper->name.text);
        CHECK_EQ_STR("XB", paper->under.text);
        CHECK_EQ_STR("XA.DPC", paper->by.text);
        CHECK_EQ_STR("XA.1", paper->about.text);
        CHECK_EQ_STR("passed", paper->result.text);
        CHECK_EQ_STR("c2c", paper->module.text);
        CHECK_EQ_INT(2, paper->not_older);
        CHECK_EQ_STR("years", paper->not_older_unit.text);
        CHECK_EQ_INT(2, paper->naming.count);
    }
    parsed_free(&file);
}

/* ---- rules ---- */

/* The first rule of the text. */
static const comity_rule *rule_of(parsed *ret_parsed, const char *text)
{
    parse(ret_parsed, text);
    bool there = ret_parsed->file.parsed_whole && ret_parsed->file.declaration_count == 1;
    return CHECK(there) ? &ret_parsed->file.declarations[0].as.rule : NULL;
}

static void test_rule(void)
{
    parsed file;
    test_case("a rule");
    const comity_rule *rule = rule_of(&file, "state XA \"Examplia\"\n"
                                             "rule XA.1 \"One\"\n"
                                             "  cite   DPA \"s. 1\"\n"
                                             "  from   1970-01-02\n"
                                             "  until  1970-01-03\n"
                                             "  when   transfer\n"
                                             "  unless occasional\n"
                                             "  unless knowing\n"
                                             "  duty   \"tell\" within 10 working days, once per exporter\n"
                                             "  checked 1970-01-04 \"read\"\n");
    if (rule != NULL) {
        CHECK_EQ_STR("XA.1", rule->name.text);
        CHECK_EQ_STR("One", rule->title.text);
        CHECK_EQ_STR("DPA", rule->instrument.text);
        CHECK_EQ_STR("s. 1", rule->pinpoint.text);
        CHECK_EQ_INT(1, rule->dates.from);
        CHECK_EQ_INT(2, rule->dates.until);
        CHECK_EQ_INT(2, rule->unless_count);
        CHECK_EQ_INT(COMITY_EFFECT_DUTY, rule->effect);
        CHECK_EQ_INT(9, rule->effect_at.line);
        CHECK_EQ_INT(2, rule->period_count);
        CHECK_EQ_INT(COMITY_PERIOD_WITHIN, rule->periods[0].kind);
        CHECK_EQ_INT(10, rule->periods[0].number);
        CHECK_EQ_STR("working days", rule->periods[0].unit.text);
        CHECK_EQ_STR("exporter", rule->periods[1].unit.text);
        CHECK_EQ_INT(3, rule->checked);
        CHECK_EQ_STR("read", rule->source.text);
    }
    parsed_free(&file);
}

static void test_expression(void)
{
    parsed file;
    test_case("an expression; the comma of naming goes on only with its own words");
    const comity_rule *rule =
        rule_of(&file, "state XA \"Examplia\"\n"
                       "rule XA.1 \"One\"\n"
                       "  cite   DPA \"s. 1\"\n"
                       "  way    XA.2, XA.3 with all of (in order a, b), c naming parties, states, d, e\n"
                       "  unverified\n");
    if (rule != NULL && CHECK(rule->expression != NULL)) {
        const comity_expression *all = rule->expression;
        CHECK_EQ_INT(2, rule->rules.count);
        CHECK_EQ_INT(COMITY_EXPRESSION_ALL, all->kind);
        CHECK_EQ_INT(4, all->child_count);
        CHECK_EQ_INT(COMITY_EXPRESSION_ORDER, all->children[0]->kind);
        CHECK_EQ_INT(2, all->children[1]->leaf.naming.count);
        CHECK_EQ_STR("d", all->children[2]->leaf.name.text);
        CHECK_EQ_INT(COMITY_NO_DATE, rule->checked);
        CHECK(rule->has_check && rule->source.text == NULL);
    }
    parsed_free(&file);
    test_case("needs a way");
    rule = rule_of(
        &file, "state XA \"Examplia\"\nrule XA.1 \"One\"\n  cite DPA \"s. 1\"\n  needs a way\n  unverified \"why\"\n");
    CHECK(rule != NULL && rule->needs_a_way && rule->expression == NULL && strcmp(rule->source.text, "why") == 0);
    parsed_free(&file);
}

/* ---- files ---- */

static void test_union(void)
{
    parsed file;
    test_case("members below a group are the group's, first on a line the union's");
    parse(&file, "union XU \"Union\"\n  members XA\ngroup XU.g \"Group\"\n  members XB\nmembers XC\n");
    if (CHECK(file.file.parsed_whole) && CHECK_EQ_INT(3, file.file.declaration_count)) {
        CHECK_EQ_INT(COMITY_DECLARES_MEMBERS, file.file.declarations[0].kind);
        CHECK_EQ_INT(1, file.file.declarations[1].as.group.line_count);
        CHECK_EQ_STR("XC", file.file.declarations[2].as.members.codes.items[0].text);
    }
    parsed_free(&file);
}

static void test_left_out(void)
{
    parsed file;
    test_case("a declaration with a mistake in it is left out, the others stay");
    parse(&file, "state XA \"Examplia\"\nkind a \"a\"\nkind b\nkind c \"c\"\n");
    CHECK(!file.file.parsed_whole);
    CHECK_EQ_INT(2, file.file.declaration_count);
    CHECK_EQ_INT(1, file.diagnostics.error_count);
    parsed_free(&file);
}

static void run_case(const char *title, const char *input, size_t input_size, const char *expected,
                     size_t expected_size)
{
    comity_arena arena;
    comity_diagnostics diagnostics;
    comity_law_file file;
    comity_error error;
    comity_buffer buffer;
    test_case(title);
    comity_arena_init(&arena, BYTES_MAX);
    comity_buffer_init(&buffer, BYTES_MAX);
    comity_diagnostics_init(&diagnostics, &arena);
    if (CHECK_EQ_INT(COMITY_OK,
                     comity_law_parse(&arena, "case.law", 0, input, input_size, &diagnostics, &file, &error)) &&
        CHECK_EQ_INT(COMITY_OK, comity_diagnostics_print(&diagnostics, &file, 1, &buffer, &error))) {
        if (!CHECK(buffer.size == expected_size && memcmp(buffer.bytes, expected, expected_size) == 0)) {
            fprintf(stderr, "%s: found\n%.*sexpected\n%.*s", title, (int)buffer.size, (const char *)buffer.bytes,
                    (int)expected_size, expected);
        }
        CHECK(!file.parsed_whole);
    }
    comity_buffer_free(&buffer);
    comity_arena_free(&arena);
}

static void run_case_file(const char *path)
{
    size_t count = text_cases_run_file(path, run_case);
    test_case(path);
    CHECK(count > 0);
}

static void test_many_mistakes(void)
{
    static char text[1 << 16];
    parsed file;
    test_case("more mistakes than are shown");
    size_t size = (size_t)snprintf(text, sizeof text, "state XA \"Examplia\"\n");
    for (int i = 0; i < COMITY_LIMIT_LAW_ERRORS + 50; i++) {
        size += (size_t)snprintf(text + size, sizeof text - size, "kind a-%d\n", i);
    }
    parse(&file, text);
    CHECK_EQ_INT(COMITY_LIMIT_LAW_ERRORS, file.diagnostics.count);
    CHECK(file.diagnostics.cut && !file.file.parsed_whole);
    comity_buffer buffer;
    comity_error error;
    comity_buffer_init(&buffer, BYTES_MAX);
    CHECK_EQ_INT(COMITY_OK, comity_diagnostics_print(&file.diagnostics, &file.file, 1, &buffer, &error));
    comity_buffer_append_byte(&buffer, 0);
    CHECK(strstr((const char *)buffer.bytes, "There is more that is wrong") != NULL);
    comity_buffer_free(&buffer);
    parsed_free(&file);
}

/* With every amount of memory the parser ends, and says so if it was too little. */
static void test_little_memory(void)
{
    size_t size = 0;
    char *text = text_file_read("fuzz/corpus/law_text/rules", &size);
    test_case("little memory");
    if (!CHECK(text != NULL)) {
        return;
    }
    bool parsed_once = false;
    for (size_t bytes = 0; bytes < (size_t)1 << 20 && !parsed_once; bytes += 256) {
        comity_arena arena;
        comity_arena messages;
        comity_diagnostics diagnostics;
        comity_law_file file = {.path = NULL};
        comity_error error;
        comity_arena_init(&arena, bytes);
        comity_arena_init(&messages, BYTES_MAX);
        comity_diagnostics_init(&diagnostics, &messages);
        comity_status status = comity_law_parse(&arena, "rules", 0, text, size, &diagnostics, &file, &error);
        parsed_once = status == COMITY_OK;
        CHECK(parsed_once ? file.parsed_whole : status == COMITY_ERROR_LIMIT && file.path == NULL);
        CHECK_EQ_INT(0, diagnostics.error_count);
        comity_arena_free(&arena);
        comity_arena_free(&messages);
    }
    CHECK(parsed_once);
    free(text);
}

static void test_large(void)
{
    parsed file;
    comity_error error;
    size_t size = COMITY_LIMIT_LAW_FILE_BYTES + 1;
    char *text = malloc(size);
    test_case("a file too large");
    parse(&file, "");
    if (CHECK(text != NULL)) {
        memset(text, ' ', size);
        CHECK_EQ_INT(COMITY_ERROR_LIMIT,
                     comity_law_parse(&file.arena, "large.law", 0, text, size, &file.diagnostics, &file.file, &error));
        CHECK_EQ_STR("large.law has 8388609 bytes, but a law file has at most 8388608", error.message);
    }
    free(text);
    parsed_free(&file);
}

int main(void)
{
    test_begin("law/parser");
    test_acts();
    test_joining();
    test_owners();
    test_parties();
    test_phrases();
    test_comparisons();
    test_papers();
    test_rule();
    test_expression();
    test_union();
    test_left_out();
    test_many_mistakes();
    test_little_memory();
    test_large();
    test_case("there are cases");
    CHECK(text_files_each("tests/cases/law-syntax", ".txt", run_case_file) >= 7);
    return test_done();
}
