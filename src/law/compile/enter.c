/* What policies enter in lists that other files declare.
 *
 * Comes in: names that have their numbers. Goes out: entries of groups and of
 * lists of orders whose declarations hold the lines of the policies too, behind
 * their own, in the order of the policies' codes. What is parsed stays as it
 * is: a list that is added to has a declaration made anew. */
#include "law/compile/compiler.h"

#include "base/near.h"

#include <string.h>

static void complain_missing(comity_compiler *compiler, const comity_word *word)
{
    const comity_entries *lists[] = {&compiler->group_entries, &compiler->entries[COMITY_CLASS_ORDERS]};
    comity_near near;
    comity_near_begin(&near, word->text, strlen(word->text));
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        for (size_t j = 0; j < lists[i]->count; j++) {
            comity_near_offer(&near, lists[i]->items[j].text, strlen(lists[i]->items[j].text));
        }
    }
    if (near.best != NULL) {
        comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, word->at,
                               "\"%s\" is no group and no list of orders; did you mean \"%s\"?", word->text, near.best);
    } else {
        comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, word->at,
                               "\"%s\" is no group and no list of orders", word->text);
    }
}

/* `first` lines, then `more`, as one list. */
static comity_status join(comity_compiler *compiler, const void *first, size_t first_count, const void *more,
                          size_t more_count, size_t size, void *ret_lines, size_t *ret_count)
{
    char *lines;
    COMITY_TRY(comity_compiler_take(compiler, first_count + more_count, size, &lines));
    if (first_count != 0) {
        memcpy(lines, first, first_count * size);
    }
    if (more_count != 0) {
        memcpy(lines + first_count * size, more, more_count * size);
    }
    memcpy(ret_lines, &lines, sizeof lines);
    *ret_count = first_count + more_count;
    return COMITY_OK;
}

static comity_status add_members(comity_compiler *compiler, comity_declaration *list, const comity_enter *enter)
{
    comity_group *group = &list->as.group;
    if (enter->members.line_count == 0 || enter->orders.line_count != 0) {
        comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, enter->name.at,
                               "\"%s\" is a group: below it stand lines with \"members\"", enter->name.text);
    }
    return join(compiler, group->lines, group->line_count, enter->members.lines, enter->members.line_count,
                sizeof *group->lines, &group->lines, &group->line_count);
}

static comity_status add_orders(comity_compiler *compiler, comity_declaration *list, const comity_enter *enter)
{
    comity_orders *orders = &list->as.orders;
    if (enter->orders.line_count == 0 || enter->members.line_count != 0) {
        comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, enter->name.at,
                               "\"%s\" is a list of orders: below it stand lines with \"order\"", enter->name.text);
    }
    return join(compiler, orders->lines, orders->line_count, enter->orders.lines, enter->orders.line_count,
                sizeof *orders->lines, &orders->lines, &orders->line_count);
}

static comity_status enter_one(comity_compiler *compiler, const comity_enter *enter)
{
    uint32_t group = comity_map_get(&compiler->groups, enter->name.text);
    uint32_t orders = comity_map_get(&compiler->declared[COMITY_CLASS_ORDERS], enter->name.text);
    comity_entry *entry = group != COMITY_IMAGE_NONE    ? &compiler->group_entries.items[group]
                          : orders != COMITY_IMAGE_NONE ? &compiler->entries[COMITY_CLASS_ORDERS].items[orders]
                                                        : NULL;
    if (entry == NULL) {
        complain_missing(compiler, &enter->name);
        return COMITY_OK;
    }
    comity_declaration *list;
    COMITY_TRY(comity_compiler_take(compiler, 1, sizeof *list, &list));
    *list = *entry->declaration;
    entry->declaration = list;
    return group != COMITY_IMAGE_NONE ? add_members(compiler, list, enter) : add_orders(compiler, list, enter);
}

comity_status comity_compile_entered(comity_compiler *compiler)
{
    const comity_entries *laws = &compiler->entries[COMITY_CLASS_LAW];
    for (size_t i = 0; i < laws->count; i++) {
        const comity_law_file *file = laws->items[i].file;
        for (size_t j = 0; j < file->declaration_count; j++) {
            if (file->declarations[j].kind == COMITY_DECLARES_ENTER) {
                COMITY_TRY(enter_one(compiler, &file->declarations[j].as.enter));
            }
        }
    }
    return COMITY_OK;
}
