/* Many texts looked for at once, at places where one could begin; and names looked up as a whole.
 *
 * A filter of bits by the first three bytes says no to nearly all places. Immutable
 * once made; shared by threads. */
#ifndef COMITY_INSPECT_SCAN_INDEX_H
#define COMITY_INSPECT_SCAN_INDEX_H

#include "base/arena.h"

#define COMITY_SCAN_INDEX_HEADS 4096

/* A text, and what the user of the index made of it. */
typedef struct comity_scan_entry {
    const uint8_t *text; /* folded, if the index is */
    uint16_t size;
    bool anywhere; /* its script has no spaces: it may stand within a word */
    uint8_t last;  /* the text's last byte: mostly it tells that the text does not stand there */
    uint32_t payload;
    uint32_t next; /* with the same head, and one; 0: none */
    uint16_t hash; /* of its first three bytes: others have the same head */
} comity_scan_entry;

typedef struct comity_scan_index {
    uint64_t filter[1024];
    uint32_t heads[COMITY_SCAN_INDEX_HEADS]; /* numbers of entries, and one */
    comity_scan_entry *entries;
    size_t count, capacity;
    bool folded; /* ASCII letters are compared without regard to case */
} comity_scan_index;

/* Room for `capacity` entries. COMITY_ERROR_MEMORY or COMITY_ERROR_LIMIT of the arena. */
COMITY_MUST_USE comity_status comity_scan_index_init(comity_scan_index *ret_index, size_t capacity, bool folded,
                                                     comity_arena *arena, comity_error *reterr);

/* Adds a text, which is copied to the arena; the same text may be added again. Texts
 * of one byte are never found. */
COMITY_MUST_USE comity_status comity_scan_index_add(comity_scan_index *index, const void *text, size_t size,
                                                    uint32_t payload, comity_arena *arena, comity_error *reterr);

/* As `add`, but for texts beyond ASCII in all cases of comity_case. */
COMITY_MUST_USE comity_status comity_scan_index_add_cases(comity_scan_index *index, const void *text, size_t size,
                                                          uint32_t payload, comity_arena *arena, comity_error *reterr);

static inline uint32_t comity_scan_fold(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? byte + 0x20u : byte;
}

static inline uint32_t comity_scan_index_hash(uint32_t first, uint32_t second, uint32_t third)
{
    return ((first | second << 8 | third << 16) * UINT32_C(0x9E3779B1)) >> 16;
}

/* The same of three bytes in which digits are made `0`. */
static inline uint32_t comity_scan_digits_hash(const uint8_t *at)
{
    uint32_t made[3];
    for (int i = 0; i < 3; i++) {
        made[i] = at[i] >= '0' && at[i] <= '9' ? '0' : at[i];
    }
    return comity_scan_index_hash(made[0], made[1], made[2]);
}

/* False if surely no text of the index begins at `at`. Three bytes are read. */
static inline bool comity_scan_index_may(const comity_scan_index *index, const uint8_t *at)
{
    uint32_t hash = index->folded
                        ? comity_scan_index_hash(comity_scan_fold(at[0]), comity_scan_fold(at[1]), comity_scan_fold(at[2]))
                        : comity_scan_index_hash(at[0], at[1], at[2]);
    return (index->filter[hash >> 6] >> (hash & 63) & 1) != 0;
}

/* The next text that stands at `at`, of whose bytes `size` can be read; NULL if
 * there is no more. Begin with `after` NULL. */
const comity_scan_entry *comity_scan_index_next(const comity_scan_index *index, const comity_scan_entry *after,
                                                const uint8_t *at, size_t size);

/* Names to numbers, as a whole. */
typedef struct comity_scan_names {
    comity_scan_entry *slots; /* size 0: free */
    size_t slot_count;        /* a power of two, at least twice as many as names */
} comity_scan_names;

COMITY_MUST_USE comity_status comity_scan_names_init(comity_scan_names *ret_names, size_t capacity,
                                                     comity_arena *arena, comity_error *reterr);

/* The payload of a name; it is added with `payload` if it is not there. */
COMITY_MUST_USE comity_status comity_scan_names_put(comity_scan_names *names, const void *name, size_t size,
                                                    uint32_t payload, uint32_t *ret_payload, comity_arena *arena,
                                                    comity_error *reterr);

/* The payload of a name; false if there is none. */
bool comity_scan_names_get(const comity_scan_names *names, const void *name, size_t size, uint32_t *ret_payload);

uint64_t comity_scan_hash(const void *bytes, size_t size);

#endif
