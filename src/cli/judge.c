/* comity judge: acts in, judgements out.
 *
 * Input is read line by line: each line one act (NDJSON), without end if it
 * does not end. A line that is no act yields an error object with its line
 * number, and the stream goes on. If the input begins with a list, or with an
 * opening brace alone on its line, all of it is taken as one document: a list of
 * acts, or one act. Output is flushed whenever input runs dry, so that the command
 * can sit in a pipe and answer each line as it comes. With --record each judgement
 * is durable in the record before its answer leaves. */
#include "cli/papers.h"
#include "cli/record.h"

#include "api/handles.h"
#include "base/date.h"
#include "base/json.h"
#include "base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Read and written at a time: little enough to stay near the processor. */
enum { INPUT_BYTES = 1 << 16, OUTPUT_BYTES = 1 << 16 };

typedef enum answer_form { FORM_JSON, FORM_WORDS, FORM_TABLE } answer_form;

typedef struct judge_run {
    comity_context *context;
    int32_t day;
    answer_form form;
    comity_explain_style style;
    comity_buffer out;
    uint64_t line;
    bool by_line; /* what is judged is a line of a stream, not a part of a document */
    bool some_not_permitted, some_error, broken;
    uint64_t count;
    comity_record *record;       /* NULL: none */
    const char *record_folder;   /* as it was named */
    const passphrase *phrase;    /* of its keys */
    uint64_t year_end_ms;        /* from when on another log is written; UINT64_MAX if there is one only */
    const char *retention;
    comity_buffer judgement, kept; /* of the act at hand */
    uint64_t recorded;             /* entries submitted and not yet known to be durable */
    uint64_t last;                 /* the index of the newest of them */
} judge_run;

/* Waits until what was submitted is durable. */
static comity_status wait_recorded(judge_run *judging, comity_error *reterr)
{
    if (judging->recorded != 0) {
        COMITY_TRY(comity_record_wait(judging->record, judging->last, reterr));
        judging->recorded = 0;
    }
    return COMITY_OK;
}

/* What was recorded is durable, or nothing more is printed; why is said once. */
static bool recorded(judge_run *judging)
{
    comity_error error;
    if (wait_recorded(judging, &error) == COMITY_OK) {
        return true;
    }
    if (!judging->broken) {
        (void)complain("%s", error.message);
    }
    judging->broken = true;
    return false;
}

