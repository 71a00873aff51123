/* zip (APPNOTE 6.3.10), read from its beginning to its end. What comes in: local
 * headers with their data, then the central directory. What goes out: each member's
 * bytes to a child of its own. Size and CRC-32 of each member are checked, and every
 * entry of the directory must be a member that was met with that name, at that
 * place: readers that begin with the directory see nothing that was not seen here.
 * Names of members, but for those of Office documents, and comments are a part of their own, the last.
 * Encrypted members, and methods but store, deflate and zstd, are refused. */
#include "inspect/forms/zip.h"

#include "inspect/forms/listing.h"

#define ZLIB_CONST
#include "inspect/forms/packing.h"

#include <zlib.h>

#define NAME_SIZE ((size_t)COMITY_LIMIT_FORM_NAME_BYTES)
#define EXTRA_SIZE ((size_t)1024)

enum { PHASE_SIGNATURE, PHASE_FIXED, PHASE_VARIABLE, PHASE_DATA, PHASE_DESCRIPTOR, PHASE_SKIP, PHASE_END };

enum {
    SIGNATURE_LOCAL = 0x04034B50,
    SIGNATURE_CENTRAL = 0x02014B50,
    SIGNATURE_END = 0x06054B50,
    SIGNATURE_END_64 = 0x06064B50,
    SIGNATURE_LOCATOR_64 = 0x07064B50,
    SIGNATURE_EXTRA = 0x08064B50,
    SIGNATURE_DESCRIPTOR = 0x08074B50
};

enum { METHOD_STORE = 0, METHOD_DEFLATE = 8, METHOD_ZSTD = 93 };

/* A member that was met. */
typedef struct met {
    uint64_t offset;
    uint64_t name_hash; /* the highest bit: an entry of the directory has named it */
} met;

typedef struct zip_state {
    comity_stage *child;
    comity_workbook workbook;
    comity_listing listing;
    uint8_t phase;
    bool is_central; /* the header being read */
    bool has_descriptor;
    bool is_zip64;
    bool has_directory;
    bool is_comment; /* what is passed over */
    bool is_office;
    uint16_t method;
    uint32_t checksum;       /* told */
    uint32_t checksum_found; /* of stored bytes */
    uint64_t packed;         /* sizes as told; those of a descriptor come later */
    uint64_t unpacked;
    uint64_t left;   /* of data, or of what is passed over */
    uint64_t at;     /* bytes of the archive read */
    uint64_t header; /* where the header being read begins */
    size_t fixed_size;
    size_t held_size;
    size_t name_told; /* as told in the header; kept are the first NAME_SIZE */
    size_t extra_told;
    size_t comment_told;
    uint64_t variable_at;
    uint64_t name_hash;
    met *members;
    size_t member_count;
    size_t member_max;
    size_t named_count;
    uint8_t held[64];
    char name[NAME_SIZE + 1];
    uint8_t extra[EXTRA_SIZE];
} zip_state;

static uint64_t number(const uint8_t *bytes, size_t size)
{
    uint64_t value = 0;
    for (size_t i = size; i > 0; i--) {
        value = value << 8 | bytes[i - 1];
    }
    return value;
}

static comity_status fail_here(const comity_stage *stage, comity_error *reterr, const char *what)
{
    const zip_state *state = stage->state;
    return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "member %zu, at byte %llu: %s", state->member_count,
                             (unsigned long long)state->header, what);
}

/* ---- members that were met ---- */

static comity_status remember(comity_stage *stage, comity_error *reterr)
{
    zip_state *state = stage->state;
    if (state->member_count == state->member_max) {
        size_t more = state->member_max == 0 ? 64 : state->member_max * 2;
        void *memory = NULL;
        COMITY_TRY(comity_stage_take(stage, more * sizeof(met), &memory, reterr));
        if (state->member_count != 0) {
            memcpy(memory, state->members, state->member_count * sizeof(met));
        }
        comity_pool_give(&stage->form->pool, state->members);
        state->members = memory;
        state->member_max = more;
    }
    state->members[state->member_count++] = (met){.offset = state->header, .name_hash = state->name_hash};
    return COMITY_OK;
}

