/* Opening an image: that it is one, whole and unaltered; then that every index
 * in it leads somewhere. After that the judge walks it without further checks.
 *
 * The hash keeps out damage, not malice: whoever can write an image can hash
 * it. So nothing here rests on the hash, and fuzzing goes on behind it. */
#include "law/image_check.h"

#include "base/date.h"
#include "base/limits.h"
#include "base/sha256.h"
#include "base/utf8.h"

#include <string.h>

_Static_assert(sizeof(comity_literal) == 8, "image layout");
_Static_assert(sizeof(comity_row) == 20, "image layout");
_Static_assert(sizeof(comity_block) == 160, "image layout");
_Static_assert(sizeof(comity_block_rule) == 32, "image layout");
_Static_assert(sizeof(comity_place) == 24, "image layout");
_Static_assert(sizeof(comity_law_record) == 132, "image layout");
_Static_assert(sizeof(comity_symbol) == 8, "image layout");
_Static_assert(sizeof(comity_rule_record) == 104, "image layout");
_Static_assert(sizeof(comity_leaf) == 64, "image layout");
_Static_assert(sizeof(comity_name_record) == 24, "image layout");
_Static_assert(sizeof(comity_image_header) % 8 == 0, "image layout");

static comity_status damaged(comity_error *reterr, const char *what, size_t index)
{
    return comity_image_damaged(reterr, what, index);
}

static bool range_ok(uint64_t first, uint64_t count, uint64_t limit)
{
    return comity_image_range_ok(first, count, limit);
}

static bool text_ok(const comity_image *image, uint32_t text)
{
    return text < image->texts_count;
}

/* A text of so many bytes. */
static bool sized_ok(const comity_image *image, uint32_t text, size_t size)
{
    return text_ok(image, text) && strlen(image->texts + text) == size;
}

static bool index_or_none(uint32_t index, uint32_t count)
{
    return index == COMITY_IMAGE_NONE || index < count;
}

static uint32_t class_count(const comity_image *image, comity_class class_of)
{
    const comity_image_header *header = image->header;
    switch (class_of) {
    case COMITY_CLASS_AUTHORITY:
        return image->authorities_count;
    case COMITY_CLASS_COUNT:
        return image->counts_count;
    case COMITY_CLASS_ORDERS:
        return image->orders_count;
    case COMITY_CLASS_PLACE:
        return image->places_count;
    case COMITY_CLASS_LAW:
        return image->laws_count;
    case COMITY_CLASS_RULE:
        return image->rules_count;
    default:
        return header->first_name[class_of + 1] - header->first_name[class_of];
    }
}

/* Is every name of the set one of the class? */
static bool set_ok(const comity_image *image, uint32_t index, uint32_t class_size)
{
    if (index >= image->sets_count) {
        return false;
    }
    for (uint32_t word = 0; word < COMITY_SET_WORDS; word++) {
        uint32_t below = class_size <= word * 64 ? 0 : class_size - word * 64;
        if (below < 64 && image->sets[index].words[word] >> below != 0) {
            return false;
        }
    }
    return true;
}

static uint32_t slot_size(const comity_image *image, uint32_t slot)
{
    static const comity_class classes[COMITY_SLOT_DEMAND] = {
        [COMITY_SLOT_CATEGORY] = COMITY_CLASS_CATEGORY, [COMITY_SLOT_PURPOSE] = COMITY_CLASS_PURPOSE,
        [COMITY_SLOT_DEAL] = COMITY_CLASS_DEAL,         [COMITY_SLOT_CIRCUMSTANCE] = COMITY_CLASS_CIRCUMSTANCE,
        [COMITY_SLOT_SAFEGUARD] = COMITY_CLASS_SAFEGUARD,
    };
    return slot < COMITY_SLOT_DEMAND ? class_count(image, classes[slot]) : COMITY_DEMAND_BINDING + 1;
}

/* ---- header ---- */

