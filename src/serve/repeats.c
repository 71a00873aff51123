/* See repeats.h. A minute after something was told it is told again, with how often it came
 * in that minute; or forgotten, if it did not come. */
#include "serve/repeats.h"

#include <string.h>

#define EVERY_NS ((uint64_t)COMITY_REPEATS_EVERY_MS * 1000000u)

static bool is_same(const comity_repeat *item, const char *text)
{
    return strncmp(item->text, text, sizeof item->text - 1) == 0;
}

bool comity_repeats_note(comity_repeats *repeats, const char *text, uint64_t now_ns)
{
    size_t i = 0;
    while (i < repeats->count && !is_same(&repeats->items[i], text)) {
        i++;
    }
    if (i < repeats->count) {
        repeats->items[i].times++;
        return false;
    }
    if (i < COMITY_REPEATS_MAX) {
        comity_repeat *item = &repeats->items[repeats->count++];
        *item = (comity_repeat){.told_ns = now_ns};
        memcpy(item->text, text, strnlen(text, sizeof item->text - 1));
    }
    return true;
}

uint64_t comity_repeats_take(comity_repeats *repeats, uint64_t now_ns, char ret_text[COMITY_REPEATS_TEXT_SIZE])
{
    for (size_t i = 0; i < repeats->count;) {
        comity_repeat *item = &repeats->items[i];
        uint64_t times = item->times;
        if (now_ns - item->told_ns < EVERY_NS) {
            i++;
        } else if (times != 0) {
            memcpy(ret_text, item->text, sizeof item->text);
            item->told_ns = now_ns;
            item->times = 0;
            return times;
        } else {
            *item = repeats->items[--repeats->count];
        }
    }
    return 0;
}

int comity_repeats_patience_ms(const comity_repeats *repeats, uint64_t now_ns)
{
    int patience_ms = -1;
    for (size_t i = 0; i < repeats->count; i++) {
        uint64_t since_ns = now_ns - repeats->items[i].told_ns;
        int left_ms = since_ns < EVERY_NS ? (int)((EVERY_NS - since_ns) / 1000000u) + 1 : 0;
        patience_ms = patience_ms < 0 || left_ms < patience_ms ? left_ms : patience_ms;
    }
    return patience_ms;
}
