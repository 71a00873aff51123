/* A set of types made ready for scanning: which forms are worth trying for a value
 * of a size, what words and names speak for, where anchors and marks begin. All in
 * one arena; immutable once made. */
#include "inspect/scan_inner.h"

#include "inspect/scan_case.h"

#include <stdlib.h>
#include <string.h>

/* More than any set of types within its limits needs. */
#define ARENA_BYTES ((size_t)256 << 20)

typedef struct rules_maker {
    comity_scan_rules *rules;
    comity_arena *arena;
    comity_error *reterr;
    const comity_literal *literals;
    size_t literal_count;
} rules_maker;

/* ---- forms by size ---- */

static bool fits(const comity_type_form *form, comity_find find, size_t size)
{
    return form->find == find && size >= form->size_min && size <= form->size_max;
}

/* Inserts a form by descending confidence, then by number. */
static void insert_alone(const comity_types *types, uint16_t *list, size_t count, uint16_t form)
{
    uint8_t alone = comity_types_form(types, form)->alone;
    size_t at = count;
    while (at > 0 && comity_types_form(types, list[at - 1])->alone < alone) {
        list[at] = list[at - 1];
        at--;
    }
    list[at] = form;
}

static void choice_make(comity_scan_rules *rules, comity_find find, size_t size, uint32_t *used)
{
    comity_scan_choice *choice = &rules->choices[find][size];
    size_t count = comity_types_form_count(rules->types);
    choice->begin = *used;
    for (size_t i = 0; i < count; i++) {
        const comity_type_form *form = comity_types_form(rules->types, i);
        if (!fits(form, find, size)) {
            continue;
        }
        choice->any = true;
        if (form->with_context != 0) {
            comity_set_add(&rules->contexts[find][size], form->type);
        }
        if (form->alone != 0) {
            insert_alone(rules->types, rules->alone + *used, choice->alone_count, (uint16_t)i);
            choice->alone_count++;
        }
    }
    if (choice->alone_count != 0) {
        choice->alone_best = comity_types_form(rules->types, rules->alone[*used])->alone;
    }
    *used += choice->alone_count;
}

static comity_status choices_make(rules_maker *maker)
{
    comity_scan_rules *rules = maker->rules;
    size_t forms = comity_types_form_count(rules->types);
    void *alone;
    uint32_t used = 0;
    COMITY_TRY(comity_arena_take_array(maker->arena, forms * COMITY_SCAN_SIZES + 1, sizeof(uint16_t), &alone,
                                       maker->reterr));
    rules->alone = alone;
    for (int find = 0; find < COMITY_FIND_COUNT; find++) {
        for (size_t size = 0; size < COMITY_SCAN_SIZES; size++) {
            choice_make(rules, (comity_find)find, size, &used);
        }
    }
    return COMITY_OK;
}

/* ---- words and names ---- */

/* True if some form of a type is found behind its labels, or is too short to be found by itself. */
static bool is_found_by_label(const comity_types *types, size_t number)
{
    const comity_type *type = comity_types_type(types, number);
    for (size_t i = type->form_begin; i < type->form_end; i++) {
        const comity_type_form *form = comity_types_form(types, i);
        bool by_value = form->find == COMITY_FIND_ANCHOR || form->find == COMITY_FIND_MARK ||
                        form->find == COMITY_FIND_SIGNATURE;
        if (!by_value) {
            return true;
        }
    }
    return false;
}

size_t comity_scan_name_plain(const uint8_t *name, size_t size, uint8_t *ret_name)
{
    size_t written = 0;
    for (size_t i = 0; i < size; i++) {
        if ((comity_scan_class(name[i]) & COMITY_BYTE_WORD) != 0) {
            ret_name[written++] = (uint8_t)comity_scan_fold(name[i]);
        }
    }
    return written;
}

uint32_t comity_scan_tail(const uint8_t *low, const uint8_t *end)
{
    uint32_t tail = 0;
    unsigned count = 0;
    for (const uint8_t *at = end; at > low && end - at < 16 && count < 3; at--) {
        uint8_t class = comity_scan_class(at[-1]);
        if ((class & COMITY_BYTE_WORD) != 0) {
            tail = tail << 8 | comity_scan_fold(at[-1]);
            count++;
        }
    }
    return (tail * UINT32_C(0x9E3779B1)) >> 16;
}

