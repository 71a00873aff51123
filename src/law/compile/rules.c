/* Rules: in which order they are judged, what may lift or be a way for what,
 * and the checks on what their conditions may say.
 *
 * What lifts is judged before what it lifts. Between files that follows from
 * the order of laws (policies, agreements, unions, parts, states); within a
 * file the rules are ordered by `lifts`, else by name. */
#include "law/compile/compiler.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static comity_draft *draft_of(comity_compiler *compiler, uint32_t number)
{
    return &compiler->drafts[number];
}

/* ---- who may name whose rules ---- */

static bool union_reaches(const comity_compiler *compiler, uint32_t law, uint32_t place)
{
    const comity_place *record = &compiler->places.items[place];
    for (uint32_t i = 0; i < record->reach_count; i++) {
        if (compiler->reaches.items[record->first_reach + i].law == law) {
            return true;
        }
    }
    return false;
}

static bool intervals_have(const comity_intervals *intervals, uint32_t place)
{
    for (size_t i = 0; i < intervals->count; i++) {
        if (intervals->items[i].place == place) {
            return true;
        }
    }
    return false;
}

/* Is the place a party, or a union all of whose members are? */
static comity_status agreement_binds(comity_compiler *compiler, const comity_law_file *file, uint32_t place,
                                     bool *ret_binds)
{
    comity_words code = {(comity_word[]){file->code}, 1};
    comity_intervals parties = {0};
    COMITY_TRY(comity_places_expand(compiler, &code, COMITY_SINCE_EVER, COMITY_OPEN_END, &parties));
    *ret_binds = intervals_have(&parties, compiler->places.items[place].state);
    if (!*ret_binds && compiler->places.items[place].is_union) {
        const comity_word *word = &compiler->entries[COMITY_CLASS_PLACE].items[place].file->code;
        comity_words union_code = {(comity_word[]){*word}, 1};
        comity_intervals members = {0};
        COMITY_TRY(comity_places_expand(compiler, &union_code, COMITY_SINCE_EVER, COMITY_OPEN_END, &members));
        *ret_binds = members.count > 1;
        for (size_t i = 0; i < members.count; i++) {
            *ret_binds &= members.items[i].place == place || members.items[i].until != COMITY_OPEN_END ||
                          intervals_have(&parties, members.items[i].place);
        }
    }
    return COMITY_OK;
}

static bool has_declaration(const comity_law_file *file, comity_declaration_kind kind)
{
    for (size_t i = 0; i < file->declaration_count; i++) {
        if (file->declarations[i].kind == kind) {
            return true;
        }
    }
    return false;
}

static comity_status may_name(comity_compiler *compiler, const comity_draft *draft, const comity_draft *target,
                              bool *ret_may)
{
    *ret_may = draft->law == target->law;
    uint32_t place = comity_map_get(&compiler->declared[COMITY_CLASS_PLACE], target->file->code.text);
    if (*ret_may || place == COMITY_IMAGE_NONE) {
        return COMITY_OK;
    }
    switch (draft->file->kind) {
    case COMITY_FILE_PART:
        *ret_may = strcmp(draft->file->of.text, target->file->code.text) == 0;
        return COMITY_OK;
    case COMITY_FILE_UNION:
        *ret_may = union_reaches(compiler, draft->law, place);
        return COMITY_OK;
    case COMITY_FILE_AGREEMENT:
        return has_declaration(draft->file, COMITY_DECLARES_DIRECT)
                   ? agreement_binds(compiler, draft->file, place, ret_may)
                   : COMITY_OK;
    case COMITY_FILE_STATE:
    case COMITY_FILE_POLICY:
    case COMITY_FILE_TAXONOMY:
        return COMITY_OK;
    }
    return COMITY_OK;
}

static comity_status target_resolve(comity_compiler *compiler, comity_draft *draft, const comity_word *word)
{
    uint32_t number = comity_name_find(compiler, COMITY_CLASS_RULE, word);
    if (number == COMITY_IMAGE_NONE) {
        return COMITY_OK;
    }
    const comity_draft *target = draft_of(compiler, number);
    const char *verb = draft->rule->effect == COMITY_EFFECT_LIFTS ? "lift" : "be a way for";
    bool may;
    COMITY_TRY(may_name(compiler, draft, target, &may));
    if (!may) {
        comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, word->at,
                               "a rule of %s cannot %s \"%s\"; it can %s its own file's, a part its state's, a union "
                               "its members', a direct agreement its parties'",
                               draft->file->code.text, verb, word->text, verb);
        return COMITY_OK;
    }
    if (draft->rule->effect == COMITY_EFFECT_WAY && target->rule->has_effect &&
        target->rule->effect != COMITY_EFFECT_NEEDS) {
        comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, word->at,
                               "\"%s\" needs nothing, so there is no way to meet it; a way names rules with \"needs\"",
                               word->text);
        return COMITY_OK;
    }
    draft->targets[draft->target_count++] = number;
    return COMITY_OK;
}

