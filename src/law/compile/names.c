/* Names: who declares what, each once in the world, and its number.
 *
 * Comes in: parsed files. Goes out: for each class of names its entries in the
 * order of their bytes, which gives them their numbers, and the records of
 * names, counts, authorities and orders without what conditions say. */
#include "law/compile/compiler.h"

#include "base/near.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *noun;
    const char *missing; /* what a message says that there is none of */
} class_words[COMITY_CLASS_LAST] = {
    [COMITY_CLASS_CATEGORY] = {"category", "no category"},
    [COMITY_CLASS_KIND] = {"kind", "no kind of party"},
    [COMITY_CLASS_CERTIFICATE] = {"certificate", "no certificate"},
    [COMITY_CLASS_PURPOSE] = {"purpose", "no purpose"},
    [COMITY_CLASS_DEAL] = {"deal", "no deal"},
    [COMITY_CLASS_CIRCUMSTANCE] = {"circumstance", "no circumstance"},
    [COMITY_CLASS_SAFEGUARD] = {"safeguard", "no safeguard"},
    [COMITY_CLASS_PAPER] = {"paper", "no kind of paper"},
    [COMITY_CLASS_ABOUT] = {"concern", "nothing that any agreement is about"},
    [COMITY_CLASS_WORD] = {"word", NULL}, /* known where it is used */
    [COMITY_CLASS_BASIS] = {"instrument", "no agreement, and no instrument written CODE.SHORT"},
    [COMITY_CLASS_AUTHORITY] = {"authority", "no authority"},
    [COMITY_CLASS_COUNT] = {"count", "no count"},
    [COMITY_CLASS_ORDERS] = {"orders", "no list of orders"},
    [COMITY_CLASS_PLACE] = {"place", "no state, part or union"},
    [COMITY_CLASS_LAW] = {"law", "the code of no law file"},
    [COMITY_CLASS_RULE] = {"rule", "no rule"},
};

const char *comity_class_noun(comity_class class_of)
{
    return class_words[class_of].noun;
}

static const comity_class class_of_declaration[] = {
    [COMITY_DECLARES_CATEGORY] = COMITY_CLASS_CATEGORY,
    [COMITY_DECLARES_KIND] = COMITY_CLASS_KIND,
    [COMITY_DECLARES_CERTIFICATE] = COMITY_CLASS_CERTIFICATE,
    [COMITY_DECLARES_PURPOSE] = COMITY_CLASS_PURPOSE,
    [COMITY_DECLARES_DEAL] = COMITY_CLASS_DEAL,
    [COMITY_DECLARES_CIRCUMSTANCE] = COMITY_CLASS_CIRCUMSTANCE,
    [COMITY_DECLARES_SAFEGUARD] = COMITY_CLASS_SAFEGUARD,
    [COMITY_DECLARES_PAPER] = COMITY_CLASS_PAPER,
};

static void complain(comity_compiler *compiler, const comity_word *word, const char *format, ...)
    COMITY_PRINTF(3, 4);

static void complain(comity_compiler *compiler, const comity_word *word, const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, word->at, "%s", message);
}

/* A second declaration is an error that names the first. */
static comity_status declare(comity_compiler *compiler, comity_class class_of, const comity_law_file *file,
                             const comity_word *word, const comity_declaration *declaration)
{
    comity_entries *entries = &compiler->entries[class_of];
    uint32_t first = comity_map_get(&compiler->declared[class_of], word->text);
    if (first != COMITY_IMAGE_NONE) {
        const comity_entry *entry = &entries->items[first];
        complain(compiler, word, "%s \"%s\" is declared twice; the first is at %s:%u",
                 class_words[class_of].noun, word->text, entry->file->path, entry->at.line);
        return COMITY_OK;
    }
    COMITY_TRY(comity_map_set(compiler, &compiler->declared[class_of], word->text, (uint32_t)entries->count));
    COMITY_PUSH(compiler, entries, (comity_entry){word->text, word->at, declaration, file});
    return COMITY_OK;
}

/* Words that need no declaration: they are known where they are used first. */
static comity_status mention(comity_compiler *compiler, comity_class class_of, const comity_law_file *file,
                             const comity_word *word)
{
    if (comity_map_get(&compiler->declared[class_of], word->text) != COMITY_IMAGE_NONE) {
        return COMITY_OK;
    }
    return declare(compiler, class_of, file, word, NULL);
}

