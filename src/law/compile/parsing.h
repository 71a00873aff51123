/* The parser's own state and small steps; for the parse_*.c files only.
 *
 * A step returns true, or false when the text is not what it should be: then
 * the mistake has been told and the caller returns at once, up to the clause or
 * declaration, which skips to where the next one begins. Memory that runs out
 * ends everything the same way; `status` keeps it. */
#ifndef COMITY_LAW_COMPILE_PARSING_H
#define COMITY_LAW_COMPILE_PARSING_H

#include "base/arena.h"
#include "law/compile/diagnostics.h"
#include "law/compile/lexer.h"
#include "law/compile/tree.h"

/* Returns from a step when a part of it fails. */
#define COMITY_PARSE(call) \
    do {                   \
        if (!(call)) {     \
            return false;  \
        }                  \
    } while (0)

/* `valid 3 years`, `within 10 working days`: nothing in law lasts longer in any unit. */
#define COMITY_LAW_SPAN_MAX 100000 /* a message says so */

/* What the formatter wants to know and the tree does not tell. */
typedef enum comity_mark_kind {
    COMITY_MARK_HEADER,      /* begins here */
    COMITY_MARK_DECLARATION, /* begins here; value: comity_declaration_kind */
    COMITY_MARK_CLAUSE,      /* of a rule or count begins here */
    COMITY_MARK_LINE,        /* of a group, list of orders or calendar begins here */
    COMITY_MARK_AND,         /* a connective stands here; value: parentheses around it */
    COMITY_MARK_OR,
    COMITY_MARK_ONE_OF, /* `one of` belongs before this */
    COMITY_MARK_COMMA,  /* a comma belongs before this */
    COMITY_MARK_DROP    /* this word is left away */
} comity_mark_kind;

typedef struct comity_mark {
    uint32_t offset; /* of a token, in bytes */
    uint8_t kind;
    uint8_t value;
} comity_mark;

typedef struct comity_marks {
    comity_mark *items;
    size_t count;
} comity_marks;

typedef struct comity_parser {
    comity_arena *arena;
    comity_diagnostics *diagnostics;
    comity_error *reterr;
    comity_status status; /* memory or a limit; else COMITY_OK */
    comity_lexer lexer;
    comity_token token;  /* the one to be read next */
    comity_token peeked; /* the one after it */
    bool has_peeked;
    bool outside;                    /* in a declaration whose word is not known */
    bool lost;                       /* a line began with no known word: what is missing cannot be told */
    comity_place_in_text last;       /* of the token read last; line 0: none */
    uint32_t told_line;              /* of the mistake told last */
    const char *const *clause_words; /* of the declaration being read; ends with NULL */
    const char *clause_of;           /* "rule", "count" …, for messages */
    uint32_t begin_column;           /* of the word that began what is being read */
    unsigned depth;                  /* of parentheses and `not` */
    comity_law_file *file;
    bool has_header;
    comity_place_in_text header_at;
    comity_marks *marks; /* NULL: nobody wants them */
} comity_parser;

/* parser.c: as comity_law_parse; `marks`, if not NULL, gets the marks in the order of the text. */
comity_status comity_law_parse_marked(comity_arena *arena, const char *path, uint32_t file_index, const char *text,
                                      size_t size, comity_diagnostics *diagnostics, comity_marks *marks,
                                      comity_law_file *ret_file, comity_error *reterr) COMITY_MUST_USE;

/* ---- parse_steps.c ---- */

/* Reads the token. */
void comity_parser_next(comity_parser *parser);
/* The token after the one to be read next. */
const comity_token *comity_parser_peek(comity_parser *parser);
/* True if what is being read ends here: a line begins with the word of a
 * clause or declaration, or the text ends. */
bool comity_parser_at_boundary(const comity_parser *parser);
/* True if this word, or punctuation, is next and goes on with what is being read. */
bool comity_parser_at(const comity_parser *parser, const char *word);
/* Reads it if it is next. */
bool comity_parser_accept(comity_parser *parser, const char *word);

/* Tells that something else was found than what the format says was expected
 * ("a date", "\"of\""), with the nearest of `known` (ends with NULL, or is NULL). Always false. */
bool comity_parser_fail(comity_parser *parser, const char *const *known, const char *format, ...) COMITY_PRINTF(3, 4);
/* Tells a mistake in its own words. Always false. */
bool comity_parser_complain(comity_parser *parser, comity_place_in_text at, const char *format, ...)
    COMITY_PRINTF(3, 4);
/* Skips to the next boundary. */
void comity_parser_recover(comity_parser *parser);
/* Fails unless what was read ends here; `expected` says what else could have
 * followed ("\"and\", \"or\""), or is NULL. */
COMITY_MUST_USE bool comity_parser_end(comity_parser *parser, const char *expected);

COMITY_MUST_USE bool comity_parser_expect(comity_parser *parser, const char *word);
/* A word that is no connective; `expected` as in "the name of a rule". */
COMITY_MUST_USE bool comity_parser_word(comity_parser *parser, const char *expected, comity_word *ret_word);
/* One of `known`. */
COMITY_MUST_USE bool comity_parser_choice(comity_parser *parser, const char *const *known, const char *expected,
                                          comity_word *ret_word);
