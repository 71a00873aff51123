/* Zstandard (RFC 8878), by libzstd in one piece of memory from the pool. Frames
 * may follow one another; skippable ones are passed over by the library. A window
 * of more than 8 MiB (RFC 9659) is refused. */
#define ZSTD_STATIC_LINKING_ONLY /* for a stream in memory of our own */
#include "inspect/forms/packing.h"

#include <zstd.h>
#include <zstd_errors.h>

typedef struct zstd_state {
    comity_packing packing;
    ZSTD_DStream *stream;
    void *workspace;
    size_t hint; /* 0: a whole frame has been read and given out */
} zstd_state;

static comity_status zstd_begin(comity_stage *stage, comity_error *reterr)
{
    zstd_state *state = stage->state;
    size_t size = ZSTD_estimateDStreamSize((size_t)1 << COMITY_LIMIT_ZSTD_WINDOW_LOG);
    state->workspace = comity_pool_take(&stage->form->pool, size);
    state->stream = state->workspace == NULL ? NULL : ZSTD_initStaticDStream(state->workspace, size);
    if (state->stream == NULL) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_LIMIT, "more memory is needed than there is");
    }
    (void)ZSTD_DCtx_setParameter(state->stream, ZSTD_d_windowLogMax, COMITY_LIMIT_ZSTD_WINDOW_LOG);
    state->hint = 1;
    return comity_packing_begin(stage, reterr);
}

static comity_status zstd_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    zstd_state *state = stage->state;
    ZSTD_inBuffer in = {.src = span.bytes, .size = span.size};
    uint64_t before = state->packing.consumed;
    bool is_full = false;
    while (in.pos < in.size || is_full) {
        ZSTD_outBuffer out = {.dst = state->packing.out, .size = COMITY_PACKING_OUT_SIZE};
        size_t hint = ZSTD_decompressStream(state->stream, &out, &in);
        state->packing.consumed = before + in.pos;
        if (ZSTD_isError(hint)) {
            bool is_large = ZSTD_getErrorCode(hint) == ZSTD_error_frameParameter_windowTooLarge ||
                            ZSTD_getErrorCode(hint) == ZSTD_error_memory_allocation;
            return comity_stage_fail(stage, reterr, is_large ? COMITY_ERROR_LIMIT : COMITY_ERROR_SYNTAX,
                                     "damaged or too large at byte %llu: %s",
                                     (unsigned long long)state->packing.consumed, ZSTD_getErrorName(hint));
        }
        state->hint = hint;
        is_full = out.pos == out.size && hint != 0;
        COMITY_TRY(comity_packing_give(stage, out.pos, reterr));
    }
    return COMITY_OK;
}

static comity_status zstd_finish(comity_stage *stage, comity_error *reterr)
{
    zstd_state *state = stage->state;
    if (state->hint != 0) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "cut off at byte %llu",
                                 (unsigned long long)state->packing.consumed);
    }
    comity_pool_give(&stage->form->pool, state->workspace);
    return comity_packing_end(stage, reterr);
}

const comity_stage_kind comity_forms_zstd = {.name = "zstd",
                                             .state_size = sizeof(zstd_state),
                                             .is_form = true,
                                             .is_packing = true,
                                             .begin = zstd_begin,
                                             .feed = zstd_feed,
                                             .finish = zstd_finish};
