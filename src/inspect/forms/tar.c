/* tar: ustar (POSIX.1-1988), pax (POSIX.1-2001) and GNU's long names. What comes in:
 * blocks of 512 bytes. What goes out: each file's bytes, not copied, to a child of
 * its own. Checksums of headers are checked; the archive must end with its two
 * blocks of zeros, because without them nobody knows whether it is whole. The names
 * of members are a part of their own, the last. */
#include "inspect/forms/tar.h"

#include "inspect/forms/listing.h"
#include "inspect/forms/stage.h"

#define BLOCK ((size_t)512)
#define NAME_SIZE ((size_t)COMITY_LIMIT_FORM_NAME_BYTES)

enum { PHASE_HEADER, PHASE_DATA, PHASE_META, PHASE_PADDING, PHASE_END };

typedef struct tar_state {
    comity_stage *child;
    comity_listing listing;
    uint8_t phase;
    uint8_t type;
    uint64_t at;   /* bytes of the archive read */
    uint64_t left; /* of this member's data, then of its padding */
    uint64_t padding;
    size_t held_size;
    unsigned zero_blocks;
    uint64_t told_size; /* by a pax header, for the next member */
    bool has_told_size;
    size_t told_name_size; /* likewise; 0: none */
    size_t meta_size;
    uint8_t held[BLOCK];
    char told_name[NAME_SIZE];
    char meta[2 * NAME_SIZE]; /* the beginning of an extended header or long name */
} tar_state;

/* ---- headers ---- */

/* Octal digits, or binary with the highest bit set (GNU); false if it is neither. */
static bool read_number(const uint8_t *bytes, size_t size, uint64_t *ret_number)
{
    uint64_t number = 0;
    if ((bytes[0] & 0x80) != 0) {
        for (size_t i = 0; i < size; i++) {
            if (number >> 55 != 0) {
                return false;
            }
            number = number << 8 | (i == 0 ? bytes[0] & 0x7Fu : bytes[i]);
        }
        *ret_number = number;
        return true;
    }
    size_t i = 0;
    while (i < size && bytes[i] == ' ') {
        i++;
    }
    for (; i < size && bytes[i] >= '0' && bytes[i] <= '7'; i++) {
        number = number << 3 | (unsigned)(bytes[i] - '0');
    }
    *ret_number = number;
    return i == size || bytes[i] == 0 || bytes[i] == ' ';
}

static bool has_checksum(const uint8_t *header)
{
    uint64_t told = 0;
    uint64_t sum = 0;
    if (header[148] == 0 || !read_number(header + 148, 8, &told)) { /* most bytes that are no header */
        return false;
    }
    for (size_t i = 0; i < BLOCK; i++) {
        sum += i >= 148 && i < 156 ? ' ' : header[i];
    }
    return told == sum;
}

bool comity_is_tar(const uint8_t *bytes, size_t size)
{
    return size >= BLOCK && bytes[0] != 0 && has_checksum(bytes);
}

static size_t text_size(const uint8_t *bytes, size_t max)
{
    size_t size = 0;
    while (size < max && bytes[size] != 0) {
        size++;
    }
    return size;
}

/* The member's name: told by a header before it, or prefix and name of its own. */
static size_t member_name(tar_state *state, char ret_name[NAME_SIZE])
{
    if (state->told_name_size != 0) {
        memcpy(ret_name, state->told_name, state->told_name_size);
        return state->told_name_size;
    }
    size_t size = 0;
    if (memcmp(state->held + 257, "ustar\0", 6) == 0 && state->held[345] != 0) {
        size = text_size(state->held + 345, 155);
        memcpy(ret_name, state->held + 345, size);
        ret_name[size++] = '/';
    }
    size_t name_size = text_size(state->held, 100);
    memcpy(ret_name + size, state->held, name_size);
    return size + name_size;
}

