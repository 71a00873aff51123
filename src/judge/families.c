/* Families of ways: their sums and products, with sets that contain another dropped.
 *
 * Families are large and mostly empty, so only the sets there are get copied; and
 * most sets have nothing in common, which the marks of their items say at a glance. */
#include "judge/families.h"

#include <string.h>

/* Only the sets there are: a family is large and mostly empty. */
static void family_copy(comity_ways *to, const comity_ways *from)
{
    memcpy(to->sets, from->sets, from->count * sizeof *from->sets);
    to->count = from->count;
    to->cut = from->cut;
}

static bool word_implies(uint32_t own, uint32_t asked)
{
    return asked == COMITY_IMAGE_NONE || own == asked;
}

/* Does holding what `own` asks for hold what `asked` asks for as well? */
static bool item_implies(const comity_way_search *search, uint32_t own, uint32_t asked)
{
    if (own == asked) {
        return true;
    }
    if ((own | asked) & COMITY_ITEM_SAFEGUARD) {
        return false;
    }
    const comity_leaf *a = &search->image->leaves[own];
    const comity_leaf *b = &search->image->leaves[asked];
    bool young = b->not_older == 0 ||
                 (b->not_older_unit == a->not_older_unit && a->not_older != 0 && a->not_older <= b->not_older);
    bool old = b->older == 0 || (b->older_unit == a->older_unit && b->calendar == a->calendar && a->older >= b->older);
    return a->name == b->name && comity_judge_law_serves(search->image, search->act, a, b) && old &&
           word_implies(a->by, b->by) && word_implies(a->about, b->about) && word_implies(a->result, b->result) &&
           word_implies(a->module, b->module) && (b->naming & ~a->naming) == 0 && young;
}

/* An item's bit among the marks of a way. Items only imply one another if they are
 * the same kind of paper, so then they must have the same bit. */
static uint64_t item_mark(const comity_image *image, uint32_t item)
{
    if (item & COMITY_ITEM_SAFEGUARD) {
        return UINT64_C(1) << (item % 64);
    }
    return UINT64_C(1) << (image->leaves[item].name % 64);
}

static bool way_has(const comity_way_search *search, const comity_way *way, uint32_t item)
{
    for (uint32_t i = 0; i < way->count; i++) {
        if (item_implies(search, way->items[i], item)) {
            return true;
        }
    }
    return false;
}

/* Is everything in `small` had by holding `large`? Mostly the marks say that it is not. */
static bool way_within(const comity_way_search *search, const comity_way *small, const comity_way *large)
{
    if ((small->marks & ~large->marks) != 0) {
        return false;
    }
    for (uint32_t i = 0; i < small->count; i++) {
        if (!way_has(search, large, small->items[i])) {
            return false;
        }
    }
    return true;
}

/* Do the marks say that no set of the family lies within the way, nor the way within one? */
static bool family_is_apart(const comity_ways *family, const comity_way *way)
{
    bool within = false;
    for (uint32_t i = 0; i < family->count; i++) {
        uint64_t marks = family->sets[i].marks;
        within |= (marks & ~way->marks) == 0 || (way->marks & ~marks) == 0;
    }
    return !within;
}

static void family_add(const comity_way_search *search, comity_ways *family, const comity_way *way)
{
    uint32_t kept = 0;
    if (family->count < COMITY_FAMILY_MAX && family_is_apart(family, way)) {
        family->sets[family->count++] = *way;
        return;
    }
    for (uint32_t i = 0; i < family->count; i++) {
        if (way_within(search, &family->sets[i], way)) {
            return;
        }
    }
    for (uint32_t i = 0; i < family->count; i++) {
        if (!way_within(search, way, &family->sets[i])) {
            if (kept != i) {
                family->sets[kept] = family->sets[i];
            }
            kept++;
        }
    }
    family->count = kept;
    if (kept < COMITY_FAMILY_MAX) {
        family->sets[family->count++] = *way;
        return;
    }
    uint32_t largest = 0;
    for (uint32_t i = 1; i < kept; i++) {
        largest = family->sets[i].count > family->sets[largest].count ? i : largest;
    }
    if (way->count < family->sets[largest].count) {
        family->sets[largest] = *way;
    }
    family->cut = true;
}

