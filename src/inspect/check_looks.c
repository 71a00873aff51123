/* Comes in: a program, and how a value looks: a `0` for any digit, `a` and `A` for any letter. Goes out: what the
 * program says of every value that looks so, if it says the same of all. Steps whose outcome hangs on which
 * digit or letter it is give a number that is not known; where the way hangs on one, nothing is
 * said, but that a condition before it never holds. */
#include "inspect/check.h"

#include "inspect/check_codes.h"
#include "inspect/check_digits.h"

/* A number that is known; or, if it is not, perhaps how many there are that it may be: from `number` on. */
typedef struct known {
    bool is_known;
    int64_t number;
    int64_t count; /* 0: nothing is known of it */
} known;

/* How many of the characters are in the set; not known if of kins some are and some are not. */
static known count_looks(const uint8_t *bytes, size_t size, const uint8_t *among)
{
    int64_t count = 0;
    for (size_t i = 0; i < size; i++) {
        comity_check_kins held = comity_check_kins_in(among, bytes[i]);
        if (held == COMITY_CHECK_SOME_KINS) {
            return (known){.is_known = false};
        }
        count += held == COMITY_CHECK_ALL_KINS;
    }
    return (known){.is_known = true, .number = count};
}

/* A byte: what looks so may be any of its kins. */
static known char_looks(uint8_t byte)
{
    size_t kins = comity_check_kin(byte);
    return (known){.is_known = kins == 1, .number = byte, .count = (int64_t)kins};
}

static known look(const comity_check_step *step, const comity_check_data *data, const comity_check_value *value)
{
    size_t size;
    size_t missing;
    const uint8_t *bytes = comity_check_characters(value, step, &size, &missing);
    switch (step->code) {
    case COMITY_CHECK_CONSTANT:
        return (known){.is_known = true, .number = data->numbers[step->data]};
    case COMITY_CHECK_LENGTH:
        return (known){.is_known = true, .number = value->body_end - value->body_begin};
    case COMITY_CHECK_FORM:
        return (known){.is_known = true, .number = value->form};
    case COMITY_CHECK_COUNT:
        return count_looks(bytes, size, data->texts + step->data);
    case COMITY_CHECK_CHAR:
        return size == 0 ? (known){.is_known = true, .number = -1} : char_looks(bytes[0]);
    case COMITY_CHECK_HOST: /* which digit or letter it is does not count */
        return (known){.is_known = true, .number = comity_check_host(bytes, size)};
    default:
        return (known){.is_known = false};
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

/* Whether two numbers are equal: they are not, if one is none of those that the other may be. */
static known equal(const known *left, const known *right)
{
    const known *one = left->is_known ? left : right;
    const known *other = left->is_known ? right : left;
    if (!one->is_known) {
        return (known){.is_known = false};
    }
    uint64_t from = (uint64_t)one->number - (uint64_t)other->number;
    bool is_none = other->is_known ? from != 0 : other->count != 0 && from >= (uint64_t)other->count;
    return (known){.is_known = other->is_known || is_none, .number = !is_none};
}

/* A step that needs the stack only. */
static known *change(const comity_check_step *step, const comity_check_data *data, known *top)
{
    if (step->code < COMITY_CHECK_ADD) {
        *top = (known){.is_known = top->is_known,
                       .number = top->is_known ? comity_check_change(data, step, top->number) : 0};
        return top;
    }
    if (step->code == COMITY_CHECK_EQUAL) {
        top[-1] = equal(&top[-1], top);
        return top - 1;
    }
    if (step->code < COMITY_CHECK_DATE) {
        bool is_known = top[-1].is_known && top->is_known;
        top[-1] = (known){.is_known = is_known,
                          .number = is_known ? comity_check_combine(step->code, top[-1].number, top->number) : 0};
        return top - 1;
    }
    top[-2] = (known){.is_known = false};
    return top - 2;
}

comity_check_outcome comity_check_looks(const comity_check_step *steps, size_t count, const comity_check_data *data,
                                        const comity_check_value *value)
{
    known stack[COMITY_CHECK_STACK + 1] = {{.is_known = false}};
    known names[COMITY_CHECK_NAMES] = {{.is_known = false}};
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
