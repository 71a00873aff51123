/* Quotes are counted, 64 bytes at a time where there is no backslash: that is all that JSON takes to
 * tell inside from outside. It is done only for what looks like a number from near; and where documents
 * have a line each, from the last newline on. In text, a line of which may hold an object behind whatever, it
 * is done byte by byte, from its beginning on. */
#include "inspect/mask_lexer.h"

#include "inspect/scan_look.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Quotes are counted over so many bytes rather than a newline looked for. */
#define NEAR_SIZE ((size_t)1024)

void comity_mask_lexer_start(comity_mask_lexer *lexer, comity_mask_lexer_kind kind)
{
    *lexer = (comity_mask_lexer){.kind = kind, .copy = lexer->copy, .room = lexer->room};
}

void comity_mask_lexer_free(comity_mask_lexer *lexer)
{
    free(lexer->copy);
    *lexer = (comity_mask_lexer){.copy = NULL};
}

uint64_t comity_mask_lexer_base(const comity_mask_lexer *lexer)
{
    return lexer->base;
}

void comity_mask_lexer_look(comity_mask_lexer *lexer, const uint8_t *text, size_t size)
{
    lexer->text = text;
    lexer->size = size;
    lexer->is_copied = false;
}

comity_status comity_mask_lexer_feed(comity_mask_lexer *lexer, const uint8_t *bytes, size_t size, comity_error *reterr)
{
    size_t wanted = lexer->size + size;
    size_t from = lexer->is_copied ? (size_t)(lexer->text - lexer->copy) : lexer->room;
    if (wanted > lexer->room) {
        uint8_t *larger = malloc(wanted * 2);
        if (larger == NULL) {
            return comity_fail(reterr, COMITY_ERROR_MEMORY, "no memory to hold %zu bytes of JSON", wanted * 2);
        }
        if (lexer->size != 0) {
            memcpy(larger, lexer->text, lexer->size);
        }
        free(lexer->copy);
        lexer->copy = larger;
        lexer->room = wanted * 2;
        lexer->text = larger;
    } else if (wanted > lexer->room - from) {
        if (lexer->size != 0) {
            memmove(lexer->copy, lexer->text, lexer->size);
        }
        lexer->text = lexer->copy;
    }
    if (size != 0) {
        memcpy(lexer->copy + (lexer->text - lexer->copy) + lexer->size, bytes, size);
    }
    lexer->size = wanted;
    lexer->is_copied = true;
    return COMITY_OK;
}

/* ---- strings ---- */

/* Of 64 bytes: quotes make bytes of `seen` odd, or even again. False if there is a backslash among them. */
static inline bool take_quotes(const uint8_t *text, comity_bytes16 *seen)
{
    comity_bytes16 of[4];
    uint64_t backslashes[2];
    memcpy(of, text, sizeof of);
    comity_bytes16 is_backslash = (comity_bytes16)(of[0] == '\\') | (comity_bytes16)(of[1] == '\\') |
                                  (comity_bytes16)(of[2] == '\\') | (comity_bytes16)(of[3] == '\\');
    memcpy(backslashes, &is_backslash, sizeof backslashes);
    if ((backslashes[0] | backslashes[1]) != 0) {
        return false;
    }
    *seen ^= (comity_bytes16)(of[0] == '"') ^ (comity_bytes16)(of[1] == '"') ^ (comity_bytes16)(of[2] == '"') ^
             (comity_bytes16)(of[3] == '"');
    return true;
}

static bool is_odd(const comity_bytes16 *seen)
{
    uint64_t words[2];
    memcpy(words, seen, sizeof words);
    return (((words[0] ^ words[1]) & COMITY_SWAR_ONES) * COMITY_SWAR_ONES >> 56 & 1) != 0; /* of the sum of all bytes */
}

#define BLOCK_SIZE ((size_t)64)

/* Over bytes without a backslash; returns where the first 64 are that have one, or are not all there. */
static size_t advance_plain(comity_mask_lexer *lexer, size_t at, size_t end)
{
    comity_bytes16 seen = {0};
    while (end - at >= BLOCK_SIZE && take_quotes(lexer->text + at, &seen)) {
        at += BLOCK_SIZE;
    }
    lexer->state.in_string = lexer->state.in_string != is_odd(&seen);
    return at;
}

/* Brings the state to `place`. */
static void advance(comity_mask_lexer *lexer, uint64_t place)
{
    size_t at = (size_t)(lexer->state.at - lexer->base);
    size_t end = (size_t)(place - lexer->base);
    while (at < end) {
        at = lexer->state.is_escaped ? at : advance_plain(lexer, at, end);
        for (size_t stop = end - at < BLOCK_SIZE ? end : at + BLOCK_SIZE; at < stop; at++) {
            bool is_escaped = lexer->state.is_escaped;
            lexer->state.is_escaped = !is_escaped && lexer->state.in_string && lexer->text[at] == '\\';
            lexer->state.in_string = lexer->state.in_string != (lexer->text[at] == '"' && !is_escaped);
        }
    }
    lexer->state.at = place;
}

/* The same, from the last newline on where one ends the document before. */
static void advance_far(comity_mask_lexer *lexer, uint64_t place)
{
    if (lexer->kind == COMITY_MASK_LEXER_NDJSON && place - lexer->state.at > NEAR_SIZE) {
        uint64_t line = place;
        while (line > lexer->state.at && lexer->text[line - 1 - lexer->base] != '\n') {
            line--;
        }
        if (line > lexer->state.at) {
            lexer->state.in_string = false;
            lexer->state.is_escaped = false;
            lexer->state.at = line;
        }
    }
    advance(lexer, place);
}

