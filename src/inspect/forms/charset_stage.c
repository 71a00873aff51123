/* What comes in: text in a character set. What goes out: UTF-8, with runs where the
 * input is mapped. ASCII and UTF-8 pass as they are, not copied. As long as all
 * is ASCII the set is open; the first byte beyond it and what follows are then
 * held until there are enough of them to tell, however the input is cut. */
#include "inspect/forms/charset_stage.h"

#include "base/swar.h"
#include "base/utf8.h"

/* What is held to tell a set. */
#define HELD_SIZE 1024
#define OUT_SIZE 8192
#define OUT_RUNS 2048

/* Taken when a byte is to be changed or held for the first time. */
typedef struct charset_work {
    size_t out_size;
    comity_runs out_runs;
    comity_runs held_runs;
    size_t held_size;
    uint64_t held_offset;
    uint8_t held[HELD_SIZE];
    uint8_t out[OUT_SIZE];
    comity_form_run out_room[OUT_RUNS];
    comity_form_run held_room[HELD_SIZE];
} charset_work;

typedef struct charset_state {
    comity_stage *child;
    charset_work *work;
    const comity_charset *set;
    const comity_charset *told;
    bool is_open;     /* all was ASCII so far */
    size_t mark_left; /* bytes of the byte order mark still to be passed over */
    bool has_mark;
    uint64_t given;   /* bytes given on */
    uint64_t taken;   /* bytes taken */
    comity_charset_shifts shifts;
    uint8_t carry[4]; /* of a character that is cut */
    size_t carry_size;
    uint64_t carry_raw;
    uint64_t carry_raw_end;
} charset_state;

static bool is_mapped(const comity_stage *stage)
{
    return stage->place != COMITY_FORM_UNMAPPED;
}

static comity_status take_work(comity_stage *stage, comity_error *reterr)
{
    charset_state *state = stage->state;
    if (state->work != NULL) {
        return COMITY_OK;
    }
    charset_work *work = comity_pool_take(&stage->form->pool, sizeof *work);
    if (work == NULL) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_LIMIT,
                                 "more memory is needed than the %zu bytes there are", stage->form->pool.size);
    }
    work->out_size = 0;
    work->held_size = 0;
    work->out_runs = (comity_runs){.runs = work->out_room, .max = OUT_RUNS};
    work->held_runs = (comity_runs){.runs = work->held_room, .max = HELD_SIZE};
    state->work = work;
    return COMITY_OK;
}

/* ---- characters that change ---- */

static comity_status give_out(comity_stage *stage, comity_error *reterr)
{
    charset_state *state = stage->state;
    comity_span span = {.bytes = state->work->out,
                        .size = state->work->out_size,
                        .offset = state->given,
                        .runs = state->work->out_runs.runs,
                        .run_count = state->work->out_runs.count};
    state->given += state->work->out_size;
    state->work->out_size = 0;
    state->work->out_runs.count = 0;
    return comity_stage_feed(state->child, span, reterr);
}

/* Adds `size` bytes, at most 4, that stand for [raw, raw_end). */
static comity_status add_character(comity_stage *stage, const char *bytes, size_t size, uint64_t raw, uint64_t raw_end,
                                   comity_error *reterr)
{
    charset_state *state = stage->state;
    if (OUT_SIZE - state->work->out_size < 4) {
        COMITY_TRY(give_out(stage, reterr));
    }
    /* More than 255 raw bytes for one character do not happen but by padding: its beginning is told then. */
    unsigned raw_unit = raw_end - raw > 255 ? 255 : (unsigned)(raw_end - raw);
    uint64_t decoded = state->given + state->work->out_size;
    if (is_mapped(stage) && !comity_runs_add(&state->work->out_runs, decoded, raw, 1, (unsigned)size, raw_unit)) {
        COMITY_TRY(give_out(stage, reterr));
        (void)comity_runs_add(&state->work->out_runs, decoded, raw, 1, (unsigned)size, raw_unit);
    }
    memcpy(state->work->out + state->work->out_size, bytes, size);
    state->work->out_size += size;
    return COMITY_OK;
}

