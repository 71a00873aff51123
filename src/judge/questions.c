/* What to ask first: the unknown facts that undecided rules read.
 *
 * For each rule that may apply, the rows that are still open are gone through
 * for literals that are unknown; each becomes a question, asked once however
 * many rules read it. A row that holds only where another of its condition
 * does asks nothing. What does not bind asks nothing, nor do ways and exemptions
 * that no rule is in want of. */
#include "judge/explain.h"

#include "judge/memory.h"
#include "law/terms.h"

#include <stddef.h>
#include <string.h>

typedef struct questioner {
    comity_judge_memory *memory;
    const comity_image *image;
    const comity_act *act;
    comity_questions *questions;
    uint32_t rule;
} questioner;

/* What a question is about, in one word: the members it begins with. */
static uint64_t question_key(const comity_question *question)
{
    uint64_t key;
    _Static_assert(offsetof(comity_question, rule_count) == sizeof key, "what a question is about comes first, without gaps");
    memcpy(&key, question, sizeof key);
    return key;
}

static void ask(questioner *asking, comity_question_kind kind, uint32_t side, uint32_t a, uint32_t b)
{
    comity_questions *questions = asking->questions;
    const comity_question asked = {.kind = (uint8_t)kind, .side = (uint8_t)side, .a = (uint16_t)a, .b = b,
                                   .first = COMITY_IMAGE_NONE, .last = COMITY_IMAGE_NONE};
    uint64_t key = question_key(&asked);
    uint32_t i = 0;
    while (i < questions->count && question_key(&questions->items[i]) != key) {
        i++;
    }
    if (i == COMITY_QUESTIONS_MAX || questions->rule_count == COMITY_QUESTION_RULES_MAX) {
        questions->cut = true;
        return;
    }
    if (i == questions->count) {
        questions->items[questions->count++] = asked;
    }
    comity_question *question = &questions->items[i];
    if (question->last != COMITY_IMAGE_NONE && questions->rules[question->last].rule == asking->rule) {
        return; /* rules come one after the other, so this one has asked it before */
    }
    uint32_t place = questions->rule_count++;
    questions->rules[place].rule = asking->rule;
    questions->rules[place].next = COMITY_IMAGE_NONE;
    if (question->last == COMITY_IMAGE_NONE) {
        question->first = place;
    } else {
        questions->rules[question->last].next = place;
    }
    question->last = place;
    question->rule_count++;
}

/* Those of a set that may be had but are not surely. */
static void ask_set(questioner *asking, comity_question_kind kind, uint32_t side, uint32_t a, const comity_set *set,
                    const comity_facts *facts)
{
    for (uint32_t word = 0; word < COMITY_SET_WORDS; word++) {
        uint64_t open = set->words[word] & facts->open & ~facts->yes.words[word];
        for (; open != 0; open &= open - 1) {
            ask(asking, kind, side, a, word * 64 + (uint32_t)__builtin_ctzll(open));
        }
    }
}

static void ask_places_of_parties(questioner *asking)
{
    for (uint32_t side = 0; side < 2; side++) {
        if (asking->act->nodes[side].state.place == COMITY_NONE16 || asking->act->nodes[side].state.any_part) {
            ask(asking, COMITY_ASK_PLACE, side, 0, 0);
        }
    }
}

static void ask_place_of(questioner *asking, uint32_t side)
{
    if (side <= COMITY_NODE_SECOND && asking->act->nodes[side].state.place == COMITY_NONE16) {
        ask(asking, COMITY_ASK_PLACE, side, 0, 0);
    }
}

/* Under whose law a paper must be, where that is not known. */
static void ask_whose_law(questioner *asking, const comity_leaf *leaf)
{
    uint32_t whose = leaf->under_of & COMITY_UNDER_WHOSE;
    uint32_t other = leaf->under_of >> COMITY_UNDER_OTHER_SHIFT;
    if (whose >= COMITY_UNDER_PARTY) {
        ask_place_of(asking, whose - COMITY_UNDER_PARTY);
    } else if (whose != 0 && asking->act->lists[whose - 1].known != COMITY_KNOWN_ALL) {
        ask(asking, COMITY_ASK_PLACES, 0, whose - 1, 0);
    }
    if (other != 0) {
        ask_place_of(asking, other - 1);
    }
}

