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
#include "act/canonical.h"

#include "base/date.h"
#include "base/sha256.h"

#include <string.h>

/* ---- parties ---- */

/* Hundredths of a percent, as ECMAScript prints the number. */
static uint8_t *put_percent(uint8_t *at, uint32_t percent)
{
    at = comity_canonical_number(at, percent / 100);
    if (percent % 100 != 0) {
        *at++ = '.';
        *at++ = (uint8_t)('0' + percent / 10 % 10);
        if (percent % 10 != 0) {
            *at++ = (uint8_t)('0' + percent % 10);
        }
    }
    return at;
}

static uint8_t *put_party(const comity_canonical_writer *writer, uint8_t *at, uint32_t index);

static uint8_t *put_owners(const comity_canonical_writer *writer, uint8_t *at, const comity_node *node)
{
    comity_canonical_items owners;
    owners.count = 0;
    *at++ = '[';
    for (uint32_t i = 0; i < node->owner_count && !comity_canonical_is_full(writer, at); i++) {
        at = comity_canonical_item_begin(writer, at, &owners);
        at = put_party(writer, at, node->first_owner + i);
        comity_canonical_item_end(writer, at, &owners);
    }
    return comity_canonical_items_end(writer, at, &owners, node->owners_known, false, ']');
}

static uint8_t *put_party(const comity_canonical_writer *writer, uint8_t *at, uint32_t index)
{
    const comity_node *node = &writer->act->nodes[index];
    *at++ = '{';
    if (node->certified_known != COMITY_KNOWN_NOT) {
        at = COMITY_CANONICAL_PUT(at, "\"certified\":");
        at = comity_canonical_names(writer, at, COMITY_CLASS_CERTIFICATE, &node->certified.yes, node->certified_known);
        *at++ = ',';
    }
    if (node->kinds_known != COMITY_KNOWN_NOT) {
        at = COMITY_CANONICAL_PUT(at, "\"kinds\":");
        at = comity_canonical_names(writer, at, COMITY_CLASS_KIND, &node->kinds.yes, node->kinds_known);
        *at++ = ',';
    }
    if (node->name.text != NULL) {
        at = COMITY_CANONICAL_PUT(at, "\"name\":");
        at = comity_canonical_slice(writer, at, &node->name);
        *at++ = ',';
    }
    if (node->owners_known != COMITY_KNOWN_NOT) {
        at = COMITY_CANONICAL_PUT(at, "\"owners\":");
        at = put_owners(writer, at, node);
        *at++ = ',';
    }
    if (index >= 2 && node->percent_min == node->percent_max) {
        at = COMITY_CANONICAL_PUT(at, "\"percent\":");
        at = put_percent(at, node->percent_min);
        *at++ = ',';
    }
    if (node->state.place != COMITY_NONE16) {
        at = COMITY_CANONICAL_PUT(at, "\"state\":");
        at = comity_canonical_place(writer, at, node->state);
        *at++ = ',';
    }
    if (node->subject_to.known != COMITY_KNOWN_NOT) {
        at = COMITY_CANONICAL_PUT(at, "\"subject_to\":");
        at = comity_canonical_places(writer, at, node->subject_to);
        *at++ = ',';
    }
    return comity_canonical_end(at, '}');
}

/* ---- data ---- */

static uint8_t *put_receipt(const comity_canonical_writer *writer, uint8_t *at, const comity_received *received)
{
    *at++ = '{';
    if (received->from.place != COMITY_NONE16) {
        at = COMITY_CANONICAL_PUT(at, "\"from\":");
        at = comity_canonical_place(writer, at, received->from);
        *at++ = ',';
    }
    if (received->on != COMITY_NO_DATE) {
        at = COMITY_CANONICAL_PUT(at, "\"on\":");
        at = comity_canonical_date(at, received->on);
        *at++ = ',';
    }
    if (received->paper != COMITY_NONE16) {
        at = COMITY_CANONICAL_PUT(at, "\"paper\":");
        at = comity_canonical_name(writer, at, COMITY_CLASS_PAPER, received->paper);
        *at++ = ',';
    }
    return comity_canonical_end(at, '}');
}

