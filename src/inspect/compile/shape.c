/* Comes in: the text of a `shape` line, as docs/types.md has it. Goes out: for
 * each alternative a shape of elements. Shapes are read byte by byte: blanks
 * between elements mean nothing. */
#include "inspect/compile/compiler.h"

#include <string.h>

/* An alternative in the making. */
typedef struct comity_shaping {
    comity_shape shape;
    bool body_over; /* a group in parentheses stood behind the body */
} comity_shaping;

static char peek(const comity_types_compiler *compiler)
{
    const comity_types_lexer *lexer = &compiler->lexer;
    return lexer->at < lexer->file->size ? lexer->file->text[lexer->at] : '\n';
}

static comity_status fail_here(comity_types_compiler *compiler, const char *expected)
{
    const comity_types_lexer *lexer = &compiler->lexer;
    uint32_t column = (uint32_t)(lexer->at - lexer->line_begin + 1);
    char byte = peek(compiler);
    if (byte == '\n' || byte == '\r' || byte == '#') {
        return comity_types_lexer_fail(lexer, lexer->line, column, compiler->reterr,
                                       "the line ends, but %s is expected", expected);
    }
    comity_types_token found = {COMITY_TYPES_SIGN, lexer->file->text + lexer->at, 1, 0, lexer->line, column, false};
    return comity_types_lexer_expected(lexer, &found, expected, compiler->reterr);
}

static void skip_blanks(comity_types_compiler *compiler)
{
    while (peek(compiler) == ' ' || peek(compiler) == '\t' || peek(compiler) == '\r') {
        compiler->lexer.at++;
    }
}

static bool at_end(const comity_types_compiler *compiler)
{
    return peek(compiler) == '\n' || peek(compiler) == '#';
}

/* Alternatives may go on with the next line, behind the `|`. */
static void skip_line_end(comity_types_compiler *compiler)
{
    if (peek(compiler) == '\n' && compiler->lexer.at < compiler->lexer.file->size) {
        compiler->lexer.at++;
        compiler->lexer.line++;
        compiler->lexer.line_begin = compiler->lexer.at;
    }
}

/* ---- classes ---- */

static void add_range(comity_class *class, unsigned first, unsigned last)
{
    for (unsigned byte = first; byte <= last; byte++) {
        class->bits[byte >> 3] = (uint8_t)(class->bits[byte >> 3] | 1u << (byte & 7));
    }
}

/* The classes that a letter names. */
static bool named_class(char name, comity_class *ret_class)
{
    comity_class class = {{0}};
    switch (name) {
    case '9':
        add_range(&class, '0', '9');
        break;
    case 'A':
        add_range(&class, 'A', 'Z');
        break;
    case 'a':
        add_range(&class, 'a', 'z');
        break;
    case 'X':
        add_range(&class, '0', '9');
        add_range(&class, 'A', 'Z');
        break;
    case 'x':
        add_range(&class, '0', '9');
        add_range(&class, 'A', 'Z');
        add_range(&class, 'a', 'z');
        break;
    case 'h':
        add_range(&class, '0', '9');
        add_range(&class, 'A', 'F');
        add_range(&class, 'a', 'f');
        break;
    case 'b':
        add_range(&class, '0', '9');
        add_range(&class, 'A', 'Z');
        add_range(&class, 'a', 'z');
        add_range(&class, '+', '+');
        add_range(&class, '/', '/');
        break;
    case 'u':
        add_range(&class, '0', '9');
        add_range(&class, 'A', 'Z');
        add_range(&class, 'a', 'z');
        add_range(&class, '-', '-');
        add_range(&class, '_', '_');
        break;
    case 'L':
        add_range(&class, 'A', 'Z');
        add_range(&class, 'a', 'z');
        add_range(&class, 0x80, 0xFF);
        break;
    case '*':
        add_range(&class, 0x20, 0x7E);
        add_range(&class, 0x80, 0xFF);
        break;
    default:
        return false;
    }
    *ret_class = class;
    return true;
}

