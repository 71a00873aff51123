/* bzip2, by libbz2, whose memory comes from the pool. Streams may follow one
 * another, as parallel packers write them; their checksums are checked. */
#include "inspect/forms/packing.h"

#include <bzlib.h>

typedef struct bzip2_state {
    comity_packing packing;
    bz_stream stream;
    bool is_open; /* a stream has begun and not ended */
} bzip2_state;

static void *take(void *pool, int count, int size)
{
    return count < 0 || size < 0 ? NULL : comity_pool_take(pool, (size_t)count * (size_t)size);
}

static void give(void *pool, void *memory)
{
    comity_pool_give(pool, memory);
}

static comity_status fail_code(comity_stage *stage, int code, comity_error *reterr)
{
    bzip2_state *state = stage->state;
    bool is_memory = code == BZ_MEM_ERROR;
    return comity_stage_fail(stage, reterr, is_memory ? COMITY_ERROR_LIMIT : COMITY_ERROR_SYNTAX,
                             is_memory ? "more memory is needed than there is, at byte %llu" : "damaged at byte %llu",
                             (unsigned long long)state->packing.consumed);
}

static comity_status open_stream(comity_stage *stage, comity_error *reterr)
{
    bzip2_state *state = stage->state;
    state->stream = (bz_stream){.bzalloc = take, .bzfree = give, .opaque = &stage->form->pool};
    int code = BZ2_bzDecompressInit(&state->stream, 0, 0);
    if (code != BZ_OK) {
        return fail_code(stage, code, reterr);
    }
    state->is_open = true;
    return COMITY_OK;
}

static comity_status bzip2_begin(comity_stage *stage, comity_error *reterr)
{
    COMITY_TRY(open_stream(stage, reterr));
    return comity_packing_begin(stage, reterr);
}

/* Decodes once; `bytes` and `size` become what is left. */
static comity_status decode(comity_stage *stage, const uint8_t **bytes, size_t *size, bool *ret_full,
                            comity_error *reterr)
{
    bzip2_state *state = stage->state;
    unsigned taken = *size < 1u << 30 ? (unsigned)*size : 1u << 30;
    state->stream.next_in = (char *)(uintptr_t)*bytes; /* it is only read */
    state->stream.avail_in = taken;
    state->stream.next_out = (char *)state->packing.out;
    state->stream.avail_out = COMITY_PACKING_OUT_SIZE;
    int code = BZ2_bzDecompress(&state->stream);
    taken -= state->stream.avail_in;
    *bytes += taken;
    *size -= taken;
    state->packing.consumed += taken;
    if (code != BZ_OK && code != BZ_STREAM_END) {
        return fail_code(stage, code, reterr);
    }
    *ret_full = code == BZ_OK && state->stream.avail_out == 0;
    if (code == BZ_STREAM_END) {
        (void)BZ2_bzDecompressEnd(&state->stream);
        state->is_open = false;
    }
    return comity_packing_give(stage, COMITY_PACKING_OUT_SIZE - state->stream.avail_out, reterr);
}

static comity_status bzip2_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    bzip2_state *state = stage->state;
    bool is_full = false;
    while (span.size != 0 || is_full) {
        if (!state->is_open) {
            COMITY_TRY(open_stream(stage, reterr));
        }
        COMITY_TRY(decode(stage, &span.bytes, &span.size, &is_full, reterr));
    }
    return COMITY_OK;
}

static comity_status bzip2_finish(comity_stage *stage, comity_error *reterr)
{
    bzip2_state *state = stage->state;
    if (state->is_open) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "cut off at byte %llu",
                                 (unsigned long long)state->packing.consumed);
    }
    return comity_packing_end(stage, reterr);
}

const comity_stage_kind comity_forms_bzip2 = {.name = "bzip2",
                                              .state_size = sizeof(bzip2_state),
                                              .is_form = true,
                                              .is_packing = true,
                                              .begin = bzip2_begin,
                                              .feed = bzip2_feed,
                                              .finish = bzip2_finish};
