/* See unescape.h. A span without a sign that begins an escape is passed on as it is; from
 * the first such sign to the end of a span, what comes out is gathered beside its runs. */
#include "inspect/forms/unescape.h"

#include "inspect/decode.h"
#include "inspect/forms/hex.h"

#define OUT_SIZE ((size_t)4096)

/* No escape is longer. */
#define HELD_SIZE ((size_t)COMITY_DECODE_REFERENCE_SIZE)

struct comity_unescape_work {
    uint8_t out[OUT_SIZE];
    size_t out_size;
    comity_form_run room[COMITY_LIMIT_UNESCAPE_RUNS];
    size_t run_count;
    uint8_t held[HELD_SIZE]; /* from its sign on */
    uint64_t held_begin[HELD_SIZE], held_end[HELD_SIZE]; /* where each byte of it stands */
    size_t held_size;
};

/* One feeding. */
typedef struct undoing {
    comity_unescape *unescape;
    comity_unescape_work *work;
    comity_stage *stage;
    comity_unescape_give *give;
    unsigned what;
    uint8_t sign, other_sign; /* that begin an escape; 0: there is no other */
    bool is_mapped;
} undoing;

static undoing undoing_of(comity_unescape *unescape, comity_stage *stage, comity_form_syntax syntax,
                          comity_unescape_give *give)
{
    undoing all = {.unescape = unescape,
                   .work = unescape->work,
                   .stage = stage,
                   .give = give,
                   .is_mapped = stage->place != COMITY_FORM_UNMAPPED};
    switch (syntax) {
    case COMITY_FORM_JSON:
    case COMITY_FORM_NDJSON:
        all.what = COMITY_DECODE_JSON;
        all.sign = '\\';
        break;
    case COMITY_FORM_URLENCODED:
        all.what = COMITY_DECODE_PERCENT | COMITY_DECODE_PLUS;
        all.sign = '%';
        all.other_sign = '+';
        break;
    case COMITY_FORM_XML:
    case COMITY_FORM_HTML:
        all.what = COMITY_DECODE_REFERENCES;
        all.sign = '&';
        break;
    default:
        break;
    }
    return all;
}

/* ---- passing on ---- */

static comity_status give_span(const undoing *all, comity_span span, comity_error *reterr)
{
    span.offset = all->unescape->given;
    all->unescape->given += span.size;
    return span.size == 0 ? COMITY_OK : all->give(all->stage, &span, reterr);
}

/* What came before any escape, or between spans that have some. */
static comity_status give_as_it_is(const undoing *all, comity_span span, comity_error *reterr)
{
    enum { MOVED_MAX = 64 };
    comity_form_run runs[MOVED_MAX];
    while (span.run_count != 0 && span.offset != all->unescape->given && span.size != 0) {
        comity_span moved = comity_span_moved(&span, all->unescape->given, runs, MOVED_MAX);
        COMITY_TRY(give_span(all, moved, reterr));
        span = comity_span_after(span, moved.size);
    }
    return give_span(all, span, reterr);
}

static comity_status give_out(const undoing *all, comity_error *reterr)
{
    comity_unescape_work *work = all->work;
    comity_span span = {.bytes = work->out, .size = work->out_size, .runs = work->room, .run_count = work->run_count};
    work->out_size = 0;
    work->run_count = 0;
    return give_span(all, span, reterr);
}

/* `count` units come next in `out`, each of `decoded_unit` bytes that stood in `raw_unit` of them from `begin` on. */
static void note_run(const undoing *all, uint64_t begin, size_t count, size_t decoded_unit, size_t raw_unit)
{
    comity_unescape_work *work = all->work;
    comity_runs runs = {.runs = work->room, .count = work->run_count, .max = COMITY_LIMIT_UNESCAPE_RUNS};
    if (all->is_mapped) {
        (void)comity_runs_add(&runs, all->unescape->given + work->out_size, begin, count, (unsigned)decoded_unit,
                              (unsigned)raw_unit);
        work->run_count = runs.count;
    }
}