/* Labels end in this; digits at the end of a label ("phone2") are left out when it is looked up. */
static void tail_add(comity_scan_rules *rules, const uint8_t *name, size_t size)
{
    while (size > 1 && (comity_scan_class(name[size - 1]) & COMITY_BYTE_DIGIT) != 0) {
        size--;
    }
    uint32_t tail = comity_scan_tail(name, name + size);
    rules->tails[tail >> 6] |= UINT64_C(1) << (tail & 63);
}

/* The meaning of a name, which is made when it is new. */
static comity_status meaning_of(rules_maker *maker, const uint8_t *name, size_t size, uint32_t *ret_meaning)
{
    comity_scan_rules *rules = maker->rules;
    COMITY_TRY(comity_scan_names_put(&rules->names, name, size, (uint32_t)rules->meaning_count, ret_meaning,
                                     maker->arena, maker->reterr));
    rules->meaning_count += *ret_meaning == rules->meaning_count;
    return COMITY_OK;
}

static comity_status name_add(rules_maker *maker, const comity_literal *literal, const uint8_t *text, size_t size)
{
    uint8_t name[COMITY_LIMIT_SCAN_LABEL_BYTES];
    uint32_t number;
    if (size > sizeof name) {
        return COMITY_OK;
    }
    size = comity_scan_name_plain(text, size, name);
    if (size == 0) {
        return COMITY_OK;
    }
    COMITY_TRY(meaning_of(maker, name, size, &number));
    comity_scan_meaning *meaning = &maker->rules->meanings[number];
    comity_set_add(&meaning->types, literal->type);
    meaning->is_label |= is_found_by_label(maker->rules->types, literal->type);
    tail_add(maker->rules, name, size);
    return COMITY_OK;
}

/* A word in all its cases is a name, too: a column may be called by it. */
static comity_status word_names_add(rules_maker *maker, const comity_literal *literal)
{
    uint8_t cases[COMITY_SCAN_CASE_BYTES];
    if (literal->size > COMITY_SCAN_CASE_BYTES / 2) {
        return COMITY_OK;
    }
    for (int i = 0; i < COMITY_CASE_COUNT; i++) {
        size_t size = comity_case_write(literal->text, literal->size, (comity_case)i, cases);
        COMITY_TRY(name_add(maker, literal, cases, size));
    }
    return COMITY_OK;
}

/* Words of one text that come one behind the other share a meaning of their own. */
static comity_status word_add(rules_maker *maker, size_t i)
{
    comity_scan_rules *rules = maker->rules;
    const comity_literal *literal = &maker->literals[i];
    const comity_literal *before = i == 0 ? NULL : &maker->literals[i - 1];
    bool again = before != NULL && before->kind == literal->kind && before->size == literal->size &&
                 memcmp(before->text, literal->text, literal->size) == 0;
    if (!again) {
        COMITY_TRY(comity_scan_index_add_cases(&rules->words, literal->text, literal->size,
                                               (uint32_t)rules->word_meaning_count++, maker->arena, maker->reterr));
    }
    comity_set_add(&rules->word_meanings[rules->word_meaning_count - 1], literal->type);
    return word_names_add(maker, literal);
}

static comity_status literal_add(rules_maker *maker, size_t i)
{
    comity_scan_rules *rules = maker->rules;
    const comity_literal *literal = &maker->literals[i];
    switch (literal->kind) {
    case COMITY_LITERAL_WORD:
        return word_add(maker, i);
    case COMITY_LITERAL_FIELD:
        return name_add(maker, literal, (const uint8_t *)literal->text, literal->size);
    case COMITY_LITERAL_ANCHOR:
        return comity_scan_index_add(&rules->anchors, literal->text, literal->size, literal->form, maker->arena,
                                     maker->reterr);
    case COMITY_LITERAL_MARK:
        return comity_scan_index_add_cases(&rules->marks, literal->text, literal->size, literal->type, maker->arena,
                                           maker->reterr);
    case COMITY_LITERAL_SIGNATURE:
        break; /* scan_signatures.c reads them where they are */
    }
    return COMITY_OK;
}

