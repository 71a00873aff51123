/* A set of types made ready for scanning: which forms are worth trying for a value
 * of a size, what words and names speak for, where anchors and marks begin. All in
 * one arena; immutable once made. */
#include "inspect/scan_inner.h"

#include "inspect/scan_case.h"
#include "inspect/types_inner.h"

#include <stdlib.h>
#include <string.h>

/* More than any set of types within its limits needs. */
#define ARENA_BYTES ((size_t)256 << 20)
/* Confidence with context of what has a check, or ten bits: docs/types.md. */
#define STRONG_LEAST 85

typedef struct rules_maker {
    comity_scan_rules *rules;
    comity_arena *arena;
    comity_error *reterr;
    const comity_type_literal *literals;
    size_t literal_count;
    uint8_t cases[COMITY_CASE_COUNT][COMITY_SCAN_CASE_BYTES]; /* of the last word beyond ASCII */
    size_t case_sizes[COMITY_CASE_COUNT];
} rules_maker;

/* ---- sets of forms ---- */

static comity_status sets_take(rules_maker *maker, size_t count, uint64_t **ret_sets)
{
    void *memory;
    COMITY_TRY(comity_arena_take_array(maker->arena, count * maker->rules->set_words, sizeof(uint64_t), &memory,
                                       maker->reterr));
    *ret_sets = memory;
    return COMITY_OK;
}

/* Adds what an element can put at the first places of a value. `starts` are the bits of the places where
 * it can begin; returns where the next can. */
static unsigned element_heads(const comity_types *types, const comity_element *element, unsigned starts,
                              comity_class heads[COMITY_SCAN_HEAD])
{
    unsigned next = 0;
    for (size_t at = 0; at < COMITY_SCAN_HEAD; at++) {
        if ((starts >> at & 1) == 0) {
            continue;
        }
        if (element->size_min == 0) {
            next |= 1u << at;
        }
        if (!element->is_text) {
            for (size_t i = 0; at + i < COMITY_SCAN_HEAD && i < element->size_max; i++) {
                const comity_class *class = &types->classes[element->class_number];
                for (size_t j = 0; j < sizeof class->bits; j++) {
                    heads[at + i].bits[j] |= class->bits[j];
                }
            }
            for (size_t size = element->size_min; size <= element->size_max && at + size < COMITY_SCAN_HEAD; size++) {
                next |= 1u << (at + size);
            }
            continue;
        }
        for (size_t i = 0; i < element->text_count; i++) {
            const comity_shape_text *text = &types->shape_texts[element->text_begin + i];
            for (size_t j = 0; j < text->size && at + j < COMITY_SCAN_HEAD; j++) {
                uint8_t byte = types->data.texts[text->at + j];
                heads[at + j].bits[byte >> 3] = (uint8_t)(heads[at + j].bits[byte >> 3] | 1u << (byte & 7));
            }
            next |= at + text->size < COMITY_SCAN_HEAD ? 1u << (at + text->size) : 0;
        }
    }
    return next;
}

static void head_add(comity_scan_rules *rules, size_t place, size_t byte, size_t number)
{
    comity_set_add(comity_set_at(rules->by_head[place], rules->set_words, byte), number);
}

/* What holds of digits, small letters, capitals: that some may stand there, and that all may. */
static void head_add_kins(comity_scan_rules *rules, size_t place, const comity_class *head, size_t number)
{
    static const uint8_t looks[COMITY_SCAN_ALL] = {'0', 'a', 'A'};
    for (size_t i = 0; i < COMITY_SCAN_ALL; i++) {
        comity_check_kins held = comity_check_kins_in(head->bits, looks[i]);
        if (held != COMITY_CHECK_NO_KIN) {
            head_add(rules, place, COMITY_SCAN_ANY_DIGIT + i, number);
        }
        if (held == COMITY_CHECK_ALL_KINS) {
            head_add(rules, place, COMITY_SCAN_ANY_DIGIT + COMITY_SCAN_ALL + i, number);
        }
    }
}

/* What can stand at the first places of the values of a form. */
static void form_heads(rules_maker *maker, size_t number)
{
    const comity_types *types = maker->rules->types;
    const comity_shape *shape = &types->shapes[number];
    comity_class heads[COMITY_SCAN_HEAD] = {{{0}}};
    unsigned starts = 1;
    for (size_t i = 0; i < shape->element_count && starts != 0; i++) {
        starts = element_heads(types, &types->elements[shape->element_begin + i], starts, heads);
    }
    for (size_t i = 0; i < COMITY_SCAN_HEAD; i++) {
        for (size_t j = 0; j < sizeof heads[i].bits; j++) {
            for (unsigned bits = heads[i].bits[j]; bits != 0; bits &= bits - 1) {
                head_add(maker->rules, i, 8 * j + (unsigned)__builtin_ctz(bits), number);
            }
        }
        head_add_kins(maker->rules, i, &heads[i], number);
    }
}

