/* The law image: all law on file, compiled, in one run of bytes that is mapped
 * and used in place.
 *
 * The byte format is told in docs/formats/image.md. In short: a header with one
 * span (offset, count) for each table; the tables; at the end the SHA-256 of
 * all before it. Every number is little-endian and every table is aligned to
 * 8 bytes, so on a little-endian machine the records below are the bytes. A
 * big-endian machine refuses the image.
 *
 * Opening checks magic, version, length and hash, and then that every index,
 * offset and order that the judge relies on is as it must be: an image that
 * opened can be walked without further checks, whoever made it. */
#ifndef COMITY_LAW_IMAGE_H
#define COMITY_LAW_IMAGE_H

#include "base/buffer.h"
#include "law/terms.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COMITY_IMAGE_MAGIC "COMITYLW"
#define COMITY_IMAGE_VERSION 4u
#define COMITY_IMAGE_NONE UINT32_MAX /* an index left out */
#define COMITY_NONE16 UINT16_MAX

#define COMITY_SINCE_EVER INT32_MIN
#define COMITY_OPEN_END INT32_MAX

/* Names are numbered within their class in the order of their bytes. */
typedef enum comity_class {
    COMITY_CLASS_CATEGORY,
    COMITY_CLASS_KIND,
    COMITY_CLASS_CERTIFICATE,
    COMITY_CLASS_PURPOSE,
    COMITY_CLASS_DEAL,
    COMITY_CLASS_CIRCUMSTANCE,
    COMITY_CLASS_SAFEGUARD,
    COMITY_CLASS_PAPER,
    COMITY_CLASS_ABOUT,     /* what agreements concern */
    COMITY_CLASS_WORD,      /* results and modules that rules ask for */
    COMITY_CLASS_BASIS,     /* instruments as CODE.SHORT, which a demand may rest on */
    COMITY_CLASS_AUTHORITY,
    COMITY_CLASS_COUNT,
    COMITY_CLASS_ORDERS,
    COMITY_CLASS_PLACE,
    COMITY_CLASS_LAW,       /* codes of files with law */
    COMITY_CLASS_RULE,
    COMITY_CLASS_LAST
} comity_class;

/* Names of the classes up to PAPER fit a set of this many bits. */
#define COMITY_SET_BITS 256
#define COMITY_SET_WORDS 4

typedef struct comity_set {
    uint64_t words[COMITY_SET_WORDS];
} comity_set;

/* What a row's literal tests. `a` and `b` as said; a literal may be negated. */
typedef enum comity_test_op {
    COMITY_OP_ACT,        /* a: mask of kinds of act */
    COMITY_OP_PLACE,      /* side; b: place set */
    COMITY_OP_SUBJECT_TO, /* side; b: place set */
    COMITY_OP_PLACES_HAS, /* a: list; b: place set */
    COMITY_OP_PLACES_HAS_OUTSIDE, /* some place that is not in the set */
    COMITY_OP_PLACES_ONLY,
    COMITY_OP_PLACES_ONLY_OUTSIDE,
    COMITY_OP_HAS,        /* a: slot; b: bit */
    COMITY_OP_HAS_ANY,    /* a: slot; b: set */
    COMITY_OP_ONLY,       /* a: slot; b: set */
    COMITY_OP_PARTY_HAS,  /* side; a: class KIND or CERTIFICATE; b: set */
    COMITY_OP_DERIVED,    /* side; b: kind, for which a law derives */
    COMITY_OP_OWNED,      /* side; a: hundredths of a percent; b: condition */
    COMITY_OP_PEOPLE,     /* b: number; at least so many */
    COMITY_OP_COUNT,      /* a: count; b: number; at least so many */
    COMITY_OP_DEMAND_BASIS, /* a: class LAW or BASIS; b: index */
    COMITY_OP_ORDER,      /* a: orders */
    COMITY_OP_AGREEMENT,  /* a: about; side and b: the two parties */
    COMITY_OP_RECEIVED,   /* a: set of papers, plus one, or 0; b: place set, or NONE: any; flags COMITY_RECEIVED_…, side */
    COMITY_OP_HELD,       /* b: leaf */
    COMITY_OP_ACROSS,
    COMITY_OP_CONDITION,  /* b: a condition by itself, of the act, or with side SELF of the party at hand */
    COMITY_OP_SAME_STATE, /* side and b: the two parties are in one state */
    COMITY_OP_PLACES_STATE, /* side: a party; a: list, with COMITY_PLACES_…: as PLACES_HAS …, of the party's state */
    COMITY_OP_LAST
} comity_test_op;

