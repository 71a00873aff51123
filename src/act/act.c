/* An act from JSON: docs/formats/act-and-judgement.md, field by field.
 *
 * What is absent is unknown; what is given is complete, unless its list ends in
 * "...". Unknown names, names given twice, and numbers and dates out of their
 * range are errors that say where. */
#include "act/act.h"

#include "act/reader.h"
#include "base/unknown.h"
#include "base/date.h"

#include <stdlib.h>
#include <string.h>

static const char *const act_names[COMITY_ACT_COUNT] = {"transfer", "store", "collect", "disclose", "operate", "offer"};

const char *comity_act_kind_word(uint32_t kind)
{
    return act_names[kind];
}

/* ---- the top of the act ---- */

static comity_status field_id(comity_act_memory *reader, void *into)
{
    const comity_json_token *token = comity_read_peek(reader);
    (void)into;
    if (token->kind != COMITY_JSON_STRING && token->kind != COMITY_JSON_NUMBER) {
        return comity_read_expected(reader, "a string or a number");
    }
    if (token->end - token->begin > COMITY_LIMIT_ACT_TEXT_BYTES) {
        return comity_read_fail(reader, COMITY_ERROR_LIMIT, "longer than %d bytes", COMITY_LIMIT_ACT_TEXT_BYTES);
    }
    reader->act.id = (comity_slice){reader->json + token->begin, (uint32_t)(token->end - token->begin), token->escaped};
    reader->at++;
    return COMITY_OK;
}

static comity_status field_act(comity_act_memory *reader, void *into)
{
    const char *text;
    size_t size;
    (void)into;
    COMITY_TRY(comity_read_word(reader, "a kind of act", &text, &size));
    for (uint8_t kind = 0; kind < COMITY_ACT_COUNT; kind++) {
        if (strlen(act_names[kind]) == size && memcmp(act_names[kind], text, size) == 0) {
            reader->act.kind = kind;
            reader->act.kind_mask = (uint8_t)(1u << kind);
            return COMITY_OK;
        }
    }
    comity_near near;
    comity_near_begin(&near, text, size);
    for (unsigned kind = 0; kind < COMITY_ACT_COUNT; kind++) {
        comity_near_offer(&near, act_names[kind], strlen(act_names[kind]));
    }
    reader->at--;
    return comity_read_fail(reader, COMITY_ERROR_NAME, "%s is no kind of act; %s%s%s",
                            comity_unknown_word(text, size, near.best).text, near.best == NULL ? "there are " : "did you mean \"",
                            near.best == NULL ? "transfer, store, collect, disclose, operate and offer" : near.best,
                            near.best == NULL ? "" : "\"?");
}

static comity_status field_on(comity_act_memory *reader, void *into)
{
    (void)into;
    return comity_read_date(reader, &reader->act.on);
}

static comity_status field_from(comity_act_memory *reader, void *into)
{
    (void)into;
    return comity_read_party(reader, COMITY_NODE_FIRST);
}

static comity_status field_to(comity_act_memory *reader, void *into)
{
    (void)into;
    return comity_read_party(reader, COMITY_NODE_SECOND);
}

static comity_status field_via(comity_act_memory *reader, void *into)
{
    (void)into;
    reader->lightly = true;
    COMITY_TRY(comity_read_places(reader, false, &reader->act.lists[COMITY_LIST_TRANSIT]));
    reader->lightly = false;
    return COMITY_OK;
}

/* ---- sets of names ---- */

static comity_status slot_read(comity_act_memory *reader, comity_class class_of, comity_slot slot)
{
    comity_facts *facts = &reader->act.facts[slot];
    COMITY_TRY(comity_read_set(reader, class_of, &facts->yes, &reader->act.known[slot]));
    facts->open = comity_facts_open(reader->act.known[slot]);
    return COMITY_OK;
}

static comity_status field_purposes(comity_act_memory *reader, void *into)
{
    (void)into;
    return slot_read(reader, COMITY_CLASS_PURPOSE, COMITY_SLOT_PURPOSE);
}

static comity_status field_circumstances(comity_act_memory *reader, void *into)
{
    (void)into;
    return slot_read(reader, COMITY_CLASS_CIRCUMSTANCE, COMITY_SLOT_CIRCUMSTANCE);
}

static comity_status field_safeguards(comity_act_memory *reader, void *into)
{
    (void)into;
    reader->act.safeguards_given = true;
    comity_facts *facts = &reader->act.facts[COMITY_SLOT_SAFEGUARD];
    comity_known known;
    COMITY_TRY(comity_read_set(reader, COMITY_CLASS_SAFEGUARD, &facts->yes, &known));
    facts->open = 0; /* what protects must be shown, so "at least these" is these */
    return COMITY_OK;
}

static comity_status field_deal(comity_act_memory *reader, void *into)
{
    uint32_t deal;
    (void)into;
    COMITY_TRY(comity_read_name(reader, COMITY_CLASS_DEAL, &deal));
    comity_facts *facts = &reader->act.facts[COMITY_SLOT_DEAL];
    comity_set_add(&facts->yes, deal);
    facts->open = 0;
    reader->act.known[COMITY_SLOT_DEAL] = COMITY_KNOWN_ALL;
    return COMITY_OK;
}