/* `size` bytes that stood, together, at [begin, end). */
static comity_status put(const undoing *all, const void *bytes, size_t size, uint64_t begin, uint64_t end,
                         comity_error *reterr)
{
    comity_unescape_work *work = all->work;
    if (OUT_SIZE - work->out_size < size || work->run_count == COMITY_LIMIT_UNESCAPE_RUNS) {
        COMITY_TRY(give_out(all, reterr));
    }
    note_run(all, begin, 1, size, (size_t)(end - begin));
    memcpy(work->out + work->out_size, bytes, size);
    work->out_size += size;
    return COMITY_OK;
}

/* Bytes as they are, each where it stands. */
static comity_status put_all(const undoing *all, const comity_span *span, size_t size, comity_error *reterr)
{
    comity_unescape_work *work = all->work;
    size_t run_at = 0;
    size_t at = 0;
    while (at < size && span->run_count == 0) {
        if (work->out_size == OUT_SIZE || work->run_count == COMITY_LIMIT_UNESCAPE_RUNS) {
            COMITY_TRY(give_out(all, reterr));
        }
        size_t room = OUT_SIZE - work->out_size;
        size_t n = size - at < room ? size - at : room;
        note_run(all, span->raw + at, n, 1, 1);
        memcpy(work->out + work->out_size, span->bytes + at, n);
        work->out_size += n;
        at += n;
    }
    for (; at < size; at++) {
        uint64_t begin = 0;
        uint64_t end = 0;
        comity_span_raw(span, at, &run_at, &begin, &end);
        COMITY_TRY(put(all, span->bytes + at, 1, begin, end, reterr));
    }
    return COMITY_OK;
}

/* ---- escapes ---- */

static bool is_hex_digit(uint8_t c)
{
    return comity_hex_digit(c) <= 15;
}

static bool may_go_on_json(const uint8_t *held, size_t size)
{
    bool is_pair = size >= 4 && (held[2] | 0x20) == 'd' && ((held[3] >= '8' && held[3] <= '9') || (held[3] | 0x20) == 'a' ||
                                                            (held[3] | 0x20) == 'b');
    if (size < 2) {
        return true;
    }
    for (size_t i = 1; i < size; i++) {
        size_t at = i % 6;
        if (at == 0 ? held[i] != '\\' : at == 1 ? held[i] != 'u' : !is_hex_digit(held[i])) {
            return false;
        }
    }
    return size < (is_pair ? 12u : 6u);
}

/* Whether a next byte could make what is held another escape, or one at all. */
static bool may_go_on(const undoing *all)
{
    const uint8_t *held = all->work->held;
    size_t size = all->work->held_size;
    if (all->what == COMITY_DECODE_JSON) {
        return may_go_on_json(held, size);
    }
    if ((all->what & COMITY_DECODE_PERCENT) != 0) {
        return held[0] == '%' && (size < 2 || (size == 2 && is_hex_digit(held[1])));
    }
    uint8_t last = held[size - 1];
    uint8_t letter = (uint8_t)(last | 0x20);
    bool is_name = last == '#' || (last >= '0' && last <= '9') || (letter >= 'a' && letter <= 'z');
    return size < HELD_SIZE && (size == 1 || is_name);
}

/* What means something to the syntax, and stays escaped. */
static bool is_of_syntax(unsigned what, uint8_t c)
{
    const char *signs = what == COMITY_DECODE_JSON ? "\"\\" : what == COMITY_DECODE_REFERENCES ? "<>&\"'" : "&=%;";
    return c != 0 && strchr(signs, c) != NULL;
}

