/* Law files to names, laws and rules: every word of the tree is bound once, and
 * whatever a name declares hangs at it. */
#include "inner.h"

#include "base/limits.h"
#include "law/compile/diagnostics.h"
#include "law/compile/parser.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_SIZE 65536u
#define BYTES_MAX ((size_t)1 << 30)

/* Tests have no use for an oracle without memory. */
void *oracle_take(comity_arena *arena, size_t count, size_t size)
{
    void *memory;
    comity_error error;
    if (comity_arena_take_array(arena, count, size, &memory, &error) != COMITY_OK) {
        fprintf(stderr, "oracle: %s\n", error.message);
        abort();
    }
    return memory;
}

/* ---- names ---- */

static size_t chain_of(const char *text)
{
    uint64_t hash = 1469598103934665603u;
    for (; *text != '\0'; text++) {
        hash = (hash ^ (uint8_t)*text) * 1099511628211u;
    }
    return (size_t)(hash % TABLE_SIZE);
}

oracle_name *oracle_find(const oracle_world *oracle, const char *text)
{
    oracle_name *name = oracle->table[chain_of(text)];
    while (name != NULL && strcmp(name->text, text) != 0) {
        name = name->next;
    }
    return name;
}

oracle_name *oracle_named(const char *text)
{
    return (oracle_name *)(void *)((char *)(uintptr_t)text - offsetof(oracle_name, text));
}

static oracle_name *name_of(oracle_world *oracle, const char *text)
{
    oracle_name *name = oracle_find(oracle, text);
    if (name == NULL) {
        size_t size = strlen(text) + 1;
        name = oracle_take(&oracle->arena, 1, sizeof *name + size);
        memcpy(name->text, text, size);
        name->next = oracle->table[chain_of(text)];
        oracle->table[chain_of(text)] = name;
    }
    return name;
}

static void bind(oracle_world *oracle, comity_word *word)
{
    if (word->text != NULL) {
        word->text = name_of(oracle, word->text)->text;
    }
}

static void bind_all(oracle_world *oracle, comity_words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        bind(oracle, &words->items[i]);
    }
}

static void bind_places(oracle_world *oracle, comity_places *places)
{
    for (size_t i = 0; i < places->count; i++) {
        bind(oracle, &places->items[i].name);
    }
}

static void bind_leaf(oracle_world *oracle, comity_paper_leaf *leaf)
{
    bind(oracle, &leaf->name);
    bind(oracle, &leaf->under);
    bind(oracle, &leaf->by);
    bind(oracle, &leaf->about);
    bind(oracle, &leaf->result);
    bind(oracle, &leaf->module);
    bind(oracle, &leaf->not_older_unit);
    bind(oracle, &leaf->older_unit);
    bind_all(oracle, &leaf->naming);
}

static void grounds_name(oracle_world *oracle)
{
    static const char *const ordinals[ORACLE_GROUNDS] = {"second",  "third",  "fourth", "fifth", "sixth",
                                                         "seventh", "eighth", "ninth",  "tenth"};
    for (size_t i = 0; i < ORACLE_GROUNDS; i++) {
        char result[32];
        (void)snprintf(result, sizeof result, "%s-ground", ordinals[i]);
        oracle->grounds[i] = (comity_paper_leaf){.name = {.text = "determination"}, .result = {.text = result}};
        bind_leaf(oracle, &oracle->grounds[i]);
    }
}

/* The parser bounds how deep both of these go. */
static void bind_expression(oracle_world *oracle, comity_expression *expression)
{
    if (expression != NULL) {
        bind_leaf(oracle, &expression->leaf);
        for (size_t i = 0; i < expression->child_count; i++) {
            bind_expression(oracle, expression->children[i]);
        }
    }
}

static void bind_condition(oracle_world *oracle, comity_condition *condition)
{
    if (condition != NULL) {
        bind_places(oracle, &condition->places);
        bind_places(oracle, &condition->from_places);
        bind_places(oracle, &condition->to_places);
        bind_places(oracle, &condition->in_places);
        bind_all(oracle, &condition->names);
        bind_leaf(oracle, &condition->paper);
        for (size_t i = 0; i < condition->child_count; i++) {
            bind_condition(oracle, condition->children[i]);
        }
    }
}

static void bind_rule(oracle_world *oracle, comity_rule *rule)
{
    bind(oracle, &rule->name);
    bind(oracle, &rule->instrument);
    bind_all(oracle, &rule->rules);
    bind_condition(oracle, rule->when);
    for (size_t i = 0; i < rule->unless_count; i++) {
        bind_condition(oracle, rule->unless[i]);
    }
    bind_expression(oracle, rule->expression);
    for (size_t i = 0; i < rule->period_count; i++) {
        bind_leaf(oracle, &rule->periods[i].paper);
    }
}