static void ask_derived(questioner *asking, uint32_t side, uint32_t kind)
{
    const comity_node *party = &asking->act->nodes[side];
    bool said_open = !comity_set_has(&party->kinds.yes, kind) && party->kinds.open != 0;
    if (said_open) {
        ask(asking, COMITY_ASK_DERIVED, side, 0, kind);
    } else if (party->state.place == COMITY_NONE16) {
        ask(asking, COMITY_ASK_PLACE, side, 0, 0);
    } else {
        ask(asking, COMITY_ASK_OWNERS, side, 0, 0);
    }
}

static void ask_literal(questioner *asking, const comity_literal *literal)
{
    const comity_image *image = asking->image;
    uint32_t side = literal->flags & COMITY_LITERAL_SIDE;
    const comity_node *party = &asking->act->nodes[side < 2 ? side : 0];
    switch ((comity_test_op)literal->op) {
    case COMITY_OP_PLACE:
        ask(asking, COMITY_ASK_PLACE, side, 0, 0);
        return;
    case COMITY_OP_SUBJECT_TO:
        ask(asking, COMITY_ASK_SUBJECT_TO, side, 0, 0);
        return;
    case COMITY_OP_PLACES_HAS:
    case COMITY_OP_PLACES_HAS_OUTSIDE:
    case COMITY_OP_PLACES_ONLY:
    case COMITY_OP_PLACES_ONLY_OUTSIDE:
        ask(asking, COMITY_ASK_PLACES, 0, literal->a, 0);
        return;
    case COMITY_OP_HAS:
        ask(asking, COMITY_ASK_HAS, 0, literal->a, literal->b);
        return;
    case COMITY_OP_HAS_ANY:
        ask_set(asking, COMITY_ASK_HAS, 0, literal->a, &image->sets[literal->b], &asking->act->facts[literal->a]);
        return;
    case COMITY_OP_ONLY:
        ask(asking, COMITY_ASK_ONLY, 0, literal->a, literal->b);
        return;
    case COMITY_OP_PARTY_HAS:
        if (literal->a == COMITY_CLASS_KIND) {
            ask_set(asking, COMITY_ASK_KIND, side, 0, &image->sets[literal->b], &party->kinds);
        } else {
            ask_set(asking, COMITY_ASK_CERTIFIED, side, 0, &image->sets[literal->b], &party->certified);
        }
        return;
    case COMITY_OP_DERIVED:
        ask_derived(asking, side < 2 ? side : 0, literal->b);
        return;
    case COMITY_OP_OWNED:
        ask(asking, COMITY_ASK_OWNERS, side, 0, 0);
        return;
    case COMITY_OP_PEOPLE:
        ask(asking, COMITY_ASK_PEOPLE, 0, 0, 0);
        return;
    case COMITY_OP_COUNT:
        ask(asking, COMITY_ASK_COUNT, 0, literal->a, 0);
        return;
    case COMITY_OP_DEMAND_BASIS:
        ask(asking, COMITY_ASK_BASIS, 0, 0, 0);
        return;
    case COMITY_OP_RECEIVED:
        if (literal->flags & COMITY_RECEIVED_STATE) {
            ask_place_of(asking, side);
        }
        ask(asking, COMITY_ASK_RECEIVED, 0, 0, 0);
        return;
    case COMITY_OP_HELD:
        ask(asking, COMITY_ASK_PAPER, 0, 0, literal->b);
        ask_whose_law(asking, &image->leaves[literal->b]);
        return;
    case COMITY_OP_AGREEMENT:
    case COMITY_OP_ACROSS:
        ask_places_of_parties(asking);
        return;
    case COMITY_OP_SAME_STATE:
        ask_place_of(asking, side);
        ask_place_of(asking, literal->b);
        return;
    case COMITY_OP_PLACES_STATE:
        ask_place_of(asking, side);
        if (asking->act->lists[literal->a & 0xFFu].known != COMITY_KNOWN_ALL) {
            ask(asking, COMITY_ASK_PLACES, 0, literal->a & 0xFFu, 0);
        }
        return;
    case COMITY_OP_ACT:
    case COMITY_OP_ORDER:
    case COMITY_OP_CONDITION:
    case COMITY_OP_LAST:
        return; /* never unknown, or gone through by itself */
    }
}

