/* An act's canonical form, whose hash names it: RFC 8785 (members in order,
 * shortest escapes, whole numbers), lists that are sets sorted and each item
 * once, single values as lists of one, `id` left out. Two ways to write the
 * same act have the same hash.
 *
 * Names come from the image, where they are numbered in the order of their
 * bytes; so sets of names are sorted already. */
#include "act/reader.h"

#include "base/date.h"
#include "base/sha256.h"

#include <string.h>

typedef struct canonical_writer {
    comity_buffer out;
    const comity_image *image;
    const comity_act *act;
    comity_act_memory *memory;
} canonical_writer;

static inline void put(canonical_writer *writer, const char *text)
{
    comity_buffer_append_text(&writer->out, text);
}

/* `,"name":` or, for the first member, without the comma. */
static inline void put_key(canonical_writer *writer, const char *name, bool *first)
{
    put(writer, *first ? "\"" : ",\"");
    put(writer, name);
    put(writer, "\":");
    *first = false;
}

static void put_slice(canonical_writer *writer, const comity_slice *slice)
{
    size_t size = slice->size;
    const char *text = slice->text;
    char plain[COMITY_LIMIT_ACT_TEXT_BYTES + 8];
    if (slice->escaped &&
        comity_json_decode(slice->text - 1, slice->size + 2, plain, &size, NULL) == COMITY_OK) {
        text = plain;
    }
    comity_buffer_append_json_string(&writer->out, text, size);
}

static void put_date(canonical_writer *writer, int32_t date)
{
    char text[COMITY_DATE_TEXT_SIZE];
    comity_date_print(date, text);
    put(writer, "\"");
    put(writer, text);
    put(writer, "\"");
}

static void put_names(canonical_writer *writer, comity_class class_of, const comity_set *set, comity_known known)
{
    bool first = true;
    put(writer, "[");
    for (uint32_t word = 0; word < COMITY_SET_WORDS; word++) {
        for (uint64_t bits = set->words[word]; bits != 0; bits &= bits - 1) {
            uint32_t name = word * 64 + (uint32_t)__builtin_ctzll(bits);
            put(writer, first ? "" : ",");
            put(writer, comity_image_text(writer->image, comity_image_name(writer->image, class_of, name)->json));
            first = false;
        }
    }
    put(writer, known != COMITY_KNOWN_SOME ? "" : first ? "\"...\"" : ",\"...\"");
    put(writer, "]");
}

/* Numbers and bounds. */
static void put_range(canonical_writer *writer, comity_range range)
{
    bool first = true;
    if (range.min == range.max) {
        comity_buffer_append_u64(&writer->out, range.min);
        return;
    }
    put(writer, "{");
    if (range.max != UINT64_MAX) {
        put_key(writer, "max", &first);
        comity_buffer_append_u64(&writer->out, range.max);
    }
    put_key(writer, "min", &first);
    comity_buffer_append_u64(&writer->out, range.min);
    put(writer, "}");
}

/* Items of a set, written one after the other: sorted by their bytes, each once,
 * commas between. Owners that say the same are two owners, and both stay. */
enum { ITEMS_MAX = COMITY_LIMIT_ACT_PLACES };

typedef struct item_list {
    uint32_t starts[ITEMS_MAX + 1];
    uint32_t count;
} item_list;

static int item_compare(const char *bytes, const item_list *items, uint32_t a, uint32_t b)
{
    size_t a_size = items->starts[a + 1] - items->starts[a];
    size_t b_size = items->starts[b + 1] - items->starts[b];
    int order = memcmp(bytes + items->starts[a], bytes + items->starts[b], a_size < b_size ? a_size : b_size);
    return order != 0 ? order : a_size < b_size ? -1 : a_size > b_size;
}

static void items_begin(canonical_writer *writer, item_list *items)
{
    items->count = 0;
    items->starts[0] = (uint32_t)writer->out.size;
}

static void items_next(canonical_writer *writer, item_list *items)
{
    items->starts[++items->count] = (uint32_t)writer->out.size;
}

