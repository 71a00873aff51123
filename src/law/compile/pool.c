/* What every step of the compiler stores in: lists that grow, maps from texts
 * to numbers, and the pool of texts, in which each text stands once. */
#include "law/compile/compiler.h"

#include <string.h>

comity_status comity_compiler_take(comity_compiler *compiler, size_t count, size_t size, void *ret_items)
{
    void *memory;
    COMITY_TRY(comity_arena_take_array(compiler->arena, count == 0 ? 1 : count, size, &memory, compiler->reterr));
    memcpy(ret_items, &memory, sizeof memory);
    return COMITY_OK;
}

comity_status comity_vector_reserve(comity_compiler *compiler, void **items, size_t *capacity,
                                    size_t count, size_t size)
{
    if (count < *capacity) {
        return COMITY_OK;
    }
    size_t larger = *capacity == 0 ? 8 : *capacity * 2;
    void *memory;
    COMITY_TRY(comity_arena_take_array(compiler->arena, larger, size, &memory, compiler->reterr));
    if (count != 0) {
        memcpy(memory, *items, count * size);
    }
    *items = memory;
    *capacity = larger;
    return COMITY_OK;
}

static size_t text_hash(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *text != '\0'; text++) {
        hash = (hash ^ (uint8_t)*text) * UINT64_C(1099511628211);
    }
    return (size_t)(hash ^ (hash >> 32));
}

static struct comity_map_slot *map_slot(const comity_map *map, const char *text)
{
    size_t i = text_hash(text) & (map->capacity - 1);
    while (map->slots[i].text != NULL && strcmp(map->slots[i].text, text) != 0) {
        i = (i + 1) & (map->capacity - 1);
    }
    return &map->slots[i];
}

uint32_t comity_map_get(const comity_map *map, const char *text)
{
    if (map->capacity == 0) {
        return COMITY_IMAGE_NONE;
    }
    const struct comity_map_slot *slot = map_slot(map, text);
    return slot->text == NULL ? COMITY_IMAGE_NONE : slot->value;
}

comity_status comity_map_set(comity_compiler *compiler, comity_map *map, const char *text, uint32_t value)
{
    if (map->count * 2 >= map->capacity) {
        comity_map larger = {.capacity = map->capacity == 0 ? 64 : map->capacity * 2, .count = map->count};
        COMITY_TRY(comity_compiler_take(compiler, larger.capacity, sizeof *larger.slots, &larger.slots));
        for (size_t i = 0; i < map->capacity; i++) {
            if (map->slots[i].text != NULL) {
                *map_slot(&larger, map->slots[i].text) = map->slots[i];
            }
        }
        *map = larger;
    }
    struct comity_map_slot *slot = map_slot(map, text);
    map->count += slot->text == NULL;
    slot->text = text;
    slot->value = value;
    return COMITY_OK;
}

comity_status comity_text(comity_compiler *compiler, const char *text, uint32_t *ret_text)
{
    uint32_t known = comity_map_get(&compiler->text_places, text);
    if (known != COMITY_IMAGE_NONE) {
        *ret_text = known;
        return COMITY_OK;
    }
    uint32_t place = (uint32_t)compiler->texts.count;
    for (const char *c = text;; c++) {
        COMITY_PUSH(compiler, &compiler->texts, *c);
        if (*c == '\0') {
            break;
        }
    }
    char *copy;
    COMITY_TRY(comity_arena_copy(compiler->arena, text, strlen(text), &copy, compiler->reterr));
    COMITY_TRY(comity_map_set(compiler, &compiler->text_places, copy, place));
    *ret_text = place;
    return COMITY_OK;
}
