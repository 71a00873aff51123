/* Comes in: all that was compiled. Goes out: the set of types, in one arena of
 * its own: what the compiler still holds can be given back. */
#include "inspect/compile/compiler.h"

#include "base/quote.h"

#include <stdlib.h>
#include <string.h>

/* Copies a list into the set's arena. */
static comity_status keep(comity_types *types, const void *items, size_t count, size_t size, void *ret_items,
                          comity_error *reterr)
{
    void *memory;
    COMITY_TRY(comity_arena_take_array(&types->arena, count, size, &memory, reterr));
    if (count != 0) {
        memcpy(memory, items, count * size);
    }
    memcpy(ret_items, &memory, sizeof memory);
    return COMITY_OK;
}

static comity_status keep_string(comity_types *types, const char **text, comity_error *reterr)
{
    char *copy;
    COMITY_TRY(comity_arena_copy(&types->arena, *text, strlen(*text), &copy, reterr));
    *text = copy;
    return COMITY_OK;
}

static comity_status keep_types(comity_types_compiler *compiler, comity_types *types)
{
    COMITY_TRY(keep(types, compiler->types.items, compiler->types.count, sizeof *types->types, &types->types,
                    compiler->reterr));
    types->type_count = compiler->types.count;
    for (size_t i = 0; i < types->type_count; i++) {
        comity_type *type = &types->types[i];
        COMITY_TRY(keep_string(types, &type->name, compiler->reterr));
        COMITY_TRY(keep_string(types, &type->title, compiler->reterr));
        COMITY_TRY(keep_string(types, &type->category, compiler->reterr));
        COMITY_TRY(keep_string(types, &type->source, compiler->reterr));
        const char **states;
        COMITY_TRY(keep(types, type->states, type->state_count, sizeof *states, &states, compiler->reterr));
        for (size_t j = 0; j < type->state_count; j++) {
            COMITY_TRY(keep_string(types, &states[j], compiler->reterr));
        }
        type->states = states;
    }
    return COMITY_OK;
}

static comity_status keep_conditions(comity_types_compiler *compiler, comity_types *types)
{
    COMITY_TRY(keep(types, compiler->shapes.items, compiler->shapes.count, sizeof *types->shapes, &types->shapes,
                    compiler->reterr));
    COMITY_TRY(keep(types, compiler->elements.items, compiler->elements.count, sizeof *types->elements,
                    &types->elements, compiler->reterr));
    COMITY_TRY(keep(types, compiler->shape_texts.items, compiler->shape_texts.count, sizeof *types->shape_texts,
                    &types->shape_texts, compiler->reterr));
    COMITY_TRY(keep(types, compiler->classes.items, compiler->classes.count, sizeof *types->classes, &types->classes,
                    compiler->reterr));
    COMITY_TRY(keep(types, compiler->steps.items, compiler->steps.count, sizeof *types->steps, &types->steps,
                    compiler->reterr));
    COMITY_TRY(keep(types, compiler->numbers.items, compiler->numbers.count, sizeof *types->data.numbers,
                    &types->data.numbers, compiler->reterr));
    COMITY_TRY(keep(types, compiler->forms.items, compiler->forms.count, sizeof *types->forms, &types->forms,
                    compiler->reterr));
    types->form_count = compiler->forms.count;
    return keep(types, compiler->texts.items, compiler->texts.count, 1, &types->data.texts, compiler->reterr);
}

/* ---- literals ---- */

static int literal_order(const void *a, const void *b)
{
    const comity_type_literal *left = a;
    const comity_type_literal *right = b;
    if (left->kind != right->kind) {
        return left->kind < right->kind ? -1 : 1;
    }
    size_t common = left->size < right->size ? left->size : right->size;
    int order = memcmp(left->text, right->text, common);
    if (order != 0 || left->size != right->size) {
        return order != 0 ? order : left->size < right->size ? -1 : 1;
    }
    return left->form != right->form ? (left->form < right->form ? -1 : 1) : (int)left->offset - (int)right->offset;
}

/* A literal and what most pairs of them differ in already: the kind and the first bytes, as one number. */
typedef struct literal_key {
    uint64_t head;
    const comity_type_literal *literal;
} literal_key;

static uint64_t literal_head(const comity_type_literal *literal)
{
    uint64_t head = (uint64_t)literal->kind;
    for (uint32_t i = 0; i < 7; i++) {
        head = head << 8 | (i < literal->size ? (uint8_t)literal->text[i] : 0);
    }
    return head;
}

static int key_order(const void *a, const void *b)
{
    const literal_key *left = a;
    const literal_key *right = b;
    if (left->head != right->head) {
        return left->head < right->head ? -1 : 1;
    }
    return literal_order(left->literal, right->literal);
}

/* Puts them in order, without those that say the same again. */
static comity_status unite(comity_types_compiler *compiler, comity_type_literal **ret_literals, size_t *ret_count)
{
    size_t count = compiler->literals.count;
    size_t kept = 0;
    void *memory;
    COMITY_TRY(comity_arena_take_array(compiler->arena, count, sizeof(literal_key), &memory, compiler->reterr));
    literal_key *keys = memory;
    COMITY_TRY(
        comity_arena_take_array(compiler->arena, count, sizeof(comity_type_literal), &memory, compiler->reterr));
    comity_type_literal *literals = memory;
    for (size_t i = 0; i < count; i++) {
        keys[i].literal = &compiler->literals.items[i];
        keys[i].head = literal_head(keys[i].literal);
    }
    qsort(keys, count, sizeof *keys, key_order);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || literal_order(&literals[kept - 1], keys[i].literal) != 0) {
            literals[kept++] = *keys[i].literal;
        }
    }
    *ret_literals = literals;
    *ret_count = kept;
    return COMITY_OK;
}