static void items_end(canonical_writer *writer, const item_list *items, comity_known known, bool each_once)
{
    uint16_t order[ITEMS_MAX];
    char *bytes = (char *)writer->out.bytes;
    char *sorted = writer->memory->sorting;
    size_t size = 0;
    if (writer->out.failed != COMITY_OK) {
        return;
    }
    for (uint32_t i = 0; i < items->count; i++) {
        uint32_t j = i;
        for (; j > 0 && item_compare(bytes, items, i, order[j - 1]) < 0; j--) {
            order[j] = order[j - 1];
        }
        order[j] = (uint16_t)i;
    }
    for (uint32_t i = 0; i < items->count; i++) {
        if (each_once && i > 0 && item_compare(bytes, items, order[i], order[i - 1]) == 0) {
            continue;
        }
        size_t item = items->starts[order[i] + 1] - items->starts[order[i]];
        if (size != 0) {
            sorted[size++] = ',';
        }
        memcpy(sorted + size, bytes + items->starts[order[i]], item);
        size += item;
    }
    writer->out.size = items->starts[0];
    comity_buffer_append(&writer->out, sorted, size);
    put(writer, known != COMITY_KNOWN_SOME ? "" : size == 0 ? "\"...\"" : ",\"...\"");
}

static void put_place(canonical_writer *writer, comity_place_ref ref)
{
    put(writer, "\"");
    put(writer, comity_image_text(writer->image, writer->image->places[ref.place].code));
    put(writer, ref.any_part ? "-?\"" : "\"");
}

static void put_places(canonical_writer *writer, comity_list list)
{
    item_list places;
    put(writer, "[");
    items_begin(writer, &places);
    for (uint32_t i = 0; i < list.count; i++) {
        put_place(writer, writer->act->places[list.first + i]);
        items_next(writer, &places);
    }
    items_end(writer, &places, list.known, true);
    put(writer, "]");
}

/* Hundredths of a percent, as ECMAScript prints the number. */
static void put_percent(canonical_writer *writer, uint32_t percent)
{
    comity_buffer_append_u64(&writer->out, percent / 100);
    if (percent % 100 != 0) {
        put(writer, ".");
        comity_buffer_append_byte(&writer->out, (uint8_t)('0' + percent / 10 % 10));
        if (percent % 10 != 0) {
            comity_buffer_append_byte(&writer->out, (uint8_t)('0' + percent % 10));
        }
    }
}

static void put_party(canonical_writer *writer, uint32_t index);

static void put_owners(canonical_writer *writer, const comity_node *node)
{
    item_list owners;
    put(writer, "[");
    items_begin(writer, &owners);
    for (uint32_t i = 0; i < node->owner_count; i++) {
        put_party(writer, node->first_owner + i);
        items_next(writer, &owners);
    }
    items_end(writer, &owners, node->owners_known, false);
    put(writer, "]");
}

static void put_party(canonical_writer *writer, uint32_t index)
{
    const comity_node *node = &writer->act->nodes[index];
    bool first = true;
    put(writer, "{");
    if (node->certified_known != COMITY_KNOWN_NOT) {
        put_key(writer, "certified", &first);
        put_names(writer, COMITY_CLASS_CERTIFICATE, &node->certified.yes, node->certified_known);
    }
    if (node->kinds_known != COMITY_KNOWN_NOT) {
        put_key(writer, "kinds", &first);
        put_names(writer, COMITY_CLASS_KIND, &node->kinds.yes, node->kinds_known);
    }
    if (node->name.text != NULL) {
        put_key(writer, "name", &first);
        put_slice(writer, &node->name);
    }
    if (node->owners_known != COMITY_KNOWN_NOT) {
        put_key(writer, "owners", &first);
        put_owners(writer, node);
    }
    if (index >= 2 && node->percent_min == node->percent_max) {
        put_key(writer, "percent", &first);
        put_percent(writer, node->percent_min);
    }
    if (node->state.place != COMITY_NONE16) {
        put_key(writer, "state", &first);
        put_place(writer, node->state);
    }
    if (node->subject_to.known != COMITY_KNOWN_NOT) {
        put_key(writer, "subject_to", &first);
        put_places(writer, node->subject_to);
    }
    put(writer, "}");
}