static comity_status add_code(comity_stage *stage, uint32_t code, uint64_t raw, uint64_t raw_end, comity_error *reterr)
{
    char bytes[4];
    size_t size = comity_utf8_encode(code, bytes);
    return add_character(stage, bytes, size, raw, raw_end, reterr);
}

/* The same in a set with escape sequences, which stand for nothing. */
static comity_status take_shifted(comity_stage *stage, uint8_t byte, uint64_t raw, uint64_t raw_end, comity_error *reterr)
{
    charset_state *state = stage->state;
    uint32_t code = 0;
    bool has_broken;
    if (state->shifts.size == 0) {
        state->carry_raw = raw;
    }
    bool is_whole = comity_charset_shift(&state->shifts, byte, &code, &has_broken);
    if (has_broken) {
        COMITY_TRY(add_code(stage, 0xFFFD, state->carry_raw, state->carry_raw_end, reterr));
        state->carry_raw = raw;
    }
    state->carry_raw_end = raw_end;
    state->carry_size = state->shifts.size;
    return is_whole ? add_code(stage, code, state->carry_raw, raw_end, reterr) : COMITY_OK;
}

/* One more byte; characters that are now whole go out. */
static comity_status take_byte(comity_stage *stage, uint8_t byte, uint64_t raw, uint64_t raw_end, comity_error *reterr)
{
    charset_state *state = stage->state;
    if (state->set->kind == COMITY_CHARSET_PLAIN) {
        char plain = (char)byte;
        return add_character(stage, &plain, 1, raw, raw_end, reterr);
    }
    if (state->set->kind == COMITY_CHARSET_SHIFTED) {
        return take_shifted(stage, byte, raw, raw_end, reterr);
    }
    if (state->carry_size == 0) {
        state->carry_raw = raw;
    }
    state->carry[state->carry_size++] = byte;
    state->carry_raw_end = raw_end;
    uint32_t code = 0;
    size_t taken = comity_charset_read(state->set, state->carry, state->carry_size, &code);
    if (taken == 0) {
        return COMITY_OK;
    }
    if (taken == state->carry_size) {
        state->carry_size = 0;
        return add_code(stage, code, state->carry_raw, state->carry_raw_end, reterr);
    }
    /* The last bytes do not belong to the first: they are read anew. Where they lie is known
     * to the byte if the raw bytes follow one another, as they do but for soft line ends. */
    uint8_t rest[4];
    size_t rest_size = state->carry_size - taken;
    uint64_t begin = state->carry_raw;
    memcpy(rest, state->carry + taken, rest_size);
    state->carry_size = 0;
    uint64_t between = raw_end > rest_size && raw_end - rest_size >= begin ? raw_end - rest_size : raw;
    COMITY_TRY(add_code(stage, code, begin, between, reterr));
    for (size_t i = 0; i < rest_size; i++) {
        uint64_t at = between + i;
        bool is_last = i + 1 == rest_size;
        /* At most three bytes, each time fewer: this ends. */
        COMITY_TRY(take_byte(stage, rest[i], is_last ? raw : at, is_last ? raw_end : at + 1, reterr));
    }
    return COMITY_OK;
}

/* ASCII at the beginning of a span, in a set that contains it, as one run. */
static comity_status take_ascii(comity_stage *stage, comity_span *span, comity_error *reterr)
{
    charset_state *state = stage->state;
    size_t size = 0;
    while (size < span->size && span->bytes[size] < 0x80) {
        size++;
    }
    while (size != 0) {
        size_t room = OUT_SIZE - state->work->out_size;
        size_t n = size < room ? size : room;
        uint64_t decoded = state->given + state->work->out_size;
        bool is_added =
            n != 0 && (!is_mapped(stage) || comity_runs_add(&state->work->out_runs, decoded, span->raw, n, 1, 1));
        if (!is_added) {
            COMITY_TRY(give_out(stage, reterr));
            continue;
        }
        memcpy(state->work->out + state->work->out_size, span->bytes, n);
        state->work->out_size += n;
        size -= n;
        *span = comity_span_after(*span, n);
    }
    return COMITY_OK;
}

