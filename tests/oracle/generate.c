/* Two steps. The words of the law are gathered, all together and for each rule by
 * itself; then an act takes most of its words from one rule and the rest from
 * all. Numbers and days lie on and beside those the law names. */
#include "generate.h"

#include "base/date.h"
#include "inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum bag_kind {
    BAG_ACT,
    BAG_FROM, /* places, sets of places, by where they are tested */
    BAG_TO,
    BAG_ORIGIN,
    BAG_LOCATION,
    BAG_SUBJECTS,
    BAG_TRANSIT,
    BAG_RECEIVED,
    BAG_SUBJECT_TO,
    BAG_OWNER,
    BAG_CATEGORY,
    BAG_KIND_FROM,
    BAG_KIND_TO,
    BAG_KIND_OWNER,
    BAG_CERTIFICATE,
    BAG_PURPOSE,
    BAG_DEAL,
    BAG_CIRCUMSTANCE,
    BAG_SAFEGUARD,
    BAG_PAPER,
    BAG_CHANNEL,
    BAG_BASIS,
    BAG_COUNT,
    BAG_LAW,
    BAG_AUTHORITY,
    BAG_RULE,
    BAG_RESULT,
    BAG_MODULE,
    BAG_LAST
} bag_kind;

typedef struct bag {
    const char **items;
    size_t count, room;
} bag;

typedef struct leaf_use {
    const comity_paper_leaf *leaf;
    const char *under; /* the law it is asked under */
    const char *rule;  /* the rule a determination is about, or NULL */
} leaf_use;

typedef struct words {
    bag bags[BAG_LAST];
    leaf_use *leaves;
    size_t leaf_count, leaf_room;
    uint64_t *numbers, *percents;
    size_t number_count, number_room, percent_count, percent_room;
    int32_t *days;
    size_t day_count, day_room;
} words;

struct generator {
    const oracle_world *oracle;
    comity_arena arena;
    words all;
    words *of_rules; /* beside oracle->rules */
    bag states;      /* every place that a party can be in */
    bag lawful;      /* those with a file, or in a union */
    bag unions;
};

/* ---- gathering ---- */

static void *grown(comity_arena *arena, void *items, size_t count, size_t *room, size_t size)
{
    if (count < *room) {
        return items;
    }
    *room = *room * 2 + 4;
    void *more = oracle_take(arena, *room, size);
    if (count != 0) {
        memcpy(more, items, count * size);
    }
    return more;
}

static void bag_add(comity_arena *arena, bag *to, const char *text)
{
    if (text != NULL) {
        to->items = grown(arena, to->items, to->count, &to->room, sizeof *to->items);
        to->items[to->count++] = text;
    }
}

static void bag_add_all(comity_arena *arena, bag *to, const comity_words *names)
{
    for (size_t i = 0; i < names->count; i++) {
        bag_add(arena, to, names->items[i].text);
    }
}

static void number_add(comity_arena *arena, words *to, uint64_t number)
{
    to->numbers = grown(arena, to->numbers, to->number_count, &to->number_room, sizeof *to->numbers);
    to->numbers[to->number_count++] = number;
}

static void day_add(comity_arena *arena, words *to, int32_t day)
{
    if (day != COMITY_NO_DATE) {
        to->days = grown(arena, to->days, to->day_count, &to->day_room, sizeof *to->days);
        to->days[to->day_count++] = day;
    }
}

static void days_add(comity_arena *arena, words *to, const comity_dates *dates)
{
    day_add(arena, to, dates->from);
    day_add(arena, to, dates->until);
}

/* Days on which the members of a set change. */
static void set_days_add(comity_arena *arena, words *to, const oracle_name *set)
{
    for (size_t i = 0; set->group != NULL && i < set->group->as.group.line_count; i++) {
        days_add(arena, to, &set->group->as.group.lines[i].dates);
    }
    for (size_t i = 0; set->law != NULL && i < set->law->file->declaration_count; i++) {
        const comity_declaration *declaration = &set->law->file->declarations[i];
        if (declaration->kind == COMITY_DECLARES_MEMBERS || declaration->kind == COMITY_DECLARES_REACHES ||
            declaration->kind == COMITY_DECLARES_PARTIES) {
            days_add(arena, to, &declaration->as.members.dates);
        }
    }
}

static void places_add(comity_arena *arena, words *to, bag_kind kind, const comity_places *places)
{
    for (size_t i = 0; i < places->count && places->items[i].kind != COMITY_PLACE_STATE_OF; i++) {
        bag_add(arena, &to->bags[kind], places->items[i].name.text);
        set_days_add(arena, to, oracle_named(places->items[i].name.text));
    }
    if (places->outside) {
        bag_add(arena, &to->bags[kind], ""); /* any */
        bag_add(arena, &to->bags[kind], "");
    }
}

static void leaf_add(comity_arena *arena, words *to, const comity_paper_leaf *leaf, const oracle_law *law,
                     const oracle_rule *rule)
{
    if (oracle_named(leaf->name.text)->safeguard != NULL) {
        bag_add(arena, &to->bags[BAG_SAFEGUARD], leaf->name.text);
        return;
    }
    to->leaves = grown(arena, to->leaves, to->leaf_count, &to->leaf_room, sizeof *to->leaves);
    to->leaves[to->leaf_count++] =
        (leaf_use){leaf, leaf->under_of.kind != COMITY_LAW_OF_NONE ? NULL
                         : leaf->under.text != NULL ? leaf->under.text : law == NULL ? NULL : law->code->text,
                   leaf->about.text != NULL ? leaf->about.text
                   : rule == NULL           ? NULL
                                            : rule->rule->name.text};
    bag_add(arena, &to->bags[BAG_RESULT], leaf->result.text);
    bag_add(arena, &to->bags[BAG_MODULE], leaf->module.text);
}

typedef struct gathering {
    const oracle_world *oracle;
    comity_arena *arena;
    words *to;
    const oracle_law *law;
    const oracle_rule *rule;
    bag_kind party_place, party_kind; /* what `party` stands for, in derive */
    unsigned depth;
} gathering;

