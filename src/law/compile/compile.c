/* From parsed files to an image: the steps in their order, and the records of
 * laws and rules that bind them together. */
#include "law/compile/compile.h"

#include "law/compile/compiler.h"

#include <stdlib.h>
#include <string.h>

static int32_t first_day(int32_t date)
{
    return date == COMITY_NO_DATE ? COMITY_SINCE_EVER : date;
}

static int32_t last_day(int32_t date)
{
    return date == COMITY_NO_DATE ? COMITY_OPEN_END : date;
}

static comity_status derived_kinds_find(comity_compiler *compiler)
{
    COMITY_TRY(comity_compiler_take(compiler, COMITY_SET_BITS, sizeof(bool), &compiler->derived_kinds));
    for (size_t i = 0; i < compiler->file_count; i++) {
        for (size_t j = 0; j < compiler->files[i].declaration_count; j++) {
            const comity_declaration *declaration = &compiler->files[i].declarations[j];
            if (declaration->kind != COMITY_DECLARES_DERIVE) {
                continue;
            }
            uint32_t kind = comity_name_find(compiler, COMITY_CLASS_KIND, &declaration->as.define.name);
            if (kind == COMITY_IMAGE_NONE) {
                continue;
            }
            if (compiler->derived_kinds[kind]) {
                comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, declaration->as.define.name.at,
                                       "\"%s\" is derived twice; say all in one condition, with \"or\"",
                                       declaration->as.define.name.text);
            }
            compiler->derived_kinds[kind] = true;
        }
    }
    return COMITY_OK;
}

static uint32_t law_of(const comity_compiler *compiler, const comity_law_file *file)
{
    return file->code.text == NULL ? COMITY_IMAGE_NONE
                                   : comity_map_get(&compiler->declared[COMITY_CLASS_LAW], file->code.text);
}

static comity_status derived_kinds_compile(comity_compiler *compiler)
{
    for (size_t i = 0; i < compiler->file_count; i++) {
        const comity_law_file *file = &compiler->files[i];
        for (size_t j = 0; j < file->declaration_count; j++) {
            const comity_declaration *declaration = &file->declarations[j];
            if (declaration->kind != COMITY_DECLARES_DERIVE) {
                continue;
            }
            uint32_t kind = comity_map_get(&compiler->declared[COMITY_CLASS_KIND], declaration->as.define.name.text);
            comity_scope scope = {.file = file, .law = law_of(compiler, file), .from = COMITY_SINCE_EVER,
                                  .until = COMITY_OPEN_END, .has_party = true};
            uint32_t rows;
            COMITY_TRY(comity_condition_rows(compiler, &scope, declaration->as.define.when, &rows));
            if (kind != COMITY_IMAGE_NONE) {
                uint32_t first = (uint32_t)compiler->entries[COMITY_CLASS_CATEGORY].count; /* kinds follow categories */
                compiler->names.items[first + kind].rows = rows;
            }
        }
    }
    return COMITY_OK;
}

/* ---- counts ---- */

/* An act is counted if its condition holds and none of the excepted rules'
 * conditions does: one condition, made of those that were written; NULL if that
 * is every act. `ret_never`: a rule is excepted that has no condition, so no act
 * is surely counted. */
static comity_status count_condition(comity_compiler *compiler, const comity_count *count, comity_condition **ret_when,
                                     bool *ret_never)
{
    *ret_never = false;
    comity_condition *all;
    COMITY_TRY(comity_compiler_take(compiler, 1, sizeof *all, &all));
    *all = (comity_condition){.kind = COMITY_CONDITION_AND, .at = count->name.at};
    COMITY_TRY(comity_compiler_take(compiler, count->except.count + 1, sizeof *all->children, &all->children));
    if (count->when != NULL) {
        all->children[all->child_count++] = count->when;
    }
    for (size_t i = 0; i < count->except.count; i++) {
        uint32_t number = comity_name_find(compiler, COMITY_CLASS_RULE, &count->except.items[i]);
        if (number == COMITY_IMAGE_NONE) {
            continue;
        }
        if (compiler->drafts[number].rule->when == NULL) {
            *ret_never = true;
            continue;
        }
        comity_condition *not;
        COMITY_TRY(comity_compiler_take(compiler, 1, sizeof *not, &not));
        *not = (comity_condition){.kind = COMITY_CONDITION_NOT, .at = count->except.items[i].at, .child_count = 1};
        COMITY_TRY(comity_compiler_take(compiler, 1, sizeof *not->children, &not->children));
        not->children[0] = compiler->drafts[number].rule->when;
        all->children[all->child_count++] = not;
    }
    *ret_when = all->child_count == 0 ? NULL : all;
    return COMITY_OK;
}

