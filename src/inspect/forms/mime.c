/* Mails (RFC 5322, 2045, 2046) and multipart bodies (RFC 7578). What comes in: an
 * entity, its headers first, or a multipart body alone. What goes out: the headers
 * as a part of text, because they name persons, and the body to what its headers
 * say: each part of a multipart is an entity in turn. */
#include "inspect/forms/mime.h"

#include "inspect/forms/charset_stage.h"
#include "inspect/forms/syntax.h"

#include <stdio.h>

#define HEADERS_SIZE ((size_t)COMITY_LIMIT_FORM_HEADER_BYTES)
#define DELIMITER_SIZE 76 /* a boundary has at most 70 */
#define HELD_SIZE (DELIMITER_SIZE + 32)

/* ---- entities ---- */

typedef struct entity_state {
    comity_stage *child; /* of the headers, then of the body */
    char *headers;       /* HEADERS_SIZE; given back when they are read */
    size_t headers_size;
    size_t line_size; /* of the line at hand, ends of lines not counted */
    bool in_body;
} entity_state;

static const comity_stage_kind multipart_kind;

static comity_status begin_headers(comity_stage *stage, comity_error *reterr)
{
    entity_state *state = stage->state;
    void *memory = NULL;
    COMITY_TRY(comity_stage_take(stage, HEADERS_SIZE, &memory, reterr));
    state->headers = memory;
    comity_about about = {.link = "headers", .field = "", .place = stage->place, .raw_begin = stage->raw_begin};
    comity_text_about text = {.syntax = COMITY_FORM_TEXT};
    return comity_charset_begin(stage, &about, &text, &comity_charset_ascii, NULL, 0, &state->child, reterr);
}

/* What a body is to be read as, by its headers. */
static comity_status begin_body(comity_stage *stage, uint64_t raw, comity_error *reterr)
{
    entity_state *state = stage->state;
    comity_mime_headers headers;
    comity_mime_read_headers(state->headers, state->headers_size, &headers);
    comity_pool_give(&stage->form->pool, state->headers);
    state->headers = NULL;
    state->in_body = true;
    COMITY_TRY(comity_stage_end(&state->child, reterr));
    comity_about about = {.content_type = headers.content_type,
                          .name = headers.name,
                          .field = headers.field[0] != '\0' ? headers.field : NULL,
                          .place = stage->place,
                          .raw_begin = raw};
    const comity_stage_kind *kind = &comity_forms_sniff;
    char boundary[DELIMITER_SIZE];
    size_t encoding_size = strlen(headers.encoding);
    if (comity_begins_with(headers.content_type, strlen(headers.content_type), "multipart/") &&
        comity_mime_parameter(headers.content_type, "boundary", boundary, sizeof boundary)) {
        kind = &multipart_kind;
    } else if (comity_begins_with(headers.encoding, encoding_size, "base64")) {
        kind = &comity_forms_base64;
        about.link = "base64";
        about.place = stage->place < COMITY_FORM_READ_ONLY ? stage->place : COMITY_FORM_READ_ONLY;
    } else if (comity_begins_with(headers.encoding, encoding_size, "quoted-printable")) {
        kind = &comity_forms_quoted;
        about.link = "quoted-printable";
    } else if (encoding_size != 0 && !comity_begins_with(headers.encoding, encoding_size, "7bit") &&
               !comity_begins_with(headers.encoding, encoding_size, "8bit") &&
               !comity_begins_with(headers.encoding, encoding_size, "binary")) {
        return comity_stage_fail(
            stage, reterr, COMITY_ERROR_SYNTAX,
            "a transfer encoding is not known; base64, quoted-printable, 7bit, 8bit and binary are");
    }
    return comity_stage_begin(stage, kind, &about, &state->child, reterr);
}