static void expression_gather(const gathering *state, const comity_expression *expression)
{
    if (expression == NULL) {
        return;
    }
    if (expression->kind == COMITY_EXPRESSION_LEAF) {
        leaf_add(state->arena, state->to, &expression->leaf, state->law, state->rule);
    }
    for (size_t i = 0; i < expression->child_count; i++) {
        expression_gather(state, expression->children[i]);
        if (expression->kind == COMITY_EXPRESSION_ORDER && i != 0) {
            leaf_add(state->arena, state->to, &state->oracle->grounds[i - 1], state->law, state->rule);
        }
    }
}

static bag_kind place_bag(const gathering *state, const comity_party *party)
{
    return party->side == COMITY_SIDE_FIRST    ? BAG_FROM
           : party->side == COMITY_SIDE_SECOND ? BAG_TO
           : party->side == COMITY_SIDE_OWNER  ? BAG_OWNER
                                               : state->party_place;
}

static bag_kind kind_bag(const gathering *state, const comity_party *party)
{
    return party->side == COMITY_SIDE_FIRST    ? BAG_KIND_FROM
           : party->side == COMITY_SIDE_SECOND ? BAG_KIND_TO
           : party->side == COMITY_SIDE_OWNER  ? BAG_KIND_OWNER
                                               : state->party_kind;
}

static void condition_gather(const gathering *state, const comity_condition *condition);

static void kinds_gather(const gathering *state, const comity_condition *condition)
{
    gathering inner = *state;
    inner.party_place = place_bag(state, &condition->party);
    inner.party_kind = kind_bag(state, &condition->party);
    inner.rule = NULL;
    inner.depth++;
    bag_add_all(state->arena, &state->to->bags[inner.party_kind], &condition->names);
    for (size_t i = 0; i < condition->names.count; i++) {
        const oracle_name *kind = oracle_named(condition->names.items[i].text);
        if (kind->derive != NULL) {
            inner.law = kind->derive_law;
            condition_gather(&inner, kind->derive->as.define.when);
        }
    }
}

static void definition_gather(const gathering *state, const oracle_name *name)
{
    gathering inner = *state;
    inner.law = name->define_law;
    inner.rule = NULL;
    inner.depth++;
    condition_gather(&inner, name->define->as.define.when);
}

static void count_gather(const gathering *state, const comity_condition *condition)
{
    const oracle_name *name = oracle_named(condition->names.items[0].text);
    gathering inner = *state;
    inner.law = name->count_law;
    inner.rule = NULL;
    inner.depth++;
    bag_add(state->arena, &state->to->bags[BAG_COUNT], name->text);
    number_add(state->arena, state->to, condition->number);
    condition_gather(&inner, name->count->as.count.when);
}

static void orders_gather(const gathering *state, const comity_orders *orders)
{
    for (size_t i = 0; i < orders->line_count; i++) {
        days_add(state->arena, state->to, &orders->lines[i].dates);
    }
}

static void acts_gather(const gathering *state, const comity_condition *condition)
{
    static const char *const kinds[] = {"transfer", "store", "collect", "disclose", "operate", "offer"};
    for (unsigned i = 0; i < COMITY_ACT_COUNT; i++) {
        if (condition->acts >> i & 1) {
            bag_add(state->arena, &state->to->bags[BAG_ACT], kinds[i]);
        }
    }
    places_add(state->arena, state->to, condition->acts & COMITY_ACT_COLLECT ? BAG_FROM : BAG_TO,
               &condition->in_places);
    places_add(state->arena, state->to, BAG_FROM, &condition->from_places);
    places_add(state->arena, state->to, BAG_TO, &condition->to_places);
}

static void condition_gather(const gathering *state, const comity_condition *condition)
{
    static const bag_kind lists[] = {BAG_ORIGIN, BAG_LOCATION, BAG_SUBJECTS, BAG_TRANSIT};
    comity_arena *arena = state->arena;
    words *to = state->to;
    if (condition == NULL || state->depth > 4) {
        return;
    }
    switch (condition->kind) {
    case COMITY_CONDITION_ACT:
        acts_gather(state, condition);
        break;
    case COMITY_CONDITION_PARTY_IN:
        places_add(arena, to, place_bag(state, &condition->party), &condition->places);
        break;
    case COMITY_CONDITION_SUBJECT_TO:
        places_add(arena, to, BAG_SUBJECT_TO, &condition->places);
        break;
    case COMITY_CONDITION_IS:
    case COMITY_CONDITION_SAID:
        kinds_gather(state, condition);
        break;
    case COMITY_CONDITION_CERTIFIED:
        bag_add_all(arena, &to->bags[BAG_CERTIFICATE], &condition->names);
        break;
    case COMITY_CONDITION_OWNED:
        to->percents = grown(arena, to->percents, to->percent_count, &to->percent_room, sizeof *to->percents);
        to->percents[to->percent_count++] = condition->number;
        break;
    case COMITY_CONDITION_DATA:
        bag_add_all(arena, &to->bags[BAG_CATEGORY], &condition->names);
        break;
    case COMITY_CONDITION_PURPOSES:
        bag_add_all(arena, &to->bags[BAG_PURPOSE], &condition->names);
        for (const oracle_aside *aside = state->oracle->asides; aside != NULL; aside = aside->next) {
            bag_add(arena, &to->bags[BAG_PURPOSE], aside->purpose->text);
            bag_add(arena, &to->bags[BAG_CIRCUMSTANCE], aside->circumstance);
        }
        break;
    case COMITY_CONDITION_PLACES:
        places_add(arena, to, lists[condition->list], &condition->places);
        break;
    case COMITY_CONDITION_RECEIVED:
        places_add(arena, to, BAG_RECEIVED, &condition->places);
        bag_add_all(arena, &to->bags[BAG_PAPER], &condition->names);
        break;
    case COMITY_CONDITION_DEAL:
        bag_add_all(arena, &to->bags[BAG_DEAL], &condition->names);
        break;
    case COMITY_CONDITION_CIRCUMSTANCE:
        bag_add_all(arena, &to->bags[BAG_CIRCUMSTANCE], &condition->names);
        break;
    case COMITY_CONDITION_PROTECTED:
        bag_add_all(arena, &to->bags[BAG_SAFEGUARD], &condition->names);
        break;
    case COMITY_CONDITION_HELD:
        leaf_add(arena, to, &condition->paper, state->law, state->rule);
        break;
    case COMITY_CONDITION_PEOPLE:
        number_add(arena, to, condition->number);
        break;
    case COMITY_CONDITION_COUNT:
        count_gather(state, condition);
        break;
    case COMITY_CONDITION_THROUGH:
        bag_add_all(arena, &to->bags[BAG_CHANNEL], &condition->names);
        break;
    case COMITY_CONDITION_UNDER:
        bag_add_all(arena, &to->bags[BAG_BASIS], &condition->names);
        break;
    case COMITY_CONDITION_ORDER:
        orders_gather(state, &oracle_named(condition->names.items[0].text)->orders->as.orders);
        break;
    case COMITY_CONDITION_DEFINED:
        definition_gather(state, oracle_named(condition->names.items[0].text));
        break;
    case COMITY_CONDITION_AGREEMENT:
    case COMITY_CONDITION_ACROSS:
    case COMITY_CONDITION_BINDING:
    default:
        break;
    }
    for (size_t i = 0; i < condition->child_count; i++) {
        condition_gather(state, condition->children[i]);
    }
}

