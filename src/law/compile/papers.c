/* Papers: what an expression asks for, leaf by leaf.
 *
 * A leaf is one kind of paper (under one law, with what must be true of it) or
 * one safeguard. Leaves that say the same are one. */
#include "law/compile/compiler.h"

#include <assert.h>
#include <string.h>

static void append_part(comity_buffer *buffer, const char *word, const char *text)
{
    if (text != NULL) {
        comity_buffer_append_text(buffer, " ");
        comity_buffer_append_text(buffer, word);
        comity_buffer_append_text(buffer, " ");
        comity_buffer_append_text(buffer, text);
    }
}

/* ` under law of location outside state of demander` */
static void append_law_of(comity_buffer *buffer, const comity_law_of *of)
{
    append_part(buffer, "under law of", of->word.text);
    append_part(buffer, "outside state of", of->has_other ? of->other.word.text : NULL);
}

static void append_age(comity_buffer *buffer, const comity_paper_leaf *paper)
{
    if (paper->age == COMITY_AGE_NONE) {
        return;
    }
    comity_buffer_append_text(buffer, paper->age == COMITY_AGE_OLDER ? " older than " : " at least ");
    comity_buffer_append_u64(buffer, paper->older);
    comity_buffer_append_text(buffer, " ");
    comity_buffer_append_text(buffer, paper->older_unit.text);
    comity_buffer_append_text(buffer, paper->age == COMITY_AGE_OLDER ? "" : " old");
}

void comity_leaf_words(const comity_paper_leaf *paper, const char *under, const char *about, comity_buffer *buffer)
{
    comity_buffer_append_text(buffer, paper->name.text);
    append_part(buffer, "under", under);
    append_law_of(buffer, &paper->under_of);
    append_part(buffer, "by", paper->by.text);
    append_part(buffer, "about", about);
    append_part(buffer, "result", paper->result.text);
    append_part(buffer, "module", paper->module.text);
    if (paper->not_older != 0) {
        comity_buffer_append_text(buffer, " not older than ");
        comity_buffer_append_u64(buffer, paper->not_older);
        comity_buffer_append_text(buffer, " ");
        comity_buffer_append_text(buffer, paper->not_older_unit.text);
    }
    append_age(buffer, paper);
    for (size_t i = 0; i < paper->naming.count; i++) {
        comity_buffer_append_text(buffer, i == 0 ? " naming " : ", ");
        comity_buffer_append_text(buffer, paper->naming.items[i].text);
    }
}

/* The leaf in the words of the language, the law it is under always said. */
static comity_status leaf_text(comity_compiler *compiler, const comity_paper_leaf *paper, const char *under,
                               const char *about, uint32_t *ret_text, uint32_t *ret_size)
{
    comity_buffer buffer;
    comity_buffer_init(&buffer, COMITY_LIMIT_LAW_STRING_BYTES * 4);
    comity_leaf_words(paper, under, about, &buffer);
    comity_buffer_append_byte(&buffer, 0);
    const uint8_t *bytes;
    size_t size;
    comity_status status = comity_buffer_bytes(&buffer, &bytes, &size, compiler->reterr);
    if (status == COMITY_OK) {
        status = comity_text(compiler, (const char *)bytes, ret_text);
    }
    if (status == COMITY_OK) {
        *ret_size = (uint32_t)size - 1;
    }
    comity_buffer_free(&buffer);
    return status;
}

static uint32_t unit_of(const comity_word *unit)
{
    return unit->text == NULL || strncmp(unit->text, "day", 3) == 0 ? COMITY_UNIT_DAYS
           : strncmp(unit->text, "working day", 11) == 0            ? COMITY_UNIT_WORKING_DAYS
           : strncmp(unit->text, "month", 5) == 0                   ? COMITY_UNIT_MONTHS
                                                                    : COMITY_UNIT_YEARS;
}

/* How long such a paper is valid under that law, or under one that is not known by
 * name: what the law's own file says, else what the declaration of the name says. */
static const comity_name *validity_of(const comity_compiler *compiler, const char *name, uint32_t law)
{
    const comity_law_file *file =
        law == COMITY_IMAGE_NONE ? NULL : compiler->entries[COMITY_CLASS_LAW].items[law].file;
    for (size_t i = 0; file != NULL && i < file->declaration_count; i++) {
        const comity_declaration *declaration = &file->declarations[i];
        if (declaration->kind == COMITY_DECLARES_PAPER && declaration->as.name.valid != 0 &&
            strcmp(declaration->as.name.name.text, name) == 0) {
            return &declaration->as.name;
        }
    }
    uint32_t paper = comity_map_get(&compiler->declared[COMITY_CLASS_PAPER], name);
    return &compiler->entries[COMITY_CLASS_PAPER].items[paper].declaration->as.name;
}

static comity_status leaf_intern(comity_compiler *compiler, const comity_leaf *leaf, uint32_t *ret_leaf)
{
    for (size_t i = 0; i < compiler->leaves.count; i++) {
        if (memcmp(&compiler->leaves.items[i], leaf, sizeof *leaf) == 0) {
            *ret_leaf = (uint32_t)i;
            return COMITY_OK;
        }
    }
    *ret_leaf = (uint32_t)compiler->leaves.count;
    COMITY_PUSH(compiler, &compiler->leaves, *leaf);
    return COMITY_OK;
}

