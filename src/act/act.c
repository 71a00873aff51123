/* An act from JSON: docs/formats/act-and-judgement.md, field by field.
 *
 * What is absent is unknown; what is given is complete, unless its list ends in
 * "...". Unknown names, names given twice, and numbers and dates out of their
 * range are errors that say where. */
#include "act/act.h"

#include "act/reader.h"
#include "base/date.h"
#include "base/quote.h"

#include <stdlib.h>
#include <string.h>

static const char *const act_names[COMITY_ACT_COUNT] = {"transfer", "store", "collect", "disclose", "operate", "offer"};
static const char *const channels[] = {
    [COMITY_DEMAND_DIRECT] = "direct",
    [COMITY_DEMAND_ASSISTANCE] = "judicial-assistance",
    [COMITY_DEMAND_TREATY] = "treaty",
    [COMITY_DEMAND_VOLUNTARY] = "voluntary",
};

const char *comity_act_kind_word(uint32_t kind)
{
    return act_names[kind];
}

const char *comity_act_channel_word(uint32_t channel)
{
    return channels[channel];
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
                            comity_quote_bytes(text, size).text, near.best == NULL ? "there are " : "did you mean \"",
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
    facts->may = facts->yes;
    if (reader->act.known[slot] != COMITY_KNOWN_ALL) {
        memset(&facts->may, 0xff, sizeof facts->may);
    }
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
    facts->may = facts->yes; /* what protects must be shown, so "at least these" is these */
    return COMITY_OK;
}

static comity_status field_deal(comity_act_memory *reader, void *into)
{
    uint32_t deal;
    (void)into;
    COMITY_TRY(comity_read_name(reader, COMITY_CLASS_DEAL, &deal));
    comity_facts *facts = &reader->act.facts[COMITY_SLOT_DEAL];
    comity_set_add(&facts->yes, deal);
    facts->may = facts->yes;
    reader->act.known[COMITY_SLOT_DEAL] = COMITY_KNOWN_ALL;
    return COMITY_OK;
}

/* ---- data ---- */

static comity_status data_categories(comity_act_memory *reader, void *into)
{
    comity_act *act = &reader->act;
    comity_facts *facts = &act->facts[COMITY_SLOT_CATEGORY];
    (void)into;
    COMITY_TRY(comity_read_set(reader, COMITY_CLASS_CATEGORY, &act->listed_categories, &act->known[COMITY_SLOT_CATEGORY]));
    for (uint32_t word = 0; word < COMITY_SET_WORDS; word++) {
        for (uint64_t bits = act->listed_categories.words[word]; bits != 0; bits &= bits - 1) {
            uint32_t category = word * 64 + (uint32_t)__builtin_ctzll(bits);
            const comity_set *with_parents =
                &reader->image->sets[comity_image_name(reader->image, COMITY_CLASS_CATEGORY, category)->ancestors];
            for (uint32_t i = 0; i < COMITY_SET_WORDS; i++) {
                facts->yes.words[i] |= with_parents->words[i];
            }
        }
    }
    facts->may = facts->yes;
    if (act->known[COMITY_SLOT_CATEGORY] != COMITY_KNOWN_ALL) {
        memset(&facts->may, 0xff, sizeof facts->may);
    }
    return COMITY_OK;
}

static comity_status data_origin(comity_act_memory *reader, void *into)
{
    (void)into;
    return comity_read_places(reader, false, &reader->act.lists[COMITY_LIST_ORIGIN]);
}

static comity_status data_location(comity_act_memory *reader, void *into)
{
    (void)into;
    return comity_read_places(reader, false, &reader->act.lists[COMITY_LIST_LOCATION]);
}

static comity_status data_subjects(comity_act_memory *reader, void *into)
{
    (void)into;
    return comity_read_places(reader, false, &reader->act.lists[COMITY_LIST_SUBJECTS]);
}

static comity_status data_people(comity_act_memory *reader, void *into)
{
    (void)into;
    return comity_read_range(reader, &reader->act.people);
}

static comity_status received_from(comity_act_memory *reader, void *into)
{
    return comity_read_place(reader, false, &((comity_received *)into)->from);
}

