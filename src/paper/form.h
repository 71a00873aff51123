/* The forms of papers, and the fields each has: one table, which reading,
 * writing, the command and docs/formats/paper.md follow.
 *
 * A form says what a paper does and who signs it. What law calls the paper
 * ("explicit-consent", "authority-permission") is its field `paper`, and law's
 * business. */
#ifndef COMITY_PAPER_FORM_H
#define COMITY_PAPER_FORM_H

#include "base/error.h"

/* In the order in which they stand in a paper. */
typedef enum comity_paper_field {
    COMITY_FIELD_PAPER,  /* what law calls it; of a delegation: the kinds it is for */
    COMITY_FIELD_ID,     /* the name its issuer gives it */
    COMITY_FIELD_BY,     /* who gives it: an authority of the law, or a party of the trust file */
    COMITY_FIELD_HOLDER, /* to whom it is given: it serves acts of theirs only */
    COMITY_FIELD_ISSUED, /* the day it was signed */
    COMITY_FIELD_FROM,
    COMITY_FIELD_UNTIL,
    COMITY_FIELD_UNDER, /* laws it is under */
    COMITY_FIELD_ABOUT, /* the rule it is about */
    COMITY_FIELD_RESULT,
    COMITY_FIELD_MODULE,
    COMITY_FIELD_PARTY, /* recipients it is for */
    COMITY_FIELD_STATE, /* states it is for */
    COMITY_FIELD_CATEGORY,
    COMITY_FIELD_PURPOSE,
    COMITY_FIELD_PRODUCT,
    COMITY_FIELD_ANSWERS,  /* the request that is granted, by its hash */
    COMITY_FIELD_DOCUMENT, /* hashes and names of what is annexed */
    COMITY_FIELD_KEY,      /* the key that is given power, or loses it */
    COMITY_FIELD_DEPTH,    /* how often it may be delegated on */
    COMITY_FIELD_REVOKES,  /* the paper that is revoked, by its hash */
    COMITY_FIELD_LAST
} comity_paper_field;

/* What may stand in a field. */
typedef enum comity_value_kind {
    COMITY_VALUE_TEXT,     /* any line without spaces at its ends */
    COMITY_VALUE_WORD,     /* no space */
    COMITY_VALUE_DATE,     /* YYYY-MM-DD */
    COMITY_VALUE_HASH,     /* sha256: and 64 hexadecimal digits */
    COMITY_VALUE_DOCUMENT, /* a hash, a space, a name */
    COMITY_VALUE_KEY,      /* a verifier key for papers */
    COMITY_VALUE_DEPTH     /* 0 to COMITY_LIMIT_DELEGATION_DEPTH */
} comity_value_kind;

typedef struct comity_field_rule {
    const char *name;
    comity_value_kind kind;
    bool is_list;     /* may be repeated, each value once, in rising order of bytes */
    const char *hint; /* what stands there, for help texts */
} comity_field_rule;

/* Who must have signed a paper for it to count. */
typedef enum comity_signed_by {
    COMITY_SIGNED_BY_AUTHORITY, /* one whom that law lets grant it; where it names none, one whom the trust file does */
    COMITY_SIGNED_BY_PARTY,     /* a party whom the trust file lets sign it, where law leaves it to no authority */
    COMITY_SIGNED_BY_LISTED,    /* whom the trust file lets sign such papers */
    COMITY_SIGNED_BY_PRINCIPAL  /* whoever it speaks for */
} comity_signed_by;

typedef struct comity_paper_form {
    const char *name;
    const char *summary;
    comity_signed_by signed_by;
    bool counts;       /* it can be held in an act */
    bool own;          /* of those who give it: without `holder` they are its holders */
    uint32_t required; /* bit: comity_paper_field */
    uint32_t allowed;  /* required ones included */
    uint16_t by_min;   /* how many must give it */
    uint16_t by_max;
} comity_paper_form;

/* A constant. */
const comity_field_rule *comity_field_rule_of(comity_paper_field field);

/* COMITY_FIELD_LAST if no field is called so. */
comity_paper_field comity_field_find(const char *name, size_t size);

/* How many forms there are, and each; constants. */
size_t comity_form_count(void);
const comity_paper_form *comity_form_at(size_t index);

/* NULL if no form is called so. */
const comity_paper_form *comity_form_find(const char *name, size_t size);

#endif
