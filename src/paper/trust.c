/* What comes in: the text of a trust file. What goes out: principals, their keys
 * and what they may sign. A key belongs to one principal: a text that gives it
 * to two is refused, so that one signature is never two. */
#include "paper/trust.h"

#include "base/date.h"
#include "base/near.h"
#include "base/unknown.h"
#include "base/utf8.h"
#include "paper/trust_line.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_LINE "comity trust v1"

/* What is counted first, so that arrays of that size can be taken. */
typedef struct sizes {
    size_t lines, words;
} sizes;

typedef struct building {
    comity_trust_cursor cursor;
    comity_trust trust;
    comity_trust_principal *principals;
    comity_trust_key *keys;
    comity_trust_grant *grants;
    const char **unders;
    size_t under_count;
} building;

static comity_status fail_limit(const building *build, const char *what, unsigned limit)
{
    return comity_fail(build->cursor.reterr, COMITY_ERROR_LIMIT, "%s:%u: more than %u %s", build->cursor.file,
                       build->cursor.line, limit, what);
}

static comity_status copy_word(building *build, const comity_trust_word *word, const char **ret_copy)
{
    char *copy = NULL;
    COMITY_TRY(comity_arena_copy(&build->trust.arena, word->text, word->size, &copy, build->cursor.reterr));
    *ret_copy = copy;
    return COMITY_OK;
}

/* What is told of a word that is none of `known`, which ends with NULL. */
static comity_quote told(const comity_trust_word *word, const char *const *known)
{
    comity_near near;
    comity_near_begin(&near, word->text, word->size);
    for (size_t i = 0; known[i] != NULL; i++) {
        comity_near_offer(&near, known[i], strlen(known[i]));
    }
    return comity_unknown_word(word->text, word->size, near.best);
}

/* ---- lines of a principal ---- */

/* `from DATE` and `until DATE`, either or both. */
static comity_status read_term(building *build, comity_trust_key *key)
{
    comity_trust_word word;
    comity_trust_word value;
    comity_error inner;
    bool has_from = false;
    bool has_until = false;
    while (comity_trust_next_word(&build->cursor, &word)) {
        bool is_from = comity_trust_word_is(&word, "from");
        if (!is_from && !comity_trust_word_is(&word, "until")) {
            return comity_trust_fail(&build->cursor, &word, "\"from DATE\" or \"until DATE\" expected, not %s",
                                     told(&word, (const char *const[]){"from", "until", NULL}).text);
        }
        if (is_from ? has_from : has_until) {
            return comity_trust_fail(&build->cursor, &word, "\"%s\" is said twice", is_from ? "from" : "until");
        }
        if (!comity_trust_next_word(&build->cursor, &value)) {
            return comity_trust_fail(&build->cursor, NULL, "a date expected after \"%s\"", is_from ? "from" : "until");
        }
        if (comity_date_parse(value.text, value.size, is_from ? &key->from : &key->until, &inner) != COMITY_OK) {
            return comity_trust_fail(&build->cursor, &value, "%s", inner.message);
        }
        has_from = has_from || is_from;
        has_until = has_until || !is_from;
    }
    if (key->from > key->until) {
        return comity_trust_fail(&build->cursor, NULL, "the key ends before it begins");
    }
    return COMITY_OK;
}

static comity_status check_new_key(building *build, const comity_trust_key *key, const comity_trust_word *word)
{
    for (uint32_t i = 0; i < build->trust.key_count; i++) {
        if (comity_verifier_same_key(&build->keys[i].verifier, &key->verifier)) {
            return comity_trust_fail(&build->cursor, word,
                                     "this key stands in line %u already, and a key is given once",
                                     build->keys[i].line);
        }
    }
    return COMITY_OK;
}

static comity_status line_key(building *build, comity_trust_principal *principal)
{
    comity_trust_word word;
    comity_error inner;
    comity_trust_key key = {.from = COMITY_DATE_MIN, .until = COMITY_DATE_MAX, .line = build->cursor.line};
    bool is_log = principal->trusted == COMITY_TRUSTED_LOG;
    if (!comity_trust_next_word(&build->cursor, &word)) {
        return comity_trust_fail(&build->cursor, NULL, "a public key expected after \"key\"");
    }
    if (comity_verifier_read(word.text, word.size, is_log ? COMITY_PURPOSE_LOG : COMITY_PURPOSE_PAPER, &key.verifier,
                             &inner) != COMITY_OK) {
        return comity_trust_fail(&build->cursor, &word, "%s", inner.message);
    }
    if (is_log && strcmp(key.verifier.name, principal->name) != 0) {
        return comity_trust_fail(&build->cursor, &word, "the key is of the log %s, but the log is %s",
                                 comity_quote_bytes(key.verifier.name, key.verifier.name_size).text,
                                 comity_quote_bytes(principal->name, strlen(principal->name)).text);
    }
    COMITY_TRY(check_new_key(build, &key, &word));
    if (is_log && comity_trust_next_word(&build->cursor, &word)) {
        return comity_trust_fail(&build->cursor, &word,
                                 "nothing expected after a log's key: a checkpoint does not say when it was signed");
    }
    COMITY_TRY(read_term(build, &key));
    if (build->trust.key_count == COMITY_LIMIT_TRUST_KEYS) {
        return fail_limit(build, "keys", COMITY_LIMIT_TRUST_KEYS);
    }
    key.principal = build->trust.principal_count - 1;
    build->keys[build->trust.key_count++] = key;
    principal->key_count++;
    return COMITY_OK;
}