static comity_status literals_make(rules_maker *maker)
{
    comity_scan_rules *rules = maker->rules;
    size_t count = maker->literal_count + 1;
    void *memory;
    /* a text of two bytes takes a place for each byte that can follow it */
    size_t places = 0;
    for (size_t i = 0; i < maker->literal_count; i++) {
        places += maker->literals[i].size < 3 ? 512 : COMITY_CASE_COUNT;
    }
    COMITY_TRY(comity_arena_take_array(maker->arena, 4 * count, sizeof(comity_scan_meaning), &memory, maker->reterr));
    rules->meanings = memory;
    COMITY_TRY(comity_arena_take_array(maker->arena, count, sizeof(comity_scan_set), &memory, maker->reterr));
    rules->word_meanings = memory;
    COMITY_TRY(comity_scan_names_init(&rules->names, 4 * count, maker->arena, maker->reterr));
    COMITY_TRY(comity_scan_index_init(&rules->words, places + 1, true, maker->arena, maker->reterr));
    COMITY_TRY(comity_scan_index_init(&rules->anchors, places + 1, false, maker->arena, maker->reterr));
    COMITY_TRY(comity_scan_index_init(&rules->marks, places + 1, true, maker->arena, maker->reterr));
    for (size_t i = 0; i < maker->literal_count; i++) {
        COMITY_TRY(literal_add(maker, i));
    }
    return COMITY_OK;
}

/* ---- persons ---- */

/* What stands for one person most surely; the more certain the later. Others come before these. */
static const char *const by_rank[] = {"device-id", "account-id", "address", "phone", "email", "payment-card",
                                      "financial-account", "health", "biometric", "government-id"};

static comity_status ranks_make(rules_maker *maker)
{
    comity_scan_rules *rules = maker->rules;
    void *ranks;
    COMITY_TRY(comity_arena_take(maker->arena, comity_types_count(rules->types) + 1, &ranks, maker->reterr));
    rules->ranks = ranks;
    for (size_t i = 0; i < comity_types_count(rules->types); i++) {
        const comity_type *type = comity_types_type(rules->types, i);
        rules->ranks[i] = type->is_person;
        for (size_t j = 0; type->is_person && j < sizeof by_rank / sizeof by_rank[0]; j++) {
            if (strcmp(type->category, by_rank[j]) == 0) {
                rules->ranks[i] = (uint8_t)(j + 2);
            }
        }
    }
    return COMITY_OK;
}

/* ---- all of them ---- */

comity_status comity_scan_rules_new(const comity_types *types, comity_scan_rules **ret_rules, comity_error *reterr)
{
    comity_arena arena;
    void *memory;
    size_t count = comity_types_count(types);
    if (count > COMITY_LIMIT_SCAN_TYPES) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "%zu types; scanning takes %d at most", count,
                           COMITY_LIMIT_SCAN_TYPES);
    }
    comity_arena_init(&arena, ARENA_BYTES);
    COMITY_TRY(comity_arena_take(&arena, sizeof(comity_scan_rules), &memory, reterr));
    comity_scan_rules *rules = memory;
    rules->types = types;
    rules->set_words = (count + 63) / 64;
    rules_maker maker = {.rules = rules, .arena = &arena, .reterr = reterr};
    maker.literals = comity_types_literals(types, &maker.literal_count);
    comity_status status = choices_make(&maker);
    if (status == COMITY_OK) {
        status = literals_make(&maker);
    }
    if (status == COMITY_OK) {
        status = ranks_make(&maker);
    }
    if (status != COMITY_OK) {
        comity_arena_free(&arena);
        return status;
    }
    rules->arena = arena;
    *ret_rules = rules;
    return COMITY_OK;
}

void comity_scan_rules_free(comity_scan_rules *rules)
{
    if (rules != NULL) {
        comity_arena arena = rules->arena;
        comity_arena_free(&arena);
    }
}

const comity_types *comity_scan_rules_types(const comity_scan_rules *rules)
{
    return rules->types;
}
