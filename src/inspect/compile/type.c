/* Comes in: the draft of a type. Goes out: the type with its forms, and what its
 * literals belong to. What a draft lacks, or says against itself, is told at the
 * type's name. */
#include "inspect/compile/compiler.h"

#include <string.h>

static comity_status lacks(comity_types_compiler *compiler, const char *what)
{
    const comity_types_token *head = &compiler->draft.head;
    return comity_types_lexer_fail(&compiler->lexer, head->line, head->column, compiler->reterr, "%s %s",
                                   compiler->draft.type.name, what);
}

/* ---- what a shape may hold ---- */

static bool texts_have(const comity_types_compiler *compiler, const comity_element *element, const comity_class *class,
                       bool all)
{
    for (size_t i = 0; i < element->text_count; i++) {
        const comity_shape_text *text = &compiler->shape_texts.items[element->text_begin + i];
        bool every = true;
        bool some = false;
        for (size_t j = 0; j < text->size; j++) {
            bool has = comity_class_has(class, compiler->texts.items[text->at + j]);
            every &= has;
            some |= has;
        }
        if (all ? !every : some) {
            return !all;
        }
    }
    return all;
}

/* True if all that an element may take is in the class, or, not `all`, if some of it is. */
static bool element_has(const comity_types_compiler *compiler, const comity_element *element, const comity_class *class,
                        bool all)
{
    if (element->is_text) {
        return texts_have(compiler, element, class, all);
    }
    const comity_class *own = &compiler->classes.items[element->class_number];
    for (size_t i = 0; i < sizeof own->bits; i++) {
        uint8_t common = own->bits[i] & class->bits[i];
        if (all ? common != own->bits[i] : common != 0) {
            return !all;
        }
    }
    return all;
}

static bool shape_has(const comity_types_compiler *compiler, const comity_shape *shape, const comity_class *class,
                      bool all)
{
    const comity_element *elements = compiler->elements.items + shape->element_begin;
    for (size_t i = 0; i < shape->element_count; i++) {
        if (element_has(compiler, &elements[i], class, all) != all) {
            return !all;
        }
    }
    return all;
}

static comity_class class_of(const char *bytes)
{
    comity_class class = {{0}};
    for (; *bytes != '\0'; bytes++) {
        uint8_t byte = (uint8_t)*bytes;
        class.bits[byte >> 3] = (uint8_t)(class.bits[byte >> 3] | 1u << (byte & 7));
    }
    return class;
}

/* In compact writing there are no small letters, and no separators. */
static bool is_compact(const comity_types_compiler *compiler, const comity_shape *shape)
{
    const comity_class left_out = class_of("abcdefghijklmnopqrstuvwxyz -./:(),'_\\\t\r\n");
    return !shape_has(compiler, shape, &left_out, false);
}

static bool is_upper(const comity_types_compiler *compiler, const comity_shape *shape)
{
    const comity_class left_out = class_of("abcdefghijklmnopqrstuvwxyz");
    return !shape_has(compiler, shape, &left_out, false);
}

/* ---- how forms are found ---- */

static comity_find find_of(const comity_types_compiler *compiler, const comity_shape *shape)
{
    const comity_class digits = class_of("0123456789");
    if (compiler->draft.has_find) {
        return compiler->draft.find;
    }
    if (compiler->draft.type.kind == COMITY_TYPE_SECRET) {
        return COMITY_FIND_ANCHOR;
    }
    if (comity_class_has(&shape->first, '+')) {
        return COMITY_FIND_PHONE;
    }
    return shape_has(compiler, shape, &digits, true) ? COMITY_FIND_DIGITS : COMITY_FIND_ALNUM;
}

static comity_writing writing_of(const comity_draft *draft, comity_find find)
{
    if (draft->has_writing) {
        return draft->writing;
    }
    if (find == COMITY_FIND_DIGITS || find == COMITY_FIND_PHONE || find == COMITY_FIND_ALNUM) {
        return COMITY_WRITING_COMPACT;
    }
    return find == COMITY_FIND_WRITTEN || find == COMITY_FIND_MRZ ? COMITY_WRITING_UPPER : COMITY_WRITING_EXACT;
}

static void sizes_of(const comity_types_compiler *compiler, const comity_shape *shape, comity_type_form *form)
{
    const comity_element *elements = compiler->elements.items + shape->element_begin;
    for (size_t i = 0; i < shape->element_count; i++) {
        form->size_min += elements[i].size_min;
        form->size_max += elements[i].size_max;
    }
}

/* Letters of three or more that must be there. */
static bool has_literal(const comity_types_compiler *compiler, const comity_shape *shape)
{
    const comity_element *elements = compiler->elements.items + shape->element_begin;
    const comity_class digits = class_of("0123456789");
    for (size_t i = 0; i < shape->element_count; i++) {
        if (elements[i].is_text && elements[i].size_min >= 3 && !texts_have(compiler, &elements[i], &digits, true)) {
            return true;
        }
    }
    return false;
}