/* The laws after "under", if any. */
static comity_status read_unders(building *build, const char *const **ret_under, uint32_t *ret_count)
{
    comity_trust_word word;
    const char **under = build->unders + build->under_count;
    uint32_t count = 0;
    while (comity_trust_next_word(&build->cursor, &word)) {
        COMITY_TRY(copy_word(build, &word, &under[count]));
        count++;
    }
    if (count == 0) {
        return comity_trust_fail(&build->cursor, NULL, "a law expected after \"under\"");
    }
    build->under_count += count;
    *ret_under = under;
    *ret_count = count;
    return COMITY_OK;
}

static comity_status line_may(building *build, comity_trust_principal *principal)
{
    comity_trust_word word;
    uint32_t first = build->trust.grant_count;
    const char *const *under = NULL;
    uint32_t under_count = 0;
    while (comity_trust_next_word(&build->cursor, &word)) {
        if (comity_trust_word_is(&word, "under")) {
            COMITY_TRY(read_unders(build, &under, &under_count));
            break;
        }
        if (build->trust.grant_count == COMITY_LIMIT_TRUST_GRANTS) {
            return fail_limit(build, "kinds of paper", COMITY_LIMIT_TRUST_GRANTS);
        }
        COMITY_TRY(copy_word(build, &word, &build->grants[build->trust.grant_count].kind));
        build->grants[build->trust.grant_count].line = build->cursor.line;
        build->trust.grant_count++;
        principal->grant_count++;
    }
    if (build->trust.grant_count == first) {
        return comity_trust_fail(&build->cursor, NULL, "a kind of paper expected after \"may\"");
    }
    for (uint32_t i = first; i < build->trust.grant_count; i++) {
        build->grants[i].under = under;
        build->grants[i].under_count = under_count;
    }
    return COMITY_OK;
}

static comity_status line_delegates(building *build, comity_trust_principal *principal)
{
    comity_trust_word word = {NULL, 0};
    comity_trust_word more;
    bool found = comity_trust_next_word(&build->cursor, &word);
    if (!found || word.size != 1 || word.text[0] < '0' || word.text[0] > '0' + COMITY_LIMIT_DELEGATION_DEPTH) {
        return comity_trust_fail(&build->cursor, found ? &word : NULL,
                                 "a depth from 0 to %d expected after \"delegates\"", COMITY_LIMIT_DELEGATION_DEPTH);
    }
    if (comity_trust_next_word(&build->cursor, &more)) {
        return comity_trust_fail(&build->cursor, &more, "nothing expected after the depth");
    }
    principal->delegates = (uint32_t)(word.text[0] - '0');
    return COMITY_OK;
}

static comity_status line_at(building *build, comity_trust_principal *principal)
{
    comity_trust_word folder;
    if (principal->at != NULL) {
        return comity_trust_fail(&build->cursor, NULL, "\"at\" is said twice");
    }
    if (!comity_trust_rest(&build->cursor, &folder)) {
        return comity_trust_fail(&build->cursor, NULL, "a folder expected after \"at\"");
    }
    return copy_word(build, &folder, &principal->at);
}

/* ---- principals ---- */

static const struct {
    const char *word;
    bool of_log, of_others;
    comity_status (*read)(building *build, comity_trust_principal *principal);
} inner_lines[] = {{"key", true, true, line_key},
                   {"may", false, true, line_may},
                   {"delegates", false, true, line_delegates},
                   {"at", true, false, line_at}};