static uint8_t *put_received(const comity_canonical_writer *writer, uint8_t *at)
{
    comity_canonical_items receipts;
    receipts.count = 0;
    *at++ = '[';
    for (uint32_t i = 0; i < writer->act->received_count && !comity_canonical_is_full(writer, at); i++) {
        at = comity_canonical_item_begin(writer, at, &receipts);
        at = put_receipt(writer, at, &writer->act->received[i]);
        comity_canonical_item_end(writer, at, &receipts);
    }
    return comity_canonical_items_end(writer, at, &receipts, writer->act->received_known, true, ']');
}

static bool data_is_given(const comity_act *act)
{
    return act->known[COMITY_SLOT_CATEGORY] != COMITY_KNOWN_NOT || act->people.given ||
           act->lists[COMITY_LIST_ORIGIN].known != COMITY_KNOWN_NOT ||
           act->lists[COMITY_LIST_LOCATION].known != COMITY_KNOWN_NOT ||
           act->lists[COMITY_LIST_SUBJECTS].known != COMITY_KNOWN_NOT || act->received_known != COMITY_KNOWN_NOT;
}

static uint8_t *put_data(const comity_canonical_writer *writer, uint8_t *at)
{
    const comity_act *act = writer->act;
    *at++ = '{';
    if (act->known[COMITY_SLOT_CATEGORY] != COMITY_KNOWN_NOT) {
        at = COMITY_CANONICAL_PUT(at, "\"categories\":");
        at = comity_canonical_names(writer, at, COMITY_CLASS_CATEGORY, &act->listed_categories,
                                    act->known[COMITY_SLOT_CATEGORY]);
        *at++ = ',';
    }
    if (act->lists[COMITY_LIST_LOCATION].known != COMITY_KNOWN_NOT) {
        at = COMITY_CANONICAL_PUT(at, "\"location\":");
        at = comity_canonical_places(writer, at, act->lists[COMITY_LIST_LOCATION]);
        *at++ = ',';
    }
    if (act->lists[COMITY_LIST_ORIGIN].known != COMITY_KNOWN_NOT) {
        at = COMITY_CANONICAL_PUT(at, "\"origin\":");
        at = comity_canonical_places(writer, at, act->lists[COMITY_LIST_ORIGIN]);
        *at++ = ',';
    }
    if (act->people.given) {
        at = COMITY_CANONICAL_PUT(at, "\"people\":");
        at = comity_canonical_range(at, act->people);
        *at++ = ',';
    }
    if (act->received_known != COMITY_KNOWN_NOT) {
        at = COMITY_CANONICAL_PUT(at, "\"received\":");
        at = put_received(writer, at);
        *at++ = ',';
    }
    if (act->lists[COMITY_LIST_SUBJECTS].known != COMITY_KNOWN_NOT) {
        at = COMITY_CANONICAL_PUT(at, "\"subjects\":");
        at = comity_canonical_places(writer, at, act->lists[COMITY_LIST_SUBJECTS]);
        *at++ = ',';
    }
    return comity_canonical_end(at, '}');
}

static uint8_t *put_demand(const comity_canonical_writer *writer, uint8_t *at)
{
    const comity_act *act = writer->act;
    const comity_set *yes = &act->facts[COMITY_SLOT_DEMAND].yes;
    *at++ = '{';
    if (act->basis_text.text != NULL) {
        at = COMITY_CANONICAL_PUT(at, "\"basis\":");
        at = comity_canonical_slice(writer, at, &act->basis_text);
        *at++ = ',';
    }
    if (act->binding_given) {
        at = comity_set_has(yes, COMITY_DEMAND_BINDING) ? COMITY_CANONICAL_PUT(at, "\"binding\":true,")
                                                        : COMITY_CANONICAL_PUT(at, "\"binding\":false,");
    }
    for (uint32_t channel = 0; act->channel_given && channel <= COMITY_DEMAND_VOLUNTARY; channel++) {
        if (comity_set_has(yes, channel)) {
            at = COMITY_CANONICAL_PUT(at, "\"channel\":\"");
            at = comity_canonical_text(at, comity_act_channel_word(channel));
            at = COMITY_CANONICAL_PUT(at, "\",");
        }
    }
    return comity_canonical_end(at, '}');
}

