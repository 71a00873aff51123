/* The compiler's own state; for the files of this folder only.
 *
 * It works in steps, each a file: names.c gathers every declared name and gives
 * it its number; enter.c adds what policies enter in lists of others; members.c looks at who is a member of what; places.c makes
 * sets of places; conditions.c and disjunctions.c turn conditions into rows;
 * papers.c makes expressions and leaves; rules.c orders the rules and checks
 * what may lift what; law_rows.c, sieves.c, blocks.c and tables.c make the rows and
 * tables of the judge; deadlines.c those
 * of duties and working days; text.c and declared.c keep what is shown;
 * compile.c calls them; write.c writes it all out. What does not hold becomes a
 * diagnostic; a status is for
 * memory and limits only. */
#ifndef COMITY_LAW_COMPILE_COMPILER_H
#define COMITY_LAW_COMPILE_COMPILER_H

#include <stdio.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "law/compile/diagnostics.h"
#include "law/compile/tree.h"
#include "base/limits.h"
#include "law/image.h"

/* A list that grows in the compiler's arena. */
#define COMITY_VECTOR(type) \
    struct {                \
        type *items;        \
        size_t count;       \
        size_t capacity;    \
    }

/* Makes room for one more; a macro so that it fits any vector. */
#define comity_vector_grow(compiler, vector)                                                     \
    comity_vector_reserve((compiler), (void **)&(vector)->items, &(vector)->capacity,            \
                          (vector)->count, sizeof *(vector)->items)

/* Appends, or returns the failure from the function it stands in. */
#define COMITY_PUSH(compiler, vector, ...)                     \
    do {                                                       \
        COMITY_TRY(comity_vector_grow((compiler), (vector)));  \
        (vector)->items[(vector)->count++] = (__VA_ARGS__);    \
    } while (0)

typedef COMITY_VECTOR(comity_literal) comity_literals;

/* A conjunction in the making, and a disjunction of them. */
typedef struct comity_clause {
    comity_literal *literals;
    uint32_t count;
} comity_clause;

typedef COMITY_VECTOR(comity_clause) comity_clauses;

/* A declared name and where. */
typedef struct comity_entry {
    const char *text;
    comity_place_in_text at;
    const comity_declaration *declaration; /* or NULL */
    const comity_law_file *file;
} comity_entry;

typedef COMITY_VECTOR(comity_entry) comity_entries;

/* text -> number. Open addressing; the texts are borrowed. */
typedef struct comity_map {
    struct comity_map_slot {
        const char *text;
        uint32_t value;
    } *slots;
    size_t capacity, count;
} comity_map;

/* One place for some time. */
typedef struct comity_interval {
    uint32_t place;
    int32_t from, until;
} comity_interval;

typedef COMITY_VECTOR(comity_interval) comity_intervals;

/* A rule with what the compiler learns of it. */
typedef struct comity_draft {
    const comity_rule *rule;
    const comity_law_file *file;
    uint32_t law;
    int32_t from, until;
    uint32_t *targets;  /* draft numbers of what it lifts or is a way for */
    uint32_t target_count;
    uint32_t number;    /* in the image */
    uint8_t colour;     /* while looking for circles */
    uint8_t height;     /* of the rules that lift it, within its law */
    uint8_t influence;  /* COMITY_HELPS, COMITY_HURTS: what its applying can do to the verdict */
} comity_draft;

enum { COMITY_HELPS = 1, COMITY_HURTS = 2 };

/* While looking for circles: not seen, being looked at, done with. */
enum { COMITY_WHITE = 0, COMITY_GREY = 1, COMITY_BLACK = 2 };

