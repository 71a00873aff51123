/* An act's canonical form, whose hash names it: RFC 8785 (members in order,
 * shortest escapes, whole numbers), lists that are sets sorted and each item
 * once, single values as lists of one, `id` left out. Two ways to write the
 * same act have the same hash.
 *
 * Names come from the image, where they are numbered in the order of their
 * bytes; so sets of names are sorted already.
 *
 * This is done for every act, so it is written straight into memory: each function
 * gets the place to write at and gives the place behind. Where pieces are written
 * one after the other without end, each begins by asking whether there is still
 * room; behind the last place where there is, a whole piece fits. */
#include "act/reader.h"

#include "base/date.h"
#include "base/sha256.h"

#include <string.h>

typedef struct canonical_writer {
    const comity_image *image;
    const comity_act *act;
    comity_act_memory *memory;
    uint8_t *begin;
    const uint8_t *limit; /* behind it no piece is begun */
} canonical_writer;

/* Writes a constant without its NUL; gives the end. */
#define PUT(at, text) ((uint8_t *)memcpy((at), (text), sizeof(text) - 1) + sizeof(text) - 1)

static inline bool is_full(const canonical_writer *writer, const uint8_t *at)
{
    return at > writer->limit;
}

/* Ends an object or list whose members all have a comma behind them. */
static inline uint8_t *put_end(uint8_t *at, char end)
{
    at -= at[-1] == ',';
    *at = (uint8_t)end;
    return at + 1;
}

static uint8_t *put_text(uint8_t *at, const char *text)
{
    size_t size = strlen(text);
    memcpy(at, text, size);
    return at + size;
}

static uint8_t *put_number(uint8_t *at, uint64_t number)
{
    return at + comity_number_print(number, (char *)at);
}

static uint8_t *put_slice_escaped(uint8_t *at, const comity_slice *slice)
{
    char plain[COMITY_LIMIT_ACT_TEXT_BYTES + 8];
    size_t size = 0;
    comity_buffer buffer;
    if (comity_json_decode(slice->text - 1, slice->size + 2, plain, &size, NULL) != COMITY_OK) {
        return PUT(at, "\"\""); /* the tokenizer has refused it */
    }
    comity_buffer_init_fixed(&buffer, at, COMITY_ACT_PIECE_BYTES);
    comity_buffer_append_json_string(&buffer, plain, size);
    return at + buffer.size;
}

/* A string without escapes stands in the JSON as it does here. */
static uint8_t *put_slice(const canonical_writer *writer, uint8_t *at, const comity_slice *slice)
{
    if (is_full(writer, at)) {
        return at;
    }
    if (slice->escaped) {
        return put_slice_escaped(at, slice);
    }
    *at = '"';
    memcpy(at + 1, slice->text, slice->size);
    at += slice->size + 1;
    *at = '"';
    return at + 1;
}

static uint8_t *put_date(uint8_t *at, int32_t date)
{
    *at = '"';
    comity_date_print(date, (char *)at + 1);
    at += COMITY_DATE_TEXT_SIZE;
    *at = '"';
    return at + 1;
}

/* A text of the image, which needs no escapes, in quotes. */
static inline uint8_t *put_string(const canonical_writer *writer, uint8_t *at, uint32_t text, size_t size)
{
    *at = '"';
    at = comity_image_copy(writer->image, text, size, at + 1);
    *at = '"';
    return at + 1;
}

static inline uint8_t *put_name(const canonical_writer *writer, uint8_t *at, comity_class class_of, uint32_t name)
{
    const comity_name_record *record = comity_image_name(writer->image, class_of, name);
    return put_string(writer, at, record->text, record->size);
}

