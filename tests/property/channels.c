/* Channels between two laws, found by going through the touched places once, are those that are found by trying every
 * pair of places: of acts by chance under the law of the world, for all pairs of its laws.
 *
 *     channels [ACTS [SEED]]
 */
#include "../test.h"

#include "api/handles.h"
#include "judge/explain.h"
#include "random.h"

#include <stdlib.h>

#define LAWS_MAX 256
#define ACT_BYTES 8192

static bool speaks_for(const comity_image *image, uint32_t law, uint16_t place, int32_t on)
{
    const comity_place *record = &image->places[place];
    bool speaks = record->law == law;
    for (uint32_t i = 0; i < record->reach_count; i++) {
        const comity_reach *reach = &image->reaches[record->first_reach + i];
        speaks |= reach->law == law && reach->from <= on && on <= reach->until;
    }
    return speaks;
}

/* Purposes are not said: each agreement may cover the demand. Of two touched places of different states, which are
 * parties, each law speaks for one. */
static bool is_channel(comity_judge_memory *memory, const comity_act *act, uint32_t law, uint32_t law_a, uint32_t law_b)
{
    const comity_image *image = comity_judge_image(memory);
    const comity_law_record *agreement = &image->laws[law];
    if (agreement->kind != COMITY_LAW_AGREEMENT || agreement->channel == COMITY_IMAGE_NONE ||
        agreement->parties == COMITY_IMAGE_NONE || !comity_judge_binds(memory, law)) {
        return false;
    }
    for (uint32_t i = 0; i < act->touched_count; i++) {
        for (uint32_t j = 0; j < act->touched_count; j++) {
            uint16_t a = act->touched[i].place;
            uint16_t b = act->touched[j].place;
            if (image->places[a].state != image->places[b].state && speaks_for(image, law_a, a, act->on) &&
                speaks_for(image, law_b, b, act->on) && comity_image_place_in(image, agreement->parties, a, act->on) &&
                comity_image_place_in(image, agreement->parties, b, act->on)) {
                return true;
            }
        }
    }
    return false;
}

static void act_make(const comity_image *image, chance *random, char *ret_act)
{
    size_t count = 1 + chance_below(random, chance_in_100(random, 20) ? 40 : 4);
    size_t size = (size_t)snprintf(ret_act, ACT_BYTES, "{\"act\":\"disclose\",\"on\":\"2026-11-24\",\"via\":[");
    for (size_t i = 0; i < count;) {
        const comity_place *place = &image->places[chance_below(random, image->places_count)];
        if (!place->is_union) {
            size += (size_t)snprintf(ret_act + size, ACT_BYTES - size, "%s\"%s\"", i == 0 ? "" : ",",
                                     comity_image_text(image, place->code));
            i++;
        }
    }
    (void)snprintf(ret_act + size, ACT_BYTES - size, "]}");
}

/* How many channels there are between all laws; -1: not those that trying every pair finds. */
static int act_agrees(comity_context *context, const comity_act *act)
{
    const comity_image *image = comity_judge_image(context->memory);
    static uint32_t found[LAWS_MAX];
    int all = 0;
    for (uint32_t a = 0; a < image->laws_count; a++) {
        for (uint32_t b = 0; b < image->laws_count; b++) {
            uint32_t count = comity_judge_channels(context->memory, act, a, b, found, LAWS_MAX);
            uint32_t next = 0;
            for (uint32_t law = 0; law < image->laws_count; law++) {
                bool is_told = next < count && found[next] == law;
                next += is_told;
                if (is_channel(context->memory, act, law, a, b) != is_told) {
                    return -1;
                }
            }
            all += (int)count;
        }
    }
    return all;
}

int main(int argc, char **argv)
{
    static char text[ACT_BYTES];
    size_t acts = argc > 1 ? strtoul(argv[1], NULL, 10) : 8;
    chance random = {argc > 2 ? strtoull(argv[2], NULL, 10) : 7};
    comity_law *law = NULL;
    comity_context *context = NULL;
    comity_error error;
    int all = 0;
    test_begin("property/channels");
    test_case("set up");
    if (!CHECK(comity_law_open(getenv("COMITY_IMAGE"), &law, &error) == COMITY_OK) ||
        !CHECK(comity_context_new(law, &context, &error) == COMITY_OK)) {
        return test_done();
    }
    test_case("channels are those of all pairs");
    for (size_t i = 0; i < acts; i++) {
        act_make(&law->image, &random, text);
        if (!CHECK(comity_context_judge(context, text, strlen(text), COMITY_NO_DATE, &error) == COMITY_OK)) {
            fprintf(stderr, "%s: %s\n", text, error.message);
            break;
        }
        int count = act_agrees(context, context->act);
        if (!CHECK(count >= 0)) {
            fprintf(stderr, "%s\n", text);
            break;
        }
        all += count;
    }
    test_case("there are some");
    CHECK(all > 20);
    comity_context_free(context);
    comity_law_close(law);
    return test_done();
}
