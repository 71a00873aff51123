/* Comes in: an expression in tokens. Goes out: steps that leave its value on the
 * stack. One pass, by descent; depth and stack are bounded. What each function
 * takes stands in one table. */
#include "inspect/compile/compiler.h"

#include <string.h>

/* What stands between a function's parentheses. */
typedef enum argument {
    ARGUMENT_NONE,     /* no parentheses at all */
    ARGUMENT_POSITION, /* digit(3) */
    ARGUMENT_RANGE,    /* same(1..3); the whole body if left out */
    ARGUMENT_USING,    /* luhn(1..9 using "0123") */
    ARGUMENT_TEXT,     /* index(3, "ABC"), count(1..-1, "ABC") */
    ARGUMENT_MODULUS,  /* remainder(1..9, 97) */
    ARGUMENT_SUM,      /* sum(1..9 by 3 1), sum(1..9 using "AB" by 3 1 crossed) */
    ARGUMENT_CHOICE,   /* text(1..2) = "AB" */
    ARGUMENT_PICK,     /* pick(3, "ABC") */
    ARGUMENT_NUMBERS,  /* choose(3, 1 2 3) */
    ARGUMENT_DATE      /* date(2000, 2, 29) */
} argument;

typedef struct function {
    const char *name;
    argument takes;
    comity_check_code code, code_using;
} function;

static const function functions[] = {
    {"length", ARGUMENT_NONE, COMITY_CHECK_LENGTH, 0},
    {"form", ARGUMENT_NONE, COMITY_CHECK_FORM, 0},
    {"digit", ARGUMENT_POSITION, COMITY_CHECK_DIGIT, 0},
    {"char", ARGUMENT_POSITION, COMITY_CHECK_CHAR, 0},
    {"index", ARGUMENT_TEXT, COMITY_CHECK_INDEX, 0},
    {"count", ARGUMENT_TEXT, COMITY_CHECK_COUNT, 0},
    {"number", ARGUMENT_USING, COMITY_CHECK_NUMBER, COMITY_CHECK_NUMBER_IN},
    {"sum", ARGUMENT_SUM, COMITY_CHECK_SUM, COMITY_CHECK_SUM_IN},
    {"remainder", ARGUMENT_MODULUS, COMITY_CHECK_REMAINDER, 0},
    {"entropy", ARGUMENT_RANGE, COMITY_CHECK_ENTROPY, 0},
    {"crc32", ARGUMENT_RANGE, COMITY_CHECK_CRC32, 0},
    {"text", ARGUMENT_CHOICE, COMITY_CHECK_TEXT_IN, 0},
    {"same", ARGUMENT_RANGE, COMITY_CHECK_SAME, 0},
    {"luhn", ARGUMENT_USING, COMITY_CHECK_LUHN, COMITY_CHECK_LUHN},
    {"luhn_expanded", ARGUMENT_RANGE, COMITY_CHECK_LUHN_EXPANDED, 0},
    {"verhoeff", ARGUMENT_RANGE, COMITY_CHECK_VERHOEFF, 0},
    {"damm", ARGUMENT_RANGE, COMITY_CHECK_DAMM, 0},
    {"mod_11_2", ARGUMENT_RANGE, COMITY_CHECK_MOD_11_2, 0},
    {"mod_37_2", ARGUMENT_RANGE, COMITY_CHECK_MOD_37_2, 0},
    {"mod_97_10", ARGUMENT_RANGE, COMITY_CHECK_MOD_97_10, 0},
    {"mod_11_10", ARGUMENT_RANGE, COMITY_CHECK_MOD_11_10, 0},
    {"mod_37_36", ARGUMENT_RANGE, COMITY_CHECK_MOD_37_36, 0},
    {"iban", ARGUMENT_RANGE, COMITY_CHECK_IBAN, 0},
    {"base58", ARGUMENT_USING, COMITY_CHECK_BASE58, COMITY_CHECK_BASE58},
    {"bech32", ARGUMENT_RANGE, COMITY_CHECK_BECH32, 0},
    {"eip55", ARGUMENT_RANGE, COMITY_CHECK_EIP55, 0},
    {"ipv6", ARGUMENT_RANGE, COMITY_CHECK_IPV6, 0},
    {"host", ARGUMENT_RANGE, COMITY_CHECK_HOST, 0},
    {"pick", ARGUMENT_PICK, COMITY_CHECK_PICK, 0},
    {"choose", ARGUMENT_NUMBERS, COMITY_CHECK_CHOOSE, 0},
    {"date", ARGUMENT_DATE, COMITY_CHECK_DATE, 0},
};