static void declare_name(comity_declaration_kind kind, const comity_declaration *declaration)
{
    oracle_name *name = oracle_named(declaration->as.name.name.text);
    switch (kind) {
    case COMITY_DECLARES_PLACE:
        name->place = declaration;
        break;
    case COMITY_DECLARES_CATEGORY:
        name->category = declaration;
        break;
    case COMITY_DECLARES_KIND:
        name->kind = declaration;
        break;
    case COMITY_DECLARES_PURPOSE:
        name->purpose = declaration;
        break;
    case COMITY_DECLARES_SAFEGUARD:
        name->safeguard = declaration;
        break;
    case COMITY_DECLARES_PAPER: /* the one with a label declares; others say how long it is valid */
        if (declaration->as.name.label.text != NULL) {
            name->paper = declaration;
        }
        break;
    default:
        break;
    }
}

static void entered_add(oracle_world *oracle, comity_enter *enter)
{
    oracle_entered *entered = oracle_take(&oracle->arena, 1, sizeof *entered);
    bind(oracle, &enter->name);
    for (size_t i = 0; i < enter->members.line_count; i++) {
        bind_all(oracle, &enter->members.lines[i].codes);
    }
    oracle_name *list = oracle_named(enter->name.text);
    *entered = (oracle_entered){list->entered, enter};
    list->entered = entered;
}

static void aside_add(oracle_world *oracle, comity_name *name)
{
    if (name->aside.text != NULL) {
        bind(oracle, &name->aside);
        oracle_aside *aside = oracle_take(&oracle->arena, 1, sizeof *aside);
        *aside = (oracle_aside){oracle->asides, oracle_named(name->name.text), name->aside.text};
        oracle->asides = aside;
    }
}

static void bind_declaration(oracle_world *oracle, oracle_law *law, comity_declaration *declaration)
{
    switch (declaration->kind) {
    case COMITY_DECLARES_PLACE:
    case COMITY_DECLARES_CATEGORY:
    case COMITY_DECLARES_KIND:
    case COMITY_DECLARES_CERTIFICATE:
    case COMITY_DECLARES_PURPOSE:
    case COMITY_DECLARES_DEAL:
    case COMITY_DECLARES_CIRCUMSTANCE:
    case COMITY_DECLARES_SAFEGUARD:
    case COMITY_DECLARES_PAPER:
        bind(oracle, &declaration->as.name.name);
        bind_all(oracle, &declaration->as.name.parents);
        aside_add(oracle, &declaration->as.name);
        bind(oracle, &declaration->as.name.valid_unit);
        declare_name(declaration->kind, declaration);
        break;
    case COMITY_DECLARES_INSTRUMENT:
        bind(oracle, &declaration->as.instrument.name);
        if (law != NULL) { /* known to other files and to acts as CODE.SHORT */
            char full[512];
            (void)snprintf(full, sizeof full, "%s.%s", law->code->text, declaration->as.instrument.name.text);
            (void)name_of(oracle, full);
        }
        break;
    case COMITY_DECLARES_AUTHORITY:
        bind(oracle, &declaration->as.authority.name);
        bind_all(oracle, &declaration->as.authority.grants);
        break;
    case COMITY_DECLARES_GROUP:
        bind(oracle, &declaration->as.group.name);
        oracle_named(declaration->as.group.name.text)->group = declaration;
        for (size_t i = 0; i < declaration->as.group.line_count; i++) {
            bind_all(oracle, &declaration->as.group.lines[i].codes);
        }
        break;
    case COMITY_DECLARES_ORDERS:
        bind(oracle, &declaration->as.orders.name);
        oracle_named(declaration->as.orders.name.text)->orders = declaration;
        break;
    case COMITY_DECLARES_CALENDAR:
        break;
    case COMITY_DECLARES_ENTER:
        entered_add(oracle, &declaration->as.enter);
        break;
    case COMITY_DECLARES_DEFINE:
        bind(oracle, &declaration->as.define.name);
        bind_condition(oracle, declaration->as.define.when);
        oracle_named(declaration->as.define.name.text)->define = declaration;
        oracle_named(declaration->as.define.name.text)->define_law = law;
        break;
    case COMITY_DECLARES_DERIVE:
        bind(oracle, &declaration->as.define.name);
        bind_condition(oracle, declaration->as.define.when);
        oracle_named(declaration->as.define.name.text)->derive = declaration;
        oracle_named(declaration->as.define.name.text)->derive_law = law;
        break;
    case COMITY_DECLARES_COUNT:
        bind(oracle, &declaration->as.count.name);
        bind(oracle, &declaration->as.count.of);
        bind_condition(oracle, declaration->as.count.when);
        bind_all(oracle, &declaration->as.count.except);
        oracle_named(declaration->as.count.name.text)->count = declaration;
        oracle_named(declaration->as.count.name.text)->count_law = law;
        break;
    case COMITY_DECLARES_MEMBERS:
    case COMITY_DECLARES_REACHES:
    case COMITY_DECLARES_PARTIES:
        bind_all(oracle, &declaration->as.members.codes);
        break;
    case COMITY_DECLARES_SOFT:
        law->soft = true;
        break;
    case COMITY_DECLARES_ADOPT:
    case COMITY_DECLARES_ABOUT:
    case COMITY_DECLARES_SIGNED:
    case COMITY_DECLARES_CHANNEL:
        bind_all(oracle, &declaration->as.words);
        break;
    case COMITY_DECLARES_COVERS:
    case COMITY_DECLARES_DIRECT:
        break;
    case COMITY_DECLARES_RULE:
        bind_rule(oracle, &declaration->as.rule);
        oracle->rule_count++;
        law->rule_count++;
        break;
    }
}