/* One byte of a class in brackets; a backslash takes its meaning from the next. */
static comity_status read_class_byte(comity_types_compiler *compiler, unsigned *ret_byte)
{
    if (peek(compiler) == '\n') {
        return fail_here(compiler, "a character of the class");
    }
    if (peek(compiler) == '\\') {
        compiler->lexer.at++;
        char escaped = peek(compiler);
        if (escaped == '\n' || strchr("[]\\-^nrt", escaped) == NULL) {
            return fail_here(compiler, "one of [ ] \\ - ^ n r t behind a backslash");
        }
        *ret_byte = escaped == 'n' ? '\n' : escaped == 'r' ? '\r' : escaped == 't' ? '\t' : (uint8_t)escaped;
    } else {
        *ret_byte = (uint8_t)peek(compiler);
    }
    compiler->lexer.at++;
    return COMITY_OK;
}

/* A hyphen before the closing bracket stands for itself. */
static bool is_last_of_class(const comity_types_compiler *compiler)
{
    const comity_types_lexer *lexer = &compiler->lexer;
    return lexer->at + 1 >= lexer->file->size || lexer->file->text[lexer->at + 1] == ']';
}

static comity_status read_class(comity_types_compiler *compiler, comity_class *ret_class)
{
    comity_class class = {{0}};
    compiler->lexer.at++;
    bool inverted = peek(compiler) == '^';
    compiler->lexer.at += inverted ? 1 : 0;
    while (peek(compiler) != ']') {
        unsigned first;
        if (peek(compiler) == '\n') {
            return fail_here(compiler, "\"]\"");
        }
        COMITY_TRY(read_class_byte(compiler, &first));
        unsigned last = first;
        if (peek(compiler) == '-' && !is_last_of_class(compiler)) {
            compiler->lexer.at++;
            COMITY_TRY(read_class_byte(compiler, &last));
        }
        if (last < first) {
            return fail_here(compiler, "a range whose last character is not before its first");
        }
        add_range(&class, first, last);
    }
    compiler->lexer.at++;
    for (size_t i = 0; inverted && i < sizeof class.bits; i++) {
        class.bits[i] = (uint8_t) ~class.bits[i];
    }
    *ret_class = class;
    return COMITY_OK;
}

static comity_status class_number(comity_types_compiler *compiler, const comity_class *class, uint16_t *ret_number)
{
    size_t i = 0;
    while (i < compiler->classes.count && memcmp(&compiler->classes.items[i], class, sizeof *class) != 0) {
        i++;
    }
    if (i == compiler->classes.count) {
        COMITY_APPEND(compiler, &compiler->classes, *class);
    }
    if (i > UINT16_MAX) {
        return comity_fail(compiler->reterr, COMITY_ERROR_LIMIT, "%zu classes found, but at most %d expected", i + 1,
                           UINT16_MAX);
    }
    *ret_number = (uint16_t)i;
    return COMITY_OK;
}

/* ---- elements ---- */

static comity_status read_count(comity_types_compiler *compiler, size_t *ret_count)
{
    size_t count = 0;
    if (peek(compiler) < '0' || peek(compiler) > '9') {
        return fail_here(compiler, "a number");
    }
    while (peek(compiler) >= '0' && peek(compiler) <= '9' && count <= COMITY_LIMIT_VALUE_BYTES) {
        count = count * 10 + (size_t)(peek(compiler) - '0');
        compiler->lexer.at++;
    }
    if (count > COMITY_LIMIT_VALUE_BYTES) {
        return fail_here(compiler, "a size of at most 8192");
    }
    *ret_count = count;
    return COMITY_OK;
}

/* `{n}`, `{n,m}` or `?`; else once. */
static comity_status read_times(comity_types_compiler *compiler, size_t *ret_min, size_t *ret_max)
{
    *ret_min = 1;
    *ret_max = 1;
    if (peek(compiler) == '?') {
        compiler->lexer.at++;
        *ret_min = 0;
        return COMITY_OK;
    }
    if (peek(compiler) != '{') {
        return COMITY_OK;
    }
    compiler->lexer.at++;
    COMITY_TRY(read_count(compiler, ret_min));
    *ret_max = *ret_min;
    if (peek(compiler) == ',') {
        compiler->lexer.at++;
        COMITY_TRY(read_count(compiler, ret_max));
    }
    if (peek(compiler) != '}') {
        return fail_here(compiler, "\"}\"");
    }
    if (*ret_max < *ret_min || *ret_max == 0) {
        return fail_here(compiler, "a largest size that is not below the smallest, nor 0");
    }
    compiler->lexer.at++;
    return COMITY_OK;
}

