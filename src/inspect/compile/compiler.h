/* What the steps of the compiler of types share: the set in the making, and one
 * type in the making. */
#ifndef COMITY_INSPECT_COMPILE_COMPILER_H
#define COMITY_INSPECT_COMPILE_COMPILER_H

#include "base/limits.h"
#include "inspect/compile/lexer.h"
#include "inspect/types_inner.h"

/* A list that grows in the compiler's arena. */
#define COMITY_LIST(T)          \
    struct {                    \
        T *items;               \
        size_t count, capacity; \
    }

/* A family: lines that types take over with `like`. */
typedef struct comity_family {
    const char *name;
    comity_types_lexer body; /* where its lines begin */
} comity_family;

typedef struct comity_name {
    const char *text;
    size_t size;
} comity_name;

/* One type, or its family's lines, while they are read. */
typedef struct comity_draft {
    comity_types_token head; /* the type's name, for messages */
    comity_type type;
    const char *states[300];
    bool states_are_inherited, shapes_are_inherited;
    bool inheriting; /* the lines being read are the family's */
    bool has_find, has_writing, has_odds, has_confidence, needs_context;
    bool separators_given, single_separators;
    comity_find find;
    comity_writing writing;
    uint8_t separators, odds, alone, with_context, evidence;
    size_t shape_begin; /* its shapes in the compiler's list */
    size_t step_begin;
    size_t literal_begin;
    comity_name names[COMITY_LIMIT_TYPE_NAMES];
    size_t name_count;
} comity_draft;

typedef struct comity_types_compiler {
    comity_arena *arena;
    comity_error *reterr;
    comity_types_lexer lexer; /* of the file being read */
    comity_types_token token; /* the next */
    comity_draft draft;
    size_t height, depth; /* of the expression being compiled */
    COMITY_LIST(comity_family) families;
    COMITY_LIST(comity_type) types;
    COMITY_LIST(comity_type_form) forms;
    COMITY_LIST(comity_shape) shapes;
    COMITY_LIST(comity_element) elements;
    COMITY_LIST(comity_shape_text) shape_texts;
    COMITY_LIST(comity_class) classes;
    COMITY_LIST(comity_check_step) steps;
    COMITY_LIST(int64_t) numbers;
    COMITY_LIST(uint8_t) texts;
    COMITY_LIST(comity_type_literal) literals;
} comity_types_compiler;

/* Makes room for one more item. */
COMITY_MUST_USE comity_status comity_list_reserve(comity_types_compiler *compiler, void *items, size_t *capacity,
                                                  size_t count, size_t size);

/* Appends an item to a list of the compiler; leaves the function on failure. */
#define COMITY_APPEND(compiler, list, ...)                                                                             \
    do {                                                                                                               \
        COMITY_TRY(                                                                                                    \
            comity_list_reserve((compiler), &(list)->items, &(list)->capacity, (list)->count, sizeof *(list)->items)); \
        (list)->items[(list)->count++] = __VA_ARGS__;                                                                  \
    } while (0)

/* Reads the next token. */
COMITY_MUST_USE comity_status comity_compile_next(comity_types_compiler *compiler);

/* True at the end of a statement: the next token begins a line and stands where a statement does. */
bool comity_compile_at_end(const comity_types_compiler *compiler);

/* Reads over this sign or word, or fails. */
COMITY_MUST_USE comity_status comity_compile_expect(comity_types_compiler *compiler, const char *text);

/* Fails at the next token. */
comity_status comity_compile_expected(const comity_types_compiler *compiler, const char *expected);

/* Reads a string and keeps its bytes, with a NUL behind; 1 to COMITY_LIMIT_TYPE_TEXT_BYTES. */
COMITY_MUST_USE comity_status comity_compile_string(comity_types_compiler *compiler, const char **ret_text,
                                                    size_t *ret_size);

/* Reads a number between two bounds. */
COMITY_MUST_USE comity_status comity_compile_number(comity_types_compiler *compiler, int64_t least, int64_t most,
                                                    int64_t *ret_number);

/* Puts bytes into the texts; the same bytes may be there before. */
COMITY_MUST_USE comity_status comity_compile_text(comity_types_compiler *compiler, const void *bytes, size_t size,
                                                  uint32_t *ret_at);

/* Reads one `shape` statement: the keyword is the token, and nothing behind it has been read. */
COMITY_MUST_USE comity_status comity_compile_shape(comity_types_compiler *compiler);

/* Reads an expression and appends the steps that leave its value on the stack. */
COMITY_MUST_USE comity_status comity_compile_expression(comity_types_compiler *compiler);

/* Appends a step. */
COMITY_MUST_USE comity_status comity_compile_step(comity_types_compiler *compiler, comity_check_step step);

/* Reads the lines of a block, up to the next block. */
COMITY_MUST_USE comity_status comity_compile_lines(comity_types_compiler *compiler);

/* Makes the type that was drafted, with its forms and literals. */
COMITY_MUST_USE comity_status comity_compile_type(comity_types_compiler *compiler);

/* Writes a name of a field as literals have it; returns its size. `ret_text` has room for `size` bytes. */
size_t comity_field_write(const char *name, size_t size, char *ret_text);

/* Makes the set of what was compiled. */
COMITY_MUST_USE comity_status comity_compile_set(comity_types_compiler *compiler, comity_types **ret_types);

#endif
