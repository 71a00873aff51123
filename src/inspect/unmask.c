/* Tokens are looked for in the raw bytes, and in the characters of parts in UTF-16 and
 * UTF-32, and replaced by the raw bytes they were made of. In all other sets a token's
 * bytes are ASCII wherever it stands, so nothing need be known of the part: what a
 * masked copy is taken for need not be what its input was taken for. A token that
 * does not open stays as it is and is counted. */
#include "inspect/mask.h"

#include "base/limits.h"
#include "inspect/mask_value.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE ((size_t)65536)

enum { PHASE_IDLE, PHASE_PREFIX, PHASE_LETTERS, PHASE_QUOTE };

/* The token at hand in one row of characters. */
typedef struct matcher {
    uint8_t phase;
    uint8_t last; /* the character before, and where it begins */
    uint64_t last_begin;
    size_t matched;
    bool is_bare;
    bool has_quote;
    uint64_t word;  /* where the token begins */
    uint64_t begin; /* and the quote before it, if there is one */
    comity_buffer letters;
} matcher;

struct comity_unmasker {
    comity_mask_key *key;
    comity_mask_write write;
    void *context;
    comity_form *form; /* finds the parts whose characters are wide */
    bool form_failed;  /* what it does not understand is none */
    comity_edits edits;
    matcher narrow;
    matcher wide;
    bool is_wide; /* a part with wide characters is open */
    uint64_t wide_end;
    uint64_t at; /* of the next raw byte */
    uint64_t turned;
    uint64_t left;
    comity_status failed;
    comity_error error;
};

/* ---- one token ---- */

/* Opens the letters at hand and replaces them; `end` is behind the token. */
static comity_status end_token(comity_unmasker *unmasker, matcher *match, uint64_t end, comity_error *reterr)
{
    const uint8_t *letters = NULL;
    size_t size = 0;
    match->phase = PHASE_IDLE;
    COMITY_TRY(comity_buffer_bytes(&match->letters, &letters, &size, reterr));
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
    uint64_t begin = match->is_bare ? match->begin : match->word;
    if (is_good && begin >= unmasker->edits.base) {
        unmasker->turned++;
        status = comity_edits_add(&unmasker->edits, begin, end, 0, opened + 1, sealed_size - COMITY_MASK_SEAL_SIZE - 1,
                                  reterr);
    } else {
        unmasker->left++;
    }
    free(memory);
    return status;
}

/* Whether a character goes on with the token at hand. */
static bool goes_on(matcher *match, uint8_t character)
{
    static const char prefix[] = COMITY_MASK_BEGIN_TOKEN;
    if (match->phase == PHASE_PREFIX) {
        bool is_end = match->matched == sizeof prefix - 2;
        if (is_end && character == 'q' && !match->is_bare && match->has_quote) {
            match->is_bare = true;
            return true;
        }
        if (character != (uint8_t)prefix[match->matched]) {
            return false;
        }
        match->matched++;
        match->phase = is_end ? PHASE_LETTERS : PHASE_PREFIX;
        return true;
    }
    if (match->phase == PHASE_LETTERS && character >= 'a' && character <= 'p' &&
        match->letters.size < 2 * (COMITY_MASK_TOKEN_BYTES_MAX + COMITY_MASK_SEAL_SIZE + 1)) {
        comity_buffer_append_byte(&match->letters, character);
        return true;
    }
    return (match->phase == PHASE_LETTERS && character == COMITY_MASK_TOKEN_END) ||
           (match->phase == PHASE_QUOTE && character == '"');
}

static void begin_token(matcher *match, uint64_t begin)
{
    match->phase = PHASE_PREFIX;
    match->matched = 1;
    match->is_bare = false;
    match->has_quote = match->last == '"';
    match->word = begin;
    match->begin = match->has_quote ? match->last_begin : begin;
    comity_buffer_reset(&match->letters);
}

/* The next character, which stands at the raw bytes [begin, end). */
static comity_status take_character(comity_unmasker *unmasker, matcher *match, uint8_t character, uint64_t begin,
                                    uint64_t end, comity_error *reterr)
{
    comity_status status = COMITY_OK;
    if (match->phase != PHASE_IDLE && !goes_on(match, character)) {
        bool again = match->phase == PHASE_LETTERS && match->last == (uint8_t)COMITY_MASK_BEGIN_TOKEN[0];
        match->phase = PHASE_IDLE;
        if (again) { /* what was taken for its last letter may begin a token: "ctok-ctok-…" */
            match->last = 0;
            begin_token(match, match->last_begin);
            match->phase = goes_on(match, character) ? match->phase : PHASE_IDLE;
        }
    }
    if (match->phase == PHASE_IDLE) {
        if (character == (uint8_t)COMITY_MASK_BEGIN_TOKEN[0]) {
            begin_token(match, begin);
        }
    } else if (match->phase == PHASE_QUOTE) {
        status = end_token(unmasker, match, end, reterr);
    } else if (match->phase == PHASE_LETTERS && character == COMITY_MASK_TOKEN_END) {
        match->phase = PHASE_QUOTE;
        status = match->is_bare ? COMITY_OK : end_token(unmasker, match, end, reterr);
    }
    match->last = character;
    match->last_begin = begin;
    return status;
}

static void reset(matcher *match)
{
    match->phase = PHASE_IDLE;
    match->last = 0;
}

/* ---- raw bytes ---- */