static void ask_rows(questioner *asking, uint32_t first_row, uint32_t row_count, unsigned depth);

static void ask_open(questioner *asking, const comity_literal *literal, unsigned depth)
{
    if (literal->op == COMITY_OP_CONDITION) {
        const comity_rows *rows = &asking->image->conditions[literal->b];
        ask_rows(asking, rows->first_row, rows->row_count, depth + 1);
    } else {
        ask_literal(asking, literal);
    }
}

static comity_truth literal_truth(const questioner *asking, const comity_literal *literal)
{
    return comity_judge_literal(asking->memory, asking->act, literal, COMITY_NODE_FIRST);
}

/* Of a row of so few literals those which are open are kept as bits; of a condition so many such rows are compared. */
enum { ROW_SHORT = 64, ROWS_COMPARED = 64 };

typedef struct open_row {
    const comity_literal *literals;
    uint64_t open; /* the literals that are unknown; the others hold */
    bool unless;
} open_row;

static bool same_literal(const comity_literal *a, const comity_literal *b)
{
    return a->op == b->op && a->flags == b->flags && a->a == b->a && a->b == b->b;
}

static bool is_open_in(const open_row *row, const comity_literal *literal)
{
    for (uint64_t open = row->open; open != 0; open &= open - 1) {
        if (same_literal(&row->literals[__builtin_ctzll(open)], literal)) {
            return true;
        }
    }
    return false;
}

/* Does the other row hold whenever this one does? Then what only this one reads changes nothing: of "the exporter is in XA, or
 * subject to XA, and is a bank" nobody need be asked the second once the first holds. */
static bool is_idle_beside(const open_row *row, const open_row *other)
{
    if (row->unless != other->unless || __builtin_popcountll(other->open) > __builtin_popcountll(row->open)) {
        return false;
    }
    for (uint64_t open = other->open; open != 0; open &= open - 1) {
        if (!is_open_in(row, &other->literals[__builtin_ctzll(open)])) {
            return false;
        }
    }
    return true;
}

/* Equal rows ask the same, so it is no matter which of them goes unasked. */
static bool is_idle(const open_row *rows, uint32_t count, uint32_t which)
{
    for (uint32_t i = 0; i < count; i++) {
        if (i != which && is_idle_beside(&rows[which], &rows[i]) &&
            (i < which || __builtin_popcountll(rows[i].open) < __builtin_popcountll(rows[which].open))) {
            return true;
        }
    }
    return false;
}

static void ask_open_row(questioner *asking, const open_row *row, unsigned depth)
{
    for (uint64_t open = row->open; open != 0; open &= open - 1) {
        ask_open(asking, &row->literals[__builtin_ctzll(open)], depth);
    }
}

/* The row as it stands: no, if it cannot hold; yes, if it does; unknown, if it is open. */
static comity_truth row_short_stands(const questioner *asking, const comity_row *row, open_row *ret_row)
{
    const comity_literal *literals = &asking->image->literals[row->first_literal];
    uint64_t open = 0;
    for (uint32_t i = 0; i < row->literal_count; i++) {
        comity_truth truth = literal_truth(asking, &literals[i]);
        if (truth == COMITY_NO) {
            return COMITY_NO; /* whatever else is the case */
        }
        open |= (uint64_t)(truth == COMITY_UNKNOWN) << i;
    }
    *ret_row = (open_row){.literals = literals, .open = open, .unless = (row->rule & 1u) != 0};
    return open == 0 ? COMITY_YES : COMITY_UNKNOWN;
}