static comity_status begin_member(comity_stage *stage, comity_error *reterr)
{
    tar_state *state = stage->state;
    char name[NAME_SIZE + 1];
    char link[256];
    size_t size = member_name(state, name);
    name[size] = '\0';
    comity_stage_link("tar", name, size, link);
    comity_about about = {
        .link = link, .name = name, .place = COMITY_FORM_SAME_SIZE, .raw_begin = stage->raw_begin + state->at};
    COMITY_TRY(comity_stage_count_member(stage, reterr));
    COMITY_TRY(comity_listing_begin(stage, &state->listing, size, reterr));
    comity_listing_put(&state->listing, name, size);
    comity_listing_line(&state->listing);
    return comity_stage_begin(stage, &comity_forms_sniff, &about, &state->child, reterr);
}

static comity_status read_header(comity_stage *stage, comity_error *reterr)
{
    tar_state *state = stage->state;
    const uint8_t *header = state->held;
    if (!has_checksum(header)) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "the header that ends at byte %llu is damaged",
                                 (unsigned long long)state->at);
    }
    uint64_t size = 0;
    if (!read_number(header + 124, 12, &size)) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX,
                                 "the size in the header that ends at byte %llu is no number",
                                 (unsigned long long)state->at);
    }
    state->type = header[156];
    bool is_meta = state->type == 'x' || state->type == 'g' || state->type == 'L' || state->type == 'K';
    if (state->has_told_size && !is_meta) {
        size = state->told_size;
    }
    bool has_no_data = state->type >= '1' && state->type <= '6';
    if (state->type == 'S' || (has_no_data && size != 0 && state->type != '5')) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX,
                                 "a sparse file, or a link with data, at byte %llu is not looked into by this version",
                                 (unsigned long long)state->at);
    }
    state->left = has_no_data ? 0 : size;
    state->padding = (BLOCK - (state->left & (BLOCK - 1))) & (BLOCK - 1);
    state->meta_size = 0;
    state->phase = is_meta ? PHASE_META : PHASE_DATA;
    if (!is_meta) {
        COMITY_TRY(begin_member(stage, reterr));
        state->has_told_size = false;
        state->told_name_size = 0;
    }
    return COMITY_OK;
}

/* ---- what stands before a member and tells more of it ---- */

/* Records of pax: "SIZE KEY=VALUE\n". False if they are not such. */
static bool read_pax(tar_state *state)
{
    size_t at = 0;
    while (at < state->meta_size) {
        size_t begin = at;
        size_t size = 0;
        while (at < state->meta_size && state->meta[at] >= '0' && state->meta[at] <= '9' && size < sizeof state->meta) {
            size = size * 10 + (size_t)(state->meta[at++] - '0');
        }
        if (at == state->meta_size || state->meta[at] != ' ' || size <= at + 1 - begin ||
            size > state->meta_size - begin) {
            return false;
        }
        const char *key = state->meta + at + 1;
        size_t pair = size - (at + 1 - begin) - 1; /* without the newline */
        if (pair > 5 && memcmp(key, "path=", 5) == 0) {
            state->told_name_size = pair - 5 < NAME_SIZE ? pair - 5 : NAME_SIZE;
            memcpy(state->told_name, key + 5, state->told_name_size);
        } else if (pair > 5 && memcmp(key, "size=", 5) == 0) {
            state->told_size = 0;
            for (size_t i = 5; i < pair && key[i] >= '0' && key[i] <= '9' && state->told_size < UINT64_MAX / 16; i++) {
                state->told_size = state->told_size * 10 + (unsigned)(key[i] - '0');
            }
            state->has_told_size = true;
        }
        at = begin + size;
    }
    return true;
}

static comity_status read_meta(comity_stage *stage, comity_error *reterr)
{
    tar_state *state = stage->state;
    if (state->type == 'L') {
        state->told_name_size = text_size((const uint8_t *)state->meta, state->meta_size);
        state->told_name_size = state->told_name_size < NAME_SIZE ? state->told_name_size : NAME_SIZE;
        memcpy(state->told_name, state->meta, state->told_name_size);
    }
    if (state->type == 'x' && !read_pax(state)) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX,
                                 "the extended header that ends at byte %llu is damaged or longer than %zu bytes",
                                 (unsigned long long)state->at, sizeof state->meta);
    }
    return COMITY_OK;
}

