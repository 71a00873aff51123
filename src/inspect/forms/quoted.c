/* Quoted-printable (RFC 2045). What comes in: lines of a mail. What goes out: its
 * bytes, with runs: "=3D" is one byte of three, "=" at a line's end is nothing. */
#include "inspect/forms/hex.h"
#include "inspect/forms/stage.h"

#define OUT_SIZE 4096
#define OUT_RUNS 512

typedef struct quoted_state {
    comity_stage *child;
    uint8_t held[3]; /* "=", and what follows it */
    size_t held_size;
    uint64_t held_raw[3];
    uint64_t given;
    size_t out_size;
    comity_runs runs;
    uint8_t out[OUT_SIZE];
    comity_form_run room[OUT_RUNS];
} quoted_state;

static comity_status quoted_begin(comity_stage *stage, comity_error *reterr)
{
    quoted_state *state = stage->state;
    state->runs = (comity_runs){.runs = state->room, .max = OUT_RUNS};
    comity_about about = {
        .content_type = stage->content_type, .name = stage->name, .place = stage->place, .raw_begin = stage->raw_begin};
    return comity_stage_begin(stage, &comity_forms_sniff, &about, &state->child, reterr);
}

static comity_status give(comity_stage *stage, comity_error *reterr)
{
    quoted_state *state = stage->state;
    comity_span span = {.bytes = state->out,
                        .size = state->out_size,
                        .offset = state->given,
                        .runs = state->runs.runs,
                        .run_count = state->runs.count};
    state->given += state->out_size;
    state->out_size = 0;
    state->runs.count = 0;
    return comity_stage_feed(state->child, span, reterr);
}

static comity_status put(comity_stage *stage, uint8_t byte, uint64_t raw, unsigned raw_unit, comity_error *reterr)
{
    quoted_state *state = stage->state;
    if (state->out_size == OUT_SIZE || state->runs.count == state->runs.max) {
        COMITY_TRY(give(stage, reterr));
    }
    if (stage->place != COMITY_FORM_UNMAPPED) {
        (void)comity_runs_add(&state->runs, state->given + state->out_size, raw, 1, 1, raw_unit);
    }
    state->out[state->out_size++] = byte;
    return COMITY_OK;
}

static comity_status take_byte(comity_stage *stage, uint8_t byte, uint64_t raw, comity_error *reterr);

/* What is held is no escape: its equals sign stands for itself, and what follows is
 * read anew. That is at most two bytes, each time fewer. */
static comity_status put_held(comity_stage *stage, comity_error *reterr)
{
    quoted_state *state = stage->state;
    uint8_t rest[2] = {state->held[1], state->held[2]};
    uint64_t rest_raw[2] = {state->held_raw[1], state->held_raw[2]};
    size_t size = state->held_size;
    state->held_size = 0;
    if (size == 0) {
        return COMITY_OK;
    }
    COMITY_TRY(put(stage, '=', state->held_raw[0], 1, reterr));
    for (size_t i = 0; i + 1 < size; i++) {
        COMITY_TRY(take_byte(stage, rest[i], rest_raw[i], reterr));
    }
    return COMITY_OK;
}

static comity_status take_byte(comity_stage *stage, uint8_t byte, uint64_t raw, comity_error *reterr)
{
    quoted_state *state = stage->state;
    if (state->held_size == 0 && byte != '=') {
        return put(stage, byte, raw, 1, reterr);
    }
    state->held[state->held_size] = byte;
    state->held_raw[state->held_size++] = raw;
    if (state->held_size == 1) {
        return COMITY_OK;
    }
    if (state->held[1] == '\n' || (state->held_size == 3 && state->held[1] == '\r' && byte == '\n')) {
        state->held_size = 0; /* a soft end of line */
        return COMITY_OK;
    }
    if (state->held_size == 2) {
        return state->held[1] == '\r' || comity_hex_digit(byte) < 16 ? COMITY_OK : put_held(stage, reterr);
    }
    if (comity_hex_digit(state->held[1]) > 15 || comity_hex_digit(byte) > 15) {
        return put_held(stage, reterr);
    }
    state->held_size = 0;
    unsigned raw_unit =
        raw >= state->held_raw[0] && raw - state->held_raw[0] < 255 ? (unsigned)(raw - state->held_raw[0]) + 1 : 3;
    return put(stage, (uint8_t)(comity_hex_digit(state->held[1]) << 4 | comity_hex_digit(byte)), state->held_raw[0],
               raw_unit, reterr);
}

static comity_status quoted_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    const quoted_state *state = stage->state;
    size_t run_at = 0;
    uint64_t raw = 0;
    uint64_t raw_end = 0;
    for (size_t i = 0; i < span.size; i++) {
        if (stage->place != COMITY_FORM_UNMAPPED) {
            comity_span_raw(&span, i, &run_at, &raw, &raw_end);
        }
        COMITY_TRY(take_byte(stage, span.bytes[i], raw, reterr));
    }
    return state->out_size == 0 ? COMITY_OK : give(stage, reterr);
}

static comity_status quoted_finish(comity_stage *stage, comity_error *reterr)
{
    quoted_state *state = stage->state;
    while (state->held_size != 0) {
        COMITY_TRY(put_held(stage, reterr));
    }
    if (state->out_size != 0) {
        COMITY_TRY(give(stage, reterr));
    }
    return comity_stage_end(&state->child, reterr);
}

const comity_stage_kind comity_forms_quoted = {.name = "quoted-printable",
                                               .state_size = sizeof(quoted_state),
                                               .begin = quoted_begin,
                                               .feed = quoted_feed,
                                               .finish = quoted_finish};