/* Of RECEIVED, among the literal's flags: not from the set; from the state of the side, or not from it. */
#define COMITY_RECEIVED_OUTSIDE 0x04u
#define COMITY_RECEIVED_STATE 0x08u
#define COMITY_RECEIVED_STATE_OUTSIDE 0x10u

#define COMITY_PLACES_ONLY 0x100u
#define COMITY_PLACES_OUTSIDE 0x200u

/* The act's sets of names that a literal can test. */
typedef enum comity_slot {
    COMITY_SLOT_CATEGORY,     /* with all parents */
    COMITY_SLOT_PURPOSE,
    COMITY_SLOT_DEAL,
    COMITY_SLOT_CIRCUMSTANCE,
    COMITY_SLOT_SAFEGUARD,
    COMITY_SLOT_DEMAND,       /* bits COMITY_DEMAND_… */
    COMITY_SLOT_LAST
} comity_slot;

enum {
    COMITY_DEMAND_DIRECT = 0,
    COMITY_DEMAND_ASSISTANCE = 1,
    COMITY_DEMAND_TREATY = 2,
    COMITY_DEMAND_VOLUNTARY = 3,
    COMITY_DEMAND_BINDING = 4
};

enum { COMITY_NODE_FIRST = 0, COMITY_NODE_SECOND = 1, COMITY_NODE_SELF = 2 };

#define COMITY_LITERAL_NEGATED 0x80u
#define COMITY_LITERAL_SIDE 0x03u

typedef struct comity_literal {
    uint8_t op;    /* comity_test_op */
    uint8_t flags; /* COMITY_LITERAL_NEGATED, and the side in the low bits */
    uint16_t a;
    uint32_t b;
} comity_literal;

/* A conjunction. A rule applies when some row of it holds and no `unless` row does. */
typedef struct comity_row {
    uint32_t first_literal;
    uint16_t literal_count;
    uint16_t residual;   /* the literals before this are settled by the law's tables when both places are known */
    uint32_t rule;       /* within the law, shifted left by one; the low bit says `unless` */
    uint16_t sieved;     /* those from `residual` up to this are settled by its block's sieves */
    uint16_t unused;
    uint32_t first_test; /* the others once more, in `row_tests`: numbers of what is tested once for an act */
} comity_row;

typedef struct comity_rows { /* conditions that are no rule's: counts, derived kinds, owners */
    uint32_t first_row;
    uint32_t row_count;
} comity_rows;

typedef struct comity_place {
    uint32_t code, name;       /* texts */
    uint16_t state;            /* the state a part is in; itself otherwise */
    uint16_t law;              /* its own law file, or COMITY_NONE16 */
    uint32_t first_reach;      /* laws that reach it besides its own and its state's: unions */
    uint32_t reach_count;
    uint8_t is_part, is_union, has_parts;
    uint8_t code_size;         /* bytes of the code */
} comity_place;

typedef struct comity_reach {
    uint32_t law;
    int32_t from, until;
} comity_reach;

/* From the day `settled` on nothing changes any more: then `place_bits` has, for
 * set i, the members as bits, in `place_words` words from word i * place_words on.
 * Parts of members are members there. */
typedef struct comity_place_set {
    uint32_t first;       /* u16 places, rising; always members */
    uint32_t count;
    uint32_t first_dated; /* comity_dated, by place then date */
    uint32_t dated_count;
    int32_t settled;
} comity_place_set;

typedef struct comity_dated {
    uint32_t place;
    int32_t from, until; /* inclusive */
} comity_dated;

typedef enum comity_law_kind {
    COMITY_LAW_POLICY,
    COMITY_LAW_AGREEMENT,
    COMITY_LAW_UNION,
    COMITY_LAW_PART,
    COMITY_LAW_STATE
} comity_law_kind;

