/* Keys of JSON, which come again with every record in the same order: what is to be done at the
 * colon of one is kept by its bytes, and found by the key that stood before. */
#include "base/swar.h"
#include "inspect/scan_labels.h"

#include <string.h>

/* The bytes before the quote at `end`, back to the quote that opens them. False if there is none so near. */
static bool key_read(const uint8_t *end, comity_scan_key *ret_key)
{
    memset(ret_key, 0, sizeof *ret_key);
    for (unsigned i = 0; i < COMITY_SCAN_KEY_BYTES / 8; i++) {
        uint64_t word = comity_swar_load_ordered(end - 8 * (i + 1));
        uint64_t quotes = comity_swar_all_equal(word, '"');
        ret_key->masks[i] = ~UINT64_C(0);
        if (quotes != 0) {
            unsigned behind = (unsigned)__builtin_clzll(quotes); /* bits behind the last quote */
            ret_key->masks[i] <<= 56 - behind;
            ret_key->words[i] = word & ret_key->masks[i];
            ret_key->size = (uint8_t)(8 * i + behind / 8);
            return true;
        }
        ret_key->words[i] = word;
    }
    return false;
}

/* What is to be done at the colon of a key. False if that does not follow from its bytes alone. */
static bool key_make(comity_scan *scan, const uint8_t *at, const comity_scan_key *read, comity_scan_key *ret_key)
{
    const uint8_t *name = at - 1 - read->size;
    const uint8_t *end = comity_scan_without_escapes(name, at - 1);
    size_t letters = 0;
    size_t size = comity_scan_without_digits(name, (size_t)(end - name));
    if (memchr(name, '\n', read->size) != NULL) {
        return false;
    }
    for (size_t i = size; i > 0 && size - i < 15; i--) {
        letters += comity_scan_is_word(name[i - 1]);
    }
    if (letters < 3 || read->size == 0) {
        return false; /* what stands before it counts */
    }
    const comity_scan_field *field = comity_scan_field_of(scan, name, (size_t)(end - name));
    unsigned colon = comity_scan_colon_hash(at);
    *ret_key = *read;
    ret_key->is_label = field != NULL && field->is_label && comity_scan_looks_label(scan, name, end);
    ret_key->has_anchor = (scan->rules->anchor_colons[colon / 64] >> colon % 64 & 1) != 0;
    ret_key->has_colons = read->size < 3 || memchr(name, ':', read->size) != NULL; /* what is asked lies in it, or before */
    ret_key->is_pair = read->size == 5 && (memcmp(name, "value", 5) == 0 || memcmp(name, "Value", 5) == 0);
    ret_key->acts = ret_key->is_label || ret_key->has_anchor || ret_key->has_colons || ret_key->is_pair;
    ret_key->is_plain = ret_key->is_label && !ret_key->has_anchor && !ret_key->has_colons && !ret_key->is_pair;
    ret_key->field = field == NULL ? 0 : field->number;
    ret_key->slot = field == NULL ? 0 : (uint32_t)(field - scan->fields);
    return true;
}

/* What the name of a key speaks for. */
static const comity_scan_field *field_of_key(comity_scan *scan, const uint8_t *at, comity_scan_key *key)
{
    const comity_scan_field *field = &scan->fields[key->slot];
    if (field->number != key->field) {
        const uint8_t *name = at - 1 - key->size;
        field = comity_scan_field_of(scan, name, (size_t)(comity_scan_without_escapes(name, at - 1) - name));
        key->slot = (uint32_t)(field - scan->fields);
        key->field = field->number;
    }
    return field;
}

/* At the colon of a key that is a label, or that may be the end of an anchor or of an address. */
static __attribute__((noinline)) void key_follow(comity_scan *scan, const uint8_t *at, comity_scan_key *key)
{
    if (key->is_pair) {
        const uint8_t *name = at - 1 - key->size;
        size_t size = key->size;
        comity_scan_pair_name(scan->low, name - 1, &name, &size);
        const comity_scan_field *field = comity_scan_field_of(scan, name, size);
        key->field = field == NULL ? 0 : field->number;
        if (field != NULL && field->is_label) {
            comity_scan_label_value(scan, at, false, field);
        }
    } else if (key->is_label) {
        const comity_scan_field *field = field_of_key(scan, at, key);
        scan->of_plain_key = at[-2] != '\\' && at[-3 - key->size] != '\\';
        comity_scan_label_value(scan, at, false, field);
        scan->of_plain_key = false;
    }
    if (key->has_anchor || at[1] == ':' || (key->has_colons && (at[-5] == ':' || (at[-3] == ':' && at[-6] == ':')))) {
        comity_scan_at_colon(scan, at);
    }
}

/* At the colon of a key that is a label and nothing else, before a string: false if there is no plan for what that looks like. */
static bool key_planned(comity_scan *scan, const uint8_t *at, comity_scan_key *key)
{
    static const uint8_t ends[3] = {'"', '\n', '\n'};
    scan->of_plain_key = at[-2] != '\\' && at[-3 - key->size] != '\\';
    bool is_planned = comity_scan_field_planned(scan, at + 2, ends, field_of_key(scan, at, key));
    scan->of_plain_key = false;
    return is_planned;
}

/* The key before the quote at `end`, which was none of those expected; NULL if it is none that is known by its bytes. */
static comity_scan_key *key_find(comity_scan *scan, const uint8_t *end)
{
    comity_scan_key read;
    if (!key_read(end, &read)) {
        return NULL;
    }
    uint64_t hash =
        (read.words[0] ^ read.words[1] * UINT64_C(0xC2B2AE3D27D4EB4F) ^ read.words[2]) * UINT64_C(0x9E3779B97F4A7C15);
    comity_scan_key *key = &scan->keys[hash >> 56 & (COMITY_SCAN_KEYS - 1)];
    if ((key->size != read.size || !comity_scan_key_is(key, end)) && !key_make(scan, end + 1, &read, key)) {
        return NULL;
    }
    comity_scan_key *before = &scan->keys[scan->key_slot];
    before->next[1] = before->next[0];
    before->next[0] = (uint16_t)(key - scan->keys);
    return key;
}

static inline void key_take(comity_scan *scan, const uint8_t *at, uint16_t slot)
{
    comity_scan_key *key = &scan->keys[slot];
    scan->key_slot = slot;
    scan->key_end = comity_scan_offset(scan, at) + 1;
    bool is_done = key->is_plain && at[1] == '"' && key_planned(scan, at, key);
    if (!is_done && (key->acts || at[1] == ':')) {
        key_follow(scan, at, key);
    }
}

/* A key that is not the one which followed last. */
static __attribute__((noinline)) bool key_take_other(comity_scan *scan, const uint8_t *at)
{
    uint16_t slot = scan->keys[scan->key_slot].next[1];
    if (!comity_scan_key_is(&scan->keys[slot], at - 1)) {
        const comity_scan_key *key = key_find(scan, at - 1);
        if (key == NULL) {
            return false;
        }
        slot = (uint16_t)(key - scan->keys);
    }
    key_take(scan, at, slot);
    return true;
}

bool comity_scan_at_key(comity_scan *scan, const uint8_t *at)
{
    if (at[-1] != '"' || at - scan->low < 2 * COMITY_SCAN_KEY_BYTES) {
        return false;
    }
    uint16_t slot = scan->keys[scan->key_slot].next[0];
    if (!comity_scan_key_is(&scan->keys[slot], at - 1)) {
        return key_take_other(scan, at);
    }
    key_take(scan, at, slot);
    return true;
}
