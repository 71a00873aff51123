/* The decoder as its user sees it, and what all stages share: being begun, fed
 * and ended, memory from the one block, counting, and failing. What always holds:
 * after a failure nothing is decoded any more and the failure stays. */
#include "inspect/forms/stage.h"

#include "base/utf8.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- stages ---- */

static void append_link(comity_form *form, comity_stage *stage, const char *link)
{
    static const char between[] = " > ";
    size_t size = stage->chain_size;
    size_t link_size = link == NULL ? 0 : strlen(link);
    size_t gap = size == 0 ? 0 : sizeof between - 1;
    if (link_size == 0 || size + gap + link_size >= sizeof form->chain) {
        return;
    }
    memcpy(form->chain + size, between, gap);
    memcpy(form->chain + size + gap, link, link_size);
    stage->chain_size = size + gap + link_size;
}

static void set_field(comity_form *form, comity_stage *stage, const char *field)
{
    if (field == NULL) {
        return;
    }
    size_t size = strlen(field);
    size = size < sizeof form->field ? size : comity_utf8_whole(field, sizeof form->field - 1);
    memcpy(form->field, field, size);
    stage->field_size = size;
}

static void set_text(char *ret_text, size_t room, const char *text, bool keep_end)
{
    size_t size = text == NULL ? 0 : strlen(text);
    size_t skipped = size < room || !keep_end ? 0 : size - (room - 1);
    size = size < room ? size : room - 1;
    if (size != 0) {
        memcpy(ret_text, text + skipped, size);
    }
    ret_text[size] = '\0';
}

comity_status comity_stage_take(comity_stage *stage, size_t size, void **ret_memory, comity_error *reterr)
{
    void *memory = comity_pool_take(&stage->form->pool, size);
    if (memory == NULL) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_LIMIT,
                                 "more memory is needed than the %zu bytes there are", stage->form->pool.size);
    }
    memset(memory, 0, size);
    *ret_memory = memory;
    return COMITY_OK;
}

comity_status comity_stage_grow(comity_stage *stage, void **memory, size_t *room, size_t wanted, comity_error *reterr)
{
    comity_pool *pool = &stage->form->pool;
    if (wanted <= *room) {
        return COMITY_OK;
    }
    size_t larger = *room * 2 > wanted ? *room * 2 : wanted;
    if (*memory != NULL &&
        (comity_pool_extend(pool, *memory, larger) || comity_pool_extend(pool, *memory, larger = wanted))) {
        *room = larger;
        return COMITY_OK;
    }
    larger = *room * 2 > wanted ? *room * 2 : wanted;
    void *moved = comity_pool_take(pool, larger);
    if (moved == NULL) {
        larger = wanted;
        moved = comity_pool_take(pool, larger);
    }
    if (moved == NULL) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_LIMIT,
                                 "more memory is needed than the %zu bytes there are", pool->size);
    }
    if (*memory != NULL) {
        memcpy(moved, *memory, *room);
        comity_pool_give(pool, *memory);
    }
    *memory = moved;
    *room = larger;
    return COMITY_OK;
}

static comity_status begin_root(comity_form *form, const comity_stage_kind *kind, comity_stage *parent,
                                comity_stage **ret_stage, comity_error *reterr)
{
    size_t size = (sizeof(comity_stage) + 15) & ~(size_t)15;
    uint8_t *memory = comity_pool_take(&form->pool, size + kind->state_size);
    if (memory == NULL) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "%s: more memory is needed than the %zu bytes there are",
                           kind->name, form->pool.size);
    }
    memset(memory, 0, size + kind->state_size);
    void *place = memory;
    comity_stage *stage = place;
    *stage = (comity_stage){.kind = kind, .form = form, .parent = parent, .state = memory + size};
    *ret_stage = stage;
    return COMITY_OK;
}

