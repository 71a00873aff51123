/* What the files of the scanner share; nobody else includes this.
 *
 * The second stage works on a view: bytes of the part that lie together in memory,
 * with enough before and behind the place that is judged. What a place gives
 * depends on COMITY_LIMIT_SCAN_BACK bytes before and COMITY_LIMIT_SCAN_AHEAD behind
 * it and on what was found before it, never on where a view begins or ends. */
#ifndef COMITY_INSPECT_SCAN_INNER_H
#define COMITY_INSPECT_SCAN_INNER_H

#include "base/limits.h"
#include "base/swar.h"
#include "inspect/check_settle.h"
#include "inspect/persons.h"
#include "inspect/scan.h"
#include "inspect/scan_bytes.h"
#include "inspect/scan_events.h"
#include "inspect/scan_index.h"

#define COMITY_SCAN_SET_WORDS (COMITY_LIMIT_SCAN_FORMS / 64)
/* Bytes at a value's beginning that decide which forms are worth trying. */
#define COMITY_SCAN_HEAD 4
/* In place of a byte: any digit, small letter, capital; and, behind these, all of them. */
#define COMITY_SCAN_ANY_DIGIT 256
#define COMITY_SCAN_ANY_SMALL 257
#define COMITY_SCAN_ANY_CAPITAL 258
#define COMITY_SCAN_ALL 3
#define COMITY_SCAN_HEAD_SETS (COMITY_SCAN_ANY_DIGIT + 2 * COMITY_SCAN_ALL)
/* Sizes of values for which there are tables; few values are longer. */
#define COMITY_SCAN_SIZES 65
/* Bytes taken through the first stage at once: they stay near the processor. */
#define COMITY_SCAN_CHUNK 8192
/* Bytes around a value in which words are looked for, and some more. */
#define COMITY_SCAN_STARTS (2 * COMITY_LIMIT_SCAN_NEAR + COMITY_LIMIT_SCAN_VALUE_BYTES + 128)
/* Words near a value: no more can stand there, of two bytes and a space each. */
#define COMITY_SCAN_HITS 512
/* What the route's states and a consistent column add to a confidence. */
#define COMITY_SCAN_LOCALE_ADDS 5u
#define COMITY_SCAN_COLUMN_ADDS 5u
#define COMITY_SCAN_FIELDS 256
/* Keys of JSON that are known at their colon, and the longest of them. */
#define COMITY_SCAN_KEYS 256
#define COMITY_SCAN_KEY_BYTES 24
#define COMITY_SCAN_COLUMN_STATS 256
/* Plans kept, looks of which is kept that they were seen, the forms of all plans; the longest value that has one, of how
 * many forms and parts. */
#define COMITY_SCAN_PLANS 2048
#define COMITY_SCAN_PLANS_SEEN 1024
#define COMITY_SCAN_PLAN_FORMS 8000
#define COMITY_SCAN_PLAN_BYTES 32
#define COMITY_SCAN_PLAN_FORMS_EACH 200
#define COMITY_SCAN_PLAN_PARTS 8
#define COMITY_SCAN_PLAN_SPOTS 3
/* Of a plan's forms that are only counted, at most so many do without a choice of their own. */
#define COMITY_SCAN_PLAN_ASKED 4
/* Steps of the programs of their conditions, of all plans; and the most of one. */
#define COMITY_SCAN_PLAN_STEPS 8192
#define COMITY_SCAN_PLAN_STEPS_EACH 48
/* Digits; and the bytes of a value of which some may tell its forms apart. */
#define COMITY_SCAN_PLAN_DIGITS 10
#define COMITY_SCAN_CHOICE_BYTES 16
/* First bytes of values kept with the forms that they allow; the most of these forms. */
#define COMITY_SCAN_CHOICES 2048
#define COMITY_SCAN_CHOICE_FORMS 25
/* The least of a token that is looked for within a value. */
#define COMITY_SCAN_TOKEN_WITHIN 12
/* Letters of a word without digits that may belong to a number. */
#define COMITY_SCAN_NUMBER_LETTERS 4
/* Cells kept that give nothing. */
#define COMITY_SCAN_QUIETS 128
#define COMITY_SCAN_QUIET_TRIES 8
/* Cells of which is kept that they were seen. */
#define COMITY_SCAN_QUIETS_SEEN 1024
/* One that so often was not quiet is looked at no more to be remembered, which takes long. */
#define COMITY_SCAN_QUIET_STIRS 3

/* A set of forms, a bit each. A word counts only if its bit in `live` is set, so that
 * a set is emptied at once, and sets of which most words are empty are quick to go
 * through. Of sets that the rules hold, only the words in use are there. */
typedef struct comity_scan_set {
    uint64_t live;
    uint64_t bits[COMITY_SCAN_SET_WORDS];
} comity_scan_set;

/* Sizes of values below COMITY_SCAN_SIZES, a bit each. */
typedef struct comity_scan_sizes {
    uint64_t bits[2];
} comity_scan_sizes;

/* What a name speaks for: a list of types. */
typedef struct comity_scan_meaning {
    uint32_t first; /* the number of a link, and one; 0: none */
    bool is_label;  /* values behind it are tried as a whole */
} comity_scan_meaning;

typedef struct comity_scan_link {
    uint32_t next; /* the number of a link, and one; 0: none */
    uint16_t type;
} comity_scan_link;

