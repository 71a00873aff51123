/* The syntax tree of law files: what was written, in the order it was written,
 * names not yet resolved. Made by the parser, laid out by the formatter, read
 * by the checker and compiler (and by the oracle in the tests).
 *
 * Everything hangs off one arena and lives until that arena is freed. Texts are
 * NUL-terminated. Lists are arrays with a count; a NULL array has count 0. */
#ifndef COMITY_LAW_COMPILE_TREE_H
#define COMITY_LAW_COMPILE_TREE_H

#include "law/terms.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where something stands: lines and columns from 1, columns in characters (code points). */
typedef struct comity_place_in_text {
    uint32_t file;   /* index into comity_tree.files */
    uint32_t line;
    uint32_t column;
    uint32_t length; /* in characters, at least 1: what the caret underlines */
} comity_place_in_text;

/* A word or string with its place. text == NULL: absent. Strings are unescaped. */
typedef struct comity_word {
    const char *text;
    comity_place_in_text at;
} comity_word;

typedef struct comity_words {
    comity_word *items;
    size_t count;
} comity_words;

typedef struct comity_dates {
    int32_t from;  /* first day, or COMITY_NO_DATE */
    int32_t until; /* last day, inclusive, or COMITY_NO_DATE */
    comity_place_in_text from_at, until_at;
} comity_dates;

/* ---- parties and places in conditions ---- */

typedef enum comity_side {
    COMITY_SIDE_FIRST,  /* exporter, holder, persons, operator, provider: the act's `from` */
    COMITY_SIDE_SECOND, /* importer, place, collector, demander, target, market: `to` */
    COMITY_SIDE_PARTY,  /* `party`, in derive */
    COMITY_SIDE_OWNER   /* `owner`, in owned … by */
} comity_side;

typedef struct comity_party {
    comity_side side;
    comity_word word; /* as written */
} comity_party;

typedef enum comity_place_kind {
    COMITY_PLACE_CODE,      /* a state, part, group or union */
    COMITY_PLACE_PARTY_TO,  /* party to TREATY */
    COMITY_PLACE_SIGNATORY, /* signatory of TREATY */
    COMITY_PLACE_STATE_OF   /* state of exporter: stands alone */
} comity_place_kind;

typedef struct comity_place_item {
    comity_place_kind kind;
    comity_word name;   /* absent in STATE_OF */
    comity_party party; /* STATE_OF */
} comity_place_item;

typedef struct comity_places {
    comity_place_item *items;
    size_t count;  /* 0: not written */
    bool outside;  /* `outside XA`: in none of them */
} comity_places;

/* ---- papers ---- */

typedef enum comity_law_of_kind {
    COMITY_LAW_OF_NONE,
    COMITY_LAW_OF_LIST, /* law of location: of each place of the list */
    COMITY_LAW_OF_PARTY /* law of importer: of where that party is */
} comity_law_of_kind;

/* `under law of location outside state of demander` */
typedef struct comity_law_of {
    comity_law_of_kind kind;
    comity_place_list list; /* LIST */
    comity_word word;       /* `location`, `importer`, as written */
    comity_party party;     /* PARTY */
    bool has_other;         /* `outside state of` … was written: LIST only */
    comity_party other;
} comity_law_of;

typedef enum comity_age_kind {
    COMITY_AGE_NONE,
    COMITY_AGE_OLDER,   /* older than N: the last day of them has passed */
    COMITY_AGE_AT_LEAST /* at least N old: it has come */
} comity_age_kind;

typedef struct comity_paper_leaf {
    comity_word name;       /* a paper or safeguard */
    comity_word under;      /* law code, or absent */
    comity_law_of under_of; /* instead of a code */
    comity_word by;         /* authority */
    comity_word about;      /* rule */
    comity_word result;
    comity_word module;
    uint32_t not_older;     /* 0: not said */
    comity_word not_older_unit; /* days, months, years */
    comity_age_kind age;
    uint32_t older;             /* of age: N */
    comity_word older_unit;     /* days, working days, months, years */
    comity_words naming;    /* parties, states, categories, purposes */
} comity_paper_leaf;

typedef struct comity_expression {
    comity_expression_kind kind;
    comity_place_in_text at;
    comity_paper_leaf leaf;              /* LEAF */
    struct comity_expression **children; /* the others */
    size_t child_count;
} comity_expression;

/* ---- conditions ---- */

typedef enum comity_test {
    COMITY_TEST_HAS,     /* has, is, certified, by, through …: some of the list */
    COMITY_TEST_HAS_ALL, /* has all of */
    COMITY_TEST_ONLY     /* only */
} comity_test;

typedef enum comity_comparison {
    COMITY_AT_LEAST,
    COMITY_MORE_THAN,
    COMITY_AT_MOST,
    COMITY_BELOW
} comity_comparison;

