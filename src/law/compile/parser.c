/* Comes in: the text of a law file. Goes out: its tree, and every mistake in it.
 *
 * A file is a header and declarations. Each declaration begins with its word
 * first on a line; one table says which words there are, in which kinds of file
 * they may stand, and who reads the rest. After a mistake, reading goes on at
 * the next line that begins with the word of a clause or declaration. */
#include "law/compile/parser.h"

#include "law/compile/parsing.h"

#include "base/limits.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- kinds of file ---- */

enum {
    IN_TAXONOMY = 1 << COMITY_FILE_TAXONOMY,
    IN_STATE = 1 << COMITY_FILE_STATE,
    IN_PART = 1 << COMITY_FILE_PART,
    IN_UNION = 1 << COMITY_FILE_UNION,
    IN_AGREEMENT = 1 << COMITY_FILE_AGREEMENT,
    IN_POLICY = 1 << COMITY_FILE_POLICY,
    IN_LAW = IN_STATE | IN_PART | IN_UNION | IN_AGREEMENT | IN_POLICY,
    IN_ALL = IN_LAW | IN_TAXONOMY
};

const char *const comity_header_words[] = {
    [COMITY_FILE_TAXONOMY] = "taxonomy", [COMITY_FILE_STATE] = "state",         [COMITY_FILE_PART] = "part",
    [COMITY_FILE_UNION] = "union",       [COMITY_FILE_AGREEMENT] = "agreement", [COMITY_FILE_POLICY] = "policy",
    [COMITY_FILE_POLICY + 1] = NULL};

static const char *const file_nouns[] = {[COMITY_FILE_TAXONOMY] = "a taxonomy",    [COMITY_FILE_STATE] = "a state",
                                         [COMITY_FILE_PART] = "a part of a state", [COMITY_FILE_UNION] = "a union",
                                         [COMITY_FILE_AGREEMENT] = "an agreement", [COMITY_FILE_POLICY] = "a policy"};

/* ---- declarations ---- */

static const char *const no_clauses[] = {NULL};

static const struct {
    const char *word;
    comity_declaration_kind kind;
    unsigned files;
    comity_declaration_parser *parse;
    const char *clause_of;
    const char *const *clauses;
} declarations[] = {
    {"place", COMITY_DECLARES_PLACE, IN_ALL, comity_parse_place, "", no_clauses},
    {"category", COMITY_DECLARES_CATEGORY, IN_ALL, comity_parse_category, "", no_clauses},
    {"kind", COMITY_DECLARES_KIND, IN_ALL, comity_parse_name, "", no_clauses},
    {"certificate", COMITY_DECLARES_CERTIFICATE, IN_ALL, comity_parse_name, "", no_clauses},
    {"purpose", COMITY_DECLARES_PURPOSE, IN_ALL, comity_parse_purpose, "", no_clauses},
    {"deal", COMITY_DECLARES_DEAL, IN_ALL, comity_parse_name, "", no_clauses},
    {"circumstance", COMITY_DECLARES_CIRCUMSTANCE, IN_ALL, comity_parse_circumstance, "", no_clauses},
    {"safeguard", COMITY_DECLARES_SAFEGUARD, IN_ALL, comity_parse_name, "", no_clauses},
    {"paper", COMITY_DECLARES_PAPER, IN_ALL, comity_parse_paper, "", no_clauses},
    {"instrument", COMITY_DECLARES_INSTRUMENT, IN_LAW, comity_parse_instrument, "", no_clauses},
    {"authority", COMITY_DECLARES_AUTHORITY, IN_LAW, comity_parse_authority, "", no_clauses},
    {"group", COMITY_DECLARES_GROUP, IN_ALL, comity_parse_group, "group", comity_group_clauses},
    {"orders", COMITY_DECLARES_ORDERS, IN_LAW, comity_parse_orders, "list of orders", comity_orders_clauses},
    {"calendar", COMITY_DECLARES_CALENDAR, IN_LAW, comity_parse_calendar, "calendar", comity_calendar_clauses},
    {"define", COMITY_DECLARES_DEFINE, IN_LAW, comity_parse_define, "", no_clauses},
    {"derive", COMITY_DECLARES_DERIVE, IN_LAW, comity_parse_derive, "", no_clauses},
    {"count", COMITY_DECLARES_COUNT, IN_LAW, comity_parse_count, "count", comity_count_clauses},
    {"covers", COMITY_DECLARES_COVERS, IN_LAW, comity_parse_covers, "", no_clauses},
    {"adopt", COMITY_DECLARES_ADOPT, IN_POLICY, comity_parse_adopt, "", no_clauses},
    {"enter", COMITY_DECLARES_ENTER, IN_POLICY, comity_parse_enter, "list that is added to", comity_enter_clauses},
    {"members", COMITY_DECLARES_MEMBERS, IN_UNION, comity_parse_members, "", no_clauses},
    {"reaches", COMITY_DECLARES_REACHES, IN_UNION | IN_STATE, comity_parse_members, "", no_clauses},
    {"about", COMITY_DECLARES_ABOUT, IN_AGREEMENT, comity_parse_about, "", no_clauses},
    {"direct", COMITY_DECLARES_DIRECT, IN_AGREEMENT, comity_parse_alone, "", no_clauses},
    {"soft", COMITY_DECLARES_SOFT, IN_AGREEMENT, comity_parse_alone, "", no_clauses},
    {"parties", COMITY_DECLARES_PARTIES, IN_AGREEMENT, comity_parse_parties, "", no_clauses},
    {"signed", COMITY_DECLARES_SIGNED, IN_AGREEMENT, comity_parse_signed, "", no_clauses},
    {"channel", COMITY_DECLARES_CHANNEL, IN_AGREEMENT, comity_parse_channel, "", no_clauses},
    {"rule", COMITY_DECLARES_RULE, IN_LAW, comity_parse_rule, "rule", comity_rule_clauses},
};
#define DECLARATION_COUNT (sizeof declarations / sizeof declarations[0])

