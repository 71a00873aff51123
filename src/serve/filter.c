/* Arguments of queries to a filter. One table of them; each has a reader, which says
 * exactly what it will not take. */
#include "serve/filter.h"

#include "base/quote.h"
#include "base/time.h"

#include <stddef.h>
#include <string.h>

typedef comity_status argument_reader(comity_filter *filter, const char *value, comity_error *reterr);

/* ---- readers ---- */

static comity_status read_verdict(comity_filter *filter, const char *value, comity_error *reterr)
{
    for (unsigned i = 0; i <= COMITY_REFUSE; i++) {
        if (strcmp(value, comity_verdict_name((comity_verdict)i)) == 0) {
            filter->verdicts |= 1u << i;
            return COMITY_OK;
        }
    }
    return comity_fail(reterr, COMITY_ERROR_NAME, "%s is no verdict; there are permit, conditional, undetermined and refuse",
                       comity_quote_bytes(value, strlen(value)).text);
}

static comity_status read_word(comity_filter_word *word, const char *value, comity_error *reterr)
{
    static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    size_t size = strlen(value);
    if (size == 0 || size > COMITY_LIMIT_SERVE_NAME_BYTES || strspn(value, characters) != size) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "%s is no name: at most %d letters, digits, '-', '_' and '.'",
                           comity_quote_bytes(value, size).text, COMITY_LIMIT_SERVE_NAME_BYTES);
    }
    memcpy(word->text, value, size + 1);
    return COMITY_OK;
}

static comity_status read_act(comity_filter *filter, const char *value, comity_error *reterr)
{
    return read_word(&filter->act, value, reterr);
}

static comity_status read_from(comity_filter *filter, const char *value, comity_error *reterr)
{
    return read_word(&filter->from, value, reterr);
}

static comity_status read_to(comity_filter *filter, const char *value, comity_error *reterr)
{
    return read_word(&filter->to, value, reterr);
}

static comity_status read_state(comity_filter *filter, const char *value, comity_error *reterr)
{
    return read_word(&filter->state, value, reterr);
}

static comity_status read_rule(comity_filter *filter, const char *value, comity_error *reterr)
{
    return read_word(&filter->rule, value, reterr);
}

static comity_status read_category(comity_filter *filter, const char *value, comity_error *reterr)
{
    return read_word(&filter->category, value, reterr);
}

static comity_status read_gate(comity_filter *filter, const char *value, comity_error *reterr)
{
    return read_word(&filter->gate, value, reterr);
}

static comity_status read_since(comity_filter *filter, const char *value, comity_error *reterr)
{
    return comity_time_parse(value, strlen(value), &filter->since_ms, reterr);
}

static comity_status read_until(comity_filter *filter, const char *value, comity_error *reterr)
{
    return comity_time_parse(value, strlen(value), &filter->until_ms, reterr);
}

static comity_status read_number(const char *value, uint64_t least, uint64_t most, uint64_t *ret_number,
                                 comity_error *reterr)
{
    uint64_t number;
    if (!comity_filter_number(value, &number) || number < least || number > most) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "%s is no number from %llu to %llu",
                           comity_quote_bytes(value, strlen(value)).text, (unsigned long long)least,
                           (unsigned long long)most);
    }
    *ret_number = number;
    return COMITY_OK;
}

#define ENTRY_MAX UINT64_C(999999999999999999)

static bool is_log(const char *text, size_t size)
{
    return size == COMITY_FILTER_LOG_SIZE - 1 && strspn(text, "0123456789") >= size;
}

static comity_status read_log(comity_filter *filter, const char *value, comity_error *reterr)
{
    size_t size = strlen(value);
    if (!is_log(value, size)) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "%s is no year: expected four digits",
                           comity_quote_bytes(value, size).text);
    }
    memcpy(filter->log, value, size + 1);
    return COMITY_OK;
}

static comity_status read_before(comity_filter *filter, const char *value, comity_error *reterr)
{
    filter->has_before = true;
    return read_number(value, 0, ENTRY_MAX, &filter->before, reterr);
}