static comity_status read_inner(building *build)
{
    comity_trust_word word;
    comity_trust_principal *principal = &build->principals[build->trust.principal_count - 1];
    (void)comity_trust_next_word(&build->cursor, &word);
    for (size_t i = 0; i < sizeof inner_lines / sizeof inner_lines[0]; i++) {
        if (!comity_trust_word_is(&word, inner_lines[i].word)) {
            continue;
        }
        bool is_log = principal->trusted == COMITY_TRUSTED_LOG;
        if (is_log ? !inner_lines[i].of_log : !inner_lines[i].of_others) {
            return comity_trust_fail(&build->cursor, &word, "%s",
                                     is_log ? "a log has keys and a folder, and nothing else"
                                            : "only a log lies at a folder");
        }
        return inner_lines[i].read(build, principal);
    }
    return comity_trust_fail(&build->cursor, &word, "%s is not known here; there are key, may, delegates and at",
                             told(&word, (const char *const[]){"key", "may", "delegates", "at", NULL}).text);
}

static const char *const trusted_words[] = {
    [COMITY_TRUSTED_AUTHORITY] = "authority", [COMITY_TRUSTED_PARTY] = "party", [COMITY_TRUSTED_LOG] = "log"};

#define TRUSTED_COUNT (sizeof trusted_words / sizeof trusted_words[0])

static comity_status check_last(building *build)
{
    uint32_t count = build->trust.principal_count;
    if (count != 0 && build->principals[count - 1].key_count == 0) {
        return comity_fail(build->cursor.reterr, COMITY_ERROR_SYNTAX, "%s:%u: this %s has no key", build->cursor.file,
                           build->principals[count - 1].line, trusted_words[build->principals[count - 1].trusted]);
    }
    return COMITY_OK;
}

static comity_status check_new_name(building *build, const comity_trust_word *name, comity_trusted trusted)
{
    for (uint32_t i = 0; i < build->trust.principal_count; i++) {
        bool same_side = (build->principals[i].trusted == COMITY_TRUSTED_LOG) == (trusted == COMITY_TRUSTED_LOG);
        if (same_side && comity_trust_word_is(name, build->principals[i].name)) {
            return comity_trust_fail(&build->cursor, name, "this name stands in line %u already",
                                     build->principals[i].line);
        }
    }
    return COMITY_OK;
}

static comity_status read_outer(building *build)
{
    comity_trust_word word;
    comity_trust_word name;
    comity_trusted trusted = 0;
    COMITY_TRY(check_last(build));
    (void)comity_trust_next_word(&build->cursor, &word);
    while (trusted < TRUSTED_COUNT && !comity_trust_word_is(&word, trusted_words[trusted])) {
        trusted++;
    }
    if (trusted == TRUSTED_COUNT) {
        return comity_trust_fail(&build->cursor, &word, "%s is not known here; there are authority, party and log",
                                 told(&word, (const char *const[]){"authority", "party", "log", NULL}).text);
    }
    if (!comity_trust_rest(&build->cursor, &name)) {
        return comity_trust_fail(&build->cursor, NULL, "a name expected after \"%s\"", trusted_words[trusted]);
    }
    if (trusted != COMITY_TRUSTED_PARTY && memchr(name.text, ' ', name.size) != NULL) {
        return comity_trust_fail(&build->cursor, &name, "the name of an authority or a log is one word");
    }
    COMITY_TRY(check_new_name(build, &name, trusted));
    comity_trust_principal principal = {.trusted = trusted, .line = build->cursor.line};
    COMITY_TRY(copy_word(build, &name, &principal.name));
    principal.first_key = build->trust.key_count;
    principal.first_grant = build->trust.grant_count;
    if (build->trust.principal_count == COMITY_LIMIT_TRUST_KEYS) {
        return fail_limit(build, "principals", COMITY_LIMIT_TRUST_KEYS);
    }
    build->principals[build->trust.principal_count++] = principal;
    return COMITY_OK;
}

/* ---- the whole ---- */

static comity_status check_characters(const comity_trust_cursor *cursor)
{
    size_t good = comity_utf8_check(cursor->text, cursor->size);
    if (good != cursor->size) {
        comity_status status =
            comity_fail(cursor->reterr, COMITY_ERROR_SYNTAX, "%s: byte %zu is 0x%02X, but UTF-8 is expected",
                        cursor->file, good, (unsigned)(uint8_t)cursor->text[good]);
        if (cursor->reterr != NULL) {
            cursor->reterr->offset = good;
        }
        return status;
    }
    const char *nul = cursor->size == 0 ? NULL : memchr(cursor->text, '\0', cursor->size);
    if (nul != NULL) {
        return comity_fail(cursor->reterr, COMITY_ERROR_SYNTAX, "%s: byte %zu is 0x00, but text is expected",
                           cursor->file, (size_t)(nul - cursor->text));
    }
    return COMITY_OK;
}