/* Papers and safeguards share one space of names; a file may repeat a paper's
 * name without a label to say how long it is valid under its law. */
static comity_status declare_paper(comity_compiler *compiler, const comity_law_file *file,
                                   const comity_declaration *declaration)
{
    const comity_name *name = &declaration->as.name;
    if (name->label.text != NULL) {
        return declare(compiler, COMITY_CLASS_PAPER, file, &name->name, declaration);
    }
    return COMITY_OK;
}

/* How long papers are valid under a file's law: of papers there are, and each said once. */
static comity_status validities_check(comity_compiler *compiler, const comity_law_file *file)
{
    comity_map lines = {0};
    for (size_t i = 0; i < file->declaration_count; i++) {
        const comity_word *word = &file->declarations[i].as.name.name;
        if (file->declarations[i].kind != COMITY_DECLARES_PAPER) {
            continue;
        }
        uint32_t first = comity_map_get(&lines, word->text);
        if (first != COMITY_IMAGE_NONE) {
            complain(compiler, word, "paper \"%s\" is declared twice; the first is at %s:%u", word->text, file->path,
                     first);
            continue;
        }
        (void)comity_name_find(compiler, COMITY_CLASS_PAPER, word);
        COMITY_TRY(comity_map_set(compiler, &lines, word->text, word->at.line));
    }
    return COMITY_OK;
}

/* A place may be declared in one file and have another of its own. */
static comity_status declare_place(comity_compiler *compiler, const comity_law_file *file,
                                   const comity_declaration *declaration)
{
    const comity_word *word = &declaration->as.name.name;
    uint32_t first = comity_map_get(&compiler->declared[COMITY_CLASS_PLACE], word->text);
    bool has_own_file =
        first != COMITY_IMAGE_NONE && compiler->entries[COMITY_CLASS_PLACE].items[first].declaration == NULL;
    return has_own_file ? COMITY_OK : declare(compiler, COMITY_CLASS_PLACE, file, word, declaration);
}

static comity_status declare_group(comity_compiler *compiler, comity_map *map, comity_entries *entries,
                                   const comity_law_file *file, const comity_word *word,
                                   const comity_declaration *declaration, const char *noun)
{
    uint32_t first = comity_map_get(map, word->text);
    if (first != COMITY_IMAGE_NONE) {
        complain(compiler, word, "%s \"%s\" is declared twice; the first is at %s:%u", noun, word->text,
                 entries->items[first].file->path, entries->items[first].at.line);
        return COMITY_OK;
    }
    COMITY_TRY(comity_map_set(compiler, map, word->text, (uint32_t)entries->count));
    COMITY_PUSH(compiler, entries, (comity_entry){word->text, word->at, declaration, file});
    return COMITY_OK;
}

static comity_status declare_instrument(comity_compiler *compiler, const comity_law_file *file,
                                        const comity_declaration *declaration)
{
    const comity_word *name = &declaration->as.instrument.name;
    assert(file->code.text != NULL); /* the parser takes none in a taxonomy */
    size_t size = strlen(file->code.text) + strlen(name->text) + 2;
    char *full;
    COMITY_TRY(comity_compiler_take(compiler, size, 1, &full));
    (void)snprintf(full, size, "%s.%s", file->code.text, name->text);
    comity_word word = {full, name->at};
    return declare(compiler, COMITY_CLASS_BASIS, file, &word, declaration);
}

/* Results and modules that an expression asks for. */
static comity_status mention_leaf(comity_compiler *compiler, const comity_law_file *file,
                                  const comity_paper_leaf *leaf)
{
    if (leaf->result.text != NULL) {
        COMITY_TRY(mention(compiler, COMITY_CLASS_WORD, file, &leaf->result));
    }
    if (leaf->module.text != NULL) {
        COMITY_TRY(mention(compiler, COMITY_CLASS_WORD, file, &leaf->module));
    }
    return COMITY_OK;
}