static comity_status append_element(comity_types_compiler *compiler, comity_shaping *shaping, comity_element element)
{
    if (shaping->shape.element_count == COMITY_LIMIT_TYPE_ELEMENTS) {
        return fail_here(compiler, "the end of a shape of at most 24 parts");
    }
    COMITY_APPEND(compiler, &compiler->elements, element);
    shaping->shape.element_count++;
    return COMITY_OK;
}

static comity_status append_run(comity_types_compiler *compiler, comity_shaping *shaping, const comity_class *class)
{
    size_t least;
    size_t most;
    comity_element element = {.is_text = false};
    COMITY_TRY(read_times(compiler, &least, &most));
    COMITY_TRY(class_number(compiler, class, &element.class_number));
    element.size_min = (uint16_t)least;
    element.size_max = (uint16_t)most;
    return append_element(compiler, shaping, element);
}

/* Reads a string where shapes stand: the tokens' reader does it. */
static comity_status read_string(comity_types_compiler *compiler, const char **ret_text, size_t *ret_size)
{
    COMITY_TRY(comity_types_lexer_next(&compiler->lexer, &compiler->token, compiler->reterr));
    comity_types_token string = compiler->token;
    char *bytes;
    void *memory;
    if (string.size == 0 || string.size > COMITY_LIMIT_TYPE_TEXT_BYTES) {
        return comity_types_lexer_expected(&compiler->lexer, &string, "a text of 1 to 400 bytes", compiler->reterr);
    }
    COMITY_TRY(comity_arena_take(compiler->arena, string.size, &memory, compiler->reterr));
    bytes = memory;
    COMITY_TRY(comity_types_lexer_unescape(&compiler->lexer, &string, bytes, ret_size, compiler->reterr));
    *ret_text = bytes;
    return COMITY_OK;
}

/* Longest first, so that the longest that stands there is taken. */
static void sort_texts(comity_shape_text *texts, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        comity_shape_text moved = texts[i];
        size_t j = i;
        for (; j > 0 && texts[j - 1].size < moved.size; j--) {
            texts[j] = texts[j - 1];
        }
        texts[j] = moved;
    }
}

static comity_status append_text(comity_types_compiler *compiler, comity_element *element)
{
    const char *text = NULL;
    size_t size = 0;
    comity_shape_text shape_text;
    if (peek(compiler) != '"') {
        return fail_here(compiler, "a text in quotes");
    }
    if (compiler->shape_texts.count == UINT16_MAX) { /* texts are numbered in 16 bits */
        return comity_fail(compiler->reterr, COMITY_ERROR_LIMIT, "more than %d texts in shapes found", UINT16_MAX);
    }
    COMITY_TRY(read_string(compiler, &text, &size));
    COMITY_TRY(comity_compile_text(compiler, text, size, &shape_text.at));
    shape_text.size = (uint32_t)size;
    COMITY_APPEND(compiler, &compiler->shape_texts, shape_text);
    element->text_count++;
    element->size_min = element->text_count == 1 || size < element->size_min ? (uint16_t)size : element->size_min;
    element->size_max = size > element->size_max ? (uint16_t)size : element->size_max;
    return COMITY_OK;
}

/* Texts with `/` between them: one of them. */
static comity_status read_texts(comity_types_compiler *compiler, comity_element *ret_element)
{
    comity_element element = {.is_text = true, .text_begin = (uint16_t)compiler->shape_texts.count};
    COMITY_TRY(append_text(compiler, &element));
    skip_blanks(compiler);
    while (peek(compiler) == '/') {
        compiler->lexer.at++;
        skip_blanks(compiler);
        COMITY_TRY(append_text(compiler, &element));
        skip_blanks(compiler);
    }
    sort_texts(compiler->shape_texts.items + element.text_begin, element.text_count);
    *ret_element = element;
    return COMITY_OK;
}

static bool take_question(comity_types_compiler *compiler, comity_element *element)
{
    bool found = peek(compiler) == '?';
    compiler->lexer.at += found ? 1 : 0;
    element->size_min = found ? 0 : element->size_min;
    return found;
}