/* ---- counts and bases: members of objects whose names are data, sorted as items are ---- */

static uint8_t *put_counts(const comity_canonical_writer *writer, uint8_t *at)
{
    comity_canonical_items counts;
    counts.count = 0;
    *at++ = '{';
    for (uint32_t i = 0; i < writer->act->count_count && !comity_canonical_is_full(writer, at); i++) {
        const comity_count_given *given = &writer->act->counts[i];
        const comity_count_record *count = &writer->image->counts[given->count];
        at = comity_canonical_item_begin(writer, at, &counts);
        at = comity_canonical_string(writer, at, count->name, count->size);
        *at++ = ':';
        at = comity_canonical_range(at, given->range);
        comity_canonical_item_end(writer, at, &counts);
    }
    return comity_canonical_items_end(writer, at, &counts, COMITY_KNOWN_ALL, true, '}');
}

static uint8_t *put_bases(const comity_canonical_writer *writer, uint8_t *at)
{
    static const char *const names[COMITY_BASIS_LAST] = {":\"found\"", ":\"declared\"", ":\"counted\""};
    comity_canonical_items bases;
    bases.count = 0;
    *at++ = '{';
    for (uint32_t i = 0; i < writer->act->fact_basis_count && !comity_canonical_is_full(writer, at); i++) {
        at = comity_canonical_item_begin(writer, at, &bases);
        at = comity_canonical_slice(writer, at, &writer->act->fact_bases[i].path);
        at = comity_canonical_text(at, names[writer->act->fact_bases[i].basis]);
        comity_canonical_item_end(writer, at, &bases);
    }
    return comity_canonical_items_end(writer, at, &bases, COMITY_KNOWN_ALL, true, '}');
}

void comity_act_put_bases(const comity_image *image, const comity_act *act, comity_act_memory *memory,
                          comity_buffer *buffer)
{
    size_t most = (size_t)act->fact_basis_count * COMITY_ACT_PIECE_BYTES;
    uint8_t *at = comity_buffer_room(buffer, most + COMITY_ACT_PIECE_BYTES);
    if (at != NULL) {
        comity_canonical_writer writer = {image, act, memory, at, at + most};
        comity_buffer_filled(buffer, put_bases(&writer, at));
    }
}

/* ---- the act ---- */

static uint8_t *put_slot(const comity_canonical_writer *writer, uint8_t *at, comity_class class_of, comity_slot slot)
{
    at = comity_canonical_names(writer, at, class_of, &writer->act->facts[slot].yes, writer->act->known[slot]);
    *at++ = ',';
    return at;
}