static void rule_gather(const oracle_world *oracle, comity_arena *arena, words *to, const oracle_rule *rule)
{
    gathering state = {oracle, arena, to, rule->law, rule, BAG_FROM, BAG_KIND_FROM, 0};
    day_add(arena, to, rule->from);
    day_add(arena, to, rule->until);
    condition_gather(&state, rule->rule->when);
    for (size_t i = 0; i < rule->rule->unless_count; i++) {
        condition_gather(&state, rule->rule->unless[i]);
    }
    expression_gather(&state, rule->rule->expression);
    for (size_t i = 0; i < rule->rule->period_count; i++) {
        if (rule->rule->periods[i].of_paper) {
            leaf_add(arena, to, &rule->rule->periods[i].paper, rule->law, rule);
        }
    }
    bag_add(arena, &to->bags[BAG_LAW], rule->law->code->text);
    bag_add(arena, &to->bags[BAG_RULE], rule->rule->name.text);
}

/* A place of the law itself: somebody must touch it for the rule to be considered. */
static void own_place_gather(comity_arena *arena, words *to, const oracle_law *law)
{
    if (law->file->kind == COMITY_FILE_POLICY) {
        return;
    }
    for (bag_kind kind = BAG_FROM; kind <= BAG_LOCATION; kind++) {
        bag_add(arena, &to->bags[kind], law->code->text);
    }
}

static void rules_gather(generator *made)
{
    const oracle_world *oracle = made->oracle;
    made->of_rules = oracle_take(&made->arena, oracle->rule_count, sizeof *made->of_rules);
    for (size_t i = 0; i < oracle->rule_count; i++) {
        const oracle_rule *rule = &oracle->rules[i];
        words *to = &made->of_rules[i];
        rule_gather(made->oracle, &made->arena, to, rule);
        rule_gather(made->oracle, &made->arena, &made->all, rule);
        for (size_t j = 0; j < rule->way_count; j++) {
            rule_gather(made->oracle, &made->arena, to, rule->ways[j]);
        }
        for (size_t j = 0; j < rule->lifter_count; j++) {
            rule_gather(made->oracle, &made->arena, to, rule->lifters[j]);
        }
        for (size_t j = 0; j < rule->rule->rules.count; j++) {
            rule_gather(made->oracle, &made->arena, to, oracle_named(rule->rule->rules.items[j].text)->rule);
        }
        own_place_gather(&made->arena, to, rule->law);
    }
}

static void name_gather(generator *made, comity_declaration_kind kind, const char *name)
{
    static const struct {
        comity_declaration_kind kind;
        bag_kind bag;
    } bags[] = {
        {COMITY_DECLARES_CATEGORY, BAG_CATEGORY}, {COMITY_DECLARES_KIND, BAG_KIND_FROM},
        {COMITY_DECLARES_KIND, BAG_KIND_TO},      {COMITY_DECLARES_KIND, BAG_KIND_OWNER},
        {COMITY_DECLARES_PURPOSE, BAG_PURPOSE},   {COMITY_DECLARES_CERTIFICATE, BAG_CERTIFICATE},
        {COMITY_DECLARES_DEAL, BAG_DEAL},         {COMITY_DECLARES_CIRCUMSTANCE, BAG_CIRCUMSTANCE},
        {COMITY_DECLARES_PAPER, BAG_PAPER},       {COMITY_DECLARES_SAFEGUARD, BAG_SAFEGUARD},
    };
    for (size_t i = 0; i < sizeof bags / sizeof bags[0]; i++) {
        if (bags[i].kind == kind) {
            bag_add(&made->arena, &made->all.bags[bags[i].bag], name);
        }
    }
    if (kind == COMITY_DECLARES_PLACE) {
        bag_add(&made->arena, &made->states, name);
    }
}

static void declaration_gather(generator *made, const oracle_law *law, const comity_declaration *declaration)
{
    char full[512];
    comity_arena *arena = &made->arena;
    words *all = &made->all;
    switch (declaration->kind) {
    case COMITY_DECLARES_INSTRUMENT:
        (void)snprintf(full, sizeof full, "%s.%s", law->code->text, declaration->as.instrument.name.text);
        bag_add(arena, &all->bags[BAG_BASIS], oracle_find(made->oracle, full)->text);
        break;
    case COMITY_DECLARES_AUTHORITY:
        bag_add(arena, &all->bags[BAG_AUTHORITY], declaration->as.authority.name.text);
        break;
    case COMITY_DECLARES_COUNT:
        bag_add(arena, &all->bags[BAG_COUNT], declaration->as.count.name.text);
        break;
    case COMITY_DECLARES_COVERS:
        days_add(arena, all, &declaration->as.covers.dates);
        break;
    case COMITY_DECLARES_MEMBERS:
    case COMITY_DECLARES_REACHES:
    case COMITY_DECLARES_PARTIES:
        days_add(arena, all, &declaration->as.members.dates);
        break;
    default:
        if (declaration->kind <= COMITY_DECLARES_PAPER) {
            name_gather(made, declaration->kind, declaration->as.name.name.text);
        }
        break;
    }
}

static void members_gather(generator *made, const comity_law_file *file)
{
    for (size_t i = 0; i < file->declaration_count; i++) {
        const comity_declaration *declaration = &file->declarations[i];
        if (declaration->kind == COMITY_DECLARES_MEMBERS || declaration->kind == COMITY_DECLARES_REACHES) {
            bag_add_all(&made->arena, &made->lawful, &declaration->as.members.codes);
        }
    }
}

