/* Quotes are counted, sixty-four bytes at a time where there is no backslash: that is
 * all that JSON takes to tell inside from outside. */
#include "inspect/mask_lexer.h"

#include "base/swar.h"

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

/* 64 bytes at once: false if there is a backslash in them. */
static bool count_quotes(const uint8_t *bytes, unsigned *ret_quotes)
{
    uint8_t quotes = 0;
    uint8_t backslashes = 0;
    for (size_t i = 0; i < 64; i++) {
        quotes = (uint8_t)(quotes + (bytes[i] == '"'));
        backslashes = (uint8_t)(backslashes | (bytes[i] == '\\'));
    }
    *ret_quotes = quotes;
    return backslashes == 0;
}

/* The first `count` of eight bytes, likewise. */
static bool count_quotes_of_word(const uint8_t *bytes, size_t count, unsigned *ret_quotes)
{
    uint64_t word = comity_swar_load_ordered(bytes);
    word &= ~UINT64_C(0) >> (64 - 8 * count);
    *ret_quotes = (unsigned)__builtin_popcountll(comity_swar_all_equal(word, '"'));
    return comity_swar_equal(word, '\\') == 0;
}

/* Brings the state to `place`. */
static void advance(comity_mask_lexer *lexer, uint64_t place)
{
    const uint8_t *text = lexer->text + lexer->from;
    size_t at = (size_t)(lexer->at - lexer->base);
    size_t end = (size_t)(place - lexer->base);
    while (at < end) {
        unsigned quotes = 0;
        if (end - at >= 64 && !lexer->is_escaped && count_quotes(text + at, &quotes)) {
            lexer->in_string = lexer->in_string != ((quotes & 1) != 0);
            at += 64;
            continue;
        }
        size_t count = end - at < 8 ? end - at : 8;
        if (lexer->size - at >= 8 && !lexer->is_escaped && count_quotes_of_word(text + at, count, &quotes)) {
            lexer->in_string = lexer->in_string != ((quotes & 1) != 0);
            at += count;
            continue;
        }
        for (size_t stop = at + count; at < stop; at++) {
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