static comity_status received_paper(comity_act_memory *reader, void *into)
{
    uint32_t paper;
    COMITY_TRY(comity_read_name(reader, COMITY_CLASS_PAPER, &paper));
    ((comity_received *)into)->paper = (uint16_t)paper;
    return COMITY_OK;
}

static comity_status received_on(comity_act_memory *reader, void *into)
{
    return comity_read_date(reader, &((comity_received *)into)->on);
}

static comity_status received_item(comity_act_memory *reader, void *into)
{
    static const comity_field fields[] = {COMITY_FIELD("from", received_from), COMITY_FIELD("paper", received_paper), COMITY_FIELD("on", received_on)};
    uint64_t seen;
    (void)into;
    if (reader->act.received_count == COMITY_LIMIT_ACT_RECEIVED) {
        return comity_read_fail(reader, COMITY_ERROR_LIMIT, "more than %d receipts", COMITY_LIMIT_ACT_RECEIVED);
    }
    comity_received *received = &reader->received[reader->act.received_count++];
    *received = (comity_received){.from = {COMITY_NONE16, false}, .paper = COMITY_NONE16, .on = COMITY_NO_DATE};
    return comity_read_object(reader, COMITY_OBJECT_RECEIPT, fields, 3, received, &seen);
}

static comity_status data_received(comity_act_memory *reader, void *into)
{
    (void)into;
    return comity_read_list(reader, received_item, NULL, &reader->act.received_known);
}

static comity_status field_data(comity_act_memory *reader, void *into)
{
    static const comity_field fields[] = {
        COMITY_FIELD("categories", data_categories), COMITY_FIELD("origin", data_origin), COMITY_FIELD("location", data_location),
        COMITY_FIELD("subjects", data_subjects),     COMITY_FIELD("people", data_people), COMITY_FIELD("received", data_received),
    };
    uint64_t seen;
    return comity_read_object(reader, COMITY_OBJECT_DATA, fields, sizeof fields / sizeof fields[0], into, &seen);
}

/* ---- the demand ---- */

static comity_status demand_channel(comity_act_memory *reader, void *into)
{
    const char *text;
    size_t size;
    (void)into;
    COMITY_TRY(comity_read_word(reader, "a channel", &text, &size));
    for (uint32_t channel = 0; channel <= COMITY_DEMAND_VOLUNTARY; channel++) {
        if (strlen(channels[channel]) == size && memcmp(channels[channel], text, size) == 0) {
            comity_set_add(&reader->act.facts[COMITY_SLOT_DEMAND].yes, channel);
            reader->act.channel_given = true;
            return COMITY_OK;
        }
    }
    reader->at--;
    return comity_read_fail(reader, COMITY_ERROR_NAME,
                            "%s is no channel; there are direct, judicial-assistance, treaty and voluntary",
                            comity_quote_bytes(text, size).text);
}

static comity_status demand_basis(comity_act_memory *reader, void *into)
{
    const char *text;
    size_t size;
    const comity_json_token *at = reader->at;
    (void)into;
    COMITY_TRY(comity_read_slice(reader, "what the demand rests on", &reader->act.basis_text));
    reader->at = at;
    COMITY_TRY(comity_read_word(reader, "what the demand rests on", &text, &size));
    reader->act.basis_given = true;
    reader->act.basis_class = COMITY_CLASS_LAW;
    reader->act.basis = comity_image_find(reader->image, COMITY_CLASS_LAW, text, size);
    if (reader->act.basis == COMITY_IMAGE_NONE) {
        reader->act.basis_class = COMITY_CLASS_BASIS;
        reader->act.basis = comity_image_find(reader->image, COMITY_CLASS_BASIS, text, size);
    }
    return COMITY_OK;
}

static comity_status demand_binding(comity_act_memory *reader, void *into)
{
    uint8_t kind = comity_read_peek(reader)->kind;
    (void)into;
    if (kind != COMITY_JSON_TRUE && kind != COMITY_JSON_FALSE) {
        return comity_read_expected(reader, "true or false");
    }
    if (kind == COMITY_JSON_TRUE) {
        comity_set_add(&reader->act.facts[COMITY_SLOT_DEMAND].yes, COMITY_DEMAND_BINDING);
    }
    reader->act.binding_given = true;
    reader->at++;
    return COMITY_OK;
}

