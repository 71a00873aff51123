/* Comes in: a program, and how a value looks: a `0` for any digit, `a` and `A` for any letter. Goes out: what the
 * program says of every value that looks so, if it says the same of all. Steps whose outcome hangs on which
 * digit or letter it is give a number that is not known; where the way hangs on one, nothing is
 * said, but that a condition before it never holds. */
#include "inspect/check.h"

#include "inspect/check_digits.h"

typedef struct known {
    bool is_known;
    int64_t number;
} known;

/* How many of the characters are in the set; not known if of kins some are and some are not. */
static known count_looks(const uint8_t *bytes, size_t size, const uint8_t *among)
{
    int64_t count = 0;
    for (size_t i = 0; i < size; i++) {
        comity_check_kins held = comity_check_kins_in(among, bytes[i]);
        if (held == COMITY_CHECK_SOME_KINS) {
            return (known){false, 0};
        }
        count += held == COMITY_CHECK_ALL_KINS;
    }
    return (known){true, count};
}

static known look(const comity_check_step *step, const comity_check_data *data, const comity_check_value *value)
{
    size_t size;
    size_t missing;
    const uint8_t *bytes = comity_check_characters(value, step, &size, &missing);
    switch (step->code) {
    case COMITY_CHECK_CONSTANT:
        return (known){true, data->numbers[step->data]};
    case COMITY_CHECK_LENGTH:
        return (known){true, value->body_end - value->body_begin};
    case COMITY_CHECK_FORM:
        return (known){true, value->form};
    case COMITY_CHECK_COUNT:
        return count_looks(bytes, size, data->texts + step->data);
    case COMITY_CHECK_CHAR:
        return (known){size == 0 || comity_check_kin(bytes[0]) == 1, size == 0 ? -1 : bytes[0]};
    default:
        return (known){false, 0};
    }
}

/* Of a step that may leave the straight way, whether it does: false if that is not known. */
static bool steer(const comity_check_step *step, known **top, bool *ret_jumps)
{
    if (step->code == COMITY_CHECK_JUMP) {
        *ret_jumps = true;
        return true;
    }
    bool is_zero = (*top)->number == 0;
    bool is_known = (*top)->is_known;
    *ret_jumps = is_zero != (step->code == COMITY_CHECK_OR_ELSE);
    *top -= !*ret_jumps || step->code == COMITY_CHECK_JUMP_ZERO;
    return is_known;
}

/* A step that needs the stack only. */
static known *change(const comity_check_step *step, const comity_check_data *data, known *top)
{
    if (step->code < COMITY_CHECK_ADD) {
        top->number = top->is_known ? comity_check_change(data, step, top->number) : 0;
        return top;
    }
    if (step->code < COMITY_CHECK_DATE) {
        bool is_known = top[-1].is_known && top->is_known;
        top[-1] = (known){is_known, is_known ? comity_check_combine(step->code, top[-1].number, top->number) : 0};
        return top - 1;
    }
    top[-2].is_known = false;
    return top - 2;
}

comity_check_outcome comity_check_looks(const comity_check_step *steps, size_t count, const comity_check_data *data,
                                        const comity_check_value *value)
{
    known stack[COMITY_CHECK_STACK + 1] = {{false, 0}};
    known names[COMITY_CHECK_NAMES] = {{false, 0}};
    known *top = stack;
    bool all_known = true;
    for (size_t at = 0; at < count;) {
        const comity_check_step *step = &steps[at++];
        bool jumps = false;
        if (step->code == COMITY_CHECK_RECALL) {
            *++top = names[step->from];
        } else if (step->code < COMITY_CHECK_PICK) {
            *++top = look(step, data, value);
        } else if (step->code <= COMITY_CHECK_DATE) {
            top = change(step, data, top);
        } else if (step->code == COMITY_CHECK_KEEP) {
            names[step->from] = *top--;
        } else if (step->code == COMITY_CHECK_REQUIRE && top->is_known && top->number == 0) {
            return COMITY_CHECK_NEVER;
        } else if (step->code == COMITY_CHECK_REQUIRE) {
            all_known &= top->is_known;
            top--;
        } else if (!steer(step, &top, &jumps)) {
            return COMITY_CHECK_OPEN;
        }
        at = jumps ? step->data : at;
    }
    return all_known ? COMITY_CHECK_ALWAYS : COMITY_CHECK_OPEN;
}