/* The member whose header begins at `offset`; NULL if there is none. */
static met *find_met(const zip_state *state, uint64_t offset)
{
    size_t low = 0;
    size_t high = state->member_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (state->members[middle].offset == offset) {
            return &state->members[middle];
        }
        if (state->members[middle].offset < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

/* ---- headers ---- */

/* Sizes that did not fit 32 bits stand in an extra field, in their order. */
static void read_zip64(zip_state *state, uint64_t *ret_offset)
{
    size_t size = state->extra_told < EXTRA_SIZE ? state->extra_told : EXTRA_SIZE;
    uint64_t *values[] = {&state->unpacked, &state->packed, ret_offset};
    for (size_t at = 0; at + 4 <= size;) {
        uint64_t kind = number(state->extra + at, 2);
        size_t field = (size_t)number(state->extra + at + 2, 2);
        at += 4;
        if (kind != 1 || field > size - at) {
            at += field;
            continue;
        }
        state->is_zip64 = true;
        size_t read = 0;
        for (size_t i = 0; i < 3 && read + 8 <= field; i++) {
            if (values[i] != NULL && *values[i] == UINT32_MAX) {
                *values[i] = number(state->extra + at + read, 8);
                read += 8;
            }
        }
        return;
    }
}

/* An entry of the directory: a member of that name was met where it says. */
static comity_status read_central(comity_stage *stage, comity_error *reterr)
{
    zip_state *state = stage->state;
    uint64_t offset = number(state->held + 42, 4);
    state->packed = number(state->held + 20, 4);
    state->unpacked = number(state->held + 24, 4);
    read_zip64(state, &offset);
    met *member = find_met(state, offset);
    state->has_directory = true;
    if (member == NULL || member->name_hash != state->name_hash) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX,
                                 "its directory names a member at byte %llu that is not there",
                                 (unsigned long long)offset);
    }
    state->named_count++;
    state->left = state->comment_told;
    state->is_comment = true;
    state->phase = PHASE_SKIP;
    return comity_listing_begin(stage, &state->listing, (size_t)state->left, reterr);
}

/* A member's name: Office documents have their own, which say nothing. */
static comity_status list_name(comity_stage *stage, const char *prefix, comity_error *reterr)
{
    zip_state *state = stage->state;
    state->is_office |= strcmp(prefix, "zip") != 0 || strcmp(state->name, "[Content_Types].xml") == 0;
    if (state->is_office) {
        return COMITY_OK;
    }
    COMITY_TRY(comity_listing_begin(stage, &state->listing, strlen(state->name), reterr));
    comity_listing_put(&state->listing, state->name, strlen(state->name));
    comity_listing_line(&state->listing);
    return COMITY_OK;
}

static comity_status begin_child(comity_stage *stage, comity_error *reterr)
{
    zip_state *state = stage->state;
    char link[256];
    const char *prefix = NULL;
    const comity_stage_kind *kind = comity_office_kind(state->name, &prefix);
    bool is_deflate = state->method == METHOD_DEFLATE;
    COMITY_TRY(list_name(stage, prefix, reterr));
    comity_stage_link(prefix, state->name, strlen(state->name), link);
    comity_about about = {.link = link,
                          .name = state->name,
                          .raw_begin = stage->raw_begin + state->at,
                          .place = state->method == METHOD_STORE ? COMITY_FORM_READ_ONLY : COMITY_FORM_UNMAPPED,
                          .then = kind,
                          .shared = &state->workbook};
    const comity_stage_kind *first = is_deflate                     ? &comity_forms_zip_deflate
                                     : state->method == METHOD_ZSTD ? &comity_forms_zstd
                                     : kind != NULL                 ? kind
                                                                    : &comity_forms_sniff;
    return comity_stage_begin(stage, first, &about, &state->child, reterr);
}

static comity_status read_local(comity_stage *stage, comity_error *reterr)
{
    zip_state *state = stage->state;
    uint64_t flags = number(state->held + 6, 2);
    state->method = (uint16_t)number(state->held + 8, 2);
    state->checksum = (uint32_t)number(state->held + 14, 4);
    state->packed = number(state->held + 18, 4);
    state->unpacked = number(state->held + 22, 4);
    state->has_descriptor = (flags & 8) != 0;
    state->is_zip64 = false;
    read_zip64(state, NULL);
    COMITY_TRY(comity_stage_count_member(stage, reterr));
    COMITY_TRY(remember(stage, reterr));
    if ((flags & 1) != 0) {
        return fail_here(stage, reterr, "it is encrypted");
    }
    if (state->has_directory) {
        return fail_here(stage, reterr, "it follows the directory");
    }
    if (state->method != METHOD_STORE && state->method != METHOD_DEFLATE && state->method != METHOD_ZSTD) {
        return fail_here(stage, reterr, "its compression is not looked into by this version");
    }
    bool is_folder = state->name_told != 0 && state->name_told <= NAME_SIZE && state->name[state->name_told - 1] == '/';
    if (state->has_descriptor && state->method != METHOD_DEFLATE && state->packed == 0 && !is_folder) {
        return fail_here(stage, reterr, "its size is told only behind it, where it cannot be found");
    }
    state->left = state->packed;
    state->checksum_found = (uint32_t)crc32(0, NULL, 0);
    state->phase = PHASE_DATA;
    return begin_child(stage, reterr);
}