struct comity_scan_rules {
    comity_arena arena; /* holds all of this */
    const comity_types *types;
    size_t form_count;
    size_t set_words; /* 64-bit words of a set, its first included; sets lie one behind the other */
    uint64_t *by_size[3];             /* forms found by their value, for each writing and size below COMITY_SCAN_SIZES */
    uint64_t *by_head[COMITY_SCAN_HEAD]; /* forms that may have a byte at a place, for each of COMITY_SCAN_HEAD_SETS */
    uint64_t *by_find;                /* forms found in a way */
    comity_scan_sizes by_find_size[COMITY_FIND_COUNT]; /* for which there is some form */
    comity_scan_index words; /* to sets of forms; ASCII folded */
    uint64_t number_words[1024]; /* bits: hashes of the first four bytes, or all, of those of ASCII that speak for numbers */
    uint64_t *word_forms;
    uint64_t *strong; /* a set: forms for which words speak from COMITY_LIMIT_SCAN_NEAR away */
    size_t word_count;
    comity_scan_names names; /* field names and words, written plainly, to meanings */
    comity_scan_meaning *meanings;
    size_t meaning_count;
    comity_scan_link *links;
    size_t link_count;
    comity_scan_index anchors; /* to forms; exact */
    uint64_t anchor_colons[64]; /* bits: hashes of the three bytes before a `:` or `=` in an anchor */
    uint64_t anchor_digits[1024]; /* bits: hashes of the first three bytes of anchors, digits made `0` */
    bool anchor_marks[256];     /* bytes of anchors' beginnings that are in no token */
    comity_scan_index marks;   /* to types; ASCII folded */
    size_t signature_begin, signature_end; /* literals of the types */
    uint8_t *ranks;            /* of each type, how surely it stands for one person; 0: for none */
    uint64_t tails[1024];      /* bits: the last three letters of names */
};

/* A word that speaks for types, where it stands. */
typedef struct comity_scan_hit {
    uint64_t begin;
    uint32_t size;
    uint32_t meaning;
} comity_scan_hit;

/* A field name seen before, and what it speaks for. */
typedef struct comity_scan_field {
    uint8_t name[COMITY_LIMIT_SCAN_LABEL_BYTES];
    uint8_t size; /* 0: free */
    bool speaks;
    bool is_label; /* values behind it are tried as a whole */
    bool is_fhir;  /* in documents of FHIR */
    uint8_t in_writings; /* bits: the writings of its forms */
    uint32_t number;     /* of all names seen, from 1: no two have the same */
    uint64_t hash;
    comity_scan_set forms;
    comity_scan_sizes sizes[COMITY_FIND_COUNT]; /* that some of these take */
} comity_scan_field;

/* A key of JSON seen before: what is to be done at its colon follows from its bytes alone. */
typedef struct comity_scan_key {
    uint64_t words[COMITY_SCAN_KEY_BYTES / 8]; /* its bytes, and the quote before them; the last highest */
    uint64_t masks[COMITY_SCAN_KEY_BYTES / 8]; /* which these are */
    uint8_t size;     /* without the quote; 0: free */
    bool is_label;    /* values behind it are tried as a whole */
    bool is_pair;     /* it is called by the field before it */
    bool has_anchor;  /* an anchor may end with it */
    bool has_colons;  /* an address may end with it */
    bool acts;        /* one of these: there is something to be done */
    bool is_plain;    /* a label, and nothing else */
    uint16_t next[2]; /* the keys that were behind it last, the newer first */
    uint32_t field;   /* the number of the name */
    uint32_t slot;    /* where it stands, if it is still there */
} comity_scan_key;

/* How a value looks: see scan_plan.h. */
typedef struct comity_scan_look {
    uint64_t words[COMITY_SCAN_PLAN_BYTES / 8];
} comity_scan_look;

/* A place that a class of bytes must hold. */
typedef struct comity_scan_plan_spot {
    const uint8_t *class; /* a bit for each byte */
    uint8_t at;
} comity_scan_plan_spot;

/* What is to be done with a form of a choice. */
typedef enum comity_scan_plan_way {
    COMITY_WAY_WHOLE = 0, /* all that is known of it is asked */
    COMITY_WAY_FAILS,
    COMITY_WAY_PASSES,
    COMITY_WAY_STEPS, /* its steps are run */
    COMITY_WAY_ASKED  /* it is counted if the first bytes allow it */
} comity_scan_plan_way;

/* A form to be tried, and what is known of it beforehand. */
typedef struct comity_scan_plan_form {
    uint16_t number;
    bool fails;     /* is counted for its column only, */
    bool is_asked;  /* if the value's first bytes allow it, which are asked of each time */
    bool passes;    /* its conditions hold */
    bool whole;     /* its shape is to be fitted, too */
    bool has_parts; /* its conditions speak of parts */
    bool is_settled; /* its conditions are those steps, */
    bool was_chosen; /* so far as they can be */
    uint8_t way;     /* comity_scan_plan_way, of one that has been chosen */
    uint8_t writing;
    uint8_t doubts; /* bits: the first bytes that may not allow it, of those that look so */
    uint8_t step_count;
    uint16_t step_begin;
    uint16_t stat;  /* where the count of its column was last */
    uint8_t body_begin, body_end, part_count;
    uint8_t part_begins[COMITY_SCAN_PLAN_PARTS], part_ends[COMITY_SCAN_PLAN_PARTS];
    uint8_t spot_count;
    comity_scan_plan_spot spots[COMITY_SCAN_PLAN_SPOTS]; /* to be looked at first */
    comity_reading reading;
    comity_reading of_column; /* the same where nearly all of its column passed */
} comity_scan_plan_form;

/* Forms of a plan that stand in one word of a set: of these, those are tried which the value's
 * first bytes allow. */
typedef struct comity_scan_plan_group {
    uint64_t bits;
    uint64_t asked; /* of these, those that are asked of each time */
    uint8_t word;
    uint8_t writing;
    uint8_t heads; /* bits: the first bytes that tell the others apart; all forms allow what else looks so */
    bool is_unspoken; /* nothing speaks for them: they are tried if one before has passed */
    uint16_t form_begin; /* the forms, in the order of their bits */
} comity_scan_plan_group;