/* ---- steps ---- */

/* How many numbers a step leaves on the stack more than it found. */
static int stack_change(uint8_t code)
{
    if (code < COMITY_CHECK_PICK) {
        return 1;
    }
    if (code < COMITY_CHECK_ADD || code == COMITY_CHECK_JUMP) {
        return 0;
    }
    return code == COMITY_CHECK_DATE ? -2 : -1;
}

comity_status comity_compile_step(comity_types_compiler *compiler, comity_check_step step)
{
    size_t count = compiler->steps.count - compiler->draft.step_begin;
    int change = stack_change(step.code);
    if (count == COMITY_LIMIT_TYPE_STEPS) {
        return comity_compile_expected(compiler, "the end of a type's conditions, which take at most 2048 steps,");
    }
    compiler->height = (size_t)((int)compiler->height + change);
    if (compiler->height > COMITY_CHECK_STACK) {
        return comity_compile_expected(compiler, "a simpler expression");
    }
    COMITY_APPEND(compiler, &compiler->steps, step);
    return COMITY_OK;
}

static comity_status constant(comity_types_compiler *compiler, int64_t number)
{
    uint32_t at = (uint32_t)compiler->numbers.count;
    COMITY_APPEND(compiler, &compiler->numbers, number);
    return comity_compile_step(compiler, (comity_check_step){.code = COMITY_CHECK_CONSTANT, .data = at});
}

static comity_status plain_step(comity_types_compiler *compiler, comity_check_code code)
{
    return comity_compile_step(compiler, (comity_check_step){.code = (uint8_t)code});
}

/* A jump whose aim is not known yet; returns where it is. */
static comity_status jump(comity_types_compiler *compiler, comity_check_code code, size_t *ret_at)
{
    *ret_at = compiler->steps.count;
    return plain_step(compiler, code);
}

/* Jumps count from the type's first step. */
static void land(comity_types_compiler *compiler, size_t at)
{
    compiler->steps.items[at].data = (uint32_t)(compiler->steps.count - compiler->draft.step_begin);
}

/* ---- arguments ---- */

/* 3, -3; never 0. */
static comity_status read_position(comity_types_compiler *compiler, int16_t *ret_position)
{
    int64_t number;
    bool negative = comity_types_token_is(&compiler->token, "-");
    if (negative) {
        COMITY_TRY(comity_compile_next(compiler));
    }
    COMITY_TRY(comity_compile_number(compiler, 1, COMITY_LIMIT_VALUE_BYTES, &number));
    *ret_position = (int16_t)(negative ? -number : number);
    return COMITY_OK;
}

/* `@3` is a part of the shape, the first being 1; shapes with fewer parts have nothing there. */
static comity_status read_part(comity_types_compiler *compiler, comity_check_step *step)
{
    int64_t number;
    size_t most = 0;
    COMITY_TRY(comity_compile_next(compiler));
    for (size_t i = compiler->draft.shape_begin; i < compiler->shapes.count; i++) {
        size_t count = compiler->shapes.items[i].element_count;
        most = count > most ? count : most;
    }
    if (compiler->shapes.count == compiler->draft.shape_begin) {
        return comity_compile_expected(compiler, "a shape before parts of it are spoken of");
    }
    COMITY_TRY(comity_compile_number(compiler, 1, (int64_t)most, &number));
    step->part = true;
    step->from = (int16_t)(number - 1);
    return COMITY_OK;
}

/* 3, 3..8, -9..-2, @3. */
static comity_status read_range(comity_types_compiler *compiler, comity_check_step *step)
{
    if (comity_types_token_is(&compiler->token, "@")) {
        return read_part(compiler, step);
    }
    COMITY_TRY(read_position(compiler, &step->from));
    step->to = step->from;
    if (comity_types_token_is(&compiler->token, "..")) {
        COMITY_TRY(comity_compile_next(compiler));
        COMITY_TRY(read_position(compiler, &step->to));
    }
    return COMITY_OK;
}

