/* Tokens are looked for in the parts' text and replaced by the raw bytes they were
 * made of. A token that does not open stays as it is and is counted. */
#include "inspect/mask.h"

#include "base/limits.h"
#include "inspect/mask_value.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE ((size_t)65536)

enum { PHASE_IDLE, PHASE_PREFIX, PHASE_LETTERS, PHASE_QUOTE };

/* Of a part in which tokens are looked for: that of level 0, as those in base64 are not written to. */
struct comity_unmasker {
    comity_mask_key *key;
    comity_mask_write write;
    void *context;
    comity_form *form;
    comity_edits edits;
    comity_buffer letters;
    uint64_t turned;
    uint64_t left;
    bool is_open;
    bool is_written_to; /* the part's bytes can be replaced */
    bool is_bare;
    uint8_t phase;
    uint8_t last; /* the byte before */
    size_t matched;
    uint64_t last_raw; /* where it begins */
    uint64_t begin;    /* of the token at hand */
    uint64_t raw_begin;
    uint64_t raw_last;
    uint64_t last_begin;
    comity_status failed;
    comity_error error;
};

/* ---- one token ---- */

/* Opens the letters at hand and replaces [begin, end). */
static comity_status end_token(comity_unmasker *unmasker, uint64_t end, comity_error *reterr)
{
    const uint8_t *letters = NULL;
    size_t size = 0;
    unmasker->phase = PHASE_IDLE;
    COMITY_TRY(comity_buffer_bytes(&unmasker->letters, &letters, &size, reterr));
    uint8_t *memory = malloc(size + 2);
    if (memory == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "no memory for a token of %zu letters", size);
    }
    size_t sealed_size = size / 2;
    uint8_t *opened = memory + sealed_size;
    for (size_t i = 0; i < sealed_size; i++) {
        memory[i] = (uint8_t)((letters[2 * i] - 'a') << 4 | (letters[2 * i + 1] - 'a'));
    }
    bool is_good = size % 2 == 0 && comity_mask_key_open(unmasker->key, memory, sealed_size, opened) && opened[0] == 0;
    comity_status status = COMITY_OK;
    if (is_good) {
        unmasker->turned++;
        status = comity_edits_add(&unmasker->edits, unmasker->begin, end, 0, opened + 1,
                                  sealed_size - COMITY_MASK_SEAL_SIZE - 1, reterr);
    } else {
        unmasker->left++;
    }
    free(memory);
    return status;
}

/* The next byte, which stands at [raw, raw_end). False if it does not go on with the token at hand. */
static bool goes_on(comity_unmasker *unmasker, uint8_t byte)
{
    static const char prefix[] = COMITY_MASK_BEGIN_TOKEN;
    if (unmasker->phase == PHASE_PREFIX) {
        bool is_end = unmasker->matched == sizeof prefix - 2;
        if (is_end && byte == 'q' && !unmasker->is_bare && unmasker->last == 'k') {
            unmasker->is_bare = true;
            return true;
        }
        if (byte != (uint8_t)prefix[unmasker->matched]) {
            return false;
        }
        unmasker->matched++;
        unmasker->phase = is_end ? PHASE_LETTERS : PHASE_PREFIX;
        return true;
    }
    if (unmasker->phase == PHASE_LETTERS && byte >= 'a' && byte <= 'p' &&
        unmasker->letters.size < 2 * (COMITY_MASK_TOKEN_BYTES_MAX + COMITY_MASK_SEAL_SIZE + 1)) {
        comity_buffer_append_byte(&unmasker->letters, byte);
        return true;
    }
    return (unmasker->phase == PHASE_LETTERS && byte == COMITY_MASK_TOKEN_END) ||
           (unmasker->phase == PHASE_QUOTE && byte == '"');
}

static void begin_token(comity_unmasker *unmasker, uint64_t raw)
{
    unmasker->phase = PHASE_PREFIX;
    unmasker->matched = 1;
    unmasker->is_bare = false;
    unmasker->begin = raw;
    /* A bare number's token has a quote before it, which goes with it. */
    unmasker->raw_begin = unmasker->last == '"' ? unmasker->last_raw : raw;
    comity_buffer_reset(&unmasker->letters);
}

