/* A law file's tree as text, for tests: everything that was written, nothing of
 * where it stood. Two trees are equal if their texts are. */
#ifndef COMITY_TESTS_LAW_TREE_H
#define COMITY_TESTS_LAW_TREE_H

#include "base/buffer.h"
#include "law/compile/tree.h"

#include <string.h>

static inline void law_tree_text(comity_buffer *buffer, const char *name, const comity_word *word)
{
    if (word->text != NULL) {
        comity_buffer_append_byte(buffer, ' ');
        comity_buffer_append_text(buffer, name);
        comity_buffer_append_byte(buffer, '=');
        comity_buffer_append_json_string(buffer, word->text, strlen(word->text));
    }
}

static inline void law_tree_number(comity_buffer *buffer, const char *name, int64_t number)
{
    comity_buffer_append_byte(buffer, ' ');
    comity_buffer_append_text(buffer, name);
    comity_buffer_append_byte(buffer, '=');
    comity_buffer_append_i64(buffer, number);
}

static inline void law_tree_words(comity_buffer *buffer, const char *name, const comity_words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        law_tree_text(buffer, name, &words->items[i]);
    }
}

static inline void law_tree_dates(comity_buffer *buffer, const comity_dates *dates)
{
    law_tree_number(buffer, "from", dates->from);
    law_tree_number(buffer, "until", dates->until);
}

static inline void law_tree_places(comity_buffer *buffer, const char *name, const comity_places *places)
{
    for (size_t i = 0; i < places->count; i++) {
        law_tree_number(buffer, places->outside ? "outside" : "inside", places->items[i].kind);
        law_tree_text(buffer, name, &places->items[i].name);
        law_tree_text(buffer, "state of", &places->items[i].party.word);
    }
}

static inline void law_tree_leaf(comity_buffer *buffer, const comity_paper_leaf *leaf)
{
    law_tree_text(buffer, "paper", &leaf->name);
    law_tree_text(buffer, "under", &leaf->under);
    law_tree_text(buffer, "by", &leaf->by);
    law_tree_text(buffer, "about", &leaf->about);
    law_tree_text(buffer, "result", &leaf->result);
    law_tree_text(buffer, "module", &leaf->module);
    law_tree_number(buffer, "older", leaf->not_older);
    law_tree_text(buffer, "unit", &leaf->not_older_unit);
    law_tree_number(buffer, "age", leaf->age);
    law_tree_number(buffer, "old", leaf->older);
    law_tree_text(buffer, "unit of age", &leaf->older_unit);
    law_tree_number(buffer, "law of", leaf->under_of.kind);
    law_tree_text(buffer, "whose law", &leaf->under_of.word);
    law_tree_text(buffer, "outside state of", &leaf->under_of.other.word);
    law_tree_words(buffer, "naming", &leaf->naming);
}

static inline void law_tree_expression(comity_buffer *buffer, const comity_expression *expression)
{
    if (expression == NULL) {
        return;
    }
    comity_buffer_append_text(buffer, " <");
    law_tree_number(buffer, "expression", expression->kind);
    if (expression->kind == COMITY_EXPRESSION_LEAF) {
        law_tree_leaf(buffer, &expression->leaf);
    }
    for (size_t i = 0; i < expression->child_count; i++) {
        law_tree_expression(buffer, expression->children[i]);
    }
    comity_buffer_append_text(buffer, ">");
}

static inline void law_tree_condition(comity_buffer *buffer, const char *name, const comity_condition *condition)
{
    if (condition == NULL) {
        return;
    }
    comity_buffer_append_text(buffer, " (");
    law_tree_number(buffer, name, condition->kind);
    for (size_t i = 0; i < condition->act_count; i++) {
        law_tree_number(buffer, "act", condition->act_order[i]);
    }
    law_tree_number(buffer, "acts", condition->acts);
    if (condition->party.word.text != NULL) {
        law_tree_number(buffer, "side", condition->party.side);
        law_tree_text(buffer, "party", &condition->party.word);
    }
    if (condition->other.word.text != NULL) {
        law_tree_number(buffer, "side", condition->other.side);
        law_tree_text(buffer, "other", &condition->other.word);
    }
    law_tree_places(buffer, "place", &condition->places);
    law_tree_places(buffer, "from", &condition->from_places);
    law_tree_places(buffer, "to", &condition->to_places);
    law_tree_places(buffer, "in", &condition->in_places);
    law_tree_number(buffer, "test", condition->test);
    law_tree_number(buffer, "list", condition->list);
    law_tree_words(buffer, "name", &condition->names);
    law_tree_number(buffer, "comparison", condition->comparison);
    law_tree_number(buffer, "number", (int64_t)condition->number);
    if (condition->paper.name.text != NULL) {
        law_tree_leaf(buffer, &condition->paper);
    }
    for (size_t i = 0; i < condition->child_count; i++) {
        law_tree_condition(buffer, "condition", condition->children[i]);
    }
    comity_buffer_append_text(buffer, ")");
}

