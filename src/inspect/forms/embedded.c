/* What comes in: the bytes of a text. What goes out: nothing but the parts that
 * are in it in base64 (RFC 4648, both alphabets, one line or lines of one
 * length). A run of digits counts as base64 if its first 64 decode to text or to
 * the beginning of a form that is known; by chance that happens to one run in a
 * hundred thousand. */
#include "inspect/forms/embedded.h"

#include "inspect/forms/base64.h"
#include "inspect/forms/packing.h"
#include "inspect/forms/sniff.h"

enum { PHASE_IDLE, PHASE_HOLDING, PHASE_SKIPPING, PHASE_INSIDE, PHASE_BETWEEN };

/* A line that is shorter is the only one. */
#define LINE_SIZE_MIN 56

void comity_embedded_begin(comity_embedded *ret_embedded)
{
    memset(ret_embedded, 0, sizeof *ret_embedded);
    ret_embedded->level = comity_embedded_level_best();
}

static bool is_digit(uint8_t byte)
{
    return comity_base64_digit(byte) < 64;
}

/* Whether bytes are UTF-16 in ASCII, as some shells want their commands. */
static bool is_wide_text(const uint8_t *bytes, size_t size)
{
    size_t pairs = size / 2;
    for (size_t i = 0; i < pairs; i++) {
        if (bytes[2 * i + 1] != 0 || bytes[2 * i] < 0x09 || bytes[2 * i] > 0x7E) {
            return false;
        }
    }
    return pairs >= 6;
}

/* Short marks stand at the beginning of random bytes, too: what follows must go with them. One run of digits in
 * sixteen thousand would otherwise be taken for damaged zlib, and end the input in an error. */
static bool is_container(const comity_stage *stage, const uint8_t *bytes, size_t size, bool whole)
{
    const comity_magic *magic = comity_magic_find(bytes, size);
    if (magic == NULL || magic->size >= 4) {
        return magic != NULL;
    }
    if (magic->kind == &comity_forms_gzip) { /* no reserved flags; a known speed, and system */
        return size < 10 || ((bytes[3] & 0xE0) == 0 && (bytes[8] == 0 || bytes[8] == 2 || bytes[8] == 4) &&
                             (bytes[9] <= 13 || bytes[9] == 255));
    }
    if (magic->kind == &comity_forms_zlib) {
        return comity_zlib_begins(stage, bytes, size, whole);
    }
    return comity_compress_begins(bytes, size);
}

/* Whether the first `digits` that are held decode to something to be looked into. */
static bool is_worth_it(const comity_embedded *embedded, const comity_stage *stage, size_t digits, bool whole)
{
    uint8_t bytes[COMITY_EMBEDDED_HELD_SIZE];
    size_t size = comity_base64_decode(embedded->held, digits, bytes);
    return is_container(stage, bytes, size, whole) || comity_is_text(bytes, size, whole) || is_wide_text(bytes, size);
}

/* The same of all that is held, its beginning looked at first: that is enough to tell most words. */
static bool is_value(const comity_embedded *embedded, const comity_stage *stage, bool whole)
{
    size_t size = embedded->held_size;
    size_t digits = whole ? size : size / 4 * 4;
    return size >= COMITY_EMBEDDED_SIZE_MIN && digits % 4 != 1 &&
           is_worth_it(embedded, stage, COMITY_EMBEDDED_SIZE_MIN, false) && is_worth_it(embedded, stage, digits, whole);
}

static comity_status begin_value(comity_embedded *embedded, comity_stage *stage, uint32_t part, comity_error *reterr)
{
    comity_about about = {
        .link = "base64", .place = COMITY_FORM_WHOLE_VALUE, .raw_begin = embedded->raw_begin, .inside_part = part};
    COMITY_TRY(comity_stage_begin(stage, &comity_forms_base64, &about, &embedded->child, reterr));
    comity_span span = {.bytes = embedded->held,
                        .size = embedded->held_size,
                        .runs = embedded->held_room,
                        .run_count = embedded->held_runs};
    embedded->line_at = (uint32_t)embedded->held_size;
    embedded->line_size = 0;
    embedded->phase = PHASE_INSIDE;
    return comity_stage_feed(embedded->child, span, reterr);
}

static comity_status end_value(comity_embedded *embedded, comity_error *reterr)
{
    embedded->phase = PHASE_IDLE;
    return comity_stage_end(&embedded->child, reterr);
}

/* The run in hand is judged: `whole` if it has ended. */
static comity_status judge(comity_embedded *embedded, comity_stage *stage, uint32_t part, bool whole,
                           comity_error *reterr)
{
    if (is_value(embedded, stage, whole)) {
        return begin_value(embedded, stage, part, reterr);
    }
    embedded->phase = whole ? PHASE_IDLE : PHASE_SKIPPING;
    return COMITY_OK;
}

static void begin_holding(comity_embedded *embedded)
{
    embedded->phase = PHASE_HOLDING;
    embedded->held_size = 0;
    embedded->held_runs = 0;
}

static size_t digits_size(const comity_span *span)
{
    size_t size = 0;
    while (size < span->size && is_digit(span->bytes[size])) {
        size++;
    }
    return size;
}

/* Holds the first `size` bytes of a span, and where they come from: at once where the
 * bytes are the raw ones. */
