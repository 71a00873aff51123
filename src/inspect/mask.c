/* Raw bytes go two ways: into a window that holds them, and through the decoder to
 * a scanner for each level of parts. Findings come back with places in their part,
 * which runs turn into places of the window. What always holds: only bytes leave the
 * window that no part, open or to come, can still find something in. */
#include "inspect/mask.h"

#include "base/limits.h"
#include "inspect/mask_lexer.h"
#include "inspect/mask_value.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Bytes decoded at once: what a flush waits for. */
#define CHUNK_SIZE ((size_t)65536)
/* Decoded bytes that may still turn out to be the beginning of a value in base64. */
#define UNDECIDED_SIZE 64

/* A part that is open, and the scanner that looks at the parts of its level. */
typedef struct mask_level {
    comity_masker *masker;
    comity_scan *scan; /* made when the level is first used */
    bool is_open;
    uint8_t syntax;
    uint8_t place;
    uint8_t width; /* raw bytes of an ASCII character */
    bool is_big;   /* of which the last is it */
    uint64_t size; /* decoded so far */
    uint64_t raw_begin;
    uint64_t raw_last;     /* behind the last byte decoded */
    comity_form_run *runs; /* of bytes that are not settled */
    size_t run_count;
    size_t run_room;
    comity_mask_lexer lexer; /* of JSON, or text with some, that can be edited */
    bool has_lexer;
    bool is_copied;                     /* its text: decoded, it is not as the raw bytes are */
    const comity_mask_rule *whole_rule; /* for a whole value in base64; NULL: nothing was found in it */
    uint8_t whole_digest[16];
    char chain[160];
} mask_level;

struct comity_masker {
    comity_mask_settings settings;
    comity_form *form;
    comity_edits edits;
    comity_mask_counts counts;
    uint64_t last_begin; /* where the part that began last begins */
    uint64_t raw_last;
    comity_status failed;
    comity_error error;
    mask_level levels[COMITY_LIMIT_FORM_LEVELS];
};

/* ---- findings ---- */

static void fail_finding(mask_level *level, const comity_finding *finding, const char *why)
{
    comity_masker *masker = level->masker;
    const comity_types *types = comity_scan_rules_types(masker->settings.rules);
    const char *name = comity_types_type(types, finding->readings[0].type)->name;
    masker->failed =
        comity_fail(&masker->error, COMITY_ERROR_RANGE, "%s on line %llu%s%s: %s", name,
                    (unsigned long long)finding->line, level->chain[0] == '\0' ? "" : " of ", level->chain, why);
}

/* Whether a value is what a masker wrote once. */
static bool is_written(const comity_finding *finding)
{
    static const char *const beginnings[] = {COMITY_MASK_BEGIN_TOKEN, COMITY_MASK_BEGIN_BARE, COMITY_MASK_BEGIN_DIGEST};
    if (finding->raw[0] != beginnings[0][0]) { /* as it mostly is: all begin so */
        return false;
    }
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
        size_t size = strlen(beginnings[i]);
        if (finding->size > size && memcmp(finding->raw, beginnings[i], size) == 0) {
            return true;
        }
    }
    return false;
}

/* Makes each character of ASCII from a byte of the buffer on as wide as the part's: from the end on, in place. */
static void widen(const mask_level *level, comity_buffer *texts, size_t from)
{
    size_t count = texts->size - from;
    comity_buffer_append_zeros(texts, count * (level->width - 1u));
    for (size_t i = count; texts->failed == COMITY_OK && i > 0; i--) {
        uint8_t c = texts->bytes[from + i - 1];
        uint8_t *wide = texts->bytes + from + (i - 1) * level->width;
        memset(wide, 0, level->width);
        wide[level->is_big ? level->width - 1u : 0] = c;
    }
}

/* Adds an edit of what the rule makes of the value. */
static comity_status add_edit(mask_level *level, uint64_t begin, uint64_t end, const comity_mask_rule *rule,
                              const comity_mask_value *value, comity_error *reterr)
{
    comity_masker *masker = level->masker;
    comity_buffer *texts = &masker->edits.texts;
    size_t text_at = texts->size;
    COMITY_TRY(comity_mask_value_write(rule, masker->settings.key, value, texts, reterr));
    if (level->width > 1) {
        widen(level, texts, text_at);
    }
    return comity_edits_put(&masker->edits, begin, end, rule->action, text_at, reterr);
}

