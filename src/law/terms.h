/* Terms that law text, law image and judge share, in the numbers they have in
 * the image. They are the contract's own words (kinds of act, effects), never
 * names that law files declare. */
#ifndef COMITY_LAW_TERMS_H
#define COMITY_LAW_TERMS_H

#include <stdint.h>

#define COMITY_NO_DATE INT32_MIN /* a date left out; else days since 1970-01-01 */

/* The kinds of act, as bits; the bit numbers are those of the image. */
enum {
    COMITY_ACT_TRANSFER = 1 << 0,
    COMITY_ACT_STORE = 1 << 1,
    COMITY_ACT_COLLECT = 1 << 2,
    COMITY_ACT_DISCLOSE = 1 << 3,
    COMITY_ACT_OPERATE = 1 << 4,
    COMITY_ACT_OFFER = 1 << 5
};
#define COMITY_ACT_COUNT 6

typedef enum comity_effect {
    COMITY_EFFECT_REFUSE,
    COMITY_EFFECT_NEEDS,
    COMITY_EFFECT_WAY,
    COMITY_EFFECT_LIFTS,
    COMITY_EFFECT_DUTY,
    COMITY_EFFECT_COMPELS,
    COMITY_EFFECT_NOTES
} comity_effect;

typedef enum comity_expression_kind {
    COMITY_EXPRESSION_LEAF,
    COMITY_EXPRESSION_ALL,   /* all of */
    COMITY_EXPRESSION_ONE,   /* one of */
    COMITY_EXPRESSION_ORDER  /* in order */
} comity_expression_kind;

typedef enum comity_place_list { /* the act's lists of places */
    COMITY_LIST_ORIGIN,
    COMITY_LIST_LOCATION,
    COMITY_LIST_SUBJECTS,
    COMITY_LIST_TRANSIT
} comity_place_list;

#endif
