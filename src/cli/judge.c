/* comity judge: acts in, judgements out.
 *
 * Input is read line by line: each line one act (NDJSON), without end if it
 * does not end. A line that is no act yields an error object with its line
 * number, and the stream goes on. If the input begins with a list, or with an
 * opening brace alone on its line, all of it is taken as one document: a list of
 * acts, or one act. Output is flushed whenever input runs dry, so that the command
 * can sit in a pipe and answer each line as it comes. */
#include "cli/command.h"

#include "base/date.h"
#include "base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { INPUT_BYTES = 1 << 18, OUTPUT_BYTES = 1 << 18 };

typedef enum answer_form { FORM_JSON, FORM_WORDS, FORM_TABLE } answer_form;

typedef struct judge_run {
    comity_context *context;
    int32_t day;
    answer_form form;
    comity_explain_style style;
    comity_buffer out;
    uint64_t line;
    bool some_not_permitted, some_error, broken;
    uint64_t count;
} judge_run;

static void flush(judge_run *judging)
{
    const uint8_t *bytes;
    size_t size;
    if (comity_buffer_bytes(&judging->out, &bytes, &size, NULL) != COMITY_OK) {
        judging->broken = true;
        (void)complain("a judgement is larger than can be written");
    } else if (!write_all(STDOUT_FILENO, (const char *)bytes, size)) {
        judging->broken = true;
    }
    comity_buffer_reset(&judging->out);
}

static void put(judge_run *judging, const char *text)
{
    comity_buffer_append_text(&judging->out, text);
}

static const char *status_word(comity_status status)
{
    static const char *const words[] = {"ok", "argument", "memory", "syntax", "name", "range", "limit", "image", "system"};
    return words[status];
}

static void put_error(judge_run *judging, const comity_error *error)
{
    judging->some_error = true;
    if (judging->form == FORM_JSON) {
        put(judging, "{\"error\":{\"line\":");
        comity_buffer_append_u64(&judging->out, judging->line);
        put(judging, ",\"code\":\"");
        put(judging, status_word(error->code));
        put(judging, "\",\"message\":");
        comity_buffer_append_json_string(&judging->out, error->message, strlen(error->message));
        put(judging, "}}\n");
        return;
    }
    put(judging, "error: line ");
    comity_buffer_append_u64(&judging->out, judging->line);
    put(judging, ": ");
    put(judging, error->message);
    put(judging, judging->form == FORM_WORDS ? "\n\n" : "\n");
}

/* Spaces up to a column. */
static void put_column(judge_run *judging, size_t start, size_t column)
{
    for (size_t at = judging->out.size - start; at < column; at++) {
        put(judging, " ");
    }
    put(judging, " ");
}

/* verdict, id, act, states, and the rule or the way that says most. */
static void put_row(judge_run *judging)
{
    const comity_context *context = judging->context;
    const comity_image *image = &context->law->image;
    const comity_act *act = context->act;
    size_t start = judging->out.size;
    put(judging, comity_verdict_word(context->judgement.verdict));
    put_column(judging, start, 12);
    if (act->id.text != NULL && act->id.text[0] == '"') {
        comity_buffer_append(&judging->out, act->id.text + 1, act->id.size - 2);
    } else if (act->id.text != NULL) {
        comity_buffer_append(&judging->out, act->id.text, act->id.size);
    } else {
        put(judging, "line ");
        comity_buffer_append_u64(&judging->out, judging->line);
    }
    put_column(judging, start, 48);
    for (uint32_t i = 0; i < act->touched_count; i++) {
        put(judging, i == 0 ? "" : " ");
        put(judging, comity_image_text(image, image->places[act->touched[i]].code));
    }
    put_column(judging, start, 60);
    for (uint32_t i = 0; i < context->judgement.ruling_count; i++) {
        const comity_ruling *ruling = &context->judgement.rulings[i];
        const comity_rule_record *rule = &image->rules[ruling->rule];
        bool decides = ruling->binds && ruling->lifted_by == COMITY_NOT_LIFTED &&
                       ((rule->effect == COMITY_EFFECT_REFUSE &&
                         (ruling->applies == COMITY_YES) == (context->judgement.verdict == COMITY_VERDICT_REFUSE)) ||
                        (rule->effect == COMITY_EFFECT_NEEDS && ruling->met != COMITY_YES &&
                         context->judgement.verdict != COMITY_VERDICT_REFUSE));
        if (decides) {
            put(judging, comity_image_text(image, rule->name));
            break;
        }
    }
    while (judging->out.size > start && judging->out.bytes[judging->out.size - 1] == ' ') {
        judging->out.size--;
    }
    put(judging, "\n");
}