static sizes measure(const char *text, size_t size)
{
    sizes found = {1, 1};
    for (size_t i = 0; i < size; i++) {
        found.lines += text[i] == '\n';
        found.words += text[i] == ' ' || text[i] == '\t' || text[i] == '\r' || text[i] == '\n';
    }
    return found;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static comity_status take_room(building *build)
{
    comity_arena *arena = &build->trust.arena;
    comity_error *reterr = build->cursor.reterr;
    sizes found = measure(build->cursor.text, build->cursor.size);
    size_t keys = least(found.lines, COMITY_LIMIT_TRUST_KEYS);
    void *room = NULL;
    COMITY_TRY(comity_arena_take_array(arena, keys, sizeof *build->principals, &room, reterr));
    build->principals = room;
    COMITY_TRY(comity_arena_take_array(arena, keys, sizeof *build->keys, &room, reterr));
    build->keys = room;
    COMITY_TRY(comity_arena_take_array(arena, least(found.words, COMITY_LIMIT_TRUST_GRANTS), sizeof *build->grants,
                                       &room, reterr));
    build->grants = room;
    COMITY_TRY(comity_arena_take_array(arena, found.words, sizeof *build->unders, &room, reterr));
    build->unders = room;
    return COMITY_OK;
}

static comity_status read_lines(building *build)
{
    comity_trust_word first;
    bool inner = false;
    if (!comity_trust_next_line(&build->cursor, &inner) || inner || !comity_trust_rest(&build->cursor, &first) ||
        !comity_trust_word_is(&first, FIRST_LINE)) {
        return comity_fail(build->cursor.reterr, COMITY_ERROR_SYNTAX,
                           "%s: no trust file: it begins with \"" FIRST_LINE "\"", build->cursor.file);
    }
    while (comity_trust_next_line(&build->cursor, &inner)) {
        if (inner && build->trust.principal_count == 0) {
            return comity_trust_fail(&build->cursor, NULL, "this line is indented, but belongs to nobody");
        }
        COMITY_TRY(inner ? read_inner(build) : read_outer(build));
    }
    return check_last(build);
}

/* Ten times what the text itself needs, at most. */
#define TRUST_MEMORY_MAX ((size_t)64 << 20)

comity_status comity_trust_read(const char *name, const char *text, size_t size, comity_trust *ret_trust,
                                comity_error *reterr)
{
    building build = {.cursor = {.file = name, .text = text, .size = size, .rest = text, .reterr = reterr}};
    if (size > COMITY_LIMIT_TRUST_BYTES) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "%s: %zu bytes, but a trust file has at most %zu", name, size,
                           COMITY_LIMIT_TRUST_BYTES);
    }
    COMITY_TRY(check_characters(&build.cursor));
    comity_arena_init(&build.trust.arena, TRUST_MEMORY_MAX);
    comity_status status = take_room(&build);
    if (status == COMITY_OK) {
        status = read_lines(&build);
    }
    if (status != COMITY_OK) {
        comity_arena_free(&build.trust.arena);
        return status;
    }
    build.trust.principals = build.principals;
    build.trust.keys = build.keys;
    build.trust.grants = build.grants;
    *ret_trust = build.trust;
    return COMITY_OK;
}

void comity_trust_free(comity_trust *trust)
{
    if (trust != NULL) {
        comity_arena_free(&trust->arena);
    }
}

static bool says(const char *known, const char *text, size_t size)
{
    return strlen(known) == size && memcmp(known, text, size) == 0;
}

const comity_trust_principal *comity_trust_find(const comity_trust *trust, const char *name, size_t size)
{
    for (uint32_t i = 0; i < trust->principal_count; i++) {
        if (trust->principals[i].trusted != COMITY_TRUSTED_LOG && says(trust->principals[i].name, name, size)) {
            return &trust->principals[i];
        }
    }
    return NULL;
}

static bool grant_holds(const comity_trust_grant *grant, const char *kind, size_t kind_size, const char *law,
                        size_t law_size)
{
    if (!says(grant->kind, kind, kind_size)) {
        return false;
    }
    for (uint32_t i = 0; i < grant->under_count; i++) {
        if (says(grant->under[i], law, law_size)) {
            return true;
        }
    }
    return grant->under_count == 0;
}

bool comity_trust_grants(const comity_trust *trust, const comity_trust_principal *principal, const char *kind,
                         size_t kind_size, const char *law, size_t law_size)
{
    for (uint32_t i = 0; i < principal->grant_count; i++) {
        if (grant_holds(&trust->grants[principal->first_grant + i], kind, kind_size, law, law_size)) {
            return true;
        }
    }
    return principal->grant_count == 0 && principal->trusted == COMITY_TRUSTED_AUTHORITY;
}