static uint8_t *put_names(const canonical_writer *writer, uint8_t *at, comity_class class_of, const comity_set *set,
                          comity_known known)
{
    bool empty = (set->words[0] | set->words[1] | set->words[2] | set->words[3]) == 0;
    *at++ = '[';
    for (uint32_t word = empty ? COMITY_SET_WORDS : 0; word < COMITY_SET_WORDS; word++) {
        for (uint64_t bits = set->words[word]; bits != 0 && !is_full(writer, at); bits &= bits - 1) {
            at = put_name(writer, at, class_of, word * 64 + (uint32_t)__builtin_ctzll(bits));
            *at++ = ',';
        }
    }
    if (known == COMITY_KNOWN_SOME) {
        at = PUT(at, "\"...\"");
    }
    return put_end(at, ']');
}

/* Numbers and bounds. */
static uint8_t *put_range(uint8_t *at, comity_range range)
{
    if (range.min == range.max) {
        return put_number(at, range.min);
    }
    *at++ = '{';
    if (range.max != UINT64_MAX) {
        at = PUT(at, "\"max\":");
        at = put_number(at, range.max);
        *at++ = ',';
    }
    at = PUT(at, "\"min\":");
    at = put_number(at, range.min);
    *at++ = '}';
    return at;
}

/* ---- sets ---- */

/* Items of a set, with commas between. Those that are not in the order of their
 * bytes are put in order, and the same item is kept once; but owners that say the
 * same are two owners, and both stay. */
enum { ITEMS_MAX = COMITY_LIMIT_ACT_PLACES };

typedef struct item_list {
    uint32_t starts[ITEMS_MAX], ends[ITEMS_MAX];
    uint32_t count;
} item_list;

static int item_compare(const uint8_t *bytes, const item_list *items, uint32_t a, uint32_t b)
{
    size_t a_size = items->ends[a] - items->starts[a];
    size_t b_size = items->ends[b] - items->starts[b];
    int order = memcmp(bytes + items->starts[a], bytes + items->starts[b], a_size < b_size ? a_size : b_size);
    return order != 0 ? order : a_size < b_size ? -1 : a_size > b_size;
}

static inline uint8_t *item_begin(const canonical_writer *writer, uint8_t *at, item_list *items)
{
    if (items->count != 0) {
        *at++ = ',';
    }
    items->starts[items->count] = (uint32_t)(at - writer->begin);
    return at;
}

static inline void item_end(const canonical_writer *writer, const uint8_t *at, item_list *items)
{
    items->ends[items->count++] = (uint32_t)(at - writer->begin);
}

static bool items_are_sorted(const canonical_writer *writer, const item_list *items, bool each_once)
{
    for (uint32_t i = 1; i < items->count; i++) {
        if (item_compare(writer->begin, items, i - 1, i) >= (each_once ? 0 : 1)) {
            return false;
        }
    }
    return true;
}

static uint8_t *items_sort(const canonical_writer *writer, const item_list *items, bool each_once)
{
    uint16_t order[ITEMS_MAX];
    const uint8_t *bytes = writer->begin;
    uint8_t *sorted = writer->memory->sorting;
    for (uint32_t i = 0; i < items->count; i++) {
        uint32_t j = i;
        for (; j > 0 && item_compare(bytes, items, i, order[j - 1]) < 0; j--) {
            order[j] = order[j - 1];
        }
        order[j] = (uint16_t)i;
    }
    size_t size = 0;
    for (uint32_t i = 0; i < items->count; i++) {
        if (each_once && i > 0 && item_compare(bytes, items, order[i], order[i - 1]) == 0) {
            continue;
        }
        size_t item = items->ends[order[i]] - items->starts[order[i]];
        if (size != 0) {
            sorted[size++] = ',';
        }
        memcpy(sorted + size, bytes + items->starts[order[i]], item);
        size += item;
    }
    memcpy(writer->begin + items->starts[0], sorted, size);
    return writer->begin + items->starts[0] + size;
}

/* What follows the last item: `end`, and dots before it where more is possible. */
static uint8_t *items_end(const canonical_writer *writer, uint8_t *at, const item_list *items, comity_known known,
                          bool each_once, char end)
{
    if (items->count > 1 && !is_full(writer, at) && !items_are_sorted(writer, items, each_once)) {
        at = items_sort(writer, items, each_once);
    }
    if (known == COMITY_KNOWN_SOME) {
        at = items->count == 0 ? PUT(at, "\"...\"") : PUT(at, ",\"...\"");
    }
    *at = (uint8_t)end;
    return at + 1;
}