/* ---- laws ---- */

static void law_declare(oracle_world *oracle, comity_law_file *file)
{
    if (file->kind == COMITY_FILE_TAXONOMY) {
        return;
    }
    oracle_law *law = &oracle->laws[oracle->law_count++];
    bind(oracle, &file->code);
    bind(oracle, &file->of);
    law->file = file;
    law->code = oracle_named(file->code.text);
    law->code->law = law;
    law->code->is_union = file->kind == COMITY_FILE_UNION;
    if (file->kind == COMITY_FILE_PART) {
        law->code->part_of = oracle_named(file->of.text);
        law->code->part_of->part_count++;
    }
}

static void parts_gather(oracle_world *oracle)
{
    for (size_t i = 0; i < oracle->law_count; i++) {
        oracle_name *state = oracle->laws[i].code->part_of;
        if (state != NULL && state->parts == NULL) {
            state->parts = oracle_take(&oracle->arena, state->part_count, sizeof(oracle_name *));
            state->part_count = 0;
        }
        if (state != NULL) {
            state->parts[state->part_count++] = oracle->laws[i].code;
        }
    }
}

static void adoptions_apply(oracle_world *oracle)
{
    for (size_t i = 0; i < oracle->law_count; i++) {
        const comity_law_file *file = oracle->laws[i].file;
        for (size_t j = 0; j < file->declaration_count; j++) {
            const comity_declaration *declaration = &file->declarations[j];
            for (size_t k = 0; declaration->kind == COMITY_DECLARES_ADOPT && k < declaration->as.words.count; k++) {
                oracle_named(declaration->as.words.items[k].text)->law->adopted = true;
            }
        }
    }
}

/* ---- rules ---- */

static const comity_instrument *instrument_of(const comity_law_file *file, const char *name)
{
    for (size_t i = 0; i < file->declaration_count; i++) {
        if (file->declarations[i].kind == COMITY_DECLARES_INSTRUMENT &&
            file->declarations[i].as.instrument.name.text == name) {
            return &file->declarations[i].as.instrument;
        }
    }
    return NULL;
}

static void rule_declare(oracle_law *law, const comity_rule *rule, oracle_rule *record)
{
    const comity_instrument *instrument =
        rule->instrument.text == NULL ? NULL : instrument_of(law->file, rule->instrument.text);
    *record = (oracle_rule){.rule = rule, .law = law, .from = rule->dates.from, .until = rule->dates.until};
    if (record->from == COMITY_NO_DATE && instrument != NULL) {
        record->from = instrument->dates.from;
    }
    if (record->until == COMITY_NO_DATE && instrument != NULL) {
        record->until = instrument->dates.until;
    }
}

static int rule_order(const void *a, const void *b)
{
    return strcmp(((const oracle_rule *)a)->rule->name.text, ((const oracle_rule *)b)->rule->name.text);
}