/* A range, or nothing for the whole body. */
static comity_status read_range_or_all(comity_types_compiler *compiler, comity_check_step *step)
{
    bool left_out = comity_types_token_is(&compiler->token, ")") || comity_types_token_is(&compiler->token, "using") ||
                    comity_types_token_is(&compiler->token, "by");
    step->from = 1;
    step->to = -1;
    return left_out ? COMITY_OK : read_range(compiler, step);
}

static comity_status read_text(comity_types_compiler *compiler, uint32_t *ret_at, uint16_t *ret_size)
{
    const char *text;
    size_t size;
    COMITY_TRY(comity_compile_string(compiler, &text, &size));
    COMITY_TRY(comity_compile_text(compiler, text, size, ret_at));
    *ret_size = (uint16_t)size;
    return COMITY_OK;
}

/* Numbers one after another, at least one; a minus before any. */
static comity_status read_numbers(comity_types_compiler *compiler, uint32_t *ret_at, uint16_t *ret_count)
{
    size_t count = 0;
    *ret_at = (uint32_t)compiler->numbers.count;
    do {
        bool negative = comity_types_token_is(&compiler->token, "-");
        if (negative) {
            COMITY_TRY(comity_compile_next(compiler));
        }
        int64_t number;
        COMITY_TRY(comity_compile_number(compiler, 0, INT64_C(1000000000), &number));
        COMITY_APPEND(compiler, &compiler->numbers, negative ? -number : number);
        count++;
    } while (count < 1000 &&
             (compiler->token.kind == COMITY_TYPES_NUMBER || comity_types_token_is(&compiler->token, "-")));
    *ret_count = (uint16_t)count;
    return COMITY_OK;
}

/* ---- functions ---- */

static comity_status expression(comity_types_compiler *compiler);

static comity_status read_sum(comity_types_compiler *compiler, comity_check_step *step)
{
    uint32_t numbers;
    COMITY_TRY(read_range_or_all(compiler, step));
    bool is_using = comity_types_token_is(&compiler->token, "using");
    if (is_using) {
        COMITY_TRY(comity_compile_next(compiler));
        COMITY_TRY(read_text(compiler, &step->data, &step->text_size));
    }
    COMITY_TRY(comity_compile_expect(compiler, "by"));
    COMITY_TRY(read_numbers(compiler, &numbers, &step->count));
    bool crossed = comity_types_token_is(&compiler->token, "crossed");
    if (crossed) {
        COMITY_TRY(comity_compile_next(compiler));
    }
    if (is_using) {
        step->more = numbers;
        step->code = crossed ? COMITY_CHECK_SUM_IN_CROSS : COMITY_CHECK_SUM_IN;
    } else {
        step->data = numbers;
        step->code = crossed ? COMITY_CHECK_SUM_CROSS : COMITY_CHECK_SUM;
    }
    return comity_compile_expect(compiler, ")");
}

static comity_status read_using(comity_types_compiler *compiler, const function *called, comity_check_step *step)
{
    COMITY_TRY(read_range_or_all(compiler, step));
    if (comity_types_token_is(&compiler->token, "using")) {
        COMITY_TRY(comity_compile_next(compiler));
        COMITY_TRY(read_text(compiler, &step->data, &step->text_size));
        step->code = (uint8_t)called->code_using;
    }
    if (step->code == COMITY_CHECK_BASE58 && step->text_size != 58) {
        return comity_compile_expected(compiler, "behind base58 an alphabet of 58 characters (using \"…\")");
    }
    return comity_compile_expect(compiler, ")");
}

static comity_status read_modulus(comity_types_compiler *compiler, comity_check_step *step)
{
    int64_t modulus;
    COMITY_TRY(read_range(compiler, step));
    COMITY_TRY(comity_compile_expect(compiler, ","));
    COMITY_TRY(comity_compile_number(compiler, 1, INT32_MAX, &modulus));
    step->data = (uint32_t)compiler->numbers.count;
    COMITY_APPEND(compiler, &compiler->numbers, modulus);
    return comity_compile_expect(compiler, ")");
}