/* Raw bytes of the input, which are held. */
typedef struct mask_raw {
    uint64_t begin, end;
    const uint8_t *bytes;
} mask_raw;

/* Whether the decoded bytes since what is settled are the raw ones. */
static bool is_plain(const mask_level *level)
{
    return level->run_count <= 1 &&
           (level->run_count == 0 || (level->runs[0].decoded_unit == 1 && level->runs[0].raw_unit == 1));
}

/* The same as comity_form_raw_range. */
static bool raw_range(const mask_level *level, uint64_t begin, uint64_t end, uint64_t *ret_raw_begin,
                      uint64_t *ret_raw_end)
{
    if (level->run_count == 0 || !is_plain(level)) {
        return comity_form_raw_range(level->runs, level->run_count, begin, end, ret_raw_begin, ret_raw_end);
    }
    const comity_form_run *run = &level->runs[0];
    if (begin < run->decoded || begin >= end || end - run->decoded > run->count) {
        return false;
    }
    *ret_raw_begin = run->raw + (begin - run->decoded);
    *ret_raw_end = run->raw + (end - run->decoded);
    return true;
}

/* Where the lexer's text lies now, of which `size` bytes have been decoded. */
static void lexer_look(mask_level *level, uint64_t size)
{
    uint64_t base = comity_mask_lexer_base(&level->lexer);
    uint64_t raw = 0;
    uint64_t raw_end = 0;
    if (!level->is_copied && base < size) {
        bool is_mapped = raw_range(level, base, size, &raw, &raw_end);
        const uint8_t *text = is_mapped ? comity_edits_raw(&level->masker->edits, raw, raw_end) : NULL;
        assert(text != NULL);
        comity_mask_lexer_look(&level->lexer, text, (size_t)(size - base));
    }
}

/* The raw bytes of the decoded ones [begin, end), if all of them are held. */
static comity_status find_raw(const mask_level *level, uint64_t begin, uint64_t end, mask_raw *ret_raw,
                              comity_error *reterr)
{
    mask_raw raw = {.bytes = NULL};
    if (raw_range(level, begin, end, &raw.begin, &raw.end)) {
        raw.bytes = comity_edits_raw(&level->masker->edits, raw.begin, raw.end);
    }
    if (raw.bytes == NULL) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "a value is larger than what is held of its part");
    }
    *ret_raw = raw;
    return COMITY_OK;
}

/* Whether a value of JSON may stand outside of a string: not behind a quote, as it mostly does. */
static bool may_be_bare(const mask_level *level, const comity_finding *finding, const mask_raw *raw)
{
    bool is_quoted = level->width == 1 && raw->begin > level->masker->edits.base && raw->bytes[-1] == '"';
    return level->has_lexer && !is_quoted && comity_mask_lexer_is_of_number(finding->raw[0]);
}

static comity_status replace(mask_level *level, const comity_finding *finding, const comity_mask_rule *rule,
                             comity_error *reterr)
{
    uint64_t begin = finding->begin;
    uint64_t end = finding->end;
    mask_raw raw;
    bool is_bare = false;
    COMITY_TRY(find_raw(level, begin, end, &raw, reterr));
    if (may_be_bare(level, finding, &raw)) {
        lexer_look(level, level->size);
        is_bare = comity_mask_lexer_bare(&level->lexer, &begin, &end);
        COMITY_TRY(find_raw(level, begin, end, &raw, reterr));
    }
    comity_mask_value value = {.text = finding->raw,
                               .text_size = finding->size,
                               .raw = raw.bytes,
                               .raw_size = (size_t)(raw.end - raw.begin),
                               .syntax = (comity_form_syntax)level->syntax,
                               .is_bare = is_bare,
                               .digest = finding->digest};
    value.room = level->place == COMITY_FORM_SAME_SIZE ? value.raw_size / level->width : 0;
    return add_edit(level, raw.begin, raw.end, rule, &value, reterr);
}

static void found(void *context, const comity_finding *finding)
{
    mask_level *level = context;
    comity_masker *masker = level->masker;
    if (masker->failed != COMITY_OK || is_written(finding)) {
        return;
    }
    const comity_mask_rule *rule = comity_mask_policy_rule(masker->settings.policy, finding);
    masker->counts.findings++;
    if (rule->action == COMITY_MASK_KEEP) {
        masker->counts.kept++;
    } else if (rule->action == COMITY_MASK_REFUSE) {
        fail_finding(level, finding, "the policy refuses it");
    } else if (level->place < COMITY_FORM_WHOLE_VALUE) {
        fail_finding(level, finding, "it stands where nothing can be replaced; unpack it first");
    } else if (level->place == COMITY_FORM_WHOLE_VALUE) {
        if (level->whole_rule == NULL || rule->action > level->whole_rule->action) {
            level->whole_rule = rule;
            memcpy(level->whole_digest, finding->digest, sizeof level->whole_digest);
        }
    } else {
        masker->failed = replace(level, finding, rule, &masker->error);
    }
}

