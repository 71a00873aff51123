/* What comes in: XML in pieces of any size. What goes out: begins and ends of
 * elements and the text between them, with character references and the five
 * named ones replaced. Nothing is looked up elsewhere, and nothing is expanded. */
#include "inspect/forms/markup.h"

#include "inspect/decode.h"

enum { PHASE_TEXT, PHASE_REFERENCE, PHASE_TAG, PHASE_COMMENT, PHASE_CDATA, PHASE_PROCESSING };

/* ---- tags ---- */

static size_t name_size(const char *tag, size_t size)
{
    size_t n = 0;
    while (n < size && tag[n] != ' ' && tag[n] != '/' && tag[n] != '\t' && tag[n] != '\n' && tag[n] != '\r') {
        n++;
    }
    return n;
}

/* Goes past a prefix. */
static void skip_prefix(const char **name, size_t *size)
{
    const char *colon = memchr(*name, ':', *size);
    if (colon != NULL) {
        *size -= (size_t)(colon + 1 - *name);
        *name = colon + 1;
    }
}

bool comity_markup_is(const char *tag, size_t size, const char *name)
{
    size_t n = name_size(tag, size);
    skip_prefix(&tag, &n);
    return n == strlen(name) && memcmp(tag, name, n) == 0;
}

bool comity_markup_attribute(const char *tag, size_t size, const char *name, const char **ret_value, size_t *ret_size)
{
    size_t at = name_size(tag, size);
    while (at < size) {
        while (at < size &&
               (tag[at] == ' ' || tag[at] == '\t' || tag[at] == '\n' || tag[at] == '\r' || tag[at] == '/')) {
            at++;
        }
        size_t begin = at;
        while (at < size && tag[at] != '=') {
            at++;
        }
        const char *own = tag + begin;
        size_t own_size = at - begin;
        at++;
        while (at < size && tag[at] != '"' && tag[at] != '\'') {
            at++;
        }
        if (at >= size) {
            return false;
        }
        char quote = tag[at++];
        const char *end = memchr(tag + at, quote, size - at);
        size_t value_size = end == NULL ? size - at : (size_t)(end - (tag + at));
        skip_prefix(&own, &own_size);
        if (own_size == strlen(name) && memcmp(own, name, own_size) == 0) {
            *ret_value = tag + at;
            *ret_size = value_size;
            return true;
        }
        at += value_size + 1;
    }
    return false;
}

/* ---- bytes ---- */

static comity_status end_tag(comity_markup *markup, comity_stage *stage, comity_markup_event event,
                             comity_error *reterr)
{
    const char *tag = markup->held;
    size_t size = markup->held_size;
    markup->phase = PHASE_TEXT;
    markup->held_size = 0;
    if (size != 0 && tag[0] == '/') {
        return event(stage, COMITY_MARKUP_END, tag + 1, size - 1, reterr);
    }
    COMITY_TRY(event(stage, COMITY_MARKUP_BEGIN, tag, size, reterr));
    bool is_empty = size != 0 && tag[size - 1] == '/';
    return is_empty ? event(stage, COMITY_MARKUP_END, tag, name_size(tag, size), reterr) : COMITY_OK;
}

static bool holds(const comity_markup *markup, const char *text)
{
    return markup->held_size == strlen(text) && memcmp(markup->held, text, markup->held_size) == 0;
}

static comity_status feed_tag(comity_markup *markup, comity_stage *stage, char c, comity_markup_event event,
                              comity_error *reterr)
{
    if (markup->quote == 0 && c == '>') {
        return end_tag(markup, stage, event, reterr);
    }
    if (markup->quote != 0 ? c == markup->quote : (c == '"' || c == '\'')) {
        markup->quote = markup->quote != 0 ? 0 : (uint8_t)c;
    }
    /* The last place is for a slash that ends a long tag. */
    if (markup->held_size < COMITY_MARKUP_TAG_SIZE) {
        markup->held[markup->held_size++] = c;
    } else {
        markup->held[COMITY_MARKUP_TAG_SIZE - 1] = c == '/' && markup->quote == 0 ? c : ' ';
    }
    if (markup->held_size > 8) {
        return COMITY_OK;
    }
    if (holds(markup, "!--")) {
        markup->phase = PHASE_COMMENT;
    } else if (holds(markup, "![CDATA[")) {
        markup->phase = PHASE_CDATA;
    } else if (holds(markup, "?")) {
        markup->phase = PHASE_PROCESSING;
    } else if (holds(markup, "!DOCTYPE")) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX,
                                 "a document type is declared at byte %llu, which no Office document does",
                                 (unsigned long long)markup->at);
    }
    markup->quote = markup->phase == PHASE_TAG ? markup->quote : 0;
    markup->closing = 0;
    markup->held_size = markup->phase == PHASE_TAG ? markup->held_size : 0;
    return COMITY_OK;
}