/* ---- places and parties ---- */

static uint8_t *put_place(const canonical_writer *writer, uint8_t *at, comity_place_ref ref)
{
    const comity_place *place = &writer->image->places[ref.place];
    *at = '"';
    at = comity_image_copy(writer->image, place->code, place->code_size, at + 1);
    if (ref.any_part) {
        at = PUT(at, "-?");
    }
    *at = '"';
    return at + 1;
}

static uint8_t *put_places(const canonical_writer *writer, uint8_t *at, comity_list list)
{
    item_list places;
    places.count = 0;
    *at++ = '[';
    for (uint32_t i = 0; i < list.count && !is_full(writer, at); i++) {
        at = item_begin(writer, at, &places);
        at = put_place(writer, at, writer->act->places[list.first + i]);
        item_end(writer, at, &places);
    }
    return items_end(writer, at, &places, list.known, true, ']');
}

/* Hundredths of a percent, as ECMAScript prints the number. */
static uint8_t *put_percent(uint8_t *at, uint32_t percent)
{
    at = put_number(at, percent / 100);
    if (percent % 100 != 0) {
        *at++ = '.';
        *at++ = (uint8_t)('0' + percent / 10 % 10);
        if (percent % 10 != 0) {
            *at++ = (uint8_t)('0' + percent % 10);
        }
    }
    return at;
}

static uint8_t *put_party(const canonical_writer *writer, uint8_t *at, uint32_t index);

static uint8_t *put_owners(const canonical_writer *writer, uint8_t *at, const comity_node *node)
{
    item_list owners;
    owners.count = 0;
    *at++ = '[';
    for (uint32_t i = 0; i < node->owner_count && !is_full(writer, at); i++) {
        at = item_begin(writer, at, &owners);
        at = put_party(writer, at, node->first_owner + i);
        item_end(writer, at, &owners);
    }
    return items_end(writer, at, &owners, node->owners_known, false, ']');
}

static uint8_t *put_party(const canonical_writer *writer, uint8_t *at, uint32_t index)
{
    const comity_node *node = &writer->act->nodes[index];
    *at++ = '{';
    if (node->certified_known != COMITY_KNOWN_NOT) {
        at = PUT(at, "\"certified\":");
        at = put_names(writer, at, COMITY_CLASS_CERTIFICATE, &node->certified.yes, node->certified_known);
        *at++ = ',';
    }
    if (node->kinds_known != COMITY_KNOWN_NOT) {
        at = PUT(at, "\"kinds\":");
        at = put_names(writer, at, COMITY_CLASS_KIND, &node->kinds.yes, node->kinds_known);
        *at++ = ',';
    }
    if (node->name.text != NULL) {
        at = PUT(at, "\"name\":");
        at = put_slice(writer, at, &node->name);
        *at++ = ',';
    }
    if (node->owners_known != COMITY_KNOWN_NOT) {
        at = PUT(at, "\"owners\":");
        at = put_owners(writer, at, node);
        *at++ = ',';
    }
    if (index >= 2 && node->percent_min == node->percent_max) {
        at = PUT(at, "\"percent\":");
        at = put_percent(at, node->percent_min);
        *at++ = ',';
    }
    if (node->state.place != COMITY_NONE16) {
        at = PUT(at, "\"state\":");
        at = put_place(writer, at, node->state);
        *at++ = ',';
    }
    if (node->subject_to.known != COMITY_KNOWN_NOT) {
        at = PUT(at, "\"subject_to\":");
        at = put_places(writer, at, node->subject_to);
        *at++ = ',';
    }
    return put_end(at, '}');
}

/* ---- data ---- */