#define COMITY_LAW_DIRECT 1u
#define COMITY_LAW_SOFT 2u
#define COMITY_LAW_ADOPTED 4u /* by a policy on file */

/* The act's sets of names by which rows are sorted out before any is looked at. */
typedef enum comity_sieve_kind {
    COMITY_SIEVE_CATEGORY,
    COMITY_SIEVE_PURPOSE,
    COMITY_SIEVE_CIRCUMSTANCE,
    COMITY_SIEVE_DEAL,
    COMITY_SIEVE_KIND_FIRST,
    COMITY_SIEVE_KIND_SECOND,
    COMITY_SIEVE_LAST
} comity_sieve_kind;

/* A name in one of those sets is a trait of the act. Traits are numbered through all
 * the sets, behind the one that is none and the one of having no purposes. */
enum { COMITY_TRAIT_NONE = 0, COMITY_TRAIT_NO_PURPOSE = 1, COMITY_TRAIT_FIRST = 2 };

/* The class of names a sieve is over. */
static inline comity_class comity_sieve_class(uint32_t kind)
{
    return kind == COMITY_SIEVE_CATEGORY       ? COMITY_CLASS_CATEGORY
           : kind == COMITY_SIEVE_PURPOSE      ? COMITY_CLASS_PURPOSE
           : kind == COMITY_SIEVE_CIRCUMSTANCE ? COMITY_CLASS_CIRCUMSTANCE
           : kind == COMITY_SIEVE_DEAL         ? COMITY_CLASS_DEAL
                                               : COMITY_CLASS_KIND;
}

/* A block: up to 64 rows of one law, a bit each, those of a rule together. Each trait
 * that the rows ask for has a column, two words in `bits`: the rows that want it and
 * the rows it rules out. Column 0 is of the traits that no row asks for. */
enum { COMITY_BLOCK_ROWS = 64 };

typedef struct comity_block {
    uint64_t live[COMITY_ACT_COUNT];      /* for each kind of act the rows it leaves possible, from the law's `settled` on */
    uint64_t wantless[COMITY_SIEVE_LAST]; /* the rows that want no name of the set */
    uint64_t subject[2];                  /* for each party, the rows that want it subject to some law */
    uint64_t when;                        /* the rows that are of a `when`; the others are of an `unless` */
    uint64_t tested;                      /* the rows with something that neither tables nor sieves settle */
    uint32_t first_trait;                 /* in `classes`: for each trait its column */
    uint32_t columns;                     /* u64 words */
    uint32_t bans;                        /* u64 words: for each set the rows that some name of it rules out */
    uint32_t first_row;
    uint16_t row_count;
    uint16_t asks;                        /* a bit for each set that some row asks for names of */
    uint32_t first_row_rule;              /* in `classes`: for each row its rule, counted from `first_rule` */
    uint32_t first_rule, rule_count;      /* in `block_rules` */
} comity_block;

#define COMITY_JUDGED_LIFTS 1u  /* it lifts some rule */
#define COMITY_JUDGED_LIFTED 2u /* some rule lifts it */
#define COMITY_JUDGED_WAY 4u    /* it is a way */
#define COMITY_JUDGED_NEED 8u   /* it needs something */
#define COMITY_JUDGED_ASKS 16u  /* it has an expression over papers and safeguards */

/* What an expression asks for, in 32 bits: of each paper, by its kind, one of the lower
 * bits, of each safeguard one of the upper. An act that has none of them has nothing
 * that the expression asks for. */
static inline uint32_t comity_held_bit(bool is_safeguard, uint32_t name)
{
    return UINT32_C(1) << (is_safeguard ? 24 + (name & 7) : name % 24);
}

/* What the judge reads of a rule. */
typedef struct comity_block_rule {
    uint64_t when, unless; /* its rows in the block */
    uint32_t rule;
    uint32_t rank;
    uint8_t effect;        /* comity_effect */
    uint8_t flags;         /* COMITY_JUDGED_… */
    uint16_t unused;
    uint32_t asks;         /* of what its expression asks for the bits: comity_held_bit() */
} comity_block_rule;