/* ---- parts ---- */

static comity_status take_scan(mask_level *level, comity_error *reterr)
{
    const comity_mask_settings *settings = &level->masker->settings;
    if (level->scan != NULL) {
        return COMITY_OK;
    }
    comity_scan_settings own = {.wants_digests = comity_mask_policy_wants_digests(settings->policy),
                                .level = comity_mask_policy_level(settings->policy),
                                .states = settings->states,
                                .state_count = settings->state_count,
                                .found = found,
                                .context = level};
    if (settings->key != NULL) {
        comity_mask_key_scan(settings->key, own.key);
    }
    return comity_scan_new(settings->rules, &own, &level->scan, reterr);
}

static void set_width(mask_level *level, const char *charset)
{
    level->width = strncmp(charset, "utf-16", 6) == 0 ? 2 : strncmp(charset, "utf-32", 6) == 0 ? 4 : 1;
    level->is_big = level->width > 1 && strcmp(charset + 6, "be") == 0;
}

static void start_lexer(mask_level *level)
{
    comity_mask_lexer_kind kind = level->syntax == COMITY_FORM_JSON     ? COMITY_MASK_LEXER_JSON
                                  : level->syntax == COMITY_FORM_NDJSON ? COMITY_MASK_LEXER_NDJSON
                                                                        : COMITY_MASK_LEXER_TEXT;
    level->has_lexer =
        level->place > COMITY_FORM_WHOLE_VALUE && (kind != COMITY_MASK_LEXER_TEXT || level->syntax == COMITY_FORM_TEXT);
    level->is_copied = false;
    comity_mask_lexer_start(&level->lexer, kind);
}

static comity_status part_begin(void *context, const comity_form_part *part, comity_error *reterr)
{
    comity_masker *masker = context;
    mask_level *level = &masker->levels[part->level];
    level->masker = masker;
    COMITY_TRY(take_scan(level, reterr));
    level->is_open = true;
    level->syntax = part->syntax;
    level->place = part->place;
    level->size = 0;
    level->raw_begin = part->raw_begin;
    level->raw_last = part->raw_begin;
    level->run_count = 0;
    level->whole_rule = NULL;
    set_width(level, part->charset);
    start_lexer(level);
    (void)strncpy(level->chain, part->chain, sizeof level->chain - 1);
    if (part->raw_begin > masker->last_begin) {
        masker->last_begin = part->raw_begin;
    }
    comity_scan_part own = {.syntax = (comity_form_syntax)part->syntax,
                            .delimiter = part->delimiter,
                            .has_header = part->has_header,
                            .field = part->field[0] == '\0' ? NULL : part->field};
    comity_scan_start(level->scan, &own);
    return masker->failed;
}

/* Adds a piece's runs to those that are held; one that goes on is joined. */
static comity_status hold_runs(mask_level *level, const comity_form_piece *piece, comity_error *reterr)
{
    if (level->run_room - level->run_count < piece->run_count) {
        size_t wanted = (level->run_count + piece->run_count) * 2 + 64;
        comity_form_run *larger = realloc(level->runs, wanted * sizeof *larger);
        if (larger == NULL) {
            return comity_fail(reterr, COMITY_ERROR_MEMORY, "no memory for %zu runs", wanted);
        }
        level->runs = larger;
        level->run_room = wanted;
    }
    for (size_t i = 0; i < piece->run_count; i++) {
        const comity_form_run *run = &piece->runs[i];
        comity_form_run *last = level->run_count == 0 ? NULL : &level->runs[level->run_count - 1];
        bool goes_on = last != NULL && last->decoded_unit == run->decoded_unit && last->raw_unit == run->raw_unit &&
                       last->decoded + (uint64_t)last->count * last->decoded_unit == run->decoded &&
                       last->raw + (uint64_t)last->count * last->raw_unit == run->raw &&
                       run->count <= UINT32_MAX - last->count;
        if (goes_on) {
            last->count += run->count;
        } else if (last == NULL || run->decoded >= last->decoded + (uint64_t)last->count * last->decoded_unit) {
            level->runs[level->run_count++] = *run;
        }
    }
    return COMITY_OK;
}

