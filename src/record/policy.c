/* What comes in: the text of a policy, and checkpoints. What goes out: whether a
 * checkpoint is to be believed. Groups name only what stands above them, so
 * looking at them in order decides each once. */
#include "record/policy.h"

#include "base/quote.h"

#include <string.h>

typedef struct word {
    const char *text;
    size_t size;
} word;

typedef struct policy_reader {
    comity_policy *policy;
    unsigned line;
    bool has_quorum;
    uint64_t taken[COMITY_LIMIT_POLICY_NAMES / 64]; /* names that are members already */
} policy_reader;

static bool next_word(const char **line, size_t *size, word *ret_word)
{
    while (*size != 0 && (**line == ' ' || **line == '\t')) {
        (*line)++;
        (*size)--;
    }
    ret_word->text = *line;
    while (*size != 0 && **line != ' ' && **line != '\t') {
        (*line)++;
        (*size)--;
    }
    ret_word->size = (size_t)(*line - ret_word->text);
    return ret_word->size != 0;
}

static bool is_word(word is, const char *text)
{
    return is.size == strlen(text) && memcmp(is.text, text, is.size) == 0;
}

static comity_status wrong(const policy_reader *reader, comity_status code, const char *expected, comity_error *reterr)
{
    return comity_fail(reterr, code, "policy, line %u: %s", reader->line, expected);
}

static uint16_t find(const comity_policy *policy, word name)
{
    for (size_t i = 0; i < policy->name_count; i++) {
        if (policy->names[i].name_size == name.size && memcmp(policy->names[i].name, name.text, name.size) == 0) {
            return (uint16_t)i;
        }
    }
    return COMITY_POLICY_NONE;
}

/* A verifier key and the address behind it, if there is one. */
static comity_status read_key(policy_reader *reader, const char *line, size_t size, comity_purpose purpose,
                              comity_error *reterr)
{
    comity_policy *policy = reader->policy;
    word key;
    word url;
    comity_error error;
    comity_verifier verifier;
    if (policy->verifier_count == COMITY_LIMIT_POLICY_KEYS) {
        return wrong(reader, COMITY_ERROR_LIMIT, "more keys than are read", reterr);
    }
    if (!next_word(&line, &size, &key)) {
        return wrong(reader, COMITY_ERROR_SYNTAX, "a verifier key is missing", reterr);
    }
    comity_status status = comity_verifier_read(key.text, key.size, purpose, &verifier, &error);
    if (status != COMITY_OK) {
        return comity_fail(reterr, status, "policy, line %u: %s", reader->line, error.message);
    }
    for (size_t i = 0; i < policy->verifier_count; i++) {
        if (comity_verifier_same_key(&verifier, &policy->verifiers[i])) {
            return wrong(reader, COMITY_ERROR_NAME, "this key is there already", reterr);
        }
    }
    bool has_url = next_word(&line, &size, &url);
    word more;
    if (next_word(&line, &size, &more)) {
        return wrong(reader, COMITY_ERROR_SYNTAX, "nothing but an address stands behind a key", reterr);
    }
    policy->urls[policy->verifier_count] = has_url ? url.text : NULL;
    policy->url_sizes[policy->verifier_count] = has_url ? url.size : 0;
    policy->verifiers[policy->verifier_count++] = verifier;
    return COMITY_OK;
}

static comity_status new_name(policy_reader *reader, word name, comity_policy_name **ret_name, comity_error *reterr)
{
    comity_policy *policy = reader->policy;
    if (is_word(name, "none")) {
        return wrong(reader, COMITY_ERROR_NAME, "\"none\" is the quorum of nobody, and no name", reterr);
    }
    if (find(policy, name) != COMITY_POLICY_NONE) {
        return comity_fail(reterr, COMITY_ERROR_NAME, "policy, line %u: %s is named twice", reader->line,
                           comity_quote_bytes(name.text, name.size).text);
    }
    if (policy->name_count == COMITY_LIMIT_POLICY_NAMES) {
        return wrong(reader, COMITY_ERROR_LIMIT, "more witnesses and groups than are read", reterr);
    }
    *ret_name = &policy->names[policy->name_count];
    memset(*ret_name, 0, sizeof **ret_name);
    (*ret_name)->name = name.text;
    (*ret_name)->name_size = name.size;
    return COMITY_OK;
}