typedef enum comity_condition_kind {
    COMITY_CONDITION_AND,
    COMITY_CONDITION_OR,
    COMITY_CONDITION_NOT,
    COMITY_CONDITION_ACT,          /* acts, from_places, to_places, in_places */
    COMITY_CONDITION_PARTY_IN,     /* party, places */
    COMITY_CONDITION_SUBJECT_TO,   /* party, places */
    COMITY_CONDITION_IS,           /* party, names: kinds, said or derived */
    COMITY_CONDITION_SAID,         /* party, names: kinds, as they are said of it */
    COMITY_CONDITION_CERTIFIED,    /* party, names */
    COMITY_CONDITION_OWNED,        /* party, number: hundredths of a percent, children[0] */
    COMITY_CONDITION_DATA,         /* test, names: categories */
    COMITY_CONDITION_PURPOSES,     /* test, names */
    COMITY_CONDITION_PLACES,       /* list, test (HAS or ONLY), places */
    COMITY_CONDITION_RECEIVED,     /* places, names: papers or none; has_other: outside the state of `other` */
    COMITY_CONDITION_DEAL,         /* names */
    COMITY_CONDITION_CIRCUMSTANCE, /* names[0] */
    COMITY_CONDITION_PROTECTED,    /* names: safeguards */
    COMITY_CONDITION_HELD,         /* paper */
    COMITY_CONDITION_PEOPLE,       /* comparison, number */
    COMITY_CONDITION_COUNT,        /* names[0], comparison, number */
    COMITY_CONDITION_THROUGH,      /* names: channels */
    COMITY_CONDITION_BINDING,
    COMITY_CONDITION_UNDER,        /* names: agreements, CODE.SHORT instruments */
    COMITY_CONDITION_ORDER,        /* names[0] */
    COMITY_CONDITION_AGREEMENT,    /* names: what about; party, other */
    COMITY_CONDITION_ACROSS,       /* across borders */
    COMITY_CONDITION_DEFINED       /* names[0]: dotted */
} comity_condition_kind;

typedef struct comity_condition {
    comity_condition_kind kind;
    comity_place_in_text at;
    struct comity_condition **children; /* AND, OR: two or more; NOT, OWNED: one */
    size_t child_count;
    uint8_t acts;                /* bits COMITY_ACT_* */
    uint8_t act_order[COMITY_ACT_COUNT]; /* bit numbers, in the order written */
    uint8_t act_count;
    comity_party party, other;
    bool has_other;
    comity_places places;
    comity_places from_places, to_places, in_places; /* ACT */
    comity_test test;
    comity_place_list list;
    comity_words names;
    comity_comparison comparison;
    uint64_t number;
    comity_paper_leaf paper;
} comity_condition;

/* ---- declarations ---- */

typedef enum comity_period_kind {
    COMITY_PERIOD_WITHIN,   /* within N UNIT (unit may be `working days`) */
    COMITY_PERIOD_FOR,      /* for N UNIT */
    COMITY_PERIOD_EACH,     /* each WORD */
    COMITY_PERIOD_ONCE_PER, /* once per WORD */
    COMITY_PERIOD_AT_ONCE
} comity_period_kind;

typedef struct comity_period {
    comity_period_kind kind;
    uint32_t number;
    comity_word unit; /* hours, days, working days, months, years; or the word after each / once per */
    bool of_act;      /* within N UNIT of the act: it runs from the act itself */
    bool of_paper;    /* within N UNIT of PAPER: from the day of a paper */
    comity_paper_leaf paper;
} comity_period;

typedef struct comity_rule {
    comity_word name, title;
    comity_word instrument, pinpoint; /* cite SHORT "art. 1" */
    comity_dates dates;
    comity_condition *when;           /* NULL: always */
    comity_condition **unless;
    size_t unless_count;
    bool has_effect;
    comity_effect effect;
    comity_place_in_text effect_at;
    bool needs_a_way;
    comity_expression *expression;    /* needs, way … with; or NULL */
    comity_words rules;               /* way, lifts */
    comity_word text;                 /* duty, compels, notes */
    comity_period *periods;           /* duty */
    size_t period_count;
    int32_t checked;                  /* day, or COMITY_NO_DATE: unverified */
    comity_word source;               /* of checked, or why unverified */
    bool has_check;                   /* one of the two clauses was written */
} comity_rule;

typedef struct comity_count {
    comity_word name, label;
    comity_word of;        /* persons, devices */
    comity_condition *when;
    bool calendar_year;
    uint32_t months;       /* when not calendar_year */
    bool per_importer;     /* per exporter and importer */
    comity_words except;
} comity_count;

