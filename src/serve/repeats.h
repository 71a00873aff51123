/* What the log would say again and again: it is told at once the first time, and then once a
 * minute with how often it came since. One thread at a time. */
#ifndef COMITY_SERVE_REPEATS_H
#define COMITY_SERVE_REPEATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { COMITY_REPEATS_TEXT_SIZE = 256, COMITY_REPEATS_MAX = 8 };

#define COMITY_REPEATS_EVERY_MS 60000

typedef struct comity_repeat {
    char text[COMITY_REPEATS_TEXT_SIZE]; /* as much of it as there is room for */
    uint64_t told_ns;
    uint64_t times; /* since then */
} comity_repeat;

/* Zeroed: nothing yet. */
typedef struct comity_repeats {
    comity_repeat items[COMITY_REPEATS_MAX];
    size_t count;
} comity_repeats;

/* It came; True: it is to be told now. Beyond COMITY_REPEATS_MAX different ones each is. */
bool comity_repeats_note(comity_repeats *repeats, const char *text, uint64_t now_ns);

/* How often one of them came that is to be told now, and forgets what came no more; 0: none is to be told. */
uint64_t comity_repeats_take(comity_repeats *repeats, uint64_t now_ns, char ret_text[COMITY_REPEATS_TEXT_SIZE]);

/* Until there may be something to take; -1: for ever. */
int comity_repeats_patience_ms(const comity_repeats *repeats, uint64_t now_ns);

#endif