static void judge_one(judge_run *judging, const char *act, size_t size)
{
    comity_error error = {0};
    judging->count++;
    comity_status status = comity_context_judge(judging->context, act, size, judging->day, &error);
    if (status == COMITY_OK && judging->form == FORM_JSON) {
        status = comity_context_json(judging->context, &judging->out, &error);
        put(judging, "\n");
    }
    if (status != COMITY_OK) {
        put_error(judging, &error);
        return;
    }
    if (judging->form == FORM_WORDS) {
        comity_judgement_explain(judging->context->memory, judging->context->act, &judging->context->judgement,
                                 judging->context->explain, judging->style, &judging->out);
        put(judging, "\n");
    } else if (judging->form == FORM_TABLE) {
        put_row(judging);
    }
    judging->some_not_permitted |= judging->context->judgement.verdict != COMITY_VERDICT_PERMIT;
    if (judging->out.size > OUTPUT_BYTES) {
        flush(judging);
    }
}

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
    if (!is_blank(text, size)) {
        judge_one(judging, text, size);
    }
}

static void line_too_long(judge_run *judging)
{
    comity_error error;
    judging->line++;
    (void)comity_fail(&error, COMITY_ERROR_LIMIT, "a line of more than %zu bytes", COMITY_LIMIT_ACT_BYTES);
    error.code = COMITY_ERROR_LIMIT;
    put_error(judging, &error);
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
                put_error(judging, &error);
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
    char *bytes; /* COMITY_LIMIT_ACT_BYTES + INPUT_BYTES */
    size_t begin, end;
    bool ended;
} input_stream;

static size_t stream_capacity(void)
{
    return COMITY_LIMIT_ACT_BYTES + INPUT_BYTES;
}

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
        flush(judging);
    }
    ssize_t got = read_some(input->fd, input->bytes + input->end, stream_capacity() - input->end);
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
    while (!input->ended && input->end < stream_capacity()) {
        (void)stream_fill(judging, input);
    }
    if (!input->ended) {
        comity_error error;
        judging->line = 1;
        (void)comity_fail(&error, COMITY_ERROR_LIMIT,
                          "a document of more than %zu bytes; give acts one a line for more", stream_capacity());
        put_error(judging, &error);
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

static void stream_judge(judge_run *judging, input_stream *input)
{
    bool first = true;
    while (!judging->broken) {
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

static void judge_input(judge_run *judging, const char *path, char *room)
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

/* ---- the command ---- */

typedef struct judge_options {
    const char *law;
    const char *adopt[64];
    size_t adopt_count;
    answer_form form;
    int32_t day;
} judge_options;

static int options_read(int argc, char **argv, judge_options *options)
{
    static const struct option longs[] = {
        {"explain", no_argument, NULL, 'e'},      {"table", no_argument, NULL, 't'},
        {"json", no_argument, NULL, 'j'},         {"law", required_argument, NULL, 'l'},
        {"on", required_argument, NULL, 'o'},     {"adopt", required_argument, NULL, 'a'},
        {NULL, 0, NULL, 0},
    };
    comity_error error;
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        switch (option) {
        case 'e':
            options->form = FORM_WORDS;
            break;
        case 't':
            options->form = FORM_TABLE;
            break;
        case 'j':
            options->form = FORM_JSON;
            break;
        case 'l':
            options->law = optarg;
            break;
        case 'o':
            if (comity_date_parse(optarg, strlen(optarg), &options->day, &error) != COMITY_OK) {
                return complain_usage("judge", "--on: %s", error.message);
            }
            break;
        case 'a':
            if (options->adopt_count == sizeof options->adopt / sizeof options->adopt[0]) {
                return complain_usage("judge", "--adopt: given too often");
            }
            options->adopt[options->adopt_count++] = optarg;
            break;
        default:
            return complain_usage("judge", "unknown option, or one without its value: %s", argv[optind - 1]);
        }
    }
    return 0;
}

static int judge_files(judge_run *judging, const judge_options *options, int count, char **paths)
{
    comity_error error;
    char *room = malloc(stream_capacity());
    if (room == NULL) {
        return complain("out of memory");
    }
    for (size_t i = 0; i < options->adopt_count; i++) {
        if (comity_context_adopt(judging->context, options->adopt[i], &error) != COMITY_OK) {
            free(room);
            return complain("--adopt: %s", error.message);
        }
    }
    comity_buffer_init(&judging->out, COMITY_LIMIT_ANSWER_BYTES * 2);
    for (int i = 0; i < (count == 0 ? 1 : count) && !judging->broken; i++) {
        judge_input(judging, count == 0 ? "-" : paths[i], room);
    }
    flush(judging);
    comity_buffer_free(&judging->out);
    free(room);
    return judging->some_error || judging->broken ? EXIT_ERROR : judging->some_not_permitted ? EXIT_NOT_CLEAN : EXIT_CLEAN;
}

int judge_main(int argc, char **argv)
{
    judge_options options = {.day = today()};
    comity_error error;
    int status = options_read(argc, argv, &options);
    if (status != 0) {
        return status;
    }
    comity_law *law = open_law(options.law);
    if (law == NULL) {
        return EXIT_ERROR;
    }
    judge_run judging = {.day = options.day, .form = options.form,
                       .style = {.colour = use_colour(stdout), .titles = true, .width = terminal_width(stdout)}};
    if (comity_context_new(law, &judging.context, &error) != COMITY_OK) {
        status = complain("%s", error.message);
    } else {
        status = judge_files(&judging, &options, argc - optind, argv + optind);
    }
    comity_context_free(judging.context);
    comity_law_close(law);
    return status;
}
