/* The daemon's log: one JSON object a line on standard error.
 *
 * Each line has `time`, `event` and what belongs to the event: names of settings,
 * routes, tokens and files, numbers, hashes, and messages of comity_error. Nothing
 * of an act, a header or an address is ever handed to these functions. */
#ifndef COMITY_SERVE_LOG_H
#define COMITY_SERVE_LOG_H

#include "base/buffer.h"

/* One line in the making, on the stack of who logs. */
typedef struct comity_event_line {
    comity_buffer buffer;
    char memory[2048];
} comity_event_line;

void comity_event_begin(comity_event_line *ret_line, const char *event);
void comity_event_text(comity_event_line *line, const char *key, const char *value);
void comity_event_number(comity_event_line *line, const char *key, uint64_t value);

/* Writes the line, in one piece. What cannot be written is lost: nothing waits for a log. */
void comity_event_end(comity_event_line *line);

/* An event with one text, or with none (NULL). */
void comity_event_log(const char *event, const char *key, const char *value);

#endif