static void flush(judge_run *judging)
{
    const uint8_t *bytes;
    size_t size;
    if (!recorded(judging)) {
        /* and so it is not said */
    } else if (comity_buffer_bytes(&judging->out, &bytes, &size, NULL) != COMITY_OK) {
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
    static const char *const words[] = {"ok", "argument", "memory", "syntax", "name", "range", "limit", "image", "system", "signature", "passphrase", "record"};
    return words[status];
}

/* Of a line by itself the number has been said; its reader knows of no other and says 1. */
static void put_error(judge_run *judging, const comity_error *error)
{
    static const char first_line[] = "line 1, ";
    bool known = judging->by_line && strncmp(error->message, first_line, strlen(first_line)) == 0;
    const char *message = error->message + (known ? strlen(first_line) : 0);
    judging->some_error = true;
    if (judging->form == FORM_JSON) {
        put(judging, "{\"error\":{\"line\":");
        comity_buffer_append_u64(&judging->out, judging->line);
        put(judging, ",\"code\":\"");
        put(judging, status_word(error->code));
        put(judging, "\",\"message\":");
        comity_buffer_append_json_string(&judging->out, message, strlen(message));
        put(judging, "}}\n");
        return;
    }
    put(judging, "error: line ");
    comity_buffer_append_u64(&judging->out, judging->line);
    put(judging, ": ");
    put(judging, message);
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

/* How often, in milliseconds, what is new in the record is published while the command runs. */
#define PUBLISH_EVERY_MS 1000

/* Opens the record of the moment; where logs are kept by the year, until that ends. */
static comity_status open_year(judge_run *judging, uint64_t time_ms, comity_error *reterr)
{
    char folder[PATH_MAX];
    int32_t unused;
    COMITY_TRY(comity_record_year(judging->record_folder, time_ms, passphrase_text(judging->phrase), folder,
                                  sizeof folder, reterr));
    judging->year_end_ms = UINT64_MAX;
    if (strcmp(folder, judging->record_folder) != 0) {
        (void)comity_time_year(time_ms, &unused, &judging->year_end_ms);
    }
    return comity_record_open(folder, passphrase_text(judging->phrase), PUBLISH_EVERY_MS, &judging->record, reterr);
}

/* The year has turned: what was submitted becomes durable, the old log is closed, the new one opened. */
static comity_status turn_year(judge_run *judging, uint64_t time_ms, comity_error *reterr)
{
    uint64_t unused;
    COMITY_TRY(comity_record_publish(judging->record, &unused, reterr));
    comity_record_close(judging->record);
    judging->record = NULL;
    return open_year(judging, time_ms, reterr);
}

/* Adds the judgement just made to the record; it becomes durable with others, before the next flush. */
static comity_status record_one(judge_run *judging, const char *act, size_t size, comity_error *reterr)
{
    char day[COMITY_DATE_TEXT_SIZE];
    comity_record_entry entry = {.retention = judging->retention, .time_ms = now_ms()};
    const uint8_t *bytes;
    if (entry.time_ms >= judging->year_end_ms) {
        COMITY_TRY(wait_recorded(judging, reterr));
        COMITY_TRY(turn_year(judging, entry.time_ms, reterr));
    }
    comity_date_print(judging->day, day);
    comity_buffer_reset(&judging->judgement);
    comity_buffer_reset(&judging->kept);
    COMITY_TRY(comity_record_keep_grounds(judging->record, judging->context, reterr));
    COMITY_TRY(comity_context_json(judging->context, &judging->judgement, reterr));
    COMITY_TRY(comity_buffer_bytes(&judging->judgement, &bytes, &entry.judgement_size, reterr));
    entry.judgement = bytes;
    comity_record_kept_write(judging->context, act, size, day, NULL, &judging->kept);
    COMITY_TRY(comity_buffer_bytes(&judging->kept, &bytes, &entry.kept_size, reterr));
    entry.kept = bytes;
    COMITY_TRY(comity_record_submit(judging->record, &entry, &judging->last, reterr));
    judging->recorded++;
    return COMITY_OK;
}

static void judge_one(judge_run *judging, const char *act, size_t size)
{
    comity_error error = {0};
    if (judging->broken) {
        return;
    }
    judging->count++;
    comity_status status = comity_context_judge(judging->context, act, size, judging->day, &error);
    if (status == COMITY_OK && judging->record != NULL &&
        record_one(judging, act, size, &error) != COMITY_OK) {
        (void)complain("%s", error.message);
        judging->broken = true; /* what is not recorded is not said */
        return;
    }
    if (status == COMITY_OK && judging->form == FORM_JSON && judging->record != NULL) {
        comity_buffer_append(&judging->out, judging->judgement.bytes, judging->judgement.size);
        put(judging, "\n");
    } else if (status == COMITY_OK && judging->form == FORM_JSON) {
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
    judging->by_line = true;
    if (!is_blank(text, size)) {
        judge_one(judging, text, size);
    }
    judging->by_line = false;
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
    size_t room = stream_capacity() - input->end;
    ssize_t got = read_some(input->fd, input->bytes + input->end, room < INPUT_BYTES ? room : INPUT_BYTES);
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
    const char *papers, *trust;
    bool strict;
    const char *adopt[64];
    size_t adopt_count;
    answer_form form;
    int32_t day;
    const char *record, *retention, *passphrase_fd_text;
} judge_options;

static int options_read(int argc, char **argv, judge_options *options)
{
    static const struct option longs[] = {
        {"explain", no_argument, NULL, 'e'},      {"table", no_argument, NULL, 't'},
        {"json", no_argument, NULL, 'j'},         {"law", required_argument, NULL, 'l'},
        {"on", required_argument, NULL, 'o'},     {"adopt", required_argument, NULL, 'a'},
        {"papers", required_argument, NULL, 'p'}, {"trust", required_argument, NULL, 'r'},
        {"strict-papers", no_argument, NULL, 's'}, {"record", required_argument, NULL, 'R'},
        {"retention", required_argument, NULL, 'c'}, {"passphrase-fd", required_argument, NULL, 'P'},
        {NULL, 0, NULL, 0},
    };
    comity_error error;
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        switch (option) {
        case 'p':
            options->papers = optarg;
            break;
        case 'r':
            options->trust = optarg;
            break;
        case 's':
            options->strict = true;
            break;
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
        case 'R':
            options->record = optarg;
            break;
        case 'c':
            options->retention = optarg;
            if (comity_retention_name_check(optarg, &error) != COMITY_OK) {
                return complain_usage("judge", "--retention: %s", error.message);
            }
            break;
        case 'P':
            options->passphrase_fd_text = optarg;
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
    if ((options->papers == NULL) != (options->trust == NULL)) {
        return complain_usage("judge", "--papers and --trust belong together");
    }
    if (options->record == NULL && (options->retention != NULL || options->passphrase_fd_text != NULL)) {
        return complain_usage("judge", "--retention and --passphrase-fd are for --record");
    }
    return 0;
}

/* Papers that do not count are told once, and judged without. */
static void tell_papers(const comity_papers *papers)
{
    comity_paper_told told;
    for (size_t i = 0; comity_papers_tell(papers, i, &told, NULL) == COMITY_OK; i++) {
        if (!told.counts) {
            (void)complain("%s: does not count: %s", told.name, told.why);
        }
    }
}

/* The papers that the options name, or NULL; false after complaining. */
static bool use_papers(const judge_options *options, const comity_law *law, comity_context *context,
                       comity_papers **ret_papers)
{
    comity_papers *papers = NULL;
    comity_error error;
    bool good = true;
    if (options->papers != NULL) {
        papers = open_papers(law, options->trust);
        good = papers != NULL && add_folder(papers, options->papers) && settle_papers(papers, options->trust);
    }
    if (good && comity_context_papers(context, papers, options->strict, &error) != COMITY_OK) {
        good = complain("%s", error.message) == 0;
    }
    if (good) {
        tell_papers(papers);
    }
    *ret_papers = papers;
    return good;
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

static bool open_record(judge_run *judging, const judge_options *options)
{
    comity_error error;
    judging->record_folder = options->record;
    judging->retention = options->retention;
    comity_buffer_init(&judging->judgement, COMITY_LIMIT_ANSWER_BYTES);
    comity_buffer_init(&judging->kept, COMITY_LIMIT_RECORD_KEPT_BYTES);
    if (options->record != NULL && open_year(judging, now_ms(), &error) != COMITY_OK) {
        (void)complain("%s", error.message);
        return false;
    }
    return true;
}

/* Publishes the last of it; what is durable is so whether that succeeds or not. */
static int close_record(judge_run *judging, int status)
{
    comity_error error;
    uint64_t unused;
    if (judging->record != NULL) {
        if (comity_record_publish(judging->record, &unused, &error) != COMITY_OK && !judging->broken) {
            status = complain("%s", error.message);
        }
        comity_record_close(judging->record);
    }
    comity_buffer_free(&judging->judgement);
    comity_buffer_free(&judging->kept);
    return status;
}

int judge_main(int argc, char **argv)
{
    judge_options options = {.day = today()};
    comity_papers *papers = NULL;
    comity_error error;
    int status = options_read(argc, argv, &options);
    if (status != 0) {
        return status;
    }
    passphrase phrase;
    if (!record_passphrase(options.passphrase_fd_text, &phrase)) {
        return EXIT_ERROR;
    }
    comity_law *law = open_law(options.law);
    if (law == NULL) {
        passphrase_wipe(&phrase);
        return EXIT_ERROR;
    }
    judge_run judging = {.phrase = &phrase, .day = options.day, .form = options.form,
                       .style = {.colour = use_colour(stdout), .titles = true, .width = terminal_width(stdout)}};
    if (comity_context_new(law, &judging.context, &error) != COMITY_OK) {
        status = complain("%s", error.message);
    } else if (!use_papers(&options, law, judging.context, &papers) || !open_record(&judging, &options)) {
        status = EXIT_ERROR;
    } else {
        status = close_record(&judging, judge_files(&judging, &options, argc - optind, argv + optind));
    }
    comity_context_free(judging.context);
    comity_papers_free(papers);
    comity_law_close(law);
    passphrase_wipe(&phrase);
    return status;
}