typedef struct comity_law_record {
    uint32_t code, title;
    uint32_t code_size;        /* bytes of the code */
    uint8_t kind;              /* comity_law_kind */
    uint8_t flags;
    uint16_t place;            /* of a state, part or union; else COMITY_NONE16 */
    uint32_t first_rule, rule_count;
    uint32_t first_row, row_count;
    uint32_t position;         /* among the laws in the order of their rules' names: `law_order` */
    uint32_t acts;             /* mask of the kinds of act that some row leaves possible */
    int32_t settled;           /* the day from which on neither rules nor sets of places change any more */
    uint32_t first_block, block_count; /* a set of its rows is so many words */
    uint32_t now_classes[2];   /* in `classes`, from `settled` on: for each place its class, for each party */
    uint32_t class_bits[2];    /* u64 words: for each class, the rows it leaves possible */
    uint32_t act_bits;         /* u64 words: for each kind of act, the rows it leaves possible */
    uint32_t first_epoch, epoch_count; /* dates at which rows begin or end, rising */
    uint32_t epoch_bits;       /* u64 words: epoch_count + 1 sets */
    uint32_t first_classes[2]; /* era by era, for each place its class, for each party */
    uint32_t class_counts[2];
    uint32_t first_era, era_count; /* in `epochs`: days on which somebody joins or leaves a set of places, rising */
    uint32_t first_cover, cover_count;
    uint32_t parties;          /* place set of an agreement's parties, or NONE */
    uint32_t channel;          /* set of purposes it is a channel for, or NONE */
    uint32_t first_about, about_count; /* u16 names */
} comity_law_record;

/* What a law says it covers. Drawn together in `coverage`: for each place and then
 * each kind of act, the day from which it is covered for good, by its own law, its
 * state's or a union's; COMITY_OPEN_END: there is no such day. */
typedef struct comity_cover {
    uint32_t acts;
    int32_t from, until;
} comity_cover;

#define COMITY_RULE_NEEDS_A_WAY 1u
#define COMITY_RULE_HAS_UNLESS 2u
#define COMITY_RULE_PAPERS 4u /* papers or safeguards held can change whether it applies, or whether what lifts it does */
#define COMITY_RULE_ESCAPES 8u /* some text of it needs escapes in JSON */

typedef struct comity_rule_record {
    uint32_t name, title, cite, check; /* texts: check is the source of the check, or why unverified */
    uint32_t text;        /* of duty, compels, notes */
    uint32_t within;      /* the duty's periods in words; empty: none */
    uint32_t day;         /* the day of the check, in 10 characters; empty: unverified */
    uint16_t name_size, title_size, cite_size, check_size, text_size, within_size; /* bytes of the texts */
    uint32_t clauses;     /* the rule as law: where in the law's words, when unpacked */
    uint32_t law;
    uint32_t rank;        /* place in the order of all names */
    int32_t from, until;
    int32_t checked;      /* day, or COMITY_NO_DATE: unverified */
    uint8_t effect;       /* comity_effect */
    uint8_t flags;
    uint16_t unused;
    uint32_t expression;  /* or NONE */
    uint32_t first_target, target_count; /* rules it lifts or is a way for */
    uint32_t first_lifter, lifter_count; /* rules that lift it; each of a lower number */
    uint32_t first_way, way_count;       /* rules that are ways for it */
    uint32_t first_row, row_count; /* rows, within the whole image */
} comity_rule_record;

typedef struct comity_expression_node {
    uint32_t kind;        /* comity_expression_kind */
    uint32_t first_child; /* into the list of indices; each greater than this node's */
    uint32_t child_count;
    uint32_t leaf;
} comity_expression_node;

#define COMITY_NAMING_PARTIES 1u
#define COMITY_NAMING_STATES 2u
#define COMITY_NAMING_CATEGORIES 4u
#define COMITY_NAMING_PURPOSES 8u

enum { COMITY_UNIT_DAYS = 0, COMITY_UNIT_MONTHS = 1, COMITY_UNIT_YEARS = 2, COMITY_UNIT_WORKING_DAYS = 3 };

