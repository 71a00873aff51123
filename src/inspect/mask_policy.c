/* What comes in: the text of a policy, a line a rule. What goes out: a rule for each
 * type, so that a finding is looked up and nothing is compared. A type's own rule goes
 * before its category's, that before those of the categories it belongs to, and all before the default. */
#include "inspect/mask_policy.h"

#include "base/limits.h"
#include "base/near.h"
#include "base/quote.h"
#include "inspect/category.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct comity_mask_policy {
    const comity_types *types;
    uint8_t level;
    size_t count;
    comity_mask_rule rules[]; /* one a type */
};

/* Which lines have spoken for a type: the later of two alike is an error. What is said of the type's own category
 * goes before what is said of those that it belongs to, the nearer before the farther. */
enum { SAID_BY_DEFAULT = 0, SAID_BY_CATEGORY = 100, SAID_BY_TYPE };
/* Categories within one another; a taxonomy of more is none. */
#define CATEGORY_DEPTH 16

typedef struct policy_lines {
    comity_mask_policy *policy;
    uint8_t *said; /* one a type */
    const char *name;
    const char *text;
    size_t size;
    size_t at;
    size_t line;       /* from 1 */
    size_t line_begin; /* offset */
    bool has_level;
    bool has_default;
    comity_error *reterr;
} policy_lines;

typedef struct word {
    const char *text;
    size_t size;
    size_t column; /* from 1 */
} word;

static const char *const operator_names[COMITY_MASK_OPERATOR_COUNT] = {
    [COMITY_MASK_KEEP] = "keep",     [COMITY_MASK_GENERALISE] = "generalise",
    [COMITY_MASK_TOKEN] = "token",   [COMITY_MASK_DIGEST] = "digest",
    [COMITY_MASK_MASK] = "mask",     [COMITY_MASK_REMOVE] = "remove",
    [COMITY_MASK_REFUSE] = "refuse",
};

const char *comity_mask_operator_name(comity_mask_operator which)
{
    assert((unsigned)which < COMITY_MASK_OPERATOR_COUNT);
    return operator_names[which];
}

/* ---- words ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of the line; size 0 at its end. */
static word next_word(policy_lines *lines)
{
    while (lines->at < lines->size && is_blank(lines->text[lines->at])) {
        lines->at++;
    }
    word found = {.text = lines->text + lines->at, .column = lines->at - lines->line_begin + 1};
    if (lines->at < lines->size && lines->text[lines->at] == '#') {
        while (lines->at < lines->size && lines->text[lines->at] != '\n') {
            lines->at++;
        }
        return found;
    }
    while (lines->at < lines->size && !is_blank(lines->text[lines->at]) && lines->text[lines->at] != '\n') {
        lines->at++;
        found.size++;
    }
    return found;
}

static bool is_word(word found, const char *text)
{
    return found.size == strlen(text) && memcmp(found.text, text, found.size) == 0;
}

static comity_status fail(const policy_lines *lines, word at, const char *expected)
{
    return comity_fail(lines->reterr, COMITY_ERROR_SYNTAX, "%s:%zu:%zu: %s found, %s expected", lines->name,
                       lines->line, at.column,
                       at.size == 0 ? "the end of the line" : comity_quote_bytes(at.text, at.size).text, expected);
}

static comity_status read_number(policy_lines *lines, unsigned least, unsigned most, uint8_t *ret_number)
{
    word found = next_word(lines);
    unsigned number = 0;
    bool is_number = found.size != 0 && found.size <= 3;
    for (size_t i = 0; is_number && i < found.size; i++) {
        is_number = found.text[i] >= '0' && found.text[i] <= '9';
        number = number * 10 + (unsigned)(found.text[i] - '0');
    }
    if (!is_number || number < least || number > most) {
        char expected[64];
        (void)snprintf(expected, sizeof expected, "a number from %u to %u", least, most);
        return fail(lines, found, expected);
    }
    *ret_number = (uint8_t)number;
    return COMITY_OK;
}

/* ---- operators ---- */

/* mask [with SIGN] [keep first N] [keep last N] */
static comity_status read_mask(policy_lines *lines, comity_mask_rule *rule)
{
    for (word found = next_word(lines); found.size != 0; found = next_word(lines)) {
        if (is_word(found, "with")) {
            word sign = next_word(lines);
            bool is_safe = sign.size == 1 && strchr("*xX.-_~", sign.text[0]) != NULL;
            if (!is_safe) {
                return fail(lines, sign, "one of * x X . - _ ~");
            }
            rule->sign = sign.text[0];
            continue;
        }
        if (!is_word(found, "keep")) {
            return fail(lines, found, "'with', 'keep' or the end of the line");
        }
        word side = next_word(lines);
        if (!is_word(side, "first") && !is_word(side, "last")) {
            return fail(lines, side, "'first' or 'last'");
        }
        COMITY_TRY(read_number(lines, 1, 8, is_word(side, "first") ? &rule->keep_first : &rule->keep_last));
    }
    return COMITY_OK;
}