static uint8_t *put_receipt(const canonical_writer *writer, uint8_t *at, const comity_received *received)
{
    *at++ = '{';
    if (received->from.place != COMITY_NONE16) {
        at = PUT(at, "\"from\":");
        at = put_place(writer, at, received->from);
        *at++ = ',';
    }
    if (received->on != COMITY_NO_DATE) {
        at = PUT(at, "\"on\":");
        at = put_date(at, received->on);
        *at++ = ',';
    }
    if (received->paper != COMITY_NONE16) {
        at = PUT(at, "\"paper\":");
        at = put_name(writer, at, COMITY_CLASS_PAPER, received->paper);
        *at++ = ',';
    }
    return put_end(at, '}');
}

static uint8_t *put_received(const canonical_writer *writer, uint8_t *at)
{
    item_list receipts;
    receipts.count = 0;
    *at++ = '[';
    for (uint32_t i = 0; i < writer->act->received_count && !is_full(writer, at); i++) {
        at = item_begin(writer, at, &receipts);
        at = put_receipt(writer, at, &writer->act->received[i]);
        item_end(writer, at, &receipts);
    }
    return items_end(writer, at, &receipts, writer->act->received_known, true, ']');
}

static bool data_is_given(const comity_act *act)
{
    return act->known[COMITY_SLOT_CATEGORY] != COMITY_KNOWN_NOT || act->people.given ||
           act->lists[COMITY_LIST_ORIGIN].known != COMITY_KNOWN_NOT ||
           act->lists[COMITY_LIST_LOCATION].known != COMITY_KNOWN_NOT ||
           act->lists[COMITY_LIST_SUBJECTS].known != COMITY_KNOWN_NOT || act->received_known != COMITY_KNOWN_NOT;
}

static uint8_t *put_data(const canonical_writer *writer, uint8_t *at)
{
    const comity_act *act = writer->act;
    *at++ = '{';
    if (act->known[COMITY_SLOT_CATEGORY] != COMITY_KNOWN_NOT) {
        at = PUT(at, "\"categories\":");
        at = put_names(writer, at, COMITY_CLASS_CATEGORY, &act->listed_categories, act->known[COMITY_SLOT_CATEGORY]);
        *at++ = ',';
    }
    if (act->lists[COMITY_LIST_LOCATION].known != COMITY_KNOWN_NOT) {
        at = PUT(at, "\"location\":");
        at = put_places(writer, at, act->lists[COMITY_LIST_LOCATION]);
        *at++ = ',';
    }
    if (act->lists[COMITY_LIST_ORIGIN].known != COMITY_KNOWN_NOT) {
        at = PUT(at, "\"origin\":");
        at = put_places(writer, at, act->lists[COMITY_LIST_ORIGIN]);
        *at++ = ',';
    }
    if (act->people.given) {
        at = PUT(at, "\"people\":");
        at = put_range(at, act->people);
        *at++ = ',';
    }
    if (act->received_known != COMITY_KNOWN_NOT) {
        at = PUT(at, "\"received\":");
        at = put_received(writer, at);
        *at++ = ',';
    }
    if (act->lists[COMITY_LIST_SUBJECTS].known != COMITY_KNOWN_NOT) {
        at = PUT(at, "\"subjects\":");
        at = put_places(writer, at, act->lists[COMITY_LIST_SUBJECTS]);
        *at++ = ',';
    }
    return put_end(at, '}');
}

static uint8_t *put_demand(const canonical_writer *writer, uint8_t *at)
{
    const comity_act *act = writer->act;
    const comity_set *yes = &act->facts[COMITY_SLOT_DEMAND].yes;
    *at++ = '{';
    if (act->basis_text.text != NULL) {
        at = PUT(at, "\"basis\":");
        at = put_slice(writer, at, &act->basis_text);
        *at++ = ',';
    }
    if (act->binding_given) {
        at = comity_set_has(yes, COMITY_DEMAND_BINDING) ? PUT(at, "\"binding\":true,") : PUT(at, "\"binding\":false,");
    }
    for (uint32_t channel = 0; act->channel_given && channel <= COMITY_DEMAND_VOLUNTARY; channel++) {
        if (comity_set_has(yes, channel)) {
            at = PUT(at, "\"channel\":\"");
            at = put_text(at, comity_act_channel_word(channel));
            at = PUT(at, "\",");
        }
    }
    return put_end(at, '}');
}