static const struct {
    uint32_t signature;
    uint8_t size; /* of the fixed part, without the signature */
} headers[] = {
    {SIGNATURE_LOCAL, 26}, {SIGNATURE_CENTRAL, 42},    {SIGNATURE_END, 18},
    {SIGNATURE_END_64, 8}, {SIGNATURE_LOCATOR_64, 16}, {SIGNATURE_EXTRA, 4},
};

static comity_status read_signature(comity_stage *stage, comity_error *reterr)
{
    zip_state *state = stage->state;
    uint64_t signature = number(state->held, 4);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        if (headers[i].signature == signature) {
            state->fixed_size = 4 + headers[i].size;
            state->phase = PHASE_FIXED;
            state->header = state->at - 4;
            return COMITY_OK;
        }
    }
    return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "no header, but other bytes, at byte %llu",
                             (unsigned long long)(state->at - 4));
}

static void begin_variable(zip_state *state)
{
    state->phase = PHASE_VARIABLE;
    state->variable_at = 0;
    state->name_hash = UINT64_C(14695981039346656037);
    memset(state->name, 0, sizeof state->name);
}

/* Names with zeros in them are cut there by some readers and not by others. */
static comity_status check_name(comity_stage *stage, comity_error *reterr)
{
    const zip_state *state = stage->state;
    size_t size = state->name_told < NAME_SIZE ? state->name_told : NAME_SIZE;
    return memchr(state->name, 0, size) == NULL ? COMITY_OK : fail_here(stage, reterr, "its name has a zero in it");
}

static comity_status read_fixed(comity_stage *stage, comity_error *reterr)
{
    zip_state *state = stage->state;
    uint64_t signature = number(state->held, 4);
    state->is_central = signature == SIGNATURE_CENTRAL;
    if (signature == SIGNATURE_LOCAL || signature == SIGNATURE_CENTRAL) {
        const uint8_t *sizes = state->held + (state->is_central ? 28 : 26);
        state->name_told = (size_t)number(sizes, 2);
        state->extra_told = (size_t)number(sizes + 2, 2);
        state->comment_told = state->is_central ? (size_t)number(sizes + 4, 2) : 0;
        begin_variable(state);
        return COMITY_OK;
    }
    state->phase = PHASE_SKIP;
    state->is_comment = signature == SIGNATURE_END;
    state->left = signature == SIGNATURE_END_64  ? number(state->held + 4, 8)
                  : signature == SIGNATURE_EXTRA ? number(state->held + 4, 4)
                  : signature == SIGNATURE_END   ? number(state->held + 20, 2)
                                                 : 0;
    if (signature == SIGNATURE_END) {
        state->has_directory = true;
        state->fixed_size = 0;
        if (state->named_count < state->member_count && state->named_count == 0 && state->member_count != 0) {
            return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "its directory is empty, but it has members");
        }
        return comity_listing_begin(stage, &state->listing, (size_t)state->left, reterr);
    }
    return COMITY_OK;
}

/* ---- data ---- */

static comity_status check_member(comity_stage *stage, uint32_t checksum, uint64_t packed, uint64_t unpacked,
                                  comity_error *reterr)
{
    const zip_state *state = stage->state;
    uint32_t checksum_found = state->checksum_found;
    uint64_t packed_found = state->packed;
    uint64_t unpacked_found = state->unpacked;
    if (state->method == METHOD_DEFLATE) {
        comity_inflate_told(state->child, &checksum_found, &packed_found, &unpacked_found);
    }
    if (state->method != METHOD_ZSTD && checksum_found != checksum) {
        return fail_here(stage, reterr, "its bytes are damaged: the checksum is another");
    }
    if (packed_found != packed || (state->method != METHOD_ZSTD && unpacked_found != unpacked)) {
        return fail_here(stage, reterr, "its sizes are others than it says");
    }
    return COMITY_OK;
}