static void put_received(canonical_writer *writer)
{
    item_list receipts;
    put(writer, "[");
    items_begin(writer, &receipts);
    for (uint32_t i = 0; i < writer->act->received_count; i++) {
        const comity_received *received = &writer->act->received[i];
        bool first = true;
        put(writer, "{");
        if (received->from.place != COMITY_NONE16) {
            put_key(writer, "from", &first);
            put_place(writer, received->from);
        }
        if (received->on != COMITY_NO_DATE) {
            put_key(writer, "on", &first);
            put_date(writer, received->on);
        }
        if (received->paper != COMITY_NONE16) {
            put_key(writer, "paper", &first);
            put(writer, comity_image_text(writer->image,
                                          comity_image_name(writer->image, COMITY_CLASS_PAPER, received->paper)->json));
        }
        put(writer, "}");
        items_next(writer, &receipts);
    }
    items_end(writer, &receipts, writer->act->received_known, true);
    put(writer, "]");
}

static bool data_is_given(const comity_act *act)
{
    return act->known[COMITY_SLOT_CATEGORY] != COMITY_KNOWN_NOT || act->people.given ||
           act->lists[COMITY_LIST_ORIGIN].known != COMITY_KNOWN_NOT ||
           act->lists[COMITY_LIST_LOCATION].known != COMITY_KNOWN_NOT ||
           act->lists[COMITY_LIST_SUBJECTS].known != COMITY_KNOWN_NOT || act->received_known != COMITY_KNOWN_NOT;
}

static void put_data(canonical_writer *writer)
{
    const comity_act *act = writer->act;
    bool first = true;
    put(writer, "{");
    if (act->known[COMITY_SLOT_CATEGORY] != COMITY_KNOWN_NOT) {
        put_key(writer, "categories", &first);
        put_names(writer, COMITY_CLASS_CATEGORY, &act->listed_categories, act->known[COMITY_SLOT_CATEGORY]);
    }
    if (act->lists[COMITY_LIST_LOCATION].known != COMITY_KNOWN_NOT) {
        put_key(writer, "location", &first);
        put_places(writer, act->lists[COMITY_LIST_LOCATION]);
    }
    if (act->lists[COMITY_LIST_ORIGIN].known != COMITY_KNOWN_NOT) {
        put_key(writer, "origin", &first);
        put_places(writer, act->lists[COMITY_LIST_ORIGIN]);
    }
    if (act->people.given) {
        put_key(writer, "people", &first);
        put_range(writer, act->people);
    }
    if (act->received_known != COMITY_KNOWN_NOT) {
        put_key(writer, "received", &first);
        put_received(writer);
    }
    if (act->lists[COMITY_LIST_SUBJECTS].known != COMITY_KNOWN_NOT) {
        put_key(writer, "subjects", &first);
        put_places(writer, act->lists[COMITY_LIST_SUBJECTS]);
    }
    put(writer, "}");
}

static void put_demand(canonical_writer *writer)
{
    const comity_act *act = writer->act;
    const comity_set *yes = &act->facts[COMITY_SLOT_DEMAND].yes;
    bool first = true;
    put(writer, "{");
    if (act->basis_text.text != NULL) {
        put_key(writer, "basis", &first);
        put_slice(writer, &act->basis_text);
    }
    if (act->binding_given) {
        put_key(writer, "binding", &first);
        put(writer, comity_set_has(yes, COMITY_DEMAND_BINDING) ? "true" : "false");
    }
    for (uint32_t channel = 0; act->channel_given && channel <= COMITY_DEMAND_VOLUNTARY; channel++) {
        if (comity_set_has(yes, channel)) {
            put_key(writer, "channel", &first);
            put(writer, "\"");
            put(writer, comity_act_channel_word(channel));
            put(writer, "\"");
        }
    }
    put(writer, "}");
}