static comity_status counts_compile(comity_compiler *compiler)
{
    for (size_t i = 0; i < compiler->entries[COMITY_CLASS_COUNT].count; i++) {
        const comity_entry *entry = &compiler->entries[COMITY_CLASS_COUNT].items[i];
        const comity_count *count = &entry->declaration->as.count;
        comity_count_record record = {.rows = COMITY_IMAGE_NONE,
                                      .devices = strcmp(count->of.text == NULL ? "" : count->of.text, "devices") == 0};
        comity_scope scope = {.file = entry->file, .law = law_of(compiler, entry->file), .from = COMITY_SINCE_EVER,
                              .until = COMITY_OPEN_END, .in_count = true};
        comity_condition *when;
        COMITY_TRY(comity_text(compiler, entry->text, &record.name));
        record.size = (uint32_t)strlen(entry->text);
        record.window = (count->calendar_year ? COMITY_WINDOW_YEAR : count->months & COMITY_WINDOW_MONTHS) |
                        (count->per_importer ? COMITY_WINDOW_IMPORTER : 0);
        COMITY_TRY(comity_text(compiler, count->label.text == NULL ? entry->text : count->label.text, &record.label));
        bool never;
        COMITY_TRY(count_condition(compiler, count, &when, &never));
        if (!never) {
            COMITY_TRY(comity_condition_rows(compiler, &scope, when, &record.rows));
        }
        COMITY_PUSH(compiler, &compiler->counts, record);
    }
    return COMITY_OK;
}

/* ---- laws ---- */

static comity_status law_covers(comity_compiler *compiler, const comity_law_file *file, comity_law_record *record)
{
    record->first_cover = (uint32_t)compiler->covers.count;
    for (size_t i = 0; i < file->declaration_count; i++) {
        const comity_declaration *declaration = &file->declarations[i];
        if (declaration->kind == COMITY_DECLARES_COVERS) {
            COMITY_PUSH(compiler, &compiler->covers,
                        (comity_cover){declaration->as.covers.acts, first_day(declaration->as.covers.dates.from),
                                       last_day(declaration->as.covers.dates.until)});
        }
    }
    record->cover_count = (uint32_t)compiler->covers.count - record->first_cover;
    return COMITY_OK;
}

static comity_status agreement_about(comity_compiler *compiler, const comity_law_file *file, comity_law_record *record)
{
    comity_set channel = {{0}};
    bool is_channel = false;
    record->first_about = (uint32_t)compiler->abouts.count;
    for (size_t i = 0; i < file->declaration_count; i++) {
        const comity_declaration *declaration = &file->declarations[i];
        record->flags |= declaration->kind == COMITY_DECLARES_DIRECT ? COMITY_LAW_DIRECT : 0;
        record->flags |= declaration->kind == COMITY_DECLARES_SOFT ? COMITY_LAW_SOFT : 0;
        for (size_t j = 0; declaration->kind == COMITY_DECLARES_ABOUT && j < declaration->as.words.count; j++) {
            uint32_t about = comity_name_find(compiler, COMITY_CLASS_ABOUT, &declaration->as.words.items[j]);
            COMITY_PUSH(compiler, &compiler->abouts, (uint16_t)about);
        }
        for (size_t j = 0; declaration->kind == COMITY_DECLARES_CHANNEL && j < declaration->as.words.count; j++) {
            uint32_t purpose = comity_name_find(compiler, COMITY_CLASS_PURPOSE, &declaration->as.words.items[j]);
            is_channel = true;
            if (purpose != COMITY_IMAGE_NONE) {
                comity_set_add(&channel, purpose);
            }
        }
    }
    record->about_count = (uint32_t)compiler->abouts.count - record->first_about;
    if (is_channel) {
        COMITY_TRY(comity_set_of(compiler, &channel, &record->channel));
    }
    comity_words code = {(comity_word[]){file->code}, 1};
    comity_intervals parties = {0};
    COMITY_TRY(comity_places_expand(compiler, &code, COMITY_SINCE_EVER, COMITY_OPEN_END, &parties));
    return comity_place_set_make(compiler, &parties, COMITY_SINCE_EVER, COMITY_OPEN_END, &record->parties);
}