typedef struct comity_compiler {
    comity_arena *arena;
    comity_diagnostics *diagnostics;
    comity_error *reterr;
    const comity_law_file *files;
    size_t file_count;
    comity_map declared[COMITY_CLASS_LAST];  /* name -> index into entries, then number */
    comity_entries entries[COMITY_CLASS_LAST];
    comity_map groups, defines;              /* name -> index */
    comity_entries group_entries, define_entries;
    uint8_t *define_colours;                 /* COMITY_WHITE … */
    bool *defines_used;
    uint32_t define_depth;                   /* of definitions within definitions, at hand */
    uint32_t define_steps;                   /* definitions gone into, in all */
    const comity_law_file *lines_of;         /* the file whose lines are known, or NULL */
    uint32_t *line_starts, line_count;       /* where each begins, in bytes; one more at the end */
    uint32_t expansion_steps;                /* lines of members looked at for the set of places at hand */
    const comity_law_file **law_files;       /* by law number */
    uint32_t *place_states;                  /* by place: the state it is in */
    uint32_t *law_calendars;                 /* by law: its own calendar, or NONE */
    bool *derived_kinds;
    comity_draft *drafts;                    /* by class RULE's number, in the order of names */
    uint32_t draft_count;
    const comity_law_record *law_without_rows; /* one whose tables are made, or NULL */
    uint32_t *draft_order;                   /* image number -> draft */
    /* the tables of the image in the making */
    COMITY_VECTOR(char) texts;
    comity_map text_places;
    COMITY_VECTOR(comity_name_record) names;
    COMITY_VECTOR(comity_place) places;
    COMITY_VECTOR(comity_reach) reaches;
    COMITY_VECTOR(comity_place_set) place_sets;
    comity_map place_set_keys;
    COMITY_VECTOR(uint64_t) place_bits;
    COMITY_VECTOR(uint16_t) set_places;
    COMITY_VECTOR(comity_dated) dated;
    COMITY_VECTOR(comity_law_record) laws;
    COMITY_VECTOR(comity_cover) covers;
    COMITY_VECTOR(int32_t) coverage;
    COMITY_VECTOR(uint16_t) abouts;
    COMITY_VECTOR(uint64_t) agreements;
    COMITY_VECTOR(uint16_t) agreement_laws;
    uint32_t agreement_words;
    COMITY_VECTOR(comity_rule_record) rules;
    COMITY_VECTOR(comity_row) rows;
    COMITY_VECTOR(uint32_t) row_tests;
    COMITY_VECTOR(comity_literal) tests;
    COMITY_VECTOR(comity_block) blocks;
    COMITY_VECTOR(comity_block_rule) block_rules;
    COMITY_VECTOR(uint16_t) law_order;
    COMITY_VECTOR(comity_rows) conditions;
    COMITY_VECTOR(comity_literal) literals;
    COMITY_VECTOR(comity_set) sets;
    COMITY_VECTOR(uint64_t) numbers;
    COMITY_VECTOR(uint32_t) indices;
    COMITY_VECTOR(comity_expression_node) expressions;
    COMITY_VECTOR(comity_leaf) leaves;
    COMITY_VECTOR(comity_count_record) counts;
    COMITY_VECTOR(comity_authority_record) authorities;
    COMITY_VECTOR(comity_orders_record) orders;
    COMITY_VECTOR(comity_calendar_record) calendars;
    COMITY_VECTOR(int32_t) days;
    COMITY_VECTOR(comity_deadline) deadlines;
    COMITY_VECTOR(comity_declared) declarations;
    COMITY_VECTOR(int32_t) epochs;
    COMITY_VECTOR(uint8_t) classes;
    COMITY_VECTOR(uint64_t) bits;
    COMITY_VECTOR(char) clauses;             /* of all rules, each with its NUL; before they are packed */
    COMITY_VECTOR(uint8_t) packed;
    COMITY_VECTOR(comity_symbol) symbols;
} comity_compiler;

/* What a condition stands in: whose file, which rule, which dates matter. */
typedef struct comity_scope {
    const comity_law_file *file;
    uint32_t law;
    const comity_draft *draft;  /* or NULL */
    int32_t from, until;        /* dates outside do not matter */
    bool has_party, has_owner;  /* may `party`, `owner` stand here? */
    bool in_count;
    bool in_define;             /* of a definition by itself: any party may be spoken of */
} comity_scope;

comity_status comity_vector_reserve(comity_compiler *compiler, void **items, size_t *capacity,
                                    size_t count, size_t size) COMITY_MUST_USE;
comity_status comity_compiler_take(comity_compiler *compiler, size_t count, size_t size,
                                   void *ret_items) COMITY_MUST_USE;

/* A map: COMITY_IMAGE_NONE where there is none. Setting replaces. */
uint32_t comity_map_get(const comity_map *map, const char *text);
comity_status comity_map_set(comity_compiler *compiler, comity_map *map, const char *text,
                             uint32_t value) COMITY_MUST_USE;

/* The place of a text in the pool, written once. */
comity_status comity_text(comity_compiler *compiler, const char *text, uint32_t *ret_text) COMITY_MUST_USE;

/* names.c */
comity_status comity_compile_names(comity_compiler *compiler) COMITY_MUST_USE;
/* The number of a name; a diagnostic and NONE if there is no such name. */
uint32_t comity_name_find(comity_compiler *compiler, comity_class class_of, const comity_word *word);
const char *comity_class_noun(comity_class class_of);

/* enter.c: from here on the groups and lists of orders hold what policies enter in them too. */
comity_status comity_compile_entered(comity_compiler *compiler) COMITY_MUST_USE;

/* members.c: every line of members, parties and signatories, used or not: codes
 * that nobody declares, and what is a member of itself. */
comity_status comity_check_members(comity_compiler *compiler) COMITY_MUST_USE;

/* places.c */
comity_status comity_compile_places(comity_compiler *compiler) COMITY_MUST_USE;
comity_status comity_place_set_of(comity_compiler *compiler, const comity_places *places,
                                  int32_t from, int32_t until, uint32_t *ret_set) COMITY_MUST_USE;