/* Texts of one size, one behind the other. */
static comity_status read_choices(comity_types_compiler *compiler, comity_check_step *step)
{
    const char *text;
    size_t size;
    uint32_t at;
    step->data = (uint32_t)compiler->texts.count;
    do {
        COMITY_TRY(comity_compile_string(compiler, &text, &size));
        if (step->count > 0 && size != step->text_size) {
            return comity_compile_expected(compiler, "before it texts of one size (join others with \"or\")");
        }
        COMITY_TRY(comity_compile_text(compiler, text, size, &at));
        step->text_size = (uint16_t)size;
        step->count++;
    } while (step->count < 4000 && compiler->token.kind == COMITY_TYPES_STRING);
    return COMITY_OK;
}

/* text(1..2) = "AB", != "AB", in "AB" "CD". */
static comity_status read_choice(comity_types_compiler *compiler, comity_check_step *step)
{
    COMITY_TRY(read_range(compiler, step));
    COMITY_TRY(comity_compile_expect(compiler, ")"));
    bool differs = comity_types_token_is(&compiler->token, "!=");
    if (!differs && !comity_types_token_is(&compiler->token, "=") && !comity_types_token_is(&compiler->token, "in")) {
        return comity_compile_expected(compiler, "\"=\", \"!=\" or \"in\" behind text(…)");
    }
    COMITY_TRY(comity_compile_next(compiler));
    COMITY_TRY(read_choices(compiler, step));
    COMITY_TRY(comity_compile_step(compiler, *step));
    return differs ? plain_step(compiler, COMITY_CHECK_NOT) : COMITY_OK;
}

/* pick(e, "ABC") and choose(e, 1 2 3): the expression comes before the step. */
static comity_status read_table(comity_types_compiler *compiler, comity_check_step *step)
{
    COMITY_TRY(expression(compiler));
    COMITY_TRY(comity_compile_expect(compiler, ","));
    if (step->code == COMITY_CHECK_PICK) {
        COMITY_TRY(read_text(compiler, &step->data, &step->text_size));
    } else {
        COMITY_TRY(read_numbers(compiler, &step->data, &step->count));
    }
    return comity_compile_expect(compiler, ")");
}

static comity_status read_date(comity_types_compiler *compiler)
{
    COMITY_TRY(expression(compiler));
    COMITY_TRY(comity_compile_expect(compiler, ","));
    COMITY_TRY(expression(compiler));
    COMITY_TRY(comity_compile_expect(compiler, ","));
    COMITY_TRY(expression(compiler));
    return comity_compile_expect(compiler, ")");
}

/* In place of a text, the set of its bytes: a bit each. */
static comity_status make_set(comity_types_compiler *compiler, comity_check_step *step)
{
    uint8_t set[32] = {0};
    for (size_t i = 0; i < step->text_size; i++) {
        uint8_t byte = compiler->texts.items[step->data + i];
        set[byte >> 3] = (uint8_t)(set[byte >> 3] | 1u << (byte & 7));
    }
    return comity_compile_text(compiler, set, sizeof set, &step->data);
}

static comity_status read_arguments(comity_types_compiler *compiler, const function *called, comity_check_step *step)
{
    switch (called->takes) {
    case ARGUMENT_POSITION:
        COMITY_TRY(read_range(compiler, step));
        return comity_compile_expect(compiler, ")");
    case ARGUMENT_RANGE:
        COMITY_TRY(read_range_or_all(compiler, step));
        return comity_compile_expect(compiler, ")");
    case ARGUMENT_USING:
        return read_using(compiler, called, step);
    case ARGUMENT_TEXT:
        COMITY_TRY(read_range(compiler, step));
        COMITY_TRY(comity_compile_expect(compiler, ","));
        COMITY_TRY(read_text(compiler, &step->data, &step->text_size));
        COMITY_TRY(called->code == COMITY_CHECK_COUNT ? make_set(compiler, step) : COMITY_OK);
        return comity_compile_expect(compiler, ")");
    case ARGUMENT_MODULUS:
        return read_modulus(compiler, step);
    case ARGUMENT_SUM:
        return read_sum(compiler, step);
    case ARGUMENT_PICK:
    case ARGUMENT_NUMBERS:
        return read_table(compiler, step);
    case ARGUMENT_DATE:
        return read_date(compiler);
    default:
        return COMITY_OK;
    }
}