static comity_status mention_expression(comity_compiler *compiler, const comity_law_file *file,
                                        const comity_expression *expression)
{
    if (expression == NULL) {
        return COMITY_OK;
    }
    if (expression->kind == COMITY_EXPRESSION_LEAF) {
        return mention_leaf(compiler, file, &expression->leaf);
    }
    for (size_t i = 0; i < expression->child_count; i++) {
        if (expression->kind == COMITY_EXPRESSION_ORDER && i != 0) {
            comity_paper_leaf leaf = comity_ground_determination(expression, i);
            COMITY_TRY(mention_leaf(compiler, file, &leaf));
        }
        COMITY_TRY(mention_expression(compiler, file, expression->children[i]));
    }
    return COMITY_OK;
}

static comity_status mention_condition(comity_compiler *compiler, const comity_law_file *file,
                                       const comity_condition *condition)
{
    if (condition == NULL) {
        return COMITY_OK;
    }
    if (condition->kind == COMITY_CONDITION_HELD) {
        return mention_leaf(compiler, file, &condition->paper);
    }
    for (size_t i = 0; i < condition->child_count; i++) {
        COMITY_TRY(mention_condition(compiler, file, condition->children[i]));
    }
    return COMITY_OK;
}

static comity_status declare_rule(comity_compiler *compiler, const comity_law_file *file,
                                  const comity_declaration *declaration)
{
    const comity_rule *rule = &declaration->as.rule;
    COMITY_TRY(mention_expression(compiler, file, rule->expression));
    for (size_t i = 0; i < rule->period_count; i++) {
        COMITY_TRY(mention_leaf(compiler, file, &rule->periods[i].paper));
    }
    COMITY_TRY(mention_condition(compiler, file, rule->when));
    for (size_t i = 0; i < rule->unless_count; i++) {
        COMITY_TRY(mention_condition(compiler, file, rule->unless[i]));
    }
    return declare(compiler, COMITY_CLASS_RULE, file, &rule->name, declaration);
}

static comity_status declare_one(comity_compiler *compiler, const comity_law_file *file,
                                 const comity_declaration *declaration)
{
    switch (declaration->kind) {
    case COMITY_DECLARES_PLACE:
        return declare_place(compiler, file, declaration);
    case COMITY_DECLARES_CATEGORY:
    case COMITY_DECLARES_KIND:
    case COMITY_DECLARES_CERTIFICATE:
    case COMITY_DECLARES_PURPOSE:
    case COMITY_DECLARES_DEAL:
    case COMITY_DECLARES_CIRCUMSTANCE:
    case COMITY_DECLARES_SAFEGUARD:
        return declare(compiler, class_of_declaration[declaration->kind], file, &declaration->as.name.name,
                       declaration);
    case COMITY_DECLARES_PAPER:
        return declare_paper(compiler, file, declaration);
    case COMITY_DECLARES_INSTRUMENT:
        return declare_instrument(compiler, file, declaration);
    case COMITY_DECLARES_AUTHORITY:
        return declare(compiler, COMITY_CLASS_AUTHORITY, file, &declaration->as.authority.name, declaration);
    case COMITY_DECLARES_COUNT:
        COMITY_TRY(mention_condition(compiler, file, declaration->as.count.when));
        return declare(compiler, COMITY_CLASS_COUNT, file, &declaration->as.count.name, declaration);
    case COMITY_DECLARES_ORDERS:
        return declare(compiler, COMITY_CLASS_ORDERS, file, &declaration->as.orders.name, declaration);
    case COMITY_DECLARES_RULE:
        return declare_rule(compiler, file, declaration);
    case COMITY_DECLARES_GROUP:
        return declare_group(compiler, &compiler->groups, &compiler->group_entries, file,
                             &declaration->as.group.name, declaration, "group");
    case COMITY_DECLARES_DEFINE:
        COMITY_TRY(mention_condition(compiler, file, declaration->as.define.when));
        return declare_group(compiler, &compiler->defines, &compiler->define_entries, file,
                             &declaration->as.define.name, declaration, "definition");
    case COMITY_DECLARES_DERIVE:
        return mention_condition(compiler, file, declaration->as.define.when);
    case COMITY_DECLARES_ABOUT:
        for (size_t i = 0; i < declaration->as.words.count; i++) {
            COMITY_TRY(mention(compiler, COMITY_CLASS_ABOUT, file, &declaration->as.words.items[i]));
        }
        return COMITY_OK;
    case COMITY_DECLARES_CALENDAR:
    case COMITY_DECLARES_COVERS:
    case COMITY_DECLARES_ADOPT:
    case COMITY_DECLARES_ENTER:
    case COMITY_DECLARES_MEMBERS:
    case COMITY_DECLARES_REACHES:
    case COMITY_DECLARES_DIRECT:
    case COMITY_DECLARES_SOFT:
    case COMITY_DECLARES_PARTIES:
    case COMITY_DECLARES_SIGNED:
    case COMITY_DECLARES_CHANNEL:
        return COMITY_OK;
    }
    return COMITY_OK;
}