/* What is held, up to where it was decided: the escape, or the sign alone. */
static comity_status held_put(const undoing *all, comity_error *reterr)
{
    comity_unescape_work *work = all->work;
    char text[8];
    size_t taken = 0;
    size_t size = comity_decode_here(all->what, work->held, work->held_size, text, &taken);
    bool is_escape = taken != 0;
    if (is_escape && size == 1 && (uint8_t)text[0] < ' ') {
        text[0] = '\t';
    }
    if (is_escape && !(size == 1 && is_of_syntax(all->what, (uint8_t)text[0]))) {
        COMITY_TRY(put(all, text, size, work->held_begin[0], work->held_end[taken - 1], reterr));
    } else {
        taken = is_escape ? taken : 1;
        for (size_t i = 0; i < taken; i++) {
            COMITY_TRY(put(all, &work->held[i], 1, work->held_begin[i], work->held_end[i], reterr));
        }
    }
    work->held_size -= taken;
    memmove(work->held, work->held + taken, work->held_size);
    memmove(work->held_begin, work->held_begin + taken, work->held_size * sizeof work->held_begin[0]);
    memmove(work->held_end, work->held_end + taken, work->held_size * sizeof work->held_end[0]);
    return COMITY_OK;
}

static bool is_sign(const undoing *all, uint8_t c)
{
    return c == all->sign || (c == all->other_sign && c != 0);
}

/* The first byte that may begin an escape, or NULL. */
static const uint8_t *find_sign(const undoing *all, const uint8_t *bytes, size_t size)
{
    const uint8_t *sign = memchr(bytes, all->sign, size);
    const uint8_t *other = all->other_sign == 0 ? NULL : memchr(bytes, all->other_sign, sign == NULL ? size : (size_t)(sign - bytes));
    return other == NULL ? sign : other;
}

/* Settles what can be: what is left either begins an escape that may go on, or is nothing. */
static comity_status held_settle(const undoing *all, bool whole, comity_error *reterr)
{
    comity_unescape_work *work = all->work;
    while (work->held_size != 0 && (whole || !is_sign(all, work->held[0]) || !may_go_on(all))) {
        COMITY_TRY(held_put(all, reterr));
    }
    return COMITY_OK;
}

static comity_status undo(const undoing *all, comity_span span, comity_error *reterr)
{
    comity_unescape_work *work = all->work;
    size_t run_at = 0;
    while (span.size != 0) {
        if (work->held_size == 0) {
            const uint8_t *sign = find_sign(all, span.bytes, span.size);
            size_t size = sign == NULL ? span.size : (size_t)(sign - span.bytes);
            COMITY_TRY(put_all(all, &span, size, reterr));
            span = comity_span_after(span, size);
            if (span.size == 0) {
                break;
            }
        }
        work->held[work->held_size] = span.bytes[0];
        comity_span_raw(&span, 0, &run_at, &work->held_begin[work->held_size], &work->held_end[work->held_size]);
        work->held_size++;
        span = comity_span_after(span, 1);
        COMITY_TRY(held_settle(all, false, reterr));
    }
    return give_out(all, reterr);
}

comity_status comity_unescape_feed(comity_unescape *unescape, comity_stage *stage, comity_form_syntax syntax,
                                   comity_span span, comity_unescape_give *give, comity_error *reterr)
{
    undoing all = undoing_of(unescape, stage, syntax, give);
    bool holds_some = unescape->work != NULL && unescape->work->held_size != 0;
    if (all.what == 0 || (!holds_some && find_sign(&all, span.bytes, span.size) == NULL)) {
        return give_as_it_is(&all, span, reterr);
    }
    if (unescape->work == NULL) {
        void *memory = NULL;
        COMITY_TRY(comity_stage_take(stage, sizeof *unescape->work, &memory, reterr));
        unescape->work = memory;
    }
    all.work = unescape->work;
    return undo(&all, span, reterr);
}

comity_status comity_unescape_end(comity_unescape *unescape, comity_stage *stage, comity_form_syntax syntax,
                                  comity_unescape_give *give, comity_error *reterr)
{
    undoing all = undoing_of(unescape, stage, syntax, give);
    if (unescape->work == NULL) {
        return COMITY_OK;
    }
    COMITY_TRY(held_settle(&all, true, reterr));
    COMITY_TRY(give_out(&all, reterr));
    comity_pool_give(&stage->form->pool, unescape->work);
    unescape->work = NULL;
    return COMITY_OK;
}
