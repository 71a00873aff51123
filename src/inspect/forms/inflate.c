/* gzip (RFC 1952), zlib (RFC 1950) and deflate (RFC 1951), by zlib, whose memory
 * comes from the pool. Members of gzip may follow one another, and zeros the
 * last; anything else behind the end is an error, because nobody would look at it. Name
 * and comment of gzip's header are a part of their own, the last. */
#define ZLIB_CONST
#include "inspect/forms/listing.h"
#include "inspect/forms/packing.h"

#include <assert.h>
#include <zlib.h>

/* Of a name, or a comment, so much is looked at. */
#define HEADER_TEXT 1024

typedef struct inflate_state {
    comity_packing packing;
    z_stream stream;
    bool is_begun;
    bool is_gzip;
    bool ended;      /* a whole member has been read */
    uint8_t padding; /* zeros have been seen behind the last member */
    bool is_member;  /* of a zip, which wants its checksum and size */
    uint32_t checksum;
    uint64_t given;
    gz_header header; /* of the member being read, and what it holds */
    uint8_t name[HEADER_TEXT], comment[HEADER_TEXT];
    comity_listing listing;
} inflate_state;

static void *take(void *pool, unsigned count, unsigned size)
{
    return comity_pool_take(pool, (size_t)count * size);
}

static void give(void *pool, void *memory)
{
    comity_pool_give(pool, memory);
}

static comity_status begin_stream(comity_stage *stage, int window_bits, comity_error *reterr)
{
    inflate_state *state = stage->state;
    state->stream = (z_stream){.zalloc = take, .zfree = give, .opaque = &stage->form->pool};
    if (inflateInit2(&state->stream, window_bits) != Z_OK) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_LIMIT, "more memory is needed than there is");
    }
    state->is_begun = true;
    return COMITY_OK;
}

/* zlib keeps name and comment of the next member's header. */
static void want_header(inflate_state *state)
{
    state->header = (gz_header){
        .name = state->name, .name_max = HEADER_TEXT - 1, .comment = state->comment, .comm_max = HEADER_TEXT - 1};
    memset(state->name, 0, sizeof state->name);
    memset(state->comment, 0, sizeof state->comment);
    (void)inflateGetHeader(&state->stream, &state->header);
}

/* Names are given at the end, when no child is open; of a great many members those of the first are. */
static comity_status list_header(comity_stage *stage, comity_error *reterr)
{
    inflate_state *state = stage->state;
    const uint8_t *texts[] = {state->name, state->comment};
    state->header.done = -1; /* once */
    for (size_t i = 0; i < 2; i++) {
        size_t size = strlen((const char *)texts[i]);
        if (size != 0 && comity_listing_fits(&state->listing, size)) {
            COMITY_TRY(comity_listing_begin(stage, &state->listing, size, reterr));
            comity_listing_put(&state->listing, texts[i], size);
            comity_listing_line(&state->listing);
        }
    }
    return COMITY_OK;
}

bool comity_zlib_begins(const comity_stage *stage, const uint8_t *bytes, size_t size, bool whole)
{
    uint8_t out[1024];
    z_stream stream = {.zalloc = take, .zfree = give, .opaque = &stage->form->pool};
    if (inflateInit(&stream) != Z_OK) {
        return true;
    }
    stream.next_in = bytes;
    stream.avail_in = (unsigned)size;
    int code = Z_OK;
    while (code == Z_OK && stream.avail_in != 0) {
        stream.next_out = out;
        stream.avail_out = sizeof out;
        code = inflate(&stream, Z_NO_FLUSH);
    }
    (void)inflateEnd(&stream);
    return whole ? code == Z_STREAM_END : code == Z_OK || code == Z_BUF_ERROR || code == Z_STREAM_END;
}

/* Whether a stream begins with the two bytes of zlib's frame. */
static bool has_frame(uint8_t first, uint8_t second)
{
    return (first & 15) == 8 && (first >> 4) <= 7 && (first * 256 + second) % 31 == 0;
}