static comity_status keep_literals(comity_types_compiler *compiler, comity_types *types)
{
    comity_type_literal *literals;
    size_t count;
    COMITY_TRY(unite(compiler, &literals, &count));
    COMITY_TRY(keep(types, literals, count, sizeof *types->literals, &types->literals, compiler->reterr));
    types->literal_count = count;
    for (size_t i = 0; i < count; i++) {
        char *copy;
        COMITY_TRY(comity_arena_copy(&types->arena, types->literals[i].text, types->literals[i].size, &copy,
                                     compiler->reterr));
        types->literals[i].text = copy;
    }
    return COMITY_OK;
}

/* ---- finding forms and types ---- */

/* The lists that a form is on: [first, end). */
static void lists_of(const comity_type_form *form, size_t *ret_first, size_t *ret_end)
{
    *ret_first = form->size_min < COMITY_DISPATCH_SIZES ? form->size_min : COMITY_DISPATCH_SIZES;
    *ret_end = (form->size_max < COMITY_DISPATCH_SIZES ? form->size_max : COMITY_DISPATCH_SIZES) + 1;
}

/* How many forms each list has, then where each begins; returns how many all have. */
static size_t place_lists(comity_types *types)
{
    size_t first;
    size_t end;
    size_t count = 0;
    for (size_t form = 0; form < types->form_count; form++) {
        lists_of(&types->forms[form], &first, &end);
        for (size_t list = first; list < end; list++) {
            types->dispatch[types->forms[form].find][list]++;
        }
    }
    for (size_t find = 0; find < COMITY_FIND_COUNT; find++) {
        for (size_t list = 0; list < COMITY_DISPATCH_SIZES + 2; list++) {
            uint32_t here = types->dispatch[find][list];
            types->dispatch[find][list] = (uint32_t)count;
            count += here;
        }
    }
    return count;
}

/* Fills the lists: where each begins moves to its end, which is where the next begins. */
static void fill_lists(comity_types *types)
{
    size_t first;
    size_t end;
    for (size_t form = 0; form < types->form_count; form++) {
        uint32_t *begins = types->dispatch[types->forms[form].find];
        lists_of(&types->forms[form], &first, &end);
        for (size_t list = first; list < end; list++) {
            types->dispatched[begins[list]++] = (uint16_t)form;
        }
    }
    for (size_t find = 0; find < COMITY_FIND_COUNT; find++) {
        uint32_t *begins = types->dispatch[find];
        memmove(begins + 1, begins, (COMITY_DISPATCH_SIZES + 1) * sizeof *begins);
        begins[0] = find == 0 ? 0 : types->dispatch[find - 1][COMITY_DISPATCH_SIZES + 1];
    }
}

static int name_order(const void *a, const void *b)
{
    const comity_type *const *left = a;
    const comity_type *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

static comity_status sort_names(comity_types_compiler *compiler, comity_types *types)
{
    void *memory;
    COMITY_TRY(comity_arena_take_array(compiler->arena, types->type_count, sizeof(comity_type *), &memory, compiler->reterr));
    const comity_type **sorted = memory;
    for (size_t i = 0; i < types->type_count; i++) {
        sorted[i] = &types->types[i];
    }
    qsort(sorted, types->type_count, sizeof(comity_type *), name_order);
    for (size_t i = 0; i < types->type_count; i++) {
        types->by_name[i] = (uint32_t)(sorted[i] - types->types);
    }
    return COMITY_OK;
}

static comity_status make_lists(comity_types_compiler *compiler, comity_types *types)
{
    comity_error *reterr = compiler->reterr;
    void *memory;
    COMITY_TRY(
        comity_arena_take_array(&types->arena, place_lists(types), sizeof *types->dispatched, &memory, reterr));
    types->dispatched = memory;
    fill_lists(types);
    COMITY_TRY(comity_arena_take_array(&types->arena, types->type_count, sizeof *types->by_name, &memory, reterr));
    types->by_name = memory;
    COMITY_TRY(sort_names(compiler, types));
    for (size_t i = 1; i < types->type_count; i++) {
        const char *name = types->types[types->by_name[i]].name;
        if (strcmp(types->types[types->by_name[i - 1]].name, name) == 0) {
            return comity_fail(reterr, COMITY_ERROR_SYNTAX, "the type %s is there twice, but expected once",
                               comity_quote_bytes(name, strlen(name)).text);
        }
    }
    return COMITY_OK;
}

static comity_status fill(comity_types_compiler *compiler, comity_types *types)
{
    COMITY_TRY(keep_types(compiler, types));
    COMITY_TRY(keep_conditions(compiler, types));
    COMITY_TRY(keep_literals(compiler, types));
    return make_lists(compiler, types);
}

comity_status comity_compile_set(comity_types_compiler *compiler, comity_types **ret_types)
{
    comity_arena arena;
    void *memory;
    comity_arena_init(&arena, (size_t)64 << 20);
    COMITY_TRY(comity_arena_take(&arena, sizeof(comity_types), &memory, compiler->reterr));
    comity_types *types = memory;
    types->arena = arena;
    comity_status status = fill(compiler, types);
    if (status != COMITY_OK) {
        comity_types_close(types);
        return status;
    }
    *ret_types = types;
    return COMITY_OK;
}