typedef struct comity_leaf {
    uint32_t text, size;    /* the leaf in words, and its bytes */
    uint16_t name;          /* paper or safeguard */
    uint8_t is_safeguard, naming;
    uint32_t under;         /* law */
    uint32_t by;            /* authority, or NONE */
    uint32_t about;         /* rule, or NONE */
    uint32_t result;        /* word, or NONE */
    uint32_t module;        /* word, or NONE */
    uint32_t not_older;     /* 0: not asked */
    uint32_t not_older_unit;
    uint32_t valid;         /* 0: as long as it says */
    uint32_t valid_unit;
    uint32_t older;         /* 0: not asked; made at least so long ago */
    uint32_t older_unit;    /* COMITY_UNIT_…, with COMITY_OLDER_FULL */
    uint32_t calendar;      /* of working days in older_unit, or NONE: not known */
    uint32_t under_of;      /* 0: under the law `under`; else COMITY_UNDER_…, and `under` is NONE */
} comity_leaf;

/* In older_unit: the day on which the time ends must have passed, not only come. */
#define COMITY_OLDER_FULL 0x100u

/* The law a paper must be under is the law of a place: of each place of a list (its
 * number plus one), or of where a party is (COMITY_UNDER_PARTY plus its side). Not
 * asked of places in the state of the party whose side, plus one, stands from bit
 * COMITY_UNDER_OTHER_SHIFT on; 0: of all. */
#define COMITY_UNDER_PARTY 5u
#define COMITY_UNDER_WHOSE 0xFFu
#define COMITY_UNDER_OTHER_SHIFT 8

typedef struct comity_name_record {
    uint32_t text, label, dpv;
    uint32_t size;          /* bytes of the text */
    uint32_t ancestors;     /* category: set of itself and all above it, else NONE */
    uint32_t rows;          /* kind: the condition that derives it, or NONE */
} comity_name_record;

typedef struct comity_count_record {
    uint32_t name, label;
    uint32_t size;          /* bytes of the name */
    uint32_t rows;          /* which acts are counted; NONE: none surely */
    uint32_t devices;       /* 1: of devices, which acts do not count */
    uint32_t window;        /* COMITY_WINDOW_… and the number of months; 0: an image that does not say */
} comity_count_record;

#define COMITY_WINDOW_YEAR 0x80000000u     /* the calendar year; no months */
#define COMITY_WINDOW_IMPORTER 0x40000000u /* per exporter and importer */
#define COMITY_WINDOW_MONTHS 0xffffu

typedef struct comity_symbol {
    uint32_t text;
    uint16_t index;
    uint8_t class_of;       /* comity_class; COMITY_CLASS_LAST: an empty place */
    uint8_t tag;            /* of the hash, what does not say the place */
} comity_symbol;

typedef struct comity_authority_record {
    uint32_t name, title, grants; /* grants: set of papers */
    uint32_t law;
} comity_authority_record;

typedef struct comity_orders_record {
    uint32_t name, title;
    uint32_t first_dated, dated_count; /* comity_dated, place unused */
} comity_orders_record;

/* Working days, for the years that a law's calendar speaks of. */
typedef struct comity_calendar_record {
    uint32_t weekend;       /* bit 1 for Monday … bit 7 for Sunday */
    uint32_t first_day;     /* into `days`: holidays, rising; then days of weekends that are worked, rising */
    uint32_t holiday_count;
    uint32_t workday_count;
    int32_t from, until;    /* whole years; nothing is known of other days */
} comity_calendar_record;

/* A duty whose period runs from the act itself or from a paper; by rule, rising. */
typedef struct comity_deadline {
    uint32_t rule;
    uint32_t number;
    uint32_t unit;          /* COMITY_UNIT_… */
    uint32_t calendar;      /* of working days, or NONE: not known */
    uint32_t leaf;          /* from the day of such a paper, or NONE: from the act's */
} comity_deadline;

/* What a file declares besides rules, as it is written: for people. By law, word
 * and name in the order of their texts. */
typedef struct comity_declared {
    uint32_t law;           /* or NONE: a taxonomy */
    uint32_t word;          /* texts: the declaring word, or the header's: "group", "parties" */
    uint32_t name;          /* "" of what a file says of itself; then `clauses` is all of that word */
    uint32_t clauses;       /* where in the law's words, when unpacked */
} comity_declared;