static comity_status read_witness(policy_reader *reader, const char *line, size_t size, comity_error *reterr)
{
    word name;
    comity_policy_name *witness = NULL;
    if (!next_word(&line, &size, &name)) {
        return wrong(reader, COMITY_ERROR_SYNTAX, "the witness has no name", reterr);
    }
    COMITY_TRY(new_name(reader, name, &witness, reterr));
    COMITY_TRY(read_key(reader, line, size, COMITY_PURPOSE_WITNESS, reterr));
    witness->verifier = (uint16_t)(reader->policy->verifier_count - 1);
    reader->policy->name_count++;
    return COMITY_OK;
}

static comity_status read_members(policy_reader *reader, const char *line, size_t size, comity_policy_name *group,
                                  uint16_t *ret_count, comity_error *reterr)
{
    word member;
    uint16_t count = 0;
    while (next_word(&line, &size, &member)) {
        uint16_t at = find(reader->policy, member);
        if (at == COMITY_POLICY_NONE) {
            return comity_fail(reterr, COMITY_ERROR_NAME, "policy, line %u: %s is no witness or group above",
                               reader->line, comity_quote_bytes(member.text, member.size).text);
        }
        uint64_t bit = UINT64_C(1) << (at % 64);
        if (reader->taken[at / 64] & bit) {
            return comity_fail(reterr, COMITY_ERROR_NAME, "policy, line %u: %s is a member twice", reader->line,
                               comity_quote_bytes(member.text, member.size).text);
        }
        reader->taken[at / 64] |= bit;
        group->members[at / 64] |= bit;
        count++;
    }
    *ret_count = count;
    return COMITY_OK;
}

static comity_status read_group(policy_reader *reader, const char *line, size_t size, comity_error *reterr)
{
    word name;
    word threshold;
    comity_policy_name *group = NULL;
    uint16_t count = 0;
    uint64_t number = 0;
    if (!next_word(&line, &size, &name) || !next_word(&line, &size, &threshold)) {
        return wrong(reader, COMITY_ERROR_SYNTAX, "a group has a name, a threshold and members", reterr);
    }
    COMITY_TRY(new_name(reader, name, &group, reterr));
    COMITY_TRY(read_members(reader, line, size, group, &count, reterr));
    if (is_word(threshold, "any")) {
        number = 1;
    } else if (is_word(threshold, "all")) {
        number = count;
    } else if (!comity_log_number_read(threshold.text, threshold.size, &number)) {
        return wrong(reader, COMITY_ERROR_SYNTAX, "the threshold of a group is \"any\", \"all\" or a number", reterr);
    }
    if (count == 0 || number == 0 || number > count) {
        return wrong(reader, COMITY_ERROR_RANGE, "the threshold of a group lies between 1 and the number of its members",
                     reterr);
    }
    group->group = true;
    group->threshold = (uint16_t)number;
    reader->policy->name_count++;
    return COMITY_OK;
}

static comity_status read_quorum(policy_reader *reader, const char *line, size_t size, comity_error *reterr)
{
    word name;
    word more;
    if (!next_word(&line, &size, &name) || next_word(&line, &size, &more)) {
        return wrong(reader, COMITY_ERROR_SYNTAX, "a quorum is one name, or \"none\"", reterr);
    }
    if (reader->has_quorum) {
        return wrong(reader, COMITY_ERROR_SYNTAX, "there is a quorum already", reterr);
    }
    reader->has_quorum = true;
    reader->policy->quorum = find(reader->policy, name);
    if (reader->policy->quorum == COMITY_POLICY_NONE && !is_word(name, "none")) {
        return comity_fail(reterr, COMITY_ERROR_NAME, "policy, line %u: %s is no witness or group above", reader->line,
                           comity_quote_bytes(name.text, name.size).text);
    }
    return COMITY_OK;
}

