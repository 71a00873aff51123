/* An act, read: names turned to the numbers of one law image.
 *
 * Made by comity_act_read() from JSON, in memory the caller gives; it holds
 * slices of the JSON, which must live as long. Immutable afterwards, and good
 * only for the image it was read against. */
#ifndef COMITY_ACT_ACT_H
#define COMITY_ACT_ACT_H

#include "base/buffer.h"
#include "base/limits.h"
#include "law/image.h"

/* A string of the JSON as it stands there, without its quotes. text NULL: absent. */
typedef struct comity_slice {
    const char *text;
    uint32_t size;
    bool escaped; /* has escapes: decode before comparing */
} comity_slice;

/* "transfer", by the number of the kind; "direct", by the number of the channel. Constants. */
const char *comity_act_kind_word(uint32_t kind);
const char *comity_act_channel_word(uint32_t channel);

/* Are two strings the same once their escapes are read? Both must be valid JSON strings. */
bool comity_slice_equal(const comity_slice *a, const comity_slice *b);

/* How much of a list is known. */
typedef enum __attribute__((packed)) comity_known { /* a byte, for it stands beside every list */
    COMITY_KNOWN_NOT,  /* the field is absent */
    COMITY_KNOWN_SOME, /* the list ends in "..." */
    COMITY_KNOWN_ALL
} comity_known;

/* A set of names: surely had, and those that may be had besides, as a mask of each
 * word: all where the list may have others too, none where it is complete. Of a demand,
 * whose few names stand in the first word, those that it may be. */
typedef struct comity_facts {
    comity_set yes;
    uint64_t open;
} comity_facts;

/* The names of a word of the set that are had or may be. */
static inline uint64_t comity_facts_may(const comity_facts *facts, uint32_t word)
{
    return facts->yes.words[word] | facts->open;
}

/* What the list leaves open of which it is known so much. */
static inline uint64_t comity_facts_open(comity_known known)
{
    return known == COMITY_KNOWN_ALL ? 0 : UINT64_MAX;
}

/* A number between bounds, inclusive. Unknown: 0 to UINT64_MAX. */
typedef struct comity_range {
    uint64_t min, max;
    bool given;
} comity_range;

typedef struct comity_list { /* of place references in comity_act.places */
    uint16_t first, count;
    comity_known known;
} comity_list;

/* A state as an act names it. */
typedef struct comity_place_ref {
    uint16_t place; /* COMITY_NONE16: unknown */
    bool any_part;  /* "XA-?": in some part or none */
} comity_place_ref;

typedef struct comity_node { /* a party or an owner */
    comity_place_ref state;
    bool given;                 /* false: the act says nothing of this party */
    comity_known kinds_known, certified_known, owners_known;
    uint16_t first_owner, owner_count; /* into comity_act.nodes */
    uint32_t percent_min, percent_max; /* hundredths of a percent held by this owner */
    comity_list subject_to;
    comity_slice name;
    comity_facts kinds, certified;
} comity_node;

typedef struct comity_paper_held {
    uint16_t kind;              /* paper, or safeguard name never */
    uint16_t first_under, under_count; /* laws, into comity_act.numbers; a state without law on file is the count of laws and its place; count 0 and !under_known: unknown */
    bool under_known;
    bool is_signed;             /* found signed by one who may; else the act claims it */
    bool has_by, has_result, has_module;
    uint32_t by;                /* authority, or NONE: somebody else */
    uint32_t result, module;    /* word, or NONE: another word */
    uint32_t about;             /* rule named by ref, or NONE */
    int32_t from, until;        /* days, or COMITY_NO_DATE: not said */
    bool scope_parties, scope_states, scope_categories, scope_purposes; /* said */
    comity_list states;
    comity_set categories;      /* as said */
    comity_set purposes;
    uint16_t first_party, party_count; /* slices in comity_act.slices */
    comity_slice ref, by_text, result_text, module_text;
} comity_paper_held;

typedef struct comity_received {
    comity_place_ref from;
    uint16_t paper;             /* COMITY_NONE16: not said */
    int32_t on;                 /* or COMITY_NO_DATE */
} comity_received;

typedef enum comity_basis { /* where a fact comes from, as the caller says */
    COMITY_BASIS_FOUND, COMITY_BASIS_DECLARED, COMITY_BASIS_COUNTED, COMITY_BASIS_LAST
} comity_basis;

typedef struct comity_count_given {
    uint32_t count;
    comity_range range;
} comity_count_given;

/* A state, a part or a union named in subject_to that the act touches. */
typedef struct comity_touched {
    uint16_t place;
    bool lightly;  /* only as transit or by an owner */
    bool any_part; /* named with its part unknown */
} comity_touched;

/* What the judge asks of every act before anything else, drawn together: where its
 * two parties are, and the names in its sets that blocks of rows have columns for. */
enum { COMITY_FEW_CATEGORIES = 6, COMITY_FEW_OTHERS = 2, COMITY_FEW_TRAITS = 16 };