typedef struct comity_name {  /* place, category, kind, certificate, purpose, deal, circumstance, safeguard, paper */
    comity_word name, label, dpv;
    comity_words parents;      /* category */
    comity_word aside;         /* purpose: the circumstance in which it only says how */
    uint32_t valid;            /* paper: 0 not said */
    comity_word valid_unit;    /* days, months, years */
} comity_name;

typedef struct comity_instrument {
    comity_word name, title, kind, published;
    uint32_t rank;             /* 0: not said */
    comity_dates dates;
} comity_instrument;

typedef struct comity_authority {
    comity_word name, title;
    comity_words grants;
} comity_authority;

typedef struct comity_members { /* members, reaches, parties */
    comity_words codes;
    comity_dates dates;
    comity_word reserving;
} comity_members;

typedef struct comity_group {
    comity_word name, title;
    comity_members *lines;
    size_t line_count;
} comity_group;

typedef struct comity_order {
    comity_word title;
    comity_dates dates;
} comity_order;

typedef struct comity_orders {
    comity_word name, title;
    comity_order *lines;
    size_t line_count;
} comity_orders;

typedef struct comity_enter {
    comity_word name;      /* of a list that another file declares */
    comity_group members;  /* the lines alone; of one of the two there are none */
    comity_orders orders;
} comity_enter;

typedef struct comity_calendar {
    comity_words weekend;      /* names of weekdays */
    struct comity_holiday {
        int32_t day;
        comity_word title;
        comity_place_in_text at;
        bool is_worked;        /* `workday`: a day of a weekend on which one works */
    } *holidays;
    size_t holiday_count;
} comity_calendar;

typedef struct comity_define { /* define, derive */
    comity_word name;
    comity_condition *when;
} comity_define;

typedef struct comity_covers {
    uint8_t acts;
    uint8_t act_order[COMITY_ACT_COUNT];
    uint8_t act_count;
    comity_dates dates;
    comity_place_in_text at;
} comity_covers;

typedef enum comity_declaration_kind {
    COMITY_DECLARES_PLACE,
    COMITY_DECLARES_CATEGORY,
    COMITY_DECLARES_KIND,
    COMITY_DECLARES_CERTIFICATE,
    COMITY_DECLARES_PURPOSE,
    COMITY_DECLARES_DEAL,
    COMITY_DECLARES_CIRCUMSTANCE,
    COMITY_DECLARES_SAFEGUARD,
    COMITY_DECLARES_PAPER,
    COMITY_DECLARES_INSTRUMENT,
    COMITY_DECLARES_AUTHORITY,
    COMITY_DECLARES_GROUP,
    COMITY_DECLARES_ORDERS,
    COMITY_DECLARES_CALENDAR,
    COMITY_DECLARES_DEFINE,
    COMITY_DECLARES_DERIVE,
    COMITY_DECLARES_COUNT,
    COMITY_DECLARES_COVERS,
    COMITY_DECLARES_ADOPT,    /* words[0] */
    COMITY_DECLARES_ENTER,    /* policy */
    COMITY_DECLARES_MEMBERS,  /* union: members */
    COMITY_DECLARES_REACHES,  /* union, state */
    COMITY_DECLARES_ABOUT,    /* agreement: words */
    COMITY_DECLARES_DIRECT,
    COMITY_DECLARES_SOFT,
    COMITY_DECLARES_PARTIES,
    COMITY_DECLARES_SIGNED,   /* words */
    COMITY_DECLARES_CHANNEL,  /* words: purposes */
    COMITY_DECLARES_RULE
} comity_declaration_kind;

typedef struct comity_declaration {
    comity_declaration_kind kind;
    comity_place_in_text at;   /* of the declaring word */
    union {
        comity_name name;
        comity_instrument instrument;
        comity_authority authority;
        comity_group group;
        comity_orders orders;
        comity_calendar calendar;
        comity_enter enter;
        comity_define define;
        comity_count count;
        comity_covers covers;
        comity_members members;
        comity_words words;
        comity_rule rule;
    } as;
} comity_declaration;

typedef enum comity_file_kind {
    COMITY_FILE_TAXONOMY,
    COMITY_FILE_STATE,
    COMITY_FILE_PART,
    COMITY_FILE_UNION,
    COMITY_FILE_AGREEMENT,
    COMITY_FILE_POLICY
} comity_file_kind;

typedef struct comity_law_file {
    const char *path;       /* as given, for messages */
    const char *text;       /* the whole text, borrowed from the caller */
    size_t size;
    comity_file_kind kind;
    comity_word code;       /* absent in a taxonomy */
    comity_word of;         /* part … of STATE */
    comity_word title;
    comity_declaration *declarations;
    size_t declaration_count;
    bool parsed_whole;      /* no error was found in it */
} comity_law_file;

#endif