typedef struct comity_span {
    uint32_t offset; /* from the start of the image, in bytes */
    uint32_t count;  /* of records */
} comity_span;

/* One line a table: name, record. */
#define COMITY_IMAGE_TABLES(X)              \
    X(texts, char)                          \
    X(symbols, comity_symbol)               \
    X(names, comity_name_record)            \
    X(places, comity_place)                 \
    X(reaches, comity_reach)                \
    X(place_sets, comity_place_set)         \
    X(place_bits, uint64_t)                 \
    X(set_places, uint16_t)                 \
    X(dated, comity_dated)                  \
    X(laws, comity_law_record)              \
    X(covers, comity_cover)                 \
    X(coverage, int32_t)                    \
    X(abouts, uint16_t)                     \
    X(agreements, uint64_t)                 \
    X(agreement_laws, uint16_t)             \
    X(rules, comity_rule_record)            \
    X(rows, comity_row)                     \
    X(row_tests, uint32_t)                  \
    X(tests, comity_literal)                \
    X(blocks, comity_block)                 \
    X(block_rules, comity_block_rule)       \
    X(law_order, uint16_t)                  \
    X(conditions, comity_rows)              \
    X(literals, comity_literal)             \
    X(sets, comity_set)                     \
    X(numbers, uint64_t)                    \
    X(indices, uint32_t)                    \
    X(expressions, comity_expression_node)  \
    X(leaves, comity_leaf)                  \
    X(counts, comity_count_record)          \
    X(authorities, comity_authority_record) \
    X(orders, comity_orders_record)         \
    X(epochs, int32_t)                      \
    X(classes, uint8_t)                     \
    X(bits, uint64_t)                       \
    X(calendars, comity_calendar_record)    \
    X(days, int32_t)                        \
    X(deadlines, comity_deadline)           \
    X(declarations, comity_declared)        \
    X(packed, uint8_t)

typedef struct comity_image_header {
    char magic[8];
    uint32_t version;
    uint32_t header_size;
    uint64_t size;            /* of the whole image, the hash at its end included */
    uint32_t first_name[COMITY_CLASS_LAST + 1]; /* for each class up to BASIS, where its names begin in `names` */
    uint32_t agreement_words; /* 64-bit words a place in `agreements`: the agreements with rules, a bit each, as `agreement_laws` has them */
    uint32_t place_words;     /* 64-bit words a set in `place_bits`: a bit for each place */
    uint32_t clauses_size;    /* of all as law, unpacked; the last byte is 0 */
    uint32_t unused;
#define COMITY_IMAGE_SPAN(name, type) comity_span name;
    COMITY_IMAGE_TABLES(COMITY_IMAGE_SPAN)
#undef COMITY_IMAGE_SPAN
} comity_image_header;

/* An opened image: where each table is, with its count. Immutable: share it
 * between threads freely. Borrows the bytes, which must stay as they are. */
typedef struct comity_image {
    const uint8_t *bytes;
    size_t size;
    const comity_image_header *header;
#define COMITY_IMAGE_POINTER(name, type) \
    const type *name;                    \
    uint32_t name##_count;
    COMITY_IMAGE_TABLES(COMITY_IMAGE_POINTER)
#undef COMITY_IMAGE_POINTER
    uint16_t first_trait[COMITY_SIEVE_LAST + 1]; /* of each set of names; the last: how many traits there are */
    uint8_t hash[32]; /* SHA-256 of the whole image: the name of the law */
    char hash_text[72]; /* "sha256:" and 64 digits */
} comity_image;

/* Opens an image in memory; `bytes` are borrowed and must be aligned to 8. */
comity_status comity_image_open(const void *bytes, size_t size, comity_image *ret_image,
                                comity_error *reterr) COMITY_MUST_USE;

/* The index of a name in its class, or COMITY_IMAGE_NONE. */
uint32_t comity_image_find(const comity_image *image, comity_class class_of, const char *text,
                           size_t size);

/* The nearest name of the class, for "did you mean", or NULL. */
const char *comity_image_near(const comity_image *image, comity_class class_of, const char *text,
                              size_t size);

