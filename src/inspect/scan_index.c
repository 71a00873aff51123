/* See scan_index.h. Texts come in when a set of types is made ready; later there is reading only. */
#include "inspect/scan_index.h"

#include "base/utf8.h"
#include "inspect/scan_case.h"

#include <assert.h>
#include <string.h>

/* ---- an index ---- */

comity_status comity_scan_index_init(comity_scan_index *ret_index, size_t capacity, bool folded, comity_arena *arena,
                                     comity_error *reterr)
{
    void *entries;
    COMITY_TRY(comity_arena_take_array(arena, capacity, sizeof(comity_scan_entry), &entries, reterr));
    memset(ret_index, 0, sizeof *ret_index);
    ret_index->entries = entries;
    ret_index->capacity = capacity;
    ret_index->folded = folded;
    return COMITY_OK;
}

static uint32_t fold(const comity_scan_index *index, uint8_t byte)
{
    return index->folded ? comity_scan_fold(byte) : byte;
}

static bool equal(const comity_scan_index *index, const uint8_t *left, const uint8_t *right, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (fold(index, left[i]) != fold(index, right[i])) {
            return false;
        }
    }
    return true;
}

/* An entry's text, which is folded as the index is, stands at `at`. */
static bool stands_at(const comity_scan_index *index, const comity_scan_entry *entry, const uint8_t *at)
{
    size_t last = entry->size - 1u;
    if (fold(index, at[last]) != entry->last) {
        return false;
    }
    for (size_t i = 0; i < last; i++) {
        if (fold(index, at[i]) != entry->text[i]) {
            return false;
        }
    }
    return true;
}

static void link(comity_scan_index *index, uint32_t hash, const comity_scan_entry *entry)
{
    uint32_t *head = &index->heads[hash % COMITY_SCAN_INDEX_HEADS];
    assert(index->count < index->capacity);
    index->filter[hash >> 6] |= UINT64_C(1) << (hash & 63);
    index->entries[index->count] = *entry;
    index->entries[index->count].hash = (uint16_t)hash;
    index->entries[index->count].next = *head;
    *head = (uint32_t)++index->count;
}

comity_status comity_scan_index_add(comity_scan_index *index, const void *text, size_t size, uint32_t payload,
                                    comity_arena *arena, comity_error *reterr)
{
    char *copy;
    if (size < 2 || size > UINT16_MAX) {
        return COMITY_OK;
    }
    COMITY_TRY(comity_arena_copy(arena, text, size, &copy, reterr));
    for (size_t i = 0; i < size; i++) {
        copy[i] = (char)fold(index, (uint8_t)copy[i]);
    }
    comity_scan_entry entry = {
        .text = (const uint8_t *)copy,
        .size = (uint16_t)size,
        .anywhere = comity_script_without_spaces((const uint8_t *)copy, size),
        .last = (uint8_t)copy[size - 1],
        .payload = payload,
    };
    uint32_t first = fold(index, entry.text[0]);
    uint32_t second = fold(index, entry.text[1]);
    if (size >= 3) {
        link(index, comity_scan_index_hash(first, second, fold(index, entry.text[2])), &entry);
        return COMITY_OK;
    }
    /* a text of two bytes is found whatever the third is, but a letter */
    for (uint32_t third = 0; third < 128; third++) {
        bool is_letter = (third | 0x20) >= 'a' && (third | 0x20) <= 'z';
        if (!is_letter) {
            link(index, comity_scan_index_hash(first, second, third), &entry);
        }
    }
    return COMITY_OK;
}

comity_status comity_scan_index_add_cases(comity_scan_index *index, const void *text, size_t size, uint32_t payload,
                                          comity_arena *arena, comity_error *reterr)
{
    uint8_t cases[COMITY_CASE_COUNT][COMITY_SCAN_CASE_BYTES];
    if (size > COMITY_SCAN_CASE_BYTES / 2 || (index->folded && comity_case_is_ascii(text, size))) {
        return comity_scan_index_add(index, text, size, payload, arena, reterr);
    }
    size_t sizes[COMITY_CASE_COUNT];
    for (int i = 0; i < COMITY_CASE_COUNT; i++) {
        sizes[i] = comity_case_write(text, size, (comity_case)i, cases[i]);
        bool seen = false;
        for (int j = 0; j < i; j++) {
            seen |= sizes[i] == sizes[j] && equal(index, cases[i], cases[j], sizes[i]);
        }
        if (!seen) {
            COMITY_TRY(comity_scan_index_add(index, cases[i], sizes[i], payload, arena, reterr));
        }
    }
    return COMITY_OK;
}

const comity_scan_entry *comity_scan_index_next(const comity_scan_index *index, const comity_scan_entry *after,
                                                const uint8_t *at, size_t size)
{
    uint32_t hash = after != NULL ? after->hash
                                  : comity_scan_index_hash(fold(index, at[0]), fold(index, at[1]), fold(index, at[2]));
    uint32_t next = after != NULL ? after->next : index->heads[hash % COMITY_SCAN_INDEX_HEADS];
    for (; next != 0; next = index->entries[next - 1].next) {
        const comity_scan_entry *entry = &index->entries[next - 1];
        if (entry->hash == hash && entry->size <= size && stands_at(index, entry, at)) {
            return entry;
        }
    }
    return NULL;
}

/* ---- names ---- */

uint64_t comity_scan_hash(const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    uint64_t hash = size * UINT64_C(0x9E3779B97F4A7C15);
    while (size != 0) {
        uint64_t word = 0;
        size_t taken = size < 8 ? size : 8;
        memcpy(&word, at, taken);
        hash = (hash ^ word) * UINT64_C(0xD6E8FEB86659FD93);
        hash ^= hash >> 32;
        at += taken;
        size -= taken;
    }
    return hash;
}

comity_status comity_scan_names_init(comity_scan_names *ret_names, size_t capacity, comity_arena *arena,
                                     comity_error *reterr)
{
    void *slots;
    size_t count = 16;
    while (count < capacity * 2) {
        count *= 2;
    }
    COMITY_TRY(comity_arena_take_array(arena, count, sizeof(comity_scan_entry), &slots, reterr));
    ret_names->slots = slots;
    ret_names->slot_count = count;
    return COMITY_OK;
}

/* The slot of a name, or the free one where it would stand. */
static comity_scan_entry *slot_of(const comity_scan_names *names, const void *name, size_t size)
{
    size_t i = (size_t)comity_scan_hash(name, size) & (names->slot_count - 1);
    while (names->slots[i].size != 0 &&
           (names->slots[i].size != size || memcmp(names->slots[i].text, name, size) != 0)) {
        i = (i + 1) & (names->slot_count - 1);
    }
    return &names->slots[i];
}

comity_status comity_scan_names_put(comity_scan_names *names, const void *name, size_t size, uint32_t payload,
                                    uint32_t *ret_payload, comity_arena *arena, comity_error *reterr)
{
    comity_scan_entry *slot = slot_of(names, name, size);
    if (slot->size == 0) {
        char *copy;
        COMITY_TRY(comity_arena_copy(arena, name, size, &copy, reterr));
        slot->text = (const uint8_t *)copy;
        slot->size = (uint16_t)size;
        slot->payload = payload;
    }
    *ret_payload = slot->payload;
    return COMITY_OK;
}

bool comity_scan_names_get(const comity_scan_names *names, const void *name, size_t size, uint32_t *ret_payload)
{
    const comity_scan_entry *slot = size == 0 ? NULL : slot_of(names, name, size);
    if (slot == NULL || slot->size == 0) {
        return false;
    }
    *ret_payload = slot->payload;
    return true;
}