/* generalise [year | month | network | decimals N | first N] */
static comity_status read_generalise(policy_lines *lines, comity_mask_rule *rule)
{
    static const struct {
        const char *name;
        uint8_t coarse;
        uint8_t most; /* of the number; 0: there is none */
    } ways[] = {{"year", COMITY_COARSE_YEAR, 0},
                {"month", COMITY_COARSE_MONTH, 0},
                {"network", COMITY_COARSE_NETWORK, 0},
                {"decimals", COMITY_COARSE_DECIMALS, 4},
                {"first", COMITY_COARSE_FIRST, 8}};
    word found = next_word(lines);
    if (found.size == 0) {
        return COMITY_OK;
    }
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        if (is_word(found, ways[i].name)) {
            rule->coarse = ways[i].coarse;
            return ways[i].most == 0 ? COMITY_OK : read_number(lines, 0, ways[i].most, &rule->number);
        }
    }
    return fail(lines, found, "year, month, network, decimals or first");
}

static comity_status read_rule(policy_lines *lines, comity_mask_rule *ret_rule)
{
    word found = next_word(lines);
    comity_mask_rule rule = {.sign = '*', .action = COMITY_MASK_OPERATOR_COUNT};
    for (uint8_t i = 0; i < COMITY_MASK_OPERATOR_COUNT; i++) {
        if (is_word(found, operator_names[i])) {
            rule.action = i;
        }
    }
    if (rule.action == COMITY_MASK_OPERATOR_COUNT) {
        return fail(lines, found, "keep, generalise, token, digest, mask, remove or refuse");
    }
    if (rule.action == COMITY_MASK_MASK) {
        COMITY_TRY(read_mask(lines, &rule));
    } else if (rule.action == COMITY_MASK_GENERALISE) {
        COMITY_TRY(read_generalise(lines, &rule));
    }
    *ret_rule = rule;
    return COMITY_OK;
}

/* ---- lines ---- */

static comity_status fail_name(const policy_lines *lines, word name, const comity_near *near, const char *what)
{
    comity_quote quote = comity_quote_bytes(name.text, name.size);
    return near->best == NULL
               ? comity_fail(lines->reterr, COMITY_ERROR_NAME, "%s:%zu:%zu: %s is no %s", lines->name, lines->line,
                             name.column, quote.text, what)
               : comity_fail(lines->reterr, COMITY_ERROR_NAME, "%s:%zu:%zu: %s is no %s; did you mean '%s'?",
                             lines->name, lines->line, name.column, quote.text, what, near->best);
}

/* How a line that names a type, or a category, speaks of a type; SAID_BY_DEFAULT: it does not. */
static uint8_t speaks_of(const comity_type *type, word name, bool by_category, comity_near *near)
{
    const char *own = by_category ? type->category : type->name;
    for (unsigned depth = 0; own != NULL && depth < CATEGORY_DEPTH; depth++) {
        comity_near_offer(near, own, strlen(own));
        if (strlen(own) == name.size && memcmp(own, name.text, name.size) == 0) {
            return by_category ? (uint8_t)(SAID_BY_CATEGORY - depth) : SAID_BY_TYPE;
        }
        own = by_category ? comity_category_parent(own) : NULL;
    }
    return SAID_BY_DEFAULT;
}

/* Sets the rule of all types that a line speaks of. */
static comity_status apply(policy_lines *lines, word name, bool by_category, const comity_mask_rule *rule)
{
    comity_mask_policy *policy = lines->policy;
    bool is_known = false;
    comity_near near;
    comity_near_begin(&near, name.text, name.size);
    for (size_t i = 0; i < policy->count; i++) {
        uint8_t saying = speaks_of(comity_types_type(policy->types, i), name, by_category, &near);
        if (saying == SAID_BY_DEFAULT) {
            continue;
        }
        is_known = true;
        if (lines->said[i] == saying) {
            return comity_fail(lines->reterr, COMITY_ERROR_SYNTAX, "%s:%zu:%zu: %s has a rule already", lines->name,
                               lines->line, name.column, comity_quote_bytes(name.text, name.size).text);
        }
        if (lines->said[i] < saying) {
            lines->said[i] = saying;
            policy->rules[i] = *rule;
        }
    }
    return is_known ? COMITY_OK : fail_name(lines, name, &near, by_category ? "category of a type" : "type");
}