/* ---- papers ---- */

static uint8_t *put_scope_parties(const canonical_writer *writer, uint8_t *at, const comity_paper_held *paper)
{
    item_list parties;
    parties.count = 0;
    *at++ = '[';
    for (uint32_t i = 0; i < paper->party_count && !is_full(writer, at); i++) {
        at = item_begin(writer, at, &parties);
        at = put_slice(writer, at, &writer->act->slices[paper->first_party + i]);
        item_end(writer, at, &parties);
    }
    return items_end(writer, at, &parties, COMITY_KNOWN_ALL, true, ']');
}

static bool scope_is_given(const comity_paper_held *paper)
{
    return paper->scope_parties || paper->scope_states || paper->scope_categories || paper->scope_purposes ||
           paper->has_module;
}

static uint8_t *put_scope(const canonical_writer *writer, uint8_t *at, const comity_paper_held *paper)
{
    *at++ = '{';
    if (paper->scope_categories) {
        at = PUT(at, "\"categories\":");
        at = put_names(writer, at, COMITY_CLASS_CATEGORY, &paper->categories, COMITY_KNOWN_ALL);
        *at++ = ',';
    }
    if (paper->has_module) {
        at = PUT(at, "\"module\":");
        at = put_slice(writer, at, &paper->module_text);
        *at++ = ',';
    }
    if (paper->scope_parties) {
        at = PUT(at, "\"parties\":");
        at = put_scope_parties(writer, at, paper);
        *at++ = ',';
    }
    if (paper->scope_purposes) {
        at = PUT(at, "\"purposes\":");
        at = put_names(writer, at, COMITY_CLASS_PURPOSE, &paper->purposes, COMITY_KNOWN_ALL);
        *at++ = ',';
    }
    if (paper->scope_states) {
        at = PUT(at, "\"states\":");
        at = put_places(writer, at, paper->states);
        *at++ = ',';
    }
    return put_end(at, '}');
}

static uint8_t *put_under(const canonical_writer *writer, uint8_t *at, const comity_paper_held *paper)
{
    item_list laws;
    laws.count = 0;
    *at++ = '[';
    for (uint32_t i = 0; i < paper->under_count && !is_full(writer, at); i++) {
        const comity_law_record *law = &writer->image->laws[writer->act->numbers[paper->first_under + i]];
        at = item_begin(writer, at, &laws);
        at = put_string(writer, at, law->code, law->code_size);
        item_end(writer, at, &laws);
    }
    return items_end(writer, at, &laws, COMITY_KNOWN_ALL, true, ']');
}

static uint8_t *put_paper(const canonical_writer *writer, uint8_t *at, const comity_paper_held *paper)
{
    *at++ = '{';
    if (paper->has_by) {
        at = PUT(at, "\"by\":");
        at = put_slice(writer, at, &paper->by_text);
        *at++ = ',';
    }
    if (paper->from != COMITY_NO_DATE) {
        at = PUT(at, "\"from\":");
        at = put_date(at, paper->from);
        *at++ = ',';
    }
    at = PUT(at, "\"kind\":");
    at = put_name(writer, at, COMITY_CLASS_PAPER, paper->kind);
    *at++ = ',';
    if (paper->ref.text != NULL) {
        at = PUT(at, "\"ref\":");
        at = put_slice(writer, at, &paper->ref);
        *at++ = ',';
    }
    if (paper->has_result) {
        at = PUT(at, "\"result\":");
        at = put_slice(writer, at, &paper->result_text);
        *at++ = ',';
    }
    if (scope_is_given(paper)) {
        at = PUT(at, "\"scope\":");
        at = put_scope(writer, at, paper);
        *at++ = ',';
    }
    if (paper->under_known) {
        at = PUT(at, "\"under\":");
        at = put_under(writer, at, paper);
        *at++ = ',';
    }
    if (paper->until != COMITY_NO_DATE) {
        at = PUT(at, "\"until\":");
        at = put_date(at, paper->until);
        *at++ = ',';
    }
    return put_end(at, '}');
}