/* Places with law stand four times among all places. */
static void file_gather(generator *made, const comity_law_file *file)
{
    const oracle_law *law = file->code.text == NULL ? NULL : oracle_named(file->code.text)->law;
    for (size_t i = 0; i < file->declaration_count; i++) {
        declaration_gather(made, law, &file->declarations[i]);
    }
    if (law == NULL) {
        return;
    }
    bag_add(&made->arena, &made->all.bags[BAG_LAW], file->code.text);
    bool has_place = file->kind == COMITY_FILE_STATE || file->kind == COMITY_FILE_PART;
    for (int i = 0; has_place && i < 4; i++) {
        bag_add(&made->arena, &made->states, file->code.text);
        bag_add(&made->arena, &made->lawful, file->code.text);
    }
    if (file->kind == COMITY_FILE_UNION) {
        members_gather(made, file);
        bag_add(&made->arena, &made->unions, file->code.text);
    }
}

generator *generator_new(const oracle_world *oracle)
{
    static const char *const kinds[] = {"transfer", "transfer", "store", "collect", "disclose", "operate", "offer"};
    static const char *const channels[] = {"direct", "judicial-assistance", "treaty", "voluntary"};
    generator *made = calloc(1, sizeof *made);
    if (made == NULL) {
        abort();
    }
    made->oracle = oracle;
    comity_arena_init(&made->arena, (size_t)1 << 30);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        bag_add(&made->arena, &made->all.bags[BAG_ACT], kinds[i]);
    }
    for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++) {
        bag_add(&made->arena, &made->all.bags[BAG_CHANNEL], channels[i]);
    }
    for (size_t i = 0; i < oracle->file_count; i++) {
        file_gather(made, &oracle->files[i]);
    }
    rules_gather(made);
    return made;
}

void generator_free(generator *from)
{
    if (from != NULL) {
        comity_arena_free(&from->arena);
        free(from);
    }
}

/* ---- making ---- */

typedef struct making {
    const generator *from;
    chance *luck;
    comity_arena *arena;
    const words *hints;
    unsigned absent; /* fields of a hundred that are left out */
    unsigned open;   /* lists of a hundred that end in "..." */
    bool lawful;     /* only places that have law on file */
} making;

static bool luck(const making *state, unsigned percent)
{
    return chance_in_100(state->luck, percent);
}

static bool is_absent(const making *state)
{
    return luck(state, state->absent);
}

static const char *pick(const making *state, bag_kind kind)
{
    const bag *hints = &state->hints->bags[kind];
    const bag *all = &state->from->all.bags[kind];
    const bag *one = hints->count != 0 && (all->count == 0 || luck(state, 75)) ? hints : all;
    return one->count == 0 ? NULL : one->items[chance_below(state->luck, one->count)];
}

static const comity_words *random_line(const making *state, const oracle_name *set)
{
    if (set->group != NULL) {
        const comity_group *group = &set->group->as.group;
        return group->line_count == 0 ? NULL : &group->lines[chance_below(state->luck, group->line_count)].codes;
    }
    const comity_words *lines[256];
    size_t count = 0;
    for (size_t i = 0; set->law != NULL && i < set->law->file->declaration_count && count < 256; i++) {
        const comity_declaration *declaration = &set->law->file->declarations[i];
        if (declaration->kind == COMITY_DECLARES_MEMBERS || declaration->kind == COMITY_DECLARES_REACHES ||
            declaration->kind == COMITY_DECLARES_PARTIES) {
            lines[count++] = &declaration->as.members.codes;
        }
    }
    return count == 0 ? NULL : lines[chance_below(state->luck, count)];
}

static bool is_plain_place(const oracle_name *name)
{
    return name->place != NULL ||
           (name->law != NULL && (name->law->file->kind == COMITY_FILE_STATE || name->law->file->kind == COMITY_FILE_PART));
}

static const char *any_state(const making *state)
{
    if (state->lawful && state->from->lawful.count != 0) {
        const char *code = state->from->lawful.items[chance_below(state->luck, state->from->lawful.count)];
        if (is_plain_place(oracle_named(code))) {
            return code;
        }
    }
    return state->from->states.items[chance_below(state->luck, state->from->states.count)];
}

/* A state or part in a set; of no set in particular where the text is empty. */
static const char *place_in(const making *state, const char *set)
{
    for (int depth = 0; depth < 8 && set != NULL && set[0] != '\0'; depth++) {
        const oracle_name *name = oracle_named(set);
        if (is_plain_place(name)) {
            return set;
        }
        const comity_words *line = random_line(state, name);
        set = line == NULL || line->count == 0 ? NULL : line->items[chance_below(state->luck, line->count)].text;
    }
    return any_state(state);
}

static bool bag_holds(const bag *in, const char *text)
{
    for (size_t i = 0; i < in->count; i++) {
        if (in->items[i] == text) {
            return true;
        }
    }
    return false;
}

/* Now and then a part of it, or a part that is not known. */
static const char *spot(const making *state, const char *set)
{
    const char *code = place_in(state, set);
    if (state->lawful && !bag_holds(&state->from->lawful, code)) {
        code = any_state(state);
    }
    const oracle_name *name = oracle_named(code);
    if (name->part_count != 0 && luck(state, 12)) {
        return name->parts[chance_below(state->luck, name->part_count)]->text;
    }
    if (name->part_of == NULL && luck(state, name->part_count != 0 ? 10 : 1)) {
        char *text = oracle_take(state->arena, 1, 64);
        (void)snprintf(text, 64, "%s-?", code);
        return text;
    }
    return code;
}

static const char *spot_of(const making *state, bag_kind kind)
{
    const bag *hints = &state->hints->bags[kind];
    return spot(state, hints->count != 0 && luck(state, 75) ? hints->items[chance_below(state->luck, hints->count)] : NULL);
}

/* A list, or a single value instead; perhaps open. */
static value *list_end(const making *state, value *list)
{
    if (luck(state, state->open)) {
        value_add(state->arena, list, value_string(state->arena, "..."));
    } else if (list->count == 1 && luck(state, 15)) {
        return list->items[0];
    }
    return list;
}

static size_t list_size(const making *state)
{
    static const size_t sizes[] = {0, 0, 1, 1, 1, 1, 1, 2, 2, 3, 5};
    return sizes[chance_below(state->luck, sizeof sizes / sizeof sizes[0])];
}