static size_t find_declaration(const comity_token *token)
{
    size_t i = 0;
    while (i < DECLARATION_COUNT && !comity_token_is(token, declarations[i].word)) {
        i++;
    }
    return i;
}

bool comity_is_declaring_word(const comity_token *token)
{
    return find_declaration(token) < DECLARATION_COUNT;
}

const char *comity_declaring_word(size_t i)
{
    return i < DECLARATION_COUNT ? declarations[i].word : NULL;
}

const char *comity_header_word(comity_file_kind kind)
{
    return comity_header_words[kind];
}

const char *comity_declaring_word_of(comity_declaration_kind kind)
{
    size_t i = 0;
    while (declarations[i].kind != kind) {
        i++;
    }
    return declarations[i].word;
}

/* Where may a declaration stand? "a union", "an agreement", "a file with law" */
static const char *files_noun(unsigned files)
{
    return files == IN_UNION       ? "a union's file"
           : files == (IN_UNION | IN_STATE) ? "a state's or a union's file"
           : files == IN_AGREEMENT ? "an agreement's file"
           : files == IN_POLICY    ? "a policy's file"
                                   : "a file with law";
}

static bool check_file_kind(comity_parser *parser, size_t found, comity_place_in_text at)
{
    comity_file_kind kind = parser->file->kind;
    if (!parser->has_header || (declarations[found].files & 1u << kind) != 0) {
        return true;
    }
    if (declarations[found].kind == COMITY_DECLARES_MEMBERS) {
        return comity_parser_complain(parser, at, "\"members\" stands in a union's file, or below a group; this is %s",
                                      file_nouns[kind]);
    }
    return comity_parser_complain(parser, at, "\"%s\" stands in %s only; this is %s", declarations[found].word,
                                  files_noun(declarations[found].files), file_nouns[kind]);
}

static bool add_declaration(comity_parser *parser, const comity_declaration *declaration)
{
    comity_law_file *file = parser->file;
    file->declarations =
        comity_parser_grow(parser, file->declarations, file->declaration_count, sizeof *file->declarations);
    COMITY_PARSE(file->declarations != NULL);
    file->declarations[file->declaration_count++] = *declaration;
    return true;
}

/* Reads one declaration, right or wrong, up to where the next one begins. */
static void parse_declaration(comity_parser *parser, size_t found)
{
    comity_declaration declaration = {.kind = declarations[found].kind, .at = parser->token.at};
    parser->outside = false;
    parser->begin_column = declaration.at.column;
    parser->clause_words = declarations[found].clauses;
    parser->clause_of = declarations[found].clause_of;
    comity_parser_mark(parser, COMITY_MARK_DECLARATION, parser->token.text, declaration.kind);
    comity_parser_next(parser);
    bool right = check_file_kind(parser, found, declaration.at);
    right = declarations[found].parse(parser, &declaration) && right;
    right = right && comity_parser_end(parser, NULL);
    parser->clause_words = no_clauses;
    if (right) {
        (void)add_declaration(parser, &declaration);
    } else {
        comity_parser_recover(parser);
    }
}

static void parse_declarations(comity_parser *parser)
{
    while (parser->token.type != COMITY_TOKEN_END && parser->status == COMITY_OK && !parser->diagnostics->cut) {
        size_t found = find_declaration(&parser->token);
        assert(found < DECLARATION_COUNT); /* whoever read last stopped at a boundary */
        parse_declaration(parser, found);
    }
}

/* ---- the header ---- */