/* Members up to "from", in their order. */
static uint8_t *put_first_half(const comity_canonical_writer *writer, uint8_t *at)
{
    const comity_act *act = writer->act;
    at = COMITY_CANONICAL_PUT(at, "{\"act\":\"");
    at = comity_canonical_text(at, comity_act_kind_word(act->kind));
    at = COMITY_CANONICAL_PUT(at, "\",");
    if (act->fact_basis_count != 0) {
        at = COMITY_CANONICAL_PUT(at, "\"basis\":");
        at = put_bases(writer, at);
        *at++ = ',';
    }
    if (act->known[COMITY_SLOT_CIRCUMSTANCE] != COMITY_KNOWN_NOT) {
        at = COMITY_CANONICAL_PUT(at, "\"circumstances\":");
        at = put_slot(writer, at, COMITY_CLASS_CIRCUMSTANCE, COMITY_SLOT_CIRCUMSTANCE);
    }
    if (act->count_count != 0) {
        at = COMITY_CANONICAL_PUT(at, "\"counts\":");
        at = put_counts(writer, at);
        *at++ = ',';
    }
    if (data_is_given(act)) {
        at = COMITY_CANONICAL_PUT(at, "\"data\":");
        at = put_data(writer, at);
        *at++ = ',';
    }
    if (act->known[COMITY_SLOT_DEAL] != COMITY_KNOWN_NOT) {
        uint32_t deal = 0;
        while (!comity_set_has(&act->facts[COMITY_SLOT_DEAL].yes, deal)) {
            deal++;
        }
        at = COMITY_CANONICAL_PUT(at, "\"deal\":");
        at = comity_canonical_name(writer, at, COMITY_CLASS_DEAL, deal);
        *at++ = ',';
    }
    if (act->basis_text.text != NULL || act->binding_given || act->channel_given) {
        at = COMITY_CANONICAL_PUT(at, "\"demand\":");
        at = put_demand(writer, at);
        *at++ = ',';
    }
    return at;
}

static uint8_t *put_second_half(const comity_canonical_writer *writer, uint8_t *at)
{
    const comity_act *act = writer->act;
    const comity_set *safeguards = &act->facts[COMITY_SLOT_SAFEGUARD].yes;
    if (act->nodes[COMITY_NODE_FIRST].given) {
        at = COMITY_CANONICAL_PUT(at, "\"from\":");
        at = put_party(writer, at, COMITY_NODE_FIRST);
        *at++ = ',';
    }
    at = COMITY_CANONICAL_PUT(at, "\"on\":\"");
    memcpy(at, act->on_text, COMITY_DATE_TEXT_SIZE - 1);
    at = COMITY_CANONICAL_PUT(at + COMITY_DATE_TEXT_SIZE - 1, "\",");
    if (act->paper_count != 0) {
        at = COMITY_CANONICAL_PUT(at, "\"papers\":");
        at = comity_canonical_papers(writer, at);
        *at++ = ',';
    }
    if (act->known[COMITY_SLOT_PURPOSE] != COMITY_KNOWN_NOT) {
        at = COMITY_CANONICAL_PUT(at, "\"purposes\":");
        at = put_slot(writer, at, COMITY_CLASS_PURPOSE, COMITY_SLOT_PURPOSE);
    }
    if (act->known[COMITY_SLOT_SAFEGUARD] != COMITY_KNOWN_NOT &&
        (safeguards->words[0] | safeguards->words[1] | safeguards->words[2] | safeguards->words[3]) != 0) {
        at = COMITY_CANONICAL_PUT(at, "\"safeguards\":");
        at = put_slot(writer, at, COMITY_CLASS_SAFEGUARD, COMITY_SLOT_SAFEGUARD);
    }
    if (act->nodes[COMITY_NODE_SECOND].given) {
        at = COMITY_CANONICAL_PUT(at, "\"to\":");
        at = put_party(writer, at, COMITY_NODE_SECOND);
        *at++ = ',';
    }
    if (act->lists[COMITY_LIST_TRANSIT].known != COMITY_KNOWN_NOT) {
        at = COMITY_CANONICAL_PUT(at, "\"via\":");
        at = comity_canonical_places(writer, at, act->lists[COMITY_LIST_TRANSIT]);
        *at++ = ',';
    }
    return comity_canonical_end(at, '}');
}

comity_status comity_act_canonical(const comity_image *image, const comity_act *act, comity_act_memory *memory,
                                   const uint8_t **ret_bytes, size_t *ret_size, comity_error *reterr)
{
    uint8_t *begin = memory->canonical;
    comity_canonical_writer writer = {image, act, memory, begin, begin + COMITY_ACT_CANONICAL_BYTES};
    const uint8_t *end = put_second_half(&writer, put_first_half(&writer, begin));
    if (comity_canonical_is_full(&writer, end)) {
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