static comity_status read_default(policy_lines *lines, word at)
{
    comity_mask_policy *policy = lines->policy;
    comity_mask_rule rule;
    if (lines->has_default) {
        return fail(lines, at, "one default");
    }
    lines->has_default = true;
    COMITY_TRY(read_rule(lines, &rule));
    for (size_t i = 0; i < policy->count; i++) {
        if (lines->said[i] == SAID_BY_DEFAULT && comity_types_type(policy->types, i)->kind != COMITY_TYPE_FILE) {
            policy->rules[i] = rule;
        }
    }
    return COMITY_OK;
}

static comity_status read_line(policy_lines *lines)
{
    word found = next_word(lines);
    if (found.size == 0) {
        return COMITY_OK;
    }
    if (is_word(found, "level")) {
        if (lines->has_level) {
            return fail(lines, found, "one level");
        }
        lines->has_level = true;
        COMITY_TRY(read_number(lines, 1, 100, &lines->policy->level));
    } else if (is_word(found, "default")) {
        COMITY_TRY(read_default(lines, found));
    } else if (is_word(found, "category") || is_word(found, "type")) {
        word name = next_word(lines);
        comity_mask_rule rule;
        if (name.size == 0) {
            return fail(lines, name, "a name");
        }
        COMITY_TRY(read_rule(lines, &rule));
        COMITY_TRY(apply(lines, name, is_word(found, "category"), &rule));
    } else {
        return fail(lines, found, "level, default, category or type");
    }
    word more = next_word(lines);
    return more.size == 0 ? COMITY_OK : fail(lines, more, "the end of the line");
}

static comity_status read_all(policy_lines *lines)
{
    while (lines->at < lines->size) {
        lines->line++;
        lines->line_begin = lines->at;
        COMITY_TRY(read_line(lines));
        lines->at += lines->at < lines->size; /* the newline */
    }
    return COMITY_OK;
}

comity_status comity_mask_policy_read(const comity_types *types, const char *name, const char *text, size_t size,
                                      comity_mask_policy **ret_policy, comity_error *reterr)
{
    size_t count = comity_types_count(types);
    if (size > COMITY_LIMIT_MASK_POLICY_BYTES) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "%s: a policy has at most %zu bytes", name,
                           COMITY_LIMIT_MASK_POLICY_BYTES);
    }
    comity_mask_policy *policy = malloc(sizeof *policy + count * sizeof policy->rules[0]);
    uint8_t *said = calloc(count + 1, 1);
    if (policy == NULL || said == NULL) {
        free(policy);
        free(said);
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "%s: no memory for a policy on %zu types", name, count);
    }
    *policy = (comity_mask_policy){.types = types, .level = 75, .count = count};
    for (size_t i = 0; i < count; i++) {
        /* What makes a file what it is cannot be masked. */
        bool is_file = comity_types_type(types, i)->kind == COMITY_TYPE_FILE;
        policy->rules[i] = (comity_mask_rule){.action = is_file ? COMITY_MASK_REFUSE : COMITY_MASK_MASK, .sign = '*'};
    }
    policy_lines lines = {.policy = policy, .said = said, .name = name, .text = text, .size = size, .reterr = reterr};
    comity_status status = read_all(&lines);
    free(said);
    if (status != COMITY_OK) {
        free(policy);
        return status;
    }
    *ret_policy = policy;
    return COMITY_OK;
}

void comity_mask_policy_free(comity_mask_policy *policy)
{
    free(policy);
}

/* ---- looking up ---- */

uint8_t comity_mask_policy_level(const comity_mask_policy *policy)
{
    return policy->level;
}

static bool has_rule(const comity_mask_policy *policy, uint8_t action)
{
    for (size_t i = 0; i < policy->count; i++) {
        if (policy->rules[i].action == action) {
            return true;
        }
    }
    return false;
}

bool comity_mask_policy_wants_digests(const comity_mask_policy *policy)
{
    return has_rule(policy, COMITY_MASK_DIGEST);
}

bool comity_mask_policy_wants_key(const comity_mask_policy *policy)
{
    return has_rule(policy, COMITY_MASK_TOKEN) || has_rule(policy, COMITY_MASK_DIGEST);
}

const comity_mask_rule *comity_mask_policy_rule(const comity_mask_policy *policy, const comity_finding *finding)
{
    static const comity_mask_rule keep = {.action = COMITY_MASK_KEEP};
    const comity_mask_rule *strongest = &keep;
    for (size_t i = 0; i < finding->reading_count; i++) {
        const comity_mask_rule *rule = &policy->rules[finding->readings[i].type];
        if (finding->readings[i].confidence >= policy->level && rule->action > strongest->action) {
            strongest = rule;
        }
    }
    return strongest;
}