static comity_status take_byte(comity_unmasker *unmasker, uint8_t byte, uint64_t raw, uint64_t raw_end,
                               comity_error *reterr)
{
    if (unmasker->phase != PHASE_IDLE && !goes_on(unmasker, byte)) {
        unmasker->phase = PHASE_IDLE;
    }
    comity_status status = COMITY_OK;
    if (unmasker->phase == PHASE_IDLE) {
        if (byte == (uint8_t)COMITY_MASK_BEGIN_TOKEN[0]) {
            begin_token(unmasker, raw);
        }
    } else if (unmasker->phase == PHASE_QUOTE) {
        unmasker->begin = unmasker->raw_begin;
        status = end_token(unmasker, raw_end, reterr);
    } else if (unmasker->phase == PHASE_LETTERS && byte == COMITY_MASK_TOKEN_END) {
        bool has_quote = unmasker->raw_begin != unmasker->begin;
        if (unmasker->is_bare && has_quote) {
            unmasker->phase = PHASE_QUOTE;
        } else if (unmasker->is_bare) {
            unmasker->phase = PHASE_IDLE;
        } else {
            status = end_token(unmasker, raw_end, reterr);
        }
    }
    unmasker->last = byte;
    unmasker->last_raw = raw;
    return status;
}

/* ---- parts ---- */

static comity_status part_begin(void *context, const comity_form_part *part, comity_error *reterr)
{
    comity_unmasker *unmasker = context;
    (void)reterr;
    unmasker->last_begin = part->raw_begin > unmasker->last_begin ? part->raw_begin : unmasker->last_begin;
    if (part->level == 0) {
        unmasker->is_open = true;
        unmasker->is_written_to = part->place == COMITY_FORM_ANY_SIZE;
        unmasker->phase = PHASE_IDLE;
        unmasker->last = 0;
    }
    return COMITY_OK;
}

static comity_status piece(void *context, const comity_form_part *part, const comity_form_piece *piece,
                           comity_error *reterr)
{
    comity_unmasker *unmasker = context;
    uint64_t raw = 0;
    uint64_t raw_end = 0;
    if (part->level != 0 || !unmasker->is_written_to) {
        return COMITY_OK;
    }
    for (size_t i = 0; i < piece->size; i++) {
        if (unmasker->phase == PHASE_IDLE) {
            /* All that cannot begin a token is passed over; the byte before it is remembered. */
            const uint8_t *next = memchr(piece->bytes + i, COMITY_MASK_BEGIN_TOKEN[0], piece->size - i);
            size_t at = next == NULL ? piece->size : (size_t)(next - piece->bytes);
            if (at != i) {
                (void)comity_form_raw_range(piece->runs, piece->run_count, piece->decoded + at - 1, piece->decoded + at,
                                            &unmasker->last_raw, &raw_end);
                unmasker->last = piece->bytes[at - 1];
            }
            i = at;
            if (i == piece->size) {
                break;
            }
        }
        (void)comity_form_raw_range(piece->runs, piece->run_count, piece->decoded + i, piece->decoded + i + 1, &raw, &raw_end);
        COMITY_TRY(take_byte(unmasker, piece->bytes[i], raw, raw_end, reterr));
    }
    uint64_t end = piece->decoded + piece->size;
    (void)comity_form_raw_range(piece->runs, piece->run_count, end - 1, end, &raw, &unmasker->raw_last);
    return COMITY_OK;
}

static comity_status part_end(void *context, const comity_form_part *part, comity_error *reterr)
{
    comity_unmasker *unmasker = context;
    (void)reterr;
    if (part->level == 0) {
        unmasker->is_open = false;
        unmasker->phase = PHASE_IDLE;
    }
    return COMITY_OK;
}

static comity_status flush(comity_unmasker *unmasker, comity_error *reterr)
{
    uint64_t settled = unmasker->raw_last > unmasker->last_begin ? unmasker->raw_last : unmasker->last_begin;
    bool is_held = unmasker->is_open && unmasker->is_written_to;
    if (is_held && unmasker->phase != PHASE_IDLE && unmasker->raw_begin < settled) {
        settled = unmasker->raw_begin;
    } else if (is_held && unmasker->last == '"' && unmasker->last_raw < settled) {
        settled = unmasker->last_raw; /* it may be that of a bare number's token */
    }
    return comity_edits_flush(&unmasker->edits, settled, reterr);
}