static comity_status fail_damaged(comity_stage *stage, comity_error *reterr)
{
    inflate_state *state = stage->state;
    return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "damaged at byte %llu: %s",
                             (unsigned long long)state->packing.consumed,
                             state->stream.msg == NULL ? "a dictionary would be needed" : state->stream.msg);
}

/* One call of inflate, and what comes out given on. */
static comity_status step(comity_stage *stage, comity_error *reterr)
{
    inflate_state *state = stage->state;
    z_stream *stream = &state->stream;
    stream->next_out = state->packing.out;
    stream->avail_out = COMITY_PACKING_OUT_SIZE;
    unsigned before = stream->avail_in;
    int status = inflate(stream, Z_NO_FLUSH);
    state->packing.consumed += before - stream->avail_in;
    if (status == Z_MEM_ERROR) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_LIMIT, "more memory is needed than there is");
    }
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
        return fail_damaged(stage, reterr);
    }
    state->ended = status == Z_STREAM_END;
    if (state->is_gzip && state->header.done == 1) {
        COMITY_TRY(list_header(stage, reterr));
    }
    if (state->is_member) {
        unsigned size = (unsigned)COMITY_PACKING_OUT_SIZE - stream->avail_out;
        state->checksum = (uint32_t)crc32(state->checksum, state->packing.out, size);
        state->given += size;
    }
    return comity_packing_give(stage, COMITY_PACKING_OUT_SIZE - stream->avail_out, reterr);
}

/* After a member of gzip: another one, or zeros; `reterr` for all else. */
static comity_status after_end(comity_stage *stage, const uint8_t **bytes, size_t *size, comity_error *reterr)
{
    inflate_state *state = stage->state;
    while (*size != 0 && (*bytes)[0] == 0 && state->is_gzip) {
        state->padding = 1;
        state->packing.consumed++;
        (*bytes)++;
        (*size)--;
    }
    if (*size == 0) {
        return COMITY_OK;
    }
    if (!state->is_gzip || state->padding != 0 || (*bytes)[0] != 0x1F) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "bytes follow its end at byte %llu",
                                 (unsigned long long)state->packing.consumed);
    }
    state->ended = false;
    (void)inflateReset(&state->stream);
    want_header(state);
    return COMITY_OK;
}

/* What there is until the stream ends; `ret_taken` bytes of it belong to the stream. */
static comity_status feed_some(comity_stage *stage, const uint8_t *bytes, size_t size, size_t *ret_taken,
                               comity_error *reterr)
{
    inflate_state *state = stage->state;
    unsigned piece = size > 1u << 30 ? 1u << 30 : (unsigned)size;
    state->stream.next_in = bytes;
    state->stream.avail_in = piece;
    do {
        COMITY_TRY(step(stage, reterr));
    } while (!state->ended && (state->stream.avail_in != 0 || state->stream.avail_out == 0));
    *ret_taken = piece - state->stream.avail_in;
    return COMITY_OK;
}

static comity_status inflate_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    inflate_state *state = stage->state;
    const uint8_t *bytes = span.bytes;
    size_t size = span.size;
    while (size != 0) {
        if (state->ended) {
            COMITY_TRY(after_end(stage, &bytes, &size, reterr));
            continue;
        }
        size_t taken = 0;
        COMITY_TRY(feed_some(stage, bytes, size, &taken, reterr));
        bytes += taken;
        size -= taken;
    }
    return COMITY_OK;
}

static comity_status inflate_finish(comity_stage *stage, comity_error *reterr)
{
    inflate_state *state = stage->state;
    if (!state->ended) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "cut off at byte %llu",
                                 (unsigned long long)state->packing.consumed);
    }
    (void)inflateEnd(&state->stream);
    COMITY_TRY(comity_packing_end(stage, reterr));
    return comity_listing_end(stage, &state->listing, "", reterr);
}

