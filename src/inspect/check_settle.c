/* Comes in: a program, and one value of those that it is to be run on, which all look alike. Goes out: a program
 * that says the same of them in fewer steps. What follows from where the parts lie is worked out here: sizes, which
 * shape it is, and where the program goes by them. What is left runs straight down: a condition that stands for all
 * of them ends it, where it does not hold. Programs that go different ways by what stands in the value are left as they are. */
#include "inspect/check_settle.h"

#include "base/swar.h"
#include "inspect/check_digits.h"

#include <assert.h>

/* Of so few pairs each is looked at. */
#define FEW_PAIRS 4

typedef enum settled_code {
    SETTLED_FAIL,
    /* Onto the stack. */
    SETTLED_CONSTANT,
    SETTLED_RECALL,
    SETTLED_DIGIT,
    SETTLED_CHAR,
    SETTLED_NUMBER, /* up to eight digits */
    SETTLED_SUM,
    SETTLED_LUHN,
    SETTLED_LOOK, /* another step */
    /* The top of the stack becomes another. */
    SETTLED_AMONG,
    SETTLED_NOT,
    SETTLED_CHANGE,
    SETTLED_EQUAL_TO,
    SETTLED_LESS_THAN,
    SETTLED_GREATER_THAN,
    SETTLED_PLUS,
    SETTLED_TIMES,
    SETTLED_MODULO,
    /* Two, or three, become one. */
    SETTLED_ADD,
    SETTLED_EQUAL,
    SETTLED_COMBINE,
    SETTLED_DATE,
    /* Off the stack. */
    SETTLED_KEEP,
    SETTLED_COPY, /* the same, and it stays */
    SETTLED_REQUIRE,
    SETTLED_FORBID,
    SETTLED_REQUIRE_AMONG,
    SETTLED_FORBID_AMONG
} settled_code;

/* What becomes of a number. */
typedef enum settled_then { THEN_STAYS, THEN_REQUIRED, THEN_FORBIDDEN } settled_then;

typedef struct known {
    bool is_known;
    int64_t number;
} known;

/* A program in the making. Numbers that are known are not written before something that is not known comes onto the
 * stack above them: so what is not written lies on top. */
typedef struct settler {
    const comity_check_data *data;
    const comity_check_value *value;
    comity_check_settled *steps;
    size_t count, most;
    bool is_full;
    known stack[COMITY_CHECK_STACK + 1];
    size_t size, written;      /* of the stack */
    comity_check_settled none; /* where there is no room */
    known names[COMITY_CHECK_NAMES];
} settler;

static comity_check_settled *put(settler *of, settled_code code)
{
    of->is_full |= of->count == of->most;
    comity_check_settled *step = of->is_full ? &of->none : &of->steps[of->count++];
    *step = (comity_check_settled){.code = (uint8_t)code};
    return step;
}

static void push_known(settler *of, int64_t number)
{
    of->stack[of->size++] = (known){true, number};
}

/* Writes what is known and lies on the stack. */
static void write_all(settler *of)
{
    for (; of->written < of->size; of->written++) {
        put(of, SETTLED_CONSTANT)->with.number = of->stack[of->written].number;
        of->stack[of->written].is_known = false;
    }
}

static comity_check_settled *push_unknown(settler *of, settled_code code)
{
    write_all(of);
    of->stack[of->size++] = (known){false, 0};
    of->written = of->size;
    return put(of, code);
}

static void pop(settler *of, size_t count)
{
    of->size -= count;
    of->written = of->written < of->size ? of->written : of->size;
}

static bool are_digits(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] < '0' || bytes[i] > '9') {
            return false;
        }
    }
    return true;
}

/* A step that looks at the characters. */
static void look_settle(settler *of, const comity_check_step *step)
{
    size_t size;
    size_t missing;
    const uint8_t *bytes = comity_check_characters(of->value, step, &size, &missing);
    size_t begin = (size_t)(bytes - of->value->bytes);
    settled_code code = SETTLED_LOOK;
    if (step->code == COMITY_CHECK_NUMBER && size != 0 && size <= 8 && are_digits(bytes, size)) {
        code = SETTLED_NUMBER;
    } else if (step->code == COMITY_CHECK_DIGIT && size != 0) {
        code = SETTLED_DIGIT;
    } else if (step->code == COMITY_CHECK_CHAR && size != 0) {
        code = SETTLED_CHAR;
    } else if (step->code == COMITY_CHECK_SUM) {
        code = SETTLED_SUM;
    } else if (step->code == COMITY_CHECK_LUHN && step->text_size == 0) {
        code = SETTLED_LUHN;
    }
    bool is_sum = code == SETTLED_SUM;
    missing = is_sum ? missing % step->count : missing;
    of->is_full |= begin > UINT8_MAX || size > UINT8_MAX || missing > UINT8_MAX; /* there is no room for it in a step */
    comity_check_settled *made = push_unknown(of, code);
    made->begin = (uint8_t)begin;
    made->size = (uint8_t)size;
    made->turn = (uint8_t)missing;
    if (is_sum) {
        made->count = step->count;
        made->with.data = step->data;
    } else if (code == SETTLED_LOOK) {
        made->with.step = step;
    }
}

