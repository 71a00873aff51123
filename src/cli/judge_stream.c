/* From files and streams to acts.
 *
 * Input is read line by line: each line one act (NDJSON), without end if it
 * does not end. A line that is no act yields an error object with its line
 * number, and the stream goes on. If the input begins with a list, or with an
 * opening brace alone on its line, all of it is taken as one document: a list of
 * acts, or one act. */
#include "cli/judge.h"

#include "base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* ---- lines ---- */

static bool is_blank(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r' && text[i] != '\n') {
            return false;
        }
    }
    return true;
}

static void judge_line(judge_run *judging, const char *text, size_t size)
{
    judging->line++;
    judging->by_line = true;
    if (!is_blank(text, size)) {
        judge_one(judging, text, size);
    }
    judging->by_line = false;
}

void judge_lines(judge_run *judging, const char *lines, size_t size)
{
    for (size_t at = 0; at < size && !judging->broken;) {
        const char *newline = memchr(lines + at, '\n', size - at);
        size_t end = newline == NULL ? size : (size_t)(newline - lines);
        judge_line(judging, lines + at, end - at);
        at = end + 1;
    }
}

static void line_too_long(judge_run *judging)
{
    comity_error error;
    judging->line++;
    (void)comity_fail(&error, COMITY_ERROR_LIMIT, "a line of more than %zu bytes", COMITY_LIMIT_ACT_BYTES);
    error.code = COMITY_ERROR_LIMIT;
    judge_put_error(judging, &error);
}

/* Does a document begin here that is not one act a line? A list does, and so
 * does an opening brace that stands alone, as programs print JSON for people.
 * Anything else is a line by itself: a broken first line must not swallow the
 * stream behind it. */
static bool begins_document(const char *line, size_t size)
{
    size_t at = 0;
    while (at < size && is_blank(line + at, 1)) {
        at++;
    }
    return at < size && (line[at] == '[' || (line[at] == '{' && is_blank(line + at + 1, size - at - 1)));
}

/* ---- one document ---- */

/* A list of acts, or one: each value at the top, or in the list at the top. */
static void judge_document(judge_run *judging, const char *text, size_t size)
{
    comity_json json;
    comity_json_token token;
    comity_error error = {0};
    uint64_t begin = 0;
    bool list = false;
    /* first all of it, so that a broken document yields nothing but its error */
    for (int pass = 0; pass < 2; pass++) {
        comity_json_init(&json, COMITY_LIMIT_JSON_DEPTH);
        comity_json_feed(&json, text, size, true);
        do {
            if (comity_json_next(&json, &token, &error) != COMITY_OK) {
                judging->line = 1;
                judge_put_error(judging, &error);
                return;
            }
            list |= token.kind == COMITY_JSON_ARRAY_BEGIN && token.depth == 0;
            if (pass == 1 && token.depth == (list ? 1 : 0) && token.kind != COMITY_JSON_NONE) {
                bool begins = token.kind == COMITY_JSON_OBJECT_BEGIN || token.kind == COMITY_JSON_ARRAY_BEGIN;
                bool ends = token.kind == COMITY_JSON_OBJECT_END || token.kind == COMITY_JSON_ARRAY_END;
                begin = ends ? begin : token.begin;
                if (!begins) {
                    judging->line++;
                    judge_one(judging, text + begin, (size_t)(token.end - begin));
                }
            }
        } while (token.kind != COMITY_JSON_NONE);
    }
}

/* ---- a stream ---- */

typedef struct input_stream {
    int fd;
    const char *name;
    char *bytes; /* JUDGE_ROOM_BYTES */
    size_t begin, end;
    bool ended;
} input_stream;

/* Is there input at hand, so that answers need not be flushed yet? */
static bool has_input(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    return poll(&poll_fd, 1, 0) > 0 && (poll_fd.revents & POLLIN);
}