static comity_status declare_headers(comity_compiler *compiler)
{
    for (size_t i = 0; i < compiler->file_count; i++) {
        const comity_law_file *file = &compiler->files[i];
        if (file->kind == COMITY_FILE_TAXONOMY || file->code.text == NULL) {
            continue;
        }
        COMITY_TRY(declare(compiler, COMITY_CLASS_LAW, file, &file->code, NULL));
        if (file->kind != COMITY_FILE_AGREEMENT && file->kind != COMITY_FILE_POLICY) {
            COMITY_TRY(declare(compiler, COMITY_CLASS_PLACE, file, &file->code, NULL));
        }
    }
    return COMITY_OK;
}

/* ---- numbers ---- */

static int entry_order(const void *a, const void *b)
{
    return strcmp(((const comity_entry *)a)->text, ((const comity_entry *)b)->text);
}

static const uint8_t law_order[] = {
    [COMITY_FILE_POLICY] = COMITY_LAW_POLICY, [COMITY_FILE_AGREEMENT] = COMITY_LAW_AGREEMENT,
    [COMITY_FILE_UNION] = COMITY_LAW_UNION,   [COMITY_FILE_PART] = COMITY_LAW_PART,
    [COMITY_FILE_STATE] = COMITY_LAW_STATE,   [COMITY_FILE_TAXONOMY] = COMITY_LAW_POLICY,
};

/* What lifts comes before what it may lift: agreements, unions, parts, states. */
static int law_entry_order(const void *a, const void *b)
{
    const comity_entry *left = a;
    const comity_entry *right = b;
    int kinds = law_order[left->file->kind] - law_order[right->file->kind];
    return kinds != 0 ? kinds : entry_order(a, b);
}

static comity_status number_class(comity_compiler *compiler, comity_class class_of)
{
    comity_entries *entries = &compiler->entries[class_of];
    if (entries->count != 0) {
        qsort(entries->items, entries->count, sizeof *entries->items,
              class_of == COMITY_CLASS_LAW ? law_entry_order : entry_order);
    }
    for (size_t i = 0; i < entries->count; i++) {
        COMITY_TRY(comity_map_set(compiler, &compiler->declared[class_of], entries->items[i].text, (uint32_t)i));
    }
    size_t most = class_of <= COMITY_CLASS_PAPER ? COMITY_SET_BITS : COMITY_LIMIT_LAW_NAMES;
    if (entries->count > most) {
        return comity_fail(compiler->reterr, COMITY_ERROR_LIMIT,
                           "%zu names of the class \"%s\" are declared, but at most %zu can be", entries->count,
                           class_words[class_of].noun, most);
    }
    return COMITY_OK;
}

uint32_t comity_name_find(comity_compiler *compiler, comity_class class_of, const comity_word *word)
{
    uint32_t number = comity_map_get(&compiler->declared[class_of], word->text);
    if (number != COMITY_IMAGE_NONE) {
        return number;
    }
    comity_near near;
    assert(class_words[class_of].missing != NULL);
    comity_near_begin(&near, word->text, strlen(word->text));
    for (size_t i = 0; i < compiler->entries[class_of].count; i++) {
        const char *text = compiler->entries[class_of].items[i].text;
        comity_near_offer(&near, text, strlen(text));
    }
    if (near.best != NULL) {
        complain(compiler, word, "\"%s\" is %s; did you mean \"%s\"?", word->text,
                 class_words[class_of].missing, near.best);
    } else {
        complain(compiler, word, "\"%s\" is %s", word->text, class_words[class_of].missing);
    }
    return COMITY_IMAGE_NONE;
}

/* ---- records ---- */