comity_status comity_stage_begin(comity_stage *parent, const comity_stage_kind *kind, const comity_about *about,
                                 comity_stage **ret_stage, comity_error *reterr)
{
    comity_form *form = parent->form;
    comity_stage *stage = NULL;
    uint8_t depth = (uint8_t)(parent->depth + (kind->is_form ? 1 : 0));
    if (depth > form->limits.depth_max) {
        return comity_stage_fail(parent, reterr, COMITY_ERROR_LIMIT, "more than %u forms are within one another",
                                 (unsigned)form->limits.depth_max);
    }
    COMITY_TRY(begin_root(form, kind, parent, &stage, reterr));
    stage->depth = depth;
    stage->level = (uint8_t)(parent->level + (about->inside_part != 0 ? 1 : 0));
    stage->place = about->place < parent->place ? about->place : parent->place;
    stage->packed = parent->packed || parent->kind->is_packing;
    stage->outer_part = about->inside_part != 0 ? about->inside_part : parent->outer_part;
    stage->chain_size = parent->chain_size;
    stage->field_size = parent->field_size;
    stage->raw_begin = parent->place <= COMITY_FORM_WHOLE_VALUE ? parent->raw_begin : about->raw_begin;
    stage->then = about->then;
    stage->shared = about->shared != NULL ? about->shared : parent->shared;
    append_link(form, stage, about->link);
    set_field(form, stage, about->field);
    set_text(stage->content_type, sizeof stage->content_type, about->content_type, false);
    set_text(stage->name, sizeof stage->name, about->name, true);
    set_text(stage->encoding, sizeof stage->encoding, about->encoding, false);
    if (kind->begin != NULL) {
        COMITY_TRY(kind->begin(stage, reterr));
    }
    *ret_stage = stage;
    return COMITY_OK;
}

/* Runs that are counted from elsewhere, a few at a time. */
#define MOVED_RUNS_MAX 64

static comity_status feed_moved(comity_stage *stage, comity_span span, comity_error *reterr)
{
    comity_form_run runs[MOVED_RUNS_MAX];
    while (span.size != 0) {
        comity_span moved = comity_span_moved(&span, stage->fed, runs, MOVED_RUNS_MAX);
        stage->fed += moved.size;
        COMITY_TRY(stage->kind->feed(stage, moved, reterr));
        span = comity_span_after(span, moved.size);
    }
    return COMITY_OK;
}

comity_status comity_stage_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    if (span.size == 0) {
        return COMITY_OK;
    }
    if (stage->fed == 0 && stage->place > COMITY_FORM_WHOLE_VALUE) {
        stage->raw_begin = comity_span_raw_begin(&span);
    }
    if (stage->place == COMITY_FORM_UNMAPPED) {
        span.run_count = 0;
    } else if (span.run_count != 0 && span.offset != stage->fed) {
        return feed_moved(stage, span, reterr);
    }
    span.offset = stage->fed;
    stage->fed += span.size;
    return stage->kind->feed(stage, span, reterr);
}

comity_status comity_stage_end(comity_stage **stage, comity_error *reterr)
{
    if (*stage == NULL) {
        return COMITY_OK;
    }
    COMITY_TRY((*stage)->kind->finish(*stage, reterr));
    comity_stage_drop(stage);
    return COMITY_OK;
}

void comity_stage_drop(comity_stage **stage)
{
    if (*stage != NULL) {
        comity_pool_give(&(*stage)->form->pool, *stage);
        *stage = NULL;
    }
}

comity_status comity_stage_fail(const comity_stage *stage, comity_error *reterr, comity_status code, const char *format,
                                ...)
{
    char text[sizeof reterr->message];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return comity_fail(reterr, code, "%s: %s", stage->kind->name, text);
}

comity_status comity_stage_count(comity_stage *stage, uint64_t consumed, size_t size, comity_error *reterr)
{
    comity_form *form = stage->form;
    form->decoded += size;
    if (form->decoded > form->limits.bytes_max) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_LIMIT, "more than %llu bytes come out of the input",
                                 (unsigned long long)form->limits.bytes_max);
    }
    if (!stage->packed && stage->raw_begin + consumed > form->consumed) {
        form->consumed = stage->raw_begin + consumed;
    }
    if (form->decoded > COMITY_LIMIT_FORM_RATIO_FREE_BYTES &&
        (form->decoded - COMITY_LIMIT_FORM_RATIO_FREE_BYTES) / form->limits.ratio_max > form->consumed) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_LIMIT,
                                 "more than %u bytes come out for each byte of the input: this is a bomb",
                                 (unsigned)form->limits.ratio_max);
    }
    return COMITY_OK;
}

comity_status comity_stage_count_member(comity_stage *stage, comity_error *reterr)
{
    comity_form *form = stage->form;
    form->members++;
    if (form->members > form->limits.members_max) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_LIMIT, "more than %u members are in the input",
                                 (unsigned)form->limits.members_max);
    }
    return COMITY_OK;
}

void comity_stage_link(const char *kind, const void *name, size_t name_size, char ret_link[256])
{
    const uint8_t *bytes = name;
    size_t at = strlen(kind);
    memcpy(ret_link, kind, at);
    size_t room = 255 - at - 1;
    size_t skipped = name_size > room ? name_size - room : 0;
    bool is_text = comity_utf8_check(bytes + skipped, name_size - skipped) == name_size - skipped;
    ret_link[at++] = ':';
    for (size_t i = skipped; i < name_size; i++) {
        uint8_t byte = bytes[i];
        bool is_plain = byte >= 0x20 && byte != 0x7F && (byte < 0x80 || is_text);
        ret_link[at++] = is_plain ? (char)byte : '?';
    }
    ret_link[at] = '\0';
}

