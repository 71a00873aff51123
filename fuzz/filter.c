/* Any bytes as the arguments of a query, NAME=VALUE with '&' between: they are read or
 * refused with a message; what was read is within its limits, and the same again in
 * another order. */
#include "serve/filter.h"

#include <stdlib.h>
#include <string.h>

#define INPUT_SIZE_MAX 4096
#define ARGUMENTS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static size_t cut(char *text, char **names, char **values)
{
    size_t count = 0;
    char *rest = NULL;
    for (char *piece = strtok_r(text, "&", &rest); piece != NULL && count < ARGUMENTS_MAX; piece = strtok_r(NULL, "&", &rest)) {
        char *equals = strchr(piece, '=');
        names[count] = piece;
        values[count++] = equals == NULL ? NULL : equals + 1;
        if (equals != NULL) {
            *equals = '\0';
        }
    }
    return count;
}

static void check(const comity_filter *filter)
{
    const comity_filter_word *words[] = {&filter->act, &filter->from, &filter->to, &filter->state,
                                         &filter->rule, &filter->category, &filter->gate};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        require(memchr(words[i]->text, '\0', sizeof words[i]->text) != NULL);
        require(strpbrk(words[i]->text, " \"\\<>&%") == NULL);
    }
    require(filter->limit >= 1 && filter->limit <= COMITY_LIMIT_SERVE_ROWS && filter->verdicts < 16);
}

static void require_same(const comity_filter *one, const comity_filter *other)
{
    const comity_filter_word *words[] = {&one->act, &one->from, &one->to, &one->state, &one->rule, &one->category, &one->gate};
    const comity_filter_word *others[] = {&other->act, &other->from, &other->to, &other->state,
                                          &other->rule, &other->category, &other->gate};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        require(strcmp(words[i]->text, others[i]->text) == 0);
    }
    require(one->verdicts == other->verdicts && one->since_ms == other->since_ms && one->until_ms == other->until_ms);
    require(one->has_before == other->has_before && one->before == other->before && one->limit == other->limit);
    require(one->has_after == other->has_after && one->after == other->after && one->narrow == other->narrow);
    require(one->given == other->given);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *names[ARGUMENTS_MAX];
    char *values[ARGUMENTS_MAX];
    comity_filter filter;
    comity_filter again;
    comity_error error = {.code = COMITY_OK};
    if (size == 0 || size > INPUT_SIZE_MAX) {
        return 0;
    }
    unsigned allowed = bytes[0] & 15u;
    char *text = calloc(1, size);
    require(text != NULL);
    memcpy(text, bytes + 1, size - 1);
    size_t count = cut(text, names, values);
    comity_status status = COMITY_OK;
    comity_filter_init(&filter);
    for (size_t i = 0; i < count && status == COMITY_OK; i++) {
        status = comity_filter_set(&filter, allowed, names[i], values[i], &error);
    }
    if (status == COMITY_OK) {
        check(&filter);
        comity_filter_init(&again);
        for (size_t i = count; i > 0; i--) {
            require(comity_filter_set(&again, allowed, names[i - 1], values[i - 1], &error) == COMITY_OK);
        }
        require_same(&filter, &again);
    } else {
        require(error.code == status && error.message[0] != '\0');
    }
    free(text);
    return 0;
}
