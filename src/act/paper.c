/* A paper that is held: what, under which law, by whom, for when and for what. */
#include "act/reader.h"

#include <string.h>

static comity_status field_kind(comity_act_memory *reader, void *into)
{
    uint32_t kind;
    COMITY_TRY(comity_read_name(reader, COMITY_CLASS_PAPER, &kind));
    ((comity_paper_held *)into)->kind = (uint16_t)kind;
    return COMITY_OK;
}

/* A law on file, or a state that has none there. */
static comity_status under_read(comity_act_memory *reader, uint32_t *ret_number)
{
    const char *text;
    size_t size;
    COMITY_TRY(comity_read_word(reader, "a name", &text, &size));
    uint32_t place = comity_read_find(reader, COMITY_CLASS_PLACE, text, size);
    *ret_number = comity_read_find(reader, COMITY_CLASS_LAW, text, size);
    if (*ret_number == COMITY_IMAGE_NONE && place != COMITY_IMAGE_NONE) {
        *ret_number = reader->image->laws_count + place;
    }
    return *ret_number == COMITY_IMAGE_NONE ? comity_read_name_unknown(reader, COMITY_CLASS_LAW, text, size) : COMITY_OK;
}

static comity_status under_item(comity_act_memory *reader, void *into)
{
    comity_paper_held *paper = into;
    if (reader->number_count == COMITY_LIMIT_ACT_NUMBERS) {
        return comity_read_fail(reader, COMITY_ERROR_LIMIT, "more than %d laws named by papers", COMITY_LIMIT_ACT_NUMBERS);
    }
    COMITY_TRY(under_read(reader, &reader->numbers[reader->number_count]));
    reader->number_count++;
    paper->under_count++;
    return COMITY_OK;
}

static comity_status field_under(comity_act_memory *reader, void *into)
{
    comity_paper_held *paper = into;
    paper->first_under = (uint16_t)reader->number_count;
    paper->under_known = true;
    return comity_read_list(reader, under_item, paper, NULL);
}

/* A free text that may be a name the law knows; if not, it is another. */
static comity_status free_name(comity_act_memory *reader, comity_class class_of, const char *expected, comity_slice *ret_slice,
                               uint32_t *ret_name)
{
    const char *text;
    size_t size;
    const comity_json_token *at = reader->at;
    COMITY_TRY(comity_read_slice(reader, expected, ret_slice));
    reader->at = at;
    COMITY_TRY(comity_read_word(reader, expected, &text, &size));
    *ret_name = comity_read_find(reader, class_of, text, size);
    return COMITY_OK;
}

static comity_status field_by(comity_act_memory *reader, void *into)
{
    comity_paper_held *paper = into;
    paper->has_by = true;
    return free_name(reader, COMITY_CLASS_AUTHORITY, "who gave it", &paper->by_text, &paper->by);
}

static comity_status field_ref(comity_act_memory *reader, void *into)
{
    comity_paper_held *paper = into;
    return free_name(reader, COMITY_CLASS_RULE, "a reference", &paper->ref, &paper->about);
}

static comity_status field_result(comity_act_memory *reader, void *into)
{
    comity_paper_held *paper = into;
    paper->has_result = true;
    return free_name(reader, COMITY_CLASS_WORD, "a result", &paper->result_text, &paper->result);
}

static comity_status field_from(comity_act_memory *reader, void *into)
{
    return comity_read_date(reader, &((comity_paper_held *)into)->from);
}

static comity_status field_until(comity_act_memory *reader, void *into)
{
    return comity_read_date(reader, &((comity_paper_held *)into)->until);
}

/* Stands in the canonical form of an act, beside papers found signed; a caller's
 * word for it is nothing. */
static comity_status field_held(comity_act_memory *reader, void *into)
{
    (void)into;
    return comity_read_fail(reader, COMITY_ERROR_SYNTAX, "whether a paper is signed is found out, not said");
}

/* ---- scope ---- */