/* ---- the unmasker ---- */

comity_status comity_unmasker_new(comity_mask_key *key, comity_mask_write write, void *context,
                                  comity_unmasker **ret_unmasker, comity_error *reterr)
{
    comity_unmasker *unmasker = calloc(1, sizeof *unmasker);
    if (unmasker == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "no memory to turn tokens back");
    }
    unmasker->key = key;
    unmasker->write = write;
    unmasker->context = context;
    comity_edits_init(&unmasker->edits, COMITY_LIMIT_MASK_WINDOW_BYTES, write, context);
    comity_buffer_init(&unmasker->letters, COMITY_MASK_TOKEN_BYTES_MAX * 4);
    *ret_unmasker = unmasker;
    return COMITY_OK;
}

void comity_unmasker_free(comity_unmasker *unmasker)
{
    if (unmasker == NULL) {
        return;
    }
    comity_form_close(unmasker->form);
    comity_edits_free(&unmasker->edits);
    comity_buffer_free(&unmasker->letters);
    free(unmasker);
}

comity_status comity_unmasker_start(comity_unmasker *unmasker, const comity_form_hints *hints, comity_error *reterr)
{
    comity_form_sink sink = {.context = unmasker, .part_begin = part_begin, .piece = piece, .part_end = part_end};
    comity_edits_free(&unmasker->edits);
    comity_edits_init(&unmasker->edits, COMITY_LIMIT_MASK_WINDOW_BYTES, unmasker->write, unmasker->context);
    unmasker->turned = 0;
    unmasker->left = 0;
    unmasker->is_open = false;
    unmasker->phase = PHASE_IDLE;
    unmasker->raw_last = 0;
    unmasker->last_begin = 0;
    unmasker->failed = COMITY_OK;
    return unmasker->form == NULL ? comity_form_open(hints, NULL, &sink, &unmasker->form, reterr)
                                  : comity_form_restart(unmasker->form, hints, reterr);
}

static comity_status settle(comity_unmasker *unmasker, comity_status status, const comity_error *error,
                            comity_error *reterr)
{
    if (status != COMITY_OK && unmasker->failed == COMITY_OK) {
        unmasker->failed = status;
        unmasker->error = *error;
    }
    if (unmasker->failed != COMITY_OK && reterr != NULL) {
        *reterr = unmasker->error;
    }
    return unmasker->failed;
}

comity_status comity_unmasker_feed(comity_unmasker *unmasker, const void *bytes, size_t size, comity_error *reterr)
{
    const uint8_t *from = bytes;
    comity_error error = {.code = COMITY_OK};
    comity_status status = unmasker->failed;
    while (status == COMITY_OK && size != 0) {
        size_t n = size < CHUNK_SIZE ? size : CHUNK_SIZE;
        status = comity_edits_feed(&unmasker->edits, from, n, &error);
        status = status == COMITY_OK ? comity_form_feed(unmasker->form, from, n, &error) : status;
        status = status == COMITY_OK ? flush(unmasker, &error) : status;
        from += n;
        size -= n;
    }
    return settle(unmasker, status, &error, reterr);
}

comity_status comity_unmasker_finish(comity_unmasker *unmasker, comity_error *reterr)
{
    comity_error error = {.code = COMITY_OK};
    comity_status status = unmasker->failed;
    status = status == COMITY_OK ? comity_form_finish(unmasker->form, &error) : status;
    if (status == COMITY_OK) {
        status = comity_edits_flush(&unmasker->edits, unmasker->edits.base + unmasker->edits.size, &error);
    }
    return settle(unmasker, status, &error, reterr);
}

void comity_unmasker_counts(const comity_unmasker *unmasker, uint64_t *ret_turned, uint64_t *ret_left)
{
    *ret_turned = unmasker->turned;
    *ret_left = unmasker->left;
}
