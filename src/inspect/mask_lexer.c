/* Quotes are counted, 64 bytes at a time where there is no backslash: that is all that JSON takes to
 * tell inside from outside. It is done only for what looks like a number from near; and where documents
 * have a line each, from the last newline on. */
#include "inspect/mask_lexer.h"

#include "inspect/scan_look.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Quotes are counted over so many bytes rather than a newline looked for. */
#define NEAR_SIZE ((size_t)1024)

void comity_mask_lexer_start(comity_mask_lexer *lexer, bool by_lines)
{
    *lexer = (comity_mask_lexer){.by_lines = by_lines, .copy = lexer->copy, .room = lexer->room};
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
    lexer->in_string = lexer->in_string != is_odd(&seen);
    return at;
}

/* Brings the state to `place`. */
static void advance(comity_mask_lexer *lexer, uint64_t place)
{
    size_t at = (size_t)(lexer->at - lexer->base);
    size_t end = (size_t)(place - lexer->base);
    while (at < end) {
        at = lexer->is_escaped ? at : advance_plain(lexer, at, end);
        for (size_t stop = end - at < BLOCK_SIZE ? end : at + BLOCK_SIZE; at < stop; at++) {
            bool is_escaped = lexer->is_escaped;
            lexer->is_escaped = !is_escaped && lexer->in_string && lexer->text[at] == '\\';
            lexer->in_string = lexer->in_string != (lexer->text[at] == '"' && !is_escaped);
        }
    }
    lexer->at = place;
}

/* The same, from the last newline on where one ends the document before. */
static void advance_far(comity_mask_lexer *lexer, uint64_t place)
{
    if (lexer->by_lines && place - lexer->at > NEAR_SIZE) {
        uint64_t line = place;
        while (line > lexer->at && lexer->text[line - 1 - lexer->base] != '\n') {
            line--;
        }
        if (line > lexer->at) {
            lexer->in_string = false;
            lexer->is_escaped = false;
            lexer->at = line;
        }
    }
    advance(lexer, place);
}

/* The state at a place before the one that it has come to: backwards over the quotes between. */
static bool was_in_string(const comity_mask_lexer *lexer, uint64_t place)
{
    bool in_string = lexer->in_string;
    for (uint64_t at = lexer->at; at > place; at--) {
        size_t i = (size_t)(at - 1 - lexer->base);
        size_t slashes = 0;
        while (slashes < i && lexer->text[i - 1 - slashes] == '\\') {
            slashes++;
        }
        in_string = in_string != (lexer->text[i] == '"' && slashes % 2 == 0);
    }
    return in_string;
}

/* ---- numbers ---- */

/* Whether a number may stand behind it, or go on. */
static bool comes_before_number(uint8_t byte)
{
    return comity_mask_lexer_is_of_number(byte) || byte == ':' || byte == ',' || byte == '[' || byte == ' ' || byte == '\n' ||
           byte == '\r' || byte == '\t';
}

bool comity_mask_lexer_bare(comity_mask_lexer *lexer, uint64_t *begin, uint64_t *end)
{
    assert(*begin >= lexer->base && *end - lexer->base <= lexer->size && *begin < *end);
    size_t before = (size_t)(*begin - lexer->base);
    if (before > 0 && !comes_before_number(lexer->text[before - 1])) {
        return false; /* behind a quote, as it mostly is: nothing need be counted */
    }
    if (*begin >= lexer->at) {
        advance_far(lexer, *begin);
    }
    if (*begin == lexer->at ? lexer->in_string : was_in_string(lexer, *begin)) {
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
    if (lexer->at < settled) {
        advance_far(lexer, settled);
    }
    size_t size = (size_t)(settled - lexer->base);
    lexer->text += size;
    lexer->size -= size;
    lexer->base = settled;
}