/* A category and all above it. Parents that are missing are told. */
static comity_status ancestors_add(comity_compiler *compiler, uint32_t category, comity_set *set, unsigned depth)
{
    if (comity_set_has(set, category)) {
        return COMITY_OK;
    }
    const comity_entry *entry = &compiler->entries[COMITY_CLASS_CATEGORY].items[category];
    comity_set_add(set, category);
    const comity_words *parents = &entry->declaration->as.name.parents;
    for (size_t i = 0; i < parents->count; i++) {
        uint32_t parent = comity_map_get(&compiler->declared[COMITY_CLASS_CATEGORY], parents->items[i].text);
        if (parent == COMITY_IMAGE_NONE) {
            if (depth == 0) {
                (void)comity_name_find(compiler, COMITY_CLASS_CATEGORY, &parents->items[i]);
            }
            continue;
        }
        COMITY_TRY(ancestors_add(compiler, parent, set, depth + 1));
    }
    return COMITY_OK;
}

static bool category_has(const comity_compiler *compiler, uint32_t category, uint32_t above)
{
    return comity_set_has(&compiler->sets.items[compiler->names.items[category].ancestors], above);
}

/* True if one of the circle comes before this category: it is told there. */
static bool circle_is_told(const comity_compiler *compiler, uint32_t category, uint32_t parent)
{
    for (uint32_t i = 0; i < category; i++) {
        if (category_has(compiler, parent, i) && category_has(compiler, i, category)) {
            return true;
        }
    }
    return false;
}

/* Categories are the first names, so their numbers are those of the records. */
static void check_parents(comity_compiler *compiler)
{
    const comity_entries *entries = &compiler->entries[COMITY_CLASS_CATEGORY];
    for (uint32_t i = 0; i < entries->count; i++) {
        const comity_words *parents = &entries->items[i].declaration->as.name.parents;
        for (size_t j = 0; j < parents->count; j++) {
            uint32_t parent = comity_map_get(&compiler->declared[COMITY_CLASS_CATEGORY], parents->items[j].text);
            if (parent != COMITY_IMAGE_NONE && category_has(compiler, parent, i) &&
                !circle_is_told(compiler, i, parent)) {
                complain(compiler, &parents->items[j], "the category \"%s\" is its own parent%s", entries->items[i].text,
                         parent == i ? "" : ", by way of its parents");
            }
        }
    }
}

/* What a purpose may be set aside for is a circumstance. */
static void check_asides(comity_compiler *compiler)
{
    const comity_entries *entries = &compiler->entries[COMITY_CLASS_PURPOSE];
    for (uint32_t i = 0; i < entries->count; i++) {
        const comity_word *aside = &entries->items[i].declaration->as.name.aside;
        if (aside->text != NULL) {
            (void)comity_name_find(compiler, COMITY_CLASS_CIRCUMSTANCE, aside);
        }
    }
}

static comity_status names_record(comity_compiler *compiler, comity_class class_of)
{
    for (size_t i = 0; i < compiler->entries[class_of].count; i++) {
        const comity_entry *entry = &compiler->entries[class_of].items[i];
        comity_name_record record = {.ancestors = COMITY_IMAGE_NONE, .rows = COMITY_IMAGE_NONE};
        const char *label = entry->text;
        const char *dpv = "";
        if (entry->declaration != NULL && class_of <= COMITY_CLASS_PAPER) {
            const comity_name *name = &entry->declaration->as.name;
            label = name->label.text != NULL ? name->label.text : label;
            dpv = name->dpv.text != NULL ? name->dpv.text : dpv;
        } else if (entry->declaration != NULL && class_of == COMITY_CLASS_BASIS) {
            label = entry->declaration->as.instrument.title.text;
        }
        COMITY_TRY(comity_text(compiler, entry->text, &record.text));
        record.size = (uint32_t)strlen(entry->text);
        COMITY_TRY(comity_text(compiler, label, &record.label));
        COMITY_TRY(comity_text(compiler, dpv, &record.dpv));
        if (class_of == COMITY_CLASS_CATEGORY) {
            comity_set set = {{0}};
            COMITY_TRY(ancestors_add(compiler, (uint32_t)i, &set, 0));
            COMITY_TRY(comity_set_of(compiler, &set, &record.ancestors));
        }
        COMITY_PUSH(compiler, &compiler->names, record);
    }
    return COMITY_OK;
}