/* ---- the decoder ---- */

static void set_limits(const comity_form_limits *limits, comity_form_limits *ret_limits)
{
    comity_form_limits own = limits == NULL ? (comity_form_limits){0} : *limits;
    own.bytes_max =
        own.bytes_max == 0 || own.bytes_max > COMITY_LIMIT_FORM_BYTES ? COMITY_LIMIT_FORM_BYTES : own.bytes_max;
    own.ratio_max =
        own.ratio_max == 0 || own.ratio_max > COMITY_LIMIT_FORM_RATIO ? COMITY_LIMIT_FORM_RATIO : own.ratio_max;
    own.members_max = own.members_max == 0 || own.members_max > COMITY_LIMIT_FORM_MEMBERS ? COMITY_LIMIT_FORM_MEMBERS
                                                                                          : own.members_max;
    own.depth_max =
        own.depth_max == 0 || own.depth_max > COMITY_LIMIT_FORM_DEPTH ? COMITY_LIMIT_FORM_DEPTH : own.depth_max;
    own.memory_max = own.memory_max == 0 || own.memory_max > COMITY_LIMIT_FORM_MEMORY_BYTES
                         ? COMITY_LIMIT_FORM_MEMORY_BYTES
                         : own.memory_max;
    *ret_limits = own;
}

/* "br, gzip" from its end: what was applied last comes off first. */
static comity_status begin_encodings(comity_form *form, const char *encoding, const comity_form_hints *hints,
                                     comity_error *reterr);

static comity_status begin_input(comity_form *form, const comity_form_hints *hints, comity_error *reterr)
{
    comity_form_hints none = {0};
    hints = hints == NULL ? &none : hints;
    set_text(form->locale, sizeof form->locale, hints->locale, false);
    return begin_encodings(form, hints->content_encoding, hints, reterr);
}

/* The root passes what it is fed on to the first stage that the hints ask for. */
typedef struct root_state {
    comity_stage *child;
} root_state;

static comity_status root_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    root_state *state = stage->state;
    return comity_stage_feed(state->child, span, reterr);
}

static comity_status root_finish(comity_stage *stage, comity_error *reterr)
{
    root_state *state = stage->state;
    return comity_stage_end(&state->child, reterr);
}

static const comity_stage_kind root_kind = {
    .name = "input", .state_size = sizeof(root_state), .feed = root_feed, .finish = root_finish};

static comity_status begin_encodings(comity_form *form, const char *encoding, const comity_form_hints *hints,
                                     comity_error *reterr)
{
    comity_stage *root = NULL;
    COMITY_TRY(begin_root(form, &root_kind, NULL, &root, reterr));
    root->place = COMITY_FORM_ANY_SIZE;
    set_text(root->content_type, sizeof root->content_type, hints->content_type, false);
    set_text(root->name, sizeof root->name, hints->name, true);
    form->root = root;
    root_state *state = root->state;
    comity_about about = {.place = COMITY_FORM_ANY_SIZE, .content_type = root->content_type, .name = root->name};
    return comity_stage_begin_encoded(root, encoding, &about, &state->child, reterr);
}

comity_status comity_form_open(const comity_form_hints *hints, const comity_form_limits *limits,
                               const comity_form_sink *sink, comity_form **ret_form, comity_error *reterr)
{
    assert(sink != NULL && sink->part_begin != NULL && sink->piece != NULL && sink->part_end != NULL);
    comity_form_limits own;
    set_limits(limits, &own);
    size_t head = (sizeof(comity_form) + 15) & ~(size_t)15;
    size_t size = own.memory_max & ~(size_t)15;
    size = size < 65536 ? 65536 : size;
    uint8_t *block = malloc(size);
    if (block == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "no memory for a decoder of %zu bytes", size);
    }
    void *place = block;
    comity_form *form = place;
    *form = (comity_form){.sink = *sink, .limits = own, .block_size = size, .waits = UINT64_MAX};
    comity_pool_init(&form->pool, block + head, size - head);
    comity_status status = begin_input(form, hints, reterr);
    if (status != COMITY_OK) {
        free(block);
        return status;
    }
    *ret_form = form;
    return COMITY_OK;
}

