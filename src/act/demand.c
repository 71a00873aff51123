/* The demand for a disclosure: by which channel, on what it rests, whether it binds. */
#include "act/reader.h"

#include "base/unknown.h"

#include <string.h>

static const char *const channels[] = {
    [COMITY_DEMAND_DIRECT] = "direct",
    [COMITY_DEMAND_ASSISTANCE] = "judicial-assistance",
    [COMITY_DEMAND_TREATY] = "treaty",
    [COMITY_DEMAND_VOLUNTARY] = "voluntary",
};

const char *comity_act_channel_word(uint32_t channel)
{
    return channels[channel];
}

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
    comity_near near;
    comity_near_begin(&near, text, size);
    for (uint32_t channel = 0; channel <= COMITY_DEMAND_VOLUNTARY; channel++) {
        comity_near_offer(&near, channels[channel], strlen(channels[channel]));
    }
    reader->at--;
    return comity_read_fail(reader, COMITY_ERROR_NAME,
                            "%s is no channel; there are direct, judicial-assistance, treaty and voluntary",
                            comity_unknown_word(text, size, near.best).text);
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
    reader->act.basis = comity_read_find(reader, COMITY_CLASS_LAW, text, size);
    if (reader->act.basis == COMITY_IMAGE_NONE) {
        reader->act.basis_class = COMITY_CLASS_BASIS;
        reader->act.basis = comity_read_find(reader, COMITY_CLASS_BASIS, text, size);
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

comity_status comity_read_demand(comity_act_memory *reader, void *into)
{
    static const comity_field fields[] = {
        COMITY_FIELD("channel", demand_channel), COMITY_FIELD("basis", demand_basis), COMITY_FIELD("binding", demand_binding)};
    uint64_t seen;
    return comity_read_object(reader, COMITY_OBJECT_DEMAND, fields, 3, into, &seen);
}

/* What of the demand is not said may be anything; but it has one channel only,
 * and only a disclosure has a demand at all. */
void comity_read_demand_settle(comity_act *act)
{
    comity_facts *facts = &act->facts[COMITY_SLOT_DEMAND];
    facts->open = 0;
    if (act->kind_mask != COMITY_ACT_DISCLOSE) {
        act->basis_given = true; /* none */
        return;
    }
    for (uint32_t channel = 0; !act->channel_given && channel <= COMITY_DEMAND_VOLUNTARY; channel++) {
        facts->open |= UINT64_C(1) << channel;
    }
    if (!act->binding_given) {
        facts->open |= UINT64_C(1) << COMITY_DEMAND_BINDING;
    }
}