static uint8_t *put_papers(const canonical_writer *writer, uint8_t *at)
{
    item_list papers;
    papers.count = 0;
    *at++ = '[';
    for (uint32_t i = 0; i < writer->act->paper_count && !is_full(writer, at); i++) {
        at = item_begin(writer, at, &papers);
        at = put_paper(writer, at, &writer->act->papers[i]);
        item_end(writer, at, &papers);
    }
    return items_end(writer, at, &papers, COMITY_KNOWN_ALL, true, ']');
}

/* ---- counts and bases: members of objects whose names are data, sorted as items are ---- */

static uint8_t *put_counts(const canonical_writer *writer, uint8_t *at)
{
    item_list counts;
    counts.count = 0;
    *at++ = '{';
    for (uint32_t i = 0; i < writer->act->count_count && !is_full(writer, at); i++) {
        const comity_count_given *given = &writer->act->counts[i];
        const comity_count_record *count = &writer->image->counts[given->count];
        at = item_begin(writer, at, &counts);
        at = put_string(writer, at, count->name, count->size);
        *at++ = ':';
        at = put_range(at, given->range);
        item_end(writer, at, &counts);
    }
    return items_end(writer, at, &counts, COMITY_KNOWN_ALL, true, '}');
}

static uint8_t *put_bases(const canonical_writer *writer, uint8_t *at)
{
    static const char *const names[COMITY_BASIS_LAST] = {":\"found\"", ":\"declared\"", ":\"counted\""};
    item_list bases;
    bases.count = 0;
    *at++ = '{';
    for (uint32_t i = 0; i < writer->act->fact_basis_count && !is_full(writer, at); i++) {
        at = item_begin(writer, at, &bases);
        at = put_slice(writer, at, &writer->act->fact_bases[i].path);
        at = put_text(at, names[writer->act->fact_bases[i].basis]);
        item_end(writer, at, &bases);
    }
    return items_end(writer, at, &bases, COMITY_KNOWN_ALL, true, '}');
}

void comity_act_put_bases(const comity_image *image, const comity_act *act, comity_act_memory *memory,
                          comity_buffer *buffer)
{
    size_t most = (size_t)act->fact_basis_count * COMITY_ACT_PIECE_BYTES;
    uint8_t *at = comity_buffer_room(buffer, most + COMITY_ACT_PIECE_BYTES);
    if (at != NULL) {
        canonical_writer writer = {image, act, memory, at, at + most};
        comity_buffer_filled(buffer, put_bases(&writer, at));
    }
}

/* ---- the act ---- */

static uint8_t *put_slot(const canonical_writer *writer, uint8_t *at, comity_class class_of, comity_slot slot)
{
    at = put_names(writer, at, class_of, &writer->act->facts[slot].yes, writer->act->known[slot]);
    *at++ = ',';
    return at;
}

/* Members up to "from", in their order. */
static uint8_t *put_first_half(const canonical_writer *writer, uint8_t *at)
{
    const comity_act *act = writer->act;
    at = PUT(at, "{\"act\":\"");
    at = put_text(at, comity_act_kind_word(act->kind));
    at = PUT(at, "\",");
    if (act->fact_basis_count != 0) {
        at = PUT(at, "\"basis\":");
        at = put_bases(writer, at);
        *at++ = ',';
    }
    if (act->known[COMITY_SLOT_CIRCUMSTANCE] != COMITY_KNOWN_NOT) {
        at = PUT(at, "\"circumstances\":");
        at = put_slot(writer, at, COMITY_CLASS_CIRCUMSTANCE, COMITY_SLOT_CIRCUMSTANCE);
    }
    if (act->count_count != 0) {
        at = PUT(at, "\"counts\":");
        at = put_counts(writer, at);
        *at++ = ',';
    }
    if (data_is_given(act)) {
        at = PUT(at, "\"data\":");
        at = put_data(writer, at);
        *at++ = ',';
    }
    if (act->known[COMITY_SLOT_DEAL] != COMITY_KNOWN_NOT) {
        uint32_t deal = 0;
        while (!comity_set_has(&act->facts[COMITY_SLOT_DEAL].yes, deal)) {
            deal++;
        }
        at = PUT(at, "\"deal\":");
        at = put_name(writer, at, COMITY_CLASS_DEAL, deal);
        *at++ = ',';
    }
    if (act->basis_text.text != NULL || act->binding_given || act->channel_given) {
        at = PUT(at, "\"demand\":");
        at = put_demand(writer, at);
        *at++ = ',';
    }
    return at;
}