static const uint8_t law_kinds[] = {
    [COMITY_FILE_TAXONOMY] = COMITY_LAW_POLICY,     [COMITY_FILE_STATE] = COMITY_LAW_STATE,
    [COMITY_FILE_PART] = COMITY_LAW_PART,           [COMITY_FILE_UNION] = COMITY_LAW_UNION,
    [COMITY_FILE_AGREEMENT] = COMITY_LAW_AGREEMENT, [COMITY_FILE_POLICY] = COMITY_LAW_POLICY,
};

static comity_status law_record(comity_compiler *compiler, const comity_law_file *file)
{
    comity_law_record record = {.kind = law_kinds[file->kind], .parties = COMITY_IMAGE_NONE,
                                .channel = COMITY_IMAGE_NONE};
    uint32_t place = comity_map_get(&compiler->declared[COMITY_CLASS_PLACE], file->code.text);
    bool has_place = file->kind != COMITY_FILE_AGREEMENT && file->kind != COMITY_FILE_POLICY;
    record.place = has_place ? (uint16_t)place : COMITY_NONE16;
    COMITY_TRY(comity_text(compiler, file->code.text, &record.code));
    record.code_size = (uint32_t)strlen(file->code.text);
    COMITY_TRY(comity_text(compiler, file->title.text, &record.title));
    COMITY_TRY(law_covers(compiler, file, &record));
    if (file->kind == COMITY_FILE_AGREEMENT) {
        COMITY_TRY(agreement_about(compiler, file, &record));
    }
    COMITY_PUSH(compiler, &compiler->laws, record);
    return COMITY_OK;
}

static comity_status adoptions_apply(comity_compiler *compiler)
{
    for (size_t i = 0; i < compiler->file_count; i++) {
        for (size_t j = 0; j < compiler->files[i].declaration_count; j++) {
            const comity_declaration *declaration = &compiler->files[i].declarations[j];
            for (size_t k = 0; declaration->kind == COMITY_DECLARES_ADOPT && k < declaration->as.words.count; k++) {
                const comity_word *word = &declaration->as.words.items[k];
                uint32_t law = comity_name_find(compiler, COMITY_CLASS_LAW, word);
                if (law == COMITY_IMAGE_NONE) {
                    continue;
                }
                if (!(compiler->laws.items[law].flags & COMITY_LAW_SOFT)) {
                    comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, word->at,
                                           "\"%s\" is no agreement marked \"soft\"; what binds need not be adopted",
                                           word->text);
                }
                compiler->laws.items[law].flags |= COMITY_LAW_ADOPTED;
            }
        }
    }
    return COMITY_OK;
}

/* For each place the agreements with rules that it is ever a party to. */
static comity_status agreements_compile(comity_compiler *compiler)
{
    for (uint32_t law = 0; law < compiler->laws.count; law++) {
        if (compiler->laws.items[law].kind == COMITY_LAW_AGREEMENT && compiler->laws.items[law].rule_count != 0) {
            COMITY_PUSH(compiler, &compiler->agreement_laws, (uint16_t)law);
        }
    }
    compiler->agreement_words = (uint32_t)(compiler->agreement_laws.count + 63) / 64;
    for (size_t i = 0; i < compiler->places.count * compiler->agreement_words; i++) {
        COMITY_PUSH(compiler, &compiler->agreements, 0);
    }
    for (uint32_t number = 0; number < compiler->agreement_laws.count; number++) {
        const comity_law_record *record = &compiler->laws.items[compiler->agreement_laws.items[number]];
        const comity_place_set *set = &compiler->place_sets.items[record->parties];
        for (uint32_t i = 0; i < set->count + set->dated_count; i++) {
            uint32_t place = i < set->count ? compiler->set_places.items[set->first + i]
                                            : compiler->dated.items[set->first_dated + i - set->count].place;
            if (!compiler->places.items[place].is_union && !compiler->places.items[place].is_part) {
                compiler->agreements.items[(size_t)place * compiler->agreement_words + number / 64] |=
                    UINT64_C(1) << (number % 64);
            }
        }
    }
    return COMITY_OK;
}

