/* The public interface of gates: their frames, and gathering from findings what an act
 * and the ledger want.
 *
 * A gathering keeps no value and no place: a bit for each category seen, given out as they
 * are first found, so that a gate names to the daemon what there is and not all there may be;
 * and for each distinct person the keyed digest of the surest identifier of a record, with
 * the categories of that record. */
#include "api/handles.h"
#include "gate/frame.h"
#include "inspect/scan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A table twice as large as the persons it holds at most. */
enum { PERSON_SLOTS = 2 * COMITY_GATE_PERSONS_MAX, NO_BIT = 255 };

static_assert(COMITY_GATE_ACT_BYTES_MAX <= COMITY_LIMIT_ACT_BYTES, "an act of a gate is an act");

struct comity_gathering {
    const comity_rules *rules;
    const comity_masking *masking;
    const char *names[COMITY_GATE_CATEGORIES_MAX]; /* of all categories that types name */
    size_t name_count;
    uint8_t *name_of;                                  /* by type */
    uint8_t bit_of[COMITY_GATE_CATEGORIES_MAX];        /* by name; NO_BIT: not found yet */
    const char *categories[COMITY_GATE_CATEGORIES_MAX]; /* by bit */
    comity_gathered told;
    comity_gate_person *persons;
    uint32_t *slots; /* numbers of persons, from 1 */
    bool fixed;
    /* the record at hand */
    bool open;
    uint32_t part;
    uint64_t record;
    uint32_t rank;
    uint8_t digest[COMITY_GATE_DIGEST_SIZE];
    uint64_t seen;
};

/* ---- frames ---- */

comity_status comity_gate_frame_size(const void *bytes, size_t size, size_t *ret_size, comity_error *reterr)
{
    if (bytes == NULL || ret_size == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_gate_frame_size: bytes and ret_size must not be NULL");
    }
    return comity_frame_size(bytes, size, ret_size, reterr);
}

comity_status comity_gate_frame_read(const void *bytes, size_t size, comity_gate_frame *ret_frame, comity_error *reterr)
{
    if (bytes == NULL || ret_frame == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_gate_frame_read: bytes and ret_frame must not be NULL");
    }
    return comity_frame_read(bytes, size, ret_frame, reterr);
}

comity_status comity_gate_frame_write(const comity_gate_frame *frame, void *memory, size_t capacity, size_t *ret_size,
                                      comity_error *reterr)
{
    if (frame == NULL || memory == NULL || ret_size == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT,
                           "comity_gate_frame_write: frame, memory and ret_size must not be NULL");
    }
    return comity_frame_write(frame, memory, capacity, ret_size, reterr);
}

/* ---- making a gathering ---- */

static comity_status name_categories(comity_gathering *gathering, comity_error *reterr)
{
    const comity_types *types = gathering->rules->types;
    for (size_t i = 0; i < comity_types_count(types); i++) {
        const char *name = comity_types_type(types, i)->category;
        size_t at = 0;
        while (at < gathering->name_count && strcmp(gathering->names[at], name) != 0) {
            at++;
        }
        if (at == COMITY_GATE_CATEGORIES_MAX) {
            return comity_fail(reterr, COMITY_ERROR_LIMIT, "types of more than %d categories", COMITY_GATE_CATEGORIES_MAX);
        }
        gathering->names[at] = name;
        gathering->name_count += at == gathering->name_count;
        gathering->name_of[i] = (uint8_t)at;
    }
    return COMITY_OK;
}