/* Takes headers up to the empty line behind them; that many bytes of the span. */
static comity_status feed_headers(comity_stage *stage, comity_span *span, comity_error *reterr)
{
    entity_state *state = stage->state;
    size_t size = 0;
    bool ended = false;
    while (size < span->size && !ended) {
        uint8_t byte = span->bytes[size++];
        ended = byte == '\n' && state->line_size == 0;
        state->line_size = byte == '\n' ? 0 : state->line_size + (byte != '\r');
        if (state->headers_size == HEADERS_SIZE) {
            return comity_stage_fail(stage, reterr, COMITY_ERROR_LIMIT, "the headers are longer than %zu bytes",
                                     HEADERS_SIZE);
        }
        state->headers[state->headers_size++] = (char)byte;
    }
    COMITY_TRY(comity_stage_feed(state->child, comity_span_first(*span, size), reterr));
    *span = comity_span_after(*span, size);
    return ended ? begin_body(stage, comity_span_raw_begin(span), reterr) : COMITY_OK;
}

static comity_status entity_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    const entity_state *state = stage->state;
    if (!state->in_body) {
        COMITY_TRY(feed_headers(stage, &span, reterr));
    }
    return comity_stage_feed(state->child, span, reterr);
}

static comity_status entity_finish(comity_stage *stage, comity_error *reterr)
{
    entity_state *state = stage->state;
    comity_pool_give(&stage->form->pool, state->headers);
    state->headers = NULL;
    return comity_stage_end(&state->child, reterr);
}

static const comity_stage_kind entity_kind = {.name = "mail",
                                              .state_size = sizeof(entity_state),
                                              .is_form = true,
                                              .begin = begin_headers,
                                              .feed = entity_feed,
                                              .finish = entity_finish};

/* ---- multipart ---- */

/* Where in "CR LF -- boundary" we are, or behind it. */
enum { PHASE_LINES, PHASE_AFTER, PHASE_CLOSED };

typedef struct multipart_state {
    comity_stage *child; /* the part's entity; NULL before the first and behind the last */
    uint8_t phase;
    unsigned part_count;
    size_t delimiter_size;
    size_t matched; /* bytes of the delimiter seen; held if they belong to a part */
    size_t held_size;
    size_t after_size; /* bytes behind the boundary on its line */
    size_t dash_count; /* dashes among them */
    comity_runs held_runs;
    uint64_t at;
    char delimiter[DELIMITER_SIZE + 4]; /* "\n--" and the boundary */
    uint8_t held[HELD_SIZE];
    comity_form_run held_room[HELD_SIZE];
} multipart_state;

static comity_status multipart_begin(comity_stage *stage, comity_error *reterr)
{
    multipart_state *state = stage->state;
    char boundary[DELIMITER_SIZE];
    state->held_runs = (comity_runs){.runs = state->held_room, .max = HELD_SIZE};
    if (comity_mime_parameter(stage->content_type, "boundary", boundary, sizeof boundary)) {
        if (boundary[0] == '\0' || strlen(boundary) > 70) {
            return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "a boundary has 1 to 70 characters");
        }
        int size = snprintf(state->delimiter, sizeof state->delimiter, "\n--%s", boundary);
        state->delimiter_size = (size_t)size;
        state->matched = 1; /* as if an end of line had come before */
    }
    return COMITY_OK;
}

/* Gives what is held to the part: it was no delimiter. */
static comity_status give_held(comity_stage *stage, comity_error *reterr)
{
    multipart_state *state = stage->state;
    comity_span span = {.bytes = state->held,
                        .size = state->held_size,
                        .runs = state->held_runs.runs,
                        .run_count = state->held_runs.count};
    state->held_size = 0;
    state->held_runs.count = 0;
    state->matched = 0;
    if (state->child == NULL || span.size == 0) {
        return COMITY_OK;
    }
    if (span.run_count == 1 && span.runs[0].decoded_unit == 1 && span.runs[0].raw_unit == 1) {
        span.raw = span.runs[0].raw;
        span.run_count = 0;
    }
    return comity_stage_feed(state->child, span, reterr);
}