/* Each pair lies behind the one before. */
static bool is_ordered(const int64_t *pairs, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (pairs[2 * i - 1] >= pairs[2 * i] || pairs[2 * i] > pairs[2 * i + 1]) {
            return false;
        }
    }
    return count == 0 || pairs[0] <= pairs[1];
}

static void change_settle(settler *of, const comity_check_step *step)
{
    known *top = &of->stack[of->size - 1];
    if (top->is_known) {
        top->number = comity_check_change(of->data, step, top->number);
    } else if (step->code == COMITY_CHECK_AMONG) {
        comity_check_settled *made = put(of, SETTLED_AMONG);
        made->turn = is_ordered(of->data->numbers + step->data, step->count);
        made->count = step->count;
        made->with.data = step->data;
    } else if (step->code == COMITY_CHECK_NOT) {
        put(of, SETTLED_NOT);
    } else {
        put(of, SETTLED_CHANGE)->with.step = step;
    }
}

static void combine_settle(settler *of, const comity_check_step *step)
{
    static const uint8_t with_known[] = {
        [COMITY_CHECK_EQUAL] = SETTLED_EQUAL_TO,       [COMITY_CHECK_LESS] = SETTLED_LESS_THAN,
        [COMITY_CHECK_GREATER] = SETTLED_GREATER_THAN, [COMITY_CHECK_ADD] = SETTLED_PLUS,
        [COMITY_CHECK_MULTIPLY] = SETTLED_TIMES,       [COMITY_CHECK_MODULO] = SETTLED_MODULO,
    };
    known *left = &of->stack[of->size - 2];
    known right = of->stack[of->size - 1];
    uint8_t code = step->code < sizeof with_known ? with_known[step->code] : 0;
    if (left->is_known && right.is_known) {
        left->number = comity_check_combine(step->code, left->number, right.number);
        pop(of, 1);
        return;
    }
    if (right.is_known && code != 0) {
        pop(of, 1);
        put(of, (settled_code)code)->with.number = right.number;
        return;
    }
    write_all(of);
    pop(of, 1);
    if (step->code == COMITY_CHECK_ADD || step->code == COMITY_CHECK_EQUAL) {
        put(of, step->code == COMITY_CHECK_ADD ? SETTLED_ADD : SETTLED_EQUAL);
    } else {
        put(of, SETTLED_COMBINE)->with.step = step;
    }
}

/* The top is required; false if that never holds. */
static bool require_settle(settler *of)
{
    known top = of->stack[of->size - 1];
    pop(of, 1);
    if (top.is_known) {
        return top.number != 0;
    }
    comity_check_settled *last = of->count == 0 ? NULL : &of->steps[of->count - 1];
    bool is_not = last != NULL && last->code == SETTLED_NOT;
    if (is_not) {
        of->count--;
        last = of->count == 0 ? NULL : last - 1;
    }
    if (last != NULL && last->code == SETTLED_AMONG) {
        last->code = is_not ? SETTLED_FORBID_AMONG : SETTLED_REQUIRE_AMONG;
    } else if (last != NULL && last->code < SETTLED_KEEP && last->then == THEN_STAYS) {
        last->then = is_not ? THEN_FORBIDDEN : THEN_REQUIRED;
    } else {
        put(of, is_not ? SETTLED_FORBID : SETTLED_REQUIRE);
    }
    return true;
}