static comity_status gzip_begin(comity_stage *stage, comity_error *reterr)
{
    inflate_state *state = stage->state;
    state->is_gzip = true;
    COMITY_TRY(begin_stream(stage, 15 + 16, reterr));
    want_header(state);
    return comity_packing_begin(stage, reterr);
}

static comity_status zlib_begin(comity_stage *stage, comity_error *reterr)
{
    COMITY_TRY(begin_stream(stage, 15, reterr));
    return comity_packing_begin(stage, reterr);
}

/* "deflate" of HTTP is zlib's by its name's definition, and bare by the habit of
 * some: its first two bytes tell. They are held until both are there. */
typedef struct deflate_state {
    inflate_state inflate;
    uint8_t held[2];
    size_t held_size;
} deflate_state;

static comity_status deflate_begin(comity_stage *stage, comity_error *reterr)
{
    return comity_packing_begin(stage, reterr);
}

static comity_status deflate_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    deflate_state *state = stage->state;
    while (!state->inflate.is_begun && span.size != 0) {
        state->held[state->held_size++] = span.bytes[0];
        span.bytes++;
        span.size--;
        if (state->held_size == 2) {
            COMITY_TRY(begin_stream(stage, has_frame(state->held[0], state->held[1]) ? 15 : -15, reterr));
            COMITY_TRY(inflate_feed(stage, (comity_span){.bytes = state->held, .size = 2}, reterr));
        }
    }
    return span.size == 0 ? COMITY_OK : inflate_feed(stage, span, reterr);
}

/* ---- members of zip ---- */

static comity_status member_begin(comity_stage *stage, comity_error *reterr)
{
    inflate_state *state = stage->state;
    state->is_member = true;
    state->checksum = (uint32_t)crc32(0, NULL, 0);
    COMITY_TRY(begin_stream(stage, -15, reterr));
    return comity_packing_begin(stage, reterr);
}

comity_status comity_inflate_member(comity_stage *stage, const uint8_t *bytes, size_t size, size_t *ret_taken,
                                    bool *ret_ended, comity_error *reterr)
{
    const inflate_state *state = stage->state;
    size_t taken = 0;
    if (!state->ended && size != 0) {
        COMITY_TRY(feed_some(stage, bytes, size, &taken, reterr));
    }
    *ret_taken = taken;
    *ret_ended = state->ended;
    return COMITY_OK;
}

void comity_inflate_told(const comity_stage *stage, uint32_t *ret_checksum, uint64_t *ret_taken, uint64_t *ret_given)
{
    const inflate_state *state = stage->state;
    *ret_checksum = state->checksum;
    *ret_taken = state->packing.consumed;
    *ret_given = state->given;
}

const comity_stage_kind comity_forms_zip_deflate = {.name = "zip",
                                                    .state_size = sizeof(inflate_state),
                                                    .is_packing = true,
                                                    .begin = member_begin,
                                                    .feed = inflate_feed,
                                                    .finish = inflate_finish};
const comity_stage_kind comity_forms_gzip = {.name = "gzip",
                                             .state_size = sizeof(inflate_state),
                                             .is_form = true,
                                             .is_packing = true,
                                             .begin = gzip_begin,
                                             .feed = inflate_feed,
                                             .finish = inflate_finish};
const comity_stage_kind comity_forms_zlib = {.name = "zlib",
                                             .state_size = sizeof(inflate_state),
                                             .is_form = true,
                                             .is_packing = true,
                                             .begin = zlib_begin,
                                             .feed = inflate_feed,
                                             .finish = inflate_finish};
const comity_stage_kind comity_forms_deflate = {.name = "deflate",
                                                .state_size = sizeof(deflate_state),
                                                .is_form = true,
                                                .is_packing = true,
                                                .begin = deflate_begin,
                                                .feed = deflate_feed,
                                                .finish = inflate_finish};