comity_status comity_form_restart(comity_form *form, const comity_form_hints *hints, comity_error *reterr)
{
    size_t head = (sizeof(comity_form) + 15) & ~(size_t)15;
    uint8_t *block = (uint8_t *)form;
    size_t fails_at = form->pool.fails_at;
    *form =
        (comity_form){.sink = form->sink, .limits = form->limits, .block_size = form->block_size, .waits = UINT64_MAX};
    comity_pool_init(&form->pool, block + head, form->block_size - head);
    form->pool.fails_at = fails_at;
    comity_error error = {.code = COMITY_OK};
    form->failed = begin_input(form, hints, &error);
    if (form->failed != COMITY_OK) {
        form->error = error;
        if (reterr != NULL) {
            *reterr = error;
        }
    }
    return form->failed;
}

static comity_status settle(comity_form *form, comity_status status, const comity_error *error, comity_error *reterr)
{
    if (status != COMITY_OK && form->failed == COMITY_OK) {
        form->failed = status;
        form->error = *error;
        form->error.offset = (size_t)form->raw;
    }
    if (form->failed != COMITY_OK && reterr != NULL) {
        *reterr = form->error;
    }
    return form->failed;
}

comity_status comity_form_feed(comity_form *form, const void *bytes, size_t size, comity_error *reterr)
{
    assert(!form->finished && (size == 0 || bytes != NULL));
    comity_error error = {.code = COMITY_OK};
    comity_status status = form->failed;
    if (status == COMITY_OK) {
        comity_span span = {.bytes = bytes, .size = size, .raw = form->raw};
        status = comity_stage_feed(form->root, span, &error);
        form->raw += size;
    }
    return settle(form, status, &error, reterr);
}

comity_status comity_form_finish(comity_form *form, comity_error *reterr)
{
    comity_error error = {.code = COMITY_OK};
    comity_status status = form->failed;
    if (status == COMITY_OK && !form->finished) {
        status = comity_stage_end(&form->root, &error);
        form->finished = true;
    }
    return settle(form, status, &error, reterr);
}

uint64_t comity_form_waits(const comity_form *form)
{
    return form->waits;
}

void comity_form_close(comity_form *form)
{
    free(form);
}

void comity_form_fail_at(comity_form *form, size_t taken)
{
    form->pool.fails_at = taken == 0 ? 0 : form->pool.taken + taken;
}

/* ---- names and ranges ---- */

const char *comity_form_syntax_name(comity_form_syntax syntax)
{
    static const char *const names[COMITY_FORM_SYNTAX_COUNT] = {
        [COMITY_FORM_TEXT] = "text",       [COMITY_FORM_JSON] = "json",     [COMITY_FORM_NDJSON] = "ndjson",
        [COMITY_FORM_CSV] = "csv",         [COMITY_FORM_XML] = "xml",       [COMITY_FORM_HTML] = "html",
        [COMITY_FORM_URLENCODED] = "form", [COMITY_FORM_BINARY] = "binary",
    };
    assert((unsigned)syntax < COMITY_FORM_SYNTAX_COUNT);
    return names[syntax];
}

/* The run that holds a decoded offset; `run_count` if none does. */
static size_t run_with(const comity_form_run *runs, size_t run_count, uint64_t decoded)
{
    size_t low = 0;
    size_t high = run_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const comity_form_run *run = &runs[middle];
        if (decoded < run->decoded) {
            high = middle;
        } else if (decoded - run->decoded >= (uint64_t)run->count * run->decoded_unit) {
            low = middle + 1;
        } else {
            return middle;
        }
    }
    return run_count;
}

/* Whole units of a run before a decoded offset in it; mostly a unit is a byte, which need not be divided by. */
static uint64_t units_before(const comity_form_run *run, uint64_t decoded)
{
    uint64_t size = decoded - run->decoded;
    return run->decoded_unit == 1 ? size : size / run->decoded_unit;
}

bool comity_form_raw_range(const comity_form_run *runs, size_t run_count, uint64_t begin, uint64_t end,
                           uint64_t *ret_raw_begin, uint64_t *ret_raw_end)
{
    if (begin >= end) {
        return false;
    }
    size_t first = run_with(runs, run_count, begin);
    bool is_one = first != run_count &&
                  end <= runs[first].decoded + (uint64_t)runs[first].count * runs[first].decoded_unit;
    size_t last = is_one ? first : run_with(runs, run_count, end - 1);
    if (first == run_count || last == run_count) {
        return false;
    }
    const comity_form_run *run = &runs[first];
    *ret_raw_begin = run->raw + units_before(run, begin) * run->raw_unit;
    run = &runs[last];
    *ret_raw_end = run->raw + (units_before(run, end - 1) + 1) * run->raw_unit;
    return true;
}
