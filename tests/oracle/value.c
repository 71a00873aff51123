/* JSON as a tree: read by yajl's events, written by the base layer's buffer. */
#include "value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#define DEPTH_MAX 80

static void *take(comity_arena *arena, size_t count, size_t size)
{
    void *memory;
    comity_error error;
    if (comity_arena_take_array(arena, count, size, &memory, &error) != COMITY_OK) {
        fprintf(stderr, "value: %s\n", error.message);
        abort();
    }
    return memory;
}

static const char *copy_text(comity_arena *arena, const char *text, size_t size)
{
    char *copy = take(arena, size + 1, 1);
    memcpy(copy, text, size);
    return copy;
}

value *value_new(comity_arena *arena, value_kind kind)
{
    value *made = take(arena, 1, sizeof *made);
    made->kind = kind;
    return made;
}

value *value_string(comity_arena *arena, const char *text)
{
    value *made = value_new(arena, VALUE_STRING);
    made->text = copy_text(arena, text, strlen(text));
    return made;
}

value *value_number(comity_arena *arena, uint64_t number)
{
    char text[32];
    value *made = value_new(arena, VALUE_NUMBER);
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    made->text = copy_text(arena, text, strlen(text));
    return made;
}

value *value_bool(comity_arena *arena, bool truth)
{
    return value_new(arena, truth ? VALUE_TRUE : VALUE_FALSE);
}

static void grow(comity_arena *arena, value *whole)
{
    if (whole->count < whole->room) {
        return;
    }
    size_t room = whole->room * 2 + 4;
    value **items = take(arena, room, sizeof(value *));
    const char **keys = take(arena, room, sizeof(char *));
    if (whole->count != 0) {
        memcpy(items, whole->items, whole->count * sizeof(value *));
        memcpy(keys, whole->keys, whole->count * sizeof(char *));
    }
    whole->items = items;
    whole->keys = keys;
    whole->room = room;
}

void value_add(comity_arena *arena, value *array, value *item)
{
    grow(arena, array);
    array->items[array->count++] = item;
}

void value_set(comity_arena *arena, value *object, const char *key, value *item)
{
    for (size_t i = 0; i < object->count; i++) {
        if (strcmp(object->keys[i], key) == 0) {
            object->items[i] = item;
            return;
        }
    }
    grow(arena, object);
    object->keys[object->count] = copy_text(arena, key, strlen(key));
    object->items[object->count++] = item;
}

void value_remove(value *whole, size_t index)
{
    for (size_t i = index; i + 1 < whole->count; i++) {
        whole->items[i] = whole->items[i + 1];
        whole->keys[i] = whole->keys[i + 1];
    }
    whole->count--;
}

value *value_get(const value *whole, const char *key)
{
    for (size_t i = 0; whole != NULL && whole->kind == VALUE_OBJECT && i < whole->count; i++) {
        if (strcmp(whole->keys[i], key) == 0) {
            return whole->items[i];
        }
    }
    return NULL;
}

const char *value_text(const value *whole, const char *key)
{
    const value *member = value_get(whole, key);
    return member != NULL && member->kind == VALUE_STRING ? member->text : "";
}

value *value_copy(comity_arena *arena, const value *from)
{
    value *made = value_new(arena, from->kind);
    made->text = from->text;
    for (size_t i = 0; i < from->count; i++) {
        value_add(arena, made, value_copy(arena, from->items[i]));
        made->keys[i] = from->keys[i];
    }
    return made;
}

bool value_equal(const value *a, const value *b)
{
    if (a == NULL || b == NULL || a->kind != b->kind || a->count != b->count) {
        return a == b;
    }
    if (a->text != NULL && strcmp(a->text, b->text) != 0) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        const value *other = a->kind == VALUE_OBJECT ? value_get(b, a->keys[i]) : b->items[i];
        if (!value_equal(a->items[i], other)) {
            return false;
        }
    }
    return true;
}

/* ---- reading ---- */

typedef struct parsing {
    comity_arena *arena;
    value *stack[DEPTH_MAX];
    size_t depth;
    const char *key;
    value *root;
} parsing;