static comity_status field_demand(comity_act_memory *reader, void *into)
{
    static const comity_field fields[] = {
        COMITY_FIELD("channel", demand_channel), COMITY_FIELD("basis", demand_basis), COMITY_FIELD("binding", demand_binding)};
    uint64_t seen;
    return comity_read_object(reader, COMITY_OBJECT_DEMAND, fields, 3, into, &seen);
}

/* What of the demand is not said may be anything; but it has one channel only,
 * and only a disclosure has a demand at all. */
static void demand_settle(comity_act *act)
{
    comity_facts *facts = &act->facts[COMITY_SLOT_DEMAND];
    facts->may = facts->yes;
    if (act->kind_mask != COMITY_ACT_DISCLOSE) {
        act->basis_given = true; /* none */
        return;
    }
    for (uint32_t channel = 0; !act->channel_given && channel <= COMITY_DEMAND_VOLUNTARY; channel++) {
        comity_set_add(&facts->may, channel);
    }
    if (!act->binding_given) {
        comity_set_add(&facts->may, COMITY_DEMAND_BINDING);
    }
}

/* ---- papers, counts, bases ---- */

static comity_status field_papers(comity_act_memory *reader, void *into)
{
    reader->act.papers_given = true;
    return comity_read_list(reader, comity_read_paper, into, NULL);
}

/* An object whose members' names are data. */
static comity_status members_read(comity_act_memory *reader, comity_status (*read)(comity_act_memory *reader, const comity_json_token *key))
{
    if (comity_read_peek(reader)->kind != COMITY_JSON_OBJECT_BEGIN) {
        return comity_read_expected(reader, "an object");
    }
    reader->at++;
    while (comity_read_peek(reader)->kind == COMITY_JSON_KEY) {
        COMITY_TRY(read(reader, comity_read_peek(reader)));
    }
    reader->at++;
    return COMITY_OK;
}

static comity_status key_text(comity_act_memory *reader, const comity_json_token *key, const char **ret_text, size_t *ret_size)
{
    *ret_text = reader->json + key->begin + 1;
    *ret_size = (size_t)(key->end - key->begin) - 2;
    if (*ret_size > COMITY_LIMIT_ACT_TEXT_BYTES) {
        return comity_read_fail(reader, COMITY_ERROR_LIMIT, "a name of %zu bytes; at most %d are read", *ret_size,
                                COMITY_LIMIT_ACT_TEXT_BYTES);
    }
    if (key->escaped) {
        COMITY_TRY(comity_json_decode(*ret_text - 1, *ret_size + 2, reader->word, ret_size, reader->reterr));
        *ret_text = reader->word;
    }
    return COMITY_OK;
}

static comity_status count_member(comity_act_memory *reader, const comity_json_token *key)
{
    const char *text;
    size_t size;
    COMITY_TRY(key_text(reader, key, &text, &size));
    uint32_t count = comity_image_find(reader->image, COMITY_CLASS_COUNT, text, size);
    if (count == COMITY_IMAGE_NONE) {
        const char *near = comity_image_near(reader->image, COMITY_CLASS_COUNT, text, size);
        return comity_read_fail(reader, COMITY_ERROR_NAME, "%s is no count that a law declares%s%s%s",
                                comity_quote_bytes(text, size).text, near == NULL ? "" : "; did you mean \"",
                                near == NULL ? "" : near, near == NULL ? "" : "\"?");
    }
    for (uint32_t i = 0; i < reader->act.count_count; i++) {
        if (reader->counts[i].count == count) {
            return comity_read_fail(reader, COMITY_ERROR_SYNTAX, "%s is given twice", comity_quote_bytes(text, size).text);
        }
    }
    if (reader->act.count_count == COMITY_LIMIT_ACT_COUNTS) {
        return comity_read_fail(reader, COMITY_ERROR_LIMIT, "more than %d counts", COMITY_LIMIT_ACT_COUNTS);
    }
    comity_count_given *given = &reader->counts[reader->act.count_count];
    const char *name = comity_image_text(reader->image, reader->image->counts[count].name);
    given->count = count;
    reader->path[reader->path_depth++] = (comity_path_step){name, (uint32_t)strlen(name), 0};
    reader->at++;
    COMITY_TRY(comity_read_range(reader, &given->range));
    reader->path_depth--;
    reader->act.count_count++;
    return COMITY_OK;
}