static void ask_row_long(questioner *asking, const comity_row *row, unsigned depth)
{
    const comity_literal *literals = &asking->image->literals[row->first_literal];
    for (uint32_t i = 0; i < row->literal_count; i++) {
        if (literal_truth(asking, &literals[i]) == COMITY_UNKNOWN) {
            ask_open(asking, &literals[i], depth);
        }
    }
}

/* What a first look at the rows of a condition found. */
typedef struct rows_seen {
    uint32_t looked_at;           /* the rows; fewer than there are once too many were gone through */
    uint32_t open_count;          /* short ones that are open; the first ROWS_COMPARED are kept */
    bool holds[2];                /* one that holds, by whether it is of an `unless` */
    open_row open[ROWS_COMPARED];
} rows_seen;

static void rows_look(questioner *asking, const comity_row *rows, uint32_t row_count, unsigned depth, rows_seen *seen)
{
    for (uint32_t i = 0; i < row_count; i++) {
        open_row found;
        comity_truth stands;
        if (depth > COMITY_LIMIT_LAW_DEPTH || !comity_judge_may_explain(asking->memory)) {
            asking->questions->cut = true;
            return;
        }
        if (rows[i].literal_count > ROW_SHORT) {
            stands = comity_judge_row(asking->memory, asking->act, &rows[i], COMITY_NODE_FIRST);
        } else {
            stands = row_short_stands(asking, &rows[i], &found);
            if (stands == COMITY_UNKNOWN) {
                if (seen->open_count < ROWS_COMPARED) {
                    seen->open[seen->open_count] = found;
                }
                seen->open_count++;
            }
        }
        seen->holds[rows[i].rule & 1u] |= stands == COMITY_YES;
        seen->looked_at++;
    }
}

/* Where more rows are open than are compared, all of them are asked: so that their order does not matter. */
static void ask_rows(questioner *asking, uint32_t first_row, uint32_t row_count, unsigned depth)
{
    const comity_row *rows = &asking->image->rows[first_row];
    rows_seen seen; /* not cleared whole: this is done for every undecided rule */
    seen.looked_at = 0;
    seen.open_count = 0;
    seen.holds[0] = false;
    seen.holds[1] = false;
    rows_look(asking, rows, row_count, depth, &seen);
    bool compared = seen.open_count <= ROWS_COMPARED;
    for (uint32_t i = 0; compared && i < seen.open_count; i++) {
        if (!seen.holds[seen.open[i].unless] && !is_idle(seen.open, seen.open_count, i)) {
            ask_open_row(asking, &seen.open[i], depth);
        }
    }
    for (uint32_t i = 0; i < seen.looked_at; i++) {
        open_row found;
        if (seen.holds[rows[i].rule & 1u]) {
            continue; /* what else would make it hold changes nothing */
        }
        if (rows[i].literal_count > ROW_SHORT) {
            if (comity_judge_row(asking->memory, asking->act, &rows[i], COMITY_NODE_FIRST) == COMITY_UNKNOWN) {
                ask_row_long(asking, &rows[i], depth);
            }
        } else if (!compared && row_short_stands(asking, &rows[i], &found) == COMITY_UNKNOWN) {
            ask_open_row(asking, &found, depth);
        }
    }
}

static void ask_named(questioner *asking, uint32_t naming)
{
    uint32_t unsaid = comity_act_unnamed(asking->act, naming & ~COMITY_NAMING_STATES); /* those are asked for anyway */
    for (; unsaid != 0; unsaid &= unsaid - 1) {
        ask(asking, COMITY_ASK_NAMED, COMITY_NODE_SECOND, unsaid & (0 - unsaid), 0);
    }
}

static uint32_t scope_given(const comity_paper_held *paper)
{
    return (paper->scope_parties ? COMITY_NAMING_PARTIES : 0) | (paper->scope_categories ? COMITY_NAMING_CATEGORIES : 0) |
           (paper->scope_purposes ? COMITY_NAMING_PURPOSES : 0);
}

