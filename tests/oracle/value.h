/* JSON that can be changed: what the tests make acts from, and read judgements
 * with. Everything lives in the arena given; without memory the test ends. */
#ifndef COMITY_TESTS_ORACLE_VALUE_H
#define COMITY_TESTS_ORACLE_VALUE_H

#include "base/arena.h"
#include "base/buffer.h"

typedef enum value_kind {
    VALUE_NULL,
    VALUE_TRUE,
    VALUE_FALSE,
    VALUE_NUMBER, /* text: as it is written */
    VALUE_STRING, /* text: without quotes and escapes */
    VALUE_ARRAY,
    VALUE_OBJECT
} value_kind;

typedef struct value {
    value_kind kind;
    const char *text;
    struct value **items;
    const char **keys; /* of an object, beside the items */
    size_t count, room;
} value;

value *value_new(comity_arena *arena, value_kind kind);
/* Texts are copied. */
value *value_string(comity_arena *arena, const char *text);
value *value_number(comity_arena *arena, uint64_t number);
value *value_bool(comity_arena *arena, bool truth);

/* Appends to an array. */
void value_add(comity_arena *arena, value *array, value *item);
/* Sets a member of an object, in the place of one that has the name. */
void value_set(comity_arena *arena, value *object, const char *key, value *item);
/* Takes out the item or member at an index. */
void value_remove(value *whole, size_t index);
/* The member, or NULL; `whole` may be NULL or of another kind. */
value *value_get(const value *whole, const char *key);
/* The text of a member that is a string, else "". */
const char *value_text(const value *whole, const char *key);

value *value_copy(comity_arena *arena, const value *from);
bool value_equal(const value *a, const value *b);

/* NULL if it is no JSON. */
value *value_parse(comity_arena *arena, const char *json);
/* Without white space, NUL-terminated; lives in the arena. */
const char *value_print(comity_arena *arena, const value *from);

#endif