typedef struct comity_scan_plan {
    comity_scan_look look;
    uint32_t field; /* its number; 0: none */
    uint32_t number; /* of all plans made, from 1: no two have the same */
    uint8_t size;
    bool is_made;
    bool is_whole; /* all forms found room */
    bool has_at;   /* it holds an `@` */
    bool is_words; /* it holds neither that nor a digit */
    uint8_t word_count, word_begins[COMITY_SCAN_PLAN_BYTES / 2]; /* letters behind what is none */
    bool is_numberless; /* nor a number or a token, unless a word in it speaks for one */
    bool is_bare;  /* it holds neither `@` nor a letter, and its digits are no number that is found where its name alone speaks */
    uint8_t written; /* bits: writings of its forms; */
    uint8_t as_raw;  /* and those in which the value is as it stands */
    uint16_t group_begin;
    uint8_t group_count;
    uint8_t compact_size; /* bytes that compact writing keeps, */
    uint8_t compact[COMITY_SCAN_PLAN_BYTES]; /* and where they stand: */
    uint8_t run_count;                       /* in so many runs, of which each has */
    uint8_t run_begins[COMITY_SCAN_PLAN_BYTES / 2], run_sizes[COMITY_SCAN_PLAN_BYTES / 2];
    uint8_t choice_first; /* the first byte that tells its forms apart, and, for each digit that it may be, and last if
                             it is none: */
    uint16_t choice_places[COMITY_SCAN_PLAN_DIGITS + 1]; /* bits: all such bytes */
    uint16_t hints[COMITY_SCAN_PLAN_DIGITS + 1];         /* the choice followed last */
} comity_scan_plan;

/* Forms of one type that are counted for their column if the value's first bytes allow them, all asked by the same bytes. */
typedef struct comity_scan_choice_asked {
    uint64_t bits; /* of a word of a set */
    uint8_t word, heads;
    uint8_t writing;
    uint16_t type;
    uint16_t stat; /* where they are counted, if they have been */
} comity_scan_choice_asked;

/* What a choice does with those of its forms for which something speaks, or with the others. The counts of a column stay
 * where they are within a part: where they are is noted with its first value. */
typedef struct comity_scan_choice_part {
    uint32_t part; /* of which that is noted: its number */
    uint8_t begin, end;                 /* all of them, in their order */
    uint8_t tried_begin, tried_end;     /* those that may pass */
    uint8_t counted_begin, counted_end; /* those that are only counted */
    uint8_t asked_begin, asked_end;
} comity_scan_choice_part;

/* Forms of a plan that the first bytes of a value allow, for the next that begins so. */
typedef struct comity_scan_choice {
    uint64_t bytes[2], masks[2]; /* the first sixteen that tell its forms apart, and which these are */
    uint32_t plan; /* its number; 0: free */
    uint8_t written; /* bits: the writings in which the value is looked at, and is not as it stands */
    comity_scan_choice_part parts[2]; /* the second, for which nothing speaks, is tried if one of the first has passed */
    uint16_t forms[COMITY_SCAN_CHOICE_FORMS];
    uint16_t tried[COMITY_SCAN_CHOICE_FORMS]; /* forms */
    uint16_t counted[COMITY_SCAN_CHOICE_FORMS]; /* where they are counted; once for each */
    comity_scan_choice_asked asked[COMITY_SCAN_PLAN_ASKED];
} comity_scan_choice;

/* A form that has been tried on bytes of a cell, and did not pass. */
typedef struct comity_scan_quiet_try {
    uint8_t begin, size;
    bool as_raw; /* in the form's writing it is as it stands */
    uint8_t heads; /* bits: the first bytes that the form may not allow */
    comity_scan_plan_form form;
} comity_scan_quiet_try;

/* A place in a cell of which nothing comes: see scan_quiet.h. */
typedef struct comity_scan_quiet {
    struct {
        comity_scan_look look; /* here letters stay, if it is not of a code */
        uint64_t around;
        uint64_t rest; /* the number of its name, the bytes before that, the cell's size (0: free), whether it is a code, and
                        * the place in it */
    } key;
    uint8_t size;
    bool is_code; /* one word of letters and digits, of which none tells anything but by the forms that take it */
    uint64_t looked; /* how far from the cell's beginning on all has been looked at */
    uint64_t column; /* the hash by which the forms tried are counted */
    bool has_pair;   /* with what stands behind the cell it may be a pair of coordinates, which are wanted */
    size_t try_count;
    comity_scan_quiet_try tries[COMITY_SCAN_QUIET_TRIES];
} comity_scan_quiet;

/* Such a place has been seen. */
typedef struct comity_scan_quiet_seen {
    uint32_t hash;
    uint32_t stirred; /* so often it was looked at to be remembered, and was not */
} comity_scan_quiet_seen;

/* What is kept of values that look alike. */
typedef struct comity_scan_plans {
    comity_scan_quiet quiets[COMITY_SCAN_QUIETS];
    comity_scan_quiet_seen quiets_seen[COMITY_SCAN_QUIETS_SEEN];
    comity_scan_plan list[COMITY_SCAN_PLANS];
    uint32_t plans_seen[COMITY_SCAN_PLANS_SEEN]; /* hashes of looks */
    comity_scan_plan_form forms[COMITY_SCAN_PLAN_FORMS];
    comity_scan_plan_group groups[COMITY_SCAN_PLAN_FORMS];
    comity_scan_choice choices[COMITY_SCAN_CHOICES];
    comity_check_settled steps[COMITY_SCAN_PLAN_STEPS];
    uint16_t hints[COMITY_SCAN_FIELDS]; /* for the place of each name, the plan followed last */
    size_t form_count, group_count, step_count;
    uint32_t plan_count; /* made so far */
} comity_scan_plans;

/* How often values of a field passed a type. */
typedef struct comity_scan_stat {
    uint64_t field; /* a hash; 0: free */
    uint16_t type;
    uint64_t tried, passed;
} comity_scan_stat;

/* A container in JSON. */
typedef struct comity_scan_container {
    uint8_t name[24];
    uint8_t size;
    bool is_array;
    uint64_t hash;  /* of its name, if it has one */
    uint64_t names; /* a hash of its name and of those around it */
} comity_scan_container;