/* A paper that may be the one that is asked for; and, held or not, what it must name and the act does not say. */
static void ask_leaf(questioner *asking, uint32_t leaf)
{
    uint32_t held;
    comity_truth truth = comity_judge_leaf(asking->memory, asking->act, leaf, &held);
    if (truth == COMITY_YES) {
        return;
    }
    const comity_leaf *record = &asking->image->leaves[leaf];
    uint32_t naming = record->naming;
    if (truth == COMITY_UNKNOWN) {
        ask(asking, COMITY_ASK_PAPER, 0, 0, leaf);
    }
    for (uint32_t i = 0; i < asking->act->paper_count && truth == COMITY_UNKNOWN; i++) {
        const comity_paper_held *paper = &asking->act->papers[i];
        naming |= paper->kind == record->name ? scope_given(paper) : 0;
    }
    ask_named(asking, naming);
    ask_whose_law(asking, record);
}

static void ask_expression(questioner *asking, uint32_t expression)
{
    const comity_expression_node *node = &asking->image->expressions[expression];
    if (node->kind == COMITY_EXPRESSION_LEAF) {
        ask_leaf(asking, node->leaf);
        return;
    }
    for (uint32_t i = 0; i < node->child_count; i++) {
        ask_expression(asking, asking->image->indices[node->first_child + i]);
    }
}

/* What the need asks for, and each way that is or may be open. */
static void ask_need(questioner *asking, uint32_t rule)
{
    const comity_rule_record *record = &asking->image->rules[rule];
    if (record->expression != COMITY_IMAGE_NONE) {
        ask_expression(asking, record->expression);
    }
    for (uint32_t i = 0; i < record->way_count; i++) {
        uint32_t way = asking->image->indices[record->first_way + i];
        uint32_t expression = asking->image->rules[way].expression;
        if (expression != COMITY_IMAGE_NONE && comity_judge_status(asking->memory, way) != COMITY_NO &&
            comity_judge_reaches(asking->memory, way, rule)) {
            ask_expression(asking, expression);
        }
    }
}

static bool is_among(const comity_image *image, uint32_t first, uint32_t count, uint32_t rule)
{
    for (uint32_t i = 0; i < count; i++) {
        if (image->indices[first + i] == rule) {
            return true;
        }
    }
    return false;
}

/* Does it matter whether the rule applies? What does not bind changes nothing; a way is of use to a need that stands and is not
 * surely met, and what lifts to a rule that stands. */
static bool matters(const comity_image *image, const comity_judgement *judgement, const comity_ruling *ruling)
{
    uint32_t rule = ruling->rule;
    uint32_t effect = image->rules[rule].effect;
    if (effect != COMITY_EFFECT_WAY && effect != COMITY_EFFECT_LIFTS) {
        return ruling->binds;
    }
    for (uint32_t i = 0; i < judgement->ruling_count; i++) {
        const comity_ruling *other = &judgement->rulings[i];
        const comity_rule_record *served = &image->rules[other->rule];
        if (other->lifted_by != COMITY_NOT_LIFTED) {
            continue;
        }
        if (effect == COMITY_EFFECT_LIFTS ? is_among(image, served->first_lifter, served->lifter_count, rule)
                                          : (other->met == COMITY_NO || other->met == COMITY_UNKNOWN) &&
                                                is_among(image, served->first_way, served->way_count, rule)) {
            return true;
        }
    }
    return false;
}

/* Those that undecide most first; then by what they are about. */
static bool asked_before(const comity_question *a, const comity_question *b)
{
    if (a->rule_count != b->rule_count) {
        return a->rule_count > b->rule_count;
    }
    if (a->kind != b->kind) {
        return a->kind < b->kind;
    }
    if (a->side != b->side) {
        return a->side < b->side;
    }
    return a->a != b->a ? a->a < b->a : a->b < b->b;
}

static void questions_sort(comity_questions *questions)
{
    for (uint32_t i = 1; i < questions->count; i++) {
        comity_question question = questions->items[i];
        uint32_t j = i;
        for (; j > 0 && asked_before(&question, &questions->items[j - 1]); j--) {
            questions->items[j] = questions->items[j - 1];
        }
        questions->items[j] = question;
    }
}