static comity_status convert(comity_stage *stage, comity_span span, comity_error *reterr)
{
    charset_state *state = stage->state;
    bool has_ascii = state->set->kind >= COMITY_CHARSET_SINGLE;
    size_t run_at = 0;
    COMITY_TRY(take_work(stage, reterr));
    while (span.size != 0) {
        if (has_ascii && state->carry_size == 0 && span.run_count == 0 && span.bytes[0] < 0x80) {
            COMITY_TRY(take_ascii(stage, &span, reterr));
            continue;
        }
        uint64_t raw = 0;
        uint64_t raw_end = 0;
        if (is_mapped(stage)) {
            comity_span_raw(&span, 0, &run_at, &raw, &raw_end);
        }
        COMITY_TRY(take_byte(stage, span.bytes[0], raw, raw_end, reterr));
        span = comity_span_after(span, 1);
    }
    return state->work->out_size == 0 ? COMITY_OK : give_out(stage, reterr);
}

/* ---- what passes, and what is held ---- */

static comity_status pass(comity_stage *stage, comity_span span, comity_error *reterr)
{
    charset_state *state = stage->state;
    bool as_is = state->set->kind == COMITY_CHARSET_PLAIN && (span.run_count == 0 || !state->has_mark);
    if (!as_is) {
        return convert(stage, span, reterr);
    }
    state->given += span.size;
    return comity_stage_feed(state->child, span, reterr);
}

/* So many bytes are asked at once whether one of them is not of ASCII: of most texts none is. */
#define ASCII_BLOCK 256

static size_t ascii_size(const uint8_t *bytes, size_t size)
{
    size_t at = 0;
    for (; size - at >= ASCII_BLOCK; at += ASCII_BLOCK) {
        uint64_t all = 0;
        for (size_t i = 0; i < ASCII_BLOCK; i += 8) {
            all |= comity_swar_load(bytes + at + i);
        }
        if (comity_swar_high(all) != 0) {
            break;
        }
    }
    while (size - at >= 8 && comity_swar_high(comity_swar_load(bytes + at)) == 0) {
        at += 8;
    }
    while (at < size && bytes[at] < 0x80) {
        at++;
    }
    return at;
}

/* The set is settled with what is held; that goes out first. */
static comity_status settle(comity_stage *stage, bool whole, comity_error *reterr)
{
    charset_state *state = stage->state;
    state->set =
        comity_charset_guess(state->work->held, state->work->held_size, whole, state->told, stage->form->locale);
    if (state->set->kind != COMITY_CHARSET_PLAIN && state->set->kind < COMITY_CHARSET_SINGLE) {
        state->set = &comity_charset_utf8; /* zeros in the middle of ASCII are no UTF-16 */
    }
    state->is_open = false;
    comity_span span = {.bytes = state->work->held, .size = state->work->held_size, .offset = state->work->held_offset};
    if (is_mapped(stage)) {
        span.runs = state->work->held_runs.runs;
        span.run_count = state->work->held_runs.count;
        span.raw = state->work->held_runs.runs[0].raw;
        if (span.run_count == 1 && span.runs[0].decoded_unit == 1 && span.runs[0].raw_unit == 1) {
            span.run_count = 0;
        }
    }
    return pass(stage, span, reterr);
}

