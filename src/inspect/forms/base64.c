/* What comes in: digits of base64, in one run or in the lines of a mail. What goes
 * out: the bytes, with a run for each stretch of digits that follow one another.
 * Padding ends a group of digits and begins a new one, so that what some readers
 * see behind it is seen here too; other bytes between digits stand for nothing. */
#include "inspect/forms/base64.h"

#include "inspect/forms/stage.h"

#define OUT_SIZE 3072
#define OUT_RUNS 256

typedef struct base64_state {
    comity_stage *child;
    uint32_t bits;
    uint8_t count; /* digits of this group */
    uint64_t raw_begin;
    uint64_t raw_end;
    uint64_t given;
    size_t out_size;
    comity_runs runs;
    uint8_t out[OUT_SIZE];
    comity_form_run room[OUT_RUNS];
} base64_state;

/* clang-format off */
const uint8_t comity_base64_digits[256] = {
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 62, 64, 62, 64, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 64, 64, 64, 64, 64, 64,
    64,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 64, 64, 64, 64, 63,
    64, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
};
/* clang-format on */

size_t comity_base64_decode(const uint8_t *digits, size_t size, uint8_t *ret_bytes)
{
    uint8_t *bytes = ret_bytes;
    for (; size >= 4; size -= 4, digits += 4, bytes += 3) {
        uint32_t bits = (uint32_t)comity_base64_digit(digits[0]) << 18 | (uint32_t)comity_base64_digit(digits[1]) << 12 |
                        (uint32_t)comity_base64_digit(digits[2]) << 6 | comity_base64_digit(digits[3]);
        bytes[0] = (uint8_t)(bits >> 16);
        bytes[1] = (uint8_t)(bits >> 8);
        bytes[2] = (uint8_t)bits;
    }
    if (size >= 2) {
        *bytes++ = (uint8_t)(comity_base64_digit(digits[0]) << 2 | comity_base64_digit(digits[1]) >> 4);
    }
    if (size == 3) {
        *bytes++ = (uint8_t)(comity_base64_digit(digits[1]) << 4 | comity_base64_digit(digits[2]) >> 2);
    }
    return (size_t)(bytes - ret_bytes);
}

static comity_status base64_begin(comity_stage *stage, comity_error *reterr)
{
    base64_state *state = stage->state;
    state->runs = (comity_runs){.runs = state->room, .max = OUT_RUNS};
    comity_about about = {
        .content_type = stage->content_type, .name = stage->name, .place = stage->place, .raw_begin = stage->raw_begin};
    return comity_stage_begin(stage, &comity_forms_sniff, &about, &state->child, reterr);
}

static comity_status give(comity_stage *stage, comity_error *reterr)
{
    base64_state *state = stage->state;
    comity_span span = {.bytes = state->out,
                        .size = state->out_size,
                        .offset = state->given,
                        .runs = state->runs.runs,
                        .run_count = state->runs.count};
    if (state->runs.count != 0) {
        span.raw = state->runs.runs[0].raw;
    }
    state->given += state->out_size;
    state->out_size = 0;
    state->runs.count = 0;
    return comity_stage_feed(state->child, span, reterr);
}

/* A group of two to four digits becomes one to three bytes. */
static comity_status end_group(comity_stage *stage, comity_error *reterr)
{
    base64_state *state = stage->state;
    unsigned size = state->count == 4 ? 3 : state->count == 3 ? 2 : state->count == 2 ? 1 : 0;
    uint32_t bits = state->bits << (6 * (4 - state->count));
    state->count = 0;
    state->bits = 0;
    if (size == 0) {
        return COMITY_OK;
    }
    if (OUT_SIZE - state->out_size < 3 || state->runs.count == state->runs.max) {
        COMITY_TRY(give(stage, reterr));
    }
    if (stage->place != COMITY_FORM_UNMAPPED) {
        uint64_t raw_unit = state->raw_end - state->raw_begin;
        (void)comity_runs_add(&state->runs, state->given + state->out_size, state->raw_begin, 1, size,
                              raw_unit > 255 ? 255 : (unsigned)raw_unit);
    }
    for (unsigned i = 0; i < size; i++) {
        state->out[state->out_size++] = (uint8_t)(bits >> (16 - 8 * i));
    }
    return COMITY_OK;
}

static comity_status base64_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    base64_state *state = stage->state;
    size_t run_at = 0;
    uint64_t raw = 0;
    uint64_t raw_end = 0;
    for (size_t i = 0; i < span.size; i++) {
        uint8_t digit = comity_base64_digit(span.bytes[i]);
        if (stage->place != COMITY_FORM_UNMAPPED && (digit < 64 || span.bytes[i] == '=')) {
            comity_span_raw(&span, i, &run_at, &raw, &raw_end);
            stage->form->value_end = stage->place == COMITY_FORM_WHOLE_VALUE ? raw_end : stage->form->value_end;
        }
        if (digit < 64) {
            state->raw_begin = state->count == 0 ? raw : state->raw_begin;
            state->raw_end = raw_end;
            state->bits = state->bits << 6 | digit;
            state->count++;
        }
        if (state->count == 4 || span.bytes[i] == '=') {
            COMITY_TRY(end_group(stage, reterr));
        }
    }
    return state->out_size == 0 ? COMITY_OK : give(stage, reterr);
}

static comity_status base64_finish(comity_stage *stage, comity_error *reterr)
{
    base64_state *state = stage->state;
    COMITY_TRY(end_group(stage, reterr));
    if (state->out_size != 0) {
        COMITY_TRY(give(stage, reterr));
    }
    return comity_stage_end(&state->child, reterr);
}

const comity_stage_kind comity_forms_base64 = {.name = "base64",
                                               .state_size = sizeof(base64_state),
                                               .is_form = true,
                                               .begin = base64_begin,
                                               .feed = base64_feed,
                                               .finish = base64_finish};