static value *names(const making *state, bag_kind kind)
{
    value *list = value_new(state->arena, VALUE_ARRAY);
    for (size_t n = list_size(state); n > 0; n--) {
        const char *name = pick(state, kind);
        if (name != NULL) {
            value_add(state->arena, list, value_string(state->arena, name));
        }
    }
    return list_end(state, list);
}

static value *spots(const making *state, bag_kind kind)
{
    value *list = value_new(state->arena, VALUE_ARRAY);
    for (size_t n = list_size(state); n > 0; n--) {
        value_add(state->arena, list, value_string(state->arena, spot_of(state, kind)));
    }
    return list_end(state, list);
}

static value *bound_states(const making *state)
{
    value *list = spots(state, BAG_SUBJECT_TO);
    const bag *unions = &state->from->unions;
    if (list->kind == VALUE_ARRAY && unions->count != 0 && luck(state, 25)) {
        const char *code = unions->items[chance_below(state->luck, unions->count)];
        value *with = value_new(state->arena, VALUE_ARRAY);
        value_add(state->arena, with, value_string(state->arena, code));
        for (size_t i = 0; i < list->count; i++) {
            value_add(state->arena, with, list->items[i]);
        }
        return with;
    }
    return list;
}

static void set_unless_absent(const making *state, value *object, const char *key, value *item)
{
    if (!is_absent(state)) {
        value_set(state->arena, object, key, item);
    }
}

/* ---- numbers and days ---- */

static uint64_t near_number(const making *state)
{
    const words *hints = state->hints->number_count != 0 && luck(state, 80) ? state->hints : &state->from->all;
    uint64_t number = hints->number_count == 0 ? 1000 : hints->numbers[chance_below(state->luck, hints->number_count)];
    switch (chance_below(state->luck, 7)) {
    case 0:
        return number == 0 ? 0 : number - 1;
    case 1:
        return number + 1;
    case 2:
        return chance_below(state->luck, number * 2 + 2);
    case 3:
        return 0;
    default:
        return number;
    }
}

static value *range(const making *state)
{
    uint64_t a = near_number(state);
    uint64_t b = near_number(state);
    if (luck(state, 65)) {
        return value_number(state->arena, a);
    }
    value *bounds = value_new(state->arena, VALUE_OBJECT);
    size_t shape = chance_below(state->luck, 3);
    if (shape != 0) {
        value_set(state->arena, bounds, "min", value_number(state->arena, shape == 1 || a < b ? a : b));
    }
    if (shape != 1) {
        value_set(state->arena, bounds, "max", value_number(state->arena, shape == 0 || a > b ? a : b));
    }
    return bounds;
}

static int32_t clamp_day(int64_t day)
{
    return day < COMITY_DATE_MIN ? COMITY_DATE_MIN : day > COMITY_DATE_MAX ? COMITY_DATE_MAX : (int32_t)day;
}

static int32_t near_day(const making *state)
{
    size_t shape = chance_below(state->luck, 100);
    const words *source = shape < 35 ? state->hints : &state->from->all;
    if (shape >= 55 || source->day_count == 0) {
        return 18262 + (int32_t)chance_below(state->luck, 2800); /* 2020 to 2027 */
    }
    return clamp_day((int64_t)source->days[chance_below(state->luck, source->day_count)] +
                     (int64_t)chance_below(state->luck, 3) - 1);
}

static value *day_value(const making *state, int32_t day)
{
    char text[COMITY_DATE_TEXT_SIZE];
    comity_date_print(day, text);
    return value_string(state->arena, text);
}

/* ---- parties ---- */

static const char *const party_names[] = {"Acme", "Bolt", "Caf\xc3\xa9 \"Z\"", ""};

static value *percent(const making *state, uint64_t *left)
{
    static const uint64_t shares[] = {0, 1, 1000, 2499, 2500, 2501, 3333, 4999, 5000, 5001, 6000, 7500, 9999, 10000};
    char text[32];
    uint64_t share = shares[chance_below(state->luck, sizeof shares / sizeof shares[0])];
    const words *hints = state->hints->percent_count != 0 ? state->hints : &state->from->all;
    if (hints->percent_count != 0 && luck(state, 50)) {
        share = hints->percents[chance_below(state->luck, hints->percent_count)];
        share = luck(state, 30) && share < 10000 ? share + 1 : luck(state, 30) && share > 0 ? share - 1 : share;
    }
    share = share > *left ? *left : share;
    *left -= share;
    (void)snprintf(text, sizeof text, share % 100 == 0 ? "%llu" : "%llu.%02llu", (unsigned long long)(share / 100),
                   (unsigned long long)(share % 100));
    value *made = value_string(state->arena, text);
    made->kind = VALUE_NUMBER;
    return made;
}

static value *party(const making *state, bag_kind place, bag_kind kind, unsigned depth);

static value *owners(const making *state, unsigned depth)
{
    value *list = value_new(state->arena, VALUE_ARRAY);
    uint64_t left = 10000;
    for (size_t n = chance_below(state->luck, 4); n > 0; n--) {
        value *owner = party(state, BAG_OWNER, BAG_KIND_OWNER, depth + 1);
        if (owner->kind == VALUE_OBJECT && luck(state, 80)) {
            value_set(state->arena, owner, "percent", percent(state, &left));
        }
        value_add(state->arena, list, owner);
    }
    return list_end(state, list);
}

static value *party(const making *state, bag_kind place, bag_kind kind, unsigned depth)
{
    value *made = value_new(state->arena, VALUE_OBJECT);
    unsigned owned = depth == 0 ? 60 : depth == 1 ? 40 : 30;
    bool has_state = luck(state, depth == 0 ? 96 : 85);
    const char *code = spot_of(state, place);
    if (has_state && luck(state, depth == 0 ? 6 : 15)) {
        return value_string(state->arena, code);
    }
    if (has_state) {
        value_set(state->arena, made, "state", value_string(state->arena, code));
    }
    if (luck(state, 40)) {
        value_set(state->arena, made, "name", value_string(state->arena, party_names[chance_below(state->luck, 4)]));
    }
    set_unless_absent(state, made, "kinds", names(state, kind));
    set_unless_absent(state, made, "certified", names(state, BAG_CERTIFICATE));
    if (depth < 8 && luck(state, owned)) {
        set_unless_absent(state, made, "owners", owners(state, depth));
    }
    if (luck(state, depth == 0 ? 70 : 10)) {
        set_unless_absent(state, made, "subject_to", bound_states(state));
    }
    return made;
}