static comity_status read_after(comity_filter *filter, const char *value, comity_error *reterr)
{
    filter->has_after = true;
    return comity_filter_entry(value, filter->log, &filter->after)
               ? COMITY_OK
               : comity_fail(reterr, COMITY_ERROR_SYNTAX, "%s is no entry: expected a number, or a year and a number, as in 2026/17",
                             comity_quote_bytes(value, strlen(value)).text);
}

static comity_status read_limit(comity_filter *filter, const char *value, comity_error *reterr)
{
    return read_number(value, 1, COMITY_LIMIT_SERVE_ROWS, &filter->limit, reterr);
}

/* ---- the table ---- */

static const struct argument {
    const char *name;
    unsigned kind;  /* COMITY_FILTER_… */
    bool several;   /* may be given more than once */
    argument_reader *read;
} arguments[] = {
    {"act", COMITY_FILTER_WORDS, false, read_act},
    {"after", COMITY_FILTER_AFTER, false, read_after},
    {"before", COMITY_FILTER_PAGED, false, read_before},
    {"category", COMITY_FILTER_WORDS, false, read_category},
    {"from", COMITY_FILTER_WORDS, false, read_from},
    {"gate", COMITY_FILTER_WORDS, false, read_gate},
    {"limit", COMITY_FILTER_PAGED, false, read_limit},
    {"log", COMITY_FILTER_PAGED, false, read_log},
    {"rule", COMITY_FILTER_WORDS, false, read_rule},
    {"since", COMITY_FILTER_TIMES, false, read_since},
    {"state", COMITY_FILTER_WORDS, false, read_state},
    {"to", COMITY_FILTER_WORDS, false, read_to},
    {"until", COMITY_FILTER_TIMES, false, read_until},
    {"verdict", COMITY_FILTER_WORDS, true, read_verdict},
};

enum { ARGUMENT_COUNT = sizeof arguments / sizeof arguments[0] };

_Static_assert(ARGUMENT_COUNT <= 32, "a bit for each");

void comity_filter_init(comity_filter *ret_filter)
{
    *ret_filter = (comity_filter){.until_ms = UINT64_MAX, .limit = COMITY_SERVE_ROWS_DEFAULT};
}

bool comity_filter_number(const char *text, uint64_t *ret_number)
{
    uint64_t number = 0;
    size_t size = strlen(text);
    if (size == 0 || size > 18 || strspn(text, "0123456789") != size || (size > 1 && text[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        number = number * 10 + (uint64_t)(text[i] - '0');
    }
    *ret_number = number;
    return true;
}

bool comity_filter_entry(const char *text, char ret_log[COMITY_FILTER_LOG_SIZE], uint64_t *ret_entry)
{
    size_t size = strcspn(text, "/");
    bool named = text[size] == '/';
    if ((named && !is_log(text, size)) || !comity_filter_number(named ? text + size + 1 : text, ret_entry)) {
        return false;
    }
    if (named) {
        memcpy(ret_log, text, size);
        ret_log[size] = '\0';
    }
    return true;
}

comity_status comity_filter_set(comity_filter *filter, unsigned allowed, const char *name, const char *value,
                                comity_error *reterr)
{
    comity_error error;
    uint32_t i = 0;
    while (i < ARGUMENT_COUNT && (strcmp(arguments[i].name, name) != 0 || (arguments[i].kind & allowed) == 0)) {
        i++;
    }
    if (i == ARGUMENT_COUNT) {
        return comity_fail(reterr, COMITY_ERROR_NAME, "%s is no argument here", comity_quote_bytes(name, strlen(name)).text);
    }
    if ((filter->given >> i & 1u) != 0 && !arguments[i].several) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "%s is given twice", arguments[i].name);
    }
    filter->given |= UINT32_C(1) << i;
    filter->narrow |= (arguments[i].kind & (COMITY_FILTER_WORDS | COMITY_FILTER_TIMES)) != 0;
    comity_status status = arguments[i].read(filter, value == NULL ? "" : value, &error);
    return status == COMITY_OK ? COMITY_OK : comity_fail(reterr, status, "%s: %s", arguments[i].name, error.message);
}