static comity_status header_check(const void *bytes, size_t size, comity_error *reterr)
{
    const comity_image_header *header = bytes;
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    if (first != 1) {
        return comity_fail(reterr, COMITY_ERROR_IMAGE, "law images are for little-endian machines, and this is none");
    }
    if (size < sizeof *header + COMITY_SHA256_SIZE || memcmp(header->magic, COMITY_IMAGE_MAGIC, 8) != 0) {
        return comity_fail(reterr, COMITY_ERROR_IMAGE, "this is no law image: it does not begin with \"%s\"",
                           COMITY_IMAGE_MAGIC);
    }
    if (header->version != COMITY_IMAGE_VERSION || header->header_size != sizeof *header) {
        return comity_fail(reterr, COMITY_ERROR_IMAGE,
                           "the law image has version %u, but this program reads version %u; build it anew",
                           header->version, COMITY_IMAGE_VERSION);
    }
    if (header->size != size || size % 8 != 0) {
        return comity_fail(reterr, COMITY_ERROR_IMAGE,
                           "the law image says it has %llu bytes, but %zu were found: it is cut off or has a tail",
                           (unsigned long long)header->size, size);
    }
    return COMITY_OK;
}

/* One pass serves both: the hash at the end over what is before it, and the
 * name of the law, which is over all. */
static comity_status hash_check(comity_image *image, comity_error *reterr)
{
    comity_sha256_state whole;
    uint8_t digest[COMITY_SHA256_SIZE];
    const uint8_t *tail = image->bytes + image->size - COMITY_SHA256_SIZE;
    comity_sha256_begin(&whole);
    comity_sha256_add(&whole, image->bytes, image->size - COMITY_SHA256_SIZE);
    comity_sha256_state before = whole;
    comity_sha256_end(&before, digest);
    if (memcmp(digest, tail, sizeof digest) != 0) {
        return comity_fail(reterr, COMITY_ERROR_IMAGE,
                           "the law image is altered or damaged: its bytes do not have the hash at its end");
    }
    comity_sha256_add(&whole, tail, COMITY_SHA256_SIZE);
    comity_sha256_end(&whole, image->hash);
    memcpy(image->hash_text, "sha256:", 7);
    comity_sha256_print(image->hash, image->hash_text + 7);
    return COMITY_OK;
}