static comity_status field_counts(comity_act_memory *reader, void *into)
{
    (void)into;
    return members_read(reader, count_member);
}

static comity_status basis_member(comity_act_memory *reader, const comity_json_token *key)
{
    static const char *const bases[COMITY_BASIS_LAST] = {"found", "declared", "counted"};
    comity_slice path = {reader->json + key->begin + 1, (uint32_t)(key->end - key->begin) - 2, key->escaped};
    const char *text;
    size_t size;
    COMITY_TRY(key_text(reader, key, &text, &size));
    for (uint32_t i = 0; i < reader->act.fact_basis_count; i++) {
        if (comity_slice_equal(&path, &reader->fact_bases[i].path)) {
            return comity_read_fail(reader, COMITY_ERROR_SYNTAX, "%s is given twice", comity_quote_bytes(text, size).text);
        }
    }
    if (reader->act.fact_basis_count == COMITY_LIMIT_ACT_BASES) {
        return comity_read_fail(reader, COMITY_ERROR_LIMIT, "more than %d facts with a basis", COMITY_LIMIT_ACT_BASES);
    }
    reader->at++;
    COMITY_TRY(comity_read_word(reader, "found, declared or counted", &text, &size));
    for (uint8_t basis = 0; basis < COMITY_BASIS_LAST; basis++) {
        if (strlen(bases[basis]) == size && memcmp(bases[basis], text, size) == 0) {
            reader->fact_bases[reader->act.fact_basis_count++] = (comity_fact_basis){path, basis};
            return COMITY_OK;
        }
    }
    reader->at--;
    return comity_read_fail(reader, COMITY_ERROR_NAME, "%s is no basis; there are found, declared and counted",
                            comity_quote_bytes(text, size).text);
}

static comity_status field_basis(comity_act_memory *reader, void *into)
{
    (void)into;
    return members_read(reader, basis_member);
}

/* ---- all together ---- */

static const comity_field act_fields[] = {
    COMITY_FIELD("id", field_id),
    COMITY_FIELD("act", field_act),
    COMITY_FIELD("on", field_on),
    COMITY_FIELD("from", field_from),
    COMITY_FIELD("to", field_to),
    COMITY_FIELD("via", field_via),
    COMITY_FIELD("data", field_data),
    COMITY_FIELD("purposes", field_purposes),
    COMITY_FIELD("deal", field_deal),
    COMITY_FIELD("circumstances", field_circumstances),
    COMITY_FIELD("safeguards", field_safeguards),
    COMITY_FIELD("papers", field_papers),
    COMITY_FIELD("demand", field_demand),
    COMITY_FIELD("counts", field_counts),
    COMITY_FIELD("basis", field_basis),
};

enum { FIELD_ACT = 1, FIELD_ON = 2, FIELD_DEMAND = 12 };