static void hold(comity_embedded *embedded, const comity_stage *stage, const comity_span *span, size_t size)
{
    comity_runs runs = {.runs = embedded->held_room, .count = embedded->held_runs, .max = COMITY_EMBEDDED_HELD_SIZE};
    bool is_mapped = stage->place != COMITY_FORM_UNMAPPED;
    size_t run_at = 0;
    uint64_t raw = span->raw;
    uint64_t raw_end = 0;
    if (is_mapped && span->run_count == 0) {
        (void)comity_runs_add(&runs, embedded->held_size, span->raw, size, 1, 1);
    }
    for (size_t i = 0; is_mapped && span->run_count != 0 && i < size; i++) {
        uint64_t begin = 0;
        comity_span_raw(span, i, &run_at, &begin, &raw_end);
        raw = i == 0 ? begin : raw;
        (void)comity_runs_add(&runs, embedded->held_size + i, begin, 1, 1, (unsigned)(raw_end - begin));
    }
    embedded->raw_begin = embedded->held_size == 0 ? raw : embedded->raw_begin;
    embedded->held_runs = runs.count;
    memcpy(embedded->held + embedded->held_size, span->bytes, size);
    embedded->held_size += size;
}

/* Takes digits until the run ends or enough are held. */
static comity_status feed_holding(comity_embedded *embedded, comity_stage *stage, uint32_t part, comity_span *span,
                                  comity_error *reterr)
{
    size_t room = COMITY_EMBEDDED_HELD_SIZE - embedded->held_size;
    comity_span near = comity_span_first(*span, room < span->size ? room : span->size);
    size_t size = digits_size(&near);
    if (size != 0) {
        hold(embedded, stage, span, size);
    }
    *span = comity_span_after(*span, size);
    if (embedded->held_size == COMITY_EMBEDDED_HELD_SIZE) {
        return judge(embedded, stage, part, false, reterr);
    }
    return span->size == 0 ? COMITY_OK : judge(embedded, stage, part, true, reterr);
}

static comity_status feed_inside(comity_embedded *embedded, comity_span *span, comity_error *reterr)
{
    size_t size = digits_size(span);
    COMITY_TRY(comity_stage_feed(embedded->child, comity_span_first(*span, size), reterr));
    embedded->line_at += (uint32_t)(size > UINT32_MAX - embedded->line_at ? 0 : size);
    *span = comity_span_after(*span, size);
    if (span->size == 0) {
        return COMITY_OK;
    }
    uint8_t next = span->bytes[0];
    bool is_full =
        embedded->line_at >= LINE_SIZE_MIN && (embedded->line_size == 0 || embedded->line_at == embedded->line_size);
    if (!is_full || (next != '\n' && next != '\r' && next != '\\')) {
        if (next == '=') {
            COMITY_TRY(comity_stage_feed(embedded->child, comity_span_first(*span, 1), reterr));
        }
        return end_value(embedded, reterr);
    }
    embedded->line_size = embedded->line_at;
    embedded->line_at = 0;
    embedded->is_escaped = false;
    embedded->phase = PHASE_BETWEEN;
    return COMITY_OK;
}

/* White space, or its escapes "\r\n" and "\n", before a next line. */
static comity_status feed_between(comity_embedded *embedded, comity_span *span, comity_error *reterr)
{
    uint8_t next = span->bytes[0];
    bool is_space = next == '\n' || next == '\r' || next == ' ' || next == '\t';
    if (embedded->is_escaped ? next == 'n' || next == 'r' : is_space) {
        embedded->is_escaped = false;
        *span = comity_span_after(*span, 1);
        return COMITY_OK;
    }
    if (!embedded->is_escaped && next == '\\') {
        embedded->is_escaped = true;
        *span = comity_span_after(*span, 1);
        return COMITY_OK;
    }
    if (!embedded->is_escaped && is_digit(next)) {
        embedded->phase = PHASE_INSIDE;
        return COMITY_OK;
    }
    return end_value(embedded, reterr);
}

static comity_status feed_idle(comity_embedded *embedded, comity_span *span)
{
    size_t skipped = embedded->level->pass(span->bytes, span->size);
    *span = comity_span_after(*span, skipped);
    if (span->size != 0) {
        begin_holding(embedded);
    }
    return COMITY_OK;
}

comity_status comity_embedded_feed(comity_embedded *embedded, comity_stage *stage, uint32_t part, comity_span span,
                                   comity_error *reterr)
{
    while (span.size != 0) {
        switch (embedded->phase) {
        case PHASE_IDLE:
            COMITY_TRY(feed_idle(embedded, &span));
            break;
        case PHASE_HOLDING:
            COMITY_TRY(feed_holding(embedded, stage, part, &span, reterr));
            break;
        case PHASE_SKIPPING:
            span = comity_span_after(span, digits_size(&span));
            embedded->phase = span.size != 0 ? PHASE_IDLE : PHASE_SKIPPING;
            break;
        case PHASE_INSIDE:
            COMITY_TRY(feed_inside(embedded, &span, reterr));
            break;
        default:
            COMITY_TRY(feed_between(embedded, &span, reterr));
            break;
        }
    }
    return COMITY_OK;
}

comity_status comity_embedded_end(comity_embedded *embedded, comity_stage *stage, uint32_t part, comity_error *reterr)
{
    if (embedded->phase == PHASE_HOLDING) {
        COMITY_TRY(judge(embedded, stage, part, true, reterr));
    }
    return end_value(embedded, reterr);
}
