/* The canonical form of papers. */
#include "act/canonical.h"

static uint8_t *put_scope_parties(const comity_canonical_writer *writer, uint8_t *at, const comity_paper_held *paper)
{
    comity_canonical_items parties;
    parties.count = 0;
    *at++ = '[';
    for (uint32_t i = 0; i < paper->party_count && !comity_canonical_is_full(writer, at); i++) {
        at = comity_canonical_item_begin(writer, at, &parties);
        at = comity_canonical_slice(writer, at, &writer->act->slices[paper->first_party + i]);
        comity_canonical_item_end(writer, at, &parties);
    }
    return comity_canonical_items_end(writer, at, &parties, COMITY_KNOWN_ALL, true, ']');
}

static bool scope_is_given(const comity_paper_held *paper)
{
    return paper->scope_parties || paper->scope_states || paper->scope_categories || paper->scope_purposes ||
           paper->has_module;
}

static uint8_t *put_scope(const comity_canonical_writer *writer, uint8_t *at, const comity_paper_held *paper)
{
    *at++ = '{';
    if (paper->scope_categories) {
        at = COMITY_CANONICAL_PUT(at, "\"categories\":");
        at = comity_canonical_names(writer, at, COMITY_CLASS_CATEGORY, &paper->categories, COMITY_KNOWN_ALL);
        *at++ = ',';
    }
    if (paper->has_module) {
        at = COMITY_CANONICAL_PUT(at, "\"module\":");
        at = comity_canonical_slice(writer, at, &paper->module_text);
        *at++ = ',';
    }
    if (paper->scope_parties) {
        at = COMITY_CANONICAL_PUT(at, "\"parties\":");
        at = put_scope_parties(writer, at, paper);
        *at++ = ',';
    }
    if (paper->scope_purposes) {
        at = COMITY_CANONICAL_PUT(at, "\"purposes\":");
        at = comity_canonical_names(writer, at, COMITY_CLASS_PURPOSE, &paper->purposes, COMITY_KNOWN_ALL);
        *at++ = ',';
    }
    if (paper->scope_states) {
        at = COMITY_CANONICAL_PUT(at, "\"states\":");
        at = comity_canonical_places(writer, at, paper->states);
        *at++ = ',';
    }
    return comity_canonical_end(at, '}');
}

static uint8_t *put_under(const comity_canonical_writer *writer, uint8_t *at, const comity_paper_held *paper)
{
    comity_canonical_items laws;
    laws.count = 0;
    *at++ = '[';
    for (uint32_t i = 0; i < paper->under_count && !comity_canonical_is_full(writer, at); i++) {
        uint32_t number = writer->act->numbers[paper->first_under + i];
        bool on_file = number < writer->image->laws_count;
        const comity_law_record *law = on_file ? &writer->image->laws[number] : NULL;
        const comity_place *state = on_file ? NULL : &writer->image->places[number - writer->image->laws_count];
        at = comity_canonical_item_begin(writer, at, &laws);
        at = on_file ? comity_canonical_string(writer, at, law->code, law->code_size)
                     : comity_canonical_string(writer, at, state->code, state->code_size);
        comity_canonical_item_end(writer, at, &laws);
    }
    return comity_canonical_items_end(writer, at, &laws, COMITY_KNOWN_ALL, true, ']');
}

static uint8_t *put_paper(const comity_canonical_writer *writer, uint8_t *at, const comity_paper_held *paper)
{
    *at++ = '{';
    if (paper->has_by) {
        at = COMITY_CANONICAL_PUT(at, "\"by\":");
        at = comity_canonical_slice(writer, at, &paper->by_text);
        *at++ = ',';
    }
    if (paper->from != COMITY_NO_DATE) {
        at = COMITY_CANONICAL_PUT(at, "\"from\":");
        at = comity_canonical_date(at, paper->from);
        *at++ = ',';
    }
    if (paper->is_signed) {
        at = COMITY_CANONICAL_PUT(at, "\"held\":\"signed\",");
    }
    at = COMITY_CANONICAL_PUT(at, "\"kind\":");
    at = comity_canonical_name(writer, at, COMITY_CLASS_PAPER, paper->kind);
    *at++ = ',';
    if (paper->ref.text != NULL) {
        at = COMITY_CANONICAL_PUT(at, "\"ref\":");
        at = comity_canonical_slice(writer, at, &paper->ref);
        *at++ = ',';
    }
    if (paper->has_result) {
        at = COMITY_CANONICAL_PUT(at, "\"result\":");
        at = comity_canonical_slice(writer, at, &paper->result_text);
        *at++ = ',';
    }
    if (scope_is_given(paper)) {
        at = COMITY_CANONICAL_PUT(at, "\"scope\":");
        at = put_scope(writer, at, paper);
        *at++ = ',';
    }
    if (paper->under_known) {
        at = COMITY_CANONICAL_PUT(at, "\"under\":");
        at = put_under(writer, at, paper);
        *at++ = ',';
    }
    if (paper->until != COMITY_NO_DATE) {
        at = COMITY_CANONICAL_PUT(at, "\"until\":");
        at = comity_canonical_date(at, paper->until);
        *at++ = ',';
    }
    return comity_canonical_end(at, '}');
}

uint8_t *comity_canonical_papers(const comity_canonical_writer *writer, uint8_t *at)
{
    comity_canonical_items papers;
    papers.count = 0;
    *at++ = '[';
    for (uint32_t i = 0; i < writer->act->paper_count && !comity_canonical_is_full(writer, at); i++) {
        at = comity_canonical_item_begin(writer, at, &papers);
        at = put_paper(writer, at, &writer->act->papers[i]);
        comity_canonical_item_end(writer, at, &papers);
    }
    return comity_canonical_items_end(writer, at, &papers, COMITY_KNOWN_ALL, true, ']');
}
