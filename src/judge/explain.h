/* What a judgement says beyond the verdict: what is missing, what would make
 * the act lawful, what to ask first, where laws conflict; as JSON and in words.
 *
 * All of it is worked out right after comity_judge, with the same memory and
 * act. Nothing is allocated; output goes to the caller's buffer. */
#ifndef COMITY_JUDGE_EXPLAIN_H
#define COMITY_JUDGE_EXPLAIN_H

#include "base/buffer.h"
#include "judge/judge.h"

/* Ways: docs/formats/act-and-judgement.md. */
#define COMITY_WAYS_MAX 16
#define COMITY_WAY_SIZE_MAX 8

/* One paper or safeguard: a leaf, or with COMITY_ITEM_SAFEGUARD a safeguard's number. */
#define COMITY_ITEM_SAFEGUARD 0x80000000u

typedef struct comity_way {
    uint64_t marks; /* a bit for each item, the same for items of which one could imply the other */
    uint32_t items[COMITY_WAY_SIZE_MAX];
    uint32_t count;
} comity_way;

/* While sets are put together more of them are kept than are shown. */
#define COMITY_FAMILY_MAX 64

typedef struct comity_ways {
    comity_way sets[COMITY_FAMILY_MAX];
    uint32_t count;
    bool cut; /* there are, or may be, more */
} comity_ways;

/* The minimal sets of papers and safeguards which, added, would make the act
 * permitted: sorted by size, then by their text; at most COMITY_WAYS_MAX. */
void comity_judge_ways(comity_judge_memory *memory, const comity_act *act, const comity_judgement *judgement,
                       comity_ways *ret_ways);

uint32_t comity_leaf_item(const comity_image *image, uint32_t leaf);

/* The text of an item, and its size. */
const char *comity_item_text(const comity_image *image, uint32_t item, size_t *ret_size);

/* Appends what JSON says of a rule before `"applies"`, with its effect or, where
 * it does not bind, that of a note; and what it says behind `"met"`. The first in
 * two parts: all before the effect's word, and that word with its quote, for which
 * there must be room for eight bytes; it gives the end. */
void comity_rule_json_begin(const comity_image *image, const comity_rule_record *rule, comity_buffer *buffer);
uint8_t *comity_rule_json_effect(comity_effect effect, uint8_t *at);
void comity_rule_json_head(const comity_image *image, const comity_rule_record *rule, comity_effect effect,
                           comity_buffer *buffer);
void comity_rule_json_tail(const comity_image *image, const comity_rule_record *rule, comity_buffer *buffer);

/* Appends `"duty":…,"within":…` of a rule of that effect. */
void comity_rule_json_duty(const comity_image *image, const comity_rule_record *rule, comity_buffer *buffer);

/* Of what a paper must name (bits COMITY_NAMING_…), that which the act does not
 * say, or not all of; so no paper can surely name it. */
uint32_t comity_act_unnamed(const comity_act *act, uint32_t naming);

typedef enum comity_question_kind {
    COMITY_ASK_PLACE,
    COMITY_ASK_SUBJECT_TO,
    COMITY_ASK_PLACES,      /* a: list */
    COMITY_ASK_HAS,         /* a: slot, b: bit */
    COMITY_ASK_ONLY,        /* a: slot, b: set */
    COMITY_ASK_KIND,        /* b: kind */
    COMITY_ASK_DERIVED,     /* b: kind */
    COMITY_ASK_CERTIFIED,   /* b: certificate */
    COMITY_ASK_OWNERS,
    COMITY_ASK_PEOPLE,
    COMITY_ASK_COUNT,       /* a: count */
    COMITY_ASK_BASIS,
    COMITY_ASK_RECEIVED,
    COMITY_ASK_PAPER,       /* b: leaf */
    COMITY_ASK_NAMED        /* a: one bit COMITY_NAMING_…: what a paper must name */
} comity_question_kind;

typedef struct comity_question {
    uint8_t kind; /* comity_question_kind */
    uint8_t side;
    uint16_t a;
    uint32_t b;
    uint32_t rule_count;  /* how many undecided rules read it */
    uint32_t first, last; /* of them, in comity_questions.rules, or COMITY_IMAGE_NONE */
} comity_question;

#define COMITY_QUESTIONS_MAX 512
#define COMITY_QUESTION_RULES_MAX 8192

typedef struct comity_questions {
    comity_question items[COMITY_QUESTIONS_MAX];
    uint32_t count;
    struct {
        uint32_t rule, next;
    } rules[COMITY_QUESTION_RULES_MAX]; /* each question's in the order of their names, linked by `next` */
    uint32_t rule_count;
    bool cut;
} comity_questions;

/* The unknown facts that undecided rules read; those that undecide most first. */
void comity_judge_questions(comity_judge_memory *memory, const comity_act *act, const comity_judgement *judgement,
                            comity_questions *ret_questions);

/* A question's path in the act, and the question in words (plain text). */
void comity_question_path(const comity_image *image, const comity_question *question, comity_buffer *buffer);
void comity_question_ask(const comity_image *image, const comity_act *act, const comity_question *question,
                         comity_buffer *buffer);

/* The name it asks about, as acts give it: of a purpose, a kind of party; NULL where it asks about none, or several. */
const char *comity_question_name(const comity_image *image, const comity_question *question);