static int put(parsing *state, value *item)
{
    if (state->depth == 0) {
        state->root = item;
        return 1;
    }
    value *whole = state->stack[state->depth - 1];
    value_add(state->arena, whole, item);
    whole->keys[whole->count - 1] = state->key;
    state->key = NULL;
    return 1;
}

static int put_text(void *context, value_kind kind, const char *text, size_t size)
{
    parsing *state = context;
    value *item = value_new(state->arena, kind);
    item->text = copy_text(state->arena, text, size);
    return put(state, item);
}

static int on_null(void *context)
{
    parsing *state = context;
    return put(state, value_new(state->arena, VALUE_NULL));
}

static int on_boolean(void *context, int truth)
{
    parsing *state = context;
    return put(state, value_bool(state->arena, truth != 0));
}

static int on_number(void *context, const char *text, size_t size)
{
    return put_text(context, VALUE_NUMBER, text, size);
}

static int on_string(void *context, const unsigned char *text, size_t size)
{
    return put_text(context, VALUE_STRING, (const char *)text, size);
}

static int open(void *context, value_kind kind)
{
    parsing *state = context;
    value *whole = value_new(state->arena, kind);
    if (state->depth == DEPTH_MAX) {
        return 0;
    }
    (void)put(state, whole);
    state->stack[state->depth++] = whole;
    return 1;
}

static int on_object(void *context)
{
    return open(context, VALUE_OBJECT);
}

static int on_array(void *context)
{
    return open(context, VALUE_ARRAY);
}

static int on_key(void *context, const unsigned char *text, size_t size)
{
    parsing *state = context;
    state->key = copy_text(state->arena, (const char *)text, size);
    return 1;
}

static int on_end(void *context)
{
    parsing *state = context;
    state->depth--;
    return 1;
}

value *value_parse(comity_arena *arena, const char *json)
{
    static const yajl_callbacks callbacks = {
        .yajl_null = on_null,
        .yajl_boolean = on_boolean,
        .yajl_number = on_number,
        .yajl_string = on_string,
        .yajl_start_map = on_object,
        .yajl_map_key = on_key,
        .yajl_end_map = on_end,
        .yajl_start_array = on_array,
        .yajl_end_array = on_end,
    };
    parsing state = {.arena = arena};
    yajl_handle handle = yajl_alloc(&callbacks, NULL, &state);
    bool good = yajl_parse(handle, (const unsigned char *)json, strlen(json)) == yajl_status_ok &&
                yajl_complete_parse(handle) == yajl_status_ok;
    yajl_free(handle);
    return good ? state.root : NULL;
}

/* ---- writing ---- */

static void print(comity_buffer *buffer, const value *from)
{
    static const char *const words[] = {[VALUE_NULL] = "null", [VALUE_TRUE] = "true", [VALUE_FALSE] = "false"};
    if (from->kind == VALUE_STRING) {
        comity_buffer_append_json_string(buffer, from->text, strlen(from->text));
        return;
    }
    if (from->kind < VALUE_ARRAY) {
        comity_buffer_append_text(buffer, from->kind == VALUE_NUMBER ? from->text : words[from->kind]);
        return;
    }
    comity_buffer_append_byte(buffer, from->kind == VALUE_ARRAY ? '[' : '{');
    for (size_t i = 0; i < from->count; i++) {
        if (i != 0) {
            comity_buffer_append_byte(buffer, ',');
        }
        if (from->kind == VALUE_OBJECT) {
            comity_buffer_append_json_string(buffer, from->keys[i], strlen(from->keys[i]));
            comity_buffer_append_byte(buffer, ':');
        }
        print(buffer, from->items[i]);
    }
    comity_buffer_append_byte(buffer, from->kind == VALUE_ARRAY ? ']' : '}');
}

const char *value_print(comity_arena *arena, const value *from)
{
    comity_buffer buffer;
    const uint8_t *bytes = NULL;
    size_t size = 0;
    comity_buffer_init(&buffer, (size_t)1 << 26);
    print(&buffer, from);
    if (comity_buffer_bytes(&buffer, &bytes, &size, NULL) != COMITY_OK) {
        fprintf(stderr, "value: out of memory\n");
        abort();
    }
    const char *text = copy_text(arena, (const char *)bytes, size);
    comity_buffer_free(&buffer);
    return text;
}
