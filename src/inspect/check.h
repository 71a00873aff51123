/* Conditions on a value: small programs that a type's `let`, `check`, `date`,
 * `region`, `require` and `entropy` lines are compiled to.
 *
 * A program runs straight down: jumps lead forward only, so it ends after at
 * most as many steps as it has. It works on whole numbers of 64 bits, which
 * wrap; a condition is a number, 0 for no. */
#ifndef COMITY_INSPECT_CHECK_H
#define COMITY_INSPECT_CHECK_H

#include "base/swar.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers on the stack at once: a compiled expression says how many it needs. */
#define COMITY_CHECK_STACK 64
/* Names given with `let`. */
#define COMITY_CHECK_NAMES 16
/* Parts of a shape. */
#define COMITY_CHECK_PARTS 24

typedef enum comity_check_code {
    /* Onto the stack. */
    COMITY_CHECK_CONSTANT,  /* numbers[data] */
    COMITY_CHECK_RECALL,    /* the name `from` */
    COMITY_CHECK_LENGTH,    /* of the body */
    COMITY_CHECK_FORM,      /* which of the type's shapes this is, from 1 */
    COMITY_CHECK_DIGIT,     /* the number of the character at `from`; 0 where none is */
    COMITY_CHECK_CHAR,      /* its byte; -1 where none is */
    COMITY_CHECK_INDEX,     /* its place in the text; -1 if it is not there */
    COMITY_CHECK_NUMBER,    /* the range as a decimal number; -1 beyond 18 digits */
    COMITY_CHECK_NUMBER_IN, /* the range as a number in the text's digits; -1 if another character is there */
    COMITY_CHECK_SUM,       /* of characters' numbers times numbers[data…], over and over */
    COMITY_CHECK_SUM_CROSS, /* the same, each product's digits added */
    COMITY_CHECK_SUM_IN,    /* of places in the text times numbers[more…]; -1 counts as 0 */
    COMITY_CHECK_SUM_IN_CROSS,
    COMITY_CHECK_REMAINDER, /* of the range's expansion, by numbers[data] */
    COMITY_CHECK_ENTROPY,
    COMITY_CHECK_CRC32,
    COMITY_CHECK_COUNT, /* how many characters of the range have their bit in the 32 bytes of the text */
    /* Onto the stack, 0 or 1. */
    COMITY_CHECK_TEXT_IN, /* the range is one of `count` texts of the range's size */
    COMITY_CHECK_SAME,    /* all characters of the range are the same */
    COMITY_CHECK_LUHN,    /* with a text: its alphabet */
    COMITY_CHECK_LUHN_EXPANDED,
    COMITY_CHECK_VERHOEFF,
    COMITY_CHECK_DAMM,
    COMITY_CHECK_MOD_11_2,
    COMITY_CHECK_MOD_37_2,
    COMITY_CHECK_MOD_97_10,
    COMITY_CHECK_MOD_11_10,
    COMITY_CHECK_MOD_37_36,
    COMITY_CHECK_IBAN, /* MOD 97-10, the first four characters taken last */
    COMITY_CHECK_BASE58,
    COMITY_CHECK_BECH32,
    COMITY_CHECK_EIP55,
    COMITY_CHECK_IPV6,
    COMITY_CHECK_HOST,
    /* The top of the stack becomes another. */
    COMITY_CHECK_PICK,   /* the byte of the text at this place; -1 if there is none */
    COMITY_CHECK_CHOOSE, /* numbers[data + it]; -1 if there is none */
    COMITY_CHECK_AMONG,  /* lies between one of the pairs in numbers[data…] */
    COMITY_CHECK_NOT,
    COMITY_CHECK_NEGATE,
    /* Two become one. */
    COMITY_CHECK_ADD,
    COMITY_CHECK_SUBTRACT,
    COMITY_CHECK_MULTIPLY,
    COMITY_CHECK_DIVIDE, /* rounded down; 0 by 0 */
    COMITY_CHECK_MODULO, /* never negative; 0 by 0 */
    COMITY_CHECK_EQUAL,
    COMITY_CHECK_LESS,
    COMITY_CHECK_GREATER,
    /* Three become one: is there such a year, month, day? */
    COMITY_CHECK_DATE,
    /* Off the stack. */
    COMITY_CHECK_KEEP,      /* as the name `from` */
    COMITY_CHECK_REQUIRE,   /* 0 ends the program: no */
    COMITY_CHECK_JUMP,      /* to step `data` */
    COMITY_CHECK_JUMP_ZERO, /* takes the top away, and jumps if it is 0 */
    COMITY_CHECK_AND_THEN,  /* jumps if the top is 0, else takes it away */
    COMITY_CHECK_OR_ELSE    /* jumps if the top is not 0, else takes it away */
} comity_check_code;

