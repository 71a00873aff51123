/* Log lines. */
#include "serve/log.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void comity_event_begin(comity_event_line *ret_line, const char *event)
{
    struct timespec now;
    struct tm civil;
    char time_text[40];
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &civil);
    size_t size = strftime(time_text, sizeof time_text, "%Y-%m-%dT%H:%M:%S", &civil);
    (void)snprintf(time_text + size, sizeof time_text - size, ".%03ldZ", now.tv_nsec / 1000000);
    comity_buffer_init_fixed(&ret_line->buffer, ret_line->memory, sizeof ret_line->memory);
    comity_buffer_append_text(&ret_line->buffer, "{\"time\":\"");
    comity_buffer_append_text(&ret_line->buffer, time_text);
    comity_buffer_append_text(&ret_line->buffer, "\",\"event\":\"");
    comity_buffer_append_text(&ret_line->buffer, event);
    comity_buffer_append_text(&ret_line->buffer, "\"");
}

static void log_key(comity_event_line *line, const char *key)
{
    comity_buffer_append_text(&line->buffer, ",\"");
    comity_buffer_append_text(&line->buffer, key);
    comity_buffer_append_text(&line->buffer, "\":");
}

/* Of a longer text, such as a path, the beginning: a line that has no room would not be written at all. */
enum { TEXT_BYTES_MAX = 800, ESCAPED_MAX = 6 };

/* A name of a file may be any bytes; a line is UTF-8. `ret_text` has room for as many. */
static size_t clean(const char *value, size_t size, char *ret_text)
{
    memcpy(ret_text, value, size);
    for (size_t at = comity_utf8_check(ret_text, size); at < size; at += comity_utf8_check(ret_text + at, size - at)) {
        ret_text[at] = '?';
    }
    return size;
}

void comity_event_text(comity_event_line *line, const char *key, const char *value)
{
    char text[TEXT_BYTES_MAX];
    size_t size = strlen(value);
    size_t room = TEXT_BYTES_MAX;
    size_t taken = 0;
    while (taken < size && room >= ESCAPED_MAX) {
        uint8_t byte = (uint8_t)value[taken++];
        room -= byte < 0x20 ? ESCAPED_MAX : byte == '"' || byte == '\\' ? 2 : 1;
    }
    log_key(line, key);
    comity_buffer_append_json_string(&line->buffer, text, clean(value, taken, text));
}

void comity_event_number(comity_event_line *line, const char *key, uint64_t value)
{
    log_key(line, key);
    comity_buffer_append_u64(&line->buffer, value);
}

void comity_event_end(comity_event_line *line)
{
    const uint8_t *bytes;
    size_t size;
    comity_buffer_append_text(&line->buffer, "}\n");
    if (comity_buffer_bytes(&line->buffer, &bytes, &size, NULL) == COMITY_OK) {
        ssize_t unused = write(STDERR_FILENO, bytes, size);
        (void)unused;
    }
}

void comity_event_log(const char *event, const char *key, const char *value)
{
    comity_event_line line;
    comity_event_begin(&line, event);
    if (key != NULL) {
        comity_event_text(&line, key, value);
    }
    comity_event_end(&line);
}