static void put_scope(canonical_writer *writer, const comity_paper_held *paper)
{
    bool first = true;
    put(writer, "{");
    if (paper->scope_categories) {
        put_key(writer, "categories", &first);
        put_names(writer, COMITY_CLASS_CATEGORY, &paper->categories, COMITY_KNOWN_ALL);
    }
    if (paper->has_module) {
        put_key(writer, "module", &first);
        put_slice(writer, &paper->module_text);
    }
    if (paper->scope_parties) {
        item_list parties;
        put_key(writer, "parties", &first);
        put(writer, "[");
        items_begin(writer, &parties);
        for (uint32_t i = 0; i < paper->party_count; i++) {
            put_slice(writer, &writer->act->slices[paper->first_party + i]);
            items_next(writer, &parties);
        }
        items_end(writer, &parties, COMITY_KNOWN_ALL, true);
        put(writer, "]");
    }
    if (paper->scope_purposes) {
        put_key(writer, "purposes", &first);
        put_names(writer, COMITY_CLASS_PURPOSE, &paper->purposes, COMITY_KNOWN_ALL);
    }
    if (paper->scope_states) {
        put_key(writer, "states", &first);
        put_places(writer, paper->states);
    }
    put(writer, "}");
}

static void put_paper(canonical_writer *writer, const comity_paper_held *paper)
{
    bool first = true;
    put(writer, "{");
    if (paper->has_by) {
        put_key(writer, "by", &first);
        put_slice(writer, &paper->by_text);
    }
    if (paper->from != COMITY_NO_DATE) {
        put_key(writer, "from", &first);
        put_date(writer, paper->from);
    }
    if (paper->is_signed) {
        put_key(writer, "held", &first);
        put(writer, "\"signed\"");
    }
    put_key(writer, "kind", &first);
    put(writer, comity_image_text(writer->image, comity_image_name(writer->image, COMITY_CLASS_PAPER, paper->kind)->json));
    if (paper->ref.text != NULL) {
        put_key(writer, "ref", &first);
        put_slice(writer, &paper->ref);
    }
    if (paper->has_result) {
        put_key(writer, "result", &first);
        put_slice(writer, &paper->result_text);
    }
    if (paper->scope_parties || paper->scope_states || paper->scope_categories || paper->scope_purposes ||
        paper->has_module) {
        put_key(writer, "scope", &first);
        put_scope(writer, paper);
    }
    if (paper->under_known) {
        item_list laws;
        put_key(writer, "under", &first);
        put(writer, "[");
        items_begin(writer, &laws);
        for (uint32_t i = 0; i < paper->under_count; i++) {
            uint32_t law = writer->act->numbers[paper->first_under + i];
            put(writer, comity_image_text(writer->image, writer->image->laws[law].code_json));
            items_next(writer, &laws);
        }
        items_end(writer, &laws, COMITY_KNOWN_ALL, true);
        put(writer, "]");
    }
    if (paper->until != COMITY_NO_DATE) {
        put_key(writer, "until", &first);
        put_date(writer, paper->until);
    }
    put(writer, "}");
}

static void put_papers(canonical_writer *writer)
{
    item_list papers;
    put(writer, "[");
    items_begin(writer, &papers);
    for (uint32_t i = 0; i < writer->act->paper_count; i++) {
        put_paper(writer, &writer->act->papers[i]);
        items_next(writer, &papers);
    }
    items_end(writer, &papers, COMITY_KNOWN_ALL, true);
    put(writer, "]");
}

/* Members of an object whose names are data: sorted as items are. */
static void put_counts(canonical_writer *writer)
{
    item_list counts;
    put(writer, "{");
    items_begin(writer, &counts);
    for (uint32_t i = 0; i < writer->act->count_count; i++) {
        const comity_count_given *given = &writer->act->counts[i];
        put(writer, comity_image_text(writer->image, writer->image->counts[given->count].json));
        put(writer, ":");
        put_range(writer, given->range);
        items_next(writer, &counts);
    }
    items_end(writer, &counts, COMITY_KNOWN_ALL, true);
    put(writer, "}");
}

void comity_act_put_bases(const comity_image *image, const comity_act *act, comity_act_memory *memory,
                          comity_buffer *buffer)
{
    static const char *const names[COMITY_BASIS_LAST] = {":\"found\"", ":\"declared\"", ":\"counted\""};
    canonical_writer writer = {.out = *buffer, .image = image, .act = act, .memory = memory};
    item_list bases;
    put(&writer, "{");
    items_begin(&writer, &bases);
    for (uint32_t i = 0; i < act->fact_basis_count; i++) {
        put_slice(&writer, &act->fact_bases[i].path);
        put(&writer, names[act->fact_bases[i].basis]);
        items_next(&writer, &bases);
    }
    items_end(&writer, &bases, COMITY_KNOWN_ALL, true);
    put(&writer, "}");
    *buffer = writer.out;
}

