/* Types: what an identifier, a secret, a mark or a file of a kind looks like.
 *
 * Types are data (types/, docs/types.md). A set of types is read from their
 * text once and never changes; threads share it. A type has one or more forms;
 * a form is a shape of bytes with conditions on them. A form is tried on a
 * value: a candidate's bytes brought into the form's writing.
 *
 * How a scanner uses it: for each candidate, comity_types_forms names the forms
 * worth trying, by how they are found and by size; comity_type_try judges the
 * value under one of them. comity_types_literals lists the words, anchors, marks
 * and signatures that a scanner looks for as they are. Trying never allocates,
 * never fails, and reads nothing but its arguments. */
#ifndef COMITY_INSPECT_TYPES_H
#define COMITY_INSPECT_TYPES_H

#include "base/error.h"

/* A set of types; owns all that its functions give out, until comity_types_close. */
typedef struct comity_types comity_types;

/* What speaks for a finding. */
#define COMITY_EVIDENCE_SHAPE 0x01u    /* length and characters */
#define COMITY_EVIDENCE_CHECKSUM 0x02u /* a check digit, letter or sum holds */
#define COMITY_EVIDENCE_DATE 0x04u     /* a date within it is one of the calendar */
#define COMITY_EVIDENCE_REGION 0x08u   /* a place, office or issuer within it exists */
#define COMITY_EVIDENCE_LITERAL 0x10u  /* letters of three or more that only this type has */
#define COMITY_EVIDENCE_ENTROPY 0x20u  /* as irregular as a secret is */

/* How the candidates of a form are found, and in which writing they are tried. */
typedef enum comity_find {
    COMITY_FIND_DIGITS,      /* groups of digits; compact writing. A form found by ALNUM that digits alone may pass
                              * has a twin that is found so */
    COMITY_FIND_PHONE,       /* `+` and groups of digits; compact writing, `+` kept */
    COMITY_FIND_ALNUM,       /* groups of digits and letters, at least one letter; compact writing */
    COMITY_FIND_WRITTEN,     /* as ALNUM or DIGITS, but separators count; upper writing */
    COMITY_FIND_TOKEN,       /* a run of letters, digits and any of _ - + / = . : ~ ; exact writing */
    COMITY_FIND_EMAIL,       /* around an `@`; exact writing */
    COMITY_FIND_MRZ,         /* a line of A-Z, 0-9 and `<`, or two or three with line ends between;
                              * upper writing, line ends left out */
    COMITY_FIND_COORDINATES, /* two decimal numbers with a comma or white space between; exact writing, the
                              * separator made one comma */
    COMITY_FIND_LABEL,       /* what stands behind one of the type's words, or in its field; exact writing */
    COMITY_FIND_ANCHOR,      /* bytes that begin with one of the form's anchors; exact writing */
    COMITY_FIND_MARK,        /* one of the type's words alone is the finding */
    COMITY_FIND_SIGNATURE    /* bytes at a fixed place of a file */
} comity_find;
#define COMITY_FIND_COUNT 12

/* Compact: separators left out, letters upper case. Upper: letters upper case.
 * Exact: as they stand. In all of them digits and letters of full width, digits
 * of other scripts, and the spaces and dashes of Unicode are made ASCII. */
typedef enum comity_writing { COMITY_WRITING_COMPACT, COMITY_WRITING_UPPER, COMITY_WRITING_EXACT } comity_writing;

typedef enum comity_type_kind {
    COMITY_TYPE_IDENTIFIER,
    COMITY_TYPE_SECRET,
    COMITY_TYPE_MARK,
    COMITY_TYPE_FILE
} comity_type_kind;

/* Separators seen while a value was brought into compact writing. */
#define COMITY_SEPARATOR_SPACE 0x01u
#define COMITY_SEPARATOR_HYPHEN 0x02u
#define COMITY_SEPARATOR_DOT 0x04u
#define COMITY_SEPARATOR_SLASH 0x08u
#define COMITY_SEPARATOR_COLON 0x10u
#define COMITY_SEPARATOR_OTHER 0x20u    /* , ' _ \ */
#define COMITY_SEPARATOR_REPEATED 0x40u /* two or more between two characters */
#define COMITY_SEPARATOR_BRACKETS 0x80u /* ( ) */

typedef struct comity_type {
    const char *name;          /* "cn.resident-id": lower case; the state's code first where there is one */
    const char *title;         /* in plain words */
    const char *category;      /* of the taxonomy: "government-id" */
    const char *source;        /* the law, standard or publisher */
    const char *const *states; /* ISO 3166-1 codes, upper case; none for what belongs to no state */
    uint16_t state_count;
    uint16_t form_begin, form_end; /* its forms: [begin, end) */
    comity_type_kind kind;
    bool is_person; /* the value stands for one person: it may count persons */
} comity_type;