/* Where ranges lie. Positive: from the body's beginning, 1 the first; negative:
 * from its end, -1 the last. With `part`, the range is part `from` of the shape.
 * What lies outside of the body is left away, and a part that a shape does not have is empty. */
typedef struct comity_check_step {
    uint8_t code;
    bool part;
    int16_t from, to;
    uint16_t count;     /* of numbers or texts */
    uint16_t text_size; /* of the text, or of one of the texts */
    uint32_t data;      /* into numbers, texts or steps, as the code says */
    uint32_t more;      /* into numbers, for sums over a text's places */
} comity_check_step;

/* What programs share. */
typedef struct comity_check_data {
    const int64_t *numbers;
    const uint8_t *texts;
} comity_check_data;

/* A value that fits a shape. */
typedef struct comity_check_value {
    const uint8_t *bytes;
    uint32_t body_begin, body_end; /* what positions count */
    uint16_t part_begins[COMITY_CHECK_PARTS], part_ends[COMITY_CHECK_PARTS];
    uint32_t part_count;
    uint32_t form; /* from 1 */
} comity_check_value;

/* True if all that the program requires holds. */
bool comity_check_run(const comity_check_step *steps, size_t count, const comity_check_data *data,
                      const comity_check_value *value);

/* What a program says of all values that look alike: `0` stands for any digit, `a` and `A` for any letter. */
typedef enum comity_check_outcome { COMITY_CHECK_NEVER, COMITY_CHECK_ALWAYS, COMITY_CHECK_OPEN } comity_check_outcome;

comity_check_outcome comity_check_looks(const comity_check_step *steps, size_t count, const comity_check_data *data,
                                        const comity_check_value *value);

/* How many bytes look like this one, itself the first: 10 for `0`, 26 for `a` and `A`, else 1. */
static inline size_t comity_check_kin(uint8_t byte)
{
    return byte == '0' ? 10 : byte == 'a' || byte == 'A' ? 26 : 1;
}

/* Which of the bytes that look like this one have their bit in 32 bytes. */
typedef enum comity_check_kins { COMITY_CHECK_NO_KIN, COMITY_CHECK_ALL_KINS, COMITY_CHECK_SOME_KINS } comity_check_kins;

static inline comity_check_kins comity_check_kins_in(const uint8_t bits[32], uint8_t byte)
{
    uint64_t word = comity_swar_load_ordered(bits + byte / 64 * 8);
    uint64_t kin = ((UINT64_C(1) << comity_check_kin(byte)) - 1)
                   << byte % 64; /* none of the kins lies on both sides of a word's end */
    return (word & kin) == 0 ? COMITY_CHECK_NO_KIN : (word & kin) == kin ? COMITY_CHECK_ALL_KINS : COMITY_CHECK_SOME_KINS;
}

/* The characters that a step speaks of, and how many places before the first of them lie outside of the body. */
const uint8_t *comity_check_characters(const comity_check_value *value, const comity_check_step *step, size_t *ret_size,
                                       size_t *ret_missing);

/* What single steps do: one that looks at the characters, which comity_check_characters has found; one that makes another of the top of the stack, one that
 * makes one of two; and whether there is such a day. */
int64_t comity_check_look_at(const comity_check_data *data, const uint8_t *bytes, size_t size, size_t missing,
                             const comity_check_step *step);
int64_t comity_check_change(const comity_check_data *data, const comity_check_step *step, int64_t top);
int64_t comity_check_combine(uint8_t code, int64_t left, int64_t right);
bool comity_check_is_date(int64_t year, int64_t month, int64_t day);

/* Whether a number lies in one of `count` pairs, each of a least and a greatest number. */
static inline bool comity_check_is_among(int64_t number, const int64_t *pairs, size_t count)
{
    for (const int64_t *end = pairs + 2 * count; pairs < end; pairs += 2) {
        if (number >= pairs[0] && number <= pairs[1]) {
            return true;
        }
    }
    return false;
}

#endif