void comity_judge_questions(comity_judge_memory *memory, const comity_act *act, const comity_judgement *judgement,
                            comity_questions *ret_questions)
{
    const comity_image *image = comity_judge_image(memory);
    questioner asking = {.memory = memory, .image = image, .act = act, .questions = ret_questions};
    ret_questions->count = 0;
    ret_questions->rule_count = 0;
    ret_questions->cut = false;
    for (uint32_t side = 0; side < 2; side++) { /* whatever the rules say: which law it is hangs on these */
        if (act->nodes[side].state.place == COMITY_NONE16) {
            ret_questions->items[ret_questions->count++] =
                (comity_question){.kind = COMITY_ASK_PLACE, .side = (uint8_t)side, .first = COMITY_IMAGE_NONE,
                                  .last = COMITY_IMAGE_NONE};
        }
    }
    for (uint32_t i = 0; i < judgement->ruling_count; i++) {
        const comity_ruling *ruling = &judgement->rulings[i];
        const comity_rule_record *rule = &image->rules[ruling->rule];
        asking.rule = ruling->rule;
        if (ruling->applies == COMITY_UNKNOWN && matters(image, judgement, ruling)) {
            ask_rows(&asking, rule->first_row, rule->row_count, 0);
        }
        if (ruling->lifted_by == COMITY_NOT_LIFTED && (ruling->met == COMITY_UNKNOWN || ruling->met == COMITY_NO)) {
            ask_need(&asking, ruling->rule);
        }
    }
    if (ret_questions->count > 1) {
        questions_sort(ret_questions);
    }
}

/* ---- in words ---- */

static const char *const party_words[COMITY_ACT_COUNT][2] = {
    {"exporter", "importer"}, {"holder", "place"},    {"persons' side", "collector"},
    {"holder", "demanding authority"}, {"operator", "target"}, {"provider", "market"},
};

const char *comity_party_word(const comity_act *act, uint32_t side)
{
    return party_words[act->kind][side < 2 ? side : 0];
}

static const char *const list_paths[COMITY_ACT_LISTS] = {"data.origin", "data.location", "data.subjects", "via"};
static const char *const list_asks[COMITY_ACT_LISTS] = {
    "In which states was the data collected or made?", "In which states is the data kept?",
    "In which states are the persons whom the data is about?", "Through which states does it only pass?"};
static const char *const slot_paths[COMITY_SLOT_LAST] = {"data.categories", "purposes",   "deal",
                                                         "circumstances",   "safeguards", "demand.channel"};

void comity_question_path(const comity_image *image, const comity_question *question, comity_buffer *buffer)
{
    const char *side = question->side == 0 ? "from" : "to";
    const char *member = NULL;
    switch ((comity_question_kind)question->kind) {
    case COMITY_ASK_PLACE:
        member = ".state";
        break;
    case COMITY_ASK_SUBJECT_TO:
        member = ".subject_to";
        break;
    case COMITY_ASK_KIND:
    case COMITY_ASK_DERIVED:
        member = ".kinds";
        break;
    case COMITY_ASK_CERTIFIED:
        member = ".certified";
        break;
    case COMITY_ASK_OWNERS:
        member = ".owners";
        break;
    case COMITY_ASK_PLACES:
        comity_buffer_append_text(buffer, list_paths[question->a]);
        return;
    case COMITY_ASK_HAS:
    case COMITY_ASK_ONLY:
        comity_buffer_append_text(buffer, question->a == COMITY_SLOT_DEMAND && question->b == COMITY_DEMAND_BINDING
                                              ? "demand.binding"
                                              : slot_paths[question->a]);
        return;
    case COMITY_ASK_PEOPLE:
        comity_buffer_append_text(buffer, "data.people");
        return;
    case COMITY_ASK_COUNT:
        comity_buffer_append_text(buffer, "counts.");
        comity_buffer_append_text(buffer, comity_image_text(image, image->counts[question->a].name));
        return;
    case COMITY_ASK_BASIS:
        comity_buffer_append_text(buffer, "demand.basis");
        return;
    case COMITY_ASK_RECEIVED:
        comity_buffer_append_text(buffer, "data.received");
        return;
    case COMITY_ASK_PAPER:
        comity_buffer_append_text(buffer, "papers");
        return;
    case COMITY_ASK_NAMED:
        comity_buffer_append_text(buffer, question->a == COMITY_NAMING_PARTIES      ? "to.name"
                                          : question->a == COMITY_NAMING_CATEGORIES ? "data.categories"
                                                                                    : "purposes");
        return;
    }
    comity_buffer_append_text(buffer, side);
    comity_buffer_append_text(buffer, member);
}