/* How a party is called in this kind of act: "exporter". */
const char *comity_party_word(const comity_act *act, uint32_t side);

/* An expression in the words of the language. */
void comity_expression_text(const comity_image *image, uint32_t expression, comity_buffer *buffer);

/* The leaves of a rule's need, and of its ways that may be open, that are not
 * surely held; each once, at most `max` (at least 1), in order. */
uint32_t comity_judge_missing(comity_judge_memory *memory, const comity_act *act, uint32_t rule, uint32_t *ret_items,
                              uint32_t max);

/* What meets a need that is met: leaves and, with COMITY_MET_BY_WAY, rules. */
#define COMITY_MET_BY_WAY 0x40000000u
uint32_t comity_judge_met_by(comity_judge_memory *memory, const comity_act *act, uint32_t rule, uint32_t *ret_items,
                             uint32_t max);

/* What meets it by signed papers alone, whatever the act claims beside them: 0
 * if they do not. A way that asks for no paper rests on what the act says. */
uint32_t comity_judge_met_by_signed(comity_judge_memory *memory, const comity_act *act, uint32_t rule, uint32_t *ret_items,
                                    uint32_t max);

/* The last day on which the duty can be done in time, where its period runs from
 * the act, or from a paper that is surely held and says its day, and, of working
 * days, the law's calendar knows all that matter; else false. */
bool comity_judge_deadline(const comity_judge_memory *memory, const comity_act *act, uint32_t rule, int32_t *ret_by);

/* A rule that compels, and a rule of another law that stands in the way of it. */
typedef struct comity_conflict {
    const comity_ruling *compels, *against;
    uint64_t next; /* begin with 0 */
} comity_conflict;

/* The next conflict of the judgement; false when there are no more. */
bool comity_judge_conflict_next(const comity_image *image, const comity_judgement *judgement, comity_conflict *conflict);

/* Agreements in force between the states of two laws that are a channel for this demand. */
uint32_t comity_judge_channels(comity_judge_memory *memory, const comity_act *act, uint32_t law_a, uint32_t law_b,
                               uint32_t *ret_laws, uint32_t max);

/* What JSON says of a rule in every judgement, kept once it was written: its head up
 * to the effect, what stands behind `"met"`, and its duty, one behind the other. */
typedef struct comity_rule_pieces {
    size_t begin;
    uint32_t head_size, tail_size, duty_size; /* head_size 0: not written */
} comity_rule_pieces;

/* Everything at once: room for it; one a thread, for one image. About 100 KiB, and
 * the pieces of the rules that judgements have spoken of. */
typedef struct comity_explain_memory {
    comity_ways ways;
    comity_questions questions;
    uint32_t items[1024];
    comity_rule_pieces *pieces; /* by rule */
    comity_buffer texts;        /* of fixed size, in `room` */
    uint8_t *room;
} comity_explain_memory;

/* NULL when out of memory. Free takes NULL. */
comity_explain_memory *comity_explain_memory_new(const comity_image *image);
void comity_explain_memory_free(comity_explain_memory *memory);

/* The pieces of a rule, in `texts`; NULL if there is no more room for them. */
const comity_rule_pieces *comity_explain_pieces(comity_explain_memory *memory, const comity_image *image, uint32_t rule);

/* Appends the judgement as JSON, one object, no newline: docs/formats/act-and-judgement.md.
 * `act_hash`: the act's hash. Equal judgements are equal bytes. */
void comity_judgement_json(comity_judge_memory *memory, const comity_act *act, const comity_judgement *judgement,
                           comity_act_memory *act_memory, const uint8_t act_hash[32],
                           comity_explain_memory *explain, comity_buffer *buffer);

/* Appends how the fact that a question asks for is given, to who asked. */
typedef void comity_explain_fact(const comity_image *image, const comity_question *question, comity_buffer *buffer);

/* How the text for people is laid out. */
typedef struct comity_explain_style {
    bool colour;
    bool titles; /* the ids of rules with their titles and citations */
    unsigned width;
    comity_explain_fact *fact; /* NULL: its path in the act, and the name */
} comity_explain_style;

/* Would papers and safeguards make the act lawful? */
typedef enum comity_remedy {
    COMITY_REMEDY_NOT_NEEDED, /* it is permitted */
    COMITY_REMEDY_FOUND,      /* the judgement's ways */
    COMITY_REMEDY_UNKNOWN,    /* that depends on what is not known */
    COMITY_REMEDY_NOT_FOUND,  /* no set of up to COMITY_WAY_SIZE_MAX would */
    COMITY_REMEDY_NONE        /* none would */
} comity_remedy;

const char *comity_remedy_word(comity_remedy remedy);

/* Appends the judgement in plain words, and gives what they say of papers and safeguards. */
comity_remedy comity_judgement_explain(comity_judge_memory *memory, const comity_act *act, const comity_judgement *judgement,
                                       comity_explain_memory *explain, comity_explain_style style, comity_buffer *buffer);

/* Appends a line on a circumstance that was taken as not so: its question, its name, and the rules that stand in the way in this
 * judgement, made with it being so. `first`: behind the heading of such lines. */
void comity_judgement_explain_taken(comity_judge_memory *memory, const comity_act *act, const comity_judgement *judgement,
                                    uint32_t circumstance, bool first, comity_explain_style style, comity_buffer *buffer);

const char *comity_verdict_word(comity_verdict_value verdict);

#endif