/* What a scanner may know of a form; `type` numbers comity_types_type. */
typedef struct comity_type_form {
    uint16_t type;
    comity_find find;
    comity_writing writing;
    uint32_t size_min, size_max; /* of the value in the form's writing */
    uint8_t separators;          /* those it may be written with */
    bool repeated_separators;    /* " - " is as good as "-" */
    bool needs_context;          /* is no finding unless a word or a field name speaks for it */
    uint8_t odds;                /* of 2^odds random values that could be found, one passes */
    uint8_t alone;               /* confidence of what passes: without context (0: no finding), */
    uint8_t with_context;        /* and with it */
    uint8_t evidence;            /* what a value that passes has shown */
} comity_type_form;

/* Literals a scanner looks for; each says which type, or form, it speaks for.
 * The same text may be there more than once. */
typedef enum comity_type_literal_kind {
    COMITY_LITERAL_WORD,   /* speaks for a type when near; any case, whole words (scripts without spaces: anywhere) */
    COMITY_LITERAL_FIELD,  /* a field name that speaks for a type: lower case letters and digits only,
                               * and beyond ASCII all bytes */
    COMITY_LITERAL_ANCHOR, /* the bytes with which values of a form begin; exact case */
    COMITY_LITERAL_MARK,   /* the finding itself; any case, whole words */
    COMITY_LITERAL_SIGNATURE, /* the bytes at `offset` of a file; or COMITY_SIGNATURE_ELEMENT */
} comity_type_literal_kind;

/* In place of an offset: the text is the name of the first element of XML, a NUL, and what stands near
 * its beginning, if anything must. */
#define COMITY_SIGNATURE_ELEMENT UINT32_MAX

typedef struct comity_type_literal {
    const char *text; /* NUL-terminated, but signatures may hold NUL */
    uint32_t size;
    uint32_t offset; /* of a signature */
    comity_type_literal_kind kind;
    uint16_t type;
    uint16_t form;    /* of an anchor; else the type's first */
    char language[4]; /* of a word or mark, ISO 639-1; "" if none */
} comity_type_literal;

/* One file of types: `path` for messages. Borrowed while it is read. */
typedef struct comity_types_text {
    const char *path;
    const char *text;
    size_t size;
} comity_types_text;

/* Opens the types that the program was built with. COMITY_ERROR_MEMORY. */
COMITY_MUST_USE comity_status comity_types_open(comity_types **ret_types, comity_error *reterr);

/* Reads a set of types from `count` files; `like` reaches over all of them.
 * COMITY_ERROR_SYNTAX with path, line and column; COMITY_ERROR_LIMIT; COMITY_ERROR_MEMORY. */
COMITY_MUST_USE comity_status comity_types_load(const comity_types_text *files, size_t count, comity_types **ret_types,
                                                comity_error *reterr);

/* NULL is allowed. */
void comity_types_close(comity_types *types);

/* SHA-256 of the text the set was read from: names the set. */
const uint8_t *comity_types_hash(const comity_types *types);

size_t comity_types_count(const comity_types *types);
const comity_type *comity_types_type(const comity_types *types, size_t number);
size_t comity_types_form_count(const comity_types *types);
const comity_type_form *comity_types_form(const comity_types *types, size_t number);

/* The number of the type of a name, or comity_types_count if there is none. */
size_t comity_types_find(const comity_types *types, const char *name, size_t name_size);

/* The numbers of the forms found by `find` that a value of `size` bytes in their
 * writing may pass; ordered by number. Sizes beyond COMITY_LIMIT_VALUE_BYTES have none. */
const uint16_t *comity_types_forms(const comity_types *types, comity_find find, size_t size, size_t *ret_count);

/* All literals, ordered by kind, then by text. */
const comity_type_literal *comity_types_literals(const comity_types *types, size_t *ret_count);

/* Brings a candidate into a writing; `ret_value` has room for `size` bytes.
 * Returns how many there are. White space at both ends is left out. */
size_t comity_value_write(const uint8_t *raw, size_t size, comity_writing writing, uint8_t *ret_value,
                          uint8_t *ret_separators);

/* True if the value, in the form's writing, passes the form: shape and all conditions. */
bool comity_type_try(const comity_types *types, size_t form, const uint8_t *value, size_t size);

/* Of an anchored form: how many of `size` bytes, which begin with the anchor,
 * belong to a value that passes; 0 if none does. `ret_open` says that more bytes
 * could make it longer (or could make it pass), so that a scanner waits for them. */
size_t comity_type_measure(const comity_types *types, size_t form, const uint8_t *bytes, size_t size, bool *ret_open);

/* True if a candidate as it stands passes the type, separators included: the
 * slow and whole way, for tests and for one value at a time. `ret_form` (may be
 * NULL) is the first form it passes. */
bool comity_type_accepts(const comity_types *types, size_t type, const uint8_t *raw, size_t size, size_t *ret_form);

#endif