/* ---- order ---- */

typedef struct lifting { /* who lifts a rule, within its own law */
    uint32_t *lifters;
    uint32_t count;
} lifting;

enum { HEIGHT_MAX = COMITY_LIMIT_LAW_DEPTH };

/* Numbers what lifts the rule, and what lifts that, before the rule. Returns
 * how many stand above it, the rule included; more than HEIGHT_MAX is too many. */
static unsigned draft_visit(comity_compiler *compiler, const lifting *liftings, uint32_t number, unsigned depth,
                            uint32_t *next)
{
    comity_draft *draft = draft_of(compiler, number);
    unsigned height = 0;
    if (draft->colour == COMITY_BLACK || depth > HEIGHT_MAX) {
        return draft->colour == COMITY_BLACK ? draft->height : HEIGHT_MAX + 1;
    }
    if (draft->colour == COMITY_GREY) {
        comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, draft->rule->name.at,
                               "\"%s\" lifts itself, by way of what it lifts", draft->rule->name.text);
        return 0;
    }
    draft->colour = COMITY_GREY;
    for (uint32_t i = 0; i < liftings[number].count; i++) {
        unsigned above = draft_visit(compiler, liftings, liftings[number].lifters[i], depth + 1, next);
        height = above > height ? above : height;
    }
    draft->colour = COMITY_BLACK;
    draft->height = (uint8_t)(height > HEIGHT_MAX ? height : height + 1);
    draft->number = *next;
    compiler->draft_order[(*next)++] = number;
    return draft->height;
}

static comity_status liftings_find(comity_compiler *compiler, lifting **ret_liftings)
{
    lifting *liftings;
    COMITY_TRY(comity_compiler_take(compiler, compiler->draft_count, sizeof *liftings, &liftings));
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < compiler->draft_count; i++) {
            const comity_draft *draft = draft_of(compiler, i);
            for (uint32_t j = 0; draft->rule->effect == COMITY_EFFECT_LIFTS && j < draft->target_count; j++) {
                lifting *target = &liftings[draft->targets[j]];
                if (draft_of(compiler, draft->targets[j])->law != draft->law) {
                    continue;
                }
                if (pass == 1) {
                    target->lifters[target->count] = i;
                }
                target->count++;
            }
        }
        for (uint32_t i = 0; pass == 0 && i < compiler->draft_count; i++) {
            COMITY_TRY(comity_compiler_take(compiler, liftings[i].count, sizeof(uint32_t), &liftings[i].lifters));
            liftings[i].count = 0;
        }
    }
    *ret_liftings = liftings;
    return COMITY_OK;
}

static comity_status drafts_order(comity_compiler *compiler)
{
    lifting *liftings;
    uint32_t next = 0;
    COMITY_TRY(liftings_find(compiler, &liftings));
    COMITY_TRY(comity_compiler_take(compiler, compiler->draft_count, sizeof(uint32_t), &compiler->draft_order));
    for (uint32_t law = 0; law < compiler->entries[COMITY_CLASS_LAW].count; law++) {
        for (uint32_t i = 0; i < compiler->draft_count; i++) {
            const comity_draft *draft = draft_of(compiler, i);
            if (draft->law == law && draft_visit(compiler, liftings, i, 0, &next) > HEIGHT_MAX) {
                comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, draft->rule->name.at,
                                       "rules that lift \"%s\" lift one another more than %d deep",
                                       draft->rule->name.text, HEIGHT_MAX);
            }
        }
    }
    return COMITY_OK;
}

/* What a rule's applying can do to the verdict, through what it lifts. Rules
 * are gone through against their order, so that what is lifted comes first. */
