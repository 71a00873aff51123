/* Programs made shorter for values of which it is known where their parts lie: see check_settle.c. */
#ifndef COMITY_INSPECT_CHECK_SETTLE_H
#define COMITY_INSPECT_CHECK_SETTLE_H

#include "inspect/check.h"

/* Bytes that are read behind those of a value. */
#define COMITY_CHECK_MARGIN 8

/* A step of such a program. */
typedef struct comity_check_settled {
    uint8_t code;
    uint8_t begin, size; /* of a range */
    uint8_t turn;        /* of a sum: the weight of its first byte; of what is done as it was: the places before it that
                          * lie outside of the body; of a name: its number; of pairs: 1 if they stand in order */
    uint16_t count;      /* of numbers */
    uint8_t then;        /* what becomes of the number that it puts onto the stack */
    union {
        int64_t number;
        uint32_t data;                 /* into numbers */
        const comity_check_step *step; /* what is done as it was */
    } with;
} comity_check_settled;

/* Makes the program that does the same for every value with as many bytes, its parts at the same places and digits
 * where this one has digits: at most `most` steps. Returns false if there is none. */
bool comity_check_settle(const comity_check_step *steps, size_t count, const comity_check_data *data,
                         const comity_check_value *value, comity_check_settled *ret_steps, size_t most,
                         size_t *ret_count);

/* What the check by Luhn's sum said of a range last: several forms ask it of the same value. All 0 before the first. */
typedef struct comity_check_sums {
    uint8_t begin, size; /* 0: of none */
    bool is_right;
} comity_check_sums;

/* As comity_check_run, of a value of which `sums` tell. */
bool comity_check_settled_run(const comity_check_settled *steps, size_t count, const comity_check_data *data,
                              const uint8_t *bytes, comity_check_sums *sums);

#endif