static comity_status safeguard_leaf(comity_compiler *compiler, const comity_paper_leaf *paper, uint32_t safeguard,
                                    uint32_t *ret_leaf)
{
    comity_leaf leaf = {.name = (uint16_t)safeguard, .is_safeguard = 1, .under = COMITY_IMAGE_NONE,
                        .by = COMITY_IMAGE_NONE, .about = COMITY_IMAGE_NONE,
                        .result = COMITY_IMAGE_NONE, .module = COMITY_IMAGE_NONE, .calendar = COMITY_IMAGE_NONE};
    if (paper->under.text != NULL || paper->by.text != NULL || paper->about.text != NULL ||
        paper->result.text != NULL || paper->module.text != NULL || paper->not_older != 0 ||
        paper->naming.count != 0 || paper->age != COMITY_AGE_NONE || paper->under_of.kind != COMITY_LAW_OF_NONE) {
        comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, paper->name.at,
                               "\"%s\" is a safeguard; only papers are under a law or come from an authority",
                               paper->name.text);
    }
    COMITY_TRY(leaf_text(compiler, paper, NULL, NULL, &leaf.text, &leaf.size));
    return leaf_intern(compiler, &leaf, ret_leaf);
}

/* A rule's number in the image is not known yet: leaves keep its number among
 * the names, and compile.c turns it. */
static uint32_t leaf_about(comity_compiler *compiler, const comity_scope *scope, const comity_paper_leaf *paper,
                           const char **ret_text)
{
    *ret_text = NULL;
    if (paper->about.text != NULL) {
        *ret_text = paper->about.text;
        return comity_name_find(compiler, COMITY_CLASS_RULE, &paper->about);
    }
    if (strcmp(paper->name.text, "determination") == 0 && scope->draft != NULL) {
        *ret_text = scope->draft->rule->name.text;
        return comity_map_get(&compiler->declared[COMITY_CLASS_RULE], *ret_text);
    }
    return COMITY_IMAGE_NONE;
}

static uint8_t naming_of(const comity_words *naming)
{
    static const char *const names[] = {"parties", "states", "categories", "purposes"};
    uint8_t bits = 0;
    for (size_t i = 0; i < naming->count; i++) {
        for (unsigned j = 0; j < 4; j++) {
            bits |= (uint8_t)(strcmp(naming->items[i].text, names[j]) == 0 ? 1u << j : 0);
        }
    }
    return bits;
}

static uint32_t node_of(const comity_party *party)
{
    return party->side == COMITY_SIDE_FIRST ? COMITY_NODE_FIRST : COMITY_NODE_SECOND;
}

static uint32_t under_of(const comity_law_of *of)
{
    uint32_t other = of->has_other ? (node_of(&of->other) + 1) << COMITY_UNDER_OTHER_SHIFT : 0;
    return of->kind == COMITY_LAW_OF_NONE   ? 0
           : of->kind == COMITY_LAW_OF_LIST ? ((uint32_t)of->list + 1) | other
                                            : COMITY_UNDER_PARTY + node_of(&of->party);
}

/* How old it must be at least; working days are those of the file in which it is asked for. */
static void leaf_age(const comity_compiler *compiler, const comity_scope *scope, const comity_paper_leaf *paper,
                     comity_leaf *leaf)
{
    leaf->calendar = COMITY_IMAGE_NONE;
    if (paper->age == COMITY_AGE_NONE) {
        return;
    }
    leaf->older = paper->older;
    leaf->older_unit = unit_of(&paper->older_unit);
    if (leaf->older_unit == COMITY_UNIT_WORKING_DAYS) {
        leaf->calendar = comity_compiler_calendar(compiler, scope->law);
    }
    leaf->older_unit |= paper->age == COMITY_AGE_OLDER ? COMITY_OLDER_FULL : 0;
}

/* The law a paper must be under; false, told, if it is not on file. NONE: that of a place. */
static bool leaf_law(comity_compiler *compiler, const comity_scope *scope, const comity_paper_leaf *paper, uint32_t *ret_law)
{
    *ret_law = COMITY_IMAGE_NONE;
    if (paper->under_of.kind != COMITY_LAW_OF_NONE) {
        return true;
    }
    *ret_law = paper->under.text == NULL ? scope->law : comity_name_find(compiler, COMITY_CLASS_LAW, &paper->under);
    return *ret_law != COMITY_IMAGE_NONE;
}