/* The state at a place before the one that it has come to: backwards over the quotes between. */
static bool was_in_string(const comity_mask_lexer *lexer, uint64_t place)
{
    bool in_string = lexer->state.in_string;
    for (uint64_t at = lexer->state.at; at > place; at--) {
        size_t i = (size_t)(at - 1 - lexer->base);
        size_t slashes = 0;
        while (slashes < i && lexer->text[i - 1 - slashes] == '\\') {
            slashes++;
        }
        in_string = in_string != (lexer->text[i] == '"' && slashes % 2 == 0);
    }
    return in_string;
}

/* ---- JSON in lines of text ---- */

/* One byte more. */
static void text_take(comity_mask_lexer_state *state, uint8_t byte)
{
    bool was_escaped = state->is_escaped;
    bool was_string = state->in_string;
    if (byte == '\n' || !state->in_object) {
        *state = (comity_mask_lexer_state){.in_object = byte == '{'};
        return;
    }
    state->is_escaped = was_string && !was_escaped && byte == '\\';
    state->in_string = was_string != (byte == '"' && !was_escaped);
    bool is_blank = byte == ' ' || byte == '\t';
    bool is_outside = !was_string && !state->in_string;
    state->in_number = is_outside && (state->at_value || state->in_number) && comity_mask_lexer_is_of_number(byte);
    state->at_value = is_outside && (byte == ':' ? state->behind_name : state->at_value && is_blank);
    state->behind_name = (was_string && !state->in_string) || (is_outside && state->behind_name && is_blank);
}

/* The state at `place`: from what is known before it on, or from the last newline, if that is nearer. */
static comity_mask_lexer_state text_state(const comity_mask_lexer *lexer, uint64_t place)
{
    const comity_mask_lexer_state *known = lexer->asked.at <= place    ? &lexer->asked
                                           : lexer->before.at <= place ? &lexer->before
                                                                       : &lexer->state;
    uint64_t line = place;
    while (line > known->at && lexer->text[line - 1 - lexer->base] != '\n') {
        line--;
    }
    comity_mask_lexer_state state = {.at = 0};
    if (line == known->at) {
        state = *known;
    }
    for (uint64_t at = line; at < place; at++) {
        text_take(&state, lexer->text[at - lexer->base]);
    }
    state.at = place;
    return state;
}

static bool text_is_value(comity_mask_lexer *lexer, uint64_t place)
{
    comity_mask_lexer_state state = text_state(lexer, place);
    if (place > lexer->asked.at) {
        lexer->before = place - lexer->before.at > 2 * NEAR_SIZE ? lexer->asked : lexer->before;
        lexer->asked = state;
    }
    return state.at_value || state.in_number;
}

/* ---- numbers ---- */

/* Whether a number may stand behind it, or go on. */
static bool comes_before_number(uint8_t byte)
{
    return comity_mask_lexer_is_of_number(byte) || byte == ':' || byte == ',' || byte == '[' || byte == ' ' ||
           byte == '\n' || byte == '\r' || byte == '\t';
}

/* Whether a place where a number may stand is outside of strings. */
static bool is_outside(comity_mask_lexer *lexer, uint64_t place)
{
    if (lexer->kind == COMITY_MASK_LEXER_TEXT) {
        return text_is_value(lexer, place);
    }
    if (place < lexer->state.at) {
        return !was_in_string(lexer, place);
    }
    advance_far(lexer, place);
    return !lexer->state.in_string;
}

bool comity_mask_lexer_bare(comity_mask_lexer *lexer, uint64_t *begin, uint64_t *end)
{
    assert(*begin >= lexer->base && *end - lexer->base <= lexer->size && *begin < *end);
    size_t before = (size_t)(*begin - lexer->base);
    if (before > 0 && !comes_before_number(lexer->text[before - 1])) {
        return false; /* behind a quote, as it mostly is: nothing need be counted */
    }
    if (!is_outside(lexer, *begin)) {
        return false;
    }
    while (*begin > lexer->base && comity_mask_lexer_is_of_number(lexer->text[*begin - 1 - lexer->base])) {
        (*begin)--;
    }
    while (*end - lexer->base < lexer->size && comity_mask_lexer_is_of_number(lexer->text[*end - lexer->base])) {
        (*end)++;
    }
    return true;
}

void comity_mask_lexer_forget(comity_mask_lexer *lexer, uint64_t settled)
{
    if (lexer->size == 0 || settled <= lexer->base) {
        return;
    }
    uint64_t end = lexer->base + lexer->size;
    settled = settled < end ? settled : end;
    if (lexer->kind == COMITY_MASK_LEXER_TEXT) {
        lexer->state = text_state(lexer, settled);
        lexer->asked = lexer->asked.at < settled ? lexer->state : lexer->asked;
        lexer->before = lexer->before.at < settled ? lexer->state : lexer->before;
    } else if (lexer->state.at < settled) {
        advance_far(lexer, settled);
    }
    size_t size = (size_t)(settled - lexer->base);
    lexer->text += size;
    lexer->size -= size;
    lexer->base = settled;
}