/* ---- phases ---- */

/* How many zeros the bytes begin with. */
static size_t zeros_size(const uint8_t *bytes, size_t size)
{
    size_t zeros = 0;
    while (zeros < size && bytes[zeros] == 0) {
        zeros++;
    }
    return zeros;
}

static comity_status feed_header(comity_stage *stage, comity_span *span, comity_error *reterr)
{
    tar_state *state = stage->state;
    size_t wanted = BLOCK - state->held_size;
    size_t size = wanted < span->size ? wanted : span->size;
    memcpy(state->held + state->held_size, span->bytes, size);
    state->held_size += size;
    state->at += size;
    *span = comity_span_after(*span, size);
    if (state->held_size < BLOCK) {
        return COMITY_OK;
    }
    state->held_size = 0;
    if (zeros_size(state->held, BLOCK) == BLOCK) {
        state->zero_blocks++;
        state->phase = state->zero_blocks == 2 ? PHASE_END : PHASE_HEADER;
        return COMITY_OK;
    }
    if (state->zero_blocks != 0) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "a header follows a block of zeros at byte %llu",
                                 (unsigned long long)state->at);
    }
    return read_header(stage, reterr);
}

static comity_status feed_data(comity_stage *stage, comity_span *span, comity_error *reterr)
{
    tar_state *state = stage->state;
    size_t size = state->left < span->size ? (size_t)state->left : span->size;
    comity_span data = comity_span_first(*span, size);
    state->left -= size;
    state->at += size;
    *span = comity_span_after(*span, size);
    if (state->phase == PHASE_DATA) {
        COMITY_TRY(comity_stage_feed(state->child, data, reterr));
    } else if (state->phase == PHASE_META) {
        size_t room = sizeof state->meta - state->meta_size;
        memcpy(state->meta + state->meta_size, data.bytes, size < room ? size : room);
        state->meta_size += size < room ? size : room;
    } else if (zeros_size(data.bytes, size) != size) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "padding is not zero at byte %llu",
                                 (unsigned long long)(state->at - size + zeros_size(data.bytes, size)));
    }
    return COMITY_OK;
}

/* The data of a member, or its padding, is complete. */
static comity_status end_data(comity_stage *stage, comity_error *reterr)
{
    tar_state *state = stage->state;
    if (state->phase == PHASE_DATA) {
        COMITY_TRY(comity_stage_end(&state->child, reterr));
    } else if (state->phase == PHASE_META) {
        COMITY_TRY(read_meta(stage, reterr));
    }
    state->left = state->phase == PHASE_PADDING ? 0 : state->padding;
    state->phase = state->phase == PHASE_PADDING || state->left == 0 ? PHASE_HEADER : PHASE_PADDING;
    return COMITY_OK;
}

static comity_status tar_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    tar_state *state = stage->state;
    while (span.size != 0) {
        if (state->phase == PHASE_END) {
            if (zeros_size(span.bytes, span.size) != span.size) {
                return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "bytes follow its end at byte %llu",
                                         (unsigned long long)state->at);
            }
            return COMITY_OK;
        }
        if (state->phase == PHASE_HEADER) {
            COMITY_TRY(feed_header(stage, &span, reterr));
        } else {
            COMITY_TRY(feed_data(stage, &span, reterr));
        }
        while (state->phase != PHASE_HEADER && state->phase != PHASE_END && state->left == 0) {
            COMITY_TRY(end_data(stage, reterr));
        }
    }
    return COMITY_OK;
}

static comity_status tar_finish(comity_stage *stage, comity_error *reterr)
{
    tar_state *state = stage->state;
    if (state->phase != PHASE_END) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "cut off at byte %llu",
                                 (unsigned long long)state->at);
    }
    return comity_listing_end(stage, &state->listing, "tar", reterr);
}

const comity_stage_kind comity_forms_tar = {
    .name = "tar", .state_size = sizeof(tar_state), .is_form = true, .feed = tar_feed, .finish = tar_finish};
