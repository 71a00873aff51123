/* Quotes are counted, sixteen bytes at a time where there is no backslash: that is
 * all that JSON takes to tell inside from outside. */
#include "inspect/mask_lexer.h"

#include "inspect/scan_look.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void comity_mask_lexer_start(comity_mask_lexer *lexer)
{
    *lexer = (comity_mask_lexer){.text = lexer->text, .room = lexer->room};
}

void comity_mask_lexer_free(comity_mask_lexer *lexer)
{
    free(lexer->text);
    *lexer = (comity_mask_lexer){.text = NULL};
}

comity_status comity_mask_lexer_feed(comity_mask_lexer *lexer, const uint8_t *bytes, size_t size, comity_error *reterr)
{
    if (size > lexer->room - lexer->from - lexer->size && lexer->from != 0) {
        memmove(lexer->text, lexer->text + lexer->from, lexer->size);
        lexer->from = 0;
    }
    if (size > lexer->room - lexer->size) {
        size_t wanted = (lexer->size + size) * 2;
        uint8_t *larger = realloc(lexer->text, wanted);
        if (larger == NULL) {
            return comity_fail(reterr, COMITY_ERROR_MEMORY, "no memory to hold %zu bytes of JSON", wanted);
        }
        lexer->text = larger;
        lexer->room = wanted;
    }
    memcpy(lexer->text + lexer->from + lexer->size, bytes, size);
    lexer->size += size;
    return COMITY_OK;
}

/* False if there is a backslash among sixteen bytes. Quotes make bytes of `seen` odd, or even again. */
static inline bool take_quotes(comity_bytes16 of, comity_bytes16 *seen)
{
    uint64_t backslashes[2];
    comity_bytes16 is_backslash = (comity_bytes16)(of == '\\');
    memcpy(backslashes, &is_backslash, sizeof backslashes);
    if ((backslashes[0] | backslashes[1]) != 0) {
        return false;
    }
    *seen ^= (comity_bytes16)(of == '"');
    return true;
}

static bool is_odd(const comity_bytes16 *seen)
{
    uint64_t words[2];
    memcpy(words, seen, sizeof words);
    return (((words[0] ^ words[1]) & COMITY_SWAR_ONES) * COMITY_SWAR_ONES >> 56 & 1) != 0; /* of the sum of all bytes */
}

/* Over bytes without a backslash; returns where the first sixteen are that have one, or cannot be read at once. */
static size_t advance_plain(comity_mask_lexer *lexer, size_t at, size_t end)
{
    const uint8_t *text = lexer->text + lexer->from;
    comity_bytes16 seen = {0};
    bool is_plain = true;
    for (; is_plain && end - at >= sizeof seen; at += is_plain ? sizeof seen : 0) {
        comity_bytes16 of;
        memcpy(&of, text + at, sizeof of);
        is_plain = take_quotes(of, &seen);
    }
    if (is_plain && at < end && lexer->size - at >= sizeof seen && take_quotes(comity_look_load(text + at, end - at), &seen)) {
        at = end;
    }
    lexer->in_string = lexer->in_string != is_odd(&seen);
    return at;
}

/* Brings the state to `place`. */
static void advance(comity_mask_lexer *lexer, uint64_t place)
{
    const uint8_t *text = lexer->text + lexer->from;
    size_t at = (size_t)(lexer->at - lexer->base);
    size_t end = (size_t)(place - lexer->base);
    while (at < end) {
        at = lexer->is_escaped ? at : advance_plain(lexer, at, end);
        for (size_t stop = end - at < 16 ? end : at + 16; at < stop; at++) {
            bool is_escaped = lexer->is_escaped;
            lexer->is_escaped = !is_escaped && lexer->in_string && text[at] == '\\';
            lexer->in_string = lexer->in_string != (text[at] == '"' && !is_escaped);
        }
    }
    lexer->at = place;
}

static bool is_of_number(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || byte == '-' || byte == '+' || byte == '.' || byte == 'e' || byte == 'E';
}

bool comity_mask_lexer_bare(comity_mask_lexer *lexer, uint64_t *begin, uint64_t *end)
{
    assert(*begin >= lexer->base && *end - lexer->base <= lexer->size && *begin < *end);
    size_t before = (size_t)(*begin - lexer->base);
    if (before >= 2 && lexer->text[lexer->from + before - 1] == '"' && lexer->text[lexer->from + before - 2] != '\\') {
        return false; /* behind a quote a string begins, as it mostly does: nothing need be counted */
    }
    comity_mask_lexer own = *lexer;
    if (*begin >= lexer->at) {
        advance(lexer, *begin);
        own = *lexer;
    } else {
        /* A finding that begins before one that was asked for: backwards over the quotes between. */
        const uint8_t *text = lexer->text + lexer->from;
        for (uint64_t at = lexer->at; at > *begin; at--) {
            size_t i = (size_t)(at - 1 - lexer->base);
            size_t slashes = 0;
            while (slashes < i && text[i - 1 - slashes] == '\\') {
                slashes++;
            }
            own.in_string = own.in_string != (text[i] == '"' && slashes % 2 == 0);
        }
    }
    if (own.in_string) {
        return false;
    }
    const uint8_t *text = lexer->text + lexer->from;
    while (*begin > lexer->base && is_of_number(text[*begin - 1 - lexer->base])) {
        (*begin)--;
    }
    while (*end - lexer->base < lexer->size && is_of_number(text[*end - lexer->base])) {
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
    if (lexer->at < settled) {
        advance(lexer, settled);
    }
    size_t size = (size_t)(settled - lexer->base);
    lexer->from += size;
    lexer->size -= size;
    lexer->base = settled;
}