/* `("DE")?`: written, but positions do not count it; at the beginning or the end. */
static comity_status read_group(comity_types_compiler *compiler, comity_shaping *shaping)
{
    comity_element element;
    compiler->lexer.at++;
    skip_blanks(compiler);
    COMITY_TRY(read_texts(compiler, &element));
    if (peek(compiler) != ')') {
        return fail_here(compiler, "\")\" or \"/\"");
    }
    compiler->lexer.at++;
    (void)take_question(compiler, &element);
    COMITY_TRY(append_element(compiler, shaping, element));
    if (shaping->shape.element_count == 1) {
        shaping->shape.body_begin = 1;
    } else {
        shaping->body_over = true;
    }
    return COMITY_OK;
}

static comity_status read_element(comity_types_compiler *compiler, comity_shaping *shaping)
{
    comity_class class;
    char byte = peek(compiler);
    if (byte == '(') {
        return read_group(compiler, shaping);
    }
    if (shaping->body_over) {
        return fail_here(compiler, "the end of the shape behind a group in parentheses");
    }
    if (byte == '"') {
        comity_element element;
        COMITY_TRY(read_texts(compiler, &element));
        (void)take_question(compiler, &element);
        COMITY_TRY(append_element(compiler, shaping, element));
    } else if (byte == '[') {
        COMITY_TRY(read_class(compiler, &class));
        COMITY_TRY(append_run(compiler, shaping, &class));
    } else if (named_class(byte, &class)) {
        compiler->lexer.at++;
        COMITY_TRY(append_run(compiler, shaping, &class));
    } else {
        return fail_here(compiler, "one of 9 A a X x h b u L *, a class in brackets, a text in quotes or a group");
    }
    shaping->shape.body_end = shaping->shape.element_count;
    return COMITY_OK;
}

/* ---- shapes ---- */

/* The last part that varies: if it is a run, its size follows from the value's. */
static void find_slack(const comity_element *elements, comity_shape *shape)
{
    shape->slack = -1;
    for (size_t i = 0; i < shape->element_count; i++) {
        if (elements[i].size_min != elements[i].size_max) {
            shape->slack = (int8_t)(elements[i].is_text ? -1 : (int)i);
            shape->rest_size = 0;
        } else {
            shape->rest_size += elements[i].size_min;
        }
    }
}

static void find_first(const comity_types_compiler *compiler, const comity_element *elements, comity_shape *shape)
{
    for (size_t i = 0; i < shape->element_count; i++) {
        if (elements[i].is_text) {
            for (size_t j = 0; j < elements[i].text_count; j++) {
                uint8_t byte = compiler->texts.items[compiler->shape_texts.items[elements[i].text_begin + j].at];
                add_range(&shape->first, byte, byte);
            }
        } else {
            for (size_t j = 0; j < sizeof shape->first.bits; j++) {
                shape->first.bits[j] |= compiler->classes.items[elements[i].class_number].bits[j];
            }
        }
        if (elements[i].size_min > 0) {
            return;
        }
    }
}

static comity_status finish_shape(comity_types_compiler *compiler, comity_shaping *shaping)
{
    comity_shape *shape = &shaping->shape;
    const comity_element *elements = compiler->elements.items + shape->element_begin;
    size_t before = compiler->shapes.count - compiler->draft.shape_begin;
    if (shape->body_end <= shape->body_begin) {
        return fail_here(compiler, "a part of the shape outside of parentheses");
    }
    if (before == COMITY_LIMIT_TYPE_FORMS) {
        return fail_here(compiler, "a type of at most 64 shapes");
    }
    find_slack(elements, shape);
    find_first(compiler, elements, shape);
    shape->ordinal = (uint8_t)(before + 1);
    COMITY_APPEND(compiler, &compiler->shapes, *shape);
    return COMITY_OK;
}

comity_status comity_compile_shape(comity_types_compiler *compiler)
{
    for (;;) {
        comity_shaping shaping = {.shape = {.element_begin = (uint32_t)compiler->elements.count}};
        skip_blanks(compiler);
        do {
            COMITY_TRY(read_element(compiler, &shaping));
            skip_blanks(compiler);
        } while (!at_end(compiler) && peek(compiler) != '|');
        COMITY_TRY(finish_shape(compiler, &shaping));
        if (at_end(compiler)) {
            return comity_compile_next(compiler);
        }
        compiler->lexer.at++;
        skip_blanks(compiler);
        skip_line_end(compiler);
    }
}