/* Where the scan is in the part's structure. */
typedef struct comity_scan_place {
    uint64_t at; /* the structure is known up to here */
    uint64_t record;
    bool in_record;
    bool record_is_line;
    /* JSON */
    uint32_t depth;
    uint32_t record_depth; /* objects in lists so deep or less deep are records; UINT32_MAX before the first */
    comity_scan_container containers[COMITY_LIMIT_SCAN_DEPTH];
    /* CSV */
    uint32_t column; /* from 0 */
    uint64_t cell;   /* where the cell begins */
    bool in_header;
    comity_scan_marks marks; /* of both */
} comity_scan_place;

/* Marks of structure and line ends of a window of the part, which lie there before they are needed. */
typedef struct comity_scan_window {
    uint64_t begin, end;
    size_t mark_count, mark_next; /* those before `mark_next` have been passed */
    uint64_t lines;               /* line ends before it */
    uint16_t marks[COMITY_SCAN_CHUNK + COMITY_SCAN_BLOCK];
    uint64_t newlines[COMITY_SCAN_CHUNK / COMITY_SCAN_BLOCK];
    uint16_t lines_before[COMITY_SCAN_CHUNK / COMITY_SCAN_BLOCK + 1]; /* of the window, before each block and in all */
} comity_scan_window;

/* A column of CSV. */
typedef struct comity_scan_column {
    uint8_t name[COMITY_LIMIT_SCAN_LABEL_BYTES];
    uint8_t size;
    bool is_label; /* its cells are tried as a whole */
    uint32_t field; /* the number of its name, */
    uint32_t slot;  /* and where it stands, if it is still there */
} comity_scan_column;

/* What a text is that names its values by where they stand: see scan_layout.c. */
typedef enum comity_scan_layout_kind {
    COMITY_LAYOUT_NONE = 0,
    COMITY_LAYOUT_SQL,    /* statements that fill tables */
    COMITY_LAYOUT_VCARD,
    COMITY_LAYOUT_HL7,    /* version 2 */
    COMITY_LAYOUT_SWIFT,  /* statements and payments, MT940 and MT103 */
    COMITY_LAYOUT_NETRC,
    COMITY_LAYOUT_PGPASS,
    COMITY_LAYOUT_COUNT
} comity_scan_layout_kind;

typedef struct comity_scan_layout {
    uint8_t kind;   /* comity_scan_layout_kind */
    uint8_t state;  /* of its own reading */
    uint64_t at;    /* the text has been read up to here */
    uint64_t value; /* where the value begins in which that is, if it has a label */
    uint8_t label[COMITY_LIMIT_SCAN_LABEL_BYTES];
    uint8_t label_size; /* 0: none */
    uint32_t number;    /* of a field, a column, a line */
    uint8_t signs[2];   /* HL7: between fields, and between repetitions of one */
    uint8_t between;    /* between parts of a value, which are read with blanks between; 0: none */
    bool has_escapes;   /* a backslash stands before signs that mean something, in the value that is read */
    uint8_t tag[4];     /* what the line or segment is called */
    /* SQL */
    uint32_t depth;
    uint64_t table; /* a hash of the table whose columns are known from its making; 0: of none */
    bool has_columns; /* those kept are of the statement that is read */
    bool in_string;
    bool has_backslashes; /* they are escapes in strings of its statements */
} comity_scan_layout;

/* The kinds of bytes of which tokens are; and letters and digits alone. */
typedef enum comity_scan_run {
    COMITY_RUN_WORD, /* letters, digits, `-`, `_` */
    COMITY_RUN_DOMAIN,
    COMITY_RUN_ADDRESS,
    COMITY_RUN_CODE,
    COMITY_RUN_VALUE,
    COMITY_RUN_TOKEN,
    COMITY_RUN_ALNUM,
    COMITY_RUN_COUNT
} comity_scan_run;

/* What has been tried in vain from one place, and what spoke for it: from the next it is not tried again. */
typedef struct comity_scan_vain {
    uint64_t begin, end; /* equal: nothing */
    uint64_t around;     /* comity_scan_around_hash */
} comity_scan_vain;

/* A run of one kind of byte, as far as it has been looked at, and what of it was a token in vain. */
typedef struct comity_scan_stretch {
    uint64_t begin, end;
    comity_scan_vain vain;
    uint64_t vain_at; /* from which place */
    bool is_cut;      /* it was cut off, for runs may be of any length */
} comity_scan_stretch;

struct comity_scan {
    const comity_scan_rules *rules;
    const comity_scan_level *level;
    comity_scan_found found;
    void *context;
    struct comity_persons *persons;
    comity_scan_set locale; /* forms of the route's states */
    bool has_locale;
    comity_scan_set alone[2]; /* forms that may reach the level without context; and where a column may add to it */
    uint64_t alone_live[COMITY_FIND_COUNT][COMITY_SCAN_SIZES]; /* words in which some of these are, of a way and a size */
    uint8_t level_min;
    bool wants_paths, wants_digests;
    uint64_t key[2];