static bool stream_fill(judge_run *judging, input_stream *input)
{
    if (input->begin != 0) {
        memmove(input->bytes, input->bytes + input->begin, input->end - input->begin);
        input->end -= input->begin;
        input->begin = 0;
    }
    if (judging->out.size != 0 && !has_input(input->fd)) {
        judge_flush(judging);
    }
    size_t room = JUDGE_ROOM_BYTES - input->end;
    ssize_t got = read_some(input->fd, input->bytes + input->end, room < JUDGE_INPUT_BYTES ? room : JUDGE_INPUT_BYTES);
    if (got < 0) {
        (void)complain("%s: %s", input->name, strerror(errno));
        judging->some_error = true;
    }
    input->ended = got <= 0;
    input->end += got > 0 ? (size_t)got : 0;
    return got > 0;
}

/* The whole of what began as a document. */
static void stream_document(judge_run *judging, input_stream *input)
{
    while (!input->ended && input->end < JUDGE_ROOM_BYTES) {
        (void)stream_fill(judging, input);
    }
    if (!input->ended) {
        comity_error error;
        judging->line = 1;
        (void)comity_fail(&error, COMITY_ERROR_LIMIT,
                          "a document of more than %zu bytes; give acts one a line for more", JUDGE_ROOM_BYTES);
        judge_put_error(judging, &error);
        return;
    }
    judge_document(judging, input->bytes, input->end);
}

/* Passes over the rest of a line that is too long. */
static void stream_skip_line(judge_run *judging, input_stream *input)
{
    line_too_long(judging);
    for (;;) {
        const char *newline = memchr(input->bytes + input->begin, '\n', input->end - input->begin);
        if (newline != NULL) {
            input->begin = (size_t)(newline - input->bytes) + 1;
            return;
        }
        input->begin = input->end;
        if (!stream_fill(judging, input)) {
            return;
        }
    }
}

/* So little that to ask whether there is more would take its time. */
enum { FEW_BYTES = 4096 };

/* Judges the whole lines at hand, or has them judged, a chunk of them at most. Where there are fewer and no
 * thread is at work anyway, answers come soonest from here. False: there is no whole line in a chunk. */
static bool stream_lines(judge_run *judging, input_stream *input)
{
    size_t left = input->end - input->begin;
    bool whole = left >= JUDGE_CHUNK_BYTES;
    bool alone = !whole && (judging->pool == NULL || judge_pool_is_idle(judging->pool));
    if (!whole && !input->ended && !(alone && left < FEW_BYTES) && has_input(input->fd)) {
        (void)stream_fill(judging, input);
        return true;
    }
    const char *lines = input->bytes + input->begin;
    size_t size = whole ? JUDGE_CHUNK_BYTES : left;
    while (size > 0 && lines[size - 1] != '\n') {
        size--;
    }
    if (size == 0) {
        return false;
    }
    if (alone || !judge_pool_give(judging, lines, size)) {
        judge_lines(judging, lines, size);
    }
    input->begin += size;
    return true;
}

static void stream_judge(judge_run *judging, input_stream *input)
{
    bool first = true;
    while (!judging->broken) {
        if (!first && stream_lines(judging, input)) {
            continue;
        }
        char *line = input->bytes + input->begin;
        size_t left = input->end - input->begin;
        const char *newline = left == 0 ? NULL : memchr(line, '\n', left);
        size_t size = newline != NULL ? (size_t)(newline - line) : left;
        if (newline == NULL && !input->ended && left <= COMITY_LIMIT_ACT_BYTES) {
            (void)stream_fill(judging, input);
            continue;
        }
        if (left == 0) {
            return;
        }
        if (first && !is_blank(line, size)) {
            first = false;
            if (begins_document(line, size)) {
                stream_document(judging, input);
                return;
            }
        }
        if (size > COMITY_LIMIT_ACT_BYTES) {
            stream_skip_line(judging, input);
            continue;
        }
        judge_line(judging, line, size);
        input->begin += newline != NULL ? size + 1 : size;
    }
}

void judge_input(judge_run *judging, const char *path, char *room)
{
    bool is_input = strcmp(path, "-") == 0;
    input_stream input = {.name = is_input ? "standard input" : path, .bytes = room};
    input.fd = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (input.fd < 0) {
        (void)complain("%s: %s", path, strerror(errno));
        judging->some_error = true;
        return;
    }
    judging->line = 0;
    stream_judge(judging, &input);
    if (!is_input) {
        (void)close(input.fd);
    }
}
