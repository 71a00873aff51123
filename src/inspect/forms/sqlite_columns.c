/* The names of columns, from the statement that made their table. Nothing of SQL is
 * understood but names, quotes, parentheses and commas. */
#include "inspect/forms/sqlite.h"
#include "inspect/forms/syntax.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char closing(char c)
{
    return c == '[' ? ']' : c == '"' || c == '\'' || c == '`' ? c : '\0';
}

/* The end of one definition: a comma or parenthesis that is in no other parentheses and no quotes. */
static size_t definition_end(const char *sql, size_t size, size_t at)
{
    size_t depth = 0;
    for (; at < size; at++) {
        char quote = closing(sql[at]);
        if (quote != '\0') {
            const char *end = memchr(sql + at + 1, quote, size - at - 1);
            at = end == NULL ? size - 1 : (size_t)(end - sql);
        } else if (sql[at] == '(') {
            depth++;
        } else if ((sql[at] == ')' || sql[at] == ',') && depth == 0) {
            return at;
        } else if (sql[at] == ')') {
            depth--;
        }
    }
    return size;
}

/* The first word of a definition, its quotes left away. */
static size_t first_word(const char *sql, size_t begin, size_t end, const char **ret_word, size_t *ret_after)
{
    while (begin < end && is_blank(sql[begin])) {
        begin++;
    }
    char quote = begin < end ? closing(sql[begin]) : '\0';
    begin += quote != '\0';
    size_t at = begin;
    while (at < end && (quote != '\0' ? sql[at] != quote : !is_blank(sql[at]) && sql[at] != '(')) {
        at++;
    }
    *ret_word = sql + begin;
    *ret_after = at + (quote != '\0' && at < end);
    return at - begin;
}

/* Whether a definition is of the table as a whole. */
static bool is_constraint(const char *word, size_t size)
{
    static const char *const words[] = {"constraint", "primary", "unique", "check", "foreign"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strlen(words[i]) == size && comity_begins_with(word, size, words[i])) {
            return true;
        }
    }
    return false;
}

static bool has_words(const char *text, size_t size, const char *words)
{
    for (size_t i = 0; i < size; i++) {
        if (comity_begins_with(text + i, size - i, words)) {
            return true;
        }
    }
    return false;
}

size_t comity_sqlite_column(const char *sql, size_t size, size_t index, const char **ret_name, bool *ret_is_row)
{
    const char *open = size == 0 ? NULL : memchr(sql, '(', size);
    size_t at = open == NULL ? size : (size_t)(open - sql) + 1;
    size_t column = 0;
    while (at < size) {
        size_t end = definition_end(sql, size, at);
        size_t after = at;
        size_t word_size = first_word(sql, at, end, ret_name, &after);
        bool is_quoted = *ret_name != sql && closing((*ret_name)[-1]) != '\0';
        if (!is_quoted && is_constraint(*ret_name, word_size)) {
            return 0; /* what follows are no columns */
        }
        if (column == index) {
            *ret_is_row = has_words(sql + after, end - after, "integer primary key");
            return word_size;
        }
        column++;
        at = end + 1;
        if (end >= size || sql[end] == ')') {
            break;
        }
    }
    return 0;
}
