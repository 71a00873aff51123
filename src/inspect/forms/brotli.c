/* Brotli (RFC 7932), by libbrotlidec, whose memory comes from the pool. It has no
 * magic: only hints lead here. Windows of more than 16 MiB are not asked for, so
 * streams of "large window" brotli are damaged ones to us. */
#include "inspect/forms/packing.h"

#include <brotli/decode.h>

typedef struct brotli_state {
    comity_packing packing;
    BrotliDecoderState *decoder;
    bool ended;
} brotli_state;

static void *take(void *pool, size_t size)
{
    return comity_pool_take(pool, size);
}

static void give(void *pool, void *memory)
{
    comity_pool_give(pool, memory);
}

static comity_status brotli_begin(comity_stage *stage, comity_error *reterr)
{
    brotli_state *state = stage->state;
    state->decoder = BrotliDecoderCreateInstance(take, give, &stage->form->pool);
    if (state->decoder == NULL) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_LIMIT, "more memory is needed than there is");
    }
    return comity_packing_begin(stage, reterr);
}

static comity_status fail_damaged(comity_stage *stage, comity_error *reterr)
{
    brotli_state *state = stage->state;
    BrotliDecoderErrorCode code = BrotliDecoderGetErrorCode(state->decoder);
    bool is_memory =
        code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES && code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;
    return comity_stage_fail(stage, reterr, is_memory ? COMITY_ERROR_LIMIT : COMITY_ERROR_SYNTAX,
                             is_memory ? "more memory is needed than there is, at byte %llu" : "damaged at byte %llu",
                             (unsigned long long)state->packing.consumed);
}

static comity_status brotli_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    brotli_state *state = stage->state;
    const uint8_t *bytes = span.bytes;
    size_t size = span.size;
    BrotliDecoderResult result = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
    while (!state->ended && (size != 0 || result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT)) {
        size_t room = COMITY_PACKING_OUT_SIZE;
        uint8_t *out = state->packing.out;
        size_t before = size;
        result = BrotliDecoderDecompressStream(state->decoder, &size, &bytes, &room, &out, NULL);
        state->packing.consumed += before - size;
        if (result == BROTLI_DECODER_RESULT_ERROR) {
            return fail_damaged(stage, reterr);
        }
        state->ended = result == BROTLI_DECODER_RESULT_SUCCESS;
        COMITY_TRY(comity_packing_give(stage, COMITY_PACKING_OUT_SIZE - room, reterr));
    }
    if (size != 0) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "bytes follow its end at byte %llu",
                                 (unsigned long long)state->packing.consumed);
    }
    return COMITY_OK;
}

static comity_status brotli_finish(comity_stage *stage, comity_error *reterr)
{
    brotli_state *state = stage->state;
    if (!state->ended) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "cut off at byte %llu",
                                 (unsigned long long)state->packing.consumed);
    }
    BrotliDecoderDestroyInstance(state->decoder);
    return comity_packing_end(stage, reterr);
}

const comity_stage_kind comity_forms_brotli = {.name = "brotli",
                                               .state_size = sizeof(brotli_state),
                                               .is_form = true,
                                               .is_packing = true,
                                               .begin = brotli_begin,
                                               .feed = brotli_feed,
                                               .finish = brotli_finish};