/* The lexer looks where the raw bytes are held until some decoded ones are not as they are: from then on at a copy. */
static comity_status lexer_take(mask_level *level, const comity_form_piece *piece, comity_error *reterr)
{
    if (!level->is_copied && is_plain(level)) {
        return COMITY_OK;
    }
    if (!level->is_copied) {
        lexer_look(level, level->size);
        level->is_copied = true;
    }
    return comity_mask_lexer_feed(&level->lexer, piece->bytes, piece->size, reterr);
}

static comity_status piece(void *context, const comity_form_part *part, const comity_form_piece *piece,
                           comity_error *reterr)
{
    comity_masker *masker = context;
    mask_level *level = &masker->levels[part->level];
    uint64_t raw_begin = 0;
    COMITY_TRY(hold_runs(level, piece, reterr));
    if (level->has_lexer) {
        COMITY_TRY(lexer_take(level, piece, reterr));
    }
    level->size += piece->size;
    if (piece->run_count != 0 && comity_form_raw_range(piece->runs, piece->run_count, level->size - 1, level->size,
                                                       &raw_begin, &level->raw_last)) {
        masker->raw_last = level->raw_last > masker->raw_last ? level->raw_last : masker->raw_last;
    }
    comity_scan_feed(level->scan, piece->bytes, piece->size);
    if (masker->failed != COMITY_OK && reterr != NULL) {
        *reterr = masker->error;
    }
    return masker->failed;
}

/* The value in base64 has ended: if something was found in it, all of it is replaced. */
static comity_status replace_whole(mask_level *level, uint64_t raw_end, comity_error *reterr)
{
    comity_masker *masker = level->masker;
    const uint8_t *raw = comity_edits_raw(&masker->edits, level->raw_begin, raw_end);
    if (raw == NULL || raw_end <= level->raw_begin) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "a value in base64 is larger than what is held");
    }
    comity_mask_value value = {.raw = raw,
                               .raw_size = (size_t)(raw_end - level->raw_begin),
                               .syntax = COMITY_FORM_TEXT,
                               .is_whole = true,
                               .digest = level->whole_digest};
    /* The value stands in a part of the level above, in its character set. */
    mask_level *outer = level > masker->levels ? level - 1 : level;
    while (outer > masker->levels && outer->place == COMITY_FORM_WHOLE_VALUE) {
        outer--;
    }
    value.room = outer->place == COMITY_FORM_SAME_SIZE ? value.raw_size / outer->width : 0;
    return add_edit(outer, level->raw_begin, raw_end, level->whole_rule, &value, reterr);
}

static comity_status part_end(void *context, const comity_form_part *part, comity_error *reterr)
{
    comity_masker *masker = context;
    mask_level *level = &masker->levels[part->level];
    comity_scan_finish(level->scan);
    if (masker->failed != COMITY_OK) {
        if (reterr != NULL) {
            *reterr = masker->error;
        }
        return masker->failed;
    }
    level->is_open = false;
    return level->whole_rule != NULL ? replace_whole(level, part->raw_end, reterr) : COMITY_OK;
}

/* ---- what is settled ---- */

/* Forgets runs before a decoded offset. */
static void forget_runs(mask_level *level, uint64_t decoded)
{
    size_t done = 0;
    while (done < level->run_count &&
           level->runs[done].decoded + (uint64_t)level->runs[done].count * level->runs[done].decoded_unit <= decoded) {
        done++;
    }
    if (done != 0) {
        memmove(level->runs, level->runs + done, (level->run_count - done) * sizeof *level->runs);
        level->run_count -= done;
    }
}

/* The raw offset before which this open part finds nothing any more. */
static uint64_t level_settled(mask_level *level)
{
    uint64_t settled = comity_scan_settled(level->scan);
    uint64_t decided = level->size > UNDECIDED_SIZE ? level->size - UNDECIDED_SIZE : 0;
    uint64_t raw = level->raw_begin;
    uint64_t raw_end = 0;
    settled = settled < decided ? settled : decided;
    if (level->place > COMITY_FORM_WHOLE_VALUE) {
        (void)raw_range(level, settled, settled + 1, &raw, &raw_end);
    }
    if (level->has_lexer) {
        lexer_look(level, level->size);
        comity_mask_lexer_forget(&level->lexer, settled);
    }
    forget_runs(level, settled);
    return raw;
}