/* A step that may lead away. A condition that is not known leads on only where, if it does not hold, all ends. */
static bool steer_settle(settler *of, const comity_check_step *steps, const comity_check_step *step,
                         const comity_check_step **next)
{
    known top = of->stack[of->size - 1];
    const comity_check_step *target = steps + step->data;
    if (step->code == COMITY_CHECK_JUMP || top.is_known) {
        bool jumps = step->code == COMITY_CHECK_JUMP || (top.number == 0) != (step->code == COMITY_CHECK_OR_ELSE);
        bool keeps = jumps && step->code != COMITY_CHECK_JUMP_ZERO;
        pop(of, !keeps);
        *next = jumps ? target : step + 1;
        return true;
    }
    while (target->code == COMITY_CHECK_AND_THEN) {
        target = steps + target->data;
    }
    *next = step + 1;
    return step->code == COMITY_CHECK_AND_THEN && target->code == COMITY_CHECK_REQUIRE && require_settle(of);
}

static void keep_settle(settler *of, const comity_check_step *step)
{
    known top = of->stack[of->size - 1];
    of->names[step->from] = top;
    pop(of, 1);
    if (!top.is_known) {
        put(of, SETTLED_KEEP)->turn = (uint8_t)step->from;
    }
}

/* A name whose number is not known. What was kept just before stays where it is. */
static void recall_settle(settler *of, uint8_t name)
{
    comity_check_settled *last = of->count == 0 || of->written < of->size ? NULL : &of->steps[of->count - 1];
    if (last != NULL && !of->is_full && last->code == SETTLED_KEEP && last->turn == name) {
        last->code = SETTLED_COPY;
        of->stack[of->size++] = (known){false, 0};
        of->written = of->size;
        return;
    }
    push_unknown(of, SETTLED_RECALL)->turn = name;
}

/* A step that puts a number onto the stack. */
static void number_settle(settler *of, const comity_check_step *step)
{
    if (step->code == COMITY_CHECK_CONSTANT) {
        push_known(of, of->data->numbers[step->data]);
    } else if (step->code == COMITY_CHECK_LENGTH) {
        push_known(of, of->value->body_end - of->value->body_begin);
    } else if (step->code == COMITY_CHECK_FORM) {
        push_known(of, of->value->form);
    } else if (step->code != COMITY_CHECK_RECALL) {
        look_settle(of, step);
    } else if (of->names[step->from].is_known) {
        push_known(of, of->names[step->from].number);
    } else {
        recall_settle(of, (uint8_t)step->from);
    }
}

bool comity_check_settle(const comity_check_step *steps, size_t count, const comity_check_data *data,
                         const comity_check_value *value, comity_check_settled *ret_steps, size_t most,
                         size_t *ret_count)
{
    settler of = {.data = data, .value = value, .steps = ret_steps, .most = most};
    const comity_check_step *step = steps;
    while (step < steps + count && !of.is_full) {
        const comity_check_step *next = step + 1;
        if (step->code < COMITY_CHECK_PICK) {
            number_settle(&of, step);
        } else if (step->code < COMITY_CHECK_ADD) {
            change_settle(&of, step);
        } else if (step->code < COMITY_CHECK_DATE) {
            combine_settle(&of, step);
        } else if (step->code == COMITY_CHECK_DATE) {
            write_all(&of);
            pop(&of, 2);
            put(&of, SETTLED_DATE);
        } else if (step->code == COMITY_CHECK_KEEP) {
            keep_settle(&of, step);
        } else if (step->code != COMITY_CHECK_REQUIRE) {
            if (!steer_settle(&of, steps, step, &next)) {
                return false;
            }
        } else if (!require_settle(&of)) {
            of.count = 0;
            put(&of, SETTLED_FAIL);
            break;
        }
        step = next;
    }
    *ret_count = of.count;
    return !of.is_full;
}

/* ---- the machine ---- */

/* Of one to eight digits. */
static inline int64_t read_digits(const uint8_t *bytes, unsigned size)
{
    const uint64_t places = UINT64_C(0x000000FF000000FF);
    uint64_t word = (comity_swar_load_ordered(bytes) ^ COMITY_SWAR_ONES * '0') << (8 - size) * 8;
    word = word * 10 + (word >> 8);
    word = (word & places) * (100 + (UINT64_C(1000000) << 32)) + (word >> 16 & places) * (1 + (UINT64_C(10000) << 32));
    return (int64_t)(word >> 32);
}

static inline int64_t weigh(const uint8_t *bytes, const comity_check_settled *step, const int64_t *weights)
{
    int64_t sum = 0;
    size_t turn = step->turn;
    for (size_t i = 0; i < step->size; i++) {
        sum += comity_check_numbers[bytes[i]] * weights[turn];
        turn = turn + 1 == step->count ? 0 : turn + 1;
    }
    return sum;
}