    /* the part */
    comity_scan_part part;
    uint8_t part_field[COMITY_LIMIT_SCAN_LABEL_BYTES];
    size_t part_field_size;
    comity_scan_carry carry;
    uint64_t scanned; /* the first stage has passed this byte */
    uint64_t looked;  /* words before this byte have been looked at */
    uint64_t done;    /* no finding begins before this byte: findings do not overlap */
    uint64_t tried, gone_through; /* values and anchors; bytes of runs */
    comity_scan_stretch stretches[COMITY_RUN_COUNT];
    comity_scan_vain vain_numbers; /* these words with digits are no number */
    uint64_t anchored; /* within tokens, anchors have been looked for before this byte */
    uint64_t words_begin, words_end; /* words have been looked for from here to there */
    size_t hit_begin, hit_end;       /* of a ring */
    comity_scan_hit hits[COMITY_SCAN_HITS];
    comity_scan_place place;
    comity_scan_layout layout;
    comity_scan_window window;
    uint64_t person_record;   /* of the strongest identifier kept */
    uint64_t person;          /* its digest */
    uint32_t person_rank;      /* 0: none */
    comity_scan_field fields[COMITY_SCAN_FIELDS];
    comity_scan_stat stats[COMITY_SCAN_COLUMN_STATS];
    uint32_t part_count; /* parts begun: the number of this one */
    uint32_t field_count;     /* names seen */
    comity_scan_key keys[COMITY_SCAN_KEYS];
    bool has_keys;           /* the part is JSON, */
    bool is_fhir;            /* and a document of FHIR */
    uint64_t key_end;        /* behind the colon of the last key that was known */
    uint16_t key_slot;       /* which that is */
    uint64_t part_seed;      /* a hash of what the part says of its values */
    bool in_query;           /* a value in the query of an address is read: a plus sign is a space */
    const uint8_t *query_name; /* what that is called */
    size_t query_name_size;
    bool in_layout;          /* a value is read that a layout names, with escapes of its own */
    uint8_t strings_around;  /* strings of JSON around the one that is read, whose escapes are in it, too */
    bool of_plain_key;       /* a value of JSON is read behind a key that any other reading of its bytes finds, too */
    const comity_scan_field *own; /* what the name of the value [own_begin, own_end) speaks for, which is read: beside */
    const uint8_t *own_begin, *own_end; /* that only words in it count. NULL: it is to be looked for */
    bool stirs;              /* since it was made false something was seen that other digits could change */
    const uint8_t *stir_low; /* what lies before this is not known of a cell */
    comity_scan_quiet *watch; /* what is being looked at, in the cell that begins at `watch_begin`; NULL: none */
    const uint8_t *watch_begin;
    comity_scan_plans *plans; /* NULL: everything is tried */
    comity_scan_column *columns; /* COMITY_LIMIT_SCAN_COLUMNS */
    size_t column_count;

    /* the view */
    const uint8_t *view;
    uint64_t view_begin, view_end;
    const uint8_t *low, *high; /* what may be looked at for the place that is judged */

    /* bytes that were fed and are still needed, with margins */
    uint8_t *buffer;
    uint64_t buffer_begin;
    size_t buffer_size;
    uint16_t places[COMITY_SCAN_CHUNK + COMITY_SCAN_BLOCK];
    uint16_t starts[COMITY_SCAN_STARTS]; /* of words near a value */
};

/* Readings of one value, gathered. */
typedef struct comity_scan_readings {
    comity_reading list[COMITY_FINDING_READINGS];
    size_t count;
    const uint8_t *value; /* what was read, if it does not stand so in the part */
    size_t value_size;
} comity_scan_readings;

/* A token read: the surest, of those the longest, of those the first. */
typedef struct comity_scan_token {
    const uint8_t *begin, *end;
    comity_scan_readings readings; /* none at first */
} comity_scan_token;

/* What speaks for types at a place. */
typedef struct comity_scan_around {
    const comity_scan_set *forms; /* NULL: nothing speaks for any */
    const comity_scan_sizes *sizes; /* of each way, those that some of these forms take; NULL: not known */
    uint16_t evidence;
    comity_scan_set room; /* for `forms` */
    comity_scan_sizes room_sizes[COMITY_FIND_COUNT]; /* for `sizes` */
    uint64_t field; /* hash of the field's name, 0: none */
} comity_scan_around;

static inline uint64_t comity_scan_offset(const comity_scan *scan, const uint8_t *at)
{
    return scan->view_begin + (uint64_t)(at - scan->view);
}