static void influences_find(comity_compiler *compiler)
{
    for (uint32_t i = compiler->draft_count; i-- > 0;) {
        comity_draft *draft = draft_of(compiler, compiler->draft_order[i]);
        comity_effect effect = draft->rule->effect;
        draft->influence = effect == COMITY_EFFECT_REFUSE || effect == COMITY_EFFECT_NEEDS ? COMITY_HURTS
                           : effect == COMITY_EFFECT_WAY                                    ? COMITY_HELPS
                                                                                            : 0;
        for (uint32_t j = 0; effect == COMITY_EFFECT_LIFTS && j < draft->target_count; j++) {
            uint8_t target = draft_of(compiler, draft->targets[j])->influence;
            draft->influence |= (uint8_t)((target & COMITY_HURTS ? COMITY_HELPS : 0) |
                                          (target & COMITY_HELPS ? COMITY_HURTS : 0));
        }
    }
}

/* ---- checks on conditions ---- */

typedef struct check {
    comity_compiler *compiler;
    const comity_draft *draft; /* NULL in conditions that are no rule's */
    bool only_lists;           /* a rule that lifts or is a way */
    bool no_papers;            /* in counts, derived kinds, owners */
    unsigned depth;            /* of definitions */
} check;

static void check_paper(const check *checking, comity_place_in_text at, bool negated)
{
    uint8_t influence = checking->draft == NULL ? 0 : checking->draft->influence;
    if (checking->no_papers) {
        comity_diagnostics_add(checking->compiler->diagnostics, COMITY_SEVERITY_ERROR, at,
                               "papers and safeguards cannot decide who is of a kind, who owns, or what is counted");
    } else if ((!negated && (influence & COMITY_HURTS)) || (negated && (influence & COMITY_HELPS))) {
        comity_diagnostics_add(checking->compiler->diagnostics, COMITY_SEVERITY_ERROR, at,
                               "holding this could make the verdict worse; a paper or safeguard may never hurt");
    }
}

static void check_list(const check *checking, const comity_condition *condition, bool negated, const char *name)
{
    if (checking->only_lists && !negated && condition->test != COMITY_TEST_ONLY) {
        comity_diagnostics_add(checking->compiler->diagnostics, COMITY_SEVERITY_ERROR, condition->at,
                               "a rule that lifts or is a way tests %s with \"only\" or \"not … has\", so that one "
                               "good one cannot carry another",
                               name);
    }
}

static comity_status check_condition(const check *checking, const comity_condition *condition, bool negated);

/* Circles, and what goes too deep, are told where conditions are compiled. */
static comity_status check_defined(const check *checking, const comity_condition *condition, bool negated)
{
    comity_compiler *compiler = checking->compiler;
    uint32_t define = comity_map_get(&compiler->defines, condition->names.items[0].text);
    if (define == COMITY_IMAGE_NONE || checking->depth == COMITY_LIMIT_LAW_DEPTH) {
        return COMITY_OK;
    }
    check inner = *checking;
    inner.depth++;
    COMITY_TRY(comity_define_step(compiler));
    return check_condition(&inner, compiler->define_entries.items[define].declaration->as.define.when, negated);
}

/* The parser bounds how deep conditions go, but for definitions. */
static comity_status check_condition(const check *checking, const comity_condition *condition, bool negated)
{
    check inner = *checking;
    if (condition == NULL) {
        return COMITY_OK;
    }
    switch (condition->kind) {
    case COMITY_CONDITION_NOT:
        return check_condition(checking, condition->children[0], !negated);
    case COMITY_CONDITION_OWNED:
        inner.no_papers = true;
        return check_condition(&inner, condition->children[0], negated);
    case COMITY_CONDITION_PURPOSES:
        check_list(checking, condition, negated, "purposes");
        return COMITY_OK;
    case COMITY_CONDITION_PLACES:
        if (condition->list == COMITY_LIST_ORIGIN || condition->list == COMITY_LIST_SUBJECTS) {
            check_list(checking, condition, negated,
                       condition->list == COMITY_LIST_ORIGIN ? "the origin" : "the subjects");
        }
        return COMITY_OK;
    case COMITY_CONDITION_HELD:
    case COMITY_CONDITION_PROTECTED:
        check_paper(checking, condition->at, negated);
        return COMITY_OK;
    case COMITY_CONDITION_DEFINED:
        return check_defined(checking, condition, negated);
    default:
        for (size_t i = 0; i < condition->child_count; i++) {
            COMITY_TRY(check_condition(checking, condition->children[i], negated));
        }
        return COMITY_OK;
    }
}

