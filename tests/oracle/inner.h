/* What the files of the oracle share: names, laws, rules, the act. */
#ifndef COMITY_TESTS_ORACLE_INNER_H
#define COMITY_TESTS_ORACLE_INNER_H

#include "oracle.h"

#include "base/arena.h"

typedef struct oracle_entered {
    struct oracle_entered *next;
    const comity_enter *enter;
} oracle_entered;

/* A word of the law, once. The texts in the tree are replaced by `text` of its
 * name, so that words are equal when their pointers are. */
typedef struct oracle_name {
    struct oracle_name *next;             /* in its chain of the table */
    struct oracle_law *law;               /* whose code this is */
    struct oracle_entered *entered;       /* what policies enter in this group or list of orders */
    const comity_declaration *category, *kind, *purpose, *derive, *paper, *safeguard, *group, *orders, *count, *define, *place;
    struct oracle_law *derive_law, *count_law, *define_law;
    struct oracle_rule *rule;
    struct oracle_name *part_of;          /* the state, where this is a part */
    struct oracle_name **parts;           /* of a state */
    size_t part_count;
    bool is_union;
    unsigned long known_at;               /* of a definition: when its value was found */
    oracle_truth value;
    bool busy;                            /* its members are being looked through */
    char text[];
} oracle_name;

typedef struct oracle_rule {
    const comity_rule *rule;
    struct oracle_law *law;
    int32_t from, until;                  /* or COMITY_NO_DATE */
    struct oracle_rule **lifters, **ways; /* lifters by name */
    size_t lifter_count, way_count;
    unsigned long settled_at;             /* the act for which the rest was found */
    oracle_truth applies;
    struct oracle_rule *lifted_by;
} oracle_rule;

typedef struct oracle_law {
    const comity_law_file *file;
    oracle_name *code;
    bool soft, adopted, considered;
    bool maybe; /* considered only because a place may be in this part, which is not known */
    oracle_rule **rules;
    size_t rule_count;
} oracle_law;

/* Grounds of `in order` behind the first: the second to the tenth. */
#define ORACLE_GROUNDS 9

/* Purposes that may be set aside. */
typedef struct oracle_aside {
    const struct oracle_aside *next;
    const oracle_name *purpose;
    const char *circumstance;
} oracle_aside;

struct oracle_world {
    comity_paper_leaf grounds[ORACLE_GROUNDS]; /* the determinations that it comes to them */
    comity_arena arena, act_arena;
    oracle_name **table;
    const oracle_aside *asides;
    comity_law_file *files;
    size_t file_count;
    oracle_law *laws;
    size_t law_count;
    oracle_rule *rules; /* by name */
    size_t rule_count;
    unsigned long serial;
};

/* ---- the act ---- */

typedef enum oracle_known { ORACLE_ABSENT, ORACLE_OPEN, ORACLE_COMPLETE } oracle_known;

typedef struct oracle_spot {
    oracle_name *place; /* NULL: unknown */
    bool any_part;
} oracle_spot;

typedef struct oracle_spots {
    oracle_spot *items;
    size_t count;
    oracle_known known;
} oracle_spots;

typedef struct oracle_names {
    oracle_name **items;
    size_t count;
    oracle_known known;
} oracle_names;

typedef struct oracle_texts {
    const char **items;
    size_t count;
    oracle_known known;
} oracle_texts;

typedef struct oracle_range {
    uint64_t min, max; /* max UINT64_MAX: without end */
} oracle_range;

typedef struct oracle_party {
    oracle_spot state;
    const char *name;
    oracle_names kinds, certified;
    oracle_spots subject_to;
    struct oracle_party *owners;
    size_t owner_count;
    oracle_known owners_known;
    oracle_range percent; /* hundredths */
} oracle_party;

typedef struct oracle_paper {
    oracle_name *kind;
    oracle_names under;
    oracle_name *by, *ref, *result, *module; /* NULL: not said */
    int32_t from, until;
    oracle_texts parties;
    oracle_spots states;
    oracle_names categories, purposes;
} oracle_paper;

typedef struct oracle_receipt {
    oracle_spot from;
    oracle_name *paper;
} oracle_receipt;

typedef struct oracle_given {
    oracle_name *count;
    oracle_range range;
} oracle_given;

typedef struct oracle_touched {
    oracle_name *place;
    bool lightly;
    bool any_part; /* named with its part unknown */
} oracle_touched;

typedef struct oracle_act {
    uint8_t kind; /* a bit COMITY_ACT_… */
    int32_t on;
    oracle_party parties[2];
    oracle_spots lists[4]; /* COMITY_LIST_… */
    oracle_names categories, purposes, circumstances, safeguards;
    oracle_range people;
    oracle_receipt *received;
    size_t received_count;
    oracle_known received_known;
    oracle_name *deal, *channel, *basis; /* NULL: not said */
    oracle_truth binding;
    oracle_paper *papers;
    size_t paper_count;
    oracle_given *counts;
    size_t count_count;
    oracle_touched *touched;
    size_t touched_count, touched_room;
} oracle_act;

/* The name of this text, or NULL if the law does not use the word. */
oracle_name *oracle_find(const oracle_world *oracle, const char *text);
/* The same for a text of the tree. */
oracle_name *oracle_named(const char *text);

void *oracle_take(comity_arena *arena, size_t count, size_t size);

comity_status oracle_read(oracle_world *oracle, const char *json, oracle_act *ret_act, comity_error *reterr) COMITY_MUST_USE;

/* Everything a condition is looked at from. */
typedef struct oracle_view {
    oracle_world *oracle;
    const oracle_act *act;
    const oracle_law *law;   /* whose papers are meant where none is named */
    const oracle_rule *rule; /* the rule a determination stands in, or NULL */
    const oracle_party *party, *owner;
} oracle_view;

oracle_truth oracle_holds(const oracle_view *view, const comity_condition *condition);
oracle_truth oracle_leaf_holds(const oracle_view *view, const comity_paper_leaf *leaf);
oracle_truth oracle_expression_holds(const oracle_view *view, const comity_expression *expression);

/* Is the place among `codes` (a state, part, union, group, agreement), on the day? */
bool oracle_is_member(oracle_name *set, const oracle_name *place, int32_t day);
/* Is the place on one of the lines of this kind in the law's file? */
bool oracle_on_lines(const oracle_law *law, comity_declaration_kind kind, const oracle_name *place, int32_t day);

/* Is the law of a union or a state in force at the place, for its members or by `reaches`? */
bool oracle_is_in_force(const oracle_law *law, const oracle_name *place, int32_t day);
/* So many working days later, by the law's calendar, or COMITY_NO_DATE. */
int32_t oracle_working_days_later(const oracle_law *law, int32_t day, uint32_t number);

/* The last day on which a duty can be done in time, or COMITY_NO_DATE. */
int32_t oracle_deadline(const oracle_view *view);
/* Is this one paper what is asked for? */
oracle_truth oracle_paper_fits(const oracle_view *view, const oracle_paper *paper, const comity_paper_leaf *leaf);

bool oracle_in_dates(const comity_dates *dates, int32_t day);

static inline oracle_truth oracle_and(oracle_truth a, oracle_truth b) { return a < b ? a : b; }
static inline oracle_truth oracle_or(oracle_truth a, oracle_truth b) { return a > b ? a : b; }
static inline oracle_truth oracle_not(oracle_truth a) { return (oracle_truth)(ORACLE_YES - a); }

#endif