/* Words with commas between; `expected` as for one word. */
COMITY_MUST_USE bool comity_parser_words(comity_parser *parser, const char *expected, comity_words *ret_words);
/* Fails when a list of so many items has one more. */
COMITY_MUST_USE bool comity_parser_list_goes_on(comity_parser *parser, size_t count);
/* A string that is not empty. */
COMITY_MUST_USE bool comity_parser_string(comity_parser *parser, const char *expected, comity_word *ret_string);
COMITY_MUST_USE bool comity_parser_number(comity_parser *parser, const char *expected, uint64_t *ret_number);
COMITY_MUST_USE bool comity_parser_date(comity_parser *parser, int32_t *ret_date);
/* `N days`, months, years (and what `units` has besides); N from 1 to what fits. */
COMITY_MUST_USE bool comity_parser_span(comity_parser *parser, const char *const *units, const char *expected,
                                        uint32_t *ret_number, comity_word *ret_unit);
/* The same of days, working days, months and years. */
COMITY_MUST_USE bool comity_parser_span_worked(comity_parser *parser, uint32_t *ret_number, comity_word *ret_unit);
/* Reads `days` where the unit `working` has been read, and makes one of both; another unit stays. */
COMITY_MUST_USE bool comity_parser_working(comity_parser *parser, comity_word *unit);
/* `[from D] [until D]`. */
COMITY_MUST_USE bool comity_parser_dates(comity_parser *parser, comity_dates *ret_dates);
/* Kinds of act with commas, or `or`, between. */
COMITY_MUST_USE bool comity_parser_act(comity_parser *parser, uint8_t *acts, uint8_t *order, uint8_t *count);
bool comity_token_is_act(const comity_token *token);

/* From `first` to the token read last, where both are on one line. */
comity_place_in_text comity_parser_since(const comity_parser *parser, comity_place_in_text first);

/* Memory for `count` items more; false when there is none. */
COMITY_MUST_USE bool comity_parser_take(comity_parser *parser, size_t size, void **ret_memory);
/* Room for one item behind `count` items: the same array, or a larger one with
 * the same items; NULL when there is no memory. */
void *comity_parser_grow(comity_parser *parser, void *items, size_t count, size_t size);

void comity_parser_mark(comity_parser *parser, comity_mark_kind kind, const char *at, unsigned value);

bool comity_words_have(const char *const *words, const char *text);

/* ---- parser.c ---- */

/* Words that begin a declaration where they stand first on a line. */
bool comity_is_declaring_word(const comity_token *token);
/* The words by number; NULL behind the last. */
const char *comity_declaring_word(size_t i);
extern const char *const comity_header_words[];

/* ---- parse_declarations.c, parse_rules.c: what follows the declaring word ---- */

typedef bool comity_declaration_parser(comity_parser *parser, comity_declaration *declaration);

comity_declaration_parser comity_parse_name, comity_parse_category, comity_parse_purpose, comity_parse_paper, comity_parse_place,
    comity_parse_circumstance, comity_parse_instrument, comity_parse_authority, comity_parse_group, comity_parse_orders,
    comity_parse_calendar, comity_parse_define, comity_parse_derive, comity_parse_covers, comity_parse_adopt, comity_parse_enter,
    comity_parse_members, comity_parse_about, comity_parse_alone, comity_parse_parties, comity_parse_signed,
    comity_parse_channel, comity_parse_count, comity_parse_rule;

/* The words that begin their clauses and lines. */
extern const char *const comity_rule_clauses[];
extern const char *const comity_count_clauses[];
extern const char *const comity_group_clauses[];
extern const char *const comity_orders_clauses[];
extern const char *const comity_enter_clauses[];
extern const char *const comity_calendar_clauses[];

/* True if the name is the file's code, a dot, and more; else told. Names in a
 * file without a code pass. */
COMITY_MUST_USE bool comity_parser_check_own_name(comity_parser *parser, const comity_word *name, const char *noun);
/* Shapes of codes. */
bool comity_is_state_code(const char *text);
bool comity_is_part_code(const char *text);
bool comity_is_law_code(const char *text); /* capitals, digits, hyphens */

/* ---- parse_conditions.c ---- */

COMITY_MUST_USE bool comity_parse_condition(comity_parser *parser, comity_condition **ret_condition);
/* `(` is next: a condition in parentheses. */
COMITY_MUST_USE bool comity_parse_parentheses(comity_parser *parser, comity_condition **ret_condition);
/* A condition that begins at the next token. */
COMITY_MUST_USE bool comity_condition_new(comity_parser *parser, comity_condition_kind kind,
                                          comity_condition **ret_condition);
COMITY_MUST_USE bool comity_condition_add(comity_parser *parser, comity_condition *condition, comity_condition *child);
/* Reads a word as the condition's only name. */
COMITY_MUST_USE bool comity_condition_name(comity_parser *parser, const char *expected, comity_condition *condition);

/* ---- parse_phrases.c ---- */

/* The words that begin phrases, by number; NULL behind the last. */
const char *comity_phrase_word(size_t i);
bool comity_token_begins_phrase(const comity_token *token);
/* Words that stand within phrases only. */
bool comity_is_inner_word(const comity_token *token);
/* Either: no circumstance may be called so. */
bool comity_is_condition_word(const char *text);
/* `exporter`, `importer`, … */
COMITY_MUST_USE bool comity_parse_party_word(comity_parser *parser, comity_party *ret_party);
/* The token begins a phrase: reads it. */
COMITY_MUST_USE bool comity_parse_phrase(comity_parser *parser, comity_condition **ret_condition);

/* ---- parse_expressions.c ---- */

COMITY_MUST_USE bool comity_parse_expression(comity_parser *parser, comity_expression **ret_expression);
/* A paper with what must be true of it. */
COMITY_MUST_USE bool comity_parse_leaf(comity_parser *parser, const char *expected, comity_paper_leaf *ret_leaf);

#endif