/* ---- papers ---- */

/* What the leaf asks for; or something else, or nothing. */
static void set_asked(const making *state, value *object, const char *key, const char *asked, bag_kind kind)
{
    static const char *const others[] = {"somebody else", "passed", "failed"};
    const char *text = asked;
    if (luck(state, 15)) {
        text = pick(state, kind);
        text = text == NULL ? others[chance_below(state->luck, 3)] : text;
    } else if (text == NULL && luck(state, 10)) {
        text = others[chance_below(state->luck, 3)];
    }
    if (text != NULL && !luck(state, 12)) {
        value_set(state->arena, object, key, value_string(state->arena, text));
    }
}

/* A place of the act, where papers are asked for under the law of places. */
static const char *place_asked(const making *state, const comity_law_of *of, const value *act)
{
    static const char *const lists[] = {"origin", "location", "subjects"};
    const value *from = NULL;
    if (of->kind == COMITY_LAW_OF_PARTY) {
        from = value_get(act, of->party.side == COMITY_SIDE_FIRST ? "from" : "to");
        from = from != NULL && from->kind == VALUE_OBJECT ? value_get(from, "state") : from;
    } else {
        from = of->list == COMITY_LIST_TRANSIT ? value_get(act, "via") : value_get(value_get(act, "data"), lists[of->list]);
    }
    if (from != NULL && from->kind == VALUE_ARRAY) {
        from = from->count == 0 ? NULL : from->items[chance_below(state->luck, from->count)];
    }
    const oracle_name *name = from == NULL || from->kind != VALUE_STRING ? NULL : oracle_find(state->from->oracle, from->text);
    if (name == NULL || (name->law == NULL && name->place == NULL)) {
        return NULL;
    }
    return name->part_of != NULL && luck(state, 30) ? name->part_of->text : name->text;
}

static value *under(const making *state, const char *asked)
{
    value *list = value_new(state->arena, VALUE_ARRAY);
    if (luck(state, 8)) {
        value_add(state->arena, list, value_string(state->arena, place_in(state, NULL)));
    }
    if (luck(state, 15)) {
        value_add(state->arena, list, value_string(state->arena, pick(state, BAG_LAW)));
    }
    if (asked != NULL && luck(state, 88)) {
        value_add(state->arena, list, value_string(state->arena, asked));
    }
    return list->count == 1 && luck(state, 50) ? list->items[0] : list;
}

/* Days on which validity ends and those beside them. */
static void paper_days(const making *state, value *paper, int32_t on)
{
    static const int32_t ages[] = {0, 1, 30, 89, 90, 91, 180, 364, 365, 366, 729, 730, 731, 1094, 1095, 1096, 1826, 5000};
    int32_t from = COMITY_DATE_MAX;
    if (luck(state, 65)) {
        int32_t age = ages[chance_below(state->luck, sizeof ages / sizeof ages[0])];
        from = clamp_day((int64_t)on - (luck(state, 50) ? age : (int32_t)chance_below(state->luck, 1500)) +
                         (luck(state, 5) ? 40 : 0));
        value_set(state->arena, paper, "from", day_value(state, from));
    }
    if (luck(state, 30)) {
        int32_t until = clamp_day((int64_t)on + (int64_t)chance_below(state->luck, 4) * 100 - 1 +
                                  (int64_t)chance_below(state->luck, 2));
        if (from == COMITY_DATE_MAX || from <= until) {
            value_set(state->arena, paper, "until", day_value(state, until));
        }
    }
}

static value *plain_list(const making *state, const value *list)
{
    value *made = value_new(state->arena, VALUE_ARRAY);
    if (list == NULL) {
        return made;
    }
    if (list->kind != VALUE_ARRAY) {
        value_add(state->arena, made, value_copy(state->arena, list));
        return made;
    }
    for (size_t i = 0; i < list->count; i++) {
        const value *item = list->items[i];
        if (item->kind != VALUE_STRING || strcmp(item->text, "...") != 0) {
            value_add(state->arena, made, value_copy(state->arena, item));
        }
    }
    return made;
}

/* A scope that holds the act's own list, or more, or less. */
static value *scope_list(const making *state, const value *act_list, bag_kind more)
{
    value *made = plain_list(state, act_list);
    if (made->count != 0 && luck(state, 15)) {
        value_remove(made, chance_below(state->luck, made->count));
    }
    const char *name = pick(state, more);
    if (name != NULL && luck(state, 30)) {
        value_add(state->arena, made, value_string(state->arena, name));
    }
    if (more == BAG_CATEGORY && made->count != 0 && luck(state, 30)) { /* a parent instead */
        const oracle_name *category = oracle_find(state->from->oracle, made->items[0]->text);
        if (category->category != NULL && category->category->as.name.parents.count != 0) {
            made->items[0] = value_string(state->arena, category->category->as.name.parents.items[0].text);
        }
    }
    return made;
}

static value *scope_states(const making *state, const value *to)
{
    char code[64];
    value *made = value_new(state->arena, VALUE_ARRAY);
    const char *said = to == NULL ? "" : to->kind == VALUE_STRING ? to->text : value_text(to, "state");
    const char *query = strstr(said, "-?");
    (void)snprintf(code, sizeof code, "%.*s", query == NULL ? (int)strlen(said) : (int)(query - said), said);
    const oracle_name *name = oracle_find(state->from->oracle, code);
    if (name != NULL && luck(state, 85)) {
        bool upwards = name->part_of != NULL && luck(state, 40);
        bool downwards = name->part_count != 0 && luck(state, 20);
        value_add(state->arena, made,
                  value_string(state->arena, upwards     ? name->part_of->text
                                             : downwards ? name->parts[0]->text
                                                         : name->text));
    }
    if (made->count == 0 || luck(state, 25)) {
        value_add(state->arena, made, value_string(state->arena, place_in(state, NULL)));
    }
    return made;
}