/* Within a family no set lies within another, so that what is added to nothing stays as it is. */
void comity_family_or(const comity_way_search *search, comity_ways *family, const comity_ways *more)
{
    if (family->count == 0) {
        bool cut = family->cut;
        family_copy(family, more);
        family->cut |= cut;
        return;
    }
    for (uint32_t i = 0; i < more->count; i++) {
        family_add(search, family, &more->sets[i]);
    }
    family->cut |= more->cut;
}

/* Adds an item, unless it is implied; what it implies goes. False: too many. */
static bool way_add(const comity_way_search *search, comity_way *way, uint32_t item)
{
    uint32_t kept = 0;
    if (way_has(search, way, item)) {
        return true;
    }
    for (uint32_t i = 0; i < way->count; i++) {
        if (!item_implies(search, item, way->items[i])) {
            way->items[kept++] = way->items[i];
        }
    }
    way->count = kept;
    if (kept == COMITY_WAY_SIZE_MAX) {
        return false;
    }
    way->items[way->count++] = item;
    return true;
}

/* False if together they are too many. */
static bool way_join(const comity_way_search *search, const comity_way *a, const comity_way *b, comity_way *ret_way)
{
    *ret_way = *a;
    for (uint32_t i = 0; i < b->count; i++) {
        if (!way_add(search, ret_way, b->items[i])) {
            return false;
        }
    }
    ret_way->marks |= b->marks;
    return true;
}

static uint64_t family_marks(const comity_ways *family)
{
    uint64_t marks = 0;
    for (uint32_t i = 0; i < family->count; i++) {
        marks |= family->sets[i].marks;
    }
    return marks;
}

/* The product of families that have nothing in common, so that no item of one can
 * imply one of the other. Within a family no set lies within another; so none does
 * in the product, and nothing need be compared. */
static void family_and_apart(const comity_ways *family, const comity_ways *more, comity_ways *product)
{
    for (uint32_t i = 0; i < family->count; i++) {
        for (uint32_t j = 0; j < more->count; j++) {
            const comity_way *a = &family->sets[i];
            const comity_way *b = &more->sets[j];
            comity_way *way = &product->sets[product->count];
            if (a->count + b->count > COMITY_WAY_SIZE_MAX) {
                product->cut = true;
                continue;
            }
            *way = *a;
            memcpy(way->items + a->count, b->items, b->count * sizeof *b->items);
            way->count += b->count;
            way->marks |= b->marks;
            product->count++;
        }
    }
}

void comity_family_and(const comity_way_search *search, comity_ways *family, const comity_ways *more)
{
    comity_ways product;
    if (comity_family_is_any(more)) {
        family->cut |= more->cut;
        return;
    }
    if (comity_family_is_any(family)) {
        bool cut = family->cut;
        family_copy(family, more);
        family->cut |= cut;
        return;
    }
    comity_family_none(&product);
    product.cut = family->cut || more->cut;
    if ((family_marks(family) & family_marks(more)) == 0 && family->count * more->count <= COMITY_FAMILY_MAX) {
        family_and_apart(family, more, &product);
        family_copy(family, &product);
        return;
    }
    for (uint32_t i = 0; i < family->count; i++) {
        for (uint32_t j = 0; j < more->count; j++) {
            comity_way way;
            if (way_join(search, &family->sets[i], &more->sets[j], &way)) {
                family_add(search, &product, &way);
            } else {
                product.cut = true;
            }
        }
    }
    family_copy(family, &product);
}

void comity_family_of(const comity_way_search *search, uint32_t item, comity_ways *ret_family)
{
    comity_family_none(ret_family);
    ret_family->sets[0].marks = item_mark(search->image, item);
    ret_family->sets[0].items[0] = item;
    ret_family->sets[0].count = 1;
    ret_family->count = 1;
}