static inline void law_tree_rule(comity_buffer *buffer, const comity_rule *rule)
{
    law_tree_text(buffer, "rule", &rule->name);
    law_tree_text(buffer, "title", &rule->title);
    law_tree_text(buffer, "cite", &rule->instrument);
    law_tree_text(buffer, "at", &rule->pinpoint);
    law_tree_dates(buffer, &rule->dates);
    law_tree_condition(buffer, "when", rule->when);
    for (size_t i = 0; i < rule->unless_count; i++) {
        law_tree_condition(buffer, "unless", rule->unless[i]);
    }
    law_tree_number(buffer, "has-effect", rule->has_effect);
    law_tree_number(buffer, "effect", rule->effect);
    law_tree_number(buffer, "needs-a-way", rule->needs_a_way);
    law_tree_expression(buffer, rule->expression);
    law_tree_words(buffer, "names", &rule->rules);
    law_tree_text(buffer, "text", &rule->text);
    for (size_t i = 0; i < rule->period_count; i++) {
        law_tree_number(buffer, "period", rule->periods[i].kind);
        law_tree_number(buffer, "number", rule->periods[i].number);
        law_tree_text(buffer, "unit", &rule->periods[i].unit);
    }
    law_tree_number(buffer, "has-check", rule->has_check);
    law_tree_number(buffer, "checked", rule->checked);
    law_tree_text(buffer, "source", &rule->source);
}

static inline void law_tree_members(comity_buffer *buffer, const comity_members *members)
{
    law_tree_words(buffer, "member", &members->codes);
    law_tree_dates(buffer, &members->dates);
    law_tree_text(buffer, "reserving", &members->reserving);
}

static inline void law_tree_name(comity_buffer *buffer, const comity_name *name)
{
    law_tree_text(buffer, "name", &name->name);
    law_tree_text(buffer, "label", &name->label);
    law_tree_text(buffer, "dpv", &name->dpv);
    law_tree_text(buffer, "aside", &name->aside);
    law_tree_words(buffer, "parent", &name->parents);
    law_tree_number(buffer, "valid", name->valid);
    law_tree_text(buffer, "unit", &name->valid_unit);
}

static inline void law_tree_count(comity_buffer *buffer, const comity_count *count)
{
    law_tree_text(buffer, "count", &count->name);
    law_tree_text(buffer, "label", &count->label);
    law_tree_text(buffer, "of", &count->of);
    law_tree_condition(buffer, "when", count->when);
    law_tree_number(buffer, "calendar-year", count->calendar_year);
    law_tree_number(buffer, "months", count->months);
    law_tree_number(buffer, "per-importer", count->per_importer);
    law_tree_words(buffer, "except", &count->except);
}

static inline void law_tree_calendar(comity_buffer *buffer, const comity_calendar *calendar)
{
    law_tree_words(buffer, "weekend", &calendar->weekend);
    for (size_t i = 0; i < calendar->holiday_count; i++) {
        law_tree_number(buffer, "holiday", calendar->holidays[i].day);
        law_tree_text(buffer, "title", &calendar->holidays[i].title);
    }
}

static inline void law_tree_orders(comity_buffer *buffer, const comity_orders *orders)
{
    law_tree_text(buffer, "orders", &orders->name);
    law_tree_text(buffer, "title", &orders->title);
    for (size_t i = 0; i < orders->line_count; i++) {
        law_tree_text(buffer, "order", &orders->lines[i].title);
        law_tree_dates(buffer, &orders->lines[i].dates);
    }
}