comity_status comity_check_rule(comity_compiler *compiler, const comity_draft *draft)
{
    comity_effect effect = draft->rule->effect;
    check checking = {.compiler = compiler,
                      .draft = draft,
                      .only_lists = effect == COMITY_EFFECT_LIFTS || effect == COMITY_EFFECT_WAY};
    COMITY_TRY(check_condition(&checking, draft->rule->when, false));
    for (size_t i = 0; i < draft->rule->unless_count; i++) {
        COMITY_TRY(check_condition(&checking, draft->rule->unless[i], true));
    }
    return COMITY_OK;
}

static comity_status check_plain(comity_compiler *compiler, const comity_condition *condition)
{
    check checking = {.compiler = compiler, .no_papers = true};
    return check_condition(&checking, condition, false);
}

/* ---- all together ---- */

static const comity_instrument *instrument_of(comity_compiler *compiler, const comity_law_file *file,
                                              const comity_word *name)
{
    char full[COMITY_LIMIT_LAW_WORD_BYTES * 2 + 2];
    (void)snprintf(full, sizeof full, "%s.%s", file->code.text, name->text);
    uint32_t number = comity_map_get(&compiler->declared[COMITY_CLASS_BASIS], full);
    if (number == COMITY_IMAGE_NONE) {
        comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, name->at,
                               "\"%s\" is no instrument of this file", name->text);
        return NULL;
    }
    return &compiler->entries[COMITY_CLASS_BASIS].items[number].declaration->as.instrument;
}

static void draft_dates(comity_compiler *compiler, comity_draft *draft)
{
    const comity_dates *own = &draft->rule->dates;
    const comity_instrument *instrument =
        draft->rule->instrument.text == NULL ? NULL : instrument_of(compiler, draft->file, &draft->rule->instrument);
    int32_t from = own->from;
    int32_t until = own->until;
    if (instrument != NULL) {
        from = from == COMITY_NO_DATE ? instrument->dates.from : from;
        until = until == COMITY_NO_DATE ? instrument->dates.until : until;
    }
    draft->from = from == COMITY_NO_DATE ? COMITY_SINCE_EVER : from;
    draft->until = until == COMITY_NO_DATE ? COMITY_OPEN_END : until;
    if (draft->from > draft->until) {
        comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, draft->rule->name.at,
                               "the rule ends before it begins");
    }
}

comity_status comity_compile_rules(comity_compiler *compiler)
{
    const comity_entries *entries = &compiler->entries[COMITY_CLASS_RULE];
    compiler->draft_count = (uint32_t)entries->count;
    COMITY_TRY(comity_compiler_take(compiler, entries->count, sizeof *compiler->drafts, &compiler->drafts));
    for (uint32_t i = 0; i < compiler->draft_count; i++) {
        const comity_law_file *file = entries->items[i].file;
        comity_draft *draft = draft_of(compiler, i);
        *draft = (comity_draft){.rule = &entries->items[i].declaration->as.rule, .file = file};
        assert(file->code.text != NULL); /* the parser takes none in a taxonomy */
        draft->law = comity_map_get(&compiler->declared[COMITY_CLASS_LAW], file->code.text);
        draft_dates(compiler, draft);
    }
    for (uint32_t i = 0; i < compiler->draft_count; i++) {
        comity_draft *draft = draft_of(compiler, i);
        COMITY_TRY(comity_compiler_take(compiler, draft->rule->rules.count, sizeof(uint32_t), &draft->targets));
        for (size_t j = 0; j < draft->rule->rules.count; j++) {
            COMITY_TRY(target_resolve(compiler, draft, &draft->rule->rules.items[j]));
        }
    }
    COMITY_TRY(drafts_order(compiler));
    influences_find(compiler);
    for (uint32_t i = 0; i < compiler->draft_count; i++) {
        COMITY_TRY(comity_check_rule(compiler, draft_of(compiler, i)));
    }
    for (size_t i = 0; i < compiler->file_count; i++) {
        for (size_t j = 0; j < compiler->files[i].declaration_count; j++) {
            const comity_declaration *declaration = &compiler->files[i].declarations[j];
            if (declaration->kind == COMITY_DECLARES_DERIVE) {
                COMITY_TRY(check_plain(compiler, declaration->as.define.when));
            } else if (declaration->kind == COMITY_DECLARES_COUNT) {
                COMITY_TRY(check_plain(compiler, declaration->as.count.when));
            }
        }
    }
    return COMITY_OK;
}