static value *scope(const making *state, const leaf_use *use, const value *act)
{
    value *made = value_new(state->arena, VALUE_OBJECT);
    const value *to = value_get(act, "to");
    bool asks = use != NULL && use->leaf->naming.count != 0;
    unsigned given = asks ? 75 : 15;
    if (luck(state, given)) {
        value_set(state->arena, made, "states", scope_states(state, to));
    }
    if (luck(state, given)) {
        value *list = value_new(state->arena, VALUE_ARRAY);
        value_add(state->arena, list,
                  value_string(state->arena, luck(state, 80) ? value_text(to, "name") : party_names[0]));
        value_set(state->arena, made, "parties", list);
    }
    if (luck(state, given)) {
        value_set(state->arena, made, "categories",
                  scope_list(state, value_get(value_get(act, "data"), "categories"), BAG_CATEGORY));
    }
    if (luck(state, given)) {
        value_set(state->arena, made, "purposes", scope_list(state, value_get(act, "purposes"), BAG_PURPOSE));
    }
    set_asked(state, made, "module", use == NULL ? NULL : use->leaf->module.text, BAG_MODULE);
    return made;
}

static value *paper(const making *state, const value *act)
{
    value *made = value_new(state->arena, VALUE_OBJECT);
    int32_t on = 0;
    const words *source = state->hints->leaf_count != 0 && luck(state, 85) ? state->hints : &state->from->all;
    const leaf_use *use =
        source->leaf_count == 0 ? NULL : &source->leaves[chance_below(state->luck, source->leaf_count)];
    const char *kind = use == NULL || luck(state, 4) ? pick(state, BAG_PAPER) : use->leaf->name.text;
    const char *about = use == NULL ? NULL : use->rule;
    if (about != NULL && strcmp(use->leaf->name.text, "determination") != 0 && use->leaf->about.text == NULL) {
        about = luck(state, 20) ? about : NULL;
    }
    value_set(state->arena, made, "kind", value_string(state->arena, kind));
    if (luck(state, 88)) {
        const comity_law_of *of = use == NULL || use->leaf->under_of.kind == COMITY_LAW_OF_NONE ? NULL : &use->leaf->under_of;
        value *laws = under(state, use == NULL ? NULL : of == NULL ? use->under : place_asked(state, of, act));
        if (of != NULL && laws->kind == VALUE_ARRAY && luck(state, 60)) {
            const char *another = place_asked(state, of, act);
            value_add(state->arena, laws, value_string(state->arena, another == NULL ? pick(state, BAG_LAW) : another));
        }
        value_set(state->arena, made, "under", laws);
    }
    set_asked(state, made, "by", use == NULL ? NULL : use->leaf->by.text, BAG_AUTHORITY);
    set_asked(state, made, "ref", about, BAG_RULE);
    set_asked(state, made, "result", use == NULL ? NULL : use->leaf->result.text, BAG_RESULT);
    if (comity_date_parse(value_text(act, "on"), 10, &on, NULL) == COMITY_OK) {
        paper_days(state, made, on);
    }
    bool asks = use != NULL && (use->leaf->naming.count != 0 || use->leaf->module.text != NULL);
    if (luck(state, asks ? 90 : 35)) {
        value_set(state->arena, made, "scope", scope(state, use, act));
    }
    return made;
}

static value *papers(const making *state, const value *act)
{
    value *list = value_new(state->arena, VALUE_ARRAY);
    for (size_t n = chance_below(state->luck, 5); n > 0; n--) {
        value_add(state->arena, list, paper(state, act));
    }
    return list;
}

/* ---- all together ---- */

static value *received(const making *state)
{
    value *list = value_new(state->arena, VALUE_ARRAY);
    for (size_t n = chance_below(state->luck, 3); n > 0; n--) {
        value *item = value_new(state->arena, VALUE_OBJECT);
        const char *kind = pick(state, BAG_PAPER);
        if (luck(state, 90)) {
            value_set(state->arena, item, "from", value_string(state->arena, spot_of(state, BAG_RECEIVED)));
        }
        if (kind != NULL && luck(state, 75)) {
            value_set(state->arena, item, "paper", value_string(state->arena, kind));
        }
        if (luck(state, 20)) {
            value_set(state->arena, item, "on", day_value(state, near_day(state)));
        }
        value_add(state->arena, list, item);
    }
    return list_end(state, list);
}

static value *data(const making *state)
{
    value *made = value_new(state->arena, VALUE_OBJECT);
    set_unless_absent(state, made, "categories", names(state, BAG_CATEGORY));
    set_unless_absent(state, made, "origin", spots(state, BAG_ORIGIN));
    set_unless_absent(state, made, "location", spots(state, BAG_LOCATION));
    set_unless_absent(state, made, "subjects", spots(state, BAG_SUBJECTS));
    set_unless_absent(state, made, "people", range(state));
    set_unless_absent(state, made, "received", received(state));
    return made;
}

static value *demand(const making *state)
{
    value *made = value_new(state->arena, VALUE_OBJECT);
    set_unless_absent(state, made, "channel", value_string(state->arena, pick(state, BAG_CHANNEL)));
    const char *basis = luck(state, 85) ? pick(state, BAG_BASIS) : "a basis of their own";
    if (basis != NULL) {
        set_unless_absent(state, made, "basis", value_string(state->arena, basis));
    }
    set_unless_absent(state, made, "binding", value_bool(state->arena, luck(state, 50)));
    return made;
}

static value *counts(const making *state)
{
    value *made = value_new(state->arena, VALUE_OBJECT);
    for (size_t n = chance_below(state->luck, 4); n > 0; n--) {
        const char *name = pick(state, BAG_COUNT);
        if (name != NULL) {
            value_set(state->arena, made, name, range(state));
        }
    }
    return made;
}

static making begin(const generator *from, chance *luck_of, comity_arena *arena)
{
    static const unsigned absents[] = {0, 0, 1, 2, 8, 40};
    static const unsigned opens[] = {0, 0, 3, 20};
    static const words nothing;
    making state = {from, luck_of, arena, &nothing, 0, 0, chance_in_100(luck_of, 80)};
    if (from->oracle->rule_count != 0) {
        state.hints = &from->of_rules[chance_below(luck_of, from->oracle->rule_count)];
    }
    state.absent = absents[chance_below(luck_of, 6)];
    state.open = opens[chance_below(luck_of, 4)];
    return state;
}