static comity_status authorities_record(comity_compiler *compiler)
{
    for (size_t i = 0; i < compiler->entries[COMITY_CLASS_AUTHORITY].count; i++) {
        const comity_entry *entry = &compiler->entries[COMITY_CLASS_AUTHORITY].items[i];
        const comity_authority *authority = &entry->declaration->as.authority;
        comity_authority_record record = {0};
        comity_set grants = {{0}};
        for (size_t j = 0; j < authority->grants.count; j++) {
            uint32_t paper = comity_name_find(compiler, COMITY_CLASS_PAPER, &authority->grants.items[j]);
            if (paper != COMITY_IMAGE_NONE) {
                comity_set_add(&grants, paper);
            }
        }
        COMITY_TRY(comity_text(compiler, entry->text, &record.name));
        COMITY_TRY(comity_text(compiler, authority->title.text, &record.title));
        COMITY_TRY(comity_set_of(compiler, &grants, &record.grants));
        record.law = entry->file->code.text == NULL
                         ? COMITY_IMAGE_NONE
                         : comity_map_get(&compiler->declared[COMITY_CLASS_LAW], entry->file->code.text);
        COMITY_PUSH(compiler, &compiler->authorities, record);
    }
    return COMITY_OK;
}

static comity_status orders_record(comity_compiler *compiler)
{
    for (size_t i = 0; i < compiler->entries[COMITY_CLASS_ORDERS].count; i++) {
        const comity_entry *entry = &compiler->entries[COMITY_CLASS_ORDERS].items[i];
        const comity_orders *orders = &entry->declaration->as.orders;
        comity_orders_record record = {.first_dated = (uint32_t)compiler->dated.count,
                                       .dated_count = (uint32_t)orders->line_count};
        COMITY_TRY(comity_text(compiler, entry->text, &record.name));
        COMITY_TRY(comity_text(compiler, orders->title.text, &record.title));
        for (size_t j = 0; j < orders->line_count; j++) {
            comity_dates dates = orders->lines[j].dates;
            comity_dated dated = {0, dates.from == COMITY_NO_DATE ? COMITY_SINCE_EVER : dates.from,
                                  dates.until == COMITY_NO_DATE ? COMITY_OPEN_END : dates.until};
            COMITY_PUSH(compiler, &compiler->dated, dated);
        }
        COMITY_PUSH(compiler, &compiler->orders, record);
    }
    return COMITY_OK;
}

comity_status comity_compile_names(comity_compiler *compiler)
{
    uint32_t empty;
    COMITY_TRY(comity_text(compiler, "", &empty));
    COMITY_TRY(declare_headers(compiler));
    for (size_t i = 0; i < compiler->file_count; i++) {
        const comity_law_file *file = &compiler->files[i];
        for (size_t j = 0; j < file->declaration_count; j++) {
            COMITY_TRY(declare_one(compiler, file, &file->declarations[j]));
        }
    }
    for (comity_class class_of = 0; class_of < COMITY_CLASS_LAST; class_of++) {
        COMITY_TRY(number_class(compiler, class_of));
    }
    for (size_t i = 0; i < compiler->entries[COMITY_CLASS_SAFEGUARD].count; i++) {
        const comity_entry *entry = &compiler->entries[COMITY_CLASS_SAFEGUARD].items[i];
        if (comity_map_get(&compiler->declared[COMITY_CLASS_PAPER], entry->text) != COMITY_IMAGE_NONE) {
            comity_word word = {entry->text, entry->at};
            complain(compiler, &word, "\"%s\" is declared as a safeguard and as a paper", entry->text);
        }
    }
    for (comity_class class_of = 0; class_of <= COMITY_CLASS_BASIS; class_of++) {
        COMITY_TRY(names_record(compiler, class_of));
    }
    check_parents(compiler);
    check_asides(compiler);
    for (size_t i = 0; i < compiler->file_count; i++) {
        COMITY_TRY(validities_check(compiler, &compiler->files[i]));
    }
    COMITY_TRY(authorities_record(compiler));
    COMITY_TRY(comity_compile_entered(compiler));
    return orders_record(compiler);
}
