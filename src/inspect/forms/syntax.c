/* What comes in: the first bytes of a text, and what somebody said it is. What goes
 * out: its syntax. What was said decides only where the bytes allow it. The same
 * bytes always give the same answer. */
#include "inspect/forms/syntax.h"

#include "base/json.h"
#include "inspect/forms/rows.h"

/* ---- words ---- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool comity_begins_with(const char *text, size_t size, const char *word)
{
    size_t i = 0;
    while (word[i] != '\0') {
        if (i == size || lower(text[i]) != lower(word[i])) {
            return false;
        }
        i++;
    }
    return true;
}

bool comity_ends_with(const char *text, const char *end)
{
    size_t size = strlen(text);
    size_t end_size = strlen(end);
    return size >= end_size && comity_begins_with(text + (size - end_size), end_size, end);
}

bool comity_has_word(const char *text, const char *word)
{
    for (; *text != '\0'; text++) {
        if (comity_begins_with(text, strlen(text), word)) {
            return true;
        }
    }
    return false;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_letter(char c)
{
    return lower(c) >= 'a' && lower(c) <= 'z';
}

/* ---- JSON ---- */

/* Whether the text is the beginning of JSON, and where its first value ends, if it does. */
static bool is_json(const char *text, size_t size, size_t *ret_end)
{
    comity_json json;
    comity_json_token token;
    comity_json_init(&json, COMITY_LIMIT_JSON_DEPTH_CEILING);
    comity_json_feed(&json, text, size, false);
    do {
        if (comity_json_next(&json, &token, NULL) != COMITY_OK) {
            return false;
        }
        bool begins = token.kind == COMITY_JSON_OBJECT_BEGIN || token.kind == COMITY_JSON_ARRAY_BEGIN;
        if (token.depth == 0 && token.kind != COMITY_JSON_NONE && !begins) {
            *ret_end = (size_t)token.end;
            return true;
        }
    } while (token.kind != COMITY_JSON_NONE);
    *ret_end = size;
    return true;
}

/* A number or a string alone is JSON only if somebody said so. */
static bool find_json(const char *text, size_t size, bool is_told, bool is_lines_told, comity_text_about *ret_about)
{
    size_t end = 0;
    if (size == 0 || (text[0] != '{' && text[0] != '[' && !is_told) || !is_json(text, size, &end)) {
        return false;
    }
    size_t next = end;
    while (next < size && is_space(text[next])) {
        next++;
    }
    bool is_lines = next < size && memchr(text + end, '\n', next - end) != NULL;
    if (next < size && !is_lines) {
        return false;
    }
    ret_about->syntax = is_lines || is_lines_told ? COMITY_FORM_NDJSON : COMITY_FORM_JSON;
    return true;
}

/* ---- markup ---- */

static bool has_tag(const char *text, size_t size, const char *tag)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '<' && comity_begins_with(text + i, size - i, tag)) {
            return true;
        }
    }
    return false;
}

static bool find_markup(const char *text, size_t size, const char *content_type, const char *name,
                        comity_text_about *ret_about)
{
    static const char *const tags[] = {"<!doctype html", "<html", "<body", "<head>", "<div",
                                       "<table",         "<p>",   "<span", "<br"};
    if (size < 2 || text[0] != '<' || !(is_letter(text[1]) || text[1] == '!' || text[1] == '?' || text[1] == '_')) {
        return false;
    }
    bool is_html =
        comity_has_word(content_type, "html") || comity_ends_with(name, ".html") || comity_ends_with(name, ".htm");
    for (size_t i = 0; !is_html && i < sizeof tags / sizeof tags[0]; i++) {
        bool anywhere = i < 2;
        is_html =
            anywhere ? has_tag(text, size < 1024 ? size : 1024, tags[i]) : comity_begins_with(text, size, tags[i]);
    }
    if (!is_html && memchr(text, '>', size) == NULL) {
        return false;
    }
    ret_about->syntax = is_html ? COMITY_FORM_HTML : COMITY_FORM_XML;
    return true;
}

/* ---- forms ---- */

static bool find_urlencoded(const char *text, size_t size, const char *content_type, comity_text_about *ret_about)
{
    bool is_told = comity_has_word(content_type, "x-www-form-urlencoded");
    size_t equals = 0;
    size_t ands = 0;
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if (c <= ' ' || c == '"' || c == '<' || c == '>' || c == '{' || c == '}' || c == ';' || c == ',' || c == 0x7F) {
            if (!is_told || c == '\0') {
                return false;
            }
        }
        equals += c == '=';
        ands += c == '&';
        if (!is_told && c == '&' && equals != ands) {
            return false; /* each pair has one equals sign */
        }
    }
    if (equals == 0 || (!is_told && (ands == 0 || text[0] == '='))) {
        return false;
    }
    ret_about->syntax = COMITY_FORM_URLENCODED;
    return true;
}

/* ---- all together ---- */

comity_text_about comity_syntax_find(const char *text, size_t size, bool whole, const char *content_type,
                                     const char *name)
{
    comity_text_about about = {.syntax = COMITY_FORM_TEXT};
    size_t begin = 0;
    while (begin < size && is_space(text[begin])) {
        begin++;
    }
    bool is_lines_told = comity_has_word(content_type, "ndjson") || comity_has_word(content_type, "jsonl") ||
                         comity_ends_with(name, ".ndjson") || comity_ends_with(name, ".jsonl");
    bool is_told = is_lines_told || comity_has_word(content_type, "json") || comity_ends_with(name, ".json");
    if (find_json(text + begin, size - begin, is_told, is_lines_told, &about) ||
        find_markup(text + begin, size - begin, content_type, name, &about) ||
        find_urlencoded(text, size, content_type, &about)) {
        return about;
    }
    char told = comity_has_word(content_type, "tab-separated") || comity_ends_with(name, ".tsv") ? '\t'
                : comity_has_word(content_type, "text/csv") || comity_ends_with(name, ".csv")    ? ','
                                                                                                 : '\0';
    (void)comity_rows_find(text, size, whole, told, &about);
    return about;
}