value *generate_act(const generator *from, chance *luck_of, comity_arena *arena)
{
    making whole = begin(from, luck_of, arena);
    const making *state = &whole;
    value *made = value_new(arena, VALUE_OBJECT);
    const char *kind = pick(state, BAG_ACT);
    if (luck(state, 30)) {
        value_set(arena, made, "id", value_number(arena, chance_below(luck_of, 1000)));
    }
    value_set(arena, made, "act", value_string(arena, kind));
    value_set(arena, made, "on", day_value(state, near_day(state)));
    if (luck(state, 98)) {
        value_set(arena, made, "from", party(state, BAG_FROM, BAG_KIND_FROM, 0));
    }
    if (luck(state, 98)) {
        value_set(arena, made, "to", party(state, BAG_TO, BAG_KIND_TO, 0));
    }
    set_unless_absent(state, made, "via", spots(state, BAG_TRANSIT));
    if (luck(state, 97)) {
        value_set(arena, made, "data", data(state));
    }
    set_unless_absent(state, made, "purposes", names(state, BAG_PURPOSE));
    const char *deal = pick(state, BAG_DEAL);
    if (deal != NULL) {
        set_unless_absent(state, made, "deal", value_string(arena, deal));
    }
    set_unless_absent(state, made, "circumstances", names(state, BAG_CIRCUMSTANCE));
    if (luck(state, 60)) {
        value_set(arena, made, "safeguards", names(state, BAG_SAFEGUARD));
    }
    if (luck(state, 75)) {
        value_set(arena, made, "papers", papers(state, made));
    }
    if (strcmp(kind, "disclose") == 0) {
        set_unless_absent(state, made, "demand", demand(state));
    }
    if (luck(state, 70)) {
        value_set(arena, made, "counts", counts(state));
    }
    return made;
}

/* ---- single values ---- */

const char *generate_state(const generator *from, chance *luck_of, comity_arena *arena)
{
    making state = begin(from, luck_of, arena);
    return any_state(&state);
}

value *generate_paper(const generator *from, chance *luck_of, comity_arena *arena, const value *act)
{
    making state = begin(from, luck_of, arena);
    return paper(&state, act);
}

value *generate_party(const generator *from, chance *luck_of, comity_arena *arena, bool is_second)
{
    making state = begin(from, luck_of, arena);
    return party(&state, is_second ? BAG_TO : BAG_FROM, is_second ? BAG_KIND_TO : BAG_KIND_FROM, 0);
}

value *generate_names(const generator *from, chance *luck_of, comity_arena *arena, const char *field)
{
    static const struct {
        const char *field;
        bag_kind bag;
    } fields[] = {
        {"kinds", BAG_KIND_FROM},       {"certified", BAG_CERTIFICATE},         {"categories", BAG_CATEGORY},
        {"purposes", BAG_PURPOSE},      {"circumstances", BAG_CIRCUMSTANCE},    {"safeguards", BAG_SAFEGUARD},
        {"deal", BAG_DEAL},             {"channel", BAG_CHANNEL},               {"basis", BAG_BASIS},
    };
    making state = begin(from, luck_of, arena);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strcmp(fields[i].field, field) == 0) {
            return names(&state, fields[i].bag);
        }
    }
    abort();
}

value *generate_number(const generator *from, chance *luck_of, comity_arena *arena)
{
    making state = begin(from, luck_of, arena);
    return range(&state);
}

const char *generate_safeguard(const generator *from, chance *luck_of)
{
    const bag *all = &from->all.bags[BAG_SAFEGUARD];
    return all->count == 0 ? NULL : all->items[chance_below(luck_of, all->count)];
}

static value *best_paper(const making *state, const leaf_use *use, const value *act)
{
    static const char *const parts[] = {"parties", "states", "categories", "purposes"};
    value *made = value_new(state->arena, VALUE_OBJECT);
    value *within = value_new(state->arena, VALUE_OBJECT);
    const value *to = value_get(act, "to");
    const comity_paper_leaf *leaf = use->leaf;
    const struct {
        const char *key;
        const char *text;
        value *into;
    } said[] = {{"kind", leaf->name.text, made},     {"under", use->under, made},
                {"by", leaf->by.text, made},         {"ref", use->rule, made},
                {"result", leaf->result.text, made}, {"module", leaf->module.text, within},
                {"from", value_text(act, "on"), made}};
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        if (said[i].text != NULL) {
            value_set(state->arena, said[i].into, said[i].key, value_string(state->arena, said[i].text));
        }
    }
    for (size_t i = 0; i < leaf->naming.count; i++) {
        value *list = value_new(state->arena, VALUE_ARRAY);
        if (strcmp(leaf->naming.items[i].text, parts[0]) == 0) {
            value_add(state->arena, list, value_string(state->arena, value_text(to, "name")));
        } else if (strcmp(leaf->naming.items[i].text, parts[1]) == 0) {
            const char *code = to != NULL && to->kind == VALUE_STRING ? to->text : value_text(to, "state");
            if (code[0] != '\0') {
                value_add(state->arena, list, value_string(state->arena, code));
            }
        } else if (strcmp(leaf->naming.items[i].text, parts[2]) == 0) {
            list = plain_list(state, value_get(value_get(act, "data"), "categories"));
        } else {
            list = plain_list(state, value_get(act, "purposes"));
        }
        value_set(state->arena, within, leaf->naming.items[i].text, list);
    }
    value_set(state->arena, made, "scope", within);
    return made;
}

void generate_everything(const generator *from, comity_arena *arena, value *act, size_t paper_max)
{
    chance luck_of = {0};
    making state = begin(from, &luck_of, arena);
    const bag *all = &from->all.bags[BAG_SAFEGUARD];
    value *list = plain_list(&state, value_get(act, "papers"));
    value *names_of = value_new(arena, VALUE_ARRAY);
    for (size_t i = 0; i < from->all.leaf_count && list->count < paper_max; i++) {
        const value *paper_of = best_paper(&state, &from->all.leaves[i], act);
        bool is_new = true;
        for (size_t j = 0; j < list->count && is_new; j++) {
            is_new = !value_equal(list->items[j], paper_of);
        }
        if (is_new) {
            value_add(arena, list, value_copy(arena, paper_of));
        }
    }
    for (size_t i = 0; i < all->count; i++) {
        value_add(arena, names_of, value_string(arena, all->items[i]));
    }
    value_set(arena, act, "papers", list);
    value_set(arena, act, "safeguards", names_of);
}

const char *const *generate_counts(const generator *from, size_t *ret_count)
{
    *ret_count = from->all.bags[BAG_COUNT].count;
    return from->all.bags[BAG_COUNT].items;
}