/* How sure a value is that passes: docs/types.md tells the levels. */
static void set_confidence(const comity_draft *draft, comity_type_form *form)
{
    bool summed = (form->evidence & COMITY_EVIDENCE_CHECKSUM) != 0;
    uint8_t strong = draft->type.kind == COMITY_TYPE_SECRET ? 16 : 20;
    form->alone = form->odds >= 27 ? 80 : form->odds >= strong ? 75 : summed ? 65 : 0;
    form->with_context = form->odds >= strong ? 90 : summed || form->odds >= 10 ? 85 : 75;
    if (draft->has_confidence) {
        form->alone = draft->alone;
        form->with_context = draft->with_context;
    }
    form->alone = draft->needs_context ? 0 : form->alone;
    form->needs_context = form->alone == 0;
}

static comity_status make_form(comity_types_compiler *compiler, size_t number)
{
    const comity_draft *draft = &compiler->draft;
    comity_shape *shape = &compiler->shapes.items[number];
    comity_type_form form = {.type = (uint16_t)compiler->types.count};
    form.find = find_of(compiler, shape);
    form.writing = writing_of(draft, form.find);
    form.separators = draft->separators;
    form.repeated_separators = !draft->single_separators;
    form.odds = draft->odds;
    form.evidence =
        draft->evidence | COMITY_EVIDENCE_SHAPE | (has_literal(compiler, shape) ? COMITY_EVIDENCE_LITERAL : 0);
    sizes_of(compiler, shape, &form);
    set_confidence(draft, &form);
    shape->step_begin = (uint32_t)draft->step_begin;
    shape->step_count = (uint32_t)(compiler->steps.count - draft->step_begin);
    if (form.size_max > COMITY_LIMIT_VALUE_BYTES) {
        return lacks(compiler, "has a shape of more than 8192 bytes");
    }
    if (form.writing == COMITY_WRITING_COMPACT && !is_compact(compiler, shape)) {
        return lacks(compiler, "has a shape with separators or small letters, which compact writing leaves out");
    }
    if (form.writing == COMITY_WRITING_UPPER && !is_upper(compiler, shape)) {
        return lacks(compiler, "has a shape with small letters, which writing in capitals does not have");
    }
    COMITY_APPEND(compiler, &compiler->forms, form);
    return COMITY_OK;
}

/* True if a value may be digits alone. */
static bool may_be_digits(const comity_types_compiler *compiler, const comity_shape *shape)
{
    const comity_class digits = class_of("0123456789");
    for (size_t i = 0; i < shape->element_count; i++) {
        const comity_element *element = &compiler->elements.items[shape->element_begin + i];
        bool can_be = element->size_min == 0;
        for (size_t j = 0; element->is_text && j < element->text_count; j++) {
            comity_element one = {.is_text = true, .text_begin = (uint16_t)(element->text_begin + j), .text_count = 1};
            can_be |= texts_have(compiler, &one, &digits, true);
        }
        can_be |= !element->is_text && element_has(compiler, element, &digits, false);
        if (!can_be) {
            return false;
        }
    }
    return true;
}

/* What may hold letters but need not is found in both ways: its form has a twin. */
static comity_status make_twins(comity_types_compiler *compiler)
{
    size_t end = compiler->shapes.count;
    for (size_t i = compiler->draft.shape_begin; i < end; i++) {
        comity_type_form twin = compiler->forms.items[i];
        comity_shape shape = compiler->shapes.items[i];
        if (twin.find == COMITY_FIND_ALNUM && may_be_digits(compiler, &shape)) {
            twin.find = COMITY_FIND_DIGITS;
            COMITY_APPEND(compiler, &compiler->shapes, shape);
            COMITY_APPEND(compiler, &compiler->forms, twin);
        }
    }
    return COMITY_OK;
}

/* A type of marks or signatures has one form, with nothing to try. */
static comity_status make_bare_form(comity_types_compiler *compiler)
{
    comity_draft *draft = &compiler->draft;
    bool is_mark = draft->type.kind == COMITY_TYPE_MARK;
    comity_type_form form = {.type = (uint16_t)compiler->types.count, .odds = draft->odds};
    comity_shape none = {.slack = -1, .ordinal = 1};
    form.find = is_mark ? COMITY_FIND_MARK : COMITY_FIND_SIGNATURE;
    form.writing = COMITY_WRITING_EXACT;
    form.evidence = COMITY_EVIDENCE_LITERAL;
    form.alone = draft->has_confidence ? draft->alone : 75;
    form.with_context = draft->has_confidence ? draft->with_context : 85;
    form.needs_context = draft->needs_context || form.alone == 0;
    form.alone = form.needs_context ? 0 : form.alone;
    COMITY_APPEND(compiler, &compiler->shapes, none);
    COMITY_APPEND(compiler, &compiler->forms, form);
    return COMITY_OK;
}

/* ---- literals ---- */