static uint8_t *put_second_half(const canonical_writer *writer, uint8_t *at)
{
    const comity_act *act = writer->act;
    const comity_set *safeguards = &act->facts[COMITY_SLOT_SAFEGUARD].yes;
    if (act->nodes[COMITY_NODE_FIRST].given) {
        at = PUT(at, "\"from\":");
        at = put_party(writer, at, COMITY_NODE_FIRST);
        *at++ = ',';
    }
    at = PUT(at, "\"on\":\"");
    memcpy(at, act->on_text, COMITY_DATE_TEXT_SIZE - 1);
    at = PUT(at + COMITY_DATE_TEXT_SIZE - 1, "\",");
    if (act->paper_count != 0) {
        at = PUT(at, "\"papers\":");
        at = put_papers(writer, at);
        *at++ = ',';
    }
    if (act->known[COMITY_SLOT_PURPOSE] != COMITY_KNOWN_NOT) {
        at = PUT(at, "\"purposes\":");
        at = put_slot(writer, at, COMITY_CLASS_PURPOSE, COMITY_SLOT_PURPOSE);
    }
    if (act->known[COMITY_SLOT_SAFEGUARD] != COMITY_KNOWN_NOT &&
        (safeguards->words[0] | safeguards->words[1] | safeguards->words[2] | safeguards->words[3]) != 0) {
        at = PUT(at, "\"safeguards\":");
        at = put_slot(writer, at, COMITY_CLASS_SAFEGUARD, COMITY_SLOT_SAFEGUARD);
    }
    if (act->nodes[COMITY_NODE_SECOND].given) {
        at = PUT(at, "\"to\":");
        at = put_party(writer, at, COMITY_NODE_SECOND);
        *at++ = ',';
    }
    if (act->lists[COMITY_LIST_TRANSIT].known != COMITY_KNOWN_NOT) {
        at = PUT(at, "\"via\":");
        at = put_places(writer, at, act->lists[COMITY_LIST_TRANSIT]);
        *at++ = ',';
    }
    return put_end(at, '}');
}

comity_status comity_act_canonical(const comity_image *image, const comity_act *act, comity_act_memory *memory,
                                   const uint8_t **ret_bytes, size_t *ret_size, comity_error *reterr)
{
    uint8_t *begin = memory->canonical;
    canonical_writer writer = {image, act, memory, begin, begin + COMITY_ACT_CANONICAL_BYTES};
    const uint8_t *end = put_second_half(&writer, put_first_half(&writer, begin));
    if (is_full(&writer, end)) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "the output is larger than its limit of %zu bytes",
                           COMITY_ACT_CANONICAL_BYTES);
    }
    *ret_bytes = begin;
    *ret_size = (size_t)(end - begin);
    return COMITY_OK;
}

comity_status comity_act_hash(const comity_image *image, const comity_act *act, comity_act_memory *memory,
                              uint8_t ret_hash[32], comity_error *reterr)
{
    const uint8_t *bytes = NULL;
    size_t size = 0;
    COMITY_TRY(comity_act_canonical(image, act, memory, &bytes, &size, reterr));
    comity_sha256(bytes, size, ret_hash);
    return COMITY_OK;
}
