/* What comes in: the text of a trust file. What goes out: its lines, one after
 * the other, and their words. Comments and empty lines are passed over. */
#include "paper/trust_line.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

static void skip_spaces(comity_trust_cursor *cursor)
{
    while (cursor->rest_size != 0 && is_space(cursor->rest[0])) {
        cursor->rest++;
        cursor->rest_size--;
    }
}

bool comity_trust_next_line(comity_trust_cursor *cursor, bool *ret_inner)
{
    while (cursor->at < cursor->size) {
        const char *line = cursor->text + cursor->at;
        const char *end = memchr(line, '\n', cursor->size - cursor->at);
        cursor->rest = line;
        cursor->rest_size = end == NULL ? cursor->size - cursor->at : (size_t)(end - line);
        cursor->begin = cursor->at;
        cursor->at += cursor->rest_size + (end == NULL ? 0 : 1);
        cursor->line++;
        skip_spaces(cursor);
        if (cursor->rest_size != 0 && cursor->rest[0] != '#') {
            *ret_inner = cursor->rest != line;
            return true;
        }
    }
    return false;
}

bool comity_trust_next_word(comity_trust_cursor *cursor, comity_trust_word *ret_word)
{
    skip_spaces(cursor);
    size_t size = 0;
    while (size < cursor->rest_size && !is_space(cursor->rest[size])) {
        size++;
    }
    if (size == 0) {
        return false;
    }
    *ret_word = (comity_trust_word){cursor->rest, size};
    cursor->rest += size;
    cursor->rest_size -= size;
    return true;
}

bool comity_trust_rest(comity_trust_cursor *cursor, comity_trust_word *ret_rest)
{
    skip_spaces(cursor);
    size_t size = cursor->rest_size;
    while (size != 0 && is_space(cursor->rest[size - 1])) {
        size--;
    }
    *ret_rest = (comity_trust_word){cursor->rest, size};
    cursor->rest += cursor->rest_size;
    cursor->rest_size = 0;
    return size != 0;
}

bool comity_trust_word_is(const comity_trust_word *word, const char *text)
{
    return strlen(text) == word->size && memcmp(word->text, text, word->size) == 0;
}

comity_status comity_trust_fail(const comity_trust_cursor *cursor, const comity_trust_word *word, const char *format,
                                ...)
{
    char message[300];
    const char *at = word == NULL ? cursor->rest : word->text;
    const char *begin = cursor->text + cursor->begin;
    size_t before = at < begin ? 0 : (size_t)(at - begin);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    comity_status status = comity_fail(cursor->reterr, COMITY_ERROR_SYNTAX, "%s:%u:%zu: %s", cursor->file, cursor->line,
                                       comity_utf8_count(begin, before) + 1, message);
    if (cursor->reterr != NULL) {
        cursor->reterr->offset = cursor->begin + before;
    }
    return status;
}