static comity_status read_function(comity_types_compiler *compiler, const function *called)
{
    comity_check_step step = {.code = (uint8_t)called->code};
    COMITY_TRY(comity_compile_next(compiler));
    if (called->takes != ARGUMENT_NONE) {
        COMITY_TRY(comity_compile_expect(compiler, "("));
    }
    if (called->takes == ARGUMENT_CHOICE) {
        return read_choice(compiler, &step);
    }
    COMITY_TRY(read_arguments(compiler, called, &step));
    return comity_compile_step(compiler, step);
}

/* ---- expressions ---- */

static comity_status recall(comity_types_compiler *compiler)
{
    const comity_types_token *token = &compiler->token;
    for (size_t i = 0; i < compiler->draft.name_count; i++) {
        const comity_name *name = &compiler->draft.names[i];
        if (name->size == token->size && memcmp(name->text, token->text, name->size) == 0) {
            COMITY_TRY(comity_compile_next(compiler));
            return comity_compile_step(compiler, (comity_check_step){.code = COMITY_CHECK_RECALL, .from = (int16_t)i});
        }
    }
    return comity_compile_expected(compiler, "a number, a function or a name given with \"let\"");
}

static comity_status read_if(comity_types_compiler *compiler)
{
    size_t to_else;
    size_t to_end;
    COMITY_TRY(comity_compile_next(compiler));
    COMITY_TRY(expression(compiler));
    COMITY_TRY(comity_compile_expect(compiler, "then"));
    COMITY_TRY(jump(compiler, COMITY_CHECK_JUMP_ZERO, &to_else));
    COMITY_TRY(expression(compiler));
    COMITY_TRY(comity_compile_expect(compiler, "else"));
    COMITY_TRY(jump(compiler, COMITY_CHECK_JUMP, &to_end));
    land(compiler, to_else);
    compiler->height--; /* what `then` left is not there on this way */
    COMITY_TRY(expression(compiler));
    land(compiler, to_end);
    return COMITY_OK;
}

static comity_status read_primary(comity_types_compiler *compiler)
{
    const comity_types_token *token = &compiler->token;
    if (token->kind == COMITY_TYPES_NUMBER) {
        COMITY_TRY(constant(compiler, token->number));
        return comity_compile_next(compiler);
    }
    if (comity_types_token_is(token, "(")) {
        COMITY_TRY(comity_compile_next(compiler));
        COMITY_TRY(expression(compiler));
        return comity_compile_expect(compiler, ")");
    }
    if (comity_types_token_is(token, "if")) {
        return read_if(compiler);
    }
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        if (comity_types_token_is(token, functions[i].name)) {
            return read_function(compiler, &functions[i]);
        }
    }
    return recall(compiler);
}

static comity_status read_unary(comity_types_compiler *compiler)
{
    bool negative = comity_types_token_is(&compiler->token, "-");
    if (negative) {
        COMITY_TRY(comity_compile_next(compiler));
    }
    COMITY_TRY(read_primary(compiler));
    return negative ? plain_step(compiler, COMITY_CHECK_NEGATE) : COMITY_OK;
}

static comity_status read_product(comity_types_compiler *compiler)
{
    COMITY_TRY(read_unary(compiler));
    for (;;) {
        comity_check_code code = comity_types_token_is(&compiler->token, "*")     ? COMITY_CHECK_MULTIPLY
                                 : comity_types_token_is(&compiler->token, "div") ? COMITY_CHECK_DIVIDE
                                 : comity_types_token_is(&compiler->token, "mod") ? COMITY_CHECK_MODULO
                                                                                  : COMITY_CHECK_CONSTANT;
        if (code == COMITY_CHECK_CONSTANT) {
            return COMITY_OK;
        }
        COMITY_TRY(comity_compile_next(compiler));
        COMITY_TRY(read_unary(compiler));
        COMITY_TRY(plain_step(compiler, code));
    }
}