/* Whether a number lies in one of the pairs of a step: of many that stand in order, only few are looked at. */
static inline bool is_among(int64_t number, const comity_check_settled *step, const int64_t *pairs)
{
    size_t count = step->count;
    if (step->turn == 0 || count < FEW_PAIRS) {
        return comity_check_is_among(number, pairs, count);
    }
    while (count > 1) { /* it lies in none before the one that `pairs` is, or there is none before */
        size_t half = count / 2;
        pairs += number >= pairs[2 * half] ? 2 * half : 0;
        count -= half;
    }
    return number >= pairs[0] && number <= pairs[1];
}

static int64_t luhn(const uint8_t *bytes, const comity_check_settled *step, comity_check_sums *sums)
{
    if (sums->size != step->size || sums->begin != step->begin) {
        sums->begin = step->begin;
        sums->size = step->size;
        sums->is_right = comity_check_luhn(bytes + step->begin, step->size, NULL, 0);
    }
    return sums->is_right;
}

bool comity_check_settled_run(const comity_check_settled *steps, size_t count, const comity_check_data *data,
                              const uint8_t *bytes, comity_check_sums *sums)
{
    int64_t stack[COMITY_CHECK_STACK + 1];
    int64_t names[COMITY_CHECK_NAMES];
    int64_t *top = stack;
    for (const comity_check_settled *step = steps; step < steps + count; step++) {
        switch (step->code) {
        case SETTLED_FAIL:
            return false;
        case SETTLED_CONSTANT:
            *++top = step->with.number;
            break;
        case SETTLED_RECALL:
            *++top = names[step->turn];
            break;
        case SETTLED_DIGIT:
            *++top = comity_check_numbers[bytes[step->begin]];
            break;
        case SETTLED_CHAR:
            *++top = bytes[step->begin];
            break;
        case SETTLED_NUMBER:
            *++top = read_digits(bytes + step->begin, step->size);
            break;
        case SETTLED_SUM:
            *++top = weigh(bytes + step->begin, step, data->numbers + step->with.data);
            break;
        case SETTLED_LUHN:
            *++top = luhn(bytes, step, sums);
            break;
        case SETTLED_LOOK:
            *++top = comity_check_look_at(data, bytes + step->begin, step->size, step->turn, step->with.step);
            break;
        case SETTLED_AMONG:
            *top = is_among(*top, step, data->numbers + step->with.data);
            break;
        case SETTLED_NOT:
            *top = *top == 0;
            break;
        case SETTLED_CHANGE:
            *top = comity_check_change(data, step->with.step, *top);
            break;
        case SETTLED_EQUAL_TO:
            *top = *top == step->with.number;
            break;
        case SETTLED_LESS_THAN:
            *top = *top < step->with.number;
            break;
        case SETTLED_GREATER_THAN:
            *top = *top > step->with.number;
            break;
        case SETTLED_PLUS:
            *top = (int64_t)((uint64_t)*top + (uint64_t)step->with.number);
            break;
        case SETTLED_TIMES:
            *top = (int64_t)((uint64_t)*top * (uint64_t)step->with.number);
            break;
        case SETTLED_MODULO:
            *top = comity_check_combine(COMITY_CHECK_MODULO, *top, step->with.number);
            break;
        case SETTLED_ADD:
            top--;
            *top = (int64_t)((uint64_t)top[0] + (uint64_t)top[1]);
            break;
        case SETTLED_EQUAL:
            top--;
            *top = top[0] == top[1];
            break;
        case SETTLED_COMBINE:
            top--;
            *top = comity_check_combine(step->with.step->code, top[0], top[1]);
            break;
        case SETTLED_DATE:
            top -= 2;
            *top = comity_check_is_date(top[0], top[1], top[2]);
            break;
        case SETTLED_KEEP:
            names[step->turn] = *top--;
            break;
        case SETTLED_COPY:
            names[step->turn] = *top;
            break;
        case SETTLED_REQUIRE:
            if (*top-- == 0) {
                return false;
            }
            break;
        case SETTLED_FORBID:
            if (*top-- != 0) {
                return false;
            }
            break;
        case SETTLED_REQUIRE_AMONG:
            if (!is_among(*top--, step, data->numbers + step->with.data)) {
                return false;
            }
            break;
        default:
            assert(step->code == SETTLED_FORBID_AMONG);
            if (is_among(*top--, step, data->numbers + step->with.data)) {
                return false;
            }
            break;
        }
        if (step->then != THEN_STAYS && (*top-- != 0) != (step->then == THEN_REQUIRED)) {
            return false;
        }
    }
    return true;
}