static void act_clear(comity_act_memory *reader)
{
    comity_act *act = &reader->act;
    memset(act, 0, sizeof *act);
    for (comity_slot slot = 0; slot < COMITY_SLOT_LAST; slot++) {
        if (slot != COMITY_SLOT_SAFEGUARD) {
            memset(&act->facts[slot].may, 0xff, sizeof act->facts[slot].may);
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
    act->touched_lightly = reader->touched_lightly;
    act->touched_any_part = reader->touched_any_part;
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
    reader->json = json;
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
    demand_settle(&reader->act);
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

bool comity_slice_equal(const comity_slice *a, const comity_slice *b)
{
    char text[COMITY_LIMIT_ACT_TEXT_BYTES + 8];
    size_t size;
    if (!a->escaped && !b->escaped) {
        return a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
    }
    const comity_slice *plain = a->escaped ? b : a;
    const comity_slice *escaped = a->escaped ? a : b;
    if (plain->escaped) {
        return comity_json_decode(plain->text - 1, plain->size + 2, text, &size, NULL) == COMITY_OK &&
               comity_json_says(escaped->text - 1, escaped->size + 2, text, size);
    }
    return comity_json_says(escaped->text - 1, escaped->size + 2, plain->text, plain->size);
}

/* ---- a copy that stands by itself ---- */

typedef struct copying {
    char *at;
} copying;

static const void *copy_array(copying *copy, const void *items, size_t count, size_t size)
{
    void *to = copy->at;
    memcpy(to, items, count * size);
    copy->at += (count * size + 15) & ~(size_t)15;
    return to;
}

static size_t padded(size_t size)
{
    return (size + 15) & ~(size_t)15;
}

static uint32_t places_used(const comity_act *act)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < COMITY_ACT_LISTS; i++) {
        uint32_t end = act->lists[i].first + (uint32_t)act->lists[i].count;
        used = end > used ? end : used;
    }
    for (uint32_t i = 0; i < act->node_count; i++) {
        uint32_t end = act->nodes[i].subject_to.first + (uint32_t)act->nodes[i].subject_to.count;
        used = end > used ? end : used;
    }
    for (uint32_t i = 0; i < act->paper_count; i++) {
        uint32_t end = act->papers[i].states.first + (uint32_t)act->papers[i].states.count;
        used = end > used ? end : used;
    }
    return used;
}

/* The slices go on pointing into the JSON the act was read from: keep it. */
comity_act *comity_act_copy(const comity_act *act)
{
    uint32_t places = places_used(act);
    uint32_t numbers = 0;
    uint32_t slices = 0;
    for (uint32_t i = 0; i < act->paper_count; i++) {
        uint32_t end = act->papers[i].first_under + (uint32_t)act->papers[i].under_count;
        numbers = end > numbers ? end : numbers;
        end = act->papers[i].first_party + (uint32_t)act->papers[i].party_count;
        slices = end > slices ? end : slices;
    }
    size_t size = padded(sizeof *act) + padded(act->node_count * sizeof *act->nodes) + padded(places * sizeof *act->places) +
                  padded(act->received_count * sizeof *act->received) + padded(act->paper_count * sizeof *act->papers) +
                  padded(act->count_count * sizeof *act->counts) + padded(numbers * sizeof *act->numbers) +
                  padded(slices * sizeof *act->slices) + padded(act->touched_count * sizeof *act->touched) +
                  padded(act->touched_count * sizeof *act->touched_lightly) +
                  padded(act->touched_count * sizeof *act->touched_any_part) +
                  padded(act->fact_basis_count * sizeof *act->fact_bases) + padded(act->traits.ends[COMITY_SIEVE_LAST - 1] * sizeof *act->traits.more);
    comity_act *to = malloc(size);
    if (to == NULL) {
        return NULL;
    }
    copying copy = {(char *)to};
    (void)copy_array(&copy, act, 1, sizeof *act);
    /* what the judge reads of every act comes first, so that it lies together */
    to->touched = copy_array(&copy, act->touched, act->touched_count, sizeof *act->touched);
    to->touched_lightly = copy_array(&copy, act->touched_lightly, act->touched_count, sizeof *act->touched_lightly);
    to->touched_any_part =
        copy_array(&copy, act->touched_any_part, act->touched_count, sizeof *act->touched_any_part);
    to->traits.more = copy_array(&copy, act->traits.more, act->traits.ends[COMITY_SIEVE_LAST - 1], sizeof *act->traits.more);
    to->nodes = copy_array(&copy, act->nodes, act->node_count, sizeof *act->nodes);
    to->places = copy_array(&copy, act->places, places, sizeof *act->places);
    to->received = copy_array(&copy, act->received, act->received_count, sizeof *act->received);
    to->papers = copy_array(&copy, act->papers, act->paper_count, sizeof *act->papers);
    to->counts = copy_array(&copy, act->counts, act->count_count, sizeof *act->counts);
    to->numbers = copy_array(&copy, act->numbers, numbers, sizeof *act->numbers);
    to->slices = copy_array(&copy, act->slices, slices, sizeof *act->slices);
    to->fact_bases = copy_array(&copy, act->fact_bases, act->fact_basis_count, sizeof *act->fact_bases);
    return to;
}