const char *comity_question_name(const comity_image *image, const comity_question *question)
{
    static const comity_class classes[] = {
        [COMITY_SLOT_CATEGORY] = COMITY_CLASS_CATEGORY,         [COMITY_SLOT_PURPOSE] = COMITY_CLASS_PURPOSE,
        [COMITY_SLOT_DEAL] = COMITY_CLASS_DEAL,                 [COMITY_SLOT_CIRCUMSTANCE] = COMITY_CLASS_CIRCUMSTANCE,
        [COMITY_SLOT_SAFEGUARD] = COMITY_CLASS_SAFEGUARD};
    switch ((comity_question_kind)question->kind) {
    case COMITY_ASK_HAS:
        return question->a < COMITY_SLOT_DEMAND
                   ? comity_image_text(image, comity_image_name(image, classes[question->a], question->b)->text)
                   : NULL;
    case COMITY_ASK_KIND:
    case COMITY_ASK_DERIVED:
        return comity_image_text(image, comity_image_name(image, COMITY_CLASS_KIND, question->b)->text);
    case COMITY_ASK_CERTIFIED:
        return comity_image_text(image, comity_image_name(image, COMITY_CLASS_CERTIFICATE, question->b)->text);
    default:
        return NULL;
    }
}

static void sentence(comity_buffer *buffer, const char *before, const char *middle, const char *after)
{
    comity_buffer_append_text(buffer, before);
    comity_buffer_append_text(buffer, middle);
    comity_buffer_append_text(buffer, after);
}

static const char *label_of(const comity_image *image, comity_class class_of, uint32_t name)
{
    return comity_image_text(image, comity_image_name(image, class_of, name)->label);
}

static void ask_has(const comity_image *image, const comity_question *question, comity_buffer *buffer)
{
    static const char *const channels[] = {
        "Does the demand come directly?", "Does the demand come through judicial assistance?",
        "Does the demand come through a treaty?", "Is it a voluntary request?", "Is the demand binding?"};
    switch ((comity_slot)question->a) {
    case COMITY_SLOT_CATEGORY:
        sentence(buffer, "Does the data include ", label_of(image, COMITY_CLASS_CATEGORY, question->b), "?");
        return;
    case COMITY_SLOT_PURPOSE:
        sentence(buffer, "Do the purposes include ", label_of(image, COMITY_CLASS_PURPOSE, question->b), "?");
        return;
    case COMITY_SLOT_DEAL:
        sentence(buffer, "Is the transaction ", label_of(image, COMITY_CLASS_DEAL, question->b), "?");
        return;
    case COMITY_SLOT_CIRCUMSTANCE:
        sentence(buffer, "", label_of(image, COMITY_CLASS_CIRCUMSTANCE, question->b), "");
        return;
    case COMITY_SLOT_SAFEGUARD:
        sentence(buffer, "Is ", label_of(image, COMITY_CLASS_SAFEGUARD, question->b), " in place?");
        return;
    case COMITY_SLOT_DEMAND:
        comity_buffer_append_text(buffer, channels[question->b <= COMITY_DEMAND_BINDING ? question->b : 0]);
        return;
    case COMITY_SLOT_LAST:
        return;
    }
}