static void hold(comity_stage *stage, const comity_span *span)
{
    multipart_state *state = stage->state;
    if (stage->place != COMITY_FORM_UNMAPPED) {
        size_t run_at = 0;
        uint64_t raw = 0;
        uint64_t raw_end = 0;
        comity_span_raw(span, 0, &run_at, &raw, &raw_end);
        (void)comity_runs_add(&state->held_runs, state->held_size, raw, 1, 1, (unsigned)(raw_end - raw));
    }
    state->held[state->held_size++] = span->bytes[0];
}

/* What is held is a delimiter: the part before it has ended. */
static comity_status end_part(comity_stage *stage, comity_error *reterr)
{
    multipart_state *state = stage->state;
    state->held_size = 0;
    state->held_runs.count = 0;
    state->matched = 0;
    return comity_stage_end(&state->child, reterr);
}

static comity_status begin_part(comity_stage *stage, const comity_span *span, comity_error *reterr)
{
    multipart_state *state = stage->state;
    char link[32];
    (void)snprintf(link, sizeof link, "part:%u", ++state->part_count);
    comity_about about = {.link = link, .place = stage->place, .raw_begin = comity_span_raw_begin(span)};
    state->phase = PHASE_LINES;
    state->matched = 1; /* a delimiter may follow at once */
    COMITY_TRY(comity_stage_count_member(stage, reterr));
    return comity_stage_begin(stage, &entity_kind, &about, &state->child, reterr);
}

/* The rest of a delimiter's line: "--" after the last part, blanks, an end of line.
 * With anything else it was the beginning of a longer delimiter, another multipart's. */
static comity_status feed_after(comity_stage *stage, comity_span *span, comity_error *reterr)
{
    multipart_state *state = stage->state;
    uint8_t byte = span->bytes[0];
    bool is_dash = byte == '-' && state->after_size <= 1 && state->after_size == state->dash_count;
    if (byte != '\n' && byte != ' ' && byte != '\t' && byte != '\r' && !is_dash) {
        state->phase = PHASE_LINES;
        return give_held(stage, reterr);
    }
    if (state->held_size == HELD_SIZE) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX,
                                 "a boundary at byte %llu is followed by too many blanks",
                                 (unsigned long long)state->at);
    }
    hold(stage, span);
    *span = comity_span_after(*span, 1);
    state->at++;
    state->after_size++;
    state->dash_count += is_dash;
    if (state->dash_count == 2 || byte == '\n') {
        bool is_last = state->dash_count == 2;
        COMITY_TRY(end_part(stage, reterr));
        state->phase = PHASE_CLOSED;
        return is_last ? COMITY_OK : begin_part(stage, span, reterr);
    }
    return COMITY_OK;
}

/* What stands before the next end of line goes to the part at once. */
static comity_status feed_line(comity_stage *stage, comity_span *span, comity_error *reterr)
{
    multipart_state *state = stage->state;
    const uint8_t *end = memchr(span->bytes, '\n', span->size);
    size_t size = end == NULL ? span->size : (size_t)(end - span->bytes);
    size -= size != 0 && span->bytes[size - 1] == '\r';
    if (size != 0 && state->child != NULL) {
        COMITY_TRY(comity_stage_feed(state->child, comity_span_first(*span, size), reterr));
    }
    *span = comity_span_after(*span, size);
    state->at += size;
    return COMITY_OK;
}