static comity_status look(comity_unmasker *unmasker, const uint8_t *bytes, size_t size, comity_error *reterr)
{
    matcher *match = &unmasker->narrow;
    uint64_t begin = unmasker->at;
    for (size_t i = 0; i < size; i++) {
        if (match->phase == PHASE_IDLE) {
            /* All that cannot begin a token is passed over; the byte before it is remembered. */
            const uint8_t *next = memchr(bytes + i, COMITY_MASK_BEGIN_TOKEN[0], size - i);
            size_t at = next == NULL ? size : (size_t)(next - bytes);
            if (at != i) {
                match->last = bytes[at - 1];
                match->last_begin = begin + at - 1;
            }
            i = at;
            if (i == size) {
                break;
            }
        }
        COMITY_TRY(take_character(unmasker, match, bytes[i], begin + i, begin + i + 1, reterr));
    }
    unmasker->at += size;
    return COMITY_OK;
}

/* ---- parts whose characters are wide ---- */

static comity_status part_begin(void *context, const comity_form_part *part, comity_error *reterr)
{
    comity_unmasker *unmasker = context;
    (void)reterr;
    if (part->level == 0) {
        bool is_wide = strncmp(part->charset, "utf-16", 6) == 0 || strncmp(part->charset, "utf-32", 6) == 0;
        unmasker->is_wide = is_wide && part->place == COMITY_FORM_ANY_SIZE;
        unmasker->wide_end = part->raw_begin;
        reset(&unmasker->wide);
    }
    return COMITY_OK;
}

static comity_status piece(void *context, const comity_form_part *part, const comity_form_piece *piece,
                           comity_error *reterr)
{
    comity_unmasker *unmasker = context;
    for (size_t i = 0; part->level == 0 && unmasker->is_wide && i < piece->size; i++) {
        uint64_t begin = 0;
        uint64_t place = piece->decoded + i;
        (void)comity_form_raw_range(piece->runs, piece->run_count, place, place + 1, &begin, &unmasker->wide_end);
        COMITY_TRY(take_character(unmasker, &unmasker->wide, piece->bytes[i], begin, unmasker->wide_end, reterr));
    }
    return COMITY_OK;
}

static comity_status part_end(void *context, const comity_form_part *part, comity_error *reterr)
{
    comity_unmasker *unmasker = context;
    (void)reterr;
    unmasker->is_wide = unmasker->is_wide && part->level != 0;
    return COMITY_OK;
}

/* What the decoder does not understand has no wide parts; only failures of ours count. */
static comity_status decode(comity_unmasker *unmasker, const uint8_t *bytes, size_t size, comity_error *reterr)
{
    if (unmasker->form_failed) {
        return COMITY_OK;
    }
    comity_status status = comity_form_feed(unmasker->form, bytes, size, reterr);
    unmasker->form_failed = status != COMITY_OK;
    unmasker->is_wide = unmasker->is_wide && status == COMITY_OK;
    return status == COMITY_ERROR_MEMORY ? status : COMITY_OK;
}

/* Where what this matcher may still replace begins. */
static uint64_t settled_by(const matcher *match, uint64_t end)
{
    if (match->phase != PHASE_IDLE) {
        return match->begin;
    }
    return match->last == '"' && match->last_begin < end ? match->last_begin : end;
}

/* What can no longer be part of a token goes out; but not what the decoder may hold, to tell
 * what it is, before it says that a part with wide characters begins there. */
static comity_status flush(comity_unmasker *unmasker, comity_error *reterr)
{
    uint64_t settled = settled_by(&unmasker->narrow, unmasker->at);
    uint64_t wide = unmasker->is_wide ? settled_by(&unmasker->wide, unmasker->wide_end) : settled;
    uint64_t held = unmasker->form_failed ? 0 : 2 * COMITY_LIMIT_FORM_SNIFF_BYTES;
    uint64_t told = unmasker->at > held ? unmasker->at - held : 0;
    settled = wide < settled ? wide : settled;
    return comity_edits_flush(&unmasker->edits, told < settled ? told : settled, reterr);
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
    comity_buffer_init(&unmasker->narrow.letters, COMITY_MASK_TOKEN_BYTES_MAX * 4);
    comity_buffer_init(&unmasker->wide.letters, COMITY_MASK_TOKEN_BYTES_MAX * 4);
    *ret_unmasker = unmasker;
    return COMITY_OK;
}

void comity_unmasker_free(comity_unmasker *unmasker)
{
    if (unmasker == NULL) {
        return;
    }
    comity_form_close(unmasker->form);
    comity_buffer_free(&unmasker->narrow.letters);
    comity_buffer_free(&unmasker->wide.letters);
    comity_edits_free(&unmasker->edits);
    free(unmasker);
}

comity_status comity_unmasker_start(comity_unmasker *unmasker, const comity_form_hints *hints, comity_error *reterr)
{
    comity_form_sink sink = {.context = unmasker, .part_begin = part_begin, .piece = piece, .part_end = part_end};
    comity_edits_free(&unmasker->edits);
    comity_edits_init(&unmasker->edits, COMITY_LIMIT_MASK_WINDOW_BYTES, unmasker->write, unmasker->context);
    reset(&unmasker->narrow);
    reset(&unmasker->wide);
    unmasker->is_wide = false;
    unmasker->form_failed = false;
    unmasker->at = 0;
    unmasker->turned = 0;
    unmasker->left = 0;
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
        status = status == COMITY_OK ? look(unmasker, from, n, &error) : status;
        status = status == COMITY_OK ? decode(unmasker, from, n, &error) : status;
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
    if (status == COMITY_OK && !unmasker->form_failed) {
        status = comity_form_finish(unmasker->form, &error) == COMITY_ERROR_MEMORY ? COMITY_ERROR_MEMORY : COMITY_OK;
    }
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