comity_status comity_gathering_new(const comity_rules *rules, const comity_masking *masking,
                                   comity_gathering **ret_gathering, comity_error *reterr)
{
    if (rules == NULL || ret_gathering == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_gathering_new: rules and ret_gathering must not be NULL");
    }
    comity_gathering *gathering = calloc(1, sizeof *gathering);
    if (gathering != NULL) {
        gathering->rules = rules;
        gathering->masking = masking;
        gathering->name_of = calloc(comity_types_count(rules->types) + 1, 1);
        gathering->persons = calloc(COMITY_GATE_PERSONS_MAX, sizeof *gathering->persons);
        gathering->slots = calloc(PERSON_SLOTS, sizeof *gathering->slots);
    }
    if (gathering == NULL || gathering->name_of == NULL || gathering->persons == NULL || gathering->slots == NULL) {
        comity_gathering_free(gathering);
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    comity_status status = name_categories(gathering, reterr);
    if (status != COMITY_OK) {
        comity_gathering_free(gathering);
        return status;
    }
    memset(gathering->bit_of, NO_BIT, sizeof gathering->bit_of);
    gathering->told =
        (comity_gathered){.categories = gathering->categories, .persons = gathering->persons, .exact = true};
    *ret_gathering = gathering;
    return COMITY_OK;
}

void comity_gathering_free(comity_gathering *gathering)
{
    if (gathering != NULL) {
        free(gathering->name_of);
        free(gathering->persons);
        free(gathering->slots);
        free(gathering);
    }
}

/* ---- persons ---- */

static uint32_t slot_of(const uint8_t digest[COMITY_GATE_DIGEST_SIZE])
{
    uint32_t first;
    memcpy(&first, digest, sizeof first);
    return first % PERSON_SLOTS;
}

/* The place where the digest is, or would be. There is always a free one. */
static uint32_t *slot_find(const comity_gathering *gathering, const uint8_t digest[COMITY_GATE_DIGEST_SIZE])
{
    uint32_t at = slot_of(digest);
    while (gathering->slots[at] != 0 &&
           memcmp(gathering->persons[gathering->slots[at] - 1].digest, digest, COMITY_GATE_DIGEST_SIZE) != 0) {
        at = (at + 1) % PERSON_SLOTS;
    }
    return &gathering->slots[at];
}

static void person_add(comity_gathering *gathering)
{
    comity_gathered *told = &gathering->told;
    uint32_t *slot = slot_find(gathering, gathering->digest);
    if (*slot != 0) {
        gathering->persons[*slot - 1].categories |= gathering->seen;
    } else if (told->person_count == COMITY_GATE_PERSONS_MAX) {
        told->exact = false;
    } else {
        comity_gate_person *person = &gathering->persons[told->person_count++];
        memcpy(person->digest, gathering->digest, sizeof person->digest);
        person->categories = gathering->seen;
        *slot = (uint32_t)told->person_count;
    }
}

static void record_end(comity_gathering *gathering)
{
    if (gathering->open && gathering->rank != 0 && gathering->seen != 0) {
        person_add(gathering);
    }
    gathering->open = false;
    gathering->rank = 0;
    gathering->seen = 0;
}

void comity_gathering_reset(comity_gathering *gathering)
{
    if (gathering == NULL) {
        return;
    }
    record_end(gathering);
    /* freed in the reverse of the order they came in, each is where it was put */
    for (size_t i = gathering->told.person_count; i > 0; i--) {
        *slot_find(gathering, gathering->persons[i - 1].digest) = 0;
    }
    memset(gathering->bit_of, NO_BIT, sizeof gathering->bit_of);
    gathering->told.person_count = 0;
    gathering->told.category_count = 0;
    gathering->told.seen = 0;
    gathering->told.exact = true;
    gathering->told.replaces = false;
    gathering->told.refuses = false;
}

/* ---- findings ---- */

void comity_gathering_input(comity_gathering *gathering, bool fixed)
{
    if (gathering != NULL) {
        record_end(gathering);
        gathering->fixed = fixed;
    }
}

static uint8_t bit_of(comity_gathering *gathering, uint8_t name)
{
    uint8_t *bit = &gathering->bit_of[name];
    if (*bit == NO_BIT) {
        *bit = (uint8_t)gathering->told.category_count++;
        gathering->categories[*bit] = gathering->names[name];
    }
    return *bit;
}

/* The categories of the surest readings. */
static uint64_t categories_of(comity_gathering *gathering, const comity_found *found)
{
    uint64_t categories = 0;
    for (size_t i = 0; i < found->seen_count && found->seen[i].confidence == found->seen[0].confidence; i++) {
        categories |= UINT64_C(1) << bit_of(gathering, gathering->name_of[found->seen[i].type]);
    }
    return categories;
}

void comity_gathering_add(comity_gathering *gathering, const comity_found *found)
{
    if (gathering == NULL || found == NULL || found->seen_count == 0) {
        return;
    }
    comity_operator does = gathering->masking == NULL ? COMITY_OPERATOR_KEEP
                                                         : comity_masking_operator(gathering->masking, found);
    uint64_t record = gathering->fixed ? 0 : found->record;
    uint32_t part = gathering->fixed ? 0 : found->part;
    if (!gathering->open || part != gathering->part || record != gathering->record) {
        record_end(gathering);
        gathering->open = true;
        gathering->part = part;
        gathering->record = record;
    }
    uint32_t rank = (uint32_t)comity_scan_rules_rank(gathering->rules->scan, found->seen[0].type) << 8;
    rank |= rank == 0 ? 0 : found->seen[0].confidence;
    if (rank > gathering->rank) {
        gathering->rank = rank;
        memcpy(gathering->digest, found->digest, sizeof gathering->digest);
    }
    gathering->told.refuses |= does == COMITY_OPERATOR_REFUSE;
    gathering->told.replaces |= does != COMITY_OPERATOR_KEEP && does != COMITY_OPERATOR_REFUSE && !gathering->fixed;
    if (gathering->fixed || (does != COMITY_OPERATOR_MASK && does != COMITY_OPERATOR_REMOVE)) {
        gathering->seen |= categories_of(gathering, found);
        gathering->told.seen |= gathering->seen;
    }
}

void comity_gathering_tell(comity_gathering *gathering, comity_gathered *ret_gathered)
{
    static const comity_gathered nothing = {.exact = true};
    if (gathering != NULL) {
        record_end(gathering);
    }
    *ret_gathered = gathering == NULL ? nothing : gathering->told;
}