static void put_slot(canonical_writer *writer, const char *name, comity_class class_of, comity_slot slot, bool *first)
{
    if (writer->act->known[slot] != COMITY_KNOWN_NOT) {
        put_key(writer, name, first);
        put_names(writer, class_of, &writer->act->facts[slot].yes, writer->act->known[slot]);
    }
}

static void put_act(canonical_writer *writer)
{
    const comity_act *act = writer->act;
    bool first = true;
    put(writer, "{");
    put_key(writer, "act", &first);
    put(writer, "\"");
    put(writer, comity_act_kind_word(act->kind));
    put(writer, "\"");
    if (act->fact_basis_count != 0) {
        put_key(writer, "basis", &first);
        comity_act_put_bases(writer->image, act, writer->memory, &writer->out);
    }
    put_slot(writer, "circumstances", COMITY_CLASS_CIRCUMSTANCE, COMITY_SLOT_CIRCUMSTANCE, &first);
    if (act->count_count != 0) {
        put_key(writer, "counts", &first);
        put_counts(writer);
    }
    if (data_is_given(act)) {
        put_key(writer, "data", &first);
        put_data(writer);
    }
    if (act->known[COMITY_SLOT_DEAL] != COMITY_KNOWN_NOT) {
        put_key(writer, "deal", &first);
        uint32_t deal = 0;
        while (!comity_set_has(&act->facts[COMITY_SLOT_DEAL].yes, deal)) {
            deal++;
        }
        put(writer, comity_image_text(writer->image, comity_image_name(writer->image, COMITY_CLASS_DEAL, deal)->json));
    }
    if (act->basis_text.text != NULL || act->binding_given || act->channel_given) {
        put_key(writer, "demand", &first);
        put_demand(writer);
    }
    if (act->nodes[COMITY_NODE_FIRST].given) {
        put_key(writer, "from", &first);
        put_party(writer, COMITY_NODE_FIRST);
    }
    put_key(writer, "on", &first);
    put_date(writer, act->on);
    if (act->paper_count != 0) {
        put_key(writer, "papers", &first);
        put_papers(writer);
    }
    put_slot(writer, "purposes", COMITY_CLASS_PURPOSE, COMITY_SLOT_PURPOSE, &first);
    const comity_set *safeguards = &act->facts[COMITY_SLOT_SAFEGUARD].yes;
    if ((safeguards->words[0] | safeguards->words[1] | safeguards->words[2] | safeguards->words[3]) != 0) {
        put_slot(writer, "safeguards", COMITY_CLASS_SAFEGUARD, COMITY_SLOT_SAFEGUARD, &first);
    }
    if (act->nodes[COMITY_NODE_SECOND].given) {
        put_key(writer, "to", &first);
        put_party(writer, COMITY_NODE_SECOND);
    }
    if (act->lists[COMITY_LIST_TRANSIT].known != COMITY_KNOWN_NOT) {
        put_key(writer, "via", &first);
        put_places(writer, act->lists[COMITY_LIST_TRANSIT]);
    }
    put(writer, "}");
}

comity_status comity_act_canonical(const comity_image *image, const comity_act *act, comity_act_memory *memory,
                                   const uint8_t **ret_bytes, size_t *ret_size, comity_error *reterr)
{
    canonical_writer writer = {.image = image, .act = act, .memory = memory};
    comity_buffer_init_fixed(&writer.out, memory->canonical, sizeof memory->canonical);
    put_act(&writer);
    return comity_buffer_bytes(&writer.out, ret_bytes, ret_size, reterr);
}

comity_status comity_act_hash(const comity_image *image, const comity_act *act, comity_act_memory *memory,
                              uint8_t ret_hash[32], comity_error *reterr)
{
    const uint8_t *bytes;
    size_t size;
    COMITY_TRY(comity_act_canonical(image, act, memory, &bytes, &size, reterr));
    comity_sha256(bytes, size, ret_hash);
    return COMITY_OK;
}