static comity_status party_item(comity_act_memory *reader, void *into)
{
    comity_paper_held *paper = into;
    if (reader->slice_count == COMITY_LIMIT_ACT_SLICES) {
        return comity_read_fail(reader, COMITY_ERROR_LIMIT, "more than %d parties named by papers", COMITY_LIMIT_ACT_SLICES);
    }
    COMITY_TRY(comity_read_slice(reader, "a party's name", &reader->slices[reader->slice_count]));
    reader->slice_count++;
    paper->party_count++;
    return COMITY_OK;
}

static comity_status scope_parties(comity_act_memory *reader, void *into)
{
    comity_paper_held *paper = into;
    paper->scope_parties = true;
    paper->first_party = (uint16_t)reader->slice_count;
    return comity_read_list(reader, party_item, paper, NULL);
}

/* States a paper is good for are not states the act touches. */
static comity_status scope_states(comity_act_memory *reader, void *into)
{
    comity_paper_held *paper = into;
    paper->scope_states = true;
    uint16_t touched = reader->act.touched_count;
    comity_touched places[COMITY_LIMIT_ACT_TOUCHED];
    memcpy(places, reader->touched, touched * sizeof *places);
    COMITY_TRY(comity_read_places_complete(reader, &paper->states));
    memcpy(reader->touched, places, touched * sizeof *places);
    reader->act.touched_count = touched;
    return COMITY_OK;
}

static comity_status scope_categories(comity_act_memory *reader, void *into)
{
    comity_paper_held *paper = into;
    paper->scope_categories = true;
    return comity_read_set(reader, COMITY_CLASS_CATEGORY, &paper->categories, NULL);
}

static comity_status scope_purposes(comity_act_memory *reader, void *into)
{
    comity_paper_held *paper = into;
    paper->scope_purposes = true;
    return comity_read_set(reader, COMITY_CLASS_PURPOSE, &paper->purposes, NULL);
}

static comity_status scope_module(comity_act_memory *reader, void *into)
{
    comity_paper_held *paper = into;
    paper->has_module = true;
    return free_name(reader, COMITY_CLASS_WORD, "a module", &paper->module_text, &paper->module);
}

static comity_status field_scope(comity_act_memory *reader, void *into)
{
    static const comity_field fields[] = {
        COMITY_FIELD("parties", scope_parties),   COMITY_FIELD("states", scope_states), COMITY_FIELD("categories", scope_categories),
        COMITY_FIELD("purposes", scope_purposes), COMITY_FIELD("module", scope_module),
    };
    uint64_t seen;
    return comity_read_object(reader, COMITY_OBJECT_SCOPE, fields, sizeof fields / sizeof fields[0], into, &seen);
}

comity_status comity_read_paper(comity_act_memory *reader, void *into)
{
    static const comity_field fields[] = {
        COMITY_FIELD("kind", field_kind), COMITY_FIELD("under", field_under), COMITY_FIELD("by", field_by),       COMITY_FIELD("ref", field_ref),
        COMITY_FIELD("from", field_from), COMITY_FIELD("until", field_until), COMITY_FIELD("scope", field_scope), COMITY_FIELD("held", field_held),
        COMITY_FIELD("result", field_result),
    };
    uint64_t seen;
    (void)into;
    if (reader->act.paper_count == COMITY_LIMIT_ACT_PAPERS) {
        return comity_read_fail(reader, COMITY_ERROR_LIMIT, "more than %d papers", COMITY_LIMIT_ACT_PAPERS);
    }
    comity_paper_held *paper = &reader->papers[reader->act.paper_count];
    memset(paper, 0, sizeof *paper);
    paper->by = paper->result = paper->module = paper->about = COMITY_IMAGE_NONE;
    paper->from = paper->until = COMITY_NO_DATE;
    COMITY_TRY(comity_read_object(reader, COMITY_OBJECT_PAPER, fields, sizeof fields / sizeof fields[0], paper, &seen));
    if (!(seen & 1)) {
        return comity_read_fail(reader, COMITY_ERROR_SYNTAX, "a paper without its \"kind\"");
    }
    if (paper->from != COMITY_NO_DATE && paper->until != COMITY_NO_DATE && paper->from > paper->until) {
        return comity_read_fail(reader, COMITY_ERROR_RANGE, "the paper ends before it begins");
    }
    reader->act.paper_count++;
    return COMITY_OK;
}