/* "--" or "]]", then ">". True when it is complete. */
static bool closes(comity_markup *markup, char c, char twice)
{
    if (c == twice) {
        markup->closing = markup->closing < 2 ? (uint8_t)(markup->closing + 1) : 2;
        return false;
    }
    bool is_closed = c == '>' && markup->closing == 2;
    markup->closing = 0;
    return is_closed;
}

static comity_status feed_cdata(comity_markup *markup, comity_stage *stage, char c, comity_markup_event event,
                                comity_error *reterr)
{
    uint8_t before = markup->closing;
    if (closes(markup, c, ']')) {
        markup->phase = PHASE_TEXT;
        return COMITY_OK;
    }
    if (c == ']') {
        return before == 2 ? event(stage, COMITY_MARKUP_TEXT, "]", 1, reterr) : COMITY_OK;
    }
    if (before != 0) {
        COMITY_TRY(event(stage, COMITY_MARKUP_TEXT, "]]", before, reterr));
    }
    return event(stage, COMITY_MARKUP_TEXT, &c, 1, reterr);
}

static comity_status end_reference(comity_markup *markup, comity_stage *stage, comity_markup_event event,
                                   comity_error *reterr)
{
    char text[8];
    size_t taken = 0;
    size_t size = comity_decode_reference(markup->held, markup->held_size, text, &taken);
    bool is_whole = size != 0 && taken == markup->held_size;
    comity_status status =
        event(stage, COMITY_MARKUP_TEXT, is_whole ? text : markup->held, is_whole ? size : markup->held_size, reterr);
    markup->held_size = 0;
    markup->phase = PHASE_TEXT;
    return status;
}

static comity_status feed_byte(comity_markup *markup, comity_stage *stage, char c, comity_markup_event event,
                               comity_error *reterr)
{
    switch (markup->phase) {
    case PHASE_TAG:
        return feed_tag(markup, stage, c, event, reterr);
    case PHASE_CDATA:
        return feed_cdata(markup, stage, c, event, reterr);
    case PHASE_COMMENT:
        markup->phase = closes(markup, c, '-') ? PHASE_TEXT : PHASE_COMMENT;
        return COMITY_OK;
    case PHASE_PROCESSING:
        markup->phase = c == '>' && markup->closing == 1 ? PHASE_TEXT : PHASE_PROCESSING;
        markup->closing = c == '?';
        return COMITY_OK;
    default: /* a reference */
        if (c != '<') {
            markup->held[markup->held_size++] = c;
        }
        if (c == ';' || c == '<' || markup->held_size == COMITY_DECODE_REFERENCE_SIZE) {
            COMITY_TRY(end_reference(markup, stage, event, reterr));
        }
        markup->phase = c == '<' ? PHASE_TAG : markup->phase;
        return COMITY_OK;
    }
}

/* Text up to a tag or reference, at once. */
static comity_status feed_text(comity_markup *markup, comity_stage *stage, comity_span *span, comity_markup_event event,
                               comity_error *reterr)
{
    size_t size = 0;
    while (size < span->size && span->bytes[size] != '<' && span->bytes[size] != '&') {
        size++;
    }
    if (size != 0) {
        COMITY_TRY(event(stage, COMITY_MARKUP_TEXT, (const char *)span->bytes, size, reterr));
    }
    *span = comity_span_after(*span, size);
    markup->at += size;
    if (span->size == 0) {
        return COMITY_OK;
    }
    markup->phase = span->bytes[0] == '<' ? PHASE_TAG : PHASE_REFERENCE;
    markup->held_size = 0;
    if (markup->phase == PHASE_REFERENCE) {
        markup->held[markup->held_size++] = '&';
    }
    *span = comity_span_after(*span, 1);
    markup->at++;
    return COMITY_OK;
}

comity_status comity_markup_feed(comity_markup *markup, comity_stage *stage, comity_span span,
                                 comity_markup_event event, comity_error *reterr)
{
    if (markup->at == 0 && span.size != 0 && (span.bytes[0] >= 0xFE || span.bytes[0] == 0)) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "it is not in UTF-8, as Office documents are");
    }
    while (span.size != 0) {
        if (markup->phase == PHASE_TEXT) {
            COMITY_TRY(feed_text(markup, stage, &span, event, reterr));
            continue;
        }
        markup->at++;
        COMITY_TRY(feed_byte(markup, stage, (char)span.bytes[0], event, reterr));
        span = comity_span_after(span, 1);
    }
    return COMITY_OK;
}

comity_status comity_markup_end(const comity_markup *markup, const comity_stage *stage, comity_error *reterr)
{
    if (markup->phase != PHASE_TEXT) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "cut off at byte %llu",
                                 (unsigned long long)markup->at);
    }
    return COMITY_OK;
}