comity_status comity_place_set_make(comity_compiler *compiler, comity_intervals *intervals,
                                    int32_t from, int32_t until, uint32_t *ret_set) COMITY_MUST_USE;
/* All of `codes` for the dates given, members of groups, unions and parties included. */
comity_status comity_places_expand(comity_compiler *compiler, const comity_words *codes, int32_t from,
                                   int32_t until, comity_intervals *intervals) COMITY_MUST_USE;

/* papers.c */
comity_status comity_leaf_of(comity_compiler *compiler, const comity_scope *scope,
                             const comity_paper_leaf *paper, uint32_t *ret_leaf) COMITY_MUST_USE;
/* What a ground of `in order` behind the first counts beside only: the
 * determination, about the rule, that it comes to this ground. */
comity_paper_leaf comity_ground_determination(const comity_expression *order, size_t ground);
/* A leaf in the words of the language; `under` and `about` NULL: not said. */
void comity_leaf_words(const comity_paper_leaf *paper, const char *under, const char *about, comity_buffer *buffer);
comity_status comity_expression_of(comity_compiler *compiler, const comity_scope *scope,
                                   const comity_expression *expression, uint32_t *ret_node) COMITY_MUST_USE;

/* conditions.c */
comity_status comity_condition_clauses(comity_compiler *compiler, const comity_scope *scope,
                                       const comity_condition *condition, bool negated,
                                       comity_clauses *ret_clauses) COMITY_MUST_USE;
/* Counts a definition that is gone into; fails when there are too many. */
comity_status comity_define_step(comity_compiler *compiler) COMITY_MUST_USE;
/* The definitions that nothing uses, as if something did; nothing of it stays in the compiler. */
comity_status comity_check_unused_defines(comity_compiler *compiler) COMITY_MUST_USE;
/* The number of a condition by itself; NULL: one that always holds. */
comity_status comity_condition_rows(comity_compiler *compiler, const comity_scope *scope,
                                    const comity_condition *condition, uint32_t *ret_rows) COMITY_MUST_USE;
comity_status comity_set_of(comity_compiler *compiler, const comity_set *set, uint32_t *ret_set) COMITY_MUST_USE;
comity_status comity_rows_push(comity_compiler *compiler, const comity_clause *clause, uint32_t rule,
                               uint16_t residual) COMITY_MUST_USE;

/* rules.c: order, targets, checks. Fills drafts, draft_order. */
comity_status comity_compile_rules(comity_compiler *compiler) COMITY_MUST_USE;
/* The checks that need the conditions compiled. */
comity_status comity_check_rule(comity_compiler *compiler, const comity_draft *draft) COMITY_MUST_USE;

/* tables.c: rows and tables of one law; then, of all laws, in which order the judge goes. */
comity_status comity_compile_law(comity_compiler *compiler, uint32_t law) COMITY_MUST_USE;
comity_status comity_compile_law_order(comity_compiler *compiler) COMITY_MUST_USE;

/* The first trait of a set of names; of COMITY_SIEVE_LAST: how many traits there are. */
static inline uint32_t comity_compiler_trait(const comity_compiler *compiler, uint32_t kind)
{
    uint32_t trait = COMITY_TRAIT_FIRST;
    for (uint32_t before = 0; before < kind; before++) {
        trait += (uint32_t)compiler->entries[comity_sieve_class(before)].count;
    }
    return trait;
}

/* deadlines.c: calendars, before the conditions, which may ask for working days. */
comity_status comity_compile_calendars(comity_compiler *compiler) COMITY_MUST_USE;
/* The calendar of a law: its own, or its state's; NONE where there is none. */
uint32_t comity_compiler_calendar(const comity_compiler *compiler, uint32_t law);
/* The duties whose periods run from the act or a paper; after the rules. */
comity_status comity_compile_deadlines(comity_compiler *compiler) COMITY_MUST_USE;

/* text.c: a rule as the image keeps it for people and for JSON. */
comity_status comity_rule_texts(comity_compiler *compiler, const comity_draft *draft,
                                comity_rule_record *record) COMITY_MUST_USE;

/* declared.c: a declaration as it is written, from its first line to the line
 * before the next one. */
comity_status comity_clauses_of(comity_compiler *compiler, const comity_law_file *file,
                                const comity_declaration *declaration, comity_buffer *buffer) COMITY_MUST_USE;
/* Puts what is in the buffer, which is empty then, behind all that is kept as law. */
comity_status comity_clauses_keep(comity_compiler *compiler, comity_buffer *buffer, uint32_t *ret_clauses) COMITY_MUST_USE;
/* All declarations but rules, and the headers. */
comity_status comity_compile_declarations(comity_compiler *compiler) COMITY_MUST_USE;

/* write.c: the tables as bytes, with header and hash. */
comity_status comity_compile_write(comity_compiler *compiler, comity_buffer *buffer) COMITY_MUST_USE;

#endif