static comity_status tables_find(comity_image *image, comity_error *reterr)
{
    const comity_image_header *header = image->header;
    size_t end = image->size - COMITY_SHA256_SIZE;
#define FIND(table, type)                                                                           \
    if (header->table.offset % 8 != 0 || header->table.offset < sizeof *header ||                   \
        !range_ok(header->table.offset, (uint64_t)header->table.count * sizeof(type), end)) {       \
        return comity_fail(reterr, COMITY_ERROR_IMAGE,                                              \
                           "the law image is damaged: its table \"" #table "\" lies outside of it"); \
    }                                                                                               \
    image->table = (const type *)(const void *)(image->bytes + header->table.offset);               \
    image->table##_count = header->table.count;
    COMITY_IMAGE_TABLES(FIND)
#undef FIND
    return COMITY_OK;
}

/* ---- names ---- */

static comity_status texts_check(const comity_image *image, comity_error *reterr)
{
    if (image->header->clauses_size > COMITY_LIMIT_LAW_CLAUSES_BYTES) {
        return damaged(reterr, "byte of law as it is written", image->header->clauses_size);
    }
    if (image->size - image->header->texts.offset - image->texts_count < COMITY_IMAGE_LONG) {
        return damaged(reterr, "text", 0); /* texts are copied in long steps */
    }
    if (image->texts_count == 0 || image->texts[image->texts_count - 1] != '\0' ||
        comity_utf8_check(image->texts, image->texts_count) != image->texts_count) {
        return damaged(reterr, "text", 0);
    }
    return COMITY_OK;
}

static comity_status names_check(const comity_image *image, comity_error *reterr)
{
    const comity_image_header *header = image->header;
    for (uint32_t class_of = 0; class_of < COMITY_CLASS_LAST; class_of++) {
        uint32_t first = header->first_name[class_of];
        uint32_t next = header->first_name[class_of + 1];
        if (next < first || next > image->names_count || (class_of == 0 && first != 0) ||
            (class_of <= COMITY_CLASS_PAPER && next - first > COMITY_SET_BITS)) {
            return damaged(reterr, "class of names", class_of);
        }
    }
    for (uint32_t i = 0; i < image->names_count; i++) {
        const comity_name_record *name = &image->names[i];
        bool is_category = i < header->first_name[COMITY_CLASS_KIND];
        if (!sized_ok(image, name->text, name->size) || !text_ok(image, name->label) || !text_ok(image, name->dpv) ||
            !index_or_none(name->ancestors, image->sets_count) ||
            (is_category && !set_ok(image, name->ancestors, class_count(image, COMITY_CLASS_CATEGORY))) ||
            !index_or_none(name->rows, image->conditions_count)) {
            return damaged(reterr, "name", i);
        }
    }
    return COMITY_OK;
}

static void traits_count(comity_image *image)
{
    uint32_t trait = COMITY_TRAIT_FIRST;
    for (uint32_t kind = 0; kind < COMITY_SIEVE_LAST; kind++) {
        image->first_trait[kind] = (uint16_t)trait;
        trait += class_count(image, comity_sieve_class(kind));
    }
    image->first_trait[COMITY_SIEVE_LAST] = (uint16_t)trait;
}

static comity_status symbols_check(const comity_image *image, comity_error *reterr)
{
    uint32_t count = image->symbols_count;
    uint32_t empty = 0;
    if (count == 0 || (count & (count - 1)) != 0) {
        return damaged(reterr, "table of symbols of size", count);
    }
    for (uint32_t i = 0; i < count; i++) {
        const comity_symbol *symbol = &image->symbols[i];
        if (symbol->class_of == COMITY_CLASS_LAST) {
            empty++;
        } else if (symbol->class_of > COMITY_CLASS_LAST || !text_ok(image, symbol->text) ||
                   symbol->index >= class_count(image, (comity_class)symbol->class_of)) {
            return damaged(reterr, "symbol", i);
        }
    }
    return empty == 0 ? damaged(reterr, "table of symbols of size", count) : COMITY_OK;
}

/* ---- places and laws ---- */

static comity_status places_check(const comity_image *image, comity_error *reterr)
{
    for (uint32_t i = 0; i < image->places_count; i++) {
        const comity_place *place = &image->places[i];
        if (!sized_ok(image, place->code, place->code_size) || !text_ok(image, place->name) || place->state >= image->places_count ||
            image->places[place->state].is_part || (place->state != i && !place->is_part) ||
            (place->law != COMITY_NONE16 && place->law >= image->laws_count) ||
            !range_ok(place->first_reach, place->reach_count, image->reaches_count)) {
            return damaged(reterr, "place", i);
        }
    }
    for (uint32_t i = 0; i < image->reaches_count; i++) {
        if (image->reaches[i].law >= image->laws_count) {
            return damaged(reterr, "reach", i);
        }
    }
    for (uint32_t i = 0; i < image->place_sets_count; i++) {
        const comity_place_set *set = &image->place_sets[i];
        if (!range_ok(set->first, set->count, image->set_places_count) ||
            !range_ok(set->first_dated, set->dated_count, image->dated_count)) {
            return damaged(reterr, "set of places", i);
        }
    }
    if (image->header->place_words != comity_place_words(image->places_count) ||
        (uint64_t)image->header->place_words * image->place_sets_count != image->place_bits_count) {
        return damaged(reterr, "table of members of size", image->place_bits_count);
    }
    for (uint32_t i = 0; i < image->set_places_count; i++) {
        if (image->set_places[i] >= image->places_count) {
            return damaged(reterr, "member of a set of places", i);
        }
    }
    return COMITY_OK;
}

static comity_status laws_check(const comity_image *image, comity_error *reterr)
{
    if (image->laws_count >= COMITY_NONE16 || image->places_count >= COMITY_NONE16) {
        return damaged(reterr, "number of laws", image->laws_count);
    }
    for (uint32_t i = 0; i < image->laws_count; i++) {
        const comity_law_record *law = &image->laws[i];
        if (!sized_ok(image, law->code, law->code_size) || !text_ok(image, law->title) ||
            law->kind > COMITY_LAW_STATE || (law->place != COMITY_NONE16 && law->place >= image->places_count) ||
            !range_ok(law->first_rule, law->rule_count, image->rules_count) ||
            !range_ok(law->first_row, law->row_count, image->rows_count) ||
            !range_ok(law->first_cover, law->cover_count, image->covers_count) ||
            !range_ok(law->first_about, law->about_count, image->abouts_count) ||
            !index_or_none(law->parties, image->place_sets_count) || !index_or_none(law->channel, image->sets_count) ||
            law->position >= image->law_order_count || image->law_order[law->position] != i) {
            return damaged(reterr, "law", i);
        }
    }
    if (image->law_order_count != image->laws_count) {
        return damaged(reterr, "order of laws of size", image->law_order_count);
    }
    if (image->coverage_count != (uint64_t)image->places_count * COMITY_ACT_COUNT) {
        return damaged(reterr, "table of coverage of size", image->coverage_count);
    }
    uint32_t words = image->header->agreement_words;
    if (words != ((uint64_t)image->agreement_laws_count + 63) / 64 ||
        (uint64_t)words * image->places_count != image->agreements_count) {
        return damaged(reterr, "table of agreements of size", image->agreements_count);
    }
    for (uint32_t i = 0; i < image->agreement_laws_count; i++) {
        if (image->agreement_laws[i] >= image->laws_count ||
            image->laws[image->agreement_laws[i]].parties == COMITY_IMAGE_NONE) {
            return damaged(reterr, "agreement", i);
        }
    }
    for (uint32_t i = 0; i < image->agreements_count; i++) {
        for (uint64_t bits = image->agreements[i]; bits != 0; bits &= bits - 1) {
            uint32_t agreement = i % words * 64 + (uint32_t)__builtin_ctzll(bits);
            if (agreement >= image->agreement_laws_count) {
                return damaged(reterr, "agreement", agreement);
            }
        }
    }
    return COMITY_OK;
}

/* ---- rules ---- */

static bool indices_ok(const comity_image *image, uint32_t first, uint32_t count, uint32_t below)
{
    if (!range_ok(first, count, image->indices_count)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (image->indices[first + i] >= below) {
            return false;
        }
    }
    return true;
}

static bool rule_texts_ok(const comity_image *image, const comity_rule_record *rule)
{
    return sized_ok(image, rule->name, rule->name_size) && sized_ok(image, rule->title, rule->title_size) &&
           sized_ok(image, rule->cite, rule->cite_size) && sized_ok(image, rule->check, rule->check_size) &&
           sized_ok(image, rule->text, rule->text_size) && sized_ok(image, rule->within, rule->within_size) &&
           sized_ok(image, rule->day, rule->checked == COMITY_NO_DATE ? 0 : COMITY_DATE_TEXT_SIZE - 1) &&
           rule->clauses < image->header->clauses_size;
}

static comity_status rules_check(const comity_image *image, comity_error *reterr)
{
    for (uint32_t i = 0; i < image->rules_count; i++) {
        const comity_rule_record *rule = &image->rules[i];
        if (!rule_texts_ok(image, rule) || rule->law >= image->laws_count || rule->effect > COMITY_EFFECT_NOTES ||
            !index_or_none(rule->expression, image->expressions_count) ||
            !indices_ok(image, rule->first_target, rule->target_count, image->rules_count) ||
            !indices_ok(image, rule->first_lifter, rule->lifter_count, i) ||
            !indices_ok(image, rule->first_way, rule->way_count, image->rules_count) ||
            !range_ok(rule->first_row, rule->row_count, image->rows_count)) {
            return damaged(reterr, "rule", i);
        }
    }
    return COMITY_OK;
}

static bool literal_ok(const comity_image *image, const comity_literal *literal)
{
    bool side_ok = (literal->flags & COMITY_LITERAL_SIDE) <= COMITY_NODE_SELF;
    switch ((comity_test_op)literal->op) {
    case COMITY_OP_ACT:
    case COMITY_OP_ACROSS:
        return true;
    case COMITY_OP_PLACE:
    case COMITY_OP_SUBJECT_TO:
        return side_ok && literal->b < image->place_sets_count;
    case COMITY_OP_PLACES_HAS:
    case COMITY_OP_PLACES_HAS_OUTSIDE:
    case COMITY_OP_PLACES_ONLY:
    case COMITY_OP_PLACES_ONLY_OUTSIDE:
        return literal->a <= COMITY_LIST_TRANSIT && literal->b < image->place_sets_count;
    case COMITY_OP_HAS:
        return literal->a < COMITY_SLOT_LAST && literal->b < slot_size(image, literal->a);
    case COMITY_OP_HAS_ANY:
        return literal->a < COMITY_SLOT_LAST && set_ok(image, literal->b, slot_size(image, literal->a));
    case COMITY_OP_ONLY:
        return literal->a <= COMITY_SLOT_PURPOSE && set_ok(image, literal->b, slot_size(image, literal->a));
    case COMITY_OP_PARTY_HAS:
        return side_ok && (literal->a == COMITY_CLASS_KIND || literal->a == COMITY_CLASS_CERTIFICATE) &&
               set_ok(image, literal->b, class_count(image, (comity_class)literal->a));
    case COMITY_OP_DERIVED:
        return side_ok && literal->b < class_count(image, COMITY_CLASS_KIND) &&
               comity_image_name(image, COMITY_CLASS_KIND, literal->b)->rows != COMITY_IMAGE_NONE;
    case COMITY_OP_OWNED:
        return side_ok && literal->a != 0 && literal->a <= 10000 && literal->b < image->conditions_count;
    case COMITY_OP_PEOPLE:
        return literal->b < image->numbers_count;
    case COMITY_OP_COUNT:
        return literal->a < image->counts_count && literal->b < image->numbers_count;
    case COMITY_OP_DEMAND_BASIS:
        return (literal->a == COMITY_CLASS_LAW && literal->b < image->laws_count) ||
               (literal->a == COMITY_CLASS_BASIS && literal->b < class_count(image, COMITY_CLASS_BASIS));
    case COMITY_OP_ORDER:
        return literal->a < image->orders_count;
    case COMITY_OP_AGREEMENT:
        return side_ok && literal->b <= COMITY_NODE_SECOND;
    case COMITY_OP_RECEIVED:
        return side_ok && literal->a <= image->sets_count &&
               (literal->b < image->place_sets_count ||
                (literal->b == COMITY_IMAGE_NONE && (literal->flags & COMITY_RECEIVED_STATE) != 0));
    case COMITY_OP_HELD:
        return literal->b < image->leaves_count;
    case COMITY_OP_CONDITION:
        return literal->b < image->conditions_count;
    case COMITY_OP_SAME_STATE:
        return side_ok && literal->b <= COMITY_NODE_SELF;
    case COMITY_OP_PLACES_STATE:
        return side_ok && (literal->a & ~(COMITY_PLACES_ONLY | COMITY_PLACES_OUTSIDE)) <= COMITY_LIST_TRANSIT;
    case COMITY_OP_LAST:
        break;
    }
    return false;
}

static comity_status rows_check(const comity_image *image, comity_error *reterr)
{
    for (uint32_t i = 0; i < image->rows_count; i++) {
        const comity_row *row = &image->rows[i];
        if (!range_ok(row->first_literal, row->literal_count, image->literals_count) ||
            row->residual > row->sieved || row->sieved > row->literal_count ||
            !range_ok(row->first_test, (uint64_t)row->literal_count - row->sieved, image->row_tests_count)) {
            return damaged(reterr, "row", i);
        }
    }
    for (uint32_t i = 0; i < image->conditions_count; i++) {
        if (!range_ok(image->conditions[i].first_row, image->conditions[i].row_count, image->rows_count)) {
            return damaged(reterr, "condition", i);
        }
    }
    for (uint32_t i = 0; i < image->literals_count; i++) {
        if (!literal_ok(image, &image->literals[i])) {
            return damaged(reterr, "literal", i);
        }
    }
    for (uint32_t i = 0; i < image->tests_count; i++) {
        if (!literal_ok(image, &image->tests[i])) {
            return damaged(reterr, "test", i);
        }
    }
    for (uint32_t i = 0; i < image->row_tests_count; i++) {
        if (image->row_tests[i] >= image->tests_count) {
            return damaged(reterr, "test of a row", i);
        }
    }
    return COMITY_OK;
}

/* ---- papers, counts, the rest ---- */

/* An expression is a tree, and stands as the compiler writes it: each node, then what
 * is below it. So whoever goes through one comes to each node once, and to an end. */
static bool expression_ok(const comity_image *image, unsigned depth, uint32_t *ret_next)
{
    uint32_t index = (*ret_next)++;
    if (index >= image->expressions_count || depth > COMITY_LIMIT_EXPRESSION_DEPTH) {
        return false;
    }
    const comity_expression_node *node = &image->expressions[index];
    if (node->kind == COMITY_EXPRESSION_LEAF) {
        return node->leaf < image->leaves_count;
    }
    if (node->kind > COMITY_EXPRESSION_ORDER || !range_ok(node->first_child, node->child_count, image->indices_count)) {
        return false;
    }
    for (uint32_t i = 0; i < node->child_count; i++) {
        if (image->indices[node->first_child + i] != *ret_next || !expression_ok(image, depth + 1, ret_next)) {
            return false;
        }
    }
    return true;
}

static bool leaf_whose_ok(uint32_t under_of)
{
    uint32_t whose = under_of & COMITY_UNDER_WHOSE;
    uint32_t other = under_of >> COMITY_UNDER_OTHER_SHIFT;
    return whose <= COMITY_UNDER_PARTY + COMITY_NODE_SECOND && other <= COMITY_NODE_SECOND + 1 && (whose != 0 || other == 0);
}

static bool leaf_ok(const comity_image *image, const comity_leaf *leaf)
{
    uint32_t names = class_count(image, leaf->is_safeguard ? COMITY_CLASS_SAFEGUARD : COMITY_CLASS_PAPER);
    bool under_ok = leaf->under < image->laws_count || (leaf->under == COMITY_IMAGE_NONE && leaf->under_of != 0);
    return sized_ok(image, leaf->text, leaf->size) && leaf->name < names && (leaf->is_safeguard || under_ok) &&
           leaf_whose_ok(leaf->under_of) && leaf->older <= 1000000 &&
           index_or_none(leaf->calendar, image->calendars_count) && index_or_none(leaf->by, image->authorities_count) &&
           index_or_none(leaf->about, image->rules_count) &&
           index_or_none(leaf->result, class_count(image, COMITY_CLASS_WORD)) &&
           index_or_none(leaf->module, class_count(image, COMITY_CLASS_WORD)) && leaf->not_older <= 1000000 &&
           leaf->valid <= 1000000;
}

static comity_status deadlines_check(const comity_image *image, comity_error *reterr)
{
    for (uint32_t i = 0; i < image->calendars_count; i++) {
        const comity_calendar_record *calendar = &image->calendars[i];
        if (!range_ok(calendar->first_day, (uint64_t)calendar->holiday_count + calendar->workday_count, image->days_count) ||
            !comity_date_valid(calendar->from) || !comity_date_valid(calendar->until)) {
            return damaged(reterr, "calendar", i);
        }
    }
    for (uint32_t i = 0; i < image->deadlines_count; i++) {
        const comity_deadline *deadline = &image->deadlines[i];
        if (deadline->rule >= image->rules_count || (i != 0 && deadline->rule <= image->deadlines[i - 1].rule) ||
            deadline->number > 1000000 || deadline->unit > COMITY_UNIT_WORKING_DAYS ||
            !index_or_none(deadline->calendar, image->calendars_count) ||
            !index_or_none(deadline->leaf, image->leaves_count)) {
            return damaged(reterr, "deadline", i);
        }
    }
    return COMITY_OK;
}

static comity_status declarations_check(const comity_image *image, comity_error *reterr)
{
    for (uint32_t i = 0; i < image->declarations_count; i++) {
        const comity_declared *declared = &image->declarations[i];
        if (!index_or_none(declared->law, image->laws_count) || !text_ok(image, declared->word) ||
            !text_ok(image, declared->name) || declared->clauses >= image->header->clauses_size) {
            return damaged(reterr, "declaration", i);
        }
    }
    return COMITY_OK;
}

static comity_status rest_check(const comity_image *image, comity_error *reterr)
{
    for (uint32_t i = 0; i < image->expressions_count;) {
        uint32_t root = i;
        if (!expression_ok(image, 0, &i)) {
            return damaged(reterr, "expression", root);
        }
    }
    for (uint32_t i = 0; i < image->leaves_count; i++) {
        if (!leaf_ok(image, &image->leaves[i])) {
            return damaged(reterr, "paper", i);
        }
    }
    for (uint32_t i = 0; i < image->counts_count; i++) {
        const comity_count_record *count = &image->counts[i];
        if (!sized_ok(image, count->name, count->size) || !text_ok(image, count->label) ||
            !index_or_none(count->rows, image->conditions_count)) {
            return damaged(reterr, "count", i);
        }
    }
    for (uint32_t i = 0; i < image->authorities_count; i++) {
        const comity_authority_record *authority = &image->authorities[i];
        if (!text_ok(image, authority->name) || !text_ok(image, authority->title) ||
            authority->grants >= image->sets_count || !index_or_none(authority->law, image->laws_count)) {
            return damaged(reterr, "authority", i);
        }
    }
    for (uint32_t i = 0; i < image->orders_count; i++) {
        const comity_orders_record *orders = &image->orders[i];
        if (!text_ok(image, orders->name) || !text_ok(image, orders->title) ||
            !range_ok(orders->first_dated, orders->dated_count, image->dated_count)) {
            return damaged(reterr, "list of orders", i);
        }
    }
    return COMITY_OK;
}

comity_status comity_image_open(const void *bytes, size_t size, comity_image *ret_image, comity_error *reterr)
{
    comity_image image = {.bytes = bytes, .size = size, .header = bytes};
    if ((uintptr_t)bytes % 8 != 0) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "a law image must lie at an address that 8 divides");
    }
    COMITY_TRY(header_check(bytes, size, reterr));
    COMITY_TRY(hash_check(&image, reterr));
    COMITY_TRY(tables_find(&image, reterr));
    COMITY_TRY(texts_check(&image, reterr));
    COMITY_TRY(names_check(&image, reterr));
    traits_count(&image);
    COMITY_TRY(symbols_check(&image, reterr));
    COMITY_TRY(places_check(&image, reterr));
    COMITY_TRY(rows_check(&image, reterr));
    COMITY_TRY(laws_check(&image, reterr));
    COMITY_TRY(rules_check(&image, reterr));
    COMITY_TRY(comity_image_judged_check(&image, reterr));
    COMITY_TRY(rest_check(&image, reterr));
    COMITY_TRY(deadlines_check(&image, reterr));
    COMITY_TRY(declarations_check(&image, reterr));
    *ret_image = image;
    return COMITY_OK;
}