static void rules_declare(oracle_world *oracle)
{
    size_t count = 0;
    oracle->rules = oracle_take(&oracle->arena, oracle->rule_count, sizeof *oracle->rules);
    for (size_t i = 0; i < oracle->law_count; i++) {
        oracle_law *law = &oracle->laws[i];
        for (size_t j = 0; j < law->file->declaration_count; j++) {
            if (law->file->declarations[j].kind == COMITY_DECLARES_RULE) {
                rule_declare(law, &law->file->declarations[j].as.rule, &oracle->rules[count++]);
            }
        }
    }
    qsort(oracle->rules, oracle->rule_count, sizeof *oracle->rules, rule_order);
    for (size_t i = 0; i < oracle->law_count; i++) {
        oracle->laws[i].rules = oracle_take(&oracle->arena, oracle->laws[i].rule_count, sizeof(oracle_rule *));
        oracle->laws[i].rule_count = 0;
    }
    for (size_t i = 0; i < oracle->rule_count; i++) {
        oracle_rule *rule = &oracle->rules[i];
        oracle_named(rule->rule->name.text)->rule = rule;
        rule->law->rules[rule->law->rule_count++] = rule;
    }
}

/* Who lifts a rule, and who is a way for it, by name; counted first, then kept. */
static void rules_link(oracle_world *oracle)
{
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < oracle->rule_count; i++) {
            oracle_rule *from = &oracle->rules[i];
            bool lifts = from->rule->effect == COMITY_EFFECT_LIFTS;
            for (size_t j = 0; j < from->rule->rules.count; j++) {
                oracle_rule *to = oracle_named(from->rule->rules.items[j].text)->rule;
                if (pass == 1) {
                    (lifts ? to->lifters : to->ways)[lifts ? to->lifter_count : to->way_count] = from;
                }
                (lifts ? &to->lifter_count : &to->way_count)[0]++;
            }
        }
        for (size_t i = 0; pass == 0 && i < oracle->rule_count; i++) {
            oracle_rule *rule = &oracle->rules[i];
            rule->lifters = oracle_take(&oracle->arena, rule->lifter_count, sizeof(oracle_rule *));
            rule->ways = oracle_take(&oracle->arena, rule->way_count, sizeof(oracle_rule *));
            rule->lifter_count = 0;
            rule->way_count = 0;
        }
    }
}

/* ---- all together ---- */

static comity_status parse(oracle_world *oracle, const oracle_source *sources, size_t source_count, comity_error *reterr)
{
    comity_diagnostics diagnostics;
    comity_diagnostics_init(&diagnostics, &oracle->arena);
    for (size_t i = 0; i < source_count; i++) {
        COMITY_TRY(comity_law_parse(&oracle->arena, sources[i].path, (uint32_t)i, sources[i].text, sources[i].size,
                                    &diagnostics, &oracle->files[i], reterr));
        oracle->file_count++;
    }
    if (diagnostics.error_count != 0) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "%s", diagnostics.items[0].message);
    }
    return COMITY_OK;
}

comity_status oracle_new(const oracle_source *sources, size_t source_count, oracle_world **ret_oracle, comity_error *reterr)
{
    oracle_world *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    comity_arena_init(&made->arena, BYTES_MAX);
    comity_arena_init(&made->act_arena, BYTES_MAX);
    made->table = oracle_take(&made->arena, TABLE_SIZE, sizeof *made->table);
    made->files = oracle_take(&made->arena, source_count, sizeof *made->files);
    made->laws = oracle_take(&made->arena, source_count, sizeof *made->laws);
    comity_status status = parse(made, sources, source_count, reterr);
    if (status != COMITY_OK) {
        oracle_free(made);
        return status;
    }
    grounds_name(made);
    for (size_t i = 0; i < made->file_count; i++) {
        law_declare(made, &made->files[i]);
    }
    for (size_t i = 0; i < made->file_count; i++) {
        comity_law_file *file = &made->files[i];
        for (size_t j = 0; j < file->declaration_count; j++) {
            bind_declaration(made, file->code.text == NULL ? NULL : oracle_named(file->code.text)->law,
                             &file->declarations[j]);
        }
    }
    parts_gather(made);
    adoptions_apply(made);
    rules_declare(made);
    rules_link(made);
    *ret_oracle = made;
    return COMITY_OK;
}

void oracle_free(oracle_world *oracle)
{
    if (oracle != NULL) {
        comity_arena_free(&oracle->arena);
        comity_arena_free(&oracle->act_arena);
        free(oracle);
    }
}

const comity_law_file *oracle_files(const oracle_world *oracle, size_t *ret_count)
{
    *ret_count = oracle->file_count;
    return oracle->files;
}

comity_status oracle_adopt(oracle_world *oracle, const char *agreement, comity_error *reterr)
{
    oracle_name *name = oracle_find(oracle, agreement);
    if (name == NULL || name->law == NULL || !name->law->soft) {
        return comity_fail(reterr, COMITY_ERROR_NAME, "%s is no soft agreement", agreement);
    }
    name->law->adopted = true;
    return COMITY_OK;
}
