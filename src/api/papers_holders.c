/* Which papers can an act hold? What comes in: papers that count, and an act.
 * What goes out: the act with those whose holder one of its parties is, by name.
 *
 * A paper serves acts of those it is given to (`holder`); one of a party's own,
 * where it names no holder, acts of those who gave it; any other, acts of
 * whoever shows it. Names are hashed and sorted once, so that an act looks at its
 * parties' papers only, and at those that have no holder. */
#include "api/papers_holders.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a. Names that meet in it are told apart by their bytes. */
static uint64_t hash_name(const char *text, size_t size)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ (uint8_t)text[i]) * UINT64_C(1099511628211);
    }
    return hash;
}

/* The field that names the paper's holders; COMITY_FIELD_LAST: anybody. */
static comity_paper_field holders_of(const comity_paper *paper)
{
    if (paper->count[COMITY_FIELD_HOLDER] != 0) {
        return COMITY_FIELD_HOLDER;
    }
    return paper->form->own ? COMITY_FIELD_BY : COMITY_FIELD_LAST;
}

static const comity_paper *paper_at(const comity_papers *papers, size_t item)
{
    return comity_shelf_at(papers->shelf, item)->paper;
}

/* ---- sorting, once ---- */

static int compare(const void *left, const void *right)
{
    const comity_papers_holder *a = left;
    const comity_papers_holder *b = right;
    if (a->hash != b->hash) {
        return a->hash < b->hash ? -1 : 1;
    }
    return a->item < b->item ? -1 : a->item > b->item;
}

/* One for each name; papers for anybody have one, of hash 0, in a list of their own. */
static size_t count_names(const comity_papers *papers, bool for_anybody)
{
    size_t count = 0;
    for (size_t i = 0; i < papers->count; i++) {
        if (papers->items[i].held == NULL) {
            continue;
        }
        comity_paper_field field = holders_of(paper_at(papers, i));
        if (for_anybody) {
            count += field == COMITY_FIELD_LAST;
        } else if (field != COMITY_FIELD_LAST) {
            count += paper_at(papers, i)->count[field];
        }
    }
    return count;
}

static void put_names(comity_papers *papers, uint32_t item)
{
    const comity_paper *paper = paper_at(papers, item);
    comity_paper_field field = holders_of(paper);
    if (field == COMITY_FIELD_LAST) {
        papers->for_anybody[papers->for_anybody_count++] = item;
        return;
    }
    for (size_t i = 0; i < paper->count[field]; i++) {
        const comity_paper_value *name = comity_paper_get(paper, field, i);
        papers->holders[papers->holder_count++] = (comity_papers_holder){hash_name(name->text, name->size), item};
    }
}

comity_status comity_papers_sort_holders(comity_papers *papers, comity_error *reterr)
{
    void *room = NULL;
    COMITY_TRY(comity_arena_take_array(&papers->arena, count_names(papers, false) + 1, sizeof *papers->holders, &room,
                                       reterr));
    papers->holders = room;
    COMITY_TRY(comity_arena_take_array(&papers->arena, count_names(papers, true) + 1, sizeof *papers->for_anybody,
                                       &room, reterr));
    papers->for_anybody = room;
    for (size_t i = 0; i < papers->count; i++) {
        if (papers->items[i].held != NULL) {
            put_names(papers, (uint32_t)i);
        }
    }
    qsort(papers->holders, papers->holder_count, sizeof *papers->holders, compare);
    return COMITY_OK;
}

/* ---- joining, for each act ---- */

/* A party's name; size 0: not said. */
typedef struct party_name {
    char text[COMITY_ACT_NAME_BYTES];
    size_t size;
} party_name;

static bool is_holder(const comity_paper *paper, const party_name *name)
{
    return name->size != 0 && comity_paper_has(paper, holders_of(paper), name->text, name->size);
}

/* The first holder of that hash or a greater one. */
static size_t lower_bound(const comity_papers *papers, uint64_t hash)
{
    size_t begin = 0;
    size_t end = papers->holder_count;
    while (begin < end) {
        size_t middle = begin + (end - begin) / 2;
        if (papers->holders[middle].hash < hash) {
            begin = middle + 1;
        } else {
            end = middle;
        }
    }
    return begin;
}

/* The papers of one party, but those that `other`, whose turn has been, holds too. */
static comity_status join_party(const comity_papers *papers, const party_name *name, const party_name *other,
                                comity_act_memory *memory, comity_error *reterr)
{
    uint64_t hash = hash_name(name->text, name->size);
    for (size_t i = lower_bound(papers, hash); i < papers->holder_count && papers->holders[i].hash == hash; i++) {
        uint32_t item = papers->holders[i].item;
        const comity_paper *paper = paper_at(papers, item);
        bool again = i > 0 && papers->holders[i - 1].hash == hash && papers->holders[i - 1].item == item;
        if (!again && is_holder(paper, name) && (other == NULL || !is_holder(paper, other))) {
            COMITY_TRY(comity_act_join(memory, papers->items[item].held, reterr));
        }
    }
    return COMITY_OK;
}

static comity_status join_all(const comity_papers *papers, const comity_act *act, comity_act_memory *memory,
                              comity_error *reterr)
{
    party_name names[2];
    for (uint32_t side = 0; side < 2; side++) {
        names[side].size = comity_act_party_name(act, side, names[side].text);
    }
    for (size_t i = 0; i < papers->for_anybody_count; i++) {
        COMITY_TRY(comity_act_join(memory, papers->items[papers->for_anybody[i]].held, reterr));
    }
    if (names[0].size != 0) {
        COMITY_TRY(join_party(papers, &names[0], NULL, memory, reterr));
    }
    return names[1].size != 0 ? join_party(papers, &names[1], &names[0], memory, reterr) : COMITY_OK;
}

comity_status comity_papers_join(const comity_papers *papers, bool strict, const comity_act *act,
                                 comity_act_memory *memory, comity_error *reterr)
{
    if (strict) {
        comity_act_drop_claims(memory);
    }
    return papers == NULL ? COMITY_OK : join_all(papers, act, memory, reterr);
}