/* The day from which a law covers a kind of act for good, not before `from`. */
static int32_t law_covered(const comity_compiler *compiler, uint32_t law, uint32_t act, int32_t from)
{
    const comity_law_record *record = &compiler->laws.items[law];
    int32_t day = COMITY_OPEN_END;
    for (uint32_t i = 0; i < record->cover_count; i++) {
        const comity_cover *cover = &compiler->covers.items[record->first_cover + i];
        if ((cover->acts >> act & 1u) != 0 && cover->until == COMITY_OPEN_END) {
            int32_t begins = cover->from > from ? cover->from : from;
            day = begins < day ? begins : day;
        }
    }
    return day;
}

static int32_t place_covered(const comity_compiler *compiler, const comity_place *place, uint32_t act)
{
    int32_t day = place->law == COMITY_NONE16 ? COMITY_OPEN_END : law_covered(compiler, place->law, act, COMITY_SINCE_EVER);
    for (uint32_t i = 0; i < place->reach_count; i++) {
        const comity_reach *reach = &compiler->reaches.items[place->first_reach + i];
        int32_t other = reach->until == COMITY_OPEN_END ? law_covered(compiler, reach->law, act, reach->from) : COMITY_OPEN_END;
        day = other < day ? other : day;
    }
    return day;
}

static comity_status coverage_compile(comity_compiler *compiler)
{
    for (uint32_t i = 0; i < compiler->places.count; i++) {
        const comity_place *place = &compiler->places.items[i];
        for (uint32_t act = 0; act < COMITY_ACT_COUNT; act++) {
            int32_t day = place_covered(compiler, place, act);
            int32_t states = place_covered(compiler, &compiler->places.items[place->state], act);
            COMITY_PUSH(compiler, &compiler->coverage, states < day ? states : day);
        }
    }
    return COMITY_OK;
}

/* ---- rules ---- */

static comity_status rules_compile(comity_compiler *compiler)
{
    for (uint32_t i = 0; i < compiler->draft_count; i++) {
        uint32_t rank = compiler->draft_order[i];
        const comity_draft *draft = &compiler->drafts[rank];
        comity_rule_record record = {.law = draft->law, .rank = rank, .from = draft->from, .until = draft->until,
                                     .checked = draft->rule->checked, .effect = (uint8_t)draft->rule->effect,
                                     .flags = draft->rule->needs_a_way ? COMITY_RULE_NEEDS_A_WAY : 0,
                                     .expression = COMITY_IMAGE_NONE};
        comity_scope scope = {.file = draft->file, .law = draft->law, .draft = draft, .from = draft->from,
                              .until = draft->until};
        COMITY_TRY(comity_rule_texts(compiler, draft, &record));
        if (draft->rule->expression != NULL) {
            COMITY_TRY(comity_expression_of(compiler, &scope, draft->rule->expression, &record.expression));
        }
        comity_law_record *law = &compiler->laws.items[draft->law];
        law->first_rule = law->rule_count == 0 ? i : law->first_rule;
        law->rule_count++;
        COMITY_PUSH(compiler, &compiler->rules, record);
    }
    return COMITY_OK;
}