/* Tells what speaks for a value from what spoke for another. */
static inline uint64_t comity_scan_around_hash(const comity_scan_around *around)
{
    uint64_t hash = around->field ^ around->evidence;
    for (uint64_t live = around->forms == NULL ? 0 : around->forms->live; live != 0; live &= live - 1) {
        size_t word = (size_t)__builtin_ctzll(live);
        hash = (hash ^ around->forms->bits[word] ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 29;
    }
    return hash;
}

/* What was tried in vain is tried again: other bytes are to follow, or somebody notes what is tried. */
static inline void comity_scan_vain_forget(comity_scan *scan)
{
    for (size_t i = 0; i < COMITY_RUN_COUNT; i++) {
        scan->stretches[i].vain.end = scan->stretches[i].vain.begin;
    }
    scan->vain_numbers.end = scan->vain_numbers.begin;
    scan->anchored = 0;
}

static inline void comity_scan_readings_begin(comity_scan_readings *ret_readings)
{
    ret_readings->count = 0;
    ret_readings->value = NULL;
    ret_readings->value_size = 0;
}

/* The set of that number among sets that lie one behind the other. */
static inline comity_scan_set *comity_set_at(uint64_t *sets, size_t set_words, size_t number)
{
    return (comity_scan_set *)(void *)(sets + number * set_words);
}

static inline bool comity_set_has(const comity_scan_set *set, size_t form)
{
    return (set->live >> form / 64 & 1) != 0 && (set->bits[form / 64] >> form % 64 & 1) != 0;
}

static inline void comity_set_add(comity_scan_set *set, size_t form)
{
    uint64_t before = (set->live >> form / 64 & 1) != 0 ? set->bits[form / 64] : 0;
    set->bits[form / 64] = before | UINT64_C(1) << form % 64;
    set->live |= UINT64_C(1) << form / 64;
}

static inline void comity_set_join(comity_scan_set *set, const comity_scan_set *more)
{
    for (uint64_t live = more->live; live != 0; live &= live - 1) {
        size_t word = (size_t)__builtin_ctzll(live);
        set->bits[word] = ((set->live >> word & 1) != 0 ? set->bits[word] : 0) | more->bits[word];
    }
    set->live |= more->live;
}

/* Of another set, what is in a third; false if that is nothing. */
static inline bool comity_set_join_common(comity_scan_set *set, const comity_scan_set *more, const comity_scan_set *with)
{
    uint64_t any = 0;
    for (uint64_t live = more->live & with->live; live != 0; live &= live - 1) {
        size_t word = (size_t)__builtin_ctzll(live);
        set->bits[word] = ((set->live >> word & 1) != 0 ? set->bits[word] : 0) | (more->bits[word] & with->bits[word]);
        any |= more->bits[word] & with->bits[word];
    }
    set->live |= more->live & with->live;
    return any != 0;
}

/* scan.c: scans with a level other than the best, for tests. */
void comity_scan_level_set(comity_scan *scan, const comity_scan_level *level);
/* scan.c: scans without plans from now on, for tests. */
void comity_scan_forget(comity_scan *scan);

/* scan_rules.c: a name written plainly: letters and digits only, ASCII in lower case. */
size_t comity_scan_name_plain(const uint8_t *name, size_t size, uint8_t *ret_name);
/* A number below 4096 for the three bytes before `at`. */
static inline unsigned comity_scan_colon_hash(const uint8_t *at)
{
    return ((at[-1] | (uint32_t)at[-2] << 8 | (uint32_t)at[-3] << 16) * UINT32_C(0x9E3779B1)) >> 20;
}
static inline uint32_t comity_scan_tail_hash(uint32_t tail)
{
    return (tail * UINT32_C(0x9E3779B1)) >> 16;
}
/* A number below 65536 for the last letters of a label that ends before `end`. */
uint32_t comity_scan_tail(const uint8_t *low, const uint8_t *end);

/* scan_try.c: trying values. `written` is the size in the way's writing, if it is known; 0 if not. */
void comity_scan_try(comity_scan *scan, comity_find find, const uint8_t *raw, size_t size, size_t written,
                     const comity_scan_around *around, comity_scan_readings *readings);
static inline bool comity_sizes_have(const comity_scan_sizes *sizes, size_t size)
{
    return (sizes->bits[size / 64] >> size % 64 & 1) != 0;
}
/* Those that the form takes. */
static inline void comity_sizes_add(comity_scan_sizes *sizes, const comity_type_form *form)
{
    for (size_t size = form->size_min; size < COMITY_SCAN_SIZES && size <= form->size_max; size++) {
        sizes->bits[size / 64] |= UINT64_C(1) << size % 64;
    }
}
/* False if surely no form of this way and size reaches the level. */
static inline bool comity_scan_worth(const comity_scan *scan, comity_find find, size_t written,
                                     const comity_scan_around *around)
{
    const comity_scan_sizes *spoken = around->sizes == NULL ? scan->rules->by_find_size : around->sizes;
    return written >= COMITY_SCAN_SIZES || scan->alone_live[find][written] != 0 ||
           (around->forms != NULL && comity_sizes_have(&spoken[find], written));
}
/* False if no form of this way and size can be found here, by itself or by what speaks for it. */
bool comity_scan_wanted(const comity_scan *scan, comity_find find, size_t written, const comity_scan_around *around);
bool comity_scan_write_ascii(const uint8_t *raw, size_t size, comity_writing writing, uint8_t *ret_value,
                             size_t *ret_size, uint8_t *ret_separators);
/* False for separators, which compact writing leaves out. Of ASCII. */
bool comity_scan_is_compact(uint8_t byte);
/* All forms that the field speaks for, and that are in `around`, on a whole value behind it. */
void comity_scan_try_spoken(comity_scan *scan, const uint8_t *raw, size_t size, const comity_scan_field *field,
                            const comity_scan_around *around, comity_scan_readings *readings);
/* What a form reaches here, before it is tried and its column is asked; 0: nothing. */
unsigned comity_scan_reach(const comity_scan *scan, size_t number, const comity_scan_around *around,
                           comity_reading *ret_reading);
/* The form may be written with these separators. */
static inline bool comity_scan_separated(const comity_type_form *form, uint8_t separators)
{
    bool repeated = (separators & COMITY_SEPARATOR_REPEATED) != 0 && !form->repeated_separators;
    bool odd = (separators & ~(form->separators | COMITY_SEPARATOR_REPEATED)) != 0;
    return !repeated && !odd;
}
/* Tries again what was tried before: false if something passes that did not. */
bool comity_scan_try_again(comity_scan *scan, const comity_scan_quiet *quiet, const uint8_t *cell);
void comity_scan_add(comity_scan *scan, size_t form, const comity_scan_around *around,
                     comity_scan_readings *readings);
/* What a reading becomes by what its column says of it. */
void comity_scan_reading_change(comity_reading *reading, int column);
/* Adds a reading, if it reaches the level. */
void comity_scan_reading_put(comity_scan *scan, const comity_reading *reading, comity_scan_readings *readings);
/* Adds a reading that has passed, with what its column says of it (1, 0 or -1), if it reaches the level. */
void comity_scan_reading_add(comity_scan *scan, comity_reading *reading, int column, comity_scan_readings *readings);
/* Takes from readings that nothing speaks for what small letters take away. */
void comity_scan_readings_small(const comity_scan *scan, comity_scan_readings *readings);
/* Adds readings of the same bytes to others. */
void comity_scan_join(comity_scan_readings *readings, const comity_scan_readings *more);
/* Gives a finding, unless it begins within one that was given, or lies in an address of mail that is surer. */
void comity_scan_emit(comity_scan *scan, const uint8_t *begin, const uint8_t *end, comity_scan_readings *readings);
/* The same of one that lies in no address of mail. */
void comity_scan_emit_alone(comity_scan *scan, const uint8_t *begin, const uint8_t *end,
                            comity_scan_readings *readings);
/* The last record's person is counted. */
void comity_scan_person_end(comity_scan *scan);

/* At a time, or at the fraction of a second (":20.123", of which the last digit but what follows stands at `at`): it is
 * passed over. `low` and `high` bound what may be looked at. */
static inline bool comity_scan_at_time(comity_scan *scan, const uint8_t *at, const uint8_t *low, const uint8_t *high)
{
    size_t left = (size_t)(high - at);
    if (at - low < 6 || left <= 8) {
        return false;
    }
    size_t size = scan->level->time(at);
    if (size != 0) {
        scan->looked = comity_scan_offset(scan, at) + (size < left ? size : left);
        scan->stirs = true;
        return true;
    }
    bool is_fraction = at[-6] == ':' && comity_scan_is_digit(at[-5]) && comity_scan_is_digit(at[-4]) && at[-3] == '.' &&
                       comity_scan_is_digit(at[-2]) && comity_scan_is_digit(at[-1]);
    scan->looked = is_fraction ? comity_scan_offset(scan, at) + 1 : scan->looked;
    return is_fraction;
}

/* scan_numbers.c: groups of digits, words with digits, tokens. */
void comity_scan_at_word_anew(comity_scan *scan, const uint8_t *at);
/* Unless what stands there has been looked at. */
static inline void comity_scan_at_word(comity_scan *scan, const uint8_t *at)
{
    if (comity_scan_offset(scan, at) >= scan->looked) {
        comity_scan_at_word_anew(scan, at);
    }
}
/* The surest number that begins with the word at `begin`, where it begins (with its `+`) and ends, and its readings;
 * false if there is none. */
bool comity_scan_number_at(comity_scan *scan, const uint8_t *begin, const uint8_t **ret_begin, const uint8_t **ret_end,
                           comity_scan_readings *ret_readings);
/* scan_tokens.c */
/* Where the longest token may end that begins with the word at `at`, or with marks before it: `at` if none does. */
const uint8_t *comity_scan_token_from(comity_scan *scan, const uint8_t *at);
/* The token around `at`. */
const uint8_t *comity_scan_token_begin(comity_scan *scan, const uint8_t *at);
const uint8_t *comity_scan_token_end(const comity_scan *scan, const uint8_t *at);
/* The surest token around `at`, as comity_scan_number_at. */
bool comity_scan_token_at(comity_scan *scan, const uint8_t *at, const uint8_t **ret_begin, const uint8_t **ret_end,
                          comity_scan_readings *ret_readings);
/* Anchors that begin in it at or before `at`. */
void comity_scan_anchors_in(comity_scan *scan, const uint8_t *begin, const uint8_t *at);
/* The surest of the runs of several kinds of byte around `at`. False if there is none: then a pair of coordinates has
 * been looked for. The token is cleared. */
bool comity_scan_token_around(comity_scan *scan, const uint8_t *at, const comity_scan_around *around,
                              comity_scan_token *ret_token);
/* Gives it. */
void comity_scan_at_token(comity_scan *scan, const uint8_t *at, const comity_scan_around *around);
void comity_scan_at_email(comity_scan *scan, const uint8_t *at);
/* Where an address of mail around `at` begins, if that is behind `begin` and it is surer than `confidence`; else NULL. */
const uint8_t *comity_scan_email_within(comity_scan *scan, const uint8_t *begin, const uint8_t *at, unsigned confidence,
                                        const uint8_t **ret_end, comity_scan_readings *ret_readings);
/* True if an address of mail, surer or as sure and longer, lies over the value: then that is given instead.
 * If it is just the value, its readings are added. */
bool comity_scan_email_over(comity_scan *scan, const uint8_t *begin, const uint8_t *end, comity_scan_readings *readings);
void comity_scan_at_dashes(comity_scan *scan, const uint8_t *at);
void comity_scan_at_colon(comity_scan *scan, const uint8_t *at);
void comity_scan_at_less(comity_scan *scan, const uint8_t *at);
bool comity_scan_anchor(comity_scan *scan, const uint8_t *at);
/* Two decimal numbers lie around `at`. */
bool comity_scan_is_coordinates(const comity_scan *scan, const uint8_t *at);
void comity_scan_at_mark(comity_scan *scan, const uint8_t *at);
/* scan_signatures.c: looks at the beginning of a part, which the view holds. */
void comity_scan_signatures(comity_scan *scan);
/* scan_labels.c */
void comity_scan_at_label(comity_scan *scan, const uint8_t *at);
/* scan_days.c: the label that stands before a day, or behind it, with no mark between ("geb. 03.11.1957"); NULL if there is none. */
const comity_scan_field *comity_scan_day_label(comity_scan *scan, const uint8_t *begin, const uint8_t *end);
/* Gives a day for which a label speaks; false if that takes no days. */
bool comity_scan_day_value(comity_scan *scan, const uint8_t *begin, const uint8_t *end, const comity_scan_field *field);
/* At the sign behind a year, of Chinese and Japanese. */
void comity_scan_at_year_sign(comity_scan *scan, const uint8_t *at);
/* scan_keys.c: in JSON, at the colon behind a key: false if the key is not one that is known by its bytes. */
bool comity_scan_at_key(comity_scan *scan, const uint8_t *at);
/* The key ends before the quote at `end`. Most are so short that one word tells. */
static inline bool comity_scan_key_is(const comity_scan_key *key, const uint8_t *end)
{
    if (((comity_swar_load_ordered(end - 8) ^ key->words[0]) & key->masks[0]) != 0) {
        return false;
    }
    if (key->size < 8) {
        return key->size != 0;
    }
    uint64_t apart = 0;
    for (unsigned i = 1; i < COMITY_SCAN_KEY_BYTES / 8; i++) {
        apart |= (comity_swar_load_ordered(end - 8 * (i + 1)) ^ key->words[i]) & key->masks[i];
    }
    return apart == 0;
}
/* The same at a key that was expected and at which there is nothing to be done: most are. The view begins at `low`. */
static inline bool comity_scan_at_idle_key(comity_scan *scan, const uint8_t *at, const uint8_t *low)
{
    uint16_t slot = scan->keys[scan->key_slot].next[0];
    const comity_scan_key *key = &scan->keys[slot];
    if (at - low < 2 * COMITY_SCAN_KEY_BYTES || at[-1] != '"' || key->acts || at[1] == ':' ||
        !comity_scan_key_is(key, at - 1)) {
        return false;
    }
    scan->key_slot = slot;
    scan->key_end = comity_scan_offset(scan, at) + 1;
    return true;
}
/* scan_names.c: what the field of the value around [begin, end) and the words near speak for. A group may hold several values:
 * words that stand in it count, too. */
void comity_scan_look_around(comity_scan *scan, const uint8_t *begin, const uint8_t *end, bool is_group,
                             comity_scan_around *ret_around);
/* The name of the field that `at` stands in, for its path. */
bool comity_scan_own_name(const comity_scan *scan, const uint8_t *at, const uint8_t **ret_name, size_t *ret_size);
/* scan_fields.c: what a name speaks for; NULL if it is too long for one. */
const comity_scan_field *comity_scan_field_of(comity_scan *scan, const uint8_t *name, size_t size);
/* scan_names.c: the name, in quotes or not, that ends before `end`, not before `low`. */
bool comity_scan_name_before(const uint8_t *low, const uint8_t *end, const uint8_t **ret_name, size_t *ret_size);
/* scan_labels.c: a whole value whose field speaks for types: tries them all. */
void comity_scan_field_value(comity_scan *scan, const uint8_t *begin, const uint8_t *end,
                             const comity_scan_field *field);
/* scan_follow.c: the same of one that ends before the first of three bytes, if there is a plan for what looks so; else false. */
bool comity_scan_field_planned(comity_scan *scan, const uint8_t *begin, const uint8_t ends[3],
                               const comity_scan_field *field);
/* scan_words.c */
/* A number below 65536 for the first two, three or four bytes of a word, as they are loaded in order. */
static inline uint32_t comity_scan_word_hash(uint32_t bytes, size_t size)
{
    uint32_t first = (bytes | UINT32_C(0x20202020)) << (32 - 8 * size);
    return (first * UINT32_C(0x9E3779B1) + (uint32_t)size * UINT32_C(0x85EBCA6B)) >> 16;
}
/* Some word that begins there, in a value of ASCII, may speak for a number. Four bytes are read. */
static inline bool comity_scan_is_number_word(const comity_scan_rules *rules, const uint8_t *at)
{
    uint32_t bytes = at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
    uint64_t found = 0;
    for (size_t size = 2; size <= 4; size++) {
        uint32_t hash = comity_scan_word_hash(bytes, size);
        found |= rules->number_words[hash >> 6] >> (hash & 63);
    }
    return (found & 1) != 0;
}
bool comity_scan_ends_word(const uint8_t *at, const uint8_t *high);
bool comity_scan_words_near(comity_scan *scan, const uint8_t *begin, const uint8_t *end, const uint8_t *low,
                            const uint8_t *high, bool is_group, comity_scan_set *forms);
/* scan_place.c: structure up to a byte; CSV calls back for cells. */
void comity_scan_place_begin(comity_scan *scan);
void comity_scan_place_advance_far(comity_scan *scan, uint64_t target);
static inline void comity_scan_place_advance(comity_scan *scan, const uint8_t *to)
{
    comity_scan_place *place = &scan->place;
    const comity_scan_window *window = &scan->window;
    uint64_t target = comity_scan_offset(scan, to);
    if (place->at >= target) {
        return;
    }
    bool is_near = window->end >= target && (window->mark_next == window->mark_count ||
                                             window->begin + window->marks[window->mark_next] >= target);
    if (is_near) { /* nothing lies between */
        place->at = target;
        return;
    }
    comity_scan_place_advance_far(scan, target);
}
/* scan_place.c: a column's name, in quotes of any kind or not. */
void comity_scan_column_add(comity_scan *scan, const uint8_t *begin, const uint8_t *end);
/* What the name of a column speaks for, if its values are tried as a whole; else NULL. */
const comity_scan_field *comity_scan_column_field(comity_scan *scan, uint32_t number);
/* scan_layout.c: what the part's layout is, from its beginning, which the view holds. */
void comity_scan_layout_begin(comity_scan *scan);
/* Reads on up to a byte; values that begin before it and have a label are tried. */
void comity_scan_layout_advance(comity_scan *scan, const uint8_t *to);
/* True if `at` stands in a value that the layout names. */
static inline bool comity_scan_layout_names(const comity_scan *scan, const uint8_t *at)
{
    return scan->layout.label_size != 0 && comity_scan_offset(scan, at) >= scan->layout.value;
}
/* Tries the value [begin, end) of the name that the layout has noted. `field` is what it speaks for; NULL: nothing. */
void comity_scan_layout_value(comity_scan *scan, const uint8_t *begin, const uint8_t *end,
                              const comity_scan_field *field);
/* Where in the text the value ends, at most `limit`. */
const uint8_t *comity_scan_layout_end(const comity_scan *scan, const uint8_t *at, const uint8_t *limit);
/* The value without the layout's escapes, in `room` if there are any. */
size_t comity_scan_layout_plain(const comity_scan *scan, const uint8_t *bytes, size_t size, uint8_t *room,
                                const uint8_t **ret_value);
/* scan_sql.c: the text begins like statements that fill tables. */
bool comity_scan_sql_begins(const uint8_t *text, size_t size, bool *ret_has_backslashes);
/* Reads what stands at `at`; returns where the next is. */
const uint8_t *comity_scan_sql_step(comity_scan *scan, const uint8_t *at, const uint8_t *limit);
/* Line ends before `at`, which is not beyond what is known. */
uint64_t comity_scan_line_of(const comity_scan *scan, const uint8_t *at);
size_t comity_scan_place_path(comity_scan *scan, const uint8_t *at, char *ret_path, size_t size_max);

#endif