static void form_add(rules_maker *maker, size_t number)
{
    comity_scan_rules *rules = maker->rules;
    const comity_type_form *form = comity_types_form(rules->types, number);
    bool by_value = form->find < COMITY_FIND_ANCHOR;
    comity_set_add(comity_set_at(rules->by_find, rules->set_words, form->find), number);
    for (size_t size = form->size_min; by_value && size < COMITY_SCAN_SIZES && size <= form->size_max; size++) {
        comity_set_add(comity_set_at(rules->by_size[form->writing], rules->set_words, size), number);
    }
    if (by_value) {
        comity_sizes_add(&rules->by_find_size[form->find], form);
        form_heads(maker, number);
    }
}

static comity_status forms_make(rules_maker *maker)
{
    comity_scan_rules *rules = maker->rules;
    for (int i = 0; i < 3; i++) {
        COMITY_TRY(sets_take(maker, COMITY_SCAN_SIZES, &rules->by_size[i]));
    }
    for (int i = 0; i < COMITY_SCAN_HEAD; i++) {
        COMITY_TRY(sets_take(maker, COMITY_SCAN_HEAD_SETS, &rules->by_head[i]));
    }
    COMITY_TRY(sets_take(maker, COMITY_FIND_COUNT, &rules->by_find));
    COMITY_TRY(sets_take(maker, 1, &rules->strong));
    for (size_t i = 0; i < rules->form_count; i++) {
        if (comity_types_form(rules->types, i)->with_context >= STRONG_LEAST) {
            comity_set_add(comity_set_at(rules->strong, rules->set_words, 0), i);
        }
        form_add(maker, i);
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
    return comity_scan_tail_hash(tail);
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

static comity_status name_add(rules_maker *maker, const comity_type_literal *literal, const uint8_t *text, size_t size)
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
    comity_scan_rules *rules = maker->rules;
    comity_scan_meaning *meaning = &rules->meanings[number];
    if (meaning->first != 0 && rules->links[meaning->first - 1].type == literal->type) {
        return COMITY_OK; /* other cases of a word; that a type is linked twice does no harm */
    }
    rules->links[rules->link_count++] = (comity_scan_link){.next = meaning->first, .type = literal->type};
    meaning->first = (uint32_t)rules->link_count;
    meaning->is_label |= is_found_by_label(rules->types, literal->type);
    tail_add(rules, name, size);
    return COMITY_OK;
}

/* A word in all its cases is a name, too: a column may be called by it. `again`: the word before was the same. */
static comity_status word_names_add(rules_maker *maker, const comity_type_literal *literal, bool again)
{
    if (literal->size > COMITY_SCAN_CASE_BYTES / 2) {
        return COMITY_OK;
    }
    if (comity_case_is_ascii(literal->text, literal->size)) {
        return name_add(maker, literal, (const uint8_t *)literal->text, literal->size);
    }
    for (int i = 0; i < COMITY_CASE_COUNT; i++) {
        if (!again) {
            maker->case_sizes[i] = comity_case_write(literal->text, literal->size, (comity_case)i, maker->cases[i]);
        }
        COMITY_TRY(name_add(maker, literal, maker->cases[i], maker->case_sizes[i]));
    }
    return COMITY_OK;
}

/* The form is of a number, or of what is written like one. */
static bool is_of_number(const comity_type_form *form)
{
    return form->find == COMITY_FIND_DIGITS || form->find == COMITY_FIND_ALNUM || form->find == COMITY_FIND_PHONE ||
           form->find == COMITY_FIND_WRITTEN;
}

/* Notes that a word speaks for numbers. */
static void number_word_add(comity_scan_rules *rules, const comity_type_literal *literal)
{
    uint32_t bytes = 0;
    size_t size = literal->size < 4 ? literal->size : 4;
    if (size < 2 || !comity_case_is_ascii(literal->text, literal->size)) {
        return;
    }
    for (size_t i = 0; i < size; i++) {
        bytes |= (uint32_t)(uint8_t)literal->text[i] << 8 * i;
    }
    uint32_t hash = comity_scan_word_hash(bytes, size);
    rules->number_words[hash >> 6] |= UINT64_C(1) << (hash & 63);
}

/* Words of one text that come one behind the other share a meaning of their own. */
static comity_status word_add(rules_maker *maker, size_t i)
{
    comity_scan_rules *rules = maker->rules;
    const comity_type_literal *literal = &maker->literals[i];
    const comity_type_literal *before = i == 0 ? NULL : &maker->literals[i - 1];
    bool again = before != NULL && before->kind == literal->kind && before->size == literal->size &&
                 memcmp(before->text, literal->text, literal->size) == 0;
    if (!again) {
        COMITY_TRY(comity_scan_index_add_cases(&rules->words, literal->text, literal->size,
                                               (uint32_t)rules->word_count++, maker->arena, maker->reterr));
    }
    const comity_type *type = comity_types_type(rules->types, literal->type);
    for (size_t form = type->form_begin; form < type->form_end; form++) {
        if (comity_types_form(rules->types, form)->with_context != 0) {
            comity_set_add(comity_set_at(rules->word_forms, rules->set_words, rules->word_count - 1), form);
            if (is_of_number(comity_types_form(rules->types, form))) {
                number_word_add(rules, literal);
            }
        }
    }
    return word_names_add(maker, literal, again);
}

/* Where an anchor can be noticed: at a colon or equals sign in it, and by a first byte that is in no token. */
static void anchor_notice(comity_scan_rules *rules, const comity_type_literal *literal)
{
    const uint8_t *text = (const uint8_t *)literal->text;
    uint8_t class = comity_scan_class(text[0]);
    if ((class & (COMITY_BYTE_DIGIT | COMITY_BYTE_LETTER | COMITY_BYTE_TOKEN)) == 0) {
        rules->anchor_marks[text[0]] = true;
    }
    uint32_t digits = comity_scan_digits_hash(text);
    rules->anchor_digits[digits >> 6] |= UINT64_C(1) << (digits & 63);
    for (size_t i = 3; i < literal->size; i++) {
        if (text[i] == ':' || text[i] == '=') {
            unsigned hash = comity_scan_colon_hash(text + i);
            rules->anchor_colons[hash / 64] |= UINT64_C(1) << hash % 64;
        }
    }
}

static comity_status literal_add(rules_maker *maker, size_t i)
{
    comity_scan_rules *rules = maker->rules;
    const comity_type_literal *literal = &maker->literals[i];
    switch (literal->kind) {
    case COMITY_LITERAL_WORD:
        return word_add(maker, i);
    case COMITY_LITERAL_FIELD:
        return name_add(maker, literal, (const uint8_t *)literal->text, literal->size);
    case COMITY_LITERAL_ANCHOR:
        anchor_notice(rules, literal);
        return comity_scan_index_add(&rules->anchors, literal->text, literal->size, literal->form, maker->arena,
                                     maker->reterr);
    case COMITY_LITERAL_MARK:
        return comity_scan_index_add_cases(&rules->marks, literal->text, literal->size, literal->type, maker->arena,
                                           maker->reterr);
    case COMITY_LITERAL_SIGNATURE: /* scan_signatures.c reads them where they are */
        rules->signature_begin = rules->signature_end == 0 ? i : rules->signature_begin;
        rules->signature_end = i + 1;
        break;
    }
    return COMITY_OK;
}

static comity_status literals_make(rules_maker *maker)
{
    comity_scan_rules *rules = maker->rules;
    void *memory;
    size_t words = 0;
    size_t names = 1;
    /* a text of two bytes takes a place for each byte that can follow it */
    size_t places[COMITY_LITERAL_SIGNATURE + 1] = {0};
    for (size_t i = 0; i < maker->literal_count; i++) {
        comity_type_literal_kind kind = maker->literals[i].kind;
        bool is_ascii = comity_case_is_ascii(maker->literals[i].text, maker->literals[i].size);
        size_t cases = is_ascii ? 1 : COMITY_CASE_COUNT;
        places[kind] += maker->literals[i].size < 3 ? 128 * cases : cases;
        words += kind == COMITY_LITERAL_WORD;
        names += kind == COMITY_LITERAL_WORD ? cases : kind == COMITY_LITERAL_FIELD;
    }
    COMITY_TRY(comity_arena_take_array(maker->arena, names, sizeof(comity_scan_meaning), &memory, maker->reterr));
    rules->meanings = memory;
    COMITY_TRY(comity_arena_take_array(maker->arena, names, sizeof(comity_scan_link), &memory, maker->reterr));
    rules->links = memory;
    COMITY_TRY(sets_take(maker, words + 1, &rules->word_forms));
    COMITY_TRY(comity_scan_names_init(&rules->names, names, maker->arena, maker->reterr));
    COMITY_TRY(comity_scan_index_init(&rules->words, places[COMITY_LITERAL_WORD] + 1, true, maker->arena, maker->reterr));
    COMITY_TRY(comity_scan_index_init(&rules->anchors, places[COMITY_LITERAL_ANCHOR] + 1, false, maker->arena, maker->reterr));
    COMITY_TRY(comity_scan_index_init(&rules->marks, places[COMITY_LITERAL_MARK] + 1, true, maker->arena, maker->reterr));
    for (size_t i = 0; i < maker->literal_count; i++) {
        COMITY_TRY(literal_add(maker, i));
    }
    tail_add(rules, (const uint8_t *)"value", 5); /* of an input in HTML, which has its name beside it */
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
    size_t count = comity_types_form_count(types);
    if (count > COMITY_LIMIT_SCAN_FORMS) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "%zu forms of types; scanning takes %d at most", count,
                           COMITY_LIMIT_SCAN_FORMS);
    }
    comity_arena_init(&arena, ARENA_BYTES);
    COMITY_TRY(comity_arena_take(&arena, sizeof(comity_scan_rules), &memory, reterr));
    comity_scan_rules *rules = memory;
    rules->types = types;
    rules->form_count = count;
    rules->set_words = 1 + (count + 63) / 64;
    rules_maker maker = {.rules = rules, .arena = &arena, .reterr = reterr};
    maker.literals = comity_types_literals(types, &maker.literal_count);
    comity_status status = forms_make(&maker);
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

uint8_t comity_scan_rules_rank(const comity_scan_rules *rules, uint16_t type)
{
    return rules->ranks[type];
}
