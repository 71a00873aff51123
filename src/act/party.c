/* A party: a state code, or an object; its owners, and theirs. */
#include "act/reader.h"

#include "base/unknown.h"

#include <string.h>

typedef struct party_reading {
    uint32_t node;
} party_reading;

static comity_node *node_of(comity_act_memory *reader, void *into)
{
    return &reader->nodes[((party_reading *)into)->node];
}

static comity_status field_state(comity_act_memory *reader, void *into)
{
    return comity_read_place(reader, false, &node_of(reader, into)->state);
}

static comity_status field_name(comity_act_memory *reader, void *into)
{
    return comity_read_slice(reader, "a name", &node_of(reader, into)->name);
}

static comity_status field_kinds(comity_act_memory *reader, void *into)
{
    comity_node *node = node_of(reader, into);
    COMITY_TRY(comity_read_set(reader, COMITY_CLASS_KIND, &node->kinds.yes, &node->kinds_known));
    node->kinds.open = comity_facts_open(node->kinds_known);
    return COMITY_OK;
}

static comity_status field_certified(comity_act_memory *reader, void *into)
{
    comity_node *node = node_of(reader, into);
    COMITY_TRY(comity_read_set(reader, COMITY_CLASS_CERTIFICATE, &node->certified.yes, &node->certified_known));
    node->certified.open = comity_facts_open(node->certified_known);
    return COMITY_OK;
}

static comity_status field_subject_to(comity_act_memory *reader, void *into)
{
    return comity_read_places(reader, true, &node_of(reader, into)->subject_to);
}

static comity_status field_percent(comity_act_memory *reader, void *into)
{
    comity_node *node = node_of(reader, into);
    const comity_json_token *token = comity_read_peek(reader);
    int64_t percent;
    if (((party_reading *)into)->node < 2) {
        return comity_read_fail(reader, COMITY_ERROR_NAME, "only an owner has a percentage");
    }
    if (token->kind != COMITY_JSON_NUMBER) {
        return comity_read_expected(reader, "a percentage");
    }
    if (comity_json_decimal(reader->json + token->begin, (size_t)(token->end - token->begin), 2, &percent, NULL) !=
            COMITY_OK ||
        percent < 0 || percent > 10000) {
        return comity_read_fail(reader, COMITY_ERROR_RANGE,
                                "found %s, but expected a percentage from 0 to 100 with at most 2 decimals",
                                comity_unknown_number(comity_read_text(reader, token), comity_read_size(token)).text);
    }
    reader->at++;
    node->percent_min = (uint32_t)percent;
    node->percent_max = (uint32_t)percent;
    return COMITY_OK;
}

/* Owners of one party stand together, so they are counted before they are read. */
static uint32_t owners_count(const comity_act_memory *reader)
{
    const comity_json_token *begin = comity_read_peek(reader);
    uint32_t count = 0;
    if (begin->kind != COMITY_JSON_ARRAY_BEGIN) {
        return 1;
    }
    for (const comity_json_token *token = begin + 1; token->depth > begin->depth; token++) {
        bool is_item = token->depth == begin->depth + 1 &&
                       (token->kind == COMITY_JSON_OBJECT_BEGIN ||
                        (token->kind == COMITY_JSON_STRING && !comity_read_is_dots(reader, token)));
        count += is_item;
    }
    return count;
}

typedef struct owners_reading {
    uint32_t next, end; /* what is no party was not counted, so there is no room for it */
} owners_reading;

static comity_status owner_item(comity_act_memory *reader, void *into)
{
    owners_reading *reading = into;
    if (reading->next == reading->end) {
        return comity_read_expected(reader, "a party: a state's code, or an object");
    }
    return comity_read_party(reader, reading->next++);
}

static comity_status field_owners(comity_act_memory *reader, void *into)
{
    uint32_t index = ((party_reading *)into)->node;
    uint32_t count = owners_count(reader);
    uint32_t first = reader->act.node_count;
    if (count > COMITY_LIMIT_ACT_NODES - first) {
        return comity_read_fail(reader, COMITY_ERROR_LIMIT, "more than %d owners in one act", COMITY_LIMIT_ACT_NODES - 2);
    }
    if (count != 0 && reader->owner_depth == COMITY_LIMIT_OWNER_DEPTH) { /* that there are none may be said of the last */
        return comity_read_fail(reader, COMITY_ERROR_LIMIT, "owners of owners more than %d deep", COMITY_LIMIT_OWNER_DEPTH);
    }
    reader->act.node_count = (uint16_t)(first + count);
    owners_reading reading = {first, first + count};
    bool lightly = reader->lightly;
    reader->lightly = true;
    reader->owner_depth++;
    COMITY_TRY(comity_read_list(reader, owner_item, &reading, &reader->nodes[index].owners_known));
    reader->owner_depth--;
    reader->lightly = lightly;
    comity_node *node = &reader->nodes[index];
    node->first_owner = (uint16_t)first;
    node->owner_count = (uint16_t)(reading.next - first);
    uint32_t sum = 0;
    for (uint32_t i = first; i < reading.next; i++) {
        sum += reader->nodes[i].percent_min;
    }
    if (sum > 10000) {
        return comity_read_fail(reader, COMITY_ERROR_RANGE, "the owners own more than 100%% together");
    }
    return COMITY_OK;
}

static void node_clear(comity_node *node)
{
    memset(node, 0, sizeof *node);
    node->state.place = COMITY_NONE16;
    node->percent_max = 10000;
    node->kinds.open = UINT64_MAX;
    node->certified.open = UINT64_MAX;
}

void comity_read_party_clear(comity_act_memory *reader, uint32_t node)
{
    node_clear(&reader->nodes[node]);
}

comity_status comity_read_party(comity_act_memory *reader, uint32_t node)
{
    static const comity_field fields[] = {
        COMITY_FIELD("state", field_state),   COMITY_FIELD("name", field_name),           COMITY_FIELD("kinds", field_kinds),
        COMITY_FIELD("owners", field_owners), COMITY_FIELD("certified", field_certified), COMITY_FIELD("subject_to", field_subject_to),
        COMITY_FIELD("percent", field_percent),
    };
    party_reading reading = {node};
    uint64_t seen;
    node_clear(&reader->nodes[node]);
    reader->nodes[node].given = true;
    if (comity_read_peek(reader)->kind == COMITY_JSON_STRING) {
        return field_state(reader, &reading);
    }
    if (comity_read_peek(reader)->kind != COMITY_JSON_OBJECT_BEGIN) {
        return comity_read_expected(reader, "a party: a state's code, or an object");
    }
    return comity_read_object(reader, COMITY_OBJECT_PARTY, fields, sizeof fields / sizeof fields[0], &reading, &seen);
}