static comity_status flush(comity_masker *masker, comity_error *reterr)
{
    uint64_t settled = UINT64_MAX;
    for (size_t i = 0; i < COMITY_LIMIT_FORM_LEVELS; i++) {
        if (masker->levels[i].is_open) {
            uint64_t own = level_settled(&masker->levels[i]);
            settled = own < settled ? own : settled;
        }
    }
    if (settled == UINT64_MAX) { /* between parts: what comes begins behind the last */
        settled = masker->raw_last > masker->last_begin ? masker->raw_last : masker->last_begin;
    }
    uint64_t waits = comity_form_waits(masker->form);
    return comity_edits_flush(&masker->edits, settled < waits ? settled : waits, reterr);
}

/* ---- the masker ---- */

comity_status comity_masker_new(const comity_mask_settings *settings, comity_masker **ret_masker, comity_error *reterr)
{
    assert(settings->key != NULL || !comity_mask_policy_wants_key(settings->policy));
    comity_masker *masker = calloc(1, sizeof *masker);
    if (masker == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "no memory for a masker");
    }
    masker->settings = *settings;
    size_t window = settings->window_max == 0 ? COMITY_LIMIT_MASK_WINDOW_BYTES : settings->window_max;
    comity_edits_init(&masker->edits, window, settings->write, settings->context);
    *ret_masker = masker;
    return COMITY_OK;
}

void comity_masker_free(comity_masker *masker)
{
    if (masker == NULL) {
        return;
    }
    for (size_t i = 0; i < COMITY_LIMIT_FORM_LEVELS; i++) {
        comity_scan_free(masker->levels[i].scan);
        comity_mask_lexer_free(&masker->levels[i].lexer);
        free(masker->levels[i].runs);
    }
    comity_form_close(masker->form);
    comity_edits_free(&masker->edits);
    free(masker);
}

comity_status comity_masker_start(comity_masker *masker, const comity_form_hints *hints, comity_error *reterr)
{
    comity_form_sink sink = {.context = masker, .part_begin = part_begin, .piece = piece, .part_end = part_end};
    size_t window = masker->edits.window_max;
    comity_edits_free(&masker->edits);
    comity_edits_init(&masker->edits, window, masker->settings.write, masker->settings.context);
    masker->counts = (comity_mask_counts){0};
    masker->last_begin = 0;
    masker->raw_last = 0;
    masker->failed = COMITY_OK;
    for (size_t i = 0; i < COMITY_LIMIT_FORM_LEVELS; i++) {
        masker->levels[i].is_open = false;
    }
    return masker->form == NULL ? comity_form_open(hints, NULL, &sink, &masker->form, reterr)
                                : comity_form_restart(masker->form, hints, reterr);
}

/* A failure stays: nothing goes out any more. */
static comity_status settle(comity_masker *masker, comity_status status, const comity_error *error,
                            comity_error *reterr)
{
    if (status != COMITY_OK && masker->failed == COMITY_OK) {
        masker->failed = status;
        masker->error = *error;
    }
    if (masker->failed != COMITY_OK && reterr != NULL) {
        *reterr = masker->error;
    }
    return masker->failed;
}

comity_status comity_masker_feed(comity_masker *masker, const void *bytes, size_t size, comity_error *reterr)
{
    const uint8_t *from = bytes;
    comity_error error = {.code = COMITY_OK};
    comity_status status = masker->failed;
    while (status == COMITY_OK && size != 0) {
        size_t n = size < CHUNK_SIZE ? size : CHUNK_SIZE;
        status = comity_edits_feed(&masker->edits, from, n, &error);
        status = status == COMITY_OK ? comity_form_feed(masker->form, from, n, &error) : status;
        status = status == COMITY_OK ? flush(masker, &error) : status;
        from += n;
        size -= n;
    }
    return settle(masker, status, &error, reterr);
}

comity_status comity_masker_finish(comity_masker *masker, comity_error *reterr)
{
    comity_error error = {.code = COMITY_OK};
    comity_status status = masker->failed;
    status = status == COMITY_OK ? comity_form_finish(masker->form, &error) : status;
    if (status == COMITY_OK) {
        status = comity_edits_flush(&masker->edits, masker->edits.base + masker->edits.size, &error);
    }
    masker->counts.replaced = masker->edits.edit_total;
    return settle(masker, status, &error, reterr);
}

comity_mask_counts comity_masker_counts(const comity_masker *masker)
{
    return masker->counts;
}