static comity_status read_line(policy_reader *reader, const char *line, size_t size, comity_error *reterr)
{
    word first;
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = (uint8_t)line[i];
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f) {
            return wrong(reader, COMITY_ERROR_SYNTAX, "a control character", reterr);
        }
    }
    if (!next_word(&line, &size, &first) || first.text[0] == '#') {
        return COMITY_OK;
    }
    if (is_word(first, "log")) {
        return read_key(reader, line, size, COMITY_PURPOSE_LOG, reterr);
    }
    if (is_word(first, "witness")) {
        return read_witness(reader, line, size, reterr);
    }
    if (is_word(first, "group")) {
        return read_group(reader, line, size, reterr);
    }
    if (is_word(first, "quorum")) {
        return read_quorum(reader, line, size, reterr);
    }
    return comity_fail(reterr, COMITY_ERROR_SYNTAX,
                       "policy, line %u: a line begins with log, witness, group or quorum, not with %s", reader->line,
                       comity_quote_bytes(first.text, first.size).text);
}

comity_status comity_policy_read(const char *text, size_t size, comity_policy *ret_policy, comity_error *reterr)
{
    policy_reader reader = {.policy = ret_policy};
    const char *line;
    size_t line_size;
    memset(ret_policy, 0, sizeof *ret_policy);
    while (size != 0) {
        reader.line++;
        if (!comity_log_line(&text, &size, &line, &line_size)) {
            return wrong(&reader, COMITY_ERROR_SYNTAX, "the line does not end", reterr);
        }
        COMITY_TRY(read_line(&reader, line, line_size, reterr));
    }
    if (!reader.has_quorum) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "policy: there is no quorum; \"quorum none\" asks for no witness");
    }
    return COMITY_OK;
}

/* ---- deciding ---- */

static bool by_key(const comity_note *note, uint16_t verifier)
{
    for (uint32_t i = 0; i < note->signature_count; i++) {
        if (note->signatures[i].verifier == verifier) {
            return true;
        }
    }
    return false;
}

bool comity_policy_reached(const comity_policy *policy, const comity_note *note)
{
    uint64_t reached[COMITY_LIMIT_POLICY_NAMES / 64] = {0};
    if (policy->quorum == COMITY_POLICY_NONE) {
        return true;
    }
    for (size_t i = 0; i <= policy->quorum; i++) {
        const comity_policy_name *name = &policy->names[i];
        unsigned count = 0;
        for (size_t j = 0; j < COMITY_LIMIT_POLICY_NAMES / 64 && name->group; j++) {
            count += (unsigned)__builtin_popcountll(name->members[j] & reached[j]);
        }
        if (name->group ? count >= name->threshold : by_key(note, name->verifier)) {
            reached[i / 64] |= UINT64_C(1) << (i % 64);
        }
    }
    return (reached[policy->quorum / 64] >> (policy->quorum % 64)) & 1;
}

comity_status comity_policy_open(const comity_policy *policy, const void *bytes, size_t size, comity_note *ret_note,
                                 comity_checkpoint *ret_checkpoint, comity_error *reterr)
{
    comity_note note;
    comity_checkpoint checkpoint;
    COMITY_TRY(comity_checkpoint_open(bytes, size, policy->verifiers, policy->verifier_count, &note, &checkpoint,
                                      reterr));
    if (!comity_policy_reached(policy, &note)) {
        const comity_policy_name *quorum = &policy->names[policy->quorum];
        return comity_fail(reterr, COMITY_ERROR_SIGNATURE, "the witnesses that signed do not make up the quorum %s",
                           comity_quote_bytes(quorum->name, quorum->name_size).text);
    }
    *ret_note = note;
    *ret_checkpoint = checkpoint;
    return COMITY_OK;
}