static int number_order(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

/* A rule that lifts another, or is a way for it; both as numbers of the image. */
typedef struct naming {
    uint32_t target, number;
    bool is_way;
} naming;

/* By what is named; what lifts before ways; each by number. */
static int naming_order(const void *a, const void *b)
{
    const naming *left = a;
    const naming *right = b;
    if (left->target != right->target) {
        return left->target < right->target ? -1 : 1;
    }
    if (left->is_way != right->is_way) {
        return left->is_way ? 1 : -1;
    }
    return left->number < right->number ? -1 : left->number > right->number;
}

static comity_status namings_find(comity_compiler *compiler, naming **ret_namings, size_t *ret_count)
{
    naming *namings;
    size_t count = 0;
    for (uint32_t i = 0; i < compiler->draft_count; i++) {
        count += compiler->drafts[i].target_count;
    }
    COMITY_TRY(comity_compiler_take(compiler, count, sizeof *namings, &namings));
    count = 0;
    for (uint32_t i = 0; i < compiler->draft_count; i++) {
        const comity_draft *draft = &compiler->drafts[i];
        for (uint32_t j = 0; j < draft->target_count; j++) {
            namings[count++] = (naming){compiler->drafts[draft->targets[j]].number, draft->number,
                                        draft->rule->effect == COMITY_EFFECT_WAY};
        }
    }
    if (count > 1) {
        qsort(namings, count, sizeof *namings, naming_order);
    }
    *ret_namings = namings;
    *ret_count = count;
    return COMITY_OK;
}

/* Those of `namings`, from `*at` on, that name the rule in this way; each once. */
static comity_status namings_push(comity_compiler *compiler, const naming *namings, size_t count, size_t *at,
                                  uint32_t rule, bool is_way, uint32_t *ret_count)
{
    size_t first = compiler->indices.count;
    for (; *at < count && namings[*at].target == rule && namings[*at].is_way == is_way; (*at)++) {
        bool again = compiler->indices.count > first &&
                     compiler->indices.items[compiler->indices.count - 1] == namings[*at].number;
        if (!again) {
            COMITY_PUSH(compiler, &compiler->indices, namings[*at].number);
        }
    }
    *ret_count = (uint32_t)(compiler->indices.count - first);
    return COMITY_OK;
}

/* Which rules name which. */
static comity_status rules_link(comity_compiler *compiler)
{
    naming *namings;
    size_t count;
    size_t at = 0;
    COMITY_TRY(namings_find(compiler, &namings, &count));
    for (uint32_t i = 0; i < compiler->draft_count; i++) {
        const comity_draft *draft = &compiler->drafts[compiler->draft_order[i]];
        comity_rule_record *record = &compiler->rules.items[i];
        record->first_target = (uint32_t)compiler->indices.count;
        record->target_count = draft->target_count;
        for (uint32_t j = 0; j < draft->target_count; j++) {
            COMITY_PUSH(compiler, &compiler->indices, compiler->drafts[draft->targets[j]].number);
        }
        if (draft->target_count > 1) {
            qsort(&compiler->indices.items[record->first_target], draft->target_count, sizeof(uint32_t), number_order);
        }
        if (at < count && namings[at].target == i) {
            record->first_lifter = (uint32_t)compiler->indices.count;
            COMITY_TRY(namings_push(compiler, namings, count, &at, i, false, &record->lifter_count));
            record->first_way = (uint32_t)compiler->indices.count;
            COMITY_TRY(namings_push(compiler, namings, count, &at, i, true, &record->way_count));
        }
    }
    /* leaves know rules by rank; now their numbers in the image are known */
    for (size_t i = 0; i < compiler->leaves.count; i++) {
        comity_leaf *leaf = &compiler->leaves.items[i];
        leaf->about = leaf->about == COMITY_IMAGE_NONE ? leaf->about : compiler->drafts[leaf->about].number;
    }
    return COMITY_OK;
}

static bool rows_ask_papers(const comity_compiler *compiler, uint32_t first_row, uint32_t row_count, unsigned depth)
{
    for (uint32_t i = 0; i < row_count && depth <= COMITY_LIMIT_LAW_DEPTH; i++) {
        const comity_row *row = &compiler->rows.items[first_row + i];
        for (uint32_t j = 0; j < row->literal_count; j++) {
            const comity_literal *literal = &compiler->literals.items[row->first_literal + j];
            bool is_safeguard = (literal->op == COMITY_OP_HAS || literal->op == COMITY_OP_HAS_ANY) &&
                                literal->a == COMITY_SLOT_SAFEGUARD;
            if (literal->op == COMITY_OP_HELD || is_safeguard) {
                return true;
            }
            const comity_rows *rows =
                literal->op == COMITY_OP_CONDITION ? &compiler->conditions.items[literal->b] : NULL;
            if (rows != NULL && rows_ask_papers(compiler, rows->first_row, rows->row_count, depth + 1)) {
                return true;
            }
        }
    }
    return false;
}

/* Rules go in their order, so that what lifts a rule has been looked at before it. */
static void papers_mark(comity_compiler *compiler)
{
    for (size_t i = 0; i < compiler->rules.count; i++) {
        comity_rule_record *rule = &compiler->rules.items[i];
        bool asks = rows_ask_papers(compiler, rule->first_row, rule->row_count, 0);
        for (uint32_t j = 0; j < rule->lifter_count && !asks; j++) {
            asks = (compiler->rules.items[compiler->indices.items[rule->first_lifter + j]].flags & COMITY_RULE_PAPERS) != 0;
        }
        rule->flags |= asks ? COMITY_RULE_PAPERS : 0;
    }
}

/* What the judge reads of a rule says too that something lifts it. */
static void lifted_mark(comity_compiler *compiler)
{
    for (size_t i = 0; i < compiler->block_rules.count; i++) {
        comity_block_rule *judged = &compiler->block_rules.items[i];
        bool lifted = compiler->rules.items[judged->rule].lifter_count != 0;
        judged->flags = (uint8_t)(judged->flags | (lifted ? COMITY_JUDGED_LIFTED : 0));
    }
}

static comity_status compile(comity_compiler *compiler, comity_buffer *buffer)
{
    COMITY_TRY(comity_compile_names(compiler));
    COMITY_TRY(comity_check_members(compiler));
    COMITY_TRY(comity_compile_places(compiler));
    COMITY_TRY(comity_compile_calendars(compiler));
    COMITY_TRY(derived_kinds_find(compiler));
    COMITY_TRY(comity_compiler_take(compiler, compiler->define_entries.count, 1, &compiler->define_colours));
    COMITY_TRY(comity_compiler_take(compiler, compiler->define_entries.count, sizeof(bool), &compiler->defines_used));
    COMITY_TRY(comity_compile_rules(compiler));
    for (size_t i = 0; i < compiler->entries[COMITY_CLASS_LAW].count; i++) {
        COMITY_TRY(law_record(compiler, compiler->entries[COMITY_CLASS_LAW].items[i].file));
    }
    COMITY_TRY(adoptions_apply(compiler));
    COMITY_TRY(derived_kinds_compile(compiler));
    COMITY_TRY(counts_compile(compiler));
    if (compiler->diagnostics->error_count != 0 && compiler->draft_order == NULL) {
        return COMITY_OK;
    }
    COMITY_TRY(rules_compile(compiler));
    for (uint32_t law = 0; law < compiler->laws.count; law++) {
        COMITY_TRY(comity_compile_law(compiler, law));
    }
    COMITY_TRY(comity_compile_deadlines(compiler));
    COMITY_TRY(rules_link(compiler));
    COMITY_TRY(comity_compile_declarations(compiler));
    papers_mark(compiler);
    lifted_mark(compiler);
    COMITY_TRY(comity_compile_law_order(compiler));
    COMITY_TRY(agreements_compile(compiler));
    COMITY_TRY(coverage_compile(compiler));
    COMITY_TRY(comity_check_unused_defines(compiler));
    if (compiler->diagnostics->error_count != 0 || buffer == NULL) {
        return COMITY_OK;
    }
    return comity_compile_write(compiler, buffer);
}

comity_status comity_law_compile(comity_arena *arena, const comity_law_file *files, size_t file_count,
                                 comity_diagnostics *diagnostics, comity_buffer *buffer, comity_error *reterr)
{
    comity_compiler *compiler;
    void *memory;
    COMITY_TRY(comity_arena_take(arena, sizeof *compiler, &memory, reterr));
    compiler = memory;
    *compiler = (comity_compiler){.arena = arena, .diagnostics = diagnostics, .reterr = reterr, .files = files,
                                  .file_count = file_count};
    return compile(compiler, buffer);
}