static comity_status end_member(comity_stage *stage, uint32_t checksum, uint64_t packed, uint64_t unpacked,
                                comity_error *reterr)
{
    zip_state *state = stage->state;
    COMITY_TRY(check_member(stage, checksum, packed, unpacked, reterr));
    state->phase = PHASE_SIGNATURE;
    state->held_size = 0;
    return comity_stage_end(&state->child, reterr);
}

/* The data is complete; what follows is a descriptor or a header. */
static comity_status end_data(comity_stage *stage, comity_error *reterr)
{
    zip_state *state = stage->state;
    if (state->has_descriptor) {
        state->phase = PHASE_DESCRIPTOR;
        state->held_size = 0;
        return COMITY_OK;
    }
    uint64_t unpacked = state->method == METHOD_STORE ? state->packed : state->unpacked;
    if (unpacked != state->unpacked) {
        return fail_here(stage, reterr, "its sizes are others than it says");
    }
    return end_member(stage, state->checksum, state->packed, state->unpacked, reterr);
}

static bool ends_itself(const zip_state *state)
{
    return state->has_descriptor && state->method == METHOD_DEFLATE;
}

static comity_status feed_data(comity_stage *stage, comity_span *span, comity_error *reterr)
{
    zip_state *state = stage->state;
    size_t size = ends_itself(state) || state->left > span->size ? span->size : (size_t)state->left;
    size_t taken = size;
    bool ended = false;
    comity_span data = comity_span_first(*span, size);
    if (state->method == METHOD_DEFLATE) {
        COMITY_TRY(comity_inflate_member(state->child, data.bytes, size, &taken, &ended, reterr));
        if (ended && !ends_itself(state) && taken != state->left) {
            return fail_here(stage, reterr, "bytes follow the end of its data");
        }
    } else {
        if (state->method == METHOD_STORE) {
            state->checksum_found = (uint32_t)crc32_z(state->checksum_found, data.bytes, size);
        }
        COMITY_TRY(comity_stage_feed(state->child, data, reterr));
    }
    state->at += taken;
    state->left -= ends_itself(state) ? 0 : taken;
    *span = comity_span_after(*span, taken);
    bool is_whole = ends_itself(state) ? ended : state->left == 0;
    return is_whole ? end_data(stage, reterr) : COMITY_OK;
}

/* A descriptor has a signature or not, and sizes of 32 or 64 bits, which nothing
 * tells for sure: that form is right whose sizes are. */
static comity_status read_descriptor(comity_stage *stage, bool *ret_complete, comity_error *reterr)
{
    zip_state *state = stage->state;
    size_t begin = number(state->held, 4) == SIGNATURE_DESCRIPTOR ? 4 : 0;
    uint32_t checksum = state->checksum_found;
    uint64_t packed = state->packed;
    uint64_t unpacked = state->packed;
    if (state->method == METHOD_DEFLATE) {
        comity_inflate_told(state->child, &checksum, &packed, &unpacked);
    }
    if (state->held_size == begin + 12 && !(state->is_zip64 && unpacked == 0)) {
        *ret_complete = number(state->held + begin + 4, 4) == (packed & UINT32_MAX) &&
                        number(state->held + begin + 8, 4) == (unpacked & UINT32_MAX);
    } else if (state->held_size == begin + 20) {
        *ret_complete = true;
        packed = number(state->held + begin + 4, 8);
        unpacked = number(state->held + begin + 12, 8);
    }
    if (!*ret_complete) {
        return COMITY_OK;
    }
    state->unpacked = state->method == METHOD_STORE ? state->packed : state->unpacked;
    return end_member(stage, (uint32_t)number(state->held + begin, 4), packed, unpacked, reterr);
}

static comity_status feed_descriptor(comity_stage *stage, comity_span *span, comity_error *reterr)
{
    zip_state *state = stage->state;
    bool is_complete = false;
    while (span->size != 0 && !is_complete) {
        state->held[state->held_size++] = span->bytes[0];
        state->at++;
        *span = comity_span_after(*span, 1);
        if (state->held_size >= 12) {
            COMITY_TRY(read_descriptor(stage, &is_complete, reterr));
        }
    }
    return COMITY_OK;
}

/* ---- phases ---- */