/* ---- papers ---- */

static comity_status field_papers(comity_act_memory *reader, void *into)
{
    reader->act.papers_given = true;
    return comity_read_list(reader, comity_read_paper, into, NULL);
}

/* ---- all together ---- */

static const comity_field act_fields[] = {
    COMITY_FIELD("id", field_id),
    COMITY_FIELD("act", field_act),
    COMITY_FIELD("on", field_on),
    COMITY_FIELD("from", field_from),
    COMITY_FIELD("to", field_to),
    COMITY_FIELD("via", field_via),
    COMITY_FIELD("data", comity_read_data),
    COMITY_FIELD("purposes", field_purposes),
    COMITY_FIELD("deal", field_deal),
    COMITY_FIELD("circumstances", field_circumstances),
    COMITY_FIELD("safeguards", field_safeguards),
    COMITY_FIELD("papers", field_papers),
    COMITY_FIELD("demand", comity_read_demand),
    COMITY_FIELD("counts", comity_read_counts),
    COMITY_FIELD("basis", comity_read_bases),
};

enum { FIELD_ACT = 1, FIELD_ON = 2, FIELD_DEMAND = 12 };

static void act_clear(comity_act_memory *reader)
{
    comity_act *act = &reader->act;
    memset(act, 0, sizeof *act);
    for (comity_slot slot = 0; slot < COMITY_SLOT_LAST; slot++) {
        if (slot != COMITY_SLOT_SAFEGUARD) {
            act->facts[slot].open = UINT64_MAX;
        }
    }
    act->known[COMITY_SLOT_SAFEGUARD] = COMITY_KNOWN_ALL;
    act->people = (comity_range){0, UINT64_MAX, false};
    act->node_count = 2;
    act->basis = COMITY_IMAGE_NONE;
    act->nodes = reader->nodes;
    act->places = reader->places;
    act->received = reader->received;
    act->papers = reader->papers;
    act->counts = reader->counts;
    act->numbers = reader->numbers;
    act->slices = reader->slices;
    act->touched = reader->touched;
    act->fact_bases = reader->fact_bases;
    reader->place_count = 0;
    reader->number_count = 0;
    reader->slice_count = 0;
    reader->owner_depth = 0;
    reader->path_depth = 0;
    reader->lightly = false;
    reader->at = reader->tokens;
    comity_read_party_clear(reader, COMITY_NODE_FIRST);
    comity_read_party_clear(reader, COMITY_NODE_SECOND);
}

comity_status comity_act_read(const comity_image *image, comity_act_memory *memory, const char *json, size_t size,
                              int32_t today, const comity_act **ret_act, comity_error *reterr)
{
    comity_act_memory *reader = memory;
    uint64_t seen;
    if (size > COMITY_LIMIT_ACT_BYTES) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "an act of %zu bytes; at most %zu are read", size,
                           COMITY_LIMIT_ACT_BYTES);
    }
    reader->image = image;
    comity_lately_begin(&reader->lately, image);
    reader->json = json;
    reader->json_size = size;
    reader->reterr = reterr;
    COMITY_TRY(comity_json_tokenize(json, size, COMITY_LIMIT_JSON_DEPTH, reader->tokens, COMITY_LIMIT_ACT_TOKENS - 1,
                                    &reader->token_count, reterr));
    reader->tokens[reader->token_count] = (comity_json_token){.begin = size, .end = size, .kind = COMITY_JSON_NONE};
    act_clear(reader);
    if (comity_read_peek(reader)->kind != COMITY_JSON_OBJECT_BEGIN) {
        return comity_read_expected(reader, "an act: an object");
    }
    COMITY_TRY(comity_read_object(reader, COMITY_OBJECT_ACT, act_fields, sizeof act_fields / sizeof act_fields[0], NULL,
                                  &seen));
    if (!(seen >> FIELD_ACT & 1)) {
        return comity_read_fail(reader, COMITY_ERROR_SYNTAX, "an act without its \"act\", which says its kind");
    }
    if (!(seen >> FIELD_ON & 1)) {
        if (today == COMITY_NO_DATE) {
            return comity_read_fail(reader, COMITY_ERROR_SYNTAX, "an act without its \"on\", the day whose law applies");
        }
        reader->act.on = today;
    }
    if ((seen >> FIELD_DEMAND & 1) && reader->act.kind_mask != COMITY_ACT_DISCLOSE) {
        return comity_read_fail(reader, COMITY_ERROR_SYNTAX, "\"demand\" belongs to the act \"disclose\" only");
    }
    comity_read_demand_settle(&reader->act);
    comity_date_print(reader->act.on, reader->act.on_text);
    comity_read_traits(reader);
    *ret_act = &reader->act;
    return COMITY_OK;
}

comity_act_memory *comity_act_memory_new(void)
{
    return calloc(1, sizeof(comity_act_memory));
}

void comity_act_memory_free(comity_act_memory *memory)
{
    free(memory);
}