/* The bytes with which an anchored form begins, one literal each. */
static comity_status append_anchors(comity_types_compiler *compiler, size_t form)
{
    const comity_shape *shape = &compiler->shapes.items[form];
    const comity_element *first = compiler->elements.items + shape->element_begin;
    if (!first->is_text || first->size_min < 3) {
        return lacks(compiler, "is found by anchor, but has a shape that does not begin with a text of three or more");
    }
    for (size_t i = 0; i < first->text_count; i++) {
        const comity_shape_text *text = &compiler->shape_texts.items[first->text_begin + i];
        comity_type_literal literal = {.size = text->size, .kind = COMITY_LITERAL_ANCHOR, .form = (uint16_t)form};
        char *copy;
        COMITY_TRY(
            comity_arena_copy(compiler->arena, compiler->texts.items + text->at, text->size, &copy, compiler->reterr));
        literal.text = copy;
        COMITY_APPEND(compiler, &compiler->literals, literal);
    }
    return COMITY_OK;
}

/* "cn.resident-id" may stand in a field named residentId. A name of one or two letters, as in "ke.id", is no more
 * than what every table calls its keys: it speaks for nothing. */
static comity_status append_name(comity_types_compiler *compiler)
{
    const char *name = compiler->draft.type.name;
    const char *dot = strrchr(name, '.');
    const char *tail = dot == NULL ? name : dot + 1;
    void *memory;
    if (strlen(tail) < 3) {
        return COMITY_OK;
    }
    COMITY_TRY(comity_arena_take(compiler->arena, strlen(tail) + 1, &memory, compiler->reterr));
    comity_type_literal literal = {.text = memory, .kind = COMITY_LITERAL_FIELD};
    literal.size = (uint32_t)comity_field_write(tail, strlen(tail), memory);
    COMITY_APPEND(compiler, &compiler->literals, literal);
    return COMITY_OK;
}

static comity_status own_literals(comity_types_compiler *compiler)
{
    const comity_draft *draft = &compiler->draft;
    for (size_t i = draft->literal_begin; i < compiler->literals.count; i++) {
        comity_type_literal *literal = &compiler->literals.items[i];
        literal->type = (uint16_t)compiler->types.count;
        literal->form = literal->kind == COMITY_LITERAL_ANCHOR ? literal->form : draft->type.form_begin;
        if (draft->type.kind == COMITY_TYPE_MARK && literal->kind == COMITY_LITERAL_WORD) {
            literal->kind = COMITY_LITERAL_MARK;
        }
    }
    return COMITY_OK;
}

/* ---- the type ---- */

static comity_status check_draft(comity_types_compiler *compiler)
{
    const comity_draft *draft = &compiler->draft;
    bool bare = draft->type.kind == COMITY_TYPE_MARK || draft->type.kind == COMITY_TYPE_FILE;
    bool shaped = compiler->shapes.count > draft->shape_begin;
    if (draft->type.category == NULL) {
        return lacks(compiler, "has no category");
    }
    if (draft->type.source == NULL) {
        return lacks(compiler, "has no source");
    }
    if (bare && (shaped || compiler->literals.count == draft->literal_begin)) {
        return lacks(compiler, shaped ? "is a mark or a file and has a shape" : "has neither words nor a signature");
    }
    if (!bare && !shaped) {
        return lacks(compiler, "has no shape");
    }
    if (draft->type.kind == COMITY_TYPE_IDENTIFIER && !draft->has_odds) {
        return lacks(compiler, "does not say its odds");
    }
    return COMITY_OK;
}

static comity_status keep_states(comity_types_compiler *compiler)
{
    comity_draft *draft = &compiler->draft;
    void *memory;
    COMITY_TRY(comity_arena_take_array(compiler->arena, draft->type.state_count, sizeof *draft->states, &memory,
                                       compiler->reterr));
    memcpy(memory, draft->states, draft->type.state_count * sizeof *draft->states);
    draft->type.states = memory;
    return COMITY_OK;
}

comity_status comity_compile_type(comity_types_compiler *compiler)
{
    comity_draft *draft = &compiler->draft;
    COMITY_TRY(check_draft(compiler));
    COMITY_TRY(keep_states(compiler));
    if (compiler->types.count == COMITY_LIMIT_TYPES || compiler->shapes.count > COMITY_LIMIT_TYPES) {
        return lacks(compiler, "is one type, or has one form, too many: at most 20000 of each can be");
    }
    draft->type.form_begin = (uint16_t)draft->shape_begin;
    if (compiler->shapes.count == draft->shape_begin) {
        COMITY_TRY(make_bare_form(compiler));
    } else {
        for (size_t i = draft->shape_begin; i < compiler->shapes.count; i++) {
            COMITY_TRY(make_form(compiler, i));
            if (compiler->forms.items[i].find == COMITY_FIND_ANCHOR) {
                COMITY_TRY(append_anchors(compiler, i));
            }
        }
        COMITY_TRY(make_twins(compiler));
        COMITY_TRY(append_name(compiler));
    }
    draft->type.form_end = (uint16_t)compiler->shapes.count;
    COMITY_TRY(own_literals(compiler));
    COMITY_APPEND(compiler, &compiler->types, draft->type);
    return COMITY_OK;
}