static bool check_code(comity_parser *parser)
{
    const comity_law_file *file = parser->file;
    const comity_word *code = &file->code;
    switch (file->kind) {
    case COMITY_FILE_STATE:
        return comity_is_state_code(code->text) ||
               comity_parser_complain(parser, code->at,
                                      "\"%s\" is no code of a state; expected two capital letters (ISO 3166-1)",
                                      code->text);
    case COMITY_FILE_PART:
        if (!comity_is_state_code(file->of.text)) {
            return comity_parser_complain(parser, file->of.at,
                                          "\"%s\" is no code of a state; expected two capital letters (ISO 3166-1)",
                                          file->of.text);
        }
        return (comity_is_part_code(code->text) && strncmp(code->text, file->of.text, 2) == 0) ||
               comity_parser_complain(parser, code->at,
                                      "\"%s\" is no code of a part of %s; expected %s, a hyphen, capitals and digits",
                                      code->text, file->of.text, file->of.text);
    case COMITY_FILE_UNION:
    case COMITY_FILE_AGREEMENT:
    case COMITY_FILE_POLICY:
        return comity_is_law_code(code->text) ||
               comity_parser_complain(parser, code->at, "\"%s\" is no code; expected capitals, digits and hyphens",
                                      code->text);
    case COMITY_FILE_TAXONOMY:
        break;
    }
    return true;
}

static bool parse_header(comity_parser *parser)
{
    comity_law_file *file = parser->file;
    size_t kind = 0;
    while (comity_header_words[kind] != NULL && !comity_parser_at(parser, comity_header_words[kind])) {
        kind++;
    }
    if (comity_header_words[kind] == NULL) {
        return comity_parser_fail(parser, comity_header_words,
                                  "the header of the file (taxonomy, state, part, union, agreement or policy)");
    }
    file->kind = (comity_file_kind)kind;
    parser->has_header = true;
    parser->header_at = parser->token.at;
    comity_parser_mark(parser, COMITY_MARK_HEADER, parser->token.text, 0);
    comity_parser_next(parser);
    if (file->kind != COMITY_FILE_TAXONOMY) {
        COMITY_PARSE(comity_parser_word(parser, "a code", &file->code));
    }
    if (file->kind == COMITY_FILE_PART) {
        COMITY_PARSE(comity_parser_expect(parser, "of"));
        COMITY_PARSE(comity_parser_word(parser, "the code of a state", &file->of));
    }
    bool right = file->kind == COMITY_FILE_TAXONOMY || check_code(parser);
    if (!right) {
        file->code.text = NULL;                                  /* names are not measured by it */
        COMITY_PARSE(parser->token.type == COMITY_TOKEN_STRING); /* else it was hardly meant as a code */
    }
    return comity_parser_string(parser, file->kind == COMITY_FILE_TAXONOMY ? "the title" : "the name", &file->title) &&
           right && comity_parser_end(parser, NULL);
}

/* ---- the file ---- */

static int mark_order(const void *a, const void *b)
{
    const comity_mark *left = a;
    const comity_mark *right = b;
    return left->offset < right->offset ? -1 : left->offset > right->offset;
}

comity_status comity_law_parse_marked(comity_arena *arena, const char *path, uint32_t file_index, const char *text,
                                      size_t size, comity_diagnostics *diagnostics, comity_marks *marks,
                                      comity_law_file *ret_file, comity_error *reterr)
{
    if (size > COMITY_LIMIT_LAW_FILE_BYTES) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "%s has %zu bytes, but a law file has at most %zu", path, size,
                           COMITY_LIMIT_LAW_FILE_BYTES);
    }
    comity_law_file file = {.path = path, .text = text, .size = size};
    comity_parser parser = {.arena = arena,
                            .diagnostics = diagnostics,
                            .reterr = reterr,
                            .file = &file,
                            .clause_words = no_clauses,
                            .clause_of = "",
                            .begin_column = 1,
                            .marks = marks};
    size_t errors = diagnostics->error_count;
    comity_lexer_init(&parser.lexer, text, size, file_index, false, diagnostics);
    if (diagnostics->error_count == errors) { /* it is UTF-8 */
        comity_parser_next(&parser);
        if (!parse_header(&parser)) {
            comity_parser_recover(&parser);
        }
        parse_declarations(&parser);
    }
    if (parser.status != COMITY_OK) {
        return parser.status;
    }
    if (marks != NULL && marks->count != 0) {
        qsort(marks->items, marks->count, sizeof *marks->items, mark_order);
    }
    file.parsed_whole = diagnostics->error_count == errors;
    *ret_file = file;
    return COMITY_OK;
}

comity_status comity_law_parse(comity_arena *arena, const char *path, uint32_t file_index, const char *text,
                               size_t size, comity_diagnostics *diagnostics, comity_law_file *ret_file,
                               comity_error *reterr)
{
    return comity_law_parse_marked(arena, path, file_index, text, size, diagnostics, NULL, ret_file, reterr);
}