static comity_status read_total(comity_types_compiler *compiler)
{
    COMITY_TRY(read_product(compiler));
    while (comity_types_token_is(&compiler->token, "+") || comity_types_token_is(&compiler->token, "-")) {
        bool adds = comity_types_token_is(&compiler->token, "+");
        COMITY_TRY(comity_compile_next(compiler));
        COMITY_TRY(read_product(compiler));
        COMITY_TRY(plain_step(compiler, adds ? COMITY_CHECK_ADD : COMITY_CHECK_SUBTRACT));
    }
    return COMITY_OK;
}

/* `in 1..3, 7`: pairs of numbers. */
static comity_status read_among(comity_types_compiler *compiler)
{
    comity_check_step step = {.code = COMITY_CHECK_AMONG, .data = (uint32_t)compiler->numbers.count};
    do {
        int64_t first;
        COMITY_TRY(comity_compile_next(compiler)); /* `in` or a comma */
        COMITY_TRY(comity_compile_number(compiler, 0, INT64_MAX, &first));
        int64_t last = first;
        if (comity_types_token_is(&compiler->token, "..")) {
            COMITY_TRY(comity_compile_next(compiler));
            COMITY_TRY(comity_compile_number(compiler, first, INT64_MAX, &last));
        }
        COMITY_APPEND(compiler, &compiler->numbers, first);
        COMITY_APPEND(compiler, &compiler->numbers, last);
        step.count++;
    } while (step.count < 4000 && comity_types_token_is(&compiler->token, ","));
    return comity_compile_step(compiler, step);
}

static const struct {
    const char *sign;
    comity_check_code code;
    bool denied;
} comparisons[] = {
    {"=", COMITY_CHECK_EQUAL, false}, {"!=", COMITY_CHECK_EQUAL, true},
    {"<", COMITY_CHECK_LESS, false},  {">=", COMITY_CHECK_LESS, true},
    {">", COMITY_CHECK_GREATER, false}, {"<=", COMITY_CHECK_GREATER, true},
};

static comity_status compare(comity_types_compiler *compiler, size_t which)
{
    COMITY_TRY(comity_compile_next(compiler));
    COMITY_TRY(read_total(compiler));
    COMITY_TRY(plain_step(compiler, comparisons[which].code));
    return comparisons[which].denied ? plain_step(compiler, COMITY_CHECK_NOT) : COMITY_OK;
}

static comity_status read_comparison(comity_types_compiler *compiler)
{
    COMITY_TRY(read_total(compiler));
    if (comity_types_token_is(&compiler->token, "in")) {
        return read_among(compiler);
    }
    for (size_t i = 0; i < sizeof comparisons / sizeof comparisons[0]; i++) {
        if (comity_types_token_is(&compiler->token, comparisons[i].sign)) {
            return compare(compiler, i);
        }
    }
    return COMITY_OK;
}

static comity_status read_denial(comity_types_compiler *compiler)
{
    bool denied = comity_types_token_is(&compiler->token, "not");
    if (denied) {
        COMITY_TRY(comity_compile_next(compiler));
    }
    COMITY_TRY(read_comparison(compiler));
    return denied ? plain_step(compiler, COMITY_CHECK_NOT) : COMITY_OK;
}

static comity_status read_all_of(comity_types_compiler *compiler)
{
    COMITY_TRY(read_denial(compiler));
    while (comity_types_token_is(&compiler->token, "and")) {
        size_t to_end;
        COMITY_TRY(comity_compile_next(compiler));
        COMITY_TRY(jump(compiler, COMITY_CHECK_AND_THEN, &to_end));
        COMITY_TRY(read_denial(compiler));
        land(compiler, to_end);
    }
    return COMITY_OK;
}

static comity_status expression(comity_types_compiler *compiler)
{
    if (++compiler->depth > COMITY_LIMIT_TYPE_DEPTH) {
        return comity_compile_expected(compiler, "at most 24 expressions within one another");
    }
    COMITY_TRY(read_all_of(compiler));
    while (comity_types_token_is(&compiler->token, "or")) {
        size_t to_end;
        COMITY_TRY(comity_compile_next(compiler));
        COMITY_TRY(jump(compiler, COMITY_CHECK_OR_ELSE, &to_end));
        COMITY_TRY(read_all_of(compiler));
        land(compiler, to_end);
    }
    compiler->depth--;
    return COMITY_OK;
}

comity_status comity_compile_expression(comity_types_compiler *compiler)
{
    compiler->depth = 0;
    return expression(compiler);
}