static comity_status feed_lines(comity_stage *stage, comity_span *span, comity_error *reterr)
{
    multipart_state *state = stage->state;
    if (state->matched == 0 && state->held_size == 0) {
        COMITY_TRY(feed_line(stage, span, reterr));
        if (span->size == 0) {
            return COMITY_OK;
        }
    }
    uint8_t byte = span->bytes[0];
    bool goes_on = byte == (uint8_t)state->delimiter[state->matched] && !(state->matched == 0 && byte != '\n');
    bool is_return = state->matched == 0 && state->held_size == 0 && byte == '\r';
    if (!goes_on && !is_return) {
        if (state->held_size == 0) {
            state->matched = 0; /* at a line's beginning that was not held */
            bool is_plain = byte != '\r' && byte != '\n';
            return is_plain ? feed_line(stage, span, reterr) : COMITY_OK;
        }
        return give_held(stage, reterr);
    }
    hold(stage, span);
    *span = comity_span_after(*span, 1);
    state->at++;
    state->matched += goes_on;
    if (state->matched == state->delimiter_size) {
        state->phase = PHASE_AFTER;
        state->after_size = 0;
        state->dash_count = 0;
    }
    return COMITY_OK;
}

/* Without a boundary that was told, the first line is it. */
static comity_status learn_delimiter(comity_stage *stage, comity_span *span, comity_error *reterr)
{
    multipart_state *state = stage->state;
    while (span->size != 0 && state->delimiter_size == 0) {
        uint8_t byte = span->bytes[0];
        *span = comity_span_after(*span, 1);
        state->at++;
        if (byte == '\n') {
            state->delimiter[0] = '\n';
            state->delimiter_size = state->after_size + 1;
            return begin_part(stage, span, reterr);
        }
        if (state->after_size >= 72) {
            return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "a boundary has 1 to 70 characters");
        }
        if (byte != '\r') {
            state->delimiter[1 + state->after_size++] = (char)byte;
        }
    }
    return COMITY_OK;
}

static comity_status multipart_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    multipart_state *state = stage->state;
    while (span.size != 0) {
        if (state->delimiter_size == 0) {
            COMITY_TRY(learn_delimiter(stage, &span, reterr));
        } else if (state->phase == PHASE_LINES) {
            COMITY_TRY(feed_lines(stage, &span, reterr));
        } else if (state->phase == PHASE_AFTER) {
            COMITY_TRY(feed_after(stage, &span, reterr));
        } else {
            return COMITY_OK; /* what stands behind the last part is for nobody */
        }
    }
    return COMITY_OK;
}

static comity_status multipart_finish(comity_stage *stage, comity_error *reterr)
{
    const multipart_state *state = stage->state;
    if (state->phase != PHASE_CLOSED) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "cut off at byte %llu, before its last boundary",
                                 (unsigned long long)state->at);
    }
    return COMITY_OK;
}

static const comity_stage_kind multipart_kind = {.name = "multipart",
                                                 .state_size = sizeof(multipart_state),
                                                 .begin = multipart_begin,
                                                 .feed = multipart_feed,
                                                 .finish = multipart_finish};

/* ---- where it begins ---- */

/* A mail or a multipart body: its first byte and what was told settle which. */
typedef struct mime_state {
    comity_stage *child;
} mime_state;

static comity_status mime_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    mime_state *state = stage->state;
    if (state->child == NULL) {
        bool is_told = comity_begins_with(stage->content_type, strlen(stage->content_type), "multipart/");
        bool is_multipart = is_told || span.bytes[0] == '-';
        comity_about about = {.link = is_multipart ? "multipart" : "mail",
                              .content_type = is_told ? stage->content_type : NULL,
                              .place = stage->place,
                              .raw_begin = stage->raw_begin};
        COMITY_TRY(
            comity_stage_begin(stage, is_multipart ? &multipart_kind : &entity_kind, &about, &state->child, reterr));
    }
    return comity_stage_feed(state->child, span, reterr);
}

static comity_status mime_finish(comity_stage *stage, comity_error *reterr)
{
    mime_state *state = stage->state;
    return comity_stage_end(&state->child, reterr);
}

const comity_stage_kind comity_forms_mime = {
    .name = "mail", .state_size = sizeof(mime_state), .feed = mime_feed, .finish = mime_finish};
