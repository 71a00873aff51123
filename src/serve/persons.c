/* Reads persons beside an act. One pass over the tokens; what they mean for an act is
 * said elsewhere. */
#define _GNU_SOURCE /* memmem */
#include "serve/persons.h"

#include "base/json.h"
#include "base/unknown.h"

#include <stdlib.h>
#include <string.h>

enum { DIGITS = 2 * COMITY_LEDGER_DIGEST_SIZE };

/* Looked at in one go: by vectors, where the compiler makes them. */
#define LOOK_BYTES 64

bool comity_persons_beside(const char *text, size_t size)
{
    static const char key[] = "\"persons\"";
    const size_t last = sizeof key - 2;
    uint8_t found = 0;
    if (size < LOOK_BYTES + last) {
        return memmem(text, size, key, sizeof key - 1) != NULL;
    }
    /* most acts have no such three signs anywhere; from `end` on no key begins */
    size_t end = size - last;
    for (size_t at = 0; at < end; at += LOOK_BYTES) {
        const char *from = text + (end - at < LOOK_BYTES ? end - LOOK_BYTES : at);
        for (size_t i = 0; i < LOOK_BYTES; i++) {
            found |= (uint8_t)((from[i] == '"') & (from[i + 1] == 'p') & (from[i + last] == '"'));
        }
    }
    return found != 0 && memmem(text, size, key, sizeof key - 1) != NULL;
}

/* What is being read, and where we are in it. */
typedef struct reading {
    comity_persons_given given;
    const char *text;
    enum { IN_NOTHING, IN_ACT, IN_PERSONS } in;
    bool has_persons;
    size_t capacity;
} reading;

static comity_status key_read(reading *now, const comity_json_token *token, comity_error *reterr)
{
    const char *raw = now->text + token->begin;
    size_t size = (size_t)(token->end - token->begin);
    comity_persons_given *given = &now->given;
    if (token->depth == 1) {
        bool is_act = comity_json_says(raw, size, "act", 3);
        bool is_persons = comity_json_says(raw, size, "persons", 7);
        if ((is_act && given->act != NULL) || (is_persons && now->has_persons)) {
            return comity_fail(reterr, COMITY_ERROR_SYNTAX, "%s is given twice", is_act ? "act" : "persons");
        }
        now->in = is_act ? IN_ACT : is_persons ? IN_PERSONS : IN_NOTHING;
        return COMITY_OK;
    }
    if (now->in != IN_PERSONS || token->depth != 2) {
        return COMITY_OK;
    }
    if (given->found_count == COMITY_LIMIT_SERVE_CATEGORIES) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "persons: more than %d categories",
                           COMITY_LIMIT_SERVE_CATEGORIES);
    }
    if (token->escaped || size - 2 > COMITY_LIMIT_SERVE_NAME_BYTES) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "persons: %s is no category",
                           comity_unknown_size(size - 2).text);
    }
    comity_persons_found *found = &given->found[given->found_count++];
    memcpy(found->category, raw + 1, size - 2);
    found->category[size - 2] = '\0';
    found->first = given->digest_count;
    found->count = 0;
    return COMITY_OK;
}

static bool digest_read(const char *digits, comity_ledger_digest *ret_digest)
{
    static const char known[] = "0123456789abcdef";
    for (size_t i = 0; i < COMITY_LEDGER_DIGEST_SIZE; i++) {
        const char *high = memchr(known, digits[2 * i], 16);
        const char *low = memchr(known, digits[2 * i + 1], 16);
        if (high == NULL || low == NULL) {
            return false;
        }
        ret_digest->bytes[i] = (uint8_t)((high - known) << 4 | (low - known));
    }
    return true;
}

static comity_status person_read(reading *now, const comity_json_token *token, comity_error *reterr)
{
    comity_persons_given *given = &now->given;
    comity_ledger_digest digest;
    if (token->end - token->begin != DIGITS + 2 || !digest_read(now->text + token->begin + 1, &digest)) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "persons: a person is a digest of %d small hexadecimal digits",
                           DIGITS);
    }
    if (given->digest_count == now->capacity) {
        size_t capacity = now->capacity == 0 ? 64 : now->capacity * 2;
        void *larger = realloc(given->digests, capacity * sizeof *given->digests);
        if (larger == NULL) {
            return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
        }
        given->digests = larger;
        now->capacity = capacity;
    }
    given->digests[given->digest_count++] = digest;
    given->found[given->found_count - 1].count++;
    return COMITY_OK;
}

static bool begins(const comity_json_token *token, comity_json_kind kind, unsigned depth)
{
    return token->kind == (uint8_t)kind && token->depth == depth;
}

static comity_status value_read(reading *now, const comity_json_token *token, comity_error *reterr)
{
    comity_persons_given *given = &now->given;
    if (now->in == IN_ACT && begins(token, COMITY_JSON_OBJECT_END, 1)) {
        given->act_size = (size_t)(token->end - (uint64_t)(given->act - now->text));
    } else if (now->in == IN_ACT && begins(token, COMITY_JSON_OBJECT_BEGIN, 1)) {
        given->act = now->text + token->begin;
    }
    if (now->in != IN_PERSONS || token->kind == COMITY_JSON_OBJECT_END || token->kind == COMITY_JSON_ARRAY_END) {
        return COMITY_OK;
    }
    if (begins(token, COMITY_JSON_STRING, 3) && given->found_count != 0) {
        return person_read(now, token, reterr);
    }
    if (begins(token, COMITY_JSON_OBJECT_BEGIN, 1)) {
        now->has_persons = true;
        return COMITY_OK;
    }
    if (!now->has_persons || !begins(token, COMITY_JSON_ARRAY_BEGIN, 2)) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "persons: expected an object of lists of digests, by category");
    }
    return COMITY_OK;
}

static comity_status all_read(reading *now, size_t size, comity_error *reterr)
{
    comity_json json;
    comity_json_token token;
    comity_json_init(&json, COMITY_LIMIT_JSON_DEPTH + 1);
    comity_json_feed(&json, now->text, size, true);
    for (;;) {
        COMITY_TRY(comity_json_next(&json, &token, reterr));
        if (token.kind == COMITY_JSON_NONE) {
            return COMITY_OK;
        }
        COMITY_TRY(token.kind == COMITY_JSON_KEY ? key_read(now, &token, reterr) : value_read(now, &token, reterr));
    }
}

comity_status comity_persons_read(const char *text, size_t size, comity_persons_given *ret_given, comity_error *reterr)
{
    reading now = {.text = text};
    comity_status status = all_read(&now, size, reterr);
    if (status == COMITY_OK && now.given.act == NULL) {
        free(now.given.digests); /* an act, with a mistake that its reader tells */
        now.given = (comity_persons_given){.act = text, .act_size = size};
    }
    if (status != COMITY_OK) {
        free(now.given.digests);
        return status;
    }
    *ret_given = now.given;
    return COMITY_OK;
}

void comity_persons_given_free(comity_persons_given *given)
{
    free(given->digests);
    given->digests = NULL;
    given->digest_count = 0;
}