/* "Are the purposes nothing but A, B or C?" */
static void ask_only(const comity_image *image, const comity_question *question, comity_buffer *buffer)
{
    bool categories = question->a == COMITY_SLOT_CATEGORY;
    const comity_set *set = &image->sets[question->b];
    uint32_t count = 0;
    uint32_t total = 0;
    for (uint32_t i = 0; i < COMITY_SET_WORDS; i++) {
        total += (uint32_t)__builtin_popcountll(set->words[i]);
    }
    comity_buffer_append_text(buffer, categories ? "Is the data nothing but " : "Are the purposes nothing but ");
    for (uint32_t bit = 0; bit < COMITY_SET_BITS; bit++) {
        if (comity_set_has(set, bit)) {
            comity_buffer_append_text(buffer, count == 0 ? "" : count + 1 == total ? " or " : ", ");
            comity_buffer_append_text(
                buffer, label_of(image, categories ? COMITY_CLASS_CATEGORY : COMITY_CLASS_PURPOSE, bit));
            count++;
        }
    }
    comity_buffer_append_text(buffer, "?");
}

static void ask_unsaid(const comity_question *question, const char *party, comity_buffer *buffer)
{
    if (question->a == COMITY_NAMING_PARTIES) {
        sentence(buffer, "A paper must name the ", party, ": what is its name?");
    } else if (question->a == COMITY_NAMING_CATEGORIES) {
        comity_buffer_append_text(buffer, "A paper must name the data: of which categories is all of it?");
    } else {
        comity_buffer_append_text(buffer, "A paper must name the purposes: what are all of them?");
    }
}

void comity_question_ask(const comity_image *image, const comity_act *act, const comity_question *question,
                         comity_buffer *buffer)
{
    const char *party = comity_party_word(act, question->side);
    switch ((comity_question_kind)question->kind) {
    case COMITY_ASK_PLACE:
        sentence(buffer, "In which state, and which part of it, is the ", party, "?");
        return;
    case COMITY_ASK_SUBJECT_TO:
        sentence(buffer, "Which states have law that binds the ", party, " wherever it is?");
        return;
    case COMITY_ASK_PLACES:
        comity_buffer_append_text(buffer, list_asks[question->a]);
        return;
    case COMITY_ASK_HAS:
        ask_has(image, question, buffer);
        return;
    case COMITY_ASK_ONLY:
        ask_only(image, question, buffer);
        return;
    case COMITY_ASK_KIND:
        sentence(buffer, "Is the ", party, " ");
        sentence(buffer, "", label_of(image, COMITY_CLASS_KIND, question->b), "?");
        return;
    case COMITY_ASK_DERIVED:
        sentence(buffer, "Is the ", party, ", by its state, its owners or by designation, ");
        sentence(buffer, "", label_of(image, COMITY_CLASS_KIND, question->b), "?");
        return;
    case COMITY_ASK_CERTIFIED:
        sentence(buffer, "Is the ", party, " certified: ");
        sentence(buffer, "", label_of(image, COMITY_CLASS_CERTIFICATE, question->b), "?");
        return;
    case COMITY_ASK_OWNERS:
        sentence(buffer, "Who owns the ", party, ", how much, and in which states are they?");
        return;
    case COMITY_ASK_PEOPLE:
        comity_buffer_append_text(buffer, "How many persons is the data about?");
        return;
    case COMITY_ASK_COUNT:
        sentence(buffer, "This act included, how many are they: ",
                 comity_image_text(image, image->counts[question->a].label), "?");
        return;
    case COMITY_ASK_BASIS:
        comity_buffer_append_text(buffer, "On which law or agreement does the demand rest?");
        return;
    case COMITY_ASK_RECEIVED:
        comity_buffer_append_text(buffer, "From which states was the data received, and under what?");
        return;
    case COMITY_ASK_PAPER:
        sentence(buffer, "Of the paper held: is it \"", comity_item_text(image, question->b, NULL),
                 "\", in force and good for this act?");
        return;
    case COMITY_ASK_NAMED:
        ask_unsaid(question, party, buffer);
        return;
    }
}
