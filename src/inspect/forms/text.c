/* The leaf: text in UTF-8 (or bytes as they are) given to the sink as one part,
 * with runs where it is mapped, and with its escapes undone (unescape.h). Values in
 * base64 within it become parts of their own (embedded.h). */
#include "inspect/forms/embedded.h"
#include "inspect/forms/prolog.h"
#include "inspect/forms/unescape.h"

typedef struct text_state {
    comity_form_part part;
    comity_unescape unescape;
    comity_embedded embedded;
    comity_prolog prolog;
    bool looks_inside;
    char chain[COMITY_LIMIT_FORM_NAME_BYTES];
    char field[COMITY_LIMIT_FORM_NAME_BYTES];
} text_state;

static comity_status give_piece(comity_stage *stage, const comity_span *span, comity_error *reterr)
{
    text_state *state = stage->state;
    comity_form *form = stage->form;
    comity_form_run whole = {.decoded = span->offset, .raw = span->raw, .decoded_unit = 1, .raw_unit = 1};
    comity_form_piece piece = {.bytes = span->bytes, .size = span->size, .decoded = span->offset};
    whole.count = (uint32_t)span->size;
    if (stage->place != COMITY_FORM_UNMAPPED) {
        piece.runs = span->run_count == 0 ? &whole : span->runs;
        piece.run_count = span->run_count == 0 ? 1 : span->run_count;
    }
    return form->sink.piece(form->sink.context, &state->part, &piece, reterr);
}

/* A run counts in 32 bits. */
#define PIECE_SIZE_MAX ((size_t)1 << 30)

static comity_status text_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    text_state *state = stage->state;
    while (span.size != 0) {
        comity_span piece = comity_span_first(span, span.size < PIECE_SIZE_MAX ? span.size : PIECE_SIZE_MAX);
        if (state->part.syntax == COMITY_FORM_XML && !state->prolog.ended) {
            COMITY_TRY(comity_prolog_feed(&state->prolog, stage, piece.bytes, piece.size, reterr));
        }
        COMITY_TRY(comity_unescape_feed(&state->unescape, stage, state->part.syntax, piece, give_piece, reterr));
        if (state->looks_inside) {
            COMITY_TRY(comity_embedded_feed(&state->embedded, stage, state->part.number, piece, reterr));
        }
        span = comity_span_after(span, piece.size);
    }
    return COMITY_OK;
}

static comity_status text_finish(comity_stage *stage, comity_error *reterr)
{
    text_state *state = stage->state;
    comity_form *form = stage->form;
    COMITY_TRY(comity_unescape_end(&state->unescape, stage, state->part.syntax, give_piece, reterr));
    if (state->looks_inside) {
        COMITY_TRY(comity_embedded_end(&state->embedded, stage, state->part.number, reterr));
    }
    if (stage->place == COMITY_FORM_WHOLE_VALUE) {
        state->part.raw_end = form->value_end;
    }
    return form->sink.part_end(form->sink.context, &state->part, reterr);
}

static const comity_stage_kind text_kind = {
    .name = "text", .state_size = sizeof(text_state), .feed = text_feed, .finish = text_finish};

comity_status comity_text_begin(comity_stage *parent, const comity_about *about, const comity_text_about *text,
                                comity_stage **ret_stage, comity_error *reterr)
{
    comity_stage *stage = NULL;
    comity_form *form = parent->form;
    COMITY_TRY(comity_stage_begin(parent, &text_kind, about, &stage, reterr));
    text_state *state = stage->state;
    memcpy(state->chain, form->chain, stage->chain_size);
    memcpy(state->field, form->field, stage->field_size);
    state->part = (comity_form_part){.number = ++form->parts,
                                     .parent = stage->outer_part,
                                     .level = stage->level,
                                     .syntax = text->syntax,
                                     .place = stage->place,
                                     .delimiter = text->delimiter,
                                     .has_header = text->has_header,
                                     .chain = state->chain,
                                     .charset = text->charset,
                                     .field = state->field,
                                     .raw_begin = stage->raw_begin};
    state->looks_inside = stage->level + 1 < COMITY_LIMIT_FORM_LEVELS && stage->depth < form->limits.depth_max;
    comity_embedded_begin(&state->embedded);
    COMITY_TRY(form->sink.part_begin(form->sink.context, &state->part, reterr));
    *ret_stage = stage;
    return COMITY_OK;
}