comity_status comity_leaf_of(comity_compiler *compiler, const comity_scope *scope,
                             const comity_paper_leaf *paper, uint32_t *ret_leaf)
{
    *ret_leaf = 0;
    uint32_t safeguard = comity_map_get(&compiler->declared[COMITY_CLASS_SAFEGUARD], paper->name.text);
    if (safeguard != COMITY_IMAGE_NONE) {
        return safeguard_leaf(compiler, paper, safeguard, ret_leaf);
    }
    uint32_t name = comity_name_find(compiler, COMITY_CLASS_PAPER, &paper->name);
    uint32_t law;
    bool law_known = leaf_law(compiler, scope, paper, &law);
    if (name == COMITY_IMAGE_NONE || !law_known) {
        return COMITY_OK;
    }
    const char *about;
    const comity_name *validity = validity_of(compiler, paper->name.text, law);
    comity_leaf leaf = {.name = (uint16_t)name,
                        .naming = naming_of(&paper->naming),
                        .under = law,
                        .by = COMITY_IMAGE_NONE,
                        .about = leaf_about(compiler, scope, paper, &about),
                        .result = COMITY_IMAGE_NONE,
                        .module = COMITY_IMAGE_NONE,
                        .not_older = paper->not_older,
                        .not_older_unit = unit_of(&paper->not_older_unit),
                        .valid = validity->valid,
                        .valid_unit = unit_of(&validity->valid_unit),
                        .under_of = under_of(&paper->under_of)};
    leaf_age(compiler, scope, paper, &leaf);
    if (paper->by.text != NULL) {
        leaf.by = comity_name_find(compiler, COMITY_CLASS_AUTHORITY, &paper->by);
    }
    if (paper->result.text != NULL) {
        leaf.result = comity_name_find(compiler, COMITY_CLASS_WORD, &paper->result);
    }
    if (paper->module.text != NULL) {
        leaf.module = comity_name_find(compiler, COMITY_CLASS_WORD, &paper->module);
    }
    const char *under = law == COMITY_IMAGE_NONE ? NULL : compiler->entries[COMITY_CLASS_LAW].items[law].text;
    COMITY_TRY(leaf_text(compiler, paper, under, about, &leaf.text, &leaf.size));
    return leaf_intern(compiler, &leaf, ret_leaf);
}

/* ---- expressions ---- */

comity_paper_leaf comity_ground_determination(const comity_expression *order, size_t ground)
{
    static const char *const results[COMITY_LIMIT_LAW_GROUNDS] = {
        NULL,           "second-ground",  "third-ground",  "fourth-ground", "fifth-ground",
        "sixth-ground", "seventh-ground", "eighth-ground", "ninth-ground",  "tenth-ground"};
    assert(ground > 0 && ground < COMITY_LIMIT_LAW_GROUNDS);
    return (comity_paper_leaf){.name = {"determination", order->at}, .result = {results[ground], order->at}};
}

/* `in order A, B`: A; or B together with the determination that it comes to B. */
static comity_status ground_of(comity_compiler *compiler, const comity_scope *scope, const comity_expression *order,
                               size_t ground, uint32_t *ret_node)
{
    comity_expression *own = order->children[ground];
    if (ground == 0) {
        return comity_expression_of(compiler, scope, own, ret_node);
    }
    bool flat = own->kind == COMITY_EXPRESSION_ALL;
    size_t own_count = flat ? own->child_count : 1;
    comity_expression determination = {.kind = COMITY_EXPRESSION_LEAF, .at = order->at,
                                       .leaf = comity_ground_determination(order, ground)};
    comity_expression all = {.kind = COMITY_EXPRESSION_ALL, .at = own->at, .child_count = own_count + 1};
    COMITY_TRY(comity_compiler_take(compiler, all.child_count, sizeof *all.children, &all.children));
    for (size_t i = 0; i < own_count; i++) {
        all.children[i] = flat ? own->children[i] : own;
    }
    all.children[own_count] = &determination;
    return comity_expression_of(compiler, scope, &all, ret_node);
}

/* A node is written before its children, so that indices only rise. */
comity_status comity_expression_of(comity_compiler *compiler, const comity_scope *scope,
                                   const comity_expression *expression, uint32_t *ret_node)
{
    uint32_t node = (uint32_t)compiler->expressions.count;
    *ret_node = node;
    COMITY_PUSH(compiler, &compiler->expressions,
                (comity_expression_node){.kind = expression->kind, .leaf = COMITY_IMAGE_NONE});
    if (expression->kind == COMITY_EXPRESSION_LEAF) {
        uint32_t leaf;
        COMITY_TRY(comity_leaf_of(compiler, scope, &expression->leaf, &leaf));
        compiler->expressions.items[node].leaf = leaf;
        return COMITY_OK;
    }
    uint32_t first = (uint32_t)compiler->indices.count;
    for (size_t i = 0; i < expression->child_count; i++) {
        COMITY_PUSH(compiler, &compiler->indices, 0);
    }
    compiler->expressions.items[node].first_child = first;
    compiler->expressions.items[node].child_count = (uint32_t)expression->child_count;
    for (size_t i = 0; i < expression->child_count; i++) {
        uint32_t child;
        COMITY_TRY(expression->kind == COMITY_EXPRESSION_ORDER
                       ? ground_of(compiler, scope, expression, i, &child)
                       : comity_expression_of(compiler, scope, expression->children[i], &child));
        compiler->indices.items[first + i] = child;
    }
    return COMITY_OK;
}
