/* Which unknown words are quoted in messages: those that cannot well be anything but
 * misspelt words of those that are known. Of others the size is told. */
#include "base/unknown.h"

#include "base/near.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    DATE_BYTES = 10,
    NUMBER_BYTES = 8,    /* registers number persons with nine digits and more */
    PART_BYTES = 8,      /* of a code, behind its state and a hyphen */
};

comity_quote comity_unknown_size(size_t size)
{
    comity_quote told;
    (void)snprintf(told.text, sizeof told.text, size == 1 ? "a text of %zu byte" : "a text of %zu bytes", size);
    return told;
}

/* How many bytes from `at` on are among `letters`. */
static size_t span_of(const char *text, size_t at, size_t size, const char *letters)
{
    size_t begin = at;
    while (at < size && text[at] != '\0' && strchr(letters, text[at]) != NULL) {
        at++;
    }
    return at - begin;
}

static bool made_of(const char *text, size_t size, const char *letters)
{
    return span_of(text, 0, size, letters) == size;
}

#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define SMALLS "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

/* Nothing is said by it: "", "...", "-?". */
static bool says_nothing(const char *text, size_t size)
{
    return size <= DATE_BYTES && made_of(text, size, "-._?");
}

comity_quote comity_unknown_word(const char *text, size_t size, const char *near)
{
    bool meant = near != NULL && made_of(text, size, CAPITALS SMALLS DIGITS "-._");
    return meant || says_nothing(text, size) ? comity_quote_bytes(text, size) : comity_unknown_size(size);
}

/* "DE", "DEU", "CN-SH-FTZ", "AE-?" */
static bool has_form_of_code(const char *text, size_t size)
{
    size_t state = span_of(text, 0, size, CAPITALS);
    if ((state != 2 && state != 3) || state == size) {
        return state == size && (state == 2 || state == 3);
    }
    return text[state] == '-' && size - state <= PART_BYTES && made_of(text + state, size - state, CAPITALS DIGITS "-?");
}

static bool same_but_for_case(const char *text, size_t size, const char *known)
{
    return strlen(known) == size && comity_near_distance(text, size, known, size, 0) == 0;
}

comity_quote comity_unknown_code(const char *text, size_t size, const char **near)
{
    bool meant = says_nothing(text, size) || has_form_of_code(text, size) ||
                 (*near != NULL && (made_of(text, size, CAPITALS DIGITS "-?.") || same_but_for_case(text, size, *near)));
    if (!meant) {
        *near = NULL;
        return comity_unknown_size(size);
    }
    return comity_quote_bytes(text, size);
}

comity_quote comity_unknown_date(const char *text, size_t size)
{
    return size <= DATE_BYTES && made_of(text, size, DIGITS "-./") ? comity_quote_bytes(text, size) : comity_unknown_size(size);
}

comity_quote comity_unknown_number(const char *text, size_t size)
{
    comity_quote told;
    if (!made_of(text, size, DIGITS "+-.eE")) {
        return comity_unknown_size(size);
    }
    if (size <= NUMBER_BYTES) {
        return comity_quote_bytes(text, size);
    }
    (void)snprintf(told.text, sizeof told.text, "a number of %zu bytes", size);
    return told;
}

comity_quote comity_unknown_path(const char *text, size_t size, const char *const *begins)
{
    size_t first = span_of(text, 0, size, SMALLS);
    for (size_t i = 0; begins[i] != NULL; i++) {
        if (strlen(begins[i]) == first && memcmp(begins[i], text, first) == 0 &&
            made_of(text, size, SMALLS CAPITALS DIGITS "._-[]")) {
            return comity_quote_bytes(text, size);
        }
    }
    return comity_unknown_size(size);
}
