/* xz (the .xz format, version 1.2), by liblzma, whose memory comes from the pool.
 * Streams may follow one another, with padding between. Checks that are there are
 * held against what came out. A dictionary that does not fit the pool is refused. */
#include "inspect/forms/packing.h"

#include <lzma.h>

typedef struct xz_state {
    comity_packing packing;
    lzma_stream stream;
    lzma_allocator allocator;
    bool ended;
} xz_state;

static void *take(void *pool, size_t count, size_t size)
{
    return size != 0 && count > SIZE_MAX / size ? NULL : comity_pool_take(pool, count * size);
}

static void give(void *pool, void *memory)
{
    comity_pool_give(pool, memory);
}

static comity_status fail_code(comity_stage *stage, lzma_ret code, comity_error *reterr)
{
    xz_state *state = stage->state;
    bool is_memory = code == LZMA_MEM_ERROR || code == LZMA_MEMLIMIT_ERROR;
    return comity_stage_fail(stage, reterr, is_memory ? COMITY_ERROR_LIMIT : COMITY_ERROR_SYNTAX,
                             is_memory ? "more memory is needed than there is, at byte %llu" : "damaged at byte %llu",
                             (unsigned long long)state->packing.consumed);
}

static comity_status xz_begin(comity_stage *stage, comity_error *reterr)
{
    xz_state *state = stage->state;
    state->allocator = (lzma_allocator){.alloc = take, .free = give, .opaque = &stage->form->pool};
    state->stream = (lzma_stream)LZMA_STREAM_INIT;
    state->stream.allocator = &state->allocator;
    lzma_ret code = lzma_stream_decoder(&state->stream, UINT64_MAX, LZMA_CONCATENATED);
    return code == LZMA_OK ? comity_packing_begin(stage, reterr) : fail_code(stage, code, reterr);
}

/* Decodes what is in the stream's input; `action` LZMA_FINISH when no more comes. */
static comity_status decode(comity_stage *stage, lzma_action action, comity_error *reterr)
{
    xz_state *state = stage->state;
    bool is_full = true;
    while (!state->ended && (state->stream.avail_in != 0 || is_full)) {
        size_t before = state->stream.avail_in;
        state->stream.next_out = state->packing.out;
        state->stream.avail_out = COMITY_PACKING_OUT_SIZE;
        lzma_ret code = lzma_code(&state->stream, action);
        state->packing.consumed += before - state->stream.avail_in;
        if (code == LZMA_BUF_ERROR && state->stream.avail_in == 0) {
            return COMITY_OK; /* it waits for more */
        }
        if (code != LZMA_OK && code != LZMA_STREAM_END) {
            return fail_code(stage, code, reterr);
        }
        state->ended = code == LZMA_STREAM_END;
        is_full = state->stream.avail_out == 0;
        COMITY_TRY(comity_packing_give(stage, COMITY_PACKING_OUT_SIZE - state->stream.avail_out, reterr));
    }
    return COMITY_OK;
}

static comity_status xz_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    xz_state *state = stage->state;
    state->stream.next_in = span.bytes;
    state->stream.avail_in = span.size;
    return decode(stage, LZMA_RUN, reterr);
}

static comity_status xz_finish(comity_stage *stage, comity_error *reterr)
{
    xz_state *state = stage->state;
    state->stream.next_in = NULL;
    state->stream.avail_in = 0;
    COMITY_TRY(decode(stage, LZMA_FINISH, reterr));
    if (!state->ended) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "cut off at byte %llu",
                                 (unsigned long long)state->packing.consumed);
    }
    lzma_end(&state->stream);
    return comity_packing_end(stage, reterr);
}

const comity_stage_kind comity_forms_xz = {.name = "xz",
                                           .state_size = sizeof(xz_state),
                                           .is_form = true,
                                           .is_packing = true,
                                           .begin = xz_begin,
                                           .feed = xz_feed,
                                           .finish = xz_finish};