/* Holds what may tell the set; what of the span is left is behind it. */
static void hold(comity_stage *stage, comity_span *span)
{
    charset_state *state = stage->state;
    size_t run_at = 0;
    if (state->work->held_size == 0) {
        state->work->held_offset = state->taken;
    }
    while (span->size != 0 && state->work->held_size < HELD_SIZE) {
        if (is_mapped(stage)) {
            uint64_t raw = 0;
            uint64_t raw_end = 0;
            comity_span_raw(span, 0, &run_at, &raw, &raw_end);
            (void)comity_runs_add(&state->work->held_runs, state->work->held_offset + state->work->held_size, raw, 1, 1,
                                  (unsigned)(raw_end - raw));
        }
        state->work->held[state->work->held_size++] = span->bytes[0];
        state->taken++;
        *span = comity_span_after(*span, 1);
    }
}

static comity_status feed_open(comity_stage *stage, comity_span *span, comity_error *reterr)
{
    charset_state *state = stage->state;
    if (state->work == NULL) {
        size_t size = ascii_size(span->bytes, span->size);
        state->taken += size;
        COMITY_TRY(pass(stage, comity_span_first(*span, size), reterr));
        *span = comity_span_after(*span, size);
    }
    if (span->size == 0) {
        return COMITY_OK;
    }
    COMITY_TRY(take_work(stage, reterr));
    hold(stage, span);
    return state->work->held_size == HELD_SIZE ? settle(stage, false, reterr) : COMITY_OK;
}

static comity_status charset_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    charset_state *state = stage->state;
    size_t mark = state->mark_left < span.size ? state->mark_left : span.size;
    state->mark_left -= mark;
    state->taken += mark;
    span = comity_span_after(span, mark);
    while (state->is_open && span.size != 0) {
        COMITY_TRY(feed_open(stage, &span, reterr));
    }
    state->taken += span.size;
    return span.size == 0 ? COMITY_OK : pass(stage, span, reterr);
}

static comity_status charset_finish(comity_stage *stage, comity_error *reterr)
{
    charset_state *state = stage->state;
    if (state->work != NULL && state->is_open) {
        COMITY_TRY(settle(stage, true, reterr));
    }
    if (state->carry_size != 0) {
        if (state->set->kind < COMITY_CHARSET_SINGLE) {
            return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX,
                                     "%s is cut off within a character at byte %llu", state->set->name,
                                     (unsigned long long)state->taken);
        }
        state->carry_size = 0;
        COMITY_TRY(add_code(stage, 0xFFFD, state->carry_raw, state->carry_raw_end, reterr));
        COMITY_TRY(give_out(stage, reterr));
    }
    comity_pool_give(&stage->form->pool, state->work);
    state->work = NULL;
    return comity_stage_end(&state->child, reterr);
}

static const comity_stage_kind charset_kind = {
    .name = "text", .state_size = sizeof(charset_state), .feed = charset_feed, .finish = charset_finish};

comity_status comity_charset_begin(comity_stage *parent, const comity_about *about, const comity_text_about *text,
                                   const comity_charset *set, const comity_charset *told, size_t mark_size,
                                   comity_stage **ret_stage, comity_error *reterr)
{
    comity_stage *stage = NULL;
    comity_about own = *about;
    own.link = set->kind == COMITY_CHARSET_PLAIN ? about->link : set->name;
    if (set->kind == COMITY_CHARSET_SHIFTED && own.place > COMITY_FORM_READ_ONLY) {
        own.place = COMITY_FORM_READ_ONLY; /* what is put in a value's place would be read as pairs */
    }
    COMITY_TRY(comity_stage_begin(parent, &charset_kind, &own, &stage, reterr));
    charset_state *state = stage->state;
    state->set = set;
    state->told = told;
    state->is_open = set == &comity_charset_ascii;
    state->mark_left = mark_size;
    state->has_mark = mark_size != 0;
    comity_text_about own_text = *text;
    own_text.charset = set->name;
    own.link = NULL;
    COMITY_TRY(comity_text_begin(stage, &own, &own_text, &state->child, reterr));
    *ret_stage = stage;
    return COMITY_OK;
}