typedef struct comity_traits {
    uint16_t few[COMITY_FEW_TRAITS];  /* the first names of each set, categories and then the others; or COMITY_TRAIT_NONE */
    uint16_t ends[COMITY_SIEVE_LAST]; /* where each set's further names end in `more`; the next one's begin there */
    const uint16_t *more;
    uint16_t place[2];                /* where the parties are */
    bool places_settled;              /* both are known, and so is in which part */
    uint8_t more_of;                  /* a bit for each set that has further names */
    uint8_t open;                     /* a bit for each set that may have other names too */
    bool free[2];                     /* each party: it is surely subject to no other law */
} comity_traits;

/* The act's lists of places, in the order of COMITY_LIST_…. */
enum { COMITY_ACT_LISTS = 4 };

/* What the judge reads of every act stands first, and what it never reads last. */
typedef struct comity_act {
    comity_traits traits;
    int32_t on;
    uint8_t kind;               /* bit number */
    uint8_t kind_mask;
    bool safeguards_given, papers_given;
    bool channel_given, binding_given, basis_given;
    comity_known received_known;
    comity_known known[COMITY_SLOT_LAST];
    uint16_t signed_count;      /* of the papers */
    uint16_t received_count, paper_count, count_count, node_count, touched_count;
    const comity_touched *touched;        /* by place, rising */
    const comity_node *nodes;             /* [0] from, [1] to, then owners */
    const comity_place_ref *places;
    const comity_paper_held *papers;
    comity_facts facts[COMITY_SLOT_LAST]; /* by slot */
    comity_list lists[COMITY_ACT_LISTS];
    comity_range people;
    comity_set listed_categories;         /* as said, without parents */
    const comity_received *received;
    const comity_count_given *counts;
    const uint32_t *numbers;
    const comity_slice *slices;
    uint32_t basis_class, basis;          /* LAW or BASIS and its number, or NONE: some other basis */
    comity_slice id, basis_text;          /* id: the JSON value as it stands, quotes included */
    const struct comity_fact_basis *fact_bases;
    uint16_t fact_basis_count;
    char on_text[12];                     /* the day as YYYY-MM-DD, with a NUL */
} comity_act;

/* "basis": {"data.categories": "found"}: kept in the judgement. */
typedef struct comity_fact_basis {
    comity_slice path;
    uint8_t basis;
} comity_fact_basis;

/* Working memory for reading acts, one a thread; reused for each act. */
typedef struct comity_act_memory comity_act_memory;

comity_act_memory *comity_act_memory_new(void);
void comity_act_memory_free(comity_act_memory *memory);

/* Reads one act from `size` bytes of JSON. `today` is the day taken when the
 * act says none, or COMITY_NO_DATE: then an act without `on` is an error.
 * The act lives in `memory` until the next read. Nothing is allocated. */
comity_status comity_act_read(const comity_image *image, comity_act_memory *memory,
                              const char *json, size_t size, int32_t today,
                              const comity_act **ret_act, comity_error *reterr) COMITY_MUST_USE;

/* The name of a party, 0 the first and 1 the second, as it reads; returns its
 * size, 0 if it is not said. No NUL is added. */
#define COMITY_ACT_NAME_BYTES (COMITY_LIMIT_ACT_TEXT_BYTES + 8)
size_t comity_act_party_name(const comity_act *act, uint32_t side, char ret_text[COMITY_ACT_NAME_BYTES]);

/* Adds to the act last read the papers of another, read against the same image,
 * as signed: those in force on the act's day whose scope names no parties, or
 * the recipient. `papers` and its JSON must live as long as the act.
 * COMITY_ERROR_LIMIT if too many serve this act. */
comity_status comity_act_join(comity_act_memory *memory, const comity_act *papers, comity_error *reterr) COMITY_MUST_USE;

/* Leaves away the papers of the act last read that are only claimed. */
void comity_act_drop_claims(comity_act_memory *memory);

/* A copy of the act in one piece of memory, but for its slices, which go on
 * pointing into the JSON. Free with free(); NULL when out of memory. */
comity_act *comity_act_copy(const comity_act *act);

/* The act's canonical form: RFC 8785, sets sorted, `id` left out. The bytes stay
 * in `memory` until the next call with it. */
comity_status comity_act_canonical(const comity_image *image, const comity_act *act, comity_act_memory *memory,
                                   const uint8_t **ret_bytes, size_t *ret_size, comity_error *reterr) COMITY_MUST_USE;

/* Appends the object that says which facts rest on what. */
void comity_act_put_bases(const comity_image *image, const comity_act *act, comity_act_memory *memory,
                          comity_buffer *buffer);

/* SHA-256 over the act's canonical form: RFC 8785, sets sorted, `id` left out.
 * `memory` gives the room; the bytes stay in it until the next read. */
comity_status comity_act_hash(const comity_image *image, const comity_act *act,
                              comity_act_memory *memory, uint8_t ret_hash[32],
                              comity_error *reterr) COMITY_MUST_USE;

#endif