static inline void law_tree_group(comity_buffer *buffer, const comity_group *group)
{
    law_tree_text(buffer, "group", &group->name);
    law_tree_text(buffer, "title", &group->title);
    for (size_t i = 0; i < group->line_count; i++) {
        law_tree_members(buffer, &group->lines[i]);
    }
}

static inline void law_tree_instrument(comity_buffer *buffer, const comity_instrument *instrument)
{
    law_tree_text(buffer, "instrument", &instrument->name);
    law_tree_text(buffer, "title", &instrument->title);
    law_tree_text(buffer, "kind", &instrument->kind);
    law_tree_text(buffer, "published", &instrument->published);
    law_tree_number(buffer, "rank", instrument->rank);
    law_tree_dates(buffer, &instrument->dates);
}

static inline void law_tree_covers(comity_buffer *buffer, const comity_covers *covers)
{
    law_tree_number(buffer, "acts", covers->acts);
    for (size_t i = 0; i < covers->act_count; i++) {
        law_tree_number(buffer, "act", covers->act_order[i]);
    }
    law_tree_dates(buffer, &covers->dates);
}

static inline void law_tree_declaration(comity_buffer *buffer, const comity_declaration *declaration)
{
    law_tree_number(buffer, "declares", declaration->kind);
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
        law_tree_name(buffer, &declaration->as.name);
        break;
    case COMITY_DECLARES_INSTRUMENT:
        law_tree_instrument(buffer, &declaration->as.instrument);
        break;
    case COMITY_DECLARES_AUTHORITY:
        law_tree_text(buffer, "authority", &declaration->as.authority.name);
        law_tree_text(buffer, "title", &declaration->as.authority.title);
        law_tree_words(buffer, "grants", &declaration->as.authority.grants);
        break;
    case COMITY_DECLARES_GROUP:
        law_tree_group(buffer, &declaration->as.group);
        break;
    case COMITY_DECLARES_ORDERS:
        law_tree_orders(buffer, &declaration->as.orders);
        break;
    case COMITY_DECLARES_ENTER:
        law_tree_text(buffer, "enter", &declaration->as.enter.name);
        law_tree_group(buffer, &declaration->as.enter.members);
        law_tree_orders(buffer, &declaration->as.enter.orders);
        break;
    case COMITY_DECLARES_CALENDAR:
        law_tree_calendar(buffer, &declaration->as.calendar);
        break;
    case COMITY_DECLARES_DEFINE:
    case COMITY_DECLARES_DERIVE:
        law_tree_text(buffer, "define", &declaration->as.define.name);
        law_tree_condition(buffer, "when", declaration->as.define.when);
        break;
    case COMITY_DECLARES_COUNT:
        law_tree_count(buffer, &declaration->as.count);
        break;
    case COMITY_DECLARES_COVERS:
        law_tree_covers(buffer, &declaration->as.covers);
        break;
    case COMITY_DECLARES_MEMBERS:
    case COMITY_DECLARES_REACHES:
    case COMITY_DECLARES_PARTIES:
        law_tree_members(buffer, &declaration->as.members);
        break;
    case COMITY_DECLARES_ADOPT:
    case COMITY_DECLARES_ABOUT:
    case COMITY_DECLARES_SIGNED:
    case COMITY_DECLARES_CHANNEL:
        law_tree_words(buffer, "word", &declaration->as.words);
        break;
    case COMITY_DECLARES_DIRECT:
    case COMITY_DECLARES_SOFT:
        break;
    case COMITY_DECLARES_RULE:
        law_tree_rule(buffer, &declaration->as.rule);
        break;
    }
    comity_buffer_append_byte(buffer, '\n');
}

/* Appends the tree, a declaration a line, and a NUL. */
static inline void law_tree_print(comity_buffer *buffer, const comity_law_file *file)
{
    law_tree_number(buffer, "file", file->kind);
    law_tree_text(buffer, "code", &file->code);
    law_tree_text(buffer, "of", &file->of);
    law_tree_text(buffer, "title", &file->title);
    comity_buffer_append_byte(buffer, '\n');
    for (size_t i = 0; i < file->declaration_count; i++) {
        law_tree_declaration(buffer, &file->declarations[i]);
    }
    comity_buffer_append_byte(buffer, 0);
}

#endif