static void feed_held(zip_state *state, comity_span *span, size_t size)
{
    size_t wanted = size - state->held_size;
    size_t taken = wanted < span->size ? wanted : span->size;
    memcpy(state->held + state->held_size, span->bytes, taken);
    state->held_size += taken;
    state->at += taken;
    *span = comity_span_after(*span, taken);
}

/* Name and extra field: their beginnings are kept, the name's all is hashed. */
static void feed_variable(zip_state *state, comity_span *span)
{
    while (span->size != 0 && state->variable_at < state->name_told + state->extra_told) {
        uint8_t byte = span->bytes[0];
        if (state->variable_at < state->name_told) {
            state->name_hash = (state->name_hash ^ byte) * UINT64_C(1099511628211);
            if (state->variable_at < NAME_SIZE) {
                state->name[state->variable_at] = (char)byte;
            }
        } else if (state->variable_at - state->name_told < EXTRA_SIZE) {
            state->extra[state->variable_at - state->name_told] = byte;
        }
        state->variable_at++;
        state->at++;
        *span = comity_span_after(*span, 1);
    }
}

static comity_status end_variable(comity_stage *stage, comity_error *reterr)
{
    const zip_state *state = stage->state;
    COMITY_TRY(check_name(stage, reterr));
    return state->is_central ? read_central(stage, reterr) : read_local(stage, reterr);
}

/* What can be done without further bytes. */
static comity_status settle(comity_stage *stage, comity_error *reterr)
{
    zip_state *state = stage->state;
    if (state->phase == PHASE_SIGNATURE && state->held_size == 4) {
        COMITY_TRY(read_signature(stage, reterr));
    }
    if (state->phase == PHASE_FIXED && state->held_size == state->fixed_size) {
        COMITY_TRY(read_fixed(stage, reterr));
    }
    if (state->phase == PHASE_VARIABLE && state->variable_at == state->name_told + state->extra_told) {
        COMITY_TRY(end_variable(stage, reterr));
    }
    if (state->phase == PHASE_DATA && !ends_itself(state) && state->left == 0) {
        COMITY_TRY(end_data(stage, reterr));
    }
    if (state->phase == PHASE_SKIP && state->left == 0) {
        state->phase = state->fixed_size == 0 ? PHASE_END : PHASE_SIGNATURE;
        state->held_size = 0;
        comity_listing_line(&state->listing);
    }
    return COMITY_OK;
}

static comity_status feed_phase(comity_stage *stage, comity_span *span, comity_error *reterr)
{
    zip_state *state = stage->state;
    size_t size = 0;
    switch (state->phase) {
    case PHASE_SIGNATURE:
        feed_held(state, span, 4);
        return COMITY_OK;
    case PHASE_FIXED:
        feed_held(state, span, state->fixed_size);
        return COMITY_OK;
    case PHASE_VARIABLE:
        feed_variable(state, span);
        return COMITY_OK;
    case PHASE_DATA:
        return feed_data(stage, span, reterr);
    case PHASE_DESCRIPTOR:
        return feed_descriptor(stage, span, reterr);
    case PHASE_SKIP:
        size = state->left < span->size ? (size_t)state->left : span->size;
        if (state->is_comment && size != 0) {
            comity_listing_put(&state->listing, span->bytes, size);
        }
        state->left -= size;
        state->at += size;
        *span = comity_span_after(*span, size);
        return COMITY_OK;
    default:
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "bytes follow its end at byte %llu",
                                 (unsigned long long)state->at);
    }
}

static comity_status zip_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    while (span.size != 0) {
        COMITY_TRY(feed_phase(stage, &span, reterr));
        COMITY_TRY(settle(stage, reterr));
    }
    return COMITY_OK;
}

static comity_status zip_finish(comity_stage *stage, comity_error *reterr)
{
    zip_state *state = stage->state;
    if (state->phase != PHASE_END) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "cut off at byte %llu",
                                 (unsigned long long)state->at);
    }
    COMITY_TRY(comity_workbook_end(stage, &state->workbook, reterr));
    COMITY_TRY(comity_listing_end(stage, &state->listing, "zip", reterr));
    comity_pool_give(&stage->form->pool, state->members);
    state->members = NULL;
    return COMITY_OK;
}

const comity_stage_kind comity_forms_zip = {
    .name = "zip", .state_size = sizeof(zip_state), .is_form = true, .feed = zip_feed, .finish = zip_finish};