/* The hash of the symbol table, and what of it a symbol keeps. */
uint64_t comity_symbol_hash(comity_class class_of, const char *text, size_t size);

static inline uint8_t comity_symbol_tag(uint64_t hash)
{
    return (uint8_t)(hash >> 56);
}

/* Unpacks the law's words into `header->clauses_size` bytes; the clauses of each
 * rule and declaration are a NUL-terminated text among them. COMITY_ERROR_IMAGE if
 * they are no such words: then the image was made so. What is packed is read here only. */
comity_status comity_image_clauses(const comity_image *image, char *ret_clauses, comity_error *reterr) COMITY_MUST_USE;

static inline const char *comity_image_text(const comity_image *image, uint32_t text)
{
    return image->texts + text;
}

/* Copies a text whose size is known to `at`; returns the end of the copy. Takes
 * steps of COMITY_IMAGE_STEP bytes, so it reads up to a step less one beyond the
 * text, where an image still is (a hash ends it), and writes as much: the room
 * must have COMITY_IMAGE_STEP bytes more than the text. Most texts are short, and
 * this is several times faster with them than a call of memcpy. */
#define COMITY_IMAGE_STEP 32u

static inline uint8_t *comity_image_copy(const comity_image *image, uint32_t text, size_t size, uint8_t *at)
{
    const char *from = image->texts + text;
    memcpy(at, from, COMITY_IMAGE_STEP);
    for (size_t i = COMITY_IMAGE_STEP; i < size; i += COMITY_IMAGE_STEP) {
        memcpy(at + i, from + i, COMITY_IMAGE_STEP);
    }
    return at + size;
}

/* The same for texts that are sentences: at once as many bytes as most of them have,
 * so that the processor need not guess how long this one is. The room must have
 * COMITY_IMAGE_LONG bytes more; opening sees to it that an image has as many behind
 * its texts. */
#define COMITY_IMAGE_LONG 128u

static inline uint8_t *comity_image_copy_long(const comity_image *image, uint32_t text, size_t size, uint8_t *at)
{
    const char *from = image->texts + text;
    memcpy(at, from, COMITY_IMAGE_LONG);
    if (size > COMITY_IMAGE_LONG) {
        memcpy(at + COMITY_IMAGE_LONG, from + COMITY_IMAGE_LONG, size - COMITY_IMAGE_LONG);
    }
    return at + size;
}

/* Appends a text whose size is known. */
static inline void comity_image_append(const comity_image *image, uint32_t text, size_t size, comity_buffer *buffer)
{
    uint8_t *at = comity_buffer_room(buffer, size + COMITY_IMAGE_STEP);
    if (at != NULL) {
        comity_buffer_filled(buffer, comity_image_copy(image, text, size, at));
    }
}

static inline const comity_name_record *comity_image_name(const comity_image *image,
                                                          comity_class class_of, uint32_t index)
{
    return &image->names[image->header->first_name[class_of] + index];
}

static inline bool comity_set_has(const comity_set *set, uint32_t bit)
{
    return (set->words[bit >> 6] >> (bit & 63)) & 1u;
}

static inline void comity_set_add(comity_set *set, uint32_t bit)
{
    set->words[bit >> 6] |= UINT64_C(1) << (bit & 63);
}

/* The same for a day on which the set is not settled. */
bool comity_image_place_in_dated(const comity_image *image, uint32_t set, uint32_t place, int32_t on);

/* The words a set of places takes in `place_bits`. */
static inline uint32_t comity_place_words(uint32_t places_count)
{
    return (places_count + 63) / 64;
}

/* Is the place in the set on the day? A part is in its state. */
static inline bool comity_image_place_in(const comity_image *image, uint32_t set, uint32_t place, int32_t on)
{
    if (on < image->place_sets[set].settled) {
        return comity_image_place_in_dated(image, set, place, on);
    }
    return image->place_bits[(size_t)set * image->header->place_words + (place >> 6)] >> (place & 63) & 1u;
}

/* Could some part of the state be in the set though the state is not? */
bool comity_image_part_may_be_in(const comity_image *image, uint32_t set, uint32_t state, int32_t on);

#endif
